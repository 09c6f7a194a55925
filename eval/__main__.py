"""`python -m eval`: every measurement from the shell. Knows nothing of how any of them is done."""

import asyncio
import os
import sys
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from eval.loadshell import commands as loads
from eval.logshell import commands
from eval.serviceshell import commands as services
from eval.shell import AsJson, Catalog, Embedder, OldIndex, clear_errors, say, whole
from eval.tables import show, show_differences
from eval.talkshell import commands as talks
from eval.tuneshell import commands as tuning

_VIOLATIONS_SHOWN = 20

app = typer.Typer(help=__doc__, no_args_is_help=True, add_completion=False, pretty_exceptions_enable=False)
app.add_typer(commands)
app.add_typer(talks)
app.add_typer(tuning)
app.add_typer(loads)
app.add_typer(services)


@app.callback()
def _commands() -> None:  # pyright: ignore[reportUnusedFunction]
    """How good is it, and how fast?"""


@app.command()
def retrieval(
    catalog: Catalog,
    queries: Annotated[Path | None, typer.Option(help="JSON Lines of {id, text}, .gz or not.")] = None,
    qrels: Annotated[Path | None, typer.Option(help="Judgments: query, 0, product, grade.")] = None,
    by_rule: Annotated[bool, typer.Option("--by-rule", help="Make queries from the catalogue's own fields.")] = False,
    relevant_from: Annotated[int, typer.Option(help="The grade from which on a product is relevant.")] = 1,
    better_from: Annotated[int, typer.Option(help="The better one of a pair has this grade or more.")] = 1,
    worse_to: Annotated[int, typer.Option(help="The worse one of a pair has this grade or less.")] = 0,
    k: Annotated[str, typer.Option(help="How deep to look.")] = "10,50,100",
    arm: Annotated[list[str] | None, typer.Option(help="bm25, dense, hybrid, rerank, production; repeatable.")] = None,
    index: OldIndex = None,
    embedder: Embedder = "minilm",
    reranker: Annotated[str | None, typer.Option(help="A cross-encoder, folder or hub id, for --arm rerank.")] = None,
    limit: Annotated[int | None, typer.Option(min=1, help="Only the first queries.")] = None,
    as_json: AsJson = None,
) -> None:
    """Judged queries through every arm: recall, NDCG, MRR, pairwise accuracy, and the differences between arms."""
    from eval.arms import NAMES
    from eval.retrieval import Judging, compared
    from retrieval.rerank import CrossEncoderReranker

    if by_rule == (queries is not None or qrels is not None) or (queries is None) != (qrels is None):
        raise typer.BadParameter("give --queries and --qrels, or --by-rule")
    if strange := set(arm or ()) - set(NAMES):
        raise typer.BadParameter(f"--arm {', '.join(sorted(strange))} is none of {', '.join(NAMES)}")
    if "rerank" in (arm or ()) and reranker is None:
        raise typer.BadParameter("--arm rerank needs --reranker MODEL")
    ks = whole(k, "--k", most=500)
    judging = Judging(relevant_from=relevant_from, better_from=better_from, worse_to=worse_to, ks=ks)
    with clear_errors():
        results, differences = asyncio.run(
            compared(
                catalog,
                queries=queries,
                qrels=qrels,
                judging=judging,
                arms=arm or NAMES,
                index=index,
                embedder=embedder,
                reranker=CrossEncoderReranker(reranker, threads=os.cpu_count() or 1) if reranker else None,
                limit=limit,
                say=say,
            )
        )
    show(results)
    show_differences(differences)
    if as_json:
        results.write(as_json)


@app.command()
def speed(
    catalog: Annotated[Path | None, typer.Option(help="catalog.jsonl, .gz or not.")] = None,
    vectors: Annotated[bool, typer.Option("--vectors", help="Search by vector, in shops of random vectors.")] = False,
    text_like: Annotated[
        bool, typer.Option("--text-like", help="With --vectors: vectors with the structure of texts'.")
    ] = False,
    sizes: Annotated[str, typer.Option(help="How many products, with --vectors.")] = "10000,46000,100000",
    limit: Annotated[int | None, typer.Option(help="Only the first products; not with --index.")] = None,
    queries: Annotated[int, typer.Option(min=10, max=500)] = 200,
    peer_queries: Annotated[int, typer.Option(min=1, help="Asked of qdrant-client's local mode, which is slow.")] = 3,
    index: OldIndex = None,
    embedder: Embedder = "minilm",
    as_json: AsJson = None,
) -> None:
    """Search with and without filters, through the worker, against qdrant-client's local mode and raw hnswlib."""
    from eval.speed import speed as measure
    from eval.speed import vector_speed

    if vectors == (catalog is not None):
        raise typer.BadParameter("give --catalog, or --vectors")
    many = whole(sizes, "--sizes")
    with clear_errors():
        if catalog is None:
            results = asyncio.run(
                vector_speed(many, text_like=text_like, queries=queries, peer_queries=peer_queries, say=say)
            )
        else:
            results = asyncio.run(
                measure(
                    catalog,
                    limit=limit,
                    queries=queries,
                    peer_queries=peer_queries,
                    index=index,
                    embedder=embedder,
                    say=say,
                )
            )
    show(results)
    if as_json:
        results.write(as_json)


@app.command()
def constraints(
    catalog: Catalog,
    searches: Annotated[int, typer.Option(min=1)] = 5000,
    index: OldIndex = None,
    embedder: Embedder = "minilm",
    as_json: AsJson = None,
) -> None:
    """Made-up filtered searches through the production search, every hit read again: are filters kept?"""
    from eval.constraints import constrained

    with clear_errors():
        results, violations = asyncio.run(
            constrained(catalog, searches=searches, index=index, embedder=embedder, say=say)
        )
    show(results)
    if as_json:
        results.write(as_json)
    for each in violations[:_VIOLATIONS_SHOWN]:
        query = each.query.model_dump_json(exclude_defaults=True)
        say(f"violation: {each.product_id} breaks {', '.join(each.names)} of {query}")
    if violations:
        sys.exit(1)


@app.command()
def turns(
    scripts: Annotated[Path, typer.Option(help="Conversations to hold: JSON Lines of {id, steps}.")],
    index: Annotated[Path, typer.Option(help="A built index.")],
    limit: Annotated[int | None, typer.Option(help="Only the first scripts.")] = None,
    as_json: AsJson = None,
    rows: Annotated[Path | None, typer.Option(help="Write every turn here, as JSON Lines.")] = None,
) -> None:
    """Scripted conversations through the production turn, with a real model: speed, cost and truth."""
    from eval.turns import measured

    console = Console(stderr=True)
    with clear_errors():
        results, said, faults = asyncio.run(
            measured(scripts, index, limit=limit, say=lambda line: console.print(line, markup=False, highlight=False))
        )
    show(results)
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


if __name__ == "__main__":
    app()
