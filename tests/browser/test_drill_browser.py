"""From a bar to the rows behind it and on to a job: by mouse, by keyboard, on a phone."""

import re
from urllib.parse import quote_plus

import pytest
from playwright.sync_api import Locator, Page, StorageState, expect

from database import connections
from tests.browser.conftest import Dashboard, Visit, Visitor, put_away
from tests.prepared import use


@pytest.fixture
def visitor(visit: Visit, demo_visitor: StorageState) -> Visitor:
    """A demo visitor at a desk."""
    return visit(state=demo_visitor)


def drawer(page: Page) -> Locator:
    return page.get_by_role("dialog")


def part(page: Page) -> Locator:
    """The field that says which part of the chart the rows are behind."""
    return drawer(page).get_by_role("combobox", name="Part")


def click(page: Page, mark: Locator) -> None:
    """Click where a mark is: above all marks lies a layer that takes the clicks."""
    mark.scroll_into_view_if_needed()
    box = mark.bounding_box()
    assert box is not None
    page.mouse.click(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)


def bars(page: Page, card: str, trace: int = 0) -> Locator:
    chart = page.locator(f".st-key-card-{card} [data-testid=stPlotlyChart]")
    return chart.locator(".barlayer .trace").nth(trace).locator(".point path")


DRAWN_LIST = """(list) => ({
    label: list.ariaLabel,
    end: list.getBoundingClientRect().right,
    bars: [...list.children].map((item) => {
        const box = (part) => item.querySelector(part).getBoundingClientRect();
        const said = item.querySelector('.said').textContent;
        return {
            count: Number(said.match(/^[\\d,]+(?=, )/)[0].replaceAll(',', '')),
            name_end: box('.name').right,
            start: box('.bar').left,
            end: box('.bar').right,
            width: box('.bar').width,
            said_start: box('.said').left,
            said_end: box('.said').right,
        };
    }),
})"""


def rows(page: Page) -> Locator:
    """The rows of the drawer's table."""
    return drawer(page).locator(".table tbody tr")


def test_a_bar_opens_its_jobs_twice_and_a_row_its_job(visitor: Visitor) -> None:
    page = visitor.page
    visitor.open("volume?period=Last+month&origin=All")
    click(page, bars(page, "jobs-over-time").nth(9))
    expect(part(page)).to_have_value(re.compile(r"Completed on \w{3} 10 \w{3} \d{4}"))
    expect(rows(page).first).to_contain_text("Completed")
    put_away(drawer(page))
    # The same bar again: the chart had kept it selected.
    click(page, bars(page, "jobs-over-time").nth(9))
    expect(part(page)).to_have_value(re.compile(r"Completed on \w{3} 10 "))
    first = rows(page).first.get_by_role("button")
    label = first.inner_text()
    first.click()
    page.wait_for_url(re.compile(rf"[?&]job=[0-9a-f-]+{label}"))
    expect(drawer(page).get_by_text("This job has no picture that is stored.")).to_be_visible()
    expect(drawer(page).get_by_role("heading", name="Reviews")).to_be_visible()
    drawer(page).get_by_role("button", name="Back to the list").click()
    expect(part(page)).to_be_visible()
    expect(page).not_to_have_url(re.compile("job="))
    assert visitor.errors == []


ON_LINE = """(path, share) => {
    const {x, y} = path.getPointAtLength(path.getTotalLength() * share);
    const {a, d, e, f} = path.getScreenCTM();
    return [a * x + e, d * y + f];
}"""


def test_a_line_opens_what_is_behind_it_wherever_it_is_clicked(visitor: Visitor) -> None:
    page = visitor.page
    visitor.open("mrr")
    chart = page.locator(".st-key-card-mrr-over-time [data-testid=stPlotlyChart]")
    chart.scroll_into_view_if_needed()
    line = chart.locator(".scatterlayer .js-line").first
    # Of its many points one alone is drawn.
    expect(chart.locator(".scatterlayer .point")).to_have_count(1)
    found = []
    for share in (0.3, 0.6, 0.6):
        page.mouse.click(*line.evaluate(ON_LINE, share))
        expect(part(page)).not_to_have_value(re.compile("all"))
        found.append(part(page).input_value())
        put_away(drawer(page))
    assert all(re.fullmatch(r"In \w+ 20\d\d", one) for one in found), found
    assert found[0] != found[1] == found[2]
    # Far from the line as well: a finger need not meet it.
    area = chart.locator(".nsewdrag").first.bounding_box()
    assert area
    page.mouse.click(line.evaluate(ON_LINE, 0.3)[0], area["y"] + 5)
    expect(part(page)).to_have_value(found[0])
    put_away(drawer(page))
    assert visitor.errors == []


