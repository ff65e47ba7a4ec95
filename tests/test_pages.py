"""Every page through app.py: by role, signed out, with an empty brand, without a database."""

import logging
from datetime import UTC, datetime, timedelta
from pathlib import Path
from uuid import UUID, uuid4

import pandas as pd
import pytest
import streamlit as st
from sqlalchemy import text
from streamlit.testing.v1 import AppTest

import metrics
import queries
from accounts import sessions
from components import period
from database import connections, embedded, rollups
from database.embedded import Cluster
from database.tenancy import Scope
from queries import Answer
from settings import ROOT
from tests import facts, rows
from tests.prepared import administrator
from tests.shown import drawn, figures, tables
from tryon import storage

PAGES = sorted(path.relative_to(ROOT).as_posix() for path in (ROOT / "pages").glob("*/*.py"))
HOME = "pages/home/overview.py"
# Of whoever is signed in, whatever the brand.
OWN = {"pages/catalog/wardrobe.py"}
MRR = "pages/revenue/mrr.py"
MOVEMENTS = "pages/revenue/movements.py"
ATTRIBUTION = "pages/revenue/attribution.py"
ECONOMICS = "pages/revenue/unit_economics.py"
FUNNEL = "pages/shoppers/funnel.py"
LIFETIME = "pages/shoppers/lifetime_value.py"
RETENTION = "pages/shoppers/retention.py"
LAUNCH = "pages/studio/launch.py"
VOLUME = "pages/tryons/volume.py"
ACCURACY = "pages/tryons/accuracy.py"
SPEED = "pages/tryons/speed.py"

pytestmark = pytest.mark.usefixtures("demo")


def brand_at(rank: int) -> tuple[str, str]:
    """Id and name of the brand with that place by MRR, 1 being the first."""
    with connections.owner() as connection:
        row = connection.execute(
            text("select id, name from brands order by mrr desc, name limit 1 offset :rank"),
            {"rank": rank - 1},
        ).one()
    return str(row.id), row.name


def busiest_brand() -> str:
    """Id of the brand with the most jobs."""
    with connections.owner() as connection:
        found = connection.execute(
            text("select brand_id from tryon_jobs group by brand_id order by count(*) desc limit 1")
        ).scalar_one()
    return str(found)


def empty_brand() -> str:
    """Add a brand that has nothing at all."""
    with connections.owner() as connection:
        made: UUID = connection.execute(
            text("insert into brands (name, slug) values ('Empty', :slug) returning id"),
            {"slug": f"empty-{uuid4().hex}"},
        ).scalar_one()
    return str(made)


def signed_in(role: str, *brands: str) -> AppTest:
    """The app in the session of a new account of that role, before its first run."""
    now = datetime.now(UTC)
    with connections.writer(Scope.system()) as connection:
        user = str(
            connection.execute(
                text(
                    "insert into users (role, display_name, email, is_demo)"
                    " values (cast(:role as user_role), 'Vera', :email, :demo) returning id"
                ),
                {
                    "role": role,
                    "email": f"{uuid4().hex}@example.org",
                    "demo": role == "demo_viewer",
                },
            ).scalar_one()
        )
        for brand in brands:
            connection.execute(
                text("insert into brand_members (brand_id, user_id) values (:brand, :user)"),
                {"brand": brand, "user": user},
            )
        opened = sessions.open_for(connection, user, "", timedelta(hours=1), now)
    app = AppTest.from_file(str(ROOT / "app.py"), default_timeout=60)
    app.session_state["accounts.session"] = opened.id
    return app


def at(app: AppTest, page: str) -> AppTest:
    """The app on one of its pages, with every card read."""
    # Until it has run, it knows pages by the names of their files, which some addresses are not.
    if page == HOME or "_" in Path(page).stem:
        app.run()
    return app if page == HOME else app.switch_page(page).run()


def opened(app: AppTest, card: str) -> AppTest:
    """The app with the menu of a card open."""
    app.session_state[f"menu-{card}"] = True
    return app.run()


