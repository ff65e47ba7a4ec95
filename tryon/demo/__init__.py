"""The demo's pictures, made in the background in a database of demo data.

A few demo brands get persons and garments, drawn by code, and a gallery of try-ons that are made
like any others and reviewed as far as invented reviewers come. Each step finds out first what is
there, so the work goes on where it was broken off; it waits while demo data is being filled in.
"""

import json
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field, replace
from itertools import takewhile
from uuid import UUID

from sqlalchemy import Connection, Row, text

from accounts import users
from database import demo
from database.connections import writer
from database.demo.activity import reviewer_ids
from database.tenancy import Scope
from tryon import jobs, storage
from tryon.demo import drawn
from tryon.demo.drawn import GARMENTS, PEOPLE
from tryon.demo.judgements import better_of, judgements
from tryon.demo.looks import Group, Look, plan
from tryon.engines import preview
from tryon.jobs import Garment, Job, NotEnoughCreditsError
from tryon.pictures import Picture
from tryon.storage import Owner

# So many jobs of the gallery wait at most: enough for the engine, and what is drawn for the next
# ones takes nothing from the first.
_BACKLOG = 24


@dataclass
class _Shelf:
    """What a brand has with a picture: ids of personas by name, of products by stock number."""

    brand: UUID
    people: dict[str, UUID] = field(default_factory=dict)
    garments: dict[str, UUID] = field(default_factory=dict)


class _NotNowError(Exception):
    """Somebody is filling in demo data: the next pass goes on."""


def make_pictures() -> None:
    """Bring the demo's pictures further, as far as they can be brought now.

    Does nothing without demo data. Raises StorageError, DatabaseUnavailableError.
    """
    state = demo.state()
    if state is None:
        return
    if state.completed_at is None:
        _draw_ahead()
        return
    try:
        brands = _brands()
        _launch_missing(brands)
        for row in _launched(brands).values():
            if row.status == "completed" and not row.is_reviewed:
                _review(row)
        _compare(brands)
    except _NotNowError:
        return


def _draw_ahead() -> None:
    """Draw what is needed first, while demo data is being filled in: that takes no database."""
    for group in takewhile(lambda group: group.name is None, plan()):
        for look in group.looks:
            drawn.person(look.person)
            for number in look.garments:
                drawn.garment(number)


@contextmanager
def _step() -> Iterator[None]:
    """A part of the work that nobody comes in between; drawing, which takes long, stays outside."""
    with demo.held() as complete:
        if not complete:
            raise _NotNowError
        yield


# --- brands, persons and garments -----------------------------------------------------------------

_CHOSEN = text(
    """
    select p.brand_id
    from products p
    inner join brands b on b.id = p.brand_id and b.is_demo
    where p.sku = any(:numbers)
    group by p.brand_id
    order by min(p.created_at)
    """
)
# Those whose pages are looked at first, beside the one that has a manager.
_LARGEST = text(
    """
    select b.id
    from brands b
    where b.is_demo and b.mrr > 0 and b.id is distinct from cast(:managed as uuid)
    order by b.mrr desc, b.name
    limit 3
    """
)
# All at once, so that the choice stands: who is largest may be another one tomorrow.
_PRODUCTS = text(
    """
    insert into products (brand_id, sku, name, category, tags, created_at)
    select b.id, g.sku, g.name, cast(g.category as garment_category), array[g.pattern],
      -- Brands in their order, and in each the garments in theirs.
      now() + interval '1 microsecond' * (100 * b.place + g.place)
    from unnest(cast(:brands as uuid[])) with ordinality as b (id, place)
    cross join unnest(
      cast(:numbers as text[]), cast(:names as text[]), cast(:categories as text[]),
      cast(:patterns as text[])
    ) with ordinality as g (sku, name, category, pattern, place)
    on conflict (brand_id, sku) do nothing
    """
)


def _brands() -> list[UUID]:
    """The demo brands that have pictures, always in the same order; chosen the first time."""
    with _step(), writer(Scope.system()) as connection:
        numbers = {"numbers": list(GARMENTS)}
        if chosen := list(connection.scalars(_CHOSEN, numbers)):
            return chosen
        managed, _ = users.sample_brand(connection) or (None, None)
        brands = list(connection.scalars(_LARGEST, {"managed": managed}))
        _add_products(connection, [*brands, managed] if managed else brands)
        return list(connection.scalars(_CHOSEN, numbers))


def _add_products(connection: Connection, brands: Sequence[UUID]) -> None:
    connection.execute(
        _PRODUCTS,
        {
            "brands": brands,
            "numbers": list(GARMENTS),
            "names": [garment.name for garment in GARMENTS.values()],
            "categories": [garment.category for garment in GARMENTS.values()],
            "patterns": [garment.pattern for garment in GARMENTS.values()],
        },
    )


_ON_SHELF = text(
    """
    select 'people' as kind, p.name, p.id
    from personas p
    where p.brand_id = :brand and p.user_id is null and p.name = any(:names)
      and exists (select from persona_pictures x where x.persona_id = p.id)
    union all
    select 'garments' as kind, g.sku, g.id
    from products g
    where g.brand_id = :brand and g.sku = any(:numbers)
      and exists (select from product_images x where x.product_id = g.id)
    """
)


