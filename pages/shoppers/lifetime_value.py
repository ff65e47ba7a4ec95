"""What does a shopper bring, month by month after the first try-on, and when is the cost back?"""

from datetime import UTC, datetime, timedelta
from functools import partial

import streamlit as st

import queries
from accounts import gate
from components import behind, brand, card, drill, filters, lifetime, notes, notice, period
from components.question import asking, measure
from components.shoppers import new_until, new_within

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
everybody = newcomers.whole(new_until("First try-on by the period's end", days.end))
acquired = newcomers.whole(new_within("First try-on in all these days", days.start, days.end))
show = partial(measure, days, total=total, course_since=year)
with card.wall(4):
    show("ltv", column="ltv_usd", course=monthly, note=notes.ltv_months, behind=everybody)
    show("cac", column="cac_usd", course=monthly, note=notes.acquired, behind=acquired)
    show(
        "ltv_cac",
        column="ltv_cac_ratio",
        course=monthly,
        note=notes.ltv_and_cac,
        behind=everybody,
    )
    show("payback", column="payback_month", absent=notes.not_yet, behind=everybody)

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
