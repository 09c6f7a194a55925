"""LiveSession: one session in memory, shared by its sockets: what is asked of it, and its running turn.

A turn is told through the session's stream as it comes; whoever ends it early (a cancel, a new message, the deadline)
tells its end at once and then stops it, so that the shopper never waits for an engine to let go.
Knows nothing of WebSockets, HTTP or engines.
"""

import asyncio
import logging
from collections.abc import AsyncGenerator, Coroutine, Iterable, Mapping, Sequence
from contextlib import aclosing
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Protocol, TypeVar
from uuid import uuid4

from agent.conversation import Conversation, Recalled
from agent.events import Feedback, HandoffChanged, SessionEvent, ShopperMessage, TurnEvent, TurnFailed, TurnFinished
from agent.journal import (
    ConsentSet,
    ConstraintCleared,
    EventReported,
    FeedbackGiven,
    HandoffSet,
    Journal,
    JournalError,
    MessageCreated,
    PersonWrote,
    ShopperNamed,
    TurnSaid,
)
from retrieval.product import Product
from retrieval.query import Retriever
from web.frames import ack, error
from web.ingest import same_event
from web.outbox import Outbox
from web.problems import CONFLICT, Problem, Refused
from web.rules import Rules
from web.standing import End, Standing, cancelled, failed
from web.stream import Plan, Stream, Told

RESTARTING = 1012
KEPT_EVENTS = 500
"""How many events of its pages a session remembers whole; an older one that is repeated is taken for the same."""

log = logging.getLogger(__name__)
T = TypeVar("T")


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


