"""The embedded engine: ProductIndex on Qdrant Edge.

Two traps of the engine. `optimize()` and long queries hold the GIL: optimise only in a build's own process. A directory
has one owner at a time: a second one gets IndexLocked.
"""

from array import array
from collections.abc import Callable, Generator, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar, cast

import numpy as np
import qdrant_edge as edge

from retrieval.conditions import Among, Conditions, OneOf, Test, Within, conditions, known, named, priced
from retrieval.embed import Vectors
from retrieval.index import DENSE, SPARSE, Ask, Field, Held, Order, ProductIndex, Stored, digest_of, point_id
from retrieval.lexical import Sparse
from retrieval.payload import KINDS, counts, facets_of, payload
from retrieval.product import Product
from retrieval.query import Facets, Filters, IndexBroken, IndexFault, IndexLocked, ValueRange

_FACET_LIMIT = 20_000
_WORD_LIMIT = 500_000
# The graph over int8 vectors, searched this wide and the best rescored by the exact ones, finds .998 of the best ten of
# 100,000 titles in 1 ms; over exact vectors that took 2 ms, and to compare them all 11 ms.
_WIDTH, _LEAST_WIDTH = 5, 192
_RESCORED = edge.QuantizationSearchParams(rescore=True, oversampling=2.0)
_TRIED, _DEPTH, _ENOUGH, _SAME = 200, 10, 0.99, 1e-5
_KINDS = {
    "integer": edge.PayloadSchemaType.Integer,
    "float": edge.PayloadSchemaType.Float,
    "keyword": edge.PayloadSchemaType.Keyword,
}

_T = TypeVar("_T")


