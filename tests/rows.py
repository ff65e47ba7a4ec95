"""A brand and a person with a row in every table: what leaks and what remains shows in them."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

from psycopg.types.json import Jsonb
from sqlalchemy import Connection, text

from database import rollups

# Whatever bears no brand and no user. A table that is in neither place needs a row below.
SHARED = {
    "benchmarks",
    "billing_events",
    "categories",
    "demo_state",
    "migration_checksums",
    "plans",
    "sign_in_attempts",
}
TOOLS = {"_yoyo_log", "_yoyo_migration", "_yoyo_version", "yoyo_lock"}
# The queue's own tables, whose rows say "look there"; what there is to do stands in ours.
QUEUE = {
    "procrastinate_events",
    "procrastinate_jobs",
    "procrastinate_periodic_defers",
    "procrastinate_workers",
}

NOON = datetime(2026, 11, 2, 12, tzinfo=UTC)


@dataclass(frozen=True)
class Tenant:
    """A brand, a person with rows in every table, and the words by which both would be known."""

    name: str
    brand: UUID
    user: UUID
    # Occurs in every text, JSON and binary value that tells of the person.
    mark: str
    telegram: int
    jobs: dict[str, UUID]
    account: UUID
    brand_account: UUID
    payment: UUID


def insert(connection: Connection, table: str, **values: Any) -> Any:
    """Insert one row and return its id, or None where the table has no such column."""
    columns = ", ".join(values)
    places = ", ".join(f":{column}" for column in values)
    row = f"({columns}) values ({places})" if values else "default values"
    statement = f"insert into {table} as t {row} returning to_jsonb(t) ->> 'id'"
    found = connection.scalar(text(statement), values)
    return UUID(found) if found and "-" in found else found


def job(connection: Connection, **values: Any) -> UUID:
    """Insert a job: a shopper's try-on of a top, waiting, unless the values say otherwise."""
    given = {"origin": "shopper", "category": "tops", "engine": "classic", **values}
    found = insert(connection, "tryon_jobs", **given)
    assert isinstance(found, UUID)
    return found


def finish(connection: Connection, job_id: UUID, status: str, confidence: float = 0.9) -> None:
    """Take a waiting job through processing to a final state."""
    start = "update tryon_jobs set status = 'processing' where id = :id"
    end = (
        "update tryon_jobs set status = cast(:status as job_status), confidence = :confidence,"
        " failure_code = :failure where id = :id"
    )
    connection.execute(text(start), {"id": job_id})
    completed, failed = status == "completed", status == "failed"
    values = {
        "id": job_id,
        "status": status,
        "confidence": confidence if completed else None,
        "failure": "engine_error" if failed else None,
    }
    connection.execute(text(end), values)


