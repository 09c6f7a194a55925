"""From the shell: `pull` the weights, `serve` them, `check` a server, `bench` it, `finetune` a model.

Run as `python -m llm_server`.
"""

import asyncio
import json
import os
import platform
import sys
from contextlib import aclosing, nullcontext
from pathlib import Path
from typing import Annotated, Literal

import typer
from rich.console import Console
from rich.progress import BarColumn, DownloadColumn, Progress, TextColumn, TimeRemainingColumn, TransferSpeedColumn

from llm_server import engines, weights
from llm_server.chat import ChatError
from llm_server.measures import Timed

app = typer.Typer(add_completion=False, no_args_is_help=True, help=__doc__, pretty_exceptions_enable=False)


def _fail(message: str) -> typer.Exit:
    Console(stderr=True, soft_wrap=True).print(message, style="red", markup=False, highlight=False)
    return typer.Exit(1)


@app.command()
def pull(
    source: Annotated[Literal["auto", "mirror", "hub"], typer.Option(help="Where to fetch the weights from.")] = "auto",
    json_progress: Annotated[bool, typer.Option(hidden=True)] = False,
) -> None:
    """Fetch the default model's weights (1.1 GB) and check them. A second run is instant; a killed one goes on."""

    def tell(done: int, total: int) -> None:
        print(json.dumps({"done": done, "total": total}), flush=True)

    columns = (
        TextColumn("{task.description}"),
        BarColumn(),
        DownloadColumn(),
        TransferSpeedColumn(),
        TimeRemainingColumn(),
    )
    bar = nullcontext() if json_progress else Progress(*columns, console=Console(stderr=True))
    try:
        with bar as shown:
            if shown is None:
                path = weights.pull(weights.DEFAULT_WEIGHTS, weights.home(), source=source, progress=tell)
            else:
                task = shown.add_task(weights.DEFAULT_WEIGHTS.file, total=weights.DEFAULT_WEIGHTS.size)

                def show(done: int, total: int) -> None:
                    shown.update(task, completed=done, total=total)

                path = weights.pull(weights.DEFAULT_WEIGHTS, weights.home(), source=source, progress=show)
    except weights.WeightsError as error:
        raise _fail(str(error)) from error
    if not json_progress:
        print(path)


@app.command()
def serve(
    engine: Annotated[
        Literal["auto", "llamacpp", "vllm"], typer.Option(help="auto: vLLM where there is a GPU.")
    ] = "auto",
    model: Annotated[
        str, typer.Option(help="A GGUF file; for vLLM a hub id or directory, or by default the preset for these cards.")
    ] = "",
    host: Annotated[str, typer.Option(help="Keep it on loopback: engines guard few of their routes.")] = "127.0.0.1",
    port: Annotated[int, typer.Option()] = 8001,
    context: Annotated[int, typer.Option(help="Tokens per call; 0: 2048 on a CPU, 8192 on a GPU.")] = 0,
    threads: Annotated[int, typer.Option(help="llama.cpp; 0: one per core.")] = 0,
    profile: Annotated[
        Literal["latency", "throughput"], typer.Option(help="vLLM: few shoppers answered soon, or many at once.")
    ] = "latency",
    lora: Annotated[
        list[str] | None, typer.Option(help="vLLM: an adapter, NAME=DIRECTORY; asked for by its name. Repeatable.")
    ] = None,
    until_stdin_closes: Annotated[bool, typer.Option(hidden=True)] = False,
) -> None:
    """Serve a model over the OpenAI-compatible API."""
    from llm_server import preflight, runners

    name = engines.pick_engine() if engine == "auto" else engine
    cpu = name == "llamacpp"
    try:
        wanted = engines.Engine(
            name=name,
            model=model or (str(weights.home() / weights.DEFAULT_WEIGHTS.file) if cpu else ""),
            host=host,
            port=port,
            context=context or engines.default_context(name),
            threads=threads,
            api_key=os.environ.get(engines.KEY_VARIABLE, ""),
            profile=profile,
            loras=tuple(engines.Lora.parse(text) for text in lora or ()),
        )

        def announce(address: str) -> None:
            print(f"{name} serves {wanted.model} at {address}/v1 as {engines.SERVED_AS!r}", file=sys.stderr, flush=True)

        if cpu:
            runners.serve_llamacpp(wanted, until_stdin_closes=until_stdin_closes, announce=announce)
            return
        setup = preflight.plan(wanted, preflight.look(wanted))
        if isinstance(setup, list):
            raise _fail("\n".join(str(problem) for problem in setup))
        print(f"vLLM is to serve {setup.model} at {wanted.url} as {engines.SERVED_AS!r}", file=sys.stderr, flush=True)
        raise typer.Exit(runners.serve_vllm(wanted, setup, until_stdin_closes=until_stdin_closes))
    except engines.EngineError as error:
        raise _fail(str(error)) from error


@app.command()
def check(
    url: Annotated[str, typer.Option(help="The API's root.")] = "http://127.0.0.1:8001/v1",
    model: Annotated[str, typer.Option(help="The name it is served under; empty: the first it lists.")] = "",
    api_key: Annotated[str, typer.Option(envvar=engines.KEY_VARIABLE, show_envvar=True)] = "none",
) -> None:
    """Ask a server for one streamed and one schema-bound answer, and say what they cost."""
    from llm_server import checkup  # the client library takes a second to import; pull and serve do without

    async def run() -> None:
        async with aclosing(checkup.check(url, model=model, api_key=api_key)) as lines:
            async for line in lines:
                print(line, flush=True)

    try:
        asyncio.run(run())
    except ChatError as error:
        raise _fail(f"{url}: {error} {checkup.fix(error)}") from error


