"""Signing in as a browser does it, from the first request of a server that has just started."""

import subprocess
import sys
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import pytest
from playwright.sync_api import Cookie, Page
from sqlalchemy import text

from accounts import users
from accounts.attempts import keyed
from accounts.sessions import BROWSER_COOKIE, SESSION_COOKIE
from database import connections
from database.connections import owner
from settings import ROOT, settings
from tests.browser.conftest import Dashboard, Visit, Visitor
from tests.prepared import use
from tests.supervised import free_port, status
from tests.waiting import wait_until


@pytest.fixture
def log(tmp_path: Path) -> Path:
    """Where the server's log goes, with everything that it can say."""
    return tmp_path / "server.log"


@pytest.fixture
def unvisited(
    dashboard: Dashboard, visit: Visit, log: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Visitor]:
    """A window at a server over the same database that nobody has visited yet."""
    use(dashboard.cluster, monkeypatch)
    monkeypatch.setenv("CLOSETAI_LOG_LEVEL", "debug")
    port = free_port()
    command = [sys.executable, "-m", "uvicorn", "server:app", "--port", str(port)]
    with log.open("ab") as written:
        process = subprocess.Popen(command, cwd=ROOT, stdout=written, stderr=written)
    try:
        # Not a page of ours: the test's own request is the first that runs the script.
        wait_until(lambda: status(port, "/_stcore/health") == 200, "the server answers", 60)
        visitor = visit()
        visitor.address = f"http://127.0.0.1:{port}"
        yield visitor
    finally:
        process.terminate()
        process.wait(timeout=30)
        connections.dispose()


def new_user(name: str) -> tuple[str, str]:
    email = f"{name}@closetai.example"
    return email, users.add(email, "analyst", name=name)


def send_password(page: Page, email: str, password: str) -> None:
    page.get_by_label("E-mail address").fill(email)
    page.get_by_label("Password", exact=True).fill(password)
    page.get_by_role("button", name="Sign in", exact=True).click()


def cookie(visitor: Visitor, name: str) -> Cookie:
    (found,) = [one for one in visitor.page.context.cookies() if one["name"] == name]
    return found


def brand_names() -> list[str]:
    with owner() as connection:
        return list(connection.scalars(text("select name from brands")))


def test_from_the_first_request_to_signing_out(unvisited: Visitor, log: Path) -> None:
    email, password = new_user("nora")
    visitor, page = unvisited, unvisited.page
    received: list[bytes] = []
    page.on(
        "websocket",
        lambda socket: socket.on(
            "framereceived",
            lambda frame: received.append(frame if isinstance(frame, bytes) else frame.encode()),
        ),
    )
    address = f"{visitor.address}/mrr?period=Last+7+days&policy=Stripe"

    # Signed out: the log-in page, and not a row of data, not even unseen.
    page.goto(address)
    page.get_by_role("button", name="Sign in", exact=True).wait_for()
    assert page.url == address
    assert not page.get_by_role("dialog").count()
    everything = b"".join(received)
    assert b"sign-in-email" in everything
    assert not [name for name in brand_names() if name.encode() in everything]

    send_password(page, email, "a wrong password")
    page.get_by_text("The e-mail address or the password is not right.").wait_for()

    # Signed in: where the link pointed, with its filters.
    with page.expect_response("**/session") as answer:
        send_password(page, email, password)
    assert answer.value.status == 204
    page.get_by_role("heading", name="MRR", level=1).wait_for()
    visitor.drawn()

    def stands_with_its_filters() -> bool:
        page.get_by_text("vs 7 days before").first.wait_for()
        return parse_qs(urlsplit(page.url).query) == parse_qs(urlsplit(address).query)

    assert stands_with_its_filters(), page.url

    # A script cannot read the cookie, other sites cannot send it.
    held = cookie(visitor, SESSION_COOKIE)
    assert (held["httpOnly"], held["sameSite"], held["path"]) == (True, "Lax", "/")
    assert held["secure"] is False  # over plain HTTP a browser would not keep it otherwise
    assert 0 < held["expires"] - datetime.now(UTC).timestamp() <= 7 * 24 * 3600
    assert cookie(visitor, BROWSER_COOKIE)["httpOnly"]
    assert held["value"] not in page.evaluate("document.cookie")
    assert held["value"].encode() not in b"".join(received)

    page.reload()
    visitor.drawn()
    assert stands_with_its_filters(), page.url

    # Another tab is signed in as well, until one of them signs out.
    other = page.context.new_page()
    other.goto(visitor.address)
    other.get_by_role("heading", name="Overview", level=1).wait_for()
    with page.expect_response("**/session") as answer:
        page.get_by_role("button", name="Sign out").click()
    assert (answer.value.request.method, answer.value.status) == ("DELETE", 204)
    page.get_by_text("You are signed out.").wait_for()
    assert SESSION_COOKIE not in [one["name"] for one in page.context.cookies()]
    other.get_by_role("link", name="Retention").click()
    other.get_by_text("You are signed out.").wait_for()
    page.reload()
    page.get_by_role("button", name="Sign in", exact=True).wait_for()

    # What opens a door is not in the log.
    said = log.read_text()
    assert "GET /mrr" in said or "DEBUG" in said
    for secret in (password, "a wrong password", held["value"], settings().secret):
        assert secret not in said


