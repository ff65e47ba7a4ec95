"""What scripts of ours draw, each by itself in the page's style, of any data."""

from collections.abc import Callable, Iterator
from typing import Any

import pandas as pd
import pytest
import streamlit as st
from playwright.sync_api import Browser, Locator, Page, expect

import metrics
from components import charts, table, tile
from components.cells import Cells
from components.clicks import Point
from components.drawn import script
from components.ranking import Ranking
from settings import ROOT

STATIC = ROOT / "static"
DRAW = """async ([code, data, width]) => {
    window.opened = [];
    const address = URL.createObjectURL(new Blob([code], {type: 'text/javascript'}));
    window.draw = (await import(address)).default;
    window.again = (data) => draw({
        parentElement: document.querySelector('main'),
        data,
        setTriggerValue: (name, value) => opened.push([name, value]),
    });
    document.querySelector('main').style.width = `${width}px`;
    again(data);
}"""
BOXES = """(list, parts) => [...list.children].map((item) => parts.map((part) => {
    const box = item.querySelector(part).getBoundingClientRect();
    return [box.left, box.right];
}))"""

Draw = Callable[..., Locator]

SCALES = {"light": charts.SCALE, "dark": charts.DARK_SCALE}


@pytest.fixture
def sheet(chromium: Browser) -> Iterator[Page]:
    page = chromium.new_page()
    yield page
    page.close()


@pytest.fixture
def draw(sheet: Page) -> Draw:
    """Draw a list, a table or a tile into an empty page; give it."""

    def drawn(
        shown: Ranking | Cells | dict[str, Any], points: tuple[Point, ...] = (), width: int = 467
    ) -> Locator:
        if isinstance(shown, dict):
            name, tag, data = "table" if "columns" in shown else "tile", "div", shown
        else:
            name, tag = ("ranking", "ol") if isinstance(shown, Ranking) else ("cells", "div")
            data = shown.data("All of it", points)
        style = (STATIC / "look.css").read_text()
        sheet.set_content(f"<style>{style}</style><main><{tag} class={name}></{tag}></main>")
        sheet.evaluate(DRAW, [script(name), data, width])
        return sheet.locator(f".{name}")

    return drawn


def opened(page: Page) -> Any:
    return page.evaluate("window.opened")


@pytest.mark.parametrize("width", [300, 467, 979])
def test_bars_are_as_long_as_their_values_and_nothing_overlaps(draw: Draw, width: int) -> None:
    long = "A name as long as somebody wants it to be, and longer"
    names, values = [long, "Nova", "Nova", "None"], [4.0, 2.0, 1.0, 0.0]
    said = ["1,234,567, 57.1%", "617,283, 28.6%", "308,641, 14.3%", "0, 0.0%"]
    shown = draw(Ranking(names, values, said), width=width)
    expect(shown).to_have_attribute("aria-label", "All of it")
    expect(shown.locator(".name")).to_have_text(names)
    expect(shown.locator(".said")).to_have_text(said)
    lines = shown.evaluate(BOXES, [".name", ".bar", ".said"])
    longest = lines[0][1][1] - lines[0][1][0]
    assert longest > width / 12
    expect(shown.locator(".bar").last).to_be_hidden()
    for value, (name, bar, words) in zip(values[:3], lines[:3], strict=True):
        assert 0 <= name[0] < name[1] <= bar[0] < bar[1] <= words[0] < words[1] <= width + 8.5
        assert bar[1] - bar[0] == pytest.approx(longest * value / 4, abs=0.6)


def test_a_bar_too_short_to_be_seen_is_seen(draw: Draw) -> None:
    shown = draw(Ranking(["a", "b"], [100_000.0, 1.0], ["100,000", "1"]))
    assert shown.locator(".bar").last.evaluate("bar => bar.offsetWidth") == 2


