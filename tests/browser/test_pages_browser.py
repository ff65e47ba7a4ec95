"""The pages as people see them: drawn, readable on a phone, in both themes, with their filters."""

import re
from typing import Literal

import pytest
from playwright.sync_api import StorageState, expect

from database import connections
from tests.browser.conftest import Dashboard, Visit, Visitor
from tests.conftest import use

PAGES = {
    "": "Overview",
    "mrr": "MRR",
    "movements": "Movements",
    "attribution": "Attribution",
    "unit-economics": "Unit economics",
    "volume": "Volume",
    "accuracy": "Accuracy",
    "retention": "Retention",
    "funnel": "Funnel",
    "lifetime-value": "Lifetime value",
    "launch": "Launch",
    "gallery": "Gallery",
    "queue": "Queue",
}
# Each page in each size and theme once, so that every pair occurs.
SEEN = [
    ("", 1440, "light"),
    ("", 390, "dark"),
    ("mrr", 1440, "dark"),
    ("mrr", 390, "light"),
    ("movements", 1440, "light"),
    ("movements", 390, "dark"),
    ("attribution", 1440, "dark"),
    ("attribution", 390, "light"),
    ("unit-economics", 1440, "light"),
    ("unit-economics", 390, "dark"),
    ("accuracy", 1440, "dark"),
    ("accuracy", 390, "light"),
    ("volume", 1440, "light"),
    ("volume", 390, "dark"),
    ("retention", 1440, "light"),
    ("retention", 390, "dark"),
    ("funnel", 1440, "dark"),
    ("funnel", 390, "light"),
    ("lifetime-value", 1440, "light"),
    ("lifetime-value", 390, "dark"),
    ("launch", 1440, "dark"),
    ("launch", 390, "light"),
    ("gallery", 1440, "dark"),
    ("gallery", 390, "light"),
    ("queue", 1440, "light"),
    ("queue", 390, "dark"),
]

# Every text with less than 4.5:1 against what is behind it, by the part of the page it stands in.
# Fading by opacity counts; what is not shown at all does not, nor do icons, and of a chart only
# what stands beside its colours: tests/test_look.py looks at what is written on coloured cells.
UNREADABLE = """() => {
    const numbers = (colour) => {
        const found = colour.match(/[\\d.]+/g).map(Number);
        return found.length < 4 ? [...found, 1] : found;
    };
    const over = (top, share, below) => below.map((c, i) => top[i] * share + c * (1 - share));
    const luminance = (colour) => colour
        .map((c) => c / 255)
        .map((c) => (c <= 0.03928 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4))
        .reduce((sum, c, i) => sum + c * [0.2126, 0.7152, 0.0722][i], 0);
    const found = {};
    const written = "p, span, label, a, li, h1, h2, h3, "
        + ".xtick text, .ytick text, .legendtext, .bartext-outside";
    for (const text of document.querySelectorAll(written)) {
        const own = [...text.childNodes].some((n) => n.nodeType === 3 && n.textContent.trim());
        if (!own || text.closest("[data-testid=stIconMaterial]")) continue;
        const style = getComputedStyle(text);
        const ink = numbers(text.tagName === "text" ? style.fill : style.color);
        const papers = [];
        let opacity = 1;
        for (let at = text; at; at = at.parentElement) {
            opacity *= Number(getComputedStyle(at).opacity);
            papers.unshift(numbers(getComputedStyle(at).backgroundColor));
        }
        const paper = papers.reduce((below, p) => over(p, p[3], below), [255, 255, 255]);
        const [a, b] = [over(ink, ink[3] * opacity, paper), paper].map(luminance);
        const ratio = (Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05);
        const part = text.closest("[data-testid]")?.dataset.testid ?? text.tagName;
        if (ratio > 1.01 && ratio < 4.5) found[`${part} ${ratio.toFixed(2)}`] = text.textContent;
    }
    return found;
}"""


@pytest.fixture
def visitor(visit: Visit, demo_visitor: StorageState) -> Visitor:
    """A demo visitor at a desk."""
    return visit(state=demo_visitor)


