"""Lay garments on a body: row-wise panels, strips along arms and legs, rigid anchors.

A panel maps every row of the picture to one row of the garment and stretches it from edge to edge,
so that a stripe stays a level line. Sleeves follow the arm's own line. All else is moved, scaled
and turned as a whole, held by its anchor on the body.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace

import cv2
import numpy as np

from tryon.engines import SHOES, Category, Code, RefusalError
from tryon.engines.pictures import Array
from tryon.engines.preview.body import Arm, Body, Point
from tryon.engines.preview.cutout import Cutout, Lower, Sleeve, Upper, read_lower, read_upper

# How much a fabric stands off the body, in face heights.
EASE = {
    Category.TOPS: 0.03,
    Category.DRESSES: 0.035,
    Category.BOTTOMS: 0.035,
    Category.JACKETS: 0.07,
}


@dataclass(frozen=True)
class Layer:
    """A garment in the person's picture: `colour` (BGR floats, 0 to 255) and `cover` (0 to 1)."""

    colour: Array
    cover: Array


@dataclass(frozen=True)
class Fitted:
    """A garment on a body, in pixels of the person's picture.

    `below` lies under `above` (sleeves under the front). `anchors` says where its parts were put.
    `sleeves` is how long each sleeve is in face heights (0 without), `hem` the hem's row, and
    `missing` (0 to 1) how much of the garment falls outside the picture.
    """

    category: Category
    above: Layer
    below: Layer | None = None
    anchors: dict[str, Point] = field(default_factory=dict)
    sleeves: tuple[float, float] = (0.0, 0.0)
    hem: float | None = None
    missing: float = 0.0
    sleeves_lost: int = 0

    @property
    def cover(self) -> Array:
        """The cover of all its layers."""
        if self.below is None:
            return self.above.cover
        return np.maximum(self.above.cover, self.below.cover)


def _sample(cutout: Cutout, cover: Array, x: Array, y: Array) -> Layer:
    x, y = x.astype(np.float32), y.astype(np.float32)
    colour = cv2.remap(cutout.colour, x, y, cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE)
    soft = cv2.remap(cover, x, y, cv2.INTER_LINEAR, borderMode=cv2.BORDER_CONSTANT)
    return Layer(colour, soft)


def _shrunk(cutout: Cutout, scale: float) -> tuple[Cutout, float]:
    """Scale a garment down beforehand where it will be drawn much smaller: no moiré."""
    if scale > 0.75:
        return cutout, 1.0
    factor = max(scale * 1.15, 0.05)
    size = (
        max(8, round(cutout.cover.shape[1] * factor)),
        max(8, round(cutout.cover.shape[0] * factor)),
    )
    return (
        replace(
            cutout,
            colour=cv2.resize(cutout.colour, size, interpolation=cv2.INTER_AREA),
            cover=cv2.resize(cutout.cover, size, interpolation=cv2.INTER_AREA),
        ),
        size[0] / cutout.cover.shape[1],
    )


def _silhouette_margin(mask: Array, margin: float | Array) -> Array:
    """1 on the body, falling to 0 within about a pixel beyond a margin (of each row) around it."""
    away = cv2.distanceTransform((~mask).astype(np.uint8), cv2.DIST_L2, 5)
    result: Array = np.clip(margin - away + 0.5, 0, 1)
    return result.astype(np.float32)


def fit(cutout: Cutout, body: Body, mask: Array) -> Fitted:
    """Lay a garment on a body with this silhouette (booleans).

    Raises RefusalError when the part of the body that it needs is not in the picture, or when the
    garment is not laid out so that it can be read.
    """
    return FITS[cutout.category](cutout, body, mask)


# --- panels ---------------------------------------------------------------------------------------


def _panel(
    cutout: Cutout,
    cover: Array,
    shape: tuple[int, int],
    rows: tuple[float, float],
    levels: Sequence[tuple[float, float]],
    source: tuple[Array, Array],
    target: tuple[Array, Array],
) -> Layer:
    """Stretch a garment row by row: `levels` pairs rows of the picture with rows of the garment."""
    height, width = shape
    y0, y1 = max(int(rows[0]), 0), min(int(np.ceil(rows[1])) + 1, height)
    colour = np.zeros((height, width, 3), np.float32)
    soft = np.zeros((height, width), np.float32)
    if y1 <= y0:
        return Layer(colour, soft)
    y = np.arange(y0, y1, dtype=np.float32)
    v = np.interp(y, [p[0] for p in levels], [p[1] for p in levels])
    grid = np.arange(len(source[0]))
    source_left, source_right = np.interp(v, grid, source[0]), np.interp(v, grid, source[1])
    # A pixel or two inside the garment's own edge, where it is all cloth.
    inset = np.minimum(1.6, 0.05 * np.maximum(source_right - source_left, 0))
    source_left, source_right = source_left + inset, source_right - inset
    left, right = target[0][y0:y1], target[1][y0:y1]
    stretch = (source_right - source_left) / np.maximum(right - left, 1)
    x = np.arange(width, dtype=np.float32)
    map_x = source_left[:, None] + (x[None] - left[:, None]) * stretch[:, None]
    layer = _sample(cutout, cover, map_x, np.broadcast_to(v[:, None], map_x.shape))
    inside = np.clip(x - left[:, None] + 1.5, 0, 1) * np.clip(right[:, None] - x + 1.5, 0, 1)
    # The first and last row are cut straight: what frays there is the cut-out's own edge.
    ends = np.clip(y - rows[0] + 0.5, 0, 1) * np.clip(rows[1] - y + 0.5, 0, 1)
    colour[y0:y1] = layer.colour
    soft[y0:y1] = layer.cover * inside * ends[:, None]
    return Layer(colour, soft)


