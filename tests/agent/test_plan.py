"""The plan: the model's call under what the shopper said for certain, and the parser's own where there is no model."""

import asyncio
import itertools
import json
from typing import Any

import pytest

from agent.constraints import Wishes
from agent.parser import Parsed, parse
from agent.plan import PLAN_TOKENS, Plan, parser_call, plan, settled
from agent.tools import AskShopper, Compare, Refine, Reply, SearchCatalog, schema
from agent.vocabulary import Vocabulary
from llm_server.chat import ChatGarbled, ChatLoading, ChatRejected, ChatTimeout, ChatUnavailable, Message, Usage
from llm_server.scripted import ScriptedChat
from tests.agent.builders import FACETS, card, product

TOLD = (Message(role="system", content="choose"), Message(role="user", content="Shopper: «a tent»"))
SHOWN = (card(1, product("A", "Rill Tent")), card(2, product("B", "Wolf Tent")), card(3, product("C", "Bear Tent")))
NEED = Parsed(language="en", query="two person tent", need=True)
NOTHING = Parsed(language="en")
CALLS = (
    SearchCatalog(query="hammock"),
    Refine(change="cheaper", item=2),
    Refine(change="narrow", query="green"),
    Compare(items=(1, 2)),
    Reply(),
    Reply(items=(2,)),
    AskShopper(question="For whom?"),
)


def reading(**fields: Any) -> Parsed:
    return Parsed(language="en", **fields)


async def planned(
    reply: Any, parsed: Parsed = NOTHING, shown=SHOWN, *, seconds: float = 60
) -> tuple[Plan, ScriptedChat]:
    model = ScriptedChat(plan=[reply if not isinstance(reply, dict) else json.dumps(reply)])
    return await plan(model, TOLD, schema(FACETS, len(shown)), parsed, shown, seconds=seconds), model


# The model answers


async def test_the_models_call_is_used():
    made, model = await planned({"tool": "search_catalog", "query": "tent", "category": "Tents"}, NEED, ())
    assert made.call == SearchCatalog(query="tent", category="Tents")
    assert made.by_model and made.failure is None
    assert made.report.kind == "plan" and made.report.failed == ""
    assert len(model.requests) == 1


async def test_the_model_is_asked_once_under_the_schema():
    _, model = await planned({"tool": "reply", "items": []})
    asked = model.requests[0]
    assert (asked.kind, asked.messages, asked.max_tokens) == ("plan", TOLD, PLAN_TOKENS)
    assert asked.json_schema == schema(FACETS, 3)


async def test_what_the_call_cost_is_reported():
    usage = Usage(prompt_tokens=900, cached_tokens=700, completion_tokens=20)
    model = ScriptedChat(plan=['{"tool":"reply","items":[]}'], usage=usage)
    report = (await plan(model, TOLD, schema(FACETS, 0), NOTHING, (), seconds=60)).report
    assert (report.prompt_tokens, report.cached_tokens, report.completion_tokens) == (900, 700, 20)


async def test_any_category_is_no_category():
    made, _ = await planned({"tool": "search_catalog", "query": "tent", "category": "any"}, NEED, ())
    assert made.call == SearchCatalog(query="tent", category=None)


async def test_item_zero_is_no_item():
    made, _ = await planned({"tool": "refine", "change": "cheaper", "item": 0})
    assert made.call == Refine(change="cheaper", item=None)


# The model fails


@pytest.mark.parametrize(
    ("reply", "failure"),
    [
        ("", ChatGarbled),
        ("Sure! Here is", ChatGarbled),
        ('{"tool":"search_catalog","que', ChatGarbled),
        ('{"tool":"checkout"}', ChatGarbled),
        ('{"tool":"compare","items":[1]}', ChatGarbled),
        ('{"tool":"ask_shopper","question":""}', ChatGarbled),
        ("[]", ChatGarbled),
        (ChatUnavailable("refused"), ChatUnavailable),
        (ChatLoading("41%"), ChatLoading),
        (ChatTimeout("slow"), ChatTimeout),
        (ChatRejected("too long"), ChatRejected),
    ],
)
async def test_where_the_model_fails_the_parsers_plan_stands_in_and_says_why(reply: Any, failure: type[Exception]):
    made, _ = await planned(reply, NEED)
    assert made.call == SearchCatalog(query="two person tent")
    assert not made.by_model
    assert type(made.failure) is failure
    assert made.report.failed == failure.__name__


async def test_a_model_that_does_not_answer_in_time_is_a_timeout():
    made, _ = await planned([asyncio.Event()], NEED, seconds=0)
    assert made.call == SearchCatalog(query="two person tent")
    assert type(made.failure) is ChatTimeout and not made.by_model


async def test_a_turn_that_is_cancelled_is_not_taken_for_a_slow_model():
    model = ScriptedChat(plan=[[asyncio.Event()]])
    task = asyncio.create_task(plan(model, TOLD, schema(FACETS, 0), NEED, (), seconds=60))
    while not model.requests:
        await asyncio.sleep(0)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task


async def test_a_mistake_of_ours_is_not_hidden_as_a_model_that_is_down():
    with pytest.raises(AssertionError, match="no reply left"):
        await plan(ScriptedChat(), TOLD, schema(FACETS, 0), NEED, (), seconds=60)


