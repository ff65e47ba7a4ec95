"""What are the try-on jobs doing? The newest ones, and how far they are."""

from datetime import UTC, datetime, timedelta
from functools import partial

import streamlit as st

import queries
from accounts import gate
from components import brand, card, jobs

account = gate.account()
now = datetime.now(UTC)

with st.container(horizontal=True, vertical_alignment="bottom"):
    st.title("Launch", anchor=False, width="stretch")
    picked = brand.pick(lambda: queries.read("brands/list", account.scope).frame)

st.info(
    "Launching a try-on from this page is not available yet. These are the newest jobs.",
    icon=":material/construction:",
)

scope = account.scope_of(picked)
newest: dict[str, queries.Parameter] = {
    "since": now.date() - timedelta(days=30),
    "origin": "all",
    "row_count": 50,
}


def load() -> card.Table:
    answer = queries.read("tryons/recent", scope, **newest)
    return jobs.table(answer.frame, answer.as_of)


with card.wall(1):
    card.table_card(
        "Newest jobs", load, partial(queries.refresh, "tryons/recent", scope, **newest), key="jobs"
    )
