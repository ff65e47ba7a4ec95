"""Reviewing, one picture at a time: the queue, and disagreements to settle.

Kept here, for the time of a visit, is what has been done in it: to go back to, and to take back.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any
from uuid import UUID

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from components import card, filters, review_desk, review_room
from components.review_room import Look, Room, Sitting

ORDERS = {
    "Most uncertain": "uncertainty",
    "Newest": "newest",
    "MRR × uncertainty": "value",
    "Second opinions": "second",
}
REASONS = {
    "Wrong category": "wrong_category",
    "Neckline": "neckline",
    "Face or identity": "identity",
    "Lost detail or logo": "lost_detail",
    "Hands": "hands",
    "Background": "background",
    "Other": "other",
}
RATINGS = (1, 2, 3, 4, 5)
# How a job came up, in words.
_CAME_UP = {
    "random": "Drawn at random",
    "uncertainty": "Most uncertain",
    "newest": "Newest",
    "value": "MRR × uncertainty",
    "second": "Second opinion",
}

# In the session: what was done, the place in it that is looked at (none: what comes up next), and
# what was skipped.
_DONE = "review.done"
_AT = "review.at"
_SKIPPED = "review.skipped"
# The job whose rejection waits for a reason.
_WHY = "review.why"
_KEYS_SAID = "Keys as on the buttons, 1–5 for the rating; none while you write."


@dataclass(frozen=True)
class Done:
    """One review of this visit, the one whose place it took, what was entered for it beside the
    picture, and whether it settled a disagreement.
    """

    job: UUID
    review: UUID
    replaced: UUID | None
    approved: bool
    entered: Mapping[str, Any]
    settles: bool = False


# --- The queue -----------------------------------------------------------------------------------


@st.fragment
def queue(room: Room, order: str) -> None:
    """What comes up, one picture at a time, in an order of ``ORDERS``' values."""
    found = card.read("The queue", lambda: _coming(room.sitting, order), "review-queue", 520)
    if found is None:
        return
    now, coming, drawn = found[0]
    if now is None:
        _nothing_left(room, order)
        return
    past = _past(now.job)
    keys: dict[str, Callable[[], None]] = {
        "approve": lambda: _decide(room.sitting, now, True, past),
        "reject": lambda: _decide(room.sitting, now, False, past),
        "undo": lambda: _undo(room.sitting),
        "back": _back,
        "later": partial(_later, room.sitting, now.job) if past is None else _forward,
    }
    above, beside = _desk(room, now, coming, keys)
    with beside:
        review_room.button(
            room, "Back", "←", "arrow_back", keys["back"], disabled=not _can_go_back()
        )
        on = "Later" if past is None else "Forward"
        is_due = past is None and drawn == "random"
        review_room.button(room, on, "→", "arrow_forward", keys["later"], disabled=is_due)
        review_room.button(room, "Undo", "U", "undo", keys["undo"], disabled=not _done())
    with above:
        if past is not None:
            st.badge("Reviewed by you", icon=":material/history:", color="gray")
        elif drawn == "random":
            st.badge(
                _CAME_UP[drawn],
                icon=":material/casino:",
                color="violet",
                help="One picture in five at least is drawn at random, of all that there are. "
                "Human accuracy and calibration are of these alone, so none can be left for later.",
            )
        else:
            st.badge(_CAME_UP[str(drawn)], icon=":material/sort:", color="blue")


def _coming(sitting: Sitting, order: str) -> tuple[Look | None, Sequence[Look], str | None]:
    """What is looked at, what comes after it, and how the first came up."""
    line = sitting.line(order)
    jobs = _jobs_done()
    at = st.session_state.get(_AT)
    before = [jobs[at]] if at is not None and at < len(jobs) else []
    looks = sitting.look([*before, *(draw.job for draw in line)])
    coming = [looks[draw.job] for draw in line if draw.job in looks]
    if before and before[0] in looks:
        return looks[before[0]], coming[:1], None
    st.session_state.pop(_AT, None)
    if not coming:
        return None, [], None
    drawn = next(draw.drawn for draw in line if draw.job == coming[0].job)
    return coming[0], coming[1:], str(drawn)


def _nothing_left(room: Room, order: str) -> None:
    with st.container(border=True, horizontal_alignment="center"):
        st.subheader("Nothing left to review", anchor=False)
        if order == "second":
            st.write("Everything that others have reviewed, you have seen as well.")
        else:
            st.write(
                "Pictures come up here once their try-on has completed. Launch some, look at "
                "another brand, or give a second opinion on what others have reviewed."
            )
        with st.container(horizontal=True, horizontal_alignment="center"):
            room.elsewhere()
            undo = partial(_undo, room.sitting)
            review_room.button(room, "Undo", "", "undo", undo, disabled=not _done())
    review_room.tell(_KEYS_SAID)


