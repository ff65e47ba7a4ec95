"""What the demo's reviewers think of a look: invented, but as its confidence would have it."""

from dataclasses import dataclass
from random import Random
from typing import Final

from tryon.demo.looks import Look
from tryon.engines import SHOES, Category

# Of the looks: how many are drawn at random; of the others, how many for which reason.
_RANDOM, _NEWEST, _VALUE = 0.34, 0.10, 0.06
# How often people err; how often the second differs where it is easy and hard to tell.
_ERRS, _DIFFERS, _DIFFERS_IN_DOUBT = 0.04, 0.16, 0.40
# How many are reviewed twice, and how many of the disagreements are settled.
_SECOND_OPINION, _ADJUDICATED = 0.40, 0.40
# How often the picture with light is found better, the flat one, or neither of them.
_LIGHT: Final = (0.58, 0.24, 0.18)

_REASONS: Final[dict[Category, tuple[str, ...]]] = {
    Category.TOPS: ("neckline", "lost_detail"),
    Category.BOTTOMS: ("lost_detail", "other"),
    Category.DRESSES: ("neckline", "background"),
    Category.JACKETS: ("neckline", "hands"),
    Category.BAGS: ("hands", "lost_detail"),
    Category.SCARVES: ("identity", "neckline"),
    Category.HATS: ("identity", "background"),
    Category.BELTS: ("hands", "lost_detail"),
    Category.JEWELRY: ("identity", "lost_detail"),
    **dict.fromkeys(SHOES, ("lost_detail", "background")),
}
_NOTES = {
    "neckline": "The collar sits too low.",
    "identity": "The hair is not as it was.",
    "lost_detail": "The pattern is gone at the seam.",
    "hands": "The hand should be in front.",
    "background": "There is a rim around it.",
    "other": "The hem does not look right.",
}


@dataclass(frozen=True, slots=True)
class Judgement:
    """One review, by the reviewer of this number."""

    reviewer: int
    approved: bool
    reasons: tuple[str, ...]
    rating: int
    note: str | None
    drawn: str
    is_adjudication: bool


def better_of(one: Look, other: Look, reviewers: int) -> list[str]:
    """Which of two looks each reviewer finds better: `one`, `other` or `neither`.

    Light is worth something, though not to everybody.
    """
    dice = Random(f"{one.key} {other.key}")
    lit, flat = ("other", "one") if one.flat else ("one", "other")
    return [dice.choices([lit, flat, "neither"], _LIGHT)[0] for _ in range(reviewers)]


def judgements(look: Look, confidence: float, reviewers: int) -> list[Judgement]:
    """Review a look, always the same way: by nobody, by one, or by several who may disagree.

    Whether it is drawn at random has nothing to do with its confidence; calibration counts on that.
    """
    dice = Random(look.key)
    drawn = _drawn(dice, confidence)
    people = dice.sample(range(reviewers), 3)
    # Of what is all but certain most is good, of what is doubtful less than half.
    good = dice.random() < 1 - 1.5 * (1 - confidence)
    first = good != (dice.random() < _ERRS)
    second = first != (dice.random() < (_DIFFERS if confidence > 0.8 else _DIFFERS_IN_DOUBT))
    has_second = dice.random() < _SECOND_OPINION
    is_settled = dice.random() < _ADJUDICATED
    if drawn is None:
        return []
    made = [_judgement(dice, look, people[0], first, drawn)]
    if has_second:
        made.append(_judgement(dice, look, people[1], second, "second"))
    if has_second and first != second and is_settled:
        made.append(_judgement(dice, look, people[2], good, drawn, is_adjudication=True))
    return made


def _drawn(dice: Random, confidence: float) -> str | None:
    lot, doubt, rest = dice.random(), dice.random(), dice.random()
    if lot < _RANDOM:
        return "random"
    if doubt < 2.5 * (0.95 - confidence):
        return "uncertainty"
    if rest < _NEWEST:
        return "newest"
    return "value" if rest < _NEWEST + _VALUE else None


def _judgement(
    dice: Random,
    look: Look,
    reviewer: int,
    approved: bool,
    drawn: str,
    *,
    is_adjudication: bool = False,
) -> Judgement:
    reason = dice.choice(
        ("background", *_REASONS[look.category]) if look.photo else _REASONS[look.category]
    )
    rating = dice.choice((4, 5, 5)) if approved else dice.choice((1, 2, 2, 3))
    said = dice.random() < 0.3
    return Judgement(
        reviewer=reviewer,
        approved=approved,
        reasons=() if approved else (reason,),
        rating=rating,
        note=_NOTES[reason] if said and not approved else None,
        drawn=drawn,
        is_adjudication=is_adjudication,
    )
