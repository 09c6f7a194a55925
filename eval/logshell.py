"""The commands of `python -m eval` that read logged sessions: replay them, and learn from them. Knows nothing of how
any of it is done.
"""

import asyncio
import shlex
import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer

from eval.shell import AsJson, Catalog, Embedder, OldIndex, clear_errors, say
from eval.tables import show, show_differences

commands = typer.Typer()


@commands.command()
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
    with clear_errors():
        task = read_task(
            events, test_events=test_events, next_item=next_item, train_until=split, baskets=baskets, limit=limit
        )
        learnt = LambdaRanker.load(ranker) if ranker else None
        results, differences = asyncio.run(
            measure(catalog, task, index=index, embedder=embedder, ranker=learnt, ablate=ablate, say=say)
        )
    show(results)
    show_differences(differences)
    if as_json:
        results.write(as_json)
    if report:
        write_report(report, results, differences, run=shlex.join(["python", "-m", "eval", *sys.argv[1:]]))


@commands.command("train-ranker")
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
    with clear_errors():
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
                    say=say,
                )
            )
        else:
            assert journal is not None
            trained = asyncio.run(from_journal(journal, seed=seed, threads=threads, say=say))
        trained.ranker.save(out)
    show_differences(trained.gains)


@commands.command("train-intent")
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

    with clear_errors():
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
