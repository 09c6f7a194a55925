"""What tuning gained is counted call by call."""

import json
from pathlib import Path

import pytest

from eval.errors import DatasetError
from eval.tuned import commonest, right, spoken, tuned
from llm_server.chat import Message
from llm_server.examples import Example, write_examples

WANTED = '{"tool":"search_catalog","query":"tent","category":"Tents"}'


def plan(answer: str, *, held_out: bool = False) -> Example:
    messages = (Message(role="user", content="Shopper: «a tent»"), Message(role="assistant", content=answer))
    return Example(messages=messages, kind="plan", session="s", held_out=held_out, json_schema={"const": 1})


@pytest.mark.parametrize(
    ("answer", "marks"),
    [
        (WANTED, (1, 1, 1, 1)),
        (WANTED.replace('"tent"', '"light tent"'), (1, 1, 0, 1)),
        (WANTED.replace("Tents", "Lamps"), (1, 0, 0, 1)),
        ('{"tool":"search_help"}', (0, 0, 0, 1)),
        (WANTED[:-5], (0, 0, 0, 0)),
        ("", (0, 0, 0, 0)),
    ],
)
def test_tool_category_and_the_whole_call_are_marked_apart(answer: str, marks: tuple[float, ...]) -> None:
    assert tuple(right(answer, WANTED).values()) == marks


def test_a_tool_without_a_category_is_right_by_itself() -> None:
    told, wanted = ('{"tool":"refine","change":"' + change + '","item":0}' for change in ("cheaper", "similar"))
    assert tuple(right(told, wanted).values()) == (1, 1, 0, 1)


@pytest.mark.parametrize(
    ("line", "language"), [("Shopper: «a 茶 pot»", "zh"), ("Looking for: «茶»\nShopper: «tea»", "en")]
)
def test_a_turn_has_the_language_of_its_last_message(line: str, language: str) -> None:
    example = plan(WANTED)
    said = example.messages[0].model_copy(update={"content": line})
    assert spoken(example.model_copy(update={"messages": (said, example.messages[1])})) == language


def test_the_floor_is_what_is_called_most() -> None:
    found = commonest([plan(WANTED), plan('{"tool":"search_help"}'), plan(WANTED.replace("tent", "roomy tent"))])
    assert json.loads(found) == {"tool": "search_catalog", "category": "Tents"}


def test_examples_that_hold_nothing_out_cannot_be_measured_on(tmp_path: Path) -> None:
    file = tmp_path / "examples.jsonl"
    write_examples(file, [plan(WANTED)])
    with pytest.raises(DatasetError, match="--held-out"):
        tuned(file, tmp_path, tmp_path, limit=None, threads=1, say=print)
