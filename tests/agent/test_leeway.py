"""What may be, what need not be, what should be absent, and lists of things."""

import pytest

from agent.absence import absences
from agent.constraints import Constraints, Wishes
from agent.critique import critiqued
from agent.measures import Limit
from agent.parser import parse
from agent.pointing import pointed
from agent.several import listed
from agent.vocabulary import Vocabulary, names_in
from retrieval.query import Facets
from tests.agent.builders import card

FACETS = Facets(
    count=40,
    categories={"Headphones & Audio": 10, "Gloves": 5, "Loose Tea": 5},
    brands={"Tarnbeck": 3},
    attributes={
        "colour": {"white": 4, "black": 4},
        "material": {"leather": 2, "wool": 2},
        "caffeine": {"high": 2, "none": 3},
    },
)
SHOP = Vocabulary.of(FACETS, "USD", {"咖啡因": "caffeine", "白色": "white", "皮革": "leather"})


def wishes(text: str) -> Wishes:
    return parse(text, SHOP, ()).wishes


@pytest.mark.parametrize("text", ["gloves, she doesn't mind leather", "leather can come back in", "皮革的也行"])
def test_what_may_be_is_neither_wanted_nor_shunned(text: str) -> None:
    found = wishes(text)
    assert found.allowed == (("material", "leather"),)
    assert not found.attributes
    assert not found.exclude_attributes


def test_what_may_be_stands_beside_what_is_wanted_and_ends_an_exclusion() -> None:
    standing = Constraints(
        attributes={"colour": ("black",)}, exclude_attributes={"material": ("leather",)}, exclude_brands=("Tarnbeck",)
    )
    after = standing.wished(Wishes(allowed=(("colour", "white"), ("material", "leather"), ("", "Tarnbeck"))))
    assert after.attributes == {"colour": ("black", "white")}
    assert after.exclude_attributes == {}
    assert after.exclude_brands == ()


def test_what_is_no_must_is_let_go() -> None:
    assert wishes("gloves, white isn't a must").clear == ("colour",)


@pytest.mark.parametrize(
    "text", ["loose tea with no caffeine", "caffeine-free tea", "a decaf tea", "不含咖啡因的茶", "茶，不要咖啡因"]
)
def test_an_absence_is_the_value_that_the_shop_has_for_it(text: str) -> None:
    assert wishes(text).attributes == {"caffeine": ("none",)}


def test_an_absence_that_the_shop_has_no_value_for_is_not_read() -> None:
    assert absences("gloves with no colour", FACETS.attributes, SHOP.fields) == ({}, [])


@pytest.mark.parametrize(
    ("text", "pieces"),
    [
        ("a blanket, a flask and something to nibble", 3),
        ("I need a desk fan, max 70 dollars, and a laptop stand", 3),
        ("狗窝、饭碗、牵引绳各来一个", 3),
        ("一口炒锅，再来把刀", 2),
        ("a white, warm blanket", 1),
        ("黑色和白色的手套", 1),
    ],
)
def test_a_list_is_cut_where_the_next_thing_begins(text: str, pieces: int) -> None:
    assert len(listed(text)) == pieces


def test_three_things_in_one_breath_are_three_parts_and_a_bound_stays_with_its_thing() -> None:
    found = parse("I need a blanket, a flask, max 70 dollars, and a board game", SHOP, ())
    assert [part.wishes.price_max is not None for part in found.parts] == [False, True, False]


def test_another_word_is_no_slip() -> None:
    assert not list(names_in("headstones", "headstones", SHOP))
    assert list(names_in("headphnoes", "headphnoes", SHOP))


@pytest.mark.parametrize("text", ["something warm", "black gloves"])
def test_nothing_pointed_at_is_not_pointed_at_loosely(text: str) -> None:
    assert not pointed(text, (card(1), card(2)), comparing=False).loose


def test_lighter_than_what_is_shown_never_loosens_a_stated_weight() -> None:
    weights = {"weight": {"500 g": 1, "900 g": 1, "1.9 kg": 1}}
    standing = Constraints(limits={"weight": Limit(text="< 900 g", values=("500 g",))})
    after = critiqued(standing, "lighter", (card(1, attributes={"weight": ("1.9 kg",)}),), weights)
    assert after.limits["weight"].values == ("500 g",)


@pytest.mark.parametrize("text", ["super, vielen Dank!", "Much obliged to you", "bunch of robbers, get stuffed"])
def test_thanks_and_temper_look_for_nothing(text: str) -> None:
    found = parse(text, SHOP, (card(1), card(2)))
    assert found.small_talk
    assert not found.need


