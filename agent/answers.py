"""The answers: one function for each tool the plan can name. Each yields what the shopper sees, in order.

Knows nothing of how the tool was chosen.
"""

import asyncio
import time
from collections.abc import AsyncGenerator, Sequence
from contextlib import aclosing

from agent.asking import Split, best_split
from agent.compare import comparison, verdict
from agent.constraints import Wishes
from agent.events import (
    ComparisonShown,
    ConstraintsChanged,
    NoticeGiven,
    ProductsShown,
    SourcesCited,
    StepFinished,
    StepStarted,
    TurnEvent,
)
from agent.facts import answer, differing, told
from agent.facts import words as words_of
from agent.grounding import Gate
from agent.lexicon import english
from agent.phrases import say
from agent.prompts import answer_prompt, narrate_prompt, small_talk_prompt
from agent.quoting import CERTAIN, source, surely
from agent.request import Request
from agent.run import (
    Run,
    asked,
    card_set,
    facets,
    kinds,
    narrated,
    notices,
    question,
    searched,
    sentences,
    spoken,
    spoken_name,
)
from agent.shelf import Card
from agent.tools import AskShopper, Compare, Refine, SearchCatalog
from agent.wanted import asked_for
from retrieval.knowledge.passage import PassageHit
from retrieval.query import SearchResult

FEW_WORDS = 5
"""Words of a short wish, in which one that no product has is worth telling."""
ENOUGH_SAID = 3
"""A shopper who has stated so much is shown products, and asked nothing."""


async def recommend(run: Run, call: SearchCatalog | Refine, alone: bool) -> AsyncGenerator[TurnEvent, None]:
    before = run.conversation.request
    for notice in _foreign(run):
        yield notice
    yield StepStarted(step="retrieve")
    try:
        after = await asked_for(run, call)
        found = await searched(run, after)
        ask = await worth_asking(run, call, after)
    finally:
        yield StepFinished(step="retrieve")
    if after != before:
        yield ConstraintsChanged(before=before, after=after)
    for notice in notices(run, found):
        yield notice
    if unsold := not_sold(run, found):
        yield NoticeGiven(code="not_sold", text=say(run.language, "not_sold", words=unsold), detail=unsold)
    final = card_set(run, found, after, provisional=False)
    if not final.cards:
        run.helped = False
        yield NoticeGiven(code="nothing_found", text=say(run.language, "nothing_found"))
        async for event in spoken(run, (say(run.language, "nothing_found"),)):
            yield event
        return
    yield StepStarted(step="rank")
    if run.instant and run.instant.ids == final.ids:
        final = final.model_copy(update={"id": run.instant.id})
    run.cards_at = run.cards_at or time.monotonic() - run.began
    yield ProductsShown(card_set=final)
    yield StepFinished(step="rank")
    shown = run.conversation.shelf.current
    if not ask and shown and shown.turn_id != run.turn_id and shown.ids == final.ids:
        # A model that is told of the same products says the same of them, word for word.
        titles = say(run.language, "joiner").join(spoken_name(card) for card in final.cards)
        async for event in spoken(run, (say(run.language, "still", titles=titles),)):
            yield event
        return
    prompt = narrate_prompt(run.floor.shop, after.current.need, final.cards, run.language)
    text = asking(run, ask) if ask else ""
    prose = narrated(run, prompt, final.cards, sentences(run, final.cards), alone, last=text)
    async with aclosing(prose) as events:
        async for event in events:
            yield event
    if ask:
        glossary = run.floor.shop.glossary
        yield asked(run, text, [glossary(value) if run.language == "zh" else value for value in ask.values])


def _foreign(run: Run) -> list[NoticeGiven]:
    """A language or a currency that the shop does not have."""
    found: list[NoticeGiven] = []
    if run.parsed.foreign:
        found.append(NoticeGiven(code="language", text=say(run.language, "language")))
    if run.parsed.foreign_currency:
        text = say(run.language, "currency", currency=run.floor.shop.currency)
        found.append(NoticeGiven(code="currency", text=text, detail=run.parsed.foreign_currency))
    return found


async def worth_asking(run: Run, call: SearchCatalog | Refine, wanted: Request) -> Split | None:
    """What to ask beside the products of a need that was just stated: never after another question, nor of a shopper
    who has said a lot already."""
    role = wanted.current
    wishes = len(role.attributes) + len(role.limits) + len(role.brands) + bool(role.rating_min)
    if not isinstance(call, SearchCatalog) or wanted.spoken > 1 or run.conversation.asked or wishes >= ENOUGH_SAID:
        return None
    if role.category is None or run.parsed.most or role.prefer:
        return None
    return best_split(await facets(run, role), role)


def not_sold(run: Run, found: Sequence[SearchResult]) -> str:
    """What this message asked for that no product of this shop says a word of. Only of words in the catalogue's own
    language can that be told."""
    if run.language != run.floor.shop.language or not run.parsed.need:
        return ""
    said = set(words_of(run.parsed.query)) - english("function") - english("chatter")
    if len(said) > FEW_WORDS:
        return ""  # a longer wish has words that no shop uses, and is none the worse for it
    unknown = [word for result in found for word in result.unknown_words if word in said and len(word) > 3]
    return " ".join(dict.fromkeys(unknown))[:60]


