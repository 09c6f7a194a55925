"""What a remark about the colour, the measures and the likeness of shown products does to the request."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agent.constraints import Constraints
from agent.critique import SIZES, critiqued
from agent.measures import Limit, measure
from agent.tools import Change
from tests.agent.builders import card, steady

MEASURED = {
    "weight": {"900 g": 1, "1.9 kg": 2, "3 kg": 4},
    "capacity": {"1 person": 1, "2 people": 3, "4 people": 2},
    "screen size": {"13 inch": 2, "15 inch": 3},
    "battery life": {"10 h": 1, "20 h": 3, "30 h": 2},
    "colour": {"red": 3, "blue": 2},
}
TENT = card(1, attributes={"weight": ("1.9 kg",), "capacity": ("2 people",), "colour": ("red", "white")})
HUT = card(2, attributes={"weight": ("3 kg",), "capacity": ("4 people",), "colour": ("red", "blue")})
PHONES = card(3, attributes={"battery life": ("20 h",)})
SCREEN = card(4, attributes={"screen size": ("13 inch",)})
PLAIN = card(5)


@pytest.mark.parametrize(
    ("change", "cards", "name", "values"),
    [
        ("lighter", (TENT,), "weight", ("900 g",)),
        ("lighter", (HUT,), "weight", ("900 g", "1.9 kg")),
        ("lighter", (TENT, HUT), "weight", ("900 g",)),
        ("bigger", (TENT,), "capacity", ("4 people",)),
        ("smaller", (TENT, HUT), "capacity", ("1 person",)),
        ("bigger", (SCREEN,), "screen size", ("15 inch",)),
        ("longer", (PHONES,), "battery life", ("30 h",)),
    ],
)
def test_a_measure_is_bounded_by_that_of_the_card_which_has_most_of_it(
    change: Change, cards: tuple, name: str, values: tuple[str, ...]
) -> None:
    assert {at: held.values for at, held in critiqued(Constraints(), change, cards, MEASURED).limits.items()} == {
        name: values
    }


@steady
@given(
    st.sampled_from(("lighter", "bigger", "smaller", "longer")),
    st.lists(st.sampled_from((TENT, HUT, PHONES, SCREEN, PLAIN)), max_size=3),
)
def test_what_is_left_goes_further_than_every_card_that_was_spoken_of(change: Change, cards: list) -> None:
    _, more = SIZES[change]
    for name, held in critiqued(Constraints(), change, cards, MEASURED).limits.items():
        shown = [found.figure for one in cards for v in one.product.attributes.get(name, ()) if (found := measure(v))]
        left = [found.figure for value in held.values if (found := measure(value))]
        assert shown and left
        assert min(left) > max(shown) if more else max(left) < min(shown)


def test_a_bound_says_the_side_and_the_figure_it_starts_from() -> None:
    assert critiqued(Constraints(), "lighter", (TENT,), MEASURED).limits["weight"].text == "< 1.9 kg"
    assert critiqued(Constraints(), "longer", (PHONES,), MEASURED).limits["battery life"].text == "> 20 h"


def test_a_bound_takes_the_place_of_a_value_that_was_asked_for_and_leaves_the_rest() -> None:
    held = Constraints(need="tent", attributes={"weight": ("1.9 kg",), "colour": ("red",)})
    after = critiqued(held, "lighter", (TENT,), MEASURED)
    assert after.attributes == {"colour": ("red",)} and after.need == "tent"
    assert after.filters.attributes == {"colour": ("red",), "weight": ("900 g",)}


def test_a_second_remark_goes_on_from_the_card_it_is_about() -> None:
    held = critiqued(Constraints(), "bigger", (TENT,), MEASURED)
    assert critiqued(held, "lighter", (HUT,), MEASURED).limits.keys() == {"capacity", "weight"}


@pytest.mark.parametrize("change", ["lighter", "bigger", "smaller", "longer", "other_colour", "unlike"])
def test_a_remark_that_no_card_can_be_measured_by_changes_no_bound(change: Change) -> None:
    held = Constraints(need="tent", limits={"weight": Limit(text="< 2 kg", values=("900 g",))})
    after = critiqued(held, change, (PLAIN,), MEASURED)
    assert after.model_copy(update={"unlike": (), "exclude_ids": ()}) == held


def test_where_nothing_of_the_shop_goes_further_the_request_stays() -> None:
    lightest = card(1, attributes={"weight": ("900 g",)})
    assert critiqued(Constraints(), "lighter", (lightest,), MEASURED) == Constraints()


# Colours


def test_another_colour_shuns_what_was_asked_for_and_asks_for_it_no_longer() -> None:
    held = Constraints(attributes={"colour": ("blue",), "season": ("3",)})
    after = critiqued(held, "other_colour", (TENT, HUT), MEASURED)
    assert after == Constraints(attributes={"season": ("3",)}, exclude_attributes={"colour": ("blue",)})


def test_another_colour_shuns_the_colour_that_all_the_cards_have() -> None:
    after = critiqued(Constraints(), "other_colour", (TENT, HUT), MEASURED)
    assert after == Constraints(exclude_attributes={"colour": ("red",)})


def test_where_the_cards_share_no_colour_all_their_colours_are_shunned() -> None:
    cards = (card(1, attributes={"colour": ("red",)}), card(2, attributes={"colour": ("blue",)}))
    assert critiqued(Constraints(), "other_colour", cards, MEASURED).exclude_attributes == {"colour": ("blue", "red")}


def test_a_colour_that_was_shunned_before_stays_shunned() -> None:
    held = Constraints(exclude_attributes={"colour": ("blue",)})
    after = critiqued(held, "other_colour", (card(1, attributes={"colour": ("red",)}),), MEASURED)
    assert after.exclude_attributes == {"colour": ("blue", "red")}


def test_the_colour_is_found_under_the_shops_own_name_for_it() -> None:
    after = critiqued(Constraints(), "other_colour", (card(1, attributes={"颜色": ("红",)}),), {})
    assert after.exclude_attributes == {"颜色": ("红",)}


# Unlike


def test_less_like_a_card_leaves_it_out_and_shuns_what_is_like_it() -> None:
    after = critiqued(Constraints(unlike=("P9",), exclude_ids=("P9",)), "unlike", (TENT,), MEASURED)
    assert after == Constraints(unlike=("P9", "P1"), exclude_ids=("P9", "P1"))


def test_less_like_the_same_card_twice_counts_once() -> None:
    once = critiqued(Constraints(), "unlike", (TENT,), MEASURED)
    assert critiqued(once, "unlike", (TENT,), MEASURED) == once
