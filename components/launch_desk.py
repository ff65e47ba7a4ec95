"""What is to be launched: the kind, the engine, what it costs, and the button."""

import hashlib
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Protocol
from uuid import uuid4

import streamlit as st

from components import address
from components.jobs import MODES
from components.launch_choice import Choice, Uploads, absent, listed, settle
from metrics import counted

_MEANING = {
    "tryon": "garments on a person's photo",
    "from_prompt": "a picture from words alone",
    "photo_text": "a photo changed by words",
    "product_shot": "a garment as a shop shows it",
    "photo_set": "many pictures of one persona in a style",
}
_WITH_PERSON = {"tryon", "photo_text", "photo_set"}
_WITH_GARMENT = {"tryon", "product_shot"}
_WITH_PROMPT = {"from_prompt", "photo_text", "photo_set"}
# What words can do for a mode that goes without.
_PROMPT_HELPS = {"product_shot"}
_ONE, _BATCH = "One picture", "A batch"
_CREDITS = 1  # of each picture
# The browser's word is not taken for these.
_LONGEST_PROMPT, _LONGEST_NAME = 1000, 120

_NONCE = "launch.nonce"
_OPEN = "launch.open"


class Offer(Protocol):
    """An engine: what it can do, how many garments at once, and what is missing to use it."""

    @property
    def name(self) -> str: ...

    @property
    def label(self) -> str: ...

    @property
    def modes(self) -> Collection[str]: ...

    @property
    def garments(self) -> int: ...

    @property
    def price_usd(self) -> Decimal | None: ...

    @property
    def missing(self) -> str | None: ...


@dataclass(frozen=True)
class Means:
    """What a launch can draw on.

    ``whose`` names who pays. ``left_count`` is how many the demo still allows this hour, None where
    nobody counts. ``pace_s`` is how long a job takes at present, by engine.
    """

    whose: str
    credit_count: int
    is_unlimited: bool
    is_alive: bool
    pace_s: dict[str, float]
    left_count: int | None


@dataclass(frozen=True)
class Plan:
    """How it is to be made: the mode, the engine's name, words, and the batch's name or None."""

    mode: str
    engine: Offer
    many: bool
    prompt: str = ""
    count: int = 1
    batch: str | None = None


def plan(offers: Sequence[Offer]) -> Plan:
    """Ask for the kind of picture and the engine; only what an engine here can do is offered."""
    usable = [offer for offer in offers if offer.missing is None]
    possible = [mode for mode in MODES if any(mode in offer.modes for offer in usable)]
    mode = possible[0]
    with st.container(horizontal=True, vertical_alignment="bottom"):
        if len(possible) > 1:
            names = {MODES[name]: name for name in possible}
            address.check("mode", "kind of picture", names)
            picked = st.segmented_control(
                "Kind", list(names), default=MODES[mode], required=True, key="mode",
                bind="query-params",
            )  # fmt: skip
            mode = names.get(picked, mode)
        many = False
        if mode in _WITH_GARMENT:
            make = st.segmented_control(
                "Make", [_ONE, _BATCH], default=_ONE, required=True, key="launch-make"
            )
            many = make == _BATCH
        able = [offer for offer in usable if mode in offer.modes]
        engine = able[0]
        if len(able) > 1:
            labels = {offer.label: offer for offer in able}
            chosen = st.selectbox("Engine", list(labels), key=f"launch-engine-{mode}", width=220)
            engine = labels.get(chosen, engine)
    return Plan(mode, engine, many)


def needs_person(mode: str) -> bool:
    """Whether the mode is about a person."""
    return mode in _WITH_PERSON


def needs_garment(mode: str) -> bool:
    """Whether the mode is about garments."""
    return mode in _WITH_GARMENT


def worn_together(planned: Plan) -> int:
    """How many garments one picture takes."""
    return planned.engine.garments if planned.mode == "tryon" else 1


def desk(
    planned: Plan,
    chosen: Choice,
    means: Means,
    uploads: Uploads,
    launch: Callable[[Plan, str], None],
) -> Plan:
    """What is chosen, what it costs, and the button; gives the plan with its words.

    ``launch`` is told that and a key, which stays the same until what was launched with it has
    ended, so that it is launched once.
    """
    settle(chosen, many=planned.many, most=worn_together(planned))
    with_person, with_garment = needs_person(planned.mode), needs_garment(planned.mode)
    listed(chosen, uploads, persons=with_person, garments=with_garment)
    planned = _words(planned, chosen)
    count = pictures(planned, chosen)
    obstacle = _obstacle(planned, chosen, means, count, uploads)
    _cost(planned, means, count)
    key = _key(planned, chosen)
    is_open = st.session_state.get(_OPEN) == key
    if st.button(
        "Launched" if is_open else "Launch",
        icon=":material/hourglass_top:" if is_open else ":material/rocket_launch:",
        type="primary",
        width="stretch",
        key="launch",
        disabled=obstacle != "" or is_open,
    ):
        launch(planned, key)
    if obstacle:
        st.warning(obstacle, icon=":material/info:")
    elif not means.is_alive:
        st.warning(
            "No worker is running just now: what you launch waits until one does.",
            icon=":material/heart_broken:",
        )
    return planned


