"""The room that `components.axes` leaves for the words of a chart, against what Plotly draws."""

import base64
import json
import re
from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path
from typing import TypedDict

import numpy as np
import plotly
import plotly.graph_objects as go
import pytest
from playwright.sync_api import Browser, Page

from components import charts, export, plotted
from settings import ROOT

PLOTLY = Path(plotly.__file__).parent / "package_data" / "plotly.min.js"
FONT = ROOT / "static" / "fonts" / "manrope-latin.woff2"

DAYS = [date(2026, 1, 1) + timedelta(days=place) for place in range(400)]
RISE = [place / 39 for place in range(40)]
LONG = [place / 399 for place in range(400)]
NAMES = ["Provider unavailable", "Sneakers", "MWMWMWMWMWMWMWMWMWMW", "fit", "1111111111"]
WIDE = ["Sneakers", "試着ありがとうございました", "fit"]

# How far the words are from the edges of their chart; a word that is turned has been measured.
DRAWN = """async ([figure, width]) => {
    const place = document.body.appendChild(document.createElement('div'));
    place.style.width = `${width}px`;
    await Plotly.newPlot(place, figure.data, figure.layout, {displayModeBar: false});
    const edge = place.querySelector('.main-svg').getBoundingClientRect();
    const boxes = (selector) => [...place.querySelectorAll(selector)]
        .filter((word) => getComputedStyle(word).opacity !== '0')
        .map((word) => word.getBoundingClientRect()).filter((box) => box.width > 0);
    const across = boxes('.xtick text, .xtitle'), up = boxes('.ytick text, .ytitle');
    const seen = {
        left: Math.min(...up.map((box) => box.left - edge.left)),
        right: Math.min(...[...across, ...up].map((box) => edge.right - box.right)),
        top: Math.min(...across.map((box) => box.top - edge.top)),
        bottom: Math.min(...across.map((box) => edge.bottom - box.bottom)),
        words: [...place.querySelectorAll('.ytick text')].map((word) => word.textContent.trim()),
        days: [...place.querySelectorAll('.xtick text')].map((word) => word.textContent.trim()),
        // Between two words that follow each other.
        apart: Math.min(...boxes('.xtick text').sort((one, other) => one.left - other.left)
            .map((box, place, all) => place ? box.left - all[place - 1].right : Infinity)),
        // Between the name of an axis and what stands along it.
        beside: Math.min(...up.map((box) => box.left)
            .filter((left) => left > edge.left + 20)) - (boxes('.ytitle')[0]?.right ?? 0),
        below: (boxes('.xtitle')[0]?.top ?? edge.bottom)
            - Math.max(...boxes('.xtick text').map((box) => box.bottom)),
    };
    seen.without = [];
    for (const hidden of figure.layout.showlegend ? figure.data.keys() : []) {
        const visible = figure.data.map((trace, place) => place === hidden ? 'legendonly' : true);
        await Plotly.restyle(place, {visible});
        seen.without.push({
            left: Math.min(...boxes('.ytick text').map((box) => box.left - edge.left)),
            words: [...place.querySelectorAll('.ytick text')].map((word) => word.textContent),
        });
    }
    place.remove();
    return seen;
}"""


@pytest.fixture(scope="module")
def sheet(chromium: Browser) -> Iterator[Page]:
    """An empty page with Plotly and the font of the dashboard."""
    page = chromium.new_page()
    font = base64.b64encode(FONT.read_bytes()).decode()
    page.set_content(
        "<style>@font-face { font-family: Manrope; font-weight: 200 800;"
        f" src: url(data:font/woff2;base64,{font}) }}</style>"
    )
    page.evaluate("document.fonts.load('12px Manrope')")
    page.add_script_tag(path=PLOTLY)
    yield page
    page.close()


class Without(TypedDict):
    """The same when a reader hides one of the figure's traces."""

    left: float | None
    words: list[str]


class Seen(TypedDict):
    """Pixels between the words of a chart and its edges, None without a word, and the words."""

    left: float | None
    right: float | None
    top: float | None
    bottom: float | None
    words: list[str]
    days: list[str]
    apart: float | None
    beside: float | None
    below: float | None
    without: list[Without]


def drawn(page: Page, figure: go.Figure, width: int = 467) -> Seen:
    seen: Seen = page.evaluate(DRAWN, [sent(figure), width])
    return seen


