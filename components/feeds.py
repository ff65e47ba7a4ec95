"""Which feeds a brand sends, which are missing, and what that leaves blank."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Literal, NamedTuple, Protocol

import pandas as pd
import streamlit as st

from components import acting, brand
from components.card import Forget, Load, Table
from components.plain import markdown
from components.question import Question
from metrics import counted


@dataclass(frozen=True)
class _Feed:
    column: str
    title: str
    icon: str
    without: str
    request: str
    # One that was quiet for longer has probably broken.
    quiet_days: int


_FEEDS = (
    _Feed(
        "job_day",
        "Try-ons",
        "checkroom",
        "everything: volume, accuracy, retention and the funnel.",
        "POST /api/tryon",
        7,
    ),
    _Feed(
        "touch_day",
        "Touches",
        "touch_app",
        "Attribution and Conversion: no purchase can be traced to a try-on.",
        "POST /api/events",
        7,
    ),
    _Feed(
        "answer_day",
        "Answers",
        "thumbs_up_down",
        "NPS in Retention: whether shoppers would recommend the brand.",
        "POST /api/answers",
        35,
    ),
    _Feed(
        "order_day",
        "Orders",
        "shopping_bag",
        "attributed revenue, Conversion, the funnel's last step and Lifetime value.",
        "POST /api/orders",
        14,
    ),
    _Feed(
        "return_day",
        "Returns",
        "assignment_return",
        "nothing, but revenue is too high by what came back.",
        "POST /api/returns",
        60,
    ),
    _Feed(
        "spend_day",
        "Acquisition spend",
        "campaign",
        "CAC, LTV:CAC and payback in Unit economics.",
        "POST /api/spend",
        35,
    ),
)

State = Literal["Arriving", "Quiet", "Missing"]
_COLORS: dict[State, Literal["green", "orange", "red"]] = {
    "Arriving": "green",
    "Quiet": "orange",
    "Missing": "red",
}


class Found(NamedTuple):
    """What has come of each brand: brand_id, brand and the last day of each feed, as of when."""

    frame: pd.DataFrame
    as_of: datetime


@dataclass(frozen=True)
class Sent:
    """The questions about what a shop's app sends, and about what its own systems do."""

    app: Question
    systems: Question

    def read(self) -> Found:
        """Both answers, brand by brand."""
        app, systems = self.app.read(), self.systems.read()
        frame = app.frame.merge(systems.frame.drop(columns="brand"), on="brand_id")
        return Found(frame, min(app.as_of, systems.as_of))

    def forget(self) -> None:
        """Forget both, so that the database is asked next time."""
        self.app.forget()
        self.systems.forget()


class Powers(Protocol):
    """What takes a file of spend; each act may raise one of ``known``."""

    @property
    def known(self) -> tuple[type[Exception], ...]: ...

    def read_spend(self, content: bytes) -> tuple[Sequence[Any], Sequence[Any]]: ...

    def record_spend(self, rows: Sequence[Any]) -> None: ...


def _states(feed: _Feed, rows: pd.DataFrame, today: date) -> list[State]:
    days = rows[feed.column]
    quiet = (pd.Timestamp(today) - days).dt.days > feed.quiet_days
    return [
        "Missing" if is_missing else "Quiet" if is_quiet else "Arriving"
        for is_missing, is_quiet in zip(days.isna(), quiet, strict=True)
    ]


def of_one(rows: pd.DataFrame, today: date) -> None:
    """The feeds of a brand, which has one row, one by one."""
    states = [_states(feed, rows, today)[0] for feed in _FEEDS]
    if "Missing" not in states:
        st.success("Every feed has come at least once.", icon=":material/check:")
    with st.grid("auto", min_column_width=300, gap="small", border=True):
        for feed, found in zip(_FEEDS, states, strict=True):
            with st.container(gap="xsmall"):
                _one(feed, found, rows[feed.column].iloc[0])