def test_a_name_is_never_read_as_markup(draw: Draw) -> None:
    name = "<b onclick=alert(1)>Nova</b> &amp; Söhne"
    shown = draw(Ranking([name], [1.0], ["1, 100.0%"]))
    expect(shown.locator(".name")).to_have_text(name)
    table = draw(Cells([name], [name], [[0.5]]))
    expect(table.locator("th")).to_have_text([name, name])


def test_a_bar_that_opens_is_a_button_and_keeps_the_focus(draw: Draw, sheet: Page) -> None:
    ranking = Ranking(["a", "b"], [2.0, 1.0], ["2", "1"])
    points = ((0, 0),)
    shown = draw(ranking, points)
    shown.get_by_text("b", exact=True).click()
    assert opened(sheet) == []
    button = shown.get_by_role("button")
    expect(button).to_have_count(1)
    button.click()
    assert opened(sheet) == [["opened", {"place": 0}]]
    sheet.evaluate("(data) => again(data)", ranking.data("All of it", points))
    expect(button).to_be_focused()
    sheet.evaluate("(data) => again(data)", Ranking(["c"], [1.0], ["1"]).data("Other", ()))
    expect(shown.locator(".name")).to_have_text(["c"])
    expect(button).to_have_count(0)


def colour(cell: Locator) -> tuple[int, ...]:
    """The colour of a cell in red, green and blue."""
    painted = cell.evaluate(
        """(cell) => {
            const pen = new OffscreenCanvas(1, 1).getContext('2d');
            pen.fillStyle = getComputedStyle(cell).backgroundColor;
            pen.fillRect(0, 0, 1, 1);
            return [...pen.getImageData(0, 0, 1, 1).data];
        }"""
    )
    assert painted[3] == 255
    return tuple(painted[:3])


def hex_colour(written: str) -> tuple[int, ...]:
    return tuple(bytes.fromhex(written.removeprefix("#")))


@pytest.mark.parametrize("mode", SCALES)
def test_cells_are_coloured_by_their_values_and_what_runs_is_hatched(
    draw: Draw, sheet: Page, mode: str
) -> None:
    values: list[list[float | None]] = [[0.5, 0.25, 0.0], [1.0, None, 0.5]]
    running = [[False, True, False], [False, False, False]]
    table = draw(Cells(["0", "1", "2"], ["Jan", "Feb"], values, running, highest=0.5))
    sheet.add_style_tag(content=f":root {{ color-scheme: {mode}; }}")
    expect(table.get_by_role("table")).to_have_attribute("aria-label", "All of it")
    expect(table.get_by_role("columnheader")).to_have_text(["0", "1", "2"])
    expect(table.get_by_role("rowheader")).to_have_text(["Jan", "Feb"])
    cells = table.locator("tbody td")
    expect(cells).to_have_text(["50.0%", "25.0%", "0.0%", "100.0%", "", "50.0%"])
    light, dark = map(hex_colour, SCALES[mode])
    between = [(a + b) / 2 for a, b in zip(light, dark, strict=True)]
    assert colour(cells.nth(0)) == colour(cells.nth(5)) == dark
    # Above the highest all are as dark.
    assert colour(cells.nth(3)) == dark
    assert colour(cells.nth(2)) == light
    assert colour(cells.nth(1)) == pytest.approx(between, abs=1)
    assert [cells.nth(n).evaluate("c => c.classList.contains('running')") for n in range(6)] == [
        False, True, False, False, False, False,
    ]  # fmt: skip
    hatching = "c => getComputedStyle(c).backgroundImage.includes('gradient')"
    assert cells.nth(1).evaluate(hatching)
    assert not cells.nth(0).evaluate(hatching)
    assert cells.nth(4).evaluate("c => getComputedStyle(c).backgroundColor") == "rgba(0, 0, 0, 0)"
    ink = {"light": charts.INK, "dark": charts.DARK_INK}[mode]
    assert cells.nth(0).evaluate("c => getComputedStyle(c).color") == f"rgb{hex_colour(ink)}"


