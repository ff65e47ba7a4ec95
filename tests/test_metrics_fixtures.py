"""Figures computed by hand, one definition after the other, with another brand always beside."""

from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pandas as pd
import pytest
import streamlit as st
from sqlalchemy import text

import metrics
import queries
from billing import benchmarks
from components import filters, leaderboard
from database import connections
from database.demo import story
from database.tenancy import Scope
from queries import Parameter
from tests import facts
from tests.facts import at

pytestmark = pytest.mark.usefixtures("noise")

MARCH: dict[str, Parameter] = {"since": date(2026, 3, 1), "until": date(2026, 4, 1)}
STRICT: dict[str, Parameter] = {"policy": "strict", **MARCH}
STRIPE: dict[str, Parameter] = {"policy": "stripe", **MARCH}
# Cohorts, all of them, long after they are over.
UNSPLIT: dict[str, Parameter] = {"split": "none", "part": "all"}
CARD: dict[str, Parameter] = {"as_of": date(2026, 7, 1), **UNSPLIT, **MARCH}
SHOPPERS: dict[str, Parameter] = {
    "origin": "shopper",
    "category": "all",
    "device": "all",
    **MARCH,
}
OF_SHOPPERS: dict[str, Parameter] = {"origin": "shopper", **MARCH}


@pytest.fixture
def noise(database: object) -> str:  # noqa: ARG001 (needs a database)
    """Another brand, busy in every respect; a missing tenant filter shows its figures."""
    # The cache outlives the database of a test.
    st.cache_resource.clear()
    with connections.owner() as c:
        brand = facts.brand(c, "Noise", gross_margin="0.1")
        facts.subscription(c, brand, "777.77", at("2025-01-01"))
        rising = facts.subscription(c, brand, "333.33", at("2026-03-04"))
        facts.change(c, rising, at("2026-03-20"), status="past_due")
        for day in range(1, 29):
            user = facts.shopper(c)
            when = at(f"2026-03-{day:02} 10:00")
            done = facts.job(c, brand, user, when, confidence="0.111")
            facts.job(c, brand, user, when + timedelta(days=1), status="failed")
            facts.review(c, brand, done, approved=False)
            facts.look(c, user, done, when + timedelta(hours=1))
            facts.purchase(c, brand, user, when + timedelta(days=1), "55.55")
            facts.touch(c, brand, user, when)
            facts.spend(c, brand, when, "99")
            facts.answer(c, brand, user, when, 0)
    return brand


@pytest.fixture
def brand(noise: str) -> str:  # noqa: ARG001 (never alone)
    """The brand that is measured, with nothing yet."""
    with connections.owner() as c:
        return facts.brand(c, "Aurora", gross_margin="0.5")


def ask(name: str, /, *brands: str, **params: Parameter) -> pd.DataFrame:
    """What a query answers for these brands."""
    return queries.read(name, Scope.of_brands(brands), **params).frame


def one(name: str, /, *brands: str, **params: Parameter) -> pd.Series:
    """The one row of an answer."""
    frame = ask(name, *brands, **params)
    assert len(frame) == 1
    return frame.iloc[0]


# Revenue


def test_mrr_normalises_to_a_month_and_rounds_each_subscription(brand: str) -> None:
    def mrr(period: str, amount: str, **others: Any) -> Decimal:
        with connections.owner() as c:
            c.execute(text("delete from subscription_history where brand_id = :b"), {"b": brand})
            facts.subscription(c, brand, amount, at("2026-01-01"), period=period, **others)
        st.cache_resource.clear()
        return Decimal(one("revenue/mrr_total", brand, **STRICT)["mrr_usd"])

    assert mrr("year", "1200") == Decimal("100.00")
    assert mrr("quarter", "100") == Decimal("33.33")
    assert mrr("day", "1") == Decimal("30.42")
    assert mrr("month", "10", quantity=3) == Decimal("30.00")
    assert mrr("month", "90", period_count=3) == Decimal("30.00")
    assert mrr("month", "10.01", forever_percent_off=50) == Decimal("5.01")  # half up
    assert mrr("month", "10", forever_amount_off=Decimal(4)) == Decimal("6.00")
    assert mrr("month", "10", currency="EUR", usd_rate=Decimal("1.1")) == Decimal("11.00")


def test_three_plans_of_ten_dollars_a_week_are_129_99(brand: str) -> None:
    with connections.owner() as c:
        for _ in range(3):
            facts.subscription(c, brand, "10", at("2026-01-01"), period="week")
    total = one("revenue/mrr_total", brand, **STRICT)
    assert total["mrr_usd"] == Decimal("129.99")
    assert total["arr_usd"] == Decimal("1559.88")


def test_policies_differ_by_what_is_past_due(brand: str) -> None:
    with connections.owner() as c:
        facts.subscription(c, brand, "100", at("2026-01-01"))
        facts.subscription(c, brand, "40", at("2026-03-01"), status="past_due")
        for status in ("trialing", "incomplete", "paused", "unpaid", "canceled"):
            facts.subscription(c, brand, "1000", at("2026-01-01"), status=status)
        other = facts.brand(c, "Late payer")
        facts.subscription(c, other, "7", at("2026-01-01"), status="past_due")
        # Not in force before the window ends.
        facts.subscription(c, brand, "5000", at("2026-04-01"))
    strict = one("revenue/mrr_total", brand, other, **STRICT)
    assert strict["mrr_usd"] == strict["strict_usd"] == 100
    assert (strict["stripe_usd"], strict["at_risk_usd"]) == (147, 47)
    assert (strict["paying_count"], strict["arpa_usd"]) == (1, 100)
    stripe = one("revenue/mrr_total", brand, other, **STRIPE)
    assert (stripe["mrr_usd"], stripe["mrr_before_usd"]) == (147, 107)
    assert (stripe["paying_count"], stripe["arpa_usd"]) == (2, Decimal("73.50"))


def test_arpa_without_a_paying_brand_is_not_available(brand: str) -> None:
    total = one("revenue/mrr_total", brand, **STRICT)
    assert total["mrr_usd"] == 0
    assert total["arpa_usd"] is None


def test_mrr_by_day_is_that_of_the_days_end(brand: str) -> None:
    with connections.owner() as c:
        paid = facts.subscription(c, brand, "100", at("2026-02-10"))
        facts.change(c, paid, at("2026-03-02 23:59"), unit_amount=Decimal(60))
        facts.change(c, paid, at("2026-03-04 00:00"), status="canceled")
    frame = ask("revenue/mrr_by_day", brand, **STRICT)
    assert list(frame["mrr_usd"][:5]) == [100, 60, 60, 0, 0]
    assert (frame["day"].iloc[0], len(frame)) == (pd.Timestamp("2026-03-01"), 31)


def test_the_identity_holds_and_a_corrupted_movement_breaks_it(brand: str) -> None:
    with connections.owner() as c:
        back = facts.subscription(c, brand, "50", at("2026-01-10"))
        facts.change(c, back, at("2026-02-10"), status="canceled", cancel_reason="voluntary")
        facts.change(c, back, at("2026-03-05"), status="active", cancel_reason=None)
        facts.change(c, back, at("2026-03-10"), unit_amount=Decimal(80))
        facts.change(c, back, at("2026-03-15"), unit_amount=Decimal(70))
        facts.change(c, back, at("2026-03-20"), status="past_due")
        fresh = facts.brand(c, "Fresh")
        facts.subscription(c, fresh, "20", at("2026-03-31 23:59"))
        facts.subscription(c, fresh, "1000", at("2026-04-01"))  # after the window
    both = one("revenue/mrr_movements_check", brand, fresh, **STRICT)
    assert dict(both) == {
        "start_usd": 0,
        "new_usd": 20,
        "expansion_usd": 30,
        "reactivation_usd": 50,
        "contraction_usd": 10,
        "churn_usd": 70,
        "end_usd": 20,
        "difference_usd": 0,
        "broken_count": 0,
    }
    # Under the other policy a failed payment is no churn.
    assert one("revenue/mrr_movements_check", brand, fresh, **STRIPE)["churn_usd"] == 0

    # Two wrong brands that cancel each other out are two wrong brands.
    with connections.owner() as c:
        for brand_id, off_by in ((brand, -1), (fresh, 1)):
            c.execute(
                text(
                    "update mrr_movements set amount = amount + :off_by where brand_id = :brand"
                    " and policy = 'strict' and kind in ('new', 'reactivation')"
                    " and day >= '2026-03-01'"
                ),
                {"brand": brand_id, "off_by": off_by},
            )
    st.cache_resource.clear()
    broken = one("revenue/mrr_movements_check", brand, fresh, **STRICT)
    assert (broken["difference_usd"], broken["broken_count"]) == (2, 2)


def test_retention_of_revenue_is_80_and_90_per_cent(noise: str) -> None:  # noqa: ARG001
    brands = []
    with connections.owner() as c:
        for number, (before, after) in enumerate(((60, 60), (20, 10), (10, 0), (10, 20))):
            brands.append(facts.brand(c, f"Brand {number}"))
            paid = facts.subscription(c, brands[-1], str(before), at("2026-01-01"))
            if after == 0:
                facts.change(c, paid, at("2026-03-09"), status="canceled")
            elif after != before:
                facts.change(c, paid, at("2026-03-09"), unit_amount=Decimal(after))
        brands.append(facts.brand(c, "Came and shrank"))
        paid = facts.subscription(c, brands[-1], "500", at("2026-03-03"))
        facts.change(c, paid, at("2026-03-09"), unit_amount=Decimal(300))
    total = one("revenue/movements_total", *brands, **STRICT)
    assert (total["start_usd"], total["kept_usd"], total["end_usd"]) == (100, 80, 90)
    assert (total["grr_pct"], total["nrr_pct"]) == (0.8, 0.9)
    assert (total["gone_count"], total["paying_count"], total["logo_churn_pct"]) == (1, 4, 0.25)
    # Neither does it count for one who looks at nobody else.
    alone = one("revenue/movements_total", brands[-1], **STRICT)
    assert alone[["grr_pct", "nrr_pct", "logo_churn_pct"]].isna().all()


def test_the_quick_ratio_is_3_5(brand: str) -> None:
    with connections.owner() as c:
        facts.subscription(c, brand, "20", at("2026-03-02"))  # new
        grown, shrunk, lost = (facts.brand(c, name) for name in ("Grown", "Shrunk", "Lost"))
        paid = facts.subscription(c, grown, "10", at("2026-01-01"))
        facts.change(c, paid, at("2026-03-02"), unit_amount=Decimal(18))
        paid = facts.subscription(c, shrunk, "10", at("2026-01-01"))
        facts.change(c, paid, at("2026-03-02"), unit_amount=Decimal(5))
        paid = facts.subscription(c, lost, "3", at("2026-01-01"))
        facts.change(c, paid, at("2026-03-02"), status="canceled")
    sums = one("revenue/mrr_movements_check", brand, grown, shrunk, lost, **STRICT)
    gains = sums["new_usd"] + sums["expansion_usd"] + sums["reactivation_usd"]
    assert gains / (sums["contraction_usd"] + sums["churn_usd"]) == Decimal("3.5")
    total = one("revenue/movements_total", brand, grown, shrunk, lost, **STRICT)
    assert (total["gained_usd"], total["lost_usd"], total["quick_ratio"]) == (28, 8, 3.5)
    gained_only = one("revenue/movements_total", brand, grown, **STRICT)
    assert gained_only["gained_usd"] == 28
    assert pd.isna(gained_only["quick_ratio"])


def test_churn_is_scheduled_until_the_period_ends(brand: str) -> None:
    with connections.owner() as c:
        paid = facts.subscription(c, brand, "40", at("2026-01-01"))
        facts.subscription(c, brand, "60", at("2026-01-01"))
        facts.change(c, paid, at("2026-03-10"), cancel_at_period_end=True)
        facts.change(c, paid, at("2026-04-10"), status="canceled", cancel_at_period_end=False)
        late = facts.brand(c, "Late payer")
        facts.subscription(
            c, late, "7", at("2026-01-01"), status="past_due", cancel_at_period_end=True
        )
    march = one("revenue/movements_total", brand, late, **STRICT)
    assert (march["scheduled_usd"], march["scheduled_count"], march["lost_usd"]) == (40, 1, 0)
    assert one("revenue/movements_total", brand, late, **STRIPE)["scheduled_usd"] == 47
    for since, until, scheduled, lost in (
        (date(2026, 2, 1), date(2026, 3, 10), 0, 0),
        (date(2026, 4, 1), date(2026, 5, 1), 0, 40),
    ):
        total = one("revenue/movements_total", brand, policy="strict", since=since, until=until)
        assert (total["scheduled_usd"], total["lost_usd"]) == (scheduled, lost)


