"""`python -m eval`: every measurement from the shell. Knows nothing of how any of them is done."""

import asyncio
import os
import shlex
import sys
from collections.abc import Generator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.markup import escape

from agent.journal import JournalError
from eval.errors import EvalError
from eval.tables import show, show_differences
from retrieval.query import RetrievalError

_VIOLATIONS_SHOWN = 20

Catalog = Annotated[Path, typer.Option(help="catalog.jsonl, .gz or not.")]
OldIndex = Annotated[
    Path | None, typer.Option("--index", help="An index of this catalogue to use instead of a new one.")
]
Embedder = Annotated[str, typer.Option(help="For a new index.")]
AsJson = Annotated[Path | None, typer.Option("--json", help="Write the figures here.")]

app = typer.Typer(help=__doc__, no_args_is_help=True, add_completion=False, pretty_exceptions_enable=False)


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
    ks = _whole(k, "--k", most=500)
    judging = Judging(relevant_from=relevant_from, better_from=better_from, worse_to=worse_to, ks=ks)
    with _clear_errors():
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
                say=_say,
            )
        )
    show(results)
    show_differences(differences)
    if as_json:
        results.write(as_json)


@app.command()
def replay(
    catalog: Catalog,
    events: Annotated[Path, typer.Option(help="What may be learnt: an event log, or rows of next items.")],
    test_events: Annotated[Path | None, typer.Option(help="A later event log, to be foretold.")] = None,
    next_item: Annotated[Path | None, typer.Option(help="Rows of next items, to be foretold.")] = None,
    train_until: Annotated[
        str | None, typer.Option(help="ISO 8601: learn what lies before in --events, foretell the rest.")
    ] = None,
    baskets: Annotated[bool, typer.Option("--baskets", help="Foretell a known shopper's next basket.")] = False,
    ablate: Annotated[bool, typer.Option("--ablate", help="Also take out each part of the score.")] = False,
    ranker: Annotated[Path | None, typer.Option(help="A ranker of `train-ranker`, as the arm lambdamart.")] = None,
    index: OldIndex = None,
    embedder: Embedder = "minilm",
    limit: Annotated[int | None, typer.Option(min=1, help="Only the first steps.")] = None,
    report: Annotated[Path | None, typer.Option(help="Write a page with plots here.")] = None,
    as_json: AsJson = None,
) -> None:
    """Logged sessions through the production profile, candidates and ranking, one step ahead."""
    from eval.replay import read_task
    from eval.replay import replay as measure
    from eval.report import write_report
    from retrieval.lambdamart import LambdaRanker

    if sum(each is not None for each in (test_events, next_item, train_until)) != 1:
        raise typer.BadParameter("give one of --test-events, --next-item and --train-until")
    if baskets and next_item:
        raise typer.BadParameter("--baskets needs an event log")
    split = _instant(train_until) if train_until else None
    with _clear_errors():
        task = read_task(
            events, test_events=test_events, next_item=next_item, train_until=split, baskets=baskets, limit=limit
        )
        learnt = LambdaRanker.load(ranker) if ranker else None
        results, differences = asyncio.run(
            measure(catalog, task, index=index, embedder=embedder, ranker=learnt, ablate=ablate, say=_say)
        )
    show(results)
    show_differences(differences)
    if as_json:
        results.write(as_json)
    if report:
        write_report(report, results, differences, run=shlex.join(["python", "-m", "eval", *sys.argv[1:]]))