def test_the_lowest_bar_opens_its_jobs_from_anywhere_above_it(visitor: Visitor) -> None:
    page = visitor.page
    visitor.open("accuracy?period=Last+12+months")
    chart = page.locator(".st-key-card-confidence-distribution [data-testid=stPlotlyChart]")
    chart.scroll_into_view_if_needed()
    area = chart.locator(".nsewdrag").first.bounding_box()
    lowest = chart.locator(".bars .point path").first.bounding_box()
    assert area
    assert lowest
    assert lowest["height"] < area["height"] / 20
    place = (lowest["x"] + lowest["width"] / 2, area["y"] + area["height"] / 10)
    page.mouse.move(*place)
    label = chart.locator(".hoverlayer .hovertext")
    expect(label).to_have_text(re.compile(r"^\d+% to \d+%: [\d,]+$"))
    # Nothing is said of the place between two ends where the pointer is.
    expect(chart.locator(".hoverlayer .axistext")).to_be_hidden()
    bin_of_it, count = (label.text_content() or "").split(": ")
    page.mouse.click(*place)
    expect(part(page)).to_have_value(f"Confidence {bin_of_it}")
    expect(rows(page)).to_have_count(min(int(count), 50))
    put_away(drawer(page))
    assert visitor.errors == []


def test_a_lying_bar_opens_its_jobs_twice_and_by_the_keyboard(visitor: Visitor) -> None:
    page = visitor.page
    visitor.open("volume?period=Last+month&origin=All")
    card = page.locator(".st-key-card-volume-by-device")
    names = card.locator(".ranking .name")
    names.first.wait_for()
    first, second = names.all_inner_texts()[:2]
    bar = card.get_by_role("button", name=re.compile(f"^{first}"))
    for _ in range(2):
        bar.click()
        expect(part(page)).to_have_value(first)
        expect(rows(page).first).to_contain_text(first)
        put_away(drawer(page))
    # Whoever came by the keyboard goes on where they were.
    expect(bar).to_be_focused()
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    expect(part(page)).to_have_value(second)
    put_away(drawer(page))
    assert visitor.errors == []


def test_a_brands_bar_opens_its_jobs_and_that_of_the_others_is_no_button(
    visit: Visit, team_member: StorageState
) -> None:
    visitor = visit(state=team_member)
    page = visitor.page
    visitor.open("volume?period=Last+12+months")
    bars = page.locator(".st-key-card-volume-by-brand .ranking li")
    expect(bars).to_have_count(12)
    others = bars.filter(has_text=re.compile(r"\d+ others"))
    expect(others).to_have_count(1)
    expect(others.get_by_role("button")).to_have_count(0)
    second = bars.nth(1).get_by_role("button")
    second.click()
    name = part(page).input_value()
    expect(second).to_contain_text(name)
    # The rows do not repeat it; their jobs say it.
    expect(drawer(page).get_by_role("columnheader", name="Brand")).to_have_count(0)
    rows(page).first.get_by_role("button").click()
    expect(drawer(page).get_by_role("button", name="Back to the list")).to_be_visible()
    expect(drawer(page)).to_contain_text(name)
    assert visitor.errors == []


