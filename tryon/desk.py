"""What somebody at the studio's desk can do, for one brand, with ids as a page has them."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import ClassVar, Literal
from uuid import UUID

from database.connections import DatabaseUnavailableError
from database.tenancy import Scope
from tryon import bodies, jobs, launches, storage, uploads
from tryon.engines import BUILT_IN, Category, Mode, RefusalError, registry
from tryon.engines.preview.body import Point
from tryon.engines.registry import Offer
from tryon.jobs import Garment, JobError
from tryon.launches import Person, Wish
from tryon.storage import StorageError
from tryon.uploads import Upload, UploadError


@dataclass(frozen=True)
class Desk:
    """The desk for `brand`. `scope` is asked at every act, so that a session that is over ends.

    A demo visitor's jobs and pictures are their own; else they are the brand's. Each act may raise
    one of the `known` errors, whose message is a sentence for whoever sits there.
    """

    scope: Callable[[], Scope]
    brand: UUID
    is_demo: bool

    known: ClassVar[tuple[type[Exception], ...]] = (
        JobError,
        UploadError,
        RefusalError,
        StorageError,
        DatabaseUnavailableError,
    )
    endings: ClassVar[tuple[str, ...]] = uploads.ENDINGS
    most_mb: ClassVar[int] = uploads.LARGEST_FILE // 1_000_000

    @property
    def who(self) -> str:
        """The id of whoever sits here."""
        return self.scope().user

    def offers(self) -> tuple[Offer, ...]:
        """Every engine; one that cannot be used here says in `missing` why."""
        every = registry.offers()
        if not self.is_demo:
            return every
        return tuple(
            offer
            if offer.name in BUILT_IN
            else replace(offer, missing="The demo uses the built-in engines only.")
            for offer in every
        )

    @property
    def hourly(self) -> int | None:
        """How many jobs an hour are allowed, None where nobody counts."""
        return jobs.DEMO_OF_ONE if self.is_demo else None

    @property
    def refusal(self) -> str | None:
        """Why no pictures can be uploaded, in one sentence; None when they can."""
        return uploads.refusal(self.scope())

    @property
    def days(self) -> int:
        """After how many days an uploaded photo of a person is deleted."""
        return uploads.days_kept()

    def launch(
        self,
        key: str,
        mode: str,
        engine: str,
        persons: Sequence[tuple[str, str]],
        garments: Sequence[tuple[str, str, str]],
        prompt: str,
        count: int,
        batch: str | None,
    ) -> tuple[list[str], str | None]:
        """Launch it, once for a key, and return the ids of the jobs and of their batch.

        Persons are kind (persona or photo) and id; garments kind (product or item), id, category.
        """
        wish = Wish(
            mode=Mode(mode),
            engine=engine,
            persons=tuple(
                Person(persona=UUID(one)) if kind == "persona" else Person(photo=UUID(one))
                for kind, one in persons
            ),
            garments=tuple(
                Garment(
                    product=UUID(one) if kind == "product" else None,
                    item=UUID(one) if kind == "item" else None,
                    category=Category(category),
                )
                for kind, one, category in garments
            ),
            prompt=prompt or None,
            count=count,
            batch=batch,
        )
        origin: Literal["demo", "studio"] = "demo" if self.is_demo else "studio"
        made = launches.launch(self.scope(), origin, self.brand, wish, key)
        return [str(job) for job in made.jobs], str(made.batch) if made.batch else None

    def cancel(self, ids: Sequence[str]) -> list[str]:
        """Cancel jobs, and say what came of it, each sentence once."""
        outcomes = jobs.cancel(self.scope(), [UUID(job) for job in ids])
        return sorted(set(outcomes.values()))

    def retry(self, job: str) -> str:
        """Launch a failed or canceled job once more, and return the id of the new one."""
        return str(jobs.retry(self.scope(), UUID(job)))

    def take(self, name: str, content: bytes) -> Upload:
        """Keep a picture as what it seems to show."""
        return uploads.take(self.scope(), self._owner, name, content, datetime.now(UTC))

    def categorize(self, item: str, category: str) -> None:
        """Correct the category of an uploaded garment."""
        uploads.categorize(self.scope(), UUID(item), Category(category))

    def call_person(self, item: str) -> Upload:
        """Correct what was taken for a garment."""
        return uploads.call_person(self.scope(), self._owner, UUID(item), datetime.now(UTC))

    def call_garment(self, photo: str) -> Upload:
        """Correct what was taken for a person."""
        return uploads.call_garment(self.scope(), self._owner, UUID(photo), datetime.now(UTC))

    def forget_photo(self, photo: str) -> None:
        """Delete a photo of a person, with what was made of it."""
        storage.forget_selfie(self.scope(), UUID(photo))

    def may_fit(self, kind: str) -> bool:
        """Whether the body can be put right on a photo or a persona: not on the demo's own."""
        return kind == "photo" or not self.is_demo

    def points_read(self, picture: str) -> dict[str, Point]:
        """Where the built-in engine sees shoulders, waist and hem; takes a second."""
        return bodies.read(self.scope(), UUID(picture))

    def points_kept(self, picture: str) -> dict[str, Point]:
        """Those of them that somebody has put elsewhere."""
        return bodies.kept(self.scope(), UUID(picture))

    def keep_points(self, picture: str, points: Mapping[str, Point]) -> None:
        """Keep where somebody has put them; without any, they are read again."""
        bodies.keep(self.scope(), UUID(picture), points)

    def remove_item(self, item: str) -> None:
        """Delete an uploaded garment."""
        uploads.remove(self.scope(), UUID(item))

    @property
    def _owner(self) -> UUID | None:
        return None if self.is_demo else self.brand
