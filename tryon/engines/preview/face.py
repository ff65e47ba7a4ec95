"""Who is in the picture: faces by the Haar cascade `alt2`, which makes hardly any false hits."""

from dataclasses import dataclass
from functools import cache
from pathlib import Path

import cv2
import numpy as np

from tryon.engines import Code, RefusalError
from tryon.engines.pictures import Array

# Below this many pixels a face says nothing about the body under it.
SMALLEST = 28
# A second face this much smaller than the first is a poster or somebody far behind.
BYSTANDER = 0.45


@dataclass(frozen=True)
class Face:
    """A face's box in pixels, square: from the brows to a little above the chin, as the cascade
    sees it. Its height is the unit in which a body is measured.

    `score` is the cascade's own certainty (about 50 to 60 where it is sure, without an upper bound)
    and `symmetry` (0 to 1) falls as the head turns away.
    """

    x: float
    y: float
    size: float
    score: float
    symmetry: float

    @property
    def middle(self) -> float:
        """The face's axis, in pixels from the left."""
        return self.x + self.size / 2

    @property
    def chin(self) -> float:
        """The chin's height, in pixels from the top."""
        return self.y + 1.13 * self.size


@cache
def _cascade() -> cv2.CascadeClassifier:
    # opencv-python puts the cascades beside its own module.
    folder = Path(cv2.__file__).parent / "data"
    return cv2.CascadeClassifier(str(folder / "haarcascade_frontalface_alt2.xml"))


def faces(picture: Array) -> list[Face]:
    """Give the faces of a BGR picture, the largest first."""
    grey = cv2.cvtColor(picture, cv2.COLOR_BGR2GRAY)
    boxes, _, scores = _cascade().detectMultiScale3(
        grey, 1.1, 4, minSize=(SMALLEST, SMALLEST), outputRejectLevels=True
    )
    found = [
        Face(float(x), float(y), float(w), float(score), _symmetry(grey, (x, y, w, h)))
        for (x, y, w, h), score in zip(boxes, scores, strict=True)
    ]
    return sorted(found, key=lambda face: (-face.size, face.x, face.y))


def _symmetry(grey: Array, box: tuple[int, int, int, int]) -> float:
    """How alike the two halves of a face are: the best correlation with its mirror image."""
    x, y, w, h = box
    patch = cv2.resize(grey[y : y + h, x : x + w], (48, 48), interpolation=cv2.INTER_AREA)
    patch = cv2.GaussianBlur(patch, (0, 0), 1.5).astype(np.float32)
    # Light from one side is no turn of the head.
    patch = patch - cv2.GaussianBlur(patch, (0, 0), 10)
    inner = patch[6:42, 8:40]
    best: float = cv2.matchTemplate(patch[:, ::-1].copy(), inner, cv2.TM_CCOEFF_NORMED).max()
    return max(float(best), 0.0)


def only_face(picture: Array) -> Face:
    """Give the one face of a person's picture.

    Raises RefusalError when there is none, or more than one of about the same size.
    """
    found = faces(picture)
    if not found:
        raise RefusalError(
            Code.NO_PERSON,
            "No face was found: use a picture of one person who looks into the camera.",
        )
    if any(face.size > BYSTANDER * found[0].size for face in found[1:]):
        raise RefusalError(
            Code.SEVERAL_PEOPLE, "There is more than one person: use a picture of one person alone."
        )
    return found[0]
