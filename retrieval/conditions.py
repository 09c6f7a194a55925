"""Filters as conditions on what is stored: what each constraint means, said once for every engine.

An engine puts three kinds of test into its own words: one of these values, within these ends, one of these points; and
whether a field is there at all. Knows no engine.
"""

from collections.abc import Iterable
from dataclasses import dataclass

from retrieval.index import Field, fold, point_id
from retrieval.payload import KEYS, pair
from retrieval.query import Filters


@dataclass(frozen=True, slots=True)
class OneOf:
    """The field has at least one of these values."""

    key: str
    values: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Within:
    """The figure lies between these ends, which belong to it; None: open."""

    key: str
    low: float | None
    high: float | None


@dataclass(frozen=True, slots=True)
class Among:
    """It is one of these points."""

    points: frozenset[int]


@dataclass(frozen=True, slots=True)
class Present:
    """The field is there."""

    key: str


Test = OneOf | Within | Among | Present


@dataclass(frozen=True, slots=True)
class Conditions:
    """All of `must` and none of `must_not`."""

    must: tuple[Test, ...] = ()
    must_not: tuple[Test, ...] = ()

    def __bool__(self) -> bool:
        return bool(self.must or self.must_not)

    def __and__(self, test: Test) -> "Conditions":
        return Conditions((*self.must, test), self.must_not)


def conditions(filters: Filters | None) -> Conditions:
    """What these filters ask of a stored product; nothing where they let everything through."""
    if filters is None:
        return Conditions()
    must: list[Test] = []
    if filters.price_min is not None or filters.price_max is not None:
        must += [Within("price", filters.price_min, filters.price_max), OneOf("currency", (filters.currency or "",))]
    if filters.categories:
        must.append(_folded("category", filters.categories))
    if filters.brands:
        must.append(_folded("brand", filters.brands))
    must += [_paired("choice", name, values) for name, values in filters.attributes.items()]
    if filters.variants:
        must.append(OneOf("variant", filters.variants))
    if filters.rating_min is not None:
        must.append(Within("rating", filters.rating_min, None))
    if filters.in_stock:
        must.append(OneOf("availability", ("in_stock",)))
    return Conditions(tuple(must), tuple(_excluded(filters)))


def known(field: Field) -> Present:
    """The product has this field."""
    return Present(KEYS[field])


def named(name: str) -> OneOf:
    """The product has this attribute, whatever its value."""
    return _folded("choice_name", (name,))


def priced(currency: str) -> OneOf:
    """The product has a price in this currency."""
    return OneOf("currency", (currency,))


def _excluded(filters: Filters) -> Iterable[Test]:
    if not filters.sold_out:
        yield OneOf("availability", ("out_of_stock",))
    if filters.exclude_ids:
        yield Among(frozenset(map(point_id, filters.exclude_ids)))
    if filters.exclude_brands:
        yield _folded("brand", filters.exclude_brands)
    if filters.exclude_categories:
        yield _folded("category", filters.exclude_categories)
    for name, values in filters.exclude_attributes.items():
        yield _paired("attribute", name, values)


def _folded(key: str, values: Iterable[str]) -> OneOf:
    return OneOf(key, tuple(map(fold, values)))


def _paired(key: str, name: str, values: Iterable[str]) -> OneOf:
    return OneOf(key, tuple(pair(name, value) for value in values))
