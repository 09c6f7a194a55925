"""What Qdrant Edge stores of a product, and the filters over it. Knows nothing of searching.

Folded fields are matched, `_shown` fields are counted for facets in the shop's own spelling, `product` is the whole
product as JSON. A field that is unknown is absent from the payload, so that no bound on it is ever satisfied.
"""

from collections.abc import Iterable
from typing import Any

import qdrant_edge as edge

from retrieval.index import Field, fold, point_id
from retrieval.product import Product
from retrieval.query import Filters
from retrieval.understand import name_words

SEPARATOR = "\u001f"
"""Between an attribute's name and its value. Feeds have control characters stripped, so it occurs in neither."""

INDEXES: dict[str, edge.PayloadSchemaType] = {
    "price": edge.PayloadSchemaType.Integer,
    "rating": edge.PayloadSchemaType.Float,
    **dict.fromkeys(
        (
            *("currency", "availability", "brand", "brand_shown", "category", "category_shown"),
            *("attribute", "choice", "choice_name", "choice_shown", "word"),
        ),
        edge.PayloadSchemaType.Keyword,
    ),
}
"""Created before the first product is stored: an index made later freezes the process while it reads them all."""

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
    }
    return {key: value for key, value in stored.items() if value is not None and value != []}


def pair(name: str, value: str) -> str:
    """An attribute's name and value as one folded keyword."""
    return f"{fold(name)}{SEPARATOR}{fold(value)}"


def condition(filters: Filters | None) -> edge.Filter | None:
    """The engine's form of these filters; None where they let everything through."""
    if filters is None:
        return None
    must: list[Any] = []
    if filters.price_min is not None or filters.price_max is not None:
        must.append(_range("price", filters.price_min, filters.price_max))
        must.append(_any("currency", [filters.currency or ""]))
    if filters.categories:
        must.append(_any("category", map(fold, filters.categories)))
    if filters.brands:
        must.append(_any("brand", map(fold, filters.brands)))
    for name, values in filters.attributes.items():
        must.append(_any("choice", (pair(name, value) for value in values)))
    if filters.rating_min is not None:
        must.append(_range("rating", filters.rating_min, None))
    if filters.in_stock:
        must.append(_any("availability", ["in_stock"]))
    must_not = _excluded(filters)
    return edge.Filter(must=must or None, must_not=must_not or None) if must or must_not else None


def among(ids: Iterable[int], filters: edge.Filter | None) -> edge.Filter:
    """These points alone, under these filters."""
    has_id = edge.HasIdCondition(set(ids))
    return edge.Filter(must=[has_id, filters] if filters else [has_id])


def known(key: str) -> edge.Filter:
    """The points that have this field."""
    return edge.Filter(must_not=[edge.IsEmptyCondition(key)])


def named(name: str) -> edge.Filter:
    """The points that have this attribute, whatever its value."""
    return edge.Filter(must=[_any("choice_name", [fold(name)])])


def _excluded(filters: Filters) -> list[Any]:
    must_not: list[Any] = []
    if not filters.sold_out:
        must_not.append(_any("availability", ["out_of_stock"]))
    if filters.exclude_ids:
        must_not.append(edge.HasIdCondition({point_id(each) for each in filters.exclude_ids}))
    if filters.exclude_brands:
        must_not.append(_any("brand", map(fold, filters.exclude_brands)))
    if filters.exclude_categories:
        must_not.append(_any("category", map(fold, filters.exclude_categories)))
    for name, values in filters.exclude_attributes.items():
        must_not.append(_any("attribute", (pair(name, value) for value in values)))
    return must_not


def _any(key: str, values: Iterable[str]) -> edge.FieldCondition:
    return edge.FieldCondition(key, match=edge.MatchAny(list(values)))


def _range(key: str, low: float | None, high: float | None) -> edge.FieldCondition:
    return edge.FieldCondition(key, range=edge.RangeFloat(gte=low, lte=high))


def _distinct(values: Iterable[str]) -> list[str]:
    return list(dict.fromkeys(value for value in values if value))
