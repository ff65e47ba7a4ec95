"""The demo's pictures, made in the background in a database of demo data.

A few demo brands get persons and garments, drawn by code. Every step finds out first what is there
already, so it goes on where it was broken off; all of it waits while the demo data is being filled.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from typing import Final
from uuid import UUID

import cv2
from sqlalchemy import text

from accounts import users
from database import demo
from database.connections import writer
from database.tenancy import Scope
from tryon import pictures, storage
from tryon.engines import garments, mannequins
from tryon.engines.garments import Garment
from tryon.engines.pictures import Array, within
from tryon.pictures import Picture
from tryon.storage import Owner

# The longer side of the drawn pictures, in pixels: what is made of them has it too.
SIDE: Final = 896

# By name, as a person of the same name may be there from the start, without a picture.
PEOPLE: Final = dict(
    zip(
        [
            "Dana", "Chidi", "Elif", "Bruno", "Ada", "Farid", "Imani", "Greta", "Joris", "Katja",
            "Malik", "Noor",
        ],
        mannequins.family(),
        strict=True,
    )
)  # fmt: skip
# By stock number.
GARMENTS: Final[Mapping[str, Garment]] = {
    f"T{number:02d}": garment for number, garment in enumerate(garments.collection(), start=1)
}


@dataclass
class Shelf:
    """What a demo brand has with a picture: ids of personas by name, of products by number."""

    brand: UUID
    people: dict[str, UUID] = field(default_factory=dict)
    garments: dict[str, UUID] = field(default_factory=dict)


def make_pictures() -> None:
    """Bring the demo's pictures further, as far as they can be brought now.

    Does nothing without demo data. Raises StorageError, DatabaseUnavailableError.
    """
    for brand in _brands():
        shelf = _shelf(brand)
        for name in [name for name in PEOPLE if name not in shelf.people]:
            person_picture(name)  # drawing takes longer than anybody should wait for us
            with demo.held() as complete:
                if not complete:
                    return
                _put_person(shelf, name)
        for number in [number for number in GARMENTS if number not in shelf.garments]:
            garment_picture(number)
            with demo.held() as complete:
                if not complete:
                    return
                _put_garment(shelf, number)


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
    select b.id from brands b where b.is_demo and b.mrr > 0 order by b.mrr desc, b.name limit 3
    """
)
# All at once, so that the choice stands: who is largest may be another one tomorrow.
_PRODUCTS = text(
    """
    insert into products (brand_id, sku, name, category, tags, created_at)
    select b.id, g.sku, g.name, cast(g.category as garment_category), array[g.pattern],
      now() + interval '1 microsecond' * b.place
    from unnest(cast(:brands as uuid[])) with ordinality as b (id, place)
    cross join unnest(
      cast(:numbers as text[]), cast(:names as text[]), cast(:categories as text[]),
      cast(:patterns as text[])
    ) as g (sku, name, category, pattern)
    on conflict (brand_id, sku) do nothing
    """
)


def _brands() -> list[UUID]:
    """The demo brands that have pictures, always in the same order; chosen the first time."""
    with demo.held() as complete, writer(Scope.system()) as connection:
        if not complete:
            return []
        numbers = {"numbers": list(GARMENTS)}
        if chosen := list(connection.scalars(_CHOSEN, numbers)):
            return chosen
        largest = list(connection.scalars(_LARGEST))
        sample = users.sample_brand(connection)
        others = [sample[0]] if sample and sample[0] not in largest else []
        connection.execute(
            _PRODUCTS,
            {
                "brands": [*largest, *others],
                **numbers,
                "names": [garment.name for garment in GARMENTS.values()],
                "categories": [garment.category for garment in GARMENTS.values()],
                "patterns": [garment.pattern for garment in GARMENTS.values()],
            },
        )
        return list(connection.scalars(_CHOSEN, numbers))


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


def _shelf(brand: UUID) -> Shelf:
    shelf = Shelf(brand)
    with writer(Scope.of_brands([brand])) as connection:
        wanted = {"brand": brand, "names": list(PEOPLE), "numbers": list(GARMENTS)}
        for row in connection.execute(_ON_SHELF, wanted):
            there = shelf.people if row.kind == "people" else shelf.garments
            there.setdefault(row.name, row.id)
    return shelf


@cache
def person_picture(name: str) -> Picture:
    """Draw one of PEOPLE; the same bytes each time."""
    return _encoded(mannequins.draw(PEOPLE[name]).picture)


@cache
def garment_picture(number: str) -> Picture:
    """Draw one of GARMENTS; the same bytes each time."""
    return _encoded(garments.draw(GARMENTS[number]).picture)


def _encoded(drawn: Array) -> Picture:
    return pictures.read(cv2.imencode(".png", within(drawn, SIDE))[1].tobytes())


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


def _put_person(shelf: Shelf, name: str) -> None:
    """Give the brand's persona of this name its picture."""
    picture = storage.write(Owner(brand=shelf.brand), "persona", person_picture(name))
    with writer(Scope.of_brands([shelf.brand])) as connection:
        who = {"brand": shelf.brand, "name": name}
        persona = connection.scalar(_FIND_PERSON, who) or connection.scalar(_NEW_PERSON, who)
        stored = storage.record(connection, picture)
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


def _put_garment(shelf: Shelf, number: str) -> None:
    """Give the brand's product of this number its picture."""
    picture = storage.write(Owner(brand=shelf.brand), "product", garment_picture(number))
    with writer(Scope.of_brands([shelf.brand])) as connection:
        stored = storage.record(connection, picture)
        what = {"brand": shelf.brand, "number": number, "object": stored}
        shelf.garments[number] = connection.execute(_SHOW_GARMENT, what).scalar_one()
