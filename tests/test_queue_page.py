"""The queue: what it lists and in which order, what can be done there and by whom."""

import re
from datetime import UTC, datetime, timedelta
from uuid import UUID, uuid4

import pandas as pd
import pytest
import streamlit as st
from sqlalchemy import text
from streamlit.testing.v1 import AppTest

import queries
from components.job import UNKNOWN
from components.queue_failures import FAILURES, explained
from database import connections
from database.demo import story
from database.tenancy import Scope
from settings import ROOT
from tests import facts, rows
from tests.test_pages import at as opened
from tests.test_pages import signed_in
from tryon import acts, jobs
from tryon.engines import Code
from tryon.jobs import Job

QUEUE = "pages/studio/queue.py"
NOW = datetime.now(UTC).replace(microsecond=0)
SYSTEM = Scope.system()
ALL: dict[str, queries.Parameter] = {
    "since": NOW - timedelta(days=7),
    "status": "all",
    "engine": "all",
    "batch": "all",
    "row_count": 50,
}


@pytest.fixture
def brand(database: object) -> str:  # noqa: ARG001 (needs a database)
    """A brand with nothing yet, beside another one that has a job in every state."""
    st.cache_resource.clear()
    with connections.owner() as c:
        noise = facts.brand(c, "Noise")
        batch = rows.insert(c, "batches", brand_id=UUID(noise), name="Noise of it")
        for status in ("queued", "completed", "failed", "canceled"):
            made = facts.job(c, noise, facts.shopper(c), NOW - timedelta(minutes=2), status=status)
            c.execute(
                text("update tryon_jobs set batch_id = :batch where id = :job"),
                {"batch": batch, "job": made},
            )
        return facts.brand(c, "Aurora")


def launch(brand: str, *, batch: str | None = None, count: int = 1, **values: object) -> list[str]:
    """Launch jobs of a brand's studio, and return their ids."""
    wanted = Job("studio", "instant", brand=UUID(brand), credits=0, **values)  # type: ignore[arg-type]
    return [str(job) for job in jobs.launch(SYSTEM, [wanted] * count, batch=batch).jobs]


def ask(name: str, scope: Scope, **params: queries.Parameter) -> pd.DataFrame:
    st.cache_resource.clear()
    return queries.read(name, scope, **params).frame


def set_state(job: str, status: str, failure: str = "timeout") -> None:
    with connections.owner() as c:
        c.execute(
            text("update tryon_jobs set status = 'processing' where id = :id"), {"id": UUID(job)}
        )
        if status == "processing":
            rows.insert(
                c,
                "job_attempts",
                job_id=UUID(job),
                number=1,
                engine="instant",
                lease_until=NOW + timedelta(hours=1),
            )
            return
        c.execute(
            text(
                "update tryon_jobs set status = cast(:status as job_status), confidence = 0.9,"
                " failure_code = case when :status = 'failed' then :failure end where id = :id"
            ),
            {"id": UUID(job), "status": status, "failure": failure},
        )


def state_of(job: str) -> str:
    with connections.owner() as c:
        found = c.scalar(
            text("select cast(status as text) from tryon_jobs where id = :id"), {"id": UUID(job)}
        )
    return str(found)


# Failures in words


def test_every_code_of_engines_queue_and_demo_says_what_happened_and_what_to_do() -> None:
    codes = {code.value for code in Code} | set(story.FAILURE_CODES)
    for path in ("tryon/queue.py", "tryon/worker.py"):
        source = (ROOT / path).read_text()
        said = re.findall(r"fail(?:_job)?\(\s*(?:connection,\s*)?\w+,\s*\"([a-z_]+)\"", source)
        assert said, path
        codes |= set(said)
    assert {"worker_lost", "picture_gone", "storage_unavailable", "engine_error"} <= codes
    assert codes - FAILURES.keys() == set()
    assert FAILURES.keys() - codes == set()
    for failure in FAILURES.values():
        assert not failure.words.endswith(".")
        assert failure.advice.endswith(".")


def test_a_code_that_nobody_knows_is_said_as_it_is() -> None:
    assert explained("lost_in_space").words == "Lost in space"


# The queries