def _scaled_upper(parts: Upper, k: float) -> Upper:
    """The same parts in a garment scaled by k."""

    def rows(values: Array) -> Array:
        count = max(2, round(len(values) * k))
        return np.interp(np.linspace(0, len(values) - 1, count), np.arange(len(values)), values) * k

    def sleeve(one: Sleeve | None) -> Sleeve | None:
        return None if one is None else Sleeve(one.path * k, one.half * k, one.length * k)

    return Upper(
        top=parts.top * k,
        tip=parts.tip * k,
        armpit=parts.armpit * k,
        hem=parts.hem * k,
        axis=parts.axis * k,
        neck=parts.neck * k,
        span=parts.span * k,
        chest=parts.chest * k,
        left=rows(parts.left),
        right=rows(parts.right),
        sleeves=(sleeve(parts.sleeves[0]), sleeve(parts.sleeves[1])),
    )


def _fit_upper(cutout: Cutout, body: Body, mask: Array) -> Fitted:
    category = cutout.category
    f = body.unit
    parts, front = read_upper(cutout)
    if body.bottom < body.armpit + 0.6 * f:
        raise RefusalError(
            Code.BODY_NOT_IN_PICTURE, "The upper body is not in the picture: show it to the waist."
        )
    ease = EASE[category] * f
    chest = body.width(body.armpit + 0.05 * f) + 2 * ease
    scale = chest / parts.chest
    cutout, k = _shrunk(replace(cutout, cover=front), scale)
    parts = _scaled_upper(parts, k)
    scale /= k
    # The last rows of a cut-out are frayed: half backdrop, half cloth.
    parts = replace(parts, hem=parts.hem - 3)
    tips = body.shoulders
    tip_row = (tips[0][1] + tips[1][1]) / 2
    sleeved = parts.sleeves[0] is not None or parts.sleeves[1] is not None
    reach = scale * parts.span / 2
    neck_half = (body.neck[1][0] - body.neck[0][0]) / 2
    opening = max(scale * parts.neck, neck_half * 1.02)
    share = np.clip((opening - neck_half) / max(body.span / 2 - neck_half, 1), 0, 1)
    # Drawn a little high: the shoulder's own outline cuts it, so that no skin shows above it.
    neck_row = body.neck[0][1] + share * (tip_row - body.neck[0][1]) - 0.13 * f
    if sleeved:
        ends = (tips[0][0] - ease * 0.5, tips[1][0] + ease * 0.5)
        end_row = tip_row - 0.13 * f
    else:
        reach = float(np.clip(reach, neck_half + 0.16 * f, body.span / 2))
        ends = (body.axis - reach, body.axis + reach)
        lower = np.clip((reach - neck_half) / max(body.span / 2 - neck_half, 1), 0, 1)
        end_row = body.neck[0][1] + lower * (tip_row - body.neck[0][1]) - 0.13 * f
    end_row = max(end_row, neck_row + 1)
    armpit = max(body.armpit, end_row + 0.3 * f)
    # Clothes are sized: a longer trunk wears a longer cut of the same width.
    torso = (body.crotch - body.armpit) / 1.53
    tall = float(np.sqrt(scale * torso / parts.chest))
    hem = _hem(category, armpit + tall * (parts.hem - parts.armpit), body)
    height = mask.shape[0]
    rows = np.arange(height)
    # The trunk's edges with some ease; a loose cut keeps part of its own width.
    levels = [(neck_row, parts.top), (end_row, parts.tip), (armpit, parts.armpit), (hem, parts.hem)]
    if category is Category.DRESSES:
        narrow = _narrowest(parts)
        if narrow is not None and hem > body.hip:
            levels.insert(3, (body.waist, narrow))
    v = np.interp(rows, [p[0] for p in levels], [p[1] for p in levels])
    grid = np.arange(len(parts.left))
    own = scale * (np.interp(v, grid, parts.right) - np.interp(v, grid, parts.left)) / 2
    if category is Category.DRESSES:
        # A flare is as wide as it was cut; only what lies on the body needs ease.
        own = own * (1 - 2 * ease / chest)
    edges = []
    for side, trunk, end in ((-1, body.left, ends[0]), (1, body.right, ends[1])):
        half = side * (trunk - body.axis) + ease
        if category is Category.DRESSES:
            # A skirt falls from the hips; it does not follow the legs.
            over = rows > body.hip
            if over.any():
                at_hip = float(half[int(min(body.hip, height - 1))])
                half = np.where(over, np.maximum(half, at_hip), half)
            loose = 0.5 + 0.5 * np.clip((rows - body.waist) / max(body.hip - body.waist, 1), 0, 1)
        else:
            loose = np.full(height, 0.45 if category is Category.TOPS else 0.6)
        half = half + loose * np.maximum(own - half, 0)
        if category is Category.DRESSES and len(levels) == 5:
            # From its waist a dress flares by as much as it was cut to.
            k_waist = int(np.clip(body.waist, 0, height - 1))
            flared = half[k_waist] + own - own[k_waist]
            half = np.where(rows > body.waist, np.maximum(half, flared), half)
        at_pit = float(half[int(np.clip(armpit, 0, height - 1))])
        seam = np.clip((rows - end_row) / max(armpit - end_row, 1), 0, 1)
        start = side * (end - body.axis)
        half = np.where(rows < armpit, start + seam * (at_pit - start), half)
        edges.append(body.axis + side * half)
    target = (edges[0], edges[1])
    above = _panel(
        cutout,
        cutout.cover,
        (height, mask.shape[1]),
        (neck_row - 0.05 * f, hem),
        levels,
        (parts.left, parts.right),
        target,
    )
    near = _silhouette_margin(mask, 0.03 * f)
    soft = above.cover
    upper_rows = rows < armpit
    soft[upper_rows] *= near[upper_rows]
    if sleeved:
        # The seam's own side belongs to the sleeve.
        x = np.arange(mask.shape[1])
        inside = (x[None] > target[0][:, None] - 0.5) & (x[None] < target[1][:, None] + 0.5)
        soft *= cv2.GaussianBlur(inside.astype(np.float32), (0, 0), 0.7)
    below, lengths, lost = _sleeves(cutout, parts, body, mask, scale, ease, opening)
    anchors = {
        "shoulder left": (ends[0], end_row),
        "shoulder right": (ends[1], end_row),
        "hem": (body.axis, hem),
    }
    missing = float(np.clip((hem - (height - 1)) / max(hem - neck_row, 1), 0, 1))
    return Fitted(category, above, below, anchors, lengths, hem, missing, lost if sleeved else 0)


