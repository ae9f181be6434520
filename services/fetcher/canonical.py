"""Canonical URLs: one address for one article, whatever a feed or a campaign hung on it."""

import re
from urllib.parse import urlsplit

from w3lib.url import canonicalize_url, safe_url_string, url_query_cleaner

# Parameters that say where a reader came from, never what is shown.
_TRACKING = re.compile(
    r"^(?:utm_.*|at_.*|mc_[ce]id|fbclid|gclid|dclid|msclkid|yclid|igshid|ito|cmpid?|ocid|ncid|smid|sr_share|ref|ref_src|"
    r"ref_url|feature|partner|rss|source|xtor|wt_mc|ns_.*|_ga|_gl|__twitter_impression|guccounter)$"
)
_INDEX = re.compile(r"/(?:index|default)\.(?:html?|php|aspx?)$")


class NotHttpError(ValueError):
    """The link is not http or https."""


def canonical_url(url: str) -> str:
    """The canonical form: lower-case host, no default port, fragment or tracking parameter, sorted query.

    Raises NotHttpError for ``javascript:`` and the like.
    """
    url = url.strip()
    parts = urlsplit(url)
    if parts.scheme.lower() not in ("http", "https") or not parts.hostname:
        raise NotHttpError(f"not an http link: {url[:100]!r}")
    names = {pair.split("=", 1)[0] for pair in parts.query.split("&") if pair}
    tracking = sorted(name for name in names if _TRACKING.match(name.lower()))
    if tracking:
        url = url_query_cleaner(url, tracking, remove=True, unique=False)
    canonical = canonicalize_url(safe_url_string(url), keep_blank_values=True, keep_fragments=False)
    return _without_default_port(_INDEX.sub("/", canonical))


def _without_default_port(url: str) -> str:
    parts = urlsplit(url)
    default = {"http": 80, "https": 443}[parts.scheme]
    host = (parts.hostname or "").rstrip(".")
    host = f"[{host}]" if ":" in host else host
    netloc = host if parts.port in (None, default) else f"{host}:{parts.port}"
    return parts._replace(netloc=netloc).geturl()
