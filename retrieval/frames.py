"""What the retrieval worker and its parent say to each other: length-prefixed frames of JSON over two pipes.

A frame is 4 bytes of length, 8 of the call's number, 1 of kind, then JSON. Knows nothing of processes or searching.
"""

import struct
from typing import Annotated, Any, BinaryIO, Literal

from pydantic import BaseModel, Field, TypeAdapter

from retrieval.behaviour.touches import FinishedSession, Mark
from retrieval.knowledge.passage import PassageHit
from retrieval.product import Product
from retrieval.query import Facets, Filters, RankContext, SearchQuery, SearchResult

HEADER = struct.Struct(">IQB")
ANSWER, FAULT = 0, 1
READY = 0
"""The number of the first frame, which no call asked for: the worker serves, or why it cannot."""
MAX_BYTES = 256 * 1024 * 1024


class SearchCall(BaseModel, frozen=True, extra="forbid"):
    method: Literal["search"] = "search"
    query: SearchQuery
    context: RankContext


class GetCall(BaseModel, frozen=True, extra="forbid"):
    method: Literal["get"] = "get"
    ids: tuple[str, ...]
    filters: Filters | None


class FacetsCall(BaseModel, frozen=True, extra="forbid"):
    method: Literal["facets"] = "facets"
    filters: Filters | None


class PageCall(BaseModel, frozen=True, extra="forbid"):
    method: Literal["page"] = "page"
    offset: int
    limit: int
    filters: Filters | None


class PassagesCall(BaseModel, frozen=True, extra="forbid"):
    method: Literal["passages"] = "passages"
    question: str
    limit: int


class EvidenceCall(BaseModel, frozen=True, extra="forbid"):
    method: Literal["evidence"] = "evidence"
    question: str
    product_id: str
    limit: int


class UpsertCall(BaseModel, frozen=True, extra="forbid"):
    method: Literal["upsert"] = "upsert"
    products: tuple[Product, ...]


class DeleteCall(BaseModel, frozen=True, extra="forbid"):
    method: Literal["delete"] = "delete"
    ids: tuple[str, ...]


class LearnCall(BaseModel, frozen=True, extra="forbid"):
    method: Literal["learn"] = "learn"
    sessions: tuple[FinishedSession, ...]
    after: Mark
    mark: Mark


Call = SearchCall | GetCall | FacetsCall | PageCall | PassagesCall | EvidenceCall | UpsertCall | DeleteCall | LearnCall


class Codec:
    """Calls and answers to and from JSON. Made once a process: compiling the validators takes a while."""

    def __init__(self) -> None:
        self._calls: TypeAdapter[Call] = TypeAdapter(Annotated[Call, Field(discriminator="method")])
        products: TypeAdapter[Any] = TypeAdapter(tuple[Product, ...])
        hits: TypeAdapter[Any] = TypeAdapter(tuple[PassageHit, ...])
        number: TypeAdapter[Any] = TypeAdapter(int)
        self._answers: dict[str, TypeAdapter[Any]] = {
            "search": TypeAdapter(SearchResult),
            "get": products,
            "page": products,
            "facets": TypeAdapter(Facets),
            "passages": hits,
            "evidence": hits,
            "upsert": number,
            "delete": number,
            "learn": TypeAdapter(Mark),
        }

    def call(self, body: bytes) -> Call:
        return self._calls.validate_json(body)

    def answer(self, method: str, body: bytes) -> Any:
        return self._answers[method].validate_json(body)

    def answered(self, method: str, answer: Any) -> bytes:
        return self._answers[method].dump_json(answer)


def packed(number: int, kind: int, body: bytes) -> bytes:
    """One whole frame."""
    return HEADER.pack(len(body), number, kind) + body


def read_frame(stream: BinaryIO) -> tuple[int, int, bytes] | None:
    """The next frame's number, kind and body; None at the end of the stream."""
    header = stream.read(HEADER.size)
    if len(header) < HEADER.size:
        return None
    length, number, kind = HEADER.unpack(header)
    body = stream.read(length)
    return (number, kind, body) if len(body) == length else None
