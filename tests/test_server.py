"""The server's own routes and what it shows when a page fails."""

import ast
import json
import logging
import re
from pathlib import Path

import plotly.graph_objects as go
import pytest
from plotly.basedatatypes import BaseTraceType
from sqlalchemy import text
from starlette.responses import HTMLResponse, JSONResponse, Response
from starlette.testclient import TestClient
from starlette.types import Receive, Scope, Send
from streamlit.testing.v1 import AppTest

import frontend
import server
from api import service
from database import connections
from settings import ROOT
from tests.rows import beat


@pytest.mark.usefixtures("database")
def test_well_only_with_a_living_worker_and_all_migrations(
    caplog: pytest.LogCaptureFixture,
) -> None:
    assert not all(service.checks().values())
    assert "no worker has been seen" in caplog.text
    with connections.owner() as connection:
        beat(connection)
    assert all(service.checks().values())
    with connections.owner() as connection:
        connection.execute(
            text("update procrastinate_workers set last_heartbeat = now() - interval '1 min'")
        )
    assert not all(service.checks().values())
    with connections.owner() as connection:
        beat(connection)
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


def test_streamlit_s_files_come_early_and_small(
    database: object,  # noqa: ARG001 – the application reads its settings
    subtests: pytest.Subtests,
) -> None:
    # One client for all: a process has one runtime of Streamlit.
    with TestClient(server.app) as browser:
        for address in ("/", "/mrr"):
            for takes in ("gzip, deflate, br", "identity"):
                with subtests.test("a page names what it needs", address=address, takes=takes):
                    names_what_it_needs(browser, address, takes)
        with subtests.test("a page says where the server is, and what it would be asked first"):
            says_how_to_connect(browser)
        for address in ("/api/docs", "/health"):
            with subtests.test("what is no page is left as it is", address=address):
                answer = browser.get(address)
                assert "modulepreload" not in answer.text
                assert "__streamlit" not in answer.text
                assert len(answer.content) > 0
        for address in ("/overview", "/no-such-page"):
            with subtests.test("what is no page leads to the first, filters kept", address=address):
                answer = browser.get(
                    f"{address}?period=x", headers={"accept": "text/html"}, follow_redirects=False
                )
                assert answer.headers["location"] == "/?period=x"
        with subtests.test("scripts come compressed to whoever takes them so"):
            comes_compressed(browser)


def names_what_it_needs(browser: TestClient, address: str, takes: str) -> None:
    asked = {"accept": "text/html", "accept-encoding": takes}
    page = browser.get(address, headers=asked)
    # One that is known would have the links of the day when it was fetched.
    assert browser.get(address, headers=asked | {"if-none-match": "*"}).text == page.text
    assert "etag" not in page.headers
    assert page.headers.get("content-encoding", "identity") in takes
    assert ("gzip" in takes) == (int(page.headers["content-length"]) < len(page.content) / 2)
    named = re.findall(r'<link rel="\w+" (?:\w+="\w+" )?crossorigin href="(/[^"]+)">', page.text)
    assert len(named) > 30
    assert len(named) == len(set(named))
    parts = {Path(one).name.split(".")[0] for one in named}
    assert {"manrope-latin", "MaterialSymbols-Rounded", *frontend._PARTS} <= parts
    for name in named:
        assert browser.get(name).status_code == 200, name
    # All that these import is named as well, by us or by Streamlit.
    for name in frontend.soon_needed():
        for imported in re.findall(r'from"\./([^"]+)"', browser.get(name).text):
            assert imported in page.text, f"{name} imports {imported}"
    # A typeface that is not ours is not asked for.
    assert "SourceSans" not in page.text


def says_how_to_connect(browser: TestClient) -> None:
    page = browser.get("/mrr", headers={"accept": "text/html"}).text
    config = browser.get("/_stcore/host-config").json()
    (known,) = re.findall(r"<script>window\.__streamlit = (.*)</script>", page)
    assert known == f"{{BACKEND_BASE_URL: location.origin, HOST_CONFIG: {json.dumps(config)}}}"
    # Without these two it would not connect before it has asked.
    assert config["allowedOrigins"]
    assert isinstance(config["useExternalAuthToken"], bool)
    assert page.index(known) < page.index("</head>")
    assert "<title>ClosetAI</title>" in page