def test_what_is_scheduled_to_go_says_since_when(brand: str) -> None:
    def listed(until: date, policy: str = "strict") -> list[tuple[Any, ...]]:
        found = ask(
            "revenue/endangered", brand, other, danger="scheduled", policy=policy, until=until
        )
        return list(zip(found["brand"], found["mrr_usd"], found["since_at"], strict=True))

    with connections.owner() as c:
        other = facts.brand(c, "Late payer")
        paid = facts.subscription(c, brand, "40", at("2026-01-01"))
        facts.subscription(c, brand, "60", at("2026-01-01"))
        # Canceled, kept after all, canceled again, and of another price after that.
        facts.change(c, paid, at("2026-03-02"), cancel_at_period_end=True)
        facts.change(c, paid, at("2026-03-04"), cancel_at_period_end=False)
        facts.change(c, paid, at("2026-03-10"), cancel_at_period_end=True)
        facts.change(c, paid, at("2026-03-12"), unit_amount=Decimal(50))
        facts.change(c, paid, at("2026-04-10"), status="canceled", cancel_at_period_end=False)
        facts.subscription(
            c, other, "7", at("2026-01-01"), status="past_due", cancel_at_period_end=True
        )
    first = ("Aurora", 40, at("2026-03-02"))
    late = ("Late payer", 7, at("2026-01-01"))
    assert listed(date(2026, 3, 3)) == [first]
    assert listed(date(2026, 3, 5)) == []
    assert listed(date(2026, 4, 1)) == [("Aurora", 50, at("2026-03-10"))]
    assert listed(date(2026, 3, 3), "stripe") == [first, late]
    assert listed(date(2026, 5, 1), "stripe") == [late]


def test_movements_tell_their_kind_their_brand_and_their_reason(brand: str) -> None:
    with connections.owner() as c:
        paid = facts.subscription(c, brand, "50", at("2026-02-28 23:59"))
        facts.change(c, paid, at("2026-03-01"), unit_amount=Decimal(80))
        facts.change(c, paid, at("2026-03-15"), unit_amount=Decimal(70))
        facts.change(c, paid, at("2026-03-20"), status="past_due")
        facts.change(c, paid, at("2026-03-31 23:59"), status="active")
        facts.change(c, paid, at("2026-04-01"), status="canceled", cancel_reason="voluntary")
        fresh = facts.brand(c, "Fresh")
        facts.subscription(c, fresh, "20", at("2026-03-20"))
    march = ask("revenue/movements", brand, fresh, kind="all", **STRICT)
    assert [tuple(row) for row in march.drop(columns=["brand_id", "reason"]).to_numpy()] == [
        ("reactivation", "Aurora", pd.Timestamp("2026-03-31"), 70, 0, 70),
        ("churn", "Aurora", pd.Timestamp("2026-03-20"), 70, 70, 0),
        ("new", "Fresh", pd.Timestamp("2026-03-20"), 20, 0, 20),
        ("contraction", "Aurora", pd.Timestamp("2026-03-15"), 10, 80, 70),
        ("expansion", "Aurora", pd.Timestamp("2026-03-01"), 30, 50, 80),
    ]
    assert set(zip(march["brand"], march["brand_id"], strict=True)) == {
        ("Aurora", brand),
        ("Fresh", fresh),
    }
    assert list(march["reason"].fillna("")) == ["", "delinquent", "", "", ""]
    # Under the other policy a failed payment is no churn.
    stripe = ask("revenue/movements", brand, fresh, kind="all", **STRIPE)
    assert list(stripe["kind"]) == ["new", "contraction", "expansion"]
    assert list(ask("revenue/movements", brand, fresh, kind="churn", **STRICT)["day"].dt.day) == [
        20
    ]

    months = ask(
        "revenue/movements_by_month",
        brand,
        fresh,
        policy="strict",
        since=date(2026, 2, 15),
        until=date(2026, 4, 1),
    )
    assert list(months["month"].dt.month) == [2, 3]
    assert list(months.iloc[0, 1:]) == [50, 0, 0, 0, 0]
    assert list(months.iloc[1, 1:]) == [20, 30, 70, 10, 70]


def test_the_leaderboard_ranks_by_mrr_then_name(brand: str) -> None:
    with connections.owner() as c:
        user = facts.shopper(c)
        zephyr, birch, lost, never = (
            facts.brand(c, name) for name in ("Zephyr", "Birch", "Lost", "Never paid")
        )
        paid = facts.subscription(c, brand, "10", at("2025-12-15"))
        facts.change(c, paid, at("2026-03-05"), unit_amount=Decimal(40))
        facts.subscription(c, zephyr, "30", at("2026-03-31 23:00"))
        facts.subscription(c, birch, "30", at("2024-05-01"))
        paid = facts.subscription(c, lost, "25", at("2026-02-01"))
        facts.change(c, paid, at("2026-03-08"), status="canceled")
        first = facts.job(c, brand, user, at("2026-03-01"), confidence="0.8")
        last = facts.job(c, brand, user, at("2026-03-31 23:59"), confidence="0.9")
        facts.job(c, brand, user, at("2026-03-02"), status="failed")
        facts.job(c, brand, user, at("2026-02-28 23:59"), confidence="0.1")
        facts.job(c, brand, user, at("2026-04-01"), confidence="0.1")
        studio = facts.job(c, brand, user, at("2026-03-02"), confidence="0.1", origin="studio")
        facts.review(c, brand, first, approved=True)
        facts.review(c, brand, studio, approved=False)
        facts.review(c, brand, last, approved=False, drawn="newest")
        # After the window: neither MRR nor place.
        facts.subscription(c, birch, "1000", at("2026-04-01"))
    frame = ask("revenue/mrr", brand, zephyr, birch, lost, never, **STRICT)
    assert list(frame["name"]) == ["Aurora", "Birch", "Zephyr", "Lost"]
    assert list(frame["rank"].fillna(0)) == [1, 2, 3, 0]
    assert list(frame["rank_before"].fillna(0)) == [3, 1, 0, 2]
    assert list(frame["mrr_usd"]) == [40, 30, 30, 0]
    assert list(frame["mrr_before_usd"]) == [10, 30, 0, 25]
    assert list(frame["share_pct"]) == [0.4, 0.3, 0.3, 0.0]
    drawn = [
        leaderboard.by_month(*one)
        for one in zip(frame["sparkline_levels"], frame["sparkline_months"], strict=True)
    ]
    assert drawn[0] == [0] * 8 + [10, 10, 10, 40]
    assert drawn[1] == [30] * 12
    # Who had no completed job has no row.
    (tried,) = ask("tryons/quality_by_brand", brand, zephyr, lost, **MARCH).to_dict("records")
    assert tried["name"] == "Aurora"
    # The job launched in the last minute of the window ended four seconds later: still in it.
    assert tried["completed_count"] == 2
    assert tried["model_confidence_pct"] == pytest.approx(0.85)
    assert (tried["approved_count"], tried["verdict_count"]) == (1, 1)
    assert tried["human_accuracy_pct"] == 1


def test_a_window_that_ends_within_a_month_cuts_the_last_point(brand: str) -> None:
    with connections.owner() as c:
        paid = facts.subscription(c, brand, "10", at("2026-02-28"))
        facts.change(c, paid, at("2026-03-10"), unit_amount=Decimal(20))
        facts.change(c, paid, at("2026-03-12"), unit_amount=Decimal(25))
        facts.change(c, paid, at("2026-03-20"), unit_amount=Decimal(30))
    window: dict[str, Parameter] = {
        "policy": "strict",
        "since": date(2026, 2, 15),
        "until": date(2026, 3, 15),
    }
    row = one("revenue/mrr", brand, **window)
    drawn = leaderboard.by_month(row["sparkline_levels"], row["sparkline_months"])
    assert drawn == [0] * 10 + [10, 25]


def test_a_plan_shows_its_scheduled_churn(brand: str) -> None:
    with connections.owner() as c:
        facts.insert(c, "plans", name="Growth", unit_amount=Decimal(90))
        plan = c.scalar(text("select id from plans"))
        ends = at("2026-05-01")
        facts.subscription(c, brand, "90", at("2026-01-01"), plan_id=plan, current_period_end=ends)
        facts.subscription(
            c, brand, "40", at("2026-01-01"), current_period_end=ends, cancel_at_period_end=True
        )
        facts.subscription(c, brand, "70", at("2026-01-01"), status="canceled")
    frame = ask("revenue/plan", brand)
    assert list(frame["mrr_usd"]) == [90, 40]
    assert list(frame["plan"].fillna("none")) == ["Growth", "none"]
    assert list(frame["scheduled_churn_usd"]) == [0, 40]
    assert list(frame["renews_at"].isna()) == [False, True]
    assert list(frame["ends_at"].isna()) == [True, False]
    assert set(frame["brand"]) == {"Aurora"}


def test_a_benchmark_needs_twenty_paying_brands(brand: str) -> None:
    today = date(2026, 3, 20)
    with connections.owner() as c:
        facts.subscription(c, brand, "1000", at("2026-01-01"))
        others = [facts.brand(c, f"Other {number}") for number in range(17)]
        for number, other in enumerate(others):
            facts.subscription(c, other, str(1234 + 100 * number), at("2026-01-01"))
    # With the noise they are 19.
    assert not benchmarks.publish(today)
    row = one("revenue/benchmark", brand, as_of=today)
    assert row[["band", "median_usd", "published_day"]].isna().all()
    assert row["mrr_usd"] == 1000

    with connections.owner() as c:
        facts.subscription(c, facts.brand(c, "Twentieth"), "9000", at("2026-03-19 23:59"))
        facts.subscription(c, facts.brand(c, "Too late"), "9000", at("2026-03-20"))
    assert benchmarks.publish(today)
    st.cache_resource.clear()
    row = one("revenue/benchmark", brand, as_of=today + timedelta(days=6))
    assert row["published_day"] == pd.Timestamp("2026-03-20")
    assert (row["brand_count"], row["band"]) == (20, "lowest quarter")
    # By hand: 1000, 1111.10 (noise), 1234 + 100 × 0 … 16, 9000; places 5.75, 10.5 and 15.25 of 20.
    bands = ask("revenue/benchmark", others[2], others[3], others[8], *others[-4:-2], as_of=today)
    assert dict(zip(bands["name"], bands["band"], strict=True)) == {
        "Other 2": "lowest quarter",  # 1434
        "Other 3": "below median",  # 1534
        "Other 8": "above median",  # 2034
        "Other 13": "top quarter",  # 2534
        "Other 14": "top quarter",
    }
    quartiles = row[["lower_quartile_usd", "median_usd", "upper_quartile_usd"]]
    assert list(quartiles) == [1500, 2000, 2500]
    assert pd.isna(one("revenue/benchmark", brand, as_of=today + timedelta(days=7))["band"])

    # What is published stays, whatever is recorded late.
    with connections.owner() as c:
        facts.subscription(c, brand, "50000", at("2026-01-02"))
    assert not benchmarks.publish(today)
    st.cache_resource.clear()
    row = one("revenue/benchmark", brand, as_of=today)
    assert (row["upper_quartile_usd"], row["band"]) == (2500, "top quarter")


def test_attributed_revenue_is_net_of_returns_and_has_its_plan(brand: str) -> None:
    with connections.owner() as c:
        user, untouched = facts.shopper(c), facts.shopper(c)
        facts.touch(c, brand, user, at("2026-03-01 12:00"))
        bought = facts.purchase(c, brand, user, at("2026-03-02"), "100.10")
        facts.refund(c, brand, bought, "20.05", at("2026-06-01"))
        facts.purchase(c, brand, user, at("2026-03-31 11:58"), "5.00")
        facts.purchase(c, brand, user, at("2026-03-31 11:59"), "4.95")
        facts.purchase(c, brand, user, at("2026-03-31 12:00"), "500")  # 30 days later: too late
        facts.purchase(c, brand, user, at("2026-03-01 11:00"), "500")  # before the touch
        facts.purchase(c, brand, untouched, at("2026-03-02"), "500")
        facts.touch(c, brand, user, at("2026-04-01"))
        facts.purchase(c, brand, user, at("2026-04-01 00:01"), "500")  # after the window
        # 365 a month is 12 a day, for 31 days; twice that from the 22nd on.
        paid = facts.subscription(c, brand, "365", at("2026-02-01"))
        facts.change(c, paid, at("2026-03-22 18:00"), unit_amount=Decimal(730))
    total = one("revenue/attributed_total", brand, **STRICT)
    assert (total["attributed_usd"], total["purchase_count"]) == (90, 3)
    assert total["plan_cost_usd"] == 12 * 31 + 12 * 10
    assert total["return_on_plan_ratio"] == pytest.approx(90 / 492)
    days = ask("revenue/attributed_by_day", brand, **MARCH).set_index("day")["attributed_usd"]
    assert days["2026-03-02"] == Decimal("80.05")
    assert days.sum() == 90


