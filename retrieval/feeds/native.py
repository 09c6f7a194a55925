"""The native feed: Product's own names, as JSON objects or as the columns of delimited text.

CSV columns are Product's fields: `price` and `list_price` in major units ("129.00 USD", or "129.00" with a `currency`
column), `categories` split by ">", `attribute:NAME` split by "|", `rating_value` and `rating_count`. Knows nothing of
files.
"""

from collections.abc import Mapping
from typing import Any, cast

from retrieval.feeds.rows import BadValue, Fields, Notes, Pairs, category_path, money, stock
from retrieval.feeds.text import printable
from retrieval.product import Product
from retrieval.query import FeedError

MONEY = ("price", "list_price")
ATTRIBUTE = "attribute:"
MARKS = frozenset(
    {"price", "list_price", "availability", "attributes", "image_url", "reviews", "answers", "brand", "categories"}
)
"""Names that this format has and Shopify's has not."""
_EXTRAS = frozenset({"currency", "rating_value", "rating_count"})
_UNFIT = frozenset({"rating", "attributes", "variants", "reviews", "answers"})
_CELLS = (Product.model_fields.keys() - _UNFIT) | _EXTRAS


def from_object(item: Mapping[str, object], notes: Notes) -> Fields:
    """A JSON object -> its fields. Null and empty mean unknown."""
    fields = _known(item)
    attributes = fields.get("attributes")
    if isinstance(attributes, dict):
        named = _known(cast(dict[str, object], attributes))
        fields["attributes"] = {name: _texts(held) for name, held in named.items()}
    _know_stock(fields, notes)
    return fields


def is_column(name: str) -> bool:
    """Whether a column of this name is read."""
    return name in _CELLS or (name.startswith(ATTRIBUTE) and name != ATTRIBUTE)


def speaks_for(names: list[str]) -> int:
    """How many of these columns only this format has."""
    only = _EXTRAS | {"url", "image_url", "categories", "list_price", "updated_at"}
    return sum(name in only or name.startswith(ATTRIBUTE) for name in names)


def renamed(names: list[str], columns: Mapping[str, str]) -> list[str]:
    """The header in native names. Raises FeedError where `columns` names what is not there or cannot be."""
    for theirs, ours in columns.items():
        if theirs not in names:
            there = printable(", ".join(names))[:300]
            raise FeedError(f"The feed has no column {theirs!r}; it has {there}.", fix="Name one of them.")
        if not is_column(ours):
            known = ", ".join(sorted(_CELLS))
            raise FeedError(f"A column cannot become {ours!r}.", fix=f"Name one of {known}, or {ATTRIBUTE}NAME.")
    # A column that another one takes the name of steps back.
    taken = set(columns.values())
    now = [columns.get(name, f"column:{name}" if name in taken else name) for name in names]
    twice = sorted({name for name in now if is_column(name) and now.count(name) > 1})
    if twice:
        raise FeedError(f"Two columns are {twice[0]!r}.", fix="Keep one, or give them different names.")
    return now


def from_cells(pairs: Pairs, notes: Notes, *, currency: str | None) -> Fields:
    """A row of delimited text -> its fields. Raises BadValue."""
    cells = dict(pairs)
    fields: Fields = {}
    attributes: dict[str, list[str]] = {}
    for name, cell in cells.items():
        if name in _UNFIT:
            raise BadValue(name, "does not fit in a cell", f"use {ATTRIBUTE}NAME columns, or a .jsonl feed")
        if name in MONEY:
            fields[name] = money(name, cell, cells.get("currency", "").upper() or currency)
        elif name == "categories":
            fields[name] = category_path(cell)
        elif name.startswith(ATTRIBUTE):
            attributes[name.removeprefix(ATTRIBUTE).strip()] = [part.strip() for part in cell.split("|")]
        elif name == "rating_value":
            fields["rating"] = {"value": cell, "count": cells.get("rating_count") or None}
        elif name not in ("rating_count", "currency"):
            fields[name] = cell
    if attributes:
        fields["attributes"] = attributes
    _know_stock(fields, notes)
    return fields


def _know_stock(fields: Fields, notes: Notes) -> None:
    word = fields.get("availability")
    if isinstance(word, str):
        fields["availability"] = stock("availability", word, notes)
    variants = fields.get("variants")
    for variant in cast(list[object], variants) if isinstance(variants, list) else []:
        if isinstance(variant, dict):
            held = cast(Fields, variant)
            if isinstance(held.get("availability"), str):
                held["availability"] = stock("variants.availability", held["availability"], notes)


def _known(held: Mapping[str, object]) -> Fields:
    return {name: value for name, value in held.items() if value is not None and value != ""}


def _texts(held: Any) -> list[Any]:
    values = cast(list[Any], held) if isinstance(held, list) else [held]
    return [str(value) if isinstance(value, int | float) else value for value in values if value not in (None, "")]