def test_equal_cells_are_light_and_have_their_numbers(draw: Draw) -> None:
    cells = draw(Cells(["a", "b"], ["x"], [[0.0, 0.0]], unit="count")).locator("tbody td")
    expect(cells).to_have_text(["0", "0"])
    assert colour(cells.nth(0)) == hex_colour(charts.SCALE[0])


def test_a_cell_opens_what_is_behind_it_and_others_nothing(draw: Draw, sheet: Page) -> None:
    shown = Cells(["a", "b"], ["x", "y"], [[0.1, 0.2], [0.3, 0.4]])
    cells = draw(shown, ((0, 0), (0, 3))).locator("tbody td")
    for place in range(4):
        cells.nth(place).click()
    assert opened(sheet) == [["opened", {"place": 0}], ["opened", {"place": 3}]]


def test_what_does_not_fit_scrolls_beside_its_names(draw: Draw) -> None:
    columns = [str(n) for n in range(18)]
    shown = Cells(columns, ["Jun 2025 · 1,234"] * 3, [[0.123] * 18] * 3)
    narrow = draw(shown, width=330).locator(".within")
    expect(narrow).to_have_attribute("tabindex", "0")
    expect(narrow).to_have_role("region")
    before = narrow.get_by_role("rowheader").first.bounding_box()
    narrow.evaluate("(frame) => { frame.scrollLeft = 10000; }")
    after = narrow.get_by_role("rowheader").first.bounding_box()
    assert before is not None
    assert after is not None
    assert after["x"] == pytest.approx(before["x"], abs=2)
    last = narrow.locator("tbody tr").first.locator("td").last.bounding_box()
    assert last is not None
    assert last["x"] + last["width"] <= 330 + 8.5
    # Where all of it is seen there is nothing to scroll.
    wide = draw(shown, width=1200).locator(".within")
    expect(wide).not_to_have_attribute("tabindex", "0")
    assert wide.get_attribute("role") is None


@pytest.mark.parametrize("width", [330, 979])
def test_many_cells_say_beside_the_pointer_what_they_hold(
    draw: Draw, sheet: Page, width: int
) -> None:
    said = [[f"Monday {hour}:00 to {hour + 1}:00, 12.5 launched a day" for hour in range(24)]]
    hours = [str(hour) if hour % 3 == 0 else "" for hour in range(24)]
    shown = draw(Cells(hours, ["Mon"], [[1.0] * 24], unit="count", hover=said), width=width)
    words = shown.locator("p")
    expect(words).to_be_hidden()
    for hour in (0, 12, 23):
        shown.locator("tbody td").nth(hour).hover()
        expect(words).to_have_text(said[0][hour])
        box = words.bounding_box()
        assert box is not None
        assert box["x"] >= 8
        assert box["x"] + box["width"] <= 8 + width
    # Who hears the table is told the same.
    assert shown.locator("tbody td").nth(3).text_content() == said[0][3]
    sheet.mouse.move(5, 600)
    expect(words).to_be_hidden()
    assert shown.evaluate("(frame) => frame.scrollWidth <= frame.clientWidth")


def brands(count: int) -> dict[str, Any]:
    """A table of so many brands, whose MRR goes up, and is not known of the last."""
    config = st.column_config
    rows = pd.DataFrame(
        {
            "name": [f"Brand {place}" for place in range(count)],
            "mrr_usd": [*(1000.0 * place for place in range(count - 1)), None],
            "share_pct": [50.0] * count,
            "course": [[0, 5, 10]] * count,
        }
    )
    columns = {
        "name": config.TextColumn("Brand", pinned=True),
        "mrr_usd": config.NumberColumn("MRR", format="$%,.0f", help="What it pays a month."),
        "share_pct": config.ProgressColumn("Share", format="%.0f%%", max_value=100),
        "course": config.LineChartColumn("12 months"),
    }
    return table.data(rows, columns, "Brands by MRR")


