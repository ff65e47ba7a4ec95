"""The keys of one brand, as a page works with them."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import ClassVar, Literal
from uuid import UUID

from accounts import tokens
from accounts.tokens import SCOPES, Key, TokenError
from database.connections import DatabaseUnavailableError
from database.tenancy import Scope


@dataclass(frozen=True)
class KeyRing:
    """The API keys of `brand`. `scope` is asked at every act, so that an ended session ends.

    Each act may raise one of the `known` errors, whose message is a sentence for whoever is there.
    """

    scope: Callable[[], Scope]
    brand: UUID

    known: ClassVar[tuple[type[Exception], ...]] = (TokenError, DatabaseUnavailableError)
    # What a secret key may be allowed, and what that is in words.
    scopes: ClassVar[dict[str, str]] = SCOPES

    def keys(self) -> list[Key]:
        """The brand's keys, in the order of their making."""
        return tokens.keys_of(self.scope(), self.brand)

    def make(
        self,
        kind: Literal["secret", "publishable"],
        name: str,
        scopes: Sequence[str],
        origins: Sequence[str],
    ) -> str:
        """Make a key and return it, this once."""
        made = tokens.make_key(
            self.scope(),
            self.brand,
            kind,
            name,
            datetime.now(UTC),
            scopes=scopes,
            origins=origins,
        )
        return made[1]

    def revoke(self, key: str) -> None:
        """End a key at once."""
        if not tokens.revoke(self.scope(), UUID(key), datetime.now(UTC)):
            raise TokenError("This key is not there any more.")
