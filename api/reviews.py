"""Verdicts on pictures."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter
from pydantic import Field

from api.callers import Known, shopper_of
from api.problems import ProblemError, also, not_there
from api.shapes import Asked, Shape
from tryon import results, reviews
from tryon.reviews import Opinion, Reason

router = APIRouter(tags=["reviews"])


class NewReview(Asked):
    """What somebody says of a finished picture. Reasons are for a rejection."""

    job_id: UUID
    approved: bool
    reasons: list[Reason] = Field([], max_length=7)
    rating: Annotated[int, Field(ge=1, le=5)] | None = None
    note: str = Field("", max_length=reviews.LONGEST_NOTE)


class Review(Shape):
    """A verdict that was kept."""

    id: UUID
    job_id: UUID
    approved: bool


@router.post("/reviews", status_code=201, responses=also(409))
def review(asked: NewReview, caller: Known) -> Review:
    """Judge a finished picture: a shopper their own, a brand's key any of the brand's.

    Of each reviewer the latest verdict holds. Since whoever judges has picked the picture, human
    accuracy, which rests on random draws, does not count it.
    """
    if caller.kind == "secret":
        if "reviews" not in caller.scopes:
            raise ProblemError(403, "This key is not allowed to record verdicts.")
        seeing = writing = caller.scope
    else:
        shopper = shopper_of(caller, None)
        seeing, writing = shopper.scope, shopper.in_shop if shopper.is_demo else shopper.scope
    if results.find(seeing, asked.job_id) is None:
        raise not_there("try-on")
    opinion = Opinion(asked.approved, tuple(asked.reasons), asked.rating, asked.note)
    made = reviews.tell(writing, asked.job_id, opinion)
    return Review(id=made, job_id=asked.job_id, approved=asked.approved)
