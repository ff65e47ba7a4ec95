"""The queue: which job runs next, who holds it, and how it ends.

The jobs and their attempts are the queue; there is no second copy of their state. A worker holds a
job by an open attempt with a lease. Whoever changes a job's state locks the job's row first, and an
answer counts only while its attempt is open: one that comes late, from a worker that was given up
or after a cancellation, finds the attempt ended and changes nothing.

All of it runs with the scope of the system: it is for workers, never for a page.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from decimal import Decimal
from typing import Final
from uuid import UUID

from psycopg.types.json import Jsonb
from sqlalchemy import Connection, text

from database.connections import writer
from database.tenancy import Scope
from tryon import storage
from tryon.storage import File

# How often a job is tried again after a failure that may pass, and how often in all: each further
# one has lost its worker.
MOST_FAILURES: Final = 3
MOST_ATTEMPTS: Final = 6

# Procrastinate's task that has a worker look here, and where it comes: to the worker that makes
# pictures itself, and to those that wait for providers.
LOOK: Final = "look"
HERE: Final = "here"
ELSEWHERE: Final = "elsewhere"
QUEUES: Final = (HERE, ELSEWHERE)


@dataclass(frozen=True, slots=True)
class Claim:
    """An attempt at a job that this worker holds.

    `reference` is what the engine calls the job when an attempt that was lost had ordered it
    already. `key` is the same for all attempts at one order.
    """

    job: UUID
    attempt: int
    engine: str
    key: str
    reference: str | None


# What runs next is said in the function, with the migrations: one statement over the jobs.
_NEXT = text("select id, engine from next_job(:only, :never)")

# From here on the job's row is locked, and each statement sees what others had done before.
_LOSE = text(
    """
    update job_attempts set ended_at = now(), outcome = 'lost'
    where job_id = :job and ended_at is null and lease_until <= now()
    """
)
_ATTEMPTS = text(
    """
    select number, outcome, reference, ended_at is null or retry_at > now() as is_held
    from job_attempts
    where job_id = :job
    order by number
    """
)
_START = text("update tryon_jobs set status = 'processing' where id = :job and status = 'queued'")
_ATTEMPT = text(
    """
    insert into job_attempts (job_id, number, engine, worker, lease_until, reference)
    values (:job, :number, :engine, :worker, now() + :lease, :reference)
    """
)


def claim(
    worker: str,
    lease: timedelta,
    *,
    only: Collection[str] | None = None,
    never: Collection[str] = (),
) -> Claim | None:
    """Take the job that is next, or None when nothing can be done now.

    `only` and `never` are names of engines whose jobs alone are taken, or are not. A job whose
    workers have been lost again and again is given up on the way. Raises DatabaseUnavailableError.
    """
    engines = {"only": None if only is None else list(only), "never": list(never)}
    while True:
        with writer(Scope.system()) as connection:
            job = connection.execute(_NEXT, engines).one_or_none()
            if job is None:
                return None
            taken = _take(connection, job.id, job.engine, worker, lease)
        if taken is not None:
            return taken


def _take(
    connection: Connection, job: UUID, engine: str, worker: str, lease: timedelta
) -> Claim | None:
    connection.execute(_LOSE, {"job": job})
    attempts = connection.execute(_ATTEMPTS, {"job": job}).all()
    if any(attempt.is_held for attempt in attempts):
        return None  # another worker was here between our look and our lock
    if len(attempts) >= MOST_ATTEMPTS:
        _fail_job(
            connection,
            job,
            "worker_lost",
            "The engine broke off several times. Your credits are back; try another picture.",
        )
        return None
    last = attempts[-1] if attempts else None
    reference = last.reference if last is not None and last.outcome == "lost" else None
    number = len(attempts) + 1
    connection.execute(_START, {"job": job})
    connection.execute(
        _ATTEMPT,
        {
            "job": job,
            "number": number,
            "engine": engine,
            "worker": worker,
            "lease": lease,
            "reference": reference,
        },
    )
    failures = sum(attempt.outcome == "failed" for attempt in attempts)
    return Claim(job, number, engine, f"{job}-{failures}", reference)


_RENEW = text(
    """
    update job_attempts set lease_until = now() + :lease
    where job_id = :job and number = :number and ended_at is null
    """
)
_NOTE = text(
    """
    update job_attempts set reference = :reference
    where job_id = :job and number = :number and ended_at is null
    """
)


def renew(held: Claim, lease: timedelta) -> bool:
    """Hold the job for longer; False when it is not ours any more."""
    with writer(Scope.system()) as connection:
        parameters = {"job": held.job, "number": held.attempt, "lease": lease}
        return connection.execute(_RENEW, parameters).rowcount == 1


def note_reference(held: Claim, reference: str) -> bool:
    """Keep what the engine calls the job; False when it is not ours any more."""
    with writer(Scope.system()) as connection:
        parameters = {"job": held.job, "number": held.attempt, "reference": reference}
        return connection.execute(_NOTE, parameters).rowcount == 1


_LOCK = text("select 1 from tryon_jobs where id = :job for no key update")
_END = text(
    """
    update job_attempts
    set
      ended_at = clock_timestamp(),
      outcome = :outcome,
      error_code = :code,
      error_message = :sentence,
      engine_cost_usd = :cost,
      retry_at = now() + :wait
    where job_id = :job and number = :number and ended_at is null
    """
)


def _end(
    connection: Connection,
    held: Claim,
    outcome: str,
    *,
    code: str | None = None,
    sentence: str | None = None,
    cost: Decimal | None = None,
    wait: timedelta | None = None,
) -> bool:
    """Lock the job and end our attempt at it; False when it has been ended already."""
    connection.execute(_LOCK, {"job": held.job})
    ended = connection.execute(
        _END,
        {
            "job": held.job,
            "number": held.attempt,
            "outcome": outcome,
            "code": code,
            "sentence": sentence,
            "cost": cost,
            "wait": wait,
        },
    )
    return ended.rowcount == 1


_OUTPUT = text(
    """
    insert into job_outputs (job_id, object_id, position, is_selected)
    values (:job, :object, :position, :position = 0)
    """
)
_COMPLETE = text(
    """
    update tryon_jobs
    set
      status = 'completed',
      engine_version = :version,
      confidence = round(cast(:confidence as numeric), 3),
      signals = :signals,
      engine_cost_usd = (select sum(engine_cost_usd) from job_attempts where job_id = :job)
    where id = :job
    """
)


def complete(
    held: Claim,
    files: Sequence[File],
    *,
    version: str,
    confidence: float | None,
    signals: Mapping[str, object],
    cost: Decimal | None,
) -> bool:
    """Complete the job with its pictures, whose files are written; the first is the selected one.

    What was reserved for it is spent. False when the answer came too late: the job has ended or is
    somebody else's, and the files are to be discarded.
    """
    with writer(Scope.system()) as connection:
        if not _end(connection, held, "completed", cost=cost):
            return False
        for position, file in enumerate(files):
            picture = storage.record(connection, file)
            connection.execute(_OUTPUT, {"job": held.job, "object": picture, "position": position})
        connection.execute(
            _COMPLETE,
            {
                "job": held.job,
                "version": version,
                "confidence": confidence,
                "signals": Jsonb(dict(signals)),
            },
        )
        return True


_FAILURES = text("select count(*) from job_attempts where job_id = :job and outcome = 'failed'")
_FAIL = text(
    """
    update tryon_jobs
    set
      status = 'failed',
      failure_code = :code,
      failure_message = :sentence,
      engine_cost_usd = (select sum(engine_cost_usd) from job_attempts where job_id = :job)
    where id = :job
    """
)


def fail(
    held: Claim, code: str, sentence: str, *, retryable: bool, wait: timedelta | None = None
) -> bool:
    """Note that the attempt has failed; the job is tried again when that may help, or fails.

    `wait` is how long to wait before, when the engine has said so. A job that fails gives back what
    was reserved for it. False when the answer came too late.
    """
    with writer(Scope.system()) as connection:
        failures: int = connection.execute(_FAILURES, {"job": held.job}).scalar_one()
        again = retryable and failures + 1 < MOST_FAILURES
        pause = (wait or _backoff(failures)) if again else None
        if not _end(connection, held, "failed", code=code, sentence=sentence, wait=pause):
            return False
        if not again:
            _fail_job(connection, held.job, code, sentence)
        return True


def _backoff(failures: int) -> timedelta:
    return timedelta(seconds=5 * 6**failures)


def _fail_job(connection: Connection, job: UUID, code: str, sentence: str) -> None:
    connection.execute(_FAIL, {"job": job, "code": code, "sentence": sentence})


_RELEASE = text(
    """
    update job_attempts set ended_at = now(), outcome = 'lost', retry_at = now()
    where job_id = :job and number = :number and ended_at is null
    """
)


def release(held: Claim) -> None:
    """Give a job back that this worker will not finish, so that another takes it at once."""
    with writer(Scope.system()) as connection:
        connection.execute(_RELEASE, {"job": held.job, "number": held.attempt})
        wake(connection)


# Once for the worker that makes pictures itself and once for those that wait for providers: whom
# it is for is decided when it runs.
_WAKE = text(
    """
    select procrastinate_defer_jobs_v1(
      array(
        select
          row(queue, :task, 0, null, null, '{}', null)::procrastinate_job_to_defer_v1
        from unnest(cast(:queues as text[])) as queue
      )
    )
    """
)


def wake(connection: Connection) -> None:
    """Tell waiting workers, when the transaction commits, that there may be something to do."""
    connection.execute(_WAKE, {"task": LOOK, "queues": list(QUEUES)})
