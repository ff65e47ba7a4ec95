"""The components, each on its own: what they compute, and what they show when all goes wrong."""

import gc
import importlib
import inspect
import json
import logging
import math
import pkgutil
import weakref
from collections.abc import Mapping
from contextlib import nullcontext
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any

import numpy as np
import pandas as pd
import pytest
import streamlit as st
from streamlit.testing.v1 import AppTest

import components
import metrics
import queries
from components import (
    accuracy,
    asked,
    behind,
    brand,
    charts,
    cohorts,
    economics,
    leaderboard,
    lifetime,
    notes,
    over_time,
    period,
    plotted,
    returning,
    steps,
    tile,
    triangle,
    volume,
)
from components.drill import Behind, Rows
from components.question import Question, asking
from database.tenancy import Scope
from tests.shown import drawn, figures, tables


@pytest.mark.parametrize(
    ("label", "today", "window", "compared_end", "before", "against"),
    [
        (
            "Last 7 days",
            date(2026, 3, 10),
            (date(2026, 3, 3), date(2026, 3, 10)),
            date(2026, 3, 10),
            (date(2026, 2, 24), date(2026, 3, 3)),
            "vs 7 days before",
        ),
        (
            "This month",
            date(2026, 5, 21),
            (date(2026, 5, 1), date(2026, 5, 21)),
            date(2026, 5, 21),
            (date(2026, 4, 1), date(2026, 4, 21)),
            "vs 1 to 20 Apr",
        ),
        (
            "This month",
            date(2026, 5, 2),
            (date(2026, 5, 1), date(2026, 5, 2)),
            date(2026, 5, 2),
            (date(2026, 4, 1), date(2026, 4, 2)),
            "vs 1 Apr",
        ),
        (  # 30 complete days of March against a February of 28: both cut to 28
            "This month",
            date(2026, 3, 31),
            (date(2026, 3, 1), date(2026, 3, 31)),
            date(2026, 3, 29),
            (date(2026, 2, 1), date(2026, 3, 1)),
            "first 28 days, vs month before",
        ),
        (  # no day of the new month is over: the month that just ended
            "This month",
            date(2026, 5, 1),
            (date(2026, 4, 1), date(2026, 5, 1)),
            date(2026, 5, 1),
            (date(2026, 3, 1), date(2026, 3, 31)),
            "vs 1 to 30 Mar",
        ),
        (
            "Last month",
            date(2026, 1, 15),
            (date(2025, 12, 1), date(2026, 1, 1)),
            date(2025, 12, 31),
            (date(2025, 11, 1), date(2025, 12, 1)),
            "first 30 days, vs month before",
        ),
        (
            "Last month",
            date(2026, 9, 15),
            (date(2026, 8, 1), date(2026, 9, 1)),
            date(2026, 9, 1),
            (date(2026, 7, 1), date(2026, 8, 1)),
            "vs 31 days before",
        ),
    ],
)
def test_periods_end_with_complete_days_and_compare_with_as_many(
    label: str,
    today: date,
    window: tuple[date, date],
    compared_end: date,
    before: tuple[date, date],
    against: str,
) -> None:
    found = period.period(label, today)
    assert found.against == against
    assert (found.start, found.end) == window
    assert found.compared_end == compared_end
    assert (found.before_start, found.before_end) == before


@pytest.mark.parametrize("label", period.PRESETS)
@pytest.mark.parametrize("day", range(0, 400, 9))
def test_no_period_holds_today_and_both_windows_are_equally_long(label: str, day: int) -> None:
    today = date(2025, 12, 20) + timedelta(days=day)
    found = period.period(label, today)
    assert found.start < found.end <= today
    assert found.before_end <= found.start
    assert found.compared_end - found.start == found.before_end - found.before_start
    assert found.start < found.compared_end <= found.end


@pytest.mark.parametrize("label", [None, "", "Since ever'; drop table jobs"])
def test_a_period_that_is_not_offered_is_the_default(label: str | None) -> None:
    today = date(2026, 3, 10)
    assert period.period(label, today) == period.period(period.DEFAULT, today)


def test_brands_of_one_name_are_told_apart_by_their_slug() -> None:
    brands = pd.DataFrame(
        {
            "brand_id": ["1", "2", "3"],
            "name": ["Aurore", "Aurore", "Brisa"],
            "slug": ["aurore", "aurore-2", "brisa"],
        }
    )
    assert brand.options(brands) == {"Aurore (aurore)": "1", "Aurore (aurore-2)": "2", "Brisa": "3"}


def test_no_band_goes_over_days_without_a_value() -> None:
    days = [date(2026, 3, 1) + timedelta(days=place) for place in range(4)]
    names = ("Below", "Confidence", "Above")
    whole = charts.band(days, names, [0.7] * 4, [0.8] * 4, [0.9] * 4, "pct")
    assert [trace.fill for trace in whole.data] == [None, "tonexty", None]
    assert whole.data[2].error_y.array is None
    low, middle, high = ([share, None, None, share] for share in (0.7, 0.8, 0.95))
    gaps = charts.band(days, names, low, middle, high, "pct")
    assert [trace.fill for trace in gaps.data] == [None, None, None]
    assert gaps.data[2].mode == "lines+markers"
    assert gaps.data[2].error_y.array[[0, 3]] == pytest.approx([0.15, 0.15])
    assert gaps.data[2].error_y.arrayminus[[0, 3]] == pytest.approx([0.1, 0.1])


def test_a_day_with_none_beside_it_is_seen_among_many() -> None:
    days = [date(2026, 1, 1) + timedelta(days=place) for place in range(100)]
    for shares, mode in (
        ([0.5] * 100, "lines"),
        ([0.5] * 50 + [math.nan] + [0.5] * 49, "lines"),
        ([0.5] * 98 + [math.nan, 0.5], "lines+markers"),
        ([math.nan, 0.5, math.nan] + [0.5] * 97, "lines+markers"),
    ):
        (line,) = charts.lines(days, {"Success rate": shares}, "pct").data
        assert line.mode == mode
        # The dot of 100% stands on the edge of the chart, whole.
        assert line.cliponaxis is False


@pytest.mark.parametrize(("count", "mode"), [(16, "lines+markers"), (17, "lines")])
def test_a_line_over_few_steps_has_dots(count: int, mode: str) -> None:
    weeks = [date(2026, 1, 5) + timedelta(days=7 * place) for place in range(count)]
    (line,) = charts.lines(weeks, {"p50": [1.0] * count}, "ms").data
    assert line.mode == mode


