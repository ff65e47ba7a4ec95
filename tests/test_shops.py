"""What shops' systems tell (touches, answers, orders, spend) and what they are told (webhooks)."""

import base64
import hashlib
import hmac
import json
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from datetime import UTC, date, datetime, time, timedelta, timezone
from decimal import Decimal
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import text
from starlette.testclient import TestClient

import csv_files
import queries
from api import pace
from database import connections, rollups
from database.tenancy import Scope
from settings import WrongSettingError, settings
from shops import answers, orders, postman, spend, webhooks
from shops.postman import Outcome, Postman
from shops.said import NotKnownError, ShopError
from shops.spend import Spend
from tests.receiver import Receiver, receiver
from tests.rows import finish, insert, job
from tests.shop import Guest, Shop, bearer, client, guest, key, open_shop
from tests.test_api import problem

pytestmark = pytest.mark.usefixtures("database")

NOW = datetime.now(UTC)


def soon(**time: float) -> datetime:
    """A minute from now, when what was made by now is due, and some time more."""
    return datetime.now(UTC) + timedelta(minutes=1) + timedelta(**time)


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


def of(shop: Shop) -> Scope:
    return Scope.of_brands([shop.brand])


def count(table: str, where: str = "true") -> int:
    with connections.owner() as connection:
        return int(connection.scalar(text(f"select count(*) from {table} where {where}")))


def done_job(shop: Shop, user: UUID, at: datetime = NOW) -> UUID:
    with connections.owner() as connection:
        made = job(connection, brand_id=shop.brand, user_id=user, created_at=at)
        finish(connection, made, "completed")
    return made


# --- What shops tell -----------------------------------------------------------------------------


def ago(**time: float) -> str:
    return (NOW - timedelta(**time)).isoformat()


def told(to: TestClient, shop: Shop, ada: Guest, **changes: object) -> Any:
    said = {
        "orderId": "A-1",
        "userId": str(ada.user),
        "amount": "80.00",
        "purchasedAt": ago(hours=1),
    }
    return to.post("/api/orders", headers=bearer(shop.secret), json={**said, **changes})


def test_what_shops_tell_becomes_attributed_revenue(to: TestClient, shop: Shop, ada: Guest) -> None:
    """As a shop does it: the page tells of a try-on, the server of the order, later a return."""
    yesterday = NOW - timedelta(days=1)
    made = done_job(shop, ada.user, yesterday)
    touch = {"source": "tryon", "jobId": str(made), "at": yesterday.isoformat()}
    sent = to.post("/api/events", headers=bearer(ada.token), json={"events": [touch]})
    assert (sent.status_code, sent.json()) == (201, {"recorded": 1})
    assert told(to, shop, ada).status_code == 201
    back = {"returnId": "R-1", "orderId": "A-1", "amount": "30.00", "returnedAt": ago(minutes=1)}
    after = to.post("/api/returns", headers=bearer(shop.secret), json=back).json()
    assert (after["amount"], after["returned"]) == ("80.00", "30.00")
    rollups.fold_all()
    frame = queries.read(
        "revenue/attribution",
        of(shop),
        since=yesterday.date(),
        until=NOW.date() + timedelta(days=1),
        model="last",
    ).frame
    row = frame.iloc[0]
    assert (row["tryon_usd"], row["unattributed_usd"]) == (Decimal("50.00"), Decimal(0))


def test_a_touch_is_of_ones_own_job_and_not_to_come(to: TestClient, shop: Shop, ada: Guest) -> None:
    bob = guest(to, shop)
    bobs = done_job(shop, bob.user)

    def sent(token: str, user: UUID | None = None, **event: str) -> Any:
        said: dict[str, object] = {"events": [{"source": "share"}, {"source": "tryon", **event}]}
        if user is not None:
            said["userId"] = str(user)
        return to.post("/api/events", headers=bearer(token), json=said)

    problem(sent(ada.token, jobId=str(bobs)), 404)
    problem(sent(ada.token, at=(NOW + timedelta(hours=1)).isoformat()), 409)
    problem(sent(ada.token, at="2026-11-26T12:00:00"), 422)  # of which zone?
    # All or none.
    assert count("touches") == 0
    assert sent(shop.secret, bob.user, jobId=str(bobs)).json() == {"recorded": 2}
    problem(sent(key(shop.brand, "shoppers"), bob.user), 403)
    problem(sent(open_shop("Birch").secret, bob.user), 404)
    assert count("touches") == 2


