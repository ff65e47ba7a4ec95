"""Which jobs a page looks at besides brand and period: their origin, category and device."""

import streamlit as st

EVERY = "all"

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


_STEPS = {"Day": "day", "Week": "week", "Month": "month"}


def pick() -> dict[str, str]:
    """Ask for origin, category and device; the answers live in the address under these names.

    Gives the three as queries take them. The browser's word is not taken for it: what is not
    offered is the default, jobs of shoppers in every category on every device.
    """
    with st.container(horizontal=True, vertical_alignment="bottom"):
        return _jobs()


def pick_with_step() -> tuple[str, dict[str, str]]:
    """Ask for a step as well (day, week or month; ``?by=``), and give it before the three."""
    with st.container(horizontal=True, vertical_alignment="bottom"):
        by = st.segmented_control(
            "By", list(_STEPS), default="Day", required=True, key="by", bind="query-params"
        )
        return _STEPS.get(by, "day"), _jobs()


def _jobs() -> dict[str, str]:
    origin = st.segmented_control(
        "Origin",
        list(ORIGINS),
        default="Shopper",
        required=True,
        key="origin",
        bind="query-params",
        help="Who launched the job: a shopper, somebody of the brand in the studio, or a "
        "visitor of the demo.",
    )
    category = st.selectbox(
        "Category", list(_CATEGORIES), key="category", bind="query-params", width=170
    )
    device = st.selectbox("Device", list(_DEVICES), key="device", bind="query-params", width=150)
    return {
        "origin": ORIGINS.get(origin, "shopper"),
        "category": _CATEGORIES.get(category, EVERY),
        "device": _DEVICES.get(device, EVERY),
    }


def device_name(device: str | None) -> str:
    """What a device is called on screen."""
    return next((name for name, known in DEVICES.items() if known == device), "Unknown")


def category_name(category: str | None) -> str:
    """What a category is called on screen."""
    return category.capitalize() if category else "None"
