"""Files of exactly what a card shows: CSV and XLSX, with when, for whom and by which definition.

Made of what the card has in hand, when somebody asks for the file. Nothing that a file holds can
run as a formula: text that a spreadsheet would take for one gets an apostrophe in front.
"""

import csv
import io
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from decimal import Decimal
from html import unescape
from typing import Any

import numpy as np
import pandas as pd
import plotly.graph_objects as go
import xlsxwriter

Cell = str | int | float | bool | date | datetime | None

# What makes a spreadsheet take text for a formula; wide forms count as much in some of them.
_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")
_UNITS = {"pct": " (%)", "usd": " (USD)", "ms": " (ms)", "s": " (s)"}


@dataclass(frozen=True)
class Sheet:
    """What goes into a file: ``facts`` about it in pairs, a heading and rows as they are shown."""

    title: str
    facts: Sequence[tuple[str, str]]
    heading: Sequence[str]
    rows: Sequence[Sequence[Cell]]


def harmless(value: str) -> str:
    """Text that no spreadsheet takes for a formula."""
    return "'" + value if value.startswith(_FORMULA) else value


def as_csv(sheet: Sheet) -> bytes:
    """The sheet as CSV in UTF-8 (marked as such for Excel): facts, an empty line, heading, rows.

    Everything but numbers is quoted, so that no cell can begin anew within another.
    """
    written = io.StringIO()
    writer = csv.writer(written, quoting=csv.QUOTE_NONNUMERIC)
    writer.writerow([harmless(sheet.title)])
    writer.writerows([harmless(text) for text in fact] for fact in sheet.facts)
    writer.writerow([])
    writer.writerow([harmless(name) for name in sheet.heading])
    writer.writerows([_text(cell) for cell in row] for row in sheet.rows)
    return written.getvalue().encode("utf-8-sig")


