"""Put a fitted garment into the picture: what stays in front, what must be painted, and the light.

Hair, hands, face and neck stay in front. Where old clothes would show beside a shorter garment, the
skin under them is painted, in the colour of the face and hands and under the old cloth's light; how
much was painted is counted, because it lowers the confidence.
"""

from dataclasses import dataclass

import cv2
import numpy as np

from tryon.engines import SHOES, Category
from tryon.engines.pictures import Array
from tryon.engines.preview.body import Arm, Body
from tryon.engines.preview.fit import Fitted

# These go around the neck and shoulders, so hair lies on them.
UNDER_HAIR = frozenset({Category.TOPS, Category.DRESSES, Category.JACKETS, Category.JEWELRY})
WORN_ON_SKIN = frozenset({Category.TOPS, Category.DRESSES})


@dataclass(frozen=True)
class Materials:
    """What the person's pixels are made of, as covers from 0 to 1, and the light on them.

    `light` is about 1: below in the shadows, above in the lights, without the materials' own
    colours. `cloth` (boolean) is what is no skin for sure. `skin_colour` is BGR; `head` is the face
    with its surroundings, which nothing touches.
    """

    skin: Array
    cloth: Array
    hair: Array
    head: Array
    light: Array
    skin_colour: Array
    hair_certain: float


@dataclass(frozen=True)
class Composed:
    """A picture (BGR floats), what changed in it (boolean), and what had to be painted.

    `painted` is the share of the garment's area that was painted as skin, `left_over` the share
    that still shows old clothes where none belong.
    """

    picture: Array
    garment: Array
    painted: float
    left_over: float


def _soft(mask: Array, sigma: float = 1.0) -> Array:
    return cv2.GaussianBlur(mask.astype(np.float32), (0, 0), sigma)


def materials(picture: Array, body: Body, mask: Array) -> Materials:
    """Tell skin and hair from cloth by their colours in the face and above it."""
    f = body.unit
    lab = cv2.cvtColor(picture.astype(np.float32) / 255, cv2.COLOR_BGR2LAB)
    face = body.face
    rows = slice(int(face.y + 0.45 * f), int(face.y + 0.80 * f))
    columns = slice(int(face.x + 0.22 * f), int(face.x + 0.78 * f))
    cheeks = lab[rows, columns].reshape(-1, 3)
    tone = np.median(cheeks, axis=0)
    scale = np.array([30.0, 9.0, 9.0], np.float32)
    skin_away = np.sqrt((((lab - tone) / scale) ** 2).sum(-1))
    # Darker skin is told by its lightness as well: its hues are close to those of dark cloth.
    skin = (skin_away < 1.55) & mask
    skin = cv2.morphologyEx(skin.astype(np.uint8), cv2.MORPH_OPEN, np.ones((3, 3), np.uint8)) > 0
    height, width = mask.shape
    y, x = np.mgrid[0:height, 0:width].astype(np.float32)
    u, v = (x - face.middle) / f, (y - face.chin) / f
    head = mask & ((u / 0.60) ** 2 + ((v + 0.62) / 0.66) ** 2 < 1)
    crown = mask & (v < -1.12) & (v > -1.75) & (np.abs(u) < 0.5) & (skin_away > 1.4)
    hair = np.zeros((height, width), bool)
    certain = 1.0
    if crown.sum() > 0.05 * f * f:
        hue = np.median(lab[crown], axis=0)
        spread = np.maximum(np.median(np.abs(lab[crown] - hue), axis=0) * 3.0, [14.0, 6.0, 7.0])
        away = np.sqrt((((lab - hue) / spread) ** 2).sum(-1))
        trunk = slice(int(min(body.armpit, height - 2)), int(min(body.armpit + f, height - 1)))
        cloth = np.median(
            lab[trunk, int(body.axis) - 5 : int(body.axis) + 6].reshape(-1, 3), axis=0
        )
        apart = float(np.sqrt((((cloth - hue) / spread) ** 2).sum()))
        certain = float(np.clip((apart - 1.2) / 1.5, 0, 1))
        # Hair of the shirt's own colour is followed no further than the chin.
        reach = 2.3 if certain > 0.4 else 0.25
        # Brown hair and brown skin overlap: the nearer one has it.
        near = mask & (v < reach) & (np.abs(u) < 1.15) & (~skin | (away < skin_away))
        alike = away < (2.4 if certain > 0.8 else 1.7)
        candidates = (alike & near).astype(np.uint8)
        kernel = np.ones((max(3, int(0.07 * f) | 1),) * 2, np.uint8)
        candidates = cv2.morphologyEx(candidates, cv2.MORPH_CLOSE, kernel)
        candidates[head & (v > -0.95) & (np.abs(u) < 0.36)] = 0
        candidates = cv2.morphologyEx(candidates, cv2.MORPH_OPEN, np.ones((3, 3), np.uint8))
        _, labels = cv2.connectedComponents(candidates, connectivity=8)
        top = np.unique(labels[crown & (candidates > 0)])
        hair = np.isin(labels, top[top > 0])
    colour = picture[rows, columns].reshape(-1, 3)
    bright = np.abs(cheeks[:, 0] - tone[0]) < 12
    skin_colour = np.median(colour[bright] if bright.any() else colour, axis=0)
    return Materials(
        skin=_soft(skin & ~hair, 0.8),
        cloth=mask & (_opened(skin_away > 1.9, 3) | (skin_away > 2.4)),
        hair=_soft(hair, 0.8),
        head=_soft(head, 1.0),
        light=_light(lab, mask, f),
        skin_colour=skin_colour.astype(np.float32),
        hair_certain=certain,
    )


