"""Answers: how likely a shopper is to recommend the brand, from 0 to 10."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Final
from uuid import UUID

from sqlalchemy import text

from database.connections import writer
from database.tenancy import Scope
from shops.said import ShopError, check_past

BEST: Final = 10
LONGEST_COMMENT: Final = 2000


@dataclass(frozen=True, slots=True)
class Answer:
    """What a shopper answered: 0 to ``BEST``, in what words (if any), and when."""

    user: UUID
    score: int
    comment: str | None
    at: datetime


# One after another for a shopper, or two of one moment would both be the first of their day.
_ALONE = text("select pg_advisory_xact_lock(hashtextextended('answer ' || :brand || :user, 0))")
# When two accounts become one person, a day may have two answers: then both get what is told anew.
_CHANGE = text(
    """
    update nps_responses
    set score = :score, comment = :comment, answered_at = :at
    where brand_id = :brand and user_id = :user and answered_at >= :since and answered_at < :until
    """
)
_INSERT = text(
    """
    insert into nps_responses (brand_id, user_id, score, comment, answered_at)
    values (:brand, :user, :score, :comment, :at)
    """
)


def record(scope: Scope, brand: UUID, answer: Answer, now: datetime) -> bool:
    """Keep a shopper's answer in place of one of the same UTC day; return whether it is the first.

    That the shopper is the brand's is for the caller to know. Raises ShopError for a score or a
    comment that is none and for a time to come, DatabaseUnavailableError.
    """
    if not 0 <= answer.score <= BEST:
        raise ShopError(f"A score is 0 to {BEST}.")
    if answer.comment is not None and len(answer.comment) > LONGEST_COMMENT:
        raise ShopError(f"A comment has {LONGEST_COMMENT:,} characters at most.")
    check_past(answer.at, now)
    day = answer.at.astimezone(UTC).replace(hour=0, minute=0, second=0, microsecond=0)
    row = {
        "brand": brand,
        "user": answer.user,
        "score": answer.score,
        "comment": answer.comment,
        "at": answer.at,
        "since": day,
        "until": day + timedelta(days=1),
    }
    with writer(scope) as connection:
        connection.execute(_ALONE, {"brand": str(brand), "user": str(answer.user)})
        is_first = connection.execute(_CHANGE, row).rowcount == 0
        if is_first:
            connection.execute(_INSERT, row)
    return is_first
