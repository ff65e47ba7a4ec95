"""/session: where the browser gets and loses its cookie. server.py mounts ROUTES and BrowserCookie.

POST exchanges a ticket (see accounts/sessions.py) for the cookie, DELETE signs out. Both answer
only to our own pages: the cookie is SameSite=Lax, and a request of another site is refused as well.
"""

import secrets
from datetime import UTC, datetime
from http.cookies import SimpleCookie
from urllib.parse import urlsplit

from sqlalchemy.exc import DBAPIError
from starlette.concurrency import run_in_threadpool
from starlette.datastructures import MutableHeaders
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from accounts import sessions
from accounts.log_in import UNAVAILABLE
from accounts.sessions import BROWSER_COOKIE, SESSION_COOKIE
from database.connections import DatabaseUnavailableError

# A ticket is 43 characters; whatever is longer is none.
_LONGEST_BODY = 1000


def _is_ours(request: Request) -> bool:
    """Tell whether a page of this very server sent the request."""
    site = request.headers.get("sec-fetch-site")
    if site is not None:
        return site == "same-origin"
    # Browsers leave the header out where the address is neither HTTPS nor this machine.
    origin = urlsplit(request.headers.get("origin", ""))
    return bool(origin.netloc) and origin.netloc == request.headers.get("host")


def _is_secure(request: Request) -> bool:
    # What the browser says of itself counts too: a proxy that is not trusted may stand between.
    return "https" in (request.url.scheme, urlsplit(request.headers.get("origin", "")).scheme)


def _sentence(sentence: str, status: int) -> JSONResponse:
    return JSONResponse({"detail": sentence}, status_code=status)


async def _ticket(request: Request) -> str | None:
    if int(request.headers.get("content-length") or _LONGEST_BODY + 1) > _LONGEST_BODY:
        return None
    try:
        body = await request.json()
    except ValueError:
        return None
    ticket = body.get("ticket") if isinstance(body, dict) else None
    return ticket if isinstance(ticket, str) else None


async def session(request: Request) -> Response:
    """Set the session's cookie (POST with a ticket) or end the session (DELETE)."""
    if not _is_ours(request):
        return _sentence("This address answers to its own pages only.", 403)
    try:
        return await (_begin(request) if request.method == "POST" else _end(request))
    except (DatabaseUnavailableError, DBAPIError):
        return _sentence(UNAVAILABLE, 503)


async def _begin(request: Request) -> Response:
    ticket = await _ticket(request)
    browser = request.cookies.get(BROWSER_COOKIE, "")
    now = datetime.now(UTC)
    found = await run_in_threadpool(sessions.redeem, ticket, browser, now) if ticket else None
    if found is None:
        return _sentence("This ticket is not valid (any more). Please sign in again.", 403)
    token, expires = found
    response = Response(status_code=204)
    response.set_cookie(
        SESSION_COOKIE,
        token,
        max_age=int((expires - now).total_seconds()),
        path="/",
        secure=_is_secure(request),
        httponly=True,
        samesite="lax",
    )
    return response


async def _end(request: Request) -> Response:
    if token := request.cookies.get(SESSION_COOKIE):
        found = await run_in_threadpool(sessions.id_of, token)
        if found is not None:
            await run_in_threadpool(sessions.revoke, found, datetime.now(UTC))
    response = Response(status_code=204)
    response.delete_cookie(
        SESSION_COOKIE, path="/", secure=_is_secure(request), httponly=True, samesite="lax"
    )
    return response


ROUTES = [Route("/session", session, methods=["POST", "DELETE"])]


class BrowserCookie:
    """Gives every browser a random cookie with its first page, to which tickets are bound."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on; a page in answer to it brings the cookie."""
        if scope["type"] != "http" or BROWSER_COOKIE in Request(scope).cookies:
            await self.app(scope, receive, send)
            return

        async def send_with_cookie(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                if headers.get("content-type", "").startswith("text/html"):
                    headers.append("set-cookie", _browser_cookie(scope["scheme"] == "https"))
            await send(message)

        await self.app(scope, receive, send_with_cookie)


def _browser_cookie(secure: bool) -> str:
    cookie: SimpleCookie = SimpleCookie({BROWSER_COOKIE: secrets.token_urlsafe(16)})
    morsel = cookie[BROWSER_COOKIE]
    morsel["path"] = "/"
    morsel["httponly"] = True
    morsel["samesite"] = "lax"
    morsel["secure"] = secure
    return morsel.OutputString()
