"""Times of repeated runs as figures. Pure, but for the clock. Knows nothing of what is timed."""

import os
import time
from collections.abc import Callable, Iterable, Sequence

import numpy as np
from numpy.typing import NDArray

from eval.results import Figure, figure


def timed(calls: Iterable[Callable[[], object]]) -> list[float]:
    """Milliseconds of each call."""
    times: list[float] = []
    for call in calls:
        started = time.perf_counter()
        call()
        times.append((time.perf_counter() - started) * 1000)
    return times


def percentiles(runs: Sequence[Sequence[float]], prefix: str = "") -> dict[str, Figure]:
    """p50, p95 and p99 of each run; the figure is their median over the runs."""
    return {
        f"{prefix}p{at}_ms": figure([float(np.percentile(run, at)) for run in runs], _median) for at in (50, 95, 99)
    }


def times_as_long(runs: Sequence[Sequence[float]], others: Sequence[Sequence[float]]) -> Figure:
    """The ratio of the medians of each run and its counterpart; the figure is their median."""
    return figure([float(np.median(run) / np.median(other)) for run, other in zip(runs, others, strict=True)], _median)


def load() -> str:
    """How busy this machine has been over the last minute."""
    return f"load average {os.getloadavg()[0]:.1f}"


def _median(held: NDArray[np.float64]) -> float:
    return float(np.median(held))
