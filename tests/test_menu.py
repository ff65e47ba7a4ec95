"""A card's menu on the real pages: what it says, what its files hold, and who gets none."""

import csv
import io
import re
from base64 import b64decode
from datetime import UTC, datetime

import openpyxl
import plotly.graph_objects as go
import pytest
import streamlit as st
from sqlalchemy import text
from streamlit.testing.v1 import AppTest

import metrics
from components import brand, menu
from components.asked import Asked
from database import connections
from database.tenancy import Scope
from tests.shown import tables
from tests.test_components import _cards
from tests.test_pages import HOME, MRR, PAGES, RETENTION, at, brand_at, opened, signed_in, values


def keys(app: AppTest) -> list[str]:
    return [button.key or "" for button in app.button]


def pressed(app: AppTest, kind: str, card: str) -> bytes:
    """The file that a click on a button of an open menu hands to the browser."""
    app.button(key=f"{kind}-{card}").click().run()
    assert not app.exception
    (file,) = handed_over(app)
    return file


def handed_over(app: AppTest) -> list[bytes]:
    """The files that the last run handed to the browser."""
    scripts = " ".join(html.value for html in app.html)
    return [b64decode(found) for found in re.findall(r'atob\("([^"]*)"\)', scripts)]


def facts(content: bytes) -> dict[str, str]:
    rows = csv.reader(io.StringIO(content.decode("utf-8-sig")))
    return {row[0]: row[1] for row in rows if len(row) == 2}


def test_a_closed_menu_makes_nothing() -> None:
    app = AppTest.from_function(_cards).run()
    assert not app.code
    assert not [key for key in keys(app) if key.startswith(("csv", "xlsx", "png"))]


def test_only_what_is_drawn_can_be_a_picture() -> None:
    app = AppTest.from_function(_cards)
    for card in ("mrr", "rows", "empty", "drawn"):
        app.session_state[f"menu-{card}"] = True
    assert [key for key in keys(app.run()) if key.startswith("png")] == ["png-drawn"]
    app.button(key="png-drawn").click().run()
    assert not app.exception
    specs = [str(chart.proto) for chart in app.get("plotly_chart")]
    assert sorted("As of 2026-03-10 04:05:00 UTC" in spec for spec in specs) == [False, True]


@pytest.mark.usefixtures("demo")
def test_a_figure_says_its_definition_its_sql_and_what_it_cost() -> None:
    app = opened(at(signed_in("admin"), MRR), "mrr")
    assert any(metrics.METRICS["mrr"].help in note.value for note in app.markdown)
    (code,) = app.code
    assert "from mrr_movements" in code.value
    said = [note.value for note in app.caption if note.value.startswith("revenue/mrr_total")]
    assert len(said) == 1
    assert re.search(r": 1 row in [\d.,]+ ms \(\d{4}-", said[0])


@pytest.mark.usefixtures("demo")
def test_the_file_of_a_figure_is_what_the_card_shows_with_its_filters() -> None:
    own, name = brand_at(2)
    app = signed_in("admin")
    app.query_params["brand"] = own
    app = opened(at(app, HOME), "mrr")
    found = facts(pressed(app, "csv", "mrr"))
    assert found["As shown"] == values(app)["MRR"]
    assert metrics.text("usd", float(found["MRR"])) == values(app)["MRR"]
    assert found["Brands"] == name
    assert "policy strict" in found["Filters"]
    assert found["Definition"] == metrics.METRICS["mrr"].help


@pytest.mark.usefixtures("demo")
def test_the_file_of_a_table_has_its_rows_and_its_visible_columns() -> None:
    app = opened(at(signed_in("admin"), MRR), "leaderboard")
    shown = tables(app)[0]
    book = openpyxl.load_workbook(io.BytesIO(pressed(app, "xlsx", "leaderboard")))
    heading, *rows = ([cell.value for cell in row] for row in book["Data"].iter_rows())
    assert heading[:5] == ["#", "Brand", "MRR (USD)", "Places", "Share (%)"]
    assert len(rows) == len(shown)
    assert [row[0] for row in rows] == list(shown["rank"])
    assert [row[2] for row in rows] == pytest.approx(list(shown["mrr_usd"]))
    assert sum(row[4] for row in rows) == pytest.approx(100)
    assert len(heading) == len(shown.columns)


@pytest.mark.usefixtures("demo")
def test_a_brand_manager_gets_the_own_brand_in_the_file() -> None:
    own, name = brand_at(3)
    app = opened(at(signed_in("brand_manager", own), RETENTION), "cohorts")
    assert facts(pressed(app, "csv", "cohorts"))["Brands"] == name


