"""Makes the calls of webhooks: takes what is due, posts it, notes what came of it.

A call is taken for a while (its `due_at` moves on), so that one whose process has died is made by
another later: at least once, under the same id. What a slow address holds up is itself alone.
"""

import logging
import random
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

import httpx2
from sqlalchemy import text

import public_http
from database.connections import DatabaseUnavailableError, writer
from database.tenancy import Scope
from public_http import WrongAddressError
from settings import settings
from shops import webhooks

_log = logging.getLogger(__name__)

# How long after each attempt the next one comes; after the last of them it is given up.
WAITS: Final = tuple(
    timedelta(seconds=seconds)
    for seconds in (5, 60, 5 * 60, 30 * 60, 2 * 3600, 6 * 3600, 12 * 3600, 24 * 3600)
)
# So long everything fails before a webhook is called no more.
PATIENCE: Final = timedelta(days=5)
# An answer takes no longer than this; the lease is longer than both.
_SECONDS: Final = 15.0
_LEASE: Final = timedelta(minutes=2)
KEPT: Final = timedelta(days=30)
_AT_ONCE: Final = 8
_AT_ONCE_EACH: Final = 2

_TAKE = text(
    """
    with due as (
      select d.id from webhook_deliveries d
      where d.status = 'pending' and d.due_at <= :now and not (d.webhook_id = any(:busy))
      order by d.due_at
      limit 1
      for update skip locked
    )
    update webhook_deliveries d
    set due_at = :until, attempt_count = d.attempt_count + 1
    from due, webhooks w
    where d.id = due.id and w.id = d.webhook_id
    returning d.id, d.webhook_id, d.event, d.body, d.attempt_count, w.url, w.key_version
    """
)


@dataclass(frozen=True, slots=True)
class _Call:
    id: UUID
    webhook: UUID
    url: str
    secret: str
    body: bytes
    number: int


@dataclass(frozen=True, slots=True)
class Outcome:
    """What came of an attempt: the answer's status, or a sentence where it did not arrive."""

    status_code: int | None
    error: str | None
    is_gone: bool = False


class Postman:
    """Makes calls in threads of its own, a few at a time, and two at a time to one address."""

    def __init__(self) -> None:
        self._pool = ThreadPoolExecutor(_AT_ONCE, thread_name_prefix="webhooks")
        self._open: list[UUID] = []  # the webhook of each call that is being made
        self._lock = threading.Lock()

    def deliver(self, now: datetime) -> int:
        """Begin with what is due, as far as there is room, and return how many calls that is.

        Raises DatabaseUnavailableError.
        """
        begun = 0
        while call := self._next(now):
            self._pool.submit(self._make, call, now)
            begun += 1
        return begun

    def wait(self) -> None:
        """Return when every call that was begun has ended. It takes no more after that."""
        self._pool.shutdown(wait=True)

    def _next(self, now: datetime) -> _Call | None:
        with self._lock:
            if len(self._open) >= _AT_ONCE:
                return None
            busy = [hook for hook in set(self._open) if self._open.count(hook) >= _AT_ONCE_EACH]
            with writer(Scope.system()) as connection:
                asked = {"now": now, "until": now + _LEASE, "busy": busy}
                row = connection.execute(_TAKE, asked).one_or_none()
            if row is None:
                return None
            self._open.append(row.webhook_id)
        return _Call(
            row.id,
            row.webhook_id,
            row.url,
            webhooks.secret_of(row.webhook_id, row.key_version),
            row.body.encode(),
            row.attempt_count,
        )

    def _make(self, call: _Call, now: datetime) -> None:
        begun = time.monotonic()
        try:
            outcome = post(call.url, call.secret, str(call.id), call.body)
            note(call.id, call.webhook, call.number, outcome, now, time.monotonic() - begun)
        except DatabaseUnavailableError as error:
            # The lease ends, and it is made again.
            _log.warning("webhooks: %s", error)
        except Exception:  # noqa: BLE001 – logged, and made again when the lease ends
            _log.exception("a call of a webhook failed")
        finally:
            with self._lock:
                self._open.remove(call.webhook)


