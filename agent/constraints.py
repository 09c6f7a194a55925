"""What the shopper asked for, as typed state, and the deltas that change it.

Pure. Knows nothing of words, models or engines: it is told what was said by `Wishes` (from the parser) and `ToolCall`
(from the plan); critique.py is told what a remark about shown products means. Bounds that the shopper stated win over
anything a model guesses.
"""

import re
from collections.abc import Mapping
from typing import Annotated, Literal

from pydantic import BaseModel, Field

from agent.lexicon import CJK, english, fold
from agent.measures import Limit
from retrieval.product import Price
from retrieval.query import Filters

MOST_NEED = 900
"""Characters of a need that are kept: what a search can read."""

Preference = Literal["cheap", "rating"]


class Wishes(BaseModel, frozen=True, extra="forbid"):
    """What one message says, as the deterministic parser reads it. Empty fields were not mentioned."""

    price_min: Price | None = None
    price_max: Price | None = None
    categories: tuple[str, ...] = ()
    brands: tuple[str, ...] = ()
    attributes: dict[str, tuple[str, ...]] = {}
    rating_min: Annotated[float, Field(ge=0, le=5)] | None = None
    in_stock: bool = False
    prefer: Preference | None = None
    exclude_brands: tuple[str, ...] = ()
    exclude_attributes: dict[str, tuple[str, ...]] = {}
    limits: dict[str, Limit] = {}
    recipient: str = ""
    occasion: str = ""
    clear_price: bool = False
    """"Ignore the budget": the price bounds go."""
    allowed: tuple[tuple[str, str], ...] = ()
    """What may be: an attribute (for a brand, nothing) and its value."""
    clear: tuple[str, ...] = ()
    """What does not matter any more: the fields `brand`, `rating` and `stock`, or names of attributes."""


class Chip(BaseModel, frozen=True, extra="forbid"):
    """A constraint as the shopper sees it: a label that can be tapped away."""

    path: str
    """JSON Pointer into Constraints, as `constraint.clear` sends it back."""
    field: str
    value: str
    """In words; prices rendered."""
    of: str = ""
    """The kind of product that it speaks of, where several are asked for at once."""


