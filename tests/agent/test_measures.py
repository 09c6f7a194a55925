"""Texts that measure something, and the bounds a message states on them."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agent.measures import Measure, Side, bounds, extreme, limit, measure
from tests.agent.builders import steady

SHOP = {
    "weight": {"900 g": 1, "1.9 kg": 2, "3 kg": 4},
    "pack weight": {"1 kg": 9},
    "battery life": {"90 min": 1, "20 h": 3, "30 h": 2},
    "colour": {"red": 5},
}
FIGURES = {"g": 1, "kg": 1000, "mm": 1, "cm": 10, "m": 1000, "min": 1, "h": 60}
KINDS = {"g": "weight", "kg": "weight", "mm": "length", "cm": "length", "m": "length", "min": "time", "h": "time"}
SIDES: tuple[Side, ...] = ("<", "<=", ">", ">=")

texts = st.builds("{} {}".format, st.integers(0, 5_000), st.sampled_from(tuple(FIGURES)))
shop_values = st.dictionaries(texts | st.sampled_from(("red", "one size", "8")), st.integers(1, 20), max_size=12)


def told(text: str) -> tuple[int, str]:
    """Figure and kind of a text like `5 kg`, worked out here and not by what is tested."""
    figure, _, unit = text.partition(" ")
    return int(figure) * FIGURES[unit], KINDS[unit]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("1.9 kg", Measure(1900, "g")),
        ("900g", Measure(900, "g")),
        ("20 hours", Measure(1200, "min")),
        ("2 days", Measure(2880, "min")),
        ("60 L", Measure(60_000, "ml")),
        ("-5 °C", Measure(-5, "c")),
        ("3-season", Measure(3, "season")),
        ("2 people", Measure(2, "person")),
        ("1 person", Measure(1, "person")),
        ("2公斤", Measure(2000, "g")),
        ("20小时", Measure(1200, "min")),
        ("５０ g", Measure(50, "g")),
        ("10 inches", Measure(254, "mm")),
        ('10"', Measure(254, "mm")),
    ],
)
def test_one_figure_with_its_unit_is_a_measure(text: str, expected: Measure) -> None:
    assert measure(text) == expected


@pytest.mark.parametrize("text", ["", "red", "1.9", "two kg", "1.9 kg each", "2 x 3 m", "IPX7"])
def test_any_other_text_measures_nothing(text: str) -> None:
    assert measure(text) is None


# Limits


@steady
@given(shop_values, st.sampled_from(SIDES), texts)
def test_a_limit_keeps_the_values_on_its_side_and_no_others(values: dict[str, int], side: Side, bound: str) -> None:
    kept = limit(values, side, bound)
    mark, kind = told(bound)
    measured = [value for value in values if measure(value)]
    fits = {"<": mark.__gt__, "<=": mark.__ge__, ">": mark.__lt__, ">=": mark.__le__}[side]
    expected = tuple(value for value in measured if told(value)[1] == kind and fits(told(value)[0]))
    assert (kept.values if kept else ()) == expected


def test_a_limit_says_its_bound_as_it_was_stated() -> None:
    kept = limit(SHOP["weight"], "<", "2 kg")
    assert kept is not None and (kept.text, kept.values) == ("< 2 kg", ("900 g", "1.9 kg"))


def test_a_limit_that_no_value_keeps_and_one_that_is_no_measure_are_none() -> None:
    assert limit(SHOP["weight"], "<", "100 g") is None
    assert limit(SHOP["weight"], "<", "feather") is None
    assert limit(SHOP["weight"], "<", "20 h") is None


# Extremes


@steady
@given(st.dictionaries(texts, st.integers(1, 20), min_size=1, max_size=12), st.booleans(), st.integers(1, 30))
def test_an_extreme_leaves_out_nothing_that_goes_further_and_stops_at_enough(
    values: dict[str, int], most: bool, enough: int
) -> None:
    found = extreme(values, ">" if most else "<", enough, "")
    assert found is not None and found.values
    kinds = {told(value)[1] for value in found.values}
    assert len(kinds) == 1
    sign = 1 if most else -1
    kept = [told(value)[0] * sign for value in found.values]
    left = [told(v)[0] * sign for v in values if told(v)[1] in kinds and v not in found.values]
    assert max(left, default=min(kept)) <= min(kept)
    counts = [values[value] for value in found.values]
    assert sum(counts[:-1]) < enough
    assert sum(counts) >= enough or not left


def test_the_lightest_are_the_lowest_values_that_enough_products_have() -> None:
    lightest = extreme(SHOP["weight"], "<", 3, "↓")
    assert lightest is not None and (lightest.text, lightest.values) == ("↓", ("900 g", "1.9 kg"))


def test_values_in_another_unit_than_most_are_out_of_the_running() -> None:
    found = extreme({"2 people": 3, "4 people": 1, "900 L": 7}, ">", 1, "")
    assert found is not None and found.values == ("4 people",)


def test_values_that_measure_nothing_have_no_extreme() -> None:
    assert extreme(SHOP["colour"], "<", 4, "") is None
    assert extreme({}, ">", 4, "") is None


# Bounds in a message


@pytest.mark.parametrize(
    ("text", "name", "says"),
    [
        ("headphones with at least 20 hours of battery", "battery life", ">= 20 hours"),
        ("longer than 25 hours", "battery life", "> 25 hours"),
        ("lasts 25 hours or more", "battery life", ">= 25 hours"),
        ("shorter than 25 hours", "battery life", "< 25 hours"),
        ("weighs no more than 900 g", "weight", "<= 900 g"),
        ("it must not weigh less than 2 kg", "weight", ">= 2 kg"),
        ("it shouldn't weigh more than 2 kg", "weight", "<= 2 kg"),
        ("a light one, not over 2 kg", "weight", "<= 2 kg"),
        ("a light one, nothing over 2 kg", "weight", "<= 2 kg"),
        ("no heavier than 2 kg", "weight", "<= 2 kg"),
        ("pack weight under 2 kg", "pack weight", "< 2 kg"),
        ("under 2 kg", "pack weight", "< 2 kg"),
        ("重量2公斤以下", "weight", "<= 2 公斤"),
        ("续航20小时以上", "battery life", ">= 20 小时"),
        ("至少20小时", "battery life", ">= 20 小时"),
        ("电池不到25小时", "battery life", "< 25 小时"),
        ("不大于2公斤", "pack weight", "<= 2 公斤"),
        ("续航不小于20小时", "battery life", ">= 20 小时"),
    ],
)
def test_a_bound_is_read_with_its_side_and_its_attribute(text: str, name: str, says: str) -> None:
    found, spans = bounds(text, SHOP)
    assert {each: held.text for each, held in found.items()} == {name: says}
    assert len(spans) == 1


def test_the_place_of_a_bound_is_told_so_that_it_can_be_struck() -> None:
    text = "a tent under 2 kg please"
    [(start, end)] = bounds(text, SHOP)[1]
    assert text[start:end].strip() == "under 2 kg"


@pytest.mark.parametrize(
    "text", ["2 kg", "around 2 kg", "under 3 lamps", "under $50", "less than 50 grams", "", "轻一点"]
)
def test_what_states_no_bound_that_the_shop_can_keep_is_none(text: str) -> None:
    assert bounds(text, SHOP) == ({}, [])


@pytest.mark.parametrize(
    ("side", "kept"), [("<", ()), ("<=", ("1.9 kg",)), (">", ("3 kg",)), (">=", ("1.9 kg", "3 kg"))]
)
def test_a_value_on_the_bound_itself_keeps_only_a_bound_that_includes_it(side: Side, kept: tuple[str, ...]) -> None:
    made = limit({"1.9 kg": 1, "3 kg": 1}, side, "1900 g")
    assert (made.values if made else ()) == kept
