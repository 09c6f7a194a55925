"""The seam to the language model: ChatModel, what it says, and how it fails.

* ChatError
  + ChatUnavailable     no engine answers (not started, loading, died, refused the connection, overloaded)
    - ChatLoading       it is on its way: weights are being fetched, or the engine is starting
  + ChatTimeout         it did not answer in time
  + ChatRejected        the engine refused the request (too long a prompt, an unknown model, a bad key)
  + ChatGarbled         it answered, but not with what was asked for

Knows nothing of engines, products or prompts.
"""

from collections.abc import AsyncGenerator, Sequence
from typing import Any, Literal, Protocol

from pydantic import BaseModel


class ChatError(Exception):
    """Base of all errors of the language model."""


class ChatUnavailable(ChatError):
    """No engine answers."""

    retry_after: float = 0.0
    """Seconds for which the engine asks to be left alone; 0 where it asks for none."""


class ChatLoading(ChatUnavailable):
    """The engine is on its way."""


class ChatTimeout(ChatError):
    """The engine did not answer in time."""


class ChatRejected(ChatError):
    """The engine refused the request."""


class ChatGarbled(ChatError):
    """The engine's answer is not what was asked for."""


class Message(BaseModel, frozen=True, extra="forbid"):
    """One message of a prompt."""

    role: Literal["system", "user", "assistant"]
    content: str


class Usage(BaseModel, frozen=True, extra="forbid"):
    """What a call cost, in tokens."""

    prompt_tokens: int = 0
    cached_tokens: int = 0
    """Prompt tokens that the engine's prefix cache served, where it tells."""
    completion_tokens: int = 0


class TextPart(BaseModel, frozen=True, extra="forbid"):
    """A piece of streamed text, as it arrives."""

    type: Literal["text"] = "text"
    text: str


class DonePart(BaseModel, frozen=True, extra="forbid"):
    """The last part of every stream that was not cut."""

    type: Literal["done"] = "done"
    usage: Usage
    truncated: bool = False
    """True: it stopped because `max_tokens` was reached."""


ChatPart = TextPart | DonePart

CallKind = Literal["plan", "narrate"]
"""Which of the product's calls this is: an engine may keep a prefix cache for each."""


class Completion(BaseModel, frozen=True, extra="forbid"):
    """A whole answer."""

    text: str
    usage: Usage


class ChatModel(Protocol):
    """A language model. Every method may raise ChatError; closing the stream early frees the engine."""

    def stream(
        self, messages: Sequence[Message], *, kind: CallKind, max_tokens: int, stop: Sequence[str] = ()
    ) -> AsyncGenerator[ChatPart, None]:
        """Text as it is written, then one DonePart."""
        ...

    async def complete(
        self, messages: Sequence[Message], schema: dict[str, Any], *, kind: CallKind, max_tokens: int
    ) -> Completion:
        """One JSON text that satisfies `schema`: the engine enforces it. Raises ChatGarbled where it does not parse."""
        ...
