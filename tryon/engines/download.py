"""Fetch a result from the address that a provider has given.

It is called as any address that somebody else names (`public_http`), every redirect is looked at in
the same way, and what comes is counted.
"""

import base64
import binascii
from collections.abc import Sequence
from typing import Final
from urllib.parse import urljoin

import httpx2

import public_http
from public_http import WrongAddressError
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
    except (WrongAddressError, httpx2.InvalidURL, ValueError):
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
        raise WrongAddressError
    if len(content) > LARGEST_FILE * 4 / 3 + 4:
        raise TooLargeError
    try:
        return base64.b64decode(content, validate=True)
    except binascii.Error:
        raise WrongAddressError from None


def _hop(url: str, account: Account, *, loopback: bool) -> bytes | str:
    """What is at an address, or where it leads to."""
    with public_http.get(url, timeout=TIMEOUT, loopback=loopback) as response:
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
