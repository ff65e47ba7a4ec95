"""Stripe's events in the shapes that its API documents: twice, in any order, by a backfill."""

import json
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlsplit
from uuid import UUID

import pytest
import stripe
from hypothesis import given, strategies
from hypothesis import settings as examples
from sqlalchemy import text
from starlette.testclient import TestClient
from typer.testing import CliRunner

from accounts import users
from accounts.users import UserError
from api import pace
from billing import BillingError, stripe_events
from cli import app
from database import connections
from settings import WrongSettingError, settings
from tests.conftest import EXAMPLES
from tests.rows import insert
from tests.shop import client
from tests.test_api import problem

pytestmark = pytest.mark.usefixtures("database")

SECRET = "whsec_of_the_tests"
RATES = {"EUR": Decimal("1.08")}
BEGAN = datetime(2026, 3, 1, 12, tzinfo=UTC)


@pytest.fixture
def brand() -> UUID:
    """A brand that is a customer of Stripe's, and one beside it."""
    with connections.owner() as connection:
        insert(connection, "brands", name="Birch", slug="birch", stripe_customer_id="cus_birch")
        found = insert(
            connection, "brands", name="Alder", slug="alder", stripe_customer_id="cus_alder"
        )
    assert isinstance(found, UUID)
    return found


# Shapes, as https://docs.stripe.com/api has them


def seconds(at: datetime) -> int:
    return int(at.timestamp())


def subscription(**changes: Any) -> dict[str, Any]:
    """A subscription as it is since 2025-03-31: its period stands in its items."""
    price = {
        "id": "price_growth",
        "object": "price",
        "currency": "usd",
        "unit_amount": 10_000,
        "unit_amount_decimal": "10000",
        "recurring": {"interval": "month", "interval_count": 1, "usage_type": "licensed"},
    }
    said = {
        "id": "sub_1",
        "object": "subscription",
        "customer": "cus_alder",
        "created": seconds(BEGAN),
        "start_date": seconds(BEGAN),
        "currency": "usd",
        "status": "active",
        "cancel_at": None,
        "cancel_at_period_end": False,
        "canceled_at": None,
        "ended_at": None,
        "cancellation_details": {"reason": None},
        "discounts": [],
        "items": {
            "object": "list",
            "data": [
                {
                    "id": "si_1",
                    "object": "subscription_item",
                    "quantity": 2,
                    "price": price,
                    "current_period_start": seconds(BEGAN),
                    "current_period_end": seconds(BEGAN + timedelta(days=31)),
                }
            ],
        },
    }
    quantity = changes.pop("quantity", None)
    if quantity is not None:
        said["items"]["data"][0]["quantity"] = quantity  # type: ignore[index]
    return {**said, **changes}


def event(kind: str, number: int, at: datetime, said: dict[str, Any]) -> dict[str, Any]:
    return {
        "id": f"evt_{number}",
        "object": "event",
        "type": kind,
        "created": seconds(at),
        "data": {"object": said},
    }


def invoice(**changes: Any) -> dict[str, Any]:
    return {
        "id": "in_1",
        "object": "invoice",
        "customer": "cus_alder",
        "currency": "usd",
        "created": seconds(BEGAN),
        "amount_due": 20_000,
        "amount_paid": 0,
        "parent": {"subscription_details": {"subscription": "sub_1"}},
        **changes,
    }


def take(*events: dict[str, Any]) -> list[str]:
    return [stripe_events.take(one, RATES) for one in events]


def ask(question: str, **values: Any) -> list[Any]:
    with connections.owner() as connection:
        return [tuple(row) for row in connection.execute(text(question), values)]


