"""Rollups: the figures that pages read, kept beside the raw rows.

Triggers append every change to queues (`migrations/0013_rollups.sql`); `fold` takes them away and
brings them into the rollups, in one transaction, one folder at a time. Counts are added and taken
away; what a shopper, a purchase or a verdict counts for is worked out anew from the raw rows and
exchanged for what it counted for before. So late, changed and deleted rows come out right, in
whatever order and in however many pieces they are folded.

Each `.sql` file beside this one says what one table holds, of all rows as of a few changes: `fold`,
`rebuild` and `check` run the same ones.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor, as_completed
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from itertools import pairwise
from pathlib import Path
from string import Template

from sqlalchemy import Connection, text

from database import connections

Progress = Callable[[float, str], None]
Params = Mapping[str, object]

_FOLDER = Path(__file__).resolve().parent

# Any number that nobody else takes: who holds it is the one folder.
_LOCK = 7_203_114_561

# How many changes of a queue are folded in one transaction.
_PIECE = 40_000
# Of how many shoppers a rebuild holds the rows in memory at once.
_USERS_AT_ONCE = 50_000

_GRAIN = "grain, starts_on, origin"
_STATES = ["launched", "completed", "failed", "canceled", "rated", "confidence_sum", "cost_sum"]

# Of each rollup: its key, and what is added up under it.
_ROLLUPS: dict[str, tuple[str, list[str]]] = {
    "cells": (f"in_view, category, device, {_GRAIN}", [*_STATES, "confidence_square_sum"]),
    "engines": (f"in_view, engine, {_GRAIN}", _STATES),
    "failures": (f"in_view, engine, failure_code, {_GRAIN}", ["jobs"]),
    "studio": (
        "in_view, product_id, grain, starts_on",
        ["completed", "failed", "unpriced", "credits", "cost_sum", "failed_cost_sum"],
    ),
    "hours": ("in_view, starts_on, origin", ["by_hour"]),
    "confidence": (f"in_view, {_GRAIN}", ["by_bin"]),
    "speed": (
        f"in_view, engine, phase, {_GRAIN}",
        ["buckets", "counts", "p50_ms", "p95_ms", "p99_ms"],
    ),
    "verdicts": (
        f"in_view, category, device, {_GRAIN}, bin",
        ["verdicts", "approved", "confidence_sum", "error_square_sum"],
    ),
    "reasons": (f"in_view, reason, {_GRAIN}", ["jobs"]),
    "rejections": ("in_view, grain, starts_on", ["jobs", "credits"]),
    "agreement": (
        "in_view, grain, starts_on, reviewer_ids, approved_count, first_approved",
        ["jobs"],
    ),
    "launches": (
        "in_view, grain, day, previous_day",
        ["launched", "completed", "saved", "purchased"],
    ),
    "completions": ("in_view, grain, day, previous_day", ["shoppers", "converted"]),
    "active": (
        "in_view, day",
        ["launched", "completed", "saved", "purchased", "shoppers", "converted"],
    ),
    "cohorts": (
        "in_view, grain, split, part, cohort, number, previous_number",
        ["shoppers"],
    ),
    "returns": (
        "in_view, split, part, grain, cohort",
        ["shoppers", "day_1", "day_7", "day_30"],
    ),
    "revenue": (
        "in_view, model, grain, starts_on",
        [
            "attributed_usd", "tryon_usd", "recommendation_usd", "share_usd", "unattributed_usd",
            "tryon_count", "recommendation_count", "share_count", "unattributed_count",
            "purchase_count",
        ],
    ),
    "value": ("in_view, cohort, number", ["revenue_usd", "margin_usd", "purchases"]),
    "spend": ("in_view, grain, starts_on", ["spend_usd"]),
    "answers": ("in_view, grain, starts_on", ["answers", "promoters", "detractors"]),
    # Worked out of others, and exchanged: nothing is added to them.
    "curves": ("in_view, month", []),
    "completion_days": ("day, in_view", []),
    "next_completions": ("day, in_view", []),
}  # fmt: skip
# The longest first.
_OF_JOBS = ["speed", "cells", "confidence", "engines", "hours", "studio", "failures"]
_OF_VERDICTS = ["verdicts", "reasons", "rejections"]
_OF_DAYS = ["cohorts", "returns", "launches", "completions", "active"]
_OF_PURCHASES = ["revenue", "value"]
# What shoppers, purchases and verdicts count for, with their keys.
_FACTS = {
    "shopper_days": "user_id, in_view, day",
    "purchase_facts": "user_id, purchase_id",
    "verdict_facts": "job_id",
}
_FACTS_OF_SHOPPERS = ["shopper_days", "purchase_facts"]
# What is added up of them: all rows, or those that came and those that went since.
_ALL_FACTS = {
    "days": "(select 1 as sign, * from shopper_days)",
    "purchases": "(select 1 as sign, * from purchase_facts)",
}
_CHANGED_FACTS = {
    name: f"(select 1 as sign, * from {facts}_came union all select -1, * from {facts}_went)"
    for name, facts in (("days", "shopper_days"), ("purchases", "purchase_facts"))
}
QUEUES = [
    "job_changes", "shopper_changes", "verdict_changes", "agreement_changes", "spend_changes",
    "answer_changes",
]  # fmt: skip

TABLES = [*(f"rollup_{name}" for name in _ROLLUPS), *_FACTS]

_ALL_JOBS = """(
  select
    1 as sign, brand_id, origin, category, device, engine, product_id, credits, status, confidence,
    engine_cost_usd, failure_code, created_at, started_at, finished_at
  from tryon_jobs
)"""
_ALL_TALLIES = "(select 1 as sign, * from review_tallies)"
_ALL_SPEND = """(
  select brand_id, day, round(amount * usd_rate, 2) as usd from acquisition_spend
)"""
_ALL_ANSWERS = "(select 1 as sign, * from nps_responses)"

# In which views a row counts. Demo visitors' jobs count in that of everything alone, and so do
# those of no brand.
_VIEWS = """(
  select x.in_view
  from (values ({brand}), (every_brand()), ({demo})) as x (in_view)
  where x.in_view is not null
)"""
_JOB_VIEWS = _VIEWS.format(
    brand="case when e.origin <> 'demo' then e.brand_id end",
    demo="case when e.origin <> 'demo' and b.is_demo then every_demo_brand() end",
)
_VERDICT_VIEWS = _VIEWS.format(
    brand="case when b.origin <> 'demo' then b.brand_id end",
    demo="case when b.origin <> 'demo' and b.in_demo then every_demo_brand() end",
)
_BRAND_VIEWS = _VIEWS.format(
    brand="b.brand_id", demo="case when b.in_demo then every_demo_brand() end"
)
# Over all brands count the days of shoppers of one brand, and those put together of one of several.
_DAY_VIEWS = """(
  select x.in_view
  from (values
    (nullif(c.in_view, every_brand())),
    (case when c.in_all then every_brand() end),
    (case when c.in_demo then every_demo_brand() end)
  ) as x (in_view)
  where x.in_view is not null
)"""
_SPLITS = """(
  values
    ('none', 'all'), ('category', c.first_category), ('device', c.first_device),
    ('channel', c.channel)
)"""
# The months from the one before up to the last before a row's own; none for whoever is new.
_MONTHS_UNTIL = """generate_series(
  nullif(g.previous_day, '-infinity')::timestamp, g.day - interval '1 month', interval '1 month'
)"""
# A histogram is merged bucket by bucket with what is there already.
_SPEED_MERGED = """
  select in_view, engine, phase, grain, starts_on, origin, bucket, sum(jobs)::integer as jobs
  from (
    select * from fresh
    union all
    select s.in_view, s.engine, s.phase, s.grain, s.starts_on, s.origin, t.bucket, t.n
    from (select distinct in_view, engine, phase, grain, starts_on, origin from fresh) as k
    join rollup_speed s using (in_view, engine, phase, grain, starts_on, origin)
    cross join lateral unnest(s.buckets, s.counts) as t (bucket, n)
  ) as f
  group by in_view, engine, phase, grain, starts_on, origin, bucket
