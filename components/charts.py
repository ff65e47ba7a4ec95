"""Every kind of Plotly figure in the dashboard: one template, one palette, built from arrays.

The palette holds on light and on dark (see .streamlit/config.toml), and text, grid and background
follow the page's theme in the browser. So a figure does not know the theme and can be cached.
"""

import pickle
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import date
from functools import lru_cache, wraps
from html import escape
from typing import ParamSpec

import numpy as np
import plotly.graph_objects as go
import plotly.io

from components import axes
from metrics import Unit, text

_P = ParamSpec("_P")

PLUM, BLUE, OCHRE, GREEN, NEUTRAL = PALETTE = (
    "#AA418A",
    "#2B5BEE",
    "#AD871F",
    "#169857",
    "#80766F",
)
# From the least, which is next to the paper, to the most: one ink is readable on every cell.
SCALE = ("#F8EEF4", "#D28DB9")
INK = "#2A2129"
DARK_SCALE = ("#2A1F2B", "#A03A82")
DARK_INK = "#F0E9EE"

# A table with more columns writes shorter numbers.
_WIDE = 18

# What stands above a chart that has a legend of one line.
_LEGEND = 42

# A line over more days, weeks or months has no dots: each takes the browser 0.1 ms.
_DOTS = 16

# How many numbers stand along an axis at most.
_STEPS = 12

# How an axis and the text under the pointer write a unit (d3-format).
_TICKS = {
    "usd": "$~s",
    "count": "~s",
    "pct": ".0%",
    "ratio": ".1f",
    "score": ".3f",
    "month": "d",
    "ms": ",.0f",
}
_HOVER = {
    "usd": "$,.0f",
    "count": ",.0f",
    "pct": ".1%",
    "ratio": ".2f",
    "score": ".3f",
    "month": "d",
    "ms": ",.0f",
}

# No other template comes to a figure by itself.
plotly.io.templates.default = None
TEMPLATE = go.layout.Template(
    layout=go.Layout(
        colorway=PALETTE,
        hovermode="x unified",
        # A finger that scrolls the page over a chart must not select in it.
        dragmode=False,
        margin={"l": 0, "r": 8, "t": 8, "b": 0},
        showlegend=False,
        # From the top of the figure: above the plot itself, a legend would stay where it was when a
        # window becomes narrower and its lines wrap.
        legend={"orientation": "h", "x": 0, "y": 0.99, "yref": "container", "yanchor": "top"},
        xaxis={"showgrid": False, "fixedrange": True, "nticks": 7},
        yaxis={"rangemode": "tozero", "fixedrange": True, "nticks": 6, "ticksuffix": " "},
        bargap=0.25,
    )
)

# How many figures of each kind are kept.
_FIGURES = 64


def _kept(make: Callable[_P, go.Figure]) -> Callable[_P, go.Figure]:
    """Keep the last figures that a function made: of equal arguments it makes equal ones.

    Nearly every time that a page is drawn its figures are those of the time before, for somebody.
    They are shared, so that who gets one does not change it.
    """

    @lru_cache(_FIGURES)
    def made(arguments: bytes) -> go.Figure:
        args, named = pickle.loads(arguments)
        return make(*args, **named)

    @wraps(make)
    def kept(*args: _P.args, **named: _P.kwargs) -> go.Figure:
        return made(pickle.dumps((args, named)))

    return kept


def literal(words: str) -> str:
    """Words that somebody has written, for Plotly, which reads tags and ``%{…}`` in what it writes.

    ``html.unescape`` gives them back.
    """
    return escape(words, quote=False).replace("%{", "%&#123;")


def _figure(unit: Unit, height: int) -> go.Figure:
    return go.Figure(
        layout={"template": TEMPLATE, "height": height, "yaxis": axes.numbers(_TICKS[unit])}
    )


