"""Every query on more data: the same question to two databases, in turn.

What a machine has to do beside it changes from minute to minute, and two runs differ by that more
than by their data. Two answers that are milliseconds apart do not.
"""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from itertools import groupby
from math import inf
from operator import itemgetter
from pathlib import Path
from statistics import median
from time import perf_counter
from typing import Any

import queries
from bench import home
from bench.queries import Question, questions
from bench.results import table
from bench.timing import Effort
from database import connections

GOAL_RATIO = 1.2


@dataclass(frozen=True)
class Pair:
    """A query over one range in one scope: its median on the data, on more, and their ratio.

    All three are None where it failed on either, which ``error`` then says.
    """

    name: str
    scope: str
    range: str
    filter: str
    more_jobs: int
    p50_ms: float | None
    more_p50_ms: float | None
    ratio: float | None
    error: str | None = None


@dataclass(frozen=True)
class Side:
    """An opened home, and what is in it."""

    directory: Path
    data: home.Data

    def questions(self) -> list[Question]:
        """Return what is asked of it."""
        with home.used(self.directory):
            return list(questions(self.data.until))

    def ask(self, question: Question) -> float:
        """Answer one of its questions, and return the time in ms. Raises QueryFailedError."""
        with home.used(self.directory):
            return question.ask().elapsed_ms


def measure(less: Side, more: Side, effort: Effort) -> list[dict[str, object]]:
    """Time every query on both.

    What took more than GOAL_RATIO times as long is asked once more at the end, over connections of
    its own, and that stands: what a connection went through before is no growth.
    """
    asked = list(zip(less.questions(), more.questions(), strict=True))
    both = [((less, one), (more, other)) for one, other in asked]
    timed = [_time(one, effort) for one in both]
    for place, pair in enumerate(timed):
        if pair.ratio is not None and pair.ratio > GOAL_RATIO:
            connections.dispose()
            timed[place] = _time(both[place], effort)
    return [asdict(pair) for pair in timed]


def _time(both: tuple[tuple[Side, Question], tuple[Side, Question]], effort: Effort) -> Pair:
    (less, question), (more, _) = both
    label = (question.name, question.view, question.range, question.filter, more.data.jobs)
    times: dict[Side, list[float]] = {less: [], more: []}
    begun = perf_counter()
    try:
        # Once more than counts: the first time finds cold files.
        for turn in range(effort.times + 1):
            if turn > 1 and perf_counter() - begun > effort.seconds:
                break
            for side, asked in both:
                times[side].append(side.ask(asked))
    except queries.QueryFailedError as error:
        return Pair(*label, None, None, None, str(error))
    before, after = (median(kept[1:] or kept) for kept in times.values())
    return Pair(*label, round(before, 1), round(after, 1), round(after / before, 2))


def report(rows: Sequence[Mapping[str, Any]]) -> str:
    """The question of each query that grew most, that with the highest ratio first; the goal."""
    by_name = itemgetter("name")
    worst = [
        max(of_name, key=_growth) for _, of_name in groupby(sorted(rows, key=by_name), by_name)
    ]
    worst.sort(key=_growth, reverse=True)
    columns = {
        "name": "grew most",
        "scope": "scope",
        "range": "range",
        "filter": "filter",
        "p50_ms": "p50 ms",
        "more_p50_ms": "with more",
        "ratio": "ratio",
    }
    within = sum(_growth(row) <= GOAL_RATIO for row in worst)
    goal = f"at most {GOAL_RATIO} times as long: {within} of {len(worst)} queries"
    return f"{table(columns, worst)}\n{goal}"


def _growth(row: Mapping[str, Any]) -> float:
    # One that failed took longer than any that did not.
    return inf if row["ratio"] is None else float(row["ratio"])