@pytest.mark.parametrize(("path", "width", "theme"), SEEN)
def test_a_page_is_drawn_without_errors_and_fits_its_window(
    visit: Visit,
    demo_visitor: StorageState,
    path: str,
    width: int,
    theme: Literal["light", "dark"],
) -> None:
    visitor = visit(width, theme, demo_visitor)
    visitor.open(path)
    page = visitor.page
    expect(page.get_by_role("heading", level=1)).to_have_text(PAGES[path])
    expect(page.get_by_text("Demo data").filter(visible=True)).to_have_count(1)
    expect(
        page.locator("[data-testid=stException], [data-testid=stAlertContentError]")
    ).to_have_count(0)
    overflow = "(main) => main.scrollWidth - main.clientWidth"
    assert page.locator("[data-testid=stMain]").evaluate(overflow) <= 0
    background = page.locator("[data-testid=stApp]").evaluate(
        "(app) => getComputedStyle(app).backgroundColor"
    )
    assert background == ("rgb(251, 248, 244)" if theme == "light" else "rgb(22, 18, 25)")
    assert page.evaluate(
        "[...document.fonts].some(f => f.family === 'Manrope' && f.status === 'loaded')"
    )
    assert page.evaluate(UNREADABLE) == {}
    assert visitor.errors == []


def test_the_frame_stands_before_the_figures(visitor: Visitor, dashboard: Dashboard) -> None:
    visitor.page.goto(f"{dashboard.address}/mrr", wait_until="commit")
    expect(visitor.page.get_by_role("heading", level=1)).to_have_text("MRR")
    expect(visitor.page.get_by_text("Leaderboard", exact=True)).to_be_visible()
    visitor.drawn()
    expect(visitor.page.locator("[data-testid=stMetricValue]")).to_have_count(4)


def test_filters_live_in_the_address_and_survive_a_reload(visitor: Visitor) -> None:
    page = visitor.page
    visitor.open("?period=Last+7+days")
    expect(page.get_by_text("vs 7 days before").first).to_be_visible()
    page.reload()
    visitor.drawn()
    expect(page.get_by_text("vs 7 days before").first).to_be_visible()
    assert "period=Last+7+days" in page.url


def test_a_brand_is_found_by_typing(
    visitor: Visitor, dashboard: Dashboard, monkeypatch: pytest.MonkeyPatch
) -> None:
    use(dashboard.cluster, monkeypatch)
    with connections.owner() as connection:
        name = connection.exec_driver_sql("select name from brands order by mrr desc").scalar()
    connections.dispose()
    page = visitor.page
    visitor.open("mrr")
    picker = page.get_by_role("combobox", name="Brand")
    picker.click()
    picker.fill(str(name)[:-1])
    page.get_by_role("option", name=str(name), exact=True).click()
    page.wait_for_url("**brand=**")
    expect(page.get_by_text("1 paying brand", exact=True)).to_be_visible()


def test_a_brand_that_does_not_exist_is_one_sentence(visitor: Visitor) -> None:
    visitor.page.goto(f"{visitor.address}/?brand=00000000-0000-7000-8000-000000000000")
    sentence = "The address names a brand that this account cannot see."
    expect(visitor.page.get_by_text(sentence)).to_be_visible()
    expect(visitor.page.locator("[data-testid=stMetric]")).to_have_count(0)


def test_the_doors_lead_where_they_say(visitor: Visitor) -> None:
    page = visitor.page
    for door, title in (("Leaderboard", "MRR"), ("Retention", "Retention"), ("Launch", "Launch")):
        visitor.open("")
        page.locator("[data-testid=stMain]").get_by_role("link", name=door).click()
        expect(page.get_by_role("heading", level=1)).to_have_text(title)


def test_a_card_says_its_definition_and_is_read_again_on_a_click(
    visitor: Visitor, dashboard: Dashboard, monkeypatch: pytest.MonkeyPatch
) -> None:
    page = visitor.page
    visitor.open("launch")
    expect(page.locator(".st-key-card-jobs").get_by_text("UTC")).to_have_text(
        re.compile(r"As of \d+ \w{3}, \d\d:\d\d UTC")
    )
    visitor.open("")
    card = page.locator(".st-key-card-mrr")
    card.locator("[data-testid=stTooltipIcon]").first.hover()
    expect(page.get_by_text("Monthly recurring revenue: of each subscription")).to_be_visible()
    use(dashboard.cluster, monkeypatch)
    with connections.owner() as connection:
        connection.exec_driver_sql("revoke select on mrr_movements from closetai_reader")
    try:
        card.locator("[class*=st-key-refresh] button").filter(visible=True).first.click()
        expect(card.get_by_text("MRR could not be read just now")).to_be_visible()
        expect(page.locator(".st-key-card-tryons [data-testid=stMetricValue]")).to_be_visible()
    finally:
        with connections.owner() as connection:
            connection.exec_driver_sql("grant select on mrr_movements to closetai_reader")
        connections.dispose()
    card.get_by_role("button", name="Try again").click()
    expect(card.locator("[data-testid=stMetricValue]")).to_be_visible()