def test_return_on_a_plan_that_costs_nothing_is_not_available(brand: str) -> None:
    assert pd.isna(one("revenue/attributed_total", brand, **STRICT)["return_on_plan_ratio"])


def test_attribution_shares_each_purchase_out_to_the_cent(brand: str) -> None:
    def touch(user: str, source: str, when: str) -> None:
        facts.insert(c, "touches", brand_id=brand, user_id=user, source=source, touched_at=at(when))

    with connections.owner() as c:
        three, mixed, early, nobody = (facts.shopper(c) for _ in range(4))
        for number, source in enumerate(("recommendation", "tryon", "share"), start=1):
            touch(three, source, f"2026-03-{number:02}")
        facts.purchase(c, brand, three, at("2026-03-10"), "100")
        touch(mixed, "share", "2026-01-30 12:00")  # 30 days before to the second: too early
        touch(mixed, "tryon", "2026-01-30 12:01")
        touch(mixed, "tryon", "2026-02-20")
        touch(mixed, "recommendation", "2026-03-01 11:00")
        touch(mixed, "share", "2026-03-01 12:01")  # after the purchase
        bought = facts.purchase(c, brand, mixed, at("2026-03-01 12:00"), "40")
        facts.refund(c, brand, bought, "10", at("2026-07-01"))
        touch(early, "share", "2026-01-01")
        facts.purchase(c, brand, early, at("2026-03-05"), "7")
        facts.purchase(c, brand, nobody, at("2026-03-31 23:59"), "5")
        facts.purchase(c, brand, three, at("2026-04-01"), "500")  # after the window
    # Try-on, recommendation, share: the hundred dollars of one, the net thirty of the other.
    expected = {
        "first": (Decimal(30), Decimal(100), Decimal(0)),
        "last": (Decimal(0), Decimal(30), Decimal(100)),
        "linear": (
            Decimal("33.33") + 20,
            Decimal("33.34") + 10,
            Decimal("33.33"),
        ),
    }
    for model, shares in expected.items():
        total = one("revenue/attribution", brand, model=model, **MARCH)
        assert (
            tuple(total[f"{name}_usd"] for name in ("tryon", "recommendation", "share")) == shares
        )
        assert (total["attributed_usd"], total["unattributed_usd"]) == (130, 12)
        assert (total["unattributed_count"], total["purchase_count"]) == (2, 4)
        for step, rows in (("day", 31), ("week", 6)):
            course = ask("revenue/attribution_over_time", brand, model=model, step=step, **MARCH)
            assert len(course) == rows
            sums = course.drop(columns="day").sum()
            assert list(sums) == [130, *shares, 12]
    assert list(total[["tryon_count", "recommendation_count", "share_count"]]) == [2, 2, 1]
    # The first of March 2026 is a Sunday.
    assert course["day"].iloc[0] == pd.Timestamp("2026-02-23")
    assert list(course.iloc[0, 1:]) == [30, 20, 10, 0, 0]
    attributed = one("revenue/attributed_total", brand, **STRICT)["attributed_usd"]
    assert attributed == 130


def test_ltv_and_cac_of_two_cohorts(brand: str) -> None:
    with connections.owner() as c:
        early, late, newest = (facts.shopper(c) for _ in range(3))
        for user, when in ((early, "2026-01-20"), (late, "2026-02-10"), (newest, "2026-03-10")):
            facts.job(c, brand, user, at(when))
            facts.touch(c, brand, user, at(when))
        facts.purchase(c, brand, early, at("2026-01-25"), "100")  # m 0
        facts.purchase(c, brand, early, at("2026-02-05"), "40")  # m 1
        facts.purchase(c, brand, late, at("2026-02-20"), "60")  # m 0
        facts.purchase(c, brand, late, at("2026-03-05"), "20")  # m 1
        facts.purchase(c, brand, newest, at("2026-03-20"), "1000")  # March is not over on the 25th
        facts.spend(c, brand, at("2026-03-03"), "30")
        facts.spend(c, brand, at("2026-03-25"), "999")
    row = one("revenue/ltv_cac", brand, since=date(2026, 2, 1), until=date(2026, 3, 25))
    # m 0: 160 over the shoppers of January and February; m 1: 40 over January's.
    assert row["ltv_usd"] == Decimal("0.5") * (160 / Decimal(2) + 40)
    assert row["month_count"] == 2
    assert row["gross_margin_pct"] == 0.5
    assert (row["spend_usd"], row["new_shopper_count"], row["cac_usd"]) == (30, 2, 15)
    assert pd.isna(row["ltv_cac_ratio"])
    assert row["payback_month"] == 0
    months = ask("revenue/ltv_cac_by_month", brand, since=date(2026, 1, 9), until=date(2026, 4, 1))
    assert list(months["month"].dt.month) == [1, 2, 3]
    # At the end of January: 100; of February: 160 ÷ 2 + 40; of March: 1160 ÷ 3 + 60 ÷ 2 + 0.
    assert list(months["ltv_usd"]) == [50, 60, Decimal("208.33")]
    assert list(months["month_count"]) == [1, 2, 3]
    assert list(months["new_shopper_count"]) == [1, 1, 1]
    assert list(months["cac_usd"]) == [0, 0, 1029]
    assert list(months["payback_month"].fillna(-1)) == [0, 0, -1]
    assert months["ltv_cac_ratio"].isna().all()
    value = ask("shoppers/lifetime_value", brand, since=date(2026, 2, 9), until=date(2026, 4, 1))
    names = value["cohort_month"].dt.month.fillna(0).astype(int)
    assert list(zip(names, value["month_number"], value["shopper_count"], strict=True)) == [
        *[(2, 0, 1), (2, 1, 1), (3, 0, 1)],
        *[(0, 0, 3), (0, 1, 2), (0, 2, 1)],
    ]
    assert list(value["revenue_usd"])[:3] == [60, 20, 1000]
    assert list(value["margin_usd"])[3:] == [Decimal("193.33"), 15, 0]
    assert list(value["cumulative_revenue_usd"]) == [
        *[60, 80, 1000],
        *[Decimal("386.67"), Decimal("416.67"), Decimal("416.67")],
    ]
    # Over all cohorts it is LTV.
    assert list(value["cumulative_margin_usd"])[-1] == months["ltv_usd"].iloc[-1]
    rows = ask(
        "shoppers/lifetime_value_by_cohort", brand, since=date(2026, 1, 9), until=date(2026, 4, 1)
    )
    assert list(rows["cohort_month"].dt.month) == [3, 2, 1]
    assert list(rows["month_count"]) == [1, 2, 3]
    assert list(rows["ltv_usd"]) == [500, 40, 70]
    assert list(rows["cac_usd"]) == [1029, 0, 0]
    assert list(rows["payback_month"].fillna(-1)) == [-1, 0, 0]


def test_ltv_to_cac_needs_twelve_complete_months(brand: str) -> None:
    with connections.owner() as c:
        user, other = facts.shopper(c), facts.shopper(c)
        facts.job(c, brand, user, at("2025-04-02"))
        facts.job(c, brand, other, at("2026-03-02"))
        for month in range(12):
            year, number = divmod(2025 * 12 + 3 + month, 12)
            facts.touch(c, brand, user, at(f"{year}-{number + 1:02}-10"))
            facts.purchase(c, brand, user, at(f"{year}-{number + 1:02}-11"), "10")
        facts.spend(c, brand, at("2026-03-02"), "5")
        facts.spend(c, brand, at("2025-04-02"), "30")
    row = one("revenue/ltv_cac", brand, **MARCH)
    # m 0 is over two shoppers, one of whom bought nothing; m 1 … 11 over one.
    assert (row["ltv_usd"], row["month_count"]) == (Decimal("57.50"), 12)
    assert row["ltv_cac_ratio"] == pytest.approx(57.5 / 5)
    # CAC is 5: after 2.50 in month 0, the margin reaches 7.50 in month 1.
    assert row["payback_month"] == 1
    curve = ask("revenue/ltv_curve", brand, **MARCH)
    assert list(curve["month_number"]) == list(range(12))
    assert list(curve["shopper_count"]) == [2] + [1] * 11
    assert list(curve["margin_usd"]) == [Decimal("2.50")] + [5] * 11
    assert list(curve["cumulative_usd"]) == [Decimal("2.50") + 5 * month for month in range(12)]
    assert set(curve["cac_usd"]) == {5}
    months = ask("revenue/ltv_cac_by_month", brand, since=date(2026, 2, 1), until=date(2026, 4, 1))
    assert list(months["ltv_cac_ratio"].fillna(0)) == [0, 11.5]
    value = ask("shoppers/lifetime_value", brand, **MARCH)
    pooled = value[value["cohort_month"].isna()]
    assert list(pooled["cumulative_margin_usd"]) == list(curve["cumulative_usd"])
    cohorts = ask(
        "shoppers/lifetime_value_by_cohort", brand, since=date(2025, 4, 1), until=date(2026, 4, 1)
    )
    # The first one's margin is 5 a month, against a CAC of 30.
    assert cohorts.drop(columns="cohort_month").astype(float).fillna(-1).to_numpy().tolist() == [
        [1, 1, 0, 0, 5, 5, -1, -1],
        [1, 12, 120, 60, 30, 30, 2, 5],
    ]


def test_each_brand_has_unit_economics_of_its_own(brand: str) -> None:
    with connections.owner() as c:
        both, other = facts.shopper(c), facts.brand(c, "Birch", gross_margin="0.8")
        for name, since, amount in ((brand, "2025-03-02", "10"), (other, "2026-02-28", "50")):
            facts.job(c, name, both, at(since))
            facts.touch(c, name, both, at(since))
            facts.purchase(c, name, both, at(since) + timedelta(hours=1), amount)
        last = facts.shopper(c)
        facts.job(c, brand, last, at("2026-03-31 23:59"))
        facts.touch(c, brand, last, at("2026-03-31 23:59"))
        facts.purchase(c, brand, last, at("2026-03-31 23:59:30"), "4")  # month 0, just complete
        facts.purchase(c, brand, both, at("2026-03-05"), "999")  # month 12, and no touch
        newest = facts.shopper(c)
        facts.job(c, brand, newest, at("2026-04-02"))
        facts.touch(c, brand, newest, at("2026-04-02"))
        facts.purchase(c, brand, newest, at("2026-04-03"), "1000")  # no month complete yet
        facts.spend(c, brand, at("2026-03-05"), "2.50")
        facts.spend(c, brand, at("2026-05-05"), "5")
        facts.spend(c, facts.brand(c, "Spender"), at("2026-03-05"), "3")
        facts.brand(c, "Nothing")
        for name, day in (("Earlier", "2026-04-05"), ("Later", "2026-04-26")):
            facts.job(c, facts.brand(c, name), facts.shopper(c), at(day))
        everything = list(c.scalars(text("select cast(id as text) from brands")))
    frame = ask("revenue/ltv_cac_by_brand", *everything, **MARCH).set_index("name")
    assert set(frame.index) == {"Aurora", "Birch", "Noise", "Spender"}
    # Aurora: half of 10 and of 4 in month 0, over two shoppers; one alone has months 1 to 11, and
    # no sales.
    aurora = frame.loc["Aurora"]
    assert (aurora["ltv_usd"], aurora["month_count"], aurora["cac_usd"]) == (3.5, 12, 2.5)
    assert (aurora["ltv_cac_ratio"], aurora["payback_month"]) == (1.4, 0)
    assert frame.index[0] == "Aurora"
    # Birch: 80 % of 50 in month 0, nothing in month 1; nobody new in March.
    birch = frame.loc["Birch"]
    assert (birch["ltv_usd"], birch["month_count"], birch["new_shopper_count"]) == (40, 2, 0)
    assert birch[["cac_usd", "ltv_cac_ratio", "payback_month"]].isna().all()
    spender = frame.loc["Spender"]
    assert (spender["month_count"], spender["spend_usd"]) == (0, 3)
    assert spender[["ltv_usd", "cac_usd", "payback_month"]].isna().all()
    # Spend that brought nobody has no CAC, and nothing is as many times as large.
    may: dict[str, Parameter] = {"since": date(2026, 5, 1), "until": date(2026, 6, 1)}
    aurora = ask("revenue/ltv_cac_by_brand", *everything, **may).set_index("name").loc["Aurora"]
    assert (aurora["month_count"], aurora["new_shopper_count"], aurora["spend_usd"]) == (12, 0, 5)
    assert aurora[["cac_usd", "ltv_cac_ratio", "payback_month"]].isna().all()
    # Alone, each says what the query over all says of it, also within a month.
    within: dict[str, Parameter] = {"since": date(2026, 4, 1), "until": date(2026, 4, 25)}
    for window in (MARCH, within, may):
        frame = ask("revenue/ltv_cac_by_brand", *everything, **window).set_index("name")
        for name, key in (("Aurora", brand), ("Birch", other)):
            alone = one("revenue/ltv_cac", key, **window).drop("gross_margin_pct")
            among = frame.loc[[name]].iloc[0].reindex(alone.index)
            pd.testing.assert_series_equal(alone, among, check_names=False, check_dtype=False)
    # Who had shoppers before the window is there too, be it of the month that is under way.
    end = within | {"since": date(2026, 4, 10)}
    frame = ask("revenue/ltv_cac_by_brand", *everything, **end).set_index("name")
    assert set(frame.index) == {"Aurora", "Birch", "Noise", "Earlier"}
    earlier = frame.loc["Earlier"]
    assert (earlier["month_count"], earlier["new_shopper_count"], earlier["spend_usd"]) == (0, 0, 0)


