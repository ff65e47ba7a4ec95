"""A model of pictures behind a fake: what it is asked, what comes of its answers, and of none."""

import base64
import json
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler
from typing import Any
from uuid import UUID

import numpy as np
import pytest
from pydantic import SecretStr
from sqlalchemy import text

import worker
from database import connections
from database.tenancy import Scope
from settings import settings
from tests.receiver import listening
from tests.rows import insert
from tests.test_wardrobe import described, hung, names, picture
from tryon import likeness, storage, wardrobe
from tryon.engines.pictures import decode
from tryon.likeness import Model, ModelError
from tryon.storage import MissingPictureError

KEY = "marked-key-0123456789"
# Of eight numbers each, all of them far from unit length.
NORTH, SOUTH, NEARLY_NORTH = [5.0] + [0.0] * 7, [-5.0] + [0.0] * 7, [5.0, 1.0] + [0.0] * 6


@contextmanager
def fake(*replies: "list[float] | int | str") -> Iterator[tuple[str, list[Any]]]:
    """An endpoint for embeddings, and what it was asked: a vector, a status or a body each time."""
    asked: list[Any] = []
    left = list(replies)

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["content-length"]))
            asked.append((self.path, dict(self.headers), json.loads(body)))
            # The client itself asks once more.
            reply = left.pop(0) if len(left) > 1 else left[0]
            self.send_response(reply if isinstance(reply, int) else 200)
            self.send_header("content-type", "application/json")
            self.end_headers()
            told: Any = {"error": {"message": f"no {self.headers['authorization']}"}}
            if isinstance(reply, list):
                vector = {"object": "embedding", "index": 0, "embedding": reply}
                told = {"object": "list", "model": "m", "usage": {}, "data": [vector]}
            said = reply if isinstance(reply, str) else json.dumps(told)
            self.wfile.write(said.encode())

        def log_message(self, *_: object) -> None:
            """Say nothing."""

    with listening(Handler) as address:
        yield f"{address}/v1", asked


def use(monkeypatch: pytest.MonkeyPatch, address: str, model: str = "clip") -> None:
    monkeypatch.setenv("CLOSETAI_EMBEDDINGS_URL", address)
    monkeypatch.setenv("CLOSETAI_EMBEDDINGS_KEY", KEY)
    monkeypatch.setenv("CLOSETAI_EMBEDDINGS_MODEL", model)
    settings.cache_clear()


@pytest.fixture
def ada(database: object) -> Scope:  # noqa: ARG001 – it must be there first
    with connections.owner() as connection:
        return Scope(user=str(insert(connection, "users")))


def kept() -> list[tuple[str, bool]]:
    with connections.owner() as connection:
        question = text("select model, embedding is null from picture_embeddings order by 1, 2")
        return [tuple(row) for row in connection.execute(question)]


# --- The model -----------------------------------------------------------------------------------


def test_a_picture_becomes_a_vector_of_unit_length() -> None:
    with fake(NEARLY_NORTH) as (address, asked):
        vector = Model(address, SecretStr(KEY), "clip").embedding(picture("Breton tee"))
    assert vector is not None
    assert sum(value**2 for value in vector) == pytest.approx(1)
    assert vector[0] == pytest.approx(5 * vector[1])
    ((path, headers, said),) = asked
    assert path == "/v1/embeddings"
    assert headers["authorization"] == f"Bearer {KEY}"
    assert (said["model"], said["encoding_format"]) == ("clip", "float")
    (shown,) = said["input"]
    sent = base64.b64decode(shown["image"], validate=True)
    assert sent.startswith(b"\xff\xd8\xff")
    size = decode(picture("Breton tee"), "it").shape[:2]
    assert decode(sent, "it").shape[:2] == size


@pytest.mark.parametrize("status", [400, 422])
def test_a_picture_that_is_refused_has_none(status: int) -> None:
    with fake(status) as (address, asked):
        assert Model(address, None, "clip").embedding(picture("Breton tee")) is None
    assert len(asked) == 1


@pytest.mark.parametrize(
    ("reply", "sentence"),
    [
        (401, "refuses our key"),
        (404, "cannot be reached"),
        (429, "cannot be reached"),
        (500, "cannot be reached"),
        ("<html>", "cannot be reached|no vector"),
        ("{}", "no vector"),
        ([0.0] * 8, "no vector"),
        ([1.0], "no vector"),
        ([float("nan")] * 8, "no vector|cannot be reached"),
    ],
    ids=str,
)
def test_a_model_that_fails_is_one_sentence_without_the_key(reply: Any, sentence: str) -> None:
    with fake(reply) as (address, _), pytest.raises(ModelError, match=sentence) as raised:
        Model(address, SecretStr(KEY), "clip").embedding(picture("Breton tee"))
    assert KEY not in repr(raised.value)
    assert raised.value.__context__ is None or raised.value.__suppress_context__


def test_a_model_that_is_not_there_is_one_sentence() -> None:
    with fake(500) as (address, _):
        pass
    with pytest.raises(ModelError, match="cannot be reached"):
        Model(address, None, "clip").embedding(picture("Breton tee"))