@_kept
def level(
    days: Iterable[date], name: str, values: Iterable[float | None], unit: Unit, height: int = 280
) -> go.Figure:
    """A line over days of what holds until it changes, as MRR does, filled down to zero."""
    figure = _figure(unit, height)
    x = np.asarray(list(days), dtype="datetime64[D]")
    figure.add_trace(
        go.Scatter(
            x=x,
            y=np.asarray(list(values), dtype=float),
            name=name,
            mode="lines",
            line={"color": PLUM, "width": 2.25, "shape": "hv"},
            fill="tozeroy",
            fillcolor=_faint(PLUM),
            hovertemplate=_hover(unit),
        )
    )
    _over_days(figure, x)
    return figure


def _hover(unit: Unit) -> str:
    return f"%{{y:{_HOVER[unit]}}}<extra></extra>"


@_kept
def bars(
    days: Iterable[date],
    name: str,
    values: Iterable[float],
    unit: Unit,
    running: int = 0,
    height: int = 280,
) -> go.Figure:
    """One bar a day. The last ``running`` days are not over: hatched, and said so on hover."""
    figure = _figure(unit, height)
    x = np.asarray(list(days), dtype="datetime64[D]")
    written = _hover(unit)
    complete = len(x) - running
    figure.add_trace(
        go.Bar(
            x=x,
            y=np.asarray(list(values), dtype=float),
            name=name,
            marker={
                "color": PLUM,
                "cornerradius": 3,
                "line": {"width": 0},
                "pattern": {
                    "shape": [""] * complete + ["/"] * running,
                    "fillmode": "replace",
                    "size": 6,
                },
            },
            hovertemplate=[written] * complete + ["so far " + written] * running,
        )
    )
    _over_days(figure, x)
    return figure


@_kept
def stacked(
    days: Iterable[date],
    series: Mapping[str, Sequence[float]],
    colours: Mapping[str, str],
    unit: Unit,
    height: int = 300,
) -> go.Figure:
    """Bars of several named series a day, week or month: above zero what adds, below what takes."""
    figure = _figure(unit, height)
    x = np.asarray(list(days), dtype="datetime64[D]")
    for name, values in series.items():
        figure.add_trace(
            go.Bar(
                x=x,
                y=np.asarray(values, dtype=float),
                name=name,
                marker={"color": colours[name], "line": {"width": 0}},
                hovertemplate=f"{name} %{{y:{_HOVER[unit]}}}<extra></extra>",
            )
        )
    figure.update_layout(barmode="relative", showlegend=True, margin_t=_LEGEND)
    _over_days(figure, x)
    return figure


@_kept
def curve(
    name: str, values: Sequence[float], threshold: tuple[str, float] | None, unit: Unit
) -> go.Figure:
    """What adds up from month 0 on, with the named level that it has to reach."""
    figure = _figure(unit, height=300)
    months = list(range(len(values)))
    figure.add_trace(
        go.Scatter(
            x=months,
            y=list(values),
            name=name,
            mode="lines+markers",
            line={"color": PLUM, "width": 2.25},
            hovertemplate=f"{name} {_hover(unit)}",
        )
    )
    if threshold is not None:
        called, level_of_it = threshold
        figure.add_trace(
            go.Scatter(
                x=months,
                y=[level_of_it] * len(months),
                name=called,
                mode="lines",
                line={"color": OCHRE, "width": 2, "dash": "dash"},
                hovertemplate=f"{called} {_hover(unit)}",
            )
        )
    figure.update_layout(
        showlegend=True,
        margin_t=_LEGEND,
        xaxis={"title": "Month after the first job's", "tickvals": months},
    )
    return figure


