"""What changed: the change of a figure against the period before, split over its parts.

The parts add up to the change of the whole exactly, so everything here is a whole number, a decimal
or a fraction until it is drawn. Of a ratio, what its parts did by themselves is told apart from
what a shift between them did.
"""

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from decimal import Decimal
from fractions import Fraction
from typing import Any, Generic, TypeVar

import pandas as pd
import streamlit as st
from streamlit.elements.lib.column_types import ColumnConfig

from components import address, behind, filters, movements
from components import jobs as job_rows
from components.asked import kept
from components.card import PERCENT, Forget, Load, Table, table_card, wall
from components.drill import Rows
from components.parts import Part, Parts
from components.period import Period
from components.question import Answer, Ask, Parameter, Question
from components.shoppers import converted_in
from metrics import METRICS, Unit

# How many parts are named, those that changed the most; the others are one row.
_NAMED = 12
_EVERY = "All"

# Money is summed in decimals of 28 digits, which no sum of brands comes near.
Amount = TypeVar("Amount", int, Decimal, Fraction)
# Numerator and denominator of a ratio.
Total = tuple[int, int]


@dataclass(frozen=True)
class Shift(Generic[Amount]):
    """What a part has done to the whole.

    ``within`` by its own rate (of a count: all it has done), ``mix`` by its share of the whole.
    """

    within: Amount
    mix: Amount

    @property
    def change(self) -> Amount:
        """Both together: these add up to the change of the whole."""
        return self.within + self.mix


def of_amounts(
    before: Mapping[str, Amount], after: Mapping[str, Amount], nothing: Amount
) -> dict[str, Shift[Amount]]:
    """The change of a count or of money per part; a part that is not there is ``nothing``."""
    return {
        part: Shift(after.get(part, nothing) - before.get(part, nothing), nothing)
        for part in {**before, **after}
    }


def of_ratios(
    before: Mapping[str, Total], after: Mapping[str, Total]
) -> dict[str, Shift[Fraction]]:
    """The change of a ratio per part, of its numerator and denominator in both periods.

    With w = share of the denominator, r = rate, bars = mean of both periods: within = w̄·Δr, mix =
    Δw·(r̄ − R̄) with R̄ = mean overall rate; they sum to ΔR exactly. A part absent in one period
    takes its other rate. Raises ZeroDivisionError when a period has no denominator at all.
    """
    (_, first_whole), (_, last_whole) = whole = [_whole(totals) for totals in (before, after)]
    mean_rate = sum((Fraction(over, under) for over, under in whole), Fraction()) / 2
    found = {}
    for part in {**before, **after}:
        totals = [totals.get(part, (0, 0)) for totals in (before, after)]
        shares = Fraction(totals[0][1], first_whole), Fraction(totals[1][1], last_whole)
        known = [Fraction(over, under) for over, under in totals if under]
        if not known:
            continue
        first, last = known[0], known[-1]
        found[part] = Shift(
            within=(shares[0] + shares[1]) / 2 * (last - first),
            mix=(shares[1] - shares[0]) * ((first + last) / 2 - mean_rate),
        )
    return found


def _whole(totals: Mapping[str, Total]) -> Total:
    return sum(over for over, _ in totals.values()), sum(under for _, under in totals.values())


@dataclass(frozen=True)
class _Figure:
    """A figure that can be split: by which query, and of which of its columns it is made.

    ``takes`` are the query's parameters beside split and days. ``under`` is the denominator, empty
    for counts and money; ``scale`` is by how much ``over`` is too large. A level is that of the
    periods' ends. ``behind`` makes the list of what is counted, which takes the same.
    """

    query: str
    splits: tuple[str, ...]
    takes: tuple[str, ...]
    over: str
    under: str = ""
    scale: int = 1
    is_level: bool = False
    behind: Callable[..., Rows] = field(kw_only=True)


