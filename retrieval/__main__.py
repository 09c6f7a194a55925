"""`python -m retrieval build | search | facets | upsert | delete | passages`: an index from the shell.

A build may run beside the shop that serves. `upsert` and `delete` write to a running shop, or, like `search` and
`facets`, open a directory themselves, which that shop must not have open then; an index on a server is open to all.
Knows nothing of chat.
"""

import asyncio
from decimal import Decimal
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.markup import escape
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn
from rich.table import Table

from retrieval.build import BuildReport, build_in_child
from retrieval.build import Progress as BuildProgress
from retrieval.embed import DEFAULT
from retrieval.opening import open_retriever
from retrieval.place import place_of
from retrieval.product import exponent
from retrieval.query import Facets, Filters, RankContext, Retriever, SearchQuery, SearchResult
from retrieval.shell import AsJson, Columns, Currency, clear_errors, print_problems, reading
from retrieval.shell_passages import app as passages
from retrieval.shell_writes import delete, upsert

app = typer.Typer(help=__doc__, no_args_is_help=True, add_completion=False, pretty_exceptions_enable=False)
app.command()(upsert)
app.command()(delete)
app.add_typer(passages, name="passages")

Index = Annotated[str, typer.Option(help="The directory of the index, or http://SERVER:6333/NAME.")]


@app.command()
def build(
    feed: Annotated[Path, typer.Option(help="JSONL, CSV, Google Merchant, Shopify or UCP, gzipped or not.")],
    index: Index,
    column: Columns = None,
    currency: Currency = None,
    embedder: Annotated[str, typer.Option(help="minilm, hash (for trials), a folder, or a hub id.")] = DEFAULT,
    as_json: AsJson = False,
) -> None:
    """Build an index from a feed. Killed at any point, it continues when it is run again."""
    told = reading(column, currency)
    console = Console(stderr=True)
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TextColumn("{task.fields[speed]}"))
    with clear_errors(), Progress(*columns, TimeElapsedColumn(), console=console) as bars:
        bar = bars.add_task("reading", total=None, speed="")

        def show(progress: BuildProgress) -> None:
            if bars.tasks[bar].description != progress.stage:
                bars.reset(bar, description=progress.stage, total=progress.total or None)
            bars.update(bar, completed=progress.done)
            speed = bars.tasks[bar].speed
            bars.update(bar, speed=f"{speed:,.0f} products/s" if speed else "")

        report = build_in_child(feed, place_of(index), reading=told, embedder=embedder, on_progress=show)
    if as_json:
        print(report.model_dump_json(indent=1))
    else:
        _print_report(report, index)


@app.command()
def search(
    index: Index,
    text: Annotated[str, typer.Argument(help="The words to search for; none lists what satisfies the filters.")] = "",
    like: Annotated[str | None, typer.Option(help="The id of a product to find similar ones to.")] = None,
    max_price: Annotated[float | None, typer.Option(help="In major units, such as 199.99.")] = None,
    min_price: Annotated[float | None, typer.Option(help="In major units.")] = None,
    currency: Annotated[str | None, typer.Option(help="Of the prices; the shop's usual one if not given.")] = None,
    category: Annotated[list[str] | None, typer.Option(help="Any of these; may be repeated.")] = None,
    brand: Annotated[list[str] | None, typer.Option(help="Any of these; may be repeated.")] = None,
    attribute: Annotated[list[str] | None, typer.Option(help="NAME=VALUE; may be repeated.")] = None,
    min_rating: Annotated[float | None, typer.Option(help="Stars, 0 to 5.")] = None,
    in_stock: Annotated[bool, typer.Option("--in-stock", help="Only what is known to be in stock.")] = False,
    limit: Annotated[int, typer.Option(min=1, max=100)] = 10,
    as_json: AsJson = False,
) -> None:
    """Search an index."""

    async def searched() -> SearchResult:
        searcher = await open_retriever(place_of(index))
        try:
            code = currency or await _usual_currency(searcher, min_price, max_price)
            filters = Filters(
                price_min=_minor(min_price, code),
                price_max=_minor(max_price, code),
                currency=code,
                categories=tuple(category or ()),
                brands=tuple(brand or ()),
                attributes=_attributes(attribute or []),
                rating_min=min_rating,
                in_stock=in_stock,
            )
            query = SearchQuery(text=text, like=like, filters=filters)
            return await searcher.search(query, RankContext(limit=limit))
        except ValueError as error:
            raise typer.BadParameter(str(error)) from error
        finally:
            await searcher.close()

    with clear_errors():
        result = asyncio.run(searched())
    if as_json:
        print(result.model_dump_json(indent=1))
    else:
        _print_hits(result)