def books() -> dict[str, Any]:
    """What the books say, without what depends on when somebody heard of it."""
    return {
        "subscriptions": ask(
            "select provider_subscription_id, status, unit_amount, quantity, currency, usd_rate,"
            " period, mrr, cancel_at_period_end, canceled_at, cancel_reason, changed_at,"
            " current_period_end, forever_percent_off, created_at from subscriptions order by 1"
        ),
        "history": ask(
            "select effective_at, status, mrr, quantity, cancel_at_period_end, reason"
            " from subscription_history order by 1"
        ),
        "movements": ask(
            "select policy, day, kind, amount, mrr_before, mrr_after, reason from mrr_movements"
            " order by 1, 2"
        ),
        "brands": ask("select slug, mrr from brands order by 1"),
        "payments": ask(
            "select provider_payment_id, purpose, amount, currency, status from payments order by 1"
        ),
        "balance": ask("select balance from credit_accounts where brand_id is not null"),
    }


# --- Subscriptions -------------------------------------------------------------------------------


def day(number: float) -> datetime:
    return BEGAN + timedelta(days=number)


def life() -> list[dict[str, Any]]:
    """A subscription from its first second, with two events, to its end, and its invoices."""
    ended = {"status": "canceled", "ended_at": seconds(day(60)), "canceled_at": seconds(day(60))}
    unpaid = {"cancellation_details": {"reason": "payment_failed"}}
    changes: list[tuple[str, float, dict[str, Any]]] = [
        ("created", 0, {"status": "incomplete"}),
        ("updated", 0, {"status": "trialing"}),
        ("updated", 14, {}),
        ("updated", 20, {"quantity": 3}),
        ("updated", 20.1, {"quantity": 5}),
        ("updated", 40, {"quantity": 5, "status": "past_due"}),
        ("updated", 45, {"quantity": 5, "cancel_at_period_end": True}),
        ("deleted", 60, {"quantity": 5, **ended, **unpaid}),
    ]
    events = [
        event(f"customer.subscription.{kind}", number, day(at), subscription(**changed))
        for number, (kind, at, changed) in enumerate(changes)
    ]
    events += [
        event("invoice.finalized", 20, day(14), invoice()),
        event("invoice.payment_failed", 21, day(14), invoice()),
        event("invoice.paid", 22, day(15), invoice(amount_paid=20_000)),
        event("invoice.finalized", 23, day(40), invoice(id="in_2")),
        event("invoice.marked_uncollectible", 24, day(60), invoice(id="in_2")),
    ]
    bought = {
        "id": "cs_1",
        "object": "checkout.session",
        "customer": "cus_alder",
        "payment_intent": "pi_1",
        "payment_status": "paid",
        "currency": "usd",
        "amount_total": 2_500,
        "metadata": {"closetai_credits": "500"},
    }
    back = {**bought, "id": "ch_1", "object": "charge", "amount": 2_500, "refunded": True}
    events.append(event("checkout.session.completed", 30, day(16), bought))
    events.append(event("charge.refunded", 31, day(17), back))
    return events


def test_events_become_subscriptions_movements_and_payments(brand: UUID) -> None:
    with connections.owner() as connection:
        insert(connection, "plans", name="Growth", unit_amount=100, stripe_price_id="price_growth")
    take(*life()[:3])
    (row,) = ask(
        "select s.brand_id, p.name, s.status::text, s.mrr, s.current_period_end"
        " from subscriptions s join plans p on p.id = s.plan_id"
    )
    assert row == (brand, "Growth", "active", Decimal(200), day(31))
    take(*life()[3:])
    found = books()
    strict = [(str(kind), amount) for policy, _, kind, amount, *_ in found["movements"]
              if policy == "strict"]  # fmt: skip
    assert strict == [
        ("new", Decimal(200)), ("expansion", Decimal(300)), ("churn", Decimal(500)),
        ("reactivation", Decimal(500)), ("churn", Decimal(500)),
    ]  # fmt: skip
    assert found["movements"][-1][-1] == "delinquent"
    assert found["brands"] == [("alder", Decimal(0)), ("birch", Decimal(0))]
    assert [(number, status) for number, _, _, _, status in found["payments"]] == [
        ("in_1", "succeeded"), ("in_2", "canceled"), ("pi_1", "refunded"),
    ]  # fmt: skip
    assert found["balance"] == [(0,)]


