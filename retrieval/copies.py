"""One model at work in several threads: each thread borrows a copy, for a tokenizer cannot be shared.

Torch's own threads wait for one another inside every operation, spinning: on busy cores that made a query ten times as
slow. Batches side by side wait for nothing. Knows nothing of what the model computes.
"""

from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from copy import deepcopy
from queue import SimpleQueue
from typing import Any

import numpy as np
from numpy.typing import NDArray

_MOST_COPIES = 8


class Copies:
    """`threads` copies of a model (8 at most); the first is the original."""

    def __init__(self, model: Any, threads: int) -> None:
        self._threads = min(threads, _MOST_COPIES)
        self._idle: SimpleQueue[Any] = SimpleQueue()
        for _ in range(self._threads - 1):
            self._idle.put(deepcopy(model))
        self._idle.put(model)

    def rows(
        self, work: Callable[[Any, list[str]], NDArray[np.float32]], texts: Sequence[str], *, batch: int
    ) -> NDArray[np.float32]:
        """`work(copy, some texts)` gives a row for each; what comes back has a row for each of `texts`, in their order.

        There must be at least one text. Raises what `work` raises.
        """
        # Neighbours in length share a batch, so that hardly any of it is padding; the longest go first, so that no
        # thread is left with a long one at the end.
        order = sorted(range(len(texts)), key=lambda at: -len(texts[at]))
        batches = [[texts[at] for at in order[start : start + batch]] for start in range(0, len(order), batch)]

        def borrowed(some: list[str]) -> NDArray[np.float32]:
            model = self._idle.get()
            try:
                return work(model, some)
            finally:
                self._idle.put(model)

        with ThreadPoolExecutor(self._threads) as pool:
            found = np.concatenate(list(pool.map(borrowed, batches)))
        rows = np.empty_like(found)
        rows[order] = found
        return rows
