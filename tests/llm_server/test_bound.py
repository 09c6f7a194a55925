"""A schema as a pattern: what it matches satisfies the schema, and what satisfies the schema is matched."""

import json
import re
from typing import Any

import jsonschema
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from agent.tools import schema
from llm_server.bound import pattern
from retrieval.query import Facets

FACETS = Facets(count=3, categories={"Tents (big)": 2, "Lampen & Öfen": 1, 'A "b"': 1})


def compact(value: object) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))


@settings(deadline=None)
@given(st.data(), st.integers(0, 4))
def test_whatever_the_pattern_of_a_plan_matches_satisfies_its_schema(data: st.DataObject, shown: int) -> None:
    bound = schema(FACETS, shown)
    text = data.draw(st.from_regex(pattern(bound), fullmatch=True))
    jsonschema.validate(json.loads(text), bound)


@pytest.mark.parametrize(
    ("bound", "good", "bad"),
    [
        ({"enum": [1, "a.b"]}, [1, "a.b"], [2, "axb"]),
        ({"type": "string", "minLength": 1, "maxLength": 3}, ["abc", "茶"], ["", "abcd"]),
        (
            {"type": "array", "items": {"enum": [1, 2]}, "minItems": 2, "maxItems": 3},
            [[1, 2], [1, 1, 1]],
            [[1], [1] * 4],
        ),
        ({"type": "array", "items": {"enum": [1]}, "maxItems": 1}, [[], [1]], [[1, 1]]),
        ({"type": "array", "items": {"enum": [1]}, "maxItems": 0}, [[]], [[1]]),
    ],
)
def test_a_pattern_matches_what_its_schema_allows_and_nothing_else(
    bound: dict[str, Any], good: list[Any], bad: list[Any]
) -> None:
    assert all(re.fullmatch(pattern(bound), compact(value)) for value in good)
    assert not any(re.fullmatch(pattern(bound), compact(value)) for value in bad)


def test_a_schema_of_another_form_is_refused() -> None:
    with pytest.raises(ValueError, match="not known"):
        pattern({"type": "object", "properties": {"a": {"const": 1}}, "required": []})
