"""Who may what: one test for each rule of the wire's page of rights."""

import base64
import json
from datetime import UTC, datetime, timedelta

import httpx2
import jwt
import pytest

from web.auth import Tokens

VIEW = {"event_id": "e1", "session_id": "s1", "name": "view_item", "items": [{"item_id": "P1"}]}


@pytest.fixture
def http(bench):
    """The bench's HTTP side, as a caller from one address sees it."""

    def caller(shop, address="10.0.0.9"):
        transport = httpx2.ASGITransport(app=shop.app, client=(address, 1))
        return httpx2.AsyncClient(transport=transport, base_url="http://shop.test")

    return caller


def keyed(shop):
    return {"authorization": f"Bearer {shop.KEY}"}


def signed(secret, **claims):
    now = datetime.now(UTC)
    whole = {"sid": "s1", "iat": now, "exp": now + timedelta(hours=1), "aud": "floorwalker", **claims}
    return jwt.encode({name: value for name, value in whole.items() if value is not None}, secret, algorithm="HS256")


def unsigned():
    def part(value):
        return base64.urlsafe_b64encode(json.dumps(value).encode()).rstrip(b"=").decode()

    claims = {"sid": "s1", "iat": 0, "exp": 4102444800, "aud": "floorwalker"}
    return f"{part({'alg': 'none', 'typ': 'JWT'})}.{part(claims)}."


async def test_a_guest_session_has_no_sub(bench, http):
    shop = bench()
    async with http(shop) as client:
        made = await client.post("/v1/sessions")
    assert made.status_code == 201 and set(made.json()) == {"sessionId", "token"}
    claims = jwt.decode(made.json()["token"], options={"verify_signature": False})
    assert set(claims) == {"sid", "iat", "exp", "aud"} and claims["sid"] == made.json()["sessionId"]


async def test_a_sub_asked_for_in_the_body_is_not_minted(bench, http):
    shop = bench()
    async with http(shop) as client:
        made = await client.post("/v1/sessions", json={"sub": "someone", "sid": "s1"})
    assert shop.tokens.read(made.json()["token"]).shopper_id is None
    assert made.json()["sessionId"] != "s1"


async def test_a_sub_comes_from_a_token_that_the_shops_back_end_signed(bench):
    shop = bench()
    assert shop.tokens.read(signed(shop.SECRET, sub="shopper-7")).shopper_id == "shopper-7"


async def test_guest_sessions_are_refused_to_a_page_of_another_origin(bench, http):
    shop = bench()
    async with http(shop) as client:
        refused = await client.post("/v1/sessions", headers={"origin": "https://evil.example"})
        null = await client.post("/v1/sessions", headers={"origin": "null"})
        own = await client.post("/v1/sessions", headers={"origin": "http://shop.test"})
    assert (refused.status_code, refused.json()["code"]) == (403, "bad_origin")
    assert (null.status_code, own.status_code) == (403, 201)


async def test_guest_sessions_are_given_to_a_page_of_an_allowed_origin(bench, http):
    shop = bench(origins=("https://shop.example",))
    async with http(shop) as client:
        made = await client.post("/v1/sessions", headers={"origin": "https://shop.example"})
    assert made.status_code == 201
    assert made.headers["access-control-allow-origin"] == "https://shop.example"


async def test_guest_sessions_are_limited_by_address(bench, http):
    shop = bench(sessions="2/hour")
    async with http(shop) as client, http(shop, "10.0.0.10") as other:
        statuses = [(await client.post("/v1/sessions")).status_code for _ in range(3)]
        assert statuses == [201, 201, 429]
        assert (await other.post("/v1/sessions")).status_code == 201


async def test_guest_sessions_can_be_switched_off(bench, http):
    shop = bench(guests=False)
    async with http(shop) as client:
        refused = await client.post("/v1/sessions")
    assert (refused.status_code, refused.json()["code"]) == (403, "guests_off")


