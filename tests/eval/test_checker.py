"""The checker against cases written before it, and against properties that hold for any catalogue."""

import json
from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from eval.checker import Said, check
from eval.claims.measures import measures, number
from retrieval.product import Price, Product, Rating

HERE = Path(__file__).parent
SHOP = {
    p.id: p for p in map(Product.model_validate_json, (HERE / "checker_products.jsonl").read_text("utf-8").splitlines())
}


def cases(name):
    return [json.loads(line) for line in (HERE / name).read_text("utf-8").splitlines()]


def said(case):
    shown = tuple(SHOP[i] for i in case["shown"])
    facts = tuple(case["facts"])
    return Said(text=case["text"], shown=shown, known=tuple(SHOP.values()), shopper=case["shopper"], facts=facts)


def kinds(text, *ids, shopper="", facts=()):
    shown = tuple(SHOP[i] for i in ids)
    return {a.kind for a in check(Said(text=text, shown=shown, shopper=shopper, facts=facts))}


def test_the_cases_are_half_lies_and_half_truths_and_half_of_each_in_chinese():
    rows = cases("checker_cases.jsonl")
    for lie in (True, False):
        for lang in ("en", "zh"):
            assert sum(r["lie"] == lie and r["lang"] == lang for r in rows) == 25


def test_at_least_48_of_50_planted_lies_are_caught():
    lies = [c for c in cases("checker_cases.jsonl") if c["lie"]]
    missed = [c["text"] for c in lies if not check(said(c))]
    assert len(lies) == 50
    assert len(missed) <= 2, missed


def test_at_most_2_of_50_true_sentences_are_accused():
    truths = [c for c in cases("checker_cases.jsonl") if not c["lie"]]
    accused = [(c["text"], check(said(c))) for c in truths if check(said(c))]
    assert len(truths) == 50
    assert len(accused) <= 2, accused


def test_the_second_set_written_after_the_checker_is_read_as_well():
    rows = cases("checker_unseen.jsonl")
    assert sum(not check(said(c)) for c in rows if c["lie"]) <= 1
    assert sum(bool(check(said(c))) for c in rows if not c["lie"]) <= 1


@pytest.mark.parametrize("product", SHOP.values(), ids=SHOP.keys())
def test_a_products_own_words_are_never_accused_in_any_company(product):
    text = f"Here is the {product.title}. {product.description or ''} " + " ".join(r.text for r in product.reviews)
    for other in SHOP.values():
        assert check(Said(text=text, shown=(other, product))) == ()


def test_the_quote_is_what_the_shopper_reads():
    (accusation,) = check(Said(text="The Alderpeak Stratus 2 Tent costs $1.00.", shown=(SHOP["stratus"],)))
    assert accusation.kind == "price"
    assert accusation.quote == "$1.00"


def test_a_wish_is_no_claim_but_a_claim_in_the_words_of_a_wish_is():
    assert kinds("You asked for something waterproof.", "drift", shopper="waterproof headphones") == set()
    assert kinds("It is waterproof, as you asked.", "drift", shopper="waterproof headphones") == {"attribute"}


def test_a_fact_about_one_product_does_not_back_another():
    fact = ("The Sonarra Pebble Earbuds are a best-seller.",)
    assert kinds("The Sonarra Pebble Earbuds are a best-seller here.", "drift", "pebble", facts=fact) == set()
    assert kinds("The Sonarra Drift Wireless Headphones are a best-seller here.", "drift", "pebble", facts=fact) == {
        "superlative"
    }


def test_unknown_stock_may_not_be_claimed_either_way():
    assert kinds("The Alderpeak Cirrus 3 Tent is in stock.", "cirrus") == {"availability"}
    assert kinds("The Alderpeak Cirrus 3 Tent is sold out.", "cirrus") == {"availability"}


def test_another_products_brand_is_accused():
    assert kinds("This one is made by Nordvik.", "stratus", "trailpack") <= {"brand"}
    assert kinds("The Alderpeak Stratus 2 Tent is by Nordvik.", "stratus", "trailpack") == {"brand"}


def test_naming_a_known_product_is_no_invention_but_claims_on_it_are_checked():
    known = tuple(SHOP.values())
    fine = "It is cheaper than the Alderpeak Cirrus 3 Tent you looked at."
    wrong = "The Alderpeak Cirrus 3 Tent you looked at costs $99.00."
    assert check(Said(text=fine, shown=(SHOP["stratus"],), known=known)) == ()
    assert [a.kind for a in check(Said(text=wrong, shown=(SHOP["stratus"],), known=known))] == ["price"]