def test_a_line_that_can_be_clicked_draws_one_of_its_points_alone() -> None:
    days = [date(2026, 1, 1) + timedelta(days=place) for place in range(100)]
    (plain,) = charts.lines(days, {"p50": [1.0] * 100}, "ms").data
    assert plain.marker.maxdisplayed is None
    figure = plotted.clickable(charts.lines(days, {"p50": [1.0] * 100}, "ms"))
    (line,) = figure.data
    assert (line.mode, line.marker.opacity) == ("lines+markers", 0)
    assert line.marker.maxdisplayed == 1


def test_a_step_that_nobody_reached_says_so() -> None:
    figure = charts.funnel(["Launched", "Saved", "Purchased"], "Shoppers", [30, 9, 0])
    assert list(figure.data[0].textposition) == ["inside", "outside", "outside"]
    (said,) = figure.layout.annotations
    assert (said.y, said.text) == ("Purchased", "0 · 0.0%")


def test_a_day_that_is_not_over_is_hatched_and_the_others_are_not() -> None:
    days = [date(2026, 3, 8), date(2026, 3, 9), date(2026, 3, 10)]
    (drawn,) = charts.bars(days, "Try-ons", [3, 4, 1], "count", running=1).data
    assert list(drawn.y) == [3, 4, 1]
    assert list(drawn.marker.pattern.shape) == ["", "", "/"]
    (drawn,) = charts.bars(days, "Try-ons", [3, 4, 1], "count").data
    assert set(drawn.marker.pattern.shape) == {""}


def test_a_heatmap_writes_its_numbers_leaves_the_future_blank_and_hatches_what_runs() -> None:
    figure = charts.heatmap(
        ["D1", "D7"], ["Jan", "Feb"], [[0.5, 0.25], [0.4, None]], [[False, False], [True, False]]
    )
    table, hatching = figure.data
    assert [list(row) for row in table.text] == [["50.0%", "25.0%"], ["40.0%", ""]]
    assert (list(hatching.x), list(hatching.base)) == ([0], [1 - 0.45])


def test_a_picture_of_cells_has_the_colours_of_a_page_in_the_dark() -> None:
    figure = charts.heatmap(["a"], ["x"], [[0.5]])
    assert figure.data[0].colorscale == ((0.0, charts.SCALE[0]), (1.0, charts.SCALE[1]))
    plotted.darken(figure)
    assert figure.data[0].colorscale == ((0.0, charts.DARK_SCALE[0]), (1.0, charts.DARK_SCALE[1]))
    assert figure.data[0].textfont.color == charts.DARK_INK
    bars = charts.bars([date(2026, 3, 1)], "Try-ons", [3], "count")
    before = bars.to_dict()
    plotted.darken(bars)
    assert bars.to_dict() == before


def test_cohorts_keep_their_order_with_the_mean_last() -> None:
    months = [date(2026, 1, 1)] * 2 + [date(2026, 2, 1)] * 2 + [None] * 2
    frame = pd.DataFrame(
        {
            "cohort_month": pd.to_datetime(pd.Series(months)),
            "day_number": [1, 7, 1, 7, 1, 7],
            "retention_pct": [0.2, 0.1, 0.3, None, 0.25, 0.1],
            "state": ["complete", "complete", "running", "future", "mean", "mean"],
        }
    )
    drawing = cohorts.drawing(frame, datetime(2026, 2, 9, tzinfo=UTC))
    assert drawing.figure is not None
    table, hatching = drawing.made().data
    assert [list(row) for row in table.text] == [
        ["20.0%", "10.0%"],
        ["30.0%", ""],
        ["25.0%", "10.0%"],
    ]
    assert [name.strip() for name in drawing.made().layout.yaxis.ticktext] == [
        "Jan 2026",
        "Feb 2026",
        "Mean, pooled",
    ]
    assert (list(hatching.x), list(hatching.base)) == ([0], [1 - 0.45])
    assert "D1 25.0%, D7 10.0%" in drawing.alt


@pytest.mark.parametrize(
    ("rank", "before", "expected"), [(2, 5, "+3"), (5, 2, "−3"), (4, 4, "="), (4, None, "new")]
)
def test_a_rank_says_how_many_places_it_moved(
    rank: int, before: float | None, expected: str
) -> None:
    assert leaderboard.moved(rank, before) == expected


@pytest.mark.parametrize(
    ("approved", "n", "expected"),
    [
        (8, 10, "49.0% to 94.3%, n = 10, provisional"),
        (24, 30, "62.7% to 90.5%, n = 30"),
        (0, 0, "No verdicts yet"),
    ],
)
def test_human_accuracy_says_how_sure_it_is(approved: int, n: int, expected: str) -> None:
    assert notes.verdicts({"approved_count": approved, "verdict_count": n}) == expected


def test_ltv_says_over_how_many_months_it_is() -> None:
    row = {"month_count": 7, "ltv_usd": 61.8, "cac_usd": None, "gross_margin_pct": 0.7}
    assert notes.ltv_and_cac(row) == "LTV (7 months) $61.80, CAC –, margin 70%"
    assert notes.ltv_months(row) == "7 complete months, margin 70%"
    assert notes.ltv_months(row | {"month_count": 1}) == "1 complete month, margin 70%"


def test_payback_is_not_yet_only_where_it_could_be() -> None:
    def row(months: int, cac: float | None) -> Mapping[str, Any]:
        return {"month_count": months, "cac_usd": cac}

    assert [notes.not_yet(r) for r in (row(3, 9.0), row(0, 9.0), row(3, None))] == [
        "not yet",
        "–",
        "–",
    ]


def test_a_waterfall_leads_from_start_to_end_and_is_cut_only_where_steps_are_small() -> None:
    ends = ("Start", 1000.0, "End", 1005.0)
    figure = charts.waterfall({"New": 20.0, "Churn": -15.0}, ends, "usd")
    (drawn,) = figure.data
    assert list(drawn.x) == ["Start", "New", "Churn", "End"]
    assert list(drawn.y) == [1000, 20, -15, 1005]
    low, high = figure.layout.yaxis.range
    assert 0 < low < 1000
    assert high > 1020
    whole = charts.waterfall({"New": 20.0, "Churn": -15.0}, ("Start", 0.0, "End", 5.0), "usd")
    assert whole.layout.yaxis.range is None
    still = charts.waterfall({"New": 0.0, "Churn": 0.0}, ("Start", 9.0, "End", 9.0), "usd")
    assert still.layout.yaxis.range is None


