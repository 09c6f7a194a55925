import os
from collections.abc import AsyncIterator
from pathlib import Path
from uuid import uuid4

import pytest
from qdrant_client import AsyncQdrantClient

from retrieval.edge import EdgeIndex
from retrieval.embed import HashEmbedder
from retrieval.encode import Encoder
from retrieval.index import Ask, ProductIndex, digest_of, point_id
from retrieval.lexical import Analyzer, sparse
from retrieval.place import Address
from retrieval.product import Price, Product, Rating, Variant
from retrieval.query import Filters, IndexBroken, IndexLocked
from retrieval.server.collection import ServerIndex
from retrieval.server.link import Link
from retrieval.words import read_words
from tests.retrieval.qdrant_over_http import local_mode_unwarned

EMBEDDER = HashEmbedder()
ANALYZER = Analyzer(read_words())
ENCODER = Encoder(EMBEDDER.embed_documents, ANALYZER, mean_terms=5)
PRODUCTS = (
    Product(
        id="shoe",
        title="Red running shoe",
        brand="Acme",
        categories=("Shoes", "Running"),
        price=Price(amount=9000, currency="USD"),
        availability="in_stock",
        rating=Rating(value=4.5, count=10),
        attributes={"Color": ("Red",)},
    ),
    Product(
        id="boot",
        title="Black leather boot",
        brand="Zeta",
        categories=("Shoes",),
        price=Price(amount=15000, currency="USD"),
        availability="out_of_stock",
        attributes={"color": ("black",)},
        variants=(Variant(id="boot-42", options={"Size": "42"}),),
    ),
    Product(id="sock", title="Running sock", brand="ACME", price=Price(amount=900, currency="EUR")),
    Product(id="laptop", title="联想小新轻薄本", brand="联想", categories=("电脑",)),
)


REAL_SERVER = os.environ.get("FLOORWALKER_TEST_QDRANT_URL")


