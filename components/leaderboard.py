"""The leaderboard: how its columns are named, written and drawn."""

from collections.abc import Sequence
from itertools import pairwise

import pandas as pd
import streamlit as st
from streamlit.elements.lib.column_types import ColumnConfig

from components import brand
from components.asked import kept
from components.card import PERCENT, Forget, Load, Table
from components.period import Period
from components.question import Answer, Question
from metrics import METRICS, MINUS, PROVISIONAL_BELOW

_TRIED = ["completed_count", "model_confidence_pct", "human_accuracy_pct", "verdict_count"]
_PROVISIONAL = f"Human accuracy is provisional where n is under {PROVISIONAL_BELOW}."


def moved(rank: int, before: float | None) -> str:
    """The change of a rank in words short enough for a cell: how many places up or down."""
    if before is None or pd.isna(before):
        return "new"
    places = int(before) - rank
    if places == 0:
        return "="
    return f"+{places}" if places > 0 else f"{MINUS}{-places}"


def by_month(levels: Sequence[float], months: Sequence[int]) -> list[float]:
    """MRR at the ends of 12 months, 0 before the first of the months in which it changed.

    ``levels`` says what it was at the ends of ``months``, which are their numbers, from 0 to 11.
    """
    stays = [end - start for start, end in pairwise([*months, 12])]
    ends = [0.0] * months[0]
    for level, count in zip(levels, stays, strict=True):
        ends += [level] * count
    return ends


def ranked(
    question: Question, quality: Question, period: Period, top: int | None = None
) -> tuple[Load[Table], Forget]:
    """The leaderboard over the period, as load and forget of a card.

    ``question`` is the one of MRR by brand, and ``quality`` of what was tried on. ``top`` says how
    many brands (default: every one).
    """
    days = {"since": period.start, "until": period.end}

    def load() -> Table:
        return _table(question.read(**days), quality.read(**days), top)

    def forget() -> None:
        question.forget(**days)
        quality.forget(**days)

    return load, forget


@kept
def _table(answer: Answer, quality: Answer, top: int | None) -> Table:
    frame = answer.frame
    rows = frame[frame["rank"].notna()].head(top or len(frame))
    places = zip(rows["rank"], rows["rank_before"], strict=True)
    changes = zip(rows["sparkline_levels"], rows["sparkline_months"], strict=True)
    tried = quality.frame.set_index("brand_id").reindex(rows["brand_id"])[_TRIED]
    counts = ["completed_count", "verdict_count"]
    tried[counts] = tried[counts].fillna(0).astype(int)
    rows = rows.assign(
        moved=[moved(int(rank), before) for rank, before in places],
        sparkline=pd.Series([by_month(*one) for one in changes], rows.index, dtype="object"),
        # Decimal is exact and slow to draw; a table shows whole dollars.
        mrr_usd=rows["mrr_usd"].astype(float),
        **{name: tried[name].to_numpy() for name in _TRIED},
    )
    return Table(
        rows,
        _columns(float(rows["share_pct"].max()) if len(rows) else 1.0),
        alt="Brands by MRR, descending, with their share of the total and change of rank",
        as_of=min(answer.as_of, quality.as_of),
        empty="No brand has MRR under this policy.",
        note=_PROVISIONAL if (rows["verdict_count"] < PROVISIONAL_BELOW).any() else "",
        opening="name",
        **brand.opening(rows["brand_id"]),
    )


def _columns(share_max: float) -> dict[str, ColumnConfig]:
    config = st.column_config
    return {
        "rank": config.NumberColumn("#", width=46, pinned=True, format="%d"),
        "name": config.TextColumn("Brand", width=150, pinned=True),
        "mrr_usd": config.NumberColumn("MRR", format="$%,.0f", help=METRICS["mrr"].help),
        "moved": config.TextColumn(
            "Places", width=70, help="Rank at the period's end against rank at its start."
        ),
        "share_pct": config.ProgressColumn(
            "Share",
            format=PERCENT,
            min_value=0,
            max_value=share_max * 100,
            help="MRR ÷ MRR of all brands.",
        ),
        "sparkline": config.LineChartColumn("12 months", width=120, y_min=0, help="MRR by month."),
        "completed_count": config.NumberColumn(
            METRICS["tryons"].label, format="localized", help=METRICS["tryons"].help
        ),
        "model_confidence_pct": config.NumberColumn(
            METRICS["model_confidence"].label,
            format=PERCENT,
            help=METRICS["model_confidence"].help,
        ),
        "human_accuracy_pct": config.NumberColumn(
            METRICS["human_accuracy"].label, format=PERCENT, help=METRICS["human_accuracy"].help
        ),
        "verdict_count": config.NumberColumn(
            "n", width=50, format="localized", help="Jobs with a verdict from a random draw."
        ),
    }
