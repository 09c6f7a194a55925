"""Load: what the synthetic engine says, what passes through it, and what the figures are of. No clock is looked at."""

import asyncio
import json
import socket
from collections.abc import AsyncIterator, Sequence
from contextlib import aclosing, asynccontextmanager, closing
from typing import Any

import jsonschema
import pytest
import uvicorn
from hypothesis import given
from hypothesis import strategies as st
from starlette.types import ASGIApp
from typer.testing import CliRunner

from agent.events import CallReport, TurnReport
from agent.grounding import Gate, clauses
from agent.prompts import narrate_prompt, plan_prompt
from agent.request import Request
from agent.session import SessionProfile
from agent.tools import schema, tool_call
from eval.__main__ import app
from eval.loadcalls import Calls, Direct, ask
from eval.loadfigures import Goal, Turn, engine, production
from eval.loadwire import Times
from eval.stub import Pace, reworded
from eval.stub import engine as stub_engine
from eval.synthetic import NARRATION_TOKENS, PLAN_TOKENS, narrated, pieces, planned
from llm_server.chat import ChatUnavailable, DonePart, TextPart
from llm_server.openai_chat import OpenAIChat, ServerConfig
from retrieval.query import Facets
from tests.agent.builders import FACETS, SHOP, card

CARDS = [card(handle, title=f"Tent {handle}", attributes={"capacity": ("2 people",)}) for handle in (1, 2, 3)]
NARRATION = narrate_prompt(SHOP, "a tent", CARDS, "en")
PLAN = plan_prompt(SHOP, FACETS, (), Request(), SessionProfile(), "a tent for two")
CALLS = Calls(plan=PLAN, plan_schema=schema(FACETS, 0), narration=NARRATION)
AT_ONCE = Pace(first=0, gap=0)


@asynccontextmanager
async def serving(served: ASGIApp) -> AsyncIterator[str]:
    """The root of this server's API, on a port of its own."""
    with closing(socket.create_server(("127.0.0.1", 0))) as door:
        server = uvicorn.Server(uvicorn.Config(served, log_level="warning"))
        running = asyncio.create_task(server.serve(sockets=[door]))
        while not server.started:
            await asyncio.sleep(0.01)
        yield f"http://127.0.0.1:{door.getsockname()[1]}/v1"
        server.should_exit = True
        await running


@asynccontextmanager
async def asking(url: str) -> AsyncIterator[OpenAIChat]:
    chat = OpenAIChat(ServerConfig(url=url, model="floorwalker"))
    yield chat
    await chat.aclose()


@given(st.text(), st.integers(1, 200))
def test_a_text_is_cut_into_exactly_so_many_pieces_and_loses_nothing(text: str, count: int) -> None:
    cut = pieces(text, count)
    assert len(cut) == count and "".join(cut) == text


@given(st.text(max_size=300), st.integers(0, 6), st.booleans())
def test_a_made_up_plan_is_one_that_the_schema_allows_whatever_is_asked(text: str, shown: int, kinds: bool) -> None:
    facets = FACETS if kinds else Facets(count=3)
    asked = plan_prompt(SHOP, facets, CARDS[:shown], Request(), SessionProfile(), text)
    said = planned(asked[-1].content, schema(facets, shown))
    jsonschema.validate(json.loads(said), schema(facets, shown))
    assert tool_call.validate_json(said).tool == "search_catalog"


def test_the_gate_lets_made_up_prose_through_because_it_is_true() -> None:
    whole, _ = clauses(narrated(NARRATION[-1].content), True)
    gate = Gate(CARDS, "a tent", "en")
    assert len(whole) >= 3
    assert all(gate.judge(clause.strip().rstrip("."), None).ok for clause in whole)


async def test_the_clients_of_an_engine_take_the_synthetic_one_for_an_engine() -> None:
    async with serving(stub_engine(AT_ONCE, None)) as url, asking(url) as chat:
        plan = await chat.complete(PLAN, CALLS.plan_schema, kind="plan", max_tokens=80)
        async with aclosing(chat.stream(NARRATION, kind="narrate", max_tokens=140)) as parts:
            said = [part async for part in parts]
        assert await chat.models() == ("floorwalker",)
        assert await ask(chat, CALLS) is not None
    assert json.loads(plan.text)["query"] == "a tent for two"
    assert plan.usage.completion_tokens == PLAN_TOKENS
    assert isinstance(said[-1], DonePart) and said[-1].usage.completion_tokens == NARRATION_TOKENS
    assert "".join(part.text for part in said if isinstance(part, TextPart)) == narrated(NARRATION[-1].content)


