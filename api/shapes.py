"""What requests and answers look like: JSON in camel case, and lists that go on by a cursor."""

import base64
import json
from collections.abc import Sequence
from datetime import datetime
from typing import Annotated, Generic, TypeVar
from uuid import UUID

from fastapi import Query
from pydantic import BaseModel, ConfigDict
from pydantic.alias_generators import to_camel

from api.problems import wrong


class Shape(BaseModel):
    """An answer, or a part of one."""

    model_config = ConfigDict(alias_generator=to_camel, populate_by_name=True)


class Asked(BaseModel):
    """The body of a request: what it does not know is refused, so that no typing error is lost."""

    model_config = ConfigDict(
        alias_generator=to_camel, populate_by_name=True, extra="forbid", str_strip_whitespace=True
    )


One = TypeVar("One")


class Page(Shape, Generic[One]):
    """A part of a list, the newest first; with ``nextCursor`` it goes on."""

    items: list[One]
    next_cursor: str | None = None


Limit = Annotated[int, Query(ge=1, le=100, description="How many at most.")]
Cursor = Annotated[
    str | None, Query(max_length=200, description="The nextCursor of the page before.")
]

After = tuple[datetime, UUID]


def after(cursor: str | None) -> After | None:
    """Where a list goes on. Raises ProblemError for what no page ended with."""
    if cursor is None:
        return None
    try:
        said = json.loads(base64.urlsafe_b64decode(cursor.encode() + b"=="))
        at, last = said
        moment = datetime.fromisoformat(at)
        if moment.tzinfo is None:
            raise ValueError
        return moment, UUID(last)
    except (ValueError, TypeError, AttributeError):
        raise wrong("query.cursor", "no page ended with this cursor") from None


def following(rows: Sequence[object], limit: int) -> str | None:
    """The cursor with which a list goes on after `limit` rows; they have created_at and id."""
    if len(rows) <= limit:
        return None
    last = rows[limit - 1]
    said = json.dumps([last.created_at.isoformat(), str(last.id)])  # type: ignore[attr-defined]
    return base64.urlsafe_b64encode(said.encode()).decode().rstrip("=")
