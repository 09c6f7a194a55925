"""run_turn: the whole story of a turn on one page.

    words -> parsed -> instant cards -> plan -> constraints -> search -> cards with reasons -> prose

Every turn ends: with an answer, with template sentences where the model is away, or with a TurnFailed. This file alone
turns errors into events. Closing the generator early (a cancelled turn) frees the engine.
"""

import time
from collections.abc import AsyncGenerator, Sequence
from contextlib import aclosing
from dataclasses import dataclass, field
from datetime import UTC, datetime
from uuid import uuid4

from agent.compare import comparison
from agent.constraints import Constraints
from agent.conversation import Conversation
from agent.events import (
    Answer,
    CallReport,
    ComparisonShown,
    ConstraintsChanged,
    Language,
    NoticeGiven,
    ProductsShown,
    QuestionAsked,
    ShopperMessage,
    StepFinished,
    StepStarted,
    TextAdded,
    TextFinished,
    TextStarted,
    ToolChosen,
    TurnEvent,
    TurnFailed,
    TurnFinished,
    TurnReport,
    TurnStarted,
)
from agent.grounding import Gate
from agent.narrate import Narration, narrate
from agent.parser import Parsed, Vocabulary, parse
from agent.phrases import say
from agent.plan import plan
from agent.prompts import NARRATED, answer_prompt, narrate_prompt, plan_prompt
from agent.reasons import facts, reasons
from agent.shelf import Card, CardSet
from agent.shop import Shop
from agent.tools import AskShopper, Compare, Refine, Reply, SearchCatalog, schema
from llm_server.chat import ChatError, ChatLoading, ChatModel, Message
from retrieval.query import Facets, RetrievalError, Retriever, SearchQuery, SearchResult

CARDS = 4
PLAN_SHARE = 0.5
"""At most this share of a turn's time goes to planning."""


@dataclass(frozen=True, slots=True)
class Floor:
    """What a turn works with: the shop, its live facets, and the two engines behind their seams."""

    shop: Shop
    facets: Facets
    vocabulary: Vocabulary
    retriever: Retriever
    model: ChatModel
    seconds: float = 60.0
    """The deadline of a turn."""


@dataclass(slots=True)
class _Run:
    """What one turn has come to so far."""

    floor: Floor
    conversation: Conversation
    message: ShopperMessage
    turn_id: str
    parsed: Parsed
    began: float
    instant: CardSet | None = None
    calls: list[CallReport] = field(default_factory=list[CallReport])
    narration: Narration = field(default_factory=Narration)
    cards_at: float | None = None
    plan_at: float | None = None

    @property
    def language(self) -> Language:
        return self.parsed.language

    @property
    def left(self) -> float:
        """Seconds until the deadline, a second kept back to end the turn in."""
        return max(self.began + self.floor.seconds - time.monotonic() - 1.0, 0.05)


async def run_turn(
    conversation: Conversation, message: ShopperMessage, floor: Floor
) -> AsyncGenerator[TurnEvent, None]:
    """Answer one message. Yields TurnStarted first and TurnFinished or TurnFailed last."""
    began = time.monotonic()
    shown = conversation.shelf.current.cards if conversation.shelf.current else ()
    parsed = parse(message.text, floor.vocabulary, shown)
    run = _Run(floor, conversation, message, uuid4().hex[:12], parsed, began)
    yield TurnStarted(turn_id=run.turn_id, message_id=message.id, language=parsed.language, time=datetime.now(UTC))
    try:
        async with aclosing(_instant_cards(run)) as events:
            async for event in events:
                yield event

        yield StepStarted(step="plan")
        told = plan_prompt(
            floor.shop, floor.facets, shown, conversation.constraints, conversation.profile, message.text
        )
        offered = schema(floor.facets, len(shown))
        made = await plan(floor.model, told, offered, parsed, shown, seconds=run.left * PLAN_SHARE)
        run.calls.append(made.report)
        run.plan_at = time.monotonic() - began
        chosen_by = "model" if made.by_model else "parser"
        yield ToolChosen(call_id=f"{run.turn_id}.call", call=made.call, chosen_by=chosen_by)
        yield StepFinished(step="plan")
        if made.failure:
            yield _absent(run, made.failure)

        async with aclosing(_answer(run, made.call, bool(made.failure))) as events:
            async for event in events:
                yield event
    except RetrievalError:
        yield TurnFailed(turn_id=run.turn_id, code="retrieval_down", text=say(parsed.language, "retrieval_down"))
        return
    yield TurnFinished(turn_id=run.turn_id, report=_report(run))


