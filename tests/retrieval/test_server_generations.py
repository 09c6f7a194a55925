import asyncio
import contextlib
import json
from collections.abc import AsyncIterator, Callable, Iterator, Sequence
from pathlib import Path

import pytest
from fastapi.responses import JSONResponse
from pydantic import SecretStr
from qdrant_client import AsyncQdrantClient, models

from retrieval.build import Progress, build_in_child
from retrieval.embed import HashEmbedder, Vectors
from retrieval.generations import Meta
from retrieval.lexical import Analyzer
from retrieval.opening import open_retriever
from retrieval.place import Address
from retrieval.product import Product
from retrieval.query import (
    IndexBroken,
    IndexMismatch,
    IndexMissing,
    IndexRefused,
    RankContext,
    SearchQuery,
)
from retrieval.server.build import make
from retrieval.server.follower import Follower
from retrieval.server.generations import Made, ServerGenerations
from retrieval.server.link import Link
from retrieval.words import read_words
from retrieval.worker import WorkerRetriever
from tests.retrieval.qdrant_over_http import FakeServer, local_mode_unwarned, running

META = Meta(embedder="hash", dimensions=64, mean_terms=2, products=0, problems=1)
ANALYZER = Analyzer(read_words())


class Counting(HashEmbedder):
    def __init__(self) -> None:
        super().__init__()
        self.texts: list[str] = []

    def embed_documents(self, texts: Sequence[str]) -> Vectors:
        self.texts += texts
        return super().embed_documents(texts)


def kettles(*numbers: int) -> list[Product]:
    return [Product(id=str(number), title=f"Kettle {number}") for number in numbers]


def ignore(stage: str, done: int) -> None:
    pass


@pytest.fixture
async def client() -> AsyncIterator[AsyncQdrantClient]:
    with local_mode_unwarned():
        client = AsyncQdrantClient(":memory:")
        yield client
        await client.close()


@pytest.fixture
def generations(client: AsyncQdrantClient) -> ServerGenerations:
    return ServerGenerations(Link(client, shown="http://qdrant:6333/kettles"), "kettles")


async def built(
    generations: ServerGenerations,
    *chunks: list[Product],
    embedder: HashEmbedder | None = None,
    say: Callable[[str, int], None] = ignore,
) -> tuple[str, int]:
    embedder = embedder or HashEmbedder()
    meta = META.model_copy(update={"embedder": embedder.name, "dimensions": embedder.dimensions})
    return await make(generations, chunks, meta, embedder=embedder, analyzer=ANALYZER, say=say, grace=0)


async def collections(client: AsyncQdrantClient) -> list[str]:
    return sorted(each.name for each in (await client.get_collections()).collections)


async def test_a_published_generation_serves_and_the_older_one_is_gone(
    client: AsyncQdrantClient, generations: ServerGenerations
) -> None:
    assert await built(generations, kettles(1, 2)) == ("kettles_000001", 2)
    assert await generations.current() == ("kettles_000001", META.model_copy(update={"products": 2}))
    assert await built(generations, kettles(2, 3)) == ("kettles_000002", 1)
    collection, _ = await generations.current()
    assert collection == "kettles_000002"
    assert await collections(client) == ["kettles_000002"]
    assert {each.id for each in await generations.index(collection).page(0, 9)} == {"2", "3"}


async def test_a_build_that_was_cut_short_is_continued_and_nothing_is_embedded_twice(
    client: AsyncQdrantClient, generations: ServerGenerations
) -> None:
    class Killed(BaseException):
        pass

    def kill(stage: str, done: int) -> None:
        if done == 4:
            raise Killed

    await built(generations, kettles(1))
    with pytest.raises(Killed):
        await built(generations, kettles(1, 2), kettles(3, 4), kettles(5), say=kill)
    assert await generations.serving() == "kettles_000001"
    embedder = Counting()
    # The feed has changed meanwhile: 2 is gone, and 3 has another text.
    changed = Product(id="3", title="Steel kettle 3")
    assert await built(generations, [*kettles(1), changed, *kettles(4, 5)], embedder=embedder) == ("kettles_000003", 2)
    assert embedder.texts == ["Steel kettle 3", "Kettle 5"]
    index = generations.index("kettles_000003")
    assert {each.id for each in await index.page(0, 9)} == {"1", "3", "4", "5"}
    assert (await index.vectors(["4"]))["4"] == pytest.approx(HashEmbedder().embed_query("Kettle 4"), abs=1e-6)
    assert await collections(client) == ["kettles_000003"]