def test_no_text_and_no_products_are_no_accusation():
    assert check(Said(text="", shown=())) == ()
    assert check(Said(text="Hello! How can I help?", shown=())) == ()


def test_a_private_use_character_in_the_text_is_no_mention():
    assert check(Said(text="\ue000 16 \uf001 2 \ue000.", shown=(SHOP["stratus"],))) == ()


@settings(deadline=None)
@given(st.integers(1, 500_000), st.integers(1, 500_000))
def test_a_price_is_accused_exactly_when_it_is_another(true, claimed):
    product = Product(id="x", title="Plain Desk Lamp", price=Price(amount=true, currency="USD"))
    text = f"The Plain Desk Lamp costs {Price(amount=claimed, currency='USD').text}."
    assert bool(check(Said(text=text, shown=(product,)))) == (true != claimed)


@settings(deadline=None)
@given(
    st.integers(1, 5000),
    st.integers(1, 5000),
    st.sampled_from(["g", "ml", "mm", "hours", "W", "GB", "克", "毫升", "小时"]),
)
def test_a_swapped_figure_is_caught_in_any_unit(true, claimed, unit):
    product = Product(id="x", title="Plain Desk Lamp", attributes={"figure": (f"{true} {unit}",)})
    text = f"The Plain Desk Lamp has {claimed} {unit} of it."
    if abs(true - claimed) > 0.005 * max(true, claimed):
        assert check(Said(text=text, shown=(product,)))
    elif true == claimed:
        assert not check(Said(text=text, shown=(product,)))


@settings(deadline=None)
@given(st.integers(0, 50), st.integers(0, 50))
def test_a_rating_is_accused_exactly_when_it_is_another(true, claimed):
    product = Product(id="x", title="Plain Desk Lamp", rating=Rating(value=true / 10, count=7))
    text = f"Plain Desk Lamp 的评分是{Decimal(claimed) / 10}分。"
    assert bool(check(Said(text=text, shown=(product,)))) == (true != claimed)


@settings(deadline=None)
@given(st.permutations(["stratus", "cirrus", "trailpack", "skillet"]))
def test_the_cheapest_is_the_one_with_the_lowest_price(order):
    cheapest = min(order, key=lambda i: SHOP[i].price.amount)
    for name in order:
        accused = kinds(f"The {SHOP[name].title} is the cheapest of these.", *order)
        assert accused == (set() if name == cheapest else {"superlative"})


@settings(deadline=None)
@given(st.text(max_size=300))
def test_any_text_can_be_read(text):
    check(Said(text=text, shown=tuple(SHOP.values()), shopper=text))


@settings(deadline=None)
@given(st.integers(1, 9999))
def test_chinese_numerals_read_as_their_value(value):
    digits = "零一二三四五六七八九"
    text, zero = "", False
    for power, name in ((1000, "千"), (100, "百"), (10, "十"), (1, "")):
        digit = value // power % 10
        text += ("零" if zero and digit and text else "") + (digits[digit] + name if digit else "")
        zero = not digit if text else False
    assert number(text) == value


@pytest.mark.parametrize(
    ("text", "kind", "value"),
    [
        ("2.1 kg", "mass", 2100),
        ("two-person", "people", 2),
        ("十四英寸", "length", 355.6),
        ("$1,299.00", "money", 1299),
        ("八折", "fold", 8),
    ],
)
def test_a_figure_is_read_in_its_base_unit(text, kind, value):
    (figure,) = measures(text)
    assert (figure.kind, round(figure.value, 3)) == (kind, value)


def test_a_long_title_may_be_named_by_its_beginning() -> None:
    title = 'Lenwick Bend 5 14" Wide Touchscreen Premium 2-in-1 Laptop, Core 4th Gen 4500U, 16GB RAM, Backlit Keyboard'
    laptop = Product(id="x", title=title)
    named = 'Lenwick Bend 5 14" Wide Touchscreen Premium 2-in-1 Laptop, Core 4th: From laptop.'
    assert check(Said(text=named, shown=(laptop,))) == ()
    assert check(Said(text=named.replace("Bend 5", "Bend 6"), shown=(laptop,))) != ()