def first_cells(shown: Locator) -> list[str]:
    return shown.locator("tbody tr > :first-child").all_inner_texts()


def test_a_table_says_its_columns_and_rows(draw: Draw) -> None:
    shown = draw(brands(3), width=700)
    expect(shown.get_by_role("table")).to_have_attribute("aria-label", "Brands by MRR")
    names = ["Brand", "MRR", "Share", "12 months"]
    expect(shown.get_by_role("columnheader")).to_have_text(names)
    expect(shown.get_by_role("rowheader")).to_have_text(["Brand 0", "Brand 1", "Brand 2"])
    expect(shown.get_by_role("row").nth(2).get_by_role("cell")).to_have_text(["$1,000", "50%", ""])
    expect(shown.get_by_role("img").first).to_have_attribute("aria-label", "from 0 to 10")
    points = shown.locator("polyline").first.get_attribute("points")
    assert points == "0.00,100 50.00,50 100.00,0"
    # Half of the room that a bar has, which ends before its words.
    wide = shown.locator("td.share").first
    background = wide.evaluate("cell => getComputedStyle(cell).backgroundSize")
    assert "* 0.5" in background or "50%" in background
    expect(shown.get_by_role("searchbox")).to_have_count(0)


def test_headings_sort_and_what_is_not_known_comes_last(draw: Draw, sheet: Page) -> None:
    shown = draw(brands(12))
    heading = shown.get_by_role("columnheader", name="MRR")
    as_it_came = [f"Brand {place}" for place in range(12)]
    assert first_cells(shown) == as_it_came
    heading.get_by_role("button").click()
    expect(heading).to_have_attribute("aria-sort", "descending")
    assert first_cells(shown) == [*as_it_came[10::-1], "Brand 11"]
    heading.get_by_role("button").click()
    expect(heading).to_have_attribute("aria-sort", "ascending")
    assert first_cells(shown) == as_it_came
    # Words go up first, numbers in them as numbers.
    name = shown.get_by_role("columnheader", name="Brand")
    name.get_by_role("button").click()
    expect(name).to_have_attribute("aria-sort", "ascending")
    assert heading.get_attribute("aria-sort") is None
    assert first_cells(shown) == as_it_came
    name.get_by_role("button").click()
    assert first_cells(shown) == as_it_came[::-1]
    # Other rows under the same headings stay sorted as somebody has sorted them.
    sheet.evaluate("(data) => again(data)", brands(11))
    assert first_cells(shown) == as_it_came[10::-1]
    name.get_by_role("button").click()
    assert name.get_attribute("aria-sort") is None
    assert first_cells(shown) == as_it_came[:11]
    # By a picture nothing is sorted.
    shown.get_by_role("columnheader", name="12 months").get_by_role("button").click()
    assert shown.locator("[aria-sort]").count() == 0


def test_a_table_shows_pictures_where_there_are_any(draw: Draw) -> None:
    config = st.column_config
    rows = pd.DataFrame({"name": ["A", "B"], "object_id": ["0198", None]})
    columns = {"name": config.TextColumn("Job"), "object_id": config.ImageColumn("Picture")}
    data = table.data(rows, columns, "Jobs")
    source = "data:image/gif;base64,R0lGODlhAQABAAAAACw="
    data["columns"][1]["addresses"] = [source, None]
    shown = draw(data, width=700)
    (picture,) = shown.get_by_role("img").all()
    expect(picture).to_have_attribute("src", f"{source}&size=small")
    expect(picture).to_have_attribute("alt", "Picture")
    expect(shown.locator("td.picture").nth(1)).to_have_text("–")
    shown.get_by_role("columnheader", name="Picture").get_by_role("button").click()
    assert shown.locator("[aria-sort]").count() == 0


