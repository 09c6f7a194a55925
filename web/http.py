"""The HTTP routes: new sessions, events and products in bulk, the catalogue for shop pages, health, counts.

Refusals are JSON `{code, field, fix}`. Knows nothing of sockets or turns.
"""

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Annotated, Any

from fastapi import APIRouter, Query, Request
from prometheus_client import CONTENT_TYPE_LATEST
from pydantic import BaseModel
from starlette.responses import JSONResponse, Response

from retrieval.product import Product
from web.auth import BadToken, Tokens, key_matches, new_session_id, origin_allowed
from web.bulk import ProductsTaken, read_rows, take_products
from web.frames import price_value
from web.insight import insight
from web.intake import EventsTaken, Intake
from web.listing import Listing, listed_facets
from web.live import Assistant
from web.problems import Problem, ProblemCode, Refused
from web.rules import MAX_ROWS, Meter, Rules
from web.sessions import Sessions

STATUS: dict[ProblemCode, int] = {
    "bad_token": 401,
    "bad_key": 401,
    "bad_origin": 403,
    "guests_off": 403,
    "not_found": 404,
    "too_large": 413,
    "rate_limited": 429,
    "journal_down": 503,
    "retrieval_down": 503,
    "internal": 500,
}


class NewSession(BaseModel, frozen=True):
    """A guest's session."""

    sessionId: str
    token: str


@dataclass(frozen=True, slots=True)
class Door:
    """What the routes work with."""

    assistant: Assistant
    sessions: Sessions
    intake: Intake
    tokens: Tokens
    merchant_key: str
    rules: Rules
    meter: Meter


def public_routes(door: Door) -> APIRouter:
    """What anyone may ask: a guest's session, the catalogue, health."""
    router = APIRouter()

    @router.post("/v1/sessions", status_code=201)
    async def new_session(request: Request) -> NewSession:  # pyright: ignore[reportUnusedFunction]
        """A new guest. Never a known shopper: those come with a token that the shop's back end signed."""
        headers, client = request.headers, request.client
        if not origin_allowed(headers.get("origin"), headers.get("host"), door.rules.origins):
            raise Refused("bad_origin", "Origin", fix="add this origin to FLOORWALKER_ORIGINS")
        if not door.rules.guests:
            raise Refused("guests_off", fix="get a token from the shop's own back end")
        if not door.meter.allows("sessions", client.host if client else ""):
            raise Refused("rate_limited", fix="wait a moment before the next session")
        session_id = new_session_id()
        return NewSession(sessionId=session_id, token=door.tokens.guest(session_id))

    @router.get("/v1/products")
    async def page(listing: Annotated[Listing, Query()]) -> dict[str, Any]:  # pyright: ignore[reportUnusedFunction]
        """A page of the catalogue, how many there are, the shop's categories with their counts, and what else could be
        chosen here."""
        retriever = door.assistant.retriever
        products = await retriever.page(listing.offset, listing.limit, listing.filters())
        shop, facets = await retriever.facets(), await listed_facets(retriever, listing)
        return {
            "products": [_public(product) for product in products],
            "total": facets["count"],
            "categories": shop.categories,
            "facets": facets,
        }

    @router.get("/v1/products/{product_id:path}")
    async def product(product_id: str) -> dict[str, Any]:  # pyright: ignore[reportUnusedFunction]
        """One product."""
        found = await door.assistant.retriever.get((product_id,))
        if not found:
            raise Refused("not_found", "product_id", fix="name a product of the catalogue by its id")
        return _public(found[0])

    @router.get("/livez")
    async def alive() -> dict[str, str]:  # pyright: ignore[reportUnusedFunction]
        """This process runs."""
        return {"status": "alive"}

    @router.get("/readyz")
    async def ready() -> JSONResponse:  # pyright: ignore[reportUnusedFunction]
        """Searches can be answered. A model that is still loading does not make the shop unready."""
        health = door.assistant.health()
        down = [part for part in ("retrieval", "journal") if health.get(part, "ready") != "ready"]
        return JSONResponse(health, status_code=503 if down else 200)

    return router


