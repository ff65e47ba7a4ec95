"""Webhooks: addresses of a shop that are called when something has happened.

Calls follow the Standard Webhooks specification (https://www.standardwebhooks.com): a shop checks
them with any of its libraries, or by the few lines of `examples/shop.py`. What a call is signed
with is derived from the installation's secret and stored nowhere.
"""

import base64
import hashlib
import hmac
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final, cast
from uuid import UUID

from sqlalchemy import Connection, TextClause, text
from sqlalchemy.exc import ProgrammingError

import public_http
from database.connections import writer
from database.tenancy import Scope
from public_http import WrongAddressError
from settings import settings
from shops.said import NotKnownError, ShopError

# What is announced, and what that is in words.
EVENTS: Final[dict[str, str]] = {
    "tryon.completed": "a try-on is ready",
    "tryon.failed": "a try-on has failed",
    "tryon.canceled": "a try-on was canceled",
}
PING: Final = "ping"
MOST: Final = 10
LONGEST_URL: Final = 2000


@dataclass(frozen=True, slots=True)
class Webhook:
    """An address that is called, for which events, and how that goes.

    `failing_since`: the first failure that no success has followed. `disabled_reason`: why it is
    not called any more.
    """

    id: UUID
    url: str
    events: tuple[str, ...]
    key_version: int
    created_at: datetime
    failing_since: datetime | None
    disabled_reason: str | None


def secret_of(webhook: UUID, key_version: int) -> str:
    """What calls of a webhook are signed with, as the specification writes it."""
    said = f"webhook {webhook} {key_version}".encode()
    key = hmac.digest(settings().secret.encode(), said, hashlib.sha256)
    return "whsec_" + base64.b64encode(key).decode()


def signature(secret: str, call: str, at: int, body: bytes) -> str:
    """The signature of one call: over its id, the time in Unix seconds, and its body."""
    key = base64.b64decode(secret.removeprefix("whsec_"))
    signed = hmac.digest(key, f"{call}.{at}.".encode() + body, hashlib.sha256)
    return "v1," + base64.b64encode(signed).decode()


_COLUMNS = "id, url, events, key_version, created_at, failing_since, disabled_reason"
_LIST = text(f"select {_COLUMNS} from webhooks where brand_id = :brand order by created_at, id")
_ADD = text(
    f"""
    insert into webhooks (brand_id, url, events) values (:brand, :url, :events)
    returning {_COLUMNS}
    """
)
# Two that add at once take turns at the brand's rows; neither counts without the other's.
_LOCK = text("select from webhooks where brand_id = :brand for update")
_COUNT = text("select count(*) from webhooks where brand_id = :brand")
_AUDIT = text(
    """
    insert into audit_log (brand_id, user_id, action, object_type, object_id, detail)
    values (
      :brand, nullif(:actor, '')::uuid, :action, 'webhook', :webhook,
      jsonb_build_object('url', cast(:url as text))
    )
    """
)


def _webhook(row: Mapping[str, Any]) -> Webhook:
    known = {name: row[name] for name in Webhook.__slots__ if name != "events"}
    return Webhook(**known, events=tuple(row["events"]))


def of_brand(scope: Scope, brand: UUID) -> list[Webhook]:
    """The webhooks of a brand, in the order of their making. Raises DatabaseUnavailableError."""
    with writer(scope) as connection:
        rows = connection.execute(_LIST, {"brand": brand}).mappings()
        return [_webhook(cast("Mapping[str, Any]", row)) for row in rows]


def add(scope: Scope, brand: UUID, url: str, events: Sequence[str]) -> Webhook:
    """Call an address from now on when one of the events happens.

    Raises ShopError for an address that is none to call, for no or unknown events, for one too many
    and where the scope may not write for the brand; DatabaseUnavailableError.
    """
    url = url.strip()
    _check_address(url)
    if not events or not set(events) <= EVENTS.keys():
        raise ShopError("A webhook is told of at least one of: " + ", ".join(EVENTS) + ".")
    try:
        with writer(scope) as connection:
            connection.execute(_LOCK, {"brand": brand})
            if connection.execute(_COUNT, {"brand": brand}).scalar_one() >= MOST:
                raise ShopError(f"A brand has {MOST} webhooks at most.")
            named = {"brand": brand, "url": url, "events": sorted(set(events))}
            row = connection.execute(_ADD, named).mappings().one()
            made = _webhook(cast("Mapping[str, Any]", row))
            _log(connection, scope, brand, "webhook_add", made.id, url)
    except ProgrammingError as error:
        if "row-level security" in str(error.orig):
            raise ShopError("You cannot set up webhooks for this brand.") from error
        raise
    return made


def _check_address(url: str) -> None:
    wrong = ShopError("The address of a webhook looks like https://shop.example/closetai.")
    if len(url) > LONGEST_URL:
        raise wrong
    try:
        public_http.target_of(url, loopback=settings().webhooks_loopback)
    except WrongAddressError:
        raise wrong from None


def _log(
    connection: Connection, scope: Scope, brand: UUID, action: str, webhook: UUID, url: str
) -> None:
    said = {"brand": brand, "actor": scope.user, "action": action, "webhook": str(webhook)}
    connection.execute(_AUDIT, {**said, "url": url})


_REMOVE = text("delete from webhooks where id = :webhook returning brand_id, url")
_ENABLE = text(
    """
    update webhooks set disabled_at = null, disabled_reason = null, failing_since = null
    where id = :webhook
    returning brand_id, url
    """
)
_RENEW = text(
    """
    update webhooks set key_version = key_version + 1 where id = :webhook returning brand_id, url
    """
)


