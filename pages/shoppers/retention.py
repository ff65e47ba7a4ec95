"""Who comes back? After a day, a week and a month, and by cohorts in three ways of counting.

And would shoppers recommend what they come back to?
"""

from datetime import UTC, datetime, timedelta

import streamlit as st

import queries
from accounts import gate
from components import (
    answers,
    behind,
    brand,
    card,
    cohorts,
    drill,
    filters,
    notes,
    notice,
    period,
    returning,
    triangle,
)
from components.question import asking, measure
from components.shoppers import back_on

DEFINITION = (
    "Cohort: the {step} of a shopper's first job, with the brand in view, ever. Active = launched "
    "a job. Complete cells have elapsed; running ones have begun and are not over. The mean is "
    "pooled: Σ returned ÷ Σ cohort size over the complete cells of the column."
)

account = gate.account()
now = datetime.now(UTC)

with st.container(horizontal=True, vertical_alignment="bottom"):
    st.title("Retention", anchor=False, width="stretch")
    picked = brand.pick(lambda: queries.read("brands/list", account.scope).frame)
    days = period.pick(now)
seen = account.scope_of(picked)

with filters.row():
    step = returning.step()
    mode = returning.mode()
    numbers = returning.numbers(step, mode)
with filters.row():
    part = returning.split(step, lambda: queries.read("shoppers/channels", seen).frame)

ask = asking(queries, lambda: gate.account().scope_of(picked))
today = now.date()
back = behind.shoppers(ask, step="day", as_of=today, **part)
with card.tiles(4):
    for number in (1, 7, 30):
        total = ask("shoppers/retention_card", day_number=number, as_of=today, **part)
        weekly = ask("shoppers/retention_by_week", day_number=number, as_of=today, **part)
        measure(
            days,
            f"retention_d{number}",
            total,
            "retention_pct",
            weekly,
            notes.cohort,
            behind=back.whole(back_on(days, number)),
        )
    # Who answers is not split: an answer is to a brand, not to a category or on a device.
    measure(
        days,
        "nps",
        ask("shoppers/nps"),
        "nps_pct",
        ask("shoppers/nps_by_week"),
        notes.answers if part["split"] == "none" else notes.answers_of_all,
        behind=behind.answers(ask).whole(answers.given_in(days)),
    )

if picked is None and not account.is_internal:
    notice.counted_as_pairs()

spans = ",".join(map(str, numbers))
cells = ask("shoppers/retention", step=step, mode=mode, numbers=spans, as_of=today, **part)
shoppers = behind.shoppers(ask, step=step, as_of=today, **part)
so_far = ", so far" if mode == returning.AFTER else ""
with card.wall(1):
    card.chart_card(
        f"Back by {step} after the first try-on{so_far}",
        *triangle.table(cells, step, days.end, shoppers),
        key="triangle",
        help=DEFINITION.format(step=step),
    )
    card.chart_card(
        f"The same as curves{so_far}",
        *triangle.curves(cells, step, days.end, shoppers),
        key="curves",
        help=DEFINITION.format(step=step),
    )

year = days.end - timedelta(days=365)
with card.wall(2):
    card.chart_card(
        "D1, D7 and D30 by month",
        *cohorts.table(
            ask("shoppers/retention_by_month", as_of=today, **part),
            year,
            days.end,
            behind.shoppers(ask, step="day", as_of=today, **part),
        ),
        key="cohorts",
        help="Shoppers who launched a job exactly 1, 7 and 30 days after their first one, "
        "÷ all shoppers of the cohort. The mean is pooled over complete cells.",
    )
    with st.container(gap="xsmall"):
        by = returning.breakdown(by_brand=account.is_internal and picked is None)
        split_by = (
            ask("shoppers/retention_by_brand", as_of=today)
            if by == "brand"
            else ask("shoppers/retention_by_part", split=by, as_of=today)
        )
        card.table_card(
            f"D1, D7 and D30 by {by}",
            *cohorts.parts(split_by, by, days),
            key="parts",
            help="Shoppers whose day 1, 7 or 30 ended in the period, and the share of them who "
            "launched a job on it. Category and device are those of the first job.",
        )
drill.linked(ask)
