"""How are we doing? The headline figures with their change, their course, the top brands."""

from datetime import UTC, datetime, timedelta
from functools import partial

import streamlit as st

import queries
from accounts import gate
from components import brand, card, door, filters, leaderboard, notes, notice, over_time, period
from components.question import Parameter, asking, measure

account = gate.account()
now = datetime.now(UTC)
managed = account.role == "brand_manager"

with st.container(horizontal=True, vertical_alignment="bottom"):
    st.title("Overview", anchor=False, width="stretch")
    picked = brand.pick(lambda: queries.read("brands/list", account.scope).frame)
    days = period.pick(now)

if account.is_demo:
    with card.wall(3):
        door.door(
            "pages/revenue/mrr.py",
            "Leaderboard",
            ":material/leaderboard:",
            "Brands by what they pay: who climbs, who falls, what is at risk.",
        )
        door.door(
            "pages/shoppers/retention.py",
            "Retention",
            ":material/group:",
            "Who comes back a day, a week and a month after the first try-on.",
        )
        door.door(
            "pages/studio/launch.py",
            "Launch",
            ":material/rocket_launch:",
            "The newest try-on jobs, from queued to completed.",
        )

with filters.row():
    filters.unavailable("by", "The overview is drawn by day.")
    filters.unavailable("category", "Not every figure here knows a category: see Volume, Accuracy.")
    filters.unavailable("device", "Not every figure here knows a device: see Volume, Accuracy.")

ask = asking(queries, lambda: gate.account().scope_of(picked))
mrr = ask("revenue/mrr_total", policy="strict")
mrr_daily = ask("revenue/mrr_by_day", policy="strict")
attributed = ask("revenue/attributed_total", policy="strict")
attributed_daily = ask("revenue/attributed_by_day")
shoppers = {"origin": "shopper", "category": "all", "device": "all"}
volume = ask("tryons/volume_total", **shoppers)
volume_daily = ask("tryons/volume_by_day", **shoppers)
confidence = ask("accuracy/confidence_total", **shoppers)
confidence_daily = ask("accuracy/confidence_by_day", **shoppers)
accuracy = ask("accuracy/human_accuracy_total", **shoppers)
accuracy_weekly = ask("accuracy/human_accuracy_by_week", **shoppers)
everybody: dict[str, Parameter] = {"as_of": now.date(), "split": "none", "part": "all"}
came_back = ask("shoppers/retention_card", day_number=30, **everybody)
came_back_weekly = ask("shoppers/retention_by_week", day_number=30, **everybody)
conversion = ask("shoppers/conversion", as_of=now.date())
conversion_weekly = ask("shoppers/conversion_by_week", as_of=now.date())

year = days.end - timedelta(days=365)
show = partial(measure, days)
with card.wall(4):
    if managed:
        show("attributed_revenue", attributed, "attributed_usd", attributed_daily, notes.purchases)
        show("return_on_plan", attributed, "return_on_plan_ratio", None, notes.plan_cost)
    else:
        show("mrr", mrr, "mrr_usd", mrr_daily, notes.paying, before="mrr_before_usd")
    show("tryons", volume, "completed_count", volume_daily, notes.launched)
    show("model_confidence", confidence, "model_confidence_pct", confidence_daily, notes.pictures)
    show("human_accuracy", accuracy, "human_accuracy_pct", accuracy_weekly, notes.verdicts)
    show("retention_d30", came_back, "retention_pct", came_back_weekly, notes.cohort)
    show("conversion", conversion, "conversion_pct", conversion_weekly, notes.left_out)
    show(
        "ltv_cac",
        ask("revenue/ltv_cac"),
        "ltv_cac_ratio",
        ask("revenue/ltv_cac_by_month"),
        notes.ltv_and_cac,
        course_since=year,
    )
    if not managed:
        show("attributed_revenue", attributed, "attributed_usd", attributed_daily, notes.purchases)

if picked is None and not account.is_internal:
    notice.counted_as_pairs()

with card.wall(2):
    card.chart_card(
        "MRR over 12 months" if not managed else "Your MRR over 12 months",
        *over_time.level(mrr_daily, "mrr_usd", "MRR", "usd", year, days.end),
        key="mrr-over-time",
    )
    card.chart_card(
        "Try-ons a day",
        *over_time.bars(
            volume_daily, "completed_count", "Try-ons", "count", days.start, days.end, now.date()
        ),
        key="volume-over-time",
    )

if not managed:
    standing = asking(queries, lambda: gate.account().scope)("revenue/mrr", policy="strict")
    with card.wall(1):
        card.table_card(
            "Top brands by MRR", *leaderboard.ranked(standing, days, top=10), key="top-brands"
        )
