"""The arms that `eval replay` sets side by side: what each would have shown at every step.

    popularity    what everybody touches
    item_knn      products that were in sessions with those of this one, by the cosine of who touched them
    behaviour     the model of behaviour alone
    content       production with nothing learnt: what is like the session's products
    static        production that learnt what may be learnt, and nothing of what it is scored on
    online        production that learns each session as it ends
    no_session    production that does not know the session
    lambdamart    `static` with a learnt ranker
    without_X     `static` with a part of the score taken out; the candidates stay

Knows nothing of metrics.
"""

import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime

from agent.events import Search
from agent.journal import Logged
from agent.session import TOUCHES, SessionProfile
from agent.teaching import Shoppers
from agent.visits import Visits
from eval.itemknn import ItemKnn
from eval.logs import Moment, Step
from eval.rankings import DEPTH, Shown
from retrieval.behaviour.memory import Memory
from retrieval.behaviour.model import Suggestion
from retrieval.behaviour.touches import FinishedSession, Touch
from retrieval.embed import Vectors
from retrieval.features import Found
from retrieval.product import Product
from retrieval.query import Hit, RankContext, SearchQuery
from retrieval.rank import BROWSING, LinearRanker, Ranker
from retrieval.search import Searcher

_PARTS: Mapping[str, tuple[str, ...]] = {
    "next": ("next",),
    "repeat": ("repeat",),
    "pairs": ("together", "after"),
    "own": ("own",),
    "peers": ("peers",),
    "popular": ("popular",),
    "similar": ("similar",),
    "tastes": ("brand", "category", "price_fit"),
}
_LATEST = datetime.max.replace(tzinfo=UTC)


class ReplayArms:
    """All arms over one index and one log."""

    def __init__(
        self,
        searcher: Searcher,
        products: Mapping[str, Product],
        learnt: Sequence[Logged],
        scored: Sequence[Moment],
        *,
        say: Callable[[str], None],
    ) -> None:
        """`products`: all of the catalogue."""
        self._searcher = searcher
        self._products = products
        self._learnt = learnt
        self._scored = scored
        self._say = say

    async def all(self, *, online: bool, ranker: Ranker | None, ablate: bool) -> dict[str, list[Shown]]:
        """By arm, what is shown at each step. `online`: the scored part is a log, and begins with what was learnt."""
        learner = Learner()
        learner.hear_all(self._learnt)
        memory, knn = learner.memory, learner.knn
        model = memory.behaviour
        self._say(f"learnt {model.sessions:,} sessions")
        arms = {
            "popularity": self._listed(lambda step, _: _ids(model.ranking((), (), step.now, DEPTH))),
            "behaviour": self._listed(lambda step, seen: _ids(model.ranking(seen, step.history, step.now, DEPTH))),
            "item_knn": self._listed(
                lambda step, seen: knn.ranking([touch.product_id for touch in seen or step.history], DEPTH)
            ),
        }
        arms["content"] = await self._searched("content", Memory(None))
        arms["static"] = await self._searched("static", memory)
        arms["no_session"] = await self._searched("no_session", memory, session=False)
        if ranker:
            arms["lambdamart"] = await self._searched("lambdamart", memory, ranker=ranker)
        if ablate:
            beside = _Beside(
                {
                    f"without_{part}": LinearRanker(browsing=BROWSING.model_copy(update=dict.fromkeys(names, 0.0)))
                    for part, names in _PARTS.items()
                }
            )
            await self._searched("ablation", memory, ranker=beside)
            arms |= beside.shown
        if online:
            again = Learner()
            arms["online"] = await self._searched("online", again.memory, learner=again)
        return arms

    async def pair(self, ranker: Ranker) -> dict[str, list[Shown]]:
        """The arms `static` and `lambdamart` alone."""
        learner = Learner()
        learner.hear_all(self._learnt)
        return {
            "static": await self._searched("static", learner.memory),
            "lambdamart": await self._searched("lambdamart", learner.memory, ranker=ranker),
        }

    def _listed(self, ranking: Callable[[Step, Sequence[Touch]], Sequence[str]]) -> list[Shown]:
        shown: list[Shown] = []
        for step in self._scored:
            if isinstance(step, Step):
                seen = touches(step)
                started = time.perf_counter()
                ids = tuple(ranking(step, seen))
                shown.append(Shown(ids, (time.perf_counter() - started) * 1000))
        return shown

    async def _searched(
        self,
        name: str,
        memory: Memory,
        *,
        session: bool = True,
        ranker: Ranker | None = None,
        learner: "Learner | None" = None,
    ) -> list[Shown]:
        searcher = self._searcher.with_parts(memory=memory, ranker=ranker)
        shown: list[Shown] = []
        for moment in self._scored:
            if isinstance(moment, Logged):
                if learner:
                    learner.hear(moment)
                continue
            if learner:
                learner.come_to(moment.now)
            context = context_of(moment, self._products) if session else RankContext(now=moment.now, limit=DEPTH)
            started = time.perf_counter()
            result = await searcher.search(SearchQuery(), context)
            passed = time.perf_counter() - started
            shown.append(Shown(tuple(hit.product.id for hit in result.hits), passed * 1000))
            if len(shown) % 1000 == 0:
                self._say(f"{name}: {len(shown):,} steps")
        return shown


