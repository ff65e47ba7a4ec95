"""Cards that lead to another page."""

import streamlit as st


def door(page: str, label: str, icon: str, sentence: str) -> None:
    """A card that names a page, says in one sentence what is behind it, and leads there.

    ``page`` is the page's file as app.py lists it.
    """
    with st.container(gap="xsmall"):
        st.page_link(page, label=f"**{label}**", icon=icon, icon_position="left")
        st.caption(sentence)
