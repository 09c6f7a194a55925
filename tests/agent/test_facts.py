"""What the shop says of a product, put to a question."""

import pytest

from agent.facts import answer, differing, facts
from agent.shop import Glossary
from retrieval.product import Variant
from tests.agent.builders import product

LAMP = product(
    "L",
    "Moth Lamp",
    description="A lamp for reading. The cable is two metres long.",
    attributes={"dimming": ("3 steps",), "weight": ("1.2 kg",), "story": ("long " * 30,), "colour": ()},
)
JACKET = product(
    "J",
    "Bramble Jacket",
    price=80,
    rating=4.4,
    availability="in_stock",
    attributes={"weight": ("310 g",), "material": ("ripstop",)},
    variants=(
        Variant(id="J1", options={"size": "S", "colour": "red"}, availability="in_stock"),
        Variant(id="J2", options={"size": "M", "colour": "red"}, availability="out_of_stock"),
        Variant(id="J3", options={"size": "M", "colour": "blue"}, availability="preorder"),
        Variant(id="J4", options={"size": "XL", "colour": "green"}),
    ),
)
ZH = Glossary(attributes={"weight": "重量", "dimming": "调光"}, values={"3 steps": "3 档", "blue": "蓝色"})
NONE = Glossary()


def test_a_question_is_answered_with_the_attribute_it_is_about():
    assert answer(LAMP, "dimmable", "en", NONE, title="Moth Lamp") == (
        "What the shop says about Moth Lamp: dimming: 3 steps."
    )


def test_a_question_about_the_text_is_answered_with_its_sentence():
    told = answer(LAMP, "long cable", "en", NONE, title="Moth Lamp")
    assert told == "The shop says of Moth Lamp: “The cable is two metres long.”"


def test_what_the_shop_does_not_say_is_said_to_be_unsaid():
    told = answer(LAMP, "waterproof", "en", NONE, title="Moth Lamp")
    assert told.startswith("The shop does not say.") and "1.2 kg" in told


def test_without_a_question_the_facts_are_told():
    assert "does not say" not in answer(LAMP, "", "en", NONE, title="Moth Lamp")


def test_a_chinese_question_finds_the_attribute_by_its_chinese_name():
    assert answer(LAMP, "多重", "zh", ZH, title="Moth Lamp") == "关于 Moth Lamp，商品信息如下：重量：1.2 kg。"


def test_a_product_of_which_nothing_is_given_says_so():
    assert answer(product(), "heavy", "en", NONE, title="Rill Tent").endswith("than what is on its card.")


def test_long_texts_and_empty_values_are_no_facts():
    assert facts(LAMP, "en", NONE) == ("dimming: 3 steps", "weight: 1.2 kg")


def test_what_sets_a_product_apart_is_what_the_others_have_otherwise():
    other = product("M", attributes={"dimming": ("3 steps",), "weight": ("0.4 kg",)})
    assert differing(LAMP, [other], "en", NONE) == ("weight: 1.2 kg",)


# What stands on the card: price, stock and rating


def asked(question: str, item=JACKET, language="en", glossary=NONE) -> str:
    """What is told of it, without the words around."""
    told = answer(item, question, language, glossary, title=item.title)
    opening, end = (f"What the shop says about {item.title}: ", ".") if language == "en" else ("商品信息如下：", "。")
    return told.partition(opening)[2].removesuffix(end)


@pytest.mark.parametrize(
    ("question", "told"),
    [
        ("how much is it?", "price: $80.00"),
        ("what does it cost?", "price: $80.00"),
        ("is it in stock?", "stock: in stock"),
        ("is this available?", "stock: in stock"),
        ("what's its rating?", "rating: 4.4"),
        ("are the reviews any good?", "rating: 4.4"),
        ("what does it cost and is it in stock?", "price: $80.00; stock: in stock"),
        ("how much does it weigh?", "weight: 310 g"),
        ("what material is it?", "material: ripstop"),
    ],
)
def test_a_question_after_the_card_is_answered_from_the_card_and_another_is_not(question: str, told: str):
    assert asked(question) == told


@pytest.mark.parametrize(
    ("question", "told"),
    [
        ("多少钱？", "价格：$80.00"),
        ("有货吗？", "库存：有货"),
        ("评价怎么样？", "评分：4.4"),
        ("S码有货吗？", "S, red：有货"),
    ],
)
def test_a_chinese_question_after_the_card_is_answered_from_the_card(question: str, told: str):
    assert asked(question, language="zh") == told


@pytest.mark.parametrize(
    ("question", "told"),
    [
        ("do you have it in S?", "S, red: in stock"),
        ("is the blue one in stock?", "M, blue: preorder"),
        ("is the red M in stock?", "M, red: sold out"),
        ("does it come in red?", "S, red: in stock; M, red: sold out"),
    ],
)
def test_the_stock_of_a_variant_that_is_named_is_its_own_and_not_the_products(question: str, told: str):
    assert asked(question) == told


def test_a_variant_is_named_by_its_word_in_the_shoppers_language_too():
    assert asked("蓝色有货吗？", language="zh", glossary=ZH) == "M, 蓝色：预订"


def test_a_variant_whose_stock_is_unknown_is_not_said_to_be_there():
    assert "in stock" not in asked("is the XL in stock?")


def test_a_size_is_no_letter_within_a_word():
    assert asked("what's the material? I'm curious") == "material: ripstop"


def test_what_the_card_leaves_open_is_not_told():
    bare = product("B", "Bare Jacket", attributes={"weight": ("310 g",)})
    for question in ("how much is it?", "is it in stock?", "what's its rating?"):
        told = answer(bare, question, "en", NONE, title="Bare Jacket")
        assert "$" not in told and "in stock" not in told and "rating" not in told


RADIO = product(
    "R",
    "Rill Radio",
    attributes={
        "charging": ("USB-C",),
        "battery life": ("40 h",),
        "playing time": ("60 min",),
        "capacity": ("2-5 people",),
        "weight": ("310 g",),
        "height": ("12 cm",),
    },
)


@pytest.mark.parametrize(
    ("question", "told"),
    [
        ("how long does it last on a charge", "battery life: 40 h"),
        ("充一次电能用多久", "battery life: 40 h"),
        ("how many can play", "capacity: 2-5 people"),
        ("能坐几个人？", "capacity: 2-5 people"),
        ("how heavy is it", "weight: 310 g"),
        ("how tall is it", "height: 12 cm"),
    ],
)
def test_a_question_after_a_measure_is_answered_with_it_whatever_words_it_takes(question: str, told: str) -> None:
    assert answer(RADIO, question, "en", NONE, title="Rill Radio").endswith(f": {told}.")
