"""Events that pass between services: frozen, versioned, named in the past tense.

Fields are only ever added, with a default; a breaking change gets a new topic. Instants are aware and in UTC; their
names end in ``_at``. Offsets count characters (code points) into the ``text`` beside them, end exclusive.
"""

from datetime import datetime
from typing import Any, Literal

from msgspec import Struct

Zone = Literal["title", "lead", "body", "quote", "caption", "boilerplate"]
Severity = Literal["low", "medium", "high", "critical"]


class Event(Struct, frozen=True, kw_only=True):
    """Base of all events. ``v`` is the schema version within the topic."""

    v: int = 1


# ---------------------------------------------------------------- configuration


class ConfigChanged(Event, frozen=True, kw_only=True):
    """One edit of one configured item, on ``sources.changed``, ``watches.changed`` and their like.

    A reader applies it only where the item stands at version ``based_on`` (0: it does not exist), and it then stands
    at ``based_on + 1``. ``body`` is None where the edit removes the item. ``created_at`` is when version 1 was made.
    ``owner`` is ``file:NAME`` for items that a file owns. No body ever holds a secret, only a reference to one.
    ``written`` is the body as its author wrote it, where the body holds more: the ids that its names were pinned to.
    """

    id: str
    based_on: int
    owner: str
    changed_at: datetime
    created_at: datetime
    body: dict[str, Any] | None
    place: str = ""  # where to edit it: "watches.yaml:12"
    by: str = ""  # who made the edit; empty where a file did
    written: dict[str, Any] | None = None


# ---------------------------------------------------------------- fetching


class FeedEntry(Struct, frozen=True, kw_only=True):
    """An entry as its feed gave it; text fields may hold HTML."""

    link: str
    guid: str = ""
    title: str = ""
    summary: str = ""
    published_at: datetime | None = None
    authors: tuple[str, ...] = ()
    feed_title: str = ""
    language: str = ""


class Beat(Struct, frozen=True, kw_only=True):
    """Where a source reports from: a country (ISO 3166 alpha-2), or a first-order region of it, by name."""

    country: str
    region: str = ""


class ArticleFetched(Event, frozen=True, kw_only=True):
    """An article's page, uncut by the fetcher, and its feed entry.

    ``page`` is zstd; None where only the entry could be had, ``page_error`` then says why. ``page_cut`` flags a body
    over the limit. ``sha256`` is that of the uncompressed bytes (of the entry's text where there is no page).
    """

    article_id: str
    source_id: str
    url: str
    fetched_at: datetime
    entry: FeedEntry
    sha256: str
    page: bytes | None = None
    page_cut: bool = False
    page_error: str = ""
    content_type: str = ""
    final_url: str = ""
    beat: Beat | None = None  # of its source, when it was fetched


class SourcePolled(Event, frozen=True, kw_only=True):
    """What one poll of a source came to, good or bad: the pulse that tells silence from blindness."""

    source_id: str
    polled_at: datetime
    outcome: Literal["ok", "not_modified", "failed", "gone", "refused"]
    entries: int = 0
    published: int = 0
    error: str = ""
    status: int | None = None
    next_due_at: datetime | None = None
    failures: int = 0


# ---------------------------------------------------------------- reports


class ZoneSpan(Struct, frozen=True, kw_only=True):
    """A stretch of the text and what it is. ``why`` names the rule for boilerplate."""

    zone: Zone
    start: int
    end: int
    why: str = ""


class PlaceCandidate(Struct, frozen=True, kw_only=True):
    """A place that a name in a report may mean. ``score`` is in powers of ten: one more is ten times as likely."""

    place_id: str
    name: str
    country: str
    lat: float
    lon: float
    score: float


class Location(Struct, frozen=True, kw_only=True):
    """A place named in a report.

    ``feature``: populated_place, country, region (administrative or natural, seas and rivers too), airport, or a
    curated layer's word (town, airbase, base, neighbourhood, village, district, facility, crossing, front). The point
    of a country or region says nothing of a radius around it. ``use`` is metonymic where the name stands for those who
    speak and decide there ("Moscow said"). ``candidates`` are the likeliest few, the chosen one first, where the choice
    was not clear.
    """

    text: str
    start: int
    end: int
    zone: Zone
    name: str
    lat: float
    lon: float
    country: str
    feature: str
    confidence: float
    place_id: str
    geoname_id: int | None = None
    admin1: str = ""
    use: Literal["literal", "metonymic"] = "literal"
    candidates: tuple[PlaceCandidate, ...] = ()


class Demonym(Struct, frozen=True, kw_only=True):
    """A word for the people or things of a country ("Syrian"): no mention of the place, so that no watch fires on it.

    ``country`` is an ISO 3166 alpha-2 code.
    """

    text: str
    start: int
    end: int
    zone: Zone
    country: str


class Actor(Struct, frozen=True, kw_only=True):
    """An armed actor, force, state or coalition named in a report. ``countries`` are ISO 3166 alpha-2 codes.

    One of kind ``proposed`` is on no list; its id is made from its name, and begins with ``proposed:``.
    """

    text: str
    start: int
    end: int
    zone: Zone
    id: str
    name: str
    kind: str
    countries: tuple[str, ...] = ()


class Cut(Struct, frozen=True, kw_only=True):
    """The beginning of a piece of a page that was left out of its report, and why."""

    why: str
    text: str


