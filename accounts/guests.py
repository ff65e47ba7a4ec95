"""Shoppers as the API knows them: guests, and what becomes of them.

A guest is a user without a name. With an e-mail address they become a user who is found again; when
that address has an account already, the two are one person and become one account.
"""

import base64
import hashlib
import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from sqlalchemy import Connection, text
from sqlalchemy.exc import IntegrityError

from accounts import letters, tokens
from accounts.users import is_email, sample_brand
from database.connections import writer
from database.tenancy import Scope
from settings import settings

CODE_LIFETIME: Final = timedelta(minutes=15)


class GuestError(Exception):
    """This cannot be done; the message is one sentence for whoever asked."""


@dataclass(frozen=True, slots=True)
class Shopper:
    """A shopper's account as they see it themselves; `credits` is their balance."""

    id: UUID
    anon_id: str
    email: str | None
    credits: int
    created_at: datetime


_INSERT = text(
    """
    insert into users (role, is_demo, device_id, telegram_user_id)
    values ('shopper', :is_demo, :device, :telegram)
    returning id
    """
)
_KNOWN = text(
    """
    select id from users
    where role = 'shopper' and (device_id = :device or telegram_user_id = :telegram)
    limit 1
    """
)


def demo_brand() -> UUID | None:
    """The demo brand in whose shop a guest without a key is; None where there is no demo.

    Raises DatabaseUnavailableError.
    """
    if not settings().demo:
        return None
    with writer(Scope.system()) as connection:
        found = sample_brand(connection)
    return None if found is None else found[0]


def make(
    brand: UUID,
    now: datetime,
    *,
    is_demo: bool,
    origins: Sequence[str] = (),
    device: str | None = None,
    telegram: int | None = None,
) -> tuple[Shopper, str]:
    """Make a guest in the shop of a brand, and return them with their token.

    With the id of a device or a Telegram user it is the guest who had it before, if there is one;
    only the brand's own server may say so. Raises GuestError, DatabaseUnavailableError.
    """
    try:
        with writer(Scope.system()) as connection:
            user = None
            if device is not None or telegram is not None:
                user = connection.scalar(_KNOWN, {"device": device, "telegram": telegram})
                if user is not None and not _belongs(connection, brand, user):
                    raise GuestError("This device or Telegram user is known elsewhere.")
            if user is None:
                row = {"is_demo": is_demo, "device": device, "telegram": telegram}
                user = connection.execute(_INSERT, row).scalar_one()
            token = tokens.make_guest_token(connection, user, brand, now, origins)
            return _shopper(connection, user), token
    except IntegrityError as error:
        raise GuestError("This device or Telegram user is known elsewhere.") from error


# A shop's token shows all that its shopper has: whoever is another shop's as well is nobody's, or
# one shop would see through them what the other has made.
_BELONGS = text(
    """
    select count(*) > 0 and bool_and(known.brand_id = :brand)
    from (
      select t.brand_id from api_tokens t where t.user_id = :user and t.brand_id is not null
      union all
      select s.brand_id from shoppers s where s.user_id = :user
    ) known
    """
)


def _belongs(connection: Connection, brand: UUID, user: UUID) -> bool:
    return bool(connection.scalar(_BELONGS, {"brand": brand, "user": user}))


def belongs(brand: UUID, user: UUID) -> bool:
    """Whether a user is a shopper or a guest of this brand, and of no other.

    Raises DatabaseUnavailableError.
    """
    with writer(Scope.system()) as connection:
        return _belongs(connection, brand, user)


_SHOPPER = text(
    """
    select u.id, u.anon_id, u.email, a.balance, u.created_at
    from users u
    inner join credit_accounts a on a.user_id = u.id
    where u.id = :user
    """
)


def _shopper(connection: Connection, user: UUID) -> Shopper:
    row = connection.execute(_SHOPPER, {"user": user}).one()
    return Shopper(row.id, row.anon_id, row.email, row.balance, row.created_at)


def shopper(scope: Scope) -> Shopper:
    """The account of the scope's user. Raises DatabaseUnavailableError."""
    with writer(scope) as connection:
        return _shopper(connection, UUID(scope.user))


