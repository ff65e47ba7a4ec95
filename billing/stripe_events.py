"""Stripe's events as subscriptions, their history, and payments.

Events come twice and in any order. Each is taken once. Of two changes of a subscription the later
one is how it stands, whichever comes last; the earlier one goes into its history, from which MRR
and movements are derived again. Of two updates within one second nobody is told which came last:
the daily backfill mends what was guessed wrong. Field names are those of Stripe's API, of versions
before and after 2025-03-31, which moved some of them.
"""

import hashlib
import json
import logging
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any, Final, Literal
from uuid import UUID

import stripe
from sqlalchemy import Connection, text

from billing import BillingError
from database.connections import writer
from database.tenancy import Scope

_log = logging.getLogger(__name__)

Outcome = Literal["applied", "late", "ignored", "no_brand", "no_rate", "known"]
# Dollars per unit, by currency.
Rates = Mapping[str, Decimal]
Said = Mapping[str, Any]

# https://docs.stripe.com/currencies#zero-decimal
_WHOLE: Final = {
    "BIF", "CLP", "DJF", "GNF", "JPY", "KMF", "KRW", "MGA", "PYG", "RWF", "UGX", "VND", "VUV",
    "XAF", "XOF", "XPF",
}  # fmt: skip
_STATUS: Final = {"incomplete_expired": "canceled"}
_INTERVALS: Final = frozenset(("day", "week", "month", "year"))
# Months in one of a period, for a subscription that mixes them.
_MONTHS: Final = {
    "day": Decimal(12) / 365,
    "week": Decimal(12) / 52,
    "month": Decimal(1),
    "year": Decimal(12),
}
# Of the events of one second the order is not told: it is that of their kinds, then any.
_KINDS: Final = {
    "customer.subscription.created": 0,
    "customer.subscription.updated": 1,
    "customer.subscription.paused": 1,
    "customer.subscription.resumed": 1,
    "customer.subscription.deleted": 2,
}
_INVOICES: Final = {
    "invoice.finalized": "pending",
    "invoice.payment_failed": "pending",
    "invoice.voided": "canceled",
    "invoice.marked_uncollectible": "canceled",
    "invoice.paid": "succeeded",
    "invoice.payment_succeeded": "succeeded",
}
# What a checkout or its charge says of how many credits it is for.
CREDITS: Final = "closetai_credits"


class _NoBrandError(Exception):
    """No brand has this customer."""


class _NoRateError(Exception):
    """Nobody has said how many dollars one of this currency is."""


def verified(body: bytes, signature: str | None, secret: str) -> Said:
    """The event in a message, when its signature is right and not old. Raises BillingError."""
    try:
        stripe.WebhookSignature.verify_header(
            body.decode(), signature or "", secret, stripe.Webhook.DEFAULT_TOLERANCE
        )
        event = json.loads(body)
    except stripe.SignatureVerificationError:
        raise BillingError("The signature of this message is missing, wrong or old.") from None
    except ValueError:  # no text, or no JSON
        raise BillingError("This message cannot be read.") from None
    if not isinstance(event, dict) or not _is_event(event):
        raise BillingError("This message is no event.")
    return event


def _is_event(event: Said) -> bool:
    data = event.get("data")
    return (
        isinstance(event.get("id"), str)
        and isinstance(event.get("type"), str)
        and isinstance(event.get("created"), int)
        and isinstance(data, dict)
        and isinstance(data.get("object"), dict)
    )


_LOCK = text("select pg_advisory_xact_lock(hashtextextended(:object, 0))")
_IS_KNOWN = text(
    "select exists (select from billing_events where provider = 'stripe' and event_id = :event)"
)
_NOTE = text(
    """
    insert into billing_events (provider, event_id, type, happened_at, outcome)
    values ('stripe', :event, :type, :at, :outcome)
    """
)


