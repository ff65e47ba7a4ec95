"""What browser tests stand on: a real server over demo data up to now, and a real Chromium."""

import os
import secrets
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Literal

import pytest
from playwright.sync_api import (
    Browser,
    BrowserContext,
    ConsoleMessage,
    Locator,
    Page,
    StorageState,
    expect,
    sync_playwright,
)
from sqlalchemy import text

from accounts import sessions, users
from accounts.sessions import BROWSER_COOKIE, SESSION_COOKIE, Opened
from accounts.sign_in import explore_demo
from database import connections
from database.embedded import Cluster
from database.tenancy import Scope
from settings import ROOT, settings
from tests import prepared
from tests.prepared import use
from tests.rows import insert
from tests.supervised import free_port, status
from tests.waiting import wait_until


@dataclass
class Dashboard:
    """A server under test, and the database under it."""

    address: str
    cluster: Cluster


@dataclass
class Visitor:
    """A browser window of its own: what its console called errors, which addresses it asked for."""

    page: Page
    address: str
    errors: list[str] = field(default_factory=list)
    asked: list[str] = field(default_factory=list)

    def hear(self, message: ConsoleMessage) -> None:
        if message.type == "error":
            self.errors.append(f"{message.text} {message.location['url']}")

    def explore_the_demo(self, path: str = "") -> None:
        """Sign in as a demo visitor, and wait until the browser has its cookie and the page."""
        self.page.goto(f"{self.address}/{path}")
        with self.page.expect_response("**/session"):
            self.page.get_by_role("button", name="Explore the demo").click()
        self.drawn()

    def open(self, path: str) -> None:
        """Go to an address of the dashboard and wait until it stands."""
        self.page.goto(f"{self.address}/{path}")
        self.drawn()

    def drawn(self) -> None:
        """Wait until the script has ended, no card is loading and every chart is drawn."""
        self.page.get_by_role("heading", level=1).wait_for()
        self.page.wait_for_function(
            """() => document.querySelector('[data-test-script-state]')
                       ?.getAttribute('data-test-script-state') === 'notRunning'
                  && !document.querySelector('[data-testid="stSkeleton"]')
                  && [...document.querySelectorAll('[data-testid="stPlotlyChart"]')]
                       .every((chart) => chart.querySelector('.main-svg'))"""
        )


def put_away(dialog: Locator) -> None:
    """Close a dialog by the keyboard, wherever the focus was when its content changed."""
    dialog.press("Escape")
    expect(dialog).to_have_count(0)


@pytest.fixture(scope="package")
def dashboard() -> Iterator[Dashboard]:
    """Start a server over a database of its own with a little demo data up to now.

    There is one more demo brand, Aster, of which there is nothing.
    """
    port = free_port()
    with prepared.demo_server() as cluster, pytest.MonkeyPatch.context() as monkeypatch:
        monkeypatch.delenv("DATABASE_URL", raising=False)
        prepared.clone(cluster, prepared.RECENT)
        use(cluster, monkeypatch)
        with connections.owner() as connection:
            # Before the first page: for a minute the server keeps in mind which brands there are.
            insert(connection, "brands", name="Aster", slug="aster", is_demo=True)
        connections.dispose()
        proxy = ["--proxy-headers", "--forwarded-allow-ips", "127.0.0.1"]  # as in a deployment
        command = [sys.executable, "-m", "uvicorn", "server:app", "--ws", "frontend:Socket"]
        server = subprocess.Popen(
            [*command, "--port", str(port), *proxy],
            cwd=ROOT,
            env={**os.environ, "CLOSETAI_DEMO": "on", "PORT": str(port)},
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        settings.cache_clear()
        try:
            wait_until(lambda: status(port, "/") == 200, "the server answers", 60)
            yield Dashboard(f"http://127.0.0.1:{port}", cluster)
        finally:
            server.terminate()
            server.wait(timeout=30)


@pytest.fixture(scope="package")
def chromium() -> Iterator[Browser]:
    """Start the system's Chromium."""
    expect.set_options(timeout=60_000)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=shutil.which("chromium")
            or shutil.which("chromium-browser")
            or shutil.which("google-chrome"),
            args=[
                "--no-sandbox",  # it runs as root, in a container or on a developer's machine
                # Where a debugger listens, V8 parses functions again to say where a call came from.
                "--js-flags=--no-enable-lazy-source-positions",
            ],
        )
        yield browser
        browser.close()


Visit = Callable[..., Visitor]


