"""Procedural garments: demo pictures in all twelve categories, as a shop lays them out.

A garment is a sheet of panels. Each panel is a smooth outline filled with a pattern of its own
direction, shaded as if slightly stuffed, on a plain backdrop with a soft shadow. Lengths are pixels
of the finished picture.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

import cv2
import numpy as np

from tryon.engines import Category
from tryon.engines.pictures import Array

WIDTH, HEIGHT = 720, 864
MIDDLE = WIDTH / 2
FINE = 2

Point = tuple[float, float]
Colour = tuple[float, float, float]  # red, green, blue, 0 to 1


@dataclass(frozen=True)
class Garment:
    """What a demo garment is: its shape (a name in SHAPES), pattern (in PATTERNS), two colours."""

    name: str
    shape: str
    pattern: str
    colour: Colour
    second: Colour = (0.95, 0.94, 0.92)
    seed: int = 1

    @property
    def category(self) -> Category:
        """The category of its shape."""
        return SHAPES[self.shape][0]


@dataclass(frozen=True)
class Cut:
    """Measures of a laid-out garment, in pixels; zero where it has no such part."""

    span: float = 0.0  # from shoulder tip to shoulder tip, or the width of a waistband
    length: float = 0.0  # from shoulder tip or waistband to hem
    sleeve: float = 0.0  # from shoulder tip to cuff
    chest: float = 0.0  # across, from armpit to armpit


@dataclass(frozen=True)
class Drawing:
    """A drawn garment: the picture (BGR), its cover (0 to 1) and its measures."""

    picture: Array
    cover: Array
    cut: Cut

    def encoded(self) -> bytes:
        """Give the picture as PNG."""
        return cv2.imencode(".png", self.picture)[1].tobytes()


# --- patterns: pixels along and across a panel → colour --------------------------------------

Pattern = Callable[[Array, Array, Garment], Array]


def _mixed(garment: Garment, share: Array) -> Array:
    first, second = np.asarray(garment.colour), np.asarray(garment.second)
    result: Array = first + (second - first) * share[..., None]
    return result


def _noise(shape: tuple[int, ...], cell: float, seed: int) -> Array:
    """Smooth noise of about unit amplitude with features of `cell` fine pixels."""
    small = (max(int(shape[0] / cell), 2), max(int(shape[1] / cell), 2))
    grid = np.random.default_rng(seed).normal(size=small).astype(np.float32)
    return cv2.resize(grid, (shape[1], shape[0]), interpolation=cv2.INTER_CUBIC)


def _step(value: Array, edge: float) -> Array:
    """0 to 1 around zero, over `edge` pixels."""
    result: Array = np.clip(value / edge + 0.5, 0, 1)
    return result


def _plain(x: Array, _y: Array, garment: Garment) -> Array:
    return _mixed(garment, np.zeros_like(x)) + _noise(x.shape, 3, garment.seed)[..., None] * 0.01


def _stripes(x: Array, y: Array, garment: Garment) -> Array:
    return _mixed(garment, _step(9.0 - np.abs(y % 46 - 23), 1.5)) + _weave(x, y)


def _pinstripes(x: Array, y: Array, garment: Garment) -> Array:
    return _mixed(garment, 0.75 * _step(1.1 - np.abs(x % 26 - 13), 1.2)) + _weave(x, y)


def _checks(x: Array, y: Array, garment: Garment) -> Array:
    bands = _step(12 - np.abs(x % 56 - 28), 1.5) + _step(12 - np.abs(y % 56 - 28), 1.5)
    thin = _step(1.2 - np.abs((x + 28) % 56 - 28), 1.2) + _step(
        1.2 - np.abs((y + 28) % 56 - 28), 1.2
    )
    return _mixed(garment, 0.42 * bands) - 0.10 * thin[..., None] + _weave(x, y)


def _weave(x: Array, y: Array) -> Array:
    result: Array = (0.008 * np.sin(x * 2.1) * np.sin(y * 2.1))[..., None]
    return result


def _denim(x: Array, y: Array, garment: Garment) -> Array:
    twill = 0.5 + 0.5 * np.sin((x + y) * 1.9 + 0.6 * _noise(x.shape, 6, garment.seed))
    worn = 0.16 * np.clip(_noise(x.shape, 90, garment.seed + 1), -1, 1.5)
    return (
        _mixed(garment, 0.10 + 0.13 * twill + 0.55 * worn)
        + _noise(x.shape, 2, 7)[..., None] * 0.012
    )


def _knit(x: Array, y: Array, garment: Garment) -> Array:
    # Columns of slanted stitches, like rows of small Vs.
    column = np.abs(x % 11 - 5.5)
    stitch = 0.5 + 0.5 * np.cos((y - column * 0.9) * (2 * np.pi / 8))
    groove = np.exp(-((column / 1.1) ** 2)) + np.exp(-(((5.5 - column) / 0.9) ** 2))
    return _mixed(garment, 0.10 * stitch) - (0.075 * groove + 0.05 * (1 - stitch))[..., None]


def _floral(x: Array, y: Array, garment: Garment) -> Array:
    result = _plain(x, y, garment)
    rng = np.random.default_rng(garment.seed + 40)
    cell = 58.0
    leaf = np.array([0.28, 0.42, 0.27])
    left, top = int(np.floor(x.min() / cell)), int(np.floor(y.min() / cell))
    for i in range(left, int(x.max() / cell) + 1):
        for j in range(top, int(y.max() / cell) + 1):
            cx, cy = (i + rng.uniform(0.2, 0.8)) * cell, (j + rng.uniform(0.2, 0.8)) * cell
            turn, size = rng.uniform(0, 6.28), rng.uniform(10, 17)
            near = (np.abs(x - cx) < 36) & (np.abs(y - cy) < 36)
            dx, dy = x[near] - cx, y[near] - cy
            away, angle = np.hypot(dx, dy), np.arctan2(dy, dx) + turn
            green = (_step(15 + size - away, 1.5) * _step(np.cos(angle * 2) - 0.86, 0.1))[:, None]
            petals = _step(size * (0.66 + 0.34 * np.cos(angle * 5)) - away, 1.5)[:, None]
            heart = _step(size * 0.26 - away, 1.5)[:, None]
            part = result[near]
            part = part * (1 - green) + leaf * green
            tint = np.asarray(garment.second) * (0.80 + 0.20 * np.clip(away / size, 0, 1))[:, None]
            part = part * (1 - petals) + tint * petals
            result[near] = part * (1 - heart) + np.array([0.93, 0.76, 0.32]) * heart
    return result


def _leather(x: Array, _y: Array, garment: Garment) -> Array:
    grain = _noise(x.shape, 5, garment.seed) * 0.012 + _noise(x.shape, 60, garment.seed + 2) * 0.02
    return _mixed(garment, np.zeros_like(x)) + grain[..., None]


def _metal(x: Array, y: Array, garment: Garment) -> Array:
    gleam = 0.5 + 0.5 * np.sin(y * 0.35 + x * 0.22)
    return _mixed(garment, 0.55 * gleam**4)


PATTERNS: dict[str, Pattern] = {
    "plain": _plain,
    "stripes": _stripes,
    "pinstripes": _pinstripes,
    "checks": _checks,
    "denim": _denim,
    "knit": _knit,
    "floral": _floral,
    "leather": _leather,
    "metal": _metal,
}


# --- the sheet ---------------------------------------------------------------------------------


def curve(points: Sequence[Point], closed: bool = True, steps: int = 14) -> Array:
    """A smooth line through points (Catmull-Rom); a point given twice in a row is a corner."""
    at = np.asarray(points, np.float64)
    count = len(at)
    line = []
    for k in range(count if closed else count - 1):
        ids = [(k + d) % count if closed else min(max(k + d, 0), count - 1) for d in (-1, 0, 1, 2)]
        a, b, c, d = at[ids]
        if np.array_equal(b, c):
            continue
        # At a corner the tangent is the chord itself.
        before = (c - a) / 2 if not np.array_equal(a, b) else (c - b) / 2
        after = (d - b) / 2 if not np.array_equal(c, d) else (c - b) / 2
        t = np.linspace(0, 1, steps, endpoint=False)[:, None]
        line.append(
            (2 * t**3 - 3 * t**2 + 1) * b
            + (t**3 - 2 * t**2 + t) * before
            + (-2 * t**3 + 3 * t**2) * c
            + (t**3 - t**2) * after
        )
    if not closed:
        line.append(at[-1:])
    return np.concatenate(line)


@dataclass
class _Sheet:
    """The picture under construction, at twice its size."""

    garment: Garment
    colour: Array = field(init=False)
    cover: Array = field(init=False)

    def __post_init__(self) -> None:
        shape = (HEIGHT * FINE, WIDTH * FINE)
        self.colour = np.zeros((*shape, 3), np.float32)
        self.cover = np.zeros(shape, np.float32)

    def outline(self, points: Array) -> Array:
        mask = np.zeros(self.cover.shape, np.uint8)
        cv2.fillPoly(mask, [np.round(points * FINE * 16).astype(np.int32)], 255, cv2.LINE_AA, 4)
        return mask

    def panel(
        self,
        points: Array,
        *,
        pattern: str | None = None,
        colour: Colour | None = None,
        along: tuple[Point, Point] | None = None,
        puff: float = 26.0,
        folds: float = 1.0,
        depth: float = 0.30,
    ) -> Array:
        """Lay a panel on; `along` is the line its pattern follows downwards. Gives its mask."""
        mask = self.outline(points)
        box = cv2.boundingRect(mask)
        window = (slice(box[1], box[1] + box[3]), slice(box[0], box[0] + box[2]))
        inside = mask[window].astype(np.float32) / 255
        y, x = (grid.astype(np.float32) / FINE for grid in np.mgrid[window])
        top, bottom = along or ((MIDDLE, 0.0), (MIDDLE, 1.0))
        way = np.subtract(bottom, top) / max(float(np.hypot(*np.subtract(bottom, top))), 1e-6)
        v = (x - top[0]) * way[0] + (y - top[1]) * way[1]
        u = (x - top[0]) * way[1] - (y - top[1]) * way[0]
        garment = (
            self.garment if colour is None else Garment("", self.garment.shape, "plain", colour)
        )
        fill = PATTERNS[pattern or garment.pattern](u, v, garment)
        # Light from the upper left on a stuffed panel with a few folds.
        far = cv2.distanceTransform((mask[window] > 127).astype(np.uint8), cv2.DIST_L2, 5) / FINE
        rim = np.minimum(far, puff)
        height = np.sqrt(np.maximum(2 * puff * rim - rim * rim, 0)) * depth
        seed = self.garment.seed + box[0]
        height += _noise(far.shape, 70 * FINE, seed) * 4.0 * folds
        height += _noise(far.shape, 26 * FINE, seed + 1) * 0.9 * folds
        height = cv2.GaussianBlur(height.astype(np.float32), (0, 0), 3.0 * FINE)
        dx = cv2.Sobel(height, cv2.CV_32F, 1, 0, ksize=3, scale=FINE / 8)
        dy = cv2.Sobel(height, cv2.CV_32F, 0, 1, ksize=3, scale=FINE / 8)
        light = (1 + 0.45 * dx + 0.55 * dy) / np.sqrt(1 + dx * dx + dy * dy)
        lit = 0.45 + 0.55 * np.clip(light, 0.2, 1.5)
        lit *= 1 - 0.22 * np.exp(-far / 2.2)
        # A panel that lies on another one leaves a thin shadow there.
        reach = 11 * FINE
        around = (
            slice(max(box[1] - reach, 0), box[1] + box[3] + reach),
            slice(max(box[0] - reach, 0), box[0] + box[2] + reach),
        )
        cut = mask[around].astype(np.float32) / 255
        beneath = cv2.GaussianBlur(cut, (0, 0), 3.5 * FINE)
        self.colour[around] *= 1 - 0.30 * np.clip(beneath - cut, 0, 1)[..., None]
        amount = inside[..., None]
        shaded = (fill * lit[..., None]).clip(0, 1).astype(np.float32)
        self.colour[window] = self.colour[window] * (1 - amount) + shaded * amount
        self.cover[window] = np.maximum(self.cover[window], inside)
        return mask

    def stroke(
        self, points: Array, width: float, colour: Colour, strength: float = 1.0, dashes: float = 0
    ) -> None:
        """Draw a line on what is there: a seam, a stitch, a lace. Adds nothing to the outline."""
        mask = np.zeros(self.cover.shape, np.uint8)
        if dashes:
            gone = np.concatenate([[0], np.cumsum(np.hypot(*np.diff(points, axis=0).T))])
            steps = np.arange(0, gone[-1], dashes)
            at = np.stack([np.interp(steps, gone, points[:, k]) for k in (0, 1)], 1)
            pieces = np.round(at * FINE * 16).astype(np.int32)
            lines = [pieces[k : k + 2] for k in range(0, len(pieces) - 1, 2)]
        else:
            lines = [np.round(points * FINE * 16).astype(np.int32)]
        cv2.polylines(mask, lines, False, 255, max(1, round(width * FINE)), cv2.LINE_AA, 4)
        box = cv2.boundingRect(mask)
        window = (slice(box[1], box[1] + box[3]), slice(box[0], box[0] + box[2]))
        amount = mask[window].astype(np.float32) / 255 * strength * self.cover[window]
        laid = np.asarray(colour, np.float32) * amount[..., None]
        self.colour[window] = self.colour[window] * (1 - amount[..., None]) + laid

    def dot(self, at: Point, radius: float, colour: Colour) -> None:
        """Put a button, bead or rivet on, with a gleam; it adds to the outline."""
        turn = np.linspace(0, 2 * np.pi, 40, endpoint=False)
        circle = np.stack([at[0] + radius * np.cos(turn), at[1] + radius * np.sin(turn)], 1)
        self.panel(circle, colour=colour, puff=radius, folds=0, depth=0.6)

    def finish(self, cut: Cut) -> Drawing:
        """Put the sheet on a backdrop and scale it down."""
        size = (WIDTH, HEIGHT)
        cover = cv2.resize(self.cover, size, interpolation=cv2.INTER_AREA)
        colour = cv2.resize(self.colour * self.cover[..., None], size, interpolation=cv2.INTER_AREA)
        y, x = np.mgrid[0:HEIGHT, 0:WIDTH].astype(np.float32)
        paper = np.array([0.80, 0.805, 0.81], np.float32)
        glow = 1.02 - 0.07 * ((x / WIDTH - 0.4) ** 2 + (y / HEIGHT - 0.4) ** 2)
        moved = cv2.warpAffine(cover, np.array([[1, 0, 5], [0, 1, 9]], np.float32), size)
        shadow = 0.20 * cv2.GaussianBlur(moved, (0, 0), 9.0)
        back = paper * (glow * (1 - shadow))[..., None]
        mixed = colour + back * (1 - cover[..., None])
        picture = (mixed[..., ::-1] * 255 + 0.5).clip(0, 255).astype(np.uint8)
        return Drawing(np.ascontiguousarray(picture), cover, cut)


def _mirrored(points: Sequence[Point]) -> list[Point]:
    return [(2 * MIDDLE - x, y) for x, y in points]


def _both(right: Sequence[Point]) -> list[Point]:
    """An outline from its right half (from the top middle down to the bottom middle)."""
    return [*right, *(p for p in reversed(_mirrored(right)) if p[0] != MIDDLE)]


def _x(offset: float) -> float:
    return MIDDLE + offset


def _tone(colour: Colour, by: float) -> Colour:
    red, green, blue = (min(max(part * by, 0), 1) for part in colour)
    return red, green, blue


# --- clothing ----------------------------------------------------------------------------------


def _upper(
    sheet: _Sheet,
    *,
    top: float,
    span: float,
    chest: float,
    waist: float,
    hem: float,
    length: float,
    neck: float = 62.0,
    drop: float = 58.0,
    sleeve: float = 0.0,
    cuff: float = 0.0,
    angle: float = 20.0,
    band: bool = True,
) -> Cut:
    """A garment for the upper body: half-widths around the middle, `length` from the shoulder."""
    tip = top + 26.0
    pit = tip + 132.0
    bottom = tip + length
    if sleeve:
        way = np.array([np.sin(np.radians(angle)), np.cos(np.radians(angle))])
        out = np.array([way[1], -way[0]])
        for side in (1, -1):
            start = np.array([span - 4.0, tip])
            end = start + sleeve * way
            inner = end - cuff * out
            right = [
                (start[0] - 6, start[1] - 1),
                (start[0] - 6, start[1] - 1),
                tuple(start + 0.12 * sleeve * way + 5 * out),
                tuple(start + 0.5 * sleeve * way + 3 * out),
                tuple(end),
                tuple(end),
                tuple(inner),
                tuple(inner),
                (chest - 2, pit + 6),
                (chest - 2, pit + 6),
                (chest - 36, pit - 30),
                (span - 30, tip + 20),
            ]
            points = [(_x(side * px), py) for px, py in right]
            middle = (start + np.array([chest, pit])) / 2
            along = (
                (_x(side * middle[0]), middle[1]),
                (_x(side * (end + inner)[0] / 2), (end + inner)[1] / 2),
            )
            sheet.panel(curve(points), along=along, puff=30)
            if band:
                seam = [tuple(end - 15 * way), tuple(inner - 15 * way)]
                sheet.stroke(
                    curve([(_x(side * px), py) for px, py in seam], False), 2, (0, 0, 0), 0.22
                )
    # The inside of the back, seen through the neck opening.
    inside = _both(
        [
            (_x(0), top + 12),
            (_x(neck * 0.7), top + 5),
            (_x(neck), top),
            (_x(neck), top),
            (_x(neck * 0.8), top + drop * 0.7),
            (_x(0), top + drop),
        ]
    )
    sheet.panel(curve(inside), colour=_tone(sheet.garment.colour, 0.55), pattern="plain", folds=0)
    if sleeve:
        armhole = [(span, tip), (span, tip), (chest - 4, pit - 50), (chest, pit), (chest, pit)]
    else:
        armhole = [(span, tip), (span, tip), (span - 16, pit - 66), (chest, pit), (chest, pit)]
    right = [
        (_x(0), top + drop),
        (_x(neck * 0.62), top + drop * 0.72),
        (_x(neck), top),
        (_x(neck), top),
        *[(_x(px), py) for px, py in armhole],
        (_x(waist), pit + (bottom - pit) * 0.42),
        (_x(hem), bottom),
        (_x(hem), bottom),
        (_x(hem * 0.5), bottom + 6),
        (_x(0), bottom + 8),
    ]
    sheet.panel(curve(_both(right)), along=((MIDDLE, tip), (MIDDLE, bottom)), puff=46)
    if band:
        half = [
            (_x(-neck - 8), top + 2),
            (_x(-neck * 0.66), top + drop * 0.80),
            (_x(0), top + drop + 9),
            (_x(neck * 0.66), top + drop * 0.80),
            (_x(neck + 8), top + 2),
        ]
        sheet.stroke(curve(half, False), 2, (0, 0, 0), 0.28)
        sheet.stroke(
            curve(
                [(_x(-hem + 3), bottom - 16), (_x(0), bottom - 9), (_x(hem - 3), bottom - 16)],
                False,
            ),
            2,
            (0, 0, 0),
            0.22,
        )
    return Cut(2 * span, length, sleeve, 2 * chest)


def _tee(sheet: _Sheet) -> Cut:
    return _upper(
        sheet,
        top=150,
        span=150,
        chest=146,
        waist=140,
        hem=146,
        length=440,
        sleeve=150,
        cuff=92,
        angle=38,
    )


def _sweater(sheet: _Sheet) -> Cut:
    return _upper(
        sheet,
        top=150,
        span=150,
        chest=148,
        waist=144,
        hem=140,
        length=420,
        sleeve=410,
        cuff=58,
        angle=17,
        drop=44,
    )


def _tank(sheet: _Sheet) -> Cut:
    return _upper(
        sheet, top=150, span=104, chest=136, waist=128, hem=136, length=430, neck=62, drop=92
    )


def _dress(sheet: _Sheet) -> Cut:
    return _upper(
        sheet, top=56, span=92, chest=106, waist=88, hem=176, length=690, neck=56, drop=62
    )


def _shift(sheet: _Sheet) -> Cut:
    return _upper(
        sheet,
        top=56,
        span=112,
        chest=108,
        waist=102,
        hem=132,
        length=640,
        sleeve=112,
        cuff=72,
        angle=34,
        neck=50,
        drop=48,
    )


def _jacket(sheet: _Sheet) -> Cut:
    cut = _upper(
        sheet,
        top=140,
        span=158,
        chest=152,
        waist=148,
        hem=148,
        length=430,
        sleeve=425,
        cuff=64,
        angle=17,
        neck=58,
        drop=70,
        band=False,
    )
    dark = _tone(sheet.garment.colour, 0.5)
    tip, bottom = 166.0, 596.0
    for side in (1, -1):
        lapel = [
            (_x(side * 60), 138),
            (_x(side * 60), 138),
            (_x(side * 78), 186),
            (_x(side * 46), 250),
            (_x(side * 46), 250),
            (_x(side * 1), 300),
            (_x(side * 1), 300),
            (_x(side * 4), 214),
            (_x(side * 34), 176),
        ]
        sheet.panel(curve(lapel), colour=_tone(sheet.garment.colour, 0.86), puff=12, folds=0.3)
        pocket = [(_x(side * 56), tip + 290), (_x(side * 112), tip + 280)]
        sheet.stroke(curve(pocket, False), 4, dark, 0.6)
        wrist = [(_x(side * (158 + 112)), tip + 382), (_x(side * (158 + 52)), tip + 399)]
        sheet.stroke(curve(wrist, False), 2, dark, 0.5)
    sheet.stroke(curve([(_x(0), 296), (_x(0), bottom + 6)], False), 2.5, dark, 0.7)
    for k in range(4):
        sheet.dot((_x(13), 330 + 68 * k), 6.5, dark)
    return cut


def _legs(
    sheet: _Sheet, *, top: float, waist: float, hip: float, knee: float, cuff: float, length: float
) -> Cut:
    bottom, crotch = top + length, top + 205.0
    gap = 16.0
    outer_knee = gap + knee * 2
    for side in (1, -1):
        right = [
            (0, top + 4),
            (waist, top),
            (waist, top),
            (hip, top + 150),
            (outer_knee if length > 400 else hip + 6, crotch + (bottom - crotch) * 0.5),
            (gap + cuff * 2, bottom),
            (gap + cuff * 2, bottom),
            (gap, bottom + 3),
            (gap, bottom + 3),
            (gap - 6, crotch + (bottom - crotch) * 0.5),
            (0, crotch),
            (0, crotch),
        ]
        points = [(_x(side * px), py) for px, py in right]
        sheet.panel(curve(points), along=((_x(0), top), (_x(side * 14), bottom)), puff=38)
        hem = [(_x(side * gap), bottom - 13), (_x(side * (gap + cuff * 2)), bottom - 15)]
        sheet.stroke(curve(hem, False), 2, (0, 0, 0), 0.25)
        pocket = [
            (_x(side * waist * 0.62), top + 30),
            (_x(side * (waist + 2) * 0.80), top + 72),
            (_x(side * (hip - 6)), top + 96),
        ]
        sheet.stroke(curve(pocket, False), 2.2, (0, 0, 0), 0.32)
    band = [
        (_x(-waist), top),
        (_x(-waist), top),
        (_x(0), top + 5),
        (_x(waist), top),
        (_x(waist), top),
        (_x(waist + 3), top + 30),
        (_x(waist + 3), top + 30),
        (_x(0), top + 35),
        (_x(-waist - 3), top + 30),
        (_x(-waist - 3), top + 30),
    ]
    sheet.panel(curve(band), puff=12, folds=0.2)
    sheet.stroke(curve([(_x(0), top + 34), (_x(2), crotch - 8)], False), 2, (0, 0, 0), 0.35)
    sheet.stroke(
        curve([(_x(26), top + 36), (_x(24), top + 110), (_x(3), crotch - 34)], False),
        1.6,
        _tone(sheet.garment.second, 0.9),
        0.4,
        dashes=5,
    )
    sheet.dot((_x(0), top + 19), 6, (0.62, 0.55, 0.42))
    return Cut(2 * waist, length, 0.0)


def _trousers(sheet: _Sheet) -> Cut:
    return _legs(sheet, top=52, waist=112, hip=142, knee=54, cuff=44, length=730)


def _shorts(sheet: _Sheet) -> Cut:
    return _legs(sheet, top=230, waist=122, hip=152, knee=64, cuff=66, length=350)


def _skirt(sheet: _Sheet) -> Cut:
    top, length, waist, hem = 170.0, 440.0, 108.0, 178.0
    right = [
        (_x(0), top + 5),
        (_x(waist), top),
        (_x(waist), top),
        (_x(waist + 38), top + 130),
        (_x(hem), top + length),
        (_x(hem), top + length),
        (_x(0), top + length + 14),
    ]
    sheet.panel(curve(_both(right)), puff=44, folds=1.4)
    band = _both(
        [
            (_x(0), top + 5),
            (_x(waist), top),
            (_x(waist), top),
            (_x(waist + 4), top + 26),
            (_x(waist + 4), top + 26),
            (_x(0), top + 31),
        ]
    )
    sheet.panel(curve(band), puff=10, folds=0.2)
    return Cut(2 * waist, length, 0.0)


# --- what is worn with it ------------------------------------------------------------------------


def _ribbon(points: Sequence[Point], width: float, closed: bool = False) -> Array:
    """The outline of a band along a line."""
    line = curve(points, closed)
    way = np.gradient(line, axis=0)
    way /= np.maximum(np.hypot(way[:, 0], way[:, 1]), 1e-6)[:, None]
    out = np.stack([-way[:, 1], way[:, 0]], 1) * width / 2
    return np.concatenate([line + out, (line - out)[::-1]])


def _tote(sheet: _Sheet) -> Cut:
    dark = _tone(sheet.garment.colour, 0.55)
    for inset, tone in ((0, 0.42), (14, 0.55)):
        handle = [
            (_x(-92 + inset), 420),
            (_x(-84 + inset), 270),
            (_x(0), 180 + inset),
            (_x(84 - inset), 270),
            (_x(92 - inset), 420),
        ]
        sheet.panel(
            _ribbon(handle, 19), colour=_tone(sheet.garment.colour, tone + 0.1), puff=7, folds=0
        )
    right = [
        (_x(0), 384),
        (_x(176), 380),
        (_x(176), 380),
        (_x(196), 560),
        (_x(204), 716),
        (_x(196), 738),
        (_x(0), 744),
    ]
    sheet.panel(curve(_both(right)), puff=34, folds=0.8)
    sheet.stroke(
        curve([(_x(-176), 408), (_x(0), 412), (_x(176), 408)], False), 2.2, dark, 0.6, dashes=7
    )
    return Cut(392, 360)


def _satchel(sheet: _Sheet) -> Cut:
    dark = _tone(sheet.garment.colour, 0.6)
    strap = [(_x(-150), 470), (_x(-110), 240), (_x(0), 110), (_x(110), 240), (_x(150), 470)]
    sheet.panel(_ribbon(strap, 17), colour=dark, puff=7, folds=0)
    right = [
        (_x(0), 452),
        (_x(158), 452),
        (_x(172), 470),
        (_x(176), 680),
        (_x(158), 716),
        (_x(0), 720),
    ]
    sheet.panel(curve(_both(right)), puff=30, folds=0.5)
    flap = _both(
        [(_x(0), 450), (_x(160), 450), (_x(172), 468), (_x(168), 560), (_x(110), 610), (_x(0), 624)]
    )
    sheet.panel(curve(flap), puff=26, folds=0.4)
    sheet.stroke(
        curve(
            [(_x(-162), 560), (_x(-106), 602), (_x(0), 614), (_x(106), 602), (_x(162), 560)], False
        ),
        1.8,
        _tone(sheet.garment.second, 0.9),
        0.7,
        dashes=6,
    )
    sheet.panel(
        curve(
            [
                (_x(-20), 596),
                (_x(-20), 596),
                (_x(20), 596),
                (_x(20), 596),
                (_x(20), 640),
                (_x(20), 640),
                (_x(-20), 640),
                (_x(-20), 640),
            ]
        ),
        colour=(0.80, 0.68, 0.42),
        puff=8,
        folds=0,
    )
    return Cut(352, 270)


def _scarf(sheet: _Sheet) -> Cut:
    back = [(_x(-104), 210), (_x(-60), 168), (_x(0), 156), (_x(60), 168), (_x(104), 210)]
    sheet.panel(_ribbon(back, 70), colour=_tone(sheet.garment.colour, 0.6), puff=26)
    tails = (((-34, 300), (-52, 440), (-60, 640)), ((34, 320), (56, 440), (66, 566)))
    for tail in tails:
        points = [(_x(px), py) for px, py in tail]
        sheet.panel(_ribbon(points, 92), along=(points[0], points[-1]), puff=30)
        foot = points[-1]
        for k in range(9):
            px = foot[0] - 42 + k * 10.5
            sheet.panel(
                _ribbon([(px, foot[1] - 4), (px + (k % 3 - 1) * 2, foot[1] + 34)], 5),
                colour=_tone(sheet.garment.colour, 0.9),
                puff=3,
                folds=0,
            )
    loop = [
        (_x(-112), 196),
        (_x(-104), 262),
        (_x(-40), 322),
        (_x(40), 322),
        (_x(104), 262),
        (_x(112), 196),
    ]
    sheet.panel(_ribbon(loop, 88), puff=34, folds=1.6)
    return Cut(312, 470)


def _brim(sheet: _Sheet) -> Cut:
    crown = _both([(_x(0), 300), (_x(70), 286), (_x(128), 322), (_x(150), 470), (_x(0), 492)])
    brim = _both(
        [(_x(0), 438), (_x(150), 440), (_x(270), 458), (_x(276), 486), (_x(170), 520), (_x(0), 532)]
    )
    sheet.panel(curve(brim), puff=22, folds=0.3)
    sheet.panel(curve(crown), puff=60, folds=0.4)
    band = _both([(_x(0), 452), (_x(145), 428), (_x(152), 472), (_x(0), 496)])
    sheet.panel(
        curve(band), colour=_tone(sheet.garment.colour, 0.42), pattern="plain", puff=18, folds=0
    )
    return Cut(552, 246)


def _beanie(sheet: _Sheet) -> Cut:
    dome = _both([(_x(0), 250), (_x(90), 270), (_x(156), 360), (_x(166), 500), (_x(0), 512)])
    sheet.panel(curve(dome), puff=80, folds=0.5)
    cuff = _both(
        [(_x(0), 462), (_x(164), 452), (_x(174), 462), (_x(174), 540), (_x(164), 552), (_x(0), 562)]
    )
    sheet.panel(curve(cuff), puff=26, folds=0.3)
    return Cut(348, 312)


def _belt(sheet: _Sheet) -> Cut:
    right = [
        (_x(0), 404),
        (_x(310), 398),
        (_x(310), 398),
        (_x(310), 456),
        (_x(310), 456),
        (_x(0), 462),
    ]
    sheet.panel(curve(_both(right)), puff=16, folds=0.2)
    for y in (411, 455):
        sheet.stroke(
            curve([(_x(-306), y - 5), (_x(0), y), (_x(306), y - 5)], False),
            1.6,
            _tone(sheet.garment.second, 0.9),
            0.6,
            dashes=6,
        )
    frame = [
        (_x(-44), 384),
        (_x(44), 384),
        (_x(50), 390),
        (_x(50), 476),
        (_x(44), 482),
        (_x(-44), 482),
        (_x(-50), 476),
        (_x(-50), 390),
    ]
    sheet.panel(curve(frame), colour=(0.78, 0.68, 0.46), puff=9, folds=0)
    hole = [
        (_x(-32), 402),
        (_x(32), 402),
        (_x(34), 404),
        (_x(34), 462),
        (_x(32), 464),
        (_x(-32), 464),
        (_x(-34), 462),
        (_x(-34), 404),
    ]
    sheet.panel(curve(hole), puff=8, folds=0)
    sheet.panel(
        _ribbon([(_x(-38), 433), (_x(44), 433)], 9), colour=(0.84, 0.75, 0.54), puff=4, folds=0
    )
    for k in range(4):
        sheet.dot((_x(84 + 26 * k), 431), 3.4, (0.10, 0.08, 0.07))
    return Cut(620, 60)


def _sneakers(sheet: _Sheet) -> Cut:
    sole = (0.94, 0.94, 0.92)
    for side in (1, -1):

        def at(points: Sequence[Point], side: int = side) -> list[Point]:
            return [(_x(side * (116 + px)), py) for px, py in points]

        base = at([(-62, 560), (-74, 600), (-60, 634), (0, 644), (66, 634), (84, 600), (70, 560)])
        upper = at(
            [
                (-40, 350),
                (-40, 350),
                (0, 342),
                (42, 350),
                (42, 350),
                (54, 430),
                (74, 540),
                (74, 596),
                (0, 622),
                (-64, 596),
                (-64, 540),
                (-50, 430),
            ]
        )
        mouth = at([(-30, 356), (0, 348), (32, 356), (28, 384), (0, 392), (-26, 384)])
        tongue = at([(-20, 372), (0, 366), (22, 372), (26, 500), (0, 512), (-24, 500)])
        toe = at([(-60, 560), (0, 516), (70, 560), (72, 600), (0, 618), (-62, 600)])
        sheet.panel(curve(base), colour=sole, puff=14, folds=0)
        sheet.panel(curve(upper), puff=40, folds=0.4)
        sheet.panel(curve(mouth), colour=_tone(sheet.garment.colour, 0.3), puff=8, folds=0)
        sheet.panel(
            curve(tongue),
            colour=_tone(sheet.garment.colour, 0.85),
            pattern="plain",
            puff=14,
            folds=0,
        )
        sheet.panel(curve(toe), colour=sole, puff=24, folds=0)
        for k in range(4):
            lace = at([(-34 - 2 * k, 402 + 30 * k), (2, 410 + 30 * k), (38 + 2 * k, 402 + 30 * k)])
            sheet.panel(_ribbon(lace, 8), colour=(0.97, 0.97, 0.96), puff=4, folds=0)
    return Cut(400, 300)


def _heels(sheet: _Sheet) -> Cut:
    for side in (1, -1):

        def at(points: Sequence[Point], side: int = side) -> list[Point]:
            return [(_x(side * (110 + px)), py) for px, py in points]

        heel = at([(-10, 420), (14, 420), (12, 640), (12, 640), (-6, 640), (-6, 640)])
        back = at([(-36, 366), (0, 356), (40, 366), (48, 450), (42, 520), (-38, 520), (-44, 450)])
        inner = at([(-28, 372), (0, 364), (32, 372), (40, 430), (34, 480), (2, 496), (-30, 480)])
        upper = at(
            [
                (-46, 420),
                (-34, 470),
                (2, 488),
                (38, 470),
                (52, 420),
                (64, 550),
                (56, 616),
                (4, 648),
                (-50, 616),
                (-58, 550),
            ]
        )
        sheet.panel(curve(heel), colour=_tone(sheet.garment.colour, 0.6), puff=8, folds=0)
        sheet.panel(curve(back), puff=16, folds=0)
        sheet.panel(curve(inner), colour=_tone(sheet.garment.colour, 0.4), puff=18, folds=0)
        sheet.panel(curve(upper), puff=26, folds=0.2)
    return Cut(340, 290)


def _boots(sheet: _Sheet) -> Cut:
    for side in (1, -1):

        def at(points: Sequence[Point], side: int = side) -> list[Point]:
            return [(_x(side * (112 + px)), py) for px, py in points]

        sole = at([(-64, 650), (-70, 690), (0, 706), (78, 690), (74, 650)])
        shaft = at(
            [
                (-70, 170),
                (-70, 170),
                (0, 180),
                (74, 170),
                (74, 170),
                (64, 360),
                (56, 500),
                (72, 600),
                (76, 670),
                (0, 694),
                (-66, 670),
                (-64, 600),
                (-50, 500),
                (-60, 360),
            ]
        )
        mouth = at([(-66, 172), (0, 160), (70, 172), (0, 190)])
        sheet.panel(curve(sole), colour=(0.16, 0.13, 0.11), puff=12, folds=0)
        sheet.panel(curve(shaft), puff=52, folds=0.9)
        sheet.panel(curve(mouth), colour=_tone(sheet.garment.colour, 0.4), puff=6, folds=0)
        sheet.stroke(curve(at([(-54, 520), (0, 548), (60, 520)]), False), 2, (0, 0, 0), 0.3)
        sheet.stroke(curve(at([(-62, 640), (0, 664), (72, 640)]), False), 2, (0, 0, 0), 0.35)
    return Cut(380, 540)


def _necklace(sheet: _Sheet) -> Cut:
    line = curve(
        [
            (_x(-150), 210),
            (_x(-140), 330),
            (_x(-84), 450),
            (_x(0), 506),
            (_x(84), 450),
            (_x(140), 330),
            (_x(150), 210),
        ],
        False,
        10,
    )
    gone = np.concatenate([[0], np.cumsum(np.hypot(*np.diff(line, axis=0).T))])
    steps = np.linspace(0, gone[-1], 42)
    for k, s in enumerate(steps):
        big = 7.5 + 4.5 * np.exp(-(((k - 20.5) / 9) ** 2))
        sheet.dot(
            (float(np.interp(s, gone, line[:, 0])), float(np.interp(s, gone, line[:, 1]))),
            big,
            sheet.garment.colour,
        )
    drop = _both([(_x(0), 514), (_x(20), 546), (_x(30), 584), (_x(0), 616)])
    sheet.panel(curve(drop), colour=sheet.garment.second, puff=22, folds=0, depth=0.5)
    sheet.dot((_x(-8), 572), 4.5, (1, 1, 1))
    return Cut(300, 400)


def _earrings(sheet: _Sheet) -> Cut:
    for side in (1, -1):
        turn = np.linspace(0, 2 * np.pi, 60)
        ring = [(_x(side * 140) + 62 * np.sin(t), 450 - 82 * np.cos(t)) for t in turn]
        sheet.panel(_ribbon(ring, 19), puff=9, folds=0, depth=0.6)
        sheet.dot((_x(side * 140), 352), 15, sheet.garment.second)
    return Cut(400, 220)


SHAPES: dict[str, tuple[Category, Callable[[_Sheet], Cut]]] = {
    "tee": (Category.TOPS, _tee),
    "sweater": (Category.TOPS, _sweater),
    "tank": (Category.TOPS, _tank),
    "trousers": (Category.BOTTOMS, _trousers),
    "shorts": (Category.BOTTOMS, _shorts),
    "skirt": (Category.BOTTOMS, _skirt),
    "dress": (Category.DRESSES, _dress),
    "shift": (Category.DRESSES, _shift),
    "jacket": (Category.JACKETS, _jacket),
    "tote": (Category.BAGS, _tote),
    "satchel": (Category.BAGS, _satchel),
    "scarf": (Category.SCARVES, _scarf),
    "brim": (Category.HATS, _brim),
    "beanie": (Category.HATS, _beanie),
    "belt": (Category.BELTS, _belt),
    "sneakers": (Category.SNEAKERS, _sneakers),
    "heels": (Category.HEELS, _heels),
    "boots": (Category.BOOTS, _boots),
    "necklace": (Category.JEWELRY, _necklace),
    "earrings": (Category.JEWELRY, _earrings),
}


def draw(garment: Garment) -> Drawing:
    """Draw a garment; takes about a second, and the same values give the same pixels."""
    sheet = _Sheet(garment)
    return sheet.finish(SHAPES[garment.shape][1](sheet))


NAVY, INK, CREAM = (0.13, 0.18, 0.33), (0.10, 0.11, 0.14), (0.93, 0.90, 0.83)
RUST, MOSS, WINE = (0.66, 0.30, 0.17), (0.35, 0.42, 0.27), (0.45, 0.10, 0.17)
INDIGO, SKY, CAMEL = (0.20, 0.29, 0.48), (0.52, 0.68, 0.84), (0.72, 0.54, 0.34)
ROSE, GOLD, TEAL = (0.83, 0.52, 0.55), (0.83, 0.67, 0.34), (0.10, 0.42, 0.44)


def collection() -> list[Garment]:
    """The demo's garments: every category, every pattern."""
    return [
        Garment("Breton tee", "tee", "stripes", NAVY, (0.93, 0.93, 0.90), 1),
        Garment("Rust pocket tee", "tee", "plain", RUST, seed=2),
        Garment("Garden tee", "tee", "floral", TEAL, (0.95, 0.74, 0.70), 3),
        Garment("Moss cable sweater", "sweater", "knit", MOSS, (0.75, 0.78, 0.60), 4),
        Garment("Harbour sweater", "sweater", "stripes", (0.86, 0.83, 0.76), NAVY, 5),
        Garment("Rose tank", "tank", "plain", ROSE, seed=6),
        Garment("Indigo jeans", "trousers", "denim", INDIGO, (0.72, 0.79, 0.88), 7),
        Garment(
            "Pinstripe trousers", "trousers", "pinstripes", (0.22, 0.23, 0.27), (0.8, 0.8, 0.82), 8
        ),
        Garment("Camel shorts", "shorts", "plain", CAMEL, seed=9),
        Garment("Checked skirt", "skirt", "checks", WINE, (0.88, 0.78, 0.62), 10),
        Garment("Meadow dress", "dress", "floral", (0.20, 0.25, 0.42), (0.95, 0.80, 0.78), 11),
        Garment("Plaid dress", "dress", "checks", (0.16, 0.34, 0.36), CREAM, 12),
        Garment("Striped shift", "shift", "stripes", (0.90, 0.88, 0.83), (0.20, 0.36, 0.56), 13),
        Garment("Denim jacket", "jacket", "denim", (0.27, 0.38, 0.56), (0.80, 0.85, 0.92), 14),
        Garment("Camel blazer", "jacket", "plain", CAMEL, seed=15),
        Garment("Checked blazer", "jacket", "checks", (0.35, 0.36, 0.38), (0.72, 0.71, 0.68), 16),
        Garment("Canvas tote", "tote", "stripes", (0.85, 0.80, 0.69), NAVY, 17),
        Garment("Cognac satchel", "satchel", "leather", (0.55, 0.29, 0.13), (0.90, 0.80, 0.60), 18),
        Garment("Wine knit scarf", "scarf", "knit", WINE, (0.75, 0.30, 0.36), 19),
        Garment("Tartan scarf", "scarf", "checks", (0.62, 0.14, 0.13), (0.12, 0.20, 0.24), 20),
        Garment("Camel fedora", "brim", "plain", (0.66, 0.50, 0.33), seed=21),
        Garment("Teal beanie", "beanie", "knit", TEAL, (0.40, 0.66, 0.66), 22),
        Garment("Saddle belt", "belt", "leather", (0.42, 0.23, 0.12), (0.85, 0.72, 0.50), 23),
        Garment("Court sneakers", "sneakers", "plain", (0.16, 0.32, 0.47), seed=24),
        Garment("Red pumps", "heels", "leather", (0.66, 0.08, 0.12), seed=25),
        Garment("Chestnut boots", "boots", "leather", (0.33, 0.18, 0.11), seed=26),
        Garment("Pearl necklace", "necklace", "plain", (0.93, 0.89, 0.84), (0.10, 0.42, 0.44), 27),
        Garment("Gold hoops", "earrings", "metal", GOLD, (0.97, 0.88, 0.62), 28),
    ]
