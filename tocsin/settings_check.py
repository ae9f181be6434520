"""Checking ``tocsin.yaml`` as a whole: each service reads only its own keys, so a slip would go unnoticed."""

import difflib
from pathlib import Path

from pydantic import ValidationError

from services.alerter.settings import AlerterSettings
from services.console.settings import ConsoleSettings
from services.extractor.settings import ExtractorSettings
from services.fetcher.settings import FetcherSettings
from shared.config.yaml_file import ConfigError, Document, load
from shared.settings import SETTINGS_FILE, ServiceSettings

CLASSES: tuple[type[ServiceSettings], ...] = (FetcherSettings, ExtractorSettings, AlerterSettings, ConsoleSettings)


def check_settings_file(folder: Path) -> None:
    """Raises ConfigError for the first key that no service knows, or whose value is wrong."""
    document = load(folder / SETTINGS_FILE)
    if document.value is None:
        return
    if not isinstance(document.value, dict):
        raise ConfigError(document.place(()), "expected a mapping of settings", "Write 'key: value' lines")
    known = {name for settings in CLASSES for name in settings.model_fields}
    for key, value in document.value.items():
        if key not in known:
            close = difflib.get_close_matches(str(key), known, 1)
            remedy = f"Did you mean '{close[0]}'?" if close else "The settings are listed in docs/settings.md"
            raise ConfigError(document.place((str(key),)), f"'{key}' is no setting", remedy)
        _check_value(document, str(key), value)


def _check_value(document: Document, key: str, value: object) -> None:
    settings = next(c for c in CLASSES if key in c.model_fields)
    try:
        settings.__pydantic_validator__.validate_assignment(settings.model_construct(), key, value)
    except ValidationError as error:
        fault = error.errors()[0]
        if fault["type"] == "frozen_instance":
            return
        # Between the keys pydantic names the members of a union; those are nothing that anybody wrote.
        inner = (part for part in fault["loc"] if part != key and (isinstance(part, int) or part.isidentifier()))
        path = (key, *inner)
        where = ".".join(map(str, path))
        raise ConfigError(
            document.place(path), f"{where}: {fault['msg']}", f"Found {str(fault['input'])[:80]!r}"
        ) from error
