"""`train-ranker`: a ranker learnt from a log or a journal, and what it gains over the linear one on what it never saw.

Knows nothing of how rows come about (training.py) or of trees (retrieval/lambdamart.py).
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from agent.journal import Logged
from agent.sqljournal import SqlJournal
from eval.errors import DatasetError
from eval.indexes import built
from eval.logs import Step, is_next_items, read_next_items
from eval.metrics import ndcg
from eval.rankings import clustered, differences
from eval.replay import Task, catalogue
from eval.replayarms import ReplayArms
from eval.results import Difference
from eval.training import Shelf, judged_shelves, judged_steps, stretches_of_log, stretches_of_rows
from retrieval.keeper import Keeper
from retrieval.lambdamart import Judged, LambdaRanker, fit, linear_scores

Say = Callable[[str], None]
_CHECKED = 0.2
"""The last part of what is learnt from says when to stop."""
_TAIL = 0.2
_PAGE = 1000


@dataclass(frozen=True, slots=True)
class Trained:
    """A ranker, and what it gains, step by step (or card set by card set)."""

    ranker: LambdaRanker
    gains: tuple[Difference, ...]


async def from_log(
    catalog: Path,
    events: Path,
    task: Task,
    *,
    index: Path | None,
    embedder: str,
    limit: int | None,
    seed: int,
    threads: int,
    say: Say,
) -> Trained:
    """Learnt from what `task` lets be learnt, held against the linear ranker on what it scores. `limit`: of each
    stretch of the log, the first steps. Raises DatasetError, RetrievalError."""
    steps = [moment for moment in task.scored if isinstance(moment, Step)]
    if not steps:
        raise DatasetError("There is nothing to score.", fix="Give sessions of two events or more after the split.")
    rows = is_next_items(events)
    stretches = stretches_of_rows(read_next_items(events)) if rows else stretches_of_log(task.learnt)
    with built(catalog, index=index, embedder=embedder, say=say) as held:
        keeper = await Keeper.opened(held.directory)
        try:
            products = await catalogue(keeper)
            judged = await judged_steps(keeper.searcher, products, stretches, limit=limit, say=say)
            ranker = _fitted(judged, seed, threads, say)
            shown = await ReplayArms(keeper.searcher, products, task.learnt, task.scored, say=say).pair(ranker)
        finally:
            await keeper.close()
    others = {"static": shown["static"]}
    return Trained(ranker, differences(steps, ("lambdamart", shown["lambdamart"]), others))


async def from_journal(url: str, *, seed: int, threads: int, say: Say) -> Trained:
    """Learnt from the first four fifths of the card sets, held against the linear ranker on the others. The order that
    was shown decided in part what was done: take the gain for a hint. Raises JournalError, DatasetError,
    RetrievalError."""
    shelves, left_out = judged_shelves(await _read(url))
    say(f"{len(shelves):,} card sets of shoppers who browsed; {left_out:,} others are not learnt from")
    cut = round(len(shelves) * (1 - _TAIL))
    if not shelves[cut:] or not shelves[:cut]:
        raise DatasetError(f"{len(shelves)} card sets are too few to learn from.", fix="Let the shop run for longer.")
    ranker = _fitted([shelf.judged for shelf in shelves[:cut]], seed, threads, say)
    return Trained(ranker, (gain(shelves[cut:], ranker),))


def gain(shelves: Sequence[Shelf], ranker: LambdaRanker) -> Difference:
    """NDCG of whole card sets, put in order anew by either ranker."""
    numbers: dict[str, int] = {}
    groups = np.array([numbers.setdefault(shelf.shopper, len(numbers)) for shelf in shelves], dtype=np.intp)
    values = [
        _ndcg(shelf.judged, ranker.scores(shelf.judged.rows)) - _ndcg(shelf.judged, linear_scores(shelf.judged.rows))
        for shelf in shelves
    ]
    return Difference(arm="lambdamart", other="linear", metric="ndcg", figure=clustered(values, groups))


def _ndcg(judged: Judged, scores: np.ndarray[tuple[int], np.dtype[np.float64]]) -> float:
    order = np.argsort(-scores, kind="stable")
    grades = {str(at): int(grade) for at, grade in enumerate(judged.grades)}
    return ndcg([str(at) for at in order], grades, len(order))


def _fitted(judged: Sequence[Judged], seed: int, threads: int, say: Say) -> LambdaRanker:
    cut = round(len(judged) * (1 - _CHECKED))
    telling = sum(len(set(each.grades.tolist())) > 1 for each in judged)
    say(f"{len(judged):,} moments, {telling:,} of which tell one candidate from another")
    return fit(judged[:cut], judged[cut:], seed=seed, threads=threads)


async def _read(url: str) -> list[Logged]:
    journal = await SqlJournal.open(url)
    try:
        held: list[Logged] = []
        while page := await journal.log(held[-1].n if held else 0, _PAGE):
            held += page
        return held
    finally:
        await journal.close()
