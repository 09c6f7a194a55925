"""ScriptedChat: a ChatModel that says what it was told to. Public, for tests of whatever talks to a model.

Remembers every request, and whether each stream was heard to its end. Knows nothing of HTTP or engines.
"""

import asyncio
import json
from collections import deque
from collections.abc import AsyncGenerator, Sequence
from typing import Any

from pydantic import BaseModel

from llm_server.chat import (
    CallKind,
    ChatError,
    ChatGarbled,
    ChatPart,
    Completion,
    DonePart,
    Message,
    TextPart,
    Usage,
)

Reply = str | ChatError | Sequence[str | ChatError | asyncio.Event]
"""A text; an error to raise; or pieces, where an error is raised when its turn comes and an event is waited for."""


class Request(BaseModel, frozen=True, extra="forbid"):
    """What the model was asked."""

    kind: CallKind
    messages: tuple[Message, ...]
    max_tokens: int
    json_schema: dict[str, Any] | None = None
    """None: the call was a stream."""
    stop: tuple[str, ...] = ()


class ScriptedChat:
    """Answers each kind of call from its own queue, in order.

    An empty queue is a test that asks more often than it planned: AssertionError, which is no ChatError and so is not
    mistaken for a model that is down. With `repeat`, the last reply of a kind serves for ever.
    """

    def __init__(
        self,
        *,
        plan: Sequence[Reply] = (),
        narrate: Sequence[Reply] = (),
        usage: Usage | None = None,
        repeat: bool = False,
    ) -> None:
        self._queues: dict[CallKind, deque[Reply]] = {"plan": deque(plan), "narrate": deque(narrate)}
        self._usage = usage if usage is not None else Usage(prompt_tokens=10, completion_tokens=5)
        self._repeat = repeat
        self.requests: list[Request] = []
        self.finished = 0
        """Streams that were heard to their end."""
        self.cut = 0
        """Streams that were closed early by whoever listened."""

    def push(self, kind: CallKind, *replies: Reply) -> None:
        """Add replies behind those already queued."""
        self._queues[kind].extend(replies)

    async def stream(
        self, messages: Sequence[Message], *, kind: CallKind, max_tokens: int, stop: Sequence[str] = ()
    ) -> AsyncGenerator[ChatPart, None]:
        """The pieces of the next reply, then one DonePart. See ChatModel."""
        self.requests.append(Request(kind=kind, messages=tuple(messages), max_tokens=max_tokens, stop=tuple(stop)))
        pieces = self._next(kind)
        try:
            for piece in pieces:
                if isinstance(piece, asyncio.Event):
                    await piece.wait()
                elif isinstance(piece, ChatError):
                    raise piece
                else:
                    yield TextPart(text=piece)
            self.finished += 1
            yield DonePart(usage=self._usage)
        except (GeneratorExit, asyncio.CancelledError):
            self.cut += 1
            raise

    async def complete(
        self, messages: Sequence[Message], schema: dict[str, Any], *, kind: CallKind, max_tokens: int
    ) -> Completion:
        """The next reply as one text; not checked against `schema` beyond being JSON. See ChatModel."""
        self.requests.append(Request(kind=kind, messages=tuple(messages), max_tokens=max_tokens, json_schema=schema))
        text = ""
        for piece in self._next(kind):
            if isinstance(piece, asyncio.Event):
                await piece.wait()
            elif isinstance(piece, ChatError):
                raise piece
            else:
                text += piece
        try:
            json.loads(text)
        except ValueError as error:
            raise ChatGarbled(f"The scripted answer is not JSON: {text[:200]!r}") from error
        return Completion(text=text, usage=self._usage)

    def _next(self, kind: CallKind) -> Sequence[str | ChatError | asyncio.Event]:
        queue = self._queues[kind]
        if not queue:
            raise AssertionError(f"ScriptedChat has no reply left for {kind!r}: call {len(self.requests)}")
        reply = queue[0] if self._repeat and len(queue) == 1 else queue.popleft()
        return (reply,) if isinstance(reply, str | ChatError) else reply
