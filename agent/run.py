"""Run: what one turn works with and has come to so far, and the steps that every kind of answer shares.

Knows nothing of which answer a turn gives (`answers.py`) or in which order (`turn.py`).
"""

import time
from collections.abc import AsyncGenerator, Sequence
from contextlib import aclosing
from dataclasses import dataclass, field

from agent.constraints import Constraints
from agent.conversation import Conversation
from agent.events import (
    Answer,
    CallReport,
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
    TurnEvent,
    TurnReport,
)
from agent.grounding import Gate
from agent.intent import Intent
from agent.naming import named
from agent.narrate import Narration, narrate
from agent.orders import OrderDesk
from agent.parser import Parsed
from agent.patterns import THANKS
from agent.phrases import say
from agent.prompts import NARRATED
from agent.reasons import reasons
from agent.request import Request
from agent.shelf import Card, CardSet
from agent.shop import Shop
from agent.vocabulary import Vocabulary
from llm_server.chat import ChatError, ChatLoading, ChatModel, Message
from retrieval.knowledge.passage import PassageHit
from retrieval.query import Anchor, Facets, Filters, Retriever, SearchQuery, SearchResult

CARDS = 4
UNLIKE = -0.6
"""How much a product counts that the shopper wants nothing like."""
LOOKED_UP = 10
"""Products among which one that is called by name is looked for."""


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
    intent: Intent | None = None
    """Where the shop has a model of it."""
    orders: OrderDesk | None = None
    """Where the shop lets its orders be seen."""


@dataclass(slots=True)
class Run:
    """What one turn has come to so far."""

    floor: Floor
    conversation: Conversation
    message: ShopperMessage
    turn_id: str
    parsed: Parsed
    began: float
    instant: CardSet | None = None
    found: list[tuple[Constraints, int, SearchResult]] = field(
        default_factory=list[tuple[Constraints, int, SearchResult]]
    )
    """What was searched for in this turn, for how many products, and what was found."""
    counted: list[tuple[Filters, Facets]] = field(default_factory=list[tuple[Filters, Facets]])
    """What can be asked for among the products that fit."""
    bearing: dict[str, tuple[PassageHit, ...]] = field(default_factory=dict[str, tuple[PassageHit, ...]])
    """By product, what was found to bear on the question."""
    calls: list[CallReport] = field(default_factory=list[CallReport])
    narration: Narration = field(default_factory=Narration)
    cards_at: float | None = None
    plan_at: float | None = None
    helped: bool = True
    """False once the shopper was told that it is not known, or that nothing was found."""

    @property
    def language(self) -> Language:
        return self.parsed.language

    @property
    def shown(self) -> tuple[Card, ...]:
        """The cards on the screen."""
        current = self.conversation.shelf.current
        return current.cards if current else ()

    @property
    def left(self) -> float:
        """Seconds until the deadline, a second kept back to end the turn in."""
        return max(self.began + self.floor.seconds - time.monotonic() - 1.0, 0.05)


async def called_by_name(run: Run) -> CardSet | None:
    """Where a question calls products by name, they are what it points at; such as are not on the screen are shown."""
    parsed = run.parsed
    if not (parsed.asks or parsed.compare) or (parsed.items and not parsed.loose):
        return None
    found = await search(run, Constraints(need=run.message.text), limit=LOOKED_UP)
    called = named(run.message.text, [hit.product for hit in found.hits], run.floor.shop.glossary.titles)[:CARDS]
    if not called or (parsed.compare and len(called) < 2):
        return None
    ids = [product.id for product in called]
    new = None
    if not set(ids) <= {card.product.id for card in run.shown}:
        kept = SearchResult(hits=tuple(hit for hit in found.hits if hit.product.id in ids), arm=found.arm)
        new = card_set(run, (kept,), run.conversation.request.model_copy(update={"spoken": 1}), provisional=False)
        new = new.model_copy(update={"id": f"{run.turn_id}.n"})
        run.conversation = run.conversation.told(ProductsShown(card_set=new))
    items = tuple(card.handle for card in run.shown if card.product.id in ids)
    run.parsed = parsed.model_copy(update={"items": items, "unresolved": False, "change": None})
    return new


