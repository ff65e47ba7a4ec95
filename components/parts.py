"""Which part of a figure each of its points shows: what the rows behind a point have in common."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from components.asked import Parameter
from components.clicks import Point


@dataclass(frozen=True)
class Part:
    """A part of what a chart shows: what it is called, and what its rows have in common."""

    label: str
    params: Mapping[str, Parameter]


@dataclass(frozen=True, eq=False)
class Parts:
    """The parts of one chart, all of it first, and the place among them of what a point shows."""

    listed: Sequence[Part]
    points: Mapping[Point, int]

    @classmethod
    def of(cls, whole: Part, traces: Mapping[int, Sequence[Part | None]]) -> "Parts":
        """The parts of a chart, ``whole`` being all of it.

        ``traces`` holds the parts of a trace's points, by the trace's place in the figure. None:
        nothing stands behind that point. Parts of one label are one part.
        """
        found = {whole.label: whole}
        points = {
            (trace, place): found.setdefault(part.label, part).label
            for trace, shown in traces.items()
            for place, part in enumerate(shown)
            if part is not None
        }
        places = {label: place for place, label in enumerate(found)}
        return cls(list(found.values()), {point: places[label] for point, label in points.items()})
