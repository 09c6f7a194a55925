"""Asks a running server the two questions the product asks, and measures. The body of `python -m llm_server check`.

Knows nothing of the command line.
"""

import json
import time
from collections.abc import AsyncGenerator
from contextlib import aclosing
from typing import Any

from llm_server.chat import (
    ChatError,
    ChatGarbled,
    ChatLoading,
    ChatModel,
    ChatRejected,
    ChatTimeout,
    ChatUnavailable,
    Message,
    TextPart,
    Usage,
)
from llm_server.openai_chat import OpenAIChat, ServerConfig, Timeouts

_ASK = Message(role="user", content="Say in two sentences how a rain jacket keeps water out.")
_CHOOSE = Message(role="user", content="Which colour is grass? Answer in JSON.")
_COLOUR: dict[str, Any] = {
    "type": "object",
    "properties": {"colour": {"enum": ["red", "green", "blue"]}},
    "required": ["colour"],
    "additionalProperties": False,
}
_PATIENT = Timeouts(first=120, total=180)


async def check(url: str, *, model: str, api_key: str) -> AsyncGenerator[str, None]:
    """What was found, a line at a time. `model` empty: the first that the server lists. Raises ChatError."""
    listing = OpenAIChat(ServerConfig(url=url, model=model or "any", api_key=api_key))
    try:
        names = await listing.models()
    finally:
        await listing.aclose()
    yield f"models       {', '.join(names) or 'none'}"
    if (model and model not in names) or not names:
        raise ChatRejected(f"It does not serve {model or 'any model'}; it serves: {', '.join(names) or 'nothing'}.")
    chat = OpenAIChat(ServerConfig(url=url, model=model or names[0], api_key=api_key, timeouts=_PATIENT))
    try:
        yield await _check_stream(chat)
        yield await _check_schema(chat)
    finally:
        await chat.aclose()


async def _check_stream(chat: ChatModel) -> str:
    began = time.perf_counter()
    first = 0.0
    usage = Usage()
    async with aclosing(chat.stream([_ASK], kind="narrate", max_tokens=64)) as parts:
        async for part in parts:
            if isinstance(part, TextPart):
                first = first or time.perf_counter() - began
            else:
                usage = part.usage
    writing = time.perf_counter() - began - first
    if not usage.completion_tokens:
        raise ChatGarbled("It streams, but does not say what a call cost.")
    rate = (usage.completion_tokens - 1) / writing if writing > 0 else 0.0
    return f"stream       first token {first:.2f} s, then {rate:.1f} tokens/s; {_cost(usage)}"


async def _check_schema(chat: ChatModel) -> str:
    began = time.perf_counter()
    done = await chat.complete([_CHOOSE], _COLOUR, kind="plan", max_tokens=32)
    took = time.perf_counter() - began
    if json.loads(done.text) not in [{"colour": name} for name in _COLOUR["properties"]["colour"]["enum"]]:
        raise ChatGarbled(f"It does not keep to a JSON schema: {done.text[:200]!r}.")
    return f"json schema  kept, {took:.2f} s; {_cost(done.usage)}"


def _cost(usage: Usage) -> str:
    return f"{usage.prompt_tokens} prompt tokens ({usage.cached_tokens} cached), {usage.completion_tokens} written"


def fix(error: ChatError) -> str:
    """What to do about it, in words."""
    match error:
        case ChatLoading():
            return "It is still loading: try again in a moment."
        case ChatUnavailable():
            return "Start an engine with: python -m llm_server serve"
        case ChatTimeout():
            return "The machine may be too busy, or the model too large for it."
        case ChatRejected():
            return "Check the model's name (--model) and the key (--api-key)."
        case _:
            return "Is this an OpenAI-compatible API with structured output? Its root usually ends in /v1."
