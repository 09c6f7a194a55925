from threading import Lock

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from retrieval.copies import Copies


class OneAtATime:
    """A model that fails where two threads use the same copy at once."""

    def __init__(self) -> None:
        self._lock: Lock | None = None

    def lengths(self, texts: list[str]) -> NDArray[np.float32]:
        assert self._lock is None
        self._lock = Lock()
        rows = np.array([[len(text), ord(text[0])] for text in texts], dtype=np.float32)
        self._lock = None
        return rows


@settings(deadline=None, max_examples=30)
@given(st.lists(st.text(min_size=1, max_size=9), min_size=1, max_size=30), st.integers(1, 3), st.integers(1, 7))
def test_every_text_gets_its_own_row_in_the_order_asked(texts: list[str], threads: int, batch: int) -> None:
    rows = Copies(OneAtATime(), threads).rows(OneAtATime.lengths, texts, batch=batch)
    assert rows.tolist() == [[len(text), ord(text[0])] for text in texts]


def test_rows_may_be_plain_numbers() -> None:
    rows = Copies(object(), 2).rows(lambda _, some: np.array([len(text) for text in some]), ["aaa", "b"], batch=1)
    assert rows.tolist() == [3, 1]


def test_a_copy_comes_back_after_a_failure() -> None:
    copies = Copies(OneAtATime(), 1)

    def fail(model: OneAtATime, texts: list[str]) -> NDArray[np.float32]:
        raise ValueError(texts[0])

    with pytest.raises(ValueError, match="red shoe"):
        copies.rows(fail, ["red shoe"], batch=4)
    assert copies.rows(OneAtATime.lengths, ["ab"], batch=4).tolist() == [[2, ord("a")]]
