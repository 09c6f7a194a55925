"""The profile is a fold: arrival order and repeats leave no trace, memory is bounded, figures stay in their ranges."""

from collections.abc import Iterable
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agent.events import EventItem, Feedback, Purchase, Search, SessionEvent, ViewItem
from agent.session import HALF_LIFE_SECONDS, KEPT_ANCHORS, KEPT_SEARCHES, KEPT_TRACES, WEIGHTS, SessionProfile
from retrieval.product import Price
from tests.agent.builders import NOW, event, product, steady, usd

PRODUCTS = {
    id: product(id, f"Thing {id}", price=10.0 * place, brand="Nike" if place % 2 else None, categories=("Things",))
    for place, id in enumerate("ABCD", start=1)
}
NAMES = ("view_item", "select_item", "add_to_cart", "remove_from_cart", "purchase")


def folded(events: Iterable[SessionEvent], start: SessionProfile | None = None) -> SessionProfile:
    profile = start or SessionProfile()
    for each in events:
        profile = profile.after(each, PRODUCTS)
    return profile


@st.composite
def session(draw: st.DrawFn, most: int = 12) -> list[SessionEvent]:
    """Events of one session, in any order, with few distinct times so that many are equal."""
    found: list[SessionEvent] = []
    for place in range(draw(st.integers(1, most))):
        minute = draw(st.integers(0, 4))
        if draw(st.integers(0, 5)) == 0:
            time = NOW + timedelta(minutes=minute)
            found.append(Search(event_id=f"e{place}", time=time, search_term=draw(st.sampled_from(("tent", "lamp")))))
            continue
        ids = draw(st.lists(st.sampled_from("ABCDZ"), min_size=1, max_size=3))
        name = draw(st.sampled_from(NAMES))
        found.append(event(f"e{place}", name, *ids, minute=minute, quantity=draw(st.integers(1, 3))))
    return found


@steady
@given(data=st.data())
def test_the_order_in_which_events_arrive_does_not_matter(data: st.DataObject):
    events = data.draw(session())
    assert folded(data.draw(st.permutations(events))) == folded(events)


@steady
@given(data=st.data())
def test_events_that_are_reported_again_change_nothing(data: st.DataObject):
    events = data.draw(session())
    again = data.draw(st.lists(st.sampled_from(events), max_size=8))
    assert folded(data.draw(st.permutations([*events, *again]))) == folded(events)


@steady
@given(session(most=20), st.integers(0, 300))
def test_interest_and_affinities_stay_between_minus_one_and_one(events: list[SessionEvent], minutes: int):
    profile, now = folded(events), NOW + timedelta(minutes=minutes)
    context = profile.context(now)
    figures = [*profile.interest(now).values(), *context.brands.values(), *context.categories.values()]
    assert all(-1 <= figure <= 1 for figure in figures)


@steady
@given(session(most=20))
def test_the_cart_never_holds_a_quantity_below_one(events: list[SessionEvent]):
    assert all(quantity > 0 for quantity in folded(events).cart.values())


@steady
@given(session(most=20))
def test_a_fresh_add_always_lies_in_the_cart_whatever_went_before(events: list[SessionEvent]):
    before = folded(events)
    after = before.after(event("new", "add_to_cart", "A", minute=60, quantity=2), PRODUCTS)
    assert after.cart["A"] == before.cart.get("A", 0) + 2


def test_memory_is_bounded_and_the_latest_touches_are_kept_in_any_order_of_arrival():
    views = [event(f"e{n:04}", "view_item", f"P{n}", minute=n) for n in range(KEPT_TRACES + 30)]
    profile = folded(views)
    assert len(profile.traces) == KEPT_TRACES
    assert profile.viewed[0] == f"P{KEPT_TRACES + 29}"
    assert folded(reversed(views)) == profile
    assert folded(views[:10], profile) == profile
    assert len(profile.context(NOW).anchors) == KEPT_ANCHORS


def test_one_event_with_more_items_than_memory_holds_is_bounded_too():
    items = tuple(EventItem(item_id=f"P{n}") for n in range(200))
    profile = folded([ViewItem(event_id="e", time=NOW, items=items)])
    assert len(profile.traces) == KEPT_TRACES


def test_the_last_shop_searches_are_kept_oldest_first_by_their_own_time():
    made = [Search(event_id=f"e{n}", time=NOW + timedelta(minutes=n), search_term=f"w{n}") for n in range(8)]
    profile = folded([*made[::-1], *made])
    assert [search.term for search in profile.searches] == [f"w{n}" for n in range(8 - KEPT_SEARCHES, 8)]


def test_interest_halves_with_every_half_life():
    profile = folded([event("e", "view_item", "A")])
    later = NOW + timedelta(seconds=HALF_LIFE_SECONDS)
    assert profile.interest(NOW)["A"] == pytest.approx(WEIGHTS["view_item"])
    assert profile.interest(later)["A"] == pytest.approx(WEIGHTS["view_item"] / 2)


def test_an_event_from_a_clock_that_is_ahead_weighs_no_more_than_one_from_now():
    profile = folded([event("e", "view_item", "A", minute=600)])
    assert profile.interest(NOW)["A"] == pytest.approx(WEIGHTS["view_item"])