def as_xlsx(sheet: Sheet) -> bytes:
    """The sheet as a workbook: the rows on "Data", the facts on "About"."""
    written = io.BytesIO()
    options = {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
    with xlsxwriter.Workbook(written, options) as book:
        bold = book.add_format({"bold": True})
        wrapped = book.add_format({"text_wrap": True, "valign": "top"})
        day = book.add_format({"num_format": "yyyy-mm-dd"})
        time = book.add_format({"num_format": "yyyy-mm-dd hh:mm:ss"})
        data = book.add_worksheet("Data")
        for column, name in enumerate(sheet.heading):
            data.write_string(0, column, harmless(name), bold)
        for line, row in enumerate(sheet.rows, start=1):
            for column, cell in enumerate(row):
                if isinstance(cell, str):
                    data.write_string(line, column, harmless(cell))
                elif isinstance(cell, bool):
                    data.write_boolean(line, column, cell)
                elif isinstance(cell, datetime):
                    data.write_datetime(line, column, cell, time)
                elif isinstance(cell, date):
                    data.write_datetime(line, column, cell, day)
                elif cell is not None:
                    data.write_number(line, column, cell)
        data.freeze_panes(1, 0)
        data.set_column(0, max(len(sheet.heading) - 1, 0), 18)
        about = book.add_worksheet("About")
        about.set_column(0, 0, 16)
        about.set_column(1, 1, 90)
        about.write_string(0, 0, harmless(sheet.title), bold)
        for line, (name, said) in enumerate(sheet.facts, start=1):
            about.write_string(line, 0, harmless(name))
            about.write_string(line, 1, harmless(said), wrapped)
    return written.getvalue()


def rows_of_table(
    shown: pd.DataFrame, labels: dict[str, str]
) -> tuple[list[str], list[list[Cell]]]:
    """Heading and rows of the frame that a table shows; ``labels`` by the names of its columns."""
    heading = [labels[str(name)] + _unit(str(name)) for name in shown.columns]
    columns = [[cell(value) for value in shown[name]] for name in shown.columns]
    return heading, [list(row) for row in zip(*columns, strict=True)]


def rows_of_figure(figure: go.Figure) -> tuple[list[str], list[list[Cell]]]:
    """Heading and rows of the data that a figure draws.

    A heatmap is a table as it is drawn. Series over one axis are a column each; where a series has
    several points in one place, every point is a row.
    """
    # What cannot be pointed at is decoration; of these two the numbers are written out.
    traces = [t for t in figure.data if t.type in ("heatmap", "funnel") or t.hoverinfo != "skip"]
    heatmaps = [trace for trace in traces if trace.type == "heatmap"]
    if heatmaps:
        return _matrix(figure, heatmaps[0])
    if any(trace.type == "pie" for trace in traces):
        pies = [pair for t in traces for pair in zip(t.labels, t.values, strict=True)]
        return ["Part", "Value"], [[cell(label), cell(value)] for label, value in pies]
    points = [_points(trace) for trace in traces]
    if any(len({x for x, _, _ in series}) < len(series) for series in points) or any(
        trace.type == "scatter" and "lines" not in (trace.mode or "lines") for trace in traces
    ):
        return _long(figure, traces, points)
    order = list(dict.fromkeys(x for series in points for x, _, _ in series))
    by_place = [{x: y for x, y, _ in series} for series in points]
    dated = all(isinstance(place, date) for place in order)
    if dated:
        order.sort(key=str)
    names = [unescape(trace.name or "Value") for trace in traces]
    first = "Day" if dated else "Name"
    lying = any(_is_lying(trace) for trace in traces)
    called = _ticks(figure.layout.yaxis if lying else figure.layout.xaxis)
    return [first, *names], [
        [called.get(str(x), x), *(places.get(x) for places in by_place)] for x in order
    ]


def _matrix(figure: go.Figure, trace: Any) -> tuple[list[str], list[list[Cell]]]:
    across = _named(figure.layout.xaxis, trace.x, len(trace.z[0]))
    down = _named(figure.layout.yaxis, trace.y, len(trace.z))
    rows = [[name, *map(cell, line)] for name, line in zip(down, trace.z, strict=True)]
    return ["", *across], rows


def _named(axis: Any, places: Iterable[Any] | None, count: int) -> list[str]:
    """What an axis calls places along it."""
    at = list(range(count) if places is None else places)
    called = _ticks(axis)
    return [called.get(str(place), str(cell(place))) for place in at]


def _ticks(axis: Any) -> dict[str, str]:
    """The words along an axis by their places; none on one that writes the places themselves."""
    if axis.ticktext is None:
        return {}
    ticks = zip(axis.tickvals, axis.ticktext, strict=True)
    return {str(place): unescape(str(name)).strip() for place, name in ticks}


Point = tuple[Cell, Cell, Cell]


def _points(trace: Any) -> list[Point]:
    """Place, value and words of each point of a series."""
    places, values = (trace.y, trace.x) if _is_lying(trace) else (trace.x, trace.y)
    values = [] if values is None else list(values)
    places = list(range(len(values))) if places is None else list(places)
    words = (
        trace.text if isinstance(trace.text, list | tuple | np.ndarray) else [None] * len(values)
    )
    return [
        (cell(place), cell(value), cell(unescape(word) if isinstance(word, str) else word))
        for place, value, word in zip(places, values, words, strict=True)
    ]


def _is_lying(trace: Any) -> bool:
    return trace.type == "funnel" or getattr(trace, "orientation", None) == "h"


def _long(
    figure: go.Figure, traces: Sequence[Any], points: Sequence[Sequence[Point]]
) -> tuple[list[str], list[list[Cell]]]:
    heading = ["Series", "Point"]
    axes = [figure.layout.xaxis, figure.layout.yaxis]
    heading += [axis.title.text or name for axis, name in zip(axes, "xy", strict=True)]
    rows: list[list[Cell]] = [
        [unescape(trace.name or ""), words, x, y]
        for trace, series in zip(traces, points, strict=True)
        for x, y, words in series
    ]
    return heading, rows


def cell(value: Any) -> Cell:
    """A value as a file can hold it: plain numbers, naive times in UTC, None for what is n/a."""
    if isinstance(value, list | tuple | np.ndarray):
        return ", ".join(str(cell(part)) for part in value)
    if value is None or pd.isna(value):
        return None
    if isinstance(value, str):
        return value
    if isinstance(value, bool | np.bool_):
        return bool(value)
    if isinstance(value, Decimal):
        return float(value)
    if isinstance(value, np.datetime64 | datetime):
        time = pd.Timestamp(value)
        if time.tzinfo is not None:
            return time.tz_convert(UTC).tz_localize(None).floor("ms").to_pydatetime()
        return time.date() if time == time.normalize() else time.floor("ms").to_pydatetime()
    if isinstance(value, date):
        return value
    number: int | float = value.item() if isinstance(value, np.generic) else value
    return number


def _text(value: Cell) -> Cell:
    if isinstance(value, str):
        return harmless(value)
    if isinstance(value, datetime):
        return f"{value:%Y-%m-%d %H:%M:%S}"
    return str(value) if isinstance(value, bool | date) else value


def _unit(name: str) -> str:
    return _UNITS.get(name.rpartition("_")[2], "")
