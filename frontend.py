"""Streamlit's page and scripts as a browser far away wants them: small, early, and soon connected.

Streamlit sends its scripts as they are, ten megabytes for a page with charts, and a browser learns
of most of them one after the other: from the page, from the first script, from the first chart.
Then it asks where the server is, first below the page's own address, and only after that connects.
"""

import functools
import gzip
import json
import re
from collections.abc import Iterable
from pathlib import Path
from typing import Any, Final

import streamlit as st
from starlette.concurrency import run_in_threadpool
from starlette.datastructures import MutableHeaders
from starlette.requests import Request
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send
from uvicorn.protocols.websockets.websockets_sansio_impl import WebSocketsSansIOProtocol
from websockets.extensions.permessage_deflate import ServerPerMessageDeflateFactory

_STATIC: Final = Path(st.__file__).parent / "static"
_SCRIPTS: Final = _STATIC / "static" / "js"
_PAGE: Final = _STATIC / "index.html"

# What pages are made of, by the names of Streamlit's parts; what these import comes along.
_PARTS: Final = (
    "Html", "Button", "ButtonGroup", "Selectbox", "Checkbox", "PageLink",
    "BidiComponent", "PlotlyChart",
)  # fmt: skip
_IMPORT: Final = re.compile(r"""(?:from|import)\s*["'`]\./([\w.~-]+\.js)["'`]""")
# Plotly's types of traces that figures are made of; scatter is always there.
TRACES: Final = ("bar", "funnel", "heatmap", "waterfall")
# Where Plotly's script registers the types that it knows, and where it defines each.
_REGISTERED: Final = re.compile(
    rb'"lib/index\.js"\([\w,]+\)\{.{1,30}\.register\(\[(?P<types>[^]]+)\]\)'
)
_DEFINED: Final = re.compile(rb'([\w$]+)=_\(\{"lib/(\w+)\.js"')
# Browsers keep a script for a year by its address: with other types, all have another one.
_OURS: Final = f"/static/js-{'-'.join(TRACES)}/"
_THEIRS: Final = "/static/js/"
# What a browser asks before it connects.
_HOST_CONFIG: Final = "/_stcore/host-config"
# Of a typeface that no page of ours uses.
_OTHER_FONT: Final = re.compile(rb'<link\s+rel="preload"[^>]*\bas="font"[^>]*>')


def soon_needed() -> list[str]:
    """Addresses of the scripts that a page needs and Streamlit's own page does not name."""
    named = _PAGE.read_text()
    found: dict[str, None] = {}
    wanted = [path.name for part in _PARTS for path in _SCRIPTS.glob(f"{part}.*.js")]
    while wanted:
        name = wanted.pop(0)
        if name not in found and name not in named:
            found[name] = None
            wanted += _IMPORT.findall((_SCRIPTS / name).read_text())
    return [f"{_OURS}{name}" for name in found]


def with_traces(script: bytes) -> bytes:
    """Plotly's script, registering no more than the types of traces that figures are made of.

    It knows 46, of maps and bodies in space for the most part, and sets them all up when it is
    loaded: a twentieth of what a page with charts takes to come up. A script in which these types
    are not found is returned as it is.
    """
    found = _REGISTERED.search(script)
    if found is None:
        return script
    type_of = {name: kind.decode() for name, kind in _DEFINED.findall(script)}
    every = found["types"].split(b",")
    kept = [one for one in every if type_of.get(one.removesuffix(b"()")) in TRACES]
    if len(kept) < len(TRACES):
        return script
    return script[: found.start("types")] + b",".join(kept) + script[found.end("types") :]


def _fonts() -> Iterable[str]:
    yield "/app/static/fonts/manrope-latin.woff2"
    for path in (_STATIC / "static" / "media").glob("MaterialSymbols-Rounded.*.woff2"):
        yield f"/static/media/{path.name}"


class Preloads:
    """Tells a browser with the page itself what it is going to need."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app
        # After the scripts that Streamlit's page names itself: these draw first.
        low = 'fetchpriority="low" '
        links = [
            *(f'<link rel="preload" as="font" crossorigin href="{url}">' for url in _fonts()),
            *(f'<link rel="modulepreload" {low}crossorigin href="{url}">' for url in soon_needed()),
        ]
        self.links = "".join(links).encode()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on; Streamlit's page goes out with the links and the way to connect."""
        if scope["type"] != "http" or scope["method"] != "GET" or not _asks_for_a_page(scope):
            await self.app(scope, receive, send)
            return
        start: Message | None = None
        parts: list[bytes] = []

        async def send_with_links(message: Message) -> None:
            nonlocal start
            if message["type"] == "http.response.start":
                kind = MutableHeaders(scope=message).get("content-type", "")
                if message["status"] == 200 and kind.startswith("text/html"):
                    start = message  # its length is not known yet
                    return
            if start is None:
                await send(message)
                return
            parts.append(message.get("body", b""))
            if not message.get("more_body", False):
                page = await self._completed(b"".join(parts), scope)
                headers = MutableHeaders(scope=start)
                # It says nothing of the links: a browser would keep a page with the old ones.
                del headers["etag"]
                if _takes_gzip(Request(scope)):
                    page = gzip.compress(page, mtime=0)
                    headers["content-encoding"] = "gzip"
                headers.add_vary_header("Accept-Encoding")
                headers["content-length"] = str(len(page))
                await send(start)
                await send({"type": "http.response.body", "body": page})

        await self.app(_as_it_is(scope), receive, send_with_links)

    async def _completed(self, page: bytes, scope: Scope) -> bytes:
        if b'id="root"' not in page:  # the API's documents, for one
            return page
        ours = await self._way_to_connect(scope) + self.links
        # Until the application gives it one of its own.
        page = page.replace(b"<title>Streamlit</title>", b"<title>ClosetAI</title>", 1)
        page = page.replace(f'"./{_THEIRS[1:]}'.encode(), f'"./{_OURS[1:]}'.encode())
        return _OTHER_FONT.sub(b"", page).replace(b"</head>", ours + b"</head>", 1)

    async def _way_to_connect(self, scope: Scope) -> bytes:
        """A script that tells what Streamlit's would ask first, so that it connects at once.

        It is Streamlit's own way for hosts who know it beforehand. Where its answer is not to be
        had, there is no script, and the browser asks.
        """
        answer = await _get(self.app, scope, _HOST_CONFIG)
        try:
            config = json.dumps(json.loads(answer)).replace("<", "\\u003c")
        except ValueError:
            return b""
        known = f"{{BACKEND_BASE_URL: location.origin, HOST_CONFIG: {config}}}"
        return f"<script>window.__streamlit = {known}</script>".encode()


