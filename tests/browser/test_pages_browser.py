"""The pages as people see them: drawn, readable on a phone, in both themes, with their filters."""

import re
from collections.abc import Callable
from contextlib import suppress
from itertools import combinations, product
from pathlib import Path
from typing import Literal

import pytest
from playwright.sync_api import StorageState, expect
from playwright.sync_api import TimeoutError as PlaywrightTimeoutError

from database import connections
from settings import ROOT
from tests.browser.conftest import Dashboard, Visit, Visitor, Windows
from tests.browser.test_accessibility import look, told
from tests.prepared import use

# Every page there is, by its address.
PAGES = [
    "" if path.stem == "overview" else path.stem.replace("_", "-")
    for path in sorted((ROOT / "pages").glob("*/*.py"))
]
ROLES = ("demo_visitor", "team_member", "brand_manager")
PAPER = {"light": "rgb(251, 248, 244)", "dark": "rgb(22, 18, 25)"}
# Each page is opened once, every other one on a phone, and then seen in the other width and theme
# as well; themes, widths and roles meet in every pair.
LOOKS = ((1440, "light"), (390, "dark"), (1440, "dark"), (390, "light"))
SEEN = [
    (page, ROLES[number % 3], (LOOKS[number % 4], LOOKS[number % 4 ^ 1]))
    for number, page in enumerate(PAGES)
]

# Every text with less than 4.5:1 against what is behind it, by the part of the page it stands in.
# Fading by opacity counts; what is not shown at all does not, nor do icons, and of a chart only
# what stands beside its colours: tests/test_look.py looks at what is written on coloured cells.
UNREADABLE = """() => {
    const numbers = (colour) => {
        const found = colour.match(/[\\d.]+/g).map(Number);
        // What is mixed is written as color(srgb 0.5 0.5 0.5).
        const most = colour.startsWith("color(") ? 255 : 1;
        return [...found.slice(0, 3).map((part) => part * most), found[3] ?? 1];
    };
    const over = (top, share, below) => below.map((c, i) => top[i] * share + c * (1 - share));
    const luminance = (colour) => colour
        .map((c) => c / 255)
        .map((c) => (c <= 0.03928 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4))
        .reduce((sum, c, i) => sum + c * [0.2126, 0.7152, 0.0722][i], 0);
    const found = {};
    // What lies behind a text, from the page upwards, and what fading leaves of it: the same for
    // most of its neighbours.
    const behind = new Map([[null, [[], 1]]]);
    const under = (element) => {
        if (!behind.has(element)) {
            const [papers, opacity] = under(element.parentElement);
            const style = getComputedStyle(element);
            behind.set(element, [
                [...papers, numbers(style.backgroundColor)], opacity * Number(style.opacity),
            ]);
        }
        return behind.get(element);
    };
    const written = "p, span, label, a, li, h1, h2, h3, "
        + ".xtick text, .ytick text, .xtitle, .ytitle, .legendtext, .annotation-text, "
        + ".textpoint text, .bartext-outside";
    for (const text of document.querySelectorAll(written)) {
        const own = [...text.childNodes].some((n) => n.nodeType === 3 && n.textContent.trim());
        // What cannot be pressed now may be faint (WCAG 1.4.3).
        const skipped = "[data-testid=stIconMaterial], :disabled, [aria-disabled=true]";
        if (!own || text.closest(skipped)) continue;
        const style = getComputedStyle(text);
        const ink = numbers(text.tagName === "text" ? style.fill : style.color);
        const [papers, opacity] = under(text);
        if (opacity < 0.05) continue;
        const paper = papers.reduce((below, p) => over(p, p[3], below), [255, 255, 255]);
        const [a, b] = [over(ink, ink[3] * opacity, paper), paper].map(luminance);
        const ratio = (Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05);
        const part = text.closest("[data-testid]")?.dataset.testid ?? text.tagName;
        if (ratio > 1.01 && ratio < 4.5) found[`${part} ${ratio.toFixed(2)}`] = text.textContent;
    }
    return found;
}"""