def read_again(app: AppTest, card: str) -> None:
    """Press what reads a card again, in its menu."""
    opened(app, card).button(key=f"refresh-{card}").click().run()


def values(app: AppTest) -> dict[str, str]:
    """What the metric cards say, by their labels."""
    return {metric.label: str(metric.value) for metric in figures(app)}


def jobs(app: AppTest) -> pd.DataFrame:
    """The rows of the only table."""
    (table,) = tables(app)
    frame: pd.DataFrame = table
    return frame


@pytest.mark.parametrize("page", PAGES)
@pytest.mark.parametrize("role", ["admin", "brand_manager", "demo_viewer"])
def test_every_page_stands_for_every_role(role: str, page: str) -> None:
    brands = [busiest_brand()] if role == "brand_manager" else []
    app = at(signed_in(role, *brands), page)
    assert not app.exception
    assert not app.error
    assert len(app.title) == 1
    shown = len(figures(app)) + len(tables(app)) + len(app.get("plotly_chart"))
    # These demo data have no pictures: a gallery says so. Products stand as cards.
    cards = sum(str(one.key).startswith("open-") for one in app.button)
    # Where nothing was set up yet, or a brand is to be picked, there is a word on it.
    words = " ".join(str(one.value) for one in (*app.caption, *app.markdown))
    said = bool(app.info) or bool(app.code)
    said = said or any(
        known in words
        for known in (
            "No such pictures.",
            "No webhooks yet.",
            "Last came for",
            "Blank without",
            "This wardrobe is empty.",
            "No personas yet.",
            "it is no language model",
        )
    )
    assert shown or cards or said
    assert [box.label for box in app.selectbox if box.label == "Brand"] == (
        [] if role == "brand_manager" or page in OWN else ["Brand"]
    )


@pytest.mark.parametrize("page", PAGES)
def test_signed_out_every_page_is_the_log_in_page(page: str) -> None:
    app = AppTest.from_file(str(ROOT / "app.py"), default_timeout=60)
    app.run()
    assert not app.exception
    assert [title.value for title in app.title] == ["ClosetAI"]
    assert not figures(app)
    assert not tables(app)
    assert not app.get("plotly_chart")
    # Signed out, navigation knows the addresses but none of the scripts behind them.
    with pytest.raises(ValueError, match="Could not find a navigation page"):
        app.switch_page(page).run()


@pytest.mark.parametrize("page", PAGES)
def test_a_brand_without_anything_has_no_empty_page_and_no_error(page: str) -> None:
    app = at(signed_in("brand_manager", empty_brand()), page)
    assert not app.exception
    assert not app.error
    if page == HOME:
        assert values(app) == {
            "Attributed revenue": "$0",
            "Return on plan": "–",
            "Try-ons": "0",
            "Model confidence": "–",
            "Human accuracy": "–",
            "D30 retention": "–",
            "Conversion": "–",
            "LTV:CAC": "–",
        }


@pytest.mark.parametrize("page", PAGES)
def test_without_a_database_there_is_one_sentence_and_the_session_survives(
    demo: Cluster, page: str
) -> None:
    app = at(signed_in("admin"), page)
    with administrator(demo) as connection:
        connection.execute(f"alter database {embedded.DATABASE} with allow_connections false")
        connection.execute(
            "select pg_terminate_backend(pid) from pg_stat_activity where datname = %s",
            (embedded.DATABASE,),
        )
    st.cache_resource.clear()
    app.run()
    assert not app.exception
    assert not figures(app)
    said = [*(note.value for note in app.error), *(note.value for note in app.warning)]
    assert len(said) == 1
    assert "does not answer" in said[0]
    with administrator(demo) as connection:
        connection.execute(f"alter database {embedded.DATABASE} with allow_connections true")
    app.run()
    assert not app.exception
    assert not app.error
    assert [title.value for title in app.title] != ["ClosetAI"]


