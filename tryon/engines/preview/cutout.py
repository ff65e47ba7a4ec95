"""A garment without its backdrop: cut out with a soft edge, and read for its parts."""

from dataclasses import dataclass
from itertools import pairwise

import cv2
import numpy as np

from tryon.engines import SHOES, Category, Code, RefusalError
from tryon.engines.pictures import Array, decode, opaque, within
from tryon.engines.preview.face import faces
from tryon.engines.preview.silhouette import backdrop

# More pixels than this are never seen on a person of 1024 pixels.
LONGEST = 720
# What one sees through: a handle, a loop, a chain.
OPEN = frozenset({Category.BAGS, Category.SCARVES, Category.JEWELRY})


@dataclass(frozen=True)
class Cutout:
    """A garment: `colour` (BGR floats, 0 to 255, continued beyond its edge), `cover` (0 to 1).

    `contrast` (0 to 1) is how clearly its edge stands out from the backdrop.
    """

    category: Category
    colour: Array
    cover: Array
    contrast: float

    @property
    def mask(self) -> Array:
        """Where the garment is, as booleans."""
        mask: Array = self.cover > 0.5
        return mask

    @property
    def box(self) -> tuple[int, int, int, int]:
        """Left, top, right, bottom of the garment (the last two inclusive)."""
        rows = np.flatnonzero(self.mask.any(axis=1))
        columns = np.flatnonzero(self.mask.any(axis=0))
        return int(columns[0]), int(rows[0]), int(columns[-1]), int(rows[-1])


def cut_out(data: bytes, category: Category) -> Cutout:
    """Cut a garment out of its picture.

    Raises RefusalError when it is cut by the frame, indistinct from its backdrop, or worn.
    """
    picture = within(decode(data, "the garment"), LONGEST)
    if min(picture.shape[:2]) < 96:
        raise RefusalError(
            Code.PICTURE_TOO_SMALL,
            "The picture of the garment is too small: use 400 pixels or more.",
        )
    colour = opaque(picture)
    contrast = 1.0
    if picture.shape[2] == 4 and _is_cut_out(picture[..., 3]):
        cover = picture[..., 3].astype(np.float32) / 255
    else:
        if any(face.size > 0.06 * max(colour.shape[:2]) for face in faces(colour)):
            raise RefusalError(
                Code.GARMENT_WORN, "Somebody wears the garment: use a picture of the garment alone."
            )
        cover, contrast = _from_backdrop(colour, category)
    _check_frame(cover)
    return Cutout(category, _continued(colour, cover), cover, contrast)


def _is_cut_out(alpha: Array) -> bool:
    """Whether transparency was meant: part of the picture clear, part of it solid."""
    return 0.02 < float((alpha < 16).mean()) < 0.995


