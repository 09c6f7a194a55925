"""run_turn: the whole story of a turn on one page.

    words -> parsed -> instant cards -> plan -> constraints -> search -> cards with reasons -> prose
                    -> service: pages, orders, a person (certain of the words alone, no model asked)

Every turn ends: with an answer, with template sentences where the model is away, or with a TurnFailed. This file alone
turns errors into events. Closing the generator early (a cancelled turn) frees the engine.
"""

import asyncio
import time
from collections.abc import AsyncGenerator, Coroutine
from contextlib import aclosing, asynccontextmanager
from datetime import UTC, datetime
from typing import Any, Literal, TypeVar
from uuid import uuid4

from agent.answers import about, ask, bearing, compare, recommend, small_talk, which, worth_asking
from agent.conversation import Conversation
from agent.events import (
    HandoffChanged,
    ProductsShown,
    QuestionAsked,
    ShopperMessage,
    StepFinished,
    StepStarted,
    ToolChosen,
    TurnEvent,
    TurnFailed,
    TurnFinished,
    TurnStarted,
)
from agent.handoff import offer, service_call, taken_back
from agent.parser import parse
from agent.phrases import say
from agent.plan import parser_call, plan
from agent.prompts import plan_prompt
from agent.quoting import CERTAIN, surely
from agent.run import Floor, Run, absent, called_by_name, card_set, report_of, searched
from agent.serviceanswers import from_pages, hand_off, offer_person, orders, prepare
from agent.tools import (
    AnyCall,
    AskShopper,
    Compare,
    HandOff,
    LookUpOrders,
    PrepareRequest,
    Refine,
    Reply,
    SearchCatalog,
    SearchHelp,
    schema,
)
from agent.wanted import asked_for
from llm_server.chat import ChatError, ChatTimeout, ChatUnavailable
from retrieval.query import RetrievalError

T = TypeVar("T")
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
    if conversation.with_a_person and not taken_back(conversation, message.text):
        yield TurnFinished(turn_id=run.turn_id)  # nobody talks over a person
        return
    try:
        asked = False
        async with aclosing(_served(run) or _advised(run)) as events:
            async for event in events:
                asked = asked or isinstance(event, QuestionAsked | HandoffChanged)
                yield event
        # Never two questions.
        reason = None if asked else offer(parsed, conversation, helped=run.helped)
        if reason:
            async with aclosing(offer_person(run, reason)) as events:
                async for event in events:
                    yield event
    except RetrievalError:
        yield TurnFailed(turn_id=run.turn_id, code="retrieval_down", text=say(parsed.language, "retrieval_down"))
        return
    yield TurnFinished(turn_id=run.turn_id, helped=run.helped, report=report_of(run))


def _served(run: Run) -> AsyncGenerator[TurnEvent, None] | None:
    """What the words alone ask of the shop's service; None where they ask for products, or for nothing certain."""
    back = taken_back(run.conversation, run.message.text)
    call = HandOff(state="returned") if back else service_call(run.parsed, run.conversation, run.message.text)
    return _done(run, call, "parser", alone=True) if call else None


async def _advised(run: Run) -> AsyncGenerator[TurnEvent, None]:
    """The other turns: instant cards, the plan, and what was planned."""
    if called := await called_by_name(run):
        yield ProductsShown(card_set=called)
    floor, conversation, parsed = run.floor, run.conversation, run.parsed
    asked = run.message.text
    prompt = plan_prompt(floor.shop, floor.facets, run.shown, conversation.request, conversation.profile, asked)
    offered = schema(floor.facets, len(run.shown))
    planning = plan(floor.model, prompt, offered, parsed, run.shown, seconds=run.left * PLAN_SHARE)
    # The engine plans while the cards are searched for: it waits for none of them.
    async with _meanwhile(planning) as planned:
        async with aclosing(_instant_cards(run)) as events:
            async for event in events:
                yield event
        yield StepStarted(step="plan")
        made = await planned
    run.calls.append(made.report)
    run.plan_at = time.monotonic() - run.began
    # What cannot be told apart is asked about, whoever guessed.
    unclear = AskShopper(question=say(run.language, "which_one")) if parsed.unresolved else None
    call = unclear or _shown_instead(run, made.call)
    # What names no need, or asks after no product in particular, may be a question to the shop.
    vague = isinstance(call, AskShopper) or (isinstance(call, Reply) and call.items and not parsed.items)
    if vague and not unclear and surely(await floor.retriever.passages(asked, 1), run.language, CERTAIN):
        call = SearchHelp()
    away = isinstance(made.failure, ChatUnavailable | ChatTimeout)
    by = "model" if made.by_model else "parser"
    async with aclosing(_done(run, call, by, alone=away, failure=made.failure)) as events:
        async for event in events:
            yield event


