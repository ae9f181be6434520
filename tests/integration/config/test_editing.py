"""Files, command line and API edit the same items: one wins, the others are told, and nothing is lost."""

import asyncio
import re
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import AsyncExitStack
from pathlib import Path
from typing import Any

import httpx
import pytest

from shared.config.edits import ConflictError, Wanted
from shared.config.kinds import BY_NAME
from shared.config_writer import Writer
from tests.integration.config.conftest import Desk
from tocsin.config_items.session import writing
from tocsin.starter import write_starter

WHEN = "when.place.name=Deir ez-Zor"


def watch(**fields: Any) -> dict[str, Any]:
    return {"when": {"place": {"name": "Deir ez-Zor", "within_km": 30}}, "notify": ["desk"], **fields}


def sources_file(desk: Desk, *names: str, interval: int = 300) -> str:
    rows = "".join(
        f"  - {{id: {desk.id(name)}, url: 'http://{name}.org/', interval_seconds: {interval}}}\n" for name in names
    )
    return f"sources:\n{rows}" if names else "sources: []\n"


# ---------------------------------------------------------------- two editors


def test_of_two_editors_one_wins_and_the_other_keeps_his_draft(desk: Desk) -> None:
    name = desk.id("front")
    assert "version 1" in desk.run("watch", "add", f"id={name}", WHEN, "notify=[desk]", "--by", "ana")
    seen = desk.ask("GET", f"watches/{name}")
    assert seen.headers["ETag"] == '"1"'
    desk.run("watch", "edit", name, "severity=high", "--by", "ana")

    item = {**seen.json()["item"], "severity": "low"}
    match = {"If-Match": seen.headers["ETag"]}
    answer = desk.ask("PUT", f"watches/{name}", 409, json={"item": item, "by": "bob"}, headers=match).json()["detail"]
    assert "is at version 2 by ana" in answer["message"]
    assert answer["conflict"]["fields"] == [{"field": "severity", "base": None, "yours": "low", "theirs": "high"}]
    retried = desk.ask("PUT", f"watches/{name}", json={"item": item, "by": "bob", "based_on": 2})
    assert (retried.headers["ETag"], retried.json()["version"]) == ('"3"', 3)

    said = desk.run("watch", "edit", name, "severity=critical", "--based-on", "2", code=3)
    assert "yours   critical" in said
    assert "theirs  low" in said
    (retry,) = re.findall(rf"tocsin (watch edit {name} --file \S+ --based-on 3)", said)
    draft = Path(re.findall(r"--file (\S+)", said)[0])
    assert "severity: critical" in draft.read_text()
    assert "version 4" in desk.run(*retry.split())
    history = desk.json("watch", "history", name)
    assert [(row["version"], row["by"]) for row in history[:3]] == [(1, "ana"), (2, "ana"), (3, "bob")]
    assert history[3]["changes"] == {"severity": ["low", "critical"]}
    draft.unlink()


def test_of_many_editors_at_once_one_wins_and_each_other_is_told(desk: Desk) -> None:
    name, rounds = desk.id("raced"), 5
    desk.run("source", "add", f"id={name}", "url=http://a.org/", "interval_seconds=1")
    desk.until(lambda: desk.answer("GET", f"sources/{name}").status_code == 200, "the source")
    before = desk.records("source")
    for version in range(1, rounds + 1):
        outcomes = asyncio.run(race(desk, name, version))
        assert sum(fields is None for fields in outcomes.values()) == 1
        for yours, fields in outcomes.items():
            assert fields is None or fields["interval_seconds"][1] == yours
    chronicle = desk.chronicle("source")
    assert chronicle.versions[name] == rounds + 1
    shown = desk.ask("GET", f"sources/{name}").json()
    assert shown["item"]["interval_seconds"] == chronicle.items[name].body["interval_seconds"]
    assert desk.records("source") - before > rounds, "somebody lost on the topic itself, where only readers can tell"