@pytest.mark.parametrize(
    ("value", "place", "symbol"), [(1500.0, 1500, "circle"), (17_000.0, 3200, "triangle-right")]
)
def test_a_value_beyond_the_line_is_pointed_at(value: float, place: float, symbol: str) -> None:
    _, own = charts.standing(value, (500, 1000, 2000), "Alder", "usd").data
    assert (list(own.x), own.marker.symbol) == ([place], symbol)


def test_an_axis_from_zero_to_zero_can_be_drawn() -> None:
    layout = plotted.in_page(charts.standing(0, (0, 0, 0), "Alder", "usd")).to_dict()["layout"]
    assert layout["xaxis"]["tickformat"] == "$~s"


@pytest.mark.parametrize(
    ("end", "first"), [(date(2026, 3, 10), date(2025, 4, 1)), (date(2026, 1, 1), date(2025, 1, 1))]
)
def test_a_year_of_months_ends_with_the_last_day(end: date, first: date) -> None:
    days = period.Period("", end - timedelta(days=7), end, end, end, end)
    assert period.year_of_months(days) == first


def _cards() -> None:
    import datetime as dt

    import pandas as pd
    import streamlit as st

    from components import card, charts
    from metrics import METRICS

    now = dt.datetime(2026, 3, 10, 4, 5, tzinfo=dt.UTC)

    def breaks() -> card.Figure:
        st.session_state["tries"] = st.session_state.get("tries", 0) + 1
        if st.session_state["tries"] == 1:
            raise ConnectionError("secret-host refused")
        return card.Figure(0.42, now)

    def forget() -> None:
        st.session_state["forgot"] = True

    card.metric_card(
        METRICS["mrr"],
        lambda: card.Figure(110, now, compared=110, before=100, series=[1, 2, 3], note="Strict"),
        forget,
        "vs 30 days before",
    )
    card.metric_card(METRICS["cac"], lambda: card.Figure(None, now), forget, "vs")
    same = card.Figure(7, now, compared=7, before=7)
    card.metric_card(METRICS["tryons"], lambda: same, forget, "vs")
    card.metric_card(METRICS["conversion"], breaks, forget, "vs")
    card.chart_card(
        "Empty", lambda: card.Drawing(None, "", now, empty="No try-ons yet."), forget, "empty"
    )
    card.table_card(
        "Rows",
        lambda: card.Table(
            pd.DataFrame({"a": [1], "b": [2]}),
            {"a": st.column_config.NumberColumn("A", format="%d")},
            "One row",
            now,
        ),
        forget,
        "rows",
    )
    figure = charts.level([now.date()], "MRR", [1.0], "usd")
    card.chart_card("Drawn", lambda: card.Drawing(figure, "One point", now), forget, "drawn")


def test_a_card_shows_value_change_definition_and_time() -> None:
    page = AppTest.from_function(_cards).run()
    assert not page.exception
    mrr, cac, same = figures(page)
    assert (mrr.value, mrr.delta) == ("$110", "↑ +10.0%")
    assert mrr.help.startswith("Monthly recurring revenue")
    assert (cac.value, cac.delta) == ("–", "")
    assert (same.label, same.value, same.delta) == ("Try-ons", "7", "No change")
    assert page.get("popover")[0].proto.popover.label == "Details as of 10 Mar, 04:05"
    # The one card with a course shows it as a line, and in words.
    tiles = list(drawn(page, "tile"))
    assert [tile.get("alt") for tile in tiles] == [
        "MRR: from $1.00 to $3.00, between $1.00 and $3.00", None, None,
    ]  # fmt: skip
    assert tiles[0]["course"] == [0, 50, 100]
    assert [tile["note"] for tile in tiles] == ["Strict", "", ""]
    assert [tile["tone"] for tile in tiles] == ["good", "", ""]


@pytest.mark.parametrize(
    ("key", "now", "then", "said", "tone"),
    [
        ("mrr", 90, 100, "↓ −10.0%", "bad"),
        ("cac", 90, 100, "↓ −10.0%", "good"),
        ("cac", 110, 100, "↑ +10.0%", "bad"),
        ("tryons", 5, 0, "↑ new", "good"),
        ("tryons", 5, None, "", ""),
        ("model_confidence", 0.9, 0.9, "No change", ""),
    ],
)
def test_a_change_is_told_in_words_and_good_or_bad_by_its_metric(
    key: str, now: float, then: float | None, said: str, tone: str
) -> None:
    metric = metrics.METRICS[key]
    shown = tile.data(metric, "x", metrics.change(metric, now, then), "vs before", [], "")
    assert (shown["change"], shown["tone"], shown["against"]) == (said, tone, "vs before")


def test_a_course_goes_from_its_lowest_to_its_highest() -> None:
    def course(*values: float) -> Any:
        none = metrics.Change("", 0, None)
        return tile.data(metrics.METRICS["mrr"], "x", none, "", values, "").get("course")

    assert course(-10, 0, 30, 0) == [0, 25, 100, 25]
    # Without a change it is a line in the middle.
    assert course(5, 5) == [50, 50]
    assert course(5) is None


def test_a_card_that_fails_says_so_alone_and_reads_again_on_a_click(
    caplog: pytest.LogCaptureFixture,
) -> None:
    with caplog.at_level(logging.CRITICAL):
        page = AppTest.from_function(_cards).run()
    assert [error.value for error in page.error] == [
        "Conversion could not be read just now. The rest of the page is not affected."
    ]
    assert len(figures(page)) == 3
    page.button(key="retry-conversion").click().run()
    assert not page.exception
    assert not page.error
    assert figures(page)[3].value == "42.0%"


