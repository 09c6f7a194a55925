"""Child processes that end with their parent, and the question whether one is healthy.

Knows nothing of engines or of what the children say.
"""

import asyncio
import contextlib
import os
import signal
from asyncio.subprocess import PIPE, STDOUT, Process
from collections import deque
from collections.abc import AsyncGenerator, Mapping, Sequence
from contextlib import asynccontextmanager
from urllib.parse import urlsplit

PATIENCE = 5.0
"""Seconds between asking a child to end and ending it, unless it is given others."""
_LINE = 1 << 20
"""Bytes that one line of a child may have."""
_POLL = 0.05
"""Seconds between two looks whether a child has ended."""


class Child:
    """A running child: its standard output line by line, and the last lines of what it said."""

    def __init__(self, process: Process, patience: float) -> None:
        self._process = process
        self._patience = patience
        self._tail: deque[str] = deque(maxlen=20)

    @property
    def is_running(self) -> bool:
        return self._process.returncode is None

    @property
    def ending(self) -> str:
        """Its exit status and last line, for a person to read."""
        said = next((line for line in reversed(self._tail) if line), "It said nothing.")
        return f"Exit status {self._process.returncode}: {said}"

    async def lines(self) -> AsyncGenerator[str, None]:
        """What it says, until it closes its output."""
        assert self._process.stdout is not None
        async for raw in self._process.stdout:
            line = raw.decode(errors="replace").strip()
            self._tail.append(line)
            yield line

    async def drain(self) -> None:
        """Read on and keep only the tail: a child whose pipe is full stands still."""
        async for _ in self.lines():
            pass

    async def wait(self) -> int:
        """Its exit status, once it has ended."""
        # asyncio's own wait goes on for as long as any process holds the output open: vLLM's helpers outlive it.
        while self._process.returncode is None:
            await asyncio.sleep(_POLL)
        return self._process.returncode

    async def end(self) -> None:
        """Close its input and ask it to end, then make it and its own children."""
        if self._process.stdin is not None:
            self._process.stdin.close()
        if self.is_running:
            with contextlib.suppress(ProcessLookupError):
                self._process.terminate()  # it alone: its own children may be in the middle of what it waits for
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(self._patience):
                    await self.wait()
        with contextlib.suppress(ProcessLookupError):
            os.killpg(self._process.pid, signal.SIGKILL)
        await self.wait()


@asynccontextmanager
async def child(
    command: Sequence[str], environment: Mapping[str, str], *, patience: float = PATIENCE
) -> AsyncGenerator[Child, None]:
    """Run the command, its errors among its output; it is ended on the way out. Raises OSError where it cannot run."""
    process = await asyncio.create_subprocess_exec(
        *command,
        stdin=PIPE,
        stdout=PIPE,
        stderr=STDOUT,
        env=dict(environment),
        limit=_LINE,
        start_new_session=True,  # Ctrl-C in a terminal is for the parent, which then ends its children in order
    )
    running = Child(process, patience)
    try:
        yield running
    finally:
        # Shielded: a second cancellation must not leave the child behind.
        await asyncio.shield(running.end())


async def is_healthy(url: str, *, within: float = 2.0) -> bool:
    """A plain HTTP GET of `url` answers 200 within so many seconds."""
    parts = urlsplit(url)
    try:
        async with asyncio.timeout(within):
            reader, writer = await asyncio.open_connection(parts.hostname, parts.port or 80)
            try:
                writer.write(f"GET {parts.path or '/'} HTTP/1.0\r\nHost: {parts.netloc}\r\n\r\n".encode())
                await writer.drain()
                status = await reader.readline()
            finally:
                writer.close()
    except (OSError, TimeoutError, ValueError):
        return False
    return status.split()[1:2] == [b"200"]
