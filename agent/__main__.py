"""`python -m agent export | import`: a shop's journal as files, and event logs into a journal, from the shell."""

import asyncio
import sys
from collections.abc import Generator, Iterable
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.markup import escape

from agent.eventlog import lines_of
from agent.exchange import Imported, brought_in, exposure_lines, feedback_lines, shoppers_log
from agent.journal import JournalError, Logged
from agent.sqljournal import SqlJournal
from retrieval.feeds.formats import opened
from retrieval.query import RetrievalError
from retrieval.shell import print_problems

app = typer.Typer(add_completion=False, pretty_exceptions_enable=False, help=__doc__)
console = Console(stderr=True, highlight=False, soft_wrap=True)

Url = Annotated[str, typer.Option("--journal", help="SQLAlchemy URL, such as sqlite:///.floorwalker/journal.db.")]


@app.command("export")
def write(
    journal: Url,
    events: Annotated[Path | None, typer.Option(help="Write session events here, sorted by time.")] = None,
    exposures: Annotated[Path | None, typer.Option(help="Write what was shown, and what came of it.")] = None,
    feedback: Annotated[Path | None, typer.Option(help="Write thumbs here.")] = None,
) -> None:
    """Write a journal as JSON Lines. The shop may run meanwhile."""
    if not (events or exposures or feedback):
        raise typer.BadParameter("name at least one of --events, --exposures and --feedback")
    with _clear_errors(), console.status("Reading the journal …"):
        log = asyncio.run(_log(journal))
        for path, lines in ((events, lines_of), (exposures, exposure_lines), (feedback, feedback_lines)):
            if path:
                console.print(f"{_saved(path, lines(log)):,} lines in {escape(str(path))}")


@app.command("import")
def read(journal: Url, events: Annotated[Path, typer.Option(help="JSON Lines, gzipped or not.")]) -> None:
    """Read session events into a journal. Bad lines are named and the others kept; what is there already stays."""
    with _clear_errors(), console.status("Reading the events …"), opened(events) as lines:
        taken = asyncio.run(_brought_in(journal, lines))
    console.print(f"{taken.accepted:,} events written, {taken.duplicates:,} there already")
    print_problems(taken.problems, len(taken.problems))


async def _log(url: str) -> list[Logged]:
    journal = await SqlJournal.open(url)
    try:
        return await shoppers_log(journal)
    finally:
        await journal.close()


async def _brought_in(url: str, lines: Iterable[str]) -> Imported:
    journal = await SqlJournal.open(url)
    try:
        return await brought_in(journal, lines)
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
