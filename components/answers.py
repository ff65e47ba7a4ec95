"""Shoppers' answers as rows: when, how likely they are to recommend a brand, what they wrote."""

from collections.abc import Callable
from uuid import UUID

import streamlit as st
from streamlit.elements.lib.column_types import ColumnConfig

from components.card import Forget, Load, Table
from components.parts import Part
from components.period import Period
from components.question import Question
from components.shoppers import opening

# Of an answer of which it is not known who gave it.
_NOBODY = str(UUID(int=0))


def given_in(period: Period) -> Part:
    """The answers of a period."""
    return Part("Answered in all these days", {"since": period.start, "until": period.end})


def listed(question: Question, opened: Callable[[str], None]) -> tuple[Load[Table], Forget]:
    """The answer of the query of answers, as load and forget of a card.

    ``opened`` is told the id of the shopper whose row somebody opens.
    """

    def load() -> Table:
        answer = question.read()
        shoppers = answer.frame["shopper_id"].fillna(_NOBODY)
        return Table(
            answer.frame.assign(open=shoppers.str[-12:]),
            _columns(),
            alt="Answers with their scores and comments, the newest first",
            as_of=answer.as_of,
            empty="No such answers.",
            ids=shoppers.tolist(),
            opened=opened,
        )

    return load, question.forget


def _columns() -> dict[str, ColumnConfig]:
    config = st.column_config
    return {
        "open": opening(),
        "answered_at": config.DatetimeColumn("Answered (UTC)", format="D MMM YYYY HH:mm"),
        "brand": config.TextColumn("Brand"),
        "score": config.NumberColumn(
            "Score", format="%d", help="9 and 10: promoters. 0 to 6: detractors."
        ),
        "comment": config.TextColumn("Comment"),
    }
