"""FASHN: a provider of virtual try-on, asked over its public HTTP API.

POST /run gives the number of a prediction, GET /status/<number> how far it is and, when it is
completed, the addresses of its pictures, which are good for three days. A prediction cannot be
canceled. Which of FASHN's models makes a picture follows from what is asked for: the quick one for
clothes does no shoes, bags or hats.
"""

from collections.abc import Mapping
from decimal import Decimal, InvalidOperation
from typing import Any, Final
from urllib.parse import quote

from pydantic import SecretStr

from tryon.engines import (
    Category,
    Code,
    EngineError,
    Mode,
    Progress,
    RefusalError,
    Request,
    Result,
)
from tryon.engines.download import pictures
from tryon.engines.remote import Account, Answer, Api, Remote, check, data_address

NAME: Final = "fashn"
LABEL: Final = "FASHN"
MODES: Final = frozenset(Mode)
GARMENTS: Final = 1
KEY_VARIABLE: Final = "CLOSETAI_FASHN_KEY"

_ADDRESS: Final = "https://api.fashn.ai/v1"
_CLOTHES = {
    Category.TOPS: "tops",
    Category.JACKETS: "tops",
    Category.BOTTOMS: "bottoms",
    Category.DRESSES: "one-pieces",
}
_WAITING = ("starting", "in_queue", "processing")
_CREDITS_HEADER = "x-fashn-credits-used"

# FASHN's names of what can go wrong with a prediction that it had accepted.
_REFUSALS = {
    "ImageLoadError": (Code.PICTURE_UNREADABLE, "FASHN cannot read one of the pictures."),
    "PoseError": (
        Code.PERSON_UNCLEAR,
        "FASHN cannot tell the body in the picture: use a clear front view.",
    ),
    "InputValidationError": (
        Code.BAD_REQUEST,
        "FASHN does not take this request: try other pictures or words.",
    ),
    "ContentModerationError": (
        Code.CONTENT_BLOCKED,
        "FASHN does not make this picture: its rules forbid what a picture shows.",
    ),
    # What FASHN's own suppliers refuse: words, or what they read from the pictures.
    "ThirdPartyError": (
        Code.CONTENT_BLOCKED,
        "FASHN does not make this picture: its rules forbid what is asked for.",
    ),
}


class Fashn(Remote):
    """FASHN's models. `credit_usd` is what one credit costs us, None where nobody has said it.

    `address` and `loopback` are for tests.
    """

    name = NAME
    modes = MODES

    def __init__(
        self,
        key: SecretStr,
        *,
        credit_usd: Decimal | None = None,
        address: str = _ADDRESS,
        loopback: bool = False,
    ) -> None:
        super().__init__()
        self._account = Account(LABEL, key, KEY_VARIABLE)
        self._api = Api(self._account, {"Authorization": f"Bearer {key.get_secret_value()}"})
        self._credit_usd = credit_usd
        self._address = address
        self._loopback = loopback

    def submit(self, request: Request, key: str) -> str:  # noqa: ARG002 – FASHN takes no key
        """Order the picture. The reference says the model too, for the result's version."""
        check(request, MODES, GARMENTS, LABEL)
        model, inputs = _inputs(request)
        answer = self._api.call(
            "POST", f"{self._address}/run", {"model_name": model, "inputs": inputs}
        )
        number = answer.data.get("id") if isinstance(answer.data, dict) else None
        if not isinstance(number, str) or not 0 < len(number) < 200:
            raise self._account.bad_answer()
        return f"{model}/{number}"

    def _look(self, reference: str) -> Progress | Result:
        model, _, number = reference.partition("/")
        answer = self._api.call("GET", f"{self._address}/status/{quote(number, safe='')}")
        if not isinstance(answer.data, dict):
            raise self._account.bad_answer()
        status = answer.data.get("status")
        if status in _WAITING:
            return Progress(done=False)
        if status != "completed":
            raise self._failure(status, answer.data.get("error"))
        addresses = answer.data.get("output") or []
        if not isinstance(addresses, list):
            raise self._account.bad_answer()
        return Result(
            pictures=pictures(addresses, self._account, loopback=self._loopback),
            engine_version=model,
            cost_usd=self._cost(answer),
        )

    def _failure(self, status: object, error: object) -> EngineError:
        name = str(error.get("name")) if isinstance(error, Mapping) else ""
        if name in _REFUSALS:
            return RefusalError(*_REFUSALS[name])
        if status == "time_out":
            return EngineError(
                Code.TIMEOUT, "FASHN took too long to make this picture.", retryable=True
            )
        if status in ("failed", "canceled"):
            return EngineError(
                Code.PROVIDER_UNAVAILABLE, "FASHN failed to make this picture.", retryable=True
            )
        return self._account.bad_answer()

    def _cost(self, answer: Answer) -> Decimal | None:
        try:
            credits_used = Decimal(answer.headers.get(_CREDITS_HEADER, ""))
        except InvalidOperation:
            return None
        if self._credit_usd is None or not 0 <= credits_used <= 1000:
            return None
        return credits_used * self._credit_usd


def _inputs(request: Request) -> tuple[str, dict[str, Any]]:
    """The model that makes what is asked for, and what it is given. Raises RefusalError."""
    person = data_address(request.person, "the person") if request.person else None
    garment = data_address(request.garments[0].picture, "the garment") if request.garments else None
    words = {"prompt": request.prompt} if request.prompt else {}
    match request.mode:
        case Mode.TRYON if request.garments[0].category in _CLOTHES:
            return "tryon-v1.6", {
                "model_image": person,
                "garment_image": garment,
                "category": _CLOTHES[request.garments[0].category],
                "output_format": "png",
            }
        case Mode.TRYON:
            return "tryon-max", {"model_image": person, "product_image": garment, **words}
        case Mode.PRODUCT_SHOT:
            return "product-to-model", {"product_image": garment, **words}
        case Mode.FROM_PROMPT:
            return "model-create", words
        case Mode.PHOTO_TEXT:
            return "edit", {"image": person, **words}
        case Mode.PHOTO_SET:
            # One picture of the set: the same face in another scene.
            return "model-create", {"face_reference": person, **words}