@pytest.fixture(scope="package")
def standing(windows: Windows, dashboard: Dashboard) -> Callable[[StorageState], Visitor]:
    """Give each visitor one window, at a desk, from whose menu all pages are opened."""
    opened: dict[int, Visitor] = {}

    def window(state: StorageState) -> Visitor:
        page = windows.tab(state)
        if id(state) not in opened:
            opened[id(state)] = Visitor(page, dashboard.address)
            page.on("console", opened[id(state)].hear)
            page.on("request", lambda request: opened[id(state)].asked.append(request.url))
        page.bring_to_front()
        if not page.locator("[data-testid=stSidebarNavLink]").count():
            opened[id(state)].open("wardrobe")
        return opened[id(state)]

    return window


# What a chart writes beside its bars and axes and cuts off at an edge of its own.
CUT_OFF = """() => [...document.querySelectorAll('.main-svg')].flatMap((chart) => {
    const edge = chart.getBoundingClientRect();
    const words = '.bars text, .xtick text, .ytick text, .xtitle, .ytitle, .legendtext';
    return [...chart.querySelectorAll(words)]
        .filter((text) => {
            const box = text.getBoundingClientRect();
            return box.width > 0 && (box.left < edge.left - 1 || box.right > edge.right + 1
                || box.top < edge.top - 1 || box.bottom > edge.bottom + 1);
        })
        .map((text) => text.textContent);
})"""


@pytest.fixture
def visitor(visit: Visit, demo_visitor: StorageState) -> Visitor:
    """A demo visitor at a desk."""
    return visit(state=demo_visitor)


def test_widths_themes_and_roles_meet_in_every_pair() -> None:
    seen = [(width, theme, role) for _, role, looks in SEEN for width, theme in looks]
    for one, other in combinations(range(3), 2):
        wanted = {each[one] for each in seen}, {each[other] for each in seen}
        assert {(each[one], each[other]) for each in seen} == set(product(*wanted))
    assert {page for page, _, _ in SEEN} == set(PAGES)
    assert {looks[0][0] for _, _, looks in SEEN} == {1440, 390}


@pytest.mark.parametrize(("path", "role", "looks"), SEEN)
def test_a_page_is_drawn_without_errors_and_fits_its_window(
    standing: Callable[[StorageState], Visitor],
    request: pytest.FixtureRequest,
    path: str,
    role: str,
    looks: tuple[tuple[int, Literal["light", "dark"]], ...],
) -> None:
    visitor = standing(request.getfixturevalue(role))
    visitor.errors.clear()
    visitor.asked.clear()
    page = visitor.page
    link = page.locator(f"[data-testid=stSidebarNavLink][href$='/{path}']")
    title = link.inner_text().split("\n")[-1]
    # A phone's menu is closed.
    link.evaluate("(link) => link.click()")
    expect(page.get_by_role("heading", level=1)).to_have_text(title)
    for width, theme in looks:
        page.set_viewport_size({"width": width, "height": 900})
        page.emulate_media(color_scheme=theme)
        expect(page.locator("[data-testid=stApp]")).to_have_css("background-color", PAPER[theme])
        visitor.drawn()
        # A page with a chat scrolls in a container of another name. Charts follow a moment later.
        main = "[data-testid=stMain], [data-testid=stAppScrollToBottomContainer]"
        page.wait_for_function(
            "(main) => { const {scrollWidth, clientWidth} = document.querySelector(main);"
            " return scrollWidth <= clientWidth; }",
            arg=main,
        )
        # After a change of theme they have the old one's colours for that moment.
        with suppress(PlaywrightTimeoutError):
            page.wait_for_function(f"() => Object.keys(({UNREADABLE})()).length === 0")
        assert page.evaluate(UNREADABLE) == {}
        assert page.evaluate(CUT_OFF) == []
        assert told(look(page, f"{path}, {width}, {theme}")) == []
    expect(page.get_by_role("heading", level=1)).to_have_count(1)
    expect(page.get_by_text("Demo data").filter(visible=True)).to_have_count(1)
    expect(
        page.locator("[data-testid=stException], [data-testid=stAlertContentError]")
    ).to_have_count(0)
    assert page.evaluate(
        "[...document.fonts].some(f => f.family === 'Manrope' && f.status === 'loaded')"
    )
    assert visitor.errors == []
    # Emojis, formulas and HTML in Markdown: nothing says so, and each takes as long as two charts.
    rare = ("remark-emoji", "rehype-katex", "rehype-raw")
    assert [url for url in visitor.asked if Path(url).name.startswith(rare)] == []
    # Scripts come from one folder: from two, each would be loaded twice.
    assert [url for url in visitor.asked if "/static/js/" in url] == []


