"""Retention by cohort month, drawn as one table of shares."""

from datetime import datetime

import pandas as pd

from components import charts
from components.card import Drawing, Forget, Load
from components.question import Question

COMPLETE, RUNNING = "complete", "running"


def table(question: Question) -> tuple[Load[Drawing], Forget]:
    """The answer of the query of cohort retention as a heatmap, as load and forget of a card."""

    def load() -> Drawing:
        answer = question.read()
        return drawing(answer.frame, answer.as_of)

    return load, question.forget


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
    figure = charts.heatmap(days, order, shares.to_numpy().tolist(), running.to_numpy().tolist())
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
