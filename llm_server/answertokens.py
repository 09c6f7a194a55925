"""Examples as tokens, and a batch of them as one sequence: what is learnt is the answers' tokens alone.

The prompts of a shop begin alike, so a batch holds that beginning once, with every example as a branch behind it that
sees the beginning and itself: the same loss as one by one, for a fraction of the work. Pure: knows nothing of torch.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import takewhile
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from llm_server.examples import Example


class Tokenizer(Protocol):
    """What is asked of a tokenizer of transformers."""

    def apply_chat_template(self, conversation: list[dict[str, str]], **options: Any) -> Any:
        """With tokenize=False: the chat as one text."""
        ...

    def encode(self, text: str, **options: Any) -> list[int]:
        """The text's tokens."""
        ...


@dataclass(frozen=True, slots=True)
class Encoded:
    """An example as tokens: a prompt as an engine would see it, and the answer with its end."""

    prompt: tuple[int, ...]
    answer: tuple[int, ...]

    @property
    def ids(self) -> tuple[int, ...]:
        """All of it."""
        return self.prompt + self.answer


@dataclass(frozen=True, slots=True)
class Packed:
    """A batch as one sequence of N tokens."""

    ids: tuple[int, ...]
    positions: tuple[int, ...]
    """Where each token stands in its own example."""
    sees: NDArray[np.bool_]
    """N x N: row i says which tokens token i sees."""
    targets: tuple[tuple[int, int], ...]
    """Place and token: what is to be said after the token at that place. A place that examples share has several."""


def encoded(example: Example, tokenizer: Tokenizer) -> Encoded:
    """The example under the model's own chat template. Raises ValueError where that template rewrites a prompt once
    its answer is known, so that no answer can be told apart."""
    chat = [{"role": each.role, "content": each.content} for each in example.messages]
    options: dict[str, Any] = {"tokenize": False, "enable_thinking": False}
    prompt: str = tokenizer.apply_chat_template(chat[:-1], add_generation_prompt=True, **options)
    whole: str = tokenizer.apply_chat_template(chat, **options)
    if not whole.startswith(prompt):
        raise ValueError("the chat template of this model does not end a prompt where its answer begins")
    said = whole[len(prompt) :].rstrip()
    return Encoded(
        prompt=tuple(tokenizer.encode(prompt, add_special_tokens=False)),
        answer=tuple(tokenizer.encode(said, add_special_tokens=False)),
    )


def packed(batch: Sequence[Encoded]) -> Packed:
    """The batch with the beginning that its prompts share told once."""
    columns = zip(*(each.prompt for each in batch), strict=False)
    shared = sum(1 for _ in takewhile(lambda column: len(set(column)) == 1, columns))
    ids = list(batch[0].prompt[:shared])
    positions = list(range(shared))
    targets: list[tuple[int, int]] = []
    total = shared + sum(len(each.ids) - shared for each in batch)
    sees = np.tri(total, dtype=np.bool_)
    for each in batch:
        start = len(ids)
        sees[start : start + len(each.ids) - shared, shared:start] = False
        ids += each.ids[shared:]
        positions += range(shared, len(each.ids))
        for place, token in enumerate(each.answer, len(each.prompt)):
            before = place - 1
            targets.append((before if before < shared else start + before - shared, token))
    return Packed(tuple(ids), tuple(positions), sees, tuple(targets))