def test_the_last_answer_of_a_day_counts(to: TestClient, shop: Shop, ada: Guest) -> None:
    def sent(token: str = ada.token, **said: object) -> Any:
        return to.post("/api/answers", headers=bearer(token), json={"score": 10, **said})

    bob = guest(to, shop)
    noon = datetime.combine(NOW - timedelta(days=3), time(12), UTC)
    eve = noon.replace(hour=23, minute=59).astimezone(timezone(timedelta(hours=9)))
    first = sent(score=2, comment="  Too slow.\n", answeredAt=noon.isoformat())
    assert first.status_code == 201
    assert (first.json()["score"], first.json()["comment"]) == (2, "Too slow.")
    # Of the same UTC day, though another one where she is.
    assert sent(score=9, answeredAt=eve.isoformat()).status_code == 200
    midnight = datetime.combine(noon + timedelta(days=1), time(), UTC)
    assert sent(score=7, answeredAt=midnight.isoformat()).status_code == 201
    assert sent(shop.secret, userId=str(bob.user), answeredAt=noon.isoformat()).status_code == 201
    rollups.fold_all()
    days = {"since": noon.date(), "until": midnight.date() + timedelta(days=1)}
    row = queries.read("shoppers/nps", of(shop), **days).row
    assert (row["answer_count"], row["promoter_count"], row["detractor_count"]) == (3, 2, 0)
    found = queries.read("shoppers/answers", of(shop), row_count=9, **days).frame
    assert found["score"].tolist() == [7, 9, 10]
    assert found["comment"].isna().all()


def test_answers_of_one_moment_are_one(shop: Shop, ada: Guest) -> None:
    def told(score: int) -> bool:
        answer = answers.Answer(ada.user, score, None, NOW)
        return answers.record(of(shop), shop.brand, answer, NOW)

    with ThreadPoolExecutor(8) as pool:
        assert sum(pool.map(told, range(8))) == 1
    assert count("nps_responses") == 1


def test_an_answer_that_cannot_be_kept(to: TestClient, shop: Shop, ada: Guest) -> None:
    def sent(token: str = ada.token, **said: object) -> Any:
        return to.post("/api/answers", headers=bearer(token), json={"score": 10, **said})

    for wrong in (-1, 11, 9.5, "9", True, None):
        problem(sent(score=wrong), 422)
    problem(sent(comment="x" * 2001), 422)
    problem(sent(answeredAt="2026-11-26T12:00:00"), 422)  # of which zone?
    problem(sent(answeredAt=(NOW + timedelta(hours=1)).isoformat()), 409)
    problem(sent(shop.secret), 422)  # whose?
    problem(sent(key(shop.brand, "shoppers"), userId=str(ada.user)), 403)
    problem(sent(open_shop("Birch").secret, userId=str(ada.user)), 404)
    for score, comment in ((11, None), (5, "x" * 2001)):
        with pytest.raises(ShopError):
            answers.record(of(shop), shop.brand, answers.Answer(ada.user, score, comment, NOW), NOW)
    assert count("nps_responses") == 0


def test_the_demo_takes_no_answers(to: TestClient) -> None:
    visitor = guest(to, open_shop("Demo", is_demo=True))
    sent = to.post("/api/answers", headers=bearer(visitor.token), json={"score": 0})
    assert "made-up" in problem(sent, 403)["detail"]
    assert count("nps_responses") == 0


