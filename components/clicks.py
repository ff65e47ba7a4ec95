"""Clicks on the points of a chart, told apart from everything else that runs a card again.

A chart keeps its selection: whatever runs the card anew finds it there still, and a click on the
point that is selected takes the selection away. What happened is therefore noted where it happens,
in the chart's callback, and taken up once.
"""

from collections.abc import Callable, Sequence

import streamlit as st

# A trace's place in the figure, and a point's place in the trace.
Point = tuple[int, int]

_ASKED = "clicks.asked"
_LAST = "clicks.last"


def note(card: str) -> None:
    """The callback of the chart of ``card``: somebody has clicked on one of its points."""
    points = st.session_state[f"chart-{card}"]["selection"]["points"]
    last: dict[str, Point] = st.session_state.setdefault(_LAST, {})
    point = _point(points[-1]) if points else last.get(card)
    if point is not None:
        last[card] = point
        st.session_state[_ASKED] = (card, point)


def opened(card: str, key: str) -> None:
    """The callback of what a script of ours draws, with this key; it keeps no selection."""
    match st.session_state[key].get("opened"):
        case {"place": int(place)}:
            st.session_state[_ASKED] = (card, (0, place))


def _point(clicked: dict[str, object]) -> Point | None:
    """Where a point is, by what the browser says of it."""
    trace, place = clicked.get("curve_number"), clicked.get("point_index")
    return (trace, place) if isinstance(trace, int) and isinstance(place, int) else None


def row(opened: Callable[[str], None], ids: Sequence[str], key: str) -> None:
    """The callback of a table with this key: ``opened`` is told the id of its row, of these."""
    match st.session_state[key].get("opened"):
        # The browser's word is not taken for it.
        case {"place": int(place)} if place in range(len(ids)):
            opened(ids[place])


def take(card: str) -> Point | None:
    """The point of ``card`` that has just been clicked, once."""
    asked: tuple[str, Point] | None = st.session_state.get(_ASKED)
    if asked is None or asked[0] != card:
        return None
    del st.session_state[_ASKED]
    return asked[1]
