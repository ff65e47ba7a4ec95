"""A provider on loopback that speaks like Gemini, FASHN, fal.ai and Replicate, and fails as told.

`Fake.say` sets what is answered to orders, polls, requests for the result, and for the picture: one
reply after the other, the last one for good. Each error repeats the key, as careless providers do.
"""

import base64
import json
import threading
from collections import defaultdict
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from decimal import Decimal
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any, Literal

from pydantic import SecretStr

from settings import ROOT, settings
from tests.engines import picture
from tryon.engines import Engine
from tryon.engines.fashn import Fashn
from tryon.engines.gemini import Gemini
from tryon.engines.http import Http, read

KEY = "marked-key-0123456789abcdef"
MADE = picture("rebeccapurple")
NUMBER = "9f2c-u1"

Kind = Literal["order", "poll", "result", "picture", "cancel"]


@dataclass(frozen=True)
class Reply:
    """One answer: JSON or bytes; or none, while the connection stays open."""

    body: Any = b""
    status: int = 200
    headers: dict[str, str] = field(default_factory=dict)
    hangs: bool = False


@dataclass(frozen=True)
class Asked:
    """A request that was made: with which headers, and what it held."""

    method: str
    path: str
    headers: dict[str, str]
    body: Any


@dataclass
class Fake:
    """The provider: where it is, what it will answer, and what it was asked."""

    address: str
    replies: dict[str, list[Reply]] = field(default_factory=dict)
    asked: dict[str, list[Asked]] = field(default_factory=lambda: defaultdict(list))

    def say(self, kind: Kind, *replies: Reply) -> None:
        """Answer requests of this kind so, the last one for good."""
        self.replies[kind] = list(replies)

    @property
    def picture(self) -> str:
        """The address of the finished picture."""
        return f"{self.address}/pictures/made.png?signature=secret"


def _kind(method: str, path: str) -> Kind:
    if path.startswith("/pictures/"):
        return "picture"
    if path.endswith("/cancel"):
        return "cancel"
    if method == "POST":
        return "order"
    return "result" if path.startswith("/fal/") and not path.endswith("/status") else "poll"


class _Server(ThreadingHTTPServer):
    daemon_threads = True

    def handle_error(self, *_: object) -> None:
        """Whoever asked has gone: that is what some tests are about."""


