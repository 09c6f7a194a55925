"""Which sessions are in memory: loaded once, never without what was written meanwhile."""

import asyncio

from agent.events import EventItem, ViewItem
from agent.journal import EventReported
from agent.memoryjournal import MemoryJournal


class SlowJournal(MemoryJournal):
    """Stops a load between reading the records and reading the last seq."""

    def __init__(self) -> None:
        super().__init__()
        self.reading = asyncio.Event()
        self.go_on = asyncio.Event()
        self.loads = 0

    async def last_seq(self, session_id: str) -> int:
        self.loads += 1
        self.reading.set()
        await self.go_on.wait()
        return await super().last_seq(session_id)


async def test_an_event_that_comes_while_its_session_is_loaded_is_in_it(bench):
    journal = SlowJournal()
    shop = bench(journal)
    event = EventReported(event=ViewItem(event_id="e1", time=shop.NOW, items=(EventItem(item_id="P1"),)), by="shop")

    async def opened():
        async with shop.sessions.open("s1") as session:
            await reported
            return session.conversation.profile.viewed

    loading = asyncio.create_task(opened())
    await journal.reading.wait()
    reported = asyncio.create_task(shop.sessions.report([("s1", event)]))
    for _ in range(10):
        await asyncio.sleep(0)
    journal.go_on.set()
    assert await loading == ("P1",)


async def test_two_tabs_that_come_at_once_share_one_load(bench):
    journal = SlowJournal()
    shop = bench(journal)
    tabs = [await shop.tab("s1") for _ in range(3)]
    await journal.reading.wait()
    journal.go_on.set()
    for tab in tabs:
        await tab.until("MESSAGES_SNAPSHOT")
    assert journal.loads == 1


async def test_an_event_of_a_session_that_nobody_listens_to_is_written_without_loading_it(bench):
    shop = bench()
    event = EventReported(event=ViewItem(event_id="e1", time=shop.NOW, items=(EventItem(item_id="P1"),)), by="shop")
    assert await shop.sessions.report([("s1", event)]) == frozenset()
    assert shop.sessions.loaded == frozenset()
    assert await shop.sessions.report([("s2", event)]) == {"e1"}
