"""Item-kNN, the usual floor: products that were in sessions with those at hand, by the cosine of the sessions that they
were in (Sarwar et al. 2001), the last product of the session counting most. Knows nothing of production.
"""

import math
from collections import Counter, defaultdict
from collections.abc import Sequence

from retrieval.behaviour.touches import FinishedSession

_FADE = 3.0
_KEPT = 60
"""What lies further back in a session weighs less than a billionth."""


class ItemKnn:
    """Learns sessions, remembers all of them."""

    def __init__(self) -> None:
        self._sessions: Counter[str] = Counter()
        self._together: defaultdict[str, Counter[str]] = defaultdict(Counter)

    def learn(self, session: FinishedSession) -> None:
        """One more session."""
        products = sorted({touch.product_id for touch in session.touches})
        self._sessions.update(products)
        for product in products:
            self._together[product].update(other for other in products if other != product)

    def ranking(self, products: Sequence[str], limit: int) -> list[str]:
        """Product ids, best first; `products` are those of the session, oldest first."""
        scores: defaultdict[str, float] = defaultdict(float)
        for back, product in enumerate(reversed(products[-_KEPT:])):
            for other, both in self._together[product].items() if product in self._together else ():
                cosine = both / math.sqrt(self._sessions[product] * self._sessions[other])
                scores[other] += cosine * math.exp(-back / _FADE)
        return sorted(scores, key=lambda each: (-scores[each], each))[:limit]
