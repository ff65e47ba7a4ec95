"""What every provider has to do, whatever goes wrong, asked of one that is on loopback."""

import logging
import socket
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from typing import Any

import httpx2
import pytest

from tests.engines import picture
from tests.fake_provider import (
    DIALECTS,
    KEY,
    MADE,
    NUMBER,
    Dialect,
    Fake,
    FalDialect,
    FashnDialect,
    GeminiDialect,
    ReplicateDialect,
    Reply,
    fake_provider,
)
from tryon.engines import (
    Category,
    Code,
    Engine,
    EngineError,
    Garment,
    Mode,
    Request,
    Result,
    remote,
)
from tryon.engines import gemini as gemini_module
from tryon.engines.remote import retry_after

HTML = Reply(b"<html><h1>502 Bad Gateway</h1></html>", 502, {"content-type": "text/html"})
GARBAGE = Reply(b"\x00\xff{ not json")

every_dialect = pytest.mark.parametrize("dialect", DIALECTS, ids=lambda one: one.name)
every_queue = pytest.mark.parametrize(
    "dialect", [one for one in DIALECTS if one.polls], ids=lambda one: one.name
)


@pytest.fixture
def fake() -> Iterator[Fake]:
    with fake_provider() as started:
        yield started


@pytest.fixture(autouse=True)
def logged(caplog: pytest.LogCaptureFixture) -> Iterator[None]:
    """Log everything, and find no key and no address of a result in it."""
    caplog.set_level(logging.DEBUG)
    yield
    formatter = logging.Formatter("%(name)s %(message)s")
    said = "\n".join(formatter.format(record) for record in caplog.get_records("call"))
    assert KEY not in said
    assert "signature=" not in said


def request(mode: Mode = Mode.TRYON, **values: Any) -> Request:
    wanted: dict[str, Any] = {
        "person": picture("tan"),
        "garments": (Garment(picture("navy"), Category.TOPS),),
        "prompt": "on a bridge",
    }
    return Request(mode=mode, **(wanted | values))


def chain(error: BaseException | None) -> Iterator[BaseException]:
    """An exception and all that hang on it, shown in a traceback or not."""
    while error is not None:
        yield error
        yield from chain(error.__cause__)
        error = error.__context__


def made(engine: Engine, wanted: Request | None = None) -> Result:
    """Order a picture and fetch it; a poll or two say that it is not done yet."""
    reference = engine.submit(wanted or request(), "job-0")
    for _ in range(5):
        if engine.poll(reference).done:
            return engine.fetch(reference)
    raise AssertionError("it is never done")


def failure(engine: Engine, wanted: Request | None = None) -> EngineError:
    """The error that comes instead of a picture, which tells nobody the key."""
    with pytest.raises(EngineError) as caught:
        made(engine, wanted)
    for error in chain(caught.value):
        assert KEY not in f"{error} {error!r} {error.args}"
        # What the HTTP library raises holds the request, with its headers.
        assert isinstance(error, EngineError)
    assert caught.value.sentence.endswith(".")
    return caught.value


# What is made


@every_dialect
def test_a_picture_is_made(dialect: Dialect, fake: Fake) -> None:
    dialect.succeed(fake)
    engine = dialect.engine(fake.address)
    assert engine.name == dialect.name
    result = made(engine)
    assert [one.data for one in result.pictures] == [MADE]
    assert result.engine_version == dialect.model
    assert result.cost_usd == dialect.cost
    assert result.confidence is None
    assert len(fake.asked["order"]) == 1
    assert any(KEY in value for value in fake.asked["order"][0].headers.values())
    assert all(KEY not in str(asked.headers) for asked in fake.asked["picture"])


@every_dialect
def test_a_poll_too_many_changes_nothing(dialect: Dialect, fake: Fake) -> None:
    dialect.succeed(fake)
    engine = dialect.engine(fake.address)
    reference = engine.submit(request(), "job-0")
    assert [engine.poll(reference).done for _ in range(4)][-2:] == [True, True]
    assert engine.fetch(reference).pictures[0].data == MADE
    assert len(fake.asked["picture"]) == (1 if dialect.polls else 0)
    assert len(fake.asked["order"]) == 1