class Report(Struct, frozen=True, kw_only=True):
    """What the extractor read out of an article. ``text`` is title, blank line, body; offsets point into it."""

    article_id: str
    source_id: str
    url: str
    title: str
    text: str
    language: str
    fetched_at: datetime
    sha256: str
    extractor: str
    published_at: datetime | None = None
    zones: tuple[ZoneSpan, ...] = ()
    locations: tuple[Location, ...] = ()
    actors: tuple[Actor, ...] = ()
    demonyms: tuple[Demonym, ...] = ()
    passages: tuple[str, ...] = ()  # digests of its sentences, in order: what makes two reports the same text
    page_error: str = ""
    cut: tuple[Cut, ...] = ()


class ReportExtracted(Event, frozen=True, kw_only=True):
    """A report, before anyone knows which story it tells."""

    report: Report
    extracted_at: datetime


class ReportGrouped(Event, frozen=True, kw_only=True):
    """A report and the one story it belongs to. ``story_id`` is the article id of the story's first report."""

    story_id: str
    report: Report
    grouped_at: datetime
    joined_by: Literal["first", "same_text"] = "first"
    copies: int = 1  # reports of this text so far, this one included
    repeated: tuple[str, ...] = ()  # passages of blocks that were set aside because the source repeats them


# ---------------------------------------------------------------- alerts


class Evidence(Struct, frozen=True, kw_only=True):
    """Why a watch matched: the words, where they stand, and the sentence around them."""

    text: str
    start: int
    end: int
    zone: Zone
    quote: str
    why: str


class ReportHeader(Struct, frozen=True, kw_only=True):
    """The part of a report that an alert carries along."""

    article_id: str
    source_id: str
    url: str
    title: str
    language: str
    fetched_at: datetime
    sha256: str
    published_at: datetime | None = None


class WatchHeader(Struct, frozen=True, kw_only=True):
    """A watch as it stood when it matched. ``label`` replaces its name wherever the watch is sensitive."""

    id: str
    version: int
    name: str
    severity: Severity = "medium"
    notify: tuple[str, ...] = ()
    sensitive: bool = False
    label: str = ""


class ReportMatched(Event, frozen=True, kw_only=True):
    """One watch that matched one report."""

    watch: WatchHeader
    story_id: str
    report: ReportHeader
    evidence: tuple[Evidence, ...]
    also: tuple[str, ...] = ()  # other places of the report, for context
    copies: int = 1
    matched_at: datetime
    grouped_at: datetime


class AlertRaised(Event, frozen=True, kw_only=True):
    """An alert was raised. One for each (watch, story). Its notifications were requested before this was written.

    ``silenced_by`` names the silences that held then, ``silenced_receivers`` those that were not told because of them.
    """

    alert_id: str
    revision: int
    change: Literal["raised", "revised", "resolved"]
    watch: WatchHeader
    story_id: str
    report: ReportHeader
    evidence: tuple[Evidence, ...]
    also: tuple[str, ...] = ()
    copies: int = 1
    raised_at: datetime
    silenced_by: tuple[str, ...] = ()
    silenced_receivers: tuple[str, ...] = ()


class AlertChanged(Event, frozen=True, kw_only=True):
    """A person acted on an alert."""

    alert_id: str
    change: Literal["acknowledged", "assigned", "snoozed", "marked", "resolved"]
    by: str
    changed_at: datetime


class NotificationRequested(Event, frozen=True, kw_only=True):
    """One alert revision that one receiver is to be told. Its id is the ``webhook-id`` of every attempt.

    ``resend`` counts the times that somebody asked for it by hand to be sent again; ``requested_at`` is then the time
    of the last of these.
    """

    notification_id: str
    receiver_id: str
    alert: AlertRaised
    requested_at: datetime
    resend: int = 0


class NotificationSent(Event, frozen=True, kw_only=True):
    """What one attempt at a notification came to.

    ``delivered``, ``failed``, ``superseded`` and ``ambiguous`` are final; ``retrying`` names when the next attempt is
    due. ``superseded``: a newer revision of the alert took its place. Where a receiver has no idempotency key (Slack),
    ``sending`` stands before an attempt, and ``unknown`` for one of which nobody can say whether it arrived: it is
    repeated once, and is ``ambiguous`` where the repeat ends so too. ``attempt`` counts all attempts of this
    ``resend``, ``spared`` those of them that are put down to the receiver's outage, ``unknowns`` those of unknown end.
    The receiver's state after it: ``receiver_failures`` in a row, ``receiver_rests_until``, and ``closed_version``,
    the version of its configuration at which it said that it is gone (0: it did not): at that one nothing is sent.
    """

    notification_id: str
    receiver_id: str
    alert_id: str
    revision: int
    outcome: Literal["sending", "delivered", "retrying", "unknown", "failed", "superseded", "ambiguous"]
    attempt: int
    sent_at: datetime
    status: int | None = None
    error: str = ""
    next_attempt_at: datetime | None = None
    resend: int = 0
    spared: int = 0
    unknowns: int = 0
    receiver_failures: int = 0
    receiver_rests_until: datetime | None = None
    closed_version: int = 0


# ---------------------------------------------------------------- failures


class DeadLetter(Event, frozen=True, kw_only=True):
    """A message that a consumer group gave up on, whole, so that it can be replayed to that group."""

    topic: str
    partition: int
    offset: int
    stage: str
    consumer_group: str
    error: str
    attempts: int
    failed_at: datetime
    key: bytes | None
    value: bytes | None
    headers: tuple[tuple[str, bytes], ...] = ()
