"""Stream: the one queue of a session, and the order of its frames.

Whatever happens to a session is an entry. An entry plans its records and frames from where the session then stands; the
records and the numbered frames are committed together; only then does the session stand there and do its sockets hear
of it. So memory is never ahead of the journal, and a socket that joins (an entry like any other) misses nothing and
hears nothing twice. Knows nothing of turns, WebSockets or HTTP.
"""

import asyncio
import logging
from collections import deque
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from types import MappingProxyType

from agent.conversation import Recalled
from agent.journal import Journal, JournalDown, JournalError, Record
from retrieval.product import Product
from web.frames import Frame, encoded, error, messages_snapshot, state_snapshot
from web.outbox import TRY_AGAIN, Outbox
from web.problems import JOURNAL_DOWN
from web.standing import Standing, frames_for

ENTRIES = 64
"""The most entries in one commit."""

log = logging.getLogger(__name__)
_NOTHING: Mapping[str, Product] = MappingProxyType({})


@dataclass(frozen=True, slots=True)
class Told:
    """What an entry amounts to: records with the frames that follow from them, then frames of its own."""

    records: tuple[Record, ...] = ()
    frames: tuple[Frame, ...] = ()
    written: tuple[Record | Recalled, ...] = ()
    """What the journal has already, and of which no page is told."""
    products: Mapping[str, Product] = field(default_factory=lambda: _NOTHING)
    """Those that all these records name."""


Plan = Callable[[Standing], Told]


@dataclass(slots=True, eq=False)
class _Join:
    outbox: Outbox
    last_seq: int | None
    fresh: bool = True

    def plan(self, standing: Standing) -> Told:
        state = state_snapshot(standing.conversation)
        return Told(frames=(state, messages_snapshot(standing.conversation)) if self.fresh else (state,))


@dataclass(slots=True, eq=False)
class _Entry:
    plan: Plan
    done: "asyncio.Future[frozenset[str]]"
    keys: frozenset[str]
    vital: bool
    join: _Join | None

    def fail(self, reason: Exception) -> None:
        if not self.done.done():
            self.done.set_exception(reason)
            self.done.exception()  # mark it seen: not every caller waits


