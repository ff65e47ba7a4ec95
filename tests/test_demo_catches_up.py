"""Demo data of weeks ago, as a platform that slept since wakes up to: no page may look deserted."""

from datetime import UTC, datetime, timedelta

import pytest
import streamlit as st

import metrics
import worker
from database import demo
from tests.shown import figures, tables
from tests.test_pages import HOME, PAGES, at, signed_in

# What a card says that has nothing to show begins with this icon.
EMPTY = ":material/inbox:"


@pytest.mark.usefixtures("database")
def test_after_forty_days_no_card_is_empty(subtests: pytest.Subtests) -> None:
    today = datetime.now(UTC).date()
    demo.seed(until=today - timedelta(days=40), jobs=20_000)
    deserted = at(signed_in("demo_viewer"), HOME)
    assert any(metric.value == metrics.DASH or metric.value == "0" for metric in figures(deserted))
    worker.append_demo_days()
    worker.publish_benchmarks()
    st.cache_resource.clear()
    for role in ("demo_viewer", "analyst"):
        # The studio shows what is there now, and an empty queue is a true answer.
        for page in (page for page in PAGES if not page.startswith("pages/studio/")):
            with subtests.test(page, role=role):
                app = at(signed_in(role), page)
                assert not app.exception
                assert not app.error
                dashes = [m.label for m in figures(app) if m.value in (metrics.DASH, "0")]
                # Of the studio's pictures none is judged yet in the figures of the demo.
                unjudged = ["Cost per accepted image"] if page.endswith("/credits.py") else []
                assert dashes == unjudged
                assert [c.value for c in app.caption if c.value.startswith(EMPTY)] == []
                assert all(len(table) for table in tables(app))
