"""The language of a report."""

from resiliparse.parse.lang import detect_fast

MIN_CHARACTERS = 60
MAX_CHARACTERS = 2000
MAX_DISTANCE = 1200  # resiliparse: the farther from its model, the less sure; beyond this it says so itself


def detect_language(text: str, hint: str = "") -> str:
    """The ISO 639-1 code of the text's language; the feed's word (``hint``) where the text is too short to tell."""
    stated = hint.split("-", maxsplit=1)[0].split("_", maxsplit=1)[0].lower()
    if len(text) < MIN_CHARACTERS and stated:
        return stated
    code, distance = detect_fast(text[:MAX_CHARACTERS], cutoff=MAX_DISTANCE)
    return stated or "und" if code == "unknown" or distance > MAX_DISTANCE else str(code)
