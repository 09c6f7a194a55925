"""Frames of a turn as messages of Chatwoot: cards where they can be shown, plain lines elsewhere."""

from datetime import UTC, datetime

import pytest

from agent.conversation import Conversation
from agent.events import (
    Answer,
    ComparisonRow,
    ComparisonShown,
    HandoffChanged,
    NoticeGiven,
    ProductsShown,
    QuestionAsked,
    Source,
    SourcesCited,
    TextAdded,
    TextFinished,
    TextStarted,
    TurnFailed,
    TurnFinished,
    TurnStarted,
)
from agent.service import service
from agent.shelf import Card, CardSet, Reason
from retrieval.product import Price, Product, Rating
from web.adapters.chatwoot_words import Say, Telling, asking, note, unseen
from web.frames import frames_of

NOW = datetime(2026, 1, 2, tzinfo=UTC)
WIDGET, API, SMS = "Channel::WebWidget", "Channel::Api", "Channel::Sms"


def boots(number: int = 1, url: str | None = "https://shop.example/boots") -> Product:
    return Product(
        id=f"P{number}",
        title=f"Trail boots {number}",
        price=Price(amount=12900, currency="USD"),
        availability="in_stock",
        rating=Rating(value=4.5, count=12),
        image_url="https://shop.example/boots.png",
        url=url,
    )


def shown(*products: Product, provisional: bool = False, reason: str = "") -> ProductsShown:
    why = Reason(text=reason, evidence=("e",)) if reason else None
    cards = tuple(Card(handle=at, product=one, score=1.0, reason=why) for at, one in enumerate(products, start=1))
    return ProductsShown(card_set=CardSet(id="s", turn_id="t", provisional=provisional, cards=cards))


def words(text: str):
    return (
        TextStarted(message_id="x"),
        TextAdded(message_id="x", delta=text, by="model"),
        TextFinished(message_id="x"),
    )


def said(*events, channel: str = WIDGET, end=None, language="en", lead=(), before=()):
    """What a turn of these events is to the helpdesk."""
    telling = Telling(channel, lead, before)
    conversation = Conversation(session_id="s")
    all_said = []
    begin = TurnStarted(turn_id="t", message_id="m", language=language, time=NOW)
    for event in (begin, *events, end or TurnFinished(turn_id="t")):
        after = conversation.told(event)
        for frame in frames_of(event, conversation, after):
            all_said += telling.hear(frame, after)
        conversation = after
    return all_said, telling


@pytest.mark.parametrize("channel", [WIDGET, API])
def test_products_are_cards_with_the_catalogues_own_figures(channel):
    (cards, text), _ = said(shown(boots(), reason="Waterproof."), *words("These."), channel=channel)
    assert cards.kind == "cards" and text.content == "These."
    assert cards.items == (
        {
            "title": "Trail boots 1",
            "description": "$129.00 · in stock · rated 4.5 out of 5\nWaterproof.",
            "media_url": "https://shop.example/boots.png",
            "actions": [{"type": "link", "text": "View", "uri": "https://shop.example/boots"}],
        },
    )


def test_products_are_plain_lines_where_no_card_can_be_shown():
    (lines,), _ = said(shown(boots(1), boots(2)), channel=SMS)
    first, second = lines.content.splitlines()
    assert lines.kind == "text" and second.startswith("2. Trail boots 2")
    assert first == "1. Trail boots 1 · $129.00 · in stock · rated 4.5 out of 5 · https://shop.example/boots"


@pytest.mark.parametrize("url", [None, "/product/P2", "javascript:alert(1)", "http://[", "https:///nowhere"])
def test_products_without_an_address_of_their_own_are_plain_lines(url):
    (lines,), _ = said(shown(boots(1), boots(2, url)))
    assert lines.kind == "text" and (not url or url not in lines.content)


def test_what_is_unknown_of_a_product_is_left_out():
    (lines,), _ = said(shown(Product(id="P", title="Plain mug")))
    assert lines.content == "1. Plain mug"


def test_instant_cards_wait_until_the_plan_confirms_them():
    (cards,), telling = said(shown(boots(), provisional=True), shown(boots()))
    assert cards.kind == "cards" and telling.shown == ("P1",)


def test_cards_that_are_put_back_after_instant_ones_are_not_sent_again():
    all_said, _ = said(shown(boots(2), provisional=True), shown(boots(1)), *words("It is warm."), before=("P1",))
    assert [one.content for one in all_said] == ["It is warm."]


def test_the_same_cards_are_sent_again_where_they_were_searched_for():
    (cards,), _ = said(shown(boots(1), provisional=True), shown(boots(1)), before=("P1",))
    assert cards.kind == "cards"


def test_a_question_with_answers_can_be_tapped_and_is_said_once():
    question = QuestionAsked(turn_id="t", text="Which colour?", answers=(Answer(label="Red", text="the red ones"),))
    (text, asked), _ = said(*words("Both are warm. Which colour?"), question)
    assert text.content == "Both are warm."
    assert (asked.kind, asked.content) == ("input_select", "Which colour?")
    assert asked.items == ({"title": "Red", "value": "the red ones"},)


