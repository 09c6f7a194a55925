"""SqlJournal: the journal in a SQL database, SQLite (WAL, synchronous=FULL) by default and PostgreSQL by URL.

One thread writes. Appends that wait together are committed together, each still all or nothing; a read runs in a thread
of its own, so the event loop never waits for a disk. memoryjournal.py has the fake. Knows nothing of sockets or turns.
"""

import asyncio
import json
import queue
import threading
from collections.abc import Callable, Collection, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, TypeVar

from sqlalchemy import Connection, Engine, Row, Select, delete, func, insert, select, text
from sqlalchemy.exc import IntegrityError, SQLAlchemyError

from agent import sqltables as tables
from agent.consent import Consent
from agent.journal import (
    ConsentSet,
    EventReported,
    JournalDown,
    JournalError,
    Logged,
    Record,
    by_event_id,
    kind_of,
    record_adapter,
    shopper_of,
    with_people,
)
from agent.purchases import purchases
from agent.sqltables import consent_only, erased, identity, opened, records_once, shoppers_once
from retrieval.behaviour.touches import Touch

GROUP = 256
"""The most appends in one transaction."""
READERS = 4
ASKED = 1000
"""The most sessions that one query asks for."""

_records, _frames, _shoppers = tables.records, tables.frames, tables.shoppers
T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class _Append:
    records: list[dict[str, Any]]
    shoppers: list[tuple[tuple[str, str | None], tuple[str, str]]]
    """Shopper and session, after the kind and key of the record that ties them."""
    frames: list[dict[str, Any]]
    done: "Future[frozenset[str]]"


