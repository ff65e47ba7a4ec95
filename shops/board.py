"""What somebody can do with the webhooks and feeds of one brand, with words as a page has them."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import ClassVar
from uuid import UUID

import csv_files
from csv_files import Bad, CsvError
from database.connections import DatabaseUnavailableError
from database.tenancy import Scope
from shops import spend, webhooks
from shops.said import ShopError
from shops.spend import Spend
from shops.webhooks import EVENTS, Attempt, Delivery, Webhook


@dataclass(frozen=True)
class Board:
    """Webhooks and feeds of `brand`. `scope` is asked at every act, so that an ended session ends.

    Each act may raise one of the `known` errors, whose message is a sentence for whoever is there.
    """

    scope: Callable[[], Scope]
    brand: UUID

    known: ClassVar[tuple[type[Exception], ...]] = (ShopError, CsvError, DatabaseUnavailableError)
    # What can be told of, and what that is in words.
    events: ClassVar[dict[str, str]] = EVENTS

    def webhooks(self) -> list[Webhook]:
        """The brand's webhooks, in the order of their making."""
        return webhooks.of_brand(self.scope(), self.brand)

    def secret(self, webhook: Webhook) -> str:
        """What calls of a webhook are signed with."""
        return webhooks.secret_of(webhook.id, webhook.key_version)

    def add(self, url: str, events: Sequence[str]) -> None:
        """Have an address called."""
        webhooks.add(self.scope(), self.brand, url, events)

    def remove(self, webhook: UUID) -> None:
        """Have it called no more."""
        webhooks.remove(self.scope(), webhook)

    def enable(self, webhook: UUID) -> None:
        """Have it called again after it was given up."""
        webhooks.enable(self.scope(), webhook)

    def renew_secret(self, webhook: UUID) -> None:
        """Sign with another secret from now on."""
        webhooks.renew_secret(self.scope(), webhook)

    def ping(self, webhook: UUID) -> None:
        """Have it called once, for a try."""
        webhooks.ping(self.scope(), webhook)

    def deliveries(self, count: int, status: str) -> list[Delivery]:
        """The newest calls, of one status or ("") of any."""
        return webhooks.deliveries(self.scope(), self.brand, count, status=status)

    def attempts(self, delivery: UUID) -> list[Attempt]:
        """The attempts at a call."""
        return webhooks.attempts(self.scope(), delivery)

    def body(self, delivery: UUID) -> str:
        """What a call says."""
        return webhooks.body_of(self.scope(), delivery)

    def again(self, delivery: UUID) -> None:
        """Make a call once more."""
        webhooks.again(self.scope(), delivery)

    def read_spend(self, content: bytes) -> tuple[Sequence[Spend], Sequence[Bad]]:
        """Read a CSV file of acquisition spend; gives its rows, and those that cannot be used."""
        read = spend.read(csv_files.read(content), datetime.now(UTC).date())
        return read.rows, read.bad

    def record_spend(self, rows: Sequence[Spend]) -> None:
        """Keep acquisition spend, in place of what was said of the same days and channels."""
        spend.record(self.scope(), self.brand, rows, datetime.now(UTC).date())