def test_a_question_that_is_all_that_was_said_is_one_message():
    question = QuestionAsked(turn_id="t", text="Which colour?", answers=(Answer(label="Red", text="Red"),))
    (asked,), _ = said(*words("Which colour?"), question)
    assert asked.kind == "input_select"


def test_a_question_on_a_channel_without_buttons_lists_its_answers():
    (asked,), _ = said(
        QuestionAsked(turn_id="t", text="Which?", answers=(Answer(label="Red", text="Red"),)), channel=SMS
    )
    assert (asked.kind, asked.content) == ("text", "Which?\n- Red")


def test_a_question_without_answers_stays_in_the_words():
    all_said, _ = said(*words("What for?"), QuestionAsked(turn_id="t", text="What for?", answers=()))
    assert [one.content for one in all_said] == ["What for?"]


def test_notices_are_said_where_a_person_would_say_them():
    relaxed = NoticeGiven(code="relaxed", text="Nothing matched everything, so I left out: price.")
    away = NoticeGiven(code="degraded", text="I cannot chat in full right now.")
    twice = NoticeGiven(code="nothing_found", text="I found nothing.")
    (text,), _ = said(relaxed, away, twice, *words("I found nothing."))
    assert text.content == "Nothing matched everything, so I left out: price.\n\nI found nothing."


def test_a_comparison_is_text_with_unknown_cells_said_so():
    rows = (ComparisonRow(name="price", values=("$129.00", None)),)
    compared = ComparisonShown(turn_id="t", columns=(1, 2), rows=rows)
    (_, text), _ = said(shown(boots(1), boots(2)), compared, *words("The first."))
    table = "1. Trail boots 1\n2. Trail boots 2\nprice: (1) $129.00 (2) not given"
    assert text.content == f"{table}\n\nThe first."


def test_sources_are_links_under_the_words():
    sources = (
        Source(id="a", title="Returns", text="…", url="https://shop.example/returns"),
        Source(id="b", title="Contact", text="…", url="/contact"),
    )
    (text,), _ = said(SourcesCited(turn_id="t", sources=sources), *words("Within 30 days."))
    assert text.content == "Within 30 days.\n\nReturns: https://shop.example/returns\nContact"


def test_two_texts_of_one_turn_are_two_paragraphs():
    (text,), _ = said(*words("I cannot tell."), *words("Would you like a person?"))
    assert text.content == "I cannot tell.\n\nWould you like a person?"


def test_a_call_for_a_person_is_kept_apart_from_what_is_said():
    change = HandoffChanged(state="waiting", text="A person has been called", reason="anger", summary="Cross.")
    all_said, telling = said(change, *words("I am passing you on."))
    assert [one.content for one in all_said] == ["I am passing you on."]
    assert (telling.handed, telling.returned) == ("anger", False)


def test_a_call_for_a_person_is_announced_though_the_turn_has_no_words_for_it():
    change = HandoffChanged(state="waiting", text="A person has been called", reason="asked", summary="Cross.")
    all_said, _ = said(change)
    assert [one.content for one in all_said] == ["A person has been called"]


def test_an_offer_of_a_person_can_be_tapped_and_calls_nobody():
    answers = (Answer(label="Yes, please", text="Yes, please"), Answer(label="No, thanks", text="No, thanks"))
    question = QuestionAsked(turn_id="t", text="Would you like a person?", answers=answers)
    offered = HandoffChanged(state="offered", text="A person can take over", reason="failure")
    all_said, telling = said(*words("I cannot tell."), *words("Would you like a person?"), offered, question)
    assert [one.content for one in all_said] == ["I cannot tell.", "Would you like a person?"]
    assert [item["value"] for item in all_said[1].items] == ["Yes, please", "No, thanks"]
    assert telling.handed == ""


@pytest.mark.parametrize(
    ("end", "failed"),
    [
        (TurnFinished(turn_id="t", cancelled=True), False),
        (TurnFailed(turn_id="t", code="deadline", text="Too long."), True),
    ],
)
def test_what_was_not_over_when_a_turn_was_cut_off_is_never_said(end, failed):
    all_said, telling = said(*words("Half of"), end=end)
    assert (all_said, telling.failed) == ([], failed)


def test_a_turn_whose_end_was_not_told_has_failed():
    assert Telling(WIDGET).failed


def test_chinese_is_spoken_to_who_speaks_it():
    (cards,), _ = said(shown(boots()), language="zh")
    assert cards.items[0]["actions"][0]["text"] == "查看" and "有货" in cards.items[0]["description"]
    assert "附件" in said(*words("好。"), language="zh", lead=("我看不了附件",))[0][0].content


def test_a_note_is_for_people():
    assert note("", "Wants a refund.") == Say(content="Wants a refund.", private=True)


@pytest.mark.parametrize("language", ["en", "zh"])
def test_who_taps_for_a_person_is_understood(language):
    (item,) = unseen(language, WIDGET).items
    assert service(item["value"]).person


def test_what_cannot_be_opened_is_one_tap_away_from_a_person():
    assert [item["title"] for item in unseen("en", WIDGET).items] == ["A person, please"]
    assert unseen("zh", SMS).kind == "text"


def test_no_more_answers_are_offered_than_channels_show():
    answers = [Answer(label=str(number), text=str(number)) for number in range(30)]
    assert len(asking("Which?", answers, WIDGET).items) == 10
