"""The standing request: what was said stays until it is cleared, contradicted or another kind of product is wanted."""

from typing import get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agent.constraints import Constraints, Wishes
from agent.critique import critiqued
from agent.request import Request
from agent.shelf import Card
from agent.tools import Change
from retrieval.product import Price
from tests.agent.builders import card, product, steady, usd

MEASURED = {"weight": {"1.9 kg": 2, "900 g": 1, "3 kg": 4}, "capacity": {"2 people": 3, "60 L": 1}}
BRANDS = ("Nike", "Adidas", "On")
NAMES = ("colour", "size/fit", "a~b", "材质")
VALUES = ("red", "blue", "棉")
CHANGES = get_args(Change)

prices = st.builds(Price, amount=st.integers(0, 50_000), currency=st.sampled_from(("USD", "USD", "EUR")))
some_brands = st.lists(st.sampled_from(BRANDS), max_size=2, unique=True).map(tuple)
some_values = st.lists(st.sampled_from(VALUES), min_size=1, max_size=2, unique=True).map(tuple)
some_attributes = st.dictionaries(st.sampled_from(NAMES), some_values, max_size=3)
wishes = st.builds(
    Wishes,
    price_min=st.none() | prices,
    price_max=st.none() | prices,
    categories=st.sampled_from(((), ("Tents",), ("Lamps",))),
    brands=some_brands,
    attributes=some_attributes,
    rating_min=st.none() | st.floats(0, 5),
    in_stock=st.booleans(),
    prefer=st.sampled_from((None, "cheap", "rating")),
    exclude_brands=some_brands,
    exclude_attributes=some_attributes,
    clear_price=st.booleans(),
)


@st.composite
def shown(draw: st.DrawFn) -> tuple[Card, ...]:
    return tuple(
        card(
            place,
            product(
                f"P{place}",
                price=draw(st.none() | prices),
                rating=draw(st.none() | st.floats(0, 5)),
                brand=draw(st.none() | st.sampled_from(BRANDS)),
            ),
        )
        for place in range(1, draw(st.integers(1, 4)) + 1)
    )


def searching(held: Constraints, need: str, category: str | None) -> Constraints:
    return Request(roles=(held,)).searching(need, category)


@st.composite
def standing(draw: st.DrawFn) -> Constraints:
    """Constraints as a conversation makes them: a few deltas one after the other."""
    held = Constraints()
    for step in draw(st.lists(st.sampled_from(("search", "wish", "critique")), max_size=5)):
        match step:
            case "search":
                need = draw(st.sampled_from(("tent for two", "red tents", "desk lamp", "帐篷")))
                held = searching(held, need, draw(st.sampled_from((None, "Tents", "Lamps"))))
            case "wish":
                held = held.wished(draw(wishes))
            case _:
                held = critiqued(held, draw(st.sampled_from(CHANGES)), draw(shown()), MEASURED)
    return held


@steady
@given(standing())
def test_the_filters_are_always_valid(held: Constraints):
    filters = held.filters
    assert filters.model_validate(filters.model_dump()) == filters
    assert Constraints.model_validate(held.model_dump()) == held


@steady
@given(st.data())
def test_every_chip_can_be_cleared_is_then_gone_and_leaves_the_others(data: st.DataObject):
    held = data.draw(standing())
    paths = [chip.path for chip in held.chips]
    assert len(set(paths)) == len(paths)
    for path in paths:
        after = held.cleared(path)
        assert [chip.path for chip in after.chips] == [other for other in paths if other != path]
        with pytest.raises(KeyError):
            after.cleared(path)


@steady
@given(standing(), st.text(max_size=20))
def test_clearing_a_path_that_is_not_set_is_a_key_error(held: Constraints, path: str):
    if path not in {chip.path for chip in held.chips}:
        with pytest.raises(KeyError):
            held.cleared(path)


@pytest.mark.parametrize(
    "path", ["", "/", "/need", "/exclude_ids", "/price_max", "/attributes", "/attributes/x", "cls"]
)
def test_nothing_but_a_chip_can_be_cleared(path: str):
    held = Constraints(need="tent", exclude_ids=("P1",), attributes={"colour": ("red",)})
    with pytest.raises(KeyError):
        held.cleared(path)


