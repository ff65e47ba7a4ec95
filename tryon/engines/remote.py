"""What every provider beyond the network has in common: how it is asked, and how it fails.

Whatever goes wrong on the way becomes an EngineError with a sentence of ours. Nothing that a
provider or the HTTP library says is part of it, since it may repeat the key; for the same reason
errors are raised outside of the handler, so that no exception of theirs hangs on ours.
"""

import base64
import json
import logging
import re
import time
from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Any, Final

import cv2
import httpx2
from pydantic import SecretStr

from public_http import certificates
from tryon.engines import Code, EngineError, Mode, Progress, RefusalError, Request, Result
from tryon.engines.pictures import decode, opaque

_log = logging.getLogger(__name__)
# They tell of every request with its address, and addresses of results are signed.
for _name in ("httpx2", "httpcore2", "google_genai"):
    logging.getLogger(_name).setLevel(logging.WARNING)

# Of a picture that a provider has made: what it is in truth is seen when it is read.
ANY_TYPE: Final = "image/*"
# No job asks for more; who sends more has misunderstood, or means harm.
MOST_PICTURES: Final = 16

TIMEOUT: Final = httpx2.Timeout(30, connect=10)
# For one answer in all, however slowly it drips.
_LONGEST_S = 60.0
# A picture of the largest size that is read, as base64 within JSON.
_LARGEST_ANSWER = 32_000_000
# What a provider may ask to wait for, at most; the job would seem forgotten.
_LONGEST_WAIT_S = 3600.0
_AGAIN_S = 2.0
_SHORTEST_AGAIN_S, _LONGEST_AGAIN_S = 0.25, 30.0

# What providers that answer 403 or 429 to an empty account say of it.
_NO_CREDITS = re.compile(
    r"out ?of ?credits|exhausted ?balance|balance ?exhausted|credits? (are |is )?depleted"
    r"|insufficient ?(credit|balance|funds)",
    re.IGNORECASE,
)


class PassingError(EngineError):
    """The way to the provider failed, and may be open again in a moment."""

    def __init__(self, code: Code, sentence: str, retry_after_s: float | None = None) -> None:
        super().__init__(code, sentence, retryable=True, retry_after_s=retry_after_s)


@dataclass(frozen=True, slots=True)
class Account:
    """Whose provider it is: its name for people, our key, and the setting that holds the key."""

    label: str
    key: SecretStr
    variable: str

    def failure(self, status: int, said: str, wait_s: float | None) -> EngineError:
        """What an answer with an error's status means; `said` is its body, and is logged in short.

        `wait_s` is how long the provider asks us to wait.
        """
        _log.warning("%s answered %s: %s", self.label, status, self._short(said))
        label = self.label
        if status == 402 or (status in (403, 429) and _NO_CREDITS.search(said)):
            return EngineError(
                Code.OUT_OF_CREDITS,
                f"Our account at {label} has no credits left: try another engine.",
            )
        if status in (401, 403):
            return EngineError(
                Code.UNAUTHORIZED,
                f"{label} does not accept our key: {self.variable} has to be set anew.",
            )
        if status == 429:
            return PassingError(
                Code.RATE_LIMITED, f"{label} is asked too often: it is tried again later.", wait_s
            )
        if status in (408, 425) or status >= 500:
            return PassingError(
                Code.PROVIDER_UNAVAILABLE, f"{label} is out of order at the moment.", wait_s
            )
        if 400 <= status < 500:
            return RefusalError(
                Code.BAD_REQUEST,
                f"{label} does not take this request: try other pictures or words.",
            )
        return self.bad_answer()

    def timeout(self) -> PassingError:
        """It did not answer in time."""
        return PassingError(Code.TIMEOUT, f"{self.label} did not answer in time.")

    def unreachable(self) -> PassingError:
        """There is no way to it."""
        return PassingError(Code.PROVIDER_UNAVAILABLE, f"{self.label} cannot be reached.")

    def bad_answer(self) -> EngineError:
        """What it answered makes no sense to us."""
        return EngineError(
            Code.BAD_ANSWER, f"{self.label} gave an answer that cannot be read.", retryable=True
        )

    def no_picture(self) -> EngineError:
        """It says that it is done, and there is nothing."""
        return EngineError(
            Code.NO_PICTURE, f"{self.label} made no picture this time.", retryable=True
        )

    def blocked(self) -> RefusalError:
        """It will not make this picture, because of what it shows or would show."""
        return RefusalError(
            Code.CONTENT_BLOCKED,
            f"{self.label} does not make this picture: its rules for content forbid it.",
        )

    def _short(self, said: str) -> str:
        """What may go to the log: one line, without the key, and no pictures."""
        hidden = said.replace(self.key.get_secret_value(), "…") if self.key else said
        return " ".join(hidden.split())[:300]


@dataclass(frozen=True, slots=True)
class Answer:
    """What a provider answered: JSON, and the headers."""

    data: Any
    headers: Mapping[str, str]