@pytest.mark.usefixtures("changed", "demo")
def test_who_lost_the_session_gets_no_file() -> None:
    app = opened(at(signed_in("admin"), MRR), "leaderboard")
    with connections.writer(Scope.system()) as connection:
        connection.execute(text("update sessions set revoked_at = now()"))
    app.button(key="csv-leaderboard").click().run()
    assert not app.exception
    assert [title.value for title in app.title] == ["ClosetAI"]
    assert not handed_over(app)


@pytest.mark.usefixtures("changed", "demo")
def test_who_lost_a_brand_gets_no_file_of_it() -> None:
    (first, _), (second, kept) = brand_at(1), brand_at(2)
    app = signed_in("brand_manager", first, second)
    app.query_params["brand"] = first
    app = opened(at(app, HOME), "tryons")
    with connections.owner() as connection:
        connection.execute(
            text("delete from brand_members where brand_id = :brand"), {"brand": first}
        )
    app.button(key="csv-tryons").click().run()
    assert not app.exception
    assert [facts(file)["Brands"] for file in handed_over(app)] in ([], [kept])


def test_a_scope_is_told_in_words(monkeypatch: pytest.MonkeyPatch) -> None:
    ids = [f"00000000-0000-7000-8000-00000000000{n}" for n in range(3)]
    assert brand.called("all") == "All brands"
    assert brand.called("demo") == "All demo brands"
    assert brand.called(",".join(ids)) == "3 brands"
    assert brand.called(f"demo:{ids[0]}") == "1 brand"
    # One of many has its name; all of them are too many to name.
    many = {f"{n:032x}": f"Brand {n}" for n in range(30)}
    monkeypatch.setattr(st, "session_state", {brand._NAMES: many})
    (first, second, *_) = many
    assert brand.called(f"demo:{first}") == "Brand 0"
    assert brand.called(f"{first},{second}") == "Brand 0, Brand 1"
    assert brand.called(",".join(many)) == "30 brands"
    assert brand.called(ids[0]) == "1 brand"


def test_a_definition_is_the_first_paragraph_of_the_query() -> None:
    sql = "-- Of all jobs,\n-- the best.\n-- Grain: one row.\n-- Columns:\nselect 1"
    day = datetime(2026, 3, 1, tzinfo=UTC).date()
    one = Asked("a/b", "all", {"since": day, "until": day.replace(day=8), "kind": "x"}, sql, 1.0, 1)
    assert one.definition == "Of all jobs, the best."
    assert one.filters == "2026-03-01 to 2026-03-07, kind x, days are UTC"
    for numbers, told in (("0,1,2,3", "0 to 3"), ("1,7,30", "1,7,30"), ("1,2", "1,2")):
        listed = Asked("a/b", "all", {"numbers": numbers}, sql, 1.0, 1)
        assert listed.filters == f"numbers {told}, days are UTC"
    shown = menu.Shown(
        "T", datetime(2026, 3, 8, tzinfo=UTC), lambda: ([], []), note="<b>", asked=[one]
    )
    said = menu.pictured(shown, go.Figure()).layout.title.subtitle.text
    assert said.replace("<br>", " ") == (
        f"As of 2026-03-08 00:00:00 UTC · All brands · {one.filters} · &lt;b&gt;"
    )


# Pages on which nothing is measured: there is nothing to take along.
CARDLESS = {
    "pages/catalog/personas.py",
    "pages/catalog/wardrobe.py",
    "pages/integrations/api_access.py",
    "pages/integrations/webhooks.py",
    "pages/studio/advisor.py",
}


@pytest.mark.parametrize("page", [page for page in PAGES if page not in CARDLESS])
@pytest.mark.usefixtures("demo")
def test_every_card_of_every_page_gives_its_file(page: str) -> None:
    app = at(signed_in("admin"), page)
    menus = [str(menu.key) for menu in app.get("popover")]
    cards = [key.removeprefix("menu-") for key in menus if key.startswith("menu-")]
    assert cards
    for card in cards:
        app.session_state[f"menu-{card}"] = True
    app.run()
    # All at once, which nobody can do: the page is drawn once and not for each of them.
    for card in cards:
        app.button(key=f"csv-{card}").click()
    files = handed_over(app.run())
    assert not app.exception
    assert len(files) == len(cards)
    for found in map(facts, files):
        assert {"As of", "Brands", "Filters", "Definition"} <= found.keys(), found
