"""What the commands of the shell share: options, and how problems and errors are printed."""

import sys
from collections.abc import Generator, Sequence
from contextlib import contextmanager
from typing import Annotated

import typer
from rich.console import Console
from rich.markup import escape
from rich.table import Table

from retrieval.feeds.reader import Reading, RowProblem
from retrieval.query import RetrievalError

_PROBLEMS_SHOWN = 20

Columns = Annotated[list[str] | None, typer.Option("--column", help="THEIRS=OURS, such as sku=id; may be repeated.")]
Currency = Annotated[str | None, typer.Option(help="Of prices that do not name theirs, such as USD.")]
AsJson = Annotated[bool, typer.Option("--json", help="One JSON object on standard output.")]


def reading(columns: Columns, currency: Currency) -> Reading:
    """What the options say of a feed. Raises typer.BadParameter."""
    held: dict[str, str] = {}
    for pair in columns or ():
        theirs, equals, ours = pair.partition("=")
        if not equals or not theirs or not ours:
            raise typer.BadParameter(f"{pair!r} is not THEIRS=OURS", param_hint="--column")
        held[theirs.strip()] = ours.strip()
    return Reading(columns=held, currency=currency)


@contextmanager
def clear_errors() -> Generator[None]:
    """An error of this package becomes one line on standard error, and exit status 1."""
    try:
        yield
    except RetrievalError as error:
        Console(stderr=True, soft_wrap=True).print(f"[red]{escape(str(error))}[/red]", highlight=False)
        sys.exit(1)


def print_problems(problems: Sequence[RowProblem], count: int) -> None:
    """The first of a feed's problems as a table; `count` is of all of them."""
    if not count:
        return
    table = Table("line", "field", "what is wrong", "what to do", title=f"{count:,} problems")
    for problem in problems[:_PROBLEMS_SHOWN]:
        table.add_row(str(problem.line), *map(escape, (problem.field, problem.reason, problem.fix)))
    Console().print(table)
