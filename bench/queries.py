"""Every query file as a page asks it, for several scopes and ranges, never from the cache."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import UTC, datetime, timedelta
from math import inf
from typing import Any

from sqlalchemy import text

import queries
from bench.results import table
from bench.timing import Effort, percentile, repeat
from database import connections
from database.tenancy import Scope

GOAL_MS = 20
# What no query may take, whatever the rest does.
LIMIT_MS = 50

# The last begins and ends in the middle of a month, when most days are added up beside the months.
CUT = "cut months"
RANGES = {"7 days": 7, "30 days": 30, "12 months": 365, CUT: 365}
# What pages ask, by the name of the parameter, beside the days. A query with one that is not here
# cannot be measured.
VALUES: dict[str, queries.Parameter] = {
    "policy": "strict",
    "origin": "shopper",
    "kind": "all",
    "danger": "scheduled",
    "model": "last",
    "source": "any",
    "reached": "launched",
    "step": "day",
    "split": "category",
    "over": "brand",
    "part": "all",
    "phase": "processing",
    "first_period": 7,
    "next_period": 8,
    "batch": "all",
    "favorite": "all",
    "tag": "all",
    "field": "all",
    "field_value": "",
    "is_active": "all",
    "paid": "all",
    "words": "",
    "before_at": datetime(2100, 1, 1, tzinfo=UTC),
    "before_id": "ffffffff-ffff-ffff-ffff-ffffffffffff",
    "look_count": 1000,
    "dated": "launched",
    "engine": "all",
    "status": "all",
    "failure": "all",
    "verdict": "all",
    "reason": "all",
    "shopper": "all",
    "weekday_number": 0,
    "hour_number": -1,
    "bin_number": -1,
    "payer": "brand",
    "named": "",
    "in_batch": "none",
    "product_id": "00000000-0000-7000-8000-000000000000",
    "mode": "on",
    "numbers": ",".join(map(str, range(31))),
    "category": "all",
    "device": "all",
    "day_number": 30,
    "bin_count": 10,
    "row_count": 50,
}
# What is asked of the last minutes alone, and how many.
LIVE = {"studio/queue_state": timedelta(minutes=10)}
# What a reader may pick on a page, by itself and together.
FILTERS: dict[str, dict[str, queries.Parameter]] = {
    "none": {},
    "category": {"category": "dresses"},
    "device": {"device": "ios"},
    "category and device": {"category": "dresses", "device": "ios"},
}


@dataclass(frozen=True)
class Timed:
    """A query over one range in one scope.

    ``p50_ms`` and ``p95_ms`` are from asking for a connection to having the frame; both are None
    where the query failed, which ``error`` then says.
    """

    name: str
    scope: str
    range: str
    filter: str
    p50_ms: float | None
    p95_ms: float | None
    rows: int | None
    error: str | None = None


@dataclass(frozen=True)
class View:
    """A scope, and one of the jobs in it."""

    name: str
    scope: Scope
    job_id: str


@dataclass(frozen=True)
class Question:
    """A query with all that it is asked with; the first four fields say which one it is."""

    name: str
    view: str
    range: str
    filter: str
    scope: Scope
    params: Mapping[str, queries.Parameter]

    def ask(self) -> queries.Answer:
        """Answer it from the database, whatever was kept.

        Raises QueryFailedError.
        """
        queries.refresh(self.name, self.scope, **self.params)
        return queries.read(self.name, self.scope, **self.params)


_BY_JOBS = text(
    """
    select brand_id, max(cast(id as text)) as job_id
    from tryon_jobs
    where brand_id is not null
    group by brand_id
    order by count(*), brand_id
    """
)


def views() -> list[View]:
    """All brands as the team sees them, the brand with the most jobs, and one with the fewest."""
    with connections.owner() as connection:
        brands = connection.execute(_BY_JOBS).all()
    top, tail = brands[-1], brands[0]
    return [
        View("all brands", Scope(brands="all"), top.job_id),
        View("top brand", Scope.of_brands([top.brand_id]), top.job_id),
        View("tail brand", Scope.of_brands([tail.brand_id]), tail.job_id),
    ]


def asked(
    name: str, span: str, until: datetime, job_id: str = "", picked: str = "none"
) -> dict[str, queries.Parameter]:
    """The parameters of a query over the days before that of ``until``, or about a job.

    ``span`` is one of RANGES, ``picked`` one of FILTERS. Raises LookupError for a parameter without
    a value in VALUES.
    """
    today = until.date()
    end = (today - timedelta(days=16)).replace(day=16) if span == CUT else today
    known = {
        **VALUES,
        **FILTERS[picked],
        "since": end - timedelta(days=RANGES.get(span, 0)),
        "until": end,
        "as_of": today,
        "job_id": job_id,
        "job_ids": job_id,
    }
    if name in LIVE:
        known["since"] = until - LIVE[name]
    wanted = queries.parameters(name)
    if "part" in wanted:
        known["split"] = "none"  # whose one part is all
    if missing := sorted(wanted - known.keys()):
        raise LookupError(f"bench/queries.py has no value for {', '.join(missing)} of {name}.")
    return {key: known[key] for key in wanted}


def questions(until: datetime) -> Iterator[Question]:
    """Every query in every scope, range and filter, on data up to ``until``.

    Days end with the one before it.
    """
    for view in views():
        for name in queries.names():
            wanted = queries.parameters(name)
            ranges = RANGES if "since" in wanted and name not in LIVE else ["–"]
            for span in ranges:
                for picked, filters in FILTERS.items():
                    if not filters.keys() <= wanted:
                        continue
                    yield Question(
                        name,
                        view.name,
                        span,
                        picked,
                        view.scope,
                        asked(name, span, until, view.job_id, picked),
                    )


def measure(until: datetime, effort: Effort) -> list[dict[str, object]]:
    """Time every query on data up to ``until``."""
    return [asdict(_time(question, effort)) for question in questions(until)]


def _time(question: Question, effort: Effort) -> Timed:
    label = (question.name, question.view, question.range, question.filter)
    answers: list[queries.Answer] = []

    def once() -> float:
        answers[:] = [question.ask()]
        return answers[0].elapsed_ms

    try:
        times = repeat(once, effort)
    except queries.QueryFailedError as error:
        return Timed(*label, None, None, None, str(error))
    return Timed(*label, percentile(times, 50), percentile(times, 95), len(answers[0].frame))


def report(rows: Sequence[Mapping[str, Any]]) -> str:
    """The slowest p95 of each query by scope and range, the slowest query first, and the goals."""
    scope_names = list(dict.fromkeys(row["scope"] for row in rows))
    by_name: dict[str, dict[str, Any]] = {}
    for row in rows:
        line = by_name.setdefault(row["name"], {"name": row["name"], "rows": 0, "worst": 0.0})
        # One that failed took longer than any that did not.
        slow = inf if row["p95_ms"] is None else row["p95_ms"]
        for column in (f"{row['scope']} {row['range']}", "worst"):
            line[column] = max(line.get(column, 0.0), slow)
        line["rows"] = max(line["rows"], row["rows"] or 0)
    lines = sorted(by_name.values(), key=lambda line: -line["worst"])
    columns = {"name": "p95 in ms", "worst": "worst", "rows": "rows"} | {
        f"{scope} {days}": f"{scope.split()[0]} {days.replace(' ', '')}"
        for days in [*RANGES, "–"]
        for scope in scope_names
    }
    over = [line["name"] for line in lines if line["worst"] > GOAL_MS]
    far_over = [line["name"] for line in lines if line["worst"] > LIMIT_MS]
    goal = (
        f"p95 at most {GOAL_MS} ms: {len(lines) - len(over)} of {len(lines)} queries;"
        f" over {LIMIT_MS} ms: {len(far_over)}"
    )
    return f"{table(columns, lines)}\n{goal}"
