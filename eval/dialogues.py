"""Logged shopping dialogues as files: the shopper's messages, and what was to be found. Knows nothing of how they are
held.
"""

from collections.abc import Sequence
from pathlib import Path
from typing import Literal

from pydantic import BaseModel, Field, ValidationError

from eval.datasets import lines
from eval.errors import DatasetError
from retrieval.product import Product

_CHOSEN = "Yes, I want this one."
_BUTTONS = (_CHOSEN, "Let me think about it.")
_AT_LEAST = ("座位数",)
"""Attributes whose stated value is the fewest that will do."""


class Turn(BaseModel, frozen=True, extra="ignore"):
    """One message, and what the data set says of the moment after it."""

    role: Literal["user", "assistant"] = "user"
    text: str
    state: dict[str, str] = {}
    """All that was asked for so far, by the catalogue's own names and values."""
    recommended: tuple[str, ...] = ()
    """What the human seller recommended next."""


class Dialogue(BaseModel, frozen=True, extra="ignore", coerce_numbers_to_str=True):
    """One shopper. Fields that we do not know are the file's own business."""

    id: str = Field(min_length=1)
    domain: str = Field(min_length=1)
    candidates: tuple[str, ...] = ()
    """Empty: all products of the domain."""
    turns: tuple[Turn, ...]
    target: str | None = None
    """The product that the shopper was to find."""

    @property
    def asked(self) -> tuple[Turn, ...]:
        """The shopper's messages until the choice; buttons that were pressed are no messages."""
        said = [turn for turn in self.turns if turn.role == "user" and turn.text.strip()]
        texts = [turn.text.strip() for turn in said]
        until = texts.index(_CHOSEN) if _CHOSEN in texts else len(said)
        return tuple(turn for turn in said[:until] if turn.text.strip() not in _BUTTONS)


def read_dialogues(path: Path, limit: int | None = None) -> tuple[Dialogue, ...]:
    """The first `limit` dialogues in which the shopper says something. Raises DatasetError, naming the line."""
    found: list[Dialogue] = []
    with lines(path) as numbered:
        for number, line in numbered:
            try:
                dialogue = Dialogue.model_validate_json(line)
            except ValidationError as error:
                first = error.errors(include_url=False)[0]
                what = f"{'.'.join(map(str, first['loc']))} {first['msg']}".strip()
                fix = 'Write one object a line: {"id": "d1", "domain": "tents", "turns": [{"text": "a tent"}]}'
                raise DatasetError(f"{path}, line {number}: {what}.", fix=f"{fix}.") from error
            if dialogue.asked:
                found.append(dialogue)
            if len(found) == limit:
                break
    if not any(each.target or any(turn.recommended for turn in each.turns) for each in found):
        raise DatasetError(
            f"No dialogue of {path} says what was to be found.", fix="Give each a `target`, or turns `recommended`."
        )
    return tuple(found)


def domain_products(products: Sequence[Product], dialogues: Sequence[Dialogue], domain: str) -> tuple[Product, ...]:
    """The shop of a domain: its dialogues' candidates, or where none are named the products that the domain's name
    begins the ids or categories of."""
    named = {id for each in dialogues if each.domain == domain for id in each.candidates}
    if named:
        return tuple(product for product in products if product.id in named)
    return tuple(product for product in products if product.id.startswith(f"{domain}-") or domain in product.categories)


def satisfies(product: Product, state: dict[str, str]) -> bool:
    """Whether the product's own attributes bear out all that was asked for."""
    return all(_holds(product.attributes.get(name, ()), name, value) for name, value in state.items())


def _holds(values: Sequence[str], name: str, value: str) -> bool:
    if name in _AT_LEAST and value.isdigit():
        return any(held.isdigit() and int(held) >= int(value) for held in values)
    return value.casefold() in {held.casefold() for held in values}
