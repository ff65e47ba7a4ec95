"""Random histories: what the queries say equals what a naive recompute from the raw rows says."""

from collections import defaultdict
from datetime import UTC, date, datetime, timedelta
from decimal import ROUND_HALF_UP, Decimal
from fractions import Fraction
from itertools import pairwise, takewhile
from typing import NamedTuple

import numpy as np
import pandas as pd
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import Connection, text

import queries
from billing import benchmarks
from components.funnel import STEPS
from database import connections
from database.tenancy import Scope
from queries import Parameter
from tests import facts
from tests.conftest import EXAMPLES

pytestmark = pytest.mark.usefixtures("database")

# Each example makes brands of its own, so one database serves them all, and fills with neighbours.
few = settings(
    max_examples=EXAMPLES,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)

START = date(2026, 2, 20)
DAYS = 20
MIDNIGHT = datetime(START.year, START.month, START.day, tzinfo=UTC)

hours = st.integers(0, DAYS * 24 - 1).map(lambda hour: MIDNIGHT + timedelta(hours=hour))
windows = st.tuples(st.integers(0, DAYS), st.integers(1, DAYS)).map(
    lambda pair: (START + timedelta(days=pair[0]), START + timedelta(days=pair[0] + pair[1]))
)
which = st.integers(0, 1)
SUBSCRIBED = ["active", "past_due", "canceled", "trialing", "paused", "unpaid"]
statuses = st.sampled_from(SUBSCRIBED)
amounts = st.integers(0, 3).map(lambda step: Decimal(step) * Decimal("33.33"))


# MRR


class Event(NamedTuple):
    """Something that happens to one of a few subscriptions."""

    kind: str
    subscription: int
    brand: int
    when: datetime
    status: str
    amount: Decimal


events = st.lists(
    st.builds(
        Event,
        st.sampled_from(["set", "set", "set", "move", "delete", "late"]),
        st.integers(0, 3),
        which,
        hours,
        statuses,
        amounts,
    ),
    min_size=1,
    max_size=14,
)


class State(NamedTuple):
    """One row of a subscription's history."""

    brand: str
    subscription: str
    effective: datetime
    recorded: int
    status: str
    mrr: Decimal


def happen(connection: Connection, brands: list[str], story: list[Event]) -> None:
    """Let the events happen in the given order, which need not be that of their times."""
    known: dict[int, str] = {}
    for event in story:
        key, brand = known.get(event.subscription), brands[event.brand]
        if key is None:
            known[event.subscription] = facts.subscription(
                connection, brand, str(event.amount), event.when, status=event.status
            )
        elif event.kind == "set":
            facts.change(connection, key, event.when, status=event.status, unit_amount=event.amount)
        elif event.kind == "move":
            facts.change(connection, key, event.when, brand_id=brand)
        elif event.kind == "delete":
            connection.execute(text("delete from subscriptions where id = :id"), {"id": key})
            del known[event.subscription]
        else:
            facts.insert(
                connection,
                "subscription_history",
                subscription_id=key,
                brand_id=brand,
                effective_at=event.when,
                change="late",
                status=event.status,
                mrr=event.amount,
                quantity=1,
            )


def history(connection: Connection, brands: list[str]) -> list[State]:
    """The history of the brands' subscriptions, in the order in which it took effect."""
    rows = connection.execute(
        text(
            "select cast(brand_id as text), cast(subscription_id as text), effective_at, id,"
            " cast(status as text), mrr"
            " from subscription_history where cast(brand_id as text) = any(:brands)"
        ),
        {"brands": brands},
    )
    return sorted((State(*row) for row in rows), key=lambda state: state[2:4])


def level(states: list[State], brand: str, policy: str, day: date) -> Decimal:
    """The MRR of a brand when a day began: its subscriptions' latest states, added up."""
    midnight = datetime(day.year, day.month, day.day, tzinfo=UTC)
    latest = {s.subscription: s for s in states if s.brand == brand and s.effective < midnight}
    counted = {"active"} if policy == "strict" else {"active", "past_due"}
    return sum((s.mrr for s in latest.values() if s.status in counted), Decimal(0))


def movements(states: list[State], brand: str, policy: str) -> dict[date, tuple[object, ...]]:
    """What the stored movements of a brand have to be."""
    found: dict[date, tuple[object, ...]] = {}
    paid = False
    for day in sorted({s.effective.astimezone(UTC).date() for s in states if s.brand == brand}):
        before = level(states, brand, policy, day)
        after = level(states, brand, policy, day + timedelta(days=1))
        paid = paid or before > 0
        if before == 0 and after > 0:
            kind = "reactivation" if paid else "new"
        elif after == 0:
            kind = "churn"
        else:
            kind = "expansion" if after > before else "contraction"
        if before != after:
            found[day] = (kind, abs(after - before), before, after)
    return found


BANDS = ("lowest quarter", "below median", "above median", "top quarter")
KINDS = ("new", "expansion", "reactivation", "contraction", "churn")


