"""The ASGI application: Streamlit around app.py, with our own routes on the same port."""

import asyncio
import contextlib
import gc
import importlib
import logging
import secrets
from collections.abc import AsyncIterator, Mapping
from datetime import UTC, datetime
from uuid import UUID

import streamlit as st
from sqlalchemy.exc import SQLAlchemyError
from starlette.concurrency import run_in_threadpool
from starlette.datastructures import MutableHeaders
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import JSONResponse, RedirectResponse, Response
from starlette.routing import Route
from starlette.types import ASGIApp, Message, Receive, Scope, Send
from streamlit.runtime.pages_manager import PagesManager

import api
from accounts import sessions
from accounts.routes import ROUTES, BrowserCookie
from accounts.sessions import SESSION_COOKIE
from api import service
from database import connections, rollups
from frontend import Compressed, Preloads
from settings import LOG_FORMAT, ROOT, settings
from tryon import pictures, storage

logging.basicConfig(level=settings().log_level.upper(), format=LOG_FORMAT)
_log = logging.getLogger(__name__)


def _headers() -> Mapping[str, str]:
    headers = {
        "X-Content-Type-Options": "nosniff",
        "Referrer-Policy": "same-origin",
    }
    # Streamlit's own page needs inline styles and scripts, so the policy limits what surrounds it.
    policy = "base-uri 'self'; object-src 'none'; form-action 'self'"
    if settings().env == "production":
        # A workspace shows the app that is being developed in a frame; nobody else may.
        policy += "; frame-ancestors 'self'"
        headers["X-Frame-Options"] = "SAMEORIGIN"
    headers["Content-Security-Policy"] = policy
    return headers


class SecurityHeaders:
    """Adds headers to every response that does not have them. Leaves the websocket alone."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app
        self.headers = _headers()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on."""

        async def send_with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                for name, value in self.headers.items():
                    headers.setdefault(name, value)
                if scope["scheme"] == "https":  # as a trusted proxy says
                    headers.setdefault("Strict-Transport-Security", "max-age=31536000")
            await send(message)

        await self.app(scope, receive, send_with_headers if scope["type"] == "http" else send)


# What is no page's address although a browser may be sent there: ours, and Streamlit's own.
_NOT_PAGES = {"api", "files", "health", "session"} | {
    "_stcore",
    "app",
    "component",
    "media",
    "static",
}