@_kept
def curves(
    numbers: Sequence[int],
    mean: tuple[str, Sequence[float | None]],
    each: Mapping[str, Sequence[float | None]],
    unit: Unit,
    title: str,
    threshold: tuple[str, float] | None = None,
    marked: tuple[str, int] | None = None,
) -> go.Figure:
    """A named line over ``numbers``, an axis called ``title``, before those that it is the mean of.

    None is a gap; ``each`` may end early. ``threshold`` is a level with its name, ``marked`` a
    number of the line with its.
    """
    figure = _figure(unit, height=340)
    # "Months after …" and "Month after …" count months.
    step = title.split()[0].lower().removesuffix("s")
    written = f", {step} %{{x}}: {_hover(unit)}"
    for name, values in each.items():
        figure.add_trace(
            go.Scatter(
                x=list(numbers)[: len(values)],
                y=np.asarray(values, dtype=float),
                name=literal(name),
                mode="lines",
                line={"color": NEUTRAL, "width": 1},
                opacity=0.6,
                showlegend=False,
                hovertemplate=literal(name) + written,
            )
        )
    name, values = mean
    figure.add_trace(
        go.Scatter(
            x=list(numbers),
            y=np.asarray(values, dtype=float),
            name=name,
            mode="lines+markers",
            line={"color": PLUM, "width": 2.25},
            hovertemplate=name + written,
        )
    )
    if threshold is not None:
        called, level_of_it = threshold
        figure.add_trace(
            go.Scatter(
                x=list(numbers),
                y=[level_of_it] * len(numbers),
                name=called,
                mode="lines",
                line={"color": OCHRE, "width": 2, "dash": "dash"},
                hovertemplate=called + written,
            )
        )
    if marked is not None:
        called, number = marked
        figure.add_trace(
            go.Scatter(
                x=[number],
                y=[values[list(numbers).index(number)]],
                name=called,
                mode="markers",
                marker={"symbol": "diamond", "size": 13, "color": GREEN},
                hovertemplate=f"{called} {_hover(unit)}",
            )
        )
    # Left to itself, an axis of few numbers would name each half by the whole one next to it.
    steps = {"dtick": 1} if max(numbers, default=0) <= _STEPS else {"nticks": _STEPS}
    figure.update_layout(
        # The words of all lines at once would cover the chart.
        hovermode="closest",
        showlegend=True,
        margin_t=_LEGEND,
        xaxis={
            "title": title,
            "tickformat": "d",
            # Left to itself, it would begin at −1 where a mark stands at 0.
            "range": [-0.5, max(numbers, default=0) + 0.5],
            **steps,
        },
    )
    return figure


@_kept
def scatter(
    names: Sequence[str],
    across: tuple[str, Sequence[float]],
    up: tuple[str, Sequence[float]],
    slopes: Sequence[int],
    unit: Unit,
) -> go.Figure:
    """A dot for each name at its two values, over lines where ``up`` is a multiple of ``across``.

    ``across`` and ``up`` are an axis's name and its values. Both axes are logarithmic: values are
    above zero.
    """
    figure = _figure(unit, height=420)
    logarithmic = {"type": "log", "dtick": "D2", "tickformat": _TICKS[unit]}
    (across_name, x), (up_name, y) = across, up
    ends = np.array([min(x), max(x)])
    for slope in slopes:
        figure.add_trace(
            go.Scatter(
                x=ends,
                y=ends * slope,
                mode="lines+text",
                line={"color": NEUTRAL, "width": 1, "dash": "dot"},
                text=["", f"{slope}×"],
                textposition="middle right",
                cliponaxis=False,
                hoverinfo="skip",
            )
        )
    written = f"%{{text}}<br>{up_name} %{{y:{_HOVER[unit]}}}, {across_name} %{{x:{_HOVER[unit]}}}"
    figure.add_trace(
        go.Scatter(
            x=list(x),
            y=list(y),
            text=list(map(literal, names)),
            name="",
            mode="markers",
            marker={"color": PLUM, "size": 8, "opacity": 0.85, "line": {"width": 0}},
            hovertemplate=written + "<extra></extra>",
        )
    )
    figure.update_layout(hovermode="closest", margin_r=34)
    figure.layout.xaxis = {"title": across_name, **logarithmic}
    figure.layout.yaxis = {"title": up_name, **logarithmic}
    return figure


