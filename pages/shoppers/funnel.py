"""How many buy, and how far do the others come? From launching a try-on to a purchase in 7 days."""

from datetime import UTC, datetime
from functools import partial

import streamlit as st

import queries
from accounts import gate
from components import behind, brand, card, changes, drill, filters, funnel, notice, period
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
    filters.unavailable("by", "The funnel's course is of weeks.")
    for name in ("category", "device"):
        filters.unavailable(name, f"A shopper's steps are not of one {name}.")

asked = asking(queries, lambda: gate.account().scope_of(picked))
ask = partial(asked, as_of=now.date())
reached = behind.reached(asked, now.date())
with card.tiles(3):
    funnel.conversion(asked, days, now.date())
    funnel.shares(ask, days, reached)
with card.wall(1):
    card.chart_card(
        "From launch to purchase",
        *funnel.steps(ask("shoppers/funnel"), days.start, days.end, reached),
        key="funnel",
        help=DEFINITION,
    )

if picked is None and not account.is_internal:
    notice.counted_as_pairs()

with card.wall(1):
    card.chart_card(
        "By week",
        *funnel.by_week(ask("shoppers/funnel_by_week"), days.start, days.end, reached),
        key="funnel-by-week",
        help="Shares of the shoppers who launched in the week, each week a window of its own. "
        + DEFINITION,
    )

changes.show(
    asked,
    days,
    ["conversion"],
    by_brand=account.is_internal and picked is None,
    as_of=now.date(),
)
drill.linked(asked)
