"""What calls a product by name, and what only says what kind of thing it is."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agent.naming import named
from tests.agent.builders import product, steady

PRODUCTS = (
    product("B4", "Murrowby Longbarn 4 Tunnel Tent", brand="Murrowby", categories=("Tents",)),
    product("B6", "Murrowby Longbarn 6 Tunnel Tent", brand="Murrowby", categories=("Tents",)),
    product("SK", "Harrowfell Skerry Shelter", brand="Harrowfell", categories=("Tents",)),
    product("HE", "Quill Heath 700 Headphones", brand="Quill", categories=("Headphones",)),
    product("LA", "Lumi Wren Red Lamp", brand="Lumi", categories=("Lamps",), attributes={"colour": ("red",)}),
)
TITLES = {"SK": "岩岛遮阳棚", "HE": "石楠 700 头戴耳机"}


def called(text: str) -> list[str]:
    return [item.id for item in named(text, PRODUCTS, TITLES)]


@pytest.mark.parametrize(
    ("text", "ids"),
    [
        ("is the Longbarn 4 in stock?", ["B4"]),
        ("is the longbarn 4 in stock?", ["B4"]),
        ("is Skerry waterproof?", ["SK"]),
        ("is the skerry waterproof?", ["SK"]),
        ("tell me of the Harrowfell Skerry", ["SK"]),
        ("compare the Skerry and the Longbarn 6", ["SK", "B6"]),
        ("the Longbarn 6 or the Skerry?", ["B6", "SK"]),
        ("Longbarn 6 or Longbarn 4", ["B6", "B4"]),
        ("Heath 700 的降噪怎么样", ["HE"]),
        ("Skerry怎么样", ["SK"]),
        ("岩岛遮阳棚多少钱", ["SK"]),
        ("岩岛遮多重", ["SK"]),
    ],
)
def test_a_name_calls_its_product_in_the_order_of_the_text(text: str, ids: list[str]) -> None:
    assert called(text) == ids


@pytest.mark.parametrize(
    "text",
    [
        "",
        "do you have a Harrowfell?",  # a brand
        "the Murrowby tent",  # a brand and a kind
        "is a red lamp any good?",  # an attribute and a kind
        "700",  # a figure
        "is the 4 any good?",
        "Longbarn",  # which opens the text, so its capital tells nothing
        "is the Longbarn roomy?",  # two products have this word
        "a skerry",  # in lower case, and not spoken of as one thing
        "岩岛",  # too short for a name
        "帐篷有货吗",
        "thanks!",
    ],
)
def test_a_brand_a_kind_a_figure_and_an_everyday_word_name_no_product(text: str) -> None:
    assert called(text) == []


def test_of_two_that_share_a_word_the_one_that_more_is_said_of_is_meant() -> None:
    assert called("how big is the Murrowby Longbarn 6 Tunnel Tent?") == ["B6"]


@steady
@given(st.permutations(PRODUCTS), st.sampled_from([item.title for item in PRODUCTS]))
def test_a_whole_title_calls_its_product_alone_whatever_the_order(order: list, title: str) -> None:
    assert [item.title for item in named(f"is the {title} in stock?", order, {})] == [title]


@steady
@given(st.text(max_size=80))
def test_any_text_calls_each_product_once_at_most(text: str) -> None:
    ids = called(text)
    assert len(set(ids)) == len(ids) and set(ids) <= {item.id for item in PRODUCTS}
