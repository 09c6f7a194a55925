"""What was shown, and what came of it: exposures out of a journal, and outcomes tied to them. Pure.

An outcome (a click, a view, a cart or a purchase) is attributed to the last exposure of that product to that shopper
within the 24 hours before it; a thumb names its card set itself. Knows nothing of storage.
"""

from bisect import bisect_right
from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from typing import Literal

from pydantic import BaseModel

from agent.events import ProductsShown, Search
from agent.journal import EventReported, FeedbackGiven, Logged, Reporter, TurnSaid
from retrieval.query import Contribution

WINDOW = timedelta(hours=24)

OutcomeName = Literal[
    "view_item", "select_item", "add_to_cart", "remove_from_cart", "purchase", "thumb_up", "thumb_down"
]


class Exposure(BaseModel, frozen=True, extra="forbid"):
    """One product on a final card set, as the shopper saw it."""

    session_id: str
    shopper: str
    """The shopper's id where the shop told it of this session, else the session's."""
    turn_id: str
    card_set: str
    arm: str
    time: datetime
    product_id: str
    position: int
    """From 1."""
    score: float
    contributions: tuple[Contribution, ...]
    diversity: float
    features: dict[str, float] = {}
    """As in Card."""

    @property
    def key(self) -> tuple[str, str, str]:
        """What makes it unique: session, card set, product."""
        return self.session_id, self.card_set, self.product_id


class Outcome(BaseModel, frozen=True, extra="forbid"):
    """Something that the shopper did with one product."""

    session_id: str
    shopper: str
    """As in Exposure."""
    product_id: str
    name: OutcomeName
    time: datetime
    event_id: str | None = None
    """None for a thumb."""
    card_set: str | None = None
    """The card set that a thumb names; None for an event."""
    by: Reporter = "page"


class Attribution(BaseModel, frozen=True, extra="forbid"):
    """An outcome and the exposure that it is put down to."""

    exposure: Exposure
    outcome: Outcome


def exposures(log: Sequence[Logged]) -> tuple[Exposure, ...]:
    """All that was shown on final card sets, in the order of the log. A set that is told again is shown once, as it was
    told last."""
    shoppers = _shoppers(log)
    shown: dict[tuple[str, str], tuple[Exposure, ...]] = {}
    for each in log:
        if isinstance(each.record, TurnSaid) and isinstance(each.record.event, ProductsShown):
            card_set = each.record.event.card_set
            shown.pop((each.session_id, card_set.id), None)
            if not card_set.provisional:
                shown[each.session_id, card_set.id] = tuple(
                    Exposure(
                        session_id=each.session_id,
                        shopper=shoppers.get(each.session_id, each.session_id),
                        turn_id=card_set.turn_id,
                        card_set=card_set.id,
                        arm=card_set.arm,
                        time=each.time,
                        product_id=card.product.id,
                        position=position,
                        score=card.score,
                        contributions=card.contributions,
                        diversity=card.diversity,
                        features=card.features,
                    )
                    for position, card in enumerate(card_set.cards, start=1)
                )
    return tuple(exposure for cards in shown.values() for exposure in cards)


def outcomes(log: Sequence[Logged]) -> tuple[Outcome, ...]:
    """All that was done with products, in the order of the log. One event that both the page and the shop reported in a
    session is one outcome, the shop's."""
    shoppers = _shoppers(log)
    found: dict[tuple[str, str | int, str], Outcome] = {}
    for each in log:
        if isinstance(each.record, FeedbackGiven):
            thumb = each.record.feedback
            found[each.session_id, each.n, thumb.product_id] = Outcome(
                session_id=each.session_id,
                shopper=shoppers.get(each.session_id, each.session_id),
                product_id=thumb.product_id,
                name="thumb_up" if thumb.value == "up" else "thumb_down",
                time=thumb.time,
                card_set=thumb.card_set,
            )
        elif isinstance(each.record, EventReported) and not isinstance(each.record.event, Search):
            event, by = each.record.event, each.record.by
            for product_id in dict.fromkeys(item.item_id for item in event.items):
                key = each.session_id, event.event_id, product_id
                if by == "page" and key in found:
                    continue
                found[key] = Outcome(
                    session_id=each.session_id,
                    shopper=shoppers.get(each.session_id, each.session_id),
                    product_id=product_id,
                    name=event.type,
                    time=event.time,
                    event_id=event.event_id,
                    by=by,
                )
    return tuple(found.values())


def attributed(shown: Iterable[Exposure], done: Iterable[Outcome]) -> tuple[Attribution, ...]:
    """Each outcome with its exposure, in the order of the outcomes; those without one are left out."""
    by_set: dict[tuple[str, str, str], Exposure] = {}
    by_shopper: defaultdict[tuple[str, str], list[Exposure]] = defaultdict(list)
    for exposure in shown:
        by_set[exposure.key] = exposure
        by_shopper[exposure.shopper, exposure.product_id].append(exposure)
    for several in by_shopper.values():
        several.sort(key=_placed)
    told: list[Attribution] = []
    for outcome in done:
        if outcome.card_set is not None:
            exposure = by_set.get((outcome.session_id, outcome.card_set, outcome.product_id))
        else:
            exposure = _last(by_shopper.get((outcome.shopper, outcome.product_id), []), outcome.time)
        if exposure:
            told.append(Attribution(exposure=exposure, outcome=outcome))
    return tuple(told)


def _last(several: Sequence[Exposure], time: datetime) -> Exposure | None:
    at = bisect_right(several, time, key=lambda exposure: exposure.time)
    last = several[at - 1] if at else None
    return last if last and time - last.time <= WINDOW else None


def _placed(exposure: Exposure) -> tuple[datetime, str, str]:
    return exposure.time, exposure.session_id, exposure.card_set


def _shoppers(log: Sequence[Logged]) -> dict[str, str]:
    """By session, the shopper that the shop named; the last one where it named several."""
    told = ((each.session_id, each.record) for each in log)
    return {
        session_id: record.user_id
        for session_id, record in told
        if isinstance(record, EventReported) and record.by == "shop" and record.user_id
    }
