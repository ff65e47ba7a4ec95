"""The body on a picture of a person, put right by hand; drawn by static/body.js."""

from collections.abc import Mapping
from pathlib import Path

import streamlit as st

from components import picture

_STATIC = Path(__file__).parent.parent / "static"
# As one looks at the picture: its left is the person's right.
_LABELS = {
    "shoulder_left": "Left shoulder",
    "shoulder_right": "Right shoulder",
    "waist_left": "Left of the waist",
    "waist_right": "Right of the waist",
    "hem": "Hem of a top",
}

Points = Mapping[str, tuple[float, float]]

_canvas = st.components.v2.component(
    "body_points",
    html='<div class="body"></div>\n',
    css=(_STATIC / "body.css").read_text(),
    js=(_STATIC / "body.js").read_text(),
)


def show(object_id: str, name: str, read: Points, kept: Points) -> Points:
    """The points over the picture, and those among them that are where somebody has put them.

    ``read`` has them all, ``kept`` what was put by hand before. All are shares of the picture's
    width and height. The script runs again when one has been moved.
    """
    # What was moved and never saved belongs to what was kept at the time.
    key = f"body-{object_id}-{sorted(kept.items())}"
    answer = _canvas(
        key=key,
        data={
            "person": object_id,
            "src": picture.address(object_id),
            "alt": name,
            "labels": _LABELS,
            "read": dict(read),
            "kept": dict(kept),
        },
        default={"points": dict(kept)},
        on_points_change=lambda: None,
    )
    return _checked(answer.get("points"))


def _checked(said: object) -> Points:
    """What the browser says, as far as it is points."""
    if not isinstance(said, Mapping):
        return {}
    found = {}
    for name in _LABELS:
        match said.get(name):
            case [int() | float() as x, int() | float() as y] if 0 <= x <= 1 and 0 <= y <= 1:
                found[name] = (float(x), float(y))
    return found
