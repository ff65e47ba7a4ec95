"""What every try-on engine is: a request goes in, pictures or one typed error come out.

A local engine and a remote provider have the same four steps. `submit` gives a reference that the
caller keeps with the attempt, so that a remote job is found again after a crash and never paid
twice; `poll` says whether there is something to fetch; `fetch` gives the result or raises;
`cancel` gives up. A local engine does its work in `submit` and forgets it in `fetch`.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from enum import StrEnum
from typing import Final, Protocol


class Mode(StrEnum):
    """What is asked for; the database's job_mode."""

    TRYON = "tryon"
    FROM_PROMPT = "from_prompt"
    PHOTO_TEXT = "photo_text"
    PRODUCT_SHOT = "product_shot"
    PHOTO_SET = "photo_set"


class Category(StrEnum):
    """What a garment is; the database's garment_category."""

    TOPS = "tops"
    BOTTOMS = "bottoms"
    DRESSES = "dresses"
    JACKETS = "jackets"
    BAGS = "bags"
    SCARVES = "scarves"
    HATS = "hats"
    BELTS = "belts"
    SNEAKERS = "sneakers"
    HEELS = "heels"
    BOOTS = "boots"
    JEWELRY = "jewelry"


# The engines that need no provider, by their names: the demo has them, and they work here.
PREVIEW: Final = "preview"
PREVIEW_FLAT: Final = "preview-flat"
BUILT_IN: Final = frozenset({PREVIEW, PREVIEW_FLAT})

SHOES = frozenset({Category.SNEAKERS, Category.HEELS, Category.BOOTS})


class Code(StrEnum):
    """Why there is no picture, as kept in failure_code."""

    # Refusals: the same request will be refused again.
    UNSUPPORTED_MODE = "unsupported_mode"
    UNSUPPORTED_CATEGORY = "unsupported_category"
    BAD_REQUEST = "bad_request"
    PICTURE_UNREADABLE = "picture_unreadable"
    PICTURE_TOO_SMALL = "picture_too_small"
    NO_PERSON = "no_person"
    SEVERAL_PEOPLE = "several_people"
    PERSON_UNCLEAR = "person_unclear"
    BODY_NOT_IN_PICTURE = "body_not_in_picture"
    FEET_NOT_IN_PICTURE = "feet_not_in_picture"
    GARMENT_CUT = "garment_cut"
    GARMENT_INDISTINCT = "garment_indistinct"
    GARMENT_UNREADABLE = "garment_unreadable"
    GARMENT_WORN = "garment_worn"
    CONTENT_BLOCKED = "content_blocked"
    # Faults: of an engine, of the way to it, or of its account.
    UNKNOWN_REFERENCE = "unknown_reference"
    TIMEOUT = "timeout"
    RATE_LIMITED = "rate_limited"
    PROVIDER_UNAVAILABLE = "provider_unavailable"
    BAD_ANSWER = "bad_answer"
    NO_PICTURE = "no_picture"
    RESULT_EXPIRED = "result_expired"
    UNAUTHORIZED = "unauthorized"
    OUT_OF_CREDITS = "out_of_credits"


class EngineError(Exception):
    """No picture: a code, one clear sentence for the user, and whether trying again may help.

    `retry_after_s` is how long to wait before that, in seconds, when the engine said so.
    """

    def __init__(
        self,
        code: Code,
        sentence: str,
        *,
        retryable: bool = False,
        retry_after_s: float | None = None,
    ) -> None:
        super().__init__(sentence)
        self.code = code
        self.sentence = sentence
        self.retryable = retryable
        self.retry_after_s = retry_after_s


class RefusalError(EngineError):
    """The engine will not make this picture, and says why; trying again changes nothing."""

    def __init__(self, code: Code, sentence: str) -> None:
        super().__init__(code, sentence)


@dataclass(frozen=True)
class Garment:
    """One garment: its picture (encoded bytes) and what it is."""

    picture: bytes
    category: Category


@dataclass(frozen=True)
class Request:
    """What a job asks for; the pictures are encoded bytes. An engine reads what its mode needs."""

    mode: Mode = Mode.TRYON
    person: bytes | None = None
    garments: tuple[Garment, ...] = ()
    prompt: str | None = None
    parameters: Mapping[str, object] = field(default_factory=dict)


@dataclass(frozen=True)
class Picture:
    """One finished picture, encoded."""

    data: bytes
    media_type: str = "image/webp"


@dataclass(frozen=True)
class Result:
    """What an engine made.

    `confidence` (0 to 1) estimates how likely a reviewer accepts the picture, None where the engine
    cannot say; `signals` is what it was measured from; `warnings` are sentences for the user;
    `cost_usd` is None where nobody says what it was.
    """

    pictures: tuple[Picture, ...]
    engine_version: str
    confidence: float | None = None
    signals: Mapping[str, float] = field(default_factory=dict)
    warnings: tuple[str, ...] = ()
    cost_usd: Decimal | None = Decimal(0)


@dataclass(frozen=True)
class Progress:
    """Where a submitted job stands: `fraction` is 0 to 1 or unknown, `again_s` when to ask next."""

    done: bool
    fraction: float | None = None
    again_s: float = 1.0


class Engine(Protocol):
    """An engine that makes pictures. Every step may raise EngineError."""

    @property
    def name(self) -> str:
        """The name under which jobs keep it."""
        ...

    @property
    def modes(self) -> frozenset[Mode]:
        """What it can be asked for."""
        ...

    def submit(self, request: Request, key: str) -> str:
        """Start the job and give its reference; the same key does not start a second one."""
        ...

    def poll(self, reference: str) -> Progress:
        """Say whether the job has come to an end, good or bad."""
        ...

    def fetch(self, reference: str) -> Result:
        """Give what a finished job made, or raise why it made nothing."""
        ...

    def cancel(self, reference: str) -> bool:
        """Give the job up; False when it can no longer be stopped."""
        ...