class Stream:
    """The frames of one session, numbered without gaps. All its methods belong to the event loop's thread."""

    def __init__(
        self, journal: Journal, standing: Standing, seq: int, *, replay_bytes: int, on_break: Callable[[], None]
    ) -> None:
        """`seq`: the last that was written. `on_break` is called once, when `broken` becomes true."""
        self._journal = journal
        self._standing = standing
        self._seq = seq
        self._replay_bytes = replay_bytes
        self._on_break = on_break
        self._queue: deque[_Entry] = deque()
        self._pump: asyncio.Task[None] | None = None
        self._sockets: dict[Outbox, None] = {}
        self.broken = False
        """The journal did not take what must not be missing: the session is to be loaded anew."""

    @property
    def standing(self) -> Standing:
        """Where the session stands on disk."""
        return self._standing

    @property
    def busy(self) -> bool:
        """Someone listens, or something waits to be written."""
        return bool(self._sockets or self._queue or (self._pump and not self._pump.done()))

    def submit(
        self, plan: Plan, *, keys: frozenset[str] = frozenset(), vital: bool = False
    ) -> "asyncio.Future[frozenset[str]]":
        """Queue an entry. The future gives those of `keys` (its records' own) that were in the journal already, or
        raises JournalError. If a `vital` entry cannot be written, the stream breaks."""
        return self._queued(plan, keys, vital, None)

    def join(self, outbox: Outbox, last_seq: int | None) -> "asyncio.Future[frozenset[str]]":
        """Let this socket hear the session: what it missed since `last_seq` and STATE_SNAPSHOT; for a page that has
        nothing, or claims more than there is, STATE_SNAPSHOT and MESSAGES_SNAPSHOT."""
        joining = _Join(outbox, last_seq)
        return self._queued(joining.plan, frozenset(), False, joining)

    def leave(self, outbox: Outbox) -> None:
        """This socket hears nothing more."""
        outbox.close(1000)
        self._sockets.pop(outbox, None)

    async def stop(self, code: int, patience: float) -> None:
        """Write what waits, then close the sockets with this code."""
        if self._pump and not self._pump.done():
            await asyncio.wait({self._pump}, timeout=patience)
        for outbox in self._sockets:
            outbox.close(code)

    def _queued(
        self, plan: Plan, keys: frozenset[str], vital: bool, join: _Join | None
    ) -> "asyncio.Future[frozenset[str]]":
        entry = _Entry(plan, asyncio.get_running_loop().create_future(), keys, vital, join)
        if self.broken:
            entry.fail(JournalDown("the session is to be loaded anew"))
            return entry.done
        self._queue.append(entry)
        if self._pump is None or self._pump.done():
            self._pump = asyncio.create_task(self._publish())
        return entry.done

    async def _publish(self) -> None:
        while self._queue:
            joining = self._queue[0].join
            if joining:
                try:
                    await self._replay(joining)
                except JournalError as reason:
                    self._queue.popleft().fail(reason)
                    continue
            await self._commit(self._batch())

    def _batch(self) -> list[_Entry]:
        """The next entries that can share a commit: up to the next join, no key twice (the journal names duplicates by
        key alone)."""
        batch = [self._queue.popleft()]
        keys = set(batch[0].keys)
        while self._queue and len(batch) < ENTRIES:
            entry = self._queue[0]
            if entry.join or not keys.isdisjoint(entry.keys):
                break
            keys |= entry.keys
            batch.append(self._queue.popleft())
        return batch

    async def _replay(self, joining: _Join) -> None:
        """Everything before this entry is on disk and sent: what the socket missed is read back, then it is live."""
        last, outbox = joining.last_seq, joining.outbox
        joining.fresh = last is None or last > self._seq
        if last is not None and last < self._seq:
            missed = [encoded(frame) for frame in await self._journal.frames(self._id, last)]
            joining.fresh = sum(map(len, missed)) > self._replay_bytes
            for text in () if joining.fresh else missed:
                outbox.put(text, counted=False)
        if outbox.close_code is None:
            self._sockets[outbox] = None

    async def _commit(self, batch: list[_Entry]) -> None:
        standing, kept = self._standing, list[_Entry]()
        records, frames, products = list[Record](), list[Frame](), dict[str, Product]()
        lived = list[Record | Recalled]()
        for entry in batch:
            try:
                told = entry.plan(standing)
                standing, new = _told(told, standing)
            except Exception as reason:
                log.exception("an entry of session %s cannot be told", self._id)
                entry.fail(reason)
                continue
            kept.append(entry)
            records += told.records
            lived += (*told.written, *told.records)
            frames += new
            products.update(told.products)
        numbered = [{**frame, "seq": self._seq + at} for at, frame in enumerate(frames, start=1)]
        try:
            known = await self._journal.append(self._id, records, numbered)
        except Exception as reason:
            self._failed(kept, reason)
            return
        if known:  # written before, perhaps for another session: they change nothing here
            standing = self._standing
            for record in lived:
                standing = standing if record.key in known else standing.after(record, products)
        self._standing, self._seq = standing, self._seq + len(numbered)
        for text in map(encoded, numbered):
            for outbox in self._sockets:
                outbox.put(text)
        for entry in kept:
            if not entry.done.done():
                entry.done.set_result(known & entry.keys)

    def _failed(self, batch: list[_Entry], reason: Exception) -> None:
        """Nothing of this commit was written. A turn cannot go on with a hole in it, nor can a session whose frames
        another process numbers; anything else is its sender's to repeat."""
        log.warning("session %s: %s", self._id, reason)
        if not isinstance(reason, JournalDown) or any(entry.vital for entry in batch):
            self.broken = True
            batch = [*batch, *self._queue]
            self._queue.clear()
            for outbox in self._sockets:
                # Without a seq: the journal does not have it, and the number belongs to what is written next.
                outbox.put(encoded(error(JOURNAL_DOWN)))
                outbox.close(TRY_AGAIN)
            self._on_break()
        down = reason if isinstance(reason, JournalError) else JournalDown(str(reason))
        for entry in batch:
            if entry.join:
                self._sockets.pop(entry.join.outbox, None)
            entry.fail(down)

    @property
    def _id(self) -> str:
        return self._standing.conversation.session_id


def _told(told: Told, standing: Standing) -> tuple[Standing, list[Frame]]:
    frames: list[Frame] = []
    for record in told.written:
        standing = standing.after(record, told.products)
    for record in told.records:
        before, standing = standing, standing.after(record, told.products)
        frames += frames_for(record, before, standing)
    return standing, [*frames, *told.frames]
