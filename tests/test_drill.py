"""What stands behind a figure: the right rows, the right job, and nobody else's."""

import json
from collections.abc import Callable
from dataclasses import replace
from datetime import date, timedelta
from functools import partial
from typing import Any
from uuid import UUID, uuid4

import pandas as pd
import pytest
import streamlit as st
from sqlalchemy import text
from streamlit.testing.v1 import AppTest

import metrics
import queries
from components import (
    behind,
    card,
    changes,
    charts,
    clicks,
    cohorts,
    economics,
    funnel,
    plotted,
    question,
    shoppers,
    triangle,
)
from components import jobs as job_rows
from components.card import Drawing
from components.drill import EVER, PAGE, Behind, Rows
from components.funnel import STEPS
from components.job import UNKNOWN
from components.parts import Part, Parts
from components.period import Period
from components.question import Ask, Parameter, asking
from database import connections, rollups
from database.tenancy import Scope
from metrics import Metric
from settings import ROOT
from tests import facts
from tests.facts import at
from tests.shown import tables
from tests.test_pages import (
    ACCURACY,
    ATTRIBUTION,
    ECONOMICS,
    FUNNEL,
    HOME,
    LIFETIME,
    MOVEMENTS,
    MRR,
    RETENTION,
    SPEED,
    VOLUME,
    brand_at,
    busiest_brand,
    signed_in,
)
from tests.test_pages import at as opened

MARCH: dict[str, Any] = {"since": date(2026, 3, 1), "until": date(2026, 4, 1)}


def ask(*brands: str) -> Ask:
    """Questions in the scope of these brands."""
    return asking(queries, lambda: Scope.of_brands(brands))


def frame(rows: Rows, **params: Any) -> pd.DataFrame:
    """What a list gives for a part with these parameters."""
    paged = {"row_count": PAGE} if rows.is_paged else {}
    return rows.question.narrowed({**MARCH, **params, **paged}).read().frame


@pytest.fixture
def brand(database: object) -> str:  # noqa: ARG001 (needs a database)
    """A brand with jobs of several kinds in March 2026, beside another that has the same."""
    st.cache_resource.clear()
    with connections.owner() as c:
        brands = [facts.brand(c, name) for name in ("Aurora", "Noise")]
        for key in brands:
            user = facts.shopper(c)
            # A Wednesday; launched in one month, completed in the next.
            facts.job(c, key, user, at("2026-03-04 12:30"), device="ios", confidence="0.99")
            facts.job(c, key, user, at("2026-03-05 13:00"), category="bags", confidence="1.000")
            facts.job(c, key, user, at("2026-03-31 23:59"), seconds=120, confidence="0.55")
            facts.job(c, key, user, at("2026-03-09 10:00"), status="failed", failure="timeout")
            facts.job(c, key, user, at("2026-03-10 10:00"), status="failed", failure="no_face")
            facts.job(c, key, user, at("2026-03-11 10:00"), status="queued", origin="studio")
            facts.job(c, key, user, at("2026-02-28 23:59"), seconds=120, engine="loom")
    return brands[0]


# The lists, by "tryons/jobs", "tryons/verdicts", "tryons/shoppers", "revenue/purchases",
# "shoppers/reached" and "shoppers/converted"


@pytest.mark.parametrize(
    ("params", "days"),
    [
        ({"dated": "launched"}, [31, 10, 9, 5, 4]),
        ({"dated": "launched", "origin": "all"}, [31, 11, 10, 9, 5, 4]),
        ({"dated": "ended", "status": "completed"}, [5, 4, 28]),
        ({"dated": "ended", "status": "failed"}, [10, 9]),
        ({"dated": "ended", "status": "failed", "failure": "no_face"}, [10]),
        ({"dated": "launched", "weekday_number": 3, "hour_number": 12}, [4]),
        ({"dated": "launched", "category": "bags"}, [5]),
        ({"dated": "launched", "device": "ios"}, [4]),
        ({"dated": "launched", "device": "none", "status": "completed"}, [31, 5]),
        ({"dated": "launched", "engine": "loom"}, []),
        ({"dated": "ended", "engine": "loom"}, [28]),
        # The highest bin holds its end.
        ({"dated": "launched", "bin_number": 49}, [5, 4]),
        ({"dated": "launched", "bin_number": 27}, [31]),
        ({"dated": "ended", "bin_number": 27}, []),
        ({"dated": "launched", "bin_number": 26}, []),
        ({"dated": "launched", "origin": "studio"}, [11]),
    ],
)
def test_the_jobs_behind_a_figure_are_those_it_counts(
    brand: str, params: dict[str, Any], days: list[int]
) -> None:
    rows = behind.jobs(ask(brand), **({"origin": "shopper"} | params))
    found = frame(rows)
    assert list(found["created_at"].dt.day) == days
    assert set(found["brand"]) <= {"Aurora"}


def test_a_list_says_in_words_why_a_job_failed(brand: str) -> None:
    rows = behind.jobs(ask(brand), origin="shopper")
    question = rows.question.narrowed({**MARCH, "dated": "launched", "row_count": PAGE})
    shown = job_rows.listed(question, lambda _: None)[0]().rows
    assert shown["failure"].fillna("–").tolist() == ["–", "No face", "Timeout", "–", "–"]
    recent = ask(brand)("tryons/recent", since=date(2026, 3, 1), origin="shopper", row_count=5)
    newest = job_rows.table(recent)[0]().rows
    assert newest["failure"].fillna("–").tolist() == shown["failure"].fillna("–").tolist()


def test_jobs_are_found_alike_by_one_brand_by_several_and_by_the_team(brand: str) -> None:
    with connections.owner() as c:
        other = c.execute(text("select id from brands where name = 'Noise'")).scalar_one()
        everybody = [brand, str(other), *(facts.brand(c, f"Brand {n}") for n in range(25))]
    alone = frame(behind.jobs(ask(brand)), dated="launched")
    both = frame(behind.jobs(ask(brand, str(other))), dated="launched")
    many = frame(behind.jobs(ask(*everybody)), dated="launched")
    team = frame(behind.jobs(asking(queries, lambda: Scope("all"))), dated="launched")
    assert len(both) == 2 * len(alone) > 0
    pd.testing.assert_frame_equal(many, both)
    pd.testing.assert_frame_equal(team, both)
    pd.testing.assert_frame_equal(
        both[both["brand"] == "Aurora"].reset_index(drop=True), alone.reset_index(drop=True)
    )
    assert frame(behind.jobs(asking(queries, Scope)), dated="launched").empty


