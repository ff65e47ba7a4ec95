"""Something done at a click: what comes of it is said in the next run, whatever it is."""

import logging
from collections.abc import Callable

import streamlit as st

from components.plain import markdown

log = logging.getLogger(__name__)

_SAID = "acting.said"
CANNOT = "This could not be done just now; nothing was changed. Try it again."


def said() -> None:
    """Say what came of the last act, once. Call it near the top of the page."""
    told: tuple[str, bool] | None = st.session_state.pop(_SAID, None)
    if told is not None:
        text, is_trouble = told
        show_as = st.warning if is_trouble else st.success
        show_as(markdown(text), icon=":material/info:" if is_trouble else ":material/check:")


def say(text: str, *, is_trouble: bool = False) -> None:
    """Say something in the next run."""
    st.session_state[_SAID] = (text, is_trouble)


def act(do: Callable[[], object], known: tuple[type[Exception], ...], done: str) -> None:
    """Do something, and note what there is to say of it.

    Fits ``on_click``. The message of a ``known`` error is said as it is.
    """
    try:
        do()
    except known as error:
        say(str(error), is_trouble=True)
    except Exception:
        log.exception("an act failed")
        say(CANNOT, is_trouble=True)
    else:
        say(done)


def attempt(do: Callable[[], object], known: tuple[type[Exception], ...]) -> str | None:
    """Do something within a dialog; gives the sentence to show there when it was not done."""
    try:
        do()
    except known as error:
        return str(error)
    except Exception:
        log.exception("an act failed")
        return CANNOT
    return None
