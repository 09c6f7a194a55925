"""The exact answer to a nearest-neighbour question under filters, and how much of it an engine's answer holds.

Plain numpy over every vector, and eval's own reading of filters. Knows nothing of engines.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from eval.filtering import Check, facts
from retrieval.embed import Vectors
from retrieval.product import Product

_SAME = 1e-5
"""Cosines that differ by less are a tie: products of one text have one vector."""

Places = NDArray[np.intp]


@dataclass(frozen=True, slots=True)
class Goal:
    """What a right answer is: this many products with at least this cosine to the vector."""

    vector: Vectors
    least: float
    count: int


class Exact:
    """Every product of a shop, by place."""

    def __init__(self, products: Sequence[Product], vectors: Vectors) -> None:
        self._facts = [facts(product) for product in products]
        self._vectors = vectors

    def satisfying(self, against: Sequence[Check]) -> Places:
        """The places of the products that satisfy every constraint."""
        held = [at for at, each in enumerate(self._facts) if not any(breaks(each) for _, breaks in against)]
        return np.array(held, dtype=np.intp)

    def goal(self, vector: Vectors, among: Places, depth: int) -> Goal:
        """The `depth` nearest of these places, or all of them where they are fewer. `among` is not empty."""
        cosines = self._vectors[among] @ vector
        count = min(depth, len(among))
        return Goal(vector, float(np.partition(cosines, -count)[-count]), count)

    def share(self, goal: Goal, places: Sequence[int], among: Places) -> float:
        """The share of the goal that these places reach, of which those not `among` count for nothing; a tie with the
        last of it is as good."""
        allowed = np.intersect1d(np.array(places, dtype=np.intp), among)
        cosines = self._vectors[allowed] @ goal.vector
        return min(goal.count, int((cosines >= goal.least - _SAME).sum())) / goal.count
