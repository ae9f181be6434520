"""Who may read the console: whoever holds its token, on a page of its own origin."""

import html
import os
import secrets
from collections.abc import Mapping
from pathlib import Path
from urllib.parse import parse_qsl, urlencode, urlsplit

from starlette.datastructures import Headers, MutableHeaders
from starlette.requests import cookie_parser
from starlette.responses import HTMLResponse, JSONResponse, RedirectResponse, Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from services.console.settings import ConsoleSettings

TOKEN_FILE = "console-token"  # noqa: S105 - the name of a file
TOKEN_BYTES = 32
COOKIE_SECONDS = 90 * 86_400
LOOPBACK_HOSTS = frozenset({"localhost", "127.0.0.1", "::1"})
_WILDCARDS = frozenset({"", "0.0.0.0", "::"})  # noqa: S104 - compared with, not bound to
_WS_REFUSED = 1008

_PAGE = """<!doctype html>
<html lang="en"><head><meta charset="utf-8"><title>Tocsin: {title}</title>
<meta name="viewport" content="width=device-width, initial-scale=1">{head}
<style>
:root {{ color-scheme: light dark; font: 16px/1.5 system-ui, sans-serif }}
main {{ max-width: 34rem; margin: 18vh auto 0; padding: 0 1.25rem }}
h1 {{ font-size: 1.25rem }} code {{ font-size: .95em }}
</style></head>
<body><main><h1>{title}</h1>{body}</main></body></html>"""
_HOW_TO_GET_IN = (
    "<p>This page needs the console's token. <code>tocsin up</code> prints the address with its token; "
    "open that address once in this browser.</p>"
    "<p>The token is also in the file <code>console-token</code> of the data folder. "
    "Append it here as <code>/?token=&hellip;</code></p>"
)


def console_token(settings: ConsoleSettings) -> str:
    """The token of the settings, else the one kept in ``<data>/console-token``, made there (mode 0600) when missing."""
    if settings.console_token is not None:
        return settings.console_token.get_secret_value()
    path = settings.data / TOKEN_FILE
    settings.data.mkdir(parents=True, exist_ok=True)
    return _kept_token(path) or _new_token(path)