def _one(feed: _Feed, found: State, last: pd.Timestamp) -> None:
    with st.container(horizontal=True, gap="small", vertical_alignment="center"):
        st.markdown(f":material/{feed.icon}: **{feed.title}**", width="content")
        st.badge(found, color=_COLORS[found])
    if found == "Missing":
        st.markdown(f"Blank without it: {feed.without}")
    else:
        quiet = f"; nothing for more than {feed.quiet_days} days" if found == "Quiet" else ""
        st.markdown(f"Last came for {last:%-d %b %Y}{quiet}.")
    st.caption(f"Sent by `{feed.request}`")


def _table(rows: pd.DataFrame, today: date) -> pd.DataFrame:
    states = {feed.title: _states(feed, rows, today) for feed in _FEEDS}
    return pd.DataFrame({"Brand": rows["brand"], **states})


def of_many(rows: pd.DataFrame, today: date) -> None:
    """How many brands are missing what."""
    table = _table(rows, today)
    st.markdown(f"How many of {len(table):,} brands never sent what the figures are made of")
    with st.grid("auto", min_column_width=160, gap="small", border=True):
        for feed in _FEEDS:
            st.metric(
                feed.title,
                f"{int((table[feed.title] == 'Missing').sum()):,}",
                help=f"For {int((table[feed.title] == 'Quiet').sum()):,} more it is quiet for more "
                f"than {feed.quiet_days} days.",
            )


def by_brand(sent: Sent, today: date) -> tuple[Load[Table], Forget]:
    """Which brands are missing what, those that miss most first, as load and forget of a card."""

    def load() -> Table:
        found = sent.read()
        table = _table(found.frame, today)
        wanting = (table.drop(columns="Brand") != "Arriving").sum(axis=1)
        order = wanting.sort_values(ascending=False, kind="stable").index
        return Table(
            table.loc[order],
            {name: st.column_config.TextColumn(name) for name in table.columns},
            alt="Feeds by brand; those that miss most first",
            as_of=found.as_of,
            empty="No brands yet.",
            **brand.opening(found.frame.loc[order, "brand_id"]),
        )

    return load, sent.forget


@st.dialog("Import acquisition spend", width="large")
def bring_in(powers: Powers, changed: Callable[[], None]) -> None:
    """Ask for a file, show what it says, and keep it on a click."""
    st.caption(
        "A CSV file with the columns day, channel and amount; currency and rate (dollars per unit) "
        "where it is not in dollars. A day and channel that is known gets the new amount."
    )
    sent = st.file_uploader("CSV file", type=["csv", "txt", "tsv"], key="spend-file")
    if sent is None:
        return
    try:
        rows, bad = powers.read_spend(sent.getvalue())
    except powers.known as error:
        st.error(markdown(str(error)), icon=":material/error:")
        return
    if rows:
        st.dataframe(
            pd.DataFrame(
                {
                    "Day": [one.day for one in rows[:5]],
                    "Channel": [one.channel for one in rows[:5]],
                    "Amount": [f"{one.amount:,} {one.currency}" for one in rows[:5]],
                }
            ),
            hide_index=True,
            height="content",
            alt="The first rows of the file",
        )
    if bad:
        count = len(bad)
        st.warning(
            f"{counted(count, 'row')} cannot be used and {'is' if count == 1 else 'are'} left out.",
            icon=":material/rule:",
        )
        st.dataframe(
            pd.DataFrame(
                {
                    "Line": [one.line for one in bad],
                    "What": [one.what for one in bad],
                    "Why it is left out": [one.reason for one in bad],
                }
            ),
            hide_index=True,
            height=min(36 * (count + 1) + 3, 220),
            alt="Rows that are left out",
        )
    if st.button(
        f"Import {counted(len(rows), 'row')}",
        type="primary",
        icon=":material/upload:",
        disabled=not rows,
    ):
        trouble = acting.attempt(lambda: powers.record_spend(rows), powers.known)
        if trouble is not None:
            st.error(markdown(trouble), icon=":material/error:")
            return
        changed()
        left = f" {len(bad):,} were left out." if bad else ""
        acting.say(f"{len(rows):,} amounts of spend are kept.{left}")
        st.rerun()
