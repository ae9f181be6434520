"""The Slack message. Pure. Limits: docs.slack.dev/reference/block-kit; the total is held under what was measured."""

from typing import Any
from urllib.parse import quote

from slack_sdk.models.blocks import ContextBlock, HeaderBlock, MarkdownTextObject, PlainTextObject, SectionBlock

from services.alerter.dispatch.webhook_body import alert_link, reason
from shared.events import AlertRaised

MAX_TEXT = 200
MAX_HEADER = 150
MAX_SECTION = 2900
MAX_REASON = 2000  # with what may follow, the whole stays under 9,000 however much of it is escaped
MAX_ALSO = 1000
MAX_QUOTE = 300
_ISOLATE, _END_ISOLATE = "\u2068", "\u2069"  # a quotation's own direction must not turn the words around it


# Plain text shows an escaped character as it was escaped, so that look-alikes stand for those that begin a mention.
_PLAIN = str.maketrans("<>", "‹›")
MAX_LINK = 1300  # two of them, with what stands between, in one element


def slack_message(alert: AlertRaised, console_url: str) -> dict[str, Any]:
    """The payload for an incoming webhook: a line for the phone, then blocks."""
    heading = f"{alert.watch.severity.upper()}: {_one_line(alert.report.title) or alert.report.url}"
    blocks = [
        HeaderBlock(text=PlainTextObject(text=_cut(heading.translate(_PLAIN), MAX_HEADER), emoji=False)),
        *_sections(alert),
        ContextBlock(elements=[_markdown(line) for line in _context(alert, console_url)]),
    ]
    return {
        "text": _escape(
            _cut(f"{alert.watch.severity.upper()} {_name(alert)}: {_one_line(alert.report.title)}", MAX_TEXT)
        ),
        "blocks": [block.to_dict() for block in blocks],
        "unfurl_links": False,
        "unfurl_media": False,
    }


def _name(alert: AlertRaised) -> str:
    return alert.watch.label if alert.watch.sensitive else alert.watch.name


def _sections(alert: AlertRaised) -> list[SectionBlock]:
    sections = [SectionBlock(text=_markdown(f"*{_escape(_name(alert))}*\n{_escape(reason(alert))}", MAX_REASON))]
    quotes = dict.fromkeys(item.quote for item in alert.evidence if item.zone != "title")
    first = next(iter(quotes), None)
    if first and not alert.watch.sensitive:
        cut = _cut(_one_line(first), MAX_QUOTE)
        sections.append(SectionBlock(text=_markdown(f"> {_ISOLATE}{_escape(cut)}{_END_ISOLATE}")))
    return sections


def _context(alert: AlertRaised, console_url: str) -> list[str]:
    report = alert.report
    copies = "1 report so far" if alert.copies == 1 else f"{alert.copies} copies of one text"
    lines = [f"{copies} ({_escape(report.source_id)}); origins not counted yet"]
    waited = max(0.0, (alert.raised_at - report.fetched_at).total_seconds())
    published = f"Published {report.published_at:%d %b %H:%M} UTC, " if report.published_at else ""
    lines.append(f"{published}alerted {waited:.0f} s after the fetch")
    why = f"Why: watch {_escape(_name(alert))}"
    also = "" if alert.watch.sensitive or not alert.also else f"; also here: {_escape(', '.join(alert.also))}"
    lines.append(_cut(why + also, MAX_ALSO))
    links = [_link(report.url, "Original")]
    console = alert_link(console_url, alert.alert_id)
    return [*lines, " · ".join([*links, _link(console, "Console")] if console else links)]


def _markdown(text: str, most: int = MAX_SECTION) -> MarkdownTextObject:
    return MarkdownTextObject(text=_cut(text, most), verbatim=True)


def _link(url: str, label: str) -> str:
    """A link whose address cannot end it early or disguise itself; the label alone where it is too long to be one."""
    address = _escape(quote(url, safe=":/?#[]@!$&()*+,;=%~-._"))
    return f"<{address}|{label}>" if len(address) <= MAX_LINK else f"{label} (its address is too long for Slack)"


def _escape(text: str) -> str:
    """Slack's three control characters; with them gone no text can mention a channel or a person."""
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def _one_line(text: str) -> str:
    return " ".join(text.split())


def _cut(text: str, most: int) -> str:
    return text if len(text) <= most else text[: most - 1] + "…"