async def _instant_cards(run: _Run) -> AsyncGenerator[TurnEvent, None]:
    """What the words alone ask for, before any model has answered."""
    if not run.parsed.need or run.parsed.change or run.parsed.compare:
        return
    named = run.parsed.wishes.categories[0] if run.parsed.wishes.categories else None
    wanted = run.conversation.constraints.searching(run.parsed.query, named).wished(run.parsed.wishes)
    result = await _search(run, wanted)
    if result.hits:
        run.instant = _card_set(run, result, wanted, provisional=True)
        run.cards_at = time.monotonic() - run.began
        yield ProductsShown(card_set=run.instant)


async def _answer(
    run: _Run, call: SearchCatalog | Refine | Compare | AskShopper | Reply, alone: bool
) -> AsyncGenerator[TurnEvent, None]:
    """Do what was planned. `alone`: the model is away."""
    shown = run.conversation.shelf.current
    if run.instant and isinstance(call, Compare | Reply | AskShopper) and shown:
        # The words looked like a need, the plan says otherwise: what the shopper was looking at comes back.
        yield ProductsShown(card_set=shown.model_copy(update={"id": f"{run.turn_id}.b", "turn_id": run.turn_id}))
    match call:
        case _ if run.parsed.unresolved:
            steps = _question(run, say(run.language, "which_one"))
        case SearchCatalog() | Refine():
            steps = _recommend(run, call, alone)
        case Compare():
            steps = _compare(run, call, alone)
        case Reply(items=items) if items and shown:
            steps = _about(run, tuple(card for card in shown.cards if card.handle in items), alone)
        case Reply():
            steps = _small_talk(run, alone)
        case AskShopper():
            steps = _ask(run, call)
    async with aclosing(steps) as events:
        async for event in events:
            yield event


async def _recommend(run: _Run, call: SearchCatalog | Refine, alone: bool) -> AsyncGenerator[TurnEvent, None]:
    before = run.conversation.constraints
    after = _asked_for(run, call)
    if run.parsed.foreign_currency:
        currency = run.floor.shop.currency
        text = say(run.language, "currency", currency=currency)
        yield NoticeGiven(code="currency", text=text, detail=run.parsed.foreign_currency)
    yield StepStarted(step="retrieve")
    result = await _search(run, after)
    if isinstance(call, SearchCatalog) and call.category and not run.parsed.wishes.categories:
        after, result = await _checked_category(run, after, result)
    yield StepFinished(step="retrieve")
    if result.relaxed:
        after = after.relaxed(result.relaxed)
    if after != before:
        yield ConstraintsChanged(before=before, after=after)
    for notice in _notices(run, result):
        yield notice
    if not result.hits:
        yield NoticeGiven(code="nothing_found", text=say(run.language, "nothing_found"))
        async for event in _say(run, (say(run.language, "nothing_found"),)):
            yield event
        return
    yield StepStarted(step="rank")
    final = _card_set(run, result, after, provisional=False)
    if run.instant and run.instant.ids == final.ids:
        final = final.model_copy(update={"id": run.instant.id})
    run.cards_at = run.cards_at or time.monotonic() - run.began
    yield ProductsShown(card_set=final)
    yield StepFinished(step="rank")
    told = narrate_prompt(run.floor.shop, run.message.text, after.need, final.cards, run.language)
    async with aclosing(_narrated(run, told, final.cards, _sentences(run, final.cards), alone)) as events:
        async for event in events:
            yield event