async def race(desk: Desk, name: str, version: int) -> dict[float, Any]:
    """Four command lines and four requests edit that version at once: by what each wants, its conflict's fields."""

    def wanted(seconds: float) -> dict[str, Any]:
        return {"url": "http://a.org/", "interval_seconds": seconds}

    async def on_command_line(writer: Writer, seconds: float) -> Any:
        try:
            await writer.write(BY_NAME["source"], Wanted(name, wanted(seconds), "cli", version))
        except ConflictError as error:
            return error.conflict.fields

    async def over_api(client: httpx.AsyncClient, seconds: float) -> Any:
        answer = await client.put(f"sources/{name}", json={"item": wanted(seconds), "based_on": version})
        if answer.status_code == 200:
            return None
        rows = answer.json()["detail"]["conflict"]["fields"]
        return {row["field"]: (row["base"], row["yours"], row["theirs"]) for row in rows}

    api, command_line = ([float(100 * version + first + n) for n in range(4)] for first in (10, 20))
    headers = {"Authorization": f"Bearer {desk.console.token}"}
    async with AsyncExitStack() as stack:
        client = httpx.AsyncClient(base_url=f"{desk.console.url}/api/", headers=headers, timeout=30)
        await stack.enter_async_context(client)
        sessions = [await stack.enter_async_context(writing(desk.bootstrap, BY_NAME["source"])) for _ in command_line]
        pairs = zip(sessions, command_line, strict=True)
        edits = [*(over_api(client, n) for n in api), *(on_command_line(writer, n) for (writer, _), n in pairs)]
        return dict(zip((*api, *command_line), await asyncio.gather(*edits), strict=True))


def test_every_version_comes_back_of_a_removed_item_too(desk: Desk) -> None:
    name = desk.id("restored")
    desk.ask("POST", "watches", 201, json={"item": {"id": name, **watch()}, "by": "ana"})
    desk.ask("POST", "watches", 409, json={"item": {"id": name, **watch()}})
    desk.ask("PUT", f"watches/{name}", 428, json={"item": watch()})
    desk.ask("PUT", f"watches/{name}", json={"item": watch(severity="high"), "based_on": 1})
    assert desk.ask("PUT", f"watches/{name}", json={"item": watch(severity="high"), "based_on": 2}).json() == {
        "id": name, "version": 2, "changed": False, "removed": False, "notes": []
    }  # fmt: skip
    desk.ask("DELETE", f"watches/{name}", 409, headers={"If-Match": '"1"'})
    desk.ask("DELETE", f"watches/{name}", headers={"If-Match": '"2"'})
    desk.ask("GET", f"watches/{name}", 404)
    assert "was removed by version 3" in desk.run("watch", "show", name, code=1)
    assert "version 4" in desk.run("watch", "restore", name, "1")
    desk.until(lambda: desk.answer("GET", f"watches/{name}").status_code == 200, "its return")
    assert desk.ask("GET", f"watches/{name}").json()["item"] == {"id": name, **watch()}
    desk.ask("POST", f"watches/{name}/restore", 409, json={"version": 2, "based_on": 3})
    desk.ask("POST", f"watches/{name}/restore", 404, json={"version": 3})
    desk.ask("POST", f"watches/{name}/restore", json={"version": 2})
    history = desk.ask("GET", f"watches/{name}/history").json()
    assert [row["version"] for row in history if row["removed"]] == [3]
    assert len(history) == 5
    assert history[4]["changes"] == {"severity": [None, "high"]}
    assert "severity: high" in desk.run("watch", "show", name, "--version", "2")


def test_what_is_wrong_is_told_in_the_same_words_everywhere(desk: Desk) -> None:
    name = desk.id("wrong")
    bad = watch(when={"place": {"name": "Tripoli"}})
    answer = desk.ask("POST", "watches", 422, json={"item": {"id": name, **bad}}).json()["detail"]
    assert "'Tripoli' may be: Tripoli, LY" in answer["problem"]
    assert "country:" in answer["remedy"]
    said = desk.run("watch", "add", f"id={name}", "when.place.name=Tripoli", "notify=desk", code=1)
    assert answer["problem"] in said
    said = desk.run("watch", "add", "--file", "-", stdin=f"id: {name}\nwhen: {{text: a}}\nnotify: d\nnam: x\n", code=1)
    assert "stdin:4" in said
    for path in ("nonsense", f"watches/{name}", f"watches/{name}/history"):
        desk.ask("GET", path, 404)
    secret = {"id": name, "type": "slack", "url": "https://hooks.slack.com/services/T0/B0/verysecret"}
    refused = desk.ask("POST", "receivers", 422, json={"item": secret}).text
    assert "{env: NAME}" in refused
    assert "verysecret" not in refused + desk.console.output()


