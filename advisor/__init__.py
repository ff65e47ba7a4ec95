"""Style advice from what somebody has: by rules that are built in, or by a language model."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Literal, Protocol

Author = Literal["user", "advisor"]


@dataclass(frozen=True, slots=True)
class Piece:
    """Something that can be worn: a wardrobe "item" or a "product", by id.

    `colors` are names of tryon.describe.COLOURS, most of it first; `picture` is the stored picture.
    """

    kind: Literal["item", "product"]
    id: str
    name: str
    category: str
    colors: tuple[str, ...]
    words: tuple[str, ...]
    picture: str


@dataclass(frozen=True, slots=True)
class Turn:
    """What was said before, and by whom."""

    author: Author
    body: str


class AdvisorError(Exception):
    """There is no answer; the message is one sentence for whoever asked."""


class Advisor(Protocol):
    """Somebody who answers style questions."""

    def answer(
        self, question: str, before: Sequence[Turn], pieces: Sequence[Piece]
    ) -> Iterator[str]:
        """The answer in parts, in simple Markdown; pieces are named in bold as they are called.

        Its last line may be ``Picture: `` and a prompt for a picture of it. Raises AdvisorError.
        """
