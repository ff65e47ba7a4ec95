"""Charts of how good pictures are: what the engine says itself, what people say, and both."""

from collections.abc import Callable
from dataclasses import replace
from datetime import date, timedelta

import pandas as pd
import streamlit as st

import metrics
from components import charts, filters, steps
from components import jobs as job_rows
from components.asked import kept
from components.card import Drawing, Forget, Load, Table
from components.cells import Cells
from components.drill import Rows
from components.parts import Part, Parts
from components.period import Period
from components.question import Answer, Question
from components.ranking import Ranking
from components.table import Columns
from metrics import text

_TENTH = 0.1
# Of the distribution of model confidence.
_BINS = 50
# Somebody has just opened one of the worst pictures.
_CLICKED = "worst.clicked"
_NO_CONFIDENCE = "No completed job with a model confidence in this period."


def spread(
    question: Question, step: str, period: Period, jobs: Rows
) -> tuple[Load[Drawing], Forget]:
    """Model confidence by ``step``, with the band of one standard deviation to either side.

    ``jobs`` stand behind the points.
    """
    days: dict[str, date] = {"since": period.start, "until": period.end}

    def load() -> Drawing:
        return jobs.behind(_spread(question.read(**days), step, period))

    return load, lambda: question.forget(**days)


@kept
def _spread(answer: Answer, step: str, period: Period) -> Drawing:
    frame = answer.frame
    known = frame["model_confidence_pct"].dropna()
    if known.empty:
        return Drawing(None, "", answer.as_of, empty=_NO_CONFIDENCE)
    figure = charts.band(
        frame["day"],
        ("One deviation below", "Model confidence", "One deviation above"),
        frame["low_pct"],
        frame["model_confidence_pct"],
        frame["high_pct"],
        "pct",
    )
    low, high = text("pct", known.min()), text("pct", known.max())
    alt = f"Model confidence by {step}, from {low} to {high}, with its standard deviation."
    starts = [start.date() for start in frame["day"]]
    shown = [
        job_rows.ended(f"Completed {when}", since, until)
        for when, since, until in steps.windows(step, starts, period.start, period.end)
    ]
    parts = Parts.of(job_rows.all_ended(period), dict.fromkeys(range(3), shown))
    note = "Shaded: one standard deviation of the jobs to either side."
    return Drawing(figure, alt, answer.as_of, note=note, parts=parts)


def distribution(question: Question, period: Period, jobs: Rows) -> tuple[Load[Drawing], Forget]:
    """Completed jobs by model confidence, from the lowest that there is; ``jobs`` stand behind."""
    days: dict[str, date] = {"since": period.start, "until": period.end}

    def load() -> Drawing:
        return jobs.behind(_distribution(question.read(**days), period))

    return load, lambda: question.forget(**days)


@kept
def _distribution(answer: Answer, period: Period) -> Drawing:
    frame = answer.frame
    if frame.empty:
        return Drawing(None, "", answer.as_of, empty=_NO_CONFIDENCE)
    rows = frame[frame["completed_count"].cumsum() > 0]
    figure = charts.distribution(
        rows["low_pct"].tolist(),
        rows["high_pct"].tolist(),
        rows["completed_count"].tolist(),
        "Completed",
    )
    reached = rows["completed_count"].cumsum() / rows["completed_count"].sum()
    tenth = text("pct", rows.loc[reached >= _TENTH, "high_pct"].iloc[0])
    said = f"The lowest tenth of them is under {tenth}."
    bins = [
        job_rows.ended(
            f"Confidence {low:.0%} to {high:.0%}",
            period.start,
            period.end,
            bin_number=round(low * _BINS),
        )
        if count
        else None
        for low, high, count in zip(
            rows["low_pct"], rows["high_pct"], rows["completed_count"], strict=True
        )
    ]
    parts = Parts.of(job_rows.all_ended(period), {0: bins})
    total = text("count", rows["completed_count"].sum())
    alt = f"{total} completed jobs by model confidence. {said}"
    return Drawing(figure, alt, answer.as_of, note=said, parts=parts)


def rejections(question: Question, period: Period, verdicts: Rows) -> tuple[Load[Drawing], Forget]:
    """Reasons for rejection, the most frequent first; ``verdicts`` stand behind them."""
    days: dict[str, date] = {"since": period.start, "until": period.end}

    def load() -> Drawing:
        return verdicts.behind(_rejections(question.read(**days), period))

    return load, lambda: question.forget(**days)


