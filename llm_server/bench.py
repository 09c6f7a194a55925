"""Loads a running engine with calls like the product's, closed or open loop, and times them.

Closed: so many callers, each of which asks again when it is answered. Open: calls arrive as a Poisson process, whether
or not the engine keeps up, which is how shoppers arrive. Prompts are words of about a token each: a beginning that all
share, then words of their own. Knows nothing of statistics (`measures.py`) or the command line.
"""

import asyncio
import random
import time
from collections.abc import Callable, Sequence
from contextlib import aclosing

from pydantic import BaseModel, Field

from llm_server.chat import ChatError, ChatModel, Message, TextPart
from llm_server.measures import Timed

_WORDS = (
    "tent",
    "lamp",
    "boot",
    "stove",
    "rope",
    "map",
    "cup",
    "bag",
    "coat",
    "sock",
    "red",
    "blue",
    "warm",
    "light",
    "dry",
    "soft",
    "new",
    "old",
    "big",
    "small",
)


class Load(BaseModel, frozen=True, extra="forbid"):
    """What is asked, and how."""

    requests: int = Field(default=64, ge=1)
    concurrency: int = Field(default=16, ge=1)
    """Callers at once, in a closed loop."""
    rate: float = Field(default=0.0, ge=0)
    """Calls a second, in an open loop; 0: a closed one."""
    prompt_tokens: int = Field(default=1000, ge=1)
    shared_prefix: int = Field(default=800, ge=0)
    """Of them, those at the beginning that all prompts share."""
    output_tokens: int = Field(default=120, ge=1)


def prompts(load: Load) -> list[tuple[Message, ...]]:
    """The prompt of each call. The same each time."""
    dice = random.Random(0)
    shared = " ".join(dice.choices(_WORDS, k=min(load.shared_prefix, load.prompt_tokens)))
    own = max(load.prompt_tokens - load.shared_prefix, 1)
    beginning = (Message(role="system", content=shared),) if shared else ()
    return [
        (*beginning, Message(role="user", content=" ".join(dice.choices(_WORDS, k=own)))) for _ in range(load.requests)
    ]


def arrivals(load: Load) -> list[float]:
    """When each call of an open loop starts, in seconds. The same each time."""
    dice, now = random.Random(1), 0.0
    starts: list[float] = []
    for _ in range(load.requests):
        starts.append(now)
        now += dice.expovariate(load.rate)
    return starts


async def run(chat: ChatModel, load: Load, tell: Callable[[int], None]) -> tuple[list[Timed], float]:
    """Every call, and the seconds that all took together. `tell` hears how many are done."""
    asked = prompts(load)
    began = time.perf_counter()
    done: list[Timed] = []

    async def one(messages: Sequence[Message]) -> None:
        done.append(await _call(chat, messages, load.output_tokens))
        tell(len(done))

    if load.rate:

        async def at(start: float, messages: Sequence[Message]) -> None:
            await asyncio.sleep(max(0.0, began + start - time.perf_counter()))
            await one(messages)

        await asyncio.gather(*(at(start, messages) for start, messages in zip(arrivals(load), asked, strict=True)))
    else:
        waiting = iter(asked)

        async def caller() -> None:
            for messages in waiting:
                await one(messages)

        await asyncio.gather(*(caller() for _ in range(load.concurrency)))
    return done, time.perf_counter() - began


async def _call(chat: ChatModel, messages: Sequence[Message], tokens: int) -> Timed:
    began, first = time.perf_counter(), None
    try:
        async with aclosing(chat.stream(messages, kind="narrate", max_tokens=tokens)) as parts:
            async for part in parts:
                if isinstance(part, TextPart):
                    first = first if first is not None else time.perf_counter() - began
                else:
                    return Timed(first=first, total=time.perf_counter() - began, **part.usage.model_dump())
    except ChatError as error:
        return Timed(first=first, total=time.perf_counter() - began, error=type(error).__name__)
    return Timed(first=first, total=time.perf_counter() - began, error="ChatGarbled")
