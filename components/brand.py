"""Which brand a page looks at: a searchable picker for whoever may see several."""

import logging
from collections import Counter
from collections.abc import Callable
from typing import Any

import pandas as pd
import streamlit as st

from components import notice

log = logging.getLogger(__name__)

EVERY = "All brands"
# Names by id of the brands that whoever looks may pick, for what files say.
_NAMES = "brand.names"
# The id of a brand that somebody has opened in a table.
_WANTED = "brand.wanted"
# Of more brands than this, a file says how many they are, not which.
_FEW = 12


def options(brands: pd.DataFrame) -> dict[str, str]:
    """Brand ids by what the picker calls them: the name, with the slug where several share it.

    ``brands`` has the columns brand_id, slug and name.
    """
    ids, slugs, names = (brands[column].tolist() for column in ("brand_id", "slug", "name"))
    count = Counter(names)
    return {
        name if count[name] == 1 else f"{name} ({slug})": brand
        for brand, slug, name in zip(ids, slugs, names, strict=True)
    }


def pick(load: Callable[[], pd.DataFrame]) -> str | None:
    """Ask which of the brands that ``load`` gives; the answer lives in the address as ``?brand=``.

    Gives the brand's id, or None for all of them. With a single brand there is nothing to ask. The
    address may name a brand by name, slug or id; one that is not among them gets one sentence (the
    same whether it exists or not), and the page ends there. So it does when they cannot be read.
    """
    try:
        brands = load()
    except Exception:
        # Without its brands no part of the page can be read; the cards would all say the same.
        log.exception("the brands could not be read")
        notice.unreadable("The database does not answer just now. Nothing is lost.", "brands")
        st.stop()
    called = options(brands)
    # What was opened since is newer than the address.
    named = st.session_state.pop(_WANTED, None) or st.query_params.get("brand")
    if named is not None and named != EVERY and named not in called:
        match = brands.index[(brands["brand_id"] == named) | (brands["slug"] == named)]
        if match.empty:
            st.warning(
                "The address names a brand that this account cannot see.", icon=":material/block:"
            )
            st.stop()
        st.session_state["brand"] = list(called)[match[0]]
    st.session_state[_NAMES] = {brand: name for name, brand in called.items()}
    if len(called) <= 1:
        return next(iter(called.values()), None)
    picked = st.selectbox("Brand", [EVERY, *called], key="brand", bind="query-params", width=240)
    # The browser's word is not taken for it: what is no brand of this visitor's is no brand.
    return called.get(picked)


def show(brand: str) -> None:
    """Have the page show the brand of this id, from its next run on; for a table's callback."""
    st.session_state[_WANTED] = brand


def is_wanted() -> bool:
    """Whether a brand has been opened that the page does not show yet."""
    return _WANTED in st.session_state


def opening(ids: pd.Series) -> dict[str, Any]:
    """What a table of brands with these ids is told, so that a row leads to its brand.

    A table of one brand leads nowhere: whoever looks at it looks at that brand already.
    """
    if ids.nunique() < 2:
        return {}
    return {"ids": ids.astype(str).tolist(), "opened": show}


def is_one(brands: str) -> bool:
    """Whether a scope's word for its brands is that of a single one."""
    return brands not in ("", "all", "demo") and "," not in brands


def called(brands: str) -> str:
    """What a scope's word for its brands (see database.tenancy) means, in words for a file."""
    if brands in ("all", "demo"):
        return EVERY if brands == "all" else "All demo brands"
    ids = [brand for brand in brands.removeprefix("demo:").split(",") if brand]
    names: dict[str, str] = st.session_state.get(_NAMES, {})
    if 0 < len(ids) <= _FEW and all(brand in names for brand in ids):
        return ", ".join(names[brand] for brand in ids)
    return "1 brand" if len(ids) == 1 else f"{len(ids)} brands"