def test_an_order_is_kept_once(to: TestClient, shop: Shop, ada: Guest) -> None:
    first = told(to, shop, ada)
    again = told(to, shop, ada)
    assert (first.status_code, again.status_code) == (201, 200)
    assert first.json() == again.json()
    for changes in (
        {"amount": "81"},
        {"currency": "EUR", "usdRate": "1.1"},
        {"purchasedAt": ago()},
    ):
        assert "is known with another" in problem(told(to, shop, ada, **changes), 409)["detail"]
    with ThreadPoolExecutor(8) as pool:
        sent = list(pool.map(lambda _: told(to, shop, ada, orderId="A-2").status_code, range(16)))
    assert sorted(sent) == [200] * 15 + [201]
    assert count("purchases") == 2
    listed = to.get("/api/orders", headers=bearer(shop.secret), params={"limit": 1}).json()
    assert [one["orderId"] for one in listed["items"]] == ["A-2"]
    rest = {"limit": 1, "cursor": listed["nextCursor"]}
    listed = to.get("/api/orders", headers=bearer(shop.secret), params=rest).json()
    assert ([one["orderId"] for one in listed["items"]], listed["nextCursor"]) == (["A-1"], None)
    # The same number at another shop is another order.
    birch = open_shop("Birch")
    assert told(to, birch, guest(to, birch)).status_code == 201
    problem(to.get("/api/orders", headers=bearer(birch.secret), params={"orderId": "A-2"}), 404)


def test_money_has_its_currency_and_rate(to: TestClient, shop: Shop, ada: Guest) -> None:
    euros = told(to, shop, ada, currency="EUR", usdRate="1.0825")
    assert euros.json()["usdRate"] == "1.08250000"
    assert "how many dollars" in problem(told(to, shop, ada, currency="EUR"), 409)["detail"]
    assert "leave the rate out" in problem(told(to, shop, ada, usdRate="2"), 409)["detail"]
    for wrong in ({"amount": "-1"}, {"amount": "1.005"}, {"amount": "NaN"}, {"currency": "eur"}):
        assert problem(told(to, shop, ada, **wrong), 422)["errors"]
    assert (
        "future"
        in problem(
            told(to, shop, ada, orderId="B", purchasedAt=(NOW + timedelta(days=1)).isoformat()), 409
        )["detail"]
    )


def test_no_more_comes_back_than_was_paid(to: TestClient, shop: Shop, ada: Guest) -> None:
    told(to, shop, ada)

    def back(number: int, **changes: object) -> Any:
        said = {"orderId": "A-1", "amount": "30", "returnedAt": ago(minutes=1)}
        named = {**said, "returnId": f"R-{number}", **changes}
        return to.post("/api/returns", headers=bearer(shop.secret), json=named)

    # Eighty was paid: of many that come at once, two of thirty fit.
    with ThreadPoolExecutor(8) as pool:
        sent = list(pool.map(lambda number: back(number).status_code, range(8)))
    assert sorted(sent) == [201] * 2 + [409] * 6
    kept = sent.index(201)
    assert back(kept).status_code == 200
    problem(back(kept, amount="20"), 409)
    problem(back(99, orderId="unknown"), 404)
    problem(back(99, amount="1", returnedAt=ago(hours=2)), 409)
    assert orders.find(of(shop), shop.brand, "A-1").returned == Decimal("60.00")


def test_the_numbers_of_a_shop_go_with_the_person(to: TestClient, shop: Shop, ada: Guest) -> None:
    told(to, shop, ada)
    back = {"returnId": "R-1", "orderId": "A-1", "amount": "30", "returnedAt": ago(minutes=1)}
    assert to.post("/api/returns", headers=bearer(shop.secret), json=back).status_code == 201
    assert to.delete("/api/users/me", headers=bearer(ada.token)).status_code == 204
    assert count("purchase_returns", "return_id is null and amount = 30") == 1
    problem(told(to, shop, ada), 404)