def _near_and_far() -> None:
    import threading

    import streamlit as st

    from components import asked, card

    st.session_state["page"] = threading.get_ident()
    drawn = st.session_state["drawn"] = {}
    loaded = st.session_state["loaded"] = []

    def near() -> str:
        loaded.append("near")
        return "near"

    def far() -> str:
        if asked.is_hurried():
            raise asked.NotAtHandError
        loaded.append("far")
        return "far"

    def draw(reading: card.Reading[str]) -> None:
        found = reading.take("A card", "key", height=80)
        assert found is not None
        drawn[found[0]] = threading.get_ident()
        # As a card does that is drawn again by itself.
        if st.session_state.get("again"):
            reading.take("A card", "key", height=80)

    card.draw(draw, far)
    card.draw(draw, near)


def test_who_has_nothing_to_wait_for_is_drawn_in_turn() -> None:
    page = AppTest.from_function(_near_and_far).run()
    drawn = page.session_state["drawn"]
    assert drawn["near"] == page.session_state["page"]
    assert drawn["far"] != page.session_state["page"], "who waits lets the others go on"
    assert sorted(page.session_state["loaded"]) == ["far", "near"]


def test_a_card_that_is_drawn_again_reads_again() -> None:
    page = AppTest.from_function(_near_and_far)
    page.session_state["again"] = True
    page.run()
    assert not page.exception
    assert sorted(page.session_state["loaded"]) == ["far", "far", "near", "near"]


def test_refresh_forgets_what_the_cache_holds() -> None:
    page = AppTest.from_function(_cards)
    page.session_state["menu-mrr"] = True
    page.run()
    assert "forgot" not in page.session_state
    page.button(key="refresh-mrr").click().run()
    assert page.session_state["forgot"] is True


def test_a_card_without_data_says_so_and_hidden_columns_stay_on_the_server() -> None:
    page = AppTest.from_function(_cards).run()
    assert any("No try-ons yet." in caption.value for caption in page.caption)
    assert list(tables(page)[0].columns) == ["a"]


def _pickers() -> None:
    import datetime as dt

    import pandas as pd
    import streamlit as st

    from components import brand, period

    def load() -> pd.DataFrame:
        if st.session_state.get("gone"):
            raise ConnectionError("secret-host refused")
        numbers = range(st.session_state.get("count", 3))
        return pd.DataFrame(
            {
                "brand_id": [f"id-{n}" for n in numbers],
                "name": [f"Brand {n}" for n in numbers],
                "slug": [f"brand-{n}" for n in numbers],
            }
        )

    st.text(brand.pick(load) or "all")
    st.text(period.pick(dt.datetime(2026, 3, 10, tzinfo=dt.UTC)).label)


@pytest.mark.parametrize("named", ["Brand 1", "brand-1", "id-1"])
def test_the_address_names_a_brand_by_name_slug_or_id(named: str) -> None:
    page = AppTest.from_function(_pickers)
    page.query_params["brand"] = named
    page.run()
    assert not page.exception
    assert page.text[0].value == "id-1"


def test_a_brand_that_is_not_yours_gets_one_sentence_and_no_page() -> None:
    page = AppTest.from_function(_pickers)
    page.query_params["brand"] = "id-2"
    page.session_state["count"] = 2
    page.run()
    assert not page.exception
    assert [note.value for note in page.warning] == [
        "The address names a brand that this account cannot see."
    ]
    assert not page.text


def test_brands_that_cannot_be_read_are_one_sentence_with_a_retry(
    caplog: pytest.LogCaptureFixture,
) -> None:
    page = AppTest.from_function(_pickers)
    page.session_state["gone"] = True
    with caplog.at_level(logging.CRITICAL):
        page.run()
    assert not page.exception
    assert [error.value for error in page.error] == [
        "The database does not answer just now. Nothing is lost."
    ]
    page.session_state["gone"] = False
    page.button(key="retry-brands").click().run()
    assert not page.error
    assert page.text[0].value == "all"


def test_one_brand_needs_no_picker() -> None:
    page = AppTest.from_function(_pickers)
    page.session_state["count"] = 1
    page.run()
    assert page.text[0].value == "id-0"
    assert [box.label for box in page.selectbox] == ["Period"]


def test_picking_is_for_the_browser_but_checked_here() -> None:
    page = AppTest.from_function(_pickers).run()
    assert (page.text[0].value, page.text[1].value) == ("all", "Last 30 days")
    page.selectbox(key="period").select("Last 7 days").run()
    assert page.text[1].value == "Last 7 days"


def _kept_functions() -> dict[str, Any]:
    keeping = asked.kept(str).__code__
    modules = [
        importlib.import_module(f"components.{found.name}")
        for found in pkgutil.iter_modules(components.__path__)
    ]
    return {
        f"{module.__name__}.{name}": thing
        for module in modules
        for name, thing in vars(module).items()
        if getattr(thing, "__code__", None) is keeping and thing.__module__ == module.__name__
    }


def test_what_is_kept_for_the_next_reader_is_made_of_answers_and_nothing_of_whoever_looks() -> None:
    answers_or_words = {"Answer", "Literal", "str", "int", "bool", "date", "Period", "int | None"}
    found = _kept_functions()
    assert {"components.leaderboard._table", "components.volume._over_time"} <= found.keys()
    for name, kept in found.items():
        taken = {
            str(getattr(parameter.annotation, "__name__", parameter.annotation))
            for parameter in inspect.signature(kept).parameters.values()
        }
        assert "Answer" in taken, name
        assert taken <= answers_or_words, name


def test_a_table_is_made_once_of_an_answer_and_anew_of_the_next() -> None:
    known = {"brand_id": ["a"], "name": ["Aurora"], "spend_usd": [Decimal(5)]}
    frame = pd.DataFrame(known).reindex(
        columns=[
            "brand_id",
            "name",
            "ltv_usd",
            "month_count",
            "cac_usd",
            "ltv_cac_ratio",
            "payback_month",
            "spend_usd",
            "new_shopper_count",
        ]
    )
    window = period.period("Last 7 days", date(2026, 3, 10))

    class Standing(Teller):
        def __init__(self) -> None:
            self.answer = Answer(frame)

        def read(self, name: str, scope: object, **_: object) -> Any:  # noqa: ARG002 (a reader's)
            return self.answer

        at_hand = read

    reader = Standing()
    load, _ = economics.by_brand(Question(reader, lambda: None, "a", {}), window)
    first = load()
    assert load() is first
    assert load().drawn is first.drawn
    reader.answer = Answer(frame.assign(spend_usd=pd.Series([Decimal(7)], dtype=object)))
    again = load()
    assert (first.shown["spend_usd"].tolist(), again.shown["spend_usd"].tolist()) == ([5.0], [7.0])
    # With the answer goes what was made of it.
    last = weakref.ref(first)
    del first
    gc.collect()
    assert last() is None


