"""Where reviewing takes place: who sits there, what is shown of a job, what a click or a key does.

What comes up, and what is kept of it, is for the sitting to say, which a page hands over.
"""

import logging
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal, Protocol
from uuid import UUID

import streamlit as st

from components import filters
from components.review_desk import Shown, shown

log = logging.getLogger(__name__)

# What a visit remembers begins with this.
_OURS = "review."
_WHO = "review.who"
_VIEW = "review.view"
_SAID = "review.said"

Tone = Literal["info", "warning", "error"]


class Look(Protocol):
    """What is shown of a job."""

    job: UUID
    brand: str
    category: str | None
    prompt: str | None
    output: UUID
    result: UUID
    person: UUID | None
    garments: Sequence[Any]
    is_favorite: bool
    may_favorite: bool
    opinion: Any


class Sitting(Protocol):
    """Somebody who reviews, before what they may review."""

    def line(self, order: Any) -> Sequence[Any]: ...
    def look(self, jobs: Sequence[UUID]) -> Mapping[UUID, Any]: ...
    def opinion(
        self, *, approved: bool, reasons: Sequence[str], rating: int | None, note: str
    ) -> Any: ...
    def decide(self, job: UUID, opinion: Any, replaces: UUID | None) -> UUID: ...
    def undo(self, review: UUID) -> bool: ...
    def put_aside(self, job: UUID) -> None: ...
    def next_dispute(self, skipping: Collection[UUID]) -> Any: ...
    def adjudicate(self, job: UUID, opinion: Any) -> UUID: ...
    def set_favorite(self, output: UUID, is_favorite: bool) -> None: ...
    def pair(self, skipping: Collection[UUID]) -> Any: ...
    def vote(self, pair_id: UUID, better: Any) -> None: ...
    def take_vote_back(self, pair_id: UUID) -> bool: ...


@dataclass(frozen=True)
class Room:
    """Where reviewing takes place: the sitting, what it raises when it refuses, and the way out.

    ``elsewhere`` leads to where pictures come from, for when there are none.
    """

    sitting: Sitting
    refused: type[Exception]
    elsewhere: Callable[[], object]

    def act(self, what: Callable[[], None]) -> None:
        """Do something for a click or a key; what goes wrong is told at the next drawing."""
        st.session_state.pop(_SAID, None)
        try:
            what()
        except self.refused as refusal:
            say(str(refusal), "warning")
        except Exception:
            log.exception("a review could not be kept")
            say("That could not be kept just now. Please try again.", "error")


def begin(who: str, view: str) -> None:
    """Begin a visit of this account, or another view in it.

    What another account did here before is none of theirs.
    """
    state = st.session_state
    if state.get(_WHO) != who:
        for key in [key for key in state if str(key).startswith(_OURS)]:
            del state[key]
        state[_WHO] = who
    if state.get(_VIEW) != view:
        state.pop(_SAID, None)
        state[_VIEW] = view


def say(sentence: str, tone: Tone = "info") -> None:
    """Keep a word on the last act for the next drawing."""
    st.session_state[_SAID] = (sentence, tone)


def tell(keys: str) -> None:
    """Show the word on the last act, and before there is one, what the keys are."""
    sentence, tone = st.session_state.get(_SAID, ("", "info"))
    if tone == "info":
        # The line is always there, so that the buttons stay where they are.
        st.caption(sentence or keys)
    elif tone == "warning":
        st.warning(sentence)
    else:
        st.error(sentence)


def button(
    room: Room,
    label: str,
    key: str,
    icon: str,
    act: Callable[[], None],
    *,
    disabled: bool = False,
    kind: Literal["primary", "secondary"] = "secondary",
) -> None:
    """A button that does what its key does, and says which that is."""
    st.button(
        f"{label} ({key})" if key else label,
        icon=f":material/{icon}:",
        on_click=room.act,
        args=(act,),
        key=f"review-{label.lower()}",
        type=kind,
        disabled=disabled,
    )


def result(look: Look) -> Shown:
    """The picture that the job gave."""
    return shown(look.result, f"The try-on of {filters.category_name(look.category).lower()}")


def before(look: Look) -> Shown | None:
    """The person without it, where this visitor may see that."""
    return None if look.person is None else shown(look.person, "The person before")


def garments(look: Look) -> list[Shown]:
    """What was tried on."""
    return [
        shown(worn.picture, "The garment", filters.category_name(worn.category))
        for worn in look.garments
    ]


def pictures(look: Look) -> list[Shown]:
    """All of these."""
    person = before(look)
    return [result(look), *([person] if person else []), *garments(look)]
