"""Subscriptions with their history, and the credits of shoppers and brands."""

from datetime import datetime
from typing import Any

import numpy as np
import pyarrow as pa
from sqlalchemy import Connection, text

from database.demo import load, story
from database.demo.activity import Spent
from database.demo.brands import (
    CURRENCIES,
    PLANS,
    USD_RATES,
    State,
    Subscription,
    brands,
    subscriptions,
)
from database.demo.catalog import note_joined
from database.demo.draws import DAY_MS, Flags, Ints, day_of, keys, labels, timestamps, uuids
from database.demo.invoices import append_payments, load_credit_payments, load_payments
from database.demo.shoppers import ACCOUNT_AGE_MS, Shoppers

_FREE_CREDITS = 25


def _subscription_ids(known: list[Subscription]) -> list[str]:
    at = np.array([int(each.states[0].at.timestamp() * 1000) for each in known], dtype=np.int64)
    brand = np.array([each.brand for each in known])
    number = np.array([each.number for each in known])
    ids: list[str] = uuids(at, keys(keys(brands().key[brand], 60), number)).to_pylist()
    return ids


def _plan_ids(connection: Connection) -> list[str]:
    rows = connection.execute(text("select name, id::text as id from plans"))
    by_name = {row.name: row.id for row in rows}
    return [by_name[name] for name in PLANS]


def _row(
    subscription: Subscription, state: State, plan_ids: list[str], now: datetime
) -> dict[str, Any]:
    begin, end = subscription.period(min(state.at, now) if state.status == "canceled" else now)
    canceled = state.status == "canceled"
    return {
        "brand_id": brands().ids[subscription.brand].as_py(),
        "plan_id": plan_ids[subscription.plan],
        "provider": "demo",
        "status": state.status,
        "unit_amount": subscription.unit_amount,
        "quantity": state.quantity,
        "currency": CURRENCIES[subscription.currency],
        "usd_rate": USD_RATES[subscription.currency],
        "period": subscription.interval,
        "forever_percent_off": subscription.percent_off,
        "current_period_start": begin.isoformat(),
        "current_period_end": (state.at if canceled else end).isoformat(),
        "cancel_at_period_end": state.cancel_at_period_end,
        "canceled_at": state.at.isoformat() if canceled else None,
        "cancel_reason": state.reason,
        "changed_at": state.at.isoformat(),
        "created_at": subscription.states[0].at.isoformat(),
    }


def load_subscriptions(connection: Connection, cutoff: datetime) -> None:
    """Write subscriptions as they stand at the cutoff, their history, movements and brands' MRR.

    The triggers that would do so row by row are expected to be off.
    """
    known = subscriptions(cutoff)
    ids = _subscription_ids(known)
    plan_ids = _plan_ids(connection)
    rows = [
        {"id": id_, **_row(each, each.states[-1], plan_ids, cutoff)}
        for id_, each in zip(ids, known, strict=True)
    ]
    load.copy(connection, "subscriptions", pa.Table.from_pylist(rows))
    history = sorted(
        (
            (id_, state, number)
            for id_, each in zip(ids, known, strict=True)
            for number, state in enumerate(each.states)
        ),
        key=lambda item: (item[1].at, item[0]),
    )
    connection.execute(
        text(
            "create temporary table states (subscription_id uuid, at timestamptz, change text,"
            " status subscription_status, quantity integer, cancel_at_period_end boolean,"
            " reason churn_reason, number serial) on commit drop"
        )
    )
    load.copy(
        connection,
        "states",
        pa.table(
            {
                "subscription_id": [id_ for id_, _, _ in history],
                "at": [state.at.isoformat() for _, state, _ in history],
                "change": ["updated" if number else "created" for _, _, number in history],
                "status": [state.status for _, state, _ in history],
                "quantity": [state.quantity for _, state, _ in history],
                "cancel_at_period_end": [state.cancel_at_period_end for _, state, _ in history],
                "reason": pa.array([state.reason for _, state, _ in history], pa.string()),
            }
        ),
    )
    connection.execute(
        text(
            """
            insert into subscription_history (
              subscription_id, brand_id, effective_at, recorded_at, change, status, mrr, plan_id,
              quantity, cancel_at_period_end, reason
            )
            select
              s.id, s.brand_id, t.at, t.at, t.change, t.status,
              subscription_mrr(
                s.unit_amount, t.quantity, s.period, s.period_count, s.forever_percent_off,
                s.forever_amount_off, s.usd_rate
              ),
              s.plan_id, t.quantity, t.cancel_at_period_end, t.reason
            from states t
            join subscriptions s on s.id = t.subscription_id
            order by t.number
            """
        )
    )
    connection.execute(text("select derive_movements(array(select id from brands where is_demo))"))
    connection.execute(
        text(
            "update brands b set mrr = m.mrr from (select s.brand_id, sum(s.mrr) as mrr"
            " from subscriptions s where mrr_counts(s.status, 'strict') group by s.brand_id) as m"
            " where b.id = m.brand_id"
        )
    )
    note_joined(connection, cutoff)
    load_payments(connection, ids, cutoff)


