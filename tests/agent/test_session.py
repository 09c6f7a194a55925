"""The profile is a fold: arrival order and repeats leave no trace, memory is bounded, figures stay in their ranges."""

from collections.abc import Iterable
from datetime import datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agent.events import EventItem, Feedback, Purchase, Search, SessionEvent, ViewItem
from agent.session import (
    AGE,
    GAP,
    HALF_LIFE_SECONDS,
    KEPT_ANCHORS,
    KEPT_HISTORY,
    KEPT_SEARCHES,
    KEPT_TRACES,
    WEIGHTS,
    SessionProfile,
)
from retrieval.behaviour.touches import Touch
from retrieval.product import Price
from retrieval.query import RankContext
from tests.agent.builders import NOW, event, product, steady, usd

PRODUCTS = {
    id: product(id, f"Thing {id}", price=10.0 * place, brand="Nike" if place % 2 else None, categories=("Things",))
    for place, id in enumerate("ABCD", start=1)
}
minutes = st.integers(0, 300)
NAMES = ("view_item", "select_item", "add_to_cart", "remove_from_cart", "purchase")


def folded(events: Iterable[SessionEvent], start: SessionProfile | None = None) -> SessionProfile:
    profile = start or SessionProfile()
    for each in events:
        profile = profile.after(each, PRODUCTS)
    return profile


def at(minute: float) -> datetime:
    return NOW + timedelta(minutes=minute)


def bought(product_id: str, minute: float) -> Touch:
    return Touch(product_id=product_id, event="purchase", time=at(minute))


def thumb(product_id: str, value: str = "down", minute: float = 0) -> Feedback:
    return Feedback.model_validate({"product_id": product_id, "card_set": "s", "value": value, "time": at(minute)})


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
@given(
    session(most=20), st.lists(st.tuples(st.sampled_from("ABCD"), st.sampled_from(("up", "down")))), st.integers(0, 300)
)
def test_interest_and_affinities_stay_between_minus_one_and_one(
    events: list[SessionEvent], thumbs: list[tuple[str, str]], minutes: int
):
    profile, now = folded(events), at(minutes)
    for product_id, value in thumbs:
        profile = profile.rated(thumb(product_id, value), PRODUCTS[product_id])
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


@steady
@given(session(most=6), st.sets(st.sampled_from("AC"), min_size=1))
def test_thumbs_down_on_products_of_a_brand_lower_its_affinity_and_leave_other_brands_alone(
    events: list[SessionEvent], disliked: set[str]
):
    other = {"B": product("B", "Thing B", brand="Fernhill")}
    before = folded(events).after(event("x", "view_item", "B", minute=4), other)
    after = before
    for product_id in sorted(disliked):
        after = after.rated(thumb(product_id, minute=5), PRODUCTS[product_id])
    then, now = before.context(at(5)), after.context(at(5))
    assert now.brands["Nike"] <= then.brands.get("Nike", 0.0)
    if all(each.type != "remove_from_cart" for each in events):
        assert now.brands["Nike"] < then.brands.get("Nike", 0.0)
    assert now.brands["Fernhill"] == then.brands["Fernhill"]


def test_thumbs_down_on_several_products_of_a_brand_outweigh_a_view_of_one():
    profile = folded([event("a", "view_item", "A")])
    assert profile.context(NOW).brands["Nike"] > 0
    once = profile.rated(thumb("A"), PRODUCTS["A"])
    twice = once.rated(thumb("C"), PRODUCTS["C"])
    assert twice.context(NOW).brands["Nike"] < once.context(NOW).brands["Nike"] < 0


def test_affinities_halve_with_every_half_life():
    profile, later = folded([event("e", "view_item", "A")]), NOW + timedelta(seconds=HALF_LIFE_SECONDS)
    assert profile.context(later).brands["Nike"] == pytest.approx(profile.context(NOW).brands["Nike"] / 2)


