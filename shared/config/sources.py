"""Sources: what is polled, and how often."""

from typing import Annotated, Literal

from pydantic import AnyHttpUrl, ConfigDict, Field, StringConstraints, UrlConstraints

from shared.config.items import ID_PATTERN, ItemModel

HttpUrl = Annotated[AnyHttpUrl, UrlConstraints(allowed_schemes=["http", "https"], max_length=2000)]


class Source(ItemModel):
    """A feed that is polled. ``interval_seconds`` is the pause aimed at between polls while all goes well.

    With ``alert_from: now`` entries that were published before the source was made raise no alert.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    id: Annotated[str, StringConstraints(pattern=ID_PATTERN)]
    url: HttpUrl
    name: str = ""
    type: Literal["feed"] = "feed"
    interval_seconds: Annotated[float, Field(ge=1, le=86_400)] = 300
    tags: tuple[str, ...] = ()
    alert_from: Literal["all", "now"] = "all"