# What the shopper said for certain


def test_the_shoppers_own_numbers_win_over_the_models():
    assert settled(Compare(items=(1, 2)), reading(compare=True, items=(2, 3)), SHOWN) == Compare(items=(2, 3))
    assert settled(Reply(items=(1,)), reading(items=(3,)), SHOWN) == Reply(items=(3,))
    critique = reading(change="cheaper", items=(3,))
    assert settled(Refine(change="cheaper", item=1), critique, SHOWN) == Refine(change="cheaper", item=3)


def test_an_item_that_the_shopper_did_not_name_is_the_models_invention():
    assert settled(Refine(change="similar", item=2), NOTHING, SHOWN) == Refine(change="similar")


def test_a_comparison_in_so_many_words_is_made():
    for call in CALLS:
        assert settled(call, reading(compare=True, items=(1, 3)), SHOWN) == Compare(items=(1, 3))


def test_a_critique_in_so_many_words_wins_and_the_models_words_are_kept_with_it():
    said = reading(change="narrow", query="verde")
    assert settled(Refine(change="narrow", query="green"), said, SHOWN) == Refine(change="narrow", query="green")
    assert settled(Reply(), said, SHOWN) == Refine(change="narrow", query="verde")
    assert settled(SearchCatalog(query="x"), reading(change="cheaper"), SHOWN) == Refine(change="cheaper")


def test_small_talk_never_becomes_a_search():
    for call in CALLS:
        assert settled(call, reading(small_talk=True), SHOWN) == Reply()


@pytest.mark.parametrize("call", CALLS, ids=lambda call: call.tool)
@pytest.mark.parametrize("shown", [(), SHOWN], ids=["nothing shown", "shown"])
@pytest.mark.parametrize("categories", [(), ("Tents",)])
def test_a_message_with_a_clear_need_never_ends_in_a_question(call: Any, shown: Any, categories: tuple[str, ...]):
    said = NEED.model_copy(update={"wishes": Wishes(categories=categories)})
    assert not isinstance(settled(call, said, shown), AskShopper)
    assert not isinstance(parser_call(said, shown), AskShopper)


def test_a_need_that_also_points_at_a_shown_product_never_ends_in_a_question():
    said = parse("i am looking for crampons like the second one", Vocabulary.of(FACETS, "USD"), SHOWN)
    assert said.need and said.items == (2,)
    assert not isinstance(settled(AskShopper(question="For whom?"), said, SHOWN), AskShopper)


def test_a_stated_need_is_searched_for_where_the_model_would_only_talk():
    wanted = NEED.model_copy(update={"seeks": True})
    assert settled(Reply(), wanted, SHOWN) == SearchCatalog(query="two person tent")
    assert settled(Reply(), NEED, SHOWN) == Reply()  # words that ask for nothing may be talk
    assert settled(SearchCatalog(query="tent"), NEED, SHOWN) == SearchCatalog(query="tent")


def test_without_anything_certain_the_models_call_stands():
    for call in CALLS:
        if not isinstance(call, Refine):
            assert settled(call, NOTHING, SHOWN) == call


# The plan that needs no model


@pytest.mark.parametrize(
    ("said", "shown", "call"),
    [
        (NEED, (), SearchCatalog(query="two person tent")),
        (reading(compare=True, items=(1, 3)), SHOWN, Compare(items=(1, 3))),
        (reading(compare=True), SHOWN, Compare(items=(1, 2, 3))),
        (reading(change="cheaper", items=(2,)), SHOWN, Refine(change="cheaper", item=2)),
        (reading(change="narrow", query="green"), SHOWN, Refine(change="narrow", query="green")),
        (reading(items=(2,)), SHOWN, Reply(items=(2,))),
        (reading(small_talk=True), (), Reply()),
    ],
)
def test_the_parsers_plan_does_what_was_said(said: Parsed, shown: Any, call: Any):
    assert parser_call(said, shown) == call


def test_the_parsers_plan_asks_where_nothing_can_be_told():
    assert isinstance(parser_call(NOTHING, SHOWN), AskShopper)
    assert isinstance(parser_call(reading(items=(1,), unresolved=True), SHOWN), AskShopper)
    assert isinstance(parser_call(reading(compare=True), SHOWN[:1]), AskShopper)


def test_a_long_need_is_cut_to_what_a_call_holds():
    said = reading(query="very light tent " * 60, need=True)
    assert len(parser_call(said, ()).query) == 200  # type: ignore[union-attr]
    for call in CALLS:
        settled(call, said, SHOWN)


async def test_a_long_critique_is_cut_to_what_a_call_holds():
    said = reading(change="narrow", query="light and green " * 60)
    for reply in (ChatUnavailable("down"), {"tool": "reply", "items": []}):
        made, _ = await planned(reply, said)
        assert isinstance(made.call, Refine)


def test_every_plan_names_shown_products_only():
    handles = [card.handle for card in SHOWN]
    pointing = [reading(items=items) for items in ((), (1,), (1, 3))]
    for said, call in itertools.product(pointing, CALLS):
        for made in (settled(call, said, SHOWN), parser_call(said, SHOWN)):
            assert set(getattr(made, "items", ())) <= set(handles)
            assert getattr(made, "item", None) in (None, *handles)
