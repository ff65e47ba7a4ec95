"""Every brand at once is told what each is told alone, for ranges that end anywhere in a month."""

from datetime import date
from typing import Any

import pandas as pd
import pytest

import queries
from database.tenancy import Scope
from queries import Parameter
from tests import prepared

Days = dict[str, Parameter]
Row = dict[Any, Any]

EVERYONE = Scope(brands="all")
SHOPPERS: Days = {"origin": "shopper", "category": "all", "device": "all"}
FILTERS: dict[str, Days] = {
    "all": {},
    "dresses": {"category": "dresses"},
    "iOS": {"device": "ios"},
    "dresses on iOS": {"category": "dresses", "device": "ios"},
}
TODAY: Days = {"as_of": prepared.DEMO_UNTIL}

# Before and after the middle of a month on either end, less than a month, more than a year, and up
# to the day that is not over.
RANGES: list[Days] = [
    {"since": date(*since), "until": date(*until)}
    for since, until in (
        ((2026, 6, 4), (2026, 9, 5)),
        ((2026, 6, 25), (2026, 9, 23)),
        ((2026, 8, 20), (2026, 10, 12)),
        ((2026, 9, 7), (2026, 10, 27)),
        ((2026, 9, 3), (2026, 9, 9)),
        ((2026, 8, 28), (2026, 9, 29)),
        ((2025, 9, 27), (2026, 11, 20)),
    )
]
IDS = [f"{days['since']}–{days['until']}" for days in RANGES]


def at_once(name: str, by: str, **params: Parameter) -> dict[str, Row]:
    """A query's row for each brand, by the brand's id."""
    frame = queries.read(name, EVERYONE, **params).frame
    return {row[by]: row for row in frame.to_dict("records")}


def alone(name: str, brand: str, **params: Parameter) -> Row:
    """A query's one row for a brand by itself."""
    (row,) = queries.read(name, Scope.of_brands([brand]), **params).frame.to_dict("records")
    return row


def brands() -> list[str]:
    """The brands with the most try-ons, and every fiftieth of all, most of which have few."""
    busiest = at_once("tryons/volume_by_brand", "brand_id", **RANGES[-1], **SHOPPERS)
    everyone = queries.read("brands/list", EVERYONE).frame["brand_id"].tolist()
    return [*list(busiest)[:15], *everyone[::50]]


def differing(row: Row, figures: Row) -> list[str]:
    """The names of the figures that the row does not say; what is not available equals itself."""
    return [
        name
        for name, figure in figures.items()
        if row[name] != figure and not pd.Series([row[name], figure]).isna().all()
    ]


@pytest.mark.usefixtures("demo_database")
@pytest.mark.parametrize("days", RANGES, ids=IDS)
@pytest.mark.parametrize("filters", FILTERS.values(), ids=FILTERS)
def test_volume_of_every_brand_is_that_of_each_alone(days: Days, filters: Days) -> None:
    of = SHOPPERS | filters
    rows = at_once("tryons/volume_by_brand", "brand_id", **days, **of)
    assert rows
    for brand in brands():
        total = alone("tryons/volume_total", brand, **days, **of)
        if brand in rows:
            assert differing(rows[brand], total) == [], brand
        else:
            assert not any(total[name] for name in total if name.endswith("_count")), brand


@pytest.mark.usefixtures("demo_database")
@pytest.mark.parametrize("days", RANGES, ids=IDS)
def test_quality_of_every_brand_is_that_of_each_alone(days: Days) -> None:
    every = at_once("tryons/quality_by_brand", "brand_id", **days)
    parts = at_once("tryons/volume_change", "part", over="brand", **days, **SHOPPERS)
    assert sum(row["verdict_count"] for row in every.values())
    for brand in brands():
        confidence = alone("accuracy/confidence_total", brand, **days, **SHOPPERS)
        human = alone("accuracy/human_accuracy_total", brand, **days, **SHOPPERS)
        if brand in every:
            assert differing(every[brand], confidence | human) == [], brand
        if brand in parts:
            part = parts[brand]
            assert part["completed_count"] == confidence["completed_count"], brand
            mean = part["thousandths_count"] / part["rated_count"] / 1000
            assert mean == pytest.approx(confidence["model_confidence_pct"], rel=1e-12), brand
        else:
            assert confidence["completed_count"] == 0, brand


@pytest.mark.usefixtures("demo_database")
@pytest.mark.parametrize("days", RANGES, ids=IDS)
def test_shoppers_of_every_brand_are_those_of_each_alone(days: Days) -> None:
    returned = at_once("shoppers/retention_by_brand", "brand_id", **days, **TODAY)
    acquired = at_once("revenue/ltv_cac_by_brand", "brand_id", **days)
    converted = at_once("shoppers/conversion_change", "part", **days, **TODAY)
    assert min(len(returned), len(acquired), len(converted)) > 0
    for brand in brands():
        cost = alone("revenue/ltv_cac", brand, **days)
        # Without revenue a brand's setting is told beside the others', and none by itself.
        del cost["gross_margin_pct"]
        if brand in acquired:
            assert differing(acquired[brand], cost) == [], brand
        else:
            assert (cost["spend_usd"], cost["new_shopper_count"]) == (0, 0), brand

        conversion = alone("shoppers/conversion", brand, **days, **TODAY)
        counts = {name: conversion[name] for name in ("shopper_count", "converted_count")}
        nobody = dict.fromkeys(counts, 0)
        assert differing(converted.get(brand, nobody), counts) == [], brand

        for number in (1, 7, 30):
            whole: Days = {"split": "none", "part": "all", "day_number": number}
            card = alone("shoppers/retention_card", brand, **whole, **days, **TODAY)
            count, share = f"d{number}_count", f"d{number}_pct"
            figures = {count: card["cohort_count"], share: card["retention_pct"]}
            assert differing(returned.get(brand, {count: 0, share: None}), figures) == [], brand


@pytest.mark.usefixtures("demo_database")
@pytest.mark.parametrize("days", RANGES, ids=IDS)
def test_credits_of_every_product_add_up_to_those_spent(days: Days) -> None:
    for scope in (EVERYONE, *(Scope.of_brands([brand]) for brand in brands()[:3])):
        spent = queries.read("billing/credits_spent", scope, **days).frame.iloc[0]
        products = queries.read("billing/credits_by_product", scope, row_count=9999, **days).frame
        assert len(products) or not spent["credit_count"]
        counts = ["credit_count", "completed_count", "failed_count"]
        assert products[counts].sum().tolist() == spent[counts].tolist()
        assert products["engine_cost_usd"].sum() == spent["engine_cost_usd"]
        assert all(products["completed_count"] + products["failed_count"])
