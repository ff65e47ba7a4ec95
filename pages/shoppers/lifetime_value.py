"""What does a shopper bring, month by month after the first try-on, and when is the cost back?"""

from datetime import UTC, datetime, timedelta

import streamlit as st

import queries
from accounts import gate
from components import behind, brand, card, drill, economics, filters, lifetime, notice, period
from components.question import asking

DEFINITION = (
    "Attributed revenue in the m-th calendar month after the first job's month, over cohorts for "
    "which that month is complete, ÷ shoppers in those cohorts, added up; margin is gross margin × "
    "that. Over 12 complete months the pooled margin is LTV. Payback = first month m in which "
    "cumulative margin per shopper ≥ CAC, else “not yet”."
)

account = gate.account()
now = datetime.now(UTC)

with st.container(horizontal=True, vertical_alignment="bottom"):
    st.title("Lifetime value", anchor=False, width="stretch")
    picked = brand.pick(lambda: queries.read("brands/list", account.scope).frame)
    days = period.pick(now)

with filters.row():
    shown = lifetime.value()
    filters.unavailable("by", "Cohorts of value are of months.")
    filters.unavailable("category", "A purchase is not of one category.")
    filters.unavailable("device", "A purchase is not of one device.")

ask = asking(queries, lambda: gate.account().scope_of(picked))
total = ask("revenue/ltv_cac")
monthly = ask("revenue/ltv_cac_by_month")

newcomers = behind.newcomers(ask, now.date())

year = days.end - timedelta(days=365)
economics.figures(total, monthly, days, newcomers)

if picked is None and not account.is_internal:
    notice.counted_as_pairs()

with card.wall(1):
    card.chart_card(
        f"{shown.capitalize()} per shopper by month since the first try-on",
        *lifetime.curves(
            ask("shoppers/lifetime_value"),
            total,
            shown,
            year,
            days,
            newcomers,
        ),
        key="value",
        help=DEFINITION,
    )
    card.table_card(
        "By month of the first try-on",
        *lifetime.by_cohort(ask("shoppers/lifetime_value_by_cohort"), year, days.end),
        key="cohorts",
        help="Each cohort by itself, over the months that are complete for it; CAC is that of its "
        "first month.",
        behind=newcomers.of,
    )
drill.linked(ask)
