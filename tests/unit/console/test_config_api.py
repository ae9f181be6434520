"""What the configuration API answers, over a writer whose topic is a chronicle in memory."""

from collections.abc import AsyncIterator, Sequence
from typing import Any

import httpx
import pytest
from fastapi import FastAPI

from services.console.config_api import create_config_api
from services.console.read_model import ReadModel
from shared.config.edits import Conflict, conflict_of
from shared.config.kinds import Kind
from shared.config_writer import Writer
from shared.events import ConfigChanged
from shared.kafka import DependencyDownError
from shared.names import gazetteer
from tests.unit.console.samples import NOW

ITEM = {"url": "http://a.org/", "name": "A"}


class MemoryWriter(Writer):
    """Publishes to its own chronicle. Where ``faster`` is set that edit comes first; where ``down``, nothing does."""

    faster: ConfigChanged | None = None
    down = False

    async def publish(self, kind: Kind, changes: Sequence[ConfigChanged]) -> list[Conflict]:
        if self.down:
            raise DependencyDownError("Kafka: no answer")
        chronicle = self.chronicles[kind.key]
        if self.faster:
            chronicle.apply(self.faster)
        lost = [change for change in changes if not chronicle.apply(change)]
        return [conflict_of(kind, chronicle, change.id, change.based_on, change.body) for change in lost]


class Api:
    """The API, and its state."""

    def __init__(self, client: httpx.AsyncClient, model: ReadModel, writer: MemoryWriter) -> None:
        self.client, self.model, self.writer = client, model, writer

    async def __call__(self, method: str, path: str, code: int, **given: Any) -> Any:
        answer = await self.client.request(method, f"/api/{path}", **given)
        assert answer.status_code == code, answer.text
        return answer.json()


@pytest.fixture
async def api() -> AsyncIterator[Api]:
    model = ReadModel()
    model.set_caught_up()
    writer = MemoryWriter(None, model.chronicles(), gazetteer.load, lambda: NOW)
    app = FastAPI()
    app.include_router(create_config_api(model, writer, None))
    transport = httpx.ASGITransport(app)
    async with httpx.AsyncClient(transport=transport, base_url="http://test") as client:
        yield Api(client, model, writer)


async def test_nothing_is_edited_before_all_is_read(api: Api) -> None:
    api.model.caught_up = False
    assert "still reading" in (await api("POST", "sources", 503, json={"item": {"id": "a", **ITEM}}))["detail"]
    await api("GET", "sources", 503)


async def test_an_item_is_made_shown_and_listed(api: Api) -> None:
    made = await api.client.post("/api/sources", json={"item": {"id": "a", **ITEM}})
    assert (made.status_code, made.headers["Location"], made.headers["ETag"]) == (201, "/api/sources/a", '"1"')
    (row,) = await api("GET", "sources", 200)
    assert row == await api("GET", "sources/a", 200)
    assert (row["item"], row["owner"], row["by"]) == ({"id": "a", **ITEM}, "desk", "console")


@pytest.mark.parametrize(
    ("given", "code"),
    [
        ({"json": {"item": ITEM}}, 428),
        ({"json": {"item": ITEM, "based_on": 1}, "headers": {"If-Match": '"2"'}}, 400),
        ({"json": {"item": ITEM}, "headers": {"If-Match": "one"}}, 400),
        ({"json": {"item": ITEM}, "headers": {"If-Match": '"99999999999999999999"'}}, 400),
        ({"json": {"item": ITEM, "based_on": -1}}, 422),
        ({"json": {"item": ITEM, "based_on": 1, "by": ""}}, 422),
        ({"json": {"item": [ITEM], "based_on": 1}}, 422),
        ({"json": {"itm": ITEM, "based_on": 1}}, 422),
        ({"json": {"item": {**ITEM, "id": "b"}, "based_on": 1}}, 422),
        ({"content": '{"based_on": 1, "item": {"interval_seconds": NaN, "url": "http://a.org/"}}'}, 422),
        ({"content": '{"based_on": 1, "item": {"name": "\\ud800", "url": "http://a.org/"}}'}, 422),
        ({"content": '{"based_on": 1, "item": ' + '{"tags":' * 300 + "1" + "}" * 301}, 422),
        ({"json": {"item": ITEM}, "headers": {"If-Match": "*"}}, 200),
        ({"json": {"item": ITEM}, "headers": {"If-Match": 'W/"1"'}}, 200),
        ({"json": {"item": ITEM, "based_on": 1}, "headers": {"If-Match": '"1"'}}, 200),
    ],
)
async def test_an_edit_says_which_version_it_saw(api: Api, given: dict[str, Any], code: int) -> None:
    await api("POST", "sources", 201, json={"item": {"id": "a", "url": "http://a.org/"}})
    headers = {"Content-Type": "application/json"} | given.pop("headers", {})
    await api("PUT", "sources/a", code, headers=headers, **given)
    assert api.model.sources.versions["a"] == (2 if code == 200 else 1)


async def test_whoever_loses_a_race_is_told_the_difference(api: Api) -> None:
    await api("POST", "sources", 201, json={"item": {"id": "a", "url": "http://a.org/"}})
    body = {"id": "a", "url": "http://theirs.org/"}
    api.writer.faster = ConfigChanged(
        id="a", based_on=1, owner="desk", changed_at=NOW, created_at=NOW, body=body, by="ana"
    )
    answer = await api("PUT", "sources/a", 409, json={"item": {"url": "http://mine.org/"}, "based_on": 1})
    conflict = answer["detail"]["conflict"]
    assert (conflict["found"], conflict["by"], conflict["at"]) == (2, "ana", NOW.isoformat())
    assert conflict["fields"] == [
        {"field": "url", "base": "http://a.org/", "yours": "http://mine.org/", "theirs": "http://theirs.org/"}
    ]
    assert api.model.sources.items["a"].body == body


async def test_a_broker_that_is_down_is_said(api: Api) -> None:
    api.writer.down = True
    await api("POST", "sources", 503, json={"item": {"id": "a", **ITEM}})


@pytest.mark.parametrize("kind", ["alerts", "actors", "..", "sources%2Fa"])
async def test_there_are_five_kinds(api: Api, kind: str) -> None:
    await api("GET", kind, 404)