def test_a_verdict_shows_on_its_job_and_leads_to_it(brand: str) -> None:
    with connections.owner() as c:
        ids = (
            c.execute(
                text(
                    "select id from tryon_jobs where brand_id = :b and status = 'completed'"
                    " order by created_at"
                ),
                {"b": brand},
            )
            .scalars()
            .all()
        )
        for job, approved, drawn in zip(
            ids, (True, False, True, True), ("random", "random", "random", "newest"), strict=True
        ):
            facts.review(c, brand, str(job), approved=approved, drawn=drawn)
    shown = frame(behind.jobs(ask(brand), origin="shopper"), dated="ended", status="completed")
    assert list(shown["verdict"]) == ["approved", "rejected", "approved"]
    every: dict[str, Any] = {"origin": "shopper", "category": "all", "device": "all"}
    verdicts = behind.verdicts(ask(brand), **every)
    # The last was no random draw, and ended in April.
    assert list(frame(verdicts)["verdict"]) == ["approved", "rejected", "approved"]
    assert list(frame(verdicts, verdict="rejected")["created_at"].dt.day) == [4]
    assert list(frame(verdicts, bin_number=9)["confidence_pct"]) == [1.0, 0.99, 0.9]
    assert frame(verdicts, bin_number=3).empty


def test_the_shoppers_behind_a_cell_are_those_who_came_back(brand: str) -> None:
    with connections.owner() as c:
        people = [facts.shopper(c) for _ in range(3)]
        for user in people:
            facts.job(c, brand, user, at("2026-05-04 10:00"))
        facts.job(c, brand, people[0], at("2026-05-11 23:00"))
        facts.job(c, brand, people[0], at("2026-05-11 23:30"), category="bags")
        facts.job(c, brand, people[1], at("2026-05-12 00:30"))
        # Another brand's job brings nobody back to this one.
        facts.job(c, facts.brand(c, "Third"), people[2], at("2026-05-11 12:00"))

    def came(step: str, first: int, after: int, **of: str) -> dict[str, int]:
        of = {"split": "none", "part": "all"} | of
        rows = behind.shoppers(ask(brand), step=step, as_of=date(2026, 6, 20), **of)
        found = frame(
            rows,
            since=date(2026, 5, 1),
            until=date(2026, 6, 1),
            first_period=first,
            next_period=after,
        )
        return dict(zip(found["shopper_id"], found["launched_count"], strict=True))

    assert came("day", 0, 1) == dict.fromkeys(people, 1)
    assert came("day", 7, 8) == {people[0]: 2}
    assert came("day", 7, 100) == {people[0]: 2, people[1]: 1}
    assert came("week", 1, 2) == {people[0]: 2, people[1]: 1}
    assert came("month", 0, 1) == {people[0]: 3, people[1]: 2, people[2]: 1}
    assert came("month", 1, 2) == {}
    assert came("day", 7, 8, split="category", part="tops") == {people[0]: 2}
    assert came("day", 7, 8, split="device", part="ios") == {}
    assert came("day", 7, 8, split="channel", part="unknown") == {people[0]: 2}


@pytest.mark.parametrize("scope", [None, Scope("all")])
def test_the_purchases_behind_revenue_say_what_is_credited_to_whom(
    brand: str, scope: Scope | None
) -> None:
    with connections.owner() as c:
        user, other = facts.shopper(c), facts.shopper(c)
        for day, source in ((1, "tryon"), (2, "recommendation"), (3, "share"), (4, "share")):
            facts.insert(
                c,
                "touches",
                brand_id=brand,
                user_id=user,
                source=source,
                touched_at=at(f"2026-03-{day:02} 10:00"),
            )
        bought = facts.purchase(c, brand, user, at("2026-03-05"), "100")
        facts.refund(c, brand, bought, "33.33", at("2026-06-01"))
        # A touch is none once its 30 days are over, nor for another brand.
        facts.purchase(c, brand, user, at("2026-03-31 10:00"), "7")
        facts.purchase(c, brand, user, at("2026-04-03 10:00"), "1000")
        facts.touch(c, facts.brand(c, "Third"), other, at("2026-03-04"))
        facts.purchase(c, brand, other, at("2026-03-05"), "500")

    def credited(model: str, source: str) -> list[list[float]]:
        asked = ask(brand) if scope is None else asking(queries, lambda: scope)
        found = frame(behind.purchases(asked, model), source=source)
        assert set(found["shopper_id"]) <= {user}
        assert set(found["brand"]) <= {"Aurora"}
        names = ["net_usd", "tryon_usd", "recommendation_usd", "share_usd", "touch_count"]
        return [[float(value) for value in row] for row in found[names].fillna(-1).to_numpy()]

    # The newest first; two touches are left for it.
    late, early = [7, -1, -1, 7, 3], [66.67, -1, -1, 66.67, 4]
    assert credited("last", "any") == [late, early]
    assert credited("last", "share") == [late, early]
    assert credited("last", "tryon") == []
    assert credited("first", "tryon") == [[66.67, 66.67, -1, -1, 4]]
    assert credited("first", "recommendation") == [[7, -1, 7, -1, 3]]
    assert credited("linear", "any") == [
        [7, -1, 2.33, 4.67, 3],
        [66.67, 16.67, 16.67, 33.33, 4],
    ]
    assert len(credited("linear", "recommendation")) == 2
    assert len(credited("linear", "tryon")) == 1
    # Of what nobody is credited with, nothing has a share, under any model.
    until = {"source": "none", "until": date(2026, 5, 1)}
    asked = ask(brand) if scope is None else asking(queries, lambda: scope)
    for model in ("first", "last", "linear"):
        found = frame(behind.purchases(asked, model), **until)
        assert found["shopper_id"].tolist() == [user, other]
        assert found["net_usd"].astype(float).tolist() == [1000, 500]
        assert found["touch_count"].tolist() == [0, 0]
        shares = found[["tryon_usd", "recommendation_usd", "share_usd"]]
        assert shares.isna().all(axis=None)


def reached_in(scope: Scope) -> Rows:
    return behind.reached(asking(queries, lambda: scope), date(2026, 4, 30))