def test_a_cart_weighs_more_than_a_view_and_a_thumb_down_weighs_against():
    profile = folded([event("a", "view_item", "A"), event("b", "add_to_cart", "B")])
    profile = profile.rated(Feedback(product_id="C", card_set="s", value="down", time=NOW), PRODUCTS["C"])
    interest = profile.interest(NOW)
    assert interest["B"] > interest["A"] > 0 > interest["C"]


def test_the_cart_adds_what_one_event_lists_twice_and_takes_out_what_was_removed():
    profile = folded(
        [event("a", "add_to_cart", "A", "A", quantity=2), event("b", "remove_from_cart", "A", minute=1, quantity=3)]
    )
    assert profile.cart == {"A": 1}


def test_removing_more_than_was_there_does_not_swallow_a_later_add():
    profile = folded(
        [
            event("a", "add_to_cart", "A"),
            event("b", "remove_from_cart", "A", minute=1, quantity=5),
            event("c", "add_to_cart", "A", minute=2),
        ]
    )
    assert profile.cart == {"A": 1}


def test_a_purchase_empties_the_cart_of_what_it_bought_only():
    profile = folded(
        [event("a", "add_to_cart", "A", "B"), Purchase(event_id="b", time=NOW, items=(EventItem(item_id="A"),))]
    )
    assert profile.cart == {"B": 1}
    assert profile.purchased == ("A",)


def test_viewed_products_come_latest_first_and_once():
    names = (("A", 0), ("B", 1), ("A", 2))
    assert folded(event(f"e{n}", "view_item", id, minute=n) for id, n in names).viewed == ("A", "B")


def test_of_two_thumbs_the_later_one_counts_even_if_it_arrives_first():
    early = Feedback(product_id="A", card_set="s1", value="up", time=NOW)
    late = Feedback(product_id="A", card_set="s2", value="down", time=NOW + timedelta(minutes=1))
    forward = SessionProfile().rated(early, PRODUCTS["A"]).rated(late, PRODUCTS["A"])
    assert forward == SessionProfile().rated(late, PRODUCTS["A"]).rated(early, PRODUCTS["A"])
    assert [trace.event for trace in forward.traces] == ["thumb_down"]


def test_a_thumb_on_the_same_card_can_be_changed():
    up = Feedback(product_id="A", card_set="s1", value="up", time=NOW)
    down = Feedback(product_id="A", card_set="s1", value="down", time=NOW + timedelta(minutes=1))
    profile = SessionProfile().rated(up, None).rated(down, None).rated(up.model_copy(update={"product_id": "B"}), None)
    assert {trace.product_id: trace.event for trace in profile.traces} == {"A": "thumb_down", "B": "thumb_up"}


def test_an_item_that_the_shop_does_not_sell_any_more_counts_without_facts():
    profile = folded([event("e", "view_item", "Z")])
    assert profile.traces[0].title is None
    assert profile.context(NOW).anchors[0].product_id == "Z"
    assert profile.context(NOW).brands == {}


def test_ranking_is_told_the_strongest_event_of_each_product_strongest_product_first():
    profile = folded(
        [event("a", "view_item", "A"), event("b", "add_to_cart", "A", minute=1), event("c", "view_item", "B")]
    )
    anchors = profile.context(NOW + timedelta(minutes=1)).anchors
    assert [(anchor.product_id, anchor.event) for anchor in anchors] == [("A", "add_to_cart"), ("B", "view_item")]


def test_ranking_is_not_told_that_something_lies_in_the_cart_once_it_was_taken_out():
    profile = folded([event("a", "add_to_cart", "A"), event("b", "remove_from_cart", "A", minute=1)])
    assert [anchor.event for anchor in profile.context(NOW).anchors] == ["remove_from_cart"]


def test_the_price_band_covers_the_middle_of_what_was_liked_in_one_currency():
    profile = folded(event(f"e{n}", "view_item", id, minute=n) for n, id in enumerate("ABCD"))
    context = profile.context(NOW)
    assert (context.price_low, context.price_high) == (usd(20), usd(40))
    abroad = product("E", price=Price(amount=1, currency="EUR"))
    mixed = profile.after(event("e9", "view_item", "E", minute=9), {"E": abroad}).context(NOW)
    assert (mixed.price_low, mixed.price_high) == (abroad.price, abroad.price)


def test_what_was_only_turned_away_from_makes_no_price_band():
    context = folded([event("a", "remove_from_cart", "A")]).context(NOW, prefer="cheap", limit=3)
    assert (context.price_low, context.price_high, context.prefer, context.limit) == (None, None, "cheap", 3)


def touched(profile: SessionProfile, minute: float) -> list[str]:
    return [touch.product_id for touch in profile.touches(NOW + timedelta(minutes=minute))]


def test_a_session_is_what_was_turned_to_without_a_break_of_30_minutes_until_now():
    profile = SessionProfile()
    for minute, name, id in ((0, "view_item", "A"), (40, "view_item", "B"), (60, "remove_from_cart", "C")):
        profile = profile.after(event(f"e{minute}", name, id, minute=minute), {})
    assert touched(profile, 61) == touched(profile, 89) == ["B"]
    assert touched(profile, 90) == []


def test_a_search_keeps_a_session_going():
    profile = SessionProfile().after(event("v", "view_item", "A"), {})
    search = Search(event_id="q", time=NOW + timedelta(minutes=20), search_term="mugs")
    assert touched(profile.after(search, {}), 40) == ["A"]
    assert touched(profile, 40) == []