def test_the_list_has_what_is_made_then_what_waits_then_what_has_ended(brand: str) -> None:
    usual, last, first, made, failed = launch(brand, count=5)
    jobs.set_priority(SYSTEM, [UUID(last)], jobs.GALLERY)
    jobs.set_priority(SYSTEM, [UUID(usual)], jobs.BATCH)
    set_state(made, "processing")
    set_state(failed, "failed")
    with connections.owner() as c:
        old = facts.job(c, brand, facts.shopper(c), NOW - timedelta(days=8))
        ended = facts.job(c, brand, facts.shopper(c), NOW - timedelta(minutes=9), engine="loom")
    scope = Scope.of_brands([brand])
    found = ask("studio/queue", scope, **ALL)
    assert found["job_id"].tolist() == [made, first, usual, last, failed, ended]
    assert old not in found["job_id"].tolist()
    assert found["is_made"].tolist() == [True, *[False] * 5]
    assert found["priority_number"].tolist()[:4] == [10, 10, 0, -10]
    assert found["failure"].tolist()[4] == "timeout"

    def narrowed(**params: queries.Parameter) -> list[str]:
        frame = ask("studio/queue", scope, **{**ALL, **params})
        return [str(job) for job in frame["job_id"]]

    assert narrowed(status="open") == [made, first, usual, last]
    assert narrowed(status="queued") == [first, usual, last]
    assert narrowed(status="processing") == [made]
    assert narrowed(status="failed") == [failed]
    assert narrowed(engine="loom") == [ended]
    assert narrowed(row_count=2) == [made, first]


def test_a_batch_lists_its_jobs_however_old_and_no_others(brand: str) -> None:
    (other,) = launch(brand)
    one, two = launch(brand, batch="Autumn", count=2)
    scope = Scope.of_brands([brand])
    batches = ask("studio/batches", scope, row_count=5)
    assert batches["name"].tolist() == ["Autumn"]
    batch = batches["batch_id"][0]
    set_state(two, "completed")
    later = {**ALL, "batch": batch, "since": NOW + timedelta(days=1)}
    assert ask("studio/queue", scope, **later)["job_id"].tolist() == [one, two]
    assert other not in ask("studio/queue", scope, **later)["job_id"].tolist()
    # Another brand's batch is no batch.
    noise = ask("studio/batches", SYSTEM, row_count=5)
    (foreign,) = noise.loc[noise["name"] == "Noise of it", "batch_id"]
    assert ask("studio/queue", scope, **{**ALL, "batch": foreign}).empty


def test_batches_say_how_far_they_are_unfinished_ones_first(brand: str) -> None:
    done, failed, canceled, made, waiting = launch(brand, batch="Autumn", count=5)
    for job, status in (
        (done, "completed"),
        (failed, "failed"),
        (canceled, "canceled"),
        (made, "processing"),
    ):
        set_state(job, status)
    (newer,) = launch(brand, batch="Winter")
    jobs.cancel(SYSTEM, [UUID(newer)])
    found = ask("studio/batches", Scope.of_brands([brand]), row_count=5)
    assert found["name"].tolist() == ["Autumn", "Winter"]
    counts = found.filter(like="_count").iloc[0].to_dict()
    assert counts == {
        "waiting_count": 1,
        "processing_count": 1,
        "completed_count": 1,
        "failed_count": 1,
        "canceled_count": 1,
    }
    assert state_of(waiting) == "queued"


def test_how_the_queue_stands(brand: str) -> None:
    scope = Scope.of_brands([brand])
    since = NOW - timedelta(minutes=10)
    none = ask("studio/queue_state", scope, since=since).iloc[0]
    assert (none["waiting_count"], none["ended_count"]) == (0, 0)
    assert pd.isna(none["oldest_at"])
    assert pd.isna(none["worker_seen_at"])
    waiting, made, failed = launch(brand, count=3)
    set_state(made, "processing")
    set_state(failed, "failed")
    paused = launch(brand, batch="Autumn", count=2)
    jobs.pause(SYSTEM, UUID(ask("studio/batches", scope, row_count=1)["batch_id"][0]))
    with connections.owner() as c:
        facts.job(c, brand, facts.shopper(c), NOW - timedelta(minutes=5))
        facts.job(c, brand, facts.shopper(c), NOW - timedelta(minutes=30))
        c.execute(
            text("insert into procrastinate_workers (last_heartbeat) values (:now)"), {"now": NOW}
        )
    found = ask("studio/queue_state", scope, since=since).iloc[0]
    assert (found["waiting_count"], found["paused_count"], found["processing_count"]) == (1, 2, 1)
    assert (found["ended_count"], found["failed_count"]) == (2, 1)
    assert found["worker_seen_at"] == NOW
    assert state_of(waiting) == "queued"
    assert len(paused) == 2


