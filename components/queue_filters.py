"""Which jobs the queue and the gallery look at: state, engine, batch. The answers live in the
address.
"""

from collections.abc import Iterable, Mapping

import pandas as pd
import streamlit as st

from components import address
from components.filters import EVERY

_STATES = {
    "All states": EVERY,
    "Open": "open",
    "Queued": "queued",
    "Processing": "processing",
    "Completed": "completed",
    "Failed": "failed",
    "Canceled": "canceled",
}
_ENGINES, _BATCHES = "All engines", "All batches"


def state() -> str:
    """Ask for a state (``?state=``), as queries take it."""
    address.check("state", "state", _STATES)
    picked = st.selectbox("State", list(_STATES), key="state", bind="query-params", width=150)
    return _STATES.get(picked, EVERY)


def engine(known: Iterable[str]) -> str:
    """Ask for one of the ``known`` engines (``?engine=``), as queries take it."""
    options = {_ENGINES: EVERY} | {name: name for name in sorted(set(known))}
    address.check("engine", "engine", options)
    picked = st.selectbox("Engine", list(options), key="engine", bind="query-params", width=170)
    return options.get(picked, EVERY)


def batch(batches: pd.DataFrame) -> str:
    """Ask for a batch (``?batch=``, by its name or id), as queries take it: by id.

    ``batches`` has the columns batch_id, name and created_at.
    """
    options = {_BATCHES: EVERY, **_called(batches)}
    named = st.query_params.get("batch")
    by_id = {found: label for label, found in options.items()}
    if named in by_id and named != EVERY:
        st.session_state["batch"] = by_id[named]
    else:
        address.check("batch", "batch", options)
    picked = st.selectbox("Batch", list(options), key="batch", bind="query-params", width=220)
    return options.get(picked, EVERY)


def _called(batches: pd.DataFrame) -> Mapping[str, str]:
    """Batch ids by what the picker calls them: the name, with its time where several share it."""
    shared = batches["name"].duplicated(keep=False)
    dated = batches["name"] + batches["created_at"].dt.strftime(" (%-d %b %Y, %H:%M:%S)")
    return dict(
        zip(
            batches["name"].where(~shared, dated),
            batches["batch_id"],
            strict=True,
        )
    )
