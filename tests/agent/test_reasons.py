"""A reason says only what the catalogue or the session says, and names what it rests on."""

import re
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agent.constraints import Constraints, Wishes
from agent.events import Feedback
from agent.facts import facts
from agent.reasons import MAX_PARTS, reasons, wanted
from agent.session import SessionProfile
from agent.shelf import Card, Reason
from agent.shop import Glossary
from retrieval.product import Price, Product, Rating
from retrieval.query import Contribution
from tests.agent.builders import NOW, card, event, product, steady, usd

NONE = Glossary()
ZH = Glossary(attributes={"colour": "颜色"}, values={"red": "红色"}, categories={"Tents": "帐篷"}, units={"kg": "公斤"})
EVIDENCE = re.compile(r"(constraint:/|attr:|rating:|price:|event:|category:|text:).+")


def part(value: float, evidence: str | None) -> Contribution:
    return Contribution(name="similar", value=value, evidence=evidence)


def session(*events: tuple[str, str], sold: tuple[Product, ...] = ()) -> SessionProfile:
    """A profile of these (event, product id), one a minute; `sold` gives the products' titles."""
    known = {item.id: item for item in sold}
    profile = SessionProfile()
    for minute, (name, id) in enumerate(events):
        profile = profile.after(event(f"e{minute}", name, id, minute=minute), known)
    return profile


def reason(shown: Card, *others: Card, held: Constraints | None = None, **told: Any) -> Reason | None:
    profile, language = told.get("profile", SessionProfile()), told.get("language", "en")
    return reasons((shown, *others), held or Constraints(), profile, language, told.get("glossary", NONE)).get(
        shown.handle
    )


def text(shown: Card, *others: Card, **told: Any) -> str:
    found = reason(shown, *others, **told)
    return found.text if found else ""


# Whatever the catalogue holds

values = st.lists(st.sampled_from(("red", "Blue", "1.2 kg")), max_size=2, unique=True).map(tuple)
some = st.lists(st.sampled_from(("red", "Blue", "RED")), min_size=1, max_size=2, unique=True).map(tuple)
products = st.builds(
    Product,
    id=st.sampled_from(("A", "B", "C")),
    title=st.sampled_from(("Rill Tent", "Moth Lamp")),
    brand=st.none() | st.sampled_from(("Nike", "On")),
    price=st.none() | st.builds(Price, amount=st.integers(0, 20), currency=st.sampled_from(("USD", "EUR"))),
    rating=st.none() | st.builds(Rating, value=st.floats(0, 5), count=st.none() | st.integers(0, 3)),
    attributes=st.dictionaries(st.sampled_from(("colour", "weight", "a/b")), values, max_size=3),
    categories=st.sampled_from(((), ("Camp", "Tents"))),
)
held_wishes = st.builds(
    Wishes,
    price_max=st.none() | st.builds(Price, amount=st.integers(0, 20), currency=st.just("USD")),
    brands=st.sampled_from(((), ("Nike",), ("on",))),
    attributes=st.dictionaries(st.sampled_from(("colour", "weight", "a/b")), some, max_size=2),
    prefer=st.sampled_from((None, "cheap")),
)
parts = st.lists(
    st.builds(
        part,
        st.floats(-1, 1),
        st.sampled_from((None, "event:view_item:V", "event:view_item:Q", "event:remove_from_cart:V", "brand:Nike")),
    ),
    max_size=3,
)