def _narrowest(parts: Upper) -> float | None:
    """A dress's waist: its narrowest row below the armpit, if it has one."""
    rows = np.arange(int(parts.armpit), int(parts.armpit + 0.6 * (parts.hem - parts.armpit)))
    if len(rows) < 10:
        return None
    widths = (parts.right - parts.left)[rows]
    k = int(np.argmin(widths))
    return float(rows[k]) if 0.08 * len(rows) < k < 0.95 * len(rows) else None


def _hem(category: Category, hem: float, body: Body) -> float:
    """Keep a hem where such a garment can end; a hem that was dragged into place stays there."""
    if body.hem is not None:
        return max(body.hem, body.armpit + 0.5 * body.unit)
    if category is Category.DRESSES:
        return float(np.clip(hem, body.crotch + 0.3 * body.unit, body.ankle))
    if body.old_hem is not None and hem < body.old_hem < hem + 0.7 * body.unit:
        # A finger's width of the old top below the new one would spoil it.
        hem = body.old_hem + 0.04 * body.unit
    return float(np.clip(hem, body.waist, body.crotch + 0.9 * body.unit))


def _sleeves(
    cutout: Cutout,
    parts: Upper,
    body: Body,
    mask: Array,
    scale: float,
    ease: float,
    opening: float,
) -> tuple[Layer | None, tuple[float, float], int]:
    """Both sleeves as one layer, their lengths in face heights, and how many found no arm."""
    colour = np.zeros((*mask.shape, 3), np.float32)
    cover = np.zeros(mask.shape, np.float32)
    lengths = [0.0, 0.0]
    lost = 0
    # Tight over the shoulder, loose further down; never in the neck opening.
    rows = np.arange(mask.shape[0])[:, None]
    low = np.clip((rows - body.armpit) / (0.8 * body.unit) + 0.6, 0, 1)
    near = _silhouette_margin(mask, (0.03 + 0.04 * low) * body.unit + low * ease * 0.5)
    columns = np.arange(mask.shape[1])[None]
    aside = np.clip(np.abs(columns - body.axis) - opening - 0.08 * body.unit, 0, 1)
    near = near * np.where(rows < body.armpit, aside, 1).astype(np.float32)
    for k, side in enumerate((-1, 1)):
        sleeve, arm = parts.sleeves[k], body.arms[k]
        if sleeve is None:
            continue
        if arm is None:
            lost += 1
            continue
        length = _strip(
            cutout, sleeve, parts.chest, arm, side, body, scale, ease, near, (colour, cover)
        )
        lengths[k] = length / body.unit
    return Layer(colour, cover), (lengths[0], lengths[1]), lost