"""


# Each row that changes takes the page that it was on and the one that it is now on off the map, and
# one in a hundred, scattered, is enough to make most of an index useless by itself. How much of the
# map there was is known of the last time only.
_UNMAPPED = text(
    """
    select c.relname
    from pg_class c
    inner join pg_stat_user_tables s on s.relid = c.oid
    where c.relnamespace = 'public'::regnamespace and c.relname = any(:tables)
      and (
        s.n_dead_tup + s.n_ins_since_vacuum > 0
        or c.relallvisible < 0.8 * c.relpages
        or c.reltuples < 0
      )
    order by c.relname
    """
)


def fold(at_most: int = _PIECE) -> int:
    """Bring waiting changes into the rollups; return how many, at most so many of each queue.

    Returns 0 when nothing waits or somebody else is folding. After a change that cannot be folded
    (a brand became a demo brand, or ceased to be one) everything is rebuilt.

    Raises DatabaseUnavailableError.
    """
    with connections.owner() as connection:
        # Held until the transaction ends, however it ends.
        alone = text("select pg_try_advisory_xact_lock(:lock)")
        if not connection.scalar(alone, {"lock": _LOCK}):
            return 0
        is_stale = bool(connection.scalar(text("select is_stale from rollup_state")))
        count = 0 if is_stale else _fold(connection, at_most)
    if is_stale:
        rebuild()
        return 1
    return count


def fold_all() -> int:
    """Fold until nothing waits; return how many changes there were."""
    count = 0
    while folded := fold():
        count += folded
    return count


def fold_overdue(seconds: float) -> int:
    """Fold what has been waiting for so long already; return how many changes that were."""
    with connections.owner() as connection:
        overdue = connection.scalar(
            text("select rollups_waiting_since() < now() - make_interval(secs => :seconds)"),
            {"seconds": seconds},
        )
    return fold_all() if overdue else 0


def _fold(connection: Connection, at_most: int) -> int:
    _prepare(connection)
    count = _fold_counts(connection, at_most, "job_changes", _OF_JOBS, "jobs")
    count += _fold_verdicts(connection, at_most)
    if tallied := _fold_counts(connection, at_most, "agreement_changes", ["agreement"], "tallies"):
        # Elsewhere a row of zeros may stay. Here it would name whoever has been deleted.
        connection.execute(text("delete from rollup_agreement where jobs = 0"))
    count += tallied
    count += _fold_counts(connection, at_most, "spend_changes", ["spend"], "spend")
    count += _fold_counts(connection, at_most, "answer_changes", ["answers"], "answers")
    count += _fold_shoppers(connection, at_most)
    if count:
        connection.execute(text("update rollup_state set folded_at = now()"))
    return count


# The planner knows little of what a statement makes for itself and of tables that are written while
# they are read. A few keys are looked up; a shopper's rows, once found, are hashed.
def _look_up(connection: Connection) -> None:
    _plan_with(connection, nestloop=True, hashjoin=False)


def _hash(connection: Connection) -> None:
    _plan_with(connection, nestloop=False, hashjoin=True)


def _plan_with(connection: Connection, *, nestloop: bool, hashjoin: bool) -> None:
    statement = text(
        "select set_config('enable_nestloop', :nestloop, true),"
        " set_config('enable_hashjoin', :hashjoin, true),"
        " set_config('enable_mergejoin', 'off', true)"
    )
    on = {True: "on", False: "off"}
    connection.execute(statement, {"nestloop": on[nestloop], "hashjoin": on[hashjoin]})


def _prepare(connection: Connection) -> None:
    for setting in ("statement_timeout = 0", "timezone = 'UTC'", "jit = off"):
        connection.execute(text(f"set local {setting}"))


def _waiting(connection: Connection, queue: str, at_most: int) -> list[int]:
    statement = text(f"select id from {queue} order by id limit :n")
    return list(connection.scalars(statement, {"n": at_most}))


def _forget(connection: Connection, queue: str, ids: list[int]) -> None:
    connection.execute(text(f"delete from {queue} where id = any (:ids)"), {"ids": ids})


def _fold_counts(
    connection: Connection, at_most: int, queue: str, names: Sequence[str], source: str
) -> int:
    """Add a queue's changes, which bear their own sign, to the rollups that read such a source."""
    ids = _waiting(connection, queue, at_most)
    if ids:
        _look_up(connection)
        changes = f"(select * from {queue} where id = any (:ids))"
        for name in names:
            _add(connection, name, {"ids": ids}, merged=_SPEED_MERGED, **{source: changes})
        _forget(connection, queue, ids)
    return len(ids)


