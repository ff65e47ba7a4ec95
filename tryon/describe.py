"""What a garment looks like, read from its picture: colours by name, a few words, a descriptor.

The descriptor is a vector of unit length, of colour, texture and shape; two garments are alike as
far as theirs point the same way (cosine). Nothing here is learnt: it tells a striped navy top from
a plain one, not a crew neck from a V.
"""

from dataclasses import dataclass
from typing import Final

import cv2
import numpy as np

from tryon.engines import SHOES, Category, RefusalError
from tryon.engines.pictures import Array, decode, opaque, within
from tryon.engines.preview.cutout import cut_out

_SIDE: Final = 256
# Names of colours, as sRGB (red, green, blue). A pixel is of the nearest one.
COLOURS: Final[dict[str, tuple[int, int, int]]] = {
    "black": (28, 28, 31),
    "white": (246, 246, 244),
    "gray": (132, 133, 136),
    "beige": (219, 200, 170),
    "brown": (112, 72, 46),
    "red": (200, 36, 44),
    "burgundy": (110, 28, 48),
    "pink": (236, 158, 182),
    "orange": (236, 128, 44),
    "yellow": (240, 208, 72),
    "green": (62, 138, 78),
    "olive": (112, 112, 62),
    "teal": (36, 138, 140),
    "light blue": (156, 192, 228),
    "blue": (48, 92, 186),
    "navy": (32, 42, 84),
    "purple": (120, 66, 150),
}
# A colour that covers less of the garment is a detail of it.
_SHARE: Final = 0.14
_MOST_COLOURS: Final = 3
# Of the descriptor's parts: what people mean by similar is the colour first.
_WEIGHTS: Final = (1.0, 0.45, 0.6)


@dataclass(frozen=True, slots=True)
class Description:
    """Colours by name, most of it first; words for its look; the descriptor, of unit length."""

    colors: tuple[str, ...]
    tags: tuple[str, ...]
    embedding: tuple[float, ...]


def described(content: bytes, category: Category) -> Description | None:
    """Describe the garment in an encoded picture; None for what is no picture."""
    try:
        picture = within(decode(content, "the garment"), _SIDE)
        cut = _mask(content, category, picture.shape[:2])
    except RefusalError:
        return None
    colour = opaque(picture)
    lab = cv2.cvtColor(colour.astype(np.float32) / 255, cv2.COLOR_BGR2LAB)
    # The edge is a mixture with the backdrop.
    inner = cv2.erode(cut.astype(np.uint8), np.ones((3, 3), np.uint8)) > 0
    mask = inner if inner.sum() > 50 else cut
    shares = _shares(lab[mask])
    texture = _texture(lab[..., 0], mask)
    parts = (_colour_bins(lab[mask]), texture, _shape(cut))
    whole = np.concatenate(
        [weight * part / max(float(np.linalg.norm(part)), 1e-9)
         for weight, part in zip(_WEIGHTS, parts, strict=True)]
    )  # fmt: skip
    whole /= np.linalg.norm(whole)
    return Description(
        colors=_named(shares),
        tags=_tags(category, lab[mask], shares, texture),
        embedding=tuple(round(float(value), 5) for value in whole),
    )


