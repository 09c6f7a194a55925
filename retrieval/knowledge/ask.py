"""Knowledge: questions to the shop's pages and to what is said of a product, answered by passages or not at all.

Knows nothing of where pages are kept, of shoppers or of chat.
"""

import math
import sys
import time
from typing import Protocol

from retrieval.embed import Embedder, open_embedder
from retrieval.knowledge.evidence import Unit, judged
from retrieval.knowledge.pages import Pages, PageSet
from retrieval.knowledge.passage import PassageHit
from retrieval.knowledge.recall import Recalled
from retrieval.knowledge.sentences import sentences
from retrieval.knowledge.statements import Statement, statements
from retrieval.knowledge.support import Supports, shipped
from retrieval.knowledge.terms import Terms
from retrieval.lexical import Analyzer
from retrieval.product import Product
from retrieval.query import IndexFault, PassagesError

_LOOKED_AT = 80
"""Units of a product that are judged; of more, those that share the most with the question. An embedder takes 0.01 s
for each that it has not seen lately."""
_ALSO = 0.5
"""The score from which a second unit comes back with the best."""
_LONGEST_QUESTION = 1000


class PageStore(Protocol):
    """Where pages are kept. Every method may raise IndexFault."""

    async def mark(self) -> str | None:
        """Which build is there now; None: there is none."""
        ...

    async def load(self) -> PageSet:
        """What is there."""
        ...

    async def close(self) -> None: ...


class Knowledge:
    """What a shop can be asked. Not for two threads at once."""

    def __init__(self, store: PageStore | None = None, supports: Supports | None = None, *, every: float = 0.0) -> None:
        """Without a store there are no pages. `every`: seconds between two looks whether there was another build."""
        self._store = store
        self._every = every
        self._looked = -math.inf
        self._supports = supports or shipped()
        self._mark: str | None = None
        self._pages: Pages | None = None
        self._own: Embedder | None = None
        self._recalled: Recalled | None = None
        self._terms: tuple[Analyzer, Terms] | None = None

    async def passages(
        self, question: str, embedder: Embedder, analyzer: Analyzer, limit: int
    ) -> tuple[PassageHit, ...]:
        """As Retriever.passages. A build that cannot be used is told, and the one before goes on answering."""
        await self._look(analyzer)
        if self._pages is None or not question.strip():
            return ()
        embedder = self._embedder(self._pages.held.embedder, embedder)
        return self._pages.answers(question[:_LONGEST_QUESTION], embedder, self._supports, limit)

    def evidence(
        self, question: str, product: Product, embedder: Embedder, analyzer: Analyzer, limit: int
    ) -> tuple[PassageHit, ...]:
        """As Retriever.evidence. Raises EmbedderError."""
        question, terms = question[:_LONGEST_QUESTION], self._terms_of(analyzer)
        units = _units(question, product, terms)
        if not units or not question.strip():
            return ()
        if self._recalled is None or self._recalled.embedder is not embedder:
            self._recalled = Recalled(embedder)
        held = [unit for _, unit in units]
        verdict = judged(question, product.title, held, terms, self._recalled, self._supports)
        if not verdict.supported:
            return ()
        hits = [
            PassageHit(passage=statement.passage, sentence=unit.text, score=score, kind=statement.kind)
            for (statement, unit), score in zip(units, verdict.scores.tolist(), strict=True)
        ]
        best, *others = sorted(hits, key=lambda hit: -hit.score)
        return (best, *(hit for hit in others if hit.score >= _ALSO))[:limit]

    async def close(self) -> None:
        """Let go of where the pages are."""
        if self._store is not None:
            await self._store.close()

    async def _look(self, analyzer: Analyzer) -> None:
        """Takes up what a build has put into the store meanwhile."""
        if self._store is None or time.monotonic() - self._looked < self._every:
            return
        self._looked = time.monotonic()
        try:
            mark = await self._store.mark()
            if mark != self._mark:
                self._mark = mark
                self._pages = Pages(await self._store.load(), self._terms_of(analyzer)) if mark is not None else None
        except (IndexFault, PassagesError) as error:
            print(f"retrieval: the pages are not used: {error}", file=sys.stderr)

    def _terms_of(self, analyzer: Analyzer) -> Terms:
        if self._terms is None or self._terms[0] is not analyzer:
            self._terms = analyzer, Terms(analyzer)
        return self._terms[1]

    def _embedder(self, name: str, usual: Embedder) -> Embedder:
        """The one that embedded the pages. Where it is not the index's, one of their own is loaded."""
        if usual.name == name:
            return usual
        if self._own is None or self._own.name != name:
            self._own = open_embedder(name, threads=1)
        return self._own


def _units(question: str, product: Product, terms: Terms) -> list[tuple[Statement, Unit]]:
    found: list[tuple[Statement, Unit]] = []
    for statement in statements(product):
        passage, kind = statement.passage, statement.kind
        heading = passage.heading if kind == "answer" else ""
        texts = [passage.text] if kind == "attribute" else [each.text for each in sentences(passage.text)]
        found += [(statement, Unit(text, kind, heading)) for text in texts]
    if len(found) <= _LOOKED_AT:
        return found
    asked = set(terms.of(question)) - terms.function
    shared = [len(asked.intersection(terms.of(f"{unit.heading} {unit.text}"))) for _, unit in found]
    best = sorted(range(len(found)), key=lambda at: (-shared[at], at))[:_LOOKED_AT]
    return [found[at] for at in sorted(best)]
