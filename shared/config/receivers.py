"""Receivers: who is told, and with which secret. A secret in an event is a reference, never the secret."""

import base64
from typing import Annotated, Any, Literal

from pydantic import (
    AnyHttpUrl,
    BaseModel,
    ConfigDict,
    Field,
    StringConstraints,
    TypeAdapter,
    UrlConstraints,
    ValidationError,
    model_validator,
)

from shared.config.items import ID_PATTERN, ItemModel

HttpUrl = Annotated[AnyHttpUrl, UrlConstraints(allowed_schemes=["http", "https"], max_length=2000)]
_HTTP_URL = TypeAdapter(HttpUrl)
_PREFIX = "whsec_"
_REFER = "Write '{field}: {{env: NAME}}' or '{field}: {{file: path}}': events carry references alone"
_SLACK_HOSTS = ("hooks.slack.com", "hooks.slack-gov.com")


def is_webhook_secret(text: str) -> bool:
    """Whether this is a secret as Standard Webhooks has it."""
    if not text.startswith(_PREFIX):
        return False
    try:
        key = base64.b64decode(text.removeprefix(_PREFIX), validate=True)
    except ValueError:
        return False
    return len(key) in range(24, 65)


def _is_http_url(text: str) -> bool:
    try:
        _HTTP_URL.validate_python(text)
    except ValidationError:  # what it says holds the URL, which may be a secret
        return False
    return True


def _is_slack_url(text: str) -> bool:
    return (_HTTP_URL.validate_python(text).host or "").rstrip(".") in _SLACK_HOSTS


class SecretReference(BaseModel):
    """Where a secret is to be found: an environment variable, a file, or an entry of ``receivers.yaml``."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    env: str | None = None
    file: str | None = None
    config: str | None = None

    @model_validator(mode="after")
    def _exactly_one(self) -> "SecretReference":
        if sum(value is not None for value in (self.env, self.file, self.config)) != 1:
            raise ValueError("a reference has exactly one key. Write {env: NAME} or {file: path}")
        return self


Secret = str | SecretReference


class Receiver(ItemModel):
    """A webhook (Standard Webhooks, signed where it has a secret), or a Slack one (its URL is the secret)."""

    model_config = ConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True)

    id: Annotated[str, StringConstraints(pattern=ID_PATTERN)]
    type: Literal["webhook", "slack"]
    url: Secret
    secret: Secret | None = None
    timeout_seconds: Annotated[float, Field(ge=1, le=30)] = 15
    per_second: Annotated[float, Field(gt=0, le=1000)] | None = None

    @model_validator(mode="after")
    def _check(self) -> "Receiver":
        if isinstance(self.url, str) and not _is_http_url(self.url):
            raise ValueError("the url is not an HTTP address. Write https://...")
        if isinstance(self.secret, str) and not is_webhook_secret(self.secret):
            raise ValueError(
                "a webhook secret is 'whsec_' and 24 to 64 bytes in base64. "
                "Make one: echo whsec_$(openssl rand -base64 32)"
            )
        if self.type == "webhook" and isinstance(self.url, str) and _is_slack_url(self.url):
            raise ValueError("this url is Slack's, and a secret. Write 'type: slack'")
        if self.type == "slack" and self.secret is not None:
            raise ValueError("a Slack webhook takes no secret: its URL is one. Remove 'secret'")
        return self

    def public_body(self) -> dict[str, Any]:
        """What may travel in an event: literal secrets become references to this entry of ``receivers.yaml``."""
        body = self.model_dump(mode="json", exclude_none=True)
        if isinstance(self.secret, str):
            body["secret"] = {"config": f"receivers/{self.id}/secret"}
        if self.type == "slack" and isinstance(self.url, str):
            body["url"] = {"config": f"receivers/{self.id}/url"}
        return body

    def refuse_literal_secrets(self) -> None:
        """Raises ValueError where a secret is written out, as it may be in ``receivers.yaml`` and nowhere else."""
        if isinstance(self.secret, str):
            raise ValueError(f"the secret is written out. {_REFER.format(field='secret')}")  # noqa: TRY004
        if self.type == "slack" and isinstance(self.url, str):
            raise ValueError(f"a Slack url is a secret, and is written out. {_REFER.format(field='url')}")
