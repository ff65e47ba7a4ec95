"""Charts and tables of how fast jobs are and how many fail: over time, by reason, by engine."""

from datetime import date

import streamlit as st
from streamlit.elements.lib.column_types import ColumnConfig

from components import charts, queue_failures, steps, volume
from components import jobs as job_rows
from components.asked import kept
from components.card import PERCENT, Drawing, Forget, Load, Table
from components.cells import Cells
from components.drill import Rows
from components.parts import Parts
from components.period import Period
from components.question import Answer, Question
from components.ranking import Ranking
from metrics import METRICS, text

PHASES = {"queue": "Queue time", "processing": "Processing time"}
_PERCENTILES = ("p50", "p95", "p99")
_EMPTY = "No completed jobs in this period."


def over_time(
    question: Question, phase: str, step: str, period: Period, jobs: Rows
) -> tuple[Load[Drawing], Forget]:
    """The percentiles of the time of a ``phase`` (queue or processing) by ``step``, as lines.

    ``jobs`` stand behind the points.
    """
    days: dict[str, date] = {"since": period.start, "until": period.end}

    def load() -> Drawing:
        return jobs.behind(_times(question.read(**days), phase, step, period))

    return load, lambda: question.forget(**days)


@kept
def _times(answer: Answer, phase: str, step: str, period: Period) -> Drawing:
    frame = answer.frame
    known = frame.dropna(subset="p50_ms")
    if known.empty:
        return Drawing(None, "", answer.as_of, empty=_EMPTY)
    figure = charts.lines(
        frame["day"], {name: frame[f"{name}_ms"].tolist() for name in _PERCENTILES}, "ms"
    )
    last = ", ".join(f"{name} {text('ms', known[f'{name}_ms'].iloc[-1])}" for name in _PERCENTILES)
    alt = f"{PHASES[phase]} by {step}; the last: {last}."
    shown = _parts("completed", step, list(frame["day"].dt.date), period, 3)
    return Drawing(figure, alt, answer.as_of, note=f"The last {step}: {last}.", parts=shown)


def _parts(status: str, step: str, starts: list[date], period: Period, traces: int) -> Parts:
    """The jobs that ended so, by the points of the first traces of a chart of steps."""
    shown = [
        job_rows.ended(f"{status.capitalize()} {when}", since, until, status)
        for when, since, until in steps.windows(step, starts, period.start, period.end)
    ]
    return Parts.of(job_rows.all_ended(period, status), dict.fromkeys(range(traces), shown))


def success(daily: Question, step: str, period: Period, jobs: Rows) -> tuple[Load[Drawing], Forget]:
    """The success rate by ``step``, from a question that counts jobs by day.

    The failed ones of the ``jobs`` stand behind the points.
    """
    days: dict[str, date] = {"since": period.start, "until": period.end}

    def load() -> Drawing:
        return jobs.behind(_success(daily.read(**days), step, period))

    return load, lambda: daily.forget(**days)


@kept
def _success(answer: Answer, step: str, period: Period) -> Drawing:
    counts, _ = volume.stepped(answer, step, period.end)
    ended = counts["completed_count"] + counts["failed_count"]
    rates = (counts["completed_count"] / ended.where(ended > 0)).astype(float)
    known = rates.dropna()
    if known.empty:
        return Drawing(None, "", answer.as_of, empty="No jobs that ended in this period.")
    figure = charts.lines(
        [start.date() for start in counts.index], {"Success rate": rates.tolist()}, "pct"
    )
    low, last = text("pct", known.min()), text("pct", known.iloc[-1])
    said = f"The last {step}: {last}; the lowest: {low}."
    starts = [start.date() for start in counts.index]
    return Drawing(
        figure,
        f"Success rate by {step}. {said}",
        answer.as_of,
        note=said,
        parts=_parts("failed", step, starts, period, 1),
    )


def failures(question: Question, period: Period, jobs: Rows) -> tuple[Load[Drawing], Forget]:
    """Failed jobs by reason, over all engines; ``jobs`` stand behind the bars."""
    days: dict[str, date] = {"since": period.start, "until": period.end}

    def load() -> Drawing:
        return jobs.behind(_reasons(question.read(**days), period))

    return load, lambda: question.forget(**days)


