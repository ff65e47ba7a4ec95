"""Which cohorts a page looks at, how it counts who came back, and of which shoppers."""

import logging
import re
from collections.abc import Callable, Sequence
from itertools import pairwise

import pandas as pd
import streamlit as st

from components import address, filters
from components.question import Parameter

log = logging.getLogger(__name__)

# What a period is, and how many of them are shown: cohorts as well as periods.
STEPS = {"Day": "day", "Week": "week", "Month": "month"}
SHOWN = {"day": 31, "week": 26, "month": 18}

ON, AFTER, BRACKET = "on", "after", "bracket"
MODES = {"On": ON, "On or after": AFTER, "Bracket": BRACKET}

_PARTS = {"Category": "category", "Device": "device", "Channel": "channel"}

# Where brackets begin and end unless somebody says it.
_BRACKETS = {"day": "1, 8, 15, 31", "week": "1, 5, 13, 26", "month": "1, 4, 7, 13"}


def step() -> str:
    """Ask for the cohorts' period: day, week or month (``?cohorts=``)."""
    address.check("cohorts", "cohorts", STEPS)
    picked = st.segmented_control(
        "Cohorts by",
        list(STEPS),
        default="Month",
        required=True,
        key="cohorts",
        bind="query-params",
        help="The day, week or month (UTC) of a shopper's first try-on, ever.",
    )
    return STEPS.get(picked, "month")


def mode() -> str:
    """Ask how to count who came back: on a period, on it or after, or anywhere in several."""
    address.check("mode", "mode", MODES)
    picked = st.segmented_control(
        "Came back",
        list(MODES),
        default="On",
        required=True,
        key="mode",
        bind="query-params",
        help="On: in exactly that period. On or after: in it or any later one, so far. Bracket: "
        "anywhere in several periods together.",
    )
    return MODES.get(picked, ON)


def numbers(by: str, counted: str) -> tuple[int, ...]:
    """The first period of each column, for cohorts ``by`` a step and the mode ``counted``.

    For brackets it asks where they begin and end (``?brackets=``); what cannot be read gets one
    sentence, and the usual ones are shown.
    """
    if counted != BRACKET:
        return tuple(range(SHOWN[by]))
    # The last period that is known of a day's cohort is its 30th.
    last = SHOWN[by] if by != "day" else 31
    typed = st.text_input(
        "Brackets",
        key="brackets",
        bind="query-params",
        placeholder=_BRACKETS[by],
        width=170,
        help=f"Where brackets begin, and the last one ends: rising numbers from 0 to {last}, with "
        "commas. 1, 8, 15 are the periods 1 to 7 and 8 to 14.",
    )
    found = edges(typed or _BRACKETS[by], last)
    if found is None:
        st.warning(
            f"Brackets are two or more rising numbers from 0 to {last}, with commas: the usual "
            "ones are shown instead.",
            icon=":material/edit_off:",
        )
        found = edges(_BRACKETS[by], last) or ()
    return found


def edges(typed: str, last: int) -> tuple[int, ...] | None:
    """Rising numbers from 0 to ``last``, at least two, as somebody types them; None: they are not.

    >>> edges("1, 8,15", 31)
    (1, 8, 15)
    """
    if not re.fullmatch(r"\s*[0-9]{1,3}(\s*,\s*[0-9]{1,3})+\s*", typed):
        return None
    found = tuple(int(number) for number in typed.split(","))
    rising = all(one < other for one, other in pairwise(found))
    return found if rising and found[-1] <= last else None


def split(by: str, channels: Callable[[], pd.DataFrame]) -> dict[str, Parameter]:
    """Ask for a part of the shoppers: by first category, by first device or by channel.

    Gives split and part as queries take them. One of the three can be picked at a time, and none
    of cohorts by day or week; what cannot is disabled with the reason. ``channels`` gives the
    channels to offer, as a column of that name.
    """
    asks: dict[filters.Name, Callable[[], str]] = {
        "category": filters.category,
        "device": filters.device,
        "channel": _channel(channels),
    }
    picked: dict[str, Parameter] = {"split": "none", "part": filters.EVERY}
    for name, ask in asks.items():
        if by != "month":
            filters.unavailable(name, f"Cohorts by {by} are not split: by month they are.")
        elif picked["split"] != "none":
            filters.unavailable(name, f"Cohorts are split by one thing: here {picked['split']}.")
        elif (part := ask()) != filters.EVERY:
            picked = {"split": name, "part": part}
    return picked


def _channel(load: Callable[[], pd.DataFrame]) -> Callable[[], str]:
    def ask() -> str:
        known: Sequence[str] = ()
        try:
            known = load()["channel"].tolist()
        except Exception:
            # A page without this filter is better than none.
            log.exception("the channels could not be read")
        return filters.channel(known)

    return ask


def breakdown(*, by_brand: bool) -> str:
    """Ask by what the table of parts is (``?parts=``): category, device, channel, or brand."""
    offered = {**_PARTS, "Brand": "brand"} if by_brand else _PARTS
    address.check("parts", "parts", offered)
    picked = st.segmented_control(
        "Parts", list(offered), default="Category", required=True, key="parts", bind="query-params"
    )
    return offered.get(picked, "category")