def _fold_verdicts(connection: Connection, at_most: int) -> int:
    ids = _waiting(connection, "verdict_changes", at_most)
    if ids:
        _look_up(connection)
        statement = text("select distinct job_id from verdict_changes where id = any (:ids)")
        jobs = {"jobs": list(connection.scalars(statement, {"ids": ids}))}
        of_these = "f.job_id = any (:jobs)"
        _count_verdicts(connection, jobs, "-1", of_these)
        connection.execute(text(f"delete from verdict_facts f where {of_these}"), jobs)
        _run(connection, "verdict_facts", jobs, verdicts="v.job_id = any (:jobs)")
        _count_verdicts(connection, jobs, "1", of_these)
        _forget(connection, "verdict_changes", ids)
    return len(ids)


def _count_verdicts(connection: Connection, params: Params, sign: str, verdicts: str) -> None:
    for name in _OF_VERDICTS:
        _add(connection, name, params, sign=sign, verdicts=verdicts)


def _fold_shoppers(connection: Connection, at_most: int) -> int:
    ids = _waiting(connection, "shopper_changes", at_most)
    if ids:
        _hash(connection)
        statement = text("select distinct user_id from shopper_changes where id = any (:ids)")
        users = {"users": list(connection.scalars(statement, {"ids": ids}))}
        of_these = "j.user_id = any (:users)"
        # Of the two kinds of facts together, which change apart from each other.
        _add(connection, "value", users, sign="-1", users=of_these)
        for facts in _FACTS_OF_SHOPPERS:
            _exchange(connection, facts, users, of_these)
        _add(connection, "value", users, sign="1", users=of_these)
        for name in [*_OF_DAYS, "revenue"]:
            _add(connection, name, {}, **_CHANGED_FACTS)
        _exchange_curves(connection)
        _exchange_completions(connection)
        _forget(connection, "shopper_changes", ids)
    return len(ids)


