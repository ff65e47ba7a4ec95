"""What came of a launch: it appears by itself, with how far it is, and what to do if it failed."""

import logging
from collections.abc import Callable, Sequence
from html import escape
from typing import Protocol
from uuid import UUID

import pandas as pd
import streamlit as st

from components import launch_desk, picture
from components.launch_choice import Choice, tried
from components.plain import markdown, shortened
from components.question import Question
from components.queue_failures import explained

log = logging.getLogger(__name__)

# How often the page looks while something is open, in seconds.
_EVERY_S = 1.0
_OPEN_STATES = ("queued", "processing")
_LAUNCHED, _BATCH = "launched", "batch"
_WATCHED = "launch.watched"
_IS_OPEN = "launch.watching"

# What an estimate is called, from which value on. The engine's own; people's verdicts calibrate it.
LEVELS = ((0.75, "High", "green"), (0.5, "Medium", "orange"), (0.0, "Low", "red"))


class Acts(Protocol):
    """What can be done with jobs; each act may raise one of the ``known`` errors.

    ``cancel`` gives sentences on what came of it, ``retry`` the id of the new job.
    """

    @property
    def known(self) -> tuple[type[Exception], ...]: ...

    def cancel(self, ids: Sequence[str]) -> list[str]: ...

    def retry(self, job: str) -> str: ...


def watch(jobs: list[str], batch: str | None) -> None:
    """Show these jobs from now on; the address says so, and survives a reload."""
    for name in (_LAUNCHED, _BATCH):
        st.query_params.pop(name, None)
    named = (_LAUNCHED, ",".join(jobs)) if batch is None else (_BATCH, batch)
    st.query_params[named[0]] = named[1]
    st.session_state[_WATCHED] = dict([named])
    st.session_state[_IS_OPEN] = True


def _watched() -> dict[str, str] | None:
    """What is to be shown, None for nothing (that could be meant).

    The address says it; whoever comes back from another page has lost that, but not the session.
    """
    said = st.query_params.to_dict()
    if _BATCH not in said and _LAUNCHED not in said:
        said = st.session_state.get(_WATCHED, {})
    try:
        if batch := said.get(_BATCH):
            return {"job_ids": "", "in_batch": str(UUID(batch))}
        if jobs := said.get(_LAUNCHED):
            ids = [str(UUID(job)) for job in jobs.split(",")[:100]]
            return {"job_ids": ",".join(ids), "in_batch": "none"}
    except ValueError:
        pass
    return None


def live(
    question: Question,
    chosen: Choice,
    planned: launch_desk.Plan,
    acts: Acts,
    changed: Callable[[], None],
) -> None:
    """The result of the last launch, drawn again by itself while it is being made.

    ``question`` takes job_ids and in_batch; ``changed`` is told when all has ended. Before the
    first launch, what would be made.
    """
    watched = _watched()
    if watched is None:
        _before(chosen, planned)
        return
    asked = question.narrowed(watched)
    is_open = st.session_state.setdefault(_IS_OPEN, True)
    # A lambda made here has a name by which Streamlit knows it again.
    st.fragment(lambda: _drawn(asked, acts, changed), run_every=_EVERY_S if is_open else None)()


def _drawn(question: Question, acts: Acts, changed: Callable[[], None]) -> None:
    try:
        question.forget()
        frame = question.read().frame
    except acts.known as error:
        # Said once a second, so without a trace.
        log.warning("what was launched could not be read: %s", error)
        _away()
        return
    except Exception:
        # Whatever went wrong: the next look is a second away, and the job goes on meanwhile.
        log.exception("what was launched could not be read")
        _away()
        return
    if frame.empty:
        st.caption("There is no such job (any more), or it is not one of yours.")
        st.session_state[_IS_OPEN] = False
        return
    if len(frame) == 1:
        _single(frame.iloc[0], acts)
    else:
        _many(frame, acts)
    is_open = bool(frame["status"].isin(_OPEN_STATES).any())
    if is_open != st.session_state.get(_IS_OPEN):
        st.session_state[_IS_OPEN] = is_open
        if not is_open:
            launch_desk.ended()
            changed()
        st.rerun()  # the page as a whole says whether this is drawn again, and what is left