@contextmanager
def fake_provider() -> Iterator[Fake]:
    """Serve until the end of the block; whoever still waits for an answer then gets none."""
    over = threading.Event()

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def log_message(self, *_: object) -> None:
            """Keep quiet."""

        def _answer(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
            path = self.path.partition("?")[0]
            kind = _kind(self.command, path)
            headers = {name.lower(): value for name, value in self.headers.items()}
            asked = Asked(self.command, path, headers, json.loads(body) if body else None)
            fake.asked[kind].append(asked)
            replies = fake.replies[kind]
            reply = replies.pop(0) if len(replies) > 1 else replies[0]
            if reply.hangs:
                self.close_connection = True
                over.wait()
                return
            said = reply.body if isinstance(reply.body, bytes) else json.dumps(reply.body).encode()
            self.send_response(reply.status)
            for name, value in reply.headers.items():
                self.send_header(name, value)
            self.send_header("Content-Length", str(len(said)))
            self.end_headers()
            self.wfile.write(said)

        do_GET = do_POST = do_PUT = _answer  # noqa: N815 – the names are the library's

    server = _Server(("127.0.0.1", 0), Handler)
    fake = Fake(f"http://127.0.0.1:{server.server_port}")
    thread = threading.Thread(target=server.serve_forever, args=[0.01])
    thread.start()
    try:
        yield fake
    finally:
        over.set()
        server.shutdown()
        server.server_close()
        thread.join()


class Dialect:
    """How one provider speaks: its engine, and the replies for what may happen."""

    name: str
    model: str
    # What a picture costs by its answer, and whether it can be canceled.
    cost: Decimal | None
    cancels = False
    # Whether a job can be asked for again, which one that is made in one call cannot.
    polls = True

    def engine(self, address: str) -> Engine:
        """The engine, which asks at this address."""
        raise NotImplementedError

    def succeed(self, fake: Fake) -> None:
        """Make the picture."""
        raise NotImplementedError

    def block_prompt(self, fake: Fake) -> None:
        """Refuse the words."""
        raise NotImplementedError

    def block_picture(self, fake: Fake) -> None:
        """Refuse what the picture shows."""
        raise NotImplementedError

    def make_nothing(self, fake: Fake) -> None:
        """Say that it is done, without a picture."""
        raise NotImplementedError

    def error(self, status: int, said: str = "It went wrong.", **headers: str) -> Reply:
        """An error in the form of this provider."""
        body = {"error": {"code": status, "message": f"{said} Your key is {KEY}.", "status": "BAD"}}
        return Reply(body, status, headers={k.replace("_", "-"): v for k, v in headers.items()})

    def no_credits(self) -> Reply:
        """Our account is empty."""
        return self.error(402, "Payment required.")


class GeminiDialect(Dialect):
    """Google's: one call, with the picture in its answer."""

    name = "gemini"
    model = "gemini-3.1-flash-image"
    # 1120 tokens of the picture at $60, 10 of words at $3 and 600 read at $0.50 a million.
    cost = Decimal("0.06753")
    polls = False

    def engine(self, address: str) -> Engine:
        """The engine, which asks at this address."""
        return Gemini(SecretStr(KEY), self.model, address=address)

    def succeed(self, fake: Fake) -> None:
        """Make the picture, after a draft that is none."""
        drawn = {"mimeType": "image/png", "data": base64.b64encode(MADE).decode()}
        draft = {"mimeType": "image/png", "data": base64.b64encode(picture("red")).decode()}
        parts: list[dict[str, Any]] = [
            {"thought": True, "inlineData": draft},
            {"text": "Here it is."},
            {"inlineData": drawn},
        ]
        fake.say("order", Reply(self._answer(parts, "STOP")))

    def block_prompt(self, fake: Fake) -> None:
        """Refuse the words."""
        fake.say("order", Reply({"promptFeedback": {"blockReason": "PROHIBITED_CONTENT"}}))

    def block_picture(self, fake: Fake) -> None:
        """Refuse what the picture shows."""
        fake.say("order", Reply({"candidates": [{"finishReason": "IMAGE_SAFETY"}]}))

    def make_nothing(self, fake: Fake) -> None:
        """Say that it is done, without a picture."""
        fake.say("order", Reply(self._answer([{"text": "I would rather not."}], "NO_IMAGE")))

    def no_credits(self) -> Reply:
        """Our account is empty."""
        return self.error(429, "Your prepayment credits are depleted.")

    def _answer(self, parts: list[dict[str, Any]], reason: str) -> dict[str, Any]:
        return {
            "candidates": [
                {"content": {"role": "model", "parts": parts}, "finishReason": reason, "index": 0}
            ],
            "usageMetadata": {
                "promptTokenCount": 600,
                "candidatesTokenCount": 1130,
                "candidatesTokensDetails": [{"modality": "IMAGE", "tokenCount": 1120}],
            },
            "modelVersion": self.model,
        }


class FashnDialect(Dialect):
    """FASHN's: an order, and polls of which the last has the addresses."""

    name = "fashn"
    model = "tryon-v1.6"
    cost = Decimal("0.075")

    def engine(self, address: str) -> Engine:
        """The engine, which asks at this address."""
        return Fashn(
            SecretStr(KEY),
            credit_usd=Decimal("0.075"),
            address=f"{address}/fashn",
            loopback=True,
        )

    def succeed(self, fake: Fake) -> None:
        """Make the picture, while it is polled for the second time."""
        self._end(fake, {"status": "completed", "output": [fake.picture], "error": None})
        fake.say("picture", Reply(MADE))

    def block_prompt(self, fake: Fake) -> None:
        """Refuse the words."""
        self._fail(fake, "ThirdPartyError")

    def block_picture(self, fake: Fake) -> None:
        """Refuse what the picture shows."""
        self._fail(fake, "ContentModerationError")

    def make_nothing(self, fake: Fake) -> None:
        """Say that it is done, without a picture."""
        self._end(fake, {"status": "completed", "output": [], "error": None})

    def error(self, status: int, said: str = "It went wrong.", **headers: str) -> Reply:
        """An error in the form of this provider."""
        reply = super().error(status, said, **headers)
        return Reply({"error": "Error", "message": f"{said} {KEY}"}, status, reply.headers)

    def no_credits(self) -> Reply:
        """Our account is empty."""
        return Reply({"error": "OutOfCredits", "message": f"Refill, {KEY}."}, 429)

    def _fail(self, fake: Fake, name: str) -> None:
        self._end(fake, {"status": "failed", "error": {"name": name, "message": f"No, {KEY}."}})

    def _end(self, fake: Fake, said: dict[str, Any]) -> None:
        fake.say("order", Reply({"id": NUMBER, "error": None}))
        fake.say(
            "poll",
            Reply({"id": NUMBER, "status": "processing"}),
            Reply({"id": NUMBER, **said}, headers={"x-fashn-credits-used": "1"}),
        )


class ExampleDialect(Dialect):
    """One of examples/providers.toml, which is read as it stands but for the hosts."""

    cancels = True

    def engine(self, address: str) -> Engine:
        """The engine, which asks at this address."""
        providers = {one.name: one for one in read(self._file(address), loopback=True)}
        return Http(providers[self.name], SecretStr(KEY), loopback=True)

    def _file(self, address: str) -> Path:
        said = (ROOT / "examples" / "providers.toml").read_text()
        said = said.replace("https://queue.fal.run", f"{address}/fal")
        path = settings().home / "providers.toml"
        path.write_text(said.replace("https://api.replicate.com", f"{address}/replicate"))
        return path


class FalDialect(ExampleDialect):
    """fal.ai's: an order, polls, and the result at an address of its own."""

    name = "fal-kling"
    model = "kolors-1.5"
    cost = Decimal("0.07")

    def succeed(self, fake: Fake) -> None:
        """Make the picture, while it is polled for the second time."""
        self._end(fake, Reply({"image": {"url": fake.picture}}))
        fake.say("picture", Reply(MADE))

    def block_prompt(self, fake: Fake) -> None:
        """Refuse the words."""
        fake.say("order", self._violation())

    def block_picture(self, fake: Fake) -> None:
        """Refuse what the picture shows."""
        self._end(fake, self._violation())

    def make_nothing(self, fake: Fake) -> None:
        """Say that it is done, without a picture."""
        self._end(fake, Reply({"image": None}))

    def no_credits(self) -> Reply:
        """Our account is empty."""
        said = f"User is locked. Reason: Exhausted balance. {KEY}"
        return Reply({"detail": said}, 403)

    def _violation(self) -> Reply:
        return Reply({"detail": [{"type": "content_policy_violation", "msg": f"No, {KEY}."}]}, 422)

    def _end(self, fake: Fake, result: Reply) -> None:
        fake.say("order", Reply({"request_id": NUMBER, "status": "IN_QUEUE"}))
        fake.say("poll", Reply({"status": "IN_PROGRESS"}), Reply({"status": "COMPLETED"}))
        fake.say("result", result)


class ReplicateDialect(ExampleDialect):
    """Replicate's: an order, and polls of which the last has the address."""

    name = "replicate-banana"
    model = "nano-banana"
    cost = Decimal("0.039")

    def succeed(self, fake: Fake) -> None:
        """Make the picture, while it is polled for the second time."""
        self._end(fake, {"status": "succeeded", "output": fake.picture})
        fake.say("picture", Reply(MADE))

    def block_prompt(self, fake: Fake) -> None:
        """Refuse the words."""
        self._end(fake, {"status": "failed", "error": f"The input was flagged as sensitive {KEY}"})

    def block_picture(self, fake: Fake) -> None:
        """Refuse what the picture shows."""
        self._end(fake, {"status": "failed", "error": f"NSFW content detected, {KEY}"})

    def make_nothing(self, fake: Fake) -> None:
        """Say that it is done, without a picture."""
        self._end(fake, {"status": "succeeded", "output": None})

    def _end(self, fake: Fake, said: dict[str, Any]) -> None:
        fake.say("order", Reply({"id": NUMBER, "status": "starting"}, 201))
        fake.say(
            "poll",
            Reply({"id": NUMBER, "status": "processing"}),
            Reply({"id": NUMBER, **said}),
        )


DIALECTS: tuple[Dialect, ...] = (
    GeminiDialect(),
    FashnDialect(),
    FalDialect(),
    ReplicateDialect(),
)
