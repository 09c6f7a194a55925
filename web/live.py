"""LiveSession: one session in memory, shared by its sockets: its frames in order, its running turn, who listens.

Whatever happens to a session is an entry of one queue. An entry plans its records and frames from where the session
then stands; the records and the numbered frames are committed together; only then does the session stand there and do
the sockets hear of it. So memory is never ahead of the journal, and a socket that joins (an entry like any other)
misses nothing and hears nothing twice. Knows nothing of WebSockets, HTTP or engines.
"""

import asyncio
import logging
from collections import deque
from collections.abc import AsyncGenerator, Callable, Mapping, Sequence
from contextlib import aclosing
from dataclasses import dataclass, field
from datetime import UTC, datetime
from types import MappingProxyType
from typing import Protocol
from uuid import uuid4

from agent.conversation import Conversation
from agent.events import Feedback, ShopperMessage, TurnEvent, TurnFailed, TurnFinished
from agent.journal import (
    ConstraintCleared,
    EventReported,
    FeedbackGiven,
    Journal,
    JournalDown,
    JournalError,
    MessageCreated,
    Record,
    TurnSaid,
)
from retrieval.product import Product
from retrieval.query import Retriever
from web.frames import Frame, ack, encoded, error, messages_snapshot, state_snapshot
from web.ingest import AnEvent
from web.outbox import TRY_AGAIN, Outbox
from web.problems import JOURNAL_DOWN, Problem, Refused
from web.rules import Rules
from web.standing import End, Standing, cancelled, failed, frames_for

ENTRIES = 64
"""The most entries in one commit."""
REPLAYED_BYTES = 1 << 20
"""A socket that missed more than this is given the conversation afresh."""
CLEANUP_SECONDS = 5.0
"""How long a stopped turn may take to let go of its engine before the next one starts."""

log = logging.getLogger(__name__)
_NOTHING: Mapping[str, Product] = MappingProxyType({})


class Assistant(Protocol):
    """All that this package asks of the assistant."""

    @property
    def retriever(self) -> Retriever:
        """The catalogue."""
        ...

    @property
    def journal(self) -> Journal:
        """The durable log."""
        ...

    def turn(self, conversation: Conversation, message: ShopperMessage) -> AsyncGenerator[TurnEvent, None]:
        """One turn: TurnStarted first, TurnFinished or TurnFailed last. `conversation` holds the message already."""
        ...

    def health(self) -> dict[str, str]:
        """By part, such as `retrieval`, `model`, `journal`: `ready`, or what it is doing instead."""
        ...


@dataclass(frozen=True, slots=True)
class Told:
    """What an entry amounts to: records with the frames that follow from them, then frames of its own."""

    records: tuple[Record, ...] = ()
    frames: tuple[Frame, ...] = ()
    products: Mapping[str, Product] = field(default_factory=lambda: _NOTHING)
    """Those that the records name."""


Plan = Callable[[Standing], Told]


@dataclass(slots=True, eq=False)
class _Run:
    """A turn that is being told. Once `over`, nothing more is."""

    message_id: str
    over: bool = False
    task: asyncio.Task[None] | None = None
    timer: asyncio.TimerHandle | None = None


@dataclass(slots=True, eq=False)
class _Join:
    outbox: Outbox
    last_seq: int | None
    fresh: bool = True


@dataclass(slots=True, eq=False)
class _Entry:
    plan: Plan
    done: "asyncio.Future[frozenset[str]]"
    keys: frozenset[str] = frozenset()
    run: _Run | None = None
    join: _Join | None = None

    def fail(self, reason: Exception) -> None:
        if not self.done.done():
            self.done.set_exception(reason)
            self.done.exception()  # mark it seen: not every caller waits