@examples(max_examples=EXAMPLES, deadline=None)
@given(order=strategies.permutations(range(len(life()))), twice=strategies.integers(0, 14))
def test_in_any_order_and_twice_the_books_end_the_same(order: list[int], twice: int) -> None:
    """A property: `make soak` shows it with more orders."""

    def taken(numbers: list[int]) -> dict[str, Any]:
        with connections.owner() as connection:
            connection.execute(
                text(
                    "truncate brands, subscriptions, subscription_history, mrr_movements, payments,"
                    " credit_accounts, credit_lots, credit_ledger, billing_events cascade"
                )
            )
            for name in ("alder", "birch"):
                insert(connection, "brands", name=name, slug=name, stripe_customer_id=f"cus_{name}")
        events = life()
        for number in numbers:
            take(events[number])
        found = books()
        # Without a purchase that is heard of there is no account yet.
        found["balance"] = found["balance"] or [(0,)]
        return found

    straight = taken(list(range(len(life()))))
    assert taken([*order[:twice], *order]) == straight


def test_two_of_one_event_at_once_are_taken_once(brand: UUID) -> None:
    assert brand
    said = life()
    with ThreadPoolExecutor(8) as pool:
        outcomes = list(pool.map(lambda number: take(said[number % 3])[0], range(24)))
    assert outcomes.count("known") == 21
    assert len(ask("select 1 from subscription_history")) == 3


def test_prices_of_every_kind(brand: UUID) -> None:
    assert brand

    def mrr(**changes: Any) -> Decimal:
        number = len(ask("select 1 from subscriptions"))
        said = subscription(id=f"sub_{number + 10}", **changes)
        assert take(event("customer.subscription.created", number, BEGAN, said)) == ["applied"]
        ((found,),) = ask(
            "select mrr from subscriptions where provider_subscription_id = :id", id=said["id"]
        )
        return Decimal(found)

    def priced(amount: object, interval: str, count: int = 1, quantity: int = 1) -> dict[str, Any]:
        price = {
            "id": "price_x",
            "unit_amount": None,
            "unit_amount_decimal": amount,
            "recurring": {"interval": interval, "interval_count": count},
        }
        return {"id": "si", "quantity": quantity, "price": price}

    def items(*some: dict[str, Any]) -> dict[str, Any]:
        return {"data": list(some)}

    coupon = {"duration": "forever", "percent_off": 25}
    once = {"duration": "once", "percent_off": 50}
    assert mrr(items=items(priced("120000", "year"))) == 100
    assert mrr(items=items(priced("30000", "month", 3))) == 100
    assert mrr(items=items(priced("1000", "week", quantity=3))) == Decimal("130.00")
    assert mrr(items=items(priced("1000", "month"), priced("500", "month", quantity=2))) == 20
    assert mrr(items=items(priced("1000", "month"), priced("12000", "year"))) == 20
    # Metered: nothing of it recurs for sure.
    assert mrr(items=items(priced(None, "month"))) == 0
    # Coupons that last, in both of their shapes, and one that does not.
    assert mrr(discounts=[{"id": "d", "coupon": coupon}]) == 150
    assert mrr(discounts=[{"id": "d", "source": {"coupon": coupon}}, "di_named_only"]) == 150
    assert mrr(discount={"id": "d", "coupon": once}) == 200
    assert mrr(discounts=[{"id": "d", "coupon": {"duration": "forever", "amount_off": 500}}]) == 195
    # A currency at its rate, and one without cents.
    assert mrr(currency="eur") == 216
    settings_rates = {"JPY": Decimal("0.0065")}
    said = subscription(id="sub_yen", currency="jpy")
    stripe_events.take(event("customer.subscription.created", 999, BEGAN, said), settings_rates)
    ((yen,),) = ask("select mrr from subscriptions where currency = 'JPY'")
    assert yen == 130  # 2 × ¥10,000


