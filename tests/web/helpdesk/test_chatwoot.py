"""Chatwoot's webhooks in, messages out: what a shopper of the helpdesk, and the shop's people, get to see."""

import asyncio
import json
import time

import pytest
from starlette.responses import JSONResponse

from agent.events import HandoffChanged, ShopperMessage, TextAdded, TextFinished, TextStarted, TurnFailed, TurnFinished
from agent.events import TurnStarted as Started
from agent.journal import MessageCreated, PersonWrote
from web.adapters.chatwoot_events import read
from web.adapters.chatwoot_flow import MOST

SAID = "Trail boots suit you."


PASSED = "I am passing you on to a person."


async def handing_over(conversation, message: ShopperMessage):
    """As the assistant does; "back" takes the conversation back while nobody has come."""
    back = conversation.handoff == "waiting" and message.text == "back"
    yield Started(turn_id=message.id, message_id=message.id, language="en", time=message.time)
    if back:
        yield HandoffChanged(state="returned", text="You are talking to the assistant")
        for event in words("All right."):
            yield event
    elif not conversation.with_a_person:
        told = "Wants a refund of order F-77."
        yield HandoffChanged(state="waiting", text="A person has been called", reason="asked", summary=told)
        for event in words(PASSED):
            yield event
    yield TurnFinished(turn_id=message.id)


def words(text):
    return (
        TextStarted(message_id="x"),
        TextAdded(message_id="x", delta=text, by="template"),
        TextFinished(message_id="x"),
    )


def quiet_for_people(script):
    """As the assistant does: while a person has the conversation a turn says nothing."""

    async def turn(conversation, message: ShopperMessage):
        if conversation.with_a_person:
            yield Started(turn_id=message.id, message_id=message.id, language="en", time=message.time)
            yield TurnFinished(turn_id=message.id)
            return
        async for event in script(conversation, message):
            yield event

    return turn


async def saying(conversation, message: ShopperMessage):
    yield Started(turn_id=message.id, message_id=message.id, language="en", time=message.time)
    for event in words(f"About {message.text}."):
        yield event
    yield TurnFinished(turn_id=message.id)


async def test_a_message_is_answered_with_cards_and_words_and_typing_is_shown_meanwhile(helpdesk):
    desk = helpdesk()
    await desk.tell(desk.message(5, "boots for the hills"))
    assert desk.asked == ["boots for the hills"]
    assert [kind for kind, _ in desk.chatwoot.calls] == ["typing", "messages", "messages", "typing"]
    assert desk.chatwoot.typing == ["on", "off"]
    assert desk.chatwoot.told[1] == SAID
    assert desk.chatwoot.opened == 0


async def test_the_webhook_is_answered_while_the_turn_is_still_running(helpdesk):
    desk = helpdesk()
    answer = await desk.post(desk.message(5, "a slow one"))
    await desk.until(lambda: desk.asked)
    assert answer.status_code == 200 and answer.json() == {"status": "taken"}
    assert SAID not in desk.chatwoot.told
    desk.shop.assistant.gate("chatwoot:5").set()
    await desk.settle()
    assert desk.chatwoot.told[-1] == SAID


@pytest.mark.parametrize(
    "headers",
    [
        {"signature": "sha256=" + "0" * 64},
        {"signature": ""},
        {"signature": "ünsigned"},
        {"timestamp": ""},
        {"timestamp": "soon"},
        {"late": 302},
        {"late": -310},
    ],
)
async def test_what_chatwoot_did_not_sign_just_now_is_refused(helpdesk, headers):
    desk = helpdesk()
    if late := headers.get("late"):
        headers = {"timestamp": str(int(time.time()) - late)}
    refused = await desk.post(desk.message(5, "hello"), **headers)
    assert refused.status_code == 401
    assert refused.json()["code"] == "bad_signature" and refused.json()["fix"]
    await desk.settle()
    assert desk.asked == []


async def test_a_body_that_was_changed_after_it_was_signed_is_refused(helpdesk):
    desk = helpdesk()
    now = str(int(time.time()))
    good = desk.message(5, "hello")
    from_elsewhere = await desk.post(good, timestamp=now)
    assert from_elsewhere.status_code == 200
    kept = from_elsewhere.request.headers["x-chatwoot-signature"]
    assert (await desk.post({**good, "id": 6}, timestamp=now, signature=kept)).status_code == 401


