"""Who pays what, and who moved? For a brand manager: the own plan, its return, where it stands."""

from datetime import UTC, datetime, timedelta
from functools import partial

import streamlit as st

import queries
from accounts import gate
from components import (
    behind,
    brand,
    card,
    changes,
    drill,
    filters,
    headline,
    leaderboard,
    movements,
    notes,
    over_time,
    period,
    plan,
    policy,
)
from components.question import asking, measure

account = gate.account()
now = datetime.now(UTC)
managed = account.role == "brand_manager"

with st.container(horizontal=True, vertical_alignment="bottom"):
    st.title("MRR", anchor=False, width="stretch")
    picked = brand.pick(lambda: queries.read("brands/list", account.scope).frame)
    days = period.pick(now)
    counted = policy.pick()

ask = asking(queries, lambda: gate.account().scope_of(picked))
total = ask("revenue/mrr_total", policy=counted)
daily = ask("revenue/mrr_by_day", policy=counted)

with filters.row():
    filters.unavailable("by", "MRR is drawn by day, its end's.")
    filters.unavailable("category", "MRR is of a brand, not of a category.")
    filters.unavailable("device", "MRR is of a brand, not of a device.")

rows = behind.movements(ask, counted)
moved = rows.whole(movements.moved("In all these days", "all", days.start, days.end))
show = partial(measure, days)
with card.tiles(3 if managed else 4):
    show("mrr", total, "mrr_usd", note=notes.both_policies, before="mrr_before_usd", behind=moved)
    show("arr", total, "arr_usd", note=notes.times_12, behind=moved)
    if not managed:
        show("arpa", total, "arpa_usd", note=notes.paying, behind=moved)
    at_risk = behind.endangered(ask).whole(plan.past_due("Past due at the end", days.end))
    show("mrr_at_risk", total, "at_risk_usd", note=notes.of_stripe, behind=at_risk)

year = days.end - timedelta(days=365)
history = over_time.level(daily, "mrr_usd", "MRR", "usd", year, days.end, rows)
if managed:
    with card.tiles(2, "tiles-of-return"):
        headline.attributed(ask, days, counted)
        headline.return_on_plan(ask, days, counted)
    # One above the other: half a page would hide the plan's last columns, when it renews and ends.
    with card.wall(1):
        card.table_card("Your plan", *plan.subscriptions(ask("revenue/plan")), key="plan")
        card.chart_card("MRR over 12 months", *history, key="mrr-over-time")
        card.chart_card(
            "Where you stand",
            *plan.standing(ask("revenue/benchmark", as_of=now.date())),
            key="benchmark",
            help="Quartiles over all paying brands, rounded; no brand's name or amount is in them.",
        )
else:
    every = asking(queries, lambda: gate.account().scope)
    standing, tried_on = every("revenue/mrr", policy=counted), every("tryons/quality_by_brand")
    with card.wall(1):
        card.table_card(
            "Leaderboard", *leaderboard.ranked(standing, tried_on, days), key="leaderboard"
        )

with card.wall(1):
    card.table_card(
        "What the policies differ by",
        *plan.difference(ask("revenue/endangered"), total, days),
        key="past-due",
        help="Strict counts active subscriptions, Stripe counts these as well.",
    )

changes.show(ask, days, ["mrr"], by_brand=account.is_internal and picked is None, policy=counted)

if not managed:
    with card.wall(1):
        card.chart_card("MRR over 12 months", *history, key="mrr-over-time")
drill.linked(ask)
