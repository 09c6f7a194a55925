"""Searcher: words and constraints -> what they mean -> candidates (relaxed where it must be) -> ranked hits.

Implements query.Retriever in this process. The work is CPU-bound and done inside the call, so an event loop that
serves others asks it through worker.py. Knows nothing of processes, chat or the web.
"""

import math
from collections.abc import Mapping, Sequence
from copy import copy
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from retrieval.behaviour.memory import Memory
from retrieval.behaviour.model import Suggestion
from retrieval.behaviour.touches import FinishedSession, Mark, path
from retrieval.bounds import Bounds
from retrieval.embed import Embedder
from retrieval.encode import Encoder
from retrieval.features import Found
from retrieval.generations import Meta
from retrieval.hybrid import Question, candidates
from retrieval.index import ProductIndex, Stored, digest_of, point_id
from retrieval.knowledge.ask import Knowledge
from retrieval.knowledge.passage import PassageHit
from retrieval.lexical import Analyzer, sparse
from retrieval.product import Product
from retrieval.query import (
    Candidate,
    Facets,
    Filters,
    RankContext,
    Relaxation,
    Retriever,
    SearchQuery,
    SearchResult,
)
from retrieval.rank import LinearRanker, Ranker
from retrieval.relax import relaxed
from retrieval.rerank import Reranker
from retrieval.understand import Lexicon, Understanding, Understood
from retrieval.words import Words

_CANDIDATES = 60
_RERANKED = 50
_SUGGESTED, _SUGGESTED_BESIDE_WORDS = 40, 10
"""How many each source of behaviour may name. Beside words what is merely popular is no candidate."""
_FADE = 3.0
"""Each step back in a session takes a product so many places to fall to 1/e, as in behaviour/model.py."""
_REMEMBERED = 512


@dataclass(frozen=True, slots=True)
class Change:
    """Products on their way into the index: with new texts, and with the texts that it knows."""

    fresh: list[Stored]
    told: list[Product]


