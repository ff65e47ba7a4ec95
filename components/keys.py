"""The API keys of a brand: listed, made, revoked; and the first request with one."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, Literal, Protocol
from uuid import UUID

import streamlit as st

from components import acting
from components.plain import markdown

_KINDS: dict[str, Literal["secret", "publishable"]] = {
    "For your server": "secret",
    "For your web page": "publishable",
}


class Key(Protocol):
    """A key as it is listed: never the key itself."""

    @property
    def id(self) -> UUID: ...

    @property
    def kind(self) -> str: ...

    @property
    def name(self) -> str: ...

    @property
    def scopes(self) -> Sequence[str]: ...

    @property
    def origins(self) -> Sequence[str]: ...

    @property
    def created_at(self) -> datetime: ...

    @property
    def used_at(self) -> datetime | None: ...

    @property
    def is_revoked(self) -> bool: ...


class Powers(Protocol):
    """What can be done with a brand's keys; each act may raise one of ``known``."""

    @property
    def known(self) -> tuple[type[Exception], ...]: ...

    @property
    def scopes(self) -> Mapping[str, str]: ...

    def keys(self) -> Sequence[Any]: ...

    def make(
        self,
        kind: Literal["secret", "publishable"],
        name: str,
        scopes: Sequence[str],
        origins: Sequence[str],
    ) -> str: ...

    def revoke(self, key: str) -> None: ...


def show(powers: Powers, *, may_write: bool) -> None:
    """The keys that are good, and below them those that were revoked."""
    acting.said()
    try:
        keys: Sequence[Key] = powers.keys()
    except powers.known as error:
        st.warning(markdown(str(error)), icon=":material/cloud_off:")
        st.button("Try again", icon=":material/refresh:")
        return
    good = [key for key in keys if not key.is_revoked]
    if may_write and st.button("Make a key", icon=":material/add:", type="primary"):
        _make(powers)
    if not good:
        with st.container(border=True):
            st.markdown("**No keys yet.**")
            st.caption(
                "A secret key lets your server act for your shoppers; a publishable one lets your "
                "web pages make guests and read the products on offer."
            )
    for key in good:
        with st.container(border=True, gap="xsmall", key=f"key-{key.id}"):
            _row(key, powers, may_write=may_write)
    revoked = [key for key in keys if key.is_revoked]
    if revoked:
        with st.expander(f"Revoked ({len(revoked)})", icon=":material/key_off:"):
            for key in revoked:
                st.caption(f"{markdown(key.name)} · {key.kind} · made {_day(key.created_at)}")


def _row(key: Key, powers: Powers, *, may_write: bool) -> None:
    with st.container(
        horizontal=True, horizontal_alignment="distribute", vertical_alignment="center"
    ):
        with st.container(horizontal=True, gap="xsmall", width="content"):
            st.markdown(f"**{markdown(key.name)}**")
            color: Literal["violet", "blue"] = "violet" if key.kind == "secret" else "blue"
            st.badge("Secret" if key.kind == "secret" else "Publishable", color=color)
        if may_write and st.button(
            "Revoke", icon=":material/key_off:", type="tertiary", key=f"revoke-{key.id}"
        ):
            _revoke(key, powers)
    may = [powers.scopes.get(scope, scope) for scope in key.scopes]
    told = "May " + "; ".join(may) + "." if may else "For pages of " + ", ".join(key.origins) + "."
    st.markdown(markdown(told))
    used = "never used" if key.used_at is None else f"last used {_day(key.used_at)}"
    st.caption(f"Made {_day(key.created_at)} · {used}")


def _day(at: datetime) -> str:
    return f"{at:%-d %b %Y}"


@st.dialog("Make a key", on_dismiss="rerun")
def _make(powers: Powers) -> None:
    label = st.segmented_control(
        "What for", list(_KINDS), default="For your server", required=True, key="key-kind"
    )
    kind = _KINDS[label or "For your server"]
    name = st.text_input("Name", max_chars=100, placeholder="Shop server", key="key-name")
    scopes: list[str] = []
    origins: list[str] = []
    if kind == "secret":
        st.caption("What it may do")
        scopes = [
            scope
            for scope, words in powers.scopes.items()
            if st.checkbox(words[0].upper() + words[1:], key=f"key-may-{scope}")
        ]
    else:
        said = st.text_area(
            "Pages that may use it",
            placeholder="https://shop.example",
            help="One origin a line: the beginning of the address, as https://shop.example.",
            key="key-origins",
        )
        origins = said.split()
    if st.button("Make it", type="primary", icon=":material/key:"):
        made: list[str] = []
        trouble = acting.attempt(
            lambda: made.append(powers.make(kind, name, scopes, origins)), powers.known
        )
        if trouble is not None:
            st.error(markdown(trouble), icon=":material/error:")
            return
        st.success("This is the key. It is shown this once, and kept nowhere: copy it now.")
        st.code(made[0], language=None, wrap_lines=True)


@st.dialog("Revoke this key?")
def _revoke(key: Key, powers: Powers) -> None:
    st.markdown(f"Whatever uses **{markdown(key.name)}** is refused from this moment on.")
    if st.button("Revoke it", type="primary", icon=":material/key_off:"):
        acting.act(lambda: powers.revoke(str(key.id)), powers.known, f"{key.name} is revoked.")
        st.rerun()


def begin(server: str) -> None:
    """How the first request is made; ``server`` is the address of the API."""
    st.subheader("The first request", anchor=False)
    with st.container(horizontal=True):
        st.link_button("All routes", f"{server}/docs", icon=":material/menu_book:")
        st.link_button("OpenAPI", f"{server}/openapi.json", icon=":material/data_object:")
    # Without colours for the syntax: some of them are hard to read on our backgrounds.
    st.markdown("**From your server**")
    st.code(
        f"curl -X POST {server}/users/guest \\\n  -H 'Authorization: Bearer cai_secret_…'",
        language=None,
        wrap_lines=True,
    )
    st.markdown("**From your web page**")
    st.code(
        f"const answer = await fetch('{server}/users/guest', {{\n"
        "  method: 'POST',\n"
        "  headers: {Authorization: 'Bearer cai_pub_…'},\n"
        "})\n"
        "const {user, token} = await answer.json()",
        language=None,
        wrap_lines=True,
    )
    st.caption(
        "The answer is a guest with free credits and a token of their own: with it they upload "
        "pictures, fill a wardrobe and try on."
    )
