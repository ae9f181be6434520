"""OPML (http://opml.org/spec2.opml): lists of feeds, as feed readers exchange them."""

import re
import unicodedata
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from lxml import etree
from pydantic import TypeAdapter, ValidationError

from shared.config.sources import HttpUrl
from shared.config.yaml_file import ConfigError, Document, Path_

MAX_BYTES = 20_000_000
_ID_LENGTH = 60
_URL = TypeAdapter(HttpUrl)


def looks_like_opml(name: str, content: bytes) -> bool:
    """Whether this is OPML rather than YAML."""
    return name.lower().endswith((".opml", ".xml")) or content.lstrip(b"\xef\xbb\xbf \t\r\n").startswith(b"<")


def read(content: bytes, name: str, known: Sequence[Mapping[str, Any]]) -> Document:
    """The sources that OPML lists, as ``sources.yaml`` would: folders become tags, and old entries raise no alert.

    ``known``: sources that there are; those whose URL is listed stay as they are. Raises ConfigError. Entities are not
    resolved, and nothing is loaded.
    """
    by_url = {str(source.get("url", "")): source for source in known}
    sources: list[dict[str, Any]] = []
    lines: dict[Path_, int] = {}
    taken = {str(source["id"]) for source in known}
    for outline, folders in _feeds(_root(content, name), ()):
        lines["sources", len(sources)] = outline.sourceline
        sources.append(_source(outline, folders, by_url, taken))
        taken.add(sources[-1]["id"])
    return Document(name, {"sources": sources}, lines)


def _root(content: bytes, name: str) -> etree._Element:
    if len(content) > MAX_BYTES:
        raise ConfigError(name, f"more than {MAX_BYTES:,} bytes", "Split it into several")
    parser = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False)
    try:
        root = etree.fromstring(content, parser)
    except (etree.XMLSyntaxError, ValueError) as error:
        line = getattr(error, "lineno", None) or 1
        problem = getattr(error, "msg", None) or str(error)
        raise ConfigError(f"{name}:{line}", f"not XML: {problem}", "Export it again") from error
    if root.tag != "opml":
        raise ConfigError(f"{name}:1", f"not OPML but <{root.tag}>", "Its root element is <opml>")
    return root


def _feeds(parent: etree._Element, folders: tuple[str, ...]) -> Iterator[tuple[etree._Element, tuple[str, ...]]]:
    """Outlines with a feed, each with the titles of those that it lies in."""
    for outline in parent.iterchildren("body", "outline"):
        if outline.get("xmlUrl") is not None:
            yield outline, folders
        title = outline.get("title") or outline.get("text") or ""
        yield from _feeds(outline, (*folders, title.strip()) if title.strip() else folders)


def _source(
    outline: etree._Element, folders: tuple[str, ...], by_url: Mapping[str, Mapping[str, Any]], taken: set[str]
) -> dict[str, Any]:
    url = _normal(outline.get("xmlUrl", "").strip())
    if url in by_url:
        return dict(by_url[url])
    title = (outline.get("title") or outline.get("text") or "").strip()
    tags = [*folders, *(tag.strip(" /") for tag in outline.get("category", "").split(","))]
    row = {
        "id": _free_id(title, url, taken),
        "url": url,
        "name": title,
        "tags": list(dict.fromkeys(filter(None, tags))),
    }
    return {key: value for key, value in row.items() if value} | {"alert_from": "now"}


def _normal(url: str) -> str:
    """The URL as sources have it; as it is where it is none, and is refused later."""
    try:
        return str(_URL.validate_python(url))
    except ValidationError:
        return url


def _free_id(title: str, url: str, taken: set[str]) -> str:
    name = _slug(title) or _slug(url.partition("://")[2]) or "source"
    found, number = name, 1
    while found in taken:
        number += 1
        found = f"{name}-{number}"
    return found


def _slug(text: str) -> str:
    plain = unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode().lower()
    return re.sub(r"[^a-z0-9]+", "-", plain)[:_ID_LENGTH].strip("-")


def write(sources: Iterable[Mapping[str, Any]]) -> str:
    """The sources as OPML 2.0."""
    root = etree.Element("opml", version="2.0")
    etree.SubElement(etree.SubElement(root, "head"), "title").text = "Tocsin sources"
    body = etree.SubElement(root, "body")
    for source in sources:
        name = str(source.get("name") or source["id"])
        outline = etree.SubElement(body, "outline", type="rss", text=name, title=name, xmlUrl=str(source["url"]))
        if source.get("tags"):
            outline.set("category", ",".join(source["tags"]))
    written = etree.tostring(root, pretty_print=True, xml_declaration=True, encoding="UTF-8")
    return str(written, "utf-8")
