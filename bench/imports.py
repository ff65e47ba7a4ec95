"""Bringing in a large catalog: a file of 100,000 products, read and written as the page does."""

import csv
import io
import time
from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import text

import csv_files
from bench import catalog
from bench.results import table
from database import connections
from database.tenancy import Scope
from tryon import catalog_csv

GOAL_S = 60
PRODUCTS = 100_000


def measure(count: int = PRODUCTS) -> list[dict[str, object]]:
    """Bring the file in twice: its products are made, and then changed. They are taken away again.

    Raises DatabaseUnavailableError.
    """
    content = _file(count)
    catalog.clear()  # what a run that was broken off has left
    with connections.owner() as connection:
        brand = connection.execute(
            text("insert into brands (name, slug) values ('Import', 'bench-import') returning id")
        ).scalar_one()
    rows: list[dict[str, object]] = []
    try:
        for _ in range(2):
            started = time.perf_counter()
            sheet = csv_files.read(content)
            found = catalog_csv.read(sheet, catalog_csv.guessed(sheet.titles))
            came = catalog_csv.bring_in(Scope.of_brands([brand]), brand, found.drafts)
            seconds = round(time.perf_counter() - started, 1)
            rows.append({"made": came.made, "changed": came.changed, "seconds": seconds})
    finally:
        catalog.clear()
    return rows


def _file(count: int) -> bytes:
    written = io.StringIO()
    lines = csv.writer(written)
    lines.writerow(["Name", "SKU", "Category", "Tags", "Active", "Fit"])
    for number in range(count):
        lines.writerow(
            [f"Wool coat {number}", f"SKU-{number}", "jackets", "winter, wool", "yes", "slim"]
        )
    return written.getvalue().encode()


def report(rows: Sequence[Mapping[str, Any]]) -> str:
    """What came of each time, how long it took, and the goal."""
    columns = {"made": "made", "changed": "changed", "seconds": "seconds"}
    met = sum(row["seconds"] <= GOAL_S for row in rows)
    return f"{table(columns, rows)}\nat most {GOAL_S} s: {met} of {len(rows)} imports"