async def _compare(run: _Run, call: Compare, alone: bool) -> AsyncGenerator[TurnEvent, None]:
    shown = run.conversation.shelf.current
    cards = tuple(card for card in shown.cards if card.handle in call.items) if shown else ()
    if len(cards) < 2:
        async for event in _question(run, say(run.language, "which_one")):
            yield event
        return
    rows = comparison(cards, run.language, run.floor.shop.glossary)
    columns = tuple(card.handle for card in cards)
    yield ComparisonShown(turn_id=run.turn_id, columns=columns, rows=rows)
    told = narrate_prompt(run.floor.shop, run.message.text, run.conversation.constraints.need, cards, run.language)
    async with aclosing(_narrated(run, told, cards, _sentences(run, cards), alone)) as events:
        async for event in events:
            yield event


async def _about(run: _Run, cards: tuple[Card, ...], alone: bool) -> AsyncGenerator[TurnEvent, None]:
    """A question about shown products, answered from what the shop says of them."""
    if not cards:
        async for event in _question(run, say(run.language, "which_one")):
            yield event
        return
    told = answer_prompt(run.floor.shop, run.message.text, cards, run.language)
    templates: dict[int, str] = {}
    for card in cards:
        known = facts(card.product, run.language, run.floor.shop.glossary, most=6)
        phrase = "facts_sentence" if known else "not_known"
        joined = say(run.language, "joiner").join(known)
        templates[card.handle] = say(run.language, phrase, title=spoken_name(card), facts=joined)
    async with aclosing(_narrated(run, told, cards, templates, alone)) as events:
        async for event in events:
            yield event


async def _small_talk(run: _Run, alone: bool) -> AsyncGenerator[TurnEvent, None]:
    told = narrate_prompt(run.floor.shop, run.message.text, "", (), run.language)
    async with aclosing(_narrated(run, told, (), {}, alone)) as events:
        async for event in events:
            yield event


async def _ask(run: _Run, call: AskShopper) -> AsyncGenerator[TurnEvent, None]:
    gate = Gate((), run.message.text, run.language)
    backed = gate.judge(call.question.rstrip("?？"), None).ok and any(map(str.isalpha, call.question))
    async for event in _question(run, call.question if backed else say(run.language, "what_for")):
        yield event


async def _question(run: _Run, text: str) -> AsyncGenerator[TurnEvent, None]:
    zh = run.language == "zh"
    glossary = run.floor.shop.glossary
    ranked = sorted(run.floor.facets.categories.items(), key=lambda pair: -pair[1])
    labels = [glossary(name) if zh else name for name, _ in ranked[:4]]
    async for event in _say(run, (text,)):
        yield event
    answers = tuple(Answer(label=label, text=label) for label in labels)
    yield QuestionAsked(turn_id=run.turn_id, text=text, answers=answers)


async def _narrated(
    run: _Run, told: Sequence[Message], cards: tuple[Card, ...], templates: dict[int, str], alone: bool
) -> AsyncGenerator[TurnEvent, None]:
    """Prose: the model's backed clauses, then templates for what they did not name. Templates alone without it."""
    if alone:
        async for event in _say(run, tuple(templates.values()) or (say(run.language, "small_talk"),)):
            yield event
        return
    message_id = f"{run.turn_id}.text"
    yield StepStarted(step="narrate")
    yield TextStarted(message_id=message_id)
    gate = Gate(cards[:NARRATED], run.message.text, run.language, glossary=run.floor.shop.glossary.reverse)
    names = {card.handle: spoken_name(card) for card in cards}
    spoken = narrate(run.floor.model, told, gate, names, templates, run.language, run.narration, seconds=run.left)
    said = False
    async with aclosing(spoken) as pieces:
        async for piece in pieces:
            said = True
            yield TextAdded(message_id=message_id, delta=piece.text, by=piece.by)
    if not said:
        yield TextAdded(message_id=message_id, delta=say(run.language, "small_talk"), by="template")
    run.calls.append(run.narration.report)
    yield TextFinished(message_id=message_id)
    yield StepFinished(step="narrate")
    if run.narration.failure:
        yield _absent(run, run.narration.failure)


