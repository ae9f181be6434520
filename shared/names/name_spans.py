"""Stretches of a text that may be names in a spelling that nothing lists: where the text says that a name stands there.

In scripts with capitals: capitalised words behind a word of place ("near", "в", "cerca de"), before one ("airbase"), in
a list after a known name, or with an Arabic article or a first word that many names share (Deir, Tell, Novo). In Arabic
and Hebrew letters, which have no capitals: the words behind a word of place.
"""

import bisect
import re
from collections.abc import Iterator, Sequence

import numpy as np
import numpy.typing as npt
from msgspec import Struct

MOST_WORDS = 4
MOST_ABJAD_WORDS = 3
MIN_LETTERS = 4
_LOOK_BACK, _LONGEST_JOIN = 30, 6

_ARTICLES = r"[AaEeUuƏə](?:[ldnrstz]|hl)['’]?|[AaEeUu](?:sh|dh|th)|[Аа]ль|[Ээ]ль|[АаЭэЕе][дзнрстш]|wa|of|de|de[lr]?"
_CAPITAL = r"[A-ZÀ-ÖØ-ÞŠŽČĆŞŚŁŻŹĐĞİƏḤḨṢŢṬḎḌẔẒḪĀĪŪ\u0400-\u042fҐҒҖҚҢҮҰҲҶҺӘӨ‘`ʿʻ]"
_LETTER = r"[^\W\d_]"
_REST = rf"{_LETTER}*(?:['’‘ʼ`ʿʾ](?!s\b){_LETTER}+)*(?:['’ʼ](?=-))?"
_WORD = rf"{_CAPITAL}{_REST}"
# A capitalised word, or a run of them where something joins the next one. The class comes first, or every letter would
# be tried.
_RUN = re.compile(
    rf"{_CAPITAL}(?<!\w.)(?=(?P<first>\w*+))(?:(?=\w*+[ '’‘`-]){_REST}(?:[ -](?:(?:{_ARTICLES})[ -])?{_WORD})*|\w*)"
)
_PART = re.compile(rf"(?:(?:{_ARTICLES})[ -])?{_WORD}")
_ARTICLE_BEFORE = re.compile(rf"(?<!\w)(?:{_ARTICLES})-$")
_INNER_ARTICLE = re.compile(
    r"[Aa]l[ -]|[ -](?:[aeu][lnrstdz]|ash|esh|adh|edh|ath|аль|эль|ад|ан|ар|ас|аш|аз|эз|эд|эр|эс|эш|эн)-", re.IGNORECASE
)

# Prepositions and common nouns behind which newsrooms put a place.
_PLACE_WORDS = """
    in near at from to around outside inside into toward towards reached entered captured seized between of retook
    city town village district suburb camp neighbourhood neighborhood area governorate province
    à de dans vers près en sur ville village localité depuis
    cerca hacia desde ciudad localidad pueblo municipio aldea a
    в во на по под у возле близ около из к от до городе город города селе село села поселке посёлке поселок деревне
    деревня районе
    біля під поблизу із до місті місто міста селі села з зі щодо селище селищі район районі поблизу"""
_BEFORE = frozenset(_PLACE_WORDS.split())
_AFTER = re.compile(
    r"[’']?s?[ -](?:air ?base|airport|airfield|district|province|governorate|countryside|village|town|city|suburb|front"
    r"|axis|crossing|camp|hospital|region|area|sub-district|oblast|raion|neighbou?rhood|municipality|road|highway|bridge"
    r"|dam|field|mountain)s?\b"
)
_AND = frozenset("and et y и та й і".split())  # noqa: SIM905
_LIST_JOIN = re.compile(r"[,;]? (?:(?:and|et|y|и|та|й|і) )?$")
_SHARED_FIRST = re.compile(
    r"(?:D[ae][iy]r|Tal+|Tell|Kafr?|Kfar|Kufr|Ba[yi]t|Beit|Umm|[AÂ]bu|[AÁ]y?in|[AÀ]yn|Khan|J[ae]bel|Jabal|Wadi|Bi[’']?r"
    r"|Qasr|Jisr|Ma[’'‘]?arr?at|Khirbat|Qal[’'‘]?at|Bab|Souq|Suq|Nahr|Ras|Hayy?at|Hay[’']at|Jabh?at|J[ae][iy]sh|Liwa"
    r"|Katibat|Katiba|Harakat|Ahrar|Ansar|Saraya|Kata[’']?ib|Novo\w*|Staro\w*|Nova|Stara|Velyk[aey]|Mal[aey]"
    r"|Bol['’]?shaya|Verkhn\w+|Nizhn\w+)(?=[ -])"
)

_ABJAD_WORD = r"[\u05b0-\u05ea\u0620-\u0652\u0670-\u06d5\u200c'״]{2,}"
_ABJAD_LETTER = re.compile(r"[\u05d0-\u06d3]")
_ABJAD_PLACE_WORDS = """
    مدينة بلدة قرية ناحية محافظة ولاية مديرية منطقة حي ريف مطار جبهة محور مخيم ضاحية معبر قضاء بلدتي قريتي مدينتي
    شهر شهرستان ولسوالی ولایت روستای استان ضلع تحصیل בעיר ליד בכפר העיר הכפר ביישוב העיירה"""
