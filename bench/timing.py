"""Repeating what is measured, and what is said of the repetitions."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from time import perf_counter

import numpy as np


@dataclass(frozen=True)
class Effort:
    """How often one thing is measured: ``times`` at most, for about ``seconds`` in all."""

    times: int
    seconds: float


def repeat(once: Callable[[], float], effort: Effort) -> list[float]:
    """What ``once`` gives, each time; its first time only counts where there is no other.

    The first time finds cold files and code that was never run: that is no property of what is
    measured.
    """
    begun = perf_counter()
    first = once()
    given: list[float] = []
    while len(given) < effort.times and perf_counter() - begun < effort.seconds:
        given.append(once())
    return given or [first]


def percentile(values: Sequence[float], percent: float) -> float:
    """The percentile of the values, to a tenth; between two of them, on the line."""
    return round(float(np.percentile(values, percent)), 1)
