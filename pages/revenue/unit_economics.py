"""What does a shopper bring, what does one cost, and when does it pay back?"""

from datetime import UTC, datetime, timedelta
from functools import partial

import streamlit as st

import queries
from accounts import gate
from components import behind, brand, card, drill, economics, filters, notes, notice, period
from components.question import asking, measure
from components.shoppers import new_until, new_within

account = gate.account()
now = datetime.now(UTC)
managed = account.role == "brand_manager"

with st.container(horizontal=True, vertical_alignment="bottom"):
    st.title("Unit economics", anchor=False, width="stretch")
    picked = brand.pick(lambda: queries.read("brands/list", account.scope).frame)
    days = period.pick(now)

ask = asking(queries, lambda: gate.account().scope_of(picked))
total = ask("revenue/ltv_cac")
monthly = ask("revenue/ltv_cac_by_month")
newcomers = behind.newcomers(ask, now.date())

with filters.row():
    filters.unavailable("by", "LTV and CAC are of months.")
    filters.unavailable("category", "Spend is not known by category.")
    filters.unavailable("device", "Spend is not known by device.")

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

with card.wall(2):
    card.chart_card(
        "Margin per shopper against CAC",
        *economics.curve(ask("revenue/ltv_curve"), days, newcomers),
        key="curve",
        help="Gross margin × attributed revenue in the m-th calendar month after the first job's "
        "month, over cohorts for which that month is complete, ÷ their shoppers, added up.",
    )
    card.chart_card(
        "LTV:CAC by month",
        *economics.ratio_by_month(monthly, year, days.end, newcomers),
        key="ratio",
        help="LTV over the months complete by the month's end ÷ CAC of the month.",
    )

with card.wall(1):
    months = economics.by_month(monthly, year, days.end)
    card.table_card("By month", *months, key="months", behind=newcomers.of)

brands = ask("revenue/ltv_cac_by_brand")
with card.wall(1):
    if not managed:
        dots = economics.scatter(brands, days, newcomers)
        card.chart_card("Brands by CAC and LTV", *dots, key="brands")
    card.table_card("By brand", *economics.by_brand(brands, days), key="by-brand")
drill.linked(ask)