class Searcher:
    """Finds and ranks products of one index. Not for use by two threads at once."""

    def __init__(
        self,
        *,
        embedder: Embedder,
        index: ProductIndex,
        analyzer: Analyzer,
        mean_terms: float,
        ranker: Ranker | None = None,
        reranker: Reranker | None = None,
        memory: Memory | None = None,
        knowledge: Knowledge | None = None,
    ) -> None:
        self.index = index
        self._memory = memory or Memory(None)
        self._knowledge = knowledge or Knowledge()
        self._embedder = embedder
        self._analyzer = analyzer
        self._encoder = Encoder(embedder.embed_documents, analyzer, mean_terms=mean_terms)
        self._ranker = ranker or LinearRanker()
        self._reranker = reranker
        self._understanding: Understanding | None = None
        self._products: int | None = None
        self._bounds = Bounds(index)
        self._facets: dict[str, Facets] = {}

    def with_parts(self, *, memory: Memory, ranker: Ranker | None) -> "Searcher":
        """The same index, with another memory and ranker (None: as it was)."""
        other = copy(self)
        other._memory = memory
        other._ranker = ranker or self._ranker
        return other

    async def search(self, query: SearchQuery, context: RankContext) -> SearchResult:
        filters, unknown = await self._bounds.kept(query.filters)
        if query.like is not None:
            filters = filters.model_copy(update={"exclude_ids": (*filters.exclude_ids, query.like)})
        anchors = await self.index.vectors([anchor.product_id for anchor in context.anchors])
        understood = (await self._understood()).read(query.text)
        question = await self._question(query.text, understood, like=query.like)
        has_words = bool(question.sides)
        suggested = self._suggested(context, has_words)
        if not has_words and not context.prefer:
            question = await self._session(context)
        query = query.model_copy(update={"join": tuple(dict.fromkeys((*query.join, *suggested)))})
        dropped: tuple[Relaxation, ...] = ()
        found = await self._found(question, query, filters, context)
        if not found:
            # Counting costs as much as searching, so it is kept for when there is something to relax.
            filters, dropped = await relaxed(filters, self.index.count)
            found = await self._found(question, query, filters, context)
            found = found or await self._listed(filters, _CANDIDATES)
        if self._reranker and query.text.strip() and question.sides:
            found = _reranked(self._reranker, query.text, found)
        found = [self._observed(each, suggested, context) for each in found]
        hits = self._ranker.rank(found, context, anchors, has_words=has_words)
        arm = self._ranker.arm(context, has_words=has_words)
        return SearchResult(
            hits=hits, arm=arm, relaxed=dropped, unknown_fields=unknown, unknown_words=understood.unknown
        )

    async def question(self, text: str, *, like: str | None = None) -> Question:
        """What these words mean to this shop, and the product to go by; empty where neither says anything."""
        return await self._question(text, (await self._understood()).read(text), like=like)

    async def _question(self, text: str, understood: Understood, *, like: str | None) -> Question:
        # As it was typed and as it was understood: where a mend is wrong, half of the question is still right.
        texts = dict.fromkeys((text.strip(), understood.text)) if understood.weights else ()
        vectors = [self._embedder.embed_query(each) for each in texts]
        if like is not None:
            vectors += (await self.index.vectors([like])).values()
        if not vectors:
            return Question()
        vector = np.sum(vectors, axis=0)
        return Question(
            text=understood.text if understood.weights and not understood.talk else "",
            sparse=understood.sparse if understood.weights else None,
            vector=np.asarray(vector / (np.linalg.norm(vector) or 1.0), dtype=np.float32),
        )

    async def get(self, ids: tuple[str, ...], filters: Filters | None = None) -> tuple[Product, ...]:
        return await self.index.get(ids, filters)

    async def facets(self, filters: Filters | None = None) -> Facets:
        key = filters.model_dump_json() if filters else ""
        if key not in self._facets:
            if len(self._facets) >= _REMEMBERED:
                self._facets.clear()
            self._facets[key] = await self.index.facets(filters)
        return self._facets[key]

    async def page(self, offset: int, limit: int, filters: Filters | None = None) -> tuple[Product, ...]:
        return await self.index.page(offset, limit, filters)

    async def passages(self, question: str, limit: int = 3) -> tuple[PassageHit, ...]:
        return await self._knowledge.passages(question, self._embedder, self._analyzer, limit)

    async def evidence(self, question: str, product_id: str, limit: int = 2) -> tuple[PassageHit, ...]:
        products = await self.index.get([product_id])
        if not products:
            return ()
        return self._knowledge.evidence(question, products[0], self._embedder, self._analyzer, limit)

    async def upsert(self, products: tuple[Product, ...]) -> int:
        await self.put(await self.encoded(products))
        return len(products)

    async def encoded(self, products: tuple[Product, ...]) -> Change:
        """What writing these products comes to. Only those whose text is new are embedded: a price or a stock that
        changed costs no embedding."""
        last = {product.id: product for product in products}
        held = await self.index.digests(list(last))
        told = [product for product in last.values() if held.get(product.id) == digest_of(product.document)]
        same = {product.id for product in told}
        fresh = [product for product in last.values() if product.id not in same]
        return Change(self._encoder.stored(fresh), told)

    async def put(self, change: Change) -> None:
        """Write it; found by the next search."""
        self._forget()
        await self.index.upsert(change.fresh)
        await self.index.restate(change.told)
        if self._understanding:
            self._understanding.lexicon.add([stored.product for stored in change.fresh])

    async def delete(self, ids: tuple[str, ...]) -> int:
        self._forget()
        return await self.index.delete(ids)

    async def learn(self, sessions: tuple[FinishedSession, ...], after: Mark, mark: Mark) -> Mark:
        return self._memory.learn(sessions, after, mark)

    async def close(self) -> None:
        await self.index.close()

    async def _session(self, context: RankContext) -> Question:
        """The session as a question: what its products have in common in meaning and in the words of their titles, the
        latest most. Empty where there is no session."""
        walked = path(context.touches)
        last = max((place for _, place in walked), default=0)
        weights = {product_id: math.exp((place - last) / _FADE) for product_id, place in walked}
        for anchor in context.anchors:
            if anchor.weight > 0:
                weights.setdefault(anchor.product_id, anchor.weight)
            else:
                weights.pop(anchor.product_id, None)
        vectors = await self.index.vectors(list(weights))
        if not vectors:
            return Question()
        middle = np.sum([weights[each] * vectors[each] for each in vectors], axis=0)
        terms: dict[str, float] = {}
        for product in await self.index.get(list(vectors)):
            for term in set(self._analyzer.terms(f"{product.title} {product.brand or ''}")):
                terms[term] = terms.get(term, 0.0) + weights[product.id]
        return Question(sparse=sparse(terms), vector=np.asarray(middle / (np.linalg.norm(middle) or 1.0), np.float32))

    def _suggested(self, context: RankContext, has_words: bool) -> dict[str, list[Suggestion]]:
        """What the behaviour of shoppers suggests for this session, by product."""
        if context.now is None:
            return {}
        most = _SUGGESTED_BESIDE_WORDS if has_words else _SUGGESTED
        suggested: dict[str, list[Suggestion]] = {}
        for each in self._memory.behaviour.candidates(context.touches, context.history, context.now, most):
            if each.source != "popular" or not has_words:
                suggested.setdefault(each.product_id, []).append(each)
        return suggested

    def _observed(self, found: Found, suggested: Mapping[str, list[Suggestion]], context: RankContext) -> Found:
        product_id = found.candidate.product.id
        popularity = self._memory.behaviour.popularity(product_id, context.now) if context.now else 0.0
        return replace(found, suggested=tuple(suggested.get(product_id, ())), popularity=popularity)

    async def _found(
        self, question: Question, query: SearchQuery, filters: Filters, context: RankContext
    ) -> list[Found]:
        # Without words and without a session little can change places.
        few = question.sparse is None and context.says_nothing
        limit = context.limit * 3 // 2 if few else max(_CANDIDATES, context.limit)
        if context.prefer and not question.sides:
            held = await self.index.listed(filters, limit, context.prefer)
            if held:
                return [Found(Candidate(product=each.product, sources={}), each.vector) for each in held]
        if question.sides:
            if self._products is None:
                self._products = await self.index.count()
            found = await candidates(
                self.index, question, filters, products=self._products, limit=limit, join=query.join
            )
        else:
            found = await self._named(query.join, filters)
        return found if len(found) >= context.limit else [*found, *await self._others(found, filters, limit)]

    async def _named(self, ids: Sequence[str], filters: Filters) -> list[Found]:
        allowed = [product.id for product in await self.index.get(ids, filters)] if ids else []
        held = await self.index.fetch([point_id(each) for each in allowed])
        return [Found(Candidate(product=each.product, sources={}), each.vector) for each in held.values()]

    async def _others(self, found: Sequence[Found], filters: Filters, limit: int) -> list[Found]:
        known = {each.candidate.product.id for each in found}
        return [each for each in await self._listed(filters, limit) if each.candidate.product.id not in known]

    async def _listed(self, filters: Filters, limit: int) -> list[Found]:
        held = await self.index.listed(filters, limit)
        return [Found(Candidate(product=each.product, sources={}), each.vector) for each in held]

    async def _understood(self) -> Understanding:
        if self._understanding is None:
            lexicon = Lexicon(await self.index.words(), self._analyzer)
            self._understanding = Understanding(lexicon, self._analyzer)
        return self._understanding

    def _forget(self) -> None:
        self._products = None
        self._bounds.forget()
        self._facets.clear()


