"""The conversation is a fold of its records, and a turn that was cut off anywhere can be ended properly."""

from datetime import timedelta

import pytest

from agent.constraints import Constraints
from agent.conversation import KEPT_MESSAGES, Conversation
from agent.events import (
    Answer,
    ComparisonRow,
    ComparisonShown,
    ConstraintsChanged,
    Feedback,
    NoticeGiven,
    ProductsShown,
    QuestionAsked,
    ReasonGiven,
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
    TurnStarted,
)
from agent.journal import ConstraintCleared, EventReported, FeedbackGiven, MessageCreated, Record, TurnSaid
from agent.request import Request
from agent.shelf import Reason
from agent.tools import SearchCatalog
from tests.agent.builders import NOW, card, card_set, event, product, usd

TENT, LAMP = product("A", "Rill Tent", price=99), product("B", "Moth Lamp", price=30)
WANTED = Request(roles=(Constraints(need="tent", price_max=usd(120)),))
ASKED = MessageCreated(message=ShopperMessage(id="m1", text="a tent under $120", time=NOW))
TURN: tuple[TurnEvent, ...] = (
    TurnStarted(turn_id="t1", message_id="m1", language="zh", time=NOW),
    ProductsShown(card_set=card_set("t1.a", "t1", card(1, LAMP), provisional=True)),
    StepStarted(step="plan"),
    ToolChosen(call_id="c1", call=SearchCatalog(query="tent"), chosen_by="model"),
    StepFinished(step="plan"),
    ConstraintsChanged(before=Request(), after=WANTED),
    NoticeGiven(code="relaxed", text="I left out: colour."),
    ProductsShown(card_set=card_set("t1.b", "t1", card(1, TENT), card(2, LAMP))),
    ReasonGiven(turn_id="t1", card_set="t1.b", reasons={1: Reason(text="Light", evidence=("attr:A:weight",))}),
    StepStarted(step="narrate"),
    TextStarted(message_id="t1.text"),
    TextAdded(message_id="t1.text", delta="Rill Tent is light.", by="model"),
    TextAdded(message_id="t1.text", delta=" Moth Lamp is a lamp.", by="template"),
    TextFinished(message_id="t1.text"),
    StepFinished(step="narrate"),
    TurnFinished(turn_id="t1"),
)


def folded(*records: Record, start: Conversation | None = None) -> Conversation:
    conversation = start or Conversation(session_id="s")
    for record in records:
        conversation = conversation.after(record, {"A": TENT, "B": LAMP})
    return conversation


def said(*events: TurnEvent) -> tuple[TurnSaid, ...]:
    return tuple(TurnSaid(event=each) for each in events)


def test_the_records_of_a_whole_turn_fold_into_its_messages_shelf_and_constraints():
    after = folded(ASKED, *said(*TURN))
    assert [(one.role, one.text, one.card_set) for one in after.said] == [
        ("shopper", "a tent under $120", None),
        ("assistant", "Rill Tent is light. Moth Lamp is a lamp.", "t1.b"),
    ]
    assert after.request == WANTED
    assert [shown.id for shown in after.shelf.sets] == ["t1.b"]
    assert (after.turn_id, after.open_text, after.turn_set, after.asked) == (None, None, None, False)
    assert after.language == "zh"


@pytest.mark.parametrize("cut", range(len(TURN) + 1))
def test_a_turn_cut_off_anywhere_ends_with_no_open_text_and_no_running_turn(cut: int):
    broken = folded(ASKED, *said(*TURN[:cut]))
    end = TurnFailed(turn_id="t1", code="interrupted", text="Please ask again.")
    closing = broken.closing(end)
    assert closing[-1] == end
    opened = [one.message_id for one in TURN[:cut] if isinstance(one, TextStarted)]
    finished = [one.message_id for one in (*TURN[:cut], *closing) if isinstance(one, TextFinished)]
    assert finished == opened
    after = folded(*said(*closing), start=broken)
    assert (after.turn_id, after.open_text, after.turn_set) == (None, None, None)
    assert after.said == broken.said


def test_what_was_said_before_the_cut_is_kept():
    cut = TURN.index(TextFinished(message_id="t1.text")) - 1
    assert folded(*said(*TURN[:cut])).said[-1].text == "Rill Tent is light."