def _strip(
    cutout: Cutout,
    sleeve: Sleeve,
    chest: float,
    arm: Arm,
    side: int,
    body: Body,
    scale: float,
    ease: float,
    near: Array,
    out: tuple[Array, Array],
) -> float:
    """Draw one sleeve along an arm into `out`; gives its length."""
    f = body.unit
    # Long is what was cut long; short ones are as long as their cut on this arm.
    ratio = sleeve.length / chest
    length = min(float(np.sqrt(scale * sleeve.length * ratio * arm.length / 1.45)), arm.length)
    if ratio > 1.0:
        length = arm.length + 0.05 * f
    step = float(np.hypot(*(arm.path[1] - arm.path[0])))
    # Begins inside the front panel, which covers the seam: no hole at the shoulder.
    inward = arm.path[0] + np.array([-side * 0.26 * f, -0.08 * f])
    count = int(np.ceil(length / step)) + 2
    path = np.concatenate([[inward], arm.path[:count]])
    gone = np.concatenate([[0], np.cumsum(np.hypot(*np.diff(path, axis=0).T))])
    before = gone[1]
    way = gone - before
    reach = np.interp(way, np.arange(len(arm.half)) * step, arm.half)
    wide = np.interp(
        np.clip(way / max(length, 1), 0, 1) * sleeve.length,
        np.linspace(0, sleeve.length, len(sleeve.half)),
        sleeve.half,
    )
    snug = reach + 0.045 * f + ease * 0.5
    half = np.clip(scale * wide, snug, reach * 1.45 + 0.06 * f)
    # Around the shoulder it is wider than the arm: the body's outline cuts it there.
    half = half + 0.22 * f * np.clip(1 - np.maximum(way, 0) / (0.75 * f), 0, 1)
    low = np.maximum(np.floor(path.min(axis=0) - half.max() - 2), 0).astype(int)
    high = np.ceil(path.max(axis=0) + half.max() + 3).astype(int)
    height, width = near.shape
    window = (slice(low[1], min(high[1], height)), slice(low[0], min(high[0], width)))
    y, x = np.mgrid[window].astype(np.float32)
    if not y.size:
        return length
    best = np.full(y.shape, np.inf, np.float32)
    along, across, girth = np.zeros_like(best), np.zeros_like(best), np.ones_like(best)
    for i in range(len(path) - 1):
        a, b = path[i], path[i + 1]
        d = b - a
        size = max(float(np.hypot(*d)), 1e-6)
        d = d / size
        t = (x - a[0]) * d[0] + (y - a[1]) * d[1]
        c = (x - a[0]) * -d[1] + (y - a[1]) * d[0]
        # The last stretch goes on straight, so that the cuff is cut straight across.
        end = size if i < len(path) - 2 else size * 3
        clipped = np.clip(t, 0, end)
        away = c * c + (t - clipped) ** 2
        closer = away < best
        best = np.where(closer, away, best)
        along = np.where(closer, way[i] + clipped, along)
        across = np.where(closer, c, across)
        thick = half[i] + (half[i + 1] - half[i]) * np.clip(t / size, 0, 1)
        girth = np.where(closer, thick, girth)
    u = np.minimum(along / max(length, 1), 0.985) * sleeve.length
    grid = np.linspace(0, sleeve.length, len(sleeve.path))
    tangent = np.gradient(sleeve.path, axis=0)
    tangent /= np.maximum(np.hypot(tangent[:, 0], tangent[:, 1]), 1e-6)[:, None]
    px = np.interp(u, grid, sleeve.path[:, 0]) + np.minimum(u, 0) * tangent[0, 0]
    py = np.interp(u, grid, sleeve.path[:, 1]) + np.minimum(u, 0) * tangent[0, 1]
    nx, ny = np.interp(u, grid, -tangent[:, 1]), np.interp(u, grid, tangent[:, 0])
    offset = across / girth * np.interp(u, grid, sleeve.half) * 0.95
    layer = _sample(cutout, cutout.cover, px + nx * offset, py + ny * offset)
    soft = np.clip(girth - np.sqrt(best) + 0.5, 0, 1) * np.clip(length - along + 0.5, 0, 1)
    soft = (soft * near[window]).astype(np.float32)
    amount = soft[..., None]
    out[0][window] = out[0][window] * (1 - amount) + layer.colour * amount
    out[1][window] = np.maximum(out[1][window], soft)
    # Colours were mixed with nothing where there was none yet.
    fresh = soft > 0
    out[0][window][fresh] = layer.colour[fresh]
    return length


def _fit_bottoms(cutout: Cutout, body: Body, mask: Array) -> Fitted:
    f = body.unit
    parts = read_lower(cutout)
    if body.bottom < body.crotch + 0.5 * f:
        raise RefusalError(
            Code.BODY_NOT_IN_PICTURE, "The legs are not in the picture: show the whole person."
        )
    ease = EASE[Category.BOTTOMS] * f
    hips = body.width(body.hip) + 2 * ease
    scale = hips / parts.hip
    cutout, k = _shrunk(cutout, scale)
    parts = _scaled_lower(parts, k)
    scale /= k
    height, width = mask.shape
    rows = np.arange(height)
    band = body.band
    anchors: dict[str, Point] = {"waist": (body.axis, band)}
    if parts.crotch is None:
        # A skirt's hem is cut in a bow; its lowest rows are only the middle of it.
        parts = replace(parts, hem=parts.hem - 6 * k)
        drop = (body.crotch - band) / (0.78 * parts.waist)
        hem = band + float(np.sqrt(scale * drop)) * (parts.hem - parts.top)
        hem = float(np.clip(hem if body.hem is None else body.hem, body.crotch, body.ankle))
        levels = [(band, parts.top), (hem, parts.hem)]
        v = np.interp(rows, [band, hem], [parts.top, parts.hem])
        grid = np.arange(len(parts.left))
        own = scale * (np.interp(v, grid, parts.right) - np.interp(v, grid, parts.left)) / 2
        edges = []
        for side, trunk in ((-1, body.left), (1, body.right)):
            half = side * (trunk - body.axis) + ease
            at_hip = float(half[int(min(body.hip, height - 1))])
            half = np.where(rows > body.hip, np.maximum(half, at_hip), half)
            edges.append(body.axis + side * (half + np.maximum(own - half, 0) * (rows > body.hip)))
        above = _panel(
            cutout,
            cutout.cover,
            (height, width),
            (band, hem),
            levels,
            (parts.left, parts.right),
            (edges[0], edges[1]),
        )
    else:
        # Long is what was cut long: by the garment's own proportions, whatever its size.
        rise = parts.crotch - parts.top
        inside = (parts.hem - parts.crotch) / rise * (body.crotch - band)
        leg = body.ankle + 0.10 * f - body.crotch
        whole = parts.hem - parts.crotch > 1.9 * rise
        hem = body.crotch + (leg if whole else min(inside, leg))
        if body.hem is not None:
            hem = float(np.clip(body.hem, body.crotch + 0.2 * f, body.ankle + 0.1 * f))
        levels = [(band, parts.top), (body.crotch, parts.crotch), (hem, parts.hem)]
        layers = []
        for k, (trunk, inner) in enumerate(
            ((body.left, body.inner_left), (body.right, body.inner_right))
        ):
            side = (-1, 1)[k]
            outer = trunk + side * ease
            own_inner = np.where(rows < body.crotch + 0.1 * f, body.axis, inner - side * ease * 0.6)
            # The legs of trousers never cross the middle.
            own_inner = (
                np.minimum(own_inner, body.axis) if k == 0 else np.maximum(own_inner, body.axis)
            )
            if not body.legs_apart:
                own_inner = np.full(height, body.axis)
            source_outer = (parts.left, parts.right)[k]
            source_inner = (parts.inner_left, parts.inner_right)[k]
            pair = (source_outer, source_inner) if k == 0 else (source_inner, source_outer)
            goal = (outer, own_inner) if k == 0 else (own_inner, outer)
            side_cover = _half_cover(cutout.cover, source_inner, k)
            layers.append(
                _panel(cutout, side_cover, (height, width), (band, hem), levels, pair, goal)
            )
        pick = layers[1].cover > layers[0].cover
        above = Layer(
            np.where(pick[..., None], layers[1].colour, layers[0].colour),
            np.maximum(layers[0].cover, layers[1].cover),
        )
        above = _closed_seam(above, body, band)
        anchors["crotch"] = (body.axis, body.crotch)
    anchors["hem"] = (body.axis, hem)
    missing = float(np.clip((hem - (height - 1)) / max(hem - band, 1), 0, 1))
    return Fitted(Category.BOTTOMS, above, None, anchors, (0.0, 0.0), hem, missing)


