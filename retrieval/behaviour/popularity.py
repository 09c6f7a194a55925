"""How popular products are at a time: touches that fade, the same for every shopper.

A purchase counts more than a cart, a cart more than a view; a thumb up counts as a view, a thumb down takes one away (a
choice, not a measurement). Each halves in weight every 30 days: for the next baskets of a gift shop 14 and 60 days did
about as well, 120 days and no fading worse. Bounded.
Knows nothing of sessions, and believes the times it is given.
"""

import heapq
import math
from collections.abc import Iterable, Sequence
from datetime import datetime

from retrieval.behaviour.touches import Thumb, Touch

HALF_LIFE_DAYS = 30.0
_WEIGHTS = {"view_item": 1.0, "select_item": 1.0, "add_to_cart": 3.0, "purchase": 5.0}
_THUMB = 1.0
# However many shoppers think little of a product, one of them never takes more than this part of what it has.
_MOST_TAKEN = 0.5
_DAY = 86_400.0
# Weights are kept as of one day and grow for later touches; before they leave the range of a float the day moves on.
_MOST_DOUBLINGS = 500.0
_TOP = 500


class Popularity:
    """Weights by product, as of `day` (days since 1970)."""

    def __init__(self, *, products: int) -> None:
        """Remembers at most about so many products, those of most weight."""
        self._most = products
        self.day = 0.0
        self.weights: dict[str, float] = {}
        self._top: list[str] = []
        self._changed: set[str] = set()
        self._floor = math.inf, ""
        """No product outside the top comes before this in its order."""

    def learn(self, touches: Iterable[Touch]) -> None:
        """Adds these touches, each as of its own time."""
        for touch in touches:
            self._add(touch.product_id, _WEIGHTS[touch.event] * self._unit(touch.time))
        if len(self.weights) > self._most:
            self._forget_the_least()

    def judge(self, thumbs: Iterable[Thumb]) -> None:
        """Adds a view for each thumb up. One down takes a view, but no more than half of what the product has."""
        for thumb in thumbs:
            weight = _THUMB * self._unit(thumb.time)
            if thumb.value == "up":
                self._add(thumb.product_id, weight)
            elif thumb.product_id in self.weights:
                self._add(thumb.product_id, -min(weight, _MOST_TAKEN * self.weights[thumb.product_id]))
        if len(self.weights) > self._most:
            self._forget_the_least()

    def restore(self, day: float, products: Sequence[str], weights: Sequence[float]) -> None:
        """Takes over the weights of another, as of its day. Raises ValueError where the two differ in length."""
        self.day, self.weights = day, dict(zip(products, weights, strict=True))
        self._changed = set(self.weights)
        if len(self.weights) > self._most:
            self._forget_the_least()

    def weight(self, product_id: str, now: datetime) -> float:
        """The faded touches of a product: about the number of views that it would take today."""
        return self.weights.get(product_id, 0.0) * self._faded(now)

    def share(self, product_id: str) -> float:
        """From 0 to 1, the most popular product: 1. Time fades all alike."""
        best = self._best()
        return self.weights.get(product_id, 0.0) / best if best else 0.0

    def score(self, product_id: str, now: datetime) -> float:
        """From 0 to 1: the logarithm of its weight, against that of the most popular product."""
        best = math.log1p(self._best() * self._faded(now))
        return math.log1p(self.weight(product_id, now)) / best if best else 0.0

    def top(self, limit: int) -> list[str]:
        """The most popular first, of equals by id; at most 500."""
        return self._ordered()[:limit]

    def _unit(self, time: datetime) -> float:
        """What a view at this time weighs, as of `day`, which it may move on."""
        day = time.timestamp() / _DAY
        if not self.weights:
            self.day = day
        doublings = (day - self.day) / HALF_LIFE_DAYS
        if doublings > _MOST_DOUBLINGS:
            self._move_to(day)
            doublings = 0.0
        return 2.0 ** max(doublings, -_MOST_DOUBLINGS)

    def _add(self, product_id: str, weight: float) -> None:
        self.weights[product_id] = self.weights.get(product_id, 0.0) + weight
        self._changed.add(product_id)

    def _best(self) -> float:
        order = self._ordered()
        return self.weights[order[0]] if order else 0.0

    def _faded(self, now: datetime) -> float:
        halvings = (now.timestamp() / _DAY - self.day) / HALF_LIFE_DAYS
        return 2.0 ** -min(max(halvings, -_MOST_DOUBLINGS), _MOST_DOUBLINGS)

    def _ordered(self) -> list[str]:
        if self._changed:
            self._top = sorted({*self._top, *self._changed}, key=self._by_weight)[:_TOP]
            if len(self._top) == _TOP:
                # What was not touched since can come in only where one of the top has fallen behind it.
                if self._by_weight(self._top[-1]) > self._floor:
                    self._top = heapq.nsmallest(_TOP, self.weights, key=self._by_weight)
                self._floor = self._by_weight(self._top[-1])
            self._changed = set()
        return self._top

    def _by_weight(self, product_id: str) -> tuple[float, str]:
        return -self.weights[product_id], product_id

    def _move_to(self, day: float) -> None:
        factor = 2.0 ** ((self.day - day) / HALF_LIFE_DAYS)
        self.weights = {each: weight * factor for each, weight in self.weights.items()}
        self._floor = self._floor[0] * factor, self._floor[1]
        self.day = day

    def _forget_the_least(self) -> None:
        self._ordered()
        kept = sorted(self.weights, key=self._by_weight)[: max(1, (3 * self._most) // 4)]
        self.weights = {each: self.weights[each] for each in kept}
        self._top = [each for each in self._top if each in self.weights]
