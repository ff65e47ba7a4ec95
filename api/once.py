"""Requests that are carried out once, however often they are sent: the Idempotency-Key header.

The first one notes its key before it is carried out, and its answer after that. One that comes
again with the same key gets this answer; one that is another request under the same key, or comes
while the first is being carried out, is told so. An answer to a defect of ours is not kept.
"""

import hashlib
from uuid import UUID

from sqlalchemy import TextClause, text
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response
from starlette.types import ASGIApp, Message

from api.problems import ProblemError, wrong
from database.connections import writer
from database.tenancy import Scope

_LONGEST_KEY = 200
# A request that takes longer has died with its server: its key is free again.
_ABANDONED = "2 minutes"


def is_secret(request: Request) -> bool:
    """Whether the answer holds a token, which is kept nowhere."""
    return request.url.path.endswith("/users/guest")


_CLAIM = text(
    f"""
    insert into api_requests (token_id, key, request_hash) values (:token, :key, :hash)
    on conflict (token_id, key) do update
    set request_hash = excluded.request_hash, created_at = now()
    where api_requests.status is null
      and api_requests.created_at < now() - interval '{_ABANDONED}'
    returning true
    """
)
_KNOWN = text(
    """
    select request_hash, status, media_type, body
    from api_requests
    where token_id = :token and key = :key
    """
)
_KEEP = text(
    """
    update api_requests set status = :status, media_type = :media_type, body = :body
    where token_id = :token and key = :key
    """
)
_FORGET = text("delete from api_requests where token_id = :token and key = :key")


async def answered(app: ASGIApp, request: Request, token: UUID, key: str, body: bytes) -> Response:
    """Carry out a request once for a token and key, and give its answer.

    Raises ProblemError when the key belongs to another request, or to one that is being carried
    out.
    """
    if not 1 <= len(key) <= _LONGEST_KEY:
        raise wrong("header.Idempotency-Key", f"1 to {_LONGEST_KEY} characters are taken")
    named = {"token": token, "key": key}
    known = await run_in_threadpool(_claim, named, _digest(request, body))
    if known is not None:
        return known
    try:
        answer = await _carried_out(app, request)
    except BaseException:
        await run_in_threadpool(_run, _FORGET, named)
        raise
    if answer.status_code >= 500:
        await run_in_threadpool(_run, _FORGET, named)
    else:
        kept = {
            "status": answer.status_code,
            "media_type": answer.headers.get("content-type"),
            "body": bytes(answer.body),
        }
        await run_in_threadpool(_run, _KEEP, {**named, **kept})
    return answer


def _digest(request: Request, body: bytes) -> bytes:
    said = f"{request.method} {request.url.path}?{request.url.query}\n".encode()
    return hashlib.sha256(said + body).digest()


def _claim(named: dict[str, object], digest: bytes) -> Response | None:
    """The answer that there is already; None when it is for this request to find one."""
    with writer(Scope.system()) as connection:
        if connection.scalar(_CLAIM, {**named, "hash": digest}):
            return None
        row = connection.execute(_KNOWN, named).one_or_none()
    if row is None or (row.status is None and row.request_hash == digest):
        raise ProblemError(
            409, "This request is being carried out already.", headers={"Retry-After": "1"}
        )
    if row.request_hash != digest:
        raise wrong("header.Idempotency-Key", "this key was used for another request")
    return Response(
        row.body,
        status_code=row.status,
        media_type=row.media_type,
        headers={"Idempotency-Replayed": "true"},
    )


def _run(statement: TextClause, parameters: dict[str, object]) -> None:
    with writer(Scope.system()) as connection:
        connection.execute(statement, parameters)


async def _carried_out(app: ASGIApp, request: Request) -> Response:
    """The answer of the application, as a whole."""
    status, headers, body = 500, [], b""

    async def send(message: Message) -> None:
        nonlocal status, headers, body
        if message["type"] == "http.response.start":
            status, headers = message["status"], message["headers"]
        else:
            body += message.get("body", b"")

    await app(request.scope, request.state.receive, send)
    answer = Response(body, status_code=status)
    answer.raw_headers = list(headers)
    return answer
