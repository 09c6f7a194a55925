"""A stub of an OpenAI-compatible server that can also misbehave, in the test's own event loop."""

import asyncio
import contextlib
import json
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from typing import Any

import pytest

from llm_server.openai_chat import OpenAIChat, ServerConfig, Timeouts
from tests.llm_server.real_vllm import RunningVllm, require

Behaviour = Callable[["Exchange"], Awaitable[None]]


class Exchange:
    """One request, and the means to answer it well or badly."""

    def __init__(self, path: str, headers: dict[str, str], body: Any, writer: asyncio.StreamWriter) -> None:
        self.path, self.headers, self.body, self._writer = path, headers, body, writer

    async def send(self, raw: bytes) -> None:
        self._writer.write(raw)
        await self._writer.drain()

    async def head(self, status: int = 200, kind: str = "application/json", length: int | None = None) -> None:
        size = f"content-length: {length}\r\n" if length is not None else "transfer-encoding: chunked\r\n"
        await self.send(f"HTTP/1.1 {status} Word\r\ncontent-type: {kind}\r\n{size}\r\n".encode())

    async def whole(self, body: Any, status: int = 200) -> None:
        raw = body if isinstance(body, bytes) else json.dumps(body).encode()
        await self.head(status, length=len(raw))
        await self.send(raw)

    async def event(self, data: Any) -> None:
        raw = f"data: {data if isinstance(data, str) else json.dumps(data)}\n\n".encode()
        await self.send(f"{len(raw):x}\r\n".encode() + raw + b"\r\n")

    async def text(self, text: str) -> None:
        await self.event({"choices": [{"index": 0, "delta": {"content": text}, "finish_reason": None}]})

    async def finish(self, reason: str = "stop", usage: dict[str, Any] | None = None) -> None:
        await self.event({"choices": [{"index": 0, "delta": {}, "finish_reason": reason}]})
        await self.event({"choices": [], "usage": usage or {"prompt_tokens": 10, "completion_tokens": 5}})
        await self.event("[DONE]")
        await self.send(b"0\r\n\r\n")


class StubServer:
    """Answers each request with the next behaviour. `hung_up` is set once a client leaves before its answer is over."""

    def __init__(self) -> None:
        self.behaviours: list[Behaviour] = []
        self.exchanges: list[Exchange] = []
        self.hung_up = asyncio.Event()
        self.url = ""
        self._server: asyncio.Server | None = None

    async def start(self) -> None:
        self._server = await asyncio.start_server(self._serve, "127.0.0.1", 0)
        self.url = f"http://127.0.0.1:{self._server.sockets[0].getsockname()[1]}/v1"

    async def stop(self) -> None:
        assert self._server is not None
        self._server.close()
        await self._server.wait_closed()

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            line = await reader.readline()
            headers: dict[str, str] = {}
            while header := (await reader.readline()).decode().strip():
                name, _, value = header.partition(":")
                headers[name.lower()] = value.strip()
            raw = await reader.readexactly(int(headers.get("content-length", "0")))
            exchange = Exchange(line.decode().split()[1], headers, json.loads(raw or b"null"), writer)
            self.exchanges.append(exchange)
            answering = asyncio.create_task(_run(self.behaviours.pop(0), exchange))
            leaving = asyncio.create_task(reader.read())
            await asyncio.wait({answering, leaving}, return_when=asyncio.FIRST_COMPLETED)
            if not answering.done():
                self.hung_up.set()
            for task in (answering, leaving):
                task.cancel()
        finally:
            writer.close()


async def _run(behaviour: Behaviour, exchange: Exchange) -> None:
    with contextlib.suppress(ConnectionError):  # the client left while it was spoken to
        await behaviour(exchange)


@pytest.fixture
async def stub() -> AsyncIterator[StubServer]:
    server = StubServer()
    await server.start()
    yield server
    await server.stop()


@pytest.fixture
async def connect(stub: StubServer) -> AsyncIterator[Callable[..., OpenAIChat]]:
    """Makes clients of the stub; `waits` are Timeouts' fields, short where a test wants one to expire."""
    made: list[OpenAIChat] = []

    def make(*, extra: Any = None, **waits: float) -> OpenAIChat:
        config = ServerConfig(url=stub.url, model="m", api_key="secret", timeouts=Timeouts(**waits))
        chat = OpenAIChat(config, extra=extra) if extra is not None else OpenAIChat(config)
        made.append(chat)
        return chat

    yield make
    for chat in made:
        await chat.aclose()


@pytest.fixture(scope="session")
def vllm() -> Iterator[RunningVllm]:
    """vLLM itself, started once for all tests that are marked for it."""
    require()
    running = RunningVllm()
    yield running
    running.stop()
