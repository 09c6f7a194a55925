"""Scripted conversations through the production turn, with a real model: how fast, how much, and is it all true?

Every reply is read by `checker.py`, which shares nothing with the product's own gate. A run whose model was down, or
whose replies repeat word for word, is no measurement and fails. Knows nothing of sockets: times count inside the turn.
"""

import tempfile
from collections.abc import AsyncIterator, Callable, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from pydantic import BaseModel

from agent.assembly import Assistant, Settings, build
from agent.conversation import Conversation
from agent.events import (
    CallReport,
    EventItem,
    NoticeGiven,
    ProductsShown,
    ShopperMessage,
    TextAdded,
    ToolChosen,
    TurnFailed,
    TurnFinished,
    TurnReport,
    ViewItem,
)
from eval.checker import Accusation, Said, check
from eval.results import Figure, Results, figure, machine
from retrieval.product import Product


class Step(BaseModel, frozen=True, extra="forbid"):
    """What the shopper does next: look at a product, or say something."""

    view: str | None = None
    say: str | None = None


class Script(BaseModel, frozen=True, extra="forbid"):
    """One conversation's shopper side."""

    id: str
    steps: tuple[Step, ...]


class TurnRow(BaseModel, frozen=True, extra="forbid"):
    """What one message came to."""

    script: str
    message: str
    tool: str = ""
    chosen_by: str = ""
    shown: tuple[str, ...] = ()
    """Titles on the cards, in order."""
    text: str = ""
    by_model: int = 0
    """Pieces of the text that the model wrote."""
    notices: tuple[str, ...] = ()
    failed: str = ""
    report: TurnReport = TurnReport()
    accusations: tuple[Accusation, ...] = ()


def read_scripts(path: Path, limit: int | None = None) -> tuple[Script, ...]:
    """Scripts from JSON Lines; at most `limit` of them."""
    lines = [line for line in path.read_text("utf-8").splitlines() if line.strip()]
    return tuple(Script.model_validate_json(line) for line in lines[:limit])


async def run_scripts(assistant: Assistant, scripts: Sequence[Script]) -> AsyncIterator[TurnRow]:
    """Every message of every script, each conversation starting fresh."""
    for script in scripts:
        conversation = Conversation(session_id=f"eval-{script.id}")
        heard: list[str] = []
        for number, step in enumerate(script.steps):
            now = datetime.now(UTC)
            if step.view:
                products = {product.id: product for product in await assistant.retriever.get((step.view,))}
                event = ViewItem(event_id=f"{script.id}-{number}", time=now, items=(EventItem(item_id=step.view),))
                conversation = conversation.happened(event, products)
            if step.say:
                heard.append(step.say)
                message = ShopperMessage(id=f"{script.id}-{number}", text=step.say, time=now)
                conversation, row = await _turn(assistant, conversation, message, script.id, " ".join(heard))
                yield row


async def _turn(
    assistant: Assistant, conversation: Conversation, message: ShopperMessage, script: str, heard: str
) -> tuple[Conversation, TurnRow]:
    row: dict[str, Any] = {"script": script, "message": message.text}
    text: list[str] = []
    by_model = 0
    notices: list[str] = []
    async for event in assistant.turn(conversation, message):
        conversation = conversation.told(event)
        match event:
            case ToolChosen():
                row |= {"tool": event.call.model_dump_json(), "chosen_by": event.chosen_by}
            case ProductsShown():
                row["shown"] = tuple(card.product.title for card in event.card_set.cards)
            case TextAdded():
                text.append(event.delta)
                by_model += event.by == "model"
            case NoticeGiven():
                notices.append(event.code)
            case TurnFailed():
                row["failed"] = event.code
            case TurnFinished():
                row["report"] = event.report
            case _:
                pass
    said = "".join(text)
    row |= {"text": said, "by_model": by_model, "notices": tuple(notices)}
    row["accusations"] = check(_said(conversation, said, heard))
    return conversation, TurnRow.model_validate(row)


