"""Sessions: which sessions are in memory. Each is loaded from the journal when it is asked for, and dropped when idle.

Of a known shopper (the token of a page names one, or an event of the shop does) what they bought in other sessions is
read from the journal too: when the session is loaded, or when it is first known who it is.
Knows nothing of sockets or of what a session says.
"""

import asyncio
from collections.abc import AsyncGenerator, Sequence
from contextlib import asynccontextmanager, suppress
from weakref import WeakValueDictionary

from agent.conversation import Recalled
from agent.journal import EventReported, JournalError, MessageCreated, PersonWrote, Record, ShopperNamed
from agent.session import KEPT_HISTORY
from retrieval.product import Product
from retrieval.query import RetrievalError
from web.ingest import product_ids
from web.live import Assistant, LiveSession
from web.rules import Rules
from web.standing import folded


class Sessions:
    """The live sessions of this process."""

    def __init__(self, assistant: Assistant, rules: Rules) -> None:
        self._assistant = assistant
        self._rules = rules
        self._slots = asyncio.Semaphore(rules.turns)
        self._live: dict[str, LiveSession] = {}
        self._locks: WeakValueDictionary[str, asyncio.Lock] = WeakValueDictionary()
        self._timers: dict[str, asyncio.TimerHandle] = {}

    @property
    def loaded(self) -> frozenset[str]:
        """Ids of the sessions in memory."""
        return frozenset(self._live)

    @asynccontextmanager
    async def open(self, session_id: str, user_id: str | None = None) -> AsyncGenerator[LiveSession]:
        """Hold this session; it stays in memory meanwhile. `user_id`: the shopper, where a token names one. Raises
        JournalError."""
        async with self._lock(session_id):
            session = self._live.get(session_id)
            if session is None or session.broken:
                session = self._live[session_id] = await self._load(session_id, user_id)
            elif user_id not in (None, session.conversation.user_id):
                await session.named(user_id)
                await self._recall(session)
            session.users += 1
        try:
            yield session
        finally:
            session.users -= 1
            self._drop_later(session_id)

    async def report(self, events: Sequence[tuple[str, EventReported]]) -> frozenset[str]:
        """Write events of any sessions in one transaction, and fold them at once where their session is in memory.
        Returns the ids that were there already. Raises JournalError."""
        there = await self._assistant.journal.report(events)
        new: dict[str, list[EventReported]] = {}
        for session_id, record in events:
            # One that is being loaded just now may have read its records before these were written.
            if record.key not in there and (session_id in self._live or session_id in self._locks):
                new.setdefault(session_id, []).append(record)
        await asyncio.gather(*(self._tell(session_id, records) for session_id, records in new.items()))
        return there

    async def close(self) -> None:
        """Stop every session."""
        for timer in self._timers.values():
            timer.cancel()
        await asyncio.gather(*(session.stop() for session in self._live.values()))
        self._live.clear()

    async def _tell(self, session_id: str, records: Sequence[EventReported]) -> None:
        async with self._lock(session_id):
            session = self._live.get(session_id)
        if session is not None and not session.broken:
            products = await self._products(records)
            with suppress(JournalError):  # it broke meanwhile: loaded anew, it has them from the journal
                await session.happened(records, products)
                await self._recall(session)

    async def _recall(self, session: LiveSession) -> None:
        """Tell the session what its shopper bought, unless it knows."""
        user_id = session.conversation.user_id
        if user_id is not None and session.conversation.profile.history is None:
            await session.happened([await self._recalled(user_id)], {})

    async def _recalled(self, user_id: str) -> Recalled:
        bought = await self._assistant.journal.purchases(user_id, KEPT_HISTORY)
        return Recalled(user_id=user_id, purchases=bought)

    async def _load(self, session_id: str, user_id: str | None) -> LiveSession:
        journal = self._assistant.journal
        records = await journal.records(session_id)
        standing = folded(session_id, records, await self._products(records))
        if user_id not in (None, standing.conversation.user_id):
            named = ShopperNamed(user_id=user_id)
            await journal.append(session_id, [named])
            standing = standing.after(named, {})
        if standing.conversation.user_id is not None:
            standing = standing.after(await self._recalled(standing.conversation.user_id), {})
        return LiveSession(
            self._assistant,
            self._rules,
            self._slots,
            standing=standing,
            seq=await journal.last_seq(session_id),
            messages={record.key for record in records if isinstance(record, MessageCreated)},
            written=(record.key for record in records if isinstance(record, PersonWrote)),
            events=(each.event for each in records if isinstance(each, EventReported) and each.by == "page"),
        )

    async def _products(self, records: Sequence[Record]) -> dict[str, Product]:
        named = (product_ids(record.event) for record in records if isinstance(record, EventReported))
        ids = tuple(dict.fromkeys(one for ids in named for one in ids))
        try:
            found = await self._assistant.retriever.get(ids) if ids else ()
        except RetrievalError:
            found = ()  # the profile then knows the products by id alone, which a session can live with
        return {product.id: product for product in found}

    def _lock(self, session_id: str) -> asyncio.Lock:
        return self._locks.setdefault(session_id, asyncio.Lock())

    def _drop_later(self, session_id: str) -> None:
        timer = self._timers.pop(session_id, None)
        if timer:
            timer.cancel()
        loop = asyncio.get_running_loop()
        self._timers[session_id] = loop.call_later(self._rules.idle, self._drop, session_id)

    def _drop(self, session_id: str) -> None:
        self._timers.pop(session_id, None)
        session = self._live.get(session_id)
        if session is None or session.users:
            return
        if session.busy:
            self._drop_later(session_id)
        else:
            del self._live[session_id]
