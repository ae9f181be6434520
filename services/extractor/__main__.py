"""``python -m services.extractor extract|group``."""

from services.extractor.app import STEPS
from services.extractor.settings import ExtractorSettings
from shared import process

if __name__ == "__main__":
    process.run_step(STEPS, ExtractorSettings)
