"""Metrics of one query: of a ranking against graded judgments, and of scores against judged pairs. Pure.

A ranking is product ids, best first, each once. Grades are whole numbers by product id; a product without one, and one
graded 0 or less, is worth nothing. The same figures as `ranx`, which the tests hold them to.
"""

from collections.abc import Mapping, Sequence
from math import log2

Grades = Mapping[str, int]


def recall(ranking: Sequence[str], grades: Grades, k: int, relevant_from: int = 1) -> float:
    """The share of the relevant products that are among the first k; 0 where none is relevant."""
    relevant = {each for each, grade in grades.items() if grade >= relevant_from}
    return len(relevant.intersection(ranking[:k])) / len(relevant) if relevant else 0.0


def mrr(ranking: Sequence[str], grades: Grades, k: int, relevant_from: int = 1) -> float:
    """One over the place of the first relevant product, counted from 1; 0 where none is among the first k."""
    places = (at for at, each in enumerate(ranking[:k], 1) if grades.get(each, 0) >= relevant_from)
    return next((1 / at for at in places), 0.0)


def ndcg(ranking: Sequence[str], grades: Grades, k: int) -> float:
    """Discounted cumulative gain against the best possible, a grade being its product's gain (Järvelin and Kekäläinen
    2002); 0 where no grade is above 0."""
    gained = _dcg([max(0, grades.get(each, 0)) for each in ranking[:k]])
    best = _dcg(sorted((max(0, grade) for grade in grades.values()), reverse=True)[:k])
    return gained / best if best else 0.0


def pairwise(scores: Mapping[str, float], grades: Grades, better_from: int, worse_to: int) -> float | None:
    """The share of pairs of a better product (graded `better_from` or above) and a worse one (`worse_to` or below) that
    the scores put in this order; ties count half. None without such a pair. A product without a score has 0."""
    better = [scores.get(each, 0.0) for each, grade in grades.items() if grade >= better_from]
    worse = [scores.get(each, 0.0) for each, grade in grades.items() if grade <= worse_to]
    if not better or not worse:
        return None
    won = sum((one > other) + (one == other) / 2 for one in better for other in worse)
    return won / (len(better) * len(worse))


def _dcg(gains: Sequence[int]) -> float:
    return sum(gain / log2(at + 1) for at, gain in enumerate(gains, 1))
