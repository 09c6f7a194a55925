"""`train-intent`: a purchase-intent model learnt from an event log, and how far its chances can be trusted.

Visits are split by when they began: the first 60% are learnt from, the next 20% calibrate (Platt), the last 20% are
held out for the figures. A moment is an event of a visit, or one, five or fifteen minutes after it without another; it
counts as right if something is put into the cart or bought later in the visit. Knows nothing of turns.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

import numpy as np
from numpy.typing import NDArray

from agent.eventlog import Line
from agent.events import SessionEvent
from agent.intent import NAMES, Intent, figures
from agent.session import GAP, SessionProfile
from eval.errors import DatasetError
from eval.rankings import clustered
from eval.results import Figure
from retrieval.product import Product

_LEARNT, _CALIBRATED = 0.6, 0.8
_WAITED = (0, 1, 5, 15)
_RIDGE = 1.0
_STEPS = 50
_BINS = 10
_LEAST = 10
"""Right moments of each part; below it there is nothing to learn or to check."""

Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Moments:
    """Figures (moments down), whether it came to it, and of which visit each is."""

    figures: Floats
    right: Floats
    visits: NDArray[np.intp]


def trained(lines: Sequence[Line], products: Mapping[str, Product]) -> tuple[Intent, dict[str, dict[str, Figure]]]:
    """The model, and on the held-out part, for it (`intent`) and for the usual chance told every time (`base`):
    `brier`, `log_loss`, `calibration_error` (expected, ten bins of equal count); `auc` for it alone. Raises
    DatasetError where too little was bought."""
    learnt, calibrating, held = (moments(part, products) for part in _parts(visits(lines)))
    for name, part in (("first 60%", learnt), ("next 20%", calibrating), ("last 20%", held)):
        if not _LEAST <= part.right.sum() <= len(part.right) - _LEAST:
            raise DatasetError(
                f"In the {name} of the visits, {int(part.right.sum())} of {len(part.right)} moments led to a cart or "
                "a purchase.",
                fix="Give a longer log.",
            )
    weights = logistic(learnt.figures, learnt.right, _RIDGE)
    raw = calibrating.figures @ weights[:-1] + weights[-1]
    slope, offset = logistic(raw[:, None], calibrating.right, 0.0)
    usual = float(np.concatenate([learnt.right, calibrating.right]).mean())
    intent = Intent(
        weights=tuple(weights[:-1].tolist()),
        bias=float(weights[-1]),
        slope=float(slope),
        offset=float(offset),
        usual=usual,
    )
    chances = 1 / (1 + np.exp(-(slope * (held.figures @ weights[:-1] + weights[-1]) + offset)))
    told = reliability(chances, held)
    auc = auc_of(chances, held.right)
    told["auc"] = Figure(mean=auc, low=auc, high=auc, n=len(chances))
    return intent, {"intent": told, "base": reliability(np.full(len(chances), usual), held)}


def visits(lines: Sequence[Line]) -> list[list[SessionEvent]]:
    """Events of one session without a break of 30 minutes, by when they began. `lines` by time."""
    open_visits: dict[str, list[SessionEvent]] = {}
    found: list[list[SessionEvent]] = []
    for line in lines:
        event = line.record.event
        visit = open_visits.get(line.session_id)
        if visit is None or event.time - visit[-1].time >= GAP:
            visit = open_visits[line.session_id] = []
            found.append(visit)
        visit.append(event)
    return found


def moments(held: Sequence[Sequence[SessionEvent]], products: Mapping[str, Product]) -> Moments:
    """All moments of these visits."""
    rows: list[tuple[float, ...]] = []
    right: list[bool] = []
    groups: list[int] = []
    for number, visit in enumerate(held):
        profile = SessionProfile()
        for place, event in enumerate(visit):
            profile = profile.after(event, products)
            follows = visit[place + 1].time if place + 1 < len(visit) else None
            to_come = any(each.type in ("add_to_cart", "purchase") for each in visit[place + 1 :])
            for now in _waited(event.time, follows):
                known = figures(profile, now)
                if known is not None:
                    rows.append(known)
                    right.append(to_come)
                    groups.append(number)
    return Moments(
        np.array(rows, dtype=np.float64).reshape(-1, len(NAMES)), np.array(right, dtype=np.float64), np.array(groups)
    )


def logistic(rows: Floats, right: Floats, ridge: float) -> Floats:
    """Weights and, last, the bias of the likeliest logistic model, by Newton's method; `ridge` weighs on standardised
    weights, so that units do not matter."""
    middle, spread = rows.mean(axis=0), rows.std(axis=0)
    spread = np.where(spread > 0, spread, 1.0)
    held = np.column_stack([(rows - middle) / spread, np.ones(len(rows))])
    penalty = np.diag([max(ridge, 1e-6)] * rows.shape[1] + [1e-6])
    weights = np.zeros(held.shape[1])
    for _ in range(_STEPS):
        chances = 1 / (1 + np.exp(-np.clip(held @ weights, -30, 30)))
        slope = held.T @ (right - chances) - penalty @ weights
        step = np.linalg.solve(held.T @ (held * (chances * (1 - chances))[:, None]) + penalty, slope)
        weights = weights + step
        if float(np.abs(step).max()) < 1e-9:
            break
    own = weights[:-1] / spread
    return np.append(own, weights[-1] - own @ middle)


def reliability(chances: Floats, held: Moments) -> dict[str, Figure]:
    """Of chances told for these moments; intervals over visits."""
    near = np.clip(chances, 1e-9, 1 - 1e-9)
    losses = -(held.right * np.log(near) + (1 - held.right) * np.log(1 - near))
    error = calibration_error(chances, held.right)
    return {
        "brier": clustered(((chances - held.right) ** 2).tolist(), held.visits),
        "log_loss": clustered(losses.tolist(), held.visits),
        "calibration_error": Figure(mean=error, low=error, high=error, n=len(chances)),
    }


def calibration_error(chances: Floats, right: Floats) -> float:
    """How far the chances of a bin lie from what came, on average over ten bins of equal count."""
    order = np.argsort(chances, kind="stable")
    bins = [each for each in np.array_split(order, _BINS) if len(each)]
    return float(sum(len(each) * abs(chances[each].mean() - right[each].mean()) for each in bins) / len(chances))


def auc_of(chances: Floats, right: Floats) -> float:
    """How often a right moment has the higher chance than a wrong one; ties count half."""
    below = np.sort(chances[right == 0])
    above = chances[right == 1]
    ranks = np.searchsorted(below, above, "left") + np.searchsorted(below, above, "right")
    return float(ranks.mean() / 2 / len(below))


def _parts(held: list[list[SessionEvent]]) -> tuple[list[list[SessionEvent]], ...]:
    first, second = round(len(held) * _LEARNT), round(len(held) * _CALIBRATED)
    return held[:first], held[first:second], held[second:]


def _waited(since: datetime, follows: datetime | None) -> list[datetime]:
    """A visit that goes on at the same instant has no moment in between."""
    times = [since + timedelta(minutes=minutes) for minutes in _WAITED]
    return [time for time in times if follows is None or time < follows]