@every_queue
def test_another_process_finds_the_job_again(dialect: Dialect, fake: Fake) -> None:
    dialect.succeed(fake)
    reference = dialect.engine(fake.address).submit(request(), "job-0")
    other = dialect.engine(fake.address)
    assert not other.poll(reference).done
    assert other.poll(reference).done
    assert other.fetch(reference).pictures[0].data == MADE
    assert len(fake.asked["order"]) == 1


def test_gemini_s_key_goes_to_google_alone(fake: Fake, monkeypatch: pytest.MonkeyPatch) -> None:
    with fake_provider() as elsewhere:
        GeminiDialect().succeed(elsewhere)
        fake.say("order", Reply(b"", 307, {"location": f"{elsewhere.address}/v1/models/x"}))
        assert failure(GeminiDialect().engine(fake.address)).code is Code.BAD_ANSWER
        assert not elsewhere.asked
    # Nor does the environment send it elsewhere.
    monkeypatch.setenv("GOOGLE_GENAI_USE_VERTEXAI", "true")
    monkeypatch.setenv("GOOGLE_API_KEY", "another")
    GeminiDialect().succeed(fake)
    assert made(GeminiDialect().engine(fake.address)).pictures[0].data == MADE
    assert fake.asked["order"][-1].headers["x-goog-api-key"] == KEY


def test_gemini_makes_a_lost_job_anew(fake: Fake) -> None:
    GeminiDialect().succeed(fake)
    engine = GeminiDialect().engine(fake.address)
    for step in (engine.poll, engine.fetch):
        with pytest.raises(EngineError) as caught:
            step("gemini-lost")
        assert caught.value.code is Code.UNKNOWN_REFERENCE
    assert engine.submit(request(), "a") == engine.submit(request(), "a")
    assert len(fake.asked["order"]) == 1
    assert engine.submit(request(), "b") != engine.submit(request(), "a")


# What is refused


@every_dialect
@pytest.mark.parametrize("what", ["block_prompt", "block_picture"])
def test_forbidden_content_is_a_refusal(what: str, dialect: Dialect, fake: Fake) -> None:
    getattr(dialect, what)(fake)
    error = failure(dialect.engine(fake.address))
    assert (error.code, error.retryable) == (Code.CONTENT_BLOCKED, False)
    assert "rules" in error.sentence


@every_dialect
def test_no_picture_may_be_one_next_time(dialect: Dialect, fake: Fake) -> None:
    dialect.make_nothing(fake)
    error = failure(dialect.engine(fake.address))
    assert (error.code, error.retryable) == (Code.NO_PICTURE, True)


@every_dialect
@pytest.mark.parametrize(
    ("status", "code", "retryable"),
    [
        (400, Code.BAD_REQUEST, False),
        (401, Code.UNAUTHORIZED, False),
        (402, Code.OUT_OF_CREDITS, False),
        (403, Code.UNAUTHORIZED, False),
        (413, Code.BAD_REQUEST, False),
        (429, Code.RATE_LIMITED, True),
        (500, Code.PROVIDER_UNAVAILABLE, True),
        (503, Code.PROVIDER_UNAVAILABLE, True),
    ],
)
def test_errors_have_their_meaning(
    status: int, code: Code, retryable: bool, dialect: Dialect, fake: Fake
) -> None:
    fake.say("order", dialect.error(status))
    error = failure(dialect.engine(fake.address))
    assert (error.code, error.retryable, error.retry_after_s) == (code, retryable, None)


@every_dialect
def test_an_empty_account_is_told_from_a_busy_provider(dialect: Dialect, fake: Fake) -> None:
    fake.say("order", dialect.no_credits())
    error = failure(dialect.engine(fake.address))
    assert (error.code, error.retryable) == (Code.OUT_OF_CREDITS, False)


@every_dialect
def test_a_refused_key_names_the_setting_and_the_log_what_was_said(
    dialect: Dialect, fake: Fake, caplog: pytest.LogCaptureFixture
) -> None:
    fake.say("order", dialect.error(401, "No such user."))
    assert "CLOSETAI_" in failure(dialect.engine(fake.address)).sentence
    (told,) = [one for one in caplog.messages if "answered 401" in one]
    assert "No such user." in told
    assert "…" in told


