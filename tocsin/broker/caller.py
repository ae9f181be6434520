"""What the handlers know about the client that asks."""

from dataclasses import dataclass

NODE_ID = 1


@dataclass(frozen=True, slots=True)
class Caller:
    """A connection: `client_host` is the peer's address, `host` and `port` the broker's as this client reaches it."""

    client_host: str
    host: str
    port: int
