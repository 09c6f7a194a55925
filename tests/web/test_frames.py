"""The frames of every turn event, as they are on the wire."""

from datetime import date
from typing import get_args

import pytest
from ag_ui.core import Event
from pydantic import TypeAdapter

from agent.constraints import Constraints
from agent.conversation import Conversation, Said
from agent.events import (
    Answer,
    ComparisonRow,
    ComparisonShown,
    ConstraintsChanged,
    HandoffChanged,
    NoticeGiven,
    OrdersShown,
    ProductsShown,
    QuestionAsked,
    ReasonGiven,
    RequestPrepared,
    Source,
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
from agent.orders import Order, OrderItem, ServiceRequest
from agent.request import Request
from agent.shelf import Card, CardSet, Reason, Shelf
from agent.tools import SearchCatalog
from retrieval.product import Price, Product, Rating
from retrieval.query import Contribution
from web.frames import ack, encoded, error, frames_of, messages_snapshot, state_snapshot
from web.problems import Problem
from web.rules import MAX_FRAME

HEARD = Said(id="m1", role="shopper", text="靴子")
QUIET = Conversation(session_id="s1", said=(HEARD,))
RUNNING = QUIET.model_copy(update={"turn_id": "t1"})
USD = {"currency": "USD"}
FULL = Product(
    id="P1",
    title="Trail boots",
    brand="Fernhill",
    price=Price(amount=129900, **USD),
    list_price=Price(amount=159900, **USD),
    availability="in_stock",
    rating=Rating(value=4.5),
    image_url="/i.svg",
    url="/p",
)
BARE = Product(id="P2", title="Mystery")
CARDS = CardSet(
    id="c1",
    turn_id="t1",
    provisional=True,
    cards=(
        Card(
            handle=1,
            product=FULL,
            score=0.7,
            contributions=(Contribution(name="dense", value=0.7, evidence="e"),),
            reason=Reason(text="In your size.", evidence=("attr:P1:size",)),
        ),
        Card(handle=2, product=BARE, score=0.1),
    ),
)
ORDER = Order(
    number="W17",
    status="shipped",
    placed=date(2026, 1, 2),
    items=(
        OrderItem(
            product_id="P1",
            title="Trail boots",
            price=Price(amount=129900, currency="USD"),
            options={"size": "42"},
        ),
    ),
    total=Price(amount=129900, currency="USD"),
)
SNAPSHOTS: list[tuple[TurnEvent, Conversation, list[dict]]] = [
    (
        TurnStarted(turn_id="t1", message_id="m1", language="zh", time="2026-01-02T03:04:05Z"),
        QUIET,
        [
            {
                "type": "RUN_STARTED",
                "threadId": "s1",
                "runId": "t1",
                "input": {
                    "threadId": "s1",
                    "runId": "t1",
                    "messages": [{"id": "m1", "role": "user", "content": "靴子"}],
                },
            },
            {
                "type": "STATE_DELTA",
                "delta": [
                    {"op": "replace", "path": "/turnId", "value": "t1"},
                    {"op": "replace", "path": "/language", "value": "zh"},
                ],
            },
        ],
    ),
    (StepStarted(step="plan"), RUNNING, [{"type": "STEP_STARTED", "stepName": "plan"}]),
    (StepFinished(step="plan"), RUNNING, [{"type": "STEP_FINISHED", "stepName": "plan"}]),
    (
        ToolChosen(call_id="k1", call=SearchCatalog(query="boots", category="Shoes"), chosen_by="parser"),
        RUNNING,
        [
            {"type": "TOOL_CALL_START", "toolCallId": "k1", "toolCallName": "search_catalog"},
            {"type": "TOOL_CALL_ARGS", "toolCallId": "k1", "delta": '{"query":"boots","category":"Shoes"}'},
            {"type": "TOOL_CALL_END", "toolCallId": "k1"},
            {
                "type": "TOOL_CALL_RESULT",
                "messageId": "k1:result",
                "toolCallId": "k1",
                "content": '{"chosenBy":"parser"}',
                "role": "tool",
            },
        ],
    ),
    (
        ConstraintsChanged(
            before=Request(),
            after=Request(roles=(Constraints(need="boots", price_max=Price(amount=20000, currency="USD")),)),
        ),
        RUNNING,
        [
            {
                "type": "STATE_DELTA",
                "delta": [
                    {
                        "op": "add",
                        "path": "/constraints/chips/-",
                        "value": {"path": "/0/price_max", "field": "price_max", "value": "$200.00", "of": ""},
                    },
                    {"op": "replace", "path": "/constraints/need", "value": "boots"},
                ],
            }
        ],
    ),
    (
        ProductsShown(card_set=CARDS),
        RUNNING,
        [
            {
                "type": "CUSTOM",
                "name": "shop.products",
                "value": {
                    "turnId": "t1",
                    "cardSet": "c1",
                    "provisional": True,
                    "products": [
                        {
                            "handle": 1,
                            "id": "P1",
                            "title": "Trail boots",
                            "brand": "Fernhill",
                            "price": {"amount": 129900, "currency": "USD", "text": "$1,299.00"},
                            "listPrice": {"amount": 159900, "currency": "USD", "text": "$1,599.00"},
                            "availability": "in_stock",
                            "rating": {"value": 4.5, "count": None},
                            "imageUrl": "/i.svg",
                            "url": "/p",
                            "reason": {"text": "In your size.", "evidence": ["attr:P1:size"]},
                        },
                        {
                            "handle": 2,
                            "id": "P2",
                            "title": "Mystery",
                            "brand": None,
                            "price": None,
                            "listPrice": None,
                            "availability": None,
                            "rating": None,
                            "imageUrl": None,
                            "url": None,
                            "reason": None,
                        },
                    ],
                },
            }
        ],
    ),
    (
        ReasonGiven(turn_id="t1", card_set="c1", reasons={2: Reason(text="Light.", evidence=("attr:P2:weight",))}),
        RUNNING.told(ProductsShown(card_set=CARDS)),
        [
            {
                "type": "CUSTOM",
                "name": "shop.reasons",
                "value": {
                    "turnId": "t1",
                    "cardSet": "c1",
                    "reasons": [{"handle": 2, "text": "Light.", "evidence": ["attr:P2:weight"]}],
                },
            }
        ],
    ),
    (
        ComparisonShown(turn_id="t1", columns=(1, 2), rows=(ComparisonRow(name="Weight", values=("1 kg", None)),)),
        RUNNING,
        [
            {
                "type": "CUSTOM",
                "name": "shop.comparison",
                "value": {"turnId": "t1", "columns": [1, 2], "rows": [{"name": "Weight", "values": ["1 kg", None]}]},
            }
        ],
    ),
    (
        QuestionAsked(turn_id="t1", text="What for?", answers=(Answer(label="Hiking", text="for hiking"),)),
        RUNNING,
        [
            {
                "type": "CUSTOM",
                "name": "shop.question",
                "value": {
                    "turnId": "t1",
                    "text": "What for?",
                    "answers": [{"label": "Hiking", "text": "for hiking"}],
                },
            }
        ],
    ),
    (
        NoticeGiven(code="relaxed", text="I left out the brand.", detail="brands"),
        RUNNING,
        [
            {
                "type": "CUSTOM",
                "name": "shop.notice",
                "value": {"code": "relaxed", "text": "I left out the brand.", "detail": "brands"},
            }
        ],
    ),
    (
        SourcesCited(
            turn_id="t1",
            sources=(Source(id="returns#3", title="Returns: How long", text="Within 30 days.", url="/help/returns"),),
        ),
        RUNNING,
        [
            {
                "type": "CUSTOM",
                "name": "shop.sources",
                "value": {
                    "turnId": "t1",
                    "sources": [
                        {
                            "id": "returns#3",
                            "title": "Returns: How long",
                            "text": "Within 30 days.",
                            "url": "/help/returns",
                        }
                    ],
                },
            }
        ],
    ),
    (
        OrdersShown(turn_id="t1", orders=(ORDER,)),
        RUNNING,
        [
            {
                "type": "CUSTOM",
                "name": "shop.orders",
                "value": {
                    "turnId": "t1",
                    "orders": [
                        {
                            "number": "W17",
                            "status": "shipped",
                            "placed": "2026-01-02",
                            "items": [
                                {
                                    "product_id": "P1",
                                    "title": "Trail boots",
                                    "quantity": 1,
                                    "price": {"amount": 129900, "currency": "USD", "text": "$1,299.00"},
                                    "options": {"size": "42"},
                                }
                            ],
                            "total": {"amount": 129900, "currency": "USD", "text": "$1,299.00"},
                            "delivery": {"carrier": None, "tracking": None, "expected": None, "delivered": None},
                        }
                    ],
                },
            }
        ],
    ),
    (
        RequestPrepared(turn_id="t1", request=ServiceRequest(kind="return", order="W17", items=("Trail boots",))),
        RUNNING,
        [
            {
                "type": "CUSTOM",
                "name": "shop.request",
                "value": {"turnId": "t1", "kind": "return", "order": "W17", "items": ["Trail boots"]},
            }
        ],
    ),
    (
        HandoffChanged(state="waiting", text="A person comes.", reason="asked", summary="Need: boots."),
        RUNNING,
        [
            {
                "type": "CUSTOM",
                "name": "shop.handoff",
                "value": {"state": "waiting", "text": "A person comes.", "reason": "asked", "by": None},
            },
            {"type": "STATE_DELTA", "delta": [{"op": "replace", "path": "/handoff", "value": "waiting"}]},
        ],
    ),
    (
        TextStarted(message_id="x1"),
        RUNNING,
        [{"type": "TEXT_MESSAGE_START", "messageId": "x1", "role": "assistant"}],
    ),
    (
        TextAdded(message_id="x1", delta="Hello ", by="model"),
        RUNNING,
        [{"type": "TEXT_MESSAGE_CONTENT", "messageId": "x1", "delta": "Hello "}],
    ),
    (TextFinished(message_id="x1"), RUNNING, [{"type": "TEXT_MESSAGE_END", "messageId": "x1"}]),
    (
        TurnFinished(turn_id="t1"),
        RUNNING,
        [
            {"type": "STATE_DELTA", "delta": [{"op": "replace", "path": "/turnId", "value": None}]},
            {"type": "RUN_FINISHED", "threadId": "s1", "runId": "t1"},
        ],
    ),
    (
        TurnFailed(turn_id="t1", code="retrieval_down", text="Ask again."),
        RUNNING,
        [
            {"type": "STATE_DELTA", "delta": [{"op": "replace", "path": "/turnId", "value": None}]},
            {"type": "RUN_ERROR", "message": "Ask again.", "code": "retrieval_down"},
        ],
    ),
]


@pytest.mark.parametrize(("event", "before", "frames"), SNAPSHOTS, ids=[event.type for event, _, _ in SNAPSHOTS])
def test_an_event_is_told_as_the_wire_says(event, before, frames):
    told = frames_of(event, before, before.told(event))
    assert told == frames
    for frame in told:
        TypeAdapter(Event).validate_python(frame)


def test_every_turn_event_has_its_snapshot():
    assert {type(event) for event, _, _ in SNAPSHOTS} == set(get_args(get_args(TurnEvent)[0]))


def test_a_cancelled_turn_says_so():
    event = TurnFinished(turn_id="t1", cancelled=True)
    assert frames_of(event, RUNNING, RUNNING.told(event))[-1]["result"] == {"cancelled": True}


def test_scores_and_contributions_stay_with_us():
    sent = encoded(frames_of(ProductsShown(card_set=CARDS), RUNNING, RUNNING)[0])
    assert "score" not in sent and "contributions" not in sent and "0.7" not in sent


def test_the_state_holds_the_standing_request_and_nothing_else():
    conversation = RUNNING.model_copy(update={"request": Request(roles=(Constraints(need="boots", in_stock=True),))})
    assert state_snapshot(conversation) == {
        "type": "STATE_SNAPSHOT",
        "snapshot": {
            "constraints": {
                "chips": [{"path": "/0/in_stock", "field": "in_stock", "value": "in stock", "of": ""}],
                "need": "boots",
            },
            "turnId": "t1",
            "language": "en",
            "handoff": None,
        },
    }


def test_a_long_conversation_is_cut_from_its_oldest_end_to_fit_a_frame():
    said = tuple(Said(id=f"m{n}", role="shopper", text="靴" * 900) for n in range(60))
    sets = tuple(CARDS.model_copy(update={"id": f"c{n}"}) for n in range(20))
    frame = messages_snapshot(QUIET.model_copy(update={"said": said, "shelf": Shelf(sets=sets)}))
    assert len(encoded({**frame, "seq": 10**9}).encode()) <= MAX_FRAME
    assert frame["messages"][-1]["id"] == "m59" and frame["cardSets"][-1]["cardSet"] == "c19"
    assert len(frame["messages"]) > 10 and len(frame["cardSets"]) > 5


def test_acknowledgement_and_refusal():
    assert ack(["e1"]) == {"type": "CUSTOM", "name": "shop.ack", "value": {"ids": ["e1"]}}
    assert error(Problem(code="empty", field="text", fix="write something"))["value"] == {
        "code": "empty",
        "field": "text",
        "fix": "write something",
    }
