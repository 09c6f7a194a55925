"""The shared engine: ProductIndex on a collection of a Qdrant server or cluster.

A write has been acknowledged when it is in the server's log and searchable. `nearest` is one round trip, whatever it
asks. Knows nothing of generations.
"""

import asyncio
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, cast

import numpy as np
from qdrant_client import models

from retrieval.conditions import Among, Conditions, conditions, known, named, priced
from retrieval.embed import Vectors
from retrieval.index import DENSE, SPARSE, Ask, Field, Held, Order, ProductIndex, Stored, digest_of, point_id
from retrieval.lexical import Sparse
from retrieval.payload import KINDS, counts, facets_of, payload
from retrieval.product import Product
from retrieval.query import Facets, Filters, IndexBroken, ValueRange
from retrieval.server.filters import filter_of
from retrieval.server.link import Link, rebuild

_BATCH = 256
"""Points a request: 2 MB of JSON for their vectors with 384 dimensions, where the server takes 32 MB."""
_SEARCH_SECONDS = 4
_COUNT_SECONDS = 8
"""Until a count over the whole shop is given up. Writes have the link's own time."""
_FACET_LIMIT = 20_000
_WORD_LIMIT = 500_000
_PARAMS = models.SearchParams(hnsw_ef=512, quantization=models.QuantizationSearchParams(rescore=True))


