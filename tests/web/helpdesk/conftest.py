"""A Chatwoot without Chatwoot: its API as documented, and its agent-bot webhooks, signed as it signs them."""

import asyncio
import hashlib
import hmac
import json
import time
from collections import deque
from typing import Any

import httpx
import httpx2
import pytest
import stamina
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from web.adapters.chatwoot import Chatwoot
from web.adapters.chatwoot_api import ChatwootApi

SECRET = "a secret that Chatwoot made for this bot"
TOKEN = "bot-token"
WIDGET, SMS = "Channel::WebWidget", "Channel::Sms"
CONTACT = {"id": 31, "name": "Mirela Okafor", "email": "mirela@example.com", "identifier": None, "type": "contact"}
AGENT = {"id": 4, "name": "Bruno Salt", "email": "bruno@shop.example", "type": "user"}
CARD_KEYS, ACTION_KEYS = {"title", "description", "media_url", "actions"}, {"text", "type", "payload", "uri"}


class StubChatwoot:
    """What the bot called, in order; refuses what Chatwoot refuses."""

    def __init__(self) -> None:
        self.calls: list[tuple[str, dict[str, Any]]] = []
        """What was accepted: `messages`, `typing` or `status`, and its body."""
        self.tried: list[str] = []
        """What was called, accepted or not."""
        self.faults: deque[Response | Exception | None] = deque()
        """Answers to the next calls of a message or a status in place of its own; None for its own."""
        self.known = {17, 18}
        self.held: dict[str, asyncio.Event] = {}
        """Calls of this kind wait until the test sets it."""
        self.lost = 0
        """So many accepted messages come back as webhooks, and their answers never arrive."""
        self.deliver: Any = None
        self.next_id = 900
        routes = [
            Route(f"/api/v1/accounts/1/conversations/{{id:int}}/{what}", self._call, methods=["POST"], name=kind)
            for what, kind in (
                ("messages", "messages"),
                ("toggle_typing_status", "typing"),
                ("toggle_status", "status"),
            )
        ]
        self.app = Starlette(routes=routes)
        transport = httpx.ASGITransport(app=self.app)
        headers = {"api_access_token": TOKEN}
        self.api = ChatwootApi(httpx.AsyncClient(transport=transport, base_url="http://chatwoot.test", headers=headers))

    async def _call(self, request: Request) -> Response:
        kind = request.url.path.rsplit("/", 1)[-1].removeprefix("toggle_").removesuffix("_status")
        body = await request.json()
        self.tried.append(kind)
        if kind in self.held:
            await self.held[kind].wait()
        if request.headers.get("api_access_token") != TOKEN:
            return JSONResponse({"error": "Invalid Access Token"}, 401)
        if kind != "typing" and self.faults:
            fault = self.faults.popleft()
            if isinstance(fault, Exception):
                raise fault
            if fault is not None:
                return fault
        if request.path_params["id"] not in self.known:
            return JSONResponse({"error": "Resource could not be found"}, 404)
        if kind == "messages" and (wrong := self._refused(body)):
            return JSONResponse({"message": wrong}, 422)
        self.calls.append((kind, body))
        self.next_id += 1
        if kind == "messages" and self.lost:
            self.lost -= 1
            await self.deliver(self.next_id, body)
            raise httpx.ReadTimeout("the answer was lost")
        return JSONResponse({"id": self.next_id})

    def _refused(self, body: dict[str, Any]) -> str:
        items = body["content_attributes"].get("items") or []
        if body["content_type"] in ("cards", "input_select") and not items:
            return "At least one item is required."
        if body["content_type"] == "input_select" and any(set(item) != {"title", "value"} for item in items):
            return "contains invalid keys for items"
        if body["content_type"] == "cards":
            if any(set(item) - CARD_KEYS for item in items):
                return "contains invalid keys for items"
            if any(not item.get("actions") for item in items):
                return "contains items missing actions"
            if any(set(action) - ACTION_KEYS for item in items for action in item["actions"]):
                return "contains invalid keys for actions"
        return ""

    @property
    def told(self) -> list[str]:
        """What the shopper reads."""
        return [body["content"] for kind, body in self.calls if kind == "messages" and not body["private"]]

    @property
    def notes(self) -> list[str]:
        """What only people read."""
        return [body["content"] for kind, body in self.calls if kind == "messages" and body["private"]]

    @property
    def typing(self) -> list[str]:
        return [body["typing_status"] for kind, body in self.calls if kind == "typing"]

    @property
    def opened(self) -> int:
        return self.calls.count(("status", {"status": "open"}))


def conversation(status: str = "pending", **fields: Any) -> dict[str, Any]:
    """A conversation as Chatwoot's webhooks have it. `verified`, `identifier`, `assignee`, `at`, `channel` and `talk`
    are what a test may want otherwise."""
    verified, contact = fields.get("verified", False), {**CONTACT, "identifier": fields.get("identifier")}
    return {
        "additional_attributes": {"browser": {"browser_name": "Chrome"}, "referer": "https://shop.example/"},
        "can_reply": True,
        "channel": fields.get("channel", WIDGET),
        "contact_inbox": {"id": 9, "contact_id": 31, "inbox_id": 3, "source_id": "5d0e", "hmac_verified": verified},
        "id": fields.get("talk", 17),
        "inbox_id": 3,
        "messages": [{"id": 1, "content": "…", "account_id": 1, "message_type": 0, "conversation_id": 17}],
        "labels": [],
        "meta": {
            "sender": contact,
            "assignee": fields.get("assignee"),
            "assignee_type": "User" if fields.get("assignee") else None,
            "team": None,
            "hmac_verified": verified,
        },
        "status": status,
        "custom_attributes": {},
        "snoozed_until": None,
        "unread_count": 1,
        "waiting_since": 0,
        "timestamp": 1767322000,
        "updated_at": fields.get("at", 1767322000.5),
    }


