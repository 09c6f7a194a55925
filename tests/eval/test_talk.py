"""Conversations through the production turn: what is heard, and when a run of a real model is no measurement."""

import asyncio
from pathlib import Path

import pytest

from agent.events import CallReport, TurnReport
from eval.models import Away, Cached, PlanOnly
from eval.talk import Heard, ModelFault, Talk, ensure_answering, faults
from eval.turns import Script, Step, run_scripts
from llm_server.chat import ChatTimeout, ChatUnavailable, Message
from llm_server.scripted import ScriptedChat
from tests.eval.talkers import talking

TENT = '{"tool":"search_catalog","query":"tent","category":"Tents"}'
ASKED = (Message(role="user", content="a tent"),)


async def test_a_message_is_heard_with_its_cards_its_request_and_its_report(tmp_path: Path) -> None:
    async with talking(
        tmp_path, ScriptedChat(plan=[TENT], narrate=["[1] is a light tent with a sealed floor."])
    ) as shop:
        heard = await Talk(shop).say("a tent for 2 people under $250")
    assert (heard.tool, heard.chosen_by, heard.ended) == ("search_catalog", "model", True)
    assert heard.screen[0].product.id == "T1" and heard.shown and heard.shown.ids[0] == "T1"
    (standing,) = heard.standing
    assert standing.price_max and standing.price_max.text == "$250.00"
    assert [call.kind for call in heard.report.calls] == ["plan", "narrate"]
    assert heard.by_model and heard.unmentioned == () and heard.accusations == ()


async def test_a_conversation_goes_on_where_it_stood(tmp_path: Path) -> None:
    async with talking(tmp_path) as shop:
        talk = Talk(shop)
        await talk.say("a tent under $250")
        heard = await talk.say("rated 4 or better")
    (standing,) = heard.standing
    assert standing.category == "Tents" and standing.rating_min == 4
    assert standing.price_max and standing.price_max.amount == 25000


async def test_a_question_is_heard_with_its_answers(tmp_path: Path) -> None:
    async with talking(tmp_path) as shop:
        heard = await Talk(shop).say("hmm")
    assert heard.question and heard.answers and not heard.shown


async def test_a_look_at_a_product_is_known_to_the_session(tmp_path: Path) -> None:
    async with talking(tmp_path) as shop:
        talk = Talk(shop)
        await talk.view("L2")
    assert [trace.title for trace in talk.conversation.profile.traces] == ["Harbour Lamp"]


async def test_rows_of_scripts_are_what_was_heard(tmp_path: Path) -> None:
    script = Script(id="s", steps=(Step(view="T1"), Step(say="a lamp")))
    async with talking(tmp_path) as shop:
        ((row, heard),) = [both async for both in run_scripts(shop, [script])]
    assert (row.script, row.message, row.text) == ("s", "a lamp", heard.text)
    assert "Dune Lamp" in row.shown


def answered(text: str, *failed: str, by_model: int = 1) -> Heard:
    calls = (CallReport(kind="plan", failed=failed[0] if failed else ""), CallReport(kind="narrate"))
    return Heard(message="m", text=text, by_model=by_model, report=TurnReport(calls=calls))


def test_a_model_that_is_down_or_says_the_same_again_is_no_measurement() -> None:
    long = "It is a light tent for two with a floor that is sealed at every seam. "
    good = [answered(f"{long}{number}") for number in range(4)]
    assert faults(good) == ()
    assert "did not answer in 1 of 5" in faults([*good, answered("x", "ChatUnavailable")])[0]
    assert "repeat" in faults([answered(long)] * 4)[0]
    assert "no reply" in faults([answered(f"{long}{n}", by_model=0) for n in range(4)])[0]


def test_a_plan_that_cannot_be_read_is_the_models_own_and_measured() -> None:
    assert faults([answered("a", "ChatGarbled"), answered("b")]) == ()


def test_a_run_stops_once_the_model_has_not_answered_three_times_running() -> None:
    away = answered("x", "ChatTimeout")
    ensure_answering([away, away, answered("x")])
    with pytest.raises(ModelFault, match="ChatTimeout"):
        ensure_answering([answered("x"), away, away, away])


async def parts(chat, **more):
    return [part async for part in chat.stream(ASKED, kind="narrate", max_tokens=9, **more)]


async def test_a_kept_reply_is_not_asked_for_again(tmp_path: Path) -> None:
    real = ScriptedChat(plan=[TENT], narrate=[["A ", "tent."]])
    first = Cached(real, tmp_path, "m")
    plan = await first.complete(ASKED, {}, kind="plan", max_tokens=9)
    said = await parts(first)
    again = Cached(ScriptedChat(), tmp_path, "m")
    assert await again.complete(ASKED, {}, kind="plan", max_tokens=9) == plan
    repeated = await parts(again)
    assert "".join(part.text for part in repeated[:-1]) == "A tent." and repeated[-1] == said[-1]


async def test_another_model_prompt_or_schema_is_asked_anew(tmp_path: Path) -> None:
    real = ScriptedChat(plan=['{"n":1}', '{"n":2}', '{"n":3}', '{"n":4}'])
    other = (Message(role="user", content="a lamp"),)
    texts = [
        (await Cached(real, tmp_path, name).complete(asked, schema, kind="plan", max_tokens=9)).text
        for name, asked, schema in (
            ("m", ASKED, {}),
            ("n", ASKED, {}),
            ("m", other, {}),
            ("m", ASKED, {"type": "object"}),
        )
    ]
    assert len(set(texts)) == 4


async def test_a_failure_is_not_kept(tmp_path: Path) -> None:
    chat = Cached(ScriptedChat(narrate=[["A ", ChatTimeout("late")], "A tent."]), tmp_path, "m")
    with pytest.raises(ChatTimeout):
        await parts(chat)
    assert [part.type for part in await parts(chat)] == ["text", "done"]


async def test_a_model_that_only_plans_is_never_asked_to_write(tmp_path: Path) -> None:
    chat = ScriptedChat(plan=[TENT])
    async with talking(tmp_path, PlanOnly(chat)) as shop:
        heard = await Talk(shop).say("a tent")
    assert heard.chosen_by == "model" and heard.by_model == 0 and heard.unmentioned == ()
    assert [request.kind for request in chat.requests] == ["plan"]
    assert faults([heard], prose=False) == ()


async def test_the_arm_without_a_model_raises_at_once() -> None:
    async with asyncio.timeout(1):
        with pytest.raises(ChatUnavailable):
            await parts(Away())
