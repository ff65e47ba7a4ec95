"""Purchases as rows: when, how much, and what is credited with it."""

from collections.abc import Callable

import streamlit as st
from streamlit.elements.lib.column_types import ColumnConfig

from components.attribution import SOURCES
from components.card import Forget, Load, Table
from components.question import Question
from components.shoppers import opening


def listed(question: Question, opened: Callable[[str], None]) -> tuple[Load[Table], Forget]:
    """The answer of the query of purchases behind a bar, as load and forget of a card.

    ``opened`` is told the id of the shopper whose row somebody opens.
    """

    def load() -> Table:
        answer = question.read()
        shoppers = answer.frame["shopper_id"]
        return Table(
            answer.frame.assign(open=shoppers.str[-12:]),
            _columns(),
            alt="Purchases with what is credited to whom, the newest first",
            as_of=answer.as_of,
            empty="No such purchases.",
            ids=shoppers.tolist(),
            opened=opened,
        )

    return load, question.forget


def _columns() -> dict[str, ColumnConfig]:
    config = st.column_config
    return {
        "open": opening(),
        "purchased_at": config.DatetimeColumn("Purchased (UTC)", format="D MMM YYYY HH:mm"),
        "brand": config.TextColumn("Brand"),
        "net_usd": config.NumberColumn(
            "Revenue", format="dollar", help="Less its returns, whenever made."
        ),
        **{
            f"{source}_usd": config.NumberColumn(
                name, format="dollar", help=f"What of it is credited to {name.lower()}."
            )
            for source, name in SOURCES.items()
        },
        "touch_count": config.NumberColumn(
            "Touches", format="%d", help="Of the 30 days before the purchase."
        ),
    }