def test_a_visitor_sees_own_demo_jobs_and_nobody_elses(brand: str) -> None:
    with connections.owner() as c:
        c.execute(text("update brands set is_demo = true where id = :id"), {"id": UUID(brand)})
        me, other = (rows.insert(c, "users", role="demo_viewer") for _ in range(2))
        mine, theirs = (
            rows.job(c, brand_id=UUID(brand), user_id=user, origin="demo", credits=0)
            for user in (me, other)
        )
    (studio,) = launch(brand)
    found = ask("studio/queue", Scope("demo", str(me)), **ALL).set_index("job_id")
    assert set(found.index) == {str(mine), studio}
    assert found["is_mine"].to_dict() == {str(mine): True, studio: False}
    assert str(theirs) not in found.index


def test_one_brand_is_that_brand_also_for_somebody_who_launched_for_another(brand: str) -> None:
    with connections.owner() as c:
        me = UUID(facts.shopper(c))
        other = facts.brand(c, "Second")
        rows.insert(c, "batches", brand_id=UUID(other), user_id=me, name="Theirs")
    launch(other, user=me)
    scope = Scope.of_brands([brand], me)
    assert ask("studio/queue", scope, **ALL).empty
    assert ask("studio/queue", scope, **{**ALL, "status": "open"}).empty
    assert ask("studio/batches", scope, row_count=5).empty
    assert ask("studio/queue_state", scope, since=ALL["since"])["waiting_count"][0] == 0
    both = Scope.of_brands([brand, other], me)
    assert len(ask("studio/queue", both, **ALL)) == 1


# What is done, and what is said of it


def test_what_a_visitor_may_not_change_is_refused_in_a_sentence(brand: str) -> None:
    with connections.owner() as c:
        c.execute(text("update brands set is_demo = true where id = :id"), {"id": UUID(brand)})
        me = rows.insert(c, "users", role="demo_viewer")
    job, _ = launch(brand, batch="Autumn", count=2)
    batch = ask("studio/batches", SYSTEM, row_count=1)["batch_id"][0]
    scope = Scope("demo", str(me))
    assert acts.cancel(scope, {job: "Coat"}) == [f"Coat: {acts.REFUSED}"]
    assert acts.prioritize(scope, {job: "Coat"}, jobs.GALLERY)[0].startswith("0 jobs will run")
    assert acts.pause(scope, {batch: "Autumn"}) == [f"Autumn: {acts.REFUSED}"]
    assert acts.cancel_rest(scope, {batch: "Autumn"}) == [f"Autumn: 2 jobs: {acts.REFUSED}"]
    assert state_of(job) == "queued"
    jobs.cancel(SYSTEM, [UUID(job)])
    assert acts.retry(scope, {job: "Coat"}) == ["Coat: The demo launches demo jobs only."]


def test_another_brands_manager_changes_nothing(brand: str) -> None:
    with connections.owner() as c:
        foreign = Scope.of_brands([facts.brand(c, "Rival")], facts.shopper(c))
    job, _ = launch(brand, batch="Autumn", count=2)
    batch = ask("studio/batches", SYSTEM, row_count=1)["batch_id"][0]
    for act in (acts.cancel, acts.retry):
        (said,) = act(foreign, {job: "Coat"})
        assert said in (f"Coat: {acts.REFUSED}", "Coat: There is no such job.")
    for act in (acts.pause, acts.resume):
        assert act(foreign, {batch: "Autumn"}) == [f"Autumn: {acts.REFUSED}"]
    assert acts.cancel_rest(foreign, {batch: "Autumn"}) == [
        "Autumn: Nothing of it was left to cancel."
    ]
    assert state_of(job) == "queued"