def old_hem(picture: Array, body: Body) -> float | None:
    """The row in which the worn top ends: the clearest change of colour below the waist."""
    f = body.unit
    y0, y1 = int(body.waist - 0.2 * f), int(min(body.crotch, picture.shape[0] - 1))
    half = 0.30 * body.width(body.waist)
    columns = slice(max(int(body.axis - half), 0), int(body.axis + half) + 1)
    if y1 - y0 < 0.6 * f:
        return None
    lab = cv2.cvtColor(picture[y0:y1, columns].astype(np.float32) / 255, cv2.COLOR_BGR2LAB)
    rows = np.median(lab, axis=1)
    gap = max(2, int(0.05 * f))
    change = np.sqrt(((rows[gap:] - rows[:-gap]) ** 2).sum(-1))
    k = int(np.argmax(change))
    return float(y0 + k + gap) if change[k] > 12 else None


def _light(lab: Array, mask: Array, f: float) -> Array:
    """The slow part of the light on the body, each material measured against itself."""
    step = max(1, round(f / 24))
    small = cv2.resize(lab, None, fx=1 / step, fy=1 / step, interpolation=cv2.INTER_AREA)
    inside = cv2.resize(mask.astype(np.uint8), (small.shape[1], small.shape[0])) > 0
    pixels = small[inside]
    if len(pixels) < 50:
        return np.ones(mask.shape, np.float32)
    # Hue decides more than lightness: a shadow on a shirt is still the shirt.
    features = (pixels * np.array([0.55, 1.3, 1.3], np.float32)).astype(np.float32)
    cv2.setRNGSeed(2)
    rule = (cv2.TERM_CRITERIA_EPS + cv2.TERM_CRITERIA_MAX_ITER, 12, 0.5)
    _, labels, _ = cv2.kmeans(features, min(5, len(pixels)), None, rule, 1, cv2.KMEANS_PP_CENTERS)  # type: ignore[call-overload]
    light = np.ones(small.shape[:2], np.float32)
    values = np.ones(len(pixels), np.float32)
    linear = np.power(np.maximum(pixels[:, 0], 4) / 100, 1.0)
    for k in range(5):
        own = labels[:, 0] == k
        if own.any():
            values[own] = linear[own] / max(float(np.median(linear[own])), 0.02)
    light[inside] = np.clip(values, 0.5, 1.5)
    # Borders between materials say nothing about light.
    sigma = 0.11 * f / step
    weight = cv2.erode(inside.astype(np.float32), np.ones((3, 3), np.uint8))
    blurred = cv2.GaussianBlur(light * weight, (0, 0), sigma)
    amount = cv2.GaussianBlur(weight, (0, 0), sigma)
    slow = np.where(amount > 0.02, blurred / np.maximum(amount, 0.02), 1)
    slow = cv2.resize(slow.astype(np.float32), (mask.shape[1], mask.shape[0]))
    result: Array = np.clip(0.2 + 0.8 * slow, 0.70, 1.16)
    return result.astype(np.float32)


