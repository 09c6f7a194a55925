"""Keeps one engine running: fetches its weights, starts it, waits for its health, warms it up, restarts it.

Knows nothing of which engine it is: it is given command lines and an address. The children are told to end when
their standard input closes, so they end with this process however that dies.
"""

import asyncio
import contextlib
import logging
from collections.abc import AsyncGenerator, Callable, Sequence
from contextlib import aclosing
from typing import Any, Literal, NamedTuple

from pydantic import BaseModel, Field, ValidationError

from llm_server.chat import (
    CallKind,
    ChatError,
    ChatLoading,
    ChatModel,
    ChatPart,
    ChatUnavailable,
    Completion,
    Message,
)
from llm_server.children import PATIENCE, Child, child, is_healthy

_log = logging.getLogger(__name__)
_POLL = 0.1
"""Seconds between two looks at a starting engine's health."""

_LAST_WORDS = 1.0
"""Seconds to read what a dead engine said last: a process that got away from it may hold its output open."""

Phase = Literal["fetching", "starting", "ready", "down", "stopped"]


class EngineState(BaseModel, frozen=True, extra="forbid"):
    """Where the engine stands. `down`: it died or its weights could not be fetched; another try follows."""

    phase: Phase
    detail: str = ""
    progress: float | None = None
    """Of the weights, from 0 to 1, while they are being fetched."""


class Launch(BaseModel, frozen=True, extra="forbid"):
    """The children to run. Each must end when its standard input closes."""

    serve: tuple[str, ...]
    health_url: str
    """Plain HTTP; 200 once the engine serves."""
    environment: dict[str, str] = Field(repr=False)
    fetch: tuple[str, ...] = ()
    """Brings the weights and prints `{"done": bytes, "total": bytes}` lines; empty: nothing to fetch."""
    start_within: float = 900.0
    """Seconds from start to health, after which a start counts as failed."""
    stop_within: float = PATIENCE
    """Seconds from asking the engine to end, so that running calls may, to ending it."""


class WarmUp(BaseModel, frozen=True, extra="forbid"):
    """A prompt whose beginning real calls will share: reading it once fills the engine's prefix cache."""

    kind: CallKind
    messages: tuple[Message, ...]
    json_schema: dict[str, Any] | None = None


class _Progress(BaseModel):
    """A line of `fetch`."""

    done: int
    total: int = Field(gt=0)


class _Died(Exception):
    """A child ended, or never came up; in words."""


class _Waiter(NamedTuple):
    phases: tuple[Phase, ...]
    state: asyncio.Future[EngineState]


def doubling(failures: int) -> float:
    """Seconds before the next try: 1, 2, 4, … up to 30."""
    return min(30.0, 2.0 ** min(failures - 1, 5))