def fill(connection: Connection, name: str, *, is_demo: bool = False) -> Tenant:
    """Make a brand and a person with a row in every table that bears one or the other.

    The connection is the owner's.
    """
    mark = f"private-{name}-{uuid4().hex}"
    raw = mark.encode()
    telegram = uuid4().int % 10**15

    def row(table: str, **values: Any) -> Any:
        return insert(connection, table, **values)

    brand = row("brands", name=f"Brand {name}", slug=f"brand-{name}", is_demo=is_demo)
    user = row(
        "users",
        anon_id=f"guest_{mark}",
        email=f"{mark}@example.test",
        display_name=mark,
        device_id=f"device-{mark}",
        telegram_user_id=telegram,
        is_demo=is_demo,
    )
    mine = {"user_id": user}
    theirs = {"brand_id": brand}
    both = {"brand_id": brand, "user_id": user}

    row("user_passwords", **mine, password_hash=mark)
    row("user_identities", **mine, provider="example", provider_account_id=mark)
    row(
        "verification_tokens",
        **mine,
        token_hash=raw + b"verify",
        purpose="verify_email",
        email=f"{mark}@example.test",
        expires_at=NOON,
    )
    row("sessions", **mine, token_hash=raw, expires_at=NOON)
    row("brand_members", **both)
    token = row("api_tokens", **both, kind="guest", name=mark, token_hash=raw)
    row("api_requests", token_id=token, key=mark, request_hash=raw, body=raw)
    hook = row("webhooks", **theirs, url=f"https://{name}.example/", events=["tryon.completed"])
    call = row("webhook_deliveries", **both, webhook_id=hook, event="tryon.completed", body=mark)
    row("webhook_attempts", delivery_id=call, number=1, duration_ms=9, status_code=200)
    row(
        "audit_log",
        **both,
        action="user.invited",
        object_type="user",
        object_id=str(user),
        detail=Jsonb({"email": f"{mark}@example.test"}),
    )

    def picture(kind: str, **owner: UUID) -> UUID:
        # Keys are random: the queue of erasures outlives the person.
        found = row(
            "stored_objects",
            **owner,
            key=f"{kind}/{uuid4()}",
            # A product's picture tells of no person.
            content_hash=b"product" if kind == "product" else raw,
            kind=kind,
            media_type="image/webp",
            byte_count=1,
        )
        assert isinstance(found, UUID)
        return found

    selfie = picture("selfie", **both)
    garment = picture("garment", **mine)
    row("picture_embeddings", object_id=garment, model=mark, embedding=[1.0])
    item = row(
        "wardrobe_items",
        **both,
        category="tops",
        name=mark,
        ai_tags=[mark],
        object_id=garment,
    )
    collection = row("collections", **mine, name=mark, cover_object_id=picture("cover", **mine))
    row("collection_items", collection_id=collection, item_id=item)
    product = row("products", **theirs, name=f"Coat {name}", sku="coat", category="jackets")
    row("product_images", product_id=product, object_id=picture("product", **theirs))
    persona = row("personas", **both, name=mark)
    row("persona_pictures", persona_id=persona, object_id=picture("persona", **theirs))

    row("model_versions", **theirs, engine="classic", version="1", notes=f"for {name}")
    batch = row("batches", **both, name=f"Autumn {name}")
    photo_set = row("photo_sets", **both, persona_id=persona, style="studio")

    # Enough for every job, whichever account it charges.
    payment = row(
        "payments",
        **mine,
        provider="example",
        provider_payment_id=mark,
        purpose="credits",
        amount=10,
        status="succeeded",
    )
    bought = row(
        "payments", **theirs, provider="example", purpose="credits", amount=10, status="succeeded"
    )
    buy = text("select purchase_credits(:owner, :brand, :payment, 20)")
    connection.execute(buy, {"owner": user, "brand": None, "payment": payment})
    connection.execute(buy, {"owner": None, "brand": brand, "payment": bought})

    words = {
        "prompt": mark,
        "prompt_used": mark,
        "parameters": Jsonb({"said": mark}),
        "signals": Jsonb({"face": mark}),
        "selfie_object_id": selfie,
    }
    week_before = NOON - timedelta(days=9)
    jobs = {
        "earlier": job(
            connection, **both, status="completed", confidence=0.9,
            created_at=week_before, started_at=week_before, finished_at=week_before,
        ),
        "completed": job(
            connection, **both, **words, photo_set_id=photo_set, persona_id=persona,
            batch_id=batch, product_id=product, idempotency_key=mark, device="ios",
            created_at=NOON - timedelta(days=2),
        ),
        "failed": job(connection, **both, **words),
        "queued": job(connection, **both, **words),
        "studio": job(connection, **both, **words, origin="studio"),
        "demo": job(connection, **both, **words, origin="demo"),
    }  # fmt: skip
    done = jobs["completed"]
    finish(connection, done, "completed")
    finish(connection, jobs["failed"], "failed")
    explain = "update tryon_jobs set failure_message = :mark where id = :job"
    connection.execute(text(explain), {"mark": mark, "job": jobs["failed"]})

    # What a brand has spent counts once it is finished.
    shown = job(connection, **theirs, origin="studio", product_id=product)
    finish(connection, shown, "completed")

    row(
        "tryon_garments",
        job_id=done,
        position=0,
        item_id=item,
        product_id=product,
        object_id=picture("garment", **mine),
        category="tops",
    )
    row("job_attempts", job_id=done, number=1, engine="classic", error_message=mark)
    row("job_outputs", job_id=done, object_id=picture("result", **theirs), note=mark, rating=5)
    row(
        "reviews", **theirs, job_id=done, reviewer_id=user, approved=False, reasons=["hands"],
        note=mark, drawn="random",
    )  # fmt: skip
    # A second one of the same opinion, for the tally.
    row("reviews", **theirs, job_id=done, approved=False, drawn="newest")
    row("reviews", **theirs, job_id=shown, approved=False, reasons=["hands"], drawn="newest")
    row("review_draws", **theirs, job_id=done, reviewer_id=user, drawn="random")
    pair = row(
        "job_pairs", **theirs, one_job_id=done, other_job_id=jobs["studio"],
        one_engine="classic 1", other_engine="classic 2",
    )  # fmt: skip
    row("pair_votes", **theirs, pair_id=pair, voter_id=user, better="one")

    subscription = row("subscriptions", **theirs, status="active", unit_amount=100)
    row("payments", **theirs, subscription_id=subscription, provider="example",
        purpose="subscription", amount=100)  # fmt: skip

    touched = NOON - timedelta(days=1)
    row("touches", **both, source="tryon", job_id=done, touched_at=touched)
    purchase = row("purchases", **both, order_id=f"order-{mark}", amount=80, purchased_at=NOON)
    row("purchase_returns", **theirs, purchase_id=purchase, amount=30, returned_at=NOON,
        return_id=f"return-{mark}")  # fmt: skip
    row("acquisition_spend", **theirs, day=NOON.date(), channel="search", amount=5)
    row("nps_responses", **both, score=9, comment=mark, answered_at=NOON)

    # The hash is keyed: nobody can tell whose session it was.
    row(
        "dataset_sessions",
        **theirs,
        session_hash=uuid4().bytes,
        category="tops",
        session_hour=NOON,
        succeeded=True,
    )
    row(
        "dataset_aggregates",
        **theirs,
        category="tops",
        month=NOON.date().replace(day=1),
        session_count=25,
        succeeded_count=20,
        shopper_count=20,
        confidence_sum=18,
        duration_ms_sum=50_000,
    )

    conversation = row("advisor_conversations", **both, title=mark)
    row(
        "advisor_messages",
        conversation_id=conversation,
        author="user",
        body=mark,
        extracted_prompt=mark,
        job_id=done,
        object_id=picture("other", **theirs),
    )
    # An object whose row is gone: its key waits for the worker.
    gone = picture("other", **theirs)
    connection.execute(text("delete from stored_objects where id = :id"), {"id": gone})

    account = text("select id from credit_accounts where :owner in (user_id, brand_id)")
    return Tenant(
        name=name,
        brand=brand,
        user=user,
        mark=mark,
        telegram=telegram,
        jobs=jobs,
        account=connection.execute(account, {"owner": user}).scalar_one(),
        brand_account=connection.execute(account, {"owner": brand}).scalar_one(),
        payment=payment,
    )