def test_weeks_and_months_add_up_days_and_say_which_are_cut() -> None:
    days = pd.date_range("2026-02-25", "2026-03-12")  # a Wednesday to a Thursday, not over
    frame = pd.DataFrame({"day": days, "launched_count": 2, "completed_count": 1})
    frame = frame.assign(failed_count=0, canceled_count=0)
    end = date(2026, 3, 12)
    answer = Answer(frame)
    counts, cut = volume.stepped(answer, "week", end)
    assert [start.date() for start in counts.index] == [
        date(2026, 2, 23),
        date(2026, 3, 2),
        date(2026, 3, 9),
    ]
    assert list(counts["launched_count"]) == [10, 14, 8]
    assert cut == [True, False, True]
    counts, cut = volume.stepped(answer, "month", end)
    assert (list(counts["completed_count"]), cut) == ([4, 12], [True, True])
    counts, cut = volume.stepped(answer, "day", end)
    assert (len(counts), cut) == (16, [False] * 15 + [True])
    # The last day of a month that is whole.
    whole = pd.DataFrame({"day": pd.date_range("2026-02-01", "2026-02-28")})
    whole = whole.assign(launched_count=1, completed_count=1, failed_count=0, canceled_count=0)
    assert volume.stepped(Answer(whole), "month", date(2026, 3, 1))[1] == [False]


@pytest.mark.parametrize(
    ("step", "days", "drawn"),
    [
        ("day", 0, "day"),
        ("day", 186, "day"),
        ("day", 187, "week"),
        ("week", 187, "week"),
        ("day", 7 * 186 + 1, "month"),
        ("month", 1, "month"),
        ("month", 9999, "month"),
    ],
)
def test_a_step_is_as_long_as_a_chart_can_show(step: str, days: int, drawn: str) -> None:
    start = date(2015, 1, 1)
    assert steps.fitting(step, start, start + timedelta(days=days)) == drawn


def test_times_are_drawn_in_seconds_with_a_gap_where_there_is_none() -> None:
    days = [date(2026, 3, day) for day in (1, 2, 3, 4)]
    figure = charts.lines(days, {"p50": [1500, float("nan"), 2000, 2500]}, "ms")
    drawn = figure.data[0]
    assert list(drawn.y[[0, 2, 3]]) == [1.5, 2, 2.5]
    assert math.isnan(drawn.y[1])
    assert figure.layout.yaxis.ticksuffix == " s "
    alone = charts.lines(days[:1], {"Success rate": [0.98]}, "pct")
    # The one day stands under its point; the hours around it say nothing.
    assert [str(day) for day in alone.layout.xaxis.tickvals] == ["2026-03-01"]


@pytest.mark.parametrize("cut", [[True, False, True], [False, False, True]])
def test_a_legend_shows_series_whole_though_their_first_bar_is_cut(cut: list[bool]) -> None:
    weeks = [date(2026, 3, day) for day in (1, 2, 9)]
    ended = {"Completed": [1, 2, 3], "Failed": [0, 1, 0], "Canceled": [0, 0, 1]}
    figure = charts.outcomes(weeks, [1, 3, 4], ended, cut, {})
    named = [
        trace for trace in figure.data if trace.type == "bar" and trace.showlegend is not False
    ]
    assert [trace.name for trace in named] == list(ended)
    assert [(trace.marker.pattern.shape or [""])[0] for trace in named] == ["", "", ""]
    # What is clicked on is known by its place among the traces.
    assert [list(trace.y) for trace in figure.data[:4]] == [*ended.values(), [1, 3, 4]]


@pytest.mark.parametrize(
    ("apart", "first", "step"),
    [
        # The first Monday stands next to the day that the period begins with.
        ([1, 7, 7, 7], "23 Mar", 7),
        ([7, 7, 7], "22 Mar", 7),
        # A week without anything in it.
        ([3, 7, 14], "25 Mar", 7),
        ([7] * 9, "3 May", 14),
        ([1] * 9, None, None),
        ([2, 1, 7], None, None),
        # More than a quarter is written in months.
        ([7] * 14, None, None),
    ],
)
def test_an_axis_of_weeks_names_the_days_that_they_begin_with(
    apart: list[int], first: str | None, step: int | None
) -> None:
    days = [date(2026, 3, 1)]
    for days_between in apart:
        days.append(days[-1] + timedelta(days=days_between))
    axis = charts.lines(days, {"One": [1.0] * len(days)}, "count").layout.xaxis
    named = None if axis.tick0 is None else f"{axis.tick0.item():%-d %b}"
    assert (named, axis.dtick) == (first, step and step * 86_400_000)


def test_an_hour_is_the_mean_over_the_weekdays_of_the_period() -> None:
    frame = pd.DataFrame(
        {"weekday_number": [1, 7], "hour_number": [0, 23], "launched_count": [3, 4]}
    )
    # 2 to 9 March: two Mondays, one Sunday.
    means = volume.hourly_means(frame, date(2026, 3, 2), date(2026, 3, 10))
    assert (means[0][0], means[0][1], means[6][23]) == (1.5, 0, 4)
    # A Monday alone: the period holds no Sunday.
    means = volume.hourly_means(frame, date(2026, 3, 2), date(2026, 3, 3))
    assert means[0][0] == 3
    assert pd.isna(means[6][23])


def test_an_unusual_day_is_marked_above_its_bar() -> None:
    figure = charts.outcomes(
        [date(2026, 3, 2), date(2026, 3, 3)],
        [10, 20],
        {"Completed": [9, 15], "Failed": [1, 3], "Canceled": [0, 2]},
        [False, True],
        {date(2026, 3, 3): "Unusual: 15 completed, usually 9"},
    )
    by_name = {trace.name: trace for trace in figure.data}
    assert list(by_name["Failed"].y) == [1, 3]
    assert list(by_name["Completed"].marker.pattern.shape) == ["", "/"]
    assert list(by_name["Launched"].y) == [10, 20]
    assert list(by_name["Unusual"].y) == pytest.approx([21.2])
    assert list(by_name["Unusual"].text) == ["Unusual: 15 completed, usually 9"]


