"""Which days a page looks at, and which days they are compared with.

Days are UTC. A window is half-open: from ``start`` (first day in) to ``end`` (first day out).
Relative ranges end with the last complete day, so today is in none of them.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

import streamlit as st

DEFAULT = "Last 30 days"


@dataclass(frozen=True)
class Period:
    """A window of days, with the two windows of equal length whose figures make its change.

    ``start`` to ``end`` is what figures are read over. ``compared_end`` is ``end`` except for a
    calendar month longer than the one before it: both are then cut to the same number of days.
    """

    label: str
    start: date
    end: date
    compared_end: date
    before_start: date
    before_end: date

    @property
    def against(self) -> str:
        """What the change is measured against, in words for beside the change."""
        days = (self.before_end - self.before_start).days
        whole = self.compared_end == self.end
        return f"vs {days} days before" if whole else f"first {days} days, vs month before"


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


def year_of_months(period: Period) -> date:
    """The first day of the 12 calendar months that end with the period's last day."""
    last = period.end - timedelta(days=1)
    return date(last.year - (last.month < 12), last.month % 12 + 1, 1)


def pick(now: datetime) -> Period:
    """Ask for a period; the answer lives in the address as ``?period=``.

    ``now`` is an aware time, the present for the page. The browser's word for an option is
    checked again here.
    """
    label = st.selectbox(
        "Period",
        list(PRESETS),
        index=list(PRESETS).index(DEFAULT),
        key="period",
        bind="query-params",
        width=190,
        help="Days are UTC. Ranges end with the last complete day.",
    )
    return period(label, now.astimezone(UTC).date())
