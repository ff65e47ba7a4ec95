"""Lying bars and tables of figures, drawn by themselves in the page's style, of any data."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from playwright.sync_api import Browser, Locator, Page, expect

from components import charts
from components.cells import Cells
from components.clicks import Point
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


@pytest.fixture
def sheet(chromium: Browser) -> Iterator[Page]:
    page = chromium.new_page()
    yield page
    page.close()


@pytest.fixture
def draw(sheet: Page) -> Draw:
    """Draw a list or a table into an empty page; give it."""

    def drawn(shown: Ranking | Cells, points: tuple[Point, ...] = (), width: int = 467) -> Locator:
        name, tag = ("ranking", "ol") if isinstance(shown, Ranking) else ("cells", "div")
        style = (STATIC / "look.css").read_text()
        sheet.set_content(f"<style>{style}</style><main><{tag} class={name}></{tag}></main>")
        code = (STATIC / f"{name}.js").read_text()
        sheet.evaluate(DRAW, [code, shown.data("All of it", points), width])
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


def test_cells_are_coloured_by_their_values_and_what_runs_is_hatched(draw: Draw) -> None:
    values: list[list[float | None]] = [[0.5, 0.25, 0.0], [1.0, None, 0.5]]
    running = [[False, True, False], [False, False, False]]
    table = draw(Cells(["0", "1", "2"], ["Jan", "Feb"], values, running, highest=0.5))
    expect(table.get_by_role("table")).to_have_attribute("aria-label", "All of it")
    expect(table.get_by_role("columnheader")).to_have_text(["0", "1", "2"])
    expect(table.get_by_role("rowheader")).to_have_text(["Jan", "Feb"])
    cells = table.locator("tbody td")
    expect(cells).to_have_text(["50.0%", "25.0%", "0.0%", "100.0%", "", "50.0%"])
    light, dark = map(hex_colour, charts.SCALE)
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
    said = [[f"Monday {hour}:00 to {hour + 1}:00: 12.5 launched a day" for hour in range(24)]]
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
