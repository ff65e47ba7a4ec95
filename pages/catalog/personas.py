"""Whom do we show our garments on? The brand's models by their pictures, and photo sets of them."""

from uuid import UUID

import streamlit as st

import queries
from accounts import gate
from components import brand, personas
from tryon.casting import Casting

account = gate.account()

with st.container(horizontal=True, vertical_alignment="bottom"):
    st.title("Personas", anchor=False, width="stretch")
    picked = brand.pick(lambda: queries.read("brands/list", account.scope).frame)
if picked is None and account.is_demo:
    # As on Launch: the brand that has pictures.
    first = queries.read("studio/launch_brand", account.scope).frame
    picked = None if first.empty else str(first["brand_id"].iloc[0])

if account.is_demo:
    st.caption("The demo's personas are looked at; a brand's manager makes their own here.")
elif not account.may_write:
    st.caption(f"{account.title}s look on: an administrator or the brand's manager makes them.")

if picked is None:
    st.info("Pick a brand to see its personas.", icon=":material/storefront:")
else:
    # Every act has the scope that whoever clicks has at that moment.
    casting = Casting(lambda: gate.account().scope_of(picked), UUID(picked))
    personas.show(casting, may_write=account.may_write and not account.is_demo)