def test_the_outcome_of_each_cancellation_is_said(brand: str) -> None:
    waiting, made, done, failed, canceled = launch(brand, count=5)
    for job, status in (
        (made, "processing"),
        (done, "completed"),
        (failed, "failed"),
        (canceled, "canceled"),
    ):
        set_state(job, status)
    named = dict(zip((waiting, made, done, failed, canceled), "ABCDE", strict=True))
    said = acts.cancel(Scope.of_brands([brand]), {**named, str(uuid4()): "F"})
    assert said == [
        "A: Canceled before it began; its credits are back.",
        "B: Canceled while it was being made; its credits are back.",
        "C: It was completed already: the picture stays, and its credits are spent.",
        "D: It had failed already; its credits are back.",
        "E: It was canceled already.",
        f"F: {acts.REFUSED}",
    ]
    many = {job: f"Job {number}" for number, job in enumerate(launch(brand, count=8))}
    (said_of_many,) = acts.cancel(SYSTEM, many)
    assert said_of_many.startswith("Job 0, Job 1, Job 2, Job 3, Job 4 and 3 more: Canceled before")


# The page


def make_demo(brand: str) -> None:
    """Make a demo brand of it, in a database that says it holds demo data."""
    with connections.owner() as c:
        c.execute(text("update brands set is_demo = true where id = :id"), {"id": UUID(brand)})
        rows.insert(c, "demo_state", job_target=1, completed_at=NOW)


def box(app: AppTest, job: str) -> bool:
    """Whether there is something to tick for this job."""
    return any(one.key == f"queue-tick-{job}" for one in app.checkbox)


def infos(app: AppTest) -> str:
    return " ".join(str(one.value).replace("\\", "") for one in app.info)


def texts(app: AppTest) -> str:
    parts = [*app.caption, *app.markdown, *app.checkbox]
    return " ".join(
        str(getattr(one, "value", "")) + str(getattr(one, "label", "")) for one in parts
    ).replace("\\", "")


def press(app: AppTest, label: str) -> AppTest:
    (button,) = (one for one in app.button if one.label == label)
    return button.click().run()


def test_a_manager_cancels_and_tries_again_what_is_ticked(brand: str) -> None:
    one, two, three = launch(brand, count=3)
    app = opened(signed_in("brand_manager", brand), QUEUE)
    assert not app.exception
    assert all(box(app, job) for job in (one, two, three))
    assert {metric.label: metric.value for metric in app.metric}["Waiting"] == "3"
    app.checkbox(key=f"queue-tick-{one}").check()
    app.checkbox(key=f"queue-tick-{three}").check().run()
    press(app, "Cancel")
    assert not app.exception
    assert [state_of(job) for job in (one, two, three)] == ["canceled", "queued", "canceled"]
    assert "Canceled before it began; its credits are back." in infos(app)
    assert not app.checkbox(key=f"queue-tick-{one}").value
    # Once is once: drawing again cancels nothing more.
    app.run()
    app.checkbox(key=f"queue-tick-{one}").check().run()
    press(app, "Try again")
    assert "Launched again, as a new job." in infos(app)
    with connections.owner() as c:
        assert c.scalar(text("select count(*) from tryon_jobs where status = 'queued'")) == 3


def test_priority_and_pause_reach_the_jobs(brand: str) -> None:
    (job,) = launch(brand, batch="Autumn")
    app = opened(signed_in("brand_manager", brand), QUEUE)
    press(app, "Pause")
    assert "Autumn: Paused." in infos(app)
    assert "paused with its batch" in texts(app)
    press(app, "Resume")
    assert "Autumn: It goes on." in infos(app)
    press(app, "Cancel the rest")
    assert "Autumn: 1 job: Canceled before it began" in infos(app)
    assert state_of(job) == "canceled"


def test_of_batches_that_are_over_the_newest_two_are_shown(brand: str) -> None:
    for name in ("First", "Second", "Third", "Fourth"):
        jobs.cancel(SYSTEM, [UUID(job) for job in launch(brand, batch=f"{name} batch")])
    launch(brand, batch="Going on")
    app = opened(signed_in("brand_manager", brand), QUEUE)
    bars = [str(one.proto.text) for one in app.get("progress")]
    names = [bar.split("**")[1] for bar in bars]
    assert names == ["Going on", "Fourth batch", "Third batch"]


def test_a_failure_is_said_in_plain_words_with_what_to_do(brand: str) -> None:
    (job,) = launch(brand)
    set_state(job, "failed", "garment_cut")
    app = opened(signed_in("brand_manager", brand), QUEUE)
    said = texts(app)
    assert FAILURES["garment_cut"].words in said
    assert FAILURES["garment_cut"].advice in said