@app.command()
def facets(index: Index, as_json: AsJson = False) -> None:
    """What the products of an index can be told apart by."""

    async def counted() -> Facets:
        held = await open_retriever(place_of(index))
        try:
            return await held.facets()
        finally:
            await held.close()

    with clear_errors():
        found = asyncio.run(counted())
    if as_json:
        print(found.model_dump_json(indent=1))
    else:
        _print_facets(found)


async def _usual_currency(searcher: Retriever, *bounds: float | None) -> str | None:
    if all(bound is None for bound in bounds):
        return None
    prices = (await searcher.facets()).prices
    # A shop without prices still gets its answer: the search says that the bound was ignored.
    return max(prices, key=lambda code: prices[code].count, default="USD")


def _minor(major: float | None, currency: str | None) -> int | None:
    return None if major is None or currency is None else int(Decimal(str(major)).scaleb(exponent(currency)))


def _attributes(pairs: list[str]) -> dict[str, tuple[str, ...]]:
    attributes: dict[str, tuple[str, ...]] = {}
    for pair in pairs:
        name, equals, value = pair.partition("=")
        if not equals:
            raise ValueError(f"{pair!r} is not NAME=VALUE")
        attributes[name] = (*attributes.get(name, ()), value)
    return attributes


def _print_report(report: BuildReport, index: str) -> None:
    console = Console()
    rate = report.products / report.seconds if report.seconds else 0
    console.print(
        f"{report.products:,} products in {index} ({report.generation}): {report.embedded:,} texts embedded, "
        f"{report.seconds:,.1f} s, {rate:,.0f} products/s, {report.peak_bytes / 2**20:,.0f} MiB at most.",
        highlight=False,
        soft_wrap=True,
    )
    print_problems(report.problems, report.problem_count)


def _print_hits(result: SearchResult) -> None:
    console = Console()
    for field in result.unknown_fields:
        console.print(f"{field} was ignored: no product of this shop has it.", highlight=False)
    for each in result.relaxed:
        console.print(f"Nothing satisfied everything; {each.name or each.field} was dropped.", highlight=False)
    table = Table("score", "product", "brand", "price", "why")
    for hit in result.hits:
        product = hit.product
        why = ", ".join(f"{part.name} {part.value:+.2f}" for part in hit.contributions)
        price = product.price.text if product.price else "?"
        table.add_row(f"{hit.score:.2f}", escape(product.title), escape(product.brand or "?"), price, why)
    console.print(table if result.hits else "Nothing found.")


def _print_facets(found: Facets) -> None:
    console = Console()
    console.print(f"{found.count:,} products, {found.rated:,} with a rating.", highlight=False)
    for code, span in found.prices.items():
        low, high = (Decimal(end).scaleb(-exponent(code)) for end in (span.low, span.high))
        console.print(f"Prices from {low:,} to {high:,} {code} on {span.count:,}.", highlight=False)
    table = Table("facet", "values", "most frequent")
    named = {"category": found.categories, "brand": found.brands, "availability": found.availability}
    for name, counts in {**named, **found.attributes}.items():
        if counts:
            top = sorted(counts.items(), key=lambda held: -held[1])[:5]
            table.add_row(escape(name), f"{len(counts):,}", escape(", ".join(f"{each} ({n:,})" for each, n in top)))
    console.print(table)


if __name__ == "__main__":
    app()