def sent(figure: go.Figure) -> object:
    """What a page sends to the browser of a figure."""
    return json.loads(json.dumps(plotted.in_page(figure).to_dict(), default=_day))


def _day(value: object) -> object:
    return value.tolist() if isinstance(value, np.ndarray) else str(value)


def cut_off(seen: Seen) -> list[float]:
    edges = [seen["left"], seen["right"], seen["top"], seen["bottom"]]
    edges += [less["left"] for less in seen["without"]]
    return [edge for edge in edges if edge is not None and edge < -0.5]


def assert_fits(seen: Seen, spare: float = 24, name: str = "") -> None:
    assert cut_off(seen) == [], (name, seen)
    assert seen["beside"] is None or seen["beside"] > 8, (name, seen)
    assert seen["below"] is None or seen["below"] >= 0, (name, seen)
    # No wider than it must be.
    assert seen["left"] is not None
    assert seen["left"] <= spare, (name, seen)


@pytest.mark.parametrize(
    "most",
    [0.03, 0.4, 0.8, 1, 2, 4.2, 6, 9.9, 57, 999, 1_234, 56_789, 90_000, 104_000, 2.09e6, 3.3e9],
)
def test_numbers_of_any_size_have_their_room(sheet: Page, most: float) -> None:
    values = [most * share for share in RISE]
    taken = [-most / 3 * share for share in RISE]
    figures = {
        "level": charts.level(DAYS[:40], "MRR", values, "usd"),
        "bars": charts.bars(DAYS[:40], "Jobs", values, "count"),
        "stacked": charts.stacked(
            DAYS[:40],
            {"New": values, "More": values, "Churn": taken},
            {"New": charts.PLUM, "More": charts.BLUE, "Churn": charts.OCHRE},
            "usd",
        ),
        "times": charts.lines(
            # To a millisecond.
            DAYS[:40],
            {"p50": [round(v) for v in values], "p95": [round(3 * v) for v in values]},
            "ms",
        ),
        "curve": charts.curve("Margin", values[:12], ("CAC", most), "usd"),
        "waterfall": charts.waterfall(
            {"New": most * 0.7, "Churn": -most * 0.64},
            ("Start", most * 0.6, "End", most * 0.66),
            "usd",
        ),
        "on top": charts.stacked(
            DAYS[:40],
            {"New": values, "More": values},
            {"New": charts.PLUM, "More": charts.BLUE},
            "usd",
        ),
        "scatter": charts.scatter(
            ["one", "two"], ("CAC", [most / 40, most]), ("LTV", [most / 9, most * 3]), [1, 3], "usd"
        ),
    }
    for name, figure in figures.items():
        seen = drawn(sheet, figure)
        # Where a reader hides what is large, what is left may be written at greater length.
        assert_fits(seen, 40 if figure.layout.showlegend else 32, name)
        # Thousandths are no millions.
        words = [*seen["words"], *(word for less in seen["without"] for word in less["words"])]
        assert [word for word in words if "m" in word] == [], name


def test_a_few_jobs_have_whole_numbers_beside_them(sheet: Page) -> None:
    seen = drawn(sheet, charts.bars(DAYS[:40], "Jobs", [place % 3 for place in range(40)], "count"))
    assert seen["words"] == ["0", "1", "2"]
    seen = drawn(sheet, charts.level(DAYS[:40], "MRR", [0.9] * 40, "usd"))
    assert seen["words"] == ["$0", "$0.2", "$0.4", "$0.6", "$0.8"]


@pytest.mark.parametrize("count", [2, 5, 9, 12, 13, 31])
def test_every_number_stands_once_along_an_axis(sheet: Page, count: int) -> None:
    mean = ("Mean", LONG[:count])
    for width in (330, 979):
        seen = drawn(sheet, charts.curves(range(count), mean, {}, "pct", "Months after"), width)
        assert len(set(seen["days"])) == len(seen["days"]) > 1
        if count <= 12:
            assert seen["days"] == [str(number) for number in range(count)]