def test_one_query_that_fails_is_one_message_in_its_own_card(
    caplog: pytest.LogCaptureFixture,
) -> None:
    with connections.owner() as connection:
        connection.execute(text("revoke select on rollup_returns from closetai_reader"))
    with caplog.at_level(logging.CRITICAL):
        app = at(signed_in("admin"), HOME)
    assert not app.exception
    assert {note.value.split(" could not")[0] for note in app.error} == {
        "D30 retention",
        "LTV:CAC",
    }
    assert {"MRR", "Try-ons", "Model confidence", "Human accuracy"} <= values(app).keys()
    with connections.owner() as connection:
        connection.execute(text("grant select on rollup_returns to closetai_reader"))
    app.button(key="retry-retention_d30").click().run()
    assert not app.exception
    assert "D30 retention" in values(app)


def test_the_cards_show_what_the_queries_say() -> None:
    app = at(signed_in("admin"), HOME)
    today = datetime.now(UTC).date()
    total = queries.read(
        "revenue/mrr_total",
        Scope("all"),
        policy="strict",
        since=today - timedelta(days=30),
        until=today,
    ).frame.iloc[0]
    assert total["mrr_usd"] > 0
    assert values(app)["MRR"] == metrics.text("usd", total["mrr_usd"])


@pytest.mark.parametrize("label", period.PRESETS)
def test_mrr_and_twelve_times_it_change_alike(label: str) -> None:
    app = signed_in("admin")
    app.query_params["period"] = label
    changed = {metric.label: metric.delta for metric in figures(at(app, MRR))}
    assert changed["MRR"] == changed["ARR"] != ""


def test_another_policy_moves_mrr_by_what_is_at_risk() -> None:
    app = at(signed_in("admin"), MRR)
    with connections.owner() as connection:
        risk = connection.execute(
            text(
                # As yesterday ended: what happens today is no figure yet.
                "select sum(h.mrr) filter (where h.status = 'past_due') from ("
                " select distinct on (subscription_id) * from subscription_history"
                " where effective_at < date_trunc('day', now(), 'UTC')"
                " order by subscription_id, effective_at desc, id desc"
                ") as h"
            )
        ).scalar_one()
    assert values(app)["MRR at risk"] == metrics.text("usd", risk)
    strict = sum(tables(app)[0]["mrr_usd"])
    app.segmented_control(key="policy").set_value("Stripe").run()
    assert not app.exception
    assert float(sum(tables(app)[0]["mrr_usd"])) == pytest.approx(strict + float(risk))


@pytest.mark.usefixtures("changed")
def test_a_corrupted_movement_turns_the_badge_red() -> None:
    app = at(signed_in("admin"), MOVEMENTS)
    badges = [note.value for note in app.markdown]
    assert any("green-badge" in note and "add up to MRR, to the cent" in note for note in badges)
    with connections.owner() as connection:
        connection.execute(
            text(
                "update mrr_movements set amount = amount + 0.01 where (brand_id, day) ="
                " (select brand_id, day from mrr_movements where policy = 'strict'"
                " and day < current_date order by day desc, brand_id limit 1)"
                " and policy = 'strict'"
            )
        )
    read_again(app, "waterfall")
    badges = [note.value for note in app.markdown if "-badge" in note.value]
    assert any("red-badge" in note and "off by $0.01 in 1 brand" in note for note in badges)
    assert not any("to the cent" in note for note in badges)


def test_the_table_of_movements_follows_the_kind_in_the_address() -> None:
    app = signed_in("admin")
    app.query_params["kind"] = "Churn"
    rows = tables(at(app, MOVEMENTS))[0]
    assert set(rows["kind"]) == {"Churn"}
    assert set(rows["reason"]) <= {"Voluntary", "Delinquent"}
    app.segmented_control(key="kind").set_value("All").run()
    every = tables(app)[0]
    assert set(every["kind"]) > {"Churn"}
    gains = every["kind"].isin(["New", "Expansion", "Reactivation"])
    today = datetime.now(UTC).date()
    total = queries.read(
        "revenue/movements_total",
        Scope("all"),
        policy="strict",
        since=today - timedelta(days=30),
        until=today,
    ).frame.iloc[0]
    assert every["amount_usd"][gains].sum() == pytest.approx(float(total["gained_usd"]))
    assert values(app)["NRR"] == metrics.text("pct", total["nrr_pct"])


