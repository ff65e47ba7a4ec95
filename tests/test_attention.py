"""What needs attention: only what is true, the weightiest first."""

from datetime import UTC, date, datetime, timedelta

import pandas as pd
import pytest
import streamlit as st
from sqlalchemy import Connection

import queries
from components import attention
from components.period import custom
from components.question import Parameter, asking
from database import connections
from database.tenancy import Scope
from tests import facts
from tests.facts import at

NOW = datetime(2026, 4, 1, 8, tzinfo=UTC)
MARCH = custom(date(2026, 3, 1), date(2026, 3, 31), NOW.date())
SHOPPERS: dict[str, Parameter] = {"origin": "shopper", "category": "all", "device": "all"}


@pytest.fixture
def brand(database: object) -> str:  # noqa: ARG001 (needs a database)
    """A brand with nothing yet, beside one with every trouble there is."""
    st.cache_resource.clear()
    with connections.owner() as c:
        trouble(c, facts.brand(c, "Noise"))
        return facts.brand(c, "Aurora")


def trouble(c: Connection, brand: str) -> None:
    """All that needs attention, with a quiet time before it."""
    late = facts.subscription(c, brand, "40", at("2026-01-01"))
    facts.change(c, late, at("2026-03-20"), status="past_due")
    facts.subscription(c, brand, "70", at("2026-01-01"), cancel_at_period_end=True)
    user = facts.shopper(c)
    for day in (at("2026-02-01") + timedelta(days=n) for n in range(59)):
        good = day.month == 2
        last = day.day == 31
        for number in range(60 if last else 2 + day.toordinal() % 2):
            when = day + timedelta(minutes=number)
            done = facts.job(c, brand, user, when)
            facts.review(c, brand, done, approved=good)
            if not good and not last:
                facts.job(c, brand, user, when, status="failed")
    facts.spend(c, brand, at("2026-03-02"), "10")


def lines(*brands: str) -> list[attention.Line]:
    ask = asking(queries, lambda: Scope.of_brands(brands))
    return attention.lines(ask, MARCH, SHOPPERS)


def test_of_a_brand_without_anything_nothing_needs_attention(brand: str) -> None:
    assert lines(brand) == []
    with connections.owner() as c:
        facts.subscription(c, brand, "100", at("2026-01-01"))
        user = facts.shopper(c)
        for day in ("2026-02-10", "2026-03-30"):
            facts.job(c, brand, user, at(day))
            facts.purchase(c, brand, user, at(day))
            facts.spend(c, brand, at(day), "5")
    st.cache_resource.clear()
    assert lines(brand) == []


def test_every_trouble_is_told_the_weightiest_first(brand: str) -> None:
    with connections.owner() as c:
        trouble(c, brand)
    assert [(line.title, line.text) for line in lines(brand)] == [
        ("Success rate", "Fell from 100.0% to 64.3%, vs 31 days before."),
        ("Human accuracy", "Fell from 100.0% to 0.0%, vs 31 days before."),
        ("MRR at risk", "$40.00: its payment is past due."),
        ("Scheduled churn", "$70.00 of MRR ends with its period."),
        ("Unusual day", "Tuesday 31 March: 60 try-ons completed, usually 2."),
        ("No purchases", "None ever, while try-ons go on."),
        ("No acquisition spend", "None since 2 March 2026, while try-ons go on."),
    ]


def unusual(days: dict[date, tuple[int, float, bool]]) -> list[tuple[str, str]]:
    """Title and text of the lines on days with their completed jobs, what is usual, and whether."""
    frame = pd.DataFrame(
        [(pd.Timestamp(day), *figures) for day, figures in days.items()],
        columns=["day", "completed_count", "usual_count", "is_unusual"],
    )
    return [(line.title, line.text) for line in attention.unusual_days(frame)]


def test_unusual_days_that_follow_one_another_are_one_line() -> None:
    assert unusual({date(2026, 3, 1): (9, 8.0, False)}) == []
    days = {
        date(2026, 3, 25): (4, 90.4, True),
        date(2026, 3, 26): (500, 90.6, True),  # the other way
        date(2026, 3, 27): (90, 90.0, False),
        date(2026, 3, 28): (400, 90.4, True),
        date(2026, 3, 29): (1_000, 100.2, True),
        date(2026, 3, 30): (700, 95.0, True),
    }
    assert unusual(days) == [
        (
            "Unusual days",
            "Saturday 28 to Monday 30 March: 400 to 1,000 try-ons completed a day, usually 90 to "
            "100.",
        ),
        ("Unusual day", "Thursday 26 March: 500 try-ons completed, usually 91."),
        ("Unusual day", "Wednesday 25 March: 4 try-ons completed, usually 90."),
    ]
    # A day that is not there is not followed.
    apart = {date(2026, 3, 2): (400, 90.0, True), date(2026, 3, 4): (400, 90.0, True)}
    assert [title for title, _ in unusual(apart)] == ["Unusual day", "Unusual day"]
    # What is alike is said once.
    alike = {date(2026, 3, 31): (400, 90.0, True), date(2026, 4, 1): (400, 90.0, True)}
    assert [text for _, text in unusual(alike)] == [
        "Tuesday 31 March to Wednesday 1 April: 400 try-ons completed a day, usually 90."
    ]


def test_feeds_know_their_last_day(brand: str) -> None:
    with connections.owner() as c:
        user = facts.shopper(c)
        facts.job(c, brand, user, at("2026-03-05"))
        facts.job(c, brand, user, at("2026-03-07"), status="failed")
        facts.purchase(c, brand, user, at("2026-03-06"))
        facts.spend(c, brand, at("2026-03-08"), "1")
        facts.spend(c, brand, at("2026-03-09"), "0")
        facts.purchase(c, brand, user, at("2026-04-02"))
    st.cache_resource.clear()
    row = queries.read("data/feeds", Scope.of_brands([brand]), until=date(2026, 4, 1)).frame.iloc[0]
    assert list(row) == [pd.Timestamp(f"2026-03-0{day}") for day in (5, 8, 6)]
