"""What does a shopper bring, what does one cost, and when does it pay back?"""

from datetime import UTC, datetime, timedelta

import streamlit as st

import queries
from accounts import gate
from components import behind, brand, card, drill, economics, filters, notice, period
from components.question import asking

account = gate.account()
now = datetime.now(UTC)

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
economics.figures(total, monthly, days, newcomers)

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

# Of one brand, they would say once more what stands above.
if not brand.is_one(account.scope_of(picked).brands):
    brands = ask("revenue/ltv_cac_by_brand")
    with card.wall(1):
        dots = economics.scatter(brands, days, newcomers)
        card.chart_card("Brands by CAC and LTV", *dots, key="brands")
        card.table_card("By brand", *economics.by_brand(brands, days), key="by-brand")
drill.linked(ask)
