"""A shop's door without a network: a scripted assistant behind the real application, and tabs that speak ASGI to it."""

import asyncio
import json
from collections.abc import AsyncGenerator, Callable, Sequence
from datetime import UTC, datetime
from typing import Any

import pytest

from agent.constraints import Constraints
from agent.conversation import Conversation
from agent.events import (
    ConstraintsChanged,
    ProductsShown,
    ShopperMessage,
    StepFinished,
    StepStarted,
    TextAdded,
    TextFinished,
    TextStarted,
    TurnEvent,
    TurnFinished,
    TurnStarted,
)
from agent.journal import Journal
from agent.memoryjournal import MemoryJournal
from agent.request import Request
from agent.shelf import Card, CardSet, Reason
from retrieval.knowledge.passage import PassageHit
from retrieval.product import Price, Product, Rating
from retrieval.query import Facets, Filters, RankContext, RetrievalError, SearchQuery, SearchResult
from web.app import create_app
from web.auth import Tokens
from web.rules import Rules

SECRET = "a secret for tests, long enough to sign with"
KEY = "merchant-key-for-tests"
HOST = "shop.test"
NOW = datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC)
PATIENCE = 20.0
"""No test waits this long unless it fails."""


class FakeRetriever:
    """A catalogue in a dict."""

    def __init__(self, products: Sequence[Product]) -> None:
        self.products = {product.id: product for product in products}
        self.down = False
        self.pages: tuple[PassageHit, ...] = ()
        self.texts: dict[str, tuple[PassageHit, ...]] = {}
        """What answers any question: of the shop's pages, and by product."""

    async def search(self, query: SearchQuery, context: RankContext) -> SearchResult:
        return SearchResult(hits=())

    async def get(self, ids: tuple[str, ...], filters: Filters | None = None) -> tuple[Product, ...]:
        self._check()
        return tuple(self.products[one] for one in ids if one in self.products)

    async def facets(self, filters: Filters | None = None) -> Facets:
        self._check()
        found = self._under(filters)
        categories: dict[str, int] = {}
        for product in found:
            for category in product.categories:
                categories[category] = categories.get(category, 0) + 1
        return Facets(count=len(found), categories=categories)

    async def page(self, offset: int, limit: int, filters: Filters | None = None) -> tuple[Product, ...]:
        self._check()
        return tuple(self._under(filters)[offset : offset + limit])

    async def passages(self, question: str, limit: int = 3) -> tuple[PassageHit, ...]:
        self._check()
        return self.pages[:limit]

    async def evidence(self, question: str, product_id: str, limit: int = 2) -> tuple[PassageHit, ...]:
        self._check()
        return self.texts.get(product_id, ())[:limit]

    async def upsert(self, products: tuple[Product, ...]) -> int:
        self._check()
        self.products.update({product.id: product for product in products})
        return len(products)

    async def delete(self, ids: tuple[str, ...]) -> int:
        self._check()
        return sum(self.products.pop(one, None) is not None for one in ids)

    def _under(self, filters: Filters | None) -> list[Product]:
        wanted = set(filters.categories) if filters else set()
        return [product for product in self.products.values() if not wanted or wanted & set(product.categories)]

    def _check(self) -> None:
        if self.down:
            raise RetrievalError("the engine is down.", fix="wait")


Script = Callable[[Conversation, ShopperMessage], AsyncGenerator[TurnEvent, None]]


class FakeAssistant:
    """Says what its script says."""

    def __init__(self, journal: Journal, products: Sequence[Product]) -> None:
        self.retriever = FakeRetriever(products)
        self.journal = journal
        self.parts = {"retrieval": "ready", "model": "ready", "journal": "ready"}
        self.asked: list[ShopperMessage] = []
        self.closed: list[str] = []
        """Messages whose turns have let go of everything."""
        self.gates: dict[str, asyncio.Event] = {}
        self.script: Script | None = None

    def gate(self, name: str) -> asyncio.Event:
        """A point at which a turn waits until the test sets it."""
        return self.gates.setdefault(name, asyncio.Event())

    async def turn(self, conversation: Conversation, message: ShopperMessage) -> AsyncGenerator[TurnEvent, None]:
        self.asked.append(message)
        try:
            if self.script:
                async for event in self.script(conversation, message):
                    yield event
                return
            for event in turn_events(conversation, message):
                for word, event_type in (("slow", TextFinished), ("stuck", StepFinished)):
                    if word in message.text and isinstance(event, event_type):
                        await self.gate(message.id).wait()
                yield event
        finally:
            self.closed.append(message.id)

    def health(self) -> dict[str, str]:
        return dict(self.parts)


