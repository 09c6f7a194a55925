"""What every command of eval writes with --json: arms, metrics, and how sure each figure is.

Knows nothing of what was measured.
"""

import os
import platform
from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from pydantic import BaseModel

_RESAMPLES = 500


class Figure(BaseModel, frozen=True, extra="forbid"):
    """A metric's value with its 95% bootstrap interval."""

    mean: float
    """The metric itself: a mean, or the percentile that the metric's name says."""
    low: float
    high: float
    n: int


class Results(BaseModel, frozen=True, extra="forbid"):
    """One run of one command. A metric that was not measured is absent, never 0."""

    command: str
    data: str
    model: str
    machine: str
    arms: dict[str, dict[str, Figure]]

    def write(self, path: Path) -> None:
        """As JSON, replacing what was there."""
        path.write_text(self.model_dump_json(indent=1) + "\n", "utf-8")


class Difference(BaseModel, frozen=True, extra="forbid"):
    """One arm's metric less another's, query by query: printed, not written."""

    arm: str
    other: str
    metric: str
    figure: Figure


def figure(
    values: Sequence[float], of: Callable[[NDArray[np.float64]], float] = lambda held: float(held.mean())
) -> Figure:
    """`of` over the values (their mean by default), and its percentile bootstrap interval. The same each time."""
    held = np.asarray(values, dtype=np.float64)
    draws = np.random.default_rng(0).integers(0, len(held), (_RESAMPLES, len(held)))
    low, high = np.percentile([of(held[draw]) for draw in draws], [2.5, 97.5])
    return Figure(mean=of(held), low=float(low), high=float(high), n=len(held))


def machine() -> str:
    """This machine, in a few words."""
    return f"{platform.system()} {platform.machine()}, {os.cpu_count()} cores, Python {platform.python_version()}"
