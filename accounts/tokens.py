"""Bearer tokens of the API: a guest's, made with the guest, and a brand's keys.

A token is random and shown once; the database holds its SHA-256 alone, which for 256 random bits
is as good as any slower hash. What a token may do hangs on its kind and, for a brand's secret key,
on the scopes that it was given.
"""

import hashlib
import hmac
import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final, Literal, cast
from urllib.parse import urlsplit
from uuid import UUID

from pydantic import SecretStr
from sqlalchemy import Connection, text
from sqlalchemy.exc import ProgrammingError

from database.connections import writer
from database.tenancy import Scope

Kind = Literal["guest", "secret", "publishable"]

# What a brand's secret key may be allowed, and what that is in words.
SCOPES: Final[dict[str, str]] = {
    "shoppers": "make guests and act for the brand's shoppers",
    "jobs": "read and cancel the brand's try-ons",
    "catalog": "read and write products",
    "reviews": "record verdicts on pictures",
    "credits": "read the brand's credits",
    "events": "record what led shoppers to a purchase",
    "orders": "record and read orders and returns",
    "answers": "record how likely shoppers are to recommend the brand",
    "spend": "record and read acquisition spend",
    "webhooks": "set up webhooks",
}

GUEST_LIFETIME: Final = timedelta(days=180)
# `used_at` is written no more often than this: a request mostly reads.
_USED_EVERY = timedelta(minutes=1)
_PREFIXES: dict[Kind, str] = {
    "guest": "cai_guest_",
    "secret": "cai_secret_",
    "publishable": "cai_pub_",
}
_LONGEST = 100


class TokenError(Exception):
    """A key cannot be made as asked; the message is one sentence."""


@dataclass(frozen=True, slots=True)
class Caller:
    """Who calls the API, as a token says.

    A guest has a user, and the brand in whose shop they are; a brand's key has the brand. `origins`
    are the web pages that may use the token from a browser. `is_demo`: the brand is a demo brand.
    """

    token: UUID
    kind: Kind
    brand: UUID | None
    user: UUID | None
    scopes: frozenset[str]
    origins: frozenset[str]
    is_demo: bool

    @property
    def scope(self) -> Scope:
        """Whose rows the token itself sees: the guest's own, or the brand's."""
        if self.user is not None:
            return Scope(user=str(self.user))
        return Scope() if self.brand is None else Scope.of_brands([self.brand])


def _hash(token: str) -> bytes:
    return hashlib.sha256(token.encode(errors="replace")).digest()


def origin_of(address: str) -> str:
    """A web page's origin as browsers send it. Raises TokenError when it is none."""
    parts = urlsplit(address.strip().lower().rstrip("/"))
    local = parts.hostname in ("localhost", "127.0.0.1")
    if parts.scheme != "https" and not (parts.scheme == "http" and local):
        raise TokenError(f"{address!r} is no origin: it looks like https://shop.example.")
    if not parts.hostname or parts.path or parts.query or parts.fragment or "@" in parts.netloc:
        raise TokenError(f"{address!r} is no origin: it looks like https://shop.example.")
    return f"{parts.scheme}://{parts.netloc}"


_MAKE = text(
    """
    insert into api_tokens (
      brand_id, user_id, kind, name, token_hash, scopes, allowed_origins, created_at, expires_at
    )
    values (:brand, :user, :kind, :name, :hash, :scopes, :origins, :now, :expires)
    returning id
    """
)
_AUDIT = text(
    """
    insert into audit_log (brand_id, user_id, action, object_type, object_id, detail)
    values (
      :brand, nullif(:actor, '')::uuid, :action, 'api_token', :token,
      jsonb_build_object('kind', cast(:kind as text), 'name', cast(:name as text))
    )
    """
)


def make_key(
    scope: Scope,
    brand: UUID,
    kind: Literal["secret", "publishable"],
    name: str,
    now: datetime,
    *,
    scopes: Sequence[str] = (),
    origins: Sequence[str] = (),
) -> tuple[UUID, str]:
    """Make a key of a brand and return its id and, this once, the key itself.

    A secret key needs at least one of SCOPES; a publishable one at least one origin. Raises
    TokenError, DatabaseUnavailableError.
    """
    name = " ".join(name.split())
    if not 1 <= len(name) <= _LONGEST:
        raise TokenError(f"A key has a name of 1 to {_LONGEST} characters.")
    if kind == "secret" and (not scopes or not set(scopes) <= SCOPES.keys()):
        raise TokenError("A secret key is allowed at least one thing.")
    if kind == "publishable" and not origins:
        raise TokenError("A publishable key names the origins of the pages that may use it.")
    found = sorted({origin_of(origin) for origin in origins})
    try:
        with writer(scope) as connection:
            made = _insert(
                connection,
                kind,
                now,
                brand=brand,
                name=name,
                scopes=sorted(scopes) if kind == "secret" else [],
                origins=found if kind == "publishable" else [],
            )
            log = {"brand": brand, "actor": scope.user, "action": "api_key_make"}
            connection.execute(_AUDIT, {**log, "token": str(made[0]), "kind": kind, "name": name})
    except ProgrammingError as error:
        if "row-level security" in str(error.orig):
            raise TokenError("You cannot make keys for this brand.") from error
        raise
    return made


def make_guest_token(
    connection: Connection,
    user: UUID,
    brand: UUID | None,
    now: datetime,
    origins: Sequence[str] = (),
) -> str:
    """Make the token of a guest in the shop of a brand, in the transaction of the system."""
    made = _insert(
        connection,
        "guest",
        now,
        brand=brand,
        user=user,
        origins=list(origins),
        expires=now + GUEST_LIFETIME,
    )
    return made[1]


