"""KnownProducts: which ids are products of the catalogue, asked of retrieval and remembered for a minute.

Only what exists is remembered: a product that was just added is known at once, one that was removed through another
process is taken for known a minute longer. Knows nothing of events.
"""

import time
from collections.abc import Callable, Collection, Iterable

from retrieval.query import Retriever

SECONDS = 60.0
KEPT = 200_000


class KnownProducts:
    """What this process knows to exist."""

    def __init__(self, retriever: Retriever, clock: Callable[[], float] = time.monotonic) -> None:
        """`clock` gives seconds."""
        self._retriever = retriever
        self._clock = clock
        self._until: dict[str, float] = {}

    async def among(self, ids: Collection[str]) -> frozenset[str]:
        """Those of these ids that are products. Raises RetrievalError."""
        now = self._clock()
        held = {one for one in ids if self._until.get(one, 0.0) > now}
        asked = tuple(one for one in dict.fromkeys(ids) if one not in held)
        if not asked:
            return frozenset(held)
        found = [product.id for product in await self._retriever.get(asked)]
        for one in found:
            self._until.pop(one, None)  # so that the oldest stays first
            self._until[one] = now + SECONDS
        while len(self._until) > KEPT:
            del self._until[next(iter(self._until))]
        return frozenset((*held, *found))

    def forget(self, ids: Iterable[str]) -> None:
        """These were removed."""
        for one in ids:
            self._until.pop(one, None)