class ServerIndex:
    """Products in one collection. Any number of processes may have it open."""

    def __init__(self, link: Link, collection: str) -> None:
        self._link = link
        self._name = collection

    @classmethod
    async def create(
        cls, link: Link, collection: str, *, dimensions: int, metadata: Mapping[str, Any] | None = None
    ) -> "ServerIndex":
        """A new, empty collection. Raises IndexFault, also where there is one of this name."""
        dense = models.VectorParams(
            size=dimensions,
            distance=models.Distance.DOT,
            quantization_config=models.ScalarQuantization(
                scalar=models.ScalarQuantizationConfig(type=models.ScalarType.INT8, always_ram=True)
            ),
        )
        await link.ask(
            lambda client: client.create_collection(
                collection,
                vectors_config={DENSE: dense},
                sparse_vectors_config={SPARSE: models.SparseVectorParams(modifier=models.Modifier.IDF)},
                hnsw_config=models.HnswConfigDiff(m=16, ef_construct=128),
                metadata=dict(metadata or {}),
            )
        )
        for key, kind in KINDS.items():
            schema = models.PayloadSchemaType(kind)
            await link.ask(
                lambda client, key=key, schema=schema: client.create_payload_index(collection, key, schema, wait=True)
            )
        return cls(link, collection)

    async def upsert(self, stored: Sequence[Stored]) -> None:
        points = [
            models.PointStruct(
                id=point_id(each.product.id),
                vector=_vectors(each),
                payload=payload(each.product, each.digest),
            )
            for each in stored
        ]
        for start in range(0, len(points), _BATCH):
            batch = points[start : start + _BATCH]
            await self._link.ask(lambda client, batch=batch: client.upsert(self._name, batch, wait=True))

    async def restate(self, products: Sequence[Product]) -> None:
        for start in range(0, len(products), _BATCH):
            operations = [
                models.OverwritePayloadOperation(
                    overwrite_payload=models.SetPayload(
                        payload=payload(each, digest_of(each.document)), points=[point_id(each.id)]
                    )
                )
                for each in products[start : start + _BATCH]
            ]
            await self._link.ask(
                lambda client, operations=operations: client.batch_update_points(self._name, operations, wait=True)
            )

    async def digests(self, ids: Sequence[str]) -> dict[str, str]:
        points = {point_id(each): each for each in ids}
        records = await self._retrieved(list(points), ["digest"], False)
        return {points[cast(int, each.id)]: str((each.payload or {}).get("digest", "")) for each in records}

    async def delete(self, ids: Sequence[str]) -> int:
        points = list({point_id(each) for each in ids})
        there = len(await self._retrieved(points, False, False))
        if there:
            selector = models.PointIdsList(points=cast(list[Any], points))
            await self._link.ask(lambda client: client.delete(self._name, selector, wait=True))
        return there

    async def nearest(self, asks: Sequence[Ask]) -> list[dict[int, float]]:
        requests = [
            models.QueryRequest(
                query=_sparse(ask.vector) if isinstance(ask.vector, Sparse) else ask.vector.tolist(),
                using=ask.using,
                limit=ask.limit,
                filter=filter_of(
                    conditions(ask.filters) if ask.among is None else conditions(ask.filters) & Among(ask.among)
                ),
                params=_PARAMS if ask.using == DENSE else None,
            )
            for ask in asks
        ]
        if not requests:
            return []
        answers = await self._link.ask(
            lambda client: client.query_batch_points(self._name, requests, timeout=_SEARCH_SECONDS)
        )
        return [{cast(int, point.id): point.score for point in answer.points} for answer in answers]

    async def fetch(self, points: Sequence[int]) -> dict[int, Held]:
        records = await self._retrieved(points, ["product"], [DENSE])
        return {cast(int, each.id): Held(_product(each), _vector(each)) for each in records}

    async def listed(self, filters: Filters, limit: int, order: Order | None = None) -> list[Held]:
        by = {
            None: None,
            "cheap": models.OrderBy(key="price", direction=models.Direction.ASC),
            "rating": models.OrderBy(key="rating", direction=models.Direction.DESC),
        }[order]
        records = await self._scrolled(conditions(filters), limit, ["product"], [DENSE], by)
        return [Held(_product(each), _vector(each)) for each in records]

    async def get(self, ids: Sequence[str], filters: Filters | None = None) -> tuple[Product, ...]:
        wanted = [point_id(each) for each in dict.fromkeys(ids)]
        if not wanted:
            return ()
        where = conditions(filters) & Among(frozenset(wanted))
        records = await self._scrolled(where, len(wanted), ["product"], False)
        held = {each.id: _product(each) for each in records}
        return tuple(held[each] for each in wanted if each in held)

    async def vectors(self, ids: Sequence[str]) -> dict[str, Vectors]:
        points = {point_id(each): each for each in ids}
        records = await self._retrieved(list(points), False, [DENSE])
        return {points[cast(int, each.id)]: _vector(each) for each in records}

    async def page(self, offset: int, limit: int, filters: Filters | None = None) -> tuple[Product, ...]:
        where = filter_of(conditions(filters))
        answer = await self._link.ask(
            lambda client: client.query_points(
                self._name,
                query_filter=where,
                limit=limit,
                offset=offset,
                with_payload=["product"],
                timeout=_SEARCH_SECONDS,
            )
        )
        return tuple(_product(each) for each in answer.points)

    async def facets(self, filters: Filters | None = None) -> Facets:
        where = conditions(filters)
        counted = ("category_shown", "brand_shown", "choice_shown", "currency", "availability")
        # Asked at the same time: a facet over a whole shop takes the server longer than a search does.
        count, rated, (categories, brands, choices, currencies, availability) = await asyncio.gather(
            self._count(where),
            self._count(where & known("rating")),
            asyncio.gather(*(self._facet(key, where) for key in counted)),
        )
        prices = await asyncio.gather(*(self._prices(code, where) for code in currencies))
        return facets_of(
            count=count,
            categories=categories,
            brands=brands,
            choices=choices,
            prices=dict(zip(currencies, prices, strict=True)),
            availability=availability,
            rated=rated,
        )

    async def words(self) -> Mapping[str, int]:
        return await self._facet("word", Conditions(), _WORD_LIMIT)

    async def count(self, filters: Filters | None = None) -> int:
        return await self._count(conditions(filters))

    async def has(self, field: Field) -> bool:
        return await self._count(Conditions((known(field),))) > 0

    async def has_attribute(self, name: str) -> bool:
        return await self._count(Conditions((named(name),))) > 0

    async def settle(self, every: float = 1.0) -> None:
        """Returns when the server has built its graphs and a search is as fast as it will be. `every`: seconds between
        looks. Raises IndexFault."""
        while True:
            info = await self._link.ask(lambda client: client.get_collection(self._name))
            if info.status == models.CollectionStatus.RED:
                raise IndexBroken(
                    f"{self._link.shown}: the server cannot index {self._name}: {info.optimizer_status}.",
                    fix=f"See the Qdrant server's log. {rebuild(self._link.shown)}",
                )
            if info.status != models.CollectionStatus.YELLOW:
                return
            await asyncio.sleep(every)

    async def flush(self) -> None:
        """Nothing to do: an acknowledged write is in the server's log."""

    async def close(self) -> None:
        await self._link.close()

    async def _retrieved(
        self, points: Sequence[int], fields: list[str] | bool, vectors: list[str] | bool
    ) -> list[models.Record]:
        if not points:
            return []
        return await self._link.ask(
            lambda client: client.retrieve(
                self._name, list(points), with_payload=fields, with_vectors=vectors, timeout=_SEARCH_SECONDS
            )
        )

    async def _scrolled(
        self,
        where: Conditions,
        limit: int,
        fields: list[str],
        vectors: list[str] | bool,
        by: models.OrderBy | None = None,
    ) -> list[models.Record]:
        records, _ = await self._link.ask(
            lambda client: client.scroll(
                self._name,
                scroll_filter=filter_of(where),
                limit=limit,
                order_by=by,
                with_payload=fields,
                with_vectors=vectors,
                timeout=_SEARCH_SECONDS,
            )
        )
        return records

    async def _count(self, where: Conditions) -> int:
        answer = await self._link.ask(
            lambda client: client.count(self._name, filter_of(where), exact=True, timeout=_COUNT_SECONDS)
        )
        return answer.count

    async def _facet(self, key: str, where: Conditions, limit: int = _FACET_LIMIT) -> dict[str, int]:
        answer = await self._link.ask(
            lambda client: client.facet(
                self._name, key, filter_of(where), limit=limit, exact=True, timeout=_COUNT_SECONDS
            )
        )
        return counts(answer.hits)

    async def _prices(self, currency: str, where: Conditions) -> ValueRange:
        within = where & priced(currency)
        ends: list[float] = []
        for direction in (models.Direction.ASC, models.Direction.DESC):
            records = await self._scrolled(
                within, 1, ["price"], False, models.OrderBy(key="price", direction=direction)
            )
            ends.append(float((records[0].payload or {})["price"]))
        return ValueRange(low=ends[0], high=ends[1], count=await self._count(within))


def _vectors(stored: Stored) -> dict[str, Any]:
    # A product without words has no sparse vector, so that no engine counts it among the documents of the IDF.
    words = {SPARSE: _sparse(stored.sparse)} if stored.sparse.indices else {}
    return {DENSE: stored.dense.tolist(), **words}


def _sparse(held: Sparse) -> models.SparseVector:
    return models.SparseVector(indices=held.indices, values=held.values)


def _product(record: models.Record | models.ScoredPoint) -> Product:
    return Product.model_validate_json((record.payload or {})["product"])


def _vector(record: models.Record) -> Vectors:
    return np.asarray(cast(dict[str, Any], record.vector)[DENSE], dtype=np.float32)


if TYPE_CHECKING:
    _: type[ProductIndex] = ServerIndex