@steady
@given(
    st.lists(st.tuples(products, parts), min_size=1, max_size=4), held_wishes, st.sampled_from(("en", "zh")), st.data()
)
def test_every_reason_has_evidence_and_states_only_what_it_rests_on(
    shown: list[tuple[Product, list[Contribution]]], said: Wishes, language: Any, data: st.DataObject
):
    cards = [card(place, item, *given) for place, (item, given) in enumerate(shown, start=1)]
    held = Constraints(need=data.draw(st.sampled_from(("", "red tent", "a lamp for the tent")))).wished(said)
    profile = session(("view_item", "V"), sold=(product("V", "Viewed Thing"),))
    found = reasons(cards, held, profile, language, NONE)
    assert set(found) <= {one.handle for one in cards}
    paths = {f"constraint:{chip.path}" for chip in held.chips}
    for one in cards:
        if one.handle not in found:
            continue
        why, item = found[one.handle], one.product
        assert why.text and why.evidence
        for evidence in why.evidence:
            assert EVIDENCE.fullmatch(evidence)
            kind, _, rest = evidence.partition(":")
            match kind:
                case "attr":
                    owner, _, name = rest.partition(":")
                    assert owner == item.id and any(value in why.text for value in item.attributes[name])
                case "rating":
                    assert rest == item.id and item.rating and f"{item.rating.value:g}" in why.text
                case "price":
                    assert rest == item.id and item.price
                case "category":
                    assert rest == item.id and item.categories[-1] in why.text
                case "text":
                    assert rest == item.id
                case "event":
                    assert rest == "view_item:V" and "Viewed Thing" in why.text
                    assert any(given.evidence == evidence and given.value > 0 for given in one.contributions)
                case _:
                    assert evidence in paths


@steady
@given(st.lists(products, min_size=1, max_size=4), st.booleans())
def test_the_cheapest_is_said_only_where_it_is_true(shown: list[Product], cheap: bool):
    cards = [card(place, item) for place, item in enumerate(shown, start=1)]
    held = Constraints(prefer="cheap" if cheap else None)
    found = reasons(cards, held, SessionProfile(), "en", NONE)
    claimed = [one.product for one in cards if one.handle in found and "lowest price" in found[one.handle].text.lower()]
    assert len(claimed) <= 1
    for item in claimed:
        assert cheap and item.price and len(cards) > 1
        others = [other.product.price for other in cards if other.product is not item]
        assert all(other and other.currency == item.price.currency for other in others)
        assert all(other and other.amount > item.price.amount for other in others)


def test_the_lowest_price_is_said_of_the_one_that_has_it_and_names_its_price():
    low, high = card(1, price=10), card(2, price=20)
    found = reason(low, high, held=Constraints(prefer="cheap"))
    assert found == Reason(text="The lowest price of these", evidence=("price:P1",))
    assert "lowest" not in text(high, low, held=Constraints(prefer="cheap"))


@pytest.mark.parametrize(
    "other", [None, 10, Price(amount=9900, currency="JPY")], ids=["unknown", "the same", "another currency"]
)
def test_no_lowest_price_is_claimed_against_a_price_that_is(other: Any):
    assert text(card(1, price=10), card(2, price=other), held=Constraints(prefer="cheap")) == ""


# The session


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("view_item", "Close to the Fjell Tent you looked at"),
        ("select_item", "Close to the Fjell Tent you looked at"),
        ("add_to_cart", "Goes with the Fjell Tent in your cart"),
        ("purchase", "Goes with the Fjell Tent you bought"),
    ],
)
def test_a_session_event_that_moved_the_score_names_its_product(name: str, words: str):
    profile = session((name, "V"), sold=(product("V", "Fjell Tent"),))
    found = reason(card(1, product(), part(0.2, f"event:{name}:V")), profile=profile)
    assert found == Reason(text=words, evidence=(f"event:{name}:V",))


def test_a_liked_product_is_named_as_liked():
    thumb = Feedback(product_id="V", card_set="s", value="up", time=NOW)
    profile = SessionProfile().rated(thumb, product("V", "Fjell Tent"))
    assert (
        text(card(1, product(), part(0.2, "event:thumb_up:V")), profile=profile) == "Close to the Fjell Tent you liked"
    )


@pytest.mark.parametrize(
    ("value", "evidence"),
    [
        (0.01, "event:view_item:V"),
        (-0.3, "event:view_item:V"),
        (0.3, "event:view_item:OTHER"),
        (0.3, "event:view_item:P1"),
        (0.3, "event:remove_from_cart:V"),
        (0.3, "brand:V"),
        (0.3, None),
    ],
    ids=["too small", "against", "unknown product", "itself", "taken out", "no event", "no evidence"],
)
def test_without_a_session_contribution_nothing_is_said_of_the_session(value: float, evidence: str | None):
    viewed = session(("view_item", "V"), ("view_item", "P1"), sold=(product("V", "Fjell Tent"), product("P1")))
    assert text(card(1, product("P1"), part(value, evidence)), profile=viewed) == ""