def _shelf(brand: UUID) -> _Shelf:
    shelf = _Shelf(brand)
    with writer(Scope.of_brands([brand])) as connection:
        wanted = {"brand": brand, "names": list(PEOPLE), "numbers": list(GARMENTS)}
        for row in connection.execute(_ON_SHELF, wanted):
            there = shelf.people if row.kind == "people" else shelf.garments
            there.setdefault(row.name, row.id)
    return shelf


_FIND_PERSON = text(
    """
    select id from personas
    where brand_id = :brand and user_id is null and name = :name
    order by created_at, id
    limit 1
    """
)
_NEW_PERSON = text("insert into personas (brand_id, name) values (:brand, :name) returning id")
_SHOW_PERSON = text(
    """
    with shown as (
      insert into persona_pictures (persona_id, object_id) values (:persona, :object)
      on conflict do nothing
    )
    update personas
    set status = 'ready', thumbnail_object_id = coalesce(thumbnail_object_id, :object)
    where id = :persona
    """
)


def _put_person(shelf: _Shelf, name: str) -> None:
    """Give the brand's persona of this name its picture."""
    picture = drawn.person(name)
    with _step():
        file = storage.write(Owner(brand=shelf.brand), "persona", picture)
        with writer(Scope.of_brands([shelf.brand])) as connection:
            who = {"brand": shelf.brand, "name": name}
            persona = connection.scalar(_FIND_PERSON, who) or connection.scalar(_NEW_PERSON, who)
            stored = storage.record(connection, file)
            connection.execute(_SHOW_PERSON, {"persona": persona, "object": stored})
    shelf.people[name] = persona


_SHOW_GARMENT = text(
    """
    insert into product_images (product_id, object_id, is_primary)
    select p.id, :object, true
    from products p
    where p.brand_id = :brand and p.sku = :number
    on conflict do nothing
    returning product_id
    """
)


def _put_garment(shelf: _Shelf, number: str) -> None:
    """Give the brand's product of this number its picture."""
    picture = drawn.garment(number)
    with _step():
        file = storage.write(Owner(brand=shelf.brand), "product", picture)
        with writer(Scope.of_brands([shelf.brand])) as connection:
            _add_products(connection, [shelf.brand])  # somebody may have deleted one
            stored = storage.record(connection, file)
            what = {"brand": shelf.brand, "number": number, "object": stored}
            shelf.garments[number] = connection.execute(_SHOW_GARMENT, what).scalar_one()


def _fill(shelf: _Shelf, people: Sequence[str], garments: Sequence[str]) -> None:
    for name in people:
        if name not in shelf.people:
            _put_person(shelf, name)
    for number in garments:
        if number not in shelf.garments:
            _put_garment(shelf, number)


# --- the gallery ----------------------------------------------------------------------------------

_LAUNCHED = text(
    """
    select
      j.idempotency_key as key, j.id, j.brand_id, cast(j.status as text) as status, j.confidence,
      exists (
        select from reviews r where r.job_id = j.id and r.reviewer_id = any(:reviewers)
      ) as is_reviewed
    from tryon_jobs j
    where j.brand_id = any(:brands) and j.user_id is null and j.idempotency_key = any(:keys)
    """
)


def _looks() -> dict[str, Look]:
    return {look.key: look for group in plan() for look in group.looks}


def _launched(brands: Sequence[UUID]) -> dict[str, Row[tuple[object, ...]]]:
    """The jobs of the gallery that there are, by their keys."""
    given = {"brands": brands, "keys": list(_looks()), "reviewers": reviewer_ids().to_pylist()}
    with writer(Scope.system()) as connection:
        return {row.key: row for row in connection.execute(_LAUNCHED, given)}


def _launch_missing(brands: Sequence[UUID]) -> None:
    launched, looks = _launched(brands), _looks()
    # Broken off before: what has not begun yet can still be canceled.
    late = [row for row in launched.values() if row.status == "queued" and looks[row.key].canceled]
    if late:
        with _step():
            jobs.cancel(Scope.of_brands({row.brand_id for row in late}), [row.id for row in late])
    missing = [group for group in plan() if group.looks[0].key not in launched]
    waiting = sum(row.status in ("queued", "processing") for row in launched.values())
    shelves = [_shelf(brand) for brand in brands] if missing else []
    for group in missing:
        if waiting >= _BACKLOG:
            return
        if group.name:
            # The first pictures are being made: time for what visitors choose from. When all looks
            # are launched, this is over: nothing is put back that somebody has taken away.
            for shelf in shelves:
                _fill(shelf, list(PEOPLE), list(GARMENTS))
        _launch(shelves[group.looks[0].place % len(shelves)], group)
        waiting += len(group.looks)


