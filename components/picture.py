"""Stored pictures on a page, always by an address that ends with the visitor's session.

Streamlit's own pictures (``st.image``) lie at addresses that anybody can fetch.
"""

from collections.abc import Callable
from html import escape
from uuid import UUID

import streamlit as st

# How the address of a picture is made for whoever is signed in, by the id of the stored object;
# app.py says it once a run.
_ADDRESS = "picture.address"


def addressed_by(address: Callable[[str], str]) -> None:
    """Say how the address of a picture is made; it must end with the session of the visitor."""
    st.session_state[_ADDRESS] = address


def address(object_id: UUID | str) -> str | None:
    """The address of a stored picture for this visitor; None where pictures cannot be shown."""
    make: Callable[[str], str] | None = st.session_state.get(_ADDRESS)
    return None if make is None else make(str(object_id))


def tag(object_id: UUID | str, alt: str, style: str = "", *, small: bool = False) -> str:
    """The picture as HTML, to stand among other HTML; its alternative text where it cannot.

    Where there are many of them, ``small`` ones are a fifth of the bytes.
    """
    source = address(object_id)
    if source is None:
        return f"<span>{escape(alt)}</span>"
    if small:
        source += "&size=small"
    styled = f' style="{escape(style, quote=True)}"' if style else ""
    said = escape(alt, quote=True)
    return f'<img src="{escape(source, quote=True)}" alt="{said}" loading="lazy"{styled}>'


def show(object_id: UUID | str, alt: str, width: int | None = None) -> None:
    """Show a stored picture, as wide as there is room or ``width`` pixels at most."""
    wide = "100%" if width is None else f"min(100%, {width}px)"
    st.html(tag(object_id, alt, f"width:{wide};height:auto;border-radius:0.5rem;display:block"))