def _from_backdrop(colour: Array, category: Category) -> tuple[Array, float]:
    height, width = colour.shape[:2]
    lab = cv2.cvtColor(
        cv2.GaussianBlur(colour, (0, 0), 0.7).astype(np.float32) / 255, cv2.COLOR_BGR2LAB
    )
    rim = max(3, round(0.03 * min(height, width)))
    frame = np.ones((height, width), bool)
    frame[rim:-rim, rim:-rim] = False
    step = 3
    _, spread = backdrop(lab[::step, ::step], frame[::step, ::step])
    if spread > 7:
        raise RefusalError(
            Code.GARMENT_INDISTINCT,
            "The garment cannot be told from what is around it: lay it on a plain background.",
        )
    difference, spread = backdrop(lab, frame)
    light = difference[..., 0]
    hue = np.hypot(difference[..., 1], difference[..., 2])
    # A soft shadow is darker than the backdrop by a little, of the same hue, and has no edge.
    steep = np.hypot(
        cv2.Sobel(lab[..., 0], cv2.CV_32F, 1, 0, ksize=3, scale=1 / 8),
        cv2.Sobel(lab[..., 0], cv2.CV_32F, 0, 1, ksize=3, scale=1 / 8),
    )
    soft = (light < 0) & (light > -24) & (hue < 4) & (steep < 2.0)
    distance = np.sqrt(np.where(soft, 0.22 * light, light) ** 2 + (1.5 * hue) ** 2)
    edge = max(6.0, 4 * spread)
    mask: Array = (distance > edge).astype(np.uint8)
    if float(mask[frame].mean()) > 0.60:
        raise RefusalError(
            Code.GARMENT_INDISTINCT,
            "The garment cannot be told from what is around it: lay it on a plain background.",
        )
    thin = category is Category.JEWELRY
    if category not in OPEN:
        mask = cv2.morphologyEx(mask, cv2.MORPH_CLOSE, np.ones((5, 5), np.uint8))
        # White stripes on white paper: what the garment's outline goes around belongs to it.
        mask = _filled(mask)
    mask = _without_shadows(mask, light, hue)
    if not thin:
        mask = cv2.morphologyEx(mask, cv2.MORPH_OPEN, np.ones((3, 3), np.uint8))
    mask = _main_pieces(mask, pieces=2 if category in SHOES or thin else 1)
    area = float(mask.mean())
    if area < (0.002 if thin else 0.015):
        raise RefusalError(
            Code.GARMENT_INDISTINCT,
            "No garment stands out from the background: lay it on a plain one of another colour.",
        )
    # What the edge is made of: the garment's side of it must differ from the backdrop.
    inner = (mask > 0) & (cv2.erode(mask, np.ones((7, 7), np.uint8)) == 0)
    clear = float(np.percentile(distance[inner], 30)) if inner.any() else 0.0
    if clear < 1.25 * edge:
        raise RefusalError(
            Code.GARMENT_INDISTINCT,
            "The garment is too much like its background: lay it on one of another colour.",
        )
    # Half a pixel in, so that nothing of the backdrop's colour is left at the rim.
    soft_edge = cv2.GaussianBlur(mask.astype(np.float32), (0, 0), 1.0)
    inset = 0.38 if thin else 0.62
    cover = np.clip((soft_edge - inset) * 2.4 + 0.3, 0, 1).astype(np.float32)
    return cover, float(np.clip((clear - edge) / 30, 0, 1))


def _without_shadows(mask: Array, light: Array, hue: Array) -> Array:
    """Take the deep shadow off a coloured or a dark garment: between two legs, beneath a sleeve.

    It has the backdrop's own hue, and the backdrop leads into it.
    """
    if not mask.any():
        return mask
    coloured = float(np.median(hue[mask > 0])) > 8
    dark = float(np.median(light[mask > 0])) < -40
    if not coloured and not dark:
        return mask
    doubtful = (mask > 0) & (light < -8) & (light > (-48 if coloured else -26)) & (hue < 4.5)
    _, marks = cv2.connectedComponents(((mask == 0) | doubtful).astype(np.uint8), connectivity=4)
    outside = np.unique(marks[mask == 0])
    kept = mask.copy()
    shadow = doubtful & np.isin(marks, outside)
    kept[shadow] = 0
    # A shadow is small, and the garment hangs together without it; else it was a grey part of it.
    pieces = cv2.connectedComponentsWithStats(cv2.erode(kept, np.ones((3, 3), np.uint8)))[2]
    whole = cv2.connectedComponentsWithStats(cv2.erode(mask, np.ones((3, 3), np.uint8)))[2]
    one, before = (int(stats[1:, cv2.CC_STAT_AREA].max(initial=0)) for stats in (pieces, whole))
    small = shadow.sum() < 0.08 * mask.sum()
    return kept if small and one > 0.90 * before else mask


def _main_pieces(mask: Array, pieces: int) -> Array:
    """Keep the largest pieces and close holes that no garment has."""
    # Pearls on a string: what is hardly apart belongs together.
    joined = cv2.dilate(mask, np.ones((7, 7), np.uint8))
    count, labels, stats, _ = cv2.connectedComponentsWithStats(joined, connectivity=8)
    labels = labels * mask
    areas = stats[1:, cv2.CC_STAT_AREA]
    if count < 2:
        return np.zeros_like(mask)
    kept = np.zeros_like(mask)
    for k in np.argsort(-areas, kind="stable")[: max(pieces, 6)]:
        # A tassel or a link of a chain may hang loose; dust may not.
        if areas[k] > (0.06 if pieces == 1 else 0.04) * areas.max():
            kept[labels == k + 1] = 1
    return _filled(kept, 0.004 * float(kept.sum()))


