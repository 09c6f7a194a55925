"""ChatwootBot: what is done about what a helpdesk tells, one conversation at a time: turns, hand-offs, and silence.

A conversation is our session of its name. What a shopper writes within a moment is answered in one turn, and a turn is
told to its end before the next begins. Once a person has the conversation nothing more is sent: not even the rest of
what is being said. Knows nothing of signatures, of Chatwoot's payloads or of HTTP.
"""

import asyncio
import logging
from collections import OrderedDict
from collections.abc import Coroutine, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from agent.events import HandoffChanged, HandoffState, Language
from agent.journal import Journal, JournalError, PersonWrote
from agent.phrases import say
from web.adapters.chatwoot_desk import Helpdesk, HelpdeskError
from web.adapters.chatwoot_events import Accepted, Changed, Hands, Heard, Meaning, PersonSaid, Place
from web.adapters.chatwoot_line import Line, last_answered, turned
from web.adapters.chatwoot_turn import STOPPED, Teller, Told
from web.adapters.chatwoot_words import ours
from web.live import LiveSession
from web.problems import Refused
from web.rules import Rules
from web.sessions import Sessions
from web.tally import Tally

MOST = 200
"""Conversations that may wait for an answer at once; beyond it the helpdesk is asked to come back."""
KEPT = 10_000
"""Conversations, and deliveries, that are remembered."""
MOST_PAUSES = 8
"""A shopper who keeps writing is answered after so many quiet periods that were not quiet."""

log = logging.getLogger(__name__)


@dataclass(slots=True, eq=False)
class _Talk:
    """One conversation, as this process knows it."""

    place: Place
    line: Line = field(default_factory=Line)
    hands: Hands | None = None
    lock: asyncio.Lock = field(default_factory=asyncio.Lock)
    """Held while it is decided whose the conversation is."""
    stirred: bool = False
    told: Told = field(default_factory=Told)
    answering: asyncio.Task[None] | None = None
    turn: asyncio.Task[None] | None = None

    @property
    def busy(self) -> bool:
        return self.answering is not None and not self.answering.done()