def _scaled_lower(parts: Lower, k: float) -> Lower:
    """The same parts in a garment scaled by k."""

    def rows(values: Array) -> Array:
        count = max(2, round(len(values) * k))
        return np.interp(np.linspace(0, len(values) - 1, count), np.arange(len(values)), values) * k

    return Lower(
        top=parts.top * k,
        crotch=None if parts.crotch is None else parts.crotch * k,
        hem=parts.hem * k,
        axis=parts.axis * k,
        waist=parts.waist * k,
        hip=parts.hip * k,
        left=rows(parts.left),
        right=rows(parts.right),
        inner_left=rows(parts.inner_left),
        inner_right=rows(parts.inner_right),
    )


def _half_cover(cover: Array, inner: Array, k: int) -> Array:
    """One leg's half of a cover."""
    x = np.arange(cover.shape[1])[None]
    rows = np.arange(cover.shape[0])
    edge = np.interp(rows, np.arange(len(inner)), inner)[:, None]
    own = (x <= edge + 1) if k == 0 else (x >= edge - 1)
    return np.where(own, cover, 0).astype(np.float32)


def _closed_seam(layer: Layer, body: Body, band: float) -> Layer:
    """Close the hairline between the two halves above the crotch."""
    cover = layer.cover.copy()
    x = round(body.axis)
    rows = slice(max(int(band + 0.05 * body.unit), 0), int(body.crotch))
    window = (rows, slice(x - 3, x + 4))
    cover[window] = np.maximum(cover[window], cover[rows, x - 5 : x - 4])
    return Layer(layer.colour, cover)


# --- rigid anchors --------------------------------------------------------------------------------


def _placed(
    cutout: Cutout,
    shape: tuple[int, int],
    anchor: Point,
    at: Point,
    scale: tuple[float, float],
    turn: float = 0.0,
) -> Layer:
    """Move a whole garment: its `anchor` comes to `at`, scaled, turned by degrees."""
    cutout, k = _shrunk(cutout, min(scale))
    anchor = (anchor[0] * k, anchor[1] * k)
    sx, sy = scale[0] / k, scale[1] / k
    c, s = np.cos(np.radians(turn)), np.sin(np.radians(turn))
    matrix = np.array([[c * sx, -s * sy, 0], [s * sx, c * sy, 0]])
    matrix[:, 2] = np.asarray(at) - matrix[:, :2] @ np.asarray(anchor)
    size = (shape[1], shape[0])
    flags = cv2.INTER_LINEAR
    colour = cv2.warpAffine(
        cutout.colour, matrix, size, flags=flags, borderMode=cv2.BORDER_REPLICATE
    )
    cover = cv2.warpAffine(cutout.cover, matrix, size, flags=flags)
    return Layer(colour, cover)


def _missing(layer: Layer, cutout: Cutout, scale: tuple[float, float]) -> float:
    """How much of a moved garment fell outside the picture."""
    expected = float(cutout.cover.sum()) * scale[0] * scale[1]
    return float(np.clip(1 - layer.cover.sum() / max(expected, 1), 0, 1))


def _rows_of(mask: Array) -> tuple[Array, Array]:
    """First and last column of each row; zeros where there is none."""
    any_ = mask.any(axis=1)
    first = np.where(any_, np.argmax(mask, axis=1), 0)
    last = np.where(any_, mask.shape[1] - 1 - np.argmax(mask[:, ::-1], axis=1), 0)
    return first, last


def _head(body: Body, mask: Array) -> float:
    """Half the head's width with its hair, at the forehead."""
    f, cx = body.unit, body.face.middle
    widths = []
    for row in range(int(body.face.y - 0.05 * f), int(body.face.y + 0.15 * f)):
        if 0 <= row < mask.shape[0]:
            columns = np.flatnonzero(mask[row])
            columns = columns[np.abs(columns - cx) < 1.0 * f]
            if len(columns):
                widths.append((columns[-1] - columns[0]) / 2)
    return float(np.clip(np.median(widths) if widths else 0.55 * f, 0.46 * f, 0.72 * f))


