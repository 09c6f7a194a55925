import asyncio
import json
import os
import signal
from collections.abc import AsyncIterator, Callable
from pathlib import Path

import pytest

from retrieval.behaviour.touches import Mark
from retrieval.build import build
from retrieval.keeper import Keeper
from retrieval.product import Product
from retrieval.query import Facets, Filters, IndexLocked, IndexMissing, RankContext, SearchQuery, WorkerDown
from retrieval.worker import WorkerConfig, WorkerRetriever
from tests.retrieval.behaviour.walks import walk


async def built(folder: Path, count: int = 3) -> Path:
    rows = [
        {
            "id": str(number),
            "title": f"Kettle {number}",
            "brand": "Acme",
            "reviews": [{"text": "the lid is made of steel."}],
        }
        for number in range(count)
    ]
    (folder / "catalog.jsonl").write_text("\n".join(map(json.dumps, rows)), "utf-8")
    await build(folder / "catalog.jsonl", folder / "index", embedder="hash", on_progress=lambda _: None)
    return folder / "index"


@pytest.fixture
async def worker(tmp_path: Path) -> AsyncIterator[WorkerRetriever]:
    held = WorkerRetriever(await built(tmp_path), config=WorkerConfig(first_backoff=0.01))
    await held.start()
    yield held
    await held.close()


async def until(true: Callable[[], bool]) -> None:
    async with asyncio.timeout(60):
        while not true():
            await asyncio.sleep(0.01)


async def test_every_call_is_answered_as_in_process(worker: WorkerRetriever) -> None:
    assert worker.ready
    result = await worker.search(SearchQuery(text="kettle 1"), RankContext(limit=1))
    assert [hit.product.id for hit in result.hits] == ["1"]
    assert [each.id for each in await worker.get(("2", "0", "none"))] == ["2", "0"]
    assert len(await worker.page(1, 5, Filters())) == 2
    facets = await worker.facets()
    assert isinstance(facets, Facets)
    assert facets.brands == {"Acme": 3}
    assert await worker.passages("how long may I take to return it") == ()
    evidence = await worker.evidence("is the lid made of steel?", "1")
    assert [(hit.sentence, hit.kind, hit.passage.source) for hit in evidence] == [
        ("the lid is made of steel.", "review", "1")
    ]
    assert await worker.evidence("is the lid made of steel?", "none") == ()
    assert await worker.upsert((Product(id="new", title="Pan"),)) == 1
    assert await worker.delete(("new", "0")) == 2
    assert (await worker.facets()).count == 2


async def test_calls_at_the_same_time_get_their_own_answers(worker: WorkerRetriever) -> None:
    asked = [worker.get((str(number % 3),)) for number in range(50)]
    answers = await asyncio.gather(*asked)
    assert [held[0].id for held in answers] == [str(number % 3) for number in range(50)]


async def test_a_cancelled_call_does_not_disturb_the_next_one(worker: WorkerRetriever) -> None:
    call = asyncio.create_task(worker.facets())
    await asyncio.sleep(0)
    call.cancel()
    with pytest.raises(asyncio.CancelledError):
        await call
    assert len(await worker.get(("1",))) == 1


async def test_a_killed_child_is_told_and_started_again(worker: WorkerRetriever) -> None:
    assert worker.pid is not None
    os.kill(worker.pid, signal.SIGKILL)
    await until(lambda: not worker.ready)
    with pytest.raises(WorkerDown):
        await worker.facets()
    await until(lambda: worker.ready)
    assert (await worker.facets()).count == 3


async def test_a_child_that_hangs_is_told_and_replaced(tmp_path: Path) -> None:
    worker = WorkerRetriever(await built(tmp_path), config=WorkerConfig(call_timeout=0.1, first_backoff=0.01))
    await worker.start()
    first = worker.pid
    assert first is not None
    os.kill(first, signal.SIGSTOP)
    with pytest.raises(WorkerDown):
        await worker.facets()
    await until(lambda: worker.ready and worker.pid != first)
    await worker.close()


async def test_the_directorys_faults_cross_the_border_as_what_they_are(tmp_path: Path) -> None:
    with pytest.raises(IndexMissing) as caught:
        await WorkerRetriever(tmp_path / "none").start()
    assert "build" in caught.value.fix
    keeper = await Keeper.opened(await built(tmp_path))
    with pytest.raises(IndexLocked):
        await WorkerRetriever(tmp_path / "index").start()
    await keeper.close()


async def test_closing_frees_the_directory_and_ends_calls_under_way(tmp_path: Path) -> None:
    worker = WorkerRetriever(await built(tmp_path))
    await worker.start()
    pid = worker.pid
    assert pid is not None
    os.kill(pid, signal.SIGSTOP)
    call = asyncio.create_task(worker.facets())
    await asyncio.sleep(0)
    os.kill(pid, signal.SIGCONT)
    await worker.close()
    await worker.close()
    assert not worker.ready
    await asyncio.gather(call, return_exceptions=True)
    await (await Keeper.opened(tmp_path / "index")).close()


async def test_a_new_generation_is_searched_without_a_restart(worker: WorkerRetriever, tmp_path: Path) -> None:
    pid = worker.pid
    await built(tmp_path, count=5)
    async with asyncio.timeout(60):
        while (await worker.facets()).count != 5:
            await asyncio.sleep(0.01)
    result = await worker.search(SearchQuery(text="kettle 4"), RankContext(limit=1))
    assert [hit.product.id for hit in result.hits] == ["4"]
    assert worker.pid == pid


async def test_what_was_learnt_outlives_a_stop_and_after_a_death_the_mark_says_from_where_to_tell_again(
    tmp_path: Path,
) -> None:
    file, one, two = tmp_path / "behaviour.npz", Mark(since=1, last=1), Mark(since=2, last=2)
    worker = WorkerRetriever(await built(tmp_path), behaviour=file, config=WorkerConfig(first_backoff=0.01))
    await worker.start()
    assert await worker.learn((walk("0", "2"),), Mark(), one) == one
    await worker.close()
    await worker.start()
    assert await worker.learn((walk("1", "0"),), one, two) == two
    assert worker.pid is not None
    os.kill(worker.pid, signal.SIGKILL)
    await until(lambda: not worker.ready)
    await until(lambda: worker.ready)
    assert await worker.learn((walk("1", "0"),), two, Mark(since=3, last=3)) == one
    await worker.close()