def test_filters_live_in_the_address(brand: str) -> None:
    waiting, failed = launch(brand, count=2)
    set_state(failed, "failed")
    app = signed_in("brand_manager", brand)
    app.query_params["state"] = "Failed"
    opened(app, QUEUE)
    assert not box(app, waiting)
    assert box(app, failed)


def test_another_brands_batch_and_job_by_address_are_nothing(brand: str) -> None:
    (mine,) = launch(brand)
    frame = ask("studio/batches", SYSTEM, row_count=5)
    (foreign,) = frame.loc[frame["name"] == "Noise of it", "batch_id"]
    with connections.owner() as c:
        job = c.scalar(
            text("select id from tryon_jobs where batch_id = :batch limit 1"), {"batch": foreign}
        )
    app = signed_in("brand_manager", brand)
    app.query_params["batch"] = foreign
    app.query_params["job"] = str(job)
    opened(app, QUEUE)
    assert not app.exception
    assert any("asks for what is not offered (batch" in one.value for one in app.warning)
    assert any(UNKNOWN in str(one.value) for one in [*app.warning, *app.caption])
    assert box(app, mine)
    assert not box(app, str(job))


def test_a_batch_by_its_id_is_picked(brand: str) -> None:
    (other,) = launch(brand)
    (one,) = launch(brand, batch="Autumn")
    app = signed_in("brand_manager", brand)
    app.query_params["batch"] = ask("studio/batches", SYSTEM, row_count=1)["batch_id"][0]
    opened(app, QUEUE)
    assert box(app, one)
    assert not box(app, other)
    # And can be left again.
    app.selectbox(key="batch").select("All batches").run()
    assert box(app, other)


@pytest.mark.parametrize(
    ("role", "sentence"),
    [
        ("analyst", "Analysts look on"),
        ("demo_viewer", "you can change the jobs and batches that you have launched yourself"),
    ],
)
def test_who_may_not_act_is_told_so_and_finds_nothing_to_press(
    brand: str, role: str, sentence: str
) -> None:
    make_demo(brand)
    (job,) = launch(brand, batch="Autumn")
    app = opened(signed_in(role), QUEUE)
    assert not app.exception
    assert sentence in texts(app)
    assert "Autumn" in texts(app)
    assert not box(app, job)
    assert {button.label for button in app.button}.isdisjoint({"Cancel", "Try again", "Pause"})


def test_a_visitor_cancels_what_is_their_own(brand: str) -> None:
    make_demo(brand)
    app = signed_in("demo_viewer")
    with connections.owner() as c:
        me = c.scalar(text("select id from users where role = 'demo_viewer'"))
        mine = rows.job(c, brand_id=UUID(brand), user_id=me, origin="demo", credits=0)
    opened(app, QUEUE)
    app.checkbox(key=f"queue-tick-{mine}").check().run()
    press(app, "Cancel")
    assert state_of(str(mine)) == "canceled"


def test_a_silent_worker_is_said_while_something_waits(brand: str) -> None:
    launch(brand)
    app = opened(signed_in("brand_manager", brand), QUEUE)
    assert any("No worker says that it lives" in one.value for one in app.warning)
    with connections.owner() as c:
        rows.beat(c)
    app.run()
    assert not any("No worker" in one.value for one in app.warning)


def test_an_empty_brand_has_an_empty_queue(database: object) -> None:  # noqa: ARG001
    st.cache_resource.clear()
    with connections.owner() as c:
        empty = facts.brand(c, "Empty")
    app = opened(signed_in("brand_manager", empty), QUEUE)
    assert not app.exception
    assert any("No such jobs." in caption.value for caption in app.caption)
    assert "nobody has to wait" in texts(app)


def test_names_are_not_read_as_markdown(brand: str) -> None:
    with connections.owner() as c:
        product = rows.insert(
            c, "products", brand_id=UUID(brand), name="**Bold** [x](y) $a$ :red[z]"
        )
    launch(brand, product=product)
    app = opened(signed_in("brand_manager", brand), QUEUE)
    label = next(one.label for one in app.checkbox)
    assert r"\*\*Bold\*\* \[x\]\(y\) \$a\$ \:red\[z\]" in label