def test_a_brand_whose_shoppers_came_after_the_window_has_no_retention(brand: str) -> None:
    with connections.owner() as c:
        facts.job(c, brand, facts.shopper(c), at("2026-03-28"))
    window: dict[str, Parameter] = {"since": date(2026, 1, 1), "as_of": date(2026, 6, 1)}
    assert ask("shoppers/retention_by_brand", brand, until=date(2026, 3, 26), **window).empty
    assert len(ask("shoppers/retention_by_brand", brand, until=date(2026, 3, 30), **window)) == 1


def test_each_brands_conversion_over_months_is_that_of_its_days(brand: str) -> None:
    """By month where months are whole, wherever in one the window begins."""
    with connections.owner() as c:
        for number in range(24):
            user = facts.shopper(c)
            # Some come once, others again within the month, in the next one and much later.
            for gap in (0, 5, 26, 61)[: 1 + number % 4]:
                when = at("2025-11-01 10:00") + timedelta(days=7 * number % 120 + gap)
                facts.job(c, brand, user, when)
                facts.touch(c, brand, user, when)
                if number % 3 == 0:
                    facts.purchase(c, brand, user, when + timedelta(days=1))
    compared = 0
    for since in ("2025-11-01", "2025-11-05", "2025-11-16", "2025-11-29", "2025-12-20"):
        for until in ("2026-02-01", "2026-03-01", "2026-03-18"):
            window: dict[str, Parameter] = {
                "since": date.fromisoformat(since),
                "until": date.fromisoformat(until),
                "as_of": date(2026, 6, 1),
            }
            by_day = one("shoppers/conversion", brand, **window)
            by_month = one("shoppers/conversion_change", brand, **window)
            counts = ["shopper_count", "converted_count"]
            assert list(by_month[counts]) == list(by_day[counts]), (since, until)
            compared += by_day["converted_count"]
    assert compared > 0


def test_each_brands_ltv_follows_the_calendar_and_what_changes_late(brand: str) -> None:
    def purchases(month: str, amount: str) -> str:
        with connections.owner() as c:
            facts.touch(c, brand, early, at(f"{month}-19"))
            return facts.purchase(c, brand, early, at(f"{month}-20"), amount)

    def assert_alike(*expected: float) -> None:
        """From before the first cohort until long after the last one."""
        untils = (
            "2024-01-31",
            "2024-02-01",
            "2024-03-01",
            "2025-02-15",
            "2025-04-01",
            "2030-01-01",
        )
        queries._cached.clear()
        found = []
        for until in map(date.fromisoformat, untils):
            window: dict[str, Parameter] = {"since": date(2024, 1, 1), "until": until}
            alone = one("revenue/ltv_cac", brand, **window)
            table = ask("revenue/ltv_cac_by_brand", brand, **window)
            shown = ["ltv_usd", "month_count", "payback_month"]
            if len(table):
                assert list(table[shown].fillna(-1).iloc[0]) == list(alone[shown].fillna(-1))
            else:
                assert alone["month_count"] == 0
            found.append(float(alone["ltv_usd"] or 0))
        assert found == [*expected]

    with connections.owner() as c:
        early, late = facts.shopper(c), facts.shopper(c)
        facts.job(c, brand, early, at("2024-01-10"))
        last = facts.job(c, brand, late, at("2024-03-10"))
        facts.spend(c, brand, at("2024-01-02"), "3")
    purchases("2024-01", "8")
    again = purchases("2024-02", "4")
    # Of 8 in month 0, half is margin, over the shoppers for whom it is over; of 4 in month 1 too.
    assert_alike(0, 4, 4 + 2, 2 + 1, 2 + 1, 2 + 1)
    # A sale that comes in long after.
    purchases("2024-12", "20")  # month 11
    assert_alike(0, 4, 6, 3 + 10, 3 + 5, 3 + 5)
    with connections.owner() as c:
        c.execute(text("delete from purchases where id = :id"), {"id": again})
    assert_alike(0, 4, 4, 2 + 10, 2 + 5, 2 + 5)
    with connections.owner() as c:
        c.execute(text("delete from tryon_jobs where id = :id"), {"id": last})
    assert_alike(0, 4, 4, 14, 14, 14)
    with connections.owner() as c:
        c.execute(text("delete from tryon_jobs where user_id = :id"), {"id": early})
    assert_alike(0, 0, 0, 0, 0, 0)


# Try-ons


def test_jobs_count_on_the_day_they_reach_their_state(brand: str) -> None:
    midnight = at("2026-03-10") - timedelta(seconds=2)
    with connections.owner() as c:
        user = facts.shopper(c)
        facts.job(c, brand, user, midnight, seconds=4)
        facts.job(c, brand, user, midnight, status="canceled", seconds=3)
        facts.job(c, brand, user, midnight, status="failed", seconds=2)
        facts.job(c, brand, user, midnight, status="processing")
        facts.job(c, brand, user, at("2026-03-31 23:59:58"), seconds=2)  # ends on 1 April
        facts.job(c, brand, user, at("2026-03-01") - timedelta(seconds=1), seconds=1)
        facts.job(c, brand, user, at("2026-03-05"), origin="studio")
    total = one("tryons/volume_total", brand, **SHOPPERS)
    counts = ["launched_count", "completed_count", "failed_count", "canceled_count"]
    assert list(total[counts]) == [5, 2, 1, 1]
    assert total["success_pct"] == pytest.approx(2 / 3)
    days = ask("tryons/volume_by_day", brand, **SHOPPERS).set_index("day")[counts]
    assert list(days.loc["2026-03-09"]) == [4, 0, 0, 0]
    assert list(days.loc["2026-03-10"]) == [0, 1, 1, 1]
    assert list(days.sum()) == [5, 2, 1, 1]
    studio = one("tryons/volume_total", brand, **{**SHOPPERS, "origin": "studio"})
    assert studio["completed_count"] == 1
    everything: dict[str, Parameter] = {**SHOPPERS, "origin": "all"}
    assert one("tryons/volume_total", brand, **everything)["launched_count"] == 6
    assert ask("tryons/volume_by_day", brand, **everything)["launched_count"].sum() == 6


def test_a_success_rate_of_nothing_is_not_available(brand: str) -> None:
    assert pd.isna(one("tryons/volume_total", brand, **SHOPPERS)["success_pct"])


def test_jobs_are_counted_by_category_and_by_device(brand: str) -> None:
    with connections.owner() as c:
        user = facts.shopper(c)
        facts.job(c, brand, user, at("2026-03-02"), category="bags", device="ios")
        facts.job(c, brand, user, at("2026-03-03"), category="bags", device="ios")
        facts.job(c, brand, user, at("2026-03-03"), category="bags", status="failed")
        facts.job(c, brand, user, at("2026-03-04"), category="hats", device="tablet")
        facts.job(c, brand, user, at("2026-03-04"), category="hats", status="canceled")
        facts.job(c, brand, user, at("2026-03-31 23:59:58"), category="belts", device="ios")
        facts.job(c, brand, user, at("2026-03-04"), device="ios", origin="studio")
        facts.job(c, brand, user, at("2026-04-01"), category="boots", device="ios")
    counts = ["launched_count", "completed_count", "failed_count", "canceled_count"]
    frame = ask("tryons/volume_by_category", brand, **SHOPPERS)
    assert list(frame["category"]) == ["bags", "hats", "belts"]
    assert frame[counts].to_numpy().tolist() == [[3, 2, 1, 0], [2, 1, 0, 1], [1, 0, 0, 0]]
    assert list(frame["success_pct"].fillna(9)) == [pytest.approx(2 / 3), 1, 9]
    frame = ask("tryons/volume_by_device", brand, **SHOPPERS)
    assert list(frame["device"].fillna("none")) == ["ios", "tablet", "none"]
    assert frame[counts].to_numpy().tolist() == [[3, 2, 0, 0], [1, 1, 0, 0], [2, 0, 1, 1]]
    # Each filter, in each of the queries.
    for narrowed, launched in (
        ({"device": "ios"}, 3),
        ({"category": "bags"}, 3),
        ({"category": "bags", "device": "ios"}, 2),
        ({"origin": "studio"}, 1),
        ({"origin": "all", "device": "ios"}, 4),
        ({"device": "desktop"}, 0),
    ):
        some = {**SHOPPERS, **narrowed}
        assert one("tryons/volume_total", brand, **some)["launched_count"] == launched
        for name in ("by_day", "by_category", "by_device", "by_brand"):
            assert ask(f"tryons/volume_{name}", brand, **some)["launched_count"].sum() == launched


def test_jobs_are_counted_by_engine(brand: str) -> None:
    with connections.owner() as c:
        user = facts.shopper(c)
        for day in (2, 9):
            facts.job(c, brand, user, at(f"2026-03-0{day}"), engine="fast")
        facts.job(c, brand, user, at("2026-03-03"), engine="fast", status="failed")
        facts.job(c, brand, user, at("2026-03-31 23:59:58"), engine="late")
        facts.job(c, brand, user, at("2026-03-04"), engine="fast", origin="studio")
        facts.job(c, brand, user, at("2026-04-01"), engine="early")
    frame = ask("tryons/volume_by_engine", brand, **OF_SHOPPERS)
    assert list(frame["engine"]) == ["fast", "late"]
    counts = ["launched_count", "completed_count", "failed_count", "canceled_count"]
    assert frame[counts].to_numpy().tolist() == [[3, 2, 1, 0], [1, 0, 0, 0]]
    assert list(frame["success_pct"].fillna(9)) == [pytest.approx(2 / 3), 9]
    every = {**OF_SHOPPERS, "origin": "all"}
    assert ask("tryons/volume_by_engine", brand, **every)["launched_count"].sum() == 5


def test_jobs_are_counted_by_brand(brand: str, noise: str) -> None:
    with connections.owner() as c:
        idle = facts.brand(c, "Idle")
        user = facts.shopper(c)
        facts.job(c, brand, user, at("2026-03-03"))
        facts.job(c, brand, user, at("2026-03-03"), status="failed")
        facts.job(c, idle, user, at("2026-04-01"))
    frame = ask("tryons/volume_by_brand", brand, noise, idle, **SHOPPERS)
    assert list(zip(frame["brand_id"], frame["name"], strict=True)) == [
        (noise, "Noise"),
        (brand, "Aurora"),
    ]
    assert list(frame["completed_count"]) == [28, 1]
    assert list(frame["launched_count"]) == [56, 2]
    assert list(frame["success_pct"]) == [0.5, 0.5]


def test_the_filters_offer_what_a_job_can_be(noise: str) -> None:  # noqa: ARG001
    with connections.owner() as c:
        for kind, offered in (
            ("garment_category", filters.CATEGORIES),
            ("device_type", filters.DEVICES.values()),
            ("job_origin", set(filters.ORIGINS.values()) - {filters.EVERY}),
        ):
            known = c.scalars(text(f"select cast(unnest(enum_range(null::{kind})) as text)"))
            assert set(known) == set(offered)


def test_hours_of_the_week_are_utc_and_begin_on_monday(brand: str) -> None:
    with connections.owner() as c:
        user = facts.shopper(c)
        facts.job(c, brand, user, at("2026-03-02 00:00"))  # a Monday
        facts.job(c, brand, user, at("2026-03-09 00:59:59"), status="failed")
        facts.job(c, brand, user, at("2026-03-08 23:30"))  # a Sunday
        facts.job(c, brand, user, at("2026-02-23 00:00"))
        facts.job(c, brand, user, at("2026-04-06 00:00"))
        facts.job(c, brand, user, at("2026-03-03 05:00"), origin="studio")
    frame = ask("tryons/launched_by_hour", brand, **OF_SHOPPERS)
    assert frame.to_numpy().tolist() == [[1, 0, 2], [7, 23, 1]]
    frame = ask("tryons/launched_by_hour", brand, **{**OF_SHOPPERS, "origin": "all"})
    assert frame.to_numpy().tolist() == [[1, 0, 2], [2, 5, 1], [7, 23, 1]]


