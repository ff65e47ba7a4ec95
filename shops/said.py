"""What every word of a shop's system is checked for: money, times."""

from datetime import datetime, timedelta
from decimal import Decimal
from typing import Final

# Clocks of two machines differ.
_SKEW: Final = timedelta(minutes=5)
USD: Final = "USD"


class ShopError(Exception):
    """This cannot be kept; the message is one sentence for whoever sent it."""


class NotKnownError(ShopError):
    """What was named is not there, or not this shop's."""


def rate_of(currency: str, usd_rate: Decimal | None) -> Decimal:
    """Dollars per unit of a currency, as the shop says. Raises ShopError when it does not say."""
    if currency == USD:
        if usd_rate not in (None, Decimal(1)):
            raise ShopError("A dollar is one dollar: leave the rate out.")
        return Decimal(1)
    if usd_rate is None:
        raise ShopError(f"The rate is missing: how many dollars one {currency} is.")
    return usd_rate


def check_past(moment: datetime, now: datetime) -> None:
    """Raise ShopError for what is said to have happened in the future."""
    if moment > now + _SKEW:
        raise ShopError("This lies in the future.")
