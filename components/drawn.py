"""What a script of ours draws in the page itself, in the page's own style (static/look.css)."""

from pathlib import Path
from typing import TYPE_CHECKING, Final

import streamlit as st

if TYPE_CHECKING:
    from streamlit.components.v2.types import ComponentRenderer

_STATIC: Final = Path(__file__).parent.parent / "static"


def component(name: str, tag: str) -> "ComponentRenderer":
    """What static/``name``.js draws into an element of that class."""
    return st.components.v2.component(
        name,
        html=f'<{tag} class="{name}"></{tag}>\n',
        js=script(name),
        isolate_styles=False,
    )


def script(name: str) -> str:
    """The script of that name, with what such scripts share before it."""
    return "\n".join((_STATIC / f"{part}.js").read_text() for part in ("elements", name))