def _exchange(connection: Connection, facts: str, params: Params, users: str) -> None:
    """Work out some shoppers' facts anew, and hold apart the rows that came and those that went.

    Most of what shoppers count for is as it was before: only what differs is written.
    """
    for part in ("fresh", "came", "went"):
        connection.execute(
            text(
                f"create temporary table if not exists {facts}_{part} (like public.{facts})"
                " on commit delete rows"
            )
        )
        # One transaction may fold several times.
        connection.execute(text(f"truncate {facts}_{part}"))
    _run(connection, facts, params, into=f"{facts}_fresh", users=users)
    before, after = f"select * from {facts} j where {users}", f"select * from {facts}_fresh"
    connection.execute(text(f"insert into {facts}_came {after} except {before}"), params)
    connection.execute(text(f"insert into {facts}_went {before} except {after}"), params)
    same = " and ".join(f"j.{column} = w.{column}" for column in _FACTS[facts].split(", "))
    connection.execute(
        text(f"delete from {facts} j using {facts}_went w where {users} and {same}"), params
    )
    connection.execute(text(f"insert into {facts} select * from {facts}_came"))


def _exchange_curves(connection: Connection) -> None:
    """Work out anew the curves of the brands for which something came or went."""
    changed = text(
        "select in_view from shopper_days_came union select in_view from shopper_days_went"
        " union select brand_id from purchase_facts_came"
        " union select brand_id from purchase_facts_went"
    )
    brands = {"brands": list(connection.scalars(changed))}
    connection.execute(text("delete from rollup_curves where in_view = any (:brands)"), brands)
    _run(connection, "curves", brands, brands="select id from brands where id = any (:brands)")


def _exchange_completions(connection: Connection) -> None:
    """Make anew the running sums of the days and brands for which something came or went."""
    _look_up(connection)
    for name, day, completed in (
        ("completion_days", "day", "day"),
        ("next_completions", "previous_completion", "previous_day"),
    ):
        changed = text(
            f"select distinct {day} as day, in_view from ("
            " select * from shopper_days_came union all select * from shopper_days_went"
            f") as x where in_view <> every_brand() and {day} > '-infinity'"
        )
        rows = connection.execute(changed).all()
        touched = {"days": [row.day for row in rows], "brands": [row.in_view for row in rows]}
        these = "unnest(cast(:days as date[]), cast(:brands as uuid[])) as t (day, in_view)"
        connection.execute(
            text(
                f"delete from rollup_{name} c using {these}"
                " where c.day = t.day and c.in_view = t.in_view"
            ),
            touched,
        )
        same = f"join {these} on t.day = c.{completed} and t.in_view = c.in_view"
        _run(connection, name, touched, touched=same)


