"""Every route, with every kind of token, on what is one's own and what is somebody else's.

`ROUTES` has an entry for each route of the application: a new one without an entry fails here.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Any, Literal
from uuid import UUID

import pytest
from fastapi.routing import APIRoute
from sqlalchemy import text
from starlette.routing import Route
from starlette.testclient import TestClient

import api
from accounts import tokens
from api import pace
from database import connections
from database.tenancy import Scope
from tests.rows import insert
from tests.shop import (
    PICTURE,
    Belongings,
    Guest,
    Shop,
    bearer,
    belongings,
    client,
    guest,
    key,
    open_shop,
)

# Who may: a shopper (or a key that acts for them), a brand's key with this scope, any token of the
# brand, or anybody.
Who = Literal["shopper", "brand", "member", "anybody"]


@dataclass(frozen=True)
class Rule:
    """A route: who may, with which scope of a key, and what is sent to it.

    `path` are the names of the belongings in its address; `send` makes the body, in
    which `sends_hers` are ids of them.
    """

    who: Who
    scope: str = "shoppers"
    path: tuple[str, ...] = ()
    send: Callable[[Belongings, UUID], dict[str, Any]] = lambda _b, _p: {}
    names_user: bool = True
    done: int = 200
    sends_hers: bool = False


def _json(**body: object) -> dict[str, Any]:
    return {"json": {name: str(v) if isinstance(v, UUID) else v for name, v in body.items()}}


FILE = {"file": ("picture.jpg", PICTURE)}


def _order(has: Belongings, _product: UUID) -> dict[str, Any]:
    return _json(orderId="A", userId=has.user, amount="1", purchasedAt="2026-11-01T00:00:00Z")


def _return(_has: Belongings, _product: UUID) -> dict[str, Any]:
    return _json(returnId="R", orderId="none", amount="1", returnedAt="2026-11-01T00:00:00Z")


def _spend(_has: Belongings, _product: UUID) -> dict[str, Any]:
    return _json(items=[{"day": "2026-11-01", "channel": "search", "amount": "1"}])


def _webhook(_has: Belongings, _product: UUID) -> dict[str, Any]:
    return _json(url="https://shop.example/", events=["tryon.failed"])


ROUTES: dict[tuple[str, str], Rule] = {
    ("GET", "/users/me"): Rule("shopper"),
    ("DELETE", "/users/me"): Rule("shopper", done=204),
    ("POST", "/users/me/email"): Rule(
        "shopper", send=lambda _b, _p: _json(email="no address"), done=409
    ),
    ("POST", "/users/me/email/code"): Rule(
        "shopper", send=lambda _b, _p: _json(code="WRONGCODE"), done=409
    ),
    ("POST", "/users/{user_id}/email"): Rule(
        "brand",
        path=("user",),
        send=lambda b, _p: _json(email=f"{b.item.hex}@shop.example"),
        names_user=False,
    ),
    ("GET", "/wardrobe"): Rule("shopper"),
    ("POST", "/wardrobe"): Rule(
        "shopper",
        send=lambda b, _p: _json(category="tops", name="Tee", imageKey=b.garment),
        done=201,
        sends_hers=True,
    ),
    ("GET", "/wardrobe/{item_id}"): Rule("shopper", path=("item",)),
    ("PATCH", "/wardrobe/{item_id}"): Rule(
        "shopper", path=("item",), send=lambda _b, _p: _json(name="Shirt")
    ),
    ("GET", "/wardrobe/{item_id}/similar"): Rule("shopper", path=("item",)),
    ("DELETE", "/wardrobe/{item_id}"): Rule("shopper", path=("item",), done=204),
    ("GET", "/collections"): Rule("shopper"),
    ("POST", "/collections"): Rule("shopper", send=lambda _b, _p: _json(name="Mine"), done=201),
    ("DELETE", "/collections/{collection_id}"): Rule("shopper", path=("collection",), done=204),
    ("POST", "/collections/{collection_id}/items/{item_id}"): Rule(
        "shopper", path=("collection", "item"), done=204
    ),
    ("DELETE", "/collections/{collection_id}/items/{item_id}"): Rule(
        "shopper", path=("collection", "item"), done=404
    ),
    ("POST", "/uploads"): Rule(
        "shopper", send=lambda _b, _p: {"data": {"kind": "garment"}, "files": FILE}, done=201
    ),
    ("DELETE", "/uploads/{key}"): Rule("shopper", path=("selfie",), done=204),
    ("POST", "/tryon"): Rule(
        "shopper",
        send=lambda b, _p: _json(selfieKey=b.selfie, wardrobeItemIds=[str(b.item)]),
        done=201,
        sends_hers=True,
    ),
    ("POST", "/generations"): Rule(
        "shopper", send=lambda _b, _p: _json(prompt="a red coat", engine="preview"), done=422
    ),
    ("GET", "/tryon"): Rule("shopper", "jobs"),
    ("GET", "/tryon/{job_id}"): Rule("shopper", "jobs", path=("completed",)),
    ("POST", "/tryon/{job_id}/cancel"): Rule("shopper", "jobs", path=("queued",)),
    ("GET", "/engines"): Rule("member", names_user=False),
    ("GET", "/products"): Rule("member", names_user=False),
    ("GET", "/products/{product_id}"): Rule("member", path=("product",), names_user=False),
    ("POST", "/products"): Rule(
        "brand", "catalog", send=lambda _b, _p: _json(name="Coat"), names_user=False, done=201
    ),
    ("PATCH", "/products/{product_id}"): Rule(
        "brand",
        "catalog",
        path=("product",),
        send=lambda _b, _p: _json(name="Cape"),
        names_user=False,
    ),
    ("POST", "/products/{product_id}/images"): Rule(
        "brand",
        "catalog",
        path=("product",),
        send=lambda _b, _p: {"files": FILE},
        names_user=False,
        done=201,
    ),
    ("POST", "/reviews"): Rule(
        "shopper",
        "reviews",
        send=lambda b, _p: _json(jobId=b.completed, approved=True),
        names_user=False,
        done=201,
        sends_hers=True,
    ),
    ("POST", "/events"): Rule(
        "shopper",
        "events",
        send=lambda b, _p: _json(events=[{"source": "tryon", "jobId": str(b.completed)}]),
        done=201,
        sends_hers=True,
    ),
    ("POST", "/answers"): Rule("shopper", "answers", send=lambda _b, _p: _json(score=9), done=201),
    ("POST", "/orders"): Rule("brand", "orders", send=_order, names_user=False, done=201),
    ("GET", "/orders"): Rule("brand", "orders", names_user=False),
    ("POST", "/returns"): Rule("brand", "orders", send=_return, names_user=False, done=404),
    ("POST", "/spend"): Rule("brand", "spend", send=_spend, names_user=False, done=204),
    ("GET", "/spend"): Rule(
        "brand",
        "spend",
        send=lambda _b, _p: {"params": {"since": "2026-11-01", "until": "2026-11-02"}},
        names_user=False,
    ),
    ("GET", "/webhooks"): Rule("brand", "webhooks", names_user=False),
    ("POST", "/webhooks"): Rule("brand", "webhooks", send=_webhook, names_user=False, done=201),
    ("DELETE", "/webhooks/{webhook_id}"): Rule(
        "brand", "webhooks", path=("webhook",), names_user=False, done=204
    ),
    ("POST", "/webhooks/{webhook_id}/ping"): Rule(
        "brand", "webhooks", path=("webhook",), names_user=False, done=202
    ),
    ("GET", "/webhooks/deliveries"): Rule("brand", "webhooks", names_user=False),
    ("POST", "/webhooks/deliveries/{delivery_id}/again"): Rule(
        "brand", "webhooks", path=("delivery",), names_user=False, done=202
    ),
    ("GET", "/credits"): Rule("shopper", "credits"),
    ("GET", "/credits/ledger"): Rule("shopper", "credits"),
}
# Each with a test of its own, in tests/test_api.py.
PUBLIC = {
    ("POST", "/users/guest"),
    ("GET", "/pictures/{picture_id}"),
    ("GET", "/health"),
    ("GET", "/metrics"),
    ("POST", "/billing/stripe"),  # in tests/test_stripe.py
    ("POST", "/billing/tbank"),  # in tests/test_tbank.py
    ("GET", "/docs"),
    ("GET", "/openapi.json"),
}


def routes() -> set[tuple[str, str]]:
    """Every route of the application, documented or not."""
    own = [route for route in api.build().routes if isinstance(route, Route)]
    for router in api.ROUTERS:
        own += [route for route in router.routes if isinstance(route, Route | APIRoute)]
    return {
        (method, route.path) for route in own for method in route.methods or () if method != "HEAD"
    }


def test_every_route_is_in_the_matrix() -> None:
    assert routes() == ROUTES.keys() | PUBLIC


@dataclass(frozen=True)
class World:
    """Two shops, two guests of the one and one of the other, and what they have."""

    to: TestClient
    shop: Shop
    other_shop: Shop
    ada: Guest
    bob: Guest
    eve: Guest
    product: UUID
    webhook: UUID
    delivery: UUID


@pytest.fixture
def world(database: object, monkeypatch: pytest.MonkeyPatch) -> World:  # noqa: ARG001
    monkeypatch.setenv("CLOSETAI_API_RATE", "100000")
    pace.forget()
    to = client()
    shop, other = open_shop("Alder"), open_shop("Birch")
    with connections.owner() as connection:
        product = insert(connection, "products", brand_id=shop.brand, name="Coat")
        webhook = insert(
            connection, "webhooks", brand_id=shop.brand, url="https://shop.example/a",
            events=["tryon.failed"],
        )  # fmt: skip
        delivery = insert(
            connection, "webhook_deliveries", brand_id=shop.brand, webhook_id=webhook, event="ping",
            body="{}",
        )  # fmt: skip
    return World(
        to,
        shop,
        other,
        guest(to, shop),
        guest(to, shop),
        guest(to, other),
        product,
        webhook,
        delivery,
    )


def ask(
    world: World, route: tuple[str, str], token: str | None, has: Belongings, user: UUID | None
) -> tuple[int, str]:
    """Send a request on Ada's belongings, for her where a user is named."""
    rule = ROUTES[route]
    named = {
        "user": world.ada.user,
        "product": world.product,
        "webhook": world.webhook,
        "delivery": world.delivery,
        **vars(has),
    }
    path = route[1]
    for name in rule.path:
        start, end = path.index("{"), path.index("}") + 1
        path = f"{path[:start]}{named[name]}{path[end:]}"
    sent = rule.send(has, world.product)
    parameters: dict[str, str] = {}
    if user is not None and rule.names_user:
        if "userId" in BODY_NAMES_USER.get(route, ()):
            part = "json" if "json" in sent else "data"
            sent = {**sent, part: {**sent[part], "userId": str(user)}}
        else:
            parameters = {"userId": str(user)}
    answer = world.to.request(
        route[0],
        f"/api{path}",
        headers={} if token is None else bearer(token),
        **{"params": parameters, **sent},
    )
    return answer.status_code, answer.text


