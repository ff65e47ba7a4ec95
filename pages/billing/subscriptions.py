"""Who pays for what, who is past due, and what has come in? For a brand: the own invoices."""

from datetime import UTC, datetime
from functools import partial

import streamlit as st

import queries
from accounts import gate
from components import address, brand, card, period, subscriptions
from components.question import asking, measure, measure_now

account = gate.account()
now = datetime.now(UTC)

with st.container(horizontal=True, vertical_alignment="bottom"):
    st.title("Subscriptions", anchor=False, width="stretch")
    picked = brand.pick(lambda: queries.read("brands/list", account.scope).frame)
    days = period.pick(now)

ask = asking(queries, lambda: gate.account().scope_of(picked))
standing = ask("billing/standing")

show = partial(measure, days)
with card.tiles(4):
    measure_now("active_subscriptions", standing, "active_count", subscriptions.by_status)
    measure_now("mrr_at_risk", standing, "past_due_usd", subscriptions.failed)
    measure_now("open_payments", standing, "open_usd", subscriptions.unpaid)
    show(
        "payments_received", ask("billing/payments_total"), "received_usd",
        note=subscriptions.received,
    )  # fmt: skip

address.check("status", "status", subscriptions.STATES)
status = st.segmented_control(
    "Status",
    list(subscriptions.STATES),
    default="All",
    required=True,
    key="status",
    bind="query-params",
)
with card.wall(1):
    card.table_card(
        "Subscriptions",
        *subscriptions.table(
            ask("billing/subscriptions", status=subscriptions.STATES.get(status, "all"))
        ),
        key="subscriptions",
        help="As they stand now.",
    )

address.check("paid", "state of payments", subscriptions.PAID)
paid = st.segmented_control(
    "State of payments",
    list(subscriptions.PAID),
    default="All",
    required=True,
    key="paid",
    bind="query-params",
)
with card.wall(1):
    card.table_card(
        "Payments",
        *subscriptions.payments(
            ask("billing/payments", paid=subscriptions.PAID.get(paid, "all")),
            days.start,
            period.with_today(days, now.date()),
        ),
        key="payments",
    )
