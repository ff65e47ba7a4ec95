"""Google's Gemini image models, by Google's own SDK.

One call makes the picture, so that `submit` does the work and keeps the result until it is fetched.
There is nothing to cancel and nothing to find again: a job whose worker was lost is asked for anew.
"""

import hashlib
from collections.abc import Mapping
from decimal import Decimal
from typing import Any

import httpx2
from google import genai
from google.genai import errors, types
from pydantic import SecretStr

from public_http import certificates
from tryon.engines import (
    Code,
    EngineError,
    Mode,
    Picture,
    Progress,
    RefusalError,
    Request,
    Result,
)
from tryon.engines.gemini_models import (
    GARMENTS,
    KEY_VARIABLE,
    LABEL,
    MODEL_VARIABLE,
    MODES,
    NAME,
    PRICES,
)
from tryon.engines.remote import ANY_TYPE, Account, check, jpeg, retry_after

# Less than the two minutes after which a worker gives a job up.
_TIMEOUT_S = 100

_BLOCKED = {
    types.FinishReason.SAFETY,
    types.FinishReason.RECITATION,
    types.FinishReason.BLOCKLIST,
    types.FinishReason.PROHIBITED_CONTENT,
    types.FinishReason.SPII,
    types.FinishReason.IMAGE_SAFETY,
    types.FinishReason.IMAGE_PROHIBITED_CONTENT,
    types.FinishReason.IMAGE_RECITATION,
    types.FinishReason.ESCALATION,
    types.FinishReason.MODEL_ARMOR,
}


class Gemini:
    """A Gemini image model. `address` is for tests."""

    name = NAME
    modes = MODES

    def __init__(self, key: SecretStr, model: str, *, address: str | None = None) -> None:
        self._account = Account(LABEL, key, KEY_VARIABLE)
        self._model = model
        self._address = address
        self._results: dict[str, Result] = {}

    def submit(self, request: Request, key: str) -> str:
        """Make the picture; raises EngineError when there is none to be made."""
        reference = f"{NAME}-{hashlib.sha256(key.encode()).hexdigest()[:32]}"
        if reference not in self._results:
            check(request, MODES, GARMENTS, LABEL)
            self._results[reference] = self._result(self._asked(_parts(request)))
        return reference

    def poll(self, reference: str) -> Progress:
        """It is always done: `submit` has done it."""
        if reference not in self._results:
            raise _unknown()
        return Progress(done=True, fraction=1.0)

    def fetch(self, reference: str) -> Result:
        """Give the result, once."""
        result = self._results.pop(reference, None)
        if result is None:
            raise _unknown()
        return result

    def cancel(self, reference: str) -> bool:
        """Forget the result."""
        return self._results.pop(reference, None) is not None

    def _asked(self, parts: list[types.Part]) -> types.GenerateContentResponse:
        options = types.HttpOptions(
            base_url=self._address,
            timeout=_TIMEOUT_S * 1000,
            # It would take the key along to another host.
            client_args={"follow_redirects": False, "verify": certificates()},
            # The queue tries again, and knows how often it has.
            retry_options=types.HttpRetryOptions(attempts=1),
        )
        failure: EngineError
        try:
            with genai.Client(
                # Whatever the environment says of Google's cloud: the key is of the Gemini API.
                vertexai=False,
                api_key=self._account.key.get_secret_value(),
                http_options=options,
            ) as client:
                return client.models.generate_content(
                    model=self._model,
                    contents=types.Content(role="user", parts=parts),
                    config=types.GenerateContentConfig(response_modalities=["TEXT", "IMAGE"]),
                )
        except errors.APIError as error:
            failure = self._failure(error)
        except httpx2.TimeoutException:
            failure = self._account.timeout()
        except httpx2.DecodingError:
            failure = self._account.bad_answer()
        except (httpx2.HTTPError, OSError):
            failure = self._account.unreachable()
        except (ValueError, TypeError, AttributeError, KeyError, RecursionError):
            # What the SDK runs into when the answer is not what it expects.
            failure = self._account.bad_answer()
        raise failure

    def _failure(self, error: errors.APIError) -> EngineError:
        said = f"{error.status} {error.message}"
        headers = error.response.headers if isinstance(error.response, httpx2.Response) else {}
        wait = retry_after(headers.get("retry-after"))
        status = error.code
        if status == 400 and "API_KEY_INVALID" in str(error.details):
            status = 401
        failure = self._account.failure(status, said, _retry_delay(error.details) or wait)
        if status == 404:
            return EngineError(
                Code.BAD_REQUEST,
                f"{LABEL} has no model {self._model}: {MODEL_VARIABLE} has to be set anew.",
            )
        if status == 400 and error.status == "FAILED_PRECONDITION":
            return EngineError(
                Code.UNAUTHORIZED, f"{LABEL} does not work with our account, or from this country."
            )
        return failure

    def _result(self, response: types.GenerateContentResponse) -> Result:
        if response.prompt_feedback is not None and response.prompt_feedback.block_reason:
            raise RefusalError(
                Code.CONTENT_BLOCKED,
                f"{LABEL} does not make this picture: its rules forbid what is asked for.",
            )
        candidates = response.candidates or []
        pictures = tuple(
            Picture(part.inline_data.data, part.inline_data.mime_type or ANY_TYPE)
            for candidate in candidates
            for part in (candidate.content.parts if candidate.content else None) or []
            # What it draws while it thinks is not the picture.
            if part.inline_data is not None and part.inline_data.data and not part.thought
        )
        if not pictures and any(one.finish_reason in _BLOCKED for one in candidates):
            raise RefusalError(
                Code.CONTENT_BLOCKED,
                f"{LABEL} does not make this picture: its rules forbid what it would show.",
            )
        if not pictures:
            raise self._account.no_picture()
        return Result(
            pictures=pictures,
            engine_version=response.model_version or self._model,
            cost_usd=self._cost(response.usage_metadata),
        )

    def _cost(self, usage: types.GenerateContentResponseUsageMetadata | None) -> Decimal | None:
        price = PRICES.get(self._model)
        if price is None or usage is None or usage.candidates_tokens_details is None:
            return None
        drawn = sum(
            one.token_count or 0
            for one in usage.candidates_tokens_details
            if one.modality is types.MediaModality.IMAGE
        )
        written = (usage.candidates_token_count or 0) - drawn + (usage.thoughts_token_count or 0)
        read = usage.prompt_token_count or 0
        cost = drawn * price.picture + max(written, 0) * price.words + read * price.read
        return cost / 1_000_000