class SqlJournal:
    """The durable journal. Make one with `open`, end it with `close`."""

    def __init__(self, engine: Engine) -> None:
        """Over an engine whose tables exist. Starts the writer's thread."""
        self._engine = engine
        self._once, self._shoppers_once = records_once(engine), shoppers_once(engine)
        self._waiting: queue.SimpleQueue[_Append | None] = queue.SimpleQueue()
        self._readers = ThreadPoolExecutor(READERS, thread_name_prefix="journal-reader")
        self._writer = threading.Thread(target=self._write, name="journal-writer", daemon=True)
        self._closed = False
        self._writer.start()

    @classmethod
    async def open(cls, url: str) -> "SqlJournal":
        """Open the store at this SQLAlchemy URL and make its tables where they are missing. Raises JournalDown."""
        try:
            return cls(await asyncio.to_thread(opened, url))
        except SQLAlchemyError as error:
            raise _down("opened", error) from error
        except ImportError as error:
            raise JournalDown(f"the journal cannot be opened: {error}; install floorwalker[postgres]") from error

    async def identity(self) -> str:
        """Tells this journal from any other; made with its tables."""
        return await self._read(identity)

    async def append(
        self, session_id: str, records: Sequence[Record] = (), frames: Sequence[dict[str, Any]] = ()
    ) -> frozenset[str]:
        """Write records and frames in one transaction; on disk when it returns. Returns the keys already there."""
        told = [
            {"session_id": session_id, "seq": frame["seq"], "body": json.dumps(frame, ensure_ascii=False)}
            for frame in frames
        ]
        return await self._append([(session_id, record) for record in records], told)

    async def report(self, events: Sequence[tuple[str, EventReported]]) -> frozenset[str]:
        """Write events of any sessions in one transaction; on disk when it returns. Returns the keys already there."""
        return await self._append(events, [])

    async def records(self, session_id: str) -> tuple[Record, ...]:
        """All records of a session, in the order written."""
        query = select(_records.c.body).where(_records.c.session_id == session_id).order_by(_records.c.n)

        def read(connection: Connection) -> tuple[Record, ...]:
            return tuple(record_adapter.validate_json(body) for body in connection.scalars(query))

        return await self._read(read)

    async def reported(self, event_ids: Sequence[str]) -> dict[str, tuple[str, EventReported]]:
        """By event id, the session and the event that the shop reported; an id that it never used is left out."""
        wanted = (_records.c.kind == "event") & _records.c.key.in_(event_ids)
        return by_event_id(await self._logged(select(_records).where(wanted)))

    async def log(self, after: int = 0, limit: int = 1000) -> tuple[Logged, ...]:
        """The first `limit` records of all sessions that are numbered above `after`, in the order of their numbers."""
        return await self._logged(select(_records).where(_records.c.n > after).order_by(_records.c.n).limit(limit))

    async def handoffs(self, limit: int) -> tuple[Logged, ...]:
        """The last hand-off of each session that a person is called to or has, newest first; at most `limit`."""
        handed = text("kind = 'handoff'")
        last = select(func.max(_records.c.n)).where(handed).group_by(_records.c.session_id)
        query = select(_records).where(_records.c.n.in_(last)).order_by(_records.c.n.desc())
        return with_people(await self._logged(query))[:limit]

    async def sessions_of(self, user_id: str) -> frozenset[str]:
        """The sessions that the shop tied to this shopper, by an event or by a token."""
        return await self._read(lambda connection: frozenset(connection.scalars(_sessions_of(user_id))))

    async def purchases(self, user_id: str, limit: int) -> tuple[Touch, ...]:
        """The last `limit` products that this shopper bought over all their sessions, oldest first."""
        # Only a first look: what the body says is read below.
        bought = _records.c.body.contains('"type":"purchase"', autoescape=True)
        mine = (_records.c.kind == "event") & _records.c.session_id.in_(_sessions_of(user_id)) & bought
        query = select(_records.c.session_id, _records.c.body).where(mine)
        tied = select(_shoppers.c.session_id).where(_shoppers.c.session_id.in_(_sessions_of(user_id)))
        alone = tied.group_by(_shoppers.c.session_id).having(func.count() == 1)

        def read(connection: Connection) -> tuple[Touch, ...]:
            events = [
                (session_id, record)
                for session_id, body in connection.execute(query)
                if isinstance(record := record_adapter.validate_json(body), EventReported)
            ]
            consents = _consents(connection, {session_id for session_id, _ in events})
            return purchases(events, user_id, set(connection.scalars(alone)), consents, limit)

        return await self._read(read)

    async def consents(self, session_ids: Collection[str]) -> dict[str, Consent]:
        """Where consent stands in those of these sessions that said something of it."""
        return await self._read(lambda connection: _consents(connection, session_ids))

    async def frames(self, session_id: str, after: int) -> tuple[dict[str, Any], ...]:
        """The frames with a `seq` above `after`, in order."""
        mine = (_frames.c.session_id == session_id) & (_frames.c.seq > after)
        query = select(_frames.c.body).where(mine).order_by(_frames.c.seq)

        def read(connection: Connection) -> tuple[dict[str, Any], ...]:
            return tuple(json.loads(body) for body in connection.scalars(query))

        return await self._read(read)

    async def last_seq(self, session_id: str) -> int:
        """The highest `seq` written for this session; 0 for none."""
        query = select(func.max(_frames.c.seq)).where(_frames.c.session_id == session_id)
        return await self._read(lambda connection: connection.scalar(query) or 0)

    async def erase(self, session_ids: Collection[str]) -> int:
        """Remove all that these sessions said and did, for good. Returns how many records that were."""

        def work(connection: Connection) -> int:
            count = 0
            for session_id in session_ids:
                connection.execute(delete(_frames).where(_frames.c.session_id == session_id))
                connection.execute(delete(_shoppers).where(_shoppers.c.session_id == session_id))
                count += connection.execute(delete(_records).where(_records.c.session_id == session_id)).rowcount
            return count

        return await self._read(lambda connection: erased(connection, work))

    async def close(self) -> None:
        """Write what waits, then let go of the store."""
        if self._closed:
            return
        self._closed = True
        self._waiting.put(None)
        await asyncio.to_thread(self._writer.join)
        self._readers.shutdown()
        self._engine.dispose()

    async def _append(self, records: Sequence[tuple[str, Record]], frames: list[dict[str, Any]]) -> frozenset[str]:
        if self._closed:
            raise JournalDown("the journal is closed")
        if not records and not frames:
            return frozenset()
        now = datetime.now(UTC).isoformat()
        rows = [
            {
                "session_id": session_id,
                "kind": kind_of(record),
                "key": record.key,
                "time": now,
                "body": record.model_dump_json(),
            }
            for session_id, record in records
        ]
        shoppers = [
            ((kind_of(record), record.key), (user_id, session_id))
            for session_id, record in records
            if (user_id := shopper_of(record))
        ]
        waiting = _Append(rows, shoppers, frames, Future())
        self._waiting.put(waiting)
        return await asyncio.wrap_future(waiting.done)

    async def _logged(self, query: Select[Any]) -> tuple[Logged, ...]:
        def read(connection: Connection) -> tuple[Logged, ...]:
            return tuple(_logged(row) for row in connection.execute(query))

        return await self._read(read)

    async def _read(self, read: Callable[[Connection], T]) -> T:
        if self._closed:
            raise JournalDown("the journal is closed")

        def work() -> T:
            with self._engine.connect() as connection:
                return read(connection)

        try:
            return await asyncio.get_running_loop().run_in_executor(self._readers, work)
        except SQLAlchemyError as error:
            raise _down("read", error) from error

    def _write(self) -> None:
        """The writer's thread: whatever waits is committed together."""
        while True:
            group = [self._waiting.get()]
            while len(group) < GROUP and not self._waiting.empty():
                group.append(self._waiting.get())
            # An append whose caller has gone away by now is not written: nobody was told that it was.
            wanted = [append for append in group if append and append.done.set_running_or_notify_cancel()]
            if wanted:
                self._commit(wanted)
            if None in group:
                return

    def _commit(self, group: list[_Append]) -> None:
        try:
            with self._engine.begin() as connection:
                known = [self._written(connection, append) for append in group]
        except Exception as error:
            if len(group) > 1:  # one bad append must not fail the others that waited with it
                for append in group:
                    self._commit([append])
            else:
                group[0].done.set_exception(_down("written", error))
        else:
            for append, keys in zip(group, known, strict=True):
                append.done.set_result(keys)

    def _written(self, connection: Connection, append: _Append) -> frozenset[str]:
        keys = {(row["kind"], row["key"]) for row in append.records if row["key"] is not None}
        if append.records:
            keys -= {(row.kind, row.key) for row in connection.execute(self._once, append.records)}
        # An event that was there already says nothing: it may have been another session's.
        tied = {pair for once, pair in append.shoppers if once not in keys}
        if tied:
            rows = [{"user_id": user_id, "session_id": session_id} for user_id, session_id in sorted(tied)]
            connection.execute(self._shoppers_once, rows)
        if append.frames:
            connection.execute(insert(_frames), append.frames)
        return frozenset(key for _, key in keys)


def _sessions_of(user_id: str) -> Select[Any]:
    return select(_shoppers.c.session_id).where(_shoppers.c.user_id == user_id)


def _consents(connection: Connection, session_ids: Collection[str]) -> dict[str, Consent]:
    found: dict[str, Consent] = {}
    asked = sorted(session_ids)
    for at in range(0, len(asked), ASKED):
        among = _records.c.session_id.in_(asked[at : at + ASKED])
        query = select(_records.c.session_id, _records.c.body).where(consent_only, among).order_by(_records.c.n)
        for session_id, body in connection.execute(query):
            said = ConsentSet.model_validate_json(body)
            found[session_id] = found.get(session_id, Consent()).after(said.granted, said.time)
    return found


def _logged(row: Row[Any]) -> Logged:
    record = record_adapter.validate_json(row.body)
    return Logged(n=row.n, session_id=row.session_id, time=datetime.fromisoformat(row.time), record=record)


def _down(done: str, error: Exception) -> JournalError:
    cause = str(getattr(error, "orig", None) or error)
    if isinstance(error, IntegrityError):
        return JournalError(f"the journal refused what was to be written: {cause}")
    return JournalDown(f"the journal cannot be {done}: {cause}")
