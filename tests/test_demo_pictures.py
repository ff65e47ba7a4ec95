"""The demo's pictures: made once, however often it is broken off; seen by whom they are for."""

import hashlib
import os
import threading
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import streamlit as st
from sqlalchemy import text

import queries
import worker
from database import connections, rollups
from database.connections import DatabaseUnavailableError
from database.demo import append_missing, held, seed
from database.tenancy import Scope
from settings import settings
from tests.engines import Instant, picture
from tests.rows import fill, insert
from tryon import demo, jobs, pictures, queue, storage
from tryon.demo import drawn
from tryon.demo.judgements import Judgement, better_of, judgements
from tryon.demo.looks import Group, Look, plan
from tryon.engines import Category
from tryon.engines.preview import FLAT, NAME, Preview
from tryon.jobs import Job
from tryon.worker import Worker

pytestmark = pytest.mark.usefixtures("changed")

SYSTEM = Scope.system()

# A batch of which the last is canceled, a bad photograph, a refusal, and three plain looks.
SHORT = [
    Group((Look("Ada", ("DEMO-01",), key="gallery:001", place=0),)),
    Group(
        (
            Look("Ada", ("DEMO-07",), key="gallery:002", place=1),
            Look("Dana", ("DEMO-07", "DEMO-26"), key="gallery:003", place=1),
            Look("Dana", ("DEMO-26",), canceled=True, key="gallery:004", place=1),
        ),
        "Denim",
    ),
    Group((Look("Dana", ("DEMO-01",), photo="empty", key="gallery:005", place=2),)),
    Group((Look("Ada", ("DEMO-01",), sheet="cut", key="gallery:006", place=3),)),
    Group((Look("Dana", ("DEMO-26",), key="gallery:007", place=2),)),
    Group((Look("Ada", ("DEMO-26",), key="gallery:008", place=3),)),
]
# On the shelves of each of four brands: two persons, three garments.
ON_SHELVES = 4 * 5
# The bad photograph and the sheet that is cut.
PHOTOS = 2


@pytest.fixture
def place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Give the test a folder of its own for pictures."""
    folder = tmp_path / "pictures"
    monkeypatch.setenv("CLOSETAI_FILES", str(folder))
    settings.cache_clear()
    return folder


@pytest.fixture
def plain(monkeypatch: pytest.MonkeyPatch) -> None:
    """Draw everything, but of one colour each, which takes no time."""

    def draw(*what: str | None) -> pictures.Picture:
        digest = hashlib.sha256(repr(what).encode()).hexdigest()
        return pictures.read(picture(f"#{digest[:6]}"))

    monkeypatch.setattr(drawn, "person", draw)
    monkeypatch.setattr(drawn, "garment", draw)


@pytest.fixture
def short(monkeypatch: pytest.MonkeyPatch) -> None:
    """Draw two persons and three garments for a gallery of eight: all would take minutes."""
    for name, wanted in (
        ("PEOPLE", {"Ada", "Dana"}),
        ("GARMENTS", {"DEMO-01", "DEMO-07", "DEMO-26"}),
    ):
        every: Mapping[str, Any] = getattr(demo, name)
        monkeypatch.setattr(demo, name, {one: every[one] for one in every if one in wanted})
    monkeypatch.setattr(demo, "plan", lambda: SHORT)


def rows(question: str, **values: Any) -> list[Any]:
    with connections.owner() as connection:
        return list(connection.execute(text(question), values))


def number(question: str, **values: Any) -> int:
    return int(rows(question, **values)[0][0])


PICTURES = """
    select b.name, 'persona' as kind, p.name as what, o.key
    from personas p
    inner join brands b on b.id = p.brand_id
    inner join persona_pictures x on x.persona_id = p.id
    inner join stored_objects o on o.id = x.object_id and o.brand_id = b.id and o.user_id is null
    where p.status = 'ready' and p.thumbnail_object_id = o.id
    union all
    select b.name, 'product', g.sku, o.key
    from products g
    inner join brands b on b.id = g.brand_id
    inner join product_images x on x.product_id = g.id and x.is_primary
    inner join stored_objects o on o.id = x.object_id and o.brand_id = b.id and o.user_id is null
    order by 1, 2, 3
