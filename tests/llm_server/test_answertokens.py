"""Only the answers' tokens are learnt, and a packed batch says the same as its examples one by one."""

from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from llm_server.answertokens import Encoded, encoded, packed
from llm_server.chat import Message
from llm_server.examples import Example

TOKENS = st.lists(st.integers(0, 3), min_size=1, max_size=6).map(tuple)
BATCHES = st.lists(st.builds(Encoded, TOKENS, TOKENS), min_size=1, max_size=5)


class Letters:
    """A tokenizer whose tokens are characters, and a chat template as most are."""

    def __init__(self, *, rewrites: bool = False) -> None:
        self._rewrites = rewrites

    def apply_chat_template(self, conversation: list[dict[str, str]], **options: Any) -> str:
        told = "".join(f"<{each['role']}>{each['content']}<end>\n" for each in conversation)
        if options.get("add_generation_prompt"):
            return told + "<assistant>"
        return told.replace("<user>", "<u>") if self._rewrites else told

    def encode(self, text: str, **_: Any) -> list[int]:
        return [ord(character) for character in text]


def example(*texts: str) -> Example:
    roles = ("system", "user", "assistant")[-len(texts) :]
    messages = tuple(Message(role=role, content=text) for role, text in zip(roles, texts, strict=True))  # type: ignore[arg-type]
    return Example(messages=messages, kind="plan", session="s")


@given(st.text("ab «»", max_size=8), st.text("ab «»", max_size=8), st.text('{"x":1}', max_size=8))
def test_what_is_learnt_is_the_answer_and_its_end(system: str, user: str, answer: str) -> None:
    told = encoded(example(system, user, answer), Letters())
    assert "".join(map(chr, told.answer)) == f"{answer}<end>"
    assert "".join(map(chr, told.prompt)) == f"<system>{system}<end>\n<user>{user}<end>\n<assistant>"
    alone = packed([told])
    assert [token for _, token in alone.targets] == list(told.answer)
    assert [alone.ids[place + 1] for place, _ in alone.targets] == list(told.answer)


def test_a_template_that_rewrites_the_prompt_is_refused() -> None:
    with pytest.raises(ValueError, match="template"):
        encoded(example("s", "u", "a"), Letters(rewrites=True))


@settings(deadline=None)
@given(BATCHES)
def test_in_a_batch_every_token_sees_what_it_would_see_alone(batch: list[Encoded]) -> None:
    told = packed(batch)
    seen = [
        ([(told.positions[at], told.ids[at]) for at in np.flatnonzero(told.sees[place])], token)
        for place, token in told.targets
    ]
    alone = [
        (list(enumerate(each.ids[: len(each.prompt) + number])), token)
        for each in batch
        for number, token in enumerate(each.answer)
    ]
    assert [(sorted(known), token) for known, token in seen] == alone


def test_the_beginning_that_prompts_share_is_told_once() -> None:
    told = packed([Encoded((1, 2, 3, 4), (9,)), Encoded((1, 2, 3, 5), (8,))])
    assert told.ids == (1, 2, 3, 4, 9, 5, 8)
