"""A made-up shop, as large as one likes. Its vectors are random directions, the hardest for a graph since none is much
nearer than the rest, or lie near a surface of few dimensions, as those of texts do. Its fields allow filters of a known
share. The same shop each time.
"""

import time
from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np

from retrieval.edge import EdgeIndex
from retrieval.embed import Vectors
from retrieval.generations import Meta, partial, publish, shard_of
from retrieval.index import Stored, digest_of
from retrieval.lexical import Analyzer
from retrieval.product import Price, Product
from retrieval.query import Filters
from retrieval.words import read_words

DIMENSIONS = 384
_SURFACE = 32
FILTERS: Mapping[str, Filters] = {
    "": Filters(),
    "1pct_": Filters(brands=("Brand 17", "Brand 118")),
    "10pct_": Filters(price_max=10_000, currency="USD"),
}
"""By the prefix of a metric: no filter, and filters that one product in a hundred and one in ten satisfy."""

_COLOURS = ("black", "blue", "brown", "green", "grey", "orange", "pink", "red", "white", "yellow")
_CHUNK = 512
_MEAN_TERMS = 8.0


def random_vectors(count: int, *, seed: int) -> Vectors:
    """Unit vectors in random directions, one a row."""
    held = np.random.default_rng(seed).standard_normal((count, DIMENSIONS), dtype=np.float32)
    return held / np.linalg.norm(held, axis=1, keepdims=True)


def text_like_vectors(count: int, *, seed: int) -> Vectors:
    """Unit vectors of made-up texts, one a row; of another seed, other texts of the same shop."""
    surface = np.random.default_rng(11).standard_normal((_SURFACE, DIMENSIONS), dtype=np.float32)
    texts = np.random.default_rng(seed).standard_normal((count, _SURFACE), dtype=np.float32)
    held = np.tanh(texts @ surface / np.sqrt(np.float32(_SURFACE)))
    return held / np.linalg.norm(held, axis=1, keepdims=True)


def made_up(count: int) -> list[Product]:
    """Products of 200 brands, 50 categories, ten colours, and prices from 0 to 1,000 dollars."""
    rng = np.random.default_rng(3)
    brands, categories = rng.integers(0, 200, count), rng.integers(0, 50, count)
    prices, colours = rng.integers(0, 100_000, count), rng.integers(0, len(_COLOURS), count)
    return [
        Product(
            id=f"made-{at}",
            title=f"{_COLOURS[colours[at]]} thing {at}",
            brand=f"Brand {brands[at]}",
            categories=("Things", f"Kind {categories[at]}"),
            price=Price(amount=int(prices[at]), currency="USD"),
            attributes={"colour": (_COLOURS[colours[at]],)},
        )
        for at in range(count)
    ]


async def build(directory: Path, products: Sequence[Product], vectors: Vectors) -> float:
    """An index of these products, as a build makes one but for the embedding. Returns products a second.

    Freezes this process while the engine optimises. Raises IndexFault."""
    started = time.perf_counter()
    analyzer = Analyzer(read_words())
    place = partial(directory)
    index = EdgeIndex.create(shard_of(place), dimensions=DIMENSIONS)
    try:
        for start in range(0, len(products), _CHUNK):
            chunk = products[start : start + _CHUNK]
            await index.upsert(
                [
                    Stored(
                        product,
                        vector,
                        analyzer.document(product.document, mean_terms=_MEAN_TERMS),
                        digest_of(product.document),
                    )
                    for product, vector in zip(chunk, vectors[start : start + _CHUNK], strict=True)
                ]
            )
        graph = index.optimize()
        await index.flush()
    finally:
        await index.close()
    meta = Meta(
        embedder=f"hash-{DIMENSIONS}",
        dimensions=DIMENSIONS,
        mean_terms=_MEAN_TERMS,
        products=len(products),
        problems=0,
        graph=graph,
    )
    publish(directory, place, meta)
    return len(products) / (time.perf_counter() - started)
