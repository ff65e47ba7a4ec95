"""Every Plotly figure of the dashboard: one template, one palette, built from arrays.

The palette holds on light and on dark (see .streamlit/config.toml), and text, grid and background
follow the page's theme in the browser. So a figure does not know the theme and can be cached.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

import numpy as np
import plotly.graph_objects as go

from metrics import Unit

PLUM, BLUE, OCHRE, GREEN, NEUTRAL = PALETTE = (
    "#AA418A",
    "#2B5BEE",
    "#AD871F",
    "#169857",
    "#80766F",
)
# Opaque and never dark: one ink is readable on every cell, on paper and on black.
SCALE = ("#F8EEF4", "#D28DB9")
INK = "#2A2129"

# How an axis and the text under the pointer write a unit (d3-format).
_TICKS = {"usd": "$~s", "count": "~s", "pct": ".0%", "ratio": ".1f", "ms": ",.0f"}
_HOVER = {"usd": "$,.0f", "count": ",.0f", "pct": ".1%", "ratio": ".2f", "ms": ",.0f"}

TEMPLATE = go.layout.Template(
    layout=go.Layout(
        colorway=PALETTE,
        hovermode="x unified",
        # A finger that scrolls the page over a chart must not select in it.
        dragmode=False,
        margin={"l": 0, "r": 8, "t": 8, "b": 0},
        showlegend=False,
        legend={"orientation": "h", "y": 1.02, "x": 0, "xanchor": "left", "yanchor": "bottom"},
        xaxis={"showgrid": False, "fixedrange": True, "nticks": 7},
        yaxis={"rangemode": "tozero", "fixedrange": True, "nticks": 6, "ticksuffix": " "},
        bargap=0.25,
    )
)

# Passed to st.plotly_chart: the chart's own tool bar repeats what the card offers.
CONFIG: dict[str, Any] = {"displayModeBar": False, "scrollZoom": False}


@dataclass(frozen=True)
class Line:
    """One line of a chart; ``values`` stand at the chart's days, None where there is none."""

    name: str
    values: Sequence[float | None]
    dashed: bool = False


def _figure(unit: Unit, height: int, several: bool) -> go.Figure:
    figure = go.Figure(
        layout={
            "template": TEMPLATE,
            "height": height,
            "showlegend": several,
            "yaxis": {"tickformat": _TICKS[unit]},
        }
    )
    if several:
        figure.update_layout(margin_t=34)
    return figure


def _hover(unit: Unit, name: str, several: bool) -> str:
    written = f"%{{y:{_HOVER[unit]}}}"
    return (f"{name} {written}" if several else written) + "<extra></extra>"


def lines(days: Sequence[date], drawn: Sequence[Line], unit: Unit, height: int = 280) -> go.Figure:
    """Lines over days. A single line is filled down to zero; several get a legend."""
    several = len(drawn) > 1
    figure = _figure(unit, height, several)
    x = np.asarray(days, dtype="datetime64[D]")
    for colour, line in zip(PALETTE, drawn, strict=False):
        figure.add_trace(
            go.Scatter(
                x=x,
                y=np.asarray(line.values, dtype=float),
                name=line.name,
                mode="lines",
                line={"color": colour, "width": 2.25, "dash": "dot" if line.dashed else "solid"},
                fill=None if several else "tozeroy",
                fillcolor=_faint(colour),
                hovertemplate=_hover(unit, line.name, several),
            )
        )
    return figure


def bars(
    days: Sequence[date],
    name: str,
    values: Sequence[float],
    unit: Unit,
    running: int = 0,
    height: int = 280,
) -> go.Figure:
    """One bar a day. The last ``running`` days are not over: hatched, and said so on hover."""
    figure = _figure(unit, height, several=False)
    complete = len(days) - running
    for part, hatched in ((slice(None, complete), False), (slice(complete, None), True)):
        said = (
            f"so far %{{y:{_HOVER[unit]}}}<extra></extra>" if hatched else _hover(unit, "", False)
        )
        if len(days[part]) == 0:
            continue
        figure.add_trace(
            go.Bar(
                x=np.asarray(days[part], dtype="datetime64[D]"),
                y=np.asarray(values[part], dtype=float),
                name=f"{name}, not over" if hatched else name,
                marker={
                    "color": PLUM,
                    "cornerradius": 3,
                    "line": {"width": 0},
                    "pattern": {"shape": "/" if hatched else "", "fillmode": "replace"},
                },
                hovertemplate=said,
            )
        )
    figure.update_layout(barmode="overlay")
    return figure


def heatmap(
    columns: Sequence[str],
    rows: Sequence[str],
    values: Sequence[Sequence[float | None]],
    running: Sequence[Sequence[bool]],
    unit: Unit = "pct",
) -> go.Figure:
    """A table of shares in one colour scale with the number in each cell.

    ``values`` has a list for each row; None stays blank. Cells that are ``running`` are hatched.
    The first row stands on top.
    """
    figure = _figure(unit, height=64 + 30 * len(rows), several=False)
    z = np.array(values, dtype=float).reshape(len(rows), len(columns))
    shown = [["" if np.isnan(cell) else f"{cell:.1%}" for cell in row] for row in z]
    figure.add_trace(
        go.Heatmap(
            z=z,
            x=list(range(len(columns))),
            y=list(range(len(rows))),
            text=shown,
            texttemplate="%{text}",
            textfont={"color": INK, "size": 13},
            colorscale=[[0.0, SCALE[0]], [1.0, SCALE[1]]],
            zmin=0,
            showscale=False,
            xgap=3,
            ygap=3,
            hoverinfo="skip",
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
        hovermode=False,
        margin_t=30,
        xaxis={
            "side": "top",
            "tickvals": list(range(len(columns))),
            "ticktext": list(columns),
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


def _faint(colour: str) -> str:
    red, green, blue = (int(colour[i : i + 2], 16) for i in (1, 3, 5))
    return f"rgba({red}, {green}, {blue}, 0.12)"
