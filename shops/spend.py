"""What a brand spends to be found: per day and channel, one amount, which a later word replaces.

It comes by the API or as a CSV file. In a file a row that cannot be used is told with its line, and
keeps none of the others from coming in.
"""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal, InvalidOperation
from typing import Final
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.exc import ProgrammingError

from csv_files import Bad, Sheet
from database.connections import writer
from database.tenancy import Scope
from shops.said import USD, ShopError, rate_of

LONGEST_CHANNEL: Final = 100
MOST_AT_ONCE: Final = 1000
_LARGEST: Final = Decimal("999999999999.99")
_TITLES: Final[dict[str, tuple[str, ...]]] = {
    "day": ("day", "date"),
    "channel": ("channel", "source", "network", "medium"),
    "amount": ("amount", "spend", "cost"),
    "currency": ("currency",),
    "usd_rate": ("usd rate", "rate"),
}


@dataclass(frozen=True, slots=True)
class Spend:
    """What was spent on a channel on a UTC day; `usd_rate` in dollars per unit of the currency."""

    day: date
    channel: str
    amount: Decimal
    currency: str
    usd_rate: Decimal


_UPSERT = text(
    """
    insert into acquisition_spend (brand_id, day, channel, amount, currency, usd_rate)
    select :brand, r.day, r.channel, r.amount, r.currency, r.usd_rate
    from jsonb_to_recordset(cast(:rows as jsonb)) as r (
      day date, channel text, amount numeric, currency text, usd_rate numeric
    )
    on conflict (brand_id, day, channel) do update
    set amount = excluded.amount, currency = excluded.currency, usd_rate = excluded.usd_rate
    """
)


def record(scope: Scope, brand: UUID, rows: Sequence[Spend], today: date) -> None:
    """Keep spend, in place of what was said of the same days and channels; all or nothing.

    Raises ShopError for a day to come, for one that is named twice, and when the scope may not
    write for this brand, DatabaseUnavailableError.
    """
    seen: set[tuple[date, str]] = set()
    for row in rows:
        if row.day > today:
            raise ShopError(f"{row.day} lies in the future.")
        if (row.day, row.channel) in seen:
            raise ShopError(f"{row.day} and {row.channel} are named twice.")
        seen.add((row.day, row.channel))
    said = [
        {
            "day": row.day.isoformat(),
            "channel": row.channel,
            "amount": str(row.amount),
            "currency": row.currency,
            "usd_rate": str(row.usd_rate),
        }
        for row in rows
    ]
    try:
        with writer(scope) as connection:
            connection.execute(_UPSERT, {"brand": brand, "rows": json.dumps(said)})
    except ProgrammingError as error:
        if "row-level security" in str(error.orig):
            raise ShopError("You cannot change the spend of this brand.") from error
        raise


_LIST = text(
    """
    select day, channel, amount, currency, usd_rate
    from acquisition_spend
    where brand_id = :brand and day >= :since and day < :until
    order by day, channel
    """
)


def listed(scope: Scope, brand: UUID, since: date, until: date) -> list[Spend]:
    """What was spent from `since` on and before `until`. Raises DatabaseUnavailableError."""
    asked = {"brand": brand, "since": since, "until": until}
    with writer(scope) as connection:
        return [
            Spend(row.day, row.channel, row.amount, row.currency, row.usd_rate)
            for row in connection.execute(_LIST, asked)
        ]


@dataclass(frozen=True, slots=True)
class Read:
    """What the rows of a file say, and which of them cannot be used."""

    rows: tuple[Spend, ...]
    bad: tuple[Bad, ...]


def read(sheet: Sheet, today: date) -> Read:
    """Make spend of a file's rows. Raises ShopError when a column is missing."""
    places: dict[str, int] = {}
    for place, title in enumerate(sheet.titles):
        plain = " ".join(title.lower().replace("_", " ").split())
        part = next((name for name, known in _TITLES.items() if plain in known), None)
        if part is not None:
            places.setdefault(part, place)
    missing = [part for part in ("day", "channel", "amount") if part not in places]
    if missing:
        raise ShopError(
            f"No column is called {missing[0]}: day, channel and amount are needed, "
            "currency and rate where it is not in dollars."
        )
    rows: list[Spend] = []
    bad: list[Bad] = []
    lines: dict[tuple[date, str], int] = {}
    for line, cells in sheet.rows:
        said = {part: cells[at] if at < len(cells) else "" for part, at in places.items()}
        try:
            row = _row(said, today)
            if (row.day, row.channel) in lines:
                before = lines[row.day, row.channel]
                raise ShopError(f"Line {before} has the same day and channel.")
        except ShopError as error:
            bad.append(Bad(line, f"{said['day']} {said['channel']}"[:80].strip(), str(error)))
            continue
        lines[row.day, row.channel] = line
        rows.append(row)
    return Read(tuple(rows), tuple(bad))


def _row(said: dict[str, str], today: date) -> Spend:
    try:
        day = datetime.strptime(said["day"], "%Y-%m-%d").date()  # noqa: DTZ007 – a day has no zone
    except ValueError:
        raise ShopError("The day looks like 2026-11-26.") from None
    if day > today:
        raise ShopError("This day lies in the future.")
    channel = " ".join(said["channel"].split())
    if not 1 <= len(channel) <= LONGEST_CHANNEL:
        raise ShopError(f"A channel has 1 to {LONGEST_CHANNEL} characters.")
    currency = said.get("currency", "").upper() or USD
    if len(currency) != 3 or not currency.isascii() or not currency.isalpha():
        raise ShopError("A currency has three letters, as USD has.")
    given = said.get("usd_rate", "")
    rate = rate_of(currency, _number(given, "rate") if given and currency != USD else None)
    if not 0 < rate < 10**9:
        raise ShopError("The rate is more than 0.")
    amount = _number(said["amount"], "amount")
    if not 0 <= amount <= _LARGEST or amount != round(amount, 2):
        raise ShopError("The amount is 0 or more, to the cent.")
    return Spend(day, channel, amount, currency, rate)


def _number(said: str, what: str) -> Decimal:
    try:
        number = Decimal(said)
    except InvalidOperation:
        number = Decimal("nan")
    if not number.is_finite():
        raise ShopError(f"The {what} looks like 1234.50, without separators or signs.")
    return number
