"""Measured on a CPU: milliseconds to rank 100 candidates, with all features and parts of the score, and to tell the
best 20 with theirs.

    python -m pytest -m benchmark -s tests/benchmarks/test_ranking.py

Asserts only that what it measured ranked something.
"""

import gc
import os
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import get_args

import numpy as np
import pytest

from retrieval.behaviour.model import Source, Suggestion
from retrieval.embed import Vectors
from retrieval.features import NAMES, Found
from retrieval.lambdamart import Judged, LambdaRanker, fit, linear_scores
from retrieval.product import Price, Product, Rating
from retrieval.query import Anchor, Candidate, RankContext
from retrieval.rank import LinearRanker, Ranker

CANDIDATES, SHOWN, ANCHORS, DIMENSIONS, ROUNDS = 100, 20, 12, 384, 300
NOW = datetime(2026, 1, 1, tzinfo=UTC)
SOURCES = [source for source in get_args(Source) if source != "popular"]


def told(name: str, rank: Callable[[], object]) -> None:
    walls, cpus = list[float](), list[float]()
    for _ in range(ROUNDS):
        wall, cpu = time.perf_counter(), time.process_time()
        rank()
        walls.append(time.perf_counter() - wall)
        cpus.append(time.process_time() - cpu)
    for clock, seconds in (("wall", walls), ("CPU", cpus)):
        p50, p99 = np.percentile(np.array(seconds) * 1000, (50, 99))
        print(f"{name:20} {clock:4} p50 {p50:.2f} ms  p99 {p99:.2f} ms  (load {os.getloadavg()[0]:.1f})")


def page(random: np.random.Generator) -> tuple[list[Found], RankContext, dict[str, Vectors]]:
    """Candidates of which every feature is known, and a full session."""

    def unit() -> Vectors:
        vector = random.normal(size=DIMENSIONS).astype(np.float32)
        return vector / np.linalg.norm(vector)

    found = [
        Found(
            Candidate(
                product=Product(
                    id=f"P{number}",
                    title=f"Thing {number}",
                    brand=f"Brand {number % 30}",
                    categories=("Things", f"Kind {number % 20}", f"Sort {number % 7}"),
                    price=Price(amount=int(random.integers(100, 90_000)), currency="USD"),
                    availability="in_stock",
                    rating=Rating(value=4.2, count=number),
                    updated_at=NOW - timedelta(days=number),
                ),
                sources={"fused": random.random(), "dense": random.random(), "sparse": random.random()},
            ),
            unit(),
            tuple(Suggestion(f"P{number}", source, random.random(), f"A{number % ANCHORS}", 3) for source in SOURCES),
            random.random(),
        )
        for number in range(CANDIDATES)
    ]
    context = RankContext(
        anchors=tuple(
            Anchor(product_id=f"A{number}", weight=0.8 if number % 3 else -0.5, event="view_item")
            for number in range(ANCHORS)
        ),
        brands={f"brand {number}": 0.5 for number in range(30)},
        categories={f"kind {number}": 0.5 for number in range(30)},
        price_low=Price(amount=1000, currency="USD"),
        price_high=Price(amount=5000, currency="USD"),
        now=NOW,
        limit=SHOWN,
    )
    return found, context, {f"A{number}": unit() for number in range(ANCHORS)}


def learnt(random: np.random.Generator) -> LambdaRanker:
    """As many and as deep trees as a ranker may have: each moment's right candidate is drawn with some noise."""
    moments = list[Judged]()
    for _ in range(1000):
        rows = random.random((50, len(NAMES)))
        right = np.argmax(linear_scores(rows) + 3 * random.gumbel(size=50))
        moments.append(Judged(rows, (np.arange(50) == right).astype(np.intp)))
    return fit(moments[:800], moments[800:])


@pytest.mark.benchmark
def test_ranking_a_hundred_candidates() -> None:
    random = np.random.default_rng(0)
    found, context, anchors = page(random)
    rankers: dict[str, Ranker] = {"linear": LinearRanker(), "learnt": learnt(random)}
    gc.collect()
    gc.freeze()  # as the worker does
    print()
    for name, ranker in rankers.items():
        assert len(ranker.rank(found, context, anchors, has_words=False)) == context.limit
        told(f"{name}, browsing", lambda ranker=ranker: ranker.rank(found, context, anchors, has_words=False))
    told("linear, with words", lambda: LinearRanker().rank(found, context, anchors, has_words=True))
