"""Try-on jobs as people have to do with them: launched, canceled, tried again, paused.

Everything happens under the scope of whoever asks: what that does not see is not there.
"""

import json
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from enum import StrEnum
from typing import Final, Literal
from uuid import UUID

import psycopg
from sqlalchemy import Connection, text
from sqlalchemy.exc import IntegrityError, ProgrammingError

from database.connections import writer
from database.tenancy import Scope
from tryon import queue
from tryon.engines import BUILT_IN, Category, Mode

Origin = Literal["shopper", "studio", "demo"]
Device = Literal["ios", "android", "desktop", "tablet", "other"]

# What runs first: what somebody is waiting for, then batches, then what fills the demo's gallery.
LAUNCH: Final = 10
BATCH: Final = 0
GALLERY: Final = -10

# Demo jobs an hour: of one visitor, and of all of them.
DEMO_OF_ONE: Final = 5
DEMO_OF_ALL: Final = 60


class JobError(Exception):
    """This cannot be done; the message is one sentence for whoever asked."""


class NotEnoughCreditsError(JobError):
    """The account has fewer credits than the jobs need."""


@dataclass(frozen=True, slots=True)
class Garment:
    """What is worn: a wardrobe item, a product, or a picture by itself, and what it is.

    Without a category it is the item's or the product's.
    """

    item: UUID | None = None
    product: UUID | None = None
    picture: UUID | None = None
    category: Category | None = None


@dataclass(frozen=True, slots=True)
class Job:
    """A job to be made.

    `person` is a stored picture; a persona stands for one. `batch` is one that exists already.
    `idempotency_key` makes it once, however
    often it is asked for. `credits` is its price.
    """

    origin: Origin
    engine: str
    mode: Mode = Mode.TRYON
    brand: UUID | None = None
    user: UUID | None = None
    person: UUID | None = None
    persona: UUID | None = None
    batch: UUID | None = None
    photo_set: UUID | None = None
    product: UUID | None = None
    garments: tuple[Garment, ...] = ()
    category: Category | None = None
    device: Device | None = None
    prompt: str | None = None
    parameters: dict[str, object] = field(default_factory=dict)
    priority: int = LAUNCH
    credits: int = 1
    idempotency_key: str | None = None


@dataclass(frozen=True, slots=True)
class PhotoSet:
    """Pictures of one persona in one style, as many as there are jobs."""

    persona: UUID
    style: str


@dataclass(frozen=True, slots=True)
class Launched:
    """The jobs in the order in which they were asked for, and the batch that was made for them."""

    jobs: tuple[UUID, ...]
    batch: UUID | None = None


_IDS = text("select uuid_v7() from generate_series(1, :count)")
_NEW_BATCH = text(
    "insert into batches (brand_id, user_id, name) values (:brand, :user, :name) returning id"
)
_NEW_PHOTO_SET = text(
    """
    insert into photo_sets (persona_id, user_id, brand_id, style, photo_count)
    values (:persona, :user, :brand, :style, :count)
    returning id
    """
)

# One statement for all, so that what hangs on the table looks at them once.
_INSERT = text(
    """
    insert into tryon_jobs (
      id, brand_id, user_id, origin, mode, category, device, engine, priority, created_at, batch_id,
      photo_set_id, product_id, persona_id, selfie_object_id, prompt, parameters, idempotency_key,
      credits
    )
    select
      id, brand, "user", origin, mode, category, device, engine, priority,
      -- In the order in which they were asked for.
      now() - interval '1 microsecond' * behind, batch, photo_set,
      product, persona, person, prompt, parameters, idempotency_key, credits
    from jsonb_to_recordset(cast(:jobs as jsonb)) as j (
      id uuid, brand uuid, "user" uuid, origin job_origin, mode job_mode, behind integer,
      category garment_category, device device_type, engine text, priority smallint, batch uuid,
      photo_set uuid, product uuid, persona uuid, person uuid, prompt text, parameters jsonb,
      idempotency_key text, credits smallint
    )
    on conflict (brand_id, user_id, idempotency_key) where idempotency_key is not null do nothing
    returning id
    """
)
_BY_KEY = text(
    """
    select id from tryon_jobs
    where idempotency_key = :key
      and brand_id is not distinct from :brand
      and user_id is not distinct from :user
    """
)
_WEAR = text(
    """
    insert into tryon_garments (job_id, position, item_id, product_id, object_id, category)
    select job, position, item, product, picture, category
    from jsonb_to_recordset(cast(:garments as jsonb)) as g (
      job uuid, position smallint, item uuid, product uuid, picture uuid, category garment_category
    )
    """
)


