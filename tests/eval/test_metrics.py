"""Metrics against known values, and against ranx on random rankings."""

import json
import os
import subprocess
import sys

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from eval.metrics import mrr, ndcg, pairwise, recall

GRADES = {"a": 3, "b": 1, "c": 0, "d": 2}
# A process of its own, uncompiled: compiling ranx takes a minute, and it is only ever asked once.
RANX = """
import json, sys
from ranx import Qrels, Run, evaluate
grades, scores, metrics = json.load(sys.stdin)
found = evaluate(Qrels(grades), Run(scores), metrics, return_mean=False)
order = list(Qrels(grades).qrels.keys())
json.dump([order, {name: list(map(float, values)) for name, values in found.items()}], sys.stdout)
"""


def test_recall_counts_the_relevant_among_the_first_k() -> None:
    assert recall(["c", "a", "x", "d"], GRADES, 2) == pytest.approx(1 / 3)
    assert recall(["c", "a", "x", "d"], GRADES, 4, relevant_from=2) == 1.0
    assert recall(["a"], {"a": 0}, 10) == 0.0


def test_mrr_is_one_over_the_place_of_the_first_relevant_product() -> None:
    assert mrr(["c", "x", "b"], GRADES, 10) == pytest.approx(1 / 3)
    assert mrr(["c", "x", "b"], GRADES, 2) == 0.0
    assert mrr(["b", "d"], GRADES, 10, relevant_from=2) == 0.5


def test_ndcg_is_one_for_the_best_order_alone() -> None:
    assert ndcg(["a", "d", "b", "c"], GRADES, 10) == pytest.approx(1.0)
    assert ndcg(["b", "d", "a"], GRADES, 10) < 1.0
    assert ndcg(["x"], {}, 10) == 0.0


def test_pairwise_counts_pairs_in_order_and_ties_half_and_an_unscored_product_as_nothing() -> None:
    grades = {"good": 3, "fine": 2, "bad": 0, "worse": 0}
    assert pairwise({"good": 2.0, "bad": 1.0, "worse": 2.0}, grades, 3, 0) == pytest.approx(0.75)
    assert pairwise({"bad": 1.0}, grades, 3, 0) == pytest.approx(0.25)
    assert pairwise({"good": 1.0}, grades, 4, 0) is None


@given(st.dictionaries(st.sampled_from("abcdefgh"), st.integers(0, 3)), st.permutations("abcdefgh"), st.integers(1, 10))
def test_every_metric_stays_between_nothing_and_one_and_more_places_never_lower_recall_or_mrr(grades, ranking, k):
    for metric in (recall, mrr, ndcg):
        assert 0.0 <= metric(ranking, grades, k) <= 1.0 + 1e-12
    assert recall(ranking, grades, k) <= recall(ranking, grades, k + 1)
    assert mrr(ranking, grades, k) <= mrr(ranking, grades, k + 1)


def test_the_figures_are_those_of_ranx() -> None:
    rng = np.random.default_rng(5)
    products = [f"p{number}" for number in range(60)]
    grades = {
        f"q{number}": {p: int(rng.integers(0, 4)) for p in rng.choice(products, rng.integers(1, 30), replace=False)}
        for number in range(40)
    }
    rankings = {query: list(map(str, rng.choice(products, rng.integers(1, 50), replace=False))) for query in grades}
    scores = {query: {each: float(-at) for at, each in enumerate(held)} for query, held in rankings.items()}
    names = [f"{name}@{k}{level}" for name in ("recall", "mrr") for k in (1, 10, 50) for level in ("", "-l2")]
    asked = json.dumps([grades, scores, [*names, "ndcg@1", "ndcg@10", "ndcg@50"]])
    done = subprocess.run(
        [sys.executable, "-c", RANX],
        input=asked,
        capture_output=True,
        text=True,
        check=True,
        env={**os.environ, "NUMBA_DISABLE_JIT": "1"},
    )
    order, found = json.loads(done.stdout)
    assert sorted(order) == sorted(grades)
    for name, values in found.items():
        kind, _, rest = name.partition("@")
        k, _, level = rest.partition("-l")
        for query, value in zip(order, values, strict=True):
            extra = () if kind == "ndcg" else (int(level or 1),)
            ours = {"recall": recall, "mrr": mrr, "ndcg": ndcg}[kind](rankings[query], grades[query], int(k), *extra)
            assert ours == pytest.approx(value, abs=1e-9), (name, query)
