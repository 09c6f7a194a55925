"""Examples to fine-tune a model on: chats that end in the answer that was right, one a line of a JSON Lines file.

* ExamplesError     the file cannot be used; it says which line, and has a `fix` in words

The chats are in the form that trainers know (`messages` with `role` and `content`). Knows nothing of where they come
from or of training.
"""

from collections.abc import Iterable
from pathlib import Path
from typing import Annotated, Any

from pydantic import BaseModel, Field, ValidationError

from llm_server.chat import CallKind, Message


class ExamplesError(Exception):
    """The examples cannot be used. `fix` says what to do about it."""

    def __init__(self, message: str, *, fix: str) -> None:
        super().__init__(f"{message} {fix}")
        self.message = message
        self.fix = fix


class Example(BaseModel, frozen=True, extra="forbid"):
    """One call of the product with its answer."""

    messages: Annotated[tuple[Message, ...], Field(min_length=2)]
    """The prompt, and last the answer."""
    kind: CallKind
    session: str
    """A hash of the conversation it is from."""
    held_out: bool = False
    """True: to be measured on, never learnt from."""
    json_schema: dict[str, Any] | None = None
    """What the answer was bound to; None where it was free prose."""

    @property
    def prompt(self) -> tuple[Message, ...]:
        """All but the answer."""
        return self.messages[:-1]

    @property
    def answer(self) -> str:
        """What the model is to say."""
        return self.messages[-1].content


def read_examples(path: Path) -> tuple[Example, ...]:
    """All examples of a file. Raises ExamplesError."""
    try:
        lines = path.read_text("utf-8").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        raise ExamplesError(f"{path} cannot be read: {error}.", fix="Make it with: python -m eval examples") from None
    found: list[Example] = []
    for number, line in enumerate(lines, 1):
        try:
            example = Example.model_validate_json(line)
        except ValidationError as error:
            first = error.errors()[0]
            where = ".".join(str(part) for part in first["loc"])
            raise ExamplesError(
                f"{path}, line {number}: {where}: {first['msg']}.", fix="Correct it, or leave the line out."
            ) from None
        if example.messages[-1].role != "assistant":
            raise ExamplesError(
                f"{path}, line {number}: messages do not end in an answer.", fix="Give the assistant the last word."
            )
        found.append(example)
    return tuple(found)


def write_examples(path: Path, examples: Iterable[Example]) -> None:
    """As JSON Lines, replacing what was there."""
    path.write_text("".join(f"{each.model_dump_json(exclude_none=True)}\n" for each in examples), "utf-8")
