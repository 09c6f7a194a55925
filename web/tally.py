"""Tally: what became of reported events, and of what shoppers wrote to the helpdesk, counted, for Prometheus to read.
Knows nothing of how they came or where they went.
"""

from collections import Counter, OrderedDict
from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from typing import Literal

from prometheus_client import CollectorRegistry, generate_latest
from prometheus_client import Counter as Counted

from agent.events import SessionEvent
from web.problems import ProblemCode

Via = Literal["page", "shop", "stream"]
LATE = timedelta(minutes=30)
"""An event that is reported longer after it happened: its session may be over."""
KEPT_SESSIONS = 50_000
"""How many sessions' latest times are remembered, to tell which events come out of order."""


class Tally:
    """Counts since this process started."""

    def __init__(self) -> None:
        self._registry = CollectorRegistry()
        self._events = Counted(
            "floorwalker_events",
            "Reported events, by the way they came and what became of them: accepted, duplicate, or why it was not.",
            ("via", "outcome"),
            registry=self._registry,
        )
        self._untimely = Counted(
            "floorwalker_events_untimely",
            "Accepted events that came late (over 30 minutes) or after a later one of their session (out_of_order).",
            ("how",),
            registry=self._registry,
        )
        self._source_errors = Counted(
            "floorwalker_stream_errors",
            "How often the event stream could not be read, or what it held could not be written.",
            registry=self._registry,
        )
        self._helpdesk = Counted(
            "floorwalker_helpdesk",
            "What became of what shoppers wrote to the helpdesk: answered, handed_over, gave_up, or dropped.",
            ("outcome",),
            registry=self._registry,
        )
        self._latest: OrderedDict[str, datetime] = OrderedDict()

    def taken(self, via: Via, events: Sequence[tuple[str, SessionEvent]], duplicates: int, now: datetime) -> None:
        """Events, each with its session, were written just now, in this order; so many more were there already."""
        if duplicates:
            self._events.labels(via, "duplicate").inc(duplicates)
        if events:
            self._events.labels(via, "accepted").inc(len(events))
        for session_id, event in events:
            if now - event.time > LATE:
                self._untimely.labels("late").inc()
            latest = self._latest.get(session_id)
            if latest and event.time < latest:
                self._untimely.labels("out_of_order").inc()
            else:
                self._latest[session_id] = event.time
                self._latest.move_to_end(session_id)
        while len(self._latest) > KEPT_SESSIONS:
            self._latest.popitem(last=False)

    def refused(self, via: Via, codes: Iterable[ProblemCode]) -> None:
        """Events were refused, each for one of these reasons."""
        for code, count in Counter(codes).items():
            self._events.labels(via, code).inc(count)

    def stumbled(self) -> None:
        """The event stream could not be read, or what it held could not be written."""
        self._source_errors.inc()

    def helpdesk(self, outcome: Literal["answered", "handed_over", "gave_up", "dropped"]) -> None:
        """What became of something that a shopper wrote to the helpdesk. `gave_up`: the assistant could not answer, and
        people were called. `dropped`: the helpdesk does not know the conversation."""
        self._helpdesk.labels(outcome).inc()

    def text(self) -> bytes:
        """All counts in Prometheus' text format."""
        return generate_latest(self._registry)
