"""Settings of the fetcher."""

from pydantic import Field

from shared.settings import ServiceSettings


class FetcherSettings(ServiceSettings):
    """What the fetcher needs to know."""

    redis: str = Field(default="redis://127.0.0.1:6379/0", description="Redis or Valkey address.")
    fetch_user_agent: str = Field(
        default="Tocsin/0.1 (+news monitoring; self-hosted)", description="User-Agent of feed and page requests."
    )
    fetch_concurrency: int = Field(default=32, ge=1, le=1000, description="Sources polled at once by one fetcher.")
    fetch_pages_per_poll: int = Field(default=4, ge=1, le=64, description="Article pages of one poll fetched at once.")
    fetch_host_spacing_seconds: float = Field(
        default=5, ge=0, description="Least time between starts of requests to one registrable host."
    )
    fetch_deadline_seconds: float = Field(default=30, gt=0, description="Total time for one request.")
    fetch_max_feed_bytes: int = Field(default=10_000_000, gt=0, description="Bytes of a feed that are read.")
    fetch_max_page_bytes: int = Field(default=8_000_000, gt=0, description="Bytes of a page that are read.")
    fetch_seen_days: float = Field(default=30, gt=0, description="How long the seen-cache remembers an article.")
