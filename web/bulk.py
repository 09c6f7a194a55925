"""Bulk calls of the shop's back end: many events or products at once. Rows stand alone: the good ones are kept, the
bad ones named. Knows nothing of routes or sockets.
"""

import asyncio
from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Any, TypeVar, cast

from fastapi import Request
from pydantic import BaseModel, TypeAdapter, ValidationError
from pydantic_core import from_json

from agent.events import Id
from agent.journal import JournalError
from retrieval.product import Product
from retrieval.query import IndexFault, Retriever
from web.ingest import AnEvent, check_id, check_known, event_of, product_ids
from web.problems import JOURNAL_DOWN, Problem, ProblemCode, Refused, first_error
from web.rules import MAX_BODY, MAX_ROWS
from web.sessions import Sessions

T = TypeVar("T")
_id = TypeAdapter[str](Id)


class RejectedRow(BaseModel, frozen=True):
    """A row that was not taken."""

    index: int
    code: ProblemCode
    field: str
    fix: str


class EventsTaken(BaseModel, frozen=True):
    """What became of a bulk of events. All of `accepted` and `duplicates` are on disk."""

    accepted: int
    duplicates: int
    rejected: list[RejectedRow]


class ProductsTaken(BaseModel, frozen=True):
    """What became of a bulk of products."""

    accepted: int
    rejected: list[RejectedRow]


async def take_products(rows: list[object], retriever: Retriever) -> ProductsTaken:
    """Add or replace these products. Raises RetrievalError, and Refused where the index cannot be written."""
    products, rejected = _sorted_out(rows, _product)
    try:
        accepted = await retriever.upsert(tuple(product for _, product in products)) if products else 0
    except IndexFault as error:
        # The shop's back end may know what its shoppers need not.
        raise Refused("retrieval_down", fix=str(error)) from error
    return ProductsTaken(accepted=accepted, rejected=rejected)


async def take_events(rows: list[object], sessions: Sessions, retriever: Retriever, now: datetime) -> EventsTaken:
    """Write these events, each to its session. Raises RetrievalError, and Refused where nothing could be written."""
    parsed, rejected = _sorted_out(rows, lambda row: _addressed(row, now))
    ids = tuple(dict.fromkeys(one for _, (_, event) in parsed for one in product_ids(event)))
    found = await retriever.get(ids) if ids else ()
    products = {product.id: product for product in found}
    by_session: dict[str, list[tuple[int, AnEvent]]] = {}
    seen: set[str] = set()
    accepted = duplicates = 0
    for index, (session_id, event) in parsed:
        try:
            check_known(event, set(products))
        except Refused as refused:
            rejected.append(_rejected(index, refused.problem))
            continue
        if event.event_id in seen:
            duplicates += 1
            continue
        seen.add(event.event_id)
        by_session.setdefault(session_id, []).append((index, event))

    async def write(session_id: str, events: list[tuple[int, AnEvent]]) -> frozenset[str] | None:
        try:
            return await sessions.report(session_id, [event for _, event in events], products)
        except JournalError:
            return None

    told = await asyncio.gather(*(write(session_id, events) for session_id, events in by_session.items()))
    for events, known in zip(by_session.values(), told, strict=True):
        if known is None:
            rejected += [_rejected(index, JOURNAL_DOWN) for index, _ in events]
        else:
            duplicates, accepted = duplicates + len(known), accepted + len(events) - len(known)
    if by_session and all(known is None for known in told):
        raise Refused("journal_down", fix=JOURNAL_DOWN.fix)
    rejected.sort(key=lambda row: row.index)
    return EventsTaken(accepted=accepted, duplicates=duplicates, rejected=rejected)


def _addressed(row: object, now: datetime) -> tuple[str, AnEvent]:
    event = event_of(row, now)
    given = cast(dict[str, Any], row).get("session_id")
    try:
        session_id = _id.validate_python(given, strict=True)
    except ValidationError as error:
        raise Refused("bad_event", "session_id", fix="name the session by its id") from error
    check_id(session_id, "session_id")
    return session_id, event


def _product(row: object) -> Product:
    try:
        product = Product.model_validate(row)
    except ValidationError as error:
        field, message = first_error(error)
        raise Refused("bad_product", field, fix=message) from error
    check_id(product.id, "id")
    return product


def _sorted_out(rows: Sequence[object], read: Callable[[object], T]) -> tuple[list[tuple[int, T]], list[RejectedRow]]:
    good: list[tuple[int, T]] = []
    bad: list[RejectedRow] = []
    for index, row in enumerate(rows):
        try:
            good.append((index, read(row)))
        except Refused as refused:
            bad.append(_rejected(index, refused.problem))
    return good, bad


def _rejected(index: int, problem: Problem) -> RejectedRow:
    return RejectedRow(index=index, code=problem.code, field=problem.field, fix=problem.fix)


async def read_rows(request: Request, name: str) -> list[object]:
    """The rows of a bulk body: a list, or an object that holds it under `name`. Raises Refused."""
    body = bytearray()
    async for chunk in request.stream():
        body += chunk
        if len(body) > MAX_BODY:
            raise Refused("too_large", fix=f"send at most {MAX_BODY:,} bytes at once")
    try:
        raw: object = from_json(bytes(body), allow_inf_nan=False)
    except ValueError as error:
        raise Refused("bad_json", fix=f'send JSON: {{"{name}": [...]}}') from error
    rows = cast(dict[str, Any], raw).get(name) if isinstance(raw, dict) else raw
    if not isinstance(rows, list):
        raise Refused("bad_request", name, fix=f'send {{"{name}": [...]}}, or the list itself')
    if len(cast(list[object], rows)) > MAX_ROWS:
        raise Refused("too_many", name, fix=f"send at most {MAX_ROWS} at once")
    return cast(list[object], rows)
