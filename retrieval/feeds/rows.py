"""What the readers of all feed formats share: a row in native names, its problems, and what money and stock mean.

Knows nothing of files or of any one format.
"""

import html
import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from decimal import Decimal
from typing import Any, NamedTuple, TypeVar

from pydantic import BaseModel, ValidationError

from retrieval.feeds.text import printable
from retrieval.product import Availability, exponent

Item = TypeVar("Item")

_MONEY = re.compile(
    r"(?:(?P<before>[A-Za-z]{3})\s*)?(?P<amount>\d{1,3}(?:,\d{3})+(?:\.\d+)?|\d+(?:\.\d*)?|\.\d+)\s*(?P<after>[A-Za-z]{3})?"
)
_MOST = 10**12  # as in Price
_STOCK: dict[str, Availability] = {
    "in stock": "in_stock",
    "instock": "in_stock",
    "low stock": "in_stock",
    "limited availability": "in_stock",
    "out of stock": "out_of_stock",
    "outofstock": "out_of_stock",
    "sold out": "out_of_stock",
    "discontinued": "out_of_stock",
    "preorder": "preorder",
    "pre order": "preorder",
    "backorder": "preorder",
    "back order": "preorder",
}


class RowProblem(BaseModel, frozen=True, extra="forbid"):
    """What is wrong with one row of a feed, and what to do about it."""

    line: int
    """Where the row begins in the file (unpacked, where it is gzipped); 1 is the first line."""
    field: str
    """Empty where the row as a whole is bad."""
    reason: str
    fix: str


class BadValue(Exception):
    """A value that cannot be used. Raised, it costs the row; noted, it costs the value only."""

    def __init__(self, field: str, reason: str, fix: str) -> None:
        super().__init__(reason)
        self.field, self.reason, self.fix = field, reason, fix

    def at(self, line: int) -> RowProblem:
        """The same, of the row at this line."""
        return RowProblem(line=line, field=printable(self.field)[:80], reason=self.reason, fix=self.fix)

    @classmethod
    def of(cls, error: ValidationError, fix: str = "") -> "BadValue":
        """The first thing that pydantic found wrong."""
        first = error.errors(include_url=False, include_context=False, include_input=False)[0]
        field = ".".join(str(part) for part in first["loc"])
        if first["type"] == "missing":
            fix = f"give every product a {field}"
        return cls(field, first["msg"], fix or "give it the type that the format asks for, or leave it out")


Notes = list[BadValue]
Fields = dict[str, Any]
Pairs = list[tuple[str, str]]
"""Names and texts as the file has them: columns and cells, or elements and what they hold. A name may come twice."""


class Row(NamedTuple):
    """A row in the names of Product, not validated yet."""

    line: int
    fields: Fields


class Offer(NamedTuple):
    """What one variant of a product costs. Money is `{"amount": minor units, "currency"}`."""

    price: dict[str, Any] | None
    list_price: dict[str, Any] | None
    availability: Availability | None


def in_native_names(
    items: Iterable[tuple[int, Item] | RowProblem], fields_of: Callable[[Item, Notes], Fields]
) -> Iterator[Row | RowProblem]:
    """Every item as a row, and what was wrong with it, in order."""
    for each in items:
        if isinstance(each, RowProblem):
            yield each
            continue
        line, item = each
        notes: Notes = []
        try:
            row = Row(line, fields_of(item, notes))
        except BadValue as bad:
            notes.append(bad)
            row = None
        yield from (note.at(line) for note in notes)
        if row:
            yield row


def money(field: str, text: str, currency: str | None) -> dict[str, Any]:
    """`"1,129.00 USD"` or `"1129"` in major units -> the amount in minor units. Raises BadValue.

    `currency` is that of amounts without one. Commas are read only where they can be nothing but thousands.
    """
    parts = _MONEY.fullmatch(text.strip())
    codes = {code.upper() for code in (parts["before"], parts["after"]) if code} if parts else set[str]()
    code = codes.pop() if codes else (currency or "")
    fix = 'write major units and the currency: "129.00 USD"'
    if parts is None or not code or codes:
        raise BadValue(field, f"{text[:80]!r} is no amount with a currency", fix)
    minor = Decimal(parts["amount"].replace(",", "")[:40]).scaleb(exponent(code))
    if minor > _MOST or len(parts["amount"]) > 40:
        raise BadValue(field, f"{text[:80]!r} is too much", fix)
    if minor != minor.to_integral_value():
        raise BadValue(field, f"{text[:80]!r} has more decimals than {code} has", fix)
    return {"amount": int(minor), "currency": code}


def reduced(price: dict[str, Any] | None, before: dict[str, Any] | None) -> dict[str, Any] | None:
    """The list price, where it is one: above the price, and in its currency."""
    if price and before and before["currency"] == price["currency"] and before["amount"] > price["amount"]:
        return before
    return None


def stock(field: str, word: str, notes: Notes) -> Availability | None:
    """A word of any format -> what it means here. A word that none of them has is noted, and unknown.

    A back order is told as a preorder: it can be bought now and comes later.
    """
    known = _STOCK.get(" ".join(re.split(r"[\s_-]+", word.strip().lower().rsplit("/", 1)[-1])))
    if known is None and word.strip():
        fix = "write in_stock, out_of_stock, preorder or backorder"
        notes.append(BadValue(field, f"{word[:80]!r} is left unknown", fix))
    return known


def offer_of(variants: Sequence[Offer]) -> Fields:
    """What a product costs whose variants cost this: the lowest price, and what that one cost before.

    Only prices in the first one's currency are compared. In stock if one variant is; sold out only if all are.
    """
    priced = [(each.price, each.list_price) for each in variants if each.price]
    fields: Fields = {}
    if priced:
        currency = priced[0][0]["currency"]
        cheapest = min((each for each in priced if each[0]["currency"] == currency), key=lambda each: each[0]["amount"])
        fields["price"], fields["list_price"] = cheapest
    states = {each.availability for each in variants}
    for state in ("in_stock", "preorder"):
        if state in states:
            return {**fields, "availability": state}
    if states == {"out_of_stock"}:
        fields["availability"] = "out_of_stock"
    return fields


def category_path(text: str) -> list[str]:
    """`"Home > Kitchen > Mugs"` -> its parts, general to specific."""
    return [part.strip() for part in html.unescape(text).split(">") if part.strip()]
