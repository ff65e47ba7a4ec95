"""Short notes about the page as a whole."""

import logging
from collections.abc import Callable

import pandas as pd
import streamlit as st

log = logging.getLogger(__name__)


def of_the_data(load: Callable[[], pd.DataFrame]) -> None:
    """Says on every page that days are UTC, and that the figures are made up where they are.

    ``load`` gives one row with the column is_demo.
    """
    try:
        demo = bool(load()["is_demo"].iloc[0])
    except Exception:
        # The page says itself that its data cannot be read; it must not end here.
        log.exception("whether this is demo data could not be read")
        demo = False
    with st.container(horizontal=True, gap="xsmall"):
        if demo:
            st.badge(
                "Demo data",
                icon=":material/science:",
                color="orange",
                help="The brands, shoppers and figures of this database are made up.",
            )
        st.badge(
            "UTC",
            icon=":material/schedule:",
            color="gray",
            help="Days, weeks and months are those of UTC.",
        )


def counted_as_pairs() -> None:
    """Says how shoppers are counted over several brands that are not all there are."""
    st.caption("Over several brands, a shopper of two of them counts once for each.")


def unreadable(sentence: str, key: str) -> None:
    """Says that something could not be read, with a retry.

    Any click runs the page or the fragment around this again, and with it the reading.
    """
    st.error(sentence, icon=":material/cloud_off:")
    st.button("Try again", icon=":material/refresh:", key=f"retry-{key}")