def test_active_shoppers_of_a_day_a_week_and_a_month(brand: str) -> None:
    def active(person: str, *days: str) -> None:
        for day in days:
            facts.job(c, brand, person, at(day), status="failed")

    with connections.owner() as c:
        anna, ben, cleo, dora = (facts.shopper(c) for _ in range(4))
        # The 30 days before 1 April begin on 2 March, the 7 days on 25 March.
        active(anna, "2026-03-31 23:59", "2026-03-31 00:00", "2026-03-30", "2026-03-02")
        active(ben, "2026-03-25", "2026-04-01")
        active(cleo, "2026-03-24 23:59", "2026-03-01")
        active(dora, "2026-03-01 23:59", "2026-02-27", "2026-01-30", "2026-01-29 23:59")
        facts.job(c, brand, cleo, at("2026-03-31"), origin="studio")
        facts.job(c, brand, dora, at("2026-03-31"), category="bags", device="ios")
    row = one("tryons/active_shoppers", brand, **MARCH)
    assert (row["dau_count"], row["wau_count"], row["mau_count"]) == (2, 3, 4)
    # Anna on three days, the others on one each: a mean DAU of 6 ÷ 30, over 4 shoppers.
    assert row["stickiness_pct"] == pytest.approx(6 / 30 / 4)
    # Before 1 March: Dora on 27 February and 30 January.
    before = row[["dau_before_count", "wau_before_count", "mau_before_count"]]
    assert list(before) == [0, 1, 1]
    assert row["stickiness_before_pct"] == pytest.approx(2 / 30)
    days = ask("tryons/active_shoppers_by_day", brand, **MARCH).set_index("day")["dau_count"]
    assert (days["2026-03-01"], days["2026-03-30"], days["2026-03-31"]) == (2, 1, 2)
    assert (len(days), days.sum()) == (31, 8)


def test_stickiness_of_nobody_is_not_available(brand: str) -> None:
    row = one("tryons/active_shoppers", brand, **MARCH)
    assert list(row.fillna(9)) == [0, 0, 0, 9] * 2


def mondays(brand: str, first: str, *counts: int) -> None:
    """So many completed jobs on that Monday, and on each one after it."""
    with connections.owner() as c:
        user = facts.shopper(c)
        for week, count in enumerate(counts):
            for minute in range(count):
                when = at(first) + timedelta(days=7 * week, minutes=minute)
                facts.job(c, brand, user, when)


def unusual(brand: str, day: str) -> tuple[int, int, bool]:
    """Jobs of a day of March, how many values it is compared with, whether it is unusual."""
    st.cache_resource.clear()
    days = ask("tryons/unusual_days", brand, **SHOPPERS)
    found = days[days["day"] == day].iloc[0]
    return int(found["completed_count"]), int(found["value_count"]), bool(found["is_unusual"])


def test_a_day_is_unusual_by_the_same_weekday_of_eight_weeks(brand: str) -> None:
    # The ninth week before counts for nothing. Of the eight, y is ln 2, 3, 4 and 5, twice each:
    # median ln √12 = 1.2425, MAD 0.2554, so beyond 1.2425 + 1.3254 = ln 13.04.
    mondays(brand, "2025-12-29", 50, 1, 4, 2, 3, 4, 1, 3, 2, 12)
    assert unusual(brand, "2026-03-02") == (12, 8, False)
    with connections.owner() as c:
        facts.job(c, brand, facts.shopper(c), at("2026-03-02 10:00"))
        for minute in range(9):
            facts.job(c, brand, facts.shopper(c), at(f"2026-03-03 10:0{minute}"))
    assert unusual(brand, "2026-03-02") == (13, 8, True)
    days = ask("tryons/unusual_days", brand, **SHOPPERS)
    assert len(days) == 31
    assert days["usual_count"].iloc[1] == pytest.approx(12**0.5 - 1)
    # Eight Tuesdays without a job: MAD 0, so never.
    assert unusual(brand, "2026-03-03") == (9, 8, False)
    # A week later none is unusual too: ln 1 against a median of ln 4 and a MAD of 0.2557.
    assert list(days["day"][days["is_unusual"]].dt.day) == [2, 9]


def test_too_few_jobs_are_unusual_as_well(brand: str) -> None:
    mondays(brand, "2026-01-05", 30, 32, 34, 36, 31, 33, 35, 37, 20)
    assert unusual(brand, "2026-03-02") == (20, 8, True)


def test_five_values_are_too_few_to_call_a_day_unusual(brand: str) -> None:
    mondays(brand, "2026-01-26", 1, 4, 2, 3, 4, 40)
    assert unusual(brand, "2026-03-02") == (40, 5, False)
    mondays(brand, "2026-01-19", 1)
    assert unusual(brand, "2026-03-02") == (40, 6, True)


def test_the_newest_jobs_come_first(brand: str) -> None:
    with connections.owner() as c:
        user = facts.shopper(c)
        facts.job(c, brand, user, at("2026-03-01"), status="failed")
        newest = facts.job(c, brand, user, at("2026-03-03"), seconds=5)
        facts.job(c, brand, user, at("2026-03-02"), origin="studio")
        facts.job(c, brand, user, at("2026-02-28"))
    frame = ask("tryons/recent", brand, since=date(2026, 3, 1), origin="shopper", row_count=9)
    assert list(frame["status"]) == ["completed", "failed"]
    assert frame["job_id"][0] == newest
    assert (frame["processing_ms"][0], frame["confidence_pct"][0]) == (4000, 0.9)
    assert (frame["brand"][0], frame["failure"][1]) == ("Aurora", "timeout")
    frame = ask("tryons/recent", brand, since=date(2026, 3, 1), origin="all", row_count=2)
    assert list(frame["origin"]) == ["shopper", "studio"]


def near(milliseconds: float) -> Any:
    """A time told from a histogram: at most 2.5 % off."""
    return pytest.approx(milliseconds, rel=0.025)


def test_percentiles_of_speed_are_those_of_the_jobs_completed(brand: str) -> None:
    with connections.owner() as c:
        user = facts.shopper(c)

        def timed(day: int, waited: float, worked: float, **how: Any) -> None:
            when = at(f"2026-03-{day:02}")
            facts.job(c, brand, user, when, waited=waited, seconds=waited + worked, **how)

        # A hundred jobs: 50 waited 1 s, 45 waited 2 s, 4 waited 10 s and one 60 s.
        for number in range(100):
            waited = 1 if number < 50 else 2 if number < 95 else 10 if number < 99 else 60
            timed(2 + number % 2, waited, 4, engine="slow" if number % 2 else "fast")
        timed(3, 0, 0.02, engine="fast")
        timed(3, 500, 500, status="failed", engine="slow", failure="timeout")
        timed(3, 500, 500, status="canceled", engine="slow")
        timed(3, 500, 500, origin="studio")
        timed(31, 86400, 500)
    row = one("tryons/speed_total", brand, **OF_SHOPPERS)
    assert (row["completed_count"], row["failed_count"]) == (101, 1)
    assert row["success_pct"] == pytest.approx(101 / 102)
    assert row["queue_p50_ms"] == near(1000)
    assert row["queue_p95_ms"] == near(2000)
    assert row["queue_p99_ms"] == near(10_000)
    assert row["processing_p99_ms"] == near(4000)
    queue = {"phase": "queue", **OF_SHOPPERS}
    days = ask("tryons/speed_over_time", brand, step="day", **queue).set_index("day")
    assert len(days) == 31
    assert days["completed_count"].sum() == 101
    monday = days.loc["2026-03-02"]
    assert (monday["p50_ms"], monday["p95_ms"]) == (near(1000), near(2000))
    # 48 of the 50 jobs of that day waited less.
    assert monday["p99_ms"] == near(10_000)
    assert days["p50_ms"].isna()["2026-03-04"]
    # With the studio's one more: what several rows make together.
    every = {**queue, "origin": "all"}
    tuesday = ask("tryons/speed_over_time", brand, step="day", **every).set_index("day")
    assert tuesday.loc["2026-03-03", "completed_count"] == 52
    assert tuesday.loc["2026-03-03", "p99_ms"] == near(500_000)
    week = ask("tryons/speed_over_time", brand, step="week", **queue).set_index("day")
    assert week.loc["2026-03-02", "completed_count"] == 101
    assert week.loc["2026-03-02", "p95_ms"] == near(2000)
    working = {**queue, "phase": "processing"}
    assert ask("tryons/speed_over_time", brand, step="month", **working)["p50_ms"].tolist() == [
        near(4000)
    ]
    engines = ask("tryons/speed_by_engine", brand, **OF_SHOPPERS).set_index("engine")
    assert list(engines.index) == ["fast", "slow"]
    assert list(engines["completed_count"]) == [51, 50]
    assert list(engines["failed_count"]) == [0, 1]
    assert list(engines["queue_p50_ms"]) == [near(1000), near(1000)]
    assert list(engines["queue_p99_ms"]) == [near(10_000), near(60_000)]
    assert list(engines["processing_p95_ms"]) == [near(4000), near(4000)]
    assert list(engines["model_confidence_pct"]) == pytest.approx([0.9, 0.9])


def test_speed_of_nothing_is_not_available(brand: str) -> None:
    row = one("tryons/speed_total", brand, **OF_SHOPPERS)
    assert list(row.fillna(9)) == [0, 0] + [9] * 7
    assert ask("tryons/speed_by_engine", brand, **OF_SHOPPERS).empty
    days = ask("tryons/speed_over_time", brand, phase="queue", step="day", **OF_SHOPPERS)
    assert days["p50_ms"].isna().all()


def test_failed_jobs_have_a_reason_and_an_engine(brand: str) -> None:
    with connections.owner() as c:
        user = facts.shopper(c)
        for day, engine, failure in (
            ("2026-03-02", "fast", "timeout"),
            ("2026-03-31 23:00", "fast", "timeout"),
            ("2026-03-03", "slow", "timeout"),
            ("2026-03-03", "slow", "no_person"),
            ("2026-03-31 23:59:59", "slow", "no_person"),  # fails on 1 April
        ):
            facts.job(c, brand, user, at(day), status="failed", engine=engine, failure=failure)
        facts.job(c, brand, user, at("2026-03-03"), status="failed", origin="studio")
        facts.job(c, brand, user, at("2026-03-03"))
    frame = ask("tryons/failures", brand, **OF_SHOPPERS)
    assert frame.to_numpy().tolist() == [
        ["timeout", "fast", 2],
        ["no_person", "slow", 1],
        ["timeout", "slow", 1],
    ]


# Accuracy


def test_model_confidence_is_the_mean_over_completed_jobs(brand: str) -> None:
    with connections.owner() as c:
        user = facts.shopper(c)
        facts.job(c, brand, user, at("2026-03-02"), confidence="0.9")
        facts.job(c, brand, user, at("2026-03-02"), confidence="0.8")
        facts.job(c, brand, user, at("2026-03-03"), confidence="0.4")
        facts.job(c, brand, user, at("2026-03-03"), status="failed")
        facts.job(c, brand, user, at("2026-03-03"), confidence="0.1", origin="studio")
        facts.job(c, brand, user, at("2026-04-01"), confidence="0.1")
    total = one("accuracy/confidence_total", brand, **SHOPPERS)
    assert total["model_confidence_pct"] == pytest.approx(0.7)
    assert total["completed_count"] == 3
    days = ask("accuracy/confidence_by_day", brand, **SHOPPERS).set_index("day")
    assert days["model_confidence_pct"]["2026-03-02"] == pytest.approx(0.85)
    assert pd.isna(days["model_confidence_pct"]["2026-03-04"])
    assert days["completed_count"].sum() == 3


