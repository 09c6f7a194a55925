"""Training: what a ranker is learnt from. The candidates that production had at each logged moment, and what came next.

At no moment does the model of behaviour know what lies after it: a log is cut into stretches by time, and each is told
by a model that learnt those before it; of rows of next items, each fifth of the shoppers by a model that learnt the
others. From a journal come the card sets as they were shown, with the features that were kept beside them. Knows
nothing of trees.
"""

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence, Set
from dataclasses import dataclass, field
from itertools import islice, pairwise
from zlib import crc32

import numpy as np

from agent.attribution import Exposure, OutcomeName, attributed, exposures, outcomes
from agent.journal import Logged
from agent.session import GAP
from eval.logs import NextItem, Step, longest, moments, row_steps
from eval.replayarms import Learner, context_of
from retrieval.behaviour.memory import Memory
from retrieval.embed import Vectors
from retrieval.features import NAMES, Found, features
from retrieval.lambdamart import Judged
from retrieval.product import Product
from retrieval.query import Hit, RankContext, SearchQuery
from retrieval.rank import LINEAR, LinearRanker
from retrieval.search import Searcher

STRETCHES = 4
"""The log is cut into so many and one more; the first is only learnt."""
FOLDS = 5
GRADES: Mapping[str, int] = {
    "thumb_down": 0,
    "view_item": 2,
    "select_item": 2,
    "thumb_up": 3,
    "add_to_cart": 3,
    "purchase": 4,
}
"""What came of a card; nothing is 1, and so is taking a product out of the cart again."""


@dataclass(frozen=True, slots=True)
class Stretch:
    """Steps, and all that may be known before them."""

    before: tuple[Logged, ...]
    steps: tuple[Step, ...]


def stretches_of_log(held: Sequence[Logged]) -> list[Stretch]:
    """Of events in order."""
    cuts = [len(held) * number // (STRETCHES + 1) for number in range(1, STRETCHES + 2)]
    found: list[Stretch] = []
    for start, end in pairwise(cuts):
        told = moments(held[:end], gap=GAP, learnt=start, baskets=False)
        found.append(Stretch(tuple(held[:start]), tuple(moment for moment in told if isinstance(moment, Step))))
    return found


def stretches_of_rows(rows: Sequence[NextItem]) -> list[Stretch]:
    """Each shopper's longest row is foretold by what the other four fifths of the shoppers did."""
    best: dict[str, NextItem] = {}
    for row in rows:
        if row.shopper not in best or len(row.history) > len(best[row.shopper].history):
            best[row.shopper] = row
    found: list[Stretch] = []
    for fold in range(FOLDS):
        inside = [row for shopper, row in best.items() if crc32(shopper.encode()) % FOLDS == fold]
        outside = [row for shopper, row in best.items() if crc32(shopper.encode()) % FOLDS != fold]
        found.append(Stretch(tuple(longest(outside)), tuple(row_steps(inside))))
    return found


async def judged_steps(
    searcher: Searcher,
    products: Mapping[str, Product],
    stretches: Iterable[Stretch],
    *,
    limit: int | None,
    say: Callable[[str], None],
) -> list[Judged]:
    """The candidates of the steps: grade 1 for what came next. `limit`: of each stretch the first steps."""
    found: list[Judged] = []
    for stretch in stretches:
        learner = Learner()
        learner.hear_all(stretch.before)
        found += await _judged(searcher, products, learner.memory, islice(stretch.steps, limit))
        say(f"learnt {learner.memory.behaviour.sessions:,} sessions, kept the candidates of {len(found):,} steps")
    return found


async def _judged(
    searcher: Searcher, products: Mapping[str, Product], memory: Memory, steps: Iterable[Step]
) -> list[Judged]:
    kept = _Kept()
    production = searcher.with_parts(memory=memory, ranker=kept)
    found: list[Judged] = []
    for step in steps:
        await production.search(SearchQuery(), context_of(step, products))
        found.append(kept.judged(step.targets))
    return found


@dataclass(slots=True)
class _Kept:
    """A Ranker that keeps what it was to rank."""

    candidates: Sequence[Found] = ()
    context: RankContext = field(default_factory=RankContext)
    anchors: Mapping[str, Vectors] = field(default_factory=dict[str, Vectors])

    def rank(
        self, candidates: Sequence[Found], context: RankContext, anchors: Mapping[str, Vectors], *, has_words: bool
    ) -> tuple[Hit, ...]:
        self.candidates, self.context, self.anchors = candidates, context, anchors
        return LinearRanker().rank(candidates[:1], context, anchors, has_words=has_words)

    def arm(self, context: RankContext, *, has_words: bool) -> str:
        return LINEAR

    def judged(self, targets: frozenset[str]) -> Judged:
        table = features(self.candidates, self.context, self.anchors, has_words=False)
        grades = [int(found.candidate.product.id in targets) for found in self.candidates]
        return Judged(table.values, np.array(grades, dtype=np.intp))


@dataclass(frozen=True, slots=True)
class Shelf:
    """A card set that was shown to somebody who browsed."""

    shopper: str
    judged: Judged


def judged_shelves(log: Sequence[Logged]) -> tuple[list[Shelf], int]:
    """The card sets of a journal in the order shown, and how many of all were left out: those that words or a wanted
    order brought, which the trees never rank, and those of before features were kept."""
    shown = exposures(log)
    came: defaultdict[tuple[str, str, str], set[OutcomeName]] = defaultdict(set)
    for each in attributed(shown, outcomes(log)):
        came[each.exposure.key].add(each.outcome.name)
    sets: defaultdict[tuple[str, str], list[Exposure]] = defaultdict(list)
    for exposure in shown:
        sets[exposure.session_id, exposure.card_set].append(exposure)
    found: list[Shelf] = []
    for cards in sets.values():
        if _browsed(cards):
            judged = Judged(
                np.array([[card.features.get(name, 0.0) for name in NAMES] for card in cards]),
                np.array([graded(came[card.key]) for card in cards], dtype=np.intp),
            )
            found.append(Shelf(cards[0].shopper, judged))
    return found, len(sets) - len(found)


def graded(names: Set[OutcomeName]) -> int:
    """The best that came of a card counts; a thumb down outweighs a look, not a cart."""
    best = max((GRADES.get(name, 1) for name in names), default=1)
    return 0 if "thumb_down" in names and best <= GRADES["view_item"] else max(1, best)


def _browsed(cards: Sequence[Exposure]) -> bool:
    asked = any("text" in card.features or any(part.name == "prefer" for part in card.contributions) for card in cards)
    return not asked and any(card.features for card in cards)
