from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from eval.generated import build, made_up, random_vectors, text_like_vectors
from retrieval.edge import EdgeIndex
from retrieval.embed import Vectors
from retrieval.generations import current, shard_of
from retrieval.index import Ask
from retrieval.query import Filters


@pytest.mark.parametrize(("made", "served_by_graph"), [(text_like_vectors, True), (random_vectors, False)])
async def test_the_graph_serves_where_it_finds_what_comparing_every_vector_finds(
    tmp_path: Path, made: Callable[..., Vectors], served_by_graph: bool
) -> None:
    products, vectors = made_up(9000), made(9000, seed=1)
    await build(tmp_path, products, vectors)
    generation, meta = current(tmp_path)
    assert meta.graph is served_by_graph
    index = EdgeIndex.open(shard_of(generation), graph=meta.graph)
    try:
        for at in range(0, 9000, 900):
            [found] = await index.nearest([Ask(vectors[at], Filters(), 10)])
            best = np.partition(vectors @ vectors[at], -10)[-10:]
            assert sorted(found.values()) == pytest.approx(sorted(best), abs=1e-5)
    finally:
        await index.close()
