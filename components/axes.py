"""How the axes of a chart are written, and the room that takes.

Plotly would measure the words in the browser (``automargin``) and draw the chart once more when it
knows: half as long again for a page of charts. Its ticks are known before, and the font lies here.
"""

import math
import re
import unicodedata
from collections.abc import Iterator, Mapping, Sequence
from functools import cache, lru_cache
from html import unescape
from itertools import product
from pathlib import Path
from typing import Any

import numpy as np
from PIL import ImageFont

from metrics import MINUS

_FONT = Path(__file__).resolve().parent.parent / "static" / "fonts" / "manrope-latin.woff2"
_SIZE = 12
# Pixels. Letters are set a little apart from where the font alone would have them.
_SLACK = 3
_PAD = 9
_LINE = 17
_TITLE = {"x": 30, "y": 34}
# The narrowest chart is one on a phone. What is drawn keeps a part of it: longer names than leave
# that are the browser's to deal with.
_PHONE = 330
_MOST = 240
_BETWEEN_LABELS = 6
# What Plotly leaves free above and below, as a share: more where marks are drawn.
_FREE = (0.05, 0.1)

# Dates stand in two lines, the second where it changes, and so have room beside each other on a
# phone; words that the browser turns would take more below.
DAYS: Mapping[str, Any] = {
    "hoverformat": "%-d %b %Y",
    "tickformatstops": [
        {"dtickrange": ["M1", None], "value": "%b\n%Y"},
        {"dtickrange": [None, "M1"], "value": "%-d\n%b"},
    ],
    "tickangle": 0,
}

# Where the first of a month stands for all of it.
MONTHS: Mapping[str, Any] = {"hoverformat": "%b %Y", "tickformat": "%b\n%Y", "tickangle": 0}

_DATES = {form["hoverformat"] for form in (DAYS, MONTHS)}

# How numbers are written where ticks are nearer to each other than so: in as many places as tell
# them apart. By thousands and so on, what is below one would be written in thousandths, as "m".
_FINER: Mapping[str, Sequence[tuple[float, str]]] = {
    "$~s": [(1, "$,.2~f")],
    "~s": [(1, ",.2~f")],
    ".0%": [(0.001, ".2%"), (0.01, ".1%")],
    ".1f": [(0.1, ".2f")],
}

Layout = Mapping[str, Any]
Traces = Sequence[Mapping[str, Any]]


def numbers(form: str) -> dict[str, Any]:
    """An axis of numbers in a d3-format."""
    if form not in _FINER:
        return {"tickformat": form}
    # Whatever a reader hides: the browser asks anew how far its ticks are apart, and takes the
    # first that holds. A logarithmic axis would always take that.
    stops = [{"dtickrange": [None, 0.99 * below], "value": finer} for below, finer in _FINER[form]]
    return {"tickformat": form, "tickformatstops": stops}


def settled(layout: Layout, data: Traces) -> dict[str, Any]:
    """What a figure's layout needs besides, that its axes be neither cut off nor measured.

    ``layout`` is whole, template and all; ``data`` are its traces. Where the width decides whether
    words are turned, or what is written is unknown, the axis is left to the browser.
    """
    margin = dict(layout["margin"])
    left, found = _room_beside(layout, data), {}
    if left is not None:
        margin["l"] = max(margin["l"], left)
    below = _room_below(layout, data, _PHONE - margin["l"] - margin["r"])
    if below is not None:
        margin["b"] = max(margin["b"], below)
    for name, room in (("xaxis", below), ("yaxis", left)):
        found[name] = {"automargin": room is None, **_form(layout[name], layout, data)}
    if left is not None:
        # Else each word is measured, whether it is cut off at the figure's edge.
        found["yaxis"]["ticklabeloverflow"] = "allow"
    return {"margin": margin, **found}


def forms(layout: Layout, data: Traces) -> dict[str, Any]:
    """What the axes of a figure need where its numbers are small for their unit, or all alike."""
    return {name: _form(layout[name], layout, data) for name in ("xaxis", "yaxis")}


