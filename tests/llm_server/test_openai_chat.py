"""What is on the wire, and what each kind of failure becomes."""

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import aclosing
from typing import Any

import pytest

from llm_server.chat import (
    CallKind,
    ChatError,
    ChatGarbled,
    ChatLoading,
    ChatRejected,
    ChatTimeout,
    ChatUnavailable,
    DonePart,
    Message,
    Usage,
)
from llm_server.engines import free_port
from llm_server.openai_chat import OpenAIChat, ServerConfig

ASK = [Message(role="user", content="Hello")]
SCHEMA = {"type": "object"}
Connect = Callable[..., OpenAIChat]


async def complete(chat: OpenAIChat) -> Any:
    return await chat.complete(ASK, SCHEMA, kind="plan", max_tokens=7)


async def last_of_stream(chat: OpenAIChat) -> Any:
    async with aclosing(chat.stream(ASK, kind="narrate", max_tokens=7)) as parts:
        return [part async for part in parts][-1]


Call = Callable[[OpenAIChat], Awaitable[Any]]
both = pytest.mark.parametrize("call", [complete, last_of_stream], ids=["complete", "stream"])


def saying(raw: bytes, status: int = 200) -> Any:
    async def behave(exchange: Any) -> None:
        await exchange.whole(raw, status)

    return behave


def streaming(*events: Any, over: bool = True) -> Any:
    async def behave(exchange: Any) -> None:
        await exchange.head(kind="text/event-stream")
        for event in events:
            await exchange.event(event)
        if over:
            await exchange.send(b"0\r\n\r\n")
        else:
            await asyncio.Event().wait()

    return behave


def said(text: str | None, finish: str | None = None) -> Any:
    return {"choices": [{"index": 0, "delta": {"content": text}, "finish_reason": finish}]}


async def test_a_stream_asks_for_its_cost_and_carries_the_engines_own_fields(stub: Any, connect: Connect) -> None:
    def extra(kind: CallKind) -> dict[str, Any]:
        return {"id_slot": {"plan": 0, "narrate": 1}[kind]}

    stub.behaviours.append(streaming(said("Hi", "stop"), "[DONE]"))
    await last_of_stream(connect(extra=extra))
    exchange = stub.exchanges[0]
    assert exchange.path == "/v1/chat/completions"
    assert exchange.headers["authorization"] == "Bearer secret"
    assert exchange.body == {
        "model": "m",
        "messages": [{"role": "user", "content": "Hello"}],
        "max_tokens": 7,
        "temperature": 0.0,
        "stream": True,
        "stream_options": {"include_usage": True},
        "id_slot": 1,
    }


async def test_a_completion_sends_its_schema_as_a_strict_response_format(stub: Any, connect: Connect) -> None:
    stub.behaviours.append(saying(b'{"choices": [{"message": {"content": "{}"}}]}'))
    await complete(connect())
    assert stub.exchanges[0].body["response_format"] == {
        "type": "json_schema",
        "json_schema": {"name": "plan", "schema": SCHEMA, "strict": True},
    }


async def test_cached_tokens_and_truncation_are_told(stub: Any, connect: Connect) -> None:
    cost = {"prompt_tokens": 9, "completion_tokens": 7, "prompt_tokens_details": {"cached_tokens": 8}}
    stub.behaviours.append(streaming(said("Hi"), said(None, "length"), {"choices": [], "usage": cost}, "[DONE]"))
    done = await last_of_stream(connect())
    assert done == DonePart(usage=Usage(prompt_tokens=9, cached_tokens=8, completion_tokens=7), truncated=True)


async def test_usage_details_may_be_null(stub: Any, connect: Connect) -> None:
    usage = {"prompt_tokens": 9, "completion_tokens": 1, "prompt_tokens_details": None}
    stub.behaviours.append(streaming(said("Hi", "stop"), {"choices": [], "usage": usage}, "[DONE]"))
    assert (await last_of_stream(connect())).usage == Usage(prompt_tokens=9, completion_tokens=1)


