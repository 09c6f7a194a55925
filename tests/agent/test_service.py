"""What messages ask of the shop's service, in both languages, and what they do not."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agent.service import Service, agrees, service, wants_back
from tests.agent.builders import steady


@pytest.mark.parametrize(
    "text",
    [
        "Can I talk to a real person please",
        "human",
        "agent please!",
        "get me your manager now",
        "I need a person to look at my order",
        "is there anyone I can talk to?",
        "stop with the bot",
        "connect me to customer service",
        "could you put me through to somebody from the shop",
        "转人工",
        "我要找客服",
        "有没有真人",
        "我想和真人说话",
        "不想跟机器人聊",
    ],
)
def test_a_person_who_is_asked_for_is_heard(text: str) -> None:
    assert service(text).person


@pytest.mark.parametrize(
    "text",
    [
        "are you a human?",
        "I don't want to talk to a human, just show me tents",
        "tent for 2 person",
        "a dog food that is human grade",
        "can someone help me choose a tent",
        "a bag for my travel agent",
        "人工草皮有吗",
        "人工智能音箱有吗",
        "不用转人工，我自己看看",
        "客服电话是多少",
    ],
)
def test_a_person_who_is_only_spoken_of_is_not_called(text: str) -> None:
    assert not service(text).person


@pytest.mark.parametrize(
    ("text", "risk"),
    [
        ("I was charged twice for my order", "payment"),
        ("there's a charge on my card I don't recognise", "payment"),
        ("扣了我两次钱", "payment"),
        ("the kettle caught fire", "safety"),
        ("my son got an electric shock from the lamp", "safety"),
        ("电水壶冒烟了", "safety"),
        ("I had an allergic reaction to the cream", "safety"),
        ("my lawyer will contact you", "legal"),
        ("I will sue you", "legal"),
        ("我要起诉你们", "legal"),
        ("I need a fire pit", None),
        ("gloves so I don't get burned when I cook", None),
        ("a tent that is fire resistant", None),
        ("有没有防烫伤的手套", None),
        ("hypoallergenic pillow for allergic skin", None),
        ("present for my lawyer dad", None),
        ("送给律师朋友的礼物", None),
        ("tennis court shoes", None),
        ("cancel order #W123456", None),
    ],
)
def test_what_no_program_should_settle_is_told_from_what_is_sold(text: str, risk: str | None) -> None:
    assert service(text).risk == risk


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("where is my order", {"order": True, "help": True}),
        ("has order #W2378156 shipped", {"order": True, "numbers": ("W2378156",)}),
        ("my parcel has not arrived", {"order": True}),
        ("我的快递到哪了", {"order": True, "help": True}),
        ("帮我取消订单 W123456", {"order": True, "help": True, "numbers": ("W123456",), "request": "cancel"}),
        ("please cancel my order", {"order": True, "help": True, "request": "cancel"}),
        ("I want to return the boots I bought", {"order": True, "help": True, "request": "return"}),
        ("我要退货", {"help": True, "request": "return"}),
        ("can I return it if it does not fit?", {"help": True}),
        ("how do I cancel an order", {"order": True, "help": True}),
        ("how long does delivery take", {"help": True}),
        ("怎么退货", {"help": True}),
        ("I bought a tent last year and want a sleeping bag for it", {}),
        ("a tent for two, under $200", {}),
    ],
)
def test_orders_requests_and_the_shops_ways_are_told_apart(text: str, expected: dict[str, object]) -> None:
    assert service(text) == Service.model_validate(expected)


def test_temper_is_heard_and_a_ridiculous_price_is_none() -> None:
    assert service("this is ridiculous, third time I'm asking").angry
    assert service("你们太差劲了，气死我了").angry
    assert not service("that's a ridiculous price").said


@pytest.mark.parametrize(
    ("text", "answer"),
    [
        ("yes please", True),
        ("好的", True),
        ("好的，请转接", True),
        ("要，麻烦您", True),
        ("no thanks", False),
        ("不用了", False),
        ("a tent", None),
        ("yes, a tent", None),
    ],
)
def test_yes_and_no_are_told_from_everything_else(text: str, answer: bool | None) -> None:
    assert agrees(text) is answer


def test_the_assistant_is_wanted_back_in_both_languages() -> None:
    assert wants_back("back to the assistant") and wants_back("回到助手") and not wants_back("hello?")


@steady
@given(st.text(max_size=300))
def test_any_text_is_read_without_an_error(text: str) -> None:
    heard = service(text)
    assert heard.said == (heard != Service())
