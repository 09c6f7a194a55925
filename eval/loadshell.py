"""The commands of `python -m eval` that put the product under load: `load`, the synthetic engine `stub`, and
`bench-gpu`. Knows nothing of how any of it is done.
"""

import asyncio
import sys
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from eval.shell import AsJson, OldIndex, clear_errors, say
from eval.tables import show

commands = typer.Typer()


class EngineName(StrEnum):
    """Whose answers they are."""

    stub = "stub"


First = Annotated[float, typer.Option(min=0, help="Of the synthetic engine alone: from a request to its first token.")]
Gap = Annotated[float, typer.Option(min=0, help="Of the synthetic engine alone: between two tokens.")]


@commands.command()
def load(
    engine: Annotated[
        EngineName | None,
        typer.Option(help="stub: made-up answers, at a pace of its own or, with --llm-url, at that engine's."),
    ] = None,
    llm_url: Annotated[
        str | None, typer.Option(help="An OpenAI-compatible engine, such as http://gpu:8001/v1.")
    ] = None,
    shoppers: Annotated[int, typer.Option(min=1, help="At once; with --rate, how many come in all.")] = 20,
    rate: Annotated[float, typer.Option(min=0, help="Shoppers a second, arriving at random; 0: --shoppers.")] = 0.0,
    think: Annotated[float, typer.Option(min=0, help="Seconds between a shopper's turns, on average.")] = 3.0,
    seconds: Annotated[float, typer.Option(min=1, help="After so long nobody begins another turn.")] = 60.0,
    first_token_ms: First = 100.0,
    token_ms: Gap = 10.0,
    goal_cards_ms: Annotated[float, typer.Option(min=1, help="A good turn's first cards come within this.")] = 150.0,
    goal_prose_ms: Annotated[
        float, typer.Option(min=1, help="A good turn's prose comes this long after the engine's, asked directly.")
    ] = 100.0,
    scripts: Annotated[Path | None, typer.Option(help="Conversations to hold; the demo shop's by default.")] = None,
    index: OldIndex = None,
    as_json: AsJson = None,
    report: Annotated[Path | None, typer.Option(help="Write a page of plots here.")] = None,
) -> None:
    """Shoppers at once through the whole product over WebSockets: times, goodput, and what the product itself adds."""
    from eval.load import ROOT, Crowd, under_load
    from eval.loadfigures import Goal
    from eval.report import write_report
    from eval.stub import Pace

    if engine is None and llm_url is None:
        raise typer.BadParameter("give --llm-url, --engine stub, or both")
    with clear_errors():
        results = asyncio.run(
            under_load(
                Crowd(shoppers=shoppers, rate=rate, think=think, seconds=seconds),
                Goal(cards=goal_cards_ms / 1000, prose=goal_prose_ms / 1000),
                scripts=scripts or ROOT / "eval" / "scripts" / "demo.jsonl",
                index=index,
                llm_url=llm_url,
                stub=Pace(first=first_token_ms / 1000, gap=token_ms / 1000) if engine else None,
                say=say,
            )
        )
    show(results)
    say(f"engine: {results.model}")
    if as_json:
        results.write(as_json)
    if report:
        write_report(report, results, (), run=" ".join(["python -m eval", *sys.argv[1:]]))


@commands.command()
def stub(
    llm_url: Annotated[str | None, typer.Option(help="An engine to stand in front of.")] = None,
    first_token_ms: First = 100.0,
    token_ms: Gap = 10.0,
    port: Annotated[int, typer.Option(min=0, max=65535, help="0 picks a free one.")] = 0,
) -> None:
    """The synthetic engine that `load` measures with, on loopback: made-up answers, true of their prompts."""
    from eval.stub import Pace, serve

    pace = Pace(first=first_token_ms / 1000, gap=token_ms / 1000)
    asyncio.run(serve(pace, llm_url, port, lambda url: print(f"The synthetic engine is at {url}", flush=True)))


@commands.command("bench-gpu")
def bench_gpu(
    out: Annotated[Path, typer.Option(help="Figures, logs and the table go here.")] = Path(".floorwalker/bench-gpu"),
    python: Annotated[str, typer.Option(envvar="FLOORWALKER_VLLM_PYTHON", help="The Python that has vLLM.")] = "",
) -> None:
    """vLLM on this machine's GPU: the contract with real weights, then speed with made-up ones, as a table."""
    from eval.gpubench import bench

    with clear_errors():
        print(asyncio.run(bench(python or sys.executable, out.resolve(), say)))
