"""What stands from the first day on: brands, plans, engines, reviewers, products, personas."""

from datetime import datetime, timedelta

import numpy as np
import pyarrow as pa
from sqlalchemy import Connection, text

from database.demo import load, story
from database.demo.activity import (
    PRODUCTS_PER_BRAND,
    categories_of,
    garment_names,
    product_ids,
    product_keys,
    reviewer_ids,
)
from database.demo.brands import CURRENCIES, PLAN_PRICES, PLANS, brands, day_start
from database.demo.draws import DAY_MS, day_number, keys, labels, timestamps, uniform, uuids

_PERSONA_NAMES = ["Ada", "Bruno", "Chidi", "Dana", "Elif", "Farid", "Greta", "Hiro"]
# Only the larger brands made personas of their own.
_BRANDS_WITH_PERSONAS = 200


def load_brands(connection: Connection) -> None:
    """Write all brands and what they have from the start; brands that are there already stay."""
    _brands(connection)
    _plans(connection)
    _engines(connection)
    _reviewers(connection)
    _products(connection)
    _personas(connection)


def note_joined(connection: Connection, now: datetime) -> None:
    """Set when brands came on board, for those that have by now: the others are prospects."""
    known = brands()
    joined = known.joined_ms <= int(now.timestamp() * 1000)
    connection.execute(
        text(
            "update brands b set onboarded_at = cast(j.at as timestamptz)"
            " from unnest(cast(:ids as uuid[]), cast(:at as text[])) as j (id, at)"
            " where b.id = j.id and b.onboarded_at is distinct from cast(j.at as timestamptz)"
        ),
        {
            "ids": known.ids.filter(pa.array(joined)).to_pylist(),
            "at": timestamps(known.joined_ms[joined]).to_pylist(),
        },
    )


def _brands(connection: Connection) -> None:
    known = brands()
    prospect = np.minimum(known.joined_ms, day_number(story.STORY_START) * DAY_MS) - 30 * DAY_MS
    size = np.arange(story.BRAND_COUNT)
    rows = pa.table(
        {
            "id": known.ids,
            "name": known.names,
            "slug": known.slugs,
            "gross_margin": pa.array(np.full(story.BRAND_COUNT, 0.70)),
            "dataset_access": pa.array(size % 9 == 0),
            "custom_model_training": pa.array(size < 40),
            "is_demo": pa.array(np.ones(story.BRAND_COUNT, dtype=bool)),
            "created_at": timestamps(prospect),
        }
    )
    connection.execute(
        text("create temporary table named on commit drop as select * from brands limit 0")
    )
    load.copy(connection, "named", rows)
    columns = ", ".join(rows.column_names)
    connection.execute(
        text(
            f"insert into brands ({columns}) select {columns} from named"
            " on conflict (id) do update set onboarded_at = null"
        )
    )


def _plans(connection: Connection) -> None:
    for name, price in zip(PLANS, PLAN_PRICES, strict=True):
        connection.execute(
            text(
                "insert into plans (name, unit_amount, created_at) values (:name, :price, :created)"
                " on conflict (name) do nothing"
            ),
            {"name": name, "price": price, "created": day_start(story.STORY_START)},
        )


def _engines(connection: Connection) -> None:
    begin = day_start(story.STORY_START) - timedelta(days=200)
    releases = [
        (story.ENGINES[0], story.OLD_VERSIONS[0], "retired", begin),
        (story.ENGINES[0], story.NEW_VERSIONS[0], "released", day_start(story.RELEASE)),
        (story.ENGINES[1], story.NEW_VERSIONS[1], "released", begin),
    ]
    for engine, version, status, released in releases:
        connection.execute(
            text(
                "insert into model_versions (engine, version, status, released_at, created_at)"
                " values (:engine, :version, :status, :released, :released)"
            ),
            {"engine": engine, "version": version, "status": status, "released": released},
        )


def _reviewers(connection: Connection) -> None:
    # Names on verdicts, not accounts: nobody can sign in as one.
    connection.execute(
        text(
            "insert into users (id, role, anon_id, display_name, is_demo, created_at, disabled_at)"
            " select id, 'analyst', 'demo_' || id, 'Reviewer ' || number, true, :created, :created"
            " from unnest(cast(:ids as uuid[])) with ordinality as r (id, number)"
            " on conflict (id) do nothing"
        ),
        {"ids": reviewer_ids().to_pylist(), "created": day_start(story.STORY_START)},
    )


def _products(connection: Connection) -> None:
    brand = np.repeat(np.arange(story.BRAND_COUNT), PRODUCTS_PER_BRAND)
    number = np.tile(np.arange(PRODUCTS_PER_BRAND), story.BRAND_COUNT)
    key = product_keys(brand, number)
    day = np.full(len(brand), day_number(story.STORY_START) - 30)
    category = categories_of(brand, day, key, 1)
    names, colors = garment_names(category, key)
    price = np.round(brands().order_usd[brand] * (0.6 + 0.8 * uniform(key, 2)), 0)
    prices = [
        f'{{"price": {amount:.0f}, "currency": "{CURRENCIES[currency]}"}}'
        for amount, currency in zip(price, brands().currency[brand], strict=True)
    ]
    created = timestamps(day * DAY_MS)
    load.copy(
        connection,
        "products",
        pa.table(
            {
                "id": product_ids(key),
                "brand_id": brands().ids.take(pa.array(brand)),
                "name": names,
                "sku": [f"D{b + 1:03d}-{n + 1}" for b, n in zip(brand, number, strict=True)],
                "category": labels([*story.CATEGORIES], category),
                "custom_fields": prices,
                "tags": pa.compute.binary_join_element_wise(
                    pa.scalar("{"), colors, pa.scalar("}"), ""
                ),
                "created_at": created,
                "updated_at": created,
            }
        ),
    )


def _personas(connection: Connection) -> None:
    brand = np.arange(_BRANDS_WITH_PERSONAS)
    key = keys(brands().key[brand], 55)
    created = np.full(len(brand), (day_number(story.STORY_START) + 3) * DAY_MS) + brand * 3_600_000
    load.copy(
        connection,
        "personas",
        pa.table(
            {
                "id": uuids(created, key),
                "brand_id": brands().ids.take(pa.array(brand)),
                "name": labels([*_PERSONA_NAMES], brand % len(_PERSONA_NAMES)),
                "status": labels(["ready", "draft"], (uniform(key, 1) < 0.1).astype(np.int64)),
                "created_at": timestamps(created),
                "updated_at": timestamps(created),
            }
        ),
    )
