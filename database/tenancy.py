"""Scopes: whose rows a transaction may see and write.

A scope is set when a transaction begins, in one place (`database.connections`), as two settings that the policies of
row-level security read (`migrations/0001_foundation.sql`). It is also part of every cache key.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from uuid import UUID


class NotInScopeError(PermissionError):
    """Somebody asked for a brand that is not theirs; the message is for them."""


@dataclass(frozen=True, slots=True)
class Scope:
    """Whose rows: `brands` is "all", "demo", brand ids with commas, or "" for none; `user` a user id or "".

    Hashable, and made of two strings, so that it can be an argument of a cached function as it is.
    """

    brands: str = ""
    user: str = ""

    def __post_init__(self) -> None:
        if self.brands not in ("", "all", "demo"):
            for brand in self.brands.split(","):
                UUID(brand)
        if self.user:
            UUID(self.user)

    @classmethod
    def system(cls) -> "Scope":
        """All rows of all brands and users: for the worker, sign-in and the command line, never for a page."""
        return cls(brands="all")

    @classmethod
    def of_brands(cls, brands: Iterable[UUID | str], user: UUID | str = "") -> "Scope":
        """The given brands (equal sets give equal scopes), and the rows of a user themselves."""
        return cls(
            brands=",".join(sorted({str(UUID(str(brand))) for brand in brands})), user=str(user)
        )

    def narrowed_to(self, brand: UUID | str) -> "Scope":
        """The same scope for one brand of it alone.

        Raises NotInScopeError for a brand that is not in a list of brands. For "all" and "demo" the database decides:
        a brand outside of them has no rows.
        """
        wanted = str(UUID(str(brand)))
        if self.brands not in ("all", "demo") and wanted not in self.brands.split(","):
            raise NotInScopeError("This brand is not one of yours.")
        return Scope(brands=wanted, user=self.user)
