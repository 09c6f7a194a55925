"""TurnEvent -> AG-UI frames: the only place that knows the wire. Pure.

A frame is a JSON object without its `seq`: whoever sends it numbers it. What a page sends us is read by incoming.py.
"""

import json
from collections.abc import Sequence
from typing import Any, assert_never

from ag_ui.core import (
    AssistantMessage,
    BaseEvent,
    CustomEvent,
    Message,
    MessagesSnapshotEvent,
    RunAgentInput,
    RunErrorEvent,
    RunFinishedEvent,
    RunStartedEvent,
    StateDeltaEvent,
    StateSnapshotEvent,
    StepFinishedEvent,
    StepStartedEvent,
    TextMessageContentEvent,
    TextMessageEndEvent,
    TextMessageStartEvent,
    ToolCallArgsEvent,
    ToolCallEndEvent,
    ToolCallResultEvent,
    ToolCallStartEvent,
    UserMessage,
)

from agent.conversation import Conversation, Said
from agent.events import (
    ComparisonShown,
    ConstraintsChanged,
    HandoffChanged,
    NoticeGiven,
    OrdersShown,
    ProductsShown,
    QuestionAsked,
    ReasonGiven,
    RequestPrepared,
    SourcesCited,
    StepFinished,
    StepStarted,
    TextAdded,
    TextFinished,
    TextStarted,
    ToolChosen,
    TurnEvent,
    TurnFailed,
    TurnFinished,
    TurnStarted,
)
from agent.journal import PersonWrote
from agent.orders import Order
from agent.shelf import Card, CardSet, Reason
from retrieval.product import Price
from web.patch import patch
from web.problems import Problem
from web.rules import MAX_FRAME

Frame = dict[str, Any]


def frames_of(event: TurnEvent, before: Conversation, after: Conversation) -> list[Frame]:
    """The frames that say this event, in order. `before` and `after`: the conversation around it.

    A change of the state document is told beside its cause: after RUN_STARTED, before RUN_FINISHED or RUN_ERROR.
    """
    changed = state_delta(before, after)
    said = _said(event, before)
    return [*changed, *said] if isinstance(event, TurnFinished | TurnFailed) else [*said, *changed]


def state_delta(before: Conversation, after: Conversation) -> list[Frame]:
    """One STATE_DELTA, or none where the state document did not change."""
    delta = patch(state_document(before), state_document(after)) if _state_moved(before, after) else []
    return [_frame(StateDeltaEvent.model_validate({"delta": delta}))] if delta else []


def state_document(conversation: Conversation) -> dict[str, Any]:
    """What STATE_SNAPSHOT holds: the shopper's own standing request, nothing of anyone else."""
    chips = [chip.model_dump() for chip in conversation.request.chips]
    return {
        "constraints": {"chips": chips, "need": conversation.request.current.need},
        "turnId": conversation.turn_id,
        "language": conversation.language,
        "handoff": conversation.handoff,
    }


def state_snapshot(conversation: Conversation) -> Frame:
    """STATE_SNAPSHOT."""
    return _frame(StateSnapshotEvent(snapshot=state_document(conversation)))


def messages_snapshot(conversation: Conversation) -> Frame:
    """MESSAGES_SNAPSHOT with the card sets in `cardSets`, each shaped as the value of `shop.products`, and on each
    assistant message its `cardSet`. The oldest messages are left out where the frame would be too large."""
    said = [(one, _size(_message(one).model_dump(by_alias=True))) for one in conversation.said]
    shown = [(value, _size(value)) for value in map(products_value, conversation.shelf.sets)]
    room = MAX_FRAME - 256
    while sum(size for _, size in (*said, *shown)) > room and len(said) + len(shown) > 2:
        larger = max(said, shown, key=lambda parts: sum(size for _, size in parts) if len(parts) > 1 else -1)
        del larger[0]
    frame = _frame(MessagesSnapshotEvent(messages=[_message(one) for one, _ in said]))
    return {**frame, "cardSets": [value for value, _ in shown]}


def ack(ids: Sequence[str]) -> Frame:
    """`shop.ack`: these are on disk."""
    return _custom("shop.ack", {"ids": list(ids)})


def error(problem: Problem) -> Frame:
    """`shop.error`: a frame was refused."""
    return _custom("shop.error", problem.model_dump())


def handoff(change: HandoffChanged) -> Frame:
    """`shop.handoff`. The summary is for the shop's people, and stays with them."""
    return _custom("shop.handoff", change.model_dump(include={"state", "text", "reason", "by"}))


def person_wrote(record: PersonWrote) -> list[Frame]:
    """A message of one of the shop's people: text outside of any run, with the writer's name."""
    start = TextMessageStartEvent(message_id=record.id, role="assistant", name=record.by)
    content = TextMessageContentEvent(message_id=record.id, delta=record.text)
    return [_frame(start), _frame(content), _frame(TextMessageEndEvent(message_id=record.id))]


def order_value(order: Order) -> dict[str, Any]:
    """An order as the shopper's page shows it."""
    items = [{**item.model_dump(mode="json"), "price": price_value(item.price)} for item in order.items]
    return {**order.model_dump(mode="json"), "items": items, "total": price_value(order.total)}


def products_value(card_set: CardSet) -> dict[str, Any]:
    """The value of `shop.products`. Scores and contributions stay with us."""
    return {
        "turnId": card_set.turn_id,
        "cardSet": card_set.id,
        "provisional": card_set.provisional,
        "products": [_card(card) for card in card_set.cards],
    }


