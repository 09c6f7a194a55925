"""The answers about the shop rather than its products: from its pages, from the shopper's orders, by a person.

Each quotes, or says what a store says: no model writes here, so nothing is promised that the shop does not promise.
Knows nothing of how the answer was chosen.
"""

from collections.abc import AsyncGenerator, Mapping, Sequence

from agent.events import (
    Answer,
    HandoffChanged,
    OrdersShown,
    QuestionAsked,
    RequestPrepared,
    SourcesCited,
    TurnEvent,
)
from agent.handoff import handed
from agent.orders import Order, OrderDesk, OrderError, OrderStatus, RequestKind, ServiceRequest
from agent.orderwords import TOLD, label, lines_meant, pressing, sentence
from agent.phrases import say
from agent.quoting import SURE, differing, quote, source, surely
from agent.run import Run, spoken
from agent.tools import HandOff, HandoffReason, LookUpOrders, PrepareRequest
from retrieval.knowledge.passage import PassageHit

OPEN: dict[RequestKind, tuple[OrderStatus, ...]] = {
    "cancel": ("placed", "processed"),
    "return": ("delivered", "shipped"),
    "exchange": ("delivered", "shipped"),
}
"""Where an order stands that can be meant, where none was named."""


async def from_pages(run: Run) -> AsyncGenerator[TurnEvent, None]:
    """What the shop's own pages say; that they do not say it, where they do not."""
    found = await run.floor.retriever.passages(run.message.text)
    if not found or found[0].score < SURE:
        run.helped = False
        nearest = (source(found[0]),) if found else ()
        if nearest:
            yield SourcesCited(turn_id=run.turn_id, sources=nearest)
        told = (
            say(run.language, "pages_nearest", title=nearest[0].title) if nearest else say(run.language, "pages_silent")
        )
        async for event in spoken(run, (told,)):
            yield event
        return
    async for event in quoted(run, found):
        yield event


async def quoted(run: Run, found: Sequence[PassageHit]) -> AsyncGenerator[TurnEvent, None]:
    """The passages, in their own words, with where they stand. Where two pages contradict, both are told."""
    told = differing(found)
    yield SourcesCited(turn_id=run.turn_id, sources=tuple(source(hit) for hit in told))
    sentences = [quote(told[0])]
    if len(told) > 1:
        sentences = [say(run.language, "page_says", title=hit.passage.title, text=quote(hit)) for hit in told]
        sentences.append(say(run.language, "pages_differ"))
    elif told[0].passage.language != run.language:
        sentences = [say(run.language, "page_says", title=told[0].passage.title, text=quote(told[0]))]
    async for event in spoken(run, sentences):
        yield event


async def orders(run: Run, call: LookUpOrders) -> AsyncGenerator[TurnEvent, None]:
    """Where this shopper's orders stand. Another shopper's order is answered as one that does not exist."""
    desk, shopper = run.floor.orders, run.conversation.user_id
    if desk is None or shopper is None:
        async for event in _nobody(run, desk):
            yield event
        return
    try:
        found = [await desk.order(shopper, number) for number in call.numbers]
        known = [order for order in found if order] if call.numbers else pressing(await desk.orders(shopper))
    except OrderError:
        async for event in _orders_down(run):
            yield event
        return
    missing = [number for number, order in zip(call.numbers, found, strict=True) if order is None]
    sentences = [sentence(order, run.language, titles(run)) for order in known]
    sentences += [say(run.language, "no_such_order", number=number) for number in missing]
    run.helped = bool(known)
    if known:
        yield OrdersShown(turn_id=run.turn_id, orders=tuple(known))
    async for event in spoken(run, sentences or (say(run.language, "no_orders"),)):
        yield event


def titles(run: Run) -> Mapping[str, str]:
    """The shop's names for its products in the shopper's language, where that is not the catalogue's."""
    return run.floor.shop.glossary.titles if run.language != run.floor.shop.language else {}


