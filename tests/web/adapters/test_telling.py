"""What a turn said, folded from its frames."""

import pytest

from web.adapters.telling import Telling

CARD = {"handle": 1, "title": "Boot", "price": {"text": "$1.00"}, "url": "/boot", "imageUrl": None, "reason": None}


def custom(name, **value):
    return {"type": "CUSTOM", "name": f"shop.{name}", "value": value}


def text(*deltas):
    return [
        {"type": "TEXT_MESSAGE_START", "messageId": "x"},
        *({"type": "TEXT_MESSAGE_CONTENT", "messageId": "x", "delta": delta} for delta in deltas),
        {"type": "TEXT_MESSAGE_END", "messageId": "x"},
    ]


def told(*frames):
    telling = Telling()
    for frame in frames:
        telling = telling.after(frame)
    return telling


def test_prose_is_what_its_deltas_say_and_a_second_message_stands_apart():
    assert told(*text("Trail ", "boots."), *text("Ask on.")).text == "Trail boots.\n\nAsk on."


def test_what_the_prose_says_already_is_not_said_again():
    nothing = custom("notice", code="nothing_found", text="I found nothing.", detail="")
    left_out = custom("notice", code="relaxed", text="I left out: price.", detail="")
    telling = told(nothing, left_out, *text("I found nothing."))
    assert telling.answer == "I found nothing.\n\nI left out: price."


def test_the_last_card_set_counts_and_late_reasons_join_their_cards():
    first, last = custom("products", products=[CARD, {**CARD, "handle": 2}]), custom("products", products=[CARD])
    reasons = custom("reasons", reasons=[{"handle": 1, "text": "You viewed it.", "evidence": ["e"]}])
    (card,) = told(first, last, reasons).products
    assert card["reason"] == {"text": "You viewed it.", "evidence": ["e"]}


@pytest.mark.parametrize(
    ("change", "line"),
    [({}, "- Boot, $1.00, https://shop.example/boot"), ({"price": None, "url": None}, "- Boot")],
)
def test_a_product_is_a_line_of_what_is_known(change, line):
    assert told(custom("products", products=[{**CARD, **change}])).shown("https://shop.example/") == line


@pytest.mark.parametrize(("held", "word"), [("waiting", "已呼叫"), ("human", "正在处理"), (None, "无法回答")])
def test_where_nothing_is_said_the_language_of_the_turn_says_why(held, word):
    state = {"type": "STATE_SNAPSHOT", "snapshot": {"handoff": held, "language": "en"}}
    change = {"type": "STATE_DELTA", "delta": [{"op": "replace", "path": "/language", "value": "zh"}]}
    assert word in told(state, change).answer


def test_cards_without_words_need_none():
    assert told(custom("products", products=[CARD])).answer == ""
