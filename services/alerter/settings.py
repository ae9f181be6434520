"""Settings of the alerter."""

from pydantic import Field

from shared.settings import ServiceSettings


class AlerterSettings(ServiceSettings):
    """What the alerter's steps need to know."""

    match_batch: int = Field(default=100, ge=1, le=500, description="Reports matched in one batch.")
    match_batch_wait_seconds: float = Field(default=0.02, gt=0, description="Longest wait for a batch to fill.")
    notify_concurrency: int = Field(default=10, ge=1, le=200, description="Sends under way at once to one receiver.")
    notify_user_agent: str = Field(default="Tocsin/0.1", description="User-Agent of webhook and Slack requests.")
    console_url: str = Field(default="", description="Address of the console, for links in notifications.")