def test_human_accuracy_of_8_in_10(brand: str) -> None:
    with connections.owner() as c:
        user = facts.shopper(c)
        for number in range(10):
            job = facts.job(c, brand, user, at(f"2026-03-{number + 1:02}"))
            facts.review(c, brand, job, approved=number < 8)
        picked = facts.job(c, brand, user, at("2026-03-02"))
        facts.review(c, brand, picked, approved=True, drawn="uncertainty")
        late = facts.job(c, brand, user, at("2026-04-02"))
        facts.review(c, brand, late, approved=True)
        studio = facts.job(c, brand, user, at("2026-03-02"), origin="studio")
        facts.review(c, brand, studio, approved=True)
    total = one("accuracy/human_accuracy_total", brand, **SHOPPERS)
    approved, verdicts = int(total["approved_count"]), int(total["verdict_count"])
    assert (approved, verdicts, total["human_accuracy_pct"]) == (8, 10, 0.8)
    assert metrics.wilson(approved, verdicts) == pytest.approx((0.490, 0.943), abs=0.0005)
    weeks = ask("accuracy/human_accuracy_by_week", brand, **SHOPPERS)
    assert list(weeks["week"].dt.day) == [1, 4, 11, 18, 25]
    assert list(weeks["approved_count"]) == [3, 5, 0, 0, 0]
    assert list(weeks["verdict_count"]) == [3, 7, 0, 0, 0]
    assert list(weeks["human_accuracy_pct"][:2]) == [1, pytest.approx(5 / 7)]
    assert weeks["human_accuracy_pct"][2:].isna().all()


def test_ece_of_a_quarter_and_brier_of_a_sixteenth(brand: str) -> None:
    with connections.owner() as c:
        user = facts.shopper(c)

        def reviewed(confidence: str | None, approved: bool, **how: Any) -> None:
            drawn = how.pop("drawn", "random")
            job = facts.job(c, brand, user, at("2026-03-02"), confidence=confidence, **how)
            facts.review(c, brand, job, approved=approved, drawn=drawn)

        for confidence, approved in (("0.25", False), ("0.75", True)):
            reviewed(confidence, approved)
            reviewed(confidence, approved)
        reviewed("1.0", False, drawn="uncertainty")
        reviewed("1.0", False, origin="studio")
        # Where an engine does not say how sure it is, there is nothing to compare.
        reviewed(None, False)
    two: dict[str, Parameter] = {**SHOPPERS, "bin_count": 2}
    total = one("accuracy/calibration_total", brand, **two)
    assert list(total) == [4, 0.25, 0.0625]
    bins = ask("accuracy/calibration", brand, **two)
    assert bins.to_numpy().tolist() == [[0, 0.5, 2, 0.25, 0], [0.5, 1, 2, 0.75, 1]]
    # A confidence of 1 is in the last bin.
    studio: dict[str, Parameter] = {**two, "origin": "studio"}
    assert ask("accuracy/calibration", brand, **studio).to_numpy().tolist() == [[0.5, 1, 1, 1, 0]]
    assert list(one("accuracy/calibration_total", brand, **studio)) == [1, 1, 1]
    nothing: dict[str, Parameter] = {**two, "category": "bags"}
    assert list(one("accuracy/calibration_total", brand, **nothing).fillna(9)) == [0, 9, 9]


def test_an_accepted_image_costs_a_cent_and_a_quarter(brand: str) -> None:
    # A hundredth of $10 and 1,000 jobs, at a human accuracy of 0.8.
    with connections.owner() as c:
        user = facts.shopper(c)
        jobs = [facts.job(c, brand, user, at("2026-03-02"), cost="0.0090") for _ in range(10)]
        facts.job(c, brand, user, at("2026-03-02"), status="failed", cost="0.0100")
        facts.job(c, brand, user, at("2026-04-01"), cost="5")
        facts.job(c, brand, user, at("2026-03-02"), cost="5", origin="studio")
        for number, job in enumerate(jobs[:5]):
            facts.review(c, brand, job, approved=number < 4)
        facts.review(c, brand, jobs[5], approved=False, drawn="newest")
    row = one("accuracy/cost_per_accepted", brand, **SHOPPERS)
    assert (row["engine_cost_usd"], row["completed_count"]) == (Decimal("0.1"), 10)
    assert row["human_accuracy_pct"] == 0.8
    assert row["cost_per_accepted_usd"] == Decimal("0.0125")
    assert metrics.text("usd", row["cost_per_accepted_usd"]) == "$0.0125"
    bags: dict[str, Parameter] = {**SHOPPERS, "category": "bags"}
    assert pd.isna(one("accuracy/cost_per_accepted", brand, **bags)["cost_per_accepted_usd"])


def test_confidence_has_a_spread_and_differs_by_category_and_device(brand: str) -> None:
    with connections.owner() as c:
        user = facts.shopper(c)
        for tenths in range(11):
            share = str(Decimal(tenths) / 10)
            facts.job(c, brand, user, at("2026-03-02"), confidence=share, device="ios")
        facts.job(c, brand, user, at("2026-03-03"), confidence="0.7", category="bags")
        facts.job(c, brand, user, at("2026-03-03"), status="failed", category="hats")
        facts.job(c, brand, user, at("2026-04-01"), confidence="0.1", category="bags")
    days = ask("accuracy/confidence_over_time", brand, step="day", **SHOPPERS)
    assert len(days) == 31
    figures = days.drop(columns="day").fillna(9).to_numpy().tolist()
    # The squares of the tenths add up to 3.85: a variance of 0.35 − 0.25.
    assert figures[1] == pytest.approx([0.5, 0.5 - 0.1**0.5, 0.5 + 0.1**0.5, 11])
    assert figures[2] == pytest.approx([0.7, 0.7, 0.7, 1])
    assert figures[3] == [9, 9, 9, 0]
    weeks = ask("accuracy/confidence_over_time", brand, step="week", **SHOPPERS)
    assert list(weeks["day"].dt.strftime("%m-%d")) == [
        "02-23",
        *(f"03-{d:02}" for d in range(2, 31, 7)),
    ]
    # (3.85 + 0.49) ÷ 12 less the square of the mean.
    mean, spread = 6.2 / 12, (4.34 / 12 - (6.2 / 12) ** 2) ** 0.5
    assert list(weeks.iloc[1, 1:]) == pytest.approx([mean, mean - spread, mean + spread, 12])
    months = ask("accuracy/confidence_over_time", brand, step="month", **SHOPPERS)
    assert months["completed_count"].tolist() == [12]
    cells = ask("accuracy/confidence_by_category_device", brand, **SHOPPERS)
    assert cells["category"].tolist() == ["tops", "bags"]
    assert cells["device"].fillna("none").tolist() == ["ios", "none"]
    assert cells["model_confidence_pct"].tolist() == pytest.approx([0.5, 0.7])
    assert cells["completed_count"].tolist() == [11, 1]


def test_a_spread_stays_within_0_and_1(brand: str) -> None:
    with connections.owner() as c:
        user = facts.shopper(c)
        for confidence in ("0.1", "1", "1", "1", "1"):
            facts.job(c, brand, user, at("2026-03-01"), confidence=confidence)
    day = ask("accuracy/confidence_over_time", brand, step="day", **SHOPPERS).iloc[0]
    assert list(day[["low_pct", "high_pct"]]) == pytest.approx([0.82 - 0.36, 1])


def test_confidence_is_distributed_over_fifty_bins(brand: str) -> None:
    with connections.owner() as c:
        user = facts.shopper(c)
        for confidence in ("0", "0.019", "0.02", "0.98", "1"):
            facts.job(c, brand, user, at("2026-03-02"), confidence=confidence)
        facts.job(c, brand, user, at("2026-03-02"), status="failed")
        facts.job(c, brand, user, at("2026-03-02"), confidence="0.5", origin="studio")
        facts.job(c, brand, user, at("2026-04-01"), confidence="0.5")
    bins = ask("accuracy/confidence_distribution", brand, **OF_SHOPPERS)
    assert len(bins) == 50
    assert bins[bins["completed_count"] > 0].to_numpy().tolist() == [
        [0, 0.02, 2],
        [0.02, 0.04, 1],
        [0.98, 1, 2],
    ]
    before = {**OF_SHOPPERS, "since": date(2026, 2, 1), "until": date(2026, 3, 1)}
    assert ask("accuracy/confidence_distribution", brand, **before).empty


def test_rejections_are_counted_by_their_reasons(brand: str) -> None:
    with connections.owner() as c:
        user = facts.shopper(c)

        def rejected(day: str, reasons: list[str], **how: Any) -> None:
            drawn = how.pop("drawn", "random")
            job = facts.job(c, brand, user, at(day), **how)
            facts.review(c, brand, job, approved=False, reasons=reasons, drawn=drawn)

        rejected("2026-03-02", ["hands", "neckline"])
        rejected("2026-03-31", ["hands"])
        rejected("2026-03-03", [])
        rejected("2026-03-03", ["identity"], drawn="newest")
        rejected("2026-03-03", ["identity"], origin="studio")
        rejected("2026-04-01", ["identity"])
        approved = facts.job(c, brand, user, at("2026-03-04"))
        facts.review(c, brand, approved, approved=True)
    frame = ask("accuracy/rejections", brand, **OF_SHOPPERS)
    assert frame[["reason", "job_count", "rejected_count"]].to_numpy().tolist() == [
        ["hands", 2, 3],
        ["neckline", 1, 3],
    ]
    assert frame["rejected_pct"].tolist() == pytest.approx([2 / 3, 1 / 3])


def test_the_worst_pictures_are_rejected_ones_of_low_confidence(brand: str) -> None:
    with connections.owner() as c:
        user, other = (facts.shopper(c) for _ in range(2))

        def judged(day: str, confidence: str, *approved: bool, **how: Any) -> str:
            drawn = how.pop("drawn", "random")
            job = facts.job(c, brand, user, at(day), confidence=confidence, **how)
            for reviewer, verdict in zip((user, other), approved, strict=False):
                facts.review(c, brand, job, approved=verdict, drawn=drawn, reviewer_id=reviewer)
            return job

        rejected = [
            judged("2026-03-31", "0.7", False, category="bags", device="ios"),
            judged("2026-03-02", "0.4", False, False, drawn="uncertainty"),
            judged("2026-03-03", "0.9", False),
            judged("2026-03-02", "0.9", False),
        ]
        judged("2026-03-02", "0.1", True)
        judged("2026-03-02", "0.1", True, False)  # a tie
        judged("2026-03-02", "0.1", False, origin="studio")
        judged("2026-04-01", "0.1", False)
        judged("2026-02-28", "0.1", False)
        facts.job(c, brand, user, at("2026-03-02"), confidence="0.1")
    frame = ask("accuracy/worst", brand, row_count=9, **SHOPPERS)
    assert list(frame["job_id"]) == [rejected[1], rejected[0], *rejected[2:]]
    assert list(frame["confidence_pct"]) == [0.4, 0.7, 0.9, 0.9]
    first = frame.iloc[0]
    assert (first["brand"], first["verdict"], first["processing_ms"]) == (
        "Aurora",
        "rejected",
        3000,
    )
    assert len(ask("accuracy/worst", brand, row_count=2, **SHOPPERS)) == 2
    for some in ({"category": "bags"}, {"device": "ios"}):
        only = ask("accuracy/worst", brand, row_count=9, **{**SHOPPERS, **some})
        assert list(only["job_id"]) == [rejected[0]]
    every = queries.read("accuracy/worst", Scope("all"), row_count=99, **SHOPPERS).frame
    # All of the other brand's are rejected, at a confidence of 0.111.
    assert list(every["confidence_pct"][:2]) == [0.111, 0.111]
    assert set(rejected) < set(every["job_id"])


def test_a_verdict_is_adjudicated_or_the_majority_of_the_latest(brand: str) -> None:
    def verdict(*reviews: tuple[int, bool, bool]) -> tuple[int, int]:
        """Approved and n after reviews (reviewer, approved, adjudication), one after the other."""
        with connections.owner() as c:
            c.execute(text("delete from reviews where brand_id = :b"), {"b": brand})
            job = facts.job(c, brand, people[0], at("2026-03-02"))
            for minute, (reviewer, approved, adjudication) in enumerate(reviews):
                facts.review(
                    c,
                    brand,
                    job,
                    approved=approved,
                    reviewer_id=people[reviewer],
                    adjudication=adjudication,
                    when=at(f"2026-03-03 10:{minute:02}"),
                )
        st.cache_resource.clear()
        total = one("accuracy/human_accuracy_total", brand, **SHOPPERS)
        return int(total["approved_count"]), int(total["verdict_count"])

    with connections.owner() as c:
        people = [facts.shopper(c) for _ in range(3)]
    assert verdict((0, True, False)) == (1, 1)
    assert verdict((0, True, False), (0, False, False)) == (0, 1)  # the latest of one reviewer
    assert verdict((0, True, False), (1, False, False)) == (0, 0)  # a tie
    assert verdict((0, True, False), (1, False, False), (2, True, False)) == (1, 1)
    assert verdict((0, True, False), (1, True, False), (2, False, True)) == (0, 1)
    assert verdict((2, False, True), (0, True, False), (2, True, True)) == (1, 1)


# Shoppers