def test_spend_is_what_was_told_last(to: TestClient, shop: Shop) -> None:
    brand = bearer(shop.secret)

    def said(**amounts: str) -> Any:
        items = [
            {"day": "2026-11-20", "channel": name, "amount": amount}
            for name, amount in amounts.items()
        ]
        return to.post("/api/spend", headers=brand, json={"items": items})

    assert said(search="10.00", social="5.50").status_code == 204
    assert said(search="12.25").status_code == 204
    days = {"since": "2026-11-20", "until": "2026-11-21"}
    listed = to.get("/api/spend", headers=brand, params=days).json()["items"]
    assert {one["channel"]: one["amount"] for one in listed} == {
        "search": "12.25",
        "social": "5.50",
    }
    other = open_shop("Birch")
    assert to.get("/api/spend", headers=bearer(other.secret), params=days).json()["items"] == []
    twice = {"day": "2026-11-20", "channel": "tv", "amount": "1"}
    problem(to.post("/api/spend", headers=brand, json={"items": [twice, twice]}), 409)
    problem(
        to.get("/api/spend", headers=brand, params={"since": "2020-01-01", "until": "2026-01-01"}),
        422,
    )
    row = Spend(date(2026, 11, 20), "search", Decimal(1), "USD", Decimal(1))
    with pytest.raises(ShopError, match="cannot change"):
        spend.record(of(other), shop.brand, [row], NOW.date())


def test_a_file_of_spend_tells_the_rows_that_cannot_be_used() -> None:
    today = date(2026, 11, 26)
    content = (
        b"Date;Source;Cost;Currency;Rate;Note\n"
        b"2026-11-20;search;10,5;;;\n"
        b"2026-11-20;search;10.50;;;a\n"
        b"2026-11-20;search;11;;;b\n"
        b"2026-11-21;Google  Ads;7;eur;1.08;\n"
        b"21.11.2026;social;7;;;\n"
        b"2026-11-27;social;7;;;\n"
        b"2026-11-21;;7;;;\n"
        b"2026-11-21;social;-7;;;\n"
        b"2026-11-21;social;7;EUR;;\n"
        b"2026-11-21;social;NaN;;;\n"
        b"2026-11-22;social;7;dollars;;\n"
    )
    read = spend.read(csv_files.read(content), today)
    assert read.rows == (
        Spend(date(2026, 11, 20), "search", Decimal("10.50"), "USD", Decimal(1)),
        Spend(date(2026, 11, 21), "Google Ads", Decimal(7), "EUR", Decimal("1.08")),
    )
    assert [(bad.line, bad.reason.split(":")[0].split(",")[0]) for bad in read.bad] == [
        (2, "The amount looks like 1234.50"),
        (4, "Line 3 has the same day and channel."),
        (6, "The day looks like 2026-11-26."),
        (7, "This day lies in the future."),
        (8, "A channel has 1 to 100 characters."),
        (9, "The amount is 0 or more"),
        (10, "The rate is missing"),
        (11, "The amount looks like 1234.50"),
        (12, "A currency has three letters"),
    ]
    with pytest.raises(ShopError, match="No column is called channel"):
        spend.read(csv_files.read(b"day,amount\n2026-11-20,1"), today)


# --- What shops are told -------------------------------------------------------------------------


@pytest.fixture
def hook(monkeypatch: pytest.MonkeyPatch) -> Iterator[Receiver]:
    """A server that may be called although it is on this machine."""
    monkeypatch.setenv("CLOSETAI_WEBHOOKS_LOOPBACK", "on")
    settings.cache_clear()
    with receiver() as listening:
        yield listening


def called(**time: float) -> int:
    """Make the calls that are due soon, wait for all, and return how many that were."""
    post = Postman()
    begun = post.deliver(soon(**time))
    post.wait()
    return begun


