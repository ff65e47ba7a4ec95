"""What every request to the API goes through, in this order: size, token, origin, pace, once.

As middleware, so that a route cannot be left out. What it finds out about the caller stands in
`request.state.caller`.
"""

from datetime import UTC, datetime
from typing import Final

from limits import RateLimitItemPerMinute
from starlette.concurrency import run_in_threadpool
from starlette.datastructures import Headers, MutableHeaders
from starlette.requests import Request
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from accounts import tokens
from accounts.attempts import network
from accounts.tokens import Caller
from api import once, pace, problems
from api.problems import ProblemError
from settings import settings
from tryon import uploads

# A picture, and what goes round it in a form.
LARGEST_UPLOAD: Final = uploads.LARGEST_FILE + 100_000
LARGEST_BODY: Final = 256_000

_EXPOSED = "RateLimit, RateLimit-Policy, Retry-After, Idempotency-Replayed"


class Door:
    """Lets a request in, or answers why not."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on with its caller, or answer with a problem."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        request = Request(scope, receive)
        headers: dict[str, str] = {}
        begun = False

        async def send_with_headers(message: Message) -> None:
            nonlocal begun
            if message["type"] == "http.response.start":
                begun = True
                answered = MutableHeaders(scope=message)
                for name, value in headers.items():
                    answered.setdefault(name, value)
                # What is somebody's own is kept nowhere on the way.
                answered.setdefault("Cache-Control", "no-store")
            await send(message)

        try:
            response = await self._let_in(request, headers)
            if response is not None:
                await response(scope, receive, send_with_headers)
            else:
                # As one that does not answer is, an answer that fails is told in a sentence.
                await self.app(scope, request.state.receive, send_with_headers)
        except Exception as error:
            if begun:
                raise
            await problems.answer(problems.of(error))(scope, receive, send_with_headers)

    async def _let_in(self, request: Request, headers: dict[str, str]) -> Response | None:
        """The answer to a request that is not let in or was answered before, else None."""
        origin = request.headers.get("origin")
        if request.method == "OPTIONS" and "access-control-request-method" in request.headers:
            return await _preflight(origin)
        try:
            caller = await _caller(request.headers)
        except ProblemError:
            _check_pace(request, None, headers)  # whoever tries out tokens has a pace as well
            raise
        request.state.caller = caller
        _check_origin(origin, caller, headers)
        _check_pace(request, caller, headers)
        body = await _body(request)
        request.state.receive = _replayed(body, request.receive)
        key = request.headers.get("idempotency-key")
        if request.method != "POST" or key is None or caller is None or once.is_secret(request):
            return None
        return await once.answered(self.app, request, caller.token, key, body)


async def _caller(headers: Headers) -> Caller | None:
    """Who calls. A token that is no good is an error even where none is needed."""
    said = headers.get("authorization")
    if said is None:
        return None
    kind, _, token = said.partition(" ")
    if kind.lower() != "bearer" or not token.strip():
        raise _unauthorized("The Authorization header looks like: Bearer TOKEN.")
    if _is_metrics_token(token.strip()):
        return None
    found = await run_in_threadpool(tokens.find, token.strip(), datetime.now(UTC))
    if found is None:
        raise _unauthorized("This token is unknown, revoked or expired.")
    return found


def _is_metrics_token(token: str) -> bool:
    return tokens.is_same(token, settings().metrics_token)


def _unauthorized(sentence: str) -> ProblemError:
    return ProblemError(401, sentence, headers={"WWW-Authenticate": "Bearer"})


async def _preflight(origin: str | None) -> Response:
    """Answer a browser that asks before it sends a request: it does not show the key yet."""
    if origin is None or not await run_in_threadpool(tokens.knows_origin, origin):
        raise ProblemError(403, "Pages of this origin may not use the API.")
    return Response(
        status_code=204,
        headers={
            **_allowed(origin),
            "Access-Control-Allow-Methods": "GET, POST, PATCH, DELETE",
            "Access-Control-Allow-Headers": "Authorization, Content-Type, Idempotency-Key",
            "Access-Control-Max-Age": "600",
        },
    )


def _allowed(origin: str) -> dict[str, str]:
    return {
        "Access-Control-Allow-Origin": origin,
        "Access-Control-Expose-Headers": _EXPOSED,
        "Vary": "Origin",
    }


def _check_origin(origin: str | None, caller: Caller | None, headers: dict[str, str]) -> None:
    if origin is None or caller is None:
        return
    if caller.kind == "secret":
        raise ProblemError(403, "A secret key belongs on your server, never into a browser.")
    if origin not in caller.origins:
        raise ProblemError(403, "This token may not be used by pages of this origin.")
    headers.update(_allowed(origin))


def _check_pace(request: Request, caller: Caller | None, headers: dict[str, str]) -> None:
    limit = RateLimitItemPerMinute(settings().api_rate)
    client = request.client.host if request.client else "local"
    who = f"token {caller.token}" if caller else f"address {network(client)}"
    allowed, remaining, wait = pace.take(limit, who)
    # As the IETF's draft of these fields has it: what is allowed, and what is left of it.
    headers["RateLimit-Policy"] = f'"default";q={limit.amount};w=60'
    headers["RateLimit"] = f'"default";r={remaining};t={wait}'
    if not allowed:
        raise pace.too_many(wait)


async def _body(request: Request) -> bytes:
    is_form = request.headers.get("content-type", "").startswith("multipart/form-data")
    largest = LARGEST_UPLOAD if is_form else LARGEST_BODY
    too_large = ProblemError(413, f"The body is larger than {largest // 1000} KB.")
    said = request.headers.get("content-length", "0")
    if not said.isdecimal() or int(said) > largest:
        raise too_large
    parts, size = [], 0
    async for part in request.stream():
        size += len(part)
        if size > largest:  # it may have said nothing of its size, or not the truth
            raise too_large
        parts.append(part)
    return b"".join(parts)


def _replayed(body: bytes, then: Receive) -> Receive:
    sent = False

    async def receive() -> Message:
        nonlocal sent
        if sent:
            return await then()
        sent = True
        return {"type": "http.request", "body": body, "more_body": False}

    return receive
