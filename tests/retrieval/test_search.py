from collections.abc import AsyncIterator, Sequence
from pathlib import Path

import pytest

from retrieval.edge import EdgeIndex
from retrieval.embed import HashEmbedder, Vectors
from retrieval.lexical import Analyzer
from retrieval.product import Price, Product
from retrieval.query import Anchor, Filters, RankContext, Relaxation, SearchQuery
from retrieval.search import Searcher
from retrieval.words import read_words

PRODUCTS = tuple(
    Product(
        id=f"{brand}-{number}".lower(),
        title=f"{brand} running shoe {number}",
        brand=brand,
        categories=("Shoes",),
        price=Price(amount=1000 * number, currency="USD"),
        attributes={"color": (color,)},
    )
    for brand, color in (("Acme", "red"), ("Zeta", "blue"))
    for number in range(1, 6)
)


class Counting(HashEmbedder):
    documents = 0

    def embed_documents(self, texts: Sequence[str]) -> Vectors:
        self.documents += len(texts)
        return super().embed_documents(texts)


@pytest.fixture
async def searcher(tmp_path: Path) -> AsyncIterator[Searcher]:
    index = EdgeIndex.create(tmp_path / "shard", dimensions=64)
    held = Searcher(embedder=HashEmbedder(), index=index, analyzer=Analyzer(read_words()), mean_terms=6)
    await held.upsert(PRODUCTS)
    yield held
    await held.close()


async def test_every_hit_satisfies_the_filters(searcher: Searcher) -> None:
    filters = Filters(brands=("acme",), price_max=3000, currency="USD")
    result = await searcher.search(SearchQuery(text="running shoe", filters=filters), RankContext())
    assert {hit.product.id for hit in result.hits} == {"acme-1", "acme-2", "acme-3"}
    assert result.relaxed == ()
    assert result.unknown_fields == ()


async def test_what_nothing_satisfies_is_relaxed_and_told(searcher: Searcher) -> None:
    filters = Filters(brands=("Acme",), attributes={"color": ("blue",)})
    result = await searcher.search(SearchQuery(text="shoe", filters=filters), RankContext())
    assert result.relaxed == (Relaxation(field="attributes", name="color"),)
    assert {hit.product.brand for hit in result.hits} == {"Acme"}


async def test_exclusions_are_kept_even_when_nothing_is_left(searcher: Searcher) -> None:
    filters = Filters(exclude_brands=("acme", "zeta"), price_max=10, currency="USD")
    result = await searcher.search(SearchQuery(text="shoe", filters=filters), RankContext())
    assert result.hits == ()
    assert result.relaxed == ()


async def test_a_bound_on_a_field_that_the_shop_does_not_have_is_ignored_and_told(searcher: Searcher) -> None:
    filters = Filters(rating_min=4, in_stock=True, attributes={"size": ("42",), "color": ("red",)})
    result = await searcher.search(SearchQuery(text="shoe", filters=filters), RankContext())
    assert result.unknown_fields == ("rating_min", "in_stock", "attributes.size")
    assert {hit.product.brand for hit in result.hits} == {"Acme"}


async def test_without_words_the_session_decides(searcher: Searcher) -> None:
    anchors = tuple(Anchor(product_id=each, weight=1, event="view_item") for each in ("zeta-2", "zeta-4"))
    result = await searcher.search(SearchQuery(), RankContext(anchors=anchors, limit=3))
    assert result.hits[0].product.brand == "Zeta"
    evidence = result.hits[0].contributions[0].evidence
    assert evidence in ("event:view_item:zeta-2", "event:view_item:zeta-4")


async def test_without_words_and_session_anything_under_the_filters_is_listed(searcher: Searcher) -> None:
    result = await searcher.search(SearchQuery(filters=Filters(brands=("zeta",))), RankContext(limit=20))
    assert len(result.hits) == 5


async def test_without_words_the_cheapest_are_found_in_the_whole_shop(searcher: Searcher) -> None:
    result = await searcher.search(SearchQuery(), RankContext(prefer="cheap", limit=2))
    assert {hit.product.id for hit in result.hits} == {"acme-1", "zeta-1"}


async def test_words_that_match_nothing_still_bring_what_the_filters_allow(searcher: Searcher) -> None:
    result = await searcher.search(SearchQuery(text="!!!", filters=Filters(brands=("zeta",))), RankContext(limit=20))
    assert len(result.hits) == 5
    assert result.relaxed == ()


async def test_a_written_product_is_searchable_at_once_and_a_deleted_one_is_not(searcher: Searcher) -> None:
    assert (await searcher.facets()).count == 10
    assert await searcher.upsert((Product(id="new", title="Steel kettle", availability="in_stock"),)) == 1
    result = await searcher.search(SearchQuery(text="kettle", filters=Filters(in_stock=True)), RankContext())
    assert [hit.product.id for hit in result.hits] == ["new"]
    assert (await searcher.facets()).count == 11
    assert await searcher.delete(("new", "none")) == 1
    assert await searcher.get(("new",)) == ()


