"""What every ChatModel promises, proven on the scripted one and on the client of a real HTTP server."""

import asyncio
import json
from collections.abc import Callable, Sequence
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

ASK = [Message(role="system", content="Be brief."), Message(role="user", content="Hello")]
SCHEMA = {"type": "object", "properties": {"tool": {"type": "string"}}}


class World(Protocol):
    """A model that will say this, however it is made to."""

    def streams(self, pieces: Sequence[str], *, then: ChatError | None = None, hold: bool = False) -> ChatModel: ...
    def completes(self, text: str) -> ChatModel: ...
    async def was_cut(self) -> bool: ...


class ScriptedWorld:
    def __init__(self) -> None:
        self.chat = ScriptedChat(usage=Usage(prompt_tokens=10, completion_tokens=5))

    def streams(self, pieces: Sequence[str], *, then: ChatError | None = None, hold: bool = False) -> ChatModel:
        end: list[str | ChatError | asyncio.Event] = [then] if then else [asyncio.Event()] if hold else []
        self.chat.push("narrate", [*pieces, *end])
        return self.chat

    def completes(self, text: str) -> ChatModel:
        self.chat.push("plan", text)
        return self.chat

    async def was_cut(self) -> bool:
        return self.chat.cut == 1


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


@pytest.fixture(params=["scripted", "http"])
def world(request: pytest.FixtureRequest, stub: Any, connect: Callable[..., OpenAIChat]) -> World:
    return ScriptedWorld() if request.param == "scripted" else HttpWorld(stub, connect)


async def heard(chat: ChatModel) -> list[TextPart | DonePart]:
    async with aclosing(chat.stream(ASK, kind="narrate", max_tokens=20)) as parts:
        return [part async for part in parts]


async def test_a_stream_is_its_text_in_order_and_then_one_done_part_with_the_cost(world: World) -> None:
    *texts, done = await heard(world.streams(["A rain ", "jacket", "雨衣。"]))
    assert [part.text for part in texts if isinstance(part, TextPart)] == ["A rain ", "jacket", "雨衣。"]
    assert done == DonePart(usage=Usage(prompt_tokens=10, completion_tokens=5), truncated=False)


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
    async with aclosing(chat.stream(ASK, kind="narrate", max_tokens=20)) as parts:
        assert await anext(parts) == TextPart(text="first")
    assert await world.was_cut()


async def test_cancelling_the_listener_reaches_the_other_side(world: World) -> None:
    chat = world.streams(["first"], hold=True)
    began = asyncio.Event()

    async def listen() -> None:
        async with aclosing(chat.stream(ASK, kind="narrate", max_tokens=20)) as parts:
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
    assert done.usage == Usage(prompt_tokens=10, completion_tokens=5)


@pytest.mark.parametrize("text", ["", "Sure! Here you are", '{"tool": "sea'])
async def test_a_completion_that_is_not_json_is_garbled(world: World, text: str) -> None:
    with pytest.raises(ChatGarbled):
        await world.completes(text).complete(ASK, SCHEMA, kind="plan", max_tokens=20)
