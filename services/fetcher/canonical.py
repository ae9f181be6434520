"""Canonical URLs: one address for one article, whatever a feed or a campaign hung on it.

A canonical URL is an identity, not an address to ask for: a server may care about the order of its parameters. In doubt
a parameter stays: two ids of one article cost a copy, one id for two articles loses a report.
"""

import re
from urllib.parse import unquote, urlsplit

from w3lib.url import canonicalize_url, safe_url_string

# Parameters that say where a reader came from, never what is shown.
_TRACKING = re.compile(
    r"^(?:utm_.*|at_(?:medium|campaign|custom\w*|link_\w*|ptr_\w*|bbc_\w*|format)|mc_[ce]id|fbclid|gclid|dclid|msclkid|yclid"
    r"|igshid|ito|cmpid?|sr_share|ref_src|ref_url|xtor|wt_mc|ns_(?:campaign|mchannel|source|linkname|fee)|_ga|_gl"
    r"|__twitter_impression|guccounter)$"
)
# Parameters that some sites use for the same, and others for the article itself ("?source=4711"): the value tells.
_MAYBE = frozenset("ref source feature partner rss ocid ncid smid".split())  # noqa: SIM905
_CHANNEL = re.compile(
    r"^(?:|true|yes|(?:[a-z]+[-_.])?(?:rss|feeds?|atom|xml|twitter|facebook|fb|telegram|whatsapp|linkedin|reddit|youtube"
    r"|social|shared?|sharing|emb_logo|emails?|e-?mail|newsletters?|home|homepage|app|google|googlenews|yahoo|msn|flipboard"
    r"|apple)(?:[-_.&=][a-z]+)*)$"
)
_INDEX = re.compile(r"/(?:index|default)\.(?:html?|php|aspx?)$")
# Sites that are one script keep the article's address behind the hash: "#!/article/5", "#/article/5".
_ROUTES = ("!", "/")


class NotHttpError(ValueError):
    """The link is not http or https."""


def canonical_url(url: str) -> str:
    """The canonical form: lower-case host, no default port, fragment or tracking parameter, sorted query.

    Applied twice it changes nothing. Raises NotHttpError for ``javascript:`` and the like, ValueError for other faults.
    """
    url = url.strip()
    parts = urlsplit(url)
    if parts.scheme.lower() not in ("http", "https") or not parts.hostname:
        raise NotHttpError(f"not an http link: {url[:100]!r}")
    is_route = parts.fragment.startswith(_ROUTES)
    canonical = canonicalize_url(safe_url_string(url), keep_blank_values=True, keep_fragments=is_route)
    return _bare(canonical)


def _bare(url: str) -> str:
    parts = urlsplit(url)
    default = {"http": 80, "https": 443}[parts.scheme]
    host = (parts.hostname or "").rstrip(".")
    host = f"[{host}]" if ":" in host else host
    netloc = host if parts.port in (None, default) else f"{host}:{parts.port}"
    query = "&".join(pair for pair in parts.query.split("&") if pair and not _is_tracking(pair))
    return parts._replace(netloc=netloc, path=_INDEX.sub("/", parts.path), query=query).geturl()


def _is_tracking(pair: str) -> bool:
    name, _, value = (unquote(part).lower() for part in pair.partition("="))
    return bool(_TRACKING.match(name)) or (name in _MAYBE and bool(_CHANNEL.match(value)))
