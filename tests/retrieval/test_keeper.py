"""The owner of a directory: writes that survive, rebuilds under its feet, a new embedder in the middle of it all."""

import asyncio
import json
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from retrieval.build import Progress, build
from retrieval.generations import current
from retrieval.keeper import Keeper
from retrieval.product import Price, Product
from retrieval.query import Filters, IndexFault, IndexLocked, IndexMismatch, RankContext, SearchQuery
from retrieval.worker import WorkerConfig, WorkerRetriever

NEW = Product(id="new", title="Copper saucepan", price=Price(amount=4200, currency="USD"))


async def built(folder: Path, count: int = 3, *, embedder: str = "hash", price: int = 100) -> Path:
    rows = [
        {"id": str(number), "title": f"Kettle {number}", "price": {"amount": price, "currency": "USD"}}
        for number in range(count)
    ]
    (folder / "catalog.jsonl").write_text("\n".join(map(json.dumps, rows)), "utf-8")
    await build(folder / "catalog.jsonl", folder / "index", embedder=embedder, on_progress=lambda _: None)
    return folder / "index"


@pytest.fixture
async def keeper(tmp_path: Path) -> AsyncIterator[Keeper]:
    held = await Keeper.opened(await built(tmp_path))
    yield held
    await held.close()


async def found(keeper: Keeper | WorkerRetriever, text: str) -> Product:
    result = await keeper.search(SearchQuery(text=text), RankContext(limit=1))
    return result.hits[0].product


async def follows(keeper: Keeper | WorkerRetriever, count: int) -> None:
    async with asyncio.timeout(60):
        while (await keeper.facets()).count != count:
            await asyncio.sleep(0.01)


async def test_a_price_that_changed_shows_in_the_next_search_and_in_the_facets(keeper: Keeper) -> None:
    kettle = await found(keeper, "kettle 1")
    assert (await keeper.facets()).prices["USD"].high == 100
    await keeper.upsert((kettle.model_copy(update={"price": Price(amount=900, currency="USD")}),))
    changed = await found(keeper, "kettle 1")
    assert changed.price == Price(amount=900, currency="USD")
    assert (await keeper.facets()).prices["USD"].high == 900
    dear = await keeper.search(
        SearchQuery(text="kettle", filters=Filters(price_min=500, currency="USD")), RankContext(limit=5)
    )
    assert [hit.product.id for hit in dear.hits] == ["1"]


async def test_a_new_product_is_found_at_once_even_by_a_misspelt_word(keeper: Keeper) -> None:
    await found(keeper, "kettle")
    await keeper.upsert((NEW,))
    assert await found(keeper, "saucepna") == NEW
    assert (await keeper.facets()).count == 4


async def test_writes_are_there_after_a_restart_and_are_not_done_again_once_flushed(
    keeper: Keeper, tmp_path: Path
) -> None:
    await keeper.upsert((NEW,))
    assert await keeper.delete(("0", "none")) == 1
    log = tmp_path / "index" / "writes.jsonl"
    assert "saucepan" in log.read_text("utf-8")
    await keeper.close()
    assert "saucepan" not in log.read_text("utf-8")
    again = await Keeper.opened(tmp_path / "index")
    assert await again.get(("new", "0", "1")) == (NEW, *(await again.get(("1",))))
    await again.close()


async def test_writes_during_a_build_win_over_its_feed_and_earlier_ones_do_not(keeper: Keeper, tmp_path: Path) -> None:
    before = NEW.model_copy(update={"id": "before"})
    await keeper.upsert((before,))
    dear = (await keeper.get(("1",)))[0].model_copy(update={"price": Price(amount=700, currency="USD")})

    async def while_it_reads() -> None:
        await keeper.upsert((dear, NEW))
        await keeper.delete(("2",))

    waiting = [while_it_reads()]

    def step(progress: Progress) -> None:
        if progress.stage == "embedding" and waiting:
            with pytest.raises(StopIteration):
                waiting.pop().send(None)  # the engine answers inside the call: nothing is awaited

    await build(tmp_path / "catalog.jsonl", tmp_path / "index", embedder="hash", on_progress=step)
    await follows(keeper, 3)
    assert await keeper.get(("before", "0", "1", "2", "new")) == (*(await keeper.get(("0",))), dear, NEW)
    await keeper.close()
    again = await Keeper.opened(tmp_path / "index")
    assert [product.id for product in await again.get(("before", "1", "2", "new"))] == ["1", "new"]
    await again.close()