def _away() -> None:
    st.warning(
        "The database does not answer just now. Your job is not lost; this goes on by itself.",
        icon=":material/cloud_off:",
    )


# Pictures, and frames for those that are not there yet

_FRAME = (
    "width:100%;aspect-ratio:3/4;border-radius:0.6rem;display:flex;flex-direction:column;"
    "align-items:center;justify-content:center;text-align:center;box-sizing:border-box;"
    "padding:1rem;gap:0.35rem;border:2px dashed color-mix(in srgb, currentColor 35%, transparent)"
)
_PICTURE = "width:100%;aspect-ratio:3/4;object-fit:contain;border-radius:0.6rem;display:block"
_PAIR = "display:grid;grid-template-columns:1fr 1fr;gap:0.75rem;max-width:760px"


def _pair(before: str, after: str, status: str = "") -> None:
    role = f' role="status" aria-label="{escape(status, quote=True)}"' if status else ""
    st.html(
        f'<div style="{_PAIR}"><figure style="margin:0">{before}'
        "<figcaption>Before</figcaption></figure>"
        f'<figure style="margin:0"{role}>{after}<figcaption>After</figcaption></figure></div>'
    )


def _frame(title: str, line: str = "") -> str:
    more = f"<span>{escape(line)}</span>" if line else ""
    return f'<div style="{_FRAME}"><strong>{escape(title)}</strong>{more}</div>'


def _person(object_id: object, name: str) -> str:
    if object_id is None or pd.isna(object_id):  # type: ignore[call-overload]
        return _frame("No photo")
    return picture.tag(str(object_id), f"Before: {name}", _PICTURE)


def _before(chosen: Choice, planned: launch_desk.Plan) -> None:
    """What a launch would make, in place of what it has made."""
    count = launch_desk.pictures(planned, chosen)
    if count > 1:
        st.html(f'<div style="max-width:760px">{_frame(f"{count} pictures", _APPEAR)}</div>')
        return
    person = chosen.persons[0] if chosen.persons else None
    before = (
        _person(person.object_id, person.name)
        if person is not None and launch_desk.needs_person(planned.mode)
        else _frame("Nobody yet" if launch_desk.needs_person(planned.mode) else "No photo")
    )
    _pair(before, _frame("The result appears here", "by itself, when it is made"))


_APPEAR = "They appear here by themselves, one after the other."


def _single(row: pd.Series, acts: Acts) -> None:
    name = "the photo" if pd.isna(row["person"]) else str(row["person"])
    before = _person(row["person_object_id"], name)
    state = str(row["status"])
    worn = "" if pd.isna(row["garments"]) else str(row["garments"])
    if state == "completed" and not pd.isna(row["object_id"]):
        alt = f"After: {name} with {worn}" if worn else f"After: {name}"
        _pair(before, picture.tag(str(row["object_id"]), alt, _PICTURE), "Completed")
        _estimate(row)
    elif state in _OPEN_STATES:
        _pair(before, _frame(*_course(row)), state.capitalize())
        if st.button("Cancel", icon=":material/cancel:", key="launch-cancel", type="tertiary"):
            _cancel([str(row["job_id"])], acts)
    elif state == "completed":
        _pair(before, _frame("No picture (any more)"), "Completed")
        st.caption("It was completed; its picture has been deleted.")
    else:
        _pair(before, _frame("No picture", state.capitalize()), state.capitalize())
        _why(row)
        if st.button("Try again", icon=":material/replay:", key="launch-retry"):
            _retry(str(row["job_id"]), acts)


def _course(row: pd.Series) -> tuple[str, str]:
    """How far an open job is, in a word and a line."""
    left = (
        "" if pd.isna(row["left_ms"]) else f"about {launch_desk.spoken(row['left_ms'] / 1000)} left"
    )
    if row["is_paused"]:
        return "Paused", "It goes on when its batch is resumed."
    if row["is_retryable"]:
        return "Queued", "The engine had a problem; it is tried again soon."
    if row["status"] == "processing":
        return "Processing", left or "The engine is at it."
    ahead = row["ahead_count"]
    if pd.isna(ahead):
        return "Queued", left
    place = "next in the queue" if ahead == 0 else f"{ahead:,.0f} before it in the queue"
    return "Queued", f"{place}, {left}" if left else place


