"""Files hold what is shown, and nothing in them runs as a formula."""

import csv
import io
from datetime import UTC, date, datetime
from decimal import Decimal

import numpy as np
import openpyxl
import pandas as pd
import plotly.graph_objects as go
import pytest
from hypothesis import given
from hypothesis import strategies as st

from components import charts, export
from components.export import Cell, Sheet

DANGEROUS = ["=1+1", "+1", "-1", "@sum(a1)", "\t=1", "\r=1", "\n=1", "＝1", '=cmd|"/c calc"!a0']


def read_csv(content: bytes) -> list[list[str]]:
    return list(csv.reader(io.StringIO(content.decode("utf-8-sig"), newline="")))


def read_xlsx(content: bytes) -> tuple[list[list[Cell]], list[list[Cell]]]:
    book = openpyxl.load_workbook(io.BytesIO(content))
    data, about = ([[c.value for c in row] for row in book[n].iter_rows()] for n in book.sheetnames)
    assert book.sheetnames == ["Data", "About"]
    assert {c.data_type for sheet in book for row in sheet.iter_rows() for c in row} <= set("snbd")
    return data, about


@pytest.mark.parametrize("text", DANGEROUS)
def test_text_that_a_spreadsheet_would_run_is_text_in_both_files(text: str) -> None:
    sheet = Sheet(text, [("Note", text)], [text, "n"], [[text, -1.5]])
    rows = read_csv(export.as_csv(sheet))
    assert [rows[0], rows[1]] == [["'" + text], ["Note", "'" + text]]
    assert rows[3:] == [["'" + text, "n"], ["'" + text, "-1.5"]]
    data, about = read_xlsx(export.as_xlsx(sheet))
    # A workbook ends lines in its own way.
    escaped = ("'" + text).replace("\r", "\n")
    same = [
        [str(cell).replace("_x000D_", "\n").replace("\r", "\n") for cell in row]
        for row in (data[0][:1], data[1][:1], about[0][:1], about[1][1:2])
    ]
    assert same == [[escaped]] * 4
    assert data[1][1] == -1.5


@given(st.text(max_size=20))
def test_no_text_starts_a_cell_as_a_formula(text: str) -> None:
    assert not export.harmless(text).startswith(("=", "+", "-", "@", "\t", "\r", "\n"))
    assert export.harmless(text).removeprefix("'") == text.removeprefix("'")


def test_both_files_hold_the_same_values_with_what_they_are_about() -> None:
    frame = pd.DataFrame(
        {
            "name": ["Aurore", None],
            "mrr_usd": [Decimal("-12.50"), None],
            "share_pct": [94.25, np.nan],
            "created_at": pd.Series(["2026-03-01T10:11:12Z", None], dtype="datetime64[us, UTC]"),
            "day": pd.Series(["2026-03-01", None], dtype="datetime64[us]"),
            "status": [["queued"], ["completed", "late"]],
        }
    )
    heading, rows = export.rows_of_table(frame, {str(name): str(name).title() for name in frame})
    assert heading == ["Name", "Mrr_Usd (USD)", "Share_Pct (%)", "Created_At", "Day", "Status"]
    sheet = Sheet("Brands", [("As of", "2026-03-02 00:00:00 UTC")], heading, rows)
    time, day = datetime(2026, 3, 1, 10, 11, 12, tzinfo=UTC).replace(tzinfo=None), date(2026, 3, 1)
    assert rows == [
        ["Aurore", -12.5, 94.25, time, day, "queued"],
        [None, None, None, None, None, "completed, late"],
    ]
    assert read_csv(export.as_csv(sheet)) == [
        ["Brands"],
        ["As of", "2026-03-02 00:00:00 UTC"],
        [],
        heading,
        ["Aurore", "-12.5", "94.25", "2026-03-01 10:11:12", "2026-03-01", "queued"],
        ["", "", "", "", "", "completed, late"],
    ]
    data, about = read_xlsx(export.as_xlsx(sheet))
    midnight = datetime(2026, 3, 1, tzinfo=UTC).replace(tzinfo=None)
    assert data == [
        heading,
        ["Aurore", -12.5, 94.25, time, midnight, "queued"],
        [None, None, None, None, None, "completed, late"],
    ]
    assert about == [["Brands", None], ["As of", "2026-03-02 00:00:00 UTC"]]


def test_a_chart_over_days_is_a_row_a_day() -> None:
    days = [date(2026, 3, 1), date(2026, 3, 2)]
    heading, rows = export.rows_of_figure(charts.bars(days, "Try-ons", [3, 4], "count", running=1))
    assert (heading, rows) == (["Day", "Try-ons"], [[days[0], 3.0], [days[1], 4.0]])


def test_two_of_the_same_name_have_a_row_each() -> None:
    figure = charts.ranking(["Nova", "Nova", "1984"], [5, 3, 1], ["5, 56%", "3, 33%", "1, 11%"])
    assert export.rows_of_figure(figure) == (
        ["Name", "Value"],
        [["Nova", 5], ["Nova", 3], ["1984", 1]],
    )


def test_series_over_other_days_stand_side_by_side() -> None:
    figure = go.Figure(
        [
            go.Scatter(x=["2026-03-01", "2026-03-03"], y=[1, 3], name="a", mode="lines"),
            go.Scatter(x=["2026-03-02", "2026-03-03"], y=[5, None], name="b", mode="lines"),
        ]
    )
    heading, rows = export.rows_of_figure(figure)
    assert heading == ["Name", "a", "b"]
    assert rows == [["2026-03-01", 1, None], ["2026-03-03", 3, None], ["2026-03-02", None, 5]]


def test_a_heatmap_is_the_table_that_it_shows() -> None:
    figure = charts.heatmap(
        ["D1", "D7"], ["Jan", "Feb"], [[0.5, 0.25], [0.4, None]], [[False, False], [True, False]]
    )
    assert export.rows_of_figure(figure) == (
        ["", "D1", "D7"],
        [["Jan", 0.5, 0.25], ["Feb", 0.4, None]],
    )


def test_points_are_a_row_each() -> None:
    figure = go.Figure(
        go.Scatter(x=[1, 1], y=[2, 3], text=["Aurore", "Brisa"], mode="markers", name="Brands"),
        layout={"xaxis": {"title": "CAC"}, "yaxis": {"title": "LTV"}},
    )
    assert export.rows_of_figure(figure) == (
        ["Series", "Point", "CAC", "LTV"],
        [["Brands", "Aurore", 1, 2], ["Brands", "Brisa", 1, 3]],
    )


def test_bars_that_lie_are_named_by_their_place() -> None:
    figure = go.Figure(go.Funnel(x=[10, 4], y=["launched", "completed"], name="Shoppers"))
    assert export.rows_of_figure(figure) == (
        ["Name", "Shoppers"],
        [["launched", 10], ["completed", 4]],
    )