@pytest.mark.parametrize(
    ("payload", "code", "field"),
    [
        (b"{", "bad_json", ""),
        ([], "bad_event", "event"),
        ({"id": 3}, "bad_event", "event"),
        ({"event": "message_created", "id": 3}, "bad_event", "account"),
        ({"event": "conversation_opened", "id": 3, "status": "lost"}, "bad_event", "status"),
    ],
)
async def test_what_cannot_be_read_is_refused_by_field(helpdesk, payload, code, field):
    refused = await helpdesk().post(payload)
    assert refused.status_code == 422
    assert (refused.json()["code"], refused.json()["field"]) == (code, field)
    assert refused.json()["fix"]


async def test_events_that_nothing_is_to_be_done_about_are_acknowledged(helpdesk):
    desk = helpdesk()
    unknown = {"event": "conversation_typing_on", "anything": 1}
    widget = {"event": "webwidget_triggered", "id": 9, "contact": {}, "event_info": {"referer": "https://shop.example"}}
    for payload in (unknown, widget):
        answer = await desk.post(payload)
        assert (answer.status_code, answer.json()) == (200, {"status": "ignored"})
    assert desk.chatwoot.tried == []


async def test_without_its_settings_there_is_no_such_route(helpdesk, bench):
    desk = helpdesk()
    desk.shop = bench()
    assert (await desk.post(desk.message(5, "hello"))).status_code == 404


async def test_a_delivery_that_comes_again_is_ignored(helpdesk):
    desk = helpdesk()
    payload = desk.message(5, "boots")
    assert (await desk.post(payload, delivery="d")).json() == {"status": "taken"}
    await desk.settle()
    assert (await desk.post(payload, delivery="d")).json() == {"status": "ignored"}
    await desk.tell(payload)  # the same message in another delivery
    assert desk.asked == ["boots"]
    assert desk.chatwoot.told.count(SAID) == 1


async def test_a_delivery_that_comes_again_after_a_restart_is_not_answered_again(helpdesk):
    desk = helpdesk()
    await desk.tell(desk.message(5, "boots"), desk.message(8, "red ones"))
    told = list(desk.chatwoot.told)
    await desk.shop.restart(quiet=0.0)
    await desk.tell(desk.message(8, "red ones"), desk.message(5, "boots"))
    assert desk.asked == [] and desk.chatwoot.told == told
    await desk.tell(desk.message(9, "size 42"))
    assert desk.asked == ["size 42"]


async def test_what_a_shopper_writes_at_one_go_is_one_turn(helpdesk):
    desk = helpdesk(quiet=0.5)
    await desk.tell(desk.message(5, "hi"), desk.message(7, "under 100"), desk.message(6, "boots"))
    assert desk.asked == ["hi\nboots\nunder 100"]


async def test_what_comes_while_a_turn_runs_is_answered_after_it_in_one_turn(helpdesk):
    desk = helpdesk()
    await desk.post(desk.message(5, "a slow one"))
    await desk.until(lambda: desk.asked)
    for number in (8, 6, 7, 6):
        await desk.post(desk.message(number, f"words {number}"))
    desk.shop.assistant.gate("chatwoot:5").set()
    await desk.settle()
    assert desk.asked == ["a slow one", "words 6\nwords 7\nwords 8"]
    assert desk.chatwoot.told.count(SAID) == 2


async def test_a_message_that_comes_after_a_later_one_was_answered_is_not_answered(helpdesk):
    desk = helpdesk()
    await desk.tell(desk.message(8, "the later one"))
    await desk.tell(desk.message(7, "the earlier one"))
    assert desk.asked == ["the later one"]


@pytest.mark.parametrize(
    "fields",
    [
        {"private": True},
        {"message_type": "outgoing", "sender": {"id": 2, "name": "Floorwalker", "type": "agent_bot"}},
        {"message_type": "activity", "sender": None},
        {"message_type": "template", "sender": None},
        {"event": "message_updated"},
    ],
)
async def test_only_a_new_message_of_the_shopper_starts_a_turn(helpdesk, fields):
    desk = helpdesk()
    await desk.tell(desk.message(5, "hello", **fields))
    assert desk.asked == [] and desk.chatwoot.calls == []