def test_a_brand_manager_sees_how_the_own_mrr_moved_and_no_rate_over_brands() -> None:
    app = at(signed_in("brand_manager", brand_at(3)[0]), MOVEMENTS)
    assert set(values(app)) == {"MRR", "Scheduled churn"}


def test_a_brand_manager_sees_what_the_own_plan_returns() -> None:
    own = busiest_brand()
    app = at(signed_in("brand_manager", own), MRR)
    assert {"MRR", "Attributed revenue", "Return on plan"} <= values(app).keys()
    today = datetime.now(UTC).date()
    asked = {"since": today - timedelta(days=30), "until": today}
    total = queries.read("revenue/attributed_total", Scope(own), policy="strict", **asked).row
    assert total["return_on_plan_ratio"] > 0
    said = values(app)
    assert said["Attributed revenue"] == metrics.text("usd", total["attributed_usd"])
    assert said["Return on plan"] == metrics.text("ratio", total["return_on_plan_ratio"])
    assert "Return on plan" not in values(at(signed_in("admin"), MRR))


def test_every_model_of_attribution_sums_to_the_same_total() -> None:
    app = signed_in("admin")
    app.query_params["model"] = "First touch"
    at(app, ATTRIBUTION)
    shown = [values(app)]
    for model in ("Last touch", "Linear"):
        app.segmented_control(key="model").set_value(model).run()
        assert not app.exception
        shown.append(values(app))
    assert len({cards["Attributed revenue"] for cards in shown}) == 1
    assert len({cards["Unattributed"] for cards in shown}) == 1
    assert len({cards["Recommendation"] for cards in shown}) > 1


def test_unit_economics_compare_brands_where_there_are_several() -> None:
    (first, name), (second, other) = brand_at(1), brand_at(2)
    one = at(signed_in("brand_manager", first), ECONOMICS)
    assert [heading.value for heading in one.subheader if "rand" in heading.value] == []
    two = at(signed_in("brand_manager", first, second), ECONOMICS)
    by_brand = tables(two)[1].set_index("name")["ltv_usd"]
    assert set(by_brand.index) == {name, other}
    assert values(one)["LTV (12 months)"] == metrics.text("usd", float(by_brand[name]))
    compared = [heading.value for heading in two.subheader if "rand" in heading.value]
    assert compared == ["Brands by CAC and LTV", "By brand"]
    assert [heading.value for heading in one.subheader] == [
        heading.value for heading in two.subheader if heading.value not in compared
    ]


def test_a_managers_own_movements_are_not_counted_in_brands() -> None:
    own, _ = brand_at(1)
    words = [said.value for said in at(signed_in("brand_manager", own), MOVEMENTS).caption]
    assert not [said for said in words if "brand" in said or said == "0 movements"]


def test_speed_says_of_each_engine_what_its_jobs_took() -> None:
    app = at(signed_in("admin"), SPEED)
    today = datetime.now(UTC).date()
    window: dict[str, queries.Parameter] = {
        "since": today - timedelta(days=30),
        "until": today,
        "origin": "shopper",
    }
    total = queries.read("tryons/speed_total", Scope("all"), **window).frame.iloc[0]
    assert values(app)["Queue p95"] == metrics.text("ms", total["queue_p95_ms"])
    assert values(app)["Processing p50"] == metrics.text("ms", total["processing_p50_ms"])
    assert values(app)["Success rate"] == metrics.text("pct", total["success_pct"])
    by_engine = tables(app)[0]
    assert by_engine["completed_count"].sum() == total["completed_count"]
    assert by_engine["failed_count"].sum() == total["failed_count"]
    slowest = by_engine["processing_p99_s"].max() * 1000
    assert by_engine["processing_p50_s"].min() * 1000 <= total["processing_p50_ms"] <= slowest
    assert all(app.selectbox(key=f"{name}-unavailable").disabled for name in ("category", "device"))


