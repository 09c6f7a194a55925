"""A breaker before a language model: after a few failures in a row it fails at once, and tries again after a while.

Without it each turn waits for a time-out of its own while the engine is hung, and a hung engine gets more calls than a
sound one. Knows nothing of HTTP or engines: it counts ChatUnavailable and ChatTimeout, which say that the engine did
not do its work. What it rejects or garbles it has at least answered, and one that loads fails at once by itself.
"""

import time
from collections.abc import AsyncGenerator, Callable, Generator, Sequence
from contextlib import aclosing, contextmanager
from typing import Any

from llm_server.chat import (
    CallKind,
    ChatError,
    ChatLoading,
    ChatModel,
    ChatPart,
    ChatTimeout,
    ChatUnavailable,
    Completion,
    Message,
)

FAILURES = 3
"""In a row, which open the breaker: a turn makes two calls, and one bad turn may be chance."""
REST = 10.0
"""Seconds that it stays open before one call is let through."""
_LONGEST = 60.0
"""Seconds that an engine may ask for: what it says of itself (`Retry-After`) is believed, within reason."""


class Breaker:
    """Counts failures in a row. Closed it lets every call through, open none, and after a rest one at a time."""

    def __init__(
        self, *, failures: int = FAILURES, rest: float = REST, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._most = failures
        self._rest = rest
        self._clock = clock
        self._failed = 0
        self._until: float | None = None
        """While open: when the next call may try."""
        self._trying = False

    @contextmanager
    def call(self) -> Generator[Callable[[], None]]:
        """One call: what it raises is counted, and a return is a success. A call that is given up is neither, unless it
        says by the function it is given that the engine worked. Raises ChatUnavailable, at once, while open."""
        trial = self._enter()
        try:
            yield self._succeeded
        except ChatLoading:
            raise
        except (ChatUnavailable, ChatTimeout) as error:
            self._fail(error)
            raise
        except ChatError:
            self._succeeded()
            raise
        else:
            self._succeeded()
        finally:
            if trial:
                self._trying = False

    def _enter(self) -> bool:
        """Whether this call is a trial."""
        if self._until is None:
            return False
        if self._trying or self._clock() < self._until:
            raise ChatUnavailable("The engine has failed again and again; it is left alone for a moment.")
        self._trying = True
        return True

    def _fail(self, error: ChatUnavailable | ChatTimeout) -> None:
        self._failed += 1
        asked = min(error.retry_after, _LONGEST) if isinstance(error, ChatUnavailable) else 0.0
        if asked or self._failed >= self._most:
            self._until = self._clock() + (asked or self._rest)

    def _succeeded(self) -> None:
        self._failed = 0
        self._until = None


class BreakerChat:
    """A ChatModel behind a breaker."""

    def __init__(self, chat: ChatModel, breaker: Breaker) -> None:
        self._chat = chat
        self._breaker = breaker

    async def stream(
        self, messages: Sequence[Message], *, kind: CallKind, max_tokens: int, stop: Sequence[str] = ()
    ) -> AsyncGenerator[ChatPart, None]:
        """See ChatModel."""
        with self._breaker.call() as worked:
            async with aclosing(self._chat.stream(messages, kind=kind, max_tokens=max_tokens, stop=stop)) as parts:
                async for part in parts:
                    try:
                        yield part
                    except GeneratorExit:  # the listener has heard enough
                        worked()
                        raise

    async def complete(
        self, messages: Sequence[Message], schema: dict[str, Any], *, kind: CallKind, max_tokens: int
    ) -> Completion:
        """See ChatModel."""
        with self._breaker.call():
            return await self._chat.complete(messages, schema, kind=kind, max_tokens=max_tokens)
