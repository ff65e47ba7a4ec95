"""What was measured, kept in one file: a section that is measured anew replaces the old one."""

import json
import os
import platform
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from pathlib import Path

import psutil
import streamlit as st

from bench.home import Data

LATEST = Path(__file__).parent / "results" / "latest.json"

Row = Mapping[str, object]


def keep(file: Path, data: Data, sections: Mapping[str, object]) -> None:
    """Write the sections into the file, beside what it holds of others on as much data.

    What was measured on more or less data, or on another machine, is not kept beside them.
    """
    scale = {"jobs": data.jobs, "shoppers": data.shoppers, "brands": data.brands}
    machine = {
        "cores": os.cpu_count(),
        "memory_gib": round(psutil.virtual_memory().total / 2**30, 1),
        "postgres": data.postgres,
        "python": platform.python_version(),
        "streamlit": st.__version__,
    }
    held = json.loads(file.read_text()) if file.exists() else {}
    # Demo data that is reused grows from day to day.
    near = abs(held.get("scale", {}).get("jobs", 0) - data.jobs) < data.jobs / 20
    if not near or held.get("machine") != machine:
        held = {}
    today = datetime.now(UTC).date().isoformat()
    # A machine that had other work to do says little: more than its cores is too much.
    load = round(os.getloadavg()[2], 1)
    dates = held.get("measured", {}) | {
        name: {"date": today, "load_average": load} for name in sections
    }
    written = held | {"scale": scale, "machine": machine, "date": today, "measured": dates}
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(_one_row_a_line(written | dict(sections)))


def _one_row_a_line(held: Mapping[str, object]) -> str:
    """JSON in which a later measurement differs by the rows that it changed."""
    parts = []
    for name, value in held.items():
        said = json.dumps(value, ensure_ascii=False)
        if isinstance(value, list):
            rows = (json.dumps(row, ensure_ascii=False) for row in value)
            said = "[\n    " + ",\n    ".join(rows) + "\n  ]"
        parts.append(f"  {json.dumps(name)}: {said}")
    return "{\n" + ",\n".join(parts) + "\n}\n"


def table(columns: Mapping[str, str], rows: Iterable[Row]) -> str:
    """Rows as text; ``columns`` names the keys and their headings. Numbers stand to the right."""
    body = [[_cell(row.get(key)) for key in columns] for row in rows]
    headings = list(columns.values())
    widths = [max(len(line[i]) for line in [headings, *body]) for i in range(len(headings))]
    numbers = [any(isinstance(row.get(key), int | float) for row in rows) for key in columns]

    def line(cells: list[str]) -> str:
        return "  ".join(
            cell.rjust(width) if number else cell.ljust(width)
            for cell, width, number in zip(cells, widths, numbers, strict=True)
        ).rstrip()

    return "\n".join(line(cells) for cells in [headings, *body])


def _cell(value: object) -> str:
    if value is None:
        return "–"
    if isinstance(value, float):
        return f"{value:,.1f}"
    return f"{value:,}" if isinstance(value, int) and not isinstance(value, bool) else str(value)
