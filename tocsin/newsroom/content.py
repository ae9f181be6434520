"""The newsroom's hand-written material as frozen values, checked for consistency when loaded."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any, Literal, TypeAlias, cast

import yaml

CONTENT_DIR = Path(__file__).parent
SEVERITIES = ("low", "medium", "high", "critical")
LAYOUTS = ("broadsheet", "portal", "oldtable")

BlockKind: TypeAlias = Literal["paragraph", "heading", "quote"]


class ContentError(ValueError):
    """A file of the newsroom is wrong; the message begins with the file's path."""

    def __init__(self, path: Path, problem: str) -> None:
        super().__init__(f"{path}: {problem}")
        self.path = path
        self.problem = problem


@dataclass(frozen=True, slots=True)
class Block:
    """One paragraph, subheading or quotation of an article, as plain text."""

    kind: BlockKind
    text: str


@dataclass(frozen=True, slots=True)
class Feed:
    """How a site publishes its feed: dialect, and what stands under an entry's title."""

    format: Literal["rss", "atom"]
    summary: Literal["none", "text", "html"]


@dataclass(frozen=True, slots=True)
class Site:
    """An invented outlet: its feed, its layout and the clutter around every article."""

    id: str
    name: str
    tagline: str
    language: str
    direction: Literal["ltr", "rtl"]
    feed: Feed
    layout: str
    colour: str
    nav: tuple[str, ...]
    most_read: tuple[str, ...]
    related: tuple[str, ...]
    appeal: str
    disclaimer: str
    footer: str
    labels: Mapping[str, str]
    encoding: str = "utf-8"


@dataclass(frozen=True, slots=True)
class Article:
    """One published page. A copy carries the blocks of the article named by `copy_of`, and its language."""

    site_id: str
    slug: str
    title: str
    summary: str
    blocks: tuple[Block, ...]
    minutes_ago: int
    language: str
    author: str | None = None
    dateline: str | None = None
    copy_of: str | None = None

    @property
    def key(self) -> str:
        """`site/slug`, unique in the newsroom."""
        return f"{self.site_id}/{self.slug}"

    @property
    def text(self) -> str:
        """The body as plain text, blocks separated by blank lines."""
        return "\n\n".join(block.text for block in self.blocks)


@dataclass(frozen=True, slots=True)
class Watch:
    """A watch as written in `watches.yaml`; `when` is left as the language wrote it."""

    id: str
    when: Mapping[str, Any]
    notify: tuple[str, ...]
    name: str | None = None
    severity: str = "medium"


@dataclass(frozen=True, slots=True)
class Story:
    """A row of the hand-written table: one text with its copies, the watches it must alert, and why."""

    articles: tuple[str, ...]
    watches: tuple[str, ...]
    because: str

    @property
    def key(self) -> str:
        """The key of the story's first-listed article."""
        return self.articles[0]


@dataclass(frozen=True, slots=True, order=True)
class ExpectedAlert:
    """One alert that must arrive exactly once: a story (by its key) and a watch."""

    story: str
    watch: str


@dataclass(frozen=True)
class Newsroom:
    """Everything the demo publishes and expects."""

    sites: Mapping[str, Site]
    articles: Mapping[str, Article]
    watches: Mapping[str, Watch]
    stories: tuple[Story, ...]
    watches_path: Path = field(default=CONTENT_DIR / "watches.yaml")

    @cached_property
    def expected_pairs(self) -> frozenset[ExpectedAlert]:
        """Every (story, watch) that must alert once."""
        return frozenset(ExpectedAlert(story.key, watch) for story in self.stories for watch in story.watches)

    @cached_property
    def release_order(self) -> tuple[Article, ...]:
        """Articles from the oldest to the newest, so that an original comes out before its copies."""
        return tuple(sorted(self.articles.values(), key=lambda article: (-article.minutes_ago, article.key)))

    def of_site(self, site_id: str) -> tuple[Article, ...]:
        """The site's articles, oldest first."""
        return tuple(article for article in self.release_order if article.site_id == site_id)

    def story_of(self, article_key: str) -> Story:
        """The story that holds the article; KeyError when there is none."""
        return self._stories_by_article[article_key]

    def notifications_expected(self, receiver: str) -> frozenset[ExpectedAlert]:
        """The pairs whose watch notifies this receiver."""
        return frozenset(pair for pair in self.expected_pairs if receiver in self.watches[pair.watch].notify)

    @cached_property
    def _stories_by_article(self) -> dict[str, Story]:
        return {key: story for story in self.stories for key in story.articles}


