"""Who may call a route, and for which shopper: said in the route's parameters."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Annotated
from uuid import UUID

from fastapi import Depends, Query, Request, Security
from fastapi.security import HTTPBearer

from accounts import guests
from accounts.tokens import SCOPES, Caller
from api.problems import ProblemError, not_there
from database.tenancy import Scope
from tryon.jobs import Origin

# For the documentation alone: the door has looked at the token already.
_bearer = HTTPBearer(auto_error=False, description="A guest's token, or a brand's key.")


@dataclass(frozen=True, slots=True)
class Shopper:
    """The shopper for whom a request is: their own token's, or one for whom a brand acts."""

    user: UUID
    brand: UUID
    is_demo: bool

    @property
    def scope(self) -> Scope:
        """What is the shopper's own, and nothing of the brand's."""
        return Scope(user=str(self.user))

    @property
    def in_shop(self) -> Scope:
        """The same, within the brand: for a launch, which takes products of the brand's."""
        brands = f"demo:{self.brand}" if self.is_demo else str(self.brand)
        return Scope(brands=brands, user=str(self.user))

    @property
    def origin(self) -> Origin:
        """What their jobs are: in the demo's shop nobody is a shopper whom figures count."""
        return "demo" if self.is_demo else "shopper"


def _known(request: Request, _token: Annotated[object, Security(_bearer)]) -> Caller:
    caller: Caller | None = request.state.caller
    if caller is None:
        raise ProblemError(401, "This needs a token.", headers={"WWW-Authenticate": "Bearer"})
    return caller


def _maybe(request: Request, _token: Annotated[object, Security(_bearer)]) -> Caller | None:
    caller: Caller | None = request.state.caller
    return caller


Known = Annotated[Caller, Depends(_known)]
"""Whoever has a token of any kind."""

Anybody = Annotated[Caller | None, Depends(_maybe)]
"""Whoever calls, with a token or without."""


def allowed(caller: Caller, scope: str) -> None:
    """Raise ProblemError unless this is a brand's secret key that is allowed this."""
    assert scope in SCOPES
    if caller.kind != "secret":
        raise ProblemError(403, "This takes a brand's secret key.")
    if scope not in caller.scopes:
        raise ProblemError(403, f"This key is not allowed to {SCOPES[scope]}.")


def brand_with(scope: str) -> Callable[[Caller], Caller]:
    """A dependency: a brand's secret key that is allowed this."""

    def check(caller: Known) -> Caller:
        allowed(caller, scope)
        return caller

    return check


def shopper_of(caller: Caller, user: UUID | None) -> Shopper:
    """The shopper whom a request names, or the guest who calls.

    Anybody else's is not there. Raises ProblemError.
    """
    if caller.brand is None:
        raise ProblemError(403, "This token belongs to no shop.")
    if caller.kind == "guest" and caller.user is not None:
        if user not in (None, caller.user):
            raise not_there("user")
        return Shopper(caller.user, caller.brand, caller.is_demo)
    allowed(caller, "shoppers")
    if user is None:
        raise ProblemError(422, "A brand says for which of its shoppers: userId is missing.")
    if not guests.belongs(caller.brand, user):
        raise not_there("user")
    return Shopper(user, caller.brand, caller.is_demo)


def _shopper(
    caller: Known,
    user: Annotated[
        UUID | None,
        Query(alias="userId", description="For a brand's key: for which of its shoppers."),
    ] = None,
) -> Shopper:
    return shopper_of(caller, user)


ForShopper = Annotated[Shopper, Depends(_shopper)]
"""A guest, or a brand that acts for the shopper of the query's userId."""
