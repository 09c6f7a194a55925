"""Which of the candidates to show, in what order, and exactly why: named contributions that add up to the score. Pure.

A contribution keeps the evidence it rests on: `event:NAME:ID` (the strongest anchor), `brand:NAME`, `category:NAME`,
`price:ID`, `rating:ID`, `stock:ID`. Knows nothing of engines, events or prose.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

import numpy as np
from pydantic import BaseModel

from retrieval.embed import Vectors
from retrieval.index import fold
from retrieval.product import Product
from retrieval.query import Anchor, Candidate, Contribution, Hit, RankContext

# Stars of a product that nobody has rated often: as if so many shoppers had given it the usual figure.
_PRIOR_COUNT, _PRIOR_STARS = 10, 3.8
# Unrelated products still have a cosine around this; only what is above it counts as alike.
_UNRELATED = 0.3
# Above this, two products are look-alikes of one another, and the second one adds little to a page.
_LOOKALIKE = 0.75
# Look-alikes are kept apart on the first page; further down nobody sees the page as a whole.
_PAGE = 12
_OWNED = ("purchase", "add_to_cart")

_Part = tuple[str, float, str | None]
"""A contribution before it is known whether its product is shown: name, value, evidence."""


@dataclass(frozen=True, slots=True)
class Found:
    """A candidate together with the vector of its product."""

    candidate: Candidate
    vector: Vectors


class Weights(BaseModel, frozen=True, extra="forbid"):
    """The most that each feature can add. With words, `text` outweighs all session features together."""

    text: float = 1.0
    similar: float = 0.25
    dissimilar: float = 0.25
    brand: float = 0.1
    category: float = 0.1
    price_fit: float = 0.1
    rating: float = 0.05
    stock: float = 0.05
    owned: float = 0.3
    prefer: float = 4.0
    """Above all the others: the shopper asked for this order by name."""
    relevant: float = 0.5
    """From this part of the best text match on, a product takes part in a preferred order."""
    diversity: float = 0.15


class Ranker(Protocol):
    """Orders candidates for one session."""

    def rank(
        self, candidates: Sequence[Found], context: RankContext, anchors: Mapping[str, Vectors], *, has_words: bool
    ) -> tuple[Hit, ...]:
        """At most `context.limit` hits, best first; `anchors` has the vectors of the context's anchors by product."""
        ...


class LinearRanker:
    """A weighted sum, the same for everyone; needs no log to learn from."""

    def __init__(self, weights: Weights | None = None) -> None:
        self._weights = weights or Weights()

    def rank(
        self, candidates: Sequence[Found], context: RankContext, anchors: Mapping[str, Vectors], *, has_words: bool
    ) -> tuple[Hit, ...]:
        places = _preferred_places(candidates, context, self._weights.relevant if has_words else 0.0)
        parts = [
            self._parts(found, context, anchors, has_words, places.get(found.candidate.product.id))
            for found in candidates
        ]
        # Spreading out would put a dearer product before a cheaper one where the shopper asked for the cheapest.
        weight = 0.0 if context.prefer else self._weights.diversity
        scores = [sum(value for _, value, _ in each) for each in parts]
        chosen = _spread(scores, [found.vector for found in candidates], context.limit, weight)
        return tuple(_hit(candidates[at].candidate.product, parts[at], penalty) for at, penalty in chosen)

    def _parts(
        self,
        found: Found,
        context: RankContext,
        anchors: Mapping[str, Vectors],
        has_words: bool,
        place: float | None,
    ) -> list[_Part]:
        product = found.candidate.product
        parts: list[_Part] = []
        if has_words:
            parts.append(("text", self._weights.text * found.candidate.sources.get("fused", 0.0), None))
        parts += self._from_anchors(found, context, anchors)
        parts += self._from_tastes(product, context)
        parts += self._from_facts(product)
        if place is not None:
            figure = "price" if context.prefer == "cheap" else "rating"
            parts.append(("prefer", self._weights.prefer * place, f"{figure}:{product.id}"))
        return [part for part in parts if part[1]]

    def _from_anchors(self, found: Found, context: RankContext, anchors: Mapping[str, Vectors]) -> Iterator[_Part]:
        weights = self._weights
        for name, sign, weight in (("similar", 1, weights.similar), ("dissimilar", -1, weights.dissimilar)):
            strength, anchor = _strongest(found, context, anchors, sign)
            if anchor:
                yield name, sign * weight * strength, f"event:{anchor.event}:{anchor.product_id}"
        for anchor in context.anchors:
            if anchor.product_id == found.candidate.product.id and anchor.event in _OWNED:
                yield "owned", -weights.owned, f"event:{anchor.event}:{anchor.product_id}"
                break

    def _from_tastes(self, product: Product, context: RankContext) -> Iterator[_Part]:
        if product.brand:
            affinity = _affinity(context.brands, product.brand)
            yield "brand", self._weights.brand * affinity, f"brand:{product.brand}"
        if product.categories and context.categories:
            held = {category: _affinity(context.categories, category) for category in product.categories}
            category = max(held, key=lambda each: abs(held[each]))
            yield "category", self._weights.category * held[category], f"category:{category}"
        yield "price_fit", self._weights.price_fit * _price_fit(product, context), f"price:{product.id}"

    def _from_facts(self, product: Product) -> Iterator[_Part]:
        if product.rating:
            count = product.rating.count
            trust = 0.5 if count is None else count / (count + _PRIOR_COUNT)
            above = (product.rating.value - _PRIOR_STARS) / 2
            yield "rating", self._weights.rating * trust * above, f"rating:{product.id}"
        if product.availability in ("in_stock", "out_of_stock"):
            sign = 1 if product.availability == "in_stock" else -1
            yield "stock", sign * self._weights.stock, f"stock:{product.id}"


