"""What a page that launches jobs reads: whose pictures, whose credits, and the place in the queue.

Beside the brand that is looked at there is always a busier one.
"""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID

import pandas as pd
import pytest
import streamlit as st
from sqlalchemy import text

import queries
from database import connections
from database.tenancy import Scope
from queries import Parameter
from tests.rows import insert
from tryon import jobs, queue
from tryon.jobs import Garment, Job
from tryon.queue import Claim

NOW = datetime.now(UTC)
SYSTEM = Scope.system()
LEASE = timedelta(seconds=15)


def add(table: str, **values: Any) -> Any:
    """Add a row, and return its id where it has one."""
    with connections.owner() as connection:
        return insert(connection, table, **values)


def change(statement: str, **values: Any) -> None:
    with connections.owner() as connection:
        connection.execute(text(statement), values)


def brand_with(name: str, credits_: int = 1000, *, is_demo: bool = False) -> UUID:
    brand: UUID = add("brands", name=name, slug=name.lower(), is_demo=is_demo)
    change("select purchase_credits(null, :brand, null, :n)", brand=brand, n=credits_)
    return brand


def stored(kind: str, brand: UUID | None = None, user: UUID | None = None, **more: Any) -> UUID:
    values: dict[str, Any] = {"key": f"{kind}/{datetime.now(UTC).timestamp()}", "kind": kind}
    values |= {"content_hash": b"one", "media_type": "image/webp", "byte_count": 1, **more}
    found = add("stored_objects", brand_id=brand, user_id=user, **values)
    assert isinstance(found, UUID)
    return found


def read(name: str, scope: Scope, **params: Parameter) -> pd.DataFrame:
    st.cache_resource.clear()
    return queries.read(name, scope, **params).frame


@pytest.fixture
def noise(database: object) -> UUID:  # noqa: ARG001 (needs a database)
    """A brand with everything that the one looked at has, and more jobs."""
    brand = brand_with("Noise")
    person = stored("persona", brand)
    add("personas", brand_id=brand, name="Nobody", thumbnail_object_id=person)
    stored("selfie", brand)
    product = add("products", brand_id=brand, name="Noisy jeans", category="bottoms")
    add("product_images", product_id=product, object_id=stored("product", brand))
    user = add("users")
    add(
        "wardrobe_items",
        user_id=user,
        name="Noisy hat",
        category="hats",
        object_id=stored("garment", None, user),
    )
    return brand


@pytest.fixture
def brand(noise: UUID) -> UUID:  # noqa: ARG001 – it comes first
    return brand_with("Nord", 40)


@pytest.fixture
def manager(brand: UUID) -> Scope:
    return Scope.of_brands([brand], add("users", role="brand_manager", email="m@a.example"))


def studio(brand: UUID, **values: Any) -> Job:
    return Job(**{"origin": "studio", "engine": "instant", "brand": brand, **values})


def launch(*wanted: Job, scope: Scope = SYSTEM, batch: str | None = None) -> list[UUID]:
    return list(jobs.launch(scope, wanted, batch=batch).jobs)


def claim(worker: str = "one") -> Claim:
    held = queue.claim(worker, LEASE)
    assert held is not None
    return held


def complete(held: Claim, **values: Any) -> None:
    given = {"version": "1", "confidence": 0.875, "signals": {}, "cost": Decimal(0), **values}
    assert queue.complete(held, [], **given)


def beat() -> None:
    change("insert into procrastinate_workers default values")


# Whom and what to try on


def test_persons_are_the_brand_s_own_and_what_was_uploaded(brand: UUID, manager: Scope) -> None:
    user = UUID(manager.user)
    with_cover = add(
        "personas", brand_id=brand, name="Ada", thumbnail_object_id=stored("persona", brand)
    )
    with_picture = add("personas", brand_id=brand, name="Ben")
    picture = stored("persona", brand)
    add("persona_pictures", persona_id=with_picture, object_id=picture)
    add("personas", brand_id=brand, name="Without a picture")
    shopper = add("users")
    of_shopper = stored("selfie", brand, shopper)
    add("personas", brand_id=brand, user_id=shopper, name="X", thumbnail_object_id=of_shopper)
    until = NOW + timedelta(days=30)
    ours = stored("selfie", brand, expires_at=until)
    mine = stored("selfie", None, user)
    found = read("studio/launch_persons", manager, row_count=10)
    assert found["kind"].tolist() == ["photo", "photo", "persona", "persona"]
    assert found["person_id"].tolist() == [str(x) for x in (mine, ours, with_cover, with_picture)]
    assert found["object_id"].tolist()[0] == str(mine)
    assert found["object_id"].tolist()[3] == str(picture)
    assert found["name"].tolist()[2:] == ["Ada", "Ben"]
    assert found["expires_at"].iloc[1] == until
    assert len(read("studio/launch_persons", manager, row_count=1)) == 2


