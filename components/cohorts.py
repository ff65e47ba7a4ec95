"""D1, D7 and D30 retention: by cohort month as a table of shares, and by part of the shoppers."""

from collections.abc import Callable, Hashable, Mapping
from dataclasses import replace
from datetime import date, datetime
from typing import Any

import pandas as pd
import streamlit as st
from streamlit.elements.lib.column_types import ColumnConfig

from components import brand, filters, steps
from components.asked import kept
from components.card import PERCENT, Drawing, Forget, Load, Table
from components.cells import Cells
from components.drill import Rows
from components.parts import Part, Parts
from components.period import Period
from components.question import Answer, Question
from metrics import DASH, METRICS

COMPLETE, RUNNING = "complete", "running"


def table(
    question: Question, since: date, until: date, shoppers: Rows
) -> tuple[Load[Drawing], Forget]:
    """The answer of the query by cohort month as a heatmap, as load and forget of a card.

    ``shoppers`` stand behind the cells.
    """

    def load() -> Drawing:
        return shoppers.behind(_table(question.read(since=since, until=until)))

    return load, lambda: question.forget(since=since, until=until)


@kept
def _table(answer: Answer) -> Drawing:
    drawn = drawing(answer.frame, answer.as_of)
    return drawn if drawn.figure is None else replace(drawn, parts=_parts(answer.frame))


def parts(question: Question, by: str, period: Period) -> tuple[Load[Table], Forget]:
    """D1, D7 and D30 of the parts ``by`` which shoppers are split, as load and forget of a card."""
    called: Callable[[str | None], str] = {
        "category": filters.category_name,
        "device": filters.device_name,
        "channel": filters.channel_name,
        "brand": lambda name: name or DASH,
    }[by]
    config = st.column_config
    columns: dict[str, ColumnConfig] = {
        "part": config.TextColumn(by.capitalize()),
        "d1_count": config.NumberColumn(
            "Shoppers", format="localized", help="Those whose day 1 ended in the period."
        ),
        **{
            f"d{number}_pct": config.NumberColumn(
                f"D{number}", format=PERCENT, help=METRICS[f"retention_d{number}"].help
            )
            for number in (1, 7, 30)
        },
    }

    def load() -> Table:
        answer = question.read(since=period.start, until=period.end)
        names = [called(part or None) for part in answer.frame["part"].fillna("")]
        return Table(
            answer.frame.assign(part=names),
            columns,
            alt=f"D1, D7 and D30 retention by {by}",
            as_of=answer.as_of,
            empty="Nobody's day 1, 7 or 30 ended in this period.",
            **(brand.opening(answer.frame["brand_id"]) if by == "brand" else {}),
        )

    return load, lambda: question.forget(since=period.start, until=period.end)


def _parts(frame: pd.DataFrame) -> Parts:
    months = frame["cohort_month"].dropna().dt.date
    first, last = months.min(), months.max()

    # Those that are complete follow each other: the mean is of them all.
    complete = frame[frame["state"] == COMPLETE].groupby("day_number")["cohort_month"]
    first_of, last_of = complete.min(), complete.max()

    def part(row: Mapping[Hashable, Any]) -> Part | None:
        month, day = row["cohort_month"], row["day_number"]
        if pd.isna(row["retention_pct"]):
            return None
        if pd.isna(month):
            name, since, last_month = "All that are complete", first_of[day], last_of[day]
        else:
            name, since, last_month = f"{month:%B %Y}", month, month
        return Part(
            f"{name}, back on day {day}",
            {
                "since": since.date(),
                "until": steps.month_after(last_month.date()),
                "first_period": day,
                "next_period": day + 1,
            },
        )

    whole = {"since": first, "until": steps.month_after(last), "first_period": 0, "next_period": 1}
    cells = [part(row) for row in frame.to_dict("records")]
    return Parts.of(Part("Everybody in these months", whole), {0: cells})


def drawing(frame: pd.DataFrame, as_of: datetime) -> Drawing:
    """The heatmap of the rows and columns that the query of cohort retention gives.

    A row per month and, last, the pooled mean; a column per day number. What lies in the future is
    blank, what is not over is hatched and in no mean.
    """
    if frame.empty or not (frame["state"] == COMPLETE).any():
        return Drawing(None, "", as_of, empty="No cohort has come as far as its first day yet.")
    frame = frame.assign(
        # The mean has no month: sorted last.
        row=frame["cohort_month"].dt.strftime("%b %Y").fillna("Mean, pooled"),
        running=frame["state"] == RUNNING,
    )
    order = list(dict.fromkeys(frame["row"]))
    shares = frame.pivot(index="row", columns="day_number", values="retention_pct").loc[order]
    running = frame.pivot(index="row", columns="day_number", values="running").loc[order]
    days = [f"D{day}" for day in shares.columns]
    figure = Cells(days, order, shares.to_numpy().tolist(), running.to_numpy().tolist())
    means = ", ".join(
        f"{day} {share:.1%}"
        for day, share in zip(days, shares.loc[order[-1]], strict=True)
        if pd.notna(share)
    )
    return Drawing(
        figure,
        f"Share of shoppers who came back, by month of their first try-on. Pooled mean: {means}.",
        as_of,
        note="Hatched: not over, and in no mean. Blank: still to come.",
    )
