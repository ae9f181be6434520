"""Sources: what is polled, and how often."""

from typing import Annotated, Any, Literal

from pydantic import AnyHttpUrl, BaseModel, ConfigDict, Field, StringConstraints, UrlConstraints, field_validator

from shared.config.items import ID_PATTERN, CountryCode, ItemModel

HttpUrl = Annotated[AnyHttpUrl, UrlConstraints(allowed_schemes=["http", "https"], max_length=2000)]


class Beat(BaseModel):
    """The country that a source reports from, or a first-order region of it, by name: "Aleppo", "Tennessee"."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    country: CountryCode
    region: Annotated[str, StringConstraints(max_length=200, strip_whitespace=True)] = ""


class Source(ItemModel):
    """A feed that is polled. ``interval_seconds`` is the pause aimed at between polls while all goes well.

    With ``alert_from: now`` entries that were published before the source was made raise no alert. ``beat`` is where it
    reports from, which its writers rarely say: of namesakes those that lie there are likelier.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    id: Annotated[str, StringConstraints(pattern=ID_PATTERN)]
    url: HttpUrl
    name: str = ""
    type: Literal["feed"] = "feed"
    interval_seconds: Annotated[float, Field(ge=1, le=86_400)] = 300
    tags: tuple[str, ...] = ()
    alert_from: Literal["all", "now"] = "all"
    beat: Beat | None = None

    @field_validator("beat", mode="before")
    @classmethod
    def _country_alone(cls, value: Any) -> Any:
        return {"country": value} if isinstance(value, str) else value