def test_what_happened_a_day_before_the_latest_is_forgotten_in_any_order_of_arrival():
    old, young = event("a", "add_to_cart", "A"), event("b", "view_item", "B", minute=1)
    search = Search(event_id="q", time=NOW, search_term="tent")
    late = event("c", "view_item", "C", minute=AGE.total_seconds() / 60 + 0.5)
    profile = folded([old, search, young, late])
    assert [trace.product_id for trace in profile.traces] == ["B", "C"] and profile.searches == ()
    assert folded([late, young, search, old]) == profile


def test_a_visit_begins_after_a_pause_of_30_minutes_and_a_search_is_no_pause():
    early, late = event("a", "view_item", "A"), event("b", "view_item", "B", minute=40)
    search = Search(event_id="q", time=at(20), search_term="tent")
    assert [touch.product_id for touch in folded([early, late]).touches(at(41))] == ["B"]
    assert [touch.product_id for touch in folded([early, search, late]).touches(at(41))] == ["A", "B"]
    assert folded([early, late]).touches(at(40) + GAP) == ()


def test_ranking_is_told_what_a_known_shopper_bought_before_this_visit():
    profile = folded([event("a", "purchase", "A"), event("b", "purchase", "B", minute=60)])
    known = profile.recalled([bought("Z", -9000), bought("A", 0)])
    assert known.context(at(61)).history == (bought("Z", -9000), bought("A", 0))
    assert known.context(at(61)).touches == (bought("B", 60),)
    assert known.context(at(99)).history == (bought("Z", -9000), bought("A", 0), bought("B", 60))


def test_a_guest_has_no_history_whatever_was_bought():
    assert folded([event("a", "purchase", "A")]).context(at(99)).history == ()


def test_the_last_purchases_of_a_known_shopper_are_kept():
    made = [bought(f"P{n}", n) for n in range(KEPT_HISTORY + 5)]
    profile = SessionProfile().recalled(reversed(made))
    assert profile.context(at(9999)).history == tuple(made[5:])


def test_without_consent_nothing_is_kept_and_ranking_is_told_nothing():
    profile = folded([event("a", "add_to_cart", "A")]).recalled([bought("Z", -9)]).permitted(False, at(1))
    later = [event("b", "view_item", "B", minute=2), Search(event_id="q", time=at(2), search_term="tent")]
    profile = folded(later, profile).rated(thumb("C", minute=3), PRODUCTS["C"])
    assert (profile.consent, profile.traces, profile.searches, profile.cart) == (False, (), (), {})
    assert profile.context(at(4)) == RankContext(now=at(4))


def test_consent_given_anew_counts_from_then_on_and_brings_the_history_back():
    denied = SessionProfile().recalled([bought("Z", -9)]).permitted(False, at(1))
    profile = folded(
        [event("b", "view_item", "B", minute=2), event("c", "view_item", "C", minute=5)], denied.permitted(True, at(4))
    )
    assert profile.consent and profile.viewed == ("C",)
    assert profile.context(at(6)).history == (bought("Z", -9),)


def test_consent_that_is_given_again_while_it_stands_forgets_nothing():
    profile = folded([event("a", "view_item", "A")])
    assert profile.permitted(True, at(1)) == profile
    denied = profile.permitted(False, at(1))
    assert denied.permitted(False, at(2)) == denied


@steady
@given(session(), st.lists(st.tuples(st.booleans(), st.integers(0, 4)), max_size=5), st.data())
def test_late_events_are_used_only_where_consent_stood_when_they_happened(
    events: list[SessionEvent], said: list[tuple[bool, int]], data: st.DataObject
):
    said = sorted(said, key=lambda each: each[1])
    arrivals = [(each, (each.time - NOW).total_seconds() / 60 + data.draw(st.integers(0, 3))) for each in events]
    timeline = [(minute, 0, "", granted) for granted, minute in said]
    timeline += [(minute, 1, each.event_id, each) for each, minute in arrivals]
    profile = SessionProfile()
    for minute, _, _, what in sorted(timeline, key=lambda each: each[:3]):
        profile = profile.permitted(what, at(minute)) if isinstance(what, bool) else folded([what], profile)
    counting = [each for each in events if profile.permission.covers(each.time)]
    assert profile == folded(counting, SessionProfile(permission=profile.permission))