# ---------------------------------------------------------------- files beside


def test_a_files_item_is_read_only_elsewhere_and_its_line_is_true(desk: Desk) -> None:
    desk.save("sources.yaml", sources_file(desk, "a", "b"))
    desk.files.run()
    name = desk.id("b")
    refusal = f"source {name} belongs to sources.yaml: edit sources.yaml:3, or 'tocsin source adopt {name}'"
    for arguments in (("edit", name, "name=x"), ("remove", name, "--yes"), ("add", f"id={name}", "url=http://x.org/")):
        assert refusal in desk.run("source", *arguments, code=1)
    body = {"item": {"url": "http://b.org/"}, "based_on": 1}
    assert refusal in desk.ask("PUT", f"sources/{name}", 403, json=body).json()["detail"]["message"]
    desk.ask("DELETE", f"sources/{name}", 403, headers={"If-Match": "*"})
    desk.ask("POST", "sources", 403, json={"item": {"id": name, "url": "http://x.org/"}})
    desk.save("sources.yaml", f"# a line more\n{sources_file(desk, 'a', 'b')}")
    assert "edit sources.yaml:4" in desk.run("source", "edit", name, "name=x", code=1)
    assert desk.chronicle("source").versions[name] == 1


def test_a_restart_of_the_file_process_changes_nothing(desk: Desk) -> None:
    desk.save("sources.yaml", sources_file(desk, "a", "b"))
    watch_id = desk.id("w")
    desk.save("watches.yaml", f"watches:\n  - {{id: {watch_id}, when: {{place: Deir ez-Zor}}, notify: desk}}\n")
    silence = "comment: drill, watch: w, starts: 2026-01-01T00:00:00Z, for: 8h"
    desk.save("silences.yaml", f"silences:\n  - {{id: {desk.id('s')}, {silence}}}\n")
    desk.files.run()
    desk.run("source", "adopt", desk.id("b"))
    kinds = ("source", "watch", "receiver", "silence")
    before = [desk.records(kind) for kind in kinds]
    assert desk.files.stop() == 0
    desk.files.run()
    assert [desk.records(kind) for kind in kinds] == before
    assert len(desk.files.told("config_published")) == 3, "at the first start alone"
    assert desk.chronicle("watch").items[watch_id].place == "watches.yaml:2"


def test_an_adopted_item_is_left_alone_by_its_file_until_it_is_released(desk: Desk) -> None:
    desk.save("sources.yaml", sources_file(desk, "a", "b"))
    desk.files.run()
    name = desk.id("b")
    assert "owned by desk" in desk.run("source", "adopt", name)
    desk.run("source", "edit", name, "interval_seconds=7")
    desk.save("sources.yaml", sources_file(desk, "a", "b", interval=600))

    def notes() -> list[str]:
        return [row["note"] for row in desk.files.told("config_note") if name in row["note"]]

    desk.until(lambda: bool(notes()), "a note")
    (note,) = notes()
    assert note.startswith(f"sources.yaml:3: {name}: adopted: its entry here has no effect")
    assert f"tocsin source release {name}" in note
    desk.save("sources.yaml", sources_file(desk, "a"))
    desk.until(lambda: desk.chronicle("source").items[desk.id("a")].version == 3, "the other entry, twice")
    assert desk.chronicle("source").items[name].body["interval_seconds"] == 7
    assert "has no entry" in desk.run("source", "release", name, code=1)

    desk.save("sources.yaml", sources_file(desk, "a", "b", interval=900))
    assert "owned by file:sources.yaml" in desk.run("source", "release", name)
    desk.until(lambda: desk.chronicle("source").items[name].body.get("interval_seconds") == 900, "the file's word")
    assert desk.chronicle("source").items[name].owner == "file:sources.yaml"
    desk.save("sources.yaml", sources_file(desk, "a"))
    desk.until(lambda: name not in desk.chronicle("source").items, "its removal by the file")


