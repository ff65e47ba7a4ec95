"""Which days a page looks at, and which days they are compared with.

Days are UTC. A window is half-open: from ``start`` (first day in) to ``end`` (first day out).
Ranges end with the last complete day, so today is in none of them; days that are still to come are
looked at when somebody asks for nothing else.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta

import streamlit as st

from components import address

DEFAULT = "Last 30 days"
CUSTOM = "Custom"

# Custom days lie between this day and a year from now.
FIRST_DAY = date(2015, 1, 1)
_AHEAD = timedelta(days=366)
# The days shown last, for when somebody goes on from them to days of their own.
_SHOWN = "period.shown"


@dataclass(frozen=True)
class Period:
    """A window of days, with the two windows of equal length whose figures make its change.

    ``start`` to ``end`` is what figures are read over. ``compared_end`` is ``end`` except for a
    calendar month longer than the one before it: both are then cut to the same number of days.
    ``is_compared`` says whether anybody wants to see the change.
    """

    label: str
    start: date
    end: date
    compared_end: date
    before_start: date
    before_end: date
    is_compared: bool = True

    @property
    def is_seamless(self) -> bool:
        """Whether all of it is compared, with days that end where it begins."""
        return self.compared_end == self.end and self.before_end == self.start

    @property
    def against(self) -> str:
        """What the change is measured against, in words for beside the change."""
        days = (self.before_end - self.before_start).days
        if self.compared_end != self.end:
            return f"first {days} days, vs month before"
        if self.before_end == self.start:
            return f"vs {days} days before"
        # As many of the month before as there are of this one: they end before it begins.
        last = f"{self.before_end - timedelta(days=1):%-d %b}"
        return f"vs 1 to {last}" if days > 1 else f"vs {last}"


def _last(days: int) -> Callable[[str, date], Period]:
    def of(label: str, today: date) -> Period:
        start = today - timedelta(days=days)
        return Period(label, start, today, today, start - timedelta(days=days), start)

    return of


def _month(label: str, start: date, end: date) -> Period:
    before = (start - timedelta(days=1)).replace(day=1)
    days = min((end - start).days, (start - before).days)
    length = timedelta(days=days)
    return Period(label, start, end, start + length, before, before + length)


def _this_month(label: str, today: date) -> Period:
    # On the first of a month no day of it is complete yet: the month that just ended is shown.
    start = today.replace(day=1)
    return _last_month(label, today) if start == today else _month(label, start, today)


def _last_month(label: str, today: date) -> Period:
    end = today.replace(day=1)
    return _month(label, (end - timedelta(days=1)).replace(day=1), end)


PRESETS: dict[str, Callable[[str, date], Period]] = {
    "Last 7 days": _last(7),
    DEFAULT: _last(30),
    "Last 90 days": _last(90),
    "Last 12 months": _last(365),
    "This month": _this_month,
    "Last month": _last_month,
}


def period(label: str | None, today: date) -> Period:
    """The period called ``label`` as of ``today`` (UTC), the default for a label that is none."""
    known = label if label in PRESETS else DEFAULT
    return PRESETS[known](known, today)


def custom(first: date, last: date, today: date) -> Period:
    """The days from ``first`` to ``last``, both in, compared with as many days just before.

    The range ends with the last day that is complete as of ``today`` (UTC), unless it holds none.
    """
    start, end = min(first, last), max(first, last) + timedelta(days=1)
    if start < today:
        end = min(end, today)
    return Period(CUSTOM, start, end, end, start - (end - start), start)


def with_today(period: Period, today: date) -> date:
    """The first day after the period; today is in it where the period ends with yesterday.

    For lists of what happened: somebody who has just done something looks for it there.
    """
    return today + timedelta(days=1) if period.end == today else period.end


def year_of_months(period: Period) -> date:
    """The first day of the 12 calendar months that end with the period's last day."""
    last = period.end - timedelta(days=1)
    return date(last.year - (last.month < 12), last.month % 12 + 1, 1)


def pick(now: datetime) -> Period:
    """Ask for a period, and whether to compare it; the answers live in the address.

    ``?period=`` is one of the presets, or days of one's own with ``&days=…&days=…``, the first and
    the last. ``now`` is an aware time, the present for the page. The browser's word is checked
    again here.
    """
    today = now.astimezone(UTC).date()
    address.check("period", "period", (*PRESETS, CUSTOM))
    label = st.selectbox(
        "Period",
        [*PRESETS, CUSTOM],
        index=list(PRESETS).index(DEFAULT),
        key="period",
        bind="query-params",
        width=170,
        on_change=_own_days,
        help="Days are UTC. Ranges end with the last complete day.",
    )
    found = _pick_days(today) if label == CUSTOM else period(label, today)
    st.session_state[_SHOWN] = (found.start, found.end - timedelta(days=1))
    if label == "This month" and found.end == today.replace(day=1):
        st.caption(f"{found.start:%B}: no day of {today:%B} is over.", width="content")
    if label != CUSTOM:
        st.button(
            "Freeze",
            icon=":material/push_pin:",
            type="tertiary",
            key="freeze",
            on_click=_freeze,
            help="Turns the period into fixed dates: the link shows the same days tomorrow.",
        )
    address.check("compare", "comparison", ("true", "false"))
    compared = st.toggle(
        "Compare",
        value=True,
        key="compare",
        bind="query-params",
        help="Beside each figure, its change against the period before.",
    )
    return replace(found, is_compared=bool(compared))


def _pick_days(today: date) -> Period:
    latest = today + _AHEAD
    address.check_days("days", "days", FIRST_DAY, latest)
    picked = st.date_input(
        "Days",
        # Not the days of a preset: what equals the default is left out of the address.
        value=[],
        min_value=FIRST_DAY,
        max_value=latest,
        key="days",
        bind="query-params",
        format="YYYY-MM-DD",
        width=260,
    )
    days = [day for day in picked if FIRST_DAY <= day <= latest]
    if len(days) not in (1, 2):
        # Nothing is picked yet, or nothing that could be.
        usual = period(DEFAULT, today)
        return replace(usual, label=CUSTOM)
    return custom(days[0], days[-1], today)


def _own_days() -> None:
    if st.session_state["period"] == CUSTOM and _SHOWN in st.session_state:
        days = st.session_state[_SHOWN]
        st.session_state["days"] = days
        # A value given to a widget that is not there yet does not reach the address by itself.
        st.query_params["days"] = [day.isoformat() for day in days]


def _freeze() -> None:
    st.session_state["period"] = CUSTOM
    _own_days()
