"""The arms of the language model that a conversation is held with: none, the real one, and what stands before them.

    none     never there: the parser and template sentences alone
    real     the model at FLOORWALKER_LLM_URL, or this machine's default engine; its replies may be kept in a folder

Knows nothing of conversations. The arm `scripted` is in scripted.py.
"""

import hashlib
import json
from collections.abc import AsyncGenerator, Callable, Sequence
from contextlib import aclosing, asynccontextmanager
from pathlib import Path
from typing import Any, Literal

from pydantic import BaseModel, ValidationError

from agent.assembly import Settings
from eval.errors import EvalError
from llm_server.chat import (
    CallKind,
    ChatModel,
    ChatPart,
    ChatUnavailable,
    Completion,
    DonePart,
    Message,
    TextPart,
    Usage,
)
from llm_server.embedded import embedded_engine
from llm_server.engines import SERVED_AS
from llm_server.openai_chat import OpenAIChat, ServerConfig
from llm_server.weights import DEFAULT_WEIGHTS

Arm = Literal["none", "scripted", "real"]


class Away:
    """A model that is never there."""

    async def stream(
        self, messages: Sequence[Message], *, kind: CallKind, max_tokens: int, stop: Sequence[str] = ()
    ) -> AsyncGenerator[ChatPart, None]:
        raise ChatUnavailable("this arm has no model")
        yield

    async def complete(
        self, messages: Sequence[Message], schema: dict[str, Any], *, kind: CallKind, max_tokens: int
    ) -> Completion:
        raise ChatUnavailable("this arm has no model")


class PlanOnly(Away):
    """A model that plans and never writes: narration is left to template sentences."""

    def __init__(self, chat: ChatModel) -> None:
        self._chat = chat

    async def complete(
        self, messages: Sequence[Message], schema: dict[str, Any], *, kind: CallKind, max_tokens: int
    ) -> Completion:
        return await self._chat.complete(messages, schema, kind=kind, max_tokens=max_tokens)


class Kept(BaseModel, frozen=True, extra="forbid"):
    """A reply as it is kept: one JSON file each."""

    model: str
    text: str
    usage: Usage
    truncated: bool = False


class Cached:
    """A model whose replies are kept by model, prompt and schema, so that a run can be taken up again. What failed or
    was cut is not kept. Raises EvalError for a kept reply that cannot be read."""

    def __init__(self, chat: ChatModel, folder: Path, model: str) -> None:
        self._chat, self._folder, self._model = chat, folder, model
        folder.mkdir(parents=True, exist_ok=True)

    async def stream(
        self, messages: Sequence[Message], *, kind: CallKind, max_tokens: int, stop: Sequence[str] = ()
    ) -> AsyncGenerator[ChatPart, None]:
        place = self._place(messages, kind, max_tokens, list(stop))
        known = _read(place)
        if known:
            yield TextPart(text=known.text)
            yield DonePart(usage=known.usage, truncated=known.truncated)
            return
        said: list[str] = []
        async with aclosing(self._chat.stream(messages, kind=kind, max_tokens=max_tokens, stop=stop)) as parts:
            async for part in parts:
                if isinstance(part, TextPart):
                    said.append(part.text)
                else:
                    self._keep(place, "".join(said), part.usage, part.truncated)
                yield part

    async def complete(
        self, messages: Sequence[Message], schema: dict[str, Any], *, kind: CallKind, max_tokens: int
    ) -> Completion:
        place = self._place(messages, kind, max_tokens, schema)
        known = _read(place)
        if known:
            return Completion(text=known.text, usage=known.usage)
        done = await self._chat.complete(messages, schema, kind=kind, max_tokens=max_tokens)
        self._keep(place, done.text, done.usage, False)
        return done

    def _place(self, messages: Sequence[Message], kind: CallKind, max_tokens: int, more: object) -> Path:
        asked = [self._model, kind, max_tokens, more, [(each.role, each.content) for each in messages]]
        return self._folder / f"{hashlib.sha256(json.dumps(asked).encode()).hexdigest()[:32]}.json"

    def _keep(self, place: Path, text: str, usage: Usage, truncated: bool) -> None:
        kept = Kept(model=self._model, text=text, usage=usage, truncated=truncated)
        new = place.with_suffix(".new")
        new.write_text(kept.model_dump_json(), "utf-8")
        new.replace(place)


def _read(place: Path) -> Kept | None:
    if not place.exists():
        return None
    try:
        return Kept.model_validate_json(place.read_bytes())
    except ValidationError as error:
        raise EvalError(f"{place} is no kept reply.", fix="Delete it: the model will be asked again.") from error


class Overheard:
    """A model whose last plan is remembered as it wrote it."""

    def __init__(self, chat: ChatModel) -> None:
        self._chat = chat
        self.plan = ""

    async def stream(
        self, messages: Sequence[Message], *, kind: CallKind, max_tokens: int, stop: Sequence[str] = ()
    ) -> AsyncGenerator[ChatPart, None]:
        async with aclosing(self._chat.stream(messages, kind=kind, max_tokens=max_tokens, stop=stop)) as parts:
            async for part in parts:
                yield part

    async def complete(
        self, messages: Sequence[Message], schema: dict[str, Any], *, kind: CallKind, max_tokens: int
    ) -> Completion:
        self.plan = ""
        done = await self._chat.complete(messages, schema, kind=kind, max_tokens=max_tokens)
        self.plan = done.text
        return done


def model_name(settings: Settings) -> str:
    """What the real model is called, in figures and in the cache."""
    named = settings.llm_url or settings.llm_model != SERVED_AS
    return settings.llm_model if named else DEFAULT_WEIGHTS.file


@asynccontextmanager
async def opened_model(
    arm: Arm, settings: Settings, *, cache: Path | None, plan_only: bool, say: Callable[[str], None]
) -> AsyncGenerator[ChatModel]:
    """The model of this arm, ready to answer (`scripted` is the caller's own). An engine is started where the settings
    name no server."""
    if arm != "real":
        yield Away()
        return
    engine = remote = None
    if settings.llm_url:
        key = settings.llm_key.get_secret_value()
        remote = OpenAIChat(ServerConfig(url=settings.llm_url, model=settings.llm_model, api_key=key))
        chat: ChatModel = remote
    else:
        engine = embedded_engine(model=settings.llm_model if settings.llm_model != SERVED_AS else "")
        chat = engine.chat
    try:
        if engine:
            say("waiting for the model")
            engine.start()
            await engine.ready()
        held = Cached(chat, cache, model_name(settings)) if cache else chat
        yield PlanOnly(held) if plan_only else held
    finally:
        if engine:
            await engine.stop()
        if remote:
            await remote.aclose()