def _add(connection: Connection, name: str, params: Params, **parts: str) -> None:
    """Run a rollup's statement, adding to what is there already under the same key."""
    key, sums = _ROLLUPS[name]
    sets = ", ".join(f"{column} = {_sum(name, column)}" for column in sums)
    _run(connection, name, params, f" on conflict ({key}) do update set {sets}", **parts)


def _sum(name: str, column: str) -> str:
    if name == "speed":
        return f"excluded.{column}"
    if column in ("by_hour", "by_bin"):
        return f"added(rollup_{name}.{column}, excluded.{column})"
    return f"rollup_{name}.{column} + excluded.{column}"


def _run(connection: Connection, name: str, params: Params, ending: str = "", **parts: str) -> None:
    template = Template((_FOLDER / f"{name}.sql").read_text())
    known = {
        "job_views": _JOB_VIEWS,
        "verdict_views": _VERDICT_VIEWS,
        "brand_views": _BRAND_VIEWS,
        "day_views": _DAY_VIEWS,
        "splits": _SPLITS,
        "months_until": _MONTHS_UNTIL,
        "by_hour": _places(24),
        "by_bin": _places(50),
    }
    connection.execute(text(template.substitute(known, **parts) + ending), params)


def _places(count: int) -> str:
    return ", ".join(
        f"coalesce(sum(jobs) filter (where place = {place}), 0)::integer" for place in range(count)
    )


def rebuild(progress: Progress | None = None) -> None:
    """Make all rollups anew from the raw rows and put them in the place of the old ones.

    Pages go on reading the old ones meanwhile, and what changes waits. `progress` is called with
    the share that is done and what is being done. Raises DatabaseUnavailableError.
    """
    report = progress or _silent
    with _taking_turns():
        with connections.owner() as connection:
            connection.execute(text("drop schema if exists rebuilt cascade"))
            connection.execute(text("create schema rebuilt"))
            for table in TABLES:
                # Keys and indexes come once it is filled.
                like = f"like public.{table} including constraints including defaults"
                connection.execute(text(f"create table rebuilt.{table} ({like})"))
        with connections.owner() as connection:
            snapshot = _begin_build(connection)
            _side_by_side(
                _from_raw_rows(_chunks(connection)), snapshot, _part(report, 0.0, 0.7, "Counting")
            )
            # What has just been written is newer than the moment that the raw rows are read at.
            _side_by_side(_from_facts(), None, _part(report, 0.7, 0.96, "Adding up"))
            _side_by_side(_from_rollups(), None, _part(report, 0.96, 0.97, "Adding up"))
            report(0.97, "Putting the rollups in place")
            connection.execute(text("set local search_path = public"))
            _replace(connection)
            # This transaction sees the changes that were there when it began, which are just those
            # that have been counted.
            for queue in QUEUES:
                connection.execute(text(f"delete from {queue}"))
            connection.execute(
                text(
                    "update rollup_state"
                    " set is_stale = false, folded_at = now(), rebuilt_at = now()"
                )
            )
        with connections.owner() as connection:
            connection.execute(text("drop schema rebuilt"))
        vacuum()
    report(1.0, "Complete")


def vacuum() -> None:
    """Bring statistics up to date, and the map of pages for which an index alone may answer.

    Only of rollups that have changed since, or have little of that map: each change takes pages
    off it, so the worker looks again now and then. Raises DatabaseUnavailableError.
    """
    with connections.owner() as connection:
        # A change is on the map once it is on the disk: commits do not wait for that, but this one
        # does, and for those before it.
        connection.execute(text("set local synchronous_commit = on"))
        connection.execute(text("select pg_logical_emit_message(true, 'rollups', 'vacuum')"))
    with connections.maintenance() as connection:
        unmapped = connection.scalars(_UNMAPPED, {"tables": TABLES}).all()
        if unmapped:
            connection.execute(text(f"vacuum (analyze) {', '.join(unmapped)}"))


