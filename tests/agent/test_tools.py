"""The schema of a tool call admits what parses and can be done in this shop, and nothing else."""

import json
from typing import Any

import jsonschema
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from agent.tools import (
    MAX_CATEGORIES,
    AskShopper,
    Compare,
    HandOff,
    Refine,
    Reply,
    SearchCatalog,
    SearchHelp,
    as_answer,
    categories_of,
    schema,
    tool_call,
)
from retrieval.query import Facets
from tests.agent.builders import FACETS, steady

BARE = Facets(count=3)
UNDERSTOOD = {
    "anyOf",
    "type",
    "properties",
    "required",
    "additionalProperties",
    "const",
    "enum",
    "items",
    "minItems",
    "maxItems",
    "minLength",
    "maxLength",
}


def admits(held: dict[str, Any], value: Any) -> bool:
    """Whether the schema admits the value: the part of JSON Schema that tool schemas are written in."""
    assert set(held) <= UNDERSTOOD, f"the walker does not know {set(held) - UNDERSTOOD}"
    if "anyOf" in held:
        return any(admits(one, value) for one in held["anyOf"])
    if "const" in held:
        return type(value) is type(held["const"]) and value == held["const"]
    if "enum" in held:
        return any(type(value) is type(one) and value == one for one in held["enum"])
    if held["type"] == "string":
        return isinstance(value, str) and held.get("minLength", 0) <= len(value) <= held["maxLength"]
    if held["type"] == "array":
        fits = isinstance(value, list) and held.get("minItems", 0) <= len(value) <= held["maxItems"]
        return fits and all(admits(held["items"], one) for one in value)
    assert held["type"] == "object" and held["additionalProperties"] is False
    return (
        isinstance(value, dict)
        and set(held["required"]) <= set(value) <= set(held["properties"])
        and all(admits(held["properties"][name], one) for name, one in value.items())
    )


def written(held: dict[str, Any]) -> st.SearchStrategy[Any]:
    """Whatever an engine could write under the schema; texts are never empty here (see the test of the question)."""
    if "anyOf" in held:
        return st.one_of([written(one) for one in held["anyOf"]])
    if "const" in held:
        return st.just(held["const"])
    if "enum" in held:
        return st.sampled_from(held["enum"])
    if held["type"] == "string":
        return st.text(min_size=max(held.get("minLength", 0), 1), max_size=held["maxLength"])
    if held["type"] == "array":
        return st.lists(written(held["items"]), min_size=held.get("minItems", 0), max_size=held["maxItems"])
    return st.fixed_dictionaries({name: written(one) for name, one in held["properties"].items()})


@steady
@given(st.data(), st.integers(0, 6), st.sampled_from((FACETS, BARE)))
def test_every_call_that_the_schema_admits_parses(data: st.DataObject, shown: int, facets: Facets):
    offered = schema(facets, shown)
    told = data.draw(written(offered))
    assert admits(offered, told)
    call = tool_call.validate_json(json.dumps(told))
    named = (*getattr(call, "items", ()), getattr(call, "item", None) or 0)
    assert all(0 <= handle <= shown for handle in named)
    assert getattr(call, "category", None) in (None, "any", *facets.categories)


def test_an_empty_question_is_not_admitted():
    assert not admits(schema(FACETS, 0), {"tool": "ask_shopper", "question": ""})


@pytest.mark.parametrize(
    "call",
    [
        SearchCatalog(query="tent", category="Tents"),
        SearchCatalog(query="tent", category="any"),
        Refine(change="cheaper", item=0),
        Refine(change="similar", item=2),
        Compare(items=(1, 2)),
        Compare(items=(2, 3, 1)),
        Reply(items=(3,)),
        Reply(),
        AskShopper(question="For whom?"),
    ],
)
def test_every_call_that_makes_sense_can_be_written(call: Any):
    told = json.loads(call.model_dump_json(exclude={"query"} if isinstance(call, Refine) else None))
    assert admits(schema(FACETS, 3), told)


def test_narrowing_takes_words_and_no_item():
    assert admits(schema(FACETS, 1), {"tool": "refine", "change": "narrow", "query": "green"})
    assert not admits(schema(FACETS, 1), {"tool": "refine", "change": "narrow", "item": 1})