def test_file_and_api_edits_at_the_same_time_lose_nothing(desk: Desk) -> None:
    desk.save("sources.yaml", "sources: []\n")
    desk.files.run()
    desk.ask("GET", "sources")
    names = [f"n{number}" for number in range(20)]

    def by_api(name: str) -> int:
        item = {"id": desk.id(name), "url": "http://api.org/"}
        return int(desk.answer("POST", "sources", json={"item": item}).status_code)

    with ThreadPoolExecutor(4) as pool:
        answers = pool.map(by_api, names)
        for count in range(1, len(names) + 1):
            desk.save("sources.yaml", sources_file(desk, *names[:count]))
        codes = dict(zip(names, answers, strict=True))
    assert set(codes.values()) <= {201, 403, 409}
    made = [name for name, code in codes.items() if code == 201]

    def settled() -> bool:
        refused = {row["error"] for row in desk.files.told("config_refused")}
        everything = {desk.id(name) for name in names} <= set(desk.chronicle("source").items)
        return everything and all(any(f": {desk.id(name)}: belongs to desk" in e for e in refused) for name in made)

    desk.until(settled, "every item, and a word about each that is not the file's")
    chronicle = desk.chronicle("source")
    for name in names:
        item = chronicle.items[desk.id(name)]
        owner = ("desk", "http://api.org/") if name in made else ("file:sources.yaml", f"http://{name}.org/")
        assert (item.owner, item.body["url"], item.version) == (*owner, 1)
        shown = desk.ask("GET", f"sources/{item.id}").json()
        assert (shown["version"], shown["owner"]) == (item.version, item.owner)


def test_what_a_sensitive_watch_looks_for_stands_in_no_log(desk: Desk) -> None:
    name = desk.id("office")
    row = "id: {}, sensitive: true, label: Area 7, notify: [phone], when: {{place: {{name: {}}}}}"
    desk.save("watches.yaml", f"watches:\n  - {{{row.format(name, 'Tripoli')}}}\n")
    desk.files.run()
    desk.ask("POST", "watches", 422, json={"item": {"id": name, **watch(when={"place": "Tripoli"})}})
    item = watch(when={"place": "Xyzzyplugh"}, sensitive=True, label="Area 8")
    desk.ask("POST", "watches", 201, json={"item": {"id": desk.id("other"), **item}})
    (error,) = desk.files.told("config_refused")
    assert name in error["error"]
    logs = desk.files.output() + desk.console.output()
    assert not any(word in logs for word in ("Tripoli", "Xyzzyplugh"))


# ---------------------------------------------------------------- import and export


def uncommented(folder: Path, kind: str) -> str:
    """The starter's examples of this kind, put into force."""
    text = (folder / f"{kind}.yaml").read_text(encoding="utf-8")
    return re.sub(r"(?m)^  # (- |   )", r"  \1", text)


def test_the_starters_examples_go_in_and_out_unchanged(desk: Desk) -> None:
    starter = desk.folder / "starter"
    write_starter(starter)
    again = desk.folder / "again"
    again.mkdir()
    for name, kind in (("receiver", "receivers"), ("watch", "watches"), ("source", "sources")):
        text = re.sub(r"\{id: ([\w-]+)", rf"{{id: {desk.tag}-\1", uncommented(starter, kind))
        file = desk.folder / f"{kind}.yaml"
        file.write_text(text, encoding="utf-8")
        planned = desk.json(name, "import", str(file), "--dry-run")
        assert planned["added"]
        assert not planned["refused"]
        assert desk.json(name, "import", str(file))["added"] == planned["added"]
        exported = desk.run(name, "export", *planned["added"])
        (again / f"{kind}.yaml").write_text(exported, encoding="utf-8")
        repeated = desk.json(name, "import", str(again / f"{kind}.yaml"))
        assert (repeated["unchanged"], repeated["added"], repeated["changed"]) == (planned["added"], [], [])
    for name in ("receiver", "watch", "source"):
        assert " 0 errors" in desk.run(name, "lint", "--config", str(again))


