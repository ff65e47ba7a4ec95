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
    """A reader that has an answer to each question, by its name."""

    frames: dict[str, pd.DataFrame]

    def read(self, name: str, scope: Any, **params: Any) -> queries.Answer:  # noqa: ARG002 (a reader's)
        return queries.Answer(self.frames[name], datetime(2026, 3, 31, tzinfo=UTC), "", 0)

    at_hand = read

    def refresh(self, name: str, scope: Any, **params: Any) -> None: ...


def table(verdicts: list[int | None], top: int | None = None) -> Table:
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
        }
    )
    # In an order of its own; who tried nothing on has no row.
    tried = pd.DataFrame(
        {
            "brand_id": ["c", "b", "d", "a"],
            "completed_count": [300, 200, 400, 100],
            "model_confidence_pct": [0.7, 0.8, 0.6, 0.9],
            "human_accuracy_pct": [0.6, 0.5, None, 0.9],
            "verdict_count": [verdicts[2], verdicts[1], verdicts[3], verdicts[0]],
        }
    )
    tried = tried[tried["verdict_count"].notna()]
    given = Given({"standing": frame, "tried": tried})
    standing, quality = (Question(given, lambda: None, name, {}) for name in given.frames)
    return leaderboard.ranked(standing, quality, MONTH, top)[0]()


def test_brands_without_mrr_are_left_out_and_places_are_counted() -> None:
    rows = table([30, 30, 30, 30]).rows
    assert list(rows["name"]) == ["Aurora", "Borea", "Cirrus"]
    assert list(rows["moved"]) == ["+1", "−1", "new"]
    assert list(table([30, 30, 30, 30], top=2).rows["name"]) == ["Aurora", "Borea"]
    assert list(rows["sparkline"]) == [[300] * 12, [0, 0, *[150] * 9, 200], [*[0] * 11, 100]]


@pytest.mark.parametrize(
    ("verdicts", "said"),
    [
        ([30, 30, 30, 0], False),
        ([30, 29, 30, 30], True),
        ([30, 30, 0, 0], True),
        ([30, 30, None, 0], True),
    ],
)
def test_a_share_of_few_verdicts_is_called_provisional(
    verdicts: list[int | None], said: bool
) -> None:
    note = "Human accuracy is provisional where n is under 30."
    assert table(verdicts).note == (note if said else "")


def test_each_brand_is_shown_with_what_was_tried_on_of_its_own() -> None:
    rows = table([30, 31, None, 33]).rows
    assert list(rows["completed_count"]) == [100, 200, 0]
    assert list(rows["verdict_count"]) == [30, 31, 0]
    assert list(rows["model_confidence_pct"][:2]) == [0.9, 0.8]
    assert list(rows["human_accuracy_pct"][:2]) == [0.9, 0.5]
    assert pd.isna(rows.loc[2, ["model_confidence_pct", "human_accuracy_pct"]]).all()
