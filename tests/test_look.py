"""The look: colours that can be read and told apart, and nothing fetched from elsewhere."""

import itertools
import tomllib
from pathlib import Path
from typing import Any

import pytest

from components import charts

ROOT = Path(__file__).parent.parent
CONFIG: dict[str, Any] = tomllib.loads((ROOT / ".streamlit/config.toml").read_text())
THEME: dict[str, Any] = CONFIG["theme"]
MODES = ["light", "dark"]

# Linear RGB as seen with red-, green- and blue-blindness. Source: G. M. Machado, M. M. Oliveira,
# L. A. F. Fernandes, IEEE Transactions on Visualization and Computer Graphics 15 (2009).
SIGHT = {
    "normal": ((1, 0, 0), (0, 1, 0), (0, 0, 1)),
    "protanopia": (
        (0.152286, 1.052583, -0.204868),
        (0.114503, 0.786281, 0.099216),
        (-0.003882, -0.048116, 1.051998),
    ),
    "deuteranopia": (
        (0.367322, 0.860646, -0.227968),
        (0.280085, 0.672501, 0.047413),
        (-0.011820, 0.042940, 0.968881),
    ),
    "tritanopia": (
        (1.255528, -0.076749, -0.178779),
        (-0.078411, 0.930809, 0.147602),
        (0.004733, 0.691367, 0.303900),
    ),
}


def linear(colour: str) -> list[float]:
    """The linear RGB of a #RRGGBB colour (IEC 61966-2-1)."""
    parts = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    return [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in parts]


def contrast(one: str, other: str) -> float:
    """The contrast ratio of WCAG 2.2."""

    def luminance(colour: str) -> float:
        red, green, blue = linear(colour)
        return 0.2126 * red + 0.7152 * green + 0.0722 * blue

    high, low = sorted((luminance(one), luminance(other)), reverse=True)
    return (high + 0.05) / (low + 0.05)


def lab(colour: str, sight: str) -> list[float]:
    """CIELAB (D65) of a colour as somebody with that sight sees it."""
    seen = [
        min(1.0, max(0.0, sum(a * b for a, b in zip(row, linear(colour), strict=True))))
        for row in SIGHT[sight]
    ]
    to_xyz = (
        (0.4124 / 0.95047, 0.3576 / 0.95047, 0.1805 / 0.95047),
        (0.2126, 0.7152, 0.0722),
        (0.0193 / 1.08883, 0.1192 / 1.08883, 0.9505 / 1.08883),
    )
    x, y, z = (
        t ** (1 / 3) if t > 0.008856 else 7.787 * t + 16 / 116
        for t in (sum(a * b for a, b in zip(row, seen, strict=True)) for row in to_xyz)
    )
    return [116 * y - 16, 500 * (x - y), 200 * (y - z)]


def surfaces(mode: str) -> list[str]:
    """What a chart or a text may stand on in this mode."""
    return [THEME[mode]["backgroundColor"], THEME[mode]["secondaryBackgroundColor"]]


@pytest.mark.parametrize("mode", MODES)
@pytest.mark.parametrize("name", ["textColor", "linkColor", "greenColor", "redColor", "grayColor"])
def test_text_is_readable(mode: str, name: str) -> None:
    assert min(contrast(THEME[mode][name], paper) for paper in surfaces(mode)) >= 4.5


@pytest.mark.parametrize("mode", MODES)
def test_captions_are_readable(mode: str) -> None:
    # Streamlit fades them to 60 % of the text's colour, and pinned cells of a table as well.
    for paper in surfaces(mode):
        ink = [int(THEME[mode]["textColor"][at : at + 2], 16) for at in (1, 3, 5)]
        below = [int(paper[at : at + 2], 16) for at in (1, 3, 5)]
        mixed = [round(0.6 * a + 0.4 * b) for a, b in zip(ink, below, strict=True)]
        assert contrast("#" + "".join(f"{part:02X}" for part in mixed), paper) >= 4.5


@pytest.mark.parametrize("mode", MODES)
def test_buttons_carry_readable_white_text_and_stand_out(mode: str) -> None:
    primary = THEME[mode]["primaryColor"]
    assert contrast(primary, "#FFFFFF") >= 4.5
    assert contrast(primary, THEME[mode]["backgroundColor"]) >= 3


@pytest.mark.parametrize("mode", MODES)
@pytest.mark.parametrize("colour", charts.PALETTE)
def test_chart_colours_stand_out_on_the_page(mode: str, colour: str) -> None:
    assert contrast(colour, THEME[mode]["backgroundColor"]) >= 3


@pytest.mark.parametrize("sight", SIGHT)
def test_series_are_told_apart_with_every_sight(sight: str) -> None:
    series = [colour for colour in charts.PALETTE if colour != charts.NEUTRAL]
    for one, other in itertools.combinations(series, 2):
        pairs = zip(lab(one, sight), lab(other, sight), strict=True)
        assert sum((a - b) ** 2 for a, b in pairs) ** 0.5 >= 25, (one, other)


SCALES = {"light": (charts.SCALE, charts.INK), "dark": (charts.DARK_SCALE, charts.DARK_INK)}


@pytest.mark.parametrize("mode", MODES)
def test_the_number_in_a_heatmap_cell_is_readable(mode: str) -> None:
    scale, ink = SCALES[mode]
    assert [end for end in scale if contrast(ink, end) < 4.5] == []


@pytest.mark.parametrize("mode", MODES)
def test_the_least_of_a_heatmap_is_next_to_the_paper(mode: str) -> None:
    least, most = (contrast(end, THEME[mode]["backgroundColor"]) for end in SCALES[mode][0])
    assert 1 < least < 1.25 < 2 < most


def test_config_and_charts_hold_the_same_palette() -> None:
    assert THEME["chartCategoricalColors"] == list(charts.PALETTE)


def test_nothing_of_the_look_comes_from_another_host() -> None:
    text = (ROOT / ".streamlit/config.toml").read_text()
    assert "://" not in text
    for face in THEME["fontFaces"]:
        assert (ROOT / face["url"].removeprefix("app/")).is_file()
    assert "SIL OPEN FONT LICENSE" in (ROOT / "static/fonts/manrope-OFL.txt").read_text()


def test_every_option_says_why() -> None:
    lines = (ROOT / ".streamlit/config.toml").read_text().split("[theme.light]")[0].splitlines()
    options = [line for line in lines if line and line[0] not in "#["]
    faces = {"family", "url", "weight", "style", "unicodeRange"}
    above = ["", *lines]
    for line in options:
        if line.split(" = ")[0] in faces:
            continue
        reason_above = above[lines.index(line)].startswith("#")
        assert " # " in line or reason_above, line


def test_visitors_read_no_stack_trace() -> None:
    assert CONFIG["client"]["showErrorDetails"] == "none"
    assert CONFIG["browser"]["gatherUsageStats"] is False
