"""What changed: parts that add up to the whole exactly, and what the policies differ by."""

import re
from collections.abc import Mapping
from datetime import date, timedelta
from decimal import Decimal
from fractions import Fraction

import pandas as pd
import pytest
import streamlit as st
from hypothesis import given
from hypothesis import strategies as some

import queries
from components import changes, plan
from components.card import Table
from components.changes import Shift, Total
from components.period import Period, custom, period
from components.question import asking
from database import connections
from database.tenancy import Scope
from queries import Parameter
from tests import facts
from tests.facts import at

MARCH = custom(date(2026, 3, 1), date(2026, 3, 31), date(2026, 6, 1))
SHOPPERS: dict[str, Parameter] = {"origin": "shopper", "category": "all", "device": "all"}

PARTS_OF = {
    "mrr": "revenue/mrr_change",
    "tryons": "tryons/volume_change",
    "model_confidence": "tryons/volume_change",
    "human_accuracy": "accuracy/human_accuracy_change",
    "conversion": "shoppers/conversion_change",
}

PARTS = some.sampled_from(("a", "b", "c", "d", "e"))
AMOUNTS = some.dictionaries(PARTS, some.decimals(-9999, 9999, places=2))
TOTALS = some.dictionaries(
    PARTS, some.tuples(some.integers(-50, 1000), some.integers(1, 7000)), min_size=1
)


def rate(totals: Mapping[str, Total]) -> Fraction:
    return Fraction(
        sum(over for over, _ in totals.values()), sum(under for _, under in totals.values())
    )


@given(AMOUNTS, AMOUNTS)
def test_parts_of_an_amount_add_up_to_its_change(
    before: dict[str, Decimal], after: dict[str, Decimal]
) -> None:
    shifts = changes.of_amounts(before, after, Decimal())
    assert set(shifts) == before.keys() | after.keys()
    whole = sum(after.values()) - sum(before.values())
    assert sum(shift.change for shift in shifts.values()) == whole
    assert all(shift.mix == 0 for shift in shifts.values())


@given(TOTALS, TOTALS)
def test_parts_of_a_ratio_add_up_to_its_change(
    before: dict[str, Total], after: dict[str, Total]
) -> None:
    shifts = changes.of_ratios(before, after)
    assert set(shifts) == before.keys() | after.keys()
    assert sum(shift.change for shift in shifts.values()) == rate(after) - rate(before)


@given(TOTALS)
def test_without_a_shift_between_parts_there_is_no_mix(before: dict[str, Total]) -> None:
    after = {part: (over + 3 * under, under * 2) for part, (over, under) in before.items()}
    assert all(shift.mix == 0 for shift in changes.of_ratios(before, after).values())


def test_within_and_mix_of_two_parts() -> None:
    """By hand: shares 1/2, 1/2 → 1/4, 3/4; rates 0.8, 0.4 → 0.8, 0.6; overall 0.6 → 0.65."""
    before = {"a": (40, 50), "b": (20, 50)}
    after = {"a": (20, 25), "b": (45, 75)}
    assert changes.of_ratios(before, after) == {
        "a": Shift(Fraction(0), Fraction(-1, 4) * (Fraction(8, 10) - Fraction(625, 1000))),
        "b": Shift(
            Fraction(5, 8) * Fraction(2, 10),
            Fraction(1, 4) * (Fraction(5, 10) - Fraction(625, 1000)),
        ),
    }


def test_an_absent_part_takes_its_other_rate() -> None:
    before = {"a": (5, 10)}
    after = {"a": (5, 10), "b": (10, 10)}
    # Overall 0.5 → 0.75, so that the mean is 0.625; b's rate is 1 in both.
    assert changes.of_ratios(before, after) == {
        "a": Shift(Fraction(0), Fraction(-1, 2) * (Fraction(1, 2) - Fraction(5, 8))),
        "b": Shift(Fraction(0), Fraction(1, 2) * (Fraction(1) - Fraction(5, 8))),
    }


