"""The built-in advisor: rules of colour, occasion and season over what is in the wardrobe.

It understands an occasion, the weather, colours and garments by their words, and answers with one
or two outfits of what is there, why they go together, and what is missing. The same question about
the same wardrobe has the same answer.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date
from itertools import combinations, product
from typing import Final

from advisor import Piece, Turn
from tryon.describe import COLOURS
from tryon.engines import SHOES
from tryon.guess import WORDS

NAME: Final = "Built-in advisor"


@dataclass(frozen=True, slots=True)
class _Occasion:
    name: str
    words: str
    formality: float  # 0 for sport to 3 for a wedding
    advice: str


_OCCASIONS: Final = (
    _Occasion("a wedding", "wedding ceremony gala opera", 3.0,
              "Dress up, and leave white to the couple."),
    _Occasion("work", "office work job interview meeting business presentation", 2.2,
              "Clean lines and at most one strong colour."),
    _Occasion("a dinner", "date dinner theatre theater restaurant evening concert", 2.0,
              "One piece may stand out; keep the rest quiet."),
    _Occasion("a party", "party club birthday celebration dance", 1.8,
              "A pattern or a strong colour is welcome."),
    _Occasion("a trip", "travel trip flight airport train journey sightseeing", 1.0,
              "Layers that you can take off, and shoes that you can walk in."),
    _Occasion("sport", "sport gym running run hike hiking training tennis", 0.2,
              "Freedom to move comes first."),
    _Occasion("the beach", "beach holiday vacation pool sea", 0.4,
              "Light cloth, and something against the sun."),
    _Occasion("an everyday outfit",
              "casual everyday weekend brunch walk friends shopping relaxed coffee", 1.0,
              "Comfortable, with one thing that is not everyday."),
)  # fmt: skip
_EVERYDAY: Final = _OCCASIONS[-1]

# Warmth that the weather asks for: 0 for the hottest day to 3 for frost.
_WEATHER: Final = {
    "cold weather": ("winter cold snow freezing frost december january february", 2.6),
    "cool weather": ("autumn fall spring cool rain rainy windy chilly october november", 1.7),
    "warm weather": ("summer hot heat warm sun sunny july august june", 0.5),
}
# How warm and how formal a garment is, by what it is and by words of its name.
_WARMTH: Final = {"jackets": 2.2, "scarves": 2.4, "boots": 2.0, "heels": 0.8, "dresses": 1.0}
_WARM_WORDS: Final = {
    "coat": 3.0, "parka": 3.0, "sweater": 2.3, "knit": 2.3, "wool": 2.5, "hoodie": 2.0,
    "beanie": 2.6, "shorts": 0.2, "tank": 0.2, "linen": 0.5, "sandal": 0.2, "tee": 0.8,
    "jeans": 1.4, "trousers": 1.4, "skirt": 0.8,
}  # fmt: skip
_FORMALITY: Final = {
    "heels": 2.8, "dresses": 2.2, "jackets": 2.0, "boots": 1.6, "sneakers": 0.6, "jewelry": 2.2,
}  # fmt: skip
_FORMAL_WORDS: Final = {
    "blazer": 2.6, "gown": 3.0, "shirt": 2.0, "blouse": 2.2, "trousers": 2.2, "pinstripe": 2.4,
    "pearl": 2.8, "satchel": 1.8, "skirt": 1.9, "sweater": 1.4, "denim": 1.0, "jeans": 1.0,
    "tee": 0.9, "tank": 0.6, "shorts": 0.4, "hoodie": 0.3, "beanie": 0.5, "fedora": 1.8,
    "tote": 0.9,
}  # fmt: skip

# They go with everything.
_NEUTRAL: Final = frozenset({"black", "white", "gray", "beige", "navy", "brown"})
# Where the others stand on the wheel of colours, in degrees.
_WHEEL: Final = {
    "red": 0, "orange": 30, "yellow": 55, "olive": 75, "green": 130, "teal": 178,
    "light blue": 208, "blue": 222, "purple": 280, "pink": 338, "burgundy": 350,
}  # fmt: skip
_SYNONYMS: Final = {
    "grey": "gray", "cream": "beige", "ivory": "white", "camel": "brown", "tan": "beige",
    "maroon": "burgundy", "wine": "burgundy", "violet": "purple", "turquoise": "teal",
    "rose": "pink", "gold": "yellow", "khaki": "olive", "indigo": "navy",
}  # fmt: skip

_TOPS, _BOTTOMS = frozenset({"tops"}), frozenset({"bottoms"})
_SHOES = frozenset(str(category) for category in SHOES)
_EXTRAS = ("bags", "scarves", "hats", "belts", "jewelry")
# Of each part so many are tried against the others.
_CANDIDATES: Final = 8


@dataclass(frozen=True, slots=True)
class Asked:
    """What a question was understood to be about."""

    occasion: _Occasion
    said_occasion: bool
    weather: str
    warmth: float
    said_weather: bool
    colors: tuple[str, ...]
    categories: tuple[str, ...]
    anchor: Piece | None


def understood(question: str, pieces: Sequence[Piece], today: date) -> Asked:
    """Read an occasion, the weather, colours and garments out of a question."""
    said = " " + " ".join(re.findall(r"[a-z]+", question.lower())) + " "
    words = said.split()
    occasion = next((o for o in _OCCASIONS if _any(o.words, words)), None)
    weather = next((name for name, (known, _) in _WEATHER.items() if _any(known, words)), None)
    season = _season(today)
    categories = [
        str(category)
        for category, known in WORDS.items()
        if any(_is(word, form) for word in words for form in known.split())
    ]
    named = [piece for piece in pieces if f" {_plain(piece.name)} " in said]
    found = colors_in(question)
    anchor = max(named, key=lambda piece: len(piece.name), default=None)
    if anchor is None and categories:
        anchor = _meant(pieces, categories, found)
    asked = Asked(
        occasion=occasion or _EVERYDAY,
        said_occasion=occasion is not None,
        weather=weather or season,
        warmth=_WEATHER[weather or season][1],
        said_weather=weather is not None,
        colors=found,
        categories=tuple(categories),
        anchor=anchor,
    )
    if anchor is None and found and not categories:
        # "Something red": whatever is of that colour and fits best.
        coloured = [piece for piece in pieces if set(piece.colors[:1]) & set(found)]
        best = max(coloured, key=lambda piece: (_fit(piece, asked), piece.id), default=None)
        asked = replace(asked, anchor=best)
    return asked


def colors_in(text: str) -> tuple[str, ...]:
    """The colours that a text names, by our names, in its order."""
    said = f" {_plain(text)} "
    found = [
        (said.index(f" {color} "), _SYNONYMS.get(color, color))
        for color in (*COLOURS, *_SYNONYMS)
        if f" {color} " in said
    ]
    names = dict.fromkeys(name for _, name in sorted(found))
    if "light blue" in names:
        names.pop("blue", None)
    return tuple(names)


def _plain(text: str) -> str:
    return " ".join(re.findall(r"[a-z]+", text.lower()))


def _any(known: str, words: Sequence[str]) -> bool:
    return any(_is(word, form) for word in words for form in known.split())


def _is(word: str, form: str) -> bool:
    return word in (form, f"{form}s", f"{form}es")


def _season(today: date) -> str:
    """Of the northern half: the weather that is likely when nothing is said."""
    if today.month in (12, 1, 2):
        return "cold weather"
    return "warm weather" if today.month in (6, 7, 8) else "cool weather"


def _meant(
    pieces: Sequence[Piece], categories: Sequence[str], colors: Sequence[str]
) -> Piece | None:
    """The piece of a category that was meant: one of the colour that was said, if one was."""
    fitting = [piece for piece in pieces if piece.category in categories]
    of_colour = [piece for piece in fitting if set(piece.colors) & set(colors)]
    if colors:
        return of_colour[0] if of_colour else None
    return fitting[0] if len(fitting) == 1 else None


def harmony(one: str, other: str) -> float:
    """How well two colours go together, from 0 to 1."""
    if one == other:
        return 0.85
    if one in _NEUTRAL or other in _NEUTRAL:
        return 1.0
    apart = abs(_WHEEL[one] - _WHEEL[other]) % 360
    apart = min(apart, 360 - apart)
    if apart <= 45:
        return 0.8  # neighbours
    return 0.8 if 150 <= apart <= 180 else 0.3  # opposites, or neither


def _of_words(piece: Piece, known: dict[str, float], by_category: dict[str, float]) -> float:
    names = _plain(piece.name).split()
    found = [value for word, value in known.items() if any(_is(name, word) for name in names)]
    return found[0] if found else by_category.get(piece.category, 1.3)


def _fit(piece: Piece, asked: Asked) -> float:
    formal = _of_words(piece, _FORMAL_WORDS, _FORMALITY) - asked.occasion.formality
    warm = _of_words(piece, _WARM_WORDS, _WARMTH) - asked.warmth
    coloured = 0.3 if set(piece.colors) & set(asked.colors) else 0.0
    return coloured - 0.35 * abs(formal) - 0.25 * abs(warm)


def _score(outfit: Sequence[Piece], asked: Asked) -> float:
    pairs = [
        min(harmony(a, b) for a in one.colors[:2] for b in other.colors[:2])
        for one, other in combinations(outfit, 2)
        if one.colors and other.colors
    ]
    together = sum(pairs) / len(pairs) if pairs else 0.7
    patterned = sum({"striped", "patterned"} & set(piece.words) != set() for piece in outfit)
    loud = 0.25 * max(patterned - 1, 0)
    return together - loud + sum(_fit(piece, asked) for piece in outfit) / len(outfit)


def _best(
    pieces: Sequence[Piece], categories: frozenset[str] | Sequence[str], asked: Asked
) -> list[Piece]:
    found = [piece for piece in pieces if piece.category in categories]
    if asked.anchor is not None and asked.anchor.category in categories:
        return [asked.anchor]
    return sorted(found, key=lambda piece: (-_fit(piece, asked), piece.name, piece.id))[
        :_CANDIDATES
    ]


def outfits(asked: Asked, pieces: Sequence[Piece], count: int = 2) -> list[tuple[Piece, ...]]:
    """The outfits that fit best, the best first; each differs from the others in its main piece."""
    tops, bottoms = _best(pieces, _TOPS, asked), _best(pieces, _BOTTOMS, asked)
    dresses = _best(pieces, ("dresses",), asked)
    mains: list[tuple[Piece, ...]] = [*product(tops, bottoms), *((dress,) for dress in dresses)]
    if asked.anchor is not None and asked.anchor.category in ("tops", "bottoms", "dresses"):
        mains = [main for main in mains if asked.anchor in main] or [(asked.anchor,)]
    if not mains:
        mains = [(piece,) for piece in (*tops, *bottoms)] or [()]
    ranked = sorted(
        (_dressed(main, asked, pieces) for main in mains),
        key=lambda outfit: (
            (-_score(outfit, asked), [piece.id for piece in outfit]) if outfit else (0.0, [])
        ),
    )
    chosen: list[tuple[Piece, ...]] = []
    for outfit in ranked:
        first = outfit[:1]
        if outfit and all(first != known[:1] for known in chosen):
            chosen.append(outfit)
        if len(chosen) == count:
            break
    return chosen


def _dressed(main: tuple[Piece, ...], asked: Asked, pieces: Sequence[Piece]) -> tuple[Piece, ...]:
    """A main piece or two with shoes, a jacket where it is cool, and one thing more."""
    outfit = list(main)
    wanted: list[Sequence[str] | frozenset[str]] = [_SHOES]
    if _needs_jacket(asked):
        wanted.append(("jackets",))
    wanted.append([e for e in _EXTRAS if e not in ("scarves",) or asked.warmth >= 1.5])
    if asked.anchor is not None and asked.anchor not in outfit:
        outfit.append(asked.anchor)
        wanted = [one for one in wanted if asked.anchor.category not in one]
    for categories in wanted:
        options = _best(pieces, categories, asked)
        if options:
            outfit.append(max(options, key=lambda piece: _score((*outfit, piece), asked)))
    return tuple(outfit)


def _needs_jacket(asked: Asked) -> bool:
    return asked.warmth >= 1.5 and asked.occasion.formality >= 0.5


class Rules:
    """The advisor that is always there."""

    name = NAME

    def __init__(self, today: date) -> None:
        self._today = today

    def answer(
        self, question: str, before: Sequence[Turn], pieces: Sequence[Piece]
    ) -> Iterator[str]:
        """The answer, paragraph by paragraph."""
        # "And in winter?": what was asked before still holds where this says nothing.
        earlier = " ".join(turn.body for turn in before[-4:] if turn.author == "user")
        asked = understood(question, pieces, self._today)
        if not (asked.said_occasion or asked.anchor or asked.colors) and earlier:
            asked = understood(f"{question} {earlier}", pieces, self._today)
        yield f"{_heard(asked)}\n\n"
        found = outfits(asked, pieces)
        if not found:
            yield f"{_in_general(asked)}\n\n"
            yield f"Picture: {_prompt_in_general(asked)}"
            return
        yield f"{_told(found[0])} {_why(found[0])}\n\n"
        if len(found) > 1:
            yield f"Or else: {_told(found[1])}\n\n"
        yield f"{asked.occasion.advice} {_missing(found[0], asked)}".strip() + "\n\n"
        yield f"Picture: {_prompt(found[0], asked)}"


def _heard(asked: Asked) -> str:
    parts = f"For {asked.occasion.name} in {asked.weather}"
    if asked.anchor is not None:
        parts += f", around **{asked.anchor.name}**"
    elif asked.colors:
        of_that = " of that kind" if asked.categories else ""
        parts += f" (there is nothing {asked.colors[0]}{of_that})"
    assumed = []
    if not asked.said_occasion:
        assumed.append("the occasion")
    if not asked.said_weather:
        assumed.append("the weather")
    told = f" You did not say {' and '.join(assumed)}: I took what is likely." if assumed else ""
    return f"{parts}.{told}"


def _told(outfit: Sequence[Piece]) -> str:
    names = [f"**{piece.name}**" for piece in outfit]
    return f"{_listed(names)}."


def _listed(names: Sequence[str]) -> str:
    return names[0] if len(names) == 1 else f"{', '.join(names[:-1])} and {names[-1]}"


def _why(outfit: Sequence[Piece]) -> str:
    colors = list(dict.fromkeys(color for piece in outfit for color in piece.colors[:1]))
    strong = [color for color in colors if color not in _NEUTRAL]
    quiet = [color for color in colors if color in _NEUTRAL]
    if not colors:
        return ""
    if not strong:
        return f"{_listed(quiet).capitalize()} are quiet colours that go with each other."
    if len(strong) == 1 and quiet:
        return f"{strong[0].capitalize()} stands out against {_listed(quiet)}."
    if len(strong) > 1 and all(harmony(a, b) >= 0.8 for a, b in combinations(strong, 2)):
        return f"{_listed(strong).capitalize()} lie well together on the wheel of colours."
    return f"{_listed(colors).capitalize()}: the boldest that your wardrobe offers here."


def _missing(outfit: Sequence[Piece], asked: Asked) -> str:
    there = {piece.category for piece in outfit}
    lacking = []
    if not there & {"dresses"} and not (there & _TOPS and there & _BOTTOMS):
        lacking.append("a top" if not there & _TOPS else "something for the legs")
    if not there & _SHOES:
        lacking.append("shoes")
    if _needs_jacket(asked) and "jackets" not in there:
        lacking.append("a jacket")
    return f"What is missing here: {_listed(lacking)}." if lacking else ""


def _in_general(asked: Asked) -> str:
    what = (
        "a dress or a shirt with trousers" if asked.occasion.formality >= 2 else "a tee and jeans"
    )
    over = ", and a coat over it" if asked.warmth >= 2 else ""
    color = asked.colors[0] if asked.colors else "navy"
    return (
        f"Nothing hangs in your wardrobe yet, so in general: {what}{over}. Begin with {color} and "
        f"one quiet colour beside it, such as white or gray. {asked.occasion.advice}"
    )


def _prompt(outfit: Sequence[Piece], asked: Asked) -> str:
    worn = [_called(piece) for piece in outfit]
    return (
        f"A person from head to feet, dressed for {asked.occasion.name}, wearing {_listed(worn)}, "
        "plain light backdrop, soft daylight"
    )


def _called(piece: Piece) -> str:
    name = piece.name.lower()
    color = piece.colors[0] if piece.colors else ""
    is_said = not color or any(word in name for word in color.split())
    return name if is_said else f"{color} {name}"


def _prompt_in_general(asked: Asked) -> str:
    color = asked.colors[0] if asked.colors else "navy"
    kind = "an elegant outfit" if asked.occasion.formality >= 2 else "a relaxed outfit"
    return (
        f"A person from head to feet, dressed for {asked.occasion.name}, {kind} in {color} and "
        "white, plain light backdrop, soft daylight"
    )