def take(event: Said, rates: Rates) -> Outcome:
    """Take one event, and say what came of it; "known" when it was taken before.

    Raises BillingError for an event whose object lacks what it has to have,
    DatabaseUnavailableError.
    """
    said: Said = event["data"]["object"]
    created = datetime.fromtimestamp(event["created"], UTC)
    with writer(Scope.system()) as connection:
        # Two events of one thing take turns.
        connection.execute(_LOCK, {"object": f"stripe {_subject(said)}"})
        if connection.scalar(_IS_KNOWN, {"event": event["id"]}):
            return "known"
        try:
            outcome = _taken(connection, event, said, created, rates)
        except _NoBrandError:
            outcome = "no_brand"
        except _NoRateError:
            outcome = "no_rate"
        except (KeyError, TypeError, IndexError, ArithmeticError) as error:
            raise BillingError(f"This {event['type']} lacks what it has to have.") from error
        if outcome in ("no_brand", "no_rate"):
            _log.warning("Stripe's event %s was left out: %s", event["id"], outcome)
        noted = {"event": event["id"], "type": event["type"], "at": created, "outcome": outcome}
        connection.execute(_NOTE, noted)
    return outcome


def _subject(said: Said) -> str:
    """What an event is about: of a charge and its checkout the payment, of others the thing."""
    return str(said.get("payment_intent") or said.get("id"))


def _taken(
    connection: Connection, event: Said, said: Said, created: datetime, rates: Rates
) -> Outcome:
    kind = event["type"]
    if kind in _KINDS:
        # In a second of its own each: whoever comes in another order gets the same history.
        digest = int.from_bytes(hashlib.sha256(event["id"].encode()).digest()[:2])
        at = created + timedelta(microseconds=_KINDS[kind] * 100_000 + digest)
        return _subscription(connection, said, at, rates)
    if kind in _INVOICES:
        return _invoice(connection, said, _INVOICES[kind])
    if kind == "checkout.session.completed" and said.get("payment_status") == "paid":
        return _credits(connection, said, "succeeded", said.get("amount_total"), created)
    if kind == "charge.refunded" and said.get("refunded"):
        return _refund(connection, said, created)
    return "ignored"


_BRAND = text("select id from brands where stripe_customer_id = :customer")


def _brand(connection: Connection, said: Said) -> UUID:
    customer = said.get("customer")
    customer = customer.get("id") if isinstance(customer, dict) else customer
    brand: UUID | None = connection.scalar(_BRAND, {"customer": customer})
    if brand is None:
        raise _NoBrandError
    return brand


def _rate(currency: str, rates: Rates) -> Decimal:
    if currency == "USD":
        return Decimal(1)
    if currency not in rates:
        raise _NoRateError
    return rates[currency]


def _money(amount: object, currency: str) -> Decimal:
    """An amount in the smallest unit of its currency, as an amount of that currency."""
    return Decimal(str(amount)) / (1 if currency in _WHOLE else 100)


# Subscriptions


@dataclass(frozen=True, slots=True)
class _Price:
    """What is paid: `amount` each, so many, every so many periods."""

    plan: str | None
    amount: Decimal
    quantity: int
    period: str
    period_count: int


def _price(said: Said, currency: str) -> _Price:
    items: list[Said] = said["items"]["data"]
    parts = [_part(item, currency) for item in items]
    if len(parts) == 1:
        return parts[0]
    rhythms = {(part.period, part.period_count) for part in parts}
    if len(rhythms) == 1:
        ((period, count),) = rhythms
        total = sum((part.amount * part.quantity for part in parts), Decimal(0))
        return _Price(None, total, 1, period, count)
    monthly = sum(
        (part.amount * part.quantity / _MONTHS[part.period] / part.period_count for part in parts),
        Decimal(0),
    )
    return _Price(None, monthly.quantize(Decimal("0.01")), 1, "month", 1)


