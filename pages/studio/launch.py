"""What are the try-on jobs doing? The newest ones, and how far they are."""

from datetime import UTC, datetime, timedelta

import streamlit as st

import queries
from accounts import gate
from components import brand, card, jobs
from components.question import asking

account = gate.account()
month_ago = datetime.now(UTC).date() - timedelta(days=30)

with st.container(horizontal=True, vertical_alignment="bottom"):
    st.title("Launch", anchor=False, width="stretch")
    picked = brand.pick(lambda: queries.read("brands/list", account.scope).frame)

st.info(
    "Launching a try-on from this page is not available yet. These are the newest jobs.",
    icon=":material/construction:",
)

ask = asking(queries, lambda: gate.account().scope_of(picked))
newest = ask("tryons/recent", since=month_ago, origin="all", row_count=50)
with card.wall(1):
    card.table_card("Newest jobs", *jobs.table(newest), key="jobs")