_JOBS = ("origin", "category", "device")
_FIGURES = {
    "mrr": _Figure(
        "revenue/mrr_change",
        ("brand",),
        ("policy",),
        "mrr_usd",
        is_level=True,
        behind=behind.movements,
    ),
    "tryons": _Figure(
        "tryons/volume_change",
        ("category", "device", "engine", "brand"),
        _JOBS,
        "completed_count",
        behind=behind.jobs,
    ),
    "model_confidence": _Figure(
        "tryons/volume_change",
        ("category", "device", "engine", "brand"),
        _JOBS,
        "thousandths_count",
        "rated_count",
        1000,
        behind=behind.jobs,
    ),
    "human_accuracy": _Figure(
        "accuracy/human_accuracy_change",
        ("category", "device", "brand"),
        _JOBS,
        "approved_count",
        "verdict_count",
        behind=behind.verdicts,
    ),
    "conversion": _Figure(
        "shoppers/conversion_change",
        ("brand",),
        ("as_of",),
        "converted_count",
        "shopper_count",
        behind=behind.converted,
    ),
}
_PAIRS = "A shopper of two brands counts once for each."


def show(
    ask: Ask, period: Period, metrics: Sequence[str], *, by_brand: bool, **params: Parameter
) -> None:
    """A card with the change of one of ``metrics`` over its parts; which, says the address.

    ``metrics`` are keys of the registry: mrr, tryons, model_confidence, human_accuracy, conversion.
    ``by_brand`` says whether there are brands to split over for whoever looks. ``params`` are what
    the queries take (policy; origin, category and device; as_of). Nothing is shown when the period
    is not compared, or nothing can be split.
    """
    narrowed = any(params.get(name, filters.EVERY) != filters.EVERY for name in _JOBS[1:])
    offered = {
        METRICS[key].label: (key, splits)
        for key in metrics
        if (splits := _splits(_FIGURES[key], by_brand=by_brand, narrowed=narrowed))
    }
    if not period.is_compared or not offered:
        return
    with filters.row():
        st.subheader("What changed", anchor=False)
        key, splits = offered[_one_of("changed", "Figure", list(offered), _why_fewer(by_brand))]
        called = {split.capitalize(): split for split in splits}
        split = called[_one_of("over", "Split over", list(called), _why_not_all(splits))]
    figure = _FIGURES[key]
    listed = {name: params[name] for name in figure.takes}
    taken = listed | ({"over": split} if len(figure.splits) > 1 else {})
    with wall(1):
        table_card(
            f"{METRICS[key].label} by {split}",
            *_over_parts(ask(figure.query, **taken), key, split, period),
            key=f"changed-{key}",
            behind=figure.behind(ask, **listed).of,
            help=" ".join(
                [
                    _HELP_RATIO if figure.under else _HELP_AMOUNT,
                    *([_BRANDS_ONLY] if figure.splits == ("brand",) else []),
                ]
            ),
        )


_BRANDS_ONLY = "It is known by brand only: not by category, device or engine."
_HELP_AMOUNT = "The change of each part; they add up to that of the whole exactly."
_HELP_RATIO = (
    "Within: what a part's own rate did, mean share × Δ rate. Mix: what a shift between the parts "
    "did, Δ share × (mean rate − mean overall rate). They add up to the change of the whole "
    "exactly; a part absent in one period takes its other rate."
)


def _splits(figure: _Figure, *, by_brand: bool, narrowed: bool) -> list[str]:
    # Brands and engines are counted without categories and devices.
    return [
        split
        for split in figure.splits
        if (split in ("category", "device") or not narrowed) and (split != "brand" or by_brand)
    ]


def _why_fewer(by_brand: bool) -> str | None:
    return None if by_brand else "MRR and conversion can be split over brands only."


def _why_not_all(splits: Sequence[str]) -> str | None:
    missing = [split for split in ("engine", "brand") if split not in splits]
    return f"Not to be had here: {' and '.join(missing)}." if missing else None


