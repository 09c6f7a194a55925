"""What a load run found: percentiles of times, tokens a second, the cached share. Pure.

The shape is that of the evaluation's results, so that one page can show both: a figure is its value, its 95% bootstrap
interval and how many calls it is of. Knows nothing of HTTP.
"""

import random
from collections.abc import Callable, Sequence

from pydantic import BaseModel

_RESAMPLES = 500


class Timed(BaseModel, frozen=True, extra="forbid"):
    """One call, in seconds from its start."""

    first: float | None = None
    """Until the first text; None where none came."""
    total: float
    prompt_tokens: int = 0
    cached_tokens: int = 0
    completion_tokens: int = 0
    error: str = ""
    """The kind of failure; empty: it was answered."""


class Figure(BaseModel, frozen=True, extra="forbid"):
    """A metric's value with its 95% bootstrap interval over the calls."""

    mean: float
    """The metric itself: a mean, or the percentile that the metric's name says."""
    low: float
    high: float
    n: int


def percentile(values: Sequence[float], share: float) -> float:
    """The value below which this share lies, by linear interpolation. At least one value."""
    held = sorted(values)
    place = share * (len(held) - 1)
    below = int(place)
    above = min(below + 1, len(held) - 1)
    return held[below] + (held[above] - held[below]) * (place - below)


def figures(calls: Sequence[Timed], seconds: float) -> dict[str, Figure]:
    """All metrics of a run that took so many seconds. What was not measured is absent, never 0."""
    answered = [call for call in calls if not call.error]
    found: dict[str, Figure] = {}
    times: dict[str, list[float]] = {
        "ttft": [call.first for call in answered if call.first is not None],
        "inter_token": [gap for call in answered if (gap := _gap(call)) is not None],
        "total": [call.total for call in answered],
    }
    for name, values in times.items():
        for share in (50, 95):
            if values:
                found[f"{name}_p{share}_ms"] = _figure([1000 * value for value in values], _at(share / 100))
    if answered and seconds > 0:
        for name, count in (
            ("output_tokens_per_s", sum(call.completion_tokens for call in answered)),
            ("calls_per_s", len(answered)),
        ):
            rate = count / seconds
            found[name] = Figure(mean=rate, low=rate, high=rate, n=len(answered))
    shares = [call.cached_tokens / call.prompt_tokens for call in answered if call.prompt_tokens]
    if shares:
        found["cached_share"] = _figure(shares, _mean)
        found["prompt_tokens"] = _figure([float(call.prompt_tokens) for call in answered], _mean)
    if calls:
        found["errors"] = _figure([float(bool(call.error)) for call in calls], _mean)
    return found


def _gap(call: Timed) -> float | None:
    """Seconds between two tokens, over the whole call: an engine may send several at once."""
    if call.first is None or call.completion_tokens < 2:
        return None
    return (call.total - call.first) / (call.completion_tokens - 1)


def _figure(values: Sequence[float], of: Callable[[Sequence[float]], float]) -> Figure:
    dice = random.Random(0)
    drawn = [of(dice.choices(values, k=len(values))) for _ in range(_RESAMPLES)]
    return Figure(mean=of(values), low=percentile(drawn, 0.025), high=percentile(drawn, 0.975), n=len(values))


def _at(share: float) -> Callable[[Sequence[float]], float]:
    return lambda values: percentile(values, share)


def _mean(values: Sequence[float]) -> float:
    return sum(values) / len(values)
