"""SqlJournal: the journal in a SQL database, SQLite (WAL, synchronous=FULL) by default and PostgreSQL by URL.

One thread writes. Appends that wait together are committed together, each still all or nothing; a read runs in a thread
of its own, so the event loop never waits for a disk. `MemoryJournal` is the fake. Knows nothing of sockets or turns.
"""

import asyncio
import json
import queue
import threading
from collections.abc import Callable, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, TypeVar

from sqlalchemy import (
    Column,
    Connection,
    Engine,
    Index,
    Integer,
    MetaData,
    String,
    Table,
    Text,
    create_engine,
    event,
    func,
    insert,
    select,
    text,
)
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.engine import make_url
from sqlalchemy.exc import IntegrityError, SQLAlchemyError

from agent.journal import JournalDown, JournalError, Record, record_adapter

GROUP = 256
"""The most appends in one transaction."""
READERS = 4
BUSY_MILLISECONDS = 5000

_metadata = MetaData()
_records = Table(
    "records",
    _metadata,
    Column("n", Integer, primary_key=True, autoincrement=True),
    Column("session_id", String(256), nullable=False),
    Column("kind", String(16), nullable=False),
    Column("key", String(256)),
    Column("time", String(40), nullable=False),
    Column("body", Text, nullable=False),
    sqlite_autoincrement=True,
)
_of_events, _of_messages = text("kind = 'event'"), text("kind = 'message'")
Index("records_of_session", _records.c.session_id, _records.c.n)
Index("events_once", _records.c.key, unique=True, sqlite_where=_of_events, postgresql_where=_of_events)
Index(
    "messages_once",
    _records.c.session_id,
    _records.c.key,
    unique=True,
    sqlite_where=_of_messages,
    postgresql_where=_of_messages,
)
_frames = Table(
    "frames",
    _metadata,
    Column("session_id", String(256), primary_key=True),
    Column("seq", Integer, primary_key=True, autoincrement=False),
    Column("body", Text, nullable=False),
    sqlite_with_rowid=False,
)

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class _Append:
    records: list[dict[str, Any]]
    frames: list[dict[str, Any]]
    done: "Future[frozenset[str]]"


class SqlJournal:
    """The durable journal. Make one with `open`, end it with `close`."""

    def __init__(self, engine: Engine) -> None:
        """Over an engine whose tables exist. Starts the writer's thread."""
        self._engine = engine
        self._once = _ignoring_duplicates(engine)
        self._waiting: queue.SimpleQueue[_Append | None] = queue.SimpleQueue()
        self._readers = ThreadPoolExecutor(READERS, thread_name_prefix="journal-reader")
        self._writer = threading.Thread(target=self._write, name="journal-writer", daemon=True)
        self._closed = False
        self._writer.start()

    @classmethod
    async def open(cls, url: str) -> "SqlJournal":
        """Open the store at this SQLAlchemy URL and make its tables where they are missing. Raises JournalDown."""
        return cls(await asyncio.to_thread(_engine, url))

    async def append(
        self, session_id: str, records: Sequence[Record] = (), frames: Sequence[dict[str, Any]] = ()
    ) -> frozenset[str]:
        """Write records and frames in one transaction; on disk when it returns. Returns the keys already there."""
        if self._closed:
            raise JournalDown("the journal is closed")
        now = datetime.now(UTC).isoformat()
        rows = [
            {
                "session_id": session_id,
                "kind": record.kind,
                "key": record.key,
                "time": now,
                "body": record.model_dump_json(),
            }
            for record in records
        ]
        told = [
            {"session_id": session_id, "seq": frame["seq"], "body": json.dumps(frame, ensure_ascii=False)}
            for frame in frames
        ]
        waiting = _Append(rows, told, Future())
        self._waiting.put(waiting)
        return await asyncio.wrap_future(waiting.done)

    async def records(self, session_id: str) -> tuple[Record, ...]:
        """All records of a session, in the order written."""
        query = select(_records.c.body).where(_records.c.session_id == session_id).order_by(_records.c.n)

        def read(connection: Connection) -> tuple[Record, ...]:
            return tuple(record_adapter.validate_json(body) for body in connection.scalars(query))

        return await self._read(read)

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

    async def close(self) -> None:
        """Write what waits, then let go of the store."""
        if self._closed:
            return
        self._closed = True
        self._waiting.put(None)
        await asyncio.to_thread(self._writer.join)
        self._readers.shutdown()
        self._engine.dispose()

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
        known: set[str] = set()
        for row in append.records:
            if connection.execute(self._once, row).rowcount == 0:
                known.add(row["key"])
        if append.frames:
            connection.execute(insert(_frames), append.frames)
        return frozenset(known)


