"""Bulk calls of the shop's back end: how a body is read, and products. Rows stand alone: the good ones are kept, the
bad ones named. Knows nothing of routes or sockets.
"""

from collections.abc import Callable, Sequence
from typing import Any, TypeVar, cast

from fastapi import Request
from pydantic import BaseModel, ValidationError
from pydantic_core import from_json

from retrieval.product import Product
from retrieval.query import IndexFault, Retriever
from web.ingest import check_id
from web.problems import Problem, ProblemCode, Refused, first_error
from web.rules import MAX_BODY, MAX_ROWS

T = TypeVar("T")


class RejectedRow(BaseModel, frozen=True):
    """A row that was not taken."""

    index: int
    code: ProblemCode
    field: str
    fix: str


class ProductsTaken(BaseModel, frozen=True):
    """What became of a bulk of products."""

    accepted: int
    rejected: list[RejectedRow]


async def take_products(rows: list[object], retriever: Retriever) -> ProductsTaken:
    """Add or replace these products. Raises RetrievalError, and Refused where the index cannot be written."""
    products, rejected = sorted_out(rows, _product)
    try:
        accepted = await retriever.upsert(tuple(product for _, product in products)) if products else 0
    except IndexFault as error:
        # The shop's back end may know what its shoppers need not.
        raise Refused("retrieval_down", fix=str(error)) from error
    return ProductsTaken(accepted=accepted, rejected=rejected)


def _product(row: object) -> Product:
    try:
        product = Product.model_validate(row)
    except ValidationError as error:
        field, message = first_error(error)
        raise Refused("bad_product", field, fix=message) from error
    check_id(product.id, "id")
    return product


def sorted_out(rows: Sequence[object], read: Callable[[object], T]) -> tuple[list[tuple[int, T]], list[RejectedRow]]:
    """The rows that can be read, each with its index, and the others with what is wrong."""
    good: list[tuple[int, T]] = []
    bad: list[RejectedRow] = []
    for index, row in enumerate(rows):
        try:
            good.append((index, read(row)))
        except Refused as refused:
            bad.append(rejected_row(index, refused.problem))
    return good, bad


def rejected_row(index: int, problem: Problem) -> RejectedRow:
    """This row, with its problem."""
    return RejectedRow(index=index, code=problem.code, field=problem.field, fix=problem.fix)


async def read_json(request: Request, *, fix: str) -> object:
    """What the body holds; `fix` says what to send where it is no JSON. Raises Refused."""
    body = bytearray()
    async for chunk in request.stream():
        body += chunk
        if len(body) > MAX_BODY:
            raise Refused("too_large", fix=f"send at most {MAX_BODY:,} bytes at once")
    try:
        return from_json(bytes(body), allow_inf_nan=False)
    except ValueError as error:
        raise Refused("bad_json", fix=fix) from error


async def read_rows(request: Request, name: str, *, shared: str | None = None) -> list[object]:
    """The rows of a bulk body: a list, or an object that holds it under `name`. A field `shared` beside it stands for
    every row that has none of its own. Raises Refused."""
    raw = await read_json(request, fix=f'send JSON: {{"{name}": [...]}}')
    rows = cast(dict[str, Any], raw).get(name) if isinstance(raw, dict) else raw
    if not isinstance(rows, list):
        raise Refused("bad_request", name, fix=f'send {{"{name}": [...]}}, or the list itself')
    if len(cast(list[object], rows)) > MAX_ROWS:
        raise Refused("too_many", name, fix=f"send at most {MAX_ROWS} at once")
    common = cast(dict[str, Any], raw).get(shared) if shared and isinstance(raw, dict) else None
    if shared is None or common is None:
        return cast(list[object], rows)
    return [_with(row, shared, common) for row in cast(list[object], rows)]


def _with(row: object, field: str, value: object) -> object:
    if not isinstance(row, dict) or cast(dict[str, Any], row).get(field) is not None:
        return cast(object, row)
    return {**cast(dict[str, Any], row), field: value}
