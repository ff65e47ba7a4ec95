"""Cards that lead to another page."""

import streamlit as st

from components import card


def door(page: str, label: str, icon: str, sentence: str) -> None:
    """A card that names a page, says in one sentence what is behind it, and leads there.

    ``page`` is the page's file as app.py lists it.
    """
    with st.container(gap="xsmall"):
        st.page_link(page, label=f"**{label}**", icon=icon, icon_position="left")
        st.caption(sentence)


def tour() -> None:
    """Where a visitor of the demo goes first."""
    with card.wall(3):
        door(
            "pages/revenue/mrr.py",
            "Leaderboard",
            ":material/leaderboard:",
            "Brands by what they pay: who climbs, who falls, what is at risk.",
        )
        door(
            "pages/shoppers/retention.py",
            "Retention",
            ":material/group:",
            "Who comes back a day, a week and a month after the first try-on.",
        )
        door(
            "pages/studio/launch.py",
            "Launch",
            ":material/rocket_launch:",
            "The newest try-on jobs, from queued to completed.",
        )