def _said(conversation: Conversation, text: str, heard: str) -> Said:
    current = conversation.shelf.current
    shown = tuple(card.product for card in current.cards) if current else ()
    facts = tuple(card.reason.text for card in current.cards if card.reason) if current else ()
    earlier: dict[str, Product] = {
        card.product.id: card.product for card_set in conversation.shelf.sets for card in card_set.cards
    }
    known = tuple(product for product in earlier.values() if product not in shown)
    return Said(text=text, shown=shown, known=known, shopper=heard, facts=facts)


def faults(rows: Sequence[TurnRow]) -> tuple[str, ...]:
    """Why this run is no measurement; empty when it is one."""
    found: list[str] = []
    down = [row for row in rows if any(call.failed for call in row.report.calls)]
    if down:
        found.append(f"the model did not answer in {len(down)} of {len(rows)} turns: {_why(down[0].report.calls)}")
    long = [row.text for row in rows if len(row.text) > 60]
    repeated = len(long) - len(set(long))
    if repeated > len(rows) / 10:
        found.append(f"{repeated} replies repeat another word for word")
    if rows and not any(row.by_model for row in rows):
        found.append("no reply holds a sentence that the model wrote")
    return tuple(found)


def _why(calls: Sequence[CallReport]) -> str:
    return next((call.failed for call in calls if call.failed), "")


def summary(rows: Sequence[TurnRow]) -> dict[str, Figure]:
    """The metrics of a run. Seconds count from the message; a metric that no turn gave is absent."""
    calls = [call for row in rows for call in row.report.calls]
    spoken = [row.report for row in rows if row.report.prose_seconds is not None]
    values: dict[str, list[float]] = {
        "p50_cards_ms": [1000 * row.report.cards_seconds for row in rows if row.report.cards_seconds is not None],
        "p50_plan_s": [call.seconds for call in calls if call.kind == "plan"],
        "p50_narration_first_clause_s": [(said.prose_seconds or 0) - (said.plan_seconds or 0) for said in spoken],
        "p50_first_model_clause_s": [said.prose_seconds or 0 for said in spoken],
        "calls_per_turn": [len(row.report.calls) for row in rows],
        "max_prompt_tokens": [call.prompt_tokens for call in calls],
        "cached_share": [call.cached_tokens / call.prompt_tokens for call in calls if call.prompt_tokens],
        "turns_with_model_prose": [float(row.by_model > 0) for row in rows],
        "clauses_released": [row.report.released for row in rows],
        "clauses_dropped": [len(row.report.dropped) for row in rows],
        "template_sentences": [row.report.templates for row in rows],
        "accusations": [len(row.accusations) for row in rows],
    }
    return {name: figure(held, _statistic(name)) for name, held in values.items() if held}


def _statistic(name: str) -> Callable[[NDArray[np.float64]], float]:
    if name.startswith("p50_"):
        return lambda held: float(np.median(held))
    return (lambda held: float(held.max())) if name.startswith("max_") else (lambda held: float(held.mean()))


async def measured(
    scripts: Path, index: Path, *, limit: int | None, say: Callable[[str], None]
) -> tuple[Results, tuple[TurnRow, ...], tuple[str, ...]]:
    """Hold the conversations over this index with the configured model, or the default engine if none is set.

    Returns the figures, every turn, and why it is no measurement (empty when it is one). Raises RetrievalError."""
    rows: list[TurnRow] = []
    with tempfile.TemporaryDirectory() as data:
        settings = Settings(data=Path(data), index=index)
        async with build(settings, embedded=True) as assistant:
            if assistant.engine:
                say("waiting for the model")
                await assistant.engine.ready()
            async for row in run_scripts(assistant, read_scripts(scripts, limit)):
                rows.append(row)
                first = row.report.prose_seconds
                say(f"{row.script}: {row.message}\n    {row.text}\n    {row.tool} first clause {first or 0:.1f} s")
    arms = {"production": summary(rows)}
    model = settings.llm_model if settings.llm_url else "default CPU weights"
    results = Results(command="turns", data=str(scripts), model=model, machine=machine(), arms=arms)
    return results, tuple(rows), faults(rows)
