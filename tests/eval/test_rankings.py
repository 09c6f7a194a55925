"""Lists shown at logged steps, against what came next. Recall, MRR and NDCG are held to ranx in test_metrics.py."""

import math
from collections.abc import Sequence

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from eval.logs import Step
from eval.rankings import Shown, clustered, differences, summary
from tests.eval.sessions import START


def step(*targets: str, shopper: str = "u") -> Step:
    return Step(shopper, (), (), START, frozenset(targets))


def shown(*ids: str) -> Shown:
    return Shown(ids, 1.0)


VECTORS = {"a": np.array([1, 0], np.float32), "b": np.array([0, 1], np.float32), "c": np.array([1, 0], np.float32)}


def test_the_figures_are_those_that_come_out_by_hand() -> None:
    steps = [step("b"), step("x"), step("a", "c")]
    lists = [shown("a", "b"), shown("a", "b"), shown("a", "b")]
    held = {name: figure.mean for name, figure in summary(steps, lists, {"a": 3, "b": 1, "z": 1}, VECTORS).items()}
    assert held["hr@5"] == pytest.approx(2 / 3)
    assert held["recall@20"] == pytest.approx((1 + 0 + 0.5) / 3)
    assert held["mrr@20"] == pytest.approx((1 / 2 + 0 + 1) / 3)
    assert held["ndcg@10"] == pytest.approx((1 / math.log2(3) + 0 + 1 / (1 + 1 / math.log2(3))) / 3)
    assert held["coverage@10"] == pytest.approx(2 / 3)
    assert held["popularity@10"] == pytest.approx((1 + 2 / 3) / 2)
    assert held["diversity@10"] == pytest.approx(1)
    assert held["novelty@10"] == pytest.approx((-math.log2(4 / 6) - math.log2(2 / 6)) / 2)


@pytest.mark.parametrize("place", [5, 6, 10, 11, 20, 21])
def test_a_hit_counts_to_its_depth_and_not_one_place_further(place: int) -> None:
    listed = shown(*(f"p{at}" for at in range(1, 25)))
    held = summary([step(f"p{place}")], [listed], {"p1": 1}, VECTORS)
    assert [held[f"hr@{k}"].mean for k in (5, 10, 20)] == [float(place <= k) for k in (5, 10, 20)]


def test_a_difference_is_taken_step_by_step_and_has_no_doubt_where_each_step_agrees() -> None:
    steps = [step("a", shopper=f"u{number}") for number in range(4)]
    found = differences(steps, ("static", [shown("a")] * 4), {"content": [shown("b", "a")] * 4})
    mrr = next(each for each in found if each.metric == "mrr@20")
    assert (mrr.arm, mrr.other) == ("static", "content")
    assert (mrr.figure.low, mrr.figure.mean, mrr.figure.high) == (0.5, 0.5, 0.5)


def groups(numbers: Sequence[int]):
    return np.array(numbers, dtype=np.intp)


def test_shoppers_are_drawn_whole_so_that_many_steps_of_one_give_no_certainty() -> None:
    values = [1.0] * 50 + [0.0] * 50
    alone, together = clustered(values, groups(range(100))), clustered(values, groups([0] * 50 + [1] * 50))
    assert alone.mean == together.mean == 0.5
    assert 0.3 < alone.low < alone.high < 0.7
    assert (together.low, together.high) == (0.0, 1.0)
    assert clustered(values, groups([0] * 100)).low == 0.5


@settings(deadline=None, max_examples=25)
@given(st.lists(st.tuples(st.floats(-1, 1), st.integers(0, 4)), min_size=1, max_size=12))
def test_an_interval_lies_within_the_values(drawn: list[tuple[float, int]]) -> None:
    numbers: dict[int, int] = {}
    held = clustered([value for value, _ in drawn], groups([numbers.setdefault(g, len(numbers)) for _, g in drawn]))
    assert min(value for value, _ in drawn) - 1e-9 <= held.low <= held.high <= max(value for value, _ in drawn) + 1e-9
