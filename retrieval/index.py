"""ProductIndex: the seam to whichever engine holds the products and their vectors; and how text is folded for matching.

Errors are IndexFault's, of query.py. Knows nothing of embedders, sessions or ranking. Synchronous: an index is only
ever used inside the retrieval worker or a build, never on an event loop.
"""

import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal, Protocol

from retrieval.embed import Vectors
from retrieval.product import Product
from retrieval.query import Candidate, Facets, Filters

SCHEMA_VERSION = 1
"""Of what an index stores for a product. An index of another version is rebuilt, never guessed at."""

Order = Literal["cheap", "rating"]
Field = Literal["price", "categories", "brand", "availability", "rating"]


@dataclass(frozen=True, slots=True)
class Found:
    """A candidate together with the vector of its product."""

    candidate: Candidate
    vector: Vectors


class ProductIndex(Protocol):
    """Products under filters. Every method may raise IndexFault."""

    def upsert(self, products: Sequence[Product], vectors: Vectors) -> int:
        """Add or replace these products, one row of `vectors` each. Returns how many."""
        ...

    def delete(self, ids: Sequence[str]) -> int:
        """Remove these products. Returns how many there were."""
        ...

    def search(self, text: str, vector: Vectors | None, filters: Filters, limit: int) -> tuple[Found, ...]:
        """The best products for the words and the vector, best first; without either, none."""
        ...

    def listed(self, filters: Filters, limit: int, order: Order | None = None) -> tuple[Found, ...]:
        """Products that satisfy the filters, with no words to go by; `order` leaves out products without the figure."""
        ...

    def get(self, ids: Sequence[str], filters: Filters | None = None) -> tuple[Product, ...]:
        """Those of these products that exist and satisfy the filters, in the order asked for."""
        ...

    def vectors(self, ids: Sequence[str]) -> dict[str, Vectors]:
        """The vectors of those of these products that exist."""
        ...

    def page(self, offset: int, limit: int, filters: Filters | None = None) -> tuple[Product, ...]:
        """Products in a stable order."""
        ...

    def facets(self, filters: Filters | None = None) -> Facets: ...

    def count(self, filters: Filters | None = None) -> int: ...

    def has(self, field: Field) -> bool:
        """Does any product of the shop have this field?"""
        ...

    def has_attribute(self, name: str) -> bool:
        """Does any product of the shop have this attribute?"""
        ...

    def close(self) -> None: ...


def fold(text: str) -> str:
    """Text as it is compared: without regard to case, width or surrounding space."""
    return unicodedata.normalize("NFKC", text).casefold().strip()
