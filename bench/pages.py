"""Every page in Chromium, signed in as the team: from the click, or the address, to the last chart.

What is waited for is measured in the page (`drawn.js`). "Uncached" empties the server's answers
before; "cached" finds every answer there. The server runs on loopback, over the bench's home.
"""

import shutil
import socket
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psutil
from playwright.sync_api import BrowserContext, CDPSession, sync_playwright
from playwright.sync_api import Error as PlaywrightError

from accounts import users
from bench.results import table
from bench.server import FORGET
from bench.timing import Effort, percentile, repeat
from settings import ROOT

EMAIL = "bench@closetai.example"
# p95 in milliseconds, by what is done and what is cached.
GOALS_MS = {
    ("click", "uncached"): 750,
    ("click", "cached"): 400,
    ("filter", "uncached"): 750,
    ("filter", "cached"): 400,
    ("address", "warm browser"): 1300,
    ("address", "empty browser"): 2500,
}
# Processor time of the server for drawing what is cached, p95 in milliseconds.
GOAL_SERVER_MS = 60

DRAWN = (Path(__file__).parent / "drawn.js").read_text()
PERIODS = ("Last 30 days", "Last 90 days")


@dataclass(frozen=True)
class Once:
    """One time: until all was drawn, until the script had ended, and processor time used.

    ``browser_ms`` is what the page's main thread was busy, None where it is a new one.
    """

    drawn_ms: float
    ended_ms: float
    server_ms: float
    browser_ms: float | None


@dataclass(frozen=True)
class Address:
    """A page by its title, and the end of its address."""

    title: str
    path: str


class Visitor:
    """A signed-in browser window at a server whose processor time is known."""

    def __init__(self, context: BrowserContext, address: str, server: psutil.Process) -> None:
        self.context = context
        self.address = address
        self.server = server
        self.page = context.pages[0]
        self.devtools = self._devtools()

    def sign_in(self, password: str) -> list[Address]:
        """Sign in, and tell which pages the sidebar leads to."""
        self.page.goto(self.address)
        self.page.get_by_label("E-mail address").fill(EMAIL)
        self.page.get_by_label("Password", exact=True).fill(password)
        with self.page.expect_response("**/session"):
            self.page.get_by_role("button", name="Sign in", exact=True).click()
        links = self.page.locator("[data-testid=stSidebarNavLink]")
        links.first.wait_for()
        # A path is /unit-economics; the first page's is /.
        found = links.evaluate_all("all => all.map(a => [a.innerText, new URL(a.href).pathname])")
        return [Address(title.splitlines()[-1], path.strip("/")) for title, path in found]

    def open(self, to: Address, *, empty: bool = False) -> Once:
        """Open an address in a new tab, with the browser's cache as it is, or empty."""
        old, self.page = self.page, self.context.new_page()
        old.close()
        self.devtools = self._devtools()
        if empty:
            self.devtools.send("Network.clearBrowserCache")
        before = self._server_ms()
        self.page.goto(f"{self.address}/{to.path}", wait_until="commit")
        seen = self.page.evaluate("title => closetaiBench.opened(title)", to.title)
        return Once(**seen, server_ms=self._server_ms() - before, browser_ms=None)

    def click(self, to: Address) -> Once:
        """Click a page's link in the sidebar."""
        links = self.page.locator("[data-testid=stSidebarNavLink]")
        return self._clicked(to.title, links.filter(has_text=to.title).first.click)

    def has_periods(self) -> bool:
        """Whether the page can be shown for another period."""
        return self.page.get_by_role("combobox", name="Period").count() > 0

    def pick(self, title: str, period: str) -> Once:
        """Choose another period of the page with this title."""
        self.page.get_by_role("combobox", name="Period").click()
        option = self.page.get_by_role("option", name=period, exact=True)
        return self._clicked(title, option.click)

    def forget(self) -> None:
        """Let the server forget every answer."""
        with urllib.request.urlopen(f"{self.address}{FORGET}", timeout=10):
            pass

    def _clicked(self, title: str, click: Callable[[], None]) -> Once:
        self.page.evaluate("title => closetaiBench.expectClick(title)", title)
        server, browser = self._server_ms(), self._browser_ms()
        click()
        seen = self.page.evaluate("closetaiBench.clicked()")
        return Once(
            **seen,
            server_ms=self._server_ms() - server,
            browser_ms=self._browser_ms() - browser,
        )

    def _devtools(self) -> CDPSession:
        session = self.context.new_cdp_session(self.page)
        session.send("Performance.enable")
        return session

    def _server_ms(self) -> float:
        used = self.server.cpu_times()
        return float(used.user + used.system) * 1000

    def _browser_ms(self) -> float:
        metrics = self.devtools.send("Performance.getMetrics")["metrics"]
        return float(next(m["value"] for m in metrics if m["name"] == "TaskDuration")) * 1000


def measure(effort: Effort) -> list[dict[str, object]]:
    """Open every page of the sidebar in every way. ``effort`` is spent on each page and way."""
    with _server() as (address, server), _chromium() as context:
        visitor = Visitor(context, address, server)
        pages = visitor.sign_in(_password())
        # Whoever comes first waits for imports; that is told by the tests of starting, not here.
        for page in pages:
            visitor.open(page)
        rows: list[dict[str, object]] = []
        for number, page in enumerate(pages):
            # From a page that shows little, so that what is left behind costs little.
            start = pages[-1] if number < len(pages) - 1 else pages[0]
            rows += _measure_page(visitor, page, start, effort)
        return rows