class UnknownAddresses:
    """Sends a browser that asks for a page that is not there to the first page, filters kept.

    Streamlit would show its own note over the page, and at a deeper address not even connect.
    """

    def __init__(self, app: ASGIApp) -> None:
        self.app = app
        named = {path.stem.replace("_", "-") for path in (ROOT / "pages").glob("*/*.py")}
        # The first page has no name in addresses.
        self.pages = {"", *named} - {"overview"}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on, or answer with the way to the first page."""
        if scope["type"] == "http" and self._is_lost(Request(scope)):
            query = scope["query_string"].decode("latin-1")
            answer = RedirectResponse(f"/?{query}" if query else "/", status_code=307)
            await answer(scope, receive, send)
        else:
            await self.app(scope, receive, send)

    def _is_lost(self, request: Request) -> bool:
        path = request.url.path.removeprefix("/")
        return (
            request.method == "GET"
            and "text/html" in request.headers.get("accept", "")
            and path not in self.pages
            and path.partition("/")[0] not in _NOT_PAGES
        )


async def health(_request: Request) -> JSONResponse:
    """Answer 200 or 503, never with details: anybody may ask."""
    well = all((await run_in_threadpool(service.checks)).values())
    return JSONResponse({"status": "ok" if well else "not ok"}, status_code=200 if well else 503)


_SIZES = {"": storage.load, "small": storage.load_small}


def _picture(token: str, name: str, until: str, signature: str, size: str) -> bytes:
    """The picture of an address, for the session that it was made for and nobody else.

    Raises MissingPictureError in every other case.
    """
    now = datetime.now(UTC)
    session = sessions.id_of(token)
    try:
        object_id = UUID(name)
    except ValueError:
        raise storage.MissingPictureError from None
    if session is None or not storage.is_signed(session, object_id, until, signature, now):
        raise storage.MissingPictureError
    if size not in _SIZES:
        raise storage.MissingPictureError
    try:
        account = sessions.account(session, now)
    except sessions.EndedError:
        raise storage.MissingPictureError from None
    with connections.writer(account.scope) as connection:
        return _SIZES[size](connection, object_id)


async def picture(request: Request) -> Response:
    """Answer with a picture, or 404 whatever the reason: nobody learns what there is."""
    try:
        content = await run_in_threadpool(
            _picture,
            request.cookies.get(SESSION_COOKIE, ""),
            request.path_params["name"],
            request.query_params.get("until", ""),
            request.query_params.get("signature", ""),
            request.query_params.get("size", ""),
        )
    except storage.MissingPictureError:
        return Response(status_code=404, headers={"Cache-Control": "no-store"})
    except (storage.StorageError, connections.DatabaseUnavailableError, SQLAlchemyError) as error:
        _log.warning("a picture: %s", error)
        return Response(status_code=503, headers={"Cache-Control": "no-store"})
    return Response(
        content,
        media_type=pictures.MEDIA_TYPE,
        headers={
            "Cache-Control": f"private, max-age={int(storage.ADDRESS_STEP.total_seconds())}",
            # Whoever opens the address by itself sees a picture and nothing else.
            "Content-Security-Policy": "default-src 'none'; sandbox",
            "Cross-Origin-Resource-Policy": "same-origin",
        },
    )


def on_script_error(error: Exception) -> bool:
    """Log what a page did not handle, and show one sentence with a reference to the log."""
    reference = secrets.token_hex(4)
    _log.error("page failed, reference %s", reference, exc_info=error)
    if isinstance(error, connections.DatabaseUnavailableError):
        st.error(f"{error} Try again in a moment.", icon=":material/cloud_off:")
    else:
        st.error(
            "This page ran into a problem. Try again; if it happens again, tell us the "
            f"reference {reference}.",
            icon=":material/error:",
        )
    return True


# The worker folds every second. Where there is none, or it hangs, the figures must not stand still.
_FOLD_AFTER_SECONDS = 5


async def _fold_for_want_of_a_worker() -> None:
    while True:
        await asyncio.sleep(_FOLD_AFTER_SECONDS)
        try:
            await run_in_threadpool(rollups.fold_overdue, _FOLD_AFTER_SECONDS)
        except connections.DatabaseUnavailableError:
            continue  # every page says so, and so does /health
        except SQLAlchemyError:
            _log.exception("The rollups could not be folded")


@contextlib.asynccontextmanager
async def _lifespan(_app: object) -> AsyncIterator[None]:
    # Garbage is looked for among all objects there are. What pages import is loaded once and never
    # garbage: without it that takes a tenth of a second less.
    for module in ("pandas", "plotly.graph_objects"):
        importlib.import_module(module)
    gc.collect()
    gc.freeze()
    folding = asyncio.create_task(_fold_for_want_of_a_worker())
    yield
    folding.cancel()


# A directory of this name makes Streamlit take the app for one of its old multipage ones until the
# first st.navigation has run: the first visitor's address would not be found, and a file directly
# in pages/ would be served without sign-in.
PagesManager.uses_pages_directory = False

app = st.App(
    ROOT / "app.py",
    routes=[
        Route("/health", health),
        *ROUTES,
        Route("/files/{name:path}", picture),
        api.mounted(),
    ],
    middleware=[
        Middleware(SecurityHeaders),
        Middleware(Compressed),
        Middleware(Preloads),
        Middleware(UnknownAddresses),
        Middleware(BrowserCookie),
    ],
    lifespan=_lifespan,
    on_script_error=on_script_error,
)
