"""The command line: help, reading, feeds, watches, and errors that say what to do."""

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

from tocsin.cli import app
from tocsin.commands.options import running_stack
from tocsin.starter import FILES, write_starter

TEXT = "Shells hit Deir ez-Zor on Monday. ISIS claimed the attack."
PAGE = (
    "<html><head><title>Market hour</title></head><body><article><h1>Market hour</h1>"
    f"<p>{TEXT}</p></article></body></html>"
)
FEED = (
    '<rss version="2.0"><channel><title>S</title><item><link>/a</link><title>Old</title>'
    "<pubDate>Thu, 01 Jan 2015 00:00:00 GMT</pubDate></item><item><link>/b</link><title>New</title></item>"
    "</channel></rss>"
)
WATCHES = """watches:
  - {id: good, when: {place: {name: Deir ez-Zor, within_km: 30}}, notify: [desk]}
  - {id: nowhere, when: {place: {name: Xyzzyplugh}}, notify: [desk]}
"""
HELPED = ("watch lint", "watch list", "source import", "receiver edit", "topics create")
RECEIVERS = 'receivers:\n  - {id: desk, type: webhook, url: "http://127.0.0.1:9/", secret: {env: DESK_SECRET}}\n'


@pytest.fixture(autouse=True)
def _alone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """An empty working folder, and no stack."""
    for name in ("TOCSIN_KAFKA", "TOCSIN_REDIS", "TOCSIN_CONFIG", "TOCSIN_DATA"):
        monkeypatch.setenv(name, "")  # so that what a command sets is undone, too
        monkeypatch.delenv(name)
    monkeypatch.chdir(tmp_path)


def run(*arguments: str, stdin: str | bytes | None = None, code: int = 0) -> tuple[str, str]:
    """Output and errors of a command that ends with this code."""
    done = CliRunner().invoke(app, list(arguments), input=stdin)
    assert done.exit_code == code, (done.output, done.exception)
    return done.stdout, done.stderr


def config(**files: str) -> str:
    """A configuration folder of these files."""
    Path("conf").mkdir(exist_ok=True)
    for name, text in files.items():
        Path("conf", f"{name}.yaml").write_text(text, encoding="utf-8")
    return "conf"


# ---------------------------------------------------------------- help


@pytest.mark.parametrize(
    "command",
    ["", "demo", "up", "run", "read", "feed", "doctor", "topics", "watch", "silence", *HELPED],
)
def test_every_command_explains_itself(command: str) -> None:
    out, _ = run(*command.split(), "--help")
    assert "Usage:" in out
    assert len(out.splitlines()) > 5


def test_an_unknown_service_is_answered_with_those_that_are() -> None:
    _, err = run("run", "fetchr", code=2)
    assert "no service is called 'fetchr'" in err
    assert "fetcher" in err


# ---------------------------------------------------------------- read


def check_mentions(report: dict[str, object]) -> None:
    """Place and actor are there, at their offsets."""
    names = []
    for mention in (*report["locations"], *report["actors"]):  # type: ignore[misc]
        assert report["text"][mention["start"] : mention["end"]] == mention["text"]  # type: ignore[index]
        names.append(mention["name"])
    assert names[0].startswith(("Deir", "Dayr"))
    assert len(names) == 2


@pytest.mark.parametrize("how", ["file", "stdin", "html", "html-stdin"])
def test_read_gives_a_report_with_exact_offsets(how: str) -> None:
    Path("in.txt").write_text(TEXT, encoding="utf-8")
    Path("in.html").write_text(PAGE, encoding="utf-8")
    arguments = {"file": ("in.txt",), "stdin": ("-", "--text"), "html": ("in.html",), "html-stdin": ("-", "--html")}[
        how
    ]
    out, _ = run("read", *arguments, stdin=PAGE if "html" in how else TEXT)
    report = json.loads(out)
    check_mentions(report)
    assert report["title"] == ("Market hour" if "html" in how else "")
    assert {"id", "url", "language", "published_at", "zones", "events", "quotes", "story"} <= set(report)


def test_read_lines_and_offsets_apart_from_a_title() -> None:
    rows = [
        {"id": 7, "text": TEXT},
        {"id": "t", "title": "Aleppo falls", "text": TEXT, "published": "2026-03-01T12:00:00Z", "url": "http://e.org/"},
        {"id": "h", "html": PAGE},
        {"id": "n", "html": None, "text": TEXT},
        {"id": "e", "html": "<html></html>", "title": "Aleppo"},
        {"id": "s", "text": "\ud800 Aleppo"},
    ]
    out, _ = run("read", "--jsonl", "-", stdin="\n\n".join(map(json.dumps, rows)))
    reports = {report["id"]: report for report in map(json.loads, out.splitlines())}
    assert list(reports) == ["7", "t", "h", "n", "e", "s"]
    for name in ("7", "h", "n"):
        check_mentions(reports[name])
    titled = reports["t"]
    assert (titled["text"], titled["url"], titled["published_at"]) == (TEXT, "http://e.org/", "2026-03-01T12:00:00Z")
    for mention in titled["locations"]:
        inside = titled["title"] if mention["zone"] == "title" else titled["text"]
        assert inside[mention["start"] : mention["end"]] == mention["text"]
    assert {mention["zone"] for mention in titled["locations"]} == {"title", "lead"}