def test_a_brand_in_a_table_leads_to_the_brand(
    visit: Visit,
    team_member: StorageState,
    dashboard: Dashboard,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    use(dashboard.cluster, monkeypatch)
    with connections.owner() as connection:
        rows = connection.exec_driver_sql("select name, slug from brands").all()
    connections.dispose()
    slugs: dict[str, str] = {row.name: row.slug for row in rows}
    visitor = visit(state=team_member)
    page = visitor.page
    picker = page.get_by_role("combobox", name="Brand")

    def lead(card: str, place: int) -> str:
        named = page.locator(f".st-key-card-{card} tbody tr button").nth(place)
        name = named.inner_text()
        named.click()
        expect(picker).to_have_value(name)
        visitor.drawn()
        return name

    visitor.open("mrr")
    first = lead("leaderboard", 1)
    expect(page.get_by_text("1 paying brand", exact=True)).to_be_visible()
    page.wait_for_url(f"**brand={quote_plus(first)}*")
    # The leaderboard is of all brands still, and leads from one to the next.
    assert lead("leaderboard", 2) != first
    # So it does where a link has named a brand by its slug.
    visitor.open(f"mrr?brand={slugs[first]}")
    expect(picker).to_have_value(first)
    lead("leaderboard", 2)

    visitor.open("unit-economics?brand=All+brands")
    lead("by-brand", 0)
    visitor.open("feeds?brand=All+brands")
    lead("feeds", 1)
    expect(page.get_by_text("Sent by").first).to_be_visible()
    visitor.open("movements?brand=All+brands&period=Last+12+months")
    name = lead("movements", 0)
    card = page.locator(".st-key-card-movements")
    expect(card.locator("tbody tr").first.get_by_role("button")).to_have_count(0)
    expect(card.get_by_role("columnheader", name="Brand")).to_have_count(0)
    expect(picker).to_have_value(name)
    assert visitor.errors == []


def test_a_figure_opens_its_rows_by_pointer_and_keyboard(visitor: Visitor) -> None:
    page = visitor.page
    visitor.open("volume?period=Last+90+days")
    figure = page.locator(".st-key-card-failed .tile").get_by_role("button").nth(1)
    figure.click()
    expect(drawer(page)).to_contain_text("Jobs: Failed in all these days")
    expect(rows(page).first).to_contain_text("Failed")
    put_away(drawer(page))
    expect(figure).to_be_focused()
    page.keyboard.press("Enter")
    expect(rows(page).first).to_contain_text("Failed")
    # From there to a job, whatever was clicked before.
    rows(page).first.get_by_role("button").click()
    expect(drawer(page)).to_contain_text("Back to the list")
    put_away(drawer(page))
    assert visitor.errors == []


def test_a_bar_of_the_funnel_opens_who_reached_its_step(visitor: Visitor) -> None:
    page = visitor.page
    visitor.open("funnel?period=Last+90+days")
    click(page, page.locator(".st-key-card-funnel .funnellayer .point path").nth(2))
    expect(part(page)).to_have_value("Saved")
    expect(rows(page).first).to_contain_text(re.compile("Saved|Purchased"))
    assert visitor.errors == []


@pytest.mark.parametrize("width", [390, 1440])
def test_lying_bars_are_as_long_as_their_numbers_and_leave_room_for_words(
    visit: Visit, demo_visitor: StorageState, width: int
) -> None:
    visitor = visit(state=demo_visitor, width=width)
    visitor.open("volume?period=Last+12+months")
    lists = visitor.page.locator(".ranking")
    expect(lists).to_have_count(4)
    for place in range(4):
        seen = lists.nth(place).evaluate(DRAWN_LIST)
        assert seen["label"].startswith(("Completed jobs by", "Jobs that ended"))
        assert len(seen["bars"]) > 1
        longest = max(seen["bars"], key=lambda bar: bar["count"])
        for bar in seen["bars"]:
            if bar["count"] > longest["count"] / 20:
                share = bar["count"] / longest["count"]
                assert bar["width"] / longest["width"] == pytest.approx(share, abs=0.02)
            if not bar["count"]:
                continue
            # Neither over one another nor over the card's edge.
            assert bar["name_end"] < bar["start"] <= bar["end"] < bar["said_start"]
            assert bar["said_end"] <= seen["end"] + 0.5
    assert visitor.errors == []


def test_a_cell_of_the_heatmap_opens_that_hour(visitor: Visitor) -> None:
    page = visitor.page
    visitor.open("volume?period=Last+12+months")
    frame = page.locator(".st-key-card-launched-by-hour .cells")
    cell = frame.locator("tbody tr").nth(2).locator("td").nth(12)
    cell.hover()
    expect(frame.locator("p")).to_have_text(
        re.compile(r"^Wednesday 12:00 to 13:00, [\d.,]+ launched a day$")
    )
    cell.click()
    expect(part(page)).to_have_value("Wednesday 12:00 to 13:00")
    assert visitor.errors == []


def test_a_bar_of_movements_opens_the_brands_behind_it(visitor: Visitor) -> None:
    page = visitor.page
    visitor.open("movements?period=Last+12+months")
    chart = page.locator(".st-key-card-waterfall [data-testid=stPlotlyChart]")
    marks = chart.locator(".waterfalllayer .point path")
    click(page, marks.nth(1))
    expect(part(page)).to_have_value("New")
    expect(rows(page).first).to_contain_text("New")
    put_away(drawer(page))
    # The others look as before.
    faded = marks.nth(2).evaluate("(bar) => getComputedStyle(bar).opacity")
    assert faded == "1"
    # Start is a level: nothing stands behind it.
    click(page, marks.first)
    visitor.drawn()
    expect(drawer(page)).to_have_count(0)
    assert visitor.errors == []


def test_the_keyboard_opens_the_rows_and_picks_a_part(visitor: Visitor) -> None:
    page = visitor.page
    visitor.open("volume")
    card = page.locator(".st-key-card-volume-by-category")
    button = card.locator(".st-key-behind-volume-by-category button").first
    button.focus()
    page.keyboard.press("Enter")
    expect(part(page)).to_have_value("Completed in all these days")
    part(page).focus()
    page.keyboard.press("ArrowDown")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    expect(part(page)).not_to_have_value("Completed in all these days")
    expect(rows(page).first).to_contain_text("Completed")
    visitor.drawn()
    put_away(drawer(page))
    assert visitor.errors == []


def test_fifty_rows_and_then_fifty_more(visitor: Visitor) -> None:
    page = visitor.page
    visitor.open("volume?period=Last+12+months&origin=All")
    page.locator(".st-key-behind-launched-by-hour button").first.click()
    # The heading is a row as well.
    table = drawer(page).locator(".table table")
    expect(table).to_have_attribute("aria-rowcount", "51")
    within = drawer(page).locator(".table .within")
    within.evaluate("(frame) => { frame.scrollTop = 300; }")
    expect(rows(page)).to_have_count(50)
    drawer(page).get_by_role("button", name="50 more").click()
    expect(table).to_have_attribute("aria-rowcount", "101")
    # Whoever has come so far stays there.
    assert within.evaluate("(frame) => frame.scrollTop") == 300


def test_a_link_to_a_job_opens_it_on_a_phone(
    visit: Visit,
    demo_visitor: StorageState,
    dashboard: Dashboard,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    use(dashboard.cluster, monkeypatch)
    with connections.owner() as connection:
        job = connection.exec_driver_sql(
            "select id from tryon_jobs where origin = 'shopper' order by created_at limit 1"
        ).scalar()
    connections.dispose()
    visitor = visit(390, "dark", demo_visitor)
    visitor.open(f"volume?job={job}")
    page = visitor.page
    expect(drawer(page).get_by_text("This job has no picture that is stored.")).to_be_visible()
    box = drawer(page).bounding_box()
    assert box is not None
    assert box["x"] >= 0
    assert box["x"] + box["width"] <= 390
    # Whoever closes it is on the page, with no job in the address.
    put_away(drawer(page))
    expect(page).not_to_have_url(re.compile("job="))
    assert visitor.errors == []


def test_signed_out_a_link_to_a_job_is_the_log_in_page(visit: Visit) -> None:
    visitor = visit()
    visitor.page.goto(f"{visitor.address}/volume?job=00000000-0000-7000-8000-000000000000")
    expect(visitor.page.get_by_role("button", name="Explore the demo")).to_be_visible()
    expect(drawer(visitor.page)).to_have_count(0)
