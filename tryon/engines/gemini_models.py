"""What Gemini's image models do and cost: known to pages too, which need not load Google's SDK."""

from dataclasses import dataclass
from decimal import Decimal
from typing import Final

from tryon.engines import Mode

NAME: Final = "gemini"
LABEL: Final = "Google Gemini"
MODES: Final = frozenset(Mode)
GARMENTS: Final = 5
KEY_VARIABLE: Final = "CLOSETAI_GEMINI_KEY"
MODEL_VARIABLE: Final = "CLOSETAI_GEMINI_MODEL"


@dataclass(frozen=True, slots=True)
class Price:
    """Dollars for a million tokens, and how many tokens a picture of a megapixel is."""

    read: Decimal
    words: Decimal
    picture: Decimal
    tokens: int


# Google's price list for what is not ordered in batches, as of 2026.
PRICES: Final = {
    "gemini-2.5-flash-image": Price(Decimal("0.3"), Decimal("2.5"), Decimal(30), 1290),
    "gemini-3.1-flash-image": Price(Decimal("0.5"), Decimal(3), Decimal(60), 1120),
    "gemini-3-pro-image": Price(Decimal(2), Decimal(12), Decimal(120), 1120),
}


def price_usd(model: str) -> Decimal | None:
    """What a picture of a megapixel costs by the price list, in dollars; None when not in it."""
    price = PRICES.get(model)
    return None if price is None else price.picture * price.tokens / 1_000_000