# What may pass


@every_dialect
def test_too_many_requests_say_how_long_to_wait_and_then_succeed(
    dialect: Dialect, fake: Fake
) -> None:
    dialect.succeed(fake)
    fake.say("order", dialect.error(429, Retry_After="7"), *fake.replies["order"])
    engine = dialect.engine(fake.address)
    error = failure(engine)
    assert (error.code, error.retryable, error.retry_after_s) == (Code.RATE_LIMITED, True, 7.0)
    assert made(engine).pictures[0].data == MADE


def test_google_says_how_long_to_wait_in_its_own_way(fake: Fake) -> None:
    notes = [{"@type": "type.googleapis.com/google.rpc.RetryInfo", "retryDelay": "34.5s"}]
    body = {"error": {"code": 429, "status": "RESOURCE_EXHAUSTED", "details": notes}}
    fake.say("order", Reply(body, 429))
    assert failure(GeminiDialect().engine(fake.address)).retry_after_s == 34.5


@every_dialect
def test_a_page_instead_of_an_answer(dialect: Dialect, fake: Fake) -> None:
    fake.say("order", HTML)
    error = failure(dialect.engine(fake.address))
    assert (error.code, error.retryable) == (Code.PROVIDER_UNAVAILABLE, True)
    assert "<" not in error.sentence


@every_dialect
@pytest.mark.parametrize(
    "reply",
    [
        GARBAGE,
        Reply(b""),
        Reply([1, 2]),
        Reply("text"),
        Reply(b"[" * 100_000),
        Reply({"candidates": "x", "id": {}, "request_id": []}),
        Reply(b"not gzip", headers={"content-encoding": "gzip"}),
        Reply(b"", 302, {"location": "https://elsewhere.example/"}),
    ],
    ids=["bytes", "empty", "list", "text", "deep", "types", "encoding", "redirect"],
)
def test_garbage(reply: Reply, dialect: Dialect, fake: Fake) -> None:
    fake.say("order", reply)
    error = failure(dialect.engine(fake.address))
    assert error.retryable
    assert error.code in (Code.BAD_ANSWER, Code.NO_PICTURE)


@every_dialect
def test_an_answer_that_does_not_come(
    dialect: Dialect, fake: Fake, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(remote, "TIMEOUT", httpx2.Timeout(0.2))
    monkeypatch.setattr(gemini_module, "_TIMEOUT_S", 0.2)
    fake.say("order", Reply(hangs=True))
    error = failure(dialect.engine(fake.address))
    assert (error.code, error.retryable) == (Code.TIMEOUT, True)


@every_dialect
def test_nobody_is_there(dialect: Dialect) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))  # and nobody listens
        error = failure(dialect.engine(f"http://127.0.0.1:{taken.getsockname()[1]}"))
    assert (error.code, error.retryable) == (Code.PROVIDER_UNAVAILABLE, True)


# After the order: it is paid for, so that it is asked for again and not placed again


@every_queue
@pytest.mark.parametrize(
    "reply",
    [HTML, Reply({"error": "slow down"}, 429, {"retry-after": "3"}), Reply(b"", 503)],
    ids=["502", "429", "503"],
)
def test_a_way_that_fails_while_waiting_is_tried_again(
    reply: Reply, dialect: Dialect, fake: Fake
) -> None:
    dialect.succeed(fake)
    fake.say("poll", reply, *fake.replies["poll"])
    engine = dialect.engine(fake.address)
    reference = engine.submit(request(), "job-0")
    progress = engine.poll(reference)
    assert not progress.done
    assert progress.again_s == (3.0 if reply.status == 429 else 2.0)
    assert not engine.poll(reference).done
    assert engine.poll(reference).done
    assert engine.fetch(reference).pictures[0].data == MADE


