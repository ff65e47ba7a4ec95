"""The embedded engine: a garment laid on a person by classical computer vision, on a CPU.

It drapes no cloth: it cuts the garment out, measures the body, stretches the one over the other and
keeps what belongs in front. It refuses, with a reason, whatever it cannot do.
"""

import hashlib
import threading
from collections.abc import Mapping
from dataclasses import replace

import cv2
import numpy as np

from tryon.engines import (
    PREVIEW,
    PREVIEW_FLAT,
    Category,
    Code,
    EngineError,
    Mode,
    Picture,
    Progress,
    RefusalError,
    Request,
    Result,
)
from tryon.engines.pictures import Array, decode, encode, opaque, within
from tryon.engines.preview import confidence
from tryon.engines.preview.body import Body, Classical, Geometry, Manual, Point
from tryon.engines.preview.compose import compose, materials, old_hem
from tryon.engines.preview.cutout import cut_out
from tryon.engines.preview.face import Face, only_face
from tryon.engines.preview.fit import fit
from tryon.engines.preview.silhouette import Silhouette, find

NAME = PREVIEW
# The same without the light on the person's clothes: what that is worth is seen side by side.
FLAT = PREVIEW_FLAT
VERSION = "1.1"
# The result's longer side, in pixels.
SIDE = 1024
SMALLEST_SIDE = 200
# Below this the engine knows that its picture is wrong, and refuses.
FLOOR = 0.12

# What is worn under what; the same place twice is one too many.
ORDER = [
    Category.BOTTOMS,
    Category.SNEAKERS,
    Category.HEELS,
    Category.BOOTS,
    Category.TOPS,
    Category.DRESSES,
    Category.JEWELRY,
    Category.BELTS,
    Category.JACKETS,
    Category.SCARVES,
    Category.BAGS,
    Category.HATS,
]
POINTS = ("shoulder_left", "shoulder_right", "waist_left", "waist_right", "hem")


class Preview:
    """The embedded engine. `submit` does the work and keeps the result until it is fetched.

    `flat` makes the variant that leaves the light on the person's clothes out, named FLAT.
    """

    modes = frozenset({Mode.TRYON})

    def __init__(self, *, flat: bool = False) -> None:
        self.name = FLAT if flat else NAME
        self._is_flat = flat
        self._kept: dict[str, Result] = {}
        self._lock = threading.Lock()

    def submit(self, request: Request, key: str) -> str:
        """Make the picture; raises EngineError when there is none to be made."""
        reference = f"{self.name}-{hashlib.sha256(key.encode()).hexdigest()[:32]}"
        with self._lock:
            if reference in self._kept:
                return reference
        result = make(request, flat=self._is_flat)
        with self._lock:
            self._kept[reference] = result
        return reference

    def poll(self, reference: str) -> Progress:
        """It is always done: `submit` has done it."""
        with self._lock:
            if reference in self._kept:
                return Progress(done=True, fraction=1.0)
        raise _unknown()

    def fetch(self, reference: str) -> Result:
        """Give the result, once."""
        with self._lock:
            result = self._kept.pop(reference, None)
        if result is None:
            raise _unknown()
        return result

    def cancel(self, reference: str) -> bool:
        """Forget the result."""
        with self._lock:
            return self._kept.pop(reference, None) is not None


def _unknown() -> EngineError:
    return EngineError(
        Code.UNKNOWN_REFERENCE, "The result was lost and has to be made again.", retryable=True
    )


def make(request: Request, *, flat: bool = False) -> Result:
    """Make the picture that a request asks for; the same request gives the same bytes.

    `flat` leaves out the light and shadow that the person's clothes had.

    Parameters: `points`, a mapping of names in POINTS to [x, y] as shares of the picture, holds the
    body's geometry fixed where it was dragged into place. Raises RefusalError.
    """
    cv2.setNumThreads(1)
    _check(request)
    geometry = _geometry(request.parameters)
    picture = _person(request)
    garments = sorted(request.garments, key=lambda one: ORDER.index(one.category))
    cutouts = [cut_out(one.picture, one.category) for one in garments]
    face = only_face(picture)
    silhouette = find(picture, face)
    body = geometry.measure(face, silhouette)
    signals = _signals_of_person(picture, face, silhouette, body)
    body = replace(body, old_hem=old_hem(picture, body))
    stuff = materials(picture, body, silhouette.mask)
    if flat:
        stuff = replace(stuff, light=np.ones_like(stuff.light))
    signals["hair"] = stuff.hair_certain
    canvas = picture.astype(np.float32)
    for cutout in cutouts:
        fitted = fit(cutout, body, silhouette.mask)
        composed = compose(canvas, fitted, body, silhouette.mask, stuff)
        drawn = composed.garment
        if float(drawn.sum()) < 0.02 * body.unit**2:
            raise RefusalError(
                Code.BODY_NOT_IN_PICTURE,
                "The part of the body that wears it is not in the picture.",
            )
        canvas = composed.picture
        own = {
            "garment_contrast": 0.5 + 0.5 * cutout.contrast,
            "coverage": float(np.clip(drawn.sum() / max(fitted.cover.sum(), 1) * 1.15, 0, 1)),
            "in_picture": 1 - fitted.missing,
            "unpainted": float(np.exp(-1.3 * composed.painted)),
            "nothing_left": float(np.exp(-3.0 * composed.left_over)),
            "sleeves": _sleeves(body, fitted.sleeves, fitted.sleeves_lost),
        }
        # Of several garments the worst one decides.
        signals |= {name: min(value, signals.get(name, 1.0)) for name, value in own.items()}
    value, warnings = confidence.estimate(signals)
    if value < FLOOR:
        raise RefusalError(
            Code.PERSON_UNCLEAR,
            "The body cannot be told well enough: use a sharp front view on a plain background.",
        )
    finished = (canvas + 0.5).clip(0, 255).astype(np.uint8)
    return Result(
        pictures=(Picture(encode(finished)),),
        engine_version=VERSION,
        confidence=value,
        signals={name: round(float(signal), 4) for name, signal in signals.items()},
        warnings=tuple(warnings),
    )


