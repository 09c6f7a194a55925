"""What kinds of product Chinese names speak of, learnt from the shop's own Chinese titles: 羊角锤 is a hand tool, and
锤子 is one too. Pure.

A Chinese name ends in what the thing is. An ending of several titles stands for their kind where nearly all are of one
kind. Knows nothing of messages.
"""

import re
from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from typing import NamedTuple

from agent.lexicon import CJK
from retrieval.product import Product

_LONGEST = 5
_AGREED = 0.8


class Head(NamedTuple):
    """The kind that an ending stands for, and English words to search for it by."""

    category: str
    english: str


def heads(titles: Mapping[str, str], products: Sequence[Product]) -> dict[str, Head]:
    """By ending, of two to five ideographs. `titles`: Chinese names by product id."""
    owners: defaultdict[str, list[Product]] = defaultdict(list)
    for product in products:
        runs = re.findall(f"[{CJK}]+", re.sub(r"[（(].*?[)）]", "", titles.get(product.id, "")))
        if not runs or not product.categories:
            continue
        last = runs[-1]
        for length in range(2, min(_LONGEST, len(last)) + 1):
            owners[last[-length:]].append(product)
        owners[f"{last[-1]}子"].append(product)
    found: dict[str, Head] = {}
    for ending, held in owners.items():
        for depth in (-1, 0):
            category, count = Counter(product.categories[depth] for product in held).most_common(1)[0]
            if count >= _AGREED * len(held):
                found[ending] = Head(category, _english(held[0]) if len(held) == 1 else category)
                break
    return found


def _english(product: Product) -> str:
    """The English title without the brand."""
    return product.title.removeprefix(product.brand or "").strip()
