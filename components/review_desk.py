"""The pictures under review, large, and the keys: one component, drawn by static/review.js."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from uuid import UUID

import streamlit as st

from components import picture

_STATIC = Path(__file__).parent.parent / "static"
_KEY = "review-desk"
# The number of the last key that was heard.
_HEARD = "review.heard"

_desk = st.components.v2.component(
    "review_desk",
    html='<div class="desk"></div>\n',
    css=(_STATIC / "review.css").read_text(),
    js=(_STATIC / "review.js").read_text(),
)


@dataclass(frozen=True)
class Shown:
    """A picture: where it lies (None: nowhere that this visitor may look), what to call it."""

    src: str | None
    alt: str
    label: str = ""


def shown(object_id: UUID | None, alt: str, label: str = "") -> Shown:
    """A stored picture, as this visitor may see it."""
    return Shown(None if object_id is None else picture.address(object_id), alt, label)


def show(
    job: UUID,
    results: Sequence[Shown],
    before: Shown | None,
    garments: Sequence[Shown],
    preload: Sequence[Shown],
    acts: Mapping[str, str],
    pressed: Callable[[str], None],
) -> None:
    """One result with a slider to what was before, or two beside each other, and the garments.

    ``preload`` is fetched already and not shown. ``acts`` says what each key means (a letter, a
    digit, or the browser's name of it); ``pressed`` is called with that before the script goes on.
    Keys do nothing while somebody writes.
    """
    _desk(
        key=_KEY,
        data={
            "job": str(job),
            "heard": st.session_state.get(_HEARD, 0),
            "results": [asdict(one) for one in results],
            "before": None if before is None or before.src is None else asdict(before),
            "garments": [asdict(one) for one in garments],
            "preload": [one.src for one in preload if one.src],
            "keys": dict(acts),
        },
        on_pressed_change=lambda: _hear(str(job), acts, pressed),
    )


def _hear(job: str, acts: Mapping[str, str], pressed: Callable[[str], None]) -> None:
    presses = st.session_state[_KEY].get("pressed")
    for press in presses if isinstance(presses, list) else []:
        match press:
            case {"number": int(number), "act": str(act), "job": str(meant)}:
                is_new = number > st.session_state.get(_HEARD, 0)
                st.session_state[_HEARD] = max(number, st.session_state.get(_HEARD, 0))
                # A key that was meant for a picture that is gone is for no other.
                if is_new and meant == job and act in acts.values():
                    pressed(act)