class LiveSession:
    """One session. All its methods belong to the event loop's thread."""

    def __init__(
        self,
        assistant: Assistant,
        rules: Rules,
        slots: asyncio.Semaphore,
        *,
        standing: Standing,
        seq: int,
        messages: set[str],
    ) -> None:
        self._assistant = assistant
        self._rules = rules
        self._slots = slots
        self._standing = standing
        self._seq = seq
        self._messages = messages
        self._queue: deque[_Entry] = deque()
        self._pump: asyncio.Task[None] | None = None
        self._sockets: dict[Outbox, None] = {}
        self._run: _Run | None = None
        self._turning = asyncio.Lock()
        self._stopping = False
        self._tasks: set[asyncio.Task[None]] = set()
        self.users = 0
        """Who holds this session just now; kept by sessions.py."""
        self.broken = False
        """The journal did not take what a turn said: this object is done, the session is to be loaded anew."""
        self._close_what_was_cut_off()

    @property
    def conversation(self) -> Conversation:
        """The state that is on disk."""
        return self._standing.conversation

    @property
    def busy(self) -> bool:
        """Something is still going on, with or without sockets."""
        return bool(self._sockets or self._queue or self._tasks)

    def join(self, outbox: Outbox, last_seq: int | None) -> "asyncio.Future[frozenset[str]]":
        """Let this socket hear the session: what it missed since `last_seq` and STATE_SNAPSHOT; for a page that has
        nothing, or claims more than there is, STATE_SNAPSHOT and MESSAGES_SNAPSHOT."""
        joining = _Join(outbox, last_seq)

        def plan(standing: Standing) -> Told:
            state = state_snapshot(standing.conversation)
            return Told(frames=(state, messages_snapshot(standing.conversation)) if joining.fresh else (state,))

        return self._submit(plan, join=joining)

    def leave(self, outbox: Outbox) -> None:
        """This socket hears nothing more. A running turn goes on."""
        outbox.close(1000)
        self._sockets.pop(outbox, None)

    def refuse(self, problem: Problem) -> "asyncio.Future[frozenset[str]]":
        """Tell the pages that a frame was refused."""
        return self._submit(lambda _: Told(frames=(error(problem),)))

    async def report(
        self, events: Sequence[AnEvent], products: Mapping[str, Product], *, acknowledge: bool
    ) -> frozenset[str]:
        """Write session events; returns the ids of those that were there already. Raises JournalError."""
        records = tuple(EventReported(event=event) for event in events)
        frames = (ack([event.event_id for event in events]),) if acknowledge else ()
        told = Told(records, frames, products)
        return await self._submit(lambda _: told, keys=frozenset(record.key for record in records))

    async def feedback(self, feedback: Feedback, ack_id: str) -> None:
        """Write a thumb on a card of the shelf. Raises Refused, JournalError."""
        shown = self.conversation.shelf.set_of(feedback.card_set)
        if shown is None:
            raise Refused("unknown_card_set", "cardSet", fix="name a card set that this session was shown lately")
        if feedback.product_id not in shown.ids:
            raise Refused("unknown_product", "productId", fix="name a product of that card set")
        told = Told((FeedbackGiven(feedback=feedback),), (ack([ack_id]),))
        await self._submit(lambda _: told)

    async def clear(self, path: str) -> None:
        """Take a constraint away. Raises JournalError; a path that is not set is refused on the wire."""

        def plan(standing: Standing) -> Told:
            try:
                after = standing.conversation.constraints.cleared(path)
            except KeyError:
                fix = "use the path of a chip of the state document"
                return Told(frames=(error(Problem(code="unknown_path", field="path", fix=fix)),))
            return Told((ConstraintCleared(after=after),))

        await self._submit(plan)

    async def message(self, message: ShopperMessage) -> None:
        """Write the shopper's message, acknowledge it and start its turn; a running turn is cancelled. A repeated id is
        acknowledged again and starts nothing. Goes on if the caller goes away. Raises Refused, JournalError."""
        task = asyncio.create_task(self._heed(message))
        self._keep(task)
        await asyncio.shield(task)

    def cancel(self) -> None:
        """Stop the running turn, if there is one."""
        if self._run:
            self._end(self._run, cancelled)

    async def stop(self) -> None:
        """The process ends: close the running turn as interrupted, write what waits, let the sockets go."""
        self._stopping = True
        if self._run:
            self._end(self._run, failed("interrupted"))
        if self._tasks:
            await asyncio.wait(self._tasks, timeout=CLEANUP_SECONDS)
        for outbox in list(self._sockets):
            outbox.close(1012)

    async def _heed(self, message: ShopperMessage) -> None:
        async with self._turning:
            known = Told(frames=(ack([message.id]),))
            if message.id in self._messages:
                await self._submit(lambda _: known)
                return
            self.cancel()
            if self._run and self._run.task and not self._run.task.done():
                await asyncio.wait({self._run.task}, timeout=CLEANUP_SECONDS)
            try:
                async with asyncio.timeout(self._rules.turn_wait):
                    await self._slots.acquire()
            except TimeoutError:
                raise Refused("rate_limited", fix="the assistant is busy; send it again in a moment") from None
            told = Told((MessageCreated(message=message),), known.frames)
            try:
                repeated = await self._submit(lambda _: told, keys=frozenset({message.id}))
            except BaseException:
                self._slots.release()
                raise
            self._messages.add(message.id)
            if repeated or self.broken or self._stopping:
                self._slots.release()
                return
            run = self._run = _Run(message.id)
            run.task = asyncio.create_task(self._stream(run, message))
            self._keep(run.task)
            loop = asyncio.get_running_loop()
            run.timer = loop.call_later(self._rules.deadline, self._end, run, failed("deadline"))

    async def _stream(self, run: _Run, message: ShopperMessage) -> None:
        """Tell the turn as it comes. Whoever cancels this task has told the turn's end."""
        try:
            async with aclosing(self._assistant.turn(self.conversation, message)) as events:
                async for event in events:
                    self._say(run, event)
            self._end(run, failed("internal"))
        except Exception:
            log.exception("a turn failed")
            self._end(run, failed("internal"))
        finally:
            self._slots.release()
            if run.timer:
                run.timer.cancel()
            if self._run is run:
                self._run = None

    def _say(self, run: _Run, event: TurnEvent) -> None:
        if run.over:
            return
        run.over = isinstance(event, TurnFinished | TurnFailed)
        told = Told((TurnSaid(event=event),))
        self._submit(lambda _: told, run=run)

    def _end(self, run: _Run, end: End) -> None:
        if run.over:
            return
        run.over = True
        self._submit(_closing(run.message_id, end), run=run)
        if run.task and run.task is not asyncio.current_task():
            run.task.cancel()

    def _close_what_was_cut_off(self) -> None:
        """A turn that the journal has without its end, and messages that no turn took up: the process died there."""
        unended = ("",) if self.conversation.turn_id else ()
        for message_id in (*unended, *self._standing.heard):
            self._submit(_closing(message_id, failed("interrupted")), run=_Run(message_id, over=True))

    def _submit(
        self,
        plan: Plan,
        *,
        keys: frozenset[str] = frozenset(),
        run: _Run | None = None,
        join: _Join | None = None,
    ) -> "asyncio.Future[frozenset[str]]":
        entry = _Entry(plan, asyncio.get_running_loop().create_future(), keys, run, join)
        if self.broken:
            entry.fail(JournalDown("the session is to be loaded anew"))
            return entry.done
        self._queue.append(entry)
        if self._pump is None or self._pump.done():
            self._pump = asyncio.create_task(self._publish())
            self._keep(self._pump)
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
            missed = [encoded(frame) for frame in await self._assistant.journal.frames(self._id, last)]
            joining.fresh = sum(map(len, missed)) > REPLAYED_BYTES
            for text in () if joining.fresh else missed:
                outbox.put(text, counted=False)
        if outbox.close_code is None:
            self._sockets[outbox] = None

    async def _commit(self, batch: list[_Entry]) -> None:
        standing, kept = self._standing, list[_Entry]()
        records, frames, products = list[Record](), list[Frame](), dict[str, Product]()
        for entry in batch:
            try:
                told = entry.plan(standing)
                products.update(told.products)
                for record in told.records:
                    before, standing = standing, standing.after(record, told.products)
                    frames += frames_for(record, before, standing)
                records += told.records
                frames += told.frames
                kept.append(entry)
            except Exception as reason:
                log.exception("an entry of session %s cannot be told", self._id)
                entry.fail(reason)
        numbered = [{**frame, "seq": self._seq + at} for at, frame in enumerate(frames, start=1)]
        try:
            known = await self._assistant.journal.append(self._id, records, numbered)
        except Exception as reason:
            self._failed(kept, reason)
            return
        if known:  # written before, perhaps for another session: they change nothing here
            standing = self._standing
            for record in records:
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
        if not isinstance(reason, JournalError) or not isinstance(reason, JournalDown) or any(e.run for e in batch):
            self.broken = True
            batch = [*batch, *self._queue]
            self._queue.clear()
            if self._run:
                self._run.over = True
                if self._run.task:
                    self._run.task.cancel()
            for outbox in self._sockets:
                # Without a seq: the journal does not have it, and the number belongs to what is written next.
                outbox.put(encoded(error(JOURNAL_DOWN)))
                outbox.close(TRY_AGAIN)
        down = reason if isinstance(reason, JournalError) else JournalDown(str(reason))
        for entry in batch:
            if entry.join:
                self._sockets.pop(entry.join.outbox, None)
            entry.fail(down)

    def _keep(self, task: asyncio.Task[None]) -> None:
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    @property
    def _id(self) -> str:
        return self._standing.conversation.session_id


def _closing(message_id: str, end: End) -> Plan:
    def plan(standing: Standing) -> Told:
        events = standing.closing(message_id, end, turn_id=uuid4().hex, now=datetime.now(UTC))
        return Told(tuple(TurnSaid(event=event) for event in events))

    return plan