@pytest.mark.parametrize(
    ("name", "token"),
    [
        ("rubbish", "rubbish"),
        ("empty", ""),
        ("another secret", signed("another secret that is also long enough")),
        ("no algorithm", unsigned()),
        ("expired", signed("a secret for tests, long enough to sign with", exp=datetime(2020, 1, 1, tzinfo=UTC))),
        ("another audience", signed("a secret for tests, long enough to sign with", aud="elsewhere")),
        ("no audience", signed("a secret for tests, long enough to sign with", aud=None)),
        ("no expiry", signed("a secret for tests, long enough to sign with", exp=None)),
        ("no session", signed("a secret for tests, long enough to sign with", sid=None)),
        ("a session that is no text", signed("a secret for tests, long enough to sign with", sid=7)),
        ("not even text", 7),
    ],
)
async def test_a_bad_token_closes_the_socket_before_anything_else(bench, name, token):
    shop = bench()
    tab = await shop.connect()
    tab.send(type="session.start", token=token)
    assert await tab.closed() == 4401
    assert tab.frames == [] and shop.sessions.loaded == frozenset()


async def test_a_token_in_the_address_opens_nothing(bench):
    shop = bench(start_wait=0.01)
    tab = await shop.connect(query=f"token={shop.tokens.guest('s1')}")
    assert await tab.closed() == 4408 and tab.frames == []


async def test_nothing_is_served_before_session_start(bench):
    shop = bench()
    tab = await shop.connect()
    tab.send(type="message.create", id="m1", text="boots")
    refused = await tab.recv()
    assert refused["value"]["code"] == "not_started" and "seq" not in refused
    assert shop.assistant.asked == []


async def test_a_socket_that_does_not_start_in_time_is_closed(bench):
    tab = await bench(start_wait=0.01).connect()
    assert await tab.closed() == 4408


async def test_a_socket_of_another_origin_is_refused_before_it_is_accepted(bench):
    shop = bench()
    with pytest.raises(shop.Denied) as denied:
        await shop.connect(headers={"origin": "https://evil.example"})
    assert denied.value.status == 403 and json.loads(denied.value.body)["code"] == "bad_origin"


@pytest.mark.parametrize("origin", ["http://shop.test", "https://shop.example", None])
async def test_a_socket_of_the_own_or_an_allowed_origin_or_of_no_browser_is_accepted(bench, origin):
    shop = bench(origins=("https://shop.example",))
    await shop.chat(headers={"origin": origin} if origin else {})


@pytest.mark.parametrize("header", [None, "Bearer wrong", "Basic merchant-key-for-tests", "Bearer", "bearer é"])
async def test_keyed_routes_need_the_merchant_key(bench, http, header):
    shop = bench()
    headers = {"authorization": header.encode()} if header else {}
    async with http(shop) as client:
        for answer in (
            await client.post("/v1/events", json={"events": [VIEW]}, headers=headers),
            await client.post("/v1/products", json=[{"id": "P9", "title": "Nine"}], headers=headers),
            await client.delete("/v1/products/P1", headers=headers),
            await client.get("/metrics", headers=headers),
        ):
            assert (answer.status_code, answer.json()["code"]) == (401, "bad_key")
    assert set(shop.assistant.retriever.products) == {"P1", "P2"}
    assert await shop.journal.records("s1") == ()


async def test_a_shoppers_token_is_not_the_merchant_key(bench, http):
    shop = bench()
    async with http(shop) as client:
        headers = {"authorization": f"Bearer {shop.tokens.guest('s1')}"}
        assert (await client.post("/v1/events", json=[VIEW], headers=headers)).status_code == 401


async def test_an_empty_merchant_key_opens_nothing(bench, http):
    from web.auth import key_matches

    assert not key_matches("Bearer ", "")


async def test_the_catalogue_may_be_read_by_anyone(bench, http):
    async with http(bench()) as client:
        assert (await client.get("/v1/products")).status_code == 200
        assert (await client.get("/v1/products/P1")).status_code == 200


async def test_a_browsers_events_change_its_own_session_only(bench):
    shop = bench()
    mine = await shop.chat("mine")
    await shop.chat("theirs")
    event = {"event_id": "e1", "session_id": "theirs", "name": "view_item", "items": [{"item_id": "P1"}]}
    mine.send(type="session.event", event=event)
    await mine.value("shop.ack")
    async with shop.sessions.open("mine") as here, shop.sessions.open("theirs") as there:
        assert here.conversation.profile.viewed == ("P1",)
        assert there.conversation.profile.viewed == ()
    assert await shop.journal.records("theirs") == ()


