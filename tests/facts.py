"""Facts to measure: subscriptions, shoppers, jobs, purchases, written as the schema's owner.

Each function writes one and returns its id where it has one. Times are UTC, as `at("2026-03-01")`.
"""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from uuid import uuid4

from sqlalchemy import Connection, text


def at(time: str) -> datetime:
    """Return the UTC time written as "2026-03-01" or "2026-03-01 12:00"."""
    return datetime.fromisoformat(time).replace(tzinfo=UTC)


def insert(connection: Connection, table: str, **values: object) -> None:
    """Insert one row."""
    names = ", ".join(values)
    binds = ", ".join(f":{name}" for name in values)
    connection.execute(text(f"insert into {table} ({names}) values ({binds})"), values)


def brand(connection: Connection, name: str, gross_margin: str = "0.7") -> str:
    """Add a brand."""
    key = str(uuid4())
    margin = Decimal(gross_margin)
    insert(connection, "brands", id=key, name=name, slug=f"brand-{key}", gross_margin=margin)
    return key


def shopper(connection: Connection) -> str:
    """Add a consumer, a shopper of whichever brand they launch a job for."""
    key = str(uuid4())
    insert(connection, "users", id=key)
    return key


def product(connection: Connection, brand_id: str) -> str:
    """Add a product of a brand."""
    key = str(uuid4())
    insert(connection, "products", id=key, brand_id=brand_id, name="Coat", category="jackets")
    return key


def picture(connection: Connection, **values: object) -> str:
    """Say that a picture is stored (there is no file), whose owner is given; return its id."""
    key = str(uuid4())
    values = {"kind": "result", "media_type": "image/webp", "byte_count": 1, **values}
    insert(connection, "stored_objects", id=key, key=key, content_hash=b"x", **values)
    return key


def subscription(
    connection: Connection,
    brand_id: str,
    amount: str,
    since: datetime,
    *,
    period: str = "month",
    status: str = "active",
    **others: object,
) -> str:
    """Add a subscription that takes effect at `since`."""
    key = str(uuid4())
    insert(
        connection,
        "subscriptions",
        id=key,
        brand_id=brand_id,
        unit_amount=Decimal(amount),
        period=period,
        status=status,
        changed_at=since,
        **others,
    )
    return key


def change(connection: Connection, subscription_id: str, when: datetime, **values: object) -> None:
    """Change a subscription with effect at `when`."""
    settings = ", ".join(f"{name} = :{name}" for name in values)
    connection.execute(
        text(f"update subscriptions set {settings}, changed_at = :changed_at where id = :id"),
        {**values, "changed_at": when, "id": subscription_id},
    )


def job(
    connection: Connection,
    brand_id: str | None,
    user_id: str | None,
    created: datetime,
    *,
    status: str = "completed",
    confidence: str | None = "0.9",
    origin: str = "shopper",
    seconds: float = 4,
    waited: float = 1,
    category: str | None = "tops",
    device: str | None = None,
    engine: str = "test",
    failure: str = "timeout",
    cost: str | None = None,
    credits: int = 0,  # noqa: A002 (the column's name)
    product: str | None = None,
) -> str:
    """Add a job that ends `seconds` after it was created, having `waited` in the queue."""
    key = str(uuid4())
    ended = status in ("completed", "failed", "canceled")
    insert(
        connection,
        "tryon_jobs",
        id=key,
        brand_id=brand_id,
        user_id=user_id,
        origin=origin,
        status=status,
        category=category,
        device=device,
        engine=engine,
        engine_cost_usd=Decimal(cost) if cost else None,
        credits=credits,
        product_id=product,
        confidence=Decimal(confidence) if confidence and status == "completed" else None,
        failure_code=failure if status == "failed" else None,
        created_at=created,
        started_at=created + timedelta(seconds=waited) if status != "queued" else None,
        finished_at=created + timedelta(seconds=seconds) if ended else None,
    )
    return key


def review(
    connection: Connection,
    brand_id: str,
    job_id: str,
    *,
    approved: bool,
    drawn: str = "random",
    reviewer_id: str | None = None,
    adjudication: bool = False,
    reasons: Sequence[str] = (),
    when: datetime | None = None,
) -> None:
    """Add a review of a job."""
    insert(
        connection,
        "reviews",
        brand_id=brand_id,
        job_id=job_id,
        reviewer_id=reviewer_id,
        approved=approved,
        drawn=drawn,
        is_adjudication=adjudication,
        reasons=list(reasons),
        created_at=when or datetime.now(UTC),
    )


def touch(
    connection: Connection,
    brand_id: str,
    user_id: str,
    when: datetime,
    source: str = "recommendation",
) -> None:
    """Add a touch."""
    insert(
        connection,
        "touches",
        brand_id=brand_id,
        user_id=user_id,
        source=source,
        touched_at=when,
    )


def look(
    connection: Connection, user_id: str, job_id: str, when: datetime, kind: str = "look"
) -> None:
    """Add a look of a job to a shopper's wardrobe."""
    insert(
        connection,
        "wardrobe_items",
        user_id=user_id,
        kind=kind,
        category="tops",
        name="Look",
        source_job_id=job_id,
        is_demo=True,
        created_at=when,
    )


def purchase(
    connection: Connection,
    brand_id: str,
    user_id: str,
    when: datetime,
    amount: str = "100",
    usd_rate: str = "1",
) -> str:
    """Add a purchase, which is attributed only with a touch before it."""
    key = str(uuid4())
    insert(
        connection,
        "purchases",
        id=key,
        brand_id=brand_id,
        user_id=user_id,
        order_id=key,
        amount=Decimal(amount),
        usd_rate=Decimal(usd_rate),
        purchased_at=when,
    )
    return key


def refund(
    connection: Connection, brand_id: str, purchase_id: str, amount: str, when: datetime
) -> None:
    """Add a return of a part of a purchase."""
    insert(
        connection,
        "purchase_returns",
        brand_id=brand_id,
        purchase_id=purchase_id,
        amount=Decimal(amount),
        returned_at=when,
    )


def spend(connection: Connection, brand_id: str, day: datetime, amount: str) -> None:
    """Add acquisition spend of one day."""
    insert(
        connection,
        "acquisition_spend",
        brand_id=brand_id,
        day=day.date(),
        channel="search",
        amount=Decimal(amount),
    )


def answer(connection: Connection, brand_id: str, user_id: str, when: datetime, score: int) -> None:
    """Add how likely somebody said to be to recommend a brand."""
    insert(
        connection,
        "nps_responses",
        brand_id=brand_id,
        user_id=user_id,
        answered_at=when,
        score=score,
    )