def test_a_bad_entry_of_an_import_refuses_only_itself(desk: Desk) -> None:
    good, bad = desk.id("good"), desk.id("bad")
    text = f"sources:\n  - {{id: {good}, url: 'http://a.org/'}}\n  - {{id: {bad}, url: 'ftp://a.org/'}}\n"
    file = desk.folder / "in.yaml"
    file.write_text(text, encoding="utf-8")
    said = desk.json("source", "import", str(file), code=1)
    assert said["added"] == [good]
    assert said["refused"][0]["place"] == "in.yaml:3"
    assert said["refused"][0]["remedy"]
    file.write_text(f"- id: {good}\n  url: http://a.org/\n", encoding="utf-8")
    assert "nothing was done" in desk.run("source", "import", str(file), "--prune", "--dry-run")
    desk.run("source", "add", f"id={desk.id('extra')}", "url=http://x.org/")
    assert desk.id("extra") in desk.json("source", "import", str(file), "--prune")["removed"]
    assert good in desk.chronicle("source").items


def test_a_thousand_sources_are_imported_in_seconds(desk: Desk, record_property: Any) -> None:
    rows = "".join(f"  - {{id: {desk.id(f'n{n}')}, url: 'http://h{n}.org/feed'}}\n" for n in range(1000))
    file = desk.folder / "many.yaml"
    file.write_text(f"sources:\n{rows}", encoding="utf-8")
    began = time.monotonic()
    said = desk.json("source", "import", str(file))
    seconds = time.monotonic() - began
    record_property("import_seconds", round(seconds, 2))
    print(f"1,000 sources imported in {seconds:.2f} s")
    assert len(said["added"]) == 1000
    assert seconds < 20
    assert len(desk.json("source", "import", str(file))["unchanged"]) == 1000


def test_opml_goes_in_and_out(desk: Desk) -> None:
    opml = (
        '<?xml version="1.0"?><opml version="2.0"><body><outline text="Syria">'
        f'<outline text="{desk.tag} Desk" xmlUrl="http://{desk.tag}.org/feed"/>'
        f'<outline text="{desk.tag} Desk" xmlUrl="http://{desk.tag}.org/other"/></outline>'
        '<outline text="bad" xmlUrl="ftp://x.org/"/></body></opml>'
    )
    file = desk.folder / "feeds.opml"
    file.write_text(opml, encoding="utf-8")
    said = desk.json("source", "import", str(file), code=1)
    assert said["added"] == [desk.id("desk"), desk.id("desk-2")]
    assert said["refused"][0]["place"] == "feeds.opml:1"
    body = desk.chronicle("source").items[desk.id("desk")].body
    assert (body["tags"], body["alert_from"]) == (["Syria"], "now")
    desk.run("source", "edit", desk.id("desk"), "interval_seconds=7")
    assert desk.json("source", "import", str(file), code=1)["unchanged"] == said["added"]
    file.write_text(desk.run("source", "export", *said["added"], "--opml"), encoding="utf-8")
    assert desk.json("source", "import", str(file))["unchanged"] == said["added"]
    entities = '<!ENTITY a0 "aaaaaaaaaa">' + "".join(f'<!ENTITY a{n + 1} "{f"&a{n};" * 10}">' for n in range(9))
    bomb = f'<!DOCTYPE x [{entities}]><opml><body><outline text="x" xmlUrl="http://&a9;.org/"/></body></opml>'
    file.write_text(bomb, encoding="utf-8")
    assert "not XML" in desk.run("source", "import", str(file), code=1)
    assert "OPML, which lists feeds" in desk.run("watch", "import", str(file), code=1)


# ---------------------------------------------------------------- the editor


@pytest.mark.parametrize("radius", ["40", "5000"])
def test_an_edit_by_hand_is_published_or_kept(desk: Desk, radius: str, monkeypatch: pytest.MonkeyPatch) -> None:
    name = desk.id("hand")
    desk.run("watch", "add", f"id={name}", WHEN, "when.place.within_km=30", "notify=[desk]")
    monkeypatch.setenv("VISUAL", "true")
    assert "nothing was changed" in desk.run("watch", "edit", name)
    monkeypatch.setenv("VISUAL", f"sed -i 's/within_km: 30/within_km: {radius}/'")
    if radius == "40":
        assert "version 2" in desk.run("watch", "edit", name)
        return
    said = desk.run("watch", "edit", name, code=1)
    draft = Path(re.findall(r"--file (\S+)", said)[0])
    assert "less than or equal to 2000" in said
    assert "5000" in draft.read_text()
    assert draft.stat().st_mode & 0o077 == 0
    draft.unlink()
    monkeypatch.setenv("VISUAL", "false")
    assert "Set EDITOR" in desk.run("watch", "edit", name, code=1)
