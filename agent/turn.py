"""run_turn: the whole story of a turn on one page.

    words -> parsed -> instant cards -> plan -> constraints -> search -> cards with reasons -> prose

Every turn ends: with an answer, with template sentences where the model is away, or with a TurnFailed. This file alone
turns errors into events. Closing the generator early (a cancelled turn) frees the engine.
"""

import time
from collections.abc import AsyncGenerator
from contextlib import aclosing
from datetime import UTC, datetime
from uuid import uuid4

from agent.answers import about, ask, compare, recommend, small_talk, which
from agent.conversation import Conversation
from agent.events import (
    ProductsShown,
    ShopperMessage,
    StepFinished,
    StepStarted,
    ToolChosen,
    TurnEvent,
    TurnFailed,
    TurnFinished,
    TurnStarted,
)
from agent.parser import parse
from agent.phrases import say
from agent.plan import parser_call, plan
from agent.prompts import plan_prompt
from agent.run import Floor, Run, absent, called_by_name, card_set, report_of, searched
from agent.tools import AskShopper, Compare, Refine, Reply, SearchCatalog, ToolCall, schema
from agent.wanted import asked_for
from llm_server.chat import ChatTimeout, ChatUnavailable
from retrieval.query import RetrievalError

PLAN_SHARE = 0.5
"""At most this share of a turn's time goes to planning."""


async def run_turn(
    conversation: Conversation, message: ShopperMessage, floor: Floor
) -> AsyncGenerator[TurnEvent, None]:
    """Answer one message. Yields TurnStarted first and TurnFinished or TurnFailed last."""
    began = time.monotonic()
    shown = conversation.shelf.current.cards if conversation.shelf.current else ()
    spoken = tuple(role.category for role in conversation.request.roles if role.category)
    parsed = parse(message.text, floor.vocabulary, shown, conversation.focus, spoken)
    run = Run(floor, conversation, message, uuid4().hex[:12], parsed, began)
    yield TurnStarted(turn_id=run.turn_id, message_id=message.id, language=parsed.language, time=datetime.now(UTC))
    try:
        if called := await called_by_name(run):
            yield ProductsShown(card_set=called)
        shown, parsed = run.shown, run.parsed
        async with aclosing(_instant_cards(run)) as events:
            async for event in events:
                yield event

        yield StepStarted(step="plan")
        prompt = plan_prompt(floor.shop, floor.facets, shown, conversation.request, conversation.profile, message.text)
        offered = schema(floor.facets, len(shown))
        made = await plan(floor.model, prompt, offered, parsed, shown, seconds=run.left * PLAN_SHARE)
        run.calls.append(made.report)
        run.plan_at = time.monotonic() - began
        chosen_by = "model" if made.by_model else "parser"
        # What cannot be told apart is asked about, whoever guessed.
        unclear = AskShopper(question=say(run.language, "which_one")) if parsed.unresolved else None
        call = unclear or _shown_instead(run, made.call)
        yield ToolChosen(call_id=f"{run.turn_id}.call", call=call, chosen_by=chosen_by)
        yield StepFinished(step="plan")
        if made.failure:
            yield absent(run, made.failure)

        away = isinstance(made.failure, ChatUnavailable | ChatTimeout)
        async with aclosing(_answer(run, call, away)) as events:
            async for event in events:
                yield event
    except RetrievalError:
        yield TurnFailed(turn_id=run.turn_id, code="retrieval_down", text=say(parsed.language, "retrieval_down"))
        return
    yield TurnFinished(turn_id=run.turn_id, report=report_of(run))


def _shown_instead(run: Run, call: ToolCall) -> ToolCall:
    """No question follows a question, and a shopper who is near a purchase and has asked for nothing yet is not held up
    by one: what the session says of them is shown."""
    intent, conversation = run.floor.intent, run.conversation
    if not isinstance(call, AskShopper):
        return call
    near = intent and not conversation.request.current.need and intent.high(conversation.profile, run.message.time)
    return SearchCatalog(query=conversation.request.current.need[:200]) if near or conversation.asked else call


async def _instant_cards(run: Run) -> AsyncGenerator[TurnEvent, None]:
    """What the words alone ask for, before any model has answered: the parser's own plan, where it is a search."""
    shown = run.conversation.shelf.current
    call = parser_call(run.parsed, shown.cards if shown else ())
    if run.parsed.unresolved or not isinstance(call, SearchCatalog | Refine):
        return
    wanted = await asked_for(run, call)
    found = await searched(run, wanted)
    if any(result.hits for result in found):
        run.instant = card_set(run, found, wanted, provisional=True)
        run.cards_at = time.monotonic() - run.began
        yield ProductsShown(card_set=run.instant)


async def _answer(
    run: Run, call: SearchCatalog | Refine | Compare | AskShopper | Reply, alone: bool
) -> AsyncGenerator[TurnEvent, None]:
    """Do what was planned. `alone`: the model is away."""
    shown = run.conversation.shelf.current
    if run.instant and isinstance(call, Compare | Reply | AskShopper) and shown:
        # The words looked like a need, the plan says otherwise: what the shopper was looking at comes back.
        yield ProductsShown(card_set=shown.model_copy(update={"id": f"{run.turn_id}.b", "turn_id": run.turn_id}))
    match call:
        case SearchCatalog() | Refine():
            steps = recommend(run, call, alone)
        case Compare():
            steps = compare(run, call, alone)
        case Reply(items=items) if items and shown:
            steps = about(run, tuple(card for card in shown.cards if card.handle in items), alone)
        case Reply():
            steps = small_talk(run, alone)
        case AskShopper() if run.parsed.unresolved:
            steps = which(run)
        case AskShopper():
            steps = ask(run, call)
    async with aclosing(steps) as events:
        async for event in events:
            yield event
