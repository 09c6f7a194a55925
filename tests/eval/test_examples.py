"""What a model can be tuned on: accepted turns, told as they were, by shoppers who let them be used."""

import json
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from uuid import uuid4

import jsonschema
import pytest
from hypothesis import given
from hypothesis import strategies as st

from agent.assembly import Assistant
from agent.events import EventItem, Feedback, SelectItem
from agent.journal import ConsentSet, EventReported, FeedbackGiven, Journal, ShopperNamed
from agent.memoryjournal import MemoryJournal
from agent.tools import schema
from eval.examples import examples, hashed, once, split
from eval.talk import Talk
from llm_server.chat import Message
from llm_server.examples import Example
from llm_server.scripted import ScriptedChat
from tests.agent.builders import steady
from tests.eval.talkers import talking

SEARCH = '{"tool":"search_catalog","query":"tent for two","category":"Tents"}'
PROSE = "[1] is light, with a sealed floor. [2] is roomy. [3] is a tent."


@pytest.fixture
async def shop(tmp_path: Path) -> AsyncIterator[Assistant]:
    async with talking(tmp_path) as assistant:
        yield assistant


def with_model(shop: Assistant, *plans: str, prose: str = PROSE) -> tuple[Assistant, ScriptedChat]:
    model = ScriptedChat(plan=plans, narrate=[prose] * len(plans), repeat=True)
    return replace(shop, model=model), model


async def made(journal: Journal, shop: Assistant, held_out: float = 0.0) -> tuple[Example, ...]:
    return await examples(journal, shop.shop, shop.facets, shop.retriever, held_out=held_out)


async def picks(journal: Journal, talk: Talk, product_id: str, **more: Any) -> None:
    event = SelectItem(event_id=uuid4().hex, time=datetime.now(UTC), items=(EventItem(item_id=product_id),))
    await journal.append(talk.conversation.session_id, [EventReported(event=event, **more)])


async def test_the_prompts_are_what_the_planner_was_told_in_those_turns(shop: Assistant) -> None:
    journal = MemoryJournal()
    refine = '{"tool":"refine","change":"narrow","query":"rust"}'
    assistant, model = with_model(shop, SEARCH, refine)
    talk = Talk(assistant, "one", journal)
    await talk.view("L1")
    for text in ("a tent for two, under $250", "in rust please"):
        heard = await talk.say(text)
        await picks(journal, talk, heard.screen[0].product.id)
    found = [each for each in await made(journal, shop) if each.kind == "plan"]
    told = [request for request in model.requests if request.kind == "plan"]
    assert [each.prompt for each in found] == [request.messages for request in told]
    assert [each.json_schema for each in found] == [request.json_schema for request in told]
    assert "Looked at: «Dune Lamp»" in found[0].prompt[1].content
    assert "Shown: [1]" in found[1].prompt[1].content
    assert [json.loads(each.answer)["tool"] for each in found] == ["search_catalog", "refine"]


@pytest.mark.parametrize(
    ("said", "kept"),
    [
        ("[1] is roomy. [2] is a tent. [3] is a tent.", "[1] is roomy. [2] is a tent. [3] is a tent."),
        (
            "[1] is a roomy tent for summer, and costs $3. [2] is a tent. [3] is a tent.",
            "[1] is a roomy tent for summer. [2] is a tent. [3] is a tent.",
        ),
        ("[1] is roomy. [2] costs $3. [3] is a tent.", None),
    ],
)
async def test_a_narration_is_what_the_gate_released_where_that_names_every_product(
    shop: Assistant, said: str, kept: str | None
) -> None:
    journal = MemoryJournal()
    assistant, model = with_model(shop, SEARCH.replace("tent for two", "tent"), prose=said)
    talk = Talk(assistant, "one", journal)
    heard = await talk.say("a tent")
    assert len(heard.screen) == 3
    await picks(journal, talk, heard.screen[0].product.id)
    told = [each for each in await made(journal, shop) if each.kind == "narrate"]
    assert [each.answer for each in told] == ([kept] if kept else [])
    assert [each.prompt for each in told] == ([model.requests[-1].messages] if kept else [])


async def test_a_turn_whose_cards_nobody_went_for_teaches_nothing(shop: Assistant) -> None:
    journal = MemoryJournal()
    talk = Talk(shop, "one", journal)
    await talk.say("a tent for two")
    await picks(journal, talk, "L1")
    assert await made(journal, shop) == ()


async def test_a_thumb_down_outweighs_a_look(shop: Assistant) -> None:
    journal = MemoryJournal()
    talk = Talk(shop, "one", journal)
    heard = await talk.say("a tent for two")
    card = heard.screen[0].product.id
    await picks(journal, talk, card)
    assert len(await made(journal, shop)) == 1
    assert heard.shown
    thumb = Feedback(product_id=card, card_set=heard.shown.id, value="down", time=datetime.now(UTC))
    await journal.append(talk.conversation.session_id, [FeedbackGiven(feedback=thumb)])
    assert await made(journal, shop) == ()


