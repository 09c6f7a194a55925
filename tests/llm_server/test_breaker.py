"""When the breaker opens, how long it stays open, and what closes it again; by a clock that the test turns."""

import asyncio
from collections.abc import Callable
from contextlib import aclosing
from typing import Any

import pytest

from llm_server.breaker import Breaker, BreakerChat
from llm_server.chat import (
    ChatError,
    ChatGarbled,
    ChatLoading,
    ChatRejected,
    ChatTimeout,
    ChatUnavailable,
    Message,
)
from llm_server.openai_chat import OpenAIChat
from llm_server.scripted import Reply, ScriptedChat

ASK = [Message(role="user", content="Hello")]
DOWN, SLOW = ChatUnavailable("down"), ChatTimeout("slow")


class Rig:
    """A scripted model behind a breaker of three failures and ten seconds."""

    def __init__(self, *plan: Reply, narrate: tuple[Reply, ...] = ()) -> None:
        self.now = 0.0
        self.inner = ScriptedChat(plan=plan, narrate=narrate)
        self.chat = BreakerChat(self.inner, Breaker(failures=3, rest=10.0, clock=lambda: self.now))

    async def ask(self) -> str:
        return (await self.chat.complete(ASK, {}, kind="plan", max_tokens=5)).text

    async def fail(self, times: int) -> None:
        for _ in range(times):
            with pytest.raises(ChatError):
                await self.ask()

    @property
    def asked(self) -> int:
        return len(self.inner.requests)


async def test_after_three_failures_in_a_row_the_engine_is_not_asked_any_more() -> None:
    rig = Rig(DOWN, SLOW, DOWN)
    await rig.fail(3)
    with pytest.raises(ChatUnavailable, match="left alone"):
        await rig.ask()
    assert rig.asked == 3


async def test_an_answer_in_between_starts_the_count_again() -> None:
    rig = Rig(DOWN, DOWN, "{}", DOWN, DOWN, "{}")
    await rig.fail(2)
    await rig.ask()
    await rig.fail(2)
    assert await rig.ask() == "{}"


@pytest.mark.parametrize("error", [ChatRejected("no"), ChatGarbled("what"), ChatLoading("soon")])
async def test_an_engine_that_answers_or_loads_has_not_failed(error: ChatError) -> None:
    rig = Rig(*[error] * 5, "{}")
    await rig.fail(5)
    assert await rig.ask() == "{}"


async def test_after_its_rest_one_call_is_let_through_and_an_answer_closes_the_breaker() -> None:
    rig = Rig(DOWN, DOWN, DOWN, "{}", "{}")
    await rig.fail(3)
    rig.now = 9.9
    await rig.fail(1)
    rig.now = 10.0
    assert [await rig.ask(), await rig.ask()] == ["{}", "{}"]


async def test_a_trial_that_fails_opens_it_for_another_rest() -> None:
    rig = Rig(DOWN, DOWN, DOWN, SLOW, "{}")
    await rig.fail(3)
    rig.now = 10.0
    await rig.fail(2)
    assert rig.asked == 4
    rig.now = 20.0
    assert await rig.ask() == "{}"


async def test_while_one_call_tries_the_others_fail_at_once() -> None:
    answer = asyncio.Event()
    rig = Rig(DOWN, DOWN, DOWN, [answer, "{}"])
    await rig.fail(3)
    rig.now = 10.0
    trial = asyncio.create_task(rig.ask())
    while rig.asked < 4:
        await asyncio.sleep(0)
    await rig.fail(1)
    answer.set()
    assert await trial == "{}"


async def test_a_trial_that_is_given_up_lets_the_next_call_try() -> None:
    rig = Rig(DOWN, DOWN, DOWN, [asyncio.Event()], "{}")
    await rig.fail(3)
    rig.now = 10.0
    trial = asyncio.create_task(rig.ask())
    while rig.asked < 4:
        await asyncio.sleep(0)
    trial.cancel()
    with pytest.raises(asyncio.CancelledError):
        await trial
    assert await rig.ask() == "{}"


async def test_a_stream_that_breaks_is_a_failure_and_one_that_is_left_early_is_none() -> None:
    rig = Rig(
        narrate=(["half", DOWN], ["half", DOWN], ["all", "of it"], ["half", DOWN], ["half", DOWN], ["half", DOWN])
    )

    async def hear(pieces: int) -> None:
        async with aclosing(rig.chat.stream(ASK, kind="narrate", max_tokens=5)) as parts:
            for _ in range(pieces):
                await anext(parts)

    for pieces in (2, 2, 1, 2, 2, 2):
        if pieces == 1:
            await hear(1)
            continue
        with pytest.raises(ChatUnavailable, match="down"):
            await hear(pieces)
    with pytest.raises(ChatUnavailable, match="left alone"):
        await hear(1)


def refusing(status: int, after: str) -> Any:
    async def behave(exchange: Any) -> None:
        head = f"HTTP/1.1 {status} Word\r\ncontent-length: 0\r\nretry-after: {after}\r\n\r\n"
        await exchange.send(head.encode())

    return behave


@pytest.mark.parametrize("status", [429, 503])
@pytest.mark.parametrize(("after", "seconds"), [("7", 7.0), ("soon", 0.0), ("-3", 0.0), ("9999", 9999.0)])
async def test_how_long_an_engine_asks_to_be_left_alone_is_told(
    stub: Any, connect: Callable[..., OpenAIChat], status: int, after: str, seconds: float
) -> None:
    stub.behaviours.append(refusing(status, after))
    with pytest.raises(ChatUnavailable) as caught:
        await connect().complete(ASK, {}, kind="plan", max_tokens=5)
    assert caught.value.retry_after == seconds


@pytest.mark.parametrize(("asked", "waits"), [(7.0, 7.0), (9999.0, 60.0)])
async def test_an_engine_that_asks_to_be_left_alone_is_left_alone_at_once_within_reason(
    asked: float, waits: float
) -> None:
    busy = ChatUnavailable("busy")
    busy.retry_after = asked
    rig = Rig(busy, "{}")
    await rig.fail(1)
    rig.now = waits - 0.1
    await rig.fail(1)
    rig.now = waits
    assert await rig.ask() == "{}"
