"""Tables that are read: how their columns are written and by what they are sorted."""

from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any
from uuid import uuid4

import pandas as pd
import pytest
import streamlit as st

from components import brand, table
from components.card import Table

config = st.column_config


def column(values: list[Any], how: Any) -> dict[str, Any]:
    """What becomes of one column."""
    (made,) = table.data(pd.DataFrame({"a": values}), {"a": how}, "alt")["columns"]
    return dict(made)


@pytest.mark.parametrize(
    ("form", "values", "said"),
    [
        ("%d", [3, 1234], ["3", "1234"]),
        ("localized", [1234567, 0], ["1,234,567", "0"]),
        ("dollar", [1234.5, -0.2], ["$1,234.50", "−$0.20"]),
        ("$%,.0f", [1234.5, -1234.5], ["$1,234", "−$1,234"]),
        ("%.1f%%", [12.34, -0.04, -3.0], ["12.3%", "0.0%", "−3.0%"]),
        ("%+.2f pp", [1.234, -1.234, 0.001], ["+1.23 pp", "−1.23 pp", "0.00 pp"]),
        ("%+d", [5, -5, 0], ["+5", "−5", "0"]),
        ("$%+,.2f", [1234.5, -5, 0], ["+$1,234.50", "−$5.00", "$0.00"]),
        ("%.1f×", [3.84, None], ["3.8×", "–"]),
        ("month %d", [0, 11], ["month 0", "month 11"]),
    ],
)
def test_numbers_are_written_by_their_format_and_sorted_as_numbers(
    form: str, values: list[float | None], said: list[str]
) -> None:
    made = column(values, config.NumberColumn("A", format=form))
    assert made["said"] == said
    assert made["values"] == values
    assert made["kind"] == "number"


@pytest.mark.parametrize("form", ["%s", "compact", "d", "%.1f of %d"])
def test_a_format_that_is_not_known_is_refused(form: str) -> None:
    with pytest.raises(ValueError, match="does not know how to write"):
        column([1], config.NumberColumn("A", format=form))


def test_money_is_exact_until_it_is_written() -> None:
    made = column([Decimal("1234567.89"), None], config.NumberColumn("A", format="$%,.2f"))
    assert made["said"] == ["$1,234,567.89", "–"]
    assert made["values"] == [1234567.89, None]


def test_times_are_written_in_utc_and_sorted_by_the_clock() -> None:
    at = datetime(2026, 3, 5, 4, 7, 9, tzinfo=UTC)
    made = column([at, None], config.DatetimeColumn("A", format="D MMM YYYY, HH:mm:ss"))
    assert made["said"] == ["5 Mar 2026, 04:07:09", "–"]
    assert made["values"] == [at.timestamp(), None]
    days = column([date(2026, 11, 30), None], config.DateColumn("A", format="MMM YYYY"))
    assert days["said"] == ["Nov 2026", "–"]
    assert days["values"][0] > made["values"][0]
    assert column([None], config.DateColumn("A", format="YYYY-MM-DD"))["said"] == ["–"]


def test_words_are_sorted_as_they_are_said_and_long_ones_are_told_apart() -> None:
    made = column(["b", None], config.TextColumn("A", help="What it is."))
    assert (made["said"], made["kind"], made["help"]) == (["b", "–"], "word", "What it is.")
    assert made["values"] == ["b", None]
    assert "values" not in column(["b", "a"], config.TextColumn("A"))
    assert column(["b" * 49], config.TextColumn("A"))["kind"] == "words"
    flags = column([True, False, None], config.CheckboxColumn("A"))
    assert flags["said"] == ["Yes", "No", "–"]


def test_a_state_has_its_colour_and_an_unknown_one_none() -> None:
    how = config.MultiselectColumn("A", options=["On", "Off"], color=["green", "red"])
    made = column(["Off", "On", "Else"], how)
    assert made["said"] == ["Off", "On", "Else"]
    assert made["colours"] == ["red", "green", ""]


def test_a_share_is_told_of_the_most_and_a_course_from_nothing_to_its_own() -> None:
    share = column([10.0, None], config.ProgressColumn("A", format="%.1f%%", max_value=40))
    assert (share["said"], share["values"], share["most"]) == (["10.0%", "–"], [10.0, None], 40)
    line = column([[0, 5, 10], [0, 0], []], config.LineChartColumn("A"))
    assert line["values"] == [[0, 50, 100], [0, 0], []]
    assert line["said"] == ["from 0 to 10", "from 0 to 0", "–"]


def test_a_picture_is_told_by_its_id_and_has_no_address_that_many_could_share() -> None:
    made = column(["0198", None], config.ImageColumn("A"))
    assert (made["said"], made["values"]) == (["Picture", "–"], ["0198", None])
    assert "addresses" not in made


def test_pinned_columns_stand_beside_one_another_and_else_the_first_stays() -> None:
    rows = pd.DataFrame({"a": [1], "b": ["x"], "c": [2]})
    pinned = {
        "a": config.NumberColumn("A", format="%d", pinned=True, width=46),
        "b": config.TextColumn("B", pinned=True),
        "c": config.NumberColumn("C", format="%d", width=80),
    }
    made = table.data(rows, pinned, "alt")["columns"]
    assert [(one["name"], one.get("left"), one.get("width")) for one in made] == [
        ("a", 0, 46), ("b", 46, None), ("c", None, None),
    ]  # fmt: skip
    plain = {name: config.TextColumn(name) for name in "abc"}
    made = table.data(rows.astype(str), plain, "alt")["columns"]
    assert [one.get("left") for one in made] == [0, None, None]
    made = table.data(pd.DataFrame({"a": ["long " * 20], "b": ["x"]}), {"a": plain["a"]}, "alt")
    assert [one["name"] for one in made["columns"]] == ["a"]
    assert made["columns"][0].get("left") is None


@pytest.mark.parametrize(("count", "is_long"), [(20, False), (21, True)])
def test_a_table_that_scrolls_can_be_searched(count: int, is_long: bool) -> None:
    rows = pd.DataFrame({"a": range(count)})
    made = table.data(rows, {"a": config.NumberColumn("A", format="%d")}, "alt")
    assert (made["isLong"], made["count"]) == (is_long, count)


def test_one_column_opens_what_is_behind_a_row() -> None:
    rows = pd.DataFrame({"rank": [1, 2], "name": ["Alba", "Borea"]})
    columns = {"rank": config.NumberColumn("#"), "name": config.TextColumn("Brand")}

    def opening(**named: Any) -> list[str]:
        made = Table(rows, columns, "Brands", datetime(2026, 3, 5, tzinfo=UTC), **named)
        return [one["name"] for one in made.drawn["columns"] if any(one.get("opens", []))]

    of_brands = brand.opening(pd.Series(["a", "b"]))
    assert of_brands["ids"] == ["a", "b"]
    assert opening(opening="name", **of_brands) == ["name"]
    assert opening(**of_brands) == ["rank"]
    assert opening(opening="name") == []
    ids = [uuid4(), uuid4()]
    assert brand.opening(pd.Series(ids))["ids"] == [str(one) for one in ids]
    # Whoever sees one brand is there already.
    assert brand.opening(pd.Series(["a", "a"])) == {}
