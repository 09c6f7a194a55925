"""Needs for simulated shoppers, made from a catalogue's own facets: a kind of product, values, a budget, a brand that
is not wanted. Never a product: whatever satisfies the need will do. Knows nothing of words or conversations.
"""

import math
import random
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from eval.errors import DatasetError
from eval.journeyfile import State
from eval.standing import broken
from retrieval.product import Product

_SHORT = 20
"""Longer values are sentences that nobody asks for."""
_COMMON = (2, 4)
"""So many products share a value that is asked for; of a value that begins with a figure, more."""
_ROOM = (1.02, 1.25)
"""A budget lies so far above the price of something that would do."""
_FEW = 2
"""So many products meet a need, if that can be had: what anything meets is found without being talked about."""
_TRIES = 12


@dataclass(frozen=True, slots=True)
class Need:
    """What a shopper is after."""

    category: str
    kind: str = ""
    """A narrower category, told only where it is asked for: anything else of `category` would do as well."""
    wants: tuple[tuple[str, str], ...] = ()
    """Attributes: name and value."""
    budget: int | None = None
    """Major units."""
    currency: str = "USD"
    shunned: str | None = None
    """A brand."""

    @property
    def parts(self) -> tuple[str, ...]:
        """What can be said of it, one after the other: `category`, `price`, `brand`, or an attribute's name."""
        return (
            "category",
            *(name for name, _ in self.wants),
            *(("price",) if self.budget else ()),
            *(("brand",) if self.shunned else ()),
        )

    def state(self, said: Sequence[str]) -> State:
        """The request that these parts come to."""
        return State(
            category=(self.category,) if "category" in said else (),
            attributes={name: (value,) for name, value in self.wants if name in said},
            price_max=self.budget if "price" in said else None,
            exclude_brands=(self.shunned,) if self.shunned and "brand" in said else (),
        )

    def met_by(self, product: Product) -> bool:
        """Whether this product would be taken: all of the need, and it can be bought."""
        return product.availability != "out_of_stock" and not broken(product, self.state(self.parts))

    def value(self, name: str) -> str:
        """The wanted value of this attribute."""
        return dict(self.wants)[name]


def needs_of(products: Sequence[Product], count: int, seed: int) -> tuple[Need, ...]:
    """So many needs that something of the catalogue meets; the same for the same seed. Raises DatasetError."""
    rng = random.Random(seed)
    usable = [each for each in products if each.categories and each.availability != "out_of_stock"]
    if not usable:
        raise DatasetError("No product has a category.", fix="Give a catalogue with categories.")
    common = Counter((name, value) for each in products for name, held in each.attributes.items() for value in held)
    return tuple(_hard(rng, usable, products, common) for _ in range(count))


def _hard(
    rng: random.Random, usable: Sequence[Product], products: Sequence[Product], common: Counter[tuple[str, str]]
) -> Need:
    """The first of some needs that few products meet, or else the one that the fewest do."""
    best: tuple[int, Need] | None = None
    for _ in range(_TRIES):
        need = _need(rng, rng.choice(usable), products, common)
        met = sum(need.met_by(product) for product in products)
        best = (met, need) if best is None or met < best[0] else best
        if met <= _FEW:
            break
    assert best is not None
    return best[1]


def _need(rng: random.Random, one: Product, products: Sequence[Product], common: Counter[tuple[str, str]]) -> Need:
    """A need that this product, at least, would meet."""
    category = rng.choice(one.categories)
    peers = [each for each in products if category in each.categories]
    choices = [
        (name, value)
        for name, held in one.attributes.items()
        for value in held[:1]
        if len(value) <= _SHORT
        and common[name, value] >= _COMMON[value[:1].isdigit()]
        and any(value not in p.attributes.get(name, ()) for p in peers)
    ]
    wants = rng.sample(choices, min(len(choices), rng.randint(1, 3)))
    brands = sorted({each.brand for each in peers if each.brand and each.brand != one.brand})
    return Need(
        category=category,
        kind=one.categories[-1],
        wants=tuple(wants),
        budget=_budget(float(one.price.major) * rng.uniform(*_ROOM)) if one.price and rng.random() < 0.7 else None,
        currency=one.price.currency if one.price else "USD",
        shunned=rng.choice(brands) if brands and rng.random() < 0.5 else None,
    )


def _budget(most: float) -> int:
    """A round figure no lower than this."""
    step = 5 if most < 200 else 50 if most < 5000 else 1000
    return math.ceil(most / step) * step
