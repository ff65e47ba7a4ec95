"""What somebody can do with the personas of one brand, with ids and words as a page has them."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import ClassVar
from uuid import UUID

from database.connections import DatabaseUnavailableError
from database.tenancy import Scope
from tryon import personas, pictures
from tryon.engines import Mode, registry
from tryon.jobs import JobError
from tryon.personas import Persona, PersonaError, PhotoSet
from tryon.pictures import PictureError
from tryon.storage import StorageError


@dataclass(frozen=True)
class Casting:
    """The personas of `brand`. `scope` is asked at every act, so that an ended session ends.

    Each act may raise one of the `known` errors, whose message is a sentence for whoever is there.
    """

    scope: Callable[[], Scope]
    brand: UUID

    known: ClassVar[tuple[type[Exception], ...]] = (
        PersonaError,
        PictureError,
        JobError,
        StorageError,
        DatabaseUnavailableError,
    )
    most_mb: ClassVar[int] = pictures.LARGEST_FILE // 1_000_000
    most_photos: ClassVar[int] = personas.MOST_PHOTOS

    def personas(self) -> list[Persona]:
        """The brand's personas, the newest first."""
        return personas.listed(self.scope(), self.brand)

    def persona(self, persona: str) -> Persona:
        """One of them."""
        return personas.find(self.scope(), UUID(persona))

    def pictures(self, persona: str) -> Sequence[UUID]:
        """The pictures of one."""
        return personas.pictures(self.scope(), UUID(persona))

    def photo_sets(self, persona: str) -> Sequence[PhotoSet]:
        """The photo sets of one, the newest first."""
        return personas.photo_sets(self.scope(), UUID(persona))

    def add(self, name: str) -> str:
        """Make a persona, and return its id."""
        return str(personas.add(self.scope(), self.brand, name))

    def rename(self, persona: str, name: str) -> None:
        """Call it something else."""
        personas.rename(self.scope(), UUID(persona), name)

    def delete(self, persona: str) -> None:
        """Delete it with its pictures."""
        personas.delete(self.scope(), UUID(persona))

    def add_picture(self, persona: str, content: bytes) -> bool:
        """Give it one more picture, and say whether a person is seen in it."""
        shown = pictures.read(content)
        return personas.add_picture(self.scope(), self.brand, UUID(persona), shown)

    @property
    def engines(self) -> dict[str, str]:
        """The engines that make photo sets here, by what they are called."""
        return {
            offer.label: offer.name
            for offer in registry.offers()
            if Mode.PHOTO_SET in offer.modes and offer.missing is None
        }

    @property
    def lacking(self) -> str | None:
        """Why no photo set can be made; None when one can."""
        if self.engines:
            return None
        return (
            "No engine here makes photo sets: CLOSETAI_GEMINI_KEY or a provider of one's own "
            "(docs/providers.md) brings one."
        )

    def make_set(self, persona: str, engine: str, style: str, count: int, key: str) -> int:
        """Launch a photo set, once for a key, and return how many pictures that is."""
        return personas.make_set(self.scope(), self.brand, UUID(persona), engine, style, count, key)

    def retry(self, photo_set: str) -> int:
        """Launch what failed of a set once more, and return how many pictures that is."""
        return personas.retry(self.scope(), UUID(photo_set))
