"""Guests, and what becomes of them."""

from datetime import UTC, datetime
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends, Request
from limits import RateLimitItemPerHour
from pydantic import Field

from accounts import guests
from accounts.attempts import network
from accounts.tokens import Caller
from api import pace
from api.callers import Anybody, ForShopper, Known, brand_with
from api.problems import ProblemError, also, not_there
from api.shapes import Asked, Shape

router = APIRouter(prefix="/users", tags=["users"])

# Each has free credits: so many guests an hour of one shop's key, from one address.
GUESTS_AN_HOUR = 30


class User(Shape):
    """A shopper's account."""

    id: UUID
    anon_id: str = Field(examples=["guest_5f0c"])
    credits_balance: int = Field(examples=[25])
    email: str | None = None
    created_at: datetime


class NewGuest(Asked):
    """Who the guest is to the shop; only a brand's secret key may say it."""

    device_id: str | None = Field(None, min_length=1, max_length=255)
    telegram_user_id: int | None = Field(None, ge=1, lt=2**52)


class Made(Shape):
    """A guest with the token that acts for them; it is shown this once."""

    user: User
    token: str


class Address(Asked):
    """An e-mail address that a shopper says is theirs."""

    email: str = Field(max_length=254, examples=["ada@shop.example"])


class Code(Asked):
    """The code that was sent to it."""

    code: str = Field(min_length=6, max_length=20)


def _user(shopper: guests.Shopper) -> User:
    return User(
        id=shopper.id,
        anon_id=shopper.anon_id,
        credits_balance=shopper.credits,
        email=shopper.email,
        created_at=shopper.created_at,
    )


@router.post("/guest", status_code=201, responses=also(409))
def make_guest(request: Request, caller: Anybody, asked: NewGuest | None = None) -> Made:
    """Make a guest of the key's brand, or, without a key, one of the demo's shop.

    A secret key may name a device or a Telegram user: the guest who had it before comes back.
    """
    asked = asked or NewGuest()
    brand, origins, is_demo = _shop(caller)
    if (asked.device_id or asked.telegram_user_id) and (caller is None or caller.kind != "secret"):
        raise ProblemError(403, "Whose device it is, only a brand's secret key may say.")
    client = network(request.client.host) if request.client else "local"
    # A brand's own server makes guests for everybody.
    if caller is None or caller.kind != "secret":
        pace.check(RateLimitItemPerHour(GUESTS_AN_HOUR), f"guests {brand} {client}")
    made, token = guests.make(
        brand,
        datetime.now(UTC),
        is_demo=is_demo,
        origins=sorted(origins),
        device=asked.device_id,
        telegram=asked.telegram_user_id,
    )
    return Made(user=_user(made), token=token)


def _shop(caller: Caller | None) -> tuple[UUID, frozenset[str], bool]:
    if caller is None:
        demo = guests.demo_brand()
        if demo is None:
            raise ProblemError(401, "Guests are made with a brand's key.")
        return demo, frozenset(), True
    if caller.kind == "guest" or caller.brand is None:
        raise ProblemError(403, "Guests are made with a brand's key.")
    if caller.kind == "secret" and "shoppers" not in caller.scopes:
        raise ProblemError(403, "This key is not allowed to make guests.")
    return caller.brand, caller.origins, caller.is_demo


@router.get("/me")
def me(shopper: ForShopper) -> User:
    """The shopper whom the token acts for."""
    return _user(guests.shopper(shopper.scope))


@router.delete("/me", status_code=204)
def forget_me(shopper: ForShopper) -> None:
    """Delete the shopper with everything personal. What was tried on still counts, namelessly."""
    guests.delete(shopper.user)


@router.post("/me/email", status_code=202, responses=also(409))
def prove_address(asked: Address, caller: Known, shopper: ForShopper) -> Address:
    """Send a code to the shopper's address. A guest proves by it that the address is theirs."""
    pace.check(RateLimitItemPerHour(10), f"codes {caller.token}")
    guests.send_code(shopper.user, asked.email, datetime.now(UTC))
    return asked


@router.post("/me/email/code", responses=also(409))
def confirm_address(asked: Code, shopper: ForShopper) -> User:
    """Give the shopper the address that the code was sent to.

    Wardrobe, try-ons and credits stay. If the address has an account, the two become one: its id is
    in the answer, and the token goes on as its. An account of another shop stays apart.
    """
    return _user(guests.confirm(shopper.brand, shopper.user, asked.code, datetime.now(UTC)))


@router.post("/{user_id}/email", responses=also(409))
def vouch(
    user_id: UUID, asked: Address, caller: Annotated[Caller, Depends(brand_with("shoppers"))]
) -> User:
    """Give a shopper an address on the word of the brand's server."""
    if caller.brand is None or not guests.belongs(caller.brand, user_id):
        raise not_there("user")
    return _user(guests.name(user_id, asked.email, datetime.now(UTC)))
