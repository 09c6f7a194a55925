"""How fast is search: production through its worker, against qdrant-client's local mode and raw hnswlib, in one run.

Over a catalogue, queries are words out of sampled titles, without filters and with filters on whatever fields there
are. Over made-up vectors, search is by vector alone. Figures are medians of five runs, the arms taking turns.
"""

import random
import time
from collections.abc import AsyncGenerator, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np

from eval.generated import DIMENSIONS, FILTERS, build, made_up, random_vectors, text_like_vectors
from eval.indexes import built
from eval.nearest import Shop, side_by_side
from eval.peers import LocalMode
from eval.results import Figure, Results, figure, machine
from eval.timing import load, percentiles, timed, times_as_long
from retrieval.edge import EdgeIndex
from retrieval.embed import Vectors
from retrieval.hybrid import Question
from retrieval.keeper import Keeper
from retrieval.lexical import Sparse
from retrieval.product import Product
from retrieval.query import Filters, RankContext, Retriever, SearchQuery
from retrieval.worker import WorkerRetriever

_RUNS = 5
_SHOWN = 60
_FRESH = 100

Say = Callable[[str], None]
Arms = dict[str, dict[str, Figure]]
Runs = dict[str, list[list[float]]]
"""Milliseconds by the prefix of a metric, by run, by query."""


async def speed(
    catalog: Path,
    *,
    limit: int | None = None,
    queries: int = 200,
    peer_queries: int = 3,
    index: Path | None = None,
    embedder: str = "minilm",
    say: Say = print,
) -> Results:
    """Latencies in milliseconds, per arm: `production` embeds each query, `cached_query` finds its vector remembered,
    `qdrant_local` has it ready too. Metrics with `filtered_` are of searches under filters, those with `like_` of
    search by vector. `times_faster` is local mode's median over ours, the vector being ready for both; `times_hnswlib`
    ours over hnswlib's. Raises RetrievalError, PeerMissing."""
    say(f"{load()} before")
    with built(catalog, index=index, embedder=embedder, say=say, limit=limit) as held:
        shop, words = await _exported(held.directory)
        rounds = [_asked(shop.products, queries, run) for run in range(_RUNS)]
        few = [query for each in rounds for asked in each.values() for query in asked[:peer_queries]]
        questions = await _questions(held.directory, few)
        say(f"loading {len(shop.products):,} products into qdrant-client's local mode")
        local = LocalMode(zip(shop.products, shop.vectors, words, strict=True), dimensions=shop.vectors.shape[1])
        async with _worker(held.directory) as worker:
            arms = await _hybrid(worker, local, rounds, questions, peer_queries, say)
            likes = {"like_": Filters()}
            near = await side_by_side(
                shop, likes, worker, local, queries=queries, peer_queries=peer_queries, runs=_RUNS, say=say
            )
        local.close()
    if held.rate:
        arms["production"]["built_per_s"] = figure([held.rate])
    for arm, metrics in near.items():
        arms.setdefault(arm, {}).update(metrics)
    say(f"{load()} after")
    return Results(command="speed", data=catalog.parent.name, model=held.embedder, machine=machine(), arms=arms)


async def vector_speed(
    sizes: Sequence[int], *, text_like: bool = False, queries: int = 200, peer_queries: int = 3, say: Say = print
) -> Results:
    """Search by vector in made-up shops of these sizes, whose vectors are random or `text_like`. A metric's prefix is
    the size, and the share of products that the filter lets through. `recall@10` is of the timed searches,
    `index_recall@10` of the engine alone asked for what is near vectors that no product has. Raises RetrievalError,
    PeerMissing."""
    arms: Arms = {}
    made, vectors = (text_like_vectors, "text-like") if text_like else (random_vectors, "random")
    say(f"{load()} before")
    for size in sizes:
        say(f"{size:,} {vectors} vectors")
        shop = Shop(made_up(size), made(size, seed=1))
        filters = {f"{size}_{prefix}": held for prefix, held in FILTERS.items()}
        local = LocalMode(
            ((*each, None) for each in zip(shop.products, shop.vectors, strict=True)), dimensions=DIMENSIONS
        )
        with TemporaryDirectory() as folder:
            directory = Path(folder)
            rate = await build(directory, shop.products, shop.vectors)
            fresh = made(_FRESH, seed=2)
            metrics = {f"{size}_built_per_s": figure([rate]), **await _recalls(directory, shop, fresh, filters)}
            async with _worker(directory) as worker:
                near = await side_by_side(
                    shop, filters, worker, local, queries=queries, peer_queries=peer_queries, runs=_RUNS, say=say
                )
        local.close()
        for arm, held in near.items():
            arms.setdefault(arm, {}).update(held)
        arms["production"] |= metrics
    say(f"{load()} after")
    return Results(command="speed", data=f"{vectors} vectors", model="none", machine=machine(), arms=arms)


