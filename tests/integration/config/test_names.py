"""A desk's own names by files, command line and API, and watches on them."""

import json

from tests.integration.config.conftest import Desk

POINT = ("kind=place", "lat=35.0", "lon=38.0", "country=SY")


def test_names_are_edited_everywhere_and_watches_are_pinned_to_them(desk: Desk) -> None:
    name, watch = desk.id("camp"), desk.id("near")
    assert "version 1" in desk.run("name", "add", f"id={name}", *POINT, f"name=Tell {desk.tag} Qarmat")
    assert desk.json("name", "show", name)["lat"] == 35.0
    assert f"Tell {desk.tag} Qarmat  35.0, 38.0" in desk.run("name", "list")
    added = desk.run("watch", "add", f"id={watch}", f"when.place.name=Tell {desk.tag} Qarmat",
                     "when.place.within_km=30", f"notify=[{desk.id('desk')}]")  # fmt: skip
    assert f"note   no receiver '{desk.id('desk')}' is configured" in added
    pinned = desk.chronicle("watch").items[watch].body["when"]["place"]
    assert (pinned["id"], pinned["lat"]) == (f"own:{name}", 35.0)

    seen = desk.ask("GET", f"names/{name}")
    item = {**seen.json()["item"], "aliases": [f"{desk.tag} hill"]}
    desk.ask("PUT", f"names/{name}", json={"item": item}, headers={"If-Match": seen.headers["ETag"]})
    assert [row["version"] for row in desk.json("name", "history", name)] == [1, 2]
    other = desk.ask("POST", "watches", 201, json={"item": {
        "id": desk.id("other"), "when": {"place": {"name": f"{desk.tag} hill"}}, "notify": ["desk"]}})  # fmt: skip
    assert other.json()["version"] == 1
    assert desk.chronicle("watch").items[desk.id("other")].body["when"]["place"]["id"] == f"own:{name}"

    removed = desk.run("name", "remove", name, "--yes")
    assert f"note   watch {watch} is pinned to it, and keeps its point" in removed
    assert f"note   watch {desk.id('other')} is pinned to it, and nothing will be found" in removed
    desk.run("name", "restore", name, "2")
    exported = desk.run("name", "export", name)
    assert "names:" in exported
    (desk.folder / "names.yaml").write_text(exported)
    assert desk.json("name", "import", str(desk.folder / "names.yaml"), "--dry-run")["unchanged"] == [name]


def test_what_is_wrong_is_refused_with_its_remedy(desk: Desk) -> None:
    fields = ("kind=place", "same_as=Tripoli", "aliases=[Zz Tripoli]")
    said = desk.run("name", "add", f"id={desk.id('x')}", *fields, code=1)
    assert "'Tripoli' may be: " in said
    assert "Write the id that you mean" in said
    answer = desk.ask("POST", "names", 422, json={"item": {"id": desk.id("x"), "kind": "actor", "name": "Zz Band",
                                                           "parents": ["zz-nobody"]}})  # fmt: skip
    assert answer.json()["detail"]["remedy"].startswith("Add it before its parts")


def _names_file(name_id: str, spelled: str, lat: float) -> str:
    row = {"id": name_id, "kind": "place", "name": spelled, "lat": lat, "lon": 38, "country": "SY"}
    return json.dumps({"names": [row]})


def test_names_of_a_file_are_in_force_before_its_watches_and_belong_to_it(desk: Desk) -> None:
    camp, near = desk.id("camp"), desk.id("near")
    spelled = f"Tell {desk.tag} Qarmat"
    receiver = {"id": desk.id("d"), "type": "webhook", "url": "http://a.org/", "secret": {"env": "SECRET"}}
    desk.save("receivers.yaml", json.dumps({"receivers": [receiver]}))
    when = {"place": {"name": spelled, "within_km": 30}}
    desk.save("watches.yaml", json.dumps({"watches": [{"id": near, "when": when, "notify": desk.id("d")}]}))
    desk.save("names.yaml", _names_file(camp, spelled, 35))
    assert "0 errors" in (linted := desk.run("watch", "lint"))
    assert "note" not in linted
    desk.files.run()
    desk.until(lambda: near in desk.chronicle("watch").items, "the watch")
    assert desk.chronicle("watch").items[near].body["when"]["place"]["id"] == f"own:{camp}"
    assert f"edit names.yaml:1, or 'tocsin name adopt {camp}'" in desk.run("name", "remove", camp, "--yes", code=1)

    # Its point moves: the file's watch follows. The name goes: the watch keeps its pin.
    desk.save("names.yaml", _names_file(camp, spelled, 36))
    desk.until(lambda: desk.chronicle("watch").items[near].body["when"]["place"]["lat"] == 36, "the new point")
    desk.save("names.yaml", "names: []")
    desk.until(lambda: camp not in desk.chronicle("name").items, "the removal")
    desk.save("watches.yaml", (desk.config / "watches.yaml").read_text() + "\n# saved again\n")
    desk.save("sources.yaml", f"sources: [{{id: {desk.id('s')}, url: 'http://s.org/'}}]")
    desk.until(lambda: desk.id("s") in desk.chronicle("source").items, "what was saved last")
    watch = desk.chronicle("watch").items[near]
    assert (watch.version, watch.body["when"]["place"]["id"]) == (2, f"own:{camp}")


def test_parents_may_stand_anywhere_in_the_same_file(desk: Desk) -> None:
    part, whole = desk.id("part"), desk.id("whole")
    text = json.dumps({"names": [
        {"id": part, "kind": "actor", "name": f"{desk.tag} Battalion", "parents": [whole]},
        {"id": whole, "kind": "actor", "name": f"{desk.tag} Brigade"},
    ]})  # fmt: skip
    (desk.folder / "n.yaml").write_text(text)
    assert desk.json("name", "import", str(desk.folder / "n.yaml"))["added"] == [part, whole]
    assert desk.chronicle("name").items[part].body["parents"] == [f"own:{whole}"]


def test_a_shape_of_a_file_is_read_once_and_an_adopted_watch_can_be_edited(desk: Desk) -> None:
    near, made = desk.id("near"), desk.id("made")
    line = {"type": "LineString", "coordinates": [[38.0, 34.0], [39.0, 35.0]]}
    desk.save("road.geojson", json.dumps(line))
    when = {"place": {"geojson": "road.geojson", "within_km": 5}}
    desk.save("watches.yaml", json.dumps({"watches": [{"id": near, "when": when, "notify": "d"}]}))
    desk.files.run()
    desk.until(lambda: near in desk.chronicle("watch").items, "the watch")
    desk.run("watch", "adopt", near)
    desk.run("watch", "edit", near, "severity=high")
    place = {"geojson": line, "name": "road.geojson", "within_km": 5}
    assert desk.json("watch", "show", near)["when"] == {"place": place}
    desk.run("watch", "add", f"id={made}", "when.place.geojson=road.geojson", "when.place.within_km=5", "notify=d")
    (desk.config / "road.geojson").unlink()
    desk.run("watch", "edit", made, "severity=high")
    assert desk.chronicle("watch").items[made].body["when"] == {"place": place}
    given = {"item": {"id": desk.id("api"), "when": when, "notify": ["d"]}}
    problem = desk.ask("POST", "watches", 422, json=given).json()["detail"]
    assert "road.geojson cannot be read" in problem["message"]
    given["item"]["when"] = {"place": {"geojson": line, "within_km": 5}}
    desk.ask("POST", "watches", 201, json=given)
