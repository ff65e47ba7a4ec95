"""The log-in page."""

import logging
from datetime import UTC, datetime

import streamlit as st
from sqlalchemy.exc import DBAPIError
from streamlit.delta_generator import DeltaGenerator

from accounts import sign_in
from accounts.attempts import TooSoonError
from accounts.sessions import Opened
from database.connections import DatabaseUnavailableError

_log = logging.getLogger(__name__)

UNAVAILABLE = "The database does not answer at the moment. Nothing is lost: try again shortly."


def show(note: str | None, *, address: str, browser: str) -> Opened | None:
    """Show the page and return the session that a click on it has begun.

    `note` says why the visitor is here again; `address` and `browser` as in sign_in.with_password.
    """
    with _column():
        st.markdown("What virtual try-on costs your brand, what it earns, and how good it looks.")
        if note is not None:
            st.info(note, icon=":material/info:")
        return _demo(browser) or _form(address, browser)


def unavailable() -> None:
    """Say that the database is away, and offer to try again."""
    with _column():
        st.error(UNAVAILABLE, icon=":material/cloud_off:")
        st.button("Try again", icon=":material/refresh:", type="primary", key="try-again")


def _column() -> DeltaGenerator:
    with st.container(horizontal_alignment="center"):
        st.space("medium")
        column = st.container(width=400, gap="small")
    with column, st.container(horizontal=True, vertical_alignment="center", gap="small"):
        st.html(
            '<img src="/app/static/mark.svg" alt="" width="48" height="48">',
            width="content",
        )
        st.title("ClosetAI", anchor=False)
    return column


def _demo(browser: str) -> Opened | None:
    try:
        demo = sign_in.demo()
    except (DatabaseUnavailableError, DBAPIError) as error:
        _refuse(error)
        return None
    if demo is None:
        return None
    if demo.progress < 1:
        _progress()
        return None
    opened = None
    if st.button(
        "Explore the demo",
        type="primary",
        icon=":material/explore:",
        width="stretch",
        key="explore-demo",
        help="No password and no e-mail address: made-up brands, yours to click through.",
    ):
        try:
            opened = sign_in.explore_demo(browser=browser, now=datetime.now(UTC))
        except sign_in.NoDemoError as error:
            st.error(str(error))
        except (DatabaseUnavailableError, DBAPIError) as error:
            _refuse(error)
    st.caption("Or sign in with your account", text_alignment="center")
    return opened


@st.fragment(run_every=1)
def _progress() -> None:
    """Show how far the demo data is, and open the demo when it is there."""
    try:
        demo = sign_in.demo()
    except (DatabaseUnavailableError, DBAPIError) as error:
        _refuse(error)
        return
    if demo is None or demo.progress == 1:
        st.rerun()
    st.progress(demo.progress, f"Preparing the demo, {demo.progress:.0%}. {demo.message}")


def _form(address: str, browser: str) -> Opened | None:
    with st.form("sign-in", border=True):
        email = st.text_input(
            "E-mail address", key="sign-in-email", autocomplete="username", max_chars=254
        )
        password = st.text_input(
            "Password",
            type="password",
            key="sign-in-password",
            autocomplete="current-password",
            max_chars=200,
        )
        sent = st.form_submit_button("Sign in", width="stretch", key="sign-in-submit")
    if not sent:
        return None
    if not email.strip() or not password:
        st.error("Please give your e-mail address and your password.")
        return None
    try:
        return sign_in.with_password(
            email, password, address=address, browser=browser, now=datetime.now(UTC)
        )
    except (sign_in.WrongCredentialsError, sign_in.DisabledError, TooSoonError) as error:
        st.error(str(error), icon=":material/error:")
    except (DatabaseUnavailableError, DBAPIError) as error:
        _refuse(error)
    return None


def _refuse(error: Exception) -> None:
    _log.warning("sign-in: %s", error)
    st.error(UNAVAILABLE, icon=":material/cloud_off:")