def check(progress: Progress | None = None) -> list[str]:
    """Compare all rollups with what the raw rows give; return the differences, a sentence each.

    What waits is folded first. The outcome is kept in `rollup_state`. Raises
    DatabaseUnavailableError.
    """
    report = progress or _silent
    with _taking_turns(), connections.owner() as connection:
        _begin_build(connection)
        # Rollups and raw rows of one moment: all that this transaction sees waiting is folded in.
        while _fold(connection, _PIECE):
            pass
        connection.execute(text("set local search_path = pg_temp, public"))
        for table in TABLES:
            connection.execute(
                text(f"create temporary table {table} (like public.{table}) on commit drop")
            )
        steps = [*_from_raw_rows([_EVERYBODY]), *_from_facts(), *_from_rollups()]
        for number, step in enumerate(steps):
            report(0.9 * number / len(steps), "Recounting")
            step(connection)
        report(0.9, "Comparing")
        found = [sentence for name in TABLES if (sentence := _difference(connection, name))]
        connection.execute(
            text("update rollup_state set checked_at = now(), differences = :found"),
            {"found": found},
        )
    report(1.0, "Complete")
    return found


def _silent(_share: float, _what: str) -> None:
    """Report nothing."""


@contextmanager
def _taking_turns() -> Iterator[None]:
    """Keep everybody else from folding and rebuilding."""
    # Held by a transaction of its own: the one that counts must not have begun before.
    with connections.owner() as connection:
        _prepare(connection)
        connection.execute(text("select pg_advisory_xact_lock(:lock)"), {"lock": _LOCK})
        yield


def _begin_build(connection: Connection, snapshot: str | None = None) -> str:
    """See one moment throughout the transaction; return its name for other transactions."""
    connection.execute(text("set transaction isolation level repeatable read"))
    if snapshot is not None:
        connection.exec_driver_sql(f"set transaction snapshot '{snapshot}'")
    _prepare(connection)
    for setting in (
        "search_path = rebuilt, public",
        "synchronous_commit = off",
        "work_mem = '256MB'",
        "hash_mem_multiplier = 4",
        "maintenance_work_mem = '512MB'",
    ):
        connection.execute(text(f"set local {setting}"))
    _hash(connection)
    return str(connection.scalar(text("select pg_export_snapshot()")))


# One statement or two, in any order among those of its phase.
_Step = Callable[[Connection], None]


@dataclass(frozen=True)
class _Users:
    """Some shoppers: a condition on `j.user_id`, with its parameters."""

    condition: str
    params: Params


_EVERYBODY = _Users("true", {})


def _chunks(connection: Connection) -> list[_Users]:
    """All shoppers, in parts whose rows fit into memory."""
    starts = connection.scalars(
        text(
            "select id from (select id, row_number() over (order by id) as place from users) as u"
            " where u.place % :size = 1"
        ),
        {"size": _USERS_AT_ONCE},
    ).all()
    return [
        _Users("j.user_id >= :low", {"low": low})
        if high is None
        else _Users("j.user_id >= :low and j.user_id < :high", {"low": low, "high": high})
        for low, high in pairwise([*starts, None])
    ]


def _from_raw_rows(chunks: list[_Users]) -> list[_Step]:
    """What is counted from the raw rows; the longest steps first."""
    return [
        *(
            partial(_make, name=name, jobs=_ALL_JOBS, merged="select * from fresh")
            for name in _OF_JOBS
        ),
        *(partial(_make_facts, users=users) for users in chunks),
        partial(_make, name="agreement", tallies=_ALL_TALLIES),
        partial(_make, name="spend", spend=_ALL_SPEND),
        partial(_make, name="answers", answers=_ALL_ANSWERS),
        _make_verdicts,
    ]


def _from_facts() -> list[_Step]:
    return [
        *(
            partial(_make, name=name, sign="1", users="true", **_ALL_FACTS)
            for name in [*_OF_DAYS, *_OF_PURCHASES]
        ),
        partial(_add_key, table="shopper_days"),
        partial(_add_key, table="purchase_facts"),
    ]


