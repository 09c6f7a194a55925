"""One turn for a caller that is no page: a message in, its frames out, from RUN_STARTED to the run's end.

What the adapters share. The turn runs in its session as any other does: its pages hear it too, and it goes on to its
end when the caller goes away. Knows nothing of the protocols that the adapters speak.
"""

import asyncio
import contextlib
import json
from collections.abc import AsyncGenerator
from contextlib import aclosing

from agent.events import ShopperMessage
from agent.journal import Journal
from web.frames import Frame
from web.live import LiveSession
from web.outbox import Outbox
from web.rules import Rules

ENDS = ("RUN_FINISHED", "RUN_ERROR")


async def turn_frames(
    session: LiveSession, message: ShopperMessage, journal: Journal, rules: Rules
) -> AsyncGenerator[Frame, None]:
    """The frames of this message's turn, numbered as in the session. A message whose id was sent before runs no second
    time: the frames of its turn are read again, and those that are still to come follow.

    Behind RUN_STARTED comes the state that the run's deltas change, as frames without a `seq`: a caller has heard
    nothing of the session before. There is no end only where the journal broke. Raises Refused, JournalError."""
    state: list[Frame] = []
    run = ""
    async with aclosing(_frames(session, message, journal, rules)) as frames:
        async for frame in frames:
            begun, run = run, run or _begins(frame, message.id)
            if run:
                yield frame
            if run and not begun:
                for before in state:
                    yield {name: value for name, value in before.items() if name != "seq"}
            if run and frame["type"] in ENDS:
                return
            if frame["type"] == "STATE_SNAPSHOT":
                state = [frame]
            elif frame["type"] == "STATE_DELTA":
                state.append(frame)


async def _frames(
    session: LiveSession, message: ShopperMessage, journal: Journal, rules: Rules
) -> AsyncGenerator[Frame, None]:
    """The session's frames, each once, with the message sent: as they come, and where its id was sent before, those
    that are written already first."""
    heard: asyncio.Queue[str | None] = asyncio.Queue()
    outbox = Outbox(rules.queue_bytes)

    async def hear() -> None:
        await outbox.drain(heard.put, rules.drain_wait)
        await heard.put(None)

    await session.join(outbox, None)
    hearing = asyncio.create_task(hear())
    try:
        last, patience = 0, None
        if not await session.message(message):
            # The turn may run still, here or in another process, and may have ended before this is read.
            patience = rules.deadline
            for frame in await journal.frames(session.conversation.session_id, 0):
                last = frame["seq"]
                yield frame
        with contextlib.suppress(TimeoutError):
            while text := await asyncio.wait_for(heard.get(), patience):
                frame = json.loads(text)
                if frame.get("seq", 0) > last:
                    yield frame
    finally:
        session.leave(outbox)
        hearing.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await hearing


def _begins(frame: Frame, message_id: str) -> str:
    """The run that this frame starts, where it is this message's."""
    if frame["type"] != "RUN_STARTED" or not frame.get("input"):
        return ""
    return frame["runId"] if any(one["id"] == message_id for one in frame["input"]["messages"]) else ""
