"""Texts to measure on: reports in several languages, none of whose sentences stands in two places."""

import json
from collections import defaultdict
from collections.abc import Iterable, Iterator
from pathlib import Path

from shared.sentences import split_sentences
from tests.accuracy.report_files import SETS
from tests.accuracy.report_files import load as load_reports
from tocsin.newsroom.content import load_newsroom

# A usual report.
CHARACTERS = 3_500


def report_texts() -> list[str]:
    """The newsroom's articles and the accuracy reports, joined by language to about ``CHARACTERS`` each."""
    by_language: dict[str, list[str]] = defaultdict(list)
    seen: set[str] = set()
    for language, text in _sources():
        by_language[language].extend(_unseen(text, seen))
    return [text for paragraphs in by_language.values() for text in _joined(paragraphs)]


def texts_of(path: Path) -> list[str]:
    """The texts of a file of JSON lines with a ``text`` each."""
    with path.open(encoding="utf-8") as lines:
        return [json.loads(line)["text"] for line in lines]


def _sources() -> Iterator[tuple[str, str]]:
    for article in load_newsroom().articles.values():
        yield article.language, f"{article.title}\n\n{article.text}"
    for folder in SETS.values():
        for report in load_reports(folder):
            yield report.language, report.text


def _unseen(text: str, seen: set[str]) -> Iterator[str]:
    """The text's paragraphs without the sentences that stood before."""
    for paragraph in text.split("\n"):
        fresh = [s for s in split_sentences(paragraph) if s and s not in seen]
        seen.update(fresh)
        if fresh:
            yield " ".join(fresh)


def _joined(paragraphs: Iterable[str]) -> Iterator[str]:
    text = ""
    for paragraph in paragraphs:
        text += f"\n\n{paragraph}" if text else paragraph
        if len(text) >= CHARACTERS:
            yield text
            text = ""
    if len(text) >= CHARACTERS / 2:
        yield text