@pytest.mark.parametrize(
    ("low", "high"), [(0.0, 1), (0.5, 1), (0.91, 1), (0.993, 1), (0.976, 0.98), (0.9791, 0.9794)]
)
def test_shares_have_their_room(sheet: Page, low: float, high: float) -> None:
    values = [low + (high - low) * share for share in RISE]
    apart = (high - low) / 4
    below, above = [v - apart for v in values], [min(1.0, v + apart) for v in values]
    for figure in (
        charts.lines(DAYS[:40], {"Success rate": values}, "pct"),
        charts.band(DAYS[:40], ("10 %", "median", "90 %"), below, values, above, "pct"),
        charts.interval(DAYS[:40], "Accuracy", values, below, above, ["said"] * 40),
        charts.curves(range(12), ("Mean", values[:12]), {"Jan": values[:7]}, "pct", "Months after"),
        charts.reliability(values, values, [7] * 40),
        charts.distribution(below, above, [9] * 40, "Jobs"),
    ):
        seen = drawn(sheet, figure)
        assert_fits(seen, 30)
        # No share twice, however near to one another they are.
        for words in (seen["words"], seen["days"]):
            assert len(set(words)) == len(words) > 1, words


@pytest.mark.parametrize("share", [0.0, 0.5, 1.0])
def test_shares_that_are_alike_stand_between_none_and_all(sheet: Page, share: float) -> None:
    seen = drawn(sheet, charts.lines(DAYS[:4], {"Success rate": [share] * 3 + [np.nan]}, "pct"))
    assert seen["words"] == ["0%", "20%", "40%", "60%", "80%", "100%"]
    assert_fits(seen)


def test_levels_that_are_near_to_one_another_have_as_many_digits(sheet: Page) -> None:
    ends = ("Start", 2.0880e6, "End", 2.0944e6)
    figure = charts.waterfall({"New": 36_000.0, "Churn": -29_600.0}, ends, "usd")
    seen = drawn(sheet, figure)
    assert seen["words"] == ["$2.09M", "$2.10M", "$2.11M", "$2.12M"]
    assert_fits(seen)


@pytest.mark.parametrize("width", [330, 467, 979])
@pytest.mark.parametrize("count", [1, 2, 3, 7, 31, 91, 400])
def test_days_stand_in_two_lines_and_are_never_turned(sheet: Page, width: int, count: int) -> None:
    for figure in (
        charts.bars(DAYS[:count], "Jobs", LONG[:count], "count"),
        charts.lines(DAYS[:count], {"Success rate": LONG[:count]}, "pct"),
        charts.interval(
            DAYS[:count], "Accuracy", LONG[:count], LONG[:count], LONG[:count], ["said"] * count
        ),
    ):
        seen = drawn(sheet, figure, width)
        assert_fits(seen)
        # A day over its month, a month over its year.
        assert re.fullmatch(r"\d+[A-Z][a-z]{2}|[A-Z][a-z]{2}2026", seen["days"][0])
        assert all(re.match(r"(\d|[A-Z][a-z]{2})", day) for day in seen["days"])
        assert not [day for day in seen["days"] if ":" in day]
        assert seen["apart"] is None or seen["apart"] > 2, seen


@pytest.mark.parametrize("names", [NAMES, WIDE])
@pytest.mark.parametrize("width", [330, 467])
def test_names_have_their_room(sheet: Page, width: int, names: list[str]) -> None:
    figure = charts.funnel(names, "Shoppers", list(range(len(names), 0, -1)))
    plain = plotted.in_page(figure).to_dict()["layout"]
    assert plain["yaxis"]["automargin"] is False
    assert cut_off(drawn(sheet, figure, width)) == []


def test_two_of_the_same_name_have_a_bar_each(sheet: Page) -> None:
    seen = drawn(sheet, charts.ranking(["Nova", "Nova", "1984"], [5, 3, 1], ["5", "3", "1"]))
    assert seen["words"] == ["Nova", "Nova", "1984"]
    assert_fits(seen)


HOVERED = """async ([figure, curve]) => {
    const place = document.body.appendChild(document.createElement('div'));
    await Plotly.newPlot(place, figure.data, figure.layout, {displayModeBar: false});
    Plotly.Fx.hover(place, [{curveNumber: curve, pointNumber: 0}]);
    const words = place.querySelector('.hoverlayer').textContent;
    place.remove();
    return words;
}"""


