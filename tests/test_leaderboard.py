"""The leaderboard as a table: who is in it, in which order, and what is said of small numbers."""

from dataclasses import dataclass
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import pandas as pd
import pytest

import queries
from components import leaderboard
from components.card import Table
from components.period import period
from components.question import Question

MONTH = period("Last 30 days", date(2026, 3, 31))


@dataclass(frozen=True)
class Given:
    """A reader that has one answer."""

    frame: pd.DataFrame

    def read(self, name: str, scope: Any, **params: Any) -> queries.Answer:  # noqa: ARG002 (a reader's)
        return queries.Answer(self.frame, datetime(2026, 3, 31, tzinfo=UTC), "", 0)

    at_hand = read

    def refresh(self, name: str, scope: Any, **params: Any) -> None: ...


def table(verdicts: list[int], top: int | None = None) -> Table:
    """The table of brands that lost, kept and newly got a place, and of one that pays no more."""
    frame = pd.DataFrame(
        {
            "rank": [1.0, 2.0, 3.0, None],
            "rank_before": [2.0, 1.0, None, 3.0],
            "brand_id": ["a", "b", "c", "d"],
            "name": ["Aurora", "Borea", "Cirrus", "Dune"],
            "mrr_usd": [Decimal(300), Decimal(200), Decimal(100), Decimal(0)],
            "share_pct": [0.5, 1 / 3, 1 / 6, 0.0],
            "sparkline_levels": [[300.0], [150.0, 200.0], [100.0], [50.0, 0.0]],
            "sparkline_months": [[0], [2, 11], [11], [0, 8]],
            "verdict_count": verdicts,
        }
    )
    question = Question(Given(frame), lambda: None, "revenue/mrr", {})
    return leaderboard.ranked(question, MONTH, top)[0]()


def test_brands_without_mrr_are_left_out_and_places_are_counted() -> None:
    rows = table([30, 30, 30, 30]).rows
    assert list(rows["name"]) == ["Aurora", "Borea", "Cirrus"]
    assert list(rows["moved"]) == ["+1", "−1", "new"]
    assert list(table([30, 30, 30, 30], top=2).rows["name"]) == ["Aurora", "Borea"]
    assert list(rows["sparkline"]) == [[300] * 12, [0, 0, *[150] * 9, 200], [*[0] * 11, 100]]


@pytest.mark.parametrize(
    ("verdicts", "said"),
    [([30, 30, 30, 0], False), ([30, 29, 30, 30], True), ([30, 30, 0, 0], True)],
)
def test_a_share_of_few_verdicts_is_called_provisional(verdicts: list[int], said: bool) -> None:
    note = "Human accuracy is provisional where n is under 30."
    assert table(verdicts).note == (note if said else "")
