"""Try-on jobs as rows."""

import streamlit as st
from streamlit.elements.lib.column_types import ColumnConfig

from components.card import PERCENT, Forget, Load, Table
from components.question import Question
from metrics import METRICS

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
            status=answer.frame["status"].map(lambda state: [state.capitalize()]),
            category=answer.frame["category"].str.capitalize(),
            origin=answer.frame["origin"].str.capitalize(),
            took_s=answer.frame["processing_ms"] / 1000,
        )
        return Table(
            rows,
            _columns(),
            alt="The newest try-on jobs with their state",
            as_of=answer.as_of,
            empty="No jobs in the last 30 days.",
        )

    return load, question.forget


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
