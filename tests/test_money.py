"""Credits, subscriptions and payments as the pages of Billing show them, on hand-computed facts."""

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID, uuid4

import pandas as pd
import pytest
from sqlalchemy import text

import queries
from components import notes, subscriptions
from database import connections, rollups
from database.tenancy import Scope
from tests import facts
from tests.facts import at
from tests.shown import figures, tables
from tests.test_pages import at as opened
from tests.test_pages import brand_at, signed_in

CREDITS = "pages/billing/credits.py"
SUBSCRIPTIONS = "pages/billing/subscriptions.py"
MARCH: dict[str, queries.Parameter] = {"since": date(2026, 3, 1), "until": date(2026, 4, 1)}


def read(name: str, brands: list[str], **params: queries.Parameter) -> pd.DataFrame:
    return queries.read(name, Scope.of_brands(brands), **params).frame


def by_name(row: pd.Series) -> dict[str, Any]:
    return {str(name): value for name, value in row.items()}


def studio(c: Any, brand: str, when: str, status: str = "completed", **values: Any) -> str:
    """A studio job that ended then, with what it cost."""
    key = str(uuid4())
    said = {"credits": 1, "engine": "loom", "category": "tops", "device": "desktop", **values}
    if status == "completed":
        said["confidence"] = Decimal("0.9")
    if status == "failed":
        said["failure_code"] = "engine_error"
    facts.insert(
        c, "tryon_jobs", id=key, brand_id=brand, origin="studio", status=status,
        created_at=at(when), started_at=at(when), finished_at=at(when), **said,
    )  # fmt: skip
    return key


@pytest.fixture
def brands(database: object) -> tuple[str, str]:  # noqa: ARG001
    with connections.owner() as c:
        return facts.brand(c, "Alder"), facts.brand(c, "Birch")


def test_what_credits_were_spent_on(brands: tuple[str, str]) -> None:
    alder, birch = brands
    with connections.owner() as c:
        coat = str(uuid4())
        facts.insert(c, "products", id=coat, brand_id=alder, name="Coat", category="jackets")
        cost: dict[str, Any] = {"engine_cost_usd": Decimal("0.02")}
        good = studio(c, alder, "2026-03-02", credits=3, product_id=coat, **cost)
        bad = studio(c, alder, "2026-03-02 23:59", credits=2, product_id=coat, **cost)
        studio(c, alder, "2026-03-05", credits=1, **cost)
        studio(c, alder, "2026-03-02 10:00", "failed", credits=4, product_id=coat)
        studio(c, alder, "2026-03-06", "failed", credits=4, product_id=coat, **cost)
        studio(c, alder, "2026-03-06", "canceled", credits=4)
        # Neither in the window, nor of the brand, nor of the studio.
        others = [
            (alder, studio(c, alder, "2026-04-01", credits=50, **cost)),
            (alder, studio(c, alder, "2026-02-28 23:59", credits=50, **cost)),
            (birch, studio(c, birch, "2026-03-05", credits=50, **cost)),
            (alder, facts.job(c, alder, facts.shopper(c), at("2026-03-05"), credits=50)),
        ]
        facts.review(c, alder, good, approved=True)
        for brand, job in [*others, (alder, bad)]:
            facts.review(c, brand, job, approved=False, reasons=["hands"])
    rollups.fold_all()
    row = read("billing/credits_spent", [alder], **MARCH).iloc[0]
    assert (row["credit_count"], row["completed_count"], row["failed_count"]) == (6, 3, 2)
    assert row["engine_cost_usd"] == Decimal("0.08")
    assert row["unpriced_count"] == 0
    assert notes.cost_as_told(by_name(row)) == "$0.0800 for 3 completed jobs"
    # 0.08 ÷ 3
    assert round(row["cost_per_generation_usd"], 6) == Decimal("0.026667")
    assert (row["rejected_count"], row["rejected_credit_count"]) == (1, 2)
    assert row["failed_cost_usd"] == Decimal("0.02")

    days = read("billing/credits_by_day", [alder], **MARCH)
    assert len(days) == 31
    spent = days[days["credit_count"] > 0]
    assert [
        (f"{row.day:%m-%d}", row.credit_count, row.completed_count) for row in spent.itertuples()
    ] == [("03-02", 5, 2), ("03-05", 1, 1)]

    products = read("billing/credits_by_product", [alder], **MARCH, row_count=9)
    assert products["product"].fillna("none").tolist() == ["Coat", "none"]
    assert products["credit_count"].tolist() == [5, 1]
    assert products["failed_count"].tolist() == [2, 0]
    assert products["cost_per_generation_usd"].tolist() == [Decimal("0.03"), Decimal("0.02")]
    # Taken from the month, less what it began with: of the coat a failed job stays.
    later: dict[str, Any] = {"since": date(2026, 3, 3), "until": date(2026, 4, 1), "row_count": 9}
    products = read("billing/credits_by_product", [alder], **later)
    assert products["product"].fillna("none").tolist() == ["none", "Coat"]
    assert products["credit_count"].tolist() == [1, 0]
    assert products["failed_count"].tolist() == [0, 1]
    later["since"] = date(2026, 3, 7)
    assert read("billing/credits_by_product", [alder], **later).empty
    with connections.owner() as c:
        studio(c, alder, "2026-03-07", credits=1)
    row = read(
        "billing/credits_spent", [alder], since=date(2026, 3, 1), until=date(2026, 3, 31)
    ).iloc[0]
    said = notes.cost_as_told(by_name(row))
    assert said == "$0.0800 for 4 completed jobs, 1 of them at no known cost"
    nothing = read(
        "billing/credits_spent", [alder], since=date(2020, 1, 1), until=date(2020, 2, 1)
    ).iloc[0]
    assert nothing["credit_count"] == 0
    assert pd.isna(nothing["cost_per_generation_usd"])

    # Another verdict, and a job that goes, take the credits along.
    for change, rejected in (
        ("update reviews set approved = true, reasons = '{}' where job_id = :bad", (0, 0)),
        ("update reviews set approved = false where job_id = :bad", (1, 2)),
        ("delete from tryon_jobs where id = :bad", (0, 0)),
    ):
        with connections.owner() as c:
            c.execute(text(change), {"bad": bad})
        rollups.fold_all()
        queries._cached.clear()
        row = read("billing/credits_spent", [alder], **MARCH).iloc[0]
        assert (row["rejected_count"], row["rejected_credit_count"]) == rejected
    assert rollups.check() == []