@pytest.mark.parametrize(
    "answer", [Response("{}", status_code=404), HTMLResponse("<p>What is in its place.</p>")]
)
def test_a_page_says_nothing_of_connecting_where_streamlit_would_not(answer: Response) -> None:
    async def streamlit(scope: Scope, receive: Receive, send: Send) -> None:
        page = HTMLResponse('<head></head><div id="root"></div>')
        await (page if scope["path"] == "/" else answer)(scope, receive, send)

    page = TestClient(frontend.Preloads(streamlit)).get("/", headers={"accept": "text/html"}).text
    assert "modulepreload" in page
    assert "__streamlit" not in page


def test_what_a_page_says_of_connecting_ends_no_script() -> None:
    async def streamlit(scope: Scope, receive: Receive, send: Send) -> None:
        page = HTMLResponse('<head></head><div id="root"></div>')
        config = JSONResponse({"allowedOrigins": ["</script><script>alert(1)"]})
        await (page if scope["path"] == "/" else config)(scope, receive, send)

    page = TestClient(frontend.Preloads(streamlit)).get("/", headers={"accept": "text/html"}).text
    assert page.count("<script>") == page.count("</script>") == 1


def test_plotly_registers_the_types_of_traces_that_figures_are_made_of() -> None:
    names = {
        node.attr
        for source in (ROOT / "components").rglob("*.py")
        for node in ast.walk(ast.parse(source.read_text()))
        if isinstance(node, ast.Attribute)
        and ast.unparse(node.value) == "go"
        and node.attr[0].isupper()
    }
    made = {one.type for name in names if isinstance(one := getattr(go, name)(), BaseTraceType)}
    # A type that it does not register it would draw as something else.
    assert made == {"scatter", *frontend.TRACES}

    (path,) = frontend._SCRIPTS.glob("PlotlyChart.*.js")
    script = path.read_bytes()
    (every,), (ours,) = (
        re.findall(rb"\.register\(\[([^]]+)\]\),", one)
        for one in (script, frontend.with_traces(script))
    )
    defined = dict(frontend._DEFINED.findall(script))
    named = [defined[one.removesuffix(b"()")].decode() for one in ours.split(b",")]
    assert sorted(named) == sorted(frontend.TRACES)
    assert len(every.split(b",")) > 40
    assert frontend.with_traces(script).replace(ours, every) == script
    for other in (b"another script", script.replace(b"lib/bar.js", b"lib/else.js")):
        assert frontend.with_traces(other) is other


def comes_compressed(browser: TestClient) -> None:
    (chart,) = (one for one in frontend.soon_needed() if "PlotlyChart" in one)
    plain = browser.get(chart, headers={"accept-encoding": "identity"})
    assert "content-encoding" not in plain.headers
    packed = browser.get(chart, headers={"accept-encoding": "br;q=1.0, gzip;q=0.8"})
    assert packed.headers["content-encoding"] == "gzip"
    assert packed.headers["vary"] == "Accept-Encoding"
    # Of the types of traces that Plotly knows, it registers ours alone.
    assert packed.content == frontend.with_traces(plain.content) != plain.content
    # An encoding in which a browser does not compile while it loads, but looks for what it has.
    assert packed.headers["content-type"] == "text/javascript; charset=x-user-defined"
    assert int(packed.headers["content-length"]) < len(plain.content) / 3
    for header in ("cache-control", "x-content-type-options"):
        assert packed.headers[header] == plain.headers[header]
    same = {"accept-encoding": "gzip", "if-none-match": plain.headers["etag"]}
    assert browser.get(chart, headers=same).status_code == 304
    part = browser.get(chart, headers={"accept-encoding": "gzip", "range": "bytes=0-9"})
    assert part.content == plain.content[:10]
    head = browser.head(chart, headers={"accept-encoding": "gzip"})
    assert int(head.headers["content-length"]) == len(plain.content)
    outside = browser.get("/static/%2e%2e/index.html", headers={"accept-encoding": "gzip"})
    assert "content-encoding" not in outside.headers
