"""How are we doing, what needs attention, what changed? The headline figures, the top brands."""

from datetime import UTC, datetime, timedelta

import streamlit as st

import queries
from accounts import gate
from components import (
    attention,
    behind,
    brand,
    card,
    changes,
    door,
    drill,
    filters,
    headline,
    leaderboard,
    notice,
    over_time,
    period,
)
from components.question import Parameter, asking

account = gate.account()
now = datetime.now(UTC)
managed = account.role == "brand_manager"

with st.container(horizontal=True, vertical_alignment="bottom"):
    st.title("Overview", anchor=False, width="stretch")
    picked = brand.pick(lambda: queries.read("brands/list", account.scope).frame)
    days = period.pick(now)

with filters.row():
    filters.unavailable("by", "The overview is drawn by day.")
    filters.unavailable("category", "Not every figure here knows a category: see Volume, Accuracy.")
    filters.unavailable("device", "Not every figure here knows a device: see Volume, Accuracy.")

if account.is_demo:
    door.tour()

ask = asking(queries, lambda: gate.account().scope_of(picked))
jobs: dict[str, Parameter] = {"origin": "shopper", "category": "all", "device": "all"}

attention.show(ask, days, jobs)
headline.figures(ask, days, now, jobs, managed=managed)
if picked is None and not account.is_internal:
    notice.counted_as_pairs()

mrr, year = ask("revenue/mrr_by_day", policy="strict"), days.end - timedelta(days=365)
moved, tried = behind.movements(ask, "strict"), behind.jobs(ask, **jobs)
volume = ask("tryons/volume_by_day", **jobs)
with card.wall(2):
    card.chart_card(
        "MRR over 12 months" if not managed else "Your MRR over 12 months",
        *over_time.level(mrr, "mrr_usd", "MRR", "usd", year, days.end, moved),
        key="mrr-over-time",
    )
    card.chart_card(
        "Try-ons a day",
        *over_time.bars(
            volume, "completed_count", "Try-ons", "count", days.start, days.end, now.date(), tried
        ),
        key="volume-over-time",
    )

changes.show(
    ask,
    days,
    ["mrr", "tryons", "model_confidence", "human_accuracy", "conversion"],
    by_brand=account.is_internal and picked is None,
    policy="strict",
    as_of=now.date(),
    **jobs,
)

if not managed:
    every = asking(queries, lambda: gate.account().scope)
    standing, tried_on = every("revenue/mrr", policy="strict"), every("tryons/quality_by_brand")
    with card.wall(1):
        card.table_card(
            "Top brands by MRR",
            *leaderboard.ranked(standing, tried_on, days, top=10),
            key="top-brands",
        )

drill.linked(ask)