def test_the_frame_stands_before_the_figures(visitor: Visitor, dashboard: Dashboard) -> None:
    visitor.page.goto(f"{dashboard.address}/mrr", wait_until="commit")
    expect(visitor.page.get_by_role("heading", level=1)).to_have_text("MRR")
    expect(visitor.page.get_by_text("Leaderboard", exact=True)).to_be_visible()
    visitor.drawn()
    expect(visitor.page.locator(".tile .value")).to_have_count(4)
    # It has been told where the server is, and looked nowhere else.
    assert visitor.errors == []


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
    expect(visitor.page.locator(".tile")).to_have_count(0)


def test_the_doors_lead_where_they_say(visitor: Visitor) -> None:
    page = visitor.page
    visitor.open("")
    for door, title in (("Leaderboard", "MRR"), ("Retention", "Retention"), ("Launch", "Launch")):
        page.locator("[data-testid=stMain]").get_by_role("link", name=door).click()
        expect(page.get_by_role("heading", level=1)).to_have_text(title)
        page.go_back()
        expect(page.get_by_role("heading", level=1)).to_have_text("Overview")


def test_a_card_says_its_definition_and_is_read_again_on_a_click(
    visitor: Visitor, dashboard: Dashboard, monkeypatch: pytest.MonkeyPatch
) -> None:
    page = visitor.page
    visitor.open("launch")
    expect(page.locator(".st-key-card-jobs").get_by_text("as of")).to_have_text(
        re.compile(r"Details as of \d+ \w{3}, \d\d:\d\d")
    )
    visitor.open("")
    card = page.locator(".st-key-card-mrr")
    card.get_by_role("button", name="What MRR is").hover()
    expect(page.get_by_text("Monthly recurring revenue: of each subscription")).to_be_visible()
    use(dashboard.cluster, monkeypatch)
    with connections.owner() as connection:
        connection.exec_driver_sql("revoke select on mrr_movements from closetai_reader")
    try:
        card.get_by_role("button", name="Details as of").click()
        page.get_by_role("button", name="Read again").click()
        expect(card.get_by_text("MRR could not be read just now")).to_be_visible()
        expect(page.locator(".st-key-card-tryons .tile .value")).to_be_visible()
    finally:
        with connections.owner() as connection:
            connection.exec_driver_sql("grant select on mrr_movements to closetai_reader")
        connections.dispose()
    card.get_by_role("button", name="Try again").click()
    expect(card.locator(".tile .value")).to_be_visible()


def test_figures_stand_beside_one_another_on_a_phone(
    visit: Visit, demo_visitor: StorageState
) -> None:
    visitor = visit(390, "light", demo_visitor)
    visitor.open("accuracy")
    cells = visitor.page.locator(".st-key-tiles > .stGridCell")
    expect(cells).to_have_count(3)
    first, second, last = (
        cell.evaluate("cell => cell.getBoundingClientRect().toJSON()") for cell in cells.all()
    )
    assert first["top"] == second["top"] < last["top"]
    assert first["right"] < second["left"]
    # Of an odd number the last one has the room of two.
    assert (last["left"], last["right"]) == pytest.approx((first["left"], second["right"]), abs=1)
    # All of a card lies within it.
    for cell in cells.all():
        assert cell.evaluate("cell => cell.scrollWidth <= cell.clientWidth")
    assert visitor.errors == []


@pytest.mark.parametrize("theme", PAPER)
def test_a_menu_s_own_words_are_read_while_it_is_open(
    visit: Visit, demo_visitor: StorageState, theme: str
) -> None:
    visitor = visit(390, theme, demo_visitor)
    visitor.open("accuracy")
    menu = visitor.page.get_by_role("button", name="Details as of").first
    menu.hover()
    assert visitor.page.evaluate(UNREADABLE) == {}
    menu.click()
    expect(visitor.page.get_by_role("button", name="CSV")).to_be_visible()
    assert visitor.page.evaluate(UNREADABLE) == {}
