"""What only vLLM itself can prove of our client, our prompts and our supervisor: the protocol, never quality or speed.

`make test-vllm`: vLLM for CPUs with SmolLM2. The last two tests end the engine; they stay last.
"""

import asyncio
import json
import random
from collections.abc import AsyncIterator
from contextlib import aclosing
from typing import Any

import jsonschema
import psutil
import pytest

from agent.constraints import Constraints
from agent.prompts import plan_prompt
from agent.request import Request
from agent.session import SessionProfile
from agent.tools import categories_of, schema, tool_call
from llm_server.chat import ChatModel, ChatRejected, ChatTimeout, ChatUnavailable, DonePart, Message, TextPart
from llm_server.openai_chat import OpenAIChat
from llm_server.supervisor import SupervisedChat
from retrieval.query import Facets
from tests.agent.builders import SHOP, card
from tests.llm_server.real_vllm import RunningVllm

pytestmark = pytest.mark.vllm
ASK = [Message(role="user", content="Tell a long story about a tent.")]
NAMES = (
    "Tents",
    "Rain & Shine",
    'The "Big" One',
    "Küche/Bad",
    "帐篷",
    "咖啡 · 茶",
    "Näh-Zubehör",
    "a\\b",
    "{braces}",
    "50% off",
)
WORDS = (
    "a warm tent for two",
    "cheaper than the second one",
    "which is better, 1 or 3?",
    "thanks!",
    "送给爸爸的礼物",
    "",
)


@pytest.fixture
async def chat(vllm: RunningVllm) -> AsyncIterator[OpenAIChat]:
    client = vllm.chat()
    yield client
    await client.aclose()


def a_shop(dice: random.Random) -> Facets:
    """Facets of the agent's kind: up to 40 categories with names that shops give, in any script."""
    names = [f"{dice.choice(NAMES)} {number}" for number in range(dice.choice((0, 1, 3, 12, 60)))]
    return Facets(count=len(names), categories={name: dice.randint(1, 99) for name in names})


async def test_it_is_ready_only_after_it_has_read_every_prompt_it_was_to_warm_up_on(vllm: RunningVllm) -> None:
    assert vllm.calls_when_ready == 2


async def test_fifty_schemas_of_the_agents_kind_are_kept_whatever_is_asked(vllm: RunningVllm, chat: OpenAIChat) -> None:
    dice = random.Random(7)
    turns = asyncio.Semaphore(10)

    async def plan(facets: Facets, shown: int, words: str) -> str:
        wanted = schema(facets, shown)
        asked = [Message(role="user", content=f"{words} Answer in JSON.")]
        async with turns:
            done = await chat.complete(asked, wanted, kind="plan", max_tokens=600)
        said = json.loads(done.text)
        jsonschema.validate(said, wanted)
        call = tool_call.validate_python(said)
        assert getattr(call, "category", None) in {None, "any", *categories_of(facets)}
        return call.tool

    cases = [(a_shop(dice), dice.randint(0, 6), dice.choice(WORDS)) for _ in range(50)]
    used = await asyncio.gather(*(plan(*case) for case in cases))
    assert len(used) == 50


async def test_a_stream_that_is_closed_early_frees_its_place(vllm: RunningVllm, chat: OpenAIChat) -> None:
    async with aclosing(chat.stream(ASK, kind="narrate", max_tokens=1500)) as parts:
        assert isinstance(await anext(parts), TextPart)
        assert vllm.metric("num_requests_running") == 1
    await vllm.until("num_requests_running", 0)


@pytest.mark.parametrize("waits", [{"first": 0.01}, {"total": 0.5}], ids=["first", "total"])
async def test_a_call_that_takes_too_long_is_a_timeout_and_frees_its_place(
    vllm: RunningVllm, waits: dict[str, float]
) -> None:
    hasty = vllm.chat(**waits)
    with pytest.raises(ChatTimeout):
        async with aclosing(hasty.stream(ASK, kind="narrate", max_tokens=1500)) as parts:
            async for _ in parts:
                pass
    await hasty.aclose()
    await vllm.until("num_requests_running", 0)


async def test_an_answer_that_is_cut_says_so(chat: OpenAIChat) -> None:
    async with aclosing(chat.stream(ASK, kind="narrate", max_tokens=5)) as parts:
        *_, done = [part async for part in parts]
    assert isinstance(done, DonePart) and done.truncated and done.usage.completion_tokens == 5


