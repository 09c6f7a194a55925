"""ProductIndex: the seam to whichever engine holds the products and their vectors; and how text is folded for matching.

An engine filters and compares; what a query means, and how its sources are weighed, is decided above it. Errors are
IndexFault's, of query.py. Knows nothing of embedders, sessions or ranking.
"""

import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from hashlib import blake2b
from typing import Literal, Protocol

from retrieval.embed import Vectors
from retrieval.lexical import Sparse
from retrieval.product import Product
from retrieval.query import Facets, Filters

SCHEMA_VERSION = 2
"""Of what an index stores for a product. An index of another version is rebuilt, never guessed at."""

DENSE, SPARSE = "dense", "sparse"

Order = Literal["cheap", "rating"]
Field = Literal["price", "categories", "brand", "availability", "rating"]


@dataclass(frozen=True, slots=True)
class Held:
    """A product of the index with its dense vector."""

    product: Product
    vector: Vectors


@dataclass(frozen=True, slots=True)
class Stored:
    """A product on its way into an index, with its vectors and the digest of the text they stand for."""

    product: Product
    dense: Vectors
    sparse: Sparse
    digest: str


@dataclass(frozen=True, slots=True)
class Ask:
    """One nearest-neighbour question: a dense or a sparse vector, under filters, among some points or all."""

    vector: Vectors | Sparse
    filters: Filters
    limit: int
    among: frozenset[int] | None = None

    @property
    def using(self) -> str:
        return SPARSE if isinstance(self.vector, Sparse) else DENSE


class ProductIndex(Protocol):
    """Products under filters. Products are asked for by id; points, their numbers in the engine, are what
    `point_id` makes of an id. Every method may raise IndexFault."""

    async def upsert(self, stored: Sequence[Stored]) -> None:
        """Add or replace these products; found by the next search."""
        ...

    async def restate(self, products: Sequence[Product]) -> None:
        """Replace what is known of these products, whose vectors stay as they are: no text of theirs has changed."""
        ...

    async def digests(self, ids: Sequence[str]) -> dict[str, str]:
        """The digests of the texts of those of these products that exist."""
        ...

    async def delete(self, ids: Sequence[str]) -> int:
        """Remove these products. Returns how many there were."""
        ...

    async def nearest(self, asks: Sequence[Ask]) -> list[dict[int, float]]:
        """For each question the scores of the best points: cosine, or BM25."""
        ...

    async def fetch(self, points: Sequence[int]) -> dict[int, Held]:
        """Those of these points that exist."""
        ...

    async def listed(self, filters: Filters, limit: int, order: Order | None = None) -> list[Held]:
        """Products that satisfy the filters, with no words to go by; `order` leaves out products without the figure."""
        ...

    async def get(self, ids: Sequence[str], filters: Filters | None = None) -> tuple[Product, ...]:
        """Those of these products that exist and satisfy the filters, in the order asked for."""
        ...

    async def vectors(self, ids: Sequence[str]) -> dict[str, Vectors]:
        """The dense vectors of those of these products that exist."""
        ...

    async def page(self, offset: int, limit: int, filters: Filters | None = None) -> tuple[Product, ...]:
        """Products in a stable order."""
        ...

    async def facets(self, filters: Filters | None = None) -> Facets: ...

    async def words(self) -> Mapping[str, int]:
        """Every word that products are named by, and how many products use it."""
        ...

    async def count(self, filters: Filters | None = None) -> int: ...

    async def has(self, field: Field) -> bool:
        """Does any product of the shop have this field?"""
        ...

    async def has_attribute(self, name: str) -> bool:
        """Does any product of the shop have this attribute?"""
        ...

    async def flush(self) -> None:
        """Everything written so far survives a crash when this returns."""
        ...

    async def close(self) -> None: ...


def point_id(product_id: str) -> int:
    """The engine wants numbers or UUIDs. 64 bits of a hash: two of a million products would meet once in 30 million
    shops, and numbers are fused and looked up several times as fast as UUIDs."""
    return int.from_bytes(blake2b(product_id.encode("utf-8", "replace"), digest_size=8).digest(), "big")


def digest_of(text: str) -> str:
    """Of the text that a product's vectors stand for."""
    return blake2b(text.encode("utf-8", "replace"), digest_size=16).hexdigest()


def fold(text: str) -> str:
    """Text as it is compared: without regard to case, width or surrounding space."""
    return unicodedata.normalize("NFKC", text).casefold().strip()
