"""The leaderboard as the product's first sketch asked it of the raw tables, for comparison."""

from time import perf_counter

from sqlalchemy import text
from sqlalchemy.exc import OperationalError

from bench.timing import Effort, percentile, repeat
from database import connections
from database.tenancy import Scope

# Word for word but for the names of tables and columns, which are today's.
LEADERBOARD = text(
    """
    select
      b.mrr,
      b.name,
      count(j.id) as tryon_sessions,
      avg(j.confidence) as accuracy
    from brands b
    left join tryon_jobs j
      on b.id = j.brand_id and j.finished_at > cast(:now as timestamptz) - interval '30 days'
    where b.mrr > 0
    group by b.id, b.name
    order by b.mrr desc
    limit 10
    """
)


def measure(now: object, effort: Effort) -> list[dict[str, object]]:
    """Time it over the 30 days before ``now`` (an aware datetime), all brands, as pages read."""

    def once() -> float:
        begun = perf_counter()
        with connections.reader(Scope(brands="all")) as connection:
            rows[:] = connection.execute(LEADERBOARD, {"now": now}).all()
        return (perf_counter() - begun) * 1000

    rows: list[object] = []
    timed: dict[str, object] = {"name": "leaderboard on raw tables", "range": "30 days"}
    try:
        times = repeat(once, effort)
    except OperationalError:
        return [timed | {"p50_ms": None, "p95_ms": None, "rows": None, "error": "took too long"}]
    return [
        timed
        | {"p50_ms": percentile(times, 50), "p95_ms": percentile(times, 95), "rows": len(rows)}
    ]