@pytest.mark.parametrize(
    ("arguments", "stdin", "problem"),
    [
        (("missing.txt",), None, "missing.txt: No such file or directory"),
        ((".",), None, ".: Is a directory"),
        (("-", "--published", "soon"), "x", "'soon' is not a time. Write it as 2026-03-01T12:00:00Z"),
        (("--jsonl", "-"), "nonsense", "line 1: not a JSON object with an id"),
        (("--jsonl", "-"), "[1]", "line 1: not a JSON object with an id"),
        (("--html", "-"), "", "not a page"),
        (("http://127.0.0.1:1/",), None, "neither public nor listed under egress.allow"),
    ],
)
def test_read_says_what_is_wrong(arguments: tuple[str, ...], stdin: str | None, problem: str) -> None:
    _, err = run("read", *arguments, stdin=stdin, code=1)
    assert problem in err


def test_read_takes_any_bytes() -> None:
    out, _ = run("read", "-", stdin=b"\xff\xfe\x00 Aleppo, Syria")
    assert [location["name"] for location in json.loads(out)["locations"]] == ["Aleppo", "Syria"]


def test_a_names_folder_that_cannot_be_written_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    Path("file").write_text("")
    monkeypatch.setenv("TOCSIN_NAMES", "file")
    _, err = run("read", "-", stdin="x", code=1)
    assert "Set TOCSIN_NAMES to a folder that can be written" in err


# ---------------------------------------------------------------- feed


def test_feed_shows_entries() -> None:
    out, _ = run("feed", "-", "--url", "http://e.org/f", stdin=FEED)
    assert out.split("\n")[0] == "2015-01-01 00:00  Old"
    assert "undated           New" in out
    out, _ = run("feed", "-", "--json", "--url", "http://e.org/f", stdin=FEED)
    assert [json.loads(line)["link"] for line in out.splitlines()] == ["http://e.org/a", "http://e.org/b"]


def test_feed_says_what_is_wrong() -> None:
    assert "neither RSS nor Atom" in run("feed", "-", stdin="hello", code=1)[1]
    assert "No such file" in run("feed", "missing.xml", code=1)[1]


# ---------------------------------------------------------------- watches


def test_lint_passes_good_watches_and_notes_unknown_names() -> None:
    out, _ = run("watch", "lint", "--config", config(watches=WATCHES, receivers=RECEIVERS))
    assert "watches.yaml:3" in out
    assert "no gazetteer knows the place 'Xyzzyplugh'" in out
    assert "2 watches are valid, 0 errors" in out


@pytest.mark.parametrize(
    ("watch", "line", "problem"),
    [
        ("  - {id: t, when: {place: {name: Tripoli}}, notify: [desk]}\n", 2, "'Tripoli' may be: Tripoli, LY"),
        ("  - {id: t, when: {place: {nam: X}}, notify: [desk]}\n", 2, "nam"),
        ("  - {id: i, when: {place: {name: Iraq, within_km: 60}}, notify: [desk]}\n", 2, "has no radius"),
        ("  - id: t\n    when: {actor: ISIS\n    notify: [desk]\n", 4, "not YAML"),
        ("  - {id: t, notify: [desk]}\n", 2, "when"),
    ],
)
def test_lint_names_file_line_and_remedy(watch: str, line: int, problem: str) -> None:
    folder = config(watches=f"watches:\n{watch}", receivers=RECEIVERS)
    out, _ = run("watch", "lint", "--config", folder, code=1)
    (error, *_) = (row for row in out.splitlines() if row.startswith("error"))
    assert f"watches.yaml:{line}" in error
    assert problem in error
    found = json.loads(run("watch", "lint", "--config", folder, "--json", code=1)[0])
    assert found["errors"][0]["place"].startswith("watches.yaml:")
    assert found["errors"][0]["remedy"]


def test_one_bad_watch_refuses_itself_alone() -> None:
    bad = "  - {id: t, when: {place: {name: Tripoli}}, notify: [desk]}\n"
    out, _ = run("watch", "lint", "--config", config(watches=WATCHES + bad, receivers=RECEIVERS), code=1)
    assert "2 watches are valid, 1 errors" in out