def message(number: int, text: str | None, *, status: str = "pending", **fields: Any) -> dict[str, Any]:
    """`message_created` of the contact, or of whoever `sender` and `message_type` say."""
    contact = {key: value for key, value in CONTACT.items() if key != "type"}
    told = {
        "account": {"id": 1, "name": "Fernhill"},
        "additional_attributes": {},
        "content_attributes": fields.get("content_attributes", {}),
        "content_type": fields.get("content_type", "text"),
        "content": text,
        "conversation": conversation(status, **fields),
        "created_at": "2026-01-02T03:04:05.000Z",
        "id": number,
        "inbox": {"id": 3, "name": "Shop"},
        "message_type": fields.get("message_type", "incoming"),
        "private": fields.get("private", False),
        "sender": fields.get("sender", {**contact, "identifier": fields.get("identifier")}),
        "source_id": None,
        "event": fields.get("event", "message_created"),
    }
    return told | ({"attachments": fields["attachments"]} if "attachments" in fields else {})


def of_agent(number: int, text: str, *, status: str = "open", **fields: Any) -> dict[str, Any]:
    """`message_created` of one of the shop's people."""
    return message(number, text, status=status, message_type="outgoing", sender=AGENT, **fields)


def changed(event: str, status: str, **fields: Any) -> dict[str, Any]:
    """An event of the conversation itself."""
    return {**conversation(status, **fields), "event": event}


class Helpdesk:
    """A shop behind a Chatwoot."""

    SECRET, TOKEN, WIDGET, SMS, AGENT = SECRET, TOKEN, WIDGET, SMS, AGENT
    message, of_agent, changed = staticmethod(message), staticmethod(of_agent), staticmethod(changed)

    def __init__(self, make: Any, **rules: Any) -> None:
        self.chatwoot = StubChatwoot()
        self.shop = make(chatwoot=Chatwoot(self.chatwoot.api, SECRET), **{"quiet": 0.0, **rules})
        self.deliveries = 0
        self.chatwoot.deliver = self._deliver_own

    @property
    def bot(self) -> Any:
        return self.shop.app.state.chatwoot

    @property
    def asked(self) -> list[str]:
        """What turns were asked."""
        return [asked.text for asked in self.shop.assistant.asked]

    async def post(self, payload: Any, *, delivery: str | None = None, **headers: str) -> httpx2.Response:
        """Deliver this webhook, signed unless `headers` say otherwise."""
        body = payload if isinstance(payload, bytes) else json.dumps(payload).encode()
        timestamp = headers.pop("timestamp", str(int(time.time())))
        self.deliveries += 1
        sent = {
            "X-Chatwoot-Timestamp": timestamp,
            "X-Chatwoot-Signature": headers.pop("signature", signature(timestamp, body)),
            "X-Chatwoot-Delivery": delivery or f"delivery-{self.deliveries}",
        }
        transport = httpx2.ASGITransport(app=self.shop.app, raise_app_exceptions=False)
        async with httpx2.AsyncClient(transport=transport, base_url="http://shop.test") as client:
            encoded = {name: value.encode("latin-1") for name, value in sent.items()}
            return await client.post("/v1/chatwoot", content=body, headers=encoded)

    async def _deliver_own(self, number: int, body: dict[str, Any]) -> None:
        bot = {"id": 2, "name": "Floorwalker", "type": "agent_bot"}
        fields = {"message_type": "outgoing", "sender": bot, "content_attributes": body["content_attributes"]}
        await self.post(message(number, body["content"], **fields))

    async def tell(self, *payloads: Any) -> None:
        """Deliver these, one after the other, and wait until all is done about them."""
        for payload in payloads:
            assert (await self.post(payload)).status_code == 200
        await self.settle()

    async def settle(self) -> None:
        async with asyncio.timeout(20):
            await self.bot.idle()

    async def until(self, true: Any) -> None:
        """Wait until this holds."""
        async with asyncio.timeout(20):
            while not true():
                await asyncio.sleep(0.001)

    async def session(self, number: int = 17) -> Any:
        """The conversation as our session has it."""
        async with self.shop.sessions.open(f"chatwoot:1:{number}") as live:
            return live.conversation


def signature(timestamp: str, body: bytes, secret: str = SECRET) -> str:
    """As Chatwoot signs."""
    return "sha256=" + hmac.new(secret.encode(), timestamp.encode() + b"." + body, hashlib.sha256).hexdigest()


@pytest.fixture(autouse=True)
def _no_pauses():
    """Retries do not wait."""
    with stamina.set_testing(True, attempts=5, cap=True):
        yield


@pytest.fixture
async def helpdesk(bench):
    """A factory of shops behind a Chatwoot."""
    made: list[Helpdesk] = []

    def make(**rules: Any) -> Helpdesk:
        made.append(Helpdesk(bench, **rules))
        return made[-1]

    yield make
    for one in made:
        await one.shop.end()
        await one.chatwoot.api.close()


@pytest.fixture
def webhooks():
    """The payloads of Chatwoot."""
    return Helpdesk
