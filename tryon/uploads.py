"""Pictures that somebody drops into the studio: sorted into persons and garments, and kept.

A person's photo is kept as it is and expires; a garment becomes an item of the uploader's wardrobe.
In the studio the pictures are the brand's, so that they stay when the manager goes; a demo
visitor's are nobody else's.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final, Literal
from uuid import UUID

from sqlalchemy import text

from database.connections import writer
from database.tenancy import Scope
from settings import settings
from tryon import guess, pictures, storage, wardrobe
from tryon.engines import Category
from tryon.pictures import Picture, PictureError
from tryon.storage import Kind, Owner
from tryon.wardrobe import Item

LARGEST_FILE: Final = pictures.LARGEST_FILE
ENDINGS: Final = ("jpg", "jpeg", "png", "webp", "heic", "heif")
# Pictures that one demo visitor may have at a time.
DEMO_PICTURES: Final = 12
_LONGEST_NAME = 80


class UploadError(Exception):
    """This picture is not taken; the message is one sentence for whoever sent it."""


@dataclass(frozen=True, slots=True)
class Upload:
    """A picture that was kept: a person's photo, or an item of the uploader's wardrobe.

    `id` is the stored picture's, or the item's, which has a category.
    """

    kind: Literal["photo", "item"]
    id: UUID
    category: Category | None = None


def refusal(scope: Scope) -> str | None:
    """Why this scope may not upload pictures, in one sentence; None when it may."""
    if scope.brands.startswith("demo") and not settings().demo_uploads:
        return "The demo tries on its own pictures; uploads are switched off here."
    return None


def days_kept() -> int:
    """After how many days an uploaded photo of a person is deleted."""
    return settings().selfie_days


def take(scope: Scope, brand: UUID | None, name: str, content: bytes, now: datetime) -> Upload:
    """Keep a picture as what it seems to show. `name` is the file's.

    Without a brand it is the visitor's own. Raises UploadError with a sentence for the uploader,
    StorageError, DatabaseUnavailableError.
    """
    _check(scope)
    try:
        picture = pictures.read(content)
    except PictureError as error:
        raise UploadError(str(error)) from error
    if guess.shows_person(picture.data):
        return Upload("photo", _keep(scope, brand, "selfie", picture, now))
    return _hang(scope, brand, name, picture, now)


def keep(
    scope: Scope, kind: Literal["selfie", "garment"], content: bytes, now: datetime
) -> tuple[UUID, datetime | None]:
    """Keep a picture of the scope's user as what they say it is; return its id and its end.

    A photo of a person ends after `days_kept`. Raises UploadError with a sentence for the uploader,
    StorageError, DatabaseUnavailableError.
    """
    _check(scope)
    try:
        picture = pictures.read(content)
    except PictureError as error:
        raise UploadError(str(error)) from error
    kept = _keep(scope, None, kind, picture, now)
    return kept, now + timedelta(days=days_kept()) if kind == "selfie" else None


def hang(scope: Scope, name: str, content: bytes, now: datetime) -> Item:
    """Keep a picture of a garment in the wardrobe of the scope's user. `name` is the file's.

    Raises UploadError with a sentence for the uploader, also for a person's photo, StorageError,
    DatabaseUnavailableError.
    """
    _check(scope)
    try:
        picture = pictures.read(content)
    except PictureError as error:
        raise UploadError(str(error)) from error
    if guess.shows_person(picture.data):
        raise UploadError("This shows a person: a wardrobe is of garments alone.")
    return _hung(scope, None, name, picture, now)


_COUNT = text("select count(*) from stored_objects where user_id = :user and kind <> 'result'")


def _check(scope: Scope) -> None:
    if (reason := refusal(scope)) is not None:
        raise UploadError(reason)
    if scope.brands.startswith("demo"):
        with writer(scope) as connection:
            kept: int = connection.execute(_COUNT, {"user": scope.user}).scalar_one()
        if kept >= DEMO_PICTURES:
            raise UploadError(
                f"The demo keeps {DEMO_PICTURES} pictures of each visitor: delete one first."
            )


def _keep(scope: Scope, brand: UUID | None, kind: Kind, picture: Picture, now: datetime) -> UUID:
    owner = Owner(user=UUID(scope.user)) if brand is None else Owner(brand=brand)
    return storage.keep(scope, owner, kind, picture, now)


def _hang(scope: Scope, brand: UUID | None, name: str, picture: Picture, now: datetime) -> Upload:
    """Put a garment into the wardrobe."""
    item = _hung(scope, brand, name, picture, now)
    return Upload("item", item.id, item.category)


def _hung(scope: Scope, brand: UUID | None, name: str, picture: Picture, now: datetime) -> Item:
    category = guess.category(name, picture.data)
    kept = _keep(scope, brand, "garment", picture, now)
    called = (name.rpartition(".")[0] or name)[:_LONGEST_NAME] or "Garment"
    return wardrobe.hang_kept(scope, kept, picture.data, category, called, brand)


_CATEGORIZE = text(
    """
    update wardrobe_items set category = cast(:category as garment_category)
    where id = :item and user_id = :user
    """
)


def categorize(scope: Scope, item: UUID, category: Category) -> None:
    """Say what a garment of one's own wardrobe is. Raises UploadError, DatabaseUnavailableError."""
    with writer(scope) as connection:
        parameters = {"item": item, "category": category, "user": scope.user}
        if connection.execute(_CATEGORIZE, parameters).rowcount != 1:
            raise UploadError(_GONE)


_FIND_ITEM = text(
    """
    select o.id, i.name
    from wardrobe_items i
    inner join stored_objects o on o.id = i.object_id and o.kind = 'garment'
    where i.id = :item and i.user_id = :user
    """
)
_DELETE = text("delete from stored_objects where id = :id")


def call_person(scope: Scope, brand: UUID | None, item: UUID, now: datetime) -> Upload:
    """Correct what was taken for a garment: it is a person, whose photo expires.

    Raises UploadError, StorageError, DatabaseUnavailableError.
    """
    with writer(scope) as connection:
        found = connection.execute(_FIND_ITEM, {"item": item, "user": scope.user}).one_or_none()
        if found is None:
            raise UploadError(_GONE)
        content = storage.load(connection, found.id)
    kept = _keep(scope, brand, "selfie", pictures.checked(content), now)
    remove(scope, item)
    return Upload("photo", kept)


def call_garment(scope: Scope, brand: UUID | None, photo: UUID, now: datetime) -> Upload:
    """Correct what was taken for a person: it is a garment.

    Raises StorageError, DatabaseUnavailableError.
    """
    with writer(scope) as connection:
        content = storage.load(connection, photo)
    item = _hang(scope, brand, "Garment", pictures.checked(content), now)
    storage.forget_selfie(scope, photo)
    return item


def remove(scope: Scope, item: UUID) -> bool:
    """Delete an uploaded garment with its picture; False when there is none of one's own.

    Raises DatabaseUnavailableError.
    """
    with writer(scope) as connection:
        found = connection.execute(_FIND_ITEM, {"item": item, "user": scope.user}).one_or_none()
        return found is not None and (connection.execute(_DELETE, {"id": found.id}).rowcount == 1)


_GONE = "This picture is not there any more."
