"""Short notes about the page as a whole."""

import logging
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pandas as pd
import streamlit as st

log = logging.getLogger(__name__)


# What is written is in the figures within seconds; after a minute something is wrong.
_BEHIND = timedelta(minutes=1)


def of_the_data(load: Callable[[], pd.DataFrame], now: datetime) -> None:
    """Says on every page that days and times are UTC, and what is to be known of all its figures.

    That is whether they are made up, and how far they are behind when that is more than a minute.
    ``load`` gives one row with the columns is_demo, sample_count, waiting_since_at and is_stale;
    ``now`` is an aware time.
    """
    try:
        state = load().iloc[0]
    except Exception:
        # The page says itself that its data cannot be read; it must not end here.
        log.exception("what kind of data this is could not be read")
        state = pd.Series({"is_demo": False, "waiting_since_at": pd.NaT, "is_stale": False})
    with st.container(horizontal=True, gap="xsmall"):
        if state["is_demo"]:
            said, why = _demo(state["sample_count"])
            st.badge(said, icon=":material/science:", color="orange", help=why)
        st.badge(
            "UTC",
            icon=":material/schedule:",
            color="gray",
            help="Times, days, weeks and months are those of UTC.",
        )
        late = _late(state, now)
        if late is not None:
            said, why = late
            st.badge(said, icon=":material/hourglass_bottom:", color="orange", help=why)


def _demo(sample_count: float) -> tuple[str, str]:
    """What to say of demo data that holds one try-on of so many, in short and at length."""
    made_up = "The brands, shoppers and figures of this database are made up."
    if sample_count <= 1:
        return "Demo data", made_up
    return (
        f"Demo data: 1 in {sample_count:,.0f} try-ons",
        f"{made_up} What the brands pay is whole. Of their try-ons, and of the shoppers, purchases "
        f"and credits that go with them, it holds 1 in {sample_count:,.0f}, so that attributed "
        "revenue is as much too low for what they pay.",
    )


def _late(state: pd.Series, now: datetime) -> tuple[str, str] | None:
    """What to say of figures that are behind, in short and at length."""
    if state["is_stale"]:
        return (
            "Being counted anew",
            "All figures are being counted anew. Until that is done, some are missing.",
        )
    since = state["waiting_since_at"]
    if pd.isna(since) or now - since <= _BEHIND:
        return None
    return (
        f"{int((now - since) / timedelta(minutes=1)):,} min behind",
        f"What was written after {since.astimezone(UTC):%H:%M} UTC is not in the figures yet.",
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