def _fit_hat(cutout: Cutout, body: Body, mask: Array) -> Fitted:
    f = body.unit
    x0, y0, x1, y1 = cutout.box
    first, last = _rows_of(cutout.mask)
    widths = (last - first).astype(np.float32)
    widest = int(np.argmax(widths))
    crown_row = y0 + int(0.45 * (y1 - y0))
    brimmed = widths[widest] > 1.35 * widths[crown_row]
    crown = float(widths[crown_row if brimmed else int(y0 + 0.75 * (y1 - y0))])
    half = _head(body, mask) * (1.10 if brimmed else 1.14)
    scale = 2 * half / max(crown, 1)
    # A brim's middle, or a beanie's rim, lies on the forehead above the brows.
    anchor = ((x0 + x1) / 2, float(widest) if brimmed else float(y1))
    at = (body.face.middle, body.face.y - 0.05 * f if brimmed else body.face.y + 0.15 * f)
    if at[1] - scale * (anchor[1] - y0) < -0.25 * scale * (y1 - y0):
        raise RefusalError(
            Code.BODY_NOT_IN_PICTURE, "There is no room for a hat: show more above the head."
        )
    layer = _placed(cutout, mask.shape, anchor, at, (scale, scale))
    return Fitted(
        Category.HATS,
        layer,
        anchors={"forehead": at},
        missing=_missing(layer, cutout, (scale, scale)),
    )


def _fit_scarf(cutout: Cutout, body: Body, mask: Array) -> Fitted:
    f = body.unit
    _, y0, _, y1 = cutout.box
    upper = cutout.mask[y0 : y0 + max(int(0.35 * (y1 - y0)), 2)]
    columns = np.flatnonzero(upper.any(axis=0))
    loop = float(columns[-1] - columns[0])
    centre = float(columns[-1] + columns[0]) / 2
    hole = _hole(cutout.mask, centre, y0, y1)
    neck = body.neck[1][0] - body.neck[0][0]
    width = max(2.35 * neck, 1.7 * f)
    scale = width / max(loop, 1)
    # The loop's opening is where the neck comes out of it.
    anchor = hole or (centre, y0 + 0.10 * (y1 - y0))
    at = (body.notch[0], body.face.chin + 0.20 * f)
    if body.bottom < at[1] + 0.8 * scale * (y1 - anchor[1]):
        raise RefusalError(
            Code.BODY_NOT_IN_PICTURE, "The chest is not in the picture: show the upper body."
        )
    layer = _placed(cutout, mask.shape, anchor, at, (scale, scale))
    # What runs around the back is behind the neck.
    y, x = np.mgrid[0 : mask.shape[0], 0 : mask.shape[1]]
    front_edge = at[1] + 0.10 * f
    half = np.where(y < body.face.chin, 0.62 * f, neck / 2)
    behind = (np.abs(x - body.notch[0]) < half) & (y < front_edge) & mask
    cover = layer.cover * (1 - cv2.GaussianBlur(behind.astype(np.float32), (0, 0), 1.0))
    # Nor does it stand up beside the jaw.
    cover = cover * np.clip((y - (body.face.chin - 0.12 * f)) / (0.06 * f), 0, 1).astype(np.float32)
    return Fitted(
        Category.SCARVES,
        Layer(layer.colour, cover),
        anchors={"neck": at},
        missing=_missing(layer, cutout, (scale, scale)),
    )


def _hole(mask: Array, centre: float, y0: int, y1: int) -> Point | None:
    """The middle of the opening around the axis, in the upper part."""
    count, _, stats, centres = cv2.connectedComponentsWithStats(
        (~mask).astype(np.uint8), connectivity=4
    )
    for k in range(1, count):
        x, y = centres[k]
        inside = stats[k, cv2.CC_STAT_TOP] > y0 and y < y0 + 0.5 * (y1 - y0)
        if inside and stats[k, cv2.CC_STAT_AREA] > 0.01 * mask.sum() and abs(x - centre) < 40:
            return float(x), float(y)
    return None


def _fit_belt(cutout: Cutout, body: Body, mask: Array) -> Fitted:
    f = body.unit
    x0, y0, x1, y1 = cutout.box
    if y1 - y0 > 0.6 * (x1 - x0):
        raise RefusalError(
            Code.GARMENT_UNREADABLE,
            "The belt is rolled up: lay it out straight from left to right.",
        )
    if body.bottom < body.band + 0.4 * f:
        raise RefusalError(
            Code.BODY_NOT_IN_PICTURE, "The waist is not in the picture: show more of the body."
        )
    thick = np.median(cutout.mask[:, x0 : x1 + 1].sum(axis=0))
    row = body.band + 0.06 * f
    left, right = body.edges(row)
    left, right = left - 0.03 * f, right + 0.03 * f
    height = 0.17 * f / max(float(thick), 1)
    wide = max((right - left) / (x1 - x0), height * 0.8)
    anchor = ((x0 + x1) / 2, (y0 + y1) / 2)
    at = ((left + right) / 2, row)
    layer = _placed(cutout, mask.shape, anchor, at, (wide, height))
    x = np.arange(mask.shape[1])[None]
    # Its ends go around the body.
    inside = np.clip(x - left + 0.5, 0, 1) * np.clip(right - x + 0.5, 0, 1)
    near = _silhouette_margin(mask, 0.045 * f)
    return Fitted(
        Category.BELTS,
        Layer(layer.colour, (layer.cover * inside * near).astype(np.float32)),
        anchors={"waist": at},
    )


