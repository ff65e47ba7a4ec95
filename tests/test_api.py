"""The API as its callers meet it, one by one; who may call what is in test_api_matrix.py."""

import json
import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import parse_qs, urlsplit
from uuid import uuid4

import pytest
from pydantic import SecretStr
from sqlalchemy import text
from starlette.testclient import TestClient

import worker
from accounts import guests, letters, tokens
from api import pace, pictures
from database import connections, rollups
from database.tenancy import Scope
from settings import settings
from tests.rows import beat, finish, insert, job
from tests.shop import (
    ORIGIN,
    PICTURE,
    Guest,
    Shop,
    bearer,
    belongings,
    client,
    guest,
    key,
    open_shop,
    upload,
)
from tryon import jobs, storage

pytestmark = pytest.mark.usefixtures("database")


@pytest.fixture(autouse=True)
def _pace() -> None:
    pace.forget()


@pytest.fixture
def to() -> TestClient:
    return client()


@pytest.fixture
def shop() -> Shop:
    return open_shop("Alder")


@pytest.fixture
def ada(to: TestClient, shop: Shop) -> Guest:
    return guest(to, shop)


def problem(answer: Any, status: int) -> dict[str, Any]:
    """The problem that an answer is."""
    assert answer.status_code == status, answer.text
    assert answer.headers["content-type"] == "application/problem+json"
    said: dict[str, Any] = answer.json()
    assert said["status"] == status
    assert said["type"] == "about:blank"
    assert said["title"]
    assert said["detail"].endswith((".", "!"))
    return said


# --- The three routes that came first ------------------------------------------------------------


def test_a_guest_has_free_credits_and_a_token(to: TestClient, shop: Shop) -> None:
    made = to.post("/api/users/guest", headers=bearer(shop.publishable, Origin=ORIGIN))
    assert made.status_code == 201
    user = made.json()["user"]
    assert user["anonId"].startswith("guest_")
    assert user["creditsBalance"] == 25
    me = to.get("/api/users/me", headers=bearer(made.json()["token"]))
    assert me.json() == user


