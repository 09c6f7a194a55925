"""Purchase intent: how likely the shopper is to put something into the cart or buy it later in this visit. Pure.

A logistic model over a few figures of the present visit, calibrated, with its coefficients in a JSON file that
`python -m eval train-intent` learns from a shop's own log; there is none by default, since shops differ more than any
guess would allow for. Knows nothing of logs or of what a turn makes of the figure.
"""

import math
from collections import Counter
from datetime import datetime
from pathlib import Path
from typing import Annotated, Literal

from pydantic import BaseModel, Field, FiniteFloat, ValidationError, model_validator

from agent.session import GAP, SessionProfile, Trace

NAMES = ("views", "products", "depth", "repeats", "carts", "minutes", "idle")
"""Logarithms (of 1 and the figure) of: product views; distinct products; the most views within one category; views of
a product seen before; products put into the cart; minutes from the first event to the last; minutes since the last."""

_HIGH = 2.0
"""So many times the usual chance is high."""


class IntentError(Exception):
    """The file of an intent model cannot be used. `fix` says what to do."""

    def __init__(self, message: str) -> None:
        self.fix = "Make it anew with `python -m eval train-intent`."
        super().__init__(f"{message} {self.fix}")


class Intent(BaseModel, frozen=True, extra="forbid"):
    """A calibrated logistic model."""

    floorwalker_intent: Literal[1] = 1
    """The version of this format."""
    names: tuple[str, ...] = NAMES
    weights: tuple[FiniteFloat, ...]
    """Of the figures, in their order; log-odds."""
    bias: FiniteFloat
    slope: FiniteFloat = 1.0
    """Platt's: calibrated log-odds are slope times log-odds plus offset."""
    offset: FiniteFloat = 0.0
    usual: Annotated[float, Field(gt=0, lt=1)]
    """The share of moments of the log after which something was put into the cart or bought."""

    @model_validator(mode="after")
    def _fits(self) -> "Intent":
        if self.names != NAMES or len(self.weights) != len(NAMES):
            raise ValueError(f"it was learnt from other figures than {', '.join(NAMES)}")
        return self

    @classmethod
    def load(cls, path: Path) -> "Intent":
        """Raises IntentError."""
        try:
            return cls.model_validate_json(path.read_bytes())
        except OSError as error:
            raise IntentError(f"The intent model {path} cannot be read: {error}.") from error
        except ValidationError as error:
            first = error.errors(include_url=False)[0]
            raise IntentError(f"{path} is no intent model of this version: {first['msg']}.") from error

    def chance(self, profile: SessionProfile, now: datetime) -> float:
        """From 0 to 1; without an event in this visit, the usual one."""
        known = figures(profile, now)
        if known is None:
            return self.usual
        raw = self.bias + sum(weight * value for weight, value in zip(self.weights, known, strict=True))
        return sigmoid(self.slope * raw + self.offset)

    def high(self, profile: SessionProfile, now: datetime) -> bool:
        """Is the chance well above the usual one?"""
        return self.chance(profile, now) >= min(_HIGH * self.usual, (1 + self.usual) / 2)


def figures(profile: SessionProfile, now: datetime) -> tuple[float, ...] | None:
    """In the order of NAMES; None where the visit has no event."""
    visit = _visit(profile, now)
    if not visit:
        return None
    views = [trace for trace in visit if trace.event in ("view_item", "select_item")]
    products = {trace.product_id for trace in visit}
    categories = Counter(trace.categories[-1] for trace in views if trace.categories)
    carts = {trace.product_id for trace in visit if trace.event == "add_to_cart"}
    raw = (
        len(views),
        len(products),
        max(categories.values(), default=0),
        len(views) - len({trace.product_id for trace in views}),
        len(carts),
        (visit[-1].time - visit[0].time).total_seconds() / 60,
        max(0.0, (now - visit[-1].time).total_seconds() / 60),
    )
    return tuple(math.log1p(each) for each in raw)


def sigmoid(value: float) -> float:
    """From log-odds to a chance, for any finite value."""
    if value >= 0:
        return 1 / (1 + math.exp(-value))
    odds = math.exp(value)
    return odds / (1 + odds)


def _visit(profile: SessionProfile, now: datetime) -> list[Trace]:
    """The traces without a break of 30 minutes until now, oldest first."""
    visit: list[Trace] = []
    after = now
    for trace in reversed(profile.traces):
        if after - trace.time >= GAP:
            break
        after = trace.time
        visit.append(trace)
    return visit[::-1]
