"""``tocsin read``."""

import asyncio
import json
import os
import sys
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from tocsin.commands.options import CONFIG, Config, fail, print_json

if TYPE_CHECKING:
    from services.extractor.read import Reader
    from shared.events import Report


def read(
    source: Annotated[str, typer.Argument(help="A file, a URL, or - for standard input, as without it.")] = "-",
    html: Annotated[bool, typer.Option("--html", help="The input is a page.")] = False,
    text: Annotated[bool, typer.Option("--text", help="The input is plain text; offsets point into it.")] = False,
    jsonl: Annotated[
        bool,
        typer.Option(
            "--jsonl", help='Lines {"id", "text" or "html", "title"?, "published"?, "url"?}; a report line each.'
        ),
    ] = False,
    url: Annotated[str, typer.Option("--url", help="The address that the input came from.")] = "",
    published: Annotated[str, typer.Option("--published", help="When it was published (ISO 8601).")] = "",
    config: Config = CONFIG,
) -> None:
    """Show what the extractor sees: a report as JSON. Needs no broker; own names are those of names.yaml."""
    from services.extractor.read import Reader
    from services.extractor.recogniser import load as load_recogniser
    from services.extractor.settings import ExtractorSettings
    from shared import collector, settings
    from shared.names import gazetteer
    from shared.names.live import LiveNames
    from tocsin.config_files.lint import own_names

    if config.is_dir():
        os.environ["TOCSIN_CONFIG"] = str(config)
    try:
        recogniser = load_recogniser(settings.build(ExtractorSettings).recogniser)
    except settings.SettingsError as error:
        fail(str(error))
    try:
        names = gazetteer.load(lambda step: print(f"compiling names (once): {step}", file=sys.stderr))
    except gazetteer.NamesFolderError as error:
        fail(str(error))
    reader = Reader(LiveNames(names, own_names(config, lambda: names)), recogniser)
    collector.settle()
    if jsonl:
        for number, line in enumerate(_lines(source), start=1):
            print_json(_read_line(reader, line, number))
        return
    content, address = _content(source)
    as_page = html or (not text and _looks_like_page(content))
    print_json(_read_one(reader, content, as_page=as_page, url=url or address, published=published))


def _lines(source: str) -> Iterator[str]:
    with sys.stdin if source == "-" else _open(source) as file:
        yield from (line for line in file if line.strip())


def _open(source: str) -> Any:
    try:
        return Path(source).open(encoding="utf-8")
    except OSError as error:
        fail(f"{source}: {error.strerror}")


def _content(source: str) -> tuple[bytes, str]:
    if source == "-":
        return sys.stdin.buffer.read(), ""
    if source.startswith(("http://", "https://")):
        return asyncio.run(_download(source)), source
    try:
        return Path(source).read_bytes(), ""
    except OSError as error:
        fail(f"{source}: {error.strerror}")


async def _download(url: str) -> bytes:
    from services.fetcher.settings import FetcherSettings
    from shared.http.client import HttpFailureError, client, get
    from shared.http.egress import EgressGuard, EgressRefusedError
    from shared.settings import build

    settings = build(FetcherSettings)
    async with client(EgressGuard(settings.egress.allow), settings.fetch_user_agent) as http:
        try:
            answer = await get(
                http,
                url,
                headers={},
                max_body_bytes=settings.fetch_max_page_bytes,
                deadline_seconds=settings.fetch_deadline_seconds,
            )
        except (HttpFailureError, EgressRefusedError) as error:
            fail(f"{url}: {error}")
    if answer.status != 200:
        fail(f"{url}: HTTP {answer.status}")
    return answer.body


def _looks_like_page(content: bytes) -> bool:
    start = content[:2000].lstrip().lower()
    return start.startswith((b"<!doctype", b"<html", b"<?xml")) or b"<body" in start or b"<head" in start


def _read_one(reader: "Reader", content: bytes, *, as_page: bool, url: str, published: str) -> dict[str, Any]:
    from services.extractor.html_text import NoTextError

    moment = _moment(published)
    if not as_page:
        text = content.decode("utf-8", "replace")
        return report_json(reader.read_text(text, url=url, published_at=moment))
    try:
        return report_json(reader.read_html(content, url=url, published_at=moment))
    except NoTextError as error:
        fail(str(error))


def _read_line(reader: "Reader", line: str, number: int) -> dict[str, Any]:
    from services.extractor.html_text import NoTextError

    try:
        row = json.loads(line)
        row_id, title = str(row["id"]), str(row.get("title") or "")
    except (ValueError, KeyError, TypeError) as error:
        fail(f"line {number}: not a JSON object with an id: {error}")
    moment, url = _moment(str(row.get("published") or "")), str(row.get("url") or "")
    if row.get("html"):
        try:
            report = reader.read_html(str(row["html"]), url=url, published_at=moment)
        except NoTextError:
            report = reader.read_text("", title=title, url=url, published_at=moment)
        return {**report_json(report), "id": row_id}
    report = reader.read_text(str(row.get("text") or ""), title=title, url=url, published_at=moment)
    return {**_apart_from_title(report_json(report), title), "id": row_id}


def _moment(value: str) -> datetime | None:
    if not value:
        return None
    try:
        moment = datetime.fromisoformat(value)
    except ValueError:
        fail(f"'{value}' is not a time. Write it as 2026-03-01T12:00:00Z")
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


def report_json(report: "Report") -> dict[str, Any]:
    """A report as ``read`` shows it."""
    import msgspec

    body = msgspec.to_builtins(report)
    for internal in ("article_id", "source_id", "passages", "page_error"):
        del body[internal]
    return {"id": report.article_id, **body, "events": [], "quotes": [], "story": report.article_id}


def _apart_from_title(body: dict[str, Any], title: str) -> dict[str, Any]:
    """Where title and text were given apart, offsets point into whichever of the two the zone says."""
    if not title or not body["text"].startswith(f"{title}\n\n"):
        return body
    shift = len(title) + 2
    body["text"] = body["text"][shift:]
    for key in ("zones", "locations", "actors", "demonyms"):
        for span in body[key]:
            if span["zone"] != "title":
                span["start"] -= shift
                span["end"] -= shift
    return body