@pytest.mark.parametrize("text", ["can the Heath gloves go in the wash", "手套能用不", "手套差在哪"])
def test_a_question_after_one_thing_is_no_search_though_it_names_its_kind(text: str) -> None:
    found = parse(text, SHOP, (card(1), card(2)))
    assert found.asks
    assert not found.need


@pytest.mark.parametrize(
    ("text", "low", "high"),
    [
        ("gloves, 200 is my limit", None, 200),
        ("130 is the most I'd pay", None, 130),
        ("neither over 30", None, 30),
        ("gloves, nothing over $60", None, 60),
        ("预算放到500", None, 500),
        ("20到50之间", 20, 50),
    ],
)
def test_a_bound_in_other_words(text: str, low: int | None, high: int | None) -> None:
    found = wishes(text)
    assert (found.price_min and found.price_min.major) == low
    assert (found.price_max and found.price_max.major) == high


def test_a_floor_for_the_rating_is_no_price_and_sales_are_none() -> None:
    found = wishes("评分别低于4.5")
    assert found.rating_min == 4.5
    assert found.price_max is None
    assert wishes("已售 3.2万+").price_min is None


@pytest.mark.parametrize("text", ["I won't have leather in the house", "gloves that aren't leather"])
def test_a_refusal_in_other_words_shuns(text: str) -> None:
    assert wishes(text).exclude_attributes == {"material": ("leather",)}


def test_how_heavy_a_named_thing_is_is_no_search_though_the_name_holds_a_kind() -> None:
    found = parse("How heavy is Heath Headphones 700?", SHOP, (card(1), card(2)))
    assert found.asks
    assert not found.need


@pytest.mark.parametrize(
    "text",
    ["whatever", "I don't mind", "no preference really", "up to you", "either is fine", "都行", "随便吧", "没有要求"],
)
def test_a_choice_left_to_the_assistant_is_no_need_no_talk_and_no_anger(text: str) -> None:
    parsed = parse(text, SHOP, (card(1),))
    assert parsed.indifferent
    assert not (parsed.need or parsed.small_talk or parsed.service)


@pytest.mark.parametrize(
    "text", ["whatever you do, no leather", "I don't mind white", "any black gloves?", "不限颜色的手套"]
)
def test_a_choice_with_a_wish_in_it_is_not_left_to_the_assistant(text: str) -> None:
    assert not parse(text, SHOP, (card(1),)).indifferent


@pytest.mark.parametrize(
    "text", ["white wool gloves?", "figured. black headphones then?", "anything that isn't Tarnbeck?"]
)
def test_a_question_mark_behind_a_name_asks_for_the_thing(text: str) -> None:
    parsed = parse(text, SHOP, (card(1, attributes={"colour": ("white",)}),))
    assert not parsed.asks
    assert parsed.need or parsed.change


@pytest.mark.parametrize(
    "text", ["machine washable?", "white one available?", "are they warm?", "spare batteries included?"]
)
def test_a_question_mark_behind_what_a_thing_is_asks_about_it(text: str) -> None:
    assert parse(text, SHOP, (card(1, attributes={"colour": ("white",)}),)).asks


def test_what_does_not_matter_is_not_wanted_in_the_colours_that_would_do() -> None:
    standing = Constraints(attributes={"colour": ("red",)})
    assert standing.wished(wishes("ok colour really doesn't matter, even black or white is fine")).attributes == {}


GRADED = Vocabulary.of(
    FACETS.model_copy(update={"attributes": {**FACETS.attributes, "cushioning": {"high": 3, "low": 2}}}),
    "USD",
    {"缓震": "cushioning", "高": "high"},
)


@pytest.mark.parametrize("text", ["softer pls, high cushioning", "the cushioning should be high", "缓震要高的"])
def test_a_grade_counts_beside_its_attribute(text: str) -> None:
    assert parse(text, GRADED, ()).wishes.attributes == {"cushioning": ("high",)}


def test_a_grade_alone_says_nothing() -> None:
    assert parse("high quality gloves", GRADED, ()).wishes.attributes == {}


def test_what_makes_one_sneeze_is_shunned() -> None:
    assert wishes("gloves, wool makes me itch").exclude_attributes == {"material": ("wool",)}


def test_a_minimum_and_a_maximum_in_a_row_are_both_read() -> None:
    found = wishes("min 100 max 200")
    assert found.price_min and found.price_max
    assert (found.price_min.amount, found.price_max.amount) == (10000, 20000)


def test_going_higher_is_no_question_and_noise_cancelling_cancels_nothing() -> None:
    assert not parse("could go to 70 for her", SHOP, (card(1),)).asks
    assert parse("I want active noise cancelling headphones", SHOP, ()).service is None