def _done() -> list[Done]:
    found: list[Done] = st.session_state.setdefault(_DONE, [])
    return found


def _jobs_done() -> list[UUID]:
    return list(dict.fromkeys(one.job for one in _done() if not one.settles))


def _past(job: UUID) -> UUID | None:
    """The review of this visit that stands for a job."""
    done = reversed(_done())
    return next((one.review for one in done if one.job == job and not one.settles), None)


def _can_go_back() -> bool:
    at = st.session_state.get(_AT)
    return bool(_jobs_done()) if at is None else at > 0


def _back() -> None:
    at = st.session_state.get(_AT)
    if _can_go_back():
        st.session_state[_AT] = len(_jobs_done()) - 1 if at is None else at - 1


def _forward() -> None:
    at = st.session_state.get(_AT, 0) + 1
    st.session_state[_AT] = at if at < len(_jobs_done()) else None


def _later(sitting: Sitting, job: UUID) -> None:
    sitting.put_aside(job)
    review_room.say("Left for later: it comes up again at the end.")


def _decide(sitting: Sitting, now: Look, approved: bool, replaces: UUID | None) -> None:
    entered = _entered(now.job)
    opinion = _opinion(sitting, now.job, approved, entered)
    if opinion is None:
        return
    review = sitting.decide(now.job, opinion, replaces)
    # A double click gives what there is.
    if all(one.review != review for one in _done()):
        _done().append(Done(now.job, review, replaces, approved, entered))
    if replaces is not None:
        _forward()
    _count()


def _count() -> None:
    latest = {one.job: one.approved for one in _done()}
    approved = sum(latest.values())
    last = _done()[-1]
    review_room.say(
        f"{'Approved' if last.approved else 'Rejected'}; U takes it back. In this visit: "
        f"{approved} approved, {len(latest) - approved} rejected."
    )


def _undo(sitting: Sitting) -> None:
    if not _done():
        return
    last = _done()[-1]
    if not sitting.undo(last.review):
        _done().clear()
        st.session_state.pop(_AT, None)
        review_room.say("That was taken back already, or reviewed again elsewhere.", "warning")
        return
    _done().pop()
    for name, value in last.entered.items():
        st.session_state[_field(name, last.job)] = value
    st.session_state[_AT] = None if last.replaced is None else _jobs_done().index(last.job)
    review_room.say(
        "Taken back: the disagreement is open again." if last.settles else "Taken back."
    )


# --- Disagreements -------------------------------------------------------------------------------


@st.fragment
def disputes(room: Room) -> None:
    """Pictures on which others disagree, one at a time, for this one to settle."""
    skipped: list[UUID] = st.session_state.setdefault(_SKIPPED, [])

    def load() -> tuple[Any, Look | None, Sequence[Look]]:
        first = room.sitting.next_dispute(skipped)
        if first is None:
            return None, None, []
        after = room.sitting.next_dispute([*skipped, first.job])
        jobs = [one.job for one in (first, after) if one is not None]
        looks = room.sitting.look(jobs)
        return first, looks.get(first.job), [looks[job] for job in jobs[1:] if job in looks]

    found = card.read("Disagreements", load, "review-disputes", 520)
    if found is None:
        return
    dispute, now, coming = found[0]
    undo = partial(_undo, room.sitting)
    if now is None:
        with st.container(border=True, horizontal_alignment="center"):
            st.subheader("Nothing to settle", anchor=False)
            st.write(
                "Pictures come up here when reviewers disagree on them and you are none of them. "
                "What you have reviewed yourself, somebody else settles."
            )
            with st.container(horizontal=True, horizontal_alignment="center"):
                review_room.button(room, "Undo", "", "undo", undo, disabled=not _done())
                if skipped:
                    review_room.button(
                        room, "Look again at what was skipped", "", "replay", skipped.clear
                    )
        review_room.tell(_KEYS_SAID)
        return

    def settle(approved: bool) -> None:
        entered = _entered(now.job)
        opinion = _opinion(room.sitting, now.job, approved, entered)
        if opinion is not None:
            review = room.sitting.adjudicate(now.job, opinion)
            if all(one.review != review for one in _done()):
                _done().append(Done(now.job, review, None, approved, entered, settles=True))
            _count()

    keys: dict[str, Callable[[], None]] = {
        "approve": lambda: settle(True),
        "reject": lambda: settle(False),
        "undo": undo,
        "later": lambda: skipped.append(now.job),
    }
    above, beside = _desk(room, now, coming, keys)
    with beside:
        review_room.button(room, "Skip", "→", "arrow_forward", keys["later"])
        review_room.button(room, "Undo", "U", "undo", undo, disabled=not _done())
    with above:
        said = f"{dispute.approvals} approved, {dispute.rejections} rejected"
        st.badge(said, icon=":material/balance:", color="orange", help="What you say settles it.")


