"""Where shoulders, waist and hem are on a picture of a person: as read, and as put by hand.

Points are shares of the picture's width and height, by their names in `NAMES`. Those put by hand
are kept with the picture, and hold for every job that shows the same person.
"""

import json
from collections.abc import Mapping
from typing import Final
from uuid import UUID

from sqlalchemy import text

from database.connections import writer
from database.tenancy import Scope
from tryon import storage
from tryon.engines import preview
from tryon.engines.preview.body import Point
from tryon.storage import MissingPictureError

NAMES: Final = preview.POINTS


def read(scope: Scope, person: UUID) -> dict[str, Point]:
    """All points of a stored picture as the embedded engine reads them; takes a second.

    Raises RefusalError where it finds no body, StorageError, DatabaseUnavailableError.
    """
    return preview.points_of(storage.loaded(scope, person))


_KEPT = text("select body_points from stored_objects where id = :id")


def kept(scope: Scope, person: UUID) -> dict[str, Point]:
    """The points that were put by hand, those only. Raises DatabaseUnavailableError."""
    with writer(scope) as connection:
        found: dict[str, list[float]] | None = connection.scalar(_KEPT, {"id": person})
    return {name: (x, y) for name, (x, y) in (found or {}).items()}


_KEEP = text(
    """
    update stored_objects set body_points = nullif(cast(:points as jsonb), '{}')
    where id = :id and kind in ('selfie', 'persona')
    """
)


def keep(scope: Scope, person: UUID, points: Mapping[str, Point]) -> None:
    """Keep what was put by hand in place of what was; without points all is read again.

    Raises ValueError for what is no point, MissingPictureError for a picture that is not the
    scope's to change, DatabaseUnavailableError.
    """
    for name, (x, y) in points.items():
        if name not in NAMES or not (0 <= x <= 1 and 0 <= y <= 1):
            raise ValueError(f"{name} at {x}, {y} is no point of a body.")
    said = json.dumps({name: [round(x, 4), round(y, 4)] for name, (x, y) in points.items()})
    with writer(scope) as connection:
        if connection.execute(_KEEP, {"id": person, "points": said}).rowcount != 1:
            raise MissingPictureError("This picture is not there any more, or is not yours.")