def _from_rollups() -> list[_Step]:
    return [
        partial(_make, name="completion_days", touched=""),
        partial(_make, name="next_completions", touched=""),
        partial(_make, name="curves", brands="select id from brands"),
    ]


def _make(connection: Connection, /, name: str, **parts: str) -> None:
    # Rows that are read together lie together. The columns of the key come first in every table.
    places = range(1, len(_ROLLUPS[name][0].split(",")) + 1)
    _run(connection, name, {}, f" order by {', '.join(map(str, places))}", **parts)
    # Afterwards, in one go: many times faster than row by row.
    _add_key(connection, f"rollup_{name}")


def _make_facts(connection: Connection, users: _Users) -> None:
    for facts in _FACTS_OF_SHOPPERS:
        _run(connection, facts, users.params, into=facts, users=users.condition)


def _make_verdicts(connection: Connection) -> None:
    _run(connection, "verdict_facts", {}, verdicts="true")
    _add_key(connection, "verdict_facts")
    for name in _OF_VERDICTS:
        _make(connection, name, sign="1", verdicts="true")


def _add_key(connection: Connection, table: str) -> None:
    key = _FACTS[table] if table in _FACTS else _ROLLUPS[table.removeprefix("rollup_")][0]
    connection.execute(text(f"alter table {table} add constraint {table}_pkey primary key ({key})"))
    others = text(
        """
        select pg_get_indexdef(indexrelid) from pg_index
        where indrelid = cast('public.' || :table as regclass) and not indisprimary
        """
    )
    for definition in connection.scalars(others, {"table": table}).all():
        connection.exec_driver_sql(definition.replace(f" ON public.{table} ", f" ON {table} "))


def _side_by_side(
    steps: Sequence[_Step], snapshot: str | None, report: Callable[[float], None]
) -> None:
    """Run steps on two connections, each step in a transaction of its own."""

    def run(step: _Step) -> None:
        with connections.owner() as connection:
            _begin_build(connection, snapshot)
            step(connection)

    with ThreadPoolExecutor(2) as threads:
        running = [threads.submit(run, step) for step in steps]
        try:
            for done, future in enumerate(as_completed(running), start=1):
                future.result()
                report(done / len(steps))
        finally:
            for future in running:
                future.cancel()


def _part(report: Progress, since: float, until: float, what: str) -> Callable[[float], None]:
    return lambda share: report(since + (until - since) * share, what)


def _replace(connection: Connection) -> None:
    for table in TABLES:
        connection.execute(text(f"drop table public.{table}"))
        connection.execute(text(f"alter table rebuilt.{table} set schema public"))
        if rule := _rule(table):
            connection.execute(text(f"call protect('{table}', {rule}, '*', 'select')"))
        else:
            connection.execute(text(f"alter table {table} enable row level security"))


def _rule(table: str) -> str | None:
    """Who reads a table, as an expression; None when only the folder does."""
    if table == "verdict_facts":
        return "verdict_rule()"
    return None if table == "purchase_facts" else "view_rule()"


def _difference(connection: Connection, table: str) -> str | None:
    columns = connection.scalar(
        text(
            """
            select string_agg(attname, ', ' order by attnum) from pg_attribute
            where attrelid = cast('public.' || :table as regclass) and attnum > 0
              and not attisdropped and attgenerated = ''
            """
        ),
        {"table": table},
    )
    what = f"select {columns} from {{}}.{table} where {is_something(table)}"
    kept, recounted = what.format("public"), what.format("pg_temp")
    count = connection.scalar(
        text(
            f"select count(*) from (({kept} except all {recounted})"
            f" union all ({recounted} except all {kept})) as differing"
        )
    )
    return f"{table} differs from the raw rows in {count} rows." if count else None


def is_something(table: str) -> str:
    """Say of which rows of one of TABLES something counts, as a condition.

    What came to nothing may stay as a row of zeros.
    """
    counts = [] if table in _FACTS else _ROLLUPS[table.removeprefix("rollup_")][1]
    if not counts:
        return "true"
    if "buckets" in counts:
        return "cardinality(buckets) > 0"
    if counts[0] in ("by_hour", "by_bin"):
        return f"0 <> any ({counts[0]})"
    return f"({', '.join(counts)}) <> ({', '.join('0' for _ in counts)})"
