"""Requests to addresses that somebody else names: where results lie, where webhooks go.

Such an address is somebody else's word. So it is https only; its host is resolved here and
connected to at that very address (or a second answer of the name server could lead inside), which
has to be a public one; and no redirect is followed unless whoever asks looks at it the same way.
"""

import asyncio
import contextlib
import ipaddress
import socket
import ssl
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from typing import Final

import httpx2

_NAT64: Final = ipaddress.ip_network("64:ff9b::/96")

Address = ipaddress.IPv4Address | ipaddress.IPv6Address


class WrongAddressError(Exception):
    """Nothing is sent there: it is no https address, or not a public one."""


def target_of(url: str, *, loopback: bool = False) -> httpx2.URL:
    """The address, when its form is one that is called.

    `loopback` allows plain http, for tests. Raises WrongAddressError.
    """
    try:
        target = httpx2.URL(url)
        schemes = ("https", "http") if loopback else ("https",)
        if target.scheme not in schemes or not target.host or target.userinfo:
            raise WrongAddressError
    except (httpx2.InvalidURL, ValueError):
        raise WrongAddressError from None
    return target


@cache
def certificates() -> ssl.SSLContext:
    """What every server is checked with: reading it takes longer than most requests."""
    return httpx2.create_ssl_context()


@dataclass(frozen=True, slots=True)
class _Way:
    """One of the addresses of a host, and how a request to it still names the host."""

    url: httpx2.URL
    headers: dict[str, str]
    extensions: dict[str, str]


def _ways(url: str, *, loopback: bool) -> list[_Way]:
    target = target_of(url, loopback=loopback)
    port = target.port or (443 if target.scheme == "https" else 80)
    return [
        _Way(
            target.copy_with(host=address),
            {"host": target.netloc.decode("ascii")},
            # The certificate is the name's, not the address's.
            {"sni_hostname": target.raw_host.decode("ascii")},
        )
        for address in _addresses(target.host, port, loopback=loopback)
    ]


@contextmanager
def get(url: str, *, timeout: httpx2.Timeout, loopback: bool = False) -> Iterator[httpx2.Response]:
    """Ask a public address and yield the answer, whose body is not read yet.

    `loopback` allows this machine too, for tests. Raises WrongAddressError, httpx2.HTTPError, and
    OSError when there is no such host.
    """
    unreachable: httpx2.ConnectError | None = None
    # No proxy of the environment, which would resolve the name once more.
    with httpx2.Client(timeout=timeout, trust_env=False, verify=certificates()) as client:
        for way in _ways(url, loopback=loopback):
            asked = client.build_request(
                "GET", way.url, headers=way.headers, extensions=way.extensions
            )
            try:
                response = client.send(asked, stream=True)
            except httpx2.ConnectError as error:
                unreachable = error
                continue
            with contextlib.closing(response):
                yield response
            return
    raise unreachable or WrongAddressError


def post(
    url: str,
    content: bytes,
    headers: Mapping[str, str],
    *,
    seconds: float,
    loopback: bool = False,
) -> int:
    """Post to a public address, and return the status of the answer, whose body is not read.

    It ends within so many seconds, however slowly the answer drips in. Raises what `get` raises,
    and TimeoutError.
    """
    ways = _ways(url, loopback=loopback)
    return asyncio.run(asyncio.wait_for(_posted(ways, content, headers), seconds))


async def _posted(ways: list[_Way], content: bytes, headers: Mapping[str, str]) -> int:
    unreachable: httpx2.ConnectError | None = None
    client = httpx2.AsyncClient(timeout=None, trust_env=False, verify=certificates())
    async with client:
        for way in ways:
            asked = client.build_request(
                "POST",
                way.url,
                headers={**headers, **way.headers},
                content=content,
                extensions=way.extensions,
            )
            try:
                response = await client.send(asked, stream=True)
            except httpx2.ConnectError as error:
                unreachable = error
                continue
            await response.aclose()
            return response.status_code
    raise unreachable or WrongAddressError


def _addresses(host: str, port: int, *, loopback: bool) -> list[str]:
    """The IP addresses of a host, all of which must be public or, with `loopback`, of this machine.

    Raises OSError when there is no such host.
    """
    found = {str(info[4][0]) for info in socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)}
    addresses = [ipaddress.ip_address(address.partition("%")[0]) for address in sorted(found)]
    if not all(_is_public(address) or (loopback and address.is_loopback) for address in addresses):
        raise WrongAddressError
    # IPv4 first: many machines have an IPv6 address and no way out by it.
    return [str(address) for address in sorted(addresses, key=lambda one: one.version)]


def _is_public(address: Address) -> bool:
    return all(one.is_global and not one.is_multicast for one in _led_to(address))


def _led_to(address: Address) -> Iterable[Address]:
    """An address, or the IPv4 ones that hide in it and are where packets end up."""
    if isinstance(address, ipaddress.IPv4Address):
        return (address,)
    if address in _NAT64:
        return (ipaddress.IPv4Address(int(address) & 0xFFFFFFFF),)
    inner = address.ipv4_mapped or address.sixtofour
    if inner is not None:
        return (inner,)
    return address.teredo or (address,)
