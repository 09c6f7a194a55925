"""The client of any OpenAI-compatible server, vLLM above all: a ChatModel over HTTP.

Turns the vendor's errors into the tree of `chat.py`, and closing a stream early into a closed connection, which is how
the engine learns to stop. Retries nothing: the turn has a fallback and a deadline. Knows nothing of the engines'
private fields: the collaborator `extra` names them, by kind of call.
"""

import asyncio
import ipaddress
import json
import time
from collections.abc import AsyncGenerator, AsyncIterator, Awaitable, Callable, Generator, Sequence
from contextlib import contextmanager
from typing import Annotated, Any, TypeVar
from urllib.parse import urlsplit

import openai
from pydantic import BaseModel, Field, ValidationError

from llm_server.chat import (
    CallKind,
    ChatError,
    ChatGarbled,
    ChatLoading,
    ChatPart,
    ChatRejected,
    ChatTimeout,
    ChatUnavailable,
    Completion,
    DonePart,
    Message,
    TextPart,
    Usage,
)

T = TypeVar("T")
Seconds = Annotated[float, Field(gt=0)]


class Timeouts(BaseModel, frozen=True, extra="forbid"):
    """How long to wait, in seconds."""

    connect: Seconds = 2.0
    first: Seconds = 45.0
    """Until the first piece of a stream: a CPU reads a long, uncached prompt at some 40 tokens a second."""
    stall: Seconds = 15.0
    """Between two pieces of a stream."""
    total: Seconds = 60.0
    """A whole call, from request to last piece."""


class ServerConfig(BaseModel, frozen=True, extra="forbid"):
    """Where the server is and how it is asked."""

    url: str
    """The API's root, such as `http://127.0.0.1:8001/v1`."""
    model: str
    """The name the server serves it under."""
    api_key: str = Field(default="none", repr=False)
    temperature: Annotated[float, Field(ge=0, le=2)] = 0.0
    timeouts: Timeouts = Timeouts()


class _Details(BaseModel):
    cached_tokens: int | None = 0


class _Usage(BaseModel):
    prompt_tokens: int | None = 0
    completion_tokens: int | None = 0
    prompt_tokens_details: _Details | None = None


class _Text(BaseModel):
    content: str | None = None


class _Choice(BaseModel):
    delta: _Text | None = None
    message: _Text | None = None
    finish_reason: str | None = None


class _Reply(BaseModel):
    """What we read of a completion or of one chunk."""

    choices: list[_Choice]
    usage: _Usage | None = None


class _Model(BaseModel):
    id: str


class _Models(BaseModel):
    data: list[_Model]


def no_extra(_kind: CallKind) -> dict[str, Any]:
    """No fields beyond the standard's."""
    return {}


