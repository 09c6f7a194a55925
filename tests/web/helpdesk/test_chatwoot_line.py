"""Which words wait for an answer, and whose a conversation is: pure, whatever order things are delivered in."""

from collections import Counter
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from web.adapters.chatwoot_events import Changed, Hands, Heard, PersonSaid, Place
from web.adapters.chatwoot_line import Line, last_answered, merged, message_id, turned

PLACE = Place(account=1, conversation=17)
BOT, PEOPLE, NOBODY = Hands(whose="bot"), Hands(whose="people"), Hands(whose="nobody")
BRUNO = Hands(whose="people", person="Bruno")
ANSWER = 0
"""Among deliveries: here all that waits is taken up by a turn."""


def heard(number: int, text: str = "", hands: Hands = BOT) -> Heard:
    return Heard(place=PLACE, hands=hands, id=number, text=text or f"words {number}")


def wrote(hands: Hands) -> PersonSaid:
    return PersonSaid(place=PLACE, hands=hands, id=5, text="Hello.", by="Bruno")


def told(hands: Hands) -> Changed:
    return Changed(place=PLACE, hands=hands)


@given(st.lists(st.integers(min_value=0, max_value=12), max_size=60))
def test_in_any_order_and_however_often_each_message_is_in_one_turn_at_most_and_the_last_word_is_answered(deliveries):
    line, turns = Line(), list[tuple[Heard, ...]]()
    for number in (*deliveries, ANSWER):
        if number != ANSWER:
            line = line.after(heard(number))
            continue
        burst, line = line.taken()
        turns += [burst] if burst else []
    answered = [one.id for burst in turns for one in burst]
    assert answered == sorted(answered)
    assert max(Counter(answered).values(), default=0) <= 1
    assert max(answered, default=0) == max(deliveries, default=0)


@given(st.permutations(range(1, 8)), st.integers(min_value=0, max_value=7))
def test_a_process_that_comes_after_answers_nothing_again(order, answered):
    line = Line()
    for number in order:
        line = line.after(heard(number))
    burst, after = line.since(answered).taken()
    assert [one.id for one in burst] == list(range(answered + 1, 8))
    assert all(after.after(heard(number)) == after for number in order)


@given(st.lists(st.integers(min_value=1, max_value=10**9), min_size=1, unique=True))
def test_what_was_answered_is_told_by_the_ids_of_the_sessions_messages(numbers):
    ids = [message_id([heard(number)]) for number in numbers]
    assert last_answered([*ids, "a page's own id", "chatwoot:", "chatwoot:²"]) == max(numbers)


def test_a_burst_is_one_text_and_goes_by_its_last_message():
    burst = (heard(3, "hi"), Heard(place=PLACE, hands=BOT, id=4, text="", attachments=True), heard(6, "boots"))
    assert (merged(burst), message_id(burst)) == ("hi\nboots", "chatwoot:6")


def test_a_burst_of_attachments_has_no_text():
    assert merged((Heard(place=PLACE, hands=BOT, id=4, text="", attachments=True),)) == ""


@pytest.mark.parametrize(
    ("handoff", "before", "what", "change"),
    [
        (None, None, heard(5), None),
        (None, None, heard(5, hands=PEOPLE), "human"),
        (None, BOT, told(PEOPLE), "human"),
        ("offered", BOT, told(BRUNO), "human"),
        ("returned", BOT, wrote(BOT), "human"),
        ("human", PEOPLE, wrote(PEOPLE), None),
        ("waiting", BOT, told(PEOPLE), None),  # opened because we asked for it
        ("waiting", PEOPLE, told(BRUNO), "human"),
        ("waiting", PEOPLE, wrote(PEOPLE), "human"),
        ("waiting", BOT, heard(6), None),  # not opened yet
        ("waiting", None, heard(6), None),
        ("waiting", PEOPLE, heard(6), "returned"),
        ("human", PEOPLE, heard(6), "returned"),
        ("human", None, heard(6), "returned"),
        ("human", BOT, heard(6), None),  # somebody wrote while it was pending
        ("human", PEOPLE, told(BOT), "returned"),
        ("human", PEOPLE, told(NOBODY), "returned"),
        ("waiting", PEOPLE, told(NOBODY), "returned"),
        (None, BOT, told(NOBODY), None),
    ],
)
def test_whose_a_conversation_is_follows_from_what_was_told(handoff: Any, before: Any, what: Any, change: Any):
    assert turned(handoff, before, what) == change


@given(
    st.sampled_from([None, "offered", "waiting", "human", "returned"]),
    st.sampled_from(["bot", "people", "nobody"]),
    st.sampled_from(["bot", "people", "nobody"]),
    st.sampled_from([heard, wrote, told]),
)
def test_what_came_late_changes_nothing(handoff, was, late, kind):
    before, now = Hands(whose=was, at=20.0), Hands(whose=late, at=10.0)
    what = heard(5, hands=now) if kind is heard else kind(now)
    assert turned(handoff, before, what) is None


@given(st.sampled_from(["bot", "people", "nobody"]), st.sampled_from([None, "offered", "waiting", "human", "returned"]))
def test_told_twice_the_second_time_changes_nothing(whose, handoff):
    hands = Hands(whose=whose, person="Bruno" if whose == "people" else None)
    first = turned(handoff, None, told(hands))
    assert turned(first or handoff, hands, told(hands)) is None
