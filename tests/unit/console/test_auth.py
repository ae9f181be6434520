"""The token, and the guard before everything."""

import stat
from pathlib import Path
from typing import Any

import httpx
import pytest
from pydantic import SecretStr
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import HTMLResponse, PlainTextResponse, Response
from starlette.routing import Route, WebSocketRoute
from starlette.websockets import WebSocket

from services.console import auth
from services.console.settings import ConsoleSettings

TOKEN = "a-token-of-some-length"
COOKIE = {"tocsin-console-8470": TOKEN}
NAVIGATION = {"sec-fetch-site": "cross-site", "sec-fetch-mode": "navigate"}


async def home(request: Request) -> Response:
    return HTMLResponse("<html><script>1</script></html>")


async def api(request: Request) -> Response:
    return PlainTextResponse("secret")


async def socket(websocket: WebSocket) -> None:
    await websocket.accept()


def guarded() -> auth.Guard:
    routes = [Route("/", home), Route("/alerts/{id}", home), Route("/api/alerts", api), WebSocketRoute("/ws", socket)]
    return auth.Guard(Starlette(routes=routes), token=TOKEN, hosts=auth.allowed_hosts(ConsoleSettings()), port=8470)


async def get(path: str, base: str = "http://127.0.0.1:8470", **given: Any) -> httpx.Response:
    cookies = given.pop("cookies", None)
    async with httpx.AsyncClient(transport=httpx.ASGITransport(guarded()), base_url=base, cookies=cookies) as client:
        return await client.get(path, **given)


async def connect(headers: dict[str, str]) -> str:
    """The type of the first message that a web socket is answered with."""
    answers: list[Any] = []
    raw = [(name.encode(), value.encode()) for name, value in {"host": "localhost:8470", **headers}.items()]
    scope = {"type": "websocket", "path": "/ws", "headers": raw, "query_string": b"", "scheme": "ws"}

    async def receive() -> Any:
        return {"type": "websocket.connect"}

    async def send(message: Any) -> None:
        answers.append(message)

    await guarded()(scope, receive, send)
    return str(answers[0]["type"])


def test_a_token_is_made_once_and_only_its_owner_may_read_it(tmp_path: Path) -> None:
    settings = ConsoleSettings(data=tmp_path / "new")
    token = auth.console_token(settings)
    path = tmp_path / "new" / auth.TOKEN_FILE
    assert len(token) >= 32
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert auth.console_token(settings) == token
    assert [file.name for file in path.parent.iterdir()] == [auth.TOKEN_FILE]


def test_an_empty_token_file_lets_nobody_in(tmp_path: Path) -> None:
    (tmp_path / auth.TOKEN_FILE).write_text("\n")
    assert len(auth.console_token(ConsoleSettings(data=tmp_path))) >= 32


def test_a_token_of_the_settings_is_taken_and_not_written(tmp_path: Path) -> None:
    settings = ConsoleSettings(data=tmp_path / "new", console_token=SecretStr(TOKEN))
    assert auth.console_token(settings) == TOKEN
    assert not (tmp_path / "new").exists()


async def test_without_token_a_page_says_how_to_get_in() -> None:
    answer = await get("/")
    assert answer.status_code == 401
    assert "tocsin up" in answer.text
    assert TOKEN not in answer.text
    assert "http-equiv" not in answer.text


@pytest.mark.parametrize(
    "given",
    [
        {},
        {"headers": {"authorization": "Bearer wrong"}},
        {"headers": {"authorization": f"Basic {TOKEN}"}},
        {"cookies": {"tocsin-console-8470": "wrong"}},
        {"cookies": {"tocsin-console-1": TOKEN}},
        {"params": {"token": "wrong"}},
    ],
)
async def test_the_api_is_closed_without_the_right_token(given: dict[str, Any]) -> None:
    answer = await get("/api/alerts", **given)
    assert answer.status_code == 401
    assert "secret" not in answer.text