async def test_a_generation_that_was_published_while_nobody_served_gets_the_writes_too(tmp_path: Path) -> None:
    keeper = await Keeper.opened(await built(tmp_path))
    left: list[Keeper] = [keeper]

    def step(progress: Progress) -> None:
        if progress.stage == "embedding" and left:
            with pytest.raises(StopIteration):
                left.pop().upsert((NEW,)).send(None)
            with pytest.raises(StopIteration):
                keeper.close().send(None)

    await build(tmp_path / "catalog.jsonl", tmp_path / "index", embedder="hash", on_progress=step)
    again = await Keeper.opened(tmp_path / "index")
    assert await again.get(("new",)) == (NEW,)
    await again.close()


async def test_the_older_generation_goes_only_when_nobody_has_it_open(keeper: Keeper, tmp_path: Path) -> None:
    await built(tmp_path, count=4)
    assert len(list((tmp_path / "index").glob("gen-*"))) == 2
    await follows(keeper, 4)
    await keeper.close()
    assert [path.name for path in (tmp_path / "index").glob("gen-*")] == ["gen-000002"]


async def test_a_new_embedders_generation_takes_over(keeper: Keeper, tmp_path: Path) -> None:
    await built(tmp_path, count=5, embedder="hash-32")
    await keeper.upsert((NEW,))
    await follows(keeper, 6)
    assert current(tmp_path / "index")[1].embedder == "hash-32"
    assert await found(keeper, "saucepan") == NEW


async def test_a_pinned_embedder_refuses_another_ones_generation_and_says_how_to_go_on(
    tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    keeper = await Keeper.opened(await built(tmp_path), embedder="hash")
    await built(tmp_path, count=5, embedder="hash-32")
    async with asyncio.timeout(60):
        while not (said := capfd.readouterr().err):
            assert (await keeper.facets()).count == 3
    assert "hash-32" in said and "--embedder hash" in said
    await keeper.upsert((NEW,))
    await keeper.close()
    with pytest.raises(IndexMismatch):
        await Keeper.opened(tmp_path / "index", embedder="hash")
    again = await Keeper.opened(tmp_path / "index")
    assert {product.id for product in await again.page(0, 10)} == {"0", "1", "2", "3", "4", "new"}
    await again.close()


async def test_no_search_fails_while_another_embedders_generation_takes_over(tmp_path: Path) -> None:
    worker = WorkerRetriever(await built(tmp_path, 200), config=WorkerConfig(first_backoff=0.01))
    await worker.start()
    pid, answered, swapped = worker.pid, 0, asyncio.Event()

    async def shoppers() -> None:
        nonlocal answered
        while not swapped.is_set():
            result = await worker.search(SearchQuery(text="kettle 7"), RankContext(limit=3))
            assert result.hits[0].product.id == "7"
            answered += 1

    loop = asyncio.create_task(shoppers())
    await worker.upsert((NEW,))
    rebuilding = asyncio.to_thread(lambda: asyncio.run(built(tmp_path, 300, embedder="hash-32")))
    await asyncio.gather(rebuilding)
    await follows(worker, 300)
    swapped.set()
    await loop
    assert answered > 10
    assert worker.pid == pid
    assert (await found(worker, "kettle 299")).id == "299"
    await worker.close()


async def test_an_index_tells_what_built_it_and_a_shard_that_cannot_be_read_blames_the_version(tmp_path: Path) -> None:
    generation, meta = current(await built(tmp_path))
    assert "qdrant-edge-py" in meta.built_by
    for file in (generation / "shard").rglob("*.json"):
        file.write_text("{", "utf-8")
    with pytest.raises(IndexFault) as caught:
        await Keeper.opened(tmp_path / "index")
    assert not isinstance(caught.value, IndexMismatch)
    older = meta.model_copy(update={"built_by": "floorwalker 0.0.1, qdrant-edge-py 0.1.0"})
    (generation / "meta.json").write_text(older.model_dump_json(), "utf-8")
    with pytest.raises(IndexMismatch, match=r"0\.1\.0") as mismatched:
        await Keeper.opened(tmp_path / "index")
    assert "build" in mismatched.value.fix


async def test_a_directory_has_one_owner_whatever_generation_it_has_open(keeper: Keeper, tmp_path: Path) -> None:
    await built(tmp_path, count=4)
    with pytest.raises(IndexLocked):
        await Keeper.opened(tmp_path / "index")
