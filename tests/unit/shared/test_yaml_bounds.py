"""What a YAML file may come to, however it is written."""

import os
import time
from pathlib import Path

import pytest

from shared.config.yaml_bounds import MAX_BYTES, MAX_DEPTH, MAX_VALUES
from shared.config.yaml_file import ConfigError, load, parse
from tests.stack.memory import at_most_megabytes


def _refused(text: str) -> ConfigError:
    started = time.process_time()
    with at_most_megabytes(200), pytest.raises(ConfigError) as fault:
        parse(text, "f.yaml")
    assert fault.value.remedy
    assert time.process_time() - started < 10
    return fault.value


def _doubling(begin: str, double: str) -> str:
    return begin + "".join(double.format(n, n - 1) for n in range(1, 60))


@pytest.mark.parametrize(
    ("text", "line", "words"),
    [
        ("a: " + "[" * 200_000, 1, "nested more than 50 deep"),
        ("a: " + "{b: " * 200_000, 1, "nested more than 50 deep"),
        ("".join(f"{' ' * n}a:\n" for n in range(3_000)), 51, "nested more than 50 deep"),
        ("- " * 5_000 + "x", 1, "nested more than 50 deep"),
        (_doubling("a0: &a0 [x, x]\n", "a{0}: &a{0} [*a{1}, *a{1}]\n"), 17, "more than 300,000 values"),
        (_doubling("a0: &a0 {x: 1}\n", "a{0}: &a{0} {{<<: [*a{1}, *a{1}]}}\n"), 16, "more than 300,000 values"),
        (_doubling("a0: &a0 [x]\n", "a{0}: &a{0} [*a{1}]\n"), 50, "nested more than 50 deep"),
        ("a: &x\n  b: [*x]", 2, "within what it refers to"),
        ("a: *x", 1, "undefined alias"),
        ("a: &x 1\nb: &x 2", 2, "duplicate anchor"),
        ("- a\n" * (MAX_VALUES + 1), MAX_VALUES, "more than 300,000 values"),
        ("a: " + "x" * MAX_BYTES, 1, "more than 10,000,000 bytes"),
        ("a: 0x" + "f" * 10_000, 1, "more than 40 digits"),
        ("a: " + "9" * 5_000, 1, "more than 40 digits"),
        ("a: !!timestamp foo", 1, "timestamp"),
        ("a: !!binary äö", 1, "binary"),
        ("a: !!float ''", 1, "'' is no float"),
        ("a: !!bool maybe", 1, "'maybe' is no bool"),
        ("a: !!int [1]", 1, "expected a scalar"),
        ("a: !!python/name:os.system x", 1, "constructor"),
        ("a: \0", 1, "unacceptable character"),
        ("a: \ud800", 1, "surrogate"),
        ("a:\tb: c", 1, "not YAML"),
    ],
)
def test_what_comes_to_too_much_is_refused_at_its_line(text: str, line: int, words: str) -> None:
    error = _refused(text)
    assert words in str(error)
    assert error.place == f"f.yaml:{line}"


def test_what_people_write_is_taken() -> None:
    text = "all: &all {every: 5}\nsources:\n  - {<<: *all, id: a}\n  - {<<: [*all], id: b, every: 9}\n"
    rows = parse(text, "f.yaml").value["sources"]
    assert rows == [{"every": 5, "id": "a"}, {"every": 9, "id": "b"}]
    assert parse("a: " + "[" * (MAX_DEPTH - 1) + "]" * (MAX_DEPTH - 1), "f.yaml").value
    assert len(parse("- {id: a}\n" * 10_000, "f.yaml").value) == 10_000


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"a: \xff", "not UTF-8"),
        ("a: b".encode("utf-16"), "not UTF-8"),
        (b"a: \xed\xa0\x80", "not UTF-8"),
        (b"# x\n" * (MAX_BYTES // 4 + 1), "more than 10,000,000 bytes"),
    ],
)
def test_files_that_are_no_text_are_refused(tmp_path: Path, content: bytes, words: str) -> None:
    path = tmp_path / "f.yaml"
    path.write_bytes(content)
    with pytest.raises(ConfigError, match=words):
        load(path)


def test_a_byte_order_mark_and_line_ends_of_windows_are_taken(tmp_path: Path) -> None:
    path = tmp_path / "f.yaml"
    path.write_bytes(b"\xef\xbb\xbfa: 1\r\nb: |\r\n  x\r\n  y\r\n")
    document = load(path)
    assert document.value == {"a": 1, "b": "x\ny\n"}
    assert document.place(("b",)) == "f.yaml:2"


def test_a_pipe_is_not_waited_for(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "f.yaml")
    with pytest.raises(ConfigError, match="not a regular file"):
        load(tmp_path / "f.yaml")
    with pytest.raises(ConfigError, match="not a regular file"):
        load(tmp_path)
