"""Settings of the extractor."""

from pydantic import Field

from shared.settings import ServiceSettings


class ExtractorSettings(ServiceSettings):
    """What the extractor's steps need to know."""

    extract_batch: int = Field(default=16, ge=1, le=500, description="Articles handled in one batch.")
    extract_batch_wait_seconds: float = Field(default=0.05, gt=0, description="Longest wait for a batch to fill.")
    recogniser: str = Field(
        default="",
        description="A statistical recogniser, as module:function, whose word on names counts beside the rules.",
    )
    group_memory_days: float = Field(default=14, gt=0, description="How far back a copy is recognised as one.")