@app.command("train-ranker")
def train_ranker(
    out: Annotated[Path, typer.Option(help="Write the ranker here.")],
    catalog: Annotated[Path | None, typer.Option(help="catalog.jsonl, .gz or not; with --events.")] = None,
    events: Annotated[
        Path | None, typer.Option(help="What may be learnt: an event log, or rows of next items.")
    ] = None,
    next_item: Annotated[Path | None, typer.Option(help="Rows of next items, to measure the gain on.")] = None,
    train_until: Annotated[
        str | None, typer.Option(help="ISO 8601: learn what lies before in --events, measure the gain on the rest.")
    ] = None,
    journal: Annotated[str | None, typer.Option(help="Learn from a shop's journal instead, by SQLAlchemy URL.")] = None,
    index: OldIndex = None,
    embedder: Embedder = "minilm",
    limit: Annotated[int | None, typer.Option(min=1, help="Of each part of the log, only the first steps.")] = None,
    seed: Annotated[int, typer.Option(min=0)] = 0,
    threads: Annotated[int, typer.Option(min=1, help="Of LightGBM.")] = 1,
) -> None:
    """A learnt ranker for shoppers who browse, and its gain over the linear one on what it never saw."""
    from eval.replay import read_task
    from eval.trainranker import from_journal, from_log

    if (journal is None) == (events is None):
        raise typer.BadParameter("give --events (with --catalog), or --journal")
    if events and (catalog is None or (next_item is None) == (train_until is None)):
        raise typer.BadParameter("--events needs --catalog, and one of --next-item and --train-until")
    split = _instant(train_until) if train_until else None
    with _clear_errors():
        if events and catalog:
            task = read_task(events, next_item=next_item, train_until=split, limit=limit)
            trained = asyncio.run(
                from_log(
                    catalog,
                    events,
                    task,
                    index=index,
                    embedder=embedder,
                    limit=limit,
                    seed=seed,
                    threads=threads,
                    say=_say,
                )
            )
        else:
            assert journal is not None
            trained = asyncio.run(from_journal(journal, seed=seed, threads=threads, say=_say))
        trained.ranker.save(out)
    show_differences(trained.gains)


@app.command("train-intent")
def train_intent(
    events: Annotated[Path, typer.Option(help="An event log.")],
    out: Annotated[Path, typer.Option(help="Write the model here.")],
    catalog: Annotated[Path | None, typer.Option(help="catalog.jsonl, for the categories of what was viewed.")] = None,
    as_json: AsJson = None,
) -> None:
    """A model of purchase intent for `FLOORWALKER_INTENT`, and how far its chances can be trusted."""
    from eval.intent import trained
    from eval.logs import read_events
    from eval.results import Results, machine
    from retrieval.feeds.reader import read_feed
    from retrieval.product import Product

    with _clear_errors():
        sold = read_feed(catalog) if catalog else ()
        products = {each.id: each for each in sold if isinstance(each, Product)}
        intent, arms = trained(read_events(events)[0], products)
        out.write_text(intent.model_dump_json(indent=1) + "\n", "utf-8")
    results = Results(command="train-intent", data=events.parent.name, model="logistic", machine=machine(), arms=arms)
    show(results)
    if as_json:
        results.write(as_json)


def _instant(given: str) -> datetime:
    try:
        held = datetime.fromisoformat(given)
    except ValueError:
        raise typer.BadParameter("--train-until: write it as 2019-10-01T02:25:00Z") from None
    return held if held.tzinfo else held.replace(tzinfo=UTC)


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
    many = _whole(sizes, "--sizes")
    with _clear_errors():
        if catalog is None:
            results = asyncio.run(
                vector_speed(many, text_like=text_like, queries=queries, peer_queries=peer_queries, say=_say)
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
                    say=_say,
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

    with _clear_errors():
        results, violations = asyncio.run(
            constrained(catalog, searches=searches, index=index, embedder=embedder, say=_say)
        )
    show(results)
    if as_json:
        results.write(as_json)
    for each in violations[:_VIOLATIONS_SHOWN]:
        query = each.query.model_dump_json(exclude_defaults=True)
        _say(f"violation: {each.product_id} breaks {', '.join(each.names)} of {query}")
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
    with _clear_errors():
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


@contextmanager
def _clear_errors() -> Generator[None]:
    try:
        yield
    except (RetrievalError, EvalError, JournalError) as error:
        Console(stderr=True, soft_wrap=True).print(f"[red]{escape(str(error))}[/red]", highlight=False)
        sys.exit(1)


def _say(line: str) -> None:
    Console(stderr=True, soft_wrap=True).print(line, markup=False, highlight=False)


def _whole(text: str, option: str, *, most: int = 10**7) -> tuple[int, ...]:
    """Whole numbers from 1 to `most`, split by commas, lowest first."""
    try:
        held = tuple(sorted({int(each) for each in text.split(",")}))
    except ValueError:
        held = ()
    if not held or held[0] < 1 or held[-1] > most:
        raise typer.BadParameter(f"{option} {text!r}: write whole numbers from 1 to {most:,}, such as 10,50")
    return held


if __name__ == "__main__":
    app()