def sampled_queries(products: Sequence[Product], count: int, *, seed: int) -> list[SearchQuery]:
    """Words of titles with a filter that the product itself satisfies, of a kind that changes from query to query."""
    rng = random.Random(seed)
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


def _asked(products: Sequence[Product], count: int, run: int) -> dict[str, list[SearchQuery]]:
    """The queries of one run by the prefix of their metrics. No run repeats another's words."""
    plain = [SearchQuery(text=each.text) for each in sampled_queries(products, count, seed=2 * run)]
    return {"": plain, "filtered_": sampled_queries(products, count, seed=2 * run + 1)}


async def _hybrid(
    retriever: Retriever,
    local: LocalMode,
    rounds: Sequence[Mapping[str, Sequence[SearchQuery]]],
    questions: Mapping[str, Question],
    peer_queries: int,
    say: Say,
) -> Arms:
    first: Runs = {}
    second: Runs = {}
    theirs: Runs = {}
    for number, each in enumerate(rounds, 1):
        for prefix, asked in each.items():
            first.setdefault(prefix, []).append(await _times(retriever, asked))
            second.setdefault(prefix, []).append(await _times(retriever, asked))
            few = asked[:peer_queries]
            peer = timed([lambda query=query: _ask_local(local, questions[query.text], query) for query in few])
            theirs.setdefault(prefix, []).append(peer)
        say(f"run {number} of {len(rounds)}")
    arms: Arms = {}
    for arm, runs in (("production", first), ("cached_query", second), ("qdrant_local", theirs)):
        arms[arm] = {name: held for prefix, of in runs.items() for name, held in percentiles(of, prefix).items()}
    for prefix, runs in second.items():
        arms["cached_query"][f"{prefix}times_faster"] = times_as_long(theirs[prefix], runs)
    return arms


async def _times(retriever: Retriever, asked: Sequence[SearchQuery]) -> list[float]:
    times: list[float] = []
    for query in asked:
        started = time.perf_counter()
        await retriever.search(query, RankContext())
        times.append((time.perf_counter() - started) * 1000)
    return times


def _ask_local(local: LocalMode, question: Question, query: SearchQuery) -> None:
    local.hybrid(question.vector, question.sparse, query.filters, _SHOWN)


async def _exported(directory: Path) -> tuple[Shop, list[Sparse]]:
    keeper = await Keeper.opened(directory)
    index = keeper.searcher.index
    assert isinstance(index, EdgeIndex)
    try:
        held = list(index.export())
    finally:
        await keeper.close()
    return Shop([each[0] for each in held], np.stack([each[1] for each in held])), [each[2] for each in held]


async def _questions(directory: Path, asked: Sequence[SearchQuery]) -> dict[str, Question]:
    """What production makes of these queries' words, for a peer that cannot."""
    keeper = await Keeper.opened(directory)
    try:
        return {query.text: await keeper.searcher.question(query.text) for query in asked}
    finally:
        await keeper.close()


async def _recalls(directory: Path, shop: Shop, fresh: Vectors, filters: Mapping[str, Filters]) -> dict[str, Figure]:
    keeper = await Keeper.opened(directory)
    index = keeper.searcher.index
    try:
        return {f"{prefix}index_recall@10": await shop.recall(index, fresh, held) for prefix, held in filters.items()}
    finally:
        await keeper.close()


@asynccontextmanager
async def _worker(directory: Path) -> AsyncGenerator[WorkerRetriever]:
    worker = WorkerRetriever(directory)
    await worker.start()
    try:
        for _ in range(3):
            await worker.search(SearchQuery(text="warm up"), RankContext())
        yield worker
    finally:
        await worker.close()
