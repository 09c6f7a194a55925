"""What every ChatModel promises, proven on the scripted one, on the client of a stub server and on vLLM itself."""

import asyncio
import json
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import aclosing
from typing import Any, Protocol

import pytest

from llm_server.chat import (
    ChatError,
    ChatGarbled,
    ChatModel,
    ChatRejected,
    ChatUnavailable,
    DonePart,
    Message,
    TextPart,
    Usage,
)
from llm_server.openai_chat import OpenAIChat
from llm_server.scripted import ScriptedChat
from tests.llm_server.real_vllm import RunningVllm

ASK = [Message(role="system", content="Be brief."), Message(role="user", content="Hello")]
SCHEMA: dict[str, Any] = {
    "type": "object",
    "properties": {"tool": {"const": "search"}},
    "required": ["tool"],
    "additionalProperties": False,
}
LONG = 500
"""Tokens that nobody hears to the end."""
COST = Usage(prompt_tokens=10, completion_tokens=5)


class World(Protocol):
    """A model that will say this, however it is made to."""

    def streams(self, pieces: Sequence[str], *, then: ChatError | None = None, hold: bool = False) -> ChatModel: ...
    def completes(self, text: str) -> ChatModel: ...
    async def was_cut(self) -> bool: ...
    def is_cost(self, usage: Usage) -> bool: ...


class ScriptedWorld:
    def __init__(self) -> None:
        self.chat = ScriptedChat(usage=COST)

    def streams(self, pieces: Sequence[str], *, then: ChatError | None = None, hold: bool = False) -> ChatModel:
        end: list[str | ChatError | asyncio.Event] = [then] if then else [asyncio.Event()] if hold else []
        self.chat.push("narrate", [*pieces, *end])
        return self.chat

    def completes(self, text: str) -> ChatModel:
        self.chat.push("plan", text)
        return self.chat

    async def was_cut(self) -> bool:
        return self.chat.cut == 1

    def is_cost(self, usage: Usage) -> bool:
        return usage == COST


class HttpWorld:
    def __init__(self, stub: Any, connect: Callable[..., OpenAIChat]) -> None:
        self._stub, self._connect = stub, connect

    def streams(self, pieces: Sequence[str], *, then: ChatError | None = None, hold: bool = False) -> ChatModel:
        async def behave(exchange: Any) -> None:
            await exchange.head(kind="text/event-stream")
            for piece in pieces:
                await exchange.text(piece)
            if hold:
                await asyncio.Event().wait()
            if then is None:
                await exchange.finish()
            elif isinstance(then, ChatRejected):
                await exchange.event({"error": {"code": 400, "message": str(then), "type": "invalid_request_error"}})
            # else: the connection drops

        self._stub.behaviours.append(behave)
        return self._connect()

    def completes(self, text: str) -> ChatModel:
        async def behave(exchange: Any) -> None:
            choice = {"index": 0, "message": {"role": "assistant", "content": text}, "finish_reason": "stop"}
            await exchange.whole({"choices": [choice], "usage": {"prompt_tokens": 10, "completion_tokens": 5}})

        self._stub.behaviours.append(behave)
        return self._connect()

    async def was_cut(self) -> bool:
        await self._stub.hung_up.wait()
        return True

    def is_cost(self, usage: Usage) -> bool:
        return usage == COST


class VllmWorld:
    """vLLM is made to say a text by allowing it no other. It cannot be made to fail at a given word."""

    def __init__(self, vllm: RunningVllm, opened: list[OpenAIChat]) -> None:
        self._vllm, self._opened = vllm, opened
        self._written = vllm.metric("generation_tokens_total")

    def streams(self, pieces: Sequence[str], *, then: ChatError | None = None, hold: bool = False) -> ChatModel:
        if then is not None or not pieces:
            pytest.skip("a real engine neither breaks nor falls silent on command")
        only = {"regex": f"{pieces[0]}[a-z ]{{9999}}"} if hold else {"choice": ["".join(pieces)]}
        return self._chat({"structured_outputs": only})

    def completes(self, text: str) -> ChatModel:
        if text != json.dumps({"tool": "search"}):
            pytest.skip("a real engine does not break a schema on command")
        return self._chat({})

    async def was_cut(self) -> bool:
        await self._vllm.until("num_requests_running", 0)
        return self._vllm.metric("generation_tokens_total") - self._written < LONG

    def is_cost(self, usage: Usage) -> bool:
        return usage.prompt_tokens > 10 and 3 < usage.completion_tokens <= 20

    def _chat(self, extra: dict[str, Any]) -> OpenAIChat:
        self._opened.append(self._vllm.chat(extra=extra))
        return self._opened[-1]