class OpenAIChat:
    """A ChatModel over the OpenAI-compatible API. `aclose` ends its connections."""

    def __init__(self, config: ServerConfig, *, extra: Callable[[CallKind], dict[str, Any]] = no_extra) -> None:
        self._config = config
        self._extra = extra
        waits = openai.Timeout(config.timeouts.total, connect=config.timeouts.connect)
        self._client = openai.AsyncOpenAI(
            base_url=config.url,
            api_key=config.api_key,
            max_retries=0,
            timeout=waits,
            # An engine closes an idle connection just when the next call takes it up; without TLS a new one is free.
            default_headers={"Connection": "close"} if config.url.startswith("http://") else None,
            # A proxy set for the outside world must not swallow calls to this machine.
            http_client=openai.DefaultAsyncHttpxClient(timeout=waits, trust_env=not _is_loopback(config.url)),
        )

    async def aclose(self) -> None:
        await self._client.close()

    async def models(self) -> tuple[str, ...]:
        """The names the server serves. Raises ChatError."""
        listed = await _within(self._config.timeouts.total, self._client.models.list())
        try:
            return tuple(model.id for model in _Models.model_validate(listed, from_attributes=True).data)
        except ValidationError as error:
            raise ChatGarbled(f"The server does not list models: {str(listed)[:200]!r}") from error

    async def stream(
        self, messages: Sequence[Message], *, kind: CallKind, max_tokens: int, stop: Sequence[str] = ()
    ) -> AsyncGenerator[ChatPart, None]:
        """Text as it is written, then one DonePart. See ChatModel."""
        waits = self._config.timeouts
        end = time.monotonic() + waits.total
        opened = await _within(
            min(waits.first, waits.total),
            # Not by way of the library's own types: to make one of each chunk costs more than all else about it.
            self._client.post(
                "/chat/completions",
                cast_to=object,
                body={
                    **self._asked(messages, max_tokens, kind),
                    **({"stop": list(stop)} if stop else {}),
                    "stream": True,
                    "stream_options": {"include_usage": True},
                },
                stream=True,
                stream_cls=openai.AsyncStream[object],
            ),
        )
        usage, finish = _Usage(), None
        try:
            chunks: AsyncIterator[object] = aiter(opened)
            wait = waits.first
            while (chunk := await _within(min(wait, end - time.monotonic()), anext(chunks, None))) is not None:
                reply = _read(chunk)
                usage = reply.usage or usage
                for choice in reply.choices[:1]:
                    finish = choice.finish_reason or finish
                    if choice.delta is not None and choice.delta.content:
                        wait = waits.stall
                        yield TextPart(text=choice.delta.content)
        finally:
            await opened.close()
        if finish is None:
            raise ChatUnavailable("The engine closed the stream before it had finished.")
        yield DonePart(usage=_usage(usage), truncated=finish == "length")

    async def complete(
        self, messages: Sequence[Message], schema: dict[str, Any], *, kind: CallKind, max_tokens: int
    ) -> Completion:
        """One JSON text under `schema`. See ChatModel."""
        answer = await _within(
            self._config.timeouts.total,
            self._client.post(
                "/chat/completions",
                cast_to=object,
                body={
                    **self._asked(messages, max_tokens, kind),
                    "response_format": {
                        "type": "json_schema",
                        "json_schema": {"name": kind, "schema": schema, "strict": True},
                    },
                },
            ),
        )
        reply = _read(answer)
        message = reply.choices[0].message if reply.choices else None
        text = (message.content if message is not None else None) or ""
        try:
            json.loads(text)
        except ValueError as error:
            cut = reply.choices and reply.choices[0].finish_reason == "length"
            why = f"was cut at {max_tokens} tokens" if cut else "is not JSON"
            raise ChatGarbled(f"The engine's answer {why}: {text[:200]!r}") from error
        return Completion(text=text, usage=_usage(reply.usage or _Usage()))

    def _asked(self, messages: Sequence[Message], max_tokens: int, kind: CallKind) -> dict[str, Any]:
        """What every call's body has."""
        return {
            "model": self._config.model,
            "messages": [{"role": message.role, "content": message.content} for message in messages],
            "max_tokens": max_tokens,
            "temperature": self._config.temperature,
            **self._extra(kind),
        }


async def _within(seconds: float, call: Awaitable[T]) -> T:
    """The call's result, or a ChatError."""
    with _chat_errors():
        async with asyncio.timeout(max(seconds, 0)):
            return await call


@contextmanager
def _chat_errors() -> Generator[None, None, None]:
    """Raise the vendor's errors as ours."""
    try:
        yield
    except (TimeoutError, openai.APITimeoutError) as error:
        raise ChatTimeout("The engine did not answer in time.") from error
    except openai.APIConnectionError as error:
        raise ChatUnavailable(f"No engine answers: {error.__cause__ or error!r}") from error
    except openai.APIStatusError as error:
        refusal = _refusal(error.status_code, error.message)
        if isinstance(refusal, ChatUnavailable):
            refusal.retry_after = _seconds(error.response.headers.get("retry-after", ""))
        raise refusal from error
    except openai.APIResponseValidationError as error:
        raise ChatGarbled(f"The engine's answer cannot be read: {error.message}") from error
    except openai.APIError as error:
        raise _refusal(_code(error.body), error.message) from error
    except ValueError as error:  # broken JSON inside a stream
        raise ChatGarbled(f"The engine's stream cannot be read: {error}") from error


def _refusal(status: int, message: str) -> ChatError:
    if status == 503 and "loading" in message.lower():
        return ChatLoading(message)
    if status in (408, 504):
        return ChatTimeout(message)
    if status == 429 or status >= 500:
        return ChatUnavailable(message)
    return ChatRejected(message)


def _seconds(text: str) -> float:
    """A `Retry-After` in seconds; 0 for a date, which no engine sends, and for anything else."""
    return float(text) if text.isascii() and text.isdecimal() else 0.0


def _code(body: object) -> int:
    """The status of an error that came inside a stream; 500 where it tells none."""
    match body:
        case {"code": int(code)}:
            return code
        case _:
            return 500


def _read(answer: object) -> _Reply:
    try:
        return _Reply.model_validate(answer)
    except ValidationError as error:
        raise ChatGarbled(f"The engine's answer is not a chat completion: {str(answer)[:200]!r}") from error


def _usage(usage: _Usage) -> Usage:
    details = usage.prompt_tokens_details
    return Usage(
        prompt_tokens=usage.prompt_tokens or 0,
        cached_tokens=(details.cached_tokens or 0) if details is not None else 0,
        completion_tokens=usage.completion_tokens or 0,
    )


def _is_loopback(url: str) -> bool:
    host = urlsplit(url).hostname or ""
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"