@_kept
def waterfall(
    steps: Mapping[str, float], ends: tuple[str, float, str, float], unit: Unit
) -> go.Figure:
    """How one level becomes another: ``ends`` names and gives both, ``steps`` what lies between.

    The axis begins below the lowest level on the way where the steps would be too small to see.
    """
    first, start, last, end = ends
    figure = _figure(unit, height=300)
    names, moved = list(steps), list(steps.values())
    way = start + np.cumsum([0.0, *moved])
    low, high = float(min(way.min(), end)), float(max(way.max(), end))
    margin = (high - low) * 0.15
    figure.add_trace(
        go.Waterfall(
            x=[first, *names, last],
            y=[start, *moved, end],
            measure=["absolute"] + ["relative"] * len(moved) + ["absolute"],
            text=[text(unit, value) for value in (start, *moved, end)],
            textposition="outside",
            cliponaxis=False,
            totals={"marker": {"color": PLUM}},
            increasing={"marker": {"color": GREEN}},
            decreasing={"marker": {"color": OCHRE}},
            connector={"line": {"color": NEUTRAL, "width": 1}},
            name="MRR",
        )
    )
    # Where nothing moved there is no step to be made visible, and no end to the axis' decimals.
    if low < high and low - margin > high / 2:
        figure.update_layout(yaxis_range=[low - margin, high + margin])
    figure.update_layout(hovermode=False, margin_t=22, bargap=0.35)
    return figure


@_kept
def funnel(names: Sequence[str], name: str, counts: Sequence[int]) -> go.Figure:
    """One lying bar a step, the first on top, with its count and its share of the first."""
    figure = _figure("count", height=64 + 56 * len(names))
    figure.add_trace(
        go.Funnel(
            y=list(names),
            x=list(counts),
            name=name,
            texttemplate="%{value:,} · %{percentInitial:.1%}",
            # Plotly would make words small that fit in a bar only when they are turned. On a phone
            # they have room in a third of the width.
            textposition=["inside" if 3 * count >= max(counts) else "outside" for count in counts],
            insidetextfont={"color": "#FFFFFF", "size": 14},
            outsidetextfont={"size": 14},
            marker={"color": PLUM, "line": {"width": 0}},
            connector={"fillcolor": _faint(PLUM), "line": {"width": 0}},
            hoverinfo="skip",
        )
    )
    figure.update_layout(
        hovermode=False, xaxis={"visible": False}, yaxis={"tickformat": None, "nticks": None}
    )
    # Plotly writes nothing where there is no bar.
    for step, count in zip(names, counts, strict=True):
        if count == 0:
            figure.add_annotation(x=0, y=step, text="0 · 0.0%", showarrow=False, font={"size": 14})
    return figure


def cell_words(values: np.ndarray, unit: Unit) -> list[list[str]]:
    """The number of each cell of a table as it is written in it; shares in many are whole."""
    narrow = _is_narrow(values, unit)

    def written(cell: float) -> str:
        return "" if np.isnan(cell) else f"{cell:.0%}" if narrow else text(unit, cell)

    return [[written(cell) for cell in row] for row in values.tolist()]


def _is_narrow(values: np.ndarray, unit: Unit) -> bool:
    return unit == "pct" and values.shape[1] > _WIDE


