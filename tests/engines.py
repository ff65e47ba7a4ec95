"""Engines for tests, which do what their job's parameters say, at once."""

from collections.abc import Callable
from dataclasses import dataclass, field
from decimal import Decimal
from io import BytesIO

from PIL import Image

from tryon.engines import Code, EngineError, Mode, Picture, Progress, Request, Result


def picture(color: str = "teal", size: tuple[int, int] = (96, 128), kind: str = "PNG") -> bytes:
    """An encoded picture of one colour."""
    out = BytesIO()
    Image.new("RGB", size, color).save(out, kind)
    return out.getvalue()


@dataclass
class Instant:
    """An engine that needs no time, and keeps what it was asked.

    The parameter `errors` is a list of what goes wrong, one entry an attempt: a code, after which
    trying again helps when it is followed by an exclamation mark, or "defect".
    """

    name: str = "instant"
    modes: frozenset[Mode] = frozenset(Mode)
    requests: list[Request] = field(default_factory=list)
    keys: list[str] = field(default_factory=list)
    canceled: list[str] = field(default_factory=list)
    known: set[str] = field(default_factory=set)
    # What happens while the engine works, and how long it is not done.
    meanwhile: Callable[[], None] = lambda: None
    polls: int = 0
    remembers: bool = False

    def submit(self, request: Request, key: str) -> str:
        """Note the request; the reference is the key."""
        self.requests.append(request)
        self.keys.append(key)
        self.known.add(key)
        return key

    def poll(self, reference: str) -> Progress:
        """Say that it is done, after as many polls as were asked for."""
        if reference not in self.known and not self.remembers:
            raise EngineError(Code.UNKNOWN_REFERENCE, "Nobody knows this job.")
        self.meanwhile()
        self.polls -= 1
        return Progress(done=self.polls < 0, again_s=0.01)

    def fetch(self, reference: str) -> Result:
        """Give a picture, or raise what the parameters say for this attempt."""
        tried = int(reference.rpartition("-")[2])
        errors = self.requests[-1].parameters.get("errors", []) if self.requests else []
        assert isinstance(errors, list)
        if tried < len(errors):
            code = str(errors[tried])
            if code == "defect":
                raise ZeroDivisionError("a secret of the engine")
            raise EngineError(
                Code(code.rstrip("!")), f"It went wrong: {code}", retryable=code.endswith("!")
            )
        return Result(
            pictures=(Picture(picture(), "image/png"),),
            engine_version="1.0",
            confidence=0.875,
            signals={"coverage": 0.5},
            warnings=("The sleeve is short.",),
            cost_usd=Decimal("0.0400"),
        )

    def cancel(self, reference: str) -> bool:
        """Note that it was given up."""
        self.canceled.append(reference)
        return True
