"""Examples as files."""

from pathlib import Path

import pytest

from llm_server.chat import Message
from llm_server.examples import Example, ExamplesError, read_examples, write_examples

GOOD = Example(
    messages=(Message(role="user", content="茶?"), Message(role="assistant", content="{}")), kind="plan", session="s"
)


def test_what_is_written_is_read_again(tmp_path: Path) -> None:
    kept = GOOD.model_copy(update={"held_out": True, "json_schema": {"const": 1}})
    write_examples(tmp_path / "e.jsonl", [GOOD, kept])
    assert read_examples(tmp_path / "e.jsonl") == (GOOD, kept)


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("{", "line 2"),
        (GOOD.model_dump_json().replace('"plan"', '"poem"'), "line 2: kind"),
        (GOOD.model_dump_json().replace('"assistant"', '"user"'), "line 2: messages do not end in an answer"),
    ],
)
def test_a_bad_line_is_named(tmp_path: Path, line: str, said: str) -> None:
    file = tmp_path / "e.jsonl"
    file.write_text(f"{GOOD.model_dump_json()}\n{line}\n", "utf-8")
    with pytest.raises(ExamplesError, match=said):
        read_examples(file)


def test_a_file_that_is_not_there_is_told_how_to_make(tmp_path: Path) -> None:
    with pytest.raises(ExamplesError, match="python -m eval examples"):
        read_examples(tmp_path / "none.jsonl")