@pytest.fixture
async def opened() -> AsyncIterator[list[OpenAIChat]]:
    """Clients that are closed after the test."""
    chats: list[OpenAIChat] = []
    yield chats
    for chat in chats:
        await chat.aclose()


@pytest.fixture(params=["scripted", "http", pytest.param("vllm", marks=pytest.mark.vllm)])
def world(
    request: pytest.FixtureRequest, stub: Any, connect: Callable[..., OpenAIChat], opened: list[OpenAIChat]
) -> World:
    if request.param == "vllm":
        return VllmWorld(request.getfixturevalue("vllm"), opened)
    return ScriptedWorld() if request.param == "scripted" else HttpWorld(stub, connect)


async def heard(chat: ChatModel) -> list[TextPart | DonePart]:
    async with aclosing(chat.stream(ASK, kind="narrate", max_tokens=20)) as parts:
        return [part async for part in parts]


async def test_a_stream_is_its_text_in_order_and_then_one_done_part_with_the_cost(world: World) -> None:
    *texts, done = await heard(world.streams(["A rain ", "jacket", "雨衣。"]))
    assert "".join(part.text for part in texts if isinstance(part, TextPart)) == "A rain jacket雨衣。"
    assert len(texts) >= 3
    assert isinstance(done, DonePart) and not done.truncated
    assert world.is_cost(done.usage)


async def test_an_empty_answer_is_a_done_part_alone(world: World) -> None:
    assert [part.type for part in await heard(world.streams([]))] == ["done"]


@pytest.mark.parametrize("error", [ChatUnavailable("gone"), ChatRejected("no")], ids=["dropped", "refused"])
async def test_a_stream_that_breaks_gives_what_came_and_then_its_error(world: World, error: ChatError) -> None:
    chat = world.streams(["half a "], then=error)
    got = ""
    with pytest.raises(type(error)):
        async with aclosing(chat.stream(ASK, kind="narrate", max_tokens=20)) as parts:
            async for part in parts:
                assert isinstance(part, TextPart)
                got += part.text
    assert got == "half a "


async def test_closing_a_stream_early_reaches_the_other_side(world: World) -> None:
    chat = world.streams(["first", "second"], hold=True)
    async with aclosing(chat.stream(ASK, kind="narrate", max_tokens=LONG)) as parts:
        part = await anext(parts)
        assert isinstance(part, TextPart) and "first".startswith(part.text)
    assert await world.was_cut()


async def test_cancelling_the_listener_reaches_the_other_side(world: World) -> None:
    chat = world.streams(["first"], hold=True)
    began = asyncio.Event()

    async def listen() -> None:
        async with aclosing(chat.stream(ASK, kind="narrate", max_tokens=LONG)) as parts:
            async for _ in parts:
                began.set()

    task = asyncio.create_task(listen())
    await began.wait()
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert await world.was_cut()


async def test_a_completion_is_the_json_text_and_its_cost(world: World) -> None:
    done = await world.completes('{"tool": "search"}').complete(ASK, SCHEMA, kind="plan", max_tokens=20)
    assert json.loads(done.text) == {"tool": "search"}
    assert world.is_cost(done.usage)


@pytest.mark.parametrize("text", ["", "Sure! Here you are", '{"tool": "sea'])
async def test_a_completion_that_is_not_json_is_garbled(world: World, text: str) -> None:
    with pytest.raises(ChatGarbled):
        await world.completes(text).complete(ASK, SCHEMA, kind="plan", max_tokens=20)
