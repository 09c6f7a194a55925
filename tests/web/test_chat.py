"""One conversation over the socket: turns, order, acknowledgements, cancelling, two tabs, faults."""

import asyncio

from agent.events import TurnStarted


def seqs(frames):
    return [frame["seq"] for frame in frames]


def names(frames):
    return [frame.get("name") or frame["type"] for frame in frames]


async def test_a_new_page_is_told_the_state_and_then_the_messages(bench):
    tab = await bench().tab()
    state, messages = await tab.recv(), await tab.recv()
    assert state == {
        "type": "STATE_SNAPSHOT",
        "snapshot": {"constraints": {"chips": [], "need": ""}, "turnId": None, "language": "en", "handoff": None},
        "seq": 1,
    }
    assert messages == {"type": "MESSAGES_SNAPSHOT", "messages": [], "cardSets": [], "seq": 2}


async def test_a_turn_is_told_in_the_order_of_the_wire(bench):
    tab = await bench().chat()
    tab.send(type="message.create", id="m1", text="boots")
    frames = await tab.until("RUN_FINISHED")
    assert names(frames) == [
        "shop.ack",
        "RUN_STARTED",
        "STATE_DELTA",
        "STEP_STARTED",
        "STEP_FINISHED",
        "STATE_DELTA",
        "shop.products",
        "STEP_STARTED",
        "TEXT_MESSAGE_START",
        "TEXT_MESSAGE_CONTENT",
        "TEXT_MESSAGE_CONTENT",
        "TEXT_MESSAGE_END",
        "STEP_FINISHED",
        "STATE_DELTA",
        "RUN_FINISHED",
    ]
    assert seqs(tab.frames) == list(range(1, len(tab.frames) + 1))


async def test_what_a_page_reports_is_acknowledged_once_it_is_in_the_journal(bench):
    shop = bench()
    tab = await shop.chat()
    tab.send(type="session.event", event={"event_id": "e1", "name": "view_item", "items": [{"item_id": "P1"}]})
    assert await tab.value("shop.ack") == {"ids": ["e1"]}
    assert [record.key for record in await shop.journal.records("s1")] == ["e1"]


async def test_a_repeated_event_is_acknowledged_again_and_counts_once(bench):
    shop = bench()
    tab = await shop.chat()
    event = {"event_id": "e1", "name": "add_to_cart", "items": [{"item_id": "P1", "quantity": 2}]}
    for _ in range(3):
        tab.send(type="session.event", event=event)
        assert await tab.value("shop.ack") == {"ids": ["e1"]}
    async with shop.sessions.open("s1") as session:
        assert session.conversation.profile.cart == {"P1": 2}
    assert len(await shop.journal.records("s1")) == 1


async def test_an_id_that_a_page_of_another_session_used_is_free_here(bench):
    shop = bench()
    first, second = await shop.chat("s1"), await shop.chat("s2")
    event = {"event_id": "e1", "name": "add_to_cart", "items": [{"item_id": "P1"}]}
    first.send(type="session.event", event=event)
    await first.value("shop.ack")
    second.send(type="session.event", event=event)
    await second.value("shop.ack")
    async with shop.sessions.open("s2") as session:
        assert session.conversation.profile.cart == {"P1": 1}


async def test_a_repeated_message_is_acknowledged_again_and_runs_once(bench):
    shop = bench()
    tab = await shop.chat()
    tab.send(type="message.create", id="m1", text="boots")
    await tab.until("RUN_FINISHED")
    tab.send(type="message.create", id="m1", text="boots")
    assert await tab.value("shop.ack") == {"ids": ["m1"]}
    tab.send(type="message.create", id="m2", text="more boots")
    await tab.until("RUN_FINISHED")
    assert [message.id for message in shop.assistant.asked] == ["m1", "m2"]


async def test_a_message_repeated_while_its_turn_runs_does_not_disturb_it(bench):
    shop = bench()
    tab = await shop.chat()
    tab.send(type="message.create", id="m1", text="slow boots")
    await tab.until("TEXT_MESSAGE_CONTENT")
    tab.send(type="message.create", id="m1", text="slow boots")
    await tab.until("CUSTOM", "shop.ack")
    shop.assistant.gate("m1").set()
    assert "result" not in (await tab.until("RUN_FINISHED"))[-1]