@kept
def _reasons(answer: Answer, period: Period) -> Drawing:
    if answer.frame.empty:
        return Drawing(None, "", answer.as_of, empty="No failed jobs in this period.")
    counts = answer.frame.groupby("failure", sort=False)["failed_count"].sum()
    counts = counts.sort_values(ascending=False, kind="stable")
    names = [queue_failures.called(str(code)) for code in counts.index]
    said = [f"{text('count', n)}, {text('pct', n / counts.sum())}" for n in counts]
    figure = Ranking(names, counts.tolist(), said)
    described = "; ".join(f"{name} {words}" for name, words in zip(names, said, strict=True))
    shown = [
        job_rows.ended(name, period.start, period.end, "failed", failure=str(code))
        for name, code in zip(names, counts.index, strict=True)
    ]
    return Drawing(
        figure,
        f"Failed jobs by reason: {described}.",
        answer.as_of,
        parts=Parts.of(job_rows.all_ended(period, "failed"), {0: shown}),
    )


def failures_by_engine(
    question: Question, period: Period, jobs: Rows
) -> tuple[Load[Drawing], Forget]:
    """Failed jobs as a table of reasons and engines; ``jobs`` stand behind the cells."""
    days: dict[str, date] = {"since": period.start, "until": period.end}

    def load() -> Drawing:
        return jobs.behind(_reasons_by_engine(question.read(**days), period))

    return load, lambda: question.forget(**days)


@kept
def _reasons_by_engine(answer: Answer, period: Period) -> Drawing:
    if answer.frame.empty:
        return Drawing(None, "", answer.as_of, empty="No failed jobs in this period.")
    frame = answer.frame
    table = frame.pivot_table(
        index="failure", columns="engine", values="failed_count", aggfunc="sum", fill_value=0
    )
    reasons = table.sum(axis=1).sort_values(ascending=False, kind="stable").index
    engines = table.sum().sort_values(ascending=False, kind="stable").index
    table = table.loc[reasons, engines]
    figure = Cells(
        [str(engine) for engine in engines],
        [queue_failures.called(str(code)) for code in reasons],
        table.astype(float).to_numpy().tolist(),
        unit="count",
    )
    most = frame.iloc[0]
    said = (
        f"Most often: {queue_failures.called(most['failure'])} with {most['engine']}, "
        f"{text('count', most['failed_count'])}."
    )
    alt = f"Failed jobs by reason and engine. {said}"
    cells = [
        job_rows.ended(
            f"{queue_failures.called(str(code))}, {engine}",
            period.start,
            period.end,
            "failed",
            failure=str(code),
            engine=str(engine),
        )
        for code in reasons
        for engine in engines
    ]
    shown = Parts.of(job_rows.all_ended(period, "failed"), {0: cells})
    return Drawing(figure, alt, answer.as_of, note=said, parts=shown)


def engines(question: Question, period: Period) -> tuple[Load[Table], Forget]:
    """One row an engine: how many jobs, how many succeeded, how long they waited and took."""
    days: dict[str, date] = {"since": period.start, "until": period.end}

    def load() -> Table:
        return _engines(question.read(**days), period)

    return load, lambda: question.forget(**days)


@kept
def _engines(answer: Answer, period: Period) -> Table:
    frame = answer.frame
    each = [
        job_rows.ended(f"Completed by {engine}", period.start, period.end, engine=engine)
        if count
        else None
        for engine, count in zip(frame["engine"], frame["completed_count"], strict=True)
    ]
    seconds = {
        f"{phase}_{name}_s": frame[f"{phase}_{name}_ms"] / 1000
        for phase in PHASES
        for name in _PERCENTILES
    }
    return Table(
        frame.assign(**seconds),
        _columns(),
        alt="Engines with their jobs, success rate, queue and processing times",
        as_of=answer.as_of,
        empty="No jobs that ended in this period.",
        parts=Parts.of(job_rows.all_ended(period), {0: each}),
    )


def _columns() -> dict[str, ColumnConfig]:
    config = st.column_config
    times = {
        f"{phase}_{name}_s": config.NumberColumn(
            METRICS[f"{phase}_{name}"].label,
            format="%.2f s",
            help=METRICS[f"{phase}_{name}"].help,
        )
        for phase in PHASES
        for name in _PERCENTILES
    }
    return {
        "engine": config.TextColumn("Engine", pinned=True),
        "completed_count": config.NumberColumn("Completed", format="localized"),
        "failed_count": config.NumberColumn("Failed", format="localized"),
        "success_pct": config.NumberColumn(
            METRICS["success_rate"].label, format=PERCENT, help=METRICS["success_rate"].help
        ),
        **times,
        "model_confidence_pct": config.NumberColumn(
            "Confidence",  # of the model: with its whole name the table is wider than a desk
            format=PERCENT,
            help=METRICS["model_confidence"].help,
        ),
    }
