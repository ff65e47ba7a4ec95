"""What should I wear? Asked of one's own wardrobe; what is suggested is tried on with one click."""

import streamlit as st

import queries
from accounts import gate
from advisor import Piece
from advisor.counsel import Counsel, of_product
from components import advisor, brand

account = gate.account()

with st.container(horizontal=True, vertical_alignment="bottom"):
    st.title("Advisor", anchor=False, width="stretch")
    picked = brand.pick(lambda: queries.read("brands/list", account.scope).frame)
if picked is None and account.is_demo:
    # As on Launch: the brand that has pictures.
    first = queries.read("studio/launch_brand", account.scope).frame
    picked = None if first.empty else str(first["brand_id"].iloc[0])


def products() -> list[Piece]:
    """What the brand sells and can be tried on; all brands' would be too many to choose from."""
    if picked is None:
        return []
    scope = gate.account().scope_of(picked)
    asked: dict[str, queries.Parameter] = {"category": "all", "named": "", "row_count": 60}
    found = queries.read("studio/launch_garments", scope, **asked).frame
    rows = found[found["kind"] == "product"]
    columns = [rows[name].astype(str) for name in ("garment_id", "name", "category", "object_id")]
    return [of_product(*row) for row in zip(*columns, strict=True)]


# Every act has the scope that whoever clicks has at that moment.
counsel = Counsel(
    lambda: gate.account().scope if picked is None else gate.account().scope_of(picked),
    account.is_demo,
)
advisor.show(counsel, products, picked)
