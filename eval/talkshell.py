"""The commands of `python -m eval` that hold conversations: logged ones, written ones, simulated ones. Knows nothing of
how any of it is done.
"""

import asyncio
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from eval.shell import AsJson, Catalog, Embedder, OldIndex, clear_errors, say
from eval.tables import show

commands = typer.Typer()


class Model(StrEnum):
    """The model of a conversation; see models.py."""

    none = "none"
    scripted = "scripted"
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

    if model is Model.scripted:
        raise typer.BadParameter("--model scripted says nothing of quality: give none or real")
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


@commands.command()
def journeys(
    file: Annotated[
        list[Path] | None, typer.Option(help="TOML of journeys; repeatable. All of ours by default.")
    ] = None,
    model: Annotated[Model, typer.Option(help="real stands beside none.")] = Model.none,
    limit: Limit = None,
    only: Annotated[str | None, typer.Option(help="Only the journey of this id.")] = None,
    plan_only: PlanOnly = False,
    cache: Cache = None,
    index: OldIndex = None,
    embedder: Embedder = "minilm",
    failures: Annotated[bool, typer.Option("--failures", help="Print everything that was not right.")] = False,
    transcripts: Annotated[Path | None, typer.Option(help="Write every conversation here, as Markdown.")] = None,
    as_json: AsJson = None,
) -> None:
    """Written conversations in the demo shop, every turn judged: act, request, references, shelf and prose."""
    from eval.errors import DatasetError
    from eval.journeyfile import OURS, read_journeys
    from eval.journeys import journeys as measure
    from eval.transcripts import write_transcript

    with clear_errors():
        told = read_journeys(file or sorted(OURS.glob("*.toml")))
        told = tuple(each for each in told if only in (None, each.id))[:limit]
        if not told:
            raise DatasetError(f"There is no journey {only!r}.", fix="Give --only the id of one.")
        outcome = asyncio.run(
            measure(told, model=model.value, index=index, embedder=embedder, plan_only=plan_only, cache=cache, say=say)
        )
    show(outcome.results)
    say(f"model: {outcome.results.model}")
    if failures:
        for each in outcome.failures:
            say(f"{each.arm}: {each.journey} {each.turn}: {each.mark}: {each.why} ({each.message[:80]!r})")
    if transcripts:
        for held in outcome.held:
            write_transcript(transcripts / held.arm, held.journey.id, outcome.results.model, held.turns)
    if as_json:
        outcome.results.write(as_json)


@commands.command()
def simulate(
    model: Annotated[Model, typer.Option(help="real stands beside none; scripted tests mechanics.")] = Model.none,
    shoppers: Annotated[int, typer.Option(min=1)] = 50,
    turns: Annotated[int | None, typer.Option(min=1, help="No shopper begins once so many turns were held.")] = None,
    seed: Annotated[int, typer.Option(help="Other shoppers.")] = 0,
    catalog: Annotated[Path | None, typer.Option(help="catalog.jsonl; the demo shop's by default.")] = None,
    index: OldIndex = None,
    embedder: Embedder = "minilm",
    plan_only: PlanOnly = False,
    cache: Cache = None,
    journal: Annotated[str | None, typer.Option(help="Write it all into this journal: a SQLAlchemy URL.")] = None,
    failures: Annotated[bool, typer.Option("--failures", help="Print every accusation.")] = False,
    transcripts: Annotated[Path | None, typer.Option(help="Write every conversation here, as Markdown.")] = None,
    as_json: AsJson = None,
) -> None:
    """Rule-based shoppers who have a need, not a product in mind: do they get it, how soon, and is all of it true?"""
    from eval.simulate import simulate as measure
    from eval.simulate import told
    from eval.transcripts import write_transcript

    with clear_errors():
        results, visits = asyncio.run(
            measure(
                model=model.value,
                shoppers=shoppers,
                turns=turns,
                seed=seed,
                catalog=catalog,
                index=index,
                embedder=embedder,
                plan_only=plan_only,
                cache=cache,
                journal=journal,
                say=say,
            )
        )
    show(results)
    say(f"model: {results.model}")
    for line in told(visits) if failures else ():
        say(line)
    for visit in visits if transcripts else ():
        assert transcripts is not None
        write_transcript(transcripts / visit.arm, visit.id, results.model, visit.turns)
    if as_json:
        results.write(as_json)
