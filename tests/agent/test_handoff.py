"""When a person is called or offered, and what they are told."""

import pytest

from agent.constraints import Constraints
from agent.conversation import Conversation, Said
from agent.events import (
    HandoffChanged,
    OrdersShown,
    ProductsShown,
    QuestionAsked,
    RequestPrepared,
    SourcesCited,
    TurnFinished,
    TurnStarted,
)
from agent.handoff import handed, offer, service_call, summary, taken_back
from agent.orders import Order, OrderItem, ServiceRequest
from agent.parser import parse
from agent.phrases import say
from agent.request import Request
from agent.service import agrees
from agent.tools import HandOff, LookUpOrders, PrepareRequest, SearchHelp
from agent.vocabulary import Vocabulary
from tests.agent.builders import FACETS, NOW, card, card_set

WORDS = Vocabulary.of(FACETS, "USD")
GUEST = Conversation(session_id="s")
KNOWN = GUEST.model_copy(update={"user_id": "mina"})
OFFERED = GUEST.model_copy(update={"handoff": "offered"})


def call(text: str, conversation: Conversation = GUEST):
    return service_call(parse(text, WORDS, ()), conversation, text)


@pytest.mark.parametrize(
    ("text", "reason"),
    [("I want to talk to a human", "asked"), ("I was charged twice", "payment"), ("电水壶冒烟了", "safety")],
)
def test_a_person_is_called_at_once_where_one_is_asked_for_or_needed(text: str, reason: str) -> None:
    assert call(text) == HandOff(state="waiting", reason=reason)  # type: ignore[arg-type]


def test_products_come_before_service_where_both_are_spoken_of() -> None:
    assert call("a warm jacket, free shipping would be nice, under $200") is None or isinstance(
        call("a warm jacket, free shipping would be nice, under $200"), SearchHelp
    )
    assert call("a tent for two") is None


def test_orders_requests_and_questions_each_have_their_call() -> None:
    assert call("where is order #FH-48213") == LookUpOrders(numbers=("FH-48213",))
    assert call("please cancel my order", KNOWN) == PrepareRequest(kind="cancel")
    assert call("how long does delivery take") == SearchHelp()


def test_a_guests_wish_to_return_something_is_answered_from_the_pages() -> None:
    assert call("我要退货") == SearchHelp()
    assert call("我要退货", KNOWN) == PrepareRequest(kind="return")


def test_temper_alone_brings_the_offer_of_a_person() -> None:
    assert call("you are useless") == HandOff(state="offered", reason="anger")


def test_an_offer_is_taken_up_or_turned_down_and_lapses_with_the_next_turn() -> None:
    assert call("yes please", OFFERED) == HandOff(state="waiting", reason="asked")
    assert call("不用了", OFFERED) == HandOff(state="returned", reason="asked")
    assert call("yes please") is None
    started = TurnStarted(turn_id="t", message_id="m", language="en", time=NOW)
    assert OFFERED.told(started).handoff is None


def test_what_the_buttons_say_is_understood() -> None:
    for language in ("en", "zh"):
        assert agrees(say(language, "yes")) is True and agrees(say(language, "no")) is False


def test_a_prepared_request_that_is_agreed_to_is_the_reason() -> None:
    request = ServiceRequest(kind="return", order="W1")
    waiting = OFFERED.model_copy(update={"prepared": request})
    assert call("yes", waiting) == HandOff(state="waiting", reason="request")


def test_a_second_turn_that_cannot_help_brings_the_offer() -> None:
    parsed = parse("do you sell unicorns", WORDS, ())
    assert offer(parsed, GUEST, helped=False) is None
    assert offer(parsed, GUEST.told(TurnFinished(turn_id="t", helped=False)), helped=False) == "failure"
    mended = GUEST.told(TurnFinished(turn_id="t", helped=False)).told(TurnFinished(turn_id="u"))
    assert offer(parsed, mended, helped=False) is None


def test_while_a_person_is_called_only_the_wish_for_the_assistant_is_heard() -> None:
    waiting = GUEST.told(HandoffChanged(state="waiting", text="A person comes."))
    assert waiting.with_a_person and taken_back(waiting, "back to the assistant")
    assert not taken_back(waiting, "a tent")
    human = waiting.told(HandoffChanged(state="human", text="Mei is here.", by="Mei"))
    assert human.with_a_person and not taken_back(human, "back to the assistant")
    assert not human.told(HandoffChanged(state="returned", text="Back.")).with_a_person


def test_the_summary_says_what_a_person_needs() -> None:
    request = Request(roles=(Constraints(need="rain jacket", in_stock=True),))
    order = Order(number="FH-1", status="delivered", items=(OrderItem(product_id="P1", title="Rain Jacket"),))
    said = (Said(id="m", role="shopper", text="it does\nnot fit"), Said(id="a", role="assistant", text="Send it back."))
    conversation = KNOWN.model_copy(update={"request": request, "said": said})
    for event in (
        ProductsShown(card_set=card_set("c", "t", card(1, title="Skylark Jacket"))),
        OrdersShown(turn_id="t", orders=(order,)),
        SourcesCited.model_validate(
            {"turn_id": "t", "sources": [{"id": "r#1", "title": "Returns", "text": "45 days"}]}
        ),
        RequestPrepared(turn_id="t", request=ServiceRequest(kind="return", order="FH-1", items=("Rain Jacket",))),
    ):
        conversation = conversation.told(event)
    assert summary(conversation, "request", "en").splitlines() == [
        "Why: a request is to be confirmed",
        "Language: English",
        "Shopper: mina",
        "Looks for: rain jacket, in stock",
        "Was shown: Skylark Jacket",
        "Was told from: Returns",
        "Order: FH-1",
        "To confirm: return FH-1: Rain Jacket",
        "Shopper: it does not fit",
        "Assistant: Send it back.",
    ]


def test_only_a_call_for_a_person_carries_the_summary() -> None:
    assert handed(GUEST, HandOff(state="waiting", reason="asked"), "zh").summary.startswith("Why: the shopper asked")
    assert handed(GUEST, HandOff(state="offered", reason="anger"), "en").summary == ""


def test_a_question_is_no_hand_off() -> None:
    asked = QuestionAsked(turn_id="t", text="Which?", answers=())
    assert GUEST.told(asked).handoff is None