def _room_beside(layout: Layout, data: Traces) -> float | None:
    """What the words of the vertical axis take; None where they are unknown, or far too long."""
    axis = layout["yaxis"]
    if axis.get("visible") is False:
        return 0
    labels = _names(axis, data, "y") or _numbers(axis, layout, data)
    if not labels:
        return None
    suffix = axis.get("ticksuffix", "")
    widest = max(width(label + suffix) for label in labels)
    room = math.ceil(widest + _SLACK) + _PAD + (_TITLE["y"] if _titled(axis) else 0)
    return room if room <= _MOST else None


def _room_below(layout: Layout, data: Traces, wide: float) -> float | None:
    """What those of the horizontal one take; None where they may have to be turned to fit."""
    axis = layout["xaxis"]
    if axis.get("visible") is False:
        return 0
    labels = _names(axis, data, "x")
    if sum(width(label) + _BETWEEN_LABELS for label in labels) > wide:
        return None
    lines = 2 if axis.get("hoverformat") in _DATES else 1
    return _PAD + _LINE * lines - lines + (_TITLE["x"] if _titled(axis) else 0)


def _titled(axis: Mapping[str, Any]) -> bool:
    return bool(axis.get("title", {}).get("text"))


def _names(axis: Mapping[str, Any], data: Traces, letter: str) -> list[str]:
    """The words on an axis of names; none on one of numbers or days."""
    if axis.get("ticktext") is not None:
        return [unescape(words) for words in axis["ticktext"]]
    values = [value for trace in data for value in _listed(trace.get(letter))]
    return list(dict.fromkeys(value for value in values if isinstance(value, str)))


def _listed(values: Any) -> list[Any]:
    return [] if values is None else list(values)


def _form(axis: Mapping[str, Any], layout: Layout, data: Traces) -> dict[str, Any]:
    letter = "x" if axis is layout["xaxis"] else "y"
    form = axis.get("tickformat")
    if form not in ("$~s", "~s") or axis.get("visible") is False or _names(axis, data, letter):
        return {}
    low, high = _range(axis, next(_extents(layout, data, letter)))
    if axis.get("type") == "log":
        return {"tickformat": _FINER[form][0][1]} if low < 1 else {}
    if low == high:
        return {}
    step = _step(high - low, axis["nticks"])
    # There is no half a job.
    if form == "~s" and step < 1:
        return {"dtick": 1}
    digits = _place(max(abs(low), abs(high))) - _place(step) + 1
    # Far from zero all have as many digits: no $2.1M between $2.09M and $2.11M.
    return {"tickformat": form.replace("~", f".{digits}")} if low * high > 0 and digits > 2 else {}


def _place(value: float) -> int:
    """The power of ten of a number's first digit."""
    return math.floor(math.log10(value) + 1e-9)


def _numbers(axis: Mapping[str, Any], layout: Layout, data: Traces) -> list[str]:
    """What an axis of numbers may come to write; nothing where that is unknown."""
    finer = _FINER.get(axis.get("tickformat", ""), [])
    axis = {**axis, **_form(axis, layout, data)}
    form = axis.get("tickformat", "")
    if not _D3.fullmatch(form):
        return []
    labels = []
    for ends, free in product(_extents(layout, data, "y"), _FREE):
        low, high = _range(axis, ends, free)
        if axis.get("type") == "log":
            decades = range(math.floor(math.log10(low)), math.ceil(math.log10(high)) + 1)
            ticks = [digit * 10.0**decade for decade in decades for digit in (1, 2, 5)]
            step = 1.0
        else:
            step = axis.get("dtick") or _step(high - low, axis["nticks"])
            ticks = _ticks(low, high, step)
        written = next((one for below, one in finer if step < 0.99 * below), form)
        labels += [_written(written, tick) for tick in ticks]
    return labels


def _extents(layout: Layout, data: Traces, letter: str) -> Iterator[tuple[float, float]]:
    """From where to where values go: of all traces, and of each, when a reader hides the others."""
    each = [ends for trace in data if (ends := _ends(trace, letter)) is not None]
    bars = [trace for trace in data if trace["type"] == "bar"]
    known = [*each, _stacked(bars)] if len(bars) > 1 else each
    if not known:
        # What Plotly draws of nothing.
        yield -1.0, 6.0
        return
    yield min(low for low, _ in known), max(high for _, high in known)
    if layout.get("showlegend"):
        yield from each


