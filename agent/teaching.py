"""Teaching: the visits of the journal, each told to the retriever once it is over, so that all later sessions profit.

Where a session's consent is withdrawn, its visits teach nobody; given anew, only what was done from then on teaches.
Nothing is kept here: how far the journal has been learnt is remembered where it is learnt. After a restart nobody
remembers what shoppers bought in visits that were learnt before. Knows nothing of what is made of it.
"""

import asyncio
import logging
from collections import OrderedDict
from collections.abc import Callable
from datetime import UTC, datetime

from agent.consent import Consent
from agent.journal import Journal, JournalError
from agent.session import TOUCHES
from agent.visits import Visit, Visits
from retrieval.behaviour.touches import FinishedSession, Mark, Thumb, Touch
from retrieval.query import RetrievalError, Retriever

EVERY_SECONDS = 5.0
PAGE = 1000
TOLD_AT_ONCE = 100
"""Visits that one call tells: shoppers' searches wait for it."""
KEPT_SHOPPERS = 50_000
KEPT_PURCHASES = 50

_log = logging.getLogger(__name__)


class Shoppers:
    """What known shoppers bought, the last of it, as it is told."""

    def __init__(self) -> None:
        self._bought: OrderedDict[str, tuple[Touch, ...]] = OrderedDict()

    def session_of(self, visit: Visit) -> FinishedSession | None:
        """The visit as the model of behaviour reads it; None where the shopper turned to no product."""
        touches = tuple(
            Touch.model_validate({"product_id": product_id, "event": name, "time": time})
            for product_id, name, time in visit.touches
            if name in TOUCHES
        )
        if not touches:
            return None
        earlier = self._bought.get(visit.user_id, ()) if visit.user_id else ()
        bought = tuple(touch for touch in touches if touch.event == "purchase")
        if visit.user_id and bought:
            self._bought[visit.user_id] = (*earlier, *bought)[-KEPT_PURCHASES:]
            self._bought.move_to_end(visit.user_id)
            if len(self._bought) > KEPT_SHOPPERS:
                self._bought.popitem(last=False)
        thumbs = tuple(Thumb(product_id=product_id, value=value, time=time) for product_id, value, time in visit.thumbs)
        return FinishedSession(session_id=visit.session_id, touches=touches, earlier=earlier, thumbs=thumbs)


def clock() -> datetime:
    """The time of the day."""
    return datetime.now(UTC)


async def teach(
    journal: Journal, retriever: Retriever, *, every: float = EVERY_SECONDS, now: Callable[[], datetime] = clock
) -> None:
    """Runs for ever: tells visits as they end by `now`, looking every so many seconds. While a part is down, nothing is
    lost: the journal has it all."""
    while True:
        try:
            await _teach(journal, retriever, every, now)
        except (JournalError, RetrievalError) as error:
            _log.warning("behaviour is not learnt for the moment: %s", error)
        await asyncio.sleep(every)


async def _teach(journal: Journal, retriever: Retriever, every: float, now: Callable[[], datetime]) -> None:
    """From where the retriever stands, until something fails or the retriever stands further back."""
    mark = await _begun(journal, retriever)
    visits, shoppers, read = Visits(), Shoppers(), mark.since
    while True:
        page = await journal.log(read, PAGE)
        told: list[Visit] = []
        for logged in page:
            told += visits.over(logged.time)
            visits.hear(logged)
            read = logged.n
        if len(page) < PAGE:
            told += visits.over(now())
        consents = await journal.consents({visit.session_id for visit in told}) if told else {}
        agreed = [_agreed(visit, consents.get(visit.session_id, Consent())) for visit in told]
        # What a shopper bought in a visit that is learnt already counts for the next one all the same.
        heard = [(visit.last, shoppers.session_of(visit)) for visit in agreed]
        new = [(last, session) for last, session in heard if last > mark.last]
        parts = [new[at : at + TOLD_AT_ONCE] for at in range(0, len(new), TOLD_AT_ONCE)]
        # Until all are told, the log has to be read again from where it was.
        steps = [
            (tuple(session for _, session in part if session), mark.model_copy(update={"last": part[-1][0]}))
            for part in parts
        ]
        since = read if visits.since is None else visits.since
        last = new[-1][0] if new else mark.last
        for sessions, reached in (*steps, ((), mark.model_copy(update={"since": since, "last": last}))):
            if await retriever.learn(sessions, mark, reached) != reached:
                return  # the retriever was started anew, and stands further back
            mark = reached
        if len(page) < PAGE:
            await asyncio.sleep(every)


async def _begun(journal: Journal, retriever: Retriever) -> Mark:
    """Where the retriever stands in this journal: at its beginning where it learnt from another one, whose numbers say
    nothing here. What it learnt of that is kept."""
    identity = await journal.identity()
    mark = await retriever.learn((), Mark(), Mark())
    while mark.journal != identity:
        # A mark that names no journal was saved before journals had an identity.
        new = mark.model_copy(update={"journal": identity})
        if mark.journal:
            _log.warning(
                "this journal is not the one that behaviour was learnt from: it is learnt from its first record on, "
                "and what was learnt from the other one is kept"
            )
            new = Mark(journal=identity)
        mark = await retriever.learn((), mark, new)
    return mark


def _agreed(visit: Visit, consent: Consent) -> Visit:
    """As much of the visit as may be used."""
    touches = tuple(touch for touch in visit.touches if consent.covers(touch[2]))
    thumbs = tuple(thumb for thumb in visit.thumbs if consent.covers(thumb[2]))
    return visit.model_copy(update={"touches": touches, "thumbs": thumbs})