def test_a_later_rate_is_no_movement(brand: UUID) -> None:
    assert brand
    euros = subscription(currency="eur")
    take(event("customer.subscription.created", 1, BEGAN, euros))
    later = event("customer.subscription.updated", 2, day(5), euros)
    stripe_events.take(later, {"EUR": Decimal(2)})
    assert ask("select mrr from subscriptions") == [(Decimal("216.00"),)]
    assert len(ask("select 1 from mrr_movements where policy = 'strict'")) == 1


def test_what_cannot_be_placed_is_left_out_and_said(brand: UUID) -> None:
    assert brand
    stranger = subscription(customer="cus_nobody")
    assert take(event("customer.subscription.created", 1, BEGAN, stranger)) == ["no_brand"]
    francs = subscription(id="sub_2", currency="chf")
    assert take(event("customer.subscription.created", 2, BEGAN, francs)) == ["no_rate"]
    assert take(event("product.created", 3, BEGAN, {"id": "prod_1"})) == ["ignored"]
    assert take(event("invoice.paid", 4, BEGAN, invoice(amount_due=0))) == ["ignored"]
    with pytest.raises(BillingError, match="lacks what it has to have"):
        take(event("customer.subscription.created", 5, BEGAN, {"id": "sub_3"}))
    assert ask("select 1 from subscriptions") == []
    assert ask("select outcome from billing_events order by event_id") == [
        ("no_brand",), ("no_rate",), ("ignored",), ("ignored",),
    ]  # fmt: skip


# --- The address ---------------------------------------------------------------------------------


def signed(body: bytes, at: int | None = None, secret: str = SECRET) -> str:
    moment = int(time.time()) if at is None else at
    value = stripe.WebhookSignature._compute_signature(f"{moment}.{body.decode()}", secret)
    return f"t={moment},v1={value}"


@pytest.fixture
def to(monkeypatch: pytest.MonkeyPatch) -> TestClient:
    monkeypatch.setenv("CLOSETAI_STRIPE_WEBHOOK_SECRET", SECRET)
    monkeypatch.setenv("CLOSETAI_USD_RATES", "EUR=1.08, gbp = 1.27")
    settings.cache_clear()
    pace.forget()
    return client()


def test_the_address_takes_what_is_signed(to: TestClient, brand: UUID) -> None:
    assert brand
    assert settings().usd_rates == {"EUR": Decimal("1.08"), "GBP": Decimal("1.27")}
    body = json.dumps(life()[0]).encode()

    def sent(signature: str | None, content: bytes = body) -> Any:
        headers = {} if signature is None else {"Stripe-Signature": signature}
        return to.post("/api/billing/stripe", content=content, headers=headers)

    for wrong in (
        None,
        "",
        "t=1,v1=00",
        signed(body, secret="whsec_another"),
        signed(body, at=int(time.time()) - 301),
        signed(b"{}"),
    ):
        assert "missing, wrong or old" in problem(sent(wrong), 400)["detail"]
    for content in (b"\xff", b"[]", b"{", b'{"id": "evt"}'):
        said = content.decode("latin-1").encode()
        problem(sent(signed(said), said), 400)
    problem(sent("t=1,v1=00", b"\xff\xfe"), 400)
    assert ask("select 1 from billing_events") == []
    assert sent(signed(body)).json() == {"outcome": "applied"}
    assert sent(signed(body)).json() == {"outcome": "known"}


def test_without_a_secret_there_is_nothing(brand: UUID) -> None:
    assert brand
    problem(client().post("/api/billing/stripe", content=b"{}"), 404)


# --- The backfill --------------------------------------------------------------------------------