@pytest.fixture
def brands(database: object) -> list[str]:  # noqa: ARG001 (needs a database)
    """Two brands that differ in everything between February and March, and a noisy third."""
    st.cache_resource.clear()
    with connections.owner() as c:
        first, second, noise = (facts.brand(c, name) for name in ("Aurora", "Borealis", "Noise"))
        rising = facts.subscription(c, first, "100", at("2026-01-01"))
        facts.change(c, rising, at("2026-03-05"), unit_amount=Decimal(150))
        facts.subscription(c, second, "70.07", at("2026-03-09"))
        leaving = facts.subscription(c, noise, "33", at("2026-01-01"))
        facts.change(c, leaving, at("2026-03-20"), status="past_due")
        facts.change(c, leaving, at("2026-03-22"), unit_amount=Decimal(34))
        stories = [
            (first, "2026-02-10", "tops", 4, 3, "0.9"),
            (first, "2026-03-10", "tops", 2, 1, "0.8"),
            (first, "2026-03-10", "hats", 6, 6, "0.7"),
            (second, "2026-02-10", "hats", 1, 0, "0.5"),
            (second, "2026-03-10", "hats", 3, 1, "0.6"),
            (noise, "2026-02-12", "boots", 9, 9, "0.1"),
        ]
        for brand, day, category, jobs, approved, confidence in stories:
            for number in range(jobs):
                user = facts.shopper(c)
                when = at(f"{day} 10:00")
                done = facts.job(c, brand, user, when, category=category, confidence=confidence)
                facts.review(c, brand, done, approved=number < approved)
                if number < approved:
                    facts.touch(c, brand, user, when)
                    facts.purchase(c, brand, user, when + timedelta(days=2))
    return [first, second, noise]


def table(
    name: str, split: str, brands: list[str], period: Period = MARCH, /, **params: Parameter
) -> Table:
    """The card's table of a figure over its parts."""
    ask = asking(queries, lambda: Scope.of_brands(brands))
    return changes._over_parts(ask(PARTS_OF[name], **params), name, split, period)[0]()


def rows(found: Table) -> dict[str, list[float]]:
    return {
        row[0]: [round(value, 6) for value in row[1:]]
        for row in found.rows.drop(columns="parts").itertuples(index=False, name=None)
    }


def test_mrr_changes_by_brand(brands: list[str]) -> None:
    assert rows(table("mrr", "brand", brands[:2], policy="strict")) == {
        "All": [100, 220.07, 120.07],
        "Borealis": [0, 70.07, 70.07],
        "Aurora": [100, 150, 50],
    }
    with_noise = rows(table("mrr", "brand", brands, policy="stripe"))
    assert with_noise["All"] == [133, 254.07, 121.07]


def test_mrr_of_a_calendar_month_is_compared_with_as_far_into_the_month_before(
    brands: list[str],
) -> None:
    with connections.owner() as c:
        facts.subscription(c, brands[1], "30", at("2026-02-20"))
    march = period("This month", date(2026, 3, 8))
    found = table("mrr", "brand", brands[:2], march, policy="strict")
    # At the end of 7 February and of 7 March, not of February.
    assert rows(found) == {
        "All": [100, 180, 80],
        "Aurora": [100, 150, 50],
        "Borealis": [0, 30, 30],
    }
    assert found.note == "Vs 1 to 7 Feb."
    assert found.parts is not None
    whole = found.parts.listed[0].params
    assert (whole["since"], whole["until"]) == (date(2026, 2, 8), date(2026, 3, 8))