def naive_past_due(
    states: list[State], chosen: list[str], until: date
) -> list[tuple[str, Decimal, datetime]]:
    """The brand, MRR and beginning of what was past due when a day began."""
    midnight = datetime(until.year, until.month, until.day, tzinfo=UTC)
    courses: dict[tuple[str, str], list[State]] = defaultdict(list)
    for state in states:
        if state.brand in chosen and state.effective < midnight:
            courses[state.brand, state.subscription].append(state)
    found = []
    for course in courses.values():
        late = list(takewhile(lambda state: state.status == "past_due", reversed(course)))
        if late and late[0].mrr:
            found.append((late[0].brand, late[0].mrr, late[-1].effective))
    return found


@few
@given(story=events, window=windows, policy=st.sampled_from(["strict", "stripe"]))
def test_mrr_follows_its_history(
    story: list[Event], window: tuple[date, date], policy: str
) -> None:
    since, until = window
    with connections.owner() as c:
        brands = [facts.brand(c, name) for name in ("Aurora", "Borealis")]
        happen(c, brands, story)
        states = history(c, brands)
        stored: dict[str, dict[date, tuple[object, ...]]] = defaultdict(dict)
        for row in c.execute(
            text(
                "select cast(brand_id as text) as brand, day, cast(kind as text) as kind, amount,"
                " mrr_before, mrr_after from mrr_movements"
                " where policy = cast(:policy as mrr_policy)"
                " and cast(brand_id as text) = any(:brands)"
            ),
            {"policy": policy, "brands": brands},
        ):
            stored[row.brand][row.day] = (row.kind, row.amount, row.mrr_before, row.mrr_after)
        current, subscribed = (
            {row[0]: row[1] for row in c.execute(text(sql), {"brands": brands})}
            for sql in (
                "select cast(id as text), mrr from brands where cast(id as text) = any(:brands)",
                "select cast(brand_id as text), sum(mrr) from subscriptions"
                " where status = 'active' and cast(brand_id as text) = any(:brands)"
                " group by brand_id",
            )
        )
    for brand in brands:
        assert stored[brand] == movements(states, brand, policy)
        assert current[brand] == subscribed.get(brand, 0)

    for chosen in ([brands[0]], brands):
        scope = Scope.of_brands(chosen)
        arguments: dict[str, Parameter] = {"policy": policy, "since": since, "until": until}
        started = sum(level(states, brand, policy, since) for brand in chosen)
        ended = sum(level(states, brand, policy, until) for brand in chosen)

        check = queries.read("revenue/mrr_movements_check", scope, **arguments).frame.iloc[0]
        assert (check["difference_usd"], check["broken_count"]) == (0, 0)
        assert (check["start_usd"], check["end_usd"]) == (started, ended)
        moved = check["new_usd"] + check["expansion_usd"] + check["reactivation_usd"]
        assert started + moved - check["contraction_usd"] - check["churn_usd"] == ended

        figures = queries.read("revenue/movements_total", scope, **arguments).frame.iloc[0]
        began = [
            (start, level(states, brand, policy, until))
            for brand in chosen
            if (start := level(states, brand, policy, since)) > 0
        ]
        kept, remained = sum(min(pair) for pair in began), sum(end for _, end in began)
        assert (figures["kept_usd"], figures["end_usd"]) == (kept, remained)
        assert (figures["start_usd"], figures["paying_count"]) == (started, len(began))
        assert figures["gone_count"] == sum(end == 0 for _, end in began)
        if began:
            assert figures["grr_pct"] == pytest.approx(float(kept / started))
            assert figures["nrr_pct"] == pytest.approx(float(remained / started))
        else:
            assert figures[["grr_pct", "nrr_pct", "logo_churn_pct"]].isna().all()
        lost = check["contraction_usd"] + check["churn_usd"]
        assert (figures["gained_usd"], figures["lost_usd"]) == (moved, lost)
        assert pd.isna(figures["quick_ratio"]) == (lost == 0)

        rows = queries.read("revenue/movements", scope, kind="all", **arguments).frame
        found = sorted(zip(rows["day"].dt.date, rows["kind"], rows["amount_usd"], strict=True))
        assert found == sorted(
            (day, str(kind), amount)
            for brand in chosen
            for day, (kind, amount, *_) in stored[brand].items()
            if since <= day < until
        )

        total = queries.read("revenue/mrr_total", scope, **arguments).frame.iloc[0]
        assert (total["mrr_before_usd"], total["mrr_usd"]) == (started, ended)
        strict, stripe = (
            sum(level(states, brand, other, until) for brand in chosen)
            for other in ("strict", "stripe")
        )
        assert (total["strict_usd"], total["stripe_usd"]) == (strict, stripe)
        assert total["at_risk_usd"] == stripe - strict

        days = queries.read("revenue/mrr_by_day", scope, **arguments).frame
        naive = [
            sum(level(states, brand, policy, day.date() + timedelta(days=1)) for brand in chosen)
            for day in days["day"]
        ]
        assert list(days["mrr_usd"]) == naive
        assert len(days) == (until - since).days

        board = queries.read("revenue/mrr", scope, **arguments).frame
        places = {brand: level(states, brand, policy, until) for brand in chosen}
        shown = dict(zip(board["brand_id"], board["mrr_usd"], strict=True))
        assert {b: mrr for b, mrr in shown.items() if mrr} == {
            b: mrr for b, mrr in places.items() if mrr
        }
        assert list(board["mrr_usd"]) == sorted(board["mrr_usd"], reverse=True)

        parts = queries.read("revenue/mrr_change", scope, policy=policy, until=until).frame
        assert dict(zip(parts["part"], parts["mrr_usd"], strict=True)) == {
            brand: mrr for brand, mrr in places.items() if mrr
        }

        months = queries.read("revenue/movements_by_month", scope, **arguments).frame
        for month in months.to_dict("records"):
            of_month: dict[str, Decimal] = defaultdict(Decimal)
            for day, kind, amount in found:
                if (day.year, day.month) == (month["month"].year, month["month"].month):
                    of_month[kind] += amount
            assert {
                kind: month[f"{kind}_usd"] for kind in KINDS if month[f"{kind}_usd"]
            } == of_month
        assert sum(months[f"{kind}_usd"].sum() for kind in KINDS) == sum(row[2] for row in found)

        plan = queries.read("revenue/attributed_total", scope, **arguments).row
        assert plan["plan_cost_usd"] == round(Decimal(sum(naive)) * 12 / 365, 2)
        assert (plan["attributed_usd"], plan["purchase_count"]) == (0, 0)

        due: dict[str, Parameter] = {"danger": "past_due", "policy": policy, "until": until}
        late = queries.read("revenue/endangered", scope, **due).frame
        assert sorted(
            zip(late["brand_id"], late["mrr_usd"], late["since_at"], strict=True)
        ) == sorted(naive_past_due(states, chosen, until))
        assert late["mrr_usd"].sum() == total["at_risk_usd"]


