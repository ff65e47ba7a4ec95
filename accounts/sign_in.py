"""Signing in: with a password, or as a new visitor of the demo."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import text

from accounts import attempts, passwords, sessions
from accounts.sessions import Opened
from database.connections import writer
from database.tenancy import Scope
from settings import settings


class WrongCredentialsError(Exception):
    """No account has this e-mail address and password; the message is for people."""


class DisabledError(Exception):
    """The password is right, but the account was disabled; the message is for people."""


class NoDemoError(Exception):
    """There is no demo without a password here; the message is for people."""


_ACCOUNT = text(
    """
    select u.id, u.disabled_at, p.password_hash
    from users u
    inner join user_passwords p on p.user_id = u.id
    where lower(u.email) = lower(:email) and u.role in ('admin', 'analyst', 'brand_manager')
    """
)

_AUDIT = text(
    """
    insert into audit_log (user_id, action, object_type, object_id)
    select id, 'sign_in', 'user', id::text from users where id = :user
    """
)


def with_password(
    email: str, password: str, *, address: str, browser: str, now: datetime
) -> Opened:
    """Check a password and begin a session.

    `address` is the client's, `browser` as in sessions.open_for. Raises WrongCredentialsError,
    DisabledError, TooSoonError, DatabaseUnavailableError.
    """
    email = email.strip().replace("\0", "").lower()
    attempt = attempts.begin(email, address, now)
    with writer(Scope.system()) as connection:
        row = connection.execute(_ACCOUNT, {"email": email}).one_or_none()
    # Outside of a transaction: it takes a fifth of a second on purpose.
    if not passwords.matches(password, row.password_hash if row else None) or row is None:
        raise WrongCredentialsError("The e-mail address or the password is not right.")
    attempt.succeeded(now)
    if row.disabled_at is not None:
        raise DisabledError("This account is disabled. Please ask your administrator.")
    with writer(Scope.system()) as connection:
        user = str(row.id)
        opened = sessions.open_for(connection, user, browser, sessions.LIFETIME, now)
        connection.execute(_AUDIT, {"user": user})
    return opened


@dataclass(frozen=True, slots=True)
class Demo:
    """How far the demo data is: `progress` from 0 to 1, 1 when it is ready to be explored."""

    progress: float
    message: str


_DEMO = text("select progress, message, completed_at from demo_state")

_VISITOR = text(
    """
    insert into users (role, display_name, is_demo, created_at)
    values ('demo_viewer', 'Demo visitor', true, :now)
    returning id
    """
)


def demo() -> Demo | None:
    """The demo that can be explored without a password, now or soon; None where there is none.

    Raises DatabaseUnavailableError.
    """
    if not settings().demo:
        return None
    with writer(Scope.system()) as connection:
        row = connection.execute(_DEMO).one_or_none()
    if row is None:
        return None
    if row.completed_at is not None:
        return Demo(1.0, "")
    return Demo(min(row.progress, 0.99), row.message)


def explore_demo(*, browser: str, now: datetime) -> Opened:
    """Make a new demo visitor and begin their session.

    Raises NoDemoError, DatabaseUnavailableError.
    """
    state = demo()
    if state is None or state.progress < 1:
        raise NoDemoError("The demo is not open here.")
    with writer(Scope.system()) as connection:
        user = str(connection.execute(_VISITOR, {"now": now}).scalar_one())
        return sessions.open_for(connection, user, browser, sessions.DEMO_LIFETIME, now)
