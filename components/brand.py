"""Which brand a page looks at: a searchable picker for whoever may see several."""

from collections import Counter
from dataclasses import dataclass

import streamlit as st

EVERY = "All brands"


@dataclass(frozen=True)
class Brand:
    """A brand that this visitor may see."""

    id: str
    name: str
    slug: str


def options(brands: list[Brand]) -> dict[str, Brand]:
    """The brands by what the picker calls them: the name, with the slug where two share one."""
    shares = Counter(brand.name for brand in brands)
    return {
        f"{brand.name} ({brand.slug})" if shares[brand.name] > 1 else brand.name: brand
        for brand in brands
    }


def pick(brands: list[Brand]) -> Brand | None:
    """Ask which of ``brands``; the answer lives in the address as ``?brand=``.

    The address may name a brand by its name, slug or id. One that is not among ``brands`` gets one
    sentence, and the page ends there: whether it exists is not told. With a single brand there is
    nothing to ask, and that brand is the answer. None means all of them.
    """
    named = st.query_params.get("brand")
    called = options(brands)
    if named is not None and named != EVERY and named not in called:
        match = next(
            (call for call, brand in called.items() if named in (brand.id, brand.slug)), None
        )
        if match is None:
            st.warning(
                "The address names a brand that this account cannot see.",
                icon=":material/block:",
            )
            st.stop()
        st.session_state["brand"] = match
    if len(called) <= 1:
        return next(iter(called.values()), None)
    picked = st.selectbox(
        "Brand",
        [EVERY, *called],
        key="brand",
        bind="query-params",
        width=240,
    )
    # The browser's word is not taken for it: what is no brand of this visitor's is no brand.
    return called.get(picked or EVERY)