def test_lint_without_a_file_says_so() -> None:
    assert "watches.yaml does not exist" in run("watch", "lint", "--config", "nowhere", code=1)[1]


def test_list_shows_the_files_watches_where_nothing_runs() -> None:
    folder = config(watches=WATCHES, receivers=RECEIVERS)
    out, _ = run("watch", "list", "--config", folder)
    assert "no stack runs" in out
    assert "good" in out
    rows = [json.loads(line) for line in run("watch", "list", "--config", folder, "--json")[0].splitlines()]
    assert [row["id"] for row in rows] == ["good", "nowhere"]


def test_list_says_which_broker_does_not_answer(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TOCSIN_KAFKA", "127.0.0.1:1")
    assert "127.0.0.1:1 does not answer" in run("watch", "list", code=1)[1]
    assert "127.0.0.1:1" in run("topics", "create", code=1)[1]


# ---------------------------------------------------------------- settings, doctor, starter


@pytest.mark.parametrize(
    ("line", "problem"),
    [
        ("fetch_concurency: 3", "tocsin.yaml:2: 'fetch_concurency' is no setting. Did you mean 'fetch_concurrency'?"),
        ("zzz: 1", "tocsin.yaml:2: 'zzz' is no setting. The settings are listed in docs/settings.md"),
        ("fetch_concurrency: many", "tocsin.yaml:2: fetch_concurrency: Input should be a valid integer"),
        ("egress: {alow: []}", "tocsin.yaml:2: egress.alow: Extra inputs are not permitted"),
        ('egress: {allow: ["x"]}', "tocsin.yaml:2: egress.allow.0: Input is not a valid IPv4 network"),
        ("- a list", "tocsin.yaml:2: expected a mapping of settings"),
        ("egress: {", "tocsin.yaml:3: not YAML"),
    ],
)
def test_a_wrong_setting_is_named_with_its_line(line: str, problem: str) -> None:
    folder = config(tocsin=f"# settings\n{line}\n")
    assert problem in run("up", "--config", folder, code=1)[1]
    out, _ = run("doctor", "--config", folder, "--json", code=1)
    (finding,) = (row for row in json.loads(out) if row["check"] == "tocsin.yaml")
    assert finding["state"] == "bad"
    assert problem in finding["detail"]


def test_doctor_without_a_stack_has_notes_and_no_complaint() -> None:
    out, _ = run("doctor", "--json")
    states = {row["check"]: row["state"] for row in json.loads(out)}
    assert states["broker"] == states["redis"] == states["configuration"] == "note"
    assert "start 'tocsin up'" in run("doctor")[0]


def test_doctor_sees_a_stack_that_is_gone_and_a_secret_that_is_missing() -> None:
    folder = config(watches=WATCHES, receivers=RECEIVERS)
    Path("var").mkdir()
    Path("var/stack.json").write_text(
        json.dumps({"kafka": "127.0.0.1:1", "redis": "redis://127.0.0.1:1/0", "status_ports": {"fetcher": 1}})
    )
    rows = {row["check"]: row for row in json.loads(run("doctor", "--config", folder, "--json", code=1)[0])}
    assert {name for name, row in rows.items() if row["state"] == "bad"} == {
        "broker",
        "redis",
        "fetcher",
        "receiver desk",
    }
    assert "DESK_SECRET" in rows["receiver desk"]["detail"]


def test_topics_need_a_broker() -> None:
    assert "no broker: give --kafka, set TOCSIN_KAFKA, or start 'tocsin up'" in run("topics", "create", code=2)[1]


def test_a_stack_file_that_is_broken_is_no_stack(tmp_path: Path) -> None:
    assert running_stack(tmp_path) is None
    (tmp_path / "stack.json").write_text("{")
    assert running_stack(tmp_path) is None


def test_the_starter_is_written_once_and_is_valid(tmp_path: Path) -> None:
    folder = tmp_path / "config"
    assert write_starter(folder)
    assert sorted(path.name for path in folder.iterdir()) == sorted(FILES)
    assert all(path.read_text().startswith("#") for path in folder.iterdir())
    (folder / "watches.yaml").unlink()
    assert not write_starter(folder)
    rows = json.loads(run("doctor", "--config", str(folder), "--json")[0])
    assert [row for row in rows if row["state"] == "bad"] == []


def test_read_knows_the_own_names_of_the_directory(tmp_path: Path) -> None:
    (tmp_path / "names.yaml").write_text("names: [{id: camp, kind: place, name: Tell Qarmat, lat: 35, lon: 38}]")
    (tmp_path / "text").write_text("Shells fell near Tall Karmat on Monday.")
    report = json.loads(run("read", str(tmp_path / "text"), "--config", str(tmp_path))[0])
    assert [place["place_id"] for place in report["locations"]] == ["own:camp"]
    assert report["extractor"].endswith("+own-1")