def test_the_balance_is_the_ledgers_and_a_credit_has_its_price(brands: tuple[str, str]) -> None:
    alder, birch = brands
    with connections.owner() as c:
        # 100 for $5, 300 for $9: $14 ÷ 400.
        for brand, number, usd, status in (
            (alder, 100, 5, "succeeded"),
            (alder, 300, 9, "succeeded"),
            (alder, 50, 40, "pending"),
            (birch, 10, 10, "succeeded"),
        ):
            payment = str(uuid4())
            facts.insert(
                c, "payments", id=payment, brand_id=brand, provider="x", purpose="credits",
                amount=usd, status=status,
            )  # fmt: skip
            c.execute(
                text("select purchase_credits(null, :b, cast(:p as uuid), :n)"),
                {"b": brand, "p": payment, "n": number},
            )
        facts.insert(c, "tryon_jobs", brand_id=alder, origin="studio", engine="loom", credits=7)
    row = read("billing/credits", [alder]).iloc[0]
    assert (row["account_count"], row["balance_count"], row["reserved_count"]) == (1, 443, 7)
    assert row["price_usd"] == Decimal(14) / 400
    today = datetime.now(UTC).date()
    window: dict[str, queries.Parameter] = {"since": today, "until": today + timedelta(days=1)}
    booked = read("billing/ledger", [alder], **window, row_count=99)
    assert booked["kind"].tolist() == ["reserve", "purchase", "purchase", "purchase", "grant"]
    assert booked["amount_count"].sum() == row["balance_count"]
    assert set(booked["brand"]) == {"Alder"}
    both = read("billing/ledger", [alder, birch], **window, row_count=99)["booking_id"]
    two = read("billing/ledger", [alder, birch], **window, row_count=2)["booking_id"]
    assert two.tolist() == sorted(both, reverse=True)[:2]


