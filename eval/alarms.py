"""`train-alarm`: the weights of `agent/alarm.py` from labelled messages, and how sure they are on messages held out.

Logistic regression is scikit-learn's. Knows nothing of the shell.
"""

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray
from pydantic import BaseModel, ValidationError

from agent.alarm import BINS, CAUSES, NONE, Alarm, Cause, features
from eval.datasets import lines
from eval.errors import DatasetError

FOLDS = 5
STRENGTH = 100.0
"""The inverse of the regularisation."""
HEARD: dict[Cause, float] = {"person": 0.5, "payment": 0.5, "safety": 0.5, "legal": 0.5, "anger": 0.45}
"""How likely each cause must be to be heard: a shopper who asks for a person in vain is worse served than one who is
offered a person for nothing."""


class Example(BaseModel, frozen=True, extra="forbid"):
    """One labelled message."""

    language: Literal["en", "zh"]
    text: str
    label: Literal["person", "payment", "safety", "legal", "anger", "none"]


def read_examples(path: Path) -> list[Example]:
    """Raises DatasetError."""
    found: list[Example] = []
    with lines(path) as held:
        for number, line in held:
            try:
                found.append(Example.model_validate_json(line))
            except ValidationError as error:
                fix = f"Write {{language, text, label}}, the label one of {', '.join((*CAUSES, NONE))}."
                raise DatasetError(f"{path}, line {number}: {error.errors()[0]['msg']}.", fix=fix) from error
    return found


def trained(examples: Sequence[Example]) -> tuple[Alarm, dict[str, float]]:
    """The weights learnt from all, and figures of cross-validation: by cause the share of its messages in which it is
    heard (`recall:CAUSE`), and the share of messages without a cause in which one is (`false`)."""
    labels = [*CAUSES, NONE]
    told = np.array([labels.index(each.label) for each in examples])
    rows = [features(each.text) for each in examples]
    heard: list[frozenset[Cause]] = [frozenset()] * len(examples)
    fold_of = np.random.default_rng(0).permutation(len(examples)) % FOLDS
    for fold in range(FOLDS):
        kept = [row for row, at in zip(rows, fold_of, strict=True) if at != fold]
        seen = Alarm(*_fitted(kept, told[fold_of != fold]), HEARD)
        for at, example in enumerate(examples):
            if fold_of[at] == fold:
                heard[at] = seen.hears(example.text)

    def share(label: str, right: Callable[[frozenset[Cause]], bool]) -> float:
        mine = [right(each) for each, example in zip(heard, examples, strict=True) if example.label == label]
        return sum(mine) / len(mine) if mine else 0.0

    figures = {f"recall:{cause}": share(cause, lambda found, cause=cause: cause in found) for cause in CAUSES}
    return Alarm(*_fitted(rows, told), HEARD), {**figures, "false": share(NONE, bool)}


def _fitted(
    rows: Sequence[tuple[NDArray[np.int64], NDArray[np.float32]]], told: NDArray[np.int64]
) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    from scipy.sparse import csr_matrix  # pyright: ignore[reportMissingTypeStubs]
    from sklearn.linear_model import LogisticRegression  # pyright: ignore[reportMissingTypeStubs]

    starts = np.cumsum([0, *(len(places) for places, _ in rows)])
    places = np.concatenate([places for places, _ in rows])
    values = np.concatenate([values for _, values in rows])
    matrix = csr_matrix((values, places, starts), shape=(len(rows), BINS))
    model: Any = LogisticRegression(C=STRENGTH, max_iter=400)
    model.fit(matrix, told)
    if len(model.classes_) <= len(CAUSES):
        raise DatasetError(f"Every label of {', '.join((*CAUSES, NONE))} needs examples.", fix="Label some.")
    return model.coef_.astype(np.float32), model.intercept_.astype(np.float32)
