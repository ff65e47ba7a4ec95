"""The gate, from app.py, as a visitor meets it: closed pages, signing in, what ends a session."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

import psycopg
import pytest
import streamlit.runtime.context
import streamlit.util
from sqlalchemy import text
from streamlit.testing.v1 import AppTest

from accounts import gate, log_in, sessions, sign_in, users
from accounts.attempts import keyed
from accounts.sessions import SESSION_COOKIE
from database import connections, embedded
from database.connections import DatabaseUnavailableError, owner
from database.embedded import Cluster
from settings import ROOT
from tests.prepared import administrator
from tests.shown import figures, tables

PAGES = sorted(path.relative_to(ROOT).as_posix() for path in (ROOT / "pages").glob("*/*.py"))
EMAIL = "ana@shop.example"
RIGHT = "correct horse battery"


@dataclass
class Browser:
    """What Streamlit knows of the browser that opened the page."""

    cookies: dict[str, str] = field(default_factory=dict)
    headers: tuple[tuple[str, str], ...] = ()
    remote_ip: str = "203.0.113.7"


@pytest.fixture
def browser(monkeypatch: pytest.MonkeyPatch) -> Browser:
    made = Browser()
    monkeypatch.setattr(streamlit.runtime.context, "_get_client_context", lambda: made)
    return made


@pytest.fixture
def ana(database: Cluster, browser: Browser) -> Browser:  # noqa: ARG001 – it must be there first
    users.add(EMAIL, "analyst", name="Ana", password=RIGHT)
    return browser


@pytest.fixture
def demo(database: Cluster, browser: Browser) -> Browser:  # noqa: ARG001 – it must be there first
    change("insert into brands (name, slug, is_demo) values ('Aura', 'aura', true)")
    change("insert into demo_state (job_target, progress, completed_at) values (1, 1, now())")
    return browser


def change(statement: str) -> None:
    with owner() as connection:
        connection.execute(text(statement))


def visit() -> AppTest:
    return AppTest.from_file(str(ROOT / "app.py"), default_timeout=60)


def signed_in(email: str = EMAIL) -> AppTest:
    page = visit().run()
    page.text_input(key="sign-in-email").set_value(email)
    page.text_input(key="sign-in-password").set_value(RIGHT)
    return page.button(key="sign-in-submit").click().run()


def is_open(page: AppTest) -> bool:
    return any(button.key == "sign-out" for button in page.button)


def is_closed(page: AppTest) -> bool:
    """The log-in page and nothing else."""
    shown = ("metric", "arrow_data_frame", "plotly_chart", "selectbox", "skeleton")
    return (
        [title.value for title in page.title] == ["ClosetAI"]
        and any(button.key == "sign-in-submit" for button in page.button)
        and not any(page.get(kind) for kind in shown)
        and not len(page.sidebar)
        and not page.exception
    )


def sentences(page: AppTest) -> list[str]:
    return [element.value for element in (*page.info, *page.error)]


def token() -> str:
    """The token that a browser would hold after signing in."""
    opened = sign_in.with_password(EMAIL, RIGHT, address="local", browser="", now=datetime.now(UTC))
    redeemed = sessions.redeem(opened.ticket, "", datetime.now(UTC))
    assert redeemed is not None
    return redeemed[0]


@pytest.mark.usefixtures("ana")
@pytest.mark.parametrize("path", PAGES)
def test_every_page_is_closed(path: str) -> None:
    page = visit()
    page.query_params["brand"] = "aura"
    page.run()
    assert is_closed(page)
    # As a link to the page would run it; its address is its file's name.
    page._page_hash = streamlit.util.calc_hash(Path(path).stem)
    page.run()
    assert is_closed(page)
    assert page.query_params["brand"] == "aura"
    assert sentences(page) == []


@pytest.mark.usefixtures("ana")
@pytest.mark.parametrize("path", PAGES)
def test_a_page_without_the_gate_shows_nothing(path: str) -> None:
    page = AppTest.from_file(str(ROOT / path)).run()
    assert len(page.exception) == 1
    assert not any(len(found) for found in (page.title, figures(page), tables(page)))


@pytest.mark.usefixtures("ana")
def test_the_right_password_opens() -> None:
    page = signed_in()
    assert is_open(page)
    assert not page.exception
    assert "**Ana**" in [element.value for element in page.sidebar.markdown]


@pytest.mark.usefixtures("ana")
def test_a_wrong_password_does_not_and_neither_does_nothing() -> None:
    page = visit().run()
    page.button(key="sign-in-submit").click().run()
    assert sentences(page) == ["Please give your e-mail address and your password."]
    page.text_input(key="sign-in-email").set_value(EMAIL)
    page.text_input(key="sign-in-password").set_value("wrong")
    for _ in range(3):
        page.button(key="sign-in-submit").click().run()
        assert sentences(page) == ["The e-mail address or the password is not right."]
        assert is_closed(page)
    page.button(key="sign-in-submit").click().run()
    assert "please wait" in sentences(page)[0]
    # The attempts count for the address that Streamlit says the browser has.
    with owner() as connection:
        kept = connection.execute(text("select distinct address_hash from sign_in_attempts"))
        assert kept.scalars().all() == [keyed("address", "203.0.113.7")]


ENDS: list[tuple[Callable[[], object], str]] = [
    (lambda: users.disable(EMAIL), "This account is disabled. Please ask your administrator."),
    (
        lambda: users.set_password(EMAIL),
        "Your password was changed. Please sign in with the new one.",
    ),
    (
        lambda: change("update sessions set expires_at = now() - interval '1 second'"),
        "Your session has expired. Please sign in again.",
    ),
    (lambda: change("update sessions set revoked_at = now()"), "You are signed out."),
    (
        lambda: change("delete from sessions"),
        "Your session is not valid any more. Please sign in again.",
    ),
]


@pytest.mark.usefixtures("ana")
@pytest.mark.parametrize(("end", "sentence"), ENDS)
def test_the_next_click_is_the_last(end: Callable[[], object], sentence: str) -> None:
    page = signed_in()
    assert is_open(page.run())
    end()
    page.run()
    assert is_closed(page)
    assert sentences(page) == [sentence]
    # … and a page that is closed stays closed.
    assert is_closed(page.run())


def test_a_cookie_opens_and_a_tampered_one_does_not(ana: Browser) -> None:
    ana.cookies[SESSION_COOKIE] = token()
    assert is_open(visit().run())
    for wrong in (ana.cookies[SESSION_COOKIE][:-1], "x" * 5000, "\0", "é", "'; --"):
        ana.cookies[SESSION_COOKIE] = wrong
        page = visit().run()
        assert is_closed(page)
        assert sentences(page) == ["Your session is not valid any more. Please sign in again."]
    ana.cookies[SESSION_COOKIE] = ""
    assert sentences(visit().run()) == []


def test_signing_out_ends_the_session_for_its_cookie_too(ana: Browser) -> None:
    ana.cookies[SESSION_COOKIE] = token()
    page = visit().run()
    page.button(key="sign-out").click().run()
    assert is_closed(page)
    assert sentences(page) == ["You are signed out."]
    assert is_closed(visit().run())


def test_a_page_is_drawn_once_the_browser_has_its_cookie(
    ana: Browser, monkeypatch: pytest.MonkeyPatch
) -> None:
    ana.cookies[sessions.BROWSER_COOKIE] = "this browser"
    looks: list[bool] = []

    def redeemed_at_the_third_look(ticket: str, browser: str) -> bool:
        looks.append(is_redeemed(ticket, browser))
        if len(looks) == 2:
            assert sessions.redeem(ticket, browser, datetime.now(UTC)) is not None
        return looks[-1]

    is_redeemed = sessions.is_redeemed
    monkeypatch.setattr(sessions, "is_redeemed", redeemed_at_the_third_look)
    assert is_open(signed_in())
    assert looks == [False, False, True]
    # A browser that never comes for it sees the page all the same.
    monkeypatch.setattr(gate, "_PATIENCE_SECONDS", 0)
    monkeypatch.setattr(sessions, "is_redeemed", lambda *_: False)
    assert is_open(signed_in())

    def away(*_: str) -> bool:
        raise DatabaseUnavailableError("The database does not answer.")

    # Nor is anybody sent away by a database that goes away at this moment.
    monkeypatch.setattr(sessions, "is_redeemed", away)
    page = signed_in()
    assert is_open(page)
    assert not page.exception


@pytest.mark.usefixtures("demo")
def test_exploring_the_demo_twice_makes_two_visitors() -> None:
    scopes = set()
    for _ in range(2):
        page = visit().run()
        page.button(key="explore-demo").click().run()
        assert is_open(page)
        assert not page.exception
        scopes.add(page.session_state["accounts.account"].scope)
    assert {scope.brands for scope in scopes} == {"demo"}
    assert len({scope.user for scope in scopes}) == 2


@pytest.mark.usefixtures("ana")
def test_no_demo_is_offered_where_there_is_none() -> None:
    assert "explore-demo" not in [button.key for button in visit().run().button]


@pytest.mark.usefixtures("ana")
def test_the_page_says_how_far_the_demo_data_is() -> None:
    change("insert into demo_state (job_target, progress, message) values (1, 0.43, 'Try-ons')")
    page = visit().run()
    assert is_closed(page)
    assert "explore-demo" not in [button.key for button in page.button]
    (progress,) = page.get("progress")
    assert progress.proto.text == "Preparing the demo, 43%. Try-ons"


def test_a_database_that_is_away_is_one_sentence_and_nothing_is_lost(
    ana: Browser, postgres_server: Cluster
) -> None:
    del ana
    page = signed_in()
    with administrator(postgres_server) as connection:
        with_database_away(connection)
        page.run()
        assert sentences(page) == [log_in.UNAVAILABLE]
        assert not page.exception
        assert not figures(page)
        again = visit().run()
        assert sentences(again)[:1] == [log_in.UNAVAILABLE]
        assert not again.exception
        again.text_input(key="sign-in-email").set_value(EMAIL)
        again.text_input(key="sign-in-password").set_value(RIGHT)
        again.button(key="sign-in-submit").click().run()
        assert log_in.UNAVAILABLE in sentences(again)
        assert not again.exception
        connection.execute(f"alter database {embedded.DATABASE} allow_connections true")
    page.button(key="try-again").click().run()
    assert is_open(page)
    assert page.session_state["accounts.account"].email == EMAIL


def with_database_away(connection: psycopg.Connection) -> None:
    """Refuse connections and end those that there are, as a server that goes to sleep does."""
    connection.execute(f"alter database {embedded.DATABASE} allow_connections false")
    connection.execute(
        "select pg_terminate_backend(pid) from pg_stat_activity where datname = %s",
        [embedded.DATABASE],
    )
    connections.dispose()


def test_an_account_asks_again_in_a_fragment(ana: Browser, monkeypatch: pytest.MonkeyPatch) -> None:
    del ana

    @dataclass
    class Context:
        fragment_ids_this_run: list[str] | None

    page = signed_in()
    state = {key: page.session_state[key] for key in ("accounts.account", "accounts.session")}
    monkeypatch.setattr(streamlit, "session_state", state)

    class Rerun(BaseException):
        pass

    def rerun() -> None:
        raise Rerun

    monkeypatch.setattr(streamlit, "rerun", rerun)
    context = Context(None)
    monkeypatch.setattr(gate, "get_script_run_ctx", lambda: context)
    users.disable(EMAIL)
    assert gate.account() == state["accounts.account"]  # the gate itself has just asked
    context.fragment_ids_this_run = ["a card"]
    with pytest.raises(Rerun):
        gate.account()


def test_there_is_no_account_without_the_gate(browser: Browser) -> None:
    del browser
    with pytest.raises(gate.NotSignedInError):
        gate.account()
