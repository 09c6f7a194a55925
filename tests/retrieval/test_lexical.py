import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from retrieval.lexical import Analyzer, grams, sparse
from retrieval.words import read_words

ANALYZER = Analyzer(read_words())


@pytest.mark.parametrize(
    "spelling", ['24" shelf', "24in shelf", "24 in. shelf", "24-inch shelf", "24 inches shelf", "24″ shelf"]
)
def test_a_measure_is_one_term_however_its_unit_is_spelt(spelling: str) -> None:
    assert ANALYZER.terms(spelling) == ["24", "24_in", "shelf"]


@pytest.mark.parametrize("spelling", ["2 人帐篷", "2人帐篷", "2 人用帐篷"])
def test_a_chinese_unit_is_the_same_unit(spelling: str) -> None:
    terms = ANALYZER.terms(spelling)
    assert terms[:2] == ["2", "2_person"] == ANALYZER.terms("2-person tent")[:2]
    assert "帐篷" in terms


def test_fractions_decimals_and_thousands_are_numbers_of_their_own() -> None:
    assert ANALYZER.terms("3-1/2 in. 1/2 0.5 1,200 ml") == ["3-1/2", "3-1/2_in", "1/2", ".5", "1200", "1200_ml"]
    assert ANALYZER.terms("½ gal") == ["1/2", "1/2_gal"]


def test_the_x_between_two_measures_is_no_word() -> None:
    assert ANALYZER.terms("2x4 board") == ["2", "4", "board"]
    assert "x" in ANALYZER.terms("xbox x")


def test_a_unit_is_a_unit_only_behind_a_number() -> None:
    assert ANALYZER.terms("light in the attic") == ["light", "in", "the", "attic"]


def test_a_hyphenated_pair_is_found_joined_too() -> None:
    assert ANALYZER.terms("bi-fold door") == ["bi", "bifold", "fold", "door"]


def test_forms_accents_case_and_width_do_not_matter() -> None:
    assert ANALYZER.terms("Cafés ＲＵＮＮＩＮＧ") == ANALYZER.terms("cafe run")


def test_a_chinese_name_is_found_by_any_pair_of_its_characters() -> None:
    named = set(ANALYZER.terms("联想小新轻薄本"))
    assert {"联想", "小新", "轻薄", "薄本"} <= named
    assert set(ANALYZER.terms("小新")) <= named


def test_a_word_that_is_repeated_counts_more_and_a_long_text_less() -> None:
    def weight(text: str) -> float:
        held = ANALYZER.document(text, mean_terms=4)
        return held.values[held.indices.index(sparse({"mug": 1.0}).indices[0])]

    assert weight("mug mug") > weight("mug tea") > weight("mug " + "tea " * 50)


@settings(deadline=None)
@given(st.text(max_size=200))
def test_any_text_has_terms_that_an_engine_takes(text: str) -> None:
    terms = ANALYZER.terms(text)
    assert all(term and not term.isspace() for term in terms)
    held = ANALYZER.document(text, mean_terms=5)
    assert len(held.indices) == len(set(held.indices)) == len(held.values) <= len(terms)
    assert all(0 <= index < 2**32 for index in held.indices)
    assert all(value > 0 for value in held.values)


def test_words_spelt_alike_share_letter_triples() -> None:
    asked = grams("vainty")
    assert len(asked & grams("White vanity")) > len(asked & grams("White faucet"))
    assert grams("!!!") == frozenset()
