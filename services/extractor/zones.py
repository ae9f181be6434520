"""Zones: which stretch of a text is title, lead, body, quote, caption or boilerplate. Pure."""

import bisect
from collections.abc import Iterator, Sequence

from services.extractor.boilerplate import are_captions, boilerplate_reasons
from services.extractor.plain import Paragraph, paragraphs
from services.extractor.quotations import quotations
from shared.events import Zone, ZoneSpan


def zone_spans(text: str, title_length: int = 0) -> tuple[ZoneSpan, ...]:
    """The zones of a text whose first ``title_length`` characters are its title, in order.

    One span a paragraph; more where one of the body quotes somebody. Title and lead are whole, whoever speaks there.
    """
    found = [p for p in paragraphs(text) if p.start >= title_length]
    lines = [p.text for p in found]
    spans = [ZoneSpan(zone="title", start=0, end=title_length)] if title_length else []
    lead_is_due = True
    for paragraph, why, is_caption in zip(found, boilerplate_reasons(lines), are_captions(lines), strict=True):
        zone: Zone = "boilerplate" if why else "caption" if is_caption else "lead" if lead_is_due else "body"
        lead_is_due = lead_is_due and zone != "lead"
        if zone == "body":
            spans += _body(paragraph)
        else:
            spans.append(ZoneSpan(zone=zone, start=paragraph.start, end=paragraph.end, why=why))
    return tuple(spans)


def _body(paragraph: Paragraph) -> Iterator[ZoneSpan]:
    position = 0
    for start, end in quotations(paragraph.text):
        if paragraph.text[position:start].strip():
            yield _span("body", paragraph, position, start)
        yield _span("quote", paragraph, start, end)
        position = end
    if paragraph.text[position:].strip():
        yield _span("body", paragraph, position, len(paragraph.text))


def _span(zone: Zone, paragraph: Paragraph, start: int, end: int) -> ZoneSpan:
    return ZoneSpan(zone=zone, start=paragraph.start + start, end=paragraph.start + end)


class ZoneIndex:
    """Which zone an offset lies in."""

    def __init__(self, spans: Sequence[ZoneSpan]) -> None:
        self._spans, self._starts = spans, [span.start for span in spans]

    def at(self, offset: int) -> Zone:
        """The zone at this offset; body between spans."""
        position = bisect.bisect_right(self._starts, offset) - 1
        if position >= 0 and offset < self._spans[position].end:
            return self._spans[position].zone
        return "body"
