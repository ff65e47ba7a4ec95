"""Webhooks of a brand: which addresses are called, and what came of each call."""

from datetime import datetime
from typing import Annotated, Literal
from uuid import UUID

from fastapi import APIRouter, Depends
from pydantic import Field

from accounts.tokens import Caller
from api.callers import brand_with
from api.problems import also
from api.shapes import Asked, Cursor, Limit, Page, Shape, after, following
from shops import webhooks
from shops.webhooks import Webhook as Found

router = APIRouter(prefix="/webhooks", tags=["webhooks"])

Keeper = Annotated[Caller, Depends(brand_with("webhooks"))]
EventName = Literal["tryon.completed", "tryon.failed", "tryon.canceled"]
Status = Literal["pending", "delivered", "failed"]


class Webhook(Shape):
    """An address that is called. Calls are signed with the secret, as Standard Webhooks says."""

    id: UUID
    url: str
    events: list[str]
    secret: str
    created_at: datetime
    failing_since: datetime | None = Field(description="Since when no call has arrived.")
    disabled_reason: str | None = Field(description="Why it is not called any more.")


class NewWebhook(Asked):
    """An address to be called."""

    url: str = Field(min_length=1, max_length=webhooks.LONGEST_URL)
    events: Annotated[list[EventName], Field(min_length=1, max_length=len(webhooks.EVENTS))]


class Webhooks(Shape):
    """All webhooks of the brand."""

    items: list[Webhook]


class Call(Shape):
    """A call, with its last attempt; its id is the `webhook-id` of every attempt."""

    id: UUID
    webhook_id: UUID
    event: str
    status: Status
    job_id: UUID | None
    attempt_count: int
    created_at: datetime
    due_at: datetime | None = Field(description="When it is tried next.")
    status_code: int | None
    error: str | None


class Ping(Shape):
    """A call for a try."""

    id: UUID


def _shown(found: Found) -> Webhook:
    return Webhook(
        id=found.id,
        url=found.url,
        events=list(found.events),
        secret=webhooks.secret_of(found.id, found.key_version),
        created_at=found.created_at,
        failing_since=found.failing_since,
        disabled_reason=found.disabled_reason,
    )


@router.get("")
def list_webhooks(caller: Keeper) -> Webhooks:
    """The brand's webhooks."""
    assert caller.brand is not None
    return Webhooks(items=[_shown(one) for one in webhooks.of_brand(caller.scope, caller.brand)])


@router.post("", status_code=201, responses=also(409))
def add_webhook(asked: NewWebhook, caller: Keeper) -> Webhook:
    """Have an address called when something happens."""
    assert caller.brand is not None
    return _shown(webhooks.add(caller.scope, caller.brand, asked.url, asked.events))


@router.delete("/{webhook_id}", status_code=204)
def remove_webhook(webhook_id: UUID, caller: Keeper) -> None:
    """Have it called no more; its log goes too."""
    webhooks.remove(caller.scope, webhook_id)


@router.post("/{webhook_id}/ping", status_code=202)
def ping_webhook(webhook_id: UUID, caller: Keeper) -> Ping:
    """Have it called once, with an event of the type `ping`."""
    return Ping(id=webhooks.ping(caller.scope, webhook_id))


@router.get("/deliveries")
def list_deliveries(
    caller: Keeper, status: Status | None = None, limit: Limit = 20, cursor: Cursor = None
) -> Page[Call]:
    """Calls of the last 30 days, the newest first."""
    assert caller.brand is not None
    found = webhooks.deliveries(
        caller.scope, caller.brand, limit + 1, status=status or "", after=after(cursor)
    )
    shown = [
        Call(
            id=one.id,
            webhook_id=one.webhook_id,
            event=one.event,
            status=one.status,
            job_id=one.job_id,
            attempt_count=one.attempt_count,
            created_at=one.created_at,
            due_at=one.due_at if one.status == "pending" else None,
            status_code=one.status_code,
            error=one.error,
        )
        for one in found[:limit]
    ]
    return Page(items=shown, next_cursor=following(found, limit))


@router.post("/deliveries/{delivery_id}/again", status_code=202)
def make_again(delivery_id: UUID, caller: Keeper) -> None:
    """Make a call once more, under the same id."""
    webhooks.again(caller.scope, delivery_id)
