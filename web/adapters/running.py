"""A turn behind one of the other doors: held to the shop's rates, always with an end, and streamed as text.

Knows no protocol: each door says how it writes a frame.
"""

from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import aclosing
from datetime import UTC, datetime

from starlette.responses import StreamingResponse
from starlette.types import Receive, Scope, Send

from agent.events import ShopperMessage
from web.adapters.callers import Caller
from web.frames import Frame
from web.http import Door
from web.problems import Refused
from web.turns import ENDS, turn_frames

CUT_OFF: Frame = {"type": "RUN_ERROR", "message": "The turn was cut off; send it again.", "code": "interrupted"}
"""Stands for the end that the session could not tell: its journal does not take it."""


async def run(door: Door, caller: Caller, session_id: str, message_id: str, text: str) -> AsyncGenerator[Frame, None]:
    """The frames of one message's turn; the last is RUN_FINISHED or RUN_ERROR. See turns.py. Raises Refused and
    JournalError before the first."""
    if not door.meter.allows("messages", session_id):
        raise Refused("rate_limited", fix="wait a moment before the next message")
    message = ShopperMessage(id=message_id, text=text, time=datetime.now(UTC))
    journal, last = door.assistant.journal, ""
    async with (
        door.sessions.open(session_id, caller.shopper_id) as session,
        aclosing(turn_frames(session, message, journal, door.rules)) as frames,
    ):
        async for frame in frames:
            last = frame["type"]
            yield frame
    if last not in ENDS:
        yield CUT_OFF


Said = Callable[[Frame], Awaitable[str]]


class EventStream(StreamingResponse):
    """Frames as an event stream. They are let go of when it ends, however it does."""

    def __init__(self, first: Frame, frames: AsyncGenerator[Frame, None], said: Said) -> None:
        """`first` has been read from `frames`: what is refused is refused before a stream begins. `said`: a frame as
        events, empty for none."""
        self._frames = frames
        self._texts = self._told(first, said)
        headers = {"Cache-Control": "no-cache", "X-Accel-Buffering": "no"}
        super().__init__(self._texts, media_type="text/event-stream", headers=headers)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Send it."""
        async with aclosing(self._frames), aclosing(self._texts):
            await super().__call__(scope, receive, send)

    async def _told(self, first: Frame, said: Said) -> AsyncGenerator[str, None]:
        if text := await said(first):
            yield text
        async for frame in self._frames:
            if text := await said(frame):
                yield text
