"""Passages: digests of a report's sentences, by which two reports are one text and two blocks one block. Pure."""

import hashlib
from collections.abc import Sequence

from services.extractor.plain import paragraphs
from services.extractor.zones import ZoneIndex
from shared.events import ZoneSpan
from shared.names.fold import fold_names
from shared.sentences import split_sentences

# Shorter sentences say too little: "He declined to comment."
MIN_PASSAGE_CHARACTERS = 40


def passages(text: str, zones: Sequence[ZoneSpan]) -> tuple[str, ...]:
    """Digests of the report's sentences in order, whatever title, appeal or byline its site adds."""
    index = ZoneIndex(zones)
    kept = [p.text for p in paragraphs(text) if index.at(p.start) in ("lead", "body", "quote")]
    return digests(kept)


def digests(blocks: Sequence[str]) -> tuple[str, ...]:
    """Digests of the sentences of these paragraphs, each once; short ones are left out."""
    folded = fold_names([sentence for block in blocks for sentence in split_sentences(block)])
    return tuple(dict.fromkeys(_digest(s) for s in folded if len(s) >= MIN_PASSAGE_CHARACTERS))


def _digest(folded: str) -> str:
    return hashlib.blake2b(folded.encode("utf-8", "surrogatepass"), digest_size=8).hexdigest()