class Paid(NamedTuple):
    """A brand's one subscription."""

    amount: Decimal
    status: str
    since: datetime
    ends: bool


def naive_quartiles(paid: list[Decimal]) -> list[Decimal]:
    """The quartiles, each between its two neighbours, to two significant digits."""

    def rounded(value: float) -> Decimal:
        exact = Decimal(repr(value))
        return exact.quantize(Decimal(1).scaleb(exact.adjusted() - 1), ROUND_HALF_UP)

    found = np.percentile([float(mrr) for mrr in paid], [25, 50, 75])
    return [rounded(float(value)) for value in found]


@few
@given(
    subscriptions=st.lists(
        st.builds(
            Paid,
            st.integers(100, 99_999_99).map(lambda cents: Decimal(cents) / 100),
            st.sampled_from(["active", "active", "active", *SUBSCRIBED]),
            hours,
            st.booleans(),
        ),
        min_size=16,
        max_size=30,
    ),
    day=st.integers(0, DAYS),
)
def test_a_plan_and_its_place_are_those_of_the_raw_rows(
    subscriptions: list[Paid], day: int
) -> None:
    as_of = START + timedelta(days=day)
    renewal = MIDNIGHT + timedelta(days=2 * DAYS)
    with connections.owner() as c:
        brands = [facts.brand(c, f"Brand {number}") for number in range(len(subscriptions))]
        for brand, paid in zip(brands, subscriptions, strict=True):
            facts.subscription(
                c,
                brand,
                str(paid.amount),
                paid.since,
                status=paid.status,
                cancel_at_period_end=paid.ends,
                current_period_end=renewal,
            )
        everybody = [str(row[0]) for row in c.execute(text("select id from brands"))]
        states: dict[str, list[State]] = defaultdict(list)
        for state in history(c, everybody):
            states[state.brand].append(state)
        c.execute(text("delete from benchmarks"))

    levels = {brand: level(states[brand], brand, "strict", as_of) for brand in everybody}
    paying = [mrr for mrr in levels.values() if mrr > 0]
    assert benchmarks.publish(as_of) == (len(paying) >= benchmarks.FEWEST_BRANDS)

    scope = Scope.of_brands(brands)
    places = queries.read("revenue/benchmark", scope, as_of=as_of).frame
    assert len(places) == len(brands)
    quartiles = naive_quartiles(paying) if len(paying) >= benchmarks.FEWEST_BRANDS else []
    for place in places.to_dict("records"):
        mrr = levels[place["brand_id"]]
        assert place["mrr_usd"] == mrr
        if not quartiles:
            assert pd.isna([place["band"], place["median_usd"], place["published_day"]]).all()
            continue
        assert place["published_day"].date() == as_of
        assert place["brand_count"] == len(paying)
        names = ("lower_quartile_usd", "median_usd", "upper_quartile_usd")
        assert [place[name] for name in names] == quartiles
        band = BANDS[sum(mrr >= quartile for quartile in quartiles)]
        assert place["band"] == band if mrr else pd.isna(place["band"])

    plans = queries.read("revenue/plan", scope).frame
    standing = {
        brand: paid
        for brand, paid in zip(brands, subscriptions, strict=True)
        if paid.status != "canceled"
    }
    assert sorted(plans["brand_id"]) == sorted(standing)
    assert list(plans["mrr_usd"]) == sorted(plans["mrr_usd"], reverse=True)
    for plan in plans.to_dict("records"):
        paid = standing[plan["brand_id"]]
        counts = paid.status in ("active", "past_due")
        assert (plan["mrr_usd"], plan["status"]) == (paid.amount, paid.status)
        assert plan["scheduled_churn_usd"] == (paid.amount if paid.ends and counts else 0)
        told, untold = ("ends_at", "renews_at") if paid.ends else ("renews_at", "ends_at")
        assert plan[told] == renewal
        assert pd.isna(plan[untold])


