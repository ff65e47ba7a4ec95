"""Is everything there that the figures are made of? What is missing, what does it leave blank?"""

from datetime import UTC, datetime, timedelta
from uuid import UUID

import streamlit as st

import queries
from accounts import gate
from components import acting, brand, card, feeds
from components.question import asking
from shops.board import Board

account = gate.account()

with st.container(horizontal=True, vertical_alignment="bottom"):
    st.title("Feeds", anchor=False, width="stretch")
    picked = brand.pick(lambda: queries.read("brands/list", account.scope).frame)

today = datetime.now(UTC).date()
ask = asking(queries, lambda: gate.account().scope_of(picked))
tomorrow = today + timedelta(days=1)
sent = feeds.Sent(
    ask("integrations/feeds_of_app", until=tomorrow),
    ask("integrations/feeds_of_systems", until=tomorrow),
)

acting.said()
if picked is not None and account.may_write and not account.is_demo:
    # Every act has the scope that whoever clicks has at that moment.
    board = Board(lambda: gate.account().scope_of(picked), UUID(picked))
    if st.button("Import spend", icon=":material/upload_file:", type="primary"):
        feeds.bring_in(board, sent.forget)

found = card.read("The feeds", sent.read, "feeds-now", height=300)
if found is not None:
    rows = found[0].frame
    if rows.empty:
        card.empty("No brands yet.")
    elif len(rows) == 1:
        feeds.of_one(rows, today)
    else:
        feeds.of_many(rows, today)
        with card.wall(1):
            card.table_card(
                "By brand",
                *feeds.by_brand(sent, today),
                key="feeds",
                help="Arriving, quiet for longer than is usual, or missing: it never came.",
            )