async def _get(app: ASGIApp, scope: Scope, path: str) -> bytes:
    """What an application answers to whoever asks with this scope, had they asked for this path.

    Nothing when it is anything but 200.
    """
    parts: list[bytes] = []
    status = 0

    async def nothing() -> Message:
        return {"type": "http.request", "body": b"", "more_body": False}

    async def keep(message: Message) -> None:
        nonlocal status
        status = message.get("status", status)
        parts.append(message.get("body", b""))

    asked = {**_as_it_is(scope), "path": path, "raw_path": path.encode(), "query_string": b""}
    await app(asked, nothing, keep)
    return b"".join(parts) if status == 200 else b""


def _asks_for_a_page(scope: Scope) -> bool:
    return "text/html" in Request(scope).headers.get("accept", "")


# What makes Streamlit answer with a page that is compressed, or with none because it is known.
_SHORTENED: Final = {b"accept-encoding", b"if-none-match", b"if-modified-since"}


def _as_it_is(scope: Scope) -> Scope:
    """The same request for a whole page, into which links can be put."""
    kept = [(name, value) for name, value in scope["headers"] if name not in _SHORTENED]
    return {**scope, "headers": kept}


@functools.cache
def _compressed(path: Path) -> bytes:
    content = path.read_bytes()
    if path.name.startswith("PlotlyChart."):
        content = with_traces(content)
    return gzip.compress(content, mtime=0)


class Socket(WebSocketsSansIOProtocol):
    """A page's connection, on which what is sent is compressed by what was sent before.

    uvicorn's own looks back over 4 KB. What a page sends is alike over far more: looking back over
    32 KB it takes 0.4 of the bytes, and at a lower level half of the time.
    """

    def __init__(self, *arguments: Any, **named: Any) -> None:
        super().__init__(*arguments, **named)
        if self.config.ws_per_message_deflate:
            deflate = ServerPerMessageDeflateFactory(compress_settings={"level": 3})
            self.conn.available_extensions = [deflate]


class Compressed:
    """Sends Streamlit's scripts and styles compressed to whoever takes them so; once made, kept.

    Scripts are named in an encoding that they are not read in: modules are UTF-8 whatever is said
    (HTML, "fetch a single module script"). Chromium compiles a module in a known encoding while it
    arrives, and then does not look for what it kept compiled from the last visit; in this one it
    does, which saves a sixth of what a page with charts takes to come up.
    """

    KINDS: Final = {".js": "text/javascript; charset=x-user-defined", ".css": "text/css"}

    def __init__(self, app: ASGIApp) -> None:
        self.app = app
        self.files = {
            f"/{path.relative_to(_STATIC).as_posix()}".replace(_THEIRS, _OURS, 1): path
            for path in (_STATIC / "static").rglob("*")
            if path.suffix in self.KINDS
        }

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass on what is none of these, and what asks only whether something has changed."""
        path = self.files.get(scope["path"]) if scope["type"] == "http" else None
        if path is None or scope["method"] != "GET" or not _takes_it(Request(scope)):
            if path is not None:
                scope = {**scope, "path": scope["path"].replace(_OURS, _THEIRS, 1)}
            await self.app(scope, receive, send)
            return
        answer = Response(
            await run_in_threadpool(_compressed, path),
            media_type=self.KINDS[path.suffix],
            headers={
                "Content-Encoding": "gzip",
                "Vary": "Accept-Encoding",
                # As Streamlit says: a file's name changes with its content.
                "Cache-Control": "public, immutable, max-age=31536000",
            },
        )
        await answer(scope, receive, send)


def _takes_it(request: Request) -> bool:
    asks_more = "range" in request.headers or "if-none-match" in request.headers
    return not asks_more and _takes_gzip(request)


def _takes_gzip(request: Request) -> bool:
    offered = request.headers.get("accept-encoding", "").split(",")
    return any(one.partition(";")[0].strip() == "gzip" for one in offered)