def test_viewing_alone_is_no_reason():
    viewed = session(("view_item", "V"), sold=(product("V", "Fjell Tent"),))
    assert reason(card(1), profile=viewed) is None


def test_the_strongest_session_contribution_is_the_one_that_is_told():
    profile = session(("view_item", "V"), ("view_item", "W"), sold=(product("V", "Fjell"), product("W", "Skerry")))
    given = (part(0.1, "event:view_item:V"), part(0.2, "event:view_item:W"))
    assert "Skerry" in text(card(1, product(), *given), profile=profile)


# What was asked for


def test_an_attribute_that_was_asked_for_is_told_as_the_catalogue_writes_it():
    held = Constraints(attributes={"size/fit": ("WIDE",)})
    found = reason(card(1, attributes={"size/fit": ("Wide", "Regular")}), held=held)
    assert found == Reason(
        text="Size/fit: Wide, as you asked", evidence=("constraint:/attributes/size~1fit", "attr:P1:size/fit")
    )


def test_an_attribute_that_the_product_does_not_have_is_not_told():
    held = Constraints(attributes={"colour": ("red",)})
    assert "red" not in text(card(1, attributes={"colour": ("blue",)}), held=held)
    assert reason(card(1), held=held) is None


@pytest.mark.parametrize(("price", "within"), [(100, True), (99.99, True), (100.01, False), (None, False)])
def test_a_budget_is_said_to_be_kept_only_where_it_is(price: float | None, within: bool):
    assert (
        "within your price limit" in text(card(1, price=price), held=Constraints(price_max=usd(100))).lower()
    ) is within


def test_a_price_in_another_currency_is_never_within_the_budget():
    yen = Price(amount=100, currency="JPY")
    assert text(card(1, price=yen), held=Constraints(price_max=usd(100))) == ""


def test_a_brand_that_was_asked_for_is_told():
    held = Constraints(brands=("nike",))
    assert reason(card(1, brand="Nike"), held=held) == Reason(
        text="By Nike, as you asked", evidence=("constraint:/brands",)
    )
    assert reason(card(1, brand="On"), held=held) is None


# The catalogue


def test_a_product_of_which_nothing_is_known_has_no_reason():
    assert reason(card(1), held=Constraints(need="quiet fan")) is None


@pytest.mark.parametrize(
    ("rating", "words"),
    [
        (Rating(value=4.6, count=12), "Rated 4.6 out of 5 by 12 shoppers"),
        (Rating(value=4.6), "Rated 4.6 out of 5"),
        (Rating(value=4.6, count=1), "Rated 4.6 out of 5"),
        (Rating(value=4.6, count=0), "Rated 4.6 out of 5"),
        (Rating(value=3.9, count=12), ""),
    ],
)
def test_a_good_rating_is_told_with_its_count_and_a_poor_one_is_no_reason(rating: Rating, words: str):
    assert text(card(1, product(rating=rating))) == words


def test_words_that_were_asked_for_are_told_where_the_products_own_text_has_them():
    held = Constraints(need="tent for a quiet family")
    shown = card(1, product("P1", "Rill Tent", description="A tent for the whole family."))
    assert reason(shown, held=held) == Reason(text="Matches “tent family”", evidence=("text:P1",))


def test_small_words_are_never_what_a_product_matches():
    assert wanted("something for my dad with a clip", product(description="Lamp for you, with a clip")) == ("clip",)


def test_an_attribute_value_in_the_need_comes_before_other_facts():
    shown = card(1, attributes={"weight": ("2 kg",), "colour": ("red", "navy")}, rating=4.9)
    assert text(shown, held=Constraints(need="navy bag")) == "Colour: red, navy; rated 4.9 out of 5"


def test_the_category_is_the_last_resort():
    assert reason(card(1, categories=("Camp", "Tents"))) == Reason(text="From Tents", evidence=("category:P1",))


def test_a_reason_has_at_most_two_parts():
    shown = card(1, brand="Nike", price=5, rating=5, attributes={"colour": ("red",)}, categories=("Tents",))
    held = Constraints(need="red", brands=("Nike",), price_max=usd(9), attributes={"colour": ("red",)})
    assert len(text(shown, held=held).split("; ")) == MAX_PARTS


