"""What is bought together, and what is bought after: counts of pairs, read out of the latest purchases when asked.

A pair's score is the share of the shoppers who bought the one that also bought the other, with a few doubtful ones
added, so that one shopper's basket is no rule. Nothing is kept of a pair: when a purchase leaves the log, its pairs
are gone. Knows nothing of views, categories or similarity.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np

from retrieval.behaviour.sessionlog import SessionLog
from retrieval.behaviour.touches import FinishedSession, Path, path

PairKind = Literal["together", "after"]

_SAMPLE = 500
# As if so many more shoppers had bought the first and not the second.
_DOUBT = 5
_EARLIER = -1
_EARLIER_KEPT = 50


@dataclass(frozen=True, slots=True)
class Pair:
    """Shoppers who bought the one product asked about also bought this one."""

    product_id: str
    kind: PairKind
    score: float
    """From 0 to 1."""
    shoppers: int
    """How many did, of the latest 500 who bought the one. A sentence with "often" wants more than one."""


class Pairs:
    """Purchases of the latest sessions, by product."""

    def __init__(self, log: SessionLog) -> None:
        self._log = log

    def learn(self, session: FinishedSession) -> None:
        """Adds what was bought in this session, and before it as far as that is known."""
        bought = path([touch for touch in session.touches if touch.event == "purchase"])
        if bought:
            held = {product for product, _ in bought}
            before = [product for product, _ in path(session.earlier) if product not in held]
            earlier: Path = [(product, _EARLIER) for product in before[-_EARLIER_KEPT:]]
            self._log.add(earlier + bought)

    def of(self, product_id: str, kind: PairKind, limit: int) -> list[Pair]:
        """The best pairs of a product, best first. `together`: in one basket, the same both ways. `after`: in a later
        one, which says nothing of the way back."""
        code = self._log.code(product_id)
        if code is None:
            return []
        numbers = self._log.holders(code)[-_SAMPLE:]
        bundle = self._log.bundle(numbers)
        # Each of these sessions holds the product once.
        place = np.repeat(bundle.places[bundle.codes == code], bundle.lengths)
        wanted = (bundle.places > place) if kind == "after" else (bundle.places == place) & (place != _EARLIER)
        products, shoppers = np.unique(bundle.codes[wanted & (bundle.codes != code)], return_counts=True)
        best = np.argsort(-shoppers, kind="stable")[:limit]
        return [
            Pair(self._log.product(other), kind, count / (len(numbers) + _DOUBT), count)
            for other, count in zip(products[best].tolist(), shoppers[best].tolist(), strict=True)
        ]


def merged(found: Sequence[list[Pair]], limit: int) -> list[tuple[int, Pair]]:
    """The best pair of each product, with the place of the list it came from; best first."""
    best: dict[str, tuple[int, Pair]] = {}
    for at, pairs in enumerate(found):
        for pair in pairs:
            known = best.get(pair.product_id)
            if known is None or pair.score > known[1].score:
                best[pair.product_id] = (at, pair)
    return sorted(best.values(), key=lambda each: (-each[1].score, each[1].product_id))[:limit]
