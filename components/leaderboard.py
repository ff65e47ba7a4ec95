"""The leaderboard: how its columns are named, written and drawn."""

import pandas as pd
import streamlit as st
from streamlit.elements.lib.column_config_utils import ColumnConfigMappingInput

from metrics import METRICS, MINUS


def moved(rank: int, before: float | None) -> str:
    """The change of a rank in words short enough for a cell: how many places up or down."""
    if before is None or pd.isna(before):
        return "new"
    places = int(before) - rank
    if places == 0:
        return "="
    return f"+{places}" if places > 0 else f"{MINUS}{-places}"


def columns(share_max: float) -> ColumnConfigMappingInput:
    """How ``st.dataframe`` writes each column; ``share_max`` fills the bar of a share."""
    config = st.column_config
    return {
        "rank": config.NumberColumn("#", width=46, pinned=True),
        "name": config.TextColumn("Brand", width=150, pinned=True),
        "mrr_usd": config.NumberColumn("MRR", format="dollar", help=METRICS["mrr"].help),
        "share_pct": config.ProgressColumn(
            "Share",
            format="percent",
            min_value=0,
            max_value=share_max,
            help="MRR ÷ MRR of all brands.",
        ),
        "moved": config.TextColumn(
            "Places", width=70, help="Rank at the period's end against rank at its start."
        ),
        "sparkline": config.LineChartColumn("12 months", width=130, help="MRR by month."),
        "completed_count": config.NumberColumn(
            "Try-ons", format="localized", help=METRICS["tryons"].help
        ),
        "model_confidence_pct": config.NumberColumn(
            METRICS["model_confidence"].label,
            format="percent",
            help=METRICS["model_confidence"].help,
        ),
        "human_accuracy_pct": config.NumberColumn(
            METRICS["human_accuracy"].label, format="percent", help=METRICS["human_accuracy"].help
        ),
        "verdict_count": config.NumberColumn(
            "n", width=50, format="localized", help="Jobs with a verdict from a random draw."
        ),
    }
