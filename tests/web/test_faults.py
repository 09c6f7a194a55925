"""What a hostile or broken page sends or does not read: it is told, and nobody else notices."""

import json

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from web.outbox import Outbox
from web.problems import ProblemCode


async def works(tab, message_id):
    tab.send(type="message.create", id=message_id, text="boots")
    frames = await tab.until("RUN_FINISHED")
    return frames[0]["name"] == "shop.ack"


@pytest.mark.parametrize(
    ("frame", "code", "field"),
    [
        ({"type": "message.delete"}, "unknown_type", "type"),
        ({"no": "type"}, "unknown_type", "type"),
        ({"type": ["session.event"]}, "unknown_type", "type"),
        ({"type": "session.start", "token": "x"}, "bad_frame", "type"),
        ({"type": "message.create", "text": "boots"}, "bad_frame", "id"),
        ({"type": "message.create", "id": "", "text": "boots"}, "bad_frame", "id"),
        ({"type": "message.create", "id": "m\n1", "text": "boots"}, "bad_frame", "id"),
        ({"type": "message.create", "id": "m1", "text": 7}, "bad_frame", "text"),
        ({"type": "message.create", "id": "m1", "text": " \n "}, "empty", "text"),
        ({"type": "message.create", "id": "m1", "text": "x" * 2001}, "too_long", "text"),
        ({"type": "constraint.clear"}, "bad_frame", "path"),
        ({"type": "constraint.clear", "path": "/need"}, "unknown_path", "path"),
        ({"type": "constraint.clear", "path": "/__class__"}, "unknown_path", "path"),
        ({"type": "feedback", "productId": "P1", "cardSet": "c", "value": "sideways"}, "bad_frame", "value"),
        ({"type": "session.event"}, "bad_frame", "event"),
        ({"type": "session.event", "event": "x"}, "bad_frame", "event"),
        ({"type": "session.event", "event": {"event_id": "e", "name": "scroll"}}, "unknown_event", "name"),
        (
            {"type": "session.event", "event": {"event_id": "e", "name": "view_item", "items": [{"item_id": "X"}]}},
            "unknown_product",
            "items[0].item_id",
        ),
    ],
)
async def test_a_refused_frame_is_told_with_code_field_and_fix_and_nothing_else_is_lost(bench, frame, code, field):
    shop = bench()
    tab = await shop.chat()
    tab.send(**frame)
    refused = await tab.value("shop.error")
    assert (refused["code"], refused["field"]) == (code, field)
    assert refused["fix"]
    assert await shop.journal.records("s1") == ()
    assert await works(tab, "m9")


@pytest.mark.parametrize("text", ["", "{", "[]", "7", '"x"', "null", "NaN", "[" * 30_000, '{"type":"\\ud800"}'])
async def test_text_that_is_no_json_object_is_refused(bench, text):
    tab = await bench().chat()
    tab.send_text(text)
    assert (await tab.value("shop.error"))["code"] == "bad_json"
    assert await works(tab, "m1")


async def test_one_id_of_a_page_with_two_contents_is_refused_and_not_acknowledged(bench):
    shop = bench()
    event = {"event_id": "e1", "name": "view_item", "items": [{"item_id": "P1"}]}
    tab = await shop.chat()
    for _ in range(2):
        tab.send(type="session.event", event=event)
        assert (await tab.value("shop.ack"))["ids"] == ["e1"]
    await shop.restart()
    tab = await shop.chat()
    tab.send(type="session.event", event={**event, "items": [{"item_id": "P2"}]})
    refused = await tab.value("shop.error")
    assert (refused["code"], refused["field"]) == ("conflict", "event_id")
    assert len(await shop.journal.records("s1")) == 1
    assert not [frame for frame in tab.frames if frame.get("name") == "shop.ack"]


async def test_a_binary_frame_is_refused(bench):
    tab = await bench().chat()
    tab.send_bytes(b"\x00\x01")
    assert (await tab.value("shop.error"))["code"] == "bad_json"