def _words(planned: Plan, chosen: Choice) -> Plan:
    """Ask for what the plan takes in words."""
    prompt, count, batch = "", 1, None
    if planned.mode in _WITH_PROMPT | _PROMPT_HELPS:
        label = "Style" if planned.mode == "photo_set" else "In words"
        prompt = st.text_area(
            label if planned.mode in _WITH_PROMPT else f"{label} (optional)",
            key=f"launch-prompt-{planned.mode}",
            max_chars=_LONGEST_PROMPT,
            height=90,
            placeholder="On a rainy street at night, soft light",
        ).strip()[:_LONGEST_PROMPT]
    if planned.mode == "photo_set":
        count = int(st.number_input("Pictures", 2, 100, 23, key="launch-count", width=140))
    if planned.many or planned.mode == "photo_set":
        named = st.text_input(
            "Name of the batch",
            key="launch-batch",
            max_chars=_LONGEST_NAME,
            placeholder=_usual(chosen),
        )
        batch = named.strip()[:_LONGEST_NAME] or _usual(chosen)
    return Plan(planned.mode, planned.engine, planned.many, prompt, count, batch)


def _usual(chosen: Choice) -> str:
    """What a batch is called that nobody has named."""
    garments, persons = len(chosen.garments), len(chosen.persons)
    return f"{counted(garments, 'garment')} on {counted(persons, 'person')}"


def pictures(planned: Plan, chosen: Choice) -> int:
    """How many pictures the plan makes."""
    if planned.mode == "photo_set":
        return planned.count
    persons = len(chosen.persons) if planned.mode in _WITH_PERSON else 1
    return persons * len(chosen.garments) if planned.many else 1


def _obstacle(planned: Plan, chosen: Choice, means: Means, count: int, uploads: Uploads) -> str:
    """What stands in the way of a launch, in a sentence that says what to do."""
    if planned.mode in _WITH_PERSON and not chosen.persons:
        return absent("person", uploads)
    if planned.mode == "photo_set" and chosen.persons[0].kind != "persona":
        return "A photo set is made of a persona: choose one instead of a photo."
    if planned.mode in _WITH_GARMENT and not chosen.garments:
        return absent("garment", uploads)
    if planned.mode in _WITH_PROMPT and not planned.prompt:
        return "Say in words what the picture is to show."
    if means.left_count is not None and count > means.left_count:
        return (
            "The demo allows 5 try-ons an hour and you have launched them: come back in a while."
            if means.left_count <= 0
            else f"The demo allows {means.left_count} more this hour; these are {count}."
        )
    if not means.is_unlimited and count * _CREDITS > means.credit_count:
        return (
            f"Not enough credits: this takes {count * _CREDITS:,} and {means.whose} "
            f"{'have' if means.whose == 'you' else 'has'} {means.credit_count:,}. "
            + (
                "They are given anew each month."
                if means.whose == "you"
                else "Make fewer pictures, or ask your contact at ClosetAI for more credits."
            )
        )
    return ""


def _cost(planned: Plan, means: Means, count: int) -> None:
    """What it takes, before the click."""
    cost = count * _CREDITS
    has = "you have" if means.whose == "you" else f"{means.whose} has"
    words = [
        "No credits just now"
        if means.is_unlimited
        else f"**{counted(cost, 'credit')}** of the {means.credit_count:,} that {has}"
    ]
    if means.left_count is not None:
        words.append(f"{max(means.left_count, 0)} left this hour")
    pace = means.pace_s.get(planned.engine.name)
    if pace is not None:
        words.append(f"about {spoken(pace)} each" if count > 1 else f"takes about {spoken(pace)}")
    if planned.engine.price_usd:
        words.append(f"the engine takes from \\${planned.engine.price_usd:,.3f} a picture")
    if count > 1:
        words.insert(0, f"{count:,} pictures")
    st.caption(f"{' · '.join(words)}. What fails costs nothing. Engine: {planned.engine.label}.")


def spoken(seconds: float) -> str:
    """A span of time as one says it."""
    if seconds < 90:
        return f"{max(round(seconds), 1)}\N{NO-BREAK SPACE}s"
    if seconds < 5400:
        return f"{round(seconds / 60)}\N{NO-BREAK SPACE}min"
    return f"{seconds / 3600:.1f}\N{NO-BREAK SPACE}h"


def _key(planned: Plan, chosen: Choice) -> str:
    """The same for the same wish, until that has been made."""
    nonce = st.session_state.setdefault(_NONCE, uuid4().hex)
    wish = (
        nonce,
        chosen.brand,
        planned.mode,
        planned.engine.name,
        planned.many,
        planned.prompt,
        planned.count,
        [one.id for one in chosen.persons],
        [(one.id, one.category) for one in chosen.garments],
    )
    return hashlib.sha256(repr(wish).encode()).hexdigest()[:32]


def opened(key: str) -> None:
    """Note that what has this key is being made."""
    st.session_state[_OPEN] = key


def ended() -> None:
    """Note that it has been made: the same may be launched once more."""
    st.session_state.pop(_OPEN, None)
    st.session_state[_NONCE] = uuid4().hex


def others(offers: Sequence[Offer]) -> None:
    """What the engines here cannot do, and what is needed for it."""
    usable = [offer for offer in offers if offer.missing is None]
    absent = [mode for mode in MODES if not any(mode in offer.modes for offer in usable)]
    missing = [offer for offer in offers if offer.missing is not None]
    if not absent and not missing:
        return
    with st.popover("More kinds and engines", type="tertiary", icon=":material/add_circle:"):
        for mode in absent:
            able = [offer.label for offer in missing if mode in offer.modes]
            needs = f"needs {' or '.join(able)}" if able else "no engine here knows it"
            st.markdown(f"**{MODES[mode]}** ({_MEANING[mode]}): {needs}.")
        for offer in missing:
            st.caption(f"{offer.label}: {offer.missing}")