def _part(item: Said, currency: str) -> _Price:
    price: Said = item["price"]
    recurring: Said = price["recurring"]
    # Without an amount of its own (metered, tiered) nothing of it recurs for sure.
    amount = price.get("unit_amount_decimal") or price.get("unit_amount") or 0
    if recurring["interval"] not in _INTERVALS:
        raise KeyError(recurring["interval"])
    return _Price(
        price["id"],
        _money(amount, currency),
        int(item.get("quantity") or 1),
        recurring["interval"],
        int(recurring.get("interval_count") or 1),
    )


def _off(said: Said, currency: str) -> tuple[Decimal, Decimal]:
    """Per cent and amount that coupons take off for good."""
    percent, amount = Decimal(0), Decimal(0)
    for discount in _discounts(said):
        coupon: Said = (discount.get("source") or {}).get("coupon") or discount.get("coupon") or {}
        if not isinstance(coupon, dict) or coupon.get("duration") != "forever":
            continue
        if coupon.get("percent_off"):
            # One after the other: each takes its share of what the one before left.
            left = (100 - percent) * (100 - Decimal(str(coupon["percent_off"]))) / 100
            percent = 100 - left
        elif coupon.get("amount_off"):
            amount += _money(coupon["amount_off"], currency)
    return percent.quantize(Decimal("0.01")), amount


def _discounts(said: Said) -> Iterator[Said]:
    known = [said.get("discount"), *(said.get("discounts") or [])]
    seen: set[str] = set()
    for discount in known:
        # Where it is named only, the backfill reads it in full.
        if isinstance(discount, dict) and discount.get("id") not in seen:
            seen.add(str(discount.get("id")))
            yield discount


def _time(seconds: object) -> datetime | None:
    return datetime.fromtimestamp(seconds, UTC) if isinstance(seconds, int) else None


_KNOWN = text(
    """
    select id, changed_at, currency, unit_amount, usd_rate
    from subscriptions
    where provider = 'stripe' and provider_subscription_id = :number
    for update
    """
)
_PLAN = text("select id from plans where stripe_price_id = :price")
_FIELDS: Final = (
    "brand_id",
    "plan_id",
    "status",
    "unit_amount",
    "quantity",
    "currency",
    "usd_rate",
    "period",
    "period_count",
    "forever_percent_off",
    "forever_amount_off",
    "current_period_start",
    "current_period_end",
    "cancel_at_period_end",
    "canceled_at",
    "cancel_reason",
    "changed_at",
)
_CASTS: Final = {
    "status": "subscription_status",
    "period": "billing_interval",
    "cancel_reason": "churn_reason",
}


def _bind(name: str) -> str:
    return f"cast(:{name} as {_CASTS[name]})" if name in _CASTS else f":{name}"


_INSERT = text(
    f"""
    insert into subscriptions (
      provider, provider_subscription_id, created_at, {", ".join(_FIELDS)}
    )
    values ('stripe', :number, :created_at, {", ".join(map(_bind, _FIELDS))})
    """
)
_UPDATE = text(
    f"""
    update subscriptions set {", ".join(f"{name} = {_bind(name)}" for name in _FIELDS)}
    where id = :id
    """
)
_LATE = text(
    """
    insert into subscription_history (
      subscription_id, brand_id, effective_at, change, status, mrr, plan_id, quantity,
      cancel_at_period_end, reason
    )
    values (
      :id, :brand_id, :changed_at, 'late', cast(:status as subscription_status),
      subscription_mrr(
        cast(:unit_amount as numeric), :quantity, cast(:period as billing_interval), :period_count,
        cast(:forever_percent_off as numeric), cast(:forever_amount_off as numeric),
        cast(:usd_rate as numeric)
      ),
      :plan_id, :quantity, :cancel_at_period_end, cast(:cancel_reason as churn_reason)
    )
    """
)


