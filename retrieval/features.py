"""What ranking knows of each candidate: one vector of named features, each with the evidence that it rests on. Pure.

All are from -1 to 1. A feature keeps its evidence: `event:NAME:ID` (the strongest anchor), `brand:NAME`,
`category:NAME`, `price:ID`, `rating:ID`, `stock:ID`, `next:ID`, `repeat:ID`, `together:ID:SHOPPERS`,
`after:ID:SHOPPERS`, `own:ID`, `peers:ID`, `popular:ID` (what spoke for it in the behaviour of shoppers). Knows nothing
of weights, engines or prose.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC
from typing import NamedTuple

import numpy as np

from retrieval.behaviour.model import Suggestion
from retrieval.embed import Vectors
from retrieval.index import fold
from retrieval.product import Product
from retrieval.query import Anchor, Candidate, RankContext

NAMES = (
    "text",
    "similar",
    "dissimilar",
    "next",
    "repeat",
    "together",
    "after",
    "own",
    "peers",
    "popular",
    "brand",
    "category",
    "price_fit",
    "rating",
    "stock",
    "owned",
    "fresh",
)
"""In the order in which a score lists its parts."""

# Stars of a product that nobody has rated often: as if so many shoppers had given it the usual figure.
_PRIOR_COUNT, _PRIOR_STARS = 10, 3.8
# Unrelated products still have a cosine around this; only what is above it counts as alike.
_UNRELATED = 0.3
_FRESH_DAYS = 30.0
_OWNED = ("purchase", "add_to_cart")


class Feature(NamedTuple):
    """One figure, and what it rests on."""

    value: float
    evidence: str | None = None


Features = dict[str, Feature]
"""By name; those that are zero or unknown are absent."""


@dataclass(frozen=True, slots=True)
class Found:
    """A candidate with the vector of its product, and what the behaviour of shoppers says of it."""

    candidate: Candidate
    vector: Vectors
    suggested: tuple[Suggestion, ...] = ()
    popularity: float = 0.0


def features(
    candidates: Sequence[Found], context: RankContext, anchors: Mapping[str, Vectors], *, has_words: bool
) -> list[Features]:
    """One a candidate. `anchors` has the vectors of the context's anchors by product; `has_words` tells whether the
    candidates' sources speak of the shopper's words or of the products of the session."""
    asked = (*context.touches, *(anchor for anchor in context.anchors if anchor.weight > 0))
    present = frozenset(each.product_id for each in asked if not has_words)
    others = [found.candidate for found in candidates if found.candidate.product.id not in present]
    most = {
        source: max((candidate.sources.get(source, 0.0) for candidate in others), default=0.0)
        for source in ("dense", "sparse")
    }
    scale = {source: held for source, held in most.items() if held > 0 and not has_words}
    return [
        {
            name: feature
            for name, feature in _features(found, context, anchors, scale, has_words, present)
            if feature.value
        }
        for found in candidates
    ]


def shrunk_stars(product: Product) -> float:
    """Its stars, drawn towards the usual figure where few shoppers gave them."""
    if product.rating is None:
        return 0.0
    count = _PRIOR_COUNT if product.rating.count is None else product.rating.count
    return (product.rating.value * count + _PRIOR_STARS * _PRIOR_COUNT) / (count + _PRIOR_COUNT)


def _features(
    found: Found,
    context: RankContext,
    anchors: Mapping[str, Vectors],
    scale: Mapping[str, float],
    has_words: bool,
    present: frozenset[str],
) -> Iterator[tuple[str, Feature]]:
    product = found.candidate.product
    if has_words:
        yield "text", Feature(found.candidate.sources.get("fused", 0.0))
    yield from _from_behaviour(found)
    yield from _from_facts(product, context)
    if product.id in present:
        return  # it is like itself, in its own category and at its own price: that says nothing for showing it again
    yield from _from_anchors(found, context, anchors, scale)
    yield from _from_tastes(product, context)
    if found.popularity:
        yield "popular", Feature(found.popularity, f"popular:{product.id}")


def _from_anchors(
    found: Found, context: RankContext, anchors: Mapping[str, Vectors], scale: Mapping[str, float]
) -> Iterator[tuple[str, Feature]]:
    product_id = found.candidate.product.id
    for name, sign in (("similar", 1), ("dissimilar", -1)):
        strength, anchor = _strongest(found, context, anchors, sign)
        if anchor:
            if sign > 0 and scale:
                strength = _alike(found.candidate, scale)
            yield name, Feature(strength, f"event:{anchor.event}:{anchor.product_id}")
    for anchor in context.anchors:
        if anchor.product_id == product_id and anchor.event in _OWNED:
            yield "owned", Feature(1.0, f"event:{anchor.event}:{anchor.product_id}")
            break


def _alike(candidate: Candidate, scale: Mapping[str, float]) -> float:
    """How much the candidate is like the products of the session together, in meaning and in words."""
    return sum(max(0.0, candidate.sources.get(source, 0.0)) / most for source, most in scale.items()) / len(scale)


def _strongest(
    found: Found, context: RankContext, anchors: Mapping[str, Vectors], sign: int
) -> tuple[float, Anchor | None]:
    """The anchor of this sign that the product is most like, and how much, from 0 to 1. Never the product itself."""
    strongest: tuple[float, Anchor | None] = (0.0, None)
    for anchor in context.anchors:
        weight = anchor.weight * sign
        if weight > 0 and anchor.product_id != found.candidate.product.id and anchor.product_id in anchors:
            cosine = float(found.vector @ anchors[anchor.product_id])
            strength = weight * min(1.0, max(0.0, (cosine - _UNRELATED) / (1 - _UNRELATED)))
            if strength > strongest[0]:
                strongest = (strength, anchor)
    return strongest


def _from_behaviour(found: Found) -> Iterator[tuple[str, Feature]]:
    for each in found.suggested:
        if each.source != "popular":
            shoppers = f":{each.shoppers}" if each.shoppers is not None else ""
            evidence = f"{each.source}:{each.because or found.candidate.product.id}{shoppers}"
            yield each.source, Feature(each.strength, evidence)


def _from_tastes(product: Product, context: RankContext) -> Iterator[tuple[str, Feature]]:
    if product.brand:
        yield "brand", Feature(_affinity(context.brands, product.brand), f"brand:{product.brand}")
    if product.categories and context.categories:
        held = {category: _affinity(context.categories, category) for category in product.categories}
        category = max(held, key=lambda each: abs(held[each]))
        yield "category", Feature(held[category], f"category:{category}")
    yield "price_fit", Feature(_price_fit(product, context), f"price:{product.id}")


def _from_facts(product: Product, context: RankContext) -> Iterator[tuple[str, Feature]]:
    if product.rating:
        count = product.rating.count
        trust = 0.5 if count is None else count / (count + _PRIOR_COUNT)
        liked = max(-1.0, (product.rating.value - _PRIOR_STARS) / 2)
        yield "rating", Feature(trust * liked, f"rating:{product.id}")
    if product.availability in ("in_stock", "out_of_stock"):
        yield "stock", Feature(1.0 if product.availability == "in_stock" else -1.0, f"stock:{product.id}")
    if product.updated_at and context.now:
        updated = product.updated_at if product.updated_at.tzinfo else product.updated_at.replace(tzinfo=UTC)
        days = max(0.0, (context.now - updated).total_seconds() / 86_400)
        yield "fresh", Feature(0.5 ** (days / _FRESH_DAYS))


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