# Where the body says for whom it is.
BODY_NAMES_USER = {
    ("POST", "/wardrobe"): ("userId",),
    ("POST", "/tryon"): ("userId",),
    ("POST", "/generations"): ("userId",),
    ("POST", "/uploads"): ("userId",),
    ("POST", "/events"): ("userId",),
    ("POST", "/answers"): ("userId",),
}


def spent(world: World) -> dict[str, str]:
    """Tokens that are no good: made up, expired, revoked, of somebody who is disabled."""
    now = datetime.now(UTC)
    revoked_id, revoked = tokens.make_key(
        Scope.system(), world.shop.brand, "secret", "Old", now, scopes=list(tokens.SCOPES)
    )
    tokens.revoke(Scope.system(), revoked_id, now)
    expired, disabled = guest(world.to, world.shop), guest(world.to, world.shop)
    with connections.owner() as connection:
        connection.execute(
            text("update api_tokens set expires_at = :then where user_id = :user"),
            {"then": now - timedelta(seconds=1), "user": expired.user},
        )
        connection.execute(
            text("update users set disabled_at = now() where id = :user"), {"user": disabled.user}
        )
    return {
        "made up": "cai_secret_" + "x" * 43,
        "nonsense": "a b",
        "expired": expired.token,
        "revoked": revoked,
        "disabled": disabled.token,
    }


