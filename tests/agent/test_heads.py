"""What endings of Chinese names stand for."""

from agent.heads import Head, heads
from tests.agent.builders import product

HAMMER = product("H1", "Quarrel Claw Hammer", brand="Quarrel", categories=("Tools", "Hand Tools"))
MALLET = product("H2", "Rubber Mallet", categories=("Tools", "Hand Tools"))
SAW = product("S1", "Tenon Saw", categories=("Tools", "Saws"))
CAPE = product("C1", "Rain Cape", categories=("Clothes", "Capes"))


def test_an_ending_of_several_names_of_one_kind_stands_for_the_kind() -> None:
    found = heads({"H1": "羊角锤", "H2": "橡皮锤"}, [HAMMER, MALLET])
    assert found["锤子"] == Head("Hand Tools", "Hand Tools")


def test_an_ending_of_one_name_is_searched_for_by_its_english_title_without_the_brand() -> None:
    found = heads({"H1": "羊角锤", "H2": "橡皮锤"}, [HAMMER, MALLET])
    assert found["羊角锤"] == found["角锤"] == Head("Hand Tools", "Claw Hammer")


def test_where_the_narrow_kinds_differ_the_wide_one_is_meant() -> None:
    assert heads({"H1": "家用工具", "S1": "园艺工具"}, [HAMMER, SAW])["工具"] == Head("Tools", "Tools")


def test_an_ending_of_different_kinds_stands_for_none() -> None:
    found = heads({"H1": "大号用品", "C1": "雨天用品"}, [HAMMER, CAPE])
    assert "用品" not in found and found["天用品"].category == "Capes"


def test_one_odd_name_in_five_does_not_unsettle_an_ending() -> None:
    hammers = [product(f"H{n}", "Hammer", categories=("Tools", "Hand Tools")) for n in range(4)]
    cape = product("C", "Cape", categories=("Clothes", "Capes"))
    titles = {item.id: "某某锤" for item in (*hammers, cape)}
    assert heads(titles, [*hammers, cape])["某锤"].category == "Hand Tools"
    assert "某锤" not in heads(titles, [*hammers[1:], cape])


def test_what_stands_in_brackets_and_after_the_name_ends_no_name() -> None:
    assert set(heads({"H1": "羊角锤（大号）"}, [HAMMER])) == {"角锤", "羊角锤", "锤子"}
    assert set(heads({"H1": "羊角锤 500 g"}, [HAMMER])) == {"角锤", "羊角锤", "锤子"}


def test_endings_are_of_five_ideographs_at_most() -> None:
    assert max(map(len, heads({"H1": "加厚防滑羊角铁锤"}, [HAMMER]))) == 5


def test_a_product_without_a_chinese_name_or_without_a_kind_teaches_nothing() -> None:
    assert heads({"H1": "Claw Hammer"}, [HAMMER, MALLET]) == {}
    assert heads({"N": "羊角锤"}, [product("N", "Hammer")]) == {}