# Jobs and purchases


class Job(NamedTuple):
    """A job of one of a few people for one of two brands."""

    brand: int
    person: int
    created: datetime
    status: str
    seconds: int
    origin: str
    category: str
    device: str | None


class Act(NamedTuple):
    """A touch or a purchase."""

    brand: int
    person: int
    when: datetime


people = st.integers(0, 3)
jobs = st.lists(
    st.builds(
        Job,
        which,
        people,
        hours,
        st.sampled_from(["completed", "completed", "failed", "canceled", "processing", "queued"]),
        st.sampled_from([1, 3599, 3600, 90_000]),
        st.sampled_from(["shopper", "shopper", "shopper", "studio"]),
        st.sampled_from(["tops", "bags"]),
        st.sampled_from(["ios", "android", None]),
    ),
    min_size=1,
    max_size=25,
)
acts = st.lists(st.builds(Act, which, people, hours), max_size=8)


def naive_volume(raw: list[Job], day: date) -> list[int]:
    """Launched, completed, failed and canceled on one day."""
    counts = [sum(job.created.date() == day for job in raw)]
    for status in ("completed", "failed", "canceled"):
        ended = [job for job in raw if job.status == status]
        counts.append(sum((j.created + timedelta(seconds=j.seconds)).date() == day for j in ended))
    return counts


def naive_active(raw: list[Job], end: date, days: int) -> tuple[int, int]:
    """Shoppers with a job in the days before `end`, and on how many days, all added up."""
    met = {
        (job.brand, job.person, job.created.date())
        for job in raw
        if end - timedelta(days=days) <= job.created.date() < end
    }
    return len({key[:2] for key in met}), len(met)


def naive_retention(raw: list[Job], n: int, since: date, until: date) -> tuple[int, int]:
    """Shoppers whose day N is in the window, and those of them who came back on it."""
    active: dict[tuple[int, int], set[date]] = defaultdict(set)
    for job in raw:
        active[job.brand, job.person].add(job.created.date())
    due = [
        (days, min(days) + timedelta(days=n))
        for days in active.values()
        if since <= min(days) + timedelta(days=n) < until
    ]
    return len(due), sum(day in days for days, day in due)


class Spent(NamedTuple):
    """A studio job that ended, of one of two brands, perhaps of one of its two products."""

    brand: int
    product: int | None
    created: datetime
    status: str
    seconds: int
    credits: int
    cost: str | None

    @property
    def ended(self) -> date:
        """The day on which it ended."""
        return (self.created + timedelta(seconds=self.seconds)).date()


class Spending(NamedTuple):
    """What some jobs came to."""

    credits: int
    completed: int
    failed: int
    cost: Decimal


def naive_spending(raw: list[Spent]) -> Spending:
    """Credits settled on completed jobs, and what the engine took for all."""
    completed = [job for job in raw if job.status == "completed"]
    return Spending(
        sum(job.credits for job in completed),
        len(completed),
        sum(job.status == "failed" for job in raw),
        sum((Decimal(job.cost or 0) for job in raw), Decimal(0)),
    )


