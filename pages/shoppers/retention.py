"""Who comes back? After a day, a week and a month, for the period and by cohort month."""

from datetime import UTC, datetime, timedelta

import streamlit as st

import queries
from accounts import gate
from components import behind, brand, card, cohorts, filters, notes, notice, period
from components.question import asking, measure

account = gate.account()
now = datetime.now(UTC)

with st.container(horizontal=True, vertical_alignment="bottom"):
    st.title("Retention", anchor=False, width="stretch")
    picked = brand.pick(lambda: queries.read("brands/list", account.scope).frame)
    days = period.pick(now)

with filters.row():
    filters.unavailable("by", "Cohorts are of months.")
    filters.unavailable("category", "Retention is not kept by category yet.")
    filters.unavailable("device", "Retention is not kept by device yet.")

ask = asking(queries, lambda: gate.account().scope_of(picked))
with card.wall(3):
    for number in (1, 7, 30):
        total = ask("shoppers/retention_card", day_number=number)
        weekly = ask("shoppers/retention_by_week", day_number=number)
        measure(days, f"retention_d{number}", total, "retention_pct", weekly, notes.cohort)

if picked is None and not account.is_internal:
    notice.counted_as_pairs()

year = now.date() - timedelta(days=365)
with card.wall(1):
    card.chart_card(
        "By month of the first try-on",
        *cohorts.table(
            ask("shoppers/retention", since=year, as_of=now.date()),
            behind.shoppers(ask, step="day", as_of=now.date()),
        ),
        key="cohorts",
        help="Shoppers who launched a job exactly 1, 7 and 30 days after their first one, "
        "÷ all shoppers of the cohort. The mean is pooled over complete cells.",
    )
