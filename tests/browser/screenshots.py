"""Takes the README's screenshots of a running dashboard, as a demo visitor, in Chromium.

    closetai run                                        # in one terminal, with demo data
    python tests/browser/screenshots.py http://127.0.0.1:8501    # in another

Writes docs/screenshots/<page>-<theme>-<width>.png. Ends with an error when a page logs one.
"""

import shutil
import sys
from pathlib import Path

from playwright.sync_api import Browser, ConsoleMessage, Page, sync_playwright

OUT = Path(__file__).parents[2] / "docs" / "screenshots"
PAGES = {"overview": "", "mrr": "mrr", "movements": "movements", "volume": "volume"} | {
    name: name for name in ("accuracy", "retention")
}
SIZES = ((1440, 900), (390, 844))
THEMES = ("light", "dark")


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


def take(browser: Browser, address: str, width: int, height: int, theme: str) -> list[str]:
    """Screenshots of every page in one size and theme; returns what the console called errors."""
    errors: list[str] = []

    def heard(message: ConsoleMessage) -> None:
        # Streamlit itself looks for its health route below a page's address first, and finds none.
        if message.type == "error" and "/_stcore/" not in message.location["url"]:
            errors.append(message.text)

    context = browser.new_context(
        viewport={"width": width, "height": height},
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
    for name, path in PAGES.items():
        page.goto(f"{address}/{path}")
        drawn(page)
        page.screenshot(path=OUT / f"{name}-{theme}-{width}.png", animations="disabled")
    context.close()
    return errors


def main(address: str) -> int:
    """Take them all; the exit code is 1 when a browser console held an error."""
    chromium = shutil.which("chromium") or shutil.which("chromium-browser")
    OUT.mkdir(parents=True, exist_ok=True)
    errors: list[str] = []
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, args=["--no-sandbox"])
        for width, height in SIZES:
            for theme in THEMES:
                errors += take(browser, address, width, height, theme)
        browser.close()
    sys.stderr.writelines(f"{error}\n" for error in errors)
    return 1 if errors else 0


if __name__ == "__main__":
    raise SystemExit(main((sys.argv[1:] or ["http://127.0.0.1:8501"])[0].rstrip("/")))
