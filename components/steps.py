"""By which step a chart over time is drawn, when a period is too long for the one asked for."""

from collections.abc import Sequence
from datetime import date, timedelta

import streamlit as st

# In words, the first day and the first day after.
Window = tuple[str, date, date]

# More points than this cannot be told apart in a chart.
_MOST = 186
_DAYS = {"day": 1, "week": 7, "month": 30}


def fitting(step: str, start: date, end: date) -> str:
    """The step (day, week or month) that is asked for, or the next one that fits the days."""
    order = list(_DAYS)
    for coarser in order[order.index(step) :]:
        if (end - start).days <= _MOST * _DAYS[coarser]:
            return coarser
    return order[-1]


def drawn(step: str, start: date, end: date) -> str:
    """The same, with a word on the page when it is not what was asked for."""
    found = fitting(step, start, end)
    if found != step:
        st.caption(f"Over so many days, charts are drawn by {found}.")
    return found


def when(step: str, start: date) -> str:
    """The day, week or month that begins at ``start``, in words."""
    return {
        "day": f"on {start:%a %-d %b %Y}",
        "week": f"in the week of {start:%-d %b %Y}",
        "month": f"in {start:%B %Y}",
    }[step]


def windows(step: str, starts: Sequence[date], since: date, until: date) -> list[Window]:
    """Of each step that begins at ``starts``, its words and its days, which the period may cut."""
    first = [max(start, since) for start in starts]
    named = [when(step, start) for start in starts]
    return list(zip(named, first, [*first[1:], until], strict=True))


def month_after(month: date) -> date:
    """The first day of the month after the one that begins at ``month``."""
    return (month + timedelta(days=31)).replace(day=1)