def _hit(product: Product, parts: Sequence[_Part], diversity: float) -> Hit:
    contributions = tuple(Contribution(name=name, value=value, evidence=held) for name, value, held in parts)
    score = sum(part.value for part in contributions)
    return Hit(product=product, score=score, contributions=contributions, diversity=diversity)


def _strongest(
    found: Found, context: RankContext, anchors: Mapping[str, Vectors], sign: int
) -> tuple[float, Anchor | None]:
    """The anchor of this sign that the product is most like, and how much, from 0 to 1. Never the product itself."""
    best: tuple[float, Anchor | None] = (0.0, None)
    for anchor in context.anchors:
        weight = anchor.weight * sign
        if weight > 0 and anchor.product_id != found.candidate.product.id and anchor.product_id in anchors:
            cosine = float(found.vector @ anchors[anchor.product_id])
            strength = weight * min(1.0, max(0.0, (cosine - _UNRELATED) / (1 - _UNRELATED)))
            if strength > best[0]:
                best = (strength, anchor)
    return best


def _affinity(affinities: Mapping[str, float], name: str) -> float:
    folded = fold(name)
    held = next((value for each, value in affinities.items() if fold(each) == folded), 0.0)
    return min(1.0, max(-1.0, held))


def _price_fit(product: Product, context: RankContext) -> float:
    """1 inside the band, falling to -1 at half its lower or twice its upper end; 0 where anything is unknown."""
    low, high, price = context.price_low, context.price_high, product.price
    if price is None or (low is None and high is None):
        return 0.0
    if any(end is not None and end.currency != price.currency for end in (low, high)):
        return 0.0
    amount = max(1, price.amount)
    octaves = 0.0
    if low is not None and amount < low.amount:
        octaves = float(np.log2(low.amount / amount))
    elif high is not None and amount > high.amount:
        octaves = float(np.log2(amount / max(1, high.amount)))
    return max(-1.0, 1.0 - 2 * octaves)


def _preferred_places(candidates: Sequence[Found], context: RankContext, relevant: float) -> dict[str, float]:
    """By product id: 1 for the cheapest (or best rated) of the relevant candidates, near 0 for the last. Prices in
    another currency than most have no place, nor have unknown ones."""
    if context.prefer is None:
        return {}
    held = [found.candidate.product for found in candidates if found.candidate.sources.get("fused", 0.0) >= relevant]
    if context.prefer == "rating":
        figures = {each.id: -_shrunk_stars(each) for each in held if each.rating}
    else:
        currencies = [each.price.currency for each in held if each.price]
        usual = max(sorted(set(currencies)), key=currencies.count, default="")
        figures = {each.id: float(each.price.amount) for each in held if each.price and each.price.currency == usual}
    distinct = sorted(set(figures.values()))
    return {each: 1 - distinct.index(figure) / len(distinct) for each, figure in figures.items()}


def _shrunk_stars(product: Product) -> float:
    if product.rating is None:
        return 0.0
    count = _PRIOR_COUNT if product.rating.count is None else product.rating.count
    return (product.rating.value * count + _PRIOR_STARS * _PRIOR_COUNT) / (count + _PRIOR_COUNT)


def _spread(scores: Sequence[float], vectors: Sequence[Vectors], limit: int, weight: float) -> list[tuple[int, float]]:
    """Which to show, with their penalties (zero or below): one by one the best that is left, look-alikes of those
    already chosen set back (maximal marginal relevance, Carbonell and Goldstein 1998)."""
    if not scores:
        return []
    stacked = np.stack(vectors)
    likeness = np.zeros(len(scores))
    left = np.array(scores, dtype=np.float64)
    chosen: list[tuple[int, float]] = []
    for _ in range(min(limit, len(scores), _PAGE)):
        penalties = -weight * np.clip((likeness - _LOOKALIKE) / (1 - _LOOKALIKE), 0, 1)
        at = int(np.argmax(left + penalties))
        chosen.append((at, float(penalties[at])))
        left[at] = -np.inf
        likeness = np.maximum(likeness, stacked @ stacked[at])
    rest = [(int(at), 0.0) for at in np.argsort(-left, kind="stable") if left[at] > -np.inf]
    return chosen + rest[: max(0, limit - len(chosen))]


if TYPE_CHECKING:
    _: type[Ranker] = LinearRanker
