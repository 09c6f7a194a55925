"""The door of the shop's own people: who waits, what was said, taking a conversation and giving it back."""

import httpx2
import pytest

from agent.events import HandoffChanged
from agent.journal import HandoffSet
from web.app import create_app

MEI = {"state": "human", "by": "Mei"}


@pytest.fixture
async def shop(bench):
    return bench()


@pytest.fixture
async def http(shop):
    transport = httpx2.ASGITransport(app=shop.app, raise_app_exceptions=False)
    headers = {"authorization": f"Bearer {shop.KEY}"}
    async with httpx2.AsyncClient(transport=transport, base_url="http://shop.test", headers=headers) as client:
        yield client


async def waiting(shop, session_id: str = "s1") -> None:
    change = HandoffChanged(state="waiting", text="A person comes.", reason="asked", summary="Why: asked")
    await shop.journal.append(session_id, [HandoffSet(change=change)])


async def test_who_waits_is_listed_with_why_until_the_assistant_has_it_again(shop, http):
    for session_id in ("s1", "s2"):
        await waiting(shop, session_id)
    listed = (await http.get("/v1/handoffs")).json()["handoffs"]
    assert [(each["sessionId"], each["state"], each["summary"]) for each in listed] == [
        ("s2", "waiting", "Why: asked"),
        ("s1", "waiting", "Why: asked"),
    ]
    await http.post("/v1/sessions/s2/handoff", json={"state": "returned", "by": "Mei"})
    await http.post("/v1/sessions/s1/handoff", json=MEI)
    listed = (await http.get("/v1/handoffs")).json()["handoffs"]
    assert [(each["sessionId"], each["state"], each["by"]) for each in listed] == [("s1", "human", "Mei")]


async def test_a_person_who_writes_has_the_conversation_and_the_page_shows_it(shop, http):
    tab = await shop.chat()
    written = {"id": "p1", "text": "Hello, this is Mei.", "by": "Mei"}
    assert (await http.post("/v1/sessions/s1/messages", json=written)).json() == {"id": "p1", "repeated": False}
    handed = await tab.value("shop.handoff")
    assert (handed["state"], handed["by"], handed["text"]) == ("human", "Mei", "Mei has joined")
    start, content, end = (await tab.until("TEXT_MESSAGE_END"))[-3:]
    assert start["name"] == "Mei" and content["delta"] == "Hello, this is Mei." and end["messageId"] == "p1"
    again = await http.post("/v1/sessions/s1/messages", json=written)
    assert again.json()["repeated"] and not tab.rest()
    other = await shop.tab()
    restored = (await other.until("MESSAGES_SNAPSHOT"))[-1]["messages"]
    assert [(each["content"], each["name"]) for each in restored] == [("Hello, this is Mei.", "Mei")]


async def test_a_running_turn_is_stopped_where_a_person_takes_over(shop, http):
    tab = await shop.chat()
    tab.send(type="message.create", id="m1", text="slow boots")
    await tab.until("TEXT_MESSAGE_START")
    await http.post("/v1/sessions/s1/handoff", json=MEI)
    ended = await tab.until("RUN_FINISHED")
    assert ended[-1]["result"] == {"cancelled": True}
    state = (await tab.until("STATE_DELTA"))[-1]
    assert {"op": "replace", "path": "/handoff", "value": "human"} in state["delta"]


async def test_a_conversation_is_read_as_it_was_said(shop, http):
    tab = await shop.chat()
    tab.send(type="message.create", id="m1", text="boots")
    await tab.until("RUN_FINISHED")
    held = (await http.get("/v1/sessions/s1")).json()
    assert [(each["role"], each["text"]) for each in held["messages"]] == [
        ("shopper", "boots"),
        ("assistant", "Trail boots suit you."),
    ]


async def test_a_hand_off_outlives_the_process(shop, http):
    await http.post("/v1/sessions/s1/handoff", json=MEI)
    await shop.restart()
    state = await (await shop.tab()).recv()
    assert state["snapshot"]["handoff"] == "human"


@pytest.mark.parametrize(
    ("method", "path", "body"),
    [
        ("GET", "/v1/handoffs", None),
        ("GET", "/v1/sessions/s1", None),
        ("POST", "/v1/sessions/s1/handoff", MEI),
        ("POST", "/v1/sessions/s1/messages", {"id": "p", "text": "x", "by": "y"}),
    ],
)
async def test_a_shoppers_own_token_opens_none_of_it(shop, http, method, path, body):
    headers = {"authorization": f"Bearer {shop.tokens.guest('s1')}"}
    refused = await http.request(method, path, json=body, headers=headers)
    assert refused.status_code == 401 and refused.json()["code"] == "bad_key"


@pytest.mark.parametrize(
    ("body", "field"),
    [({"state": "waiting", "by": "Mei"}, "state"), ({"state": "human"}, "by"), ({**MEI, "more": 1}, "more")],
)
async def test_a_state_that_a_person_cannot_set_is_refused_by_its_field(http, body, field):
    refused = await http.post("/v1/sessions/s1/handoff", json=body)
    assert refused.status_code == 422 and refused.json()["field"] == field


async def test_only_the_demo_shop_signs_anyone_in(shop, http):
    assert (await http.post("/demo/sign-in")).status_code == 404
    demo = create_app(shop.assistant, secret=shop.SECRET, merchant_key=shop.KEY, demo_shopper="mina")
    async with httpx2.AsyncClient(transport=httpx2.ASGITransport(app=demo), base_url="http://shop.test") as client:
        signed = await client.post("/demo/sign-in")
        assert signed.status_code == 201
        claims = shop.tokens.read(signed.json()["token"])
        assert (claims.session_id, claims.shopper_id) == (signed.json()["sessionId"], "mina")
        foreign = await client.post("/demo/sign-in", headers={"origin": "https://evil.example"})
        assert foreign.status_code == 403
