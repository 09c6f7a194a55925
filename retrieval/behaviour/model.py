"""Behaviour: what shoppers did, learnt one finished session at a time, and what it suggests for the session at hand.

    next       what the shoppers of like sessions touched                     evidence: a product of this session
    repeat     what this session touched before, by how often shoppers come back
    together   bought in one basket with what is in this session              evidence: that product
    after      bought later than what is in this session                      evidence: that product
    own        what this known shopper buys again and again
    peers      what was in the baskets of shoppers with the same purchases    evidence: a product once bought
    popular    what everybody touches, for shoppers of whom nothing is known

One writer: the process that owns the model. Everything is deterministic. Knows nothing of catalogues, so that it may
name products that are no longer sold, and nothing of words, ranking or storage of events.
"""

import math
from collections.abc import Iterable, Sequence
from datetime import datetime
from itertools import chain, islice
from pathlib import Path
from typing import Literal, NamedTuple

import numpy as np
from pydantic import BaseModel, Field

from retrieval.behaviour import snapshot
from retrieval.behaviour.habits import habits
from retrieval.behaviour.neighbours import Neighbours, Reach
from retrieval.behaviour.pairs import PairKind, Pairs, merged
from retrieval.behaviour.popularity import Popularity
from retrieval.behaviour.repeats import DEPTH, Repeats
from retrieval.behaviour.sessionlog import SessionLog
from retrieval.behaviour.touches import FinishedSession, Mark, Touch, path
from retrieval.query import SnapshotBroken

Source = Literal["next", "repeat", "together", "after", "own", "peers", "popular"]

# Each step back in a session takes this many places to fall to 1/e; 2 and 5 did as well as 3, 1 worse for purchases.
_FADE = 3.0
_SESSION = Reach()
_BASKETS = Reach(neighbours=300, sample=2000, query=100, ordered=False)
# As if so many votes had gone to products that nobody knows: few neighbours are no certainty.
_SILENT_VOTES = 3.0
_PAIRED = 3
# A habit whose product hardly anybody buys any more fades, though not to nothing.
_STALE = 0.01
_STALENESS = 0.5
# Beside the shopper's own habits; .05 and .15 did about as well, .4 worse.
_PEERS = 0.1
_REST = 1e-6
# Chances well below these are about alike to a ranker.
_SLIGHT = {"next": 0.01, "repeat": 0.003}


class Limits(BaseModel, frozen=True, extra="forbid"):
    """How much is remembered; the oldest is forgotten. The defaults take about 200 MB when full."""

    sessions: int = Field(default=200_000, ge=1)
    entries: int = Field(default=2_000_000, ge=1)
    """Products of all sessions together."""
    products: int = Field(default=200_000, ge=1)
    """Of whose popularity something is known."""


class Suggestion(NamedTuple):
    """A product that one source speaks for."""

    product_id: str
    source: Source
    score: float
    """From 0 to 1; `next` and `repeat` are chances of the next touch and add up to at most 1."""
    because: str | None = None
    """The product that spoke most for it, where one did."""
    shoppers: int | None = None
    """How many bought both, for `together` and `after`."""

    @property
    def strength(self) -> float:
        """From 0 to 1, what a ranker adds up: chances on a logarithmic scale (`next` of 1 %: .15, of 10 %: .52), for a
        sum of features is about odds, not chances; other scores as they are."""
        slight = _SLIGHT.get(self.source)
        return math.log1p(self.score / slight) / math.log1p(1 / slight) if slight else self.score


