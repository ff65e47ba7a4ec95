"""Does our server hear what becomes of try-ons? Where do calls go, and what came of each?"""

from uuid import UUID

import streamlit as st

import queries
from accounts import gate
from components import brand, hooks
from shops.board import Board

account = gate.account()

with st.container(horizontal=True, vertical_alignment="bottom"):
    st.title("Webhooks", anchor=False, width="stretch")
    picked = brand.pick(lambda: queries.read("brands/list", account.scope).frame)

if account.is_demo:
    st.caption("The demo's webhooks are looked at; a brand's manager sets up their own here.")
elif not account.may_write:
    st.caption(f"{account.title}s look on: an administrator or the brand's manager sets them up.")

if picked is None:
    st.info("Pick a brand to see its webhooks.", icon=":material/storefront:")
else:
    # Every act has the scope that whoever clicks has at that moment.
    board = Board(lambda: gate.account().scope_of(picked), UUID(picked))
    hooks.show(board, may_write=account.may_write and not account.is_demo)
