"""The advisor as a chat: questions, answers with the pieces they name, what was said before."""

from collections.abc import Callable, Iterator, Sequence
from typing import Any, Protocol
from uuid import UUID

import streamlit as st

from components import acting, launch_choice, picture
from components.plain import markdown, shortened

_ASKED = "conversation"
_BEGINNINGS = (
    "What do I wear to a wedding?",
    "An outfit for the office, it is cold",
    "Something red for a party",
    "What goes with jeans?",
)


class Powers(Protocol):
    """What can be done with the advisor; each act may raise one of ``known``."""

    @property
    def known(self) -> tuple[type[Exception], ...]: ...

    @property
    def longest(self) -> int: ...

    @property
    def who(self) -> str: ...

    @property
    def introduction(self) -> str: ...

    @property
    def lacking(self) -> str | None: ...

    def pieces(self) -> Sequence[Any]: ...

    def conversations(self) -> Sequence[Any]: ...

    def messages(self, conversation: str) -> Sequence[Any]: ...

    def delete(self, conversation: str) -> None: ...

    def ask(self, conversation: str | None, question: str) -> str: ...

    def answer(self, conversation: str, pieces: Sequence[Any]) -> Iterator[str]: ...

    def named(self, answer: str, pieces: Sequence[Any]) -> Sequence[Any]: ...

    def make(self, message: str, brand: str, prompt: str) -> str: ...


def show(powers: Powers, products: Callable[[], Sequence[Any]], brand: str | None) -> None:
    """The chat. ``products`` gives what the brand sells, for where the wardrobe is thin."""
    acting.said()
    try:
        pieces = [*powers.pieces(), *products()]
        conversation = _chosen(powers)
        _chat(powers, pieces, conversation, brand)
    except powers.known as error:
        st.warning(markdown(str(error)), icon=":material/cloud_off:")
        st.button("Try again", icon=":material/refresh:")


def _chosen(powers: Powers) -> str | None:
    """The conversation that the address names; a list of the others beside it."""
    found = powers.conversations()
    asked = st.query_params.get(_ASKED)
    if asked is not None:
        try:
            UUID(asked)
        except ValueError:
            asked = None
            st.warning("The address names a conversation that does not exist.")
            st.query_params.pop(_ASKED, None)
    if found:
        with st.container(horizontal=True, gap="small"):
            if asked is not None:
                st.button("New conversation", icon=":material/add_comment:", on_click=_open,
                          args=[None])  # fmt: skip
            with st.popover("Earlier", icon=":material/history:"):
                for one in found:
                    with st.container(horizontal=True, gap="xsmall", wrap=False):
                        st.button(
                            shortened(one.title, 40),
                            type="tertiary",
                            key=f"talk-{one.id}",
                            on_click=_open,
                            args=[str(one.id)],
                        )
                        st.button(
                            ":material/delete:",
                            type="tertiary",
                            key=f"forget-{one.id}",
                            help=f"Delete “{shortened(one.title, 40)}”",
                            on_click=_forget,
                            args=[powers, str(one.id)],
                        )
    return asked


def _open(conversation: str | None) -> None:
    if conversation is None:
        st.query_params.pop(_ASKED, None)
    else:
        st.query_params[_ASKED] = conversation


def _forget(powers: Powers, conversation: str) -> None:
    if st.query_params.get(_ASKED) == conversation:
        _open(None)
    acting.act(lambda: powers.delete(conversation), powers.known, "The conversation is deleted.")


def _chat(
    powers: Powers, pieces: Sequence[Any], conversation: str | None, brand: str | None
) -> None:
    said = powers.messages(conversation) if conversation is not None else []
    question = st.chat_input(
        "Ask about an occasion, the weather, a colour or a garment",
        max_chars=powers.longest,
        key="advisor-question",
    )
    if not said and not question:
        st.caption(powers.introduction)
        picked = st.pills("To begin with", _BEGINNINGS, key="advisor-beginning")
        question = picked
    for one in said:
        with st.chat_message("user" if one.author == "user" else "assistant"):
            st.markdown(_safe(one.body))
            if one.author == "advisor":
                _with_pieces(one, powers, pieces, brand)
    if said and said[-1].author == "user" and not question:
        # The answer was cut off: it is given now.
        _answer(powers, pieces, str(conversation))
    if question:
        with st.chat_message("user"):
            st.markdown(_safe(question))
        kept: list[str] = []
        trouble = acting.attempt(
            lambda: kept.append(powers.ask(conversation, question)), powers.known
        )
        if trouble is not None:
            st.warning(markdown(trouble), icon=":material/info:")
            return
        _answer(powers, pieces, kept[0])


def _answer(powers: Powers, pieces: Sequence[Any], conversation: str) -> None:
    with st.chat_message("assistant"):
        st.write_stream(powers.answer(conversation, pieces))
    st.session_state.pop("advisor-beginning", None)
    st.query_params[_ASKED] = conversation
    st.rerun()


def _safe(text: str) -> str:
    """What somebody typed or a model said: bold stays, formulas, pictures and links do not."""
    return text.replace("$", r"\$").replace("[", r"\[").replace("<", r"\<")


_TILE = (
    "width:100%;aspect-ratio:4/5;object-fit:contain;display:block;"
    "border-radius:0.5rem;background:rgba(128,118,111,0.12)"
)


def _with_pieces(one: Any, powers: Powers, pieces: Sequence[Any], brand: str | None) -> None:
    named = powers.named(one.body, pieces)
    if named:
        with st.grid("auto", min_column_width=110, gap="small"):
            for piece in named:
                with st.container(gap="xsmall", key=f"piece-{one.id}-{piece.id}"):
                    st.html(picture.tag(piece.picture, piece.name, _TILE, small=True))
                    st.caption(markdown(shortened(piece.name, 30)))
                    launch_choice.offer(
                        powers.who,
                        piece.kind,
                        piece.id,
                        piece.picture,
                        piece.name,
                        piece.category,
                        brand,
                    )
    if one.prompt is None:
        return
    if one.job is not None:
        st.page_link(
            "pages/studio/gallery.py",
            label="A picture of it was launched: the Gallery has it when it is made",
            icon=":material/photo_library:",
        )
        return
    with st.expander("A picture of it", icon=":material/image:"):
        st.code(one.prompt, language=None, wrap_lines=True)
        lacking = powers.lacking
        if lacking is not None:
            st.caption(f":material/lock: {lacking}")
        elif brand is None:
            st.caption("Pick a brand: the picture is made on its credits.")
        else:
            st.button(
                "Make this picture",
                type="primary",
                icon=":material/auto_awesome:",
                key=f"make-{one.id}",
                on_click=acting.act,
                args=[
                    lambda: powers.make(str(one.id), brand, one.prompt),
                    powers.known,
                    "The picture is being made: the Queue shows how far it is.",
                ],
            )
