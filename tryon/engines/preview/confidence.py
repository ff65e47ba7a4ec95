"""How likely a reviewer accepts a picture: an estimate from what was measured on the way.

Every signal is 0 to 1, 1 being good. The estimate is their weighted geometric mean, so that one bad
signal is not made up for by the others; what is known to go wrong caps it whatever else was seen.
The weights were set by eye on demo pictures: until reviews calibrate them this is an estimate.
"""

from collections.abc import Mapping

import cv2
import numpy as np

from tryon.engines.pictures import Array
from tryon.engines.preview.body import Body
from tryon.engines.preview.silhouette import Silhouette

# How much each signal counts.
WEIGHTS = {
    "face": 0.6,
    "frontal": 0.6,
    "sharpness": 1.0,
    "plainness": 1.0,
    "stability": 1.4,
    "mirror": 1.0,
    "anatomy": 1.2,
    "garment_contrast": 0.5,
    "coverage": 1.2,
    "in_picture": 1.4,
    "unpainted": 0.8,
    "nothing_left": 1.2,
    "sleeves": 1.0,
    "hair": 0.3,
}
# No picture of this engine is certain: it drapes nothing and knows no cloth.
BEST = 0.93

CLUTTER, PROFILE, SLEEVES, CROPPED = 0.55, 0.50, 0.45, 0.60


def sharpness(picture: Array, body: Body) -> float:
    """How sharp the face is, measured at a fixed size of face."""
    face = body.face
    rows = slice(int(max(face.y, 0)), int(face.y + face.size))
    columns = slice(int(max(face.x, 0)), int(face.x + face.size))
    patch = cv2.cvtColor(picture[rows, columns], cv2.COLOR_BGR2GRAY)
    if min(patch.shape) < 8:
        return 0.0
    patch = cv2.resize(patch, (64, 64), interpolation=cv2.INTER_AREA).astype(np.float32)
    detail = float(cv2.Laplacian(patch, cv2.CV_32F).std()) / max(float(patch.std()), 6.0)
    return float(np.clip(detail / 0.42, 0, 1) ** 0.8)


def anatomy(body: Body) -> float:
    """How near the body's proportions are to a person's."""
    f = body.unit
    checks = [
        (body.span / f, 2.45, 0.75),
        ((body.shoulders[0][1] + body.shoulders[1][1]) / 2 / f - body.face.chin / f, 0.55, 0.35),
        (abs(body.shoulders[0][1] - body.shoulders[1][1]) / f, 0.0, 0.30),
        ((body.axis - body.face.middle) / f, 0.0, 0.30),
        (body.width(body.armpit + 0.3 * f) / max(body.span, 1), 0.78, 0.22),
    ]
    worst = sum(max(abs(value - usual) / spread - 0.5, 0) ** 2 for value, usual, spread in checks)
    return float(np.exp(-0.5 * worst))


def mirror_agreement(
    body: Body, mirrored: Body, silhouette: Silhouette, other: Silhouette
) -> tuple[float, float]:
    """How far the same picture, mirrored, gives the same silhouette and the same body."""
    width = silhouette.mask.shape[1]
    flipped = other.mask[:, ::-1]
    union = float((silhouette.mask | flipped).sum())
    stability = float((silhouette.mask & flipped).sum()) / max(union, 1)
    pairs = [
        (body.shoulders[0], mirrored.shoulders[1]),
        (body.shoulders[1], mirrored.shoulders[0]),
    ]
    errors = [abs(a[0] - (width - 1 - b[0])) + abs(a[1] - b[1]) for a, b in pairs]
    errors += [abs(body.waist - mirrored.waist), abs(body.armpit - mirrored.armpit)]
    errors += [abs(body.width(body.waist) - mirrored.width(mirrored.waist))]
    away = float(np.mean(errors)) / body.unit
    return float(np.clip(1 - 2.2 * (1 - stability), 0, 1)), float(np.exp(-((away / 0.35) ** 2)))


def estimate(signals: Mapping[str, float]) -> tuple[float, list[str]]:
    """Give the estimate (0 to 1) and the warnings, as sentences, that go with its caps."""
    total = sum(WEIGHTS[name] for name in signals if name in WEIGHTS)
    logs = sum(
        WEIGHTS[name] * np.log(max(value, 0.02))
        for name, value in signals.items()
        if name in WEIGHTS
    )
    # Twice the mean: a picture with all signals at 0.9 is accepted less often than 0.9.
    value = BEST * float(np.exp(2.0 * logs / max(total, 1e-6)))
    warnings = []
    if signals.get("plainness", 1) < 0.40:
        value = min(value, CLUTTER)
        warnings.append("The background is busy, so edges may be off.")
    if signals.get("frontal", 1) < 0.45:
        value = min(value, PROFILE)
        warnings.append("The head is turned: a front view gives a better picture.")
    if signals.get("sleeves", 1) < 0.55:
        value = min(value, SLEEVES)
        warnings.append("An arm could not be followed, so a sleeve may be wrong or missing.")
    if signals.get("in_picture", 1) < 0.80:
        value = min(value, CROPPED * (0.4 + 0.6 * signals["in_picture"] / 0.80))
        warnings.append("Part of the garment falls outside the picture.")
    if signals.get("unpainted", 1) < 0.80:
        warnings.append("Skin was painted where the old clothes reach further than the new ones.")
    if signals.get("nothing_left", 1) < 0.80:
        warnings.append("Some of the old clothes still show.")
    if signals.get("sharpness", 1) < 0.45:
        warnings.append("The picture is not sharp.")
    if signals.get("hair", 1) < 0.4:
        warnings.append("Hair and clothes have the same colour: hair may be covered.")
    return round(float(np.clip(value, 0, 1)), 3), warnings