async def test_a_message_repeated_after_a_restart_runs_nothing(bench):
    shop = bench()
    tab = await shop.chat()
    tab.send(type="message.create", id="m1", text="boots")
    await tab.until("RUN_FINISHED")
    await shop.restart()
    tab = await shop.chat()
    tab.send(type="message.create", id="m1", text="boots")
    await tab.value("shop.ack")
    assert shop.assistant.asked == []


async def test_cancelling_ends_text_step_and_run_and_frees_the_engine(bench):
    shop = bench()
    tab = await shop.chat()
    tab.send(type="message.create", id="m1", text="slow boots")
    await tab.until("TEXT_MESSAGE_CONTENT")
    tab.send(type="response.cancel")
    frames = await tab.until("RUN_FINISHED")
    assert names(frames)[-4:] == ["TEXT_MESSAGE_END", "STEP_FINISHED", "STATE_DELTA", "RUN_FINISHED"]
    assert frames[-1]["result"] == {"cancelled": True}
    tab.send(type="message.create", id="m2", text="boots")
    await tab.until("RUN_FINISHED")
    assert shop.assistant.closed == ["m1", "m2"]


async def test_cancelling_where_nothing_runs_says_nothing(bench):
    tab = await bench().chat()
    tab.send(type="response.cancel")
    tab.send(type="message.create", id="m1", text="boots")
    assert names(await tab.until("RUN_FINISHED"))[0] == "shop.ack"


async def test_a_new_message_cancels_the_running_turn_and_then_starts(bench):
    shop = bench()
    tab = await shop.chat()
    tab.send(type="message.create", id="m1", text="slow boots")
    await tab.until("TEXT_MESSAGE_CONTENT")
    tab.send(type="message.create", id="m2", text="tents")
    first = await tab.until("RUN_FINISHED")
    assert first[-1]["result"] == {"cancelled": True} and first[-1]["runId"] == "turn-m1"
    second = await tab.until("RUN_FINISHED")
    assert names(second)[:2] == ["shop.ack", "RUN_STARTED"] and second[-1]["runId"] == "turn-m2"


async def test_two_tabs_get_the_same_frames(bench):
    shop = bench()
    one = await shop.chat()
    two = await shop.chat()
    await one.until("MESSAGES_SNAPSHOT")  # the second tab's snapshots go to the first one too
    two.send(type="message.create", id="m1", text="boots")
    assert await one.until("RUN_FINISHED") == await two.until("RUN_FINISHED")
    started = next(frame for frame in one.frames if frame["type"] == "RUN_STARTED")
    assert started["input"]["messages"] == [{"id": "m1", "role": "user", "content": "boots"}]


async def test_a_turn_goes_on_when_its_tab_is_closed(bench):
    shop = bench()
    tab = await shop.chat()
    tab.send(type="message.create", id="m1", text="slow boots")
    await tab.until("TEXT_MESSAGE_CONTENT")
    await tab.leave()
    shop.assistant.gate("m1").set()
    again = await shop.tab(last_seq=tab.frames[-1]["seq"])
    assert "result" not in (await again.until("RUN_FINISHED"))[-1]


async def test_a_chip_is_tapped_away(bench):
    tab = await bench().chat()
    tab.send(type="message.create", id="m1", text="boots")
    await tab.until("RUN_FINISHED")
    tab.send(type="constraint.clear", path="/0/price_max")
    delta = await tab.recv()
    assert delta["delta"] == [{"op": "remove", "path": "/constraints/chips/0"}]
    tab.send(type="constraint.clear", path="/0/price_max")
    assert (await tab.value("shop.error"))["code"] == "unknown_path"


async def test_a_thumb_is_kept_and_acknowledged(bench):
    shop = bench()
    tab = await shop.chat()
    tab.send(type="message.create", id="m1", text="boots")
    await tab.until("RUN_FINISHED")
    tab.send(type="feedback", productId="P1", cardSet="turn-m1.a", value="up")
    assert await tab.value("shop.ack") == {"ids": ["feedback:turn-m1.a:P1"]}
    assert (await shop.journal.records("s1"))[-1].kind == "feedback"
    tab.send(type="feedback", productId="P2", cardSet="turn-m1.a", value="up")
    assert (await tab.value("shop.error"))["code"] == "unknown_product"
    tab.send(type="feedback", productId="P1", cardSet="other", value="up")
    assert (await tab.value("shop.error"))["code"] == "unknown_card_set"