def test_a_chip_of_an_attribute_with_a_slash_and_a_tilde_has_an_escaped_path():
    held = Constraints(attributes={"a/b~c": ("x",), "a": ("y",)})
    assert [chip.path for chip in held.chips] == ["/attributes/a~1b~0c", "/attributes/a"]
    assert held.cleared("/attributes/a~1b~0c").attributes == {"a": ("y",)}


def test_chips_say_their_constraint_in_words():
    held = Constraints(category="Tents", price_max=usd(200), rating_min=4.5, in_stock=True, exclude_brands=("Nike",))
    assert {chip.field: chip.value for chip in held.chips} == {
        "category": "Tents",
        "price_max": "$200.00",
        "rating_min": "4.5",
        "in_stock": "in stock",
        "exclude_brands": "Nike",
    }


# A new need


@steady
@given(standing(), wishes)
def test_another_kind_of_product_starts_from_nothing(held: Constraints, wished: Wishes):
    tents = held.wished(wished).model_copy(update={"need": "tent for two", "category": "Tents"})
    assert searching(tents, "headphones for running", "Headphones") == Constraints(
        need="headphones for running", category="Headphones"
    )


@pytest.mark.parametrize(
    ("before", "after"),
    [("tent for two", "boots for hiking"), ("lamp with a clip", "bag with a zip"), ("帐篷", "耳机")],
)
def test_small_words_do_not_make_two_needs_the_same(before: str, after: str):
    held = Constraints(need=before, price_max=usd(100), exclude_brands=("Nike",))
    assert searching(held, after, None) == Constraints(need=after)


@pytest.mark.parametrize(
    ("before", "after"), [("a tent", "green tents"), ("Boots", "brown boots"), ("帐篷", "双人帐篷")]
)
def test_the_same_kind_of_product_keeps_what_was_asked(before: str, after: str):
    held = Constraints(need=before, price_max=usd(100), attributes={"colour": ("red",)}, exclude_ids=("P1",))
    assert searching(held, after, None) == held.model_copy(update={"need": after, "exclude_ids": ()})


def test_more_words_of_one_need_are_added_to_it():
    held = Constraints(need="boots for snow", category="Boots")
    assert searching(held, "brown boots", None).need == "boots for snow brown boots"
    assert held.going_on("snow boots") == held
    assert len(held.going_on("grip " * 400 + "last").need) <= 900 and held.going_on(
        "grip " * 400 + "last"
    ).need.endswith("last")


def test_the_same_category_keeps_bounds_whatever_the_words_and_a_named_one_is_remembered():
    held = Constraints(need="shelter", category="Tents", price_max=usd(100))
    assert searching(held, "something cosy", "Tents").price_max == usd(100)
    assert searching(held, "big shelter", None).category == "Tents"
    assert searching(held, "big shelter", "Lamps").price_max is None


# What a message says


@steady
@given(standing(), wishes)
def test_what_the_message_says_stands_afterwards(held: Constraints, said: Wishes):
    after = held.wished(said)
    if said.price_max and not said.clear_price:
        assert after.price_max == said.price_max
    if said.clear_price:
        assert after.price_min is None and after.price_max is None
    assert set(said.exclude_brands) <= set(after.exclude_brands)
    assert not set(after.brands) & set(after.exclude_brands)
    for name, values in said.exclude_attributes.items():
        assert set(values) <= set(after.exclude_attributes[name])
    for name, values in after.attributes.items():
        assert values and not set(values) & set(after.exclude_attributes.get(name, ()))
    if said.rating_min:
        assert after.rating_min == said.rating_min


def test_an_empty_message_changes_nothing():
    held = Constraints(need="tent", price_max=usd(9), brands=("Nike",), attributes={"a": ("x",)}, in_stock=True)
    assert held.wished(Wishes()) == held


def test_a_second_bound_keeps_the_first_where_both_can_hold():
    assert Constraints(price_max=usd(300)).wished(Wishes(price_min=usd(100))).filters.price_max == 30_000
    assert Constraints(price_min=usd(100)).wished(Wishes(price_max=usd(300))).filters.price_min == 10_000


def test_of_two_bounds_that_contradict_each_other_the_newer_stands():
    assert Constraints(price_max=usd(50)).wished(Wishes(price_min=usd(100))) == Constraints(price_min=usd(100))
    assert Constraints(price_min=usd(100)).wished(Wishes(price_max=usd(50))) == Constraints(price_max=usd(50))


