"""The worker: what is done beside the dashboard, each task named and independent of the others.

It needs no handler for SIGTERM: every task is a transaction or can be repeated, so the default
action, which ends the process at once, loses nothing. Try-on jobs are made in a process of its own
(`tryon.worker`), which ends with this one.
"""

import logging
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Final

from sqlalchemy import text

from accounts import sessions
from billing import benchmarks, resets
from database import background, connections, embedded, rollups
from database.tenancy import Scope
from settings import LOG_FORMAT, ROOT, settings
from shops import postman
from tryon import storage
from tryon.storage import StorageError

_log = logging.getLogger(__name__)

FOLD_EVERY = 1.0
ERASE_EVERY = 30.0
WEBHOOKS_EVERY = 1.0
PICTURES_EVERY = 3.0
LIKENESS_EVERY = 10.0
_LONGEST_WAIT = 60.0


@dataclass
class Task:
    """Something to do every so many seconds; after a failure sooner, then less and less soon."""

    name: str
    every: float
    do: Callable[[], None]
    due: float = 0.0  # monotonic; the first time at once
    failures: int = 0

    def attempt(self) -> None:
        """Do it and decide when it is due again. A failure is logged and ends nothing else."""
        try:
            with background.logged(self.name):
                self.do()
        except Exception:  # noqa: BLE001 – the other tasks go on
            self._failed()
        else:
            self.failures = 0
            self.due = time.monotonic() + self.every

    def _failed(self) -> None:
        self.failures += 1
        wait = min(2.0**self.failures, _LONGEST_WAIT, self.every)
        self.due = time.monotonic() + wait


def append_demo_days() -> None:
    """Bring demo data up to now, when this database holds some."""
    from database import demo

    if settings().demo:
        demo.append_missing(datetime.now(UTC))


def make_demo_pictures() -> None:
    """Bring the pictures of the demo further, when this database holds demo data."""
    if not settings().demo:
        return
    from tryon import demo

    # Of this thread alone: drawing takes a while, and clicks come first.
    thread = threading.get_native_id()
    os.setpriority(os.PRIO_PROCESS, thread, max(os.getpriority(os.PRIO_PROCESS, thread), 10))
    try:
        demo.make_pictures()
    except StorageError as error:
        # Tried again in a moment, and no defect of ours.
        _log.warning("demo pictures: %s", error)


def fold_rollups() -> None:
    """Bring what has changed into the rollups that pages read."""
    rollups.fold_all()


def check_rollups() -> None:
    """Compare the rollups with the raw rows, and say what differs."""
    for difference in rollups.check():
        _log.error("The nightly check found: %s", difference)


def publish_benchmarks() -> None:
    """Publish today's benchmarks, once."""
    benchmarks.publish(datetime.now(UTC).date())


def reset_credits() -> None:
    """Set back the free credits whose day has come."""
    resets.reset_due(datetime.now(UTC).date())


def ask_stripe() -> None:
    """Bring in what Stripe's events have not told, where there is a key to ask with."""
    key = settings().stripe_key
    if key is None:
        return
    import stripe

    from billing import stripe_events

    client = stripe.StripeClient(key.get_secret_value())
    done = stripe_events.backfill(client, settings().usd_rates, datetime.now(UTC))
    if done.changed or done.left_out:
        _log.info("Stripe: %s changed, %s left out", done.changed, done.left_out)


def erase_pictures() -> None:
    """Erase the files of pictures that have been deleted."""
    storage.erase_requested(datetime.now(UTC))


def read_likeness() -> None:
    """Ask the model of pictures about garments that it has not seen, where there is one."""
    if not settings().embeddings_url:
        return
    from tryon import likeness

    try:
        likeness.read_missing()
    except (likeness.ModelError, StorageError) as error:
        # Tried again in a moment, and no defect of ours.
        _log.warning("likeness: %s", error)


def _deliver(calls: postman.Postman) -> None:
    calls.deliver(datetime.now(UTC))


