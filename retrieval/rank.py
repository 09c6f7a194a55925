"""Which of the candidates to show, in what order, and exactly why: named contributions that add up to the score. Pure.

A contribution keeps the evidence of the feature it comes from; see features.py. Knows nothing of engines, events or
prose.
"""

from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Protocol

import numpy as np
from numpy.typing import NDArray
from pydantic import BaseModel

from retrieval.embed import Vectors
from retrieval.features import NAMES, Features, Found, features, shrunk_stars
from retrieval.query import Contribution, Hit, RankContext

# Above this, two products are look-alikes of one another, and the second one adds little to a page.
_LOOKALIKE = 0.75
# Look-alikes are kept apart on the first page; further down nobody sees the page as a whole.
_PAGE = 12
LINEAR = "linear"
"""The arm of LinearRanker."""

# From this part of the best text match on, a product takes part in an order that the shopper asked for by name.
_RELEVANT = 0.5
# Above all other parts together.
_PREFERRED = 4.0


class Weights(BaseModel, frozen=True, extra="forbid"):
    """What each feature adds at most. The defaults are for words: `text` outweighs all that the session says."""

    text: float = 1.0
    similar: float = 0.25
    dissimilar: float = -0.25
    next: float = 0.1
    repeat: float = 0.0
    together: float = 0.1
    after: float = 0.1
    own: float = 0.1
    peers: float = 0.05
    popular: float = 0.05
    brand: float = 0.1
    category: float = 0.1
    price_fit: float = 0.1
    rating: float = 0.05
    stock: float = 0.05
    owned: float = -0.3
    fresh: float = 0.02


BROWSING = Weights(
    text=0.0,
    similar=1.0,
    dissimilar=-0.5,
    next=2.0,
    repeat=4.0,
    together=0.05,
    after=0.05,
    own=20.0,
    peers=2.0,
    popular=0.3,
    brand=0.1,
    category=0.25,
    price_fit=0.2,
    owned=0.0,
)
"""Without words: what the session and the behaviour of shoppers say is all there is. Chosen by five-fold
cross-validation over shoppers on two purchase logs and on the views of a third shop."""


class Ranker(Protocol):
    """Orders candidates for one session."""

    def rank(
        self, candidates: Sequence[Found], context: RankContext, anchors: Mapping[str, Vectors], *, has_words: bool
    ) -> tuple[Hit, ...]:
        """At most `context.limit` hits, best first; `anchors` has the vectors of the context's anchors by product."""
        ...

    def arm(self, context: RankContext, *, has_words: bool) -> str:
        """The name of what orders the candidates of such a search: what outcomes are told apart by."""
        ...


class LinearRanker:
    """A weighted sum, the same for everyone; needs no log to learn from."""

    def __init__(
        self, weights: Weights | None = None, *, browsing: Weights = BROWSING, diversity: float = 0.15
    ) -> None:
        """`weights` count where there are words, `browsing` where there are none. `diversity`: the most that a product
        loses for being like one above it."""
        self._weights = (weights or Weights()).model_dump()
        self._browsing = browsing.model_dump()
        self._diversity = diversity

    def rank(
        self, candidates: Sequence[Found], context: RankContext, anchors: Mapping[str, Vectors], *, has_words: bool
    ) -> tuple[Hit, ...]:
        weights = self._weights if has_words or context.prefer else self._browsing
        table = features(candidates, context, anchors, has_words=has_words)
        scores = (table.values * [weights[name] for name in NAMES]).sum(axis=1)

        def parts(places: Sequence[int]) -> list[list[Contribution]]:
            return [
                [
                    Contribution(name=name, value=weights[name] * value, evidence=evidence)
                    for name, (value, evidence) in table.row(at).items()
                    if weights[name]
                ]
                for at in places
            ]

        return ordered(table, scores, parts, context, has_words=has_words, diversity=self._diversity)

    def arm(self, context: RankContext, *, has_words: bool) -> str:
        return LINEAR


def ordered(
    table: Features,
    scores: NDArray[np.float64],
    parts: Callable[[Sequence[int]], list[list[Contribution]]],
    context: RankContext,
    *,
    has_words: bool,
    diversity: float,
) -> tuple[Hit, ...]:
    """The hits of candidates with these features and scores: in the order the shopper asked for by name, or spread out
    so that a page is not all of one kind. `parts`: those of the scores at these places, asked for
    what is shown alone."""
    candidates = table.candidates
    places = _preferred_places(candidates, context, _RELEVANT if has_words else 0.0)
    preferred = np.array([places.get(found.candidate.product.id, 0.0) for found in candidates]) * _PREFERRED
    # Spreading out would put a dearer product before a cheaper one where the shopper asked for the cheapest.
    weight = 0.0 if context.prefer else diversity
    hits: list[Hit] = []
    chosen = _spread(scores + preferred, [found.vector for found in candidates], context.limit, weight)
    for (at, penalty), held in zip(chosen, parts([at for at, _ in chosen]), strict=True):
        product = candidates[at].candidate.product
        if product.id in places:
            figure = "price" if context.prefer == "cheap" else "rating"
            held.append(Contribution(name="prefer", value=preferred[at], evidence=f"{figure}:{product.id}"))
        known = zip(NAMES, table.values[at].tolist(), strict=True)
        hits.append(
            Hit(
                product=product,
                score=sum(part.value for part in held),
                contributions=tuple(held),
                diversity=penalty,
                features={name: value for name, value in known if value},
            )
        )
    return tuple(hits)


def _preferred_places(candidates: Sequence[Found], context: RankContext, relevant: float) -> dict[str, float]:
    """By product id: 1 for the cheapest (or best rated) of the relevant candidates, near 0 for the last. Prices in
    another currency than most have no place, nor have unknown ones."""
    if context.prefer is None:
        return {}
    held = [found.candidate.product for found in candidates if found.candidate.sources.get("fused", 0.0) >= relevant]
    if context.prefer == "rating":
        figures = {each.id: -shrunk_stars(each) for each in held if each.rating}
    else:
        currencies = [each.price.currency for each in held if each.price]
        usual = max(sorted(set(currencies)), key=currencies.count, default="")
        figures = {each.id: float(each.price.amount) for each in held if each.price and each.price.currency == usual}
    distinct = sorted(set(figures.values()))
    return {each: 1 - distinct.index(figure) / len(distinct) for each, figure in figures.items()}


def _spread(
    scores: NDArray[np.float64], vectors: Sequence[Vectors], limit: int, weight: float
) -> list[tuple[int, float]]:
    """Which to show, with their penalties (zero or below): one by one the best that is left, look-alikes of those
    already chosen set back (maximal marginal relevance, Carbonell and Goldstein 1998)."""
    if not len(scores):
        return []
    stacked = np.stack(vectors)
    likeness = np.zeros(len(scores))
    left = scores.copy()
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