def _fit_bag(cutout: Cutout, body: Body, mask: Array) -> Fitted:
    f = body.unit
    x0, y0, x1, y1 = cutout.box
    first, last = _rows_of(cutout.mask)
    filled = cutout.mask.sum(axis=1) / np.maximum(last - first + 1, 1)
    rows = np.arange(y0, y1 + 1)
    handle = rows[(filled[y0 : y1 + 1] < 0.75)]
    body_top = float(handle[-1]) if len(handle) > 0.08 * (y1 - y0) else float(y0)
    strap = (body_top - y0) / max(y1 - y0, 1)
    middle = (x0 + x1) / 2
    # The hand that hangs: of two the picture's right one.
    arms = body.arms
    order = [0, 1] if arms[1] is None else [1, 0]
    if arms[0] and arms[1] and abs(arms[0].wrist[1] - arms[1].wrist[1]) < 0.4 * f:
        order = [1, 0]
    elif arms[0] and arms[1]:
        order = [0, 1] if arms[0].wrist[1] > arms[1].wrist[1] else [1, 0]
    k = order[0]
    side = (-1, 1)[k]
    arm = arms[k]
    if strap > 0.42:
        # A long strap hangs from the shoulder, the bag at the hip.
        tip = body.shoulders[k]
        at = (tip[0] - side * 0.34 * f, tip[1] - 0.08 * f)
        wanted = body.hip + 0.2 * f - at[1]
        scale = float(
            np.clip(
                wanted / (body_top + 0.5 * (y1 - body_top) - y0),
                0.8 * f / (x1 - x0),
                1.5 * f / (x1 - x0),
            )
        )
        layer = _placed(cutout, mask.shape, (middle, float(y0) + 3), at, (scale, scale))
        name = "shoulder"
    else:
        if arm is None or not arm.seen or arm.hand[1] > mask.shape[0] - 0.3 * f:
            raise RefusalError(
                Code.BODY_NOT_IN_PICTURE, "No hand is in the picture to carry the bag: show one."
            )
        at = arm.hand
        scale = 1.75 * f / max(x1 - x0, 1)
        layer = _placed(cutout, mask.shape, (middle, float(y0) + 4), at, (scale, scale))
        name = "hand"
    lost = _missing(layer, cutout, (scale, scale))
    if lost > 0.25:
        raise RefusalError(
            Code.BODY_NOT_IN_PICTURE, "There is no room for the bag: show more around the person."
        )
    return Fitted(Category.BAGS, layer, anchors={name: at}, missing=lost)


def _fit_shoes(cutout: Cutout, body: Body, mask: Array) -> Fitted:
    f = body.unit
    if not body.feet_visible:
        raise RefusalError(
            Code.FEET_NOT_IN_PICTURE, "The feet are not in the picture: show the whole person."
        )
    count, labels, stats, _ = cv2.connectedComponentsWithStats(cutout.mask.astype(np.uint8))
    big = [k for k in range(1, count) if stats[k, cv2.CC_STAT_AREA] > 0.2 * cutout.mask.sum()]
    big.sort(key=lambda k: int(stats[k, cv2.CC_STAT_LEFT]))
    if len(big) != 2 or any(
        stats[k, cv2.CC_STAT_WIDTH] > 1.15 * stats[k, cv2.CC_STAT_HEIGHT] for k in big
    ):
        raise RefusalError(
            Code.GARMENT_UNREADABLE, "Show the shoes as a pair, side by side, from the front."
        )
    colour = np.zeros((*mask.shape, 3), np.float32)
    cover = np.zeros(mask.shape, np.float32)
    anchors: dict[str, Point] = {}
    missing = 0.0
    for n, k in enumerate(big):
        y, h = int(stats[k, cv2.CC_STAT_TOP]), int(stats[k, cv2.CC_STAT_HEIGHT])
        sole = body.soles[n]
        near = slice(max(int(sole[1] - 0.45 * f), 0), int(sole[1]) + 1)
        columns = np.flatnonzero(mask[near].any(axis=0))
        own = columns[(columns - body.axis) * (-1, 1)[n] > 0]
        own = own[np.abs(own - sole[0]) < 0.6 * f]
        foot = float(own[-1] - own[0]) if len(own) else 0.5 * f
        middle = float(own[-1] + own[0]) / 2 if len(own) else sole[0]
        foot = float(np.clip(foot, 0.40 * f, 0.75 * f))
        part = (labels == k).astype(np.float32)
        base = np.flatnonzero(part[y + int(0.72 * h) : y + h].any(axis=0))
        scale = foot * 1.16 / max(float(base[-1] - base[0]), 1)
        one = replace(cutout, cover=cutout.cover * cv2.dilate(part, np.ones((5, 5), np.uint8)))
        tall = scale if cutout.category is Category.BOOTS else min(scale, 0.92 * f / h)
        anchor = (float(base[-1] + base[0]) / 2, float(y + h))
        at = (middle, sole[1] + 0.03 * f)
        layer = _placed(one, mask.shape, anchor, at, (scale, tall))
        if cutout.category is Category.BOOTS:
            layer = _on_leg(one, body, n, anchor, at, scale, (y, y + h), mask.shape)
        fresh = layer.cover > cover
        colour[fresh] = layer.colour[fresh]
        cover = np.maximum(cover, layer.cover)
        anchors[("left foot", "right foot")[n]] = at
        missing = max(missing, _missing(layer, one, (scale, tall)))
    return Fitted(cutout.category, Layer(colour, cover), anchors=anchors, missing=min(missing, 0.2))


