"""The body of a webhook. Pure."""

import hashlib
from typing import Any

import msgspec

from shared.events import AlertRaised, WatchHeader

BODY_VERSION = 1
MAX_BODY_BYTES = 19_000  # Standard Webhooks: under 20 kB
MAX_TITLE = 500
MAX_URL_BYTES = 2000
_TYPES = {"raised": "alert.raised", "revised": "alert.updated", "resolved": "alert.resolved"}


def webhook_body(alert: AlertRaised, console_url: str) -> bytes:
    """The JSON body, under 20 kB: evidence is left out from the end where it must be, and ``truncated`` says so.

    So it does of a title or an address that was cut.
    """
    evidence = [] if alert.watch.sensitive else list(alert.evidence)
    complete, report = len(evidence), alert.report
    cut = len(report.title) > MAX_TITLE or len(report.url.encode()) > MAX_URL_BYTES
    while True:
        truncated = cut or len(evidence) < complete
        body = msgspec.json.encode(_body(alert, evidence, truncated=truncated, console_url=console_url))
        if len(body) <= MAX_BODY_BYTES or not evidence:
            return body
        evidence = evidence[: len(evidence) // 2]


def _body(alert: AlertRaised, evidence: list[Any], *, truncated: bool, console_url: str) -> dict[str, Any]:
    report = alert.report
    url = report.url.encode()[:MAX_URL_BYTES].decode("utf-8", "ignore")
    return {
        "version": BODY_VERSION,
        "type": _TYPES[alert.change],
        "timestamp": alert.raised_at,
        "data": {
            "alert_id": alert.alert_id,
            "revision": alert.revision,
            "severity": alert.watch.severity,
            "watch": _watch(alert.watch),
            "report": {
                "article_id": report.article_id,
                "url": url,
                "title": report.title[:MAX_TITLE],
                "source": report.source_id,
                "language": report.language,
                "published_at": report.published_at,
                "fetched_at": report.fetched_at,
                "sha256": report.sha256,
            },
            "events": [],
            "evidence": [{"text": e.text, "quote": e.quote, "zone": e.zone, "why": e.why} for e in evidence],
            "claim": None,
            "origins": None,
            "copies": alert.copies,
            "changes": [],
            "reason": reason(alert),
            "links": {"console": alert_link(console_url, alert.alert_id), "original": url},
            "truncated": truncated,
        },
    }


def _watch(watch: WatchHeader) -> dict[str, Any]:
    if not watch.sensitive:
        return {"id": watch.id, "version": watch.version, "name": watch.name}
    opaque = hashlib.sha256(f"watch {watch.id}".encode()).hexdigest()[:16]
    return {"id": opaque, "version": watch.version, "name": watch.label}


def reason(alert: AlertRaised) -> str:
    """Why the watch fired, in one line; only the label where the watch is sensitive."""
    if alert.watch.sensitive:
        return alert.watch.label
    return "; ".join(dict.fromkeys(item.why for item in alert.evidence))[:500]


def alert_link(console_url: str, alert_id: str) -> str | None:
    """Where the console shows the alert; None where no console is known."""
    return f"{console_url.rstrip('/')}/alerts/{alert_id}" if console_url else None
