"""Filtered searches made out of a catalogue's own products: every kind of constraint, in any mix.

Each search is made around a product that satisfies it, as long as no constraint is borrowed from another product; one
in six borrows, so that some searches must be relaxed. Case and width of letters vary. The same searches each time; no
knowledge of engines.
"""

import random
from collections.abc import Callable, Iterator, Sequence
from typing import Any

from retrieval.product import Product
from retrieval.query import Filters, SearchQuery

_BORROWS = 1 / 6
_WIDE = {ord(" "): "\u3000"} | {code: code + 0xFEE0 for code in range(0x21, 0x7F)}


def wishes(products: Sequence[Product], count: int, *, seed: int = 11) -> Iterator[SearchQuery]:
    """`count` filtered searches: a third with words of a title, a third like a product, a third with neither;
    a quarter with products that another source names, which filters bind as well."""
    rng = random.Random(seed)
    for _ in range(count):
        product = rng.choice(products)
        filters = _filters(product, products, rng)
        joined = tuple(each.id for each in rng.choices(products, k=rng.choice((0, 0, 0, 20))))
        match rng.randrange(3):
            case 0:
                yield SearchQuery(text=_words(product, rng), filters=filters, join=joined)
            case 1:
                yield SearchQuery(like=rng.choice((product, rng.choice(products))).id, filters=filters, join=joined)
            case _:
                yield SearchQuery(filters=filters, join=joined)


def _filters(product: Product, products: Sequence[Product], rng: random.Random) -> Filters:
    makers: list[Callable[[Product, random.Random], dict[str, Any]]] = [
        _price,
        _brands,
        _categories,
        _attributes,
        _rating,
        _stock,
    ]
    held: dict[str, Any] = {}
    for make in rng.sample(makers, rng.randint(1, 3)):
        held |= make(rng.choice(products) if rng.random() < _BORROWS / 2 else product, rng)
    for _ in range(rng.choice((0, 0, 1, 2))):
        held |= _exclusions(product, rng.choice(products), rng)
    return Filters(**held)


def _price(product: Product, rng: random.Random) -> dict[str, Any]:
    if product.price is None:
        return {}
    amount, spread = product.price.amount, 1 + rng.random() * rng.choice((0, 0.2, 2))
    ends = {"price_min": int(amount / spread), "price_max": int(amount * spread)}
    kept = rng.choice((("price_min",), ("price_max",), ("price_min", "price_max")))
    return {name: ends[name] for name in kept} | {"currency": product.price.currency}


def _brands(product: Product, rng: random.Random) -> dict[str, Any]:
    return {"brands": (_spelt(product.brand, rng),)} if product.brand else {}


def _categories(product: Product, rng: random.Random) -> dict[str, Any]:
    return {"categories": (_spelt(rng.choice(product.categories), rng),)} if product.categories else {}


def _attributes(product: Product, rng: random.Random) -> dict[str, Any]:
    choices = [(name, value) for name, values in product.attributes.items() for value in values]
    choices += [pair for variant in product.variants for pair in variant.options.items()]
    named = dict(rng.sample(choices, min(len(choices), rng.randint(1, 2))))
    return {"attributes": {_spelt(name, rng): (_spelt(value, rng),) for name, value in named.items()}}


def _rating(product: Product, rng: random.Random) -> dict[str, Any]:
    return {"rating_min": rng.choice((product.rating.value, 4.0, 1.0))} if product.rating else {}


def _stock(product: Product, rng: random.Random) -> dict[str, Any]:
    return {"in_stock": True} if product.availability == "in_stock" else {"sold_out": rng.random() < 0.8}


def _exclusions(product: Product, other: Product, rng: random.Random) -> dict[str, Any]:
    """What another product has and this one has not."""
    kinds: list[dict[str, Any]] = [{"exclude_ids": (other.id,)}] if other != product else []
    if other.brand and other.brand != product.brand:
        kinds.append({"exclude_brands": (_spelt(other.brand, rng),)})
    strange = [each for each in other.categories if each not in product.categories]
    if strange:
        kinds.append({"exclude_categories": (_spelt(rng.choice(strange), rng),)})
    pairs = [(name, value) for name, values in other.attributes.items() for value in values]
    pairs = [(name, value) for name, value in pairs if value not in product.attributes.get(name, ())]
    if pairs:
        name, value = rng.choice(pairs)
        kinds.append({"exclude_attributes": {_spelt(name, rng): (_spelt(value, rng),)}})
    return rng.choice(kinds) if kinds else {}


def _words(product: Product, rng: random.Random) -> str:
    words = product.title.split()
    start = rng.randrange(max(1, len(words) - 1))
    return " ".join(words[start : start + rng.randint(1, 4)])[:200]


def _spelt(text: str, rng: random.Random) -> str:
    """As it is, or in another case or width, which filters must not mind."""
    return rng.choice((text, text, text.lower(), text.upper(), text.translate(_WIDE)))