@_kept
def heatmap(
    columns: Sequence[str],
    rows: Sequence[str],
    values: Sequence[Sequence[float | None]],
    running: Sequence[Sequence[bool]] = (),
    unit: Unit = "pct",
    lowest: float = 0,
    hover: Sequence[Sequence[str]] | None = None,
    highest: float | None = None,
) -> go.Figure:
    """A table of figures in one colour scale, from ``lowest`` up, with the number in each cell.

    Above ``highest`` all are as dark. Shares in many columns are whole per cents.

    ``values`` has a list for each row; None stays blank. Cells that are ``running`` are hatched.
    The first row stands on top. With ``hover``, the words for each cell, there are too many cells
    for numbers: the words show under the pointer instead, and columns may be without a name.
    """
    figure = _figure(unit, height=64 + 30 * len(rows))
    z = np.array(values, dtype=float).reshape(len(rows), len(columns))
    figure.add_trace(
        go.Heatmap(
            z=z,
            x=list(range(len(columns))),
            y=list(range(len(rows))),
            text=hover or cell_words(z, unit),
            texttemplate="" if hover else "%{text}",
            textfont={"color": INK, "size": 10 if _is_narrow(z, unit) else 13},
            colorscale=[[0.0, SCALE[0]], [1.0, SCALE[1]]],
            zmin=lowest,
            zmax=highest,
            showscale=False,
            xgap=1 if hover else 3,
            ygap=1 if hover else 3,
            hoverinfo="text" if hover else "skip",
        )
    )
    hatched = [(c, r) for r, row in enumerate(running) for c, cell in enumerate(row) if cell]
    figure.add_trace(
        go.Bar(
            x=[column for column, _ in hatched],
            y=[0.9] * len(hatched),
            base=[row - 0.45 for _, row in hatched],
            width=0.97,
            marker={
                "color": "rgba(0, 0, 0, 0)",
                "line": {"width": 0},
                "pattern": {"shape": "/", "fgcolor": NEUTRAL, "fgopacity": 0.45, "size": 7},
            },
            hoverinfo="skip",
        )
    )
    figure.update_layout(
        hovermode="closest" if hover else False,
        margin_t=30,
        xaxis={
            "side": "top",
            "tickvals": [place for place, name in enumerate(columns) if name],
            "ticktext": [name for name in columns if name],
            "range": [-0.5, len(columns) - 0.5],
        },
        yaxis={
            "tickvals": list(range(len(rows))),
            "ticktext": [f"{row} " for row in rows],
            "range": [len(rows) - 0.5, -0.5],
            "showgrid": False,
            "zeroline": False,
            "nticks": None,
        },
    )
    return figure


@_kept
def outcomes(
    starts: Iterable[date],
    launched: Sequence[float],
    ended: Mapping[str, Sequence[float]],
    cut: Sequence[bool],
    marked: Mapping[date, str],
) -> go.Figure:
    """Counts by day, week or month: how jobs ended as stacked bars, those launched as dashes.

    ``ended`` holds up to three series by name. Bars that are ``cut`` are not over or not whole:
    hatched. ``marked`` are days with something to say about them, in words for under the pointer.
    """
    figure = _figure("count", height=320)
    x = np.asarray(list(starts), dtype="datetime64[D]")
    written = _HOVER["count"]
    colours = dict(zip(ended, (PLUM, OCHRE, NEUTRAL), strict=False))
    for name, values in ended.items():
        figure.add_trace(
            go.Bar(
                x=x,
                y=np.asarray(values, dtype=float),
                name=name,
                legendgroup=name,
                marker={
                    "color": colours[name],
                    "line": {"width": 0},
                    "pattern": {
                        "shape": ["/" if hatched else "" for hatched in cut],
                        "fillmode": "replace",
                        "size": 6,
                    },
                },
                hovertemplate=f"{name} %{{y:{written}}}<extra></extra>",
            )
        )
    figure.add_trace(
        go.Scatter(
            x=x,
            y=np.asarray(launched, dtype=float),
            name="Launched",
            # A line would fall to the bar that is not over.
            mode="markers",
            marker={"symbol": "line-ew", "size": 13, "line": {"width": 2.5, "color": BLUE}},
            hovertemplate=f"Launched %{{y:{written}}}<extra></extra>",
        )
    )
    if marked:
        tops = dict(zip(x.tolist(), np.sum(list(ended.values()), axis=0), strict=True))
        above = 0.06 * max([*tops.values(), *launched])
        figure.add_trace(
            go.Scatter(
                x=np.asarray(list(marked), dtype="datetime64[D]"),
                y=[float(tops[day]) + above for day in marked],
                name="Unusual",
                mode="markers",
                marker={"symbol": "diamond", "size": 10, "color": GREEN},
                text=list(marked.values()),
                hovertemplate="%{text}<extra></extra>",
            )
        )
    if cut[0]:
        # A legend shows a series as its first bar is; bars of nothing stand in for it.
        figure.update_traces({"showlegend": False}, {"type": "bar"})
        for name, colour in colours.items():
            figure.add_trace(
                go.Bar(
                    x=x,
                    y=np.full(len(x), np.nan),
                    name=name,
                    legendgroup=name,
                    legendrank=1,
                    marker={"color": colour, "line": {"width": 0}},
                    hoverinfo="skip",
                )
            )
    figure.update_layout(
        barmode="stack", showlegend=True, legend_traceorder="normal", margin_t=_LEGEND
    )
    _over_days(figure, x)
    return figure


