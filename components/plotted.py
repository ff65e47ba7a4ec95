"""How a figure comes into a page, or a picture of it: drawn once, and ready for clicks."""

import zlib
from collections.abc import Mapping
from typing import Any, Literal

import numpy as np
import plotly.graph_objects as go

from components import axes
from components.charts import DARK_INK, DARK_SCALE, INK, NEUTRAL, TEMPLATE

# What a picture file takes from Streamlit's theme and a page from its style sheet; the words under
# the pointer are light on dark in both themes.
_IN_PAGE: Mapping[str, Any] = {
    "font": {"family": "Manrope, sans-serif", "size": 12},
    "paper_bgcolor": "rgba(0, 0, 0, 0)",
    "plot_bgcolor": "rgba(0, 0, 0, 0)",
    "margin": {"pad": 8},
    "legend": {"bgcolor": "rgba(0, 0, 0, 0)"},
    "hoverlabel": {
        "bgcolor": INK,
        "bordercolor": NEUTRAL,
        "font": {"family": "Manrope, sans-serif", "color": "#FFFFFF"},
    },
    "xaxis": {"ticks": "", "zeroline": False, "title": {"standoff": 20}},
    "yaxis": {"ticks": "", "title": {"standoff": 24}},
}

# Passed to st.plotly_chart: the chart's own tool bar repeats what the card offers.
CONFIG: dict[str, Any] = {"displayModeBar": False, "scrollZoom": False}


def clickable(figure: go.Figure) -> go.Figure:
    """A figure like it, ready for clicks on its points; with one chosen it looks no different."""
    figure = go.Figure(figure)
    days = figure.layout.hovermode is None
    along = _alone_along(figure)
    if figure.layout.hovermode is False:
        # What is not under the pointer cannot be clicked; these say everything beside their bars.
        figure.update_layout(hovermode=along or "closest")
        figure.update_traces(hoverinfo="none")
    elif along:
        figure.update_layout(hovermode=along)
    for line in figure.select_traces({"type": "scatter", "mode": "lines"}):
        # A line has no points to click on but these, which need not be drawn for it: one has to be.
        if line.hoverinfo != "skip":
            line.update(mode="lines+markers", marker={"opacity": 0, "size": 8, "maxdisplayed": 1})
    for trace in figure.select_traces(lambda trace: trace.type in ("bar", "scatter")):
        opacity = trace.marker.opacity
        trace.unselected = {"marker": {"opacity": 1 if opacity is None else opacity}}
    if days:
        # Only the point that would be clicked speaks, and no longer for all of its day.
        for trace in figure.data:
            trace.hovertemplate = _with_its_day(trace, figure.layout.xaxis.hoverformat)
    # What Streamlit sets in the browser where it is not set already, each at one drawing more.
    figure.update_layout(
        clickmode="event+select", dragmode="pan", hovermode=figure.layout.hovermode or "closest"
    )
    return figure


def _alone_along(figure: go.Figure) -> Literal["x", "y"] | None:
    """The axis by which alone a pointer finds a point: no bar is too low, no line too thin.

    None unless one trace alone has points to click on, each in a place of its own.
    """
    silent, over_days = figure.layout.hovermode is False, figure.layout.hovermode is None
    traces = [trace for trace in figure.data if silent or trace.hoverinfo != "skip"]
    if len(traces) != 1:
        return None
    if traces[0].type == "funnel" or traces[0].orientation == "h":
        return "y"
    return "x" if over_days or traces[0].type in ("bar", "waterfall") else None


def _with_its_day(trace: Any, form: str) -> Any:
    """What a trace shows under the pointer, after its day or month where it is one over them."""
    written, days = trace.hovertemplate, np.asarray(trace.x)
    if days.dtype.kind != "M" or written is None:
        return written
    day = f"%{{x|{form}}}: "
    return day + written if isinstance(written, str) else [day + one for one in written]


class _Plain(go.Figure):  # type: ignore[misc]  # Plotly has no types
    """A figure that is plain dicts of what a valid figure holds, and not validated again."""

    def __init__(self, data: list[Any], layout: dict[str, Any]) -> None:
        super().__init__()
        self._plain = {"data": data, "layout": layout}

    def to_dict(self) -> dict[str, Any]:
        return {**self._plain}


def in_page(figure: go.Figure, *, for_clicks: bool = False) -> go.Figure:
    """The figure as it is drawn in a page, in the colours of its theme by static/look.css.

    For ``st.plotly_chart`` with no theme, which gives Plotly each figure twice, the second time as
    a copy. Only where that has no template and no array of numbers but plain lists, and a mark of
    what it shows, Plotly sees that nothing has changed and does not draw it all again.
    ``for_clicks`` makes it `clickable`. Kept with the figure.
    """
    drawn = figure.__dict__.setdefault("_in_page", {})
    if for_clicks not in drawn:
        drawn[for_clicks] = _drawn(clickable(figure) if for_clicks else figure)
    return drawn[for_clicks]


def _drawn(figure: go.Figure) -> _Plain:
    data, templated = _plainly(figure)
    layout = _merged(_IN_PAGE, templated)
    layout = _merged(layout, axes.settled(layout, data))
    layout["datarevision"] = zlib.crc32(repr(data).encode())
    return _Plain(data, layout)


def small_numbers(figure: go.Figure) -> dict[str, Any]:
    """What a figure's layout needs where its numbers are small for their unit, or all alike."""
    data, layout = _plainly(figure)
    return axes.forms(layout, data)


def _plainly(figure: go.Figure) -> tuple[list[Any], dict[str, Any]]:
    """The figure's traces, and its layout with that of the template under it."""
    data = [_listed(trace.to_plotly_json()) for trace in figure.data]
    layout = _merged(TEMPLATE.layout.to_plotly_json(), figure.layout.to_plotly_json())
    layout.pop("template", None)
    return data, layout


def _merged(under: Mapping[str, Any], over: Mapping[str, Any]) -> dict[str, Any]:
    """What ``over`` says, and ``under`` where that says nothing."""
    merged = {**under, **over}
    for key in under.keys() & over.keys():
        if isinstance(under[key], Mapping) and isinstance(over[key], Mapping):
            merged[key] = _merged(under[key], over[key])
    return merged


def _listed(value: Any) -> Any:
    """The same with lists of numbers for arrays of numbers, however deep."""
    if isinstance(value, np.ndarray) and value.dtype.kind in "biuf":
        return value.tolist()
    if isinstance(value, dict):
        return {key: _listed(part) for key, part in value.items()}
    return [_listed(part) for part in value] if isinstance(value, list | tuple) else value


def darken(figure: go.Figure) -> None:
    """Give the cells of a figure the scale that they have in a page in the dark."""
    ends = [[0.0, DARK_SCALE[0]], [1.0, DARK_SCALE[1]]]
    cells = {"type": "heatmap"}
    figure.update_traces(selector=cells, colorscale=ends, textfont_color=DARK_INK)
