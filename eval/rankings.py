"""Lists of products shown at logged steps, against what came next: accuracy, reach and variety, with intervals.

Steps of one shopper are not independent: intervals are bootstrapped over shoppers. Knows nothing of what made a list.
"""

import math
from bisect import bisect_right
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from eval.logs import Step
from eval.metrics import mrr, ndcg, recall
from eval.results import Difference, Figure
from retrieval.embed import Vectors

DEPTH = 20
_RESAMPLES = 500
_VARIETY = 10

Metric = Callable[[Step, "Shown"], float]


@dataclass(frozen=True, slots=True)
class Shown:
    """One list, best first, and the milliseconds that it took; None where that was not measured."""

    ids: tuple[str, ...]
    milliseconds: float | None


def _grades(step: Step) -> dict[str, int]:
    return dict.fromkeys(step.targets, 1)


def _hit(k: int) -> Metric:
    return lambda step, shown: float(bool(step.targets & set(shown.ids[:k])))


ACCURACY: Mapping[str, Metric] = {
    "hr@5": _hit(5),
    "hr@10": _hit(10),
    "hr@20": _hit(20),
    "recall@20": lambda step, shown: recall(shown.ids, _grades(step), 20),
    "mrr@20": lambda step, shown: mrr(shown.ids, _grades(step), 20),
    "ndcg@10": lambda step, shown: ndcg(shown.ids, _grades(step), 10),
}
"""Where one product comes next, recall is the hit rate; of a basket it is the share that was foretold."""


def summary(
    steps: Sequence[Step], shown: Sequence[Shown], counts: Mapping[str, int], vectors: Mapping[str, Vectors]
) -> dict[str, Figure]:
    """Metrics of one arm. `counts`: how often each product occurs in what was learnt; `vectors` of the whole catalogue.

    `coverage@10`: the share of the catalogue that was shown to anybody. `popularity@10`: where the products shown stand
    among all by popularity: the share of those in the log that occur no more often. `diversity@10`: one less the mean
    cosine within a list.
    `novelty@10`: bits of surprise at meeting the product in the log.
    """
    groups = _groups(steps)
    held = {
        name: clustered([metric(step, each) for step, each in zip(steps, shown, strict=True)], groups)
        for name, metric in ACCURACY.items()
    }
    ordered = sorted(counts.values())
    rank = {each: bisect_right(ordered, count) / len(ordered) for each, count in counts.items()}
    total = sum(counts.values()) + 1
    firsts = [each.ids[:_VARIETY] for each in shown]
    seen = {id for ids in firsts for id in ids}
    coverage = len(seen & vectors.keys()) / max(1, len(vectors))
    held["coverage@10"] = Figure(mean=coverage, low=coverage, high=coverage, n=len(steps))
    held["popularity@10"] = clustered([_mean([rank.get(id, 0.0) for id in ids]) for ids in firsts], groups)
    held["diversity@10"] = clustered([_diversity(ids, vectors) for ids in firsts], groups)
    held["novelty@10"] = clustered(
        [_mean([-math.log2((counts.get(id, 0) + 1) / total) for id in ids]) for ids in firsts], groups
    )
    times = [each.milliseconds for each in shown if each.milliseconds is not None]
    for name, part in (("p50_ms", 50), ("p99_ms", 99)) if times else ():
        value = float(np.percentile(times, part))
        held[name] = Figure(mean=value, low=value, high=value, n=len(times))
    return held


def differences(
    steps: Sequence[Step], main: tuple[str, Sequence[Shown]], others: Mapping[str, Sequence[Shown]]
) -> tuple[Difference, ...]:
    """The main arm's metrics less each other arm's, paired by step."""
    groups = _groups(steps)
    name, shown = main
    return tuple(
        Difference(
            arm=name,
            other=other,
            metric=metric_name,
            figure=clustered(
                [metric(step, a) - metric(step, b) for step, a, b in zip(steps, shown, theirs, strict=True)], groups
            ),
        )
        for other, theirs in others.items()
        for metric_name, metric in ACCURACY.items()
    )


def clustered(values: Sequence[float], groups: NDArray[np.intp]) -> Figure:
    """The mean over all values and its 95% interval, whole groups being drawn. The same each time."""
    held = np.asarray(values, dtype=np.float64)
    sums, sizes = np.bincount(groups, held), np.bincount(groups)
    rng, means = np.random.default_rng(0), list[float]()
    for _ in range(_RESAMPLES):
        draw = rng.integers(0, len(sizes), len(sizes))
        means.append(float(sums[draw].sum() / sizes[draw].sum()))
    low, high = np.percentile(means, [2.5, 97.5])
    return Figure(mean=float(held.mean()), low=float(low), high=float(high), n=len(held))


def _groups(steps: Sequence[Step]) -> NDArray[np.intp]:
    numbers: dict[str, int] = {}
    return np.array([numbers.setdefault(step.shopper, len(numbers)) for step in steps], dtype=np.intp)


def _mean(values: Sequence[float]) -> float:
    return sum(values) / len(values) if values else 0.0


def _diversity(ids: Sequence[str], vectors: Mapping[str, Vectors]) -> float:
    held = [vectors[id] for id in ids if id in vectors]
    if len(held) < 2:
        return 0.0
    cosines = np.stack(held) @ np.stack(held).T
    return float(1 - (cosines.sum() - np.trace(cosines)) / (len(held) * (len(held) - 1)))
