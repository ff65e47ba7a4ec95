"""The pages on which a brand sets up how its systems talk to this."""

from datetime import UTC, date, datetime, timedelta
from uuid import UUID

import pandas as pd
import pytest
import streamlit as st
from sqlalchemy import text
from streamlit.testing.v1 import AppTest

import queries
from accounts import tokens
from components import feeds
from components.question import asking
from database import connections, rollups
from database.tenancy import Scope
from shops import webhooks
from tests.rows import finish, insert, job
from tests.test_pages import at, brand_at, empty_brand, signed_in

KEYS = "pages/integrations/api_access.py"
HOOKS = "pages/integrations/webhooks.py"
FEEDS = "pages/integrations/feeds.py"
NOW = datetime.now(UTC)


def of(brand: str) -> Scope:
    return Scope.of_brands([brand])


def opened(page: str, role: str, brand: str, name: str = "") -> AppTest:
    app = at(signed_in(role, *([brand] if role == "brand_manager" else [])), page)
    if role != "brand_manager":
        app.selectbox(key="brand").select(name).run()
    assert not app.exception
    return app


def words(app: AppTest) -> str:
    return " ".join(
        str(one.value).replace("\\", "") for one in (*app.markdown, *app.caption, *app.success)
    )


def sent(scope: Scope, until: date) -> pd.DataFrame:
    """What each brand in scope has sent, and when last."""
    ask = asking(queries, lambda: scope)
    app = ask("integrations/feeds_of_app", until=until)
    systems = ask("integrations/feeds_of_systems", until=until)
    return feeds.Sent(app, systems).read().frame


@pytest.mark.usefixtures("database")
def test_feeds_tell_the_last_day_of_each_and_of_no_other_brand() -> None:
    st.cache_resource.clear()  # it outlives the database of a test
    with connections.owner() as connection:
        alder = insert(connection, "brands", name="Alder", slug="alder")
        insert(connection, "brands", name="Birch", slug="birch")
        user = insert(connection, "users")
        days = {
            name: NOW - timedelta(days=back)
            for name, back in {
                "job": 9,
                "touch": 8,
                "order": 7,
                "return": 6,
                "spend": 5,
                "answer": 4,
            }.items()
        }
        finish(
            connection,
            job(connection, brand_id=alder, user_id=user, created_at=days["job"]),
            "completed",
        )
        # Neither a shopper's, nor there any longer once it has been counted.
        job(connection, brand_id=alder, origin="studio", created_at=NOW, credits=0)
        gone = job(connection, brand_id=alder, user_id=user, created_at=NOW)
        of_one = {"brand_id": alder, "user_id": user}
        insert(connection, "touches", **of_one, source="share", touched_at=days["touch"])
        insert(connection, "nps_responses", **of_one, score=9, answered_at=days["answer"])
        bought = insert(
            connection, "purchases", **of_one, order_id="1", amount=9, purchased_at=days["order"]
        )
        unbought = insert(
            connection, "purchases", **of_one, order_id="2", amount=9, purchased_at=NOW
        )
        back = {"purchase_id": bought, "brand_id": alder, "returned_at": days["return"]}
        insert(connection, "purchase_returns", **back, amount=1)
        # No spend is no feed.
        for day, amount in ((days["spend"], 3), (NOW, 0)):
            spent = {"brand_id": alder, "day": day.date(), "channel": "tv", "amount": amount}
            insert(connection, "acquisition_spend", **spent)
    rollups.fold_all()
    with connections.owner() as connection:
        connection.execute(text("delete from tryon_jobs where id = :id"), {"id": gone})
        connection.execute(text("delete from purchases where id = :id"), {"id": unbought})
    rollups.fold_all()
    frame = sent(Scope.system(), NOW.date() + timedelta(days=1))
    assert frame["brand"].tolist() == ["Alder", "Birch"]
    row = frame.iloc[0]
    assert {name: row[f"{name}_day"].date() for name in days} == {
        name: day.date() for name, day in days.items()
    }
    assert all(pd.isna(frame.iloc[1][f"{name}_day"]) for name in days)
    # Those of the last days are looked up another way than those of long ago.
    for name, day in days.items():
        for after in range(1, 6):
            until = day.date() + timedelta(days=after)
            row = sent(of(str(alder)), until).iloc[0]
            assert row[f"{name}_day"].date() == day.date(), (name, after)
    # Before its day a feed has not come.
    early = sent(of(str(alder)), days["job"].date())
    assert len(early) == 1
    assert all(pd.isna(early.iloc[0][f"{name}_day"]) for name in days)


