"""The egress guard: outgoing connections reach public addresses and the allow-list, and nothing else.

A name is resolved once and the connection goes to the address that was judged, so a second answer of the name server
cannot lead elsewhere. Redirects open new connections and are judged anew.
"""

import asyncio
import socket
from collections.abc import Iterable, Sequence
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address
from typing import Any

import httpcore
from httpcore._backends.auto import AutoBackend

Address = IPv4Address | IPv6Address
Network = IPv4Network | IPv6Network

_NAT64 = IPv6Network("64:ff9b::/96")
# All that IPv6 hands out to hosts. What lies outside embeds IPv4 in some old or local way, or is no host's.
_GLOBAL_UNICAST = IPv6Network("2000::/3")


class EgressRefusedError(Exception):
    """The address is neither public nor on the allow-list (``egress.allow`` in tocsin.yaml)."""


def _embedded(address: Address) -> Address:
    """The IPv4 address that an IPv6 one stands for, where it does."""
    if isinstance(address, IPv4Address):
        return address
    if address in _NAT64:
        return IPv4Address(int(address) & 0xFFFFFFFF)
    teredo = address.teredo
    return address.ipv4_mapped or address.sixtofour or (teredo[1] if teredo else None) or address


def _is_public(address: Address) -> bool:
    if isinstance(address, IPv6Address) and address not in _GLOBAL_UNICAST:
        return False
    return address.is_global and not address.is_multicast


class EgressGuard:
    """Judges addresses. ``allow`` lists networks that may be reached although they are not public."""

    def __init__(self, allow: Iterable[Network] = ()) -> None:
        self._allow = tuple(allow)

    def is_listed(self, address: Address) -> bool:
        """Whether the allow-list names this address."""
        inner = _embedded(address)
        return any(inner in network for network in self._allow if network.version == inner.version)

    def permits(self, address: Address) -> bool:
        """Whether a connection to this address may be opened."""
        inner = _embedded(address)
        return self.is_listed(inner) or _is_public(inner)

    async def resolve(self, host: str, port: int) -> Sequence[str]:
        """The addresses of a host that may be reached, best first. Raises EgressRefusedError, or OSError."""
        found = await _addresses(host, port)
        permitted = [str(address) for address in found if self.permits(address)]
        if not permitted:
            shown = ", ".join(map(str, found)) or "no address"
            raise EgressRefusedError(f"{host} is {shown}: neither public nor listed under egress.allow")
        return permitted

    async def is_exempt(self, host: str) -> bool:
        """Whether every address of the host is on the allow-list, so that politeness towards strangers is not due."""
        try:
            found = await _addresses(host, 0)
        except (OSError, UnicodeError):
            return False
        return bool(found) and all(self.is_listed(address) for address in found)


async def _addresses(host: str, port: int) -> list[Address]:
    try:
        return [ip_address(host.strip("[]"))]
    except ValueError:
        pass
    rows = await asyncio.get_running_loop().getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return list(dict.fromkeys(ip_address(str(row[4][0]).split("%")[0]) for row in rows))


class GuardedBackend(httpcore.AsyncNetworkBackend):
    """httpcore's network, opening connections only to addresses that the guard permits."""

    def __init__(self, guard: EgressGuard) -> None:
        self._guard, self._network = guard, AutoBackend()

    async def connect_tcp(
        self, host: str, port: int, timeout: float | None = None, local_address: str | None = None,  # noqa: ASYNC109
        socket_options: Iterable[Any] | None = None,
    ) -> httpcore.AsyncNetworkStream:  # fmt: skip
        """Connects to the first permitted address that answers."""
        try:
            addresses = await self._guard.resolve(host, port)
        except (OSError, UnicodeError) as error:  # a name too long for the name system is a UnicodeError
            raise httpcore.ConnectError(f"no address for {host}: {error}") from error
        failure: Exception | None = None
        for address in addresses:
            try:
                return await self._network.connect_tcp(address, port, timeout, local_address, socket_options)
            except (httpcore.ConnectError, httpcore.ConnectTimeout) as error:
                failure = error
        raise failure or httpcore.ConnectError(f"no address for {host}")

    async def connect_unix_socket(self, *_: Any, **__: Any) -> httpcore.AsyncNetworkStream:
        """Never: nothing outside reaches a socket of this machine."""
        raise EgressRefusedError("unix sockets are not reached")

    async def sleep(self, seconds: float) -> None:
        """Waits between connection attempts."""
        await self._network.sleep(seconds)
