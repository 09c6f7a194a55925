"""Consent over the wire: withdrawn, what a shopper does is acknowledged and used for nothing."""

import httpx2
import pytest

from agent.journal import ConsentSet
from web.ingest import consented
from web.problems import Refused

VIEW = {"name": "view_item", "items": [{"item_id": "P1"}]}
DENIED = {"ad_user_data": "GRANTED", "ad_personalization": "DENIED"}


async def view(tab, event_id, **more):
    tab.send(type="session.event", event={"event_id": event_id, **VIEW, **more})
    return (await tab.value("shop.ack"))["ids"]


async def consent(tab, granted):
    tab.send(type="consent.set", granted=granted)
    return (await tab.value("shop.ack"))["ids"]


async def profile(shop):
    async with shop.sessions.open("s1") as session:
        return session.conversation.profile


async def report(shop, body):
    transport = httpx2.ASGITransport(app=shop.app, client=("10.0.0.9", 1))
    async with httpx2.AsyncClient(transport=transport, base_url="http://shop.test") as client:
        answer = await client.post("/v1/events", json=body, headers={"authorization": f"Bearer {shop.KEY}"})
    return answer.json()


async def test_without_consent_events_are_acknowledged_and_change_nothing(bench):
    shop = bench()
    tab = await shop.chat()
    await view(tab, "e1")
    assert await consent(tab, granted=False) == ["consent:denied"]
    assert await view(tab, "e2") == ["e2"]
    assert (await report(shop, [{"event_id": "e3", "session_id": "s1", **VIEW}]))["accepted"] == 1
    assert (await profile(shop)).traces == () and not (await profile(shop)).consent
    assert await consent(tab, granted=True) == ["consent:granted"]
    await view(tab, "e4")
    assert [trace.event_id for trace in (await profile(shop)).traces] == ["e4"]


async def test_a_thumb_is_acknowledged_and_not_used(bench):
    shop = bench()
    tab = await shop.chat()
    tab.send(type="message.create", id="m1", text="boots")
    await tab.until("RUN_FINISHED")
    await consent(tab, granted=False)
    tab.send(type="feedback", productId="P1", cardSet="turn-m1.a", value="up")
    assert (await tab.value("shop.ack"))["ids"] == ["feedback:turn-m1.a:P1"]
    assert (await profile(shop)).traces == ()


async def test_consent_outlives_the_process_and_to_repeat_it_writes_nothing(bench):
    shop = bench()
    tab = await shop.chat()
    await consent(tab, granted=True)
    await consent(tab, granted=False)
    await consent(tab, granted=False)
    await shop.restart()
    await shop.chat()
    assert not (await profile(shop)).consent
    records = await shop.journal.records("s1")
    assert [each.granted for each in records if isinstance(each, ConsentSet)] == [False]


async def test_consent_is_the_same_in_all_tabs_of_a_session_and_of_no_other(bench):
    shop = bench()
    one, two, other = await shop.chat("s1"), await shop.chat("s1"), await shop.chat("s2")
    await consent(one, granted=False)
    await two.value("shop.ack")
    await view(two, "e1")
    await view(other, "e1")
    async with shop.sessions.open("s2") as session:
        assert session.conversation.profile.viewed == ("P1",)
    assert (await profile(shop)).viewed == ()


@pytest.mark.parametrize("granted", [None, "yes", 1])
async def test_consent_that_is_no_yes_or_no_is_refused(bench, granted):
    tab = await bench().chat()
    tab.send(type="consent.set", granted=granted)
    refused = await tab.value("shop.error")
    assert (refused["code"], refused["field"]) == ("bad_frame", "granted")


@pytest.mark.parametrize("consent_of", ["event", "body"])
async def test_an_event_of_the_shop_that_denies_its_use_is_kept_and_not_used(bench, consent_of):
    shop = bench()
    await shop.chat()
    row = {"event_id": "e1", "session_id": "s1", **VIEW}
    body = {"events": [{**row, "consent": DENIED}]} if consent_of == "event" else {"events": [row], "consent": DENIED}
    assert await report(shop, body) == {"accepted": 1, "duplicates": 0, "rejected": []}
    assert (await report(shop, body))["duplicates"] == 1
    assert (await report(shop, [row]))["rejected"][0]["code"] == "conflict"
    assert (await profile(shop)).traces == () and (await profile(shop)).consent
    (record,) = await shop.journal.records("s1")
    assert not record.consent


async def test_an_events_own_consent_goes_before_that_of_its_body(bench):
    shop = bench()
    await shop.chat()
    row = {"event_id": "e1", "session_id": "s1", **VIEW, "consent": {"ad_personalization": "GRANTED"}}
    await report(shop, {"events": [row], "consent": DENIED})
    assert (await profile(shop)).viewed == ("P1",)


async def test_an_event_of_a_page_that_denies_its_use_is_not_used(bench):
    shop = bench()
    tab = await shop.chat()
    assert await view(tab, "e1", consent=DENIED) == ["e1"]
    assert (await profile(shop)).traces == ()


@pytest.mark.parametrize(
    ("given", "used"),
    [
        ({}, True),
        ({"consent": None}, True),
        ({"consent": {}}, True),
        ({"consent": {"ad_personalization": "granted"}}, True),
        ({"consent": {"ad_personalization": "denied"}}, False),
        ({"messageId": "e1", "event": "Product Viewed", "consent": DENIED}, False),
    ],
)
def test_consent_is_read_as_ga4_writes_it(given, used):
    assert consented(given) is used


@pytest.mark.parametrize(
    "consent_given", ["DENIED", [], {"ad_personalization": None}, {"ad_personalization": ["DENIED"]}]
)
async def test_consent_that_cannot_be_read_is_refused_rather_than_taken_for_given(bench, consent_given):
    with pytest.raises(Refused):
        consented({"consent": consent_given})
    row = {"event_id": "e1", "session_id": "s1", **VIEW, "consent": consent_given}
    taken = await report(bench(), [row])
    assert taken["accepted"] == 0 and taken["rejected"][0]["field"].startswith("consent")
