"""Where the person ends: GrabCut, seeded from the face and from a body's proportions."""

from dataclasses import dataclass

import cv2
import numpy as np

from tryon.engines.pictures import Array
from tryon.engines.preview.face import Face

# GrabCut works on a small copy; its answer is sharpened on the full picture afterwards.
SMALL = 352


@dataclass(frozen=True)
class Silhouette:
    """The person's cover (floats, 0 to 1), the same as booleans, and how plain the backdrop is.

    `plainness` is 1 for a studio's wall and falls towards 0 with what else stands around.
    """

    cover: Array
    mask: Array
    plainness: float


def backdrop(lab: Array, outside: Array) -> tuple[Array, float]:
    """Fit a smooth backdrop to what surely is one.

    Takes Lab floats and a boolean mask; gives each pixel's difference from the backdrop (Lab units,
    three channels) and the median difference among the pixels that it was fitted to.
    """
    height, width = lab.shape[:2]

    def terms(x: Array, y: Array) -> Array:
        return np.stack([np.ones_like(x), x, y, x * x, x * y, y * y, y**3, x * x * y], -1)

    # Some thousand pixels tell as much as all of them.
    rows, columns = np.nonzero(outside)
    step = max(len(rows) // 8000, 1)
    rows, columns = rows[::step], columns[::step]
    known = terms(2 * columns / width - 1, 2 * rows / height - 1)
    values = lab[rows, columns].astype(np.float64)
    solution: Array = np.zeros((known.shape[1], 3))
    # What crosses the frame is not the backdrop: begin with what is near the middle colour.
    away = np.sqrt(((values - np.median(values, axis=0)) ** 2).sum(1))
    kept = away <= max(2.0 * float(np.median(away)), 4.0)
    for _ in range(4):
        part = known[kept]
        square = part.T @ part + 1e-6 * np.eye(part.shape[1])
        solution = np.linalg.solve(square, part.T @ values[kept])
        away = np.sqrt(((values - known @ solution) ** 2).sum(1))
        kept = away <= max(2.5 * float(np.median(away)), 1.0)
    # It is smooth: worked out on a coarse grid, and drawn out to all pixels.
    y, x = np.meshgrid(np.linspace(-1, 1, 48), np.linspace(-1, 1, 48), indexing="ij")
    coarse = (terms(x, y) @ solution).astype(np.float32)
    difference: Array = lab - cv2.resize(coarse, (width, height), interpolation=cv2.INTER_CUBIC)
    return difference, float(np.median(away))


def _template(face: Face, scale: float, shape: tuple[int, int]) -> tuple[Array, Array, Array]:
    """What surely is the person, what may be, and what surely is not, by proportions alone."""
    f, cx, chin = face.size * scale, face.middle * scale, face.chin * scale
    y, x = np.mgrid[0 : shape[0], 0 : shape[1]].astype(np.float32)
    u, v = (x - cx) / f, (y - chin) / f
    head = (u / 0.50) ** 2 + ((v + 0.62) / 0.62) ** 2 < 1
    neck = (np.abs(u) < 0.24) & (v > -0.2) & (v < 0.8)
    chest = (np.abs(u) < 0.75) & (v > 0.85) & (v < 2.4)
    belly = (np.abs(u) < 0.5) & (v >= 2.4) & (v < 3.6)
    sure = head | neck | chest | belly
    likely = (u / 0.75) ** 2 + ((v + 0.65) / 0.95) ** 2 < 1
    likely |= (np.abs(u) < 0.42) & (v > -0.3) & (v < 0.8)
    shoulders = 0.45 + 1.0 * np.clip((v - 0.25) / 0.5, 0, 1)
    likely |= (np.abs(u) < shoulders) & (v > 0.25) & (v < 4.6)
    likely |= (np.abs(u) < 1.25) & (v >= 4.6) & (v < 10.2)
    never = (np.abs(u) > 4.3) | (v < -2.6) | (v > 11.5)
    never |= (v < 0.0) & (np.abs(u) > 1.6)
    return sure, likely, never


def find(picture: Array, face: Face) -> Silhouette:
    """Find the silhouette of the person with this face in a BGR picture."""
    height, width = picture.shape[:2]
    scale = min(1.0, SMALL / max(height, width))
    size = (max(2, round(width * scale)), max(2, round(height * scale)))
    small = cv2.resize(picture, size, interpolation=cv2.INTER_AREA)
    shape = small.shape[0], small.shape[1]
    sure, likely, never = _template(face, scale, shape)
    lab = cv2.cvtColor(small.astype(np.float32) / 255, cv2.COLOR_BGR2LAB)
    outside = _outside(face, scale, shape)
    difference, spread = backdrop(lab, outside & ~likely)
    # A shadow on wall or floor is darker, but of the same hue; the floor begins below the knees.
    feet = (face.chin + 6.5 * face.size) * scale
    rows = np.arange(shape[0])[:, None]
    light = difference[..., 0]
    in_shadow = (light < 0) & (light > -38) & (rows > feet)
    light = np.where(in_shadow, light * 0.16, light)
    distance = np.sqrt(light**2 + (1.6 * difference[..., 1:]).__pow__(2).sum(-1))
    plainness = float(np.exp(-(max(spread - 1.2, 0) / 6.0)))
    labels = np.full(shape, cv2.GC_PR_BGD, np.uint8)
    labels[likely] = cv2.GC_PR_FGD
    if plainness > 0.45:
        # On a plain wall what differs is the person, whatever the pose.
        edge = max(5.0, 4.0 * spread)
        labels[:] = np.where(distance > edge, cv2.GC_PR_FGD, cv2.GC_PR_BGD)
        labels[distance > 3 * edge] = cv2.GC_FGD
        labels[(distance < 0.4 * edge) & ~likely] = cv2.GC_BGD
        labels[in_shadow & (distance < edge)] = cv2.GC_BGD
    labels[sure] = cv2.GC_FGD
    labels[never] = cv2.GC_BGD
    cv2.setRNGSeed(1)
    smooth = cv2.GaussianBlur(small, (0, 0), 0.8)
    back, front = np.zeros((1, 65)), np.zeros((1, 65))
    cv2.grabCut(smooth, labels, (0, 0, 1, 1), back, front, 3, cv2.GC_INIT_WITH_MASK)
    mask = (labels == cv2.GC_FGD) | (labels == cv2.GC_PR_FGD)
    mask = _whole(mask, sure, face.size * scale)
    cover = sharpen(mask, picture, max(3, round(face.size * 0.06)))
    return Silhouette(cover, cover > 0.5, plainness)


def _outside(face: Face, scale: float, shape: tuple[int, int]) -> Array:
    """A frame around the picture and all that is far from the body, to learn the backdrop from."""
    y, x = np.mgrid[0 : shape[0], 0 : shape[1]].astype(np.float32)
    u = (x - face.middle * scale) / (face.size * scale)
    v = (y - face.chin * scale) / (face.size * scale)
    frame = (x < 0.05 * shape[1]) | (x > 0.95 * shape[1]) | (y < 0.04 * shape[0])
    outside: Array = (frame & (v < 9)) | (np.abs(u) > 3.2) | (v < -1.9)
    return outside


def _whole(mask: Array, sure: Array, f: float) -> Array:
    """Keep what hangs together with the face, without specks, and close small holes."""
    opened = cv2.morphologyEx(
        mask.astype(np.uint8), cv2.MORPH_OPEN, np.ones((3, 3), np.uint8)
    ) | sure.astype(np.uint8)
    count, labels = cv2.connectedComponents(opened, connectivity=4)
    wanted = np.bincount(labels[sure], minlength=count)
    wanted[0] = 0
    body: Array = labels == int(wanted.argmax())
    holes, marks, stats, _ = cv2.connectedComponentsWithStats((~body).astype(np.uint8))
    for k in range(1, holes):
        if stats[k, cv2.CC_STAT_AREA] < 0.06 * f * f:
            body |= marks == k
    return body


def sharpen(mask: Array, picture: Array, radius: int) -> Array:
    """Bring a small mask to the picture's size, its edge drawn to the picture's own edges.

    A guided filter: inside each window the cover is a linear function of the picture's grey.
    """
    size = (picture.shape[1], picture.shape[0])
    coarse = cv2.resize(mask.astype(np.float32), size, interpolation=cv2.INTER_LINEAR)
    grey = cv2.cvtColor(picture, cv2.COLOR_BGR2GRAY).astype(np.float32) / 255
    window = (2 * radius + 1, 2 * radius + 1)

    def mean(values: Array) -> Array:
        return cv2.boxFilter(values, cv2.CV_32F, window)

    m_grey, m_mask = mean(grey), mean(coarse)
    slope = (mean(grey * coarse) - m_grey * m_mask) / (mean(grey * grey) - m_grey**2 + 2e-4)
    offset = m_mask - slope * m_grey
    cover = mean(slope) * grey + mean(offset)
    # Far from the edge the mask decides alone.
    near: Array = np.clip(4 * m_mask * (1 - m_mask) * 2, 0, 1)
    cover = near * cover + (1 - near) * coarse
    return np.clip((cover - 0.5) * 1.8 + 0.5, 0, 1).astype(np.float32)
