"""What the demo's gallery tries on: some 200 looks, the same in every database."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cache
from typing import Final

from tryon.demo.drawn import GARMENTS, PEOPLE, Photo, Sheet
from tryon.engines import Category

_NUMBERS = {garment.name: number for number, garment in GARMENTS.items()}
# Of the gallery's brands: three of the largest, and the one with a manager.
PLACES: Final = 4
OPENING: Final = 24
_COUNT: Final = 200
# Where the light on the old clothes is seen on the new ones. Who compares engines compares these.
_LIT: Final = frozenset({Category.TOPS, Category.BOTTOMS, Category.DRESSES, Category.JACKETS})

# What a picture down to the hips shows.
_ABOVE_THE_WAIST = {Category.TOPS, Category.JACKETS, Category.SCARVES, Category.HATS}


@dataclass(frozen=True, slots=True)
class Look:
    """One job of the gallery.

    `garments` are stock numbers. With `photo` the person's picture is a bad photograph instead of
    the persona's, with `sheet` the first garment's is. `canceled`: it is canceled before it begins.
    `flat`: in flat light, beside another of the gallery that has the same on.
    `key` is its idempotency key, `place` says which of the gallery's brands it is for.
    """

    person: str
    garments: tuple[str, ...]
    photo: Photo | None = None
    sheet: Sheet | None = None
    canceled: bool = False
    flat: bool = False
    key: str = ""
    place: int = 0

    @property
    def category(self) -> Category:
        """What it is about: its first garment."""
        return GARMENTS[self.garments[0]].category


@dataclass(frozen=True, slots=True)
class Group:
    """Looks that are launched at once: a batch with its name, or one alone."""

    looks: tuple[Look, ...]
    name: str | None = None


# A name, the persons and the garments; each person wears each.
_BATCHES: list[tuple[str, str, str]] = [
    (
        "Autumn lookbook",
        "Dana Chidi Ada Bruno",
        "Moss cable sweater, Camel blazer, Plaid dress, Chestnut boots, Wine knit scarf, "
        "Camel fedora",
    ),
    ("Denim on everybody", "Imani Greta Malik Katja Elif Joris", "Indigo jeans, Denim jacket"),
    (
        "Shoes for the front page",
        "Dana Imani Farid Joris",
        "Court sneakers, Red pumps, Chestnut boots",
    ),
    (
        "Newsletter: accessories",
        "Ada Katja Greta Chidi",
        "Canvas tote, Cognac satchel, Tartan scarf, Teal beanie, Saddle belt",
    ),
]
# Half of it was enough.
_STOPPED = (
    "Summer, second choice",
    "Dana Elif",
    "Rose tank, Camel shorts, Striped shift, Garden tee",
)

_OUTFITS = [
    ("Breton tee, Indigo jeans, Court sneakers", "Chidi Imani Katja"),
    ("Meadow dress, Camel fedora, Cognac satchel", "Elif Greta"),
    ("Rose tank, Checked skirt, Red pumps", "Dana Imani"),
    ("Harbour sweater, Pinstripe trousers, Chestnut boots", "Joris Malik"),
    ("Camel blazer, Pinstripe trousers", "Farid Ada Bruno"),
    ("Rust pocket tee, Denim jacket, Tartan scarf", "Farid Dana"),
    ("Plaid dress, Teal beanie", "Ada Noor"),
]
_PHOTOS: list[tuple[Photo, str, str]] = [
    ("shelves", "Dana Chidi Ada", "Breton tee, Camel blazer, Teal beanie"),
    ("shelves", "Joris Greta Malik", "Indigo jeans, Meadow dress, Court sneakers"),
    ("blurred", "Ada Joris Elif", "Rust pocket tee, Checked blazer, Pearl necklace"),
    ("close", "Dana Chidi Katja", "Indigo jeans, Harbour sweater, Canvas tote"),
]
_REFUSED: list[tuple[Photo | None, Sheet | None, str, str]] = [
    ("empty", None, "Dana", "Breton tee"),
    (None, "cut", "Chidi", "Denim jacket"),
    ("together", None, "Elif", "Meadow dress"),
    (None, "faint", "Ada", "Moss cable sweater"),
    ("close", None, "Dana", "Court sneakers"),
    (None, "worn", "Joris", "Rust pocket tee"),
    (None, None, "Noor", "Chestnut boots"),
    (None, None, "Elif", "Gold hoops"),
    ("empty", None, "Bruno", "Camel fedora"),
    (None, "cut", "Imani", "Plaid dress"),
    ("together", None, "Greta", "Checked blazer"),
    (None, None, "Noor", "Pinstripe trousers"),
    ("close", None, "Chidi", "Red pumps"),
    (None, "faint", "Farid", "Cognac satchel"),
]


def _listed(names: str) -> tuple[str, ...]:
    return tuple(_NUMBERS[name] for name in names.split(", "))


def _matrix(people: str, garments: str) -> list[Look]:
    return [Look(person, (number,)) for person in people.split() for number in _listed(garments)]


def _opening() -> Iterator[Look]:
    """Every category twice, on four persons: what is to be seen after a minute.

    One person after the other: while the engine is at the looks of one, the next is drawn.
    """
    for number in range(OPENING):
        turn, position = divmod(number, len(Category))
        category = list(Category)[position]
        fitting = [stock for stock, one in GARMENTS.items() if one.category is category]
        person = ("Dana", "Chidi", "Elif", "Joris")[number * 4 // OPENING]
        yield Look(person, (fitting[turn % len(fitting)],))


def _alone() -> Iterator[Look]:
    """Outfits, bad photographs and what will be refused."""
    for garments, people in _OUTFITS:
        for person in people.split():
            yield Look(person, _listed(garments))
    for photo, people, garments in _PHOTOS:
        for look in _matrix(people, garments):
            yield replace(look, photo=photo)
    for shown, sheet, person, garments in _REFUSED:
        yield Look(person, _listed(garments), photo=shown, sheet=sheet)


def _batches() -> Iterator[tuple[str, list[Look]]]:
    for name, people, garments in _BATCHES:
        yield name, _matrix(people, garments)
    name, people, garments = _STOPPED
    looks = _matrix(people, garments)
    half = len(looks) // 2
    yield name, [*looks[:half], *(replace(look, canceled=True) for look in looks[half:])]


def _any() -> Iterator[Look]:
    """Everybody in everything, with neither persons nor garments in the order of the list."""
    people, numbers = list(PEOPLE), list(GARMENTS)
    for step in range(len(people) * len(numbers)):
        look = Look(people[step % len(people)], (numbers[step * 5 % len(numbers)],))
        if look.person != "Noor" or look.category in _ABOVE_THE_WAIST:
            yield look


@cache
def plan() -> Sequence[Group]:
    """All looks of the gallery, in the order in which they are launched."""
    groups: list[tuple[str | None, list[Look]]] = [(None, [look]) for look in _opening()]
    batches, alone = list(_batches()), list(_alone())
    # Between the batches, of everything a bit.
    for turn, batch in enumerate(batches):
        groups.append(batch)
        groups += [(None, [look]) for look in alone[turn :: len(batches)]]
    groups += [(None, [look]) for look in _any()]
    made: list[Group] = []
    known: set[Look] = set()
    for name, looks in groups:
        fresh = [look for look in looks if look not in known][: _COUNT - len(known)]
        placed = [
            replace(look, key=f"gallery:{number:03d}", place=len(made) % PLACES)
            for number, look in enumerate(fresh, start=len(known) + 1)
        ]
        if placed:
            made.append(Group(tuple(placed), name))
        known.update(fresh)
    opening = made[:OPENING]
    return [*opening, *_in_flat_light(opening), *made[OPENING:]]


def _in_flat_light(groups: Sequence[Group]) -> Iterator[Group]:
    """Each brand's looks once more, by the other engine."""
    for place in range(PLACES):
        looks = tuple(
            replace(look, flat=True, key=f"{look.key}:flat")
            for group in groups
            for look in group.looks
            if look.place == place and look.category in _LIT
        )
        if looks:
            yield Group(looks, "In flat light")