def test_charts_of_a_long_period_are_drawn_by_week() -> None:
    app = signed_in("admin")
    titles = {SPEED: "Queue time", ACCURACY: "Model confidence", VOLUME: "Jobs"}
    for page, title in titles.items():
        at(app, page).selectbox(key="period").set_value("Last 12 months").run()
        assert f"{title} by week" in [heading.value for heading in app.subheader]
        assert "Over so many days, charts are drawn by week." in [
            caption.value for caption in app.caption
        ]


def test_only_the_team_sees_volume_by_brand() -> None:
    titles = [
        [heading.value for heading in at(app, VOLUME).subheader]
        for app in (signed_in("admin"), signed_in("brand_manager", brand_at(1)[0], brand_at(2)[0]))
    ]
    assert "Completed by brand" in titles[0]
    assert "Completed by brand" not in titles[1]
    assert "Completed by engine" in titles[1]


def test_the_worst_pictures_are_rejected_ones_the_least_sure_first() -> None:
    shown = tables(at(signed_in("admin"), ACCURACY))[0]
    with connections.owner() as connection:
        rejected = connection.execute(
            text(
                "select right(job_id::text, 12) as job, reasons from verdict_facts"
                " where not approved"
            )
        ).all()
    why = {
        row.job: ", ".join(row.reasons).replace("_", " ").capitalize() or None for row in rejected
    }
    assert len(shown) > 2
    assert list(shown["reasons"]) == [why[job] for job in shown["open"]]
    assert shown["confidence_pct"].is_monotonic_increasing


@pytest.mark.usefixtures("changed")
def test_the_worst_pictures_are_shown_where_they_are_stored() -> None:
    app = signed_in("admin")
    worst = at(app, ACCURACY)
    assert "object_id" not in tables(worst)[0].columns
    (table, *_) = drawn(app, "table")
    job = next(one["said"][0] for one in table["columns"] if one["name"] == "open")
    with connections.owner() as connection:
        found = text("select id, brand_id from tryon_jobs where id::text like :tail")
        shown = connection.execute(found, {"tail": f"%{job}"}).one()
        for position, is_selected in enumerate((False, True)):
            stored = facts.picture(connection, brand_id=shown.brand_id)
            rows.insert(
                connection,
                "job_outputs",
                job_id=shown.id,
                object_id=stored,
                position=position,
                is_selected=is_selected,
            )
    st.cache_resource.clear()
    for viewer in (app, signed_in("brand_manager", str(shown.brand_id))):
        (table, *_) = drawn(at(viewer, ACCURACY), "table")
        pictures = next(one for one in table["columns"] if one["name"] == "object_id")
        jobs = next(one["said"] for one in table["columns"] if one["name"] == "open")
        assert pictures["values"][jobs.index(job)] == str(stored)
        # Each by an address of the viewer's own.
        assert pictures["addresses"][jobs.index(job)] == storage.address(
            viewer.session_state["accounts.session"], stored, datetime.now(UTC)
        )
        assert pictures["addresses"].count(None) == len(jobs) - 1


def test_the_leaderboard_is_ranked_and_its_shares_add_up() -> None:
    rows = tables(at(signed_in("admin"), MRR))[0]
    assert list(rows["rank"]) == list(range(1, len(rows) + 1))
    assert rows["mrr_usd"].is_monotonic_decreasing
    assert rows["share_pct"].sum() == pytest.approx(100)
    assert rows["name"].iloc[0] == brand_at(1)[1]
    assert "brand_id" not in rows.columns


