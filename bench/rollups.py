"""The rollups: how long making them takes, how large they are, how long a busy day waits."""

from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from time import perf_counter
from typing import Any

from sqlalchemy import TextClause, text

from bench.results import table
from database import connections, rollups

DAY_OF_JOBS = 80_000
GOALS_S = {"rebuild": 360.0, "fold": 20.0}

# What the rollups are made of.
RAW = [
    "acquisition_spend",
    "nps_responses",
    "purchase_returns",
    "purchases",
    "reviews",
    "shoppers",
    "touches",
    "tryon_jobs",
    "wardrobe_items",
]

# Finished jobs of days before, as if all had been launched on that one day.
_ARRIVE = text(
    """
    insert into tryon_jobs (
      brand_id, user_id, origin, status, category, device, engine, engine_version, credits,
      confidence, engine_cost_usd, failure_code, created_at, started_at, finished_at,
      idempotency_key
    )
    select
      brand_id, user_id, origin, status, category, device, engine, engine_version, credits,
      confidence, engine_cost_usd, failure_code, created_at + later, started_at + later,
      finished_at + later, 'bench ' || row_number() over ()
    from (
      select
        j.*,
        cast(:day as timestamptz) - date_trunc('day', j.created_at, 'UTC') as later
      from tryon_jobs j
      where j.created_at < cast(:day as timestamptz) and j.status in ('completed', 'failed')
      limit :count
    ) as j
    """
)
_LEAVE = text(
    """
    delete from tryon_jobs
    where created_at >= cast(:day as timestamptz)
      and created_at < cast(:day as timestamptz) + interval '1 day'
      and idempotency_key like 'bench %'
    """
)
_SIZE = text(
    """
    select sum(pg_total_relation_size(cast(name as regclass))) as bytes
    from unnest(cast(:names as text[])) as n (name)
    """
)


def measure(until: datetime) -> list[dict[str, object]]:
    """Rebuild the rollups, and fold a day of many jobs and their deletion.

    ``until`` is the last moment with data. Each row is a step with its ``seconds``,
    or tables with their ``bytes`` (those of the rollups as they are after the rebuild).
    """
    rollups.fold_all()
    rows: list[dict[str, object]] = [
        {"name": "rebuild", "seconds": _seconds(rollups.rebuild), "goal_s": GOALS_S["rebuild"]}
    ]
    for name, tables in (("rollups", rollups.TABLES), ("raw tables", RAW)):
        with connections.owner() as connection:
            size = connection.scalar(_SIZE, {"names": list(tables)})
        rows.append({"name": name, "bytes": int(size or 0)})
    # The day before the one that is not over.
    day = until.date() - timedelta(days=1)
    try:
        arrived = _change(_ARRIVE, day=day, count=DAY_OF_JOBS)
        rows.append(
            {
                "name": f"fold {arrived:,} jobs of one day",
                "seconds": _seconds(rollups.fold_all),
                "goal_s": GOALS_S["fold"],
            }
        )
    finally:
        left = _change(_LEAVE, day=day)
    rows.append(
        {"name": f"fold the deletion of {left:,} jobs", "seconds": _seconds(rollups.fold_all)}
    )
    return rows


def report(rows: Sequence[dict[str, Any]]) -> str:
    """Seconds beside their goals, sizes, and how the sizes compare."""
    steps = [row for row in rows if "seconds" in row]
    sizes = {row["name"]: row["bytes"] for row in rows if "bytes" in row}
    share = sizes["rollups"] / sizes["raw tables"]
    return (
        f"{table({'name': 'step', 'seconds': 'seconds', 'goal_s': 'goal'}, steps)}\n"
        f"rollups {sizes['rollups'] / 2**20:,.0f} MiB,"
        f" raw tables {sizes['raw tables'] / 2**20:,.0f} MiB: {share:.2f} times their size (goal 1)"
    )


def _change(statement: TextClause, **params: object) -> int:
    with connections.owner() as connection:
        connection.execute(text("set local statement_timeout = 0"))
        return connection.execute(statement, params).rowcount


def _seconds(step: Callable[[], object]) -> float:
    begun = perf_counter()
    step()
    return round(perf_counter() - begun, 2)
