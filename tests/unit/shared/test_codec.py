"""Bytes that are no event: one error, whatever is wrong with them."""

import pytest

from shared import codec
from shared.events import ConfigChanged, SourcePolled

_DEEP = b"[" * 100_000 + b"]" * 100_000
_CHANGED = (
    b'{"v":1,"id":"a","based_on":0,"owner":"o","changed_at":"2026-11-20T06:16:07Z","created_at":"2026-11-20T06:16:07Z"'
)


@pytest.mark.parametrize(
    "value",
    [
        None,
        b"",
        b"null",
        b"{",
        b"\xff",
        b'{"x": ' + _DEEP + b"}",
        _CHANGED + b',"body":{"a":' + _DEEP + b"}}",
        _CHANGED + b',"body":{"a":"\\ud800"}}',
        _CHANGED.replace(b'"based_on":0', b'"based_on":' + b"9" * 5_000) + b',"body":{}}',
    ],
)
def test_what_is_no_event_is_undecodable(value: bytes | None) -> None:
    for kind in (ConfigChanged, SourcePolled):
        with pytest.raises(codec.UndecodableError):
            codec.decode(value, kind)


def test_an_event_comes_back_as_it_went() -> None:
    event = codec.decode(_CHANGED + b',"body":{"a":[[[[1]]]]},"later":1}', ConfigChanged)
    assert codec.decode(codec.encode(event), ConfigChanged) == event
