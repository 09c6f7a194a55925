"""Questions by the Universal Commerce Protocol: read-only, with conversations that carry context and no authority."""

import httpx2
import pytest
from pydantic import TypeAdapter
from ucp_sdk.models.schemas.common.types.link import Link
from ucp_sdk.models.schemas.common.types.message import Message
from ucp_sdk.models.schemas.ucp import ResponseCatalogSchema

from agent.events import (
    HandoffChanged,
    RequestPrepared,
    ServiceRequest,
    TextAdded,
    TextFinished,
    TextStarted,
    TurnFinished,
    TurnStarted,
)
from tests.web.adapters.doors import NOW, OFFER, failure, service, silence
from web.adapters.ask import grounded

LINKS, MESSAGES = TypeAdapter(list[Link]), TypeAdapter(list[Message])


@pytest.fixture
def ask(shop):
    """A question to the door; the answer's parts are read by the protocol's own models."""

    async def post(query="boots", *, status=200, authorization="Bearer merchant-key-for-tests", key=None, **fields):
        transport = httpx2.ASGITransport(app=shop.app)
        headers = ({"authorization": authorization} if authorization else {}) | (
            {"idempotency-key": key} if key else {}
        )
        async with httpx2.AsyncClient(transport=transport, base_url="http://shop.test") as client:
            response = await client.post("/ask", json={"query": query, **fields}, headers=headers)
        assert response.status_code == status, response.text
        told = response.json()
        if status == 200:
            ResponseCatalogSchema.model_validate(told["ucp"])
            LINKS.validate_python(told.get("links", []))
            MESSAGES.validate_python(told.get("messages", []))
            assert told["answer"]["plain"]
        return told

    return post


def codes(told):
    return [message["code"] for message in told.get("messages", [])]


async def test_a_question_is_answered_in_plain_text_with_links_to_what_it_names(ask):
    told = await ask()
    assert told["answer"] == {"plain": "Trail boots suit you."}
    assert told["links"] == [
        {"type": "product", "title": "Trail boots", "url": "http://shop.test/product/P1", "id": "P1"}
    ]
    assert set(told["ucp"]["capabilities"]) == {"dev.ucp.common.ask"} and "messages" not in told


async def test_sources_and_a_hand_off_come_through(shop, ask):
    shop.assistant.script = service
    told = await ask()
    assert told["answer"]["plain"] == f"You have thirty days.\n\n{OFFER}"
    assert told["links"] == [{"type": "source", "title": "Returns", "url": "http://shop.test/help/returns"}]
    assert told["messages"] == [{"type": "info", "code": "handoff", "content": f"offered: {OFFER}"}]


async def test_a_conversation_goes_on_where_its_id_is_replayed(shop, ask):
    first = await ask("boots")
    again = await ask("hats", conversation=first["conversation"])
    assert again["conversation"] == first["conversation"] and "messages" not in again
    other = await ask("gloves")
    assert other["conversation"] != first["conversation"]
    (heard,) = [
        [one.text for one in live.conversation.said if one.role == "shopper"]
        for live in shop.sessions._live.values()
        if len(live.messages) == 2
    ]
    assert heard == ["boots", "hats"]


async def test_an_id_that_opens_nothing_begins_a_new_conversation_and_says_so(ask):
    told = await ask(conversation={"id": "made-up"})
    assert told["conversation"]["id"] != "made-up" and codes(told) == ["not_found"]


async def test_a_conversations_id_opens_no_session_of_a_shopper(shop, ask):
    tab = await shop.chat("s1")
    tab.send(type="message.create", id="m1", text="a secret of mine")
    await tab.until("RUN_FINISHED")
    told = await ask(conversation={"id": "s1"})
    assert codes(told) == ["not_found"] and told["conversation"]["id"] not in shop.sessions.loaded
    async with shop.sessions.open("s1") as live:
        assert live.messages == {"m1"}


async def test_a_token_asks_in_its_own_session_whatever_conversation_is_replayed(shop, ask):
    token = f"Bearer {shop.tokens.guest('s1')}"
    strange = (await ask("a secret of mine"))["conversation"]
    own = await ask("boots", authorization=token, conversation=strange)
    assert codes(own) == ["not_found"] and own["conversation"] != strange
    again = await ask("hats", authorization=token, conversation=own["conversation"])
    assert "messages" not in again and again["conversation"] == own["conversation"]
    async with shop.sessions.open("s1") as live:
        assert [one.text for one in live.conversation.said if one.role == "shopper"] == ["boots", "hats"]


async def test_what_a_tokens_conversation_held_is_not_opened_by_its_id_alone(shop, ask):
    own = await ask("a secret of mine", authorization=f"Bearer {shop.tokens.guest('s1')}")
    told = await ask("boots", conversation=own["conversation"])
    assert codes(told) == ["not_found"] and told["conversation"] != own["conversation"]