@_kept
def ranking(names: Sequence[str], values: Sequence[float], said: Sequence[str]) -> go.Figure:
    """Horizontal bars, the first on top, each with its words ``said`` beside it.

    Two may have the same name.
    """
    figure = _figure("count", height=48 + 28 * len(names))
    places = list(range(len(names)))
    figure.add_trace(
        go.Bar(
            x=np.asarray(values, dtype=float),
            y=places,
            orientation="h",
            text=list(said),
            textposition="outside",
            cliponaxis=False,
            marker={"color": PLUM, "cornerradius": 3, "line": {"width": 0}},
        )
    )
    figure.update_layout(
        # The words stand beside the bars.
        hovermode=False,
        xaxis={"visible": False, "range": [0, 1.65 * max(values)]},
        yaxis={
            "range": [len(names) - 0.5, -0.5],
            "showgrid": False,
            "zeroline": False,
            "tickvals": places,
            "ticktext": list(map(literal, names)),
        },
    )
    return figure


@_kept
def band(
    days: Iterable[date],
    names: tuple[str, str, str],
    low: Iterable[float | None],
    middle: Iterable[float | None],
    high: Iterable[float | None],
    unit: Unit,
) -> go.Figure:
    """A line over days within a band; ``names`` are those of its lower end, itself, its upper.

    Where there are days without a value each has a bar of its own: a band would go over them.
    """
    figure = _figure(unit, height=280)
    x = np.asarray(list(days), dtype="datetime64[D]")
    below, y, above = (np.asarray(list(values), dtype=float) for values in (low, middle, high))
    is_whole = len(x) > 1 and not np.isnan(y).any()
    bars = {"array": above - y, "arrayminus": y - below, "color": _faint(PLUM, 0.4), "width": 0}
    lower, itself, upper = names
    for name, values in ((lower, below), (upper, above), (itself, y)):
        figure.add_trace(
            go.Scatter(
                x=x,
                y=values,
                name=name,
                mode="lines" if name != itself or is_whole else "lines+markers",
                marker={"size": 5},
                line={"color": PLUM, "width": 2.25 if name == itself else 0.5},
                error_y={**bars, "thickness": 4} if name == itself and not is_whole else None,
                fill="tonexty" if name == upper and is_whole else None,
                fillcolor=_faint(PLUM, 0.16),
                hovertemplate=f"{name} {_hover(unit)}",
            )
        )
    _over_days(figure, x)
    # Shares near one differ too little to be seen above zero.
    figure.update_layout(yaxis_rangemode="normal")
    return figure


