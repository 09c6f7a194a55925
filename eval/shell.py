"""What the commands of `python -m eval` share: options, and how progress and errors are told. Knows no measurement."""

import sys
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.markup import escape

from agent.journal import JournalError
from eval.errors import EvalError
from retrieval.query import RetrievalError

Catalog = Annotated[Path, typer.Option(help="catalog.jsonl, .gz or not.")]
OldIndex = Annotated[
    Path | None, typer.Option("--index", help="An index of this catalogue to use instead of a new one.")
]
Embedder = Annotated[str, typer.Option(help="For a new index.")]
AsJson = Annotated[Path | None, typer.Option("--json", help="Write the figures here.")]


@contextmanager
def clear_errors() -> Generator[None]:
    """An error of ours is told in its own words, and ends the process with 1."""
    try:
        yield
    except (RetrievalError, EvalError, JournalError) as error:
        Console(stderr=True, soft_wrap=True).print(f"[red]{escape(str(error))}[/red]", highlight=False)
        sys.exit(1)


def say(line: str) -> None:
    """How far a measurement has come; on standard error."""
    Console(stderr=True, soft_wrap=True).print(line, markup=False, highlight=False)


def whole(text: str, option: str, *, most: int = 10**7) -> tuple[int, ...]:
    """Whole numbers from 1 to `most`, split by commas, lowest first."""
    try:
        held = tuple(sorted({int(each) for each in text.split(",")}))
    except ValueError:
        held = ()
    if not held or held[0] < 1 or held[-1] > most:
        raise typer.BadParameter(f"{option} {text!r}: write whole numbers from 1 to {most:,}, such as 10,50")
    return held
