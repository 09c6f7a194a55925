"""What the assistant knows of a session, told to the page of the shopper it belongs to."""

from datetime import UTC, datetime, timedelta

import httpx2
import pytest

from agent.conversation import Conversation
from agent.events import ViewItem
from agent.shelf import Card, CardSet, Shelf
from retrieval.product import Price, Product
from retrieval.query import Contribution
from web.insight import EVENTS, insight
from web.listing import Listing

NOW = datetime(2026, 11, 1, 12, tzinfo=UTC)
TENT = Product(id="P1", title="Tent", brand="Tarn", categories=("Tents",), price=Price(amount=9900, currency="USD"))


def viewed(number: int) -> ViewItem:
    return ViewItem.model_validate(
        {"event_id": f"e{number}", "time": NOW - timedelta(minutes=100 - number), "items": [{"item_id": "P1"}]}
    )


def conversation(events: int = 1) -> Conversation:
    told = Conversation(session_id="s1")
    for number in range(events):
        told = told.happened(viewed(number), {"P1": TENT})
    return told


def test_events_are_told_latest_first_and_bounded():
    told = insight(conversation(EVENTS + 5), NOW)["events"]
    assert len(told) == EVENTS
    assert told[0]["id"] == f"e{EVENTS + 4}"
    assert (told[0]["name"], told[0]["title"]) == ("view_item", "Tent")


def test_interests_brands_and_the_price_band_come_from_the_profile():
    told = insight(conversation(), NOW)
    assert [(one["productId"], one["event"]) for one in told["interests"]] == [("P1", "view_item")]
    assert 0 < told["interests"][0]["weight"] < 1
    assert set(told["brands"]) == {"Tarn"}
    assert [price["text"] for price in told["priceBand"]] == ["$99.00", "$99.00"]


def test_the_parts_of_each_score_add_up_to_it():
    parts = (Contribution(name="text", value=0.7), Contribution(name="rating", value=0.1, evidence="rating:P1"))
    card = Card(handle=1, product=TENT, score=0.8, contributions=parts, diversity=-0.05)
    shelf = Shelf(sets=(CardSet(id="c1", turn_id="t1", provisional=False, cards=(card,)),))
    told = insight(conversation().model_copy(update={"shelf": shelf}), NOW)["shown"]
    (shown,) = told["cards"]
    assert sum(part["value"] for part in shown["parts"]) == pytest.approx(shown["score"])
    assert shown["parts"][1] == {"name": "rating", "value": 0.1, "evidence": "rating:P1"}
    assert shown["diversity"] == -0.05


def test_a_session_that_has_seen_nothing_has_nothing_to_tell():
    told = insight(Conversation(session_id="s1"), NOW)
    assert (told["events"], told["priceBand"], told["shown"]) == ([], None, None)


async def test_only_the_sessions_own_token_opens_it(bench):
    shop = bench()
    async with httpx2.AsyncClient(transport=httpx2.ASGITransport(app=shop.app), base_url="http://shop.test") as http:
        for headers in ({}, {"authorization": "Bearer nonsense"}, {"authorization": f"Bearer {shop.KEY}"}):
            answer = await http.get("/v1/session", headers=headers)
            assert (answer.status_code, answer.json()["code"]) == (401, "bad_token")
        made = (await http.post("/v1/sessions")).json()
        event = {"event_id": "e1", "session_id": made["sessionId"], "name": "view_item", "items": [{"item_id": "P1"}]}
        await http.post("/v1/events", json=[event], headers={"authorization": f"Bearer {shop.KEY}"})
        mine = await http.get("/v1/session", headers={"authorization": f"Bearer {made['token']}"})
        assert [told["id"] for told in mine.json()["events"]] == ["e1"]


def test_values_of_one_group_are_alternatives_and_do_not_narrow_their_own_group():
    listing = Listing.model_validate(
        {
            "category": "Tents",
            "brand": ["A", "B"],
            "attribute": ["colour:red", "colour:blue"],
            "price_max": 900,
            "currency": "USD",
        }
    )
    filters = listing.filters()
    assert (filters.brands, filters.attributes) == (("A", "B"), {"colour": ("red", "blue")})
    assert (filters.price_max, filters.sold_out) == (900, True)
    assert listing.filters("brand").brands == ()
    assert listing.filters("colour").attributes == {}
    assert listing.filters("price").price_max is None


def test_in_stock_only_leaves_sold_out_products_away():
    filters = Listing(in_stock=True).filters()
    assert (filters.in_stock, filters.sold_out) == (True, False)
