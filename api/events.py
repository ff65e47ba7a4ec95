"""Touches: what led a shopper to a purchase, as the shop's page or server saw it."""

from datetime import UTC, datetime
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter
from pydantic import AwareDatetime, Field

from api.callers import Known, allowed, shopper_of
from api.problems import also
from api.shapes import Asked, Shape
from shops import touches
from shops.touches import Source, Touch

router = APIRouter(prefix="/events", tags=["orders"])


class Event(Asked):
    """One touch: a try-on that was looked at, a recommendation followed, something shared."""

    source: Source
    job_id: UUID | None = Field(None, description="The try-on that it came through.")
    at: AwareDatetime | None = Field(None, description="When; now, if it is not said.")


class Events(Asked):
    """Touches of one shopper."""

    user_id: UUID | None = Field(None, description="For a brand's key: whose.")
    events: Annotated[list[Event], Field(min_length=1, max_length=touches.MOST_AT_ONCE)]


class Recorded(Shape):
    """How many were kept."""

    recorded: int


@router.post("", status_code=201, responses=also(409))
def record_events(asked: Events, caller: Known) -> Recorded:
    """Record what led a shopper to a purchase; attribution counts it for 30 days."""
    if caller.kind != "guest":
        allowed(caller, "events")
    shopper = shopper_of(caller, asked.user_id)
    now = datetime.now(UTC)
    said = [
        Touch(shopper.user, event.source, event.job_id, event.at or now) for event in asked.events
    ]
    touches.record(shopper.in_shop, shopper.brand, said, now)
    return Recorded(recorded=len(said))
