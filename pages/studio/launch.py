"""What would this look like on somebody? Launch it, and see it appear."""

from datetime import UTC, datetime, timedelta
from uuid import UUID

import streamlit as st

import queries
from accounts import gate
from components import brand, card, jobs, launch
from components.question import asking
from tryon.desk import Desk

account = gate.account()
now = datetime.now(UTC)

with st.container(horizontal=True, vertical_alignment="bottom"):
    st.title("Launch", anchor=False, width="stretch")
    shown = brand.pick(lambda: queries.read("brands/list", account.scope).frame)
if shown is None and account.is_demo:
    # A visitor of the demo need not pick a brand: the one that has pictures is taken.
    first = queries.read("studio/launch_brand", account.scope).frame
    shown = None if first.empty else str(first["brand_id"].iloc[0])

ask = asking(queries, lambda: gate.account().scope_of(shown))
newest = ask("tryons/recent", since=now.date() - timedelta(days=30), origin="all", row_count=10)

if not account.may_write:
    st.info(f"{account.title}s look on: an administrator or the brand's manager can launch.")
elif shown is None and account.is_demo:
    st.info("The demo's pictures are being drawn: look again in a minute.", icon=":material/brush:")
elif shown is None:
    st.info("Pick a brand: a try-on is made with its pictures, on its credits.")
else:
    # Every act has the scope that whoever clicks has at that moment.
    desk = Desk(lambda: gate.account().scope_of(shown), UUID(shown), account.is_demo)
    whose = brand.called(account.scope_of(shown).brands)
    launch.show(ask, shown, whose, desk, now, newest.forget)

with card.wall(1):
    card.table_card("Newest jobs", *jobs.table(newest), key="jobs")
