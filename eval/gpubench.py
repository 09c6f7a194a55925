"""`bench-gpu`: a machine with one GPU and vLLM, taken to measured figures: the contract with real weights, then speed
with the shape of Qwen3-8B and made-up weights.

What is run is data (`steps`), so that a machine with no GPU can be told what would be. Nothing here is a figure before
vLLM has run on a GPU. Knows nothing of how any of the steps measures.
"""

import asyncio
import json
import os
import subprocess
import sys
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

from pydantic import BaseModel

from agent.prompts import plan_prompt
from agent.request import Request
from agent.session import SessionProfile
from agent.shop import load_shop
from eval import shape
from eval.errors import EvalError
from eval.shops import DEMO
from llm_server.bench import Load
from llm_server.cards import read_cards
from llm_server.children import child, is_healthy
from llm_server.engines import SERVED_AS, Engine, free_port
from llm_server.vllm_options import Setup, vllm_command, vllm_environment
from retrieval.feeds.reader import read_feed
from retrieval.product import Product
from retrieval.query import Facets

ROOT = Path(__file__).parent.parent
_CONTEXT = 8192
_OPENING = 600.0
_CALLS = Load(requests=256, concurrency=16)
"""Prompts of 1,000 tokens, 800 of them shared, 120 written: about the product's."""


class Step(BaseModel, frozen=True, extra="forbid"):
    """One command. `served`: it needs the engine with made-up weights."""

    name: str
    why: str
    command: tuple[str, ...]
    served: bool = False


def steps(python: str, model: Path, url: str, out: Path) -> tuple[Step, ...]:
    """What is run, in order. `python`: the one that has vLLM."""
    load = _CALLS
    shapes = (
        *("--requests", str(load.requests), "--concurrency", str(load.concurrency)),
        *("--prompt-tokens", str(load.prompt_tokens), "--shared-prefix", str(load.shared_prefix)),
        *("--output-tokens", str(load.output_tokens)),
    )
    theirs = (
        *("--base-url", url.removesuffix("/v1"), "--model", SERVED_AS, "--tokenizer", str(model)),
        *("--backend", "openai-chat", "--endpoint", "/v1/chat/completions", "--dataset-name", "random"),
        *("--random-prefix-len", str(load.shared_prefix)),
        *("--random-input-len", str(load.prompt_tokens - load.shared_prefix)),
        *("--random-output-len", str(load.output_tokens), "--ignore-eos"),
        *("--num-prompts", str(load.requests), "--max-concurrency", str(load.concurrency)),
        *("--percentile-metrics", "ttft,tpot,e2el", "--metric-percentiles", "50,95"),
        *("--save-result", "--result-dir", str(out), "--result-filename", "vllm_bench.json"),
    )
    ours = (sys.executable, "-m")
    return (
        Step(
            name="contract",
            why="the client and the supervisor against vLLM with SmolLM2's real weights: correct, never fast",
            command=(*ours, "pytest", "-q", "-m", "vllm", "tests/llm_server"),
        ),
        Step(
            name="bench",
            why=f"calls like the product's against the shape of {shape.NAME}",
            command=(*ours, "llm_server", "bench", "--url", url, *shapes, "--json", str(out / "bench.json")),
            served=True,
        ),
        Step(
            name="vllm_bench",
            why="vLLM's own benchmark with the same shapes",
            command=(python, "-m", "vllm.entrypoints.cli.main", "bench", "serve", *theirs),
            served=True,
        ),
        Step(
            name="load",
            why="the whole product under load, its answers synthetic, at the engine's pace",
            command=(
                *(*ours, "eval", "load", "--engine", "stub", "--llm-url", url),
                *("--json", str(out / "load.json"), "--report", str(out / "load.html")),
            ),
            served=True,
        ),
    )


def serving(python: str, model: Path, port: int) -> tuple[list[str], dict[str, str]]:
    """The command and the environment of the engine with made-up weights."""
    engine = Engine(name="vllm", model=str(model), port=port, context=_CONTEXT, profile="throughput")
    setup = Setup(build="gpu", model=str(model))
    command = [python, *vllm_command(engine, setup)[1:], "--load-format", "dummy"]
    return command, vllm_environment(engine, setup, os.environ)


