"""The back end of the demo shop: it signs anyone in as its one invented shopper, so that orders can be tried.

A real shop signs a token for whoever has logged in there; this one has no log-in. Never served for another shop.
"""

from fastapi import APIRouter, Request

from web.auth import new_session_id, origin_allowed
from web.http import Door, NewSession
from web.problems import Refused


def demo_routes(door: Door, shopper: str) -> APIRouter:
    """`POST /demo/sign-in`."""
    router = APIRouter()

    @router.post("/demo/sign-in", status_code=201)
    async def sign_in(request: Request) -> NewSession:  # pyright: ignore[reportUnusedFunction]
        """A session of the demo's shopper."""
        headers, client = request.headers, request.client
        if not origin_allowed(headers.get("origin"), headers.get("host"), door.rules.origins):
            raise Refused("bad_origin", "Origin", fix="add this origin to FLOORWALKER_ORIGINS")
        if not door.meter.allows("sessions", client.host if client else ""):
            raise Refused("rate_limited", fix="wait a moment before the next session")
        session_id = new_session_id()
        return NewSession(sessionId=session_id, token=door.tokens.known(session_id, shopper))

    return router
