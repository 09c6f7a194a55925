"""`train-alarm`: the weights of `agent/alarm.py` from labelled messages, and how sure they are on messages held out.

The threshold of each cause is the lowest that keeps false alarms under a share, found on messages that the weights of
its fold have not seen. Logistic regression is scikit-learn's. Knows nothing of the shell.
"""

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray
from pydantic import BaseModel

from agent.alarm import BINS, CAUSES, NONE, Alarm, Cause, features

FOLDS = 5
STRENGTH = 30.0
"""The inverse of the regularisation."""
FALSE = {"person": 0.008, "payment": 0.004, "safety": 0.006, "legal": 0.003, "anger": 0.008}
"""The share of messages without any cause that may be taken for each."""


class Example(BaseModel, frozen=True, extra="forbid"):
    """One labelled message."""

    language: Literal["en", "zh"]
    text: str
    label: str


def read_examples(path: Path) -> list[Example]:
    """JSON Lines. Raises ValueError for a line that is none."""
    return [Example.model_validate_json(line) for line in path.read_text("utf-8").splitlines() if line.strip()]


def trained(examples: Sequence[Example]) -> tuple[Alarm, dict[str, float]]:
    """The weights learnt from all, with thresholds and figures of cross-validation: by cause the share of its messages
    that are heard at all (`recall:CAUSE`), and the share of messages without a cause that raise an alarm (`false`)."""
    labels = [*CAUSES, NONE]
    told = np.array([labels.index(each.label) for each in examples])
    rows = [features(each.text) for each in examples]
    likely = np.zeros((len(examples), len(labels)), dtype=np.float32)
    fold_of = np.random.default_rng(0).permutation(len(examples)) % FOLDS
    for fold in range(FOLDS):
        weights, bias = _fitted(
            [rows[at] for at in np.flatnonzero(fold_of != fold)], told[fold_of != fold], len(labels)
        )
        for at in np.flatnonzero(fold_of == fold):
            likely[at] = list(Alarm(weights, bias, {}).likely(examples[at].text).values())
    quiet = likely[told == len(labels) - 1]
    heard: dict[Cause, float] = {}
    for at, cause in enumerate(CAUSES):
        heard[cause] = float(np.quantile(quiet[:, at], 1 - FALSE[cause]))
    least = np.array([heard[cause] for cause in CAUSES])
    figures = {
        f"recall:{cause}": float((likely[told == at][:, at] >= least[at]).mean()) for at, cause in enumerate(CAUSES)
    }
    figures["false"] = float((quiet[:, :-1] >= least).any(axis=1).mean())
    weights, bias = _fitted(rows, told, len(labels))
    return Alarm(weights, bias, heard), figures


def _fitted(
    rows: Sequence[tuple[NDArray[np.int64], NDArray[np.float32]]], told: NDArray[np.int64], labels: int
) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    from scipy.sparse import csr_matrix
    from sklearn.linear_model import LogisticRegression

    starts = np.cumsum([0, *(len(places) for places, _ in rows)])
    places = np.concatenate([places for places, _ in rows])
    values = np.concatenate([values for _, values in rows])
    matrix = csr_matrix((values, places, starts), shape=(len(rows), BINS))
    model: Any = LogisticRegression(C=STRENGTH, max_iter=400)
    model.fit(matrix, told)
    assert len(model.classes_) == labels
    return model.coef_.astype(np.float32), model.intercept_.astype(np.float32)


def written(path: Path, figures: dict[str, float], count: int) -> None:
    """Beside the weights: what they were learnt from, and the figures."""
    path.write_text(json.dumps({"examples": count, "cross-validated": figures}, indent=1) + "\n", "utf-8")
