"""Pictures: uploaded in a form, and shown at addresses that are good for a few minutes."""

from datetime import UTC, datetime
from typing import Annotated, Final, Literal
from uuid import UUID

from fastapi import APIRouter, File, Form, Query, Response, UploadFile

from accounts import tokens
from accounts.tokens import Caller
from api.callers import Known, shopper_of
from api.problems import not_there, wrong
from api.shapes import Shape
from database.tenancy import Scope
from tryon import pictures, storage, uploads
from tryon.uploads import UploadError

router = APIRouter(tags=["pictures"])

# Whose rows an address shows a picture from: the token's own, its brand's, or a shopper's, by id.
_OWN: Final = "own"
SHOP: Final = "shop"


class Uploaded(Shape):
    """A picture that was kept. A photo of a person is deleted when it expires."""

    key: UUID
    kind: Literal["selfie", "garment"]
    url: str
    expires_at: datetime | None


def address_of(caller: Caller, picture: UUID | None, view: str | None = None) -> str | None:
    """The address of a picture for the caller, good for five to ten minutes."""
    if picture is None:
        return None
    view = view or _OWN
    signed = storage.signed(_whom(caller.token, view), picture, datetime.now(UTC))
    return f"/api/pictures/{picture}?token={caller.token}&view={view}&{signed}"


def _whom(token: UUID, view: str) -> str:
    return f"api {token} {view}"


def view_of(caller: Caller, user: UUID) -> str:
    """How a picture of a shopper is looked at: a guest's own, or through a brand's key."""
    return _OWN if caller.user == user else str(user)


@router.post("/uploads", status_code=201)
def upload(
    caller: Known,
    file: Annotated[UploadFile, File(description="JPEG, PNG, WebP or HEIC.")],
    kind: Annotated[Literal["selfie", "garment"], Form()],
    user: Annotated[UUID | None, Form(alias="userId")] = None,
) -> Uploaded:
    """Upload a picture of a person or of a garment.

    It is read in full and written anew: where and when it was taken is not kept.
    """
    shopper = shopper_of(caller, user)
    try:
        key, ends = uploads.keep(
            shopper.in_shop if shopper.is_demo else shopper.scope,
            kind,
            file.file.read(),
            datetime.now(UTC),
        )
    except UploadError as error:
        raise wrong("body.file", str(error)) from error
    address = address_of(caller, key, view_of(caller, shopper.user)) or ""
    return Uploaded(key=key, kind=kind, url=address, expires_at=ends)


@router.delete("/uploads/{key}", status_code=204)
def forget(
    key: UUID, caller: Known, user: Annotated[UUID | None, Query(alias="userId")] = None
) -> None:
    """Delete a photo of a person at once, with the pictures that were made of it."""
    shopper = shopper_of(caller, user)
    if not storage.forget_selfie(shopper.scope, key):
        raise not_there("picture")


@router.get(
    "/pictures/{picture_id}",
    response_class=Response,
    responses={200: {"content": {pictures.MEDIA_TYPE: {}}, "description": "The picture."}},
)
def show(
    picture_id: UUID,
    token: UUID,
    view: Annotated[str, Query(max_length=40)],
    until: Annotated[str, Query(max_length=12)],
    signature: Annotated[str, Query(max_length=100)],
) -> Response:
    """A picture, at an address that another answer has named. It takes no token of its own."""
    now = datetime.now(UTC)
    if not storage.is_signed(_whom(token, view), picture_id, until, signature, now):
        raise not_there("picture")
    caller = tokens.by_id(token, now)
    if caller is None:
        raise not_there("picture")
    content = storage.loaded(_scope(caller, view), picture_id)
    return Response(
        content,
        media_type=pictures.MEDIA_TYPE,
        headers={
            "Cache-Control": f"private, max-age={int(storage.ADDRESS_STEP.total_seconds())}",
            "Content-Security-Policy": "default-src 'none'; sandbox",
            # A shop's page shows it, wherever that page is.
            "Cross-Origin-Resource-Policy": "cross-origin",
        },
    )


def _scope(caller: Caller, view: str) -> Scope:
    # Only we sign a view, so it is one of these.
    if view == SHOP and caller.brand is not None:
        return Scope.of_brands([caller.brand])
    return caller.scope if view == _OWN else Scope(user=view)
