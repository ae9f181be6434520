"""Sequence numbers of idempotent producers in one partition (KIP-98, without transactions)."""

from collections import OrderedDict
from dataclasses import dataclass, field
from typing import Any

from tocsin.broker.batch import BatchHeader
from tocsin.broker.errors import Code, Refused

_REMEMBERED_BATCHES = 5  # a producer may have five requests in flight, and repeat each
_MAX_PRODUCERS = 5_000  # the least recently active is forgotten, as Kafka forgets after a day
_SEQUENCES = 1 << 31


@dataclass(slots=True)
class _Producer:
    epoch: int
    batches: list[tuple[int, int, int]] = field(default_factory=list)  # first sequence, last sequence, base offset


class ProducerTable:
    """Who wrote last, and what: bounded, and rebuilt from the log on start."""

    def __init__(self) -> None:
        self._producers: OrderedDict[int, _Producer] = OrderedDict()

    def check(self, header: BatchHeader) -> int | None:
        """Judge a batch before it is appended: the base offset if it is a repetition of a stored one, else None.

        Raises:
            Refused: OUT_OF_ORDER_SEQUENCE_NUMBER when batches in between are missing, INVALID_PRODUCER_EPOCH when a
                younger instance of the producer has written already.
        """
        known = self._producers.get(header.producer_id)
        if header.producer_id < 0 or known is None:
            return None
        if header.producer_epoch < known.epoch:
            raise Refused(Code.INVALID_PRODUCER_EPOCH)
        if header.producer_epoch > known.epoch:
            _expect(header, 0)
            return None
        for first, last, base_offset in known.batches:
            if (first, last) == (header.base_sequence, _last_sequence(header)):
                return base_offset
        _expect(header, (known.batches[-1][1] + 1) % _SEQUENCES)
        return None

    def note(self, header: BatchHeader) -> None:
        """Remember a stored batch, whose header carries its final base offset."""
        if header.producer_id < 0:
            return
        known = self._producers.get(header.producer_id)
        if known is None or known.epoch != header.producer_epoch:
            known = self._producers[header.producer_id] = _Producer(header.producer_epoch)
        known.batches.append((header.base_sequence, _last_sequence(header), header.base_offset))
        del known.batches[:-_REMEMBERED_BATCHES]
        self._producers.move_to_end(header.producer_id)
        if len(self._producers) > _MAX_PRODUCERS:
            self._producers.popitem(last=False)

    def to_json(self) -> list[Any]:
        """For the file beside a sealed segment."""
        return [[key, known.epoch, known.batches] for key, known in self._producers.items()]

    def restore(self, stored: list[Any]) -> None:
        """Replace everything by what `to_json` gave."""
        self._producers = OrderedDict(
            (key, _Producer(epoch, [(first, last, base) for first, last, base in batches]))
            for key, epoch, batches in stored
        )


def _last_sequence(header: BatchHeader) -> int:
    return (header.base_sequence + header.last_offset_delta) % _SEQUENCES


def _expect(header: BatchHeader, sequence: int) -> None:
    if header.base_sequence != sequence:
        raise Refused(
            Code.OUT_OF_ORDER_SEQUENCE_NUMBER, f"sequence {header.base_sequence} where {sequence} is expected"
        )
