"""What an engine stores of a product beside its vectors, and the facets read back from that. Knows no engine.

Folded fields are matched, `_shown` fields are counted for facets in the shop's own spelling, `product` is the whole
product as JSON. A field that is unknown is absent from the payload, so that no bound on it is ever satisfied.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from typing import Any, Literal, Protocol

from retrieval.index import Field, fold
from retrieval.product import Product
from retrieval.query import Facets, ValueRange
from retrieval.understand import name_words

SEPARATOR = "\u001f"
"""Between an attribute's name and its value. Feeds have control characters stripped, so it occurs in neither."""

Kind = Literal["integer", "float", "keyword"]

KINDS: dict[str, Kind] = {
    "price": "integer",
    "rating": "float",
    "currency": "keyword",
    "availability": "keyword",
    "brand": "keyword",
    "brand_shown": "keyword",
    "category": "keyword",
    "category_shown": "keyword",
    "attribute": "keyword",
    "choice": "keyword",
    "choice_name": "keyword",
    "choice_shown": "keyword",
    "variant": "keyword",
    "word": "keyword",
}
"""The fields that are filtered by, ordered by or counted. Their indexes are created before the first product is stored:
one that is made later holds everything up while it reads them all."""

KEYS: dict[Field, str] = {
    "price": "price",
    "categories": "category",
    "brand": "brand",
    "availability": "availability",
    "rating": "rating",
}


def payload(product: Product, digest: str) -> dict[str, Any]:
    """What is stored beside the vectors; `digest` is of the text that they stand for."""
    attributes = [(name, value) for name, values in product.attributes.items() for value in values]
    options = [pair for variant in product.variants for pair in variant.options.items()]
    choices = attributes + options
    stored: dict[str, Any] = {
        "product": product.model_dump_json(exclude_defaults=True),
        "digest": digest,
        "word": name_words(product),
        "price": product.price.amount if product.price else None,
        "currency": product.price.currency if product.price else None,
        "availability": product.availability,
        "rating": product.rating.value if product.rating else None,
        "brand": fold(product.brand) if product.brand else None,
        "brand_shown": product.brand,
        "category": _distinct(fold(category) for category in product.categories),
        "category_shown": _distinct(product.categories),
        "attribute": _distinct(pair(*each) for each in attributes),
        "choice": _distinct(pair(*each) for each in choices),
        "choice_name": _distinct(fold(name) for name, _ in choices),
        "choice_shown": _distinct(f"{name}{SEPARATOR}{value}" for name, value in choices),
        "variant": _distinct(variant.id for variant in product.variants),
    }
    return {key: value for key, value in stored.items() if value is not None and value != []}


def pair(name: str, value: str) -> str:
    """An attribute's name and value as one folded keyword."""
    return f"{fold(name)}{SEPARATOR}{fold(value)}"


class Hit(Protocol):
    """A value that an engine counted."""

    @property
    def value(self) -> object: ...

    @property
    def count(self) -> int: ...


def counts(hits: Iterable[Hit]) -> dict[str, int]:
    """The most frequent first. A value that only deleted products had is still reported, with none: not here."""
    there = [(str(hit.value), hit.count) for hit in hits if hit.count]
    return dict(sorted(there, key=lambda held: (-held[1], held[0])))


def facets_of(
    *,
    count: int,
    categories: Mapping[str, int],
    brands: Mapping[str, int],
    choices: Mapping[str, int],
    prices: Mapping[str, ValueRange],
    availability: Mapping[str, int],
    rated: int,
) -> Facets:
    """Facets out of an engine's counts of the `_shown` fields, each with the most frequent value first."""
    attributes: dict[str, dict[str, int]] = defaultdict(dict)
    for shown, held in choices.items():
        name, _, value = shown.partition(SEPARATOR)
        attributes[name][value] = attributes[name].get(value, 0) + held
    return Facets(
        count=count,
        categories=_merged(categories),
        brands=_merged(brands),
        attributes=_merged_names(attributes),
        prices=dict(prices),
        availability=dict(availability),
        rated=rated,
    )


def _merged(counts: Mapping[str, int]) -> dict[str, int]:
    """Spellings that compare as equal become one, under the most frequent of them. Expects the most frequent first."""
    spelling: dict[str, str] = {}
    merged: dict[str, int] = {}
    for shown, count in counts.items():
        kept = spelling.setdefault(fold(shown), shown)
        merged[kept] = merged.get(kept, 0) + count
    return merged


def _merged_names(attributes: Mapping[str, Mapping[str, int]]) -> dict[str, dict[str, int]]:
    spelling: dict[str, str] = {}
    merged: dict[str, dict[str, int]] = {}
    for name, values in attributes.items():
        held = merged.setdefault(spelling.setdefault(fold(name), name), {})
        for value, count in values.items():
            held[value] = held.get(value, 0) + count
    return {name: _merged(values) for name, values in merged.items()}


def _distinct(values: Iterable[str]) -> list[str]:
    return list(dict.fromkeys(value for value in values if value))
