"""``python -m bench``: measures, prints tables beside the goals, and writes the results."""

import gc
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

import processes
from bench import catalog, growth, home, imports, pages, queries, queue, raw, results, rollups
from bench.timing import Effort
from database import connections, demo, embedded, migrate
from settings import ROOT

# What says in one sentence what is in the way.
_EXPECTED = (
    home.HomeError,
    processes.StartError,
    embedded.EmbeddedError,
    migrate.MigrationError,
    demo.DemoDataError,
    connections.DatabaseUnavailableError,
)

# A trace with local variables says less than one without.
app = typer.Typer(add_completion=False, pretty_exceptions_enable=False, rich_markup_mode=None)


class Section(StrEnum):
    """What can be measured by itself."""

    queries = "queries"
    raw = "raw"
    rollups = "rollups"
    pages = "pages"
    queue = "queue"
    catalog = "catalog"
    imports = "imports"


@app.command()
def bench(
    directory: Annotated[
        Path,
        typer.Option("--home", help="Where the database is kept between runs."),
    ] = ROOT / "var" / "bench",
    jobs: Annotated[
        int | None,
        typer.Option(min=1000, help="About how many jobs an empty home gets. Default: 10 million."),
    ] = None,
    beside: Annotated[
        Path | None,
        typer.Option(help="A home with more data: how much longer does each query take there?"),
    ] = None,
    only: Annotated[
        list[Section] | None, typer.Option(help="Measure this section alone; may be repeated.")
    ] = None,
    repeat: Annotated[int, typer.Option(min=1, help="How often each thing is measured.")] = 20,
    output: Annotated[Path, typer.Option(help="The file of results.")] = results.LATEST,
) -> None:
    """Measure how fast queries and pages are, on demo data of a given size."""
    # As the server does: what is imported is never garbage, and to look through it all again and
    # again would be measured.
    gc.collect()
    gc.freeze()
    sections = only or ([] if beside else list(Section))
    try:
        with home.opened(directory.absolute(), jobs, typer.echo) as data:
            typer.echo(_size(data))
            for section in sections:
                rows = _measure(section, data, repeat)
                results.keep(output, data, {section.value: rows})
            if beside:
                rows = _compare(growth.Side(directory.absolute(), data), beside, repeat)
                results.keep(output, data, {"growth": rows})
    except _EXPECTED as error:
        typer.echo(str(error), err=True)
        raise typer.Exit(1) from None
    typer.echo(f"\nWritten to {output}")


def _size(data: home.Data) -> str:
    return f"{data.jobs:,} jobs, {data.shoppers:,} shoppers, {data.brands:,} brands"


def _compare(side: growth.Side, beside: Path, times: int) -> list[dict[str, object]]:
    with home.opened(beside.absolute(), None, typer.echo) as more:
        typer.echo(f"Beside it {_size(more)}")
        rows = growth.measure(side, growth.Side(beside.absolute(), more), Effort(times, seconds=10))
        typer.echo(growth.report(rows))
    return rows


def _measure(section: Section, data: home.Data, times: int) -> list[dict[str, object]]:
    typer.echo(f"\n{section.value}")
    if section is Section.queries:
        rows = queries.measure(data.until, Effort(times, seconds=5))
        typer.echo(queries.report(rows))
    elif section is Section.pages:
        rows = pages.measure(Effort(times, seconds=60))
        typer.echo(pages.report(rows))
    elif section is Section.rollups:
        rows = rollups.measure(data.until)
        typer.echo(rollups.report(rows))
    elif section is Section.catalog:
        rows = catalog.measure(Effort(times, seconds=5))
        typer.echo(catalog.report(rows))
    elif section is Section.imports:
        rows = imports.measure()
        typer.echo(imports.report(rows))
    elif section is Section.queue:
        rows = queue.measure()
        typer.echo(queue.report(rows))
    else:
        rows = raw.measure(data.until, Effort(min(times, 5), seconds=30))
        timed = {"name": "query", "range": "range", "p50_ms": "p50 ms", "p95_ms": "p95 ms"}
        typer.echo(results.table(timed, rows))
    return rows


if __name__ == "__main__":
    app()