class EngineSupervisor:
    """Runs `launch` until stopped. `start` returns at once; `state` and `wait_for` tell how far it is."""

    def __init__(
        self,
        launch: Launch,
        *,
        chat: ChatModel | None = None,
        warm_up: Sequence[WarmUp] = (),
        backoff: Callable[[int], float] = doubling,
    ) -> None:
        self._launch = launch
        self._chat = chat
        self._warm_up = tuple(warm_up)
        self._backoff = backoff
        self._state = EngineState(phase="stopped")
        self._waiters: list[_Waiter] = []
        self._task: asyncio.Task[None] | None = None
        self.starts = 0
        """How often the engine has been started."""

    @property
    def state(self) -> EngineState:
        return self._state

    def start(self) -> None:
        """Begin, in the background. Needs a running event loop."""
        if self._task is None:
            self._task = asyncio.create_task(self._run(), name="engine-supervisor")

    async def stop(self) -> None:
        """End the children and come to rest."""
        if self._task is not None:
            self._task.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await self._task
            self._task = None
        self._set(EngineState(phase="stopped"))

    async def wait_for(self, *phases: Phase) -> EngineState:
        """The state, once it is one of these phases; at once where it is."""
        return self._state if self._state.phase in phases else await self.next_state(*phases)

    async def next_state(self, *phases: Phase) -> EngineState:
        """The next new state, of one of these phases, or of any. None is missed, however soon another follows."""
        waiter = _Waiter(phases, asyncio.get_running_loop().create_future())
        self._waiters.append(waiter)
        try:
            return await waiter.state
        finally:
            self._waiters.remove(waiter)

    def _set(self, state: EngineState) -> None:
        self._state = state
        for waiter in self._waiters:
            if not waiter.state.done() and (not waiter.phases or state.phase in waiter.phases):
                waiter.state.set_result(state)

    async def _run(self) -> None:
        failures = 0
        while True:
            try:
                if self._launch.fetch:
                    await self._fetch()
                await self._serve()
            except (_Died, OSError) as death:
                failures = 1 if self._state.phase == "ready" else failures + 1
                _log.warning("engine down: %s", death)
                self._set(EngineState(phase="down", detail=str(death)))
            await asyncio.sleep(self._backoff(failures))

    async def _fetch(self) -> None:
        self._set(EngineState(phase="fetching", detail="looking for the model's weights"))
        async with child(self._launch.fetch, self._launch.environment) as fetching:
            async for line in fetching.lines():
                if (seen := _progress(line)) is not None:
                    detail = f"fetching the model's weights: {seen.done / 1e6:.0f} of {seen.total / 1e6:.0f} MB"
                    self._set(EngineState(phase="fetching", detail=detail, progress=seen.done / seen.total))
            if await fetching.wait():
                raise _Died(f"The model's weights could not be fetched. {fetching.ending}")

    async def _serve(self) -> None:
        self._set(EngineState(phase="starting", detail="starting the engine"))
        self.starts += 1
        launch = self._launch
        running = child(launch.serve, launch.environment, patience=launch.stop_within)
        async with running as engine, asyncio.TaskGroup() as tasks:
            draining = tasks.create_task(engine.drain())
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(self._launch.start_within):
                    while engine.is_running and not await is_healthy(self._launch.health_url):
                        await asyncio.sleep(_POLL)
                    await self._warm(engine)
                    if engine.is_running:
                        self._set(EngineState(phase="ready"))
            if self._state.phase == "ready":
                await engine.wait()
            await engine.end()
            await asyncio.wait({draining}, timeout=_LAST_WORDS)
            draining.cancel()
        raise _Died(f"The engine {'ended' if self._state.phase == 'ready' else 'did not start'}. {engine.ending}")

    async def _warm(self, engine: Child) -> None:
        """Have the engine read the prompts. That one fails is no reason not to serve."""
        if self._chat is None:
            return
        for prompt in self._warm_up:
            if not engine.is_running:
                return
            self._set(EngineState(phase="starting", detail=f"warming up: {prompt.kind}"))
            try:
                await _read_once(self._chat, prompt)
            except ChatError as error:
                _log.info("warm-up of %s: %s", prompt.kind, error)


class SupervisedChat:
    """A ChatModel that fails at once while its engine is not ready, instead of waiting for a connection."""

    def __init__(self, chat: ChatModel, state: Callable[[], EngineState]) -> None:
        self._chat = chat
        self._state = state

    async def stream(
        self, messages: Sequence[Message], *, kind: CallKind, max_tokens: int, stop: Sequence[str] = ()
    ) -> AsyncGenerator[ChatPart, None]:
        """See ChatModel."""
        self._require_ready()
        async with aclosing(self._chat.stream(messages, kind=kind, max_tokens=max_tokens, stop=stop)) as parts:
            async for part in parts:
                yield part

    async def complete(
        self, messages: Sequence[Message], schema: dict[str, Any], *, kind: CallKind, max_tokens: int
    ) -> Completion:
        """See ChatModel."""
        self._require_ready()
        return await self._chat.complete(messages, schema, kind=kind, max_tokens=max_tokens)

    def _require_ready(self) -> None:
        state = self._state()
        if state.phase in ("fetching", "starting"):
            raise ChatLoading(state.detail)
        if state.phase != "ready":
            raise ChatUnavailable(state.detail or f"The engine is {state.phase}.")


async def _read_once(chat: ChatModel, prompt: WarmUp) -> None:
    if prompt.json_schema is not None:
        await chat.complete(prompt.messages, prompt.json_schema, kind=prompt.kind, max_tokens=1)
        return
    async with aclosing(chat.stream(prompt.messages, kind=prompt.kind, max_tokens=1)) as parts:
        async for _ in parts:
            pass


def _progress(line: str) -> _Progress | None:
    try:
        return _Progress.model_validate_json(line)
    except ValidationError:  # the children may say other things too
        return None
