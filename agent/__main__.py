"""From the shell: `python -m agent export | import | shopper | erase | orders`: a shop's journal as files, event logs
into one, what it holds of a shopper, and a feed of orders into a database.
"""

import asyncio
import sys
from collections.abc import Awaitable, Callable, Generator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated, TypeVar

import typer
from pydantic import ValidationError
from rich.console import Console
from rich.markup import escape

from agent.eventlog import lines_of
from agent.exchange import brought_in, exposure_lines, feedback_lines, shoppers_log
from agent.journal import Journal, JournalError
from agent.orders import OrderError
from agent.shoppers import erased_shopper, shopper_lines
from agent.sqljournal import SqlJournal
from agent.sqlorders import KeptOrder, written
from retrieval.feeds.formats import opened
from retrieval.query import RetrievalError
from retrieval.shell import print_problems

app = typer.Typer(add_completion=False, pretty_exceptions_enable=False, help=__doc__)
console = Console(stderr=True, highlight=False, soft_wrap=True)

T = TypeVar("T")
Url = Annotated[str, typer.Option("--journal", help="SQLAlchemy URL, such as sqlite:///.floorwalker/journal.db.")]


@app.command("export")
def write(
    journal: Url,
    events: Annotated[Path | None, typer.Option(help="Write session events here, sorted by time.")] = None,
    exposures: Annotated[Path | None, typer.Option(help="Write what was shown, and what came of it.")] = None,
    feedback: Annotated[Path | None, typer.Option(help="Write thumbs here.")] = None,
) -> None:
    """Write a journal as JSON Lines, without what shoppers do not want used. The shop may run meanwhile."""
    if not (events or exposures or feedback):
        raise typer.BadParameter("name at least one of --events, --exposures and --feedback")
    with _clear_errors(), console.status("Reading the journal …"):
        log = asyncio.run(_with(journal, shoppers_log))
        for path, lines in ((events, lines_of), (exposures, exposure_lines), (feedback, feedback_lines)):
            if path:
                console.print(f"{_saved(path, lines(log)):,} lines in {escape(str(path))}")


@app.command("import")
def read(journal: Url, events: Annotated[Path, typer.Option(help="JSON Lines, gzipped or not.")]) -> None:
    """Read session events into a journal. Bad lines are named and the others kept; what is there already stays."""
    with _clear_errors(), console.status("Reading the events …"), opened(events) as lines:
        taken = asyncio.run(_with(journal, lambda held: brought_in(held, lines)))
    console.print(f"{taken.accepted:,} events written, {taken.duplicates:,} there already")
    print_problems(taken.problems, len(taken.problems))


Shopper = Annotated[str, typer.Argument(help="The shopper's id, as the shop reports it.")]


@app.command()
def shopper(shopper_id: Shopper, journal: Url, out: Annotated[Path, typer.Option(help="The file to write.")]) -> None:
    """Write all that the journal holds of a shopper, as JSON Lines."""
    with _clear_errors(), console.status("Reading the journal …"):
        lines = asyncio.run(_with(journal, lambda held: shopper_lines(held, shopper_id)))
        console.print(f"{_saved(out, lines):,} lines in {escape(str(out))}")


@app.command()
def erase(shopper_id: Shopper, journal: Url) -> None:
    """Remove all that the journal holds of a shopper. A session that a running shop holds in memory is forgotten there
    15 minutes after its last page has closed."""
    with _clear_errors(), console.status("Reading the journal …"):
        count = asyncio.run(_with(journal, lambda held: erased_shopper(held, shopper_id)))
    console.print(f"{count:,} records erased")


@app.command()
def orders(
    feed: Annotated[Path, typer.Option(help="JSON Lines: `shopper` and `order` of each.")],
    url: Annotated[str, typer.Option(help="SQLAlchemy URL, such as sqlite:///.floorwalker/orders.db.")],
) -> None:
    """Write orders into the database that the assistant looks them up in. Bad lines are named, the others kept."""
    kept: list[KeptOrder] = []
    bad = 0
    with opened(feed) as lines:
        for number, line in enumerate(lines, start=1):
            try:
                kept.append(KeptOrder.model_validate_json(line))
            except ValidationError as error:
                first, bad = error.errors()[0], bad + 1
                where = ".".join(str(part) for part in first["loc"])
                console.print(f"line {number}: {escape(where or 'line')}: {escape(first['msg'])}")
    try:
        count = written(url, kept)
    except OrderError as error:
        console.print(escape(str(error)))
        raise typer.Exit(1) from error
    console.print(f"{count:,} orders written, {bad:,} lines rejected")


async def _with(url: str, work: Callable[[Journal], Awaitable[T]]) -> T:
    journal = await SqlJournal.open(url)
    try:
        return await work(journal)
    finally:
        await journal.close()


def _saved(path: Path, lines: list[str]) -> int:
    path.write_text("".join(f"{line}\n" for line in lines), "utf-8")
    return len(lines)


@contextmanager
def _clear_errors() -> Generator[None]:
    """An error becomes one line on standard error, and exit status 1."""
    try:
        yield
    except (JournalError, RetrievalError, OSError) as error:
        console.print(f"[red]{escape(str(error))}[/red]")
        sys.exit(1)


if __name__ == "__main__":
    app()
