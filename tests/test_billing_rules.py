"""MRR follows the subscriptions, movements follow their history: by hand, to the cent."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any
from uuid import UUID, uuid4

import pytest
from sqlalchemy import Connection, text
from sqlalchemy.exc import ProgrammingError

from database import connections
from database.tenancy import Scope
from tests.rows import insert
from tests.waiting import wait_until

pytestmark = pytest.mark.usefixtures("database")

# Day, kind, amount (a Decimal that equals whole numbers), reason.
Movement = tuple[Any, ...]


def at(month: int, day: int, hour: int = 12) -> datetime:
    return datetime(2026, month, day, hour, tzinfo=UTC)


def on(month: int, day: int) -> date:
    return date(2026, month, day)


@pytest.fixture
def app() -> Iterator[Connection]:
    """A transaction of the worker's: the app's role, all brands."""
    with connections.writer(Scope.system()) as connection:
        yield connection


def brand(connection: Connection) -> UUID:
    found = insert(connection, "brands", name="Nord", slug=f"nord-{uuid4().hex}")
    assert isinstance(found, UUID)
    return found


def subscribe(connection: Connection, brand_id: UUID, amount: int, **values: Any) -> UUID:
    given = {"brand_id": brand_id, "status": "active", "unit_amount": amount, **values}
    found = insert(connection, "subscriptions", **given)
    assert isinstance(found, UUID)
    return found


def change(connection: Connection, subscription: UUID, **values: Any) -> None:
    pairs = ", ".join(f"{column} = :{column}" for column in values)
    statement = f"update subscriptions set {pairs} where id = :subscription"
    connection.execute(text(statement), {**values, "subscription": subscription})


def mrr(connection: Connection, brand_id: UUID) -> Any:
    return connection.scalar(text("select mrr from brands where id = :id"), {"id": brand_id})


def movements(connection: Connection, brand_id: UUID, policy: str = "strict") -> list[Movement]:
    rows = connection.execute(
        text(
            "select day, kind::text, amount, reason::text from mrr_movements"
            " where brand_id = :brand and policy = cast(:policy as mrr_policy) order by day"
        ),
        {"brand": brand_id, "policy": policy},
    )
    return [(row.day, row.kind, row.amount, row.reason) for row in rows]


# --- MRR of a brand ------------------------------------------------------------------------------


def test_mrr_follows_insert_update_delete_and_a_move(app: Connection) -> None:
    one, two = brand(app), brand(app)
    first = subscribe(app, one, 100)
    second = subscribe(app, one, 40, quantity=2)
    assert mrr(app, one) == 180
    change(app, second, quantity=3)
    assert mrr(app, one) == 220
    change(app, first, brand_id=two)
    assert (mrr(app, one), mrr(app, two)) == (120, 100)
    app.execute(text("delete from subscriptions where id = :id"), {"id": second})
    assert (mrr(app, one), mrr(app, two)) == (0, 100)
    app.execute(text("update subscriptions set unit_amount = 7, brand_id = :one"), {"one": one})
    assert (mrr(app, one), mrr(app, two)) == (7, 0)


def test_only_active_subscriptions_count_in_the_brands_mrr(app: Connection) -> None:
    one = brand(app)
    subscription = subscribe(app, one, 100)
    statuses = app.scalars(text("select unnest(enum_range(null::subscription_status))::text")).all()
    counted = {}
    for status in statuses:
        change(app, subscription, status=status)
        counted[status] = mrr(app, one)
    assert counted == {status: 100 if status == "active" else 0 for status in statuses}
    assert len(statuses) == 7


def test_mrr_is_normalised_to_a_month_and_rounded_per_subscription(app: Connection) -> None:
    one = brand(app)

    def monthly(amount: str, period: str, **values: Any) -> Decimal:
        subscription = subscribe(app, one, 0, period=period, **values)
        change(app, subscription, unit_amount=Decimal(amount))
        found = app.scalar(
            text("select mrr from subscriptions where id = :id"), {"id": subscription}
        )
        assert isinstance(found, Decimal)
        return found

    assert monthly("1200", "year") == 100
    assert monthly("300", "quarter") == 100
    assert monthly("10", "day") == Decimal("304.17")
    assert monthly("0.05", "month", forever_percent_off=50) == Decimal("0.03")  # half-up
    assert monthly("100", "month", forever_percent_off=25, forever_amount_off=15) == 60
    assert monthly("10", "month", forever_amount_off=15) == 0
    assert monthly("90", "month", period_count=3) == 30
    assert monthly("100", "month", currency="EUR", usd_rate=Decimal("1.0825")) == Decimal("108.25")
    weekly = [monthly("10", "week") for _ in range(3)]
    assert sum(weekly) == Decimal("129.99")


def test_two_writers_of_one_brand_take_turns() -> None:
    with connections.writer(Scope.system()) as connection:
        one = brand(connection)

    def write() -> None:
        with connections.writer(Scope.system()) as connection:
            subscribe(connection, one, 30)

    waiting = (
        "select count(*) from pg_stat_activity"
        " where datname = current_database() and wait_event_type = 'Lock'"
    )

    def is_waiting() -> bool:
        with connections.owner() as connection:
            return bool(connection.scalar(text(waiting)))

    with ThreadPoolExecutor(1) as pool:
        with connections.writer(Scope.system()) as connection:
            subscribe(connection, one, 100)
            second = pool.submit(write)
            wait_until(is_waiting, "the second writer waits for the first")
        second.result(timeout=30)
    with connections.reader(Scope.system()) as connection:
        assert mrr(connection, one) == 130
        assert [(kind, amount) for _, kind, amount, _ in movements(connection, one)] == [
            ("new", 130)
        ]


def test_many_writers_of_two_brands_lose_nothing() -> None:
    with connections.writer(Scope.system()) as connection:
        one, two = brand(connection), brand(connection)
        moving = [subscribe(connection, one, 10) for _ in range(4)]

    def write(number: int) -> None:
        for turn in range(6):
            with connections.writer(Scope.system()) as connection:
                subscribe(connection, (one, two)[(number + turn) % 2], 1)
            with connections.writer(Scope.system()) as connection:
                change(connection, moving[number], brand_id=(two, one)[turn % 2])

    with ThreadPoolExecutor(4) as pool:
        list(pool.map(write, range(4)))
    with connections.reader(Scope.system()) as connection:
        # The last turn brings each of the moving four back.
        assert (mrr(connection, one), mrr(connection, two)) == (4 * 10 + 12, 12)
        ends = connection.execute(
            text(
                "select b.id, (select mrr_after from mrr_movements m where m.brand_id = b.id"
                " and policy = 'strict' order by day desc limit 1) as after from brands b"
            )
        )
        assert {row.id: row.after for row in ends} == {one: 52, two: 12}


def test_the_app_cannot_set_a_brands_mrr(app: Connection) -> None:
    one = brand(app)
    with pytest.raises(ProgrammingError, match="permission denied"):
        app.execute(text("update brands set mrr = 1 where id = :id"), {"id": one})


# --- History -------------------------------------------------------------------------------------


def test_every_change_leaves_a_row_with_its_effective_and_recorded_time(app: Connection) -> None:
    one, two = brand(app), brand(app)
    subscription = subscribe(app, one, 100, changed_at=at(1, 10))
    change(app, subscription, unit_amount=120, changed_at=at(2, 1))
    change(app, subscription, brand_id=two, changed_at=at(3, 1))
    change(app, subscription, status="past_due")  # without a time: now
    app.execute(text("delete from subscriptions"))
    rows = app.execute(
        text(
            "select brand_id, change, status::text, mrr, effective_at, recorded_at, now() as now"
            " from subscription_history order by id"
        )
    ).all()
    assert [(row.brand_id, row.change, row.status, row.mrr) for row in rows] == [
        (one, "created", "active", 100),
        (one, "updated", "active", 120),
        (one, "moved_out", "canceled", 0),
        (two, "moved_in", "active", 120),
        (two, "updated", "past_due", 120),
        (two, "deleted", "canceled", 0),
    ]
    effective = [row.effective_at for row in rows]
    now = rows[0].now
    assert effective == [at(1, 10), at(2, 1), at(3, 1), at(3, 1), now, now]
    assert all(row.recorded_at >= now for row in rows)


def test_history_is_not_rewritten_by_the_app() -> None:
    for statement in (
        "update subscription_history set mrr = 1",
        "delete from subscription_history",
        "insert into mrr_movements values (null)",
        "update mrr_movements set amount = 1",
        "delete from mrr_movements",
        "select derive_movements('{}')",
    ):
        with (
            connections.writer(Scope.system()) as connection,
            pytest.raises(ProgrammingError, match="permission denied"),
        ):
            connection.execute(text(statement))


# --- Movements -----------------------------------------------------------------------------------


def test_a_brands_life_under_both_policies(app: Connection) -> None:
    one = brand(app)
    subscription = subscribe(app, one, 100, changed_at=at(1, 10))
    change(app, subscription, unit_amount=150, changed_at=at(2, 2))
    change(app, subscription, unit_amount=120, changed_at=at(3, 3))
    change(app, subscription, status="past_due", changed_at=at(4, 1))
    change(app, subscription, status="active", changed_at=at(4, 5))
    change(app, subscription, cancel_at_period_end=True, changed_at=at(5, 1))
    assert mrr(app, one) == 120, "a cancellation at the period's end keeps MRR until then"
    change(app, subscription, status="canceled", cancel_reason="voluntary", changed_at=at(5, 31))
    both = [
        (on(1, 10), "new", 100, None),
        (on(2, 2), "expansion", 50, None),
        (on(3, 3), "contraction", 30, None),
    ]
    end = [(on(5, 31), "churn", 120, "voluntary")]
    assert movements(app, one, "stripe") == both + end
    assert movements(app, one, "strict") == [
        *both,
        (on(4, 1), "churn", 120, "delinquent"),
        (on(4, 5), "reactivation", 120, None),
        *end,
    ]
    change(app, subscription, status="active", unit_amount=80, changed_at=at(8, 1))
    assert movements(app, one, "stripe")[-1] == (on(8, 1), "reactivation", 80, None)
    before_and_after = app.execute(
        text(
            "select mrr_before, mrr_after from mrr_movements"
            " where policy = 'strict' and day = '2026-03-03'"
        )
    ).one()
    assert tuple(before_and_after) == (150, 120)


def test_a_failed_payment_that_ends_in_cancellation_is_delinquent_churn(app: Connection) -> None:
    one = brand(app)
    subscription = subscribe(app, one, 100, changed_at=at(1, 10))
    change(app, subscription, status="past_due", changed_at=at(2, 1))
    change(app, subscription, status="canceled", cancel_reason="delinquent", changed_at=at(2, 20))
    assert movements(app, one, "strict")[1:] == [(on(2, 1), "churn", 100, "delinquent")]
    assert movements(app, one, "stripe")[1:] == [(on(2, 20), "churn", 100, "delinquent")]


def test_movements_are_per_brand_and_day_never_per_subscription(app: Connection) -> None:
    one = brand(app)
    first = subscribe(app, one, 100, changed_at=at(1, 10, 8))
    second = subscribe(app, one, 50, changed_at=at(1, 10, 20))
    change(app, first, status="canceled", changed_at=at(2, 1, 9))
    change(app, second, unit_amount=200, changed_at=at(2, 1, 10))
    # There and back within a day is no movement; nor is a day of which nothing is left.
    change(app, second, unit_amount=900, changed_at=at(3, 1, 9))
    change(app, second, unit_amount=200, changed_at=at(3, 1, 10))
    third = subscribe(app, one, 70, changed_at=at(4, 1, 1))
    change(app, third, status="canceled", changed_at=at(4, 1, 2))
    assert movements(app, one) == [
        (on(1, 10), "new", 150, None),
        (on(2, 1), "expansion", 50, None),
    ]


def test_days_are_utc(app: Connection) -> None:
    one = brand(app)
    app.execute(text("set local time zone 'Asia/Tokyo'"))
    subscription = subscribe(app, one, 100, changed_at=at(1, 10, 23))
    change(app, subscription, unit_amount=110, changed_at=at(1, 11, 0))
    assert [day for day, *_ in movements(app, one)] == [on(1, 10), on(1, 11)]


def test_a_late_event_derives_the_movements_again(app: Connection) -> None:
    one = brand(app)
    subscription = subscribe(app, one, 100, changed_at=at(1, 10))
    insert(
        app,
        "subscription_history",
        subscription_id=subscription,
        brand_id=one,
        effective_at=at(1, 5),
        change="late",
        status="active",
        mrr=40,
        quantity=1,
    )
    assert movements(app, one) == [
        (on(1, 5), "new", 40, None),
        (on(1, 10), "expansion", 60, None),
    ]
    assert mrr(app, one) == 100
    late = app.execute(
        text("select effective_at, recorded_at from subscription_history where change = 'late'")
    ).one()
    assert late.recorded_at > late.effective_at


def test_a_move_is_churn_here_and_new_there(app: Connection) -> None:
    one, two = brand(app), brand(app)
    subscription = subscribe(app, one, 100, changed_at=at(1, 10))
    change(app, subscription, brand_id=two, changed_at=at(2, 1))
    assert movements(app, one)[1:] == [(on(2, 1), "churn", 100, "voluntary")]
    assert movements(app, two) == [(on(2, 1), "new", 100, None)]


def test_movements_add_up_to_the_mrr_of_the_history(app: Connection) -> None:
    one = brand(app)
    first = subscribe(app, one, 33, changed_at=at(1, 1))
    second = subscribe(app, one, 1000, period="year", changed_at=at(1, 15))
    change(app, first, status="past_due", changed_at=at(2, 1))
    change(app, second, quantity=2, changed_at=at(2, 1))
    change(app, first, status="active", changed_at=at(3, 1))
    signed = app.scalar(
        text(
            "select sum(case when kind in ('contraction', 'churn') then -amount else amount end)"
            " from mrr_movements where policy = 'strict'"
        )
    )
    assert signed == mrr(app, one) == Decimal("33") + Decimal("166.67")


# --- Deleting ------------------------------------------------------------------------------------


def test_deleting_a_brand_takes_its_subscriptions_with_it(app: Connection) -> None:
    one, two = brand(app), brand(app)
    subscribe(app, one, 100)
    subscribe(app, two, 50)
    app.execute(text("delete from brands where id = :id"), {"id": one})
    for table in ("subscriptions", "subscription_history"):
        assert app.scalars(text(f"select brand_id from {table}")).all() == [two]
    assert movements(app, one) == []
    assert len(movements(app, two)) == 1


def test_plans_payments_and_a_gone_subscription_stay_apart(app: Connection) -> None:
    one = brand(app)
    plan = insert(app, "plans", name="Studio", unit_amount=100)
    subscription = subscribe(app, one, 100, plan_id=plan)
    insert(
        app,
        "payments",
        brand_id=one,
        subscription_id=subscription,
        provider="example",
        purpose="subscription",
        amount=100,
    )
    app.execute(text("delete from subscriptions"))
    assert app.execute(text("select brand_id, subscription_id from payments")).one() == (one, None)