async def test_a_session_hears_nothing_of_another(bench):
    shop = bench()
    mine, theirs = await shop.chat("mine"), await shop.chat("theirs")
    theirs.send(type="message.create", id="m1", text="boots")
    await theirs.until("RUN_FINISHED")
    assert mine.rest() == []


async def test_keyed_events_reach_the_live_session_at_once(bench, http):
    shop = bench()
    tab = await shop.chat("s1")
    async with http(shop) as client:
        taken = await client.post("/v1/events", json={"events": [VIEW]}, headers=keyed(shop))
    assert (taken.status_code, taken.json()) == (202, {"accepted": 1, "duplicates": 0, "rejected": []})
    async with shop.sessions.open("s1") as session:
        assert session.conversation.profile.viewed == ("P1",)
    assert tab.rest() == []


async def test_frames_of_a_socket_are_capped_and_the_rest_still_works(bench):
    shop = bench(frames="3/hour")
    tab = await shop.chat()
    for _ in range(3):
        tab.send(type="response.cancel")
    tab.send(type="message.create", id="m1", text="boots")
    assert (await tab.value("shop.error"))["code"] == "rate_limited"
    other = await shop.chat()
    other.send(type="message.create", id="m1", text="boots")
    await other.until("RUN_FINISHED")


async def test_a_socket_that_keeps_being_refused_is_closed(bench):
    tab = await bench(refusals="5/hour").chat()
    for _ in range(6):
        tab.send_text("rubbish")
    assert await tab.closed() == 1008


async def test_a_socket_that_keeps_being_refused_before_it_starts_is_closed(bench):
    tab = await bench(refusals="5/hour").connect()
    for _ in range(6):
        tab.send_text("rubbish")
    assert await tab.closed() == 1008


async def test_sockets_of_an_address_are_capped_until_one_closes(bench):
    shop = bench(sockets=2)
    first = await shop.chat()
    await shop.chat()
    with pytest.raises(shop.Denied) as denied:
        await shop.connect()
    assert denied.value.status == 429
    await shop.chat(address="10.0.0.2")
    await first.leave()
    await shop.chat()


async def test_messages_of_a_session_are_capped_over_its_tabs(bench):
    shop = bench(messages="2/hour")
    one, two = await shop.chat(), await shop.chat()
    for tab, message in ((one, "m1"), (two, "m2")):
        tab.send(type="message.create", id=message, text="boots")
        await tab.until("RUN_FINISHED")
    one.send(type="message.create", id="m3", text="boots")
    assert (await one.value("shop.error"))["code"] == "rate_limited"
    assert len(shop.assistant.asked) == 2


async def test_turns_at_once_are_capped_and_a_refused_message_can_be_sent_again(bench):
    shop = bench(turns=1, turn_wait=0.01)
    one, two = await shop.chat("s1"), await shop.chat("s2")
    one.send(type="message.create", id="m1", text="slow boots")
    await one.until("TEXT_MESSAGE_CONTENT")
    two.send(type="message.create", id="m2", text="boots")
    assert (await two.value("shop.error"))["code"] == "rate_limited"
    assert await shop.journal.records("s2") == ()
    shop.assistant.gate("m1").set()
    await one.until("RUN_FINISHED")
    two.send(type="message.create", id="m2", text="boots")
    await two.until("RUN_FINISHED")


async def test_a_message_waits_a_moment_for_its_turn(bench):
    shop = bench(turns=1, turn_wait=30.0)
    one, two = await shop.chat("s1"), await shop.chat("s2")
    one.send(type="message.create", id="m1", text="slow boots")
    await one.until("TEXT_MESSAGE_CONTENT")
    two.send(type="message.create", id="m2", text="boots")
    shop.assistant.gate("m1").set()
    await two.until("RUN_FINISHED")


def test_a_secret_that_is_too_short_to_sign_with_is_refused():
    with pytest.raises(ValueError, match="32 bytes"):
        Tokens("short")