def table(found: Mapping[str, Mapping[str, Any]], card: str) -> str:
    """The figures as Markdown. `found`: by step, the JSON that it wrote; a step that wrote none has no rows."""
    rows = [f"| {card}, {shape.NAME}'s shape, made-up weights | p50 | p95 |", "|---|---|---|"]
    ours: dict[str, Any] = next(iter(found["bench"]["arms"].values())) if "bench" in found else {}
    for name, label in (("ttft", "first token"), ("inter_token", "between tokens"), ("total", "whole call")):
        rows += _row(f"`llm_server bench`, {label}, ms", ours, f"{name}_p50_ms", f"{name}_p95_ms")
    theirs = {name: {"mean": value} for name, value in found.get("vllm_bench", {}).items()}
    for name, label in (("ttft", "first token"), ("tpot", "between tokens"), ("e2el", "whole call")):
        rows += _row(f"`vllm bench serve`, {label}, ms", theirs, f"p50_{name}_ms", f"p95_{name}_ms")
    product: dict[str, Any] = found["load"]["arms"]["production"] if "load" in found else {}
    for name, label in (("cards", "first cards"), ("prose", "first prose"), ("overhead", "what the product adds")):
        rows += _row(f"`eval load`, synthetic answers, {label}, ms", product, f"{name}_p50_ms", f"{name}_p95_ms")
    return "\n".join(rows) + "\n"


def texts() -> list[str]:
    """What the tokenizer is learnt from: the demo shop's products, and the longest of the product's prompts."""
    shop = load_shop(DEMO / "shop.json")
    prompt = plan_prompt(shop, Facets(count=0), (), Request(), SessionProfile(), "hello")
    sold = [each.document for each in read_feed(DEMO / "catalog.jsonl") if isinstance(each, Product)]
    return [*sold, *(message.content for message in prompt)] * 2


async def bench(python: str, out: Path, say: Callable[[str], None]) -> str:
    """Run every step; JSON and logs lie in `out`. Returns the table. Raises EvalError where there is no GPU, no vLLM,
    or a step fails."""
    out.mkdir(parents=True, exist_ok=True)
    model, port = out / "model", free_port()
    say(f"writing {shape.NAME}'s shape ({shape.parameters(shape.config()) / 1e9:.1f} billion weights) to {model}")
    shape.write(model, texts())
    planned = steps(python, model, f"http://127.0.0.1:{port}/v1", out)
    if missing := _missing(python):
        told = "\n".join(f"  {place}. {step.name}: {step.why}" for place, step in enumerate(planned, start=1))
        raise EvalError(f"{missing} Nothing was measured. With a GPU and vLLM, this would run:\n{told}\n", fix=_FIX)
    environment = {**os.environ, "FLOORWALKER_VLLM_PYTHON": python}
    for step in planned:
        if not step.served:
            await _run(step, environment, out, say)
    command, told = serving(python, model, port)
    say("starting vLLM with made-up weights")
    async with child(command, told, patience=60.0) as engine:
        reading = asyncio.create_task(engine.drain())
        try:
            async with asyncio.timeout(_OPENING):
                while engine.is_running and not await is_healthy(f"http://127.0.0.1:{port}/health"):
                    await asyncio.sleep(1.0)
            if not engine.is_running:
                raise EvalError(f"vLLM did not start. {engine.ending}", fix=f"Run it by itself: {' '.join(command)}")
            for step in planned:
                if step.served:
                    await _run(step, environment, out, say)
        except TimeoutError as error:
            raise EvalError(f"vLLM was not ready within {_OPENING:.0f} s.", fix=" ".join(command)) from error
        finally:
            reading.cancel()
    found = {step.name: json.loads(file.read_text("utf-8")) for step in planned if (file := _file(out, step)).exists()}
    held = table(found, read_cards()[0].name)
    (out / "table.md").write_text(held, "utf-8")
    return held


_FIX = "Run it on a machine with an NVIDIA card, and name its Python that has vLLM in FLOORWALKER_VLLM_PYTHON."


def _missing(python: str) -> str:
    """What is not here, in a sentence or two; empty where all is."""
    looked = subprocess.run([python, "-c", "import vllm"], capture_output=True, check=False) if read_cards() else None
    if looked is None:
        return "There is no GPU on this machine."
    return "" if looked.returncode == 0 else f"{python} has no vLLM that can be imported."


async def _run(step: Step, environment: Mapping[str, str], out: Path, say: Callable[[str], None]) -> None:
    say(f"{step.name}: {step.why}")
    with (out / f"{step.name}.log").open("wb") as log:
        process = await asyncio.create_subprocess_exec(
            *step.command, cwd=ROOT, env=dict(environment), stdout=log, stderr=subprocess.STDOUT
        )
        if await process.wait():
            raise EvalError(f"{step.name} failed.", fix=f"Read {log.name}.")


def _file(out: Path, step: Step) -> Path:
    return out / f"{step.name}.json"


def _row(label: str, found: Mapping[str, Any], middle: str, high: str) -> Sequence[str]:
    if middle not in found or high not in found:
        return ()
    return (f"| {label} | {found[middle]['mean']:,.1f} | {found[high]['mean']:,.1f} |",)
