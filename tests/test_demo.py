"""Demo data: always the same, going on by itself, true to the headline figures and the books."""

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from itertools import pairwise
from typing import Any

import pytest
from sqlalchemy import text

from database import connections, demo, embedded, migrate
from database.embedded import Cluster
from settings import settings
from tests.prepared import DEMO_JOBS, DEMO_UNTIL, administrator

END = datetime(2026, 11, 21, tzinfo=UTC)
FORTY_DAYS_BEFORE = date(2026, 10, 11)

# The tables whose rows belong to a day, and the column that says to which.
DAILY = {
    "users": "created_at",
    "tryon_jobs": "created_at",
    "shoppers": "first_job_at",
    "touches": "touched_at",
    "wardrobe_items": "created_at",
    "reviews": "created_at",
    "purchases": "purchased_at",
    "purchase_returns": "returned_at",
    "acquisition_spend": "day",
    "nps_responses": "answered_at",
    "subscription_history": "effective_at",
    "mrr_movements": "day",
    "dataset_sessions": "session_hour",
}


def ask(question: str, **values: Any) -> list[Any]:
    with connections.owner() as connection:
        return list(connection.execute(text(question), values))


def number(question: str, **values: Any) -> Any:
    ((found,),) = ask(question, **values)
    return found


# How many credits a brand bought is added up at the filling.
ONLY = {"users": "where role = 'shopper'", "payments": "where purpose = 'subscription'"}

# What is no part of the story: when a row was written, and random or counted ids.
CHANCE = {
    "subscription_history": "{id, plan_id, recorded_at}",
    "subscriptions": "{plan_id}",
    "brands": "{updated_at}",
    "payments": "{updated_at}",
}


def checksums() -> dict[tuple[str, str], tuple[int, Decimal]]:
    """Count and checksum of the rows of every table and day."""
    grains = {
        **{table: f"cast({column} as date)::text" for table, column in DAILY.items()},
        "dataset_aggregates": "month::text",
        "subscriptions": "'all'",
        "brands": "'all'",
        "products": "'all'",
        "payments": "cast(created_at as date)::text",
    }
    return {
        (table, row.grain): (row.count, row.checksum)
        for table, grain in grains.items()
        for row in ask(
            f"""
            select {grain} as grain, count(*) as count,
              sum(hashtextextended((to_jsonb(t) - cast(:chance as text[]))::text, 0)) as checksum
            from {table} t {ONLY.get(table, "")}
            group by 1
            """,
            chance=CHANCE.get(table, "{}"),
        )
    }


def differences(
    one: dict[tuple[str, str], Any], other: dict[tuple[str, str], Any]
) -> list[tuple[str, str]]:
    return sorted(key for key in one | other if one.get(key) != other.get(key))


@pytest.fixture
def owned_by_nobody_special(
    postgres_server: Cluster, monkeypatch: pytest.MonkeyPatch
) -> Iterator[None]:
    """Use a migrated database whose owner is no superuser, as hosted ones are."""
    with administrator(postgres_server) as connection:
        connection.execute("drop database if exists hosted with (force)")
        connection.execute("drop role if exists hosted_owner")
        connection.execute("create role hosted_owner login createrole")
        # From PostgreSQL 16 on, who may create roles needs to be told of those that are there.
        connection.execute("grant closetai_app, closetai_reader to hosted_owner with admin option")
        connection.execute("create database hosted owner hosted_owner")
    address = postgres_server.url(user="hosted_owner", database="hosted")
    monkeypatch.setenv("DATABASE_URL", embedded.conninfo(address))
    settings.cache_clear()
    migrate.migrate()
    yield
    connections.dispose()
    with administrator(postgres_server) as connection:
        connection.execute("drop database hosted with (force)")
        connection.execute("drop role hosted_owner")


@pytest.mark.usefixtures("demo_database")
def test_filling_again_gives_the_same_rows() -> None:
    before = checksums()
    team = "insert into users (role, display_name) values ('admin', 'Keeper') returning id::text"
    keeper = number(team)
    demo.seed(until=DEMO_UNTIL, jobs=DEMO_JOBS)
    assert differences(before, checksums()) == []
    assert number("select display_name from users where id = cast(:id as uuid)", id=keeper)


@pytest.mark.usefixtures("demo_database")
def test_going_on_gives_the_same_rows_as_filling_later() -> None:
    later = checksums()
    demo.seed(until=FORTY_DAYS_BEFORE, jobs=DEMO_JOBS)
    # Not at round moments: what is under way at one is added with the next.
    for moment in (
        datetime(2026, 10, 12, 18, 41, 7, 123_456, tzinfo=UTC),
        datetime(2026, 10, 12, 19, 3, tzinfo=UTC),
        datetime(2026, 11, 2, 0, 0, 30, tzinfo=UTC),
        END,
    ):
        assert demo.append_missing(moment) > 0
    assert differences(later, checksums()) == []


