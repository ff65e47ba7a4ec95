"""Try-ons and generations: launched, followed, canceled."""

from datetime import datetime
from typing import Annotated, Literal
from uuid import UUID

from fastapi import APIRouter, Depends, Header, Query
from pydantic import Field, model_validator

from accounts.tokens import SCOPES, Caller
from api.callers import Known, Shopper, shopper_of
from api.pictures import address_of, view_of
from api.problems import ProblemError, also, not_there, wrong
from api.shapes import Asked, Cursor, Limit, Page, Shape, after, following
from api.wardrobe import GROUPS, Group
from database.tenancy import Scope
from tryon import catalog, jobs, results, wardrobe
from tryon.engines import Category, Mode, registry
from tryon.engines import preview as embedded
from tryon.jobs import Garment, Job
from tryon.results import Standing

router = APIRouter(tags=["try-ons"])

Key = Annotated[
    str | None,
    Header(alias="Idempotency-Key", description="Sent again with the same key, it is done once."),
]


class Failure(Shape):
    """Why there is no picture: a code, and a sentence for the shopper."""

    code: str
    message: str


class TryOn(Shape):
    """A try-on or generation as it stands.

    ``confidence`` is the engine's own estimate of how likely a reviewer accepts the picture.
    ``ahead`` is how many run before a queued one.
    """

    id: UUID
    status: Literal["queued", "processing", "completed", "failed", "canceled"]
    mode: Mode
    category: Category | None
    category_guessed: bool = False
    engine: str
    credits: int
    prompt: str | None
    confidence: float | None
    result_urls: list[str]
    failure: Failure | None
    ahead: int | None
    created_at: datetime
    started_at: datetime | None
    finished_at: datetime | None


class NewTryOn(Asked):
    """Garments of the wardrobe or products of the shop, on an uploaded photo of a person."""

    user_id: UUID | None = Field(None, description="For a brand's key: for which shopper.")
    brand_id: UUID | None = Field(None, description="The token's brand, if it is said at all.")
    category: Category | Group | None = Field(
        None, description="Of the first garment, if it is not said."
    )
    selfie_key: UUID = Field(description="The key of an uploaded photo of a person.")
    wardrobe_item_ids: list[UUID] = Field([], max_length=6)
    product_ids: list[UUID] = Field([], max_length=6)
    device: Literal["ios", "android", "desktop", "tablet", "other"] | None = None
    engine: str = Field(embedded.NAME, max_length=100)

    @model_validator(mode="after")
    def _something_to_wear(self) -> "NewTryOn":
        if not self.wardrobe_item_ids and not self.product_ids:
            raise ValueError("wardrobeItemIds or productIds says what is tried on")
        return self


class NewGeneration(Asked):
    """A picture from words, or from a photo and words."""

    user_id: UUID | None = Field(None, description="For a brand's key: for which shopper.")
    mode: Literal["from_prompt", "photo_text"] = "from_prompt"
    prompt: str = Field(min_length=1, max_length=2000)
    selfie_key: UUID | None = Field(None, description="For photo_text: the photo's key.")
    engine: str = Field(max_length=100, description="One of GET /api/engines.")

    @model_validator(mode="after")
    def _a_photo(self) -> "NewGeneration":
        if (self.mode == "photo_text") != (self.selfie_key is not None):
            raise ValueError("selfieKey goes with the mode photo_text")
        return self


class Engine(Shape):
    """An engine that can be used here."""

    name: str
    label: str
    modes: list[Mode]
    garments: int = Field(description="How many it takes at once.")


class Canceled(Shape):
    """What came of a cancellation."""

    outcome: str
    tryon: TryOn


def _shown(caller: Caller, scope: Scope, job: Standing, *, guessed: bool = False) -> TryOn:
    view = view_of(caller, UUID(scope.user)) if scope.user else None
    urls = [address_of(caller, picture, view) or "" for picture in job.pictures]
    return TryOn(
        id=job.id,
        status=job.status,
        mode=Mode(job.mode),
        category=Category(job.category) if job.category else None,
        category_guessed=guessed,
        engine=job.engine,
        credits=job.credits,
        prompt=job.prompt,
        confidence=job.confidence,
        result_urls=urls,
        failure=None
        if job.failure is None
        else Failure(code=job.failure[0], message=job.failure[1]),
        ahead=job.ahead,
        created_at=job.created_at,
        started_at=job.started_at,
        finished_at=job.finished_at,
    )


def _reading(
    caller: Known, user: Annotated[UUID | None, Query(alias="userId")] = None
) -> tuple[Caller, Scope, UUID | None]:
    """Whose jobs: a shopper's, or with a brand's key and no userId all of the brand's."""
    if caller.kind == "secret" and user is None:
        if "jobs" not in caller.scopes:
            raise ProblemError(403, f"This key is not allowed to {SCOPES['jobs']}.")
        return caller, caller.scope, None
    shopper = shopper_of(caller, user)
    return caller, shopper.scope, shopper.user


Reading = Annotated[tuple[Caller, Scope, UUID | None], Depends(_reading)]


