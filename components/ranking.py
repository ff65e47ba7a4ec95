"""Lying bars with their names and words: a list that static/ranking.js draws."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

import plotly.graph_objects as go

from components import charts, clicks
from components.clicks import Point
from components.drawn import component

_list = component("ranking", "ol")


@dataclass(frozen=True)
class Ranking:
    """A bar for each name, the first on top, each with its words ``said`` beside it.

    Values are not below zero. Two may have the same name.
    """

    names: Sequence[str]
    values: Sequence[float]
    said: Sequence[str]

    def figure(self) -> go.Figure:
        """The same as a figure, for files."""
        return charts.ranking(self.names, self.values, self.said)

    def draw(self, alt: str, card: str, points: Collection[Point]) -> None:
        """Draw it, the chart of ``card``; ``points`` are those that open what is behind them."""
        _list(
            key=f"chart-{card}",
            data=self.data(alt, points),
            on_opened_change=partial(clicks.opened, card, f"chart-{card}"),
        )

    def data(self, alt: str, points: Collection[Point]) -> dict[str, Any]:
        """What static/ranking.js draws."""
        longest = max(self.values, default=0)
        return {
            "alt": alt,
            "colour": charts.PLUM,
            "bars": [
                {
                    "name": name,
                    "share": value / longest if longest else 0,
                    "said": said,
                    "opens": (0, place) in points,
                }
                for place, (name, value, said) in enumerate(
                    zip(self.names, self.values, self.said, strict=True)
                )
            ],
        }
