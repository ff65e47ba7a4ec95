"""What an uploaded picture shows: a person or a garment, and of which category.

A guess that somebody corrects: by the words of the file's name, or else by the garment's outline.
"""

import re
from typing import Final

import cv2
import numpy as np

from tryon.engines import Category
from tryon.engines.pictures import Array, decode, opaque, within
from tryon.engines.preview.face import faces

# Large enough for the face of somebody who is in the picture from head to feet.
_PERSON_SIDE = 1024
_OUTLINE_SIDE = 128
_CELLS = 6

# In this order: a "shirt dress" is a dress, a "belt bag" a bag.
WORDS: Final[dict[Category, str]] = {
    Category.BAGS: "bag tote satchel clutch backpack purse handbag crossbody",
    Category.JEWELRY: "necklace earring hoop ring bracelet pendant jewelry jewellery choker",
    Category.SCARVES: "scarf scarve shawl bandana",
    Category.BELTS: "belt",
    Category.HATS: "hat cap beanie fedora beret",
    Category.SNEAKERS: "sneaker trainer runner",
    Category.BOOTS: "boot",
    Category.HEELS: "heel pump stiletto slingback",
    Category.DRESSES: "dress gown",
    Category.JACKETS: "jacket blazer coat parka cardigan",
    Category.BOTTOMS: "jean trouser pant shorts skirt legging chino",
    Category.TOPS: "top tee tshirt shirt blouse sweater jumper hoodie tank polo pullover",
}

# Outlines as one sees them laid out: width over height, and how much of each cell of the left half
# is covered, as one of sixteen digits, six rows of three. The demo's garments were measured.
_OUTLINES: Final = (
    (Category.TOPS, 1.00, "2cecff4ef0cf0cf0cf"),
    (Category.TOPS, 1.16, "09e1ff4ff8ffb9f79f"),
    (Category.TOPS, 0.59, "2ee5ffeffdffdffdef"),
    (Category.BOTTOMS, 0.39, "afffffdffaff8ff5ff"),
    (Category.BOTTOMS, 0.87, "5ee9ffdffefffffdff"),
    (Category.BOTTOMS, 0.78, "2fe7ff9ffcffdffdef"),
    (Category.DRESSES, 0.49, "06e0bf08f0af2ffbff"),
    (Category.DRESSES, 0.49, "6de5ff0df0ef2ff5ff"),
    (Category.JACKETS, 1.19, "09d1ff4ff8ffbaf89f"),
    (Category.BAGS, 0.72, "0180728eccffeffeff"),
    (Category.BAGS, 0.57, "044240600dbbfffeff"),
    (Category.SCARVES, 0.57, "5cddf51df0ef1ff198"),
    (Category.HATS, 2.30, "03d07f09f1bfeff6df"),
    (Category.HATS, 1.13, "09f6ffcffffffffdef"),
    (Category.BELTS, 6.20, "339fffffffff9ce008"),
    (Category.SNEAKERS, 1.30, "6d08f1af2cf4ef5bc4"),
    (Category.HEELS, 1.18, "9c0cf0df1ff2ff29c0"),
    (Category.BOOTS, 0.74, "af5af59f48f2af4df7"),
    (Category.JEWELRY, 0.78, "200300200051009008"),
    (Category.JEWELRY, 2.03, "450880650541660780"),
)


def shows_person(content: bytes) -> bool:
    """Whether a face looks out of an encoded picture. Raises RefusalError when it is none."""
    return bool(faces(_read(content, _PERSON_SIDE)))


def category(name: str, content: bytes) -> Category:
    """The category of a garment by the name of its file, or else by its outline.

    Raises RefusalError when `content` is no picture.
    """
    words = re.findall(r"[a-z]+", name.lower().replace("t-shirt", "tshirt"))
    for known, stems in WORDS.items():
        if any(word in _forms(stem) for stem in stems.split() for word in words):
            return known
    return _by_outline(_read(content, _OUTLINE_SIDE))


def _read(content: bytes, side: int) -> Array:
    return opaque(within(decode(content, "this upload"), side))


def _forms(stem: str) -> tuple[str, ...]:
    return (stem, f"{stem}s", f"{stem}es")


def _by_outline(picture: Array) -> Category:
    mask = _covered(picture)
    rows, columns = np.flatnonzero(mask.sum(1) > 1), np.flatnonzero(mask.sum(0) > 1)
    if min(len(rows), len(columns)) < _CELLS:
        return Category.TOPS  # nothing stands out: what is tried on most
    cut = mask[rows[0] : rows[-1] + 1, columns[0] : columns[-1] + 1].astype(np.float32)
    cells = cv2.resize(cut, (_CELLS, _CELLS), interpolation=cv2.INTER_AREA)
    half = (cells + cells[:, ::-1])[:, : _CELLS // 2].ravel() / 2
    aspect = cut.shape[1] / cut.shape[0]

    def distance(known: float, digits: str) -> float:
        expected = np.array([int(digit, 16) / 15 for digit in digits])
        return float(np.abs(half - expected).mean() + 0.3 * abs(np.log(aspect / known)))

    return min(_OUTLINES, key=lambda outline: distance(*outline[1:]))[0]


def _covered(picture: Array) -> Array:
    """Where something lies on the backdrop: what differs from the picture's edge."""
    lab = cv2.cvtColor(picture, cv2.COLOR_BGR2LAB).astype(np.float32)
    rim = [lab[:3], lab[-3:], lab[:, :3], lab[:, -3:]]
    edge = np.concatenate([strip.reshape(-1, 3) for strip in rim])
    usual = np.median(edge, axis=0)
    # Colour counts for more than light: a soft shadow is no part of a garment.
    weight = np.array([0.6, 1.5, 1.5], dtype=np.float32)
    spread = float(np.percentile(np.linalg.norm((edge - usual) * weight, axis=1), 95))
    away = np.linalg.norm((lab - usual) * weight, axis=2)
    mask = (away > max(14.0, 2 * spread)).astype(np.uint8)
    return cv2.morphologyEx(mask, cv2.MORPH_CLOSE, np.ones((5, 5), np.uint8))