async def search(run: Run, wanted: Constraints, *, limit: int = CARDS) -> SearchResult:
    """What is found for this request. Where the plan only repeats what the words said, it is not searched again."""
    for sought, most, result in run.found:
        if most == limit and sought == wanted:
            return result
    context = run.conversation.profile.context(run.message.time, prefer=wanted.prefer, limit=limit)
    shunned = tuple(Anchor(product_id=each, weight=UNLIKE, event="thumb_down") for each in wanted.unlike)
    context = context.model_copy(update={"anchors": (*context.anchors, *shunned)})
    result = await run.floor.retriever.search(SearchQuery(text=wanted.words[:1000], filters=wanted.filters), context)
    run.found.append((wanted, limit, result))
    return result


async def facets(run: Run, wanted: Constraints) -> Facets:
    """Of the products that fit this request, counted once a turn. Raises RetrievalError."""
    for filters, counts in run.counted:
        if filters == wanted.filters:
            return counts
    counts = await run.floor.retriever.facets(wanted.filters)
    run.counted.append((wanted.filters, counts))
    return counts


async def searched(run: Run, wanted: Request) -> tuple[SearchResult, ...]:
    """What was found for each role that was spoken of."""
    limit = max(2, CARDS // wanted.spoken)
    return tuple([await search(run, role, limit=limit) for role in wanted.meant])


def card_set(run: Run, found: Sequence[SearchResult], wanted: Request, *, provisional: bool) -> CardSet:
    """The cards of what was found for each role, one role after the other."""
    cards: list[Card] = []
    for role, result in zip(wanted.meant, found, strict=True):
        fresh = [hit for hit in result.hits if all(hit.product.id != card.product.id for card in cards)]
        group = [
            Card(
                handle=len(cards) + place,
                product=hit.product,
                score=hit.score,
                contributions=hit.contributions,
                diversity=hit.diversity,
                features=hit.features,
            )
            for place, hit in enumerate(fresh, start=1)
        ]
        why = reasons(group, role, run.conversation.profile, run.language, run.floor.shop.glossary)
        cards += [card.model_copy(update={"reason": why.get(card.handle)}) for card in group]
    arms = dict.fromkeys(result.arm for result in found if result.hits and result.arm)
    return CardSet(
        id=f"{run.turn_id}.{'a' if provisional else 'b'}",
        turn_id=run.turn_id,
        provisional=provisional,
        cards=tuple(cards),
        relaxed=tuple(each for result in found for each in result.relaxed),
        arm="+".join(arms) or "production",
    )


def sentences(run: Run, cards: Sequence[Card]) -> dict[int, str]:
    """The template sentence of each card, by handle."""
    return {
        card.handle: say(run.language, "sentence", title=spoken_name(card), reason=card.reason.text)
        if card.reason
        else say(run.language, "plain_sentence", title=spoken_name(card))
        for card in cards
    }


def notices(run: Run, results: Sequence[SearchResult]) -> list[NoticeGiven]:
    found: list[NoticeGiven] = []
    joiner = "、" if run.language == "zh" else ", "
    spelt = run.floor.shop.glossary if run.language == "zh" else str
    relaxed = [each for result in results for each in result.relaxed]
    for code, fields in (
        ("relaxed", [spelt(each.name) if each.name else say(run.language, each.field) for each in relaxed]),
        ("unknown_field", [say(run.language, name) for result in results for name in result.unknown_fields]),
    ):
        if fields:
            listed = joiner.join(dict.fromkeys(fields))
            text = say(run.language, code, fields=listed)
            found.append(NoticeGiven.model_validate({"code": code, "text": text, "detail": listed}))
    return found


def absent(run: Run, failure: ChatError) -> NoticeGiven:
    """The model is away: on its way, or down."""
    if isinstance(failure, ChatLoading):
        return NoticeGiven(code="loading", text=say(run.language, "loading", detail=failure), detail=str(failure))
    return NoticeGiven(code="degraded", text=say(run.language, "degraded"), detail=type(failure).__name__)


async def spoken(run: Run, sentences: Sequence[str], *, part: str = "text") -> AsyncGenerator[TurnEvent, None]:
    """Sentences of our own, with no model. `part` parts them from what was said before in the turn."""
    message_id = f"{run.turn_id}.{part}"
    gap = "" if run.language == "zh" else " "
    yield TextStarted(message_id=message_id)
    for place, sentence in enumerate(sentences):
        run.narration.templates += 1
        yield TextAdded(message_id=message_id, delta=(gap if place else "") + sentence, by="template")
    yield TextFinished(message_id=message_id)


async def question(run: Run, text: str, labels: Sequence[str]) -> AsyncGenerator[TurnEvent, None]:
    """A question in place of products, with answers that can be tapped."""
    async for event in spoken(run, (text,)):
        yield event
    yield asked(run, text, labels)


def asked(run: Run, text: str, labels: Sequence[str]) -> QuestionAsked:
    answers = tuple(Answer(label=label, text=label) for label in labels)
    return QuestionAsked(turn_id=run.turn_id, text=text, answers=answers)


def kinds(run: Run) -> tuple[str, ...]:
    """What this shop has most of, in the shopper's language."""
    glossary = run.floor.shop.glossary
    ranked = sorted(run.floor.facets.categories.items(), key=lambda pair: -pair[1])
    return tuple(glossary(name) if run.language == "zh" else name for name, _ in ranked[:4])


async def narrated(
    run: Run,
    prompt: Sequence[Message],
    cards: tuple[Card, ...],
    templates: dict[int, str],
    alone: bool,
    *,
    last: str = "",
) -> AsyncGenerator[TurnEvent, None]:
    """Prose: the model's backed clauses, then templates for what they did not name, then a sentence of our own.
    Templates alone without the model."""
    if alone:
        ours = (*(templates.values() or (_courtesy(run),)), *((last,) if last else ()))
        async for event in spoken(run, ours):
            yield event
        return
    message_id = f"{run.turn_id}.text"
    yield StepStarted(step="narrate")
    yield TextStarted(message_id=message_id)
    glossary = run.floor.shop.glossary.reverse
    gate = Gate(cards[:NARRATED], run.message.text, run.language, glossary=glossary)
    names = {card.handle: spoken_name(card) for card in cards}
    pieces = narrate(run.floor.model, prompt, gate, names, templates, run.language, run.narration, seconds=run.left)
    said = False
    async with aclosing(pieces) as clauses:
        async for piece in clauses:
            said = True
            yield TextAdded(message_id=message_id, delta=piece.text, by=piece.by)
    if not said:
        yield TextAdded(message_id=message_id, delta=_courtesy(run), by="template")
    if last:
        run.narration.templates += 1
        yield TextAdded(message_id=message_id, delta=("" if run.language == "zh" else " ") + last, by="template")
    run.calls.append(run.narration.report)
    yield TextFinished(message_id=message_id)
    yield StepFinished(step="narrate")
    if run.narration.failure:
        yield absent(run, run.narration.failure)


def report_of(run: Run) -> TurnReport:
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


def _courtesy(run: Run) -> str:
    """What is said where there is nothing to say."""
    return say(run.language, "welcome" if THANKS.search(run.message.text) else "small_talk")


def spoken_name(card: Card) -> str:
    """The product's name as prose says it: its title, cut at a word before 70 characters."""
    title = card.product.title
    return title if len(title) <= 70 else title[:70].rsplit(" ", 1)[0].rstrip(" ,-–(")