def test_garments_are_one_s_own_uploads_then_the_brand_s_with_a_picture(
    brand: UUID, manager: Scope
) -> None:
    def product(name: str, category: str | None, **more: Any) -> Any:
        return add("products", brand_id=brand, name=name, category=category, **more)

    coat = product("Coat 50%", "jackets")
    second = stored("product", brand)
    add("product_images", product_id=coat, object_id=stored("product", brand), position=1)
    add("product_images", product_id=coat, object_id=second, position=2, is_primary=True)
    for left_out in (product("Gone", "tops", is_active=False), product("Unsorted", None)):
        add("product_images", product_id=left_out, object_id=stored("product", brand))
    product("Without a picture", "tops")
    hat = add(
        "wardrobe_items",
        user_id=manager.user,
        name="My hat",
        category="hats",
        object_id=stored("garment", brand),
    )
    every: dict[str, Parameter] = {"category": "all", "named": "", "row_count": 10}
    found = read("studio/launch_garments", manager, **every)
    assert found["garment_id"].tolist() == [str(hat), str(coat)]
    assert found["kind"].tolist() == ["item", "product"]
    assert found["category"].tolist() == ["hats", "jackets"]
    assert found["object_id"].iloc[1] == str(second)
    for narrowed, names in (
        ({"category": "jackets"}, ["Coat 50%"]),
        ({"named": "HAT"}, ["My hat"]),
        ({"named": "0%"}, ["Coat 50%"]),
        ({"named": "%c"}, []),
    ):
        assert (
            read("studio/launch_garments", manager, **(every | narrowed))["name"].tolist() == names
        )
    colleague = Scope.of_brands([brand], add("users"))
    assert read("studio/launch_garments", colleague, **every)["name"].tolist() == ["Coat 50%"]


def test_without_a_pick_the_largest_brand_with_a_garment_is_shown(noise: UUID, brand: UUID) -> None:
    change("update brands set is_demo = true")
    demo = Scope("demo")
    assert read("studio/launch_brand", demo)["brand_id"].tolist() == [str(noise)]
    product = add("products", brand_id=brand, name="Coat", category="jackets")
    add("product_images", product_id=product, object_id=stored("product", brand))
    for amount, first in ((10, brand), (0, noise)):
        change("delete from subscriptions")
        add("subscriptions", brand_id=noise, status="active", unit_amount=5, changed_at=NOW)
        if amount:
            add("subscriptions", brand_id=brand, status="active", unit_amount=10, changed_at=NOW)
        assert read("studio/launch_brand", demo)["brand_id"].tolist() == [str(first)]
    assert read("studio/launch_brand", Scope()).empty


# What it is paid with


def means(scope: Scope, payer: str) -> pd.Series:
    since = datetime.now(UTC) - timedelta(hours=1)
    as_of = datetime.now(UTC).date()
    return read("studio/launch_means", scope, payer=payer, since=since, as_of=as_of).iloc[0]


def test_credits_are_those_that_can_be_spent_now(brand: UUID, manager: Scope) -> None:
    assert means(manager, "brand")["credit_count"] == 40
    launch(studio(brand, credits=3))
    found = means(manager, "brand")
    assert (found["credit_count"], found["is_unlimited"]) == (37, False)
    assert (
        means(Scope.of_brands([add("brands", name="New", slug="new")]), "brand")["credit_count"]
        == 0
    )
    visitor = Scope("demo", str(add("users", role="demo_viewer")))
    assert means(visitor, "user")["credit_count"] == 25
    # The month's free credits, once their day has come; what was bought stays.
    change("select purchase_credits(:user, null, null, 4)", user=visitor.user)
    launch(Job(origin="demo", engine="preview", user=UUID(visitor.user), credits=5))
    assert means(visitor, "user")["credit_count"] == 24
    change("update credit_accounts set resets_on = current_date where user_id = :u", u=visitor.user)
    assert means(visitor, "user")["credit_count"] == 29
    for hours, is_unlimited in ((1, True), (-1, False)):
        change(
            "update credit_accounts set pro_until = now() + :d where user_id = :u",
            d=timedelta(hours=hours),
            u=visitor.user,
        )
        assert means(visitor, "user")["is_unlimited"] == is_unlimited


