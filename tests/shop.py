"""A shop for tests of the API: a brand with its keys, its guests and what they have."""

from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cache
from uuid import UUID, uuid4

from starlette.applications import Starlette
from starlette.testclient import TestClient

import api
from accounts import tokens
from database import connections
from database.tenancy import Scope
from tests.broken_pictures import good
from tests.rows import finish, insert

PICTURE = good()["jpeg"]
ORIGIN = "https://shop.example"


@dataclass(frozen=True)
class Shop:
    """A brand, a secret key that is allowed everything, and a publishable key for ORIGIN."""

    brand: UUID
    secret: str
    publishable: str


@cache
def _app() -> Starlette:
    return Starlette(routes=[api.mounted()])


def client() -> TestClient:
    """A client of the API as server.py mounts it; a defect is an answer, not an exception."""
    return TestClient(_app(), base_url="https://closetai.example", raise_server_exceptions=False)


def bearer(token: str, **more: str) -> dict[str, str]:
    return {"Authorization": f"Bearer {token}", **more}


def key(brand: UUID, *scopes: str) -> str:
    """Make a secret key with these scopes, as the system."""
    made = tokens.make_key(
        Scope.system(), brand, "secret", "Server", datetime.now(UTC), scopes=scopes
    )
    return made[1]


def open_shop(name: str, *, is_demo: bool = False) -> Shop:
    with connections.owner() as connection:
        brand = insert(connection, "brands", name=name, slug=name.lower(), is_demo=is_demo)
    publishable = tokens.make_key(
        Scope.system(), brand, "publishable", "Page", datetime.now(UTC), origins=[ORIGIN]
    )
    return Shop(brand, key(brand, *tokens.SCOPES), publishable[1])


@dataclass(frozen=True)
class Guest:
    """A guest and their token."""

    user: UUID
    token: str


def guest(to: TestClient, shop: Shop) -> Guest:
    made = to.post("/api/users/guest", headers=bearer(shop.publishable))
    assert made.status_code == 201, made.text
    return Guest(UUID(made.json()["user"]["id"]), made.json()["token"])


@dataclass(frozen=True)
class Belongings:
    """What a guest has: pictures, an item in a collection, and jobs in two states."""

    user: UUID
    selfie: UUID
    garment: UUID
    item: UUID
    collection: UUID
    queued: UUID
    completed: UUID
    result_url: str


def upload(to: TestClient, who: Guest, kind: str) -> UUID:
    sent = to.post(
        "/api/uploads",
        headers=bearer(who.token),
        data={"kind": kind},
        files={"file": ("picture.jpg", PICTURE)},
    )
    assert sent.status_code == 201, sent.text
    return UUID(sent.json()["key"])


def belongings(to: TestClient, who: Guest, shop: Shop) -> Belongings:
    """Give a guest something of everything, through the API where that can be."""
    mine = bearer(who.token)
    selfie, garment = upload(to, who, "selfie"), upload(to, who, "garment")
    hung = to.post(
        "/api/wardrobe",
        headers=mine,
        json={"category": "tops", "name": "Tee", "imageKey": str(garment)},
    )
    assert hung.status_code == 201, hung.text
    item = UUID(hung.json()["id"])
    collection = UUID(to.post("/api/collections", headers=mine, json={"name": "A"}).json()["id"])
    wish = {"selfieKey": str(selfie), "wardrobeItemIds": [str(item)]}
    queued, completed = (
        UUID(to.post("/api/tryon", headers=mine, json=wish).json()["id"]) for _ in range(2)
    )
    with connections.owner() as connection:
        finish(connection, completed, "completed")
        picture = insert(
            connection,
            "stored_objects",
            user_id=who.user,
            brand_id=shop.brand,
            key=f"{uuid4()}.webp",
            content_hash=uuid4().bytes,
            kind="result",
            media_type="image/webp",
            byte_count=1,
        )
        insert(connection, "job_outputs", job_id=completed, object_id=picture)
    shown = to.get(f"/api/tryon/{completed}", headers=mine).json()
    return Belongings(
        who.user, selfie, garment, item, collection, queued, completed, shown["resultUrls"][0]
    )
