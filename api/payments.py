"""What payment providers tell. They bear no token: their messages are signed."""

from typing import Annotated

from fastapi import APIRouter, Header, Request, Response
from starlette.concurrency import run_in_threadpool

from api.problems import ProblemError
from api.shapes import Shape
from billing import stripe_events, tbank
from settings import settings

# Not a shop's to call, and so in no document of the API.
router = APIRouter(prefix="/billing", include_in_schema=False)


class Taken(Shape):
    """What came of a message."""

    outcome: str


@router.post("/stripe")
async def take_stripe(
    request: Request, signature: Annotated[str | None, Header(alias="stripe-signature")] = None
) -> Taken:
    """Take one of Stripe's events."""
    secret = settings().stripe_webhook_secret
    if secret is None:
        raise ProblemError(404, "There is nothing at this address.")
    event = stripe_events.verified(await request.body(), signature, secret.get_secret_value())
    outcome = await run_in_threadpool(stripe_events.take, event, settings().usd_rates)
    return Taken(outcome=outcome)


@router.post("/tbank")
async def take_tbank(request: Request) -> Response:
    """Take one of T-Bank's notifications; it comes again until the answer is OK."""
    password = settings().tbank_password
    if password is None:
        raise ProblemError(404, "There is nothing at this address.")
    said = tbank.verified(await request.body(), password.get_secret_value())
    await run_in_threadpool(tbank.take, said)
    return Response("OK", media_type="text/plain")
