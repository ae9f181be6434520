"""The configuration of a topic: which keys exist, their defaults and what values they take."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from tocsin.broker.errors import Code, Refused
from tocsin.broker.log import UNLIMITED, LogLimits

_MEBIBYTE = 1024 * 1024


@dataclass(frozen=True, slots=True)
class _Key:
    default: str
    accepts: Callable[[str], bool]


def _integer_from(least: int) -> Callable[[str], bool]:
    def accepts(text: str) -> bool:
        return text.lstrip("-").isascii() and text.lstrip("-").isdigit() and least <= int(text) < 1 << 63

    return accepts


def _only(*values: str) -> Callable[[str], bool]:
    return lambda text: text in values


_DEFAULTS = LogLimits()
# Names, defaults and lower bounds are Apache Kafka's 4.x, so that what one broker takes the other takes too.
KEYS: Mapping[str, _Key] = {
    "cleanup.policy": _Key("delete", _only("delete")),
    "compression.type": _Key("producer", _only("producer")),
    "max.message.bytes": _Key(str(_DEFAULTS.max_message_bytes), _integer_from(0)),
    "message.timestamp.type": _Key("CreateTime", _only("CreateTime")),
    "min.insync.replicas": _Key("1", _only("1")),
    "retention.bytes": _Key(str(_DEFAULTS.retention_bytes), _integer_from(UNLIMITED)),
    "retention.ms": _Key(str(_DEFAULTS.retention_ms), _integer_from(UNLIMITED)),
    "segment.bytes": _Key(str(_DEFAULTS.segment_bytes), _integer_from(_MEBIBYTE)),
}


def check_config(overrides: Mapping[str, str | None]) -> dict[str, str]:
    """The overrides that differ from nothing: null values mean the default.

    Raises:
        Refused: INVALID_CONFIG, naming the key and the value.
    """
    checked = {}
    for key, value in overrides.items():
        if key not in KEYS:
            raise Refused(Code.INVALID_CONFIG, f"unknown topic config {key}")
        if value is None:
            continue
        if not KEYS[key].accepts(value):
            raise Refused(Code.INVALID_CONFIG, f"{key} does not take the value {value!r} here")
        checked[key] = value
    return checked


def limits_of(overrides: Mapping[str, str]) -> LogLimits:
    """What a checked configuration means for the logs."""

    def number(key: str) -> int:
        return int(overrides.get(key, KEYS[key].default))

    return LogLimits(
        segment_bytes=number("segment.bytes"),
        max_message_bytes=number("max.message.bytes"),
        retention_ms=number("retention.ms"),
        retention_bytes=number("retention.bytes"),
    )
