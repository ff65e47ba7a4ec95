"""The studio's desk: who tries on what, one click, and the result beside it."""

import logging
from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from typing import Protocol

import streamlit as st

from components import launch_choice, launch_desk, launch_result, notice
from components.launch_choice import Choice, Uploads
from components.launch_desk import Means, Offer, Plan
from components.launch_result import Acts
from components.question import Answer, Ask, Question

log = logging.getLogger(__name__)

# A worker says every five seconds that it lives.
_SILENT = timedelta(seconds=30)
# The session outlives its visitor: somebody else may sign in.
_WHO = "launch.who"
# As many pictures as one launch may make.
_MOST = 100


class Desk(Uploads, Acts, Protocol):
    """What can be done here, and by ``who``; ``hourly`` is how many jobs an hour, None for any."""

    @property
    def who(self) -> str: ...

    @property
    def is_demo(self) -> bool: ...

    def offers(self) -> Sequence[Offer]:
        """Every engine that is known, one of which at least can be used."""
        ...

    @property
    def hourly(self) -> int | None: ...

    def launch(
        self,
        key: str,
        mode: str,
        engine: str,
        persons: Sequence[tuple[str, str]],
        garments: Sequence[tuple[str, str, str]],
        prompt: str,
        count: int,
        batch: str | None,
    ) -> tuple[list[str], str | None]:
        """Launch it, once for a key; gives the ids of the jobs and of their batch."""
        ...


def show(
    ask: Ask, brand: str, named: str, do: Desk, now: datetime, changed: Callable[[], None]
) -> None:
    """Everything that a launch takes and what comes of it, for one brand, by its id and name.

    ``ask`` asks in the scope of that brand; ``changed`` is told when there is another job, or one
    has ended.
    """
    _remember_for(do.who)
    garments = ask("studio/launch_garments", row_count=launch_choice.ROWS)
    try:
        persons = _now(ask("studio/launch_persons", row_count=launch_choice.ROWS)).frame
        every = _now(garments.narrowed({"category": "all", "named": ""})).frame
        means = _means(ask, "you" if do.is_demo else named, do.hourly, now)
    except Exception:
        # Without them there is nothing to launch; the list of jobs below says for itself how it is.
        log.exception("what can be launched could not be read")
        notice.unreadable("The pictures could not be read just now. Nothing is lost.", "launch")
        return
    chosen = launch_choice.choice(brand, do.who, persons, every)
    launch_choice.said()
    offers = do.offers()
    left, right = st.columns([2, 3], gap="large")
    with left:
        planned = launch_desk.plan(offers)
        most = launch_desk.worn_together(planned)
        launch_choice.choose_wanted(chosen, persons, every, many=planned.many, most=most)
        planned = launch_desk.desk(
            planned, chosen, means, do, lambda plan, key: _launch(plan, chosen, key, do, changed)
        )
        launch_desk.others(offers)
    with right:
        question = ask("studio/launch_jobs", row_count=_MOST)
        launch_result.live(question, chosen, planned, do, changed)
    launch_choice.walls(persons, garments, chosen, do, many=planned.many, most=most)
    launch_choice.drop(do)


def _remember_for(who: str) -> None:
    """Forget what was chosen and launched by whoever was signed in here before."""
    if st.session_state.get(_WHO) != who:
        for key in [key for key in st.session_state if str(key).startswith("launch.")]:
            del st.session_state[key]
        st.session_state[_WHO] = who


def _now(question: Question) -> Answer:
    """What the database says now: what was uploaded a moment ago is there."""
    question.forget()
    return question.read()


def _means(ask: Ask, whose: str, hourly: int | None, now: datetime) -> Means:
    since = now.replace(second=0, microsecond=0) - timedelta(hours=1)
    question = ask(
        "studio/launch_means",
        payer="brand" if hourly is None else "user",
        since=since,
        as_of=now.date(),
    )
    row = _now(question).row
    pace = ask("studio/launch_pace").read().frame
    return Means(
        whose=whose,
        credit_count=int(row["credit_count"]),
        is_unlimited=bool(row["is_unlimited"]),
        # NaT, where no worker was ever seen, is no short time.
        is_alive=bool(now - row["worker_seen_at"] < _SILENT),
        pace_s=dict(zip(pace["engine"], pace["attempt_ms"] / 1000, strict=True)),
        left_count=None if hourly is None else hourly - int(row["demo_count"]),
    )


def _launch(plan: Plan, chosen: Choice, key: str, do: Desk, changed: Callable[[], None]) -> None:
    def act() -> tuple[list[str], str | None]:
        return do.launch(
            key,
            plan.mode,
            plan.engine.name,
            [(one.kind, one.id) for one in chosen.persons],
            [(one.kind, one.id, one.category) for one in chosen.garments],
            plan.prompt,
            plan.count,
            plan.batch,
        )

    launched, trouble = launch_choice.tried(act, do.known)
    if launched is None:
        launch_choice.say(trouble, is_trouble=True)
    else:
        # Before anything is drawn: a second click may end this run at any element.
        launch_desk.opened(key)
        launch_result.watch(*launched)
        changed()
    st.rerun()
