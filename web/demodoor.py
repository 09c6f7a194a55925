"""The back end of the demo shop: it signs anyone in as its one invented shopper, so that orders can be tried.

A real shop signs a token for whoever has logged in there; this one has no log-in. Never served for another shop.
"""

from fastapi import APIRouter, Request

from web.auth import BadToken, new_session_id, origin_allowed
from web.http import Door, NewSession
from web.problems import Refused


def demo_routes(door: Door, shopper: str) -> APIRouter:
    """`POST /demo/sign-in`."""
    router = APIRouter()

    @router.post("/demo/sign-in", status_code=201)
    async def sign_in(request: Request) -> NewSession:  # pyright: ignore[reportUnusedFunction]
        """The demo's shopper: in the guest's session whose token is shown, so that the conversation goes on; else in a
        new one."""
        headers, client = request.headers, request.client
        if not origin_allowed(headers.get("origin"), headers.get("host"), door.rules.origins):
            raise Refused("bad_origin", "Origin", fix="add this origin to FLOORWALKER_ORIGINS")
        if not door.meter.allows("sessions", client.host if client else ""):
            raise Refused("rate_limited", fix="wait a moment before the next session")
        _, _, token = (request.headers.get("authorization") or "").partition(" ")
        try:
            session_id = door.tokens.read(token).session_id if token else new_session_id()
        except BadToken as bad:
            raise Refused("bad_token", "Authorization", fix="send the guest's session token, or none") from bad
        return NewSession(sessionId=session_id, token=door.tokens.known(session_id, shopper))

    return router