def _round(body: Body, shape: tuple[int, int]) -> Array:
    """A trunk is round: darker towards both edges."""
    x = np.arange(shape[1], dtype=np.float32)[None]
    left, right = body.left[: shape[0], None], body.right[: shape[0], None]
    q = (x - left) / np.maximum(right - left, 1) * 2 - 1
    result: Array = 1 - 0.13 * np.clip(np.abs(q), 0, 1.1) ** 4
    return result.astype(np.float32)


def _along_arms(body: Body, shape: tuple[int, int]) -> tuple[Array, Array]:
    """For each pixel near an arm how far along it lies (face heights) and how far from its line (in
    half-widths); infinite elsewhere."""
    along = np.full(shape, np.inf, np.float32)
    across = np.full(shape, np.inf, np.float32)
    for arm in body.arms:
        if arm is None:
            continue
        step = float(np.hypot(*(arm.path[1] - arm.path[0])))
        reach = 0.6 * body.unit
        low = np.maximum(arm.path.min(axis=0) - reach, 0).astype(int)
        high = (arm.path.max(axis=0) + reach).astype(int) + 1
        window = (slice(low[1], high[1]), slice(low[0], high[0]))
        y, x = np.mgrid[low[1] : min(high[1], shape[0]), low[0] : min(high[0], shape[1])].astype(
            np.float32
        )
        best = np.full(y.shape, np.inf, np.float32)
        place = np.zeros_like(best)
        for i in range(len(arm.path)):
            away = (x - arm.path[i, 0]) ** 2 + (y - arm.path[i, 1]) ** 2
            closer = away < best
            best = np.where(closer, away, best)
            place = np.where(closer, i, place)
        q = np.sqrt(best) / arm.half[place.astype(int)]
        nearer = q < across[window]
        along[window] = np.where(nearer, place * step / body.unit, along[window])
        across[window] = np.where(nearer, q, across[window])
    return along, across


def compose(picture: Array, fitted: Fitted, body: Body, mask: Array, stuff: Materials) -> Composed:
    """Lay one fitted garment into a picture (BGR floats)."""
    f = body.unit
    height, width = mask.shape
    category = fitted.category
    y, x = np.mgrid[0:height, 0:width].astype(np.float32)
    along, across = _along_arms(body, mask.shape)
    below, above = fitted.below, fitted.above
    base = picture
    sleeve_end = np.where(x < body.axis, fitted.sleeves[0], fitted.sleeves[1])
    wrist = np.where(x < body.axis, *[_wrist(arm, f) for arm in body.arms])
    outside = (x < body.left[:, None] - 0.02 * f) | (x > body.right[:, None] + 0.02 * f)
    # The arm beside the trunk hides what falls wider than the trunk.
    low_arm = mask & (across < 1.35) & (y > body.armpit + 0.1 * f) & outside
    # A hand laid on the trunk is told by its skin.
    hand = (stuff.skin > 0.5) & (across < 1.5) & (along > wrist - 0.25) & (y > body.armpit)
    front_arm = _soft(low_arm | hand, 0.8)

    painted = np.zeros(mask.shape, np.float32)
    if category in WORN_ON_SKIN:
        base, painted = _paint_skin(
            base, fitted, body, mask, stuff, (along, across, sleeve_end, wrist), (x, y)
        )
    if category in (Category.DRESSES, Category.BOTTOMS) and fitted.hem is not None:
        base, legs = _paint_legs(base, fitted.hem, body, mask, stuff, (x, y))
        painted = np.maximum(painted, legs)

    front = np.zeros(mask.shape, np.float32)
    if category in UNDER_HAIR:
        front = np.maximum(front, stuff.hair)
    if category in WORN_ON_SKIN or category is Category.JACKETS:
        front = np.maximum(front, _neck(body, mask, (x, y)))
    if category is not Category.HATS and category is not Category.JEWELRY:
        front = np.maximum(front, stuff.head)
    upper = above.cover
    if category in (
        Category.TOPS,
        Category.DRESSES,
        Category.JACKETS,
        Category.BOTTOMS,
        Category.BELTS,
    ):
        upper = upper * (1 - front_arm)
    if category is Category.BAGS:
        front = np.maximum(front, _grip(fitted, body, mask, stuff, (x, y)))
    upper = upper * (1 - front)
    shade = stuff.light
    if category in (Category.HATS, Category.BAGS, Category.JEWELRY):
        shade = np.ones_like(shade)
    elif category in WORN_ON_SKIN or category is Category.JACKETS:
        shade = shade * _round(body, mask.shape)
    shade = shade[..., None]
    result = base.copy()
    total = upper
    if below is not None:
        lower = below.cover * (1 - stuff.hair) * (1 - stuff.head)
        # An arm is round too.
        round_ = 1 - 0.20 * np.clip(np.where(np.isfinite(across), across, 0), 0, 1.1) ** 3
        total = np.maximum(upper, lower)
        result = _shadow(result, total, mask, stuff, f)
        amount = lower[..., None]
        result = (
            result * (1 - amount)
            + below.colour * stuff.light[..., None] * round_[..., None] * amount
        )
        # The front's edge leaves a faint seam on the sleeve.
        seam = _soft(upper, 0.02 * f) * lower * (1 - upper)
        result = result * (1 - 0.22 * seam[..., None])
    else:
        result = _shadow(result, total, mask, stuff, f)
    amount = upper[..., None]
    result = result * (1 - amount) + above.colour * shade * amount
    area = max(float(total.sum()), 1.0)
    shown = painted * (1 - total)
    left_over = _left_over(fitted, body, mask, stuff, total, painted, (x, y))
    return Composed(
        picture=result.clip(0, 255).astype(np.float32),
        garment=total,
        painted=float(shown.sum()) / area,
        left_over=left_over / area,
    )