def _over_days(figure: go.Figure, x: np.ndarray) -> None:
    """Write days as the pages do; each of a few, since an axis of so few would tell the hours."""
    figure.update_layout(xaxis=axes.MONTHS if _are_months(x) else axes.DAYS)
    if len(x) <= 3:
        figure.update_layout(xaxis={"tickvals": x})
    elif _are_weeks(x):
        # Left to itself, an axis names Sundays; of more than a quarter it names months.
        every = -(-len(x) // 7)
        figure.update_layout(xaxis={"tick0": x[-1], "dtick": every * 7 * 86_400_000})
    if len(x) == 1:
        day = np.timedelta64(1, "D")
        figure.update_layout(xaxis={"range": [x[0] - day, x[0] + day]})
        # Half a day, in milliseconds: a bar with none beside it would be one wide.
        figure.update_traces(width=43_200_000, selector={"type": "bar"})


def _are_months(days: np.ndarray) -> bool:
    """Whether days stand for months: several, and each the first of one."""
    months = days.astype("datetime64[M]").astype(days.dtype)
    return len(days) > 1 and bool((days == months).all())


def _are_weeks(days: np.ndarray) -> bool:
    """Whether days stand for the weeks of a quarter at most, of which the first may be cut."""
    apart = np.diff(days)[1:] // np.timedelta64(1, "D")
    return len(days) <= 14 and bool(apart.all()) and not (apart % 7).any()


def _any_alone(values: Sequence[float]) -> bool:
    """Whether there is a value between two that are not there."""
    known = ~np.isnan(np.asarray(values, dtype=float))
    beside = np.pad(known, 1)
    return bool((known & ~beside[:-2] & ~beside[2:]).any())


@_kept
def lines(days: Iterable[date], series: Mapping[str, Sequence[float]], unit: Unit) -> go.Figure:
    """Up to three lines over days, weeks or months; a gap where there is no value.

    Times (unit ms) are drawn in seconds.
    """
    figure = _figure(unit, height=300)
    x = np.asarray(list(days), dtype="datetime64[D]")
    seconds = unit == "ms"
    written = "%{y:,.3~f} s" if seconds else f"%{{y:{_HOVER[unit]}}}"
    for (name, values), colour in zip(series.items(), (PLUM, OCHRE, BLUE), strict=False):
        figure.add_trace(
            go.Scatter(
                x=x,
                y=np.asarray(values, dtype=float) / (1000 if seconds else 1),
                name=name,
                # A day between two without a value would leave no line to see.
                mode="lines+markers" if len(x) <= _DOTS or _any_alone(values) else "lines",
                marker={"size": 5},
                line={"color": colour, "width": 2.25},
                hovertemplate=f"{name} {written}<extra></extra>",
            )
        )
    if seconds:
        figure.update_layout(yaxis={**axes.numbers("~g"), "ticksuffix": " s "})
    if unit == "pct":
        # Shares near one differ too little to be seen above zero; none is above one.
        alike = len({share for trace in figure.data for share in trace.y[~np.isnan(trace.y)]}) < 2
        figure.update_layout(
            yaxis={"range": [0, 1.02]} if alike else {"rangemode": "normal", "maxallowed": 1.002}
        )
        figure.update_traces(cliponaxis=False)
    _over_days(figure, x)
    figure.update_layout(showlegend=len(series) > 1, margin_t=_LEGEND if len(series) > 1 else 8)
    return figure


@_kept
def distribution(
    low: Sequence[float], high: Sequence[float], counts: Sequence[int], called: str
) -> go.Figure:
    """How many there are in each bin of a share, from ``low`` to ``high``; gaps are no bars."""
    figure = _figure("count", height=280)
    ends = [f"{a:.0%} to {b:.0%}" for a, b in zip(low, high, strict=True)]
    figure.add_trace(
        go.Bar(
            x=[(a + b) / 2 for a, b in zip(low, high, strict=True)],
            y=list(counts),
            width=[(b - a) * 0.9 for a, b in zip(low, high, strict=True)],
            name=called,
            text=ends,
            textposition="none",
            marker={"color": PLUM, "line": {"width": 0}},
            hovertemplate=f"%{{text}}: %{{y:{_HOVER['count']}}}<extra></extra>",
        )
    )
    figure.update_layout(
        hovermode="closest",
        xaxis={**axes.numbers(_TICKS["pct"]), "title": {"text": "Model confidence"}},
    )
    return figure


@_kept
def interval(
    starts: Iterable[date],
    name: str,
    values: Sequence[float],
    low: Sequence[float],
    high: Sequence[float],
    said: Sequence[str],
) -> go.Figure:
    """Shares by week, each as a point in its interval, with words under the pointer."""
    figure = _figure("pct", height=280)
    x = np.asarray(list(starts), dtype="datetime64[D]")
    y, lower, upper = (np.asarray(ends, dtype=float) for ends in (values, low, high))
    figure.add_trace(
        go.Scatter(
            x=x,
            y=y,
            name=name,
            mode="markers",
            marker={"size": 9, "color": PLUM},
            error_y={"array": upper - y, "arrayminus": y - lower, "color": NEUTRAL},
            text=list(said),
            hovertemplate="%{text}<extra></extra>",
        )
    )
    figure.update_layout(yaxis_rangemode="normal")
    _over_days(figure, x)
    return figure


@_kept
def reliability(
    confidence: Sequence[float], approved: Sequence[float], counts: Sequence[int]
) -> go.Figure:
    """The share approved over the mean confidence of each bin; on the diagonal the two agree."""
    figure = _figure("pct", height=280)
    figure.add_trace(
        go.Scatter(
            x=[0, 1],
            y=[0, 1],
            mode="lines",
            line={"color": NEUTRAL, "width": 1.5, "dash": "dash"},
            hoverinfo="skip",
        )
    )
    sizes = np.sqrt(np.asarray(counts, dtype=float) / max(counts))
    figure.add_trace(
        go.Scatter(
            x=list(confidence),
            y=list(approved),
            name="Approved",
            mode="markers",
            # A tenth of which nothing or everything is approved is whole on the edge, too.
            cliponaxis=False,
            marker={"size": 8 + 18 * sizes, "color": PLUM, "line": {"width": 0}},
            text=[f"n = {count:,}" for count in counts],
            hovertemplate="confidence %{x:.1%}, approved %{y:.1%}, %{text}<extra></extra>",
        )
    )
    figure.update_layout(
        hovermode="closest",
        xaxis={"range": [0, 1.03], "tickformat": ".0%", "title": {"text": "Model confidence"}},
        yaxis={"range": [0, 1.05], "title": {"text": "Approved"}},
    )
    return figure


def _faint(colour: str, opacity: float = 0.12) -> str:
    red, green, blue = (int(colour[i : i + 2], 16) for i in (1, 3, 5))
    return f"rgba({red}, {green}, {blue}, {opacity})"


@_kept
def standing(value: float, quartiles: Sequence[float], name: str, unit: Unit) -> go.Figure:
    """Where one value stands between the three quartiles of many, on one line."""
    figure = _figure(unit, height=150)
    low, _, high = quartiles
    for start, end, colour in ((0, low, 0.10), (low, high, 0.28), (high, high * 1.6, 0.10)):
        figure.add_shape(
            type="rect",
            x0=start,
            x1=end,
            y0=-0.22,
            y1=0.22,
            line_width=0,
            layer="below",
            fillcolor=_faint(PLUM, colour),
        )
    figure.add_trace(
        go.Scatter(
            x=list(quartiles),
            y=[0, 0, 0],
            mode="markers+text",
            marker={"symbol": "line-ns", "size": 26, "line": {"width": 2, "color": NEUTRAL}},
            text=["lower<br>quartile ", "median", " upper<br>quartile"],
            cliponaxis=False,
            # To the sides: the quartiles of a long-tailed figure stand close together, the lower
            # one near the chart's edge too, where a whole line would be cut off.
            textposition=["top left", "top center", "top right"],
            customdata=["lower quartile", "median", "upper quartile"],
            hovertemplate="%{customdata} %{x:" + _HOVER[unit] + "}<extra></extra>",
        )
    )
    figure.add_trace(
        go.Scatter(
            x=[min(value, high * 1.6)],
            y=[0],
            mode="markers",
            # What lies beyond the line is pointed at; a dot would stand at another value.
            marker={
                "size": 15,
                "color": PLUM,
                "symbol": "triangle-right" if value > high * 1.6 else "circle",
            },
            hovertemplate=f"{literal(name)} {text(unit, value)}<extra></extra>",
        )
    )
    figure.add_annotation(
        x=min(value, high * 1.6),
        y=-0.6,
        text=f"{literal(name)} {text(unit, value)}",
        showarrow=False,
        # Towards the middle, or a long name would be cut off at the chart's edge.
        xanchor="right" if value > high else "left" if value < low else "center",
    )
    figure.update_layout(
        hovermode="closest",
        margin_l=24,
        xaxis={**axes.numbers(_TICKS[unit]), "range": [0, high * 1.65]},
        yaxis={"visible": False, "range": [-1, 1]},
    )
    return figure
