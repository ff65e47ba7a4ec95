"""Credits: reserved when a job is made, settled or given back once, never below zero."""

import random
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, date, datetime, timedelta
from uuid import UUID

import pytest
from sqlalchemy import Connection, text
from sqlalchemy.exc import DBAPIError, IntegrityError, ProgrammingError

from billing import resets
from database import connections
from database.tenancy import Scope
from tests import fire
from tests.rows import finish, insert, job

pytestmark = pytest.mark.usefixtures("database")


@pytest.fixture
def app() -> Iterator[Connection]:
    """A transaction of the worker's: the app's role, all brands."""
    with connections.writer(Scope.system()) as connection:
        yield connection


@pytest.fixture
def shopper(app: Connection) -> UUID:
    found = insert(app, "users")
    assert isinstance(found, UUID)
    return found


def account(connection: Connection, owner: UUID) -> UUID:
    found = connection.scalar(
        text("select id from credit_accounts where :owner in (user_id, brand_id)"), {"owner": owner}
    )
    assert isinstance(found, UUID)
    return found


def balance(connection: Connection, owner: UUID) -> int:
    """The balance, which has to be the sum of the ledger and of the lots."""
    row = connection.execute(
        text(
            "select balance,"
            " (select sum(amount) from credit_ledger l where l.account_id = a.id) as ledger,"
            " (select sum(remaining) from credit_lots l where l.account_id = a.id) as lots,"
            " (select min(remaining) from credit_lots l where l.account_id = a.id) as least"
            " from credit_accounts a where id = :account"
        ),
        {"account": account(connection, owner)},
    ).one()
    assert row.balance == row.ledger == row.lots
    assert row.least >= 0
    assert isinstance(row.balance, int)
    return row.balance


def ledger(connection: Connection, owner: UUID) -> list[tuple[str, int]]:
    rows = connection.execute(
        text("select kind, amount from credit_ledger where account_id = :account order by id"),
        {"account": account(connection, owner)},
    )
    return [(row.kind, row.amount) for row in rows]


def tryon(connection: Connection, shopper: UUID, price: int = 1) -> UUID:
    return job(connection, user_id=shopper, credits=price)


def buy(connection: Connection, shopper: UUID, amount: int) -> UUID:
    payment = insert(
        connection, "payments", user_id=shopper, provider="x", purpose="credits", amount=1
    )
    connection.execute(
        text("select purchase_credits(:user, null, :payment, :credits)"),
        {"user": shopper, "payment": payment, "credits": amount},
    )
    assert isinstance(payment, UUID)
    return payment


def refund(connection: Connection, payment: UUID) -> int:
    found = connection.scalar(text("select refund_credits(:payment)"), {"payment": payment})
    assert isinstance(found, int)
    return found


def reset(connection: Connection, owner: UUID, today: str = "2100-01-15") -> None:
    connection.execute(
        text("select reset_free_credits(:account, cast(:today as date))"),
        {"account": account(connection, owner), "today": today},
    )


def test_a_shopper_starts_with_25(app: Connection, shopper: UUID) -> None:
    assert balance(app, shopper) == 25
    assert ledger(app, shopper) == [("grant", 25)]


def test_only_shoppers_and_demo_visitors_have_an_account_from_the_start(app: Connection) -> None:
    made = {
        role: insert(app, "users", role=role)
        for role in ("shopper", "demo_viewer", "admin", "analyst", "brand_manager", "tombstone")
    }
    with_account = set(app.scalars(text("select user_id from credit_accounts")))
    assert with_account == {made["shopper"], made["demo_viewer"]}


def test_a_job_reserves_and_settles_when_it_completes(app: Connection, shopper: UUID) -> None:
    made = tryon(app, shopper, 3)
    assert balance(app, shopper) == 22
    finish(app, made, "completed")
    assert balance(app, shopper) == 22
    assert ledger(app, shopper) == [("grant", 25), ("reserve", -3), ("settle", 0)]


@pytest.mark.parametrize("status", ["failed", "canceled"])
def test_a_job_that_fails_or_is_canceled_gives_back(
    app: Connection, shopper: UUID, status: str
) -> None:
    finish(app, tryon(app, shopper, 3), status)
    assert balance(app, shopper) == 25
    assert ledger(app, shopper) == [("grant", 25), ("reserve", -3), ("release", 3)]


