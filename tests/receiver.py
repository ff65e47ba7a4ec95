"""A shop's server on loopback, which webhooks call: it keeps what came and answers as told."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from queue import Queue


@dataclass(frozen=True)
class Came:
    """A call as it came: its headers in small letters, and its body."""

    path: str
    headers: dict[str, str]
    body: bytes


@dataclass
class Receiver:
    """Where it is, what came, and what it answers: a status, or nothing while `hold` is not set."""

    address: str
    came: "Queue[Came]" = field(default_factory=Queue)
    status: int = 204
    headers: dict[str, str] = field(default_factory=dict)
    hold: threading.Event = field(default_factory=threading.Event)

    def __post_init__(self) -> None:
        self.hold.set()


@contextmanager
def listening(handler: type[BaseHTTPRequestHandler]) -> Iterator[str]:
    """Answer on loopback until the block ends; gives the address."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
    thread = threading.Thread(target=server.serve_forever, args=[0.01])
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


@contextmanager
def receiver() -> Iterator[Receiver]:
    """Listen until the block ends."""

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["content-length"]))
            headers = {name.lower(): value for name, value in self.headers.items()}
            shop.came.put(Came(self.path, headers, body))
            shop.hold.wait()
            try:
                self.send_response(shop.status)
                for name, value in shop.headers.items():
                    self.send_header(name, value)
                self.end_headers()
            except ConnectionError:
                pass  # whoever called has given up

        def log_message(self, *_: object) -> None:
            """Say nothing."""

    with listening(Handler) as address:
        shop = Receiver(f"{address}/closetai")
        try:
            yield shop
        finally:
            shop.hold.set()