async def test_the_bots_own_messages_coming_back_are_not_answered(helpdesk):
    desk = helpdesk()
    await desk.tell(desk.message(5, "boots"))
    bot = {"id": 2, "name": "Floorwalker", "type": "agent_bot"}
    own = [body for kind, body in desk.chatwoot.calls if kind == "messages"]
    for number, body in enumerate(own, start=901):
        fields = {"content_attributes": body["content_attributes"], "content_type": body["content_type"]}
        await desk.tell(desk.message(number, body["content"], message_type="outgoing", sender=bot, **fields))
    assert desk.asked == ["boots"] and not (await desk.session()).with_a_person


async def test_an_answer_that_is_tapped_is_the_shoppers_next_message(helpdesk):
    desk = helpdesk()
    await desk.tell(desk.message(5, "boots"))
    tapped = {"submitted_values": [{"title": "Red", "value": "the red ones"}], "items": []}
    bot = {"id": 2, "name": "Floorwalker", "type": "agent_bot"}
    fields = {"event": "message_updated", "message_type": "outgoing", "sender": bot, "content_type": "input_select"}
    told = desk.message(903, "Which colour?", content_attributes=tapped, **fields)
    await desk.tell(told)
    await desk.tell(told)  # Chatwoot tells every later change of the question too
    assert desk.asked == ["boots", "the red ones"]


@pytest.mark.parametrize(
    ("verified", "identifier", "known"), [(True, "u-4", "u-4"), (False, "u-4", None), (True, None, None)]
)
async def test_only_a_verified_identity_is_a_known_shopper(helpdesk, verified, identifier, known):
    desk = helpdesk()
    await desk.tell(desk.message(5, "boots", verified=verified, identifier=identifier))
    assert (await desk.session()).user_id == known


async def test_a_hand_off_is_announced_then_summed_up_for_people_then_opened(helpdesk):
    desk = helpdesk()
    desk.shop.assistant.script = handing_over
    await desk.tell(desk.message(5, "a person please"))
    assert [kind for kind, _ in desk.chatwoot.calls] == ["typing", "messages", "messages", "status", "typing"]
    assert desk.chatwoot.told == [PASSED]
    assert desk.chatwoot.notes == ["Wants a refund of order F-77."]
    assert desk.chatwoot.opened == 1
    assert (await desk.session()).handoff == "waiting"


async def test_the_opening_that_the_bot_asked_for_is_no_person_yet(helpdesk):
    desk = helpdesk()
    desk.shop.assistant.script = handing_over
    await desk.tell(desk.message(5, "a person please"), desk.changed("conversation_opened", "open", at=1767322009.0))
    assert (await desk.session()).handoff == "waiting"
    await desk.tell(desk.message(6, "hello?", status="open", at=1767322010.0))
    assert len(desk.chatwoot.told) == 1
    assigned = desk.changed("conversation_status_changed", "open", assignee=desk.AGENT, at=1767322011.0)
    await desk.tell(assigned)
    assert (await desk.session()).handoff == "human"


async def test_a_shopper_who_wants_the_assistant_back_before_anybody_came_has_it(helpdesk):
    desk = helpdesk()
    desk.shop.assistant.script = handing_over
    await desk.tell(desk.message(5, "a person please"), desk.changed("conversation_opened", "open", at=1767322009.0))
    await desk.tell(desk.message(6, "back", status="open", at=1767322010.0))
    assert desk.chatwoot.told == [PASSED, "All right."]
    assert desk.chatwoot.calls[-1] == ("status", {"status": "pending"})
    await desk.tell(desk.changed("conversation_status_changed", "pending", at=1767322011.0))
    await desk.tell(desk.message(7, "a person after all", at=1767322012.0))
    assert desk.chatwoot.told == [PASSED, "All right.", PASSED]


async def test_a_shopper_cannot_take_a_conversation_from_the_person_who_has_it(helpdesk):
    desk = helpdesk()
    desk.shop.assistant.script = handing_over
    await desk.tell(desk.message(5, "a person please"))
    await desk.tell(desk.message(6, "back", status="open", assignee=desk.AGENT, at=1767322010.0))
    assert desk.chatwoot.told == [PASSED] and (await desk.session()).handoff == "human"


async def test_where_calling_people_failed_the_next_message_calls_them_again(helpdesk):
    desk = helpdesk()
    desk.shop.assistant.script = handing_over
    desk.chatwoot.faults.extend([None, None, *(JSONResponse({}, 500) for _ in range(5))])
    await desk.tell(desk.message(5, "a person please"))
    assert desk.chatwoot.opened == 1  # the second attempt, of giving up
    desk.chatwoot.calls.clear()
    await desk.tell(desk.message(6, "anybody?"))
    assert desk.chatwoot.opened == 1 and desk.chatwoot.told == []