def post(url: str, secret: str, call: str, body: bytes) -> Outcome:
    """Post one call, signed, and say what came of it."""
    at = int(time.time())
    headers = {
        "content-type": "application/json",
        "user-agent": "ClosetAI-Webhooks/1",
        "webhook-id": call,
        "webhook-timestamp": str(at),
        "webhook-signature": webhooks.signature(secret, call, at, body),
    }
    loopback = settings().webhooks_loopback
    try:
        status = public_http.post(url, body, headers, seconds=_SECONDS, loopback=loopback)
    except WrongAddressError:
        return Outcome(None, "Its address is not a public one.")
    except TimeoutError:
        return Outcome(None, f"It did not answer within {_SECONDS:.0f} seconds.")
    except (httpx2.HTTPError, OSError):
        return Outcome(None, "It cannot be reached.")
    if 200 <= status < 300:
        return Outcome(status, None)
    if 300 <= status < 400:
        return Outcome(status, "It leads elsewhere, where nothing is sent.")
    return Outcome(status, f"It answered {status}.", is_gone=status == 410)


_NOTE = text(
    """
    insert into webhook_attempts (
      delivery_id, number, attempted_at, duration_ms, status_code, error
    )
    select d.id, :number, :now, :duration, :status_code, :error
    from webhook_deliveries d
    where d.id = :call
    on conflict (delivery_id, number) do nothing
    """
)
_ARRIVED = text(
    """
    update webhook_deliveries set status = 'delivered', finished_at = :now where id = :call
    """
)
_LATER = text("update webhook_deliveries set due_at = :due where id = :call")
_GIVEN_UP = text(
    "update webhook_deliveries set status = 'failed', finished_at = :now where id = :call"
)
_WELL = text(
    "update webhooks set failing_since = null where id = :webhook and failing_since is not null"
)
_FAILING = text(
    """
    update webhooks set failing_since = coalesce(failing_since, :now)
    where id = :webhook
    returning failing_since
    """
)
_DISABLE = text(
    """
    update webhooks set disabled_at = :now, disabled_reason = :reason
    where id = :webhook and disabled_at is null
    """
)
_DROP = text(
    """
    update webhook_deliveries set status = 'failed', finished_at = :now
    where webhook_id = :webhook and status = 'pending'
    """
)


def note(
    call: UUID, webhook: UUID, number: int, outcome: Outcome, now: datetime, seconds: float
) -> None:
    """Write down what came of an attempt, and decide whether and when the next one comes.

    Raises DatabaseUnavailableError.
    """
    named = {"call": call, "webhook": webhook, "now": now}
    with writer(Scope.system()) as connection:
        attempt = {
            "number": number,
            "duration": round(seconds * 1000),
            "status_code": outcome.status_code,
            "error": outcome.error,
        }
        connection.execute(_NOTE, {**named, **attempt})
        if outcome.error is None:
            connection.execute(_ARRIVED, named)
            connection.execute(_WELL, named)
            return
        since = connection.scalar(_FAILING, named)
        if number <= len(WAITS) and not outcome.is_gone:
            # A little apart, so that what failed together does not come back together.
            wait = WAITS[number - 1] * random.uniform(0.9, 1.1)
            connection.execute(_LATER, {**named, "due": now + wait})
        else:
            connection.execute(_GIVEN_UP, named)
        if outcome.is_gone:
            reason = "It answered that it is gone (410)."
        elif since is not None and now - since > PATIENCE:
            reason = f"Every call has failed for {PATIENCE.days} days."
        else:
            return
        connection.execute(_DISABLE, {**named, "reason": reason})
        connection.execute(_DROP, named)


_OLD = text("delete from webhook_deliveries where finished_at < :before")


def forget_old(now: datetime) -> None:
    """Delete what was called long ago. Raises DatabaseUnavailableError."""
    with writer(Scope.system()) as connection:
        connection.execute(_OLD, {"before": now - KEPT})