@pytest.fixture(
    params=[
        "edge",
        "server",
        pytest.param(
            "real server",
            marks=pytest.mark.skipif(not REAL_SERVER, reason="FLOORWALKER_TEST_QDRANT_URL names no Qdrant server"),
        ),
    ]
)
async def index(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[ProductIndex]:
    if request.param == "edge":
        held: ProductIndex = EdgeIndex.create(tmp_path / "shard", dimensions=EMBEDDER.dimensions)
        await held.upsert(ENCODER.stored(PRODUCTS))
        yield held
        await held.close()
        return
    local = request.param == "server"
    key = os.environ.get("FLOORWALKER_TEST_QDRANT_KEY")
    link = Link(AsyncQdrantClient(":memory:")) if local else Link.to(Address(url=REAL_SERVER or "", name="", key=key))
    name = f"contract-{uuid4()}"
    with local_mode_unwarned():
        held = await ServerIndex.create(link, name, dimensions=EMBEDDER.dimensions)
        await held.upsert(ENCODER.stored(PRODUCTS))
        yield held
        await link.ask(lambda client: client.delete_collection(name))
        await held.close()


async def ids(index: ProductIndex, filters: Filters) -> set[str]:
    page = await index.page(0, 10, filters)
    assert await index.count(filters) == len(page)
    return {product.id for product in page}


async def named(index: ProductIndex, text: str, filters: Filters | None = None) -> list[str]:
    """The products whose words these are, best first."""
    terms = dict.fromkeys(ANALYZER.terms(text), 1.0)
    [scores] = await index.nearest([Ask(sparse(terms), filters or Filters(), 10)])
    held = await index.fetch(list(scores))
    return [held[point].product.id for point in sorted(scores, key=lambda point: -scores[point])]


async def test_dense_scores_are_cosines_and_the_nearest_are_named(index: ProductIndex) -> None:
    vector = EMBEDDER.embed_query("running shoe")
    [scores] = await index.nearest([Ask(vector, Filters(), 2)])
    assert len(scores) == 2
    held = await index.fetch(list(scores))
    for point, score in scores.items():
        assert score == pytest.approx(float(vector @ held[point].vector), abs=1e-4)
    everyone = await index.vectors(["shoe", "sock", "laptop"])
    best = sorted(everyone, key=lambda each: -float(vector @ everyone[each]))
    assert {held[point].product.id for point in scores} == set(best[:2])


async def test_rare_words_weigh_more_than_frequent_ones_and_weights_count(index: ProductIndex) -> None:
    [plain] = await index.nearest([Ask(sparse({"run": 1.0, "red": 1.0}), Filters(), 10)])
    assert plain[point_id("shoe")] > plain[point_id("sock")] > 0
    [halved] = await index.nearest([Ask(sparse({"run": 0.5, "red": 0.5}), Filters(), 10)])
    assert halved[point_id("shoe")] == pytest.approx(plain[point_id("shoe")] / 2, rel=1e-4)


async def test_asking_among_some_points_scores_those_alone_under_the_filters(index: ProductIndex) -> None:
    vector = EMBEDDER.embed_query("boot")
    among = frozenset(map(point_id, ("sock", "boot", "laptop")))
    [scores, sold_out] = await index.nearest(
        [Ask(vector, Filters(), 10, among), Ask(vector, Filters(sold_out=True), 10, among)]
    )
    assert scores.keys() == {point_id("sock"), point_id("laptop")}
    assert sold_out.keys() == among


@pytest.mark.parametrize("text", ["轻薄本", "想买轻薄本电脑", "小新"])
async def test_chinese_words_are_found_inside_longer_runs(index: ProductIndex, text: str) -> None:
    assert await named(index, text) == ["laptop"]


async def test_a_price_or_a_stock_is_restated_without_new_vectors(index: ProductIndex) -> None:
    before = await index.vectors(["shoe"])
    now = PRODUCTS[0].model_copy(update={"price": Price(amount=7000, currency="USD"), "availability": "out_of_stock"})
    await index.restate([now])
    assert await index.get(("shoe",)) == (now,)
    assert await ids(index, Filters()) == {"sock", "laptop"}
    assert (await index.vectors(["shoe"]))["shoe"] == pytest.approx(before["shoe"], abs=1e-6)
    assert await named(index, "running shoe", Filters(sold_out=True)) == ["shoe", "sock", "boot"]


async def test_it_tells_which_text_its_vectors_stand_for(index: ProductIndex) -> None:
    assert await index.digests(["shoe", "none"]) == {"shoe": digest_of(PRODUCTS[0].document)}


async def test_it_counts_the_words_that_products_are_named_by(index: ProductIndex) -> None:
    words = await index.words()
    assert words["running"] == 2
    assert words["black"] == 1
    assert "联想" not in words


async def test_sold_out_products_are_left_out_unless_asked_for_and_unknown_stock_is_kept(index: ProductIndex) -> None:
    assert await ids(index, Filters()) == {"shoe", "sock", "laptop"}
    assert await ids(index, Filters(sold_out=True)) == {"shoe", "boot", "sock", "laptop"}
    assert await ids(index, Filters(in_stock=True)) == {"shoe"}


async def test_an_unknown_field_never_satisfies_a_bound_and_is_never_excluded(index: ProductIndex) -> None:
    assert await ids(index, Filters(price_min=0, currency="USD")) == {"shoe"}
    assert await ids(index, Filters(rating_min=0)) == {"shoe"}
    assert await ids(index, Filters(exclude_categories=("shoes",))) == {"sock", "laptop"}
    assert await ids(index, Filters(exclude_attributes={"color": ("red",)})) == {"sock", "laptop"}


async def test_a_price_in_another_currency_does_not_satisfy_the_bound(index: ProductIndex) -> None:
    assert await ids(index, Filters(price_max=10_000, currency="EUR")) == {"sock"}
    assert await ids(index, Filters(price_max=9000, currency="USD")) == {"shoe"}
    assert await ids(index, Filters(price_max=8999, currency="USD")) == set()


async def test_text_is_compared_without_regard_to_case_or_width(index: ProductIndex) -> None:
    assert await ids(index, Filters(brands=("acme",))) == {"shoe", "sock"}
    assert await ids(index, Filters(categories=("RUNNING", "none"))) == {"shoe"}
    assert await ids(index, Filters(attributes={"COLOR": ("red", "blue")})) == {"shoe"}
    assert await ids(index, Filters(brands=("ＡＣＭＥ",))) == {"shoe", "sock"}


async def test_a_product_is_found_by_the_ids_of_its_variants(index: ProductIndex) -> None:
    assert await ids(index, Filters(variants=("boot-42", "boot-7"), sold_out=True)) == {"boot"}
    assert await ids(index, Filters(variants=("BOOT-42", "boot"), sold_out=True)) == set()


async def test_a_variants_option_satisfies_an_attribute(index: ProductIndex) -> None:
    assert await ids(index, Filters(attributes={"size": ("42",)}, sold_out=True)) == {"boot"}


async def test_exclusions_hold_inside_the_search(index: ProductIndex) -> None:
    assert await named(index, "running shoe", Filters(exclude_ids=("shoe",))) == ["sock"]
    assert await named(index, "running 联想", Filters(exclude_brands=("acme",))) == ["laptop"]


async def test_get_keeps_the_order_asked_for_and_obeys_filters(index: ProductIndex) -> None:
    assert [each.id for each in await index.get(("sock", "none", "boot", "shoe"))] == ["sock", "boot", "shoe"]
    assert [each.id for each in await index.get(("boot", "shoe"), Filters())] == ["shoe"]
    assert await index.get(()) == ()


async def test_pages_have_a_stable_order_without_gaps(index: ProductIndex) -> None:
    whole = await index.page(0, 10, Filters(sold_out=True))
    assert await index.page(0, 2, Filters(sold_out=True)) + await index.page(2, 9, Filters(sold_out=True)) == whole
    assert sorted(each.id for each in whole) == sorted(each.id for each in PRODUCTS)


async def test_facets_count_under_filters_in_the_shops_own_spelling(index: ProductIndex) -> None:
    facets = await index.facets()
    assert facets.count == 4
    assert facets.brands == {"ACME": 2, "Zeta": 1, "联想": 1}
    assert facets.categories == {"Shoes": 2, "Running": 1, "电脑": 1}
    assert facets.attributes["Size"] == {"42": 1}
    assert {name.casefold() for name in facets.attributes} == {"color", "size"}
    assert facets.prices["USD"].low == 9000
    assert facets.prices["USD"].high == 15000
    assert facets.prices["EUR"].count == 1
    assert facets.availability == {"in_stock": 1, "out_of_stock": 1}
    assert facets.rated == 1
    assert (await index.facets(Filters(brands=("zeta",), sold_out=True))).categories == {"Shoes": 1}


async def test_a_product_that_is_written_again_is_replaced_and_a_deleted_one_is_gone(index: ProductIndex) -> None:
    again = PRODUCTS[0].model_copy(update={"brand": "Other"})
    await index.upsert(ENCODER.stored([again]))
    assert await index.count() == 4
    assert await index.get(("shoe",)) == (again,)
    assert await index.delete(("shoe", "none")) == 1
    assert await index.get(("shoe",)) == ()


async def test_what_only_deleted_products_had_is_counted_no_more(index: ProductIndex) -> None:
    await index.delete(("sock", "boot"))
    facets = await index.facets()
    assert facets.brands == {"Acme": 1, "联想": 1}
    assert facets.prices.keys() == {"USD"}
    assert "Size" not in facets.attributes
    assert "boot" not in await index.words()


async def test_listed_orders_by_the_figure_asked_for(index: ProductIndex) -> None:
    filters = Filters(sold_out=True)
    assert [each.product.id for each in await index.listed(filters, 9, "cheap")] == ["sock", "shoe", "boot"]
    assert [each.product.id for each in await index.listed(filters, 9, "rating")] == ["shoe"]
    assert len(await index.listed(filters, 9)) == 4


async def test_it_knows_which_fields_the_shop_has(index: ProductIndex) -> None:
    assert await index.has("price")
    assert await index.has_attribute("COLOR")
    assert not await index.has_attribute("weight")
    await index.delete(("shoe",))
    assert not await index.has("rating")


async def test_both_engines_give_the_same_scores(tmp_path: Path) -> None:
    edge = EdgeIndex.create(tmp_path / "shard", dimensions=EMBEDDER.dimensions)
    with local_mode_unwarned():
        server = await ServerIndex.create(Link(AsyncQdrantClient(":memory:")), "same", dimensions=EMBEDDER.dimensions)
        wordless = Product(id="!", title="!!!")
        for index in (edge, server):
            await index.upsert(ENCODER.stored((*PRODUCTS, wordless)))
        asks = [
            Ask(EMBEDDER.embed_query("running shoe"), Filters(sold_out=True), 10),
            Ask(sparse({"run": 1.0, "red": 0.5, "boot": 0.2}), Filters(sold_out=True), 10),
            Ask(sparse({"run": 1.0}), Filters(brands=("acme",)), 10),
        ]
        for one, other in zip(await edge.nearest(asks), await server.nearest(asks), strict=True):
            assert one == pytest.approx(other, rel=1e-5)
    for index in (edge, server):
        await index.close()


async def test_a_directory_has_one_owner_and_keeps_its_products(tmp_path: Path) -> None:
    path = tmp_path / "shard"
    first = EdgeIndex.create(path, dimensions=64)
    await first.upsert(ENCODER.stored(PRODUCTS))
    with pytest.raises(IndexLocked):
        EdgeIndex.open(path)
    await first.close()
    second = EdgeIndex.open(path)
    assert await second.count() == 4
    await second.close()
    with pytest.raises(IndexBroken):
        await second.count()


async def test_export_gives_every_product_with_its_vectors(tmp_path: Path) -> None:
    index = EdgeIndex.create(tmp_path / "shard", dimensions=EMBEDDER.dimensions)
    await index.upsert(ENCODER.stored(PRODUCTS))
    held = {product.id: (dense, sparse) for product, dense, sparse in index.export()}
    assert held.keys() == {"shoe", "boot", "sock", "laptop"}
    dense, words = held["shoe"]
    assert dense.shape == (64,)
    assert len(words.indices) == len(words.values) > 0
    await index.close()