def _mask(content: bytes, category: Category, size: tuple[int, int]) -> Array:
    """Where the garment is; where nothing tells it from its backdrop, the middle of the picture."""
    try:
        cover = cut_out(content, category).cover
    except RefusalError:
        mask = np.zeros(size, bool)
        height, width = size
        mask[height // 6 : height - height // 6, width // 6 : width - width // 6] = True
        return mask
    scaled = cv2.resize(cover.astype(np.float32), (size[1], size[0]), interpolation=cv2.INTER_AREA)
    found: Array = scaled > 0.5
    return found if found.any() else np.ones(size, bool)


def _palette() -> Array:
    rgb = np.array(list(COLOURS.values()), np.float32)[None] / 255
    lab: Array = cv2.cvtColor(rgb, cv2.COLOR_RGB2LAB)[0]
    return lab


# Folds and shadows change how light a cloth is more than what colour it has.
_LIGHTNESS: Final = 0.7


def _shares(lab: Array) -> dict[str, float]:
    """How much of the garment is of each colour."""
    scale = np.array([_LIGHTNESS, 1, 1], np.float32)
    apart = ((lab[:, None] - _palette()[None]) * scale) ** 2
    nearest = np.bincount(apart.sum(axis=2).argmin(axis=1), minlength=len(COLOURS))
    return dict(zip(COLOURS, (nearest / max(len(lab), 1)).tolist(), strict=True))


def _named(shares: dict[str, float]) -> tuple[str, ...]:
    most = sorted(shares, key=lambda name: -shares[name])
    kept = [name for name in most if shares[name] >= _SHARE] or most[:1]
    return tuple(kept[:_MOST_COLOURS])


def _colour_bins(lab: Array) -> Array:
    """The square roots of a histogram over lightness and both colour axes."""
    edges = ([-1, 20, 40, 60, 80, 101], *([-128, -40, -12, 12, 40, 128],) * 2)
    counts, _ = np.histogramdd(lab, bins=[np.array(each, float) for each in edges])
    return np.sqrt(counts.ravel() / max(len(lab), 1))


_ANGLES: Final = 8


def _texture(light: Array, mask: Array) -> Array:
    """Gradients within the garment, fine and coarse: how much there is in each direction."""
    parts = []
    for blur in (0.8, 2.5):
        smooth = cv2.GaussianBlur(light, (0, 0), blur)
        x, y = (cv2.Sobel(smooth, cv2.CV_32F, *axis) for axis in ((1, 0), (0, 1)))
        size = np.hypot(x, y)[mask]
        angle = (np.arctan2(y, x)[mask] % np.pi) / np.pi * _ANGLES
        bins = np.bincount(angle.astype(int) % _ANGLES, weights=size, minlength=_ANGLES)
        parts.append(bins / max(int(mask.sum()), 1))
    return np.concatenate(parts)


_CELLS: Final = 8


def _shape(mask: Array) -> Array:
    """How much of each cell of its frame is covered, and whether it is tall or wide."""
    rows, columns = np.flatnonzero(mask.any(axis=1)), np.flatnonzero(mask.any(axis=0))
    framed = mask[rows[0] : rows[-1] + 1, columns[0] : columns[-1] + 1].astype(np.float32)
    cells = cv2.resize(framed, (_CELLS, _CELLS), interpolation=cv2.INTER_AREA).ravel()
    aspect = np.log(framed.shape[1] / framed.shape[0])
    return np.append(cells, [2 * aspect, -2 * aspect])


# How much of a gradient a plain cloth has, and how much of it a striped one has in one direction.
_PLAIN: Final = 14.0
_ONE_WAY: Final = 0.72
# Where edges and seams are most of the picture, they would be taken for a pattern.
_OF_PARTS: Final = SHOES | {Category.BELTS, Category.JEWELRY}


def _tags(
    category: Category, lab: Array, shares: dict[str, float], texture: Array
) -> tuple[str, ...]:
    tags = []
    fine = texture[:_ANGLES]
    energy = float(fine.sum())
    if category in _OF_PARTS:
        pass
    elif energy < _PLAIN:
        tags.append("plain")
    else:
        # Most of it in one direction and its neighbours: stripes.
        around = fine + np.roll(fine, 1) + np.roll(fine, -1)
        tags.append("striped" if around.max() / max(energy, 1e-9) > _ONE_WAY else "patterned")
    lightness = float(np.median(lab[:, 0]))
    if lightness < 30:
        tags.append("dark")
    elif lightness > 78:
        tags.append("light")
    if max(shares.values()) < 0.45:
        tags.append("colourful")
    return tuple(tags)
