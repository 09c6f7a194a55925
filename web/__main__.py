"""python -m web: serve the shop's door. With `--embedded`, start the language model it needs as a child too."""

import asyncio
import errno
import logging
import signal
import socket
from contextlib import suppress
from types import FrameType
from typing import Annotated, Any

import typer
from pydantic import ValidationError
from rich.console import Console

from agent.assembly import DEMO_SHOP, Settings, build
from agent.intent import IntentError
from agent.journal import JournalError
from agent.orders import OrderError
from agent.shop import ShopError
from retrieval.query import RetrievalError
from web.app import create_app
from web.keys import kept_key
from web.problems import first_error
from web.rules import Rules
from web.server import listen, server
from web.source import EventSource, SourceDown

TO_TRY = (
    "a warm jacket for a winter commute, under $250",
    "compare the first two",
    "送给爱喝咖啡的爸爸，50 美元左右",
)

DEMO_SHOPPER = "mina"
"""Of web/demo/orders.jsonl."""

console = Console(highlight=False)
app = typer.Typer(add_completion=False, pretty_exceptions_enable=False)


@app.command()
def serve(
    embedded: Annotated[bool, typer.Option("--embedded", help="Start the language model engine too.")] = False,
    host: Annotated[str, typer.Option(help="Address to listen on; 0.0.0.0 for every one.")] = "127.0.0.1",
    port: Annotated[int, typer.Option(min=0, max=65535, help="Port to listen on; 0 picks a free one.")] = 8000,
    index: Annotated[
        str | None, typer.Option(help="Index directory, or http://SERVER:6333/NAME; .floorwalker/index by default.")
    ] = None,
) -> None:
    """Serve the shop assistant until Ctrl-C."""
    logging.basicConfig(level=logging.WARNING, format="%(levelname)s %(name)s: %(message)s")
    chosen: dict[str, Any] = {"index": index} if index else {}
    try:
        settings = Settings(**chosen)
    except ValidationError as error:
        field, message = first_error(error)
        raise _stopped(f"FLOORWALKER_{field.upper()} cannot be used: {message}") from error
    try:
        door = listen(host, port)
    except OSError as error:
        raise _stopped(_no_listening(host, port, error)) from error
    signal.signal(signal.SIGTERM, _as_interrupt)
    try:
        with door:
            asyncio.run(_serve(settings, door, embedded=embedded))
    except KeyboardInterrupt:
        pass
    except (RetrievalError, JournalError, IntentError, OrderError, ShopError, ValueError, OSError) as error:
        raise _stopped(str(error)) from error
    console.print("Stopped.")


async def _serve(settings: Settings, door: socket.socket, *, embedded: bool) -> None:
    with console.status("Opening the shop (10 to 20 seconds) …") as status:
        async with build(settings, embedded=embedded) as assistant:
            secret = settings.secret.get_secret_value() if settings.secret else kept_key(settings.data / "secret")
            key_file = settings.data / "merchant_key"
            key = settings.merchant_key.get_secret_value() if settings.merchant_key else kept_key(key_file)
            rules = Rules(origins=settings.origins, guests=settings.guests, deadline=settings.deadline)
            source = _source(settings)
            demo = DEMO_SHOPPER if settings.shop == DEMO_SHOP else None
            app = create_app(assistant, secret=secret, merchant_key=key, rules=rules, source=source, demo_shopper=demo)
            shop = server(app)
            status.stop()
            _welcome(door, assistant.health())
            await shop.serve(sockets=[door])
            console.print("Closing …")
            if source:
                with suppress(SourceDown):
                    await source.close()


def _source(settings: Settings) -> EventSource | None:
    """The event stream, where one is named. Raises ValueError."""
    if settings.redis_url is None:
        return None
    try:
        from web.redis_source import RedisSource
    except ImportError as error:
        raise ValueError("FLOORWALKER_REDIS_URL needs redis-py: install floorwalker[redis]") from error
    return RedisSource(settings.redis_url.get_secret_value(), settings.redis_stream)


def _as_interrupt(number: int, frame: FrameType | None) -> None:
    """SIGTERM before and after the server runs: as orderly an end as Ctrl-C."""
    signal.raise_signal(signal.SIGINT)


def _welcome(door: socket.socket, health: dict[str, str]) -> None:
    host, port = door.getsockname()[:2]
    shown = f"[{host}]" if ":" in host else host
    console.print(f"\nThe shop is open: [bold]http://{shown}:{port}[/]   (Ctrl-C closes it)", markup=True)
    model = health.get("model", "unknown")
    console.print(f"Language model: {model}", markup=False)
    if model.startswith(("fetching", "starting")):
        console.print("It gets ready in the background (the first time, 1.1 GB are fetched); the page says so.")
    console.print("Open the page and ask, in the field at the top:")
    for words in TO_TRY:
        console.print(f'  "{words}"', markup=False)


def _no_listening(host: str, port: int, error: OSError) -> str:
    if error.errno == errno.EADDRINUSE:
        return f"Port {port} of {host} is taken: stop what uses it, or choose another with --port {port + 1}."
    if error.errno == errno.EACCES:
        return f"Port {port} of {host} needs more rights: choose one above 1023 with --port."
    return f"Cannot listen on {host} port {port}: {error.strerror or error}. Choose another with --host and --port."


def _stopped(message: str) -> typer.Exit:
    Console(stderr=True, highlight=False, markup=False, soft_wrap=True).print(message)
    return typer.Exit(1)


if __name__ == "__main__":
    app()