@few
@given(
    raw=st.lists(
        st.builds(
            Spent,
            which,
            st.sampled_from([None, 0, 1]),
            hours,
            st.sampled_from(["completed", "completed", "failed", "canceled"]),
            st.sampled_from([1, 3600, 90_000]),
            st.integers(0, 4),
            st.sampled_from([None, "0.0123", "0.5"]),
        ),
        max_size=20,
    ),
    window=windows,
    withdrawn=st.booleans(),
)
def test_what_studios_spend_is_counted_from_the_raw_rows(
    raw: list[Spent], window: tuple[date, date], withdrawn: bool
) -> None:
    since, until = window
    with connections.owner() as c:
        brands = [facts.brand(c, name) for name in ("Aurora", "Borealis")]
        products = [[facts.product(c, brand) for _ in range(2)] for brand in brands]
        person = facts.shopper(c)
        for job in raw:
            facts.job(
                c,
                brands[job.brand],
                person,
                job.created,
                status=job.status,
                origin="studio",
                seconds=job.seconds,
                credits=job.credits,
                cost=job.cost,
                product=None if job.product is None else products[job.brand][job.product],
            )
        # Neither of a studio.
        facts.job(c, brands[0], person, MIDNIGHT, credits=9, cost="9")
        facts.job(c, brands[0], person, MIDNIGHT, origin="demo", credits=9, cost="9")
    if withdrawn:
        # Counted as the product's first, and then as no product's.
        queries.read("billing/credits_spent", Scope.system(), since=since, until=until)
        with connections.owner() as c:
            c.execute(text("delete from products where id = :id"), {"id": products[0][0]})
    gone = {(0, 0)} if withdrawn else set()
    for chosen in ([0], [0, 1]):
        scope = Scope.of_brands([brands[number] for number in chosen])
        days: dict[str, Parameter] = {"since": since, "until": until}
        ended = [job for job in raw if job.brand in chosen and since <= job.ended < until]
        spent = naive_spending(ended)

        total = queries.read("billing/credits_spent", scope, **days).frame.iloc[0]
        assert tuple(total[["credit_count", "completed_count", "failed_count"]]) == spent[:3]
        assert total["engine_cost_usd"] == spent.cost
        completed, failed = (
            [job for job in ended if job.status == status] for status in ("completed", "failed")
        )
        assert total["unpriced_count"] == sum(job.cost is None for job in completed)
        assert total["failed_cost_usd"] == naive_spending(failed).cost

        by_day = queries.read("billing/credits_by_day", scope, **days).frame
        assert len(by_day) == (until - since).days
        for day in by_day.to_dict("records"):
            of_day = naive_spending([job for job in ended if job.ended == day["day"].date()])
            assert (day["credit_count"], day["completed_count"]) == of_day[:2]

        rows = queries.read("billing/credits_by_product", scope, row_count=9, **days).frame
        found = {
            None if pd.isna(row["product_id"]) else row["product_id"]: Spending(
                row["credit_count"],
                row["completed_count"],
                row["failed_count"],
                row["engine_cost_usd"],
            )
            for row in rows.to_dict("records")
        }
        by_product: dict[str | None, list[Spent]] = defaultdict(list)
        for job in ended:
            none = job.product is None or (job.brand, job.product) in gone
            by_product[None if none else products[job.brand][job.product or 0]].append(job)
        naive = {of: naive_spending(these) for of, these in by_product.items()}
        assert found == {of: spent for of, spent in naive.items() if spent.completed + spent.failed}
        assert list(rows["credit_count"]) == sorted(rows["credit_count"], reverse=True)


def period_of(day: date, step: str) -> date:
    """The first day of the day's period."""
    if step == "week":
        return day - timedelta(days=day.weekday())
    return day.replace(day=1) if step == "month" else day


def later(start: date, step: str, number: int) -> date:
    """The first day of the period that many after the one that starts then."""
    if step == "month":
        return (pd.Timestamp(start) + pd.DateOffset(months=number)).date()
    return start + timedelta(days=number * (7 if step == "week" else 1))


def naive_cohorts(
    raw: list[Job], step: str, mode: str, edges: list[int], until: date, as_of: date
) -> list[tuple[date, int, int, str, int | None]]:
    """Cohort, first period, size, state and who came back (None in the future), of each cell."""
    active: dict[tuple[int, int], set[date]] = defaultdict(set)
    for job in raw:
        active[job.brand, job.person].add(period_of(job.created.date(), step))
    cohorts: dict[date, list[set[date]]] = defaultdict(list)
    for days in active.values():
        cohorts[min(days)].append(days)
    shown = {"day": 30, "week": 25, "month": 17}[step]
    cells = []
    for start, members in sorted(cohorts.items()):
        first_start = later(period_of(until - timedelta(days=1), step), step, -shown)
        if not first_start <= start < min(until, as_of):
            continue
        spans = {
            "on": [(edge, edge + 1, edge + 1) for edge in edges],
            "after": [(edge, 1000, edge + 1) for edge in edges],
            "bracket": [(a, b, b) for a, b in pairwise(edges)],
        }[mode]
        for first, end, over in spans:
            begins, ends = later(start, step, first), later(start, step, end)
            back = sum(any(begins <= day < ends for day in days) for days in members)
            complete = later(start, step, over) <= as_of
            state = "complete" if complete else "running" if begins <= as_of else "future"
            cells.append((start, first, len(members), state, None if state == "future" else back))
    return cells


def naive_conversion(
    raw: list[Job], touched: list[Act], bought: list[Act], since: date, until: date, as_of: date
) -> tuple[tuple[int, int, int], dict[tuple[int, int], date]]:
    """Shoppers, converted, left out; who converted, by brand and person, and since when."""
    firsts: dict[tuple[int, int], datetime] = {}
    for job in raw:
        ended = job.created + timedelta(seconds=job.seconds)
        if job.status == "completed" and since <= ended.date() < until:
            key = (job.brand, job.person)
            firsts[key] = min(firsts.get(key, ended), ended)
    week, month = timedelta(days=7), timedelta(days=30)
    eligible = {key: first for key, first in firsts.items() if (first + week).date() < as_of}
    converted = {}
    for key, first in eligible.items():
        times = [t.when for t in touched if (t.brand, t.person) == key]
        if any(
            first <= p.when < first + week
            and any(p.when - month < touch <= p.when for touch in times)
            for p in bought
            if (p.brand, p.person) == key
        ):
            converted[key] = first.date()
    return (len(eligible), len(converted), len(firsts) - len(eligible)), converted


