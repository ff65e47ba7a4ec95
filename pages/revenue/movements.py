"""Where did MRR come from, and where did it go? For a brand manager: how the own MRR moved."""

from datetime import UTC, datetime
from functools import partial

import streamlit as st

import queries
from accounts import gate
from components import (
    address,
    behind,
    brand,
    card,
    filters,
    movements,
    notes,
    period,
    plan,
    policy,
)
from components.question import asking, measure

KINDS = {"All": "all"} | {kind.capitalize(): kind for kind in movements.GAINS | movements.LOSSES}

account = gate.account()
now = datetime.now(UTC)
managed = account.role == "brand_manager"

with st.container(horizontal=True, vertical_alignment="bottom"):
    st.title("Movements", anchor=False, width="stretch")
    picked = brand.pick(lambda: queries.read("brands/list", account.scope).frame)
    days = period.pick(now)
    counted = policy.pick()

ask = asking(queries, lambda: gate.account().scope_of(picked))
total = ask("revenue/movements_total", policy=counted)
mrr = ask("revenue/mrr_total", policy=counted)
rows = behind.movements(ask, counted)

moved = rows.whole(movements.moved("In all these days", "all", days.start, days.end))
show = partial(measure, days)
with filters.row():
    filters.unavailable("by", "Movements are drawn by month.")
    filters.unavailable("category", "MRR is of a brand, not of a category.")
    filters.unavailable("device", "MRR is of a brand, not of a device.")

with card.tiles(2 if managed else 3):
    show("mrr", mrr, "mrr_usd", note=notes.both_policies, before="mrr_before_usd", behind=moved)
    if not managed:
        show("nrr", total, "nrr_pct", note=notes.end_of_start, behind=moved)
        show("grr", total, "grr_pct", note=notes.kept_of_start, behind=moved)
        show(
            "quick_ratio",
            total,
            "quick_ratio",
            note=notes.gains_and_losses,
            absent=notes.no_losses,
            behind=moved,
        )
        churned = rows.whole(movements.moved("Churn", "churn", days.start, days.end))
        show("logo_churn", total, "logo_churn_pct", note=notes.gone, behind=churned)
    ending = plan.scheduled("Canceled at the end of their period", counted, days.end)
    going = behind.endangered(ask).whole(ending)
    whose = None if managed else notes.scheduled
    show("scheduled_churn", total, "scheduled_usd", note=whose, behind=going)

with card.wall(1):
    card.chart_card(
        "From start to end",
        *movements.from_start_to_end(
            ask("revenue/mrr_movements_check", policy=counted), days, rows
        ),
        key="waterfall",
        help="Start + new + expansion + reactivation − contraction − churn = end, to the cent. "
        "The stored movements are compared with MRR recomputed from the history.",
    )
    card.chart_card(
        "By month",
        *movements.by_month(
            ask("revenue/movements_by_month", policy=counted),
            period.year_of_months(days),
            days.end,
            rows,
        ),
        key="months",
        help="Per brand and day. New: from 0 for the first time ever. Reactivation: from 0 later. "
        "Expansion: up. Contraction: down but above 0. Churn: to 0.",
    )

address.check("kind", "kind", KINDS)
kind = st.segmented_control(
    "Kind", list(KINDS), default="All", required=True, key="kind", bind="query-params"
)
with card.wall(1):
    card.table_card(
        "Your movements" if managed else "The brands behind it",
        *movements.table(
            ask("revenue/movements", policy=counted, kind=KINDS.get(kind, "all")), days
        ),
        key="movements",
    )
