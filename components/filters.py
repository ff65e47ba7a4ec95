"""Which jobs a page looks at besides brand and period, and by which step it draws them."""

from collections.abc import Iterable
from typing import Literal

import pandas as pd
import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from components import address

# What queries call every value of a filter, and a job that has none.
EVERY = "all"
NONE = "none"

ORIGINS = {"Shopper": "shopper", "Studio": "studio", "Demo": "demo", "All": EVERY}
# In the order of their groups: clothing, accessories, footwear, jewelry.
CATEGORIES = (
    "tops",
    "bottoms",
    "dresses",
    "jackets",
    "bags",
    "scarves",
    "hats",
    "belts",
    "sneakers",
    "heels",
    "boots",
    "jewelry",
)
DEVICES = {
    "iOS": "ios",
    "Android": "android",
    "Desktop": "desktop",
    "Tablet": "tablet",
    "Other": "other",
}
_CATEGORIES = {"All categories": EVERY} | {name.capitalize(): name for name in CATEGORIES}
_DEVICES = {"All devices": EVERY} | DEVICES
_WIDTHS = {"by": 110, "category": 170, "device": 150, "channel": 150}

Name = Literal["by", "category", "device", "channel"]

_STEPS = {"Day": "day", "Week": "week", "Month": "month"}


def row() -> DeltaGenerator:
    """Room for the filters that a page has besides brand and period."""
    return st.container(horizontal=True, vertical_alignment="bottom")


def step() -> str:
    """Ask for the step of the charts over time: day, week or month (``?by=``)."""
    address.check("by", "step", _STEPS)
    by = st.segmented_control(
        "By", list(_STEPS), default="Day", required=True, key="by", bind="query-params"
    )
    return _STEPS.get(by, "day")


def jobs() -> dict[str, str]:
    """Ask for origin, category and device; the answers live in the address under these names.

    Gives the three as queries take them. The browser's word is not taken for it: what is not
    offered is the default, jobs of shoppers in every category on every device.
    """
    return {
        "origin": origin(),
        "category": category(),
        "device": device(),
    }


def origin() -> str:
    """Ask for the origin of jobs alone (``?origin=``), as queries take it."""
    address.check("origin", "origin", ORIGINS)
    picked = st.segmented_control(
        "Origin",
        list(ORIGINS),
        default="Shopper",
        required=True,
        key="origin",
        bind="query-params",
        help="Who launched the job: a shopper, somebody of the brand in the studio, or a "
        "visitor of the demo.",
    )
    return ORIGINS.get(picked, "shopper")


def category() -> str:
    """Ask for a garment category (``?category=``), as queries take it."""
    return _one_of("category", _CATEGORIES)


def device() -> str:
    """Ask for a device (``?device=``), as queries take it."""
    return _one_of("device", _DEVICES)


def channel(known: Iterable[str]) -> str:
    """Ask for one of the ``known`` channels that bring shoppers (``?channel=``)."""
    return _one_of(
        "channel", {"All channels": EVERY} | {channel_name(name): name for name in known}
    )


def unavailable(name: Name, reason: str) -> None:
    """Show a filter that the page's figures cannot honour: disabled, with the reason."""
    label, default = {
        "by": ("By", "Day"),
        "category": ("Category", "All categories"),
        "device": ("Device", "All devices"),
        "channel": ("Channel", "All channels"),
    }[name]
    # Not the filter's own key: what the address says for other pages is none of this one's.
    st.selectbox(
        label,
        [default],
        disabled=True,
        key=f"{name}-unavailable",
        width=_WIDTHS[name],
        help=reason,
    )


def _one_of(name: Name, options: dict[str, str]) -> str:
    address.check(name, name, options)
    picked = st.selectbox(
        name.capitalize(), list(options), key=name, bind="query-params", width=_WIDTHS[name]
    )
    return options.get(picked, EVERY)


def device_name(device: str | None) -> str:
    """What a device is called on screen."""
    return next((name for name, known in DEVICES.items() if known == device), "Unknown")


def device_names(devices: pd.Series) -> list[str]:
    """What devices are called on screen, n/a among them."""
    return [device_name(device or None) for device in devices.fillna("")]


def device_of(name: str) -> str:
    """The device of that name as queries take it."""
    return DEVICES.get(name, NONE)


def category_of(name: str) -> str:
    """The category of that name as queries take it."""
    return name.lower()


def category_name(category: str | None) -> str:
    """What a category is called on screen."""
    return category.capitalize() if category else "None"


def category_names(categories: pd.Series) -> list[str]:
    """What categories are called on screen, n/a among them."""
    return [category_name(category or None) for category in categories.fillna("")]


def channel_name(channel: str | None) -> str:
    """What a channel is called on screen."""
    return channel.capitalize() if channel else "Unknown"