# Values of the address that no filter offers, and what filters are called that are not their key.
WRONG = ("x", "'; drop", "nothing", "")
NAMED = {"by": "step"}


def test_behind_each_day_of_a_level_are_the_movements_of_its_month() -> None:
    begin, until = date(2026, 1, 30), date(2026, 3, 3)
    days = pd.DataFrame({"day": pd.date_range(begin, until, inclusive="left"), "mrr_usd": 5.0})

    class Level(Teller):
        def read(self, name: str, scope: object, **_: object) -> Any:  # noqa: ARG002 (a reader's)
            return answer

        at_hand = read

    answer = Answer(days)
    question = Question(Level(), lambda: None, "a", {})
    load, _ = over_time.level(question, "mrr_usd", "MRR", "usd", begin, until)
    parts = load().parts
    assert parts is not None
    behind_days = [parts.listed[parts.points[0, place]] for place in range(len(days))]
    assert [part.label for part in behind_days] == [
        *["In January 2026"] * 2,
        *["In February 2026"] * 28,
        *["In March 2026"] * 2,
    ]
    assert [(part.params["since"], part.params["until"]) for part in parts.listed] == [
        (begin, until),
        (date(2026, 1, 1), date(2026, 2, 1)),
        (date(2026, 2, 1), date(2026, 3, 1)),
        (date(2026, 3, 1), until),
    ]


@dataclass(frozen=True, eq=False)
class Answer:
    """An answer as a reader gives it."""

    frame: pd.DataFrame
    as_of: datetime = datetime(2026, 3, 10, tzinfo=UTC)
    sql: str = ""
    elapsed_ms: float = 0.0

    @property
    def row_count(self) -> int:
        return len(self.frame)

    @property
    def row(self) -> Mapping[str, Any]:
        return dict(self.frame.iloc[0])


def _measured(days: "period.Period", total: "Question", before: "str | None") -> None:
    from components.question import measure

    measure(days, "mrr", total, "mrr_usd", before=before)


def _filters() -> None:
    import streamlit as st

    from components import address, filters

    with filters.row():
        step = filters.step()
        st.json({"step": step, **filters.jobs()})
    filters.unavailable("by", "There is no course over time.")
    address.tell(st.container())


def test_filters_come_from_the_address_and_what_is_not_offered_is_the_default() -> None:
    def picked(**address: str) -> dict[str, str]:
        app = AppTest.from_function(_filters)
        for name, value in address.items():
            app.query_params[name] = value
        app.run()
        assert not app.exception
        found: dict[str, str] = json.loads(app.json[0].value)
        wrong = [name for name, value in address.items() if value in WRONG]
        said = [note.value for note in app.warning]
        assert len(said) == min(1, len(wrong))
        assert all(f"{NAMED.get(name, name)} “" in said[0] for name in wrong)
        # It is said once: the address holds it no longer.
        assert not app.run().warning
        return found

    default = {"step": "day", "origin": "shopper", "category": "all", "device": "all"}
    assert picked() == default
    assert picked(by="Week", origin="All", category="Bags", device="iOS") == {
        "step": "week",
        "origin": "all",
        "category": "bags",
        "device": "ios",
    }
    assert picked(by="x", origin="'; drop", category="nothing", device="") == default


def test_what_the_address_asked_for_is_repeated_as_plain_words() -> None:
    app = AppTest.from_function(_filters)
    app.query_params["category"] = "[Bags](x) **$1$** " + "a" * 400
    (said,) = app.run().warning
    assert not set("[]()*$") & set(said.value.split("(", 1)[1].rsplit(")", 1)[0])
    assert len(said.value) < 150


def test_a_filter_that_a_page_cannot_honour_is_disabled_and_says_why() -> None:
    app = AppTest.from_function(_filters).run()
    box = app.selectbox(key="by-unavailable")
    assert (box.disabled, box.help) == (True, "There is no course over time.")


def _period(day: int = 10) -> None:
    import datetime as dt

    import streamlit as st

    from components import address, period

    found = period.pick(dt.datetime(2026, 3, day, tzinfo=dt.UTC))
    st.text(f"{found.label}: {found.start} to {found.end}, compared {found.is_compared}")
    address.tell(st.container())


def shown_days(app: AppTest) -> str:
    assert not app.exception
    return str(app.text[0].value)


def test_days_of_ones_own_come_from_the_address() -> None:
    app = AppTest.from_function(_period)
    app.query_params["period"] = "Custom"
    app.query_params["days"] = ["2026-01-05", "2026-01-09"]
    app.query_params["compare"] = "false"
    assert shown_days(app.run()) == "Custom: 2026-01-05 to 2026-01-10, compared False"
    assert not app.warning
    # Days are fixed already.
    assert not app.button


@pytest.mark.parametrize(
    "days",
    [
        ["yesterday"],
        ["2026-02-30", "2026-03-01"],
        ["2026-01-01", "2026-01-02", "2026-01-03"],
        ["0001-01-01", "9999-12-31"],
    ],
)
def test_days_that_are_none_are_the_usual_ones_and_one_sentence(days: list[str]) -> None:
    app = AppTest.from_function(_period)
    app.query_params["period"] = "Custom"
    app.query_params["days"] = days
    assert shown_days(app.run()) == "Custom: 2026-02-08 to 2026-03-10, compared True"
    (said,) = app.warning
    assert "(days “" in said.value


def test_on_the_first_of_a_month_this_month_is_the_one_that_has_just_ended() -> None:
    def said(day: int, label: str) -> tuple[str, list[str]]:
        app = AppTest.from_function(_period, kwargs={"day": day})
        app.query_params["period"] = label
        return shown_days(app.run()), [caption.value for caption in app.caption]

    ended = "2026-02-01 to 2026-03-01, compared True"
    why = "February: no day of March is over."
    assert said(1, "This month") == (f"This month: {ended}", [why])
    assert said(1, "Last month") == (f"Last month: {ended}", [])
    assert said(2, "This month") == ("This month: 2026-03-01 to 2026-03-02, compared True", [])