"""


def stored() -> int:
    return number("select count(*) from stored_objects where kind <> 'result'")


def gallery() -> list[Any]:
    return rows(
        """
        select j.idempotency_key as key, j.id, cast(j.status as text) as status, j.origin,
          j.priority, j.failure_code, j.confidence, t.name as batch
        from tryon_jobs j left join batches t on t.id = j.batch_id
        where j.idempotency_key is not null
        order by j.idempotency_key
        """
    )


def work() -> None:
    """Make what is waiting, with an engine that needs no time."""
    Worker(engines={name: Instant(name) for name in (NAME, FLAT)}).work_off()


@pytest.mark.usefixtures("demo", "short")
def test_the_largest_brands_and_the_sample_manager_s_have_persons_and_garments() -> None:
    ranked = rows("select id, name from brands where mrr > 0 order by mrr desc, name limit 40")
    with connections.owner() as connection:
        manager = insert(connection, "users", role="brand_manager", email="m@example.com")
        insert(connection, "brand_members", brand_id=ranked[30].id, user_id=manager)
    there = number("select count(*) from personas where brand_id = :id", id=ranked[0].id)
    demo.make_pictures()
    made = rows(PICTURES)
    assert {row.name for row in made} == {ranked[place].name for place in (0, 1, 2, 30)}
    assert len(made) == len({row.key for row in made}) == ON_SHELVES
    in_order = rows(
        "select sku from products where brand_id = :id and sku like 'DEMO-%' order by created_at",
        id=ranked[30].id,
    )
    made_here = [row.sku for row in in_order]
    assert len(made_here) == 3
    assert made_here == [number for number in drawn.GARMENTS if number in made_here]
    # A persona that was there without a picture is not made a second time.
    assert there == 1
    after = number("select count(*) from personas where brand_id = :id", id=ranked[0].id)
    assert after in (2, 3)
    demo.make_pictures()
    assert rows(PICTURES) == made
    assert stored() == len(made) + PHOTOS


@pytest.mark.usefixtures("demo", "short")
def test_broken_off_anywhere_it_goes_on_and_makes_nothing_twice(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    calls = 0

    def fragile(step: Callable[..., Any]) -> Callable[..., Any]:
        def dies_every_third_time(*arguments: Any, **named: Any) -> Any:
            nonlocal calls
            calls += 1
            if calls % 3 == 0:
                raise DatabaseUnavailableError("The database does not answer.")
            return step(*arguments, **named)

        return dies_every_third_time

    deaths = 0
    with monkeypatch.context() as patched:
        for module, step in ((storage, "record"), (jobs, "launch"), (jobs, "cancel")):
            patched.setattr(module, step, fragile(getattr(module, step)))
        while len(gallery()) < 8 or gallery()[3].status != "canceled":
            try:
                demo.make_pictures()
            except DatabaseUnavailableError:
                deaths += 1
            # Who is largest changes meanwhile; the choice stands.
            with connections.owner() as connection:
                connection.execute(text("update brands set mrr = 1e6 - mrr"))
    assert deaths > 8
    work()
    demo.make_pictures()
    made = rows(PICTURES)
    assert len(made) == ON_SHELVES
    assert len({row.name for row in made}) == 4
    assert stored() == len(made) + PHOTOS
    assert [job.status for job in gallery()] == ["completed"] * 3 + ["canceled"] + ["completed"] * 4
    assert number("select count(*) from batches") == 1


@pytest.mark.usefixtures("demo", "short")
def test_visitors_team_and_brand_see_them_and_nobody_else() -> None:
    demo.make_pictures()
    owners = rows("select distinct brand_id from stored_objects")
    brand, other = (row.brand_id for row in owners[:2])
    stranger = rows("select id from brands where id <> all(:ids)", ids=[r[0] for r in owners])[0].id
    with connections.owner() as connection:
        visitor = insert(connection, "users", role="demo_viewer", is_demo=True)

    def seen(scope: Scope) -> tuple[int, int]:
        """How many of this brand's, and how many in all."""
        count = text(
            "select count(*) filter (where brand_id = :brand), count(*) from stored_objects"
            " where kind in ('persona', 'product')"
        )
        with connections.writer(scope) as connection:
            mine, every = connection.execute(count, {"brand": brand}).one()
            return mine, every

    assert seen(SYSTEM) == (5, 20)
    assert seen(Scope("demo", str(visitor))) == (5, 20)
    assert seen(Scope("demo").narrowed_to(brand)) == (5, 5)
    assert seen(Scope.of_brands([brand])) == (5, 5)
    assert seen(Scope.of_brands([other])) == (0, 5)
    assert seen(Scope.of_brands([stranger])) == (0, 0)
    assert seen(Scope(user=str(visitor))) == (0, 0)
    assert seen(Scope()) == (0, 0)