def test_the_demo_s_hour_counts_one_s_own_demo_jobs(brand: UUID) -> None:
    visitor, other = (add("users", role="demo_viewer") for _ in range(2))
    for user in (visitor, visitor, other):
        launch(Job(origin="demo", engine="preview", user=user))
    launch(studio(brand, user=visitor))
    change(
        "update tryon_jobs set created_at = created_at - interval '2 hours' where id ="
        " (select id from tryon_jobs where user_id = :u and origin = 'demo' limit 1)",
        u=visitor,
    )
    found = means(Scope("demo", str(visitor)), "user")
    assert found["demo_count"] == 1
    assert pd.isna(found["worker_seen_at"])
    beat()
    assert abs(means(Scope(), "user")["worker_seen_at"] - datetime.now(UTC)) < timedelta(minutes=1)


# How far it is


def watched(scope: Scope, *ids: UUID, batch: UUID | None = None) -> pd.DataFrame:
    listed = ",".join(map(str, ids))
    chosen = str(batch) if batch else "none"
    return read("studio/launch_jobs", scope, job_ids=listed, in_batch=chosen, row_count=50)


def test_a_job_says_what_it_is_of_and_what_came_of_it(brand: UUID, manager: Scope) -> None:
    ada = add("personas", brand_id=brand, name="Ada", thumbnail_object_id=stored("persona", brand))
    shirt, hat = (
        add("products", brand_id=brand, name=name, category=kind)
        for name, kind in (("Shirt", "tops"), ("Hat", "hats"))
    )
    garments = (Garment(product=shirt), Garment(product=hat))
    selfie = stored("selfie", brand)
    first, second, third = launch(
        studio(brand, persona=ada, garments=garments),
        studio(brand, person=selfie, garments=garments[1:]),
        studio(brand, person=selfie),
        scope=manager,
    )
    complete(claim(), signals={"warnings": ["One.", "Two."]})
    change("insert into job_outputs (job_id, object_id) values (:j, :o)", j=first, o=selfie)
    queue.fail(claim(), "no_person", "No face was found.", retryable=False)
    queue.fail(claim(), "timeout", "It took too long.", retryable=True)
    found = watched(manager, third, first, second)
    assert found["job_id"].tolist() == [str(x) for x in (first, second, third)]
    assert found["status"].tolist() == ["completed", "failed", "processing"]
    assert found["person"].tolist()[0] == "Ada"
    assert found["garments"].tolist()[:2] == ["Shirt, Hat", "Hat"]
    assert found["person_object_id"].tolist()[1:] == [str(selfie)] * 2
    assert found["object_id"].tolist()[0] == str(selfie)
    assert found["confidence_pct"].tolist()[0] == 0.875
    assert found["warnings"].tolist()[0] == "One.\nTwo."
    assert found["failure"].tolist()[1] == "no_person"
    assert found["failure_message"].tolist()[1] == "No face was found."
    assert found["is_retryable"].tolist() == [False, False, True]
    assert found["took_ms"].iloc[0] >= 0


def test_a_batch_is_watched_by_its_id_and_jobs_of_others_not_at_all(
    noise: UUID, brand: UUID, manager: Scope
) -> None:
    launched = jobs.launch(manager, [studio(brand)] * 3, batch="Autumn")
    (foreign,) = launch(studio(noise))
    found = watched(manager, foreign, batch=launched.batch)
    assert found["job_id"].tolist() == [str(job) for job in launched.jobs]
    assert not found["is_paused"].any()
    assert launched.batch is not None
    jobs.pause(manager, launched.batch)
    found = watched(manager, batch=launched.batch)
    assert found["is_paused"].all()
    assert found["left_ms"].isna().all()
    demo = Scope("demo", str(add("users", role="demo_viewer")))
    assert watched(demo, foreign, *launched.jobs, batch=launched.batch).empty


def places(*ids: UUID) -> list[float]:
    found = watched(SYSTEM, *ids).set_index("job_id")["ahead_count"]
    return [found[str(job)] for job in ids]


def work_off() -> list[UUID]:
    """The order in which one worker makes what waits."""
    made = []
    while (held := queue.claim("one", LEASE)) is not None:
        complete(held)
        made.append(held.job)
    return made


