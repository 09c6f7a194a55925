"""Chatwoot's API over HTTP: what is tried again, what is not, and no message twice where that can be told."""

import httpx
import pytest
from starlette.responses import JSONResponse, Response

from web.adapters.chatwoot_api import connected
from web.adapters.chatwoot_desk import HelpdeskDown, HelpdeskRefused, UnknownConversation
from web.adapters.chatwoot_events import Place
from web.adapters.chatwoot_words import Say

PLACE, HELLO = Place(account=1, conversation=17), Say(content="Hello.")


@pytest.fixture
async def chatwoot(helpdesk):
    return helpdesk().chatwoot


@pytest.mark.parametrize(
    "fault",
    [
        Response(status_code=429),
        Response(status_code=429, headers={"Retry-After": "2"}),
        Response(status_code=429, headers={"Retry-After": "Wed, 21 Oct 2026 07:28:00 GMT"}),
        JSONResponse({"error": "oops"}, 500),
        Response(status_code=503),
        httpx.ConnectError("no route"),
        httpx.ReadTimeout("too slow"),
    ],
)
async def test_what_may_succeed_later_is_tried_again(chatwoot, fault):
    chatwoot.faults.extend([fault, fault])
    await chatwoot.api.say(PLACE, HELLO)
    assert chatwoot.told == ["Hello."] and len(chatwoot.tried) == 3


async def test_a_call_is_given_up_after_five_attempts(chatwoot):
    chatwoot.faults.extend([Response(status_code=502)] * 9)
    with pytest.raises(HelpdeskDown, match="502"):
        await chatwoot.api.say(PLACE, HELLO)
    assert len(chatwoot.tried) == 5


async def test_a_helpdesk_that_wants_to_be_left_alone_for_long_is_given_up_at_once(chatwoot):
    chatwoot.faults.append(Response(status_code=429, headers={"Retry-After": "3600"}))
    with pytest.raises(HelpdeskDown):
        await chatwoot.api.open(PLACE)
    assert len(chatwoot.tried) == 1


async def test_what_chatwoot_refuses_is_not_tried_again(chatwoot):
    with pytest.raises(HelpdeskRefused, match="At least one item"):
        await chatwoot.api.say(PLACE, Say(content="Which?", kind="input_select"))
    with pytest.raises(UnknownConversation):
        await chatwoot.api.say(Place(account=1, conversation=404), HELLO)
    assert len(chatwoot.tried) == 2


async def test_a_message_that_chatwoot_has_is_not_sent_again_though_its_answer_was_lost(chatwoot):
    chatwoot.lost = 1
    await chatwoot.api.say(PLACE, HELLO)
    await chatwoot.api.say(PLACE, HELLO)
    assert chatwoot.told == ["Hello.", "Hello."]


async def test_every_call_goes_to_its_conversation_with_the_bots_token():
    api = connected("https://chatwoot.example/sub", "bot-token")
    assert str(api._client.base_url) == "https://chatwoot.example/sub/"
    assert api._client.headers["api_access_token"] == "bot-token"
    await api.close()


def test_a_token_that_no_header_can_carry_is_refused_by_the_name_of_its_setting():
    with pytest.raises(ValueError, match="FLOORWALKER_CHATWOOT_TOKEN"):
        connected("https://chatwoot.example", "bot-töken")
