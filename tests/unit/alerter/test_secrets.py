"""Secrets are found where their references lead, and nowhere else."""

from pathlib import Path

import pytest

from services.alerter.dispatch.secrets import SecretMissingError, Secrets
from shared.config.receivers import SecretReference


def _resolve(folder: Path | None, **reference: str) -> str:
    return Secrets(folder).resolve(SecretReference(**reference)).get_secret_value()


def test_by_environment_file_and_config(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TEST_SECRET", " by environment \n")
    (tmp_path / "secret.txt").write_text("by file\n")
    (tmp_path / "receivers.yaml").write_text("receivers:\n  - {id: desk, secret: by config, url: {env: X}}\n")
    assert _resolve(None, env="TEST_SECRET") == "by environment"
    assert _resolve(tmp_path, file="secret.txt") == "by file"
    assert _resolve(None, file=str(tmp_path / "secret.txt")) == "by file"
    assert _resolve(tmp_path, config="receivers/desk/secret") == "by config"


def test_a_file_is_read_again_at_every_use(tmp_path: Path) -> None:
    secrets, path = Secrets(tmp_path), tmp_path / "secret.txt"
    for text in ("old", "new"):
        path.write_text(text)
        assert secrets.resolve(SecretReference(file="secret.txt")).get_secret_value() == text


@pytest.mark.parametrize(
    ("reference", "hint"),
    [
        ({"env": "TEST_SECRET_UNSET"}, "TEST_SECRET_UNSET is not set"),
        ({"file": "none.txt"}, "none.txt cannot be read"),
        ({"file": "binary"}, "not UTF-8"),
        ({"file": "empty"}, "is empty"),
        ({"config": "receivers/nobody/secret"}, "no literal secret for the receiver nobody"),
        ({"config": "receivers/desk/url"}, "no literal url"),
        ({"config": "desk"}, "no literal"),
    ],
)
def test_a_missing_secret_says_where_it_was_looked_for(tmp_path: Path, reference: dict[str, str], hint: str) -> None:
    (tmp_path / "binary").write_bytes(b"\xff\xfe")
    (tmp_path / "empty").write_text(" \n")
    (tmp_path / "receivers.yaml").write_text("receivers:\n  - {id: desk, url: {env: X}}\n")
    with pytest.raises(SecretMissingError, match=hint):
        _resolve(tmp_path, **reference)


def test_what_is_resolved_does_not_show_itself() -> None:
    assert "hush" not in repr(Secrets(None).resolve("hush"))
