"""How the API says no: problem details (RFC 9457) with one sentence, whatever went wrong."""

import json
import logging
import secrets
from http import HTTPStatus
from typing import Any, Final

from fastapi import FastAPI
from fastapi.exceptions import RequestValidationError
from pydantic import BaseModel, Field
from sqlalchemy.exc import DataError, SQLAlchemyError
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response

from accounts.guests import GuestError
from accounts.letters import LetterError
from billing import BillingError
from database.connections import DatabaseUnavailableError
from shops.said import NotKnownError, ShopError
from tryon.catalog import CatalogError
from tryon.jobs import JobError, NotEnoughCreditsError
from tryon.reviews import ReviewError
from tryon.storage import MissingPictureError, StorageError
from tryon.uploads import UploadError
from tryon.wardrobe import NotThereError, WardrobeError

_log = logging.getLogger(__name__)

MEDIA_TYPE: Final = "application/problem+json"


class Wrong(BaseModel):
    """A field of a request that cannot be used."""

    field: str = Field(examples=["body.category"])
    message: str = Field(examples=["Input should be 'tops' or 'bottoms'"])


class Problem(BaseModel):
    """What went wrong, as RFC 9457 has it; ``errors`` names the fields of a request at fault."""

    type: str = "about:blank"
    title: str = Field(examples=["Not Found"])
    status: int = Field(examples=[404])
    detail: str = Field(examples=["There is no such job."])
    errors: list[Wrong] = []


class ProblemError(Exception):
    """Ends a request with a problem: a status, one sentence, and headers that belong to it."""

    def __init__(
        self,
        status: int,
        detail: str,
        *,
        errors: list[Wrong] | None = None,
        headers: dict[str, str] | None = None,
    ) -> None:
        super().__init__(detail)
        self.status = status
        self.detail = detail
        self.errors = errors or []
        self.headers = headers or {}


def not_there(what: str) -> ProblemError:
    """What is not there, and what is somebody else's: the two are not told apart."""
    return ProblemError(404, f"There is no such {what}.")


def wrong(field: str, message: str) -> ProblemError:
    """One field of the request cannot be used."""
    return ProblemError(
        422, "This request cannot be used.", errors=[Wrong(field=field, message=message)]
    )


def answer(problem: ProblemError) -> Response:
    """The response that tells of a problem."""
    said = Problem(
        title=HTTPStatus(problem.status).phrase,
        status=problem.status,
        detail=problem.detail,
        errors=problem.errors,
    )
    body = said.model_dump(exclude_defaults=False)
    if not problem.errors:
        del body["errors"]
    return Response(
        json.dumps(body, ensure_ascii=False),
        status_code=problem.status,
        headers={"Cache-Control": "no-store", **problem.headers},
        media_type=MEDIA_TYPE,
    )


def _documented(description: str) -> dict[str, Any]:
    schema = {"$ref": "#/components/schemas/Problem"}
    return {
        "model": Problem,
        "description": description,
        "content": {MEDIA_TYPE: {"schema": schema}},
    }


_ALL: Final[dict[int | str, dict[str, Any]]] = {
    status: _documented(description)
    for status, description in {
        400: "The request cannot be read.",
        401: "There is no token, or it is no good (any more).",
        402: "There are not enough credits.",
        403: "The token may not do this.",
        404: "There is no such thing, or not for this token.",
        409: "It cannot be done as things stand.",
        413: "The body is too large.",
        422: "A field cannot be used; `errors` names it.",
        429: "Too many requests: `Retry-After` says when.",
        500: "Something went wrong here.",
        503: "The service is not well just now.",
    }.items()
}
# What may be the answer to any request.
EVERYWHERE: Final[dict[int | str, dict[str, Any]]] = {
    status: _ALL[status] for status in (400, 401, 403, 404, 413, 422, 429, 500, 503)
}


def also(*statuses: int) -> dict[int | str, dict[str, Any]]:
    """What else a route may answer, for its documentation."""
    return {status: _ALL[status] for status in statuses}


# In this order: the first that fits. Each message is a sentence for whoever asked.
_KNOWN: Final[list[tuple[type[Exception], int]]] = [
    (NotThereError, 404),
    (NotKnownError, 404),
    (MissingPictureError, 404),
    (BillingError, 400),
    (NotEnoughCreditsError, 402),
    (JobError, 409),
    (ReviewError, 409),
    (GuestError, 409),
    (CatalogError, 409),
    (ShopError, 409),
    (WardrobeError, 422),
    (UploadError, 422),
    (LetterError, 503),
    (StorageError, 503),
    (DatabaseUnavailableError, 503),
]


def of(error: Exception) -> ProblemError:
    """The problem that an exception is, one with a reference to the log when it is a defect."""
    if isinstance(error, ProblemError):
        return error
    for known, status in _KNOWN:
        if isinstance(error, known):
            if status == 503:
                _log.warning("api: %s", error)
            return ProblemError(status, str(error))
    if isinstance(error, DataError | UnicodeEncodeError):
        return ProblemError(422, "A text of this request has characters that cannot be kept.")
    if isinstance(error, SQLAlchemyError) and getattr(error, "connection_invalidated", False):
        _log.warning("api: the connection to the database broke")
        return ProblemError(503, "The database does not answer.")
    reference = secrets.token_hex(4)
    _log.error("api: a request failed, reference %s", reference, exc_info=error)
    return ProblemError(500, f"This went wrong here. If it happens again, tell us {reference}.")


def handle(app: FastAPI) -> None:
    """Let the application answer with problems only."""

    def invalid(_request: Request, error: Exception) -> Response:
        assert isinstance(error, RequestValidationError)
        found = [
            Wrong(field=".".join(map(str, one["loc"])), message=str(one["msg"]))
            for one in error.errors()
        ]
        return answer(ProblemError(422, "This request cannot be used.", errors=found))

    def http(_request: Request, error: Exception) -> Response:
        assert isinstance(error, HTTPException)
        sentence = {
            404: "There is nothing at this address.",
            405: "This address does not take such requests.",
        }.get(error.status_code, str(error.detail))
        headers = dict(error.headers or {})
        return answer(ProblemError(error.status_code, sentence, headers=headers))

    app.add_exception_handler(RequestValidationError, invalid)
    app.add_exception_handler(HTTPException, http)
    kinds: list[type[Exception]] = [ProblemError, *(kind for kind, _ in _KNOWN)]
    for known in kinds:
        app.add_exception_handler(known, lambda _request, error: answer(of(error)))
