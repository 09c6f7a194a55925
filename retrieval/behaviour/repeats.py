"""How often shoppers come back to what they already touched in the same session, learnt from the sessions themselves.

By how far back it lies: the last product (0), the one before (1), and so on. Shops differ widely in this: of the next
views in one log 31 % are the last product again, of the next purchases in another 5 %. Old sessions fade. Knows nothing
of which products these are.
"""

from collections.abc import Sequence
from datetime import datetime

import numpy as np
from numpy.typing import NDArray

from retrieval.behaviour.touches import Touch

DEPTH = 20
# After so many sessions what was learnt from one has fallen to 1/e.
_MEMORY = 50_000
# As if so many times something else had followed: a young log does not know yet.
_DOUBT = 1.0


class Repeats:
    """Rates from 0 to 1 by how far back a product lies."""

    def __init__(self) -> None:
        self.counts: NDArray[np.float64] = np.zeros((2, DEPTH))
        """How often a product lay so far back (row 0), and how often it was the next one (row 1)."""

    def learn(self, touches: Sequence[Touch]) -> None:
        """One session. Where it has views, they alone are its steps: to buy what one looked at is not to come back."""
        self.counts *= 1 - 1 / _MEMORY
        back: list[str] = []
        for step in _steps(touches):
            for product in step:
                self.counts[0, : len(back)] += 1
                if product in back:
                    self.counts[1, back.index(product)] += 1
            back = [*step, *(product for product in back if product not in step)][:DEPTH]

    def rates(self) -> list[float]:
        """The chance that the next product is the one so far back; never above what was seen."""
        return (self.counts[1] / (self.counts[0] + _DOUBT)).tolist()


def _steps(touches: Sequence[Touch]) -> list[list[str]]:
    """The products of each distinct time, first to last."""
    views = [touch for touch in touches if touch.event in ("view_item", "select_item")]
    steps: dict[datetime, set[str]] = {}
    for touch in views or touches:
        steps.setdefault(touch.time, set()).add(touch.product_id)
    return [sorted(steps[time]) for time in sorted(steps)]