async def test_a_comparison_is_accepted_by_what_is_done_after_it(shop: Assistant) -> None:
    journal = MemoryJournal()
    talk = Talk(shop, "one", journal)
    heard = await talk.say("a tent")
    await picks(journal, talk, heard.screen[0].product.id)
    compared = await talk.say("compare the first two")
    assert compared.tool == "compare"
    tools = [json.loads(each.answer)["tool"] for each in await made(journal, shop)]
    assert tools == ["search_catalog"]
    await picks(journal, talk, heard.screen[1].product.id)
    tools = [json.loads(each.answer)["tool"] for each in await made(journal, shop)]
    assert tools == ["search_catalog", "compare"]


@pytest.mark.parametrize("again", [False, True])
async def test_a_session_that_said_no_to_use_teaches_nothing(shop: Assistant, again: bool) -> None:
    journal = MemoryJournal()
    no = [ConsentSet(granted=False, time=datetime.now(UTC))]
    talk = Talk(shop, "one", journal)
    if again:  # given anew before anything was said
        await journal.append(talk.conversation.session_id, [*no, ConsentSet(granted=True, time=datetime.now(UTC))])
    heard = await talk.say("a tent for two")
    await picks(journal, talk, heard.screen[0].product.id)
    if not again:
        assert len(await made(journal, shop)) == 1
        await journal.append(talk.conversation.session_id, no)
    assert await made(journal, shop) == ()


async def test_an_event_that_must_not_be_used_takes_its_session_out(shop: Assistant) -> None:
    journal = MemoryJournal()
    talk = Talk(shop, "one", journal)
    heard = await talk.say("a tent for two")
    await picks(journal, talk, heard.screen[0].product.id)
    await picks(journal, talk, heard.screen[0].product.id, consent=False)
    assert await made(journal, shop) == ()


async def test_what_the_shopper_says_of_themselves_is_in_no_part_of_an_example(shop: Assistant) -> None:
    journal = MemoryJournal()
    assistant, _ = with_model(shop, '{"tool":"search_catalog","query":"Waldemar tent","category":"any"}')
    talk = Talk(assistant, "one", journal)
    heard = await talk.say("my name is Waldemar, wal@x.org, i need a tent")
    await picks(journal, talk, heard.screen[0].product.id)
    heard = await talk.say("a lamp")
    await picks(journal, talk, heard.screen[0].product.id)
    found = await made(journal, shop)
    assert found
    for each in found:
        assert "waldemar" not in each.model_dump_json().lower()
        assert "wal@x.org" not in each.model_dump_json()
    assert "<name>" in found[0].prompt[1].content


async def test_the_answer_keeps_to_the_schema_that_was_offered(shop: Assistant) -> None:
    journal = MemoryJournal()
    talk = Talk(shop, "one", journal)
    for text in ("a tent", "cheaper than the first"):
        heard = await talk.say(text)
        await picks(journal, talk, heard.screen[0].product.id)
    found = await made(journal, shop)
    assert [each.json_schema == schema(shop.facets, 0) for each in found] == [True, False]
    for each in found:
        jsonschema.validate(json.loads(each.answer), each.json_schema or {})


async def test_sessions_of_one_shopper_are_held_out_together(shop: Assistant) -> None:
    journal = MemoryJournal()
    for number in range(8):
        talk = Talk(shop, f"s{number}", journal)
        await journal.append(talk.conversation.session_id, [ShopperNamed(user_id="anna")])
        heard = await talk.say(f"a tent under ${300 + number}")
        await picks(journal, talk, heard.screen[0].product.id)
    found = await made(journal, shop, held_out=0.5)
    assert len({each.session for each in found}) > 2
    assert len({each.held_out for each in found}) == 1


def example(session: str, text: str) -> Example:
    messages = tuple(Message(role=role, content=text) for role in ("system", "user", "assistant"))
    return Example(messages=messages, kind="plan", session=session)


@steady
@given(st.lists(st.tuples(st.sampled_from("abcdefgh"), st.text("xy", max_size=2)), max_size=30), st.floats(0, 0.9))
def test_no_session_and_no_example_is_on_both_sides_of_the_split(told: list[tuple[str, str]], share: float) -> None:
    found = split(once(example(session, text) for session, text in told), {key: key for key in "abcdefgh"}, share)
    learnt, kept = ({each for each in found if each.held_out is side} for side in (False, True))
    assert not {each.session for each in learnt} & {each.session for each in kept}
    assert not {each.messages for each in learnt} & {each.messages for each in kept}
    assert {each.messages for each in found} == {example("", text).messages for _, text in told}


def test_about_the_share_that_was_asked_for_is_held_out() -> None:
    found = split([example(f"s{n}", "") for n in range(1000)], {f"s{n}": hashed(f"s{n}") for n in range(1000)}, 0.2)
    assert 150 < sum(each.held_out for each in found) < 250
