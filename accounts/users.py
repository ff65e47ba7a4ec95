"""Users with a password, as `closetai user` manages them. Everything done here is in the audit log.

A password is never logged and never an argument of the command line, where others could read it.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import get_args
from uuid import UUID

from sqlalchemy import Connection, Row, text
from sqlalchemy.exc import IntegrityError

from accounts import passwords, sessions
from accounts.account import Role
from database.connections import writer
from database.tenancy import Scope
from settings import settings

# Who signs in with a password: a demo visitor comes without one.
ROLES: tuple[Role, ...] = tuple(role for role in get_args(Role) if role != "demo_viewer")

# No more than a typing error is looked for: whether an address works is shown by a letter to it.
_EMAIL = re.compile(r"[^@\s]+@[^@\s]+\.[^@\s]+")


def is_email(address: str) -> bool:
    """Whether this looks like an e-mail address."""
    return len(address) <= 254 and _EMAIL.fullmatch(address) is not None


class UserError(Exception):
    """A user cannot be added or changed as asked; the message is one sentence."""


@dataclass(frozen=True, slots=True)
class User:
    """A user as `closetai user list` shows them; `brands` are slugs."""

    email: str
    name: str
    role: str
    brands: tuple[str, ...]
    disabled: bool
    last_sign_in: datetime | None


_ADD = text(
    """
    insert into users (role, email, display_name) values (cast(:role as user_role), :email, :name)
    returning id
    """
)

_SET_PASSWORD = text(
    """
    insert into user_passwords (user_id, password_hash, changed_at) values (:user, :hash, :now)
    on conflict (user_id) do update
    set password_hash = excluded.password_hash, changed_at = excluded.changed_at
    """
)

_BRAND = text("select id from brands where slug = :slug")

_JOIN = text("insert into brand_members (brand_id, user_id) values (:brand, :user)")

_AUDIT = text(
    """
    insert into audit_log (action, object_type, object_id, detail)
    values (
      :action,
      'user',
      :user,
      jsonb_strip_nulls(jsonb_build_object('role', cast(:role as text)))
    )
    """
)


def add(
    email: str,
    role: str,
    *,
    name: str | None = None,
    brands: Sequence[str] = (),
    password: str | None = None,
) -> str:
    """Add a user and return their password, which is a random one when none is given.

    `brands` are the slugs of a brand manager's own. Raises UserError, PasswordError,
    DatabaseUnavailableError.
    """
    email = email.strip()
    if not is_email(email):
        raise UserError(f"{email!r} is no e-mail address.")
    if role not in ROLES:
        raise UserError(f"A role is one of {', '.join(ROLES)}, not {role!r}.")
    if (role == "brand_manager") != bool(brands):
        raise UserError("A brand manager has at least one brand; other roles see all brands.")
    password = passwords.generated() if password is None else password
    password_hash = passwords.hashed(password)
    try:
        with writer(Scope.system()) as connection:
            user = str(
                connection.execute(
                    _ADD, {"role": role, "email": email, "name": name or email.partition("@")[0]}
                ).scalar_one()
            )
            _set_password(connection, user, password_hash)
            for slug in dict.fromkeys(brands):
                brand = connection.scalar(_BRAND, {"slug": slug})
                if brand is None:
                    raise UserError(f"There is no brand with the slug {slug!r}.")
                connection.execute(_JOIN, {"brand": brand, "user": user})
            connection.execute(_AUDIT, {"action": "user_add", "user": user, "role": role})
    except IntegrityError as error:
        raise UserError(f"{email} has an account already.") from error
    return password


_LIST = text(
    """
    select
      u.email,
      u.display_name,
      u.role,
      u.disabled_at,
      u.last_login_at,
      array(
        select b.slug
        from brand_members m
        inner join brands b on b.id = m.brand_id
        where m.user_id = u.id
        order by b.slug
      ) as brands
    from users u
    where u.role in ('admin', 'analyst', 'brand_manager') and u.email is not null
    order by u.role, lower(u.email)
    """
)


def everybody() -> list[User]:
    """List the users who sign in with a password, by role and address.

    Raises DatabaseUnavailableError.
    """
    with writer(Scope.system()) as connection:
        return [
            User(
                email=row.email,
                name=row.display_name or "",
                role=row.role,
                brands=tuple(row.brands),
                disabled=row.disabled_at is not None,
                last_sign_in=row.last_login_at,
            )
            for row in connection.execute(_LIST)
        ]


_FIND = text(
    """
    select id, role
    from users
    where lower(email) = lower(:email) and role in ('admin', 'analyst', 'brand_manager')
    """
)


def set_password(email: str, password: str | None = None) -> str:
    """Give a user a new password (random when none is given), end their sessions, and return it.

    Raises UserError, PasswordError, DatabaseUnavailableError.
    """
    password = passwords.generated() if password is None else password
    password_hash = passwords.hashed(password)
    with writer(Scope.system()) as connection:
        user = _find(connection, email)
        _set_password(connection, str(user.id), password_hash)
        sessions.revoke_all(connection, str(user.id), datetime.now(UTC))
        connection.execute(_AUDIT, {"action": "user_passwd", "user": str(user.id), "role": None})
    return password


_DISABLE = text("update users set disabled_at = :now where id = :user and disabled_at is null")


def disable(email: str) -> None:
    """Keep a user out from the next click on.

    Raises UserError, DatabaseUnavailableError.
    """
    now = datetime.now(UTC)
    with writer(Scope.system()) as connection:
        user = _find(connection, email)
        connection.execute(_DISABLE, {"user": user.id, "now": now})
        sessions.revoke_all(connection, str(user.id), now)
        connection.execute(_AUDIT, {"action": "user_disable", "user": str(user.id), "role": None})


# The demo brand that has a manager; until one does, that with the most try-ons, so that its pages
# have something to show.
_SAMPLE_BRAND = text(
    """
    select b.id, b.slug
    from brands b
    where b.id = coalesce(
      (
        select m.brand_id
        from brand_members m
        inner join brands d on d.id = m.brand_id
        where d.is_demo
        order by m.created_at, m.brand_id
        limit 1
      ),
      (
        select d.id
        from brands d
        left join rollup_cells c
          on c.in_view = d.id and c.grain = 'month' and c.category = 'all' and c.device = 'all'
            and c.origin = 'shopper'
        where d.is_demo and d.mrr > 0
        group by d.id
        order by sum(c.launched) desc nulls last, d.name
        limit 1
      )
    )
    """
)


def brand_of(slug: str) -> UUID:
    """The id of the brand with that slug. Raises UserError, DatabaseUnavailableError."""
    with writer(Scope.system()) as connection:
        found: UUID | None = connection.scalar(_BRAND, {"slug": slug})
    if found is None:
        raise UserError(f"There is no brand with the slug {slug!r}.")
    return found


_SET_CUSTOMER = text(
    "update brands set stripe_customer_id = :customer where slug = :slug returning id"
)


def set_customer(slug: str, customer: str) -> None:
    """Say which Stripe customer a brand is.

    Raises UserError for no such brand, and for a customer who is another brand,
    DatabaseUnavailableError.
    """
    try:
        with writer(Scope.system()) as connection:
            named = {"slug": slug, "customer": customer.strip()}
            found = connection.scalar(_SET_CUSTOMER, named)
    except IntegrityError:
        raise UserError(f"The customer {customer.strip()} is another brand.") from None
    if found is None:
        raise UserError(f"There is no brand with the slug {slug!r}.")


def sample_brand(connection: Connection) -> tuple[UUID, str] | None:
    """Give the demo brand of the sample brand manager, as id and slug, if there is demo data."""
    row = connection.execute(_SAMPLE_BRAND).one_or_none()
    return None if row is None else (row.id, row.slug)


def add_samples() -> list[tuple[User, str]]:
    """Add one user of every role for development, and return each with the password.

    Does nothing in production, without demo data, and where users with a password are there
    already. Raises DatabaseUnavailableError.
    """
    if settings().env != "development" or everybody():
        return []
    with writer(Scope.system()) as connection:
        sample = sample_brand(connection)
    if sample is None:
        return []
    made: dict[str, str] = {}
    for role in ROLES:
        email = f"{role.replace('_', '-')}@closetai.example"
        name = role.replace("_", " ").capitalize()
        brands = [sample[1]] if role == "brand_manager" else []
        made[email] = add(email, role, name=name, brands=brands)
    return [(user, made[user.email]) for user in everybody() if user.email in made]


def _find(connection: Connection, email: str) -> Row[tuple[object, ...]]:
    row = connection.execute(_FIND, {"email": email.strip()}).one_or_none()
    if row is None:
        raise UserError(f"Nobody signs in as {email}.")
    return row


def _set_password(connection: Connection, user: str, password_hash: str) -> None:
    connection.execute(
        _SET_PASSWORD, {"user": user, "hash": password_hash, "now": datetime.now(UTC)}
    )
