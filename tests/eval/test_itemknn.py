"""Item-kNN, against a few sessions counted by hand."""

from eval.itemknn import ItemKnn
from tests.retrieval.behaviour.walks import walk


def taught(*sessions: str) -> ItemKnn:
    knn = ItemKnn()
    for session in sessions:
        knn.learn(walk(*session))
    return knn


def test_a_product_that_is_everywhere_is_less_like_another_than_one_that_is_only_with_it() -> None:
    assert taught("ABE", "ACE", "AB", "DE", "E").ranking(["A"], 5) == ["B", "C", "E"]


def test_the_last_product_of_the_session_counts_most() -> None:
    assert taught("AX", "BY").ranking(["A", "B"], 5) == ["Y", "X"]


def test_what_nobody_touched_says_nothing_and_a_repeated_touch_counts_once() -> None:
    assert taught("AB").ranking(["Q"], 5) == []
    assert taught("AAB", "AC", "C").ranking(["A"], 1) == taught("AB", "AC", "C").ranking(["A"], 1) == ["B"]