def _subscription(connection: Connection, said: Said, at: datetime, rates: Rates) -> Outcome:
    known = connection.execute(_KNOWN, {"number": said["id"]}).one_or_none()
    row = _row(connection, said, at, rates)
    if known is not None and (known.currency, known.unit_amount) == (
        row["currency"],
        row["unit_amount"],
    ):
        # The rate is that of the day on which this price began: later rates are no movement.
        row["usd_rate"] = known.usd_rate
    if known is None:
        created = _time(said.get("created")) or at
        connection.execute(_INSERT, {**row, "number": said["id"], "created_at": created})
        return "applied"
    if at <= known.changed_at:
        connection.execute(_LATE, {**row, "id": known.id})
        return "late"
    connection.execute(_UPDATE, {**row, "id": known.id})
    return "applied"


def _row(connection: Connection, said: Said, at: datetime, rates: Rates) -> dict[str, Any]:
    currency = str(said["currency"]).upper()
    price = _price(said, currency)
    percent, amount = _off(said, currency)
    first: Said = said["items"]["data"][0]
    status = _STATUS.get(said["status"], said["status"])
    details: Said = said.get("cancellation_details") or {}
    is_delinquent = details.get("reason") == "payment_failed"
    reason = ("delinquent" if is_delinquent else "voluntary") if status == "canceled" else None
    ends = said.get("cancel_at_period_end") or said.get("cancel_at")
    return {
        "brand_id": _brand(connection, said),
        "plan_id": connection.scalar(_PLAN, {"price": price.plan}),
        "status": status,
        "unit_amount": price.amount.quantize(Decimal("0.01")),
        "quantity": price.quantity,
        "currency": currency,
        "usd_rate": _rate(currency, rates),
        "period": price.period,
        "period_count": price.period_count,
        "forever_percent_off": percent,
        "forever_amount_off": amount,
        "current_period_start": _time(
            said.get("current_period_start") or first.get("current_period_start")
        ),
        "current_period_end": _time(
            said.get("cancel_at")
            or said.get("current_period_end")
            or first.get("current_period_end")
        ),
        "cancel_at_period_end": bool(ends) and status != "canceled",
        "canceled_at": _time(said.get("ended_at") or said.get("canceled_at"))
        if status == "canceled"
        else None,
        "cancel_reason": reason,
        "changed_at": at,
    }


# Payments

# What comes later in this order is not undone by what comes earlier, whichever is told last.
_PAY = text(
    """
    insert into payments (
      brand_id, subscription_id, provider, provider_payment_id, purpose, amount, currency, status,
      created_at
    )
    values (
      :brand,
      (
        select id from subscriptions
        where provider = 'stripe' and provider_subscription_id = :subscription
      ),
      'stripe', :number, :purpose, :amount, :currency, :status, :created
    )
    on conflict (provider, provider_payment_id) do update
    set status = excluded.status, amount = excluded.amount,
      subscription_id = coalesce(payments.subscription_id, excluded.subscription_id)
    where array_position(array['pending', 'canceled', 'succeeded', 'refunded'], payments.status)
      < array_position(array['pending', 'canceled', 'succeeded', 'refunded'], excluded.status)
    returning id
    """
)


def _invoice(connection: Connection, said: Said, status: str) -> Outcome:
    currency = str(said["currency"]).upper()
    amount = said["amount_paid"] if status == "succeeded" else said["amount_due"]
    if not amount:
        return "ignored"  # a trial's, or one that a credit note has paid
    parent: Said = said.get("parent") or {}
    details: Said = parent.get("subscription_details") or {}
    changed = connection.scalar(
        _PAY,
        {
            "brand": _brand(connection, said),
            "subscription": said.get("subscription") or details.get("subscription"),
            "number": said["id"],
            "purpose": "subscription",
            "amount": _money(amount, currency),
            "currency": currency,
            "status": status,
            "created": datetime.fromtimestamp(said["created"], UTC),
        },
    )
    return "late" if changed is None else "applied"


_BUY = text("select purchase_credits(null, :brand, :payment, :credits)")
_TAKE_BACK = text("select refund_credits(:payment)")


