"""How a report uses a place's name: for the place, or for those who speak and decide there ("Moscow said"). Pure."""

import re
from typing import Literal

from services.extractor.places.vocabulary import SPEAKS
from services.extractor.surfaces import Surface
from shared.names.records import Place

Use = Literal["literal", "metonymic"]

_DECIDES = """
    signs signed deploys deployed backs backed supports supported opposes opposed recognises recognised recognizes
    recognized imposes imposed withdraws withdrew considers considered sees regards seeks sought pushes pushed hits
    summons summoned expels expelled blames blamed fears hoped favours favors insists denies says tells warns
    announces vows urges accuses calls condemns welcomes rejects demands threatens declares maintains pledges"""
_VERBS = "|".join(sorted((*_DECIDES.split(), *SPEAKS), key=len, reverse=True))
_SPEAKS = re.compile(
    rf"(?: (?:has|had|have|also|later|repeatedly|again|will|would|may|might|itself)){{0,2}} (?:{_VERBS})\b"
)
_OBJECT = re.compile(r"\b(?:accus|blam|urg|warn|press|condemn|criticis|criticiz|sanction)(?:e|es|ed|ing|s|ing)? $")
_OBJECT_GOES_ON = re.compile(r" (?:of|for|to|over|that|against|not)\b")
_TIES = re.compile(
    r"\b(?:ties|relations|talks|tensions|negotiations|deal|agreement|alliance|backed|supported) (?:with|between|by) $",
    re.IGNORECASE,
)
_LOOK = 40


def use_of(surface: Surface, place: Place, text: str) -> Use:
    """Only countries and their capitals speak: elsewhere the name stands for the place."""
    if place.feature != "country" and not place.capital:
        return "literal"
    before, after = text[max(0, surface.start - _LOOK) : surface.start], text[surface.end : surface.end + _LOOK]
    if _SPEAKS.match(after):
        return "metonymic"
    if _OBJECT.search(before) and _OBJECT_GOES_ON.match(after):
        return "metonymic"
    return "metonymic" if _TIES.search(before) else "literal"