def _measure_page(
    visitor: Visitor, page: Address, start: Address, effort: Effort
) -> list[dict[str, object]]:
    def from_start(*, cached: bool) -> Once:
        visitor.click(start)
        if not cached:
            visitor.forget()
        return visitor.click(page)

    def another_period(*, cached: bool) -> Once:
        # Back to the first one, which leaves its answers behind as well.
        visitor.pick(page.title, PERIODS[0])
        if cached:
            visitor.pick(page.title, PERIODS[1])
            visitor.pick(page.title, PERIODS[0])
        else:
            visitor.forget()
        return visitor.pick(page.title, PERIODS[1])

    def address(*, empty: bool) -> Once:
        visitor.forget()
        return visitor.open(page, empty=empty)

    ways: dict[tuple[str, str], Callable[[], Once]] = {
        ("address", "empty browser"): lambda: address(empty=True),
        ("address", "warm browser"): lambda: address(empty=False),
        ("click", "uncached"): lambda: from_start(cached=False),
        ("click", "cached"): lambda: from_start(cached=True),
    }
    rows = [_row(page, way, once, effort) for way, once in ways.items()]
    if visitor.has_periods():
        periods: dict[tuple[str, str], Callable[[], Once]] = {
            ("filter", "uncached"): lambda: another_period(cached=False),
            ("filter", "cached"): lambda: another_period(cached=True),
        }
        visitor.pick(page.title, PERIODS[1])
        rows += [_row(page, way, once, effort) for way, once in periods.items()]
    return rows


def _row(
    page: Address, way: tuple[str, str], once: Callable[[], Once], effort: Effort
) -> dict[str, object]:
    done, cache = way
    row: dict[str, object] = {"page": page.title, "what": done, "cache": cache}
    seen: list[Once] = []

    def drawn_ms() -> float:
        seen.append(once())
        return seen[-1].drawn_ms

    try:
        times = repeat(drawn_ms, effort)
    except PlaywrightError as error:
        sentence = error.message.splitlines()[0]
        return row | {"p50_ms": None, "p95_ms": None, "error": sentence}
    counted = seen[-len(times) :]
    server = [one.server_ms for one in counted]
    browser = [one.browser_ms for one in counted if one.browser_ms is not None]
    return row | {
        "p50_ms": percentile(times, 50),
        "p95_ms": percentile(times, 95),
        "script_p50_ms": percentile([one.ended_ms for one in counted], 50),
        "server_p50_ms": percentile(server, 50),
        "server_p95_ms": percentile(server, 95),
        "browser_p50_ms": percentile(browser, 50) if browser else None,
        "times": len(times),
    }


def report(rows: Sequence[dict[str, Any]]) -> str:
    """Each page and way with its goal, and how many keep it."""
    columns = {
        "page": "page",
        "what": "what",
        "cache": "cache",
        "p50_ms": "p50 ms",
        "p95_ms": "p95 ms",
        "goal_ms": "goal",
        "kept": "",
        "script_p50_ms": "script ended",
        "server_p50_ms": "server's processor",
        "browser_p50_ms": "browser's main thread",
    }
    lines = []
    for row in rows:
        goal = GOALS_MS[row["what"], row["cache"]]
        kept = row["p95_ms"] is not None and row["p95_ms"] <= goal
        lines.append({**row, "goal_ms": goal, "kept": "" if kept else "over"})
    late = sum(1 for line in lines if line["kept"])
    drawing = [row for row in rows if row["cache"] == "cached" and row["p95_ms"] is not None]
    busy = sum(1 for row in drawing if row["server_p95_ms"] > GOAL_SERVER_MS)
    return (
        f"{table(columns, lines)}\n"
        f"p95 within its goal: {len(lines) - late} of {len(lines)};"
        f" at most {GOAL_SERVER_MS} ms of the server's processor for a cached click:"
        f" {len(drawing) - busy} of {len(drawing)}"
    )


def _password() -> str:
    """A new password of the bench's own account, which it makes the first time."""
    if any(user.email == EMAIL for user in users.everybody()):
        return users.set_password(EMAIL)
    return users.add(EMAIL, "analyst", name="Bench")


@contextmanager
def _server() -> Iterator[tuple[str, psutil.Process]]:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    command = [sys.executable, "-m", "uvicorn", "bench.server:app", "--ws", "frontend:Socket"]
    command += ["--port", str(port), "--no-access-log", "--timeout-graceful-shutdown", "2"]
    process = subprocess.Popen(
        command,
        cwd=ROOT,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    address = f"http://127.0.0.1:{port}"
    try:
        _wait_for(f"{address}/_stcore/health", process)
        yield address, psutil.Process(process.pid)
    finally:
        process.terminate()
        process.wait(timeout=30)


def _wait_for(address: str, process: "subprocess.Popen[bytes]") -> None:
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline and process.poll() is None:
        with suppress(OSError), urllib.request.urlopen(address, timeout=5):
            return
        time.sleep(0.05)
    raise RuntimeError("The server does not start.")


@contextmanager
def _chromium() -> Iterator[BrowserContext]:
    """A browser with a profile on disk: without one, nothing is cached as on a desk."""
    with sync_playwright() as playwright, tempfile.TemporaryDirectory() as profile:
        context = playwright.chromium.launch_persistent_context(
            profile,
            executable_path=shutil.which("chromium") or shutil.which("google-chrome"),
            args=[
                "--no-sandbox",  # it may run as root
                # Who drives a browser listens as a debugger does, and V8 then parses functions
                # again to say where a call came from: half a second of an address that no visitor
                # waits for.
                "--js-flags=--no-enable-lazy-source-positions",
            ],
            viewport={"width": 1440, "height": 900},
            reduced_motion="reduce",
        )
        context.set_default_timeout(60_000)
        context.add_init_script(DRAWN)
        yield context
        context.close()
