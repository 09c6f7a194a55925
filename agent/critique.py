"""Critiques: what a remark about shown products ("cheaper", "lighter than the second") does to the standing request.

Pure. Knows nothing of words or engines: it is told which change is meant, and of which cards.
"""

from collections.abc import Iterable, Mapping, Sequence

from agent.constraints import Constraints
from agent.measures import Limit, Measured, limit, measure
from agent.shelf import Card
from agent.tools import Change
from retrieval.product import Product

COLOURS = ("colour", "color", "颜色", "色系")
SIZES: Mapping[str, tuple[tuple[str, ...], bool]] = {
    "lighter": (("weight", "重量", "裸机重量"), False),
    "bigger": (("capacity", "size", "screen size", "容量", "屏幕尺寸", "尺寸"), True),
    "smaller": (("capacity", "size", "screen size", "容量", "屏幕尺寸", "尺寸"), False),
    "longer": (("battery life", "length", "续航", "待机时长"), True),
}
"""By change: the attributes that it may speak of, the usual one first, and whether more is wanted."""


def critiqued(standing: Constraints, change: Change, cards: Sequence[Card], attributes: Measured) -> Constraints:
    """The request after a critique relative to these cards: the one that was named, or all of them. `attributes`: the
    shop's own values. Where the cards say nothing that the critique could start from, nothing changes."""
    products = [card.product for card in cards]
    match change:
        case "cheaper":
            return _cheaper(standing, products)
        case "better_rated":
            return _better_rated(standing, products)
        case "other_brand":
            brands = _distinct(product.brand for product in products if product.brand)
            excluded = _distinct((*standing.exclude_brands, *brands))
            kept = tuple(brand for brand in standing.brands if brand not in excluded)
            return standing.model_copy(update={"exclude_brands": excluded, "brands": kept})
        case "other_colour":
            return _other_colour(standing, products)
        case "similar":
            return _without(standing, products)
        case "unlike":
            unlike = _distinct((*standing.unlike, *(product.id for product in products)))
            return _without(standing, products).model_copy(update={"unlike": unlike})
        case "lighter" | "bigger" | "smaller" | "longer":
            return _measured(standing, change, products, attributes)
        case "narrow":
            return standing


def _cheaper(standing: Constraints, products: Sequence[Product]) -> Constraints:
    prices = [product.price for product in products if product.price]
    if not prices:
        return standing.model_copy(update={"prefer": "cheap"})
    lowest = min(prices, key=lambda price: price.amount)
    bound = lowest.model_copy(update={"amount": max(lowest.amount - 1, 0)})
    stood = standing.price_max
    if stood and stood.currency == bound.currency and stood.amount < bound.amount:
        bound = stood
    return standing.model_copy(update={"price_max": bound, "prefer": "cheap"}).in_order()


def _better_rated(standing: Constraints, products: Sequence[Product]) -> Constraints:
    ratings = [product.rating.value for product in products if product.rating]
    floors = [] if standing.rating_min is None else [standing.rating_min]
    if ratings:
        floors.append(min(ratings))
    return standing.model_copy(update={"rating_min": max(floors, default=None), "prefer": "rating"})


def _other_colour(standing: Constraints, products: Sequence[Product]) -> Constraints:
    """Without what was asked of the colour before; else without the colours that all of these have."""
    for name in COLOURS:
        held = [set(product.attributes.get(name, ())) for product in products]
        if not any(held):
            continue
        every, some = held[0].intersection(*held), held[0].union(*held)
        shunned = set(standing.attributes.get(name, ())) or every or some
        attributes = {each: values for each, values in standing.attributes.items() if each != name}
        excluded = _distinct((*standing.exclude_attributes.get(name, ()), *sorted(shunned)))
        shunning = {**standing.exclude_attributes, name: excluded}
        return standing.model_copy(update={"attributes": attributes, "exclude_attributes": shunning})
    return standing


def _without(standing: Constraints, products: Sequence[Product]) -> Constraints:
    excluded = _distinct((*standing.exclude_ids, *(product.id for product in products)))
    return standing.model_copy(update={"exclude_ids": excluded})


def _measured(standing: Constraints, change: Change, products: Sequence[Product], attributes: Measured) -> Constraints:
    names, more = SIZES[change]
    for name in names:
        values = [value for product in products for value in product.attributes.get(name, ()) if measure(value)]
        made = (
            limit(attributes.get(name, {}), ">" if more else "<", (max if more else min)(values, key=_figure))
            if values
            else None
        )
        if made:
            return standing.limited({name: _within(standing.limits.get(name), made)})
    return standing


def _within(stood: Limit | None, made: Limit) -> Limit:
    """The new bound, which never loosens one on the same side that stood."""
    if stood is None or stood.text[:1] != made.text[:1]:
        return made
    return made if set(made.values) <= set(stood.values) else stood


def _figure(value: str) -> float:
    held = measure(value)
    return held.figure if held else 0.0


def _distinct(values: Iterable[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(values))