# Chinese


def test_chinese_uses_the_glossary():
    shown = card(1, attributes={"colour": ("red",), "weight": ("2 kg",)}, categories=("Tents",))
    assert text(shown, language="zh", glossary=ZH) == "颜色：红色；weight：2 公斤"
    held = Constraints(attributes={"colour": ("RED",)})
    assert text(shown, held=held, language="zh", glossary=ZH).startswith("颜色：红色，符合您的要求")
    assert text(card(1, categories=("Tents",)), language="zh", glossary=ZH) == "属于帐篷"


def test_english_ignores_the_glossary():
    assert text(card(1, attributes={"colour": ("red",)}), glossary=ZH) == "Colour: red"


def test_facts_are_the_products_attributes_as_the_shop_lists_them():
    item = product(attributes={"colour": ("red", "navy"), "empty": (), "weight": ("2 kg",), "zip": ("yes",)})
    assert facts(item, "en", NONE, most=2) == ("colour: red, navy", "weight: 2 kg")
    assert facts(item, "zh", ZH, most=2) == ("颜色：红色, navy", "weight：2 公斤")


# A learnt ranker's parts


def test_a_learnt_part_that_speaks_against_a_product_is_no_reason_and_one_that_speaks_for_it_is():
    viewed = product("V", "Moth Lamp")
    profile = session(("view_item", "V"), sold=(viewed,))
    base = Contribution(name="base", value=0.9)
    against = Contribution(name="similar", value=-0.3, evidence="event:view_item:V")
    follows = Contribution(name="next", value=0.4, evidence="next:V")
    told = reason(card(1, product("A"), base, against, follows), profile=profile)
    assert told and told.evidence == ("next:V",)
    both = reason(card(1, product("A"), base, against.model_copy(update={"value": 0.3}), follows), profile=profile)
    assert both and set(both.evidence) == {"event:view_item:V", "next:V"}


def test_being_like_what_was_turned_away_from_is_never_told_as_a_reason():
    viewed = product("V", "Moth Lamp")
    profile = session(("view_item", "V"), sold=(viewed,))
    like = Contribution(name="dissimilar", value=0.4, evidence="event:view_item:V")
    assert "Moth Lamp" not in text(card(1, product("A"), like), profile=profile)


# What other shoppers did

SEEN = session(("view_item", "A:1"), sold=(product("A:1", "Enamel Kettle"),))


@pytest.mark.parametrize(
    ("evidence", "english", "chinese"),
    [
        (
            "next:A:1",
            "Shoppers interested in the Enamel Kettle turned to it too",
            "对 Enamel Kettle 感兴趣的顾客也关注了它",
        ),
        ("together:A:1:2", "Bought together with the Enamel Kettle", "有顾客与 Enamel Kettle 一起买"),
        ("together:A:1:3", "Often bought together with the Enamel Kettle", "常与 Enamel Kettle 一起买"),
        ("after:A:1:1", "Bought after the Enamel Kettle", "有顾客买了 Enamel Kettle 之后买它"),
        ("after:A:1:9", "Often bought after the Enamel Kettle", "顾客买了 Enamel Kettle 之后常买它"),
        ("own:P1", "You have bought it before", "您以前买过"),
    ],
)
def test_what_shoppers_did_is_told_in_both_languages(evidence: str, english: str, chinese: str):
    shown = card(1, None, part(0.1, evidence))
    assert reason(shown, profile=SEEN) == Reason(text=english, evidence=(evidence,))
    assert text(shown, profile=SEEN, language="zh") == chinese


def test_who_bought_both_says_more_than_who_turned_to_both():
    shown = card(1, None, part(0.5, "next:A:1"), part(0.1, "together:A:1:3"))
    assert text(shown, profile=SEEN).startswith("Often bought together")


@pytest.mark.parametrize("given", [part(0.01, "next:A:1"), part(0.5, "next:unknown"), part(0.5, "peers:A:1")])
def test_what_moved_nothing_or_has_no_name_is_no_reason(given: Contribution):
    assert reason(card(1, None, given), profile=SEEN) is None
