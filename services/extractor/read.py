"""Reading: an article, a page or a text to a report. Pure; the heart of the extractor."""

import contextlib
import hashlib
from dataclasses import replace
from datetime import UTC, datetime

import cramjam

from services.extractor import html_text
from services.extractor.demonyms import Found, find_demonyms
from services.extractor.html_text import PageText
from services.extractor.language import detect_language
from services.extractor.mentions import find_surfaces
from services.extractor.passages import passages
from services.extractor.places.resolve import Candidate, Resolved, resolve
from services.extractor.plain import clean_line, unwrapped
from services.extractor.proposals import proposals
from services.extractor.recase import recased
from services.extractor.recogniser import Recogniser, Stretches
from services.extractor.writing import Writing
from services.extractor.zones import ZoneIndex, zone_spans
from shared import ids
from shared.events import Actor, ArticleFetched, Beat, Cut, Demonym, Location, PlaceCandidate, Report, ZoneSpan
from shared.names.beats import Area, area_of
from shared.names.names import Names
from shared.names.records import LexiconActor

EXTRACTOR_VERSION = "3"
# A place that was chosen with less confidence carries its rivals.
UNCLEAR = 0.9
# No report is longer; what is longer is a book or an attack, and its event would not fit its topic.
MAX_CHARACTERS = 100_000
MAX_TITLE_CHARACTERS = 1_000
_BREAK = "\n\n"


class Reader:
    """Reads articles with these names, whatever becomes of them meanwhile. Safe to share among threads.

    What a ``recogniser`` raises, a reading raises.
    """

    def __init__(self, names: Names, recogniser: Recogniser | None = None) -> None:
        self._names, self._recogniser = names, recogniser

    @property
    def version(self) -> str:
        """Which code and which names reports are read with."""
        return f"{EXTRACTOR_VERSION}+{self._names.version}"

    def read_article(self, article: ArticleFetched) -> Report:
        """The report in a fetched article: its page's text, or its feed entry's where the page has none."""
        page, problem = _content(article)
        return self.read_text(
            _body(page)[:MAX_CHARACTERS],
            title=page.title[:MAX_TITLE_CHARACTERS],
            article_id=article.article_id,
            source_id=article.source_id,
            url=article.url,
            fetched_at=article.fetched_at,
            published_at=article.entry.published_at or page.published_at,
            language_hint=article.entry.language,
            sha256=article.sha256,
            page_error=problem,
            beat=self._area(article.beat),
            cut=page.cut,
        )

    def _area(self, beat: Beat | None) -> Area | None:
        """None where nothing is known, a region that these names lack included."""
        with contextlib.suppress(ValueError):
            return area_of(beat.country, beat.region, self._names) if beat else None
        return None

    def read_html(self, page: bytes | str, *, url: str = "", published_at: datetime | None = None) -> Report:
        """The report in a page. Raises NoTextError."""
        content = html_text.page_text(page, url or None)
        raw = page if isinstance(page, bytes) else page.encode("utf-8", "surrogatepass")
        return self.read_text(
            _body(content),
            title=content.title,
            url=url,
            published_at=published_at or content.published_at,
            sha256=hashlib.sha256(raw).hexdigest(),
            cut=content.cut,
        )

    def read_text(
        self,
        body: str,
        *,
        title: str = "",
        article_id: str = "",
        source_id: str = "",
        url: str = "",
        fetched_at: datetime | None = None,
        published_at: datetime | None = None,
        language_hint: str = "",
        sha256: str = "",
        page_error: str = "",
        beat: Area | None = None,
        cut: tuple[Cut, ...] = (),
    ) -> Report:
        """The report in a text. Its offsets point into title, blank line and body joined; into the body if no title.

        ``beat`` is the country, or the country and first-order region ("US", "TN"), that the source reports from;
        ``cut`` is what was left out before.
        """
        body = unwrapped(body)
        text = f"{title}{_BREAK}{body}" if title and body else title or body
        zones = zone_spans(text, len(title))
        version = self.version  # an edit that comes while this is read may show, and is not promised
        cased = recased(text, self._names)
        locations, actors, demonyms = self._mentions(text, Writing(cased), zones, beat)
        return Report(
            article_id=article_id or ids.article_id(url or text),
            source_id=source_id,
            url=url,
            title=title,
            text=text,
            language=detect_language(cased[len(text) - len(body) :] if body else cased, language_hint),
            fetched_at=fetched_at or datetime.now(UTC),
            sha256=sha256 or hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest(),
            extractor=version,
            published_at=published_at,
            zones=zones,
            locations=locations,
            actors=actors,
            demonyms=demonyms,
            passages=passages(text, zones),
            page_error=page_error,
            cut=cut,
        )

    def _mentions(
        self, text: str, writing: Writing, zones: tuple[ZoneSpan, ...], beat: Area | None
    ) -> tuple[tuple[Location, ...], tuple[Actor, ...], tuple[Demonym, ...]]:
        """Those in the text, as ``writing`` has it."""
        index = ZoneIndex(zones)
        surfaces = [s for s in find_surfaces(self._names, writing) if index.at(s.start) != "boilerplate"]
        recognised = Stretches(self._recogniser(writing.text) if self._recogniser else ())
        resolved = resolve(surfaces, writing, beat=beat, recognised=recognised)
        locations = tuple(_location(text, r, index) for r in resolved)
        actors = [_actor(text, (s.start, s.end), s.senses.actors[0], index) for s in surfaces if s.senses.actors]
        spans = ((mention.start, mention.end) for mention in actors), ((m.start, m.end) for m in locations)
        actors += [
            _actor(text, (proposal.start, proposal.end), proposal.actor, index)
            for proposal in proposals(writing.text, *spans)
            if index.at(proposal.start) != "boilerplate"
        ]
        named = [*((m.start, m.end) for m in locations), *((m.start, m.end) for m in actors)]
        demonyms = [_demonym(text, found, index) for found in find_demonyms(writing, named)]
        kept = tuple(demonym for demonym in demonyms if demonym.zone != "boilerplate")
        return locations, tuple(sorted(actors, key=lambda mention: mention.start)), kept


