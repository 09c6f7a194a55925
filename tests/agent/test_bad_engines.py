"""A turn over a server that speaks half the protocol: it ends, with cards and templates, whatever the engine does."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from agent.conversation import Conversation
from agent.events import ProductsShown, ShopperMessage, TextAdded, TurnFinished
from agent.run import Floor
from agent.shop import Shop
from agent.turn import run_turn
from agent.vocabulary import Vocabulary
from llm_server.breaker import Breaker, BreakerChat
from llm_server.openai_chat import OpenAIChat, ServerConfig, Timeouts
from retrieval.edge import EdgeIndex
from retrieval.embed import HashEmbedder
from retrieval.lexical import Analyzer
from retrieval.search import Searcher
from retrieval.words import read_words
from tests.agent.builders import NOW, product
from tests.llm_server.conftest import StubServer

PRODUCTS = (
    product("T1", "Rill Two Tent", price=200, categories=("Tents",), attributes={"weight": ("1.9 kg",)}),
    product("T2", "Meadow Three Tent", price=90, categories=("Tents",), attributes={"weight": ("3.1 kg",)}),
)


async def garbage(exchange: Any) -> None:
    await exchange.send(b"\x00\x01 not HTTP at all\r\n\r\n")


async def a_page(exchange: Any) -> None:
    await exchange.whole(b"<html>It works!</html>")


async def half_an_answer(exchange: Any) -> None:
    await exchange.head(length=500)
    await exchange.send(b'{"choices": [{"mess')


async def a_dropped_connection(_exchange: Any) -> None:
    return


async def a_stall(exchange: Any) -> None:
    if exchange.body.get("stream"):
        await exchange.head(kind="text/event-stream")
        await exchange.text("[1] is ")
    await asyncio.Event().wait()


def refusal(status: int) -> Any:
    async def behave(exchange: Any) -> None:
        await exchange.send(f"HTTP/1.1 {status} No\r\nretry-after: 1\r\ncontent-length: 0\r\n\r\n".encode())

    return behave


BAD = {
    "garbage": garbage,
    "a page": a_page,
    "half an answer": half_an_answer,
    "a dropped connection": a_dropped_connection,
    "a stall": a_stall,
    "429": refusal(429),
    "503": refusal(503),
}


@pytest.fixture
async def stub() -> AsyncIterator[StubServer]:
    server = StubServer()
    await server.start()
    yield server
    await server.stop()


@pytest.fixture
async def chat(stub: StubServer) -> AsyncIterator[OpenAIChat]:
    waits = Timeouts(first=0.2, stall=0.1, total=0.4)
    client = OpenAIChat(ServerConfig(url=stub.url, model="m", timeouts=waits))
    yield client
    await client.aclose()


@pytest.fixture
async def searcher(tmp_path: Path) -> AsyncIterator[Searcher]:
    embedder = HashEmbedder()
    index = EdgeIndex.create(tmp_path / "shard", dimensions=embedder.dimensions)
    found = Searcher(embedder=embedder, index=index, analyzer=Analyzer(read_words()), mean_terms=12)
    await found.upsert(PRODUCTS)
    yield found
    await found.close()


async def say(floor: Floor, conversation: Conversation) -> list[Any]:
    message = ShopperMessage(id="m", text="a tent", time=NOW)
    return [happened async for happened in run_turn(conversation, message, floor)]


@pytest.mark.parametrize("behaviour", BAD.values(), ids=BAD.keys())
async def test_a_turn_ends_with_cards_and_words_whatever_the_engine_does(
    stub: StubServer, chat: OpenAIChat, searcher: Searcher, behaviour: Any
) -> None:
    facets = await searcher.facets()
    now = 0.0
    model = BreakerChat(chat, Breaker(failures=3, rest=10.0, clock=lambda: now))
    shop = Shop(name="Fernhill", about="Tents.")
    floor = Floor(shop, facets, Vocabulary.of(facets, "USD"), searcher, model, seconds=10.0)
    stub.behaviours = [behaviour] * 20
    for turn in range(3):
        events = await say(floor, Conversation(session_id=f"s{turn}"))
        assert isinstance(events[-1], TurnFinished)
        assert any(isinstance(happened, ProductsShown) for happened in events)
        assert any(isinstance(happened, TextAdded) for happened in events)
    failing = behaviour is not a_page  # an engine that answers, be it nonsense, is asked again
    assert (len(stub.exchanges) <= 3) == failing
