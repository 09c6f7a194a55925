"""Rules: every cap and every deadline of the shop's door, and the counters that hold callers to them."""

from collections import Counter
from collections.abc import Generator
from contextlib import contextmanager

from limits import parse
from limits.storage import MemoryStorage
from limits.strategies import FixedWindowRateLimiter
from pydantic import BaseModel, Field

MAX_FRAME = 65_536
"""Bytes of a frame, either way; uvicorn's `ws_max_size` closes the socket with 1009 beyond it."""
MAX_BODY = 1 << 20
"""Bytes of an HTTP body."""
MAX_ROWS = 200
"""Events or products in one HTTP call."""
MAX_TEXT = 2_000
"""Characters of a message, once stripped."""


class Rules(BaseModel, frozen=True, extra="forbid"):
    """What is allowed. Rates are written as `limits` writes them: `20/second`. Times are seconds."""

    origins: tuple[str, ...] = ()
    """Allowed besides the server's own."""
    guests: bool = True
    """POST /v1/sessions mints guests."""
    frames: str = "20/second"
    """Of one socket."""
    refusals: str = "60/minute"
    """Refused frames of one socket; beyond it the socket is closed with 1008."""
    messages: str = "20/minute"
    """Of one session."""
    calls: str = "600/minute"
    """To the other doors, of one caller: a session's token, or the merchant's key from one address."""
    sessions: str = "30/minute"
    """New sessions of one address."""
    sockets: int = Field(default=20, ge=1)
    """Of one address, at once."""
    turns: int = Field(default=16, ge=1)
    """At once, over all sessions."""
    turn_wait: float = 2.0
    """How long a message waits for its turn when all are taken."""
    deadline: float = 60.0
    """Hard end of a turn."""
    start_wait: float = 5.0
    """From connecting to `session.start`."""
    drain_wait: float = 10.0
    """How long one frame may take to leave."""
    queue_bytes: int = 256 * 1024
    """Waiting frames of one socket."""
    replay_bytes: int = 1 << 20
    """A page that missed more than this is given the conversation afresh."""
    cleanup_wait: float = 5.0
    """How long a stopped turn may take to let go of its engine before the next one starts."""
    idle: float = 900.0
    """How long a session without sockets stays in memory."""


class Meter:
    """Counts what callers do, in this process."""

    def __init__(self, rules: Rules) -> None:
        self._limiter = FixedWindowRateLimiter(MemoryStorage())
        self._rates = {
            name: parse(rate)
            for name, rate in (
                ("frames", rules.frames),
                ("refusals", rules.refusals),
                ("messages", rules.messages),
                ("calls", rules.calls),
                ("sessions", rules.sessions),
            )
        }
        self._sockets: Counter[str] = Counter()
        self._most = rules.sockets

    def allows(self, name: str, of: str) -> bool:
        """Count one more `name` (a rate of Rules) of this caller; False once it is over the cap."""
        return self._limiter.hit(self._rates[name], name, of)

    @contextmanager
    def socket(self, address: str) -> Generator[bool]:
        """Hold one socket of this address; False where it has too many already."""
        if self._sockets[address] >= self._most:
            yield False
            return
        self._sockets[address] += 1
        try:
            yield True
        finally:
            self._sockets[address] -= 1
            if not self._sockets[address]:
                del self._sockets[address]
