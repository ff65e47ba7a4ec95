"""Reviews: who is given which picture and how, what becomes of opinions, and who sees them."""

import logging
import threading
from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time
from itertools import product
from typing import Any
from uuid import UUID, uuid4

import pandas as pd
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import Connection, text
from streamlit.testing.v1 import AppTest

import metrics
import queries
from database import connections, rollups
from database.embedded import Cluster
from database.tenancy import Scope
from tests import rows
from tests.rows import insert
from tests.test_pages import at, signed_in
from tryon import reviews
from tryon.reviews import Draw, Opinion, Order, Reason, ReviewError

GOOD = Opinion(approved=True)
BAD = Opinion(
    approved=False, reasons=(Reason.HANDS, Reason.LOST_DETAIL), rating=2, note=" blurred "
)

pytestmark = pytest.mark.usefixtures("database")


def picture(connection: Connection, **owner: UUID) -> UUID:
    found = insert(
        connection,
        "stored_objects",
        **owner,
        key=f"result/{uuid4()}",
        content_hash=b"x",
        kind="result",
        media_type="image/webp",
        byte_count=1,
    )
    assert isinstance(found, UUID)
    return found


def pictured(connection: Connection, brand: UUID, confidence: float = 0.9, **values: Any) -> UUID:
    """A completed studio job of the preview engine with a stored picture."""
    given_values = {"origin": "studio", "engine": "preview", "credits": 0, **values}
    job = rows.job(connection, brand_id=brand, **given_values)
    is_visitors = given_values["origin"] == "demo"
    owner = {"user_id": given_values["user_id"]} if is_visitors else {"brand_id": brand}
    insert(connection, "job_outputs", job_id=job, object_id=picture(connection, **owner))
    rows.finish(connection, job, "completed", confidence)
    return job


@dataclass
class Shop:
    """A brand with pictures, and people who review them."""

    brand: UUID
    jobs: list[UUID] = field(default_factory=list)

    def reviewer(self) -> Scope:
        """Somebody new of the brand."""
        with connections.owner() as connection:
            user = insert(connection, "users", role="brand_manager")
        return Scope.of_brands([self.brand], user)

    def add(self, *confidences: float, **values: Any) -> list[UUID]:
        with connections.owner() as connection:
            made = [pictured(connection, self.brand, one, **values) for one in confidences]
        self.jobs += made
        return made


def shop(name: str = "nord", *, is_demo: bool = False) -> Shop:
    with connections.owner() as connection:
        return Shop(insert(connection, "brands", name=name.title(), slug=name, is_demo=is_demo))


@pytest.fixture
def nord(database: Cluster) -> Shop:  # noqa: ARG001 – it must be there first
    """A brand with pictures, beside another one with many more."""
    other = shop("other")
    other.add(*[0.5] * 8)
    found = shop()
    found.add(0.99, 0.9, 0.8, 0.7, 0.6, 0.45, 0.32, 0.12, 0.05, 0.03)
    return found


@pytest.fixture
def visitor(nord: Shop) -> Scope:
    """A visitor of the demo, of which nord is one brand."""
    with connections.owner() as connection:
        connection.execute(
            text("update brands set is_demo = true where id = :id"), {"id": nord.brand}
        )
        return Scope("demo", str(insert(connection, "users", role="demo_viewer", is_demo=True)))


def column(query: str, **values: Any) -> list[Any]:
    with connections.owner() as connection:
        return list(connection.scalars(text(query), values))


def first(scope: Scope, order: Order = "uncertainty") -> Draw:
    return reviews.line(scope, order)[0]


def work(scope: Scope, count: int, order: Order = "uncertainty") -> list[Draw]:
    """Approve what comes up, so many times."""
    done = []
    for _ in range(count):
        draw = first(scope, order)
        reviews.decide(scope, draw.job, GOOD)
        done.append(draw)
    return done


# --- What comes up -------------------------------------------------------------------------------


def test_jobs_come_up_with_a_picture_once_they_are_completed_and_no_longer_without() -> None:
    nord = shop()
    scope = nord.reviewer()
    with connections.owner() as connection:
        rows.finish(connection, rows.job(connection, brand_id=nord.brand, credits=0), "completed")
        waiting = rows.job(connection, brand_id=nord.brand, credits=0)
        insert(
            connection,
            "job_outputs",
            job_id=waiting,
            object_id=picture(connection, brand_id=nord.brand),
        )
    assert reviews.line(scope, "newest") == []
    (job,) = nord.add(0.9)
    assert [draw.job for draw in reviews.line(scope, "newest")] == [job]
    with connections.owner() as connection:
        rows.finish(connection, waiting, "completed")
    assert {draw.job for draw in reviews.line(scope, "newest")} == {job, waiting}
    with connections.owner() as connection:
        connection.execute(text("delete from stored_objects"))
    assert reviews.line(scope, "newest") == []
    assert reviews.look(scope, [job, waiting]) == {}
    with pytest.raises(ReviewError, match="not there any more"):
        reviews.decide(scope, job, GOOD)


def test_the_first_of_five_is_a_random_draw_and_the_others_are_in_order(nord: Shop) -> None:
    scope = nord.reviewer()
    done = work(scope, 5)
    assert [draw.drawn for draw in done] == ["random", *["uncertainty"] * 4]
    unsure = [nord.jobs[place] for place in (5, 4, 6, 3, 2, 7, 1, 8, 9, 0)]
    in_order = [job for job in unsure if job != done[0].job]
    assert [draw.job for draw in done[1:]] == in_order[:4]
    work(scope, 1)
    # The sixth, or, where the lot fell on one of the five, that.
    assert column("select drawn from reviews").count("random") == 2


