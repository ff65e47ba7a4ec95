"""Charts of how many jobs there were: over time, by part, by hour of the week."""

from collections import Counter
from collections.abc import Callable
from dataclasses import replace
from datetime import date, timedelta

import pandas as pd

from components import charts, filters, steps
from components import jobs as job_rows
from components.asked import kept
from components.card import Drawing, Forget, Load
from components.cells import Cells
from components.drill import Rows
from components.parts import Part, Parts
from components.period import Period
from components.question import Answer, Question
from components.ranking import Ranking
from metrics import missing, text

_COUNTS = ["launched_count", "completed_count", "failed_count", "canceled_count"]
_WEEKDAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
# So many brands stand for themselves, the others together.
_BRANDS = 11
# So many unusual days are named, the others are counted.
_NAMED = 4


def over_time(
    daily: Question, unusual: Question, step: str, period: Period, today: date, jobs: Rows
) -> tuple[Load[Drawing], Forget]:
    """Jobs launched, completed, failed and canceled by ``step`` (day, week or month).

    ``unusual`` marks days. Today is added to a period that ends with yesterday; it is hatched, as
    are weeks and months of which the period holds a part. ``jobs`` stand behind the bars.
    """
    running = int(period.end == today)
    drawn = {"since": period.start, "until": period.end + timedelta(days=running)}
    judged = {"since": period.start, "until": period.end}

    def load() -> Drawing:
        answers = daily.read(**drawn), unusual.read(**judged)
        return jobs.behind(_over_time(*answers, step, period, drawn["until"]))

    def forget() -> None:
        daily.forget(**drawn)
        unusual.forget(**judged)

    return load, forget


@kept
def _over_time(answer: Answer, unusual: Answer, step: str, period: Period, until: date) -> Drawing:
    frame = answer.frame
    if not frame[_COUNTS].to_numpy().any():
        return Drawing(None, "", answer.as_of, empty="No jobs in this period.")
    counts, cut = stepped(answer, step, period.end)
    odd = unusual.frame[unusual.frame["is_unusual"]]
    marks = {
        row["day"].date(): f"Unusual: {row['completed_count']:,.0f} completed, "
        f"usually {row['usual_count']:,.0f}"
        for _, row in odd.iterrows()
    }
    figure = charts.outcomes(
        [start.date() for start in counts.index],
        counts["launched_count"].tolist(),
        {
            "Completed": counts["completed_count"].tolist(),
            "Failed": counts["failed_count"].tolist(),
            "Canceled": counts["canceled_count"].tolist(),
        },
        cut,
        marks if step == "day" else {},
    )
    complete = frame[frame["day"] < pd.Timestamp(period.end)][_COUNTS].sum()
    words = ", ".join(f"{complete[c]:,} {c.removesuffix('_count')}" for c in _COUNTS)
    hatched = "Hatched: not over, or only partly in the period." if any(cut) else ""
    starts = [start.date() for start in counts.index]
    return Drawing(
        figure,
        f"Jobs by {step}: {words} in the period. {_odd_days(odd)}",
        answer.as_of,
        note=f"{_odd_days(odd)} {hatched}".strip(),
        parts=_parts_of_steps(step, starts, period.start, until),
    )


# How jobs are counted, in the order of the chart's traces.
_COUNTED = ("completed", "failed", "canceled", "launched")


def _parts_of_steps(step: str, starts: list[date], since: date, until: date) -> Parts:
    """The jobs of each bar of a chart of steps that begin at ``starts``."""
    windows = steps.windows(step, starts, since, until)

    def part(status: str, when: str, since: date, until: date) -> Part:
        label = f"{status.capitalize()} {when}"
        if status == "launched":
            return job_rows.launched(label, since, until)
        return job_rows.ended(label, since, until, status)

    traces = {
        trace: [part(status, *window) for window in windows]
        for trace, status in enumerate(_COUNTED)
    }
    return Parts.of(part("launched", "in all these days", since, until), traces)


