"""``python -m services.console``."""

from services.console.app import create_app
from services.console.settings import ConsoleSettings
from shared import process

if __name__ == "__main__":
    settings = process.build_settings(ConsoleSettings)
    process.run("console", settings, create_app(settings))