@pytest.mark.usefixtures("demo_database")
def test_what_is_there_is_not_added_again() -> None:
    before = checksums()
    assert demo.append_missing(END) == 0
    assert demo.append_missing(END - timedelta(days=3)) == 0
    state = demo.state()
    assert state
    assert state.filled_until == END
    assert differences(before, checksums()) == []


@pytest.mark.usefixtures("demo_database")
def test_data_of_forty_days_ago_has_a_yesterday_and_a_today() -> None:
    noon = END + timedelta(days=40, hours=12)
    jobs = number("select count(*) from tryon_jobs")
    assert demo.append_missing(noon) == number("select count(*) from tryon_jobs") - jobs
    state = demo.state()
    assert state
    assert state.filled_until == noon
    assert state.completed_at
    for table, column in DAILY.items():
        last_week = number(
            f"select count(distinct cast({column} as date)) from {table}"
            f" where {column} >= :begin and {column} < :end",
            begin=noon.date() - timedelta(days=7),
            end=noon.date(),
        )
        assert last_week >= (
            7 if table in ("tryon_jobs", "users", "touches", "purchases") else 3
        ), table
        if table not in ("dataset_sessions", "mrr_movements", "subscription_history"):
            assert number(f"select max({column}) from {table}") <= (
                noon if column != "day" else noon.date()
            ), table
    assert number("select max(finished_at) from tryon_jobs") > noon - timedelta(hours=3)
    assert (
        number(
            "select count(*) from subscriptions where current_period_end < :noon"
            " and status <> 'canceled'",
            noon=noon,
        )
        == 0
    )
    check_books()


def check_books() -> None:
    """Ledger, lots and balances agree; every shopper has an account; no reference leads nowhere."""
    assert (
        ask(
            """
        select a.id
        from credit_accounts a
        left join (select account_id, sum(amount) as total from credit_ledger group by 1) as l
          on l.account_id = a.id
        left join (select account_id, sum(remaining) as total from credit_lots group by 1) as r
          on r.account_id = a.id
        where a.balance is distinct from l.total or a.balance is distinct from r.total
        """
        )
        == []
    )
    assert (
        ask(
            """
        select u.id from users u
        where u.role = 'shopper'
          and not exists (select from credit_accounts a where a.user_id = u.id)
        """
        )
        == []
    )
    assert (
        ask(
            """
        select l.id from credit_lots l join credit_ledger e on e.lot_id = l.id
        group by l.id having l.remaining <> sum(e.amount)
        """
        )
        == []
    )
    # Every shopper of a brand is noted with the first job, and nobody else is.
    assert (
        ask(
            """
        select brand_id, user_id, first_job_at, first_category, first_device from shoppers
        except
        (
          select distinct on (brand_id, user_id) brand_id, user_id, created_at, category, device
          from tryon_jobs where origin = 'shopper' order by brand_id, user_id, created_at
        )
        """
        )
        == []
    )
    assert number("select count(*) from shoppers") == number(
        "select count(distinct (brand_id, user_id)) from tryon_jobs where origin = 'shopper'"
    )
    assert (
        ask(
            """
        select b.name from brands b
        where b.mrr <> coalesce(
          (select sum(s.mrr) from subscriptions s
           where s.brand_id = b.id and s.status = 'active'), 0
        )
        """
        )
        == []
    )
    for row in ask(
        """
        select c.conrelid::regclass::text as child, c.confrelid::regclass::text as parent,
          a.attname as child_column, p.attname as parent_column
        from pg_constraint c
        join pg_attribute a on a.attrelid = c.conrelid and a.attnum = c.conkey[1]
        join pg_attribute p on p.attrelid = c.confrelid and p.attnum = c.confkey[1]
        where c.contype = 'f' and c.conparentid = 0
        """
    ):
        assert not number(
            f"select exists (select from {row.child} c where c.{row.child_column} is not null and"
            f" not exists (select from {row.parent} p"
            f" where p.{row.parent_column} = c.{row.child_column}))"
        ), row


@pytest.mark.usefixtures("demo_database")
def test_shoppers_who_were_deleted_stay_away() -> None:
    gone = "delete from users where id in (select user_id from purchases order by id desc limit 40)"
    with connections.owner() as connection:
        connection.execute(text(gone))
    assert demo.append_missing(END + timedelta(days=10)) > 0
    check_books()