def cohort(brand: str, first: str, size: int, returned: int, day_number: int) -> None:
    """A cohort of one day, of which some launch a job again on a later day."""
    with connections.owner() as c:
        users = [facts.shopper(c) for _ in range(size)]
        for number, user in enumerate(users):
            facts.job(c, brand, user, at(first) + timedelta(minutes=number))
            if number < returned:
                again = at(first) + timedelta(days=day_number, hours=23, minutes=59)
                facts.job(c, brand, user, again)
                facts.job(c, brand, user, again, status="failed")


def test_retention_pools_shoppers_and_not_shares(brand: str) -> None:
    cohort(brand, "2026-03-02", 10, 2, 7)
    cohort(brand, "2026-03-03", 100, 0, 7)
    card = one("shoppers/retention_card", brand, day_number=7, **CARD)
    assert (card["cohort_count"], card["returned_count"]) == (110, 2)
    assert round(card["retention_pct"], 3) == 0.018


def test_retention_of_500_in_1000_and_400_in_500_is_60_per_cent(brand: str) -> None:
    # A tenth of each.
    cohort(brand, "2026-03-02", 100, 50, 1)
    cohort(brand, "2026-03-10", 50, 40, 1)
    assert one("shoppers/retention_card", brand, day_number=1, **CARD)["retention_pct"] == 0.6
    frame = ask("shoppers/retention_by_month", brand, **CARD)
    assert list(frame["retention_pct"]) == [0.6, 0, 0, 0.6, 0, 0]


def test_a_card_pools_the_days_whose_day_n_ended_in_the_window(brand: str) -> None:
    cohort(brand, "2026-02-21", 1, 1, 7)  # day 7 is 28 February
    cohort(brand, "2026-02-22", 2, 1, 7)  # day 7 is 1 March
    cohort(brand, "2026-02-25", 1, 0, 7)  # day 7 is 4 March, on which a stretch begins
    cohort(brand, "2026-03-24", 4, 1, 7)  # day 7 is 31 March
    cohort(brand, "2026-03-25", 8, 8, 7)  # day 7 is 1 April
    card = one("shoppers/retention_card", brand, day_number=7, **CARD)
    assert (card["cohort_count"], card["returned_count"]) == (7, 2)
    weeks = ask("shoppers/retention_by_week", brand, day_number=7, **CARD)
    assert list(weeks["week"].dt.day) == [1, 4, 11, 18, 25]
    assert list(weeks["cohort_count"]) == [2, 1, 0, 0, 4]
    assert list(weeks["retention_pct"].fillna(9)) == [0.5, 0, 9, 9, 0.25]
    # On 31 March that day is not over.
    early = CARD | {"as_of": date(2026, 3, 31)}
    assert one("shoppers/retention_card", brand, day_number=7, **early)["cohort_count"] == 3
    weeks = ask("shoppers/retention_by_week", brand, day_number=7, **early)
    assert list(weeks["cohort_count"]) == [2, 1, 0, 0, 0]


def test_a_first_job_before_the_window_is_the_cohort(brand: str) -> None:
    cohort(brand, "2026-02-04", 1, 1, 30)  # back on 6 March, which begins no cohort
    cards = [one("shoppers/retention_card", brand, day_number=n, **CARD) for n in (1, 7, 30)]
    assert [card["cohort_count"] for card in cards] == [0, 0, 1]
    assert cards[-1]["retention_pct"] == 1


def test_months_of_day_n_are_future_running_or_complete(brand: str) -> None:
    cohort(brand, "2026-03-01", 4, 2, 1)
    cohort(brand, "2026-02-27", 2, 1, 30)
    cohort(brand, "2026-03-29", 4, 4, 7)

    def cells(as_of: date) -> dict[str, tuple[str, float, float]]:
        early = date(2026, 2, 9)
        window = UNSPLIT | {"since": early, "until": as_of, "as_of": as_of}
        frame = ask("shoppers/retention_by_month", brand, **window)
        found = {}
        for _, row in frame.iterrows():
            month = "mean" if pd.isna(row["cohort_month"]) else row["cohort_month"].strftime("%b")
            share = -1 if pd.isna(row["retention_pct"]) else row["retention_pct"]
            found[f"{month}{row['day_number']}"] = (row["state"], row["ended_count"], share)
        return found

    def check(as_of: date, **expected: tuple[str, float, float]) -> None:
        found = cells(as_of)
        assert {key: found[key] for key in expected} == expected

    # March is not over: running throughout. Of February's cohort day 30 has ended for its member
    # of the 27th, but not for one of the 28th.
    check(
        date(2026, 3, 30),
        Feb1=("complete", 2, 0),
        Feb7=("complete", 2, 0),
        Feb30=("running", 2, 0.5),
        Mar1=("running", 4, 0.5),
        Mar7=("running", 4, 0),
        Mar30=("running", 0, -1),
        mean1=("mean", 2, 0),
        mean30=("mean", 0, -1),
    )
    # Day 30 of 28 February is 30 March, not begun on the 29th.
    check(date(2026, 3, 29), Feb30=("future", 0, -1))
    check(date(2026, 3, 31), Feb30=("complete", 2, 0.5))
    # March is over. Day 7 of the 31st is 7 April.
    check(date(2026, 4, 6), Mar7=("future", 8, -1))
    check(date(2026, 4, 7), Mar7=("running", 8, 0.5))
    check(
        date(2026, 4, 8),
        Mar7=("complete", 8, 0.5),
        Mar30=("future", 4, -1),
        mean7=("mean", 10, 0.4),
    )


def visits(brand: str, *days: str, **job: Any) -> None:
    """A shopper who launches a job on each of some days; ``job`` is said of the first."""
    with connections.owner() as c:
        user = facts.shopper(c)
        for number, day in enumerate(days):
            facts.job(c, brand, user, at(day), **({} if number else job))


def test_retention_has_three_modes_on_the_same_cohorts(brand: str) -> None:
    visits(brand, "2026-01-10", "2026-02-05")
    visits(brand, "2026-01-20", "2026-03-03", "2026-03-04")
    visits(brand, "2026-01-25")
    visits(brand, "2026-02-10", "2026-03-01")

    def cells(
        mode: str, numbers: str, as_of: date, *, step: str = "month", until: date | None = None
    ) -> list[list[object]]:
        frame = ask(
            "shoppers/retention",
            brand,
            step=step,
            mode=mode,
            numbers=numbers,
            until=until or as_of,
            as_of=as_of,
            **UNSPLIT,
        )
        first_of = frame["cohort"].dt.strftime("%d %b").fillna("mean")
        shares = frame["retention_pct"].fillna(9).round(3)
        kinds = frame["state"].str[0]
        return [
            [name, *(f"{kind}{share:g}" for kind, share in zip(k, s, strict=True))]
            for name, k, s in (
                (name, kinds[first_of == name], shares[first_of == name])
                for name in dict.fromkeys(first_of)
            )
        ]

    # In mid-March; the mean is of complete cells, of which the third column has none.
    middle = date(2026, 3, 15)
    assert cells("on", "0,1,2,3", middle) == [
        ["01 Jan", "c1", "c0.333", "r0.333", "f9"],
        ["01 Feb", "c1", "r1", "f9", "f9"],
        ["mean", "m1", "m0.333", "m9", "m9"],
    ]
    assert cells("after", "0,1,2,3", middle) == [
        ["01 Jan", "c1", "c0.667", "r0.333", "f9"],
        ["01 Feb", "c1", "r1", "f9", "f9"],
        ["mean", "m1", "m0.667", "m9", "m9"],
    ]
    # Months 1 and 2 together are over with the second.
    assert cells("bracket", "0,1,3", middle)[0] == ["01 Jan", "c1", "r0.667"]
    assert cells("bracket", "0,1,3", date(2026, 4, 1)) == [
        ["01 Jan", "c1", "c0.667"],
        ["01 Feb", "c1", "r1"],
        ["mean", "m1", "m0.667"],
    ]
    # A cohort whose own month is not over is running; one of the future is none.
    assert cells("on", "0,1", date(2026, 2, 11))[1] == ["01 Feb", "r1", "f9"]
    # Weeks begin on Mondays, days at midnight; the last cohorts are left out where nobody asks.
    assert cells("on", "0,4,5", middle, step="week", until=date(2026, 1, 19)) == [
        ["05 Jan", "c1", "c1", "c0"],
        ["mean", "m1", "m1", "m0"],
    ]
    assert cells("on", "0,4", date(2026, 2, 2), step="week", until=date(2026, 1, 12)) == [
        ["05 Jan", "c1", "r1"],
        ["mean", "m1", "m9"],
    ]
    assert cells("after", "0,26,27,30", date(2026, 2, 19), step="day", until=date(2026, 1, 21)) == [
        ["10 Jan", "c1", "c1", "c0", "c0"],
        ["20 Jan", "c1", "c1", "c1", "r1"],
        ["mean", "m1", "m1", "m0.5", "m0"],
    ]


def test_retention_is_split_by_the_first_job(brand: str) -> None:
    visits(brand, "2026-01-10", "2026-02-05", category="boots", device="ios")
    visits(brand, "2026-01-10", "2026-01-11", category="boots")
    visits(brand, "2026-01-10", category="hats", device="ios")
    with connections.owner() as c:
        c.execute(text("update shoppers set channel = 'search' where first_device is null"))
    april = date(2026, 4, 1)
    year: dict[str, Parameter] = {"since": date(2026, 1, 1), "until": april, "as_of": april}
    months: dict[str, Parameter] = {"step": "month", "mode": "on", "numbers": "1"}
    months |= {"until": april, "as_of": april}
    for split, part, count, d1, m1 in (
        ("category", "boots", 2, 0.5, 0.5),
        ("category", "hats", 1, 0, 0),
        ("device", "ios", 2, 0, 0.5),
        ("device", "unknown", 1, 1, 0),
        ("channel", "search", 1, 1, 0),
    ):
        of = {"split": split, "part": part}
        card = one("shoppers/retention_card", brand, day_number=1, **of, **year)
        assert (card["cohort_count"], card["retention_pct"]) == (count, d1)
        cell = ask("shoppers/retention", brand, **of, **months).iloc[0]
        assert (cell["cohort_count"], cell["retention_pct"]) == (count, m1)
        weeks = ask("shoppers/retention_by_week", brand, day_number=1, **of, **year)
        assert weeks["cohort_count"].sum() == count
        by_month = ask("shoppers/retention_by_month", brand, **of, **year).iloc[0]
        assert (by_month["cohort_count"], by_month["retention_pct"]) == (count, d1)

    devices = ask("shoppers/retention_by_part", brand, split="device", **year)
    assert devices["part"].fillna("–").tolist() == ["ios", "–"]
    assert devices[["d1_count", "d7_count", "d30_count"]].to_numpy().tolist() == [
        [2, 2, 2],
        [1, 1, 1],
    ]
    assert devices["d1_pct"].tolist() == [0, 1]
    channels = ask("shoppers/channels", brand)["channel"]
    assert channels.tolist() == ["search", "unknown"]
    # In a window of two days some parts have nobody whose day 30 is one of them.
    few = year | {"since": date(2026, 1, 11), "until": date(2026, 1, 13)}
    categories = ask("shoppers/retention_by_part", brand, split="category", **few)
    assert categories["d1_pct"].tolist() == [0.5, 0]
    assert categories["d30_count"].tolist() == [0, 0]
    assert categories["d30_pct"].isna().all()
    # In months and in the days at their edges.
    for window, counts in ((year, [3, 3, 3]), (few, [3, 0, 0])):
        share = one("shoppers/retention_by_brand", brand, **window)
        assert str(share["brand_id"]) == brand
        assert [share[f"d{number}_count"] for number in (1, 7, 30)] == counts
        assert share["d1_pct"] == pytest.approx(1 / 3)
    # Who came back on day 1 did not on days 7 and 30.
    share = one("shoppers/retention_by_brand", brand, **year)
    assert (share["d7_pct"], share["d30_pct"]) == (0, 0)


