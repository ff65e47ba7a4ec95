"""How many credits are left, and what were they spent on? By day, by product, and every booking."""

from datetime import UTC, datetime
from functools import partial

import streamlit as st

import queries
from accounts import gate
from components import brand, card, credit_account, notes, period
from components.question import asking, measure, measure_now

account = gate.account()
now = datetime.now(UTC)

with st.container(horizontal=True, vertical_alignment="bottom"):
    st.title("Credits", anchor=False, width="stretch")
    picked = brand.pick(lambda: queries.read("brands/list", account.scope).frame)
    days = period.pick(now)

ask = asking(queries, lambda: gate.account().scope_of(picked))
standing = ask("billing/credits")
spent = ask("billing/credits_spent")
daily = ask("billing/credits_by_day")

show = partial(measure, days)
with card.tiles(3):
    measure_now("credit_balance", standing, "balance_count", credit_account.reserved)
    show("credits_spent", spent, "credit_count", daily, note=credit_account.completed)
    show("cost_per_generation", spent, "cost_per_generation_usd", note=notes.cost_as_told)
    show(
        "cost_per_accepted",
        ask("accuracy/cost_per_accepted", origin="studio", category="all", device="all"),
        "cost_per_accepted_usd",
        note=notes.engine_cost,
    )
    credit_account.rejects(days, spent, standing)
    show("failed_cost", spent, "failed_cost_usd")

with card.wall(1):
    card.chart_card(
        "Credits spent by day",
        *credit_account.by_day(daily, days.start, days.end),
        key="credits-by-day",
    )
    card.table_card(
        "By product",
        *credit_account.by_product(ask("billing/credits_by_product"), days),
        key="credits-by-product",
        help="Studio jobs that ended in the period. Shoppers' try-ons are paid from their own "
        "credits.",
    )
    card.table_card(
        "Ledger",
        *credit_account.ledger(
            ask("billing/ledger"), days.start, period.with_today(days, now.date())
        ),
        key="ledger",
        help="Every booking of the brand's account; all of them add up to the balance. A job "
        "reserves when it is launched, settles when it completes, gives back when it does not.",
    )
