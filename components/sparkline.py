"""The course of a figure as a small line, drawn here and not by a library in the browser.

Streamlit's own line of ``st.metric`` brings Vega along, 0.8 MB that a page would otherwise not
need, and is drawn twice.
"""

from base64 import b64encode
from collections.abc import Sequence
from html import escape

import streamlit as st

from components import charts

# Units of the picture, which is stretched to the card's width; the line keeps its own.
_WIDTH, _HEIGHT = 100, 32
# So that the line's width and the dot at its end stay within the picture.
_MARGIN = 3


def sparkline(values: Sequence[float], said: str) -> None:
    """A line through ``values`` (two at least, at even steps); ``said`` is what it shows in words.

    From the lowest value to the highest, so that a course is seen and no size.
    """
    address = f"data:image/svg+xml;base64,{b64encode(_picture(values).encode()).decode()}"
    # As a picture: drawn into the page itself, Streamlit would take it for dangerous.
    st.html(f'<img class="sparkline" src="{address}" alt="{escape(said)}" title="{escape(said)}">')


def _picture(values: Sequence[float]) -> str:
    least, most = min(values), max(values)
    span = most - least
    step = (_WIDTH - 2 * _MARGIN) / (len(values) - 1)
    height = _HEIGHT - 2 * _MARGIN
    points = [
        (
            round(_MARGIN + place * step, 2),
            round(_HEIGHT - _MARGIN - height * ((value - least) / span if span else 0.5), 2),
        )
        for place, value in enumerate(values)
    ]
    line = " ".join(f"{x},{y}" for x, y in points)
    x, y = points[-1]
    colour = charts.PLUM
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {_WIDTH} {_HEIGHT}"'
        f' preserveAspectRatio="none" fill="none" stroke="{colour}" stroke-linecap="round"'
        ' stroke-linejoin="round">'
        f'<polygon points="{points[0][0]},{_HEIGHT} {line} {x},{_HEIGHT}" fill="{colour}"'
        ' fill-opacity="0.1" stroke="none" />'
        f'<polyline points="{line}" stroke-width="2" vector-effect="non-scaling-stroke" />'
        f'<path d="M{x},{y}h0" stroke-width="6" vector-effect="non-scaling-stroke" /></svg>'
    )