@pytest.mark.parametrize(
    ("shown", "told"),
    [
        (0, {"tool": "refine", "change": "cheaper", "item": 0}),
        (0, {"tool": "refine", "change": "narrow", "query": "green"}),
        (0, {"tool": "compare", "items": [1, 2]}),
        (0, {"tool": "reply", "items": [1]}),
        (1, {"tool": "compare", "items": [1, 1]}),
        (2, {"tool": "compare", "items": [1]}),
        (2, {"tool": "compare", "items": [1, 3]}),
        (2, {"tool": "compare", "items": [0, 1]}),
        (4, {"tool": "compare", "items": [1, 2, 3, 4, 1]}),
        (2, {"tool": "reply", "items": [3]}),
        (2, {"tool": "refine", "change": "cheaper", "item": 3}),
        (2, {"tool": "refine", "change": "dearer", "item": 1}),
        (2, {"tool": "search_catalog", "query": "hats", "category": "Hats"}),
        (2, {"tool": "search_catalog", "query": "x" * 121, "category": "any"}),
        (2, {"tool": "search_catalog", "query": "tent", "category": "any", "price_max": 50}),
        (2, {"tool": "buy", "items": [1]}),
    ],
)
def test_what_cannot_be_done_here_cannot_be_written(shown: int, told: dict[str, Any]):
    assert not admits(schema(FACETS, shown), told)


def test_a_shop_without_categories_is_not_asked_for_one():
    assert admits(schema(BARE, 0), {"tool": "search_catalog", "query": "tent"})
    assert not admits(schema(BARE, 0), {"tool": "search_catalog", "query": "tent", "category": "any"})


def test_only_the_largest_categories_are_offered_in_a_fixed_order():
    many = {f"C{n:02}": 5 for n in range(MAX_CATEGORIES)} | {"Big": 100, "Small": 1}
    names = categories_of(Facets(count=1, categories=many))
    assert names == ("Big", *(f"C{n:02}" for n in range(MAX_CATEGORIES - 1)))
    assert categories_of(Facets(count=1, categories=dict(reversed(many.items())))) == names


@pytest.mark.parametrize(
    "told",
    [
        {"tool": "compare", "items": [1]},
        {"tool": "compare", "items": [1, 2, 3, 4, 5]},
        {"tool": "reply", "price": 3},
        {"tool": "ask_shopper", "question": ""},
        {"tool": "refine", "change": "dearer"},
        {"tool": "checkout"},
        {"query": "tent"},
    ],
)
def test_what_is_no_call_does_not_parse(told: dict[str, Any]):
    with pytest.raises(ValidationError):
        tool_call.validate_python(told)


WORDS = st.text("ab «", min_size=1, max_size=150)
ITEMS = st.lists(st.integers(1, 5), max_size=4).map(tuple)
CALLS = st.one_of(
    st.builds(SearchCatalog, query=WORDS, category=st.sampled_from([None, "Tents", "Sold Out"])),
    st.builds(Refine, change=st.sampled_from(["cheaper", "narrow", "longer"]), item=st.sampled_from([None, 1, 4])),
    st.builds(Reply, items=ITEMS),
    st.builds(Compare, items=ITEMS.filter(lambda items: len(items) > 1)),
    st.builds(AskShopper, question=WORDS),
    st.just(SearchHelp()),
    st.just(HandOff(state="waiting")),
)


@steady
@given(CALLS, st.integers(0, 4), st.sampled_from([FACETS, BARE]))
def test_a_call_is_written_as_its_schema_admits_it_or_not_at_all(call: Any, shown: int, facets: Facets) -> None:
    told = as_answer(call, facets, shown)
    if told is not None:
        jsonschema.validate(told, schema(facets, shown))
        assert told["tool"] == call.tool


@pytest.mark.parametrize(
    ("call", "told"),
    [
        (SearchCatalog(query="tent"), {"tool": "search_catalog", "query": "tent", "category": "any"}),
        (Refine(change="cheaper"), {"tool": "refine", "change": "cheaper", "item": 0}),
        (Refine(change="narrow", item=2, query="red"), {"tool": "refine", "change": "narrow", "query": "red"}),
        (Refine(change="longer"), None),
        (Reply(), {"tool": "reply", "items": []}),
        (Compare(items=(1, 9)), None),
        (HandOff(state="waiting"), None),
    ],
)
def test_a_call_is_written_as_the_model_would_have(call: Any, told: dict[str, Any] | None) -> None:
    assert as_answer(call, FACETS, 3) == told
