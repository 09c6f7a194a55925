from collections.abc import AsyncIterator, Iterator

import pytest
from fastapi import Response
from pydantic import SecretStr

from retrieval.embed import HashEmbedder
from retrieval.encode import Encoder
from retrieval.index import Ask
from retrieval.lexical import Analyzer
from retrieval.place import KEY_VARIABLE, Address
from retrieval.product import Product
from retrieval.query import Filters, IndexBroken, IndexMissing, IndexRefused, IndexUnreachable
from retrieval.server.collection import ServerIndex
from retrieval.server.link import Link
from retrieval.words import read_words
from tests.retrieval.qdrant_over_http import FakeServer, running

EMBEDDER = HashEmbedder()
ENCODER = Encoder(EMBEDDER.embed_documents, Analyzer(read_words()), mean_terms=2)
PRODUCTS = tuple(Product(id=str(number), title=f"Kettle {number}", brand="Acme") for number in range(300))


@pytest.fixture
def server() -> Iterator[FakeServer]:
    with running(FakeServer(key="right")) as server:
        yield server


@pytest.fixture
async def index(server: FakeServer) -> AsyncIterator[ServerIndex]:
    link = Link.to(Address(url=server.url, name="kettles", key=SecretStr("right")))
    index = await ServerIndex.create(link, "kettles_000001", dimensions=EMBEDDER.dimensions)
    yield index
    await index.close()


async def test_the_indexes_of_the_payload_are_there_before_the_first_product(
    server: FakeServer, index: ServerIndex
) -> None:
    await index.upsert(ENCODER.stored(PRODUCTS[:2]))
    last = max(at for at, asked in enumerate(server.asked) if asked.endswith("/index"))
    assert last < server.asked.index("PUT /collections/kettles_000001/points")


async def test_products_are_written_in_batches_and_come_back_as_they_were(
    server: FakeServer, index: ServerIndex
) -> None:
    await index.upsert(ENCODER.stored(PRODUCTS))
    assert server.asked.count("PUT /collections/kettles_000001/points") == 2
    assert await index.count() == 300
    assert await index.get(("299", "7")) == (PRODUCTS[299], PRODUCTS[7])
    assert len(await index.page(290, 50)) == 10
    assert (await index.facets()).brands == {"Acme": 300}
    assert await index.delete(("299", "none")) == 1


async def test_any_number_of_questions_is_one_round_trip(server: FakeServer, index: ServerIndex) -> None:
    await index.upsert(ENCODER.stored(PRODUCTS[:3]))
    before = len(server.asked)
    scores = await index.nearest([Ask(EMBEDDER.embed_query(f"Kettle {at}"), Filters(), 2) for at in range(3)])
    assert [len(each) for each in scores] == [2, 2, 2]
    assert server.asked[before:] == ["POST /collections/kettles_000001/points/query/batch"]


@pytest.mark.parametrize(
    "faults",
    [
        [Response("starting", 503)],
        [Response("", 500), Response("", 502)],
        [Response("{}", 429, {"Retry-After": "0"})],
        [Response("{}", 429)],
    ],
)
async def test_a_server_that_is_busy_for_a_moment_is_asked_again(
    server: FakeServer, index: ServerIndex, faults: list[Response]
) -> None:
    server.faults += faults
    assert await index.count() == 0
    assert server.faults == []


async def test_a_wait_beyond_patience_is_told_and_not_waited_for(server: FakeServer, index: ServerIndex) -> None:
    server.faults.append(Response("{}", 429, {"Retry-After": "3600"}))
    with pytest.raises(IndexUnreachable) as caught:
        await index.count()
    assert caught.value.fix


async def test_a_server_that_stays_broken_is_told(server: FakeServer) -> None:
    link = Link.to(Address(url=server.url, name="kettles", key=SecretStr("right")), patience=0)
    server.faults.append(Response("No space left on device", 500))
    with pytest.raises(IndexUnreachable, match="No space left"):
        await ServerIndex(link, "kettles").count()
    await link.close()


async def test_a_server_that_is_not_there_is_told_with_the_address() -> None:
    link = Link.to(Address(url="http://127.0.0.1:9", name="kettles"), patience=0)
    with pytest.raises(IndexUnreachable, match=r"http://127\.0\.0\.1:9/kettles") as caught:
        await ServerIndex(link, "kettles").count()
    assert "Start the Qdrant server" in caught.value.fix
    await link.close()


@pytest.mark.parametrize("key", [None, SecretStr("wrong")])
async def test_a_wrong_key_is_told_with_its_variable_and_not_tried_again(
    server: FakeServer, key: SecretStr | None
) -> None:
    link = Link.to(Address(url=server.url, name="kettles", key=key))
    with pytest.raises(IndexRefused) as caught:
        await ServerIndex(link, "kettles").count()
    assert KEY_VARIABLE in caught.value.fix
    assert len(server.asked) == 1
    await link.close()


async def test_a_collection_that_is_gone_is_missing_and_the_fix_builds_it(
    index: ServerIndex, server: FakeServer
) -> None:
    await server.client.delete_collection("kettles_000001")
    with pytest.raises(IndexMissing) as caught:
        await index.count()
    assert f"build --feed FEED --index {server.url}/kettles" in caught.value.fix


async def test_a_server_that_is_no_qdrant_is_told(server: FakeServer, index: ServerIndex) -> None:
    server.faults += [Response("<html>", 200)]
    with pytest.raises(IndexBroken, match="does not answer as a Qdrant server"):
        await index.count()