def append_subscriptions(connection: Connection, after: datetime, now: datetime) -> None:
    """Let happen what happens to subscriptions after one moment and up to another.

    Each event arrives as the provider would report it, and the database's triggers do the rest.
    """
    known = subscriptions(now)
    ids = _subscription_ids(known)
    plan_ids = _plan_ids(connection)
    events = sorted(
        (state.at, id_, number)
        for id_, each in zip(ids, known, strict=True)
        for number, state in enumerate(each.states)
        if state.at > after
    )
    by_id = dict(zip(ids, known, strict=True))
    for _, id_, number in events:
        subscription = by_id[id_]
        row = {"id": id_, **_row(subscription, subscription.states[number], plan_ids, now)}
        columns = ", ".join(row)
        values = ", ".join(f":{column}" for column in row)
        changes = ", ".join(f"{column} = excluded.{column}" for column in row if column != "id")
        connection.execute(
            text(
                f"insert into subscriptions ({columns}) values ({values})"
                f" on conflict (id) do update set {changes}"
            ),
            row,
        )
    _renew(connection, by_id, now)
    note_joined(connection, now)
    append_payments(connection, ids, after, now)


def _renew(connection: Connection, by_id: dict[str, Subscription], now: datetime) -> None:
    due = connection.scalars(
        text(
            "select replace(id::text, '-', '') from subscriptions where provider = 'demo'"
            " and status <> 'canceled' and current_period_end <= :now order by id"
        ),
        {"now": now},
    ).all()
    # A period that begins anew is no change: history says nothing of it.
    with load.quiet(connection, ["subscriptions"]):
        for id_ in due:
            begin, end = by_id[id_].period(now)
            connection.execute(
                text(
                    "update subscriptions set current_period_start = :begin,"
                    " current_period_end = :end where id = cast(:id as uuid)"
                ),
                {"begin": begin, "end": end, "id": id_},
            )


class Spending:
    """What the completed jobs of some days cost, added up as the books keep it.

    The books are compacted. Of a shopper they hold the latest month with a completed job: the free
    credits that were granted and, in one row, those that were spent. (A month's leftover expires,
    so the months before add up to nothing.) Of a brand they hold one purchase, and one row of what
    its studio spent.
    """

    def __init__(self, people: Shoppers, last_day: int) -> None:
        days = range(people.first_day, last_day + 1)
        # Milliseconds since 1970 of each month's begin.
        self.months = np.array([day * DAY_MS for day in days if day_of(day).day == 1])
        self.month = self._month_of(people.arrived_ms)
        self.used = np.zeros(len(people.key), dtype=np.int64)
        self.ended = np.maximum(people.arrived_ms, self.months[self.month])
        self.by_brand = np.zeros(story.BRAND_COUNT, dtype=np.int64)

    def _month_of(self, at_ms: Ints) -> Ints:
        return np.searchsorted(self.months, at_ms, side="right") - 1

    def add(self, spent: Spent) -> None:
        """Add jobs that finished after those that were added before."""
        shopper = spent.who >= 0
        self.by_brand += np.bincount(spent.brand[~shopper], minlength=story.BRAND_COUNT)
        who, finished = spent.who[shopper], spent.finished_ms[shopper]
        month, before = self._month_of(finished), self.month.copy()
        np.maximum.at(self.month, who, month)
        np.maximum.at(self.ended, who, finished)
        self.used[self.month > before] = 0
        self.used += np.bincount(who[month == self.month[who]], minlength=len(self.used))


