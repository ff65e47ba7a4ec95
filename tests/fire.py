"""Credits under fire: many threads that make, end, reset and buy at once, and what must hold."""

import random
import threading
from collections import Counter
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import date, timedelta
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from database import connections
from database.connections import writer
from database.tenancy import Scope
from tests.rows import insert, job

# What may be refused, and is no defect: too few credits, a job that has ended already.
_REFUSED = ("Not enough credits", "cannot go from")


def burn(
    threads: int, acts: int, shoppers: int, seed: int, today: date
) -> dict[str, int | dict[str, int]]:
    """Let so many threads do so many acts each, on so many shoppers and one brand.

    Gives what was done and refused, once everything that must hold was seen to hold. Raises
    AssertionError for what does not.
    """
    with connections.owner() as connection:
        users = [insert(connection, "users") for _ in range(shoppers)]
        brand = insert(connection, "brands", name="Fire", slug=f"fire-{seed}")
        connection.execute(text("select purchase_credits(null, :b, null, 50)"), {"b": brand})
    done: Counter[str] = Counter()
    lock = threading.Lock()
    open_jobs: list[UUID] = []
    start = threading.Barrier(threads)

    def work(number: int) -> None:
        draw = random.Random(seed * 1000 + number)
        start.wait()
        for _ in range(acts):
            act = draw.choice(("make", "make", "make", "end", "end", "reset", "buy", "refund"))
            try:
                _act(act, draw, users, brand, open_jobs, lock, today)
            except DBAPIError as error:
                if not any(words in str(error.orig) for words in _REFUSED):
                    raise
                act = f"{act} refused"
            with lock:
                done[act] += 1

    with ThreadPoolExecutor(threads) as pool:
        for future in [pool.submit(work, number) for number in range(threads)]:
            future.result()
    return {**_hold([*users, brand]), "acts": dict(sorted(done.items()))}


def _act(
    act: str,
    draw: random.Random,
    users: Sequence[UUID],
    brand: UUID,
    open_jobs: list[UUID],
    lock: threading.Lock,
    today: date,
) -> None:
    user = draw.choice(users)
    with writer(Scope.system()) as connection:
        if act == "make":
            studio = draw.random() < 0.2
            owner = {"brand_id": brand, "origin": "studio"} if studio else {"user_id": user}
            made = job(connection, **owner, credits=draw.randint(1, 5))
            with lock:
                open_jobs.append(made)
        elif act == "end":
            with lock:
                ended = draw.choice(open_jobs) if open_jobs else None
            if ended is not None:
                # Somebody else may end the same one: the first counts.
                status = draw.choice(("completed", "failed", "canceled"))
                _end(connection, ended, status)
        elif act == "reset":
            connection.execute(
                text(
                    "select reset_free_credits(id, :day) from credit_accounts where user_id = :user"
                ),
                {"user": user, "day": today + timedelta(days=31 * draw.randint(0, 3))},
            )
        elif act == "buy":
            payment = insert(
                connection, "payments", user_id=user, provider="x", purpose="credits", amount=1
            )
            connection.execute(
                text("select purchase_credits(:user, null, :payment, :credits)"),
                {"user": user, "payment": payment, "credits": draw.randint(1, 20)},
            )
        else:
            payment = connection.scalar(
                text("select id from payments where user_id = :user order by random() limit 1"),
                {"user": user},
            )
            connection.execute(text("select refund_credits(:payment)"), {"payment": payment})


def _end(connection: object, ended: UUID, status: str) -> None:
    for step in ("processing", status):
        connection.execute(  # type: ignore[attr-defined]
            text(
                "update tryon_jobs set status = cast(:step as job_status),"
                " failure_code = case when :step = 'failed' then 'engine_error' end,"
                " confidence = case when :step = 'completed' then 0.9 end"
                " where id = :job and status in ('queued', 'processing')"
                " and status <> cast(:step as job_status)"
            ),
            {"job": ended, "step": step},
        )


_HOLDS = {
    "ledger = balance": """
        select count(*) from credit_accounts a
        where a.balance
          <> (select coalesce(sum(l.amount), 0) from credit_ledger l where l.account_id = a.id)
    """,
    "lots = balance": """
        select count(*) from credit_accounts a
        where a.balance
          <> (select coalesce(sum(l.remaining), 0) from credit_lots l where l.account_id = a.id)
    """,
    "each lot is its bookings": """
        select count(*) from credit_lots t
        where t.remaining
          <> (select coalesce(sum(l.amount), 0) from credit_ledger l where l.lot_id = t.id)
    """,
    "never negative": """
        select count(*) from (
          select sum(l.amount) over (partition by l.account_id order by l.id) as so_far
          from credit_ledger l
        ) x
        where so_far < 0
    """,
    "each job is settled or released at most once a lot": """
        select count(*) from (
          select job_id, lot_id from credit_ledger
          where kind in ('settle', 'release')
          group by job_id, lot_id having count(*) > 1
        ) x
    """,
    "each ended job that reserved was settled or released, as it ended": """
        select count(*) from credit_ledger r
        join tryon_jobs j on j.id = r.job_id
        where r.kind = 'reserve' and j.status in ('completed', 'failed', 'canceled')
          and not exists (
            select from credit_ledger e
            where e.job_id = r.job_id and e.lot_id = r.lot_id
              and e.kind = case when j.status = 'completed' then 'settle' else 'release' end
          )
    """,
    "what is released is what was reserved, unless its lot was closed": """
        select count(*) from credit_ledger e
        join credit_ledger r on r.job_id = e.job_id and r.lot_id = e.lot_id and r.kind = 'reserve'
        join credit_lots t on t.id = e.lot_id
        where e.kind = 'release' and e.amount <> -r.amount
          and not (e.amount = 0 and t.closed_at is not null)
    """,
    "one free month is open": """
        select count(*) from credit_accounts a
        where (
          select count(*) from credit_lots t
          where t.account_id = a.id and t.kind = 'free' and t.closed_at is null
        ) <> 1
    """,
}


def _hold(owners: Sequence[UUID]) -> dict[str, int | dict[str, int]]:
    with connections.owner() as connection:
        for what, wrong in _HOLDS.items():
            assert connection.scalar(text(wrong)) == 0, f"not so: {what}"
        counted = connection.execute(
            text(
                "select count(*) filter (where status = 'completed') as settled,"
                " count(*) filter (where status in ('failed', 'canceled')) as released,"
                " count(*) filter (where status in ('queued', 'processing')) as open"
                " from tryon_jobs where user_id = any(:owners) or brand_id = any(:owners)"
            ),
            {"owners": list(owners)},
        ).one()
        bookings = connection.execute(text("select count(*) from credit_ledger")).scalar_one()
    return {
        "settled": counted.settled,
        "released": counted.released,
        "still_open": counted.open,
        "bookings": bookings,
    }
