"""From a figure to the rows behind it, and from a row to its job: a drawer beside the page.

A page says which list stands behind its charts (`components.behind`), a chart says which part of
the list belongs to which of its points (`components.parts`), and the card opens the drawer. The
list is asked in the scope of whoever looks, like everything on the page.
"""

import logging
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, replace
from datetime import date

import streamlit as st
from streamlit.errors import StreamlitInvalidLayoutContextError

from components import job
from components.card import Drawing, Forget, Load, Table, table
from components.clicks import Point
from components.parts import Part, Parts
from components.question import Ask, Parameter, Question

log = logging.getLogger(__name__)

# Rows of a page, and of each "more".
PAGE = 50

_PART = "drill.part"
_COUNT = "drill.count"
_SHOPPER = "drill.shopper"
# All that a shopper has launched, whichever days the page shows.
EVER: Mapping[str, Parameter] = {
    "dated": "launched",
    "since": date(2000, 1, 1),
    "until": date(2100, 1, 1),
}
# The address names the job that is open, so that a link to it can be handed on.
_JOB = "job"
_TITLE = "What is behind it"
_WIDTH = 960

Listed = Callable[[Question], tuple[Load[Table], Forget]]


@dataclass(frozen=True)
class Rows:
    """A list of rows that can stand behind a chart.

    ``question`` takes what the parts add, and ``row_count`` where ``is_paged``. ``listed`` makes a
    table of it. ``ask`` asks about the job of a row. ``inner`` gives the jobs behind a row that is
    none itself, by the row's id.
    """

    title: str
    question: Question
    listed: Listed
    ask: Ask
    is_paged: bool = True
    inner: Callable[[str], "Rows"] | None = None

    def behind(self, drawing: Drawing) -> Drawing:
        """A drawing with this list behind its parts, if it has any."""
        if drawing.parts is None:
            return drawing
        return replace(drawing, behind=self.of(drawing.parts))

    def of(self, parts: Parts) -> "Behind":
        """This list behind a table, whose rows show these parts."""
        return Behind(self, parts)

    def whole(self, part: Part) -> "Behind":
        """This list behind a figure, which is of one part."""
        return Behind(self, Parts.of(part, {}))


@dataclass(frozen=True)
class Behind:
    """What stands behind one chart: the rows of all of it, and of each of its parts."""

    rows: Rows
    parts: Parts

    @property
    def points(self) -> Collection[Point]:
        """The points that something stands behind."""
        return self.parts.points

    def open(self, point: Point | None = None) -> None:
        """Open the drawer with the rows behind a point, or without one behind all of the chart.

        A point behind which nothing stands opens nothing.
        """
        part = 0 if point is None else self.parts.points.get(point)
        if part is None:
            return
        st.session_state[_PART] = part
        st.session_state[_COUNT] = PAGE
        _leave_job()
        _leave_shopper()
        _drawer(self._show)

    def _show(self) -> None:
        picked = st.query_params.get(_JOB)
        if picked is not None:
            st.button("Back to the list", icon=":material/arrow_back:", on_click=_leave_job)
            job.show(self.rows.ask, picked)
            return
        shopper = st.session_state.get(_SHOPPER)
        if shopper is not None and self.rows.inner is not None:
            st.button("Back to the list", icon=":material/arrow_back:", on_click=_leave_shopper)
            _list(self.rows.inner(shopper), Part(f"shopper {shopper[-12:]}", EVER))
            return
        listed = self.parts.listed
        part = listed[0]
        if len(listed) > 1:
            place = st.selectbox(
                "Part",
                range(len(listed)),
                format_func=lambda place: listed[place].label,
                key=_PART,
                on_change=_from_the_top,
            )
            # The browser's word is not taken for it.
            part = listed[place if place in range(len(listed)) else 0]
        else:
            st.caption(f"{self.rows.title}: {part.label}")
        _list(self.rows, part)


def _list(rows: Rows, part: Part) -> None:
    count = int(st.session_state[_COUNT])
    paged = {"row_count": count} if rows.is_paged else {}
    question = rows.question.narrowed({**part.params, **paged}, part.brand)
    shown = table(f"{rows.title}: {part.label}", *rows.listed(question), key="behind")
    if rows.is_paged and shown is not None and len(shown.rows) == count:
        st.button(f"{PAGE} more", icon=":material/expand_more:", on_click=_more)


def linked(ask: Ask) -> None:
    """Open the job that the address names, if it names one. For the end of a page."""
    picked = st.query_params.get(_JOB)
    if picked is not None:
        _drawer(lambda: job.show(ask, picked))


def _drawer(show: Callable[[], None]) -> None:
    try:
        st.dialog(_TITLE, width=_WIDTH, position="right", on_dismiss=_leave_job)(show)()
    except StreamlitInvalidLayoutContextError:
        # The click met a run of the whole page, in which cards stand side by side and none may open
        # anything. The next one finds the page drawn.
        log.warning("a click came while the page was being drawn, and opened nothing")


def open_job(picked: str) -> None:
    """Go on from the list to one of its jobs, by id."""
    st.query_params[_JOB] = picked


def open_shopper(picked: str) -> None:
    """Go on from the list to the jobs of one of its shoppers, by id."""
    st.session_state[_SHOPPER] = picked
    _from_the_top()


def _leave_job() -> None:
    st.query_params.pop(_JOB, None)


def _leave_shopper() -> None:
    st.session_state.pop(_SHOPPER, None)


def _from_the_top() -> None:
    st.session_state[_COUNT] = PAGE


def _more() -> None:
    st.session_state[_COUNT] += PAGE
