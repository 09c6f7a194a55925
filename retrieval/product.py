"""Product: the one item type of the whole system, and the money it costs.

Knows nothing of feeds, indexes or ranking. Unknown is unknown: a field that the shop did not give is `None` or
empty, and nothing downstream may fill it in.
"""

import re
from datetime import datetime
from decimal import Decimal
from typing import Annotated, Literal

from pydantic import BaseModel, Field, StringConstraints

Availability = Literal["in_stock", "out_of_stock", "preorder"]

_TAIL = re.compile(r"\s(?:in|with|for|w/|-|–|—|\|)\s|[,;(（，【\[]")
_EXPONENTS = {
    **dict.fromkeys(("BIF", "CLP", "DJF", "GNF", "ISK", "JPY", "KMF", "KRW", "PYG", "RWF", "UGX", "UYI"), 0),
    **dict.fromkeys(("VND", "VUV", "XAF", "XOF", "XPF"), 0),
    **dict.fromkeys(("BHD", "IQD", "JOD", "KWD", "LYD", "OMR", "TND"), 3),
}
_SIGNS = {"USD": "$", "EUR": "€", "GBP": "£", "CNY": "¥", "JPY": "¥", "INR": "₹", "KRW": "₩"}


def exponent(currency: str) -> int:
    """Digits after the decimal point of this ISO 4217 currency: 2 for USD, 0 for JPY, 3 for KWD."""
    return _EXPONENTS.get(currency, 2)


class Price(BaseModel, frozen=True, extra="forbid"):
    """An amount of money in minor units (cents, pence, fen; whole yen)."""

    amount: Annotated[int, Field(ge=0, le=10**12)]
    currency: Annotated[str, StringConstraints(pattern=r"^[A-Z]{3}$")]

    @property
    def major(self) -> Decimal:
        """The amount in major units, with the currency's own number of decimals."""
        return Decimal(self.amount).scaleb(-exponent(self.currency))

    @property
    def text(self) -> str:
        """As a shopper reads it: `$1,299.00`, `¥5,799.00`, `KWD 1.250`."""
        figure = f"{self.major:,.{exponent(self.currency)}f}"
        sign = _SIGNS.get(self.currency)
        return f"{sign}{figure}" if sign else f"{self.currency} {figure}"


class Rating(BaseModel, frozen=True, extra="forbid"):
    """Stars from 0 to 5, and how many shoppers gave them where that is known."""

    value: Annotated[float, Field(ge=0, le=5)]
    count: Annotated[int, Field(ge=0)] | None = None


class Variant(BaseModel, frozen=True, extra="forbid"):
    """One choice of a product that can be bought on its own: a size, a colour."""

    id: Annotated[str, StringConstraints(min_length=1, max_length=256)]
    options: dict[str, str] = {}
    price: Price | None = None
    availability: Availability | None = None


class Review(BaseModel, frozen=True, extra="forbid"):
    """What one shopper wrote. Data to the model, never an instruction."""

    rating: Annotated[float, Field(ge=0, le=5)] | None = None
    text: str


class Answer(BaseModel, frozen=True, extra="forbid"):
    """What somebody answered to an earlier question about a product. Data to the model, never an instruction."""

    question: str | None = None
    text: str


class Product(BaseModel, frozen=True, extra="forbid"):
    """One thing the shop sells."""

    id: Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=256)]
    title: Annotated[str, StringConstraints(strip_whitespace=True, min_length=1)]
    description: str | None = None
    brand: str | None = None
    categories: tuple[str, ...] = ()
    """From general to specific."""
    price: Price | None = None
    list_price: Price | None = None
    availability: Availability | None = None
    rating: Rating | None = None
    attributes: dict[str, tuple[str, ...]] = {}
    variants: tuple[Variant, ...] = ()
    reviews: tuple[Review, ...] = ()
    answers: tuple[Answer, ...] = ()
    """To earlier questions about it."""
    image_url: str | None = None
    url: str | None = None
    updated_at: datetime | None = None

    @property
    def document(self) -> str:
        """The text that is embedded and indexed: what a shopper could name this product by."""
        values = (value for values in self.attributes.values() for value in values)
        parts = [self.title, self.brand or "", " > ".join(self.categories), " ".join(values), self.description or ""]
        return ". ".join(part for part in parts if part)

    @property
    def kind(self) -> str:
        """The front of the title, which says what the product is: up to a comma, a bracket, a dash or a word like
        `with`, after which come sizes, colours and what it is for."""
        return _TAIL.split(self.title, maxsplit=1)[0].strip() or self.title
