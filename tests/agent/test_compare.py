"""A comparison says what the catalogue says, and nothing where the catalogue is silent."""

import pytest

from agent.compare import MAX_ATTRIBUTES, comparison, verdict
from agent.shop import Glossary
from retrieval.product import Price
from tests.agent.builders import card, product

FULL = product(
    "A",
    price=129.5,
    rating=4.6,
    availability="in_stock",
    brand="Nike",
    attributes={"weight": ("1.2 kg",), "colour": ("red", "navy"), "season": ("3",)},
)
BARE = product("B", attributes={"season": ("3",), "weight": ("2 kg",)})
NONE = Glossary()


def rows(*products, language="en", glossary=NONE):
    cards = [card(place, item) for place, item in enumerate(products, start=1)]
    return {row.name: row.values for row in comparison(cards, language, glossary)}


def test_price_rating_stock_and_brand_come_first_and_unknown_is_none():
    assert list(rows(FULL, BARE).items())[:4] == [
        ("price", ("$129.50", None)),
        ("rating", ("4.6", None)),
        ("stock", ("in stock", None)),
        ("brand", ("Nike", None)),
    ]


def test_attributes_that_differ_are_rows_and_the_same_ones_are_not():
    assert dict(list(rows(FULL, BARE).items())[4:]) == {"weight": ("1.2 kg", "2 kg"), "colour": ("red, navy", None)}


def test_an_attribute_without_values_is_unknown():
    empty = product("C", attributes={"weight": ()})
    assert rows(FULL, empty)["weight"] == ("1.2 kg", None)
    assert "weight" not in rows(empty, product("D"))


def test_attributes_that_most_products_have_come_first():
    third = product("C", attributes={"weight": ("3 kg",)})
    assert list(rows(product("D", attributes={"zip": ("yes",)}), BARE, third))[4:] == ["weight", "zip", "season"]


def test_every_value_is_the_products_own():
    for names, values in rows(FULL, BARE).items():
        for item, value in zip((FULL, BARE), values, strict=True):
            known = {price.text for price in (item.price,) if price}
            known |= {f"{item.rating.value:g}"} if item.rating else set()
            known |= {item.brand or "", "in stock" if item.availability else ""}
            known |= {", ".join(own) for own in item.attributes.values()}
            assert value is None or value in known - {""}, names


def test_the_rows_are_bounded():
    many = product("A", attributes={f"n{n}": ("x",) for n in range(30)})
    assert len(rows(many, product("B"))) == 4 + MAX_ATTRIBUTES


def test_chinese_uses_the_glossary_and_keeps_words_it_does_not_know():
    glossary = Glossary(attributes={"weight": "重量", "colour": "颜色"}, values={"red": "红色"}, units={"kg": "公斤"})
    found = rows(FULL, BARE, language="zh", glossary=glossary)
    assert found["重量"] == ("1.2 公斤", "2 公斤")
    assert found["颜色"] == ("红色, navy", None)
    assert found["库存"] == ("有货", None)


def test_english_leaves_the_glossary_alone():
    assert "weight" in rows(FULL, BARE, glossary=Glossary(attributes={"weight": "重量"}))


def test_prices_in_different_currencies_are_told_each_in_its_own():
    yen = product("B", price=Price(amount=9800, currency="JPY"))
    assert rows(FULL, yen)["price"] == ("$129.50", "¥9,800")


# The verdict


def told(*products, language="en") -> str:
    cards = [card(place, item) for place, item in enumerate(products, start=1)]
    return verdict(cards, {1: "One", 2: "Two", 3: "Three"}, language)


def test_a_verdict_says_which_to_take_for_what():
    one = product("A", price=100, rating=4.6, attributes={"weight": ("1.9 kg",)})
    two = product("B", price=90, rating=4.1, attributes={"weight": ("900 g",)})
    assert told(one, two) == "Of these 2, Two has the lowest price; One has the best rating; Two is the lightest."
    assert told(one, two, language="zh") == "这 2 款之中：价格最低的是 Two；评分最高的是 One；最轻的是 Two。"


def test_a_verdict_of_two_that_are_alike_is_silent():
    assert told(product("A", price=100, rating=4), product("B", price=100, rating=4)) == ""
    assert told(product("A"), product("B")) == ""


@pytest.mark.parametrize(
    "other",
    [
        product("B", attributes={"weight": ("light",)}),
        product("B", attributes={"capacity": ("2 kg",)}),
        product("B", attributes={"weight": ("2 h",)}),
        product("B", price=Price(amount=1, currency="JPY")),
    ],
)
def test_what_is_not_known_of_all_or_not_in_one_unit_sets_none_apart(other):
    assert told(product("A", price=100, rating=4.6, attributes={"weight": ("1.9 kg",)}), other) == ""


def test_more_is_better_of_battery_life_and_room_and_less_of_weight():
    one = product("A", attributes={"weight": ("2 kg",), "battery life": ("90 min",), "capacity": ("20 L",)})
    two = product("B", attributes={"weight": ("1 kg",), "battery life": ("2 h",), "capacity": ("30 L",)})
    assert told(one, two) == "Of these 2, Two is the lightest; Two has the longest battery life; Two has the most room."


def test_a_verdict_says_three_things_at_most():
    cheap = product("A", price=1, rating=5, attributes={"weight": ("1 kg",), "capacity": ("9 L",)})
    dear = product("B", price=2, rating=4, attributes={"weight": ("2 kg",), "capacity": ("8 L",)})
    assert told(cheap, dear).count(";") == 2


def test_of_three_the_best_is_told_only_where_it_is_alone():
    prices = [product("A", price=9), product("B", price=9), product("C", price=20)]
    assert told(*prices) == ""
    assert told(prices[0], prices[2], product("D", price=12)) == "Of these 3, One has the lowest price."
