"""A figure with its change and its course, drawn by static/tile.js.

``st.metric`` costs the browser 12 ms more, and its line brings Vega along, 0.8 MB that a page would
otherwise not need.
"""

from collections.abc import Sequence
from functools import partial
from typing import Any

import metrics
from components import charts, clicks
from components.drawn import component
from metrics import Change, Metric

_tile = component("tile", "div")

_ARROWS = {-1: "↓ ", 0: "", 1: "↑ "}


def draw(
    metric: Metric,
    value: str,
    change: Change,
    against: str,
    series: Sequence[float],
    note: str,
    *,
    opens: bool = False,
) -> None:
    """Draw a figure: what it is, its ``value``, its change ``against`` what, and its course.

    ``series`` are values at even steps, drawn from the lowest to the highest, so that a course is
    seen and no size; fewer than two are none. A value that ``opens`` what is behind it is a button,
    whose click ``components.clicks`` takes up.
    """
    key = f"tile-{metric.key}"
    shown = data(metric, value, change, against, series, note)
    if opens:
        opened = partial(clicks.opened, metric.key, key)
        _tile(key=key, data=shown | {"opens": True}, on_opened_change=opened)
    else:
        _tile(key=key, data=shown)


def data(
    metric: Metric, value: str, change: Change, against: str, series: Sequence[float], note: str
) -> dict[str, Any]:
    """What static/tile.js draws."""
    shown: dict[str, Any] = {
        "label": metric.label,
        "help": metric.help,
        "value": value,
        "change": _said(change),
        "tone": "" if change.better is None else "good" if change.better else "bad",
        "against": against,
        "note": note,
    }
    if len(series) > 1:
        shown |= {
            "course": _scaled(series),
            "alt": _course(metric, series),
            "colour": charts.PLUM,
        }
    return shown


def _said(change: Change) -> str:
    """A change in words, with an arrow up or down."""
    if change.text and not change.sign:
        return "No change"
    return _ARROWS[change.sign] + change.text


def _scaled(series: Sequence[float]) -> list[float]:
    least, most = min(series), max(series)
    span = most - least
    return [round(100 * (value - least) / span, 1) if span else 50 for value in series]


def _course(metric: Metric, values: Sequence[float]) -> str:
    """A course in words."""
    first, last, least, most = (
        metrics.text(metric.unit, value)
        for value in (values[0], values[-1], min(values), max(values))
    )
    return f"{metric.label}: from {first} to {last}, between {least} and {most}"
