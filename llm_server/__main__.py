"""From the shell: `pull` the weights, `serve` them, `check` a server. Run as `python -m llm_server`."""

import asyncio
import json
import os
import sys
from contextlib import aclosing, nullcontext
from typing import Annotated, Literal

import typer
from rich.console import Console
from rich.progress import BarColumn, DownloadColumn, Progress, TextColumn, TimeRemainingColumn, TransferSpeedColumn

from llm_server import engines, weights
from llm_server.chat import ChatError

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


if __name__ == "__main__":
    app()