def _filled(mask: Array, largest: float = np.inf) -> Array:
    """Close the holes of up to so many pixels."""
    filled = mask.copy()
    count, marks, stats, _ = cv2.connectedComponentsWithStats(1 - mask, connectivity=4)
    outside = set(np.unique(np.concatenate([marks[0], marks[-1], marks[:, 0], marks[:, -1]])))
    for k in range(1, count):
        if k not in outside and stats[k, cv2.CC_STAT_AREA] < largest:
            filled[marks == k] = 1
    return filled


def _check_frame(cover: Array) -> None:
    mask = cover > 0.5
    edges = (
        mask[:2].any(axis=0),
        mask[-2:].any(axis=0),
        mask[:, :2].any(axis=1),
        mask[:, -2:].any(axis=1),
    )
    if max(float(edge.mean()) for edge in edges) > 0.02:
        raise RefusalError(
            Code.GARMENT_CUT, "The garment is cut off at the picture's edge: show all of it."
        )


def _continued(colour: Array, cover: Array) -> Array:
    """Carry the garment's colours beyond its edge, so that scaling mixes in no backdrop."""
    result = colour.astype(np.float32)
    solid = cv2.erode((cover > 0.9).astype(np.float32), np.ones((5, 5), np.uint8))
    if solid.sum() < 0.3 * (cover > 0.5).sum():
        solid = (cover > 0.6).astype(np.float32)
    filled, known = result * solid[..., None], solid
    for shrink, sigma in ((1, 1.2), (2, 2.0), (6, 2.5), (12, 4.0)):
        size = (-(-solid.shape[1] // shrink), -(-solid.shape[0] // shrink))
        full = (solid.shape[1], solid.shape[0])
        packed = np.dstack([result * solid[..., None], solid])
        packed = cv2.GaussianBlur(
            cv2.resize(packed, size, interpolation=cv2.INTER_AREA), (0, 0), sigma
        )
        spread = cv2.resize(packed, full, interpolation=cv2.INTER_LINEAR)
        new = (known < 0.5) & (spread[..., 3] > 0.002)
        filled[new] = spread[new][:, :3] / spread[new][:, 3:]
        known = np.where(new, 1, known)
    return filled


@dataclass(frozen=True)
class Sleeve:
    """A laid-out sleeve: its axis ((n, 2) pixels from the shoulder on), half-widths, length."""

    path: Array
    half: Array
    length: float


@dataclass(frozen=True)
class Upper:
    """The parts of a garment for the upper body. Rows from top to hem; `left` and `right` are the
    front panel's edges in each row, without sleeves."""

    top: float
    tip: float
    armpit: float
    hem: float
    axis: float
    neck: float
    span: float
    chest: float
    left: Array
    right: Array
    sleeves: tuple[Sleeve | None, Sleeve | None]


@dataclass(frozen=True)
class Lower:
    """The parts of trousers, shorts or a skirt (`crotch` None): edges in each row."""

    top: float
    crotch: float | None
    hem: float
    axis: float
    waist: float
    hip: float
    left: Array
    right: Array
    inner_left: Array
    inner_right: Array


def _unreadable(what: str) -> RefusalError:
    return RefusalError(
        Code.GARMENT_UNREADABLE, f"The garment's {what} cannot be read: lay it out flat, front up."
    )


def read_upper(cutout: Cutout) -> tuple[Upper, Array]:
    """Read a top, a dress or a jacket; gives its parts and its cover without the inner back.

    Raises RefusalError when it is not laid out so that they can be told.
    """
    mask = cutout.mask
    x0, y0, x1, y1 = cutout.box
    height = y1 - y0
    if height < 60:
        raise _unreadable("shape")
    low = mask[y0 + int(0.75 * height) : y0 + int(0.92 * height)]
    counts = cv2.GaussianBlur(low.sum(axis=0).astype(np.float32).reshape(1, -1), (0, 0), 5).ravel()
    filled = np.flatnonzero(counts > 0.5 * counts.max())
    axis = float((x0 + x1) / 2)
    if len(filled):
        pieces = np.split(filled, np.flatnonzero(np.diff(filled) > 1) + 1)
        middle = min(pieces, key=lambda p: abs(float(p.mean()) - axis))
        axis = float(middle.mean())
    left = np.full(mask.shape[0], np.nan, np.float32)
    right = left.copy()
    a = int(axis)
    for row in range(y0, y1 + 1):
        line = mask[row]
        if not line[a]:
            continue
        off = np.flatnonzero(~line)
        before, after = off[off < a], off[off > a]
        left[row] = before[-1] + 1 if len(before) else 0
        right[row] = after[0] - 1 if len(after) else mask.shape[1] - 1
    if np.isfinite(left[y0:y1]).mean() < 0.6:
        raise _unreadable("front")
    hem = float(y1)
    pits = [_pit(side * (edge - axis), y0, y1) for side, edge in ((-1, left), (1, right))]
    # Both sides are sewn alike: one without a sleeve beside one with it is a fold.
    sleeved = all(pit is not None for pit in pits)
    top_edge = np.argmax(mask, axis=0).astype(np.float32)
    if sleeved:
        armpit = float(np.mean([pit for pit in pits if pit is not None]))
        row = int(min(armpit + 0.02 * height, y1))
        chest = float(right[row] - left[row])
        reach = 0.97 * chest / 2
    else:
        probe = slice(y0 + int(0.05 * height), y0 + int(0.14 * height))
        wide = np.where(mask[probe].any(axis=0))[0]
        reach = float(min(axis - wide[0], wide[-1] - axis)) * 0.97
        # Where the armhole ends the side runs straight down: the upper part's first widest row.
        last = 0.36 if cutout.category is Category.DRESSES else 0.45
        rows = np.arange(y0 + int(0.10 * height), y0 + int(last * height))
        widths = _fill(right - left)[rows]
        widths = cv2.GaussianBlur(widths.reshape(-1, 1), (0, 0), 2).ravel()
        armpit = float(rows[int(np.argmax(widths > 0.985 * widths.max()))])
        chest = float(_fill(right - left)[int(armpit)])
    if chest < 40 or armpit > y0 + 0.65 * height:
        raise _unreadable("shape")
    columns = [int(np.clip(axis + side * reach, x0, x1)) for side in (-1, 1)]
    tips = [float(top_edge[c]) for c in columns]
    tip = min(float(np.mean(tips)), armpit - 0.05 * height)
    neck = _neck(top_edge, axis, reach)
    full_left, full_right = _fill(left), _fill(right)
    rows = np.arange(len(left))
    # Above the armpit the panel ends at the seam, a straight line up to the shoulder's tip.
    k = int(min(armpit + 0.02 * height, y1))
    seam = np.clip((rows - tip) / max(k - tip, 1), 0, 1)
    upper = rows < k
    panel_left = np.where(upper, axis - reach + seam * (full_left[k] - axis + reach), full_left)
    panel_right = np.where(upper, axis + reach + seam * (full_right[k] - axis - reach), full_right)
    if not sleeved:
        panel_left = np.where(upper, np.minimum(panel_left, full_left), full_left)
        panel_right = np.where(upper, np.maximum(panel_right, full_right), full_right)
    sleeves: list[Sleeve | None] = [None, None]
    if sleeved:
        for n, side in enumerate((-1, 1)):
            edge = panel_left if side < 0 else panel_right
            start = (axis + side * reach, tip + 0.2 * (armpit - tip))
            sleeves[n] = _sleeve(mask, edge, side, start)
    parts = Upper(
        top=float(y0),
        tip=tip,
        armpit=armpit,
        hem=hem,
        axis=axis,
        neck=neck,
        span=2 * reach,
        chest=chest,
        left=panel_left,
        right=panel_right,
        sleeves=(sleeves[0], sleeves[1]),
    )
    return parts, _without_inner_back(cutout, parts)


def _fill(values: Array) -> Array:
    known = np.flatnonzero(np.isfinite(values))
    return np.interp(np.arange(len(values)), known, values[known]).astype(np.float32)


def _pit(edge: Array, y0: int, y1: int) -> float | None:
    """The armpit's row: going up from the hem, the row in which the edge jumps out to a sleeve."""
    half = _fill(edge)
    height = y1 - y0
    for row in range(y0 + int(0.75 * height), y0 + int(0.08 * height), -1):
        before = float(np.median(half[row : row + max(3, int(0.02 * height))]))
        after = float(half[max(row - max(2, int(0.012 * height)), y0)])
        if after > before * 1.10 + 4:
            return float(row)
    return None


def _neck(top_edge: Array, axis: float, reach: float) -> float:
    """Half the neck opening's width: the peaks of the upper edge beside the axis."""
    found = []
    for side in (-1, 1):
        offsets = np.arange(0.12 * reach, 0.90 * reach)
        heights = top_edge[np.clip(axis + side * offsets, 0, len(top_edge) - 1).astype(int)]
        found.append(float(offsets[int(np.argmin(heights))]))
    return float(np.clip(np.mean(found), 0.22 * reach, 0.75 * reach))


def _sleeve(mask: Array, edge: Array, side: int, start: tuple[float, float]) -> Sleeve | None:
    """Follow a sleeve from its seam to its cuff."""
    outside = mask & ((np.arange(mask.shape[1]) - edge[:, np.newaxis]) * side > 0)
    # In one piece: where stripes leave gaps in the front's edge, there is something outside too.
    count, pieces, stats, _ = cv2.connectedComponentsWithStats(outside.astype(np.uint8))
    if count < 2:
        return None
    largest = 1 + int(np.argmax(stats[1:, cv2.CC_STAT_AREA]))
    y, x = np.nonzero(pieces == largest)
    points = np.stack([x, y], 1).astype(np.float64)
    if len(points) < 80:
        return None
    origin = np.asarray(start)
    way = points.mean(axis=0) - origin
    for _ in range(3):
        way = way / max(float(np.hypot(*way)), 1e-6)
        along = (points - origin) @ way
        far = points[along > np.percentile(along, 85)]
        way = far.mean(axis=0) - origin
    way = way / max(float(np.hypot(*way)), 1e-6)
    across = np.array([-way[1], way[0]])
    along, off = (points - origin) @ way, (points - origin) @ across
    length = float(np.percentile(along, 99))
    if length < 20:
        return None
    places, middles, halves = [], [], []
    steps = np.linspace(0, length, 15)
    for low, high in pairwise(steps):
        own = off[(along >= low) & (along < high)]
        if len(own) >= 6:
            a, b = np.percentile(own, [2, 98])
            places.append((low + high) / 2)
            middles.append(float(a + b) / 2)
            halves.append(float(b - a) / 2)
    if len(places) < 6:
        return None
    # Smooth curves through what was measured; the slanted seam and the cuff's corners count less.
    place = np.asarray(places) / length
    weight = np.clip(np.minimum(place - 0.05, 0.98 - place) / 0.2, 0.05, 1)
    degree = 2 if length > 3.5 * max(halves) else 1
    even = np.linspace(0, 1, 24)
    middle = np.polyval(np.polyfit(place, middles, degree, w=weight), even)
    half = np.polyval(np.polyfit(place, halves, degree, w=weight), even)
    path = origin + np.outer(even * length, way) + np.outer(middle, across)
    return Sleeve(path, np.clip(half, 0.3 * max(halves), max(halves)), length)


def _without_inner_back(cutout: Cutout, parts: Upper) -> Array:
    """Take away the inside of the back that shows through the neck opening.

    It is even, darker than the front, and ends in a curve between the two peaks of the neck; the
    curve with the clearest step along all of it is the front's neckline, if there is one at all
    (stripes make steps too, but are not even along a curve).
    """
    lab = cv2.cvtColor(cutout.colour.clip(0, 255).astype(np.float32) / 255, cv2.COLOR_BGR2LAB)
    lab = cv2.GaussianBlur(lab, (0, 0), 1.5)
    height = parts.hem - parts.top
    best, chosen = 0.0, None
    ahead = max(3.0, 0.010 * height)
    for wide in (0.8, 0.9, 1.0, 1.1, 1.2):
        n = parts.neck * wide
        u = np.linspace(-0.86, 0.86, 41)
        for power in (0.5, 0.8, 1.4):
            shape = (1 - np.abs(u) ** 2) ** power
            for drop in np.arange(0.03, 0.42, 0.01) * min(height, 2.2 * parts.span):
                x = np.clip(parts.axis + u * n, 0, lab.shape[1] - 1).astype(int)
                y = parts.top + drop * shape

                def at(move: float, x: Array = x, y: Array = y) -> Array:
                    rows = np.clip(y + move, 0, lab.shape[0] - 1).astype(int)
                    values: Array = lab[rows, x]
                    return values

                inside, front = at(-ahead), at(ahead)
                if inside[:, 0].mean() > front[:, 0].mean():
                    continue
                step = np.sqrt(((front - inside) ** 2).sum(1))
                uneven = float(np.sqrt(inside.var(axis=0).sum()))
                score = float(np.percentile(step, 18)) - 0.8 * uneven
                if score > best:
                    best, chosen = score, (n, drop, power)
    cover = cutout.cover.copy()
    if chosen is None or best < 6:
        return cover
    n, drop, power = chosen
    y, x = np.mgrid[0 : cover.shape[0], 0 : cover.shape[1]].astype(np.float32)
    u = np.abs((x - parts.axis) / n)
    line = parts.top + drop * np.maximum(1 - u**2, 0) ** power
    opening = np.where(u < 1, np.clip((line - y) + 0.5, 0, 1), 0)
    result: Array = cover * (1 - opening)
    return result


def read_lower(cutout: Cutout) -> Lower:
    """Read trousers, shorts or a skirt; raises RefusalError when their shape cannot be told."""
    mask = cutout.mask
    x0, y0, x1, y1 = cutout.box
    height = y1 - y0
    if height < 60 or x1 - x0 < 40:
        raise _unreadable("shape")
    band = mask[y0 + int(0.03 * height) : y0 + int(0.10 * height)]
    wide = np.flatnonzero(band.any(axis=0))
    axis = float((wide[0] + wide[-1]) / 2)
    left = np.full(mask.shape[0], np.nan, np.float32)
    right, inner_left, inner_right = left.copy(), left.copy(), left.copy()
    gap = np.zeros(mask.shape[0], bool)
    near = max(2, int(0.18 * (x1 - x0)))
    for row in range(y0, y1 + 1):
        columns = np.flatnonzero(mask[row])
        if not len(columns):
            continue
        left[row], right[row] = columns[0], columns[-1]
        own_left, own_right = columns[columns < axis], columns[columns >= axis]
        inner_left[row] = inner_right[row] = axis
        middle = mask[row, max(int(axis) - near, 0) : int(axis) + near]
        if (~middle).sum() >= 2 and len(own_left) and len(own_right):
            gap[row] = True
            off = np.flatnonzero(~middle) + max(int(axis) - near, 0)
            nearest = off[int(np.argmin(np.abs(off - axis)))]
            inner_left[row] = columns[columns < nearest].max(initial=int(left[row]))
            inner_right[row] = columns[columns > nearest].min(initial=int(right[row]))
    crotch = None
    split = np.flatnonzero(gap[y0 + int(0.12 * height) : y1 - 3])
    if len(split) > 0.10 * height:
        crotch = float(split[0] + y0 + int(0.12 * height))
    filled_left, filled_right = _fill(left), _fill(right)
    widths = filled_right - filled_left
    across = float(widths[y0 : y0 + int(0.35 * height)].max())
    if crotch is not None and crotch > y0 + 0.85 * across:
        # The legs lie against each other below it.
        crotch = y0 + 0.70 * across
    upper = slice(y0 + int(0.03 * height), int(crotch) if crotch else y0 + int(0.35 * height))
    return Lower(
        top=float(y0),
        crotch=crotch,
        hem=float(y1),
        axis=axis,
        waist=float(np.median(widths[y0 + int(0.02 * height) : y0 + int(0.06 * height) + 1])),
        hip=float(widths[upper].max()),
        left=filled_left,
        right=filled_right,
        inner_left=_fill(inner_left),
        inner_right=_fill(inner_right),
    )
