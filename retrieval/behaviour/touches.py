"""What behaviour is learnt from: a touch of a product, a thumb, and both of a finished session.

Knows nothing of the model, and nothing of how an event came in.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import Annotated, Literal

from pydantic import AwareDatetime, BaseModel, Field

TouchEvent = Literal["view_item", "select_item", "add_to_cart", "purchase"]


class Touch(BaseModel, frozen=True, extra="forbid"):
    """One shopper meets one product."""

    product_id: Annotated[str, Field(min_length=1)]
    event: TouchEvent
    time: AwareDatetime


class Thumb(BaseModel, frozen=True, extra="forbid"):
    """What one shopper thought of one product."""

    product_id: Annotated[str, Field(min_length=1)]
    value: Literal["up", "down"]
    time: AwareDatetime


class FinishedSession(BaseModel, frozen=True, extra="forbid"):
    """All touches of a session that has ended. Whoever reports it reports it once."""

    session_id: str
    touches: Annotated[tuple[Touch, ...], Field(min_length=1)]
    """In any order; each is placed by its own time."""
    earlier: tuple[Touch, ...] = ()
    """What the shopper bought before this session, where that is known: from it the model learns what is bought after
    what. Nothing else of the shopper is learnt, so that there is nothing to erase."""
    thumbs: tuple[Thumb, ...] = ()
    """At most one of each product: the last."""

    @property
    def ended(self) -> datetime:
        """The time of the last touch."""
        return max(touch.time for touch in self.touches)


class Mark(BaseModel, frozen=True, extra="forbid"):
    """How far a numbered log has been learnt."""

    journal: str = ""
    """The identity of that log; empty where nothing was learnt."""
    since: int = 0
    """No session that is under way has a record up to this number: the log is read again from here."""
    last: int = 0
    """The number of the last record of the last session that was learnt."""


Path = list[tuple[str, int]]
"""Products with their places, first to last. Touches of one time share a place: a basket has no order."""


def path(touches: Sequence[Touch]) -> Path:
    """Each product once, at the place of its last touch; places count the distinct times, from 0."""
    ordered = sorted(touches, key=_by_time)
    places: dict[str, int] = {}
    place, before = -1, None
    for touch in ordered:
        if touch.time != before:
            place, before = place + 1, touch.time
        places.pop(touch.product_id, None)
        places[touch.product_id] = place
    return list(places.items())


def _by_time(touch: Touch) -> tuple[datetime, str]:
    return touch.time, touch.product_id
