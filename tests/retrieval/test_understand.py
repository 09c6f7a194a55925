from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from retrieval.lexical import Analyzer
from retrieval.product import Product
from retrieval.query import WordsError
from retrieval.understand import Lexicon, Understanding, name_words
from retrieval.words import read_words, words_of

ANALYZER = Analyzer(read_words())
COUNTS = {
    "faucet": 400, "toilet": 300, "vanity": 200, "fire": 90, "pit": 60, "microwave": 50, "wallpaper": 40, "tank": 80,
    "millbrook": 30, "sofa": 25, "grey": 20, "sharkbait": 1, "shark": 100, "bait": 100, "top": 500, "shoe": 70,
}  # fmt: skip


def understanding(counts: dict[str, int] = COUNTS) -> Understanding:
    return Understanding(Lexicon(counts, ANALYZER), ANALYZER)


def test_a_slip_is_mended_from_the_shops_own_words_and_what_was_typed_is_kept() -> None:
    read = understanding().read("white tiolet")
    assert read.weights["tiolet"] == 1.0
    assert 0.5 < read.weights["toilet"] < 1.0
    assert read.text == "white toilet"


def test_a_slip_of_a_brand_is_mended_too() -> None:
    assert understanding().read("milbrok tank").text == "millbrook tank"


def test_a_word_that_the_shop_knows_is_not_mended_away() -> None:
    read = understanding().read("sharkbait")
    assert read.text == "sharkbait"
    assert read.weights["sharkbait"] == 1.0


def test_a_short_word_and_a_number_are_never_taken_for_slips() -> None:
    assert understanding().read("tob 24 b2x").weights.keys() == {"tob", "24", "b", "2"}


def test_words_run_together_are_split_and_words_torn_apart_are_joined() -> None:
    read = understanding().read("firepit")
    assert {"fire", "pit"} <= read.weights.keys()
    assert read.text == "fire pit"
    assert understanding().read("micro wave")
    assert "microwav" in understanding().read("micro wave oven").weights


def test_a_synonym_is_added_with_less_weight() -> None:
    read = understanding().read("gray couch")
    assert read.weights["gray"] == read.weights["couch"] == 1.0
    assert 0 < read.weights["sofa"] < 1
    assert 0 < read.weights["grey"] < 1


def test_an_umbrella_term_brings_what_is_under_it_and_not_the_other_way_round() -> None:
    assert "shoe" in understanding().read("footwear").weights
    assert "footwear" not in understanding().read("shoes").weights


def test_a_synonym_of_several_words_is_recognised_as_a_phrase() -> None:
    assert "smartphon" in understanding().read("a mobile phone").weights
    assert "smartphon" not in understanding().read("phone mobile").weights


def test_chinese_synonyms_are_added() -> None:
    assert set(ANALYZER.terms("手提电脑")) <= understanding().read("笔记本").weights.keys()


def test_small_words_count_in_a_search_phrase_and_not_in_a_talk() -> None:
    assert understanding().read("vanity with top").weights["with"] == 1.0
    talk = "I am looking for a vanity with a top because my old vanity is broken and the faucet leaks on the floor"
    read = understanding().read(talk)
    assert not {"with", "for", "the", "look"} & read.weights.keys()
    assert read.weights["vaniti"] > read.weights["faucet"] == 1.0


def test_new_products_teach_the_lexicon_their_words() -> None:
    held = understanding()
    assert held.read("quillbert").text == "quillbert"
    held.lexicon.add([Product(id=str(number), title="Quillbart lamp") for number in range(3)])
    assert held.read("quillbert").text == "quillbart"


def test_a_product_is_named_by_its_title_brand_categories_and_attributes() -> None:
    product = Product(
        id="1", title="Blue Mug", brand="Tarn", categories=("Cups",), attributes={"m": ("Clay",)}, description="long"
    )
    assert name_words(product) == ["blue", "mug", "tarn", "cups", "clay"]


@settings(deadline=None)
@given(st.text(max_size=120))
def test_nothing_that_was_typed_is_lost_from_a_search_phrase(text: str) -> None:
    read = understanding().read(text)
    said = set(ANALYZER.terms(text))
    assert len(said) > 12 or said <= {term for term, weight in read.weights.items() if weight == 1.0}
    assert all(0 < weight < 10 for weight in read.weights.values())


def test_word_lists_that_cannot_be_read_name_the_file_the_field_and_the_fix(tmp_path: Path) -> None:
    with pytest.raises(WordsError, match="no word lists"):
        read_words(tmp_path)
    (tmp_path / "en.json").write_text('{"synonyms": "sofa"}')
    with pytest.raises(WordsError, match=r"en\.json: synonyms"):
        read_words(tmp_path)


def test_a_merchants_own_word_lists_are_used(tmp_path: Path) -> None:
    (tmp_path / "en.json").write_text('{"synonyms": [["stubby", "beer glass"]], "units": {"cup": ["cupful"]}}')
    analyzer = Analyzer(read_words(tmp_path))
    assert analyzer.terms("2 cupful") == ["2", "2_cup"]
    read = Understanding(Lexicon({}, analyzer), analyzer).read("stubby")
    assert {"beer", "glass"} <= read.weights.keys()


def test_an_index_uses_the_word_lists_that_lie_in_its_directory(tmp_path: Path) -> None:
    assert words_of(tmp_path).synonyms == read_words().synonyms
    (tmp_path / "words").mkdir()
    (tmp_path / "words" / "en.json").write_text('{"synonyms": [["stubby", "beer glass"]]}')
    assert words_of(tmp_path).synonyms == (("stubby", "beer glass"),)


def test_a_word_that_stands_for_nothing_in_the_shop_is_told_and_a_slip_or_a_small_word_is_not() -> None:
    assert understanding().read("a patagonia sofa for the tiolet").unknown == ("patagonia",)
    assert understanding().read("grey sofa").unknown == ()


def test_the_words_of_a_whole_talk_weigh_no_more_together_than_those_of_a_search_phrase() -> None:
    words = [f"{letter}xk{letter}k" for letter in "abcdefghijklmnopqrstuvwx"]
    phrase, talk = understanding().read(" ".join(words[:12])), understanding().read(" ".join(words))
    assert not phrase.talk and talk.talk
    assert sum(talk.weights.values()) == pytest.approx(sum(phrase.weights.values()))