def test_subscriptions_and_payments_as_they_stand(brands: tuple[str, str]) -> None:
    alder, birch = brands
    with connections.owner() as c:
        good = facts.subscription(
            c, alder, "100", at("2026-01-05"), currency="EUR", usd_rate=Decimal("1.1")
        )
        facts.subscription(c, alder, "20", at("2026-01-06"), status="past_due")
        facts.subscription(c, alder, "7", at("2026-01-07"), status="trialing")
        facts.subscription(
            c, alder, "500", at("2026-01-08"), status="canceled",
            canceled_at=at("2026-02-08"), cancel_reason="delinquent",
        )  # fmt: skip
        facts.subscription(
            c, alder, "30", at("2026-01-09"), cancel_at_period_end=True,
            current_period_end=at("2026-04-09"),
        )  # fmt: skip
        facts.subscription(c, birch, "900", at("2026-01-09"), status="past_due")

        def paid(when: str, amount: str, status: str, **values: Any) -> None:
            said: dict[str, Any] = {
                "brand_id": alder,
                "provider": "stripe",
                "purpose": "subscription",
                **values,
            }
            facts.insert(
                c, "payments", created_at=at(when), amount=Decimal(amount), status=status, **said
            )

        euros: dict[str, Any] = {"subscription_id": good, "currency": "EUR"}
        paid("2026-03-01", "100", "succeeded", **euros)
        paid("2026-03-31 23:59", "50", "succeeded", purpose="credits")
        paid("2026-03-02", "100", "refunded", **euros)
        paid("2026-03-03", "20", "pending")
        paid("2026-03-04", "10", "pending", **euros)
        paid("2026-03-05", "20", "canceled")
        paid("2026-03-06", "70", "succeeded", currency="CHF")
        paid("2026-04-01", "999", "succeeded")
        paid("2026-03-07", "999", "pending", brand_id=birch)
    row = read("billing/standing", [alder]).iloc[0]
    assert row.to_dict() == {
        "active_count": 2,
        "trialing_count": 1,
        "past_due_count": 1,
        "past_due_usd": Decimal("20.00"),
        "scheduled_count": 1,
        "open_count": 2,
        "open_usd": Decimal("31.00"),  # 20 and 10 × 1.1
    }
    listed = read("billing/subscriptions", [alder], status="all", row_count=99)
    assert listed["status"].tolist() == ["past_due", "active", "active", "trialing", "canceled"]
    assert [None if pd.isna(end) else f"{end:%m-%d}" for end in listed["ends_at"]] == [
        None, None, "04-09", None, "02-08",
    ]  # fmt: skip
    assert read("billing/subscriptions", [alder], status="canceled", row_count=9)[
        "reason"
    ].tolist() == ["delinquent"]
    total = read("billing/payments_total", [alder], **MARCH).iloc[0]
    assert total.to_dict() == {
        "received_usd": Decimal("160.00"),  # 100 × 1.1 and 50
        "received_count": 3,
        "subscription_usd": Decimal("110.00"),
        "credits_usd": Decimal("50.00"),
        "refunded_usd": Decimal("110.00"),
        "unconverted_count": 1,
    }
    rows = read("billing/payments", [alder], **MARCH, paid="all", row_count=99)
    assert len(rows) == 7
    assert f"{rows['paid_at'].iloc[0]:%m-%d}" == "03-31"
    open_ones = read("billing/payments", [alder], **MARCH, paid="pending", row_count=99)
    assert open_ones["amount"].tolist() == [Decimal("10.00"), Decimal("20.00")]


# --- The pages -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("count", "said"), [(0, "0 payments"), (1, "1 payment"), (2, "2 payments")]
)
def test_payments_are_counted_in_words(count: int, said: str) -> None:
    none = {"credits_usd": 0, "refunded_usd": 0, "unconverted_count": 0}
    assert subscriptions.received({"received_count": count} | none) == said
    assert subscriptions.unpaid({"open_count": count}) == said


@pytest.mark.usefixtures("demo")
def test_a_brand_sees_its_own_payments_and_the_team_all() -> None:
    (brand, name), (other, other_name) = brand_at(3), brand_at(4)
    app = opened(signed_in("brand_manager", brand, other), SUBSCRIPTIONS)
    assert not app.exception
    assert len(tables(app)) == 2
    for table in tables(app):
        assert set(table["brand"]) == {name, other_name}
    app = signed_in("admin")
    app.query_params["status"] = "Past due"
    opened(app, SUBSCRIPTIONS)
    assert not app.exception
    late = tables(app)[0]
    assert set(late["status"]) == {"Past due"}
    shown = {metric.label: str(metric.value) for metric in figures(app)}
    assert shown["Open payments"].startswith("$")
    assert len(late) == len(
        queries.read(
            "billing/subscriptions", Scope.system(), status="past_due", row_count=999
        ).frame
    )


@pytest.mark.usefixtures("demo")
@pytest.mark.parametrize("page", [SUBSCRIPTIONS, CREDITS])
def test_rows_say_their_brand_where_they_may_be_of_several(page: str) -> None:
    app = signed_in("admin")
    every = tables(opened(app, page))[0]
    assert "brand" in every
    name = every["brand"].iloc[0]
    brands = queries.read("brands/list", Scope.system()).frame
    (brand,) = brands["brand_id"][brands["name"] == name]
    own = tables(opened(signed_in("brand_manager", brand), page))[0]
    app.query_params["brand"] = brand
    picked = tables(opened(app, page))[0]
    # The picker names the one, and beside it who is signed in.
    for table in (own, picked):
        assert len(table) == (every["brand"] == name).sum() > 0
        assert list(table) == [column for column in every if column != "brand"]


@pytest.mark.usefixtures("demo")
def test_the_credits_of_a_demo_brand_are_worth_a_look() -> None:
    brand, _ = brand_at(1)
    app = opened(signed_in("brand_manager", brand), CREDITS)
    assert not app.exception
    shown = {metric.label: str(metric.value) for metric in figures(app)}
    balance = queries.read("billing/credits", Scope.of_brands([brand])).frame.iloc[0]
    assert balance["balance_count"] > 0
    assert balance["price_usd"] == Decimal("0.05")
    assert shown["Credit balance"] == f"{balance['balance_count']:,}"
    assert UUID(brand)
