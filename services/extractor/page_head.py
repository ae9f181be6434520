"""What a page says of itself: its title and the day on which it was published.

These are the parts of trafilatura's ``extract_metadata`` that a report needs, called as it calls them. The others
(author, tags, categories, licence) cost more than the text itself.
"""

import logging
from datetime import UTC, datetime
from html import unescape

from htmldate import find_date
from lxml.html import HtmlElement
from trafilatura import metadata
from trafilatura.settings import set_date_params
from trafilatura.utils import line_processing

from services.extractor.plain import clean_line

log = logging.getLogger(__name__)


def title_and_day(tree: HtmlElement, url: str | None) -> tuple[str, datetime | None]:
    """The title, empty where there is none, and midnight UTC of the day. The tree stays as it is."""
    stated = metadata.examine_meta(tree)
    try:
        stated = metadata.extract_meta_json(tree, stated)
    except Exception as error:  # noqa: BLE001 - pages hold JSON of any shape, and it is not needed
        log.debug("linked data cannot be read: %s", error)
    title = stated.title or metadata.extract_title(tree) or ""
    day = find_date(tree, **set_date_params(), url=stated.url or metadata.extract_url(tree, url))
    return clean_line(line_processing(unescape(title)) or ""), _day(day)


def _day(value: str | None) -> datetime | None:
    """Midnight UTC stands for the day."""
    try:
        return datetime.fromisoformat(value).replace(tzinfo=UTC) if value else None
    except ValueError:
        return None
