"""The queue, live: how it stands, its batches, its jobs, and what can be done with them.

A press is noted in the button's callback, with the ids of the jobs that were ticked, and carried
out once at the beginning of the run that follows, in the scope of whoever is signed in then. A job
is ticked by its id: a list that moves on under the pointer changes nothing about what is meant.
"""

import logging
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial

import pandas as pd
import streamlit as st

from components import card, drill, export, menu
from components.asked import Asked
from components.jobs import STATES
from components.menu import Shown
from components.plain import markdown, shortened
from components.question import Answer, Question
from components.queue_failures import explained

log = logging.getLogger(__name__)

# How often the page asks, in seconds: while something is open, and while nothing is.
_OFTEN, _SELDOM = 2, 15
# What the pace is counted over.
_PACE_MINUTES = 10
# A worker says every five seconds that it lives.
_WORKER_SILENT = timedelta(seconds=30)

# Beside the batches that go on, this many of those that are over; the filter has the others.
_FINISHED = 2

# Rows of the list at first and of each "more"; above this nobody reads on, but filters.
PAGE, _MOST = 25, 100

_OPEN = "queue.open"
_COUNT = "queue.count"
_WISH = "queue.wish"
_SAID = "queue.said"

# What a job's priority is called, by its number.
PRIORITIES = {10: "before others", 0: "as usual", -10: "after others"}
_PRIORITY_OPTIONS = {f"Run {words}": number for number, words in PRIORITIES.items()}

# A job's label by its id, or a batch's.
Named = Mapping[str, str]


@dataclass(frozen=True)
class Powers:
    """What whoever looks can do with jobs and batches, by name; each says what came of it.

    ``may_act`` tells for a job or a batch that is theirs, or is not, whether they may change it.
    """

    may_act: Callable[[bool], bool]
    cancel: Callable[[Named], list[str]]
    retry: Callable[[Named], list[str]]
    prioritize: Callable[[Named, int], list[str]]
    pause: Callable[[Named], list[str]]
    resume: Callable[[Named], list[str]]
    cancel_rest: Callable[[Named], list[str]]


@dataclass(frozen=True)
class _Wish:
    name: str
    named: Named
    priority: int | None = None


def standing(
    state: Question, batches: Question, powers: Powers, now: Callable[[], datetime]
) -> None:
    """How the queue stands, and its batches, drawn again by itself.

    ``state`` takes ``since``. ``now`` is the time, aware.
    """

    def draw() -> None:
        said = _take_up("standing", powers)
        moment = now()
        figures = _fresh("The queue", state, "queue-state", since=_since(moment))
        if figures is not None:
            _figures(figures.iloc[0], moment)
        _tell(said, "standing")
        listed = _fresh("Batches", batches, "queue-batches")
        if listed is not None and not listed.empty:
            st.subheader("Batches", anchor=False)
            _batches(listed, powers)
        if figures is not None:
            _beat(figures.iloc[0])

    st.fragment(draw, run_every=_every())()


def jobs(question: Question, powers: Powers, now: Callable[[], datetime]) -> None:
    """The jobs, with what can be done with those that are ticked, drawn again by itself.

    ``question`` takes ``since`` and ``row_count``. ``now`` is the time, aware.
    """

    def draw() -> None:
        said = _take_up("jobs", powers)
        moment = now()
        count = st.session_state.get(_COUNT, PAGE)
        # One more than is shown tells whether there is more.
        paged = question.narrowed({"row_count": count + 1})
        week_ago = moment.replace(minute=0, second=0, microsecond=0) - timedelta(days=7)
        answer = _read("The list of jobs", paged, "queue-jobs", since=week_ago)
        if answer is not None:
            _jobs(answer[0].frame, count, said, powers, moment)
            _foot(answer, count)

    st.fragment(draw, run_every=_every())()


def _foot(answer: tuple[Answer, list[Asked]], count: int) -> None:
    found, asked = answer
    rows = partial(_listed, found.frame.head(count))
    st.caption(
        "Drawn again by itself. Ended jobs are listed for a week, those of a batch as long as "
        "there are."
    )
    # Whatever is pressed, it is drawn again.
    menu.offer(Shown("Queue", found.as_of, rows, asked=asked), "queue-jobs", lambda: None)


def _every() -> int:
    return _OFTEN if st.session_state.get(_OPEN) else _SELDOM


