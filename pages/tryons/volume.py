"""How much is tried on? Jobs over time, by category, device, engine, hour; active shoppers."""

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
    notes,
    notice,
    period,
    steps,
    volume,
)
from components import jobs as job_rows
from components.question import asking, measure

account = gate.account()
now = datetime.now(UTC)

with st.container(horizontal=True, vertical_alignment="bottom"):
    st.title("Volume", anchor=False, width="stretch")
    picked = brand.pick(lambda: queries.read("brands/list", account.scope).frame)
    days = period.pick(now)
with filters.row():
    step = filters.step()
    jobs = filters.jobs()
step = steps.drawn(step, days.start, days.end)

ask = asking(queries, lambda: gate.account().scope_of(picked))
total = ask("tryons/volume_total", **jobs)
daily = ask("tryons/volume_by_day", **jobs)
active = ask("tryons/active_shoppers")
rows = behind.jobs(ask, **jobs)

show = partial(measure, days)
with card.tiles(4):
    show("launched", total, "launched_count", daily, behind=rows.whole(job_rows.all_launched(days)))
    for status, note in (("completed", notes.succeeded), ("failed", None), ("canceled", None)):
        ended = rows.whole(job_rows.all_ended(days, status))
        show(status, total, f"{status}_count", daily, note, behind=ended)

with card.wall(1):
    card.chart_card(
        f"Jobs by {step}",
        *volume.over_time(daily, ask("tryons/unusual_days", **jobs), step, days, now.date(), rows),
        key="jobs-over-time",
        help="Unusual day: with y = log(x + 1), |y − median| > 3.5 × 1.4826 × MAD over the same "
        "weekday of the last 8 weeks; MAD 0 or fewer than 6 values → never. x: completed jobs.",
    )

active_daily = ask("tryons/active_shoppers_by_day")
tried = behind.jobs(ask, origin="shopper")
with card.tiles(4, "tiles-of-active"):
    for name, length, course in (("dau", 1, active_daily), ("wau", 7, None), ("mau", 30, None)):
        last = job_rows.launched(
            f"Launched in the last {length} days" if length > 1 else "Launched on the last day",
            days.end - timedelta(days=length),
            days.end,
        )
        show(
            name,
            active,
            f"{name}_count",
            course,
            before=f"{name}_before_count",
            behind=tried.whole(last),
        )
    # The last of them are those of MAU, which it is a share of.
    show(
        "stickiness",
        active,
        "stickiness_pct",
        before="stickiness_before_pct",
        behind=tried.whole(last),
    )
st.caption(
    "Active shoppers are those of origin shopper, of every category and device, at the end of the "
    "period and of the one before."
)
if picked is None and not account.is_internal:
    notice.counted_as_pairs()

by_category, by_device = (
    volume.by_part(ask(f"tryons/volume_by_{part}", **jobs), part, days, rows)
    for part in ("category", "device")
)
with card.wall(1):
    card.chart_card("Completed by category", *by_category, key="volume-by-category")
with card.wall(3):
    card.chart_card("Completed by device", *by_device, key="volume-by-device")
    card.chart_card(
        "Completed by engine",
        *volume.by_part(
            ask("tryons/volume_by_engine", origin=jobs["origin"]),
            "engine",
            days,
            behind.jobs(ask, origin=jobs["origin"]),
        ),
        key="volume-by-engine",
        help="Of every category and device.",
    )
    card.chart_card(
        "Ended by status",
        *volume.by_status(total, days, rows),
        key="volume-by-status",
        help="Jobs that completed, failed or were canceled in the period.",
    )
if account.is_internal and picked is None:
    with card.wall(1):
        card.chart_card(
            "Completed by brand",
            *volume.by_brand(ask("tryons/volume_by_brand", **jobs), days, rows),
            key="volume-by-brand",
            help="What visitors of the demo try on is no brand's.",
        )
changes.show(ask, days, ["tryons"], by_brand=account.is_internal and picked is None, **jobs)
with card.wall(1):
    card.chart_card(
        "Launched by weekday and hour, UTC",
        *volume.by_hour(
            ask("tryons/launched_by_hour", origin=jobs["origin"]),
            days,
            behind.jobs(ask, origin=jobs["origin"]),
        ),
        key="launched-by-hour",
        help="Mean a day over the weekdays of the period, of every category and device.",
    )
drill.linked(ask)
