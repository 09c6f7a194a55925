"""Outbox: the frames that wait for one socket, bounded, and the one task that sends them.

A socket that falls behind is closed; what it missed is in the journal, so it resumes from its last `seq`.
Knows nothing of sessions or of what the frames say.
"""

import asyncio
from collections import deque
from collections.abc import Awaitable, Callable

TRY_AGAIN = 1013
"""Close code: come back in a moment."""


class Outbox:
    """Filled by a session, emptied by `drain`."""

    def __init__(self, limit: int) -> None:
        self._limit = limit
        self._waiting: deque[str] = deque()
        self._bytes = 0
        self._ready = asyncio.Event()
        self.close_code: int | None = None
        """Set once the socket is to be closed, after what still waits has left."""

    def put(self, text: str, *, counted: bool = True) -> None:
        """Queue one frame. A queue over its limit is dropped and closed. `counted=False`: what a resuming socket
        missed, which the journal has bounded already."""
        if self.close_code is not None:
            return
        self._waiting.append(text)
        if counted:
            self._bytes += len(text)
        if self._bytes > self._limit:
            self._waiting.clear()
            self.close(TRY_AGAIN)
        self._ready.set()

    def close(self, code: int) -> None:
        """Close the socket with this code, once what waits has left."""
        if self.close_code is None:
            self.close_code = code
        self._ready.set()

    async def drain(self, send: Callable[[str], Awaitable[None]], patience: float) -> int:
        """Send until the socket is to be closed; returns the close code. A frame that does not leave within
        `patience` seconds closes it."""
        while True:
            while self._waiting:
                text = self._waiting.popleft()
                self._bytes = max(self._bytes - len(text), 0)
                try:
                    async with asyncio.timeout(patience):
                        await send(text)
                except TimeoutError:
                    self._waiting.clear()
                    self.close(TRY_AGAIN)
            if self.close_code is not None:
                return self.close_code
            self._ready.clear()
            await self._ready.wait()