def test_a_running_turn_is_known_from_its_first_event_to_its_last():
    states = [folded(*said(*TURN[:cut])).turn_id for cut in range(len(TURN) + 1)]
    assert states == [None, *["t1"] * (len(TURN) - 1), None]


def test_a_cancelled_turn_closes_the_text_that_it_left_open():
    cut = TURN.index(TextStarted(message_id="t1.text")) + 1
    end = TurnFinished(turn_id="t1", cancelled=True)
    assert folded(*said(*TURN[:cut])).closing(end) == (TextFinished(message_id="t1.text"), end)


def test_reasons_that_come_later_are_put_on_their_own_cards():
    shown = folded(*said(*TURN)).shelf.sets[0]
    assert [one.reason.text if one.reason else None for one in shown.cards] == ["Light", None]
    other = ReasonGiven(turn_id="t1", card_set="gone", reasons={2: Reason(text="Bright", evidence=("attr:B:light",))})
    assert folded(*said(*TURN, other)).shelf == folded(*said(*TURN)).shelf


def test_a_turn_without_cards_has_a_message_without_a_card_set():
    small = (
        TurnStarted(turn_id="t2", message_id="m2", language="en", time=NOW),
        TextStarted(message_id="t2.text"),
        TextAdded(message_id="t2.text", delta="You are welcome.", by="model"),
        TextFinished(message_id="t2.text"),
        TurnFinished(turn_id="t2"),
    )
    after = folded(*said(*TURN, *small))
    assert after.said[-1].card_set is None
    assert after.language == "en"
    assert after.shelf.current is not None and after.shelf.current.id == "t1.b"


def test_a_question_is_remembered_until_the_next_turn_starts():
    question = QuestionAsked(turn_id="t1", text="For whom?", answers=(Answer(label="Me", text="me"),))
    asked = folded(*said(TURN[0], question, TURN[-1]))
    assert asked.asked
    assert not folded(*said(TURN[0]), start=asked).asked


def test_what_only_the_screen_shows_changes_no_state():
    rows = (ComparisonRow(name="price", values=("$99.00", None)),)
    quiet = (
        NoticeGiven(code="degraded", text="I cannot chat in full right now."),
        ComparisonShown(turn_id="t1", columns=(1, 2), rows=rows),
        *(one for one in TURN if isinstance(one, StepStarted | StepFinished | ToolChosen)),
    )
    before = folded(ASKED, *said(*TURN[:8]))
    assert folded(*said(*quiet), start=before) == before


def test_a_tapped_chip_replaces_the_standing_request():
    after = folded(*said(*TURN), ConstraintCleared(after=WANTED.cleared("/0/price_max")))
    assert after.request == Request(roles=(Constraints(need="tent"),))


def test_session_events_and_thumbs_reach_the_profile():
    thumb = Feedback(product_id="A", card_set="t1.b", value="up", time=NOW + timedelta(minutes=2))
    after = folded(EventReported(event=event("e1", "view_item", "B")), *said(*TURN), FeedbackGiven(feedback=thumb))
    assert after.profile.viewed == ("B",)
    assert [(trace.event, trace.title) for trace in after.profile.traces] == [
        ("view_item", "Moth Lamp"),
        ("thumb_up", "Rill Tent"),
    ]


def test_a_thumb_on_something_that_was_never_shown_carries_no_facts():
    thumb = Feedback(product_id="A", card_set="none", value="up", time=NOW)
    assert folded(FeedbackGiven(feedback=thumb)).profile.traces[0].title is None


def test_only_the_last_messages_are_kept():
    many = (
        MessageCreated(message=ShopperMessage(id=f"m{n}", text=f"text {n}", time=NOW)) for n in range(KEPT_MESSAGES + 5)
    )
    kept = folded(*many).said
    assert (len(kept), kept[0].id, kept[-1].id) == (KEPT_MESSAGES, "m5", f"m{KEPT_MESSAGES + 4}")


def test_folding_in_two_steps_gives_the_same_as_folding_at_once():
    records = (ASKED, *said(*TURN))
    whole = folded(*records)
    for cut in range(len(records) + 1):
        half = Conversation.model_validate_json(folded(*records[:cut]).model_dump_json())
        assert folded(*records[cut:], start=half) == whole
