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
from typing import NamedTuple

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

_PLACES = {name: place for place, name in enumerate(NAMES)}

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


@dataclass(frozen=True, slots=True)
class Found:
    """A candidate with the vector of its product, and what the behaviour of shoppers says of it."""

    candidate: Candidate
    vector: Vectors
    suggested: tuple[Suggestion, ...] = ()
    popularity: float = 0.0


@dataclass(frozen=True, slots=True)
class Features:
    """The figures of all candidates. What they rest on is put in words only for those that are asked for: most
    candidates are not shown, and telling the evidence of each would take longer than ranking them."""

    values: NDArray[np.float64]
    """Candidates down, features across in the order of NAMES; what is unknown is zero."""
    candidates: Sequence["Found"]
    session: "_Session"

    def row(self, at: int) -> dict[str, Feature]:
        """What is known of one candidate, with its evidence, by name."""
        found = self.candidates[at]
        held = zip(NAMES, self.values[at].tolist(), strict=True)
        return {name: Feature(value, _evidence(name, found, at, self.session)) for name, value in held if value}


def features(
    candidates: Sequence[Found], context: RankContext, anchors: Mapping[str, Vectors], *, has_words: bool
) -> Features:
    """A row for each candidate. `anchors` has the vectors of the context's anchors by product; `has_words` tells
    whether the candidates' sources speak of the shopper's words or of the products of the session."""
    session = _Session.of(candidates, context, anchors, has_words)
    values = np.zeros((len(candidates), len(NAMES)))
    for at, found in enumerate(candidates):
        row = [0.0] * len(NAMES)
        for name, value in _figures(found, at, session):
            row[_PLACES[name]] = value
        values[at] = row
    return Features(values, candidates, session)


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
    nearest: Mapping[str, tuple[Sequence[float], Sequence[int]]]
    """For `similar` and `dissimilar`, by candidate: how much it is like the nearest anchor that the shopper turned to
    (or away from), from 0 to 1, and the place of that anchor. A product is not like itself."""
    owned: Mapping[str, Anchor]
    """By product: what is in the cart, or bought."""
    brands: "_Affinities"
    categories: "_Affinities"

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
        owned = {each.product_id: each for each in reversed(context.anchors) if each.event in _OWNED}
        brands, categories = _Affinities(context.brands), _Affinities(context.categories)
        nearest = _nearest(candidates, known, anchors)
        return cls(context, has_words, present, scale, known, nearest, owned, brands, categories)


class _Affinities(dict[str, float]):
    """What the session says of a name however it is spelt, from -1 to 1; each name is folded once."""

    def __init__(self, affinities: Mapping[str, float]) -> None:
        super().__init__()
        self.folded: dict[str, float] = {}
        for name, value in affinities.items():
            self.folded.setdefault(fold(name), value)

    def __missing__(self, name: str) -> float:
        self[name] = min(1.0, max(-1.0, self.folded.get(fold(name), 0.0)))
        return self[name]


def _nearest(
    candidates: Sequence[Found], known: Sequence[Anchor], anchors: Mapping[str, Vectors]
) -> dict[str, tuple[list[float], list[int]]]:
    if not candidates or not known:
        return {}
    cosines = (
        np.stack([found.vector for found in candidates]) @ np.stack([anchors[each.product_id] for each in known]).T
    )
    likeness = np.array([each.weight for each in known]) * np.clip((cosines - _UNRELATED) / (1 - _UNRELATED), 0, 1)
    places = dict[str, list[int]]()
    for place, anchor in enumerate(known):
        places.setdefault(anchor.product_id, []).append(place)
    for at, found in enumerate(candidates):
        likeness[at, places.get(found.candidate.product.id, [])] = 0.0
    signed = {"similar": likeness, "dissimilar": -likeness}
    return {name: (held.max(axis=1).tolist(), held.argmax(axis=1).tolist()) for name, held in signed.items()}


def _figures(found: Found, at: int, session: _Session) -> Iterator[tuple[str, float]]:
    product, context = found.candidate.product, session.context
    if session.has_words:
        yield "text", found.candidate.sources.get("fused", 0.0)
    for each in found.suggested:
        if each.source != "popular":
            yield each.source, each.strength
    yield from _from_facts(product, context)
    if product.id in session.present:
        return  # it is like itself, in its own category and at its own price: that says nothing for showing it again
    for name, (strengths, _) in session.nearest.items():
        if strengths[at] > 0:
            scaled = name == "similar" and session.scale
            yield name, _alike(found.candidate, session.scale) if scaled else strengths[at]
    if product.id in session.owned:
        yield "owned", 1.0
    if product.brand:
        yield "brand", session.brands[product.brand]
    if product.categories and session.categories.folded:
        yield "category", session.categories[_category(product, session)]
    yield "price_fit", _price_fit(product, context)
    yield "popular", found.popularity


def _evidence(name: str, found: Found, at: int, session: _Session) -> str | None:
    """What a figure that is not zero rests on."""
    product = found.candidate.product
    match name:
        case "text" | "fresh":
            return None
        case "similar" | "dissimilar":
            anchor = session.anchors[session.nearest[name][1][at]]
            return f"event:{anchor.event}:{anchor.product_id}"
        case "owned":
            return f"event:{session.owned[product.id].event}:{product.id}"
        case "brand":
            return f"brand:{product.brand}"
        case "category":
            return f"category:{_category(product, session)}"
        case "price_fit":
            return f"price:{product.id}"
        case "rating" | "stock" | "popular":
            return f"{name}:{product.id}"
        case _:
            suggestion = next(each for each in reversed(found.suggested) if each.source == name)
            shoppers = f":{suggestion.shoppers}" if suggestion.shoppers is not None else ""
            return f"{name}:{suggestion.because or product.id}{shoppers}"


def _category(product: Product, session: _Session) -> str:
    """That of its categories of which the session says most."""
    return max(product.categories, key=lambda each: abs(session.categories[each]))


def _alike(candidate: Candidate, scale: Mapping[str, float]) -> float:
    """How much the candidate is like the products of the session together, in meaning and in words."""
    return sum(max(0.0, candidate.sources.get(source, 0.0)) / most for source, most in scale.items()) / len(scale)


def _from_facts(product: Product, context: RankContext) -> Iterator[tuple[str, float]]:
    if product.rating:
        count = product.rating.count
        trust = 0.5 if count is None else count / (count + _PRIOR_COUNT)
        yield "rating", trust * max(-1.0, (product.rating.value - _PRIOR_STARS) / 2)
    if product.availability in ("in_stock", "out_of_stock"):
        yield "stock", 1.0 if product.availability == "in_stock" else -1.0
    if product.updated_at and context.now:
        updated = product.updated_at if product.updated_at.tzinfo else product.updated_at.replace(tzinfo=UTC)
        days = max(0.0, (context.now - updated).total_seconds() / 86_400)
        yield "fresh", 0.5 ** (days / _FRESH_DAYS)


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