def test_volume_changes_by_category_and_by_brand(brands: list[str]) -> None:
    by_category = table("tryons", "category", brands[:2], over="category", **SHOPPERS)
    assert rows(by_category) == {"All": [5, 11, 6], "Hats": [1, 9, 8], "Tops": [4, 2, -2]}
    by_brand = table("tryons", "brand", brands[:2], over="brand", **SHOPPERS)
    assert rows(by_brand) == {"All": [5, 11, 6], "Aurora": [4, 8, 4], "Borealis": [1, 3, 2]}
    by_device = table("tryons", "device", brands[:2], over="device", **SHOPPERS)
    assert rows(by_device) == {"All": [5, 11, 6], "Unknown": [5, 11, 6]}
    by_engine = table("tryons", "engine", brands[:2], over="engine", **SHOPPERS)
    assert rows(by_engine) == {"All": [5, 11, 6], "test": [5, 11, 6]}


def test_what_is_no_brands_is_a_part_of_all(brands: list[str]) -> None:
    with connections.owner() as c:
        visitor = facts.shopper(c)
        for day in ("2026-02-10", "2026-03-10", "2026-03-11"):
            tried = facts.job(
                c, brands[0], visitor, at(f"{day} 12:00"), origin="demo", confidence="0.3"
            )
            facts.review(c, brands[0], tried, approved=True)
    everything: dict[str, Parameter] = {**SHOPPERS, "origin": "all", "over": "brand"}
    ask = asking(queries, lambda: Scope("all"))
    tryons, accuracy = (
        changes._over_parts(ask(PARTS_OF[name], **everything), name, "brand", MARCH)[0]()
        for name in ("tryons", "human_accuracy")
    )
    assert rows(tryons)["No brand's"] == [1, 2, 1]
    assert rows(accuracy)["No brand's"][:2] == [1, 1]
    days: dict[str, Parameter] = {"since": date(2026, 3, 1), "until": date(2026, 4, 1)}
    asked = {name: value for name, value in everything.items() if name != "over"}
    total = queries.read("tryons/volume_total", Scope("all"), **asked, **days).row
    assert rows(tryons)["All"][1] == total["completed_count"] == 13
    judged = queries.read("accuracy/human_accuracy_total", Scope("all"), **asked, **days).row
    assert rows(accuracy)["All"][1] == round(float(judged["human_accuracy_pct"]), 6)
    # It has no list of its own, as the brands have.
    place = list(tryons.rows["name"]).index("No brand's")
    assert tryons.parts is not None
    assert set(tryons.parts.points) == {(0, at) for at in range(len(tryons.rows))} - {(0, place)}
    # Who sees brands sees theirs.
    found = table("tryons", "brand", brands, **everything)
    assert list(rows(found)) == ["All", "Noise", "Aurora", "Borealis"]


def test_confidence_changes_within_categories_and_by_their_mix(brands: list[str]) -> None:
    found = table("model_confidence", "category", brands[:2], over="category", **SHOPPERS)
    before, after = (4 * 0.9 + 0.5) / 5, (2 * 0.8 + 6 * 0.7 + 3 * 0.6) / 11
    whole = rows(found)["All"]
    assert whole[:3] == [round(x, 6) for x in (before, after, after - before)]
    assert whole[3] + whole[4] == pytest.approx(whole[2], abs=2e-6)
    tops = rows(found)["Tops"]
    mean = (before + after) / 2
    assert tops[3:] == [
        round((4 / 5 + 2 / 11) / 2 * -0.1, 6),
        round((2 / 11 - 4 / 5) * (0.85 - mean), 6),
    ]


def test_human_accuracy_and_conversion_change_by_brand(brands: list[str]) -> None:
    accuracy = rows(table("human_accuracy", "brand", brands[:2], over="brand", **SHOPPERS))
    assert accuracy["All"][:2] == [0.6, round(8 / 11, 6)]
    assert accuracy["Aurora"][:2] == [0.75, round(7 / 8, 6)]
    conversion = rows(table("conversion", "brand", brands[:2], as_of=date(2026, 6, 1)))
    assert conversion == accuracy
    # Of March, only shoppers whose 7 days are over count.
    early = rows(table("conversion", "brand", brands[:2], as_of=date(2026, 3, 15)))
    assert early == {}


