"""What shoppers say of themselves never gets into an example."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from eval.redaction import private, redacted, without
from tests.agent.builders import steady

WORDS = st.sampled_from(
    ["i need a tent", "under 80 please", "for 2 people", "有没有帐篷", "which is lighter, 1 or 3?", ""]
)
NAMES = st.from_regex(r"[A-Z][a-z]{3,9}", fullmatch=True).filter(lambda name: name not in ("With", "Would", "Could"))
EMAILS = st.from_regex(r"[a-z][a-z0-9.]{0,8}[a-z]@[a-z]{2,8}\.(com|org|co\.uk)", fullmatch=True)
SEPARATED = st.sampled_from(["", " ", "-"])


def grouped(digits: str, by: str) -> str:
    return by.join(digits[at : at + 4] for at in range(0, len(digits), 4))


CARDS = st.builds(grouped, st.from_regex(r"[1-9][0-9]{12,18}", fullmatch=True), SEPARATED)
PHONES = st.builds(lambda plus, digits, by: plus + grouped(digits, by), st.sampled_from(["+", ""]),
                   st.from_regex(r"[1-9][0-9]{7,11}", fullmatch=True), SEPARATED)  # fmt: skip
ORDERS = st.from_regex(r"[A-Z]{2,3}-?[0-9]{4,8}", fullmatch=True)


@steady
@given(WORDS, st.one_of(EMAILS, CARDS, PHONES), WORDS)
def test_an_address_a_card_or_a_telephone_never_survives(before: str, secret: str, after: str) -> None:
    told = redacted(f"{before} {secret} {after}")
    assert secret not in told
    assert told.startswith(before) and told.endswith(after)
    assert not any(len(run) > 4 for run in told.split() if run.isdigit())


@steady
@given(WORDS, ORDERS, st.sampled_from(["order {}", "my order number is {}", "订单号{}", "Order no. {}", "order #{}"]))
def test_an_order_number_never_survives(before: str, number: str, form: str) -> None:
    assert number not in redacted(f"{before} {form.format(number)}")


@steady
@given(NAMES, st.sampled_from(["hi, my name is {} and i need a tent", "My name's {}.", "我叫{}，想买帐篷"]))
def test_a_name_never_survives_nor_does_a_search_that_kept_it(name: str, form: str) -> None:
    said = form.format(name)
    assert name not in redacted(said)
    assert name.lower() not in without(f"{name.lower()} tent", private(said)).lower()
    assert without(f"{name.lower()} tent", private(said)).endswith("tent")


@steady
@given(st.one_of(WORDS, st.text("abcdefghijk ,.!?帐篷茶", max_size=60)))
def test_words_without_anything_private_stay_as_they_are(text: str) -> None:
    assert redacted(text) == text
    assert without(text, private(text)) == text


@pytest.mark.parametrize(
    "text",
    ["between 20 and 60 dollars", "$1,299.50 at most", "1.2 L and 2200 W", "order 4 mugs", "this is too expensive"],
)
def test_figures_of_shopping_are_kept(text: str) -> None:
    assert redacted(text) == text


def test_a_piece_is_masked_as_a_word_and_not_inside_another() -> None:
    assert without("Annabel lamp for anna", {"Anna"}) == "Annabel lamp for <private>"