def test_conversion_counts_purchases_within_seven_days_of_the_first_job(brand: str) -> None:
    def buyer(job: str, bought: str | None, *, touched: bool = True) -> None:
        user = facts.shopper(connection)
        facts.job(connection, brand, user, at(job), seconds=3600)
        if touched:
            facts.touch(connection, brand, user, at(job))
        if bought:
            facts.purchase(connection, brand, user, at(bought))

    with connections.owner() as connection:
        buyer("2026-03-02 09:00", "2026-03-09 09:59")  # in time
        buyer("2026-03-02 09:00", "2026-03-09 10:00")  # 7 days later: too late
        buyer("2026-03-02 09:00", "2026-03-02 09:30")  # before the picture was there
        buyer("2026-03-02 09:00", None)
        buyer("2026-03-02 09:00", "2026-03-03", touched=False)  # not attributed
        buyer("2026-03-30 09:00", "2026-04-02")  # after the window, in time
        buyer("2026-03-31 09:00", "2026-04-01")  # its 7 days are not over before 7 April is
        buyer("2026-04-01 09:00", "2026-04-02")  # not in the window
        user = facts.shopper(connection)
        facts.job(connection, brand, user, at("2026-03-05"), status="failed")
        # Of two jobs the first counts, even where only the second is followed by a purchase.
        user = facts.shopper(connection)
        facts.job(connection, brand, user, at("2026-03-02"))
        facts.job(connection, brand, user, at("2026-03-20"))
        facts.touch(connection, brand, user, at("2026-03-20"))
        facts.purchase(connection, brand, user, at("2026-03-21"))
        facts.purchase(connection, brand, user, at("2026-03-21"))
        # In a week too.
        user = facts.shopper(connection)
        facts.job(connection, brand, user, at("2026-03-02"))
        facts.job(connection, brand, user, at("2026-03-03"))
        facts.touch(connection, brand, user, at("2026-03-03"))
        facts.purchase(connection, brand, user, at("2026-03-09 12:00"))
        # From the first day of a week on, the day after again, and launched the evening before.
        user = facts.shopper(connection)
        facts.job(connection, brand, user, at("2026-03-17 23:00"), seconds=7200)
        facts.job(connection, brand, user, at("2026-03-19"))
    total = one("shoppers/conversion", brand, as_of=date(2026, 4, 7), **MARCH)
    assert list(total) == [9, 2, 1, pytest.approx(2 / 9)]
    total = one("shoppers/conversion", brand, as_of=date(2026, 4, 8), **MARCH)
    assert list(total) == [10, 3, 0, pytest.approx(3 / 10)]
    # Of a day within the last seven nobody's are over, and nobody of the day before is left out.
    last = {"since": date(2026, 3, 31), "until": date(2026, 4, 1), "as_of": date(2026, 4, 1)}
    assert list(one("shoppers/conversion", brand, **last)[:3]) == [0, 0, 1]
    weeks = ask("shoppers/conversion_by_week", brand, as_of=date(2026, 4, 7), **MARCH)
    # In a week of its own the second job of that shopper is a first one.
    assert list(weeks["shopper_count"]) == [7, 0, 0, 2, 1]
    assert list(weeks["converted_count"]) == [1, 0, 0, 1, 1]
    assert list(weeks["left_out_count"]) == [0, 0, 0, 0, 1]
    assert list(weeks["conversion_pct"].fillna(9)) == [pytest.approx(1 / 7), 9, 9, 0.5, 1]


def test_the_funnel_takes_its_steps_in_order_within_seven_days_of_the_launch(brand: str) -> None:
    def shopper(
        launched: str, saved: str | None = None, bought: str | None = None, **job: Any
    ) -> None:
        user = facts.shopper(c)
        done = facts.job(c, brand, user, at(launched), **{"seconds": 3600, **job})
        if saved:
            facts.look(c, user, done, at(saved))
        if bought:
            facts.purchase(c, brand, user, at(bought))

    with connections.owner() as c:
        shopper("2026-03-02 09:00", "2026-03-02 10:00", "2026-03-02 10:00")
        shopper("2026-03-02 09:00", "2026-03-04", "2026-03-09 08:59")
        shopper("2026-03-02 09:00", "2026-03-04", "2026-03-09 09:00")  # 7 days later: too late
        shopper("2026-03-02 09:00", "2026-03-04", "2026-03-03")  # purchased before saving
        shopper("2026-03-02 09:00", "2026-03-02 09:30", "2026-03-04")  # saved before it was done
        shopper("2026-03-02 09:00", "2026-03-09 09:00", "2026-03-09 09:30")  # saved too late
        shopper("2026-03-02 09:00", None, "2026-03-04")  # purchased without saving
        shopper("2026-03-02 09:00", status="failed")
        shopper("2026-03-02 09:00", seconds=7 * 86_400)  # completed too late
        shopper("2026-03-31 00:00")  # its 7 days are over as 7 April begins
        shopper("2026-03-31 09:00", "2026-04-02", "2026-04-03")  # after the window, in time
        shopper("2026-03-31 12:00", "2026-04-01", "2026-04-02")  # its 7 days are not over
        shopper("2026-04-01 00:00")  # not in the window
        shopper("2026-03-03", origin="studio")
        # The start is the first launch of the window; it fails, and the second is good enough.
        user = facts.shopper(c)
        facts.job(c, brand, user, at("2026-02-28"))
        facts.job(c, brand, user, at("2026-03-05"), status="failed")
        done = facts.job(c, brand, user, at("2026-03-10"))
        facts.look(c, user, done, at("2026-03-11"))
        facts.look(c, user, done, at("2026-03-11"))
        facts.purchase(c, brand, user, at("2026-03-11 23:00"))
        facts.purchase(c, brand, user, at("2026-03-11 23:00"))
        # A garment that is kept is no look.
        user = facts.shopper(c)
        done = facts.job(c, brand, user, at("2026-03-05"))
        facts.look(c, user, done, at("2026-03-06"), kind="item")
        # From the first day of a week on, and the day after again.
        user = facts.shopper(c)
        facts.job(c, brand, user, at("2026-03-18"))
        facts.job(c, brand, user, at("2026-03-19"))

    def steps(as_of: date) -> list[int]:
        row = one("shoppers/funnel", brand, as_of=as_of, **MARCH)
        assert row["purchased_pct"] == pytest.approx(row["purchased_count"] / row["launched_count"])
        return list(row.iloc[:5])

    # The 7 days of 31 March are over once 7 April is, whatever the hour.
    assert steps(date(2026, 4, 7)) == [12, 10, 5, 3, 3]
    assert steps(date(2026, 4, 8)) == [15, 13, 7, 5, 0]
    # Of a day within the last seven nobody's are over, and nobody of the day before is left out.
    last = {"since": date(2026, 4, 1), "until": date(2026, 4, 2), "as_of": date(2026, 4, 2)}
    assert list(one("shoppers/funnel", brand, **last)[:5]) == [0, 0, 0, 0, 1]

    weeks = ask("shoppers/funnel_by_week", brand, as_of=date(2026, 4, 7), **MARCH)
    assert list(weeks["week"].dt.day) == [1, 4, 11, 18, 25]
    assert weeks.iloc[:, 1:6].to_numpy().tolist() == [
        [9, 7, 4, 2, 0],
        [2, 2, 1, 1, 0],
        [0, 0, 0, 0, 0],
        [1, 1, 0, 0, 0],
        [0, 0, 0, 0, 3],
    ]
    assert weeks["completed_pct"].fillna(9).tolist() == [pytest.approx(7 / 9), 1, 9, 1, 9]


def test_over_all_brands_a_shopper_of_two_counts_once(brand: str) -> None:
    with connections.owner() as c:
        other = facts.brand(c, "Other")
        user = facts.shopper(c)
        facts.job(c, other, user, at("2026-05-01"))
        done = facts.job(c, brand, user, at("2026-05-02"))
        facts.look(c, user, done, at("2026-05-02 12:00"))
        facts.touch(c, brand, user, at("2026-05-02"))
        facts.purchase(c, brand, user, at("2026-05-03"))
    may = {"since": date(2026, 5, 1), "until": date(2026, 6, 1)}
    both = Scope.of_brands([brand, other])
    for scope, count, converted, returned in ((both, 2, 1, 0), (Scope.system(), 1, 1, 1)):
        figures = queries.read("shoppers/conversion", scope, as_of=date(2026, 7, 1), **may).frame
        assert list(figures.iloc[0][:2]) == [count, converted]
        funnel = queries.read("shoppers/funnel", scope, as_of=date(2026, 7, 1), **may).frame
        # Over all brands the first launch is the other brand's, and the first brand's look counts.
        assert list(funnel.iloc[0][:5]) == [count, count, 1, 1, 0]
        all_of_may = CARD | may
        figures = queries.read("shoppers/retention_card", scope, day_number=1, **all_of_may).frame
        assert list(figures.iloc[0][:2]) == [count, returned]
        figures = queries.read("shoppers/retention_by_month", scope, **all_of_may).frame
        assert list(figures.iloc[0][["cohort_count", "returned_count"]]) == [count, returned]
        figures = queries.read(
            "shoppers/retention",
            scope,
            step="month",
            mode="on",
            numbers="0",
            until=date(2026, 6, 1),
            as_of=date(2026, 7, 1),
            **UNSPLIT,
        ).frame
        (of_may,) = figures["cohort_count"][figures["cohort"] == "2026-05-01"]
        assert of_may == count
        figures = queries.read("revenue/ltv_cac", scope, **may).frame
        assert figures["new_shopper_count"][0] == count


# Brands and the database itself


def test_the_picker_lists_brands_by_name(brand: str) -> None:
    with connections.owner() as c:
        other = facts.brand(c, "Acorn")
        facts.subscription(c, brand, "12.50", at("2026-01-01"))
    frame = ask("brands/list", brand, other)
    assert list(frame["name"]) == ["Acorn", "Aurora"]
    assert list(frame["mrr_usd"]) == [0, Decimal("12.50")]
    assert frame["brand_id"][1] == brand
    assert frame["slug"][1] == f"brand-{brand}"


def test_demo_data_says_that_it_is(noise: str) -> None:
    assert not one("data/state", noise)["is_demo"]
    with connections.owner() as c:
        facts.insert(
            c,
            "demo_state",
            job_target=100_000,
            progress=0.25,
            message="Jobs",
            filled_until=at("2026-03-01"),
        )
    st.cache_resource.clear()
    state = one("data/state", noise)
    assert list(state)[:4] == [True, 0.25, "Jobs", story.SCALES["full"] / 100_000]
    assert state["filled_until_at"] == pd.Timestamp("2026-03-01", tz="UTC")
    # What has been written was folded in before the question was asked.
    assert pd.isna(state["waiting_since_at"])
    assert not state["is_stale"]


# Credits


def test_credits_25_reserve_5_reset_fail_leaves_25(brand: str) -> None:
    with connections.owner() as c:
        user = facts.shopper(c)

        def balance() -> int:
            row = c.execute(
                text(
                    "select a.balance, sum(l.amount) as ledger from credit_accounts a"
                    " join credit_ledger l on l.account_id = a.id"
                    " where a.user_id = :user group by a.id"
                ),
                {"user": user},
            ).one()
            assert row.balance == row.ledger
            return int(row.balance)

        assert balance() == 25
        job = c.scalar(
            text(
                "insert into tryon_jobs (brand_id, user_id, origin, category, engine, credits)"
                " values (:brand, :user, 'shopper', 'tops', 'test', 5) returning id"
            ),
            {"brand": brand, "user": user},
        )
        assert balance() == 20
        c.execute(
            text(
                "select reset_free_credits(id, resets_on) from credit_accounts"
                " where user_id = :user"
            ),
            {"user": user},
        )
        assert balance() == 25
        for status in ("processing", "failed"):
            c.execute(
                text(
                    "update tryon_jobs set status = cast(:status as job_status),"
                    " failure_code = 'timeout' where id = :job"
                ),
                {"status": status, "job": job},
            )
        assert balance() == 25


def test_nps_is_the_share_of_promoters_less_that_of_detractors(brand: str) -> None:
    with connections.owner() as c:
        for hour, score in enumerate([10, 9, 9, 8, 7, 6, 0]):
            facts.answer(c, brand, facts.shopper(c), at(f"2026-03-31 {hour:02}:30"), score)
        facts.answer(c, brand, facts.shopper(c), at("2026-03-31 23:59"), 9)
        facts.answer(c, brand, facts.shopper(c), at("2026-04-01"), 0)
        silent = facts.brand(c, "Silent")
    answered = one("shoppers/nps", brand, **MARCH)
    assert list(answered)[:3] == [8, 4, 2]
    assert answered["nps_pct"] == 0.25
    assert metrics.text("points", answered["nps_pct"]) == "25.0"
    weeks = ask("shoppers/nps_by_week", brand, **MARCH)
    assert list(weeks["week"].dt.day) == [1, 4, 11, 18, 25]
    assert weeks["answer_count"].tolist() == [0, 0, 0, 0, 8]
    assert weeks["nps_pct"].fillna(9).tolist() == [9, 9, 9, 9, 0.25]
    rows = ask("shoppers/answers", brand, row_count=3, **MARCH)
    assert rows["score"].tolist() == [9, 0, 6]
    with connections.owner() as c:
        c.execute(text("update nps_responses set score = 0 where brand_id = :b"), {"b": brand})
    st.cache_resource.clear()
    assert one("shoppers/nps", brand, **MARCH)["nps_pct"] == -1
    nobody = one("shoppers/nps", silent, **MARCH)
    assert nobody["answer_count"] == 0
    assert pd.isna(nobody["nps_pct"])
