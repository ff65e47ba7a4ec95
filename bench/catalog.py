"""Search in a large catalog, as the page Products asks: one brand's, and for the team all."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

from sqlalchemy import text

import queries
from bench.queries import VALUES
from bench.results import table
from bench.timing import Effort, percentile, repeat
from database import connections
from database.tenancy import Scope

GOAL_MS = 50
PRODUCTS = 250_000
BRANDS = 20

# What somebody looks for, from what many products are to what none is.
SEARCHES: dict[str, dict[str, queries.Parameter]] = {
    "everything": {},
    "a word that many have": {"words": "coat"},
    "the beginning of one": {"words": "c"},
    "two words": {"words": "wool coat"},
    "a word that few have": {"words": "thing4711"},
    "a word that none has": {"words": "zeppelin"},
    "a category": {"category": "jackets"},
    "a category that nobody has": {"category": "jewelry"},
    "a tag": {"tag": "winter"},
    "a field": {"field": "fit"},
    "a field and its value": {"field": "fit", "field_value": "slim"},
    "a word in a category with a tag": {"words": "coat", "category": "tops", "tag": "winter"},
    "not on offer": {"is_active": "no"},
}

# One brand has half of them; the smallest a handful.
_FILL = text(
    """
    insert into products (brand_id, name, sku, category, custom_fields, tags, is_active, created_at)
    select
      b.ids[1 + least(floor(-ln(1 - random()) / 0.7)::int, cardinality(b.ids) - 1)],
      (array['Wool coat', 'Linen shirt', 'Denim jeans', 'Silk dress', 'Canvas cap'])[1 + n % 5]
        || ' thing' || n,
      'SKU-' || n,
      (array['jackets', 'tops', 'bottoms', 'dresses', 'hats', null])[1 + n % 6]::garment_category,
      case when n % 3 = 0
        then jsonb_build_object('fit', (array['slim', 'wide', 'boxy'])[1 + n % 7 % 3])
        else '{}' end,
      case when n % 10 = 0 then array['winter', 'wool'] else '{}' end,
      n % 50 <> 0,
      now() - interval '1 minute' * n
    from generate_series(1, :count) as n
    cross join (
      select array(select id from brands where slug like 'bench-%' order by slug) as ids
    ) as b
    """
)


@dataclass(frozen=True)
class Timed:
    """A search, how long it took at the median and nearly at most, and how many rows it found."""

    search: str
    scope: str
    p50_ms: float
    p95_ms: float
    rows: int


def fill(count: int = PRODUCTS) -> None:
    """Add brands with a catalog to a migrated database. Raises DatabaseUnavailableError."""
    with connections.owner() as connection:
        connection.execute(text("set local statement_timeout = 0"))
        connection.execute(
            text(
                "insert into brands (name, slug)"
                " select 'Bench ' || n, 'bench-' || lpad(n::text, 3, '0')"
                " from generate_series(1, :count) n"
            ),
            {"count": BRANDS},
        )
        connection.execute(_FILL, {"count": count})
    with connections.maintenance() as connection:
        connection.execute(text("vacuum analyze products"))


def measure(effort: Effort) -> list[dict[str, object]]:
    """Time every search: as the team, the brand with the most products and the one with fewest.

    The products are added for it, and taken away again.
    """
    try:
        fill()
        return _measured(effort)
    finally:
        clear()


def clear() -> None:
    """Take away what was added to measure. Raises DatabaseUnavailableError."""
    with connections.owner() as connection:
        connection.execute(text("set local statement_timeout = 0"))
        ours = "(select id from brands where slug like 'bench-%')"
        connection.execute(text(f"delete from products where brand_id in {ours}"))
        connection.execute(text("delete from brands where slug like 'bench-%'"))


def _measured(effort: Effort) -> list[dict[str, object]]:
    with connections.owner() as connection:
        counted = text(
            "select p.brand_id from products p inner join brands b on b.id = p.brand_id"
            " where b.slug like 'bench-%' group by p.brand_id order by count(*) desc"
        )
        ids = list(connection.scalars(counted))
    scopes = {
        "all brands": Scope.system(),
        "largest brand": Scope.of_brands([ids[0]]),
        "smallest brand": Scope.of_brands([ids[-1]]),
    }
    base = {name: VALUES[name] for name in queries.parameters("catalog/products") if name in VALUES}
    return [
        asdict(_time(search, name, scope, {**base, "row_count": 25, **wanted}, effort))
        for name, scope in scopes.items()
        for search, wanted in SEARCHES.items()
    ]


def _time(
    search: str,
    name: str,
    scope: Scope,
    params: Mapping[str, queries.Parameter],
    effort: Effort,
) -> Timed:
    answers: list[queries.Answer] = []

    def once() -> float:
        queries.refresh("catalog/products", scope, **params)
        answers[:] = [queries.read("catalog/products", scope, **params)]
        return answers[0].elapsed_ms

    times = repeat(once, effort)
    return Timed(search, name, percentile(times, 50), percentile(times, 95), len(answers[0].frame))


def report(rows: Sequence[Mapping[str, Any]]) -> str:
    """Each search in each scope, the slowest first, and the goal."""
    lines = sorted(rows, key=lambda row: -row["p95_ms"])
    over = [row for row in lines if row["p95_ms"] > GOAL_MS]
    columns = {
        "search": "search",
        "scope": "scope",
        "p50_ms": "p50 ms",
        "p95_ms": "p95 ms",
        "rows": "rows",
    }
    goal = f"p95 at most {GOAL_MS} ms: {len(lines) - len(over)} of {len(lines)} searches"
    return f"{table(columns, lines)}\n{goal}"
