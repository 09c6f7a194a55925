"""`python -m eval`: every measurement from the shell. Knows nothing of how any of them is done."""

import asyncio
import sys
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.markup import escape
from rich.table import Table

from eval.results import Results
from retrieval.query import RetrievalError

app = typer.Typer(help=__doc__, no_args_is_help=True, add_completion=False, pretty_exceptions_enable=False)


@app.callback()
def _commands() -> None:  # pyright: ignore[reportUnusedFunction]
    """How good is it, and how fast?"""


@app.command()
def speed(
    catalog: Annotated[Path, typer.Option(help="catalog.jsonl, .gz or not.")],
    limit: Annotated[int | None, typer.Option(help="Only the first products; not with --index.")] = None,
    queries: Annotated[int, typer.Option(min=10)] = 200,
    peer_queries: Annotated[int, typer.Option(min=3, help="Asked of qdrant-client's local mode, which is slow.")] = 10,
    index: Annotated[Path | None, typer.Option(help="An index of this catalogue to use instead of a new one.")] = None,
    embedder: Annotated[str, typer.Option(help="For a new index.")] = "minilm",
    as_json: Annotated[Path | None, typer.Option("--json", help="Write the figures here.")] = None,
) -> None:
    """Hybrid search with filters: through the worker, and in qdrant-client's local mode."""
    from eval.speed import speed as measure

    console = Console(stderr=True)
    try:
        results = asyncio.run(
            measure(
                catalog,
                limit=limit,
                queries=queries,
                peer_queries=peer_queries,
                index=index,
                embedder=embedder,
                say=lambda line: console.print(line, highlight=False),
            )
        )
    except RetrievalError as error:
        Console(stderr=True, soft_wrap=True).print(f"[red]{escape(str(error))}[/red]", highlight=False)
        sys.exit(1)
    _show(results)
    if as_json:
        results.write(as_json)


@app.command()
def turns(
    scripts: Annotated[Path, typer.Option(help="Conversations to hold: JSON Lines of {id, steps}.")],
    index: Annotated[Path, typer.Option(help="A built index.")],
    limit: Annotated[int | None, typer.Option(help="Only the first scripts.")] = None,
    as_json: Annotated[Path | None, typer.Option("--json", help="Write the figures here.")] = None,
    rows: Annotated[Path | None, typer.Option(help="Write every turn here, as JSON Lines.")] = None,
) -> None:
    """Scripted conversations through the production turn, with a real model: speed, cost and truth."""
    from eval.turns import measured

    console = Console(stderr=True)
    try:
        results, said, faults = asyncio.run(
            measured(scripts, index, limit=limit, say=lambda line: console.print(line, markup=False, highlight=False))
        )
    except RetrievalError as error:
        console.print(f"[red]{escape(str(error))}[/red]", highlight=False)
        sys.exit(1)
    _show(results)
    if as_json:
        results.write(as_json)
    if rows:
        rows.write_text("".join(row.model_dump_json() + "\n" for row in said), "utf-8")
    for row in said:
        for accusation in row.accusations:
            console.print(
                f"accused: {row.script}: {accusation.kind}: {accusation.quote} ({accusation.why})", markup=False
            )
    if faults:
        console.print("; ".join(faults), style="red", markup=False)
        sys.exit(1)


def _show(results: Results) -> None:
    table = Table("arm", "metric", "value", "95% interval", "n", title=f"{results.command}: {results.data}")
    for arm, metrics in results.arms.items():
        for name, held in metrics.items():
            table.add_row(arm, name, f"{held.mean:,.2f}", f"{held.low:,.2f} to {held.high:,.2f}", f"{held.n:,}")
    Console().print(table)


if __name__ == "__main__":
    app()