def test_a_job_canceled_while_it_waits_gives_back(app: Connection, shopper: UUID) -> None:
    tryon(app, shopper)
    app.execute(text("update tryon_jobs set status = 'canceled'"))
    assert balance(app, shopper) == 25


def test_however_often_it_is_retried_it_happens_once(app: Connection, shopper: UUID) -> None:
    made = tryon(app, shopper, 3)
    finish(app, made, "failed")
    again = "update tryon_jobs set status = 'failed', failure_code = 'engine_error' where id = :id"
    for _ in range(3):
        app.execute(text(again), {"id": made})
    assert balance(app, shopper) == 25


@pytest.mark.parametrize("kind", ["reserve", "release"])
def test_the_ledger_holds_one_row_of_a_kind_for_a_job_and_a_lot(kind: str) -> None:
    with connections.owner() as connection:
        finish(connection, tryon(connection, insert(connection, "users"), 3), "failed")
        again = text(
            "insert into credit_ledger (account_id, lot_id, job_id, kind, amount)"
            " select account_id, lot_id, job_id, kind, amount from credit_ledger where kind = :kind"
        )
        with pytest.raises(IntegrityError, match="once_key"):
            connection.execute(again, {"kind": kind})


def test_too_few_credits_are_a_clear_refusal(app: Connection, shopper: UUID) -> None:
    tryon(app, shopper, 20)
    with (
        pytest.raises(
            IntegrityError, match=r"Not enough credits: this job needs 6, the balance is 5\."
        ),
        app.begin_nested(),
    ):
        tryon(app, shopper, 6)
    assert balance(app, shopper) == 5
    assert app.scalar(text("select count(*) from tryon_jobs")) == 1
    tryon(app, shopper, 5)
    assert balance(app, shopper) == 0


def test_a_job_without_cost_or_already_finished_reserves_nothing(
    app: Connection, shopper: UUID
) -> None:
    tryon(app, shopper, 0)
    now = datetime.now(UTC)
    job(
        app,
        user_id=shopper,
        status="completed",
        confidence=0.9,
        created_at=now,
        started_at=now,
        finished_at=now,
    )
    assert ledger(app, shopper) == [("grant", 25)]


def test_free_credits_go_first_then_the_oldest_purchase() -> None:
    with connections.owner() as connection:
        shopper = insert(connection, "users")
        second, first = buy(connection, shopper, 10), buy(connection, shopper, 10)
        # The free ones are the youngest here, and the purchases stand in the wrong order.
        for payment, days in ((None, 0), (first, 2), (second, 1)):
            connection.execute(
                text(
                    "update credit_lots set created_at = now() - interval '1 day' * :days"
                    " where payment_id is not distinct from :payment"
                ),
                {"days": days, "payment": payment},
            )
    with connections.writer(Scope.system()) as connection:
        made = tryon(connection, shopper, 32)
        lots = "select remaining from credit_lots where payment_id = :payment"
        assert connection.scalar(text(lots), {"payment": first}) == 3
        assert connection.scalar(text(lots), {"payment": second}) == 10
        assert ledger(connection, shopper)[-2:] == [("reserve", -25), ("reserve", -7)]
        finish(connection, made, "failed")
        assert connection.scalar(text(lots), {"payment": first}) == 10
        assert balance(connection, shopper) == 45


def test_25_reserve_5_reset_fail_is_25(app: Connection, shopper: UUID) -> None:
    made = tryon(app, shopper, 5)
    assert balance(app, shopper) == 20
    reset(app, shopper)
    assert balance(app, shopper) == 25
    finish(app, made, "failed")
    assert balance(app, shopper) == 25
    assert ledger(app, shopper) == [
        ("grant", 25),
        ("reserve", -5),
        ("expire", -20),
        ("grant", 25),
        ("release", 0),
    ]


def test_a_reset_is_safe_to_run_twice_and_keeps_what_was_bought(
    app: Connection, shopper: UUID
) -> None:
    buy(app, shopper, 10)
    tryon(app, shopper, 30)
    reset(app, shopper)
    assert balance(app, shopper) == 30
    before = ledger(app, shopper)
    reset(app, shopper)
    reset(app, shopper, "2100-01-31")
    assert ledger(app, shopper) == before
    reset(app, shopper, "2100-02-01")
    assert len(ledger(app, shopper)) == len(before) + 2