def _on_leg(
    cutout: Cutout,
    body: Body,
    n: int,
    anchor: Point,
    at: Point,
    scale: float,
    rows: tuple[int, int],
    shape: tuple[int, int],
) -> Layer:
    """A boot: its foot stays rigid, its shaft follows the leg row by row."""
    f = body.unit
    first, last = _rows_of(cutout.cover > 0.5)
    first, last = first.astype(np.float32), last.astype(np.float32)
    top = at[1] - scale * (rows[1] - rows[0])
    # Never over the knee unless it was cut so.
    top = max(top, body.knee + 0.25 * f)
    y = np.arange(shape[0])
    v = np.interp(y, [top, at[1]], [rows[0], rows[1] - 1])
    grid = np.arange(len(first))
    source_left, source_right = np.interp(v, grid, first), np.interp(v, grid, last)
    rigid_left = at[0] + scale * (source_left - anchor[0])
    rigid_right = at[0] + scale * (source_right - anchor[0])
    outer = body.left if n == 0 else body.right
    inner = body.inner_left if n == 0 else body.inner_right
    leg_left, leg_right = (outer, inner) if n == 0 else (inner, outer)
    shaft = np.clip((at[1] - 0.55 * f - y) / (0.35 * f), 0, 1)
    room = 0.055 * f
    left = (1 - shaft) * rigid_left + shaft * (leg_left - room)
    right = (1 - shaft) * rigid_right + shaft * (leg_right + room)
    return _panel(
        cutout,
        cutout.cover,
        shape,
        (top, at[1]),
        [(top, rows[0]), (at[1], rows[1] - 1)],
        (first, last),
        (left, right),
    )


def _fit_jewelry(cutout: Cutout, body: Body, mask: Array) -> Fitted:
    f = body.unit
    count, labels, stats, _ = cv2.connectedComponentsWithStats(
        cv2.dilate(cutout.mask.astype(np.uint8), np.ones((5, 5), np.uint8))
    )
    areas = stats[1:, cv2.CC_STAT_AREA]
    big = [k + 1 for k in range(count - 1) if areas[k] > 0.3 * areas.max()]
    if len(big) == 2 and 0.6 < areas[big[0] - 1] / areas[big[1] - 1] < 1.7:
        return _earrings(cutout, body, mask, labels, stats, big)
    x0, y0, x1, y1 = cutout.box
    hole = y1 - y0 > 0.5 * (x1 - x0)
    if not hole:
        raise RefusalError(
            Code.GARMENT_UNREADABLE, "Show a necklace hanging open, or a pair of earrings."
        )
    top = cutout.mask[y0 : y0 + max(int(0.08 * (y1 - y0)), 2)]
    columns = np.flatnonzero(top.any(axis=0))
    if columns[-1] - columns[0] < 0.35 * (x1 - x0):
        columns = np.array([x0, x1])
    neck = body.neck[1][0] - body.neck[0][0]
    scale = 1.42 * neck / float(columns[-1] - columns[0])
    anchor = (float(columns[-1] + columns[0]) / 2, float(y0))
    at = (body.notch[0], body.neck[0][1] - 0.02 * f)
    if scale * (y1 - y0) > 2.2 * f:
        scale = 2.2 * f / (y1 - y0)
    layer = _placed(cutout, mask.shape, anchor, at, (scale, scale))
    cover = layer.cover * _silhouette_margin(mask, 1.0)
    return Fitted(Category.JEWELRY, Layer(layer.colour, cover), anchors={"neck": at})


def _earrings(
    cutout: Cutout, body: Body, mask: Array, labels: Array, stats: Array, big: list[int]
) -> Fitted:
    f = body.unit
    big = sorted(big, key=lambda k: int(stats[k, cv2.CC_STAT_LEFT]))
    colour = np.zeros((*mask.shape, 3), np.float32)
    cover = np.zeros(mask.shape, np.float32)
    anchors: dict[str, Point] = {}
    for n, k in enumerate(big):
        x, y, w, h = (int(stats[k, c]) for c in range(4))
        one = replace(cutout, cover=np.where(labels == k, cutout.cover, 0).astype(np.float32))
        scale = min(0.36 * f / h, 0.30 * f / w)
        at = (body.face.middle + (-1, 1)[n] * 0.545 * f, body.face.chin - 0.56 * f)
        layer = _placed(one, mask.shape, (x + w / 2, float(y)), at, (scale, scale))
        fresh = layer.cover > cover
        colour[fresh] = layer.colour[fresh]
        cover = np.maximum(cover, layer.cover)
        anchors[("left ear", "right ear")[n]] = at
    return Fitted(Category.JEWELRY, Layer(colour, cover), anchors=anchors)


FITS: dict[Category, Callable[[Cutout, Body, Array], Fitted]] = {
    Category.TOPS: _fit_upper,
    Category.DRESSES: _fit_upper,
    Category.JACKETS: _fit_upper,
    Category.BOTTOMS: _fit_bottoms,
    Category.HATS: _fit_hat,
    Category.SCARVES: _fit_scarf,
    Category.BELTS: _fit_belt,
    Category.BAGS: _fit_bag,
    Category.JEWELRY: _fit_jewelry,
    **dict.fromkeys(SHOES, _fit_shoes),
}
