"""Segment's track calls into session events."""

from datetime import UTC, datetime

import pytest

from agent.events import AddToCart, EventItem, Purchase, RemoveFromCart, Search, SelectItem, ViewItem
from web.ingest import event_of, report_of
from web.problems import Refused

NOW = datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC)
THEN = datetime(2026, 1, 2, 3, 0, tzinfo=UTC)


def track(event, **properties):
    return {
        "type": "track",
        "event": event,
        "messageId": "m1",
        "anonymousId": "a1",
        "timestamp": "2026-01-02T03:00:00Z",
        "properties": properties,
    }


@pytest.mark.parametrize(
    ("name", "kind"),
    [
        ("Product Viewed", ViewItem),
        ("Product Clicked", SelectItem),
        ("Product Added", AddToCart),
        ("Product Removed", RemoveFromCart),
    ],
)
def test_a_call_about_one_product_has_it_in_its_properties(name, kind):
    event = event_of(track(name, product_id="P1", name="Boots", quantity=2, price=19.5, currency="USD"), NOW)
    assert event == kind(event_id="m1", time=THEN, items=(EventItem(item_id="P1", quantity=2, price=19.5),))


def test_an_order_names_its_products():
    event = event_of(track("Order Completed", order_id="o1", products=[{"product_id": "P1"}, {"sku": "P2"}]), NOW)
    assert event == Purchase(event_id="m1", time=THEN, items=(EventItem(item_id="P1"), EventItem(item_id="P2")))


def test_a_search_has_its_query():
    assert event_of(track("Products Searched", query="boots"), NOW) == Search(
        event_id="m1", time=THEN, search_term="boots"
    )


def test_the_session_is_the_anonymous_id_and_else_the_user():
    call = {**track("Product Viewed", product_id="P1"), "userId": "u1"}
    report = report_of(call, NOW)
    assert (report.session_id, report.record.user_id, report.record.by) == ("a1", "u1", "shop")
    del call["anonymousId"]
    assert report_of(call, NOW).session_id == "u1"


@pytest.mark.parametrize(
    ("call", "code", "field"),
    [
        (track("Cart Viewed"), "unknown_event", "event"),
        (track(7), "unknown_event", "event"),
        ({**track("Product Viewed", product_id="P1"), "messageId": None}, "bad_event", "messageId"),
        ({**track("Product Viewed", product_id="P1"), "timestamp": "noon"}, "bad_event", "timestamp"),
        ({**track("Product Viewed", product_id="P1"), "anonymousId": None}, "bad_event", "anonymousId"),
        ({**track("Product Viewed", product_id="P1"), "userId": 7}, "bad_event", "userId"),
        ({**track("Product Viewed"), "properties": "none"}, "bad_event", "properties.product_id"),
        (track("Product Viewed", product_id="P1", price=-1), "bad_event", "properties.price"),
        (track("Order Completed", products=[]), "bad_event", "properties.products"),
        (track("Order Completed", products=["P1"]), "bad_event", "properties.products[0]"),
        (
            track("Order Completed", products=[{"product_id": "P1"}, {}]),
            "bad_event",
            "properties.products[1].product_id",
        ),
        (track("Products Searched"), "bad_event", "properties.query"),
    ],
)
def test_what_is_wrong_is_named_as_the_sender_of_a_track_call_knows_it(call, code, field):
    with pytest.raises(Refused) as refused:
        report_of(call, NOW)
    assert (refused.value.problem.code, refused.value.problem.field) == (code, field)
