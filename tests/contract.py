"""The API asked whatever its OpenAPI document allows, and what it does not."""

import re
from typing import Any

import schemathesis
from hypothesis import HealthCheck, given
from hypothesis import settings as examples
from schemathesis import GenerationMode
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
    status_code_conformance,
)
from starlette.testclient import TestClient

from database import connections
from tests.rows import insert
from tests.shop import bearer, belongings, guest, open_shop

CHECKS = [
    status_code_conformance,
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
]


def keeps_its_word(to: TestClient, count: int, seed: int = 0) -> int:
    """Ask every operation `count` times in each of several ways, and return how often.

    As a guest and as a brand, with ids that are there and ids that are not, and with what the
    document does not allow. Raises AssertionError for a defect, and for an answer that the document
    does not tell of.
    """
    shop = open_shop(f"Shop{seed}")
    ada = guest(to, shop)
    has = belongings(to, ada, shop)
    with connections.owner() as connection:
        product = insert(connection, "products", brand_id=shop.brand, name="Coat")
        hook = insert(
            connection,
            "webhooks",
            brand_id=shop.brand,
            url="https://shop.example/",
            events=["ping"],
        )
        call = insert(
            connection, "webhook_deliveries", brand_id=shop.brand, webhook_id=hook, event="ping",
            body="{}",
        )  # fmt: skip
    there = {
        "item_id": has.item,
        "collection_id": has.collection,
        "job_id": has.completed,
        "product_id": product,
        "user_id": ada.user,
        "key": has.selfie,
        "picture_id": has.garment,
        "webhook_id": hook,
        "delivery_id": call,
    }
    document = to.get("/api/openapi.json").json()
    document["servers"] = [{"url": "/api"}]
    schema = schemathesis.openapi.from_dict(document)
    schema.app = to.app
    asked = 0
    for found in schema.get_all_operations():
        operation: Any = found.ok()  # type: ignore[union-attr]
        named = {name: str(there[name]) for name in re.findall(r"{(\w+)}", operation.path)}
        for token in (ada.token, shop.secret):
            for mode in (GenerationMode.POSITIVE, GenerationMode.NEGATIVE):
                for path in ({"path_parameters": named} if named else {}, {}):
                    takes = [*operation.iter_parameters(), *operation.body]
                    if mode is GenerationMode.NEGATIVE and (path or not takes):
                        continue  # there is nothing to get wrong
                    asked += _ask(operation, mode, path, token, count, seed)
    return asked


def _ask(
    operation: Any, mode: GenerationMode, path: dict[str, Any], token: str, count: int, number: int
) -> int:
    asked = 0

    @examples(
        max_examples=count,
        database=None,
        deadline=None,
        derandomize=number == 0,
        suppress_health_check=list(HealthCheck),
    )
    @given(case=operation.as_strategy(mode, **path))
    def ask(case: Any) -> None:
        nonlocal asked
        asked += 1
        if operation.path == "/users/me" and case.method == "DELETE":
            return  # whoever is forgotten can ask nothing more
        answer = case.call(headers=bearer(token))
        # 503 is an answer too: there is no server for letters here.
        assert answer.status_code != 500, answer.text
        case.validate_response(answer, checks=CHECKS)

    ask()
    return asked