async def test_fields_that_we_do_not_know_are_ignored(bench):
    tab = await bench().chat()
    tab.send(type="message.create", id="m1", text="boots", mood="sunny")
    await tab.until("RUN_FINISHED")


async def test_a_message_of_the_longest_text_is_taken(bench):
    shop = bench()
    tab = await shop.chat()
    tab.send(type="message.create", id="m1", text="  " + "靴" * 2000 + "\n")
    await tab.until("RUN_FINISHED")
    assert shop.assistant.asked[0].text == "靴" * 2000


async def test_a_frame_over_64_kib_closes_the_socket(bench):
    tab = await bench().chat()
    tab.send_text('{"type":"message.create","text":"' + "x" * 65_536 + '"}')
    assert await tab.closed() == 1009


scraps = st.none() | st.booleans() | st.integers() | st.text(max_size=20) | st.just("P1") | st.just("m1")
values = scraps | st.lists(scraps, max_size=3) | st.dictionaries(st.text(max_size=6), scraps, max_size=3)
types = st.sampled_from(
    ["session.start", "session.event", "message.create", "response.cancel", "constraint.clear", "feedback"]
)
garbage = st.one_of(
    st.text(max_size=60),
    values.map(json.dumps),
    st.fixed_dictionaries(
        {"type": types | values},
        optional={key: values for key in ("id", "text", "event", "path", "productId", "cardSet", "value", "token")},
    ).map(json.dumps),
)


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(garbage, min_size=1, max_size=10))
async def test_garbage_is_refused_frame_by_frame_and_the_session_goes_on(bench, texts):
    shop = bench(refusals="1000/minute")
    tab = await shop.chat()
    for text in texts:
        tab.send_text(text)
    tab.send(type="message.create", id="the last one", text="boots")
    while not (tab.frames[-1].get("name") == "shop.ack" and tab.frames[-1]["value"]["ids"] == ["the last one"]):
        await tab.recv()
    await tab.until("RUN_FINISHED")
    assert [frame["seq"] for frame in tab.frames] == list(range(1, len(tab.frames) + 1))
    codes = {frame["value"]["code"] for frame in tab.frames if frame.get("name") == "shop.error"}
    assert codes <= set(ProblemCode.__args__)
    assert not any(frame["type"] == "RUN_ERROR" for frame in tab.frames)
    await shop.end()


async def test_a_tab_that_reads_nothing_is_closed_and_the_others_go_on(bench):
    shop = bench(drain_wait=0.01)
    stuck, fine = await shop.chat(), await shop.chat()
    await stuck.until("MESSAGES_SNAPSHOT")
    stuck.stall()
    assert await works(fine, "m1")
    await stuck.task
    assert await works(fine, "m2")
    again = await shop.tab(last_seq=stuck.frames[-1]["seq"])
    frames = await again.until("STATE_SNAPSHOT")
    assert sum(frame["type"] == "RUN_FINISHED" for frame in frames) == 2


async def test_a_tab_whose_frames_pile_up_beyond_the_bound_is_closed_at_once(bench):
    shop = bench(queue_bytes=4000, drain_wait=60.0)
    stuck, fine = await shop.chat(), await shop.chat()
    await stuck.until("MESSAGES_SNAPSHOT")
    stuck.stall()
    for number in range(5):
        assert await works(fine, f"m{number}")
    stuck.flow()
    assert await stuck.closed() == 1013


async def test_an_outbox_sends_in_order_and_says_how_to_close():
    sent: list[str] = []

    async def send(text: str) -> None:
        sent.append(text)

    box = Outbox(100)
    box.put("one")
    box.put("two")
    box.close(1012)
    box.put("three")
    assert await box.drain(send, 1.0) == 1012
    assert sent == ["one", "two"]


async def test_what_a_resuming_socket_missed_is_not_held_against_it():
    box = Outbox(10)
    box.put("x" * 1000, counted=False)
    box.put("y")
    assert box.close_code is None
    box.put("z" * 20)
    assert box.close_code == 1013
