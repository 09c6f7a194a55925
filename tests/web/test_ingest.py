"""GA4-style JSON into session events."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agent.events import AddToCart, EventItem, Search, ViewItem
from web.ingest import check_known, event_of, product_ids
from web.problems import Refused

NOW = datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC)
ITEMS = [{"item_id": "P1"}]


def raw(**fields):
    return {"event_id": "e1", "name": "view_item", "items": ITEMS, **fields}


def refusal(given):
    with pytest.raises(Refused) as refused:
        event_of(given, NOW)
    return refused.value.problem


def test_an_event_as_ga4_sends_it_is_read_and_its_other_fields_are_ignored():
    event = event_of(
        {
            "event_id": "e1",
            "session_id": "elsewhere",
            "time": "2026-01-02T03:00:00+00:00",
            "name": "add_to_cart",
            "currency": "USD",
            "value": 30.03,
            "items": [{"item_id": "SKU_1", "item_name": "Tee", "price": 10.01, "quantity": 3, "coupon": "SUMMER"}],
        },
        NOW,
    )
    assert event == AddToCart(
        event_id="e1",
        time=datetime(2026, 1, 2, 3, 0, tzinfo=UTC),
        items=(EventItem(item_id="SKU_1", quantity=3, price=10.01),),
    )


def test_without_a_time_it_happened_now():
    assert event_of(raw(), NOW) == ViewItem(event_id="e1", time=NOW, items=(EventItem(item_id="P1"),))


def test_a_search_has_a_term_and_no_items():
    event = event_of({"event_id": "e1", "name": "search", "search_term": "boots"}, NOW)
    assert event == Search(event_id="e1", time=NOW, search_term="boots")
    assert product_ids(event) == ()


def test_a_numeric_item_id_is_its_text():
    assert product_ids(event_of(raw(items=[{"item_id": 42}]), NOW)) == ("42",)


@pytest.mark.parametrize(
    ("given", "code", "field"),
    [
        ("text", "bad_event", ""),
        (raw(name="scroll"), "unknown_event", "name"),
        (raw(name=None), "unknown_event", "name"),
        (raw(name=["view_item"]), "unknown_event", "name"),
        (raw(event_id=None), "bad_event", "event_id"),
        (raw(event_id=""), "bad_event", "event_id"),
        (raw(event_id="x" * 257), "bad_event", "event_id"),
        (raw(event_id="a\x00b"), "bad_event", "event_id"),
        (raw(items=None), "bad_event", "items"),
        (raw(items=[]), "bad_event", "items"),
        (raw(items=ITEMS * 201), "bad_event", "items"),
        (raw(items=["P1"]), "bad_event", "items[0]"),
        (raw(items=[{"item_id": "P1"}, {"quantity": 2}]), "bad_event", "items[1].item_id"),
        (raw(items=[{"item_id": "P1", "quantity": 0}]), "bad_event", "items[0].quantity"),
        (raw(items=[{"item_id": "P1", "price": -1}]), "bad_event", "items[0].price"),
        (raw(time="yesterday"), "bad_event", "time"),
        (raw(time="2026-01-02T03:04:05"), "bad_event", "time"),
        (raw(time=(NOW + timedelta(minutes=6)).isoformat()), "future_event", "time"),
        (raw(time="2100-01-01T00:00:00Z"), "future_event", "time"),
        (raw(time="1970-01-01T00:00:00Z"), "bad_event", "time"),
        (raw(time="1999-12-31T23:59:59Z"), "bad_event", "time"),
        (raw(time=1e30), "bad_event", "time"),
        ({"event_id": "e1", "name": "search"}, "bad_event", "search_term"),
        ({"event_id": "e1", "name": "search", "search_term": ""}, "bad_event", "search_term"),
    ],
)
def test_what_is_wrong_is_named_with_its_place_and_a_fix(given, code, field):
    problem = refusal(given)
    assert (problem.code, problem.field) == (code, field)
    assert problem.fix


def test_a_clock_that_is_a_little_fast_is_allowed():
    event_of(raw(time=(NOW + timedelta(minutes=4)).isoformat()), NOW)


def test_an_unknown_product_is_named_by_its_place():
    event = event_of(raw(items=[{"item_id": "P1"}, {"item_id": "P404"}]), NOW)
    with pytest.raises(Refused) as refused:
        check_known(event, {"P1"})
    assert (refused.value.problem.code, refused.value.problem.field) == ("unknown_product", "items[1].item_id")


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=8,
)


@given(st.fixed_dictionaries({}, optional={key: json_values for key in raw(time=1, search_term=1)}) | json_values)
def test_whatever_comes_is_an_event_or_a_typed_refusal(given):
    try:
        event_of(given, NOW)
    except Refused as refused:
        assert refused.problem.code in ("bad_event", "unknown_event", "future_event")