def _insert(
    connection: Connection,
    kind: Kind,
    now: datetime,
    *,
    brand: UUID | None = None,
    user: UUID | None = None,
    name: str | None = None,
    scopes: Sequence[str] = (),
    origins: Sequence[str] = (),
    expires: datetime | None = None,
) -> tuple[UUID, str]:
    token = _PREFIXES[kind] + secrets.token_urlsafe(32)
    made: UUID = connection.execute(
        _MAKE,
        {
            "brand": brand,
            "user": user,
            "kind": kind,
            "name": name,
            "hash": _hash(token),
            "scopes": list(scopes),
            "origins": list(origins),
            "now": now,
            "expires": expires,
        },
    ).scalar_one()
    return made, token


# A token of a disabled user is none, and neither is one of a guest of the demo where that is off.
_FIND = text(
    """
    select
      t.id, t.kind, t.brand_id, t.user_id, t.scopes, t.allowed_origins,
      coalesce(b.is_demo, false) as is_demo,
      t.used_at is null or t.used_at < :stale as stale
    from api_tokens t
    left join brands b on b.id = t.brand_id
    left join users u on u.id = t.user_id
    where t.token_hash = :hash
      and t.revoked_at is null
      and (t.expires_at is null or t.expires_at > :now)
      and u.disabled_at is null
    """
)
_BY_ID = text(str(_FIND).replace("t.token_hash = :hash", "t.id = :id"))
_USED = text("update api_tokens set used_at = :now where id = :id")


def find(token: str, now: datetime) -> Caller | None:
    """Who calls with this token; None when it is unknown, revoked or expired.

    Raises DatabaseUnavailableError.
    """
    if len(token) > _LONGEST:
        return None
    with writer(Scope.system()) as connection:
        found = {"hash": _hash(token), "now": now, "stale": now - _USED_EVERY}
        row = connection.execute(_FIND, found).one_or_none()
        if row is None:
            return None
        if row.stale:
            connection.execute(_USED, {"id": row.id, "now": now})
        return _caller(row._mapping)


def by_id(token: UUID, now: datetime) -> Caller | None:
    """Who has the token of this id, while it is good: for addresses that were signed for it.

    Raises DatabaseUnavailableError.
    """
    with writer(Scope.system()) as connection:
        known = {"id": token, "now": now, "stale": now}
        row = connection.execute(_BY_ID, known).one_or_none()
    return None if row is None else _caller(row._mapping)


def _caller(row: object) -> Caller:
    known = cast("dict[str, object]", row)
    return Caller(
        token=cast(UUID, known["id"]),
        kind=cast(Kind, known["kind"]),
        brand=cast("UUID | None", known["brand_id"]),
        user=cast("UUID | None", known["user_id"]),
        scopes=frozenset(cast("list[str]", known["scopes"])),
        origins=frozenset(cast("list[str]", known["allowed_origins"])),
        is_demo=bool(known["is_demo"]),
    )


_IS_ALLOWED = text(
    """
    select exists (
      select from api_tokens
      where kind = 'publishable' and revoked_at is null and :origin = any(allowed_origins)
    )
    """
)


def knows_origin(origin: str) -> bool:
    """Whether some brand's publishable key may be used by pages of this origin.

    A browser asks so before it sends the key itself. Raises DatabaseUnavailableError.
    """
    with writer(Scope.system()) as connection:
        return bool(connection.scalar(_IS_ALLOWED, {"origin": origin}))


@dataclass(frozen=True, slots=True)
class Key:
    """A brand's key as it is listed: never the key itself."""

    id: UUID
    kind: str
    name: str
    scopes: tuple[str, ...]
    origins: tuple[str, ...]
    created_at: datetime
    used_at: datetime | None
    is_revoked: bool


_KEYS = text(
    """
    select
      id, kind, name, scopes, allowed_origins, created_at, used_at,
      revoked_at is not null as is_revoked
    from api_tokens
    where brand_id = :brand and kind <> 'guest'
    order by created_at, id
    """
)


def keys_of(scope: Scope, brand: UUID) -> list[Key]:
    """The keys of a brand, in the order of their making. Raises DatabaseUnavailableError."""
    with writer(scope) as connection:
        return [
            Key(
                row.id,
                row.kind,
                row.name,
                tuple(row.scopes),
                tuple(row.allowed_origins),
                row.created_at,
                row.used_at,
                row.is_revoked,
            )
            for row in connection.execute(_KEYS, {"brand": brand})
        ]


_REVOKE = text(
    """
    update api_tokens set revoked_at = :now
    where id = :id and revoked_at is null and kind <> 'guest'
    returning brand_id, kind, name
    """
)


def revoke(scope: Scope, token: UUID, now: datetime) -> bool:
    """End a brand's key at once; False when the scope has no such key.

    Raises DatabaseUnavailableError.
    """
    with writer(scope) as connection:
        row = connection.execute(_REVOKE, {"id": token, "now": now}).one_or_none()
        if row is None:
            return False
        log = {"brand": row.brand_id, "actor": scope.user, "action": "api_key_revoke"}
        connection.execute(_AUDIT, {**log, "token": str(token), "kind": row.kind, "name": row.name})
    return True


def is_same(token: str, known: SecretStr | None) -> bool:
    """Whether a token is the one of a setting, told in the same time whatever it is."""
    return known is not None and hmac.compare_digest(
        token.encode(errors="replace"), known.get_secret_value().encode()
    )