@kept
def _rejections(answer: Answer, period: Period) -> Drawing:
    rows = answer.frame
    if rows.empty:
        return Drawing(
            None, "", answer.as_of, empty="No random draw of this period has a reason given."
        )
    names = [str(reason).replace("_", " ").capitalize() for reason in rows["reason"]]
    said = [
        f"{text('count', count)}, {text('pct', share)}"
        for count, share in zip(rows["job_count"], rows["rejected_pct"], strict=True)
    ]
    figure = Ranking(names, rows["job_count"].tolist(), said)
    described = "; ".join(f"{name} {words}" for name, words in zip(names, said, strict=True))
    rejected = rows["rejected_count"].iloc[0]
    whole = Part("Rejected", {"since": period.start, "until": period.end, "verdict": "rejected"})
    each = [
        replace(whole, label=name, params={**whole.params, "reason": str(reason)})
        for name, reason in zip(names, rows["reason"], strict=True)
    ]
    return Drawing(
        figure,
        f"Reasons for rejection: {described}.",
        answer.as_of,
        note=f"Shares of {text('count', rejected)} rejected; a job may have several reasons.",
        parts=Parts.of(whole, {0: each}),
    )


def worst(
    question: Question, period: Period, opened: Callable[[str], None]
) -> tuple[Load[Table], Forget]:
    """The rejected jobs of which the engine was least sure; ``opened`` is told which is opened."""
    days: dict[str, date] = {"since": period.start, "until": period.end}

    def clicked(job: str) -> None:
        opened(job)
        st.session_state[_CLICKED] = True

    load_rows, forget = job_rows.listed(question.narrowed(days), clicked)

    def load() -> Table:
        if st.session_state.pop(_CLICKED, False):
            # The drawer is the page's: a click in a card runs nothing but the card.
            st.rerun()
        found = load_rows()
        reasons = found.rows["reasons"].str.replace("_", " ").str.capitalize()
        return replace(
            found,
            rows=found.rows.assign(reasons=reasons),
            columns=_worst_columns(found.columns),
            alt="Rejected jobs, those first of which the engine was least sure",
            empty="No picture of this period was rejected.",
        )

    return load, forget


# What they all have in common says nothing of any.
_IN_COMMON = {"status", "verdict", "failure"}


def _worst_columns(columns: Columns) -> Columns:
    reasons = st.column_config.TextColumn("Reasons", help="Why reviewers rejected it.")
    return {
        **{name: how for name, how in columns.items() if name not in _IN_COMMON},
        "reasons": reasons,
    }


def by_category_and_device(
    question: Question, period: Period, jobs: Rows
) -> tuple[Load[Drawing], Forget]:
    """Model confidence as a table of categories and devices; ``jobs`` stand behind the cells."""
    days = {"since": period.start, "until": period.end}

    def load() -> Drawing:
        return jobs.behind(_by_category_and_device(question.read(**days), period))

    return load, lambda: question.forget(**days)


@kept
def _by_category_and_device(answer: Answer, period: Period) -> Drawing:
    if answer.frame["model_confidence_pct"].isna().all():
        return Drawing(None, "", answer.as_of, empty=_NO_CONFIDENCE)
    named = answer.frame.assign(
        category=filters.category_names(answer.frame["category"]),
        device=filters.device_names(answer.frame["device"]),
    )
    table = named.pivot(index="category", columns="device", values="model_confidence_pct")
    table = table.reindex(
        index=list(dict.fromkeys(named["category"])),
        columns=[name for name in (*filters.DEVICES, "Unknown") if name in table.columns],
    )
    lowest, highest = float(table.min().min()), float(table.max().max())
    shares = table.to_numpy().tolist()
    figure = Cells(list(table.columns), list(table.index), shares, lowest=lowest - 0.01)
    low, high = text("pct", lowest), text("pct", highest)
    alt = f"Model confidence by category and device, from {low} to {high}."
    cells = [
        None
        if pd.isna(share)
        else job_rows.ended(
            f"{category}, {device}",
            period.start,
            period.end,
            category=filters.category_of(category),
            device=filters.device_of(device),
        )
        for category, row in zip(table.index, shares, strict=True)
        for device, share in zip(table.columns, row, strict=True)
    ]
    parts = Parts.of(job_rows.all_ended(period), {0: cells})
    note = f"Colours from {low} to {high}."
    return Drawing(figure, alt, answer.as_of, note=note, parts=parts)


