"""Logged sessions: what may be learnt from them, and the steps to be foretold, one at a time.

An event log (`events.jsonl`) is cut into visits as the journal is; a step is the next event of a visit, or with
`baskets` the next purchase of a known shopper as a whole. Rows of next items (`next_item.jsonl`) count as purchases in
order, a minute apart; rows whose ids end alike are one shopper's and nest. Knows nothing of models or metrics.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from pydantic import BaseModel, ValidationError

from agent.eventlog import Line, read_lines
from agent.events import EventItem, Id, Purchase, Search
from agent.journal import EventReported, Logged
from agent.session import KEPT_TRACES
from eval.datasets import lines
from eval.errors import DatasetError
from retrieval.behaviour.touches import Touch
from retrieval.feeds.rows import RowProblem

_START = datetime(2020, 1, 1, tzinfo=UTC)
_APART = timedelta(minutes=1)
_KEPT_HISTORY = 2000


class NextItem(BaseModel, frozen=True, extra="ignore", coerce_numbers_to_str=True):
    """One row: what a shopper bought, oldest first, and what next."""

    id: Id
    history: tuple[Id, ...]
    target: Id

    @property
    def shopper(self) -> str:
        """The end of the id."""
        return self.id.rpartition("-")[2]


@dataclass(frozen=True, slots=True)
class Step:
    """One thing to foretell."""

    shopper: str
    """Steps of one shopper (of one session, where nobody is known) are not independent."""
    events: tuple[EventReported, ...]
    """The session so far, oldest first; of a long one the last 100, of which production knows no more."""
    history: tuple[Touch, ...]
    """What the shopper bought before the session, where that is known."""
    now: datetime
    targets: frozenset[str]


Moment = Step | Logged
"""A log in order: a step to foretell, then the record that tells what happened."""


def read_events(path: Path) -> tuple[list[Line], int]:
    """The readable events of a log, by time and each once, and how many lines were none. Raises DatasetError where
    none can be read, naming the first fault."""
    events: dict[tuple[str, str], Line] = {}
    faults: list[RowProblem] = []
    with lines(path) as numbered:
        for each in read_lines(line for _, line in numbered):
            if isinstance(each, Line):
                events.setdefault(once(each), each)
            else:
                faults.append(each)
    if not events:
        first = f" Line {faults[0].line}: {faults[0].field} {faults[0].reason}." if faults else ""
        fix = "Give an event log, or rows of next items, one JSON object a line."
        raise DatasetError(f"{path} has no readable event.{first}", fix=fix)
    return sorted(events.values(), key=lambda line: (line.record.event.time, line.number)), len(faults)


def once(line: Line) -> tuple[str, str]:
    """What the journal would know it by."""
    return line.record.key, "" if line.record.by == "shop" else line.session_id


def read_next_items(path: Path) -> list[NextItem]:
    """Raises DatasetError, naming the line."""
    rows: list[NextItem] = []
    with lines(path) as numbered:
        for number, line in numbered:
            try:
                rows.append(NextItem.model_validate_json(line))
            except ValidationError as error:
                first = error.errors(include_url=False)[0]
                fix = 'Write one object a line: {"id": "r1-U1", "history": ["P1"], "target": "P2"}.'
                what = f"{'.'.join(map(str, first['loc']))} {first['msg']}".strip()
                raise DatasetError(f"{path}, line {number}: {what}.", fix=fix) from error
    if not rows:
        raise DatasetError(f"{path} has no row.", fix="Give rows of {id, history, target}.")
    return rows


def is_next_items(path: Path) -> bool:
    """Does this file hold rows of next items instead of events?"""
    with lines(path) as numbered:
        first = next((line for _, line in numbered), "")
    try:
        NextItem.model_validate_json(first)
    except ValidationError:
        return False
    return True


def logged(held: Iterable[Line], *, after: int = 0) -> Iterator[Logged]:
    """As the journal would hold them behind its first `after` records, had they been reported when they happened."""
    for number, line in enumerate(held, after + 1):
        yield Logged(n=number, session_id=line.session_id, time=line.record.event.time, record=line.record)


def longest(rows: Sequence[NextItem]) -> Iterator[Logged]:
    """Each shopper's longest row once, with its target."""
    best: dict[str, NextItem] = {}
    for row in rows:
        if row.shopper not in best or len(row.history) > len(best[row.shopper].history):
            best[row.shopper] = row
    number = 0
    for place, row in enumerate(best.values()):
        # All within days: what is popular would fade from the first shopper to the last.
        start = _START + place * _APART
        for event in _purchases(row, (*row.history, row.target), start):
            number += 1
            yield Logged(n=number, session_id=row.id, time=event.event.time, record=event)


def row_steps(rows: Iterable[NextItem]) -> Iterator[Step]:
    """One a row."""
    start = _START + timedelta(days=30)
    for row in rows:
        events = _purchases(row, row.history, start)
        yield Step(row.shopper, tuple(events), (), start + len(events) * _APART, frozenset({row.target}))


def moments(held: Iterable[Logged], *, gap: timedelta, learnt: int, baskets: bool) -> Iterator[Moment]:
    """The log in order, before each record but the first `learnt` the step that it answers, if it answers one."""
    visits: dict[str, list[EventReported]] = defaultdict(list)
    bought: dict[str, tuple[Touch, ...]] = defaultdict(tuple)
    for each in held:
        record = each.record
        assert isinstance(record, EventReported)
        event, visit = record.event, visits[each.session_id]
        if visit and event.time - visit[-1].event.time >= gap:
            visit.clear()
        shopper = record.user_id or each.session_id
        if each.n > learnt and not isinstance(event, Search):
            targets = frozenset(item.item_id for item in event.items)
            history = bought[shopper] if record.user_id else ()
            if baskets and isinstance(event, Purchase) and history:
                yield Step(shopper, (), history, event.time, targets)
            elif not baskets and visit and event.type != "remove_from_cart":
                began = visit[0].event.time
                earlier = tuple(touch for touch in history if touch.time < began)
                yield Step(shopper, tuple(visit[-KEPT_TRACES:]), earlier, event.time, targets)
        yield each
        visit.append(record)
        if isinstance(event, Purchase) and record.user_id:
            new = (Touch(product_id=item.item_id, event="purchase", time=event.time) for item in event.items)
            bought[shopper] = (*bought[shopper], *new)[-_KEPT_HISTORY:]


def _purchases(row: NextItem, products: Sequence[str], start: datetime) -> list[EventReported]:
    return [
        EventReported(
            event=Purchase(event_id=str(place), time=start + place * _APART, items=(EventItem(item_id=product),)),
            by="shop",
        )
        for place, product in enumerate(products)
    ]
