"""When a question pays, against bits that were worked out by hand."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agent.asking import CHOICES, Split, best_split, gain
from agent.constraints import Constraints
from agent.measures import Limit
from retrieval.query import Facets
from tests.agent.builders import steady

counts = st.dictionaries(st.text(min_size=1, max_size=5), st.integers(0, 200), max_size=10)
TWELVE = {"colour": {"red": 3, "blue": 3, "green": 3, "grey": 3}, "doors": {"1": 6, "2": 6}}


def facets(count: int = 12, **attributes: dict[str, int]) -> Facets:
    return Facets(count=count, attributes=attributes)


@pytest.mark.parametrize(
    ("values", "products", "bits"),
    [
        ({"a": 5, "b": 5}, 10, 1.0),
        ({"a": 2, "b": 2, "c": 2, "d": 2}, 8, 2.0),
        ({"a": 1, "b": 3}, 4, 0.8113),  # 1/4 * 2 + 3/4 * 0.4150
        ({"a": 2, "b": 1, "c": 1}, 4, 1.5),  # 1/2 * 1 + 2 * 1/4 * 2
        ({"a": 5, "b": 5}, 20, 0.5),  # half of the products do not say
        ({"a": 8, "b": 8}, 8, 1.0),  # every product has both: it is not worth more than one that has one
        ({"a": 10}, 10, 0.0),
        ({"a": 10, "b": 0}, 10, 0.0),
        ({}, 10, 0.0),
        ({"a": 1, "b": 1}, 0, 0.0),
    ],
)
def test_the_gain_of_a_question_is_the_entropy_of_its_answers(values: dict[str, int], products: int, bits: float):
    assert gain(values, products) == pytest.approx(bits, abs=1e-4)


@steady
@given(counts, st.integers(0, 400))
def test_a_gain_is_between_none_and_that_of_as_many_even_answers(values: dict[str, int], products: int):
    bits = gain(values, products)
    assert 0 <= bits <= math.log2(max(len(values), 1)) + 1e-9


@steady
@given(counts.filter(lambda held: sum(held.values()) > 0))
def test_a_question_that_fewer_products_answer_tells_less(values: dict[str, int]):
    total = sum(values.values())
    assert gain(values, total * 2) == pytest.approx(gain(values, total) / 2)


def test_the_attribute_that_tells_most_is_asked_for():
    assert best_split(facets(**TWELVE), Constraints()) == Split("colour", ("blue", "green", "grey", "red"), 2.0)


def test_the_answers_are_the_commonest_values_and_few_enough_to_tap():
    colours = {"red": 1, "blue": 5, "green": 2, "grey": 4, "black": 3, "white": 1}
    split = best_split(facets(16, colour=colours), Constraints())
    assert split is not None and split.values == ("blue", "grey", "black", "green")
    assert len(split.values) == CHOICES


def test_what_was_said_already_is_not_asked():
    colour = Limit(text="<", values=("red",))
    for said in (
        Constraints(attributes={"colour": ("red",)}),
        Constraints(exclude_attributes={"colour": ("red",)}),
        Constraints(limits={"colour": colour}),
    ):
        split = best_split(facets(**TWELVE), said)
        assert split is not None and split.name == "doors"


def test_the_kind_is_asked_for_where_it_tells_most_and_the_category_that_all_are_in_is_no_answer():
    tents = Facets(count=12, categories={"Tents": 12, "Family Tents": 6, "Tunnel Tents": 6}, attributes={})
    assert best_split(tents, Constraints(category="Tents")) == Split(None, ("Family Tents", "Tunnel Tents"), 1.0)


@pytest.mark.parametrize(
    "found",
    [
        facets(7, colour={"red": 2, "blue": 2, "green": 2, "grey": 1}),  # so few can be shown
        facets(12, colour={"red": 10, "blue": 2}),  # nearly all are red
        facets(40, colour={"red": 5, "blue": 5}),  # most do not say
        facets(18, colour={f"c{n}": 2 for n in range(9)}),  # more values than anyone could name
        facets(12, use={"for long nights out in the mountains": 6, "for short nights": 6}),  # no answers to tap
        facets(12),
    ],
)
def test_a_question_that_does_not_pay_is_not_asked(found: Facets):
    assert best_split(found, Constraints()) is None


def test_a_question_pays_from_one_bit_on():
    assert best_split(facets(8, doors={"1": 4, "2": 4}), Constraints()) is not None
    assert best_split(facets(8, doors={"1": 5, "2": 3}), Constraints()) is None
