"""Measuring speed: what is asked, what is compared, and that the figures are what they say. No clock is looked at."""

from pathlib import Path

import numpy as np
import pytest

from eval.errors import PeerMissing
from eval.generated import FILTERS, build, made_up, random_vectors
from eval.nearest import Shop, side_by_side
from eval.peers import Hnsw, LocalMode
from eval.speed import sampled_queries, speed
from eval.timing import percentiles, times_as_long
from retrieval.keeper import Keeper
from retrieval.query import Filters
from tests.eval.builders import invented, written


def test_a_figure_of_speed_is_the_median_of_the_runs() -> None:
    runs = [[1.0, 1.0], [2.0, 4.0], [100.0, 100.0]]
    assert percentiles(runs, "x_")["x_p50_ms"].mean == 3.0
    assert times_as_long(runs, [[1.0], [1.0], [1.0]]).mean == 3.0


def test_the_made_up_filters_let_through_the_share_that_they_say() -> None:
    shop = Shop(made_up(5000), random_vectors(5000, seed=1))
    shares = [shop.likes(held, 1)[0].among.size / 5000 for held in FILTERS.values()]
    assert shares == pytest.approx([1, 0.01, 0.1], rel=0.2)


def test_a_sampled_query_is_satisfied_by_the_product_it_was_made_from() -> None:
    products = invented(categories=False)
    shop = Shop(products, np.zeros((len(products), 1), dtype=np.float32))
    asked = sampled_queries(products, 40, seed=1)
    assert all(shop.likes(each.filters.model_copy(update={"sold_out": True}), 1)[0].among.size for each in asked)
    assert len({each.text for each in asked}) > 20
    assert sum(each.filters == Filters() for each in asked) == 0


async def test_production_hnswlib_and_local_mode_are_held_against_exact_search(tmp_path: Path) -> None:
    pytest.importorskip("hnswlib", reason="hnswlib is not installed: pip install hnswlib")
    shop = Shop(made_up(400), random_vectors(400, seed=1))
    await build(tmp_path / "index", shop.products, shop.vectors)
    local = LocalMode(((*each, None) for each in zip(shop.products, shop.vectors, strict=True)), dimensions=384)
    keeper = await Keeper.opened(tmp_path / "index")
    searcher = keeper.searcher
    try:
        recall = await shop.recall(searcher.index, random_vectors(5, seed=2), FILTERS["10pct_"])
        arms = await side_by_side(
            shop, FILTERS, searcher, local, queries=10, peer_queries=1, runs=2, say=lambda _: None
        )
    finally:
        await keeper.close()
        local.close()
    assert recall.mean == 1.0
    assert [arms["production"][f"{prefix}recall@10"].mean for prefix in FILTERS] == [1.0, 1.0, 1.0]
    assert arms["hnswlib"]["recall@10"].mean >= 0.99
    assert {"times_hnswlib", "times_faster", "1pct_times_faster", "1pct_p95_ms"} <= arms["production"].keys()
    assert "1pct_p50_ms" not in arms["hnswlib"]


async def test_over_a_catalogue_every_arm_is_measured_with_and_without_filters(tmp_path: Path) -> None:
    pytest.importorskip("hnswlib", reason="hnswlib is not installed: pip install hnswlib")
    catalog = written(invented(60), tmp_path / "catalog.jsonl")
    results = await speed(catalog, queries=10, peer_queries=1, embedder="hash", say=lambda _: None)
    assert set(results.arms) == {"production", "cached_query", "qdrant_local", "hnswlib"}
    for arm in ("production", "cached_query", "qdrant_local"):
        assert {"p50_ms", "p99_ms", "filtered_p50_ms"} <= results.arms[arm].keys()
    assert {"built_per_s", "like_recall@10", "like_times_hnswlib"} <= results.arms["production"].keys()
    assert {"times_faster", "filtered_times_faster"} <= results.arms["cached_query"].keys()


def test_a_peer_that_is_not_installed_is_told_with_what_to_do() -> None:
    try:
        import hnswlib  # noqa: F401
    except ImportError:
        with pytest.raises(PeerMissing, match="pip install hnswlib"):
            Hnsw(random_vectors(3, seed=1))
    else:
        assert Hnsw(random_vectors(3, seed=1)).search(random_vectors(3, seed=1)[2], 1) == [2]
