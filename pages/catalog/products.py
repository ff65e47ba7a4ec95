"""What is sold, and how does it do in try-ons? Find products, mend them, bring a catalog in."""

from uuid import UUID

import streamlit as st

import queries
from accounts import gate
from components import brand, drill, filters, product_import, products
from components.question import asking
from tryon.shelf import Shelf

account = gate.account()

with st.container(horizontal=True, vertical_alignment="bottom"):
    st.title("Products", anchor=False, width="stretch")
    picked = brand.pick(lambda: queries.read("brands/list", account.scope).frame)

ask = asking(queries, lambda: gate.account().scope_of(picked))
terms = ask("catalog/product_terms", row_count=5000)
with filters.row():
    wanted = products.wanted(terms)
found = ask("catalog/products", **wanted)


def changed() -> None:
    """Ask the database next time what there is."""
    terms.forget()
    products.first_page(found).forget()


shelf = None
if account.is_demo:
    st.caption("The demo's catalog is looked at; a brand's manager changes their own here.")
elif not account.may_write:
    st.caption(f"{account.title}s look on: an administrator or the brand's manager can change it.")
elif picked is None:
    st.caption("Pick a brand to add or change products.")
else:
    # Every act has the scope that whoever clicks has at that moment.
    shelf = Shelf(lambda: gate.account().scope_of(picked), UUID(picked))
    with st.container(horizontal=True):
        if st.button("Add a product", icon=":material/add:", type="primary"):
            products.add(shelf, changed)
        if st.button("Import CSV", icon=":material/upload_file:"):
            product_import.ask(shelf, changed)

products.show(found, shelf, ask, several=picked is None)
drill.linked(ask)
