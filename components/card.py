"""Cards: a frame that stands at once, filled as its data comes, each failing for itself alone.

A card is handed a callable that reads its data, and one that forgets what the cache holds of it.
Whatever the reading raises is logged and shown in this card as one sentence with a retry.
"""

import logging
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from functools import cached_property, partial
from typing import Any, Concatenate, Generic, NoReturn, ParamSpec, Protocol, TypeVar

import pandas as pd
import plotly.graph_objects as go
import streamlit as st
from streamlit.delta_generator import DeltaGenerator

import metrics
from components import asked, brand, clicks, export, menu, notice, plotted, tile
from components import table as tables
from components.asked import Asked
from components.cells import Cells
from components.clicks import Point
from components.menu import Shown
from components.parts import Parts
from components.ranking import Ranking
from metrics import Metric, Number

log = logging.getLogger(__name__)

# How a share is written in a table.
PERCENT = "%.1f%%"
Loaded = TypeVar("Loaded")
P = ParamSpec("P")
Load = Callable[[], Loaded]
# What was loaded, and what it asked.
Heard = tuple[Loaded, list[Asked]]
Forget = Callable[[], None]


class Behind(Protocol):
    """What stands behind a chart or figure: rows, for all of it and for each of its ``points``."""

    @property
    def points(self) -> Collection[Point]: ...

    def open(self, point: Point | None = None) -> None:
        """Open the rows behind a point beside the page; without one, those behind all of it."""


@dataclass(frozen=True)
class Figure:
    """What a metric card shows.

    ``compared`` is the value over as many days as the period before has (mostly the value itself),
    ``before`` the figure of that period; the change is between these two. ``series`` is the
    figure's course at even steps, ``as_of`` an aware time, ``note`` a short addition (n, an
    interval, who was left out), ``absent`` what stands in the place of a value that is n/a.
    ``behind`` opens the rows that the value is made of.
    """

    value: Number | None
    as_of: datetime
    compared: Number | None = None
    before: Number | None = None
    series: Sequence[float] = ()
    note: str = ""
    absent: str = metrics.DASH
    behind: Behind | None = None


@dataclass(frozen=True)
class Badge:
    """A check that holds, or does not, in words."""

    text: str
    holds: bool


@dataclass(frozen=True)
class Drawing:
    """What a chart card shows: a figure with the words for who cannot see it.

    ``figure`` is None when there is nothing to draw; ``empty`` then says why, ``note`` adds to it.
    ``badge`` is the outcome of a check of what is drawn. ``parts`` says what its points show, and
    ``behind`` opens the rows of a part: at a click on a point of the figure, and at a button for
    who does not click on charts.
    """

    figure: go.Figure | Ranking | Cells | None
    alt: str
    as_of: datetime
    empty: str = "Nothing in this period."
    note: str = ""
    badge: Badge | None = None
    parts: Parts | None = None
    behind: Behind | None = None

    def made(self) -> go.Figure:
        """The figure as a file has it; only where there is one."""
        return self.figure.figure() if isinstance(self.figure, Ranking | Cells) else self.figure


@dataclass(frozen=True, eq=False)
class Table:
    """What a table card shows: rows, and how each column is written (``st.column_config``).

    Only columns named in ``columns`` reach the browser. Shares (``_pct``) run from 0 to 1 in
    ``rows`` and are shown as ``PERCENT``. With ``ids``, one for each row, the column named
    ``opening`` (default: the first) opens what is behind a row: ``opened`` is told its id.
    Otherwise ``parts`` say what rows show, as points of one trace: the card's list is behind each.
    """

    rows: pd.DataFrame
    columns: tables.Columns
    alt: str
    as_of: datetime
    empty: str = "Nothing in this period."
    note: str = ""
    ids: Sequence[str] = ()
    opened: Callable[[str], None] | None = None
    opening: str = ""
    parts: Parts | None = None

    @cached_property
    def shown(self) -> pd.DataFrame:
        """The columns that are shown, shares in percent."""
        columns = self.rows[list(self.columns)]
        shares = [str(name) for name in columns if str(name).endswith("_pct")]
        # Only so are shares written with one digit each, as they are on cards.
        return columns.assign(**{name: columns[name] * 100 for name in shares})

    @cached_property
    def of_one_brand(self) -> "Table":
        """The same where all rows are of one brand, which the page names and no row has to."""
        if "brand" not in self.columns:
            return self
        return replace(self, columns={n: how for n, how in self.columns.items() if n != "brand"})

    @cached_property
    def drawn(self) -> dict[str, Any]:
        """What the browser draws."""
        opening = self.opening or next(iter(self.columns))
        points = () if self.parts is None else self.parts.points
        opens = [self.opened is not None or (0, row) in points for row in range(len(self.rows))]
        return tables.data(self.shown, self.columns, self.alt, opening if any(opens) else "", opens)


