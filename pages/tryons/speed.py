"""How fast are try-ons, and how many fail? Queue and processing time, success, by engine."""

from datetime import UTC, datetime
from functools import partial

import streamlit as st

import queries
from accounts import gate
from components import behind, brand, card, drill, filters, notes, period, speed, steps
from components import jobs as job_rows
from components.question import asking, measure

account = gate.account()
now = datetime.now(UTC)

with st.container(horizontal=True, vertical_alignment="bottom"):
    st.title("Speed", anchor=False, width="stretch")
    picked = brand.pick(lambda: queries.read("brands/list", account.scope).frame)
    days = period.pick(now)
with filters.row():
    step = filters.step()
    origin = filters.origin()
    for name in ("category", "device"):
        filters.unavailable(name, f"Times and failures are kept by engine, not by {name}.")
step = steps.drawn(step, days.start, days.end)

ask = asking(queries, lambda: gate.account().scope_of(picked))
total = ask("tryons/speed_total", origin=origin)
failures = ask("tryons/failures", origin=origin)
daily = ask("tryons/volume_by_day", origin=origin, category="all", device="all")

jobs = behind.jobs(ask, origin=origin)
completed, failed = (
    jobs.whole(job_rows.all_ended(days, status)) for status in ("completed", "failed")
)

show = partial(measure, days)
with card.tiles(4):
    show("success_rate", total, "success_pct", None, notes.ended, behind=completed)
    for name in ("p50", "p95", "p99"):
        show(f"queue_{name}", total, f"queue_{name}_ms", behind=completed)
    show("failed", total, "failed_count", daily, behind=failed)
    for name in ("p50", "p95", "p99"):
        show(f"processing_{name}", total, f"processing_{name}_ms", behind=completed)

with card.wall(2):
    for phase, called in speed.PHASES.items():
        times = ask("tryons/speed_over_time", origin=origin, phase=phase, step=step)
        card.chart_card(
            f"{called} by {step}",
            *speed.over_time(times, phase, step, days, jobs),
            key=f"{phase}-over-time",
            help="p50, p95 and p99 of the jobs completed, from a histogram with buckets of 5 %: "
            "at most 2.5 % off.",
        )
    card.chart_card(
        f"Success rate by {step}",
        *speed.success(daily, step, days, jobs),
        key="success-over-time",
        help="Completed ÷ (completed + failed).",
    )
    card.chart_card("Failures by reason", *speed.failures(failures, days, jobs), key="failures")
with card.wall(1):
    card.table_card(
        "By engine",
        *speed.engines(ask("tryons/speed_by_engine", origin=origin), days),
        key="speed-by-engine",
        help="Percentiles from a histogram with buckets of 5 %: at most 2.5 % off.",
        behind=jobs.of,
    )
    card.chart_card(
        "Failures by reason and engine",
        *speed.failures_by_engine(failures, days, jobs),
        key="failures-by-engine",
    )
drill.linked(ask)