def asking(run: Run, split: Split) -> str:
    """The question in words."""
    if split.name is None:
        return say(run.language, "which_kind")
    glossary = run.floor.shop.glossary
    return say(run.language, "which_value", name=glossary(split.name) if run.language == "zh" else split.name)


async def compare(run: Run, call: Compare, alone: bool) -> AsyncGenerator[TurnEvent, None]:
    shown = run.conversation.shelf.current
    cards = tuple(card for card in shown.cards if card.handle in call.items) if shown else ()
    if len(cards) < 2:
        async for event in which(run):
            yield event
        return
    rows = comparison(cards, run.language, run.floor.shop.glossary)
    columns = tuple(card.handle for card in cards)
    yield ComparisonShown(turn_id=run.turn_id, columns=columns, rows=rows)
    prompt = narrate_prompt(run.floor.shop, run.conversation.request.current.need, cards, run.language)
    names = {card.handle: spoken_name(card) for card in cards}
    last = verdict(cards, names, run.language)
    async with aclosing(narrated(run, prompt, cards, _differences(run, cards), alone, last=last)) as events:
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
        async for event in which(run):
            yield event
        return
    glossary, words = run.floor.shop.glossary, run.message.text
    certain = _certain(run, cards)
    if all(certain):  # the shop says it in so many words, and no model can say it more truly, or sooner
        async for event in spoken(run, certain):
            yield event
        return
    if said := await bearing(run, cards):
        async for event in _evidence(run, cards[0], said):
            yield event
        return
    run.helped = any(certain)
    prompt = answer_prompt(run.floor.shop, run.message.text, cards, run.language)
    templates = {
        card.handle: answer(card.product, words, run.language, glossary, title=spoken_name(card)) for card in cards
    }
    async with aclosing(narrated(run, prompt, cards, templates, alone)) as events:
        async for event in events:
            yield event


def _certain(run: Run, cards: Sequence[Card]) -> list[str]:
    """What the catalogue itself answers, of each card; empty where it does not."""
    glossary = run.floor.shop.glossary
    return [told(card.product, run.message.text, run.language, glossary, title=spoken_name(card)) for card in cards]


async def bearing(run: Run, cards: Sequence[Card]) -> tuple[PassageHit, ...]:
    """What bears on a question about one product that the catalogue does not answer: of this product, or else of
    everything the shop sells. Looked up once a turn."""
    if len(cards) != 1 or all(_certain(run, cards)):
        return ()
    retriever, words, card = run.floor.retriever, run.message.text, cards[0]
    if card.product.id not in run.bearing:
        found = await retriever.evidence(words, card.product.id, 1)
        found = found or tuple(surely(await retriever.passages(words, 1), run.language, CERTAIN))
        run.bearing[card.product.id] = found
    return run.bearing[card.product.id]


async def _evidence(run: Run, card: Card, said: Sequence[PassageHit]) -> AsyncGenerator[TurnEvent, None]:
    """What is said of the product, by the shop or by somebody who has it, in their words and with whose they are."""
    yield SourcesCited(turn_id=run.turn_id, sources=tuple(source(hit) for hit in said))
    how = {"review": "review_says", "answer": "answer_says", "page": "page_says"}
    name = spoken_name(card)
    told = [
        say(
            run.language,
            how.get(hit.kind, "quoted_sentence"),
            title=hit.passage.title if hit.kind == "page" else name,
            text=hit.sentence,
        )
        for hit in said
    ]
    async for event in spoken(run, told):
        yield event


async def small_talk(run: Run, alone: bool) -> AsyncGenerator[TurnEvent, None]:
    """Thanks and greetings. What no model should answer is answered in our own words."""
    parsed = run.parsed
    if parsed.instructs:
        async for event in spoken(run, (say(run.language, "refused"),)):
            yield event
        return
    prompt = small_talk_prompt(run.floor.shop, run.message.text, run.language)
    async with aclosing(narrated(run, prompt, (), {}, alone)) as events:
        async for event in events:
            yield event


async def which(run: Run) -> AsyncGenerator[TurnEvent, None]:
    """It cannot be told which of the shown products is meant. Asked once; the second time in a row what is shown is
    named instead."""
    names = [spoken_name(card) for card in run.shown]
    if run.conversation.asked and names:
        run.helped = False
        listed = ("、" if run.language == "zh" else "; ").join(names)
        steps = spoken(run, (say(run.language, "on_the_cards", titles=listed),))
    else:
        steps = question(run, say(run.language, "which_one"), names)
    async with aclosing(steps) as events:
        async for event in events:
            yield event


async def ask(run: Run, call: AskShopper) -> AsyncGenerator[TurnEvent, None]:
    """One question, since nobody could tell what is wanted; what was said beside it is kept for the answer."""
    before = run.conversation.request
    if run.parsed.wishes != Wishes():
        role = before.current.wished(run.parsed.wishes)
        yield ConstraintsChanged(before=before, after=before.speaking((before.current, role)))
    gate = await asyncio.to_thread(Gate, (), run.message.text, run.language)
    backed = any(map(str.isalpha, call.question)) and gate.judge(call.question.rstrip("?？"), None).ok
    async for event in question(run, call.question if backed else say(run.language, "what_for"), kinds(run)):
        yield event
