"""Failed attempts to sign in, and how long the next one has to wait.

Delays grow per account and address, and, more patiently, per address over all accounts. An account
is never locked: somebody who guesses from one address does not keep its owner out at another.

An attempt is written down as failed before the password is checked, and corrected when it was
right: many attempts at the same moment therefore count one by one.
"""

import hashlib
import hmac
import ipaddress
import math
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import text

from database.connections import writer
from database.tenancy import Scope
from settings import settings

# Failures older than this are forgotten.
WINDOW = timedelta(hours=1)


@dataclass(frozen=True, slots=True)
class _Rule:
    free: int  # so many failures cost nothing
    longest: int  # seconds

    def wait(self, failures: int) -> timedelta:
        """How long after the last of so many failures the next attempt may be made: 2, 4, 8 … s."""
        over = failures - self.free + 1
        return timedelta(seconds=min(2**over, self.longest) if over > 0 else 0)


ACCOUNT = _Rule(free=3, longest=300)
# An office behind one address mistypes more often than one person.
ADDRESS = _Rule(free=20, longest=60)


class TooSoonError(Exception):
    """The delay after failed attempts is not over yet; the message is for people."""

    def __init__(self, wait: timedelta) -> None:
        self.seconds = max(math.ceil(wait.total_seconds()), 1)
        unit = "second" if self.seconds == 1 else "seconds"
        super().__init__(
            f"Too many attempts did not work: please wait {self.seconds} {unit}, then try again."
        )


# The failures that count: of this address within the window; of the account among them, those since
# it last signed in from here.
_FAILURES = text(
    """
    select
      count(*) as address_failures,
      max(attempted_at) as address_last,
      count(*) filter (where of_account) as account_failures,
      max(attempted_at) filter (where of_account) as account_last
    from (
      select
        f.attempted_at,
        f.account_hash = :account and not exists (
          select from sign_in_attempts s
          where s.succeeded
            and s.account_hash = :account
            and s.address_hash = :address
            and s.attempted_at >= f.attempted_at
        ) as of_account
      from sign_in_attempts f
      where f.address_hash = :address and not f.succeeded and f.attempted_at > :since
    ) as failures
    """
)

# One after the other per address: two attempts at once would not see each other.
_LOCK = text("select pg_advisory_xact_lock(hashtextextended(encode(:address, 'hex'), 0))")

_FAILED = text(
    """
    insert into sign_in_attempts (account_hash, address_hash, succeeded, attempted_at)
    values (:account, :address, false, :now)
    returning id
    """
)

_FORGIVE = text("delete from sign_in_attempts where id = :id")

_SUCCEEDED = text(
    """
    insert into sign_in_attempts (account_hash, address_hash, succeeded, attempted_at)
    values (:account, :address, true, :now)
    """
)


@dataclass(frozen=True, slots=True)
class Attempt:
    """One attempt that is under way, counted as failed until `succeeded`."""

    id: int
    account: bytes
    address: bytes

    def succeeded(self, now: datetime) -> None:
        """Count it as a success."""
        with writer(Scope.system()) as connection:
            connection.execute(_FORGIVE, {"id": self.id})
            connection.execute(
                _SUCCEEDED, {"account": self.account, "address": self.address, "now": now}
            )


def begin(email: str, address: str, now: datetime) -> Attempt:
    """Count an attempt to sign in with an e-mail address from a client's address.

    Raises TooSoonError while a delay lasts (asking then does not make it longer),
    DatabaseUnavailableError.
    """
    hashes = {"account": keyed("account", email), "address": keyed("address", network(address))}
    with writer(Scope.system()) as connection:
        connection.execute(_LOCK, {"address": hashes["address"]})
        row = connection.execute(_FAILURES, {**hashes, "since": now - WINDOW}).one()
        until = max(
            row.account_last + ACCOUNT.wait(row.account_failures) if row.account_last else now,
            row.address_last + ADDRESS.wait(row.address_failures) if row.address_last else now,
        )
        if until > now:
            raise TooSoonError(until - now)
        made = connection.execute(_FAILED, {**hashes, "now": now}).scalar_one()
    return Attempt(made, **hashes)


def keyed(purpose: str, value: str) -> bytes:
    """The keyed hash under which something is kept that must not be read back from a table."""
    message = f"{purpose}:{value}".encode(errors="replace")
    return hmac.digest(settings().secret.encode(), message, hashlib.sha256)


def network(address: str) -> str:
    """What counts as one address: a household has 2^64 of version 6."""
    try:
        parsed = ipaddress.ip_address(address)
    except ValueError:
        return address
    if parsed.version == 4:
        return str(parsed)
    if parsed.ipv4_mapped:
        return str(parsed.ipv4_mapped)
    return str(ipaddress.ip_network((parsed, 64), strict=False))