def turn_events(conversation: Conversation, message: ShopperMessage) -> list[TurnEvent]:
    """A turn that asks, shows and tells: the shape of every turn that shows products."""
    turn_id, text_id = f"turn-{message.id}", f"text-{message.id}"
    reason = Reason(text="You viewed it.", evidence=("event:view_item:P1",))
    card = Card(handle=1, product=boots(), score=0.5, reason=reason)
    wanted = Request(roles=(Constraints(need=message.text[:50], price_max=Price(amount=20000, currency="USD")),))
    return [
        TurnStarted(turn_id=turn_id, message_id=message.id, language="en", time=NOW),
        StepStarted(step="plan"),
        StepFinished(step="plan"),
        ConstraintsChanged(before=conversation.request, after=wanted),
        ProductsShown(card_set=CardSet(id=f"{turn_id}.a", turn_id=turn_id, provisional=False, cards=(card,))),
        StepStarted(step="narrate"),
        TextStarted(message_id=text_id),
        TextAdded(message_id=text_id, delta="Trail boots ", by="model"),
        TextAdded(message_id=text_id, delta="suit you.", by="model"),
        TextFinished(message_id=text_id),
        StepFinished(step="narrate"),
        TurnFinished(turn_id=turn_id),
    ]


def boots(product_id: str = "P1") -> Product:
    return Product(
        id=product_id,
        title="Trail boots",
        brand="Fernhill",
        categories=("Shoes", "Boots"),
        price=Price(amount=12900, currency="USD"),
        list_price=Price(amount=15900, currency="USD"),
        availability="in_stock",
        rating=Rating(value=4.5, count=12),
        image_url="/demo/images/P1.svg",
        url="/product/P1",
    )


class Denied(Exception):
    """The handshake was answered over HTTP."""

    def __init__(self, status: int, body: bytes) -> None:
        super().__init__(status)
        self.status = status
        self.body = body


class Tab:
    """One browser tab's socket, spoken over ASGI."""

    def __init__(
        self, app: Any, *, headers: dict[str, str] | None = None, address: str = "10.0.0.1", query: str = ""
    ) -> None:
        self._app = app
        self._query = query
        self._headers = {"host": HOST, **(headers or {})}
        self._address = address
        self._in: asyncio.Queue[dict[str, Any]] = asyncio.Queue()
        self._out: asyncio.Queue[dict[str, Any]] = asyncio.Queue()
        self._flows = asyncio.Event()
        self._flows.set()
        self._denied: tuple[int, bytes] | None = None
        self.frames: list[dict[str, Any]] = []
        self.task: asyncio.Task[None] | None = None

    async def open(self) -> "Tab":
        scope = {
            "type": "websocket",
            "asgi": {"version": "3.0", "spec_version": "2.4"},
            "http_version": "1.1",
            "scheme": "ws",
            "path": "/v1/chat",
            "raw_path": b"/v1/chat",
            "query_string": self._query.encode(),
            "root_path": "",
            "headers": [(name.encode(), value.encode()) for name, value in self._headers.items()],
            "client": (self._address, 1),
            "server": (HOST, 80),
            "subprotocols": [],
            "state": {},
            "extensions": {"websocket.http.response": {}},
        }
        self._in.put_nowait({"type": "websocket.connect"})
        self.task = asyncio.create_task(self._app(scope, self._in.get, self._send))
        first = await self._next()
        if first["type"] == "websocket.http.response.start":
            body = await self._next()
            raise Denied(first["status"], body.get("body", b""))
        assert first["type"] == "websocket.accept", first
        return self

    def stall(self) -> None:
        """Read nothing more: what the server sends does not leave."""
        self._flows.clear()

    def flow(self) -> None:
        self._flows.set()

    def send(self, **frame: Any) -> None:
        self.send_text(json.dumps(frame))

    def send_text(self, text: str) -> None:
        self._in.put_nowait({"type": "websocket.receive", "text": text})

    def send_bytes(self, data: bytes) -> None:
        self._in.put_nowait({"type": "websocket.receive", "bytes": data})

    async def recv(self) -> dict[str, Any]:
        """The next frame."""
        message = await self._next()
        assert message["type"] == "websocket.send", message
        frame = json.loads(message["text"])
        self.frames.append(frame)
        return frame

    async def until(self, kind: str, name: str | None = None) -> list[dict[str, Any]]:
        """The frames up to and with the first of this type (and name)."""
        got: list[dict[str, Any]] = []
        while True:
            got.append(await self.recv())
            if got[-1]["type"] == kind and got[-1].get("name") == name:
                return got

    async def value(self, name: str) -> dict[str, Any]:
        """The value of the next CUSTOM frame of this name."""
        return (await self.until("CUSTOM", name))[-1]["value"]

    async def closed(self) -> int:
        """Frames until the server closes; returns the close code."""
        while True:
            message = await self._next()
            if message["type"] == "websocket.close":
                return message["code"]
            self.frames.append(json.loads(message["text"]))

    async def leave(self) -> None:
        """Close this tab, and wait until the server has seen it. Frames that were on their way stay readable."""
        self._in.put_nowait({"type": "websocket.disconnect", "code": 1001})
        self._flows.set()
        assert self.task
        await asyncio.wait_for(self.task, PATIENCE)

    def rest(self) -> list[dict[str, Any]]:
        """What arrived and was not read yet."""
        got: list[dict[str, Any]] = []
        while not self._out.empty():
            message = self._out.get_nowait()
            if message["type"] == "websocket.send":
                got.append(json.loads(message["text"]))
        self.frames += got
        return got

    async def _next(self) -> dict[str, Any]:
        return await asyncio.wait_for(self._out.get(), PATIENCE)

    async def _send(self, message: dict[str, Any]) -> None:
        await self._flows.wait()
        self._out.put_nowait(message)