@app.command()
def bench(
    url: Annotated[str, typer.Option(help="The API's root.")] = "http://127.0.0.1:8001/v1",
    model: Annotated[str, typer.Option(help="The name it is served under.")] = engines.SERVED_AS,
    api_key: Annotated[str, typer.Option(envvar=engines.KEY_VARIABLE, show_envvar=True)] = "none",
    requests: Annotated[int, typer.Option(min=1, help="Calls in all.")] = 64,
    concurrency: Annotated[int, typer.Option(min=1, help="Callers at once, each asking again when answered.")] = 16,
    rate: Annotated[float, typer.Option(min=0, help="Calls a second, arriving at random; 0: --concurrency.")] = 0.0,
    prompt_tokens: Annotated[int, typer.Option(min=1)] = 1000,
    shared_prefix: Annotated[int, typer.Option(min=0, help="Of them, those that all prompts begin with.")] = 800,
    output_tokens: Annotated[int, typer.Option(min=1)] = 120,
    json_file: Annotated[Path | None, typer.Option("--json", help="Write the figures here.")] = None,
) -> None:
    """Load a server with calls like the product's, and measure it."""
    from llm_server import bench as loading  # the client library takes a second to import
    from llm_server.measures import figures
    from llm_server.openai_chat import OpenAIChat, ServerConfig, Timeouts

    load = loading.Load(
        requests=requests,
        concurrency=concurrency,
        rate=rate,
        prompt_tokens=prompt_tokens,
        shared_prefix=shared_prefix,
        output_tokens=output_tokens,
    )
    waits = Timeouts(first=300, stall=120, total=600)
    config = ServerConfig(url=url, model=model, api_key=api_key, timeouts=waits)

    async def run() -> tuple[list[Timed], float]:
        # Every call writes its whole length, so that runs can be compared: vLLM and llama.cpp both know the field.
        chat = OpenAIChat(config, extra=lambda _kind: {"ignore_eos": True})
        try:
            with Progress(console=Console(stderr=True)) as bar:
                task = bar.add_task("calls", total=requests)
                return await loading.run(chat, load, lambda done: bar.update(task, completed=done))
        finally:
            await chat.aclose()

    calls, seconds = asyncio.run(run())
    failed = sorted({call.error for call in calls if call.error})
    found = figures(calls, seconds)
    for name, figure in found.items():
        print(f"{name:<22} {figure.mean:10.2f}   {figure.low:.2f} to {figure.high:.2f}, n {figure.n}")
    if json_file is not None:
        arm = f"rate {rate:g}" if rate else f"concurrency {concurrency}"
        told = {
            "command": "llm_server bench",
            "data": f"{requests} prompts of {prompt_tokens} tokens, {shared_prefix} shared, {output_tokens} written",
            "model": model,
            "machine": f"{platform.machine()}, {os.cpu_count()} cores: {', '.join(_card_names()) or 'no GPU here'}",
            "arms": {arm: {name: figure.model_dump() for name, figure in found.items()}},
        }
        json_file.write_text(json.dumps(told, indent=1) + "\n", "utf-8")
    if len(failed) and all(call.error for call in calls):
        raise _fail(f"{url}: no call was answered: {', '.join(failed)}")


@app.command()
def finetune(
    examples: Annotated[Path, typer.Option(help="As `python -m eval examples` writes them; none held out is learnt.")],
    base: Annotated[Path, typer.Option(help="The model's folder: safetensors, with a chat template.")],
    out: Annotated[Path, typer.Option(help="Write the adapter and loss.json here.")],
    epochs: Annotated[int, typer.Option(min=1)] = 1,
    tokens: Annotated[int, typer.Option(min=64, help="Longer examples are left out.")] = 1024,
    seed: Annotated[int, typer.Option(min=0)] = 0,
    threads: Annotated[int, typer.Option(min=1, help="Of the processor.")] = 1,
) -> None:
    """Learn an adapter for a model from a shop's examples; `serve --lora NAME=OUT` serves it."""
    from llm_server import finetune as tuning
    from llm_server.examples import ExamplesError, read_examples

    try:
        held = read_examples(examples)
        columns = (
            TextColumn("{task.description}"),
            BarColumn(),
            TextColumn("{task.fields[loss]}"),
            TimeRemainingColumn(),
        )
        with Progress(*columns, console=Console(stderr=True)) as bar:
            task = bar.add_task("learning", total=None, loss="")

            def show(done: int, total: int, loss: float) -> None:
                bar.update(task, completed=done, total=total, loss=f"loss {loss:.3f}")

            learnt = tuning.finetune(
                held, base, out, epochs=epochs, tokens=tokens, seed=seed, threads=threads, on_step=show
            )
    except (ExamplesError, tuning.FinetuneError) as error:
        raise _fail(str(error)) from error
    loss = f"loss {learnt.steps[0].loss:.3f} to {learnt.steps[-1].loss:.3f}"
    left_out = f"{learnt.too_long:,} left out as too long"
    print(f"{out}: {learnt.examples:,} examples, {left_out}, {loss}, {learnt.seconds:,.0f} s")


def _card_names() -> list[str]:
    from llm_server.cards import read_cards

    return [card.name for card in read_cards()]


if __name__ == "__main__":
    app()
