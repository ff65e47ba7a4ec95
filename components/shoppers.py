"""Shoppers as rows: by their id and what is known of them without knowing them."""

from collections.abc import Callable, Sequence
from datetime import date, timedelta

import pandas as pd
import streamlit as st
from streamlit.elements.lib.column_types import ColumnConfig

from components import filters, steps
from components.card import Forget, Load, Table
from components.parts import Part, Parts
from components.period import Period
from components.question import Question


def new_in(months: Sequence[date]) -> tuple[Part, list[Part]]:
    """The shoppers whose first try-on was in one of these months, and in each of them."""
    ends = [steps.month_after(month) for month in months]
    each = [
        new_within(f"First try-on in {month:%B %Y}", month, end)
        for month, end in zip(months, ends, strict=True)
    ]
    return new_within("First try-on in these months", months[0], ends[-1]), each


def new_by(months: pd.Series, counts: pd.Series) -> Parts | None:
    """The shoppers who were new in the month of each row of a table, as many as it counts."""
    if months.empty:
        return None
    whole, each = new_in(sorted(month.date() for month in months))
    of = {part.params["since"]: part for part in each}
    rows = [
        of[month.date()] if count else None for month, count in zip(months, counts, strict=True)
    ]
    return Parts.of(whole, {0: rows})


def new_within(label: str, since: date, until: date, brand: str | None = None) -> Part:
    """The shoppers whose first try-on was in these days, with one brand or any in view."""
    return Part(label, {"since": since, "until": until, "first_period": 0, "next_period": 1}, brand)


def new_until(label: str, end: date) -> Part:
    """The shoppers whose first try-on was before a day, ever."""
    before_anybody = date(2000, 1, 1)
    return new_within(label, before_anybody, end)


def back_on(period: Period, number: int) -> Part:
    """The shoppers whose day of that number ended in the period, and who launched a job on it."""
    shift = timedelta(days=number)
    days = {"since": period.start - shift, "until": period.end - shift}
    return Part(
        f"Back on day {number}", {**days, "first_period": number, "next_period": number + 1}
    )


def converted_in(since: date, until: date) -> Part:
    """The shoppers who purchased within 7 days after their first picture in these days."""
    return Part("Purchased within 7 days", {"since": since, "until": until})


def listed(question: Question, opened: Callable[[str], None]) -> tuple[Load[Table], Forget]:
    """The answer of a query of shoppers, as load and forget of a card.

    ``opened`` is told the id of a shopper whose row somebody opens.
    """

    def load() -> Table:
        answer = question.read()
        rows = _named(answer.frame)
        return Table(
            rows,
            {name: how for name, how in _columns().items() if name in rows},
            alt="Shoppers by id, the newest first",
            as_of=answer.as_of,
            empty="No such shoppers.",
            ids=answer.frame["shopper_id"].tolist(),
            opened=opened,
        )

    return load, question.forget


def opening() -> ColumnConfig:
    """The column that names a shopper and opens their try-ons."""
    return st.column_config.TextColumn(
        "Shopper",
        pinned=True,
        help="The end of an id, nobody's name or address; opens their try-ons.",
    )


def _named(frame: pd.DataFrame) -> pd.DataFrame:
    """The rows with what is written of a shopper."""
    named = frame.assign(
        open=frame["shopper_id"].str[-12:],
        category=filters.category_names(frame["category"]),
        device=filters.device_names(frame["device"]),
        channel=frame["channel"].str.capitalize(),
    )
    if "furthest" in named:
        named["furthest"] = named["furthest"].str.capitalize()
    return named


def _columns() -> dict[str, ColumnConfig]:
    """What is told of a shopper, of which each list knows some."""
    config = st.column_config
    return {
        "open": opening(),
        "launched_on": config.DateColumn("Launched (UTC)", format="D MMM YYYY"),
        "completed_on": config.DateColumn("Completed (UTC)", format="D MMM YYYY"),
        "furthest": config.TextColumn("Came to", help="The last step in those 7 days."),
        "first_on": config.DateColumn("First try-on (UTC)", format="D MMM YYYY"),
        "first_job_at": config.DatetimeColumn("First try-on (UTC)", format="D MMM YYYY HH:mm"),
        "category": config.TextColumn("First category"),
        "device": config.TextColumn("First device"),
        "channel": config.TextColumn("Channel", help="What brought them."),
        "launched_count": config.NumberColumn("Try-ons then", format="localized"),
        "last_job_at": config.DatetimeColumn("Last of them (UTC)", format="D MMM YYYY HH:mm"),
    }