def _one_of(key: str, label: str, options: list[str], why: str | None) -> str:
    if len(options) == 1:
        return options[0]
    address.check(key, label.lower(), options)
    picked = st.segmented_control(
        label,
        options,
        default=options[0],
        required=True,
        key=key,
        bind="query-params",
        help=why,
    )
    return picked if picked in options else options[0]


def _over_parts(
    question: Question, key: str, split: str, period: Period
) -> tuple[Load[Table], Forget]:
    figure = _FIGURES[key]
    windows: list[dict[str, date]] = (
        [{"until": period.before_end}, {"until": period.compared_end}]
        if figure.is_level
        else [
            {"since": period.before_start, "until": period.before_end},
            {"since": period.start, "until": period.compared_end},
        ]
    )

    def load() -> Table:
        before, after = (question.read(**window) for window in windows)
        return _table(before, after, key, split, period)

    def forget() -> None:
        for window in windows:
            question.forget(**window)

    return load, forget


@kept
def _table(before: Answer, after: Answer, key: str, split: str, period: Period) -> Table:
    figure, metric = _FIGURES[key], METRICS[key]
    frames = (before.frame, after.frame)
    names = {
        part: _name(part, name, split)
        for frame in frames
        for part, name in zip(frame["part"].tolist(), frame["name"].tolist(), strict=True)
    }
    rows = (_ratios if figure.under else _amounts)(*frames, names, figure)
    note = f"{period.against[0].upper()}{period.against[1:]}."
    return Table(
        rows,
        _columns(split, rows, metric.unit),
        alt=f"Change of {metric.label} by {split}, each part's and that of all",
        as_of=after.as_of,
        empty="Nothing to compare: one of the two periods is empty.",
        note=f"{note} {_PAIRS}" if key == "conversion" else note,
        parts=_parts(rows, key, split, period),
    )


def _parts(rows: pd.DataFrame, key: str, split: str, period: Period) -> Parts:
    """What is counted of each row in the period; several parts together have no list."""
    since, until = period.start, period.compared_end

    def part(name: str, of: Sequence[str]) -> Part | None:
        if len(of) > 1:
            return None
        if split == "brand":
            # What is nobody's has no list of its own.
            return None if of[0] == "unknown" else replace(whole, label=name, brand=of[0])
        # Of a job, nothing is known; of a verdict, that it is unknown.
        is_none = of[0] == "unknown" and key != "human_accuracy"
        return replace(
            whole, label=name, params={**whole.params, split: filters.NONE if is_none else of[0]}
        )

    whole = {
        "mrr": movements.moved("In all these days", "all", period.before_end, until),
        "human_accuracy": Part("All of these days", {"since": since, "until": until}),
        "conversion": converted_in(since, until),
    }.get(key, job_rows.ended("Completed in all these days", since, until))
    # The first row is of all, whatever a brand is called.
    shown = zip(rows["name"][1:], rows["parts"][1:], strict=True)
    return Parts.of(whole, {0: [whole, *(part(name, of) for name, of in shown)]})


def _name(part: str, name: str | float | None, split: str) -> str:
    known = None if part == "unknown" else part
    if split == "category":
        return filters.category_name(known)
    if split == "device":
        return filters.device_name(known)
    if split == "brand" and known is None:
        return "No brand's"
    return name if isinstance(name, str) else part


def _amounts(
    before: pd.DataFrame, after: pd.DataFrame, names: Mapping[str, str], figure: _Figure
) -> pd.DataFrame:
    """The rows of a count or of money, which has no mix."""
    # Whole numbers, or decimals of money.
    first, last = (_by_part(frame, figure.over) for frame in (before, after))
    shifts = of_amounts(first, last, 0)
    rows = [
        (
            name,
            float(sum(first.get(part, 0) for part in parts)),
            float(sum(last.get(part, 0) for part in parts)),
            float(sum(shifts[part].change for part in parts)),
            parts,
        )
        for name, parts in _groups(shifts, names)
    ]
    return pd.DataFrame(rows, columns=["name", *_AMOUNTS, "parts"])


