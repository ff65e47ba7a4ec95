"""Credit accounts as their owners see them: the balance, and what it is the sum of.

A shopper's account is theirs, a brand's pays for its studio. The ledger's rows sum to the balance.
"""

from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from sqlalchemy import text

from database.connections import writer
from database.tenancy import Scope


@dataclass(frozen=True, slots=True)
class Balance:
    """What an account has. `free` of it is set back on `resets_on`; `reserved` is not spent yet."""

    credits: int
    free: int
    reserved: int
    free_per_month: int
    resets_on: date
    pro_until: datetime | None


@dataclass(frozen=True, slots=True)
class Booking:
    """A row of the ledger; `amount` is what the balance changed by. `id` grows with time."""

    id: int
    kind: str
    amount: int
    job: UUID | None
    created_at: datetime


# Reserved: of jobs that are neither settled nor released. Few are open at a time.
_BALANCE = text(
    """
    select
      a.balance, a.free_per_month, a.resets_on, a.pro_until,
      coalesce(
        (
          select sum(l.remaining) from credit_lots l
          where l.account_id = a.id and l.kind = 'free' and l.closed_at is null
        ),
        0
      ) as free,
      coalesce(
        (
          select -sum(r.amount)
          from tryon_jobs j
          inner join credit_ledger r on r.job_id = j.id and r.account_id = a.id
          where j.status in ('queued', 'processing') and r.kind = 'reserve'
        ),
        0
      ) as reserved
    from credit_accounts a
    where a.user_id = cast(:user as uuid) or a.brand_id = cast(:brand as uuid)
    """
)


def balance(scope: Scope, *, user: UUID | None = None, brand: UUID | None = None) -> Balance | None:
    """The account of a user or of a brand; None when the scope sees none.

    Raises DatabaseUnavailableError.
    """
    with writer(scope) as connection:
        row = connection.execute(_BALANCE, {"user": user, "brand": brand}).one_or_none()
    if row is None:
        return None
    return Balance(
        credits=row.balance,
        free=int(row.free),
        reserved=int(row.reserved),
        free_per_month=row.free_per_month,
        resets_on=row.resets_on,
        pro_until=row.pro_until,
    )


_LEDGER = text(
    """
    select l.id, l.kind, l.amount, l.job_id, l.created_at
    from credit_ledger l
    inner join credit_accounts a on a.id = l.account_id
    where (a.user_id = cast(:user as uuid) or a.brand_id = cast(:brand as uuid))
      and (cast(:before as bigint) is null or l.id < cast(:before as bigint))
    order by l.id desc
    limit :count
    """
)


def ledger(
    scope: Scope,
    count: int,
    *,
    user: UUID | None = None,
    brand: UUID | None = None,
    before: int | None = None,
) -> list[Booking]:
    """The newest bookings of an account, or those before one. Raises DatabaseUnavailableError."""
    asked = {"user": user, "brand": brand, "before": before, "count": count}
    with writer(scope) as connection:
        return [
            Booking(row.id, row.kind, row.amount, row.job_id, row.created_at)
            for row in connection.execute(_LEDGER, asked)
        ]