async def test_a_turn_that_raises_ends_as_an_error_and_the_next_one_runs(bench):
    shop = bench()

    async def broken(conversation, message):
        yield TurnStarted(turn_id="t1", message_id=message.id, language="zh", time=shop.NOW)
        raise ValueError("a bug")

    shop.assistant.script = broken
    tab = await shop.chat()
    tab.send(type="message.create", id="m1", text="boots")
    end = (await tab.until("RUN_ERROR"))[-1]
    assert end["code"] == "internal" and "bug" not in end["message"]
    shop.assistant.script = None
    tab.send(type="message.create", id="m2", text="boots")
    await tab.until("RUN_FINISHED")


async def test_a_turn_that_raises_before_it_starts_is_still_begun_and_ended(bench):
    shop = bench()

    async def broken(conversation, message):
        if message:
            raise ValueError("a bug")
        yield

    shop.assistant.script = broken
    tab = await shop.chat()
    tab.send(type="message.create", id="m1", text="boots")
    frames = await tab.until("RUN_ERROR")
    assert names(frames) == ["shop.ack", "RUN_STARTED", "STATE_DELTA", "STATE_DELTA", "RUN_ERROR"]


async def test_a_turn_that_just_stops_is_ended(bench):
    shop = bench()

    async def short(conversation, message):
        yield TurnStarted(turn_id="t1", message_id=message.id, language="en", time=shop.NOW)

    shop.assistant.script = short
    tab = await shop.chat()
    tab.send(type="message.create", id="m1", text="boots")
    assert (await tab.until("RUN_ERROR"))[-1]["code"] == "internal"


async def test_a_turn_that_does_not_end_is_ended_at_the_deadline(bench):
    shop = bench(deadline=0.01)
    tab = await shop.chat()
    tab.send(type="message.create", id="m1", text="slow boots")
    assert (await tab.until("RUN_ERROR"))[-1]["code"] == "deadline"


async def test_a_turn_that_cannot_be_stopped_is_ended_for_the_shopper_all_the_same(bench):
    shop = bench(deadline=0.01, cleanup_wait=0.01)
    let_go = asyncio.Event()

    async def stubborn(conversation, message):
        yield TurnStarted(turn_id=f"t-{message.id}", message_id=message.id, language="en", time=shop.NOW)
        try:
            await let_go.wait()
        except asyncio.CancelledError:
            await let_go.wait()

    shop.assistant.script = stubborn
    tab = await shop.chat()
    tab.send(type="message.create", id="m1", text="boots")
    assert (await tab.until("RUN_ERROR"))[-1]["code"] == "deadline"
    shop.assistant.script = None
    tab.send(type="message.create", id="m2", text="boots")
    await tab.until("RUN_FINISHED")
    let_go.set()


async def test_a_crash_in_mid_turn_is_told_and_ended_when_the_session_is_loaded_again(bench):
    shop = bench()
    tab = await shop.chat()
    tab.send(type="message.create", id="m1", text="slow boots")
    await tab.until("TEXT_MESSAGE_CONTENT")
    await shop.crash()
    again = await shop.tab(last_seq=tab.frames[-1]["seq"])
    frames = await again.until("STATE_SNAPSHOT")
    assert names(frames)[-5:] == ["TEXT_MESSAGE_END", "STEP_FINISHED", "STATE_DELTA", "RUN_ERROR", "STATE_SNAPSHOT"]
    assert frames[-2]["code"] == "interrupted"
    assert frames[-1]["snapshot"]["turnId"] is None
    assert seqs([*tab.frames, *frames]) == list(range(1, frames[-1]["seq"] + 1))


async def test_a_message_that_no_turn_took_up_before_the_crash_is_ended_too(bench):
    shop = bench()
    hold = asyncio.Event()

    async def never(conversation, message):
        await hold.wait()
        yield

    shop.assistant.script = never
    tab = await shop.chat()
    tab.send(type="message.create", id="m1", text="boots")
    await tab.value("shop.ack")
    await shop.crash()
    again = await shop.tab(last_seq=tab.frames[-1]["seq"])
    assert names(await again.until("STATE_SNAPSHOT"))[0] == "RUN_STARTED"
    assert again.frames[-2]["code"] == "interrupted"