def _reranked(reranker: Reranker, text: str, found: Sequence[Found]) -> list[Found]:
    """The best fifty as the cross-encoder sees them, from .5 to 1, and the others behind them."""
    best, others = found[:_RERANKED], found[_RERANKED:]
    scores = reranker.scores(text, [each.candidate.product.document for each in best])
    looked_at = [_scored(each, (1 + score) / 2, reranked=score) for each, score in zip(best, scores, strict=True)]
    behind = [_scored(each, each.candidate.sources.get("fused", 0.0) / 2) for each in others]
    return sorted(looked_at, key=lambda each: -each.candidate.sources["fused"]) + behind


def _scored(found: Found, fused: float, **more: float) -> Found:
    sources = {**found.candidate.sources, "fused": fused, **more}
    return Found(found.candidate.model_copy(update={"sources": sources}), found.vector)


def searcher_of(
    index: ProductIndex,
    meta: Meta,
    *,
    embedder: Embedder,
    words: Words,
    ranker: Ranker | None = None,
    reranker: Reranker | None = None,
    memory: Memory | None = None,
    knowledge: Knowledge | None = None,
) -> Searcher:
    """A Searcher over an opened index."""
    return Searcher(
        embedder=embedder,
        index=index,
        analyzer=Analyzer(words),
        mean_terms=meta.mean_terms,
        ranker=ranker,
        reranker=reranker,
        memory=memory,
        knowledge=knowledge,
    )


if TYPE_CHECKING:
    _: type[Retriever] = Searcher
