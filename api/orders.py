"""Orders and returns, as the shop's server tells them: revenue is attributed from these."""

from datetime import UTC, datetime
from decimal import Decimal
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends, Query, Response
from pydantic import AwareDatetime, Field

from accounts import guests
from accounts.tokens import Caller
from api.callers import brand_with
from api.problems import also, not_there
from api.shapes import Asked, Cursor, Limit, Page, Shape, after, following
from shops import orders
from shops.orders import NewOrder
from shops.orders import Order as Found
from shops.said import USD, rate_of

router = APIRouter(tags=["orders"])

Seller = Annotated[Caller, Depends(brand_with("orders"))]
Number = Annotated[str, Field(min_length=1, max_length=200)]
Currency = Annotated[str, Field(pattern="^[A-Z]{3}$", examples=[USD])]
# As the columns hold it.
Money = Annotated[Decimal, Field(ge=0, max_digits=14, decimal_places=2, examples=["89.90"])]
Rate = Annotated[
    Decimal,
    Field(
        gt=0,
        max_digits=18,
        decimal_places=8,
        description="Dollars per unit of the currency on that day; not needed for dollars.",
    ),
]


class Order(Shape):
    """An order, with how much of it has come back."""

    order_id: str
    user_id: UUID
    amount: Decimal
    currency: str
    usd_rate: Decimal
    purchased_at: datetime
    returned: Decimal


class OrderTold(Asked):
    """An order of a shopper's."""

    order_id: Number = Field(description="The shop's own number: each is kept once.")
    user_id: UUID = Field(description="Which shopper bought.")
    amount: Money
    currency: Currency = USD
    usd_rate: Rate | None = None
    purchased_at: AwareDatetime = Field(description="When it was bought.")


class ReturnTold(Asked):
    """What a shopper sent back of an order, in its currency."""

    return_id: Number = Field(description="The shop's own number: each is kept once.")
    order_id: Number
    amount: Annotated[Money, Field(gt=0)]
    returned_at: AwareDatetime


def _shown(found: Found) -> Order:
    return Order(
        order_id=found.order_id,
        user_id=found.user,
        amount=found.amount,
        currency=found.currency,
        usd_rate=found.usd_rate,
        purchased_at=found.purchased_at,
        returned=found.returned,
    )


def _known_before(response: Response, is_new: bool) -> None:
    if not is_new:
        response.status_code = 200


@router.post("/orders", status_code=201, responses={200: {"model": Order}, **also(409)})
def record_order(asked: OrderTold, caller: Seller, response: Response) -> Order:
    """Record an order. Told again it changes nothing, and the answer is 200 instead of 201."""
    assert caller.brand is not None
    if not guests.belongs(caller.brand, asked.user_id):
        raise not_there("user")
    new = NewOrder(
        order_id=asked.order_id,
        user=asked.user_id,
        amount=asked.amount,
        currency=asked.currency,
        usd_rate=rate_of(asked.currency, asked.usd_rate),
        purchased_at=asked.purchased_at,
    )
    found, is_new = orders.record(caller.scope, caller.brand, new, datetime.now(UTC))
    _known_before(response, is_new)
    return _shown(found)


@router.get("/orders")
def list_orders(
    caller: Seller,
    user: Annotated[UUID | None, Query(alias="userId", description="Only this shopper's.")] = None,
    order: Annotated[
        str | None, Query(alias="orderId", max_length=200, description="Only this one.")
    ] = None,
    limit: Limit = 20,
    cursor: Cursor = None,
) -> Page[Order]:
    """Orders, the one that was told last first."""
    assert caller.brand is not None
    if order is not None:
        return Page(items=[_shown(orders.find(caller.scope, caller.brand, order))])
    if user is not None and not guests.belongs(caller.brand, user):
        raise not_there("user")
    found = orders.listed(caller.scope, caller.brand, limit + 1, user=user, after=after(cursor))
    return Page(items=[_shown(one) for one in found[:limit]], next_cursor=following(found, limit))


@router.post("/returns", status_code=201, responses={200: {"model": Order}, **also(409)})
def record_return(asked: ReturnTold, caller: Seller, response: Response) -> Order:
    """Record what came back of an order, and answer with the order as it is now.

    Told again it changes nothing, and the answer is 200 instead of 201.
    """
    assert caller.brand is not None
    found, is_new = orders.give_back(
        caller.scope,
        caller.brand,
        asked.order_id,
        asked.return_id,
        asked.amount,
        asked.returned_at,
        datetime.now(UTC),
    )
    _known_before(response, is_new)
    return _shown(found)