def test_a_long_table_is_drawn_as_it_is_scrolled_and_can_be_searched(draw: Draw) -> None:
    shown = draw(brands(130))
    rows = shown.locator("tbody tr")
    expect(rows).to_have_count(40)
    within = shown.locator(".within")
    expect(within).to_have_role("region")
    for _ in range(3):
        within.evaluate("(frame) => { frame.scrollTop = frame.scrollHeight; }")
        within.evaluate("() => new Promise(requestAnimationFrame)")
    expect(rows).to_have_count(130)
    # The headings have stayed.
    top, box = within.bounding_box(), shown.locator("thead th").first.bounding_box()
    assert top is not None
    assert box is not None
    assert box["y"] == pytest.approx(top["y"], abs=2)
    shown.get_by_role("columnheader", name="MRR").get_by_role("button").click()
    search = shown.get_by_role("searchbox", name="Find in the table")
    search.fill("brand 12")
    found = [*range(128, 119, -1), 12, 129]
    assert first_cells(shown) == [f"Brand {place}" for place in found]
    search.fill("$7,000")
    assert first_cells(shown) == ["Brand 7"]
    search.fill("nobody")
    expect(shown.locator("tbody")).to_have_text("Nothing found.")
    search.fill("")
    expect(rows).to_have_count(40)


def test_a_search_that_finds_less_of_other_rows_finds_that(draw: Draw, sheet: Page) -> None:
    shown = draw(brands(130))
    shown.get_by_role("searchbox").fill("brand 12")
    expect(shown.locator("tbody tr")).to_have_count(11)
    sheet.evaluate("(data) => again(data)", brands(100))
    assert first_cells(shown) == ["Brand 12"]
    expect(shown.get_by_role("searchbox")).to_have_value("brand 12")
    # Where there is nothing to search in, nothing is left out.
    sheet.evaluate("(data) => again(data)", brands(5))
    expect(shown.get_by_role("searchbox")).to_have_count(0)
    expect(shown.locator("tbody tr")).to_have_count(5)


def test_whoever_has_scrolled_stays_there_when_other_rows_come(draw: Draw, sheet: Page) -> None:
    shown = draw(brands(130))
    within = shown.locator(".within")
    within.evaluate("(frame) => { frame.scrollTop = 500; }")
    sheet.evaluate("(data) => again(data)", brands(129))
    assert within.evaluate("(frame) => frame.scrollTop") == 500


def test_words_that_are_missing_come_last_either_way(draw: Draw) -> None:
    rows = pd.DataFrame({"a": ["b", None, "a"]})
    shown = draw(table.data(rows, {"a": st.column_config.TextColumn("A")}, "alt"))
    for said in (["a", "b", "–"], ["b", "a", "–"], ["b", "–", "a"]):
        shown.get_by_role("button", name="A").click()
        assert first_cells(shown) == said


def test_a_heading_explains_itself_under_the_pointer_and_at_the_keyboard(
    draw: Draw, sheet: Page
) -> None:
    shown = draw(brands(3))
    words = shown.locator(".explanation")
    expect(words).to_be_hidden()
    button = shown.get_by_role("button", name="MRR")
    button.hover()
    expect(words).to_have_text("What it pays a month.")
    expect(words).to_be_visible()
    sheet.mouse.move(5, 600)
    expect(words).to_be_hidden()
    button.focus()
    expect(words).to_be_visible()
    sheet.keyboard.press("Escape")
    expect(words).to_be_hidden()
    # A heading without an explanation has none.
    shown.get_by_role("button", name="Share").hover()
    expect(words).to_be_hidden()


def test_a_row_opens_by_its_first_cell_wherever_it_stands(draw: Draw, sheet: Page) -> None:
    data = brands(12)
    data["columns"][0]["opens"] = [True] * data["count"]
    shown = draw(data)
    shown.get_by_role("button", name="MRR").click()
    assert opened(sheet) == []
    first = shown.locator("tbody").get_by_role("button").first
    expect(first).to_have_text("Brand 10")
    first.click()
    assert opened(sheet) == [["opened", {"place": 10}]]
    sheet.evaluate("(data) => again(data)", data)
    expect(first).to_be_focused()