def test_a_tampered_cookie_and_an_unknown_address(visit: Visit) -> None:
    visitor = visit()
    page = visitor.page
    page.context.add_cookies(
        [{"name": SESSION_COOKIE, "value": "tampered", "url": visitor.address}]
    )
    for path in ("", "/mrr", "/nowhere", "/retention", "/pages/revenue/mrr", "/a/b/c/d"):
        page.goto(visitor.address + path)
        page.get_by_text("Your session is not valid any more. Please sign in again.").wait_for()
        assert not page.get_by_role("dialog").count()
    page.goto(visitor.address + "/nowhere?period=Last+7+days")
    assert page.url == visitor.address + "/?period=Last+7+days"


def test_the_session_route_answers_to_our_own_pages_only(visit: Visit) -> None:
    visitor = visit()
    visitor.explore_the_demo("wardrobe")
    request = visitor.page.context.request
    route = f"{visitor.address}/session"
    ticket = {"ticket": "x" * 43}
    same = {"origin": visitor.address}
    assert request.post(route, data=ticket).status == 403
    assert (
        request.post(route, data=ticket, headers={"origin": "https://evil.example"}).status == 403
    )
    assert request.delete(route, headers={"sec-fetch-site": "cross-site", **same}).status == 403
    assert request.delete(route).status == 403
    for body in ("", "no json", "[]", '{"ticket": 1}', '{"ticket": "' + "x" * 5000 + '"}'):
        assert request.post(route, data=body, headers=same).status == 403, body
    # Nothing of that has signed anybody out.
    visitor.page.reload()
    visitor.drawn()
    # As the browser says that it is on HTTPS, the cookie is for HTTPS alone.
    secure = request.delete(
        route, headers={"origin": visitor.address.replace("http:", "https:")}
    ).headers["set-cookie"]
    assert "Secure" in secure
    assert "HttpOnly" in secure


def test_a_forwarded_address_counts_from_a_trusted_proxy_only(
    visit: Visit, dashboard: Dashboard, monkeypatch: pytest.MonkeyPatch
) -> None:
    use(dashboard.cluster, monkeypatch)
    with owner() as connection:
        connection.execute(text("delete from sign_in_attempts"))
    visitor = visit()
    page = visitor.page
    # The server trusts its neighbour, which adds who asked it. What that one claimed is no proof.
    page.context.set_extra_http_headers({"X-Forwarded-For": "203.0.113.9, 198.51.100.23"})
    page.goto(visitor.address)
    send_password(page, "nobody@closetai.example", "a wrong password")
    page.get_by_text("The e-mail address or the password is not right.").wait_for()
    with owner() as connection:
        (kept,) = connection.scalars(text("select address_hash from sign_in_attempts"))
    assert kept == keyed("address", "198.51.100.23")
    connections.dispose()
