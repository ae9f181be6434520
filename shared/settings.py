"""Settings that every service has. A service's own class adds to these; it is built once, in its ``__main__``.

Values come from ``TOCSIN_...`` environment variables, then from ``tocsin.yaml`` in the configuration directory
(``TOCSIN_CONFIG``), then from the defaults below.
"""

import os
from ipaddress import IPv4Network, IPv6Network
from pathlib import Path
from typing import Any, Literal, TypeVar

from pydantic import BaseModel, ConfigDict, Field, ValidationError
from pydantic.fields import FieldInfo
from pydantic_settings import BaseSettings, PydanticBaseSettingsSource, SettingsConfigDict

from shared.config import yaml_file

SETTINGS_FILE = "tocsin.yaml"

SettingsT = TypeVar("SettingsT", bound="ServiceSettings")


class SettingsError(ValueError):
    """A setting is wrong; the message names the variable or the file and line."""


class Egress(BaseModel):
    """Which addresses outgoing requests may reach, beside the public ones."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    allow: tuple[IPv4Network | IPv6Network, ...] = Field(
        default=(),
        description="Networks that requests may reach although they are private; no spacing applies there.",
    )


class _TocsinYaml(PydanticBaseSettingsSource):
    """The settings in ``tocsin.yaml``; keys of other services are passed over here."""

    def get_field_value(self, field: FieldInfo, field_name: str) -> tuple[Any, str, bool]:
        raise NotImplementedError  # __call__ reads the file as a whole

    def __call__(self) -> dict[str, Any]:
        directory = os.environ.get("TOCSIN_CONFIG")
        if not directory:
            return {}
        document = yaml_file.load(Path(directory) / SETTINGS_FILE)
        if document.value is None:
            return {}
        if not isinstance(document.value, dict):
            raise yaml_file.ConfigError(document.place(()), "expected a mapping of settings")
        return {key: value for key, value in document.value.items() if key in self.settings_cls.model_fields}


class ServiceSettings(BaseSettings):
    """What every service needs to know."""

    model_config = SettingsConfigDict(
        env_prefix="TOCSIN_",
        env_nested_delimiter="__",
        frozen=True,
        extra="ignore",
        hide_input_in_errors=True,
    )

    kafka: str = Field(default="127.0.0.1:9092", description="Kafka bootstrap address, host:port, comma-separated.")
    config: Path | None = Field(
        default=None, description="Configuration directory; only tocsin.yaml and secrets are read from it."
    )
    http_host: str = Field(default="127.0.0.1", description="Address on which /health and /metrics answer.")
    http_port: int = Field(default=0, ge=0, le=65535, description="Port of /health and /metrics; 0 picks a free one.")
    log_level: Literal["debug", "info", "warning", "error"] = Field(
        default="info", description="Least level that is logged."
    )
    egress: Egress = Field(default=Egress(), description="Allow-list of the egress guard.")

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,
        file_secret_settings: PydanticBaseSettingsSource,
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        return init_settings, env_settings, _TocsinYaml(settings_cls)


def build(settings_class: type[SettingsT]) -> SettingsT:
    """The settings of this process. Raises SettingsError, one line a fault, each naming its variable."""
    try:
        return settings_class()
    except ValidationError as error:
        faults = [_fault(fault) for fault in error.errors()]
        raise SettingsError("\n".join(faults)) from error
    except ValueError as error:
        raise SettingsError(str(error)) from error


def _fault(fault: Any) -> str:
    path = [str(part) for part in fault["loc"]]
    variable = "TOCSIN_" + "__".join(part.upper() for part in path if not part.isdigit())
    return f"{variable} (or '{'.'.join(path)}' in {SETTINGS_FILE}): {fault['msg']}"
