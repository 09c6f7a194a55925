"""One turn for a caller that is no page: a message in, its frames out, from RUN_STARTED to the run's end.

What the adapters share. The turn runs in its session as any other does: its pages hear it too, and it goes on to its
end when the caller goes away. Knows nothing of the protocols that the adapters speak.
"""

import asyncio
import contextlib
import json
from collections.abc import AsyncGenerator

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
    time: the frames of its turn are read again. Raises Refused, JournalError."""
    heard: asyncio.Queue[str | None] = asyncio.Queue()
    outbox = Outbox(rules.queue_bytes)

    async def hear() -> None:
        await outbox.drain(heard.put, rules.drain_wait)
        await heard.put(None)

    await session.join(outbox, None)
    hearing = asyncio.create_task(hear())
    try:
        if not await session.message(message):
            for frame in of_message(await journal.frames(session.conversation.session_id, 0), message.id):
                yield frame
            return
        run = ""
        while text := await heard.get():
            frame = json.loads(text)
            run = run or _begins(frame, message.id)
            if run:
                yield frame
            if run and frame["type"] in ENDS:
                return
    finally:
        session.leave(outbox)
        hearing.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await hearing


def of_message(frames: tuple[Frame, ...], message_id: str) -> list[Frame]:
    """Those frames of a session that tell the turn of this message; none where it never ran."""
    begins = next((at for at, frame in enumerate(frames) if _begins(frame, message_id)), len(frames))
    ends = next((at for at in range(begins, len(frames)) if frames[at]["type"] in ENDS), len(frames) - 1)
    return list(frames[begins : ends + 1])


def _begins(frame: Frame, message_id: str) -> str:
    """The run that this frame starts, where it is this message's."""
    if frame["type"] != "RUN_STARTED" or not frame.get("input"):
        return ""
    return frame["runId"] if any(one["id"] == message_id for one in frame["input"]["messages"]) else ""