def test_without_a_key_guests_are_the_demos_while_there_is_one(
    to: TestClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    problem(to.post("/api/users/guest"), 401)
    with connections.owner() as connection:
        brand = insert(connection, "brands", name="Demo", slug="demo", is_demo=True)
    monkeypatch.setattr(guests, "sample_brand", lambda _connection: (brand, "demo"))
    made = to.post("/api/users/guest")
    assert made.status_code == 201
    caller = tokens.find(made.json()["token"], datetime.now(UTC))
    assert caller is not None
    assert (caller.brand, caller.is_demo) == (brand, True)
    # As every demo visitor, they upload nothing unless a setting allows it.
    sent = to.post(
        "/api/uploads",
        headers=bearer(made.json()["token"]),
        data={"kind": "garment"},
        files={"file": ("a.jpg", PICTURE)},
    )
    assert "switched off" in problem(sent, 422)["errors"][0]["message"]
    monkeypatch.setenv("CLOSETAI_DEMO", "off")
    settings.cache_clear()
    problem(to.post("/api/users/guest"), 401)


def test_guests_are_limited_per_key_and_address(to: TestClient, shop: Shop) -> None:
    for _ in range(30):
        guest(to, shop)
    late = to.post("/api/users/guest", headers=bearer(shop.publishable))
    problem(late, 429)
    assert int(late.headers["Retry-After"]) > 0
    # Another shop's key has its own count, and a shop's server none.
    guest(to, open_shop("Birch"))
    assert to.post("/api/users/guest", headers=bearer(shop.secret)).status_code == 201


def test_a_wardrobe_is_filled_and_listed(to: TestClient, ada: Guest) -> None:
    mine = bearer(ada.token)
    names = [f"Garment {number}" for number in range(5)]
    for name in names:
        sent = {"category": "bags", "name": name, "imageKey": str(upload(to, ada, "garment"))}
        made = to.post("/api/wardrobe", headers=mine, json={**sent, "brand": "Label"})
        assert made.status_code == 201
    first = to.get("/api/wardrobe", headers=mine, params={"limit": 3}).json()
    assert [item["name"] for item in first["items"]] == names[:1:-1]
    rest = to.get(
        "/api/wardrobe", headers=mine, params={"limit": 3, "cursor": first["nextCursor"]}
    ).json()
    assert [item["name"] for item in rest["items"]] == names[1::-1]
    assert rest["nextCursor"] is None
    shown = rest["items"][0]
    assert (shown["category"], shown["brand"], shown["categoryGuessed"]) == ("bags", "Label", False)
    assert to.get(shown["imageUrl"]).headers["content-type"] == "image/webp"


@pytest.mark.parametrize(
    ("group", "name", "kept"),
    [("shoes", "Chelsea boots", "boots"), ("accessories", "Wool scarf", "scarves")],
)
def test_a_group_becomes_the_guessed_category_of_it(
    to: TestClient, ada: Guest, group: str, name: str, kept: str
) -> None:
    sent = {"category": group, "name": name, "imageKey": str(upload(to, ada, "garment"))}
    made = to.post("/api/wardrobe", headers=bearer(ada.token), json=sent).json()
    assert (made["category"], made["categoryGuessed"]) == (kept, True)


def test_a_try_on_is_launched_followed_and_canceled(to: TestClient, shop: Shop, ada: Guest) -> None:
    has = belongings(to, ada, shop)
    mine = bearer(ada.token)
    wish = {
        "userId": str(ada.user),
        "brandId": str(shop.brand),
        "category": "tops",
        "selfieKey": str(has.selfie),
        "wardrobeItemIds": [str(has.item)],
        "device": "ios",
    }
    made = to.post("/api/tryon", headers=mine, json=wish)
    assert made.status_code == 201
    launched = made.json()
    assert launched["status"] == "queued"
    assert datetime.fromisoformat(launched["createdAt"]).tzinfo is not None
    assert launched["ahead"] == 1  # the one that was queued before
    with connections.reader(Scope.of_brands([shop.brand])) as connection:
        row = connection.execute(
            text("select origin, device, user_id, brand_id from tryon_jobs where id = :id"),
            {"id": launched["id"]},
        ).one()
    assert tuple(row) == ("shopper", "ios", ada.user, shop.brand)
    listed = to.get("/api/tryon", headers=mine).json()["items"]
    assert [one["id"] for one in listed] == [
        launched["id"], str(has.completed), str(has.queued)
    ]  # fmt: skip
    canceled = to.post(f"/api/tryon/{launched['id']}/cancel", headers=mine).json()
    assert canceled["tryon"]["status"] == "canceled"
    assert canceled["outcome"] == jobs.Outcome.BEFORE
    assert to.get("/api/credits", headers=mine).json()["reserved"] == 1


def test_a_product_of_the_shop_is_tried_on_but_no_other(
    to: TestClient, shop: Shop, ada: Guest
) -> None:
    mine, has = bearer(ada.token), belongings(to, ada, shop)
    sent = {"name": "Coat", "sku": "C-1", "category": "jackets", "tags": ["wool"]}
    made = to.post("/api/products", headers=bearer(shop.secret), json=sent).json()
    wish = {"selfieKey": str(has.selfie), "productIds": [made["id"]]}
    no_picture = problem(to.post("/api/tryon", headers=mine, json=wish), 422)
    assert no_picture["errors"][0]["field"] == "body.productIds"
    shown = to.post(
        f"/api/products/{made['id']}/images",
        headers=bearer(shop.secret),
        files={"file": ("coat.jpg", PICTURE)},
    ).json()
    seen = to.get(f"/api/products/{made['id']}", headers=mine).json()
    assert to.get(seen["imageUrls"][0]).status_code == 200
    assert len(shown["imageUrls"]) == 1
    assert to.post("/api/tryon", headers=mine, json=wish).json()["category"] == "jackets"
    other = open_shop("Birch")
    foreign = to.post("/api/products", headers=bearer(other.secret), json=sent).json()
    wish["productIds"] = [foreign["id"]]
    problem(to.post("/api/tryon", headers=mine, json=wish), 404)
    to.patch(f"/api/products/{made['id']}", headers=bearer(shop.secret), json={"isActive": False})
    wish["productIds"] = [made["id"]]
    problem(to.post("/api/tryon", headers=mine, json=wish), 404)


def test_a_studios_photo_of_a_person_is_no_guests_to_use(
    to: TestClient, shop: Shop, ada: Guest
) -> None:
    has = belongings(to, ada, shop)
    with connections.owner() as connection:
        studio = insert(
            connection,
            "stored_objects",
            brand_id=shop.brand,
            key="studio.webp",
            content_hash=b"s",
            kind="selfie",
            media_type="image/webp",
            byte_count=1,
        )
    wish = {"selfieKey": str(studio), "wardrobeItemIds": [str(has.item)]}
    problem(to.post("/api/tryon", headers=bearer(ada.token), json=wish), 404)


def test_too_few_credits_are_said(to: TestClient, shop: Shop, ada: Guest) -> None:
    has = belongings(to, ada, shop)
    wish = {"selfieKey": str(has.selfie), "wardrobeItemIds": [str(has.item)]}
    for _ in range(23):
        assert to.post("/api/tryon", headers=bearer(ada.token), json=wish).status_code == 201
    said = problem(to.post("/api/tryon", headers=bearer(ada.token), json=wish), 402)
    assert said["detail"].startswith("Not enough credits")
    account = to.get("/api/credits", headers=bearer(ada.token)).json()
    assert (account["balance"], account["reserved"]) == (0, 24)
    ledger = to.get("/api/credits/ledger", headers=bearer(ada.token), params={"limit": 100})
    assert sum(entry["amount"] for entry in ledger.json()["items"]) == 0


# --- Once ----------------------------------------------------------------------------------------


def test_a_key_carries_a_request_out_once(to: TestClient, shop: Shop, ada: Guest) -> None:
    has = belongings(to, ada, shop)
    wish = {"selfieKey": str(has.selfie), "wardrobeItemIds": [str(has.item)]}
    headers = bearer(ada.token, **{"Idempotency-Key": "order 1"})
    first = to.post("/api/tryon", headers=headers, json=wish)
    again = to.post("/api/tryon", headers=headers, json=wish)
    assert again.json() == first.json()
    assert again.status_code == 201
    assert (first.headers.get("Idempotency-Replayed"), again.headers["Idempotency-Replayed"]) == (
        None,
        "true",
    )
    other = problem(to.post("/api/collections", headers=headers, json={"name": "A"}), 422)
    assert other["errors"][0]["field"] == "header.Idempotency-Key"
    # Somebody else's key of the same name is another one.
    bob = guest(to, shop)
    assert (
        to.post(
            "/api/collections",
            headers=bearer(bob.token, **{"Idempotency-Key": "order 1"}),
            json={"name": "A"},
        ).status_code
        == 201
    )


def test_a_refusal_is_kept_and_a_defect_is_not(
    to: TestClient, ada: Guest, monkeypatch: pytest.MonkeyPatch
) -> None:
    headers = bearer(ada.token, **{"Idempotency-Key": "one"})
    problem(to.post("/api/collections", headers=headers, json={"name": ""}), 422)
    assert to.post("/api/collections", headers=headers, json={"name": ""}).headers[
        "Idempotency-Replayed"
    ]
    headers = bearer(ada.token, **{"Idempotency-Key": "two"})
    with monkeypatch.context() as broken:
        broken.setattr("tryon.wardrobe.add_collection", lambda *_: 1 / 0)
        said = problem(to.post("/api/collections", headers=headers, json={"name": "A"}), 500)
        assert "division" not in json.dumps(said)
    assert to.post("/api/collections", headers=headers, json={"name": "A"}).status_code == 201


def test_the_same_key_at_the_same_moment(
    to: TestClient, ada: Guest, monkeypatch: pytest.MonkeyPatch
) -> None:
    begun, go_on = threading.Event(), threading.Event()
    from tryon import wardrobe

    add = wardrobe.add_collection

    def slow(*arguments: Any) -> Any:
        begun.set()
        assert go_on.wait(30)
        return add(*arguments)

    monkeypatch.setattr("tryon.wardrobe.add_collection", slow)
    headers = bearer(ada.token, **{"Idempotency-Key": "same"})
    with ThreadPoolExecutor() as pool:
        first = pool.submit(to.post, "/api/collections", headers=headers, json={"name": "A"})
        assert begun.wait(30)
        problem(to.post("/api/collections", headers=headers, json={"name": "A"}), 409)
        go_on.set()
        assert first.result().status_code == 201
    assert len(to.get("/api/collections", headers=bearer(ada.token)).json()["items"]) == 1


def test_what_is_kept_is_forgotten_and_holds_no_token(
    to: TestClient, shop: Shop, ada: Guest
) -> None:
    again = bearer(shop.publishable, **{"Idempotency-Key": "guest"})
    assert (
        to.post("/api/users/guest", headers=again).json()
        != to.post("/api/users/guest", headers=again).json()
    )
    headers = bearer(ada.token, **{"Idempotency-Key": "one"})
    to.post("/api/collections", headers=headers, json={"name": "A"})
    with connections.owner() as connection:
        assert connection.scalar(text("select count(*) from api_requests")) == 1
        connection.execute(text("update api_requests set created_at = now() - interval '25 hours'"))
    worker.clean_up()
    with connections.owner() as connection:
        assert connection.scalar(text("select count(*) from api_requests")) == 0


# --- The door ------------------------------------------------------------------------------------


def test_every_error_is_a_problem_that_names_the_field(to: TestClient, ada: Guest) -> None:
    mine = bearer(ada.token)
    sent = {"category": "hat", "name": "Hat", "imageKey": "no id", "colour": "red"}
    said = problem(to.post("/api/wardrobe", headers=mine, json=sent), 422)
    fields = {one["field"] for one in said["errors"]}
    assert {"body.imageKey", "body.colour"} <= fields
    assert any(field.startswith("body.category") for field in fields)
    problem(to.get("/api/nothing", headers=mine), 404)
    problem(to.put("/api/wardrobe", headers=mine), 405)
    problem(to.post("/api/wardrobe", headers=mine, content=b"{"), 422)
    problem(to.get("/api/wardrobe", headers=mine, params={"cursor": "x"}), 422)
    null = problem(to.post("/api/collections", headers=mine, json={"name": "a\x00b"}), 422)
    assert "cannot be kept" in null["detail"]


def test_bodies_have_a_limit(to: TestClient, ada: Guest) -> None:
    mine = bearer(ada.token)
    problem(to.post("/api/collections", headers=mine, content=b"x" * 300_000), 413)

    def drip() -> Any:
        for _ in range(400):
            yield b"x" * 1000

    problem(to.post("/api/collections", headers=mine, content=drip()), 413)


def test_the_pace_is_told_and_held(
    to: TestClient, shop: Shop, ada: Guest, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CLOSETAI_API_RATE", "3")
    settings.cache_clear()
    pace.forget()
    left = [to.get("/api/users/me", headers=bearer(ada.token)) for _ in range(4)]
    assert [answer.status_code for answer in left] == [200, 200, 200, 429]
    assert left[0].headers["RateLimit-Policy"] == '"default";q=3;w=60'
    assert left[0].headers["RateLimit"].startswith('"default";r=2;t=')
    assert int(left[3].headers["Retry-After"]) in range(1, 62)
    problem(left[3], 429)
    # Each token has its own.
    assert to.get("/api/products", headers=bearer(shop.secret)).status_code == 200


def test_a_shops_page_calls_from_its_own_origin_only(
    to: TestClient, shop: Shop, ada: Guest
) -> None:
    asking = {"Origin": ORIGIN, "Access-Control-Request-Method": "POST"}
    allowed = to.options("/api/tryon", headers=asking)
    assert allowed.status_code == 204
    assert allowed.headers["Access-Control-Allow-Origin"] == ORIGIN
    assert "Authorization" in allowed.headers["Access-Control-Allow-Headers"]
    elsewhere = "https://evil.example"
    problem(to.options("/api/tryon", headers={**asking, "Origin": elsewhere}), 403)
    here = to.get("/api/products", headers=bearer(shop.publishable, Origin=ORIGIN))
    assert here.headers["Access-Control-Allow-Origin"] == ORIGIN
    assert here.headers["Vary"] == "Origin"
    for token in (shop.publishable, ada.token):
        problem(to.get("/api/products", headers=bearer(token, Origin=elsewhere)), 403)
    leaked = to.get("/api/products", headers=bearer(shop.secret, Origin=ORIGIN))
    assert "never into a browser" in problem(leaked, 403)["detail"]
    assert "Access-Control-Allow-Origin" not in leaked.headers


def test_without_a_database_it_is_not_well_but_says_so(
    to: TestClient, ada: Guest, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DATABASE_URL", "postgresql://nobody@127.0.0.1:1/none")
    settings.cache_clear()
    said = problem(to.get("/api/users/me", headers=bearer(ada.token)), 503)
    assert said["detail"] == "The database does not answer."


# --- Pictures ------------------------------------------------------------------------------------


def test_a_picture_is_shown_at_its_address_for_minutes(
    to: TestClient, shop: Shop, ada: Guest, monkeypatch: pytest.MonkeyPatch
) -> None:
    sent = to.post(
        "/api/uploads",
        headers=bearer(ada.token),
        data={"kind": "selfie"},
        files={"file": ("me.jpg", PICTURE)},
    ).json()
    assert datetime.fromisoformat(sent["expiresAt"]) > datetime.now(UTC) + timedelta(days=29)
    shown = to.get(sent["url"])
    assert shown.status_code == 200
    assert shown.headers["content-type"] == "image/webp"
    assert shown.headers["Cache-Control"].startswith("private")
    parts = urlsplit(sent["url"])
    query = {name: found[0] for name, found in parse_qs(parts.query).items()}
    bob, other = guest(to, shop), upload(to, ada, "garment")
    bobs = tokens.find(bob.token, datetime.now(UTC))
    assert bobs is not None
    for changed in (
        {"token": str(bobs.token)},
        {"view": "shop"},
        {"view": str(bob.user)},
        {"until": str(int(query["until"]) + 600)},
        {"signature": "0" * 64},
    ):
        problem(to.get(parts.path, params={**query, **changed}), 404)
    problem(to.get(f"/api/pictures/{other}", params=query), 404)
    # A key that acts for her sees it too, at an address of its own.
    acting = to.get("/api/wardrobe", headers=bearer(shop.secret), params={"userId": str(ada.user)})
    assert acting.json()["items"] == []

    class Later(datetime):
        @classmethod
        def now(cls, tz: Any = None) -> "Later":
            return super().now(tz) + timedelta(minutes=11)

    with monkeypatch.context() as later:
        later.setattr(pictures, "datetime", Later)
        problem(to.get(sent["url"]), 404)
    with connections.owner() as connection:
        connection.execute(
            text("update api_tokens set revoked_at = now() where user_id = :user"),
            {"user": ada.user},
        )
    problem(to.get(sent["url"]), 404)


def test_an_upload_that_is_no_picture_is_one_sentence(to: TestClient, ada: Guest) -> None:
    sent = to.post(
        "/api/uploads",
        headers=bearer(ada.token),
        data={"kind": "garment"},
        files={"file": ("a.png", b"text")},
    )
    said = problem(sent, 422)
    assert said["errors"][0]["field"] == "body.file"
    assert said["errors"][0]["message"].startswith("This is no picture")


def test_a_photo_is_deleted_with_what_was_made_of_it(
    to: TestClient, shop: Shop, ada: Guest
) -> None:
    has = belongings(to, ada, shop)
    assert to.delete(f"/api/uploads/{has.selfie}", headers=bearer(ada.token)).status_code == 204
    done = to.get(f"/api/tryon/{has.completed}", headers=bearer(ada.token)).json()
    assert (done["status"], done["resultUrls"]) == ("completed", [])
    waiting = to.get(f"/api/tryon/{has.queued}", headers=bearer(ada.token)).json()
    assert waiting["status"] == "canceled"
    assert storage.expire(datetime.now(UTC)) == 0


# --- People --------------------------------------------------------------------------------------


@pytest.fixture
def post(monkeypatch: pytest.MonkeyPatch) -> list[tuple[str, str]]:
    """What letters were sent, to whom, instead of sending them."""
    sent: list[tuple[str, str]] = []
    monkeypatch.setattr(letters, "send", lambda to, _subject, body: sent.append((to, body)))
    return sent


def code_in(letter: str) -> str:
    return letter.split("Your code is ")[1].split(".")[0]


def test_a_guest_becomes_somebody_and_keeps_everything(
    to: TestClient, shop: Shop, ada: Guest, post: list[tuple[str, str]]
) -> None:
    has, mine = belongings(to, ada, shop), bearer(ada.token)
    assert to.post(
        "/api/users/me/email", headers=mine, json={"email": "ada@shop.example"}
    ).json() == {"email": "ada@shop.example"}
    ((address, letter),) = post
    assert address == "ada@shop.example"
    problem(to.post("/api/users/me/email/code", headers=mine, json={"code": "NOTRIGHT"}), 409)
    named = to.post("/api/users/me/email/code", headers=mine, json={"code": code_in(letter)})
    assert named.json()["id"] == str(ada.user)
    assert named.json()["email"] == "ada@shop.example"
    assert named.json()["creditsBalance"] == 23
    assert to.get(f"/api/wardrobe/{has.item}", headers=mine).status_code == 200
    # A code is used once.
    problem(to.post("/api/users/me/email/code", headers=mine, json={"code": code_in(letter)}), 409)


def test_a_code_is_the_guests_own_and_grows_old(
    to: TestClient, shop: Shop, ada: Guest, post: list[tuple[str, str]]
) -> None:
    mine = bearer(ada.token)
    to.post("/api/users/me/email", headers=mine, json={"email": "ada@shop.example"})
    bob = guest(to, shop)
    said = {"code": code_in(post[0][1])}
    problem(to.post("/api/users/me/email/code", headers=bearer(bob.token), json=said), 409)
    with connections.owner() as connection:
        connection.execute(text("update verification_tokens set expires_at = now()"))
    problem(to.post("/api/users/me/email/code", headers=mine, json=said), 409)


def test_two_guests_become_one(
    to: TestClient, shop: Shop, ada: Guest, post: list[tuple[str, str]]
) -> None:
    """The same person on two devices."""
    phone = guest(to, shop)
    first, second = belongings(to, ada, shop), belongings(to, phone, shop)
    with connections.owner() as connection:
        payment = insert(
            connection, "payments", user_id=phone.user, provider="stripe", amount=5,
            currency="USD", status="succeeded", purpose="credits",
        )  # fmt: skip
        connection.execute(
            text("select purchase_credits(:user, null, :payment, 40)"),
            {"user": phone.user, "payment": payment},
        )
        insert(connection, "touches", brand_id=shop.brand, user_id=phone.user, source="share")
    for who in (ada, phone):
        to.post(
            "/api/users/me/email", headers=bearer(who.token), json={"email": "ada@shop.example"}
        )
        named = to.post(
            "/api/users/me/email/code",
            headers=bearer(who.token),
            json={"code": code_in(post[-1][1])},
        )
        assert named.json()["id"] == str(ada.user)
    # 23 free ones of one month, and those that were bought; not 46.
    assert named.json()["creditsBalance"] == 23 + 40
    for token in (ada.token, phone.token):
        assert to.get("/api/users/me", headers=bearer(token)).json()["id"] == str(ada.user)
    jobs_of_both = to.get("/api/tryon", headers=bearer(phone.token)).json()["items"]
    assert {one["id"] for one in jobs_of_both} == {
        str(one) for has in (first, second) for one in (has.queued, has.completed)
    }
    items = to.get("/api/wardrobe", headers=bearer(ada.token)).json()["items"]
    assert {one["id"] for one in items} == {str(first.item), str(second.item)}
    assert to.get(items[0]["imageUrl"]).status_code == 200
    # An open job of the one that is gone ends as any other, and its credit does not come back to a
    # month that is over.
    to.post(f"/api/tryon/{second.queued}/cancel", headers=bearer(ada.token))
    with connections.owner() as connection:
        left = connection.execute(
            text(
                """
                select a.balance, sum(l.amount) as booked, (
                  select sum(remaining) from credit_lots c where c.account_id = a.id
                ) as in_lots
                from credit_accounts a inner join credit_ledger l on l.account_id = a.id
                where a.user_id = :user
                group by a.id
                """
            ),
            {"user": ada.user},
        ).one()
        gone = connection.scalar(
            text("select count(*) from users where id = :user"), {"user": phone.user}
        )
    assert left.balance == left.booked == left.in_lots == 63
    assert gone == 0
    rollups.fold_all()
    assert rollups.check() == []


def test_no_shop_sees_through_a_shopper_what_they_have_at_another(
    to: TestClient, shop: Shop, ada: Guest, post: list[tuple[str, str]]
) -> None:
    other = open_shop("Birch")
    phone = guest(to, other)
    for who in (ada, phone):
        to.post(
            "/api/users/me/email", headers=bearer(who.token), json={"email": "ada@shop.example"}
        )
    said = [{"code": code_in(letter)} for _, letter in post]
    path = "/api/users/me/email/code"
    assert to.post(path, headers=bearer(ada.token), json=said[0]).status_code == 200
    apart = problem(to.post(path, headers=bearer(phone.token), json=said[1]), 409)
    assert "another shop" in apart["detail"]
    # Whoever has tried something on elsewhere is no shop's to act for.
    acting = {"headers": bearer(shop.secret), "params": {"userId": str(ada.user)}}
    assert to.get("/api/tryon", **acting).status_code == 200  # type: ignore[arg-type]
    with connections.owner() as connection:
        job(connection, user_id=ada.user, brand_id=other.brand, credits=0)
    problem(to.get("/api/tryon", **acting), 404)  # type: ignore[arg-type]
    named = {"headers": bearer(shop.secret), "json": {"email": "other@shop.example"}}
    problem(to.post(f"/api/users/{ada.user}/email", **named), 404)  # type: ignore[arg-type]


def test_a_shop_does_not_change_an_address_that_is_there(
    to: TestClient, shop: Shop, ada: Guest
) -> None:
    path, mine = f"/api/users/{ada.user}/email", bearer(shop.secret)
    assert to.post(path, headers=mine, json={"email": "a@shop.example"}).status_code == 200
    assert to.post(path, headers=mine, json={"email": "a@shop.example"}).status_code == 200
    problem(to.post(path, headers=mine, json={"email": "b@shop.example"}), 409)


def test_only_the_system_makes_two_accounts_one(to: TestClient, shop: Shop, ada: Guest) -> None:
    bob = guest(to, shop)
    merge = text("select merge_users(:gone, :kept)")
    for scope in (Scope(user=str(ada.user)), Scope.of_brands([shop.brand], ada.user)):
        with (
            pytest.raises(Exception, match="Only the system"),
            connections.writer(scope) as connection,
        ):
            connection.execute(merge, {"gone": bob.user, "kept": ada.user})
    with connections.owner() as connection:
        team = insert(connection, "users", role="admin", email="team@closetai.example")
    with (
        pytest.raises(Exception, match="Only two shoppers"),
        connections.writer(Scope.system()) as connection,
    ):
        connection.execute(merge, {"gone": bob.user, "kept": team})


def test_an_account_of_the_team_is_nobodys_to_take(
    to: TestClient, ada: Guest, post: list[tuple[str, str]]
) -> None:
    with connections.owner() as connection:
        insert(connection, "users", role="admin", email="team@closetai.example")
    mine = bearer(ada.token)
    to.post("/api/users/me/email", headers=mine, json={"email": "team@closetai.example"})
    said = {"code": code_in(post[0][1])}
    problem(to.post("/api/users/me/email/code", headers=mine, json=said), 409)


def test_a_brands_server_vouches_for_its_own_shoppers(
    to: TestClient, shop: Shop, ada: Guest
) -> None:
    path = f"/api/users/{ada.user}/email"
    named = to.post(path, headers=bearer(shop.secret), json={"email": "Ada@Shop.example"})
    assert named.json()["email"] == "Ada@Shop.example"
    bob = guest(to, shop)
    taken = to.post(
        f"/api/users/{bob.user}/email",
        headers=bearer(shop.secret),
        json={"email": "ada@shop.example"},
    )
    assert "its owner confirms" in problem(taken, 409)["detail"]
    problem(
        to.post(path, headers=bearer(open_shop("Birch").secret), json={"email": "b@b.example"}), 404
    )


def test_a_device_comes_back_to_its_guest(to: TestClient, shop: Shop) -> None:
    path, secret = "/api/users/guest", bearer(shop.secret)
    first = to.post(path, headers=secret, json={"deviceId": "phone"}).json()
    again = to.post(path, headers=secret, json={"deviceId": "phone"}).json()
    assert first["user"]["id"] == again["user"]["id"]
    assert first["token"] != again["token"]
    telegram = to.post(path, headers=secret, json={"telegramUserId": 7}).json()
    assert telegram["user"]["id"] != first["user"]["id"]
    problem(to.post(path, headers=bearer(shop.publishable), json={"deviceId": "phone"}), 403)
    other = bearer(open_shop("Birch").secret)
    problem(to.post(path, headers=other, json={"deviceId": "phone"}), 409)


def test_no_letter_without_a_server(to: TestClient, ada: Guest) -> None:
    sent = to.post(
        "/api/users/me/email", headers=bearer(ada.token), json={"email": "ada@shop.example"}
    )
    assert "CLOSETAI_SMTP" in problem(sent, 503)["detail"]


def test_somebody_is_forgotten(to: TestClient, shop: Shop, ada: Guest) -> None:
    has = belongings(to, ada, shop)
    assert to.delete("/api/users/me", headers=bearer(ada.token)).status_code == 204
    problem(to.get("/api/users/me", headers=bearer(ada.token)), 401)
    problem(to.get(has.result_url), 404)
    # The brand's counts stay.
    assert (
        to.get("/api/tryon", headers=bearer(shop.secret)).json()["items"][0]["status"]
        == "completed"
    )


# --- Keys, products, reviews, the service --------------------------------------------------------


def test_a_key_does_what_it_is_allowed_and_is_revoked_at_once(shop: Shop) -> None:
    now = datetime.now(UTC)
    brand = Scope.of_brands([shop.brand])
    made, token = tokens.make_key(brand, shop.brand, "secret", "Till", now, scopes=["reviews"])
    found = tokens.find(token, now)
    assert found is not None
    assert found.scopes == {"reviews"}
    other = open_shop("Birch")
    assert not tokens.revoke(Scope.of_brands([other.brand]), made, now)
    assert tokens.revoke(brand, made, now)
    assert tokens.find(token, now) is None
    assert not tokens.revoke(brand, made, now)
    with pytest.raises(tokens.TokenError, match="cannot make keys"):
        tokens.make_key(brand, other.brand, "secret", "Till", now, scopes=["reviews"])
    for kind, options, sentence in (
        ("secret", {"scopes": []}, "at least one"),
        ("secret", {"scopes": ["everything"]}, "at least one"),
        ("publishable", {"origins": []}, "origins"),
        ("publishable", {"origins": ["http://shop.example"]}, "no origin"),
        ("publishable", {"origins": ["https://shop.example/path"]}, "no origin"),
    ):
        with pytest.raises(tokens.TokenError, match=sentence):
            tokens.make_key(brand, shop.brand, kind, "Key", now, **options)  # type: ignore[arg-type]
    with connections.owner() as connection:
        assert (
            connection.scalar(
                text("select count(*) from audit_log where object_id = :id"), {"id": str(made)}
            )
            == 2
        )
        assert token not in str(connection.execute(text("select * from api_tokens")).all())


def test_products_are_changed_by_what_is_named(to: TestClient, shop: Shop, ada: Guest) -> None:
    mine = bearer(shop.secret)
    sent = {"name": "Coat", "sku": "C-1", "customFields": {"size": [1, 2]}, "tags": ["wool"]}
    made = to.post("/api/products", headers=mine, json=sent).json()
    changed = to.patch(f"/api/products/{made['id']}", headers=mine, json={"sku": None}).json()
    assert (changed["sku"], changed["customFields"], changed["tags"]) == (
        None, {"size": [1, 2]}, ["wool"],
    )  # fmt: skip
    to.post("/api/products", headers=mine, json={"name": "Cape", "sku": "C-2"})
    taken = to.post("/api/products", headers=mine, json={"name": "Cap", "sku": "C-2"})
    assert "SKU C-2" in problem(taken, 409)["detail"]
    to.patch(f"/api/products/{made['id']}", headers=mine, json={"isActive": False})
    names = [one["name"] for one in to.get("/api/products", headers=mine).json()["items"]]
    assert names == ["Cape", "Coat"]
    offered = to.get("/api/products", headers=bearer(ada.token)).json()["items"]
    assert [one["name"] for one in offered] == ["Cape"]
    problem(to.get(f"/api/products/{made['id']}", headers=bearer(ada.token)), 404)
    found = to.get("/api/products", headers=mine, params={"q": "c-2"}).json()["items"]
    assert [one["name"] for one in found] == ["Cape"]


def test_a_verdict_by_the_api_is_no_random_draw(to: TestClient, shop: Shop, ada: Guest) -> None:
    has = belongings(to, ada, shop)
    sent = {"jobId": str(has.completed), "approved": False, "reasons": ["hands"], "rating": 2}
    assert to.post("/api/reviews", headers=bearer(ada.token), json=sent).status_code == 201
    assert to.post("/api/reviews", headers=bearer(shop.secret), json=sent).status_code == 201
    problem(
        to.post(
            "/api/reviews",
            headers=bearer(ada.token),
            json={"jobId": str(has.queued), "approved": True},
        ),
        409,
    )
    problem(
        to.post("/api/reviews", headers=bearer(ada.token), json={**sent, "approved": True}), 409
    )
    with connections.owner() as connection:
        rows = connection.execute(text("select reviewer_id, drawn, approved from reviews")).all()
    assert {tuple(row) for row in rows} == {(ada.user, "newest", False), (None, "newest", False)}


def test_health_is_detailed_for_who_has_the_token(
    to: TestClient, ada: Guest, monkeypatch: pytest.MonkeyPatch
) -> None:
    sick = to.get("/api/health")
    assert (sick.status_code, sick.json()) == (503, {"status": "not ok"})
    problem(to.get("/api/metrics"), 401)
    monkeypatch.setenv("CLOSETAI_METRICS_TOKEN", "metrics-token")
    settings.cache_clear()
    mine = bearer("metrics-token")
    with connections.owner() as connection:
        beat(connection)
    well = to.get("/api/health", headers=mine)
    assert well.json() == {
        "status": "ok",
        "checks": {"database": True, "migrations": True, "worker": True, "queue": True},
    }
    with connections.owner() as connection:
        hour_ago = datetime.now(UTC) - timedelta(hours=1)
        job(connection, user_id=ada.user, priority=10, created_at=hour_ago)
        finish(connection, job(connection, user_id=ada.user), "completed")
    stuck = to.get("/api/health", headers=mine)
    assert (stuck.status_code, stuck.json()["checks"]["queue"]) == (503, False)
    told = to.get("/api/metrics", headers=mine)
    assert told.headers["content-type"].startswith("text/plain")
    figures = dict(line.rsplit(" ", 1) for line in told.text.splitlines() if line[0] != "#")
    assert float(figures['closetai_jobs{status="queued"}']) == 1
    assert float(figures['closetai_jobs{status="completed"}']) == 1
    assert float(figures["closetai_queue_age_seconds"]) > 3500
    assert float(figures["closetai_heartbeat_age_seconds"]) < 60
    assert to.get("/api/metrics", headers=bearer("another")).status_code == 401


def test_the_reference_tells_every_route_and_loads_nothing(to: TestClient) -> None:
    page = to.get("/api/docs")
    assert page.status_code == 200
    document = to.get("/api/openapi.json").json()
    assert all(f"/api{path}" in page.text for path in document["paths"])
    assert "<script" not in page.text
    assert "src=" not in page.text
    assert page.headers["Content-Security-Policy"].startswith("default-src 'none'")


def test_a_letter_goes_through_the_server_of_the_setting(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CLOSETAI_SMTP", "smtp://user:secret@127.0.0.1:1")
    settings.cache_clear()
    with pytest.raises(letters.LetterError) as failed:
        letters.send("ada@shop.example", "Code", "Your code")
    assert "secret" not in str(failed.value)
    assert settings().smtp == SecretStr("smtp://user:secret@127.0.0.1:1")


def test_an_unknown_id_is_not_there(to: TestClient, ada: Guest) -> None:
    problem(to.get(f"/api/tryon/{uuid4()}", headers=bearer(ada.token)), 404)


def test_a_guests_key_is_no_brands(to: TestClient, shop: Shop) -> None:
    only_jobs = key(shop.brand, "jobs")
    problem(to.get("/api/users/me", headers=bearer(only_jobs)), 403)
    assert to.get("/api/tryon", headers=bearer(only_jobs)).status_code == 200


def test_an_address_with_a_line_break_is_answered_as_any_other(to: TestClient, shop: Shop) -> None:
    ours = bearer(shop.secret)
    problem(to.post("/api/users/a%0Ab/email", headers=ours, json={"email": "a@b.example"}), 422)
    problem(to.get("/api/no%0Asuch", headers=ours), 404)
