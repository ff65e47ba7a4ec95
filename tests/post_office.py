"""A mail server for tests: it takes letters and keeps them."""

import socketserver
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from email import message_from_bytes
from email.message import Message
from queue import Queue


class _Clerk(socketserver.StreamRequestHandler):
    server: "_Office"

    def handle(self) -> None:
        self._say("220 here")
        while line := self.rfile.readline():
            match line.split()[0].upper():
                case b"DATA":
                    self._say("354 go on")
                    letter = b""
                    while (part := self.rfile.readline()) != b".\r\n":
                        letter += part
                    self.server.letters.put(message_from_bytes(letter))
                    self._say("250 taken")
                case b"QUIT":
                    self._say("221 bye")
                    return
                case _:
                    self._say("250 ok")

    def _say(self, line: str) -> None:
        self.wfile.write(f"{line}\r\n".encode())


class _Office(socketserver.ThreadingTCPServer):
    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Clerk)
        self.letters: Queue[Message] = Queue()


@contextmanager
def post_office() -> Iterator[tuple[str, "Queue[Message]"]]:
    """Open one on loopback: what CLOSETAI_SMTP is set to, and the letters that come in."""
    with _Office() as office:
        thread = threading.Thread(target=office.serve_forever, args=[0.05], daemon=True)
        thread.start()
        yield f"smtp://127.0.0.1:{office.server_address[1]}", office.letters
        office.shutdown()
        thread.join()
