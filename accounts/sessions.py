"""Sessions are rows: signing out, a new password and disabling the user end them at the next click.

A session begins in the script that Streamlit runs, which cannot set a cookie. So the row is made
with the hash of a *ticket*: the script hands it to the browser, one line of JavaScript sends it to
/session at once, and there it is exchanged for the token that goes into the HttpOnly cookie and
that no JavaScript ever sees. The exchange replaces the ticket's hash in the row by the token's: it
works once, for 30 seconds, in the browser that the ticket was made for, and needs no table of its
own. The script itself goes on with the id of the row, which never leaves the server.
"""

import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal
from uuid import UUID

from sqlalchemy import Connection, text

from accounts.account import Account, Brand
from accounts.attempts import keyed
from database.connections import writer
from database.tenancy import Scope
from settings import settings

SESSION_COOKIE = "closetai_session"
# Random, set with the first page: it binds a ticket to the browser and says nothing else.
BROWSER_COOKIE = "closetai_browser"

LIFETIME = timedelta(days=7)
DEMO_LIFETIME = timedelta(hours=24)
TICKET_LIFETIME = timedelta(seconds=30)
# `seen_at` is written no more often than this: a click mostly reads.
_SEEN_EVERY = timedelta(minutes=1)

Ending = Literal["unknown", "expired", "signed_out", "new_password", "disabled", "demo_closed"]


class EndedError(Exception):
    """There is no such session any more."""

    def __init__(self, ending: Ending) -> None:
        self.ending = ending
        super().__init__(ending)


@dataclass(frozen=True, slots=True)
class Opened:
    """A session that has just begun: its id for the script, the ticket for the browser."""

    id: str
    ticket: str


_OPEN = text(
    """
    insert into sessions (user_id, token_hash, created_at, seen_at, expires_at)
    values (:user, :hash, :now, :now, :expires)
    returning id
    """
)

_LAST_LOGIN = text("update users set last_login_at = :now where id = :user")


def open_for(
    connection: Connection, user: str, browser: str, lifetime: timedelta, now: datetime
) -> Opened:
    """Begin a session of a user.

    `browser` is the random value of the browser's own cookie ("" where it has none).
    """
    ticket = secrets.token_urlsafe(32)
    made = connection.execute(
        _OPEN,
        {
            "user": user,
            "hash": _ticket_hash(ticket, browser),
            "now": now,
            "expires": now + lifetime,
        },
    ).scalar_one()
    connection.execute(_LAST_LOGIN, {"user": user, "now": now})
    return Opened(str(made), ticket)


_REDEEM = text(
    """
    update sessions set token_hash = :token
    where token_hash = :ticket
      and created_at > :oldest
      and expires_at > :now
      and revoked_at is null
    returning expires_at
    """
)


def redeem(ticket: str, browser: str, now: datetime) -> tuple[str, datetime] | None:
    """Exchange a ticket for the token of its session and the time when that ends.

    None when the ticket was used, is too old, or was made for another browser. Raises
    DatabaseUnavailableError.
    """
    token = secrets.token_urlsafe(32)
    with writer(Scope.system()) as connection:
        expires = connection.execute(
            _REDEEM,
            {
                "token": _token_hash(token),
                "ticket": _ticket_hash(ticket, browser),
                "oldest": now - TICKET_LIFETIME,
                "now": now,
            },
        ).scalar_one_or_none()
    return None if expires is None else (token, expires)


_WAITS = text("select exists (select from sessions where token_hash = :ticket)")


def is_redeemed(ticket: str, browser: str) -> bool:
    """Whether a ticket that was made for this browser has been exchanged.

    Raises DatabaseUnavailableError.
    """
    with writer(Scope.system()) as connection:
        waits = connection.execute(_WAITS, {"ticket": _ticket_hash(ticket, browser)}).scalar_one()
    return not waits


_BY_TOKEN = text("select id from sessions where token_hash = :hash")