def test_a_brand_manager_sees_the_own_brand_and_nobody_else() -> None:
    own, _ = brand_at(3)
    with connections.owner() as connection:
        others = set(
            connection.execute(text("select name from brands where id <> :own"), {"own": own})
            .scalars()
            .all()
        )
    app = signed_in("brand_manager", own)
    for page in PAGES:
        at(app, page)
        shown = " ".join(
            str(element.value)
            for elements in (app.markdown, app.caption, app.title, app.subheader, figures(app))
            for element in elements
        )
        cells = {str(cell) for table in tables(app) for cell in table.to_numpy().ravel()}
        assert not [other for other in others if other in cells or f" {other} " in shown]
        assert not [table for table in tables(app) if "share_pct" in table.columns]
        assert "Brand" not in [box.label for box in app.selectbox]


@pytest.mark.parametrize("page", [page for page in PAGES if page not in OWN])
def test_a_brand_of_somebody_else_in_the_address_is_one_sentence(page: str) -> None:
    app = signed_in("brand_manager", brand_at(3)[0])
    app.query_params["brand"] = brand_at(1)[0]
    app.run()
    if page != HOME:
        app.switch_page(page)
        app.query_params["brand"] = brand_at(1)[0]
        app.run()
    assert not app.exception
    assert [note.value for note in app.warning] == [
        "The address names a brand that this account cannot see."
    ]
    assert not figures(app)
    assert not tables(app)


def test_whose_brand_no_picker_names_is_told_beside_the_own_name() -> None:
    (brand, name), (other, other_name) = brand_at(1), brand_at(2)
    for app, told in (
        (signed_in("brand_manager", brand), f"Brand manager, {name}"),
        (signed_in("brand_manager", brand, other), "Brand manager"),
        (signed_in("admin"), "Administrator"),
    ):
        app.run()
        (said,) = (note.value for note in app.sidebar.caption)
        assert said.replace("\\", "") == told
        assert other_name not in said


def test_the_team_picks_a_brand_and_every_card_follows() -> None:
    brand, _ = brand_at(1)
    app = signed_in("analyst")
    app.query_params["brand"] = brand
    app.run()
    assert not app.exception
    with connections.owner() as connection:
        own = connection.execute(
            text(
                "select mrr_after from mrr_movements where brand_id = :brand and policy = 'strict'"
                " and day < current_date order by day desc limit 1"
            ),
            {"brand": brand},
        ).scalar_one()
    assert values(app)["MRR"] == metrics.text("usd", own)


@pytest.mark.parametrize("page", [HOME, RETENTION])
def test_a_page_says_how_it_counts_the_shoppers_of_several_brands(page: str) -> None:
    said = "Over several brands, a shopper of two of them counts once for each."
    two = at(signed_in("brand_manager", brand_at(1)[0], brand_at(2)[0]), page)
    assert said in [caption.value for caption in two.caption]
    assert two.selectbox[0].label == "Brand"
    for app in (signed_in("brand_manager", brand_at(1)[0]), signed_in("admin")):
        assert said not in [caption.value for caption in at(app, page).caption]


