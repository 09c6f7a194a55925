"""Plan: words -> one ToolCall. The model chooses under the schema; the parser's certain readings are laid over it, and
the parser's own plan stands in where the model is down, slow or unreadable.

Knows nothing of search or prose.
"""

import asyncio
import time
from collections.abc import Sequence
from typing import Any

from pydantic import BaseModel, ConfigDict, ValidationError

from agent.constraints import Wishes
from agent.events import CallReport
from agent.parser import Parsed
from agent.shelf import Card
from agent.tools import AnyCall, AskShopper, Compare, Refine, Reply, SearchCatalog, SearchHelp, tool_call
from llm_server.chat import ChatError, ChatGarbled, ChatModel, ChatTimeout, Message

PLAN_TOKENS = 80


class Plan(BaseModel):
    """What the turn will do, who chose it, and what choosing cost."""

    model_config = ConfigDict(frozen=True, extra="forbid", arbitrary_types_allowed=True)

    call: AnyCall
    by_model: bool
    report: CallReport
    failure: ChatError | None = None
    """Why the parser had to stand in."""


async def plan(
    model: ChatModel,
    messages: Sequence[Message],
    schema: dict[str, Any],
    parsed: Parsed,
    shown: Sequence[Card],
    *,
    seconds: float,
) -> Plan:
    """One model call under the schema, within `seconds`; never raises ChatError."""
    began = time.monotonic()
    try:
        async with asyncio.timeout(seconds):
            completion = await model.complete(messages, schema, kind="plan", max_tokens=PLAN_TOKENS)
        call = _read(completion.text)
        report = CallReport(kind="plan", **completion.usage.model_dump(), seconds=time.monotonic() - began)
        return Plan(call=settled(call, parsed, shown), by_model=True, report=report)
    except TimeoutError:
        failure: ChatError = ChatTimeout(f"no plan within {seconds:.0f} s")
    except ChatError as error:
        failure = error
    report = CallReport(kind="plan", seconds=time.monotonic() - began, failed=type(failure).__name__)
    return Plan(call=parser_call(parsed, shown), by_model=False, report=report, failure=failure)


def _read(text: str) -> AnyCall:
    try:
        call = tool_call.validate_json(text)
    except ValidationError as error:
        raise ChatGarbled(f"the plan is not a tool call: {error.errors()[0]['msg']}") from None
    if isinstance(call, SearchCatalog) and call.category == "any":
        return call.model_copy(update={"category": None})
    if isinstance(call, Refine) and call.item == 0:
        return call.model_copy(update={"item": None})
    return call


def settled(call: AnyCall, parsed: Parsed, shown: Sequence[Card]) -> AnyCall:
    """The model's call with what the parser is certain of: numbers the shopper named, a critique in so many words,
    a need where the model would only talk, talk where the model would search."""
    if parsed.compare and len(shown) > 1 and not isinstance(call, Compare):
        return _compared(parsed, shown)
    if isinstance(call, Compare) and len(parsed.items) > 1:
        return Compare(items=parsed.items[:4])
    if parsed.indifferent:
        return AskShopper(question="?")
    if parsed.small_talk and not parsed.need:
        return Reply()
    if parsed.change and shown:
        words = call.query if isinstance(call, Refine) else parsed.query[:200]
        return Refine(change=parsed.change, item=_one(parsed), query=words)
    if parsed.items and not parsed.need and not isinstance(call, Compare):
        return Reply(items=parsed.items[:4])
    if parsed.need and parsed.wishes.categories and not isinstance(call, SearchCatalog | Compare):
        return SearchCatalog(query=parsed.query[:200])
    if parsed.service and not parsed.need:
        return SearchHelp()
    sure = parsed.seeks or parsed.wishes != Wishes()
    if parsed.need and (isinstance(call, AskShopper) or (isinstance(call, Reply) and sure and not parsed.items)):
        return SearchCatalog(query=parsed.query[:200])
    if isinstance(call, Refine):
        return call.model_copy(update={"item": _one(parsed)})
    return call


def parser_call(parsed: Parsed, shown: Sequence[Card]) -> AnyCall:
    """The plan that needs no model."""
    if parsed.small_talk and not parsed.need:
        return Reply()
    if parsed.indifferent:
        return AskShopper(question="?")
    if parsed.compare and len(shown) > 1:
        return _compared(parsed, shown)
    if parsed.change and shown:
        return Refine(change=parsed.change, item=_one(parsed), query=parsed.query[:200])
    if parsed.need:
        return SearchCatalog(query=parsed.query[:200])
    if parsed.items and not parsed.unresolved:
        return Reply(items=parsed.items[:4])
    if parsed.service:
        return SearchHelp()
    if parsed.asks and shown and not parsed.unresolved:
        return Reply(items=tuple(card.handle for card in shown[:3]))
    if parsed.query and not shown:
        return SearchCatalog(query=parsed.query[:200])
    return AskShopper(question="?")


def _one(parsed: Parsed) -> int | None:
    """The one card that was pointed at."""
    return parsed.items[0] if len(parsed.items) == 1 else None


def _compared(parsed: Parsed, shown: Sequence[Card]) -> Compare:
    """The products the shopper named, or the first three on the screen."""
    handles = parsed.items if len(parsed.items) > 1 else tuple(card.handle for card in shown[:3])
    return Compare(items=handles[:4])