def test_newest_first(nord: Shop) -> None:
    done = work(nord.reviewer(), 5, "newest")
    left = [job for job in reversed(nord.jobs) if job != done[0].job]
    assert [draw.job for draw in done[1:]] == left[:4]


def test_value_is_the_brands_mrr_times_uncertainty() -> None:
    small, large = shop("small"), shop("large")
    with connections.owner() as connection:
        for one, amount in ((small, 100), (large, 1000)):
            insert(
                connection,
                "subscriptions",
                brand_id=one.brand,
                status="active",
                unit_amount=amount,
            )
    sure, unsure = large.add(0.99, 0.9)  # 1000 × 0.02 and 0.2
    (even,) = small.add(0.5)  # 100 × 1
    with connections.owner() as connection:
        scope = Scope("all", str(insert(connection, "users", role="admin")))
    done = work(scope, 3, "value")
    expected = [job for job in (unsure, even, sure) if job != done[0].job]
    assert [draw.job for draw in done[1:]] == expected


def test_what_comes_next_is_known_before_and_stays(nord: Shop) -> None:
    scope = nord.reviewer()
    now, following = reviews.line(scope, "uncertainty")
    assert reviews.line(scope, "uncertainty") == [now, following]
    reviews.decide(scope, now.job, GOOD)
    assert first(scope) == following


def test_two_reviewers_have_different_jobs_before_them(nord: Shop) -> None:
    held = [draw.job for _ in range(5) for draw in reviews.line(nord.reviewer(), "uncertainty")]
    assert sorted(held) == sorted(nord.jobs)
    assert reviews.line(nord.reviewer(), "uncertainty") == []


def test_two_at_the_same_moment_have_different_jobs_and_one_counts_once(nord: Shop) -> None:
    people = [nord.reviewer() for _ in range(5)]
    together = threading.Barrier(5)

    def draw(scope: Scope) -> list[UUID]:
        together.wait(timeout=30)
        return [draw.job for draw in reviews.line(scope, "uncertainty")]

    with ThreadPoolExecutor(5) as pool:
        held = [job for jobs in pool.map(draw, people) for job in jobs]
    assert sorted(held) == sorted(nord.jobs)

    job = first(people[0]).job

    def decide(_: int) -> UUID:
        together.wait(timeout=30)
        return reviews.decide(people[0], job, GOOD)

    with ThreadPoolExecutor(5) as pool:
        assert len(set(pool.map(decide, range(5)))) == 1
    assert column("select count(*) from reviews") == [1]


def test_what_lay_too_long_goes_to_somebody_else(nord: Shop) -> None:
    away = nord.reviewer()
    held = reviews.line(away, "uncertainty", 4)
    with connections.owner() as connection:
        connection.execute(text("update review_draws set held_until = now() - interval '1 s'"))
    other = nord.reviewer()
    assert {draw.job for draw in work(other, 4)[1:]} & {draw.job for draw in held[1:]}
    # The random draw is still the one that has to be done.
    assert first(away) == held[0]


def test_a_job_that_others_have_reviewed_comes_up_for_a_second_opinion_only(nord: Shop) -> None:
    one, other = nord.reviewer(), nord.reviewer()
    done = [draw.job for draw in work(one, 4)]
    assert not {draw.job for draw in work(other, 3)[1:]} & set(done)
    third = nord.reviewer()
    seconds = [draw for draw in work(third, 4, "second") if draw.drawn == "second"]
    assert seconds
    assert {draw.job for draw in seconds} <= set(column("select job_id from reviews"))


def test_nothing_left_is_an_empty_line(nord: Shop) -> None:
    scope = nord.reviewer()
    work(scope, len(nord.jobs))
    assert reviews.line(scope, "uncertainty") == []
    assert reviews.line(scope, "value") == []


def test_what_is_put_aside_comes_again_at_the_end_and_a_random_draw_cannot_be(nord: Shop) -> None:
    scope = nord.reviewer()
    with pytest.raises(ReviewError, match="drawn at random cannot"):
        reviews.put_aside(scope, first(scope).job)
    work(scope, 1)
    aside = first(scope)
    reviews.put_aside(scope, aside.job)
    done = work(scope, len(nord.jobs) - 1)
    assert Counter(draw.job for draw in done)[aside.job] == 1
    assert reviews.line(scope, "uncertainty") == []


def test_another_order_lets_go_of_what_came_in_this_one(nord: Shop) -> None:
    scope = nord.reviewer()
    work(scope, 1)
    assert {draw.drawn for draw in reviews.line(scope, "uncertainty")} == {"uncertainty"}
    assert {draw.drawn for draw in reviews.line(scope, "newest")} == {"newest"}
    assert len(column("select 1 from review_draws where reviewed_at is null")) == 2


@pytest.fixture
def many(nord: Shop) -> Shop:
    """As many pictures of forty brands that a plan of going through them all would show."""
    with connections.owner() as connection:
        connection.execute(text("set local session_replication_role = replica"))
        connection.execute(
            text(
                "insert into brands (name, slug, mrr)"
                " select n, 'brand-' || n, n from generate_series(1, 40) as n"
            )
        )
        connection.execute(
            text(
                "insert into reviewable_jobs ("
                " job_id, brand_id, engine, completed_at, uncertainty, inputs_key, is_reviewed)"
                " select gen_random_uuid(), b.id, 'preview 1', now() - n * interval '1 s',"
                " random(), gen_random_uuid(), random() < 0.1"
                " from brands b cross join generate_series(1, 500) as n"
            )
        )
        connection.execute(text("update brands set is_demo = true"))
    with connections.maintenance() as connection:
        connection.execute(text("vacuum analyze reviewable_jobs, brands"))
    return nord