@pytest.mark.usefixtures("demo_database")
def test_the_books_agree() -> None:
    check_books()
    assert number("select count(*) from credit_accounts where user_id is not null") > 2_000
    assert number("select count(*) from credit_accounts where brand_id is not null") == 847


@pytest.mark.usefixtures("demo_database")
@pytest.mark.parametrize("policy", ["strict", "stripe"])
def test_movements_lead_from_the_mrr_of_one_day_to_that_of_another(policy: str) -> None:
    # Recomputed from the history alone: each subscription's latest state at a moment.
    level = """
        select coalesce(sum(h.mrr), 0) from (
          select distinct on (subscription_id) mrr, status
          from subscription_history where effective_at < :moment
          order by subscription_id, effective_at desc, id desc
        ) as h where h.status = 'active' or (h.status = 'past_due' and :policy = 'stripe')
    """
    moved = """
        select
          coalesce(sum(amount * case when kind in ('contraction', 'churn') then -1 else 1 end), 0)
        from mrr_movements
        where policy = cast(:policy as mrr_policy) and day >= :start and day < :end
    """
    days = [date(2025, 6, 1), date(2026, 1, 1), date(2026, 10, 17), date(2026, 11, 21)]
    for start, end in pairwise(days):
        levels = [number(level, moment=day, policy=policy) for day in (start, end)]
        change = number(moved, policy=policy, start=start, end=end)
        assert levels[1] - levels[0] == change != 0
    kinds = {row[0] for row in ask("select distinct concat(kind, ' ', reason) from mrr_movements")}
    assert kinds == {
        "new ", "reactivation ", "expansion ", "contraction ", "churn voluntary", "churn delinquent"
    }  # fmt: skip


@pytest.mark.usefixtures("database")
def test_the_headline_figures_hold_at_the_default_scale() -> None:
    demo.seed(until=DEMO_UNTIL)
    counts = ask(
        """
        select (select count(*) from brands) as brands,
          (select count(*) from users where role = 'shopper') as users,
          (select count(*) from wardrobe_items where kind = 'item') as items,
          (select count(*) from tryon_jobs) as jobs,
          (select sum(mrr) from brands) as mrr
        """
    )[0]
    assert counts.brands == 847
    assert counts.users == pytest.approx(12_000, rel=0.1)
    assert counts.items == pytest.approx(2_500, rel=0.1)
    assert counts.jobs == pytest.approx(100_000, rel=0.1)
    assert float(counts.mrr) == pytest.approx(2_100_000, rel=0.05)
    confidence = number(
        "select avg(confidence) from tryon_jobs where origin = 'shopper' and status = 'completed'"
        " and finished_at >= :begin and finished_at < :end",
        begin=END - timedelta(days=90),
        end=END,
    )
    assert float(confidence) == pytest.approx(0.942, rel=0.05)
    assert conversion() == pytest.approx(0.42, rel=0.05)
    assert ltv() / cac() == pytest.approx(3.8, rel=0.05)
    random = number("select avg((drawn = 'random')::int) from reviews where not is_adjudication")
    assert random >= 0.2


def conversion() -> float:
    return float(
        number(
            """
            with firsts as (
              select user_id, min(finished_at) as at from tryon_jobs
              where origin = 'shopper' and status = 'completed'
                and finished_at >= :begin and finished_at < :end
              group by user_id
            )
            select avg((exists (
              select from purchase_facts a join purchases p on p.id = a.purchase_id
              where a.last_source is not null and p.user_id = f.user_id and p.purchased_at >= f.at
                and p.purchased_at < f.at + interval '7 days'
            ))::int)
            from firsts f where f.at + interval '7 days' <= :end
            """,
            begin=END - timedelta(days=30),
            end=END,
        )
    )


def ltv() -> float:
    rows = ask(
        """
        with members as (
          select user_id, date_trunc('month', min(first_job_at)) as cohort from shoppers group by 1
        ),
        bought as (
          select m.cohort, date_trunc('month', a.day::timestamptz) as month, sum(a.net_usd) as usd
          from purchase_facts a join members m using (user_id)
          where a.last_source is not null group by 1, 2
        )
        select
          (select sum(b.usd) from bought b where b.month = b.cohort + n * interval '1 month'
             and b.month + interval '1 month' <= :end) as usd,
          (select count(*) from members m where m.cohort + (n + 1) * interval '1 month' <= :end)
            as shoppers
        from generate_series(0, 11) as n
        """,
        end=END,
    )
    return 0.70 * sum(float(row.usd / row.shoppers) for row in rows)


