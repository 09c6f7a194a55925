"""Keeper: the one process that owns an index directory. Writes are logged before they are answered, and the directory's
pointer is followed: a generation that a build published is opened beside the one that answers, and takes its place.

Implements query.Retriever. Knows nothing of pipes, chat or the web.
"""

import asyncio
import sys
import time
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING

from retrieval.behaviour.memory import Memory
from retrieval.behaviour.touches import FinishedSession, Mark
from retrieval.embed import open_embedder
from retrieval.generations import (
    Meta,
    applied,
    claimed,
    current,
    is_current,
    note_applied,
    shard_of,
    sweep,
    versions,
)
from retrieval.index import ProductIndex
from retrieval.knowledge.ask import Knowledge
from retrieval.knowledge.passage import PassageHit
from retrieval.locks import Lock
from retrieval.product import Product
from retrieval.query import (
    Facets,
    Filters,
    IndexBroken,
    IndexFault,
    IndexMismatch,
    RankContext,
    Retriever,
    SearchQuery,
    SearchResult,
)
from retrieval.rank import Ranker
from retrieval.rerank import Reranker
from retrieval.search import Searcher, searcher_of
from retrieval.words import words_of
from retrieval.writelog import Write, WriteLog

_CHECKPOINT = 2000
"""Products between two flushes of the engine, which stop searches for as long as half a second."""
_AT_ONCE = 20
"""Writes, of up to a few hundred products each."""
_PATIENCE_S = 60.0
"""Until a generation that could not be opened is tried again."""


@dataclass(frozen=True, slots=True)
class _Opened:
    """The index that serves in a directory, locked for this process."""

    index: ProductIndex
    generation: Path
    meta: Meta
    lock: Lock

    async def close(self) -> None:
        try:
            await self.index.close()
        finally:
            self.lock.release()


@dataclass(frozen=True, slots=True)
class _Standing:
    """A generation that can answer, with all the writes up to a position."""

    opened: _Opened
    searcher: Searcher
    position: int
    behind: int
    """How many products had to be written again."""

    async def close(self) -> None:
        await self.opened.close()


class Keeper:
    """Not for use by two threads at once. Every method may raise RetrievalError."""

    def __init__(
        self,
        directory: Path,
        log: WriteLog,
        standing: _Standing,
        *,
        embedder: str | None,
        ranker: Ranker | None,
        reranker: Reranker | None,
        memory: Memory,
        knowledge: Knowledge,
    ) -> None:
        """For `opened`."""
        self._directory = directory
        self._log = log
        self._standing = standing
        self._embedder = embedder
        self._ranker = ranker
        self._reranker = reranker
        self._memory = memory
        self._knowledge = knowledge
        self._unflushed = standing.behind
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="generation")
        self._coming: Future[_Standing] | None = None
        self._complaint = ""
        self._next_try = 0.0

    @classmethod
    async def opened(
        cls,
        directory: Path,
        *,
        embedder: str | None = None,
        ranker: Ranker | None = None,
        reranker: Reranker | None = None,
        memory: Memory | None = None,
        knowledge: Knowledge | None = None,
    ) -> "Keeper":
        """Own this directory; `embedder` refuses generations of any other one.

        Raises IndexFault, EmbedderError, WordsError.
        """
        # The directory's faults are told before the embedder's seconds are spent, and nothing is made in a wrong one.
        _, meta = current(directory, embedder=embedder)
        memory = memory or Memory(None)
        knowledge = knowledge or Knowledge()
        log = WriteLog(directory, least=meta.position)
        try:
            standing = await _standing(directory, log, embedder, ranker, reranker, memory, knowledge)
            sweep(directory, standing.opened.generation)
        except BaseException:
            log.close()
            raise
        return cls(
            directory,
            log,
            standing,
            embedder=embedder,
            ranker=ranker,
            reranker=reranker,
            memory=memory,
            knowledge=knowledge,
        )

    @property
    def searcher(self) -> Searcher:
        """Of the generation that answers now: for a measurement that looks at its parts."""
        return self._standing.searcher

    async def search(self, query: SearchQuery, context: RankContext) -> SearchResult:
        return await (await self._searcher()).search(query, context)

    async def get(self, ids: tuple[str, ...], filters: Filters | None = None) -> tuple[Product, ...]:
        return await (await self._searcher()).get(ids, filters)

    async def facets(self, filters: Filters | None = None) -> Facets:
        return await (await self._searcher()).facets(filters)

    async def page(self, offset: int, limit: int, filters: Filters | None = None) -> tuple[Product, ...]:
        return await (await self._searcher()).page(offset, limit, filters)

    async def passages(self, question: str, limit: int = 3) -> tuple[PassageHit, ...]:
        return await (await self._searcher()).passages(question, limit)

    async def evidence(self, question: str, product_id: str, limit: int = 2) -> tuple[PassageHit, ...]:
        return await (await self._searcher()).evidence(question, product_id, limit)

    async def upsert(self, products: tuple[Product, ...]) -> int:
        """Add or replace these products; on disk and searchable when it returns. Returns how many."""
        searcher = await self._searcher()
        # Embedding may fail; what was logged must not.
        change = await searcher.encoded(products)
        self._log.append(products=products)
        await searcher.put(change)
        await self._written(len(products))
        return len(products)

    async def delete(self, ids: tuple[str, ...]) -> int:
        """Remove these products; on disk when it returns. Returns how many there were."""
        searcher = await self._searcher()
        self._log.append(deleted=ids)
        gone = await searcher.delete(ids)
        await self._written(len(ids))
        return gone

    async def learn(self, sessions: tuple[FinishedSession, ...], after: Mark, mark: Mark) -> Mark:
        return self._memory.learn(sessions, after, mark)

    async def close(self) -> None:
        """Flush, and let others own the directory."""
        self._memory.save()
        await self._knowledge.close()
        if self._unflushed:
            await self._checkpoint()
        self._thread.shutdown(wait=True)
        if self._coming:
            with suppress(Exception):
                await self._coming.result().close()
        await self._standing.close()
        self._log.close()

    async def _searcher(self) -> Searcher:
        """Of the generation that answers now. A newer one is made ready in a thread, however long that takes."""
        if self._coming is None:
            if not is_current(self._directory, self._standing.opened.generation) and time.monotonic() >= self._next_try:
                self._coming = self._thread.submit(self._made_ready)
        elif self._coming.done():
            coming, self._coming = self._coming, None
            try:
                await self._switch(coming.result())
            except Exception as error:  # whatever it is, the shopper who asked has no part in it
                self._complain(error)
        return self._standing.searcher

    def _made_ready(self) -> _Standing:
        given = self._directory, self._log, self._embedder, self._ranker, self._reranker, self._memory, self._knowledge
        return asyncio.run(_standing(*given))

    async def _switch(self, coming: _Standing) -> None:
        try:
            _, late = await _replayed(coming.searcher, self._log, coming.position)
        except BaseException:
            await coming.close()
            raise
        earlier, self._standing = self._standing, coming
        self._unflushed = coming.behind + late
        self._complaint = ""
        self._thread.submit(self._retire, earlier, coming.opened.generation)

    def _retire(self, earlier: _Standing, generation: Path) -> None:
        with suppress(IndexFault):
            asyncio.run(earlier.close())
        sweep(self._directory, generation)

    def _complain(self, error: Exception) -> None:
        """The generation that is open goes on answering."""
        self._next_try = time.monotonic() + _PATIENCE_S
        if str(error) != self._complaint:
            self._complaint = str(error)
            print(f"retrieval: the new generation is not used: {error}", file=sys.stderr)

    async def _written(self, count: int) -> None:
        self._unflushed += count
        if self._unflushed >= _CHECKPOINT:
            await self._checkpoint()

    async def _checkpoint(self) -> None:
        """Make the generation safe without the log, so that a restart has little to write again. A disk that refuses
        is told and tried again later: the writes are in the log."""
        generation = self._standing.opened.generation
        self._unflushed = 0
        try:
            await self._standing.searcher.index.flush()
            note_applied(generation, self._log.position)
            self._log.forget(generation)
        except (IndexFault, OSError) as error:
            print(f"retrieval: the index could not be flushed: {error}", file=sys.stderr)


