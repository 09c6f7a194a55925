"""Measured on the socket, over a real index: message to first cards, and the longest that a callback held the loop.

    FLOORWALKER_INDEX=DIR python -m pytest -m benchmark -s tests/benchmarks/test_socket.py

No model: the cards leave before one is asked. Prints figures; asserts only
that most turns showed cards.
"""

import asyncio
import json
import os
import statistics
import time
from pathlib import Path

import httpx2 as httpx
import pytest
from websockets.asyncio.client import connect

from agent.assembly import Settings, build
from web.app import create_app
from web.rules import Rules
from web.server import listen, server

MESSAGES = (
    "a long HDMI cable for my television", "stainless steel refrigerator with an ice maker", "wireless headset",
    "small digital camera with a good zoom", "an old western film on DVD", "front load washer with large capacity",
    "noise cancelling headphones", "a laptop for a student", "car stereo with Bluetooth", "case for my phone",
    "a portable hard drive", "blu-ray player", "memory card for a camera", "ink for my printer", "an office kettle",
    "a light tent for two people", "desk lamp for reading", "running shoes for trails", "a grinder for coffee",
    "backpack for a laptop",
)  # fmt: skip


@pytest.mark.benchmark
async def test_message_to_cards_and_the_longest_callback(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    index = os.environ.get("FLOORWALKER_INDEX")
    if not index:
        pytest.skip("set FLOORWALKER_INDEX to a built index")
    held: list[tuple[float, str]] = []
    run = asyncio.Handle._run

    def timed(self: asyncio.Handle) -> None:
        began = time.thread_time()
        run(self)
        held.append((time.thread_time() - began, f"#{len(held)} {self!r}"[:120]))

    settings = Settings(data=tmp_path, index=Path(index), llm_url="http://127.0.0.1:9/v1")
    async with build(settings, embedded=False) as assistant:
        shop = server(
            create_app(
                assistant,
                secret="s" * 32,
                merchant_key="k" * 32,
                rules=Rules(frames="9999/second", messages="9999/second"),
            )
        )
        with listen("127.0.0.1", 0) as door:
            serving = asyncio.create_task(shop.serve(sockets=[door]))
            await asyncio.sleep(0.2)
            monkeypatch.setattr(asyncio.Handle, "_run", timed)
            cards = [seconds async for seconds in _cards(door.getsockname()[1])]
            monkeypatch.setattr(asyncio.Handle, "_run", run)
            shop.should_exit = True
            await serving
    found = sorted(seconds for seconds in cards if seconds is not None)
    held.sort(reverse=True)
    p95 = found[int(len(found) * 0.95)]
    print(f"\nload {os.getloadavg()[0]:.1f}; {len(cards)} messages, {len(found)} showed cards")
    print(f"message to first cards: p50 {1000 * statistics.median(found):.1f} ms, p95 {1000 * p95:.1f} ms")
    print(f"longest callbacks, in ms of CPU, of {len(held)}:")
    for seconds, what in held[:5]:
        print(f"  {1000 * seconds:.1f}  {what}")
    assert len(found) > len(cards) / 2


async def _cards(port: int):
    """Seconds from each message to its first cards, as the socket's other end sees it; None where it showed none."""
    async with httpx.AsyncClient() as client:
        session = (await client.post(f"http://127.0.0.1:{port}/v1/sessions", json={})).json()
    async with connect(f"ws://127.0.0.1:{port}/v1/chat") as socket:
        await socket.send(json.dumps({"type": "session.start", "token": session["token"]}))
        for number, text in enumerate(MESSAGES * 3):
            began, shown = time.perf_counter(), None
            await socket.send(json.dumps({"type": "message.create", "id": f"m{number}", "text": text}))
            while True:
                frame = json.loads(await socket.recv())
                if frame.get("name") == "shop.products" and shown is None:
                    shown = time.perf_counter() - began
                if frame["type"] in ("RUN_FINISHED", "RUN_ERROR"):
                    break
            yield shown
