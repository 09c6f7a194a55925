"""EventSource: a stream of events besides HTTP, and what takes it in. At least once in, exactly once in effect.

* SourceDown      the stream cannot be read or told now; what was not done is delivered again

A delivery is done only once the journal has its event; one that can never be taken is buried, with the reason. A stream
that is down is tried again and again, ever more slowly, and harms nobody. Knows no broker.
"""

import asyncio
import logging
import random
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Protocol

from pydantic_core import from_json

from agent.journal import JournalError
from retrieval.query import RetrievalError
from web.intake import Intake
from web.rules import MAX_FRAME

FIRST_PAUSE = 0.2
LONGEST_PAUSE = 30.0
"""Seconds between two tries while something is down."""

log = logging.getLogger(__name__)


class SourceDown(Exception):
    """The stream cannot be read or told now."""


@dataclass(frozen=True, slots=True)
class Delivery:
    """One entry of the stream."""

    id: str
    body: bytes | None
    """An event as JSON; None where the entry holds none."""


class EventSource(Protocol):
    """Every method may raise SourceDown."""

    async def next(self) -> Sequence[Delivery]:
        """Up to 200 deliveries, those first that were handed out and are not done; waits a moment where there are none,
        and may come back empty."""
        ...

    async def done(self, ids: Sequence[str]) -> None:
        """These need not be delivered again."""
        ...

    async def bury(self, reasons: Mapping[Delivery, str]) -> None:
        """These can never be taken: set them aside with the reason, and do not deliver them again."""
        ...

    async def close(self) -> None:
        """Let go of the stream."""
        ...


async def consume(source: EventSource, intake: Intake, *, first_pause: float = FIRST_PAUSE) -> None:
    """Runs until it is cancelled: takes in what the stream holds."""
    pause, task = first_pause, asyncio.current_task()
    while not (task and task.cancelling()):  # redis-py now and then swallows a cancellation
        try:
            await _step(source, intake)
            pause = first_pause
        except Exception as error:
            expected = isinstance(error, SourceDown | JournalError | RetrievalError)
            log.warning("the event stream: %s", error, exc_info=None if expected else error)
            intake.tally.stumbled()
            await asyncio.sleep(pause * random.uniform(0.5, 1.0))
            pause = min(2 * pause, LONGEST_PAUSE)


async def _step(source: EventSource, intake: Intake) -> None:
    deliveries = await source.next()
    if not deliveries:
        return
    bad: dict[Delivery, str] = {}
    good: list[Delivery] = []
    rows: list[object] = []
    for delivery in deliveries:
        try:
            rows.append(_read(delivery))
            good.append(delivery)
        except ValueError as error:
            bad[delivery] = str(error)
    if bad:
        intake.tally.refused("stream", ("bad_json" for _ in bad))
    taken = await intake.take(rows, datetime.now(UTC), "stream")
    bad |= {good[row.index]: f"{row.code} {row.field}: {row.fix}" for row in taken.rejected}
    if bad:
        await source.bury(bad)
    await source.done([delivery.id for delivery in good if delivery not in bad])


def _read(delivery: Delivery) -> object:
    """The JSON that a delivery holds. Raises ValueError."""
    if delivery.body is None:
        raise ValueError("bad_json: put the event's JSON into the field `event`")
    if len(delivery.body) > MAX_FRAME:
        raise ValueError(f"bad_json: use at most {MAX_FRAME:,} bytes an event")
    try:
        return from_json(delivery.body, allow_inf_nan=False)
    except ValueError as error:
        raise ValueError(f"bad_json: {error}") from error
