import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from retrieval.fuse import fuse

held = st.dictionaries(st.integers(0, 9), st.floats(-1, 30, allow_subnormal=False), max_size=8)


@settings(deadline=None)
@given(held, held)
def test_fused_scores_lie_between_zero_and_one_and_the_best_is_one(
    dense: dict[int, float], sparse: dict[int, float]
) -> None:
    fused = fuse({"dense": dense, "sparse": sparse})
    assert fused.keys() == dense.keys() | sparse.keys()
    assert all(0 <= score <= 1 for score in fused.values())
    if any(score > 0 for score in (*dense.values(), *sparse.values())):
        assert max(fused.values()) == pytest.approx(1)


def test_what_both_sources_name_beats_what_one_names() -> None:
    fused = fuse({"dense": {1: 0.8, 2: 0.8}, "sparse": {1: 9.0, 3: 9.0}})
    assert fused[1] > fused[3] > fused[2]