@pytest.mark.parametrize("call", ["stream", "complete"])
@pytest.mark.parametrize(
    ("other", "words"),
    [({}, "word " * 4000), ({"model": "another"}, "hello"), ({"key": "wrong"}, "hello")],
    ids=["too long a prompt", "an unknown model", "a wrong key"],
)
async def test_what_the_engine_cannot_serve_is_rejected(
    vllm: RunningVllm, call: str, other: dict[str, str], words: str
) -> None:
    client = vllm.chat(**other)  # type: ignore[arg-type]
    ask = [Message(role="user", content=words)]
    with pytest.raises(ChatRejected):
        if call == "complete":
            await client.complete(ask, {"type": "object"}, kind="plan", max_tokens=5)
        else:
            async with aclosing(client.stream(ask, kind="narrate", max_tokens=5)) as parts:
                await anext(parts)
    await client.aclose()


async def test_a_schema_that_the_engine_does_not_know_is_rejected_and_the_next_call_is_served(chat: OpenAIChat) -> None:
    with pytest.raises(ChatRejected):
        await chat.complete(ASK, {"type": "no such type"}, kind="plan", max_tokens=5)
    assert (await chat.complete(ASK, {"const": 1}, kind="plan", max_tokens=5)).text == "1"


async def test_the_model_is_listed_under_our_name(chat: OpenAIChat) -> None:
    assert await chat.models() == ("floorwalker",)


async def test_from_the_third_turn_on_most_of_a_plans_prompt_comes_from_the_cache(
    vllm: RunningVllm, chat: OpenAIChat
) -> None:
    facets = Facets(count=90, categories={f"Turns {number}": 9 for number in range(10)})
    hits, queries = vllm.metric("prefix_cache_hits_total"), vllm.metric("prefix_cache_queries_total")
    read, cached = 0, 0
    for turn in range(1, 7):
        cards = [card(handle, title=f"Tent {turn}{handle} of many words") for handle in range(1, 4 if turn > 1 else 1)]
        request = Request(roles=(Constraints(need=f"need {turn}"),))
        asked = plan_prompt(SHOP, facets, cards, request, SessionProfile(), f"message number {turn}, quite another")
        done = await chat.complete(asked, schema(facets, len(cards)), kind="plan", max_tokens=600)
        if turn >= 3:
            read, cached = read + done.usage.prompt_tokens, cached + done.usage.cached_tokens
    print(f"from the third turn on, {cached} of {read} prompt tokens were cached: {cached / read:.2f}")
    assert cached >= 0.6 * read
    told = vllm.metric("prefix_cache_hits_total") - hits
    assert cached <= told <= vllm.metric("prefix_cache_queries_total") - queries


async def test_an_engine_that_is_killed_ends_its_streams_with_an_error_and_is_started_again(
    vllm: RunningVllm, chat: OpenAIChat
) -> None:
    supervised: ChatModel = SupervisedChat(chat, lambda: vllm.supervisor.state)
    _ours, server, *_ = vllm.processes()
    down = vllm.next_state()
    with pytest.raises(ChatUnavailable):
        async with aclosing(supervised.stream(ASK, kind="narrate", max_tokens=1500)) as parts:
            assert isinstance(await anext(parts), TextPart)
            server.kill()
            async for _ in parts:
                pass
    assert (await down).phase == "down"
    with pytest.raises(ChatUnavailable):
        await supervised.complete(ASK, {"const": 1}, kind="plan", max_tokens=5)
    await asyncio.to_thread(vllm.wait_until_ready)
    assert vllm.supervisor.starts == 2
    assert (await supervised.complete(ASK, {"const": 1}, kind="plan", max_tokens=5)).text == "1"


async def test_an_engine_that_is_told_to_stop_ends_its_running_call_first_and_takes_no_new_one(
    vllm: RunningVllm, chat: OpenAIChat
) -> None:
    there = vllm.processes()
    assert len(there) >= 3
    said: list[Any] = []
    async with aclosing(chat.stream(ASK, kind="narrate", max_tokens=60)) as parts:
        said.append(await anext(parts))
        stopping = vllm.stopping()
        async for part in parts:
            said.append(part)
    assert isinstance(said[-1], DonePart) and said[-1].usage.completion_tokens == 60
    with pytest.raises(ChatUnavailable):
        await chat.complete(ASK, {"const": 1}, kind="plan", max_tokens=5)
    await stopping
    _gone, left = await asyncio.to_thread(psutil.wait_procs, there, timeout=20)
    assert [process for process in left if process.status() != psutil.STATUS_ZOMBIE] == []