class Constraints(BaseModel, frozen=True, extra="forbid"):
    """The standing request of a session."""

    need: str = ""
    """What is looked for, in the catalogue's language; the text of the search."""
    category: str | None = None
    price_min: Price | None = None
    price_max: Price | None = None
    brands: tuple[str, ...] = ()
    attributes: dict[str, tuple[str, ...]] = {}
    rating_min: float | None = None
    in_stock: bool = False
    prefer: Preference | None = None
    exclude_brands: tuple[str, ...] = ()
    exclude_attributes: dict[str, tuple[str, ...]] = {}
    exclude_ids: tuple[str, ...] = ()
    limits: dict[str, Limit] = {}
    """Bounds on attributes, by name."""
    recipient: str = ""
    occasion: str = ""
    """Soft wishes: who it is for and why. Words of the search, never filters."""
    unlike: tuple[str, ...] = ()
    """Products that what is shown should not be like."""

    def going_on(self, words: str) -> "Constraints":
        """More was said of the same need. What is said again is kept once; of a long talk the last is kept."""
        old, new = words_of(self.need), words_of(words)
        if new <= old:
            return self
        need = words if old <= new else f"{self.need} {words}"
        return self.model_copy(update={"need": need[-MOST_NEED:].strip()})

    def wished(self, wishes: Wishes) -> "Constraints":
        """The bounds and names of a message, laid over what stood: a field that was mentioned replaces the old one."""
        new: dict[str, object] = {name: getattr(wishes, name) for name in _REPLACED if getattr(wishes, name)}
        if wishes.categories:
            new["category"] = wishes.categories[0]
        if wishes.clear_price:
            new |= {"price_min": None, "price_max": None}
        elif wishes.price_min or wishes.price_max:
            new |= self._bounded(wishes.price_min, wishes.price_max)
        if wishes.brands or wishes.exclude_brands:
            excluded = _without(self.exclude_brands, wishes.brands)
            new["exclude_brands"] = _joined(excluded, wishes.exclude_brands)
            new["brands"] = _without(wishes.brands or self.brands, wishes.exclude_brands)
        if wishes.attributes or wishes.exclude_attributes:
            excluded_values = _emptied(self.exclude_attributes, wishes.attributes)
            new["exclude_attributes"] = excluded_values | {
                name: _joined(excluded_values.get(name, ()), values)
                for name, values in wishes.exclude_attributes.items()
            }
            new["attributes"] = _emptied({**self.attributes, **wishes.attributes}, wishes.exclude_attributes)
        allowed = tuple(one for one in wishes.allowed if one[0] not in wishes.clear)
        laid = self._freed(wishes.clear).model_copy(update=new)._allowing(allowed)
        kept = {name: held for name, held in laid.limits.items() if name not in wishes.attributes}
        return laid.model_copy(update={"limits": kept}).limited(wishes.limits).in_order()

    def limited(self, limits: Mapping[str, Limit]) -> "Constraints":
        """With these bounds, which win over values of the same attributes."""
        attributes = {name: values for name, values in self.attributes.items() if name not in limits}
        return self.model_copy(update={"limits": {**self.limits, **limits}, "attributes": attributes})

    def cleared(self, path: str) -> "Constraints":
        """Without the constraint at this chip's path. Raises KeyError for a path that is not set."""
        chip = next((chip for chip in self.chips if chip.path == path), None)
        if chip is None:
            raise KeyError(path)
        name, _, rest = path.removeprefix("/").partition("/")
        value = getattr(self, name)
        if isinstance(value, dict):
            key = rest.replace("~1", "/").replace("~0", "~")
            return self.model_copy(update={name: {k: v for k, v in value.items() if k != key}})  # pyright: ignore[reportUnknownVariableType]
        return self.model_copy(update={name: Constraints.model_fields[name].default})

    @property
    def filters(self) -> Filters:
        """What the engine is held to."""
        bound = self.price_min or self.price_max
        return Filters(
            price_min=self.price_min.amount if self.price_min else None,
            price_max=self.price_max.amount if self.price_max else None,
            currency=bound.currency if bound else None,
            categories=(self.category,) if self.category else (),
            brands=self.brands,
            attributes={**self.attributes, **{name: held.values for name, held in self.limits.items()}},
            rating_min=self.rating_min,
            in_stock=self.in_stock,
            exclude_ids=self.exclude_ids,
            exclude_brands=self.exclude_brands,
            exclude_attributes=self.exclude_attributes,
        )

    @property
    def chips(self) -> tuple[Chip, ...]:  # noqa: C901  (one line a field, nothing else)
        """Every constraint that can be tapped away, in a fixed order."""
        found: list[Chip] = []

        def chip(field: str, value: str, key: str = "") -> None:
            found.append(Chip(path=pointer(field, key), field=field, value=value))

        if self.category:
            chip("category", self.category)
        if self.price_min:
            chip("price_min", self.price_min.text)
        if self.price_max:
            chip("price_max", self.price_max.text)
        if self.brands:
            chip("brands", ", ".join(self.brands))
        for name, values in self.attributes.items():
            chip("attributes", f"{name}: {', '.join(values)}", name)
        for name, held in self.limits.items():
            chip("limits", f"{name}: {held.text}", name)
        if self.rating_min is not None:
            chip("rating_min", f"{self.rating_min:g}")
        if self.in_stock:
            chip("in_stock", "in stock")
        if self.exclude_brands:
            chip("exclude_brands", ", ".join(self.exclude_brands))
        for name, values in self.exclude_attributes.items():
            chip("exclude_attributes", f"{name}: {', '.join(values)}", name)
        for field in ("recipient", "occasion"):
            if said := getattr(self, field):
                chip(field, said)
        return tuple(found)

    @property
    def words(self) -> str:
        """What is searched for."""
        return " ".join(part for part in (self.need, self.recipient, self.occasion) if part)

    def _allowing(self, allowed: tuple[tuple[str, str], ...]) -> "Constraints":
        """With what may be, too: not shunned, and beside what is wanted of the same attribute."""
        shunned, wanted, brands = dict(self.exclude_attributes), dict(self.attributes), self.exclude_brands
        for name, value in allowed:
            if not name:
                brands = _without(brands, (value,))
            elif value in shunned.get(name, ()):
                shunned = _emptied(shunned, {name: (value,)})
            elif name in wanted:
                wanted[name] = _joined(wanted[name], (value,))
        return self.model_copy(update={"exclude_attributes": shunned, "attributes": wanted, "exclude_brands": brands})

    def _freed(self, names: tuple[str, ...]) -> "Constraints":
        """Without what is said not to matter any more."""
        new: dict[str, object] = {
            "attributes": {name: held for name, held in self.attributes.items() if name not in names},
            "exclude_attributes": {name: held for name, held in self.exclude_attributes.items() if name not in names},
            "limits": {name: held for name, held in self.limits.items() if name not in names},
        }
        if "brand" in names:
            new |= {"brands": (), "exclude_brands": ()}
        if "rating" in names:
            new["rating_min"] = None
        if "stock" in names:
            new["in_stock"] = False
        return self.model_copy(update=new)

    def _bounded(self, low: Price | None, high: Price | None) -> dict[str, object]:
        """These new bounds, and the one that was not mentioned where it does not contradict them."""
        if low and not high:
            old = self.price_max
            high = old if old and old.currency == low.currency and old.amount >= low.amount else None
        elif high and not low:
            low = self.price_min
        return {"price_min": low, "price_max": high}

    def in_order(self) -> "Constraints":
        """Bounds that contradict each other: the newer upper bound stands, a lower one above it goes."""
        low, high = self.price_min, self.price_max
        if low and high and (low.currency != high.currency or low.amount > high.amount):
            return self.model_copy(update={"price_min": None})
        return self


_REPLACED = ("rating_min", "in_stock", "prefer", "recipient", "occasion")


def pointer(field: str, key: str = "") -> str:
    """The JSON Pointer of a constraint: `/price_max`, `/attributes/colour`."""
    escaped = key.replace("~", "~0").replace("/", "~1")
    return f"/{field}/{escaped}" if key else f"/{field}"


def _joined(old: tuple[str, ...], new: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(dict.fromkeys((*old, *new)))


def _without(values: tuple[str, ...], gone: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(value for value in values if value not in gone)


def _emptied(held: Mapping[str, tuple[str, ...]], gone: Mapping[str, tuple[str, ...]]) -> dict[str, tuple[str, ...]]:
    """`held` without the values that `gone` names, and without the names that have no value left."""
    rest = {name: _without(values, gone.get(name, ())) for name, values in held.items()}
    return {name: values for name, values in rest.items() if values}


def words_of(text: str) -> set[str]:
    """The telling words of a need, in the singular; of Chinese, every two neighbouring ideographs."""
    words = {fold(word) for word in re.findall(rf"[^\W_{CJK}]+", text.casefold()) if len(word) > 2}
    pairs = {run[place : place + 2] for run in re.findall(f"[{CJK}]+", text) for place in range(len(run) - 1)}
    return (words - english("function")) | pairs
