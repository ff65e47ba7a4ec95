"""Procedural mannequins: demo persons whose geometry is known to the pixel.

A figure is a height field: limbs are chains of tapered capsules, torso and head are stacks of
ellipses, and the light falls on the normals of what stands in front. Lengths are in head heights
from the crown down, x to the viewer's right, until they are drawn.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from itertools import pairwise
from typing import Literal

import cv2
import numpy as np

from tryon.engines.pictures import Array

Point = tuple[float, float]
Colour = tuple[float, float, float]  # red, green, blue, 0 to 1

WIDTH, HEIGHT = 768, 1024
# Drawn at twice the size and scaled down: smooth edges without any other care.
FINE = 2
# How far the crown stands below the origin, in heads: the neck's length is what is left.
CROWN = 0.13

SKIN: dict[str, Colour] = {
    "porcelain": (0.93, 0.78, 0.70),
    "sand": (0.87, 0.68, 0.55),
    "honey": (0.78, 0.57, 0.42),
    "bronze": (0.64, 0.43, 0.30),
    "umber": (0.47, 0.30, 0.21),
    "ebony": (0.33, 0.21, 0.155),
}
HAIR: dict[str, Colour] = {
    "black": (0.09, 0.075, 0.07),
    "brown": (0.24, 0.15, 0.10),
    "auburn": (0.42, 0.19, 0.10),
    "blond": (0.74, 0.57, 0.33),
    "grey": (0.60, 0.60, 0.61),
}
WALLS: dict[str, Colour] = {
    "pearl": (0.88, 0.87, 0.85),
    "mist": (0.78, 0.82, 0.85),
    "sage": (0.74, 0.79, 0.72),
    "blush": (0.88, 0.79, 0.76),
    "slate": (0.50, 0.54, 0.60),
}


@dataclass(frozen=True)
class Build:
    """Half-widths and radii of a figure, in head heights."""

    shoulder: float
    chest: float
    waist: float
    hip: float
    arm: float
    thigh: float
    bust: float
    jaw: float


BUILDS: dict[str, Build] = {
    "slim woman": Build(0.80, 0.60, 0.47, 0.66, 0.155, 0.33, 0.10, 0.60),
    "curvy woman": Build(0.84, 0.67, 0.54, 0.80, 0.185, 0.41, 0.15, 0.64),
    "full woman": Build(0.92, 0.80, 0.74, 0.94, 0.235, 0.48, 0.17, 0.72),
    "slim man": Build(0.93, 0.66, 0.56, 0.63, 0.175, 0.34, 0.0, 0.70),
    "athletic man": Build(1.06, 0.77, 0.60, 0.66, 0.225, 0.39, 0.03, 0.76),
    "heavy man": Build(1.07, 0.88, 0.86, 0.84, 0.250, 0.45, 0.04, 0.84),
}

# Angle of the upper and of the lower arm from the vertical, away from the body, in degrees, for the
# arm on the picture's left and the one on its right.
POSES: dict[str, tuple[tuple[float, float], tuple[float, float]]] = {
    "relaxed": ((14.0, 9.0), (14.0, 9.0)),
    "open": ((26.0, 20.0), (26.0, 20.0)),
    "straight": ((8.0, 3.0), (8.0, 3.0)),
    "hand on hip": ((14.0, 9.0), (42.0, -44.0)),
}


@dataclass(frozen=True)
class Mannequin:
    """Everything that decides how a figure looks; the same values give the same pixels."""

    build: str = "slim woman"
    skin: str = "sand"
    hair: str = "brown"
    hair_style: Literal["short", "long", "bun", "bald", "curly"] = "long"
    pose: str = "relaxed"
    wall: str = "pearl"
    sleeves: Literal["none", "short", "long"] = "short"
    legs: Literal["shorts", "trousers"] = "shorts"
    top: Colour = (0.80, 0.80, 0.79)
    bottom: Colour = (0.33, 0.34, 0.37)
    shoes: Colour = (0.22, 0.22, 0.24)
    framing: Literal["full", "upper"] = "full"
    seed: int = 1


@dataclass(frozen=True)
class Truth:
    """Where things are, in pixels of the picture; arms and legs as (left, right) of the picture."""

    head_height: float
    crown: Point
    chin: Point
    neck: Point
    shoulders: tuple[Point, Point]
    elbows: tuple[Point, Point]
    wrists: tuple[Point, Point]
    waist: Point
    hips: Point
    crotch: Point
    knees: tuple[Point, Point]
    ankles: tuple[Point, Point]
    toes: tuple[Point, Point]
    waist_half: float
    hip_half: float


@dataclass(frozen=True)
class Drawing:
    """A drawn mannequin: the picture (BGR), the figure's cover (0 to 1), its parts and its truth.

    `parts` has one boolean mask a part: head, hair, neck, torso, arms (left, right), hands, legs
    (left, right), feet.
    """

    picture: Array
    cover: Array
    parts: dict[str, Array]
    truth: Truth

    def encoded(self) -> bytes:
        """Give the picture as PNG."""
        return cv2.imencode(".png", self.picture)[1].tobytes()


@dataclass
class _Clay:
    """A height field under construction; `scale` and `origin` lead from heads to fine pixels."""

    shape: tuple[int, int]
    scale: float
    origin: Point
    height: Array = field(init=False)
    owner: Array = field(init=False)
    names: list[str] = field(default_factory=lambda: ["nothing"])

    def __post_init__(self) -> None:
        self.height = np.zeros(self.shape, np.float32)
        self.owner = np.zeros(self.shape, np.uint8)

    def to_pixels(self, points: Sequence[Point]) -> Array:
        """Fine pixels of points given in heads."""
        xy = np.asarray(points, np.float32) * self.scale
        return xy + np.asarray(self.origin, np.float32)

    def window(self, low: Array, high: Array) -> tuple[slice, slice]:
        x0, y0 = np.maximum(np.floor(low), 0).astype(int)
        x1, y1 = np.minimum(np.ceil(high) + 1, (self.shape[1], self.shape[0])).astype(int)
        return slice(y0, max(y1, y0)), slice(x0, max(x1, x0))

    def press(self, name: str, window: tuple[slice, slice], height: Array) -> None:
        """Put a part on: it shows where it is higher than what is there, with a soft crease."""
        if name not in self.names:
            self.names.append(name)
        there = self.height[window]
        inside = height > 0
        higher = inside & (height > there)
        self.owner[window][higher] = self.names.index(name)
        # A polynomial smooth maximum, so that an arm grows out of a shoulder.
        width = 0.10 * self.scale
        blend = np.maximum(width - np.abs(height - there), 0) / width
        joined = np.maximum(height, there) + np.where(
            inside & (there > 0), blend * blend * width * 0.25, 0
        )
        self.height[window] = np.where(inside, joined, there)

    def limb(
        self,
        name: str,
        points: Sequence[Point],
        radii: Sequence[float],
        lift: float = 0.0,
        flat: float = 1.0,
    ) -> None:
        """A chain of tapered capsules through points; `lift` brings it towards the viewer."""
        at = self.to_pixels(points)
        thick = np.asarray(radii, np.float32) * self.scale
        reach = float(thick.max()) + 1
        whole = self.window(at.min(axis=0) - reach, at.max(axis=0) + reach)
        y, x = np.mgrid[whole].astype(np.float32)
        best = np.zeros(x.shape, np.float32)
        for (a, b), (ra, rb) in zip(
            pairwise(at),
            pairwise(thick),
            strict=True,
        ):
            d = b - a
            along = ((x - a[0]) * d[0] + (y - a[1]) * d[1]) / max(float(d @ d), 1e-6)
            along = np.clip(along, 0, 1)
            away = (x - a[0] - along * d[0]) ** 2 + (y - a[1] - along * d[1]) ** 2
            radius = ra + (rb - ra) * along
            inside = away < radius**2
            height = flat * np.sqrt(np.maximum(radius**2 - away, 0)) + lift * self.scale
            best = np.maximum(best, np.where(inside, np.maximum(height, 1), 0))
        self.press(name, whole, best.astype(np.float32))

    def stack(
        self,
        name: str,
        rows: Sequence[tuple[float, float, float]],
        x: float = 0.0,
        lift: float = 0.0,
    ) -> None:
        """A stack of ellipses: (y, half-width, depth) from top to bottom, smoothly joined."""
        table = np.asarray(rows, np.float32)
        low = self.to_pixels([(x - float(table[:, 1].max()), float(table[0, 0]))])[0]
        high = self.to_pixels([(x + float(table[:, 1].max()), float(table[-1, 0]))])[0]
        window = self.window(low, high)
        y, px = np.mgrid[window].astype(np.float32)
        level = (y[:, 0] - self.origin[1]) / self.scale
        half = _smooth(level, table[:, 0], table[:, 1]) * self.scale
        depth = _smooth(level, table[:, 0], table[:, 2]) * self.scale
        centre = self.origin[0] + x * self.scale
        ratio = (px - centre) / np.maximum(half, 1e-3)[:, None]
        inside = np.abs(ratio) < 1
        height = depth[:, None] * np.sqrt(np.maximum(1 - ratio**2, 0)) + lift * self.scale
        self.press(name, window, np.where(inside, np.maximum(height, 1), 0).astype(np.float32))


def _smooth(at: Array, x: Array, y: Array) -> Array:
    """Monotone cubic (Fritsch-Carlson) interpolation: no bumps that the table does not have."""
    step = np.diff(x)
    slope = np.diff(y) / step
    tangent = np.zeros_like(y)
    tangent[0], tangent[-1] = slope[0], slope[-1]
    same = slope[:-1] * slope[1:] > 0
    total = np.where(same, slope[:-1] + slope[1:], 1)
    tangent[1:-1] = np.where(same, 2 * slope[:-1] * slope[1:] / total, 0)
    k = np.clip(np.searchsorted(x, at) - 1, 0, len(x) - 2)
    t = np.clip((at - x[k]) / step[k], 0, 1)
    h = step[k]
    value = (
        (1 + 2 * t) * (1 - t) ** 2 * y[k]
        + t * (1 - t) ** 2 * h * tangent[k]
        + t * t * (3 - 2 * t) * y[k + 1]
        + t * t * (t - 1) * h * tangent[k + 1]
    )
    return value.astype(np.float32)


def _arm(shoulder: Point, upper: float, lower: float, side: int) -> tuple[Point, Point, Point]:
    """Elbow, wrist and fingertips of an arm; the angles are in degrees from the vertical."""
    u, v = np.radians(upper), np.radians(lower)
    elbow = (shoulder[0] + side * 1.30 * np.sin(u), shoulder[1] + 1.30 * np.cos(u))
    wrist = (elbow[0] + side * 1.08 * np.sin(v), elbow[1] + 1.08 * np.cos(v))
    tip = (wrist[0] + side * 0.62 * np.sin(v), wrist[1] + 0.62 * np.cos(v))
    return elbow, wrist, tip


def _hand(clay: _Clay, wrist: Point, tip: Point, side: int, lift: float) -> None:
    along = np.subtract(tip, wrist)
    across = np.array([-along[1], along[0]]) * -side
    at = np.asarray(wrist)

    def place(a: float, c: float) -> Point:
        p = at + a * along + c * across
        return float(p[0]), float(p[1])

    clay.limb("hands", [wrist, place(0.28, 0.0), place(0.46, 0.0)], [0.095, 0.125, 0.115], lift)
    for c, end, r in ((-0.13, 0.90, 0.036), (-0.045, 1.0, 0.04), (0.045, 0.97, 0.04)):
        clay.limb(
            "hands",
            [place(0.42, c), place(0.7, c), place(end, c * 0.8)],
            [r + 0.008, r, r * 0.8],
            lift,
        )
    clay.limb(
        "hands",
        [place(0.42, 0.13), place(0.65, 0.14), place(0.84, 0.12)],
        [0.04, 0.034, 0.028],
        lift,
    )
    clay.limb(
        "hands",
        [place(0.14, -0.10), place(0.36, -0.24), place(0.56, -0.22)],
        [0.05, 0.045, 0.034],
        lift + 0.03,
    )


def draw(mannequin: Mannequin) -> Drawing:
    """Draw a mannequin; takes about a second, and the same values give the same pixels."""
    build = BUILDS[mannequin.build]
    woman = mannequin.build.endswith("woman")
    head = 122.0 if mannequin.framing == "full" else 205.0
    top = 58.0 if mannequin.framing == "full" else 90.0
    scale = head * FINE
    clay = _Clay((HEIGHT * FINE, WIDTH * FINE), scale, (WIDTH * FINE / 2, top * FINE))
    poses = POSES[mannequin.pose]
    joint = build.shoulder - build.arm * 1.05

    leg_points = {}
    for side, name in ((-1, "leg left"), (1, "leg right")):
        hip = (side * build.hip * 0.50, 3.62)
        knee = (side * build.hip * 0.50, 5.55)
        ankle = (side * build.hip * 0.47, 7.10)
        toe = (ankle[0] + side * 0.12, 7.36)
        leg_points[side] = (hip, knee, ankle, toe)
        thigh = min(build.thigh, build.hip * 0.5)
        calf = 0.14 + thigh * 0.27
        clay.limb(
            name,
            [hip, (hip[0], 4.3), knee, (knee[0] + side * 0.015, 6.05), ankle],
            [thigh, thigh * 0.93, 0.09 + thigh * 0.36, calf, 0.135],
        )
        clay.limb("feet", [ankle, (ankle[0] + side * 0.04, 7.26), toe], [0.14, 0.17, 0.15], 0.10)
        clay.limb("feet", [(toe[0] - 0.05, 7.38), (toe[0] + 0.05, 7.38)], [0.125, 0.115], 0.14)
    arms = {}
    for side, name, pose in ((-1, "arm left", poses[0]), (1, "arm right", poses[1])):
        shoulder = (side * joint, 1.62)
        elbow, wrist, tip = _arm(shoulder, *pose, side)
        arms[side] = (shoulder, elbow, wrist)
        front = 0.10 if pose[1] < 0 else 0.0
        r = build.arm
        middle = tuple(np.add(np.multiply(elbow, 0.7), np.multiply(wrist, 0.3)))
        clay.limb(
            name,
            [shoulder, tuple(np.add(np.multiply(shoulder, 0.6), np.multiply(elbow, 0.4)))],
            [r * 1.08, r],
        )
        clay.limb(
            name,
            [
                tuple(np.add(np.multiply(shoulder, 0.6), np.multiply(elbow, 0.4))),
                elbow,
                middle,
                wrist,
            ],
            [r, r * 0.78, r * 0.80, 0.088],
            front,
        )
        _hand(clay, wrist, tip, side, front)
    # The trapezius, the torso with hips, and the neck.
    for side in (-1, 1):
        clay.limb(
            "torso",
            [(side * 0.10, 1.28), (side * joint * 0.60, 1.47), (side * joint, 1.60)],
            [0.14, 0.17, build.arm * 1.02],
        )
    clay.stack(
        "torso",
        [
            (1.40, build.shoulder * 0.30, 0.16),
            (1.62, joint + build.arm * 0.3, 0.27),
            (2.05, build.chest, 0.36),
            (2.35, build.chest * 0.45 + build.waist * 0.55, 0.35),
            (2.75, build.waist, 0.33 + 0.25 * max(build.waist - 0.6, 0)),
            (3.25, build.waist * 0.25 + build.hip * 0.75, 0.35),
            (3.60, build.hip, 0.36),
            (3.92, build.hip * 0.97, 0.33),
            (4.10, build.hip * 0.90, 0.10),
        ],
    )
    if build.bust > 0:
        _bust(clay, build)
    neck = 0.235 if woman else 0.295
    clay.limb("neck", [(0, 0.70), (0, 1.15), (0, 1.44)], [neck * 0.95, neck, neck * 1.08], 0.06)
    jaw = build.jaw
    # The head: skull, cheekbones, jaw, chin.
    clay.stack(
        "head",
        [
            (CROWN + y, half, depth)
            for y, half, depth in (
                (0.0, 0.0, 0.0),
                (0.03, 0.15, 0.20),
                (0.12, 0.272, 0.38),
                (0.28, 0.345, 0.50),
                (0.46, 0.362, 0.55),
                (0.62, 0.346, 0.56),
                (0.78, 0.24 + 0.10 * jaw, 0.52),
                (0.90, 0.10 + 0.17 * jaw, 0.46),
                (0.97, 0.03 + 0.12 * jaw, 0.40),
                (1.0, 0.0, 0.30),
            )
        ],
        lift=0.10,
    )
    for side in (-1, 1):
        clay.limb(
            "head",
            [(side * 0.365, CROWN + 0.48), (side * 0.350, CROWN + 0.62)],
            [0.055, 0.04],
            0.02,
        )
    _hair(clay, mannequin)

    truth = _truth(clay, build, arms, leg_points)
    fine = _paint(clay, mannequin)
    return _finish(clay, mannequin, truth, fine)


def _bust(clay: _Clay, build: Build) -> None:
    """Raise the chest under what a figure wears, in place."""
    window = clay.window(*clay.to_pixels([(-build.chest, 1.6), (build.chest, 2.7)]))
    y, x = np.mgrid[window].astype(np.float32)
    u, v = (x - clay.origin[0]) / clay.scale, (y - clay.origin[1]) / clay.scale
    torso = clay.owner[window] == clay.names.index("torso")
    rise = np.zeros_like(u)
    for side in (-1, 1):
        # Falls off faster below than above.
        fall = np.where(v > 2.12, 0.20, 0.34)
        away = ((u - side * build.chest * 0.46) / (build.chest * 0.36)) ** 2 + (
            (v - 2.12) / fall
        ) ** 2
        rise = np.maximum(rise, np.exp(-away))
    clay.height[window] += np.where(torso, rise * build.bust * 0.85 * clay.scale, 0)


def _hair(clay: _Clay, mannequin: Mannequin) -> None:
    """Hair as clay of its own: a cap, and what the style adds."""
    style = mannequin.hair_style
    if style == "bald":
        return
    puff = {"short": 0.025, "long": 0.035, "bun": 0.02, "curly": 0.13}[style]
    y, x = np.mgrid[0 : clay.shape[0], 0 : clay.shape[1]][
        :, : int(clay.origin[1] + 3.2 * clay.scale)
    ]
    window = (slice(0, y.shape[0]), slice(0, y.shape[1]))
    u = ((x - clay.origin[0]) / clay.scale).astype(np.float32)
    v = ((y - clay.origin[1]) / clay.scale).astype(np.float32) - CROWN
    cap = ((u / (0.362 + puff)) ** 2 + ((v - 0.40) / (0.40 + puff)) ** 2) < 1
    # The hairline: high over the forehead, low at the temples.
    line = 0.235 - 0.035 * np.cos(u * 5.0) + 0.9 * np.maximum(np.abs(u) - 0.23, 0) * 3
    mask = cap & (v < np.minimum(line, 0.56))
    if style in ("long", "bun"):
        parting = 0.20 + 0.9 * np.abs(u - 0.06) ** 1.6
        mask |= cap & (v < np.minimum(parting, 0.40))
    if style == "long":
        # Falls beside the face and ends on the shoulders' front; some of it stays behind the neck.
        wave = 0.012 * np.sin(v * 11 + 2 * np.sign(u))
        outer = 0.395 + 0.10 * np.sin(np.clip(v - 0.3, 0, 1.3) * 1.7) + wave
        inner = 0.318 - 0.12 * np.clip(v - 0.85, 0, 0.5) + wave
        end = 1.62 + 0.05 * np.cos(u * 23) - 1.6 * (np.abs(u) - 0.36) ** 2
        mask |= (np.abs(u) < outer) & (np.abs(u) > inner) & (v > 0.3) & (v < end)
        behind = (np.abs(u) < outer - 0.02) & (v > 0.3) & (v < 1.2)
        clay.press("hair", window, np.where(behind, 2, 0).astype(np.float32))
    if style == "bun":
        mask |= (u / 0.16) ** 2 + ((v + 0.06) / 0.14) ** 2 < 1
    if style == "curly":
        bumps = 0.02 * np.sin(np.arctan2(v - 0.42, u) * 17)
        ring = np.sqrt((u / 0.50) ** 2 + ((v - 0.40) / 0.52) ** 2) < 1 + bumps
        mask |= ring & (v < np.maximum(line, 0.75 * (np.abs(u) > 0.33))) & (v < 0.85)
    inside = np.asarray(mask, np.uint8)
    depth = cv2.distanceTransform(inside, cv2.DIST_L2, 5) / clay.scale
    round_ = np.sqrt(
        np.maximum(2 * 0.16 * np.minimum(depth, 0.16) - np.minimum(depth, 0.16) ** 2, 0)
    )
    height = np.where(mask, (0.62 + 0.6 * round_) * clay.scale, 0).astype(np.float32)
    clay.press("hair", window, height)


def _truth(
    clay: _Clay,
    build: Build,
    arms: dict[int, tuple[Point, Point, Point]],
    legs: dict[int, tuple[Point, Point, Point, Point]],
) -> Truth:
    def at(point: Point) -> Point:
        xy = clay.to_pixels([point])[0] / FINE
        return float(xy[0]), float(xy[1])

    def both(points: dict[int, tuple[Point, ...]], k: int) -> tuple[Point, Point]:
        return at(points[-1][k]), at(points[1][k])

    limbs: dict[int, tuple[Point, ...]] = {**arms}
    lower: dict[int, tuple[Point, ...]] = {**legs}
    head = clay.scale / FINE
    return Truth(
        head_height=head,
        crown=at((0, CROWN)),
        chin=at((0, CROWN + 1)),
        neck=at((0, 1.40)),
        shoulders=both(limbs, 0),
        elbows=both(limbs, 1),
        wrists=both(limbs, 2),
        waist=at((0, 2.75)),
        hips=at((0, 3.6)),
        crotch=at((0, 4.05)),
        knees=both(lower, 1),
        ankles=both(lower, 2),
        toes=both(lower, 3),
        waist_half=build.waist * head,
        hip_half=build.hip * head,
    )


def _noise(shape: tuple[int, int], cell: float, seed: int) -> Array:
    """Smooth noise of about unit amplitude with features of `cell` fine pixels."""
    small = (max(int(shape[0] / cell), 2), max(int(shape[1] / cell), 2))
    grid = np.random.default_rng(seed).normal(size=small).astype(np.float32)
    return cv2.resize(grid, (shape[1], shape[0]), interpolation=cv2.INTER_CUBIC)  #


def _paint(clay: _Clay, mannequin: Mannequin) -> tuple[Array, Array]:
    """Give the figure's colours (RGB, 0 to 1) and its cover, both fine."""
    scale = clay.scale
    # Where the figure is, and as far beside it as what follows looks.
    box = np.array(cv2.boundingRect((clay.height > 0).astype(np.uint8)))
    around = 0.4 * scale
    window = clay.window(box[:2] - around, box[:2] + box[2:] + around)
    owner, raw = clay.owner[window], clay.height[window]
    shape = owner.shape

    def noise(cell: float, seed: int) -> Array:
        grain: Array = _noise(clay.shape, cell, seed)[window]
        return grain

    y, x = np.mgrid[window].astype(np.float32)
    u, v = (x - clay.origin[0]) / scale, (y - clay.origin[1]) / scale
    part = {name: owner == k for k, name in enumerate(clay.names)}
    skin = np.asarray(SKIN[mannequin.skin], np.float32)
    colour = np.broadcast_to(skin, (*shape, 3)).copy()
    blush = noise(scale * 0.25, mannequin.seed) * 0.012
    colour += blush[..., None] * np.array([1.0, 0.6, 0.5], np.float32)

    cloth = np.zeros(shape, bool)
    collar = 1.44 + 0.20 * np.sqrt(np.maximum(1 - (u / 0.40) ** 2, 0)) - (np.abs(u) >= 0.40)
    trunk = part["torso"] | part["leg left"] | part["leg right"]
    shirt = trunk & (v > collar) & (v < 3.32)
    arms = part["arm left"] | part["arm right"]
    if mannequin.sleeves == "none":
        shirt &= np.abs(u) < 0.52 + 0.55 * np.maximum(v - 1.80, 0) ** 0.7
    elif mannequin.sleeves == "short":
        shirt |= arms & (v < 2.20 + 0.12 * np.abs(u))
    else:
        shirt |= arms
    shorts = trunk & (v >= 3.32) & (v < (4.75 if mannequin.legs == "shorts" else 7.12))
    shorts &= ~shirt
    shoes = part["feet"]
    hair = part.get("hair", np.zeros(shape, bool))
    weave = noise(3.0, mannequin.seed + 5) * 0.012
    for mask, tone in (
        (shirt, mannequin.top),
        (shorts, mannequin.bottom),
        (shoes, mannequin.shoes),
    ):
        colour[mask] = np.asarray(tone, np.float32) + weave[mask][:, None]
        cloth |= mask
    strands: Array = _noise(clay.shape, 5.0, mannequin.seed + 9)
    strands = cv2.GaussianBlur(strands, (0, 0), sigmaX=1.0, sigmaY=14.0)
    strands = strands[window] * (0.35 / max(float(strands.std()), 1e-6))
    hue = np.asarray(HAIR[mannequin.hair], np.float32)
    colour[hair] = (hue * (1 + strands[hair][:, None] * 0.55)).clip(0, 1)

    height = cv2.GaussianBlur(raw, (0, 0), scale * 0.012)
    folds = noise(scale * 0.16, mannequin.seed + 3)
    height = height + np.where(cloth & ~shoes, folds * scale * 0.006, 0)
    figure = raw > 0
    dx = cv2.Sobel(height, cv2.CV_32F, 1, 0, ksize=3, scale=1 / 8)
    dy = cv2.Sobel(height, cv2.CV_32F, 0, 1, ksize=3, scale=1 / 8)
    # Slopes at the very rim are endless; beyond this they only make a black outline.
    length = np.sqrt(dx * dx + dy * dy)
    limit = np.minimum(1, 1.6 / np.maximum(length, 1e-6))
    dx, dy = dx * limit, dy * limit
    nz = 1 / np.sqrt(dx * dx + dy * dy + 1)
    light = (-0.42 * -dx + -0.50 * -dy + 0.76) * nz
    fill = (0.60 * -dx + -0.10 * -dy + 0.79) * nz
    lit = 0.38 + 0.58 * np.clip(light, 0, 1) + 0.14 * np.clip(fill, 0, 1)
    # What lies lower than its surroundings is darker: armpits, between the legs, under the chin.
    hollow = cv2.GaussianBlur(height, (0, 0), scale * 0.07) - height
    lit -= np.clip(hollow / (scale * 0.30), 0, 0.35) * 0.8
    lit = cv2.GaussianBlur(lit.astype(np.float32), (0, 0), FINE * 0.8)
    shade = np.clip(lit, 0.18, 1.12)[..., None]
    # Skin in shadow turns warmer, not grey.
    warm = np.power(shade, np.array([0.82, 1.0, 1.08], np.float32))
    bare = figure & ~cloth & ~hair
    result = colour * np.where(bare[..., None], warm, shade)
    shine = np.clip(light, 0, 1) ** 18
    result += (shine * np.where(bare, 0.07, np.where(hair, 0.10, 0.02)))[..., None]
    result = result.astype(np.float32)
    # Hems leave a thin shadow on the skin below them.
    for mask in (shirt, shorts):
        below = cv2.GaussianBlur(
            np.roll(mask.astype(np.float32), int(scale * 0.02), 0), (0, 0), scale * 0.012
        )
        result *= 1 - 0.28 * np.where(bare, below, 0)[..., None]
    _face(result, u, v - CROWN, mannequin, hair)
    colours = np.zeros((*clay.shape, 3), np.float32)
    colours[window] = result.clip(0, 1)
    return colours, (clay.height > 0).astype(np.float32)