def test_a_name_is_written_as_it_is_and_never_read(sheet: Page) -> None:
    name = "<b>Nova</b> &amp; %{y} <br>Söhne"
    ranking = charts.ranking([name], [1.0], ["1"])
    assert drawn(sheet, ranking, 900)["words"] == [name]
    assert export.rows_of_figure(ranking)[1] == [[name, 1.0]]
    curves = charts.curves([0, 1], ("Mean", [1.0, 2.0]), {name: [3.0, 4.0]}, "usd", "Month")
    assert sheet.evaluate(HOVERED, [sent(curves), 0]).startswith(f"{name}, month 0: $3")
    assert export.rows_of_figure(curves)[0] == ["Name", name, "Mean"]
    scatter = charts.scatter([name], ("CAC", [10.0]), ("LTV", [20.0]), [1], "usd")
    assert name in sheet.evaluate(HOVERED, [sent(scatter), 1])
    assert export.rows_of_figure(scatter)[1] == [["", name, 10.0, 20.0]]
    standing = charts.standing(5.0, [1.0, 4.0, 9.0], name, "usd")
    assert sheet.evaluate(HOVERED, [sent(standing), 1]).startswith(f"{name} $5")


def test_names_that_would_leave_no_chart_are_left_to_the_browser(sheet: Page) -> None:
    long = "A name as long as somebody wants it to be, and longer"
    figure = charts.funnel([long, "b"], "Shoppers", [2, 1])
    assert plotted.in_page(figure).to_dict()["layout"]["yaxis"]["automargin"] is True
    assert drawn(sheet, figure, 330)["words"] != []


WIDTHS = """async (figure) => {
    const place = document.body.appendChild(document.createElement('div'));
    place.style.width = '467px';
    await Plotly.newPlot(place, figure.data, figure.layout, {displayModeBar: false});
    const bars = [...place.querySelectorAll('.bars path')];
    const boxes = bars.map((bar) => bar.getBoundingClientRect());
    place.remove();
    // What stands in for a series in the legend is as wide, and nothing is seen of it.
    return boxes.filter((box) => box.height > 0).map((box) => box.width);
}"""


@pytest.mark.parametrize("running", [0, 1])
def test_the_one_bar_of_a_day_is_seen(sheet: Page, running: int) -> None:
    for figure in (
        charts.bars(DAYS[:1], "Try-ons", [3], "count", running=running),
        charts.stacked(DAYS[:1], {"New": [3.0]}, {"New": charts.GREEN}, "usd"),
        charts.outcomes(DAYS[:1], [3], {"Completed": [2]}, [bool(running)], {}),
    ):
        (width,) = sheet.evaluate(WIDTHS, sent(figure))
        assert 60 < width < 200


# Where a legend ends and the plot begins as one window gets each width in turn, from the top.
LEGENDS = """async ([figure, widths]) => {
    const place = document.body.appendChild(document.createElement('div')), seen = [];
    for (const width of widths) {
        const layout = {...figure.layout, width};
        await Plotly.react(place, figure.data, layout, {displayModeBar: false});
        const edge = place.querySelector('.main-svg').getBoundingClientRect().top;
        const legend = place.querySelector('.legend').getBoundingClientRect();
        const plot = place.querySelector('.nsewdrag').getBoundingClientRect();
        seen.push([legend.top - edge, legend.bottom - edge, plot.top - edge]);
    }
    place.remove();
    return seen;
}"""


@pytest.mark.parametrize("count", [2, 3, 6])
def test_a_legend_stands_above_its_plot_however_a_window_is_turned(sheet: Page, count: int) -> None:
    names = ["Processing p50", "Processing p95", "Processing p99", "Queue p50", "Queue p95", "Rest"]
    figure = charts.lines(DAYS[:90], dict.fromkeys(names[:count], LONG[:90]), "ms")
    seen = sheet.evaluate(LEGENDS, [sent(figure), [979, 330, 467, 330, 979]])
    assert all(top >= 0 and bottom <= plot + 0.5 for top, bottom, plot in seen), seen
    # No wider apart than one line of it.
    assert all(plot - bottom < 20 for _, bottom, plot in seen), seen


@pytest.mark.parametrize("count", [2, 3, 4, 12, 18])
def test_months_are_written_as_months_however_few(sheet: Page, count: int) -> None:
    months = [date(2025 + (7 + place) // 12, (7 + place) % 12 + 1, 1) for place in range(count)]
    seen = drawn(sheet, charts.bars(months, "LTV:CAC", [2.5] * count, "ratio"))
    assert len(seen["days"]) >= 2
    as_month = re.compile(r"[A-Z][a-z]{2}(\d{4})?")
    assert [word for word in seen["days"] if not as_month.fullmatch(word)] == []