async def test_a_turn_that_is_running_when_a_person_writes_says_nothing_more(helpdesk):
    desk = helpdesk()
    await desk.post(desk.message(5, "a slow one"))
    await desk.until(lambda: desk.chatwoot.told)  # the cards are out
    before = list(desk.chatwoot.told)
    await desk.tell(desk.of_agent(6, "Hello, this is Bruno.", status="pending"))
    desk.shop.assistant.gate("chatwoot:5").set()
    await desk.settle()
    assert desk.chatwoot.told == before
    assert desk.chatwoot.typing == ["on", "off"]
    assert desk.chatwoot.opened == 1  # people see a conversation in which one of them writes
    conversation = await desk.session()
    assert conversation.handoff == "human"
    assert [(said.by, said.text) for said in conversation.said][-1] == ("Bruno Salt", "Hello, this is Bruno.")


async def test_what_was_on_its_way_when_a_person_wrote_is_not_tried_again(helpdesk):
    desk = helpdesk()
    desk.shop.assistant.script = quiet_for_people(saying)
    desk.chatwoot.held["messages"] = asyncio.Event()
    desk.chatwoot.faults.append(JSONResponse({}, 503))
    await desk.post(desk.message(5, "boots"))
    await desk.until(lambda: "messages" in desk.chatwoot.tried)
    await desk.post(desk.of_agent(6, "I have it."))
    desk.chatwoot.held["messages"].set()
    await desk.settle()
    assert desk.chatwoot.told == []
    assert desk.chatwoot.tried.count("messages") == 1


@pytest.mark.parametrize("event", ["conversation_opened", "conversation_status_changed"])
async def test_an_opened_conversation_is_a_persons_until_it_is_pending_again(helpdesk, event):
    desk = helpdesk()
    desk.shop.assistant.script = quiet_for_people(saying)
    await desk.tell(desk.message(5, "boots"), desk.changed(event, "open", assignee=desk.AGENT, at=1767322001.0))
    assert ((await desk.session()).handoff, desk.chatwoot.told) == ("human", ["About boots."])
    await desk.tell(desk.message(6, "are you there?", status="open", assignee=desk.AGENT, at=1767322002.0))
    assert desk.chatwoot.told == ["About boots."]
    assert desk.asked == ["boots", "are you there?"]  # our session heard it, and said nothing
    await desk.tell(desk.changed("conversation_status_changed", "pending", at=1767322003.0))
    assert (await desk.session()).handoff == "returned"
    await desk.tell(desk.message(7, "red ones", at=1767322004.0))
    assert desk.chatwoot.told == ["About boots.", "About red ones."]


async def test_a_conversation_that_comes_back_pending_without_a_word_is_the_bots(helpdesk):
    """Chatwoot before 4.13 tells a bot nothing of a conversation that is set to pending."""
    desk = helpdesk()
    desk.shop.assistant.script = quiet_for_people(saying)
    await desk.tell(desk.changed("conversation_opened", "open", at=1767322001.0))
    await desk.tell(desk.message(7, "boots", at=1767322004.0))
    assert desk.chatwoot.told == ["About boots."]


async def test_a_resolved_conversation_that_is_reopened_as_pending_is_the_bots(helpdesk):
    desk = helpdesk()
    desk.shop.assistant.script = quiet_for_people(saying)
    await desk.tell(desk.of_agent(5, "Done.", at=1767322001.0))
    await desk.tell(desk.changed("conversation_resolved", "resolved", at=1767322002.0))
    await desk.shop.restart(quiet=0.0)
    desk.shop.assistant.script = quiet_for_people(saying)
    await desk.tell(desk.message(7, "boots", at=1767322004.0))
    assert desk.chatwoot.told == ["About boots."]


async def test_a_person_who_writes_while_it_is_pending_is_not_talked_over_by_the_next_message(helpdesk):
    desk = helpdesk()
    desk.shop.assistant.script = quiet_for_people(saying)
    await desk.tell(desk.of_agent(5, "I look into it.", status="pending"), desk.message(6, "thanks"))
    assert desk.chatwoot.told == [] and (await desk.session()).handoff == "human"


