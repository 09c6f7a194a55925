"""What a journal holds of one shopper: to be handed out, or erased.

A shopper's sessions are those of which the shop reported an event with their id. Knows nothing of SQL or of shells.
"""

from contextlib import aclosing

from agent.exchange import told
from agent.journal import EventReported, Journal


async def sessions_of(journal: Journal, shopper_id: str) -> frozenset[str]:
    """The ids of a shopper's sessions. Raises JournalError."""
    found: set[str] = set()
    async with aclosing(told(journal)) as every:
        async for each in every:
            record = each.record
            if isinstance(record, EventReported) and record.by == "shop" and record.user_id == shopper_id:
                found.add(each.session_id)
    return frozenset(found)


async def shopper_lines(journal: Journal, shopper_id: str) -> list[str]:
    """Every record of a shopper's sessions as a line `{n, session_id, time, record}`. Raises JournalError."""
    sessions = await sessions_of(journal, shopper_id)
    async with aclosing(told(journal)) as every:
        return [each.model_dump_json() async for each in every if each.session_id in sessions]


async def erased_shopper(journal: Journal, shopper_id: str) -> int:
    """Remove all of a shopper's sessions; returns how many records that were. Raises JournalError."""
    return await journal.erase(await sessions_of(journal, shopper_id))
