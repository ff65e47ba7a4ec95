"""A bucket that speaks as much of S3 as keeping pictures takes, on loopback."""

import re
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs, urlsplit


@contextmanager
def bucket() -> Iterator[tuple[str, dict[str, bytes]]]:
    """Yield the address of a bucket, as CLOSETAI_FILES takes it, and what it holds by path."""
    objects: dict[str, bytes] = {}
    parts: list[bytes] = []

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def log_message(self, *_: object) -> None:
            """Keep quiet."""

        def _body(self) -> bytes:
            body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
            if "aws-chunked" not in self.headers.get("Content-Encoding", ""):
                return body
            plain = b""
            while match := re.match(rb"([0-9a-f]+)[^\r]*\r\n", body):
                size = int(match[1], 16)
                plain += body[match.end() : match.end() + size]
                body = body[match.end() + size + 2 :]
                if size == 0:
                    break
            return plain

        def _answer(self, status: int, body: bytes = b"") -> None:
            self.send_response(status)
            self.send_header("Content-Length", str(len(body)))
            self.send_header("ETag", '"1"')
            self.end_headers()
            if self.command != "HEAD":
                self.wfile.write(body)

        def _handle(self) -> None:
            address = urlsplit(self.path)
            query = parse_qs(address.query, keep_blank_values=True)
            body = self._body()
            match self.command:
                case "POST" if "uploads" in query:
                    parts.clear()
                    tag = "InitiateMultipartUploadResult"
                    self._answer(200, f"<{tag}><UploadId>1</UploadId></{tag}>".encode())
                case "POST":
                    objects[address.path] = b"".join(parts)
                    tag = "CompleteMultipartUploadResult"
                    self._answer(200, f"<{tag}><ETag>1</ETag></{tag}>".encode())
                case "PUT" if "partNumber" in query:
                    parts.append(body)
                    self._answer(200)
                case "PUT":
                    objects[address.path] = body
                    self._answer(200)
                case "DELETE":
                    objects.pop(address.path, None)
                    self._answer(204)
                case _ if address.path in objects:
                    self._answer(200, objects[address.path])
                case _:
                    self._answer(404)

        do_GET = do_HEAD = do_PUT = do_POST = do_DELETE = _handle  # noqa: N815 – the server's names

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, args=[0.01])
    thread.start()
    try:
        where = f"127.0.0.1:{server.server_port}"
        yield (
            "s3://key:hunter2@pictures/some/prefix?region=eu-central-1&scheme=http"
            f"&endpoint_override={where}",
            objects,
        )
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