async def test_a_price_or_a_stock_that_changed_costs_no_embedding(tmp_path: Path) -> None:
    embedder = Counting()
    index = EdgeIndex.create(tmp_path / "shard", dimensions=64)
    searcher = Searcher(embedder=embedder, index=index, analyzer=Analyzer(read_words()), mean_terms=6)
    await searcher.upsert(PRODUCTS)
    embedded = embedder.documents
    sale = tuple(
        product.model_copy(update={"price": Price(amount=5, currency="USD"), "availability": "in_stock"})
        for product in PRODUCTS
    )
    await searcher.upsert(sale)
    assert embedder.documents == embedded > 0
    found = await searcher.search(SearchQuery(text="acme shoe 3", filters=Filters(in_stock=True)), RankContext())
    assert {hit.product.price for hit in found.hits} == {Price(amount=5, currency="USD")}
    await searcher.upsert((PRODUCTS[0].model_copy(update={"title": "Green wellington"}),))
    assert embedder.documents > embedded
    await searcher.close()


async def test_prices_in_a_currency_that_nothing_has_are_relaxed_never_converted(searcher: Searcher) -> None:
    filters = Filters(price_max=2000, currency="EUR")
    result = await searcher.search(SearchQuery(text="shoe", filters=filters), RankContext())
    assert result.relaxed == (Relaxation(field="price_max"),)


async def test_products_like_another_are_found_without_that_one(searcher: Searcher) -> None:
    result = await searcher.search(SearchQuery(like="acme-1"), RankContext(limit=4))
    found = [hit.product for hit in result.hits]
    assert "acme-1" not in {product.id for product in found}
    assert [product.brand for product in found] == ["Acme"] * 4
    cheap = Filters(price_max=2000, currency="USD")
    result = await searcher.search(SearchQuery(like="acme-5", filters=cheap), RankContext())
    assert {hit.product.id for hit in result.hits} == {"acme-1", "acme-2", "zeta-1", "zeta-2"}


async def test_products_like_one_that_is_gone_are_whatever_satisfies_the_filters(searcher: Searcher) -> None:
    result = await searcher.search(SearchQuery(like="none", filters=Filters(brands=("zeta",))), RankContext())
    assert {hit.product.brand for hit in result.hits} == {"Zeta"}


@pytest.mark.parametrize("text", ["\U0001f45f\U0001f45f", "!!!", "   "])
async def test_a_query_without_words_lists_what_satisfies_the_filters(searcher: Searcher, text: str) -> None:
    result = await searcher.search(SearchQuery(text=text, filters=Filters(brands=("zeta",))), RankContext())
    assert {hit.product.brand for hit in result.hits} == {"Zeta"}
    assert all(part.name != "text" for hit in result.hits for part in hit.contributions)


class Counted(HashEmbedder):
    """Counts the documents that it embeds."""

    documents = 0

    def embed_documents(self, texts: Sequence[str]) -> Vectors:
        self.documents += len(texts)
        return super().embed_documents(texts)


async def test_a_price_or_a_stock_that_changes_is_shown_next_and_embeds_nothing(tmp_path: Path) -> None:
    embedder = Counted()
    index = EdgeIndex.create(tmp_path / "shard", dimensions=64)
    searcher = Searcher(embedder=embedder, index=index, analyzer=Analyzer(read_words()), mean_terms=6)
    await searcher.upsert(PRODUCTS)
    before = embedder.documents
    now = PRODUCTS[0].model_copy(update={"price": Price(amount=99_900, currency="USD"), "availability": "out_of_stock"})
    assert await searcher.upsert((now,)) == 1
    assert embedder.documents == before
    assert await searcher.get((now.id,)) == (now,)
    shown = await searcher.search(SearchQuery(text="acme running shoe 1"), RankContext(limit=10))
    assert now.id not in {hit.product.id for hit in shown.hits}
    dear = Filters(price_min=90_000, currency="USD", sold_out=True)
    shown = await searcher.search(SearchQuery(text="shoe", filters=dear), RankContext())
    assert [hit.product.id for hit in shown.hits] == [now.id]
    await searcher.upsert((now.model_copy(update={"title": "Acme trail shoe"}),))
    assert embedder.documents > before
    await searcher.close()


async def test_a_new_product_is_found_by_the_next_search_slips_and_all(searcher: Searcher) -> None:
    await searcher.search(SearchQuery(text="shoe"), RankContext())
    lamps = tuple(Product(id=f"lamp-{number}", title=f"Quillbart lamp {number}") for number in range(3))
    await searcher.upsert(lamps)
    result = await searcher.search(SearchQuery(text="quilbart"), RankContext(limit=3))
    assert {hit.product.id for hit in result.hits} == {lamp.id for lamp in lamps}


async def test_a_reranker_decides_the_order_of_the_best(tmp_path: Path) -> None:
    class Contrary:
        def scores(self, query: str, documents: Sequence[str]) -> list[float]:
            return [float("shoe 5" in document) for document in documents]

    index = EdgeIndex.create(tmp_path / "shard", dimensions=64)
    searcher = Searcher(
        embedder=HashEmbedder(), index=index, analyzer=Analyzer(read_words()), mean_terms=6, reranker=Contrary()
    )
    await searcher.upsert(PRODUCTS)
    result = await searcher.search(SearchQuery(text="acme running shoe 1"), RankContext(limit=2))
    assert {hit.product.id for hit in result.hits} == {"acme-5", "zeta-5"}
    await searcher.close()
