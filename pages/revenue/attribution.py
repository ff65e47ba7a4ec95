"""What did try-ons, recommendations and shares sell? By first touch, last touch or linear."""

from datetime import UTC, datetime
from functools import partial

import streamlit as st

import queries
from accounts import gate
from components import address, attribution, behind, brand, card, drill, filters, notes, period
from components.question import asking, measure

MODELS = {"First touch": "first", "Last touch": "last", "Linear": "linear"}

account = gate.account()
now = datetime.now(UTC)

with st.container(horizontal=True, vertical_alignment="bottom"):
    st.title("Attribution", anchor=False, width="stretch")
    picked = brand.pick(lambda: queries.read("brands/list", account.scope).frame)
    days = period.pick(now)

with filters.row():
    address.check("model", "model", MODELS)
    chosen = st.segmented_control(
        "Model",
        list(MODELS),
        default="Last touch",
        required=True,
        key="model",
        bind="query-params",
        help="Whom a purchase with several touches is credited to. The total is always the same.",
    )
    step = filters.step()
    filters.unavailable("category", "A purchase is of a shopper, not of a category.")
    filters.unavailable("device", "Attribution does not know the device.")
model = MODELS.get(chosen, "last")

ask = asking(queries, lambda: gate.account().scope_of(picked))
total = ask("revenue/attribution", model=model)
daily = ask("revenue/attribution_over_time", model=model, step="day")

purchases = behind.purchases(ask, model)


def credited_with(source: str) -> drill.Behind:
    return purchases.whole(attribution.credited(source, days.start, days.end))


show = partial(measure, days)
with card.tiles(2):
    show(
        "attributed_revenue",
        total,
        "attributed_usd",
        daily,
        notes.three_sources,
        behind=credited_with("any"),
    )
    show(
        "unattributed_revenue",
        total,
        "unattributed_usd",
        daily,
        notes.untouched,
        behind=credited_with("none"),
    )
with card.tiles(3, "tiles-of-sources"):
    for source in attribution.SOURCES:
        show(
            f"{source}_revenue",
            total,
            f"{source}_usd",
            daily,
            notes.touched(source),
            behind=credited_with(source),
        )

course = ask("revenue/attribution_over_time", model=model, step=step)
with card.wall(1):
    card.chart_card(
        "Attributed revenue by source",
        *attribution.over_time(course, days.start, days.end, purchases),
        key="sources",
        help="Purchases count on their own day, less their returns whenever made.",
    )
drill.linked(ask)
