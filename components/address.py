"""What the address asks for and is not offered: the default is shown, and one sentence says so."""

import re
from collections.abc import Container
from datetime import date

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

# What the address asked for in vain in this run, in words.
_WRONG = "address.wrong"
# More of what somebody typed into an address is not repeated on the page.
_REPEATED = 40


def check(key: str, label: str, offered: Container[str]) -> None:
    """Say so when the address asks for a value of ``key`` that is not ``offered``.

    ``label`` is what the filter is called. Call it before the widget: Streamlit takes the default
    without a word and clears the address.
    """
    asked = st.query_params.get(key)
    if asked is not None and asked not in offered:
        _say(label, asked)


def check_days(key: str, label: str, first: date, last: date) -> None:
    """Say so when the address asks for days that are none, or not from ``first`` to ``last``."""
    asked = st.query_params.get_all(key)
    days = [_day(word) for word in asked]
    known = [day for day in days if day is not None and first <= day <= last]
    if asked and (len(known) != len(asked) or len(known) > 2):
        _say(label, " to ".join(asked))


def _day(word: str) -> date | None:
    try:
        return date.fromisoformat(word)
    except ValueError:
        return None


def _say(label: str, asked: str) -> None:
    # Letters and figures only: what stands in an address is not to be read as Markdown.
    plain = re.sub(r"[^\w :.-]", " ", asked)[:_REPEATED].strip()
    st.session_state.setdefault(_WRONG, []).append(f"{label} “{plain}”")


def tell(place: DeltaGenerator) -> None:
    """Say in ``place`` what the address asked for in vain, once the page's filters have stood."""
    wrong = st.session_state.pop(_WRONG, None)
    if wrong:
        place.warning(
            f"The address asks for what is not offered ({', '.join(wrong)}): "
            "the usual is shown instead.",
            icon=":material/link_off:",
        )