def test_the_next_one_is_looked_up_and_not_sought(many: Shop, subtests: pytest.Subtests) -> None:
    me = many.reviewer().user
    views = {
        "team": Scope("all", me),
        "demo": Scope("demo", me),
        "brand": Scope.of_brands([many.brand], me),
    }
    ways = {"random": reviews._AT_RANDOM, **reviews._IN_ORDER}
    assert len(ways) == 5
    for (view, scope), (way, statement) in product(views.items(), ways.items()):
        with subtests.test(view=view, way=way), connections.writer(scope) as connection:
            plan = connection.scalars(
                text(f"explain {statement.text}"), {"me": me, "point": 0.5, "reviewed": False}
            ).all()
            read = [line.strip() for line in plan if " on reviewable_jobs" in line]
            assert read
            assert all("Index" in line and "Bitmap" not in line for line in read), plan


# --- Chance --------------------------------------------------------------------------------------


@given(
    actions=st.lists(
        st.sampled_from(["decide", "decide", "aside", "undo", "revise", "newest", "uncertainty"]),
        min_size=5,
        max_size=40,
    )
)
@settings(
    max_examples=12,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
def test_one_in_five_is_drawn_at_random_whatever_the_order_of_things(
    nord: Shop, actions: list[str]
) -> None:
    scope, order, trail = nord.reviewer(), "uncertainty", []
    # Others' reviews of the examples before are no matter.
    with connections.owner() as connection:
        connection.execute(text("delete from reviews"))
        connection.execute(text("delete from review_draws"))
    for action in actions:
        line = reviews.line(scope, order)  # type: ignore[arg-type]
        match action:
            case "decide" if line:
                trail.append(reviews.decide(scope, line[0].job, GOOD))
            case "aside" if line and line[0].drawn != "random":
                reviews.put_aside(scope, line[0].job)
            case "undo" if trail:
                assert reviews.undo(scope, trail.pop())
            case "revise" if trail:
                job = column("select job_id from reviews where id = :id", id=trail[-1])[0]
                trail.append(reviews.decide(scope, job, BAD, replaces=trail[-1]))
            case "newest" | "uncertainty":
                order = action
        marks = column(
            "select distinct on (job_id) drawn from reviews where reviewer_id = :me",
            me=scope.user,
        )
        assert marks.count("random") * 5 >= len(marks)


def test_a_picture_cannot_be_reviewed_before_a_random_draw_that_is_due(nord: Shop) -> None:
    scope = nord.reviewer()
    (review,) = [reviews.decide(scope, first(scope).job, GOOD)]
    stale = first(scope)
    reviews.undo(scope, review)
    with pytest.raises(ReviewError, match="random comes first"):
        reviews.decide(scope, stale.job, GOOD)


def test_draws_are_uniform(nord: Shop) -> None:
    """Over many brands' worth of random numbers, each job comes first as often."""
    drawn: Counter[UUID] = Counter()
    for _ in range(300):
        with connections.owner() as connection:
            connection.execute(text("update reviewable_jobs set draw_key = random()"))
            connection.execute(text("delete from review_draws"))
        drawn[first(nord.reviewer()).job] += 1
    assert sum(drawn.values()) == 300
    expected = 300 / len(nord.jobs)
    chi_squared = sum((drawn[job] - expected) ** 2 / expected for job in nord.jobs)
    assert chi_squared < 44.8  # 9 degrees of freedom, once in a million runs


def test_reviewers_draw_each_their_own(nord: Shop) -> None:
    """The numbers stay, and still nobody's draw is anybody else's."""
    drawn = set()
    for _ in range(30):
        with connections.owner() as connection:
            connection.execute(text("delete from review_draws"))
        drawn.add(first(nord.reviewer()).job)
    assert len(drawn) > 1


def test_a_draw_of_what_was_reviewed_already_counts_as_drawn() -> None:
    """Or the sample would be of what did not come up for being uncertain."""
    nord = shop()
    nord.add(0.9, 0.8, 0.7, 0.6, 0.5)
    scope = nord.reviewer()
    assert [draw.drawn for draw in work(scope, 5)] == ["random", *["uncertainty"] * 4]
    # The sixth was due to be a draw, which could only be of a known one.
    assert sorted(column("select drawn from reviews")) == ["random"] * 2 + ["uncertainty"] * 3
    assert reviews.line(scope, "uncertainty") == []


# --- Opinions ------------------------------------------------------------------------------------


def test_an_opinion_is_kept_with_how_the_job_came_up(nord: Shop) -> None:
    scope = nord.reviewer()
    draw = first(scope)
    review = reviews.decide(scope, draw.job, BAD)
    with connections.owner() as connection:
        row = connection.execute(text("select * from reviews where id = :id"), {"id": review}).one()
    assert (row.approved, row.reasons, row.rating, row.note) == (
        False,
        ["hands", "lost_detail"],
        2,
        "blurred",
    )
    assert (row.drawn, row.is_adjudication, row.is_practice) == ("random", False, False)
    assert str(row.reviewer_id) == scope.user
    found = reviews.look(scope, [draw.job])[draw.job].opinion
    assert found == Opinion(False, (Reason.HANDS, Reason.LOST_DETAIL), 2, "blurred")


def test_a_double_click_reviews_once(nord: Shop) -> None:
    scope = nord.reviewer()
    draw = first(scope)
    review = reviews.decide(scope, draw.job, GOOD)
    assert reviews.decide(scope, draw.job, BAD) == review
    assert column("select approved from reviews") == [True]


def test_an_opinion_can_be_changed_and_the_latest_counts(nord: Shop) -> None:
    scope = nord.reviewer()
    draw = first(scope)
    review = reviews.decide(scope, draw.job, GOOD)
    changed = reviews.decide(scope, draw.job, BAD, replaces=review)
    assert changed != review
    assert reviews.decide(scope, draw.job, BAD, replaces=review) == changed
    assert column("select approved from job_verdicts") == [False]
    assert reviews.undo(scope, changed)
    assert column("select approved from job_verdicts") == [True]
    assert reviews.undo(scope, review)
    with pytest.raises(ReviewError, match="taken back"):
        reviews.decide(scope, draw.job, GOOD, replaces=review)


def test_undo_brings_the_job_back_with_its_mark(nord: Shop) -> None:
    scope = nord.reviewer()
    done = work(scope, 1)
    draw = first(scope)
    review = reviews.decide(scope, draw.job, BAD)
    assert reviews.undo(scope, review)
    assert first(scope) == draw
    assert not reviews.undo(scope, review)
    assert column("select job_id from reviews") == [done[0].job]
    assert column("select is_reviewed from reviewable_jobs where job_id = :job", job=draw.job) == [
        False
    ]


def test_only_the_latest_of_ones_own_is_taken_back(nord: Shop) -> None:
    scope, other = nord.reviewer(), nord.reviewer()
    early, late = (reviews.decide(scope, first(scope).job, GOOD) for _ in range(2))
    assert not reviews.undo(scope, early)
    assert not reviews.undo(other, late)
    assert reviews.undo(scope, late)
    assert reviews.undo(scope, early)


@pytest.mark.parametrize(
    ("opinion", "said"),
    [
        ({"approved": True, "reasons": (Reason.HANDS,)}, "Reasons are for"),
        ({"approved": True, "rating": 6}, "from 1 to 5"),
        ({"approved": True, "note": "x" * 2001}, "2,000 characters"),
    ],
)
def test_an_opinion_makes_sense(opinion: dict[str, Any], said: str) -> None:
    with pytest.raises(ReviewError, match=said):
        Opinion(**opinion)


def test_the_reasons_are_those_of_the_database() -> None:
    (rule,) = column(
        "select pg_get_constraintdef(oid) from pg_constraint"
        " where conname = 'reviews_reasons_check'"
    )
    assert all(f"'{reason}'" in rule for reason in Reason)
    assert rule.count("::text") == len(Reason)


# --- Disagreements -------------------------------------------------------------------------------


def split(nord: Shop, draw_of: Callable[[Scope], Draw] = first) -> UUID:
    """A job that one has approved and another one rejected."""
    one, other = nord.reviewer(), nord.reviewer()
    draw = draw_of(one)
    reviews.decide(one, draw.job, GOOD)
    with connections.owner() as connection:
        insert(
            connection,
            "reviews",
            job_id=draw.job,
            brand_id=nord.brand,
            reviewer_id=other.user,
            approved=False,
            drawn="uncertainty",
        )
    return draw.job


def test_a_disagreement_is_settled_by_a_third_person(nord: Shop) -> None:
    job = split(nord)
    (one, other) = column("select cast(reviewer_id as text) from reviews")
    assert column("select 1 from job_verdicts") == []
    for part in (one, other):
        scope = Scope.of_brands([nord.brand], part)
        assert reviews.next_dispute(scope) is None
        with pytest.raises(ReviewError, match="somebody else"):
            reviews.adjudicate(scope, job, GOOD)
    judge = nord.reviewer()
    found = reviews.next_dispute(judge)
    assert found is not None
    assert (found.job, found.approvals, found.rejections) == (job, 1, 1)
    assert reviews.next_dispute(judge, [job]) is None
    review = reviews.adjudicate(judge, job, BAD)
    assert reviews.adjudicate(judge, job, GOOD) == review
    assert column("select approved from job_verdicts") == [False]
    assert reviews.next_dispute(nord.reviewer()) is None
    with pytest.raises(ReviewError, match="settled this one already"):
        reviews.adjudicate(nord.reviewer(), job, GOOD)
    # A random draw stays one, and nothing else becomes one by being settled.
    assert column("select drawn from reviews where is_adjudication") == ["random"]
    assert reviews.undo(judge, review)
    assert reviews.next_dispute(judge) == found


def test_settling_makes_no_random_draw(nord: Shop) -> None:
    def in_order(scope: Scope) -> Draw:
        work(scope, 1)
        return first(scope)

    job = split(nord, in_order)
    reviews.adjudicate(nord.reviewer(), job, GOOD)
    assert column("select drawn from reviews where is_adjudication") == ["uncertainty"]
    assert column("select drawn_at_random from job_verdicts where job_id = :job", job=job) == [
        False
    ]


def test_agreement_is_tallied_as_reviews_come_change_and_go(nord: Shop) -> None:
    job = split(nord)
    tally = (
        "select array[reviewer_count, approved_count, cast(first_approved as integer)]"
        " from review_tallies"
    )
    lowest = column("select approved from reviews order by reviewer_id limit 1")[0]
    assert column(tally) == [[2, 1, int(lowest)]]
    with connections.owner() as connection:
        connection.execute(text("update reviews set approved = true"))
    assert column(tally) == [[2, 2, 1]]
    assert column("select is_disputed from reviewable_jobs where job_id = :job", job=job) == [False]
    with connections.owner() as connection:
        connection.execute(text("delete from reviews where drawn = 'uncertainty'"))
    assert column(tally) == []


def opinions(nord: Shop, *approvals: str) -> None:
    """A job for each word: y and n are what reviewer A, B, C … says, a dash nothing."""
    with connections.owner() as connection:
        people = [
            insert(connection, "users", role="analyst") for _ in range(max(map(len, approvals)))
        ]
        for word in approvals:
            job = pictured(connection, nord.brand)
            for person, said in zip(people, word, strict=False):
                if said != "-":
                    insert(
                        connection,
                        "reviews",
                        job_id=job,
                        brand_id=nord.brand,
                        reviewer_id=person,
                        approved=said == "y",
                        drawn="random",
                    )


def agreement(*brands: Shop) -> pd.DataFrame:
    return agreement_of(
        Scope.of_brands([one.brand for one in brands]), date(2020, 1, 1), date(2100, 1, 1)
    )


def agreement_of(scope: Scope, since: date, until: date) -> pd.DataFrame:
    rollups.fold_all()
    queries._cached.clear()
    return queries.read("studio/review_agreement", scope, since=since, until=until).frame


def triples(frame: pd.DataFrame) -> list[tuple[int, int, int]]:
    columns = frame[["reviewer_count", "approved_count", "job_count"]]
    return [(int(m), int(k), int(n)) for m, k, n in columns.to_numpy()]


def test_two_reviewers_have_a_kappa(nord: Shop) -> None:
    noise = shop("noise")
    opinions(noise, "ny", "yn", "yyn")
    # 20 both, 5 the first alone, 10 the second alone, 15 neither: κ = (0.7 − 0.5) ÷ 0.5.
    opinions(nord, *["yy"] * 20, *["yn"] * 5, *["ny"] * 10, *["nn"] * 15, "y-", "-n")
    frame = agreement(nord)
    assert frame["are_two"].all()
    counts = {
        (int(row["approved_count"]), bool(row["first_approved"])): int(row["job_count"])
        for _, row in frame.iterrows()
    }
    # People's ids are of one moment: who is first among them is chance.
    assert counts[2, True] == 20
    assert counts[0, False] == 15
    assert {counts[1, True], counts[1, False]} == {5, 10}
    found = metrics.kappa(20, counts[1, True], counts[1, False], 15)
    assert found == pytest.approx(0.4)
    assert metrics.agreement(triples(frame)) == pytest.approx(0.7)
    assert not agreement(nord, noise)["are_two"].any()


def test_more_reviewers_have_an_alpha(nord: Shop) -> None:
    opinions(nord, "yyn", "yyy", "-nn", "y--")
    frame = agreement(nord)
    assert triples(frame) == [(2, 0, 1), (3, 2, 1), (3, 3, 1)]
    assert not frame["are_two"].any()
    # 5 approvals and 3 rejections, one split of three: 1 − 7 × (2 × 1 ÷ 2) ÷ 15.
    assert metrics.alpha(triples(frame)) == pytest.approx(8 / 15)
    # Pairs that agree: 1 of 3, 3 of 3, 1 of 1.
    assert metrics.agreement(triples(frame)) == pytest.approx(5 / 7)
    assert agreement(shop("empty")).empty


def test_a_range_counts_the_jobs_whose_last_review_is_in_it(nord: Shop) -> None:
    noise = shop("noise")
    opinions(noise, *["yn"] * 8)
    opinions(nord, *["yyn", "yn", "yy", "nn"] * 8)
    with connections.owner() as connection:
        # Each job's reviews on one of 32 days, some of them in the last second of it.
        connection.execute(
            text(
                """
                update reviews r set created_at = d.day
                from (
                    select
                        job_id,
                        timestamptz '2026-03-17 23:59:59+00'
                        + row_number() over (order by job_id) * interval '43 hours' as day
                    from reviews
                    group by job_id
                ) as d
                where d.job_id = r.job_id
                """
            )
        )
    counts = text(
        """
        select reviewer_count, approved_count, first_approved, count(*) from review_tallies
        where brand_id = any(:brands) and reviewed_at >= :since and reviewed_at < :until
        group by 1, 2, 3 order by 1, 2, 3
        """
    )
    for since, until in (
        (date(2026, 3, 17), date(2026, 6, 20)),
        (date(2026, 3, 25), date(2026, 5, 3)),
        (date(2026, 4, 10), date(2026, 4, 21)),
        (date(2026, 4, 1), date(2026, 6, 1)),
    ):
        window = {
            "since": datetime.combine(since, time(), UTC),
            "until": datetime.combine(until, time(), UTC),
        }
        for scope, brands in (
            (Scope.of_brands([nord.brand]), [nord.brand]),
            (Scope.of_brands([nord.brand, noise.brand]), [nord.brand, noise.brand]),
            (Scope(brands="all"), [nord.brand, noise.brand]),
        ):
            with connections.owner() as connection:
                naive = connection.execute(counts, {"brands": brands, **window}).all()
            frame = agreement_of(scope, since, until)
            assert len(naive) > 2
            assert [tuple(row)[:4] for row in frame.to_numpy()] == [tuple(row) for row in naive]


def test_what_was_taken_back_is_nobodys_agreement(nord: Shop) -> None:
    opinions(nord, "yn", "yyn")
    assert not agreement(nord)["are_two"].any()
    with connections.owner() as connection:
        last = text(
            "delete from reviews where job_id in (select job_id from review_tallies t"
            " where t.reviewer_count = 3)"
        )
        connection.execute(last)
    frame = agreement(nord)
    assert triples(frame) == [(2, 1, 1)]
    assert frame["are_two"].all()


def test_agreement_of_nothing_is_not_available() -> None:
    assert metrics.kappa(0, 0, 0, 0) is None
    assert metrics.kappa(7, 0, 0, 0) is None
    assert metrics.alpha([]) is None
    assert metrics.alpha([(2, 2, 5), (1, 0, 9)]) is None
    assert metrics.agreement([(1, 1, 3)]) is None
    assert metrics.alpha([(2, 2, 2), (2, 0, 2)]) == 1
    assert metrics.kappa(0, 1, 1, 0) == pytest.approx(-1)


# --- Whose pictures ------------------------------------------------------------------------------


def test_another_brands_job_cannot_be_reviewed_not_by_its_id_either(nord: Shop) -> None:
    stranger = shop("stranger").reviewer()
    assert reviews.line(stranger, "uncertainty") == []
    held = first(nord.reviewer())
    disputed = split(nord)
    for job in (*nord.jobs, uuid4()):
        with pytest.raises(ReviewError, match="did not come up"):
            reviews.decide(stranger, job, GOOD)
        with pytest.raises(ReviewError, match="left for later"):
            reviews.put_aside(stranger, job)
        with pytest.raises(ReviewError, match="no such picture"):
            reviews.adjudicate(stranger, job, GOOD)
    assert reviews.look(stranger, nord.jobs) == {}
    assert reviews.next_dispute(stranger) is None
    for output in column("select id from job_outputs"):
        with pytest.raises(ReviewError, match="not yours"):
            reviews.set_favorite(stranger, output, True)
    assert held.job in nord.jobs
    assert disputed in nord.jobs
    assert len(column("select 1 from reviews")) == 2
    # Nor one of one's own brand that did not come up.
    mine = nord.reviewer()
    line = reviews.line(mine, "uncertainty")
    rest = next(job for job in nord.jobs if job not in {draw.job for draw in line})
    with pytest.raises(ReviewError, match="did not come up"):
        reviews.decide(mine, rest, GOOD)


def test_without_a_user_nobody_reviews(nord: Shop) -> None:
    with pytest.raises(ReviewError, match="sign in"):
        reviews.line(Scope.of_brands([nord.brand]), "newest")


def test_a_favourite_is_the_brands(nord: Shop) -> None:
    scope = nord.reviewer()
    job = first(scope).job
    shown = reviews.look(scope, [job])[job]
    assert (shown.is_favorite, shown.may_favorite, shown.brand) == (False, True, "Nord")
    reviews.set_favorite(scope, shown.output, True)
    assert reviews.look(nord.reviewer(), [job])[job].is_favorite


def test_a_shoppers_photo_is_not_shown_to_the_brand(nord: Shop) -> None:
    with connections.owner() as connection:
        shopper = insert(connection, "users")
        selfie = picture(connection, user_id=shopper)
        item = picture(connection, brand_id=nord.brand)
        job = pictured(
            connection,
            nord.brand,
            origin="shopper",
            user_id=shopper,
            selfie_object_id=selfie,
        )
        for position, worn in enumerate([item, selfie]):
            insert(
                connection,
                "tryon_garments",
                job_id=job,
                position=position,
                object_id=worn,
                category="tops",
            )
    shown = reviews.look(nord.reviewer(), [job])[job]
    assert shown.person is None
    assert [worn.picture for worn in shown.garments] == [item, None]


# --- The demo ------------------------------------------------------------------------------------


def test_a_visitor_practises_and_changes_no_figure(nord: Shop, visitor: Scope) -> None:
    work(nord.reviewer(), 2)
    rollups.fold_all()
    figures = "select cast(row(r.*) as text) from {} r order by 1"
    watched = [
        "job_verdicts", "verdict_facts", "rollup_verdicts", "rollup_reasons", "rollup_agreement",
        "review_tallies", "reviewable_jobs", "job_outputs",
    ]  # fmt: skip
    before = {name: column(figures.format(name)) for name in watched}
    for _ in range(len(nord.jobs)):
        reviews.decide(visitor, first(visitor).job, BAD)
    rollups.fold_all()
    assert {name: column(figures.format(name)) for name in watched} == before
    assert reviews.line(visitor, "uncertainty") == []
    assert set(
        column("select is_practice from reviews where reviewer_id = :me", me=visitor.user)
    ) == {True}
    # Nobody else sees them, the team included.
    with connections.owner() as connection:
        another = Scope("demo", str(insert(connection, "users", role="demo_viewer")))
        admin = Scope("all", str(insert(connection, "users", role="admin")))
    for scope in (another, admin, nord.reviewer()):
        with connections.writer(scope) as connection:
            seen = connection.scalar(text("select count(*) from reviews where is_practice"))
        assert seen == 0
    assert first(another)
    shown = reviews.look(visitor, nord.jobs)[nord.jobs[0]]
    assert not shown.may_favorite
    with pytest.raises(ReviewError):
        reviews.set_favorite(visitor, shown.output, True)


def test_a_visitor_cannot_make_a_review_count(nord: Shop, visitor: Scope) -> None:
    statement = text(
        "insert into reviews (job_id, brand_id, reviewer_id, approved, drawn, is_practice)"
        " values (:job, :brand, :me, true, 'random', false)"
    )
    values = {"job": nord.jobs[0], "brand": nord.brand, "me": visitor.user}
    with (
        pytest.raises(Exception, match="row-level security"),
        connections.writer(visitor) as connection,
    ):
        connection.execute(statement, values)


def test_a_visitor_is_given_the_previews_pictures_and_their_own(nord: Shop, visitor: Scope) -> None:
    with connections.owner() as connection:
        another = insert(connection, "users", role="demo_viewer")
        mine = pictured(connection, nord.brand, origin="demo", user_id=UUID(visitor.user))
        theirs = pictured(connection, nord.brand, origin="demo", user_id=another)
        provider = pictured(connection, nord.brand, engine="fashn")
    done = {draw.job for draw in work(visitor, len(nord.jobs) + 1)}
    assert done == {*nord.jobs, mine}
    assert reviews.line(visitor, "newest") == []
    assert not {theirs, provider} & done
    assert reviews.look(visitor, [mine])[mine].may_favorite


# --- Blind comparisons ---------------------------------------------------------------------------


def asked_the_same(nord: Shop, *engines: str) -> list[UUID]:
    with connections.owner() as connection:
        person = picture(connection, brand_id=nord.brand)
        garment = picture(connection, brand_id=nord.brand)
        made = []
        for engine in engines:
            name, _, version = engine.partition(" ")
            job = rows.job(
                connection,
                brand_id=nord.brand,
                origin="studio",
                engine=name,
                engine_version=version,
                selfie_object_id=person,
                credits=0,
            )
            insert(connection, "tryon_garments", job_id=job, position=0, object_id=garment)
            insert(
                connection,
                "job_outputs",
                job_id=job,
                object_id=picture(connection, brand_id=nord.brand),
            )
            rows.finish(connection, job, "completed")
            made.append(job)
    return made


def pairs() -> list[list[str]]:
    return column("select array[one_engine, other_engine] from job_pairs order by 1")


def test_jobs_that_were_asked_the_same_of_two_engines_are_pairs(nord: Shop) -> None:
    asked_the_same(nord, "preview 1", "preview 1", "fashn 2", "preview 2")
    assert pairs() == [
        ["fashn 2", "preview 1"],
        ["fashn 2", "preview 2"],
        ["preview 1", "preview 2"],
    ]
    asked_the_same(nord, "preview 1")
    assert len(pairs()) == 3
    with connections.owner() as connection:
        connection.execute(
            text(
                "delete from stored_objects o using job_outputs x, tryon_jobs j"
                " where x.object_id = o.id and j.id = x.job_id and j.engine = 'fashn'"
            )
        )
    assert pairs() == [["preview 1", "preview 2"]]


def test_nothing_known_of_the_inputs_makes_no_pair(nord: Shop) -> None:
    nord.add(0.9, engine="fashn")
    assert pairs() == []


def test_a_vote_is_for_an_engine_whichever_side_it_stood_on(nord: Shop) -> None:
    preview, fashn = asked_the_same(nord, "preview 1", "fashn 2")
    sides = set()
    for _ in range(12):
        scope = nord.reviewer()
        pair = reviews.pair(scope)
        assert pair is not None
        assert reviews.pair(scope) == pair  # the same way round
        sides.add(pair.left)
        reviews.vote(scope, pair.id, "left" if pair.left == fashn else "right")
        reviews.vote(scope, pair.id, "neither")  # a double click
        assert reviews.pair(scope) is None
    assert sides == {preview, fashn}
    # By their names fashn is the one.
    assert set(column("select better from pair_votes")) == {"one"}
    assert pair is not None
    assert reviews.take_vote_back(scope, pair.id)
    assert not reviews.take_vote_back(scope, pair.id)
    assert reviews.pair(scope) == pair


def test_another_brands_pair_is_no_pair(nord: Shop) -> None:
    asked_the_same(nord, "preview 1", "fashn 2")
    stranger = shop("stranger").reviewer()
    assert reviews.pair(stranger) is None
    (pair,) = column("select id from job_pairs")
    with pytest.raises(ReviewError, match="not there"):
        reviews.vote(stranger, pair, "left")
    assert reviews.pair(nord.reviewer(), [pair]) is None


def wins(*brands: UUID) -> list[list[object]]:
    queries._cached.clear()
    return queries.read("studio/review_wins", Scope.of_brands(brands)).frame.to_numpy().tolist()


def test_the_win_rate_counts_wins_and_losses_and_leaves_ties_apart(
    nord: Shop, visitor: Scope
) -> None:
    noise = shop("noise")
    for one in (nord, noise):
        asked_the_same(one, "preview 1", "fashn 2")

    def says(scope: Scope, better: str) -> None:
        pair = reviews.pair(scope)
        assert pair is not None
        with connections.owner() as connection:
            find = text("select one_job_id from job_pairs where id = :id")
            is_left = connection.scalar(find, {"id": pair.id}) == pair.left
        side: reviews.Side = "neither"
        if better != "neither":
            side = "left" if (better == "fashn") == is_left else "right"
        reviews.vote(scope, pair.id, side)

    for better in ["fashn"] * 8 + ["preview"] * 2 + ["neither"] * 3:
        says(nord.reviewer(), better)
    says(noise.reviewer(), "preview")
    says(visitor, "preview")  # for practice
    assert wins(nord.brand) == [["fashn 2", "preview 1", 8, 2, 3, 0.8]]
    assert metrics.wilson(8, 10) == pytest.approx((0.490, 0.943), abs=0.0005)
    assert wins(noise.brand) == [["fashn 2", "preview 1", 0, 1, 0, 0.0]]
    assert wins(shop("empty").brand) == []


# --- The page ------------------------------------------------------------------------------------


def page(nord: Shop, role: str = "brand_manager", view: str = "Queue") -> AppTest:
    """The page in the session of somebody new, of the brand where the role has one."""
    brands = [str(nord.brand)] if role == "brand_manager" else []
    app = signed_in(role, *brands)
    app.query_params["view"] = view
    return at(app, "pages/studio/review.py")


def said(app: AppTest) -> list[str]:
    return [one.value for one in (*app.caption, *app.warning, *app.error, *app.subheader)]


def shows(app: AppTest, sentence: str) -> bool:
    return any(sentence in one for one in said(app))


def click(app: AppTest, button: str) -> AppTest:
    return app.button(f"review-{button}").click().run()


def test_the_page_approves_asks_why_it_rejects_and_takes_back(nord: Shop) -> None:
    app = page(nord)
    assert not app.exception
    assert [button.disabled for button in app.button if "Later" in button.label] == [True]
    click(app, "approve")
    assert shows(app, "1 approved, 0 rejected")
    click(app, "reject")
    assert shows(app, "Why? Pick a reason")
    assert column("select approved from reviews") == [True]
    click(app, "reject")
    assert shows(app, "1 approved, 1 rejected")
    assert column("select approved from reviews order by created_at") == [True, False]
    click(app, "undo")
    click(app, "undo")
    assert shows(app, "Taken back.")
    assert column("select 1 from reviews") == []
    assert not app.exception


def test_the_page_goes_back_and_changes_an_opinion(nord: Shop) -> None:
    app = page(nord)
    click(app, "approve")
    click(app, "back")
    assert [button.label for button in app.button if "Forward" in button.label]
    click(app, "reject")
    click(app, "reject")
    assert column("select approved from reviews order by created_at") == [True, False]
    assert len(column("select distinct job_id from reviews")) == 1
    assert shows(app, "0 approved, 1 rejected")


def test_what_was_entered_is_there_again_after_an_undo(nord: Shop) -> None:
    app = page(nord)
    job = first(
        Scope.of_brands([nord.brand], column("select reviewer_id from review_draws")[0])
    ).job
    app.text_area(f"review-note-{job}").set_value("a thumb too many").run()
    app.button_group(f"review-reasons-{job}").set_value(["hands"]).run()
    click(app, "reject")
    assert column("select array_to_string(reasons, ' ') || ': ' || note from reviews") == [
        "hands: a thumb too many"
    ]
    click(app, "undo")
    assert app.text_area(f"review-note-{job}").value == "a thumb too many"
    assert app.button_group(f"review-reasons-{job}").value == ["hands"]


def test_a_visit_is_of_one_account(nord: Shop) -> None:
    app = page(nord)
    click(app, "approve")
    assert not app.button("review-undo").disabled
    another = signed_in("brand_manager", str(nord.brand))
    app.session_state["accounts.session"] = another.session_state["accounts.session"]
    app.run()
    assert app.button("review-undo").disabled
    assert not shows(app, "1 approved")


def test_an_empty_queue_says_so_and_where_to_go() -> None:
    app = page(shop())
    assert not app.exception
    assert shows(app, "Nothing left to review")
    assert len(app.get("page_link")) == 1
    for view, sentence in (
        ("Disagreements", "Nothing to settle"),
        ("Compare engines", "Nothing to compare"),
    ):
        app = page(shop(view.split()[0].lower()), view=view)
        assert not app.exception
        assert shows(app, sentence)


def test_the_page_settles_a_disagreement(nord: Shop) -> None:
    job = split(nord)
    app = page(nord, view="Disagreements")
    assert not app.exception
    click(app, "skip")
    assert shows(app, "Nothing to settle")
    click(app, "look again at what was skipped")
    click(app, "approve")
    assert column("select approved from job_verdicts where job_id = :job", job=job) == [True]
    click(app, "undo")
    assert shows(app, "open again")
    assert column("select 1 from job_verdicts") == []


def test_the_page_compares_two_engines(nord: Shop) -> None:
    asked_the_same(nord, "preview 1", "fashn 2")
    app = page(nord, view="Compare engines")
    assert not app.exception
    # No name of an engine is told before.
    assert not any("fashn" in str(element) for element in app.main if hasattr(element, "value"))
    click(app, "left is better")
    assert len(column("select 1 from pair_votes")) == 1
    assert shows(app, "Nothing to compare")
    click(app, "undo")
    assert column("select 1 from pair_votes") == []


def test_the_page_shows_a_brand_its_own_and_a_visitor_that_it_is_practice(
    nord: Shop, visitor: Scope
) -> None:
    assert shows(page(shop("stranger")), "Nothing left to review")
    with connections.owner() as connection:
        insert(connection, "demo_state", job_target=1, completed_at="2026-11-01")
    app = page(nord, "demo_viewer")
    assert visitor
    assert shows(app, "You review for practice")
    click(app, "approve")
    assert column("select is_practice from reviews") == [True]


def test_what_an_address_asks_for_in_vain_is_said(nord: Shop) -> None:
    app = signed_in("brand_manager", str(nord.brand))
    app.query_params["order"] = "MRR × uncertainty"
    at(app, "pages/studio/review.py")
    assert not app.exception
    assert shows(app, "not offered")


def test_a_review_that_cannot_be_kept_is_told_and_nothing_is_lost(
    nord: Shop, caplog: pytest.LogCaptureFixture
) -> None:
    app = page(nord)
    with connections.owner() as connection:
        connection.execute(text("revoke insert on reviews from closetai_app"))
    with caplog.at_level(logging.CRITICAL):
        click(app, "approve")
    assert not app.exception
    assert shows(app, "could not be kept just now")
    with connections.owner() as connection:
        connection.execute(text("grant insert on reviews to closetai_app"))
    click(app, "approve")
    assert shows(app, "1 approved")
