"""The check of filters: it finds nothing to complain of in a sound engine, and finds a careless one out."""

from collections.abc import Sequence
from pathlib import Path

import numpy as np

from eval.constraints import Outcome, constrained, outcome, summary
from eval.exact import Exact
from eval.filtering import checks
from eval.wishes import wishes
from retrieval.edge import EdgeIndex
from retrieval.index import Ask, Held, Order, point_id
from retrieval.product import Product
from retrieval.query import Filters, SearchQuery
from retrieval.search import Searcher
from tests.eval.builders import invented, searching, written

SHOP = invented()
PLACES = {point_id(product.id): at for at, product in enumerate(SHOP)}


class Careless(EdgeIndex):
    """An engine that forgets its filters."""

    async def nearest(self, asks: Sequence[Ask]) -> list[dict[int, float]]:
        return await super().nearest([Ask(ask.vector, Filters(sold_out=True), ask.limit, ask.among) for ask in asks])

    async def listed(self, filters: Filters, limit: int, order: Order | None = None) -> list[Held]:
        return await super().listed(Filters(sold_out=True), limit, order)


class Forgetful(EdgeIndex):
    """An engine that finds nothing near."""

    async def nearest(self, asks: Sequence[Ask]) -> list[dict[int, float]]:
        return [{} for _ in asks]

    async def listed(self, filters: Filters, limit: int, order: Order | None = None) -> list[Held]:
        return []


async def outcomes(searcher: Searcher, queries: Sequence[SearchQuery]) -> list[Outcome]:
    held = await searcher.index.vectors([product.id for product in SHOP])
    exact = Exact(SHOP, np.stack([held[product.id] for product in SHOP]))
    return [await outcome(searcher, query, exact, PLACES) for query in queries]


async def test_a_sound_engine_keeps_every_filter_and_finds_what_exact_search_finds(tmp_path: Path) -> None:
    results, violations = await constrained(
        written(SHOP, tmp_path / "catalog.jsonl"), searches=120, embedder="hash", say=lambda _: None
    )
    found = results.arms["production"]
    assert violations == ()
    assert found["violations"].mean == found["given_up"].mean == 0
    assert found["searches"].mean == 120
    assert 0 < found["relaxed"].mean < 0.5
    assert found["filtered_recall@10"].mean > 0.999


async def test_an_engine_that_forgets_its_filters_is_found_out(tmp_path: Path) -> None:
    async with searching(tmp_path, SHOP, Careless) as searcher:
        found = summary(await outcomes(searcher, list(wishes(SHOP, 40))))
    assert found["violations"].mean > 40
    assert found["filtered_recall@10"].mean < 0.9


async def test_an_engine_that_finds_nothing_gave_up_too_soon(tmp_path: Path) -> None:
    async with searching(tmp_path, SHOP, Forgetful) as searcher:
        [found] = await outcomes(searcher, [SearchQuery(text="mug", filters=Filters(brands=("tarnwell",)))])
    assert found.given_up
    assert found.recall == 0.0


def test_most_wishes_can_be_fulfilled_and_some_cannot_and_every_kind_of_constraint_occurs() -> None:
    made = list(wishes(SHOP, 400))
    exact = Exact(SHOP, np.zeros((len(SHOP), 1), dtype=np.float32))
    possible = sum(bool(exact.satisfying(checks(each.filters, each.like)).size) for each in made) / len(made)
    assert 0.6 < possible < 0.98
    unset = Filters()
    for field in Filters.model_fields.keys() - {"variants"}:  # a look-up by id, which no shopper wishes for
        assert sum(getattr(each.filters, field) != getattr(unset, field) for each in made) > 10, field
    assert {bool(each.text) for each in made} == {bool(each.like) for each in made} == {True, False}
    assert made == list(wishes(SHOP, 400))


def test_two_products_of_one_vector_are_as_good_as_each_other() -> None:
    vectors = np.array([[1, 0], [1, 0], [0, 1]], dtype=np.float32)
    exact = Exact([Product(id=str(at), title="x") for at in range(3)], vectors)
    goal = exact.goal(vectors[0], np.arange(3), 1)
    assert exact.share(goal, [1], np.arange(3)) == 1.0
    assert exact.share(goal, [2], np.arange(3)) == exact.share(goal, [], np.arange(3)) == 0.0


def test_a_near_product_that_the_filters_shut_out_is_no_part_of_the_answer() -> None:
    vectors = np.eye(2, dtype=np.float32)
    exact = Exact([Product(id=str(at), title="x") for at in range(2)], vectors)
    among = np.array([1])
    assert exact.share(exact.goal(vectors[0], among, 1), [0], among) == 0.0
