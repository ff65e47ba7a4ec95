"""How does our shop talk to this? Which keys are there, what may they do, and who uses them?"""

from urllib.parse import urlsplit
from uuid import UUID

import streamlit as st

import queries
from accounts import gate
from accounts.key_ring import KeyRing
from components import brand, keys

account = gate.account()

with st.container(horizontal=True, vertical_alignment="bottom"):
    st.title("API access", anchor=False, width="stretch")
    picked = brand.pick(lambda: queries.read("brands/list", account.scope).frame)

may_write = account.may_write and not account.is_demo
if account.is_demo:
    st.caption("The demo's keys are looked at; a brand's manager makes their own here.")
elif not account.may_write:
    st.caption(f"{account.title}s look on: an administrator or the brand's manager makes keys.")

if picked is None:
    st.info("Pick a brand to see its keys.", icon=":material/storefront:")
else:
    # Every act has the scope that whoever clicks has at that moment.
    ring = KeyRing(lambda: gate.account().scope_of(picked), UUID(picked))
    keys.show(ring, may_write=may_write)

here = urlsplit(st.context.url or "")
keys.begin(f"{here.scheme or 'https'}://{here.netloc or 'closetai.example'}/api")
