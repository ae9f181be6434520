"""``python -m services.fetcher``."""

from services.fetcher.app import create_app
from services.fetcher.settings import FetcherSettings
from shared import process

if __name__ == "__main__":
    settings = process.build_settings(FetcherSettings)
    process.run("fetcher", settings, create_app(settings))
