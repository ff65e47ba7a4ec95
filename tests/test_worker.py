"""The worker's tasks, on a real database."""

import asyncio
import contextlib
import subprocess
import sys
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest
from procrastinate.exceptions import AlreadyEnqueued
from sqlalchemy import text

import worker
from database import connections, demo
from database.embedded import Cluster
from settings import settings
from tests.prepared import administrator
from tests.supervised import environment, free_port
from tests.waiting import wait_until


def number(question: str) -> int:
    with connections.owner() as connection:
        return int(connection.scalar(text(question)) or 0)


@pytest.mark.usefixtures("database")
def test_what_has_expired_is_deleted_and_nothing_else() -> None:
    with connections.owner() as connection:
        connection.execute(
            text(
                """
                insert into users (email, role) values ('a@example.com', 'admin');
                insert into verification_tokens (token_hash, user_id, purpose, expires_at)
                select sha256(age::bytea), id, 'verify_email', now() - age::interval
                from users, unnest(array['1 hour', '-1 hour']) as age;
                insert into sessions (user_id, token_hash, expires_at)
                select id, sha256(age::bytea), now() - age::interval
                from users, unnest(array['9 days', '-1 hour']) as age;
                insert into procrastinate_workers (last_heartbeat)
                values (now() - interval '2 hours'), (now());
                insert into procrastinate_jobs (queue_name, task_name, status, worker_id)
                select 'here', 'look', 'doing', id from procrastinate_workers;
                insert into procrastinate_jobs (queue_name, task_name) values ('here', 'look');
                """
            )
        )
    worker.clean_up()
    assert number("select count(*) from verification_tokens where expires_at > now()") == 1
    assert number("select count(*) from verification_tokens") == 1
    assert number("select count(*) from sessions where expires_at > now()") == 1
    assert number("select count(*) from sessions") == 1
    fresh = "last_heartbeat > now() - interval '1 minute'"
    assert number(f"select count(*) from procrastinate_workers where {fresh}") == 1
    assert number("select count(*) from procrastinate_workers") == 1
    assert number("select count(*) from procrastinate_jobs where status = 'doing'") == 1
    assert number("select count(*) from procrastinate_jobs where status = 'todo'") == 1
    assert number("select count(*) from users") == 1


@pytest.mark.usefixtures("database")
def test_missing_demo_days_are_appended(monkeypatch: pytest.MonkeyPatch) -> None:
    today = datetime.now(UTC).date()
    demo.seed(today - timedelta(days=3), jobs=2000)
    late = f"select count(*) from tryon_jobs where created_at >= date '{today - timedelta(days=1)}'"
    assert number(late) == 0
    monkeypatch.setenv("CLOSETAI_DEMO", "off")
    settings.cache_clear()
    worker.append_demo_days()
    assert number(late) == 0
    monkeypatch.delenv("CLOSETAI_DEMO")
    settings.cache_clear()
    worker.append_demo_days()
    assert number(late) > 0
    worker.publish_benchmarks()
    assert number(f"select count(*) from benchmarks where as_of = date '{today}'") == 1


def test_a_task_that_fails_waits_longer_each_time_but_never_longer_than_it_would(
    caplog: pytest.LogCaptureFixture,
) -> None:
    clock = 100.0
    outcomes: list[Exception | None] = [
        connections.DatabaseUnavailableError("The database does not answer."),
        ValueError("a defect"),
        None,
    ]

    def do() -> None:
        if error := outcomes.pop(0):
            raise error

    task = worker.Task("chore", 3600, do)
    with pytest.MonkeyPatch.context() as monkeypatch:
        monkeypatch.setattr("worker.time.monotonic", lambda: clock)
        waits = []
        for _ in range(3):
            task.attempt()
            waits.append(task.due - clock)
    assert waits == [2, 4, 3600]
    assert task.failures == 0
    first, second = caplog.records
    # A database that went away is one line; a defect comes with its trace.
    assert (first.levelname, first.exc_info) == ("WARNING", None)
    assert first.getMessage() == "chore: The database does not answer."
    assert (second.levelname, second.getMessage()) == ("ERROR", "chore failed")
    assert second.exc_info


