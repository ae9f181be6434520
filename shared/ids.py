"""Identifiers that any process derives alike, so that a repeat is recognised wherever it happens."""

import hashlib

ID_LENGTH = 24


def _digest(*parts: str) -> str:
    joined = "\x1f".join(parts).encode("utf-8", "surrogatepass")
    return hashlib.sha256(joined).hexdigest()[:ID_LENGTH]


def article_id(canonical_url: str) -> str:
    """The id of an article: 24 hex digits of its canonical URL's SHA-256."""
    return _digest("article", canonical_url)


def alert_id(watch_id: str, story_id: str) -> str:
    """One watch and one story make one alert, whoever computes it and however often."""
    return _digest("alert", watch_id, story_id)


def notification_id(alert: str, revision: int, receiver_id: str) -> str:
    """The ``webhook-id``: the same on every attempt. No dots, as Standard Webhooks asks."""
    return "msg_" + _digest("notification", alert, str(revision), receiver_id)
