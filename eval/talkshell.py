"""The commands of `python -m eval` that hold conversations: logged ones, written ones, simulated ones. Knows nothing of
how any of it is done.
"""

import asyncio
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from eval.shell import AsJson, Catalog, Embedder, clear_errors, say
from eval.tables import show

commands = typer.Typer()


class Model(StrEnum):
    """The model of a conversation; see models.py."""

    none = "none"
    real = "real"


Limit = Annotated[int | None, typer.Option(min=1, help="Only the first conversations.")]
PlanOnly = Annotated[bool, typer.Option("--plan-only", help="The model plans; template sentences narrate.")]
Cache = Annotated[Path | None, typer.Option(help="Keep the real model's replies here, and take a run up again.")]


@commands.command()
def dialogue(
    dialogues: Annotated[Path, typer.Option(help="Logged dialogues: JSON Lines.")],
    catalog: Catalog,
    model: Annotated[Model, typer.Option(help="real stands beside none.")] = Model.none,
    limit: Limit = None,
    plan_only: PlanOnly = False,
    cache: Cache = None,
    embedder: Embedder = "minilm",
    as_json: AsJson = None,
) -> None:
    """Logged shoppers' messages through the production turn: is what they were to find found, and how soon?"""
    from eval.dialogue import dialogue as measure

    with clear_errors():
        results = asyncio.run(
            measure(
                dialogues,
                catalog,
                model=model.value,
                limit=limit,
                plan_only=plan_only,
                cache=cache,
                embedder=embedder,
                say=say,
            )
        )
    show(results)
    say(f"model: {results.model}")
    if as_json:
        results.write(as_json)