def load_credits(
    connection: Connection, people: Shoppers, spending: Spending, cutoff: datetime, known: Flags
) -> None:
    """Write the credit accounts, lots and ledger of the `known` shoppers and of all brands.

    The triggers that would keep balances and lots in step are expected to be off.
    """
    months, month = spending.months, spending.month
    granted = np.maximum(people.arrived_ms - ACCOUNT_AGE_MS, months[month])
    number = np.flatnonzero(known)
    # More than a month's credits: the last pictures were on the house.
    used = np.minimum(spending.used, _FREE_CREDITS)[number]
    following = np.append(months, months[-1] + 32 * DAY_MS) // DAY_MS
    resets = [str(day_of(int(day)).replace(day=1)) for day in following]
    _write_accounts(
        connection,
        "user_id",
        people.ids(number),
        keys(people.key[number], 61),
        opened=people.arrived_ms[number] - ACCOUNT_AGE_MS,
        granted=granted[number],
        ended=spending.ended[number],
        given=np.full(len(number), _FREE_CREDITS),
        used=used,
        resets=labels([*resets], month[number] + 1),
    )

    made = spending.by_brand
    bought = (made * 3 // 2 // 100 + 3) * 100
    opened = np.minimum(brands().joined_ms, people.first_day * DAY_MS)
    _write_accounts(
        connection,
        "brand_id",
        brands().ids,
        keys(brands().key, 62),
        opened=opened,
        granted=opened,
        ended=np.full(story.BRAND_COUNT, int(cutoff.timestamp() * 1000) - 1),
        given=bought,
        used=made,
        payments=load_credit_payments(connection, bought, opened),
        resets=labels([*resets], np.full(story.BRAND_COUNT, len(resets) - 1)),
    )


def _write_accounts(
    connection: Connection,
    owner: str,
    owner_ids: pa.Array,
    key: Any,
    opened: Ints,
    granted: Ints,
    ended: Ints,
    given: Ints,
    used: Ints,
    resets: pa.Array,
    payments: pa.Array | None = None,
) -> None:
    free = owner == "user_id"
    account_ids, lot_ids = uuids(opened, key), uuids(granted, keys(key, 1))
    count = len(key)
    kind = np.zeros(count, dtype=np.int64)
    load.copy(
        connection,
        "credit_accounts",
        pa.table(
            {
                "id": account_ids,
                owner: owner_ids,
                "balance": pa.array(given - used),
                "free_per_month": pa.array(np.full(count, _FREE_CREDITS if free else 0)),
                "resets_on": resets,
                "created_at": timestamps(opened),
            }
        ),
    )
    load.copy(
        connection,
        "credit_lots",
        pa.table(
            {
                "id": lot_ids,
                "account_id": account_ids,
                "kind": labels(["free" if free else "purchase"], kind),
                "payment_id": pa.nulls(count) if payments is None else payments,
                "remaining": pa.array(given - used),
                "created_at": timestamps(granted),
            }
        ),
    )
    spending = pa.array(used > 0)
    for name, amount, at, rows in (
        ("grant" if free else "purchase", given, granted, pa.array(np.ones(count, dtype=bool))),
        ("reserve", -used, ended, spending),
    ):
        load.copy(
            connection,
            "credit_ledger",
            pa.table(
                {
                    "account_id": account_ids,
                    "lot_id": lot_ids,
                    "kind": labels([name], kind),
                    "amount": pa.array(amount),
                    "created_at": timestamps(at),
                }
            ).filter(rows),
        )


def append_credits(connection: Connection, people: Shoppers, spent: Spent) -> None:
    """Spend what completed jobs cost, in one row a shopper (or brand), and never below 0."""
    if len(spent.who) == 0:
        return
    shopper = spent.who >= 0
    account, inverse = np.unique(
        np.where(shopper, spent.who, -1 - spent.brand), return_inverse=True
    )
    jobs = np.bincount(inverse)
    ended = np.zeros(len(account), dtype=np.int64)
    np.maximum.at(ended, inverse, spent.finished_ms)
    is_shopper = account >= 0
    owner_ids = [
        *brands().ids.take(pa.array(-1 - account[~is_shopper])).to_pylist(),
        *people.ids(account[is_shopper]).to_pylist(),
    ]
    connection.execute(
        text(
            "create temporary table spending on commit drop as"
            " select coalesce(u.id, b.id) as account_id, s.jobs,"
            "   cast(s.ended as timestamptz) as ended"
            " from unnest("
            "   cast(:owners as uuid[]), cast(:jobs as integer[]), cast(:ended as text[])"
            " ) as s (owner_id, jobs, ended)"
            " left join credit_accounts u on u.user_id = s.owner_id"
            " left join credit_accounts b on b.brand_id = s.owner_id"
            " where coalesce(u.id, b.id) is not null"
        ),
        {"owners": owner_ids, "jobs": jobs.tolist(), "ended": timestamps(ended).to_pylist()},
    )
    connection.execute(
        text("select reset_free_credits(account_id, cast(ended as date)) from spending")
    )
    connection.execute(
        text(
            """
            insert into credit_ledger (account_id, lot_id, kind, amount, created_at)
            select s.account_id, l.id, 'reserve', -least(s.jobs, l.remaining), s.ended
            from spending s
            cross join lateral (
              select l.id, l.remaining
              from credit_lots l
              where l.account_id = s.account_id and l.closed_at is null and l.remaining > 0
              order by l.kind = 'purchase', l.created_at, l.id
              limit 1
            ) as l
            """
        )
    )
    connection.execute(text("drop table spending"))