@dataclass
class Windows:
    """A browser for each who is signed in, whose cache is warm after the first page."""

    chromium: Browser
    opened: dict[int, BrowserContext] = field(default_factory=dict)
    tabs: dict[int, Page] = field(default_factory=dict)

    def context(self, state: StorageState | None = None) -> BrowserContext:
        """The browser of somebody who is signed in; without a state, a new one, to be closed."""
        if state:
            return self.opened[id(state)]
        context = self.chromium.new_context(reduced_motion="reduce")
        # The machine may be busy with other tests: waiting longer costs nothing when all is well.
        context.set_default_timeout(60_000)
        return context

    def tab(self, state: StorageState) -> Page:
        """The one tab of somebody who is signed in: it has read our scripts before."""
        if id(state) not in self.tabs:
            self.tabs[id(state)] = self.context(state).new_page()
        return self.tabs[id(state)]

    def keep(self, context: BrowserContext) -> StorageState:
        """Keep a browser in which somebody has signed in, for whoever names what it remembers."""
        state = context.storage_state()
        self.opened[id(state)] = context
        return state


@pytest.fixture(scope="package")
def windows(chromium: Browser) -> Iterator[Windows]:
    """Close at the end what was kept open."""
    windows = Windows(chromium)
    yield windows
    for context in windows.opened.values():
        context.close()


@pytest.fixture
def visit(windows: Windows, dashboard: Dashboard) -> Iterator[Visit]:
    """Open windows, as wide as a desk's or a phone's, in the theme that their system prefers.

    Signed out, in a browser of its own, unless it is told the `state` of one that is signed in.
    """
    opened: list[BrowserContext] = []
    used: list[Visitor] = []

    def open_window(
        width: int = 1440,
        theme: Literal["light", "dark"] = "light",
        state: StorageState | None = None,
    ) -> Visitor:
        if state:
            page = windows.tab(state)
            page.bring_to_front()
        else:
            opened.append(windows.context())
            page = opened[-1].new_page()
        page.set_viewport_size({"width": width, "height": 900})
        page.emulate_media(color_scheme=theme)
        visitor = Visitor(page, dashboard.address)
        page.on("console", visitor.hear)
        if state:
            used.append(visitor)
        return visitor

    yield open_window
    for context in opened:
        context.close()
    for visitor in used:
        # A page that stands asks for news.
        visitor.page.goto(f"{visitor.address}/_stcore/health")
        visitor.page.remove_listener("console", visitor.hear)


def with_session(
    windows: Windows, dashboard: Dashboard, begin: Callable[[str], Opened]
) -> StorageState:
    """Give a new browser the session that ``begin`` opens for it, as /session would.

    How people get there is what test_sign_in_browser.py is about; a page each is a second.
    """
    browser = secrets.token_urlsafe(16)
    with pytest.MonkeyPatch.context() as monkeypatch:
        use(dashboard.cluster, monkeypatch)
        monkeypatch.setenv("CLOSETAI_DEMO", "on")
        redeemed = sessions.redeem(begin(browser).ticket, browser, datetime.now(UTC))
        connections.dispose()
    settings.cache_clear()
    assert redeemed is not None
    context = windows.context()
    held = {SESSION_COOKIE: redeemed[0], BROWSER_COOKIE: browser}
    context.add_cookies(
        [{"name": name, "value": value, "url": dashboard.address} for name, value in held.items()]
    )
    return windows.keep(context)


@pytest.fixture(scope="package")
def demo_visitor(windows: Windows, dashboard: Dashboard) -> StorageState:
    """Begin a demo visitor's session once, and return what the browser remembers of it."""
    return with_session(
        windows, dashboard, lambda browser: explore_demo(browser=browser, now=datetime.now(UTC))
    )


def added(
    windows: Windows, dashboard: Dashboard, email: str, role: str, brands: Sequence[str] = ()
) -> StorageState:
    """Add somebody, and begin a session of theirs."""

    def begin(browser: str) -> Opened:
        users.add(email, role, name=role.replace("_", " ").capitalize(), brands=brands)
        with connections.writer(Scope.system()) as connection:
            user = connection.scalar(
                text("select cast(id as text) from users where email = :email"), {"email": email}
            )
            assert user is not None
            now = datetime.now(UTC)  # after the password came to be
            return sessions.open_for(connection, user, browser, sessions.LIFETIME, now)

    return with_session(windows, dashboard, begin)


@pytest.fixture(scope="package")
def team_member(windows: Windows, dashboard: Dashboard) -> StorageState:
    """Begin a session of an analyst of the team."""
    return added(windows, dashboard, "analyst@closetai.example", "analyst")


@pytest.fixture(scope="package")
def brand_manager(windows: Windows, dashboard: Dashboard) -> StorageState:
    """Begin a session of the manager of the demo's sample brand."""
    with pytest.MonkeyPatch.context() as monkeypatch:
        use(dashboard.cluster, monkeypatch)
        with connections.writer(Scope.system()) as connection:
            sample = users.sample_brand(connection)
        connections.dispose()
    settings.cache_clear()
    assert sample is not None
    return added(windows, dashboard, "manager@closetai.example", "brand_manager", [sample[1]])
