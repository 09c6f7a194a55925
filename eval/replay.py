"""Replay: logged sessions through the production profile, candidates and ranker, one step ahead.

Knows nothing of how events come in, or of what an arm does to answer.
"""

from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from agent.events import Search
from agent.journal import EventReported, Logged
from agent.session import GAP
from eval.errors import DatasetError
from eval.indexes import built
from eval.logs import (
    Moment,
    Step,
    is_next_items,
    logged,
    longest,
    moments,
    once,
    read_events,
    read_next_items,
    row_steps,
)
from eval.rankings import differences, summary
from eval.replayarms import ReplayArms
from eval.results import Difference, Results, machine
from retrieval.keeper import Keeper
from retrieval.product import Product
from retrieval.rank import Ranker

Say = Callable[[str], None]
_PAGE = 1000


@dataclass(frozen=True, slots=True)
class Task:
    """What may be learnt, and what is scored."""

    learnt: list[Logged]
    scored: list[Moment]
    timed: bool
    """The scored part is a log, whose sessions can be learnt as they end. It then begins with all that was learnt,
    unscored, so that a session that straddles the split is known."""
    baskets: bool = False
    unread: int = 0
    """Lines of the logs that are no event."""


def read_task(
    events: Path,
    *,
    test_events: Path | None = None,
    next_item: Path | None = None,
    train_until: datetime | None = None,
    baskets: bool = False,
    limit: int | None = None,
) -> Task:
    """Exactly one of `test_events`, `next_item`, `train_until` says what is scored. Raises DatasetError."""
    if next_item is None and is_next_items(events):
        raise DatasetError(f"{events} has rows of next items.", fix="Score with --next-item too.")
    if next_item is not None:
        steps: list[Moment] = list(row_steps(read_next_items(next_item)))
        if is_next_items(events):
            return Task(list(longest(read_next_items(events))), steps[:limit], timed=False)
        lines, unread = read_events(events)
        return Task(list(logged(lines)), steps[:limit], timed=False, unread=unread)
    lines, unread = read_events(events)
    held = list(logged(lines))
    if train_until is not None:
        learnt = [each for each in held if each.time < train_until]
    else:
        assert test_events is not None
        known = {once(line) for line in lines}
        later, more = read_events(test_events)
        learnt, unread = held, unread + more
        held = [*held, *logged((line for line in later if once(line) not in known), after=len(held))]
    scored = moments(held, gap=GAP, learnt=len(learnt), baskets=baskets)
    return Task(learnt, _limited(scored, limit), timed=True, baskets=baskets, unread=unread)


def _limited(scored: Iterable[Moment], limit: int | None) -> list[Moment]:
    kept: list[Moment] = []
    steps = 0
    for moment in scored:
        if isinstance(moment, Step):
            if steps == limit:
                break
            steps += 1
        kept.append(moment)
    return kept


async def replay(
    catalog: Path,
    task: Task,
    *,
    index: Path | None = None,
    embedder: str = "minilm",
    ranker: Ranker | None = None,
    ablate: bool = False,
    say: Say = print,
) -> tuple[Results, tuple[Difference, ...]]:
    """Metrics by arm, with bootstrap intervals over shoppers, and differences step by step: `static` less each arm that
    knows what it knows, and `online` less `static`. The arm `production` is `online`, or `static` where rows have no
    time. Raises RetrievalError, DatasetError."""
    steps = [moment for moment in task.scored if isinstance(moment, Step)]
    if not steps:
        wanted = "a purchase of a user_id that bought before" if task.baskets else "sessions of two events or more"
        raise DatasetError("There is nothing to score.", fix=f"Give {wanted}, after the split.")
    if task.unread:
        say(f"{task.unread:,} lines that are no event were left out")
    with built(catalog, index=index, embedder=embedder, say=say) as held:
        keeper = await Keeper.opened(held.directory)
        try:
            products = await catalogue(keeper)
            vectors = await keeper.searcher.index.vectors(list(products))
            arms = await ReplayArms(keeper.searcher, products, task.learnt, task.scored, say=say).all(
                online=task.timed, ranker=ranker, ablate=ablate
            )
        finally:
            await keeper.close()
    say(f"{len(steps):,} steps of {len({step.shopper for step in steps}):,} shoppers")
    counts = touched(task.learnt)
    main = "online" if task.timed else "static"
    figures = {arm: summary(steps, shown, counts, vectors) for arm, shown in arms.items()}
    results = Results(
        command="replay",
        data=catalog.parent.name,
        model=held.embedder,
        machine=machine(),
        arms={"production": figures[main], **figures},
    )
    peers = {arm: shown for arm, shown in arms.items() if arm not in ("static", "online")}
    found = differences(steps, ("static", arms["static"]), peers)
    if task.timed:
        found += differences(steps, ("online", arms["online"]), {"static": arms["static"]})
    return results, found


def touched(learnt: Iterable[Logged]) -> Counter[str]:
    """How often each product occurs in a log."""
    return Counter(
        item.item_id
        for each in learnt
        if isinstance(each.record, EventReported) and not isinstance(each.record.event, Search)
        for item in each.record.event.items
    )


async def catalogue(keeper: Keeper) -> dict[str, Product]:
    """All products by id."""
    products: dict[str, Product] = {}
    while page := await keeper.searcher.index.page(len(products), _PAGE):
        products |= {product.id: product for product in page}
    return products