def _ends(trace: Mapping[str, Any], letter: str) -> tuple[float, float] | None:
    # A waterfall's highest level is at most its end and all that falls, which has a minus besides.
    values = np.asarray(_listed(trace.get(letter)), dtype=float)
    error = trace.get(f"error_{letter}", {})
    more = np.asarray(error.get("array", 0), dtype=float)
    less = np.asarray(error.get("arrayminus", error.get("array", 0)), dtype=float)
    low, high = values - less, values + more
    if not np.isfinite(values).any():
        return None
    return float(np.nanmin(low)), float(np.nanmax(high))


def _stacked(bars: Traces) -> tuple[float, float]:
    """Of bars on top of each other: what adds above zero, what takes below."""
    values = np.nan_to_num(np.array([_listed(trace["y"]) for trace in bars], dtype=float))
    return float(np.minimum(values, 0).sum(0).min()), float(np.maximum(values, 0).sum(0).max())


def _range(
    axis: Mapping[str, Any], ends: tuple[float, float], free: float = _FREE[0]
) -> tuple[float, float]:
    """Between which values the axis is drawn, with a share of them free at either end."""
    if axis.get("range") is not None:
        low, high = axis["range"]
        return float(low), float(high)
    low, high = ends
    if axis.get("type") == "log":
        return low / 1.5, high * 1.5
    if axis.get("rangemode") == "tozero":
        low, high = min(low, 0.0), max(high, 0.0)
    if low == high:
        return (low - 1, high + 1) if low else (-1.0, 1.0)
    span = free * (high - low)
    return low and low - span, high and high + span


def _step(span: float, count: int) -> float:
    """The distance of ticks: 2, 5 or 10 times a power of ten, for at most so many of them."""
    rough = span / count
    power = 10.0 ** math.floor(math.log10(rough))
    return power * next(times for times in (1, 2, 5, 10) if times * power >= rough * (1 - 1e-9))


def _ticks(low: float, high: float, step: float) -> list[float]:
    first, last = math.ceil(low / step), math.floor(high / step)
    return [number * step for number in range(first, last + 1)]


# Of d3-format what axes use: a currency, groups of thousands, digits, no zeros at the end, a kind.
_D3 = re.compile(r"(\$?)(,?)(?:\.(\d+))?(~?)([sfgd%])")


def _written(form: str, value: float) -> str:
    """A number in a d3-format, as d3 writes it."""
    found = _D3.fullmatch(form)
    if found is None:
        raise ValueError(f"{form} is no format of an axis")
    currency, comma, digits, trims, kind = found.groups()
    if kind == "s":
        body = _si(abs(value), int(digits) if digits else None)
    elif kind == "g":
        body = f"{abs(value):.6g}"
    else:
        body = f"{abs(value):{comma}.{digits or 0}{'f' if kind == 'd' else kind}}"
        body = body.rstrip("0").rstrip(".") if trims and "." in body else body
    return f"{MINUS if value < 0 else ''}{currency}{body}"


def _si(value: float, digits: int | None) -> str:
    """With the prefix of a power of a thousand: so many digits, or six at most."""
    if value == 0:
        return "0"
    power = min(max(_place(value) // 3, -2), 4)
    scaled = value / 1000**power
    body = (
        f"{float(f'{scaled:.6g}'):.12g}"
        if digits is None
        else f"{scaled:.{max(digits - 1 - _place(scaled), 0)}f}"
    )
    return body + "µm kMGT"[power + 2].strip()


@cache
def _font() -> ImageFont.FreeTypeFont:
    font = ImageFont.truetype(_FONT, _SIZE)
    font.set_variation_by_axes([400])
    return font


@lru_cache(10_000)
def width(words: str) -> float:
    """How many pixels wide the words stand on an axis.

    What the font does not have comes from another one: full width where the letter is wide.
    """
    others = [letter for letter in words if unicodedata.east_asian_width(letter) not in "WF"]
    wide = len(words) - len(others)
    return float(_font().getlength("".join(others))) + wide * _SIZE