def test_behind_a_step_of_the_funnel_are_those_who_reached_it(brand: str) -> None:
    with connections.owner() as c:
        other = str(c.execute(text("select id from brands where name = 'Noise'")).scalar_one())
        c.execute(text("delete from tryon_jobs"))
        one, two, three = (facts.shopper(c) for _ in range(3))
        done = facts.job(c, brand, one, at("2026-03-02 10:00"), category="bags", device="ios")
        facts.look(c, one, done, at("2026-03-03"))
        facts.purchase(c, brand, one, at("2026-03-04"))
        facts.job(c, brand, one, at("2026-03-20"))
        facts.job(c, brand, two, at("2026-02-27"))
        facts.job(c, brand, two, at("2026-03-05"), status="failed")
        # With another brand before.
        facts.job(c, other, three, at("2026-03-01"))
        facts.job(c, brand, three, at("2026-03-06"))
        c.execute(
            text("update shoppers set channel = 'social' where user_id = :u and brand_id = :b"),
            {"u": one, "b": brand},
        )
        many = [brand, other, *(facts.brand(c, f"Brand {n}") for n in range(25))]
    names = {str(one): "one", str(two): "two", str(three): "three"}
    demo = Scope("demo")
    for scope, expected in {
        Scope.of_brands([brand]): ["three 6", "two 5", "one 2"],
        Scope.of_brands([other]): ["three 1"],
        Scope.of_brands([brand, other]): ["three 6", "two 5", "one 2", "three 1"],
        Scope.of_brands(many): ["three 6", "two 5", "one 2", "three 1"],
        Scope.system(): ["two 5", "one 2", "three 1"],
        Scope(): [],
        demo: [],
    }.items():
        found = frame(reached_in(scope), reached="launched")
        who = [
            f"{names[shopper]} {day.day}"
            for shopper, day in zip(found["shopper_id"], found["launched_on"], strict=True)
        ]
        assert who == expected, scope

    rows = reached_in(Scope.of_brands([brand]))
    steps = {
        step: [names[shopper] for shopper in frame(rows, reached=step)["shopper_id"]]
        for step in STEPS
    }
    assert steps == {
        "launched": ["three", "two", "one"],
        "completed": ["three", "one"],
        "saved": ["one"],
        "purchased": ["one"],
    }
    known = frame(rows, reached="purchased").iloc[0]
    assert list(known[2:]) == ["purchased", pd.Timestamp("2026-03-02"), "bags", "ios", "social"]
    newest = rows.question.narrowed({**MARCH, "reached": "launched", "row_count": 2})
    assert newest.read().frame["launched_on"].dt.day.tolist() == [6, 5]
    # Of whom 7 days are not over nobody is there yet.
    early = behind.reached(ask(brand), date(2026, 3, 13))
    assert [names[shopper] for shopper in frame(early, reached="launched")["shopper_id"]] == [
        "two",
        "one",
    ]
    with connections.owner() as c:
        c.execute(text("update brands set is_demo = true where id = :b"), {"b": brand})
    st.cache_resource.clear()
    rows = reached_in(demo)
    assert [names[shopper] for shopper in frame(rows, reached="saved")["shopper_id"]] == ["one"]


def test_behind_conversion_are_those_who_purchased_in_time(brand: str) -> None:
    with connections.owner() as c:
        c.execute(text("delete from tryon_jobs"))
        one, late, untouched = (facts.shopper(c) for _ in range(3))
        for user in (one, late, untouched):
            facts.job(c, brand, user, at("2026-03-02 10:00"))
            facts.job(c, brand, user, at("2026-03-20 10:00"))
        for user in (one, late):
            facts.touch(c, brand, user, at("2026-03-02 11:00"))
        facts.purchase(c, brand, one, at("2026-03-05"))
        facts.purchase(c, brand, one, at("2026-03-21"))
        facts.purchase(c, brand, late, at("2026-03-09 11:00"))
        facts.purchase(c, brand, untouched, at("2026-03-05"))
        # Of two brands, one is counted once over all.
        other = str(c.execute(text("select id from brands where name = 'Noise'")).scalar_one())
        facts.job(c, other, one, at("2026-03-02 09:00"))
        facts.touch(c, other, one, at("2026-03-02 10:00"))
        facts.purchase(c, other, one, at("2026-03-03"))
    rollups.fold_all()

    def found(scope: Scope, as_of: date, **days: Any) -> list[tuple[str, int]]:
        asked = asking(queries, lambda: scope)
        rows = frame(behind.converted(asked, as_of), **days)
        return list(zip(rows["shopper_id"], rows["completed_on"].dt.day, strict=True))

    for scope in (Scope.of_brands([brand]), Scope("all")):
        # Of the first day in the window, whose 7 days are over.
        assert found(scope, date(2026, 4, 1)) == [(one, 2)]
        assert found(scope, date(2026, 4, 1), since=date(2026, 3, 10)) == [(one, 20)]
        assert found(scope, date(2026, 3, 10)) == [(one, 2)]
        assert found(scope, date(2026, 3, 9)) == []
    assert found(Scope(), date(2026, 4, 1)) == []


def test_a_shopper_of_two_brands_is_one_of_all_brands(brand: str) -> None:
    with connections.owner() as c:
        other, user = facts.brand(c, "Third"), facts.shopper(c)
        facts.job(c, brand, user, at("2026-05-04"))
        facts.job(c, other, user, at("2026-05-05"))
    day = {"since": date(2026, 5, 1), "until": date(2026, 6, 1)}
    params: dict[str, Any] = {**day, "first_period": 1, "next_period": 2}
    for scope, expected in ((Scope("all"), [user]), (Scope.of_brands([brand, other]), [])):
        rows = behind.shoppers(
            asking(queries, partial(Scope, scope.brands)),
            step="day",
            as_of=date(2026, 6, 20),
            split="none",
            part="all",
        )
        assert list(frame(rows, **params)["shopper_id"]) == expected


def test_behind_a_shopper_are_their_jobs_with_the_brands_in_view(brand: str) -> None:
    with connections.owner() as c:
        other, user = facts.brand(c, "Third"), facts.shopper(c)
        for seller, when in ((brand, "2026-05-04"), (other, "2026-05-05"), (brand, "2026-06-01")):
            facts.job(c, seller, user, at(when))
        facts.job(c, brand, facts.shopper(c), at("2026-05-06"))
    for scope, days in (
        (Scope.of_brands([brand]), [1, 4]),
        (Scope.of_brands([other]), [5]),
        (Scope("all"), [1, 5, 4]),
        (Scope(), []),
    ):
        people = behind.shoppers(asking(queries, partial(Scope, scope.brands)))
        assert people.inner is not None
        found = people.inner(user).question.narrowed({**EVER, "row_count": PAGE}).read().frame
        assert list(found["created_at"].dt.day) == days


