"""`upsert` and `delete` from the shell: to a running shop, or into a directory that no shop has open."""

import asyncio
import os
from collections.abc import AsyncGenerator, Iterator, Sequence
from contextlib import asynccontextmanager
from itertools import islice
from pathlib import Path
from typing import Annotated, Protocol

import typer
from pydantic import BaseModel
from rich.console import Console
from rich.markup import escape
from rich.progress import Progress, TextColumn, TimeElapsedColumn
from rich.table import Table

from retrieval.feeds.reader import Reading, RowProblem, read_feed
from retrieval.opening import OpenRetriever, open_retriever
from retrieval.place import place_of
from retrieval.product import Product
from retrieval.query import FeedError
from retrieval.running_shop import Rejected, Taken, running_shop
from retrieval.shell import AsJson, Columns, Currency, clear_errors, print_problems, reading

KEY = "FLOORWALKER_MERCHANT_KEY"
_AT_ONCE = 200
_SHOWN = 20

Index = Annotated[
    str | None,
    typer.Option(help="The directory of the index, which no shop may have open; or http://SERVER:6333/NAME."),
]
Shop = Annotated[str | None, typer.Option(help=f"The address of a running shop; its merchant key in {KEY}.")]


class Written(BaseModel, frozen=True, extra="forbid"):
    """What became of a feed."""

    accepted: int
    rejected: tuple[Rejected, ...]
    """Products that the shop refused."""
    problems: tuple[RowProblem, ...]
    """Rows that are no products, or lost a field."""


class _Writer(Protocol):
    async def upsert(self, products: Sequence[Product]) -> Taken: ...

    async def delete(self, ids: Sequence[str]) -> int: ...


class _Index:
    """An index that we open ourselves, as a writer."""

    def __init__(self, opened: OpenRetriever) -> None:
        self._opened = opened

    async def upsert(self, products: Sequence[Product]) -> Taken:
        return Taken(accepted=await self._opened.upsert(tuple(products)))

    async def delete(self, ids: Sequence[str]) -> int:
        return await self._opened.delete(tuple(ids))


def upsert(
    feed: Annotated[Path, typer.Option(help="Products to add or replace; the others stay as they are.")],
    index: Index = None,
    shop: Shop = None,
    column: Columns = None,
    currency: Currency = None,
    as_json: AsJson = False,
) -> None:
    """Add or replace products of an index that was built. They are found by the next search."""
    with clear_errors():
        written = asyncio.run(_upserted(feed, reading(column, currency), index, shop))
    if as_json:
        print(written.model_dump_json(indent=1))
    else:
        _print(written, str(shop or index))


def delete(
    ids: Annotated[list[str], typer.Argument(help="The ids of the products to remove.")],
    index: Index = None,
    shop: Shop = None,
) -> None:
    """Remove products from an index."""

    async def deleted() -> int:
        async with _writer(index, shop) as writer:
            return await writer.delete(ids)

    with clear_errors():
        gone = asyncio.run(deleted())
    Console().print(f"{gone:,} of {len(ids):,} removed; the others were not there.", highlight=False)


async def _upserted(feed: Path, told: Reading, index: str | None, shop: str | None) -> Written:
    problems: list[RowProblem] = []
    rejected: list[Rejected] = []
    accepted = 0
    columns = (TextColumn("writing"), TextColumn("{task.completed:,.0f} products"), TimeElapsedColumn())
    with Progress(*columns, console=Console(stderr=True)) as bars:
        bar = bars.add_task("writing", total=None)
        async with _writer(index, shop) as writer:
            for products in _chunks(feed, told, problems):
                taken = await writer.upsert(products)
                accepted += taken.accepted
                rejected += taken.rejected
                bars.update(bar, completed=accepted)
    if not accepted and not rejected:
        raise FeedError(f"{feed} has no usable product.", fix="Give every row at least an id and a title.")
    return Written(accepted=accepted, rejected=tuple(rejected), problems=tuple(problems))


def _chunks(feed: Path, told: Reading, problems: list[RowProblem]) -> Iterator[list[Product]]:
    """The feed's products; its problems are put aside."""

    def good() -> Iterator[Product]:
        for each in read_feed(feed, told):
            if isinstance(each, Product):
                yield each
            else:
                problems.append(each)

    products = good()
    while chunk := list(islice(products, _AT_ONCE)):
        yield chunk


@asynccontextmanager
async def _writer(index: str | None, shop: str | None) -> AsyncGenerator[_Writer]:
    if index and not shop:
        opened = await open_retriever(place_of(index))
        try:
            yield _Index(opened)
        finally:
            await opened.close()
    elif shop and not index:
        key = os.environ.get(KEY)
        if not key:
            raise typer.BadParameter(f"set {KEY} to the shop's merchant key; it may keep one in DATA/merchant_key")
        async with running_shop(shop, key) as there:
            yield there
    else:
        raise typer.BadParameter("give either --index DIR or, while the shop runs, --shop URL")


def _print(written: Written, where: str) -> None:
    console = Console()
    console.print(f"{written.accepted:,} products written to {where}.", highlight=False, soft_wrap=True)
    if written.rejected:
        table = Table("product", "code", "field", "what to do", title=f"{len(written.rejected):,} refused by the shop")
        for row in written.rejected[:_SHOWN]:
            table.add_row(*map(escape, (row.id, row.code, row.field, row.fix)))
        console.print(table)
    print_problems(written.problems, len(written.problems))