def _beat(row: pd.Series) -> None:
    is_open = int(row["waiting_count"] + row["processing_count"]) > 0
    if is_open != bool(st.session_state.get(_OPEN)):
        st.session_state[_OPEN] = is_open
        st.rerun()  # how often a part is drawn is said when the page is


def _since(moment: datetime) -> datetime:
    return moment.replace(second=0, microsecond=0) - timedelta(minutes=_PACE_MINUTES)


def _fresh(title: str, question: Question, key: str, **days: datetime) -> pd.DataFrame | None:
    """The rows of what the database says now; None as ``_read`` gives it."""
    answer = _read(title, question, key, **days)
    return None if answer is None else answer[0].frame


def _read(
    title: str, question: Question, key: str, **days: datetime
) -> tuple[Answer, list[Asked]] | None:
    """What the database says now, or None after this has said that it says nothing."""

    def load() -> Answer:
        question.forget(**days)
        return question.read(**days)

    return card.read(title, load, key, height=120)


# How the queue stands


def _figures(row: pd.Series, moment: datetime) -> None:
    with st.grid(4, min_column_width=150, border=True):
        with st.container(gap="xsmall"):
            st.metric("Waiting", f"{row['waiting_count']:,.0f}")
            st.caption(_waiting(row, moment))
        with st.container(gap="xsmall"):
            st.metric("Being made", f"{row['processing_count']:,.0f}")
            st.caption("by the engines just now")
        with st.container(gap="xsmall"):
            pace = row["ended_count"] / _PACE_MINUTES
            st.metric("Pace", f"{pace:,.0f} / min" if pace >= 10 else f"{pace:,.1f} / min")
            st.caption(
                f"{row['ended_count']:,.0f} ended in {_PACE_MINUTES} minutes, "
                f"{row['failed_count']:,.0f} of them failed"
            )
        with st.container(gap="xsmall"):
            seen = row["worker_seen_at"]
            silent = pd.isna(seen) or moment - seen > _WORKER_SILENT
            st.metric("Worker", "Silent" if silent else "Alive")
            st.caption("never heard of" if pd.isna(seen) else f"heard of {_ago(moment - seen)} ago")
    if silent and row["waiting_count"] + row["processing_count"] > 0:
        st.warning(
            "No worker says that it lives: what waits is not made until one runs "
            "(`closetai run` has one, `closetai worker` is one more). Nothing is lost meanwhile.",
            icon=":material/heart_broken:",
        )


def _waiting(row: pd.Series, moment: datetime) -> str:
    words = []
    if not pd.isna(row["oldest_at"]):
        words.append(f"the oldest for {_ago(moment - row['oldest_at'])}")
    if row["paused_count"]:
        words.append(f"{row['paused_count']:,.0f} more in paused batches")
    return ", ".join(words) or "nobody has to wait"


def _ago(span: timedelta) -> str:
    """A span of time in its largest unit."""
    seconds = max(int(span.total_seconds()), 0)
    for size, unit in ((86_400, "d"), (3_600, "h"), (60, "min")):
        if seconds >= size:
            return f"{seconds // size} {unit}"
    return f"{seconds} s"


# Batches


def _batches(frame: pd.DataFrame, powers: Powers) -> None:
    is_open = frame["waiting_count"] + frame["processing_count"] > 0
    with st.container(border=True):
        for _, row in pd.concat([frame[is_open], frame[~is_open].head(_FINISHED)]).iterrows():
            _batch(row, powers)


def _batch(row: pd.Series, powers: Powers) -> None:
    names = ("completed", "failed", "canceled", "processing", "waiting")
    counts = {name: int(row[f"{name}_count"]) for name in names}
    total = sum(counts.values())
    ended = counts["completed"] + counts["failed"] + counts["canceled"]
    paused = not pd.isna(row["paused_at"])
    words = [f"{ended:,} of {total:,} ended"]
    words += [f"{counts[name]:,} {name}" for name in ("failed", "canceled") if counts[name]]
    if paused:
        words.append(":orange-badge[Paused]")
    brand = "" if pd.isna(row["brand"]) else f" for {markdown(row['brand'])}"
    batch, named = str(row["batch_id"]), {str(row["batch_id"]): str(row["name"])}
    with st.container(horizontal=True, vertical_alignment="center", key=f"batch-{batch}"):
        st.progress(
            ended / total if total else 1.0,
            text=f"**{markdown(row['name'])}**{brand}: {', '.join(words)}",
        )
        if ended < total and powers.may_act(bool(row["is_mine"])):
            st.button(
                "Resume" if paused else "Pause",
                icon=":material/play_arrow:" if paused else ":material/pause:",
                key=f"pause-{batch}",
                on_click=_note,
                args=["standing", "resume" if paused else "pause", named],
                help="What is being made is finished; nothing further begins."
                if not paused
                else None,
            )
            st.button(
                "Cancel the rest",
                icon=":material/cancel:",
                type="tertiary",
                key=f"cancel-{batch}",
                on_click=_note,
                args=["standing", "cancel_rest", named],
                help="Cancels every job of the batch that has not ended.",
            )