def test_a_table_that_is_too_wide_scrolls_beside_its_pinned_columns(draw: Draw) -> None:
    config = st.column_config
    rows = pd.DataFrame({name: [f"{name} of a brand"] * 3 for name in "abcdefgh"} | {"rank": 1})
    columns: dict[str, Any] = {
        "rank": config.NumberColumn("#", format="%d", pinned=True, width=46),
        "a": config.TextColumn("A", pinned=True),
        **{name: config.TextColumn(name.upper()) for name in "bcdefgh"},
    }
    shown = draw(table.data(rows, columns, "alt"), width=330)
    within = shown.locator(".within")
    expect(within).to_have_attribute("tabindex", "0")
    lines = [shown.locator("tr").nth(number).locator("th, td") for number in (0, 2)]
    cells = [line.nth(place) for line in lines for place in range(3)]
    before = [cell.bounding_box() for cell in cells]
    within.evaluate("(frame) => { frame.scrollLeft = 10000; }")
    after = [cell.bounding_box() for cell in cells]
    moved = [now["x"] - then["x"] for then, now in zip(before, after, strict=True) if then and now]
    for line in (moved[:3], moved[3:]):
        assert line[:2] == pytest.approx([0, 0], abs=2)
        assert line[2] < -100


def test_words_in_a_table_are_never_read_as_markup(draw: Draw) -> None:
    name = "<b onclick=alert(1)>Nova</b> &amp; Söhne"
    rows = pd.DataFrame({"a": [name], "b": [name]})
    columns = {name: st.column_config.TextColumn(name) for name in ("a", "b")}
    shown = draw(table.data(rows, columns, "alt"))
    expect(shown.locator("tbody tr > *")).to_have_text([name, name])


def mrr(note: str = "") -> dict[str, Any]:
    metric = metrics.METRICS["mrr"]
    change = metrics.change(metric, 90, 100)
    return tile.data(metric, "$2.10M", change, "vs 30 days before", [1, 3, 2], note)


def test_a_tile_says_its_figure_and_what_it_means(draw: Draw, sheet: Page) -> None:
    shown = draw(mrr("<b>12</b> paying brands"), width=230)
    expect(shown.locator(".value")).to_have_text("$2.10M")
    expect(shown.locator(".change")).to_have_text("↓ −10.0% vs 30 days before")
    expect(shown.locator(".change span")).to_have_class("bad")
    expect(shown.locator(".note")).to_have_text("<b>12</b> paying brands")
    alt = "MRR: from $1.00 to $2.00, between $1.00 and $3.00"
    expect(shown.get_by_role("img")).to_have_attribute("aria-label", alt)
    expect(shown.locator("polyline")).to_have_attribute("points", "0.00,100 50.00,0 100.00,50")
    about = shown.get_by_role("button", name="What MRR is")
    words = shown.locator(".explanation")
    expect(words).to_be_hidden()
    about.hover()
    expect(words).to_have_text(metrics.METRICS["mrr"].help)
    box = words.bounding_box()
    assert box is not None
    assert box["width"] > 230
    # A run that changes nothing leaves the keyboard where it is.
    about.focus()
    sheet.evaluate("(data) => again(data)", mrr("<b>12</b> paying brands"))
    expect(about).to_be_focused()
    sheet.evaluate("(data) => again(data)", mrr())
    expect(shown.locator(".note")).to_have_count(0)


def test_a_tile_without_a_change_and_a_course_has_neither(draw: Draw) -> None:
    metric = metrics.METRICS["mrr"]
    shown = draw(tile.data(metric, "–", metrics.Change("", 0, None), "vs", [1.0], ""))
    expect(shown.locator(".value")).to_have_text("–")
    expect(shown.locator(".change, svg, .note")).to_have_count(0)