def test_freezing_turns_a_relative_period_into_its_dates() -> None:
    app = AppTest.from_function(_period)
    app.query_params["period"] = "Last month"
    before = shown_days(app.run())
    app.button(key="freeze").click().run()
    assert shown_days(app) == before.replace("Last month", "Custom")
    assert app.query_params["period"] == "Custom"
    assert app.query_params["days"] == ["2026-02-01", "2026-02-28"]
    # The usual days as well, which would not be in the address if they were the default.
    app.selectbox(key="period").select("Last 30 days").run()
    app.button(key="freeze").click().run()
    assert app.query_params["days"] == ["2026-02-08", "2026-03-09"]


def test_going_on_to_days_of_ones_own_begins_with_those_shown() -> None:
    app = AppTest.from_function(_period).run()
    app.selectbox(key="period").select("Last 7 days").run()
    app.selectbox(key="period").select("Custom").run()
    assert shown_days(app) == "Custom: 2026-03-03 to 2026-03-10, compared True"
    app.date_input(key="days").set_value((date(2026, 3, 5), date(2026, 3, 5))).run()
    assert shown_days(app) == "Custom: 2026-03-05 to 2026-03-06, compared True"


@pytest.mark.parametrize(
    ("first", "last", "window"),
    [
        (date(2026, 3, 1), date(2026, 3, 4), (date(2026, 3, 1), date(2026, 3, 5))),
        (date(2026, 3, 4), date(2026, 3, 1), (date(2026, 3, 1), date(2026, 3, 5))),
        # Today and what is to come are in no total.
        (date(2026, 3, 1), date(2026, 4, 4), (date(2026, 3, 1), date(2026, 3, 10))),
        (date(2026, 3, 9), date(2026, 3, 10), (date(2026, 3, 9), date(2026, 3, 10))),
        # Nothing but these was asked for.
        (date(2026, 5, 1), date(2026, 5, 2), (date(2026, 5, 1), date(2026, 5, 3))),
    ],
)
def test_custom_days_end_with_a_complete_one(
    first: date, last: date, window: tuple[date, date]
) -> None:
    found = period.custom(first, last, date(2026, 3, 10))
    assert (found.start, found.end) == window
    assert found.before_end == found.start
    assert found.end - found.start == found.before_end - found.before_start


def test_a_figure_that_is_not_compared_has_no_change_and_asks_for_its_own_days_alone() -> None:
    asked: list[date] = []

    class Total(Question):
        def read(self, **days: date) -> Any:
            asked.append(days["since"])
            return Answer(pd.DataFrame({"mrr_usd": [5.0], "mrr_before_usd": [4.0]}))

    def shown(*, is_compared: bool, before: str | None, label: str = "Last 7 days") -> list[str]:
        asked.clear()
        days = replace(period.period(label, date(2026, 3, 10)), is_compared=is_compared)
        app = AppTest.from_function(_measured, args=(days, Total(queries, Scope, "", {}), before))
        return [metric.delta for metric in figures(app.run())]

    assert shown(is_compared=True, before=None) == ["No change"]
    assert len(asked) == 3
    assert shown(is_compared=True, before="mrr_before_usd") == ["↑ +25.0%"]
    assert asked == [date(2026, 3, 3)]
    # The nine days of February that it is compared with do not end where March begins.
    assert shown(is_compared=True, before="mrr_before_usd", label="This month") == ["No change"]
    assert asked == [date(2026, 3, 1), date(2026, 3, 1), date(2026, 2, 1)]
    for before in (None, "mrr_before_usd"):
        assert shown(is_compared=False, before=before) == [""]
        assert asked == [date(2026, 3, 3)]


class Teller:
    """A reader that has one answer a question."""

    def __init__(self, **frames: pd.DataFrame) -> None:
        self.frames = frames

    def read(self, name: str, scope: object, **_: object) -> Answer:  # noqa: ARG002 (a reader's)
        return Answer(self.frames[name])

    at_hand = read

    def refresh(self, name: str, scope: object, **_: object) -> None:
        """Keep the answer."""


def told(name: str, frame: pd.DataFrame) -> Question:
    return Question(Teller(**{name: frame}), lambda: Scope("all"), name, {})


def test_jobs_without_a_confidence_are_no_table_of_it() -> None:
    frame = pd.DataFrame(
        {
            "category": ["dresses"],
            "device": ["ios"],
            "model_confidence_pct": [np.nan],
            "completed_count": [3],
        }
    )
    start, end = date(2026, 3, 1), date(2026, 4, 1)
    days = period.Period("", start, end, start, start, start)
    rows = Rows("Jobs", told("b", frame), lambda _: None, lambda *_: None)  # type: ignore[arg-type,return-value]
    load, _ = accuracy.by_category_and_device(told("a", frame), days, rows)
    drawing = load()
    assert drawing.figure is None
    assert drawing.empty == "No completed job with a model confidence in this period."


@pytest.mark.parametrize(
    ("count", "last"), [(11, "Brand 11"), (12, "Brand 12"), (13, "2 others"), (30, "19 others")]
)
def test_the_brands_with_the_fewest_try_ons_are_one_bar(count: int, last: str) -> None:
    names = [f"Brand {number}" for number in range(1, count + 1)]
    counts = list(range(count, 0, -1))
    frame = pd.DataFrame({"brand_id": names, "name": names, "completed_count": counts})
    days = period.custom(date(2026, 3, 1), date(2026, 3, 8), date(2026, 3, 9))
    rows = Rows("Jobs", told("b", frame), lambda _: None, lambda *_: None)  # type: ignore[arg-type,return-value]
    drawing = volume.by_brand(told("by_brand", frame), days, rows)[0]()
    figure = drawing.made()
    assert figure is not None
    # Behind the others together stands nothing.
    assert isinstance(drawing.behind, Behind)
    listed = [part.brand for part in drawing.behind.parts.listed]
    assert listed == [None, *names[: 12 if count == 12 else 11]]
    (bars,) = figure.data
    assert (len(bars.x), bars.x.sum()) == (min(count, 12), sum(counts))
    assert figure.layout.yaxis.ticktext[-1] == last


class Keeper(Teller):
    """A reader that keeps what it has read once."""

    def __init__(self, **frames: pd.DataFrame) -> None:
        super().__init__(**frames)
        self.kept: set[str] = set()

    def read(self, name: str, scope: object, **params: object) -> Answer:
        self.kept.add(name)
        return super().read(name, scope, **params)

    def at_hand(self, name: str, scope: object, **params: object) -> Answer | None:  # type: ignore[override]
        return super().read(name, scope, **params) if name in self.kept else None


