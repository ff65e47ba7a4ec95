"""The account behind a session, and the one place where a role becomes a scope."""

from dataclasses import dataclass
from typing import Literal
from uuid import UUID

from database.tenancy import NotInScopeError, Scope

Role = Literal["admin", "analyst", "brand_manager", "demo_viewer"]

TITLES: dict[Role, str] = {
    "admin": "Administrator",
    "analyst": "Analyst",
    "brand_manager": "Brand manager",
    "demo_viewer": "Demo visitor",
}


@dataclass(frozen=True, slots=True)
class Brand:
    """A brand that an account is a member of."""

    id: str
    name: str
    slug: str


@dataclass(frozen=True, slots=True)
class Account:
    """Who is signed in. `brands` is a brand manager's own; the other roles see theirs by rule."""

    id: str
    name: str
    email: str | None
    role: Role
    brands: tuple[Brand, ...] = ()

    @property
    def scope(self) -> Scope:
        """Whose rows this account sees: all brands, the demo brands, or its own."""
        match self.role:
            case "admin" | "analyst":
                return Scope(brands="all", user=self.id)
            case "demo_viewer":
                return Scope(brands="demo", user=self.id)
            case "brand_manager":
                return Scope.of_brands((brand.id for brand in self.brands), self.id)

    @property
    def title(self) -> str:
        """The role in words."""
        return TITLES[self.role]

    @property
    def is_internal(self) -> bool:
        """Whether this is one of the team, who see every brand."""
        return self.role in ("admin", "analyst")

    @property
    def is_demo(self) -> bool:
        """Whether this is a visitor of the demo without a password."""
        return self.role == "demo_viewer"

    @property
    def may_write(self) -> bool:
        """Whether this account may change anything. What exactly, is for its scope to say."""
        return self.role != "analyst"

    def scope_of(self, brand: str | None) -> Scope:
        """The scope for one brand, named by id or (one's own brands) by slug; None: all of them.

        Raises NotInScopeError for a brand that is not this account's, whether it exists or not.
        """
        if brand is None:
            return self.scope
        named = next((own.id for own in self.brands if brand in (own.id, own.slug)), brand)
        try:
            return self.scope.narrowed_to(UUID(named))
        except ValueError:
            raise NotInScopeError("This brand is not one of yours.") from None
