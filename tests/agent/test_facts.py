"""What the shop says of a product, put to a question."""

from agent.facts import answer, differing, facts
from agent.shop import Glossary
from tests.agent.builders import product

LAMP = product(
    "L",
    "Moth Lamp",
    description="A lamp for reading. The cable is two metres long.",
    attributes={"dimming": ("3 steps",), "weight": ("1.2 kg",), "story": ("long " * 30,), "colour": ()},
)
ZH = Glossary(attributes={"weight": "重量", "dimming": "调光"}, values={"3 steps": "3 档"})
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