def test_bounds_in_two_currencies_never_stand_together():
    euro = Price(amount=100, currency="EUR")
    assert Constraints(price_max=usd(50)).wished(Wishes(price_min=euro)) == Constraints(price_min=euro)
    assert Constraints(price_min=usd(50)).wished(Wishes(price_max=euro)) == Constraints(price_max=euro)


def test_exclusions_add_up_over_messages():
    held = Constraints().wished(Wishes(exclude_brands=("Nike",), exclude_attributes={"colour": ("red",)}))
    held = held.wished(Wishes(exclude_brands=("On",), exclude_attributes={"colour": ("blue",)}))
    assert held.exclude_brands == ("Nike", "On")
    assert held.exclude_attributes == {"colour": ("red", "blue")}


def test_asking_for_what_was_excluded_lifts_the_exclusion_and_the_other_way_round():
    held = Constraints(exclude_brands=("Nike", "On"), exclude_attributes={"colour": ("red",)})
    wanted = held.wished(Wishes(brands=("Nike",), attributes={"colour": ("red",)}))
    assert wanted == Constraints(brands=("Nike",), exclude_brands=("On",), attributes={"colour": ("red",)})
    refused = wanted.wished(Wishes(exclude_brands=("Nike",), exclude_attributes={"colour": ("red",)}))
    assert (refused.brands, refused.attributes) == ((), {})
    assert refused.exclude_brands == ("On", "Nike")


def test_an_attribute_that_is_mentioned_again_replaces_its_old_value_only():
    held = Constraints(attributes={"colour": ("red",), "size": ("M",)}).wished(Wishes(attributes={"colour": ("blue",)}))
    assert held.attributes == {"colour": ("blue",), "size": ("M",)}


# Critiques


@steady
@given(standing(), st.integers(1, 50_000))
def test_cheaper_than_one_card_leaves_out_its_price_and_anything_dearer(held: Constraints, amount: int):
    after = critiqued(held, "cheaper", (card(1, price=Price(amount=amount, currency="USD")),), {})
    assert after.filters.currency == "USD"
    assert after.filters.price_max is not None and after.filters.price_max < amount
    assert after.prefer == "cheap"


def test_cheaper_than_all_cards_means_cheaper_than_the_cheapest():
    cards = (card(1, price=30), card(2, price=20), card(3))
    assert critiqued(Constraints(), "cheaper", cards, {}).price_max == Price(amount=1999, currency="USD")


def test_cheaper_never_loosens_a_budget():
    assert critiqued(Constraints(price_max=usd(10)), "cheaper", (card(1, price=50),), {}).price_max == usd(10)


def test_cheaper_drops_a_lower_bound_that_stands_in_its_way():
    after = critiqued(Constraints(price_min=usd(50)), "cheaper", (card(1, price=50),), {})
    assert after.filters.price_min is None and after.filters.price_max == 4999


def test_cheaper_without_any_price_only_prefers_the_cheap_ones():
    assert critiqued(Constraints(), "cheaper", (card(1),), {}) == Constraints(prefer="cheap")


def test_better_rated_asks_for_the_cards_rating_at_least_and_never_lowers_the_bound():
    cards = (card(1, rating=4.2), card(2, rating=4.7))
    assert critiqued(Constraints(), "better_rated", cards[1:], {}).rating_min == 4.7
    assert critiqued(Constraints(), "better_rated", cards, {}).rating_min == 4.2
    assert critiqued(Constraints(rating_min=4.5), "better_rated", cards[:1], {}).rating_min == 4.5


def test_better_rated_than_cards_without_a_rating_keeps_the_bound_that_stood():
    assert critiqued(Constraints(rating_min=4), "better_rated", (card(1),), {}) == Constraints(
        rating_min=4, prefer="rating"
    )


def test_another_brand_excludes_the_brands_of_the_cards_and_no_longer_asks_for_them():
    after = critiqued(Constraints(brands=("Nike", "On")), "other_brand", (card(1, brand="Nike"), card(2)), {})
    assert after == Constraints(brands=("On",), exclude_brands=("Nike",))


def test_similar_leaves_out_what_was_shown_once_each():
    held = critiqued(Constraints(exclude_ids=("P1",)), "similar", (card(1), card(2)), {})
    assert held.exclude_ids == ("P1", "P2")


def test_narrow_keeps_everything():
    held = Constraints(need="tent", price_max=usd(3))
    assert critiqued(held, "narrow", (card(1),), {}) == held