def _credits(
    connection: Connection, said: Said, status: str, amount: object, created: datetime
) -> Outcome:
    """Credits that were paid for, or whose payment went back: told apart by the status."""
    wanted = (said.get("metadata") or {}).get(CREDITS)
    if wanted is None or not said.get("payment_intent"):
        return "ignored"
    brand, currency = _brand(connection, said), str(said["currency"]).upper()
    payment = connection.scalar(
        _PAY,
        {
            "brand": brand,
            "subscription": None,
            "number": said["payment_intent"],
            "purpose": "credits",
            "amount": _money(amount, currency),
            "currency": currency,
            "status": status,
            "created": created,
        },
    )
    if payment is None:
        return "late"  # it went back before we heard that it had come
    if status == "succeeded":
        connection.execute(_BUY, {"brand": brand, "payment": payment, "credits": int(wanted)})
    else:
        connection.execute(_TAKE_BACK, {"payment": payment})
    return "applied"


_REFUND = text(
    """
    update payments set status = 'refunded'
    where provider = 'stripe' and provider_payment_id = :number and status = 'succeeded'
    returning id
    """
)


def _refund(connection: Connection, said: Said, created: datetime) -> Outcome:
    outcome = _credits(connection, said, "refunded", said["amount"], created)
    if outcome != "ignored" or not said.get("invoice"):
        return outcome
    done = connection.scalar(_REFUND, {"number": said["invoice"]})
    return "ignored" if done is None else "applied"


# What has happened before anybody listened


@dataclass(frozen=True, slots=True)
class Read:
    """How many subscriptions a backfill read, and how many of them were new or had changed."""

    read: int
    changed: int
    left_out: int


_SAME = text(
    """
    select s.status = cast(:status as subscription_status)
      and s.unit_amount = :unit_amount and s.quantity = :quantity
      and s.cancel_at_period_end = :cancel_at_period_end
      and s.forever_percent_off = :forever_percent_off
      and s.forever_amount_off = :forever_amount_off
      and s.current_period_end is not distinct from cast(:current_period_end as timestamptz)
    from subscriptions s
    where s.provider = 'stripe' and s.provider_subscription_id = :number
    """
)


def backfill(client: stripe.StripeClient, rates: Rates, now: datetime) -> Read:
    """Read every subscription that Stripe has, and bring those up to date that differ.

    One that is new here counts from its start, one that has ended until its end; what has changed
    otherwise does so now. Safe to run again. Raises BillingError when Stripe does not answer,
    DatabaseUnavailableError.
    """
    read = changed = left_out = 0
    try:
        found = client.v1.subscriptions.list(
            {"status": "all", "limit": 100, "expand": ["data.discounts"]}
        )
        for subscription in found.auto_paging_iter():
            read += 1
            outcome = _bring_up(json.loads(str(subscription)), rates, now)
            changed += outcome == "applied"
            left_out += outcome in ("no_brand", "no_rate")
    except stripe.StripeError as error:
        # Its own message may hold a part of the key.
        raise BillingError(f"Stripe does not answer ({type(error).__name__}).") from None
    return Read(read, changed, left_out)


def _bring_up(said: Said, rates: Rates, now: datetime) -> Outcome:
    with writer(Scope.system()) as connection:
        connection.execute(_LOCK, {"object": f"stripe {said['id']}"})
        try:
            row = _row(connection, said, now, rates)
        except _NoBrandError:
            return "no_brand"
        except _NoRateError:
            return "no_rate"
        same = connection.execute(_SAME, {**row, "number": said["id"]}).scalar_one_or_none()
        if same:
            return "known"
        if same is None:
            began = _time(said.get("start_date")) or _time(said.get("created")) or now
            if row["status"] == "canceled":
                running = {**said, "status": "active", "cancel_at_period_end": False}
                _subscription(connection, {**running, "cancel_at": None}, began, rates)
                return _subscription(connection, said, row["canceled_at"] or now, rates)
            return _subscription(connection, said, began, rates)
        return _subscription(connection, said, row["canceled_at"] or now, rates)
