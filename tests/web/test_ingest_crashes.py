"""`kill -9` of the serving process at moments picked at random: no acknowledged event is lost, none counted twice.

FLOORWALKER_CRASHES=50 python -m pytest tests/web/test_ingest_crashes.py
"""

import asyncio
import os
import random
import subprocess
import sys
from collections import Counter
from itertools import count
from pathlib import Path

import httpx2

from agent.conversation import Conversation
from agent.sqljournal import SqlJournal
from tests.web.conftest import KEY

CRASHES = int(os.environ.get("FLOORWALKER_CRASHES", "6"))
ROOT = Path(__file__).parents[2]
SENDERS = 3
SESSIONS = 40


class Served:
    """The serving process, killed and started again."""

    def __init__(self, url: str) -> None:
        self.url = url
        self.child: subprocess.Popen[str] | None = None
        self.port = 0

    async def start(self) -> None:
        command = [sys.executable, "-m", "tests.web.serving_child", self.url]
        self.child = subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True)
        assert self.child.stdout
        self.port = int(await asyncio.to_thread(self.child.stdout.readline))

    def kill(self) -> None:
        assert self.child and self.child.stdout
        self.child.kill()
        self.child.wait()
        self.child.stdout.close()


class BackEnd:
    """A shop's back end: sends batches, and sends each again until it is answered."""

    def __init__(self, served: Served) -> None:
        self.served = served
        self.numbers = count()
        self.acknowledged: dict[str, str] = {}
        """Event id to session."""
        self.accepted = 0
        self.stopping = False

    def batch(self, rng: random.Random) -> list[dict[str, object]]:
        def event(number: int) -> dict[str, object]:
            session, item = f"s{number % SESSIONS}", {"item_id": f"P{number % 100}"}
            return {"event_id": f"e{number}", "session_id": session, "name": "add_to_cart", "items": [item]}

        return [event(next(self.numbers)) for _ in range(rng.choice((1, 20, 100, 200)))]

    async def send(self, seed: int) -> None:
        rng = random.Random(seed)
        async with httpx2.AsyncClient(headers={"authorization": f"Bearer {KEY}"}, timeout=10) as client:
            while not self.stopping:
                await self._delivered(client, self.batch(rng))

    async def _delivered(self, client: httpx2.AsyncClient, batch: list[dict[str, object]]) -> None:
        while True:
            try:
                answer = await client.post(f"http://127.0.0.1:{self.served.port}/v1/events", json=batch)
            except httpx2.TransportError:
                await asyncio.sleep(0.02)
                continue
            told = answer.json()
            assert answer.status_code == 202 and told["rejected"] == [], told
            assert told["accepted"] + told["duplicates"] == len(batch)
            self.accepted += told["accepted"]
            self.acknowledged |= {str(event["event_id"]): str(event["session_id"]) for event in batch}
            return


async def test_a_serving_process_killed_anywhere_loses_no_acknowledged_event_and_counts_none_twice(
    tmp_path: Path,
) -> None:
    url, rng = f"sqlite:///{tmp_path / 'journal.db'}", random.Random()
    served = Served(url)
    await served.start()
    shop = BackEnd(served)
    senders = [asyncio.create_task(shop.send(seed)) for seed in range(SENDERS)]
    before = 0
    for _ in range(CRASHES):
        async with asyncio.timeout(60):
            while len(shop.acknowledged) == before:  # it serves
                await asyncio.sleep(0.001)
        await asyncio.sleep(rng.uniform(0, 0.3))
        served.kill()
        before = len(shop.acknowledged)
        await served.start()
    shop.stopping = True
    async with asyncio.timeout(60):
        await asyncio.gather(*senders)
    served.kill()
    journal = await SqlJournal.open(url)
    found = {f"s{number}": await journal.records(f"s{number}") for number in range(SESSIONS)}
    await journal.close()
    written = Counter((record.key, session_id) for session_id, records in found.items() for record in records)
    assert set(shop.acknowledged.items()) == set(written)
    assert set(written.values()) == {1}
    assert shop.accepted <= len(written)
    assert len(written) > CRASHES
    for session_id, records in found.items():
        conversation = Conversation(session_id=session_id)
        for record in records[:90]:  # as many as a profile remembers
            conversation = conversation.after(record, {})
        assert sum(conversation.profile.cart.values()) == len(records[:90])