def launch(
    scope: Scope,
    jobs: Sequence[Job],
    *,
    batch: str | None = None,
    photo_set: PhotoSet | None = None,
) -> Launched:
    """Create jobs, reserve their credits and enqueue them, all of them or none.

    The one way to a job, whoever asks. `batch` names the batch to put them in; they may be a photo
    set as well. A job whose idempotency key is known is the one that exists. Raises JobError with a
    sentence for whoever asked, DatabaseUnavailableError.
    """
    if not jobs:
        raise JobError("There is nothing to launch.")
    try:
        with writer(scope) as connection:
            if (before := _launched_before(connection, jobs)) is not None:
                return before
            _check(connection, scope, jobs)
            batch_id = _batch(connection, scope, jobs[0], batch) if batch else None
            if batch_id is not None:
                jobs = [replace(job, batch=batch_id) for job in jobs]
            if photo_set is not None:
                set_id = _photo_set(connection, scope, jobs, photo_set)
                jobs = [replace(job, photo_set=set_id) for job in jobs]
            launched = _create(connection, jobs)
            queue.wake(connection)
    except IntegrityError as error:
        diagnosis = error.orig.diag if isinstance(error.orig, psycopg.Error) else None
        if diagnosis is None or diagnosis.constraint_name != "credit_accounts_balance":
            raise
        raise NotEnoughCreditsError(_too_few(jobs, str(diagnosis.message_primary))) from error
    except ProgrammingError as error:
        if "row-level security" in str(error.orig):
            raise JobError("You cannot launch jobs for this brand.") from error
        raise
    return Launched(launched, batch_id)


def _too_few(jobs: Sequence[Job], said: str) -> str:
    if len(jobs) == 1:
        return said
    return f"Not enough credits: these {len(jobs)} jobs need {sum(job.credits for job in jobs)}."


# Whoever comes with the same key at the same moment waits, and then finds what was launched.
_HOLD_KEY = text("select pg_advisory_xact_lock(hashtextextended(:key, 0))")
_BATCH_OF = text("select batch_id from tryon_jobs where id = :job")


def _launched_before(connection: Connection, jobs: Sequence[Job]) -> Launched | None:
    """What was launched with these keys; None when that is not so for all of them."""
    if any(job.idempotency_key is None for job in jobs):
        return None
    connection.execute(_HOLD_KEY, {"key": jobs[0].idempotency_key})
    found = [connection.scalar(_BY_KEY, _key(job)) for job in jobs]
    if None in found:
        return None
    return Launched(tuple(found), connection.scalar(_BATCH_OF, {"job": found[0]}))


def _key(job: Job) -> dict[str, object]:
    return {"key": job.idempotency_key, "brand": job.brand, "user": job.user}


def _batch(connection: Connection, scope: Scope, first: Job, name: str) -> UUID:
    parameters = {"brand": first.brand, "user": scope.user or None, "name": name}
    made: UUID = connection.execute(_NEW_BATCH, parameters).scalar_one()
    return made


def _photo_set(connection: Connection, scope: Scope, jobs: Sequence[Job], wanted: PhotoSet) -> UUID:
    parameters = {
        "persona": wanted.persona,
        "user": scope.user or None,
        "brand": jobs[0].brand,
        "style": wanted.style,
        "count": len(jobs),
    }
    made: UUID = connection.execute(_NEW_PHOTO_SET, parameters).scalar_one()
    return made


def _create(connection: Connection, jobs: Sequence[Job]) -> tuple[UUID, ...]:
    ids: Sequence[UUID] = connection.scalars(_IDS, {"count": len(jobs)}).all()
    rows = [
        {
            "id": str(made),
            "brand": _text(job.brand),
            "user": _text(job.user),
            "origin": job.origin,
            "mode": job.mode,
            "category": job.category,
            "device": job.device,
            "engine": job.engine,
            "priority": job.priority,
            "behind": len(jobs) - number,
            "batch": _text(job.batch),
            "photo_set": _text(job.photo_set),
            "product": _text(job.product),
            "persona": _text(job.persona),
            "person": _text(job.person),
            "prompt": job.prompt,
            "parameters": job.parameters or None,
            "idempotency_key": job.idempotency_key,
            "credits": job.credits,
        }
        for number, (made, job) in enumerate(zip(ids, jobs, strict=True), start=1)
    ]
    created = set(connection.scalars(_INSERT, {"jobs": json.dumps(rows)}))
    garments = [
        {
            "job": str(made),
            "position": position,
            "item": _text(garment.item),
            "product": _text(garment.product),
            "picture": _text(garment.picture),
            "category": garment.category,
        }
        for made, job in zip(ids, jobs, strict=True)
        if made in created
        for position, garment in enumerate(job.garments)
    ]
    connection.execute(_WEAR, {"garments": json.dumps(garments)})
    return tuple(
        made if made in created else connection.execute(_BY_KEY, _key(job)).scalar_one()
        for made, job in zip(ids, jobs, strict=True)
    )