def test_nobody_reaches_what_is_not_theirs(world: World, subtests: pytest.Subtests) -> None:
    has = belongings(world.to, world.ada, world.shop)
    no_scope = key(world.shop.brand, "jobs")
    user = world.ada.user
    bad = spent(world)
    for route, rule in ROUTES.items():
        refused: dict[str, tuple[str | None, UUID | None, int]] = {
            name: (token, None, 401) for name, token in bad.items()
        }
        refused["none"] = (None, None, 401)
        own = bool(rule.path) or rule.sends_hers
        if rule.who == "shopper":
            # Of somebody else's nothing is there; without naming it, one sees one's own.
            if own:
                refused["another guest"] = (world.bob.token, None, 404)
                refused["another shop's guest"] = (world.eve.token, None, 404)
            if rule.names_user:
                refused["another guest, for her"] = (world.bob.token, user, 404)
                refused["another shop, for her"] = (world.other_shop.secret, user, 404)
            elif own:
                refused["another shop"] = (world.other_shop.secret, None, 404)
            refused["publishable"] = (world.shop.publishable, user, 403)
            refused["no scope"] = (no_scope, user, 403)
        elif rule.who == "brand":
            refused["guest"] = (world.ada.token, None, 403)
            refused["publishable"] = (world.shop.publishable, None, 403)
            refused["no scope"] = (no_scope, None, 403)
            if rule.path:
                refused["another shop"] = (world.other_shop.secret, None, 404)
        elif rule.path:
            refused["another shop"] = (world.other_shop.secret, None, 404)
            refused["another shop's guest"] = (world.eve.token, None, 404)
        for name, (token, named, expected) in refused.items():
            with subtests.test(f"{route[0]} {route[1]}", caller=name):
                status, said = ask(world, route, token, has, named)
                assert status == expected, said
                assert str(has.completed) not in said
                assert "Coat" not in said


def test_everybody_reaches_what_is_theirs(world: World, subtests: pytest.Subtests) -> None:
    # What deletes comes last, and each caller has belongings of their own.
    order = sorted(
        ROUTES, key=lambda route: (route[0] == "DELETE", route == ("DELETE", "/users/me"))
    )
    for caller in ("guest", "key"):
        ada = guest(world.to, world.shop)
        mine = replace(world, ada=ada)
        has = belongings(world.to, ada, world.shop)
        for route in order:
            rule = ROUTES[route]
            if rule.who == "brand" and caller == "guest":
                continue
            scopes = {rule.scope, "shoppers"} if rule.who == "shopper" else {rule.scope}
            token = ada.token if caller == "guest" else key(world.shop.brand, *sorted(scopes))
            with subtests.test(f"{route[0]} {route[1]}", caller=caller):
                named = ada.user if caller == "key" else None
                status, said = ask(mine, route, token, has, named)
                assert status == rule.done, said