class EdgeIndex:
    """Products in one directory on disk, owned by this process. The engine answers inside the call: nothing awaits."""

    def __init__(self, shard: edge.EdgeShard, *, graph: bool = False) -> None:
        """`graph`: search the graph instead of comparing every vector."""
        self._shard = shard
        self._graph = graph

    @classmethod
    def create(cls, path: Path, *, dimensions: int) -> "EdgeIndex":
        """A new, empty index."""
        config = edge.EdgeConfig(
            vectors={
                DENSE: edge.EdgeVectorParams(
                    size=dimensions,
                    distance=edge.Distance.Dot,
                    quantization_config=edge.ScalarQuantizationConfig(
                        edge.ScalarType.Int8, quantile=0.99, memory=edge.Memory.Pinned
                    ),
                )
            },
            sparse_vectors={SPARSE: edge.EdgeSparseVectorParams(modifier=edge.Modifier.Idf)},
            hnsw_config=edge.HnswIndexConfig(m=16, ef_construct=128, full_scan_threshold=10_000),
            payload_memory=edge.Memory.Cached,
        )
        with _converted(path):
            path.mkdir(parents=True, exist_ok=True)
            shard = edge.EdgeShard.create(str(path), config)
            for key, kind in KINDS.items():
                shard.update(edge.UpdateOperation.create_field_index(key, _KINDS[kind]))
        return cls(shard)

    @classmethod
    def open(cls, path: Path, *, graph: bool = False) -> "EdgeIndex":
        """The index in this directory; `graph` as `optimize` gave it. Raises IndexLocked, IndexBroken."""
        with _converted(path):
            return cls(edge.EdgeShard.load(str(path)), graph=graph)

    async def upsert(self, stored: Sequence[Stored]) -> None:
        points = [
            edge.Point(
                id=point_id(each.product.id),
                vector={
                    DENSE: each.dense.tolist(),
                    SPARSE: edge.SparseVector(each.sparse.indices, each.sparse.values),
                },
                payload=payload(each.product, each.digest),
            )
            for each in stored
        ]
        if points:
            self._do(lambda: self._shard.update(edge.UpdateOperation.upsert_points(points)))

    async def restate(self, products: Sequence[Product]) -> None:
        for product in products:
            held = payload(product, digest_of(product.document))
            operation = edge.UpdateOperation.overwrite_payload([point_id(product.id)], held)
            self._do(lambda operation=operation: self._shard.update(operation))

    async def digests(self, ids: Sequence[str]) -> dict[str, str]:
        points = {point_id(each): each for each in ids}
        records = self._do(lambda: self._shard.retrieve(list(points), ["digest"], False)) if points else []
        return {points[cast(int, each.id)]: str((each.payload or {}).get("digest", "")) for each in records}

    async def delete(self, ids: Sequence[str]) -> int:
        points = list({point_id(each) for each in ids})
        there = len(self._do(lambda: self._shard.retrieve(cast(list[Any], points), False, False)))
        self._do(lambda: self._shard.update(edge.UpdateOperation.delete_points(cast(list[Any], points))))
        return there

    async def nearest(self, asks: Sequence[Ask]) -> list[dict[int, float]]:
        requests = [
            edge.QueryRequest(
                limit=ask.limit,
                query=edge.Query.Nearest(
                    edge.SparseVector(ask.vector.indices, ask.vector.values)
                    if isinstance(ask.vector, Sparse)
                    else ask.vector.tolist(),
                    using=ask.using,
                ),
                filter=_filter(
                    conditions(ask.filters) if ask.among is None else conditions(ask.filters) & Among(ask.among)
                ),
                params=_params(ask.limit, self._graph),
            )
            for ask in asks
        ]
        if not requests:
            return []
        answers = self._do(lambda: self._shard.query_batch(edge.QueryBatchRequest(requests)))
        return [{cast(int, point.id): point.score for point in answer} for answer in answers]

    async def fetch(self, points: Sequence[int]) -> dict[int, Held]:
        if not points:
            return {}
        records = self._do(lambda: self._shard.retrieve(cast(list[Any], list(points)), ["product"], [DENSE]))
        return {cast(int, each.id): Held(_product(each), _vector(each)) for each in records}

    async def listed(self, filters: Filters, limit: int, order: Order | None = None) -> list[Held]:
        by = {
            None: None,
            "cheap": edge.OrderBy("price", edge.Direction.Asc),
            "rating": edge.OrderBy("rating", edge.Direction.Desc),
        }[order]
        request = edge.ScrollRequest(
            limit=limit, filter=_filter(conditions(filters)), order_by=by, with_payload=["product"], with_vector=[DENSE]
        )
        records, _ = self._do(lambda: self._shard.scroll(request))
        return [Held(_product(each), _vector(each)) for each in records]

    async def get(self, ids: Sequence[str], filters: Filters | None = None) -> tuple[Product, ...]:
        wanted = [point_id(each) for each in dict.fromkeys(ids)]
        if not wanted:
            return ()
        request = edge.ScrollRequest(
            limit=len(wanted), filter=_filter(conditions(filters) & Among(frozenset(wanted))), with_payload=["product"]
        )
        records, _ = self._do(lambda: self._shard.scroll(request))
        held = {each.id: _product(each) for each in records}
        return tuple(held[each] for each in wanted if each in held)

    async def vectors(self, ids: Sequence[str]) -> dict[str, Vectors]:
        points = {point_id(each): each for each in ids}
        records = self._do(lambda: self._shard.retrieve(list(points), False, [DENSE])) if points else []
        return {points[cast(int, each.id)]: _vector(each) for each in records}

    async def page(self, offset: int, limit: int, filters: Filters | None = None) -> tuple[Product, ...]:
        request = edge.QueryRequest(
            limit=limit, offset=offset, filter=_filter(conditions(filters)), with_payload=["product"]
        )
        return tuple(_product(each) for each in self._do(lambda: self._shard.query(request)))

    async def count(self, filters: Filters | None = None) -> int:
        return self._count(conditions(filters))

    async def has(self, field: Field) -> bool:
        return self._count(Conditions((known(field),))) > 0

    async def has_attribute(self, name: str) -> bool:
        return self._count(Conditions((named(name),))) > 0

    async def facets(self, filters: Filters | None = None) -> Facets:
        where = conditions(filters)
        return facets_of(
            count=self._count(where),
            categories=self._facet("category_shown", where),
            brands=self._facet("brand_shown", where),
            choices=self._facet("choice_shown", where),
            prices={code: self._prices(code, where) for code in self._facet("currency", where)},
            availability=self._facet("availability", where),
            rated=self._count(where & known("rating")),
        )

    async def words(self) -> Mapping[str, int]:
        return self._facet("word", Conditions(), _WORD_LIMIT)

    def export(self) -> Iterator[tuple[Product, Vectors, Sparse]]:
        """Every product with its vectors, in a stable order: what another engine needs to hold the same."""
        after: Any = None
        while True:
            request = edge.ScrollRequest(offset=after, limit=500, with_payload=["product"], with_vector=True)
            records, after = self._do(lambda request=request: self._shard.scroll(request))
            for each in records:
                sparse = cast(dict[str, Any], each.vector)[SPARSE]
                yield _product(each), _vector(each), Sparse(list(sparse.indices), list(sparse.values))
            if after is None:
                return

    def optimize(self) -> bool:
        """Merge segments and build their HNSW graphs. Freezes this whole process for as long as it takes.

        Returns whether the graph finds 99 of 100 of the ten nearest of products all over the index. Where it does not
        (vectors without structure), to compare them all is faster than a graph search that does.
        """
        self._do(self._shard.optimize)
        everywhere = edge.ScrollRequest(limit=self._do(self._shard.info).points_count, with_payload=False)
        records, _ = self._do(lambda: self._shard.scroll(everywhere))
        some = [each.id for each in records[:: max(1, len(records) // _TRIED)]]
        if not some:
            return False
        vectors = [_vector(each) for each in self._do(lambda: self._shard.retrieve(some, False, [DENSE]))]
        found = [
            # By their scores, since of many alike any is as good.
            sum(score >= best[-1] - _SAME for score in graph) / len(best)
            for graph, best in zip(self._tried(vectors, True), self._tried(vectors, False), strict=True)
        ]
        return float(np.mean(found)) >= _ENOUGH

    def _tried(self, vectors: Sequence[Vectors], graph: bool) -> list[list[float]]:
        requests = [
            edge.QueryRequest(
                limit=_DEPTH, query=edge.Query.Nearest(each.tolist(), using=DENSE), params=_params(_DEPTH, graph)
            )
            for each in vectors
        ]
        answers = self._do(lambda: self._shard.query_batch(edge.QueryBatchRequest(requests)))
        return [[point.score for point in answer] for answer in answers]

    async def flush(self) -> None:
        """Everything written so far is on disk when this returns."""
        self._do(self._shard.flush)

    async def close(self) -> None:
        self._do(self._shard.close)

    def _count(self, where: Conditions) -> int:
        return self._do(lambda: self._shard.count(edge.CountRequest(exact=True, filter=_filter(where))))

    def _facet(self, key: str, where: Conditions, limit: int = _FACET_LIMIT) -> dict[str, int]:
        request = edge.FacetRequest(key, limit=limit, exact=True, filter=_filter(where))
        hits = self._do(lambda: self._shard.facet(request)).hits
        return counts(hits)

    def _prices(self, currency: str, where: Conditions) -> ValueRange:
        within = where & priced(currency)
        ends: list[float] = []
        for direction in (edge.Direction.Asc, edge.Direction.Desc):
            by = edge.OrderBy("price", direction)
            request = edge.ScrollRequest(limit=1, filter=_filter(within), order_by=by, with_payload=["price"])
            records, _ = self._do(lambda request=request: self._shard.scroll(request))
            ends.append(float((records[0].payload or {})["price"]))
        return ValueRange(low=ends[0], high=ends[1], count=self._count(within))

    def _do(self, work: Callable[[], _T]) -> _T:
        with _converted(None):
            return work()


@contextmanager
def _converted(path: Path | None) -> Generator[None]:
    """The engine raises bare `Exception`s; only their words tell them apart."""
    try:
        yield
    except IndexFault:
        raise
    except Exception as error:
        where = f"The index in {path}" if path else "The index"
        if "WouldBlock" in str(error):
            raise IndexLocked(
                f"{where} is in use by another process.", fix="Stop the shop or the build that has it open."
            ) from error
        if "No space left" in str(error):
            raise IndexFault("The disk is full.", fix="Free some space, then do it again.") from error
        raise IndexBroken(f"{where} cannot be used: {error}.", fix="Build it again.") from error


def _params(limit: int, graph: bool) -> edge.SearchParams:
    if not graph:
        return edge.SearchParams(exact=True)
    return edge.SearchParams(hnsw_ef=max(_LEAST_WIDTH, _WIDTH * limit), quantization=_RESCORED)


def _filter(held: Conditions) -> edge.Filter | None:
    """The engine's form of these conditions; None where there are none."""
    if not held:
        return None
    must, must_not = ([_condition(test) for test in tests] or None for tests in (held.must, held.must_not))
    return edge.Filter(must=must, must_not=must_not)


def _condition(test: Test) -> Any:
    if isinstance(test, OneOf):
        return edge.FieldCondition(test.key, match=edge.MatchAny(list(test.values)))
    if isinstance(test, Within):
        return edge.FieldCondition(test.key, range=edge.RangeFloat(gte=test.low, lte=test.high))
    if isinstance(test, Among):
        return edge.HasIdCondition(set(test.points))
    return edge.Filter(must_not=[edge.IsEmptyCondition(test.key)])


def _product(record: edge.Record | edge.ScoredPoint) -> Product:
    return Product.model_validate_json((record.payload or {})["product"])


def _vector(record: edge.Record) -> Vectors:
    # Through `array`, numpy reads a list of floats four times as fast.
    return np.frombuffer(array("f", cast(dict[str, Any], record.vector)[DENSE]), dtype=np.float32)


if TYPE_CHECKING:
    _: type[ProductIndex] = EdgeIndex