@pytest.mark.usefixtures("database", "short")
def test_a_database_without_demo_data_gets_none() -> None:
    with connections.owner() as connection:
        fill(connection, "nord", is_demo=True)
    before = number("select count(*) from stored_objects"), number("select count(*) from products")
    demo.make_pictures()
    after = number("select count(*) from stored_objects"), number("select count(*) from products")
    assert after == before


@pytest.mark.usefixtures("demo", "short")
def test_it_waits_while_demo_data_is_being_filled_in() -> None:
    with connections.owner() as connection:
        connection.execute(text("update demo_state set completed_at = null"))
    demo.make_pictures()
    assert number("select count(*) from stored_objects") == 0
    with connections.owner() as connection:
        connection.execute(text("update demo_state set completed_at = now()"))
    with held() as complete:
        assert complete
        demo.make_pictures()
        assert number("select count(*) from stored_objects") == 0
    demo.make_pictures()
    assert stored() == ON_SHELVES + PHOTOS


@pytest.mark.usefixtures("demo", "short")
def test_the_worker_makes_them_behind_everything_else_and_only_where_the_demo_is_on(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def attempt() -> None:
        thread = threading.Thread(target=worker.make_demo_pictures)
        thread.start()
        thread.join()

    mine = os.getpriority(os.PRIO_PROCESS, 0)
    monkeypatch.setenv("CLOSETAI_DEMO", "off")
    settings.cache_clear()
    attempt()
    assert stored() == 0
    monkeypatch.delenv("CLOSETAI_DEMO")
    settings.cache_clear()
    priorities = []

    def make() -> None:
        priorities.append(os.getpriority(os.PRIO_PROCESS, threading.get_native_id()))
        raise storage.StorageError("The place where pictures are kept does not answer.")

    with monkeypatch.context() as patched:
        patched.setattr(demo, "make_pictures", make)
        attempt()
    assert priorities == [max(mine, 10)]
    assert os.getpriority(os.PRIO_PROCESS, 0) == mine
    assert [record.getMessage() for record in caplog.records] == [
        "demo pictures: The place where pictures are kept does not answer."
    ]
    attempt()
    assert stored() == ON_SHELVES + PHOTOS


@pytest.mark.usefixtures("demo", "short")
def test_the_gallery_is_made_like_any_other_job_of_the_studio() -> None:
    before = number("select count(*) from shoppers")
    demo.make_pictures()
    waiting = gallery()
    assert {job.origin for job in waiting} == {"studio"}
    assert {job.priority for job in waiting} == {jobs.GALLERY}
    assert [job.batch for job in waiting] == [None, *["Denim"] * 3, *[None] * 4]
    assert [job.status for job in waiting] == ["queued"] * 3 + ["canceled"] + ["queued"] * 4
    # Whoever launches something goes first.
    brand = rows("select id from brands limit 1")[0].id
    (first,) = jobs.launch(SYSTEM, [Job("studio", "preview", brand=brand, credits=0)]).jobs
    held = queue.claim("somebody", timedelta(minutes=1))
    assert held
    assert held.job == first
    queue.fail(held, "engine_error", "Not this one.", retryable=False)
    work()
    demo.make_pictures()
    assert [job.status for job in gallery()].count("completed") == 7
    assert number("select count(*) from stored_objects where kind = 'result'") == 7
    assert number("select count(*) from shoppers") == before
    paid = """
        select l.kind, count(*) from credit_ledger l
        inner join tryon_jobs j on j.id = l.job_id
        where j.idempotency_key is not null
        group by l.kind order by l.kind
    """
    assert [tuple(row) for row in rows(paid)] == [("release", 1), ("reserve", 8), ("settle", 7)]


@pytest.mark.usefixtures("demo", "short")
def test_a_brand_without_credits_gets_its_gallery_all_the_same() -> None:
    with connections.owner() as connection:
        connection.execute(
            text("update credit_accounts set balance = 0 where brand_id is not null")
        )
        connection.execute(
            text(
                "update credit_lots l set remaining = 0 from credit_accounts a"
                " where a.id = l.account_id and a.brand_id is not null"
            )
        )
    demo.make_pictures()
    work()
    assert [job.status for job in gallery()].count("completed") == 7
    assert number("select min(balance) from credit_accounts") == 0


@pytest.mark.usefixtures("demo", "short")
def test_the_engine_makes_and_refuses_what_it_should() -> None:
    demo.make_pictures()
    preview = Preview()
    Worker(engines={preview.name: preview}).work_off()
    refused = {job.key: job.failure_code for job in gallery() if job.status == "failed"}
    assert refused == {"gallery:005": "no_person", "gallery:006": "garment_cut"}
    assert all(job.confidence > 0.5 for job in gallery() if job.status == "completed")


@pytest.mark.usefixtures("demo", "short")
def test_reviewers_review_what_is_finished_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(
        demo,
        "judgements",
        lambda look, _confidence, _reviewers: (
            []
            if look.key == "gallery:001"
            else [
                Judgement(0, True, (), 5, None, "random", is_adjudication=False),
                Judgement(1, False, ("hands",), 2, "Look.", "random", is_adjudication=False),
                Judgement(2, False, ("hands",), 2, None, "random", is_adjudication=True),
            ]
        ),
    )
    before = number("select count(*) from reviews")
    demo.make_pictures()
    assert number("select count(*) from reviews") == before
    work()
    demo.make_pictures()
    demo.make_pictures()
    assert number("select count(*) from reviews") == before + 6 * 3
    verdicts = rows(
        "select j.idempotency_key, v.approved, v.drawn_at_random from job_verdicts v"
        " inner join tryon_jobs j on j.id = v.job_id where j.idempotency_key is not null"
    )
    assert len(verdicts) == 6
    assert {(row.approved, row.drawn_at_random) for row in verdicts} == {(False, True)}


@pytest.mark.usefixtures("demo", "short")
def test_reviewers_compare_the_engines_once(monkeypatch: pytest.MonkeyPatch) -> None:
    lit = Look("Ada", ("DEMO-01",), key="gallery:001", place=0)
    flat = replace(lit, flat=True, key="gallery:001:flat")
    groups = [Group((lit,)), Group((flat,), "In flat light")]
    monkeypatch.setattr(demo, "plan", lambda: groups)
    demo.make_pictures()
    assert number("select count(*) from job_pairs") == 0
    work()
    demo.make_pictures()
    demo.make_pictures()
    (pair,) = rows("select one_engine, other_engine from job_pairs")
    assert [name.split()[0] for name in pair] == [NAME, FLAT]
    votes = rows("select better, is_practice from pair_votes")
    assert [row.better for row in votes] == better_of(lit, flat, len(votes))
    assert len(votes) > 3
    assert not any(row.is_practice for row in votes)


def test_the_picture_with_light_is_found_better_by_most() -> None:
    said = Counter[str]()
    for flat in (look for group in plan() for look in group.looks if look.flat):
        lit = replace(flat, flat=False, key=flat.key.removesuffix(":flat"))
        said.update(better_of(lit, flat, 6))
    assert said["one"] > 1.5 * said["other"] > 0


FIGURES = {
    "tryons/volume_total": {"category": "all", "device": "all"},
    "accuracy/confidence_total": {"category": "all", "device": "all"},
    "accuracy/human_accuracy_total": {"category": "all", "device": "all"},
    "tryons/failures": {},
}


@pytest.mark.usefixtures("demo", "short")
def test_no_figure_of_shoppers_counts_them(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(
        demo,
        "judgements",
        lambda *_: [Judgement(0, False, ("hands",), 1, None, "random", is_adjudication=False)],
    )
    today = datetime.now(UTC).date()
    window = {"since": today - timedelta(days=30), "until": today + timedelta(days=1)}

    def figures(origin: str) -> list[str]:
        st.cache_resource.clear()
        return [
            queries.read(name, SYSTEM, **window, **more, origin=origin).frame.to_csv()
            for name, more in FIGURES.items()
        ]

    shoppers, studio = figures("shopper"), figures("studio")
    demo.make_pictures()
    Worker(engines={"preview": Preview()}).work_off()
    demo.make_pictures()
    assert figures("shopper") == shoppers
    assert all(new != old for new, old in zip(figures("studio"), studio, strict=True))
    assert rollups.check() == []
    assert not rows(
        "select a.id from credit_accounts a left join credit_ledger l on l.account_id = a.id"
        " where a.brand_id is not null"
        " group by a.id having a.balance <> coalesce(sum(l.amount), 0)"
    )


@pytest.mark.usefixtures("database", "short")
def test_days_that_are_appended_later_change_nothing() -> None:
    seed(until=datetime.now(UTC).date() - timedelta(days=20), jobs=1000)
    demo.make_pictures()
    work()
    made, jobs_made = rows(PICTURES), gallery()
    assert append_missing() > 0
    demo.make_pictures()
    assert (rows(PICTURES), gallery()) == (made, jobs_made)


@pytest.mark.usefixtures("demo", "short")
def test_what_is_taken_away_meanwhile_is_put_back(monkeypatch: pytest.MonkeyPatch) -> None:
    with monkeypatch.context() as patched:
        patched.setattr(demo, "plan", lambda: SHORT[:1])
        demo.make_pictures()
    with connections.owner() as connection:
        connection.execute(text("delete from products where sku = 'DEMO-26'"))
        connection.execute(text("delete from personas where name = 'Ada'"))
    demo.make_pictures()
    assert len(rows(PICTURES)) == ON_SHELVES
    assert len(gallery()) == 8


@pytest.mark.usefixtures("demo", "short")
def test_what_somebody_takes_away_stays_away_once_all_was_there() -> None:
    demo.make_pictures()
    with connections.owner() as connection:
        connection.execute(text("delete from stored_objects where kind = 'product'"))
    demo.make_pictures()
    assert number("select count(*) from product_images") == 0


@pytest.mark.usefixtures("database", "short")
def test_demo_data_made_anew_gets_its_pictures_anew(place: Path) -> None:
    for _ in range(2):
        seed(jobs=1000)
        demo.make_pictures()
        work()
        assert [job.status for job in gallery()].count("completed") == 7
        assert len(rows(PICTURES)) == ON_SHELVES
        storage.erase_requested(datetime.now(UTC))
    keys = {row.key for row in rows("select key from stored_objects")}
    assert {str(path.relative_to(place)) for path in place.rglob("*.webp")} == keys


@pytest.mark.usefixtures("demo", "plain")
def test_the_whole_gallery_comes_in_portions_and_leaves_some_to_be_reviewed() -> None:
    most, passes = 0, 0
    while len(gallery()) < 208:
        passes += 1
        assert passes < 20
        demo.make_pictures()
        made = gallery()
        if passes == 1:
            assert [job.key for job in made] == [f"gallery:{n:03d}" for n in range(1, 25)]
        most = max(most, [job.status for job in made].count("queued"))
        work()
    demo.make_pictures()
    assert most < 60
    assert Counter(job.status for job in gallery()) == {"completed": 204, "canceled": 4}
    assert number("select count(*) from batches") == 5 + 4
    kinds = rows(
        "select kind, count(*) from stored_objects where kind in ('persona', 'product') group by 1"
    )
    assert {row.kind: row.count for row in kinds} == {"persona": 4 * 12, "product": 4 * 28}
    reviewed = """
        select j.id, count(*) as reviews, count(distinct r.approved) as opinions,
          bool_or(r.is_adjudication) as is_settled, bool_or(r.drawn = 'random') as is_random
        from tryon_jobs j inner join reviews r on r.job_id = j.id
        where j.idempotency_key is not null
        group by j.id
    """
    judged = rows(reviewed)
    assert 80 < len(judged) < 150
    assert sum(row.is_random for row in judged) > len(judged) / 5
    assert any(row.opinions == 2 and not row.is_settled for row in judged)
    assert any(row.is_settled for row in judged)
    assert number("select count(*) from job_outputs where is_favorite") > 10


def test_the_whole_gallery_is_of_everything() -> None:
    looks = [look for group in plan() for look in group.looks]
    assert len(looks) == len({look.key for look in looks}) == 208
    assert len({replace(look, key="", place=0) for look in looks}) == 208
    assert {look.category for look in looks} == set(Category)
    assert {look.person for look in looks} == set(drawn.PEOPLE)
    assert {look.place for look in looks} == set(range(4))
    opening = looks[:24]
    assert Counter(look.category for look in opening) == dict.fromkeys(Category, 2)
    assert not any(look.photo or look.sheet or look.canceled for look in opening)


def test_judgements_follow_the_confidence_and_random_draws_do_not() -> None:
    looks = [look for group in plan() for look in group.looks]
    drawn_at_random, approved = [], []
    for confidence in (0.4, 0.9):
        said = [judgements(look, confidence, 6) for look in looks]
        assert said == [judgements(look, confidence, 6) for look in looks]
        drawn_at_random.append([bool(one) and one[0].drawn == "random" for one in said])
        reviews = [review for one in said for review in one]
        approved.append(sum(review.approved for review in reviews) / len(reviews))
        assert all(bool(review.reasons) != review.approved for review in reviews)
        assert all(len({review.reviewer for review in one}) == len(one) for one in said)
        assert any(len(one) == 2 and one[0].approved != one[1].approved for one in said), (
            "some are left to be settled"
        )
    assert drawn_at_random[0] == drawn_at_random[1]
    assert 0.2 < sum(drawn_at_random[0]) / len(looks) < 0.5
    assert approved[0] < 0.3
    assert approved[1] > 0.75
    assert any(not judgements(look, 0.9, 6) for look in looks), "some are left to be reviewed"


def test_pictures_are_the_same_each_time() -> None:
    first = drawn.person("Ada"), drawn.person("Ada", "shelves"), drawn.garment("DEMO-07")
    for drawing in (drawn.person, drawn.garment):
        drawing.cache_clear()
    again = drawn.person("Ada"), drawn.person("Ada", "shelves"), drawn.garment("DEMO-07")
    assert again == first
    assert len({picture.data for picture in first}) == 3
    assert max(first[0].width, first[0].height) == drawn.SIDE