def checked(came: Any, secret: str) -> Any:
    """What a call says, when its signature is right: recomputed as the specification has it."""
    head = came.headers
    signed = f"{head['webhook-id']}.{head['webhook-timestamp']}.".encode() + came.body
    mac = hmac.new(base64.b64decode(secret.removeprefix("whsec_")), signed, hashlib.sha256)
    assert head["webhook-signature"] == f"v1,{base64.b64encode(mac.digest()).decode()}"
    assert abs(int(head["webhook-timestamp"]) - datetime.now(UTC).timestamp()) < 60
    return json.loads(came.body)


def add(to: TestClient, shop: Shop, url: str, *events: str) -> Any:
    named = {"url": url, "events": list(events or webhooks.EVENTS)}
    made = to.post("/api/webhooks", headers=bearer(shop.secret), json=named)
    assert made.status_code == 201, made.text
    return made.json()


def test_a_shop_is_told_what_became_of_its_jobs(
    to: TestClient, shop: Shop, ada: Guest, hook: Receiver
) -> None:
    made = add(to, shop, hook.address, "tryon.completed", "tryon.failed")
    completed = done_job(shop, ada.user)
    with connections.owner() as connection:
        failed = job(connection, brand_id=shop.brand, user_id=ada.user)
        finish(connection, failed, "failed")
        finish(connection, job(connection, brand_id=shop.brand, user_id=ada.user), "canceled")
        other = insert(connection, "brands", name="Birch", slug="birch")
        finish(connection, job(connection, brand_id=other, user_id=ada.user), "completed")
    assert called() == 2
    said = [checked(hook.came.get(timeout=5), made["secret"]) for _ in range(2)]
    by_type = {one["type"]: one["data"] for one in said}
    assert by_type == {
        "tryon.completed": {
            "id": str(completed),
            "userId": str(ada.user),
            "status": "completed",
            "failureCode": None,
        },
        "tryon.failed": {
            "id": str(failed),
            "userId": str(ada.user),
            "status": "failed",
            "failureCode": "engine_error",
        },
    }
    # Nothing is called twice, and the log says how it went.
    assert called() == 0
    log = to.get("/api/webhooks/deliveries", headers=bearer(shop.secret)).json()["items"]
    assert {(one["event"], one["status"], one["statusCode"]) for one in log} == {
        ("tryon.completed", "delivered", 204),
        ("tryon.failed", "delivered", 204),
    }
    # What did not happen is not announced.
    with suppress(KeyboardInterrupt), connections.owner() as connection:
        finish(connection, job(connection, brand_id=shop.brand, user_id=ada.user), "completed")
        raise KeyboardInterrupt
    assert called() == 0


def test_a_call_that_fails_is_made_again_under_its_id(
    to: TestClient, shop: Shop, hook: Receiver
) -> None:
    made = add(to, shop, hook.address)
    pinged = webhooks.ping(of(shop), UUID(made["id"]))
    hook.status = 500
    now = soon()
    for number in range(1, len(postman.WAITS) + 2):
        post = Postman()
        assert post.deliver(now) == 1
        post.wait()
        call = webhooks.deliveries(of(shop), shop.brand, 1)[0]
        assert (call.attempt_count, call.status_code, call.error) == (
            number, 500, "It answered 500.",
        )  # fmt: skip
        if number <= len(postman.WAITS):
            wait = (call.due_at - now) / postman.WAITS[number - 1]
            assert 0.89 < wait < 1.11
            post = Postman()
            assert post.deliver(call.due_at - timedelta(seconds=1)) == 0
            post.wait()
            now = call.due_at
    assert call.status == "failed"
    ids = {hook.came.get(timeout=5).headers["webhook-id"] for _ in range(number)}
    assert ids == {str(pinged)}
    assert webhooks.of_brand(of(shop), shop.brand)[0].failing_since is not None
    assert [one.number for one in webhooks.attempts(of(shop), pinged)] == list(range(1, number + 1))
    # Somebody mended the server and asks for it once more.
    hook.status = 200
    webhooks.again(of(shop), pinged)
    assert called() == 1
    assert webhooks.deliveries(of(shop), shop.brand, 1)[0].status == "delivered"
    assert webhooks.of_brand(of(shop), shop.brand)[0].failing_since is None


