"""Blind comparisons: two pictures that were asked the same of two engines, without their names."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from functools import partial
from typing import Any
from uuid import UUID

import streamlit as st

from components import card, review_desk, review_room
from components.review_room import Look, Room, Sitting
from metrics import counted

# In the session, for each view: the pairs that come up, and those that were voted on.
_PAIRS = "review.pairs"
_VOTED = "review.voted"
_CHOICES = {"left": "ArrowLeft", "right": "ArrowRight", "neither": "n", "undo": "u"}
_CHOOSE = "Keys as on the buttons."


@st.fragment
def compare(room: Room, view: str) -> None:
    """Two pictures that were asked the same of two engines, without their names.

    ``view`` names what is looked at: its pairs are its own.
    """
    ahead: list[Any] = st.session_state.setdefault(f"{_PAIRS}.{view}", [])
    voted: list[Any] = st.session_state.setdefault(f"{_VOTED}.{view}", [])
    found = card.read("The comparison", lambda: _next_pairs(room.sitting, ahead), _PAIRS, 520)
    if found is None:
        return
    looks = found[0]

    def undo() -> None:
        if voted and room.sitting.take_vote_back(voted[-1].id):
            ahead.insert(0, voted.pop())
            review_room.say("Taken back.")

    def choose(pair: Any, better: str) -> None:
        if not ahead or ahead[0].id != pair.id:
            return  # a double click
        room.sitting.vote(pair.id, better)
        voted.append(ahead.pop(0))
        count = counted(len(voted), "comparison")
        review_room.say(f"Kept; U takes it back. In this visit: {count}.")

    if not ahead:
        with st.container(border=True, horizontal_alignment="center"):
            st.subheader("Nothing to compare", anchor=False)
            st.write(
                "Two pictures come up here when the same person and garments were tried on with "
                "two engines, or with two versions of one. Launch a try-on that there is once "
                "more, with another engine."
            )
            with st.container(horizontal=True, horizontal_alignment="center"):
                room.elsewhere()
                review_room.button(room, "Undo", "", "undo", undo, disabled=not voted)
        review_room.tell(_CHOOSE)
        return
    pair = ahead[0]
    acts: dict[str, Callable[[], None]] = {
        "left": partial(choose, pair, "left"),
        "right": partial(choose, pair, "right"),
        "neither": partial(choose, pair, "neither"),
        "undo": undo,
    }
    left, right = looks[pair.left], looks[pair.right]
    person = review_room.before(left)
    after = [looks[job] for one in ahead[1:] for job in (one.left, one.right)]
    review_desk.show(
        pair.id,
        [
            replace(review_room.result(left), label="Left"),
            replace(review_room.result(right), label="Right"),
        ],
        None,
        [*([replace(person, label="Before")] if person else []), *review_room.garments(left)],
        [one for look in after for one in review_room.pictures(look)],
        {key: act for act, key in _CHOICES.items()},
        lambda act: room.act(acts[act]),
    )
    with st.container(horizontal=True, horizontal_alignment="center"):
        review_room.button(room, "Left is better", "←", "arrow_back", acts["left"])
        review_room.button(room, "Neither", "N", "balance", acts["neither"])
        review_room.button(room, "Right is better", "→", "arrow_forward", acts["right"])
        review_room.button(room, "Undo", "U", "undo", undo, disabled=not voted)
    review_room.tell(_CHOOSE)


def _next_pairs(sitting: Sitting, ahead: list[Any]) -> Mapping[UUID, Look]:
    """Fill up to two pairs ahead, leave out those whose pictures are gone, give their looks."""
    while len(ahead) < 2:
        found = sitting.pair([pair.id for pair in ahead])
        if found is None:
            break
        ahead.append(found)
    looks = sitting.look([job for pair in ahead for job in (pair.left, pair.right)])
    ahead[:] = [pair for pair in ahead if pair.left in looks and pair.right in looks]
    return looks