def clean_up() -> None:
    """Delete what has expired and what only served for a while."""
    storage.expire(datetime.now(UTC))
    sessions.forget_old(datetime.now(UTC))
    postman.forget_old(datetime.now(UTC))
    with connections.writer(Scope.system()) as connection:
        connection.execute(text("delete from verification_tokens where expires_at < now()"))
        # Answers of the API that are given again for a day, see api/once.py.
        connection.execute(
            text("delete from api_requests where created_at < now() - interval '1 day'")
        )
        # Workers that were killed, and what they had begun: the schedule has said it again.
        connection.execute(
            text(
                "delete from procrastinate_workers where last_heartbeat < now() - interval '1 hour'"
            )
        )
        connection.execute(
            text("delete from procrastinate_jobs where status = 'doing' and worker_id is null")
        )


def _keep_doing(task: Task) -> None:
    while True:
        task.attempt()
        time.sleep(max(task.due - time.monotonic(), 0))


class _JobWorker:
    """The process that makes pictures: apart from this one, which it would keep from its tasks."""

    def __init__(self) -> None:
        self._process: subprocess.Popen[bytes] | None = None

    def keep_running(self) -> None:
        """Start it, or start it again when it has ended; a failure to do so is tried again."""
        if self._process is not None and self._process.poll() is None:
            return
        if self._process is not None:
            _log.error("the job worker ended with %s, starts again", self._process.returncode)
        self._process = subprocess.Popen(
            [sys.executable, "-m", "tryon.worker"],
            stdin=subprocess.DEVNULL,
            cwd=ROOT,
            # One core of several: the libraries below would each take all.
            env={**os.environ, "OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1"},
            preexec_fn=_behind_everything_else,
        )


_ask_to_end_with_us = embedded.die_with_parent(signal.SIGTERM)


def _behind_everything_else() -> None:
    os.nice(10)  # clicks come first
    _ask_to_end_with_us()


# By name: when it is due (UTC), and whether a worker that starts does it at once.
_SCHEDULE: Final[Mapping[str, tuple[str, Callable[[], None], bool]]] = {
    "demo days": ("0 * * * *", append_demo_days, True),
    "benchmarks": ("5 * * * *", publish_benchmarks, True),
    "credits": ("*/10 * * * *", reset_credits, True),
    "stripe": ("20 4 * * *", ask_stripe, True),
    "clean up": ("25 * * * *", clean_up, True),
    # When the fewest look.
    "check of the rollups": ("30 3 * * *", check_rollups, False),
    "vacuum of the rollups": ("*/10 * * * *", rollups.vacuum, True),
}


def housekeeping() -> background.Service:
    """What is done by the hour or the day, once, however many workers there are."""
    app = background.new_app()
    for name, (cron, do, _) in _SCHEDULE.items():
        background.schedule(app, do, name=name, queue="housekeeping", cron=cron)
    at_start = [name for name, (_, _, is_due) in _SCHEDULE.items() if is_due]
    return background.Service(app, ["housekeeping"], at_start=at_start)


def run() -> None:
    """Work until the process is ended."""
    logging.basicConfig(level=settings().log_level.upper(), format=LOG_FORMAT)
    job_worker = _JobWorker()
    calls = postman.Postman()
    # What is looked for every few seconds, in threads of their own. A row of Procrastinate's each
    # time would cost more than the look.
    for task in (
        Task("rollups", FOLD_EVERY, fold_rollups),
        Task("erase pictures", ERASE_EVERY, erase_pictures),
        Task("job worker", 1, job_worker.keep_running),
        Task("webhooks", WEBHOOKS_EVERY, lambda: _deliver(calls)),
        Task("demo pictures", PICTURES_EVERY, make_demo_pictures),
        Task("likeness", LIKENESS_EVERY, read_likeness),
    ):
        threading.Thread(target=_keep_doing, args=[task], daemon=True).start()
    background.run(housekeeping())