def wall(columns: int) -> DeltaGenerator:
    """Room for cards side by side, fewer beside one another as the page gets narrower.

    The border is the cell's, which fills its row: a fragment's own container would not.
    """
    return st.grid(columns, min_column_width=215 if columns > 2 else 360, border=True)


def tiles(columns: int, key: str = "tiles") -> DeltaGenerator:
    """Room for metric cards side by side: two of them on a phone, where an odd last one fills up.

    ``key`` tells those of a page apart, and begins with "tiles".
    """
    return st.grid(columns, min_column_width=160, border=True, key=key)


class Reading(Generic[Loaded]):
    """The reading of what a card shows: over already where nobody has to be asked."""

    def __init__(self, load: Load[Loaded]) -> None:
        self._load = load
        self._outcome: Load[Heard[Loaded]] | None = None
        try:
            found = _at_hand(load)
        except asked.NotAtHandError:
            return
        except Exception as error:  # noqa: BLE001 (the card says so)
            self._outcome = partial(_fail, error)
        else:
            self._outcome = lambda: found

    @property
    def is_over(self) -> bool:
        """Whether it is known what came of it."""
        return self._outcome is not None

    def take(self, title: str, key: str, height: int) -> Heard[Loaded] | None:
        """What ``read`` gives; from the second time on, which is a card by itself, it reads."""
        outcome, self._outcome = self._outcome, None
        return _told(outcome or partial(_asked, self._load, height), title, key)


def _fail(error: Exception) -> NoReturn:
    raise error


def draw(
    card: Callable[Concatenate[Reading[Loaded], P], None],
    load: Load[Loaded],
    *args: P.args,
    **named: P.kwargs,
) -> None:
    """Draw a card by itself: at once where what it shows is at hand, else beside the others.

    Threads that ask the database wait side by side. Those with nothing to wait for wait for one
    another: side by side, fifteen cards cost the server an eighth more.
    """
    reading = Reading(load)
    st.fragment(card, parallel=not reading.is_over)(reading, *args, **named)


def metric_card(metric: Metric, load: Load[Figure], forget: Forget, against: str) -> None:
    """A card with one figure, its change (``against`` says against what) and its course."""
    draw(_metric, load, metric, forget, against)


def _metric(reading: Reading[Figure], metric: Metric, forget: Forget, against: str) -> None:
    key = metric.key
    with st.container(gap="xsmall", key=f"card-{key}"):
        answer = reading.take(metric.label, key, height=132)
        if answer is None:
            return
        found, heard = answer
        change = metrics.change(metric, found.compared, found.before)
        is_missing = metrics.missing(found.value)
        value = found.absent if is_missing else metrics.text(metric.unit, found.value)
        # Nothing stands behind nothing; a share or a month of 0 is of something.
        is_nothing = is_missing or (not found.value and metric.unit in ("count", "usd"))
        behind = None if is_nothing else found.behind
        opens = behind is not None
        tile.draw(metric, value, change, against, found.series, found.note, opens=opens)
        said = f"{change.text} {against}" if change.text else ""
        rows = partial(_rows_of_metric, metric.label, value, said, found)
        shown = Shown(metric.label, found.as_of, rows, metric.help, found.note, heard)
        _foot(shown, key, forget)
        if behind is not None and clicks.take(key) is not None:
            behind.open()


def chart_card(title: str, load: Load[Drawing], forget: Forget, key: str, help: str = "") -> None:  # noqa: A002 (Streamlit's own word)
    """A card with one chart under its title."""
    draw(_chart, load, title, forget, key, help)


def _chart(
    reading: Reading[Drawing], title: str, forget: Forget, key: str, definition: str
) -> None:
    with st.container(gap="xsmall", key=f"card-{key}"):
        st.subheader(title, anchor=False, help=definition or None)
        answer = reading.take(title, key, height=280)
        if answer is None:
            return
        found, heard = answer
        if found.badge is not None:
            st.badge(
                found.badge.text,
                icon=":material/check_circle:" if found.badge.holds else ":material/error:",
                color="green" if found.badge.holds else "red",
            )
        figure = found.figure
        behind = found.behind if figure is not None else None
        if figure is None:
            empty(found.empty)
        elif isinstance(figure, Ranking | Cells):
            figure.draw(found.alt, key, [] if behind is None else behind.points)
        elif behind is None:
            st.plotly_chart(
                plotted.in_page(figure),
                theme=None,
                config=plotted.CONFIG,
                alt=found.alt,
                key=f"chart-{key}",
            )
        else:
            st.plotly_chart(
                plotted.in_page(figure, for_clicks=True),
                theme=None,
                config=plotted.CONFIG,
                alt=found.alt,
                key=f"chart-{key}",
                on_select=partial(clicks.note, key),
                selection_mode="points",
            )
        _note(found.note)
        made = None if figure is None else found.made
        rows = partial(_rows_of_drawing, made)
        shown = Shown(title, found.as_of, rows, definition, found.note, heard, made)
        _foot(shown, key, forget, behind)
        clicked = clicks.take(key)
        if behind is not None and clicked is not None:
            behind.open(clicked)


