"""A body's geometry in a picture, behind one interface: who measures it does not matter.

`Classical` reads it from the silhouette by proportions; `Manual` takes the points that somebody
dragged into place and reads the rest. Lengths are pixels; "left" is the picture's left.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Protocol

import cv2
import numpy as np

from tryon.engines import Code, RefusalError
from tryon.engines.pictures import Array
from tryon.engines.preview.face import Face
from tryon.engines.preview.silhouette import Silhouette

Point = tuple[float, float]


@dataclass(frozen=True)
class Arm:
    """One arm: the line from the shoulder to the fingertips, its half-widths, and its wrist.

    `path` is (n, 2) pixels at even steps, `half` the half-width at each of them, `length` the way
    from shoulder to wrist along it. `seen` (0 to 1) is how much of it stood clear of the body: at 0
    the arm is a guess.
    """

    path: Array
    half: Array
    length: float
    seen: float

    @property
    def wrist(self) -> Point:
        """Where the hand begins."""
        return self.at(self.length)

    @property
    def hand(self) -> Point:
        """The middle of the hand."""
        whole = len(self.path) - 1
        step = float(np.hypot(*(self.path[1] - self.path[0])))
        return self.at(self.length + 0.5 * (whole * step - self.length))

    def at(self, way: float) -> Point:
        """The point after this way along the arm."""
        step = max(float(np.hypot(*(self.path[1] - self.path[0]))), 1e-6)
        place = np.clip(way / step, 0, len(self.path) - 1)
        low = int(min(place, len(self.path) - 2))
        x, y = self.path[low] + (place - low) * (self.path[low + 1] - self.path[low])
        return float(x), float(y)


@dataclass(frozen=True)
class Body:
    """A measured body. `unit` is the face's height; `left` and `right` are the trunk's edges in
    each row of the picture (below the crotch the legs' outer edges), `inner_left` and `inner_right`
    the legs' inner edges. `hem` is where a hem was dragged to, `old_hem` where the worn top ends.
    """

    face: Face
    unit: float
    axis: float
    neck: tuple[Point, Point]
    notch: Point
    shoulders: tuple[Point, Point]
    armpit: float
    waist: float
    band: float
    hip: float
    crotch: float
    knee: float
    ankle: float
    soles: tuple[Point, Point]
    left: Array
    right: Array
    inner_left: Array
    inner_right: Array
    arms: tuple[Arm | None, Arm | None]
    bottom: float
    feet_visible: bool
    legs_apart: bool
    hem: float | None = None
    old_hem: float | None = None

    @property
    def span(self) -> float:
        """From shoulder tip to shoulder tip."""
        return self.shoulders[1][0] - self.shoulders[0][0]

    def edges(self, row: float) -> tuple[float, float]:
        """The trunk's edges in a row."""
        k = int(np.clip(round(row), 0, len(self.left) - 1))
        return float(self.left[k]), float(self.right[k])

    def width(self, row: float) -> float:
        """The trunk's width in a row."""
        left, right = self.edges(row)
        return right - left


class Geometry(Protocol):
    """Whoever can measure a body: proportions, a person's hand, one day a pose model."""

    def measure(self, face: Face, silhouette: Silhouette) -> Body:
        """Measure the body; raises RefusalError when the silhouette is none of a body."""
        ...


def _first(values: Array, start: int, stop: int) -> int | None:
    found = np.flatnonzero(values[start:stop])
    return int(found[0]) + start if len(found) else None


def _smoothed(values: Array, sigma: float) -> Array:
    column = cv2.GaussianBlur(values.astype(np.float32).reshape(-1, 1), (0, 0), max(sigma, 0.1))
    return column.reshape(-1)


def _run(row: Array, at: int) -> tuple[int, int] | None:
    """The run of True values around a column: first and last."""
    if not row[at]:
        return None
    gaps = np.flatnonzero(~row)
    before, after = gaps[gaps < at], gaps[gaps > at]
    low = int(before[-1]) + 1 if len(before) else 0
    high = int(after[0]) - 1 if len(after) else len(row) - 1
    return low, high


class Classical:
    """Measures by the silhouette's rows and by proportions where they say nothing."""

    def measure(self, face: Face, silhouette: Silhouette) -> Body:
        """Measure the body under a face; raises RefusalError when it cannot be one."""
        mask = silhouette.mask
        height = mask.shape[0]
        f = face.size
        chin = face.chin
        axis = face.middle
        rows = np.flatnonzero(mask.any(axis=1))
        bottom = float(rows[-1]) if len(rows) else 0.0
        if bottom < chin + 1.6 * f:
            raise RefusalError(
                Code.BODY_NOT_IN_PICTURE, "Only a face is in the picture: show the upper body too."
            )
        axis = self._axis(mask, axis, chin, f)
        tips = [self._tip(mask, axis, chin, f, side) for side in (-1, 1)]
        if all(0.9 * f < abs(tip[0] - axis) < 2.3 * f for tip in tips):
            # The trunk stands between its shoulders, even when the head leans.
            middle = (tips[0][0] + tips[1][0]) / 2
            axis = float(np.clip(middle, axis - 0.3 * f, axis + 0.3 * f))
        half = [abs(tip[0] - axis) for tip in tips]
        # One shoulder hidden by clutter or by a pose is mirrored from the other one.
        if max(half) > 1.45 * min(half):
            good = int(half[0] > half[1]) if max(half) > 2.1 * f else int(half[0] < half[1])
            other = 1 - good
            tips[other] = (2 * axis - tips[good][0], tips[good][1])
        shoulders = (tips[0], tips[1])
        span = tips[1][0] - tips[0][0]
        if not 1.3 * f < span < 4.4 * f:
            raise RefusalError(
                Code.PERSON_UNCLEAR,
                "The body cannot be told from what is around it: use a plainer background.",
            )
        # The neck stands under the head, even when that leans.
        neck, notch = self._neck(mask, 0.7 * face.middle + 0.3 * axis, chin, f, shoulders)
        tip_row = (tips[0][1] + tips[1][1]) / 2
        crotch, apart = self._crotch(mask, axis, chin, f, bottom)
        gaps = [self._gap(mask, axis, tips[k], tip_row, f, crotch, (-1, 1)[k]) for k in (0, 1)]
        armpit = tip_row + 0.84 * f
        known = [gap for gap in gaps if gap is not None]
        if known:
            armpit = float(np.clip(min(known), tip_row + 0.62 * f, armpit))
        armpit = min(armpit, bottom)
        left, right, clear = self._trunk(mask, axis, shoulders, armpit, crotch, f)
        waist = self._waist(left, right, armpit, crotch, f)
        hip_rows = slice(int(waist), max(int(min(crotch, bottom)), int(waist) + 1))
        hip = float(waist + np.argmax((right - left)[hip_rows]))
        knee, ankle, soles, feet = self._legs(mask, axis, crotch, chin, f, bottom)
        inner_left, inner_right = self._inner(mask, axis, left, right, crotch, bottom, apart)
        arms = (
            self._arm(silhouette, shoulders[0], left, armpit, f, -1, clear[0]),
            self._arm(silhouette, shoulders[1], right, armpit, f, 1, clear[1]),
        )
        return Body(
            face=face,
            unit=f,
            axis=axis,
            neck=neck,
            notch=notch,
            shoulders=shoulders,
            armpit=armpit,
            waist=waist,
            band=waist + 0.30 * (crotch - waist),
            hip=hip,
            crotch=crotch,
            knee=knee,
            ankle=ankle,
            soles=soles,
            left=left,
            right=right,
            inner_left=inner_left,
            inner_right=inner_right,
            arms=arms,
            bottom=bottom,
            feet_visible=feet and bottom < height - 3,
            legs_apart=apart,
        )

    @staticmethod
    def _axis(mask: Array, axis: float, chin: float, f: float) -> float:
        """The trunk's middle: the silhouette's, over chest and belly, near the face's."""
        middles = []
        for row in range(int(chin + 1.2 * f), int(min(chin + 3.0 * f, mask.shape[0])), 3):
            run = _run(mask[row], int(np.clip(axis, 0, mask.shape[1] - 1)))
            if run and run[0] > 1 and run[1] < mask.shape[1] - 2:
                middles.append((run[0] + run[1]) / 2)
        if not middles:
            return axis
        return float(np.clip(np.median(middles), axis - 0.35 * f, axis + 0.35 * f))

    @staticmethod
    def _tip(mask: Array, axis: float, chin: float, f: float, side: int) -> Point:
        """Where the shoulder's line turns down into the arm."""
        edge = []
        start, stop = int(chin + 0.15 * f), int(min(chin + 1.9 * f, mask.shape[0] - 1))
        for row in range(start, stop):
            run = _run(mask[row], int(np.clip(axis, 0, mask.shape[1] - 1)))
            edge.append(0.0 if run is None else side * (run[(side + 1) // 2] - axis))
        raw = np.maximum(np.asarray(edge, np.float32), 0)
        # Outlines do not jump: what does is a thing behind the person.
        for k in range(1, len(raw)):
            if raw[k] > raw[k - 1] + 0.22 * f and raw[k - 1] > 0.3 * f:
                raw[k] = raw[k - 1]
        out = _smoothed(raw, 0.04 * f)
        if len(out) < 3:
            raise RefusalError(
                Code.BODY_NOT_IN_PICTURE, "The shoulders are not in the picture: show more of it."
            )
        slope = np.gradient(out)
        # Past the neck (and hair): wide enough, and no longer running outwards faster than down.
        # A collar or a helmet's ring turns down too, but the shoulder comes out below it again.
        ahead = max(round(0.6 * f), 1)
        later = np.array([out[k : k + ahead].max() for k in range(len(out))])
        turned = (out > 0.85 * f) & (slope < 0.85) & (later - out < 0.42 * f)
        first = _first(turned, 0, len(out))
        k = first if first is not None else int(np.argmax(out))
        return axis + side * float(out[k]), float(start + k)

    @staticmethod
    def _neck(
        mask: Array, axis: float, chin: float, f: float, shoulders: tuple[Point, Point]
    ) -> tuple[tuple[Point, Point], Point]:
        """Where neck and shoulder meet, left and right, and the pit between the collar bones."""
        widths = []
        for row in range(int(chin), int(chin + 0.5 * f)):
            run = _run(mask[min(row, len(mask) - 1)], int(axis))
            if run:
                widths.append((run[1] - run[0]) / 2)
        half = float(np.clip(min(widths, default=0.36 * f), 0.28 * f, 0.46 * f))
        tip_row = (shoulders[0][1] + shoulders[1][1]) / 2
        base = float(np.clip(tip_row - 0.16 * f, chin + 0.2 * f, chin + 0.9 * f))
        return ((axis - half, base), (axis + half, base)), (axis, base + 0.26 * f)

    @staticmethod
    def _crotch(
        mask: Array, axis: float, chin: float, f: float, bottom: float
    ) -> tuple[float, bool]:
        """Where the legs part, and whether they are seen to do so."""
        usual = chin + 4.45 * f
        low, high = int(chin + 3.4 * f), int(min(chin + 6.0 * f, bottom))
        reach = max(1, round(0.16 * f))
        a = int(axis)
        for row in range(low, high):
            around = ~mask[row : row + max(2, int(0.15 * f)), a - reach : a + reach + 1]
            if around.any(axis=1).all():
                # Thighs touch below the crotch, so it is rather higher than where they part.
                seen = float(np.clip(row, usual - 0.8 * f, usual + 0.9 * f))
                return 0.25 * seen + 0.75 * min(seen, usual - 0.12 * f), True
        return usual, False

    @staticmethod
    def _gap(
        mask: Array, axis: float, tip: Point, tip_row: float, f: float, crotch: float, side: int
    ) -> float | None:
        """The first row in which the arm stands clear of the trunk."""
        reach = abs(tip[0] - axis)
        near, far = 0.35 * reach, 2.2 * reach
        columns = np.clip(axis + side * np.arange(near, far), 0, mask.shape[1] - 1).astype(int)
        for row in range(int(tip_row + 0.3 * f), int(min(crotch, len(mask) - 1))):
            line = mask[row, columns]
            off = np.flatnonzero(~line)
            if len(off) and line[off[0] :].sum() > 0.12 * f:
                return float(row)
        return None

    @staticmethod
    def _trunk(
        mask: Array,
        axis: float,
        shoulders: tuple[Point, Point],
        armpit: float,
        crotch: float,
        f: float,
    ) -> tuple[Array, Array, tuple[float, float]]:
        """The trunk's edges in every row, without the arms, and how much of each was seen."""
        height, width = mask.shape
        half = np.full((2, height), np.nan)
        clear = [0.0, 0.0]
        a = int(np.clip(axis, 0, width - 1))
        span = shoulders[1][0] - shoulders[0][0]
        for k, side in enumerate((-1, 1)):
            tip = abs(shoulders[k][0] - axis)
            chest = min(0.79 * tip, tip - 0.30 * f)
            seen = 0
            for row in range(int(armpit), height):
                if row < crotch:
                    run = _run(mask[row], a)
                    if run is None:
                        continue
                    edge = side * (run[(side + 1) // 2] - axis)
                    line = mask[
                        row,
                        np.clip(axis + side * np.arange(0, 2.6 * tip), 0, width - 1).astype(int),
                    ]
                    off = np.flatnonzero(~line)
                    beyond = len(off) > 0 and bool(line[off[0] :].sum() > 0.1 * f)
                    if beyond or edge < 1.12 * chest:
                        half[k, row] = edge
                        seen += beyond
                else:
                    line = mask[
                        row,
                        np.clip(
                            axis + side * np.arange(0, 1.15 * span / 2 + 0.2 * f), 0, width - 1
                        ).astype(int),
                    ]
                    on = np.flatnonzero(line)
                    if len(on):
                        # The first stretch of leg from the axis outwards; a hand may follow it.
                        breaks = np.flatnonzero(np.diff(on) > 1)
                        half[k, row] = on[breaks[0]] if len(breaks) else on[-1]
            clear[k] = seen / max(crotch - armpit, 1)
            half[k, : int(armpit)] = np.interp(
                np.arange(int(armpit)),
                [shoulders[k][1], armpit],
                [
                    tip - 0.06 * f,
                    half[k, int(armpit)] if np.isfinite(half[k, int(armpit)]) else chest,
                ],
            )
            if not np.isfinite(half[k, int(armpit)]):
                half[k, int(armpit)] = chest
        # What one side does not show, or a hand hides, the other one tells.
        both = np.fmin(half[0], half[1])
        for k in (0, 1):
            off = ~np.isfinite(half[k]) | (half[k] > 1.22 * both + 0.08 * f)
            half[k][off] = both[off]
            known = np.flatnonzero(np.isfinite(half[k]))
            half[k] = np.interp(np.arange(height), known, half[k][known])
            half[k] = _smoothed(half[k], 0.05 * f)
        return (
            (axis - half[0]).astype(np.float32),
            (axis + half[1]).astype(np.float32),
            (clear[0], clear[1]),
        )

    @staticmethod
    def _waist(left: Array, right: Array, armpit: float, crotch: float, f: float) -> float:
        """The narrowest row between chest and hips, not far from where it usually is."""
        usual = armpit + 0.36 * (crotch - armpit)
        rows = np.arange(int(armpit + 0.3 * f), max(int(crotch - 1.1 * f), int(armpit + 0.5 * f)))
        rows = rows[rows < len(left)]
        if not len(rows):
            return min(usual, len(left) - 1.0)
        cost = (right - left)[rows] + 0.20 * f * ((rows - usual) / (0.6 * f)) ** 2
        return float(rows[int(np.argmin(cost))])

    @staticmethod
    def _legs(
        mask: Array, axis: float, crotch: float, chin: float, f: float, bottom: float
    ) -> tuple[float, float, tuple[Point, Point], bool]:
        """Knees and ankles (rows), soles (points), and whether the feet are seen."""
        feet = bottom > chin + 7.0 * f
        ankle = bottom - 0.52 * f if feet else chin + 9.1 * f
        soles = []
        band = slice(max(int(bottom - 0.40 * f), 0), int(bottom) + 1)
        columns = np.flatnonzero(mask[band].any(axis=0))
        for side in (-1, 1):
            own = columns[(columns - axis) * side > 0]
            own = own[np.abs(own - axis) < 1.6 * f]
            middle = float(np.median(own)) if len(own) else axis + side * 0.5 * f
            reach = own if len(own) else np.array([int(middle)])
            inside = mask[:, int(reach.min()) : int(reach.max()) + 1].any(axis=1)
            last = np.flatnonzero(inside)
            soles.append((middle, float(last[-1]) if len(last) else bottom))
        return (crotch + ankle) / 2, ankle, (soles[0], soles[1]), feet

    @staticmethod
    def _inner(
        mask: Array,
        axis: float,
        left: Array,
        right: Array,
        crotch: float,
        bottom: float,
        apart: bool,
    ) -> tuple[Array, Array]:
        """The legs' inner edges; the axis itself where they touch."""
        height, width = mask.shape
        inner = np.full((2, height), axis, np.float32)
        if apart:
            for row in range(int(crotch), int(min(bottom + 1, height))):
                for k, edge in ((0, left[row]), (1, right[row])):
                    low, high = sorted((int(np.clip(edge, 0, width - 1)), int(axis)))
                    on = np.flatnonzero(mask[row, low : high + 1])
                    if len(on):
                        inner[k, row] = low + (on[-1] if k == 0 else on[0])
        for k in (0, 1):
            inner[k] = _smoothed(inner[k], 0.01 * (right - left).max() + 2)
        return inner[0], inner[1]

    @staticmethod
    def _arm(
        silhouette: Silhouette,
        tip: Point,
        trunk: Array,
        armpit: float,
        f: float,
        side: int,
        clear: float,
    ) -> Arm | None:
        """Follow an arm from its shoulder down, row by row, as long as it is one."""
        mask = silhouette.mask
        height = mask.shape[0]
        # Where the background is busy, what stands far out is rather a thing than an elbow.
        steepest = 1.0 if silhouette.plainness > 0.6 else 0.55
        radius = 0.285 * f
        joint = (tip[0] - side * radius * 0.95, tip[1] + radius * 0.75)
        points, halves = [joint], [radius]
        last, seen, lost = joint[0], 0, 0
        previous = radius * 2
        for row in range(int(armpit) - int(0.15 * f), height):
            columns = np.flatnonzero(mask[row])
            columns = columns[(columns - trunk[row]) * side > 0.02 * f]
            # An arm leaves the shoulder at no more than so much a row; no arm is further out.
            furthest = steepest * max(row - tip[1], 0) + 0.20 * f
            columns = columns[(columns - tip[0]) * side < furthest]
            if len(columns):
                pieces = np.split(columns, np.flatnonzero(np.diff(columns) > 1) + 1)
                piece = min(pieces, key=lambda p: abs(float(p.mean()) - last))
                thick = float(len(piece))
                middle = float(piece.mean())
                if thick > 0.05 * f and abs(middle - last) < 0.5 * f + 0.2 * lost:
                    if thick < 0.10 * f and row < armpit + f:
                        # Only a rim of it shows beside the trunk: the arm hangs before it.
                        middle -= side * (radius - thick / 2)
                        thick = 2 * radius
                    touching = piece[0 if side > 0 else -1] - trunk[row]
                    if abs(touching) > 0.05 * f:
                        seen += 1
                    if thick > 1.5 * previous + 2:
                        # The elbow's inside, or the hand on the thigh: keep to the outer edge.
                        outer = float(piece[-1] if side > 0 else piece[0])
                        thick = previous
                        middle = outer - side * thick / 2
                    previous = 0.9 * previous + 0.1 * thick
                    points.append((middle, float(row)))
                    halves.append(thick / 2)
                    last, lost = middle, 0
                    continue
            lost += 1
            if lost > 0.22 * f and row > armpit + 0.4 * f:
                break
        if len(points) < 0.8 * f:
            return Classical._hanging(mask, joint, f, side)
        line = np.asarray(points, np.float64)
        wide = np.asarray(halves, np.float64)
        line[1:, 0] = _smoothed(line[1:, 0], 0.10 * f)
        # Even steps along the way; widths across it, not along the rows.
        gone = np.concatenate([[0], np.cumsum(np.hypot(*np.diff(line, axis=0).T))])
        steps = np.linspace(0, gone[-1], max(int(gone[-1] / (0.06 * f)), 8))
        path = np.stack([np.interp(steps, gone, line[:, k]) for k in (0, 1)], 1)
        for k in (0, 1):
            inner = _smoothed(path[:, k], 2.5)
            path[2:-2, k] = inner[2:-2]
        way = np.gradient(path, axis=0)
        lean = np.abs(way[:, 1]) / np.maximum(np.hypot(way[:, 0], way[:, 1]), 1e-6)
        across = np.interp(steps, gone, wide) * np.clip(lean, 0.45, 1)
        across = np.clip(_smoothed(across, 2.0), 0.10 * f, 0.42 * f)
        # The hand; of one that lies on the hip, as much as stands clear of it.
        back = side * (line[-1, 0] - line[max(len(line) - round(0.8 * f), 0), 0])
        near = side * (line[-1, 0] - trunk[int(line[-1, 1])]) < 0.35 * f
        hand = 0.35 * f if near and back < -0.25 * f else 0.92 * f
        length = max(float(gone[-1]) - hand, 0.5 * float(gone[-1]))
        cut = points[-1][1] >= height - 3
        if cut:
            length = min(float(gone[-1]), 3.6 * f)
        return Arm(
            path, across, length, min(1.0, seen / (2.6 * f)) if not cut else min(1.0, clear + 0.4)
        )

    @staticmethod
    def _hanging(mask: Array, joint: Point, f: float, side: int) -> Arm | None:
        """An arm that could not be followed, as most arms are: it hangs. None where it does not."""
        height, width = mask.shape
        low = (int(joint[1] + 0.8 * f), int(joint[0] + side * 0.05 * f))
        if not (0 <= low[0] < height and 0 <= low[1] < width and mask[low]):
            return None
        way = np.linspace(0, min(4.4 * f, height - 1 - joint[1]), 60)[:, None]
        path = np.asarray(joint) + way * np.array([side * 0.08, 0.997])
        return Arm(path, np.full(60, 0.27 * f), min(3.6 * f, float(way[-1, 0])), 0.0)


@dataclass(frozen=True)
class Manual:
    """Points dragged into place, over what `Classical` reads.

    `points` has shares of the picture's width and height (0 to 1) under the names shoulder_left,
    shoulder_right, waist_left, waist_right, hem; any of them may be missing.
    """

    points: Mapping[str, Point]

    def measure(self, face: Face, silhouette: Silhouette) -> Body:
        """Measure with the given points held fixed; raises RefusalError when they make no body."""
        body = Classical().measure(face, silhouette)
        height, width = silhouette.mask.shape
        at = {name: (x * width, y * height) for name, (x, y) in self.points.items()}
        shoulders = (
            at.get("shoulder_left", body.shoulders[0]),
            at.get("shoulder_right", body.shoulders[1]),
        )
        span = shoulders[1][0] - shoulders[0][0]
        if span < body.unit:
            raise RefusalError(
                Code.BAD_REQUEST, "The shoulder points are crossed or too close together."
            )
        move = (shoulders[0][1] + shoulders[1][1] - body.shoulders[0][1] - body.shoulders[1][1]) / 2
        left, right = body.left.copy(), body.right.copy()
        rows = np.arange(height)
        waist = body.waist
        ends = [at[name] for name in ("waist_left", "waist_right") if name in at]
        if ends:
            waist = sum(y for _, y in ends) / len(ends)
        reach = np.exp(-(((rows - waist) / (1.2 * body.unit)) ** 2))
        for edge, name, tip, old in (
            (left, "waist_left", shoulders[0], body.shoulders[0]),
            (right, "waist_right", shoulders[1], body.shoulders[1]),
        ):
            # The shift of a point fades out towards the rows that it does not speak of.
            upper = np.clip((waist - rows) / max(waist - tip[1], 1), 0, 1)
            edge += (tip[0] - old[0]) * upper
            if name in at:
                edge += (at[name][0] - edge[int(np.clip(waist, 0, height - 1))]) * reach
        hem = at["hem"][1] if "hem" in at else None
        return replace(
            body,
            shoulders=shoulders,
            axis=(shoulders[0][0] + shoulders[1][0]) / 2,
            armpit=float(np.clip(body.armpit + move, shoulders[0][1] + 1, height - 1)),
            waist=waist,
            band=waist + 0.30 * (body.crotch - waist),
            left=left,
            right=right,
            hem=hem,
        )
