"""Are filters kept? Thousands of made-up filtered searches through the production Searcher, every hit read again.

A hit that breaks a constraint is a violation, unless the search said that it dropped that constraint. `given_up` counts
searches that dropped something, or found nothing, though a product satisfied everything. `filtered_recall@10` holds the
engine's nearest neighbours under the filters against exact ones. Speed is not looked at.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from eval.datasets import read_products
from eval.errors import DatasetError
from eval.exact import Exact
from eval.filtering import broken, checks, facts, told
from eval.indexes import built
from eval.results import Figure, Results, figure, machine
from eval.wishes import wishes
from retrieval.embed import Vectors
from retrieval.index import Ask, point_id
from retrieval.keeper import Keeper
from retrieval.product import Product
from retrieval.query import RankContext, SearchQuery
from retrieval.search import Searcher

_DEPTH = 10
_CHUNK = 1000


@dataclass(frozen=True, slots=True)
class Violation:
    """A hit that breaks constraints which its search did not give up."""

    query: SearchQuery
    product_id: str
    names: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Outcome:
    """What one search came to."""

    violations: tuple[Violation, ...]
    relaxed: bool
    given_up: bool
    recall: float | None
    """None where there is nothing to be near to, or nothing under the filters."""


async def constrained(
    catalog: Path,
    *,
    searches: int = 5000,
    index: Path | None = None,
    embedder: str = "minilm",
    say: Callable[[str], None] = print,
) -> tuple[Results, tuple[Violation, ...]]:
    """The figures, and every violation. Raises RetrievalError, DatasetError."""
    products = read_products(catalog)
    with built(catalog, index=index, embedder=embedder, say=say) as held:
        keeper = await Keeper.opened(held.directory)
        searcher = keeper.searcher
        try:
            shop = Exact(products, await _vectors(searcher, products))
            places = {point_id(product.id): at for at, product in enumerate(products)}
            outcomes: list[Outcome] = []
            for query in wishes(products, searches):
                outcomes.append(await outcome(searcher, query, shop, places))
                if len(outcomes) % 500 == 0:
                    say(f"{len(outcomes):,} searches")
        finally:
            await keeper.close()
    arms = {"production": summary(outcomes)}
    data, model = catalog.parent.name, held.embedder
    results = Results(command="constraints", data=data, model=model, machine=machine(), arms=arms)
    return results, tuple(each for held in outcomes for each in held.violations)


async def outcome(searcher: Searcher, query: SearchQuery, shop: Exact, places: Mapping[int, int]) -> Outcome:
    """One search, looked at from all sides. `places`: of products in `shop`, by point."""
    result = await searcher.search(query, RankContext(limit=_DEPTH))
    against = checks(query.filters, query.like)
    excused = told(query.filters, result.relaxed, result.unknown_fields)
    read = ((hit.product.id, set(broken(facts(hit.product), against)) - excused) for hit in result.hits)
    violations = tuple(Violation(query, product, tuple(sorted(names))) for product, names in read if names)
    right = shop.satisfying(against)
    question = await searcher.question(query.text, like=query.like)
    near: float | None = None
    if right.size and question.vector is not None:
        own = (query.like,) if query.like else ()
        filters = query.filters.model_copy(update={"exclude_ids": (*query.filters.exclude_ids, *own)})
        [points] = await searcher.index.nearest([Ask(question.vector, filters, _DEPTH)])
        goal = shop.goal(question.vector, right, _DEPTH)
        near = shop.share(goal, [places[point] for point in points], right)
    given_up = bool(right.size) and (bool(result.relaxed) or not result.hits)
    return Outcome(violations, bool(result.relaxed), given_up, near)


def summary(outcomes: Sequence[Outcome]) -> dict[str, Figure]:
    """`violations`, `searches` and `given_up` are counts; the others are means over searches."""
    count = len(outcomes)
    values = [float(len(each.violations)) for each in outcomes]
    near = [each.recall for each in outcomes if each.recall is not None]
    figures = {
        "violations": figure(values, lambda held: float(held.sum())),
        "searches": Figure(mean=count, low=count, high=count, n=count),
        "relaxed": figure([float(each.relaxed) for each in outcomes]),
        "given_up": figure([float(each.given_up) for each in outcomes], lambda held: float(held.sum())),
    }
    return figures | ({"filtered_recall@10": figure(near)} if near else {})


async def _vectors(searcher: Searcher, products: Sequence[Product]) -> Vectors:
    held: dict[str, Vectors] = {}
    for start in range(0, len(products), _CHUNK):
        held |= await searcher.index.vectors([product.id for product in products[start : start + _CHUNK]])
    if len(held) < len(products) or await searcher.index.count() != len(products):
        raise DatasetError("The index does not hold this catalogue.", fix="Build it again, or leave out --index.")
    return np.stack([held[product.id] for product in products])
