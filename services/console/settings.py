"""Settings of the console."""

from pathlib import Path

from pydantic import Field, SecretStr

from shared.settings import ServiceSettings


class ConsoleSettings(ServiceSettings):
    """What the console needs to know."""

    console_host: str = Field(default="127.0.0.1", description="Address on which the page and the API answer.")
    console_port: int = Field(default=8470, ge=1, le=65535, description="Port of the page and the API.")
    console_token: SecretStr | None = Field(
        default=None,
        min_length=16,
        description="Token that the page and the API ask for; without one it is generated and kept in the data folder.",
    )
    console_url: str = Field(
        default="", description="Address of the console as browsers see it; its host is let in beside loopback names."
    )
    console_max_alerts: int = Field(default=5000, ge=1, le=100_000, description="Alerts kept in memory, newest first.")
    console_max_stories: int = Field(
        default=20_000, ge=1, le=1_000_000, description="Stories whose copies are kept in memory."
    )
    console_grouped_days: float = Field(
        default=2, gt=0, le=90, description="How far back reports are read for the copies of a story."
    )
    data: Path = Field(default=Path("var"), description="Folder of generated files, the console's token among them.")
