"""Spoils inputs: bytes changed, moved, repeated, cut, and words put in that matter to a parser."""

import struct
from collections.abc import Callable
from random import Random

from tests.fuzz import seeds

MAX_BYTES = 200_000
_DEEP, _LONG = b"[" * 3_000, b"9" * 5_000
_INTEGERS = [struct.pack(">i", number) for number in (-1, 0, 1, 10**9, 2**31 - 1, -(2**31))]
_JSON = [_DEEP, _LONG, b'{"a":' * 2_000, b"null", b"1e999", b'"', b"-0", b"{}", b"\\ud800", b"\\u0000", b"\xed\xa0\x80"]
_YAML_TAGS = [b"!!int ", b"!!float ", b"!!bool x", b"!!timestamp x", b"!!binary x", b"!!python/name:os.system ", b"!x "]
_YAML_MARKS = [
    b"&a ",
    b"*a",
    b"<<: *a",
    b"? ",
    b": ",
    b"- ",
    b"---\n",
    b"...\n",
    b"%YAML 1.1\n",
    b"|\n ",
    b">-\n ",
    b"#",
]
_YAML_NUMBERS = [b"0x" + b"f" * 9_000, _LONG, b".nan", b".inf", b"1e999", b"~"]
_YAML_BYTES = [
    b"\t",
    b"\xef\xbb\xbf",
    b"\0",
    b"\xff\xfe",
    b"\xe2\x80\xa8",
    b"\r",
    b"'",
    b'"',
    b"@",
    _DEEP,
    b"{a: " * 500,
]
_WORDS: dict[str, list[bytes]] = {
    "broker": [*_INTEGERS, b"\xff\xff", b"\0\0", b"\xff" * 9],
    "records": [*_INTEGERS, b"\0", b"\x80" * 10, b"\xff" * 10],
    "files": [*_JSON, b"\n", b"\0" * 61],
    "event": _JSON,
    "config": [*_YAML_TAGS, *_YAML_MARKS, *_YAML_NUMBERS, *_YAML_BYTES],
    "query": [b"(" * 100, b"NOT " * 100, b'"', b")", b"OR", b"\0"],
}


def mutated(target: str, data: bytes, random: Random) -> bytes:
    """The input with a few changes, never longer than `MAX_BYTES`; for the broker mostly with lengths that fit."""
    changed = bytearray(data)
    for _ in range(random.choice([1, 1, 2, 4, 8])):
        random.choice(_CHANGES)(target, changed, random)
        del changed[MAX_BYTES:]
    return seeds.with_lengths(bytes(changed)) if target == "broker" and random.random() < 0.8 else bytes(changed)


def _at(data: bytearray, random: Random) -> int:
    return random.randrange(len(data) + 1)


def _flip(_: str, data: bytearray, random: Random) -> None:
    if data:
        data[random.randrange(len(data))] ^= 1 << random.randrange(8)


def _insert_word(target: str, data: bytearray, random: Random) -> None:
    at = _at(data, random)
    data[at:at] = random.choice(_WORDS[target])


def _overwrite_by_word(target: str, data: bytearray, random: Random) -> None:
    at, word = _at(data, random), random.choice(_WORDS[target])
    data[at : at + len(word)] = word


def _insert_noise(_: str, data: bytearray, random: Random) -> None:
    at = _at(data, random)
    data[at:at] = random.randbytes(random.choice([1, 2, 4, 30]))


def _cut(_: str, data: bytearray, random: Random) -> None:
    start = _at(data, random)
    del data[start : start + random.choice([1, 2, 4, 50, 5_000])]


def _repeat(_: str, data: bytearray, random: Random) -> None:
    start = _at(data, random)
    part = bytes(data[start : start + random.choice([1, 4, 40, 400])])
    data[start:start] = part * random.choice([1, 2, 20, 1_000])


def _move(_: str, data: bytearray, random: Random) -> None:
    start = _at(data, random)
    part = bytes(data[start : start + random.choice([1, 4, 40, 400])])
    del data[start : start + len(part)]
    at = _at(data, random)
    data[at:at] = part


_CHANGES: list[Callable[[str, bytearray, Random], None]] = [
    _flip,
    _flip,
    _insert_word,
    _overwrite_by_word,
    _insert_noise,
    _cut,
    _repeat,
    _move,
]