async def test_the_vectors_of_another_embedder_are_not_taken(
    client: AsyncQdrantClient, generations: ServerGenerations
) -> None:
    await built(generations, kettles(1, 2), embedder=HashEmbedder(32))
    assert (await built(generations, kettles(1, 2)))[1] == 2
    assert (await generations.index("kettles_000002").vectors(["1"]))["1"].shape == (64,)


async def test_another_schema_or_embedder_is_a_mismatch(
    client: AsyncQdrantClient, generations: ServerGenerations
) -> None:
    await built(generations, kettles(1))
    with pytest.raises(IndexMismatch) as caught:
        await generations.current(embedder="minilm")
    assert "--embedder minilm" in caught.value.fix
    old = {"floorwalker": {**META.model_dump(), "schema_version": 0, "from": "the past"}}
    await client.update_collection("kettles_000001", metadata=old)
    with pytest.raises(IndexMismatch) as caught:
        await generations.current()
    assert "build --feed FEED --index http://qdrant:6333/kettles" in caught.value.fix
    assert (await built(generations, kettles(1)))[1] == 1


async def test_no_index_is_missing_and_one_whose_build_did_not_finish_is_broken(
    generations: ServerGenerations,
) -> None:
    with pytest.raises(IndexMissing) as missing:
        await generations.current()
    assert "python -m retrieval build" in missing.value.fix
    await generations.create(Made(embedder="hash", dimensions=64))
    with pytest.raises(IndexBroken) as broken:
        await generations.current()
    assert "it continues" in broken.value.fix


async def test_a_collection_or_an_alias_of_somebody_else_is_left_alone(
    client: AsyncQdrantClient, generations: ServerGenerations
) -> None:
    size = models.VectorParams(size=4, distance=models.Distance.DOT)
    await client.create_collection("kettles_old", size)
    move = models.CreateAlias(collection_name="kettles_old", alias_name="kettles")
    await client.update_collection_aliases([models.CreateAliasOperation(create_alias=move)])
    with pytest.raises(IndexBroken, match="no build made"):
        await generations.current()
    gone = models.DeleteAlias(alias_name="kettles")
    await client.update_collection_aliases([models.DeleteAliasOperation(delete_alias=gone)])
    await client.create_collection("kettles", size)
    for asked in (generations.current(), built(generations, kettles(1))):
        with pytest.raises(IndexBroken) as caught:
            await asked
        assert "another name" in caught.value.fix
    assert await collections(client) == ["kettles", "kettles_old"]


async def test_a_build_that_is_running_is_left_alone_by_one_that_ends_before_it(
    client: AsyncQdrantClient, generations: ServerGenerations
) -> None:
    made = Made(embedder="hash", dimensions=64)
    first, second = await generations.create(made), await generations.create(made)
    await generations.publish(first, META, grace=0)
    assert await collections(client) == [first, second]
    await generations.publish(second, META, grace=0)
    assert await collections(client) == [second]
    assert await generations.serving() == second


async def test_a_new_generation_is_searched_though_another_embedder_made_it(generations: ServerGenerations) -> None:
    await built(generations, kettles(1))
    follower = await Follower.opened(generations, every=0)
    assert (await follower.facets()).count == 1
    await built(generations, kettles(1, 2), embedder=HashEmbedder(32))
    assert (await follower.facets()).count == 2
    found = await follower.search(SearchQuery(text="kettle 2"), RankContext(limit=1))
    assert [hit.product.id for hit in found.hits] == ["2"]