def encoded(frame: Frame) -> str:
    """The frame as it is sent."""
    return json.dumps(frame, ensure_ascii=False, separators=(",", ":"))


def _said(event: TurnEvent, before: Conversation) -> list[Frame]:  # noqa: C901  (one case an event, nothing else)
    match event:
        case TurnStarted():
            return [_frame(_run_started(event, before))]
        case StepStarted():
            return [_frame(StepStartedEvent(step_name=event.step))]
        case StepFinished():
            return [_frame(StepFinishedEvent(step_name=event.step))]
        case ToolChosen():
            return _tool_call(event)
        case ConstraintsChanged():
            return []
        case ProductsShown():
            return [_custom("shop.products", products_value(event.card_set))]
        case ReasonGiven():
            reasons = [{"handle": handle, **_reason(reason)} for handle, reason in sorted(event.reasons.items())]
            return [_custom("shop.reasons", {"turnId": event.turn_id, "cardSet": event.card_set, "reasons": reasons})]
        case ComparisonShown():
            rows = [{"name": row.name, "values": list(row.values)} for row in event.rows]
            return [_custom("shop.comparison", {"turnId": event.turn_id, "columns": list(event.columns), "rows": rows})]
        case QuestionAsked():
            answers = [answer.model_dump() for answer in event.answers]
            return [_custom("shop.question", {"turnId": event.turn_id, "text": event.text, "answers": answers})]
        case NoticeGiven():
            return [_custom("shop.notice", {"code": event.code, "text": event.text, "detail": event.detail})]
        case SourcesCited():
            sources = [source.model_dump() for source in event.sources]
            return [_custom("shop.sources", {"turnId": event.turn_id, "sources": sources})]
        case OrdersShown():
            orders = [order_value(order) for order in event.orders]
            return [_custom("shop.orders", {"turnId": event.turn_id, "orders": orders})]
        case RequestPrepared():
            return [_custom("shop.request", {"turnId": event.turn_id, **event.request.model_dump()})]
        case HandoffChanged():
            return [handoff(event)]
        case TextStarted():
            return [_frame(TextMessageStartEvent(message_id=event.message_id, role="assistant"))]
        case TextAdded():
            return [_frame(TextMessageContentEvent(message_id=event.message_id, delta=event.delta))]
        case TextFinished():
            return [_frame(TextMessageEndEvent(message_id=event.message_id))]
        case TurnFinished():
            result = {"cancelled": True} if event.cancelled else None
            return [_frame(RunFinishedEvent(thread_id=before.session_id, run_id=event.turn_id, result=result))]
        case TurnFailed():
            return [_frame(RunErrorEvent(message=event.text, code=event.code))]
        case _:
            assert_never(event)


def _run_started(event: TurnStarted, before: Conversation) -> RunStartedEvent:
    """With the shopper's message as the run's input, so that the shopper's other tabs can show it."""
    thread, run = before.session_id, event.turn_id
    heard: list[Message] = [_message(one) for one in before.said if one.id == event.message_id]
    asked = RunAgentInput(thread_id=thread, run_id=run, messages=heard) if heard else None
    return RunStartedEvent(thread_id=thread, run_id=run, input=asked)


def _tool_call(event: ToolChosen) -> list[Frame]:
    call_id, arguments = event.call_id, event.call.model_dump(mode="json", exclude={"tool"})
    result = encoded({"chosenBy": event.chosen_by})
    return [
        _frame(ToolCallStartEvent(tool_call_id=call_id, tool_call_name=event.call.tool)),
        _frame(ToolCallArgsEvent(tool_call_id=call_id, delta=encoded(arguments))),
        _frame(ToolCallEndEvent(tool_call_id=call_id)),
        _frame(ToolCallResultEvent(message_id=f"{call_id}:result", tool_call_id=call_id, content=result, role="tool")),
    ]


def _message(said: Said) -> AssistantMessage | UserMessage:
    if said.role == "shopper":
        return UserMessage(id=said.id, content=said.text)
    fields: dict[str, Any] = {"id": said.id, "content": said.text} | ({"name": said.by} if said.by else {})
    return AssistantMessage.model_validate(fields | ({"cardSet": said.card_set} if said.card_set else {}))


def _card(card: Card) -> dict[str, Any]:
    product = card.product
    return {
        "handle": card.handle,
        "id": product.id,
        "title": product.title,
        "brand": product.brand,
        "price": price_value(product.price),
        "listPrice": price_value(product.list_price),
        "availability": product.availability,
        "rating": product.rating.model_dump() if product.rating else None,
        "imageUrl": product.image_url,
        "url": product.url,
        "reason": _reason(card.reason) if card.reason else None,
    }


def price_value(price: Price | None) -> dict[str, Any] | None:
    """`{amount, currency, text}`: minor units, ISO 4217, and as a shopper reads it."""
    return {"amount": price.amount, "currency": price.currency, "text": price.text} if price else None


def _reason(reason: Reason) -> dict[str, Any]:
    return {"text": reason.text, "evidence": list(reason.evidence)}


def _state_moved(before: Conversation, after: Conversation) -> bool:
    return (
        before.request is not after.request
        or before.turn_id != after.turn_id
        or before.language != after.language
        or before.handoff != after.handoff
    )


def _size(part: Frame) -> int:
    return len(encoded(part).encode()) + 1


def _custom(name: str, value: dict[str, Any]) -> Frame:
    return _frame(CustomEvent(name=name, value=value))


def _frame(event: BaseEvent) -> Frame:
    return event.model_dump(mode="json", by_alias=True)
