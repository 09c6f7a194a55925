"""Session-based nearest neighbours: what did the shoppers do whose sessions were like this one?

In the family of V-SKNN (Ludewig and Jannach 2018), STAN (Garg et al. 2019) and VSTAN (Ludewig et al. 2020): the most
recent sessions that share a product with the query are compared with it by a cosine in which later products weigh more;
the nearest ones vote for their products, near the shared product more than far from it. Three things differ from the
published methods, because on logs of views, of purchases and of baskets they were better or as good, never worse: what
lies before the shared product counts less than what lies after it, rare products get no bonus, and how old a neighbour
is decides only whether it is compared.
Knows nothing of time, events or shoppers.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from pydantic import BaseModel, Field

from retrieval.behaviour.sessionlog import Numbers, SessionLog

# Places after which a vote has fallen to 1/e; 2 and 8 did a little worse.
_DISTANCE = 4.0
# What a vote for a product before the shared one is worth; 1 did worse for purchases and as well for views.
_BACKWARD = 0.6
_UNMATCHED = np.iinfo(np.int32).max


class Reach(BaseModel, frozen=True, extra="forbid"):
    """How far a question looks."""

    neighbours: int = Field(default=100, ge=1)
    """So many sessions vote."""
    sample: int = Field(default=500, ge=1)
    """So many, the most recent, are compared."""
    query: int = Field(default=30, ge=1)
    """So many products of the question count, those of the largest weights."""
    ordered: bool = True
    """True: a walk through the shop. The shared product of the largest weight is where distance is measured from, a
    neighbour that shares only lighter ones votes with less, and nobody votes for what is in the question.
    False: a set of purchases, and all that neighbours bought is voted for."""


@dataclass(frozen=True, slots=True)
class Votes:
    """One row a product, best first."""

    products: list[str]
    scores: NDArray[np.float64]
    """Sums of votes; a vote is at most 1."""
    because: list[str]
    """The product of the question that spoke most for it."""
    total: float
    """All votes there were, for whatever product."""
    voices: float
    """The most votes that one product could have had."""


_SILENCE = Votes([], np.zeros(0), [], 0.0, 0.0)


class Neighbours:
    """Asks a log of sessions. Remembers nothing of a question but its working space; not for two threads at once."""

    def __init__(self, log: SessionLog) -> None:
        self._log = log
        self._marks = np.zeros(256, dtype=np.int32)

    def votes(self, query: Mapping[str, float], reach: Reach, limit: int) -> Votes:
        """What the neighbours of a question vote for. `query` has a weight above 0 for each of its products."""
        weights, codes = self._known(query, reach.query)
        if not codes:
            return _SILENCE
        if self._log.codes_end > len(self._marks):
            self._marks = np.zeros(2 * self._log.codes_end, dtype=np.int32)
        self._marks[codes] = np.arange(1, len(codes) + 1)
        try:
            numbers, likeness = self._nearest(codes, weights, reach)
            return self._counted(numbers, likeness, codes, weights, reach, limit)
        finally:
            self._marks[codes] = 0

    def _known(self, query: Mapping[str, float], most: int) -> tuple[NDArray[np.float64], list[int]]:
        """Weights and codes of what the log knows of the query, the largest weight first."""
        found = [(weight, code) for each, weight in query.items() if (code := self._log.code(each)) is not None]
        found.sort(key=lambda each: -each[0])
        return np.array([weight for weight, _ in found[:most]]), [code for _, code in found[:most]]

    def _nearest(
        self, codes: list[int], weights: NDArray[np.float64], reach: Reach
    ) -> tuple[Numbers, NDArray[np.float64]]:
        """The nearest sessions and how near they are (a cosine), nearest first, of equals the latest first."""
        holders = [self._log.holders(code)[-reach.sample :] for code in codes]
        numbers = holders[0] if len(holders) == 1 else np.unique(np.concatenate(holders))[-reach.sample :]
        bundle = self._log.bundle(numbers)
        shared = np.concatenate(([0.0], weights))[self._marks[bundle.codes]]
        likeness = np.add.reduceat(shared, bundle.starts) / np.sqrt(bundle.lengths * float(weights @ weights))
        order = len(numbers) - 1 - np.argsort(-likeness[::-1], kind="stable")[: reach.neighbours]
        return numbers[order], likeness[order]

    def _counted(
        self,
        numbers: Numbers,
        likeness: NDArray[np.float64],
        codes: list[int],
        weights: NDArray[np.float64],
        reach: Reach,
        limit: int,
    ) -> Votes:
        bundle = self._log.bundle(numbers)
        marks = self._marks[bundle.codes]
        # Marks count from the largest weight on: the smallest mark in a session is the strongest shared product.
        anchor = np.minimum.reduceat(np.where(marks == 0, _UNMATCHED, marks), bundle.starts)
        voice = likeness
        if reach.ordered:
            voice = likeness * weights[anchor - 1] / weights[0]
        votes, anchors = np.repeat(voice, bundle.lengths), np.repeat(anchor, bundle.lengths)
        entries = bundle.codes
        if reach.ordered:
            new = marks == 0
            nearness = _nearness(bundle.places, bundle.lengths, marks == anchors)
            entries, votes, anchors = entries[new], (votes * nearness)[new], anchors[new]
        products, which = np.unique(entries, return_inverse=True)
        scores: NDArray[np.float64] = np.bincount(which, votes, minlength=len(products)).astype(np.float64)
        best = np.argsort(-scores, kind="stable")[:limit]
        speakers = _speakers(which, votes, anchors, best, len(codes))
        return Votes(
            [self._log.product(code) for code in products[best].tolist()],
            scores[best],
            [self._log.product(codes[speaker]) for speaker in speakers],
            float(votes.sum()),
            float(voice.sum()),
        )


def _nearness(places: Numbers, lengths: Numbers, at_anchor: NDArray[np.bool_]) -> NDArray[np.float64]:
    """By entry, from 0 to 1: how near it is to its session's anchor. Each session has one entry at its anchor."""
    away = places - np.repeat(places[at_anchor], lengths)
    return np.exp(-np.abs(away) / _DISTANCE) * np.where(away < 0, _BACKWARD, 1.0)


def _speakers(
    which: Numbers, votes: NDArray[np.float64], anchors: NDArray[Any], best: Numbers, codes: int
) -> list[int]:
    """For each of the best, which product of the question (from 0) gave it most."""
    rows = np.full(int(which.max()) + 1 if len(which) else 0, -1)
    rows[best] = np.arange(len(best))
    row = rows[which]
    kept = row >= 0
    spoken = np.bincount(row[kept] * codes + anchors[kept] - 1, votes[kept], minlength=len(best) * codes)
    return spoken.reshape(len(best), codes).argmax(axis=1).tolist()