class Api:
    """A provider's HTTP API. `headers` go with every request; they hold the key."""

    def __init__(self, account: Account, headers: Mapping[str, str]) -> None:
        self.account = account
        self._headers = dict(headers)

    def call(
        self,
        method: str,
        url: str,
        body: Mapping[str, Any] | None = None,
        explain: Callable[[str], EngineError | None] = lambda _: None,
    ) -> Answer:
        """Ask, and give the answer; `explain` may know better what the body of an error means.

        Raises EngineError.
        """
        status, headers, content = self._exchange(method, url, body)
        if 200 <= status < 300:
            return Answer(self._json(content), headers)
        said = content.decode(errors="replace")
        failure = self.account.failure(status, said, retry_after(headers.get("retry-after")))
        known = explain(said) if 400 <= status < 500 else None
        if known is not None:
            raise known
        if method == "GET" and status in (404, 410):
            raise EngineError(
                Code.UNKNOWN_REFERENCE,
                f"{self.account.label} does not know this job any more.",
                retryable=True,
            )
        raise failure

    def _exchange(
        self, method: str, url: str, body: Mapping[str, Any] | None
    ) -> tuple[int, httpx2.Headers, bytes]:
        failure: EngineError
        try:
            with (
                httpx2.Client(timeout=TIMEOUT, verify=certificates()) as client,
                client.stream(method, url, json=body, headers=self._headers) as response,
            ):
                return response.status_code, response.headers, read(response, _LARGEST_ANSWER)
        except TooLargeError:
            failure = self.account.bad_answer()
        except httpx2.TimeoutException:
            failure = self.account.timeout()
        except httpx2.DecodingError:
            failure = self.account.bad_answer()
        except (httpx2.HTTPError, OSError):
            failure = self.account.unreachable()
        raise failure

    def _json(self, content: bytes) -> Any:
        try:
            return json.loads(content)
        except (ValueError, RecursionError):
            pass
        raise self.account.bad_answer()


class TooLargeError(Exception):
    """There are more bytes than are read."""


def read(response: httpx2.Response, largest: int) -> bytes:
    """The body of an answer that is being streamed.

    Raises TooLargeError beyond `largest` bytes, and httpx2.ReadTimeout when it takes too long.
    """
    until = time.monotonic() + _LONGEST_S
    content = bytearray()
    for part in response.iter_bytes():
        content += part
        if len(content) > largest:
            raise TooLargeError
        if time.monotonic() > until:
            raise httpx2.ReadTimeout("The answer takes too long.")
    return bytes(content)


def retry_after(header: str | None) -> float | None:
    """How many seconds a Retry-After header asks us to wait, at most an hour; None without one."""
    if header is None:
        return None
    try:
        seconds = float(header)
    except ValueError:
        try:
            at = parsedate_to_datetime(header)
        except ValueError:
            return None
        # A date in this header is in GMT, whether it says so or not.
        at = at if at.tzinfo else at.replace(tzinfo=UTC)
        seconds = (at - datetime.now(UTC)).total_seconds()
    # `nan` is neither more nor less than anything.
    return min(max(seconds, 0.0), _LONGEST_WAIT_S) if seconds == seconds else None


class Remote(ABC):
    """An engine whose jobs are made elsewhere, known there by a reference.

    A poll during which the way fails says that it is not done yet: the job has been ordered and is
    going to be paid, so it is asked for again, as long as the worker waits, and not ordered anew.
    """

    def __init__(self) -> None:
        self._results: dict[str, Result] = {}

    @abstractmethod
    def _look(self, reference: str) -> Progress | Result:
        """Ask for a job once: how far it is, or what was made. Raises EngineError."""

    def poll(self, reference: str) -> Progress:
        """Say whether it is done; its pictures have been fetched by then."""
        if reference not in self._results:
            try:
                seen = self._look(reference)
            except PassingError as error:
                wait = _AGAIN_S if error.retry_after_s is None else error.retry_after_s
                wait = min(max(wait, _SHORTEST_AGAIN_S), _LONGEST_AGAIN_S)
                return Progress(done=False, again_s=wait)
            if isinstance(seen, Progress):
                return seen
            self._results[reference] = seen
        return Progress(done=True, fraction=1.0)

    def fetch(self, reference: str) -> Result:
        """Give what was made."""
        kept = self._results.pop(reference, None)
        if kept is not None:
            return kept
        seen = self._look(reference)
        if isinstance(seen, Progress):
            raise EngineError(Code.NO_PICTURE, "The job is not done yet.", retryable=True)
        return seen

    def cancel(self, reference: str) -> bool:
        """Forget the result; False: the provider goes on with what it has begun."""
        self._results.pop(reference, None)
        return False


def check(request: Request, modes: frozenset[Mode], garments: int, label: str) -> None:
    """Refuse what an engine of these modes, with so many garments at once, cannot do.

    Raises RefusalError.
    """
    if request.mode not in modes:
        raise RefusalError(Code.UNSUPPORTED_MODE, f"{label} cannot make this kind of picture.")
    if request.mode in (Mode.TRYON, Mode.PHOTO_TEXT, Mode.PHOTO_SET) and request.person is None:
        raise RefusalError(Code.BAD_REQUEST, "Choose the picture of a person.")
    if request.mode in (Mode.TRYON, Mode.PRODUCT_SHOT) and not request.garments:
        raise RefusalError(Code.BAD_REQUEST, "Choose a garment.")
    if request.mode in (Mode.FROM_PROMPT, Mode.PHOTO_TEXT, Mode.PHOTO_SET) and not request.prompt:
        raise RefusalError(Code.BAD_REQUEST, "Say in words what the picture shall show.")
    if len(request.garments) > garments:
        raise RefusalError(
            Code.BAD_REQUEST,
            f"{label} takes one garment at a time."
            if garments == 1
            else f"{label} takes {garments} garments at a time.",
        )


def jpeg(picture: bytes, what: str) -> bytes:
    """A picture as JPEG, which every provider takes; `what` names it. Raises RefusalError."""
    image = opaque(decode(picture, what))
    return cv2.imencode(".jpg", image, [cv2.IMWRITE_JPEG_QUALITY, 95])[1].tobytes()


def data_address(picture: bytes, what: str) -> str:
    """A picture as a data: address, for APIs that take addresses. Raises RefusalError."""
    return f"data:image/jpeg;base64,{base64.b64encode(jpeg(picture, what)).decode()}"
