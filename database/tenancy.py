"""Scopes: whose rows a transaction may see and write.

A scope is set when a transaction begins, in one place (`database.connections`), as two settings
that the policies of row-level security read (`migrations/0001_foundation.sql`). It is also part of
every cache key.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from uuid import UUID


class NotInScopeError(PermissionError):
    """Somebody asked for a brand that is not theirs; the message is for them."""


@dataclass(frozen=True, slots=True)
class Scope:
    """Whose rows, as two strings, so that a cached function can take it as it is.

    `brands` is "all", "demo" (every demo brand), "demo:" and a brand id (that one, if it is a demo
    brand), brand ids with commas, or "" for none. `user` is a user id, or "" for nobody.
    """

    brands: str = ""
    user: str = ""

    def __post_init__(self) -> None:
        if self.brands not in ("", "all", "demo"):
            for brand in self.brands.removeprefix("demo:").split(","):
                UUID(brand)
        if self.user:
            UUID(self.user)

    @classmethod
    def system(cls) -> "Scope":
        """Every row of everybody: for the worker, sign-in and the command line, never a page."""
        return cls(brands="all")

    @classmethod
    def of_brands(cls, brands: Iterable[UUID | str], user: UUID | str = "") -> "Scope":
        """The given brands (equal sets give equal scopes), and the rows of a user themselves."""
        ids = sorted({str(UUID(str(brand))) for brand in brands})
        return cls(brands=",".join(ids), user=str(user))

    def narrowed_to(self, brand: UUID | str) -> "Scope":
        """The same scope for one brand of it alone.

        Raises NotInScopeError for a brand that is not in a list of brands. A demo scope stays one:
        a brand that is no demo brand has no rows in it.
        """
        wanted = str(UUID(str(brand)))
        if self.brands == "all":
            return Scope(brands=wanted, user=self.user)
        if self.brands == "demo":
            return Scope(brands=f"demo:{wanted}", user=self.user)
        if wanted not in self.brands.removeprefix("demo:").split(","):
            raise NotInScopeError("This brand is not one of yours.")
        return Scope(
            brands=self.brands if self.brands.startswith("demo:") else wanted, user=self.user
        )
