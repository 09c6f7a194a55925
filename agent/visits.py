"""Visits: a journal's events cut into visits, each told once it is over: after 30 minutes without an event.

Only what the shop reported counts, and not as something that must not be used: a page's events teach nobody but their
own session. So a shopper's thumbs go along with a visit that the shop reported something of, and a visit of nothing
else is not told. The fold is pure: its only clock is the `now` that it is given, and one log gives the same visits
every time, in the order of their last records. So whoever learns from them can go on after a restart: read the log
again after `since`, and pass over visits up to the last one learnt. Knows nothing of what is learnt.
"""

from collections import OrderedDict
from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal

from pydantic import BaseModel

from agent.events import Feedback, Search
from agent.journal import EventReported, FeedbackGiven, Logged
from agent.session import GAP

KEPT_TOUCHES = 200
"""The most touches of one visit; the first ones of a longer visit are left out."""
KEPT_THUMBS = 50
"""The most products of one visit whose thumbs are kept, the last ones."""
KEPT_VISITS = 100_000
"""The most visits under way; beyond it the one that was quiet longest is over."""

TouchName = Literal["view_item", "select_item", "add_to_cart", "remove_from_cart", "purchase"]
Value = Literal["up", "down"]


class Visit(BaseModel, frozen=True, extra="forbid"):
    """What one shopper did from first event to last, without a break of 30 minutes."""

    session_id: str
    user_id: str | None
    """The shopper, where the shop said who it was."""
    touches: tuple[tuple[str, TouchName, datetime], ...]
    """Product, event and time of each product of each event, sorted by time."""
    thumbs: tuple[tuple[str, Value, datetime], ...] = ()
    """Product, thumb and time; of each product the last one."""
    last: int
    """The number of its last record in the journal."""


@dataclass(slots=True)
class _Open:
    session_id: str
    first: int
    last: int
    heard: datetime
    began: datetime
    ended: datetime
    user_id: str | None = None
    touches: list[tuple[str, TouchName, datetime]] = field(default_factory=list[tuple[str, TouchName, datetime]])
    thumbs: dict[str, tuple[str, Value, datetime]] = field(default_factory=dict[str, tuple[str, Value, datetime]])

    def happened(self, record: EventReported) -> None:
        self.user_id = record.user_id or self.user_id
        if isinstance(record.event, Search):
            return
        for product_id in dict.fromkeys(item.item_id for item in record.event.items):
            self.touches.append((product_id, record.event.type, record.event.time))
        if len(self.touches) > 2 * KEPT_TOUCHES:
            self.touches = _last(self.touches)

    def rated(self, feedback: Feedback) -> None:
        self.thumbs.pop(feedback.product_id, None)
        self.thumbs[feedback.product_id] = feedback.product_id, feedback.value, feedback.time
        if len(self.thumbs) > KEPT_THUMBS:
            del self.thumbs[next(iter(self.thumbs))]


class Visits:
    """The visits that are under way."""

    def __init__(self, *, kept: int = KEPT_VISITS) -> None:
        self._kept = kept
        self._open: OrderedDict[int, _Open] = OrderedDict()
        """By number of the first record, the one that was quiet longest first."""
        self._current: dict[str, int] = {}
        """By session, the visit that its events belong to now."""

    @property
    def since(self) -> int | None:
        """The log read again after this number gives every visit that is under way; None where there is none."""
        return min(self._open) - 1 if self._open else None

    def hear(self, logged: Logged) -> None:
        """Take in the next record of the log. An event of before its session's present visit came too late to count."""
        record = logged.record
        match record:
            case EventReported(by="shop", consent=True, event=event):
                time = event.time
            case FeedbackGiven(feedback=feedback):
                time = feedback.time
            case _:
                return
        visit = self._visit(logged, time)
        if visit is None:
            return
        visit.last, visit.heard = logged.n, max(visit.heard, logged.time)
        visit.began, visit.ended = min(visit.began, time), max(visit.ended, time)
        if isinstance(record, FeedbackGiven):
            visit.rated(record.feedback)
        else:
            visit.happened(record)
        self._open.move_to_end(visit.first)

    def over(self, now: datetime) -> tuple[Visit, ...]:
        """The visits that are over by now, each told once; those without a product are not told."""
        told: list[Visit] = []
        while self._open:
            visit = next(iter(self._open.values()))
            if now - visit.heard < GAP and len(self._open) <= self._kept:
                break
            del self._open[visit.first]
            if self._current.get(visit.session_id) == visit.first:
                del self._current[visit.session_id]
            if visit.touches:
                told.append(_told(visit))
        return tuple(told)

    def _visit(self, logged: Logged, time: datetime) -> _Open | None:
        number = self._current.get(logged.session_id)
        visit = None if number is None else self._open[number]
        if visit and time <= visit.began - GAP:
            return None
        if visit is None or time >= visit.ended + GAP:
            visit = _Open(logged.session_id, logged.n, logged.n, logged.time, time, time)
            self._open[logged.n] = visit
            self._current[logged.session_id] = logged.n
        return visit


def _told(visit: _Open) -> Visit:
    return Visit(
        session_id=visit.session_id,
        user_id=visit.user_id,
        touches=tuple(_last(visit.touches)),
        thumbs=tuple(visit.thumbs.values()),
        last=visit.last,
    )


def _last(touches: list[tuple[str, TouchName, datetime]]) -> list[tuple[str, TouchName, datetime]]:
    return sorted(touches, key=lambda touch: touch[2])[-KEPT_TOUCHES:]