def _engine(name: str, mode: Mode) -> str:
    for offer in registry.available():
        if offer.name == name and mode in offer.modes:
            return name
    raise wrong("body.engine", f"no engine of this name makes {mode.value} here")


def _find(scope: Scope, job: UUID) -> Standing:
    found = results.find(scope, job)
    if found is None:
        raise not_there("try-on")
    return found


def _launched(caller: Caller, shopper: Shopper, job: Job, *, guessed: bool = False) -> TryOn:
    made = jobs.launch(shopper.in_shop, [job]).jobs[0]
    return _shown(caller, shopper.scope, _find(shopper.scope, made), guessed=guessed)


@router.post("/tryon", status_code=201, responses=also(402, 409))
def launch(asked: NewTryOn, caller: Known, key: Key = None) -> TryOn:
    """Launch a try-on: its credits are reserved, and it is queued."""
    shopper = shopper_of(caller, asked.user_id)
    if asked.brand_id not in (None, shopper.brand):
        raise not_there("brand")
    garments, category = _worn(shopper, asked)
    wanted, guessed = category, False
    if isinstance(asked.category, Category):
        wanted = asked.category
    elif asked.category is not None:
        possible = GROUPS[asked.category]
        wanted, guessed = (category if category in possible else possible[0]), True
    _own_photo(shopper, asked.selfie_key)
    job = Job(
        origin=shopper.origin,
        engine=_engine(asked.engine, Mode.TRYON),
        brand=shopper.brand,
        user=shopper.user,
        person=asked.selfie_key,
        garments=garments,
        product=asked.product_ids[0] if asked.product_ids else None,
        category=wanted,
        device=asked.device,
        idempotency_key=None if key is None else f"api:{key}",
    )
    return _launched(caller, shopper, job, guessed=guessed)


def _worn(shopper: Shopper, asked: NewTryOn) -> tuple[tuple[Garment, ...], Category]:
    """What is tried on, each piece looked up where the shopper may see it."""
    garments: list[Garment] = []
    for item_id in asked.wardrobe_item_ids:
        item = wardrobe.item(shopper.scope, item_id)
        if item.category is None or item.kind != "item":
            raise wrong("body.wardrobeItemIds", "a saved look is no garment")
        garments.append(Garment(item=item.id, category=item.category))
    for product_id in asked.product_ids:
        product = catalog.find(Scope.of_brands([shopper.brand]), product_id)
        if product is None or not product.is_active:
            raise not_there("product")
        if product.category is None or not product.pictures:
            raise wrong("body.productIds", "this product has no category or no picture yet")
        garments.append(Garment(product=product.id, category=product.category))
    first = garments[0].category
    assert first is not None
    return tuple(garments), first


def _own_photo(shopper: Shopper, key: UUID) -> None:
    if not wardrobe.owns(shopper.scope, key):
        raise not_there("picture")


@router.post("/generations", status_code=201, responses=also(402, 409))
def generate(asked: NewGeneration, caller: Known, key: Key = None) -> TryOn:
    """Launch a picture from words, on an engine that makes such."""
    shopper = shopper_of(caller, asked.user_id)
    if asked.selfie_key is not None:
        _own_photo(shopper, asked.selfie_key)
    job = Job(
        origin=shopper.origin,
        engine=_engine(asked.engine, Mode(asked.mode)),
        mode=Mode(asked.mode),
        brand=shopper.brand,
        user=shopper.user,
        person=asked.selfie_key,
        prompt=asked.prompt,
        idempotency_key=None if key is None else f"api:{key}",
    )
    return _launched(caller, shopper, job)


@router.get("/engines")
def list_engines(_caller: Known) -> list[Engine]:
    """The engines that can be used here."""
    return [
        Engine(
            name=offer.name,
            label=offer.label,
            modes=sorted(offer.modes),
            garments=offer.garments,
        )
        for offer in registry.available()
    ]


@router.get("/tryon")
def list_jobs(reading: Reading, limit: Limit = 20, cursor: Cursor = None) -> Page[TryOn]:
    """The newest try-ons and generations of the shopper, or of the brand."""
    caller, scope, user = reading
    brand = caller.brand if user is None else None
    found = results.recent(scope, limit + 1, user=user, brand=brand, after=after(cursor))
    shown = [_shown(caller, scope, job) for job in found[:limit]]
    return Page(items=shown, next_cursor=following(found, limit))


@router.get("/tryon/{job_id}")
def get_job(job_id: UUID, reading: Reading) -> TryOn:
    """A try-on as it stands; ask again every second or two until it has ended."""
    caller, scope, _ = reading
    return _shown(caller, scope, _find(scope, job_id))


@router.post("/tryon/{job_id}/cancel")
def cancel(job_id: UUID, reading: Reading) -> Canceled:
    """Cancel a try-on, in whatever state it is; what came of it is said."""
    caller, scope, _ = reading
    _find(scope, job_id)
    outcome = jobs.cancel(scope, [job_id])[job_id]
    return Canceled(outcome=outcome.value, tryon=_shown(caller, scope, _find(scope, job_id)))