def _unknown() -> EngineError:
    return EngineError(
        Code.UNKNOWN_REFERENCE, "The result was lost and has to be made again.", retryable=True
    )


def _retry_delay(details: Any) -> float | None:
    """The seconds in the RetryInfo that Google's errors may carry."""
    error = details.get("error") if isinstance(details, Mapping) else None
    notes = error.get("details") if isinstance(error, Mapping) else None
    for note in notes if isinstance(notes, list) else []:
        delay = note.get("retryDelay") if isinstance(note, Mapping) else None
        if isinstance(delay, str):
            return retry_after(delay.removesuffix("s"))
    return None


def _parts(request: Request) -> list[types.Part]:
    """Words and pictures of a request, the words first. Raises RefusalError."""
    pictures = [jpeg(request.person, "the person")] if request.person else []
    pictures += [jpeg(one.picture, "the garment") for one in request.garments]
    shown = [types.Part.from_bytes(data=one, mime_type="image/jpeg") for one in pictures]
    return [types.Part.from_text(text=words(request)), *shown]


def words(request: Request) -> str:
    """What the model is told to do with the pictures of a request."""
    wish = f" {request.prompt}" if request.prompt else ""
    match request.mode:
        case Mode.TRYON:
            worn = ", ".join(one.category for one in request.garments)
            return (
                "The first picture shows a person, each further one a garment to try on "
                f"({worn}). Make one photograph of the same person wearing all of these garments "
                "in place of what is worn there now. Keep face, hair, skin, body shape, pose, "
                "hands, light, framing and background exactly as they are. Keep cut, colour, "
                f"pattern, texture and logos of the garments exactly as they are.{wish}"
            )
        case Mode.FROM_PROMPT:
            return f"Make one photograph for a fashion shop:{wish}"
        case Mode.PHOTO_TEXT:
            return (
                "Change this photograph as follows, and keep everything else, the person's face "
                f"above all, exactly as it is:{wish}"
            )
        case Mode.PRODUCT_SHOT:
            return (
                "Make one product photograph of what these pictures show, for a fashion shop, in "
                "even studio light. Keep cut, colour, pattern, texture and logos exactly as they "
                f"are.{wish or ' Plain white background.'}"
            )
        case Mode.PHOTO_SET:
            return (
                "Make one new photograph of the person in this picture. It has to be recognisable "
                f"as the same person: same face, same build, same age. The photograph:{wish}"
            )