def _launch(shelf: _Shelf, group: Group) -> None:
    """Launch the looks of a group, in one transaction; those that are to be canceled, are."""
    for look in group.looks:
        _fill(shelf, [look.person], look.garments)
    wanted = [_job(shelf, look) for look in group.looks]
    scope = Scope.of_brands([shelf.brand])
    with _step():
        try:
            made = jobs.launch(scope, wanted, batch=group.name)
        except NotEnoughCreditsError:
            # The brand has spent its own: the gallery is on the house.
            free = [replace(job, credits=0) for job in wanted]
            made = jobs.launch(scope, free, batch=group.name)
        pairs = zip(made.jobs, group.looks, strict=True)
        jobs.cancel(scope, [job for job, look in pairs if look.canceled])


def _job(shelf: _Shelf, look: Look) -> Job:
    photo = drawn.person(look.person, look.photo) if look.photo else None
    sheet = drawn.garment(look.garments[0], look.sheet) if look.sheet else None
    first, *others = look.garments
    return Job(
        origin="studio",
        engine=preview.FLAT if look.flat else preview.NAME,
        brand=shelf.brand,
        persona=shelf.people[look.person],
        person=_stored(shelf, photo) if photo else None,
        garments=(
            Garment(
                product=shelf.garments[first], picture=_stored(shelf, sheet) if sheet else None
            ),
            *(Garment(product=shelf.garments[number]) for number in others),
        ),
        category=look.category,
        device="desktop",
        priority=jobs.GALLERY,
        idempotency_key=look.key,
    )


def _stored(shelf: _Shelf, picture: Picture) -> UUID:
    with _step():
        file = storage.write(Owner(brand=shelf.brand), "other", picture)
        with writer(Scope.of_brands([shelf.brand])) as connection:
            return storage.record(connection, file)


# --- reviews --------------------------------------------------------------------------------------

_REVIEW = text(
    """
    insert into reviews (
      job_id, brand_id, reviewer_id, approved, reasons, rating, note, drawn, is_adjudication,
      created_at
    )
    select
      :job, :brand, u.id, r.approved, r.reasons, r.rating, r.note, r.drawn, r.is_adjudication,
      now() + interval '1 microsecond' * r.turn
    from jsonb_to_recordset(cast(:reviews as jsonb)) as r (
      turn integer, reviewer uuid, approved boolean, reasons text[], rating smallint, note text,
      drawn text, is_adjudication boolean
    )
    inner join users u on u.id = r.reviewer
    where not exists (
      select from reviews o where o.job_id = :job and o.reviewer_id = any(:reviewers)
    )
    """
)
_FAVORITE = text("update job_outputs set is_favorite = true where job_id = :job")


def _review(row: Row[tuple[object, ...]]) -> None:
    """Write down what the reviewers of the demo think of a finished picture, once."""
    reviewers: list[str] = reviewer_ids().to_pylist()
    said = judgements(_looks()[row.key], float(row.confidence), len(reviewers))
    if not said:
        return
    reviews = [
        {**asdict(one), "reviewer": reviewers[one.reviewer], "turn": turn}
        for turn, one in enumerate(said)
    ]
    about = {"job": row.id, "brand": row.brand_id, "reviewers": reviewers}
    # The reviewers are of the team, which no brand sees.
    with _step(), writer(Scope.system()) as connection:
        connection.execute(_REVIEW, {**about, "reviews": json.dumps(reviews)})
        if all(one.rating == 5 for one in said):
            connection.execute(_FAVORITE, {"job": row.id})


_UNCOMPARED = text(
    """
    select p.id, p.brand_id, o.idempotency_key as one, t.idempotency_key as other
    from job_pairs p
    inner join tryon_jobs o on o.id = p.one_job_id
    inner join tryon_jobs t on t.id = p.other_job_id
    where p.brand_id = any(:brands)
      and o.idempotency_key = any(:keys) and t.idempotency_key = any(:keys)
      and not exists (
        select from pair_votes v where v.pair_id = p.id and v.voter_id = any(:reviewers)
      )
    """
)
_VOTE = text(
    """
    insert into pair_votes (pair_id, brand_id, voter_id, better)
    select p.id, p.brand_id, u.id, v.better
    from unnest(cast(:pairs as uuid[]), cast(:better as text[])) as v (pair, better)
    inner join job_pairs p on p.id = v.pair
    inner join users u on u.id = :reviewer
    on conflict (pair_id, voter_id) do nothing
    """
)


def _compare(brands: Sequence[UUID]) -> None:
    """Write down which of two engines' pictures the reviewers of the demo find better, once."""
    reviewers: list[str] = reviewer_ids().to_pylist()
    looks = _looks()
    given = {"brands": brands, "keys": list(looks), "reviewers": reviewers}
    with writer(Scope.system()) as connection:
        pairs = connection.execute(_UNCOMPARED, given).all()
    if not pairs:
        return
    votes = [better_of(looks[pair.one], looks[pair.other], len(reviewers)) for pair in pairs]
    ids = [pair.id for pair in pairs]
    for reviewer, better in zip(reviewers, zip(*votes, strict=True), strict=True):
        # Nobody votes for another.
        with _step(), writer(Scope(brands="all", user=str(UUID(reviewer)))) as connection:
            connection.execute(_VOTE, {"pairs": ids, "reviewer": reviewer, "better": list(better)})
