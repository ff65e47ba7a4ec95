"""What the demo's pictures show: drawn persons and garments, and bad photographs of them."""

from collections.abc import Mapping
from functools import cache, lru_cache
from typing import Final, Literal

import cv2
import numpy as np

from tryon import pictures
from tryon.engines import garments, mannequins
from tryon.engines.garments import Garment
from tryon.engines.mannequins import Drawing
from tryon.engines.pictures import Array, within
from tryon.pictures import Picture

# The longer side of the pictures, in pixels: what is made of them has it too.
SIDE: Final = 768

# By name, as a persona of the same name may be there from the start, without a picture.
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
    f"DEMO-{number:02d}": garment for number, garment in enumerate(garments.collection(), start=1)
}

# Of a person: before full shelves, out of focus, cut off at the knees; nobody, two at once.
Photo = Literal["shelves", "blurred", "close", "empty", "together"]
# Of a garment: cut by the frame, all but white on white, worn by somebody.
Sheet = Literal["cut", "faint", "worn"]


@cache
def person(name: str, photo: Photo | None = None) -> Picture:
    """Draw one of PEOPLE; the same bytes each time."""
    drawing = _person(name)
    picture = drawing.picture
    match photo:
        case "shelves":
            picture = _before_shelves(drawing, PEOPLE[name].seed)
        case "blurred":
            picture = cv2.GaussianBlur(picture, (0, 0), 3.5)
        case "close":
            picture = picture[: int(drawing.truth.knees[0][1])]
        case "empty":
            empty = mannequins.wall(PEOPLE[name])[..., ::-1]
            picture = (empty * 255 + 0.5).clip(0, 255).astype(np.uint8)
        case "together":
            names = list(PEOPLE)
            other = _person(names[names.index(name) - 1]).picture
            picture = np.hstack([one[:, 150:620] for one in (picture, other)])
    return _encoded(picture)


@cache
def garment(number: str, sheet: Sheet | None = None) -> Picture:
    """Draw one of GARMENTS; the same bytes each time."""
    picture = garments.draw(GARMENTS[number]).picture
    match sheet:
        case "cut":
            picture = picture[picture.shape[0] * 3 // 10 :]
        case "faint":
            picture = (0.08 * picture + 0.92 * picture[5, 5]).astype(np.uint8)
        case "worn":
            picture = _person("Chidi").picture
    return _encoded(picture)


@lru_cache(maxsize=2)  # ten megabytes each
def _person(name: str) -> Drawing:
    return mannequins.draw(PEOPLE[name])


def _before_shelves(drawing: Drawing, seed: int) -> Array:
    rng = np.random.default_rng(seed)
    wall = drawing.picture.copy()
    height, width = wall.shape[:2]
    for board in range(190, height, 190):
        cv2.rectangle(wall, (0, board), (width, board + 12), (70, 95, 120), -1)
        left = 10
        while left < width:
            wide, tall, gap = int(rng.integers(14, 60)), int(rng.integers(60, 140)), rng.random()
            colour = [int(part) for part in rng.integers(40, 215, 3)]
            if gap > 0.2:
                cv2.rectangle(wall, (left, board - tall), (left + wide - 3, board - 1), colour, -1)
            left += wide
    cover = drawing.cover[..., None]
    mixed: Array = drawing.picture * cover + wall * (1 - cover)
    return mixed.astype(np.uint8)


def _encoded(picture: Array) -> Picture:
    smaller = within(np.ascontiguousarray(picture), SIDE)
    return pictures.read(cv2.imencode(".png", smaller)[1].tobytes())