def shopper_routes(door: Door) -> APIRouter:
    """What a session's own token opens."""
    router = APIRouter()

    @router.get("/v1/session")
    async def session(request: Request) -> dict[str, Any]:  # pyright: ignore[reportUnusedFunction]
        """What the assistant knows of a session, for whoever holds its token."""
        _, _, token = (request.headers.get("authorization") or "").partition(" ")
        try:
            session_id = door.tokens.read(token).session_id
        except BadToken as bad:
            raise Refused("bad_token", "Authorization", fix="send the session token: Bearer TOKEN") from bad
        if not door.meter.allows("frames", session_id):
            raise Refused("rate_limited", fix="ask less often")
        async with door.sessions.open(session_id) as live:
            return insight(live.conversation, datetime.now(UTC))

    return router


def merchant_routes(door: Door) -> APIRouter:
    """What needs the merchant's key."""
    router = APIRouter()

    @router.post("/v1/events", status_code=202, openapi_extra=_body("events"))
    async def report(request: Request) -> EventsTaken:  # pyright: ignore[reportUnusedFunction]
        """Events of any sessions, GA4-style, from the shop's back end. Those with `consent: {ad_personalization:
        "DENIED"}`, their own or beside `events`, are kept and used for nothing."""
        merchant(request, door)
        rows = await read_rows(request, "events", shared="consent")
        return await door.intake.take(rows, datetime.now(UTC), "shop")

    @router.post("/v1/products", status_code=200, openapi_extra=_body("products"))
    async def upsert(request: Request) -> ProductsTaken:  # pyright: ignore[reportUnusedFunction]
        """Add or replace products."""
        merchant(request, door)
        return await take_products(await read_rows(request, "products"), door.assistant.retriever)

    @router.delete("/v1/products/{product_id:path}", status_code=204)
    async def delete(request: Request, product_id: str) -> Response:  # pyright: ignore[reportUnusedFunction]
        """Remove a product."""
        merchant(request, door)
        removed = await door.assistant.retriever.delete((product_id,))
        door.intake.known.forget((product_id,))
        if not removed:
            raise Refused("not_found", "product_id", fix="name a product of the catalogue by its id")
        return Response(status_code=204)

    @router.get("/metrics")
    async def metrics(request: Request) -> Response:  # pyright: ignore[reportUnusedFunction]
        """Counts of events, for Prometheus; they tell how a shop is doing, so they want its key."""
        merchant(request, door)
        return Response(door.intake.tally.text(), media_type=CONTENT_TYPE_LATEST)

    return router


def refusal(problem: Problem) -> JSONResponse:
    """The response that says it."""
    headers = {"WWW-Authenticate": "Bearer"} if problem.code == "bad_key" else None
    return JSONResponse(problem.model_dump(), status_code=STATUS.get(problem.code, 422), headers=headers)


def merchant(request: Request, door: Door) -> None:
    """Let the shop's own key pass, and nothing else. Raises Refused."""
    if not key_matches(request.headers.get("authorization"), door.merchant_key):
        raise Refused("bad_key", "Authorization", fix="send the merchant key: Authorization: Bearer KEY")


def _public(product: Product) -> dict[str, Any]:
    """A product for a shop page: its own JSON, with each price also as a shopper reads it."""
    prices = {"price": price_value(product.price), "list_price": price_value(product.list_price)}
    return {**product.model_dump(mode="json"), **prices}


def _body(name: str) -> dict[str, Any]:
    rows = {"type": "array", "items": {"type": "object"}, "maxItems": MAX_ROWS}
    schema = {"type": "object", "properties": {name: rows}, "required": [name]}
    return {"requestBody": {"required": True, "content": {"application/json": {"schema": {"oneOf": [schema, rows]}}}}}
