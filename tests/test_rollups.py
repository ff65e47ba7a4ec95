"""Rollups: folding in pieces, whatever happens in whatever order, gives what a rebuild gives."""

import random
from datetime import UTC, date, datetime, timedelta
from threading import Event, Thread
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import text

from database import connections, rollups
from database.embedded import Cluster
from database.tenancy import Scope
from tests import facts
from tests.conftest import EXAMPLES
from tests.world import World


@pytest.mark.usefixtures("database")
@settings(
    max_examples=EXAMPLES // 3,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(st.integers(0, 2**32))
def test_whatever_happens_and_however_it_is_folded_the_rollups_agree_with_the_rows(
    seed: int,
) -> None:
    World(random.Random(seed)).happen(60)
    assert rollups.check() == []


@pytest.mark.usefixtures("database")
def test_the_parts_of_a_range_add_up_to_each_of_its_days_once() -> None:
    # Over the year's and February's ends: every range of up to 100 days, and those about a year.
    found = text(
        """
        with ranges as (
            select a.since, a.since + n as until
            from (select date '2023-12-15' + d as since from generate_series(0, 120) as d) as a
            cross join
                (
                    select generate_series(-1, 100) as n
                    union all
                    select generate_series(350, 380)
                ) as lengths
        ),

        days as (
            select
                r.since,
                r.until,
                d >= r.since and d < r.until as is_in,
                sum(p.sign) as times
            from ranges r
            cross join lateral nearest_parts(r.since, r.until) p
            cross join lateral generate_series(p.first_day, p.day_after - 1, interval '1 day') as d
            group by r.since, r.until, d
        )

        select
            (select count(*) from ranges where since < until) as range_count,
            (select sum(until - since) from ranges where since < until) as day_count,
            bool_and(times = cast(is_in as integer)) as is_right,
            count(*) filter (where is_in) as days_in
        from days
        """
    )
    months = text(
        """
        select bool_and(r.whole) as whole, bool_and(r.days_read <= r.day_count) as is_fewer,
        max(r.days_read) filter (where r.day_count > 60) as days_read
        from (
            select
                n as day_count,
                coalesce(sum(p.day_after - p.first_day) filter (where p.grain = 'day'), 0)
                    as days_read,
                bool_and(
                    p.grain = 'day'
                    or (extract(day from p.first_day) = 1 and extract(day from p.day_after) = 1)
                ) as whole
            from generate_series(date '2023-12-15', date '2024-04-15', interval '1 day') as s
            cross join generate_series(1, 100) as n
            cross join lateral nearest_parts(s::date, s::date + n) p
            group by s, n
        ) as r
        """
    )
    with connections.owner() as connection:
        ranges = connection.execute(found).one()
        whole, is_fewer, days_read = connection.execute(months).one()
    assert ranges.range_count == 121 * (100 + 31)
    assert ranges.is_right
    assert ranges.days_in == ranges.day_count
    assert whole, "a part that is not by day is of whole months"
    assert is_fewer, "no range is read by more days than it has"
    assert days_read <= 30, "half a month is the most that is read by day at either end"


@pytest.mark.usefixtures("database")
def test_the_parts_of_a_range_count_each_of_its_shoppers_once() -> None:
    dice = random.Random(11)
    start = date(2023, 12, 15)
    # Somebody comes often, somebody hardly ever.
    visits = [
        sorted({dice.randrange(100) for _ in range(dice.choice([1, 2, 4, 9, 40]))})
        for _ in range(60)
    ]
    gaps = [
        (
            start + timedelta(days=day),
            start + timedelta(days=before) if before is not None else None,
        )
        for days in visits
        for before, day in zip([None, *days], days, strict=False)
    ]
    ranges = [(since, until) for since in range(0, 100, 3) for until in range(since, 103)]
    with connections.owner() as connection:
        connection.execute(
            text(
                "create temporary table gaps on commit drop as"
                " select 'day' as grain, day, coalesce(before, '-infinity') as before"
                " from unnest(cast(:days as date[]), cast(:befores as date[])) as g (day, before)"
            ),
            {"days": [day for day, _ in gaps], "befores": [before for _, before in gaps]},
        )
        connection.execute(
            text(
                "insert into gaps"
                " select 'month', m.day, coalesce(later.month, m.before) from (select"
                " cast(date_trunc('month', cast(day as timestamp)) as date) as day,"
                " cast(date_trunc('month', cast(before as timestamp)) as date) as before"
                " from gaps) as m"
                # Who is not new counts in each month from the one before on.
                " left join lateral generate_series("
                "   cast(nullif(m.before, '-infinity') as timestamp),"
                "   m.day - interval '1 month', interval '1 month'"
                " ) as later (month) on true"
                " where m.before < m.day"
            )
        )
        found = connection.execute(
            text(
                """
                select r.since, r.until, (
                    select coalesce(sum(p.sign), 0)
                    from distinct_parts(r.since, r.until) p
                    inner join gaps g
                        on p.grain = g.grain and p.first_day <= g.day and p.day_after > g.day
                        and p.previous_from <= g.before and p.previous_until > g.before
                )
                from unnest(cast(:since as date[]), cast(:until as date[])) as r (since, until)
                """
            ),
            {
                "since": [start + timedelta(days=since) for since, _ in ranges],
                "until": [start + timedelta(days=until) for _, until in ranges],
            },
        ).all()
    naive = {
        (start + timedelta(days=since), start + timedelta(days=until)): sum(
            any(since <= day < until for day in days) for days in visits
        )
        for since, until in ranges
    }
    assert len(naive) > 1500
    assert {(row[0], row[1]): row[2] for row in found} == naive


def counted() -> dict[str, Any]:
    with connections.owner() as connection:
        return {
            table: connection.scalar(text(f"select count(*) from {table}"))
            for table in rollups.TABLES
        }


def structure() -> set[tuple[str, str]]:
    """Return what each table of the rollups is: columns, constraints, indexes, policies."""
    found = text(
        """
        select table_name, concat_ws(' ', column_name, udt_name, is_nullable, column_default)
        from information_schema.columns
        where table_schema = 'public' and table_name = any (:tables)
        union all
        select cast(cast(conrelid as regclass) as text), conname || ' ' || pg_get_constraintdef(oid)
        from pg_constraint
        where conrelid = any (cast(:tables as regclass[]))
        union all
        select tablename, indexdef
        from pg_indexes
        where tablename = any (:tables)
        union all
        select tablename, concat_ws(' ', policyname, roles, cmd, qual)
        from pg_policies
        where tablename = any (:tables)
        union all
        select relname, concat_ws(' ', relrowsecurity, relforcerowsecurity, relacl)
        from pg_class
        where oid = any (cast(:tables as regclass[]))
        """
    )
    with connections.owner() as connection:
        rows = connection.execute(found, {"tables": list(rollups.TABLES)}).all()
        return {(table, said) for table, said in rows}


@pytest.mark.usefixtures("recent_demo_database")
def test_a_rebuild_gives_what_is_there_and_leaves_nothing_waiting() -> None:
    with connections.owner() as connection:
        job = text("select brand_id, user_id from tryon_jobs where origin = 'shopper' limit 1")
        brand, person = connection.execute(job).one()
        # The demo rejects no picture of a studio.
        shown = facts.job(
            connection, brand, person, datetime(2026, 11, 2, tzinfo=UTC), origin="studio"
        )
        facts.review(connection, brand, shown, approved=False, reasons=["hands"])
    rollups.fold_all()
    before = counted()
    assert all(before.values())
    with connections.owner() as connection:
        facts.job(connection, brand, person, datetime(2026, 11, 1, 3, tzinfo=UTC))
    rollups.rebuild()
    assert rollups.check() == []
    assert rollups.fold() == 0
    after = counted()
    assert after["rollup_cells"] >= before["rollup_cells"]
    with connections.reader(Scope.of_brands([brand])) as connection:
        seen = connection.scalars(text("select distinct in_view from rollup_cells")).all()
    assert seen == [brand], "a rebuilt table is protected as the one before"


@pytest.mark.usefixtures("database")
def test_a_rebuilt_table_is_what_the_migrations_made_it() -> None:
    made = structure()
    assert any("CHECK" in said for _, said in made)
    rollups.rebuild()
    assert structure() == made


@pytest.mark.usefixtures("recent_demo_database")
def test_an_index_alone_answers_again_after_rows_have_changed() -> None:
    rollups.fold_all()
    rollups.vacuum()
    with connections.owner() as connection:
        connection.execute(text("update rollup_returns set shoppers = shoppers"))
        connection.execute(text("select pg_stat_force_next_flush()"))
    rollups.vacuum()
    with connections.owner() as connection:
        connection.execute(text("set local enable_seqscan = off"))
        connection.execute(text("set local enable_bitmapscan = off"))
        plan = connection.scalars(
            text(
                "explain (analyze, timing off, costs off) select in_view, sum(shoppers)"
                " from rollup_returns where grain = 'month' and split = 'none' group by in_view"
            )
        ).all()
    looked_up = [line.strip() for line in plan if "Heap Fetches" in line]
    assert looked_up == ["Heap Fetches: 0"], "\n".join(plan)


@pytest.mark.usefixtures("database")
def test_the_check_finds_a_row_that_is_missing(subtests: pytest.Subtests) -> None:
    world = World(random.Random(3))
    with connections.owner() as connection:
        for _ in range(400):
            world.dice.choice(world.steps())(connection)
    rollups.fold_all()
    assert rollups.check() == []
    for table in rollups.TABLES:
        counts = rollups.is_something(table)
        last = f"ctid = (select max(ctid) from {table} where {counts})"
        with connections.owner() as connection:
            connection.execute(text(f"create table kept as select * from {table} where {last}"))
            connection.execute(text(f"delete from {table} where {last}"))
        with subtests.test(table):
            assert rollups.check() == [f"{table} differs from the raw rows in 1 rows."]
        with connections.owner() as connection:
            connection.execute(text(f"insert into {table} select * from kept"))
            connection.execute(text("drop table kept"))
    assert rollups.check() == []


@pytest.mark.usefixtures("database")
def test_two_folders_take_turns_and_writers_do_not_wait_for_them() -> None:
    world = World(random.Random(1))
    stop = Event()
    failures: list[BaseException] = []

    def fold_on() -> None:
        while not stop.is_set():
            try:
                rollups.fold(at_most=5)
            except BaseException as error:  # noqa: BLE001 – shown below
                failures.append(error)
                return

    folders = [Thread(target=fold_on) for _ in range(2)]
    for folder in folders:
        folder.start()
    try:
        for _ in range(60):
            with connections.owner() as connection:
                world.dice.choice(world.steps())(connection)
    finally:
        stop.set()
        for folder in folders:
            folder.join()
    assert failures == []
    assert rollups.check() == []


@pytest.mark.usefixtures("database")
def test_a_transaction_in_flight_is_counted_once_it_commits() -> None:
    world = World(random.Random(2))
    # Of two people and at no cost: others would wait for each other at what both change.
    brand, when = world.brand(), world.when()
    one, other = world.people[:2]
    with connections.owner() as slow:
        facts.job(slow, brand, one, when)  # its number in the queue is the lower one
        with connections.owner() as quick:
            facts.job(quick, brand, other, when)
        rollups.fold_all()
    rollups.fold_all()
    assert rollups.check() == []
    with connections.owner() as connection:
        launched = text(
            "select sum(launched) from rollup_cells"
            " where in_view = every_brand() and category = 'all' and device = 'all'"
            " and grain = 'month'"
        )
        assert connection.scalar(launched) == 2


def test_a_brand_that_becomes_a_demo_brand_is_brought_in(database: Cluster) -> None:
    assert database
    world = World(random.Random(3))
    with connections.owner() as connection:
        for _ in range(40):
            world.dice.choice(world.steps())(connection)
    rollups.fold_all()
    with connections.owner() as connection:
        connection.execute(text("update brands set is_demo = not is_demo"))
    rollups.fold_all()
    assert rollups.check() == []


@pytest.mark.usefixtures("database")
def test_the_server_folds_what_no_worker_does() -> None:
    world = World(random.Random(4))
    with connections.owner() as connection:
        world.launch(connection)
    assert rollups.fold_overdue(3600) == 0
    assert rollups.fold_overdue(0) > 0
    assert rollups.check() == []
