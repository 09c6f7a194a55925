"""What Chatwoot's payloads mean."""

import pytest

from web.adapters.chatwoot_events import MARK, Accepted, Changed, Heard, PersonSaid, read

BOT = {"id": 2, "name": "Floorwalker", "type": "agent_bot"}


def test_a_message_of_the_shopper_is_heard(webhooks):
    heard = read(webhooks.message(5, "  boots \n", verified=True, identifier="u-4"))
    assert isinstance(heard, Heard)
    assert (heard.place.session_id, heard.id, heard.text, heard.user_id) == ("chatwoot:1:17", 5, "boots", "u-4")
    assert (heard.hands.whose, heard.hands.at, heard.channel) == ("bot", 1767322000.5, "Channel::WebWidget")


@pytest.mark.parametrize(
    ("fields", "known"),
    [
        ({"verified": True, "identifier": "u-4"}, "u-4"),
        ({"verified": False, "identifier": "u-4"}, None),
        ({"verified": None, "identifier": "u-4"}, None),
        ({"verified": True, "identifier": ""}, None),
        ({"verified": True, "identifier": "u" * 300}, None),
        ({"verified": True, "identifier": "u-4", "sender": {"id": 32, "identifier": "u-5"}}, None),
    ],
)
def test_a_shopper_is_known_by_a_checked_identifier_alone(webhooks, fields, known):
    assert read(webhooks.message(5, "boots", **fields)).user_id == known


def test_two_words_on_one_identity_that_differ_are_none(webhooks):
    payload = webhooks.message(5, "boots", verified=True, identifier="u-4")
    payload["conversation"]["contact_inbox"]["hmac_verified"] = False
    assert read(payload).user_id is None


@pytest.mark.parametrize(
    ("status", "fields", "whose", "person"),
    [
        ("pending", {}, "bot", None),
        ("pending", {"assignee": {"id": 4, "name": "Bruno Salt", "type": "user"}}, "bot", None),
        ("open", {}, "people", None),
        ("open", {"assignee": {"id": 4, "name": "Bruno Salt", "type": "user"}}, "people", "Bruno Salt"),
        ("open", {"assignee": BOT}, "bot", None),
        ("snoozed", {}, "people", None),
        ("resolved", {}, "nobody", None),
    ],
)
def test_status_and_assignee_say_whose_a_conversation_is(webhooks, status, fields, whose, person):
    for payload in (
        webhooks.message(5, "hi", status=status, **fields),
        webhooks.changed("conversation_opened", status, **fields),
    ):
        hands = read(payload).hands
        assert (hands.whose, hands.person) == (whose, person)


def test_a_person_is_heard_by_name(webhooks):
    said = read(webhooks.of_agent(5, "Hello."))
    assert isinstance(said, PersonSaid) and (said.by, said.text) == ("Bruno Salt", "Hello.")
    assert read(webhooks.of_agent(5, "x" * 9000)).text == "x" * 4000
    assert read(webhooks.of_agent(5, "")).text


def test_our_own_message_is_known_by_its_mark_and_a_shopper_cannot_forge_it(webhooks):
    mark = {MARK: "m1"}
    own = webhooks.message(5, "Boots.", message_type="outgoing", sender=BOT, content_attributes=mark)
    assert read(own) == Accepted(mark="m1")
    assert read(own | {"private": True}) == Accepted(mark="m1")
    assert isinstance(read(webhooks.message(5, "Boots.", content_attributes=mark)), Heard)


@pytest.mark.parametrize("picked", [None, [], "red", [{}], [{"value": " "}], [{"value": 3}], ["red"]])
def test_a_question_that_changed_without_an_answer_is_nothing(webhooks, picked):
    fields = {"event": "message_updated", "content_type": "input_select", "message_type": "outgoing"}
    assert read(webhooks.message(5, "Which?", content_attributes={"submitted_values": picked}, **fields)) is None


def test_the_account_is_found_in_whatever_names_it(webhooks):
    told = webhooks.changed("conversation_status_changed", "open")
    assert isinstance(read(told), Changed) and read(told).place.account == 1
    assert read(told | {"account_id": 6}).place.account == 6
    assert read(told | {"account": {"id": 7, "name": "Fernhill"}}).place.account == 7
    assert read(told | {"messages": []}) is None
