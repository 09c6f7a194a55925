"""An independent reading of what filters mean: which constraints does a product break?

Written from the words of retrieval/query.py alone, and sharing nothing with any engine's own filters, so that a fault
of those shows. Pure; knows nothing of engines.
"""

import unicodedata
from collections.abc import Callable, Collection, Iterable, Iterator
from dataclasses import dataclass

from retrieval.product import Product
from retrieval.query import Filters, Relaxation


@dataclass(frozen=True, slots=True)
class Facts:
    """What filters can ask of a product. Text is folded; None or empty is unknown."""

    id: str
    price: int | None
    currency: str | None
    brand: str | None
    categories: frozenset[str]
    attributes: frozenset[tuple[str, str]]
    choices: frozenset[tuple[str, str]]
    """Attributes, and the options of variants: what a shopper can have."""
    variants: frozenset[str]
    stars: float | None
    availability: str | None


Check = tuple[str, Callable[[Facts], bool]]
"""A constraint's name, and whether a product breaks it."""


def facts(product: Product) -> Facts:
    """Everything that filters can ask of this product."""
    attributes = {(_same(name), _same(value)) for name, held in product.attributes.items() for value in held}
    options = {(_same(name), _same(value)) for each in product.variants for name, value in each.options.items()}
    return Facts(
        id=product.id,
        price=product.price.amount if product.price else None,
        currency=product.price.currency if product.price else None,
        brand=_same(product.brand) if product.brand else None,
        categories=frozenset(_same(each) for each in product.categories),
        attributes=frozenset(attributes),
        choices=frozenset(attributes | options),
        variants=frozenset(each.id for each in product.variants),
        stars=product.rating.value if product.rating else None,
        availability=product.availability,
    )


def checks(filters: Filters, like: str | None = None) -> tuple[Check, ...]:
    """One check a constraint. `like`: the product that others are to be similar to, which is no answer itself."""
    return (*_required(filters), *_excluded(filters, like))


def broken(held: Facts, against: Iterable[Check]) -> tuple[str, ...]:
    """The names of the constraints that a product breaks; empty where it satisfies them all."""
    return tuple(name for name, breaks in against if breaks(held))


def told(filters: Filters, relaxed: Iterable[Relaxation], unknown: Collection[str]) -> frozenset[str]:
    """The names, as `broken` says them, of constraints that a search said it dropped or ignored. Never an exclusion."""
    dropped = {f"attributes.{each.name}" if each.field == "attributes" else each.field for each in relaxed}
    names = {"price_min", "price_max", "categories", "brands", "rating_min", "in_stock"}
    names |= {f"attributes.{name}" for name in filters.attributes}
    return frozenset(names & (dropped | set(unknown)))


def _required(filters: Filters) -> Iterator[Check]:
    low, high, currency, stars = filters.price_min, filters.price_max, filters.currency, filters.rating_min
    if low is not None:
        yield "price_min", lambda held: held.price is None or held.currency != currency or held.price < low
    if high is not None:
        yield "price_max", lambda held: held.price is None or held.currency != currency or held.price > high
    if filters.categories:
        categories = _all(filters.categories)
        yield "categories", lambda held: held.categories.isdisjoint(categories)
    if filters.brands:
        brands = _all(filters.brands)
        yield "brands", lambda held: held.brand not in brands
    for name, values in filters.attributes.items():
        wanted = {(_same(name), value) for value in _all(values)}
        yield f"attributes.{name}", lambda held, wanted=wanted: held.choices.isdisjoint(wanted)
    if filters.variants:
        variants = set(filters.variants)
        yield "variants", lambda held: held.variants.isdisjoint(variants)
    if stars is not None:
        yield "rating_min", lambda held: held.stars is None or held.stars < stars
    if filters.in_stock:
        yield "in_stock", lambda held: held.availability != "in_stock"


def _excluded(filters: Filters, like: str | None) -> Iterator[Check]:
    if not filters.sold_out:
        yield "sold_out", lambda held: held.availability == "out_of_stock"
    ids = {*filters.exclude_ids, like}
    brands, categories = _all(filters.exclude_brands), _all(filters.exclude_categories)
    yield "exclude_ids", lambda held: held.id in ids
    yield "exclude_brands", lambda held: held.brand in brands
    yield "exclude_categories", lambda held: not held.categories.isdisjoint(categories)
    for name, values in filters.exclude_attributes.items():
        unwanted = {(_same(name), value) for value in _all(values)}
        yield f"exclude_attributes.{name}", lambda held, unwanted=unwanted: not held.attributes.isdisjoint(unwanted)


def _all(values: Iterable[str]) -> set[str]:
    return {_same(value) for value in values}


def _same(text: str) -> str:
    return unicodedata.normalize("NFKC", text).strip().casefold()
