"""The arms that `eval retrieval` sets side by side: what each ranks for a query, and what it makes of judged products.

    bm25        the words as they were typed, as terms
    dense       the text as it was typed, as a vector
    hybrid      both, as production understands and weighs them, before ranking
    rerank      the best fifty of hybrid in the order that a cross-encoder gives them, the others behind
    production  what a shopper gets who has done nothing yet

Knows nothing of judgments or metrics.
"""

from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass

from retrieval.embed import Embedder, Vectors
from retrieval.hybrid import candidates
from retrieval.index import Ask, point_id
from retrieval.lexical import Analyzer, Sparse, sparse
from retrieval.product import Product
from retrieval.query import Filters, RankContext, SearchQuery
from retrieval.rerank import Reranker
from retrieval.search import Searcher

NAMES = ("bm25", "dense", "hybrid", "rerank", "production")
_RERANKED = 50


@dataclass(frozen=True, slots=True)
class Ranking:
    """Product ids, best first, and the scores of the judged products that the arm has a score for."""

    ids: tuple[str, ...]
    scores: dict[str, float]


Arm = Callable[[str, Sequence[str]], Awaitable[Ranking]]
"""A query's text and its judged products to a ranking."""


class Arms:
    """Every arm over one index; `rerank` only where there is a reranker. `depth`: how long a ranking is."""

    def __init__(
        self,
        searcher: Searcher,
        embedder: Embedder,
        analyzer: Analyzer,
        products: Iterable[Product],
        *,
        depth: int,
        reranker: Reranker | None = None,
    ) -> None:
        self._searcher = searcher
        self._embedder = embedder
        self._analyzer = analyzer
        self._reranker = reranker
        self._texts = {product.id: product.document for product in products}
        self._ids = {point_id(each): each for each in self._texts}
        self._depth = depth

    def named(self, names: Iterable[str]) -> dict[str, Arm]:
        """These arms, in the order of NAMES."""
        every: dict[str, Arm] = {
            "bm25": self.bm25,
            "dense": self.dense,
            "hybrid": self.hybrid,
            **({"rerank": self._reranked_by(self._reranker)} if self._reranker else {}),
            "production": self.production,
        }
        return {name: every[name] for name in every if name in set(names)}

    async def bm25(self, text: str, judged: Sequence[str]) -> Ranking:
        terms = sparse(dict.fromkeys(self._analyzer.terms(text), 1.0))
        return await self._nearest(terms, judged) if terms.indices else Ranking((), {})

    async def dense(self, text: str, judged: Sequence[str]) -> Ranking:
        return await self._nearest(self._embedder.embed_query(text), judged)

    async def hybrid(self, text: str, judged: Sequence[str]) -> Ranking:
        question = await self._searcher.question(text)
        products = await self._searcher.index.count()

        async def fused(join: Sequence[str]) -> dict[str, float]:
            found = await candidates(
                self._searcher.index, question, Filters(), products=products, limit=self._depth, join=join
            )
            return {each.candidate.product.id: each.candidate.sources["fused"] for each in found}

        return Ranking(tuple(await fused(()))[: self._depth], _only(await fused(judged), judged))

    def _reranked_by(self, reranker: Reranker) -> Arm:
        async def rerank(text: str, judged: Sequence[str]) -> Ranking:
            found = (await self.hybrid(text, ())).ids
            first = found[:_RERANKED]
            scores = self._looked_at(reranker, text, {*first, *judged})
            best = sorted(first, key=lambda each: -scores[each])
            return Ranking((*best, *found[_RERANKED:]), _only(scores, judged))

        return rerank

    async def production(self, text: str, judged: Sequence[str]) -> Ranking:
        shown = await self._searcher.search(SearchQuery(text=text), RankContext(limit=self._depth))
        among = await self._searcher.search(SearchQuery(text=text, join=tuple(judged)), RankContext(limit=500))
        scores = {hit.product.id: hit.score for hit in among.hits}
        return Ranking(tuple(hit.product.id for hit in shown.hits), _only(scores, judged))

    async def _nearest(self, vector: Vectors | Sparse, judged: Sequence[str]) -> Ranking:
        points = frozenset(map(point_id, judged))
        asks = [Ask(vector, Filters(), self._depth), Ask(vector, Filters(), max(1, len(points)), points)]
        found, among = await self._searcher.index.nearest(asks)
        best = sorted(found, key=lambda point: (-found[point], point))
        ids = tuple(self._ids[point] for point in best if point in self._ids)
        return Ranking(ids, {self._ids[point]: score for point, score in among.items()})

    def _looked_at(self, reranker: Reranker, text: str, ids: Iterable[str]) -> dict[str, float]:
        held = sorted(ids)
        return dict(zip(held, reranker.scores(text, [self._texts[each] for each in held]), strict=True))


def _only(scores: Mapping[str, float], judged: Sequence[str]) -> dict[str, float]:
    return {each: scores[each] for each in judged if each in scores}