async def test_a_late_word_of_the_past_gives_the_conversation_to_nobody(helpdesk):
    desk = helpdesk()
    desk.shop.assistant.script = quiet_for_people(saying)
    await desk.tell(desk.message(9, "boots", at=1767322009.0))
    await desk.tell(desk.changed("conversation_opened", "open", at=1767322003.0))
    await desk.tell(desk.of_agent(4, "Long ago.", at=1767322004.0))
    assert (await desk.session()).handoff is None
    assert any(isinstance(one, PersonWrote) for one in await desk.shop.journal.records("chatwoot:1:17"))


async def test_a_person_is_heard_once_however_often_it_is_delivered(helpdesk):
    desk = helpdesk()
    await desk.tell(desk.of_agent(5, "Hello."), desk.of_agent(5, "Hello."))
    records = await desk.shop.journal.records("chatwoot:1:17")
    assert sum(isinstance(one, PersonWrote) for one in records) == 1


async def test_a_private_note_and_an_automatic_message_are_no_person_talking(helpdesk):
    desk = helpdesk()
    await desk.tell(
        desk.of_agent(5, "for us", status="pending", private=True),
        desk.of_agent(6, "Thanks for writing!", status="pending", content_attributes={"automation_rule_id": 2}),
    )
    assert (await desk.session()).handoff is None


async def test_a_failed_turn_goes_to_people_and_typing_ends(helpdesk):
    desk = helpdesk()

    async def failing(conversation, message):
        yield Started(turn_id="t", message_id=message.id, language="en", time=message.time)
        yield TurnFailed(turn_id="t", code="retrieval_down", text="The search is down. Please try again.")

    desk.shop.assistant.script = failing
    await desk.tell(desk.message(5, "boots"))
    assert len(desk.chatwoot.told) == 1 and "passed it on" in desk.chatwoot.told[0]
    assert desk.chatwoot.opened == 1 and len(desk.chatwoot.notes) == 1
    assert desk.chatwoot.typing == ["on", "off"]
    assert (await desk.session()).handoff == "waiting"


async def test_a_helpdesk_that_takes_no_message_is_tried_and_given_up_and_people_get_it(helpdesk):
    desk = helpdesk()
    desk.shop.assistant.script = saying
    desk.chatwoot.faults.extend(JSONResponse({}, 500) for _ in range(5))
    await desk.tell(desk.message(5, "boots"))
    assert desk.chatwoot.told == [
        "I cannot answer that, so I have passed it on to our people. They will answer you here."
    ]
    assert desk.chatwoot.opened == 1 and desk.chatwoot.typing == ["on", "off"]
    assert 'floorwalker_helpdesk_total{outcome="gave_up"} 1.0' in desk.shop.app.state.intake.tally.text().decode()


async def test_a_conversation_that_chatwoot_does_not_know_is_dropped(helpdesk):
    desk = helpdesk()
    await desk.tell(desk.message(5, "boots", talk=404))
    assert desk.chatwoot.calls == []
    assert 'floorwalker_helpdesk_total{outcome="dropped"} 1.0' in desk.shop.app.state.intake.tally.text().decode()
    await desk.tell(desk.message(6, "boots"))
    assert desk.chatwoot.told[-1] == SAID


async def test_attachments_alone_are_asked_about_once_and_then_go_to_people(helpdesk):
    desk = helpdesk()
    picture = [{"id": 1, "file_type": "image", "data_url": "https://chatwoot.test/p.jpg"}]
    await desk.tell(desk.message(5, None, attachments=picture))
    assert desk.chatwoot.opened == 0 and len(desk.chatwoot.told) == 1
    assert desk.chatwoot.calls[1][1]["content_type"] == "input_select"
    await desk.tell(desk.message(6, "", attachments=picture))
    assert desk.chatwoot.opened == 1 and desk.asked == []
    assert desk.chatwoot.typing == ["on", "off"] * 2


async def test_words_beside_an_attachment_are_answered_and_it_is_said_that_it_was_not_seen(helpdesk):
    desk = helpdesk()
    desk.shop.assistant.script = saying
    await desk.tell(desk.message(5, "one like this", attachments=[{"id": 1, "file_type": "image"}]))
    assert desk.chatwoot.told == ["I cannot open what you attached, so I go by your words.\n\nAbout one like this."]