# Jobs


def _jobs(
    frame: pd.DataFrame, count: int, said: Sequence[str], powers: Powers, moment: datetime
) -> None:
    shown = frame.head(count)
    if shown.empty:
        _tell(said, "jobs")
        card.empty("No such jobs.")
        return
    named = {str(row["job_id"]): _name(row) for _, row in shown.iterrows()}
    acting = {
        str(row["job_id"]): named[str(row["job_id"])]
        for _, row in shown.iterrows()
        if powers.may_act(bool(row["is_mine"]))
    }
    if acting:
        _bar(acting)
    _tell(said, "jobs")
    with st.container(border=True, gap="xsmall", key="queue-jobs"):
        for _, row in shown.iterrows():
            _job(row, str(row["job_id"]) in acting, moment)
    if len(frame) > count:
        if count < _MOST:
            st.button(f"{PAGE} more", icon=":material/expand_more:", on_click=_more)
        else:
            st.caption(f"There are more than {_MOST}: a filter finds the others.")


def _bar(acting: Named) -> None:
    ticked = sum(bool(st.session_state.get(_tick(job))) for job in acting)
    with st.container(horizontal=True, vertical_alignment="center", key="queue-bar"):
        st.button(
            "Select all" if ticked < len(acting) else "Select none",
            type="tertiary",
            on_click=_tick_all,
            args=[list(acting), ticked < len(acting)],
        )
        if ticked:
            _actions(acting)
        st.caption(
            f"{ticked} selected"
            if ticked
            else "Select jobs to cancel them, try them again or change their turn."
        )


def _actions(acting: Named) -> None:
    st.button("Cancel", icon=":material/cancel:", on_click=_note_ticked, args=["cancel", acting])
    st.button(
        "Try again",
        icon=":material/replay:",
        on_click=_note_ticked,
        args=["retry", acting],
        help="Launches failed or canceled jobs anew, at their price.",
    )
    st.menu_button(
        "Priority",
        list(_PRIORITY_OPTIONS),
        icon=":material/low_priority:",
        key="queue-priority",
        on_click=_note_priority,
        args=[acting],
    )


def _job(row: pd.Series, acts: bool, moment: datetime) -> None:
    job = str(row["job_id"])
    key = f"row-acts-{job}" if acts else f"row-{job}"
    with st.container(horizontal=True, vertical_alignment="center", key=key):
        with st.container(gap=None, width="stretch"):
            if acts:
                st.checkbox(_label(row), key=_tick(job))
            else:
                st.markdown(_label(row))
            st.caption(_course(row, moment))
            if row["status"] == "failed":
                found = explained(str(row["failure"]))
                # What the engine said itself is in the job's history.
                st.caption(f"**{markdown(found.words)}.** {markdown(found.advice)}")
        if st.button(
            "History",
            type="tertiary",
            key=f"history-{job}",
            on_click=drill.open_job,
            args=[job],
        ):
            st.rerun()  # the drawer is the page's


# What a file says of each job.
_COLUMNS = {
    "status": "State",
    "subject": "Product or prompt",
    "category": "Category",
    "brand": "Brand",
    "batch": "Batch",
    "origin": "Origin",
    "engine": "Engine",
    "created_at": "Launched (UTC)",
    "started_at": "Began (UTC)",
    "finished_at": "Ended (UTC)",
    "failure": "Failure",
    "job_id": "Job",
}


def _listed(rows: pd.DataFrame) -> menu.Rows:
    return export.rows_of_table(rows[list(_COLUMNS)], _COLUMNS)


def _label(row: pd.Series) -> str:
    state = str(row["status"]).capitalize()
    return f":{STATES[state]}-badge[{state}] **{markdown(_name(row))}**"


