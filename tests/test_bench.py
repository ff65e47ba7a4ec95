"""The bench measures what is there: every query, in a file that a part of it does not spoil."""

import json
from dataclasses import replace
from datetime import UTC, datetime, time, timedelta
from pathlib import Path

import pytest
from sqlalchemy import text

import queries
from bench import growth, home, imports, raw, results
from bench import queries as section
from bench.timing import Effort, percentile, repeat
from database import connections
from database.embedded import Cluster
from settings import settings
from tests.prepared import DEMO_UNTIL

ONCE = Effort(times=1, seconds=0)
UNTIL = datetime.combine(DEMO_UNTIL, time(), UTC)


def test_every_query_is_timed_in_every_scope(
    demo_database: Cluster,  # noqa: ARG001 – it must be there
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(section, "RANGES", {"7 days": 7})
    rows = section.measure(UNTIL, ONCE)
    assert {row["name"] for row in rows} == set(queries.names())
    assert {row["scope"] for row in rows} == {"all brands", "top brand", "tail brand"}
    volume = [row for row in rows if row["name"] == "tryons/volume_by_day"]
    assert {(row["range"], row["filter"], row["rows"]) for row in volume} == {
        ("7 days", kind, 7) for kind in ("none", "category", "device", "category and device")
    }
    assert all(row["p50_ms"] or row["error"] for row in rows)
    table = section.report(rows)
    assert all(name in table for name in queries.names())
    assert f"of {len(queries.names())} queries" in table


def test_more_data_is_asked_the_same_in_turn(
    demo_database: Cluster, monkeypatch: pytest.MonkeyPatch
) -> None:
    directory = demo_database.data.parent
    monkeypatch.setattr(section, "RANGES", {"7 days": 7})
    monkeypatch.setattr(queries, "names", lambda: ["revenue/mrr", "tryons/jobs"])
    data = home.Data(20_000, 5_000, 847, UNTIL, "18.1")
    less, more = (growth.Side(directory, replace(data, jobs=jobs)) for jobs in (20_000, 40_000))
    asked: list[tuple[growth.Side, str]] = []
    ask = growth.Side.ask

    def noted(side: growth.Side, question: section.Question) -> float:
        asked.append((side, question.name))
        assert ask(side, question) > 0
        # The leaderboard is slow once, the jobs always.
        is_slow = side is more and (question.name == "tryons/jobs" or len(asked) < 7)
        return 3.0 if is_slow else 2.0

    monkeypatch.setattr(growth.Side, "ask", noted)
    rows = growth.measure(less, more, Effort(times=2, seconds=60))
    # Three times each: what the first found cold does not count.
    assert [side.data.jobs for side, _ in asked[:6]] == [20_000, 40_000] * 3
    assert [name for _, name in asked[:7]] == ["revenue/mrr"] * 6 + ["tryons/jobs"]
    assert {(row["name"], row["ratio"], row["more_jobs"]) for row in rows} == {
        ("revenue/mrr", 1.0, 40_000),
        ("tryons/jobs", 1.5, 40_000),
    }
    table = growth.report(rows)
    assert table.index("tryons/jobs") < table.index("revenue/mrr")
    assert "at most 1.2 times as long: 1 of 2 queries" in table

    # What is still of use afterwards is the home of before.
    with home.used(directory / "elsewhere"):
        assert settings().home == directory / "elsewhere"
    assert settings().home == directory

    monkeypatch.setitem(section.VALUES, "policy", "no policy")
    failed, *_ = growth.measure(less, more, ONCE)
    assert failed["ratio"] is None
    assert failed["error"]
    assert growth.report([failed, rows[-1]]).splitlines()[1].startswith("revenue/mrr")


def test_the_sketch_s_leaderboard_runs_on_the_raw_tables(
    demo_database: Cluster,  # noqa: ARG001 – it must be there
) -> None:
    (row,) = raw.measure(datetime(2026, 11, 20, tzinfo=UTC), ONCE)
    assert row["rows"] == 10


def test_a_query_with_an_unknown_parameter_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delitem(section.VALUES, "policy")
    with pytest.raises(LookupError, match="no value for policy of revenue/mrr"):
        section.asked("revenue/mrr", "7 days", UNTIL)


def test_what_is_live_is_asked_of_the_last_minutes() -> None:
    live = section.asked("studio/queue_state", "–", UNTIL)
    assert live == {"since": UNTIL - timedelta(minutes=10)}


@pytest.mark.parametrize(
    ("today", "end"),
    [("2026-11-30", "2026-11-16"), ("2026-11-17", "2026-11-16"), ("2026-11-10", "2026-10-16")],
)
def test_months_are_cut_where_most_single_days_are_left(today: str, end: str) -> None:
    asked = section.asked("shoppers/conversion", section.CUT, datetime.fromisoformat(today))
    assert str(asked["until"]) == end
    assert str(asked["since"]) == f"2025{end[4:]}"
    assert str(asked["as_of"]) == today


def test_the_first_time_does_not_count_where_there_are_others() -> None:
    times = iter([900.0, 1.0, 2.0, 3.0])
    assert repeat(lambda: next(times), Effort(times=3, seconds=60)) == [1.0, 2.0, 3.0]
    assert repeat(lambda: 900.0, ONCE) == [900.0]
    assert percentile([1.0, 2.0, 3.0], 50) == 2.0


def test_a_section_that_is_measured_alone_leaves_the_others(tmp_path: Path) -> None:
    file = tmp_path / "latest.json"
    data = home.Data(1_000_000, 50_000, 847, datetime(2026, 11, 20, tzinfo=UTC), "18.1")
    results.keep(file, data, {"queries": [{"name": "a"}]})
    results.keep(file, data, {"raw": [{"name": "b"}]})
    held = json.loads(file.read_text())
    assert (held["queries"], held["raw"]) == ([{"name": "a"}], [{"name": "b"}])
    assert held["scale"] == {"jobs": 1_000_000, "shoppers": 50_000, "brands": 847}
    assert held["machine"]["postgres"] == "18.1"

    # Figures of other amounts of data do not stand side by side.
    more = home.Data(2_000_000, 50_000, 847, datetime(2026, 11, 20, tzinfo=UTC), "18.1")
    results.keep(file, more, {"raw": [{"name": "c"}]})
    assert "queries" not in json.loads(file.read_text())


@pytest.mark.usefixtures("database")
def test_a_file_of_products_is_brought_in_twice_and_leaves_nothing() -> None:
    first, again = imports.measure(2500)
    assert (first["made"], first["changed"]) == (2500, 0)
    assert (again["made"], again["changed"]) == (0, 2500)
    assert "2 of 2 imports" in imports.report([first, again])
    with connections.owner() as connection:
        assert connection.execute(text("select count(*) from products")).scalar_one() == 0