@contextmanager
def fake(found: list[dict[str, Any]]) -> Iterator[stripe.StripeClient]:
    """A server that lists subscriptions as Stripe does, two a page."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            asked = parse_qs(urlsplit(self.path).query)
            assert asked["status"] == ["all"]
            after = asked.get("starting_after", [""])[0]
            ids = [one["id"] for one in found]
            start = ids.index(after) + 1 if after else 0
            page = {
                "object": "list",
                "url": "/v1/subscriptions",
                "has_more": start + 2 < len(found),
                "data": found[start : start + 2],
            }
            body = json.dumps(page).encode()
            self.send_response(200 if self.headers["authorization"] else 401)
            self.send_header("content-type", "application/json")
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            """Say nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, args=[0.01])
    thread.start()
    address = f"http://127.0.0.1:{server.server_port}"
    try:
        yield stripe.StripeClient(
            "sk_test_1", base_addresses={"api": address}, max_network_retries=0
        )
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


def test_a_backfill_brings_in_what_was_missed_and_changes_nothing_twice(brand: UUID) -> None:
    assert brand
    gone = {"status": "canceled", "ended_at": seconds(day(60)), "canceled_at": seconds(day(60))}
    found = [
        subscription(),
        subscription(id="sub_2", quantity=1, **gone),
        subscription(id="sub_3", customer="cus_nobody"),
        subscription(id="sub_4", customer="cus_birch", currency="eur"),
        subscription(id="sub_5", currency="chf"),
    ]
    with fake(found) as to_stripe:
        done = stripe_events.backfill(to_stripe, RATES, day(90))
        assert (done.read, done.changed, done.left_out) == (5, 3, 2)
        before = books()
        again = stripe_events.backfill(to_stripe, RATES, day(91))
        assert (again.read, again.changed) == (5, 0)
        assert books() == before
    assert before["brands"] == [("alder", Decimal(200)), ("birch", Decimal(216))]
    strict = [(moved, str(kind), amount) for policy, moved, kind, amount, *_ in before["movements"]
              if policy == "strict"]  # fmt: skip
    # It counted from its start until its end, as it would have by its events.
    assert sorted(strict) == [
        (BEGAN.date(), "new", Decimal(216)),
        (BEGAN.date(), "new", Decimal(300)),
        (day(60).date(), "contraction", Decimal(100)),
    ]
    # What has changed since does so now.
    with fake([subscription(quantity=1)]) as to_stripe:
        assert stripe_events.backfill(to_stripe, RATES, day(92)).changed == 1
    assert books()["brands"][0] == ("alder", Decimal(100))


def test_a_backfill_without_stripe_is_one_sentence(brand: UUID) -> None:
    assert brand
    nowhere = stripe.StripeClient(
        "sk_test_secret", base_addresses={"api": "http://127.0.0.1:1"}, max_network_retries=0
    )
    with pytest.raises(BillingError, match="Stripe does not answer") as raised:
        stripe_events.backfill(nowhere, RATES, BEGAN)
    assert "sk_test" not in str(raised.value)
    assert raised.value.__cause__ is None


def test_a_brand_is_told_which_customer_it_is(brand: UUID) -> None:
    assert brand
    users.set_customer("alder", " cus_new ")
    assert ask("select stripe_customer_id from brands where slug = 'alder'") == [("cus_new",)]
    with pytest.raises(UserError, match="is another brand"):
        users.set_customer("alder", "cus_birch")
    with pytest.raises(UserError, match="no brand"):
        users.set_customer("oak", "cus_oak")


def test_the_command_says_what_is_missing() -> None:
    result = CliRunner().invoke(app, ["billing", "backfill"])
    assert isinstance(result.exception, WrongSettingError)
    assert "CLOSETAI_STRIPE_KEY" in str(result.exception)


@pytest.mark.parametrize("said", ["EUR", "EUR=", "EUR=-1", "EURO=1", "EUR=nan"])
def test_rates_that_are_none(said: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CLOSETAI_USD_RATES", said)
    settings.cache_clear()
    with pytest.raises(WrongSettingError, match=r"EUR=1\.08"):
        settings()
