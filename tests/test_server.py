"""The server's own routes and what it shows when a page fails."""

import logging
import re

import pytest
from sqlalchemy import text
from starlette.testclient import TestClient
from streamlit.testing.v1 import AppTest

import server
import worker
from api import service
from database import connections


@pytest.mark.usefixtures("database")
def test_well_only_with_a_living_worker_and_all_migrations(
    caplog: pytest.LogCaptureFixture,
) -> None:
    assert not all(service.checks().values())
    assert "no worker has been seen" in caplog.text
    worker.beat()
    assert all(service.checks().values())
    with connections.owner() as connection:
        connection.execute(text("update worker_heartbeats set seen_at = now() - interval '1 min'"))
    assert not all(service.checks().values())
    worker.beat()
    with connections.owner() as connection:
        connection.execute(text("update migration_checksums set checksum = 'another'"))
    assert not all(service.checks().values())
    assert "not migrated: 0001_foundation" in caplog.text


def test_a_failing_page_shows_a_reference_and_the_log_has_the_rest(
    caplog: pytest.LogCaptureFixture,
) -> None:
    def page() -> None:
        import server

        assert server.on_script_error(ValueError("secret detail"))

    with caplog.at_level(logging.ERROR):
        shown = AppTest.from_function(page).run()
    assert not shown.exception
    (error,) = shown.error
    assert "secret detail" not in error.value
    reference = re.search(r"reference ([0-9a-f]{8})\.$", error.value)
    assert reference
    (record,) = (one for one in caplog.records if reference[1] in one.getMessage())
    assert record.exc_info
    assert "secret detail" in str(record.exc_info[1])


def test_a_database_that_is_gone_is_said_as_such() -> None:
    def page() -> None:
        import server
        from database.connections import DatabaseUnavailableError

        server.on_script_error(DatabaseUnavailableError("The database does not answer."))

    (error,) = AppTest.from_function(page).run().error
    assert error.value == "The database does not answer. Try again in a moment."


def test_a_page_names_the_scripts_that_charts_will_need_and_they_are_there(
    database: object,  # noqa: ARG001 – the application reads its settings
) -> None:
    with TestClient(server.app) as client:
        page = client.get("/", headers={"accept": "text/html"})
        named = re.findall(r"<(/static/js/[^>]+)>; rel=modulepreload", page.headers["link"])
        assert [name.split("/")[-1].split(".")[0] for name in named] == list(server._SOON_NEEDED)
        for name in named:
            script = client.get(name)
            assert script.status_code == 200
            assert "javascript" in script.headers["content-type"]
            # The page alone says so.
            assert "link" not in script.headers
