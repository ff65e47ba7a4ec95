"""The webhooks of a brand: where they go, how that goes, and the log of every call."""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any, Literal, Protocol
from uuid import UUID

import pandas as pd
import streamlit as st

from components import acting, address
from components.plain import markdown, shortened

_LOGGED = 50
_EVERY = "All"
_STATES = {_EVERY: "", "Waiting": "pending", "Arrived": "delivered", "Given up": "failed"}
_WORDS = {status: label for label, status in _STATES.items() if status}
_LOOK_EVERY = 5.0
# The calls that are on the screen.
_HELD = "hooks.held"
# How often a call was asked for again: each time the list is let go.
_TURN = "hooks.turn"


class Powers(Protocol):
    """What can be done with a brand's webhooks; each act may raise one of ``known``."""

    @property
    def known(self) -> tuple[type[Exception], ...]: ...

    @property
    def events(self) -> Mapping[str, str]: ...

    def webhooks(self) -> Sequence[Any]: ...

    def secret(self, webhook: Any) -> str: ...

    def add(self, url: str, events: Sequence[str]) -> None: ...

    def remove(self, webhook: UUID) -> None: ...

    def enable(self, webhook: UUID) -> None: ...

    def renew_secret(self, webhook: UUID) -> None: ...

    def ping(self, webhook: UUID) -> None: ...

    def deliveries(self, count: int, status: str) -> Sequence[Any]: ...

    def attempts(self, delivery: UUID) -> Sequence[Any]: ...

    def body(self, delivery: UUID) -> str: ...

    def again(self, delivery: UUID) -> None: ...


def show(powers: Powers, *, may_write: bool) -> None:
    """The addresses that are called, and the log."""
    acting.said()
    try:
        found = powers.webhooks()
        if may_write and st.button("Add a webhook", icon=":material/add:", type="primary"):
            _add(powers)
        if not found:
            with st.container(border=True):
                st.markdown("**No webhooks yet.**")
                st.caption(
                    "A webhook tells your server when a try-on is ready, so that it need not ask "
                    "again and again."
                )
            return
        for hook in found:
            with st.container(border=True, gap="xsmall", key=f"hook-{hook.id}"):
                _row(hook, powers, may_write=may_write)
        _log(str(found[0].id), powers, may_write=may_write)
    except powers.known as error:
        st.warning(markdown(str(error)), icon=":material/cloud_off:")
        st.button("Try again", icon=":material/refresh:")


def _state(hook: Any) -> tuple[str, Literal["green", "orange", "red"]]:
    if hook.disabled_reason is not None:
        return f"Switched off: {hook.disabled_reason}", "red"
    if hook.failing_since is not None:
        return f"Nothing arrives since {_time(hook.failing_since)}", "orange"
    return "Working", "green"


def _time(at: datetime) -> str:
    return f"{at.astimezone(UTC):%-d %b, %H:%M} UTC"


def _row(hook: Any, powers: Powers, *, may_write: bool) -> None:
    text, color = _state(hook)
    with st.container(horizontal=True, gap="small", vertical_alignment="center"):
        st.markdown(f"**{markdown(shortened(hook.url, 80))}**", width="content")
        st.badge(text, color=color)
    told = [powers.events.get(event, event) for event in hook.events]
    st.caption("Told when " + ", ".join(told) + ".")
    if not may_write:
        return
    known = powers.known
    with st.container(horizontal=True, gap="small"):
        if hook.disabled_reason is not None:
            st.button(
                "Switch on",
                icon=":material/play_arrow:",
                key=f"enable-{hook.id}",
                on_click=acting.act,
                args=[lambda: powers.enable(hook.id), known, "It is called again."],
            )
        else:
            st.button(
                "Send a test",
                icon=":material/send:",
                key=f"ping-{hook.id}",
                on_click=acting.act,
                args=[lambda: powers.ping(hook.id), known, "A test is on its way: see the log."],
            )
        with st.popover("Secret", icon=":material/lock:"):
            st.caption("What your server checks signatures with.")
            st.code(powers.secret(hook), language=None, wrap_lines=True)
            st.button(
                "Make a new one",
                key=f"renew-{hook.id}",
                on_click=acting.act,
                args=[
                    lambda: powers.renew_secret(hook.id),
                    known,
                    "Calls are signed with a new secret now: give it to your server.",
                ],
                help="The old one is good for nothing from then on.",
            )
        if st.button("Remove", icon=":material/delete:", type="tertiary", key=f"remove-{hook.id}"):
            _remove(hook, powers)


