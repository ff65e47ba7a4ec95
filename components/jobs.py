"""Try-on jobs as rows."""

from collections.abc import Callable
from datetime import date

import pandas as pd
import streamlit as st
from streamlit.elements.lib.column_types import ColumnConfig

from components import filters, queue_failures
from components.card import PERCENT, Forget, Load, Table
from components.parts import Part
from components.period import Period
from components.question import Parameter, Question
from metrics import METRICS

# In the order in which they are offered; what the database calls them.
MODES = {
    "tryon": "Try-on",
    "from_prompt": "From prompt",
    "photo_text": "Photo + text",
    "product_shot": "Product shot",
    "photo_set": "Photo set",
}

# In the order of a job's life. Words carry the state; colours only repeat it.
STATES = {
    "Queued": "gray",
    "Processing": "blue",
    "Completed": "green",
    "Failed": "red",
    "Canceled": "orange",
}


def table(question: Question) -> tuple[Load[Table], Forget]:
    """The answer of the query of recent jobs, newest first, as load and forget of a card."""

    def load() -> Table:
        answer = question.read()
        rows = answer.frame.assign(
            status=answer.frame["status"].str.capitalize(),
            category=answer.frame["category"].str.capitalize(),
            origin=answer.frame["origin"].str.capitalize(),
            took_s=answer.frame["processing_ms"] / 1000,
            failure=_failures(answer.frame),
        )
        return Table(
            rows,
            _columns(),
            alt="The newest try-on jobs with their state",
            as_of=answer.as_of,
            empty="No jobs in the last 30 days.",
        )

    return load, question.forget


def launched(label: str, since: date, until: date, **more: Parameter) -> Part:
    """The jobs launched in these days."""
    return Part(label, {"since": since, "until": until, "dated": "launched", **more})


def ended(
    label: str, since: date, until: date, status: str = "completed", **more: Parameter
) -> Part:
    """The jobs that ended in these days, and how: completed, failed or canceled."""
    how: dict[str, Parameter] = {"dated": "ended", "status": status}
    return Part(label, {"since": since, "until": until, **how, **more})


def all_launched(period: Period) -> Part:
    """The jobs launched in the period."""
    return launched("Launched in all these days", period.start, period.end)


def all_judged(period: Period) -> Part:
    """The random draws with a verdict that ended in the period."""
    return Part("All of these days", {"since": period.start, "until": period.end})


def all_rated(period: Period) -> Part:
    """Those of them whose engine said how sure it was, which calibration is about."""
    days = {"since": period.start, "until": period.end}
    return Part("All of these days with a model confidence", {**days, "bin_number": -2})


def all_ended(period: Period, status: str = "completed") -> Part:
    """The jobs that ended so in the period."""
    label = f"{status.capitalize()} in all these days"
    return ended(label, period.start, period.end, status)


def listed(question: Question, opened: Callable[[str], None]) -> tuple[Load[Table], Forget]:
    """The answer of the query of jobs behind a figure, as load and forget of a card.

    ``opened`` is told the id of a job whose row somebody opens.
    """

    def load() -> Table:
        answer = question.read()
        frame = answer.frame
        rows = frame.assign(
            open=frame["job_id"].str[-12:],
            status=frame["status"].str.capitalize(),
            category=filters.category_names(frame["category"]),
            device=filters.device_names(frame["device"]),
            verdict=frame["verdict"].str.capitalize(),
            took_s=frame["processing_ms"] / 1000,
            failure=_failures(frame),
        )
        return Table(
            rows,
            _listed_columns(bool("object_id" in frame and frame["object_id"].notna().any())),
            alt="The jobs behind this, the newest first",
            as_of=answer.as_of,
            empty="No such jobs.",
            ids=frame["job_id"].tolist(),
            opened=opened,
        )

    return load, question.forget


def _failures(frame: pd.DataFrame) -> pd.Series:
    return frame["failure"].map(queue_failures.called, na_action="ignore")


def _listed_columns(has_pictures: bool) -> dict[str, ColumnConfig]:
    config = st.column_config
    columns = _columns()
    pictures = {"object_id": config.ImageColumn("Picture")} if has_pictures else {}
    return {
        "open": config.TextColumn("Job", pinned=True, help="The end of its id; opens the job."),
        **pictures,
        **{name: columns[name] for name in ("created_at", "status", "brand", "category")},
        "device": config.TextColumn("Device"),
        "engine": config.TextColumn("Engine"),
        "confidence_pct": columns["confidence_pct"],
        "verdict": config.TextColumn("Verdict", help="What people say of the picture."),
        "took_s": columns["took_s"],
        "failure": columns["failure"],
    }


def _columns() -> dict[str, ColumnConfig]:
    config = st.column_config
    return {
        "created_at": config.DatetimeColumn("Launched (UTC)", format="D MMM HH:mm:ss"),
        "status": config.MultiselectColumn(
            "State", options=list(STATES), color=list(STATES.values())
        ),
        "brand": config.TextColumn("Brand"),
        "category": config.TextColumn("Category"),
        "origin": config.TextColumn("Origin", help="Who launched it: shopper, studio or demo."),
        "confidence_pct": config.NumberColumn(
            METRICS["model_confidence"].label,
            format=PERCENT,
            help="The engine's own estimate for this picture.",
        ),
        "took_s": config.NumberColumn(
            "Took", format="%.1f s", help="Processing time: completed − started."
        ),
        "failure": config.TextColumn("Failure"),
    }
