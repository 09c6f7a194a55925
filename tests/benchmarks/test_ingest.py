"""Measured over HTTP and on the socket, against a real shop whose journal is in a temporary directory.

    python -m pytest -m benchmark -s tests/benchmarks/test_ingest.py

Prints events a second in batches of 100, each batch on disk before its 202; and how long it takes from an event on the
socket to its acknowledgement, and from there to a search that it has changed. Asserts nothing about time.
"""

import asyncio
import json
import os
import random
import re
import statistics
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from pathlib import Path

import httpx2
import psutil
import pytest
from websockets.asyncio.client import connect

from agent.assembly import Settings, build
from retrieval.build import build_in_child
from retrieval.query import SearchQuery
from web.app import create_app
from web.auth import Tokens
from web.rules import Rules
from web.server import listen, server

ROOT = Path(__file__).parents[2]
KEY, SECRET = "k" * 32, "s" * 32
PRODUCTS, SESSIONS = 20_000, 5_000
SECONDS = 8.0
KINDS = ("tent", "lamp", "kettle", "boots", "jacket", "stove", "bottle", "rope", "pack", "mug")

pytestmark = pytest.mark.benchmark


@pytest.fixture(scope="module")
def index(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An index of 20,000 made-up products."""
    folder = tmp_path_factory.mktemp("shop")
    rows = (
        {
            "id": f"P{n}",
            "title": f"{KINDS[n % 10]} number {n}",
            "brand": f"Brand {n % 97}",
            "categories": [KINDS[n % 10]],
        }
        | {"price": {"amount": 500 + n % 9000, "currency": "USD"}, "availability": "in_stock"}
        for n in range(PRODUCTS)
    )
    (folder / "catalog.jsonl").write_text("\n".join(map(json.dumps, rows)))
    build_in_child(folder / "catalog.jsonl", folder / "index", embedder="hash", on_progress=lambda _: None)
    return folder / "index"


@pytest.fixture
def shop(index: Path, tmp_path: Path) -> Iterator[tuple[str, psutil.Process]]:
    """The address of a running shop, and its process."""
    told = {"FLOORWALKER_DATA": str(tmp_path), "FLOORWALKER_LLM_URL": "http://127.0.0.1:9/v1"}
    environment = {**os.environ, **told, "FLOORWALKER_MERCHANT_KEY": KEY, "PYTHONUNBUFFERED": "1"}
    command = [sys.executable, "-m", "web", "--port", "0", "--index", str(index)]
    with subprocess.Popen(command, cwd=ROOT, env=environment, stdout=subprocess.PIPE, text=True) as child:
        assert child.stdout
        address = next(found[0] for line in child.stdout if (found := re.search(r"http://127.0.0.1:\d+", line)))
        yield address, psutil.Process(child.pid)
        child.terminate()


def batches(rng: random.Random, first: int, count: int) -> list[bytes]:
    """Bodies of 100 events each, of popular products mostly, as a shop's back end would send them."""
    made: list[bytes] = []
    for number in range(first, first + count):
        events = [
            {
                "event_id": f"event-{number}-{at}",
                "session_id": f"session-{rng.randrange(SESSIONS)}",
                "user_id": f"user-{rng.randrange(SESSIONS)}",
                "time": datetime.now(UTC).isoformat(),
                "name": rng.choices(("view_item", "add_to_cart", "purchase"), (90, 7, 3))[0],
                "items": [{"item_id": f"P{int(PRODUCTS * rng.random() ** 3)}", "price": 12.5, "quantity": 1}],
            }
            for at in range(100)
        ]
        made.append(json.dumps({"events": events}).encode())
    return made


def quantiles(times: Sequence[float]) -> str:
    """Median and 99th percentile, in words."""
    p99 = sorted(times)[int(len(times) * 0.99)]
    return f"p50 {1000 * statistics.median(times):.1f} ms, p99 {1000 * p99:.1f} ms"


@pytest.mark.parametrize("senders", [1, 2, 4])
async def test_events_a_second_in_batches_of_100(shop: tuple[str, psutil.Process], senders: int) -> None:
    address, process = shop
    bodies = batches(random.Random(1), 0, 700)
    taken = 0
    times: list[float] = []
    async with httpx2.AsyncClient(headers={"authorization": f"Bearer {KEY}"}, timeout=30) as client:
        deadline = time.perf_counter() + SECONDS

        async def send() -> None:
            nonlocal taken
            while bodies and time.perf_counter() < deadline:
                began = time.perf_counter()
                answer = await client.post(f"{address}/v1/events", content=bodies.pop())
                times.append(time.perf_counter() - began)
                assert answer.status_code == 202, answer.text
                taken += answer.json()["accepted"]

        began, before = time.perf_counter(), sum(process.cpu_times()[:2])
        await asyncio.gather(*(send() for _ in range(senders)))
        spent, busy = time.perf_counter() - began, sum(process.cpu_times()[:2]) - before
    assert taken == 100 * len(times)
    print(f"\nload {os.getloadavg()[0]:.1f}; {senders} at once: {taken / spent:,.0f} events/s", end="")
    print(f"; a batch {quantiles(times)}, of the server's CPU {1000 * busy / len(times):.1f} ms")


async def test_an_event_acknowledged_to_a_changed_ranking(index: Path, tmp_path: Path) -> None:
    settings = Settings(data=tmp_path, index=index, llm_url="http://127.0.0.1:9/v1")
    async with build(settings, embedded=False) as assistant:
        app = create_app(assistant, secret=SECRET, merchant_key=KEY, rules=Rules(idle=1.0))
        shop = server(app)
        with listen("127.0.0.1", 0) as door:
            serving = asyncio.create_task(shop.serve(sockets=[door]))
            while not shop.started:
                await asyncio.sleep(0.01)
            url, tokens = f"ws://127.0.0.1:{door.getsockname()[1]}/v1/chat", Tokens(SECRET)

            async def once(session_id: str) -> tuple[float, float]:
                """Seconds from an event of a new session to its acknowledgement, and from there to another ranking."""

                async def ranked() -> list[tuple[str, float]]:
                    async with app.state.sessions.open(session_id) as live:
                        context = live.conversation.profile.context(datetime.now(UTC))
                    found = await assistant.retriever.search(SearchQuery(text="tent"), context)
                    return [(hit.product.id, hit.score) for hit in found.hits]

                async with connect(url) as socket:
                    await socket.send(json.dumps({"type": "session.start", "token": tokens.guest(session_id)}))
                    while json.loads(await socket.recv())["type"] != "MESSAGES_SNAPSHOT":
                        pass
                    before = await ranked()
                    items = [{"item_id": before[-1][0]}]
                    event = {"event_id": "e1", "name": "view_item", "items": items}
                    began = time.perf_counter()
                    await socket.send(json.dumps({"type": "session.event", "event": event}))
                    while json.loads(await socket.recv()).get("name") != "shop.ack":
                        pass
                    acknowledged = time.perf_counter()
                    assert await ranked() != before
                    return acknowledged - began, time.perf_counter() - acknowledged

            for run in range(6):
                acks, changes = zip(*[await once(f"s{run}-{number}") for number in range(200)], strict=True)
                if run:  # the first warms up
                    print(f"\nload {os.getloadavg()[0]:.1f}; event to acknowledgement {quantiles(acks)}", end="")
                    print(f"; from there to a changed search {quantiles(changes)}", end="")
            shop.should_exit = True
            await serving
    print()