_ABJAD_NOUNS = frozenset(_ABJAD_PLACE_WORDS.split())
_ABJAD_PREPOSITIONS = frozenset("في قرب شمال جنوب شرق غرب شمالي جنوبي شرقي غربي إلى از در".split())  # noqa: SIM905
_ABJAD_CLITICS = "وبلفك"
_ABJAD_RUN = re.compile(rf"(?<!\w){_ABJAD_WORD}(?: {_ABJAD_WORD})*")
_SPACE = re.compile(" ")


class Span(Struct, frozen=True, gc=False):
    """A stretch that may be a name. ``is_placed``: the words around it say that it is one of a place."""

    start: int
    end: int
    is_placed: bool


def spans(text: str, known: "Known") -> Iterator[list[Span]]:
    """Alternatives that share a start, the longest first; what the known names cover is left out."""
    for run in _RUN.finditer(text):
        start, end = run.span()
        if not known.covers(start, end):
            yield from _of_run(text, _with_article(text, start), end, known, is_single=end == run.end("first"))
    if _ABJAD_LETTER.search(text):
        for run in _ABJAD_RUN.finditer(text):
            yield from _of_abjad_run(text, run.start(), run.end(), known)


def _with_article(text: str, start: int) -> int:
    """ "al-Jafreh": the capital stands behind the article."""
    article = _ARTICLE_BEFORE.search(text, max(0, start - 5), start) if text.startswith("-", start - 1) else None
    return article.start() if article else start


def _of_run(text: str, start: int, end: int, known: "Known", *, is_single: bool) -> Iterator[list[Span]]:
    placed = _is_placed(text, start, known)
    if is_single:
        if placed or _AFTER.match(text, end):
            yield [Span(start, end, True)]
        return
    parts = [(m.start(), m.end()) for m in _PART.finditer(text, start, end)]
    while parts and text[slice(*parts[0])].lower() in _BEFORE:  # "In Deir Hafer" opens a sentence
        parts, placed = parts[1:], True
    if placed and parts:
        yield [Span(parts[0][0], parts[i][1], True) for i in reversed(range(min(len(parts), MOST_WORDS)))]
    elif _INNER_ARTICLE.search(text, start, end) or _SHARED_FIRST.search(text, start, end):
        for first in range(len(parts) - 1):
            last = min(len(parts), first + MOST_WORDS)
            yield [Span(parts[first][0], parts[i][1], False) for i in reversed(range(first + 1, last))]


def _is_placed(text: str, start: int, known: "Known") -> bool:
    """Whether a word of place stands before, or a name in a list that this continues."""
    if not text.startswith(" ", start - 1):
        return False
    words = text[max(0, start - _LOOK_BACK) : start].lower().rsplit(None, 2)
    if not words:
        return False
    if words[-1] in _BEFORE or (len(words) > 1 and words[-1] in ("of", "de") and words[-2] in _BEFORE):
        return True
    return (words[-1] in _AND or words[-1][-1] in ",;") and known.ends_before(text, start)


class Known:
    """Stretches of a text that are known names."""

    def __init__(self, starts: npt.ArrayLike, ends: npt.ArrayLike) -> None:
        starts, ends = np.asarray(starts, np.int64), np.asarray(ends, np.int64)
        order = np.argsort(starts)
        self._starts: list[int] = starts[order].tolist()
        self._reach: list[int] = np.maximum.accumulate(ends[order]).tolist()
        self.ends: set[int] = set(ends.tolist())

    @classmethod
    def of(cls, stretches: Sequence[tuple[int, int]]) -> "Known":
        """Of these stretches, [start, end) each."""
        return cls([start for start, _ in stretches], [end for _, end in stretches])

    def covers(self, start: int, end: int) -> bool:
        """Whether one known name, or several that overlap, hold this stretch."""
        before = bisect.bisect_right(self._starts, start)
        return bool(before) and self._reach[before - 1] >= end

    def ends_before(self, text: str, start: int) -> bool:
        """Whether a known name with a capital is the item of a list before this offset."""
        join = _LIST_JOIN.search(text, max(0, start - _LONGEST_JOIN), start)
        return join is not None and join.start() in self.ends


def _of_abjad_run(text: str, start: int, end: int, known: "Known") -> Iterator[list[Span]]:
    """Behind words of place, and as a whole within a text of another script."""
    stops = [m.start() for m in _SPACE.finditer(text, start, end)]
    starts, ends = [start, *(stop + 1 for stop in stops)], [*stops, end]
    if len(starts) <= MOST_WORDS and _is_placed(text, start, known):
        yield [Span(start, end, True)]
    for i in range(1, len(starts)):
        word = text[starts[i - 1] : ends[i - 1]]
        is_noun = word in _ABJAD_NOUNS or (word[0] in _ABJAD_CLITICS and word[1:] in _ABJAD_NOUNS)
        if (is_noun or word in _ABJAD_PREPOSITIONS) and not known.covers(starts[i], ends[i]):
            most = MOST_ABJAD_WORDS if is_noun else MOST_ABJAD_WORDS - 1
            yield [Span(starts[i], stop, is_noun) for stop in reversed(ends[i : i + most])]