class Behaviour:
    """The model. Not for two threads at once."""

    def __init__(self, limits: Limits | None = None) -> None:
        limits = limits or Limits()
        self._visited = SessionLog(sessions=limits.sessions, entries=limits.entries)
        self._bought = SessionLog(sessions=limits.sessions, entries=limits.entries)
        self._neighbours = Neighbours(self._visited)
        self._pairs = Pairs(self._bought)
        self._repeats = Repeats()
        self._popularity = Popularity(products=limits.products)
        self.mark = Mark()
        """How far a log has been learnt; kept for whoever feeds it."""

    @property
    def sessions(self) -> int:
        """How many it remembers."""
        return len(self._visited)

    def learn(self, session: FinishedSession) -> None:
        """Every later suggestion knows of it. The same session twice counts twice."""
        self._visited.add(path(session.touches))
        self._pairs.learn(session)
        self._repeats.learn(session.touches)
        self._popularity.learn(session.touches)
        self._popularity.judge(session.thumbs)

    def candidates(
        self, touches: Sequence[Touch], history: Sequence[Touch], now: datetime, limit: int
    ) -> list[Suggestion]:
        """At most `limit` suggestions of each source, each source's best first. `touches`: the session so far, in any
        order; `history`: what a known shopper bought before it."""
        return [
            *self._following(touches, limit),
            *self._paired(touches, limit),
            *self._personal(history, now, limit),
            *self._popular(now, limit),
        ]

    def ranking(
        self, touches: Sequence[Touch], history: Sequence[Touch], now: datetime, limit: int
    ) -> list[Suggestion]:
        """Behaviour alone, as one list of different products: what follows this session; without a session the
        shopper's habits; then what is popular. Scores compare within the list only."""
        found = list(self._following(touches, limit))
        if not touches:
            found = _summed(self._personal(history, now, limit))
        found.sort(key=lambda each: (-each.score, each.product_id))
        named = {each.product_id for each in found}
        rest = (each for each in self._popular(now, limit + len(named)) if each.product_id not in named)
        weak = (each._replace(score=_REST * each.score) for each in rest)
        return list(islice(chain(found, weak), limit))

    def popularity(self, product_id: str, now: datetime) -> float:
        """From 0 to 1: the logarithm of its touches, fading with time, against those of the most popular product."""
        return self._popularity.score(product_id, now)

    def save(self, file: Path) -> None:
        """Replaces the snapshot at `file`, whole or not at all. Raises SnapshotFault."""
        visited, visited_arrays = self._visited.state()
        bought, bought_arrays = self._bought.state()
        popular = self._popularity.weights
        header = snapshot.Header(
            mark=self.mark,
            popular_day=self._popularity.day,
            popular=list(popular),
            visited=visited,
            bought=bought,
        )
        arrays = {
            "popular": np.fromiter(popular.values(), np.float64, len(popular)),
            "repeats": self._repeats.counts,
            **{f"visited_{name}": array for name, array in visited_arrays.items()},
            **{f"bought_{name}": array for name, array in bought_arrays.items()},
        }
        snapshot.write(file, header, arrays)

    @classmethod
    def load(cls, file: Path, limits: Limits | None = None) -> "Behaviour":
        """As it was saved; of more than the limits allow the oldest is dropped. Raises SnapshotMissing,
        SnapshotMismatch, SnapshotBroken."""
        header, arrays = snapshot.read(file)
        model = cls(limits)
        model.mark = header.mark
        try:
            for name, log, products in (
                ("visited", model._visited, header.visited),
                ("bought", model._bought, header.bought),
            ):
                log.restore(products, {part: arrays[f"{name}_{part}"] for part in ("entries", "places", "lengths")})
            model._repeats.counts = arrays["repeats"].reshape(2, DEPTH)
            model._popularity.restore(header.popular_day, header.popular, arrays["popular"].tolist())
        except (KeyError, ValueError) as error:
            raise SnapshotBroken(f"{file} is not a whole snapshot: {error}.", fix="Delete it.") from error
        return model

    def _following(self, touches: Sequence[Touch], limit: int) -> Iterable[Suggestion]:
        """Chances of the next touch: of products touched before by how often shoppers come back, of others by the
        neighbours' votes."""
        if not touches:
            return
        walked = path(touches)
        last = walked[-1][1]
        query = {product: math.exp((place - last) / _FADE) for product, place in walked}
        votes = self._neighbours.votes(query, _SESSION, limit)
        back = [product for product, _ in reversed(walked)][:DEPTH]
        again = self._repeats.rates()[: len(back)]
        chance = max(0.0, 1 - sum(again)) / (votes.total + _SILENT_VOTES)
        for product, score, because in zip(votes.products, votes.scores.tolist(), votes.because, strict=True):
            if product not in query:
                yield Suggestion(product, "next", chance * score, because)
        for product, rate in zip(back[:limit], again, strict=False):
            yield Suggestion(product, "repeat", rate, product)

    def _paired(self, touches: Sequence[Touch], limit: int) -> Iterable[Suggestion]:
        """Pairs of the latest products of the session."""
        anchors = [product for product, _ in reversed(path(touches))][:_PAIRED]
        kinds: tuple[PairKind, ...] = ("together", "after")
        for kind in kinds:
            for at, pair in merged([self._pairs.of(anchor, kind, limit) for anchor in anchors], limit):
                yield Suggestion(pair.product_id, kind, pair.score, anchors[at], pair.shoppers)

    def _personal(self, history: Sequence[Touch], now: datetime, limit: int) -> Iterable[Suggestion]:
        held = habits(history, now)
        if not held:
            return
        fresh = {
            each: share * ((self._popularity.share(each) + _STALE) / (1 + _STALE)) ** _STALENESS
            for each, share in held.items()
        }
        best = sorted(fresh.items(), key=lambda each: (-each[1], each[0]))[:limit]
        for product, score in best:
            yield Suggestion(product, "own", min(1.0, score), product)
        votes = self._neighbours.votes(held, _BASKETS, limit)
        for product, score, because in zip(votes.products, votes.scores.tolist(), votes.because, strict=True):
            yield Suggestion(product, "peers", score / votes.voices, because)

    def _popular(self, now: datetime, limit: int) -> Iterable[Suggestion]:
        for product in self._popularity.top(limit):
            yield Suggestion(product, "popular", self._popularity.score(product, now))


def _summed(personal: Iterable[Suggestion]) -> list[Suggestion]:
    """One suggestion a product: its habit, and some of what peers say."""
    found: dict[str, Suggestion] = {}
    for each in personal:
        weighed = each if each.source == "own" else each._replace(score=_PEERS * each.score)
        known = found.get(each.product_id)
        found[each.product_id] = known._replace(score=known.score + weighed.score) if known else weighed
    return list(found.values())