def naive_funnel(
    raw: list[Job], saved: list[Act], bought: list[Act], since: date, until: date, as_of: date
) -> tuple[list[int], dict[tuple[int, int], tuple[date, int]]]:
    """Launched, completed, saved, purchased, left out; when each launched, and how far they came.

    By brand and person.
    """
    week = timedelta(days=7)
    counts = [0] * 5
    came: dict[tuple[int, int], tuple[date, int]] = {}
    for who in {(job.brand, job.person) for job in raw}:
        own = [job for job in raw if (job.brand, job.person) == who]
        starts = [job.created for job in own if since <= job.created.date() < until]
        if not starts:
            continue
        start = at = min(starts)
        if (start + week).date() >= as_of:
            counts[4] += 1
            continue
        counts[0] += 1
        came[who] = start.date(), 0
        completed = [
            job.created + timedelta(seconds=job.seconds) for job in own if job.status == "completed"
        ]
        looks, orders = (
            [act.when for act in done if (act.brand, act.person) == who] for done in (saved, bought)
        )
        for step, times in enumerate((completed, looks, orders), start=1):
            reached = [time for time in times if at <= time < start + week]
            if not reached:
                break
            at = min(reached)
            counts[step] += 1
            came[who] = start.date(), step
    return counts, came


@few
@given(raw=jobs, saved=acts, bought=acts, window=windows, late=st.integers(0, 20))
def test_the_funnel_is_that_of_the_raw_rows(
    raw: list[Job], saved: list[Act], bought: list[Act], window: tuple[date, date], late: int
) -> None:
    since, until = window
    as_of = until + timedelta(days=late)
    with connections.owner() as c:
        brands = [facts.brand(c, name) for name in ("Aurora", "Borealis")]
        users = [facts.shopper(c) for _ in range(4)]
        launched = [
            (
                job,
                facts.job(
                    c,
                    brands[job.brand],
                    users[job.person],
                    job.created,
                    status=job.status,
                    seconds=job.seconds,
                    origin=job.origin,
                ),
            )
            for job in raw
        ]
        looks = []
        for act in saved:
            of = [
                key
                for job, key in launched
                if (job.brand, job.person, job.origin) == (act.brand, act.person, "shopper")
            ]
            if of:
                facts.look(c, users[act.person], of[0], act.when)
                looks.append(act)
        for act in bought:
            facts.purchase(c, brands[act.brand], users[act.person], act.when)
    for chosen in ([0], [0, 1]):
        scope = Scope.of_brands([brands[number] for number in chosen])
        seen = [job for job in raw if job.brand in chosen and job.origin == "shopper"]
        days: dict[str, Parameter] = {"since": since, "until": until, "as_of": as_of}
        whole = queries.read("shoppers/funnel", scope, **days).frame.iloc[0]
        counts, came = naive_funnel(seen, looks, bought, since, until, as_of)
        assert whole[:5].tolist() == counts
        for number, step in enumerate(STEPS):
            listed = queries.read("shoppers/reached", scope, **days, reached=step, row_count=9)
            found = listed.frame[["shopper_id", "launched_on", "furthest"]]
            assert sorted(
                (str(shopper), day.date(), furthest)
                for shopper, day, furthest in found.itertuples(index=False)
            ) == sorted(
                (str(users[person]), day, STEPS[furthest])
                for (_, person), (day, furthest) in came.items()
                if furthest >= number
            )
            assert found["launched_on"].is_monotonic_decreasing
        weeks = queries.read("shoppers/funnel_by_week", scope, **days).frame
        day_afters = [*weeks["week"].dt.date[1:], until]
        for (_, week), end in zip(weeks.iterrows(), day_afters, strict=True):
            naive, _ = naive_funnel(seen, looks, bought, week["week"].date(), end, as_of)
            assert week[1:6].tolist() == naive