async def test_in_front_of_an_engine_its_words_are_replaced_and_its_counts_are_kept() -> None:
    heard: list[dict[str, Any]] = []
    usage = {"prompt_tokens": 70, "completion_tokens": 2, "prompt_tokens_details": {"cached_tokens": 64}}

    async def gibberish(scope: Any, receive: Any, send: Any) -> None:
        heard.append(json.loads((await receive())["body"]))
        message = {"message": {"content": "zq"}, "finish_reason": "length"}
        raw = json.dumps({"choices": [message], "usage": usage}).encode()
        if heard[-1].get("stream"):
            chunks = [{"choices": [{"index": 0, "delta": {"content": "zq"}, "finish_reason": None}]}] * 2
            chunks += [
                {"choices": [{"index": 0, "delta": {}, "finish_reason": "length"}]},
                {"choices": [], "usage": usage},
            ]
            raw = "".join(f"data: {json.dumps(chunk)}\n\n" for chunk in chunks).encode() + b"data: [DONE]\n\n"
        await send({"type": "http.response.start", "status": 200, "headers": []})
        await send({"type": "http.response.body", "body": raw})

    async with serving(gibberish) as behind, serving(stub_engine(AT_ONCE, behind)) as url, asking(url) as chat:
        plan = await chat.complete(PLAN, CALLS.plan_schema, kind="plan", max_tokens=80)
        async with aclosing(chat.stream(NARRATION, kind="narrate", max_tokens=140)) as parts:
            said = [part async for part in parts]
    assert json.loads(plan.text)["tool"] == "search_catalog"
    assert plan.usage.cached_tokens == 64
    assert "".join(part.text for part in said if isinstance(part, TextPart)) == narrated(NARRATION[-1].content)
    assert isinstance(said[-1], DonePart) and said[-1].usage.cached_tokens == 64 and not said[-1].truncated
    assert [body["max_tokens"] for body in heard] == [PLAN_TOKENS, NARRATION_TOKENS]
    assert "response_format" in heard[0] and "ignore_eos" not in heard[0]
    assert heard[1]["ignore_eos"] is True


async def test_an_engine_that_refuses_is_heard_through_the_synthetic_one() -> None:
    async def busy(scope: Any, receive: Any, send: Any) -> None:
        await send({"type": "http.response.start", "status": 503, "headers": []})
        await send({"type": "http.response.body", "body": b'{"message": "busy"}'})

    async with serving(busy) as behind, serving(stub_engine(AT_ONCE, behind)) as url, asking(url) as chat:
        with pytest.raises(ChatUnavailable):
            await chat.complete(PLAN, CALLS.plan_schema, kind="plan", max_tokens=80)
        with pytest.raises(ChatUnavailable):
            async with aclosing(chat.stream(NARRATION, kind="narrate", max_tokens=140)) as parts:
                await anext(parts)


@given(st.lists(st.booleans(), max_size=30), st.lists(st.text(max_size=3), max_size=20))
def test_whatever_the_engine_sends_the_whole_made_up_answer_is_said_once(wrote: list[bool], told: list[str]) -> None:
    chunks = [{"choices": [{"delta": {"content": "x" if each else ""}, "finish_reason": None}]} for each in wrote]
    chunks.append({"choices": [{"delta": {}, "finish_reason": "length"}]})
    left = list(reversed(told))
    said = [reworded(chunk, left)["choices"][0] for chunk in chunks]
    assert "".join(choice["delta"]["content"] for choice in said) == "".join(told)
    assert said[-1]["finish_reason"] == "stop" and left == []


DIRECT = Direct(plan=0.5, first_token=0.1, first_clause=0.3)


def turn(*, prose: float | None = 0.82, cards: float | None = 0.05, error: str = "") -> Turn:
    return Turn(times=Times(cards=cards, prose=prose, gaps=(0.2,), total=2.0, error=error), direct=DIRECT)


def test_what_the_product_adds_is_the_wait_for_prose_less_that_of_the_same_calls() -> None:
    found = production([turn(), turn(prose=0.84)], {}, 10.0, Goal())
    assert found["overhead_p50_ms"].mean == pytest.approx(30)
    assert found["prose_p50_ms"].mean == pytest.approx(830)
    assert engine([turn()])["prose_p50_ms"].mean == pytest.approx(800)


@pytest.mark.parametrize(
    ("late", "good"),
    [(turn(), 1), (turn(prose=0.95), 0), (turn(cards=0.2), 0), (turn(error="rate_limited"), 0), (turn(cards=None), 1)],
    ids=["in time", "late prose", "late cards", "refused", "no cards to show"],
)
def test_a_turn_is_good_where_all_of_it_came_in_time(late: Turn, good: int) -> None:
    found = production([late, turn()], {}, 10.0, Goal())
    assert found["goodput_per_s"].mean == pytest.approx((good + 1) / 10)
    assert found["goal_kept"].mean == (good + 1) / 2


def test_a_turn_without_prose_or_without_an_answer_of_the_engine_has_no_overhead() -> None:
    silent = Turn(times=Times(prose=0.3, total=1.0))
    assert [each.overhead for each in (turn(prose=None), turn(error="failed"), silent)] == [None, None, None]


def test_the_cached_share_is_told_from_the_third_turn_on_and_only_where_the_engine_tells() -> None:
    def report(cached: int) -> TurnReport:
        return TurnReport(calls=(CallReport(kind="plan", prompt_tokens=100, cached_tokens=cached),) * 2)

    def asked(reports: Sequence[TurnReport]):
        return production([turn()], {"one": reports}, 1.0, Goal())

    found = asked([report(0), report(20), report(80), report(90)])
    assert found["cached_share_from_turn3"].mean == pytest.approx(0.85)
    assert found["calls_per_turn"].mean == 2
    assert "cached_share" not in asked([report(0)])


def test_load_wants_an_engine() -> None:
    result = CliRunner().invoke(app, ["load"])
    assert result.exit_code == 2
    assert "--engine stub" in result.output