# --- One picture and what is said of it ----------------------------------------------------------

_KEYS = {
    "approve": "a",
    "reject": "r",
    "undo": "u",
    "back": "ArrowLeft",
    "later": "ArrowRight",
    **{str(rating): str(rating) for rating in RATINGS},
}


def _desk(
    room: Room, now: Look, coming: Sequence[Look], acts: Mapping[str, Callable[[], None]]
) -> tuple[DeltaGenerator, DeltaGenerator]:
    """The picture and what can be said of it; gives the places above that and for more buttons."""
    pressed: dict[str, Callable[[], None]] = {
        **acts,
        **{str(rating): partial(_rate, now.job, rating) for rating in RATINGS},
    }
    left, right = st.columns([5, 3], gap="large")
    with left:
        review_desk.show(
            now.job,
            [review_room.result(now)],
            review_room.before(now),
            review_room.garments(now),
            [one for look in coming for one in review_room.pictures(look)],
            {key: act for act, key in _KEYS.items() if act in pressed},
            lambda act: room.act(pressed[act]),
        )
    with right:
        above = st.container(horizontal=True)
        names = [now.brand, filters.category_name(now.category)]
        st.markdown(f"**{_plain(' · '.join(names))}**")
        if now.prompt:
            st.caption(_plain(now.prompt))
        with st.container(horizontal=True):
            review_room.button(room, "Approve", "A", "check", acts["approve"], kind="primary")
            review_room.button(room, "Reject", "R", "close", acts["reject"])
        beside = st.container(horizontal=True)
        review_room.tell(_KEYS_SAID)
        _fields(room, now)
    return above, beside


def _plain(said: str) -> str:
    """Text that is nobody's markdown."""
    return "".join(f"\\{sign}" if sign in "\\`*_{}[]()#+-.!$<>|~:" else sign for sign in said)


def _fields(room: Room, now: Look) -> None:
    names = {value: name for name, value in REASONS.items()}
    reasons, rating, note = (_field(name, now.job) for name in ("reasons", "rating", "note"))
    if now.opinion is not None:
        st.session_state.setdefault(reasons, [str(reason) for reason in now.opinion.reasons])
        st.session_state.setdefault(rating, now.opinion.rating)
        st.session_state.setdefault(note, now.opinion.note)
    st.pills(
        "Reasons for a rejection",
        list(names),
        selection_mode="multi",
        format_func=lambda value: names[value],
        key=reasons,
        wrap=True,
    )
    st.segmented_control("Rating (1–5)", RATINGS, key=rating)
    st.text_area("Note", key=note, height=80, max_chars=2000)
    st.toggle(
        "Favourite",
        value=now.is_favorite,
        key=_field("favorite", now.job),
        disabled=not now.may_favorite,
        on_change=room.act,
        args=(partial(_favor, room.sitting, now),),
        help="One of the brand's favourites, for everybody there."
        if now.may_favorite
        else "The demo's favourites are everybody's: a visitor marks those of their own try-ons.",
    )


def _field(name: str, job: UUID) -> str:
    return f"review-{name}-{job}"


def _rate(job: UUID, rating: int) -> None:
    st.session_state[_field("rating", job)] = rating


def _favor(sitting: Sitting, now: Look) -> None:
    sitting.set_favorite(now.output, bool(st.session_state[_field("favorite", now.job)]))


def _entered(job: UUID) -> dict[str, Any]:
    """What was entered beside a picture, by the names of the fields."""
    state = st.session_state
    return {
        "reasons": state.get(_field("reasons", job)) or [],
        "rating": state.get(_field("rating", job)),
        "note": state.get(_field("note", job)) or "",
    }


def _opinion(sitting: Sitting, job: UUID, approved: bool, entered: Mapping[str, Any]) -> Any:
    """The opinion that was entered; None when a rejection is asked for its reason first."""
    state = st.session_state
    if not approved and not entered["reasons"] and state.get(_WHY) != job:
        state[_WHY] = job
        review_room.say("Why? Pick a reason, or reject once more to give none.", "warning")
        return None
    state.pop(_WHY, None)
    reasons = [] if approved else entered["reasons"]
    return sitting.opinion(
        approved=approved, reasons=reasons, rating=entered["rating"], note=entered["note"]
    )
