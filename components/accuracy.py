"""Charts of how good pictures are: what the engine says itself, what people say, and both."""

from datetime import date, timedelta

import pandas as pd

import metrics
from components import charts, filters
from components.card import Behind, Drawing, Forget, Load
from components.drill import Part, Rows
from components.period import Period
from components.question import Parameter, Question
from metrics import text


def spread(question: Question, period: Period, jobs: Rows) -> tuple[Load[Drawing], Forget]:
    """Model confidence by day, with the band from its 10th to its 90th percentile.

    ``jobs`` stand behind the days.
    """
    days = {"since": period.start, "until": period.end}

    def load() -> Drawing:
        answer = question.read(**days)
        frame = answer.frame
        known = frame["model_confidence_pct"].dropna()
        if known.empty:
            return Drawing(None, "", answer.as_of, empty="No completed jobs in this period.")
        figure = charts.band(
            frame["day"],
            ("10th percentile", "Model confidence", "90th percentile"),
            frame["low_pct"],
            frame["model_confidence_pct"],
            frame["high_pct"],
            "pct",
        )
        low, high = text("pct", known.min()), text("pct", known.max())
        alt = f"Model confidence by day, from {low} to {high}, within its percentiles 10 to 90."
        parts = [
            _completed(f"Completed on {day:%a %-d %b %Y}", day, day + timedelta(days=1))
            for day in frame["day"].dt.date
        ]
        behind = jobs.behind(_all_completed(period), dict.fromkeys(range(3), parts))
        note = "Band: 10th to 90th percentile of jobs."
        return Drawing(figure, alt, answer.as_of, note=note, behind=behind)

    return load, lambda: question.forget(**days)


def _completed(label: str, since: date, until: date, **more: Parameter) -> Part:
    ended: dict[str, Parameter] = {"dated": "ended", "status": "completed"}
    return Part(label, {**ended, "since": since, "until": until, **more})


def _all_completed(period: Period) -> Part:
    return _completed("Completed in all these days", period.start, period.end)


def by_category_and_device(
    question: Question, period: Period, jobs: Rows
) -> tuple[Load[Drawing], Forget]:
    """Model confidence as a table of categories and devices; ``jobs`` stand behind the cells."""
    days = {"since": period.start, "until": period.end}

    def load() -> Drawing:
        answer = question.read(**days)
        if answer.frame.empty:
            return Drawing(None, "", answer.as_of, empty="No completed jobs in this period.")
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
        figure = charts.heatmap(
            list(table.columns),
            list(table.index),
            table.to_numpy().tolist(),
            lowest=lowest - 0.01,
        )
        low, high = text("pct", lowest), text("pct", highest)
        alt = f"Model confidence by category and device, from {low} to {high}."
        cells = [
            None
            if pd.isna(table.loc[category, device])
            else _completed(
                f"{category}, {device}",
                period.start,
                period.end,
                category=filters.category_of(category),
                device=filters.device_of(device),
            )
            for category in table.index
            for device in table.columns
        ]
        behind = jobs.behind(_all_completed(period), {charts.CELLS: cells})
        note = f"Colours from {low} to {high}."
        return Drawing(figure, alt, answer.as_of, note=note, behind=behind)

    return load, lambda: question.forget(**days)


def by_week(question: Question, period: Period, verdicts: Rows) -> tuple[Load[Drawing], Forget]:
    """Human accuracy in stretches of 7 days, each with its Wilson 95 % interval.

    ``verdicts`` stand behind the points.
    """
    days = {"since": period.start, "until": period.end}

    def load() -> Drawing:
        answer = question.read(**days)
        rows = answer.frame[answer.frame["verdict_count"] > 0]
        if rows.empty:
            return Drawing(None, "", answer.as_of, empty="No verdicts in this period.")
        ends = [interval_of(row) for _, row in rows.iterrows()]
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
            behind=_behind_weeks(verdicts, answer.frame, period),
        )

    return load, lambda: question.forget(**days)


def _behind_weeks(verdicts: Rows, frame: pd.DataFrame, period: Period) -> Behind:
    starts = list(frame["week"].dt.date)
    ends = [*starts[1:], period.end]
    parts = [
        Part(
            f"{begin:%-d %b} to {end - timedelta(days=1):%-d %b %Y}",
            {"since": begin, "until": end},
        )
        for begin, end, count in zip(starts, ends, frame["verdict_count"], strict=True)
        if count
    ]
    return verdicts.behind(_all_verdicts(period), {0: parts})


def _all_verdicts(period: Period) -> Part:
    return Part("All of these days", {"since": period.start, "until": period.end})


def interval_of(row: pd.Series) -> tuple[float, float]:
    """The Wilson 95 % interval of a row of approved and verdicts, of which there are some."""
    found = metrics.wilson(int(row["approved_count"]), int(row["verdict_count"]))
    if found is None:
        raise ValueError("no verdicts have no interval")
    return found


def reliability(question: Question, period: Period, verdicts: Rows) -> tuple[Load[Drawing], Forget]:
    """The reliability diagram: share approved over mean model confidence, by tenth.

    ``verdicts`` stand behind the points.
    """
    days = {"since": period.start, "until": period.end}

    def load() -> Drawing:
        answer = question.read(**days)
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
                f"Confidence {text('pct', row['low_pct'])} to {text('pct', row['high_pct'])}",
                {**days, "bin_number": round(row["low_pct"] * 10)},
            )
            for _, row in rows.iterrows()
        ]
        # Behind the diagonal, which is the first trace.
        behind = verdicts.behind(_all_verdicts(period), {1: bins})
        alt = f"Approved by model confidence: {said}."
        return Drawing(figure, alt, answer.as_of, note=note, behind=behind)

    return load, lambda: question.forget(**days)