def test_a_call_of_a_process_that_died_is_made_by_another(
    to: TestClient, shop: Shop, hook: Receiver, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = add(to, shop, hook.address)
    webhooks.ping(of(shop), UUID(made["id"]))
    with monkeypatch.context() as patched:
        patched.setattr(Postman, "_make", lambda *_: None)  # as if it ended right there
        assert called() == 1
    assert called() == 0
    assert called(minutes=3) == 1
    assert hook.came.get(timeout=5)


def test_a_slow_shop_holds_up_nobody_else(to: TestClient, shop: Shop, hook: Receiver) -> None:
    slow = add(to, shop, hook.address)
    hook.hold.clear()
    with receiver() as quick:
        other = open_shop("Birch")
        made = add(to, other, quick.address)
        for _ in range(20):
            webhooks.ping(of(shop), UUID(slow["id"]))
        webhooks.ping(of(other), UUID(made["id"]))
        post = Postman()
        # Two of the slow one, and the quick one's.
        assert post.deliver(soon()) == 3
        assert checked(quick.came.get(timeout=5), made["secret"])["type"] == "ping"
        hook.hold.set()
        post.wait()


def test_an_answer_has_to_come_in_time(
    to: TestClient, shop: Shop, hook: Receiver, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = add(to, shop, hook.address)
    monkeypatch.setattr(postman, "_SECONDS", 0.2)
    hook.hold.clear()
    webhooks.ping(of(shop), UUID(made["id"]))
    assert called() == 1
    error = webhooks.deliveries(of(shop), shop.brand, 1)[0].error
    assert error == "It did not answer within 0 seconds."


@pytest.mark.parametrize(
    ("status", "headers", "sentence"),
    [
        (302, {"location": "http://127.0.0.1:1/"}, "It leads elsewhere, where nothing is sent."),
        (404, {}, "It answered 404."),
        (410, {}, "It answered 410."),
    ],
)
def test_what_an_answer_means(
    to: TestClient,
    shop: Shop,
    hook: Receiver,
    status: int,
    headers: dict[str, str],
    sentence: str,
) -> None:
    made = add(to, shop, hook.address)
    hook.status, hook.headers = status, headers
    for _ in range(2):
        webhooks.ping(of(shop), UUID(made["id"]))
    called()
    assert hook.came.qsize() == 2
    assert {one.error for one in webhooks.deliveries(of(shop), shop.brand, 9)} == {sentence}
    (kept,) = webhooks.of_brand(of(shop), shop.brand)
    if status == 410:
        assert kept.disabled_reason == "It answered that it is gone (410)."
        done_job(shop, guest(to, shop).user)
        assert called(days=1) == 0
        with pytest.raises(NotKnownError, match="switched off"):
            webhooks.again(of(shop), webhooks.deliveries(of(shop), shop.brand, 1)[0].id)
        webhooks.enable(of(shop), kept.id)
        webhooks.ping(of(shop), kept.id)
        assert called() == 1
    else:
        assert kept.disabled_reason is None


def test_what_fails_for_days_is_called_no_more(to: TestClient, shop: Shop, hook: Receiver) -> None:
    made = UUID(add(to, shop, hook.address)["id"])
    for days in (0, 4, 6):
        call = webhooks.ping(of(shop), made)
        down = Outcome(None, "It cannot be reached.")
        postman.note(call, made, 1, down, NOW + timedelta(days=days), 0.1)
        (kept,) = webhooks.of_brand(of(shop), shop.brand)
        assert (kept.disabled_reason is not None) == (days == 6)
    assert count("webhook_deliveries", "status = 'failed'") == 3


@pytest.mark.parametrize(
    "address",
    [
        "http://shop.example/hook",
        "ftp://shop.example/",
        "https://",
        "https://user:word@shop.example/",
        "shop.example",
        "https://[::1",
        "https://shop.example/" + "x" * 2000,
    ],
)
def test_what_is_no_address_to_call(shop: Shop, address: str) -> None:
    with pytest.raises(ShopError, match=r"looks like https://shop\.example"):
        webhooks.add(of(shop), shop.brand, address, ["tryon.completed"])


@pytest.mark.parametrize(
    "address",
    [
        "https://localhost/",
        "https://10.0.0.1/",
        "https://[::ffff:127.0.0.1]/",
        "https://169.254.169.254/",
    ],
)
def test_nothing_inside_is_called(to: TestClient, shop: Shop, address: str) -> None:
    """Loopback neither, unless a setting for tests allows it."""
    made = add(to, shop, address)
    webhooks.ping(of(shop), UUID(made["id"]))
    assert called() == 1
    error = webhooks.deliveries(of(shop), shop.brand, 1)[0].error
    assert error == "Its address is not a public one."


def test_loopback_is_for_tests_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CLOSETAI_WEBHOOKS_LOOPBACK", "on")
    monkeypatch.setenv("CLOSETAI_ENV", "production")
    monkeypatch.setenv("CLOSETAI_SECRET", "x" * 40)
    settings.cache_clear()
    with pytest.raises(WrongSettingError, match="production refuses it"):
        settings()


def test_a_webhook_is_its_brands(to: TestClient, shop: Shop, ada: Guest, hook: Receiver) -> None:
    made = UUID(add(to, shop, hook.address)["id"])
    done_job(shop, ada.user)
    call = webhooks.deliveries(of(shop), shop.brand, 1)[0].id
    birch = of(open_shop("Birch"))
    assert webhooks.of_brand(birch, shop.brand) == []
    assert webhooks.deliveries(birch, shop.brand, 9) == []
    assert webhooks.attempts(birch, call) == []
    with pytest.raises(NotKnownError):
        webhooks.body_of(birch, call)
    for act in (webhooks.remove, webhooks.enable, webhooks.renew_secret, webhooks.ping):
        with pytest.raises(NotKnownError):
            act(birch, made)
    with pytest.raises(NotKnownError):
        webhooks.again(birch, call)
    for scope in (birch, Scope("demo"), Scope()):
        with pytest.raises(ShopError, match="cannot set up"):
            webhooks.add(scope, shop.brand, "https://shop.example/", ["tryon.failed"])
    # A new secret signs from then on.
    before = webhooks.of_brand(of(shop), shop.brand)[0]
    webhooks.renew_secret(of(shop), made)
    after = webhooks.of_brand(of(shop), shop.brand)[0]
    secrets = [webhooks.secret_of(one.id, one.key_version) for one in (before, after)]
    assert secrets[0] != secrets[1]
    assert called() == 1
    checked(hook.came.get(timeout=5), secrets[1])
    # Whoever is deleted is in no log.
    assert to.delete("/api/users/me", headers=bearer(ada.token)).status_code == 204
    assert count("webhook_deliveries") == 0
    webhooks.remove(of(shop), made)
    assert count("audit_log", "object_type = 'webhook'") == 3


def test_a_brand_has_ten_webhooks_and_keeps_its_log_for_a_month(to: TestClient, shop: Shop) -> None:
    for number in range(webhooks.MOST):
        add(to, shop, f"https://shop.example/{number}")
    with pytest.raises(ShopError, match="10 webhooks"):
        webhooks.add(of(shop), shop.brand, "https://shop.example/", ["tryon.failed"])
    made = webhooks.of_brand(of(shop), shop.brand)[0].id
    old, waiting = webhooks.ping(of(shop), made), webhooks.ping(of(shop), made)
    postman.note(old, made, 1, Outcome(200, None), NOW - timedelta(days=31), 0.1)
    postman.forget_old(NOW)
    assert [one.id for one in webhooks.deliveries(of(shop), shop.brand, 9)] == [waiting]
