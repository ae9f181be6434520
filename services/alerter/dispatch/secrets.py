"""Secrets, resolved where they are used and nowhere else: by environment, file, or the entry of ``receivers.yaml``."""

import os
from pathlib import Path

from pydantic import SecretStr

from shared.config import yaml_file
from shared.config.receivers import Secret, SecretReference

RECEIVERS_FILE = "receivers.yaml"


class SecretMissingError(RuntimeError):
    """A reference leads to nothing; the message says where it was looked for."""


class Secrets:
    """Resolves references. Files are read again at every use, so that a secret can be changed without a restart."""

    def __init__(self, config: Path | None) -> None:
        self._config = config

    def resolve(self, secret: Secret) -> SecretStr:
        """The secret itself. Raises SecretMissingError."""
        if isinstance(secret, str):
            return SecretStr(secret)
        value = self._find(secret).strip()
        if not value:
            raise SecretMissingError(f"the secret at {_shown(secret)} is empty")
        return SecretStr(value)

    def _find(self, reference: SecretReference) -> str:
        if reference.env is not None:
            return self._from_environment(reference.env)
        if reference.file is not None:
            return self._from_file(Path(reference.file))
        return self._from_receivers(reference.config or "")

    def _from_environment(self, name: str) -> str:
        if name not in os.environ:
            raise SecretMissingError(f"the environment variable {name} is not set for the dispatcher")
        return os.environ[name]

    def _from_file(self, path: Path) -> str:
        path = path if path.is_absolute() or self._config is None else self._config / path
        try:
            return path.read_text(encoding="utf-8")
        except OSError as error:
            raise SecretMissingError(f"the secret file {path} cannot be read: {error.strerror}") from error
        except UnicodeDecodeError:
            raise SecretMissingError(f"the secret file {path} is not UTF-8 text") from None

    def _from_receivers(self, address: str) -> str:
        if self._config is None:
            raise SecretMissingError(
                f"'{address}' is in receivers.yaml, but TOCSIN_CONFIG is not set for the dispatcher"
            )
        _, receiver_id, field = (*address.split("/"), "", "")[:3]
        try:
            document = yaml_file.load(self._config / RECEIVERS_FILE).value
        except yaml_file.ConfigError as error:  # half saved, perhaps
            raise SecretMissingError(f"{RECEIVERS_FILE} cannot be read: {error.place}") from error
        rows = document.get("receivers") if isinstance(document, dict) else None
        for row in rows if isinstance(rows, list) else ():
            if isinstance(row, dict) and row.get("id") == receiver_id and isinstance(row.get(field), str):
                return str(row[field])
        raise SecretMissingError(f"{RECEIVERS_FILE} has no literal {field} for the receiver {receiver_id}")


def _shown(reference: SecretReference) -> str:
    return str(reference.model_dump(exclude_none=True))
