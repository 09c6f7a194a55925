from collections.abc import Iterator
from pathlib import Path

import pytest

from retrieval.edge import EdgeIndex
from retrieval.embed import HashEmbedder
from retrieval.product import Price, Product, Rating, Variant
from retrieval.query import Filters, IndexBroken, IndexLocked

EMBEDDER = HashEmbedder()
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


@pytest.fixture
def index(tmp_path: Path) -> Iterator[EdgeIndex]:
    held = EdgeIndex.create(tmp_path / "shard", dimensions=EMBEDDER.dimensions, mean_words=5)
    held.upsert(PRODUCTS, EMBEDDER.embed_documents([product.document for product in PRODUCTS]))
    yield held
    held.close()


def ids(index: EdgeIndex, filters: Filters) -> set[str]:
    assert index.count(filters) == len(index.page(0, 10, filters))
    return {product.id for product in index.page(0, 10, filters)}


def searched(index: EdgeIndex, text: str, filters: Filters | None = None) -> list[str]:
    found = index.search(text, EMBEDDER.embed_query(text), filters or Filters(), 10)
    return [each.candidate.product.id for each in found]


def test_the_product_that_the_words_name_comes_first_with_the_score_of_each_source(index: EdgeIndex) -> None:
    best = index.search("running shoe", EMBEDDER.embed_query("running shoe"), Filters(), 10)[0]
    assert best.candidate.product == PRODUCTS[0]
    assert best.candidate.sources["fused"] == 1.0
    assert best.candidate.sources["dense"] == pytest.approx(
        float(EMBEDDER.embed_query("running shoe") @ best.vector), abs=1e-4
    )
    assert best.candidate.sources["sparse"] > 0


@pytest.mark.parametrize("text", ["轻薄本", "想买轻薄本电脑", "小新"])
def test_chinese_words_are_found_inside_longer_runs(index: EdgeIndex, text: str) -> None:
    found = index.search(text, None, Filters(), 10)
    assert [each.candidate.product.id for each in found] == ["laptop"]


@pytest.mark.parametrize("text", ["", "the of", "!!!", "\U0001f45f"])
def test_text_without_words_is_no_error(index: EdgeIndex, text: str) -> None:
    assert index.search(text, None, Filters(), 10) == ()


def test_sold_out_products_are_left_out_unless_asked_for_and_unknown_stock_is_kept(index: EdgeIndex) -> None:
    assert ids(index, Filters()) == {"shoe", "sock", "laptop"}
    assert ids(index, Filters(sold_out=True)) == {"shoe", "boot", "sock", "laptop"}
    assert ids(index, Filters(in_stock=True)) == {"shoe"}


def test_an_unknown_field_never_satisfies_a_bound_and_is_never_excluded(index: EdgeIndex) -> None:
    assert ids(index, Filters(price_min=0, currency="USD")) == {"shoe"}
    assert ids(index, Filters(rating_min=0)) == {"shoe"}
    assert ids(index, Filters(exclude_categories=("shoes",))) == {"sock", "laptop"}
    assert ids(index, Filters(exclude_attributes={"color": ("red",)})) == {"sock", "laptop"}


def test_a_price_in_another_currency_does_not_satisfy_the_bound(index: EdgeIndex) -> None:
    assert ids(index, Filters(price_max=10_000, currency="EUR")) == {"sock"}
    assert ids(index, Filters(price_max=9000, currency="USD")) == {"shoe"}
    assert ids(index, Filters(price_max=8999, currency="USD")) == set()


def test_text_is_compared_without_regard_to_case_or_width(index: EdgeIndex) -> None:
    assert ids(index, Filters(brands=("acme",))) == {"shoe", "sock"}
    assert ids(index, Filters(categories=("RUNNING", "none"))) == {"shoe"}
    assert ids(index, Filters(attributes={"COLOR": ("red", "blue")})) == {"shoe"}
    assert ids(index, Filters(brands=("ＡＣＭＥ",))) == {"shoe", "sock"}


def test_a_variants_option_satisfies_an_attribute(index: EdgeIndex) -> None:
    assert ids(index, Filters(attributes={"size": ("42",)}, sold_out=True)) == {"boot"}


def test_exclusions_hold_inside_the_search(index: EdgeIndex) -> None:
    assert "shoe" not in searched(index, "running shoe", Filters(exclude_ids=("shoe",)))
    assert searched(index, "running", Filters(exclude_brands=("acme",))) == ["laptop"]


def test_get_keeps_the_order_asked_for_and_obeys_filters(index: EdgeIndex) -> None:
    assert [each.id for each in index.get(("sock", "none", "boot", "shoe"))] == ["sock", "boot", "shoe"]
    assert [each.id for each in index.get(("boot", "shoe"), Filters())] == ["shoe"]
    assert index.get(()) == ()


def test_pages_have_a_stable_order_without_gaps(index: EdgeIndex) -> None:
    whole = index.page(0, 10, Filters(sold_out=True))
    assert index.page(0, 2, Filters(sold_out=True)) + index.page(2, 9, Filters(sold_out=True)) == whole
    assert sorted(each.id for each in whole) == sorted(each.id for each in PRODUCTS)


def test_facets_count_under_filters_in_the_shops_own_spelling(index: EdgeIndex) -> None:
    facets = index.facets()
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
    assert index.facets(Filters(brands=("zeta",), sold_out=True)).categories == {"Shoes": 1}


def test_a_product_that_is_written_again_is_replaced_and_a_deleted_one_is_gone(index: EdgeIndex) -> None:
    again = PRODUCTS[0].model_copy(update={"brand": "Other"})
    index.upsert([again], EMBEDDER.embed_documents([again.document]))
    assert index.count() == 4
    assert index.get(("shoe",)) == (again,)
    assert index.delete(("shoe", "none")) == 1
    assert index.get(("shoe",)) == ()


def test_listed_orders_by_the_figure_asked_for(index: EdgeIndex) -> None:
    filters = Filters(sold_out=True)
    assert [each.candidate.product.id for each in index.listed(filters, 9, "cheap")] == ["sock", "shoe", "boot"]
    assert [each.candidate.product.id for each in index.listed(filters, 9, "rating")] == ["shoe"]
    assert len(index.listed(filters, 9)) == 4


def test_it_knows_which_fields_the_shop_has(index: EdgeIndex) -> None:
    assert index.has("price")
    assert index.has_attribute("COLOR")
    assert not index.has_attribute("weight")
    index.delete(("shoe",))
    assert not index.has("rating")


def test_a_directory_has_one_owner_and_keeps_its_products(tmp_path: Path) -> None:
    path = tmp_path / "shard"
    first = EdgeIndex.create(path, dimensions=64, mean_words=5)
    first.upsert(PRODUCTS, EMBEDDER.embed_documents([product.document for product in PRODUCTS]))
    with pytest.raises(IndexLocked):
        EdgeIndex.open(path, mean_words=5)
    first.close()
    second = EdgeIndex.open(path, mean_words=5)
    assert second.count() == 4
    second.close()
    with pytest.raises(IndexBroken):
        second.count()


def test_export_gives_every_product_with_its_vectors(index: EdgeIndex) -> None:
    held = {product.id: (dense, sparse) for product, dense, sparse in index.export()}
    assert held.keys() == {"shoe", "boot", "sock", "laptop"}
    dense, (indices, values) = held["shoe"]
    assert dense.shape == (64,)
    assert len(indices) == len(values) > 0