@few
@given(raw=jobs, touched=acts, bought=acts, window=windows, late=st.integers(0, 20))
def test_shoppers_are_counted_from_the_raw_rows(
    raw: list[Job], touched: list[Act], bought: list[Act], window: tuple[date, date], late: int
) -> None:
    since, until = window
    as_of = until + timedelta(days=late)
    with connections.owner() as c:
        brands = [facts.brand(c, name) for name in ("Aurora", "Borealis")]
        users = [facts.shopper(c) for _ in range(4)]
        for job in raw:
            facts.job(
                c,
                brands[job.brand],
                users[job.person],
                job.created,
                status=job.status,
                seconds=job.seconds,
                origin=job.origin,
                category=job.category,
                device=job.device,
            )
        for act in touched:
            facts.touch(c, brands[act.brand], users[act.person], act.when)
        for act in bought:
            facts.purchase(c, brands[act.brand], users[act.person], act.when)

    for chosen in ([0], [0, 1]):
        scope = Scope.of_brands([brands[number] for number in chosen])
        seen = [job for job in raw if job.brand in chosen and job.origin == "shopper"]

        every: dict[str, Parameter] = {
            "since": since,
            "until": until,
            "origin": "shopper",
            "category": "all",
            "device": "all",
        }
        days = queries.read("tryons/volume_by_day", scope, **every).frame
        naive = [naive_volume(seen, day.date()) for day in days["day"]]
        counted = days.drop(columns="day")
        assert counted.to_numpy().tolist() == naive
        total = queries.read("tryons/volume_total", scope, **every).frame.iloc[0]
        assert list(total[counted.columns]) == list(counted.sum())

        for part in ("category", "device"):
            found = queries.read(f"tryons/volume_by_{part}", scope, **every).frame
            for _, row in found.iterrows():
                kind = None if pd.isna(row[part]) else row[part]
                of_kind = [job for job in seen if getattr(job, part) == kind]
                naive = [naive_volume(of_kind, day.date()) for day in days["day"]]
                assert list(row[counted.columns]) == [sum(c) for c in zip(*naive, strict=True)]
            assert list(found[counted.columns].sum()) == list(counted.sum())

        some: dict[str, Parameter] = {"since": since, "until": until}
        active = queries.read("tryons/active_shoppers", scope, **some).frame.iloc[0]
        for ends, before in ((until, ""), (since, "_before")):
            levels = [naive_active(seen, ends, length)[0] for length in (1, 7, 30)]
            assert [active[f"{n}{before}_count"] for n in ("dau", "wau", "mau")] == levels
            shoppers, met = naive_active(seen, ends, 30)
            sticky = active[f"stickiness{before}_pct"]
            assert pd.isna(sticky) if not shoppers else sticky == pytest.approx(met / 30 / shoppers)
        each = queries.read("tryons/active_shoppers_by_day", scope, **some).frame
        naive_days = [
            naive_active(seen, day.date() + timedelta(days=1), 1)[0] for day in each["day"]
        ]
        assert list(each["dau_count"]) == naive_days

        now: dict[str, Parameter] = {"as_of": as_of, "split": "none", "part": "all"}
        for n in (1, 7):
            due: dict[str, Parameter] = {**now, "since": since, "until": until, "day_number": n}
            card = queries.read("shoppers/retention_card", scope, **due).frame.iloc[0]
            expected = naive_retention(seen, n, since, until)
            assert (card["cohort_count"], card["returned_count"]) == expected
            weeks = queries.read("shoppers/retention_by_week", scope, **due).frame
            sums = weeks[["cohort_count", "returned_count"]].sum()
            assert tuple(sums) == expected
            for split in ("category", "device", "channel"):
                parts = queries.read(
                    "shoppers/retention_by_part",
                    scope,
                    since=since,
                    until=until,
                    as_of=as_of,
                    split=split,
                ).frame
                returned = (parts[f"d{n}_count"] * parts[f"d{n}_pct"].fillna(0)).sum()
                assert (parts[f"d{n}_count"].sum(), round(returned)) == expected
            by_brand = queries.read(
                "shoppers/retention_by_brand", scope, since=since, until=until, as_of=as_of
            ).frame
            shares = {row["brand_id"]: row for _, row in by_brand.iterrows()}
            for number in chosen:
                of_brand = [job for job in seen if job.brand == number]
                size, back = naive_retention(of_brand, n, since, min(until, as_of))
                share = shares.get(brands[number], {f"d{n}_count": 0})
                assert share[f"d{n}_count"] == size
                assert size == 0 or share[f"d{n}_pct"] == pytest.approx(back / size)

        cells = queries.read(
            "shoppers/retention_by_month", scope, since=START, until=as_of, **now
        ).frame
        for _, cell in cells[~cells["state"].isin(["mean", "future"])].iterrows():
            first, n = cell["cohort_month"].date(), int(cell["day_number"])
            following = (pd.Timestamp(first) + pd.DateOffset(months=1)).date()
            shift = timedelta(days=n)
            ended = naive_retention(seen, n, first + shift, min(following + shift, as_of))
            assert (cell["ended_count"], cell["returned_count"]) == ended
            size, _ = naive_retention(seen, 0, first, min(following, as_of))
            assert cell["cohort_count"] == size
            assert (cell["state"] == "complete") == (following + shift <= as_of)

        for step in ("day", "week", "month"):
            for mode, numbers in (("on", "0,1,2,5"), ("after", "0,1,2,5"), ("bracket", "0,1,3,9")):
                found = queries.read(
                    "shoppers/retention",
                    scope,
                    step=step,
                    mode=mode,
                    numbers=numbers,
                    until=until,
                    **now,
                ).frame
                told = [
                    (
                        row["cohort"].date(),
                        row["first_period"],
                        row["cohort_count"],
                        row["state"],
                        None if pd.isna(row["returned_count"]) else row["returned_count"],
                    )
                    for _, row in found[found["state"] != "mean"].iterrows()
                ]
                edges = [int(number) for number in numbers.split(",")]
                expected_cells = naive_cohorts(seen, step, mode, edges, until, as_of)
                assert told == expected_cells
                for _, mean in found[found["state"] == "mean"].iterrows():
                    pooled = [
                        (size, back)
                        for _, number, size, state, back in expected_cells
                        if number == mean["first_period"] and state == "complete"
                    ]
                    assert mean["cohort_count"] == sum(size for size, _ in pooled)
                    assert mean["returned_count"] == sum(back or 0 for _, back in pooled)

        window_and_now: dict[str, Parameter] = {"since": since, "until": until, "as_of": as_of}
        led, ordered = ([act for act in done if act.brand in chosen] for done in (touched, bought))
        figures = queries.read("shoppers/conversion", scope, **window_and_now).frame.iloc[0]
        counts, converted = naive_conversion(seen, led, ordered, since, until, as_of)
        assert tuple(figures[:3]) == counts
        behind = queries.read("shoppers/converted", scope, **window_and_now, row_count=9).frame
        assert sorted(
            (str(shopper), day.date())
            for shopper, day in behind[["shopper_id", "completed_on"]].itertuples(index=False)
        ) == sorted((str(users[person]), day) for (_, person), day in converted.items())
        weeks = queries.read("shoppers/conversion_by_week", scope, **window_and_now).frame
        day_afters = [*weeks["week"].dt.date[1:], until]
        for (_, week), end in zip(weeks.iterrows(), day_afters, strict=True):
            first = week["week"].date()
            counts, _ = naive_conversion(seen, led, ordered, first, end, as_of)
            assert tuple(week[1:4]) == counts