def _text(value: UUID | None) -> str | None:
    return None if value is None else str(value)


# A foreign key is satisfied by what the scope does not see; a picture of somebody else's would end
# up in this one's hands.
_TABLES = {
    "pictures": "stored_objects",
    "items": "wardrobe_items",
    "products": "products",
    "personas": "personas",
    "photo_sets": "photo_sets",
    "batches": "batches",
}
_UNSEEN = text(
    "select "
    + " or ".join(
        f"exists (select from unnest(cast(:{name} as uuid[])) as named (id)"
        f" where not exists (select from {table} t where t.id = named.id))"
        for name, table in _TABLES.items()
    )
)


def _check(connection: Connection, scope: Scope, jobs: Sequence[Job]) -> None:
    garments = [garment for job in jobs for garment in job.garments]
    named = {
        "pictures": {job.person for job in jobs} | {garment.picture for garment in garments},
        "items": {garment.item for garment in garments},
        "products": {job.product for job in jobs} | {garment.product for garment in garments},
        "personas": {job.persona for job in jobs},
        "photo_sets": {job.photo_set for job in jobs},
        "batches": {job.batch for job in jobs},
    }
    if connection.scalar(_UNSEEN, {name: list(ids - {None}) for name, ids in named.items()}):
        raise JobError("A picture or product of this job is not there (any more).")
    if scope.brands.startswith("demo"):
        _check_demo(connection, scope, jobs)


_DEMO_COUNT = text(
    """
    select count(*) from tryon_jobs
    where origin = 'demo' and created_at > now() - interval '1 hour'
      and (cast(:user as uuid) is null or user_id = cast(:user as uuid))
    """
)


def _check_demo(connection: Connection, scope: Scope, jobs: Sequence[Job]) -> None:
    """Hold demo visitors to their own jobs, the embedded engine and their share of it."""
    if any(job.origin != "demo" or str(job.user) != scope.user for job in jobs):
        raise JobError("The demo launches demo jobs only.")
    if any(job.engine not in BUILT_IN for job in jobs):
        raise JobError("The demo launches jobs on the built-in engines only.")
    # Whoever counts does so alone.
    connection.execute(text("select pg_advisory_xact_lock(hashtext('closetai_demo_jobs'))"))
    mine: int = connection.execute(_DEMO_COUNT, {"user": scope.user}).scalar_one()
    if mine + len(jobs) > DEMO_OF_ONE:
        raise JobError(f"The demo allows {DEMO_OF_ONE} try-ons an hour: please come back later.")
    with writer(Scope.system()) as everybody:
        total: int = everybody.execute(_DEMO_COUNT, {"user": None}).scalar_one()
    if total + len(jobs) > DEMO_OF_ALL:
        raise JobError("The demo is busy: please try again in an hour.")


class Outcome(StrEnum):
    """What came of a cancellation, as a sentence."""

    BEFORE = "Canceled before it began; its credits are back."
    UNDER_WAY = "Canceled while it was being made; its credits are back."
    COMPLETED = "It was completed already: the picture stays, and its credits are spent."
    FAILED = "It had failed already; its credits are back."
    CANCELED = "It was canceled already."
    UNKNOWN = "There is no such job."


_OUTCOMES = {
    "queued": Outcome.BEFORE,
    "processing": Outcome.UNDER_WAY,
    "completed": Outcome.COMPLETED,
    "failed": Outcome.FAILED,
    "canceled": Outcome.CANCELED,
}