def test_a_reset_does_nothing_before_its_date(app: Connection, shopper: UUID) -> None:
    tryon(app, shopper, 5)
    reset(app, shopper, datetime.now(UTC).date().isoformat())
    assert balance(app, shopper) == 20


def test_a_job_after_the_reset_date_has_its_free_credits(app: Connection, shopper: UUID) -> None:
    tryon(app, shopper, 25)
    app.execute(text("update credit_accounts set resets_on = current_date - 40"))
    tryon(app, shopper, 5)
    assert balance(app, shopper) == 20
    due = text("select resets_on > current_date from credit_accounts")
    assert app.scalar(due) is True


def test_a_refund_takes_back_what_is_unspent_of_its_purchase(
    app: Connection, shopper: UUID
) -> None:
    first = buy(app, shopper, 10)
    made = tryon(app, shopper, 29)  # 25 free, 4 of the purchase
    second = buy(app, shopper, 10)
    assert refund(app, first) == 6
    assert balance(app, shopper) == 10
    assert refund(app, first) == 0
    finish(app, made, "failed")  # the free ones return, the refunded lot is closed
    assert balance(app, shopper) == 35
    assert refund(app, second) == 10
    assert balance(app, shopper) == 25


def test_a_payment_buys_once(app: Connection, shopper: UUID) -> None:
    payment = buy(app, shopper, 10)
    app.execute(
        text("select purchase_credits(:user, null, :payment, 10)"),
        {"user": shopper, "payment": payment},
    )
    assert balance(app, shopper) == 35


def test_a_pro_shopper_reserves_nothing_until_the_tier_expires(
    app: Connection, shopper: UUID
) -> None:
    app.execute(text("update credit_accounts set pro_until = now() + interval '1 day'"))
    made = tryon(app, shopper, 100)
    finish(app, made, "failed")
    assert ledger(app, shopper) == [("grant", 25)]
    app.execute(text("update credit_accounts set pro_until = now() - interval '1 second'"))
    tryon(app, shopper, 5)
    assert balance(app, shopper) == 20


def test_studio_jobs_charge_the_brand_and_demo_jobs_the_visitor(app: Connection) -> None:
    brand = insert(app, "brands", name="Nord", slug="nord")
    visitor = insert(app, "users", role="demo_viewer")
    job(app, brand_id=brand, user_id=visitor, origin="demo")
    assert balance(app, visitor) == 24
    with pytest.raises(IntegrityError, match="the balance is 0"), app.begin_nested():
        job(app, brand_id=brand, user_id=visitor, origin="studio")
    app.execute(text("select purchase_credits(null, :brand, null, 3)"), {"brand": brand})
    job(app, brand_id=brand, user_id=visitor, origin="studio")
    job(app, brand_id=brand, origin="shopper")  # a shop's visitor of whom it names nobody
    assert balance(app, visitor) == 24
    assert balance(app, brand) == 1


def test_sixteen_at_once_on_one_shopper() -> None:
    with connections.writer(Scope.system()) as connection:
        shopper = insert(connection, "users")
        payments = [buy(connection, shopper, 10) for _ in range(3)]
        account_id = account(connection, shopper)
    unexpected: list[str] = []

    def work(number: int) -> None:
        chance = random.Random(number)
        mine: list[UUID] = []
        for turn in range(8):
            try:
                with connections.writer(Scope.system()) as connection:
                    step = chance.random()
                    if step < 0.5 or not mine:
                        mine.append(tryon(connection, shopper, chance.randint(1, 4)))
                    elif step < 0.85:
                        ends = ("completed", "failed", "canceled")
                        finish(connection, mine.pop(), chance.choice(ends))
                    elif step < 0.95:
                        month = f"{2100 + number}-{turn + 1:02d}-15"
                        connection.execute(
                            text("select reset_free_credits(:account, cast(:today as date))"),
                            {"account": account_id, "today": month},
                        )
                    else:
                        refund(connection, chance.choice(payments))
            except DBAPIError as error:
                if "Not enough credits" not in str(error.orig):
                    unexpected.append(str(error.orig))

    with ThreadPoolExecutor(16) as pool:
        list(pool.map(work, range(16)))
    assert unexpected == []
    with connections.reader(Scope.system()) as connection:
        assert balance(connection, shopper) >= 0
        once = text(
            "select count(*) from credit_ledger where job_id is not null"
            " and kind in ('settle', 'release')"
            " group by job_id, lot_id having count(*) > 1"
        )
        assert connection.scalars(once).all() == []
        unsettled = text(
            "select count(*) from tryon_jobs j join credit_ledger r on r.job_id = j.id"
            " and r.kind = 'reserve' left join credit_ledger e on e.job_id = j.id"
            " and e.lot_id = r.lot_id and e.kind in ('settle', 'release')"
            " where (e.id is null) <> (j.status in ('queued', 'processing'))"
        )
        assert connection.scalar(unsettled) == 0
        assert connection.scalar(text("select count(*) from tryon_jobs")) > 16


