"""A journal as files and back: events, exposures with what came of them, and feedback out; events in.

Knows nothing of SQL or of shells.
"""

from collections import defaultdict
from collections.abc import AsyncGenerator, Collection, Iterable, Sequence
from contextlib import aclosing
from typing import Any

from pydantic import BaseModel
from pydantic_core import to_json

from agent.attribution import attributed, exposures, outcomes
from agent.consent import Consent
from agent.eventlog import Line, read_lines
from agent.events import ProductsShown
from agent.journal import ConsentSet, EventReported, FeedbackGiven, Journal, Logged, TurnSaid
from retrieval.feeds.rows import RowProblem

BATCH = 1000
"""Events written in one transaction."""


class Imported(BaseModel, frozen=True, extra="forbid"):
    """What became of the lines of a file."""

    accepted: int
    duplicates: int
    """Events that were there already."""
    problems: tuple[RowProblem, ...]

    def with_problem(self, problem: RowProblem) -> "Imported":
        """One line more that cannot be used."""
        return self.model_copy(update={"problems": (*self.problems, problem)})

    def after_repeat(self, line: Line, session_id: str, record: EventReported) -> "Imported":
        """One line more whose id stands for this event of this session already."""
        if (line.session_id, line.record.event) == (session_id, record.event):
            return self.model_copy(update={"duplicates": self.duplicates + 1})
        reason = "this id stands for another event already"
        return self.with_problem(
            RowProblem(line=line.number, field="event_id", reason=reason, fix="Give every event its own id.")
        )


async def told(journal: Journal) -> AsyncGenerator[Logged, None]:
    """Every record of the journal, in order. Raises JournalError."""
    last = 0
    while page := await journal.log(last):
        for each in page:
            yield each
        last = page[-1].n


async def shoppers_log(journal: Journal) -> list[Logged]:
    """What shoppers did and were shown; the rest of what turns said is left out, and so is what was done without
    consent. Raises JournalError."""
    log: list[Logged] = []
    consents: defaultdict[str, Consent] = defaultdict(Consent)
    async with aclosing(told(journal)) as every:
        async for each in every:
            if isinstance(each.record, ConsentSet):
                consents[each.session_id] = consents[each.session_id].after(each.record.granted, each.record.time)
            elif _of_a_shopper(each):
                log.append(each)
    return [each for each in log if _may_be_used(each, consents[each.session_id])]


def exposure_lines(log: Sequence[Logged]) -> list[str]:
    """Exposures in the order shown, each with its outcomes `{name, event_id, time, by}`."""
    shown = exposures(log)
    came: defaultdict[tuple[str, str, str], list[dict[str, Any]]] = defaultdict(list)
    for each in attributed(shown, outcomes(log)):
        came[each.exposure.key].append(each.outcome.model_dump(include={"name", "event_id", "time", "by"}))
    return [_line(exposure, outcomes=came[exposure.key]) for exposure in shown]


def feedback_lines(log: Sequence[Logged]) -> list[str]:
    """Thumbs on cards that were shown, in the order given, each with the position and the arm of its card."""
    thumbs = [outcome for outcome in outcomes(log) if outcome.card_set is not None]
    return [
        _line(each.outcome, position=each.exposure.position, arm=each.exposure.arm)
        for each in attributed(exposures(log), thumbs)
    ]


async def brought_in(journal: Journal, lines: Iterable[str]) -> Imported:
    """Write the events of these lines; a bad line is named and the others are kept. Raises JournalError."""
    taken = Imported(accepted=0, duplicates=0, problems=())
    batch: dict[tuple[str, str], Line] = {}
    for each in read_lines(lines):
        if isinstance(each, RowProblem):
            taken = taken.with_problem(each)
            continue
        before = batch.get(_once(each))
        if before is not None:
            taken = taken.after_repeat(each, before.session_id, before.record)
            continue
        batch[_once(each)] = each
        if len(batch) == BATCH:
            taken = await _written(journal, batch.values(), taken)
            batch = {}
    return await _written(journal, batch.values(), taken) if batch else taken


async def _written(journal: Journal, batch: Collection[Line], taken: Imported) -> Imported:
    there = await journal.report([(line.session_id, line.record) for line in batch])
    known = await journal.reported(tuple(there)) if there else {}
    taken = taken.model_copy(update={"accepted": taken.accepted + sum(line.record.key not in there for line in batch)})
    for line in batch:
        if line.record.key in there:
            held = known.get(line.record.key) if line.record.by == "shop" else None
            taken = taken.after_repeat(line, *(held or (line.session_id, line.record)))
    return taken


def _once(line: Line) -> tuple[str, str]:
    """Where the journal looks for a duplicate: an event of a page is unique within its session only."""
    return line.record.key, "" if line.record.by == "shop" else line.session_id


def _of_a_shopper(each: Logged) -> bool:
    match each.record:
        case TurnSaid(event=event):
            return isinstance(event, ProductsShown)
        case EventReported() | FeedbackGiven():
            return True
        case _:
            return False


def _may_be_used(each: Logged, consent: Consent) -> bool:
    match each.record:
        case EventReported(event=event, consent=consented):
            return consented and consent.covers(event.time)
        case FeedbackGiven(feedback=feedback):
            return consent.covers(feedback.time)
        case _:
            return consent.covers(each.time)


def _line(told: BaseModel, **more: Any) -> str:
    return to_json({**told.model_dump(exclude_none=True), **more}).decode()