@dataclass(slots=True, eq=False)
class _Run:
    """A turn that is being told. Once `over`, nothing more is."""

    message_id: str
    over: bool = False
    task: asyncio.Task[None] | None = None
    timer: asyncio.TimerHandle | None = None


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
        written: Iterable[str] = (),
        events: Iterable[SessionEvent] = (),
    ) -> None:
        """`slots`: turns at once, over all sessions. `standing`, `seq`, `messages`, `written`, `events`: what is on
        disk: the state, the last frame, the ids of the shopper's messages and of people's, what pages reported."""
        self._assistant = assistant
        self._rules = rules
        self._slots = slots
        self._messages = messages
        self._written = set(written)
        self._events: dict[str, SessionEvent] = {}
        self._remember(events)
        self._stream = Stream(
            assistant.journal, standing, seq, replay_bytes=rules.replay_bytes, on_break=self._abandon_turn
        )
        self._run: _Run | None = None
        self._turning = asyncio.Lock()
        self._tasks: set[asyncio.Task[Any]] = set()
        self._stopping = False
        self.users = 0
        """Who holds this session just now; kept by sessions.py."""
        self._close_what_was_cut_off()

    @property
    def conversation(self) -> Conversation:
        """The state that is on disk."""
        return self._stream.standing.conversation

    @property
    def busy(self) -> bool:
        """Something is still going on, with or without sockets."""
        return bool(self._tasks) or self._stream.busy

    @property
    def broken(self) -> bool:
        """The journal did not take what a turn said: this object is done, the session is to be loaded anew."""
        return self._stream.broken

    def join(self, outbox: Outbox, last_seq: int | None) -> "asyncio.Future[frozenset[str]]":
        """Let this socket hear the session; see Stream.join."""
        return self._stream.join(outbox, last_seq)

    def leave(self, outbox: Outbox) -> None:
        """This socket hears nothing more. A running turn goes on."""
        self._stream.leave(outbox)

    def refuse(self, problem: Problem) -> None:
        """Tell the pages that a frame was refused."""
        told = Told(frames=(error(problem),))
        self._stream.submit(lambda _: told)

    async def report(self, record: EventReported, products: Mapping[str, Product], *, timed: bool) -> bool:
        """Write an event that a page reports, and acknowledge it; False where it was there already. `timed`: the page
        said when it happened. Raises Refused for an id that stood for another event, JournalError."""
        known = self._events.get(record.key)
        if known and not same_event(record.event, known, timed=timed):
            raise Refused(CONFLICT.code, CONFLICT.field, fix=CONFLICT.fix)
        told = Told((record,), (ack([record.key]),), products=products)
        there = await self._stream.submit(lambda _: told, keys=frozenset((record.key,)))
        self._remember((record.event,))
        return not there

    async def happened(self, records: Sequence[EventReported | Recalled], products: Mapping[str, Product]) -> None:
        """Take in what the journal has. Raises JournalError where this object is done."""
        await self._stream.submit(lambda _: Told(written=tuple(records), products=products))

    async def named(self, user_id: str) -> None:
        """Write whose session this is. Raises JournalError."""
        await self._stream.submit(lambda _: Told((ShopperNamed(user_id=user_id),)))

    async def consent(self, granted: bool, now: datetime, ack_id: str) -> None:
        """Write that what is done in this session may be used, or must not. Raises JournalError."""

        def plan(standing: Standing) -> Told:
            said = standing.conversation.profile.consent == granted
            return Told(() if said else (ConsentSet(granted=granted, time=now),), (ack([ack_id]),))

        await self._stream.submit(plan)

    async def feedback(self, feedback: Feedback, ack_id: str) -> None:
        """Write a thumb on a card of the shelf. Raises Refused, JournalError."""
        shown = self.conversation.shelf.set_of(feedback.card_set)
        if shown is None:
            raise Refused("unknown_card_set", "cardSet", fix="name a card set that this session was shown lately")
        if feedback.product_id not in shown.ids:
            raise Refused("unknown_product", "productId", fix="name a product of that card set")
        await self._stream.submit(lambda _: Told((FeedbackGiven(feedback=feedback),), (ack([ack_id]),)))

    async def clear(self, path: str) -> None:
        """Take a constraint away. Raises JournalError; a path that is not set is refused on the wire."""

        def plan(standing: Standing) -> Told:
            try:
                after = standing.conversation.request.cleared(path)
            except KeyError:
                fix = "use the path of a chip of the state document"
                return Told(frames=(error(Problem(code="unknown_path", field="path", fix=fix)),))
            return Told((ConstraintCleared(after=after),))

        await self._stream.submit(plan)

    async def hand(self, change: HandoffChanged) -> None:
        """Write that a person took the conversation or gave it back; a running turn is cancelled first, so that nobody
        is talked over. Raises JournalError."""
        self.cancel()
        await self._stream.submit(lambda _: Told((HandoffSet(change=change),)))

    async def person_wrote(self, record: PersonWrote) -> bool:
        """Write what one of the shop's people says; False where it was there already. Raises JournalError."""
        if record.key in self._written:
            return False
        self.cancel()
        self._written.add(record.key)
        told = Told((record,))
        try:
            return not await self._stream.submit(lambda _: told, keys=frozenset((record.key,)))
        except JournalError:
            self._written.discard(record.key)
            raise

    async def message(self, message: ShopperMessage) -> bool:
        """Write the shopper's message, acknowledge it and start its turn; a running turn is cancelled. A repeated id is
        acknowledged again and starts nothing: False. Goes on if the caller goes away. Raises Refused, JournalError."""
        return await asyncio.shield(self._task(self._heed(message)))

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
            await asyncio.wait(self._tasks, timeout=self._rules.cleanup_wait)
        await self._stream.stop(RESTARTING, self._rules.cleanup_wait)

    async def _heed(self, message: ShopperMessage) -> bool:
        async with self._turning:
            known = Told(frames=(ack([message.id]),))
            if message.id in self._messages:
                await self._stream.submit(lambda _: known)
                return False
            self.cancel()
            if self._run and self._run.task:
                await asyncio.wait({self._run.task}, timeout=self._rules.cleanup_wait)
            try:
                async with asyncio.timeout(self._rules.turn_wait):
                    await self._slots.acquire()
            except TimeoutError:
                raise Refused("rate_limited", fix="the assistant is busy; send it again in a moment") from None
            told = Told((MessageCreated(message=message),), known.frames)
            try:
                repeated = await self._stream.submit(lambda _: told, keys=frozenset({message.id}))
            except BaseException:
                self._slots.release()
                raise
            self._messages.add(message.id)
            if repeated or self.broken or self._stopping:
                self._slots.release()
                return False
            run = self._run = _Run(message.id)
            loop = asyncio.get_running_loop()
            run.timer = loop.call_later(self._rules.deadline, self._end, run, failed("deadline"))
            run.task = self._task(self._tell(run, message))
            return True

    async def _tell(self, run: _Run, message: ShopperMessage) -> None:
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

    def _remember(self, events: Iterable[SessionEvent]) -> None:
        for event in events:
            self._events.setdefault(event.event_id, event)
        while len(self._events) > KEPT_EVENTS:
            del self._events[next(iter(self._events))]

    def _say(self, run: _Run, event: TurnEvent) -> None:
        if run.over:
            return
        run.over = isinstance(event, TurnFinished | TurnFailed)
        told = Told((TurnSaid(event=event),))
        self._stream.submit(lambda _: told, vital=True)

    def _end(self, run: _Run, end: End) -> None:
        if run.over:
            return
        run.over = True
        self._stream.submit(_closing(run.message_id, end), vital=True)
        if run.task and run.task is not asyncio.current_task():
            run.task.cancel()

    def _abandon_turn(self) -> None:
        """The stream broke: what the turn says can no longer be written. Its end is written when it is loaded anew."""
        if self._run:
            self._run.over = True
            if self._run.task:
                self._run.task.cancel()

    def _close_what_was_cut_off(self) -> None:
        """A turn that the journal has without its end, and messages that no turn took up: the process died there."""
        unended = ("",) if self.conversation.turn_id else ()
        for message_id in (*unended, *self._stream.standing.heard):
            self._stream.submit(_closing(message_id, failed("interrupted")), vital=True)

    def _task(self, work: Coroutine[Any, Any, T]) -> asyncio.Task[T]:
        task = asyncio.create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
        return task


def _closing(message_id: str, end: End) -> Plan:
    def plan(standing: Standing) -> Told:
        events = standing.closing(message_id, end, turn_id=uuid4().hex, now=datetime.now(UTC))
        return Told(tuple(TurnSaid(event=event) for event in events))

    return plan
