"""When a question pays: which one would split the products that fit best. Pure.

The measure is information gain: the entropy, in bits, of the values that an attribute (or a narrower category) has
among the products that satisfy the request, times the share of products that have a value at all. A question is worth
asking from one bit on: it halves what is left.

Knows nothing of words, or of when a question would be rude; see answers.py.
"""

import math
from collections.abc import Mapping
from dataclasses import dataclass

from agent.constraints import Constraints
from retrieval.query import Facets

LEAST_BITS = 1.0
LEAST_PRODUCTS = 8
"""Fewer can be shown."""
MOST_VALUES = 8
"""An attribute with more values than that is not asked about: nobody could name them."""
CHOICES = 4
_LONGEST = 28


@dataclass(frozen=True, slots=True)
class Split:
    """A question: the attribute (None: the kind of product), the answers, most products first, and what it is worth."""

    name: str | None
    values: tuple[str, ...]
    bits: float


def best_split(facets: Facets, standing: Constraints) -> Split | None:
    """The question that tells most about the products under these facets, where one is worth asking."""
    if facets.count < LEAST_PRODUCTS:
        return None
    asked: dict[str | None, Mapping[str, int]] = {
        name: values
        for name, values in facets.attributes.items()
        if name not in standing.attributes and name not in standing.limits and name not in standing.exclude_attributes
    }
    # Every product is in the category that was asked for; those inside it are what can be told apart.
    asked[None] = {name: count for name, count in facets.categories.items() if count < facets.count}
    splits = [
        Split(name, tuple(sorted(values, key=lambda each: (-values[each], each))[:CHOICES]), bits)
        for name, values in asked.items()
        if (bits := gain(values, facets.count)) >= LEAST_BITS and len(values) <= MOST_VALUES and _short(values)
    ]
    return max(splits, key=lambda split: (split.bits, split.name or ""), default=None)


def gain(values: Mapping[str, int], products: int) -> float:
    """Bits that the answer tells, from 0 on. A product with several values counts for each."""
    total = sum(values.values())
    if not total or not products:
        return 0.0
    entropy = -sum(count / total * math.log2(count / total) for count in values.values() if count)
    return entropy * min(1.0, total / products)


def _short(values: Mapping[str, int]) -> bool:
    return all(len(value) <= _LONGEST for value in values)