@both
@pytest.mark.parametrize(
    ("status", "body", "error"),
    [
        (400, b'{"error": {"message": "too long", "code": 400}}', ChatRejected),
        (401, b'{"error": {"message": "bad key"}}', ChatRejected),
        (404, b'{"error": {"message": "no such model"}}', ChatRejected),
        (422, b"{}", ChatRejected),
        (429, b"{}", ChatUnavailable),
        (500, b"<html>", ChatUnavailable),
        (503, b'{"error": {"message": "Loading model", "code": 503}}', ChatLoading),
        (503, b"", ChatUnavailable),
        (504, b"", ChatTimeout),
    ],
)
async def test_a_refusal_becomes_the_error_that_fits(
    stub: Any, connect: Connect, call: Call, status: int, body: bytes, error: type[ChatError]
) -> None:
    stub.behaviours.append(saying(body, status))
    with pytest.raises(ChatError) as caught:
        await call(connect())
    assert type(caught.value) is error
    assert len(stub.exchanges) == 1  # nothing is retried


@both
async def test_nobody_listening_is_unavailable(call: Call) -> None:
    chat = OpenAIChat(ServerConfig(url=f"http://127.0.0.1:{free_port()}/v1", model="m"))
    with pytest.raises(ChatUnavailable):
        await call(chat)
    await chat.aclose()


@both
async def test_a_server_that_never_answers_is_a_timeout(stub: Any, connect: Connect, call: Call) -> None:
    async def behave(_exchange: Any) -> None:
        await asyncio.Event().wait()

    stub.behaviours.append(behave)
    with pytest.raises(ChatTimeout):
        await call(connect(first=0.05, total=0.1))
    await stub.hung_up.wait()


async def test_a_stream_that_stalls_is_a_timeout_and_the_connection_is_closed(stub: Any, connect: Connect) -> None:
    stub.behaviours.append(streaming(said("Hi"), over=False))
    with pytest.raises(ChatTimeout):
        await last_of_stream(connect(stall=0.05))
    await stub.hung_up.wait()


async def test_a_stream_that_never_ends_is_a_timeout_in_the_end(stub: Any, connect: Connect) -> None:
    async def behave(exchange: Any) -> None:
        await exchange.head(kind="text/event-stream")
        while True:
            await exchange.text("on and ")
            await asyncio.sleep(0)

    stub.behaviours.append(behave)
    with pytest.raises(ChatTimeout):
        await last_of_stream(connect(total=0.2))


@pytest.mark.parametrize("raw", [b"{", b"[]", b'"hm"', b"null", b'{"choices": 3}', b'{"choices": []}', b"\xff\xfe"])
async def test_an_answer_that_is_no_completion_is_garbled(stub: Any, connect: Connect, raw: bytes) -> None:
    stub.behaviours.append(saying(raw))
    with pytest.raises(ChatGarbled):
        await complete(connect())


@pytest.mark.parametrize("event", ["{", "[]", "3", '{"choices": "x"}', '{"id": 1}', '{"choices": [{"delta": 4}]}'])
async def test_a_stream_of_something_else_is_garbled(stub: Any, connect: Connect, event: str) -> None:
    stub.behaviours.append(streaming(event))
    with pytest.raises(ChatGarbled):
        await last_of_stream(connect())


async def test_a_stream_that_ends_politely_but_too_soon_is_unavailable(stub: Any, connect: Connect) -> None:
    stub.behaviours.append(streaming(said("half a")))
    with pytest.raises(ChatUnavailable):
        await last_of_stream(connect())


@pytest.mark.parametrize(("code", "error"), [(400, ChatRejected), (503, ChatUnavailable), (None, ChatUnavailable)])
async def test_an_error_inside_a_stream_becomes_the_error_that_fits(
    stub: Any, connect: Connect, code: int | None, error: type[ChatError]
) -> None:
    stub.behaviours.append(streaming(said("Hi"), {"error": {"message": "no", "code": code}}))
    with pytest.raises(error):
        await last_of_stream(connect())


async def test_the_models_of_a_server_are_listed(stub: Any, connect: Connect) -> None:
    stub.behaviours.append(saying(b'{"object": "list", "data": [{"id": "a"}, {"id": "b"}]}'))
    assert await connect().models() == ("a", "b")


async def test_a_proxy_for_the_outside_world_is_not_asked_about_this_machine(
    stub: Any, connect: Connect, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HTTP_PROXY", f"http://127.0.0.1:{free_port()}")
    stub.behaviours.append(streaming(said("Hi", "stop"), "[DONE]"))
    assert (await last_of_stream(connect())).type == "done"
