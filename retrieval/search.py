"""Searcher: words and constraints -> vector -> candidates (relaxed where it must be) -> ranked hits.

Implements query.Retriever in this process. The work is CPU-bound and done inside the call, so an event loop that
serves others asks it through worker.py. Knows nothing of processes, chat or the web.
"""

from collections import OrderedDict
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from retrieval.embed import Embedder, Vectors, open_embedder
from retrieval.generations import current, shard_of
from retrieval.index import Field, Found, ProductIndex
from retrieval.product import Product
from retrieval.query import Facets, Filters, RankContext, Relaxation, Retriever, SearchQuery, SearchResult
from retrieval.rank import LinearRanker, Ranker
from retrieval.relax import relaxed

_CANDIDATES = 60
_REMEMBERED = 512
_FIELD_OF: dict[str, Field] = {
    "price_min": "price",
    "price_max": "price",
    "categories": "categories",
    "brands": "brand",
    "rating_min": "rating",
    "in_stock": "availability",
}


class Searcher:
    """Finds and ranks products of one index. Not for use by two threads at once."""

    def __init__(self, *, embedder: Embedder, index: ProductIndex, ranker: Ranker | None = None) -> None:
        self._embedder = embedder
        self._index = index
        self._ranker = ranker or LinearRanker()
        self._query_vectors: OrderedDict[str, Vectors] = OrderedDict()
        self._known: dict[str, bool] = {}
        self._facets: dict[str, Facets] = {}

    async def search(self, query: SearchQuery, context: RankContext) -> SearchResult:
        filters, unknown = self._known_bounds(query.filters)
        anchors = self._index.vectors([anchor.product_id for anchor in context.anchors])
        text = query.text.strip()
        dropped: tuple[Relaxation, ...] = ()
        found = self._found(text, filters, context, anchors)
        if not found:
            # Counting costs as much as searching, so it is kept for when there is something to relax.
            filters, dropped = relaxed(filters, self._index.count)
            found = self._found(text, filters, context, anchors) or self._index.listed(filters, _CANDIDATES)
        hits = self._ranker.rank(found, context, anchors, has_words=bool(text))
        return SearchResult(hits=hits, relaxed=dropped, unknown_fields=unknown)

    async def get(self, ids: tuple[str, ...], filters: Filters | None = None) -> tuple[Product, ...]:
        return self._index.get(ids, filters)

    async def facets(self, filters: Filters | None = None) -> Facets:
        key = filters.model_dump_json() if filters else ""
        if key not in self._facets:
            if len(self._facets) >= _REMEMBERED:
                self._facets.clear()
            self._facets[key] = self._index.facets(filters)
        return self._facets[key]

    async def page(self, offset: int, limit: int, filters: Filters | None = None) -> tuple[Product, ...]:
        return self._index.page(offset, limit, filters)

    async def upsert(self, products: tuple[Product, ...]) -> int:
        vectors = self._embedder.embed_documents([product.document for product in products])
        self._forget()
        return self._index.upsert(products, vectors)

    async def delete(self, ids: tuple[str, ...]) -> int:
        self._forget()
        return self._index.delete(ids)

    def replace_index(self, index: ProductIndex) -> None:
        """Search this index from now on; the earlier one is closed."""
        earlier, self._index = self._index, index
        self._forget()
        earlier.close()

    def close(self) -> None:
        self._index.close()

    def _found(
        self, text: str, filters: Filters, context: RankContext, anchors: dict[str, Vectors]
    ) -> tuple[Found, ...]:
        limit = max(_CANDIDATES, context.limit)
        if text:
            return self._index.search(text, self._query_vector(text), filters, limit)
        if context.prefer:
            return self._index.listed(filters, limit, context.prefer) or self._index.listed(filters, limit)
        liked = [anchor for anchor in context.anchors if anchor.weight > 0 and anchor.product_id in anchors]
        if liked:
            middle = np.sum([anchor.weight * anchors[anchor.product_id] for anchor in liked], axis=0)
            if found := self._index.search("", middle / (np.linalg.norm(middle) or 1.0), filters, limit):
                return found
        return self._index.listed(filters, limit)

    def _query_vector(self, text: str) -> Vectors:
        if text in self._query_vectors:
            self._query_vectors.move_to_end(text)
        else:
            self._query_vectors[text] = self._embedder.embed_query(text)
            if len(self._query_vectors) > _REMEMBERED:
                self._query_vectors.popitem(last=False)
        return self._query_vectors[text]

    def _known_bounds(self, filters: Filters) -> tuple[Filters, tuple[str, ...]]:
        """The filters without bounds on fields that no product of the shop has, and the names of those bounds."""
        update: dict[str, object] = {}
        for bound, field in _FIELD_OF.items():
            unset = Filters.model_fields[bound].get_default()
            if getattr(filters, bound) != unset and not self._has(field):
                update[bound] = unset
        strange = [name for name in filters.attributes if not self._has_attribute(name)]
        if strange:
            update["attributes"] = {name: held for name, held in filters.attributes.items() if name not in strange}
        named = [bound for bound in update if bound != "attributes"] + [f"attributes.{name}" for name in strange]
        return (filters.model_copy(update=update) if update else filters), tuple(named)

    def _has(self, field: Field) -> bool:
        if field not in self._known:
            self._known[field] = self._index.has(field)
        return self._known[field]

    def _has_attribute(self, name: str) -> bool:
        key = f"attributes.{name}"
        if key not in self._known:
            self._known[key] = self._index.has_attribute(name)
        return self._known[key]

    def _forget(self) -> None:
        self._known.clear()
        self._facets.clear()


def open_index(directory: Path, *, embedder: str | None = None) -> tuple[ProductIndex, Path, str]:
    """The index that serves in this directory, its generation, and its embedder's name. Raises IndexFault."""
    from retrieval.edge import EdgeIndex

    generation, meta = current(directory, embedder=embedder)
    return EdgeIndex.open(shard_of(generation), mean_words=meta.mean_words), generation, meta.embedder


def open_searcher(directory: Path, *, embedder: str | None = None, threads: int = 1) -> Searcher:
    """A Searcher over this directory, with the embedder that built it. Raises IndexFault, EmbedderError."""
    index, _, name = open_index(directory, embedder=embedder)
    return Searcher(embedder=open_embedder(name, threads=threads), index=index)


if TYPE_CHECKING:
    _: type[Retriever] = Searcher