@st.dialog("Add a webhook")
def _add(powers: Powers) -> None:
    with st.form("hook-new", border=False):
        url = st.text_input(
            "Address", placeholder="https://shop.example/closetai", max_chars=2000, key="hook-url"
        )
        st.caption("Tell it when")
        events = [
            event
            for event, words in powers.events.items()
            if st.checkbox(words[0].upper() + words[1:], value=True, key=f"hook-{event}")
        ]
        sent = st.form_submit_button("Add it", type="primary")
    if sent:
        trouble = acting.attempt(lambda: powers.add(url, events), powers.known)
        if trouble is None:
            acting.say("Added. Send a test to see that it arrives.")
            st.rerun()
        st.error(markdown(trouble), icon=":material/error:")


@st.dialog("Remove this webhook?")
def _remove(hook: Any, powers: Powers) -> None:
    st.markdown(
        f"**{markdown(shortened(hook.url, 80))}** is called no more, and its log is deleted."
    )
    if st.button("Remove it", type="primary", icon=":material/delete:"):
        acting.act(lambda: powers.remove(hook.id), powers.known, "The webhook is removed.")
        st.rerun()


# The log


def _log(first: str, powers: Powers, *, may_write: bool) -> None:
    st.subheader("Calls", anchor=False)
    address.check("state", "state", _STATES)
    label = st.segmented_control(
        "State",
        list(_STATES),
        default=_EVERY,
        required=True,
        key="state",
        bind="query-params",
        label_visibility="collapsed",
    )
    status = _STATES[label or _EVERY]

    @st.fragment(run_every=_LOOK_EVERY)
    def calls() -> None:
        # The first webhook tells the brands apart: what is ticked here is nothing in another's log.
        key = f"hook-calls-{first}-{status}-{st.session_state.get(_TURN, 0)}"
        # A row is ticked by its place: the list stands still until it is let go.
        held = st.session_state.get(_HELD) if _ticked(key) else None
        try:
            found = powers.deliveries(_LOGGED, status) if held is None else held
        except powers.known as error:
            st.warning(markdown(str(error)), icon=":material/cloud_off:")
            return
        st.session_state[_HELD] = found
        _calls(found, key, powers, may_write=may_write)

    calls()


def _ticked(key: str) -> list[int]:
    chosen = st.session_state.get(key)
    return list(chosen["selection"]["rows"]) if chosen else []


def _calls(found: Sequence[Any], key: str, powers: Powers, *, may_write: bool) -> None:
    if not found:
        st.caption("No calls in the last 30 days.")
        return
    table = pd.DataFrame(
        {
            "When (UTC)": [f"{one.created_at.astimezone(UTC):%-d %b, %H:%M:%S}" for one in found],
            "Event": [one.event for one in found],
            "State": [_WORDS[one.status] for one in found],
            "Attempts": [one.attempt_count for one in found],
            "Last answer": [_answer(one) for one in found],
            "Address": [shortened(one.url, 60) for one in found],
        }
    )
    st.dataframe(
        table,
        hide_index=True,
        on_select="rerun",
        selection_mode="single-row",
        key=key,
        alt="Calls of webhooks, the newest first",
    )
    rows = _ticked(key)
    if not rows or rows[0] >= len(found):
        st.caption(f"The newest {len(found)}. Tick one to see what it said.")
        return
    _call(found[rows[0]], powers, may_write=may_write)


def _answer(one: Any) -> str:
    if one.attempt_count == 0:
        return "Not tried yet"
    if one.error is not None:
        due = f" Next try {_time(one.due_at)}." if one.status == "pending" else ""
        return f"{one.error}{due}"
    return "Being tried" if one.status_code is None else f"Answered {one.status_code}"


def _call(one: Any, powers: Powers, *, may_write: bool) -> None:
    try:
        body, attempts = powers.body(one.id), powers.attempts(one.id)
    except powers.known as error:
        st.warning(markdown(str(error)), icon=":material/info:")
        return
    with st.container(border=True):
        st.markdown(f"**{markdown(one.event)}** · {_WORDS[one.status]}")
        st.caption(f"webhook-id {one.id}")
        st.json(body)
        for attempt in attempts:
            said = attempt.error or f"Answered {attempt.status_code}."
            st.caption(
                f"Attempt {attempt.number}, {_time(attempt.attempted_at)}, "
                f"{attempt.duration_ms:,} ms: {markdown(said)}"
            )
        if may_write and one.status != "pending":
            st.button(
                "Call again",
                icon=":material/replay:",
                key=f"again-{one.id}",
                on_click=_again,
                args=[one, powers],
            )


def _again(one: Any, powers: Powers) -> None:
    acting.act(lambda: powers.again(one.id), powers.known, "It is called once more.")
    st.session_state[_TURN] = st.session_state.get(_TURN, 0) + 1
