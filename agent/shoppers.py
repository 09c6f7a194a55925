"""What a journal holds of one shopper: to be handed out, or erased.

A shopper's sessions are those that the shop tied to them, by an event or by a token. Knows nothing of SQL or of shells.
"""

from contextlib import aclosing

from agent.exchange import told
from agent.journal import Journal


async def shopper_lines(journal: Journal, shopper_id: str) -> list[str]:
    """Every record of a shopper's sessions as a line `{n, session_id, time, record}`. Raises JournalError."""
    sessions = await journal.sessions_of(shopper_id)
    async with aclosing(told(journal)) as every:
        return [each.model_dump_json() async for each in every if each.session_id in sessions]


async def erased_shopper(journal: Journal, shopper_id: str) -> int:
    """Remove all of a shopper's sessions; returns how many records that were. Raises JournalError."""
    return await journal.erase(await journal.sessions_of(shopper_id))
