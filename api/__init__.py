"""The HTTP API that shops' own apps call, mounted at /api by server.py.

One file a resource, each with its router. What every request goes through stands in `door`; how a
route says who may call it, in `callers`; how it fails, in `problems`.
"""

import re
from typing import Any

from fastapi import FastAPI
from fastapi.openapi.utils import get_openapi
from starlette.routing import Mount

from api import (
    answers,
    balances,
    catalog,
    door,
    events,
    orders,
    payments,
    pictures,
    problems,
    reference,
    reviews,
    service,
    spend,
    tryons,
    users,
    wardrobe,
    webhooks,
)

DESCRIPTION = """
What a shop's app needs to let people try things on: guests, their wardrobe and pictures, try-ons
and their results. Errors are problem details (RFC 9457). Lists go on by the `cursor` that a page
of them ends with. A POST with an `Idempotency-Key` is carried out once, however often it is sent.
"""


# One a resource, in the order of the documentation.
ROUTERS = (
    users.router,
    wardrobe.router,
    pictures.router,
    tryons.router,
    catalog.router,
    reviews.router,
    balances.router,
    events.router,
    orders.router,
    answers.router,
    spend.router,
    webhooks.router,
    payments.router,
    service.router,
    reference.router,
)


def build() -> FastAPI:
    """Make the application."""
    app = FastAPI(
        title="ClosetAI",
        version="1",
        description=DESCRIPTION,
        docs_url=None,
        redoc_url=None,
        # Mounted, it would name the address that this request came by; clients know their own.
        root_path_in_servers=False,
        responses=problems.EVERYWHERE,
    )
    for router in ROUTERS:
        app.include_router(router)
    problems.handle(app)
    app.add_middleware(door.Door)
    app.openapi = lambda: _openapi(app)  # type: ignore[method-assign]
    return app


def mounted() -> Mount:
    """The application at /api, for whatever stands under that address.

    Starlette's own pattern ends at a line break: such an address would not be answered here, and so
    not with a problem.
    """
    mount = Mount("/api", build())
    mount.path_regex = re.compile(r"^/api/(?P<path>[\s\S]*)$")
    return mount


def _openapi(app: FastAPI) -> dict[str, Any]:
    if app.openapi_schema is None:
        app.openapi_schema = get_openapi(
            title=app.title,
            version=app.version,
            description=app.description,
            routes=app.routes,
            servers=[{"url": "/api"}],
        )
    return app.openapi_schema
