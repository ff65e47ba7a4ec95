"""The files of a card, saved by a browser and compared with the screen."""

import csv
import io
import re
from pathlib import Path

import openpyxl
import pytest
from playwright.sync_api import Locator, StorageState, expect

from components import charts
from tests.browser.conftest import Visit, Visitor


@pytest.fixture
def visitor(visit: Visit, demo_visitor: StorageState) -> Visitor:
    """A demo visitor at a desk."""
    return visit(state=demo_visitor)


def menu_of(visitor: Visitor, card: str) -> Locator:
    """Open the menu of a card."""
    button = visitor.page.locator(f".st-key-menu-{card} button")
    button.filter(visible=True).first.click()
    menu = visitor.page.locator("[data-testid=stPopoverBody]")
    expect(menu.get_by_role("button", name="XLSX")).to_be_visible()
    return menu


def saved(visitor: Visitor, press: Locator) -> bytes:
    with visitor.page.expect_download() as download:
        press.click()
    assert re.fullmatch(r"closetai-[a-z0-9-]+\.(csv|xlsx|png)", download.value.suggested_filename)
    # Made in the browser: there is no address that anybody else could ask.
    assert download.value.url.startswith(("blob:", "data:"))
    return Path(download.value.path()).read_bytes()


def test_csv_and_xlsx_of_a_figure_are_what_the_card_shows(visitor: Visitor) -> None:
    asked: list[str] = []
    visitor.page.on("request", lambda request: asked.append(request.url))
    visitor.open("mrr?period=Last+7+days")
    card = visitor.page.locator(".st-key-card-mrr")
    shown = card.locator(".tile .value").inner_text()
    menu = menu_of(visitor, "mrr")
    expect(menu.get_by_text("Monthly recurring revenue")).to_be_visible()
    expect(menu.get_by_text(re.compile(r"revenue/mrr_total: 1 row in .* ms"))).to_be_visible()
    content = saved(visitor, menu.get_by_role("button", name="CSV"))
    rows = list(csv.reader(io.StringIO(content.decode("utf-8-sig"))))
    facts = {row[0]: row[1] for row in rows if len(row) == 2}
    assert rows[0] == ["MRR"]
    assert facts["As shown"] == shown
    assert facts["Brands"] == "All demo brands"
    assert re.fullmatch(r"\d{4}-\d\d-\d\d \d\d:\d\d:\d\d UTC", facts["As of"])
    assert "policy strict" in facts["Filters"]
    workbook = saved(visitor, menu.get_by_role("button", name="XLSX"))
    book = openpyxl.load_workbook(io.BytesIO(workbook))
    found = {row[0].value: row[1].value for row in book["Data"].iter_rows()}
    assert found["As shown"] == shown
    assert float(facts["MRR"]) == found["MRR"]
    # Twice the same is twice a file.
    again = saved(visitor, menu.get_by_role("button", name="CSV"))
    assert again == content
    assert not [url for url in asked if url.startswith(f"{visitor.address}/media/")]
    assert visitor.errors == []


def test_the_file_of_a_table_has_the_rows_on_the_screen(visitor: Visitor) -> None:
    visitor.open("mrr")
    menu = menu_of(visitor, "leaderboard")
    workbook = saved(visitor, menu.get_by_role("button", name="XLSX"))
    book = openpyxl.load_workbook(io.BytesIO(workbook))
    heading, first, *_ = ([cell.value for cell in row] for row in book["Data"].iter_rows())
    visitor.page.keyboard.press("Escape")
    table = visitor.page.locator(".st-key-card-leaderboard").get_by_role("table")
    named = table.get_by_role("columnheader").all_inner_texts()
    assert [name.removesuffix(" (USD)").removesuffix(" (%)") for name in heading] == named
    cells = table.locator("tbody tr").first.locator("th, td").all_inner_texts()
    assert [str(first[0]), first[1], f"${first[2]:,.0f}"] == cells[:3]


def test_a_chart_is_saved_as_a_picture_with_time_and_filters(visitor: Visitor) -> None:
    visitor.open("mrr")
    menu = menu_of(visitor, "mrr-over-time")
    menu.get_by_role("button", name="PNG").click()
    picture = menu.locator("[data-testid=stPlotlyChart]")
    expect(picture.get_by_text(re.compile("As of .* All demo brands"))).to_be_visible()
    # Words that a page's own font measures overlap in a file, which is drawn without it.
    # Asked in one go: what is drawn anew in between has no font any more.
    fonts = picture.evaluate(
        "(frame) => [...frame.querySelectorAll('text')].map((w) => getComputedStyle(w).fontFamily)"
    )
    assert set(fonts) == {"Arial, Helvetica, sans-serif"}
    camera = picture.locator(".modebar-btn")
    camera.scroll_into_view_if_needed()
    with visitor.page.expect_download() as download:
        camera.click()
    assert Path(download.value.path()).read_bytes().startswith(b"\x89PNG")
    assert re.fullmatch(r"closetai-mrr-[0-9a-z-]+\.png", download.value.suggested_filename)
    assert visitor.errors == []


@pytest.mark.parametrize(("theme", "ink"), [("light", charts.INK), ("dark", charts.DARK_INK)])
def test_a_picture_of_cells_has_the_colours_of_the_page(
    visit: Visit, demo_visitor: StorageState, theme: str, ink: str
) -> None:
    visitor = visit(1440, theme, demo_visitor)
    visitor.open("retention")
    menu = menu_of(visitor, "cohorts")
    menu.get_by_role("button", name="PNG").click()
    words = menu.locator(".heatmap-label text").first
    shown = visitor.page.locator(".cells tbody td[style]").first
    expect(words).to_have_css("fill", f"rgb{tuple(bytes.fromhex(ink[1:]))}")
    expect(shown).to_have_css("color", f"rgb{tuple(bytes.fromhex(ink[1:]))}")


def test_the_menu_fits_a_phone(visit: Visit, demo_visitor: StorageState) -> None:
    visitor = visit(390, "dark", demo_visitor)
    visitor.open("")
    menu = menu_of(visitor, "tryons")
    box = menu.bounding_box()
    assert box is not None
    assert box["x"] >= 0
    assert box["x"] + box["width"] <= 390
