"""Is the standing request the one that was asked for, and do the cards keep to it? Read from products' own fields.

Shares no judgement with the assistant: what satisfies a bound is said here anew. Pure. Knows nothing of conversations.
"""

from collections.abc import Mapping, Sequence
from typing import Any

from agent.constraints import Constraints
from eval.journeyfile import State
from retrieval.product import Product

FIELDS = (
    "category", "price_min", "price_max", "brands", "exclude_brands", "attributes", "exclude_attributes",
    "rating_min", "in_stock", "prefer",
)  # fmt: skip
Values = Mapping[str, frozenset[str]]


def plain(wanted: Constraints) -> dict[str, Any]:
    """A request in values that can be compared: major units, sets, no case. Words and ids are no part of it."""
    return {
        "category": wanted.category,
        "price_min": float(wanted.price_min.major) if wanted.price_min else None,
        "price_max": float(wanted.price_max.major) if wanted.price_max else None,
        "brands": _folded(wanted.brands),
        "exclude_brands": _folded(wanted.exclude_brands),
        "attributes": _values(wanted.attributes),
        "exclude_attributes": _values(wanted.exclude_attributes),
        "rating_min": wanted.rating_min,
        "in_stock": wanted.in_stock,
        "prefer": wanted.prefer,
    }


def wrong_fields(
    state: State,
    may: State | None,
    held: Mapping[str, Any],
    *,
    before: Mapping[str, Any] | None = None,
    shown: Sequence[Product] = (),
    carried: frozenset[str] = frozenset(),
) -> tuple[str, ...]:
    """The fields of a request that are not as `state` says. `before`: the request until now; `shown`: the products that
    a critique was about; `carried`: relative fields that were right already, and may simply stay."""
    free = may or State()
    relative = state.relative
    wrong: list[str] = []
    for name in FIELDS:
        value, wanted, allowed = held[name], getattr(state, name), getattr(free, name)
        if name in relative:
            stayed = name in carried and before is not None and value == before[name]
            right = stayed or _follows(name, value, shown)
        elif name == "category":
            right = (value or "") in wanted + allowed or (value is None and not wanted)
        elif name in ("attributes", "exclude_attributes"):
            right = _within(_values(wanted), value, _values(allowed))
        elif name in ("brands", "exclude_brands"):
            right = _folded(wanted) <= value <= _folded((*wanted, *(() if allowed == "shown" else allowed)))
        elif name == "prefer" and (preferred := _may_prefer(relative)):
            right = value in (None, wanted, allowed, *preferred)
        else:
            empty = None if name != "in_stock" else False
            right = value == wanted or (wanted == empty and _allowed(name, value, allowed))
        if not right:
            wrong.append(name)
    return tuple(wrong)


def changed_fields(before: Mapping[str, Any], held: Mapping[str, Any], may: State | None) -> tuple[str, ...]:
    """The fields that changed although nothing should have, but for what may be set."""
    changed = tuple(name for name in FIELDS if held[name] != before[name])
    if may is None:
        return changed
    return tuple(name for name in changed if not _may_change(name, before[name], held[name], may))


def broken(product: Product, state: State, shown: Sequence[Product] = ()) -> tuple[str, ...]:
    """The bounds of `state` that this product does not satisfy. `shown`: what was shown before, for relative bounds.
    A field that the product does not have satisfies no bound on it, and breaks no exclusion."""
    price = float(product.price.major) if product.price else None
    top = _highest(shown)
    most = (state.price_max if state.price_max != "below" else None) if state.price_max is not None else None
    others = _brands(shown) if state.exclude_brands == "shown" else _folded(state.exclude_brands)
    brand = (product.brand or "").casefold()
    rating = product.rating.value if product.rating else None
    held = _values(product.attributes)
    checks = {
        "category": not any(state.category) or "" in state.category or bool({*state.category} & {*product.categories}),
        "price_min": state.price_min is None or (price is not None and price >= state.price_min),
        "price_max": most is None or (price is not None and price <= most),
        "brands": not state.brands or brand in _folded(state.brands),
        "exclude_brands": brand not in others,
        "attributes": all(held.get(name, frozenset()) & values for name, values in _values(state.attributes).items()),
        "exclude_attributes": not any(
            held.get(name, frozenset()) & values for name, values in _values(state.exclude_attributes).items()
        ),
        "rating_min": not isinstance(state.rating_min, float) or (rating is not None and rating >= state.rating_min),
        "in_stock": not state.in_stock or product.availability == "in_stock",
    }
    if state.price_max == "below" and top is not None:
        checks["price_max"] = price is not None and price < top
    return tuple(name for name, kept in checks.items() if not kept)


def _follows(name: str, value: Any, shown: Sequence[Product]) -> bool:
    """Whether a relative value follows from what was shown."""
    if name == "price_max":
        top = _highest(shown)
        return value is not None and (top is None or value < top)
    if name == "exclude_brands":
        return bool(value) and _brands(shown) <= value
    return value is not None


def _may_prefer(relative: frozenset[str]) -> tuple[str, ...]:
    """A critique may set what is preferred, or not."""
    by = {"price_max": "cheap", "rating_min": "rating"}
    return tuple(by[name] for name in relative if name in by)


def _allowed(name: str, value: Any, allowed: Any) -> bool:
    return value is not None and (allowed in ("below", "any") or value == allowed)


def _within(wanted: Values, held: Values, allowed: Values) -> bool:
    """All that is wanted, and beyond it nothing but what is allowed."""
    none: frozenset[str] = frozenset()
    return all(
        wanted.get(name, none) <= held.get(name, none) <= wanted.get(name, none) | allowed.get(name, none)
        for name in {*wanted, *held}
    )


def _may_change(name: str, before: Any, held: Any, may: State) -> bool:
    allowed = getattr(may, name)
    if name == "category":
        return held in allowed
    if name in ("attributes", "exclude_attributes"):
        return _within(before, held, _values(allowed))
    if name in ("brands", "exclude_brands"):
        return before <= held <= before | _folded(() if allowed == "shown" else allowed)
    return bool(allowed) and _allowed(name, held, allowed)


def _highest(products: Sequence[Product]) -> float | None:
    return max((float(product.price.major) for product in products if product.price), default=None)


def _brands(products: Sequence[Product]) -> frozenset[str]:
    return _folded(tuple(product.brand for product in products if product.brand))


def _folded(texts: Sequence[str]) -> frozenset[str]:
    return frozenset(text.casefold() for text in texts)


def _values(held: Mapping[str, Sequence[str]]) -> dict[str, frozenset[str]]:
    return {name.casefold(): _folded(values) for name, values in held.items() if values}
