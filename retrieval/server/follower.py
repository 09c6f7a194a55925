"""Follower: searches an index on a Qdrant server, which any number of processes share, and follows its alias: a
generation that a build published is searched a second later, under its own embedder.

Implements query.Retriever. Knows nothing of pipes, chat or the web.
"""

import asyncio
import sys
import time
from contextlib import suppress
from typing import TYPE_CHECKING

from retrieval.behaviour.memory import Memory
from retrieval.behaviour.touches import FinishedSession, Mark
from retrieval.embed import Embedder, open_embedder
from retrieval.knowledge.ask import Knowledge
from retrieval.knowledge.passage import PassageHit
from retrieval.product import Product
from retrieval.query import (
    Facets,
    Filters,
    IndexFault,
    RankContext,
    RetrievalError,
    Retriever,
    SearchQuery,
    SearchResult,
)
from retrieval.rank import Ranker
from retrieval.rerank import Reranker
from retrieval.search import Searcher, searcher_of
from retrieval.server.generations import ServerGenerations
from retrieval.words import read_words

_LOOK_SECONDS = 1.0
"""How old what is known of the alias may be."""


class Follower:
    """Not for use by two threads at once. Every method may raise RetrievalError."""

    def __init__(
        self,
        generations: ServerGenerations,
        collection: str,
        searcher: Searcher,
        embedder: Embedder,
        *,
        only: str | None,
        ranker: Ranker | None = None,
        reranker: Reranker | None = None,
        memory: Memory,
        knowledge: Knowledge,
        every: float = _LOOK_SECONDS,
    ) -> None:
        """For `opened`. `only`: the one embedder whose generations are used; None for any."""
        self._generations = generations
        self._collection = collection
        self._searcher = searcher
        self._embedder = embedder
        self._only = only
        self._ranker = ranker
        self._reranker = reranker
        self._memory = memory
        self._knowledge = knowledge
        self._every = every
        self._looked = time.monotonic()

    @classmethod
    async def opened(
        cls,
        generations: ServerGenerations,
        *,
        embedder: str | None = None,
        ranker: Ranker | None = None,
        reranker: Reranker | None = None,
        memory: Memory | None = None,
        knowledge: Knowledge | None = None,
        every: float = _LOOK_SECONDS,
    ) -> "Follower":
        """The generation that serves. Raises IndexFault, EmbedderError, WordsError, and closes `generations` then."""
        try:
            # The index's faults are told before the embedder's seconds are spent.
            collection, meta = await generations.current(embedder=embedder)
            held = open_embedder(meta.embedder, threads=1)
            index = generations.index(collection)
            memory = memory or Memory(None)
            knowledge = knowledge or Knowledge()
            searcher = searcher_of(
                index,
                meta,
                embedder=held,
                words=read_words(),
                ranker=ranker,
                reranker=reranker,
                memory=memory,
                knowledge=knowledge,
            )
            await searcher.question("")  # reads the shop's words now, not in a shopper's search
        except BaseException:
            await generations.close()
            raise
        return cls(
            generations,
            collection,
            searcher,
            held,
            only=embedder,
            ranker=ranker,
            reranker=reranker,
            memory=memory,
            knowledge=knowledge,
            every=every,
        )

    async def search(self, query: SearchQuery, context: RankContext) -> SearchResult:
        return await (await self._current()).search(query, context)

    async def get(self, ids: tuple[str, ...], filters: Filters | None = None) -> tuple[Product, ...]:
        return await (await self._current()).get(ids, filters)

    async def facets(self, filters: Filters | None = None) -> Facets:
        return await (await self._current()).facets(filters)

    async def page(self, offset: int, limit: int, filters: Filters | None = None) -> tuple[Product, ...]:
        return await (await self._current()).page(offset, limit, filters)

    async def passages(self, question: str, limit: int = 3) -> tuple[PassageHit, ...]:
        return await (await self._current()).passages(question, limit)

    async def evidence(self, question: str, product_id: str, limit: int = 2) -> tuple[PassageHit, ...]:
        return await (await self._current()).evidence(question, product_id, limit)

    async def upsert(self, products: tuple[Product, ...]) -> int:
        """Into the generation that serves: one that is being built meanwhile does not learn of it."""
        return await (await self._current()).upsert(products)

    async def delete(self, ids: tuple[str, ...]) -> int:
        return await (await self._current()).delete(ids)

    async def learn(self, sessions: tuple[FinishedSession, ...], after: Mark, mark: Mark) -> Mark:
        return self._memory.learn(sessions, after, mark)

    async def close(self) -> None:
        self._memory.save()
        await self._knowledge.close()
        await self._generations.close()

    async def _current(self) -> Searcher:
        if time.monotonic() - self._looked >= self._every:
            self._looked = time.monotonic()
            serving = None
            # A server that is away for a moment is no reason to leave a working generation.
            with suppress(IndexFault):
                serving = await self._generations.serving()
            if serving not in (self._collection, None):
                await self._switch()
        return self._searcher

    async def _switch(self) -> None:
        try:
            collection, meta = await self._generations.current(embedder=self._only)
            if meta.embedder != self._embedder.name:
                # Loading takes seconds, and no timer of the connection may wait for them.
                self._embedder = await asyncio.to_thread(open_embedder, meta.embedder, threads=1)
            index = self._generations.index(collection)
            self._searcher = searcher_of(
                index,
                meta,
                embedder=self._embedder,
                words=read_words(),
                ranker=self._ranker,
                reranker=self._reranker,
                memory=self._memory,
                knowledge=self._knowledge,
            )
            self._collection = collection
        except RetrievalError as error:
            print(f"retrieval: the new generation is not used: {error}", file=sys.stderr)


if TYPE_CHECKING:
    _: type[Retriever] = Follower