def _name(row: pd.Series) -> str:
    """What a job is called: its product or prompt, else its category, else its kind."""
    for column in ("subject", "category", "mode"):
        if not pd.isna(row[column]):
            said = str(row[column])
            return shortened(said if column == "subject" else _words(said), 70)
    return "Job"


def _words(code: str) -> str:
    return code.replace("_", " ").capitalize()


def _course(row: pd.Series, moment: datetime) -> str:
    """Whose it is, who makes it and how far it is."""
    words = [markdown(str(row[name])) for name in ("brand", "batch") if not pd.isna(row[name])]
    words.append(str(row["origin"]).capitalize())
    words.append(markdown(str(row["engine"])))
    attempt = f", attempt {row['attempt_count']}" if row["attempt_count"] > 1 else ""
    if row["status"] in ("queued", "processing") and row["is_paused"] and not row["is_made"]:
        words.append("paused with its batch")
    elif not pd.isna(row["retry_at"]):
        wait = _ago(row["retry_at"] - moment)
        error = explained(str(row["attempt_error"])).words
        words.append(f"{markdown(error)}: tried again in {wait}")
    elif row["is_made"]:
        words.append(f"being made for {_ago(moment - row['started_at'])}{attempt}")
    elif row["status"] in ("queued", "processing"):
        words.append(f"waits for {_ago(moment - row['created_at'])}")
        priority = int(row["priority_number"])
        if priority:
            words.append(f"runs {PRIORITIES.get(priority, 'as usual')}")
    else:
        words.append(markdown(f"{row['finished_at']:%-d %b, %H:%M:%S}"))
        if not pd.isna(row["started_at"]):
            took = (row["finished_at"] - row["started_at"]).total_seconds()
            words.append(f"took {took:,.1f} s{attempt}")
    return " · ".join(words)


# What is asked for, and what came of it


def _tick(job: str) -> str:
    return f"queue-tick-{job}"


def _tick_all(jobs: Sequence[str], ticked: bool) -> None:
    for job in jobs:
        st.session_state[_tick(job)] = ticked


def _more() -> None:
    st.session_state[_COUNT] = min(st.session_state.get(_COUNT, PAGE) + PAGE, _MOST)


def _note(part: str, name: str, named: Named, priority: int | None = None) -> None:
    st.session_state[f"{_WISH}.{part}"] = _Wish(name, named, priority)


def _note_ticked(name: str, acting: Named, priority: int | None = None) -> None:
    ticked = {job: label for job, label in acting.items() if st.session_state.get(_tick(job))}
    if ticked:
        _note("jobs", name, ticked, priority)
        _tick_all(list(ticked), ticked=False)


def _note_priority(acting: Named) -> None:
    # The browser's word is not taken for it.
    priority = _PRIORITY_OPTIONS.get(st.session_state["queue-priority"])
    if priority is not None:
        _note_ticked("prioritize", acting, priority)


def _carry_out(wish: _Wish, powers: Powers) -> list[str]:
    try:
        if wish.name == "prioritize" and wish.priority is not None:
            return powers.prioritize(wish.named, wish.priority)
        does: dict[str, Callable[[Named], list[str]]] = {
            "cancel": powers.cancel,
            "retry": powers.retry,
            "pause": powers.pause,
            "resume": powers.resume,
            "cancel_rest": powers.cancel_rest,
        }
        return does[wish.name](wish.named)
    except Exception:
        # Whatever went wrong, the list stays; what was done, it shows.
        log.exception("the queue could not %s", wish.name)
        return ["This could not be done just now. The list shows what is; try it again."]


def _take_up(part: str, powers: Powers) -> list[str]:
    """Do what was asked for in this part of the page, once, and give what is to be said there."""
    wish: _Wish | None = st.session_state.pop(f"{_WISH}.{part}", None)
    if wish is not None:
        st.session_state[f"{_SAID}.{part}"] = _carry_out(wish, powers)
    said: list[str] = st.session_state.get(f"{_SAID}.{part}", [])
    return said


def _tell(said: Sequence[str], part: str) -> None:
    if not said:
        return
    with st.container(horizontal=True, vertical_alignment="center", key=f"queue-said-{part}"):
        st.info("  \n".join(markdown(sentence) for sentence in said), icon=":material/info:")
        st.button(
            ":material/close:",
            type="tertiary",
            key=f"queue-close-{part}",
            on_click=_forget_said,
            args=[part],
            help="Close",
        )


def _forget_said(part: str) -> None:
    st.session_state.pop(f"{_SAID}.{part}", None)