@kept
def stepped(answer: Answer, step: str, end: date) -> tuple[pd.DataFrame, list[bool]]:
    """The counts of days added up by ``step``, indexed by its first day, and which are cut.

    ``answer`` has a row a day; a step is cut when not all its days are rows before ``end``.
    """
    frame = answer.frame
    steps = frame["day"].dt.to_period({"day": "D", "week": "W", "month": "M"}[step])
    starts = steps.dt.start_time
    counts = frame.groupby(starts)[_COUNTS].sum()
    inside = (frame["day"] < pd.Timestamp(end)).groupby(starts).sum()
    lengths = (steps.dt.end_time.dt.normalize() - starts).dt.days.groupby(starts).first() + 1
    return counts, (inside < lengths).tolist()


def _odd_days(odd: pd.DataFrame) -> str:
    if odd.empty:
        return "No unusual day."
    named = [
        f"{row['day']:%-d %b} ({text('count', row['completed_count'])} completed, usually "
        f"{text('count', round(row['usual_count']))})"
        for _, row in odd.tail(_NAMED).iloc[::-1].iterrows()
    ]
    more = f" and {len(odd) - _NAMED} more" if len(odd) > _NAMED else ""
    return f"Unusual: {', '.join(named)}{more}."


# What the parts by which jobs are counted are called on screen.
_CALLED: dict[str, Callable[[str | None], str]] = {
    "category": filters.category_name,
    "device": filters.device_name,
    "engine": lambda engine: str(engine),
}


def by_part(
    question: Question, part: str, period: Period, jobs: Rows
) -> tuple[Load[Drawing], Forget]:
    """Completed jobs by category, device or engine, whichever ``part`` says.

    ``jobs`` stand behind them.
    """
    days: dict[str, date] = {"since": period.start, "until": period.end}

    def load() -> Drawing:
        return jobs.behind(_by_part(question.read(**days), part, period))

    return load, lambda: question.forget(**days)


@kept
def _by_part(answer: Answer, part: str, period: Period) -> Drawing:
    called = _CALLED[part]
    rows = answer.frame[answer.frame["completed_count"] > 0]
    if rows.empty:
        return Drawing(None, "", answer.as_of, empty="No completed jobs in this period.")
    names = [called(name if pd.notna(name) else None) for name in rows[part]]
    total = rows["completed_count"].sum()
    said = [
        f"{text('count', count)}, {text('pct', count / total)}" for count in rows["completed_count"]
    ]
    figure = Ranking(names, rows["completed_count"].tolist(), said)
    described = "; ".join(f"{name} {words}" for name, words in zip(names, said, strict=True))
    of = [filters.NONE if pd.isna(value) else str(value) for value in rows[part]]
    shown = [
        job_rows.ended(name, period.start, period.end, **{part: value})
        for name, value in zip(names, of, strict=True)
    ]
    return Drawing(
        figure,
        f"Completed jobs by {part}: {described}.",
        answer.as_of,
        parts=Parts.of(job_rows.all_ended(period), {0: shown}),
    )


def by_status(question: Question, period: Period, jobs: Rows) -> tuple[Load[Drawing], Forget]:
    """What became of jobs in the period: completed, failed or canceled; ``jobs`` stand behind."""
    days: dict[str, date] = {"since": period.start, "until": period.end}

    def load() -> Drawing:
        return jobs.behind(_by_status(question.read(**days), period))

    return load, lambda: question.forget(**days)


@kept
def _by_status(answer: Answer, period: Period) -> Drawing:
    ended = ("completed", "failed", "canceled")
    counts = [int(answer.row[f"{status}_count"]) for status in ended]
    if not any(counts):
        return Drawing(None, "", answer.as_of, empty="No jobs that ended in this period.")
    names = [status.capitalize() for status in ended]
    said = [f"{text('count', n)}, {text('pct', n / sum(counts))}" for n in counts]
    shown = [job_rows.all_ended(period, status) for status in ended]
    described = "; ".join(f"{name} {words}" for name, words in zip(names, said, strict=True))
    return Drawing(
        Ranking(names, counts, said),
        f"Jobs that ended, by status: {described}.",
        answer.as_of,
        parts=Parts.of(shown[0], {0: shown}),
    )