def load_newsroom(directory: Path = CONTENT_DIR) -> Newsroom:
    """Read and check the newsroom's files in `directory`; raises ContentError naming the file that is wrong."""
    sites = _load_sites(directory / "sites.yaml")
    articles = _load_articles(directory / "articles", sites)
    watches = _load_watches(directory / "watches.yaml")
    stories = _load_stories(directory / "expected.yaml", articles, watches)
    return Newsroom(sites, articles, watches, stories, directory / "watches.yaml")


def _load_sites(path: Path) -> dict[str, Site]:
    document = _read_yaml(path, required={"labels", "sites"})
    sites = [_site(path, raw, document["labels"]) for raw in document["sites"]]
    _refuse_repeats(path, (site.id for site in sites))
    return {site.id: site for site in sites}


def _site(path: Path, raw: dict[str, Any], labels: dict[str, dict[str, str]]) -> Site:
    where = f"site {raw.get('id')!r}"
    fields = dict(raw)
    try:
        fields["direction"] = fields.pop("dir")
        fields["feed"] = Feed(**fields["feed"])
        fields["labels"] = labels[fields["language"]]
        fields |= {name: tuple(fields[name]) for name in ("nav", "most_read", "related")}
        site = Site(**fields)
    except KeyError as error:
        raise ContentError(path, f"{where} lacks {error}") from error
    except TypeError as error:
        raise ContentError(path, f"{where}: {error}") from error
    _require(site.layout in LAYOUTS, path, f"{where}: layout {site.layout!r} is not one of {LAYOUTS}")
    _require(site.direction in {"ltr", "rtl"}, path, f"{where}: dir must be ltr or rtl")
    _require(site.feed.format in {"rss", "atom"}, path, f"{where}: feed format must be rss or atom")
    _require(site.feed.summary in {"none", "text", "html"}, path, f"{where}: feed summary must be none, text or html")
    return site


def _load_articles(directory: Path, sites: Mapping[str, Site]) -> dict[str, Article]:
    articles: dict[str, Article] = {}
    drafts = [_read_article(path, sites) for path in sorted(directory.glob("*/*.md"))]
    originals = {draft.key: draft for draft in drafts if draft.copy_of is None}
    for draft in drafts:
        article = draft if draft.copy_of is None else _filled_copy(directory, draft, originals)
        articles[article.key] = article
    _refuse_repeats(directory, (f"{article.site_id} at {article.minutes_ago} minutes" for article in drafts))
    return articles


_ARTICLE_KEYS = frozenset({"title", "summary", "author", "minutes_ago", "dateline", "copy_of"})


def _read_article(path: Path, sites: Mapping[str, Site]) -> Article:
    site_id = path.parent.name
    _require(site_id in sites, path, f"no site {site_id!r} in sites.yaml")
    opening, front, body = _split_front_matter(path)
    _require(opening == "", path, "front matter must begin with '---' on the first line")
    meta = _parse_yaml(path, front)
    unknown = set(meta) - _ARTICLE_KEYS
    _require(not unknown, path, f"unknown keys {sorted(unknown)}")
    _require({"title", "minutes_ago"} <= set(meta), path, "title and minutes_ago are needed")
    blocks = parse_blocks(body)
    is_copy = "copy_of" in meta
    _require(is_copy != bool(blocks), path, "an article has either a body or copy_of")
    return Article(
        site_id=site_id,
        slug=path.stem,
        title=meta["title"],
        summary=meta.get("summary", ""),
        blocks=blocks,
        minutes_ago=meta["minutes_ago"],
        language=sites[site_id].language,
        author=meta.get("author"),
        dateline=meta.get("dateline"),
        copy_of=meta.get("copy_of"),
    )


def _split_front_matter(path: Path) -> tuple[str, str, str]:
    parts = path.read_text(encoding="utf-8").split("---\n", 2)
    _require(len(parts) == 3, path, "front matter between two '---' lines is needed")
    return parts[0], parts[1], parts[2]


def _filled_copy(directory: Path, draft: Article, originals: Mapping[str, Article]) -> Article:
    path = directory / f"{draft.key}.md"
    original = originals.get(cast("str", draft.copy_of))
    if original is None:
        raise ContentError(path, f"copy_of {draft.copy_of!r} names no original article")
    _require(draft.minutes_ago < original.minutes_ago, path, "a copy must be younger than its original")
    return Article(
        site_id=draft.site_id,
        slug=draft.slug,
        title=draft.title,
        summary=draft.summary or original.summary,
        blocks=original.blocks,
        minutes_ago=draft.minutes_ago,
        language=original.language,
        author=draft.author or original.author,
        dateline=draft.dateline or original.dateline,
        copy_of=draft.copy_of,
    )


