"""Intake: events of the shop's back end, many at once, into the journal and the live sessions they belong to.

Rows stand alone: the good ones are kept, the bad ones named; what is kept is written in one transaction. Knows nothing
of how the rows came.
"""

from dataclasses import dataclass
from datetime import datetime

from pydantic import BaseModel

from agent.journal import Journal
from web.bulk import RejectedRow, rejected_row, sorted_out
from web.ingest import Report, check_known, field_as_sent, product_ids, report_of
from web.known import KnownProducts
from web.problems import CONFLICT, Problem, Refused
from web.sessions import Sessions
from web.tally import Tally, Via


class EventsTaken(BaseModel, frozen=True):
    """What became of a bulk of events. All of `accepted` and `duplicates` are on disk."""

    accepted: int
    duplicates: int
    rejected: list[RejectedRow]


@dataclass(frozen=True, slots=True)
class Intake:
    """What takes events in."""

    journal: Journal
    sessions: Sessions
    known: KnownProducts
    tally: Tally

    async def take(self, rows: list[object], now: datetime, via: Via) -> EventsTaken:
        """Write these events, each to its session; on disk when it returns. Raises RetrievalError and JournalError:
        then none was acknowledged."""
        parsed, rejected = sorted_out(rows, lambda row: report_of(row, now))
        products = await self.known.among({one for _, each in parsed for one in product_ids(each.record.event)})
        first: dict[str, tuple[int, Report]] = {}
        again: list[tuple[int, Report]] = []
        for index, each in parsed:
            try:
                check_known(each.record.event, products)
            except Refused as refused:
                rejected.append(_rejected(index, refused.problem, rows))
                continue
            if each.record.key in first:
                again.append((index, each))
            else:
                first[each.record.key] = index, each
        there = await self.sessions.report([(each.session_id, each.record) for _, each in first.values()])
        again += (first[event_id] for event_id in there)
        known = {event_id: (each.session_id, each.record) for event_id, (_, each) in first.items()}
        if there:
            known |= await self.journal.reported(tuple(there))
        contradicting = [index for index, each in again if not each.repeats(*known[each.record.key])]
        rejected += (_rejected(index, CONFLICT, rows) for index in contradicting)
        rejected.sort(key=lambda row: row.index)
        new = [(each.session_id, each.record.event) for event_id, (_, each) in first.items() if event_id not in there]
        duplicates = len(again) - len(contradicting)
        self.tally.taken(via, new, duplicates, now)
        self.tally.refused(via, (row.code for row in rejected))
        return EventsTaken(accepted=len(new), duplicates=duplicates, rejected=rejected)


def _rejected(index: int, problem: Problem, rows: list[object]) -> RejectedRow:
    return rejected_row(index, problem.model_copy(update={"field": field_as_sent(problem.field, rows[index])}))
