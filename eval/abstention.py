"""Abstention: does it keep silent where nothing answers, and only there? Pure."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from eval.results import Figure, figure


@dataclass(frozen=True, slots=True)
class Answer:
    """A question that could be answered or not, and whether it was."""

    answerable: bool
    answered: bool


def abstention(answers: Sequence[Answer]) -> dict[str, Figure]:
    """`abstention_precision`, `_recall` and `_f1` over all, and `false_abstentions`, the share of the answerable ones
    that were not answered. What there is no question for is absent."""
    codes = np.array([2 * each.answerable + each.answered for each in answers], dtype=np.float64)
    silent, unanswerable = (codes == 0) | (codes == 2), codes < 2
    found: dict[str, Figure] = {}
    if silent.any():
        found["abstention_precision"] = _over(codes, precision)
    if unanswerable.any():
        found["abstention_recall"] = _over(codes, recall)
        found["abstention_f1"] = _over(codes, f1)
    if (~unanswerable).any():
        found["false_abstentions"] = _over(codes, false_abstentions)
    return found


def precision(codes: NDArray[np.float64]) -> float:
    """Of the questions that were not answered, those that could not be."""
    return _share((codes == 0).sum(), (codes == 0).sum() + (codes == 2).sum())


def recall(codes: NDArray[np.float64]) -> float:
    """Of the questions that could not be answered, those that were not."""
    return _share((codes == 0).sum(), (codes < 2).sum())


def f1(codes: NDArray[np.float64]) -> float:
    """The harmonic mean of the two."""
    right, wrong = (codes == 0).sum(), (codes == 1).sum() + (codes == 2).sum()
    return _share(2 * right, 2 * right + wrong)


def false_abstentions(codes: NDArray[np.float64]) -> float:
    """Of the questions that could be answered, those that were not."""
    return _share((codes == 2).sum(), (codes >= 2).sum())


def _over(codes: NDArray[np.float64], of: Callable[[NDArray[np.float64]], float]) -> Figure:
    return figure(codes.tolist(), of)


def _share(part: int, whole: int) -> float:
    return float(part / whole) if whole else 0.0
