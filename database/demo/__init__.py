"""Demo data: 847 invented brands and their shoppers over 18 months, and how they go on.

`story.py` holds the constants of what is told, `brands.py`, `shoppers.py` and `activity.py` make
the rows, `load.py` brings them into the database. A day's rows are a function of the seed, the
scale and the day: filling a database up to a day and going on later gives the same days as filling
it later. (Only who came before the first month of a database is not in it: a database that is
filled later begins later.)
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

import pyarrow as pa
from sqlalchemy import Connection, text

from database import connections, rollups
from database.demo import load, story
from database.demo.activity import LOOKBACK_DAYS, activity, users
from database.demo.books import (
    Spending,
    append_credits,
    append_subscriptions,
    load_credits,
    load_subscriptions,
)
from database.demo.brands import day_start
from database.demo.catalog import load_brands
from database.demo.dataset import fill_dataset
from database.demo.draws import day_number, day_of
from database.demo.shoppers import LONGEST_ABSENCE, Shoppers, never_seen, shoppers, visits

Progress = Callable[[float, str], None]

# Any number that nobody else takes.
_LOCK = 7_203_114_560

# Filled day by day, with their indexes made afterwards.
_EVENTS = [
    "tryon_jobs", "shoppers", "touches", "wardrobe_items", "reviews", "purchases",
    "purchase_returns", "acquisition_spend", "nps_responses", "dataset_sessions",
    "dataset_aggregates",
]  # fmt: skip
_BOOKS = [
    "subscriptions",
    "subscription_history",
    "credit_accounts",
    "credit_lots",
    "credit_ledger",
]
# Emptied before filling; in a database of demo data nothing of it is anybody's. Sessions, accounts
# of the team, their tokens and the audit log stay, and so do the brands, whose ids are always the
# same.
_EMPTIED = [
    *_EVENTS, *_BOOKS, "mrr_movements", "payments", "tryon_garments", "job_attempts", "job_outputs",
    "photo_sets", "batches", "collections", "collection_items", "products", "product_images",
    "personas", "persona_pictures", "model_versions", "advisor_conversations", "advisor_messages",
    "benchmarks", "reviewable_jobs", "review_draws", "review_tallies", "job_pairs", "pair_votes",
    "webhooks", "webhook_deliveries", "webhook_attempts", "picture_embeddings",
]  # fmt: skip

# Jobs that are made at a time, so that memory stays below a gigabyte.
_CHUNK_JOBS = 250_000


class DemoDataError(Exception):
    """The demo data cannot be made as asked; the message is one sentence."""


class RealDataError(DemoDataError):
    """The database holds real data, which demo data must not touch."""


@dataclass(frozen=True, slots=True)
class DemoState:
    """How far the demo data is.

    `progress` goes from 0 to 1, `message` says what is being done, `filled_until` is the moment up
    to which there is data. `completed_at` is None while that goes on, or was interrupted.
    """

    job_target: int
    progress: float
    message: str
    filled_until: datetime | None
    completed_at: datetime | None


def state() -> DemoState | None:
    """The state of this database's demo data, None when it has none.

    Raises DatabaseUnavailableError.
    """
    with connections.owner() as connection:
        row = connection.execute(
            text("select job_target, progress, message, filled_until, completed_at from demo_state")
        ).one_or_none()
    return None if row is None else DemoState(*row)


def seed(
    until: date | None = None,
    jobs: int | None = None,
    scale: str = "default",
    progress: Progress | None = None,
) -> None:
    """Fill the database with demo data of the 18 months up to a day.

    It ends with the day `until` (default: today, in UTC), or now when that is earlier. `jobs` is
    about how many try-on jobs that makes (1,000 to 20,000,000); without it, `scale` says so:
    "default" or "full". What demo data there is, is replaced. `progress` is called with the share
    that is done and what is being done; table demo_state says the same to other processes.

    Raises DemoDataError for arguments out of range, RealDataError when the database holds anything
    that is not demo data, and DatabaseUnavailableError.
    """
    if scale not in story.SCALES:
        raise DemoDataError(f"The scale is one of {', '.join(story.SCALES)}, not {scale}.")
    target = story.SCALES[scale] if jobs is None else jobs
    if not 1_000 <= target <= 20_000_000:
        raise DemoDataError("Demo data has from 1,000 to 20,000,000 jobs.")
    now = datetime.now(UTC)
    until = until or now.date()
    if not story.STORY_START < until <= now.date():
        raise DemoDataError(
            f"Demo data ends between {story.STORY_START} and today, not on {until}."
        )
    cutoff = min(day_start(until + timedelta(days=1)), now)

    with connections.owner() as guard:
        _lock(guard)
        _refuse_real_data(guard)
        _begin(target)

        def report(share: float, message: str) -> None:
            with connections.owner() as connection:
                connection.execute(
                    text("update demo_state set progress = :share, message = :message"),
                    {"share": share, "message": message},
                )
            if progress is not None:
                progress(share, message)

        report(0.0, "Clearing the database")
        _clear()
        _fill(cutoff, target, report)
        rollups.rebuild(lambda share, _what: report(0.88 + 0.1 * share, "Adding up"))
        with connections.owner() as connection:
            # Visitors who were here before lost theirs with the old data.
            connection.execute(
                text(
                    "select open_credit_account(u.id, null) from users u"
                    " where u.role in ('shopper', 'demo_viewer')"
                    " and not exists (select from credit_accounts a where a.user_id = u.id)"
                )
            )
            connection.execute(
                text(
                    "update demo_state set progress = 1, message = 'Complete',"
                    " filled_until = :cutoff, completed_at = now()"
                ),
                {"cutoff": cutoff},
            )
        if progress is not None:
            progress(1.0, "Complete")


def append_missing(now: datetime | None = None) -> int:
    """Add what has happened since the demo data was filled; return the number of jobs added.

    It ends with `now`, by default this moment. Nothing happens, and 0 is returned, when the
    database holds no complete demo data or is filled that far already.

    Raises DatabaseUnavailableError.
    """
    now = now or datetime.now(UTC)
    with connections.owner() as connection:
        _lock(connection)
        load.prepare(connection)
        known = connection.execute(
            text("select job_target, filled_until from demo_state where completed_at is not null")
        ).one_or_none()
        if known is None or known.filled_until >= now:
            return 0
        first_job = connection.scalar(text("select min(created_at) from tryon_jobs"))
        first_day = story.STORY_START if first_job is None else _month_start(first_job.date())
        count = _append(connection, first_day, known.filled_until, now, known.job_target)
        connection.execute(text("update demo_state set filled_until = :now"), {"now": now})
        return count


@contextmanager
def held() -> Iterator[bool]:
    """Keep others from filling in demo data within the block, for who adds to it.

    Yields whether there is demo data, complete, and nobody else is at it. Raises
    DatabaseUnavailableError.
    """
    with connections.owner() as connection:
        alone = connection.scalar(text("select pg_try_advisory_xact_lock(:lock)"), {"lock": _LOCK})
        complete = text("select exists (select from demo_state where completed_at is not null)")
        yield bool(alone and connection.scalar(complete))


def _lock(connection: Connection) -> None:
    # Held until the transaction ends, however it ends: fillers take turns.
    connection.execute(text("select pg_advisory_xact_lock(:lock)"), {"lock": _LOCK})


def _refuse_real_data(connection: Connection) -> None:
    real = connection.scalar(
        text(
            "select exists (select from brands where not is_demo)"
            " or exists (select from users where not is_demo and role in ('shopper', 'tombstone'))"
        )
    )
    if real:
        raise RealDataError(
            "This database holds brands or shoppers that are not demo data: it was left as it is."
        )


def _begin(target: int) -> None:
    with connections.owner() as connection:
        connection.execute(text("delete from demo_state"))
        connection.execute(
            text("insert into demo_state (job_target, message) values (:target, 'Starting')"),
            {"target": target},
        )


def _clear() -> None:
    with connections.owner() as connection:
        load.prepare(connection)
        connection.execute(text(f"truncate {', '.join(_EMPTIED)}"))
        connection.execute(text("update brands set mrr = 0 where mrr <> 0"))
        connection.execute(
            text(
                "delete from stored_objects o where o.brand_id is not null"
                " or exists (select from users u where u.id = o.user_id and u.is_demo)"
            )
        )
        # What these users left behind was emptied above: no tombstone is needed for it.
        connection.execute(text("alter table users disable trigger users_leave_tombstone"))
        connection.execute(
            text("delete from users where is_demo and role in ('shopper', 'tombstone')")
        )
        connection.execute(text("alter table users enable trigger users_leave_tombstone"))


def _month_start(day: date) -> date:
    return day.replace(day=1)


def _first_day(until: date) -> date:
    months = until.year * 12 + until.month - 1 - story.MONTHS
    return max(story.STORY_START, date(months // 12, months % 12 + 1, 1))


def _fill(cutoff: datetime, target: int, report: Progress) -> None:
    scale = target / story.REFERENCE_JOBS
    last = cutoff - timedelta(milliseconds=1)
    first_day, last_day = day_number(_first_day(last.date())), day_number(last.date())
    cutoff_ms = int(cutoff.timestamp() * 1000)

    report(0.01, "Brands and their subscriptions")
    with connections.owner() as connection:
        load.prepare(connection)
        load_brands(connection)
        with load.quiet(connection, ["brands", *_BOOKS[:2]]):
            load_subscriptions(connection, cutoff)

    report(0.03, "Shoppers")
    people = shoppers(first_day, last_day, scale)
    accounts = users(people)
    with connections.owner() as connection:
        load.prepare(connection)
        with load.quiet(connection, ["users"]):
            load.copy(connection, "users", accounts.between(0, cutoff_ms))

    with connections.owner() as connection:
        load.prepare(connection)
        with (
            load.quiet(connection, [*_EVENTS, *_BOOKS[2:]]),
            load.without_indexes(connection, _EVENTS),
        ):
            spending = _fill_days(connection, people, last_day, cutoff_ms, scale, report)
            report(0.70, "Shoppers of two brands")
            _note_second_brands(connection)
            report(0.72, "Credits")
            load_credits(connection, people, spending, cutoff, accounts.known_ms <= cutoff_ms)
            report(0.76, "Indexes")
        # What a trigger would have noted, had it been on.
        connection.execute(text("select note_reviews(array(select distinct job_id from reviews))"))
        report(0.84, "Licensed dataset")
        fill_dataset(connection, day_start(day_of(first_day)), cutoff)
    report(0.86, "Statistics")
    with connections.owner() as connection:
        load.prepare(connection)
        connection.execute(text(f"analyze users, brands, {', '.join([*_EVENTS, *_BOOKS])}"))


def _fill_days(
    connection: Connection,
    people: Shoppers,
    last_day: int,
    cutoff_ms: int,
    scale: float,
    report: Progress,
) -> Spending:
    step = _days_at_a_time(scale)
    spending = Spending(people, last_day)
    seen = never_seen(people)
    for day in range(people.first_day, last_day + 1, step):
        end = min(day + step - 1, last_day)
        share = (day - people.first_day) / (last_day - people.first_day + 1)
        report(0.05 + 0.65 * share, f"Try-ons of {day_of(day):%B %Y}")
        made = activity(people, day, end, scale, seen)
        for table, rows in made.rows.items():
            load.copy(connection, table, rows.between(0, cutoff_ms))
        spending.add(made.spent.between(0, cutoff_ms))
    return spending


def _days_at_a_time(scale: float) -> int:
    return max(int(_CHUNK_JOBS / (story.REFERENCE_JOBS * scale / 550)), 1)


def _note_second_brands(connection: Connection) -> None:
    connection.execute(
        text(
            """
            insert into shoppers (brand_id, user_id, first_job_at, first_category, first_device)
            select distinct on (j.brand_id, j.user_id)
              j.brand_id, j.user_id, j.created_at, j.category, j.device
            from tryon_jobs j
            where j.origin = 'shopper'
              and not exists (
                select from shoppers s where s.brand_id = j.brand_id and s.user_id = j.user_id
              )
            order by j.brand_id, j.user_id, j.created_at, j.id
            """
        )
    )


def _append(
    connection: Connection, first_day: date, filled_until: datetime, now: datetime, target: int
) -> int:
    scale = target / story.REFERENCE_JOBS
    after_ms, now_ms = int(filled_until.timestamp() * 1000), int(now.timestamp() * 1000)
    begin, today = day_number(first_day), day_number(now.date())
    people = shoppers(begin, today, scale)
    append_subscriptions(connection, filled_until, now)
    _insert(connection, "users", users(people).between(after_ms, now_ms))
    # What became known since may follow from visits long before.
    start = max(begin, day_number(filled_until.date()) - LOOKBACK_DAYS)
    seen = never_seen(people)
    if start > begin:
        visits(people, max(begin, start - LONGEST_ABSENCE), start - 1, seen)
    count = 0
    step = _days_at_a_time(scale)
    for day in range(start, today + 1, step):
        made = activity(people, day, min(day + step - 1, today), scale, seen)
        for table, rows in made.rows.items():
            added = _insert(connection, table, rows.between(after_ms, now_ms))
            count += added if table == "tryon_jobs" else 0
        append_credits(connection, people, made.spent.between(after_ms, now_ms))
    fill_dataset(connection, filled_until, now)
    return count


# What a row leads to. Who was deleted meanwhile takes along what would have followed.
_PARENTS = {
    "brand_id": "brands",
    "user_id": "users",
    "job_id": "tryon_jobs",
    "source_job_id": "tryon_jobs",
    "purchase_id": "purchases",
}


def _insert(connection: Connection, table: str, rows: pa.Table) -> int:
    if rows.num_rows == 0:
        return 0
    columns = ", ".join(rows.column_names)
    connection.execute(
        text(f"create temporary table arriving as select {columns} from {table} limit 0")
    )
    load.copy(connection, "arriving", rows)
    kept = " and ".join(
        f"(a.{column} is null or exists (select from {_PARENTS[column]} p where p.id = a.{column}))"
        for column in rows.column_names
        if column in _PARENTS
    )
    added = connection.execute(
        text(
            f"insert into {table} ({columns}) select {columns} from arriving a"
            f" where {kept or 'true'} on conflict do nothing"
        )
    ).rowcount
    connection.execute(text("drop table arriving"))
    return added
