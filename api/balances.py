"""Credits: what a shopper or the brand has, and what it is the sum of."""

from datetime import date, datetime
from typing import Annotated, Literal
from uuid import UUID

from fastapi import APIRouter, Depends, Query
from pydantic import Field

from accounts.tokens import SCOPES
from api.callers import Known, shopper_of
from api.problems import ProblemError, not_there
from api.shapes import Limit, Page, Shape
from billing import balances
from database.tenancy import Scope

router = APIRouter(prefix="/credits", tags=["credits"])


class Credits(Shape):
    """A credit account. Free credits are set back on `resetsOn`; bought ones stay."""

    balance: int
    free: int
    reserved: int = Field(description="Of jobs that have not ended; not in the balance.")
    free_per_month: int
    resets_on: date
    pro_until: datetime | None


class Entry(Shape):
    """A booking of the ledger; all of them sum to the balance."""

    id: int
    kind: Literal["grant", "purchase", "reserve", "settle", "release", "expire", "refund"]
    amount: int
    job_id: UUID | None
    created_at: datetime


def _account(
    caller: Known,
    user: Annotated[
        UUID | None,
        Query(alias="userId", description="For a brand's key: of which shopper; else its own."),
    ] = None,
) -> tuple[Scope, UUID | None, UUID | None]:
    if caller.kind == "secret" and user is None:
        if "credits" not in caller.scopes:
            raise ProblemError(403, f"This key is not allowed to {SCOPES['credits']}.")
        return caller.scope, None, caller.brand
    shopper = shopper_of(caller, user)
    return shopper.scope, shopper.user, None


Account = Annotated[tuple[Scope, UUID | None, UUID | None], Depends(_account)]


@router.get("")
def get_credits(account: Account) -> Credits:
    """What the account has."""
    scope, user, brand = account
    found = balances.balance(scope, user=user, brand=brand)
    if found is None:
        raise not_there("credit account")
    return Credits(
        balance=found.credits,
        free=found.free,
        reserved=found.reserved,
        free_per_month=found.free_per_month,
        resets_on=found.resets_on,
        pro_until=found.pro_until,
    )


@router.get("/ledger")
def list_bookings(
    account: Account,
    limit: Limit = 20,
    cursor: Annotated[
        str | None, Query(pattern=r"^[0-9]{1,18}$", description="The nextCursor before.")
    ] = None,
) -> Page[Entry]:
    """Every booking, the newest first."""
    scope, user, brand = account
    before = None if cursor is None else int(cursor)
    found = balances.ledger(scope, limit + 1, user=user, brand=brand, before=before)
    shown = [
        Entry(
            id=one.id, kind=one.kind, amount=one.amount, job_id=one.job, created_at=one.created_at
        )
        for one in found[:limit]
    ]
    return Page(items=shown, next_cursor=str(shown[-1].id) if len(found) > limit else None)