def _estimate(row: pd.Series) -> None:
    with st.container(horizontal=True, gap="small", vertical_alignment="center"):
        st.badge("Completed", icon=":material/check:", color="green")
        if not pd.isna(row["confidence_pct"]):
            _level(float(row["confidence_pct"]))
        if not pd.isna(row["took_ms"]):
            st.caption(f"in {row['took_ms'] / 1000:,.1f} s")
    if not pd.isna(row["warnings"]):
        for sentence in str(row["warnings"]).split("\n"):
            st.caption(f":material/warning: {markdown(sentence)}")


def _level(value: float, name: str = "Confidence (estimate)") -> None:
    word, color = next((word, color) for least, word, color in LEVELS if value >= least)
    st.badge(
        f"{name}: {word}",
        color=color,  # type: ignore[arg-type]
        help=f"{value:.0%}: the engine's own estimate of how likely a reviewer accepts the picture."
        " Nobody has looked at it yet.",
    )


def _why(row: pd.Series) -> None:
    if row["status"] == "canceled":
        st.info("It was canceled; its credit is back.", icon=":material/cancel:")
        return
    found = explained(str(row["failure"]))
    said = "" if pd.isna(row["failure_message"]) else f" {markdown(str(row['failure_message']))}"
    st.warning(
        f"**{markdown(found.words)}.**{said}  \n{markdown(found.advice)} Its credit is back.",
        icon=":material/broken_image:",
    )


# Batches


def _many(frame: pd.DataFrame, acts: Acts) -> None:
    total = len(frame)
    counts = frame["status"].value_counts()
    still = frame[frame["status"].isin(_OPEN_STATES)]
    made = total - len(still)
    words = [f"{made:,} of {total:,} ended"]
    words += [f"{counts[name]:,} {name}" for name in ("failed", "canceled") if name in counts]
    left = still["left_ms"]
    if len(still) and left.notna().all():
        words.append(f"about {launch_desk.spoken(left.max() / 1000)} left")
    if still["is_paused"].any():
        words.append("paused")
    st.progress(made / total, text=", ".join(words))
    if len(still) and st.button(
        "Cancel the rest", icon=":material/cancel:", type="tertiary", key="launch-cancel"
    ):
        _cancel([str(job) for job in still["job_id"]], acts)
    with st.container(horizontal=True, gap="small", key="launch-batch-results"):
        for _, row in frame.iterrows():
            with st.container(width=150, gap="xsmall"):
                _small(row)


def _small(row: pd.Series) -> None:
    person = "" if pd.isna(row["person"]) else f"{row['person']}: "
    worn = "" if pd.isna(row["garments"]) else str(row["garments"])
    name = f"{person}{worn}" or "Picture"
    state = str(row["status"])
    if state == "completed" and not pd.isna(row["object_id"]):
        st.html(picture.tag(str(row["object_id"]), name, _PICTURE, small=True))
    else:
        line = (
            explained(str(row["failure"])).words
            if state == "failed"
            else _course(row)[1]
            if state in _OPEN_STATES
            else ""
        )
        st.html(_frame(state.capitalize(), line))
    st.caption(markdown(shortened(name, 40)))
    if state == "completed" and not pd.isna(row["confidence_pct"]):
        _level(float(row["confidence_pct"]), "Estimate")


def _cancel(jobs: list[str], acts: Acts) -> None:
    outcomes, trouble = tried(lambda: acts.cancel(jobs), acts.known)
    for sentence in outcomes or [trouble]:
        st.toast(sentence)
    st.rerun(scope="fragment")


def _retry(job: str, acts: Acts) -> None:
    again, trouble = tried(lambda: acts.retry(job), acts.known)
    if again is None:
        st.warning(trouble, icon=":material/error:")
        return
    watch([again], None)
    st.rerun()
