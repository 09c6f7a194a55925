"""A scripted server for the widget: sessions over HTTP, one WebSocket, every word of it said by the test.

It numbers frames per session and replays the missed ones on resume, as the real one does; it understands nothing.
"""

import asyncio
import json
import queue
import threading
from collections import Counter
from pathlib import Path
from typing import Any

import uvicorn
from fastapi import FastAPI, WebSocket, WebSocketDisconnect
from fastapi.responses import HTMLResponse
from fastapi.staticfiles import StaticFiles

WEB = Path(__file__).parents[2] / "web"
PAGE = """<!doctype html><meta charset="utf-8"><link rel="icon" href="data:,"><title>page</title>
<script type="module" src="/static/floorwalker-chat.js"></script>
<floorwalker-chat id="chat" language="en"></floorwalker-chat>"""


class ScriptedWire:
    """One session. `say` sends to the page; `heard` is what the page sent."""

    def __init__(self) -> None:
        self.heard: queue.Queue[dict[str, Any]] = queue.Queue()
        self.frames: list[dict[str, Any]] = []
        self.state: dict[str, Any] = {
            "constraints": {"chips": [], "need": ""},
            "turnId": None,
            "language": "en",
            "handoff": None,
        }
        self.messages: list[dict[str, Any]] = []
        self.card_sets: list[dict[str, Any]] = []
        self.products: list[dict[str, Any]] = []
        self.facets: dict[str, Any] = {}
        self.health = {"retrieval": "ready", "model": "ready"}
        self.known: dict[str, Any] = {"events": [], "interests": [], "brands": {}, "categories": {}, "cart": {}}
        self.known |= {"priceBand": None, "need": "", "chips": [], "shown": None}
        """What `GET /v1/session` tells."""
        self.minted = 0
        self.acknowledging = True
        self.refused: set[str] = set()
        """Tokens that are answered with 4401."""
        self._sockets: set[WebSocket] = set()
        self._server = uvicorn.Server(
            uvicorn.Config(self._app(), host="127.0.0.1", port=0, log_level="warning", ws="websockets-sansio")
        )
        self._loop = asyncio.new_event_loop()
        self._started = threading.Event()
        self._thread = threading.Thread(target=self._run, daemon=True)

    def __enter__(self) -> "ScriptedWire":
        self._thread.start()
        assert self._started.wait(20)
        return self

    def __exit__(self, *_: object) -> None:
        self._server.should_exit = True
        self._server.force_exit = True
        self._thread.join(10)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self._server.servers[0].sockets[0].getsockname()[1]}"

    def say(self, *frames: dict[str, Any]) -> None:
        """Numbers these frames and sends them to every page."""
        asyncio.run_coroutine_threadsafe(self._say(frames), self._loop).result(10)

    def raw(self, frame: dict[str, Any]) -> None:
        """Sends a frame as it is, number and all."""
        asyncio.run_coroutine_threadsafe(self._raw(frame), self._loop).result(10)

    def custom(self, name: str, **value: Any) -> None:
        self.say({"type": "CUSTOM", "name": name, "value": value})

    def drop(self) -> None:
        """Cuts every connection."""
        asyncio.run_coroutine_threadsafe(self._drop(), self._loop).result(10)

    def expect(self, kind: str) -> dict[str, Any]:
        """The next frame of this type; others are passed over."""
        while True:
            frame = self.heard.get(timeout=20)
            if frame["type"] == kind:
                return frame

    def _run(self) -> None:
        asyncio.set_event_loop(self._loop)
        self._loop.run_until_complete(self._serve())
        self._loop.close()

    async def _serve(self) -> None:
        serving = asyncio.create_task(self._server.serve())
        while not self._server.started:
            await asyncio.sleep(0.01)
        self._started.set()
        await serving

    def _app(self) -> FastAPI:
        app = FastAPI()
        app.add_api_route("/", lambda: HTMLResponse(PAGE))
        app.add_api_route("/v1/sessions", self._mint, methods=["POST"])
        app.add_api_websocket_route("/v1/chat", self._chat)
        app.add_api_route("/v1/products", self._page)
        app.add_api_route("/v1/products/{product_id}", self._product)
        app.add_api_route("/v1/session", lambda: self.known)
        app.add_api_route("/readyz", lambda: self.health)
        app.mount("/demo", StaticFiles(directory=WEB / "demo"))
        app.mount("/static", StaticFiles(directory=WEB / "static"))
        return app

    async def _mint(self) -> dict[str, str]:
        self.minted += 1
        return {"sessionId": f"s{self.minted}", "token": f"t{self.minted}"}

    async def _page(self, offset: int = 0, limit: int = 24, category: str | None = None) -> dict[str, Any]:
        found = [one for one in self.products if not category or category in one.get("categories", [])]
        counts = Counter(name for one in self.products for name in one.get("categories", []))
        page = {"products": found[offset : offset + limit], "total": len(found), "categories": counts}
        return {**page, "facets": self.facets}

    async def _product(self, product_id: str) -> dict[str, Any]:
        return next(one for one in self.products if one["id"] == product_id)

    async def _chat(self, socket: WebSocket) -> None:
        await socket.accept()
        try:
            start = json.loads(await socket.receive_text())
            self.heard.put(start)
            if start["token"] in self.refused:
                await socket.close(4401)
                return
            await self._welcome(socket, start.get("lastSeq"))
            while True:
                frame = json.loads(await socket.receive_text())
                self.heard.put(frame)
                known = frame.get("id") or frame.get("event", {}).get("event_id")
                if known and self.acknowledging:
                    await self._say(({"type": "CUSTOM", "name": "shop.ack", "value": {"ids": [known]}},))
        except (WebSocketDisconnect, RuntimeError):
            pass
        finally:
            self._sockets.discard(socket)

    async def _welcome(self, socket: WebSocket, last: int | None) -> None:
        for frame in self.frames[last:] if last is not None else []:
            await socket.send_text(json.dumps(frame))
        self._sockets.add(socket)
        await self._say(({"type": "STATE_SNAPSHOT", "snapshot": self.state},))
        if last is None:
            snapshot = {"type": "MESSAGES_SNAPSHOT", "messages": self.messages, "cardSets": self.card_sets}
            await self._say((snapshot,))

    async def _say(self, frames: tuple[dict[str, Any], ...]) -> None:
        for frame in frames:
            numbered = {**frame, "seq": len(self.frames) + 1}
            self.frames.append(numbered)
            await self._raw(numbered)

    async def _raw(self, frame: dict[str, Any]) -> None:
        for socket in list(self._sockets):
            await socket.send_text(json.dumps(frame))

    async def _drop(self) -> None:
        for socket in list(self._sockets):
            self._sockets.discard(socket)
            await socket.close(1012)