async def test_two_conversations_are_two_sessions(helpdesk):
    desk = helpdesk()
    await desk.tell(desk.message(5, "boots"), desk.message(6, "mugs", talk=18))
    assert [said.text for said in (await desk.session(17)).said if said.role == "shopper"] == ["boots"]
    assert [said.text for said in (await desk.session(18)).said if said.role == "shopper"] == ["mugs"]


async def test_a_long_letter_is_cut_to_what_a_turn_may_hold(helpdesk):
    desk = helpdesk()
    await desk.tell(desk.message(5, "boots " * 900))
    assert len(desk.asked[0]) <= 2000 and desk.chatwoot.told[-1] == SAID


async def test_a_turn_that_is_nearly_done_is_finished_at_the_end(helpdesk):
    desk = helpdesk()
    await desk.post(desk.message(5, "a slow one"))
    await desk.until(lambda: desk.asked)
    ending = asyncio.create_task(desk.bot.close())
    await asyncio.sleep(0)
    refused = await desk.post(desk.message(6, "more"))
    assert refused.status_code == 429  # Chatwoot delivers it again
    desk.shop.assistant.gate("chatwoot:5").set()
    await ending
    assert desk.chatwoot.told[-1] == SAID and desk.chatwoot.opened == 0


async def test_what_cannot_be_finished_at_the_end_goes_to_people(helpdesk):
    desk = helpdesk(cleanup_wait=0.05)
    await desk.post(desk.message(5, "a stuck one"))
    await desk.until(lambda: desk.asked)
    await desk.bot.close()
    assert desk.chatwoot.typing == ["on", "off"] and desk.chatwoot.opened == 1
    (note,) = desk.chatwoot.notes
    assert note.startswith("The assistant was stopped before it could answer.\nWhy: the assistant could not help")
    assert "Shopper: a stuck one" in note


async def test_unknown_fields_change_nothing(helpdesk):
    desk = helpdesk()
    payload = json.loads(json.dumps(desk.message(5, "boots")).replace('"inbox_id": 3', '"inbox_id": 3, "new_one": [1]'))
    await desk.tell({**payload, "something_new": {"a": 1}})
    assert desk.asked == ["boots"]


async def test_the_words_of_a_burst_are_one_message_of_the_session(helpdesk):
    desk = helpdesk(quiet=0.5)
    await desk.tell(desk.message(5, "hi"), desk.message(6, "boots"))
    records = await desk.shop.journal.records("chatwoot:1:17")
    assert [one.message.id for one in records if isinstance(one, MessageCreated)] == ["chatwoot:6"]


async def test_a_shopper_who_is_muted_is_not_answered(helpdesk):
    """Chatwoot reopens a resolved conversation for everybody else."""
    desk = helpdesk()
    await desk.tell(desk.message(5, "boots", status="resolved"))
    assert desk.asked == [] and desk.chatwoot.calls == []


async def test_after_words_in_between_attachments_are_asked_about_again(helpdesk):
    desk = helpdesk()
    picture = [{"id": 1, "file_type": "image"}]
    await desk.tell(desk.message(5, None, attachments=picture))
    await desk.tell(desk.message(6, "a scratch on the boots"))
    await desk.tell(desk.message(7, None, attachments=picture))
    assert desk.chatwoot.opened == 0
    assert desk.chatwoot.told[0] == desk.chatwoot.told[-1]


async def test_where_every_turn_is_taken_for_long_people_get_the_conversation(helpdesk):
    desk = helpdesk(turns=1, turn_wait=0.01)
    await desk.post(desk.message(5, "a slow one"))
    await desk.until(lambda: desk.asked)
    await desk.post(desk.message(6, "boots", talk=18))
    await desk.until(lambda: desk.chatwoot.opened)
    desk.shop.assistant.gate("chatwoot:5").set()
    await desk.settle()
    assert desk.asked == ["a slow one"] and desk.chatwoot.told[-1] == SAID


async def test_more_conversations_than_can_wait_are_to_be_delivered_again(helpdesk):
    desk = helpdesk(quiet=60.0, cleanup_wait=0.01)
    for number in range(1, MOST + 1):
        desk.bot.take(read(desk.message(number, "hello", talk=1000 + number)))
    assert (await desk.post(desk.message(999, "hello", talk=18))).status_code == 429
    desk.bot.take(read(desk.message(998, "me again", talk=1001)))  # one that waits already may say more