# --- Wardrobes -----------------------------------------------------------------------------------


@pytest.fixture(params=["exact", "pgvector"])
def way(request: pytest.FixtureRequest, ada: Scope) -> Iterator[str]:  # noqa: ARG001
    """The two ways of comparing vectors."""
    if request.param == "pgvector":
        with connections.owner() as connection:
            connection.execute(text("create extension vector"))
    yield request.param
    if request.param == "pgvector":
        with connections.owner() as connection:
            connection.execute(text("drop extension vector"))


@pytest.mark.usefixtures("way")
def test_what_the_model_says_goes_before_our_own(
    ada: Scope, monkeypatch: pytest.MonkeyPatch
) -> None:
    tee = hung(ada, "Breton tee")
    for name in ("Harbour sweater", "Rose tank", "Cognac satchel"):
        hung(ada, name)
    assert names(wardrobe.similar(ada, tee.id, 9))[0] == "Harbour sweater"
    assert likeness.read_missing() == 0
    # The newest first: satchel, tank, sweater, tee.
    with fake(NEARLY_NORTH, SOUTH, 422, NORTH) as (address, asked):
        use(monkeypatch, address)
        assert likeness.read_missing() == 4
        assert likeness.read_missing() == 0
        assert len(asked) == 4
    # What the model has refused it cannot compare.
    assert names(wardrobe.similar(ada, tee.id, 9)) == ["Cognac satchel", "Rose tank"]
    assert names(wardrobe.similar(ada, tee.id, 1)) == ["Cognac satchel"]
    sweater = next(one for one in wardrobe.items(ada, 9) if one.name == "Harbour sweater")
    assert names(wardrobe.similar(ada, sweater.id, 1)) == ["Breton tee"]
    assert kept() == [("clip", False)] * 3 + [("clip", True)]


@pytest.mark.usefixtures("way")
def test_both_ways_put_our_own_vectors_in_the_same_order(ada: Scope) -> None:
    tee = hung(ada, "Breton tee")
    others = ("Indigo jeans", "Rose tank", "Harbour sweater", "Cognac satchel", "Plaid dress")
    for name in others:
        hung(ada, name)
    like = np.array(described("Breton tee").embedding)
    alike = {name: float(np.array(described(name).embedding) @ like) for name in others}
    found = names(wardrobe.similar(ada, tee.id, 9))
    assert found == sorted(others, key=lambda name: -alike[name])


def test_another_model_is_asked_about_every_picture_anew(
    ada: Scope, monkeypatch: pytest.MonkeyPatch
) -> None:
    hung(ada, "Breton tee")
    with fake(NORTH) as (address, asked):
        use(monkeypatch, address)
        assert likeness.read_missing() == 1
        use(monkeypatch, address, model="clap")
        assert likeness.read_missing() == 1
        assert [said["model"] for _, _, said in asked] == ["clip", "clap"]
    assert kept() == [("clap", False)]


def test_a_picture_in_several_wardrobes_is_shown_once_and_goes_with_its_embedding(
    ada: Scope, monkeypatch: pytest.MonkeyPatch
) -> None:
    tee = hung(ada, "Breton tee")
    with connections.owner() as connection:
        other = insert(connection, "users")
        insert(
            connection, "wardrobe_items", user_id=other, category="tops", name="The same",
            object_id=tee.picture,
        )  # fmt: skip
    with fake(NORTH) as (address, asked):
        use(monkeypatch, address)
        assert likeness.read_missing() == 1
        assert len(asked) == 1
    for scope, seen in ((ada, 1), (Scope(user=str(other)), 0), (Scope(), 0)):
        with connections.writer(scope) as connection:
            count = connection.scalar(text("select count(*) from picture_embeddings"))
            assert count == seen
    with connections.owner() as connection:
        delete = text("delete from stored_objects where id = :id")
        connection.execute(delete, {"id": tee.picture})
    assert kept() == []


def test_a_model_that_is_away_is_asked_again_and_keeps_nothing_waiting(
    ada: Scope, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    tee = hung(ada, "Breton tee")
    hung(ada, "Harbour sweater")
    with fake(500) as (address, _):
        use(monkeypatch, address)
        worker.read_likeness()
    assert kept() == []
    assert "cannot be reached" in caplog.text
    assert KEY not in caplog.text
    assert names(wardrobe.similar(ada, tee.id, 9)) == ["Harbour sweater"]
    with fake(NORTH, SOUTH) as (address, _):
        use(monkeypatch, address)
        worker.read_likeness()
    assert kept() == [("clip", False)] * 2


def test_a_picture_that_is_gone_is_not_asked_about_again(
    ada: Scope, monkeypatch: pytest.MonkeyPatch
) -> None:
    hung(ada, "Breton tee")
    monkeypatch.setattr(storage, "loaded", _gone)
    with fake(NORTH) as (address, asked):
        use(monkeypatch, address)
        assert likeness.read_missing() == 1
        assert likeness.read_missing() == 0
        assert asked == []
    assert kept() == [("clip", True)]


def _gone(_scope: Scope, _picture: UUID) -> bytes:
    raise MissingPictureError("This picture is not there any more.")