class ChatwootBot:
    """All its methods belong to the event loop's thread."""

    def __init__(self, desk: Helpdesk, sessions: Sessions, journal: Journal, rules: Rules, tally: Tally) -> None:
        self._desk = desk
        self._sessions = sessions
        self._rules = rules
        self._teller = Teller(desk, journal, rules, tally)
        self._talks: OrderedDict[Place, _Talk] = OrderedDict()
        self._seen: OrderedDict[str, None] = OrderedDict()
        self._tasks: set[asyncio.Task[None]] = set()
        self._closing = False

    def take(self, told: Meaning, delivery: str = "") -> bool:
        """Take in what the helpdesk told, and return at once; False where this delivery was taken before. Raises
        Refused where too much is going on."""
        if delivery and delivery in self._seen:
            return False
        if isinstance(told, Accepted):
            self._desk.accepted(told.mark)
            return True
        talk = self._talk(told.place)
        full = isinstance(told, Heard) and not talk.busy and sum(one.busy for one in self._talks.values()) >= MOST
        if self._closing or full:
            raise Refused("rate_limited", fix="the assistant is busy; deliver it again in a moment")
        self._remember(delivery)
        before = talk.hands
        if not told.hands.older(before):
            talk.hands = told.hands
        self._hush(talk, told)
        self._go(self._mind(talk, told, before))
        if isinstance(told, Heard):
            talk.line, talk.stirred = talk.line.after(told), True
            if not talk.busy:
                talk.answering = self._go(self._answer(talk))
        return True

    async def idle(self) -> None:
        """Wait until nothing is going on."""
        while self._tasks:
            await asyncio.wait(self._tasks)

    async def close(self) -> None:
        """The process ends: what is nearly done may finish, and the rest goes to the shop's people."""
        self._closing = True
        working = {talk.answering for talk in self._talks.values() if talk.answering and talk.busy}
        if working:
            await asyncio.wait(working, timeout=self._rules.cleanup_wait)
        for talk in self._talks.values():
            if talk.answering and talk.busy:
                talk.answering.cancel()
                self._go(self._give_up(talk))
        try:
            async with asyncio.timeout(self._rules.cleanup_wait):
                await self.idle()
        except TimeoutError:
            slow = set(self._tasks)
            for task in slow:
                task.cancel()
            await asyncio.wait(slow, timeout=self._rules.cleanup_wait)

    async def _mind(self, talk: _Talk, told: Heard | PersonSaid | Changed, before: Hands | None) -> None:
        """Whose is the conversation now? Our session is told, and people are called where they should have it already:
        once more where we called them, and where one of them writes in a conversation that is still the bot's."""
        try:
            async with talk.lock, self._sessions.open(talk.place.session_id) as session:
                self._hush(talk, told)
                known = session.conversation.handoff
                change = turned(known, before, told)
                if change:
                    by = told.by if isinstance(told, PersonSaid) else told.hands.person
                    await session.hand(_change(change, by, session.conversation.language))
                if isinstance(told, PersonSaid):
                    wrote = PersonWrote(id=f"chatwoot:{told.id}", text=told.text, by=told.by, time=datetime.now(UTC))
                    await session.person_wrote(wrote)
            call = isinstance(told, PersonSaid) or (isinstance(told, Heard) and known == "waiting" and not change)
            if call and told.hands.whose == "bot" and not told.hands.older(before):
                await self._desk.open(talk.place)
        except (HelpdeskError, JournalError) as error:
            log.error("%s: whose it is was not noted everywhere: %s", talk.place.session_id, error)

    def _hush(self, talk: _Talk, told: Heard | PersonSaid | Changed) -> None:
        """Where a person has the conversation, what is being said stops here."""
        people = isinstance(told, PersonSaid) or told.hands.whose == "people"
        if people and talk.turn and not told.hands.older(talk.hands):
            talk.turn.cancel()

    async def _answer(self, talk: _Talk) -> None:
        """Answer what waits, and what comes meanwhile."""
        while talk.line.waiting:
            for _ in range(MOST_PAUSES):
                talk.stirred = False
                await asyncio.sleep(self._rules.quiet)
                if not talk.stirred:
                    break
            try:
                await self._burst(talk)
            except JournalError as error:
                log.error("%s: the journal is down: %s", talk.place.session_id, error)
                _, talk.line = talk.line.taken()
                await self._teller.to_people(talk.place, None)

    async def _burst(self, talk: _Talk) -> None:
        """Answer all that waits just now in one turn."""
        async with self._sessions.open(talk.place.session_id, talk.line.waiting[-1].user_id) as session:
            async with talk.lock:  # what was told before has been minded then
                burst, talk.line = talk.line.since(last_answered(session.messages)).taken()
                if not burst or talk.hands is None or talk.hands.whose == "nobody":
                    return
                ours_to_answer = talk.hands.whose == "bot" and not session.conversation.with_a_person
                work = self._turn if ours_to_answer else self._listen
                talk.turn = self._go(work(talk, session, burst))
            try:
                await asyncio.wait({talk.turn})
            finally:
                talk.turn.cancel()
                talk.turn = None

    async def _turn(self, talk: _Talk, session: LiveSession, burst: Sequence[Heard]) -> None:
        try:
            await self._teller.typing(talk.place, True)
            await self._teller.answer(talk.place, session, burst, talk.told)
        finally:
            # A task of its own, so that it is done even where this one is cancelled.
            await asyncio.shield(self._go(self._teller.typing(talk.place, False)))

    async def _listen(self, talk: _Talk, session: LiveSession, burst: Sequence[Heard]) -> None:
        await self._teller.listen(talk.place, session, burst)

    async def _give_up(self, talk: _Talk) -> None:
        """The process ends before this conversation was answered."""
        try:
            async with self._sessions.open(talk.place.session_id) as session:
                await self._teller.to_people(talk.place, session, first=STOPPED)
        except JournalError:
            await self._teller.to_people(talk.place, None, first=STOPPED)

    def _talk(self, place: Place) -> _Talk:
        talk = self._talks.setdefault(place, _Talk(place))
        self._talks.move_to_end(place)
        if len(self._talks) > KEPT:
            idle = next((one for one in self._talks.values() if not one.busy and one is not talk), talk)
            del self._talks[idle.place]
        return talk

    def _remember(self, delivery: str) -> None:
        if delivery:
            self._seen[delivery] = None
        if len(self._seen) > KEPT:
            self._seen.popitem(last=False)

    def _go(self, work: Coroutine[Any, Any, None]) -> asyncio.Task[None]:
        task = asyncio.create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._done)
        return task

    def _done(self, task: asyncio.Task[None]) -> None:
        self._tasks.discard(task)
        if not task.cancelled() and (error := task.exception()):
            log.error("a conversation of the helpdesk", exc_info=error)


def _change(state: HandoffState, by: str | None, language: Language) -> HandoffChanged:
    name = (by or ours(language, "our_people")) if state == "human" else None
    return HandoffChanged(state=state, text=say(language, f"handoff:{state}", by=name), by=name)