def by_week(question: Question, period: Period, verdicts: Rows) -> tuple[Load[Drawing], Forget]:
    """Human accuracy in stretches of 7 days, each with its Wilson 95 % interval.

    ``verdicts`` stand behind the points.
    """
    days = {"since": period.start, "until": period.end}

    def load() -> Drawing:
        return verdicts.behind(_by_week(question.read(**days), period))

    return load, lambda: question.forget(**days)


@kept
def _by_week(answer: Answer, period: Period) -> Drawing:
    rows = answer.frame[answer.frame["verdict_count"] > 0]
    if rows.empty:
        return Drawing(None, "", answer.as_of, empty="No verdicts in this period.")
    counts = zip(rows["approved_count"].tolist(), rows["verdict_count"].tolist(), strict=True)
    ends = [interval_of(*count) for count in counts]
    said = [
        f"{text('pct', share)}, {text('pct', low)} to {text('pct', high)}, n = {n:,}"
        for share, (low, high), n in zip(
            rows["human_accuracy_pct"], ends, rows["verdict_count"], strict=True
        )
    ]
    figure = charts.interval(
        rows["week"],
        "Human accuracy",
        rows["human_accuracy_pct"].tolist(),
        [low for low, _ in ends],
        [high for _, high in ends],
        said,
    )
    few = (rows["verdict_count"] < metrics.PROVISIONAL_BELOW).any()
    return Drawing(
        figure,
        f"Human accuracy by week; the last: {said[-1]}.",
        answer.as_of,
        note="Wilson 95 % intervals."
        + (f" Under n = {metrics.PROVISIONAL_BELOW}: provisional." if few else ""),
        parts=_parts_of_weeks(answer.frame, period),
    )


def _parts_of_weeks(frame: pd.DataFrame, period: Period) -> Parts:
    starts = list(frame["week"].dt.date)
    ends = [*starts[1:], period.end]
    weeks = [
        Part(
            f"{begin:%-d %b} to {end - timedelta(days=1):%-d %b %Y}",
            {"since": begin, "until": end},
        )
        for begin, end, count in zip(starts, ends, frame["verdict_count"], strict=True)
        if count
    ]
    return Parts.of(job_rows.all_judged(period), {0: weeks})


def interval_of(approved: int, verdicts: int) -> tuple[float, float]:
    """The Wilson 95 % interval of approved ones of some verdicts."""
    found = metrics.wilson(approved, verdicts)
    if found is None:
        raise ValueError("no verdicts have no interval")
    return found


def reliability(question: Question, period: Period, verdicts: Rows) -> tuple[Load[Drawing], Forget]:
    """The reliability diagram: share approved over mean model confidence, by tenth.

    ``verdicts`` stand behind the points.
    """
    days = {"since": period.start, "until": period.end}

    def load() -> Drawing:
        return verdicts.behind(_reliability(question.read(**days), period))

    return load, lambda: question.forget(**days)


@kept
def _reliability(answer: Answer, period: Period) -> Drawing:
    rows = answer.frame
    if rows.empty:
        return Drawing(None, "", answer.as_of, empty="No verdicts in this period.")
    figure = charts.reliability(
        rows["model_confidence_pct"].tolist(),
        rows["human_accuracy_pct"].tolist(),
        rows["verdict_count"].tolist(),
    )
    said = "; ".join(
        f"confidence {text('pct', row['model_confidence_pct'])}, approved "
        f"{text('pct', row['human_accuracy_pct'])}, n = {row['verdict_count']:,}"
        for _, row in rows.iterrows()
    )
    note = "On the dashed line both agree; a larger point has more verdicts."
    bins = [
        Part(
            f"Confidence {row['low_pct']:.0%} to {row['high_pct']:.0%}",
            {"since": period.start, "until": period.end, "bin_number": round(row["low_pct"] * 10)},
        )
        for _, row in rows.iterrows()
    ]
    # Behind the diagonal, which is the first trace.
    parts = Parts.of(job_rows.all_rated(period), {1: bins})
    alt = f"Approved by model confidence: {said}."
    return Drawing(figure, alt, answer.as_of, note=note, parts=parts)
