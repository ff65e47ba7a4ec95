"""Takes the screenshots that the README shows, of a running dashboard, as a demo visitor.

    closetai run                                        # in one terminal, with demo data
    python tests/browser/screenshots.py http://127.0.0.1:8501    # in another

Writes docs/screenshots/<page>-<theme>-<width>.png. Ends with an error when a page logs one. The
demo's pictures should all have been made: ten minutes or so after the first start.
"""

import re
import shutil
import sys
from pathlib import Path

from playwright.sync_api import Browser, ConsoleMessage, Page, sync_playwright

ROOT = Path(__file__).parents[2]
SIZES = {1440: 900, 390: 844}
# What the README shows: <page>-<theme>-<width>.
_SHOWN = re.compile(r"docs/screenshots/(\S+)-(light|dark)-(\d+)\.png")


def drawn(page: Page) -> None:
    """Wait until the page's title stands, nothing runs any more and no card is still loading."""
    page.get_by_role("heading", level=1).wait_for()
    page.wait_for_function(
        """() => document.querySelector('[data-test-script-state]')
                   ?.getAttribute('data-test-script-state') === 'notRunning'
              && !document.querySelector('[data-testid="stSkeleton"]')"""
    )
    # Charts draw themselves a moment after their data arrived.
    page.wait_for_function(
        """() => [...document.querySelectorAll('[data-testid="stPlotlyChart"]')]
                   .every((chart) => chart.querySelector('.main-svg'))"""
    )
    page.evaluate("() => document.fonts.ready")


def launch(page: Page) -> None:
    """One click, and the picture that comes of it."""
    page.locator(".st-key-launch button").click()
    page.get_by_role("img", name="After: ").wait_for(timeout=60_000)
    page.mouse.move(0, 0)
    drawn(page)


def take(browser: Browser, address: str, name: str, theme: str, width: int) -> list[str]:
    """A screenshot of a page, by a new visitor; returns what the console called errors."""
    errors: list[str] = []

    def heard(message: ConsoleMessage) -> None:
        # Streamlit itself looks for its health route below a page's address first, and finds none.
        if message.type == "error" and "/_stcore/" not in message.location["url"]:
            errors.append(message.text)

    context = browser.new_context(
        viewport={"width": width, "height": SIZES[width]},
        color_scheme="dark" if theme == "dark" else "light",
        reduced_motion="reduce",
    )
    page = context.new_page()
    page.on("console", heard)
    page.goto(address)
    # The cookie that the next address needs is set by a request of its own.
    with page.expect_response("**/session"):
        page.get_by_role("button", name="Explore the demo").click()
    drawn(page)
    if name != "overview":
        page.goto(f"{address}/{name}")
        drawn(page)
    if name == "launch":
        launch(page)
    # Those further down are not loaded before somebody scrolls there. The slider of before and
    # after has its pictures in a shadow root, which document.images does not look into.
    page.wait_for_function(
        """() => {
            const below = (root) => [...root.querySelectorAll('*')].flatMap((one) =>
                one.shadowRoot ? below(one.shadowRoot) : one.tagName === 'IMG' ? [one] : []);
            return below(document).every((image) =>
                image.complete || image.getBoundingClientRect().top > window.innerHeight);
        }"""
    )
    file = ROOT / "docs" / "screenshots" / f"{name}-{theme}-{width}.png"
    page.screenshot(path=file, animations="disabled")
    context.close()
    return errors


def main(address: str) -> int:
    """Take them all; the exit code is 1 when a browser console held an error."""
    chromium = shutil.which("chromium") or shutil.which("chromium-browser")
    shown = _SHOWN.findall((ROOT / "README.md").read_text())
    errors: list[str] = []
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, args=["--no-sandbox"])
        for name, theme, width in shown:
            errors += take(browser, address, name, theme, int(width))
        browser.close()
    sys.stderr.writelines(f"{error}\n" for error in errors)
    return 1 if errors else 0


if __name__ == "__main__":
    raise SystemExit(main((sys.argv[1:] or ["http://127.0.0.1:8501"])[0].rstrip("/")))