async def test_a_restart_shows_the_conversation_as_it_was(bench):
    shop = bench()
    tab = await shop.chat()
    tab.send(type="message.create", id="m1", text="boots")
    await tab.until("RUN_FINISHED")
    await tab.leave()
    await shop.restart()
    again = await shop.tab()
    state, messages = await again.recv(), await again.recv()
    assert [chip["value"] for chip in state["snapshot"]["constraints"]["chips"]] == ["$200.00"]
    assert messages["messages"] == [
        {"id": "m1", "role": "user", "content": "boots"},
        {"id": "text-m1", "role": "assistant", "content": "Trail boots suit you.", "cardSet": "turn-m1.a"},
    ]
    shown = next(frame for frame in tab.frames if frame.get("name") == "shop.products")
    assert messages["cardSets"] == [shown["value"]]
    assert state["seq"] == tab.frames[-1]["seq"] + 1


async def test_a_restart_in_good_order_ends_the_running_turn(bench):
    shop = bench()
    tab = await shop.chat()
    tab.send(type="message.create", id="m1", text="slow boots")
    await tab.until("TEXT_MESSAGE_CONTENT")
    await shop.restart()
    assert (await shop.journal.frames("s1", 0))[-1]["code"] == "interrupted"


async def test_a_page_that_reloads_in_mid_turn_sees_the_text_so_far(bench):
    shop = bench()
    tab = await shop.chat()
    tab.send(type="message.create", id="m1", text="slow boots")
    while (await tab.recv()).get("delta") != "suit you.":
        pass
    again = await shop.tab()
    state, messages = await again.recv(), await again.recv()
    assert state["snapshot"]["turnId"] == "turn-m1"
    assert messages["messages"][-1]["content"] == "Trail boots suit you."
    shop.assistant.gate("m1").set()
    assert names(await again.until("RUN_FINISHED"))[0] == "TEXT_MESSAGE_END"


async def test_while_the_journal_is_down_nothing_is_acknowledged_and_the_session_lives_on(bench):
    shop = bench()
    tab = await shop.chat()
    shop.journal.down = True
    event = {"event_id": "e1", "name": "view_item", "items": [{"item_id": "P1"}]}
    tab.send(type="session.event", event=event)
    refused = await tab.recv()
    assert refused["value"]["code"] == "journal_down" and "seq" not in refused
    shop.journal.down = False
    tab.send(type="session.event", event=event)
    ack = await tab.recv()
    assert (ack["name"], ack["seq"]) == ("shop.ack", 3)


async def test_a_journal_that_goes_down_in_mid_turn_closes_the_sockets_and_a_resume_gets_the_end(bench):
    shop = bench()
    tab = await shop.chat()
    tab.send(type="message.create", id="m1", text="slow boots")
    await tab.until("TEXT_MESSAGE_CONTENT")
    last = tab.frames[-1]["seq"]
    shop.journal.down = True
    tab.send(type="response.cancel")
    assert await tab.closed() == 1013
    assert tab.frames[-1]["value"]["code"] == "journal_down"
    late = await shop.tab(last_seq=last)
    assert await late.closed() == 1013
    shop.journal.down = False
    again = await shop.tab(last_seq=last)
    frames = await again.until("STATE_SNAPSHOT")
    assert frames[-2]["code"] == "interrupted"
    assert seqs(frames) == list(range(last + 1, last + 1 + len(frames)))


async def test_an_idle_session_leaves_memory_and_comes_back_as_it_was(bench):
    shop = bench(idle=0.0)
    tab = await shop.chat()
    tab.send(type="message.create", id="m1", text="boots")
    await tab.until("RUN_FINISHED")
    assert shop.sessions.loaded == {"s1"}
    await tab.leave()
    while shop.sessions.loaded:
        await asyncio.sleep(0)
    again = await shop.tab(last_seq=tab.frames[-1]["seq"])
    assert (await again.recv())["seq"] == tab.frames[-1]["seq"] + 1


async def test_retrieval_down_is_told_to_the_page(bench):
    shop = bench()
    tab = await shop.chat()
    shop.assistant.retriever.down = True
    tab.send(type="session.event", event={"event_id": "e1", "name": "view_item", "items": [{"item_id": "P1"}]})
    assert (await tab.value("shop.error"))["code"] == "retrieval_down"
    assert await shop.journal.records("s1") == ()
