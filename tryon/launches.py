"""From what somebody has chosen to the jobs that make it."""

from dataclasses import dataclass, replace
from typing import Final
from uuid import UUID

from database.tenancy import Scope
from tryon import jobs
from tryon.engines import Mode
from tryon.jobs import BATCH, LAUNCH, Garment, Job, JobError, Launched, Origin, PhotoSet

# Pictures of one launch: as many as a page can watch.
MOST: Final = 100

# What each kind of job cannot do without.
NEEDS_PERSON: Final = frozenset({Mode.TRYON, Mode.PHOTO_TEXT, Mode.PHOTO_SET})
NEEDS_GARMENT: Final = frozenset({Mode.TRYON, Mode.PRODUCT_SHOT})
NEEDS_PROMPT: Final = frozenset({Mode.FROM_PROMPT, Mode.PHOTO_TEXT, Mode.PHOTO_SET})


@dataclass(frozen=True, slots=True)
class Person:
    """A persona, or a stored photo."""

    persona: UUID | None = None
    photo: UUID | None = None


@dataclass(frozen=True, slots=True)
class Wish:
    """What is to be made, and by which engine.

    A batch puts each garment on each person; else the garments are worn together. `prompt` is the
    style where it is a photo set, of `count` pictures.
    """

    mode: Mode
    engine: str
    persons: tuple[Person, ...] = ()
    garments: tuple[Garment, ...] = ()
    prompt: str | None = None
    count: int = 1
    batch: str | None = None


def launch(scope: Scope, origin: Origin, brand: UUID, wish: Wish, key: str) -> Launched:
    """Launch what is wished for, on the brand's credits or, in the demo, on the visitor's.

    However often the same `key` comes, it is launched once. Raises JobError with a sentence for
    whoever asked, DatabaseUnavailableError.
    """
    wanted = jobs_of(wish)
    if len(wanted) > MOST:
        raise JobError(f"At most {MOST} pictures are launched at once; these are {len(wanted)}.")
    photo_set = None
    if wish.mode is Mode.PHOTO_SET:
        persona = wanted[0].persona if wanted else None
        if persona is None:
            raise JobError("A photo set is made of a persona: choose one.")
        photo_set = PhotoSet(persona, wish.prompt or "")
    return jobs.launch(
        scope,
        [
            replace(
                job,
                origin=origin,
                brand=brand,
                user=UUID(scope.user),
                priority=LAUNCH if len(wanted) == 1 else BATCH,
                idempotency_key=f"{key}:{number}",
            )
            for number, job in enumerate(wanted)
        ],
        batch=wish.batch,
        photo_set=photo_set,
    )


def jobs_of(wish: Wish) -> list[Job]:
    """The jobs of a wish, in order; whose they are is left open."""
    # A garment by itself needs no person, and a person in words no garment.
    persons = wish.persons if wish.mode in NEEDS_PERSON else (Person(),)
    outfits: tuple[tuple[Garment, ...], ...] = ((),)
    if wish.mode in NEEDS_GARMENT:
        alone = wish.batch is not None or wish.mode is Mode.PRODUCT_SHOT
        outfits = tuple((one,) for one in wish.garments) if alone else (wish.garments,)
    return [
        Job(
            origin="studio",
            engine=wish.engine,
            mode=wish.mode,
            persona=person.persona,
            person=person.photo,
            garments=outfit,
            product=outfit[0].product if outfit else None,
            category=outfit[0].category if outfit else None,
            prompt=wish.prompt,
        )
        for person in persons
        for outfit in outfits
        for _ in range(wish.count if wish.mode is Mode.PHOTO_SET else 1)
    ]
