"""The model calls that the product makes in scripted conversations, and what they cost when an engine is asked them
directly.

Heard once from the production turn, before anything is timed. Knows nothing of sockets or of the product under load.
"""

import time
from collections.abc import AsyncGenerator, Sequence
from contextlib import aclosing
from typing import Any

from pydantic import BaseModel

from agent.assembly import Assistant
from agent.clauses import clauses
from agent.narrate import NARRATE_TOKENS
from agent.plan import PLAN_TOKENS
from eval.synthetic import narrated, planned
from eval.talk import Talk
from eval.turns import Script
from llm_server.chat import CallKind, ChatModel, ChatPart, Completion, DonePart, Message, TextPart, Usage


class Calls(BaseModel, frozen=True, extra="forbid"):
    """The plan and the narration of one turn."""

    plan: tuple[Message, ...]
    plan_schema: dict[str, Any]
    narration: tuple[Message, ...]


class Direct(BaseModel, frozen=True, extra="forbid"):
    """What these calls take when nothing stands between. In seconds."""

    plan: float
    first_token: float
    """Of the narration, from its request."""
    first_clause: float
    """Until a whole clause of it was there: the gate holds prose until then."""

    @property
    def first_prose(self) -> float:
        """The soonest that prose can be shown: the plan, then the first whole clause."""
        return self.plan + self.first_clause


class Heard:
    """A ChatModel with made-up answers that remembers the calls of a turn."""

    def __init__(self) -> None:
        self.plan: tuple[tuple[Message, ...], dict[str, Any]] | None = None
        self.narration: tuple[Message, ...] | None = None

    @property
    def calls(self) -> Calls | None:
        """Of the turn that was just held; None where it did not need both."""
        if self.plan is None or self.narration is None:
            return None
        return Calls(plan=self.plan[0], plan_schema=self.plan[1], narration=self.narration)

    async def stream(
        self, messages: Sequence[Message], *, kind: CallKind, max_tokens: int, stop: Sequence[str] = ()
    ) -> AsyncGenerator[ChatPart, None]:
        self.narration = tuple(messages)
        yield TextPart(text=narrated(messages[-1].content))
        yield DonePart(usage=Usage())

    async def complete(
        self, messages: Sequence[Message], schema: dict[str, Any], *, kind: CallKind, max_tokens: int
    ) -> Completion:
        self.plan = tuple(messages), schema
        return Completion(text=planned(messages[-1].content, schema), usage=Usage())


async def heard(assistant: Assistant, scripts: Sequence[Script]) -> dict[tuple[str, int], Calls]:
    """By script and number of its message (from 0), the calls of each turn that makes both. Raises RetrievalError."""
    found: dict[tuple[str, int], Calls] = {}
    for script in scripts:
        talk, place = Talk(assistant, script.id), 0
        for step in script.steps:
            if step.view:
                await talk.view(step.view)
            if step.say:
                assistant.model = model = Heard()
                await talk.say(step.say)
                if model.calls:
                    found[script.id, place] = model.calls
                place += 1
    return found


async def ask(chat: ChatModel, calls: Calls) -> Direct | None:
    """The calls, one after the other, as the product makes them; None where no whole clause came. Raises ChatError."""
    began = time.perf_counter()
    await chat.complete(calls.plan, calls.plan_schema, kind="plan", max_tokens=PLAN_TOKENS)
    planned_at, token_at, clause_at, rest = time.perf_counter(), 0.0, 0.0, ""
    async with aclosing(chat.stream(calls.narration, kind="narrate", max_tokens=NARRATE_TOKENS)) as parts:
        async for part in parts:
            text = part.text if isinstance(part, TextPart) else ""
            token_at = token_at or (time.perf_counter() if text else 0.0)
            whole, rest = clauses(rest + text, isinstance(part, DonePart))
            if whole and not clause_at:
                clause_at = time.perf_counter()
    if not clause_at:
        return None
    return Direct(plan=planned_at - began, first_token=token_at - planned_at, first_clause=clause_at - planned_at)
