"""What a page shows, read of AppTest: what scripts of ours draw is beside Streamlit's elements."""

import json
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

import pandas as pd
from streamlit.testing.v1 import AppTest


@dataclass(frozen=True)
class Figure:
    """A figure with its label, its change and what it means, as they are read."""

    label: str
    value: str
    delta: str
    help: str


def figures(app: AppTest) -> list[Figure]:
    """The figures of the metric cards, in the page's order, and then those of ``st.metric``."""
    tiles = [
        Figure(tile["label"], tile["value"], tile["change"], tile["help"])
        for tile in drawn(app, "tile")
    ]
    return tiles + [Figure(m.label, str(m.value), m.delta, m.help) for m in app.metric]


def tables(app: AppTest) -> list[pd.DataFrame]:
    """The tables of the cards, in the page's order, and then those of ``st.dataframe``.

    Columns have the names that they have in queries; shares are from 0 to 100, times are seconds.
    """
    made = [
        pd.DataFrame({one["name"]: one.get("values", one["said"]) for one in table["columns"]})
        for table in drawn(app, "table")
    ]
    return made + [grid.value for grid in app.dataframe]


def drawn(app: AppTest, name: str) -> Iterable[dict[str, Any]]:
    """What static/``name``.js is told to draw, in the page's order."""
    for element in app.get("bidi_component"):
        if element.proto.component_name == name:
            yield json.loads(element.proto.json)