def _wrist(arm: Arm | None, f: float) -> float:
    return 0.0 if arm is None else arm.length / f


def _neck(body: Body, mask: Array, grid: tuple[Array, Array]) -> Array:
    """The neck down to the pit between the collar bones, rounded below."""
    x, y = grid
    f = body.unit
    half = (body.neck[1][0] - body.neck[0][0]) / 2
    u = np.clip((x - body.notch[0]) / half, -1, 1)
    line = body.neck[0][1] - 0.02 * f + (body.notch[1] - body.neck[0][1]) * np.sqrt(1 - u * u)
    inside = mask & (np.abs(x - body.notch[0]) < half) & (y > body.face.chin - 0.2 * f) & (y < line)
    return _soft(inside, 1.0)


def _grip(
    fitted: Fitted, body: Body, mask: Array, stuff: Materials, grid: tuple[Array, Array]
) -> Array:
    """The hand that holds a bag's handle, in front of it; an arm in front of a bag at the hip."""
    x, y = grid
    f = body.unit
    if "hand" in fitted.anchors:
        hx, hy = fitted.anchors["hand"]
        near = (x - hx) ** 2 + ((y - hy) * 0.8) ** 2 < (0.42 * f) ** 2
        return _soft(near & mask & (stuff.skin > 0.4), 0.8)
    along, across = _along_arms(body, mask.shape)
    arm = mask & (across < 1.15) & (along > 0.55) & (y > body.armpit)
    return np.maximum(_soft(arm, 0.8), stuff.hair)