def cac() -> float:
    return float(
        number(
            """
            select (select sum(round(amount * usd_rate, 2)) from acquisition_spend
                    where day >= :begin and day < :end)
              / (select count(distinct user_id) from shoppers
                 where first_job_at >= :begin and first_job_at < :end)
            """,
            begin=END - timedelta(days=30),
            end=END,
        )
    )


@pytest.mark.usefixtures("demo_database")
def test_the_story_is_told() -> None:
    # The release made pictures better, the outage made jobs fail, shoes look better than they are.
    before, after = (
        number(
            "select avg(confidence) from tryon_jobs"
            " where engine = 'loom' and engine_version = :version",
            version=version,
        )
        for version in ("2.6", "3.0")
    )
    assert after - before > Decimal("0.02")
    failed = dict(
        ask(
            "select cast(created_at as date) = '2026-09-09', avg((status = 'failed')::int)"
            " from tryon_jobs group by 1"
        )
    )
    assert failed[True] > 5 * failed[False] > 0
    shoes, others = (
        number(
            "select avg(confidence) - avg(approved::int) from job_verdicts"
            " join categories using (category)"
            " where drawn_at_random and (category_group = 'footwear') = :shoes",
            shoes=shoes,
        )
        for shoes in (True, False)
    )
    assert shoes > others + Decimal("0.04")
    assert {row[0] for row in ask("select distinct status::text from subscriptions")} >= {
        "active", "past_due", "canceled"
    }  # fmt: skip
    assert {row[0] for row in ask("select distinct source::text from touches")} == {
        "tryon", "recommendation", "share"
    }  # fmt: skip
    attributed, all_of_them = (
        number(f"select count(*) from {relation}")
        for relation in ("purchase_facts where last_source is not null", "purchases")
    )
    assert 0.85 * all_of_them < attributed < all_of_them
    assert number(
        "select avg((exists (select from purchase_returns r where r.purchase_id = p.id))::int)"
        " from purchases p where purchased_at < '2026-10-01'"
    ) == pytest.approx(Decimal("0.08"), abs=Decimal("0.02"))
    assert number("select count(*) from users where is_demo and email is not null") == 0


@pytest.mark.usefixtures("database")
@pytest.mark.parametrize(
    "real",
    [
        "insert into brands (name, slug) values ('Real', 'real')",
        "insert into users (email) values ('somebody@example.test')",
    ],
)
def test_real_data_is_not_touched(real: str) -> None:
    with connections.owner() as connection:
        connection.execute(text(real))
    with pytest.raises(demo.RealDataError, match=r"^This database holds .*\.$"):
        demo.seed(until=DEMO_UNTIL, jobs=2_000)
    assert demo.state() is None
    assert demo.append_missing() == 0
    assert number("select (select count(*) from brands) + (select count(*) from users)") == 1


@pytest.mark.usefixtures("demo_database")
def test_a_filling_that_was_interrupted_starts_again() -> None:
    before = checksums()
    seen: list[tuple[float, str]] = []

    def stop_half_way(share: float, message: str) -> None:
        state = demo.state()
        assert state
        assert (round(state.progress, 5), state.message) == (round(share, 5), message)
        assert state.completed_at is None
        seen.append((share, message))
        if share >= 0.8:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        demo.seed(until=DEMO_UNTIL, jobs=DEMO_JOBS, progress=stop_half_way)
    assert [share for share, _ in seen] == sorted(share for share, _ in seen)
    assert demo.append_missing(END) == 0
    # Not a trigger and not an index is missing.
    assert number("select count(*) from pg_trigger where tgenabled = 'D'") == 0
    assert number("select count(*) from pg_indexes where tablename = 'tryon_jobs'") > 5
    demo.seed(until=DEMO_UNTIL, jobs=DEMO_JOBS)
    assert differences(before, checksums()) == []


@pytest.mark.usefixtures("owned_by_nobody_special")
def test_an_owner_who_is_no_superuser_fills_and_goes_on() -> None:
    assert number("select current_setting('is_superuser')") == "off"
    demo.seed(until=DEMO_UNTIL - timedelta(days=2), jobs=5_000)
    assert demo.append_missing(END) > 0
    check_books()
    assert number("select count(*) from pg_trigger where tgenabled = 'D'") == 0


@pytest.mark.usefixtures("database")
@pytest.mark.parametrize(
    "arguments",
    [
        {"scale": "huge"},
        {"jobs": 10},
        {"until": date(2025, 1, 1)},
        {"until": datetime.now(UTC).date() + timedelta(days=2)},
    ],
)
def test_what_cannot_be_made_is_refused(arguments: dict[str, Any]) -> None:
    with pytest.raises(demo.DemoDataError, match=r"\.$"):
        demo.seed(**arguments)
    assert demo.state() is None
