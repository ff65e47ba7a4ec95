"""Cohorts of shoppers who come back: as a triangle of shares, and as curves."""

from datetime import date, timedelta

import pandas as pd

from components import charts
from components.card import Behind, Drawing, Forget, Load
from components.drill import Part, Rows
from components.question import Question
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
        answer = question.read(until=until)
        frame = answer.frame
        if frame.empty:
            empty = _NOBODY.format(count=SHOWN[step], step=step)
            return Drawing(None, "", answer.as_of, empty=empty)
        rows = [*_cohorts(frame, step), MEAN]
        columns = _columns(frame)
        shares = _shares(frame)
        running = (
            frame.assign(running=frame["state"] == "running")
            .pivot(index="cohort", columns="first_period", values="running")
            .to_numpy()
        )
        # Everybody is there in period 0: beside it all else would be pale.
        highest = float(frame["retention_pct"][frame["first_period"] > 0].max())
        figure = charts.heatmap(
            columns,
            rows,
            shares.to_numpy().tolist(),
            running.tolist(),
            highest=highest if highest > 0 else 1,
        )
        return Drawing(
            figure,
            f"Share of shoppers who came back, by {step} of their first try-on, "
            f"{len(rows) - 1} cohorts. Pooled mean: {_said(columns, shares.iloc[-1])}.",
            answer.as_of,
            note="Hatched: not over, and in no mean. Blank: still to come.",
            behind=_behind_cells(shoppers, frame, step),
        )

    return load, lambda: question.forget(until=until)


def curves(question: Question, step: str, until: date) -> tuple[Load[Drawing], Forget]:
    """The same answer as lines over the periods, the pooled mean before the cohorts."""

    def load() -> Drawing:
        answer = question.read(until=until)
        complete = answer.frame[answer.frame["state"].isin(["complete", "mean"])]
        shares = _shares(complete) if len(complete) else pd.DataFrame()
        known = shares.loc[:, shares.iloc[-1].notna()] if len(shares) else shares
        if known.shape[1] < 2:
            empty = "No cohort has come as far as its second period yet."
            return Drawing(None, "", answer.as_of, empty=empty)
        columns = _columns(answer.frame)
        names = _cohorts(complete, step)
        drawn = known.to_numpy(dtype=float)
        titled = dict(zip(shares.columns, columns, strict=False))
        figure = charts.curves(
            [int(number) for number in known.columns],
            (MEAN, drawn[-1].tolist()),
            dict(zip(names, drawn[:-1].tolist(), strict=True)),
            "pct",
            f"{step.capitalize()}s after the first try-on",
        )
        called = [titled[number] for number in known.columns]
        return Drawing(
            figure,
            f"Pooled mean of shoppers who came back, by {step}s after their first try-on: "
            f"{_said(called, known.iloc[-1])}.",
            answer.as_of,
            note="Complete cells only; a grey line a cohort.",
        )

    return load, lambda: question.forget(until=until)


def _behind_cells(shoppers: Rows, frame: pd.DataFrame, step: str) -> Behind:
    names = dict(zip(frame["cohort"].dropna().unique(), _cohorts(frame, step), strict=True))
    columns = dict(zip(sorted(frame["first_period"].unique()), _columns(frame), strict=True))
    firsts = [pd.Timestamp(cohort).date() for cohort in names]

    def part(row: pd.Series) -> Part | None:
        if row["state"] in ("future", "mean"):
            return None
        since = row["cohort"].date()
        return Part(
            f"{names[row['cohort']]}, {step} {columns[row['first_period']]}",
            {
                "since": since,
                "until": _next(since, step),
                "first_period": int(row["first_period"]),
                "next_period": _EVER if pd.isna(row["next_period"]) else int(row["next_period"]),
            },
        )

    everybody = {"since": min(firsts), "until": _next(max(firsts), step)}
    whole = Part("Everybody in these cohorts", {**everybody, "first_period": 0, "next_period": 1})
    return shoppers.behind(whole, {charts.CELLS: [part(row) for _, row in frame.iterrows()]})


def _next(start: date, step: str) -> date:
    """The first day after the day, week or month that begins with ``start``."""
    if step == "month":
        return (start + timedelta(days=31)).replace(day=1)
    return start + timedelta(days=7 if step == "week" else 1)


def _shares(frame: pd.DataFrame) -> pd.DataFrame:
    """Shares by cohort, the mean last, and by first period."""
    return frame.pivot(index="cohort", columns="first_period", values="retention_pct")


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


def _said(columns: list[str], mean: pd.Series) -> str:
    return ", ".join(
        f"{column} {text('pct', float(share))}"
        for column, share in zip(columns, mean, strict=True)
        if pd.notna(share)
    )