def test_the_place_in_the_queue_is_the_order_in_which_jobs_begin(noise: UUID, brand: UUID) -> None:
    # The busy brand has had turns already, and queued up more before anybody else did.
    launch(*[studio(noise)] * 4)
    work_off()
    busy = launch(*[studio(noise)] * 6)
    ours = launch(*[studio(brand)] * 3, studio(brand, priority=jobs.BATCH))
    visitor = add("users", role="demo_viewer")
    demo = launch(Job(origin="demo", engine="preview", user=visitor))
    waiting = [*busy, *ours, *demo]
    said = places(*waiting)
    assert sorted(said) == list(range(11))
    order = work_off()
    assert said == [order.index(job) for job in waiting]
    # Not behind six others: everybody has a turn.
    assert said[6] == 0


def test_what_is_paused_or_waits_for_another_attempt_is_in_nobody_s_way(
    brand: UUID, manager: Scope
) -> None:
    paused = jobs.launch(manager, [studio(brand)] * 2, batch="Autumn")
    assert paused.batch is not None
    jobs.pause(manager, paused.batch)
    (failing,) = launch(studio(brand))
    queue.fail(claim(), "timeout", "It took too long.", retryable=True)
    (ours,) = launch(studio(brand))
    assert places(ours) == [0]
    assert watched(manager, failing)["left_ms"].isna().all()


@pytest.fixture
def lasting() -> Callable[[Claim, float], None]:
    """Let an attempt have taken so many seconds."""

    def last(held: Claim, seconds: float) -> None:
        complete(held)
        change(
            "update job_attempts set started_at = ended_at - :d where job_id = :j",
            d=timedelta(seconds=seconds),
            j=held.job,
        )

    return last


def test_the_time_left_follows_the_recent_pace_and_is_never_made_up(
    brand: UUID, manager: Scope, lasting: Callable[[Claim, float], None]
) -> None:
    def left() -> list[float]:
        return list(watched(manager, *waiting)["left_ms"])

    (done, *waiting) = launch(*[studio(brand)] * 3)
    held = claim()
    assert watched(manager, *waiting)["left_ms"].isna().all()
    lasting(held, 4)
    assert read("studio/launch_pace", manager).to_dict("list") == {
        "engine": ["instant"],
        "attempt_ms": [4000.0],
    }
    assert left() == pytest.approx([4000, 8000])
    # Two workers: half of what is ahead, and of what is being made a half.
    others = launch(*[studio(brand, priority=20)] * 2)
    claim("one"), claim("two")
    assert left() == pytest.approx([4000 + 4000 / 2, 4000 / 2 + 8000 / 2 + 2000])
    made = watched(manager, *others)["left_ms"]
    assert ((made <= 4000) & (made > 0)).all()
    # A pace of yesterday is none.
    change("update job_attempts set started_at = started_at - interval '2 hours'")
    assert watched(manager, *waiting)["left_ms"].isna().all()
    assert done


def test_without_a_worker_nobody_says_when(
    brand: UUID, manager: Scope, lasting: Callable[[Claim, float], None]
) -> None:
    _, waiting = launch(*[studio(brand)] * 2)
    lasting(claim(), 4)
    change(
        "update job_attempts set ended_at = ended_at - interval '5 minutes',"
        " started_at = started_at - interval '5 minutes'"
    )
    assert watched(manager, waiting)["left_ms"].isna().all()
    beat()
    assert watched(manager, waiting)["left_ms"].tolist() == pytest.approx([4000])


def test_the_queue_tells_of_others_only_how_many_they_are(
    noise: UUID, brand: UUID, manager: Scope
) -> None:
    launch(*[studio(noise)] * 2)
    (ours,) = launch(studio(brand))
    visitor = add("users", role="demo_viewer")
    (demo,) = launch(Job(origin="demo", engine="preview", user=visitor, brand=brand))
    seen: dict[Scope, set[UUID]] = {
        Scope(): set(),
        manager: {ours},
        Scope("demo", str(visitor)): {demo},
        Scope("demo", str(add("users"))): set(),
    }
    for scope, expected in seen.items():
        for opened in (connections.reader, connections.writer):
            with opened(scope) as connection:
                found = set(connection.scalars(text("select job_id from queue_places()")))
            assert found == expected
    with connections.reader(SYSTEM) as connection:
        assert len(set(connection.scalars(text("select job_id from queue_places()")))) == 4
