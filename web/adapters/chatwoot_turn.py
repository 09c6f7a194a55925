"""Teller: one turn told to a helpdesk: what it says, the call for a person where it ends in one, and what is done where
it cannot be answered. Knows nothing of when a turn is due or of who has the conversation.
"""

import logging
from collections.abc import AsyncGenerator, Sequence
from contextlib import aclosing
from dataclasses import dataclass
from datetime import UTC, datetime

import stamina

from agent.events import HandoffChanged, Language, ShopperMessage
from agent.handoff import WHY, summary
from agent.journal import Journal, JournalError
from agent.phrases import say
from agent.tools import HandoffReason
from web.adapters.chatwoot_desk import Helpdesk, HelpdeskError, UnknownConversation
from web.adapters.chatwoot_events import Heard, Place
from web.adapters.chatwoot_line import merged, message_id
from web.adapters.chatwoot_words import Say, Telling, note, ours, unseen
from web.frames import Frame
from web.live import LiveSession
from web.problems import Refused
from web.rules import Rules
from web.tally import Tally
from web.turns import turn_frames

STOPPED = "The assistant was stopped before it could answer."

log = logging.getLogger(__name__)


@dataclass(slots=True)
class Told:
    """What a conversation was told last, so far as the next turn has to know."""

    shown: tuple[str, ...] = ()
    """Ids of products."""
    unseen: bool = False
    """That attachments cannot be opened."""


class Teller:
    """Tells turns to the helpdesk."""

    def __init__(self, desk: Helpdesk, journal: Journal, rules: Rules, tally: Tally) -> None:
        self._desk = desk
        self._journal = journal
        self._rules = rules
        self._tally = tally

    async def answer(self, place: Place, session: LiveSession, burst: Sequence[Heard], told: Told) -> None:
        """Answer this burst in one turn, or call people where that cannot be."""
        try:
            if message := _message(burst):
                await self._turn(place, session, burst, message, told)
            else:
                await self._unseen(place, session, burst[-1].channel, told)
        except UnknownConversation as error:
            log.warning("%s is dropped: %s", place.session_id, error)
            self._tally.helpdesk("dropped")
        except (HelpdeskError, JournalError, Refused) as error:
            log.error("%s could not be answered: %s", place.session_id, error)
            await self.to_people(place, session)

    async def listen(self, place: Place, session: LiveSession, burst: Sequence[Heard]) -> None:
        """People were called, or have the conversation, and read it where it was written; our session keeps it for when
        they give it back. Nothing is said, but to a shopper who wants the assistant after all before anybody came."""
        message = _message(burst)
        if message is None:
            return
        telling, said = Telling(burst[-1].channel), list[Say]()
        try:
            async with aclosing(self._frames(session, message)) as frames:
                async for frame in frames:
                    said += telling.hear(frame, session.conversation)
            if telling.returned:
                for one in said:
                    await self._desk.say(place, one)
                await self._desk.give_back(place)
                self._tally.helpdesk("answered")
        except (HelpdeskError, JournalError, Refused) as error:
            log.error("%s was not noted everywhere: %s", place.session_id, error)

    async def to_people(
        self, place: Place, session: LiveSession | None, reason: HandoffReason = "failure", first: str = ""
    ) -> None:
        """The assistant cannot answer: the shopper is told so, and people see the conversation. Each step is tried
        whatever became of the one before. `first`: a line before the summary that people get."""
        language: Language = session.conversation.language if session else "en"
        told = summary(session.conversation, reason, language) if session else WHY[reason]
        for said in (Say(content=ours(language, "passed_on")), note(first, told)):
            try:
                await self._desk.say(place, said)
            except HelpdeskError as error:
                log.error("%s: not told that it is handed over: %s", place.session_id, error)
        try:
            await self._desk.open(place)
        except HelpdeskError as error:
            log.error("%s is unanswered, and people do not see it: %s", place.session_id, error)
        if session:
            label = say(language, "handoff:waiting")
            try:
                await session.hand(HandoffChanged(state="waiting", text=label, reason=reason, summary=told))
            except JournalError as error:
                log.error("%s: that people were called was not noted: %s", place.session_id, error)
        self._tally.helpdesk("gave_up")

    async def typing(self, place: Place, on: bool) -> None:
        """Show that an answer is being written, or no longer; nobody is the worse where it cannot be shown."""
        try:
            await self._desk.typing(place, on)
        except HelpdeskError as error:
            log.info("%s: typing: %s", place.session_id, error)

    async def _turn(
        self, place: Place, session: LiveSession, burst: Sequence[Heard], message: ShopperMessage, told: Told
    ) -> None:
        attached = any(heard.attachments for heard in burst)
        lead = (ours(session.conversation.language, "unseen_beside"),) if attached else ()
        telling = Telling(burst[-1].channel, lead, told.shown)
        async with aclosing(self._frames(session, message)) as frames:
            async for frame in frames:
                for said in telling.hear(frame, session.conversation):
                    await self._desk.say(place, said)
        told.shown, told.unseen = telling.shown, False
        if telling.failed:
            await self.to_people(place, session)
        elif telling.handed:
            await self._desk.say(place, note(session.conversation.handoff_summary or telling.handed))
            await self._desk.open(place)
            self._tally.helpdesk("handed_over")
        else:
            self._tally.helpdesk("answered")

    async def _unseen(self, place: Place, session: LiveSession, channel: str, told: Told) -> None:
        """Attachments alone: words are asked for once, and the second time in a row people are called."""
        if told.unseen:
            await self.to_people(place, session, "asked", "The shopper sent files, which the assistant cannot open.")
            return
        await self._desk.say(place, unseen(session.conversation.language, channel))
        told.unseen = True
        self._tally.helpdesk("answered")

    async def _frames(self, session: LiveSession, message: ShopperMessage) -> AsyncGenerator[Frame, None]:
        """The turn's frames. A full house is tried again: nobody minds a helpdesk that answers a little later."""
        first, frames = await self._begun(session, message)
        async with aclosing(frames):
            if first:
                yield first
            async for frame in frames:
                yield frame

    async def _begun(
        self, session: LiveSession, message: ShopperMessage
    ) -> tuple[Frame | None, AsyncGenerator[Frame, None]]:
        patient = stamina.retry_context(on=_full, attempts=8, timeout=60.0, wait_initial=0.5, wait_max=10.0)
        async for attempt in patient:
            with attempt:
                frames = turn_frames(session, message, self._journal, self._rules)
                return await anext(frames, None), frames
        raise AssertionError("stamina ends with an answer or an error")


def _message(burst: Sequence[Heard]) -> ShopperMessage | None:
    text = merged(burst)
    return ShopperMessage(id=message_id(burst), text=text, time=datetime.now(UTC)) if text else None


def _full(error: Exception) -> bool:
    return isinstance(error, Refused) and error.problem.code == "rate_limited"
