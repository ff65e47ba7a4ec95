"""Fetch a result from the address that a provider has given.

The address is somebody else's word. So it is https only, its host is resolved here and connected to
at that very address (or a second answer of the name server could lead inside), every redirect is
looked at in the same way, and what comes is counted.
"""

import base64
import binascii
import ipaddress
import socket
from collections.abc import Iterable, Sequence
from typing import Final
from urllib.parse import urljoin

import httpx2

from tryon.engines import Code, EngineError, Picture
from tryon.engines.remote import (
    ANY_TYPE,
    MOST_PICTURES,
    TIMEOUT,
    Account,
    PassingError,
    TooLargeError,
    read,
    retry_after,
)
from tryon.pictures import LARGEST_FILE

_MOST_REDIRECTS: Final = 5
_NAT64 = ipaddress.ip_network("64:ff9b::/96")


class _WrongAddressError(Exception):
    """Nothing is fetched from there."""


def pictures(
    addresses: Sequence[object], account: Account, *, loopback: bool = False
) -> tuple[Picture, ...]:
    """The pictures at the addresses of a finished job, as `download` fetches them.

    Raises EngineError, also when there is none.
    """
    if not addresses:
        raise account.no_picture()
    if len(addresses) > MOST_PICTURES:
        raise account.bad_answer()
    made = []
    for address in addresses:
        if not isinstance(address, str):
            raise account.bad_answer()
        made.append(Picture(download(address, account, loopback=loopback), ANY_TYPE))
    return tuple(made)


def download(url: str, account: Account, *, loopback: bool = False) -> bytes:
    """The bytes at a public https address, or within a data: address.

    `loopback` allows plain http to this machine, for tests. Raises EngineError.
    """
    failure: EngineError
    try:
        if url.startswith("data:"):
            return _inline(url)
        for _ in range(_MOST_REDIRECTS + 1):
            response_or_next = _hop(url, account, loopback=loopback)
            if isinstance(response_or_next, bytes):
                return response_or_next
            url = urljoin(url, response_or_next)
        failure = _wrong(account)
    except (_WrongAddressError, httpx2.InvalidURL, ValueError):
        failure = _wrong(account)
    except TooLargeError:
        failure = EngineError(
            Code.BAD_ANSWER, f"{account.label} made a picture that is too large to be read."
        )
    except httpx2.TimeoutException:
        failure = account.timeout()
    except httpx2.DecodingError:
        failure = account.bad_answer()
    except (httpx2.HTTPError, OSError):
        failure = account.unreachable()
    raise failure


def _wrong(account: Account) -> EngineError:
    return EngineError(
        Code.BAD_ANSWER,
        f"{account.label} keeps its picture at an address from which none is fetched.",
    )


def _inline(url: str) -> bytes:
    head, _, content = url.partition(",")
    if not head.endswith(";base64"):
        raise _WrongAddressError
    if len(content) > LARGEST_FILE * 4 / 3 + 4:
        raise TooLargeError
    try:
        return base64.b64decode(content, validate=True)
    except binascii.Error:
        raise _WrongAddressError from None


def _hop(url: str, account: Account, *, loopback: bool) -> bytes | str:
    """What is at an address, or where it leads to."""
    target = httpx2.URL(url)
    if target.scheme not in (("https", "http") if loopback else ("https",)):
        raise _WrongAddressError
    if not target.host or target.userinfo:
        raise _WrongAddressError
    port = target.port or (443 if target.scheme == "https" else 80)
    unreachable: httpx2.ConnectError | None = None
    for address in _addresses(target.host, port, loopback=loopback):
        try:
            return _get(target, address, account)
        except httpx2.ConnectError as error:
            unreachable = error
    raise unreachable or _WrongAddressError


def _addresses(host: str, port: int, *, loopback: bool) -> list[str]:
    """The IP addresses of a host, all of which must be public or, with `loopback`, of this machine.

    Raises OSError when there is no such host.
    """
    found = {str(info[4][0]) for info in socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)}
    addresses = [ipaddress.ip_address(address.partition("%")[0]) for address in sorted(found)]
    if not all(_is_public(address) or (loopback and address.is_loopback) for address in addresses):
        raise _WrongAddressError
    # IPv4 first: many machines have an IPv6 address and no way out by it.
    return [str(address) for address in sorted(addresses, key=lambda one: one.version)]


def _is_public(address: ipaddress.IPv4Address | ipaddress.IPv6Address) -> bool:
    return all(one.is_global and not one.is_multicast for one in _led_to(address))


def _led_to(
    address: ipaddress.IPv4Address | ipaddress.IPv6Address,
) -> Iterable[ipaddress.IPv4Address | ipaddress.IPv6Address]:
    """An address, or the IPv4 ones that hide in it and are where packets end up."""
    if isinstance(address, ipaddress.IPv4Address):
        return (address,)
    if address in _NAT64:
        return (ipaddress.IPv4Address(int(address) & 0xFFFFFFFF),)
    inner = address.ipv4_mapped or address.sixtofour
    if inner is not None:
        return (inner,)
    return address.teredo or (address,)


def _get(target: httpx2.URL, address: str, account: Account) -> bytes | str:
    with (
        # No proxy of the environment, which would resolve the name once more.
        httpx2.Client(timeout=TIMEOUT, trust_env=False) as client,
        client.stream(
            "GET",
            target.copy_with(host=address),
            headers={"host": target.netloc.decode("ascii")},
            # The certificate is the name's, not the address's.
            extensions={"sni_hostname": target.raw_host.decode("ascii")},
        ) as response,
    ):
        status = response.status_code
        if response.has_redirect_location:
            return str(response.headers["location"])
        if status in (401, 403, 404, 410):
            raise EngineError(
                Code.RESULT_EXPIRED,
                f"The picture is not to be had at {account.label} any more.",
                retryable=True,
            )
        if status >= 500 or status in (408, 425, 429):
            raise PassingError(
                Code.PROVIDER_UNAVAILABLE,
                f"{account.label} is out of order at the moment.",
                retry_after(response.headers.get("retry-after")),
            )
        if status != 200:
            raise account.bad_answer()
        return read(response, LARGEST_FILE)