def _kept_token(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8").strip()
    except FileNotFoundError:
        return ""


def _new_token(path: Path) -> str:
    token = secrets.token_urlsafe(TOKEN_BYTES)
    draft = path.with_name(f"{path.name}.{secrets.token_hex(4)}")
    with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w", encoding="utf-8") as file:
        file.write(token + "\n")
    draft.replace(path)
    return token


def allowed_hosts(settings: ConsoleSettings) -> frozenset[str]:
    """Host names that a browser may call this console by; any other is DNS rebinding."""
    configured = {settings.console_host.lower(), (urlsplit(settings.console_url).hostname or "").lower()}
    return LOOPBACK_HOSTS | (configured - _WILDCARDS)


def host_name(host_header: str) -> str:
    """The name in a Host header, without port and brackets; empty where there is none to be read."""
    try:
        return (urlsplit(f"//{host_header}").hostname or "").lower()
    except ValueError:
        return ""


def same_token(given: str, token: str) -> bool:
    """Whether this is the token, in a time that does not depend on how much of it is right."""
    return secrets.compare_digest(given.encode("utf-8", "replace"), token.encode())


def bearer_of(headers: Mapping[str, str]) -> str:
    """The token of an ``Authorization: Bearer`` header, or nothing."""
    scheme, _, value = headers.get("authorization", "").partition(" ")
    return value.strip() if scheme.lower() == "bearer" else ""


def content_security_policy(nonce: str) -> str:
    """Nothing from elsewhere, and no inline script but NiceGUI's own; Vue compiles its templates, hence the eval."""
    return "; ".join(
        (
            "default-src 'self'",
            f"script-src 'self' 'nonce-{nonce}' 'unsafe-eval'",
            "style-src 'self' 'unsafe-inline'",
            "img-src 'self' data:",
            "font-src 'self' data:",
            "object-src 'none'",
            "base-uri 'none'",
            "form-action 'none'",
            "frame-ancestors 'none'",
        )
    )


class Guard:
    """ASGI middleware around all that the console serves, web sockets included."""

    def __init__(self, app: ASGIApp, *, token: str, hosts: frozenset[str], port: int) -> None:
        self._app, self._token, self._hosts = app, token, hosts
        # Cookies are shared by all ports of a host; two consoles on one machine must not log each other out.
        self.cookie = f"tocsin-console-{port}"

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answers what is refused, passes the rest on, and adds the security headers."""
        if scope["type"] not in {"http", "websocket"}:
            await self._app(scope, receive, send)
            return
        refusal = self._refusal(scope)
        if scope["type"] == "websocket":
            await self._websocket(refusal, scope, receive, send)
            return
        secured = _Secured(send)
        await (refusal or self._app)(scope, receive, secured.send)

    async def _websocket(self, refusal: Response | None, scope: Scope, receive: Receive, send: Send) -> None:
        if refusal is None:
            await self._app(scope, receive, send)
            return
        await receive()
        await send({"type": "websocket.close", "code": _WS_REFUSED})

    def _refusal(self, scope: Scope) -> Response | None:
        headers = Headers(scope=scope)
        host = headers.get("host", "")
        if host_name(host) not in self._hosts:
            return HTMLResponse(_page("Unknown host", "<p>Open the console by the address that it printed.</p>"), 421)
        origin = headers.get("origin")
        if origin is not None and urlsplit(origin).netloc.lower() != host.lower():
            return JSONResponse({"detail": "requests from other sites are refused"}, 403)
        if scope["type"] == "http" and (entry := self._entry(scope)) is not None:
            return entry
        if self._knows_token(headers):
            return None
        return _unauthorized(scope, headers)

    def _knows_token(self, headers: Headers) -> bool:
        cookies = cookie_parser(headers.get("cookie", ""))
        given = bearer_of(headers) or cookies.get(self.cookie, "")
        return same_token(given, self._token)

    def _entry(self, scope: Scope) -> Response | None:
        """A right ``?token=`` is put into a cookie, and the address is cleaned of it."""
        query = parse_qsl(scope["query_string"].decode("latin-1"), keep_blank_values=True)
        given = next((value for key, value in query if key == "token"), None)
        if given is None or not same_token(given, self._token):
            return None
        rest = urlencode([pair for pair in query if pair[0] != "token"])
        # One slash at the start: two would name another host.
        path = "/" + scope["path"].lstrip("/\\")
        answer = RedirectResponse(path + (f"?{rest}" if rest else ""), 303)
        answer.set_cookie(
            self.cookie,
            self._token,
            max_age=COOKIE_SECONDS,
            httponly=True,
            samesite="strict",
            secure=scope["scheme"] == "https",
        )
        return answer


class _Secured:
    """Adds the security headers to an answer; in a page it marks the scripts that came with it as its own."""

    def __init__(self, send: Send) -> None:
        self._send = send
        self._nonce = secrets.token_urlsafe(16)
        self._start: Message | None = None
        self._body = b""

    async def send(self, message: Message) -> None:
        """Passes a message on; a page is held back until it is whole."""
        if message["type"] == "http.response.start":
            headers = self._secure(message)
            if headers.get("content-type", "").startswith("text/html"):
                self._start = message
                return
        elif self._start is not None and message["type"] == "http.response.body":
            await self._send_page(message)
            return
        await self._send(message)

    def _secure(self, message: Message) -> MutableHeaders:
        headers = MutableHeaders(scope=message)
        headers["Content-Security-Policy"] = content_security_policy(self._nonce)
        headers["X-Content-Type-Options"] = "nosniff"
        headers["X-Frame-Options"] = "DENY"
        headers["Referrer-Policy"] = "no-referrer"
        headers["Cross-Origin-Opener-Policy"] = "same-origin"
        headers["Cross-Origin-Resource-Policy"] = "same-origin"
        headers.setdefault("Cache-Control", "no-store")
        return headers

    async def _send_page(self, message: Message) -> None:
        self._body += message.get("body", b"")
        if message.get("more_body"):
            return
        assert self._start is not None
        # Text of feeds stands in a page with every "<" escaped, so a script tag is one of the page's own.
        body = self._body.replace(b"<script", f'<script nonce="{self._nonce}"'.encode())
        MutableHeaders(scope=self._start)["Content-Length"] = str(len(body))
        await self._send(self._start)
        await self._send({"type": "http.response.body", "body": body})


def _unauthorized(scope: Scope, headers: Headers) -> Response:
    challenge = {"WWW-Authenticate": 'Bearer realm="Tocsin console"'}
    if scope["path"].startswith("/api/"):
        return JSONResponse({"detail": "the console's token is needed: Authorization: Bearer ..."}, 401, challenge)
    again = ""
    if headers.get("sec-fetch-site") == "cross-site" and headers.get("sec-fetch-mode") == "navigate":
        # A strict cookie is not sent when a link elsewhere (Slack, mail) led here; from this page it is.
        again = f'<meta http-equiv="refresh" content="0; url={html.escape("/" + scope["path"].lstrip("/"))}">'
    return HTMLResponse(_page("Token needed", _HOW_TO_GET_IN, again), 401, challenge)


def _page(title: str, body: str, head: str = "") -> str:
    return _PAGE.format(title=html.escape(title), body=body, head=head)