def _content(article: ArticleFetched) -> tuple[PageText, str]:
    """The article's page, or its feed entry where the page says nothing, and why not."""
    title = clean_line(html_text.fragment_text(article.entry.title))
    entry = PageText(title, (html_text.fragment_text(article.entry.summary),))
    if article.page is None:
        return entry, article.page_error
    try:
        page = html_text.page_text(bytes(cramjam.zstd.decompress(article.page)), article.final_url or article.url)
    except html_text.NoTextError as error:
        return entry, str(error)
    # The feed's title is the site's own word for the article; a page's may be the site's name.
    return replace(page, title=title or page.title), article.page_error


def _body(page: PageText) -> str:
    return _BREAK.join(paragraph for paragraph in page.paragraphs if paragraph != page.title)


def _location(text: str, resolved: Resolved, zones: ZoneIndex) -> Location:
    surface, place = resolved.surface, resolved.place
    return Location(
        text=text[surface.start : surface.end],
        start=surface.start,
        end=surface.end,
        zone=zones.at(surface.start),
        name=place.name,
        lat=place.lat,
        lon=place.lon,
        country=place.country,
        admin1=place.admin1,
        feature=place.feature,
        confidence=resolved.confidence,
        place_id=place.id,
        geoname_id=place.geoname_id,
        use=resolved.use,
        candidates=tuple(map(_candidate, resolved.candidates)) if resolved.confidence < UNCLEAR else (),
    )


def _candidate(candidate: Candidate) -> PlaceCandidate:
    place = candidate.place
    return PlaceCandidate(
        place_id=place.id,
        name=place.name,
        country=place.country,
        lat=place.lat,
        lon=place.lon,
        score=candidate.score,
    )


def _actor(text: str, span: tuple[int, int], actor: LexiconActor, zones: ZoneIndex) -> Actor:
    start, end = span
    return Actor(
        text=text[start:end],
        start=start,
        end=end,
        zone=zones.at(start),
        id=actor.id,
        name=actor.name,
        kind=actor.kind,
        countries=actor.countries,
    )


def _demonym(text: str, found: Found, zones: ZoneIndex) -> Demonym:
    return Demonym(
        text=text[found.start : found.end],
        start=found.start,
        end=found.end,
        zone=zones.at(found.start),
        country=found.country,
    )