async def prepare(run: Run, call: PrepareRequest) -> AsyncGenerator[TurnEvent, None]:
    """A request for a person to confirm: which order, which of its lines. Nothing is done."""
    desk, shopper = run.floor.orders, run.conversation.user_id
    if desk is None or shopper is None:
        async for event in _nobody(run, desk):
            yield event
        return
    try:
        meant = await _meant(run, call, desk, shopper)
    except OrderError:
        async for event in _orders_down(run):
            yield event
        return
    if not meant:
        run.helped = False
        named = say(run.language, "no_such_order", number=call.number) if call.number else ""
        async for event in spoken(run, (named or say(run.language, f"nothing_to:{call.kind}"),)):
            yield event
        return
    yield OrdersShown(turn_id=run.turn_id, orders=tuple(meant[:TOLD]))
    if len(meant) > 1:
        async for event in _which_order(run, call.kind, meant[:TOLD]):
            yield event
        return
    order = meant[0]
    items = lines_meant(order, run.message.text, run.floor.shop.glossary.titles)
    request = ServiceRequest(kind=call.kind, order=order.number, items=items)
    rule = surely(await run.floor.retriever.passages(say(run.language, f"rule:{call.kind}"), 1), run.language)
    if rule:
        yield SourcesCited(turn_id=run.turn_id, sources=(source(rule[0]),))
    yield RequestPrepared(turn_id=run.turn_id, request=request)
    names = {item.title: titles(run).get(item.product_id, item.title) for item in order.items}
    what = say(run.language, "comma").join(names[each] for each in items) or say(run.language, "whole_order")
    told = [
        sentence(order, run.language, titles(run)),
        *((quote(rule[0]),) if rule else ()),
        say(run.language, f"prepared:{call.kind}", what=what, number=order.number),
        say(run.language, "pass_it_on"),
    ]
    async for event in spoken(run, told):
        yield event
    for event in _offered(run, HandOff(state="offered", reason="request"), "pass_it_on"):
        yield event


async def hand_off(run: Run, call: HandOff) -> AsyncGenerator[TurnEvent, None]:
    """A person is offered, called, or not wanted after all: always said."""
    if call.state == "offered":
        async for event in spoken(run, (say(run.language, "sorry"), say(run.language, "offer_person"))):
            yield event
        for event in _offered(run, call, "offer_person"):
            yield event
        return
    told = [say(run.language, f"called:{call.state}", contact=run.floor.shop.contact.get(run.language, "")).strip()]
    if call.state == "waiting" and call.reason == "safety":
        told.insert(0, say(run.language, "safety_first"))
    yield handed(run.conversation, call, run.language)
    async for event in spoken(run, told):
        yield event


async def offer_person(run: Run, reason: HandoffReason) -> AsyncGenerator[TurnEvent, None]:
    """A person is offered, after what was answered."""
    async for event in spoken(run, (say(run.language, "offer_person"),), part="offer"):
        yield event
    for event in _offered(run, HandOff(state="offered", reason=reason), "offer_person"):
        yield event


def _offered(run: Run, call: HandOff, question: str) -> tuple[HandoffChanged, QuestionAsked]:
    answers = tuple(Answer(label=say(run.language, each), text=say(run.language, each)) for each in ("yes", "no"))
    asked = QuestionAsked(turn_id=run.turn_id, text=say(run.language, question), answers=answers)
    return handed(run.conversation, call, run.language), asked


async def _nobody(run: Run, desk: OrderDesk | None) -> AsyncGenerator[TurnEvent, None]:
    """Orders are asked after that cannot be seen: how the shop does it, and who may see them."""
    found = surely(await run.floor.retriever.passages(run.message.text, 1), run.language)
    if found:
        yield SourcesCited(turn_id=run.turn_id, sources=(source(found[0]),))
    own = say(run.language, "sign_in" if desk else "no_desk")
    async for event in spoken(run, (own, *map(quote, found))):
        yield event


async def _orders_down(run: Run) -> AsyncGenerator[TurnEvent, None]:
    run.helped = False
    async for event in spoken(run, (say(run.language, "orders_down"),)):
        yield event


async def _meant(run: Run, call: PrepareRequest, desk: OrderDesk, shopper: str) -> list[Order]:
    """The orders that can be meant: the one that was named, the one spoken of last, else those that the words or their
    standing allow."""
    number = call.number or run.conversation.order
    if number:
        order = await desk.order(shopper, number)
        if order or call.number:
            return [order] if order else []
    orders = list(await desk.orders(shopper))
    named = [order for order in orders if lines_meant(order, run.message.text, run.floor.shop.glossary.titles)]
    return named or [order for order in orders if order.status in OPEN[call.kind]]


async def _which_order(run: Run, kind: RequestKind, meant: Sequence[Order]) -> AsyncGenerator[TurnEvent, None]:
    text = say(run.language, "which_order")
    async for event in spoken(run, (text,)):
        yield event
    answers = tuple(
        Answer(label=label(order), text=say(run.language, f"do:{kind}", number=order.number)) for order in meant
    )
    yield QuestionAsked(turn_id=run.turn_id, text=text, answers=answers)