def parse_blocks(body: str) -> tuple[Block, ...]:
    """Split an article's body at blank lines into paragraphs, `## ` subheadings and `> ` quotations."""
    chunks = (" ".join(chunk.split()) for chunk in body.split("\n\n"))
    return tuple(_block(chunk) for chunk in chunks if chunk)


def _block(chunk: str) -> Block:
    if chunk.startswith("## "):
        return Block("heading", chunk[3:])
    if chunk.startswith("> "):
        return Block("quote", chunk[2:])
    return Block("paragraph", chunk)


def _load_watches(path: Path) -> dict[str, Watch]:
    document = _read_yaml(path, required={"watches"})
    watches = [_watch(path, raw) for raw in document["watches"]]
    _refuse_repeats(path, (watch.id for watch in watches))
    return {watch.id: watch for watch in watches}


def _watch(path: Path, raw: dict[str, Any]) -> Watch:
    where = f"watch {raw.get('id')!r}"
    try:
        watch = Watch(**(raw | {"notify": tuple(raw["notify"])}))
    except (KeyError, TypeError) as error:
        raise ContentError(path, f"{where}: {error}") from error
    _require(watch.severity in SEVERITIES, path, f"{where}: severity must be one of {SEVERITIES}")
    _check_clause(path, where, watch.when)
    return watch


def _check_clause(path: Path, where: str, clause: Any) -> None:
    _require(isinstance(clause, dict) and len(clause) == 1, path, f"{where}: a clause has exactly one key: {clause!r}")
    (kind, value), *_ = clause.items()
    if kind in {"all", "any", "none"}:
        for inner in value:
            _check_clause(path, where, inner)
        return
    allowed = {"place": (str, list, dict), "actor": (str, dict), "text": (str,)}
    _require(kind in allowed, path, f"{where}: unknown clause {kind!r}")
    _require(isinstance(value, allowed[kind]), path, f"{where}: {kind} cannot be {value!r}")
    if isinstance(value, dict):
        keys = {"place": {"name", "geoname_id", "country", "within_km"}, "actor": {"name", "parts"}}[kind]
        _require(set(value) <= keys, path, f"{where}: {kind} has unknown keys {sorted(set(value) - keys)}")


def _load_stories(path: Path, articles: Mapping[str, Article], watches: Mapping[str, Watch]) -> tuple[Story, ...]:
    document = _read_yaml(path, required={"stories"})
    stories = tuple(_story(path, raw) for raw in document["stories"])
    listed = [key for story in stories for key in story.articles]
    _refuse_repeats(path, listed)
    _require_same(path, "articles", set(listed), set(articles))
    _require_same(path, "watches", {watch for story in stories for watch in story.watches}, set(watches))
    for story in stories:
        _check_copies(path, story, articles)
    return stories


def _story(path: Path, raw: dict[str, Any]) -> Story:
    _require(set(raw) == {"articles", "watches", "because"}, path, f"a story needs articles, watches, because: {raw}")
    _require(bool(raw["articles"]), path, "a story needs an article")
    _refuse_repeats(path, raw["watches"])
    return Story(tuple(raw["articles"]), tuple(raw["watches"]), raw["because"])


def _check_copies(path: Path, story: Story, articles: Mapping[str, Article]) -> None:
    original, *copies = (articles[key] for key in story.articles)
    _require(original.copy_of is None, path, f"{original.key} is a copy and cannot lead a story")
    for copy in copies:
        _require(copy.copy_of == original.key, path, f"{copy.key} is not a copy of {original.key}")


def _require_same(path: Path, what: str, listed: set[str], known: set[str]) -> None:
    _require(listed <= known, path, f"unknown {what}: {sorted(listed - known)}")
    _require(known <= listed, path, f"{what} that no story lists: {sorted(known - listed)}")


def _refuse_repeats(path: Path, names: Iterable[str]) -> None:
    repeated = sorted(_repeats(names))
    _require(not repeated, path, f"more than once: {repeated}")


def _repeats(names: Iterable[str]) -> Iterator[str]:
    return (name for name, count in Counter(names).items() if count > 1)


def _read_yaml(path: Path, required: set[str]) -> dict[str, Any]:
    if not path.is_file():
        raise ContentError(path, "no such file")
    document = _parse_yaml(path, path.read_text(encoding="utf-8"))
    _require(required <= set(document), path, f"needs the keys {sorted(required)}")
    return document


def _parse_yaml(path: Path, text: str) -> dict[str, Any]:
    try:
        document = yaml.safe_load(text)
    except yaml.YAMLError as error:
        raise ContentError(path, f"not valid YAML: {error}") from error
    _require(isinstance(document, dict), path, "a mapping is needed")
    return cast("dict[str, Any]", document)


def _require(condition: bool, path: Path, problem: str) -> None:
    if not condition:
        raise ContentError(path, problem)