# Attribution


class Touch(NamedTuple):
    """A touch of one of a few people by one of two brands."""

    brand: int
    person: int
    when: datetime
    source: str


SOURCES = ("tryon", "recommendation", "share")
touches = st.lists(st.builds(Touch, which, people, hours, st.sampled_from(SOURCES)), max_size=12)
orders = st.lists(
    st.tuples(
        st.builds(Act, which, people, hours.map(lambda hour: hour + timedelta(days=25))),
        st.integers(0, 9999),
        st.booleans(),
    ),
    min_size=1,
    max_size=6,
)


@few
@given(touched=touches, bought=orders, window=windows)
def test_every_model_shares_the_same_revenue_out(
    touched: list[Touch], bought: list[tuple[Act, int, bool]], window: tuple[date, date]
) -> None:
    since, until = (day + timedelta(days=25) for day in window)
    with connections.owner() as c:
        brands = [facts.brand(c, name) for name in ("Aurora", "Borealis")]
        users = [facts.shopper(c) for _ in range(4)]
        for number, touch in enumerate(touched):
            facts.insert(
                c,
                "touches",
                brand_id=brands[touch.brand],
                user_id=users[touch.person],
                source=touch.source,
                # No two at the same moment, of which either might be the first.
                touched_at=touch.when + timedelta(seconds=number),
            )
        for act, cents, half_returned in bought:
            amount = Decimal(cents) / 100
            key = facts.purchase(c, brands[act.brand], users[act.person], act.when, str(amount))
            if half_returned and cents > 1:
                facts.refund(c, brands[act.brand], key, str(Decimal(cents // 2) / 100), act.when)

    for chosen in ([0], [0, 1]):
        scope = Scope.of_brands([brands[number] for number in chosen])
        for model in ("first", "last", "linear"):
            exact = dict.fromkeys(SOURCES, Fraction(0))
            attributed = unattributed = Decimal(0)
            for act, cents, half_returned in bought:
                if act.brand not in chosen or not since <= act.when.date() < until:
                    continue
                net = Decimal(cents - (cents // 2 if half_returned else 0)) / 100
                before = sorted(
                    (touch.when + timedelta(seconds=number), touch.source)
                    for number, touch in enumerate(touched)
                    if (touch.brand, touch.person) == (act.brand, act.person)
                )
                month = timedelta(days=30)
                due = [source for when, source in before if act.when - month < when <= act.when]
                if not due:
                    unattributed += net
                    continue
                attributed += net
                credited = {"first": due[:1], "last": due[-1:], "linear": due}[model]
                for source in credited:
                    exact[source] += Fraction(net) / len(credited)
            total = queries.read(
                "revenue/attribution", scope, model=model, since=since, until=until
            ).frame.iloc[0]
            shown = [total[f"{source}_usd"] for source in SOURCES]
            assert sum(shown) == total["attributed_usd"] == attributed
            assert total["unattributed_usd"] == unattributed
            # Each purchase is rounded to the cent for itself.
            for source, amount in zip(SOURCES, shown, strict=True):
                assert abs(Fraction(amount) - exact[source]) <= Fraction(len(bought), 100)
                if model != "linear":
                    assert Fraction(amount) == exact[source]
            for step in ("day", "week"):
                course = queries.read(
                    "revenue/attribution_over_time",
                    scope,
                    model=model,
                    step=step,
                    since=since,
                    until=until,
                ).frame
                assert [course[f"{source}_usd"].sum() for source in SOURCES] == shown
                assert course["unattributed_usd"].sum() == unattributed
