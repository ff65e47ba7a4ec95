"""Nothing keeps people out of a page: what axe-core finds. Every page is looked at where it is
drawn, in test_pages_browser.py.

Only what Streamlit's own markup does wrong may be listed here, for the version that does it.
"""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from importlib.resources import files
from typing import Literal

import pytest
import streamlit as st
from playwright.sync_api import Browser, Page, expect

from tests.browser.conftest import Dashboard, Visitor

AXE = files("axe_playwright_python").joinpath("axe.min.js").read_text()

Theme = Literal["light", "dark"]


@dataclass(frozen=True)
class Excused:
    """A violation in Streamlit's own markup: the rule, its elements, and the version's number."""

    rule: str
    selector: str
    streamlit: str


EXCUSED = (
    # The headings of sections, and each section's links, stand in a <div> within the list.
    Excused("list", 'ul[data-testid="stSidebarNavItems"]', "1.67.0"),
    Excused("listitem", 'ul[data-testid="stSidebarNavItems"] > div > li', "1.67.0"),
)

# Contrast and alternative text are ours wherever they stand: such a rule is never excused.
OURS = re.compile(r"contrast|-alt$|-img-|-name$|label")


@dataclass(frozen=True)
class Found:
    """A violation of level serious or above; ``excused`` is what excuses it, if anything does."""

    where: str
    rule: str
    html: str
    excused: Excused | None


# What depends on the theme: in a page's second one, the others would find the same again.
COLOURS = ("color-contrast", "link-in-text-block")

# A rule with its elements: what they look like, and the first of the selectors that is theirs.
_LOOK = """async ([selectors, rules]) => {
    const {violations} = await axe.run(document, {
        ...(rules.length && {runOnly: {type: "rule", values: rules}}),
        resultTypes: ["violations"],
        preload: false,  // style sheets once more, for a rule that is not among the usual ones
    });
    const element = (node) => document.querySelector(node.target.at(-1));
    return violations
        .filter(({impact}) => impact === "serious" || impact === "critical")
        .flatMap(({id, nodes}) => nodes.map((node) => ({
            rule: id,
            html: `${node.target.join(" ")}: ${node.html.slice(0, 200)}`,
            excuse: selectors.findIndex(
                ([rule, selector]) => rule === id && element(node)?.matches(selector)
            ),
        })));
}"""


def look(page: Page, where: str, rules: tuple[str, ...] = ()) -> list[Found]:
    """What axe-core finds in the page as it is, by these rules or by all that are usual."""
    if not page.evaluate("'axe' in window"):
        page.evaluate(AXE)
    selectors = [[excused.rule, excused.selector] for excused in EXCUSED]
    return [
        Found(
            where,
            one["rule"],
            one["html"],
            EXCUSED[one["excuse"]] if one["excuse"] >= 0 else None,
        )
        for one in page.evaluate(_LOOK, [selectors, list(rules)])
    ]


def told(found: Iterable[Found]) -> list[str]:
    """What is not excused, a line for each element."""
    return [f"{one.where}: {one.rule}: {one.html}" for one in found if one.excused is None]


def in_both_themes(visitor: Visitor, where: str) -> Iterator[Found]:
    """What is found in a page that stands, in the theme that it has and in the other one."""
    themes: tuple[tuple[Theme, str], ...] = (
        ("light", "rgb(251, 248, 244)"),
        ("dark", "rgb(22, 18, 25)"),
    )
    for theme, paper in themes:
        # One that is open follows its system, which costs less than opening it again.
        visitor.page.emulate_media(color_scheme=theme)
        expect(visitor.page.locator("[data-testid=stApp]")).to_have_css("background-color", paper)
        visitor.drawn()
        yield from look(visitor.page, f"{where}, {theme}", COLOURS if theme == "dark" else ())


@pytest.fixture
def window(chromium: Browser, dashboard: Dashboard) -> Iterator[Visitor]:
    """A window that is signed out."""
    context = chromium.new_context(viewport={"width": 1440, "height": 900}, reduced_motion="reduce")
    context.set_default_timeout(60_000)
    yield Visitor(context.new_page(), dashboard.address)
    context.close()


def test_what_is_excused_is_still_there(window: Visitor) -> None:
    window.explore_the_demo()
    found = look(window.page, "Overview")
    assert {one.excused for one in found} - {None} == set(EXCUSED)


def test_only_this_streamlit_is_excused_and_never_contrast_or_text() -> None:
    assert {excused.streamlit for excused in EXCUSED} == {st.__version__}
    assert [excused for excused in EXCUSED if OURS.search(excused.rule)] == []
    assert all("stSidebarNav" in excused.selector for excused in EXCUSED)


def test_nothing_is_found_where_one_signs_in(window: Visitor) -> None:
    window.open("")
    assert told(in_both_themes(window, "log-in")) == []


def test_what_is_wrong_is_found(window: Visitor) -> None:
    window.open("")
    window.page.locator("[data-testid=stMain]").evaluate(
        """(main) => main.insertAdjacentHTML(
            "beforeend",
            "<img src='app/static/mark.svg'><p style='color: #bbb; background: #fff'>faint</p>"
        )"""
    )
    assert {found.rule for found in look(window.page, "log-in")} == {"image-alt", "color-contrast"}