@pytest.mark.parametrize("given", [{"headers": {"authorization": f"bearer {TOKEN}"}}, {"cookies": COOKIE}])
async def test_the_api_opens_by_header_and_by_cookie(given: dict[str, Any]) -> None:
    assert (await get("/api/alerts", **given)).text == "secret"


async def test_the_token_in_an_address_becomes_a_strict_cookie() -> None:
    answer = await get("/alerts/1", params={"token": TOKEN, "a": "b c"})
    assert answer.status_code == 303
    assert answer.headers["location"] == "/alerts/1?a=b+c"
    cookie = answer.headers["set-cookie"].lower()
    assert "httponly" in cookie
    assert "samesite=strict" in cookie
    assert "secure" not in cookie


async def test_a_cookie_over_https_is_secure() -> None:
    answer = await get("/", base="https://localhost", params={"token": TOKEN})
    assert "secure" in answer.headers["set-cookie"].lower()


async def test_the_redirect_stays_on_this_host() -> None:
    answer = await get("http://127.0.0.1:8470//evil.example/x", params={"token": TOKEN})
    assert answer.headers["location"] == "/evil.example/x"


async def test_a_link_from_elsewhere_is_tried_again_from_here() -> None:
    answer = await get('/alerts/1"><script>', headers=NAVIGATION)
    assert answer.status_code == 401
    assert 'http-equiv="refresh"' in answer.text
    assert "<script>" not in answer.text


@pytest.mark.parametrize(
    "host", ["evil.example", "127.0.0.1.evil.example:8470", "", "localhost.:1", "[::1", "10.0.0.1"]
)
async def test_other_host_names_are_refused(host: str) -> None:
    answer = await get("/api/alerts", headers={"host": host}, cookies=COOKIE)
    assert answer.status_code == 421


@pytest.mark.parametrize("host", ["localhost:8470", "LOCALHOST", "127.0.0.1:1", "[::1]:8470"])
async def test_loopback_names_are_let_in(host: str) -> None:
    answer = await get("/api/alerts", headers={"host": host, "authorization": f"Bearer {TOKEN}"})
    assert answer.status_code == 200


def test_configured_names_are_let_in_and_wildcards_are_none() -> None:
    settings = ConsoleSettings(console_host="0.0.0.0", console_url="https://tocsin.example.org/x")
    assert auth.allowed_hosts(settings) == auth.LOOPBACK_HOSTS | {"tocsin.example.org"}


async def test_pages_of_other_origins_are_refused() -> None:
    headers = {"origin": "http://127.0.0.1:9999"}
    assert (await get("/api/alerts", headers=headers, cookies=COOKIE)).status_code == 403
    own = {"origin": "http://127.0.0.1:8470"}
    assert (await get("/api/alerts", headers=own, cookies=COOKIE)).status_code == 200


async def test_web_sockets_need_the_token_and_the_origin() -> None:
    cookie = {"cookie": f"tocsin-console-8470={TOKEN}"}
    assert await connect({}) == "websocket.close"
    assert await connect({**cookie, "origin": "http://localhost:1"}) == "websocket.close"
    assert await connect({**cookie, "origin": "http://localhost:8470"}) == "websocket.accept"


async def test_answers_carry_security_headers_and_scripts_their_nonce() -> None:
    first, second = await get("/", cookies=COOKIE), await get("/", cookies=COOKIE)
    assert first.headers["x-content-type-options"] == "nosniff"
    assert first.headers["referrer-policy"] == "no-referrer"
    assert first.headers["cache-control"] == "no-store"
    policy = first.headers["content-security-policy"]
    nonce = policy.partition("'nonce-")[2].partition("'")[0]
    assert f'<script nonce="{nonce}">' in first.text
    assert "'unsafe-inline'" not in policy.partition("script-src")[2].partition(";")[0]
    assert policy != second.headers["content-security-policy"]