def _open(directory: Path, *, embedder: str | None = None) -> _Opened:
    """The index that serves in this directory. Raises IndexFault."""
    from retrieval.edge import EdgeIndex

    generation, meta, lock = claimed(directory, embedder=embedder)
    try:
        return _Opened(EdgeIndex.open(shard_of(generation), graph=meta.graph), generation, meta, lock)
    except IndexBroken as error:
        lock.release()
        if meta.built_by not in ("", versions()):
            fix = f"Run: python -m retrieval build --feed FEED --index {directory}"
            raise IndexMismatch(
                f"{generation} was built with {meta.built_by}; {versions()} cannot read it.", fix=fix
            ) from error
        raise
    except BaseException:
        lock.release()
        raise


async def _standing(
    directory: Path,
    log: WriteLog,
    embedder: str | None,
    ranker: Ranker | None,
    reranker: Reranker | None,
    memory: Memory,
    knowledge: Knowledge,
) -> _Standing:
    opened = _open(directory, embedder=embedder)
    try:
        held = open_embedder(opened.meta.embedder, threads=1)
        words = words_of(directory)
        searcher = searcher_of(
            opened.index,
            opened.meta,
            embedder=held,
            words=words,
            ranker=ranker,
            reranker=reranker,
            memory=memory,
            knowledge=knowledge,
        )
        position, behind = await _replayed(searcher, log, applied(opened.generation, opened.meta))
        await searcher.question("")  # reads the shop's words now, not in a shopper's search
    except BaseException:
        await opened.close()
        raise
    return _Standing(opened, searcher, position, behind)


async def _replayed(searcher: Searcher, log: WriteLog, position: int) -> tuple[int, int]:
    """Writes again what the log holds after this position: to do so twice changes nothing. Returns the position of the
    last write, and how many products were written."""
    count = 0
    for writes in _batches(log.after(position)):
        last: dict[str, Product | None] = {}
        for write in writes:
            last |= {product.id: product for product in write.products}
            last |= dict.fromkeys(write.deleted)
        await searcher.put(await searcher.encoded(tuple(product for product in last.values() if product)))
        await searcher.delete(tuple(id for id, product in last.items() if product is None))
        count, position = count + len(last), writes[-1].position
    return position, count


def _batches(writes: Iterator[Write]) -> Iterator[list[Write]]:
    while batch := list(islice(writes, _AT_ONCE)):
        yield batch


if TYPE_CHECKING:
    _: type[Retriever] = Keeper
