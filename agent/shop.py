"""Shop: what the assistant is told of the shop it works in. A merchant writes it, in one short JSON file.

Knows nothing of products or engines.
"""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import BaseModel, StringConstraints, ValidationError


class ShopError(Exception):
    """The shop's file cannot be used; the message names the field and the fix."""


class Glossary(BaseModel, frozen=True, extra="forbid"):
    """This shop's words in another language: English to Chinese."""

    titles: dict[str, str] = {}
    """By product id."""
    categories: dict[str, str] = {}
    attributes: dict[str, str] = {}
    values: dict[str, str] = {}
    units: dict[str, str] = {}

    def __call__(self, text: str) -> str:
        """The word in the other language, or the word itself."""
        for words in (self.values, self.attributes, self.categories):
            if text in words:
                return words[text]
        figure, _, unit = text.rpartition(" ")
        return f"{figure} {self.units[unit]}" if figure and unit in self.units else text

    @property
    def reverse(self) -> Mapping[str, str]:
        """From Chinese back to the shop's own words."""
        pairs = {**self.values, **self.attributes, **self.categories}
        return {theirs: ours for ours, theirs in pairs.items() if len(theirs) > 1}


class Shop(BaseModel, frozen=True, extra="forbid"):
    """Name, money, language and manner."""

    name: Annotated[str, StringConstraints(min_length=1, max_length=80)]
    currency: Annotated[str, StringConstraints(pattern=r"^[A-Z]{3}$")] = "USD"
    language: Literal["en", "zh"] = "en"
    """The catalogue's language."""
    about: Annotated[str, StringConstraints(max_length=300)] = ""
    contact: dict[Literal["en", "zh"], Annotated[str, StringConstraints(max_length=200)]] = {}
    """By language, when and how people answer; said where a person is called."""
    tone: Annotated[str, StringConstraints(max_length=300)] = "Friendly, brief and plain."
    glossary: Glossary = Glossary()


def load_shop(path: Path) -> Shop:
    """Read `shop.json`, and `zh.json` beside it where there is one. Raises ShopError."""
    if not path.exists():
        raise ShopError(f"there is no shop file at {path}: set FLOORWALKER_SHOP to one")
    told = _object(path)
    beside = path.with_name("zh.json")
    if beside.exists():
        told["glossary"] = _object(beside)
    try:
        return Shop.model_validate(told)
    except ValidationError as error:
        first = error.errors()[0]
        where = ".".join(str(part) for part in first["loc"])
        raise ShopError(f"{path}: field {where}: {first['msg']}") from None


def _object(path: Path) -> dict[str, Any]:
    try:
        told = json.loads(path.read_text("utf-8"))
    except OSError as error:
        raise ShopError(f"{path} cannot be read ({error.strerror}): set FLOORWALKER_SHOP to a file that can") from None
    except UnicodeDecodeError:
        raise ShopError(f"{path} is not UTF-8: save it as UTF-8") from None
    except json.JSONDecodeError as error:
        raise ShopError(f"{path} is not JSON (line {error.lineno}): mend it") from None
    if not isinstance(told, dict):
        raise ShopError(f"{path} is not one JSON object: write it as {{...}}")
    return told  # pyright: ignore[reportUnknownVariableType]
