"""Which engines there are here, what they can do, and what they cost.

An engine whose key is missing is not made, and its offer says what to set.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal

from tryon.engines import Engine, Mode
from tryon.engines import preview as embedded


@dataclass(frozen=True, slots=True)
class Offer:
    """An engine as it is offered to whoever launches a job.

    `garments` is how many it takes at once. `price_usd` is what one picture costs its owner, None
    where nobody says so. `missing` is one sentence about what to set before it can be used, None
    when it can.
    """

    name: str
    label: str
    modes: frozenset[Mode]
    garments: int
    price_usd: Decimal | None
    missing: str | None = None


def offers() -> tuple[Offer, ...]:
    """Every engine that this version knows, the embedded one first; some may miss their key."""
    return (
        Offer(
            name=embedded.NAME,
            label="Preview (built in)",
            modes=embedded.Preview.modes,
            garments=len(embedded.ORDER),
            price_usd=Decimal(0),
        ),
    )


def available() -> tuple[Offer, ...]:
    """The engines that can be used here."""
    return tuple(offer for offer in offers() if offer.missing is None)


def engines() -> Mapping[str, Engine]:
    """Make the engines that can be used here, by their names; for a worker."""
    return {embedded.NAME: embedded.Preview()}
