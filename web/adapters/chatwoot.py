"""The webhooks of a Chatwoot agent bot: are they Chatwoot's own, and what do they say? Answered at once, whatever the
turn takes.

Chatwoot signs `TIMESTAMP.BODY` with the bot's secret: `X-Chatwoot-Signature: sha256=HEX`. A webhook that it is refused
(or not answered in 5 s) makes Chatwoot open the conversation to people; 429 it delivers again. Knows nothing of what is
done about a webhook.
"""

import hashlib
import hmac
import time
from dataclasses import dataclass, field

from fastapi import APIRouter, Request
from pydantic_core import from_json

from web.adapters.chatwoot_desk import Helpdesk
from web.adapters.chatwoot_events import read
from web.adapters.chatwoot_flow import ChatwootBot
from web.bulk import read_body
from web.problems import Refused

FRESH_SECONDS = 300
"""How far a webhook's timestamp may be from now."""


@dataclass(frozen=True, slots=True)
class Chatwoot:
    """A Chatwoot, and the secret with which it signs the bot's webhooks."""

    desk: Helpdesk
    secret: str = field(repr=False)


def chatwoot_routes(bot: ChatwootBot, secret: str) -> APIRouter:
    """What Chatwoot calls."""
    router = APIRouter()

    @router.post("/v1/chatwoot")
    async def webhook(request: Request) -> dict[str, str]:  # pyright: ignore[reportUnusedFunction]
        """One agent-bot webhook of Chatwoot."""
        body, headers = await read_body(request), request.headers
        timestamp = headers.get("x-chatwoot-timestamp", "")
        if not signed(secret, timestamp, body, headers.get("x-chatwoot-signature", "")):
            raise Refused(
                "bad_signature", "X-Chatwoot-Signature", fix="set the secret that Chatwoot shows for this bot"
            )
        if not fresh(timestamp, time.time()):
            fix = "sign it with the time of now; if Chatwoot did, one of the two clocks is wrong"
            raise Refused("bad_signature", "X-Chatwoot-Timestamp", fix=fix)
        try:
            payload: object = from_json(body, allow_inf_nan=False)
        except ValueError as error:
            raise Refused("bad_json", fix="send one of Chatwoot's agent-bot webhooks as JSON") from error
        told = read(payload)
        taken = told is not None and bot.take(told, headers.get("x-chatwoot-delivery", ""))
        return {"status": "taken" if taken else "ignored"}

    return router


def signed(secret: str, timestamp: str, body: bytes, signature: str) -> bool:
    """Is this the signature of that body at that time? Takes as long for a near miss as for a far one."""
    right = hmac.new(secret.encode(), timestamp.encode() + b"." + body, hashlib.sha256).hexdigest()
    return hmac.compare_digest(f"sha256={right}".encode(), signature.encode())


def fresh(timestamp: str, now: float) -> bool:
    """Was it signed within five minutes of `now`? Both in seconds."""
    return timestamp.isascii() and timestamp.isdigit() and abs(now - int(timestamp[:15])) <= FRESH_SECONDS