def remove(scope: Scope, webhook: UUID) -> None:
    """Call it no more; its log goes as well. Raises NotKnownError, DatabaseUnavailableError."""
    _do(scope, _REMOVE, "webhook_remove", webhook)


def enable(scope: Scope, webhook: UUID) -> None:
    """Call it again after it was given up. Raises NotKnownError, DatabaseUnavailableError."""
    _do(scope, _ENABLE, "webhook_enable", webhook)


def renew_secret(scope: Scope, webhook: UUID) -> None:
    """Sign with another secret from now on. Raises NotKnownError, DatabaseUnavailableError."""
    _do(scope, _RENEW, "webhook_renew", webhook)


def _do(scope: Scope, statement: TextClause, action: str, webhook: UUID) -> None:
    with writer(scope) as connection:
        row = connection.execute(statement, {"webhook": webhook}).one_or_none()
        if row is None:
            raise NotKnownError("There is no such webhook.")
        _log(connection, scope, row.brand_id, action, webhook, row.url)


_PING = text(
    """
    insert into webhook_deliveries (webhook_id, brand_id, event, body)
    select
      id, brand_id, 'ping',
      jsonb_build_object(
        'type', 'ping',
        'timestamp', to_char(now() at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"'),
        'data', jsonb_build_object('webhookId', id)
      )::text
    from webhooks
    where id = :webhook
    returning id
    """
)


def ping(scope: Scope, webhook: UUID) -> UUID:
    """Call it once, for a try, and return the call's id.

    Raises NotKnownError, DatabaseUnavailableError.
    """
    with writer(scope) as connection:
        made: UUID | None = connection.scalar(_PING, {"webhook": webhook})
    if made is None:
        raise NotKnownError("There is no such webhook.")
    return made


# The log


@dataclass(frozen=True, slots=True)
class Delivery:
    """A call, with what came of its last attempt; `due_at` is when a pending one is tried next."""

    id: UUID
    webhook_id: UUID
    url: str
    event: str
    status: str
    job_id: UUID | None
    attempt_count: int
    created_at: datetime
    due_at: datetime
    status_code: int | None
    error: str | None


@dataclass(frozen=True, slots=True)
class Attempt:
    """One attempt at a call; `error` is one sentence, None when it arrived."""

    number: int
    attempted_at: datetime
    duration_ms: int
    status_code: int | None
    error: str | None


_DELIVERIES = text(
    """
    select
      d.id, d.webhook_id, w.url, d.event, d.status, d.job_id, d.attempt_count, d.created_at,
      d.due_at, a.status_code, a.error
    from webhook_deliveries d
    inner join webhooks w on w.id = d.webhook_id
    left join lateral (
      select x.status_code, x.error
      from webhook_attempts x
      where x.delivery_id = d.id
      order by x.number desc
      limit 1
    ) a on true
    where d.brand_id = :brand
      and (cast(:webhook as uuid) is null or d.webhook_id = :webhook)
      and (:status = '' or d.status = :status)
      and (
        cast(:after_at as timestamptz) is null
        or (d.created_at, d.id) < (cast(:after_at as timestamptz), cast(:after_id as uuid))
      )
    order by d.created_at desc, d.id desc
    limit :count
    """
)
_ATTEMPTS = text(
    """
    select a.number, a.attempted_at, a.duration_ms, a.status_code, a.error
    from webhook_attempts a
    where a.delivery_id = :delivery
    order by a.number
    """
)
_BODY = text("select body from webhook_deliveries where id = :delivery")
_AGAIN = text(
    """
    update webhook_deliveries d
    set status = 'pending', finished_at = null, due_at = now()
    from webhooks w
    where d.id = :delivery and w.id = d.webhook_id and w.disabled_at is null
    """
)


def deliveries(
    scope: Scope,
    brand: UUID,
    count: int,
    *,
    webhook: UUID | None = None,
    status: str = "",
    after: tuple[datetime, UUID] | None = None,
) -> list[Delivery]:
    """The newest calls of a brand's webhooks, or those before one.

    Raises DatabaseUnavailableError.
    """
    asked = {
        "brand": brand,
        "webhook": webhook,
        "status": status,
        "count": count,
        "after_at": after[0] if after else None,
        "after_id": after[1] if after else None,
    }
    with writer(scope) as connection:
        rows = connection.execute(_DELIVERIES, asked).mappings()
        return [Delivery(**cast("Mapping[str, Any]", row)) for row in rows]


def attempts(scope: Scope, delivery: UUID) -> list[Attempt]:
    """The attempts at a call, the first one first. Raises DatabaseUnavailableError."""
    with writer(scope) as connection:
        rows = connection.execute(_ATTEMPTS, {"delivery": delivery}).mappings()
        return [Attempt(**cast("Mapping[str, Any]", row)) for row in rows]


def body_of(scope: Scope, delivery: UUID) -> str:
    """What a call says. Raises NotKnownError, DatabaseUnavailableError."""
    with writer(scope) as connection:
        body = connection.scalar(_BODY, {"delivery": delivery})
    if body is None:
        raise NotKnownError("There is no such call.")
    return str(body)


def again(scope: Scope, delivery: UUID) -> None:
    """Make a call once more, whatever came of it; its id stays the same.

    Raises NotKnownError, also when its webhook is not called any more; DatabaseUnavailableError.
    """
    with writer(scope) as connection:
        done = connection.execute(_AGAIN, {"delivery": delivery})
    if done.rowcount != 1:
        raise NotKnownError("There is no such call, or its webhook is switched off.")