@asynccontextmanager
async def _meanwhile(work: Coroutine[Any, Any, T]) -> AsyncGenerator[asyncio.Task[T]]:
    """The work, begun. Left early, it is stopped and has let go of its engine."""
    task = asyncio.create_task(work)
    try:
        yield task
    finally:
        task.cancel()
        await asyncio.wait({task})


def _shown_instead(run: Run, call: AnyCall) -> AnyCall:
    """No question follows a question, none is put to who leaves the choice to us, and a shopper who is near a purchase
    and has asked for nothing yet is not held up by one: what the session says of them is shown."""
    intent, conversation = run.floor.intent, run.conversation
    need = conversation.request.current.need
    if not isinstance(call, AskShopper):
        return call
    near = intent and not need and intent.high(conversation.profile, run.message.time)
    left_to_us = run.parsed.indifferent and need
    return SearchCatalog(query=need[:200]) if near or left_to_us or conversation.asked else call


async def _instant_cards(run: Run) -> AsyncGenerator[TurnEvent, None]:
    """What the words alone ask for, before any model has answered: the parser's own plan, where it is a search. Where
    it asks after a product, the answer is looked up meanwhile."""
    call = parser_call(run.parsed, run.shown)
    if isinstance(call, Reply):
        await bearing(run, [card for card in run.shown if card.handle in call.items])
    if run.parsed.unresolved or not isinstance(call, SearchCatalog | Refine):
        return
    wanted = await asked_for(run, call)
    found = await searched(run, wanted)
    if any(result.hits for result in found):
        run.instant = card_set(run, found, wanted, provisional=True)
        run.cards_at = time.monotonic() - run.began
        yield ProductsShown(card_set=run.instant)
        await worth_asking(run, call, wanted)  # counted now, while the plan is awaited


async def _done(
    run: Run, call: AnyCall, by: Literal["model", "parser"], *, alone: bool, failure: ChatError | None = None
) -> AsyncGenerator[TurnEvent, None]:
    """Say what was chosen, and do it. `alone`: the model is away, or not needed."""
    yield ToolChosen(call_id=f"{run.turn_id}.call", call=call, chosen_by=by)
    if run.calls:
        yield StepFinished(step="plan")
    if failure:
        yield absent(run, failure)
    if run.instant and run.shown and not isinstance(call, SearchCatalog | Refine):
        # The words looked like a need, the plan says otherwise: what the shopper was looking at comes back.
        shown = run.conversation.shelf.current
        assert shown is not None
        yield ProductsShown(card_set=shown.model_copy(update={"id": f"{run.turn_id}.b", "turn_id": run.turn_id}))
    async with aclosing(_answer(run, call, alone)) as events:
        async for event in events:
            yield event


def _answer(run: Run, call: AnyCall, alone: bool) -> AsyncGenerator[TurnEvent, None]:
    match call:
        case SearchCatalog() | Refine():
            return recommend(run, call, alone)
        case Compare():
            return compare(run, call, alone)
        case Reply(items=items) if items and run.shown:
            return about(run, tuple(card for card in run.shown if card.handle in items), alone)
        case Reply():
            return small_talk(run, alone)
        case AskShopper() if run.parsed.unresolved:
            return which(run)
        case AskShopper():
            return ask(run, call)
        case SearchHelp():
            return from_pages(run)
        case LookUpOrders():
            return orders(run, call)
        case PrepareRequest():
            return prepare(run, call)
        case HandOff():
            return hand_off(run, call)
