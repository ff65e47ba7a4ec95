"""Work in the background: Procrastinate wakes workers, keeps the schedule and says who lives.

What there is to do stands in rows of ours. A task of Procrastinate's only says "look there", so
none of its rows has to agree with one of ours: a task that is lost with its worker costs nothing
but the time until the schedule says the same again.
"""

import asyncio
import contextlib
import logging
import os
import signal
from collections.abc import Callable, Collection, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import NoReturn

import psycopg
from procrastinate import App, PsycopgConnector, RetryStrategy
from procrastinate.exceptions import AlreadyEnqueued, ConnectorException

from database import connections

_log = logging.getLogger(__name__)

_HEARTBEAT_S = 5.0
# Without LISTEN, behind some poolers, a worker looks by itself.
_POLL_S = 5.0
# After a database that went away.
_PAUSE_S = 2.0
# The pool's own waits grow to minutes.
_RECONNECT_S = 5.0


def new_app() -> App:
    """An app without tasks, on the database of the settings.

    It logs in as the app's role, or as the one login that a hosted database has.
    """
    # Told of each task and each look otherwise, which is every few seconds.
    logging.getLogger("procrastinate").setLevel(logging.WARNING)
    connector = PsycopgConnector(
        conninfo=connections.app_conninfo(),
        min_size=1,
        max_size=2,
        reconnect_timeout=_RECONNECT_S,
        kwargs={"connect_timeout": 5, "application_name": "closetai"},
    )
    return App(connector=connector)


@contextlib.contextmanager
def logged(name: str) -> Iterator[None]:
    """Log what goes wrong with what has this name, and pass it on."""
    try:
        yield
    except connections.DatabaseUnavailableError as error:
        # Said every time, but without a trace: a database that went away is no defect of ours.
        _log.warning("%s: %s", name, error)
        raise
    except Exception:
        _log.exception("%s failed", name)
        raise


def schedule(
    app: App,
    do: Callable[[], object],
    *,
    name: str,
    queue: str,
    cron: str,
    is_tried_again: bool = True,
) -> None:
    """Have the app do something as cron says, in UTC, whoever's worker it is then.

    The task has the name and comes to the queue. While one waits there no other one joins it. After
    a failure it is tried again, less and less soon, for some eight minutes.
    """

    def task(timestamp: int | None = None) -> None:  # noqa: ARG001 – the schedule says it, unasked
        try:
            with logged(name):
                do()
        except Exception:
            if is_tried_again:
                raise

    retry = RetryStrategy(max_attempts=8, exponential_wait=2) if is_tried_again else False
    task_of = app.task(name=name, queue=queue, queueing_lock=f"{name} {queue}", retry=retry)
    app.periodic(cron=cron, periodic_id=queue)(task_of(task))


@dataclass(frozen=True)
class Service:
    """The tasks of an app that are carried out here: of these queues, so many at once.

    Those named `at_start` are deferred first, unless they wait already.
    """

    app: App
    queues: Collection[str]
    at_once: int = 1
    at_start: Collection[str] = ()


def run(*services: Service, at_sigterm: Callable[[], None] | None = None) -> NoReturn:
    """Carry out tasks, each in a thread, until the process is ended.

    `at_sigterm` is called before that; without one the process ends as any other does.
    """
    asyncio.run(_run(services, at_sigterm))
    raise AssertionError("a service came to an end")


async def _run(services: Collection[Service], at_sigterm: Callable[[], None] | None) -> None:
    loop = asyncio.get_running_loop()
    loop.set_default_executor(ThreadPoolExecutor(sum(service.at_once for service in services)))
    if at_sigterm is not None:
        loop.add_signal_handler(signal.SIGTERM, _end, at_sigterm)
    await asyncio.gather(*(_serve(service) for service in services))


def _end(last: Callable[[], None]) -> NoReturn:
    try:
        last()
    finally:
        logging.shutdown()
        # Python would wait for the threads, which nothing interrupts.
        os._exit(0)


async def _serve(service: Service) -> NoReturn:
    deferred = False
    while True:
        try:
            async with service.app.open_async() as app:
                if not deferred:
                    for name in service.at_start:
                        # Another process may have just been started, too.
                        with contextlib.suppress(AlreadyEnqueued):
                            await app.configure_task(name).defer_async()
                    deferred = True
                # Comes back when what listens or beats has failed.
                await app.run_worker_async(
                    queues=list(service.queues),  # a tuple is no array to the driver
                    concurrency=service.at_once,
                    install_signal_handlers=False,
                    delete_jobs="always",
                    fetch_job_polling_interval=_POLL_S,
                    update_heartbeat_interval=_HEARTBEAT_S,
                )
        except (ConnectorException, psycopg.Error) as error:
            queues, cause = ", ".join(service.queues), error.__cause__ or error
            if isinstance(cause, psycopg.OperationalError):
                # Without a trace: a database that went away is no defect of ours.
                _log.warning("%s: The database does not answer: %s", queues, cause)
            else:
                _log.exception("%s: what wakes workers failed", queues)
        await asyncio.sleep(_PAUSE_S)
