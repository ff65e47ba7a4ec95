"""Touches: what led a shopper to a purchase. A try-on, a recommendation, something shared."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final, Literal
from uuid import UUID

from sqlalchemy import text

from database.connections import writer
from database.tenancy import Scope
from shops.said import NotKnownError, check_past

Source = Literal["tryon", "recommendation", "share"]
MOST_AT_ONCE: Final = 100


@dataclass(frozen=True, slots=True)
class Touch:
    """A touch of a shopper: from where, through which job (if one), and when."""

    user: UUID
    source: Source
    job: UUID | None
    at: datetime


_KNOWN = text(
    """
    select exists (
      select from tryon_jobs where id = :job and user_id = :user and brand_id = :brand
    )
    """
)
_INSERT = text(
    """
    insert into touches (brand_id, user_id, source, job_id, touched_at)
    values (:brand, :user, cast(:source as touch_source), :job, :at)
    """
)


def record(scope: Scope, brand: UUID, touches: Sequence[Touch], now: datetime) -> None:
    """Keep touches of a brand's shoppers, all or none.

    That the shoppers are the brand's is for the caller to know. Raises NotKnownError for a job that
    is not the shopper's, ShopError for a time to come, DatabaseUnavailableError.
    """
    for touch in touches:
        check_past(touch.at, now)
    with writer(scope) as connection:
        for touch in touches:
            row = {"brand": brand, "user": touch.user, "job": touch.job}
            if touch.job is not None and not connection.scalar(_KNOWN, row):
                raise NotKnownError("There is no such job.")
            connection.execute(_INSERT, {**row, "source": touch.source, "at": touch.at})
