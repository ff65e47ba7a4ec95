"""T-Bank's notifications, in the shape that its documentation has: checked, once, in any order."""

import hashlib
import json
from decimal import Decimal
from itertools import permutations
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import text
from starlette.testclient import TestClient

from api import pace
from billing import BillingError, tbank
from database import connections
from settings import settings
from tests.rows import insert
from tests.shop import client
from tests.test_api import problem

pytestmark = pytest.mark.usefixtures("database")

PASSWORD = "password-of-the-tests"


@pytest.fixture
def brand() -> UUID:
    with connections.owner() as connection:
        found = insert(connection, "brands", name="Alder", slug="alder")
    assert isinstance(found, UUID)
    return found


def notice(order: str, status: str, amount: int = 250_000) -> dict[str, Any]:
    said = {
        "TerminalKey": "1",
        "OrderId": order,
        "Success": status == "CONFIRMED",
        "Status": status,
        "PaymentId": 13660,
        "ErrorCode": "0",
        "Amount": amount,
        "Data": {"Route": "TCB"},
    }
    return {**said, "Token": tbank.token_of(said, PASSWORD)}


def state(order: str) -> tuple[str, int]:
    with connections.owner() as connection:
        row = connection.execute(
            text(
                "select p.status, coalesce(a.balance, 0) as balance from payments p"
                " left join credit_accounts a on a.brand_id = p.brand_id"
                " where p.provider_payment_id = :order"
            ),
            {"order": order},
        ).one()
    return row.status, row.balance


def test_the_token_is_the_documented_one() -> None:
    """By hand: the values in the order of their names, the password among them."""
    said = {"TerminalKey": "T", "Amount": 19200, "Success": True, "Receipt": {"Email": "a@b.c"}}
    expected = hashlib.sha256(b"19200" + b"secret" + b"true" + b"T").hexdigest()
    assert tbank.token_of(said, "secret") == expected


def test_paid_credits_come_once_and_unspent_ones_go_back(brand: UUID) -> None:
    order = tbank.order(brand, 500, Decimal("2500.00"))
    assert state(order) == ("pending", 0)
    assert tbank.take(notice(order, "AUTHORIZED")) == "ignored"
    assert [tbank.take(notice(order, "CONFIRMED")) for _ in range(3)] == ["applied", "late", "late"]
    assert state(order) == ("succeeded", 500)
    assert tbank.take(notice(order, "REFUNDED")) == "applied"
    assert tbank.take(notice(order, "CONFIRMED")) == "late"
    assert state(order) == ("refunded", 0)
    assert tbank.take(notice("nobody's", "CONFIRMED")) == "ignored"


def test_in_any_order_the_end_is_the_same(brand: UUID) -> None:
    for order_of in permutations(("REJECTED", "CONFIRMED", "REFUNDED")):
        order = tbank.order(brand, 10, Decimal("2500.00"))
        for status in order_of:
            tbank.take(notice(order, status))
        assert state(order) == ("refunded", 0), order_of


def test_what_is_not_as_ordered_is_refused(brand: UUID) -> None:
    order = tbank.order(brand, 500, Decimal("2500.00"))
    with pytest.raises(BillingError, match="Another amount"):
        tbank.take(notice(order, "CONFIRMED", 1))
    assert state(order) == ("pending", 0)
    for count, roubles in ((0, "1"), (1, "0"), (1, "0.001"), (1, "NaN")):
        with pytest.raises(BillingError):
            tbank.order(brand, count, Decimal(roubles))


def test_the_address_takes_what_bears_the_token(
    brand: UUID, monkeypatch: pytest.MonkeyPatch
) -> None:
    pace.forget()
    to = client()
    problem(to.post("/api/billing/tbank", content=b"{}"), 404)
    monkeypatch.setenv("CLOSETAI_TBANK_PASSWORD", PASSWORD)
    settings.cache_clear()
    order = tbank.order(brand, 500, Decimal("2500.00"))

    def sent(said: object, to: TestClient = to) -> Any:
        return to.post("/api/billing/tbank", content=json.dumps(said).encode())

    right = notice(order, "CONFIRMED")
    wrong: list[object] = [{**right, "Token": ""}, {**right, "Amount": 1}, {"Status": "X"}, [], 1]
    for said in wrong:
        problem(sent(said), 400)
    assert state(order) == ("pending", 0)
    answer = sent(right)
    assert (answer.status_code, answer.text) == (200, "OK")
    assert state(order) == ("succeeded", 500)
