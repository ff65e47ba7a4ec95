"""Orders of shoppers and what they sent back, on the word of the shop's own server.

An order is known by the shop's number, a return by one of its own: sent twice, each is kept once.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any, cast
from uuid import UUID

from sqlalchemy import Connection, text

from database.connections import writer
from database.tenancy import Scope
from shops.said import NotKnownError, ShopError, check_past


@dataclass(frozen=True, slots=True)
class Order:
    """An order: `amount` of its currency, and how much of it has come back since.

    `id` and `recorded_at` are ours; `usd_rate` is in dollars per unit of the currency.
    """

    id: UUID
    order_id: str
    user: UUID
    amount: Decimal
    currency: str
    usd_rate: Decimal
    purchased_at: datetime
    created_at: datetime
    returned: Decimal


@dataclass(frozen=True, slots=True)
class NewOrder:
    """An order as the shop tells it."""

    order_id: str
    user: UUID
    amount: Decimal
    currency: str
    usd_rate: Decimal
    purchased_at: datetime


_COLUMNS = """
    p.id, p.order_id, p.user_id, p.amount, p.currency, p.usd_rate, p.purchased_at, p.recorded_at,
    coalesce(
      (select sum(r.amount) from purchase_returns r where r.purchase_id = p.id), 0
    ) as returned
"""
_INSERT = text(
    """
    insert into purchases (brand_id, user_id, order_id, amount, currency, usd_rate, purchased_at)
    values (:brand, :user, :order, :amount, :currency, :rate, :at)
    on conflict (brand_id, order_id) do nothing
    returning id
    """
)
_FIND = text(
    f"select {_COLUMNS} from purchases p where p.brand_id = :brand and p.order_id = :order"
)
_LIST = text(
    f"""
    select {_COLUMNS}
    from purchases p
    where p.brand_id = :brand
      and (cast(:user as uuid) is null or p.user_id = :user)
      and (
        cast(:after_at as timestamptz) is null
        or (p.recorded_at, p.id) < (cast(:after_at as timestamptz), cast(:after_id as uuid))
      )
    order by p.recorded_at desc, p.id desc
    limit :count
    """
)


def _order(row: Mapping[str, Any]) -> Order:
    return Order(
        id=row["id"],
        order_id=row["order_id"],
        user=row["user_id"],
        amount=row["amount"],
        currency=row["currency"],
        usd_rate=row["usd_rate"],
        purchased_at=row["purchased_at"],
        created_at=row["recorded_at"],
        returned=row["returned"],
    )


def _find(connection: Connection, brand: UUID, order_id: str) -> Order | None:
    row = connection.execute(_FIND, {"brand": brand, "order": order_id}).mappings().one_or_none()
    return None if row is None else _order(cast("Mapping[str, Any]", row))


def record(scope: Scope, brand: UUID, new: NewOrder, now: datetime) -> tuple[Order, bool]:
    """Keep an order, and say whether it is a new one.

    That its shopper is the brand's is for the caller to know. Raises ShopError when the number is
    known with something else in it and for a time to come, DatabaseUnavailableError.
    """
    check_past(new.purchased_at, now)
    named = {
        "brand": brand,
        "user": new.user,
        "order": new.order_id,
        "amount": new.amount,
        "currency": new.currency,
        "rate": new.usd_rate,
        "at": new.purchased_at,
    }
    with writer(scope) as connection:
        is_new = connection.scalar(_INSERT, named) is not None
        found = _find(connection, brand, new.order_id)
    if found is None:
        raise NotKnownError("There is no such order.")
    said = (new.user, new.amount, new.currency, new.usd_rate, new.purchased_at)
    kept = (found.user, found.amount, found.currency, found.usd_rate, found.purchased_at)
    if said != kept:
        raise ShopError(
            f"Order {new.order_id} is known with another shopper, amount, currency or time: "
            "what came back of it is a return."
        )
    return found, is_new


def find(scope: Scope, brand: UUID, order_id: str) -> Order:
    """An order by the shop's number. Raises NotKnownError, DatabaseUnavailableError."""
    with writer(scope) as connection:
        found = _find(connection, brand, order_id)
    if found is None:
        raise NotKnownError("There is no such order.")
    return found


def listed(
    scope: Scope,
    brand: UUID,
    count: int,
    *,
    user: UUID | None = None,
    after: tuple[datetime, UUID] | None = None,
) -> list[Order]:
    """The orders that were told last, or those before one. Raises DatabaseUnavailableError."""
    asked = {
        "brand": brand,
        "user": user,
        "count": count,
        "after_at": after[0] if after else None,
        "after_id": after[1] if after else None,
    }
    with writer(scope) as connection:
        rows = connection.execute(_LIST, asked).mappings()
        return [_order(cast("Mapping[str, Any]", row)) for row in rows]


# Returns of one order take turns: two of them must not give back more than was paid.
_LOCK = text(
    """
    select id, amount, purchased_at from purchases
    where brand_id = :brand and order_id = :order
    for no key update
    """
)
_RETURN = text(
    """
    insert into purchase_returns (purchase_id, brand_id, return_id, amount, returned_at)
    values (:purchase, :brand, :return, :amount, :at)
    """
)
_RETURNED = text(
    """
    select purchase_id, amount, returned_at
    from purchase_returns
    where brand_id = :brand and return_id = :return
    """
)


def give_back(
    scope: Scope,
    brand: UUID,
    order_id: str,
    return_id: str,
    amount: Decimal,
    returned_at: datetime,
    now: datetime,
) -> tuple[Order, bool]:
    """Keep what came back of an order, and say whether that is new; gives the order as it is now.

    Raises NotKnownError for no such order, ShopError when more would come back than was paid, when
    the return's number is known with something else in it, and for a time to come,
    DatabaseUnavailableError.
    """
    check_past(returned_at, now)
    with writer(scope) as connection:
        purchase = connection.execute(_LOCK, {"brand": brand, "order": order_id}).one_or_none()
        if purchase is None:
            raise NotKnownError("There is no such order.")
        known = connection.execute(_RETURNED, {"brand": brand, "return": return_id}).one_or_none()
        if known is not None:
            if tuple(known) != (purchase.id, amount, returned_at):
                raise ShopError(f"Return {return_id} is known with another order, amount or time.")
        else:
            if returned_at < purchase.purchased_at:
                raise ShopError("Nothing comes back before it was bought.")
            row = {"purchase": purchase.id, "brand": brand, "return": return_id}
            connection.execute(_RETURN, {**row, "amount": amount, "at": returned_at})
        found = _find(connection, brand, order_id)
        assert found is not None
        if found.returned > found.amount:
            raise ShopError("More would come back than was paid.")
    return found, known is None