def fill_shared(connection: Connection) -> None:
    """One row in each table that is nobody's, so that an empty one proves nothing by itself."""
    insert(
        connection, "billing_events", provider="stripe", event_id="evt_1", type="invoice.paid",
        happened_at=NOON, outcome="applied",
    )  # fmt: skip
    insert(connection, "plans", name="Studio", unit_amount=100)
    insert(connection, "model_versions", engine="classic", version="1")
    insert(connection, "sign_in_attempts", account_hash=b"a", address_hash=b"b", succeeded=True)
    insert(
        connection,
        "benchmarks",
        metric="mrr",
        as_of=NOON.date(),
        brand_count=20,
        lower_quartile=1,
        median=2,
        upper_quartile=3,
    )
    beat(connection)
    insert(connection, "demo_state", job_target=1)


def beat(connection: Connection) -> None:
    """Let a worker say that it lives."""
    connection.execute(text("insert into procrastinate_workers default values"))


def tables(connection: Connection) -> list[str]:
    """Every table and partitioned table, without partitions and those of tools."""
    found = connection.scalars(
        text(
            "select relname from pg_class"
            " where relnamespace = 'public'::regnamespace and relkind in ('r', 'p')"
            " and not relispartition order by relname"
        )
    )
    return [name for name in found if name not in TOOLS | QUEUE]


def assert_every_table_has_a_row(connection: Connection) -> None:
    """A new table needs a row in `fill` or `fill_shared`, or the walks would look past it.

    The rollups have theirs once the rows are committed and folded; then the queues are empty.
    """
    queues = set(rollups.QUEUES)
    is_folded = not any(
        connection.scalar(text(f"select exists (select from {queue})")) for queue in queues
    )
    empty = [
        name
        for name in tables(connection)
        if name not in (queues if is_folded else rollups.TABLES)
        and not connection.scalar(text(f"select exists (select from {name})"))
    ]
    assert empty == [], "these tables need a row in tests/rows.py"
