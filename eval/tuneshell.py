"""The commands of `python -m eval` about a shop's own model: what it learns from, and what it has learnt.

Knows nothing of how any of it is done.
"""

import asyncio
from pathlib import Path
from typing import Annotated

import typer

from eval.shell import AsJson, OldIndex, clear_errors, say
from eval.tables import show, show_differences

commands = typer.Typer()


@commands.command()
def examples(
    journal: Annotated[str, typer.Option(help="A shop's journal, by SQLAlchemy URL.")],
    out: Annotated[Path, typer.Option(help="Write them here, as JSON Lines.")],
    held_out: Annotated[float, typer.Option(min=0, max=0.9, help="About this share of shoppers is measured on.")] = 0.2,
    catalog: Annotated[Path | None, typer.Option(help="The shop's catalogue; the demo shop's by default.")] = None,
    index: OldIndex = None,
) -> None:
    """Examples to fine-tune a model on: the accepted turns of a journal, redacted. FLOORWALKER_SHOP names the shop."""
    from collections import Counter

    from agent.assembly import Settings
    from agent.sqljournal import SqlJournal
    from eval.examples import examples as of
    from eval.shops import DEMO, opened_shop
    from llm_server.examples import Example, write_examples

    async def found() -> tuple[Example, ...]:
        store = await SqlJournal.open(journal)
        try:
            # Nothing is searched for: any embedder will do.
            opened = opened_shop(
                catalog or DEMO / "catalog.jsonl", Settings().shop, index=index, embedder="hash", say=say
            )
            async with opened as assistant:
                return await of(store, assistant.shop, assistant.facets, assistant.retriever, held_out=held_out)
        finally:
            await store.close()

    with clear_errors():
        made = asyncio.run(found())
        write_examples(out, made)
    counted = Counter((each.kind, each.held_out) for each in made)
    for (kind, kept), count in sorted(counted.items()):
        say(f"{count:6,} {kind}{', held out' if kept else ''}")
    say(f"{len({each.session for each in made}):,} sessions in {out}")


@commands.command()
def tuned(
    examples: Annotated[Path, typer.Option(help="As `examples` writes them; those held out are measured on.")],
    base: Annotated[Path, typer.Option(help="The model's folder.")],
    adapter: Annotated[Path, typer.Option(help="What `llm_server finetune` wrote.")],
    limit: Annotated[int | None, typer.Option(min=1, help="Only the first examples.")] = None,
    threads: Annotated[int, typer.Option(min=1, help="Of the processor.")] = 1,
    as_json: AsJson = None,
) -> None:
    """A model as it came and as it was tuned, planning what was held out: are tool and category right?"""
    from eval.tuned import tuned as measure

    with clear_errors():
        results, gains = measure(examples, base, adapter, limit=limit, threads=threads, say=say)
    show(results)
    show_differences(gains)
    if as_json:
        results.write(as_json)
