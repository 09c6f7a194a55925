"""The answers: one function for each tool the plan can name. Each yields what the shopper sees, in order.

Knows nothing of how the tool was chosen.
"""

import asyncio
import time
from collections.abc import AsyncGenerator
from contextlib import aclosing

from agent.compare import comparison
from agent.constraints import Constraints
from agent.events import (
    ComparisonShown,
    ConstraintsChanged,
    NoticeGiven,
    ProductsShown,
    StepFinished,
    StepStarted,
    TurnEvent,
)
from agent.facts import answer, differing
from agent.grounding import Gate
from agent.phrases import say
from agent.prompts import answer_prompt, narrate_prompt, small_talk_prompt
from agent.run import Run, card_set, narrated, notices, question, search, sentences, spoken, spoken_name
from agent.shelf import Card
from agent.tools import AskShopper, Compare, Refine, SearchCatalog
from retrieval.query import RetrievalError, SearchResult


async def recommend(run: Run, call: SearchCatalog | Refine, alone: bool) -> AsyncGenerator[TurnEvent, None]:
    before = run.conversation.constraints
    after = asked_for(run, call)
    if run.parsed.foreign_currency:
        currency = run.floor.shop.currency
        text = say(run.language, "currency", currency=currency)
        yield NoticeGiven(code="currency", text=text, detail=run.parsed.foreign_currency)
    yield StepStarted(step="retrieve")
    try:
        result = await search(run, after)
        if isinstance(call, SearchCatalog) and call.category and not run.parsed.wishes.categories:
            after, result = await _checked_category(run, after, result)
    except RetrievalError:
        yield StepFinished(step="retrieve")
        raise
    yield StepFinished(step="retrieve")
    if result.relaxed:
        after = after.relaxed(result.relaxed)
    if after != before:
        yield ConstraintsChanged(before=before, after=after)
    for notice in notices(run, result):
        yield notice
    if not result.hits:
        yield NoticeGiven(code="nothing_found", text=say(run.language, "nothing_found"))
        async for event in spoken(run, (say(run.language, "nothing_found"),)):
            yield event
        return
    yield StepStarted(step="rank")
    final = card_set(run, result, after, provisional=False)
    if run.instant and run.instant.ids == final.ids:
        final = final.model_copy(update={"id": run.instant.id})
    run.cards_at = run.cards_at or time.monotonic() - run.began
    yield ProductsShown(card_set=final)
    yield StepFinished(step="rank")
    prompt = narrate_prompt(run.floor.shop, after.need, final.cards, run.language)
    async with aclosing(narrated(run, prompt, final.cards, sentences(run, final.cards), alone)) as events:
        async for event in events:
            yield event


async def compare(run: Run, call: Compare, alone: bool) -> AsyncGenerator[TurnEvent, None]:
    shown = run.conversation.shelf.current
    cards = tuple(card for card in shown.cards if card.handle in call.items) if shown else ()
    if len(cards) < 2:
        async for event in question(run, say(run.language, "which_one")):
            yield event
        return
    rows = comparison(cards, run.language, run.floor.shop.glossary)
    columns = tuple(card.handle for card in cards)
    yield ComparisonShown(turn_id=run.turn_id, columns=columns, rows=rows)
    prompt = narrate_prompt(run.floor.shop, run.conversation.constraints.need, cards, run.language)
    async with aclosing(narrated(run, prompt, cards, _differences(run, cards), alone)) as events:
        async for event in events:
            yield event


def _differences(run: Run, cards: tuple[Card, ...]) -> dict[int, str]:
    """A template sentence for each of these cards: what sets it apart from the others."""
    glossary = run.floor.shop.glossary
    told: dict[int, str] = {}
    for card in cards:
        others = [other.product for other in cards if other is not card]
        apart = say(run.language, "joiner").join(differing(card.product, others, run.language, glossary))
        phrase = "sentence" if apart else "plain_sentence"
        told[card.handle] = say(run.language, phrase, title=spoken_name(card), reason=apart)
    return told


async def about(run: Run, cards: tuple[Card, ...], alone: bool) -> AsyncGenerator[TurnEvent, None]:
    """A question about shown products, answered from what the shop says of them."""
    if not cards:
        async for event in question(run, say(run.language, "which_one")):
            yield event
        return
    prompt = answer_prompt(run.floor.shop, run.message.text, cards, run.language)
    glossary, asked = run.floor.shop.glossary, run.parsed.query
    templates = {
        card.handle: answer(card.product, asked, run.language, glossary, title=spoken_name(card)) for card in cards
    }
    async with aclosing(narrated(run, prompt, cards, templates, alone)) as events:
        async for event in events:
            yield event


async def small_talk(run: Run, alone: bool) -> AsyncGenerator[TurnEvent, None]:
    prompt = small_talk_prompt(run.floor.shop, run.message.text, run.language)
    async with aclosing(narrated(run, prompt, (), {}, alone)) as events:
        async for event in events:
            yield event


async def ask(run: Run, call: AskShopper) -> AsyncGenerator[TurnEvent, None]:
    gate = await asyncio.to_thread(Gate, (), run.message.text, run.language)
    own = run.parsed.unresolved or gate.judge(call.question.rstrip("?？"), None).ok
    backed = own and any(map(str.isalpha, call.question))
    async for event in question(run, call.question if backed else say(run.language, "what_for")):
        yield event


def asked_for(run: Run, call: SearchCatalog | Refine) -> Constraints:
    """The standing request once this message is counted in. What the shopper said in figures wins over the model."""
    standing, wishes = run.conversation.constraints, run.parsed.wishes
    if isinstance(call, SearchCatalog):
        own_words = run.parsed.need and run.language == run.floor.shop.language
        need = run.parsed.query if own_words else call.query
        category = wishes.categories[0] if wishes.categories else call.category
        return standing.searching(need, category).wished(wishes)
    shown = run.conversation.shelf.current
    cards = shown.cards if shown else ()
    named = tuple(card for card in cards if card.handle == call.item)
    words = run.parsed.query if run.language == run.floor.shop.language else call.query
    added = words if call.change == "narrow" else ""
    need = f"{standing.need} {added}".strip() if added.casefold() not in standing.need.casefold() else standing.need
    critiqued = standing.critiqued(call.change, named or cards)
    if call.change == "similar" and named:
        need = named[0].product.title
    return critiqued.model_copy(update={"need": need}).wished(wishes)


async def _checked_category(run: Run, wanted: Constraints, result: SearchResult) -> tuple[Constraints, SearchResult]:
    """A category that only the model named holds if the words alone find something in it; else it was a guess."""
    open_wish = wanted.model_copy(update={"category": None})
    found = await search(run, open_wish)
    agreed = any(wanted.category in hit.product.categories for hit in found.hits)
    return (wanted, result) if agreed else (open_wish, found)
