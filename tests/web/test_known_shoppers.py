"""A known shopper's past: whoever the shop names has a history, from whichever socket or process; a guest has none."""

from datetime import UTC, datetime, timedelta

import jwt
import pytest

from agent.events import EventItem, Purchase, ViewItem
from agent.journal import EventReported
from retrieval.behaviour.touches import Touch

LONG_AGO = datetime(2025, 1, 1, tzinfo=UTC)
BEFORE = (Touch(product_id="P1", event="purchase", time=LONG_AGO),)


def token(session_id, sub):
    now = datetime.now(UTC)
    claims = {"sid": session_id, "sub": sub, "iat": now, "exp": now + timedelta(hours=1), "aud": "floorwalker"}
    return jwt.encode(claims, "a secret for tests, long enough to sign with", algorithm="HS256")


async def known(shop, session_id="s1", sub="u1"):
    tab = await shop.connect()
    tab.send(type="session.start", token=token(session_id, sub))
    await tab.until("MESSAGES_SNAPSHOT")
    return tab


def viewed(event_id, **more):
    event = ViewItem(event_id=event_id, time=datetime.now(UTC), items=(EventItem(item_id="P2"),))
    return EventReported(event=event, by="shop", **more)


async def history(shop, session_id="s1"):
    async with shop.sessions.open(session_id) as session:
        return session.conversation.profile.context(datetime.now(UTC)).history


@pytest.fixture
async def shop(bench):
    """One whose shopper u1 bought something long ago, in another session."""
    made = bench()
    event = Purchase(event_id="old", time=LONG_AGO, items=(EventItem(item_id="P1"),))
    await made.journal.report([("s0", EventReported(event=event, by="shop", user_id="u1"))])
    return made


async def test_whom_a_token_names_has_a_history_and_the_session_is_theirs_to_erase(shop):
    await known(shop)
    assert await history(shop) == BEFORE
    assert await shop.journal.sessions_of("u1") == {"s0", "s1"}


async def test_a_guest_and_another_shopper_have_none(shop):
    await shop.chat("s1")
    await known(shop, "s2", "u2")
    assert (await history(shop), await history(shop, "s2")) == ((), ())


async def test_whom_an_event_of_the_shop_names_has_a_history_at_once(shop):
    await shop.chat("s1")
    await shop.sessions.report([("s1", viewed("e1", user_id="u1"))])
    assert await history(shop) == BEFORE


async def test_a_socket_with_a_name_tells_a_session_that_is_open_already(shop):
    await shop.chat("s1")
    await known(shop)
    assert await history(shop) == BEFORE


async def test_another_process_comes_to_the_same_profile(shop):
    await known(shop)
    await shop.sessions.report([("s1", viewed("e1"))])
    async with shop.sessions.open("s1") as session:
        before = session.conversation
    await shop.restart()
    await shop.chat("s1")
    async with shop.sessions.open("s1") as session:
        assert session.conversation == before
    assert await history(shop) == BEFORE


async def test_to_be_named_again_writes_nothing_more(shop):
    for _ in range(2):
        await known(shop)
        await shop.restart()
    assert len(await shop.journal.records("s1")) == 1


async def test_another_shopper_of_the_same_session_is_not_told_what_the_first_one_bought(shop):
    await known(shop)
    await shop.sessions.report([("s1", viewed("e1", user_id="u2"))])
    assert await history(shop) == ()


@pytest.mark.parametrize("sub", ["", "x" * 257])
async def test_a_token_with_a_name_that_is_no_id_opens_nothing(shop, sub):
    tab = await shop.connect()
    tab.send(type="session.start", token=token("s1", sub))
    assert await tab.closed() == 4401
