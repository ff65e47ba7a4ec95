"""How good are the pictures? Model confidence, human accuracy, how the two agree, their cost."""

from datetime import UTC, datetime
from functools import partial

import streamlit as st

import queries
from accounts import gate
from components import accuracy, behind, brand, card, drill, filters, notes, period
from components.question import asking, measure

account = gate.account()
now = datetime.now(UTC)

with st.container(horizontal=True, vertical_alignment="bottom"):
    st.title("Accuracy", anchor=False, width="stretch")
    picked = brand.pick(lambda: queries.read("brands/list", account.scope).frame)
    days = period.pick(now)
with filters.row():
    filters.unavailable("by", "Accuracy is drawn by day where a day has enough, else by week.")
    jobs = filters.jobs()

ask = asking(queries, lambda: gate.account().scope_of(picked))
confidence = ask("accuracy/confidence_total", **jobs)
spread = ask("accuracy/confidence_spread_by_day", **jobs)
human = ask("accuracy/human_accuracy_total", **jobs)
weekly = ask("accuracy/human_accuracy_by_week", **jobs)
calibration = ask("accuracy/calibration_total", bin_count=10, **jobs)
cost = ask("accuracy/cost_per_accepted", **jobs)

pictures = behind.jobs(ask, **jobs)
verdicts = behind.verdicts(ask, **jobs)

show = partial(measure, days)
with card.wall(3):
    show("model_confidence", confidence, "model_confidence_pct", spread, notes.pictures)
    show("human_accuracy", human, "human_accuracy_pct", weekly, notes.verdicts)
    show("cost_per_accepted", cost, "cost_per_accepted_usd", None, notes.engine_cost)
with card.wall(2):
    show("ece", calibration, "ece_score", None, notes.random_draws)
    show("brier", calibration, "brier_score", None, notes.random_draws)

with card.wall(2):
    card.chart_card(
        "Model confidence by day", *accuracy.spread(spread, days, pictures), key="confidence-spread"
    )
    card.chart_card(
        "Human accuracy by week",
        *accuracy.by_week(weekly, days, verdicts),
        key="human-accuracy-by-week",
        help="Random draws only, in stretches of 7 days counted back from the period's end.",
    )
    card.chart_card(
        "Model confidence by category and device",
        *accuracy.by_category_and_device(
            ask("accuracy/confidence_by_category_device", **jobs), days, pictures
        ),
        key="confidence-by-category-device",
    )
    card.chart_card(
        "Reliability",
        *accuracy.reliability(ask("accuracy/calibration", bin_count=10, **jobs), days, verdicts),
        key="reliability",
        help="Random draws only, in 10 equal-width bins of model confidence.",
    )
drill.linked(ask)
