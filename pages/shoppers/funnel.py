"""How far do shoppers come? From launching a try-on to a purchase within 7 days."""

from datetime import UTC, datetime
from functools import partial

import streamlit as st

import queries
from accounts import gate
from components import brand, card, changes, filters, funnel, notice, period
from components.question import asking

DEFINITION = (
    "From the shopper's first launch in the period: launched → completed → saved → purchased, each "
    "at or after the step before and within 7 days of the start. Shoppers whose 7 days are not "
    "over are left out and counted beside the figure. Saved: a look of one of their jobs to their "
    "wardrobe."
)

account = gate.account()
now = datetime.now(UTC)

with st.container(horizontal=True, vertical_alignment="bottom"):
    st.title("Funnel", anchor=False, width="stretch")
    picked = brand.pick(lambda: queries.read("brands/list", account.scope).frame)
    days = period.pick(now)

with filters.row():
    filters.unavailable("by", "A funnel has no course over time.")
    filters.unavailable("category", "All categories stand beside one another below.")
    filters.unavailable("device", "All devices stand beside one another below.")

asked = asking(queries, lambda: gate.account().scope_of(picked))
ask = partial(asked, "shoppers/funnel", as_of=now.date())
with card.wall(1):
    card.chart_card(
        "From launch to purchase",
        *funnel.steps(ask(split="none"), days.start, days.end),
        key="funnel",
        help=DEFINITION,
    )

if picked is None and not account.is_internal:
    notice.counted_as_pairs()

with card.wall(2):
    for part in ("Category", "Device"):
        card.table_card(
            f"By {part.lower()}",
            *funnel.parts(ask(split=part.lower()), part, days.start, days.end),
            key=f"funnel-by-{part.lower()}",
            help=f"{part} of the shopper's first launch in the period. {DEFINITION}",
        )

changes.show(
    asked,
    days,
    ["conversion"],
    by_brand=account.is_internal and picked is None,
    as_of=now.date(),
)
