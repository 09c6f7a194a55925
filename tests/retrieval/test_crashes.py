"""`kill -9` at moments picked at random: the old index or the new one, whole, and every answered write.

FLOORWALKER_CRASHES=200 python -m pytest tests/retrieval/test_crashes.py
"""

import asyncio
import os
import random
import subprocess
import sys
import time
from pathlib import Path

from retrieval.build import build_in_child
from retrieval.keeper import Keeper
from retrieval.product import Price, Product
from retrieval.query import WorkerDown
from retrieval.worker import WorkerConfig, WorkerRetriever

CRASHES = int(os.environ.get("FLOORWALKER_CRASHES", "0"))
COUNT = 150

Prices = dict[str, int]
"""What the index should hold: the price of each product."""


def products(prices: Prices) -> tuple[Product, ...]:
    return tuple(
        Product(id=id, title=f"Kettle {id}", price=Price(amount=price, currency="USD")) for id, price in prices.items()
    )


def feed(folder: Path, prices: Prices) -> Path:
    path = folder / "catalog.jsonl"
    path.write_text("\n".join(product.model_dump_json() for product in products(prices)), "utf-8")
    return path


def building(path: Path, directory: Path) -> subprocess.Popen[str]:
    command = [sys.executable, "-m", "retrieval.build", str(path), str(directory), "hash"]
    return subprocess.Popen(command, stdout=subprocess.PIPE, text=True)


async def held(shop: Keeper | WorkerRetriever) -> Prices:
    found: Prices = {}
    while page := await shop.page(len(found), 500):
        found |= {product.id: product.price.amount for product in page if product.price}
    assert (await shop.facets()).count == len(found)
    return found


async def test_a_build_killed_anywhere_leaves_the_old_index_or_the_new_one(tmp_path: Path) -> None:
    rng = random.Random()
    directory = tmp_path / "index"
    old = dict.fromkeys(map(str, range(COUNT)), 0)
    began = time.monotonic()
    build_in_child(feed(tmp_path, old), directory, embedder="hash", on_progress=lambda _: None)
    usual = time.monotonic() - began
    for crash in range(CRASHES or 12):
        new = dict.fromkeys(map(str, range(COUNT + crash + 1)), crash + 1)
        with building(feed(tmp_path, new), directory) as child:
            await asyncio.sleep(rng.uniform(0.3, 1.1) * usual)
            child.kill()
        keeper = await Keeper.opened(directory)
        now = await held(keeper)
        await keeper.close()
        assert now in (old, new)
        old = now
    report = build_in_child(feed(tmp_path, old), directory, embedder="hash", on_progress=lambda _: None)
    assert [path.name for path in directory.glob("gen-*")] == [report.generation]


class BackEnd:
    """The shop's back end: writes at random, and knows which of its writes were answered."""

    def __init__(self, worker: WorkerRetriever, state: Prices) -> None:
        self.worker = worker
        self.state = state
        self.price = 0
        self.rng = random.Random()

    async def write(self) -> None:
        """One write, noted once it is answered. One that is not may have happened, whole, or not."""
        await asyncio.sleep(0.01)  # a build beside it has to come to an end
        self.price += 1
        ids = [str(self.rng.randrange(COUNT + self.price)) for _ in range(self.rng.choice((1, 1, 40, 150)))]
        gone = self.rng.random() < 0.2
        kept = {id: price for id, price in self.state.items() if id not in ids}
        after = kept if gone else self.state | dict.fromkeys(ids, self.price)
        try:
            if gone:
                await self.worker.delete(tuple(ids))
            else:
                await self.worker.upsert(products(dict.fromkeys(ids, self.price)))
            self.state = after
        except WorkerDown:
            held, _ = await self.read()
            assert held in (self.state, after)
            self.state = held

    async def read(self) -> tuple[Prices, list[str]]:
        """What the index holds, as soon as it answers; and apart from it the marks of the feed it was built from."""
        async with asyncio.timeout(60):
            while True:
                try:
                    found = await held(self.worker)
                except WorkerDown:
                    await asyncio.sleep(0.01)
                    continue
                marks = [id for id in found if id.startswith("mark")]
                return {id: price for id, price in found.items() if id not in marks}, marks


async def test_a_worker_killed_anywhere_keeps_every_write_it_answered(tmp_path: Path) -> None:
    directory = tmp_path / "index"
    state = dict.fromkeys(map(str, range(COUNT)), 0)
    began = time.monotonic()
    build_in_child(feed(tmp_path, state), directory, embedder="hash", on_progress=lambda _: None)
    usual = time.monotonic() - began
    worker = WorkerRetriever(directory, config=WorkerConfig(first_backoff=0.01))
    await worker.start()
    shop = BackEnd(worker, state)
    for crash in range(CRASHES or 6):
        with building(feed(tmp_path, shop.state | {f"mark {crash}": 0}), directory) as child:
            assert child.stdout and child.stdout.readline()  # it has noted the position: what comes now is newer
            deadline = time.monotonic() + random.uniform(0, 1.5 * usual)
            while time.monotonic() < deadline:
                await shop.write()
            assert worker.pid
            writing = asyncio.create_task(shop.write())
            await asyncio.sleep(random.uniform(0, 0.05))
            os.kill(worker.pid, 9)
            await writing
            while child.poll() is None:
                await shop.write()
        async with asyncio.timeout(60):
            while (await shop.read())[1] != [f"mark {crash}"]:
                await shop.write()
        assert (await shop.read())[0] == shop.state
    await worker.close()