# In the order of their ids, so that two cancellations of the same jobs do not wait for each other.
_FIND = text(
    """
    select id, status from tryon_jobs
    where id = any(:ids)
    order by id
    for no key update
    """
)
_CANCEL = text(
    """
    update tryon_jobs set status = 'canceled'
    where id = any(:ids) and status in ('queued', 'processing')
    """
)


def cancel(scope: Scope, jobs: Sequence[UUID]) -> dict[UUID, Outcome]:
    """Cancel jobs, in whatever state they are, and say what came of it for each.

    A worker that is at one notices soon, and its answer counts for nothing. Raises
    DatabaseUnavailableError.
    """
    ids = list(jobs)
    with writer(scope) as connection:
        found = {row.id: row.status for row in connection.execute(_FIND, {"ids": ids})}
        connection.execute(_CANCEL, {"ids": ids})
    return {job: _OUTCOMES[found[job]] if job in found else Outcome.UNKNOWN for job in ids}


_OLD = text(
    """
    select
      j.id, j.brand_id, j.user_id, j.origin, j.mode, j.category, j.device, j.engine, j.status,
      j.batch_id, j.photo_set_id, j.product_id, j.persona_id, j.selfie_object_id, j.prompt,
      j.parameters, j.credits,
      coalesce(
        (
          select json_agg(json_build_array(g.item_id, g.product_id, g.object_id, g.category)
            order by g.position)
          from tryon_garments g
          where g.job_id = j.id
        ),
        '[]'
      ) as garments
    from tryon_jobs j
    where j.id = :id
    """
)


def retry(scope: Scope, job: UUID) -> UUID:
    """Launch a failed or canceled job again, as a new one, and return that.

    However often it is asked for, there is one. Raises JobError, DatabaseUnavailableError.
    """
    with writer(scope) as connection:
        old = connection.execute(_OLD, {"id": job}).one_or_none()
    if old is None:
        raise JobError(f"{Outcome.UNKNOWN}")
    if old.status not in ("failed", "canceled"):
        raise JobError("Only a job that has failed or was canceled can be tried again.")
    if old.origin == "shopper" and str(old.user_id) != scope.user:
        raise JobError("Only the shopper can try this job again: it is paid with their credits.")
    again = Job(
        origin=old.origin,
        engine=old.engine,
        mode=Mode(old.mode),
        brand=old.brand_id,
        user=old.user_id,
        person=old.selfie_object_id,
        persona=old.persona_id,
        batch=old.batch_id,
        photo_set=old.photo_set_id,
        product=old.product_id,
        garments=tuple(_worn(*garment) for garment in old.garments),
        category=Category(old.category) if old.category else None,
        device=old.device,
        prompt=old.prompt,
        parameters=old.parameters or {},
        credits=old.credits,
        idempotency_key=f"retry:{job}",
    )
    return launch(scope, [again]).jobs[0]


def _worn(
    item: str | None, product: str | None, picture: str | None, category: str | None
) -> Garment:
    return Garment(
        item=UUID(item) if item else None,
        product=UUID(product) if product else None,
        picture=UUID(picture) if picture else None,
        category=Category(category) if category else None,
    )


_PAUSE = text(
    """
    update batches
    set paused_at = case when :paused then coalesce(paused_at, now()) end
    where id = :id
    """
)


def pause(scope: Scope, batch: UUID) -> None:
    """Let no further job of a batch begin; the ones being made are finished. Raises JobError."""
    _set_paused(scope, batch, paused=True)


def resume(scope: Scope, batch: UUID) -> None:
    """Let a paused batch go on. Raises JobError."""
    _set_paused(scope, batch, paused=False)


def _set_paused(scope: Scope, batch: UUID, *, paused: bool) -> None:
    with writer(scope) as connection:
        if connection.execute(_PAUSE, {"id": batch, "paused": paused}).rowcount != 1:
            raise JobError("There is no such batch.")
        if not paused:
            queue.wake(connection)


_PRIORITY = text(
    "update tryon_jobs set priority = :priority where id = any(:ids) and status = 'queued'"
)


def set_priority(scope: Scope, jobs: Sequence[UUID], priority: int) -> int:
    """Let waiting jobs run like launches, batches or the gallery; return how many that were.

    Nobody gets ahead of everybody else: whoever could, would. Raises JobError.
    """
    if priority not in (LAUNCH, BATCH, GALLERY):
        raise JobError("There is no such priority.")
    with writer(scope) as connection:
        parameters = {"ids": list(jobs), "priority": priority}
        return connection.execute(_PRIORITY, parameters).rowcount