def by_brand(question: Question, period: Period, jobs: Rows) -> tuple[Load[Drawing], Forget]:
    """Completed jobs of the brands with the most, and of all others together.

    ``jobs`` stand behind them, but for the others.
    """
    days: dict[str, date] = {"since": period.start, "until": period.end}

    def load() -> Drawing:
        return jobs.behind(_by_brand(question.read(**days), period))

    return load, lambda: question.forget(**days)


@kept
def _by_brand(answer: Answer, period: Period) -> Drawing:
    rows = answer.frame[answer.frame["completed_count"] > 0]
    if rows.empty:
        return Drawing(
            None, "", answer.as_of, empty="No job of a brand was completed in this period."
        )
    # One left over stands for itself.
    most = _BRANDS if len(rows) > _BRANDS + 1 else _BRANDS + 1
    first, others = rows.head(most), rows.iloc[most:]
    names, counts = first["name"].tolist(), first["completed_count"].tolist()
    if not others.empty:
        names.append(f"{len(others):,} others")
        counts.append(int(others["completed_count"].sum()))
    said = [f"{text('count', n)}, {text('pct', n / sum(counts))}" for n in counts]
    described = "; ".join(f"{name} {words}" for name, words in zip(names, said, strict=True))
    whole = job_rows.all_ended(period)
    shown = [
        replace(whole, label=name, brand=str(brand))
        for name, brand in zip(first["name"], first["brand_id"], strict=True)
    ]
    return Drawing(
        Ranking(names, counts, said),
        f"Completed jobs by brand: {described}.",
        answer.as_of,
        parts=Parts.of(job_rows.all_ended(period), {0: shown}),
    )


def by_hour(question: Question, period: Period, jobs: Rows) -> tuple[Load[Drawing], Forget]:
    """Launched jobs by weekday and hour (UTC), as the mean over the weekdays of the period.

    ``jobs`` stand behind the cells.
    """
    days = {"since": period.start, "until": period.end}

    def load() -> Drawing:
        return jobs.behind(_by_hour(question.read(**days), period))

    return load, lambda: question.forget(**days)


@kept
def _by_hour(answer: Answer, period: Period) -> Drawing:
    if answer.frame.empty:
        return Drawing(None, "", answer.as_of, empty="No jobs in this period.")
    means = hourly_means(answer.frame, period.start, period.end)
    said = [
        [
            f"{day} {hour}:00 to {hour + 1}:00, {mean:,.1f} launched a day"
            for hour, mean in enumerate(row)
        ]
        for day, row in zip(_WEEKDAYS, means, strict=True)
    ]
    figure = Cells(
        [str(hour) if hour % 3 == 0 else "" for hour in range(24)],
        [day[:3] for day in _WEEKDAYS],
        means,
        unit="count",
        hover=said,
    )
    told = [
        (mean, words)
        for row, words_of_row in zip(means, said, strict=True)
        for mean, words in zip(row, words_of_row, strict=True)
    ]
    busiest = max(cell for cell in told if not missing(cell[0]))[1]
    return Drawing(
        figure,
        f"Launched jobs by weekday and hour, UTC. Busiest: {busiest}.",
        answer.as_of,
        note=f"Busiest: {busiest}.",
        parts=_parts_of_hours(period),
    )


def _parts_of_hours(period: Period) -> Parts:
    cells = [
        job_rows.launched(
            f"{day} {hour}:00 to {hour + 1}:00",
            period.start,
            period.end,
            weekday_number=number,
            hour_number=hour,
        )
        for number, day in enumerate(_WEEKDAYS, start=1)
        for hour in range(24)
    ]
    return Parts.of(job_rows.all_launched(period), {0: cells})


def hourly_means(frame: pd.DataFrame, start: date, end: date) -> list[list[float]]:
    """For each weekday (Monday first) and hour, launched jobs ÷ such weekdays from start to end.

    A weekday that the period does not hold is NaN.
    """
    held = Counter((start + timedelta(days=n)).weekday() for n in range((end - start).days))
    counts = frame.pivot(index="weekday_number", columns="hour_number", values="launched_count")
    counts = counts.reindex(index=range(1, 8), columns=range(24)).fillna(0)
    means = counts.div([held[day] or float("nan") for day in range(7)], axis=0)
    found: list[list[float]] = means.to_numpy().tolist()
    return found
