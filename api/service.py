"""How the service is: for whoever watches it."""

import logging
from typing import Any, Literal

from fastapi import APIRouter, Request, Response
from prometheus_client import CONTENT_TYPE_LATEST, CollectorRegistry, generate_latest
from prometheus_client.core import GaugeMetricFamily
from sqlalchemy import text
from sqlalchemy.exc import SQLAlchemyError

from accounts import tokens
from api.problems import ProblemError
from api.shapes import Shape
from database import connections, migrate
from database.tenancy import Scope
from settings import settings

router = APIRouter(tags=["service"])

_log = logging.getLogger(__name__)

# Several heartbeats may be missed, one after the other, before a worker counts as dead.
_HEARTBEAT_MAX_AGE_SECONDS = 30
# What somebody waits for begins within seconds; this long, nobody works.
_QUEUE_MAX_AGE_SECONDS = 900

Check = Literal["database", "migrations", "worker", "queue"]


class Health(Shape):
    """Whether the service is well; ``checks`` for whoever has the token of the metrics."""

    status: Literal["ok", "not ok"]
    checks: dict[Check, bool] | None = None


_STATE = text(
    """
    select
      (
        select extract(epoch from now() - max(last_heartbeat)) from procrastinate_workers
      ) as heartbeat_age_seconds,
      (
        select extract(epoch from now() - min(j.created_at))
        from tryon_jobs j
        left join batches b on b.id = j.batch_id
        where j.status = 'queued' and b.paused_at is null and j.priority > 0
      ) as queue_age_seconds,
      extract(epoch from now() - rollups_waiting_since()) as fold_lag_seconds
    """
)


def checks() -> dict[Check, bool]:
    """What is well: the database, its schema, a worker that lives, a queue that moves.

    What is not goes to the log.
    """
    found: dict[Check, bool] = {
        "database": False, "migrations": False, "worker": False, "queue": False
    }  # fmt: skip
    try:
        pending = [entry.name for entry in migrate.status() if not entry.applied or entry.edited]
        found["database"] = True
        found["migrations"] = not pending
        if pending:
            _log.error("health: not migrated: %s", ", ".join(pending))
            return found
        with connections.writer(Scope.system()) as connection:
            state = connection.execute(_STATE).one()
    except (connections.DatabaseUnavailableError, SQLAlchemyError) as error:
        _log.error("health: %s", error)
        return found
    beat, waited = state.heartbeat_age_seconds, state.queue_age_seconds
    found["worker"] = beat is not None and beat < _HEARTBEAT_MAX_AGE_SECONDS
    found["queue"] = waited is None or waited < _QUEUE_MAX_AGE_SECONDS
    if not found["worker"]:
        _log.error("health: no worker has been seen for %s seconds", _HEARTBEAT_MAX_AGE_SECONDS)
    if not found["queue"]:
        _log.error("health: a job has waited for %.0f seconds", waited)
    return found


def _may_look(request: Request) -> bool:
    kind, _, token = request.headers.get("authorization", "").partition(" ")
    return kind.lower() == "bearer" and tokens.is_same(token.strip(), settings().metrics_token)


@router.get(
    "/health",
    response_model_exclude_none=True,
    responses={503: {"model": Health, "description": "Something is not well."}},
)
def health(request: Request, response: Response) -> Health:
    """Tell whether the service is well: 503 when database, schema, worker or queue are not."""
    found = checks()
    well = all(found.values())
    if not well:
        response.status_code = 503
    return Health(status="ok" if well else "not ok", checks=found if _may_look(request) else None)


_JOBS = text(
    """
    select cast(status as text) as status, count(*) as job_count
    from tryon_jobs
    where status in ('queued', 'processing') or created_at > now() - interval '1 hour'
    group by status
    """
)


class _Collector:
    """Asks the database at each scrape; nothing is counted in a process that may restart."""

    def collect(self) -> Any:
        with connections.writer(Scope.system()) as connection:
            state = connection.execute(_STATE).one()
            jobs = {row.status: row.job_count for row in connection.execute(_JOBS)}
        family = GaugeMetricFamily(
            "closetai_jobs", "Open jobs, and those of the last hour that ended.", labels=["status"]
        )
        for status in ("queued", "processing", "completed", "failed", "canceled"):
            family.add_metric([status], jobs.get(status, 0))
        yield family
        for name, said, value in (
            ("queue_age", "How long the oldest launched job has waited.", state.queue_age_seconds),
            ("fold_lag", "How far the rollups are behind.", state.fold_lag_seconds),
            ("heartbeat_age", "Since when no worker was seen.", state.heartbeat_age_seconds),
        ):
            # Nothing waits: no age. A worker that never was has none either, and that is no zero.
            if value is not None or name != "heartbeat_age":
                yield GaugeMetricFamily(f"closetai_{name}_seconds", said, value=float(value or 0))


@router.get(
    "/metrics",
    response_class=Response,
    responses={200: {"content": {"text/plain": {}}, "description": "Prometheus' text format."}},
)
def metrics(request: Request) -> Response:
    """Figures of the service for Prometheus; takes the token of CLOSETAI_METRICS_TOKEN."""
    if not _may_look(request):
        raise ProblemError(
            401, "This takes the token of the metrics.", headers={"WWW-Authenticate": "Bearer"}
        )
    registry = CollectorRegistry()
    registry.register(_Collector())
    return Response(generate_latest(registry), media_type=CONTENT_TYPE_LATEST)