def housekeeping(
    monkeypatch: pytest.MonkeyPatch, *outcomes: Exception | None
) -> tuple[list[str], Callable[[], None]]:
    """A worker with two tasks, of which the first ends as told, then well; and one turn of it."""
    left, done = list(outcomes), list[str]()

    def chore() -> None:
        done.append("chore")
        if left and (error := left.pop(0)):
            raise error

    schedule = {
        "chore": ("0 0 1 1 *", chore, True),
        "nightly": ("0 0 1 1 *", lambda: done.append("nightly"), False),
    }
    monkeypatch.setattr(worker, "_SCHEDULE", schedule)

    async def turn() -> None:
        service = worker.housekeeping()
        async with service.app.open_async() as app:
            for name in service.at_start:
                with contextlib.suppress(AlreadyEnqueued):
                    await app.configure_task(name).defer_async()
            await app.run_worker_async(
                queues=list(service.queues), wait=False, delete_jobs="always"
            )

    return done, lambda: asyncio.run(turn())


@pytest.mark.usefixtures("database")
def test_what_is_scheduled_is_done_at_the_start_where_it_has_to_be(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    done, turn = housekeeping(monkeypatch)
    turn()
    assert done == ["chore"]
    assert number("select count(*) from procrastinate_jobs") == 0
    assert number("select count(*) from procrastinate_workers") == 0  # it has gone in order


@pytest.mark.usefixtures("database")
def test_a_scheduled_task_that_fails_is_said_and_tried_again(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    done, turn = housekeeping(
        monkeypatch,
        connections.DatabaseUnavailableError("The database does not answer."),
        ValueError("a defect"),
    )
    turn()
    # It waits for its next turn, and what starts meanwhile adds none.
    turn()
    assert done == ["chore"]
    for attempt in (2, 3):
        with connections.owner() as connection:
            connection.execute(text("update procrastinate_jobs set scheduled_at = now()"))
        turn()
        assert done == ["chore"] * attempt
    assert number("select count(*) from procrastinate_jobs") == 0
    first, second = (one for one in caplog.records if one.name == "database.background")
    assert (first.levelname, first.exc_info) == ("WARNING", None)
    assert first.getMessage() == "chore: The database does not answer."
    assert (second.levelname, second.getMessage()) == ("ERROR", "chore failed")
    assert second.exc_info


def test_every_task_of_the_schedule_has_its_time() -> None:
    service = worker.housekeeping()
    times = {
        task.task.name: task.cron for task in service.app.periodic_registry.periodic_tasks.values()
    }
    assert times == {name: cron for name, (cron, *_) in worker._SCHEDULE.items()}
    assert "demo days" in service.at_start
    assert "check of the rollups" not in service.at_start


def test_it_survives_a_database_that_goes_away_and_ends_at_once(database: Cluster) -> None:
    home = database.data.parent
    with connections.owner() as owner:
        owner.execute(
            text(
                """
                insert into users (email, role) values ('a@example.com', 'admin');
                insert into verification_tokens (token_hash, user_id, purpose, expires_at)
                select sha256('one'), id, 'verify_email', now() - interval '1 hour' from users
                """
            )
        )
    process = subprocess.Popen(
        [sys.executable, "-m", "cli", "worker"],
        env=environment(home, free_port(), DATABASE_URL=database.url()),
        stderr=subprocess.PIPE,
        text=True,
    )
    try:
        fresh = (
            "select count(*) from procrastinate_workers"
            " where last_heartbeat > now() - interval '20 s'"
        )
        # Its own, and the job worker's.
        wait_until(lambda: number(fresh) == 2, "the worker lives")
        wait_until(
            lambda: number("select count(*) from verification_tokens") == 0,
            "what is due at the start is done",
        )
        connections.dispose()
        with administrator(database) as connection:
            connection.execute("alter database closetai allow_connections false")
            connection.execute(
                "select pg_terminate_backend(pid) from pg_stat_activity where datname = 'closetai'"
            )
            assert process.stderr
            for line in process.stderr:
                if "housekeeping: The database does not answer" in line:
                    break
            connection.execute("alter database closetai allow_connections true")
            connection.execute("select pg_reload_conf()")
        with connections.owner() as owner:
            owner.execute(text("delete from procrastinate_workers"))
        wait_until(lambda: number(fresh) == 2, "the worker is back", 60)
    finally:
        process.terminate()
        assert process.wait(10) == -15
        assert process.stderr
        process.stderr.close()
