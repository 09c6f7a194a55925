"""RedisSource: the event stream of a Redis server (6.2 or newer), read as one of a consumer group.

An entry holds an event as JSON in its field `event`. What a consumer took and did not finish is claimed by another one
after a minute; what can never be taken goes to the stream `NAME:dead` with its reason. Knows nothing of events.
"""

import os
import socket
import time
from collections.abc import Generator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any

from redis.asyncio import Redis
from redis.exceptions import RedisError, ResponseError

from web.rules import MAX_ROWS
from web.source import Delivery, SourceDown

GROUP = "floorwalker"
FIELD = b"event"
BLOCK_MILLISECONDS = 1000
CLAIM_SECONDS = 60.0
"""How long an entry may be in another consumer's hands, and how often those are looked for."""
KEPT_DEAD = 100_000
"""About how many entries the stream of the dead keeps."""


class RedisSource:
    """One consumer. Make one per process."""

    def __init__(self, url: str, stream: str, *, claim_seconds: float = CLAIM_SECONDS) -> None:
        """`url`: as redis-py reads it, such as `redis://:PASSWORD@redis:6379/0`. Raises ValueError."""
        redis: Any = Redis  # its types say little
        # RESP 2: the replies of RESP 3 have other shapes.
        self._redis = redis.from_url(url, protocol=2, socket_timeout=10, socket_connect_timeout=5)
        self._stream = stream
        self._name = f"{socket.gethostname()}-{os.getpid()}"
        self._claim_seconds = claim_seconds
        self._claim_at = 0.0
        self._joined = False
        self._held: set[str] = set()
        """Handed out, and not done."""

    async def next(self) -> Sequence[Delivery]:
        """See EventSource."""
        with self._as_source_errors():
            await self._join()
            if self._held:
                self._held.clear()
                held = await self._read("0")
                if held:
                    return self._given(held)
            if time.monotonic() >= self._claim_at:
                idle = int(self._claim_seconds * 1000)
                _, claimed, *_ = await self._redis.xautoclaim(self._stream, GROUP, self._name, idle, "0-0", MAX_ROWS)
                if claimed:
                    return self._given(claimed)
                self._claim_at = time.monotonic() + self._claim_seconds
            return self._given(await self._read(">"))

    async def done(self, ids: Sequence[str]) -> None:
        """See EventSource."""
        if ids:
            with self._as_source_errors():
                await self._redis.xack(self._stream, GROUP, *ids)
        self._held.difference_update(ids)

    async def bury(self, reasons: Mapping[Delivery, str]) -> None:
        """See EventSource."""
        with self._as_source_errors():
            async with self._redis.pipeline(transaction=True) as both:
                for delivery, reason in reasons.items():
                    entry = {"id": delivery.id, "reason": reason, FIELD: delivery.body or b""}
                    both.xadd(f"{self._stream}:dead", entry, maxlen=KEPT_DEAD, approximate=True)
                both.xack(self._stream, GROUP, *(delivery.id for delivery in reasons))
                await both.execute()
        self._held.difference_update(delivery.id for delivery in reasons)

    async def close(self) -> None:
        """See EventSource."""
        with self._as_source_errors():
            await self._redis.aclose()

    async def _join(self) -> None:
        if self._joined:
            return
        try:
            await self._redis.xgroup_create(self._stream, GROUP, id="0", mkstream=True)
        except ResponseError as error:
            if not str(error).startswith("BUSYGROUP"):
                raise
        self._joined = True

    async def _read(self, since: str) -> list[Any]:
        asked = {self._stream: since}
        found = await self._redis.xreadgroup(GROUP, self._name, asked, count=MAX_ROWS, block=BLOCK_MILLISECONDS)
        return found[0][1] if found else []

    def _given(self, entries: Sequence[tuple[bytes, dict[bytes, bytes] | None]]) -> list[Delivery]:
        # An entry that was trimmed away while it was in somebody's hands has no fields.
        given = [Delivery(number.decode(), fields.get(FIELD) if fields else None) for number, fields in entries]
        self._held.update(delivery.id for delivery in given)
        return given

    @contextmanager
    def _as_source_errors(self) -> Generator[None]:
        try:
            yield
        except (RedisError, OSError) as error:
            self._joined = False  # the stream, or the group, may be gone
            raise SourceDown(f"Redis: {error}") from error
