"""Answers: how likely a shopper is to recommend the brand. The net promoter score is of these."""

from datetime import UTC, datetime
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Response
from pydantic import AwareDatetime, Field

from api.callers import Known, allowed, shopper_of
from api.problems import ProblemError, also
from api.shapes import Asked, Shape
from shops import answers

router = APIRouter(prefix="/answers", tags=["answers"])


class AnswerTold(Asked):
    """What a shopper answered when asked how likely they are to recommend the brand."""

    user_id: UUID | None = Field(None, description="For a brand's key: whose.")
    score: Annotated[int, Field(strict=True, ge=0, le=answers.BEST)]
    comment: str = Field("", max_length=answers.LONGEST_COMMENT)
    answered_at: AwareDatetime | None = Field(None, description="When; now, if it is not said.")


class Answer(Shape):
    """An answer that was kept."""

    user_id: UUID
    score: int
    comment: str | None
    answered_at: datetime


@router.post("", status_code=201, responses={200: {"model": Answer}, **also(409)})
def record_answer(asked: AnswerTold, caller: Known, response: Response) -> Answer:
    """Record how likely a shopper is to recommend the brand.

    One answer counts for a shopper and UTC day: the one that was told last. With 200 it has taken
    the place of another.
    """
    if caller.kind != "guest":
        allowed(caller, "answers")
    shopper = shopper_of(caller, asked.user_id)
    if shopper.is_demo:
        raise ProblemError(403, "The demo's figures are of made-up answers, and take no others.")
    now = datetime.now(UTC)
    said = answers.Answer(
        shopper.user, asked.score, asked.comment or None, asked.answered_at or now
    )
    if not answers.record(shopper.in_shop, shopper.brand, said, now):
        response.status_code = 200
    return Answer(user_id=said.user, score=said.score, comment=said.comment, answered_at=said.at)
