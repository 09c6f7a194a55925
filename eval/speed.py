"""How fast is search: the production path through the worker, against qdrant-client's local mode on the same vectors.

Queries are words out of sampled titles, with filters on whatever fields the catalogue has. Knows nothing of quality.
"""

import random
import time
import warnings
from collections.abc import Callable, Generator, Sequence
from contextlib import contextmanager
from itertools import islice
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory
from typing import Any

import numpy as np

from eval.results import Figure, Results, figure, machine
from retrieval.build import Progress, build_in_child
from retrieval.edge import EdgeIndex
from retrieval.embed import Vectors, open_embedder
from retrieval.feeds import read_feed
from retrieval.generations import Meta, current, shard_of
from retrieval.product import Product
from retrieval.query import Filters, RankContext, SearchQuery
from retrieval.worker import WorkerRetriever

_BATCH = 500
_POOL = 100


async def speed(
    catalog: Path,
    *,
    limit: int | None = None,
    queries: int = 200,
    peer_queries: int = 10,
    index: Path | None = None,
    embedder: str = "minilm",
    say: Callable[[str], None] = print,
) -> Results:
    """Latencies in milliseconds, per arm: `production` embeds each query; `cached_query` finds its vector remembered;
    `qdrant_local` has it ready too. `times_faster` is the medians' ratio of the last two. Raises RetrievalError."""
    with _built(catalog, limit, index, embedder, say) as directory:
        generation, meta = current(directory)
        held = EdgeIndex.open(shard_of(generation), mean_words=meta.mean_words)
        try:
            asked = sampled_queries(held.page(0, 5000), queries)
            say(f"loading {meta.products:,} products into qdrant-client's local mode")
            peer = _peer_times(held, meta, asked[:peer_queries], say)
        finally:
            held.close()
        first, second = await _worker_times(directory, asked)
    arms = {"production": _percentiles(first), "cached_query": _percentiles(second), "qdrant_local": _percentiles(peer)}
    ratio = median(peer) / median(second[: len(peer)])
    arms["cached_query"]["times_faster"] = Figure(mean=ratio, low=ratio, high=ratio, n=len(peer))
    return Results(command="speed", data=catalog.parent.name, model=meta.embedder, machine=machine(), arms=arms)


def sampled_queries(products: Sequence[Product], count: int) -> list[SearchQuery]:
    """Words of titles with a filter that the product itself satisfies, of a kind that changes from query to query."""
    rng = random.Random(7)
    queries: list[SearchQuery] = []
    for number in range(count):
        product = rng.choice(products)
        words = product.title.split()
        start = rng.randrange(max(1, len(words) - 2))
        text = " ".join(words[start : start + rng.randint(2, 4)])[:200]
        other = rng.choice(products).brand
        kinds: list[Filters] = [Filters(exclude_brands=(other,))] if other else []
        if product.brand:
            kinds.append(Filters(brands=(product.brand,)))
        if product.categories:
            kinds.append(Filters(categories=(product.categories[0],)))
        if product.price:
            ceiling = product.price.amount * 2
            kinds.append(Filters(price_max=ceiling, currency=product.price.currency))
        queries.append(SearchQuery(text=text, filters=kinds[number % len(kinds)] if kinds else Filters()))
    return queries


async def _worker_times(directory: Path, asked: Sequence[SearchQuery]) -> tuple[list[float], list[float]]:
    """Milliseconds of each query, first with its embedding, then with the vector remembered."""
    worker = WorkerRetriever(directory)
    await worker.start()
    try:
        for _ in range(3):
            await worker.search(SearchQuery(text="warm up"), RankContext())
        rounds: list[list[float]] = []
        for _ in range(2):
            times: list[float] = []
            for query in asked:
                started = time.perf_counter()
                await worker.search(query, RankContext())
                times.append((time.perf_counter() - started) * 1000)
            rounds.append(times)
    finally:
        await worker.close()
    return rounds[0], rounds[1]


def _peer_times(held: EdgeIndex, meta: Meta, asked: Sequence[SearchQuery], say: Callable[[str], None]) -> list[float]:
    from qdrant_client import QdrantClient, models

    client = QdrantClient(":memory:")
    client.create_collection(
        "products",
        vectors_config={"dense": models.VectorParams(size=meta.dimensions, distance=models.Distance.DOT)},
        sparse_vectors_config={"sparse": models.SparseVectorParams(modifier=models.Modifier.IDF)},
    )
    stored = enumerate(held.export())
    with warnings.catch_warnings():
        # It advises against this many points in local mode; how it copes is what is measured.
        warnings.simplefilter("ignore", UserWarning)
        while batch := list(islice(stored, _BATCH)):
            client.upsert("products", [_peer_point(at, *each) for at, each in batch])
    embedder = open_embedder(meta.embedder, threads=1)
    vectors: list[Vectors] = [embedder.embed_query(query.text) for query in asked]
    times: list[float] = []
    say(f"asking it {len(asked)} queries")
    for query, vector in zip(asked, vectors, strict=True):
        indices, values = held.sparse_query(query.text)
        where = _peer_filter(query.filters)
        parts: list[tuple[str, Any]] = [("dense", vector.tolist())]
        if indices:
            parts.append(("sparse", models.SparseVector(indices=indices, values=values)))
        started = time.perf_counter()
        client.query_points(
            "products",
            prefetch=[models.Prefetch(query=part, using=name, limit=_POOL, filter=where) for name, part in parts],
            query=models.FusionQuery(fusion=models.Fusion.RRF),
            limit=60,
            with_vectors=["dense"],
        )
        times.append((time.perf_counter() - started) * 1000)
    client.close()
    return times


def _peer_point(at: int, product: Product, dense: Vectors, sparse: tuple[list[int], list[float]]) -> Any:
    from qdrant_client import models

    payload = {
        "product": product.model_dump_json(exclude_defaults=True),
        "brand": product.brand,
        "categories": list(product.categories),
        "price": product.price.amount if product.price else None,
        "currency": product.price.currency if product.price else None,
        "availability": product.availability,
    }
    words = models.SparseVector(indices=sparse[0], values=sparse[1])
    return models.PointStruct(id=at, vector={"dense": dense.tolist(), "sparse": words}, payload=payload)


def _peer_filter(filters: Filters) -> Any:
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


def _percentiles(times: Sequence[float]) -> dict[str, Figure]:
    return {f"p{at}_ms": figure(times, lambda held, at=at: float(np.percentile(held, at))) for at in (50, 95, 99)}


@contextmanager
def _built(
    catalog: Path, limit: int | None, index: Path | None, embedder: str, say: Callable[[str], None]
) -> Generator[Path]:
    """An index of the catalogue: the one given, or one made for this run."""
    if index is not None:
        yield index
        return

    def show(progress: Progress) -> None:
        say(f"{progress.stage} {progress.done:,}")

    with TemporaryDirectory() as folder:
        feed = catalog if limit is None else _first(catalog, limit, Path(folder) / "catalog.jsonl")
        build_in_child(feed, Path(folder) / "index", embedder=embedder, on_progress=show)
        yield Path(folder) / "index"


def _first(catalog: Path, limit: int, to: Path) -> Path:
    products = (each for each in read_feed(catalog) if isinstance(each, Product))
    with to.open("w", encoding="utf-8") as handle:
        for product in islice(products, limit):
            handle.write(product.model_dump_json(exclude_defaults=True) + "\n")
    return to