def _face(image: Array, u: Array, v: Array, mannequin: Mannequin, hair: Array) -> None:
    """Paint eyes, brows, nose and mouth onto the head, in place."""
    rows = (v[:, 0] > 0.2) & (v[:, 0] < 1.0)
    columns = (u[0] > -0.42) & (u[0] < 0.42)
    r = slice(int(rows.argmax()), int(len(rows) - rows[::-1].argmax()))
    c = slice(int(columns.argmax()), int(len(columns) - columns[::-1].argmax()))
    area, x, y = image[r, c], u[r, c], v[r, c]
    free = ~hair[r, c]
    skin = np.asarray(SKIN[mannequin.skin], np.float32)
    woman = mannequin.build.endswith("woman")
    jaw = BUILDS[mannequin.build].jaw

    def lay(mask: Array, colour: Sequence[float] | Array, strength: float = 1.0) -> None:
        amount = (np.clip(mask, 0, 1) * strength * free)[..., None].astype(np.float32)
        area[:] = area * (1 - amount) + np.asarray(colour, np.float32) * amount

    def blob(cx: float, cy: float, rx: float, ry: float, power: float = 1.0) -> Array:
        return np.exp(-((((x - cx) / rx) ** 2 + ((y - cy) / ry) ** 2) ** power))

    def disc(cx: float, cy: float, rx: float, ry: float, edge: float = 0.06) -> Array:
        away = np.sqrt(((x - cx) / rx) ** 2 + ((y - cy) / ry) ** 2)
        return np.clip((1 - away) / edge + 0.5, 0, 1)

    shadow = skin * np.array([0.62, 0.50, 0.47], np.float32)
    deep = skin * np.array([0.40, 0.28, 0.26], np.float32)
    for side in (-1, 1):
        ex, ey = side * 0.155, 0.515
        lay(blob(ex, ey - 0.015, 0.105, 0.062), shadow, 0.62)
        lay(blob(side * 0.075, ey - 0.01, 0.04, 0.06), shadow, 0.40)
        # An almond between two arcs, with the upper one bowed more.
        t = np.clip((x - ex) / 0.074, -1, 1)
        upper = ey - 0.031 * (1 - t * t) - 0.004 * side * t
        lower = ey + 0.021 * (1 - t * t) - 0.004 * side * t
        width = np.abs(x - ex) < 0.074
        opening = np.clip((y - upper) / 0.006, 0, 1) * np.clip((lower - y) / 0.006, 0, 1) * width
        lay(opening, np.array([0.93, 0.91, 0.89]) * (0.72 + 0.24 * skin[0]), 0.95)
        iris = (
            (0.20, 0.13, 0.09)
            if mannequin.skin not in ("porcelain", "sand")
            else (0.24, 0.26, 0.25)
        )
        lay(disc(ex, ey - 0.006, 0.030, 0.030) * opening, iris)
        lay(disc(ex, ey - 0.006, 0.014, 0.014) * opening, (0.03, 0.03, 0.03))
        lay(np.clip(1 - (y - upper) / 0.02, 0, 1) * opening, shadow, 0.5)
        lay(disc(ex - 0.009, ey - 0.014, 0.006, 0.006, 0.4) * opening, (1, 1, 1), 0.9)
        lid = np.exp(-(((y - upper) / (0.0085 if woman else 0.006)) ** 2)) * (np.abs(x - ex) < 0.08)
        lay(lid, (0.09, 0.06, 0.05), 0.92 if woman else 0.75)
        lay(np.exp(-(((y - lower) / 0.005) ** 2)) * width, shadow, 0.5)
        lay(np.exp(-(((y - upper + 0.024) / 0.006) ** 2)) * width, shadow, 0.55)
        # Brows: thicker near the nose, thin at the end.
        s = np.clip((x * side - 0.065) / 0.185, 0, 1)
        line = 0.428 - 0.022 * np.sin(s * 2.3) + 0.012 * s
        thick = (0.016 if woman else 0.022) * (1 - 0.55 * s)
        brow = np.exp(-(((y - line) / thick) ** 2)) * (x * side > 0.062) * (x * side < 0.250)
        tone = np.asarray(HAIR[mannequin.hair], np.float32) * 0.65
        lay(cv2.GaussianBlur(brow.astype(np.float32), (0, 0), FINE * 0.9), tone, 0.85)
        # Wing and side of the nose, the cheek.
        lay(blob(side * 0.050, 0.60, 0.026, 0.095), shadow, 0.34)
        lay(blob(side * 0.062, 0.700, 0.024, 0.024), shadow, 0.55)
        lay(blob(side * 0.033, 0.722, 0.020, 0.010), deep, 0.85)
        lay(
            blob(side * 0.20, 0.70, 0.10, 0.08),
            skin * np.array([1.0, 0.78, 0.74], np.float32),
            0.22,
        )
    lay(blob(0, 0.735, 0.055, 0.014), shadow, 0.5)
    light = np.minimum(skin * 1.13 + 0.05, 1)
    lay(blob(-0.004, 0.60, 0.017, 0.09), light, 0.45)
    lay(blob(-0.004, 0.690, 0.030, 0.022), light, 0.5)
    lay(blob(0, 0.335, 0.17, 0.05), light, 0.22)
    # Lips: a bow above, a fuller one below, and the line between them.
    m = 0.815
    half = 0.098 + 0.02 * (jaw - 0.6)
    t = np.clip(x / half, -1, 1)
    rouge = 0.55 * skin + 0.45 * np.array([0.66, 0.24, 0.24], np.float32) * (0.45 + 0.75 * skin[0])
    if not woman:
        rouge = 0.75 * skin + 0.25 * np.array([0.60, 0.26, 0.24], np.float32)
    bow = m - 0.030 * (1 - np.abs(t) ** 1.6) + 0.010 * np.exp(-((t / 0.16) ** 2))
    full = m + 0.038 * (1 - np.abs(t) ** 2.2)
    inside = (np.abs(x) < half).astype(np.float32)
    upper = np.clip((y - bow) / 0.008, 0, 1) * np.clip((m - y) / 0.004 + 1, 0, 1) * inside
    under = np.clip((full - y) / 0.008, 0, 1) * np.clip((y - m) / 0.004 + 1, 0, 1) * inside
    soft = (0, 0)
    lay(cv2.GaussianBlur(upper.astype(np.float32), soft, FINE * 0.8), rouge * 0.86, 0.85)
    lay(cv2.GaussianBlur(under.astype(np.float32), soft, FINE * 0.8), rouge, 0.80)
    lay(np.exp(-(((y - m - 0.004 * np.cos(t * 3)) / 0.0055) ** 2)) * inside, deep * 0.8, 0.8)
    lay(blob(-0.015, m + 0.018, 0.035, 0.008), np.minimum(rouge * 1.3 + 0.06, 1), 0.4)
    lay(blob(0, 0.885, 0.07, 0.016), shadow, 0.42)
    if not woman:
        beard = blob(0, 0.87, 0.24, 0.12, 1.6) * (1 - blob(0, 0.81, 0.12, 0.045))
        lay(beard, skin * np.array([0.72, 0.70, 0.72], np.float32), 0.30)