def table_card(
    title: str,
    load: Load[Table],
    forget: Forget,
    key: str,
    help: str = "",  # noqa: A002 (Streamlit's own word)
    behind: Callable[[Parts], Behind] | None = None,
) -> None:
    """A card with one table under its title. ``behind`` gives what stands behind its parts."""
    draw(_table, load, title, forget, key, help, behind)


def _table(
    reading: Reading[Table],
    title: str,
    forget: Forget,
    key: str,
    definition: str,
    behind: Callable[[Parts], Behind] | None,
) -> None:
    with st.container(gap="xsmall", key=f"card-{key}"):
        st.subheader(title, anchor=False, help=definition or None)
        shown = _rows(reading, title, forget, key, definition)
        clicked = clicks.take(key)
        if behind is None or shown is None or shown.parts is None or clicked is None:
            return
        behind(shown.parts).open(clicked)


def table(title: str, load: Load[Table], forget: Forget, key: str, help: str = "") -> Table | None:  # noqa: A002 (Streamlit's own word)
    """The body of such a card, for where no card stands.

    Gives what is shown, or None after saying that it could not be read.
    """
    return _rows(Reading(load), title, forget, key, help)


def _rows(
    reading: Reading[Table], title: str, forget: Forget, key: str, definition: str
) -> Table | None:
    if brand.is_wanted():
        st.rerun()  # a brand is the whole page's
    answer = reading.take(title, key, height=380)
    if answer is None:
        return None
    found, heard = answer
    if heard and all(brand.is_one(one.brands) for one in heard):
        found = found.of_one_brand
    if found.shown.empty:
        empty(found.empty)
    else:
        tables.draw(found.drawn, key, _opening(found, key))
    _note(found.note)
    labels = {name: str(how["label"]) for name, how in found.columns.items()}
    rows = partial(export.rows_of_table, found.shown, labels)
    _foot(Shown(title, found.as_of, rows, definition, found.note, heard), key, forget)
    return found


def _opening(shown: Table, key: str) -> Callable[[str], None] | None:
    """What is called with the table's key where a row has been opened."""
    if shown.opened is not None:
        return partial(clicks.row, shown.opened, shown.ids)
    return None if shown.parts is None else partial(clicks.opened, key)


def empty(sentence: str) -> None:
    """Says why there is nothing to show, where a figure would stand."""
    with st.container(horizontal_alignment="center", gap="xsmall"):
        st.space("small")
        st.caption(f":material/inbox: {sentence}", text_alignment="center")
        st.space("small")


def read(title: str, load: Load[Loaded], key: str, height: int) -> Heard[Loaded] | None:
    """What ``load`` gives and what it asked, or None after this card has said that it could not."""
    return _told(partial(_asked, load, height), title, key)


def _told(reading: Load[Heard[Loaded]], title: str, key: str) -> Heard[Loaded] | None:
    try:
        return reading()
    except Exception:
        # Whatever went wrong, it must not take the rest of the page with it.
        log.exception("card %s could not be read", key)
        notice.unreadable(
            f"{title} could not be read just now. The rest of the page is not affected.", key
        )
        return None


def _asked(load: Load[Loaded], height: int) -> Heard[Loaded]:
    try:
        return _at_hand(load)
    except asked.NotAtHandError:
        # Only now: a skeleton costs the browser more than what it would stand in for.
        with st.skeleton(height=height), asked.listening() as heard:
            return load(), heard


def _at_hand(load: Load[Loaded]) -> Heard[Loaded]:
    with asked.at_hand(), asked.listening() as heard:
        return load(), heard


def _note(note: str) -> None:
    if note:
        # Two dollar signs in a line would be read as a formula.
        st.caption(note.replace("$", r"\$"))


def _rows_of_metric(label: str, value: str, change: str, found: Figure) -> menu.Rows:
    rows: list[list[export.Cell]] = [
        [label, export.cell(found.value)],
        ["As shown", value],
        ["Change", change or None],
        *(["Course", export.cell(value)] for value in found.series),
    ]
    return ["Figure", "Value"], rows


def _rows_of_drawing(made: Load[go.Figure] | None) -> menu.Rows:
    return ([], []) if made is None else export.rows_of_figure(made())


def _foot(shown: Shown, key: str, forget: Forget, behind: Behind | None = None) -> None:
    if behind is None:
        menu.offer(shown, key, forget)
        return
    with st.container(horizontal=True, gap="xsmall", vertical_alignment="center", wrap=False):
        menu.offer(shown, key, forget)
        if st.button("Rows", type="tertiary", key=f"behind-{key}"):
            behind.open()
