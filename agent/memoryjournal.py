"""MemoryJournal: the journal's fake, which lives as long as the process."""

import asyncio
import json
from collections.abc import Collection, Sequence
from datetime import UTC, datetime
from typing import Any
from uuid import uuid4

from agent.consent import Consent
from agent.journal import (
    ConsentSet,
    EventReported,
    JournalDown,
    JournalError,
    Logged,
    Record,
    by_event_id,
    handoff_of,
    kind_of,
    record_adapter,
    shopper_of,
    with_people,
)
from agent.purchases import purchases
from retrieval.behaviour.touches import Touch


class MemoryJournal:
    """A journal that lives as long as the process, for tests. With `down` set, every method raises JournalDown."""

    def __init__(self) -> None:
        self.down = False
        self.commits = 0
        self._identity = uuid4().hex
        self._records: list[Logged] = []
        self._frames: dict[str, dict[int, str]] = {}
        self._keys: set[tuple[str, ...]] = set()

    async def identity(self) -> str:
        """As `Journal.identity`."""
        self._check()
        return self._identity

    async def append(
        self, session_id: str, records: Sequence[Record] = (), frames: Sequence[dict[str, Any]] = ()
    ) -> frozenset[str]:
        """As `Journal.append`; yields to the event loop once, as a disk would."""
        await asyncio.sleep(0)
        self._check()
        mine = self._frames.setdefault(session_id, {})
        if any(frame["seq"] in mine for frame in frames):
            raise JournalError("a frame with this seq is already written")
        mine.update({frame["seq"]: json.dumps(frame) for frame in frames})
        return self._write([(session_id, record) for record in records])

    async def report(self, events: Sequence[tuple[str, EventReported]]) -> frozenset[str]:
        """As `Journal.report`; yields to the event loop once, as a disk would."""
        await asyncio.sleep(0)
        self._check()
        return self._write(events)

    def _write(self, records: Sequence[tuple[str, Record]]) -> frozenset[str]:
        known: set[str] = set()
        for session_id, record in records:
            if record.key is not None:
                once = (kind_of(record), record.key) + (() if kind_of(record) == "event" else (session_id,))
                if once in self._keys:
                    known.add(record.key)
                    continue
                self._keys.add(once)
            written = record_adapter.validate_json(record.model_dump_json())
            n, now = self._records[-1].n + 1 if self._records else 1, datetime.now(UTC)
            self._records.append(Logged(n=n, session_id=session_id, time=now, record=written))
        self.commits += 1
        return frozenset(known)

    async def records(self, session_id: str) -> tuple[Record, ...]:
        """As `Journal.records`."""
        self._check()
        return tuple(each.record for each in self._records if each.session_id == session_id)

    async def reported(self, event_ids: Sequence[str]) -> dict[str, tuple[str, EventReported]]:
        """As `Journal.reported`."""
        self._check()
        held = by_event_id(each for each in self._records if kind_of(each.record) == "event")
        return {event_id: held[event_id] for event_id in event_ids if event_id in held}

    async def log(self, after: int = 0, limit: int = 1000) -> tuple[Logged, ...]:
        """As `Journal.log`."""
        self._check()
        return tuple(each for each in self._records if each.n > after)[:limit]

    async def handoffs(self, limit: int) -> tuple[Logged, ...]:
        """As `Journal.handoffs`."""
        self._check()
        last = {each.session_id: each for each in self._records if handoff_of(each.record)}
        return with_people(sorted(last.values(), key=lambda each: -each.n))[:limit]

    async def sessions_of(self, user_id: str) -> frozenset[str]:
        """As `Journal.sessions_of`."""
        self._check()
        return frozenset(each.session_id for each in self._records if shopper_of(each.record) == user_id)

    async def purchases(self, user_id: str, limit: int) -> tuple[Touch, ...]:
        """As `Journal.purchases`."""
        sessions = await self.sessions_of(user_id)
        mine = ((each.session_id, each.record) for each in self._records if each.session_id in sessions)
        events = [(session_id, record) for session_id, record in mine if isinstance(record, EventReported)]
        others = {each.session_id for each in self._records if shopper_of(each.record) not in (None, user_id)}
        return purchases(events, user_id, sessions - others, await self.consents(sessions), limit)

    async def consents(self, session_ids: Collection[str]) -> dict[str, Consent]:
        """As `Journal.consents`."""
        self._check()
        found: dict[str, Consent] = {}
        for each in self._records:
            if isinstance(each.record, ConsentSet) and each.session_id in session_ids:
                before = found.get(each.session_id, Consent())
                found[each.session_id] = before.after(each.record.granted, each.record.time)
        return found

    async def frames(self, session_id: str, after: int) -> tuple[dict[str, Any], ...]:
        """As `Journal.frames`."""
        self._check()
        mine = self._frames.get(session_id, {})
        return tuple(json.loads(mine[seq]) for seq in sorted(mine) if seq > after)

    async def last_seq(self, session_id: str) -> int:
        """As `Journal.last_seq`."""
        self._check()
        return max(self._frames.get(session_id, {}), default=0)

    async def erase(self, session_ids: Collection[str]) -> int:
        """As `Journal.erase`."""
        self._check()
        gone = [each for each in self._records if each.session_id in session_ids]
        self._records = [each for each in self._records if each.session_id not in session_ids]
        kept = {(kind_of(each.record), each.record.key) for each in self._records}
        self._keys = {once for once in self._keys if once[:2] in kept}
        for session_id in session_ids:
            self._frames.pop(session_id, None)
        return len(gone)

    async def close(self) -> None:
        """Nothing to let go of."""

    def _check(self) -> None:
        if self.down:
            raise JournalDown("the journal is down")