@pytest.mark.parametrize(
    "statement",
    [
        "insert into credit_ledger (account_id, lot_id, kind, amount) values (null, null, 'x', 1)",
        "update credit_ledger set amount = 0",
        "delete from credit_ledger",
        "update credit_lots set remaining = 99",
        "insert into credit_lots (kind) values ('purchase')",
        "update credit_accounts set balance = 99",
        "insert into credit_accounts (balance) values (99)",
        "delete from credit_accounts",
        "delete from tryon_jobs",
        "truncate credit_ledger",
    ],
)
def test_the_app_writes_no_credits_by_itself(app: Connection, statement: str) -> None:
    with pytest.raises(ProgrammingError, match="permission denied"):
        app.execute(text(statement))


# --- Under fire; `make soak` asks more -----------------------------------------------------------


@pytest.mark.parametrize("shoppers", [1, 5])
def test_credits_under_fire(shoppers: int) -> None:
    counted = fire.burn(8, 25, shoppers, 7, date(2100, 1, 1))
    acts = counted["acts"]
    assert isinstance(acts, dict)
    assert sum(acts.values()) == 200
    # Something of everything took place, or nothing was shown.
    assert {"make", "end", "reset", "buy", "refund"} <= acts.keys()
    assert counted["settled"]
    assert counted["released"]


# --- The monthly reset ---------------------------------------------------------------------------


def test_the_worker_resets_whoever_is_due_and_nobody_twice(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(resets, "_PORTION", 3)
    today = datetime.now(UTC).date()
    with connections.owner() as connection:
        people = [insert(connection, "users") for _ in range(7)]
        later = insert(connection, "users")
        brand = insert(connection, "brands", name="Alder", slug="alder")
        connection.execute(text("select purchase_credits(null, :b, null, 5)"), {"b": brand})
        connection.execute(
            text("update credit_accounts set resets_on = :today where user_id = any(:due)"),
            {"today": today, "due": people},
        )
        for person in people:
            tryon(connection, person, 4)
    with connections.owner() as connection:
        connection.execute(
            text("update credit_accounts set resets_on = :today where user_id = any(:due)"),
            {"today": today, "due": people},
        )
    # Two workers at once, and once more.
    with ThreadPoolExecutor(2) as pool:
        counts = list(pool.map(lambda _: resets.reset_due(today), range(2)))
    assert sum(counts) == len(people)
    assert resets.reset_due(today) == 0
    with connections.owner() as connection:
        assert {balance(connection, person) for person in people} == {25}
        assert balance(connection, later) == 25
        kinds = [kind for kind, _ in ledger(connection, people[0])]
        assert kinds.count("grant") == 3  # at first, at the launch, and now
        # A brand has no free credits to set back.
        assert ledger(connection, brand) == [("grant", 0), ("purchase", 5)]
        due = text("select min(resets_on) from credit_accounts where user_id = any(:due)")
        assert connection.execute(due, {"due": people}).scalar_one() > today


def test_pro_ends_by_itself(app: Connection, shopper: UUID) -> None:
    """A pro shopper reserves 0 until the tier expires."""
    until = text("update credit_accounts set pro_until = :until where user_id = :user")
    app.execute(until, {"user": shopper, "until": datetime.now(UTC) + timedelta(days=1)})
    tryon(app, shopper, 4)
    assert balance(app, shopper) == 25
    app.execute(until, {"user": shopper, "until": datetime.now(UTC) - timedelta(seconds=1)})
    tryon(app, shopper, 4)
    assert balance(app, shopper) == 21
