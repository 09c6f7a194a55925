"""What search is compared with: raw hnswlib, and qdrant-client's local mode. Each holds what it is given, in memory.

Knows nothing of how they are timed. Their libraries are imported only where a peer is made.
"""

import warnings
from collections.abc import Iterable, Sequence
from itertools import islice
from typing import Any

import numpy as np

from eval.errors import PeerMissing
from retrieval.embed import Vectors
from retrieval.lexical import Sparse
from retrieval.product import Product
from retrieval.query import Filters

_BATCH = 500
_POOL = 100


class Hnsw:
    """Raw hnswlib over vectors, by place: a graph and nothing else, no products and no filters."""

    def __init__(self, vectors: Vectors, *, m: int = 16, ef_construction: int = 128) -> None:
        """Raises PeerMissing."""
        try:
            import hnswlib
        except ImportError as error:
            fix = "Run `pip install hnswlib` (it needs a C++ compiler)."
            raise PeerMissing("hnswlib is not installed.", fix=fix) from error
        library: Any = hnswlib
        self._graph = library.Index(space="ip", dim=vectors.shape[1])
        self._graph.init_index(max_elements=len(vectors), ef_construction=ef_construction, M=m, random_seed=1)
        self._graph.add_items(vectors, np.arange(len(vectors)))
        self._graph.set_num_threads(1)

    def search(self, vector: Vectors, limit: int) -> list[int]:
        """Places of the nearest, nearest first. `limit` is at most the ef."""
        places, _ = self._graph.knn_query(vector, k=limit)
        return [int(each) for each in places[0]]

    def set_ef(self, ef: int) -> None:
        """How many candidates a search keeps: more is slower and finds more."""
        self._graph.set_ef(ef)


class LocalMode:
    """qdrant-client's local mode over products with their vectors, and their words where there are any."""

    def __init__(self, held: Iterable[tuple[Product, Vectors, Sparse | None]], *, dimensions: int) -> None:
        from qdrant_client import QdrantClient, models

        self._client = QdrantClient(":memory:")
        self._client.create_collection(
            "products",
            vectors_config={"dense": models.VectorParams(size=dimensions, distance=models.Distance.DOT)},
            sparse_vectors_config={"sparse": models.SparseVectorParams(modifier=models.Modifier.IDF)},
        )
        stored = enumerate(held)
        with warnings.catch_warnings():
            # It advises against this many points in local mode; how it copes is what is measured.
            warnings.simplefilter("ignore", UserWarning)
            while batch := list(islice(stored, _BATCH)):
                self._client.upsert("products", [_point(at, *each) for at, each in batch])

    def search(self, vector: Vectors, filters: Filters, limit: int) -> None:
        """The nearest products by vector alone."""
        self._client.query_points(
            "products", query=vector.tolist(), using="dense", limit=limit, query_filter=_filter(filters)
        )

    def hybrid(self, vector: Vectors | None, words: Sparse | None, filters: Filters, limit: int) -> None:
        """Both sides, and the fusion of their ranks."""
        from qdrant_client import models

        where = _filter(filters)
        parts: list[tuple[str, Any]] = [("dense", vector.tolist())] if vector is not None else []
        if words is not None and words.indices:
            parts.append(("sparse", models.SparseVector(indices=words.indices, values=words.values)))
        self._client.query_points(
            "products",
            prefetch=[models.Prefetch(query=part, using=name, limit=_POOL, filter=where) for name, part in parts],
            query=models.FusionQuery(fusion=models.Fusion.RRF),
            limit=limit,
            with_vectors=["dense"],
        )

    def close(self) -> None:
        self._client.close()


def _point(at: int, product: Product, dense: Vectors, words: Sparse | None) -> Any:
    from qdrant_client import models

    payload = {
        "product": product.model_dump_json(exclude_defaults=True),
        "brand": product.brand,
        "categories": list(product.categories),
        "price": product.price.amount if product.price else None,
        "currency": product.price.currency if product.price else None,
        "availability": product.availability,
    }
    vector: dict[str, Any] = {"dense": dense.tolist()}
    if words is not None:
        vector["sparse"] = models.SparseVector(indices=words.indices, values=words.values)
    return models.PointStruct(id=at, vector=vector, payload=payload)


def _filter(filters: Filters) -> Any:
    """The same filters in its own words, of the fields that speed is measured with."""
    from qdrant_client import models

    def among(key: str, values: Sequence[str]) -> models.FieldCondition:
        return models.FieldCondition(key=key, match=models.MatchAny(any=list(values)))

    must: list[Any] = []
    must_not: list[Any] = [among("availability", ["out_of_stock"])]
    if filters.brands:
        must.append(among("brand", filters.brands))
    if filters.categories:
        must.append(among("categories", filters.categories))
    if filters.price_max is not None:
        must.append(models.FieldCondition(key="price", range=models.Range(lte=filters.price_max)))
        must.append(among("currency", [filters.currency or ""]))
    if filters.exclude_brands:
        must_not.append(among("brand", filters.exclude_brands))
    return models.Filter(must=must, must_not=must_not)