def _two_answers(first: "Question", second: "Question") -> None:
    import streamlit as st

    from components import card

    answer = card.read("Both", lambda: (first.read(), second.read()), "both", height=80)
    assert answer is not None
    st.text(" ".join(one.name for one in answer[1]))


def test_a_skeleton_stands_only_where_the_database_is_asked(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    heights: list[int] = []

    def skeleton(*, height: int) -> Any:
        heights.append(height)
        return nullcontext()

    monkeypatch.setattr(st, "skeleton", skeleton)
    reader = Keeper(a=pd.DataFrame({"x": [1]}), b=pd.DataFrame({"x": [2]}))
    questions = tuple(Question(reader, lambda: Scope("all"), name, {}) for name in ("a", "b"))
    reader.kept.add("a")
    page = AppTest.from_function(_two_answers, args=questions).run()
    assert not page.exception
    # What was at hand of the first is not told twice.
    assert [one.value for one in page.text] == ["a b"]
    assert heights == [80]
    page.run()
    assert [one.value for one in page.text] == ["a b"]
    assert heights == [80]


def test_the_triangle_and_its_curves_name_the_rows_that_they_show() -> None:
    cohort = pd.to_datetime(pd.Series(["2026-01-01"] * 3 + ["2026-02-01"] * 3 + [None] * 3))
    frame = pd.DataFrame(
        {
            "cohort": cohort,
            "first_period": [0, 1, 2] * 3,
            "next_period": [1, 2, 3] * 3,
            "cohort_count": [8] * 3 + [4] * 3 + [12, 8, 0],
            "retention_pct": [1, 0.25, 0.5, 1, 0.75, None, 1, 0.25, None],
            "state": ["complete", "complete", "running", "complete", "running", "future"]
            + ["mean"] * 3,
        }
    )
    rows = Rows("Shoppers", told("b", frame), lambda _: None, lambda *_: None)  # type: ignore[arg-type,return-value]
    load, _ = triangle.table(told("a", frame), "month", date(2026, 3, 1), rows)
    drawing = load()
    assert drawing.figure is not None
    table, hatching = drawing.made().data[:2]
    assert drawing.made().layout.yaxis.ticktext == (
        "Jan 2026 · 8 ",
        "Feb 2026 · 4 ",
        "Mean, pooled ",
    )
    assert [list(row) for row in table.text] == [
        ["100.0%", "25.0%", "50.0%"],
        ["100.0%", "75.0%", ""],
        ["100.0%", "25.0%", ""],
    ]
    assert list(zip(hatching.x, hatching.base, strict=True)) == [(2, -0.45), (1, 0.55)]
    # Everybody is there at first: the scale is of what follows.
    assert table.zmax == 0.75
    assert isinstance(drawing.behind, Behind)
    parts = drawing.behind.parts
    part = parts.listed[parts.points[0, 4]]
    assert part.label == "Feb 2026 · 4, month 1"
    assert part.params == {
        "since": date(2026, 2, 1),
        "until": date(2026, 3, 1),
        "first_period": 1,
        "next_period": 2,
    }
    # Nothing stands behind the future and a mean of nothing.
    assert {point for _, point in drawing.behind.points} == {0, 1, 2, 3, 4, 6, 7}
    mean = parts.listed[parts.points[0, 7]]
    assert mean.label == "All that are complete, month 1"
    assert mean.params == {
        "since": date(2026, 1, 1),
        "until": date(2026, 2, 1),
        "first_period": 1,
        "next_period": 2,
    }

    load, _ = triangle.curves(told("a", frame), "month", date(2026, 3, 1), rows)
    curves = load().made()
    assert curves is not None
    assert {line.name: list(line.y)[:1] for line in curves.data} == {
        "Jan 2026 · 8": [1],
        "Feb 2026 · 4": [1],
        "Mean, pooled": [1],
    }
    first, second, mean = curves.data
    # What is not over is in no curve.
    assert (list(first.y), list(mean.y)) == ([1, 0.25], [1, 0.25])
    assert np.isnan(second.y[1])


def test_the_curves_of_value_are_the_cohorts_and_their_pool_against_cac() -> None:
    month = pd.to_datetime(pd.Series(["2026-01-01"] * 2 + ["2026-02-01"] + [None] * 2))
    frame = pd.DataFrame(
        {
            "cohort_month": month,
            "month_number": [0, 1, 0, 0, 1],
            "cumulative_margin_usd": [Decimal(n) for n in (5, 9, 1, 3, 7)],
        }
    )
    total = pd.DataFrame({"cac_usd": [Decimal(4)], "payback_month": [1.0]})
    march = period.custom(date(2026, 3, 1), date(2026, 3, 31), date(2026, 4, 9))
    shoppers = behind.newcomers(asking(queries, lambda: Scope()), date(2026, 4, 9))
    load, _ = lifetime.curves(
        told("a", frame), told("b", total), "margin", date(2026, 1, 1), march, shoppers
    )
    drawing = load()
    figure = drawing.made()
    assert figure is not None
    assert isinstance(drawing.behind, Behind)
    parts = drawing.behind.parts
    named = {point: parts.listed[place].label for point, place in parts.points.items()}
    assert named == {
        (0, 0): "First try-on in January 2026",
        (0, 1): "First try-on in January 2026",
        (1, 0): "First try-on in February 2026",
        (2, 0): "First try-on in these months",
        (2, 1): "First try-on in these months",
    }
    assert {line.name: (list(line.x), list(line.y)) for line in figure.data} == {
        "Jan 2026": ([0, 1], [5, 9]),
        "Feb 2026": ([0], [1]),
        "All cohorts, pooled": ([0, 1], [3, 7]),
        "CAC": ([0, 1], [4, 4]),
        "Payback, month 1": ([1], [7]),
    }
    # A mark at the first month would have room made for a month before it.
    assert figure.layout.xaxis.range == (-0.5, 1.5)


@pytest.mark.parametrize(
    ("typed", "expected"),
    [
        ("1, 8,15", (1, 8, 15)),
        ("0,31", (0, 31)),
        ("8", None),
        ("5,2", None),
        ("1,1", None),
        ("1,32", None),
        ("1,x", None),
        ("", None),
    ],
)
def test_brackets_are_rising_numbers(typed: str, expected: tuple[int, ...] | None) -> None:
    assert returning.edges(typed, 31) == expected