def wall(mannequin: Mannequin, shape: tuple[int, int] = (HEIGHT, WIDTH)) -> Array:
    """A studio's wall and floor (RGB, 0 to 1), without the figure and its shadow."""
    y, x = np.mgrid[0 : shape[0], 0 : shape[1]].astype(np.float32)
    u, v = x / shape[1], y / shape[0]
    tone = np.asarray(WALLS[mannequin.wall], np.float32)
    glow = 1.05 - 0.22 * ((u - 0.42) ** 2 + 0.7 * (v - 0.35) ** 2)
    if mannequin.framing == "full":
        # A seamless paper roll: the floor turns into the wall without a line.
        glow *= 1 - 0.05 / (1 + np.exp(-(v - 0.88) * 60)) + 0.03 * np.clip(v - 0.9, 0, 1) * 10
    grain = np.random.default_rng(mannequin.seed).normal(0, 0.004, shape).astype(np.float32)
    paper: Array = tone * glow[..., None] + grain[..., None]
    return paper.clip(0, 1).astype(np.float32)


def _finish(clay: _Clay, mannequin: Mannequin, truth: Truth, fine: tuple[Array, Array]) -> Drawing:
    size = (WIDTH, HEIGHT)
    colour = cv2.resize(fine[0] * fine[1][..., None], size, interpolation=cv2.INTER_AREA)
    cover = np.asarray(cv2.resize(fine[1], size, interpolation=cv2.INTER_AREA), np.float32)
    back = wall(mannequin)
    if mannequin.framing == "full":
        # The floor under the soles: a dark contact and a wide, faint pool of shadow.
        y, x = np.mgrid[0:HEIGHT, 0:WIDTH].astype(np.float32)
        head = truth.head_height
        shade = np.zeros((HEIGHT, WIDTH), np.float32)
        for tx, ty in truth.toes:
            shade += 0.42 * np.exp(
                -(((x - tx) / (0.26 * head)) ** 2 + ((y - ty - 0.10 * head) / (0.07 * head)) ** 2)
            )
        mid = truth.crotch[0]
        shade += 0.16 * np.exp(
            -(
                ((x - mid - 0.2 * head) / (1.3 * head)) ** 2
                + ((y - truth.toes[0][1] - 0.05 * head) / (0.16 * head)) ** 2
            )
        )
        back *= (1 - np.clip(shade, 0, 0.7))[..., None]
    mixed = colour + back * (1 - cover[..., None])
    picture = (mixed[..., ::-1] * 255 + 0.5).clip(0, 255).astype(np.uint8)
    owner = clay.owner[FINE // 2 :: FINE, FINE // 2 :: FINE]
    parts = {name: owner == k for k, name in enumerate(clay.names) if k}
    return Drawing(np.ascontiguousarray(picture), cover, parts, truth)


def family() -> list[Mannequin]:
    """The demo's persons: builds, skin tones, hair, poses and clothes well mixed."""
    base = Mannequin()
    return [
        replace(base, build="slim woman", skin="sand", hair="brown", hair_style="bun", seed=11),
        replace(
            base,
            build="athletic man",
            skin="umber",
            hair="black",
            hair_style="short",
            wall="mist",
            seed=12,
        ),
        replace(
            base,
            build="curvy woman",
            skin="honey",
            hair="black",
            hair_style="long",
            wall="blush",
            top=(0.55, 0.60, 0.66),
            seed=13,
        ),
        replace(
            base,
            build="heavy man",
            skin="porcelain",
            hair="grey",
            hair_style="short",
            wall="sage",
            top=(0.36, 0.42, 0.50),
            bottom=(0.42, 0.38, 0.33),
            legs="trousers",
            seed=14,
        ),
        replace(
            base,
            build="full woman",
            skin="bronze",
            hair="black",
            hair_style="curly",
            wall="pearl",
            top=(0.60, 0.47, 0.52),
            seed=15,
        ),
        replace(
            base,
            build="slim man",
            skin="honey",
            hair="brown",
            hair_style="curly",
            wall="mist",
            pose="open",
            top=(0.72, 0.72, 0.70),
            legs="trousers",
            seed=16,
        ),
        replace(
            base,
            build="slim woman",
            skin="ebony",
            hair="black",
            hair_style="short",
            wall="blush",
            pose="open",
            top=(0.86, 0.84, 0.80),
            seed=17,
        ),
        replace(
            base,
            build="curvy woman",
            skin="porcelain",
            hair="auburn",
            hair_style="bun",
            wall="sage",
            sleeves="none",
            top=(0.48, 0.50, 0.47),
            seed=18,
        ),
        replace(
            base,
            build="athletic man",
            skin="sand",
            hair="blond",
            hair_style="short",
            wall="slate",
            sleeves="none",
            pose="straight",
            seed=19,
        ),
        replace(
            base,
            build="full woman",
            skin="sand",
            hair="blond",
            hair_style="long",
            wall="mist",
            sleeves="long",
            top=(0.40, 0.45, 0.52),
            legs="trousers",
            seed=20,
        ),
        replace(
            base,
            build="slim man",
            skin="ebony",
            hair="black",
            hair_style="bald",
            wall="pearl",
            pose="hand on hip",
            seed=21,
        ),
        replace(
            base,
            build="slim woman",
            skin="bronze",
            hair="brown",
            hair_style="long",
            wall="slate",
            framing="upper",
            top=(0.78, 0.76, 0.72),
            seed=22,
        ),
    ]
