"""Search by vector, side by side: production through its worker, raw hnswlib, qdrant-client's local mode.

Production is asked for what is like a product, which costs a dense search, the hop, ranking and decoding. hnswlib gets
the lowest ef that finds enough, and gives places of vectors, nothing more. Recall is against exact search.
"""

import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from eval.exact import Exact, Goal, Places
from eval.filtering import checks
from eval.peers import Hnsw, LocalMode
from eval.results import Figure, figure
from eval.timing import percentiles, timed, times_as_long
from retrieval.embed import Vectors
from retrieval.index import Ask, ProductIndex, point_id
from retrieval.product import Product
from retrieval.query import Filters, RankContext, Retriever, SearchQuery

_DEPTH = 10
_ENOUGH = 0.99
_EFS = (16, 32, 64, 96, 128, 192, 256, 384, 512, 768, 1024, 1536, 2048, 3072, 4096)


@dataclass(frozen=True, slots=True)
class Like:
    """A question: what is like the product at this place, and what a right answer is."""

    place: int
    query: SearchQuery
    goal: Goal
    among: Places


class Shop:
    """Products with their vectors, by place, and the exact answers about them."""

    def __init__(self, products: Sequence[Product], vectors: Vectors) -> None:
        self.products = products
        self.vectors = vectors
        self._exact = Exact(products, vectors)
        self.places = {product.id: at for at, product in enumerate(products)}

    def likes(self, filters: Filters, count: int) -> list[Like]:
        """Questions about products drawn by lot, the same products whatever the filters."""
        among = self._exact.satisfying(checks(filters))
        drawn = np.random.default_rng(5).choice(len(self.products), min(count, len(self.products)), replace=False)
        return [
            Like(
                place=at,
                query=SearchQuery(like=self.products[at].id, filters=filters),
                goal=self._exact.goal(self.vectors[at], among[among != at], _DEPTH),
                among=among,
            )
            for at in map(int, drawn)
        ]

    def share(self, like: Like, places: Sequence[int]) -> float:
        """The share of what is to be found that these products are; the product itself does not count."""
        return self._exact.share(like.goal, [each for each in places if each != like.place], like.among)

    async def recall(self, index: ProductIndex, vectors: Vectors, filters: Filters) -> Figure:
        """Of the engine alone, asked for what is near vectors that no product has."""
        among = self._exact.satisfying(checks(filters))
        places = {point_id(each): at for each, at in self.places.items()}
        shares: list[float] = []
        for vector in vectors:
            [found] = await index.nearest([Ask(vector, filters, _DEPTH)])
            goal = self._exact.goal(vector, among, _DEPTH)
            shares.append(self._exact.share(goal, [places[point] for point in found], among))
        return figure(shares)


async def side_by_side(
    shop: Shop,
    filters: Mapping[str, Filters],
    retriever: Retriever,
    local: LocalMode,
    *,
    queries: int,
    peer_queries: int,
    runs: int,
    say: Callable[[str], None],
) -> dict[str, dict[str, Figure]]:
    """Metrics by arm. `filters` by the prefix of a metric; hnswlib, which cannot keep them, takes part in the first,
    which is none. Raises RetrievalError, PeerMissing."""
    likes = {prefix: shop.likes(held, queries) for prefix, held in filters.items()}
    first, plain = next(iter(likes.items()))
    started = time.perf_counter()
    graph = Hnsw(shop.vectors)
    rate = len(shop.vectors) / (time.perf_counter() - started)
    ef, recall = _tuned(graph, shop, plain)
    say(f"hnswlib: ef {ef}, recall@{_DEPTH} {recall.mean:.3f}")
    times: dict[str, dict[str, list[list[float]]]] = {"production": {}, "hnswlib": {}, "qdrant_local": {}}
    shares: dict[str, list[float]] = {}
    for run in range(runs):
        for prefix, asked in likes.items():
            ours, shares[prefix] = await _run(shop, retriever, asked)
            times["production"].setdefault(prefix, []).append(ours)
            few = asked[:peer_queries]
            theirs = timed([lambda each=each: _ask_local(local, shop, each) for each in few])
            times["qdrant_local"].setdefault(prefix, []).append(theirs)
        raw = timed([lambda each=each: graph.search(shop.vectors[each.place], _DEPTH + 1) for each in plain])
        times["hnswlib"].setdefault(first, []).append(raw)
        say(f"run {run + 1} of {runs}")
    arms = {arm: _figures(of) for arm, of in times.items()}
    for prefix, held in shares.items():
        ours, theirs = times["production"][prefix], times["qdrant_local"][prefix]
        arms["production"][f"{prefix}recall@{_DEPTH}"] = figure(held)
        arms["production"][f"{prefix}times_faster"] = times_as_long(theirs, ours)
    arms["production"][f"{first}times_hnswlib"] = times_as_long(times["production"][first], times["hnswlib"][first])
    arms["hnswlib"] |= {
        f"{first}recall@{_DEPTH}": recall,
        f"{first}ef": figure([ef]),
        f"{first}built_per_s": figure([rate]),
    }
    return arms


async def _run(shop: Shop, retriever: Retriever, asked: Sequence[Like]) -> tuple[list[float], list[float]]:
    """Milliseconds and recall of each question."""
    times: list[float] = []
    shares: list[float] = []
    for each in asked:
        started = time.perf_counter()
        result = await retriever.search(each.query, RankContext(limit=_DEPTH))
        times.append((time.perf_counter() - started) * 1000)
        shares.append(shop.share(each, [shop.places[hit.product.id] for hit in result.hits]))
    return times, shares


def _ask_local(local: LocalMode, shop: Shop, like: Like) -> None:
    local.search(shop.vectors[like.place], like.query.filters, _DEPTH + 1)


def _tuned(graph: Hnsw, shop: Shop, asked: Sequence[Like]) -> tuple[int, Figure]:
    """Sets the lowest ef that finds enough, or the highest that is tried, and says what it finds."""
    ef, shares = 0, [0.0]
    for ef in _EFS:
        graph.set_ef(ef)
        found = [graph.search(shop.vectors[each.place], _DEPTH + 1) for each in asked]
        shares = [shop.share(each, places) for each, places in zip(asked, found, strict=True)]
        if np.mean(shares) >= _ENOUGH:
            break
    return ef, figure(shares)


def _figures(runs: Mapping[str, Sequence[Sequence[float]]]) -> dict[str, Figure]:
    return {name: held for prefix, of in runs.items() for name, held in percentiles(of, prefix).items()}
