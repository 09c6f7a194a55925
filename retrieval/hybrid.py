"""Candidates for words and a vector: both sides of the index asked, each product scored by both, one figure out of all.

The figure is absolute, so that a product's score does not depend on what else was found:

    cosine to the question + BM25 / ln(1 + products) + 0.3 * spelling

`spelling` is the share of the question's letter triples that the product's name has. The question's vector is then
moved towards the middle of the best fifteen (Rocchio 1971, with the best taken for relevant): what they have in common
is the kind of thing that was meant, and an accessory of it is not. Scores instead of reciprocal ranks, which forget by
how much a source prefers a product. Knows nothing of sessions or of any engine.

Measured on 557 typed queries over 54,667 product titles, recall@50 and pairwise accuracy, with `eval retrieval`: BM25
with stems .692 and .588, MiniLM .517 and .621, this .763 and .645. On the way there, in a trial outside the engine:
rank fusion of both with understood words .717 and .595; their sum .760 and .623; with spelling .762 and .626; with the
middle of the best .758 and .655.
"""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from retrieval.embed import Vectors
from retrieval.features import Found
from retrieval.index import DENSE, SPARSE, Ask, Held, ProductIndex, point_id
from retrieval.lexical import Sparse, grams, spelt
from retrieval.query import Candidate, Filters

_POOL = 100
"""How many each of the two sides may name."""
_KEPT = 1.2
"""How many of the best are read for each one wanted: spelling, and what they have in common, may change places."""
_SPELLING = 0.3
_BEST, _PULL = 15, 1.2


@dataclass(frozen=True, slots=True)
class Question:
    """What is searched for: its letters, its words as terms, its vector. Any of them may be missing."""

    text: str = ""
    sparse: Sparse | None = None
    vector: Vectors | None = None

    @property
    def sides(self) -> dict[str, Vectors | Sparse]:
        held: dict[str, Vectors | Sparse] = {}
        if self.vector is not None and self.vector.any():
            held[DENSE] = self.vector
        if self.sparse is not None and self.sparse.indices:
            held[SPARSE] = self.sparse
        return held


async def candidates(
    index: ProductIndex,
    question: Question,
    filters: Filters,
    *,
    products: int,
    limit: int,
    join: Sequence[str] = (),
) -> list[Found]:
    """The best products for the question under the filters, best first, those of `join` among them wherever they stand.

    `products`: how many the index holds. Raises IndexFault.
    """
    sides = question.sides
    pool = max(limit, _POOL) if SPARSE in sides else limit
    scores = await _scores(index, sides, filters, pool, frozenset(map(point_id, join)))
    sums = _sums(scores, products)
    joined = {point_id(each) for each in join}
    best = sorted(sums, key=lambda point: (-sums[point], point))
    enough = round(_KEPT * limit) if SPARSE in sides else limit
    kept = best[:enough] + [point for point in best[enough:] if point in joined]
    held = await index.fetch(kept)
    return _fused([point for point in kept if point in held], held, scores, sums, question)


async def _scores(
    index: ProductIndex,
    sides: Mapping[str, Vectors | Sparse],
    filters: Filters,
    pool: int,
    joined: frozenset[int],
) -> dict[str, dict[int, float]]:
    first = await index.nearest([Ask(vector, filters, pool) for vector in sides.values()])
    scores = dict(zip(sides, first, strict=True))
    everyone = joined.union(*scores.values())
    # What one side alone named is scored by the other too, so that absence from its pool is not taken for zero.
    missed = {side: everyone - held.keys() for side, held in scores.items()}
    again = [side for side, points in missed.items() if points]
    more = await index.nearest([Ask(sides[side], filters, len(missed[side]), missed[side]) for side in again])
    for side, held in zip(again, more, strict=True):
        scores[side].update(held)
    return scores


def _sums(scores: Mapping[str, Mapping[int, float]], products: int) -> dict[int, float]:
    weights = {DENSE: 1.0, SPARSE: 1 / math.log(1 + max(2, products))}
    sums: dict[int, float] = {}
    for side, held in scores.items():
        for point, score in held.items():
            sums[point] = sums.get(point, 0.0) + weights[side] * max(0.0, score)
    return sums


def _fused(
    points: Sequence[int],
    held: Mapping[int, Held],
    scores: Mapping[str, Mapping[int, float]],
    sums: Mapping[int, float],
    question: Question,
) -> list[Found]:
    if not points:
        return []
    asked = grams(question.text) if question.text else frozenset[str]()
    spelling = np.array([_spelling(asked, held[point]) for point in points])
    totals = np.array([sums[point] for point in points]) + _SPELLING * spelling
    typical = np.zeros(len(points))
    if asked and question.vector is not None and question.vector.any():
        vectors = np.stack([held[point].vector for point in points])
        typical = _typical(question.vector, vectors, totals)
        totals = totals + typical
    top = float(totals.max())
    found: list[Found] = []
    for at in sorted(range(len(points)), key=lambda at: (-totals[at], points[at])):
        point = points[at]
        sources = {side: part[point] for side, part in scores.items() if point in part}
        sources["fused"] = max(0.0, float(totals[at]) / top) if top > 0 else 0.0
        if asked:
            sources |= {"spelling": float(spelling[at]), "typical": float(typical[at])}
        found.append(Found(Candidate(product=held[point].product, sources=sources), held[point].vector))
    return found


def _typical(question: Vectors, vectors: Vectors, totals: NDArray[np.float64]) -> Vectors:
    """How much nearer each product is to the question moved towards the middle of the best than to the question."""
    best = np.argsort(-totals, kind="stable")[:_BEST]
    moved = question + _PULL * vectors[best].mean(axis=0)
    return vectors @ (moved / (np.linalg.norm(moved) or 1.0)) - vectors @ question


def _spelling(asked: frozenset[str], held: Held) -> float:
    if not asked:
        return 0.0
    named = spelt(f"{held.product.title} {held.product.brand or ''}")
    return sum(gram in named for gram in asked) / len(asked)
