"""Acquisition spend: what the brand pays to be found, per day and channel."""

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Annotated

from fastapi import APIRouter, Depends, Query
from pydantic import Field

from accounts.tokens import Caller
from api.callers import brand_with
from api.orders import Currency, Money, Rate
from api.problems import also, wrong
from api.shapes import Asked, Shape
from shops import spend
from shops.said import USD, rate_of
from shops.spend import Spend

router = APIRouter(prefix="/spend", tags=["orders"])

Spender = Annotated[Caller, Depends(brand_with("spend"))]
_LONGEST = timedelta(days=366)


class Amount(Shape):
    """What was spent on a channel on a UTC day."""

    day: date
    channel: str
    amount: Decimal
    currency: str
    usd_rate: Decimal


class AmountTold(Asked):
    """What was spent on a channel on a UTC day, in place of what was told of it before."""

    day: date
    channel: str = Field(min_length=1, max_length=spend.LONGEST_CHANNEL)
    amount: Money
    currency: Currency = USD
    usd_rate: Rate | None = None


class AmountsTold(Asked):
    """Some days and channels; all of them are kept or none."""

    items: Annotated[list[AmountTold], Field(min_length=1, max_length=spend.MOST_AT_ONCE)]


class Amounts(Shape):
    """What was spent, by day and channel."""

    items: list[Amount]


@router.post("", status_code=204, responses=also(409))
def record_spend(asked: AmountsTold, caller: Spender) -> None:
    """Record acquisition spend; a day and channel that was told before gets the new amount."""
    assert caller.brand is not None
    rows = [
        Spend(one.day, one.channel, one.amount, one.currency, rate_of(one.currency, one.usd_rate))
        for one in asked.items
    ]
    spend.record(caller.scope, caller.brand, rows, datetime.now(UTC).date())


@router.get("")
def list_spend(
    caller: Spender,
    since: Annotated[date, Query(description="The first day.")],
    until: Annotated[date, Query(description="The day after the last one.")],
) -> Amounts:
    """What was spent on these days, of which there may be a year."""
    assert caller.brand is not None
    if until - since > _LONGEST:
        raise wrong("query.until", "at most a year after since")
    found = spend.listed(caller.scope, caller.brand, since, until)
    return Amounts(
        items=[
            Amount(
                day=one.day,
                channel=one.channel,
                amount=one.amount,
                currency=one.currency,
                usd_rate=one.usd_rate,
            )
            for one in found
        ]
    )
