"""What a known shopper buys again and again: the shopper's own purchases, by frequency and recency.

The strongest guess at a next basket (personal frequency: Ren et al. 2019, Li et al. 2021). Knows nothing of others.
"""

from collections.abc import Sequence
from datetime import datetime

from retrieval.behaviour.touches import Touch

# Purchases fade slowly: for the next baskets of a gift shop 120 to 480 days did equally well, 30 days worse.
_HALF_LIFE_DAYS = 240.0


def habits(history: Sequence[Touch], now: datetime) -> dict[str, float]:
    """By product, from 0 to 1: the share of the shopper's baskets that it is in, older ones counting less. Purchases of
    one time are one basket; other touches do not count."""
    bought = {(touch.time, touch.product_id) for touch in history if touch.event == "purchase"}
    baskets = len({time for time, _ in bought})
    shares: dict[str, float] = {}
    for time, product_id in sorted(bought):
        age = max(0.0, (now - time).total_seconds() / 86_400)
        shares[product_id] = shares.get(product_id, 0.0) + 0.5 ** (age / _HALF_LIFE_DAYS) / baskets
    return shares
