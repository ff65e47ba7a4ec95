"""The gate: app.py asks it on every run who is there, before anything else; pages ask `account()`.

Signed out, every address shows the log-in page and keeps its path and filters. The data layer
closes behind it: whoever has no account has no scope, and without a scope there are no rows.
"""

import json
import logging
from datetime import UTC, datetime
from time import monotonic, sleep
from typing import Literal

import streamlit as st
from sqlalchemy.exc import DBAPIError
from streamlit.runtime.scriptrunner import get_script_run_ctx

from accounts import log_in, sessions
from accounts.account import Account
from accounts.sessions import BROWSER_COOKIE, SESSION_COOKIE, EndedError, Opened
from database.connections import DatabaseUnavailableError

_log = logging.getLogger(__name__)

# How long a page waits at most for the browser to fetch its cookie: a round trip or two.
_PATIENCE_SECONDS = 3.0
_LOOK_EVERY_SECONDS = 0.02

# What this script keeps of its visitor between clicks.
_SESSION = "accounts.session"
_ACCOUNT = "accounts.account"
_TICKET = "accounts.ticket"
_SIGNED_OUT = "accounts.signed_out"
_NOTE = "accounts.note"
_AWAY = "accounts.database_away"

_NOTES: dict[sessions.Ending, str] = {
    "unknown": "Your session is not valid any more. Please sign in again.",
    "expired": "Your session has expired. Please sign in again.",
    "signed_out": "You are signed out.",
    "new_password": "Your password was changed. Please sign in with the new one.",
    "disabled": "This account is disabled. Please ask your administrator.",
    "demo_closed": "The demo has been closed.",
}


class NotSignedInError(PermissionError):
    """A page was run without the gate."""


def enter() -> Account | None:
    """Return who is signed in, asked of the database at every run; None closes every page.

    Call it once a run, before st.navigation. Shows nothing, but hands over or clears the cookie.
    """
    state = st.session_state
    state.pop(_ACCOUNT, None)
    try:
        account = _resolve()
    except (DatabaseUnavailableError, DBAPIError) as error:
        # The session stays as it is: when the database is back, the page goes on where it was.
        _log.warning("the gate is closed: %s", error)
        state[_AWAY] = True
        return None
    state.pop(_AWAY, None)
    if state.pop(_SIGNED_OUT, False):
        _clear_cookie()
    if account is not None:
        if ticket := state.pop(_TICKET, None):
            _hand_over(ticket)
        state[_ACCOUNT] = account
        state.pop(_NOTE, None)
    return account


def _resolve() -> Account | None:
    state = st.session_state
    if _SESSION not in state:
        # What the browser sent when it opened this page. A reload sends anew what /session set.
        token = st.context.cookies.get(SESSION_COOKIE)
        if not token:
            return None
        state[_SESSION] = sessions.id_of(token)
        if state[_SESSION] is None:
            state[_NOTE] = _NOTES["unknown"]
    session = state[_SESSION]
    if session is None:
        return None
    try:
        return sessions.account(session, datetime.now(UTC))
    except EndedError as ended:
        # Not forgotten but None, or the next run would find the same old cookie again.
        state[_SESSION] = None
        state.pop(_TICKET, None)
        state[_NOTE] = _NOTES[ended.ending]
        return None


def account() -> Account:
    """Return who is signed in: the one question that a page asks.

    In a fragment that runs by itself, where app.py does not run, the session is asked of the
    database again; when it is over, the whole page runs and shows the log-in page. Raises
    NotSignedInError where the gate was left out.
    """
    known: Account | None = st.session_state.get(_ACCOUNT)
    if known is None:
        raise NotSignedInError("Please sign in.")
    context = get_script_run_ctx()
    if context is None or not context.fragment_ids_this_run:
        return known
    try:
        return sessions.account(st.session_state[_SESSION], datetime.now(UTC))
    except EndedError:
        st.rerun()


def session() -> str:
    """Return the id of the session, for which the addresses of pictures are signed.

    Raises NotSignedInError where the gate was left out.
    """
    known: str | None = st.session_state.get(_SESSION)
    if known is None:
        raise NotSignedInError("Please sign in.")
    return known


def closed() -> None:
    """The page that stands at every address while `enter` returns None."""
    state = st.session_state
    if state.get(_AWAY):
        log_in.unavailable()
    else:
        opened = log_in.show(
            state.get(_NOTE), address=st.context.ip_address or "local", browser=_browser()
        )
        if opened is not None:
            _enter_with(opened)
    # Stopped and not ended: what the page's filters are set to outlives this page.
    st.stop()


def _enter_with(opened: Opened) -> None:
    st.session_state[_SESSION] = opened.id
    st.session_state[_TICKET] = opened.ticket
    st.session_state.pop(_NOTE, None)
    st.rerun()


def sign_out() -> None:
    """End the session. For a button's on_click: the run that follows shows the log-in page."""
    state = st.session_state
    try:
        sessions.revoke(state[_SESSION], datetime.now(UTC))
    except (DatabaseUnavailableError, DBAPIError) as error:
        _log.warning("sign-out: %s", error)
        st.toast("The database does not answer: you are still signed in.")
        return
    state[_SIGNED_OUT] = True


def user_menu(account: Account) -> None:
    """Say who is signed in, for which brand where it is one, and offer to sign out."""
    said = [account.title] if account.title != account.name else []
    if len(account.brands) == 1:
        said.append(account.brands[0].name)  # where there is no choice, no picker names it
    with st.container(gap="xsmall"):
        st.markdown(f"**{_plain(account.name)}**")
        if said:
            st.caption(_plain(", ".join(said)))
        st.button(
            "Sign out",
            icon=":material/logout:",
            on_click=sign_out,
            key="sign-out",
            type="tertiary",
        )


def _browser() -> str:
    return st.context.cookies.get(BROWSER_COOKIE, "")


def _hand_over(ticket: str) -> None:
    """Let the browser fetch its cookie, and wait until it has: it asks for pictures with it."""
    _fetch("POST", {"ticket": ticket})
    browser = _browser()
    if not browser:
        return  # without cookies there is nothing to wait for
    patience = monotonic() + _PATIENCE_SECONDS
    try:
        while not sessions.is_redeemed(ticket, browser) and monotonic() < patience:
            sleep(_LOOK_EVERY_SECONDS)
    except (DatabaseUnavailableError, DBAPIError) as error:
        # Whoever has just signed in is signed in; the page says itself what it cannot read.
        _log.warning("whether the browser has its cookie: %s", error)


def _clear_cookie() -> None:
    _fetch("DELETE", None)


def _fetch(method: Literal["POST", "DELETE"], body: dict[str, str] | None) -> None:
    # The only way from here to a cookie that scripts cannot read. Our own values alone get in here.
    options: dict[str, object] = {"method": method, "credentials": "same-origin"}
    if body is not None:
        options |= {"headers": {"Content-Type": "application/json"}, "body": json.dumps(body)}
    st.html(
        f'<script>fetch("/session", {json.dumps(options)});</script>',
        unsafe_allow_javascript=True,
    )


def _plain(text: str) -> str:
    """A name as Markdown that shows it as it is."""
    return "".join(f"\\{mark}" if mark in "\\`*_{}[]()#+-.!|<>~$:" else mark for mark in text)