async def _say(run: _Run, sentences: Sequence[str]) -> AsyncGenerator[TurnEvent, None]:
    """Sentences of our own, with no model."""
    message_id = f"{run.turn_id}.text"
    gap = "" if run.language == "zh" else " "
    yield TextStarted(message_id=message_id)
    for place, sentence in enumerate(sentences):
        run.narration.templates += 1
        yield TextAdded(message_id=message_id, delta=(gap if place else "") + sentence, by="template")
    yield TextFinished(message_id=message_id)


def _asked_for(run: _Run, call: SearchCatalog | Refine) -> Constraints:
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


async def _search(run: _Run, wanted: Constraints) -> SearchResult:
    context = run.conversation.profile.context(run.message.time, prefer=wanted.prefer, limit=CARDS)
    return await run.floor.retriever.search(SearchQuery(text=wanted.need[:1000], filters=wanted.filters), context)


async def _checked_category(run: _Run, wanted: Constraints, result: SearchResult) -> tuple[Constraints, SearchResult]:
    """A category that only the model named holds if the words alone find something in it; else it was a guess."""
    open_wish = wanted.model_copy(update={"category": None})
    found = await _search(run, open_wish)
    agreed = any(wanted.category in hit.product.categories for hit in found.hits)
    return (wanted, result) if agreed else (open_wish, found)


def _card_set(run: _Run, result: SearchResult, wanted: Constraints, *, provisional: bool) -> CardSet:
    cards = tuple(
        Card(
            handle=place, product=hit.product, score=hit.score, contributions=hit.contributions, diversity=hit.diversity
        )
        for place, hit in enumerate(result.hits, start=1)
    )
    why = reasons(cards, wanted, run.conversation.profile, run.language, run.floor.shop.glossary)
    return CardSet(
        id=f"{run.turn_id}.{'a' if provisional else 'b'}",
        turn_id=run.turn_id,
        provisional=provisional,
        cards=tuple(card.model_copy(update={"reason": why.get(card.handle)}) for card in cards),
        relaxed=result.relaxed,
    )


def _sentences(run: _Run, cards: Sequence[Card]) -> dict[int, str]:
    """The template sentence of each card, by handle."""
    return {
        card.handle: say(run.language, "sentence", title=spoken_name(card), reason=card.reason.text)
        if card.reason
        else say(run.language, "plain_sentence", title=spoken_name(card))
        for card in cards
    }


def _notices(run: _Run, result: SearchResult) -> list[NoticeGiven]:
    found: list[NoticeGiven] = []
    joiner = "、" if run.language == "zh" else ", "
    for code, fields in (
        ("relaxed", [relaxation.name or say(run.language, relaxation.field) for relaxation in result.relaxed]),
        ("unknown_field", [say(run.language, name) for name in result.unknown_fields]),
    ):
        if fields:
            listed = joiner.join(dict.fromkeys(fields))
            text = say(run.language, code, fields=listed)
            found.append(NoticeGiven.model_validate({"code": code, "text": text, "detail": listed}))
    return found


def _absent(run: _Run, failure: ChatError) -> NoticeGiven:
    """The model is away: on its way, or down."""
    if isinstance(failure, ChatLoading):
        return NoticeGiven(code="loading", text=say(run.language, "loading", detail=failure), detail=str(failure))
    return NoticeGiven(code="degraded", text=say(run.language, "degraded"), detail=type(failure).__name__)


def _report(run: _Run) -> TurnReport:
    first = run.narration.first_clause
    return TurnReport(
        calls=tuple(run.calls),
        cards_seconds=run.cards_at,
        plan_seconds=run.plan_at,
        prose_seconds=first - run.began if first else None,
        released=run.narration.released,
        dropped=tuple(run.narration.dropped),
        templates=run.narration.templates,
    )


def spoken_name(card: Card) -> str:
    """The product's name as prose says it: its title, cut at a word before 70 characters."""
    title = card.product.title
    return title if len(title) <= 70 else title[:70].rsplit(" ", 1)[0].rstrip(" ,-–(")
