"""`python -m retrieval passages build | search`: the shop's pages from the shell, beside the index of its products.

A build may run while the shop is open, which takes it up by itself; a search needs no index of products. Knows nothing
of chat.
"""

import asyncio
from pathlib import Path
from typing import Annotated, Protocol

import typer
from rich.console import Console
from rich.markup import escape

from retrieval.embed import DEFAULT, open_embedder
from retrieval.generations import current
from retrieval.knowledge.ask import Knowledge, PageStore
from retrieval.knowledge.pagefile import PageFile
from retrieval.knowledge.pages import PageSet, page_set
from retrieval.knowledge.passage import Passage, PassageHit
from retrieval.knowledge.reader import PageProblem, read_pages
from retrieval.lexical import Analyzer
from retrieval.place import Address, Place, place_of
from retrieval.query import IndexFault, IndexMissing, PassagesError
from retrieval.shell import AsJson, clear_errors
from retrieval.words import read_words, words_of

app = typer.Typer(help="The shop's pages: policies, questions and answers.", no_args_is_help=True)

Index = Annotated[str, typer.Option(help="The directory of the index, or http://SERVER:6333/NAME.")]


class _Store(PageStore, Protocol):
    async def write(self, pages: PageSet) -> None: ...


@app.command()
def build(
    docs: Annotated[Path, typer.Option(help="A folder of .md and .html files; en/ and zh/ in it name languages.")],
    index: Index,
    base_url: Annotated[str | None, typer.Option(help="Where the folder is published, for links to its pages.")] = None,
    embedder: Annotated[str | None, typer.Option(help="That of the index, or minilm, if not given.")] = None,
    as_json: AsJson = False,
) -> None:
    """Read a folder of pages into the index; what was there before is replaced."""
    with clear_errors():
        place = place_of(index)
        read = list(read_pages(docs, base_url=base_url))
        passages = [each for each in read if isinstance(each, Passage)]
        problems = [each for each in read if isinstance(each, PageProblem)]
        if not passages:
            first = f" First problem: {problems[0].file}: {problems[0].reason}." if problems else ""
            raise PassagesError(f"No page of {docs} could be read.{first}", fix="Give pages with words in them.")
        with Console(stderr=True).status("embedding"):
            pages = page_set(passages, open_embedder(embedder or _embedder_of(place), threads=2))
        asyncio.run(_written(place, pages))
    if as_json:
        told = [each.model_dump_json() for each in problems]
        print(f'{{"passages": {len(passages)}, "problems": [{", ".join(told)}]}}')
        return
    files = len({each.source for each in passages})
    console = Console(soft_wrap=True)
    console.print(f"{len(passages):,} passages of {files:,} pages in {escape(index)}.", highlight=False)
    for each in problems:
        field = f", {each.field}" if each.field else ""
        console.print(escape(f"{each.file}{field}: {each.reason}; {each.fix}."), highlight=False)


@app.command()
def search(
    index: Index,
    question: Annotated[str, typer.Argument(help="As a shopper would ask it.")],
    limit: Annotated[int, typer.Option(min=1, max=20)] = 3,
    as_json: AsJson = False,
) -> None:
    """What the pages say to a question."""
    with clear_errors():
        hits = asyncio.run(_asked(place_of(index), question, limit))
    if as_json:
        print(f"[{', '.join(hit.model_dump_json() for hit in hits)}]")
        return
    console = Console(soft_wrap=True)
    if not hits:
        console.print("Nothing there supports an answer.")
    for hit in hits:
        passage = hit.passage
        where = " > ".join(part for part in (passage.title, passage.heading) if part)
        console.print(
            f"[bold]{hit.score:.2f}  {escape(where)}[/bold]  ({escape(passage.url or passage.source)})", highlight=False
        )
        console.print(f"      {escape(hit.sentence)}", highlight=False)


async def _asked(place: Place, question: str, limit: int) -> tuple[PassageHit, ...]:
    store = _store(place)
    try:
        if await store.mark() is None:
            fix = f"Run: python -m retrieval passages build --docs DIR --index {place}"
            raise IndexMissing(f"There are no pages in {place}.", fix=fix)
        held = await store.load()
        words = read_words() if isinstance(place, Address) else words_of(place)
        return await Knowledge(store).passages(question, open_embedder(held.embedder), Analyzer(words), limit)
    finally:
        await store.close()


async def _written(place: Place, pages: PageSet) -> None:
    store = _store(place)
    try:
        await store.write(pages)
    finally:
        await store.close()


def _store(place: Place) -> _Store:
    if isinstance(place, Address):
        from retrieval.server.pages import PageCollection

        return PageCollection.at(place)
    return PageFile(place)


def _embedder_of(place: Place) -> str:
    """So that a shop needs one embedder only. An index on a server is asked nothing."""
    if isinstance(place, Address):
        return DEFAULT
    try:
        return current(place)[1].embedder
    except IndexFault:
        return DEFAULT
