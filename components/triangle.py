"""Cohorts of shoppers who come back: as a triangle of shares, and as curves."""

from collections.abc import Hashable, Mapping
from datetime import date, timedelta
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from components import charts, steps
from components.asked import kept
from components.card import Drawing, Forget, Load
from components.cells import Cells
from components.drill import Rows
from components.parts import Part, Parts
from components.question import Answer, Question
from components.returning import SHOWN
from metrics import text

MEAN = "Mean, pooled"
# A period that nobody lives to see.
_EVER = 10_000
_NOBODY = "Nobody launched a first try-on in these {count} {step}s."


def table(
    question: Question, step: str, until: date, shoppers: Rows
) -> tuple[Load[Drawing], Forget]:
    """The answer of the query of retention as a heatmap, as load and forget of a card.

    ``shoppers`` stand behind the cells.
    """

    def load() -> Drawing:
        return shoppers.behind(_table(question.read(until=until), step))

    return load, lambda: question.forget(until=until)


@kept
def _table(answer: Answer, step: str) -> Drawing:
    frame = answer.frame
    if frame.empty:
        empty = _NOBODY.format(count=SHOWN[step], step=step)
        return Drawing(None, "", answer.as_of, empty=empty)
    rows = [*_cohorts(frame, step), MEAN]
    columns = _columns(frame)
    shares = _shares(frame)
    running = (frame["state"] == "running").to_numpy().reshape(shares.shape)
    # Everybody is there in period 0: beside it all else would be pale.
    highest = float(frame["retention_pct"][frame["first_period"] > 0].max())
    figure = Cells(
        columns,
        rows,
        shares.tolist(),
        [list(row) for row in running],
        highest=highest if highest > 0 else 1,
    )
    return Drawing(
        figure,
        f"Share of shoppers who came back, by {step} of their first try-on, "
        f"{len(rows) - 1} cohorts. Pooled mean: {_said(columns, shares[-1])}.",
        answer.as_of,
        note="Hatched: not over, and in no mean. Blank: still to come.",
        parts=_parts(frame, step),
    )


def curves(
    question: Question, step: str, until: date, shoppers: Rows
) -> tuple[Load[Drawing], Forget]:
    """The same answer as lines over the periods, the pooled mean before the cohorts.

    ``shoppers`` stand behind the points of the cohorts.
    """

    def load() -> Drawing:
        return shoppers.behind(_curves(question.read(until=until), step))

    return load, lambda: question.forget(until=until)


@kept
def _curves(answer: Answer, step: str) -> Drawing:
    frame = answer.frame.assign(
        # What is not over is in no curve.
        retention_pct=answer.frame["retention_pct"].where(answer.frame["state"] != "running")
    )
    shares = _shares(frame) if len(frame) else np.empty((0, 0))
    # As far as the mean goes.
    reached = int(np.isfinite(shares[-1]).sum()) if len(shares) else 0
    if reached < 2:
        empty = "No cohort has come as far as its second period yet."
        return Drawing(None, "", answer.as_of, empty=empty)
    columns = _columns(frame)[:reached]
    drawn = shares[:, :reached].tolist()
    figure = charts.curves(
        sorted({int(number) for number in frame["first_period"]})[:reached],
        (MEAN, drawn[-1]),
        dict(zip(_cohorts(frame, step), drawn[:-1], strict=True)),
        "pct",
        f"{step.capitalize()}s after the first try-on",
    )
    return Drawing(
        figure,
        f"Pooled mean of shoppers who came back, by {step}s after their first try-on: "
        f"{_said(columns, shares[-1, :reached])}.",
        answer.as_of,
        note="Complete cells only; a grey line a cohort.",
        parts=_parts_of_lines(frame, step),
    )


def _parts_of_lines(frame: pd.DataFrame, step: str) -> Parts:
    """The parts of the cells that are drawn, with a trace for each cohort."""
    whole, cells = _cells(frame, step)
    columns = frame["first_period"].nunique()
    shown = [
        None if pd.isna(share) else part
        for part, share in zip(cells, frame["retention_pct"], strict=True)
    ]
    lines = [shown[start : start + columns] for start in range(0, len(shown), columns)]
    # The mean comes last, in the table as in the chart.
    return Parts.of(whole, dict(enumerate(lines)))


def _parts(frame: pd.DataFrame, step: str) -> Parts:
    whole, cells = _cells(frame, step)
    return Parts.of(whole, {0: cells})


def _cells(frame: pd.DataFrame, step: str) -> tuple[Part, list[Part | None]]:
    """Everybody, and who stands behind each cell."""
    names = dict(zip(frame["cohort"].dropna().unique(), _cohorts(frame, step), strict=True))
    columns = dict(zip(sorted(frame["first_period"].unique()), _columns(frame), strict=True))
    firsts = [pd.Timestamp(cohort).date() for cohort in names]

    # Those that are complete follow each other: the mean is of them all.
    complete = frame[frame["state"] == "complete"].groupby("first_period")["cohort"]
    first_of, last_of = complete.min(), complete.max()

    def part(row: Mapping[Hashable, Any]) -> Part | None:
        if row["state"] == "future" or pd.isna(row["retention_pct"]):
            return None
        column = row["first_period"]
        if row["state"] == "mean":
            name, since, last = "All that are complete", first_of[column], last_of[column]
        else:
            name, since, last = names[row["cohort"]], row["cohort"], row["cohort"]
        return Part(
            f"{name}, {step} {columns[column]}",
            {
                "since": since.date(),
                "until": _next(last.date(), step),
                "first_period": int(column),
                "next_period": _EVER if pd.isna(row["next_period"]) else int(row["next_period"]),
            },
        )

    everybody = {"since": min(firsts), "until": _next(max(firsts), step)}
    whole = Part("Everybody in these cohorts", {**everybody, "first_period": 0, "next_period": 1})
    return whole, [part(row) for row in frame.to_dict("records")]


def _next(start: date, step: str) -> date:
    """The first day after the day, week or month that begins with ``start``."""
    if step == "month":
        return steps.month_after(start)
    return start + timedelta(days=7 if step == "week" else 1)


def _shares(frame: pd.DataFrame) -> npt.NDArray[np.float64]:
    """Shares by cohort, the mean last, and by column, as the query has them in order."""
    columns = frame["first_period"].nunique()
    return frame["retention_pct"].to_numpy(dtype=float).reshape(-1, columns)


def _cohorts(frame: pd.DataFrame, step: str) -> list[str]:
    """What the cohorts are called, with their sizes."""
    written = {"day": "%-d %b", "week": "%-d %b", "month": "%b %Y"}[step]
    firsts = frame.dropna(subset="cohort").drop_duplicates("cohort")
    return [
        f"{cohort.strftime(written)} · {text('count', int(size))}"
        for cohort, size in zip(firsts["cohort"], firsts["cohort_count"], strict=True)
    ]


def _columns(frame: pd.DataFrame) -> list[str]:
    """What the columns are called: 3 is a period, 1–7 are several, 3+ are it and all later ones."""
    spans = frame.drop_duplicates("first_period").sort_values("first_period")
    return [
        f"{first}+"
        if pd.isna(after)
        else f"{first}"
        if after == first + 1
        else f"{first}–{int(after) - 1}"
        for first, after in zip(spans["first_period"], spans["next_period"], strict=True)
    ]


def _said(columns: list[str], mean: npt.NDArray[np.float64]) -> str:
    return ", ".join(
        f"{column} {text('pct', float(share))}"
        for column, share in zip(columns, mean, strict=True)
        if pd.notna(share)
    )