def _skin_fill(base: Array, where: Array, stuff: Materials, roundness: Array, f: float) -> Array:
    """Skin in the colour of the skin nearby, under the light on the cloth whose place it takes."""
    step = max(1, round(f / 20))
    size = (-(-base.shape[1] // step), -(-base.shape[0] // step))
    seen = stuff.skin * (1 - stuff.hair) * (1 - where)
    packed = cv2.resize(
        np.dstack([base * seen[..., None], seen]), size, interpolation=cv2.INTER_AREA
    )
    packed = cv2.GaussianBlur(packed, (0, 0), 0.20 * f / step)
    weight = 0.02
    near = (packed[..., :3] + weight * stuff.skin_colour) / (packed[..., 3:] + weight)
    near = cv2.resize(near.astype(np.float32), (base.shape[1], base.shape[0]))
    lit = np.clip(0.7 + 0.3 * stuff.light, 0.85, 1.04) * roundness / 0.95
    amount = where[..., None]
    result: Array = base * (1 - amount) + near * lit[..., None] * amount
    return result


def _opened(mask: Array, size: float) -> Array:
    """Without what is thinner than `size` pixels: the dark rims of skin are no cloth."""
    k = max(3, int(size) | 1)
    kernel = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (k, k))
    return cv2.morphologyEx(mask.astype(np.uint8), cv2.MORPH_OPEN, kernel) > 0


def _trousers(base: Array, body: Body, mask: Array, sleeves: Array, y: Array) -> Array:
    """Where the colour is rather the old trousers' than the old sleeves': a hip beside an arm."""
    nothing = np.zeros(sleeves.shape, bool)
    if body.old_hem is None:
        return nothing
    half = 0.3 * body.width(body.hip)
    columns = slice(int(max(body.axis - half, 0)), int(body.axis + half) + 1)
    rows = slice(int(body.old_hem), int(body.crotch) + 1)
    if base[rows, columns].size < 150 or sleeves.sum() < 50:
        return nothing
    lab = cv2.cvtColor(base.astype(np.float32) / 255, cv2.COLOR_BGR2LAB)
    # Hue more than lightness: the shaded side of a sleeve is dark, too.
    lab = lab * np.array([0.3, 1, 1], np.float32)
    trousers = np.median(lab[rows, columns].reshape(-1, 3), axis=0)
    top = np.median(lab[sleeves], axis=0)
    if float(np.square(trousers - top).sum()) < 5**2:
        return nothing
    alike = np.square(lab - trousers).sum(-1) < np.square(lab - top).sum(-1)
    alike = _opened(mask & (y > body.old_hem) & alike, 0.05 * body.unit)
    # The hip is one piece with the trunk.
    _, pieces = cv2.connectedComponents(alike.astype(np.uint8))
    trunk = np.unique(pieces[rows, columns][alike[rows, columns]])
    result: Array = np.isin(pieces, trunk[trunk > 0])
    return result


def _paint_skin(
    base: Array,
    fitted: Fitted,
    body: Body,
    mask: Array,
    stuff: Materials,
    arms: tuple[Array, Array, Array, Array],
    grid: tuple[Array, Array],
) -> tuple[Array, Array]:
    """Paint skin where the old top would show: neck opening, shoulders, arms below the sleeves."""
    along, across, sleeve_end, wrist = arms
    x, y = grid
    f = body.unit
    cloth = mask & (stuff.skin < 0.5) & (stuff.hair < 0.5) & (stuff.head < 0.3)
    chest = (y > body.face.chin) & (y < body.armpit + 0.25 * f)
    chest &= (x > body.shoulders[0][0] - 0.1 * f) & (x < body.shoulders[1][0] + 0.1 * f)
    arm = (across < 1.25) & (along < wrist - 0.02)
    arm &= (y > body.shoulders[0][1] - 0.2 * f) & (along > sleeve_end - 0.3)
    arm &= ~_trousers(base, body, mask, arm & cloth & (across < 0.6), y)
    trunk = (x > body.left[:, None]) & (x < body.right[:, None])
    # Within the trunk only what lies above the garment: its neck opening, not a bare belly.
    over = np.cumsum(fitted.cover > 0.5, axis=0) == 0
    over &= np.abs(x - body.axis) < 0.5 * body.span
    # Beside narrow shoulder straps too.
    drawn = fitted.cover > 0.5
    beside = (np.cumsum(drawn, axis=1) == 0) | (np.cumsum(drawn[:, ::-1], axis=1)[:, ::-1] == 0)
    beside &= (y < body.armpit + 0.3 * f) & (y > body.face.chin) & chest
    where = (chest & ~trunk) | beside | (over & trunk & (y > body.face.chin)) | (arm & ~trunk)
    # Painted is what may have been bare: where no skin shows at the neck, an old collar stays.
    throat = (np.abs(x - body.notch[0]) < 0.2 * f) & (y > body.face.chin + 0.05 * f)
    throat &= y < body.notch[1]
    if float(stuff.skin[throat].mean() if throat.any() else 0) < 0.4:
        return base, np.zeros(mask.shape, np.float32)
    where = _opened(cloth & where, 0.07 * f) | (cloth & stuff.cloth & where & chest)
    where &= fitted.cover < 0.98
    # Nothing to do when next to nothing shows.
    shows = where & (fitted.cover < 0.5)
    if shows.sum() < 0.01 * f * f:
        return base, np.zeros(mask.shape, np.float32)
    # The old hem's own shadow too, and where cloth and skin mix: both would stay as a line.
    rim = np.ones((max(3, int(0.10 * f) | 1),) * 2, np.uint8)
    grown = cv2.dilate(where.astype(np.uint8), rim) > 0
    soft = _soft(grown & mask, 0.9)
    # Limbs and shoulders turn away at the body's own outline, wherever the arm's line runs.
    away = cv2.distanceTransform(mask.astype(np.uint8), cv2.DIST_L2, 5)
    roundness = 1 - 0.22 * np.clip(1 - away / (0.26 * f), 0, 1) ** 3
    soft = np.maximum(
        soft, _soft(grown, 0.07 * f) * stuff.skin * (along < wrist) * (1 - stuff.head)
    )
    return _skin_fill(base, soft, stuff, roundness.astype(np.float32), f), soft


def _paint_legs(
    base: Array, hem: float, body: Body, mask: Array, stuff: Materials, grid: tuple[Array, Array]
) -> tuple[Array, Array]:
    """Paint skin where old trousers would show below a skirt, dress or shorts."""
    x, y = grid
    f = body.unit
    nothing = np.zeros(mask.shape, np.float32)
    if hem > body.ankle - 0.3 * f:
        return base, nothing
    low = min(body.ankle + 0.06 * f, mask.shape[0])
    legs = mask & (y > hem - 0.15 * f) & (y < low) & (stuff.skin < 0.5)
    left, right = body.left[:, None] - 0.04 * f, body.right[:, None] + 0.04 * f
    legs = _opened(legs & (x > left) & (x < right), 0.13 * f)
    if (legs & (y > hem)).sum() < 0.03 * f * f:
        return base, nothing
    grown = cv2.dilate(legs.astype(np.uint8), np.ones((3, 3), np.uint8)) > 0
    soft = _soft(grown & mask, 0.9)
    outer_left, outer_right = body.left[:, None], body.right[:, None]
    inner_left, inner_right = body.inner_left[:, None], body.inner_right[:, None]
    a = np.where(x < body.axis, outer_left, inner_right)
    b = np.where(x < body.axis, inner_left, outer_right)
    q = np.abs((x - a) / np.maximum(b - a, 1) * 2 - 1)
    roundness = 1 - 0.22 * np.clip(q, 0, 1) ** 3
    return _skin_fill(base, soft, stuff, roundness.astype(np.float32), f), soft


def _shadow(base: Array, cover: Array, mask: Array, stuff: Materials, f: float) -> Array:
    """A garment darkens a little of what lies right below it on the body; never the face."""
    down = max(1, round(0.05 * f))
    moved = np.zeros_like(cover)
    moved[down:] = cover[:-down]
    soft = cv2.GaussianBlur(moved, (0, 0), 0.045 * f)
    soft = soft * (1 - cover) * mask * (1 - stuff.head) * (1 - stuff.hair)
    # It ends where it would only be a tint.
    soft = np.clip(soft - 0.05, 0, 1)
    result: Array = base * (1 - 0.30 * soft[..., None])
    return result


def _left_over(
    fitted: Fitted,
    body: Body,
    mask: Array,
    stuff: Materials,
    total: Array,
    painted: Array,
    grid: tuple[Array, Array],
) -> float:
    """How many pixels of old clothes or shoes still show where the garment takes their place."""
    x, y = grid
    f = body.unit
    bare = mask & (stuff.skin < 0.5) & (stuff.hair < 0.5) & (stuff.head < 0.3)
    bare &= (total < 0.5) & (painted < 0.5)
    if fitted.category in WORN_ON_SKIN or fitted.category is Category.JACKETS:
        hem = fitted.hem if fitted.hem is not None else body.waist
        zone = (y > body.neck[0][1]) & (y < min(hem, body.waist + 0.3 * f) - 0.05 * f)
    elif fitted.category is Category.BOTTOMS:
        hem = fitted.hem if fitted.hem is not None else body.ankle
        trunk = (x > body.left[:, None]) & (x < body.right[:, None])
        zone = (y > body.band + 0.1 * f) & (y < hem - 0.05 * f) & trunk
    elif fitted.category in SHOES:
        zone = (y > body.ankle + 0.15 * f) & (np.abs(x - body.axis) < 1.4 * f)
    else:
        return 0.0
    return float((bare & zone).sum())