async def test_products_that_are_named_by_id_go_with_the_question(shop, ask):
    told = await ask("Is it warm?", ids=["boot-41-oak", "boot", "order-7"])
    assert shop.assistant.asked[-1].text == "Is Longwalk Boot warm?"
    assert told["messages"] == [{"type": "info", "code": "not_found", "content": "order-7"}]


@pytest.mark.parametrize(
    ("query", "titles", "text"),
    [
        ("Is it warm, and does it last?", ("Boot",), "Is Boot warm, and does it last?"),
        ("Which of these is lighter?", ("Boot", "Shoe"), "Which of Boot and Shoe is lighter?"),
        ("What is your return policy?", ("Boot",), "What is your return policy? (Boot)"),
        ("这款防水吗？", ("Boot",), "Boot防水吗？"),
        ("它们哪个更轻？", ("Boot", "Shoe"), "Boot和Shoe哪个更轻？"),
        ("Is it warm?", (), "Is it warm?"),
        ("Is it warm?", ("Boot \\1",), "Is Boot \\1 warm?"),
    ],
)
def test_names_stand_where_the_question_points(query, titles, text):
    assert grounded(query, titles) == text


async def test_a_turn_that_is_sent_again_with_its_key_is_answered_as_before(shop, ask):
    first, again = [await ask("boots", key="k1") for _ in range(2)]
    assert first == again
    more = [await ask("hats", key="k2", conversation=first["conversation"]) for _ in range(2)]
    assert more[0] == more[1] and more[0]["conversation"] == first["conversation"]
    lost = [await ask("gloves", key="k3", conversation={"id": "made-up"}) for _ in range(2)]
    assert lost[0] == lost[1]
    assert [message.text for message in shop.assistant.asked] == ["boots", "hats", "gloves"]


async def test_a_key_with_another_payload_is_a_conflict_also_after_a_restart(shop, ask):
    first = await ask("boots", key="k1")
    for _ in range(2):
        told = await ask("hats", key="k1", status=409)
        assert (told["code"], told["field"]) == ("conflict", "Idempotency-Key")
        await shop.restart()
        assert await ask("boots", key="k1") == first and shop.assistant.asked == []


@pytest.mark.parametrize(
    ("query", "deed"),
    [
        ("Add two of these to my cart — do they come in blue?", True),
        ("please cancel my order", True),
        ("Can you buy two for me?", True),
        ("I want to return this", True),
        ("请帮我取消订单", True),
        ("把它加入购物车", True),
        ("What is your return policy?", False),
        ("Can I return it within a month?", False),
        ("I want to buy a tent under $200", False),
        ("Do you ship to Norway?", False),
        ("退货政策是什么？", False),
        ("我想买一顶帐篷", False),
    ],
)
async def test_what_asks_for_a_deed_is_told_that_it_was_not_done(ask, query, deed):
    told = await ask(query)
    assert (codes(told) == ["operation_not_performed"]) is deed
    assert ("Nothing has been added" in told["answer"]["plain"]) is deed


async def test_a_request_that_the_assistant_prepared_is_told_as_not_done(shop, ask):
    async def prepared(conversation, message):
        yield TurnStarted(turn_id="t", message_id=message.id, language="en", time=NOW)
        yield RequestPrepared(turn_id="t", request=ServiceRequest(kind="return", order="A1"))
        yield TextStarted(message_id="x")
        yield TextAdded(message_id="x", delta="A person can confirm that.", by="template")
        yield TextFinished(message_id="x")
        yield TurnFinished(turn_id="t")

    shop.assistant.script = prepared
    told = await ask("the boots do not fit")
    assert codes(told) == ["operation_not_performed"] and "Nothing has been" in told["answer"]["plain"]


async def test_an_answer_is_never_empty(shop, ask):
    shop.assistant.script = silence
    assert (await ask())["answer"]["plain"] == "I have no answer to that."
    async with shop.sessions.open("s1") as session:
        await session.hand(HandoffChanged(state="waiting", text="A person has been called"))
    held = await ask(authorization=f"Bearer {shop.tokens.guest('s1')}")
    assert held["answer"]["plain"].startswith("A person of the shop has been called")


async def test_a_turn_that_fails_is_a_failure_of_transport(shop, ask):
    shop.assistant.script = failure
    assert (await ask(status=503))["code"] == "retrieval_down"


async def test_the_key_or_a_token_is_needed(shop, ask):
    for authorization in (None, "Bearer wrong"):
        assert (await ask(status=401, authorization=authorization))["code"] == "bad_key"
    assert shop.assistant.asked == []


@pytest.mark.parametrize(
    ("fields", "field"),
    [
        ({"query": None}, "query"),
        ({"query": " ", "ids": ["boot"]}, "query"),
        ({"query": "x" * 2001}, "query"),
        ({"conversation": {}}, "conversation.id"),
        ({"ids": "boot"}, "ids"),
        ({"key": "k\x01"}, "Idempotency-Key"),
    ],
)
async def test_what_cannot_be_processed_is_refused_by_name(shop, ask, fields, field):
    told = await ask(**fields, status=400)
    assert told["field"] == field and shop.assistant.asked == []
