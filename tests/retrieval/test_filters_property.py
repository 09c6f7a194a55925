"""Filters mean the same to every engine, and what they say: held against a predicate that shares no code with them."""

import asyncio
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from qdrant_client import AsyncQdrantClient

from retrieval.edge import EdgeIndex
from retrieval.embed import HashEmbedder
from retrieval.encode import Encoder
from retrieval.index import Ask, ProductIndex, point_id
from retrieval.lexical import Analyzer, sparse
from retrieval.product import Price, Product, Rating, Variant
from retrieval.query import Filters
from retrieval.server.collection import ServerIndex
from retrieval.server.link import Link
from retrieval.words import read_words
from tests.retrieval.qdrant_over_http import local_mode_unwarned

EMBEDDER = HashEmbedder()
ENCODER = Encoder(EMBEDDER.embed_documents, Analyzer(read_words()), mean_terms=4)
IDS = tuple("abcdef")
# Each way of writing a word, and the word: what text is compared without regard to. Few of each, so that they meet.
SAME = {"red": 0, "RED": 0, "ｒｅｄ": 0, " Red ": 0, "Straße": 1, "STRASSE": 1, "红色": 2}

texts = st.sampled_from(sorted(SAME))
lists = st.lists(texts, max_size=2).map(tuple)
halves = st.sampled_from((3.5, 4.0, 4.5))
currencies = st.sampled_from(("USD", "EUR"))
attributes = st.dictionaries(st.sampled_from(("red", "RED", "红色")), lists, min_size=1, max_size=2)
options = st.dictionaries(st.just("ｒｅｄ"), texts, min_size=1)
products = st.builds(
    Product,
    id=st.sampled_from(IDS),
    title=st.sampled_from(("Mug", "Tall mug", "Mug of steel")),
    brand=st.none() | texts,
    categories=lists,
    price=st.none() | st.builds(Price, amount=st.integers(0, 4), currency=currencies),
    availability=st.sampled_from((None, "in_stock", "out_of_stock", "preorder")),
    rating=st.none() | st.builds(Rating, value=halves),
    attributes=st.just({}) | attributes,
    variants=st.just(()) | st.tuples(st.builds(Variant, id=st.just("v"), options=options)),
)
catalogues = st.lists(products, max_size=6, unique_by=lambda product: product.id)
bounds: dict[str, st.SearchStrategy[Any]] = {
    "price_min": st.integers(0, 2),
    "price_max": st.integers(2, 3),
    "categories": lists,
    "brands": lists,
    "attributes": attributes,
    "variants": st.lists(st.sampled_from(("v", "V")), max_size=2).map(tuple),
    "rating_min": halves,
    "in_stock": st.just(True),
    "exclude_ids": st.lists(st.sampled_from(IDS), max_size=2).map(tuple),
    "exclude_brands": lists,
    "exclude_categories": lists,
    "exclude_attributes": attributes,
}


@st.composite
def filters(draw: st.DrawFn) -> Filters:
    """One to three bounds: all of them at once would let nothing through."""
    stated = draw(st.lists(st.sampled_from(sorted(bounds)), min_size=1, max_size=3, unique=True))
    held = {name: draw(bounds[name]) for name in stated}
    return Filters(currency=draw(currencies), sold_out=draw(st.booleans()), **held)


def among(value: str, values: tuple[str, ...]) -> bool:
    return any(SAME[value] == SAME[each] for each in values)


def pairs(named: dict[str, tuple[str, ...]]) -> set[tuple[int, int]]:
    return {(SAME[name], SAME[value]) for name, values in named.items() for value in values}


def satisfies(product: Product, wanted: Filters) -> bool:
    """What the words of Filters say."""
    price, rating, own = product.price, product.rating, pairs(product.attributes)
    choices = own | {(SAME[name], SAME[value]) for each in product.variants for name, value in each.options.items()}
    if wanted.price_min is not None or wanted.price_max is not None:
        if price is None or price.currency != wanted.currency:
            return False
        if not (wanted.price_min or 0) <= price.amount <= (99 if wanted.price_max is None else wanted.price_max):
            return False
    if wanted.rating_min is not None and (rating is None or rating.value < wanted.rating_min):
        return False
    if wanted.categories and not any(among(each, wanted.categories) for each in product.categories):
        return False
    if wanted.brands and (product.brand is None or not among(product.brand, wanted.brands)):
        return False
    if any(not pairs({name: values}) & choices for name, values in wanted.attributes.items()):
        return False
    if wanted.variants and not {each.id for each in product.variants} & set(wanted.variants):
        return False
    if product.availability == "out_of_stock" and not wanted.sold_out:
        return False
    if wanted.in_stock and product.availability != "in_stock":
        return False
    return not (
        product.id in wanted.exclude_ids
        or (product.brand is not None and among(product.brand, wanted.exclude_brands))
        or any(among(each, wanted.exclude_categories) for each in product.categories)
        or own & pairs(wanted.exclude_attributes)
    )


async def check(index: ProductIndex, catalogue: list[Product], wanted: Filters) -> dict[int, float]:
    """Holds the engine's answers against the predicate. Returns the dense scores."""
    await index.delete(IDS)
    await index.upsert(ENCODER.stored(catalogue))
    right = {product.id for product in catalogue if satisfies(product, wanted)}
    points = {point_id(each) for each in right}
    assert await index.count(wanted) == len(right)
    page = await index.page(0, 10, wanted)
    assert {product.id: product for product in page} == {each.id: each for each in catalogue if each.id in right}
    assert {each.product.id for each in await index.listed(wanted, 10)} == right
    assert {each.id for each in await index.get(IDS, wanted)} == right
    dense, words = await index.nearest(
        [Ask(EMBEDDER.embed_query("tall mug"), wanted, 10), Ask(sparse({"mug": 1.0}), wanted, 10)]
    )
    assert dense.keys() == words.keys() == points
    facets = await index.facets(wanted)
    assert facets.count == len(right)
    assert facets.rated == sum(product.rating is not None for product in page)
    assert sum(facets.brands.values()) == sum(product.brand is not None for product in page)
    return dense


def test_every_engine_answers_as_the_filters_say(tmp_path: Path) -> None:
    with asyncio.Runner() as runner, local_mode_unwarned():
        size = EMBEDDER.dimensions
        edge = EdgeIndex.create(tmp_path / "shard", dimensions=size)
        server = runner.run(ServerIndex.create(Link(AsyncQdrantClient(":memory:")), "products", dimensions=size))

        @settings(max_examples=200, deadline=None)
        @given(catalogue=catalogues, wanted=filters())
        def same(catalogue: list[Product], wanted: Filters) -> None:
            one = runner.run(check(edge, catalogue, wanted))
            assert one == pytest.approx(runner.run(check(server, catalogue, wanted)), abs=1e-5)

        same()
        runner.run(edge.close())
        runner.run(server.close())
