"""Try-on jobs as rows."""

from datetime import datetime

import pandas as pd
import streamlit as st

from components.card import PERCENT, Table
from metrics import METRICS

# In the order of a job's life. Words carry the state; colours only repeat it.
STATES = {
    "queued": "gray",
    "processing": "blue",
    "completed": "green",
    "failed": "red",
    "canceled": "orange",
}


def table(frame: pd.DataFrame, as_of: datetime) -> Table:
    """The rows of the query of recent jobs as a table, newest first."""
    config = st.column_config
    rows = frame.assign(
        status=frame["status"].map(lambda state: [state]),
        took_s=frame["processing_ms"] / 1000,
    )
    return Table(
        rows,
        {
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
        },
        alt="The newest try-on jobs with their state",
        as_of=as_of,
        empty="No jobs in the last 30 days.",
    )
