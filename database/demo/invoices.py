"""Payments: what brands pay for their subscriptions, period by period, and for credits."""

from datetime import datetime, timedelta
from decimal import Decimal

import numpy as np
import pyarrow as pa
from sqlalchemy import Connection, text

from database.demo import load
from database.demo.brands import CURRENCIES, State, Subscription, brands, subscriptions
from database.demo.draws import DAY_MS, Ints, keys, labels, timestamps, uniform, uuids

# What a credit costs a brand, in dollars.
CREDIT_USD = Decimal("0.05")
_REFUNDED = 0.004
# A payment that failed is settled, or given up, within this time.
_OPEN_FOR = timedelta(days=45)


def _state_at(subscription: Subscription, at: datetime) -> State | None:
    known = [state for state in subscription.states if state.at <= at]
    return known[-1] if known else None


def _invoices(subscription: Subscription, until: datetime) -> list[tuple[datetime, str, Decimal]]:
    """When each invoice was made up to this moment, what became of it, and its amount.

    One a period, and one each time the subscription became past due: that one failed at first.
    What is known of a moment does not depend on what comes later, but for how that one ended.
    """
    made: list[tuple[datetime, str, Decimal]] = []
    begin, end = subscription.period(subscription.states[0].at)
    while begin <= until:
        state = _state_at(subscription, begin)
        if state is not None and state.status == "canceled":
            break
        if state is not None and state.status == "active":
            made.append((begin, "succeeded", _amount(subscription, state)))
        begin, end = end, end + (end - begin)
    made += [
        (state.at, _outcome(subscription, state), _amount(subscription, state))
        for state in subscription.states
        if state.status == "past_due"
    ]
    return sorted(made)


def _amount(subscription: Subscription, state: State) -> Decimal:
    full = Decimal(subscription.unit_amount) * state.quantity
    return (full * (100 - subscription.percent_off) / 100).quantize(Decimal("0.01"))


def _outcome(subscription: Subscription, failing: State) -> str:
    after = [state for state in subscription.states if state.at > failing.at]
    if not after:
        return "pending"
    return "canceled" if after[0].status == "canceled" else "succeeded"


def _payments(ids: list[str], until: datetime, since: datetime | None = None) -> pa.Table:
    """The payments for subscriptions, whose ids are given in their order, since then."""
    rows = [
        (number, each, at, status, amount)
        for number, each in enumerate(subscriptions(until))
        for at, status, amount in _invoices(each, until)
        if since is None or at > since
    ]
    brand = np.array([each.brand for _, each, *_ in rows], dtype=np.int64)
    which = np.array([each.number for _, each, *_ in rows], dtype=np.int64)
    at_ms = np.array([int(at.timestamp() * 1000) for *_, at, _, _ in rows], dtype=np.int64)
    key = keys(keys(keys(brands().key[brand], 64), which), at_ms)
    refunded = uniform(key, 1) < _REFUNDED
    status = [
        "refunded" if back and said == "succeeded" else said
        for back, (*_, said, _) in zip(refunded, rows, strict=True)
    ]
    return pa.table(
        {
            "id": uuids(at_ms, key),
            "brand_id": brands().ids.take(pa.array(brand)),
            "subscription_id": [ids[number] for number, *_ in rows],
            "provider": ["demo"] * len(rows),
            "purpose": ["subscription"] * len(rows),
            "amount": [str(amount) for *_, amount in rows],
            "currency": [CURRENCIES[each.currency] for _, each, *_ in rows],
            "status": status,
            "created_at": timestamps(at_ms),
            "updated_at": timestamps(at_ms),
        }
    )


def load_payments(connection: Connection, ids: list[str], cutoff: datetime) -> None:
    """Write every payment for a subscription up to the cutoff."""
    load.copy(connection, "payments", _payments(ids, cutoff))


def append_payments(connection: Connection, ids: list[str], after: datetime, now: datetime) -> None:
    """Write the payments since, and what became of those that were open."""
    rows = _payments(ids, now, since=after - _OPEN_FOR)
    columns = ", ".join(rows.column_names)
    connection.execute(
        text(f"create temporary table paying as select {columns} from payments limit 0")
    )
    load.copy(connection, "paying", rows)
    connection.execute(
        text(
            f"insert into payments ({columns}) select {columns} from paying"
            " on conflict (id) do update set status = excluded.status"
            " where payments.status <> excluded.status"
        )
    )
    connection.execute(text("drop table paying"))


def load_credit_payments(connection: Connection, bought: Ints, at_ms: Ints) -> pa.Array:
    """Write what each brand paid for the credits it bought; gives the ids of these payments."""
    ids = uuids(at_ms // DAY_MS * DAY_MS, keys(brands().key, 65))
    count = len(bought)
    load.copy(
        connection,
        "payments",
        pa.table(
            {
                "id": ids,
                "brand_id": brands().ids,
                "provider": labels(["demo"], np.zeros(count, dtype=np.int64)),
                "purpose": labels(["credits"], np.zeros(count, dtype=np.int64)),
                "amount": [str(CREDIT_USD * int(number)) for number in bought],
                "status": labels(["succeeded"], np.zeros(count, dtype=np.int64)),
                "created_at": timestamps(at_ms),
                "updated_at": timestamps(at_ms),
            }
        ),
    )
    return ids
