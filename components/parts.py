"""Which part of a figure each of its points shows: what the rows behind a point have in common."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from components.asked import Parameter
from components.clicks import Point


@dataclass(frozen=True)
class Part:
    """A part of what a chart shows: what it is called, and what its rows have in common.

    ``brand`` is the id of the brand whose rows they are; None: of all in view.
    """

    label: str
    params: Mapping[str, Parameter]
    brand: str | None = None


@dataclass(frozen=True, eq=False)
class Parts:
    """The parts of one chart, all of it first, and the place among them of what a point shows."""

    listed: Sequence[Part]
    points: Mapping[Point, int]

    @classmethod
    def of(cls, whole: Part, traces: Mapping[int, Sequence[Part | None]]) -> "Parts":
        """The parts of a chart, ``whole`` being all of it.

        ``traces`` holds the parts of a trace's points, by the trace's place in the figure. None:
        nothing stands behind that point. Parts of one label are one part, if of one brand.
        """
        places = {(whole.label, whole.brand): 0}
        listed = [whole]
        points = {}
        for trace, shown in traces.items():
            for place, part in enumerate(shown):
                if part is None:
                    continue
                found = places.setdefault((part.label, part.brand), len(listed))
                if found == len(listed):
                    listed.append(part)
                points[trace, place] = found
        return cls(listed, points)