_SESSION = text(
    """
    select
      u.id,
      u.role,
      u.display_name,
      u.email,
      s.expires_at <= :now as expired,
      s.revoked_at is not null as revoked,
      s.seen_at < :stale as stale,
      u.disabled_at is not null as disabled,
      coalesce(p.changed_at > s.created_at, false) as new_password,
      exists (select from demo_state d where d.completed_at is not null) as demo_data,
      coalesce(
        (
          select json_agg(json_build_array(b.id, b.name, b.slug) order by b.name, b.id)
          from brand_members m
          inner join brands b on b.id = m.brand_id
          where m.user_id = u.id
        ),
        '[]'
      ) as brands
    from sessions s
    inner join users u on u.id = s.user_id
    left join user_passwords p on p.user_id = u.id
    where s.id = :session
    """
)

_SEEN = text("update sessions set seen_at = :now where id = :session")


def id_of(token: str) -> str | None:
    """The id of the session with a token, ended or not; None when there is none.

    Raises DatabaseUnavailableError.
    """
    with writer(Scope.system()) as connection:
        found: UUID | None = connection.scalar(_BY_TOKEN, {"hash": _token_hash(token)})
    return None if found is None else str(found)


def account(session: str, now: datetime) -> Account:
    """The account of a session, which is asked anew at every click.

    Raises EndedError when the session is over, with the reason; DatabaseUnavailableError.
    """
    with writer(Scope.system()) as connection:
        row = connection.execute(
            _SESSION, {"session": session, "now": now, "stale": now - _SEEN_EVERY}
        ).one_or_none()
        if row is None:
            raise EndedError("unknown")
        if row.disabled:
            raise EndedError("disabled")
        if row.new_password:
            raise EndedError("new_password")
        if row.revoked:
            raise EndedError("signed_out")
        if row.expired:
            raise EndedError("expired")
        if row.role == "demo_viewer" and not (settings().demo and row.demo_data):
            raise EndedError("demo_closed")
        if row.role not in ("admin", "analyst", "brand_manager", "demo_viewer"):
            raise EndedError("unknown")
        if row.stale:
            connection.execute(_SEEN, {"session": session, "now": now})
    return Account(
        id=str(row.id),
        name=row.display_name or row.email or "",
        email=row.email,
        role=row.role,
        brands=tuple(Brand(*brand) for brand in row.brands),
    )


_REVOKE = text("update sessions set revoked_at = :now where id = :session and revoked_at is null")
_REVOKE_ALL = text(
    "update sessions set revoked_at = :now where user_id = :user and revoked_at is null"
)


def revoke(session: str, now: datetime) -> None:
    """End a session. Raises DatabaseUnavailableError."""
    with writer(Scope.system()) as connection:
        connection.execute(_REVOKE, {"session": session, "now": now})


def revoke_all(connection: Connection, user: str, now: datetime) -> int:
    """End all sessions of a user and return how many there were."""
    return connection.execute(_REVOKE_ALL, {"user": user, "now": now}).rowcount


# A demo visitor is deleted with the last session; the trigger on users leaves the brands' counts.
_FORGET = (
    text("delete from sessions where expires_at < :before"),
    text("delete from sign_in_attempts where attempted_at < :before"),
    text(
        """
        delete from users u
        where u.role = 'demo_viewer'
          and u.created_at < :before
          and not exists (select from sessions s where s.user_id = u.id)
        """
    ),
)


def forget_old(now: datetime) -> None:
    """Delete what is of no use any more: sessions and attempts of long ago, demo visitors who left.

    For the worker, hourly. Raises DatabaseUnavailableError.
    """
    with writer(Scope.system()) as connection:
        for statement in _FORGET:
            connection.execute(statement, {"before": now - timedelta(days=2)})


def _token_hash(token: str) -> bytes:
    return keyed("session", token)


def _ticket_hash(ticket: str, browser: str) -> bytes:
    return keyed("ticket", f"{browser}:{ticket}")
