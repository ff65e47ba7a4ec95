"""Payments by T-Bank: orders of credits, and what its notifications say became of them.

An order is a pending payment whose number goes to the bank as OrderId. A notification bears a
token: the SHA-256 of its fields and our password
(https://developer.tbank.ru/eacq/intro/developer/token). Notifications come again until they are
answered, and in any order.
"""

import hashlib
import hmac
import json
from collections.abc import Mapping
from decimal import Decimal
from typing import Any, Final, Literal
from uuid import UUID, uuid4

from sqlalchemy import text

from billing import BillingError
from database.connections import writer
from database.tenancy import Scope

Outcome = Literal["applied", "late", "ignored"]

# What a state of the bank's means here; the others say nothing final.
_STATES: Final = {
    "CONFIRMED": "succeeded",
    "REFUNDED": "refunded",
    "REVERSED": "refunded",
    "REJECTED": "canceled",
    "CANCELED": "canceled",
    "DEADLINE_EXPIRED": "canceled",
    "AUTH_FAIL": "canceled",
}

_ORDER = text(
    """
    insert into payments (
      brand_id, provider, provider_payment_id, purpose, amount, currency, status, credits
    )
    values (:brand, 'tbank', :number, 'credits', :amount, 'RUB', 'pending', :credits)
    """
)


def order(brand: UUID, count: int, roubles: Decimal) -> str:
    """Expect a payment for so many credits, and return the number that the bank is told as OrderId.

    Raises BillingError for no credits or no amount, DatabaseUnavailableError.
    """
    is_money = roubles.is_finite() and 0 < roubles < 10**9 and roubles == round(roubles, 2)
    if count < 1 or not is_money:
        raise BillingError("An order is of one credit or more, for an amount to the kopeck.")
    number = uuid4().hex
    row = {"brand": brand, "number": number, "amount": roubles, "credits": count}
    with writer(Scope.system()) as connection:
        connection.execute(_ORDER, row)
    return number


def token_of(said: Mapping[str, Any], password: str) -> str:
    """The token of a message: of its fields by name, nested ones left out, with the password."""

    def written(value: object) -> str:
        return ("true" if value else "false") if isinstance(value, bool) else str(value)

    fields = {
        name: written(value)
        for name, value in said.items()
        if name != "Token" and not isinstance(value, dict | list) and value is not None
    }
    fields["Password"] = password
    joined = "".join(fields[name] for name in sorted(fields))
    return hashlib.sha256(joined.encode()).hexdigest()


def verified(body: bytes, password: str) -> Mapping[str, Any]:
    """The notification in a message, when its token is right. Raises BillingError."""
    try:
        said = json.loads(body)
    except ValueError:
        raise BillingError("This message cannot be read.") from None
    if not isinstance(said, dict) or not hmac.compare_digest(
        str(said.get("Token", "")).lower().encode(), token_of(said, password).encode()
    ):
        raise BillingError("The token of this message is missing or wrong.")
    return said


# Only forward, as in billing/stripe_events.py: what is told late undoes nothing.
_MOVE = text(
    """
    update payments
    set status = :status
    where provider = 'tbank' and provider_payment_id = :number
      and array_position(array['pending', 'canceled', 'succeeded', 'refunded'], status)
        < array_position(array['pending', 'canceled', 'succeeded', 'refunded'], :status)
    returning id, brand_id, credits, status
    """
)
_KNOWN = text(
    """
    select amount from payments
    where provider = 'tbank' and provider_payment_id = :number
    for update
    """
)
_BUY = text("select purchase_credits(null, :brand, :payment, :credits)")
_TAKE_BACK = text("select refund_credits(:payment)")


def take(said: Mapping[str, Any]) -> Outcome:
    """Take one notification, and say what came of it.

    Raises BillingError for another amount than was ordered, DatabaseUnavailableError.
    """
    status = _STATES.get(str(said.get("Status")))
    number = str(said.get("OrderId"))
    if status is None:
        return "ignored"
    with writer(Scope.system()) as connection:
        amount: Decimal | None = connection.scalar(_KNOWN, {"number": number})
        if amount is None:
            return "ignored"
        if status == "succeeded" and said.get("Amount") != int(amount * 100):
            raise BillingError("Another amount was paid than was ordered.")
        row = connection.execute(_MOVE, {"number": number, "status": status}).one_or_none()
        if row is None:
            return "late"
        if status == "succeeded":
            named = {"brand": row.brand_id, "payment": row.id, "credits": row.credits}
            connection.execute(_BUY, named)
        elif status == "refunded":
            connection.execute(_TAKE_BACK, {"payment": row.id})
    return "applied"