@pytest.mark.parametrize(
    ("page", "label", "value", "parameter"),
    [
        (VOLUME, "Category", "Tops", "category"),
        (ACCURACY, "Device", "iOS", "device"),
        (RETENTION, "Category", "Tops", "part"),
        (MRR, "Policy", "Stripe", "policy"),
    ],
)
def test_a_filter_asks_anew_only_what_depends_on_it(
    page: str, label: str, value: str, parameter: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    app = at(signed_in("admin"), page)
    ask, asked = queries._ask, list[str]()

    def note_and_ask(question: queries._Asked) -> Answer:
        asked.append(question.name)
        return ask(question)

    monkeypatch.setattr(queries, "_ask", note_and_ask)
    app.run()
    assert asked == []
    picked = [box for box in (*app.selectbox, *app.get("button_group")) if box.label == label]
    (box,) = picked
    box.set_value(value).run()
    assert not app.exception
    assert asked
    assert [name for name in asked if parameter not in queries.parameters(name)] == []


def test_only_a_demo_visitor_is_shown_the_three_doors() -> None:
    def doors(role: str) -> list[str]:
        # The others lead to what needs attention.
        links = [link.value for link in at(signed_in(role), HOME).page_link]
        return [link.strip("*") for link in links if link.startswith("**")]

    assert doors("demo_viewer") == ["Leaderboard", "Retention", "Launch"]
    assert doors("admin") == []


def test_what_needs_attention_leads_to_its_page() -> None:
    links = {link.value for link in at(signed_in("admin"), HOME).page_link}
    assert "MRR at risk" in links
    app = at(signed_in("brand_manager", empty_brand()), HOME)
    assert not app.page_link
    assert any("Nothing needs attention." in note.value for note in app.caption)


@pytest.mark.usefixtures("changed")
def test_demo_data_is_called_so_on_every_page() -> None:
    app = signed_in("admin")
    for page in PAGES:
        badges = [note.value for note in at(app, page).markdown]
        assert any("Demo data" in badge for badge in badges), page

    def said_after(change: str) -> list[str]:
        with connections.owner() as connection:
            connection.execute(text(change))
        st.cache_resource.clear()
        app.run()
        return [note.value for note in app.markdown if "Demo data" in note.value]

    # Brands pay for the whole of them: a sample of try-ons is called one.
    (said,) = said_after("update demo_state set job_target = 100000")
    assert "Demo data: 1 in 100 try-ons" in said
    (said,) = said_after("update demo_state set job_target = 20000000")
    assert "1 in" not in said
    assert said_after("delete from demo_state") == []


@pytest.mark.usefixtures("changed")
def test_every_page_says_how_far_its_figures_are_behind(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(rollups, "fold_all", lambda: 0)
    app = signed_in("admin")

    def told(page: str = HOME) -> list[str]:
        badges = [note.value for note in at(app, page).markdown if "-badge" in note.value]
        return [badge for badge in badges if "behind" in badge or "anew" in badge]

    def set_to(statement: str) -> None:
        with connections.owner() as connection:
            connection.execute(text(statement))
        st.cache_resource.clear()

    set_to(
        "insert into tryon_jobs (brand_id, origin, category, engine)"
        f" values ('{busiest_brand()}', 'shopper', 'tops', 'classic')"
    )
    set_to("update job_changes set queued_at = now() - interval '50 seconds'")
    assert told() == []
    set_to("update job_changes set queued_at = now() - interval '5 minutes 5 seconds'")
    for page in PAGES:
        (badge,) = told(page)
        assert "5 min behind" in badge, page
    # While everything is counted anew, that says it all.
    set_to("update rollup_state set is_stale = true")
    (badge,) = told()
    assert "Being counted anew" in badge


def test_a_session_that_is_over_ends_at_the_next_click_on_a_card() -> None:
    app = opened(at(signed_in("admin"), HOME), "mrr")
    with connections.writer(Scope.system()) as connection:
        connection.execute(text("update sessions set revoked_at = now()"))
    app.button(key="refresh-mrr").click().run()
    assert not app.exception
    assert [title.value for title in app.title] == ["ClosetAI"]
    assert not figures(app)


@pytest.mark.usefixtures("changed")
def test_refresh_asks_the_database_again() -> None:
    app = at(signed_in("admin"), LAUNCH)
    assert "Queued" not in set(jobs(app)["status"])
    with connections.owner() as connection:
        connection.execute(
            text(
                "insert into tryon_jobs (brand_id, origin, category, engine)"
                " values (:brand, 'shopper', 'tops', 'classic')"
            ),
            {"brand": busiest_brand()},
        )
    # Within the minute that an answer is kept, only the button asks again.
    app.run()
    assert "Queued" not in set(jobs(app)["status"])
    read_again(app, "jobs")
    assert jobs(app)["status"].iloc[0] == "Queued"


def test_every_page_is_in_the_navigation() -> None:
    listed = (ROOT / "app.py").read_text()
    assert all(f'"{page}"' in listed for page in PAGES)
    assert {Path(page).parent.name for page in PAGES} == {
        "billing",
        "catalog",
        "home",
        "integrations",
        "revenue",
        "shoppers",
        "studio",
        "tryons",
    }
