"""Short notes about the page as a whole."""

import streamlit as st


def demo_data() -> None:
    """Says on every page that the figures are made up."""
    st.badge(
        "Demo data",
        icon=":material/science:",
        color="orange",
        help="The brands, shoppers and figures of this database are made up.",
    )


def days_are_utc() -> None:
    """Says which clock days, weeks and months go by."""
    st.badge(
        "UTC", icon=":material/schedule:", color="gray", help="Days, weeks and months are UTC."
    )


def unreadable(sentence: str, key: str) -> None:
    """Says that something could not be read, with a retry.

    Any click runs the page or the fragment around this again, and with it the reading.
    """
    st.error(sentence, icon=":material/cloud_off:")
    st.button("Try again", icon=":material/refresh:", key=f"retry-{key}")