@every_queue
def test_a_job_that_is_not_known_any_more(dialect: Dialect, fake: Fake) -> None:
    dialect.succeed(fake)
    fake.say("poll", dialect.error(404))
    error = failure(dialect.engine(fake.address))
    assert (error.code, error.retryable) == (Code.UNKNOWN_REFERENCE, True)


@every_queue
def test_a_key_that_is_taken_away_while_waiting_ends_it(dialect: Dialect, fake: Fake) -> None:
    dialect.succeed(fake)
    fake.say("poll", dialect.error(401))
    assert failure(dialect.engine(fake.address)).code is Code.UNAUTHORIZED


@every_queue
@pytest.mark.parametrize("status", [403, 404, 410])
def test_an_address_that_has_expired(status: int, dialect: Dialect, fake: Fake) -> None:
    dialect.succeed(fake)
    fake.say("picture", Reply(b"<Error>Request has expired</Error>", status))
    error = failure(dialect.engine(fake.address))
    assert (error.code, error.retryable) == (Code.RESULT_EXPIRED, True)


@every_queue
def test_a_picture_that_cannot_be_had_at_the_moment(dialect: Dialect, fake: Fake) -> None:
    dialect.succeed(fake)
    fake.say("picture", HTML, Reply(MADE))
    engine = dialect.engine(fake.address)
    reference = engine.submit(request(), "job-0")
    assert [engine.poll(reference).done for _ in range(3)] == [False, False, True]
    assert engine.fetch(reference).pictures[0].data == MADE


@pytest.mark.parametrize("output", [["https://x"] * 17, [{"url": "https://x"}], "https://x", [7]])
def test_addresses_that_are_none(output: object, fake: Fake) -> None:
    FashnDialect().succeed(fake)
    fake.say("poll", Reply({"id": NUMBER, "status": "completed", "output": output}))
    assert failure(FashnDialect().engine(fake.address)).code is Code.BAD_ANSWER


def test_a_provider_that_says_not_to_wait_is_not_asked_without_pause(fake: Fake) -> None:
    FashnDialect().succeed(fake)
    engine = FashnDialect().engine(fake.address)
    reference = engine.submit(request(), "job-0")
    for header, wait in (("0", 0.25), ("9999", 30.0)):
        fake.say("poll", Reply({}, 429, {"retry-after": header}))
        assert engine.poll(reference).again_s == wait


@every_dialect
def test_cancel(dialect: Dialect, fake: Fake) -> None:
    dialect.succeed(fake)
    engine = dialect.engine(fake.address)
    reference = engine.submit(request(), "job-0")
    fake.say("cancel", Reply({}))
    assert engine.cancel(reference) == (dialect.cancels or not dialect.polls)
    assert len(fake.asked["cancel"]) == dialect.cancels
    fake.say("cancel", dialect.error(400))
    assert not engine.cancel(reference)


# What is sent


def test_modes_that_an_engine_does_not_do_are_refused(fake: Fake) -> None:
    error = failure(FalDialect().engine(fake.address), request(Mode.PHOTO_SET))
    assert error.code is Code.UNSUPPORTED_MODE
    assert not fake.asked["order"]


@every_dialect
@pytest.mark.parametrize(
    ("wanted", "words"),
    [
        (request(person=None), "person"),
        (request(garments=()), "garment"),
        (request(garments=request().garments * 9), "at a time"),
        (request(person=b"no picture"), "cannot be read"),
    ],
    ids=["person", "garment", "too many", "unreadable"],
)
def test_what_is_missing_is_said_before_anything_is_ordered(
    wanted: Request, words: str, dialect: Dialect, fake: Fake
) -> None:
    error = failure(dialect.engine(fake.address), wanted)
    assert not error.retryable
    assert words in error.sentence
    assert not fake.asked["order"]


