"""Events to bytes and back: JSON by msgspec, instants as RFC 3339, bytes as base64."""

from typing import Any, TypeVar

import msgspec

from shared.events import Event

E = TypeVar("E", bound=Event)

_encoder = msgspec.json.Encoder()
_decoders: dict[type[Event], msgspec.json.Decoder[Any]] = {}


class UndecodableError(ValueError):
    """The bytes are not an event of the expected type."""


def encode(event: Event) -> bytes:
    """The event as UTF-8 JSON."""
    return _encoder.encode(event)


def decode(value: bytes | None, event_type: type[E]) -> E:
    """The event of these bytes; unknown fields are passed over, so that older readers outlive newer writers.

    Raises UndecodableError with the path of the first fault.
    """
    if value is None:
        raise UndecodableError("no value (tombstone) where an event was expected")
    decoder = _decoders.get(event_type)
    if decoder is None:
        decoder = _decoders[event_type] = msgspec.json.Decoder(event_type)
    try:
        event: E = decoder.decode(value)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:  # the last: brackets by the thousand
        raise UndecodableError(str(error)) from error
    return event
