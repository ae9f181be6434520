"""The egress guard: what is judged, whatever it is written as, and that the address judged is the one connected to."""

import socket
from collections.abc import Sequence
from ipaddress import IPv4Network, IPv6Network, ip_address, ip_network
from typing import Any

import httpcore
import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.http import egress
from shared.http.client import client, get
from shared.http.egress import EgressGuard, EgressRefusedError, GuardedBackend

REFUSED = [
    "127.0.0.1", "127.8.9.10", "0.0.0.0", "10.1.2.3", "172.16.0.1", "192.168.1.1", "169.254.169.254", "100.64.0.1",
    "192.0.0.1", "192.0.2.1", "198.18.0.1", "198.51.100.1", "203.0.113.1", "224.0.0.1", "239.1.1.1", "240.0.0.1",
    "255.255.255.255",
    "::", "::1", "fe80::1", "fe80::1%eth0", "fc00::1", "fd12:3456::1", "fec0::1", "ff02::1", "ff0e::1", "100::1",
    "2001:db8::1",
    "::ffff:127.0.0.1", "::ffff:10.0.0.1", "::ffff:169.254.169.254",  # mapped
    "::127.0.0.1", "::10.0.0.1",  # compatible, long deprecated
    "::ffff:0:127.0.0.1",  # translated (SIIT)
    "64:ff9b::127.0.0.1", "64:ff9b::a9fe:a9fe",  # NAT64
    "64:ff9b:1::127.0.0.1", "64:ff9b:1::1",  # NAT64 of a site's own
    "2002:7f00:1::", "2002:a00:1::1",  # 6to4
    "2001:0:4136:e378:8000:63bf:80ff:fffe",  # Teredo, its client at 127.0.0.1
]  # fmt: skip
PERMITTED = ["1.1.1.1", "93.184.216.34", "2606:4700::1111", "::ffff:1.1.1.1", "64:ff9b::1.1.1.1", "2002:101:101::1"]


@pytest.mark.parametrize("address", REFUSED)
def test_what_is_not_public_is_refused(address: str) -> None:
    assert not EgressGuard().permits(ip_address(address))


@pytest.mark.parametrize("address", PERMITTED)
def test_what_is_public_is_permitted(address: str) -> None:
    assert EgressGuard().permits(ip_address(address))


@given(st.ip_addresses(v=4, network="10.0.0.0/8") | st.ip_addresses(v=4, network="127.0.0.0/8"))
def test_no_ipv6_dress_gets_a_private_address_through(inner: Any) -> None:
    low = int(inner)
    prefixes = ("::", "::ffff:0:0", "::ffff:0:0:0", "64:ff9b::", "64:ff9b:1::")
    dressed = [ip_address(int(ip_address(prefix)) + low) for prefix in prefixes]
    dressed.append(ip_address((0x2002 << 112) + (low << 80) + 1))
    assert not [address for address in dressed if EgressGuard().permits(address)]


def test_the_allow_list_opens_what_it_names_and_no_more() -> None:
    guard = EgressGuard([IPv4Network("10.1.0.0/16"), IPv6Network("fd00::/8")])
    asked = ("10.1.2.3", "::ffff:10.1.2.3", "10.2.0.1", "fd00::1", "fc00::1")
    opened = [address for address in asked if guard.permits(ip_address(address))]
    assert opened == ["10.1.2.3", "::ffff:10.1.2.3", "fd00::1"]


# ---------------------------------------------------------------- names


class Resolver:
    """A name server that answers each question in turn."""

    def __init__(self, *answers: Sequence[str] | Exception) -> None:
        self.answers, self.asked = list(answers), 0

    async def __call__(self, host: str, port: int) -> list[Any]:
        self.asked += 1
        answer = self.answers.pop(0)
        if isinstance(answer, Exception):
            raise answer
        return [ip_address(address) for address in answer]


class Network(httpcore.AsyncNetworkBackend):
    """Notes where connections go; none is opened."""

    def __init__(self, *reachable: str) -> None:
        self.connected: list[str] = []
        self.reachable = reachable

    async def connect_tcp(self, host: str, *_: Any, **__: Any) -> httpcore.AsyncNetworkStream:
        self.connected.append(host)
        if host in self.reachable:
            return httpcore.AsyncMockStream([b"HTTP/1.1 302 Found\r\nlocation: http://inside.test/\r\n\r\n"])
        raise httpcore.ConnectError("nobody there")