def test_a_change_says_which_way_it_went(brands: list[str]) -> None:
    def said(found: Table) -> list[str]:
        return list(found.drawn["columns"][-1]["said"])

    assert said(table("tryons", "category", brands[:2], over="category", **SHOPPERS)) == [
        "+6",
        "+8",
        "−2",
    ]
    assert said(table("mrr", "brand", brands, policy="stripe"))[0] == "+$121.07"


@pytest.mark.parametrize(
    ("most", "places"),
    [(-0.31, 2), (0.001, 2), (-0.000_9, 3), (0.000_16, 3), (-0.000_05, 4), (1e-7, 4), (0.0, 2)],
)
def test_a_small_change_of_a_share_has_its_digits(most: float, places: int) -> None:
    shown = pd.DataFrame(
        [("All", 0.9, 0.9, most, 0.0, most), ("Tops", 0.9, 0.9, most / 9, 0.0, most / 9)],
        columns=["name", *changes._RATIOS],
    )
    assert changes._places(shown) == places
    columns = changes._columns("category", shown, "pct")
    formats = [re.findall(r"%[^']+", str(columns[name])) for name in changes._RATIOS]
    assert formats == [["%.1f%%"]] * 2 + [[f"%+.{places}f pp"]] * 3


def test_the_others_are_one_row_and_nothing_is_lost(database: object) -> None:  # noqa: ARG001
    st.cache_resource.clear()
    with connections.owner() as c:
        many = [facts.brand(c, f"Brand {number:02}") for number in range(15)]
        for number, brand in enumerate(many):
            facts.subscription(c, brand, str(number + 1), at("2026-03-05"))
    found = rows(table("mrr", "brand", many, policy="strict"))
    assert list(found) == ["All", *(f"Brand {n:02}" for n in range(14, 2, -1)), "3 others"]
    assert found["3 others"] == [0, 6, 6]
    assert found["All"] == [0, 120, 120]
    # One that is left over stands for itself.
    found = rows(table("mrr", "brand", many[:13], policy="strict"))
    assert list(found) == ["All", *(f"Brand {n:02}" for n in range(12, -1, -1))]


def test_an_empty_period_is_nothing_to_compare_a_ratio_with(brands: list[str]) -> None:
    later = custom(date(2026, 5, 1), date(2026, 5, 31), date(2026, 6, 1))
    found = table("human_accuracy", "brand", brands, later, over="brand", **SHOPPERS)
    assert found.rows.empty
    counted = table("tryons", "brand", brands, later, over="brand", **SHOPPERS)
    assert counted.rows.empty


def test_what_is_past_due_is_what_the_policies_differ_by(brands: list[str]) -> None:
    def listed(until: date, *scope: str) -> pd.DataFrame:
        late = plan.past_due("", until).params
        return queries.read("revenue/endangered", Scope.of_brands(scope), **late).frame

    assert listed(date(2026, 3, 20), *brands).empty
    assert listed(date(2026, 4, 1), *brands[:2]).empty
    row = listed(date(2026, 4, 1), *brands).iloc[0]
    assert (row["brand"], row["mrr_usd"]) == ("Noise", 34)
    # Since the payment failed, not since the price changed.
    assert row["since_at"] == pd.Timestamp("2026-03-20", tz="UTC")
    total = queries.read(
        "revenue/mrr_total",
        Scope.of_brands(brands),
        policy="strict",
        since=date(2026, 3, 1),
        until=date(2026, 4, 1),
    ).frame.iloc[0]
    assert total["stripe_usd"] - total["strict_usd"] == row["mrr_usd"]


def test_the_first_row_alone_is_of_all() -> None:
    rows = pd.DataFrame({"name": ["All", "All", "2 others"], "parts": [["x"], ["x"], ["y", "z"]]})
    parts = changes._parts(rows, "mrr", "brand", MARCH)
    assert [part.brand for part in parts.listed] == [None, "x"]
    assert dict(parts.points) == {(0, 0): 0, (0, 1): 1}
