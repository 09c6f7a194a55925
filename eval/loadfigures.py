"""What a run under load came to: the times that shoppers saw, what of them is the product's own, and what the model was
asked. Pure. Knows nothing of sockets or engines.
"""

from collections.abc import Callable, Mapping, Sequence

import numpy as np
from numpy.typing import NDArray
from pydantic import BaseModel, Field

from agent.events import TurnReport
from eval.loadcalls import Direct
from eval.loadwire import Times
from eval.results import Figure, figure

_WARM = 2
"""Turns of a conversation before its prompts can be in the prefix cache."""


class Goal(BaseModel, frozen=True, extra="forbid"):
    """What a turn must keep to count as good, in seconds."""

    cards: float = Field(default=0.15, gt=0)
    """From the message to the first cards, where the turn shows any."""
    prose: float = Field(default=0.1, gt=0)
    """From when the engine, asked directly, has a whole clause to the first prose."""


class Turn(BaseModel, frozen=True, extra="forbid"):
    """A turn, and what its calls took when the engine was asked them directly; None where it has no such calls, or the
    engine did not answer them."""

    times: Times
    direct: Direct | None = None

    @property
    def overhead(self) -> float | None:
        """What of the wait for prose is the product's own, in seconds."""
        if self.times.error or self.times.prose is None or self.direct is None:
            return None
        return self.times.prose - self.direct.first_prose

    def keeps(self, goal: Goal) -> bool:
        """It ended well, and nothing in it came later than it should."""
        soon = self.times.cards is None or self.times.cards <= goal.cards
        return not self.times.error and soon and (self.overhead is None or self.overhead <= goal.prose)


def production(
    turns: Sequence[Turn], reports: Mapping[str, Sequence[TurnReport]], seconds: float, goal: Goal
) -> dict[str, Figure]:
    """The product's figures. `reports`: by session, those of its turns in order; `seconds`: the whole run. What was not
    measured is absent."""
    held = [turn.times for turn in turns if not turn.times.error]
    found = {
        **_times("cards", [each.cards for each in held]),
        **_times("prose", [each.prose for each in held]),
        **_times("inter_text", [gap for each in held for gap in each.gaps]),
        **_times("turn", [each.total for each in held]),
        **_times("overhead", [turn.overhead for turn in turns]),
    }
    if turns and seconds > 0:
        good = [turn.keeps(goal) for turn in turns]
        found["errors"] = figure([float(bool(turn.times.error)) for turn in turns])
        found["goal_kept"] = figure([float(each) for each in good])
        for name, count in (("turns_per_s", len(held)), ("goodput_per_s", sum(good))):
            found[name] = Figure(mean=count / seconds, low=count / seconds, high=count / seconds, n=len(turns))
    return found | _asked(reports)


def engine(turns: Sequence[Turn]) -> dict[str, Figure]:
    """The same calls, asked of the engine directly in the same run."""
    held = [turn.direct for turn in turns if turn.direct]
    return {
        **_times("plan", [each.plan for each in held]),
        **_times("first_token", [each.first_token for each in held]),
        **_times("first_clause", [each.first_clause for each in held]),
        **_times("prose", [each.first_prose for each in held]),
    }


def _asked(reports: Mapping[str, Sequence[TurnReport]]) -> dict[str, Figure]:
    told = [report for held in reports.values() for report in held]
    calls = [call for report in told for call in report.calls]
    late = [call for held in reports.values() for report in held[_WARM:] for call in report.calls]
    spoken = [report for report in told if report.calls]
    values: dict[str, list[float]] = {
        "calls_per_turn": [len(report.calls) for report in spoken],
        "calls_failed": [float(bool(call.failed)) for call in calls],
        "prompt_tokens": [call.prompt_tokens for call in calls if call.prompt_tokens],
        "completion_tokens": [call.completion_tokens for call in calls if call.completion_tokens],
        "clauses_dropped": [len(report.dropped) for report in spoken],
    }
    # An engine that tells of no cached token at all does not count them.
    if any(call.cached_tokens for call in calls):
        for name, some in (("cached_share", calls), ("cached_share_from_turn3", late)):
            values[name] = [call.cached_tokens / call.prompt_tokens for call in some if call.prompt_tokens]
    return {name: figure(held) for name, held in values.items() if held}


def _times(name: str, seconds: Sequence[float | None]) -> dict[str, Figure]:
    held = [1000 * each for each in seconds if each is not None]
    return {f"{name}_p{share}_ms": figure(held, _at(share)) for share in (50, 95)} if held else {}


def _at(share: int) -> Callable[[NDArray[np.float64]], float]:
    return lambda held: float(np.percentile(held, share))