@pytest.fixture
def backend() -> GuardedBackend:
    return GuardedBackend(EgressGuard())


async def test_the_address_that_was_judged_is_the_one_connected_to(
    backend: GuardedBackend, monkeypatch: pytest.MonkeyPatch
) -> None:
    resolver, network = Resolver(["1.1.1.1"], ["127.0.0.1"]), Network()
    monkeypatch.setattr(egress, "_addresses", resolver)
    backend._network = network  # type: ignore[assignment]
    with pytest.raises(httpcore.ConnectError):
        await backend.connect_tcp("rebinding.test", 80)
    assert (network.connected, resolver.asked) == (["1.1.1.1"], 1)
    with pytest.raises(EgressRefusedError, match=r"127\.0\.0\.1"):
        await backend.connect_tcp("rebinding.test", 80)
    assert network.connected == ["1.1.1.1"]


async def test_of_mixed_addresses_only_the_public_ones_are_tried(
    backend: GuardedBackend, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(egress, "_addresses", Resolver(["10.0.0.1", "1.1.1.1", "::1", "2606:4700::1111"]))
    network = backend._network = Network("2606:4700::1111")  # type: ignore[assignment]
    await backend.connect_tcp("mixed.test", 80)
    assert network.connected == ["1.1.1.1", "2606:4700::1111"]


@pytest.mark.parametrize("host", ["127.1", "0x7f.1", "2130706433", "0177.0.0.1", "localhost", "[::1]", "127.0.0.1"])
async def test_no_spelling_of_loopback_gets_through(host: str) -> None:
    try:
        await EgressGuard().resolve(host, 80)
    except (EgressRefusedError, OSError):
        return
    pytest.fail(f"{host} was permitted")


@pytest.mark.parametrize("failure", [socket.gaierror("no such name"), UnicodeError("label too long")])
async def test_a_name_without_address_is_a_failed_connection(
    backend: GuardedBackend, monkeypatch: pytest.MonkeyPatch, failure: Exception
) -> None:
    monkeypatch.setattr(egress, "_addresses", Resolver(failure, failure))
    with pytest.raises(httpcore.ConnectError):
        await backend.connect_tcp("nowhere.test", 80)
    assert not await EgressGuard().is_exempt("nowhere.test")


async def test_a_label_too_long_for_dns_raises_nothing_unexpected() -> None:
    async with client(EgressGuard(), "test") as http:
        with pytest.raises((httpx.HTTPError, httpx.InvalidURL)):
            await http.get(f"http://{'a' * 70}.test/")


async def test_exempt_is_only_what_is_listed_as_a_whole(monkeypatch: pytest.MonkeyPatch) -> None:
    guard = EgressGuard([ip_network("127.0.0.0/8")])
    monkeypatch.setattr(egress, "_addresses", Resolver(["127.0.0.1"], ["127.0.0.1", "1.1.1.1"], [], ["1.1.1.1"]))
    assert [await guard.is_exempt("x.test") for _ in range(4)] == [True, False, False, False]


async def test_unix_sockets_are_refused(backend: GuardedBackend) -> None:
    with pytest.raises(EgressRefusedError):
        await backend.connect_unix_socket("/run/docker.sock")


# ---------------------------------------------------------------- the client


async def test_the_client_uses_the_guarded_network() -> None:
    guard = EgressGuard()
    async with client(guard, "test") as http:
        backend = http._transport._pool._network_backend  # type: ignore[attr-defined]
        assert isinstance(backend, GuardedBackend)
        with pytest.raises(EgressRefusedError):
            await http.get("http://127.0.0.1:1/")


async def test_a_redirect_into_a_private_network_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(egress, "_addresses", Resolver(["1.1.1.1"], ["10.0.0.1"]))
    async with client(EgressGuard(), "test") as http:
        network = http._transport._pool._network_backend._network = Network("1.1.1.1")  # type: ignore[attr-defined]
        with pytest.raises(EgressRefusedError, match=r"inside\.test is 10\.0\.0\.1"):
            await get(http, "http://outside.test/", headers={}, max_body_bytes=10, deadline_seconds=5)
    assert network.connected == ["1.1.1.1"]


async def test_proxies_of_the_environment_are_passed_over(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HTTP_PROXY", "http://1.1.1.1:3128")
    async with client(EgressGuard(), "test") as http:
        with pytest.raises(EgressRefusedError):
            await http.get("http://10.0.0.1/")
