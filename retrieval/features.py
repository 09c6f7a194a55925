"""What ranking knows of each candidate: one vector of named features, each with the evidence that it rests on. Pure.

All are from -1 to 1. A feature keeps its evidence: `event:NAME:ID` (the strongest anchor), `brand:NAME`,
`category:NAME`, `price:ID`, `rating:ID`, `stock:ID`, `next:ID`, `repeat:ID`, `together:ID:SHOPPERS`,
`after:ID:SHOPPERS`, `own:ID`, `peers:ID`, `popular:ID` (what spoke for it in the behaviour of shoppers). Knows nothing
of weights, engines or prose.
"""

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

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
    session = _Session.of(candidates, context, anchors, has_words)
    return [
        {name: feature for name, feature in _features(found, at, session) if feature.value}
        for at, found in enumerate(candidates)
    ]


def shrunk_stars(product: Product) -> float:
    """Its stars, drawn towards the usual figure where few shoppers gave them."""
    if product.rating is None:
        return 0.0
    count = _PRIOR_COUNT if product.rating.count is None else product.rating.count
    return (product.rating.value * count + _PRIOR_STARS * _PRIOR_COUNT) / (count + _PRIOR_COUNT)


@dataclass(frozen=True, slots=True)
class _Session:
    """What all candidates are held against, worked out once."""

    context: RankContext
    has_words: bool
    present: frozenset[str]
    """Products of the session, which say nothing for themselves where there are no words."""
    scale: Mapping[str, float]
    """By source, the most of it that another product has; empty where the sources speak of words."""
    anchors: Sequence[Anchor]
    """Those with a vector."""
    likeness: NDArray[np.floating[Any]]
    """Candidates down, anchors across: how much a candidate is like what the shopper turned to (above 0) or away from
    (below)."""
    brands: Mapping[str, float]
    categories: Mapping[str, float]
    """By folded name."""
    folded: dict[str, str]

    @classmethod
    def of(
        cls, candidates: Sequence[Found], context: RankContext, anchors: Mapping[str, Vectors], has_words: bool
    ) -> "_Session":
        asked = (*context.touches, *(anchor for anchor in context.anchors if anchor.weight > 0))
        present = frozenset(each.product_id for each in asked if not has_words)
        others = [found.candidate for found in candidates if found.candidate.product.id not in present]
        most = {
            source: max((candidate.sources.get(source, 0.0) for candidate in others), default=0.0)
            for source in ("dense", "sparse")
        }
        scale = {source: held for source, held in most.items() if held > 0 and not has_words}
        known = [anchor for anchor in context.anchors if anchor.product_id in anchors]
        likeness = np.zeros((len(candidates), len(known)))
        if candidates and known:
            stacked = np.stack([anchors[anchor.product_id] for anchor in known])
            cosines = np.stack([found.vector for found in candidates]) @ stacked.T
            weights = np.array([anchor.weight for anchor in known])
            likeness = weights * np.clip((cosines - _UNRELATED) / (1 - _UNRELATED), 0, 1)
        brands, categories = _folded(context.brands), _folded(context.categories)
        return cls(context, has_words, present, scale, known, likeness, brands, categories, {})

    def strongest(self, at: int, product_id: str, sign: int) -> tuple[float, Anchor | None]:
        """The anchor of this sign that the candidate is most like, and how much, from 0 to 1. Never the product
        itself."""
        strongest: tuple[float, Anchor | None] = (0.0, None)
        for anchor, likeness in zip(self.anchors, self.likeness[at].tolist(), strict=True):
            if likeness * sign > strongest[0] and anchor.product_id != product_id:
                strongest = (likeness * sign, anchor)
        return strongest

    def affinity(self, affinities: Mapping[str, float], name: str) -> float:
        """From -1 to 1; `affinities` is one of the two here."""
        if name not in self.folded:
            self.folded[name] = fold(name)
        return min(1.0, max(-1.0, affinities.get(self.folded[name], 0.0)))


def _folded(affinities: Mapping[str, float]) -> dict[str, float]:
    held: dict[str, float] = {}
    for name, value in affinities.items():
        held.setdefault(fold(name), value)
    return held


def _features(found: Found, at: int, session: _Session) -> Iterator[tuple[str, Feature]]:
    product, context = found.candidate.product, session.context
    if session.has_words:
        yield "text", Feature(found.candidate.sources.get("fused", 0.0))
    yield from _from_behaviour(found)
    yield from _from_facts(product, context)
    if product.id in session.present:
        return  # it is like itself, in its own category and at its own price: that says nothing for showing it again
    yield from _from_anchors(found, at, session)
    yield from _from_tastes(product, session)
    if found.popularity:
        yield "popular", Feature(found.popularity, f"popular:{product.id}")


def _from_anchors(found: Found, at: int, session: _Session) -> Iterator[tuple[str, Feature]]:
    product_id = found.candidate.product.id
    for name, sign in (("similar", 1), ("dissimilar", -1)):
        strength, anchor = session.strongest(at, product_id, sign)
        if anchor:
            if sign > 0 and session.scale:
                strength = _alike(found.candidate, session.scale)
            yield name, Feature(strength, f"event:{anchor.event}:{anchor.product_id}")
    for anchor in session.context.anchors:
        if anchor.product_id == product_id and anchor.event in _OWNED:
            yield "owned", Feature(1.0, f"event:{anchor.event}:{anchor.product_id}")
            break


def _alike(candidate: Candidate, scale: Mapping[str, float]) -> float:
    """How much the candidate is like the products of the session together, in meaning and in words."""
    return sum(max(0.0, candidate.sources.get(source, 0.0)) / most for source, most in scale.items()) / len(scale)


def _from_behaviour(found: Found) -> Iterator[tuple[str, Feature]]:
    for each in found.suggested:
        if each.source != "popular":
            shoppers = f":{each.shoppers}" if each.shoppers is not None else ""
            evidence = f"{each.source}:{each.because or found.candidate.product.id}{shoppers}"
            yield each.source, Feature(each.strength, evidence)


def _from_tastes(product: Product, session: _Session) -> Iterator[tuple[str, Feature]]:
    if product.brand:
        yield "brand", Feature(session.affinity(session.brands, product.brand), f"brand:{product.brand}")
    if product.categories and session.categories:
        held = {category: session.affinity(session.categories, category) for category in product.categories}
        category = max(held, key=lambda each: abs(held[each]))
        yield "category", Feature(held[category], f"category:{category}")
    yield "price_fit", Feature(_price_fit(product, session.context), f"price:{product.id}")


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
        octaves = math.log2(low.amount / amount)
    elif high is not None and amount > high.amount:
        octaves = math.log2(amount / max(1, high.amount))
    return max(-1.0, 1.0 - 2 * octaves)
