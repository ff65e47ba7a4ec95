"""Random numbers that are functions of what they are drawn for, and columns of text made from
arrays.

A generator that is asked in turn gives other numbers when anything before it changes. Here every
number is a hash of a key (this shopper, this job) and of a stream (this question), so that a row
never depends on which rows were made before it, and whole columns are drawn at once.
"""

from datetime import date, timedelta
from functools import cache
from typing import Any

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

Keys = NDArray[np.uint64]
Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Flags = NDArray[np.bool_]

DAY_MS = 86_400_000
_EPOCH = date(1970, 1, 1)


def day_number(day: date) -> int:
    """Days since 1970-01-01."""
    return (day - _EPOCH).days


def day_of(number: int) -> date:
    """The inverse of day_number."""
    return _EPOCH + timedelta(days=number)


def _mixed(x: Keys) -> Keys:
    # The finalizer of splitmix64 (Steele, Lea, Flood 2014): every bit of the input moves every bit
    # of the output.
    x = (x ^ (x >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    x = (x ^ (x >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return x ^ (x >> np.uint64(31))


def keys(parent: Keys | int, number: Ints | Keys | int) -> Keys:
    """The key of the number-th child of a parent; one of the two is an array."""
    # Arrays, because single numbers complain when they overflow, which is what is wanted here.
    parents, numbers = (np.atleast_1d(part).astype(np.uint64) for part in (parent, number))
    return _mixed(parents + (numbers + np.uint64(1)) * np.uint64(0x9E3779B97F4A7C15))


def uniform(key: Keys, stream: int) -> Floats:
    """Numbers in [0, 1)."""
    return (keys(key, stream) >> np.uint64(11)).astype(np.float64) * 2.0**-53


def normal(key: Keys, stream: int) -> Floats:
    """Standard normal numbers (Box and Muller); they use this stream and the next."""
    radius = np.sqrt(-2.0 * np.log1p(-uniform(key, stream)))
    return radius * np.cos(2.0 * np.pi * uniform(key, stream + 1))


def pick(key: Keys, stream: int, weights: Any) -> Ints:
    """Positions drawn in proportion to the weights."""
    steps = np.cumsum(np.asarray(weights, dtype=np.float64))
    return np.minimum(
        np.searchsorted(steps / steps[-1], uniform(key, stream), side="right"), len(steps) - 1
    )


_HEX = np.frombuffer("".join(f"{n:02x}" for n in range(256)).encode(), dtype="S2")


def _fixed_width(characters: NDArray[Any], width: int) -> pa.Array:
    count = characters.nbytes // width
    offsets = np.arange(0, width * (count + 1), width, dtype=np.int32)
    return pa.StringArray.from_buffers(
        count, pa.py_buffer(offsets), pa.py_buffer(np.ascontiguousarray(characters))
    )


def uuids(at_ms: Ints, key: Keys) -> pa.Array:
    """UUIDs of version 7 (RFC 9562) as text: the time in front, the rest from the key. Time-
    ordered, and repeatable.
    """
    halves = np.empty((len(key), 2), dtype=">u8")
    halves[:, 0] = (
        (at_ms.astype(np.uint64) << np.uint64(16))
        | np.uint64(0x7000)
        | (keys(key, 201) & np.uint64(0x0FFF))
    )
    halves[:, 1] = (keys(key, 202) >> np.uint64(2)) | np.uint64(1 << 63)
    return _fixed_width(_HEX[halves.view(np.uint8).reshape(len(key), 16)], 32)


@cache
def _clock() -> tuple[NDArray[Any], NDArray[Any]]:
    seconds = [f"{s // 3600:02d}:{s // 60 % 60:02d}:{s % 60:02d}".encode() for s in range(86_400)]
    return np.array(seconds, dtype="S8"), np.array([f".{n:03d}".encode() for n in range(1000)])


def timestamps(at_ms: Ints, missing: Flags | None = None) -> pa.Array:
    """UTC times as text, for a session whose time zone is UTC. Twenty times as fast as formatting
    each.
    """
    second_of_day, milliseconds = _clock()
    days, rest = np.divmod(at_ms, DAY_MS)
    first, last = (int(days.min()), int(days.max())) if len(days) else (0, 0)
    dates = np.array([f"{day_of(n)} ".encode() for n in range(first, last + 1)], dtype="S11")
    text = np.empty((len(at_ms), 23), dtype=np.uint8)
    text[:, :11] = dates[days - first].view(np.uint8).reshape(-1, 11)
    text[:, 11:19] = second_of_day[rest // 1000].view(np.uint8).reshape(-1, 8)
    text[:, 19:] = milliseconds[rest % 1000].view(np.uint8).reshape(-1, 4)
    column = _fixed_width(text, 23)
    return column if missing is None else nulled(column, missing)


def nulled(column: pa.Array, missing: Flags) -> pa.Array:
    """The column with nulls where `missing` says so."""
    return pa.compute.if_else(pa.array(missing), pa.scalar(None, column.type), column)


def labels(names: list[str | None], codes: Ints) -> pa.Array:
    """The names at these positions."""
    return pa.array(names, pa.string()).take(pa.array(codes))
