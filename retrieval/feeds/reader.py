"""A shop's feed in, Products and row problems out, one at a time; the file is never whole in memory.

Whatever format the feed is in, what comes out is validated, free of HTML and hidden characters, and no id comes twice.
Knows nothing of indexes.
"""

import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, cast

from pydantic import BaseModel, ValidationError

from retrieval.feeds.formats import opened, rows
from retrieval.feeds.native import MONEY
from retrieval.feeds.rows import BadValue, Fields, Notes, RowProblem
from retrieval.feeds.text import is_address, plain, printable
from retrieval.product import Product
from retrieval.query import FeedError

_LONGEST = 20_000
"""Characters of any one text. About 3,000 words: more than a product page says, and far more than an embedder reads."""

_CODES = frozenset({"id", "url", "image_url", "updated_at", "currency", "availability"})
_ADDRESSES = ("image_url", "url")


class Reading(BaseModel, frozen=True, extra="forbid"):
    """What a feed does not say of itself."""

    columns: Mapping[str, str] = {}
    """Columns of a CSV feed, by their own names, and Product's fields as CSV spells them: `{"sku": "id", "colour":
    "attribute:colour"}`."""
    currency: str | None = None
    """ISO 4217, of prices which do not name theirs; Shopify's need it."""


def read_feed(path: Path, reading: Reading | None = None) -> Iterator[Product | RowProblem]:
    """Every usable product of the feed and every problem, in file order (groups of Google's items come last).

    The format is told from what the file holds. Raises FeedError where the file is unreadable, in no known format, or
    breaks off.

    A problem does not always cost the row: an unusable URL, an unknown word for the stock or an unknown field is left
    out, a text above 20,000 characters is cut. Of two rows with one id the first stays.
    """
    reading = reading or Reading()
    currency = reading.currency
    if currency is not None and not re.fullmatch("[A-Z]{3}", currency):
        raise FeedError(f"{currency[:80]!r} is no currency.", fix="Give its ISO 4217 code, such as USD.")
    seen: set[str] = set()
    strangers: set[str] = set()
    with opened(path) as handle:
        for row in rows(path, handle, reading.columns, currency):
            if isinstance(row, RowProblem):
                yield row
                continue
            notes: Notes = []
            product = None
            try:
                product = _product(row.fields, notes, strangers)
                if product.id in seen:
                    reason = f"id {product.id!r} was used by an earlier row"
                    raise BadValue("id", reason, "give every product its own id")
            except BadValue as bad:
                notes.append(bad)
                product = None
            yield from (note.at(row.line) for note in notes)
            if product:
                seen.add(product.id)
                yield product


def _product(fields: Fields, notes: Notes, strangers: set[str]) -> Product:
    for name in [name for name in fields if name not in Product.model_fields]:
        del fields[name]
        if name not in strangers:
            strangers.add(name)
            known = "" if name.startswith("g:") else "; " + ", ".join(Product.model_fields) + " are known"
            notes.append(BadValue(name, "unknown field, ignored on every row", f"rename or drop it{known}"))
    if isinstance(fields.get("id"), int):
        fields["id"] = str(fields["id"])
    try:
        fields = {name: _clean(name, value, notes) for name, value in fields.items()}
    except RecursionError as error:
        raise BadValue("", "lists in lists without end", "write the row as flat as Product is") from error
    for name in _ADDRESSES:
        url = fields.get(name)
        if isinstance(url, str) and url and not is_address(url):
            fix = "give an http(s) address or a path that starts with /"
            notes.append(BadValue(name, f"{url[:80]!r} is left out: not an address to show", fix))
            fields[name] = None
    try:
        return Product.model_validate(fields)
    except ValidationError as error:
        bad = BadValue.of(error)
        if bad.field.split(".")[0] in MONEY:
            bad.fix = 'write {"amount": minor units, "currency": "USD"}'
        raise bad from error


def _clean(name: str, value: Any, notes: Notes) -> Any:
    """The value of this field with every text in it cleaned, and what is empty then left out of lists."""
    if isinstance(value, str):
        if name in _CODES:
            return printable(value)
        text = plain(value)
        if len(text) > _LONGEST:
            notes.append(BadValue(name, f"{len(text):,} characters, cut to {_LONGEST:,}", "say it shorter"))
            text = text[:_LONGEST].rstrip()
        return text
    if isinstance(value, list):
        parts = [_clean(name, part, notes) for part in cast(list[Any], value)]
        return [part for part in parts if part != ""]
    if isinstance(value, dict):
        held = cast(dict[str, Any], value)
        return {known: _clean(key, part, notes) for key, part in held.items() if (known := plain(key))}
    return value