def _ratios(
    before: pd.DataFrame, after: pd.DataFrame, names: Mapping[str, str], figure: _Figure
) -> pd.DataFrame:
    """The rows of a ratio, whose columns are shares; none when a period is empty."""
    first, last = (_totals(frame, figure) for frame in (before, after))
    shifts = of_ratios(first, last) if first and last else {}
    rows = [
        (
            name,
            _rate(first, parts),
            _rate(last, parts),
            # Rounded once, at the end, as their fractions' sum would be.
            *(
                math.fsum(float(getattr(shifts[part], measure)) for part in parts)
                for measure in ("change", "within", "mix")
            ),
            parts,
        )
        for name, parts in _groups(shifts, names)
    ]
    return pd.DataFrame(rows, columns=["name", *_RATIOS, "parts"])


def _by_part(frame: pd.DataFrame, column: str) -> dict[str, Any]:
    return dict(zip(frame["part"].tolist(), frame[column].tolist(), strict=True))


def _totals(frame: pd.DataFrame, figure: _Figure) -> dict[str, Total]:
    """Numerator and denominator of each part. Those without a denominator have no say."""
    overs = _by_part(frame, figure.over)
    return {
        part: (overs[part], under * figure.scale)
        for part, under in _by_part(frame, figure.under).items()
        if under
    }


def _rate(totals: Mapping[str, Total], parts: Sequence[str]) -> float:
    over, under = _whole({part: totals[part] for part in parts if part in totals})
    return over / under if under else float("nan")


def _groups(
    shifts: Mapping[str, Shift[Any]], names: Mapping[str, str]
) -> list[tuple[str, Sequence[str]]]:
    """The whole, the parts that did most, and the others together, each with its parts."""
    changes = {part: float(shift.change) for part, shift in shifts.items()}
    ordered = sorted(changes, key=lambda part: (-abs(changes[part]), names[part]))
    named = [part for part in ordered[:_NAMED] if changes[part]]
    groups: list[tuple[str, Sequence[str]]] = [(names[part], [part]) for part in named]
    match ordered[len(named) :]:
        case [other]:
            groups.append((names[other], [other]))
        case [_, *_] as others:
            groups.append((f"{len(others):,} others", others))
    return [(_EVERY, ordered), *groups] if ordered else []


# The figures of a row.
_AMOUNTS = ("before", "after", "change")
_RATIOS = ("before_pct", "after_pct", "change_pct", "within_pct", "mix_pct")


def _figures(rows: pd.DataFrame) -> list[str]:
    return [name for name in (*_AMOUNTS, *_RATIOS) if name in rows]


def _columns(split: str, rows: pd.DataFrame, unit: Unit) -> dict[str, ColumnConfig]:
    config = st.column_config
    labels = ("Before", "Now", "Change", "Within", "Mix")
    plain, signed = {
        "usd": ("dollar", "$%+,.2f"),
        "count": ("localized", "%+,.0f"),
        "pct": (PERCENT, f"%+.{_places(rows)}f pp"),
    }[unit]
    return {"name": config.TextColumn(split.capitalize(), pinned=True)} | {
        column: config.NumberColumn(label, format=plain if place < 2 else signed)
        for place, (column, label) in enumerate(zip(_figures(rows), labels, strict=False))
    }


def _places(rows: pd.DataFrame) -> int:
    """Decimals in which the largest change of a share shows two digits, 2 to 4 of them.

    A column of "+0.00 pp" and "-0.00 pp" would say nothing.
    """
    most = 100 * rows[_figures(rows)[2:]].abs().max().max() if len(rows) else 0
    return min(max(1 - math.floor(math.log10(most)), 2), 4) if most else 2
