"""How good are the pictures? Model confidence, human accuracy, how the two agree, their cost."""

from datetime import UTC, datetime
from functools import partial

import streamlit as st

import queries
from accounts import gate
from components import accuracy, behind, brand, card, changes, drill, filters, notes, period, steps
from components import jobs as job_rows
from components.question import asking, measure

account = gate.account()
now = datetime.now(UTC)

with st.container(horizontal=True, vertical_alignment="bottom"):
    st.title("Accuracy", anchor=False, width="stretch")
    picked = brand.pick(lambda: queries.read("brands/list", account.scope).frame)
    days = period.pick(now)
with filters.row():
    step = filters.step()
    jobs = filters.jobs()
step = steps.drawn(step, days.start, days.end)
origin = jobs["origin"]

ask = asking(queries, lambda: gate.account().scope_of(picked))
confidence = ask("accuracy/confidence_total", **jobs)
spread = ask("accuracy/confidence_over_time", step=step, **jobs)
human = ask("accuracy/human_accuracy_total", **jobs)
weekly = ask("accuracy/human_accuracy_by_week", **jobs)
calibration = ask("accuracy/calibration_total", bin_count=10, **jobs)
cost = ask("accuracy/cost_per_accepted", **jobs)

pictures = behind.jobs(ask, **jobs)
verdicts = behind.verdicts(ask, **jobs)
completed = pictures.whole(job_rows.all_ended(days))
judged = verdicts.whole(job_rows.all_judged(days))
rated = verdicts.whole(job_rows.all_rated(days))

show = partial(measure, days)
with card.tiles(3):
    show(
        "model_confidence",
        confidence,
        "model_confidence_pct",
        spread,
        notes.pictures,
        behind=completed,
    )
    show("human_accuracy", human, "human_accuracy_pct", weekly, notes.verdicts, behind=judged)
    show(
        "cost_per_accepted",
        cost,
        "cost_per_accepted_usd",
        None,
        notes.engine_cost,
        behind=completed,
    )
with card.tiles(2, "tiles-of-calibration"):
    show("ece", calibration, "ece_score", None, notes.random_draws, behind=rated)
    show("brier", calibration, "brier_score", None, notes.random_draws, behind=rated)

with card.wall(2):
    card.chart_card(
        f"Model confidence by {step}",
        *accuracy.spread(spread, step, days, pictures),
        key="confidence-spread",
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
    card.chart_card(
        "Distribution of model confidence",
        *accuracy.distribution(
            ask("accuracy/confidence_distribution", origin=origin),
            days,
            behind.jobs(ask, origin=origin),
        ),
        key="confidence-distribution",
        help="Completed jobs in 50 equal bins, of every category and device.",
    )
    card.chart_card(
        "Reasons for rejection",
        *accuracy.rejections(
            ask("accuracy/rejections", origin=origin),
            days,
            behind.verdicts(ask, origin=origin, category="all", device="all"),
        ),
        key="rejections",
        help="Random draws only, of every category and device.",
    )
with card.wall(1):
    card.table_card(
        "Worst pictures",
        *accuracy.worst(ask("accuracy/worst", row_count=50, **jobs), days, drill.open_job),
        key="worst",
        help="Jobs that reviewers rejected, however they came up for review, those first of which "
        "the engine was least sure. At most 50.",
    )
changes.show(
    ask,
    days,
    ["model_confidence", "human_accuracy"],
    by_brand=account.is_internal and picked is None,
    **jobs,
)
drill.linked(ask)