class Bench:
    """The application over one journal; `restart` makes a new process of it."""

    KEY, SECRET, HOST, NOW = KEY, SECRET, HOST, NOW
    Tab, Denied = Tab, Denied

    def __init__(self, journal: Journal | None = None, **rules: Any) -> None:
        self.journal = journal or MemoryJournal()
        self.tabs: list[Tab] = []
        self.tokens = Tokens(SECRET)
        self.begin(**rules)

    def begin(self, **rules: Any) -> None:
        self.rules = Rules(**rules)
        self.assistant = FakeAssistant(self.journal, (boots("P1"), boots("P2")))
        self.app = create_app(self.assistant, secret=SECRET, merchant_key=KEY, rules=self.rules)
        self.sessions = self.app.state.sessions

    async def connect(self, **options: Any) -> Tab:
        tab = Tab(self.app, **options)
        self.tabs.append(tab)
        return await tab.open()

    async def tab(self, session_id: str = "s1", last_seq: int | None = None, **options: Any) -> Tab:
        """A tab of this session, started; its first frames are unread."""
        tab = await self.connect(**options)
        resume = {} if last_seq is None else {"lastSeq": last_seq}
        tab.send(type="session.start", token=self.tokens.guest(session_id), **resume)
        return tab

    async def chat(self, session_id: str = "s1", **options: Any) -> Tab:
        """A tab of this session with its snapshots read."""
        tab = await self.tab(session_id, **options)
        await tab.until("MESSAGES_SNAPSHOT")
        return tab

    async def restart(self, **rules: Any) -> None:
        """The process ends in good order, and another one starts over the same journal."""
        await self.end()
        self.begin(**rules)

    async def crash(self, **rules: Any) -> None:
        """The process is gone at once; what was on disk is all there is."""
        for tab in self.tabs:
            if tab.task:
                tab.task.cancel()
        for session in self.sessions._live.values():
            for task in (*session._tasks, session._stream._pump):
                task.cancel()
        await asyncio.gather(*(tab.task for tab in self.tabs if tab.task), return_exceptions=True)
        self.tabs = []
        self.begin(**rules)

    async def end(self) -> None:
        for tab in self.tabs:
            if tab.task and not tab.task.done():
                await tab.leave()
        self.tabs = []
        await self.sessions.close()


@pytest.fixture
async def bench():
    """A factory of benches, which end with the test."""
    made: list[Bench] = []

    def make(journal: Journal | None = None, **rules: Any) -> Bench:
        made.append(Bench(journal, **{"messages": "1000/minute", "frames": "10000/minute", **rules}))
        return made[-1]

    yield make
    for one in made:
        await one.end()