@pytest.mark.parametrize(
    ("wanted", "model", "fields"),
    [
        (request(), "tryon-v1.6", {"model_image", "garment_image", "category", "output_format"}),
        (
            request(garments=(Garment(picture(), Category.BAGS),)),
            "tryon-max",
            {"model_image", "product_image", "prompt"},
        ),
        (request(Mode.PRODUCT_SHOT), "product-to-model", {"product_image", "prompt"}),
        (request(Mode.FROM_PROMPT), "model-create", {"prompt"}),
        (request(Mode.PHOTO_TEXT), "edit", {"image", "prompt"}),
        (request(Mode.PHOTO_SET), "model-create", {"face_reference", "prompt"}),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_fashn_is_sent_what_its_models_take(
    wanted: Request, model: str, fields: set[str], fake: Fake
) -> None:
    FashnDialect().succeed(fake)
    assert made(FashnDialect().engine(fake.address), wanted).engine_version == model
    sent = fake.asked["order"][0].body
    assert sent["model_name"] == model
    assert sent["inputs"].keys() == fields
    images = [value for name, value in sent["inputs"].items() if "image" in name]
    assert all(value.startswith("data:image/jpeg;base64,") for value in images)


@pytest.mark.parametrize("mode", Mode)
def test_gemini_is_sent_words_and_pictures(mode: Mode, fake: Fake) -> None:
    GeminiDialect().succeed(fake)
    engine = GeminiDialect().engine(fake.address)
    pictures = {Mode.FROM_PROMPT: 0, Mode.TRYON: 3, Mode.PRODUCT_SHOT: 2}.get(mode, 1)
    wanted = request(
        mode,
        person=None if mode in (Mode.FROM_PROMPT, Mode.PRODUCT_SHOT) else picture("tan"),
        garments=request().garments * 2 if mode in (Mode.TRYON, Mode.PRODUCT_SHOT) else (),
    )
    made(engine, wanted)
    (asked,) = fake.asked["order"]
    assert asked.path.endswith("/models/gemini-3.1-flash-image:generateContent")
    first, *rest = asked.body["contents"][0]["parts"]
    assert "on a bridge" in first["text"]
    assert [one["inlineData"]["mime_type"] for one in rest] == ["image/jpeg"] * pictures


def test_a_file_s_body_is_filled_in(fake: Fake) -> None:
    ReplicateDialect().succeed(fake)
    engine = ReplicateDialect().engine(fake.address)
    made(engine, request(garments=request().garments * 2))
    made(engine, request(Mode.PRODUCT_SHOT, prompt="A bag with {person} and {key}"))
    ReplicateDialect().succeed(fake)
    first, second = (asked.body["input"] for asked in fake.asked["order"])
    assert [one[:23] for one in first["image_input"]] == ["data:image/jpeg;base64,"] * 3
    # What a user writes is words, whatever they look like.
    assert second["prompt"].endswith("A bag with {person} and {key}")
    FalDialect().succeed(fake)
    made(FalDialect().engine(fake.address))
    assert fake.asked["order"][2].body.keys() == {"human_image_url", "garment_image_url"}
    error = failure(
        FalDialect().engine(fake.address),
        request(garments=(Garment(picture(), Category.HATS),)),
    )
    assert error.code is Code.UNSUPPORTED_CATEGORY


def test_a_reference_cannot_lead_elsewhere(fake: Fake) -> None:
    FashnDialect().succeed(fake)
    fake.say("order", Reply({"id": "../../admin?x=1", "error": None}))
    made(FashnDialect().engine(fake.address))
    assert {asked.path for asked in fake.asked["poll"]} == {"/fashn/status/..%2F..%2Fadmin%3Fx%3D1"}
    assert NUMBER not in str(fake.asked["poll"])


# Retry-After


@pytest.mark.parametrize(
    ("header", "seconds"),
    [
        (None, None),
        ("", None),
        ("soon", None),
        ("nan", None),
        ("12", 12.0),
        ("-5", 0.0),
        ("1e9", 3600.0),
        ("inf", 3600.0),
        ("Wed, 21 Oct 2015 07:28:00 GMT", 0.0),
        ("Wed, 21 Oct 2015 07:28:00 -0000", 0.0),
    ],
)
def test_how_long_to_wait(header: str | None, seconds: float | None) -> None:
    assert retry_after(header) == seconds


def test_a_time_to_wait_for() -> None:
    header = format_datetime(datetime.now(UTC) + timedelta(minutes=5), usegmt=True)
    assert retry_after(header) == pytest.approx(300, abs=2)