class MemoryJournal:
    """A journal that lives as long as the process, for tests. With `down` set, every method raises JournalDown."""

    def __init__(self) -> None:
        self.down = False
        self.commits = 0
        self._records: list[tuple[str, str]] = []
        self._frames: dict[str, dict[int, str]] = {}
        self._keys: set[tuple[str, ...]] = set()

    async def append(
        self, session_id: str, records: Sequence[Record] = (), frames: Sequence[dict[str, Any]] = ()
    ) -> frozenset[str]:
        """As `Journal.append`; yields to the event loop once, as a disk would."""
        await asyncio.sleep(0)
        self._check()
        mine = self._frames.setdefault(session_id, {})
        if any(frame["seq"] in mine for frame in frames):
            raise JournalError("a frame with this seq is already written")
        known: set[str] = set()
        for record in records:
            once = (record.kind, record.key) if record.kind == "event" else (record.kind, record.key, session_id)
            if record.key is not None and once in self._keys:
                known.add(record.key)
                continue
            if record.key is not None:
                self._keys.add(tuple(part for part in once if part is not None))
            self._records.append((session_id, record.model_dump_json()))
        mine.update({frame["seq"]: json.dumps(frame) for frame in frames})
        self.commits += 1
        return frozenset(known)

    async def records(self, session_id: str) -> tuple[Record, ...]:
        """As `Journal.records`."""
        self._check()
        return tuple(record_adapter.validate_json(body) for owner, body in self._records if owner == session_id)

    async def frames(self, session_id: str, after: int) -> tuple[dict[str, Any], ...]:
        """As `Journal.frames`."""
        self._check()
        mine = self._frames.get(session_id, {})
        return tuple(json.loads(mine[seq]) for seq in sorted(mine) if seq > after)

    async def last_seq(self, session_id: str) -> int:
        """As `Journal.last_seq`."""
        self._check()
        return max(self._frames.get(session_id, {}), default=0)

    async def close(self) -> None:
        """Nothing to let go of."""

    def _check(self) -> None:
        if self.down:
            raise JournalDown("the journal is down")


def _engine(url: str) -> Engine:
    try:
        engine = create_engine(make_url(url))
        if engine.dialect.name == "sqlite":
            event.listen(engine, "connect", _safe_and_shared)
        _metadata.create_all(engine)
    except SQLAlchemyError as error:
        raise _down("opened", error) from error
    return engine


def _safe_and_shared(connection: Any, _: Any) -> None:
    """On every SQLite connection: readers beside one writer, and a commit that has reached the disk."""
    cursor = connection.cursor()
    cursor.execute(f"PRAGMA busy_timeout={BUSY_MILLISECONDS}")
    cursor.execute("PRAGMA journal_mode=WAL")
    cursor.execute("PRAGMA synchronous=FULL")
    cursor.close()


def _ignoring_duplicates(engine: Engine) -> Any:
    if engine.dialect.name == "postgresql":
        return postgresql.insert(_records).on_conflict_do_nothing()
    return sqlite.insert(_records).on_conflict_do_nothing()


def _down(done: str, error: Exception) -> JournalError:
    cause = str(getattr(error, "orig", None) or error)
    if isinstance(error, IntegrityError):
        return JournalError(f"the journal refused what was to be written: {cause}")
    return JournalDown(f"the journal cannot be {done}: {cause}")