class _Beside(LinearRanker):
    """Ranks as production does, and keeps what others would have shown of the same candidates: one search for all."""

    def __init__(self, others: Mapping[str, Ranker]) -> None:
        super().__init__()
        self._others = others
        self.shown: dict[str, list[Shown]] = {name: [] for name in others}

    def rank(
        self, candidates: Sequence[Found], context: RankContext, anchors: Mapping[str, Vectors], *, has_words: bool
    ) -> tuple[Hit, ...]:
        for name, ranker in self._others.items():
            hits = ranker.rank(candidates, context, anchors, has_words=has_words)
            self.shown[name].append(Shown(tuple(hit.product.id for hit in hits), None))
        return super().rank(candidates, context, anchors, has_words=has_words)


@dataclass(slots=True)
class Learner:
    """Learns the visits of a log as they end, as production is taught."""

    memory: Memory = field(default_factory=lambda: Memory(None))
    knn: ItemKnn = field(default_factory=ItemKnn)
    _visits: Visits = field(default_factory=Visits)
    _shoppers: Shoppers = field(default_factory=Shoppers)

    def hear(self, record: Logged) -> None:
        """The next record of the log."""
        self.come_to(record.time)
        self._visits.hear(record)

    def hear_all(self, records: Sequence[Logged]) -> None:
        """A whole log, after which every visit is over."""
        for record in records:
            self.hear(record)
        self.come_to(_LATEST)

    def come_to(self, now: datetime) -> None:
        """Learn the visits that are over by now."""
        for visit in self._visits.over(now):
            session: FinishedSession | None = self._shoppers.session_of(visit)
            if session:
                self.memory.behaviour.learn(session)
                self.knn.learn(session)


def touches(step: Step) -> tuple[Touch, ...]:
    """The session so far, as the model of behaviour reads it."""
    return tuple(
        Touch.model_validate({"product_id": item.item_id, "event": reported.event.type, "time": reported.event.time})
        for reported in step.events
        if not isinstance(reported.event, Search) and reported.event.type in TOUCHES
        for item in reported.event.items
    )


def context_of(step: Step, products: Mapping[str, Product]) -> RankContext:
    """What production would know of this session."""
    profile = SessionProfile()
    for reported in step.events:
        profile = profile.after(reported.event, products)
    context = profile.context(step.now, limit=DEPTH)
    return context.model_copy(update={"history": step.history})


def _ids(found: Sequence[Suggestion]) -> list[str]:
    return [each.product_id for each in found]
