"""One shopper on the product's socket: what is sent, and when what comes back arrives.

Speaks the wire as a page does; knows nothing of the product's insides, of engines or of figures.
"""

import json
import time
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from typing import Any

import jwt
from pydantic import BaseModel
from websockets.asyncio.client import ClientConnection, connect

AN_ADDRESS = 20
"""Sockets that the product lets one address hold."""


class Times(BaseModel, frozen=True, extra="forbid"):
    """One turn as its shopper saw it, in seconds from the message. None: it did not come."""

    cards: float | None = None
    prose: float | None = None
    gaps: tuple[float, ...] = ()
    """Between pieces of prose."""
    total: float
    error: str = ""
    """The code of what went wrong; empty: the turn ended well, and nothing was refused."""


def token(session: str, secret: str) -> str:
    """A guest's token, as the shop's own back end signs it."""
    now = datetime.now(UTC)
    claims = {"sid": session, "iat": now, "exp": now + timedelta(hours=1), "aud": "floorwalker"}
    return jwt.encode(claims, secret, algorithm="HS256")  # pyright: ignore[reportUnknownMemberType]


class Shopper:
    """A session on a socket of its own."""

    def __init__(self, socket: ClientConnection, session: str) -> None:
        self._socket = socket
        self._session = session
        self._sent = 0

    async def view(self, product_id: str) -> None:
        """Report that a product's page was opened."""
        event = {"event_id": self._next(), "name": "view_item", "items": [{"item_id": product_id}]}
        await self._send({"type": "session.event", "event": event})

    async def say(self, text: str) -> Times:
        """Send a message and hear its turn to the end. Raises ConnectionClosed."""
        began = time.perf_counter()
        cards: float | None = None
        prose: list[float] = []
        await self._send({"type": "message.create", "id": self._next(), "text": text})
        while True:
            frame = json.loads(await self._socket.recv())
            at = time.perf_counter() - began
            match frame:
                case {"type": "CUSTOM", "name": "shop.products"}:
                    cards = at if cards is None else cards
                case {"type": "TEXT_MESSAGE_CONTENT"}:
                    prose.append(at)
                case {"type": "CUSTOM", "name": "shop.error", "value": {"code": str(code)}}:
                    return Times(total=at, error=code)
                case {"type": "RUN_FINISHED" | "RUN_ERROR"}:
                    code = frame.get("code") or ("failed" if frame["type"] == "RUN_ERROR" else "")
                    gaps = tuple(later - sooner for sooner, later in pairwise(prose))
                    return Times(cards=cards, prose=prose[0] if prose else None, gaps=gaps, total=at, error=code)
                case _:
                    pass

    async def _send(self, frame: dict[str, Any]) -> None:
        await self._socket.send(json.dumps(frame))

    def _next(self) -> str:
        self._sent += 1
        return f"{self._session}-{self._sent}"


@asynccontextmanager
async def visiting(port: int, session: str, place: int, secret: str) -> AsyncGenerator[Shopper]:
    """A shopper with this session, in the shop on this port of loopback. `place`: the shopper's own number, from 0;
    more than one address may hold come from several."""
    host = place // AN_ADDRESS
    address = (f"127.0.{host // 250}.{1 + host % 250}", 0)
    async with connect(f"ws://127.0.0.1:{port}/v1/chat", compression=None, local_addr=address) as socket:
        await socket.send(json.dumps({"type": "session.start", "token": token(session, secret)}))
        while json.loads(await socket.recv())["type"] != "MESSAGES_SNAPSHOT":
            pass
        yield Shopper(socket, session)