def _check(request: Request) -> None:
    if request.mode is not Mode.TRYON:
        raise RefusalError(
            Code.UNSUPPORTED_MODE, "This engine only tries garments on a person's picture."
        )
    if request.person is None:
        raise RefusalError(Code.BAD_REQUEST, "Choose the picture of a person.")
    if not request.garments:
        raise RefusalError(Code.BAD_REQUEST, "Choose a garment.")
    places = [one.category for one in request.garments]
    for category in places:
        if category not in ORDER:
            raise RefusalError(
                Code.UNSUPPORTED_CATEGORY, f"This engine cannot do the category {category}."
            )
    shoes = {Category.SNEAKERS, Category.HEELS, Category.BOOTS}
    if len(set(places)) < len(places) or len(shoes & set(places)) > 1:
        raise RefusalError(Code.BAD_REQUEST, "Choose one garment for each place on the body.")
    if Category.DRESSES in places and {Category.TOPS, Category.BOTTOMS} & set(places):
        raise RefusalError(Code.BAD_REQUEST, "A dress goes with no top and no bottoms.")


def _geometry(parameters: Mapping[str, object]) -> Geometry:
    points = parameters.get("points")
    if points is None:
        return Classical()
    wrong = RefusalError(
        Code.BAD_REQUEST, f"Points are pairs of shares from 0 to 1, named {', '.join(POINTS)}."
    )
    if not isinstance(points, Mapping):
        raise wrong
    given: dict[str, Point] = {}
    for name, point in points.items():
        if name not in POINTS or not isinstance(point, (list, tuple)) or len(point) != 2:
            raise wrong
        if not all(isinstance(n, (int, float)) and 0 <= n <= 1 for n in point):
            raise wrong
        given[str(name)] = (float(point[0]), float(point[1]))
    return Manual(given)


def points_of(person: bytes) -> dict[str, Point]:
    """The points that `points` of `make` may hold fixed, as they are read from a picture.

    Raises RefusalError where there is no body to be found.
    """
    cv2.setNumThreads(1)
    picture = _opened(person)
    face = only_face(picture)
    body = Classical().measure(face, find(picture, face))
    height, width = picture.shape[:2]
    left, right = body.edges(body.waist)
    found = (*body.shoulders, (left, body.waist), (right, body.waist), (body.axis, body.band))
    return {
        name: (float(np.clip(x / width, 0, 1)), float(np.clip(y / height, 0, 1)))
        for name, (x, y) in zip(POINTS, found, strict=True)
    }


def _person(request: Request) -> Array:
    assert request.person is not None
    return _opened(request.person)


def _opened(person: bytes) -> Array:
    picture = opaque(within(decode(person, "the person"), SIDE))
    if min(picture.shape[:2]) < SMALLEST_SIDE:
        raise RefusalError(
            Code.PICTURE_TOO_SMALL,
            "The picture of the person is too small: use 400 pixels or more.",
        )
    return picture


def _signals_of_person(
    picture: Array, face: Face, silhouette: Silhouette, body: Body
) -> dict[str, float]:
    """Measure how sure the body is; the picture is looked at a second time, mirrored."""
    mirrored_face = replace(face, x=picture.shape[1] - face.x - face.size)
    other = find(np.ascontiguousarray(picture[:, ::-1]), mirrored_face)
    try:
        mirrored = Classical().measure(mirrored_face, other)
    except RefusalError:
        stability, mirror = 0.1, 0.1
    else:
        straight = Classical().measure(face, silhouette)
        stability, mirror = confidence.mirror_agreement(straight, mirrored, silhouette, other)
    size = float(np.clip((face.size - 20) / 40, 0.3, 1))
    return {
        "face": size * float(np.clip(face.score / 50, 0.3, 1)),
        "frontal": float(np.clip((face.symmetry - 0.15) / 0.5, 0, 1)),
        "sharpness": confidence.sharpness(picture, body),
        "plainness": silhouette.plainness,
        "stability": stability,
        "mirror": mirror,
        "anatomy": confidence.anatomy(body),
    }


def _sleeves(body: Body, drawn: tuple[float, float], lost: int) -> float:
    """Sleeves found against sleeves drawn: how much of the arms below them was seen."""
    if lost:
        return 0.2 if lost == 1 else 0.1
    seen = [
        arm.seen for arm, length in zip(body.arms, drawn, strict=True) if arm is not None and length
    ]
    return 0.5 + 0.5 * min(seen) if seen else 1.0
