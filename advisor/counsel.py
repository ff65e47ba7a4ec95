"""What somebody can do with the advisor, with ids and words as a page has them."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import ClassVar
from uuid import UUID

from advisor import Advisor, AdvisorError, Piece, Turn, talk
from advisor.rules import Rules, colors_in
from advisor.talk import Conversation, Message
from database.connections import DatabaseUnavailableError
from database.tenancy import Scope
from settings import settings
from tryon import launches, wardrobe
from tryon.engines import Mode, registry
from tryon.jobs import JobError
from tryon.launches import Wish

_MOST_ITEMS = 200


def of_product(product: str, name: str, category: str, picture: str) -> Piece:
    """A product as something to wear; its colours are those that its name says."""
    return Piece("product", product, name, category, colors_in(name), (), picture)


@dataclass
class Counsel:
    """The advisor of whoever `scope` is; it is asked at every act, so that an ended session ends.

    Each act may raise one of the `known` errors, whose message is a sentence for whoever is there.
    """

    scope: Callable[[], Scope]
    is_demo: bool

    known: ClassVar[tuple[type[Exception], ...]] = (
        AdvisorError,
        JobError,
        DatabaseUnavailableError,
    )
    longest: ClassVar[int] = talk.LONGEST

    @property
    def who(self) -> str:
        """Whose conversations these are: the user's id."""
        return self.scope().user

    @property
    def introduction(self) -> str:
        """Who answers, in a sentence."""
        if settings().advisor_url:
            return f"{settings().advisor_model} answers, with your wardrobe before it."
        return (
            "The built-in advisor answers. It goes by rules of colour, occasion and season over "
            "what is in your wardrobe; it is no language model."
        )

    def pieces(self) -> list[Piece]:
        """What hangs in the wardrobe."""
        return [
            Piece(
                "item",
                str(item.id),
                item.name,
                str(item.category),
                item.colors,
                (*item.looks, *item.tags),
                str(item.picture),
            )
            for item in wardrobe.items(self.scope(), _MOST_ITEMS, kind="item")
            if item.picture is not None and item.category is not None
        ]

    def conversations(self) -> list[Conversation]:
        """The conversations, the newest first."""
        return talk.conversations(self.scope())

    def messages(self, conversation: str) -> list[Message]:
        """What was said in one."""
        return talk.messages(self.scope(), UUID(conversation))

    def delete(self, conversation: str) -> None:
        """Delete one."""
        talk.delete(self.scope(), UUID(conversation))

    def ask(self, conversation: str | None, question: str) -> str:
        """Keep a question; gives the conversation that it is in."""
        known = UUID(conversation) if conversation else None
        return str(talk.ask(self.scope(), known, question))

    def answer(self, conversation: str, pieces: Sequence[Piece]) -> Iterator[str]:
        """Answer the last question of a conversation in parts, and keep the answer."""
        said = self.messages(conversation)
        before = [Turn(one.author, one.body) for one in said[:-1]]
        question = said[-1].body
        whole = ""
        for part in self._said(question, before, pieces):
            whole += part
            yield part
        talk.keep_answer(self.scope(), UUID(conversation), whole)

    def _said(
        self, question: str, before: Sequence[Turn], pieces: Sequence[Piece]
    ) -> Iterator[str]:
        rules = Rules(_today())
        model = _model()
        if model is None:
            yield from rules.answer(question, before, pieces)
            return
        begun = False
        try:
            for part in model.answer(question, before, pieces):
                begun = True
                yield part
        except AdvisorError as error:
            if begun:
                yield f"\n\n{error}"
                return
            yield f"{error} The built-in advisor answers instead, by rules.\n\n"
            yield from rules.answer(question, before, pieces)

    def named(self, answer: str, pieces: Sequence[Piece]) -> list[Piece]:
        """The pieces that an answer names."""
        return talk.named(answer, pieces)

    @property
    def lacking(self) -> str | None:
        """Why no picture can be made from a prompt; None when one can."""
        if self.is_demo:
            return "The demo uses the built-in engines only, which make no pictures from words."
        if _engine() is None:
            return (
                "No engine here makes pictures from words: CLOSETAI_GEMINI_KEY or a provider of "
                "one's own (docs/providers.md) brings one."
            )
        return None

    def make(self, message: str, brand: str, prompt: str) -> str:
        """Launch a picture of an answer's prompt, once, and return its job."""
        engine = _engine()
        if engine is None or self.is_demo:
            raise JobError(self.lacking or "No engine makes pictures from words.")
        wish = Wish(mode=Mode.FROM_PROMPT, engine=engine, prompt=prompt)
        made = launches.launch(self.scope(), "studio", UUID(brand), wish, f"advisor {message}")
        talk.note_job(self.scope(), UUID(message), made.jobs[0])
        return str(made.jobs[0])


def _today() -> date:
    return datetime.now(UTC).date()


def _engine() -> str | None:
    """An engine that makes pictures from words and can be used, the cheapest first."""
    found = [
        offer
        for offer in registry.offers()
        if Mode.FROM_PROMPT in offer.modes and offer.missing is None
    ]
    found.sort(key=lambda offer: (offer.price_usd is None, offer.price_usd or 0, offer.name))
    return found[0].name if found else None


def _model() -> Advisor | None:
    if not settings().advisor_url:
        return None
    from advisor.model import Model

    return Model(settings().advisor_url, settings().advisor_key, settings().advisor_model)
