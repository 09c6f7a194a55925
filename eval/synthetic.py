"""What the synthetic engine says: a plan that the schema allows, and prose that is true of the prompt's own lines,
both cut into so many tokens.

Load is measured with it where no model is at hand, or where the model's weights are made up: its answers pass the
product's own schema and clause gate, which stay as they are. It says nothing of quality. Knows nothing of servers.
"""

import json
import re
from collections.abc import Mapping, Sequence
from itertools import pairwise
from typing import Any

from eval.scripted import truths

PLAN_TOKENS = 40
NARRATION_TOKENS = 120
"""About what the default model writes for a plan and for three products."""
_SHOPPER = re.compile(r"Shopper: «(.*)»")
_ENGLISH, _CHINESE = "Happy to help you with that.", "很高兴为您效劳。"


def planned(prompt: str, schema: Mapping[str, Any]) -> str:
    """A search for the shopper's own words, as JSON that the schema of the product's tools allows."""
    said = _SHOPPER.findall(prompt)
    call: dict[str, str] = {"tool": "search_catalog", "query": (said[-1] if said else "")[:120]}
    offered = schema.get("anyOf", [{}])[0].get("properties", {})
    return json.dumps(call | ({"category": "any"} if "category" in offered else {}), ensure_ascii=False)


def narrated(prompt: str) -> str:
    """Two true clauses of each product of the prompt; a friendly sentence where it has none."""
    return "".join(truths(prompt)).strip() or (_CHINESE if "Write in Chinese" in prompt else _ENGLISH)


def answer(body: Mapping[str, Any]) -> tuple[list[str], int]:
    """The pieces of the answer to a request of OpenAI's chat protocol, one a token, and how many tokens the prompt has
    at four characters each. A plan where the request holds the answer to a schema, else prose."""
    messages: Sequence[Mapping[str, str]] = body["messages"]
    prompt, length = messages[-1]["content"], sum(len(each["content"]) for each in messages) // 4
    form = body.get("response_format")
    if form:
        return pieces(planned(prompt, form["json_schema"]["schema"]), PLAN_TOKENS), length
    return pieces(narrated(prompt), NARRATION_TOKENS), length


def pieces(text: str, count: int) -> list[str]:
    """The text in exactly `count` pieces of about equal length, some of them empty where it is short."""
    ends = [round(place * len(text) / count) for place in range(count + 1)]
    return [text[start:end] for start, end in pairwise(ends)]