async def test_a_generation_of_another_embedder_than_the_one_pinned_is_not_used(
    server: FakeServer, capsys: pytest.CaptureFixture[str]
) -> None:
    link = Link.to(Address(url=server.url, name="kettles", key=SecretStr("right")), patience=0)
    generations = ServerGenerations(link, "kettles")
    await built(generations, kettles(1))
    pinned = await Follower.opened(generations, embedder="hash", every=0)
    await built(generations, kettles(1, 2), embedder=HashEmbedder(32))
    with pytest.raises(IndexMissing):  # what it held on to is gone after the grace, which is none here
        await pinned.facets()
    assert "hash-32" in capsys.readouterr().err
    await pinned.close()


async def test_a_server_that_is_away_for_a_moment_is_no_reason_to_leave_a_generation(server: FakeServer) -> None:
    link = Link.to(Address(url=server.url, name="kettles", key=SecretStr("right")), patience=0)
    generations = ServerGenerations(link, "kettles")
    await built(generations, kettles(1))
    follower = await Follower.opened(generations, every=0)
    server.faults = [JSONResponse({"status": {"error": "busy"}}, 503)]
    assert (await follower.facets()).count == 1
    await follower.close()


@pytest.fixture
def server() -> Iterator[FakeServer]:
    with running(FakeServer(key="right")) as server:
        yield server


def feed(folder: Path, count: int) -> Path:
    rows = [{"id": str(number), "title": f"Kettle {number}"} for number in range(count)]
    (folder / "catalog.jsonl").write_text("\n".join(map(json.dumps, rows)), "utf-8")
    return folder / "catalog.jsonl"


def quiet(_: Progress) -> None:
    pass


async def test_children_build_and_search_on_a_server_with_the_key_out_of_sight(
    server: FakeServer, tmp_path: Path
) -> None:
    place = Address(url=server.url, name="kettles", key=SecretStr("right"))
    report = build_in_child(feed(tmp_path, 3), place, embedder="hash", on_progress=quiet)
    assert (report.generation, report.products, report.embedded) == ("kettles_000001", 3, 3)
    worker, searcher = WorkerRetriever(place), await open_retriever(place)
    try:
        await worker.start()
        query, context = SearchQuery(text="kettle 1"), RankContext(limit=1)
        found = await worker.search(query, context)
        assert [hit.product.id for hit in found.hits] == ["1"]
        assert found == await searcher.search(query, context)
        assert await worker.upsert((Product(id="new", title="Pan"),)) == 1
        assert [each.id for each in await searcher.get(("new",))] == ["new"]
        assert await worker.delete(("new", "none")) == 1
        assert (await worker.facets()).count == 3
        assert "right" not in Path(f"/proc/{worker.pid}/cmdline").read_text()
    finally:
        await worker.close()
        await searcher.close()


async def test_a_worker_follows_the_alias(server: FakeServer) -> None:
    place = Address(url=server.url, name="kettles", key=SecretStr("right"))
    generations, worker = ServerGenerations.at(place), WorkerRetriever(place)
    try:
        await built(generations, kettles(1))
        await worker.start()
        await built(generations, kettles(1, 2))
        async with asyncio.timeout(60):
            found = ()
            while len(found) < 2:
                # The test's builds have no grace: for a moment the worker asks for a collection that is gone.
                with contextlib.suppress(IndexMissing):
                    found = await worker.page(0, 9)
                await asyncio.sleep(0.05)
        assert {each.id for each in found} == {"1", "2"}
    finally:
        await worker.close()
        await generations.close()


async def test_a_workers_faults_on_a_server_are_what_they_are(server: FakeServer) -> None:
    for key, fault in (("wrong", IndexRefused), ("right", IndexMissing)):
        with pytest.raises(fault):
            await WorkerRetriever(Address(url=server.url, name="none", key=SecretStr(key))).start()