@pytest.mark.usefixtures("demo")
@pytest.mark.parametrize(
    ("role", "writes"), [("brand_manager", True), ("admin", True), ("analyst", False),
                         ("demo_viewer", False)]
)  # fmt: skip
def test_who_may_set_up_integrations(role: str, writes: bool) -> None:
    brand, name = brand_at(3)
    for page, label in ((KEYS, "Make a key"), (HOOKS, "Add a webhook"), (FEEDS, "Import spend")):
        app = opened(page, role, brand, name)
        assert (label in [button.label for button in app.button]) == writes, page


@pytest.mark.usefixtures("demo")
def test_a_brand_sees_its_own_keys_and_webhooks() -> None:
    (brand, _), (other, _) = brand_at(3), brand_at(4)
    for owner, name in ((brand, "Ours"), (other, "Theirs")):
        tokens.make_key(of(owner), UUID(owner), "secret", name, NOW, scopes=["orders", "spend"])
        hook = webhooks.add(
            of(owner), UUID(owner), f"https://{name.lower()}.example/", ["tryon.failed"]
        )
        webhooks.ping(of(owner), hook.id)
    said = words(opened(KEYS, "brand_manager", brand))
    assert "Ours" in said
    assert "May record and read orders and returns; record and read acquisition spend." in said
    assert "Theirs" not in said
    app = opened(HOOKS, "brand_manager", brand)
    assert "ours.example" in words(app)
    assert "theirs.example" not in words(app)
    (calls,) = app.dataframe
    assert calls.value["Event"].tolist() == ["ping"]
    assert calls.value["Last answer"].tolist() == ["Not tried yet"]
    (secret,) = app.code
    assert secret.value.startswith("whsec_")
    # Who looks on sees no secret.
    assert not opened(HOOKS, "demo_viewer", brand, brand_at(3)[1]).code
    app.button(key=f"ping-{webhooks.of_brand(of(brand), UUID(brand))[0].id}").click().run()
    assert len(webhooks.deliveries(of(brand), UUID(brand), 9)) == 2
    assert "A test is on its way" in words(app)


def test_a_feed_is_quiet_once_its_days_are_over() -> None:
    feed, today = feeds._FEEDS[0], date(2026, 3, 31)
    days = [pd.Timestamp("2026-03-24"), pd.Timestamp("2026-03-23"), pd.NaT]
    assert feed.quiet_days == 7
    found = feeds._states(feed, pd.DataFrame({feed.column: days}), today)
    assert found == ["Arriving", "Quiet", "Missing"]


@pytest.mark.usefixtures("demo")
def test_an_address_with_a_state_shows_the_calls_of_that_state() -> None:
    brand, _ = brand_at(3)
    hook = webhooks.add(of(brand), UUID(brand), "https://a.example/", ["tryon.failed"])
    calls = [webhooks.ping(of(brand), hook.id) for _ in range(2)]
    with connections.owner() as connection:
        connection.execute(
            text(
                "update webhook_deliveries set status = 'failed', finished_at = now()"
                " where id = :id"
            ),
            {"id": calls[0]},
        )
    app = signed_in("brand_manager", brand)
    app.query_params["state"] = "Given up"
    at(app, HOOKS)
    (log,) = app.dataframe
    assert log.value["State"].tolist() == ["Given up"]


@pytest.mark.usefixtures("demo")
def test_a_brand_that_sent_nothing_is_told_what_stays_blank() -> None:
    app = opened(FEEDS, "brand_manager", empty_brand())
    said = words(app)
    assert said.count("Blank without it") == len(feeds._FEEDS)
    assert "CAC, LTV:CAC and payback in Unit economics." in said


@pytest.mark.usefixtures("demo")
def test_a_ticked_call_stays_the_one_when_others_come() -> None:
    brand, _ = brand_at(3)
    hook = webhooks.add(of(brand), UUID(brand), "https://a.example/", ["tryon.failed"])
    first = webhooks.ping(of(brand), hook.id)
    app = signed_in("brand_manager", brand)
    at(app, HOOKS)
    assert f"webhook-id {first}" not in words(app)
    # Other tests may have called as well.
    count = len(app.dataframe[0].value)
    webhooks.ping(of(brand), hook.id)
    key = f"hook-calls-{webhooks.of_brand(of(brand), UUID(brand))[0].id}--0"
    app.session_state[key] = {"selection": {"rows": [0], "columns": [], "cells": []}}
    app.run()
    assert f"webhook-id {first}" in words(app)
    assert len(app.dataframe[0].value) == count
    app.session_state[key] = {"selection": {"rows": [], "columns": [], "cells": []}}
    app.run()
    assert len(app.dataframe[0].value) == count + 1
