"""A table of figures in one colour scale: a table that static/cells.js draws."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

import numpy as np
import plotly.graph_objects as go

from components import charts, clicks
from components.clicks import Point
from components.drawn import component
from metrics import Unit

_table = component("cells", "div")


@dataclass(frozen=True)
class Cells:
    """Figures by row and column, the first row on top, from ``lowest`` up with the number in each.

    ``values`` has a list for each row; None or NaN stays blank. Above ``highest`` (that of all)
    cells are as dark. Those that are ``running`` are hatched. With ``hover``, the words for each
    cell, there are too many for numbers: the words show under the pointer instead, and columns may
    be without a name. Points are (0, place), row by row.
    """

    columns: Sequence[str]
    rows: Sequence[str]
    values: Sequence[Sequence[float | None]]
    running: Sequence[Sequence[bool]] = ()
    unit: Unit = "pct"
    lowest: float = 0
    hover: Sequence[Sequence[str]] | None = None
    highest: float | None = None

    def figure(self) -> go.Figure:
        """The same as a figure, for files."""
        return charts.heatmap(
            self.columns,
            self.rows,
            self.values,
            self.running,
            self.unit,
            self.lowest,
            self.hover,
            self.highest,
        )

    def draw(self, alt: str, card: str, points: Collection[Point]) -> None:
        """Draw it, the chart of ``card``; ``points`` are those that open what is behind them."""
        _table(
            key=f"chart-{card}",
            data=self.data(alt, points),
            on_opened_change=partial(clicks.opened, card, f"chart-{card}"),
        )

    def data(self, alt: str, points: Collection[Point]) -> dict[str, Any]:
        """What static/cells.js draws: how far along the scale each cell is, None for no cell."""
        values = np.array(self.values, dtype=float)
        highest = np.nanmax(values, initial=self.lowest) if self.highest is None else self.highest
        span = highest - self.lowest
        shares = np.clip((values - self.lowest) / span if span > 0 else values * 0, 0, 1)
        said = self.hover or charts.cell_words(values, self.unit)
        running = self.running or [[]] * len(self.rows)
        width = len(self.columns)
        return {
            "alt": alt,
            "columns": list(self.columns),
            "isWordless": self.hover is not None,
            "rows": [
                {
                    "name": name,
                    "shares": [None if np.isnan(share) else round(share, 4) for share in line],
                    "said": list(said[place]),
                    "running": list(map(bool, running[place])),
                    "opens": [(0, place * width + column) in points for column in range(width)],
                }
                for place, (name, line) in enumerate(zip(self.rows, shares.tolist(), strict=True))
            ],
        }