_FORGET_CODES = text(
    "delete from verification_tokens where user_id = :user and purpose = 'verify_email'"
)
_NEW_CODE = text(
    """
    insert into verification_tokens (token_hash, user_id, purpose, email, expires_at)
    values (:hash, :user, 'verify_email', :email, :expires)
    """
)


def _code_hash(user: UUID, code: str) -> bytes:
    return hashlib.sha256(user.bytes + code.strip().upper().encode()).digest()


def send_code(user: UUID, email: str, now: datetime) -> None:
    """Send a code to an address that a shopper says is theirs; it is good for a quarter of an hour.

    An earlier code is void. Raises GuestError for what is no address, LetterError when no letter
    can be sent, DatabaseUnavailableError.
    """
    email = email.strip()
    if not is_email(email):
        raise GuestError("This is no e-mail address.")
    # Fifty random bits: within their time nobody guesses them, however often they try.
    code = base64.b32encode(secrets.token_bytes(7)).decode().rstrip("=")[:10]
    with writer(Scope.system()) as connection:
        connection.execute(_FORGET_CODES, {"user": user})
        row = {"hash": _code_hash(user, code), "user": user, "email": email}
        connection.execute(_NEW_CODE, {**row, "expires": now + CODE_LIFETIME})
    letters.send(
        email,
        "Your code for ClosetAI",
        f"Your code is {code}. It is good for {CODE_LIFETIME.seconds // 60} minutes.\n\n"
        "If you did not ask for it, somebody mistyped their address: there is nothing to do.\n",
    )


_USE_CODE = text(
    """
    delete from verification_tokens
    where token_hash = :hash and user_id = :user and purpose = 'verify_email' and expires_at > :now
    returning email
    """
)
_OWNER = text("select id, role from users where lower(email) = lower(:email)")
_NAME = text("update users set email = :email, email_verified_at = :now where id = :user")
_MERGE = text("select merge_users(:gone, :kept)")


def confirm(brand: UUID, user: UUID, code: str, now: datetime) -> Shopper:
    """Give a shopper the address that the code was sent to, and return the account they have now.

    Where a shopper has that address already, the two are one person: everything of this guest
    becomes theirs, and this guest's tokens go on as theirs. That is so within one shop: no shop
    comes to see through them what they have at another. Raises GuestError for a wrong or old code
    and an account of another shop, DatabaseUnavailableError.
    """
    with writer(Scope.system()) as connection:
        used = {"hash": _code_hash(user, code), "user": user, "now": now}
        email = connection.scalar(_USE_CODE, used)
        if email is None:
            raise GuestError("This code is not right, or too old: ask for a new one.")
        kept = _name(connection, brand, user, email, now)
        return _shopper(connection, kept)


def name(user: UUID, email: str, now: datetime) -> Shopper:
    """The same on the word of the brand's server, which knows its customer.

    An address that has an account is refused here: only its owner can say that both are theirs.
    Raises GuestError, DatabaseUnavailableError.
    """
    email = email.strip()
    if not is_email(email):
        raise GuestError("This is no e-mail address.")
    with writer(Scope.system()) as connection:
        owner = connection.execute(_OWNER, {"email": email}).one_or_none()
        if owner is not None and owner.id != user:
            raise GuestError("This address has an account: its owner confirms by a code.")
        if _shopper(connection, user).email not in (None, email):
            raise GuestError("This shopper has an address: they change it by a code.")
        connection.execute(_NAME, {"email": email, "user": user, "now": now})
        return _shopper(connection, user)


def _name(connection: Connection, brand: UUID, user: UUID, email: str, now: datetime) -> UUID:
    owner = connection.execute(_OWNER, {"email": email}).one_or_none()
    if owner is None or owner.id == user:
        connection.execute(_NAME, {"email": email, "user": user, "now": now})
        return user
    if owner.role != "shopper":
        raise GuestError("This address belongs to an account of another kind.")
    if not (_belongs(connection, brand, user) and _belongs(connection, brand, owner.id)):
        raise GuestError("This address has an account at another shop.")
    connection.execute(_MERGE, {"gone": user, "kept": owner.id})
    return UUID(str(owner.id))


_DELETE = text("delete from users where id = :user and role = 'shopper'")


def delete(user: UUID) -> None:
    """Delete a shopper with everything personal. Raises DatabaseUnavailableError."""
    with writer(Scope.system()) as connection:
        connection.execute(_DELETE, {"user": user})