@pytest.mark.parametrize(
    ("opened", "picked"),
    [
        ({"place": 0}, "a"),
        ({"place": 1}, "b"),
        ({"place": 2}, None),
        ({"place": -1}, None),
        ({"place": "0"}, None),
        ({}, None),
        (None, None),
    ],
)
def test_a_row_that_the_browser_made_up_is_none(
    opened: Any, picked: str | None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(st, "session_state", {"rows": {"opened": opened}})
    told: list[str] = []
    clicks.row(told.append, ["a", "b"], "rows")
    assert told == ([] if picked is None else [picked])


# One job


def of_a_job(name: str, scope: Scope, job_id: str) -> pd.DataFrame:
    return queries.read(name, scope, job_id=job_id).frame


def test_everything_of_a_job_and_nothing_of_somebody_elses(brand: str) -> None:
    with connections.owner() as c:
        user = facts.shopper(c)
        job = facts.job(c, brand, user, at("2026-03-20 10:00"), cost="0.0147", seconds=5)
        facts.review(c, brand, job, approved=False)
        facts.insert(
            c,
            "job_attempts",
            job_id=job,
            number=1,
            engine="test",
            outcome="completed",
            started_at=at("2026-03-20 10:00"),
            ended_at=at("2026-03-20 10:01"),
        )
        picture = facts.picture(c, user_id=user, brand_id=brand)
        facts.insert(c, "job_outputs", job_id=job, object_id=picture)
        account = c.execute(
            text("select ensure_credit_account(null, :brand)"), {"brand": brand}
        ).scalar_one()
        lot = c.execute(
            text("select id from credit_lots where account_id = :a"), {"a": account}
        ).scalar_one()
        facts.insert(
            c, "credit_ledger", account_id=account, lot_id=lot, job_id=job, kind="settle", amount=0
        )
        other = c.execute(text("select id from brands where name = 'Noise'")).scalar_one()
    own = Scope.of_brands([brand])
    (fact,) = of_a_job("tryons/job", own, job).to_dict("records")
    assert (fact["brand"], fact["status"], fact["verdict"]) == ("Aurora", "completed", "rejected")
    assert (fact["queue_ms"], fact["processing_ms"]) == (1000, 4000)
    assert list(of_a_job("tryons/job_attempts", own, job)["took_ms"]) == [60_000]
    assert list(of_a_job("tryons/job_reviews", own, job)["verdict"]) == ["rejected"]
    assert list(of_a_job("tryons/job_outputs", own, job)["object_id"]) == [picture]
    assert list(of_a_job("tryons/job_credits", own, job)["kind"]) == ["settle"]
    for name in queries.names():
        if name.startswith("tryons/job") and name != "tryons/jobs":
            assert len(of_a_job(name, own, job)) == 1, name
            assert of_a_job(name, Scope.of_brands([other]), job).empty, name
            assert of_a_job(name, Scope(), job).empty, name


# From a point to its rows


def test_a_point_leads_to_its_part_and_parts_of_one_name_are_one() -> None:
    march, april = Part("March", {"since": 1}), Part("April", {"since": 2})
    found = Parts.of(Part("All", {}), {0: [march, march, None], 2: [april]})
    assert [part.label for part in found.listed] == ["All", "March", "April"]
    assert dict(found.points) == {(0, 0): 1, (0, 1): 1, (2, 0): 2}
    # Two brands may have one name.
    one, other = (Part("Aurora", {}, brand) for brand in ("a", "b"))
    found = Parts.of(Part("All", {}), {0: [one, other, one]})
    assert [part.brand for part in found.listed] == [None, "a", "b"]
    assert dict(found.points) == {(0, 0): 1, (0, 1): 2, (0, 2): 1}


def test_a_line_gets_points_and_what_is_decoration_none() -> None:
    days = [date(2026, 3, 1), date(2026, 3, 2)]
    line = plotted.clickable(charts.level(days, "MRR", [1.0, 2.0], "usd")).data[0]
    assert (line.mode, line.marker.opacity, line.unselected.marker.opacity) == (
        "lines+markers",
        0,
        0,
    )
    diagonal = plotted.clickable(charts.reliability([0.5], [0.6], [3])).data[0]
    assert diagonal.mode == "lines"


def test_what_is_clicked_says_its_day_under_the_pointer() -> None:
    days = [date(2026, 3, 1), date(2026, 3, 2)]
    bars = plotted.clickable(charts.bars(days, "Try-ons", [3, 4], "count", running=1)).data[0]
    assert bars.hovertemplate == (
        "%{x|%-d %b %Y}: %{y:,.0f}<extra></extra>",
        "%{x|%-d %b %Y}: so far %{y:,.0f}<extra></extra>",
    )
    level = plotted.clickable(charts.level(days, "MRR", [1.0, 2.0], "usd")).data[0]
    months = [date(2026, 3, 1), date(2026, 4, 1)]
    counts = charts.outcomes(months, [3, 4], {"Completed": [3, 4]}, [False] * 2, {})
    assert counts.layout.xaxis.hoverformat == "%b %Y"
    for trace in plotted.clickable(counts).data:
        assert trace.hovertemplate.startswith("%{x|%b %Y}: ")
    # By itself it is a day; the first days of two months are where others stand beside them.
    assert charts.bars(months[:1], "Jobs", [1], "count").layout.xaxis.hoverformat == "%-d %b %Y"
    week = [date(2026, 3, 1), date(2026, 3, 2), date(2026, 4, 1)]
    marked = {week[0]: "a", week[2]: "b"}
    counts = charts.outcomes(week, [1, 2, 3], {"Completed": [1, 2, 3]}, [False] * 3, marked)
    assert plotted.clickable(counts).data[-1].hovertemplate.startswith("%{x|%-d %b %Y}: ")
    assert level.hovertemplate == "%{x|%-d %b %Y}: %{y:$,.0f}<extra></extra>"
    nowhere = plotted.clickable(charts.reliability([0.5], [0.6], [3])).data[1]
    assert nowhere.hovertemplate.startswith("confidence")


def test_a_pointer_need_not_meet_what_is_alone_in_its_place() -> None:
    days = [date(2026, 3, 1), date(2026, 3, 2)]
    alone = plotted.clickable(charts.bars(days, "Try-ons", [3, 4000], "count"))
    assert alone.layout.hovermode == "x"
    line = plotted.clickable(charts.level(days, "MRR", [1.0, 2.0], "usd"))
    assert line.layout.hovermode == "x"
    # One over the other: only where the pointer is tells them apart.
    ended = {"Completed": [2, 4], "Failed": [1, 0]}
    stacked = charts.outcomes(days, [3, 4], ended, [False] * 2, {})
    assert plotted.clickable(stacked).layout.hovermode == "closest"
    funnel = charts.funnel(["Launched", "Bought"], "Shoppers", [4000, 3])
    assert plotted.clickable(funnel).layout.hovermode == "y"
    cells = plotted.clickable(charts.heatmap(["a"], ["b"], [[1.0]]))
    assert cells.layout.hovermode == "closest"


def test_a_figure_given_twice_is_seen_to_be_the_same() -> None:
    days = [date(2026, 3, 1), date(2026, 3, 2)]

    def spec(*values: float) -> dict[str, Any]:
        figure = charts.bars(days, "Try-ons", values, "count")
        found: dict[str, Any] = json.loads(plotted.in_page(figure, for_clicks=True).to_json())
        plain = json.loads(plotted.in_page(figure).to_json())
        assert "clickmode" not in plain["layout"]
        return found

    drawn, again, other = spec(3, 4), spec(3, 4), spec(3, 5)
    assert charts.bars(days, "Try-ons", (3, 4), "count") is charts.bars(
        days, "Try-ons", (3, 4), "count"
    )
    # Streamlit would set these in the browser, and Plotly draw once more.
    layout = drawn["layout"]
    assert (layout["clickmode"], layout["dragmode"]) == ("event+select", "pan")
    assert layout["hovermode"] == "x"
    # Nor a template nor numbers in another form than a list: either is always taken for new.
    assert "template" not in layout
    assert drawn["data"][0]["y"] == [3.0, 4.0]
    assert layout["datarevision"] == again["layout"]["datarevision"]
    assert layout["datarevision"] != other["layout"]["datarevision"]
    # The figure's own word goes before the template's, deep down too.
    assert layout["yaxis"]["tickformat"] == "~s"
    assert layout["yaxis"]["fixedrange"] is True


def _clicked() -> None:
    import streamlit as st

    from components import clicks

    st.session_state["chart-a"] = {"selection": {"points": st.session_state.get("points", [])}}
    if st.session_state.pop("tell", False):
        clicks.note("a")
    st.json({"a": clicks.take("a"), "b": clicks.take("b")})


def test_a_click_is_taken_up_once_and_a_second_one_on_the_same_point_again() -> None:
    app = AppTest.from_function(_clicked)

    def seen(*points: dict[str, Any], tell: bool = True) -> Any:
        app.session_state["points"] = list(points)
        app.session_state["tell"] = tell
        app.run()
        assert not app.exception
        return app.json[0].value

    point = {"curve_number": 2, "point_index": 5}
    assert seen() == '{"a": null, "b": null}'
    assert seen(point) == '{"a": [2, 5], "b": null}'
    # Something else runs the card: the selection stands, and nothing opens.
    assert seen(point, tell=False) == '{"a": null, "b": null}'
    # A click on the point that is selected takes the selection away.
    assert seen() == '{"a": [2, 5], "b": null}'
    assert seen({"curve_number": "x", "point_index": None}) == '{"a": null, "b": null}'


# On the pages


@pytest.fixture
def one_after_the_other(monkeypatch: pytest.MonkeyPatch) -> None:
    """Draw charts in the page's own run: a test's click runs the whole page, a browser's does not.

    Where cards are drawn side by side, none may open a drawer.
    """

    def draw(drawn: Callable[..., None], load: Callable[[], Any], *args: object) -> None:
        drawn(card.Reading(load), *args)

    monkeypatch.setattr(card, "draw", draw)


@pytest.mark.usefixtures("demo", "one_after_the_other")
@pytest.mark.parametrize(
    ("page", "chart"),
    [
        (VOLUME, "jobs-over-time"),
        (VOLUME, "volume-by-category"),
        (VOLUME, "launched-by-hour"),
        (ACCURACY, "confidence-spread"),
        (ACCURACY, "confidence-distribution"),
        (ACCURACY, "confidence-by-category-device"),
        (ACCURACY, "human-accuracy-by-week"),
        (ACCURACY, "reliability"),
        (SPEED, "queue-over-time"),
        (SPEED, "success-over-time"),
        (SPEED, "failures"),
        (SPEED, "failures-by-engine"),
        (MOVEMENTS, "waterfall"),
        (MOVEMENTS, "months"),
        (RETENTION, "cohorts"),
        (ATTRIBUTION, "sources"),
        (ECONOMICS, "ratio"),
        (LIFETIME, "value"),
        (ECONOMICS, "curve"),
        (ECONOMICS, "brands"),
        (RETENTION, "curves"),
        (VOLUME, "volume-by-brand"),
        (FUNNEL, "funnel"),
        (FUNNEL, "funnel-by-week"),
    ],
)
def test_the_button_of_a_chart_opens_its_rows(page: str, chart: str) -> None:
    app = opened(signed_in("admin"), page)
    before = len(tables(app))
    app.button(key=f"behind-{chart}").click().run()
    assert not app.exception
    assert not app.error
    assert len(tables(app)) > before
    assert len(app.selectbox(key="drill.part").options) > 1


SHARES = {"Human accuracy by week", "Reliability"}


def drawn_value(trace: Any, place: int) -> float:
    """What a bar shows, without its sign."""
    is_lying = trace.orientation == "h" or trace.type == "funnel"
    return abs(float((trace.x if is_lying else trace.y)[place]))


@pytest.mark.usefixtures("demo")
@pytest.mark.parametrize(
    ("page", "asked"),
    [
        (VOLUME, {}),
        (SPEED, {}),
        (MOVEMENTS, {}),
        (ACCURACY, {}),
        (ATTRIBUTION, {"model": "First touch"}),
        (ATTRIBUTION, {"model": "Last touch"}),
        # The first month is cut.
        (ATTRIBUTION, {"model": "Linear", "by": "Month"}),
        (FUNNEL, {}),
    ],
)
def test_the_rows_behind_a_bar_are_exactly_what_it_shows(
    page: str, asked: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    checked: list[str] = []
    wrong: list[str] = []

    def compare(title: str, load: Callable[[], Drawing], *_: Any, **__: Any) -> None:
        found = load()
        stands_behind = found.behind
        # Some charts are of levels or shares, which are no counts.
        if found.figure is None or not isinstance(stands_behind, Behind) or title in SHARES:
            return
        figure = found.made()
        kinds = {(trace.type, getattr(trace, "mode", None)) for trace in figure.data}
        if kinds & {("scatter", "lines"), ("scatter", "lines+markers"), ("heatmap", None)}:
            return
        for (trace, place), number in stands_behind.parts.points.items():
            part = stands_behind.parts.listed[number]
            shown = drawn_value(figure.data[trace], place)
            paged = {"row_count": 10_000} if stands_behind.rows.is_paged else {}
            narrowed = stands_behind.rows.question.narrowed({**part.params, **paged}, part.brand)
            rows = narrowed.read().frame
            money = rows.get(f"{part.params.get('source', 'amount')}_usd")
            counted = len(rows) if money is None else float(sum(money))
            checked.append(part.label)
            if counted != pytest.approx(shown):
                wrong.append(f"{title}, {part.label}: {counted} rows behind {shown}")

    monkeypatch.setattr(card, "chart_card", compare)
    app = signed_in("admin")
    app.query_params["period"] = "Last 12 months"
    for name, value in asked.items():
        app.query_params[name] = value
    opened(app, page)
    assert not app.exception
    assert len(checked) > 2
    assert wrong == []


def shoppers_of(jobs: pd.DataFrame) -> int:
    """How many shoppers there are, one with each brand, of jobs."""
    distinct = "select count(distinct (user_id, brand_id)) from tryon_jobs where id = any (:ids)"
    with connections.owner() as connection:
        ids = [UUID(job) for job in jobs["job_id"]]
        return int(connection.execute(text(distinct), {"ids": ids}).scalar_one())


# What the rows behind a figure come to, by its key; others are of rows, but not their sum.
COMES_TO: dict[str, Callable[[pd.DataFrame], float]] = {
    **dict.fromkeys(["launched", "completed", "failed", "canceled", "tryons"], len),
    **dict.fromkeys(["dau", "wau", "mau"], shoppers_of),
    "model_confidence": lambda rows: rows["confidence_pct"].astype(float).mean(),
    "human_accuracy": lambda rows: (rows["verdict"] == "approved").mean(),
    "brier": lambda rows: (
        (rows["confidence_pct"].astype(float) - (rows["verdict"] == "approved")) ** 2
    ).mean(),
    **dict.fromkeys(
        ["attributed_revenue", "unattributed_revenue"], lambda rows: rows["net_usd"].sum()
    ),
    "tryon_revenue": lambda rows: rows["tryon_usd"].sum(),
    "recommendation_revenue": lambda rows: rows["recommendation_usd"].sum(),
    "share_revenue": lambda rows: rows["share_usd"].sum(),
    "mrr": lambda rows: (rows["mrr_after_usd"] - rows["mrr_before_usd"]).sum(),
    **dict.fromkeys(["mrr_at_risk", "scheduled_churn"], lambda rows: rows["mrr_usd"].sum()),
    "nps": lambda rows: ((rows["score"] >= 9) * 1.0 - (rows["score"] <= 6)).mean(),
    "arr": lambda rows: 12 * (rows["mrr_after_usd"] - rows["mrr_before_usd"]).sum(),
}
# Those of whom the rows are a share of as many as the note says.
NOTED = {
    "retention_d1", "retention_d7", "retention_d30", "conversion", "saved_share",
    "purchased_share",
}  # fmt: skip


@pytest.mark.usefixtures("demo")
@pytest.mark.parametrize("role", ["admin", "brand_manager"])
@pytest.mark.parametrize(
    ("page", "opens"),
    [
        (
            HOME,
            "mrr tryons model_confidence human_accuracy attributed_revenue ltv_cac"
            " retention_d30 conversion",
        ),
        (VOLUME, "launched completed failed canceled dau wau mau stickiness"),
        (SPEED, "success_rate failed queue_p50 processing_p99"),
        (ACCURACY, "model_confidence human_accuracy cost_per_accepted ece brier"),
        (RETENTION, "retention_d1 retention_d7 retention_d30 nps"),
        (FUNNEL, "conversion saved_share purchased_share"),
        (ATTRIBUTION, "attributed_revenue unattributed_revenue tryon_revenue share_revenue"),
        (MRR, "mrr arr arpa mrr_at_risk"),
        (MOVEMENTS, "mrr nrr grr quick_ratio logo_churn scheduled_churn"),
        (ECONOMICS, "ltv cac ltv_cac"),
        (LIFETIME, "ltv cac ltv_cac"),
    ],
)
def test_the_rows_behind_a_figure_come_to_it(
    page: str, opens: str, role: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    seen: dict[str, int] = {}
    wrong: list[str] = []

    def compare(metric: Metric, load: Callable[[], card.Figure], *_: object) -> None:
        found = load()
        value = found.value
        if not isinstance(found.behind, Behind) or value is None or metrics.missing(value):
            return
        (part,) = found.behind.parts.listed
        paged = {"row_count": 100_000} if found.behind.rows.is_paged else {}
        rows = found.behind.rows.question.narrowed({**part.params, **paged}).read().frame
        seen[metric.key] = len(rows)
        if metric.key in NOTED:
            of = int(found.note.split()[0].replace(",", ""))
            counted, shown = len(rows) / of, float(value)
        elif metric.key in COMES_TO:
            counted, shown = float(COMES_TO[metric.key](rows)), float(value)
            if metric.key in ("mrr", "arr"):
                shown = float(found.compared or 0) - float(found.before or 0)
        else:
            return
        if counted != pytest.approx(shown):
            wrong.append(f"{metric.key}: {counted} behind {shown}")

    monkeypatch.setattr(question, "metric_card", compare)
    mine = [busiest_brand()] if role == "brand_manager" else []
    app = signed_in(role, *mine)
    app.query_params["period"] = "Last 90 days"
    opened(app, page)
    assert not app.exception
    assert wrong == []
    if role == "admin":
        assert set(opens.split()) <= seen.keys()
        assert all(seen.values())


@pytest.mark.usefixtures("demo")
@pytest.mark.parametrize(
    ("page", "asked", "column", "worth"),
    [
        *(
            (VOLUME, {"over": split}, "after", len)
            for split in ("Category", "Device", "Engine", "Brand")
        ),
        # Of a filter, the part's own.
        (VOLUME, {"over": "Device", "category": "tops", "origin": "All"}, "after", len),
        (ACCURACY, {"over": "Device"}, "after_pct", COMES_TO["model_confidence"]),
        (
            ACCURACY,
            {"changed": "Human accuracy", "over": "Category"},
            "after_pct",
            COMES_TO["human_accuracy"],
        ),
        (
            HOME,
            {"changed": "Human accuracy", "over": "Brand"},
            "after_pct",
            COMES_TO["human_accuracy"],
        ),
        (MRR, {}, "change", COMES_TO["mrr"]),
        (SPEED, {}, "completed_count", len),
        (ECONOMICS, {}, "new_shopper_count", len),
        (LIFETIME, {}, "shopper_count", len),
    ],
)
def test_the_rows_behind_a_row_of_a_table_come_to_it(
    page: str,
    asked: dict[str, str],
    column: str,
    worth: Callable[[pd.DataFrame], float],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    checked: list[str] = []
    wrong: list[str] = []

    def compare(
        title: str,
        load: Callable[[], card.Table],
        *args: object,  # noqa: ARG001 (as a card is called)
        behind: Any = None,
        **named: object,  # noqa: ARG001
    ) -> None:
        found = load()
        if found.parts is None or column not in found.rows:
            return
        stands = behind(found.parts)
        assert isinstance(stands, Behind)
        opens = found.drawn["columns"][0]["opens"]
        assert [place for _, place in stands.points] == [
            place for place, does in enumerate(opens) if does
        ]
        for (_, place), number in stands.parts.points.items():
            part = stands.parts.listed[number]
            paged = {"row_count": 100_000} if stands.rows.is_paged else {}
            narrowed = stands.rows.question.narrowed({**part.params, **paged}, part.brand)
            counted = float(worth(narrowed.read().frame))
            shown = float(found.rows[column].iloc[place])
            checked.append(part.label)
            if counted != pytest.approx(shown, nan_ok=True):
                wrong.append(f"{title}, {part.label}: {counted} behind {shown}")

    for module in (card, changes):
        monkeypatch.setattr(module, "table_card", compare)
    app = signed_in("admin")
    app.query_params["period"] = "Last 90 days"
    for name, value in asked.items():
        app.query_params[name] = value
    opened(app, page)
    assert not app.exception
    assert len(checked) > 1
    assert wrong == []


def a_year_until(today: date) -> Period:
    since = today - timedelta(days=365)
    return Period("Last 12 months", since, today, today, since - timedelta(days=365), since)


@pytest.mark.usefixtures("demo")
@pytest.mark.parametrize("number", [1, 7])
def test_who_came_back_in_days_long_over_are_as_many_as_the_card_says(number: int) -> None:
    asked = asking(queries, lambda: Scope("all"))
    today = date.today()  # noqa: DTZ011 (the demo's own)
    everybody: dict[str, Parameter] = {"as_of": today, "split": "none", "part": "all"}
    counts = asked("shoppers/retention_card", day_number=number, **everybody)
    listed = behind.shoppers(asked, step="day", **everybody).question
    told, found = [], []
    for weeks in range(1, 16):
        end = today - timedelta(weeks=weeks)
        over = replace(a_year_until(end), start=end - timedelta(days=5))
        told.append(counts.read(since=over.start, until=over.end).row["returned_count"])
        back = {**shoppers.back_on(over, number).params, "row_count": 1000}
        found.append(len(listed.narrowed(back).read().frame))
    assert found == told
    assert any(told)


@pytest.mark.usefixtures("demo")
@pytest.mark.parametrize("rank", [None, 2])
def test_the_shoppers_behind_a_month_are_the_new_ones_that_it_counts(rank: int | None) -> None:
    scope = Scope("all") if rank is None else Scope.of_brands([brand_at(rank)[0]])
    asked = asking(queries, lambda: scope)
    today = date.today()  # noqa: DTZ011 (the demo's own)
    year = {"since": today - timedelta(days=365), "until": today}
    counts = asked("revenue/ltv_cac_by_month", **year).read().frame
    whole, months = shoppers.new_in([month.date() for month in counts["month"]])
    rows = behind.newcomers(asked, today)

    def found(part: Part) -> int:
        return len(rows.question.narrowed({**part.params, "row_count": 100_000}).read().frame)

    assert [found(part) for part in months] == list(counts["new_shopper_count"])
    assert found(whole) == counts["new_shopper_count"].sum() > 0
    # A point of the curve is of all for whom its month is complete.
    curve = economics.curve(asked("revenue/ltv_curve"), a_year_until(today), rows)[0]()
    shown = asked("revenue/ltv_curve", **year).read().frame["shopper_count"]
    assert isinstance(curve.behind, Behind)
    listed = curve.behind.parts.listed
    points = sorted(curve.behind.points)
    assert [found(listed[curve.behind.parts.points[at]]) for at in points] == list(shown)
    # LTV's own are those whose first month is complete.
    assert found(economics.valued_by(a_year_until(today))) == shown[0]


@pytest.mark.usefixtures("demo")
def test_the_shoppers_behind_a_dot_are_the_new_ones_of_its_brand() -> None:
    asked = asking(queries, lambda: Scope("all"))
    today = date.today()  # noqa: DTZ011 (the demo's own)
    period = a_year_until(today)
    brands = asked("revenue/ltv_cac_by_brand")
    counts = brands.read(since=period.start, until=today).frame
    drawing = economics.scatter(brands, period, behind.newcomers(asked, today))[0]()
    assert isinstance(drawing.behind, Behind)
    rows, parts = drawing.behind.rows, drawing.behind.parts
    new = dict(zip(counts["name"], counts["new_shopper_count"], strict=True))
    names = drawing.made().data[-1].text
    dots = len(drawing.made().data) - 1
    assert len(names) > 5
    for place, name in enumerate(names):
        part = parts.listed[parts.points[dots, place]]
        question = rows.question.narrowed({**part.params, "row_count": 10_000}, part.brand)
        assert (part.label, len(question.read().frame)) == (name, new[name])


@pytest.mark.usefixtures("demo")
def test_the_points_of_a_cohorts_line_open_what_its_cells_do() -> None:
    asked = asking(queries, lambda: Scope("all"))
    today = date.today()  # noqa: DTZ011 (the demo's own)
    params: dict[str, Parameter] = {"as_of": today, "split": "none", "part": "all"}
    cells = asked("shoppers/retention", step="month", mode="on", numbers="0,1,2,3,4,5", **params)
    rows = behind.shoppers(asked, step="month", **params)
    table, lines = (
        draw(cells, "month", today, rows)[0]() for draw in (triangle.table, triangle.curves)
    )
    frame = cells.read(until=today).frame
    assert isinstance(table.behind, Behind)
    assert isinstance(lines.behind, Behind)
    opened = 0
    figure = lines.made()
    for place, (state, shown) in enumerate(
        zip(frame["state"], frame["retention_pct"], strict=True)
    ):
        trace, number = divmod(place, 6)
        share = [*figure.data[trace].y, *[None] * 6][number]
        in_line = lines.behind.parts.points.get((trace, number))
        if state not in ("complete", "mean") or share is None:
            # What is not over has no point.
            assert in_line is None
            continue
        assert share == pytest.approx(float(shown))
        assert in_line is not None
        in_table = table.behind.parts.points[0, place]
        assert lines.behind.parts.listed[in_line] == table.behind.parts.listed[in_table]
        opened += 1
    assert opened > 20


def brand_with_newcomers() -> str:
    """Id of the brand with the most new shoppers of the last 30 days."""
    with connections.owner() as c:
        found: UUID = c.execute(
            text(
                "select brand_id from shoppers group by brand_id"
                " order by count(*) filter (where first_job_at > now() - interval '30 days') desc,"
                " count(*) desc limit 1"
            )
        ).scalar_one()
    return str(found)


@pytest.mark.usefixtures("demo")
@pytest.mark.parametrize("step", ["day", "week", "month", "D1, D7 and D30"])
@pytest.mark.parametrize("is_alone", [False, True])
def test_behind_a_cell_and_a_mean_are_as_many_as_came_back(step: str, is_alone: bool) -> None:
    scope = Scope.of_brands([brand_with_newcomers()]) if is_alone else Scope("all")
    asked = asking(queries, lambda: scope)
    today = date.today()  # noqa: DTZ011 (the demo's own)
    params: dict[str, Parameter] = {"as_of": today, "split": "none", "part": "all"}
    rows = behind.shoppers(asked, step="day" if "D1" in step else step, **params)
    days: dict[str, date] = {"until": today}
    if "D1" in step:
        days["since"] = today - timedelta(days=365)
        question = asked("shoppers/retention_by_month", **params)
        drawing = cohorts.table(question, days["since"], today, rows)[0]()
    else:
        numbers = {"step": step, "mode": "bracket", "numbers": "0,1,3,9"}
        question = asked("shoppers/retention", **numbers, **params)
        drawing = triangle.table(question, step, today, rows)[0]()
    frame = question.read(**days).frame
    assert isinstance(drawing.behind, Behind)
    parts = drawing.behind.parts
    counted = set()
    for place, row in enumerate(frame.to_dict("records")):
        number = parts.points.get((0, place))
        assert (number is None) == pd.isna(row["retention_pct"])
        # Of what is still running only those are in the share whose day is over.
        if number is None or row["state"] == "running":
            continue
        counted.add(row["state"])
        narrowed = rows.question.narrowed({**parts.listed[number].params, "row_count": 100_000})
        assert len(narrowed.read().frame) == row["returned_count"], parts.listed[number].label
    assert counted == {"complete", "mean"}


@pytest.mark.usefixtures("demo")
def test_behind_a_week_of_the_funnel_are_as_many_as_reached_the_step() -> None:
    asked = asking(queries, lambda: Scope("all"))
    today = date.today()  # noqa: DTZ011 (the demo's own)
    # Whose 7 days are all over, and no whole number of weeks.
    until = today - timedelta(days=9)
    since = until - timedelta(days=45)
    question = asked("shoppers/funnel_by_week", as_of=today)
    drawing = funnel.by_week(question, since, until, behind.reached(asked, today))[0]()
    assert isinstance(drawing.behind, Behind)
    rows, parts = drawing.behind.rows, drawing.behind.parts
    figure = drawing.made()
    counts = question.read(since=since, until=until).frame
    assert [line.name for line in figure.data] == ["Completed", "Saved", "Purchased"]
    for trace, step in enumerate(STEPS[1:]):
        for place, count in enumerate(counts[f"{step}_count"]):
            number = parts.points.get((trace, place))
            assert (number is None) == (count == 0)
            if number is not None:
                part = parts.listed[number]
                narrowed = rows.question.narrowed({**part.params, "row_count": 10_000})
                assert len(narrowed.read().frame) == count
                assert part.label.startswith(step.capitalize())
    assert len(parts.points) > 5


def a_job_of(brand: str) -> str:
    with connections.owner() as c:
        found: UUID = c.execute(
            text("select id from tryon_jobs where brand_id = :b order by created_at desc limit 1"),
            {"b": brand},
        ).scalar_one()
    return str(found)


@pytest.mark.usefixtures("demo")
@pytest.mark.parametrize("page", [VOLUME, ATTRIBUTION, ECONOMICS, FUNNEL, LIFETIME, RETENTION])
def test_a_link_to_a_job_opens_it_for_who_may_see_it(page: str) -> None:
    job = a_job_of(busiest_brand())
    app = signed_in("brand_manager", busiest_brand())
    app.query_params["job"] = job
    opened(app, page)
    app.query_params["job"] = job
    app.run()
    assert not app.exception
    (about,) = [table for table in tables(app) if job in table.to_numpy()]
    told = dict(about.to_numpy().tolist())
    assert (told["Origin"], told["Mode"], told["Costs"]) == ("Shopper", "Try-on", "1 credit")
    said = [caption.value for caption in app.caption]
    assert any("no picture that is stored" in caption for caption in said)


@pytest.mark.usefixtures("demo")
@pytest.mark.parametrize("named", ["other", "nothing", "'; drop table tryon_jobs"])
def test_a_job_that_is_not_yours_and_one_that_is_none_are_the_same_sentence(named: str) -> None:
    own = brand_at(40)[0]
    assert own != busiest_brand()
    jobs = {"other": a_job_of(busiest_brand()), "nothing": str(uuid4())}
    app = opened(signed_in("brand_manager", own), VOLUME)
    before = len(tables(app))
    app.query_params["job"] = jobs.get(named, named)
    app.run()
    assert not app.exception
    assert not app.error
    assert len(tables(app)) == before
    said = [*(note.value for note in app.warning), *(note.value for note in app.caption)]
    assert len([words for words in said if UNKNOWN in words]) == 1


@pytest.mark.usefixtures("demo")
def test_signed_out_a_link_to_a_job_shows_nothing_of_it() -> None:
    job = a_job_of(busiest_brand())
    app = AppTest.from_file(str(ROOT / "app.py"), default_timeout=60)
    app.query_params["job"] = job
    app.run()
    assert not app.exception
    assert not tables(app)
    assert [title.value for title in app.title] == ["ClosetAI"]
